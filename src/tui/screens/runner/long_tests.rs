//! A question that is longer than its page: what is unread, and where Enter leads meanwhile.

use super::tests::{PASSPHRASE, showing, told};
use super::*;
use crate::ceremony::{Answer, AskField};
use crate::session::field::{Field, Kind};
use crate::tui::app::State;
use crate::tui::message::Effect;
use crate::tui::snapshot;

/// Why an answer was wrong takes rows from the question; whoever read that to its end is not sent there again.
#[test]
fn a_question_is_read_to_its_end_once() {
    let mut long = showing(false, None);
    let ask = long.ask.as_mut().unwrap();
    ask.body = (1..=30).map(|n| format!("line {n}")).collect();
    ask.fields[0].field = Field {
        kind: Kind::Fingerprint,
        ..PASSPHRASE
    };
    let mut state = snapshot::state(RunScreen::new("The first key", None, true));
    told(&mut state, long, None);
    let look = snapshot::appearance();
    let text = |state: &mut State| snapshot::text(&snapshot::drawn(state, 80, 24, &look));
    assert!(text(&mut state).contains("shows what is still below"));
    let mut pages = 0;
    while text(&mut state).contains("shows what is still below") {
        assert!(snapshot::press(&mut state, "<Enter>").is_empty());
        pages += 1;
    }
    assert!(pages > 1);
    snapshot::press(&mut state, "0011<Enter>");
    let seen = text(&mut state);
    assert!(
        seen.contains("4 hex digits") && !seen.contains("still below ("),
        "{seen}"
    );
    let digits = "ab".repeat(32);
    snapshot::press(&mut state, "<C-u>");
    let effects = snapshot::press(&mut state, &format!("{digits}<Enter>"));
    assert_eq!(effects.len(), 1, "{}", text(&mut state));
}

/// Whoever typed an answer and presses Enter types the next one at once: the cursor is in its field, and what is unread
/// comes before the Enter that answers.
#[test]
fn an_enter_behind_an_answer_goes_to_the_next_field_of_a_long_question() {
    let mut long = showing(false, None);
    let ask = long.ask.as_mut().unwrap();
    ask.body = (1..=30).map(|n| format!("line {n}")).collect();
    let reason = AskField {
        field: crate::session::op_custody::REASON,
        ..ask.fields[0].clone()
    };
    ask.fields.insert(0, reason);
    let mut state = snapshot::state(RunScreen::new("The first key", None, true));
    told(&mut state, long, None);
    let look = snapshot::appearance();
    let text = |state: &mut State| snapshot::text(&snapshot::drawn(state, 80, 24, &look));
    assert!(text(&mut state).contains("shows what is still below"));
    snapshot::press(&mut state, "lost on a train<Enter>of another kind");
    let seen = text(&mut state);
    assert!(
        seen.contains("lost on a train") && !seen.contains("of another"),
        "{seen}"
    );
    assert!(seen.contains("shows what is still below"), "{seen}");
    let mut effects = Vec::new();
    for _ in 0..9 {
        assert!(effects.is_empty());
        effects = snapshot::press(&mut state, "<Enter>");
        if !effects.is_empty() {
            break;
        }
    }
    let [Effect::Desk(Order::Answer { answers, .. })] = effects.as_slice() else {
        panic!("{}", text(&mut state))
    };
    assert!(matches!(&answers[0], Answer::Text(said) if said == "lost on a train"));
    assert!(matches!(&answers[1], Answer::Secret(s) if s.expose() == b"of another kind"));
}
