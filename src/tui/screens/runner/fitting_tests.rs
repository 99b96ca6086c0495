//! Every question of every script that ships, at 80x24, as a rehearsal draws it and as a vault that stays: what is typed into, the three lines above the
//! keys, and why an answer was not taken are on the screen, whatever else has to give way.

use std::sync::LazyLock;

use super::*;
use crate::ceremony::{self, Answer, AskField, Runner, Script, Wanted};
use crate::session::{Profile, Session, View};
use crate::tui::app::{State, update};
use crate::tui::canvas::Appearance;
use crate::tui::message::Msg;
use crate::tui::snapshot;

const WHY: &str = "The passphrase does not open this envelope. Nothing is locked, there is no limit, and the request \
                   stands. Your own paper, and the newest one? Every word as it stands there? Word 2 is not in the \
                   word list: check the typing. It has to be read to its end, and the last word is WHOLE.";

/// The same question as a vault of this profile draws it: practice answers and the banner are a rehearsal's.
fn in_profile(showing: &Showing, view: &View, profile: Profile) -> (Showing, View) {
    let (mut showing, mut view) = (showing.clone(), view.clone());
    view.profile = profile;
    if profile != Profile::Rehearsal {
        view.automatic = false;
        view.practice.clear();
        let fields = showing.ask.iter_mut().flat_map(|ask| &mut ask.fields);
        fields.for_each(|field| field.practice = None);
    }
    (showing, view)
}

fn picture(state: &mut State) -> String {
    // The theme is read once: there are thousands of pictures.
    static LOOK: LazyLock<Appearance> = LazyLock::new(snapshot::appearance);
    snapshot::text(&snapshot::drawn(state, 80, 24, &LOOK))
}

/// What has to be on the screen at a question, read to its end or not.
fn judged(picture: &str, ask: &Ask, name: &str) {
    let at = format!("{name}, {}\n{picture}", ask.title);
    for label in ["Acts ", "Enter ", "So far "] {
        let there = |line: &str| line.trim_start().starts_with(label);
        assert!(picture.lines().any(there), "no line {label}: {at}");
    }
    let typed = |field: &AskField| field.field.kind != Kind::Confirm;
    if let Some(first) = ask.fields.iter().find(|field| typed(field)) {
        let label = format!("► {}", first.field.label);
        assert!(picture.contains(&label), "no field {label}: {at}");
    }
}

/// One question, in one profile: read page by page, then answered wrongly.
fn looked_at(name: &str, showing: &Showing, view: &View, profile: Profile) {
    let Some(ask) = &showing.ask else { return };
    let mut state = snapshot::state(RunScreen::new(name, None, true));
    let (showing, view) = in_profile(showing, view, profile);
    let (showing, view) = (Arc::new(showing), Arc::new(view));
    let tell = |state: &mut State, again: Option<&str>| {
        let news = News::Showing {
            showing: Arc::clone(&showing),
            again: again.map(str::to_owned),
        };
        update(state, Msg::Desk(Box::new(news), Some(Arc::clone(&view))));
    };
    tell(&mut state, None);
    if ask.hand_over {
        snapshot::press(&mut state, "<Enter>");
    }
    let mut seen = picture(&mut state);
    judged(&seen, ask, name);
    while seen.contains("shows what is still below") {
        snapshot::press(&mut state, "<Enter>");
        seen = picture(&mut state);
        judged(&seen, ask, name);
    }
    tell(&mut state, Some(WHY));
    let seen = picture(&mut state);
    judged(&seen, ask, name);
    assert!(seen.contains("WHOLE."), "{name}, {}\n{seen}", ask.title);
}

fn answered(runner: &mut Runner, session: &mut Session, ask: &Ask) {
    let answers = ask.fields.iter().map(|asked| {
        let typed = asked.practice.clone().unwrap_or_default();
        if asked.field.secret() {
            Answer::Secret(crate::crypto::SecretBytes::from_slice(typed.as_bytes()))
        } else {
            Answer::Text(typed)
        }
    });
    runner.answer(session, answers.collect()).unwrap();
}

#[test]
fn the_field_and_the_three_lines_are_on_the_screen_at_every_question() {
    for (name, script) in ceremony::shipped() {
        let script = Script::parse(script).ok().unwrap();
        let mut session = crate::tui::room::practice_session(false);
        let mut runner = Runner::begin(&mut session, script, Wanted::default()).unwrap();
        for _ in 0..300 {
            let showing = runner.showing(&session);
            let Some(ask) = showing.ask.clone() else {
                break;
            };
            let view = session.view();
            for profile in [Profile::Rehearsal, Profile::Production] {
                looked_at(name, &showing, &view, profile);
            }
            answered(&mut runner, &mut session, &ask);
        }
        assert!(runner.outcome().is_some(), "{name} was played to its end");
    }
}

/// The page where an interrupted run is taken up is read to its last paragraph, which asks for the people.
#[test]
fn a_run_that_is_taken_up_asks_for_its_people_on_the_smallest_screen() {
    let paper = |n: usize| format!("component {n} of kek-from-components (custodian-{n})");
    let mut showing = tests::taken_up();
    showing.came_back = Some((1..=5).map(|n| format!("custodian-{n}")).collect());
    showing.held.open = (1..=3).map(paper).collect();
    showing.held.put_away = (1..=3)
        .map(|n| format!("Component {n} of kek-from-components lies in package N-{n} (custodian-{n}): it stays closed until its step."))
        .collect();
    let view = snapshot::rehearsal();
    let (showing, view) = (Arc::new(showing), Arc::new(view));
    let mut state = snapshot::state(RunScreen::new("A set", None, true));
    let news = News::Showing {
        showing,
        again: None,
    };
    update(&mut state, Msg::Desk(Box::new(news), Some(view)));
    let mut seen = picture(&mut state);
    for _ in 0..5 {
        if !seen.contains("shows what is still below") {
            break;
        }
        snapshot::press(&mut state, "<Enter>");
        seen = picture(&mut state);
    }
    let words: String = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("The same people?"), "{seen}");
    assert!(words.contains("nothing is lost."), "{seen}");
    assert!(words.contains("goes on with step"), "{seen}");
}
