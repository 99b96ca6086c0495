//! What is found by which words, and where it leads.

use super::*;
use crate::tui::room::{Room, practice_session};
use crate::tui::screens::home::Home;

fn palette(offers: &[Offer]) -> Palette {
    Palette::over(offered(offers))
}

fn verbs(palette: &Palette) -> Vec<Verb> {
    let found = palette.found().into_iter();
    let verb = |entry: &Entry| match entry.does {
        Does::Say(verb) | Does::Go(Place::Of(verb)) => Some(verb),
        Does::Go(_) | Does::Begin(_) | Does::Rule(_) => None,
    };
    found.filter_map(verb).collect()
}

#[test]
fn letters_in_order_are_found() {
    assert!(fuzzy("dltn", "deletions shows countdowns"));
    assert!(fuzzy("", "anything"));
    assert!(!fuzzy("zq", "deletions"));
}

/// Two Enters on the first line began a reshare, where the second was called as it had been typed.
#[test]
fn a_phrase_as_it_was_typed_comes_before_its_words_anywhere() {
    let near = apart("old envelopes", "old envelopes were destroyed");
    assert!(near < apart("old envelopes", "media are old; new envelopes"));
    assert!(apart("lock", "lock") < apart("lock", "clock"));
    // One word is in many names, and says nothing of which is meant.
    assert_eq!(
        apart("copy", "a copy was destroyed"),
        apart("copy", "backup")
    );
}

#[test]
fn what_can_be_done_comes_first_and_how_one_moves_not_at_all() {
    let mut offers = keys::moves();
    offers.extend([Verb::Enter, Verb::New, Verb::Audit].map(Offer::plain));
    offers.extend(keys::everywhere(true));
    let found = verbs(&palette(&offers));
    assert_eq!(
        found.get(..3),
        Some([Verb::New, Verb::Audit, Verb::Enter].as_slice())
    );
    assert!(!found.contains(&Verb::Down));
    let idle = [Offer::plain(Verb::Enter).off_because("nothing is chosen")];
    assert!(
        verbs(&palette(&idle)).is_empty(),
        "an Enter that does nothing"
    );
}

#[test]
fn whole_words_and_beginnings_come_before_scattered_letters() {
    let offers: Vec<Offer> = keys::TABLE.iter().map(|b| Offer::plain(b.verb)).collect();
    let mut palette = palette(&offers);
    for (typed, first) in [
        ("aud", Verb::Audit),
        ("evi", Verb::Evidence),
        ("lock", Verb::Lock),
        ("new key", Verb::New),
        ("keys", Verb::Keys),
    ] {
        palette.filter.set(typed);
        assert_eq!(verbs(&palette).first(), Some(&first), "{typed}");
    }
    // Once something has the letters as they were typed, scattered ones are not guessed at.
    palette.filter.set("time");
    assert!(!verbs(&palette).contains(&Verb::New), "scattered letters");
    palette.filter.set("dltns");
    assert!(verbs(&palette).contains(&Verb::Deletions));
}

#[test]
fn every_place_is_reached_from_every_screen_of_the_vault() {
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("d:audit<Enter>");
    assert_eq!(room.state.top().unwrap().name(), "Audit");
    room.press("<C-p>exchange<Enter>");
    assert_eq!(room.state.top().unwrap().name(), "Exchange");
    room.press(":doctor<Enter>");
    assert_eq!(room.state.top().unwrap().name(), "Doctor");
    room.press("<Esc>");
    assert_eq!(
        room.state.top().unwrap().name(),
        "Exchange",
        "back where it was"
    );
    room.press(":home<Enter>");
    assert_eq!(room.state.top().unwrap().name(), "Home");
    assert_eq!(room.state.screens().count(), 1);
}

/// The palette said that Export is off where no key is, and the list of ways out offered to give out a certificate.
#[test]
fn ways_out_are_open_where_no_key_is() {
    let mut room = Room::new(Home::new(), practice_session(true));
    room.press("d:export");
    room.shows(&["► shows the ways a key goes out"]);
    room.press("<Enter>")
        .shows(&["Export", "Give out a certificate"]);
}

