//! A production vault at the screens: it says that it exists once, offers the copy, and the copy is real.

use std::path::Path;
use std::sync::Arc;

use super::approve::Approve;
use super::home::Home;
use super::unlock::{Then, Unlock};
use crate::session::Fixed;
use crate::session::{Created, Environment, NewPerson, NewVault, Profile, create};
use crate::tui::app::{State, update};
use crate::tui::message::{Msg, News};
use crate::tui::room::{Room, practice_session, start};
use crate::tui::snapshot;
use crate::vault::{FolderStore, MemoryStore, Store};

const PEOPLE: [(&str, &str); 3] = [
    ("Ada", "administrator"),
    ("Ana", "custodian"),
    ("Ben", "custodian"),
];
const WORDS: &str = "velvet anchor lunar crisp mango tidal ember";

/// A new production vault.
fn vault(store: Box<dyn Store>) -> Created {
    let people = PEOPLE.map(|(name, role)| NewPerson::new(name, role, WORDS.as_bytes()));
    let new = NewVault {
        clock: Some(start()),
        ..NewVault::usual("acme", Profile::Production, people)
    };
    // Pictures hold the time.
    let environment = Environment::real(None).with_clock(Box::new(Fixed(start())));
    create(store, new, environment).unwrap()
}

/// A production vault whose people's envelopes lie in this folder.
fn production(folder: &Path) -> Room {
    let created = vault(Box::new(MemoryStore::new()));
    for (person, kind, envelope) in &created.envelopes {
        std::fs::write(folder.join(format!("{person}.{kind}")), envelope).unwrap();
    }
    Room::new(Home::new(), created.session)
}

fn sign(room: &mut Room, folder: &Path, person: &str) {
    let envelope = folder.join(format!("{person}.approval"));
    room.press(&format!("{}<Enter>{WORDS}<Enter>", envelope.display()));
}

#[test]
fn a_vault_that_exists_once_offers_its_copy_before_it_is_closed() {
    let media = tempfile::tempdir().unwrap();
    let mut room = production(media.path());
    room.shows(&["copy", "none yet: this vault exists once"]);
    // The words of a vault that nobody seeded are others each time.
    let mut view = room.state.world.view.clone().unwrap();
    let words = WORDS.split(' ').take(6).map(str::to_owned);
    Arc::make_mut(&mut view).card_words = words.collect();
    room.state.world.view = Some(view);
    room.press("<Esc>").check("close-only-copy");
    room.shows(&[
        "Close this vault?",
        "This vault exists once",
        "b makes that copy now",
        // Esc led here, and nobody has pressed Ctrl-C yet.
        "Ctrl-C leaves keymoot",
        // In the key bar at 80 columns too.
        "b copy it first",
    ]);
    room.press("b").check("backup-form");
    let full = media.path().display().to_string();
    room.press(&format!(
        "stick 2<Enter>TE-448120<Enter>Hal<Enter>bank safe<Enter>{full}<Enter>"
    ));
    room.shows(&["is not empty. Nothing was"]);
    let copy = media.path().join("copy");
    room.press(&format!("<C-u>{}<Enter>", copy.display()));
    room.shows(&[
        "stick 2",
        "TE-448120",
        "Hal",
        "bank safe",
        "2 custodians sign",
    ]);
    room.press("<Enter>");
    sign(&mut room, media.path(), "Ada");
    for person in ["Ana", "Ben"] {
        room.press("<Enter><Enter>");
        sign(&mut room, media.path(), person);
    }
    room.shows(&["Copy B1 is written and was read"]);
    let mut names: Vec<_> = std::fs::read_dir(&copy)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["audit.jsonl", "custody.toml", "vault.age"]);
    // Back where it was offered; now there is nothing left to say, and it closes.
    room.press("<Enter>");
    let text = room.text();
    assert!(!text.contains("exists once"), "{text}");
    room.press("y");
    assert!(room.state.world.view.is_none());
}

/// Whoever types words looks at the paper: an Enter that only showed more of the request would leave the cursor in the
/// envelope's field, where letters are drawn.
#[test]
fn enter_behind_an_envelope_goes_to_the_words_however_much_is_unread() {
    let media = tempfile::tempdir().unwrap();
    let mut room = production(media.path());
    let copy = media.path().join("copy");
    let fields = ["stick 2", "TE-448120", "Hal", "bank safe"].join("<Enter>");
    room.press(&format!("<Esc>b{fields}<Enter>{}<Enter>", copy.display()));
    room.press("<Enter>");
    sign(&mut room, media.path(), "Ada");
    let view = room.state.world.view.clone().unwrap();
    let mut pending = view.pending[0].clone();
    for line in 0..40 {
        pending
            .details
            .push((format!("line {line}"), "one of many".into()));
    }
    let world = std::mem::replace(&mut room.state.world, snapshot::world());
    let approve = Approve::new(pending, &world);
    room.state = State::new(world, Box::new(approve));
    room.press("<Enter><Enter>");
    room.shows(&["below", "Ana signs"]);
    let envelope = media.path().join("Ana.approval");
    room.press(&envelope.display().to_string());
    room.shows(&["goes to the next field"]);
    room.press("<Enter>");
    room.shows(&["below"]);
    room.press(WORDS);
    let text = room.text();
    assert!(
        !text.contains("anchor") && text.contains("that are still below"),
        "{text}"
    );
    // What is unread comes before the signature.
    let signed = |room: &Room| {
        let view = room.state.world.view.as_ref().unwrap();
        view.pending[0].signed.len()
    };
    let mut presses = 0;
    while signed(&room) == 0 {
        room.press("<Enter>");
        room.text();
        presses += 1;
        assert!(presses < 20, "{}", room.text());
    }
    assert!(presses > 1);
}

