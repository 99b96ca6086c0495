//! Unlocking as state and messages, and its pictures.

use super::*;
use crate::tui::app::{State, update};
use crate::tui::message::{Effect, Msg};
use crate::tui::snapshot;

fn told(state: &mut State, news: News) -> Vec<Effect> {
    update(state, Msg::Desk(Box::new(news), None))
}

fn begun(profile: Profile, here: bool) -> State {
    begun_with(profile, here, None)
}

fn begun_with(profile: Profile, here: bool, recovery: Option<(String, u8, u8)>) -> State {
    with(public(profile, here, recovery))
}

fn with(public: Bootstrap) -> State {
    let mut state = snapshot::state(Unlock::new("acme.vault".into(), Then::Home));
    told(&mut state, News::Bootstrap(public));
    state
}

fn public(profile: Profile, here: bool, recovery: Option<(String, u8, u8)>) -> Bootstrap {
    let people = [
        ("Ada", "administrator"),
        ("Ana", "custodian"),
        ("Ben", "custodian"),
        ("Cho", "custodian"),
    ];
    Bootstrap {
        unfinished: None,
        vault_id: "00".repeat(16),
        profile,
        k: 2,
        t: 2,
        people: people
            .map(|(n, r)| (n.to_owned(), r.to_owned(), here))
            .to_vec(),
        by_recovery: false,
        recovery,
        practice: std::collections::BTreeMap::new(),
    }
}

/// Whoever holds two papers types the newest words; that those of before count is said where they are refused.
#[test]
fn words_of_a_change_that_was_cut_are_refused_with_what_counts() {
    let begun = "A change of people was begun here and not finished.";
    let mut public = public(Profile::Production, false, None);
    public.unfinished = Some(begun.into());
    let mut state = with(public);
    snapshot::press(&mut state, "<Enter><Enter>a.age<Enter>new words<Enter>");
    let refused = "The passphrase does not open this envelope.";
    told(&mut state, News::Refused(refused.into()));
    let shown = text(&mut state);
    let told = "A change of people was begun";
    assert!(shown.contains(refused) && shown.contains(told), "{shown}");
}

#[test]
fn custodians_enter_in_turn_and_the_vault_opens() {
    let mut state = begun(Profile::Test, true);
    snapshot::check("unlock", &mut state);
    let effects = snapshot::press(&mut state, "<Enter>two words<Enter>");
    assert!(
        matches!(&effects[0], Effect::Desk(Order::Enter { person, passphrase, .. }) if person == "Ana" && passphrase.expose() == b"two words")
    );
    told(
        &mut state,
        News::Refused(
            "The passphrase does not open Ana's envelope. Nothing is locked, there is no limit."
                .into(),
        ),
    );
    snapshot::check("unlock-refused", &mut state);
    snapshot::press(&mut state, "two words<Enter>");
    told(
        &mut state,
        News::Entered {
            person: "Ana".into(),
            left: 1,
        },
    );
    snapshot::press(&mut state, "<Enter>secret");
    snapshot::check("unlock-second", &mut state);
    snapshot::press(&mut state, "<Enter>");
    let effects = told(
        &mut state,
        News::Entered {
            person: "Ben".into(),
            left: 0,
        },
    );
    assert!(matches!(
        &effects[0],
        Effect::Desk(Order::FinishOpening(None))
    ));
}

#[test]
fn production_wants_the_stick_and_the_card() {
    let mut state = begun(Profile::Production, false);
    snapshot::press(&mut state, "<Enter>");
    snapshot::check("unlock-hand-over", &mut state);
    snapshot::press(&mut state, "<Enter>/media/ana/share.age<Tab>seven words");
    snapshot::check("unlock-production", &mut state);
    snapshot::survives_every_size(&mut state);
    snapshot::press(&mut state, "<Enter>");
    told(
        &mut state,
        News::Entered {
            person: "Ana".into(),
            left: 0,
        },
    );
    // A slip of spelling stays at the card: nobody's share is thrown away for it.
    let effects = snapshot::press(&mut state, "12<Enter>glucose revolver aztek<Enter>");
    assert!(effects.is_empty());
    assert!(text(&mut state).contains("Word 3 is not in the word list"));
    let card = "glucose revolver Aztec Cherokee fallout paragon";
    let effects = snapshot::press(&mut state, &format!("<C-u>{card}<Enter>"));
    assert!(
        matches!(effects.last().unwrap(), Effect::Desk(Order::FinishOpening(Some(card))) if card.seq == 12)
    );
}

#[test]
fn a_paste_into_the_passphrase_is_refused_with_a_word() {
    let mut state = begun(Profile::Test, true);
    snapshot::press(&mut state, "<Enter>");
    update(
        &mut state,
        Msg::Paste(zeroize::Zeroizing::new("planted-secret".into())),
    );
    let picture = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(picture.contains("Paste is refused") && !picture.contains("planted"));
}

