//! The five moments that frighten people, word for word: each says what happened, that nothing was lost, and what to
//! do. The pictures are kept as well; here stands what must never leave them.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::app::{State, update};
use super::message::{Msg, News};
use super::room::{Room, practice_session};
use super::screens::custodians::Custodians;
use super::screens::home::Home;
use super::screens::init::Init;
use super::screens::keys::Keys;
use super::screens::runner::RunScreen;
use super::screens::runner::tests::taken_up;
use super::screens::unlock::{Then, Unlock};
use super::snapshot::{self, press};
use crate::session::{Bootstrap, Profile};

/// The words of a picture as they are read: line breaks and frames do not part a sentence.
fn words(state: &mut State, (width, height): (u16, u16)) -> String {
    let picture = snapshot::text(&snapshot::drawn(
        state,
        width,
        height,
        &snapshot::appearance(),
    ));
    let read: Vec<&str> = picture.split_whitespace().collect();
    read.join(" ")
}

fn says(state: &mut State, sentences: &[&str]) {
    for size in [(80, 24), (140, 40)] {
        let read = words(state, size);
        for sentence in sentences {
            assert!(
                read.contains(sentence),
                "no {sentence:?} at {size:?}:\n{read}"
            );
        }
    }
}

fn told(state: &mut State, news: News) {
    update(state, Msg::Desk(Box::new(news), None));
}

#[test]
fn seven_words_are_shown_to_their_owner_alone() {
    let mut state = snapshot::state(Init::new(std::path::Path::new("acme.vault")));
    press(&mut state, "<Enter>");
    told(&mut state, News::Room(Ok(())));
    press(
        &mut state,
        "<Enter><Enter><Enter>Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim<Enter><Enter>",
    );
    told(&mut state, News::Room(Ok(())));
    let seven = Zeroizing::new("velvet anchor lunar crisp mango tidal ember".to_owned());
    told(
        &mut state,
        News::Passphrase(std::cell::RefCell::new(Some(seven))),
    );
    press(&mut state, "<Enter>");
    let shown = "1 velvet 2 anchor 3 lunar 4 crisp 5 mango 6 tidal 7 ember";
    says(
        &mut state,
        &[
            "Ana, these words are yours alone.",
            "Write them on your own paper, in this order.",
            "They are shown now and, until you have typed them back once, with F3; after that, never again.",
            shown,
            "Nobody can bring them back: not the others, not keymoot.",
            "Acts custodian Ana, alone at this screen",
            "Enter hides the words and asks for them",
            "So far 0 of 5 people have their words; no vault exists yet",
        ],
    );
    press(&mut state, "<Enter>");
    says(
        &mut state,
        &[
            "Ana, type your words back from your paper.",
            "F3 show again",
        ],
    );
    assert!(!words(&mut state, (140, 40)).contains("velvet"));
    press(&mut state, "<F3>");
    says(&mut state, &[shown]);
    // After the first success they are gone for good.
    press(
        &mut state,
        "<Enter>velvet anchor lunar crisp mango tidal ember<Enter><F3>",
    );
    for size in [(80, 24), (140, 40)] {
        assert!(!words(&mut state, size).contains("velvet"));
    }
}

const REFUSED: &[&str] = &[
    "The passphrase does not open this envelope.",
    "Nothing is locked, there is no limit, and the request stands.",
    "Your own paper, and the newest one? Every word as it stands there?",
    "Word 2 is not in the word list: check the spelling there.",
];

#[test]
fn a_refused_passphrase_locks_nothing_and_says_what_to_look_at() {
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("n<Enter><Enter><Enter><Enter>kek<Enter><Enter><F5><Enter><Enter><Enter>");
    room.press("apple arrowx<Enter>");
    says(&mut room.state, REFUSED);
    says(
        &mut room.state,
        &["0 of 2 signed", "So far nothing was done."],
    );
    // It was meant: the same question takes the right words.
    room.press("apple arrow<Enter>");
    says(&mut room.state, &["1 of 2 signed"]);
}

/// Where envelopes lie on sticks of their own, the stick and the set are asked for as well.
#[test]
fn a_refused_envelope_asks_for_the_stick_and_the_set() {
    let mut room = Room::new(Custodians::default(), practice_session(false));
    room.press("<Enter><Enter>");
    for _ in 0..12 {
        if room.text().contains("Is Ana here?") {
            break;
        }
        room.press("<F5><Enter>");
    }
    room.press("<Enter><Enter>apple arrowx<Enter>");
    says(
        &mut room.state,
        &[
            REFUSED[0],
            REFUSED[1],
            "Right stick? Right set of envelopes? Every word as on your own paper?",
            REFUSED[3],
        ],
    );
}

