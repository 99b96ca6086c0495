//! Steps that copy the vault: put on record as begun in one commit with the act, copied and read back, and put on
//! record as that. Whoever takes such a step up signs nothing again: the copy keeps its number and is made once.

use std::path::Path;

use crate::session::field::Field;
use crate::session::op::BACKUP_TO;
use crate::session::{
    Arrow, NOT_COPIED, PendingView, Profile, Refusal, Session, StepRecord, StepState, copy_state,
};
use crate::text::{say, tr};

use super::super::ask::{Answer, Ask};
use super::super::model::Step;
use super::super::ops;
use super::asks::{acting, footing, why};
use super::drive::{Halt, Work};
use super::sign::{AUDIT_LINE, text};
use super::{Runner, Stage};

/// Note of a step: the number of the copy that it made. Not `copy`: so an act names the copy that it is about.
pub(super) const COPY: &str = "copy made";
/// Note of a step: SHA-256 of the copy's vault.age as it was read back, lower-case hex.
pub(super) const COPY_HASH: &str = "copy sha256";

/// The folder below the run's own, in which nobody's copy of this step lies.
pub(super) fn folder_of(step: &str) -> String {
    format!("{step}.copy")
}

impl Runner {
    /// Puts the copy that everybody signed on record as begun, in one commit with the step.
    pub(super) fn begin_copy(
        &mut self,
        session: &mut Session,
        pending: &PendingView,
        mut record: StepRecord,
    ) -> Result<(), Halt> {
        record.notes.insert(COPY.to_owned(), session.next_copy());
        let begun = session.begin_copy(&pending.id, Some(self.arrow_of(record)));
        match begun {
            Ok(_) => {
                self.pending = None;
                self.arrow(StepState::Executed)?;
                Ok(())
            }
            Err(refusal) => self.after_act(session, &pending.sentence, Err(refusal)),
        }
    }

    fn arrow_of(&self, record: StepRecord) -> Arrow {
        Arrow::Step {
            run: self.run.clone(),
            step: Box::new(record),
            binds: Vec::new(),
        }
    }

    /// Goes on with a step whose act is done: a copy that is on record as begun is made first.
    pub(super) fn work_copy(
        &mut self,
        session: &mut Session,
        record: &StepRecord,
    ) -> Result<Work, Halt> {
        let Some(number) = record.notes.get(COPY) else {
            return self.verify(session).map(|()| Work::Moved);
        };
        match session.copy_state(number) {
            Some(copy_state::BEGUN) => self.make_copy(session, record, number),
            Some(copy_state::VERIFIED | copy_state::PRACTISED) => {
                self.verify(session).map(|()| Work::Moved)
            }
            state => {
                let state = state.unwrap_or("unknown");
                let message = format!(
                    "copy {number} is on record as {state}, so this step has made none. The vault is unchanged; make \
                     another copy"
                );
                self.fail(session, message).map(|()| Work::Moved)
            }
        }
    }

    fn make_copy(
        &mut self,
        session: &mut Session,
        record: &StepRecord,
        number: &str,
    ) -> Result<Work, Halt> {
        let Some(to) = self.texts.get(BACKUP_TO.id).cloned() else {
            self.stage = Stage::Copy;
            return Ok(Work::Asks);
        };
        let files = match session.copy_to(Path::new(to.trim())) {
            Ok(files) => files,
            Err(refusal) => {
                // Another folder, or another stick of the same label: nothing is signed again.
                self.texts.remove(BACKUP_TO.id);
                self.stage = Stage::Copy;
                return Err(Halt::Again(refusal.to_string()));
            }
        };
        let practised = to.trim() == NOT_COPIED;
        let mut record = record.clone();
        record.notes.insert(BACKUP_TO.id.to_owned(), to.clone());
        let vault = files.into_iter().find(|(name, _)| name == "vault.age");
        let hash = vault.filter(|_| !practised).map(|(_, sha256)| sha256);
        record
            .notes
            .extend(hash.map(|hash| (COPY_HASH.to_owned(), hash)));
        let state = if practised {
            copy_state::PRACTISED
        } else {
            copy_state::VERIFIED
        };
        let who = record.who.clone();
        session.end_copy(number, state, who, Some(self.arrow_of(record)))?;
        self.last = Some(copied(number, &to));
        self.arrow(StepState::Executed)?;
        Ok(Work::Moved)
    }

    /// The folder was named again.
    pub(super) fn take_copy(
        &mut self,
        session: &Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let typed = text(answers.into_iter().next());
        let to = BACKUP_TO
            .check(&typed)
            .map_err(|error| Halt::Again(error.to_string()))?;
        let again = |refusal: Refusal| Halt::Again(refusal.to_string());
        if let Some((number, line)) = self.begun_copy(session) {
            let place = Path::new(to.trim());
            session
                .copy_place_again(&number, place, line)
                .map_err(again)?;
        }
        self.texts.insert(BACKUP_TO.id.to_owned(), to);
        Ok(())
    }

