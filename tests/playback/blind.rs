//! A check value that a ceremony is to compare is shown nowhere before it was typed.

use keymoot::ceremony::{RunError, Runner};
use keymoot::session::{Comparing, RunOutcome, Session, StepState, guide};

use super::stage::{contents, reported, resume, script, vault, wanted};

const SCRIPT: &str = "kek-from-components.toml";
/// The value in the partner's advice.
const VALUE: &str = "DDA8BA";

/// What people can read in this vault, in one text.
fn faces(session: &Session) -> String {
    let view = session.view();
    let choices = guide::keys(&view, "delete-key", "key");
    format!(
        "{:?}\n{:?}\n{:?}\n{choices:?}\n{:?}",
        view.keys,
        view.exports,
        view.pending,
        session.trail().unwrap().lines
    )
}

/// Plays arrow by arrow; what `each` is told is whether the key is there and not yet compared. It says when to leave.
fn arrow_by_arrow(
    session: &mut Session,
    mut each: impl FnMut(&Session, &Runner, bool) -> bool,
) -> Runner {
    let mut first = true;
    loop {
        let way = if first { wanted(&[]) } else { resume() };
        first = false;
        let mut runner = Runner::begin(session, script(SCRIPT), way).unwrap();
        runner.stop_after(1);
        let ended = runner.headless(session);
        let run = runner.run(session);
        let compared = run.steps.iter().find(|step| step.id == "compare").unwrap();
        let pending = run.keys.contains_key("kek") && compared.state < StepState::Executed;
        if !each(session, &runner, pending) || run.outcome.is_some() {
            return runner;
        }
        assert!(matches!(ended, Err(RunError::Step { .. })), "{ended:?}");
    }
}

#[test]
fn the_value_is_hidden_on_every_face_until_it_was_compared() {
    let (_, mut session) = vault(&script(SCRIPT));
    let (mut hidden, mut shown) = (0, 0);
    let runner = arrow_by_arrow(&mut session, |session, runner, pending| {
        let seen = faces(session);
        let key = session.view().keys.first().cloned();
        if pending {
            hidden += 1;
            assert!(!seen.contains(VALUE), "{seen}");
            assert!(
                seen.contains("hidden") && seen.contains("uncompared"),
                "{seen}"
            );
            assert_eq!(key.unwrap().comparing, Some(Comparing::Pending));
            let report = reported(runner, session);
            let at = report.find(VALUE);
            let leak = at.map(|at| &report[at.saturating_sub(200)..at + 60]);
            assert_eq!(leak, None);
            let out = tempfile::tempdir().unwrap();
            runner.write_outputs(session, out.path()).unwrap();
            for (name, bytes) in contents(out.path()) {
                assert!(!String::from_utf8_lossy(&bytes).contains(VALUE), "{name}");
            }
        } else if let Some(key) = key {
            shown += 1;
            assert_eq!(key.comparing, None);
            assert!(seen.contains(VALUE), "{seen}");
        }
        true
    });
    assert!(hidden > 0 && shown > 3, "{hidden} {shown}");
    assert_eq!(runner.outcome(), Some(RunOutcome::Completed));
    assert!(reported(&runner, &session).contains(VALUE));
}

#[test]
fn after_a_stop_it_is_shown_again_and_marked_as_never_compared() {
    let (_, mut session) = vault(&script(SCRIPT));
    let runner = arrow_by_arrow(&mut session, |_, _, pending| !pending);
    assert_eq!(runner.outcome(), None);
    let mut runner = Runner::begin(&mut session, script(SCRIPT), resume()).unwrap();
    runner.abort(&mut session, "the telephone is dead").unwrap();
    let _ = runner.headless(&mut session);
    assert_eq!(runner.outcome(), Some(RunOutcome::Aborted));
    let seen = faces(&session);
    assert!(
        seen.contains(VALUE) && seen.contains("uncompared"),
        "{seen}"
    );
    let key = session.view().keys.first().cloned().unwrap();
    assert_eq!(key.comparing, Some(Comparing::Never));
}
