//! What was done at the screens becomes a script, and the script does it again.

use super::home::Home;
use super::picker::{Picker, Place};
use crate::ceremony::{Runner, Script, Wanted, deeds_in};
use crate::evidence::recording::Cast;
use crate::tui::recorder::Recorder;
use crate::tui::room::{Room, practice_session};

const SAMPLE: &str = "ceremonies/samples/get-parameters-for-import-rsa2048.json";

/// A key is made, AWS's root is trusted, the key leaves, another is scheduled for destruction and kept after all.
fn worked(out: &std::path::Path) -> Room {
    let mut room = Room::new(Home::new(), practice_session(true));
    room.press("n<Enter><Home><Down><Enter><Enter><Down><Enter>kek-x<Enter><Enter><Enter>");
    room.press("<Enter><Enter>");
    room.shows(&["Done, saved", "kek-x"]);
    room.press("<Esc>");
    room.press("x<Enter>/kek<Enter><Enter>").press(SAMPLE);
    room.press("<Enter><Enter><Enter><Enter>Wim<Enter>")
        .press(&"ab".repeat(32));
    room.press("<Enter>Wim, 09:10Z, account 4444<Enter>aws-root<Enter>");
    room.press("<F5><Enter><Enter><Enter><Enter><Enter>");
    room.shows(&["Done, saved"]);
    room.press("<Enter><Enter><Enter><Enter><C-u>")
        .press(&out.display().to_string());
    room.press("<Enter><Enter><Enter><Enter><Enter>");
    room.shows(&["only", "NEXT.txt"]);
    // Scheduled for destruction, and kept after all.
    room.press("<Enter>v/kek<Enter><Enter>D");
    room.press("<Enter>delete<Enter><Enter><Enter><Enter>");
    room.shows(&["Done, saved", "check value"]);
    room.press("<Enter><Esc><Esc><Esc>d<Enter><Enter><Enter><Enter><Enter>");
    room.shows(&["Done, saved", "RESTORE"]);
    room
}

#[test]
fn a_session_at_the_screens_is_a_script_that_does_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let room = worked(&folder.path().join("out"));
    let deeds = room.state.world.view.clone().unwrap().deeds.clone();
    let file = folder.path().join("quarterly-export.toml");
    let text = crate::ceremony::recorded_script_for(&file, &deeds).unwrap();
    let script = Script::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e:#?}"));
    assert_eq!(script.lint(), [], "{text}");
    let mut session = practice_session(true);
    let inputs = [("file".to_owned(), std::fs::read(SAMPLE).unwrap())];
    let wanted = Wanted {
        inputs: inputs.into(),
        ..Wanted::default()
    };
    let mut runner = Runner::begin(&mut session, script, wanted).unwrap();
    let ended = runner.headless(&mut session).unwrap();
    assert!(format!("{ended:?}").contains("ompleted"), "{ended:?}");
    let (before, now) = (room.state.world.view.clone().unwrap(), session.view());
    let facts = |view: &crate::session::View| -> Vec<_> {
        // Labels stay, and ARNs are drawn anew: the list has an order of its own.
        let mut keys: Vec<_> = view.keys.iter().collect();
        keys.sort_by(|a, b| a.label.cmp(&b.label));
        keys.iter()
            .map(|k| {
                (
                    k.label.clone(),
                    k.key.key_attributes,
                    k.key.key_state,
                    k.key.exportable,
                )
            })
            .collect()
    };
    assert_eq!(facts(&now), facts(&before));
    let sent = |view: &crate::session::View| {
        view.exports
            .first()
            .map(|e| (e.label.clone(), e.receiver.clone()))
    };
    assert_eq!(sent(&now), sent(&before));
    assert!(sent(&now).is_some());
}

