//! Audit and evidence in lines: the newest events, whether the chain holds, and the file that an auditor gets.

use crate::ceremony::{bundle, shipped_by_hash};
use crate::session::field::{Field, Kind};
use crate::session::guide::Entry;
use crate::text::{say, tr};

use super::dialogue::{Question, footing};
use super::home::Home;
use super::line::Gone;
use super::opening::plain;

const BUNDLE: Field = Field {
    id: "bundle",
    label: "Bundle file",
    hint: "A new file; a file that is there is never overwritten.",
    kind: Kind::File,
    optional: false,
};

/// Events of the log that are told.
const NEWEST: usize = 20;

fn write_out(mut file: std::fs::File, bytes: &[u8]) -> std::io::Result<()> {
    std::io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}

impl Home<'_, '_> {
    /// The newest events, and whether the chain holds.
    pub(super) fn audit(&mut self) {
        let trail = match self.session.trail() {
            Ok(trail) => trail,
            Err(refusal) => return self.talk.stop(&refusal.to_string()),
        };
        self.talk.heading(&say!(
            "Audit: {lines} events in {trail} lines, the newest last.",
            lines = trail.lines.len(),
            trail = trail.count
        ));
        let before = trail.lines.len().saturating_sub(NEWEST);
        for line in trail.lines.iter().skip(before) {
            let time = line
                .time
                .map(crate::api::Timestamp::rfc3339)
                .unwrap_or_default();
            let who = if line.who.is_empty() {
                "nobody"
            } else {
                &line.who
            };
            self.talk.say(&format!(
                "{}: {time}, {who}, {}: {}",
                line.n, line.what, line.result
            ));
        }
        match &trail.broken {
            Some((_, why)) => self.talk.stop(why),
            None => self.talk.say(tr("The chain is whole from line 1.")),
        }
    }

    /// Runs, and the bundle of one.
    pub(super) fn evidence(&mut self) -> Result<(), Gone> {
        let view = self.session.view();
        let entries: Vec<Entry> = view
            .runs
            .iter()
            .map(|run| {
                Entry::new(
                    "",
                    &run.script,
                    &say!(
                        "run {number}, {started}",
                        number = run.number,
                        started = run.started.rfc3339()
                    ),
                )
            })
            .collect();
        let heading = match entries.len() {
            0 => tr(
                "No ceremony was run in this vault: there is nothing to bundle. keymoot verify F checks a bundle that somebody brought.",
            ),
            _ => tr(
                "Runs, the oldest first. A bundle is one file that an auditor checks without this vault.",
            ),
        };
        let Some(at) = self.list(
            heading,
            tr("asks where its bundle is to be written"),
            &entries,
        )?
        else {
            return Ok(());
        };
        let Some(run) = view.runs.get(at) else {
            return Ok(());
        };
        let question = Question::new(footing(
            tr("nobody: evidence needs no approval"),
            tr("writes a new file of that name; back goes to the menu"),
            tr("nothing was written; a bundle holds no secret"),
        ))
        .explained(&["The bundle, the report in ink and the signed enrolment forms go to the auditor; the forms by another road than the bundle."]);
        let Some(path) = plain(self.talk, &question, BUNDLE)? else {
            return Ok(());
        };
        let script = shipped_by_hash(&run.script_sha256);
        let bundle = match script {
            Some(script) => bundle(self.session, script, &run.id, None).map_err(|e| e.to_string()),
            None => Err(say!(
                "{script} does not ship with this keymoot, and evidence needs its file. Nothing was changed. `keymoot bundle DIR --script FILE --out F` takes it.",
                script = run.script
            )),
        };
        let written = bundle.and_then(|bytes| {
            let file = crate::os::new_file(path.as_ref()).map_err(|e| e.to_string())?;
            write_out(file, &bytes).map_err(|e| {
                say!(
                    "The bundle could not be written ({e}). The vault is as it was.",
                    e
                )
            })
        });
        match written {
            Ok(()) => self.talk.say(&say!("Written: {path}.", path)),
            Err(why) => self.talk.stop(&why),
        }
        Ok(())
    }
}
