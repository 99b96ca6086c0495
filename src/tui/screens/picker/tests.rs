//! The list of ceremonies, and what stands off in it.

use std::sync::Arc;

use super::*;
use crate::api::Timestamp;
use crate::session::Profile;
use crate::tui::app::State;
use crate::tui::message::{Effect, Msg};
use crate::tui::snapshot;

fn picker() -> Picker {
    let listed = |file: &str, title: &str| Listed {
        file: file.into(),
        id: file.into(),
        title: title.into(),
        steps: vec![
            "Who is here".into(),
            "The clock".into(),
            "Make the key".into(),
        ],
        needs: "1 administrator, 2 custodians".into(),
        takes: Some("10m".into()),
        sha256: "0".repeat(64),
        script: Vec::new(),
        inputs: BTreeMap::new(),
        found: None,
        off: None,
        rehearsed: None,
        only_practised: None,
    };
    Picker::over(
        Place::Rehearsal,
        vec![
            listed(
                "first-key.toml",
                "The first key: made under two approvals, looked at, signed for",
            ),
            listed(
                "kek-to-aws-rsa.toml",
                "A key-encryption key for AWS, wrapped under RSA",
            ),
        ],
    )
}

#[test]
fn the_list_and_the_steps_of_the_chosen_one() {
    let mut state = snapshot::state(picker());
    snapshot::check("picker", &mut state);
    snapshot::survives_every_size(&mut state);
    let effects = snapshot::press(&mut state, "<Enter>");
    assert!(matches!(&effects[0], Effect::Desk(Order::Play(_))));
}

/// "20 ceremonies: 1 more below" stood over five empty lines.
#[test]
fn a_high_screen_shows_every_ceremony_that_ships() {
    let mut state = snapshot::state(Picker::shipped(Place::Rehearsal));
    let picture = snapshot::drawn(&mut state, 140, 40, &snapshot::appearance());
    let text = snapshot::text(&picture);
    assert!(!text.contains("more below"), "{text}");
    let steps = |line: &&str| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    assert!(text.lines().filter(steps).count() >= 5, "{text}");
}

#[test]
fn an_empty_list_teaches() {
    let mut state = snapshot::state(Picker::over(Place::Here, Vec::new()));
    snapshot::check("picker-empty", &mut state);
    assert!(snapshot::press(&mut state, "<Enter>").is_empty());
}