#[test]
fn the_last_line_begins_again_with_the_recovery_set_and_its_reason() {
    let set = Some(("bank safe".to_owned(), 2, 3));
    let mut state = begun_with(Profile::Test, true, set.clone());
    snapshot::press(&mut state, "<End>");
    snapshot::check("unlock-recovery-line", &mut state);
    snapshot::press(&mut state, "<Enter>");
    snapshot::check("unlock-recovery-why", &mut state);
    // Without a reason nothing is begun; back leads to the custodians.
    assert!(snapshot::press(&mut state, "<Enter>").is_empty());
    snapshot::press(&mut state, "<Esc><Enter>");
    let effects = snapshot::press(&mut state, "the house burned down<Enter>");
    assert!(matches!(
        &effects[0],
        Effect::Desk(Order::OpenVault(_, Some(why))) if why == "the house burned down"
    ));
    let people = ["Fay", "Gus", "Hal"];
    told(
        &mut state,
        News::Bootstrap(Bootstrap {
            unfinished: None,
            vault_id: "00".repeat(16),
            profile: Profile::Test,
            k: 2,
            t: 2,
            people: people
                .map(|n| (n.to_owned(), "custodian".to_owned(), true))
                .to_vec(),
            by_recovery: true,
            recovery: set,
            practice: std::collections::BTreeMap::new(),
        }),
    );
    snapshot::check("unlock-recovery-holders", &mut state);
    snapshot::press(&mut state, "<End>");
    let effects = snapshot::press(&mut state, "<Enter>two words<Enter>");
    assert!(
        matches!(&effects[0], Effect::Desk(Order::Enter { person, .. }) if person == "Hal"),
        "below the holders there is no other set"
    );
    snapshot::survives_every_size(&mut state);
}

fn text(state: &mut State) -> String {
    snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
}

/// Whoever cannot open a vault gets no further than this screen, and what is written for them stands here.
#[test]
fn what_can_be_saved_is_read_where_a_vault_is_opened() {
    let mut state = begun(Profile::Test, true);
    snapshot::press(&mut state, "<F1>");
    let mut shown = text(&mut state);
    for _ in 0..4 {
        snapshot::press(&mut state, "<PgDn>");
        shown.push_str(&text(&mut state));
    }
    let whole = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["No password resets it", "Keys that exist here alone"] {
        assert!(whole.contains(words), "{shown}");
    }
    snapshot::press(&mut state, "<Esc><C-p>fewer can<Enter>");
    let shown = text(&mut state);
    assert!(shown.contains("What can be saved: public keys"), "{shown}");
    snapshot::press(&mut state, "<Esc>");
    assert_eq!(state.top().unwrap().name(), "Unlock");
}

#[test]
fn shares_that_were_entered_are_not_thrown_away_by_one_key() {
    let mut state = begun(Profile::Test, true);
    snapshot::press(&mut state, "<Enter>two words<Enter>");
    told(
        &mut state,
        News::Entered {
            person: "Ana".into(),
            left: 1,
        },
    );
    let effects = snapshot::press(&mut state, "<Esc>");
    assert!(effects.is_empty());
    assert!(text(&mut state).contains("Ana entered a share"));
    // Any other key stays, and it is asked again.
    snapshot::press(&mut state, "<Down>");
    assert!(snapshot::press(&mut state, "<Esc>").is_empty());
    let closes = |effects: &[Effect]| {
        let mut orders = effects.iter();
        orders.any(|effect| matches!(effect, Effect::Desk(Order::Close)))
    };
    assert!(closes(&snapshot::press(&mut state, "<Esc>")));
    // Where nobody has entered one, nothing is lost.
    let mut state = begun(Profile::Test, true);
    assert!(closes(&snapshot::press(&mut state, "<Esc>")));
}

#[test]
fn enter_in_the_envelopes_field_goes_to_the_passphrase_and_says_so() {
    let mut state = begun(Profile::Production, false);
    snapshot::press(&mut state, "<Enter><Enter>/media/ana/share.age");
    assert!(text(&mut state).contains("Enter   keeps this and goes to the next field"));
    snapshot::press(&mut state, "<Enter>");
    assert!(text(&mut state).contains("nothing yet: this field is still empty"));
    snapshot::press(&mut state, "words");
    assert!(text(&mut state).contains("unseals Ana's share"));
}

/// What to do stands at the end of a refusal: it is read whole, and the list of custodians makes room for it.
#[test]
fn the_end_of_a_long_refusal_is_in_sight() {
    let mut state = begun(Profile::Production, false);
    snapshot::press(
        &mut state,
        "<Enter><Enter>/media/ana/share.age<Enter>words<Enter>",
    );
    let found = "c570".repeat(8);
    let refused = crate::vault::EnvelopeError::OldSet { found }.to_string();
    told(&mut state, News::Refused(refused));
    let text = text(&mut state);
    for words in [
        "/media/ana/share.age",
        "neither before the right",
        "vault opens.",
    ] {
        assert!(text.contains(words), "{text}");
    }
}
