//! Fields of acts in lines: what the vault knows is a list, and what need not be named stops nobody.

use super::reader_tests::{at_home, at_home_with, practice_session};

#[test]
fn an_own_pair_need_not_be_there_where_a_key_comes_in_by_tr34() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/vectors/tr34-real.json")).unwrap();
    let room = tempfile::tempdir().unwrap();
    let token = room.path().join("token.hex");
    let hex = vectors["vectors"][0]["token"].as_str().unwrap();
    std::fs::write(&token, hex).unwrap();
    let token = token.display().to_string();
    let session = &mut practice_session(true);
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
        ("Sender's root: ", "aws-root"),
        ("Sender's certificate: ", ""),
        ("Random number (nonce): ", ""),
        ("Own pair: ", "the usual"),
        ("Its certificate: ", ""),
        ("Name: ", "cancel"),
        ("Number: ", "close"),
    ];
    let answers = [trusted.as_slice(), &asked].concat();
    let text = at_home(session, &answers).text();
    assert!(!text.contains("None of these can be taken"), "{text}");
    // What is no token is said at its question, by the question's name.
    assert!(
        text.contains("STOP: Sender's file is neither a TR-34 token"),
        "{text}"
    );
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