#[test]
fn from_a_ceremony_nobody_goes_elsewhere_and_is_told_why() {
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("c<Enter><Enter><C-p>audit");
    room.shows(&["audit · off here: a ceremony is under way"]);
    room.press("<Enter>")
        .shows(&["off here: a ceremony is under way"]);
}

/// What people type, the line that is found first, and the screen that it leads to (none where it asks something else).
#[rustfmt::skip]
const WORDS: &[(&str, &str, &str)] = &[
    ("custodian", "people, envelopes and drills", "Custodians"),
    ("people", "people, envelopes and drills", "Custodians"),
    ("witness", "people, envelopes and drills", "Custodians"),
    ("card", "shows sequence and six words", ""),
    ("backup", "begins the wizard that copies this vault", "Back up the vault"),
    ("copy", "begins the wizard that copies this vault", "Back up the vault"),
    ("ceremony", "shows the scripts that can be run here", "Ceremonies"),
    ("rehearse", "shows the scripts that can be run here", "Ceremonies"),
    ("delete", "Delete key: ", "Delete key"),
    ("destroy", "Delete key: ", "Delete key"),
    ("restore", "Restore key: ", "Deletions"),
    ("undo", "shows scheduled deletions", "Deletions"),
    ("approve", "shows what waits for signatures", "Approvals"),
    ("sign", "shows what waits for signatures", "Approvals"),
    ("quit", "asks whether to leave keymoot", ""),
    ("exit", "asks whether to leave keymoot", ""),
    ("lock", "locks this screen", ""),
    ("tag", "Tag a key: ", "Tag a key"),
    ("rename", "Tag a key: ", "Tag a key"),
    ("check", "shows the keys of this vault", "Keys"),
    ("check value", "shows the keys of this vault", "Keys"),
    ("KCV", "shows the keys of this vault", "Keys"),
    ("component", "Import key from components: ", "Import key from components"),
    ("share", "people, envelopes and drills", "Custodians"),
    ("envelope", "people, envelopes and drills", "Custodians"),
    ("passphrase", "people, envelopes and drills", "Custodians"),
    ("drill", "Nothing: the yearly check: ", "Custodians"),
    ("rotate", "An envelope was lost: ", "Custodians"),
    ("import", "shows the ways a key or a receiver's root comes in", "Import"),
    ("export", "shows the ways a key goes out", "Export"),
    ("TR-34", "Import a key from a TR-34 token: ", ""),
    ("tr34", "Import a key from a TR-34 token: ", ""),
    ("TR-31", "Import a key from a TR-31 key block: ", ""),
    ("RSA", "Import a key by RSA wrap: ", ""),
    ("export tr-34", "Export key in a TR-34 token: ", ""),
    ("IPEK", "Export a terminal's initial key (IPEK)", ""),
    ("token", "shows what was sent to receivers", "Exchange"),
    ("certificate", "Import a root certificate: ", "Import root"),
    ("log", "shows the audit log", "Audit"),
    ("report", "shows runs with their reports", "Evidence"),
    ("theme", "shows the settings", "Settings"),
    ("colour", "shows the settings", "Settings"),
    ("help", "explains this screen", "Help"),
    ("QR", "shows the digest of this page as a QR code", "QR code"),
    ("serial", "Export a terminal's initial key (IPEK)", ""),
    ("software", "begins the wizard that makes a new key", "Create key"),
    ("absent", "Somebody left, and another takes the place: ", "Custodians"),
    ("sick", "Somebody left, and another takes the place: ", "Custodians"),
    ("holiday", "Fewer can open than are needed: ", "Page"),
    ("lost", "An envelope was lost: ", "Custodians"),
    ("reset", "An envelope was lost: ", "Custodians"),
    ("disaster", "begins the wizard that copies this vault", "Back up the vault"),
    ("stick", "begins the wizard that copies this vault", "Back up the vault"),
    ("usb", "begins the wizard that copies this vault", "Back up the vault"),
    ("print", "shows runs with their reports", "Evidence"),
    ("minutes", "shows runs with their reports", "Evidence"),
    ("evidence", "shows runs with their reports", "Evidence"),
    ("auditor", "shows the audit log", "Audit"),
    ("password", "people, envelopes and drills", "Custodians"),
    ("dual control", "shows what waits for signatures", "Approvals"),
    ("quorum", "shows what waits for signatures", "Approvals"),
    ("slip", "Import key from components: ", "Import key from components"),
    ("paper", "shows sequence and six words", ""),
    ("clock", "shows what this machine is fit for", "Doctor"),
    ("language", "shows the settings", "Settings"),
    ("logout", "asks whether to leave keymoot", ""),
    ("next", "goes to Home", "Home"),
    ("what now", "goes to Home", "Home"),
    ("counterparty", "shows what was sent to receivers", "Exchange"),
    ("practice partner", "says how you get another side", "Page"),
    ("partner", "says how you get another side", "Page"),
    ("practice", "says how you get another side", "Page"),
    ("practise", "says how you get another side", "Page"),
    ("files", "says where files are chosen", "Page"),
    ("sample", "says how you get another side", "Page"),
    ("try", "says how you get another side", "Page"),
];

