//! Talks without a terminal: every shipped ceremony from its first question to its last, and acts in an open vault.

use super::closing::card_told;
use super::reader_tests::{INTERRUPTS, MAKE, Reader, at_home, practice_session};
use super::*;
use crate::ceremony::{Rehearsals, not_here, shipped};
use crate::custody::words;
use crate::session::Profile;
use crate::text::{speaking, untranslated, words_of};

pub(super) fn rehearse_with(script: &[u8], reader: &mut Reader) -> u8 {
    let start = Start::Play(Box::new(Play::rehearsal(script.to_vec())));
    begin(start, Lent::default(), reader)
}

pub(super) fn first_key() -> &'static [u8] {
    shipped()
        .iter()
        .find(|(name, _)| *name == "first-key.toml")
        .map(|(_, bytes)| *bytes)
        .unwrap()
}

#[test]
fn every_shipped_ceremony_is_played_in_lines() {
    for (name, bytes) in shipped() {
        let mut reader = Reader::new(&[], true);
        let status = rehearse_with(bytes, &mut reader);
        let text = reader.text();
        assert_eq!(status, 0, "{name}:\n{text}");
        assert!(
            text.contains("Done. In a real ceremony you would now hold"),
            "{name}:\n{text}"
        );
        assert!(!text.contains("STOP"), "{name}:\n{text}");
        assert!(
            reader.scrolled > 0,
            "{name}: nothing was scrolled out of sight before a secret"
        );
        assert!(text.contains("Everybody else steps back."), "{name}");
    }
}