    /// Number and line of the log of the copy that the step at hand began.
    fn begun_copy(&self, session: &Session) -> Option<(String, u64)> {
        let record = self.record(session)?;
        let number = record.notes.get(COPY)?.clone();
        let line = record.notes.get(AUDIT_LINE)?.parse().ok()?;
        Some((number, line))
    }

    /// The run stops: a copy that was begun and not finished is none.
    pub(super) fn give_copy_up(&mut self, session: &mut Session) -> Result<(), Halt> {
        let Some((number, _)) = self.begun_copy(session) else {
            return Ok(());
        };
        if session.copy_state(&number) == Some(copy_state::BEGUN) {
            let who = self.record(session).map(|r| r.who).unwrap_or_default();
            session.end_copy(&number, copy_state::FAILED, who, None)?;
        }
        Ok(())
    }

    /// Where a copy goes that nobody attends: nowhere in a rehearsal, whose vault is thrown away; of a test vault beside
    /// what the run writes.
    pub(super) fn copy_goes_to(&self, session: &Session, step: &Step) -> Option<String> {
        match session.profile() {
            Profile::Rehearsal => Some(NOT_COPIED.to_owned()),
            Profile::Test => {
                let below = self.copies_to.as_ref()?.join(folder_of(&step.id));
                Some(below.display().to_string())
            }
            Profile::Production => None,
        }
    }

    /// Who names the folder.
    fn names_the_folder(&self, step: &Step) -> String {
        let place = step.asked.get(BACKUP_TO.id).or(step.initiate.as_ref());
        place.map(|id| self.name(id)).unwrap_or_default()
    }

    /// A copy that is on record as begun and was not finished: where does it go?
    pub(super) fn copy_ask(&self, session: &Session, step: &Step) -> Option<Ask> {
        let record = self.record(session)?;
        let number = record.notes.get(COPY)?;
        let person = self.names_the_folder(step);
        let role = Self::role(session, &person);
        let mut body = vec![
            say!(
                "Copy {number} was signed for and begun, and it was not finished. It is made now, under the same \
                 signatures and the same number.",
                number
            ),
            String::new(),
        ];
        if let Some(to) = record
            .notes
            .get(BACKUP_TO.id)
            .filter(|to| *to != NOT_COPIED)
        {
            body.push(say!("  begun in    {to}", to));
            body.push(String::new());
        }
        body.push(
            tr("Name the folder again: what this copy left in it is replaced, and nothing else is touched. If you name another one, wipe the first: what lies there is no copy.").into(),
        );
        body.extend(why(step));
        Some(Ask {
            title: say!("The copy is made: {title}", title = step.title),
            footing: footing(
                acting(&person, &role),
                tr("copies the vault there, and reads the copy back"),
                tr("all have signed; the copy is on record as begun, and counts for nothing yet"),
            ),
            person,
            role,
            body,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: false,
        })
    }

    /// What whoever asks for a copy reads beside the request.
    pub(super) fn copy_before_signing(&self, step: &Step) -> Vec<String> {
        let to = self.texts.get(BACKUP_TO.id);
        match to.filter(|_| ops::copies(step.op.name)) {
            None => Vec::new(),
            Some(to) if to == NOT_COPIED => vec![
                tr("Practice: once all have signed, the vault is read through, and nothing is written.")
                    .into(),
                String::new(),
            ],
            Some(to) => vec![
                say!(
                    "Once all have signed, the vault is copied to {to}, and the copy is read back.",
                    to
                ),
                String::new(),
            ],
        }
    }

    /// What a copy came to.
    pub(super) fn copy_result(record: &StepRecord) -> Vec<String> {
        let note = |name: &str| record.notes.get(name);
        let (Some(number), Some(to)) = (note(COPY), note(BACKUP_TO.id)) else {
            return Vec::new();
        };
        let mut lines = vec![copied(number, to)];
        if to == NOT_COPIED {
            lines.push(
                tr("On the day the medium is now taken out, labelled, and sealed in its bag before whoever watches: bag and label are those on record. It goes where it is kept, apart from the vault: at most into one house with envelopes that open it, and never into one bag with them.").into(),
            );
        }
        if let Some(hash) = note(COPY_HASH) {
            lines.push(say!("  vault.age   SHA-256 {hash}", hash));
            lines.push(
                tr("Take the medium out, label it, seal it in its bag, and write the bag's serial into the minutes. Keep it apart from the vault.").into(),
            );
        }
        lines
    }
}

/// Where a copy goes, as it is asked: a rehearsal's answer is no folder, and says what it is.
pub(super) fn practised_folder(session: &Session, field: Field) -> Field {
    if field.id != BACKUP_TO.id || session.profile() != Profile::Rehearsal {
        return field;
    }
    Field {
        hint: tr(
            "An empty or new folder on that medium. In practice: not-copied, the vault is read through and nothing is written.",
        ),
        ..field
    }
}

/// A copy in a sentence.
fn copied(number: &str, to: &str) -> String {
    if to == NOT_COPIED {
        return say!(
            "Copy {number} was practised: the vault was read through, and nothing was written.",
            number
        );
    }
    say!(
        "Copy {id} is written to {folder} and was read back.",
        id = number,
        folder = to
    )
}