/// What a cold user did: a deletion that is taken back, the key enabled and named, each at the screens.
#[test]
fn whatever_is_done_to_a_key_the_script_says_what_must_be_true_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = worked(&folder.path().join("out"));
    for _ in 0..2 {
        room.press("<Enter><Esc><Esc><Esc>v/kek<Enter><Enter>u");
        room.press("<Enter><Enter><Enter><Enter>");
        room.shows(&["Done, saved", "ABLE KEY"]);
    }
    room.press("<Enter><Esc><Esc><Esc>v/kek<Enter><Enter>m<Enter>alias/zmk<Enter><Enter><Enter><Enter><Enter>");
    room.shows(&["Done, saved", "alias/zmk"]);
    let deeds = room.state.world.view.clone().unwrap().deeds.clone();
    let acts: Vec<&str> = deeds.iter().map(|d| d.op.as_str()).collect();
    for act in [
        "delete-key",
        "restore-key",
        "start-key-usage",
        "stop-key-usage",
        "create-alias",
    ] {
        assert!(acts.contains(&act), "{act}: {acts:?}");
    }
    let file = folder.path().join("as-done.toml");
    let text = crate::ceremony::recorded_script_for(&file, &deeds).unwrap();
    let script = Script::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e:#?}"));
    assert_eq!(script.lint(), [], "{text}");
    let mut session = practice_session(true);
    let wanted = Wanted {
        inputs: [("file".to_owned(), std::fs::read(SAMPLE).unwrap())].into(),
        ..Wanted::default()
    };
    let mut runner = Runner::begin(&mut session, script, wanted).unwrap();
    let ended = runner.headless(&mut session).unwrap();
    assert!(format!("{ended:?}").contains("ompleted"), "{ended:?}");
}

#[test]
fn a_recording_of_the_session_holds_its_acts_and_no_other_marker_is_taken_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let room = worked(&folder.path().join("out"));
    let deeds = room.state.world.view.clone().unwrap().deeds.clone();
    let mut bytes = Vec::new();
    let mut recorder = Recorder::begin(&mut bytes, (80, 24), "keymoot").unwrap();
    recorder.deeds(10, &deeds[..1]).unwrap();
    recorder.deeds(20, &deeds).unwrap();
    // The vault is closed, and another one opened.
    recorder.deeds(30, &[]).unwrap();
    recorder.deeds(40, &deeds[..1]).unwrap();
    let cast = Cast::read(&bytes).unwrap();
    let markers = cast.events.iter().filter(|e| e.code == "m");
    let words = ["custodian Ana", "did nothing", "did {\"op\": 7}"];
    let read = deeds_in(markers.map(|e| e.data.as_str()).chain(words));
    let again = deeds.iter().chain(&deeds[..1]).cloned().collect::<Vec<_>>();
    assert_eq!(read, again);
}

#[test]
fn where_nothing_was_done_there_is_no_script_and_a_name_that_is_no_id_is_refused() {
    let mut room = Room::new(Picker::shipped(Place::Here), practice_session(true));
    room.press("w");
    room.shows(&["no act was asked for and done"]);
    let folder = tempfile::tempdir().unwrap();
    let mut room = worked(&folder.path().join("out"));
    room.press("<Enter><Esc><Esc><Esc>cw")
        .check("recorded-save");
    let path = |name: &str| folder.path().join(name);
    room.press("<C-u>")
        .press(&path("Bad Name.toml").display().to_string())
        .press("<Enter>");
    room.shows(&["is no id"]);
    room.press("<C-u>")
        .press(&path("again.toml").display().to_string())
        .press("<Enter>");
    room.shows(&[
        "written and read back",
        "Next: Rehearse at Welcome plays it (F6)",
    ]);
    let text = std::fs::read_to_string(path("again.toml")).unwrap();
    assert!(text.contains("id       = \"again\""), "{text}");
}

/// A drill, in which people are called one by one, is a step like what was done around it.
#[test]
fn a_drill_is_a_step_of_the_script() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::new(Home::new(), practice_session(true));
    room.press("n<Enter><Home><Down><Enter><Enter><Down><Enter>kek-x<Enter><Enter><Enter>");
    room.press("<Enter><Enter>");
    room.shows(&["Done, saved", "kek-x"]);
    room.press("<Esc>p<Enter>");
    for _ in 0..12 {
        if room.text().contains("proven: ") {
            break;
        }
        room.press("<Enter>");
    }
    room.shows(&["proven: Ana, Ben, Cho"]);
    let deeds = room.state.world.view.clone().unwrap().deeds.clone();
    let names: Vec<&str> = deeds.iter().map(|d| d.op.as_str()).collect();
    assert_eq!(names, ["create-key", "vault.drill"]);
    let file = folder.path().join("a-day.toml");
    let text = crate::ceremony::recorded_script_for(&file, &deeds).unwrap();
    let (made, drilled) = (
        text.find("create-key"),
        text.find("op       = \"vault.drill\""),
    );
    assert!(made.is_some() && made < drilled, "{text}");
    let script = Script::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e:#?}"));
    assert_eq!(script.lint(), [], "{text}");
}