/// What else a custodian, an auditor or an engineer types: each word stands in the name of something or is another word
/// for it, and is no guess.
const ALSO: &[&str] = &[
    "camera",
    "sign",
    "undo",
    "help",
    "exit",
    "quit",
    "practice",
    "practise",
    "aws",
    "bank",
    "training",
    "tutorial",
    "network",
    "offline",
    "cable",
    "memory",
    "scan",
    "phone",
    "signature",
    "reject",
    "withdraw",
    "history",
    "who",
    "assessor",
    "inspection",
    "pdf",
    "archive",
    "disaster",
    "stolen",
    "broken",
    "emergency",
    "vacation",
    "dead",
    "compromise",
    "breach",
    "incident",
    "csr",
    "nonce",
    "ksn",
    "dukpt",
    "oaep",
    "kek",
    "zmk",
    "bdk",
    "xor",
    "split",
    "shred",
    "wipe",
    "suspend",
    "block",
    "label",
    "alias",
    "search",
    "kcv",
    "threshold",
    "rules",
    "policy",
    "form",
    "deputy",
    "stand-in",
    "mouse",
    "dark",
    "shortcut",
    "stuck",
    "lunch",
    "continue",
    "resume",
    "exception",
    "todo",
];

#[test]
fn whatever_people_type_leads_somewhere() {
    let room = crate::tui::screens::tests::full();
    let mut palette = Palette::of(&room.state);
    for typed in ALSO.iter().chain(WORDS.iter().map(|(typed, ..)| typed)) {
        palette.filter.set(typed);
        let low = str::to_lowercase;
        let of = |e: &&Entry| rank(&low(typed), &low(&e.name), &low(&e.also), &low(&e.help));
        let best = palette.found().iter().find_map(of);
        let meant = best.is_some_and(|best| best.missing == 0 && best.worst < INSIDE);
        assert!(meant, "{typed}: {best:?}");
    }
}

#[test]
fn a_word_that_nothing_has_is_answered_with_what_to_do() {
    let mut room = crate::tui::screens::tests::full();
    room.press("<C-p>qwertz")
        .shows(&["Nothing is called that.", "and Home lists what is due."]);
    room.check("palette-none");
}

#[test]
fn a_partner_to_practise_with_is_found_but_never_in_production() {
    let mut room = crate::tui::screens::tests::full();
    room.press("<C-p>practice partner<Enter>")
        .shows(&["For practice nobody has to be at the other side."]);
    room.press("<Esc>ei<Esc>?")
        .shows(&["For practice nobody has to be"]);
    room.press("<Esc>");
    room.goes_into_production();
    let palette = Palette::of(&room.state);
    assert!(
        palette
            .entries
            .iter()
            .all(|e| e.does != Does::Go(Place::Partner))
    );
}

/// The same page twice, one above the other, made Esc seem dead.
#[test]
fn a_place_that_is_open_already_is_not_opened_above_itself() {
    let mut room = crate::tui::screens::tests::full();
    room.press("p");
    let before = room.state.screens().count();
    room.press("<C-p>absent<Enter>");
    assert_eq!(room.state.top().unwrap().name(), "Custodians");
    assert_eq!(room.state.screens().count(), before);
    room.shows(&["► Somebody left, and another takes the place"]);
    room.press("<Esc>");
    assert_eq!(room.state.top().unwrap().name(), "Home");
}