/// The time that a watch shows now.
fn watch() -> String {
    use crate::api::Clock as _;
    crate::os::WallClock.now().rfc3339()
}

/// The time that a watch shows which is wrong by so many milliseconds.
fn watch_off(millis: i64) -> String {
    use crate::api::Clock as _;
    crate::os::WallClock.now().plus_millis(millis).rfc3339()
}

/// Two people read watches that say the same.
fn both_say(room: &mut Room, time: &str) {
    for _ in 0..2 {
        room.press(&format!("<Enter>{time}<Enter>"));
    }
}

#[test]
fn an_opening_ends_with_two_watches() {
    let media = tempfile::tempdir().unwrap();
    let dir = media.path().join("acme.vault");
    let created = vault(Box::new(FolderStore::create(&dir).unwrap()));
    for (person, kind, envelope) in &created.envelopes {
        std::fs::write(media.path().join(format!("{person}.{kind}")), envelope).unwrap();
    }
    let card = created.session.view();
    created.session.close().unwrap();
    let unlock = Unlock::new(dir, Then::Home);
    let order = unlock.order();
    let mut room = Room::new(unlock, practice_session(true));
    room.order(order);
    for (person, place) in [("Ana", "1 of 4: a custodian"), ("Ben", "2 of 4")] {
        room.shows(&[place]);
        let envelope = media.path().join(format!("{person}.share"));
        room.press(&format!(
            "<Enter><Enter>{}<Enter>{WORDS}<Enter>",
            envelope.display()
        ));
    }
    room.shows(&["3 of 4: the witness card"]);
    // One digit is wrong and the words are right: no rollback, and nobody's share is lost.
    room.press(&format!("9<Enter>{}<Enter>", card.card_words.join(" ")));
    room.shows(&["3 of 4: the witness card", "number typed is 9"]);
    room.press(&format!("<C-u>{}<Enter>", card.seq));
    room.shows(&["4 of 4: the clock", "First watch", "Ada", "Your watch says"]);
    // Not a time; then the same person twice; then a watch that is a day off.
    room.shows(&["opened it", "not seen yet"]);
    room.press("<Enter>nine<Enter>");
    room.shows(&["First watch"]);
    room.press(&format!("<C-u>{}<Enter>", watch()));
    room.shows(&["Second watch, not Ana's", "Ana has read a watch"]);
    room.press(&format!("<Enter>{}", "2020-01-01 10:00<Enter>"));
    room.shows(&["STOP  Ana read", "minutes apart", "First watch"]);
    // Both an hour ahead: local time for UTC. It is asked about, and read again.
    both_say(&mut room, &watch_off(3_600_000));
    room.shows(&["Both watches say", "1 h 00 m ahead", "the hour in UTC"]);
    room.press("<Enter>");
    room.shows(&["First watch"]);
    // Both behind the machine and not behind what is on record: asked about, and read again.
    both_say(&mut room, &watch_off(-3_600_000));
    room.shows(&["Both watches say", "behind this machine's"]);
    room.press("<Enter>");
    // Both behind what is on record: refused, with the way back where the vault's time is wrong.
    both_say(&mut room, "2026-11-24 07:00");
    room.shows(&["this vault's time is", "the watches are right"]);
    room.press("<Down><Enter>");
    room.shows(&["Set the vault's time back", "Watches say"]);
    for _ in 0..2 {
        if !room.text().contains("First watch") {
            room.press("<Esc>");
        }
    }
    both_say(&mut room, &watch());
    room.shows(&["Home", "clock is attested"]);
    let view = room.state.world.view.clone().unwrap();
    assert!(view.attested);
}

#[test]
fn the_clock_is_asked_of_one_person_after_the_other() {
    let mut state = snapshot::state(Home::new());
    let mut view = snapshot::rehearsal();
    view.profile = Profile::Production;
    view.attested = false;
    state.world.view = Some(std::sync::Arc::new(view));
    snapshot::check("home-clock", &mut state);
    snapshot::press(&mut state, "<Enter>");
    snapshot::check("clock-first", &mut state);
    snapshot::press(&mut state, "<Enter>2026-11-24 09:00<Enter>");
    snapshot::check("clock-second", &mut state);
    let text = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(
        !text.contains("2026-11-24 09:00"),
        "the second person reads a watch and no screen: {text}"
    );
    snapshot::press(&mut state, "<Down><Enter>2026-11-24 09:00<Enter>");
    let refused = News::Refused(
        "Ada read 2026-11-24 09:05 and Ana 2026-11-24 09:12: more than three minutes apart. Nothing was changed, and \
         neither counts. Read both watches again, with the date, in UTC."
            .into(),
    );
    let view = state.world.view.clone();
    update(&mut state, Msg::Desk(Box::new(refused), view));
    snapshot::check("clock-refused", &mut state);
}
