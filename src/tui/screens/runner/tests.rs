//! The runner as state and messages, and its pictures.

use super::*;
use crate::ceremony::{Answer, AskField, ComponentDigits, StepLine, ops_components};
use crate::session::RunOutcome;
use crate::session::field::{Field, Kind};
use crate::tui::app::{State, update};
use crate::tui::message::{Effect, Msg};
use crate::tui::snapshot;

pub(super) const PASSPHRASE: Field = Field {
    id: "passphrase",
    label: "Passphrase of Ben",
    hint: "Ben's own words, with single spaces.",
    kind: Kind::Passphrase,
    optional: false,
};

#[allow(clippy::too_many_lines)] // one value, member by member
pub(super) fn showing(hand_over: bool, outcome: Option<RunOutcome>) -> Showing {
    let titles = [
        "Who is here",
        "The clock",
        "Make the key",
        "Look at the key",
        "Everybody signs",
    ];
    let steps = titles
        .iter()
        .enumerate()
        .map(|(n, title)| StepLine {
            number: n + 1,
            id: format!("s{n}"),
            title: (*title).to_owned(),
            state: ["planned", "closed"][usize::from(n < 2 || outcome.is_some())].to_owned(),
            note: if n < 2 { "09:00" } else { "" }.to_owned(),
        })
        .collect();
    let ask = Ask {
        person: "Ben".into(),
        role: "custodian".into(),
        title: "Custodian Ben approves".into(),
        body: vec![
            "CREATE KEY first-key (K0, AES_128), not exportable".into(),
            "Ana signed this at 09:00:00Z. For the minutes:".into(),
            "  orbit pencil hazel quartz basin lemur tulip frost".into(),
        ],
        fields: vec![AskField {
            practice: Some("velvet anchor".into()),
            ..AskField::of(PASSPHRASE)
        }],
        words: None,
        types_back: false,
        hand_over,
        footing: Footing {
            acts: "custodian Ben; the administrator who asked cannot sign".into(),
            enter: "signs this request for Ben, then the key is created and saved".into(),
            so_far: "no key exists. Any change of request or vault voids both signatures".into(),
        },
    };
    Showing {
        idle_lock: None,
        anew: crate::ceremony::Anew::Nothing,
        done: false,
        reads_watches: false,
        plays_other: false,
        hands_out: false,
        stopping: false,
        voids_papers: false,
        stopped: None,
        held: crate::ceremony::Held::default(),
        left: false,
        relieved: false,
        signs_stop: ["Ada", "Ana", "Ben", "Wim"].map(str::to_owned).to_vec(),
        goes_to: None,
        awaited_at_stop: Vec::new(),
        in_room: vec![
            ["Ada".into(), "administrator Ada".into()],
            ["Ben".into(), "custodian Ben".into()],
            ["Wim".into(), "witness Wim".into()],
        ],
        steps,
        current: if outcome.is_some() { 5 } else { 2 },
        why: vec![
            "why     Dual control: nobody alone can make a key.".into(),
            "clause  PCI PIN 5-1, 12-3, 21-1".into(),
        ],
        ask: outcome.is_none().then_some(ask),
        searches: false,
        last: Some("ok    Ana signed".into()),
        outcome,
        uncounted: None,
        stays_good: false,
        came_back: None,
        noted: outcome.map(|_| crate::ceremony::Noted::Here),
        refused: None,
        offered: std::collections::BTreeMap::new(),
    }
}

/// What the runner shows when a run is taken up again.
pub(in crate::tui) fn taken_up() -> Showing {
    Showing {
        came_back: Some(vec!["administrator Ada".into(), "custodian Ben".into()]),
        last: None,
        ..showing(true, None)
    }
}

pub(super) fn told(state: &mut State, showing: Showing, again: Option<&str>) -> Vec<Effect> {
    let news = News::Showing {
        showing: Arc::new(showing),
        again: again.map(str::to_owned),
    };
    let view = snapshot::rehearsal();
    update(state, Msg::Desk(Box::new(news), Some(Arc::new(view))))
}

