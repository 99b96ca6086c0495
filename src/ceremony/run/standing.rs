//! What a run that was stopped for good leaves in the vault and people have to know: a key that is going to be destroyed,
//! one that is suspect, one that nobody has compared.

use std::collections::BTreeSet;

use crate::api::{KeyState, Timestamp};
use crate::session::{Comparing, KeyRow, Run, RunOutcome, Session, StepRecord};
use crate::text::say;

use super::judge::to_the_minute;

/// The keys that a run made or touched.
fn keys_of(run: &Run) -> BTreeSet<&String> {
    let by_step = run.steps.iter().filter_map(|step| step.key.as_ref());
    run.keys.values().chain(by_step).collect()
}

/// When a key is destroyed, where that is under way.
fn destroyed_on(row: &KeyRow) -> Option<Timestamp> {
    let pending = row.key.key_state == KeyState::DELETE_PENDING;
    row.key.delete_pending_timestamp.filter(|_| pending)
}

/// What the record of the stop says of keys, behind the reason; nothing where there is nothing to say.
pub(super) fn on_record(session: &Session, run: &Run, step: &StepRecord) -> String {
    let rows = session.view().keys;
    let keys = keys_of(run);
    let of_run = || rows.iter().filter(|row| keys.contains(&row.key.key_arn));
    let differing = session.differing(run, step);
    let going = of_run().filter_map(|row| {
        Some(format!(
            "{} will be destroyed on {} UTC unless it is restored before",
            row.label,
            to_the_minute(destroyed_on(row)?)
        ))
    });
    let suspect = of_run()
        .filter(|row| differing.contains(&row.key.key_arn))
        .map(|row| {
            format!(
                "{} is SUSPECT from now on: the check value that was typed for it is not its own",
                row.label
            )
        });
    let told: Vec<String> = going.chain(suspect).collect();
    told.join("; ")
}

/// What people do about it, a line for each key: for the last page of a run that was stopped.
pub(in crate::ceremony) fn still_to_do(run: &Run, rows: &[KeyRow]) -> Vec<String> {
    if run.outcome != Some(RunOutcome::Aborted) {
        return Vec::new();
    }
    let keys = keys_of(run);
    let of_run = rows.iter().filter(|row| keys.contains(&row.key.key_arn));
    of_run.filter_map(|row| to_do(run, row)).collect()
}