#[test]
fn a_wrong_answer_ends_nothing_and_a_pause_loses_nothing() {
    let answers = [
        ("Press Enter: ", "yes"),
        ("Press Enter: ", "?"),
        ("Press Enter: ", "pause"),
        ("Number: ", "7"),
        ("Number: ", "1"),
        ("Your passphrase (not shown): ", "planted words"),
        ("Your passphrase (not shown): ", ""),
        ("Number: ", "go on"),
    ];
    let mut reader = Reader::new(&answers, true);
    assert_eq!(rehearse_with(first_key(), &mut reader), 0);
    let text = reader.text();
    assert!(reader.answers.is_empty(), "{text}");
    for words in [
        "Only Enter is wanted here",
        "Words that work at a prompt, alone on their line:",
        "The ceremony waits. What now?",
        "Type a number from 1 to 4, or a name.",
        "The passphrase does not open this envelope.",
        "Done. In a real ceremony you would now hold",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(!text.contains("planted"), "a secret was said");
}

/// What the introduction says of every prompt holds where a passphrase is asked for, too; whoever types it a line too
/// early is told so.
#[test]
fn words_lead_away_from_a_secret_and_from_a_hand_over() {
    let answers = [
        ("Your passphrase (not shown): ", "help"),
        ("Your passphrase (not shown): ", "pause"),
        ("Number: ", "go on"),
        ("Your passphrase (not shown): ", "\\pause"),
        ("Your passphrase (not shown): ", "back"),
        ("Number: ", "go on"),
    ];
    let mut reader = Reader::new(&answers, true);
    assert_eq!(rehearse_with(first_key(), &mut reader), 0);
    let text = reader.text();
    assert!(reader.answers.is_empty(), "{text}");
    assert_eq!(
        text.matches("The ceremony waits. What now?").count(),
        2,
        "{text}"
    );
    // The one that was meant as a passphrase is judged as one.
    let wrong = "The passphrase does not open this envelope.";
    assert_eq!(text.matches(wrong).count(), 1, "{text}");
}

#[test]
fn the_witness_copies_the_card_before_a_vault_is_closed_in_lines() {
    let mut view = practice_session(true).view();
    assert!(card_told(&view).is_empty(), "nobody keeps a rehearsal's");
    view.profile = Profile::Test;
    assert!(card_told(&view).join(" ").contains("up to date"));
    view.seq += 3;
    let told = card_told(&view);
    assert!(told[0].contains("sequence 3"), "{told:?}");
    assert_eq!(told[1], "  Sequence  3");
    let words = view.card_words.join(" ");
    assert_eq!(told[2], format!("  Words     {words}"));
}

#[test]
fn a_ceremony_that_is_stopped_says_so_and_is_no_success() {
    let answers = [
        ("Press Enter: ", "cancel"),
        ("Number: ", "4"),
        ("Who stops it: ", "Ben"),
        ("Reason: ", ""),
        ("Reason: ", "somebody is missing"),
    ];
    let mut reader = Reader::new(&answers, true);
    assert_eq!(rehearse_with(first_key(), &mut reader), 1);
    let text = reader.text();
    assert!(
        text.contains(crate::session::field::NOTHING_TYPED),
        "{text}"
    );
    assert!(
        text.contains("Stopped for good. The record says so"),
        "{text}"
    );
}

#[test]
fn ctrl_c_closes_what_is_open_and_says_so() {
    for prompt in ["Press Enter: ", "Your passphrase (not shown): "] {
        let mut reader = Reader::new(&[(prompt, INTERRUPTS)], true);
        assert_eq!(rehearse_with(first_key(), &mut reader), 130);
        let text = reader.text();
        for words in [
            "Left. This was a rehearsal: it is gone.",
            "The vault is closed; what was held in memory is wiped.",
            "Ended with Ctrl-C. What was being answered was not taken.",
        ] {
            assert!(text.contains(words), "no {words:?} in\n{text}");
        }
    }
}

#[test]
fn when_nobody_answers_any_more_the_ceremony_is_left_in_order() {
    let mut reader = Reader::new(&[("Press Enter: ", "")], false);
    assert_eq!(rehearse_with(first_key(), &mut reader), 1);
    assert!(
        reader.text().contains("The vault is closed"),
        "{}",
        reader.text()
    );
}

/// A root is trusted, a key is made and sent to the receiver under it, with slips on the way.
fn sends_a_key(out: &str) -> Vec<(&'static str, &str)> {
    let mut answers = vec![
        ("Number: ", "Import a root certificate"),
        ("File: ", "/nowhere/at/all"),
        ("File: ", "f5"),
        ("Fingerprint: ", "f5"),
        ("Where from: ", "practice"),
        ("Second person: ", "Wim"),
        ("Name: ", "aws-root"),
        ("Press Enter: ", ""),
        ("Number: ", "Ada"),
        ("Number: ", "Ana"),
        ("Number: ", "Ben"),
    ];
    answers.extend(MAKE);
    answers.extend([
        ("Number: ", "Ben"),
        ("Number: ", "export-key.rsa-wrap"),
        // The root is no key that travels.
        ("Key: ", "aws-root"),
        ("Key: ", "kek"),
        ("Receiver's file: ", "Cargo.toml"),
        ("Receiver's file: ", "f5"),
        ("Receiver's root: ", "kek"),
        ("Receiver's root: ", "aws-root"),
        ("Hash: ", "the usual"),
        ("File name: ", ""),
        ("Folder: ", out),
        ("Press Enter: ", "exact"),
        ("Press Enter: ", ""),
        ("Number: ", "Ada"),
        ("Number: ", "exact"),
        ("Number: ", "Ada"),
        ("Number: ", "Ana"),
        ("Number: ", "Ben"),
        ("Number: ", "exchange"),
        ("Receipt file: ", "back"),
        ("Number: ", "due"),
        ("Number: ", "back"),
        ("Number: ", "close"),
    ]);
    answers
}

#[test]
fn a_root_is_trusted_a_key_made_and_sent_and_its_file_read_back() {
    let room = tempfile::tempdir().unwrap();
    let out = room.path().join("out").display().to_string();
    let answers = sends_a_key(&out);
    let mut session = practice_session(true);
    let text = at_home(&mut session, &answers).text();
    for words in [
        "aws-root cannot be chosen: it is a certificate of others",
        "kek cannot be chosen: it is no imported certificate",
        "\"ExportKeyIdentifier\"",
        "Exactly this is signed:",
        "Type a number from 1 to 3, or a name. Nothing was chosen.",
        "The key went into a file that only the receiver can open.",
        "receipt: none yet for kek",
        "STOP: Receiver's file is another kind of file. Wanted is what get-parameters-for-import",
        "Proposed: kek.json. Enter alone takes it.",
        "The receiver sends receipt.json back",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(!text.contains("with it.. "), "{text}");
    let keys = session.view().keys;
    let row = keys.iter().find(|row| row.label == "kek").unwrap();
    let value = &row.key.key_check_value;
    assert!(
        text.contains(&format!("  check value {value} by CMAC")),
        "{text}"
    );
    let file = room.path().join("out").join("kek.rehearsal.json");
    assert!(file.is_file() && room.path().join("out").join("NEXT.txt").is_file());
    assert_eq!(session.view().exports.len(), 1);
}

#[test]
fn back_keeps_answers_and_a_refusal_takes_the_request_away() {
    let mut answers = MAKE.to_vec();
    answers.insert(3, ("Modes of use: ", "back"));
    answers.insert(4, ("Algorithm: ", "AES_256"));
    answers.extend([
        ("Number: ", "refuse"),
        ("Who refuses: ", "Wim"),
        ("Why: ", "not today"),
        ("Number: ", "create key"),
        ("Purpose: ", "cancel"),
        ("Number: ", "close"),
    ]);
    let mut session = practice_session(true);
    let text = at_home(&mut session, &answers).text();
    assert!(text.contains("Answered before: AES_128"), "{text}");
    assert!(text.contains("The request is off the table."), "{text}");
    assert!(text.contains("Left. Nothing was asked"), "{text}");
    let view = session.view();
    assert!(view.keys.is_empty() && view.pending.is_empty());
    assert_eq!(view.profile, Profile::Rehearsal);
}

#[test]
fn a_request_that_is_left_waits_in_the_list_of_approvals() {
    // Nothing is held: whoever asks and each custodian types, each after a hand-over.
    let mut answers = MAKE[..11].to_vec();
    answers.extend([
        ("Press Enter: ", ""),
        ("Passphrase (not shown): ", "f5"),
        ("Number: ", "Ana"),
        ("Press Enter: ", ""),
        ("Passphrase (not shown): ", "apple arrow"),
        ("Number: ", "back"),
        ("Number: ", "approvals"),
        ("Number: ", "1"),
        ("Number: ", "Ben"),
        ("Press Enter: ", ""),
        ("Passphrase (not shown): ", "bacon badge"),
        ("Number: ", "close"),
    ]);
    let mut session = practice_session(false);
    let reader = at_home(&mut session, &answers);
    let text = reader.text();
    assert!(text.contains("The request stays on the table"), "{text}");
    assert!(text.contains("1 request waits for signatures."), "{text}");
    assert!(text.contains("Done, saved and in the audit log."), "{text}");
    assert!(reader.scrolled >= 3, "{}", reader.scrolled);
    assert_eq!(session.view().keys.len(), 1);
}

#[test]
fn what_gives_out_a_certificate_writes_its_file() {
    let room = tempfile::tempdir().unwrap();
    let out = room.path().join("out").display().to_string();
    let answers = [
        ("Number: ", "get-parameters-for-import"),
        ("Form: ", "KEY_CRYPTOGRAM"),
        ("Key pair: ", "RSA_2048"),
        ("Certificate hash: ", "3"),
        ("File name: ", "wrap.json"),
        ("Folder: ", out.as_str()),
        ("Press Enter: ", ""),
        ("Number: ", "Ada"),
        ("Number: ", "Ana"),
        ("Number: ", "Ben"),
        ("Number: ", "close"),
    ];
    let mut session = practice_session(true);
    let text = at_home(&mut session, &answers).text();
    assert!(text.contains("No key has left this vault."), "{text}");
    assert!(!text.contains("The key went into"), "{text}");
    let file = std::fs::read_to_string(room.path().join("out").join("wrap.rehearsal.json"));
    assert!(file.unwrap().contains("WrappingKeyCertificate"));
}

#[test]
fn a_search_in_a_ceremony_is_stopped_and_begun_again() {
    let script = shipped()
        .iter()
        .find(|(name, _)| *name == "bdk-initial-keys-tdes.toml")
        .map(|(_, bytes)| *bytes)
        .unwrap();
    let mut reader = Reader::new(&[], true);
    reader.stops = 1;
    let status = rehearse_with(script, &mut reader);
    let text = reader.text();
    assert_eq!(status, 0, "{text}");
    let stopped = text.find(crate::session::STOPPED).expect(&text);
    // The step stands: Enter searches again, nobody signs anew, and the ceremony goes to its end.
    let after = &text[stopped..];
    let again = after
        .find("Enter: searches again; it can be stopped again")
        .expect(after);
    let done = after.find("Ctrl-C stops it").expect(after);
    assert!(again < done, "{after}");
    assert!(!after[..done].contains("not shown"), "{after}");
    assert!(text.contains("Done. In a real ceremony"), "{text}");
    // What left is the initial key, and its own check value is told; the base key's stays here.
    let told: Vec<&str> = text.split("  initial key ").skip(1).collect();
    assert_eq!(told.len(), 2, "{text}");
    for told in told {
        let value = &told[..6];
        let tell = format!("Tell whoever loads it {value} (");
        assert!(told.contains(&tell) && !text.contains(&format!("check value {value}")));
    }
}

/// What the script says, and what is named: people, places, codes of standards, the keys that answer.
const NAMED: &str = "Ada Ana Ben Cho Wim keymoot KEK TDES AES RSA KEY ARN SHA PCI PIN ANSI REHEARSAL kek aws json age
    arn payment cryptography east CreateKey toml first amber anchor apple arrow bacon badge cabin camel waffle walnut
    CMAC Sign off administrator encrypt decrypt wrap unwrap lead second watch yes
    dahlia dancer falcon fiddle garlic gadget hazel hammock derive rotate not-copied
    Example Payment Service Cryptography Root CA Rehearsal Partner Receiver KRD KDH WrappingKeyCertificate
    WrappingKeyCertificateChain query output text reuse last generated token openssl noout fingerprint sha enrolment txt import
    export Key ValidationException";

/// What a run records of what it asks, which is English in every language: what a token says, and the record that is signed.
const RECORDED: &str = "dialect non CMS what the service reads fresh signed within seven days header sender receiver
    Present whenever this run was worked on the key was destroyed as written exceptions are recorded a true record";

#[test]
fn what_is_said_in_lines_passes_through_the_texts() {
    let mut left = std::collections::BTreeMap::new();
    let people = crate::session::practice::PEOPLE.iter();
    let later = people.filter_map(|(who, ..)| crate::session::practice::phrase_after(who, 1));
    let later = later.collect::<Vec<_>>().join(" ");
    for (name, bytes) in shipped() {
        let mut reader = Reader::new(&[], true);
        let status = speaking(|| rehearse_with(bytes, &mut reader));
        assert_eq!(status, 0, "{}", reader.text());
        let script = String::from_utf8_lossy(bytes);
        let aloud = (0..=255).flat_map(|byte| words::pgp(&[byte, byte]));
        let named = words_of(NAMED)
            .chain(words_of(RECORDED))
            .chain(words_of(&script))
            .chain(words_of(&later))
            .chain(aloud)
            .collect();
        for line in reader.text().lines() {
            if let Some(word) = untranslated(line, &named) {
                left.insert(line.to_owned(), format!("{name} ({word})"));
            }
        }
    }
    let left: Vec<String> = left
        .iter()
        .map(|(line, at)| format!("{at}: {line}"))
        .collect();
    assert!(
        left.is_empty(),
        "not through the texts:\n{}",
        left.join("\n")
    );
}

/// Of a run there is the report, read or in a file, and the bundle, which somebody signs where no key is held.
#[test]
fn a_run_is_reported_and_its_bundle_signed_in_lines() {
    let room = tempfile::tempdir().unwrap();
    let file = |name: &str| room.path().join(name).display().to_string();
    let (markdown, signed) = (file("r.md"), file("b"));
    let mut session = practice_session(true);
    let script = crate::ceremony::Script::parse(first_key()).unwrap();
    let wanted = crate::ceremony::Wanted::default();
    crate::ceremony::Runner::begin(&mut session, script, wanted)
        .unwrap()
        .headless(&mut session)
        .unwrap();
    session.forget_keys();
    let answers = [
        ("Number: ", "evidence"),
        ("Number: ", "1"),
        ("Number: ", "report"),
        ("Report file: ", markdown.as_str()),
        ("Number: ", "evidence"),
        ("Number: ", "1"),
        ("Number: ", "bundle"),
        ("Bundle file: ", markdown.as_str()),
        ("Number: ", "evidence"),
        ("Number: ", "1"),
        ("Number: ", "bundle"),
        ("Bundle file: ", signed.as_str()),
        ("Number: ", "Ada"),
        ("Number: ", "Wim"),
        ("Press Enter: ", ""),
        ("Passphrase (not shown): ", "of another kind"),
        ("Number: ", "Wim"),
        ("Press Enter: ", ""),
        ("Passphrase (not shown): ", "waffle walnut"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut session, &answers).text();
    for words in [
        "keymoot run report",
        "nothing is overwritten. Nothing was made",
        "Ada cannot be chosen: an administrator asks",
        "The keyboard goes to witness Wim.",
        "does not open this envelope",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    let written = std::fs::read_to_string(markdown).unwrap();
    assert!(written.starts_with("# keymoot run report"), "{written}");
    let done = crate::evidence::verify::verify(&std::fs::read(signed).unwrap(), None).unwrap();
    assert_eq!(done.bundle_signed, ["Wim"]);
}

/// What a production vault would refuse is said where it is chosen, with what brings it; nothing is begun.
#[test]
fn a_ceremony_that_would_not_begin_says_why_and_what_brings_it() {
    let none = Rehearsals::read(None, Timestamp::from_millis(0));
    let off_because = |script: &Script| {
        let off = not_here(
            script,
            script.id(),
            (Profile::Production, true),
            Some(&none),
        );
        off.map_or(home::Noted::Nothing, home::Noted::Off)
    };
    let mut reader = Reader::new(&[("Number: ", "1"), ("Number: ", "back")], false);
    let chosen = home::pick(&mut Dialogue::new(&mut reader), &off_because, "");
    assert!(matches!(chosen, Ok(None)));
    let text = reader.text();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "cannot be chosen: not rehearsed",
        "cannot be chosen: not for this vault",
        "a production vault begins only what was rehearsed to its end",
        "keymoot play first-key",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}
