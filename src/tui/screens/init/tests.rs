//! The making of a vault as state and messages, and its pictures.

use super::*;
use crate::tui::app::{State, update};
use crate::tui::message::{Effect, Msg};
use crate::tui::snapshot;
use zeroize::Zeroizing;

const WORDS: &str = "velvet anchor lunar crisp mango tidal ember";

fn told(state: &mut State, news: News) -> Vec<Effect> {
    update(state, Msg::Desk(Box::new(news), None))
}

/// Keys; each time a folder is tried, it takes a vault.
fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for piece in keys.split_inclusive("<Enter>") {
        effects = snapshot::press(state, piece);
        if matches!(&effects[..], [Effect::Desk(Order::Room(_))]) {
            effects.extend(told(state, News::Room(Ok(()))));
        }
    }
    effects
}

fn words(state: &mut State) {
    let words = Some(Zeroizing::new(WORDS.to_owned()));
    told(state, News::Passphrase(std::cell::RefCell::new(words)));
}

fn drawn(state: &mut State) -> String {
    snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
}

#[test]
fn words_that_are_not_those_say_which_and_never_what() {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    press(&mut state, "<Enter><Enter><Enter><Enter>");
    press(
        &mut state,
        "Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim<Enter><Enter>",
    );
    words(&mut state);
    press(&mut state, "<Enter><Enter>");
    press(
        &mut state,
        &format!("{}<Enter>", WORDS.replace("crisp", "crips")),
    );
    let picture = drawn(&mut state);
    assert!(picture.contains("word 4 is another"), "{picture}");
    assert!(!picture.contains("crips"), "{picture}");
    press(&mut state, "velvet anchor<Enter>");
    let picture = drawn(&mut state);
    assert!(picture.contains("2 are typed, and there are"), "{picture}");
}

#[test]
fn the_witness_copies_a_whole_card_off_a_narrow_screen() {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    let words = "Words         aimless filament ringbolt Babylon vaporfish confidence";
    told(
        &mut state,
        News::Created(Papers {
            vault: "acme.vault".into(),
            forms: [1, 2, 3, 4, 5]
                .map(|n| (format!("custodian-{n}"), "form".into()))
                .into(),
            envelopes: Vec::new(),
            card: format!(
                "{:72}\n{words}\n{:68}last\n\nWitness",
                "WITNESS CARD", "Bring"
            ),
            trust: Vec::new(),
            folder: Some("acme.papers".into()),
            trouble: None,
        }),
    );
    let picture = drawn(&mut state);
    assert!(
        picture.contains(words) && picture.contains("last"),
        "{picture}"
    );
}

/// The line Enter promised the next page where Enter then said what stood against it.
#[test]
fn enter_promises_no_next_page_to_answers_that_do_not_go_together() {
    let enter = |state: &mut State| {
        let picture = drawn(state);
        let line = picture.lines().find(|line| line.starts_with(" Enter "));
        line.unwrap()[8..].trim().to_owned()
    };
    let wrong = "says what is still wrong in this field";
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    press(&mut state, "<Enter><Down><Enter>3<Enter>4");
    assert_eq!(enter(&mut state), wrong);
    press(&mut state, "<Enter>2");
    assert_eq!(enter(&mut state), "keeps this and goes on to \"Names\"");
    press(
        &mut state,
        "<Enter>Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>ana",
    );
    assert_eq!(enter(&mut state), wrong);
    press(&mut state, "<C-u>Wim");
    assert_eq!(
        enter(&mut state),
        "keeps this and goes on to \"Software keys\""
    );
    press(&mut state, "<Enter><Enter><Enter>");
    assert_eq!(enter(&mut state), "nothing yet: this field is still empty");
    press(&mut state, "2026-11-24");
    assert_eq!(enter(&mut state), wrong);
    press(&mut state, "<C-u>2026-11-24 09:00");
    assert_eq!(enter(&mut state), "keeps this and goes on to \"Review\"");
}