/// A word that nothing has takes nothing away.
#[test]
fn a_word_too_many_still_finds_what_was_meant() {
    let room = Room::new(Home::new(), practice_session(false));
    for (typed, line) in [
        ("import key from partner", "Import"),
        ("export qwertz tr-34", "Export key in a TR-34 token"),
        (
            "second copy please",
            "begins the wizard that copies this vault",
        ),
        ("compare", "shows the keys of this vault"),
    ] {
        let found = found_first(&room, typed);
        assert!(found.contains(line), "{typed}: {found}");
    }
    assert_eq!(found_first(&room, "qwertz"), "");
}

pub(super) fn found_first(room: &Room, typed: &str) -> String {
    let mut palette = Palette::of(&room.state);
    palette.filter.set(typed);
    let found = palette.found();
    found.first().map(|entry| entry.text()).unwrap_or_default()
}

#[test]
fn the_words_that_people_use_are_found_from_home_and_from_an_inner_screen() {
    let mut wrong = Vec::new();
    for inner in ["", "t", "a"] {
        let mut room = crate::tui::screens::tests::full();
        room.press(inner);
        for (typed, line, screen) in WORDS {
            let from = room.state.top().unwrap().name();
            // On its own page a place is not offered, and approvals have nothing to scan.
            if *screen == from || (*typed == "QR" && from == "Approvals") {
                continue;
            }
            let first = found_first(&room, typed);
            if !first.starts_with(line) {
                wrong.push(format!("{typed} from {from}: {first}"));
            }
            if screen.is_empty() {
                continue;
            }
            room.press(&format!("<C-p>{typed}<Enter>"));
            let there = room.state.top().unwrap().name();
            if there != *screen {
                wrong.push(format!("{typed} from {from} leads to {there}"));
            }
            room.press("<Esc>");
            if room.state.top().unwrap().name() != from {
                room.press("<C-p>home<Enter>").press(inner);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_act_and_every_answer_is_found_by_its_own_name() {
    let room = crate::tui::screens::tests::full();
    for place in Place::all().into_iter().filter(|place| place.does()) {
        let (name, _) = place.words();
        let palette = Palette::of(&room.state);
        let known = palette.entries.iter().any(|entry| entry.name == name);
        assert!(known, "{name}");
        let told = place.words().1.to_owned();
        let enter = place.enter().unwrap_or(told);
        assert!(enter.chars().count() <= 70, "{enter}");
    }
}

/// Whatever the palette lists is read whole at the smallest size where the cursor is on it, and so is what Enter does.
#[test]
fn every_entry_is_read_whole_under_the_cursor_at_eighty_columns() {
    let mut room = Room::new(Home::new(), practice_session(true));
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let state = &room.state;
    let palette = Palette::of(state);
    let told: Vec<(String, String)> = palette
        .shown(&state.world)
        .iter()
        .map(|entry| (entry.text(), entry.enter()))
        .collect();
    assert!(told.len() > 30, "{}", told.len());
    room.press("<C-p>");
    for (text, enter) in told {
        let seen = squeezed(&room.text());
        assert!(
            seen.contains(&squeezed(&text)),
            "{text:?} in\n{}",
            room.text()
        );
        assert!(
            seen.contains(&squeezed(&enter)),
            "{enter:?} in\n{}",
            room.text()
        );
        room.press("<Down>");
    }
}

#[test]
fn no_column_is_kept_for_keys_that_are_not_there() {
    let mut room = crate::tui::screens::tests::full();
    for (typed, act, at) in [
        ("initial key", "Export a terminal's", 3),
        ("export", "Export key as components", 6),
    ] {
        let text = room.press(&format!("<C-p>{typed}")).text();
        let row = text.lines().find_map(|row| row.split_once(act));
        assert_eq!(row.unwrap().0.chars().count(), at, "{text}");
        room.press("<Esc>");
    }
}
