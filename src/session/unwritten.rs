//! Files for others that an act made and nobody has on a medium yet. The vault keeps them with the act, so that a folder
//! that could not be written to, or a power cut in between, costs nobody a second export.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::api::Timestamp;

use super::Session;
use super::command::Executed;
use super::error::Refusal;
use super::handover::{self, Handover};
use super::state::State;
use super::view::UnwrittenView;

/// One act's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnwrittenRecord {
    /// Name of the file, without folder.
    file: String,
    /// Its bytes: what only the receiver can open, or public things.
    bytes: ByteBuf,
    /// The instructions beside it.
    next: String,
    /// Whether a key is in it.
    key: bool,
    /// When it was made.
    at: i64,
}

impl UnwrittenRecord {
    fn handover(&self) -> Handover {
        Handover {
            file: self.file.clone(),
            request: self.bytes.to_vec(),
            next: self.next.clone(),
        }
    }
}

impl State {
    /// Whoever has the file with this digest needs it no more.
    pub(super) fn arrived(&mut self, sha256: Option<&String>) {
        self.unwritten
            .retain(|record| Some(&record.handover().sha256()) != sha256);
    }
}

impl Session {
    /// Keeps the files of an act with its effect, until they are written. Those of a run are in its journal.
    pub(super) fn keep_unwritten(
        &self,
        working: &mut State,
        executed: &Executed,
        handover: Handover,
    ) {
        let key = handover::left(executed).receipt;
        working.unwritten.push(UnwrittenRecord {
            file: handover.file,
            bytes: ByteBuf::from(handover.request),
            next: handover.next,
            key,
            at: self.now_in(&working.clock).millis(),
        });
    }

    /// Every file that is still to be written, the newest first.
    pub(crate) fn unwritten_views(&self) -> Arc<Vec<UnwrittenView>> {
        let unwritten = self.state.unwritten.iter().rev();
        let view = |record: &UnwrittenRecord| UnwrittenView {
            sha256: record.handover().sha256(),
            file: record.file.clone(),
            key: record.key,
            at: Timestamp::from_millis(record.at),
        };
        Arc::new(unwritten.map(view).collect())
    }

    /// Says that the file with this digest lies on a medium and was read back: the vault keeps it no longer.
    ///
    /// # Errors
    /// The vault could not be written; it says on that the file is to be written, and that can be done again.
    pub fn is_written(&mut self, sha256: &str) -> Result<(), Refusal> {
        let kept = |record: &UnwrittenRecord| record.handover().sha256() != sha256;
        if self.state.unwritten.iter().all(kept) {
            return Ok(());
        }
        let mut working = self.state.clone();
        working.unwritten.retain(kept);
        self.commit(working, &[], false)
    }

    /// Writes a file that is still to be written, with its instructions, into a folder; returns its name.
    ///
    /// # Errors
    /// There is none with this digest, or the folder takes it not: it stays to be written.
    pub fn write_unwritten(&mut self, sha256: &str, folder: &Path) -> Result<String, Refusal> {
        let mut unwritten = self.state.unwritten.iter();
        let handover = unwritten
            .find_map(|record| Some(record.handover()).filter(|h| h.sha256() == sha256))
            .ok_or_else(|| {
                Refusal::Usage(
                    "This file was written, or never made here. Nothing was changed.".into(),
                )
            })?;
        handover.write(folder).map_err(|why| {
            Refusal::Usage(format!(
                "{why}. The file is still to be written, and the vault keeps it: choose another folder."
            ))
        })?;
        self.is_written(sha256)?;
        Ok(handover.file)
    }
}

impl super::view::View {
    /// The file with this digest, where it is still to be written.
    pub fn unwritten(&self, sha256: Option<&String>) -> Option<&super::view::UnwrittenView> {
        self.unwritten
            .iter()
            .find(|file| Some(&file.sha256) == sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange_tests::{OwnPairs, own_pairs};
    use super::super::tests::answers;
    use crate::session::build;
    use crate::session::due::{Exchanged, Goes, due};

    #[test]
    fn a_file_that_was_not_written_stays_in_the_vault_until_it_is() {
        let OwnPairs { mut session, .. } = own_pairs();
        for file in session.view().unwritten.iter() {
            session.is_written(&file.sha256).unwrap();
        }
        let asked = [
            ("form", "KEY_CRYPTOGRAM"),
            ("algorithm", "RSA_2048"),
            ("output", "ours.json"),
        ];
        let action =
            build::action(&session, "get-parameters-for-import", &answers(&asked, &[])).unwrap();
        let executed = session.act(action.clone(), None, None).unwrap();
        let handover = super::handover::of(&session, &action, &executed).unwrap();
        let sha256 = handover.sha256();
        let seq = session.view().seq;
        let view = session.view();
        let lines = due(&view, view.now);
        let line = lines.iter().find(|d| d.kind == "file").unwrap();
        assert!(line.what.contains("ours.rehearsal.json"), "{}", line.what);
        assert!(matches!(&line.goes, Goes::Exchange(Exchanged::Unwritten(of)) if *of == sha256));

        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        std::fs::write(&taken, "x").unwrap();
        let refused = session.write_unwritten(&sha256, &taken).unwrap_err();
        assert!(refused.to_string().contains("still to be written"));
        assert_eq!(session.view().unwritten.len(), 1);

        let out = folder.path().join("out");
        session.write_unwritten(&sha256, &out).unwrap();
        assert_eq!(
            std::fs::read(out.join("ours.rehearsal.json")).unwrap(),
            handover.request
        );
        let next = std::fs::read_to_string(out.join("NEXT.txt")).unwrap();
        assert_eq!(next, handover.next, "made before the commit as after it");
        let view = session.view();
        assert!(view.unwritten.is_empty());
        assert_eq!(view.seq, seq, "no approval of anybody is voided");
        assert!(session.write_unwritten(&sha256, &out).is_err());
        // A state without any is written as before.
        let bytes = minicbor_serde::to_vec(&session.state).unwrap();
        assert!(!bytes.windows(9).any(|w| w == b"unwritten"));
    }
}