#[test]
fn five_questions_a_review_and_everybodys_words() {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    snapshot::check("init-place", &mut state);
    press(&mut state, "<Enter>");
    snapshot::check("init-profile", &mut state);
    press(&mut state, "<Enter><Back>3<Enter><Back>4<Enter>");
    snapshot::check("init-too-many", &mut state);
    press(&mut state, "<Back>2<Enter>");
    press(&mut state, "Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim");
    snapshot::check("init-names", &mut state);
    press(&mut state, "<Enter>");
    snapshot::check("init-review", &mut state);
    snapshot::survives_every_size(&mut state);
    let effects = press(&mut state, "<Enter>");
    assert!(matches!(effects[0], Effect::Desk(Order::Room(_))));
    assert!(matches!(effects[1], Effect::Desk(Order::Passphrase(7))));
    words(&mut state);
    snapshot::check("init-hand-over", &mut state);
    press(&mut state, "<Enter>");
    snapshot::check("init-words", &mut state);
    press(&mut state, "<Enter>velvet<Enter>");
    snapshot::check("init-wrong-words", &mut state);
    assert!(!drawn(&mut state).contains("6 typed"));
    for person in 0..5 {
        if person > 0 {
            words(&mut state);
            press(&mut state, "<Enter><Enter>");
        }
        // With the last person's words no next person is called.
        press(&mut state, &format!("<C-u>{WORDS}"));
        let picture = drawn(&mut state);
        assert_eq!(
            picture.contains("calls the next person"),
            person < 4,
            "{picture}"
        );
        assert_eq!(picture.contains("makes the vault and writes"), person == 4);
        let effects = press(&mut state, "<Enter>");
        let last = effects.last().unwrap();
        assert_eq!(
            person == 4,
            matches!(last, Effect::Desk(Order::Create { .. }))
        );
    }
    told(
        &mut state,
        News::Created(Papers {
            vault: "acme.vault".into(),
            forms: vec![("Ana".into(), "form".into())],
            envelopes: Vec::new(),
            card: "vault 00ff, sequence 0".into(),
            trust: Vec::new(),
            folder: Some("acme.papers".into()),
            trouble: None,
        }),
    );
    snapshot::check("init-papers", &mut state);
}

/// One Esc never costs five people their words.
#[test]
fn words_that_were_shown_are_given_up_only_when_asked_twice() {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    press(&mut state, "<Enter><Enter><Enter><Enter>");
    press(
        &mut state,
        "Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim<Enter>",
    );
    press(&mut state, "<Enter>");
    words(&mut state);
    press(&mut state, "<Enter><Enter><Esc>");
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(picture.contains("Esc once more"), "{picture}");
    let effects = press(&mut state, &format!("{WORDS}<Enter>"));
    assert!(
        matches!(effects.last().unwrap(), Effect::Desk(Order::Passphrase(7))),
        "it went on"
    );
    words(&mut state);
    press(&mut state, "<Esc><Esc>");
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(picture.contains("void; destroy what"), "{picture}");
}

#[test]
fn production_asks_about_software_and_answers_no_by_itself() {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    press(&mut state, "<Enter><Down><Enter><Enter><Enter><Enter>");
    let picture = drawn(&mut state);
    // Nobody is without a name in production.
    assert!(picture.contains("Nothing is typed here yet"), "{picture}");
    press(
        &mut state,
        "Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim<Enter>",
    );
    snapshot::check("init-software", &mut state);
    press(&mut state, "<Enter><Enter>half past nine<Enter>");
    snapshot::check("init-clock", &mut state);
    press(&mut state, "<C-u>2026-11-24 09:05<Enter>");
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(picture.contains("come from outside only"), "{picture}");
}

#[test]
fn two_people_need_two_names() {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    press(
        &mut state,
        "<Enter><Enter><Enter><Enter>Ana<Enter>ana<Enter><Enter><Enter><Enter>",
    );
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(
        picture.contains("The name ana stands there twice"),
        "{picture}"
    );
}

/// A production vault's making, up to the last person's words.
fn production_words() -> State {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    press(
        &mut state,
        "<Enter><Down><Enter><Enter><Enter>Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim<Enter>",
    );
    press(
        &mut state,
        "<Enter><Enter><C-u>2026-11-24 09:05<Enter><Enter>",
    );
    for _ in 0..5 {
        words(&mut state);
        press(&mut state, &format!("<Enter><Enter><C-u>{WORDS}<Enter>"));
    }
    state
}

