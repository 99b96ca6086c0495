//! Fields of acts in lines: what the vault knows is a list, and what need not be named stops nobody.

use super::draft::Draft;
use super::reader_tests::{at_home, at_home_with, practice_session};
use crate::session::build::{self, Answers};
use crate::session::op_exchange::{EXPORT_IPEK, EXPORT_TR31};

/// A key of its own that leaves was asked for a terminal's number, which only an initial key has.
#[test]
fn a_terminals_number_is_asked_where_its_initial_key_leaves() {
    let asked = |op| {
        let fields = Draft::new(op).fields();
        fields.into_iter().map(|f| f.id).collect::<Vec<_>>()
    };
    assert_eq!(asked(&EXPORT_TR31), ["key", "wrap", "output", "folder"]);
    assert_eq!(
        asked(&EXPORT_IPEK),
        ["key", "wrap", "serial", "output", "folder"]
    );
}

#[test]
fn what_a_tr34_token_lacks_is_asked_and_what_the_vault_lacks_is_not() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/vectors/tr34-real.json")).unwrap();
    let room = tempfile::tempdir().unwrap();
    let token = room.path().join("token.hex");
    let hex = vectors["vectors"][0]["token"].as_str().unwrap();
    std::fs::write(&token, hex).unwrap();
    let token = token.display().to_string();
    let session = &mut practice_session(true);
    // Nobody sends a token to a vault that gave out no certificate.
    let fields = [
        ("form", "TR34_KEY_BLOCK"),
        ("algorithm", "RSA_2048"),
        ("output", "ours.json"),
    ];
    let answers = Answers {
        texts: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        ..Answers::default()
    };
    let action = build::action(session, "get-parameters-for-import", &answers);
    session.act(action.unwrap(), None, None).unwrap();
    let trusted = [
        ("Number: ", "Import a root certificate"),
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
    let asked = [
        ("Number: ", "import-key.tr34"),
        ("Sender's file: ", "Cargo.toml"),
        ("Sender's file: ", token.as_str()),
        // This token holds no certificate, and the vault no pair that could open it.
        ("Sender's certificate: ", ""),
        ("Sender's certificate: ", "f5"),
        ("Sender's root: ", ""),
        ("Random number (nonce): ", ""),
        ("Name: ", "cancel"),
        ("Number: ", "close"),
    ];
    let answers = [trusted.as_slice(), &asked].concat();
    let text = at_home(session, &answers).text();
    // What is no token is said at its question, by the question's name.
    for words in [
        "STOP: Sender's file is neither a TR-34 token",
        "Neither the file nor the token holds it",
        "Only aws-root stands above this file. Enter alone takes it.",
        crate::session::field::NOTHING_TYPED,
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    for words in ["None of these can be taken", "Own pair", "Its certificate"] {
        assert!(!text.contains(words), "{words:?} in\n{text}");
    }
}

/// Who types it is known before it is typed, and whether it is the file's is said there.
#[test]
fn a_wrong_fingerprint_is_told_at_its_question_to_the_one_who_typed_it() {
    let wrong = "ab".repeat(32);
    let answers = [
        ("Number: ", "Import a root certificate"),
        ("File: ", "f5"),
        ("Second person: ", "Wim"),
        ("Fingerprint: ", wrong.as_str()),
        ("Fingerprint: ", "f5"),
        ("Where from: ", "cancel"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    let (before, after) = text.split_once("Fingerprint: ").unwrap();
    assert!(before.contains("Acts: Wim, who fetched it"), "{before}");
    assert!(
        after.starts_with("\nSTOP: The fingerprint that was typed is not"),
        "{after}"
    );
    let (_, asked) = after.split_once("Fingerprint: ").unwrap();
    assert!(!asked.contains("STOP"), "{asked}");
}

/// A fingerprint that somebody types next stays hidden, whatever the file says of itself.
#[test]
fn a_root_is_told_without_its_fingerprint() {
    let said = |_: &[u8], _: crate::api::Timestamp| -> Result<String, String> {
        Ok("CERTIFICATE  CN=root\n  SHA-256     AB:CD\n  In words    one two".to_owned())
    };
    let answers = [
        ("Number: ", "Import a root certificate"),
        ("File: ", "f5"),
        ("Second person: ", "Wim"),
        ("Fingerprint: ", "cancel"),
        ("Number: ", "close"),
    ];
    let text = at_home_with(&mut practice_session(true), &answers, Some(said)).text();
    assert!(text.contains("CN=root"), "{text}");
    assert!(
        !text.contains("AB:CD") && !text.contains("one two"),
        "{text}"
    );
}

#[test]
fn whoever_had_access_is_chosen_from_the_list_or_typed() {
    let answers = [
        ("Number: ", "vault.access"),
        ("Custodian: ", "somebody else"),
        ("Custodian: ", "Dora"),
        ("Part of: ", "back"),
        ("Custodian: ", "Ana"),
        ("Part of: ", "cancel"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    for words in ["1. Ana", "somebody else", "Answered before: Dora"] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}

/// Outside of a ceremony it was wiped and told, and an auditor found it nowhere.
#[test]
fn words_typed_where_they_are_shown_stand_in_the_log_without_themselves() {
    let answers = [
        ("Number: ", "vault.access"),
        ("Custodian: ", "somebody else"),
        (
            "Custodian: ",
            "dynamite stem finisher gulp hammock container petal",
        ),
        ("Custodian: ", "Dora"),
        ("Part of: ", "cancel"),
        ("Number: ", "close"),
    ];
    let session = &mut practice_session(true);
    let text = at_home(session, &answers).text();
    let log = session.log_lines().unwrap();
    let typed = |line: &&String| line.contains(r#""op":"typed-in-the-open""#);
    let noted: Vec<&String> = log.iter().filter(typed).collect();
    assert_eq!(noted.len(), 1, "{text}");
    assert!(noted[0].contains("vault.access") && noted[0].contains("words like a passphrase"));
    assert!(!log.join("\n").contains("dynamite"));
}

/// A ceremony of turns is looked at once more before anybody is called: stopped later, it takes three signatures.
#[test]
fn a_ceremony_of_components_is_reviewed_before_it_begins() {
    let answers = [
        ("Number: ", "import-key.components"),
        ("Purpose: ", "TR31_K0_KEY_ENCRYPTION_KEY"),
        ("Algorithm: ", "AES_128"),
        ("Modes of use: ", "1"),
        ("Exportable: ", "yes"),
        ("Name: ", "zmk"),
        ("Components: ", "3"),
        // To the last question, and from there to the review again.
        ("Press Enter: ", "back"),
        ("Components: ", "2"),
        ("Press Enter: ", "cancel"),
        ("Number: ", "close"),
    ];
    let session = &mut practice_session(true);
    let text = at_home(session, &answers).text();
    for words in [
        "Import key from components, review:",
        "FORM KEY zmk from 3 components",
        "FORM KEY zmk from 2 components",
        "  algorithm: AES_128",
        "  export: yes, wrapped",
        "  watches: Wim",
        "Enter: begins the ceremony",
        "Left. Nothing was asked and nothing has changed.",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(session.view().runs.is_empty());
}

/// A file with a chain is one of two certificates: which, is asked at its question and not three later.
#[test]
fn a_file_with_two_certificates_is_no_certificate_under_a_trusted_one() {
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/ceremonies/samples/get-parameters-for-import-rsa3072.json"
    );
    let answers = [
        ("Number: ", "Import a root certificate"),
        ("File: ", "f5"),
        ("Second person: ", "Wim"),
        ("Fingerprint: ", "f5"),
        ("Where from: ", "practice"),
        ("Name: ", "aws-root"),
        ("Press Enter: ", ""),
        ("Number: ", "Ada"),
        ("Number: ", "Ana"),
        ("Number: ", "Ben"),
        ("Number: ", "import-key.trusted-certificate"),
        ("File: ", sample),
        ("File: ", "Cargo.toml"),
        ("File: ", "cancel"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    for words in [
        "STOP: File holds two certificates, one and the one above it",
        "STOP: File holds no certificate: ",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(!text.contains("no multiple of four"), "{text}");
}

/// What a counterparty sent in a mail has no path: its lines are read until it ends, and it is told by its size from then on.
#[test]
fn a_file_may_be_pasted_in_the_place_of_its_path() {
    let sample = include_str!("../../ceremonies/samples/get-parameters-for-import-rsa3072.json");
    let lines: Vec<&str> = sample.lines().collect();
    let mut answers = vec![
        ("Number: ", "Import a root certificate"),
        ("File: ", lines[0]),
    ];
    answers.extend(lines[1..].iter().map(|line| ("", *line)));
    answers.extend([
        ("Second person: ", "back"),
        ("File: ", ""),
        ("Second person: ", "cancel"),
        ("Number: ", "Import a root certificate"),
        ("File: ", "-----BEGIN PRIVATE KEY-----"),
        ("", "-----END PRIVATE KEY-----"),
        ("File: ", "cancel"),
        ("Number: ", "close"),
    ]);
    let text = at_home(&mut practice_session(true), &answers).text();
    for words in [
        "The file itself may be pasted in its place",
        "Answered before: pasted text, ",
        "STOP: A private key or an envelope is never pasted",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(!text.contains("no such file"), "{text}");
}