fn running(hand_over: bool) -> State {
    let mut state = snapshot::state(RunScreen::new("The first key", None, true));
    told(&mut state, showing(hand_over, None), None);
    state
}

#[test]
fn a_person_is_called_asked_and_answered() {
    let mut state = running(true);
    snapshot::press(&mut state, "<Enter>");
    snapshot::survives_every_size(&mut state);
    let effects = snapshot::press(&mut state, "<F5><Enter>");
    let Effect::Desk(Order::Answer { answers, .. }) = &effects[0] else {
        panic!()
    };
    assert!(matches!(&answers[0], Answer::Secret(s) if s.expose() == b"velvet anchor"));
}

#[test]
fn a_wrong_answer_stays_on_the_same_question() {
    let mut state = running(false);
    snapshot::press(&mut state, "wrong words<Enter>");
    let words = "The passphrase does not open Ben's envelope. Nothing is locked, there is no limit, and the request stands.";
    told(&mut state, showing(false, None), Some(words));
    let effects = snapshot::press(&mut state, "<F5><Enter>");
    assert_eq!(effects.len(), 1);
}

/// However long the question is: why an answer was wrong is read whole, and the question was read before.
#[test]
fn why_an_answer_was_wrong_is_never_cut() {
    let mut state = running(false);
    let mut long = showing(false, None);
    if let Some(ask) = &mut long.ask {
        ask.body = (0..40)
            .map(|n| format!("  line {n} of the question"))
            .collect();
    }
    let why = "The check value that was typed is not the one that these digits have. Nothing was entered. Compare the \
               paper group by group; if it says what was typed, the paper and its check value do not belong together: \
               stop here, keep it under dual control, and ask who made it. The last word is WHOLE.";
    told(&mut state, long.clone(), None);
    for _ in 0..9 {
        snapshot::press(&mut state, "<Enter>");
    }
    told(&mut state, long, Some(why));
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(picture.contains("WHOLE."), "{picture}");
    assert!(picture.contains("Passphrase of Ben"), "{picture}");
    assert!(picture.contains("nothing yet: this field"), "{picture}");
    // With the first letter it says what comes of it.
    snapshot::press(&mut state, "v");
    let picture = snapshot::drawn(&mut state, 80, 24, &snapshot::appearance());
    assert!(snapshot::text(&picture).contains("signs this request for Ben"));
}

#[test]
fn the_secret_is_never_drawn() {
    let mut state = running(false);
    snapshot::press(&mut state, "planted");
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        140,
        40,
        &snapshot::appearance(),
    ));
    assert!(
        picture.contains("7 typed") && !picture.contains("planted"),
        "{picture}"
    );
}

#[test]
fn keys_typed_before_a_question_was_drawn_do_not_answer_it() {
    let mut state = running(true);
    state.mark_drawn();
    let enter = || {
        Msg::Key(Box::new(KeyEvent::new(
            crossterm::event::KeyCode::Enter,
            crossterm::event::KeyModifiers::NONE,
        )))
    };
    update(&mut state, enter());
    // The question is there, but not on screen yet.
    assert!(update(&mut state, enter()).is_empty());
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(!picture.contains("is empty"), "{picture}");
}

#[test]
fn the_end_says_what_one_would_hold() {
    let mut state = running(false);
    told(
        &mut state,
        showing(false, Some(RunOutcome::Completed)),
        None,
    );
    snapshot::check("runner-ended", &mut state);
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        140,
        40,
        &snapshot::appearance(),
    ));
    assert!(
        picture.contains("Done. In a real ceremony you would now hold: no file, 1 report, 1 card.")
    );
    let effects = snapshot::press(&mut state, "<Enter>");
    assert!(matches!(effects[0], Effect::Quit(0)));
}

/// A run that was taken up from Home ends on the same page, and the key that writes is in sight at 80 columns.
#[test]
fn the_end_of_a_run_from_home_offers_its_files() {
    let mut state = snapshot::state(RunScreen::new("The first key", None, false));
    told(
        &mut state,
        showing(false, Some(RunOutcome::Completed)),
        None,
    );
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(picture.contains("w its files"), "{picture}");
}

