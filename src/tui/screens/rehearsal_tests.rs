//! A rehearsal that is kept in a folder: what it says of itself, and whose practice words it knows.

use crate::crypto::SecretBytes;
use crate::tui::room::Room;
use crate::tui::snapshot;

#[test]
fn a_rehearsal_in_a_folder_is_kept_and_practised() {
    use crate::session::{Environment, Opening, practice};
    use crate::vault::FolderStore;
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("r.vault");
    let store = Box::new(FolderStore::create(&dir).unwrap());
    let made = practice::vault(store, Environment::real(None), None, false).unwrap();
    made.session.close().unwrap();
    // Everything is found out when it is opened: nothing of the making is remembered.
    let open = || {
        let store = Box::new(FolderStore::open(&dir).unwrap());
        let mut opening = Opening::begin(store, "r").unwrap();
        let known = opening.bootstrap().practice;
        assert_eq!(known.get("Ana").map(String::as_str), Some("apple arrow"));
        assert_eq!(known.len(), 3, "custodians alone: {known:?}");
        for (person, words) in [("Ana", "apple arrow"), ("Ben", "bacon badge")] {
            let words = SecretBytes::from_slice(words.as_bytes());
            opening.enter(person, &words, None).unwrap();
        }
        opening.finish(Environment::real(None), None).unwrap()
    };
    let mut room = Room::new(super::home::Home::new(), open());
    let wide = snapshot::text(&snapshot::drawn(
        &mut room.state,
        140,
        40,
        &snapshot::appearance(),
    ));
    assert!(wide.contains("It is kept in its folder."), "{wide}");
    assert!(!wide.contains("othing is kept"), "{wide}");
    room.state.world.size = (80, 24);
    let world = &room.state.world;
    for (person, words) in [("Ada", "amber anchor"), ("Cho", "cabin camel")] {
        let practice = world.view.as_ref().unwrap().practice.get(person);
        assert_eq!(practice.map(String::as_str), Some(words));
    }
    assert!(!world.keeps_nothing());
}

#[test]
fn practice_words_are_offered_only_to_those_whose_words_they_are() {
    use crate::session::{Environment, NewPerson, Opening, create, founding};
    use crate::vault::MemoryStore;
    let person = |name: &str, role, words: &str| NewPerson {
        name: name.into(),
        role,
        passphrase: SecretBytes::from_slice(words.as_bytes()),
    };
    let store = MemoryStore::new();
    let plan = founding::Plan::of_a_test(crate::session::Profile::Rehearsal);
    let people = vec![
        person("Ana", "custodian", "words of-her-own"),
        person("Ben", "custodian", "bacon badge"),
        person("Ada", "administrator", "amber anchor"),
    ];
    let mut new = plan.vault(people, crate::api::Timestamp::from_millis(0));
    new.k = 2;
    let made = create(Box::new(store.clone()), new, Environment::real(None)).unwrap();
    made.session.close().unwrap();
    let opening = Opening::begin(Box::new(store), "r").unwrap();
    let known: Vec<String> = opening.bootstrap().practice.into_keys().collect();
    assert_eq!(known, ["Ben"]);
}

/// `vault-recovery` at the screens, where the words of one custodian do not open: what the page says that has an exception
/// signed, who signs it, and that the ceremony goes on.
#[test]
fn an_exception_is_signed_by_whoever_leads_and_watches_and_the_ceremony_goes_on() {
    use crate::tui::room::practice_session;
    let mut room = Room::new(super::home::Home::new(), practice_session(false));
    room.press("c");
    for _ in 0..40 {
        let text = room.text();
        let mut lines = text.lines();
        if lines.any(|line| line.contains('►') && line.contains("A vault is back")) {
            break;
        }
        room.press("<Down>");
    }
    room.press("<Enter>");
    let mut wrong = false;
    for _ in 0..120 {
        let text = room.text();
        if text.contains("signs an exception") && !text.contains("blank on purpose") {
            break;
        }
        let bens = text.contains("Ben proves both envelopes") && text.contains("bacon badge");
        if bens && !wrong {
            wrong = true;
            room.press("not these words<Enter>");
        } else if text.contains("did not open. What then?") {
            room.press("<Down><Enter>");
        } else {
            room.press("<F5><Enter>");
        }
    }
    assert!(wrong, "{}", room.text());
    room.check("exception-signed");
    room.shows(&["Ada signs an exception", "Ben"]);
    for _ in 0..60 {
        if room.text().contains("step 5 of 9") {
            break;
        }
        room.press("<F5><Enter>");
    }
    room.shows(&["step 5 of 9", "exception"]);
}

/// The run that stands open is what people came for: Home's first line leads straight to it, wherever its script stands in
/// the list of ceremonies.
#[test]
fn a_stopped_ceremony_is_the_first_line_of_home_and_enter_goes_on_with_it() {
    use crate::tui::room::practice_session;
    let mut room = Room::new(super::home::Home::new(), practice_session(false));
    room.press("c<Down><Down><Down><Enter>");
    for _ in 0..9 {
        if room.text().contains("step 2 of") {
            break;
        }
        room.press("<F5><Enter>");
    }
    room.press("<Esc><Down><Down><Enter>");
    // Left, the list is there with the cursor on it, though it stands on another row now.
    room.shows(&["stands open", "goes on with the run that stands open"]);
    for _ in 0..4 {
        if room.state.top().unwrap().name() != "Home" {
            room.press("<Esc>");
        }
    }
    room.shows(&[
        "Home",
        "open at step 2 of",
        "1 of ",
        "steps are done and saved",
        "goes on with it at step 2 of",
    ]);
    room.press("<Enter>");
    room.shows(&["this ceremony goes on at step 2"]);
    room.press("<Esc><Down><Down><Enter>");
    for _ in 0..4 {
        if room.state.top().unwrap().name() != "Home" {
            room.press("<Esc>");
        }
    }
    // In the list it is the first line as well.
    room.press("c").shows(&[
        "stands open",
        "continue",
        "1 of ",
        "steps are done and saved",
    ]);
    room.press("<Enter>")
        .shows(&["this ceremony goes on at step 2"]);
}

#[test]
fn welcome_says_where_a_ceremony_was_stopped() {
    use super::welcome::Welcome;
    use crate::tui::snapshot;
    use crate::tui::world::StandsOpen;
    let mut world = snapshot::world();
    world.vaults = vec!["acme.vault".into(), "b.vault".into()];
    let run = StandsOpen::Run("The first key".into());
    world.stopped = vec![("b".into(), run)];
    let mut state = crate::tui::app::State::new(world, Box::new(Welcome::default()));
    let welcome = Welcome::of(&state.world);
    state = state.under(Box::new(welcome));
    snapshot::check("welcome-stopped", &mut state);
    let text = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(text.contains("► 3 Open b.vault"), "{text}");
    assert!(text.contains("goes on: The first key"), "{text}");
    // So it is where people have new words that do not count yet.
    state.world.stopped = vec![("acme".into(), StandsOpen::Change)];
    let welcome = Welcome::of(&state.world);
    state = state.under(Box::new(welcome));
    let text = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(text.contains("► 2 Open acme.vault"), "{text}");
    assert!(
        text.contains("A change of people stands open in it"),
        "{text}"
    );
}