/// The watches are read before five people write down their words: the vault is not slow by as long as that takes.
#[test]
fn the_attested_time_goes_on_while_words_are_written_down() {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    let read = state.world.wall;
    press(
        &mut state,
        "<Enter><Down><Enter><Enter><Enter>Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim<Enter>",
    );
    press(&mut state, "<Enter><Enter><C-u>2026-11-24 09:05<Enter>");
    state.world.wall = read.plus_millis(60_000);
    // Back to the page and on again: nobody has read a watch anew.
    press(&mut state, "<Esc><Enter>");
    state.world.wall = read.plus_millis(20 * 60_000);
    state.touched = state.world.wall.millis();
    let last = everybodys_words(&mut state, 5);
    let Some(Effect::Desk(Order::Create { new, .. })) = last.last() else {
        panic!("the vault is not made");
    };
    assert_eq!(new.clock.unwrap().rfc3339(), "2026-11-24T09:25:00Z");
}

#[test]
fn in_production_everybody_takes_their_own_envelopes() {
    let mut state = production_words();
    let envelope = |name: &str, kind| (name.to_owned(), kind, "armored".to_owned());
    told(
        &mut state,
        News::Created(Papers {
            vault: "acme.vault".into(),
            forms: vec![("Ana".into(), "form".into())],
            envelopes: vec![
                envelope("Ana", "share"),
                envelope("Ana", "approval"),
                envelope("Wim", "approval"),
            ],
            card: "vault 00ff, sequence 0".into(),
            trust: Vec::new(),
            folder: Some("acme.papers".into()),
            trouble: None,
        }),
    );
    // The first person is called too: nobody else's folder is asked for.
    assert!(drawn(&mut state).contains("The keyboard goes to Ana"));
    press(&mut state, "<Enter>");
    snapshot::check("init-envelopes", &mut state);
    let effects = press(&mut state, "/media/ana<Enter>");
    let [
        Effect::Desk(Order::PlaceEnvelopes {
            folder,
            files,
            vault,
            taken,
        }),
    ] = &effects[..]
    else {
        panic!("nothing was ordered");
    };
    assert_eq!(folder.to_str(), Some("/media/ana"));
    assert_eq!(vault.to_str(), Some("acme.vault"));
    assert_eq!((files.len(), taken.len()), (2, 0));
    assert_eq!(files[0].0, "Ana.share.age");
    told(
        &mut state,
        News::Refused("ana is full. Nothing was written.".into()),
    );
    snapshot::check("init-envelopes-refused", &mut state);
    // There is no way past it.
    press(&mut state, "<Esc>");
    let note = "It is on the same disk as the vault.".to_owned();
    told(&mut state, News::Placed("/media/ana".into(), vec![note]));
    snapshot::check("init-envelopes-written", &mut state);
    press(&mut state, "<Enter>");
    assert!(drawn(&mut state).contains("The keyboard goes to Wim"));
    press(&mut state, "<Enter>");
    assert!(drawn(&mut state).contains("Wim: your envelopes"));
    let effects = press(&mut state, "/media/wim<Enter>");
    assert!(
        matches!(&effects[..], [Effect::Desk(Order::PlaceEnvelopes { taken, .. })] if taken.len() == 1)
    );
    told(&mut state, News::Placed("/media/wim".into(), Vec::new()));
    press(&mut state, "<Enter>");
    snapshot::check("init-papers-production", &mut state);
}

#[test]
fn a_policy_that_was_given_is_read_together_and_must_fit() {
    let text = b"default = 1\nsoftware_generation = true\n[overrides]\nExportKey = 3\n";
    let policy = crate::session::read_policy(text).unwrap();
    let init = Init::of(Given {
        policy: Some(policy.clone()),
        ..Given::at(std::path::Path::new("acme.vault"))
    });
    let mut state = snapshot::state(init);
    let shown = |state: &mut State| {
        snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
    };
    press(&mut state, "<Enter><Down><Enter><Back>2<Enter><Enter>");
    let picture = shown(&mut state);
    assert!(picture.contains("Ask for at most 2."), "{picture}");
    press(
        &mut state,
        "<Back>3<Enter><Enter>Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim<Enter>",
    );
    // The file's answer waits, and is given by people.
    press(&mut state, "<Enter><Enter>2026-11-24 09:05<Enter>");
    snapshot::check("init-review-policy", &mut state);
    let picture = shown(&mut state);
    assert!(
        picture.contains("may be made here, in software"),
        "{picture}"
    );
    assert!(picture.contains("ExportKey 3"), "{picture}");
    press(&mut state, "<Enter>");
    assert!(shown(&mut state).contains("also signs"));
    let last = everybodys_words(&mut state, 5);
    let Some(Effect::Desk(Order::Create {
        policy: given, new, ..
    })) = last.last()
    else {
        panic!("the vault is not made");
    };
    assert_eq!(given.as_ref(), Some(&policy));
    assert!(new.software_generation);
}