#[test]
fn a_blank_screen_says_why_and_who_is_waited_for() {
    let mut room = Room::new(Keys::new(), practice_session(true));
    room.advance(super::lock::IDLE_MINUTES * 60 * 1000);
    says(
        &mut room.state,
        &[
            "This screen is blank on purpose: nobody typed for 5 minutes.",
            "Nothing was lost. What is saved stays saved; requests and a ceremony under way stand where they were.",
            "Waited for: one custodian who is here (Ana or Ben or Cho). One passphrase brings the screen back; it signs nothing.",
        ],
    );
    room.press("<Enter><Enter>apple arrowx<Enter>");
    // No request stands there, and nothing says so.
    let mut refused = REFUSED.to_vec();
    refused[1] = "Nothing is locked, there is no limit, and the screen stays as it was beneath.";
    says(&mut room.state, &refused);
    let mut state = snapshot::state(Unlock::new("acme.vault".into(), Then::Home));
    let people = [
        ("Ada", "administrator"),
        ("Ana", "custodian"),
        ("Ben", "custodian"),
    ];
    told(
        &mut state,
        News::Bootstrap(Bootstrap {
            unfinished: None,
            vault_id: "00".repeat(16),
            profile: Profile::Production,
            k: 2,
            t: 2,
            people: people
                .map(|(n, r)| (n.to_owned(), r.to_owned(), false))
                .to_vec(),
            by_recovery: false,
            recovery: None,
            practice: std::collections::BTreeMap::new(),
        }),
    );
    press(&mut state, "<Enter>");
    says(
        &mut state,
        &[
            "The keyboard goes to custodian Ana.",
            "This screen is blank on purpose: what comes next is for one person's eyes. Nothing was lost.",
            "Waited for: custodian Ana. Next: the passphrase from your own paper.",
            "Everybody else steps back. Then custodian Ana presses Enter.",
        ],
    );
}

#[test]
fn after_the_power_came_back_the_ceremony_says_where_it_stands() {
    let mut view = snapshot::rehearsal();
    view.profile = Profile::Test;
    view.vault = "acme".into();
    let mut state = snapshot::state(RunScreen::new("The first key", None, true));
    let news = News::Showing {
        showing: Arc::new(taken_up()),
        again: None,
    };
    update(&mut state, Msg::Desk(Box::new(news), Some(Arc::new(view))));
    snapshot::check("runner-came-back", &mut state);
    says(
        &mut state,
        &[
            "The power came back, or a pause is over: this ceremony goes on at step 3 of 5, Make the key.",
            "Saved: steps 1-2, with everything they made.",
            "Had not happened: what step 3 does, and every step after it. An act is saved whole or not at all; signatures that were given for it and not used are asked again.",
            "The same people? administrator Ada, custodian Ben. If one of them is missing, Esc pauses again and nothing is lost.",
            "Acts whoever leads the ceremony, once the same people are here",
            "Enter goes on with step 3",
        ],
    );
    // Enter continues, by way of the blank page where the keyboard changes hands.
    press(&mut state, "<Enter>");
    says(&mut state, &["The keyboard goes to custodian Ben."]);
    press(&mut state, "<Enter>");
    says(&mut state, &["Custodian Ben approves"]);
}

#[test]
fn a_witness_card_that_does_not_match_is_older_or_a_stop() {
    let mut room = Room::new(Home::new(), practice_session(true));
    let mut view = (*room.state.world.view.clone().unwrap()).clone();
    view.profile = Profile::Production;
    view.notes = [
        "the witness card is older by 2 changes, and they all follow from it",
        "since the card: made 1C8871 (2026-11-24 09:00:00Z, Ada Ana Ben)",
        "since the card: deleted C89C58 (2026-11-24 09:12:40Z, Ada Ana Ben)",
    ]
    .map(str::to_owned)
    .to_vec();
    room.state.world.view = Some(Arc::new(view.clone()));
    snapshot::check("home-card-older", &mut room.state);
    let notes: Vec<String> = view.notes.iter().map(|n| format!("NOTE {n}")).collect();
    let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
    says(&mut room.state, &notes);
    let mut state = snapshot::state(Unlock::new("acme.vault".into(), Then::Home));
    told(
        &mut state,
        News::Refused(crate::session::rollback(14, 12).to_string()),
    );
    snapshot::check("unlock-rollback", &mut state);
    says(
        &mut state,
        &[
            "STOP This is an older copy of the vault, a rollback: it stands at sequence 12, and 14 is known. It was not opened and nothing was changed. Stop here and find the latest copy. An older one opens only as a recorded exception: Return to a copy, on the first page (`keymoot vault restore`).",
            "So far the vault is closed; nothing in it was changed",
        ],
    );
}