#[test]
fn a_pause_goes_on_leaves_or_stops_with_a_reason() {
    let mut state = running(false);
    snapshot::press(&mut state, "<Esc>");
    snapshot::check("runner-pause", &mut state);
    snapshot::press(&mut state, "<Enter>");
    snapshot::press(&mut state, "<Esc><End><Enter>");
    snapshot::check("runner-stop-who", &mut state);
    // Enter alone names nobody, and the name of whoever was asked last is not taken for one.
    assert!(snapshot::press(&mut state, "<Enter><Enter>").is_empty());
    assert!(snapshot::press(&mut state, "<Down><Enter><Enter>").is_empty());
    snapshot::check("runner-stop", &mut state);
    let effects = snapshot::press(&mut state, "the bag was open<Enter>");
    assert!(
        matches!(effects.last().unwrap(), Effect::Desk(Order::Abort { reason, by })
            if reason == "the bag was open" && by.as_deref() == Some("Ada"))
    );
}

#[test]
fn leaving_asks_and_help_lists_the_keys() {
    let mut state = running(false);
    snapshot::press(&mut state, "<F1>");
    snapshot::check("help", &mut state);
    snapshot::press(&mut state, "<Esc><C-p>");
    snapshot::check("palette", &mut state);
    snapshot::press(&mut state, "<Esc><C-c>");
    snapshot::check("leave", &mut state);
    assert!(snapshot::press(&mut state, "<Enter>").is_empty());
    let effects = snapshot::press(&mut state, "<C-c>y");
    assert!(matches!(effects[0], Effect::Quit(0)));
}

#[test]
fn a_search_says_how_long_it_runs_and_esc_stops_it() {
    let mut state = snapshot::state(RunScreen::new("The first key", None, true));
    let searching = Showing {
        searches: true,
        ..showing(false, None)
    };
    told(&mut state, searching.clone(), None);
    let effects = snapshot::press(&mut state, "<F5><Enter>");
    let Effect::Desk(Order::Answer { stop, .. }) = &effects[0] else {
        panic!()
    };
    // At first it is an answer like any other.
    assert!(!stop.said());
    let later = state.world.wall.plus_millis(12_000);
    update(&mut state, Msg::Tick(later));
    let picture = |state: &mut State| {
        snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
    };
    let text = picture(&mut state);
    assert!(text.contains("being done (12 s)."), "{text}");
    assert!(text.contains("Esc stop the search"), "{text}");
    snapshot::press(&mut state, "x<Enter>");
    assert!(!stop.said());
    snapshot::press(&mut state, "<Esc>");
    assert!(stop.said());
    let text = picture(&mut state);
    assert!(text.contains("stopping the search"), "{text}");
    // An answer that leads to no search is not interrupted.
    told(&mut state, showing(false, None), None);
    let effects = snapshot::press(&mut state, "<F5><Enter>");
    let Effect::Desk(Order::Answer { stop, .. }) = &effects[0] else {
        panic!()
    };
    snapshot::press(&mut state, "<Esc>");
    assert!(!stop.said());
}

/// A component's turn: a reading, and what the field beside it asks.
fn component_showing(tells_value: bool, practice: Option<&str>) -> Showing {
    let field = |id: &str| {
        let op = if tells_value {
            &ops_components::READ_BACK
        } else {
            &ops_components::ENTER
        };
        *op.fields.iter().find(|f| f.id == id).unwrap()
    };
    let asked = |id| AskField {
        exactly: None,
        digits: (field(id).kind == Kind::Component).then_some(ComponentDigits {
            algorithm: crate::api::KeyAlgorithm::TDES_2KEY,
            tells_value,
        }),
        field: field(id),
        practice: practice.map(str::to_owned),
    };
    let ids: &[&str] = if tells_value {
        &["again"]
    } else {
        &["value", "again", "kcv"]
    };
    let mut told_first = showing(false, None);
    let ask = told_first.ask.as_mut().unwrap();
    ask.title = "Custodian Ben enters component 2 of 3 of zmk-x".into();
    ask.body = vec!["Ben alone; the others stand back.".into()];
    ask.fields = ids.iter().copied().map(asked).collect();
    ask.footing = Footing {
        acts: "custodian Ben alone; everybody else stands back".into(),
        enter: "goes to the next reading".into(),
        so_far: "nothing of this component is stored".into(),
    };
    told_first
}