fn to_do(run: &Run, row: &KeyRow) -> Option<String> {
    let name = format!("{} ({})", row.label, row.key.key_check_value);
    if let Some(at) = destroyed_on(row) {
        return Some(say!(
            "{name} WILL BE DESTROYED on {at} UTC, though the ceremony was stopped. Is it to be kept? Restore it before that: at Deletions, or at the key.",
            name,
            at = to_the_minute(at)
        ));
    }
    let lives = row.key.key_state == KeyState::CREATE_COMPLETE;
    if row.suspect.is_some() && lives {
        return Some(say!(
            "{name} is SUSPECT: it is not used, exported or enabled. Tell its sender. Delete it at the key (D); or, once it was looked into and is sound, clear it at Custodians.",
            name
        ));
    }
    let made = row.key.create_timestamp >= run.started;
    (row.comparing == Some(Comparing::Never) && lives && made).then(|| {
        say!(
            "{name} stays in the vault, and nobody has compared its check value with its sender's: compare it before it is used, or delete it at the key (D).",
            name
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::run_report;
    use super::*;
    use crate::api::Timestamp;
    use crate::ceremony::{Answer, Ask, Runner, Script, Wanted, ended, shipped};
    use crate::crypto::SecretBytes;
    use crate::session::{Environment, practice};
    use crate::vault::MemoryStore;

    /// A rehearsal of a script that ships, answered as it practises until `stop` says what to answer instead; with
    /// nothing said there, it is stopped for good.
    fn stopped(name: &str, stop: impl Fn(&Ask, &Runner) -> Option<Vec<String>>) -> (Session, Run) {
        let (_, text) = shipped().iter().find(|(n, _)| *n == name).unwrap();
        let start = Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
        let environment = Environment::seeded("standing").unwrap();
        let store = Box::new(MemoryStore::new());
        let mut session = practice::vault(store, environment, Some(start), false)
            .unwrap()
            .session;
        let script = Script::parse(text).ok().unwrap();
        let mut runner = Runner::begin(&mut session, script, Wanted::default()).unwrap();
        let mut over = false;
        while let Some(ask) = runner.showing(&session).ask {
            let instead = stop(&ask, &runner).filter(|_| !over);
            if instead.as_ref().is_some_and(Vec::is_empty) {
                runner.abort(&mut session, "it is to be kept").unwrap();
                over = true;
                continue;
            }
            let practised = ask.fields.iter().map(|f| f.practice.clone());
            let typed = practised.map(Option::unwrap_or_default);
            let typed = instead.clone().unwrap_or_else(|| typed.collect());
            let answers = ask.fields.iter().zip(typed).map(|(asked, text)| {
                if asked.field.secret() {
                    Answer::Secret(SecretBytes::from_slice(text.as_bytes()))
                } else {
                    Answer::Text(text)
                }
            });
            runner.answer(&mut session, answers.collect()).unwrap();
            if instead.is_some() {
                runner.abort(&mut session, "it is another").unwrap();
                over = true;
            }
        }
        let run = runner.run(&session);
        assert_eq!(run.outcome, Some(RunOutcome::Aborted), "{name}");
        (session, run)
    }

    fn compared(ask: &Ask) -> bool {
        ask.title.contains("Their check value") && ask.fields.iter().any(|f| f.field.id == "kcv")
    }

    /// The run that formed a key ends where its check value is compared, and what was typed was not its own.
    #[test]
    fn a_key_whose_check_value_was_another_is_suspect_when_its_run_is_stopped() {
        let (session, run) = stopped("kek-from-components.toml", |ask, _| {
            compared(ask).then(|| vec!["AAAAAA".to_owned()])
        });
        let rows = session.view().keys;
        let row = rows
            .iter()
            .find(|row| run.keys.values().any(|k| *k == row.key.key_arn))
            .unwrap();
        let (why, _) = row.suspect.as_ref().unwrap();
        assert!(why.contains("not its own"), "{why}");
        let said = ended(run.outcome, Some(&run), &rows, false);
        assert!(said.contains("is SUSPECT: it is not used"), "{said}");
        assert!(said.contains("it is another; "), "{said}");
        // What was signed, and what the report shows, with the line of the log.
        let line =
            |text: &String| text.contains("check-value-differs") && text.contains(&row.key.key_arn);
        assert_eq!(
            session
                .log_lines()
                .unwrap()
                .iter()
                .filter(|l| line(l))
                .count(),
            1
        );
        let (_, text) = shipped()
            .iter()
            .find(|(n, _)| n.contains("kek-from-comp"))
            .unwrap();
        let script = Script::parse(text).ok().unwrap();
        let report = run_report(&session, &script, &run.id).unwrap();
        assert!(report.suspect_keys.iter().all(|key| key.line > 0));
        assert_eq!(report.suspect_keys.len(), 1);
    }

    #[test]
    fn a_key_that_nobody_compared_is_told_and_not_suspect() {
        let (session, run) = stopped("kek-from-components.toml", |ask, _| {
            compared(ask).then(Vec::new)
        });
        let rows = session.view().keys;
        assert!(rows.iter().all(|row| row.suspect.is_none()));
        let said = ended(run.outcome, Some(&run), &rows, false);
        assert!(
            said.contains("nobody has compared its check value"),
            "{said}"
        );
    }

    #[test]
    fn a_stop_inside_the_window_says_which_key_is_destroyed_and_when() {
        let (session, run) = stopped("deletion-window.toml", |ask, _| {
            ask.title.contains("Let the window pass").then(Vec::new)
        });
        let rows = session.view().keys;
        let row = &rows[0];
        let at = to_the_minute(destroyed_on(row).unwrap());
        let said = ended(run.outcome, Some(&run), &rows, false);
        assert!(
            said.contains(&format!("WILL BE DESTROYED on {at} UTC")),
            "{said}"
        );
        let signed = format!(
            "{} will be destroyed on {at} UTC unless it is restored",
            row.label
        );
        let why = run
            .steps
            .iter()
            .find_map(|step| step.error.clone())
            .unwrap();
        assert!(why.contains(&signed), "{why}");
        let close = session
            .log_lines()
            .unwrap()
            .into_iter()
            .find(|l| l.contains("run-close"));
        assert!(close.unwrap().contains(&signed));
    }
}
