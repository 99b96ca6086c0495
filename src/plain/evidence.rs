//! Audit and evidence in lines: the newest events, whether the chain holds, and the file that an auditor gets.

use crate::ceremony::{bundle, run_report_of, script_of};
use crate::evidence::report;
use crate::session::View;
use crate::session::field::{Field, Kind};
use crate::session::guide::{self, Entry};
use crate::session::keyboard::HandOver;
use crate::session::{KeySource, Refusal, Run};
use crate::text::{say, tr};

use super::beside::plain;
use super::dialogue::{Heard, Question, footing};
use super::home::Home;
use super::line::Gone;

const BUNDLE: Field = Field {
    id: "bundle",
    label: "Bundle file",
    hint: "A new file; a file that is there is never overwritten.",
    kind: Kind::File,
    optional: false,
};

const REPORT: Field = Field {
    id: "report",
    label: "Report file",
    hint: "A new file: .md is Markdown, .html a page for a browser, every other name text. back writes none.",
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
                tr("nobody")
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

    /// Runs, and the report or the bundle of one.
    pub(super) fn evidence(&mut self) -> Result<(), Gone> {
        let view = self.session.view();
        let entries = runs(&view);
        let heading = match entries.len() {
            0 => tr(
                "No ceremony was run in this vault: there is nothing to report. keymoot verify F checks a bundle that somebody brought.",
            ),
            _ => tr(
                "Runs, the oldest first. Each has a report, for people, and a bundle: one file that an auditor checks without this vault.",
            ),
        };
        let Some(at) = self.list(heading, tr("asks what is wanted of this run"), &entries)? else {
            return Ok(());
        };
        let Some(run) = view.runs.get(at) else {
            return Ok(());
        };
        let wanted = [
            Entry::new(
                "report",
                tr("The report"),
                tr("read here, or written to a file"),
            ),
            Entry::new("bundle", tr("The bundle"), tr("one file for the auditor")),
        ];
        let heading = say!(
            "Run {number} of {script}.",
            number = run.number,
            script = run.script
        );
        match self.list(
            &heading,
            tr("goes on with the one that was chosen"),
            &wanted,
        )? {
            Some(0) => self.report(run),
            Some(_) => self.bundle_of(run),
            None => Ok(()),
        }
    }

    /// The report of a run, told, and written where that is wanted.
    fn report(&mut self, run: &Run) -> Result<(), Gone> {
        let Some(script) = script_of(run) else {
            self.talk.stop(&not_shipped(&run.script));
            return Ok(());
        };
        let report = match run_report_of(self.session, &script, &run.id) {
            Ok(report) => report,
            Err(refusal) => {
                self.talk.stop(&refusal.to_string());
                return Ok(());
            }
        };
        for line in report::text(&report)
            .lines()
            .filter(|l| !l.trim().is_empty())
        {
            self.talk.say(line);
        }
        let question = Question::new(footing(
            tr("nobody: evidence needs no approval"),
            tr("writes a new file of that name; back goes to the menu"),
            tr("the report was read and is not in a file"),
        ))
        .explained(&[report::FORMS]);
        if let Some(path) = plain(self.talk, &question, REPORT)? {
            let form = report::Format::of(path.as_ref());
            self.write_new(&path, form.draw(&report).as_bytes());
        }
        Ok(())
    }

    /// The bundle of a run, written to a new file.
    fn bundle_of(&mut self, run: &Run) -> Result<(), Gone> {
        let question = Question::new(footing(
            tr("nobody: evidence needs no approval"),
            tr("writes a new file of that name; back goes to the menu"),
            tr("nothing was written; a bundle holds no secret"),
        ))
        .explained(&["The bundle, the report in ink and the signed enrolment forms go to the auditor; the forms by another road than the bundle."]);
        let Some(path) = plain(self.talk, &question, BUNDLE)? else {
            return Ok(());
        };
        if std::path::Path::new(&path).exists() {
            // Before anybody types a passphrase.
            self.talk.stop(&say!("{path} is there, and nothing is overwritten. Nothing was made; choose another name.", path));
            return Ok(());
        }
        let Some(script) = script_of(run) else {
            self.talk.stop(&not_shipped(&run.script));
            return Ok(());
        };
        let Some(bytes) = self.signed_bundle(&script, run)? else {
            return Ok(());
        };
        self.write_new(&path, &bytes);
        Ok(())
    }

    /// The bundle of a run, signed by whoever is chosen; `None` if it was given up or refused.
    fn signed_bundle(&mut self, script: &[u8], run: &Run) -> Result<Option<Vec<u8>>, Gone> {
        loop {
            let mut signers = Vec::new();
            if !self.session.automatic() {
                match self.bundle_signer()? {
                    None => return Ok(None),
                    Some(signer) => signers = signer,
                }
            }
            let signs = !signers.is_empty();
            match bundle(self.session, script, &run.id, None, signers) {
                Ok(bytes) => return Ok(Some(bytes)),
                Err(refusal @ Refusal::Custody(_)) if signs => {
                    self.talk.stop(&refusal.to_string());
                }
                Err(refusal) => {
                    self.talk.stop(&refusal.to_string());
                    return Ok(None);
                }
            }
        }
    }

    /// Who signs the bundle, with the key for it; nobody is an answer too. `None` if it was given up.
    fn bundle_signer(&mut self) -> Result<Option<Vec<(String, KeySource)>>, Gone> {
        const SO_FAR: &str = "nothing was written, nothing is signed";
        loop {
            let people = guide::bundle_signers(&self.session.view());
            let question = Question::new(footing(
                tr("a custodian or a witness"),
                tr("hands the keyboard to the one whose number was typed"),
                tr(SO_FAR),
            ))
            .telling(vec![tr("Who signs the bundle?").to_owned()])
            .explained(&[guide::BUNDLE_SIGNED]);
            self.talk.say("");
            let Heard::Given(at) = self.talk.choose(&question, tr("Number"), &people)? else {
                return Ok(None);
            };
            let Some(entry) = people.get(at) else {
                continue;
            };
            if entry.id.is_empty() {
                return Ok(Some(Vec::new()));
            }
            let page = HandOver {
                role: &entry.note,
                person: &entry.id,
                what: tr("to sign the bundle"),
                saved: tr("The vault is as it was; nothing is written yet."),
            };
            let question = Question::new(footing(
                &page.who(),
                &say!("signs for {id} and makes the bundle", id = entry.id),
                tr(SO_FAR),
            ));
            if let Some(key) = self.acting().key_of(&page, &entry.id, &question)? {
                return Ok(Some(vec![(entry.id.clone(), key)]));
            }
        }
    }

    /// Writes a new file and says so.
    fn write_new(&mut self, path: &str, bytes: &[u8]) {
        let written = crate::os::new_file(path.as_ref())
            .map_err(|e| e.to_string())
            .and_then(|file| {
                write_out(file, bytes).map_err(|e| {
                    say!(
                        "{path} could not be written ({e}). The vault is as it was.",
                        path,
                        e
                    )
                })
            });
        match written {
            Ok(()) => self.talk.say(&say!("Written: {path}.", path)),
            Err(why) => self.talk.stop(&why),
        }
    }
}

/// The runs as a list to choose from.
fn runs(view: &View) -> Vec<Entry> {
    view.runs
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
        .collect()
}

fn not_shipped(script: &str) -> String {
    say!(
        "The script {script} that this run was played from is neither in this keymoot nor kept with the run, and evidence needs its file. Nothing was changed. `keymoot bundle DIR --script FILE --out F` takes it.",
        script
    )
}