/// The runner with that turn on show.
fn component_turn(tells_value: bool) -> State {
    let mut state = snapshot::state(RunScreen::new("Components", None, true));
    told(&mut state, component_showing(tells_value, None), None);
    state
}

/// A slip in the six digits of a check value costs nobody the digits of the component; and what did not fit is never
/// taken again by an Enter that was meant for another field.
#[test]
fn a_wrong_check_value_keeps_both_readings_and_is_typed_anew() {
    const WHOLE: &str = "0123456789ABCDEFFEDCBA9876543210";
    let mut state = component_turn(false);
    let typed = format!("{WHOLE}<Enter>{WHOLE}<Enter>08D7B5<Enter>");
    assert_eq!(snapshot::press(&mut state, &typed).len(), 1);
    let why =
        "The check value that was typed is not the one of this component. Nothing was entered.";
    told(&mut state, component_showing(false, None), Some(why));
    snapshot::check("component-value-differs", &mut state);
    // The wrong one is not submitted from any field.
    assert!(
        snapshot::press(
            &mut state,
            "<Enter><BackTab><Enter><BackTab><BackTab><Enter><Enter>"
        )
        .is_empty()
    );
    let effects = snapshot::press(&mut state, "08D7B4<Enter>");
    let Effect::Desk(Order::Answer { answers, .. }) = &effects[0] else {
        panic!()
    };
    let whole = |a: &Answer| matches!(a, Answer::Secret(s) if s.expose() == WHOLE.as_bytes());
    assert!(whole(&answers[0]) && whole(&answers[1]));
    assert!(matches!(&answers[2], Answer::Text(value) if value == "08D7B4"));
    // Any other refusal wipes them, and the check value too.
    told(
        &mut state,
        component_showing(false, None),
        Some("This is component 1 once more."),
    );
    let effects = snapshot::press(&mut state, &format!("{WHOLE}<Enter>{WHOLE}<Enter><Enter>"));
    assert!(effects.is_empty());
}

/// At 80 columns a component, its practice answer and two fields more leave no row: the steps give way to the reason.
#[test]
fn why_a_component_was_refused_is_never_below_the_edge() {
    let practice = Some("TEST:3B577FB3FD756DDFE62F6B52751580E0");
    let mut state = snapshot::state(RunScreen::new("Components", None, true));
    told(&mut state, component_showing(false, practice), None);
    let why = "This is not the check value of these digits: it is the first four digits of it. Nothing was entered. \
               Read the paper again, group by group. The last word is WHOLE.";
    told(&mut state, component_showing(false, practice), Some(why));
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    for words in [
        "WHOLE.",
        "Once more",
        "Check value",
        "3B57 7FB3 FD75 6DDF E62F 6B52 7515 80E0",
    ] {
        assert!(picture.contains(words), "no {words} in {picture}");
    }
}

#[test]
fn a_component_is_counted_and_judged_while_it_is_typed_and_never_drawn() {
    let mut state = component_turn(false);
    snapshot::press(&mut state, "0123456789ABCDEFFEDCBA98");
    snapshot::check("component-entry", &mut state);
    snapshot::press(&mut state, "76543210<Enter>0123456789ABCDEEF");
    snapshot::check("component-differs", &mut state);
    snapshot::press(&mut state, "<Back><Back>FFEDCBA9876543210<Enter>08d");
    snapshot::check("component-check-value", &mut state);
    let seen = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(
        !seen.contains("08D7B4"),
        "ours is hidden until theirs is typed\n{seen}"
    );
    // Where the paper is only read back, the value on it is told as soon as the digits are there.
    let mut state = component_turn(true);
    snapshot::press(&mut state, "0123456789ABCDEFFEDCBA9876543210");
    snapshot::check("component-read-back", &mut state);
    snapshot::survives_every_size(&mut state);
}
