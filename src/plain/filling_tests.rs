//! Fields of acts in lines: what the vault knows is a list, and what need not be named stops nobody.

use super::reader_tests::{at_home, practice_session};

#[test]
fn an_own_pair_need_not_be_there_where_a_key_comes_in_by_tr34() {
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
        ("Sender's root: ", "aws-root"),
        ("Sender's certificate: ", ""),
        ("Nonce: ", ""),
        ("Own pair: ", "the usual"),
        ("Its certificate: ", ""),
        ("Name: ", "cancel"),
        ("Number: ", "close"),
    ];
    let answers = [trusted.as_slice(), &asked].concat();
    let text = at_home(session, &answers).text();
    assert!(!text.contains("None of these can be taken"), "{text}");
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