/// Everybody is shown words and types them.
fn everybodys_words(state: &mut State, people: usize) -> Vec<Effect> {
    let mut last = Vec::new();
    press(state, "<Enter>");
    for _ in 0..people {
        words(state);
        press(state, "<Enter><Enter>");
        last = press(state, &format!("{WORDS}<Enter>"));
    }
    last
}

/// An unfit machine and a mistyped year are read before anybody's words are shown.
#[test]
fn the_review_says_what_is_wrong_with_the_machine_and_its_clock() {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    state.world.network = "ONLINE".into();
    press(
        &mut state,
        "<Enter><Down><Enter><Enter><Enter>Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim<Enter>",
    );
    press(&mut state, "<Enter><Enter><C-u>2025-11-24 09:05<Enter>");
    snapshot::check("init-review-unfit", &mut state);
    let picture = drawn(&mut state);
    for words in [
        "STOP  network up",
        "2025-11-24 09:05, by two",
        "behind",
        "administrator Ada, witness Wim",
        "come from outside only",
        "more lines below: PgDn",
    ] {
        assert!(picture.contains(words), "{words}: {picture}");
    }
    // Nobody is called before what their words sign was on the screen.
    press(&mut state, "<Enter>");
    let picture = drawn(&mut state);
    for words in [
        "Next, each of the 5 people",
        "also signs",
        "although this machine is not fit",
    ] {
        assert!(picture.contains(words), "{words}: {picture}");
    }
}

/// Words that five people wrote down are void where the folder takes no vault: it is found out before.
#[test]
fn a_folder_that_takes_no_vault_is_asked_for_again() {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    let effects = snapshot::press(&mut state, "<Enter>");
    assert!(matches!(effects[0], Effect::Desk(Order::Room(_))));
    let no = || News::Room(Err("acme.vault is not empty. Nothing was written.".into()));
    told(&mut state, no());
    let picture = drawn(&mut state);
    assert!(picture.contains("is not empty"), "{picture}");
    assert!(picture.contains("goes on to \"What for\""), "{picture}");
    press(
        &mut state,
        "<Enter><Enter><Enter><Enter><Enter><Enter><Enter><Enter><Enter>",
    );
    assert!(drawn(&mut state).contains("Is this the vault you mean?"));
    snapshot::press(&mut state, "<Enter>");
    told(&mut state, no());
    assert!(drawn(&mut state).contains("is not empty"));
}

#[test]
fn words_that_something_was_laid_over_come_back_only_to_whom_they_belong() {
    let look = snapshot::appearance();
    let text = |state: &mut State| snapshot::text(&snapshot::drawn(state, 80, 24, &look));
    for over in ["<F1>", "<C-p>", "<C-c>", ","] {
        let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
        press(&mut state, "<Enter><Enter><Enter><Enter>");
        press(
            &mut state,
            "Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim<Enter><Enter>",
        );
        words(&mut state);
        snapshot::press(&mut state, "<Enter>");
        assert!(text(&mut state).contains("velvet"), "{over}");
        snapshot::press(&mut state, over);
        assert!(!text(&mut state).contains("velvet"), "{over}");
        snapshot::press(&mut state, "<Esc>");
        let picture = text(&mut state);
        assert!(!picture.contains("velvet"), "{over}: {picture}");
        assert!(
            picture.contains("Ana"),
            "whoever they belong to is called: {picture}"
        );
        // They were seen: leaving still asks before it voids them.
        snapshot::press(&mut state, "<Esc>");
        assert!(text(&mut state).contains("Esc once more"), "{over}");
        snapshot::press(&mut state, "<Enter>");
        assert!(text(&mut state).contains("velvet"), "{over}");
    }
}
