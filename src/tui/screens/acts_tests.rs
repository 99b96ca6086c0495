//! Acts that have no wizard of their own, asked for at the screens: a key out in a key block and in again, a
//! certificate that is given out, a name. What comes out is what `inspect` and the engine read.

use super::home::Home;
use crate::session::build::Answers;
use crate::session::{Session, build};
use crate::tui::room::{Room, practice_session};

const fn key<'a>(usage: &'a str, modes: &'a str, label: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("usage", usage),
        ("algorithm", "AES_128"),
        ("modes", modes),
        ("exportable", "yes"),
        ("label", label),
    ]
}

/// A vault whose keys are held, with a KEK and a PIN key.
fn vault() -> Session {
    let mut session = practice_session(true);
    for texts in [
        key("K0", "encrypt, decrypt, wrap, unwrap", "zmk"),
        key("P0", "encrypt, decrypt, wrap, unwrap", "pek"),
    ] {
        let answers = Answers {
            texts: texts
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            ..Answers::default()
        };
        let action = build::action(&session, "create-key", &answers).unwrap();
        session.act(action, None, None).unwrap();
    }
    session
}

/// Whoever asks and two custodians, whose keys are held: nobody types.
fn sign(room: &mut Room) {
    room.press("<Enter><Enter><Enter>");
}

#[test]
fn a_key_goes_out_in_a_key_block_and_comes_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::new(Home::new(), vault());
    room.press("v<Down>x<Down>").check("export-menu-key");
    room.press("<Enter>").check("act-export-tr31");
    // The terminal is left empty: this is no base derivation key.
    room.press("<Enter><Enter><Enter><C-u>");
    room.press(&format!("{}/out<Enter>", folder.path().display()));
    room.shows(&["EXPORT KEY pek", "zmk", "2 custodians sign"]);
    room.press("<Enter>");
    sign(&mut room);
    room.shows(&["Done. The key went into a file", "read back"]);
    let out = folder.path().join("out");
    let request = out.join("pek.rehearsal.json");
    let text = std::fs::read_to_string(&request).unwrap();
    assert!(text.contains("Tr31KeyBlock"), "{text}");
    assert!(out.join("NEXT.txt").is_file());

    room.press("<Enter><Esc>i");
    while !room
        .text()
        .contains("► (*) Import a key from a TR-31 key block")
    {
        room.press("<Down>");
    }
    room.shows(&["takes a key in that travelled in a key block"]);
    room.press("<Enter>");
    room.press(&format!(
        "{}<Enter><Enter>pek-again<Enter>",
        request.display()
    ));
    room.shows(&["IMPORT KEY", "zmk"]);
    room.press("<Enter>");
    sign(&mut room);
    room.shows(&["Done, saved", "check value"]);
    let view = room.state.world.view.clone().unwrap();
    assert_eq!(view.keys.len(), 3);
    assert_eq!(view.keys[2].label, "pek-again");
    assert_eq!(
        view.keys[1].key.key_check_value,
        view.keys[2].key.key_check_value
    );
}

#[test]
fn a_file_that_is_not_there_is_said_and_nothing_is_lost() {
    let mut room = Room::new(Home::new(), vault());
    room.press("i");
    while !room
        .text()
        .contains("► (*) Import a key from a TR-31 key block")
    {
        room.press("<Down>");
    }
    room.press("<Enter>nowhere.json<Enter><Enter><Enter>");
    room.check("act-import-tr31-missing");
    room.shows(&["nowhere.json", "STOP"]);
}

#[test]
fn a_sender_is_given_a_certificate_and_a_key_gets_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::new(Home::new(), vault());
    room.press("i");
    while !room
        .text()
        .contains("► (*) Give out a certificate to wrap under")
    {
        room.press("<Down>");
    }
    room.press("<Enter>").check("act-parameters");
    room.press("<Enter><Enter><Enter><Enter><C-u>");
    room.press(&format!("{}/out<Enter>", folder.path().display()));
    room.shows(&["2 custodians sign"]);
    room.press("<Enter>");
    sign(&mut room);
    room.shows(&["Done"]);
    let names: Vec<_> = std::fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    let file = names
        .iter()
        .find(|p| p.extension().is_some_and(|e| e == "json"))
        .unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    for member in [
        "WrappingKeyCertificate",
        "ImportToken",
        "ParametersValidUntilTimestamp",
    ] {
        assert!(text.contains(member), "{member} in {text}");
    }

    room.press("<Enter>v<Enter>m<Enter>alias/zmk<Enter>");
    room.shows(&["alias/zmk"]);
    room.press("<Enter>");
    sign(&mut room);
    room.shows(&["Done, saved"]);
}