/// The screen as text, its lines joined.
fn shown(state: &mut State) -> String {
    let buffer = snapshot::drawn(state, 80, 24, &snapshot::appearance());
    let text = snapshot::text(&buffer);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The list of a vault of this profile, with the rehearsals that were read.
fn here(profile: Profile, rehearsals: Rehearsals) -> State {
    let mut view = snapshot::rehearsal();
    view.profile = profile;
    view.kept = true;
    let mut world = snapshot::world();
    world.view = Some(Arc::new(view));
    let mut picker = Picker::here(&world);
    picker.news(&News::Rehearsals(rehearsals), &world);
    let at = picker.listed.iter().position(|l| l.id == "deletion-window");
    picker.cursor = Cursor::on(at.unwrap());
    State::new(world, Box::new(picker))
}

/// Enter, which has the rehearsals read, and what was read.
fn looked_again(state: &mut State, rehearsals: Rehearsals) {
    let looks = snapshot::press(state, "<Enter>");
    let asks = |effect: &Effect| matches!(effect, Effect::Desk(Order::Rehearsals));
    assert!(looks.iter().any(asks));
    let view = state.world.view.clone();
    let news = Msg::Desk(Box::new(News::Rehearsals(rehearsals)), view);
    crate::tui::app::update(state, news);
}

/// What a production vault would refuse stands off beforehand, with the reason and what brings it.
#[test]
fn an_unrehearsed_script_stands_off_in_production() {
    let room = tempfile::tempdir().unwrap();
    let notes = room.path().join("notes");
    let now = Timestamp::parse_rfc3339("2026-12-01T09:00:00Z").unwrap();
    let read = || Rehearsals::read(Some(&notes), now);
    let mut state = here(Profile::Production, read());
    snapshot::check("picker-unrehearsed", &mut state);
    snapshot::survives_every_size(&mut state);
    let (_, bytes) = shipped()
        .iter()
        .find(|(file, _)| *file == "deletion-window.toml")
        .unwrap();
    let script = Script::parse(bytes).unwrap().sha256_hex();
    let line = |at: &str| {
        format!(r#"{{"script":"{script}","build":"b","at":"{at}","outcome":"completed"}}"#)
    };
    std::fs::write(&notes, line("2026-11-10T09:00:00Z")).unwrap();
    let mut state = here(Profile::Production, read());
    let text = shown(&mut state);
    assert!(
        text.contains("rehearsed too long ago (2026-11-10T09:00:00Z)"),
        "{text}"
    );
    std::fs::write(&notes, line("2026-11-30T09:00:00Z")).unwrap();
    // Rehearsed in another terminal while the list stands here: Enter looks again, and then asks.
    looked_again(&mut state, read());
    let text = shown(&mut state);
    assert!(text.contains("begin it here?"), "{text}");
    assert!(text.contains("rehearsed 2026-11-30 09:00 UTC"), "{text}");
    let mut state = here(Profile::Production, read());
    let text = shown(&mut state);
    assert!(text.contains("says what it needs"), "{text}");
    assert!(text.contains("rehearsed 2026-11-30 09:00 UTC"), "{text}");
    // One that was held since is the one that is named: the list of before would say an older.
    std::fs::write(&notes, line("2026-12-01T08:00:00Z")).unwrap();
    looked_again(&mut state, read());
    let text = shown(&mut state);
    assert!(text.contains("begin it here?"), "{text}");
    assert!(text.contains("rehearsed 2026-12-01 08:00 UTC"), "{text}");
    // No other profile asks.
    let mut state = here(Profile::Test, Rehearsals::read(None, now));
    snapshot::press(&mut state, "<Enter>");
    assert!(shown(&mut state).contains("begin it here?"));
}

/// A script that is for other vaults says so, and is not rehearsed for nothing.
#[test]
fn a_script_for_other_vaults_stands_off() {
    let now = Timestamp::parse_rfc3339("2026-12-01T09:00:00Z").unwrap();
    let (_, bytes) = shipped()[0];
    let text = std::str::from_utf8(bytes).unwrap();
    let of_tests = text
        .lines()
        .map(|line| {
            if line.starts_with("profiles") {
                "profiles = [\"rehearsal\", \"test\"]"
            } else {
                line
            }
        })
        .collect::<Vec<_>>()
        .join("\n");
    let script = Script::parse(of_tests.as_bytes()).unwrap();
    for (profile, off) in [(Profile::Production, true), (Profile::Test, false)] {
        let word = "own.toml";
        let found = crate::ceremony::not_here(
            &script,
            word,
            (profile, true),
            Some(&Rehearsals::read(None, now)),
        );
        assert_eq!(found.is_some(), off);
        if let Some(found) = found {
            assert!(
                found.told.contains("is for rehearsal and test vaults"),
                "{}",
                found.told
            );
            assert!(!found.told.contains("keymoot play"), "{}", found.told);
        }
    }
}

/// While one ceremony stands open, another is off with the way on, before anybody presses Enter.
#[test]
fn another_ceremony_waits_for_the_one_that_stands_open() {
    let mut state = here(
        Profile::Test,
        Rehearsals::read(None, Timestamp::from_millis(0)),
    );
    let mut view = (**state.world.view.as_ref().unwrap()).clone();
    let (_, bytes) = shipped()
        .iter()
        .find(|(file, _)| *file == "first-key.toml")
        .unwrap();
    let first = Script::parse(bytes).unwrap();
    let mut session = crate::tui::room::practice_session(false);
    crate::ceremony::Runner::begin(&mut session, first, crate::ceremony::Wanted::default())
        .unwrap();
    view.runs = session.view().runs;
    state.world.view = Some(Arc::new(view));
    let mut picker = Picker::here(&state.world);
    picker.judge(&state.world);
    let off = |id: &str| {
        let listed = picker.listed.iter().find(|l| l.id == id).unwrap();
        listed.off.as_ref().map(|off| off.told.clone())
    };
    assert_eq!(off("first-key"), None);
    let told = off("deletion-window").unwrap();
    assert!(told.contains("stands open at step 1"), "{told}");
    assert!(told.contains("Home goes on with it"), "{told}");
    assert!(!told.contains("--resume"), "{told}");
}

/// What keeps it from beginning is read before what the linter remarks, of which there may be more than the page has rows.
#[test]
fn why_a_script_of_ones_own_does_not_begin_stands_before_the_linters_remarks() {
    let now = Timestamp::parse_rfc3339("2026-12-01T09:00:00Z").unwrap();
    let mut state = here(Profile::Production, Rehearsals::read(None, now));
    let (_, bytes) = shipped()[0];
    let text = std::str::from_utf8(bytes).unwrap();
    let remark = Finding {
        rule: "L08".into(),
        severity: "warning".into(),
        step: None,
        path: "title".into(),
        line: 3,
        message: "a remark that goes on and on. ".repeat(30),
    };
    let read = crate::tui::message::OwnScript {
        file: "own.toml".into(),
        inputs: BTreeMap::new(),
        found: vec![remark],
        bytes: format!("{text}\n# own\n").into_bytes(),
    };
    let news = News::Script(Arc::new(read));
    let view = state.world.view.clone();
    crate::tui::app::update(&mut state, Msg::Desk(Box::new(news), view));
    let text = shown(&mut state);
    let at = |words: &str| {
        text.find(words)
            .unwrap_or_else(|| panic!("no {words} in {text}"))
    };
    assert!(at("begins only what was rehearsed") < at("The linter has a remark"));
    assert!(text.contains("at most 14 days before"), "{text}");
}
