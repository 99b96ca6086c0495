//! Acts that have no wizard of their own, asked for at the screens: a key out in a key block and in again, a
//! certificate that is given out, a name. What comes out is what `inspect` and the engine read.

use super::act::tests::letters;
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
        crate::tui::room::acted(&mut session, action);
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
    room.press("vx<Down>").check("export-menu-key");
    room.press("<Enter>").check("act-export-tr31");
    room.press("<Enter><Enter><C-u>");
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
    room.shows(&["Done, saved", "check value", "hidden until"]);
    room.check("done-came-in");
    let view = room.state.world.view.clone().unwrap();
    assert_eq!(view.keys.len(), 3);
    assert_eq!(view.keys[2].label, "pek-again");
    assert_eq!(view.keys[2].key.key_check_value, "hidden");
    // What its sender gave is typed.
    let value = &view.keys[1].key.key_check_value;
    room.press("<Enter>").shows(&["─ Compare ─ pek-again"]);
    room.press("<Enter>").press(value);
    room.press("<Enter>").shows(&["It agrees"]);
    let view = room.state.world.view.clone().unwrap();
    assert_eq!(&view.keys[2].key.key_check_value, value);
    // The new key's page writes what its sender reads back.
    room.shows(&["─ Key ─", "pek-again"]);
    let receipt = folder.path().join("receipt.json");
    room.press("w<C-u>").press(&receipt.display().to_string());
    room.press("<Enter>").shows(&["written and read back"]);
    let text = std::fs::read_to_string(receipt).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["Key"]["KeyCheckValue"], serde_json::json!(value));
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

    // The first shows what is still below: nobody leaves before what is told to the other side was in sight.
    room.press("<Enter>")
        .shows(&["Done", "that was all of it", "another road"]);
    room.press("<Enter>v<Enter>m<Enter>alias/zmk<Enter>");
    room.shows(&["alias/zmk"]);
    room.press("<Enter>");
    sign(&mut room);
    room.shows(&["Done, saved"]);
}

/// The row of the list that begins so, with the cursor on it.
fn choose(room: &mut Room, title: &str) {
    room.press("<Home>");
    for _ in 0..20 {
        if room.text().contains(&format!("► (*) {title}")) {
            return;
        }
        room.press("<Down>");
    }
    panic!("no {title} in\n{}", room.text());
}

/// The picture holds these words, wherever its rows end.
fn says(room: &mut Room, words: &str) {
    let text = room.text();
    let plain: String = words.split_whitespace().collect();
    assert!(letters(&text).contains(&plain), "no {words:?} in\n{text}");
}

fn make(session: &mut Session, algorithm: &str, texts: [(&str, &str); 5]) {
    let mut answers = Answers::default();
    for (k, v) in texts {
        answers.texts.insert(k.to_owned(), v.to_owned());
    }
    answers.texts.insert("algorithm".into(), algorithm.into());
    let action = build::action(session, "create-key", &answers).unwrap();
    crate::tui::room::acted(session, action);
}

#[test]
fn no_key_is_offered_to_wrap_itself_or_a_stronger_one() {
    let mut session = vault();
    let every = "encrypt, decrypt, wrap, unwrap";
    make(&mut session, "TDES_3KEY", key("K0", every, "old-kek"));
    make(&mut session, "AES_256", key("K0", every, "big-kek"));
    let mut room = Room::new(Home::new(), session);
    room.press("x");
    choose(&mut room, "Export key in a TR-31");
    // The key that goes is chosen first: zmk, AES_128.
    room.press("<Enter><Enter>");
    room.shows(&["► (*) big-kek"]);
    room.press("<Up><Up><Down><Down>");
    room.shows(&["a key cannot wrap itself"]);
    room.press("<Down>");
    says(
        &mut room,
        "TDES_3KEY is weaker than AES_128, which would travel under it",
    );
    room.press("<Enter>");
    says(&mut room, "STOP old-kek: TDES_3KEY is weaker than AES_128");
}

#[test]
fn what_comes_first_knows_what_it_is_for() {
    let mut room = Room::new(Home::new(), vault());
    room.press("i");
    choose(&mut room, "Import a key from a TR-34 token");
    room.press("<Enter>");
    says(&mut room, "the sender needs one");
    room.press("<Esc>");
    room.press("<Esc>x");
    choose(&mut room, "Export key in a TR-34 token");
    says(&mut room, "the receiver's root is not trusted here yet");
    room.press("<Enter>");
    says(&mut room, "This comes before");
}

#[test]
fn what_is_missing_leads_to_the_act_that_brings_it() {
    let mut room = Room::new(Home::new(), vault());
    room.press("i");
    choose(&mut room, "Import a key by RSA wrap");
    room.shows(&[
        "the sender needs one",
        "begins what comes first: \"Give out a certificate to wrap under\"",
    ]);
    room.press("<Enter>");
    room.shows(&["Give out a certificate to wrap under", "This comes before"]);
    // Esc leads back to the list, and there to Home.
    room.press("<Esc>");
    room.shows(&["What comes in?"]);
    choose(&mut room, "Import a root certificate");
    room.press("<Enter><Esc>");
    room.shows(&["What comes in?", "► (*) Import a root"]);
    room.press("<Esc>");
    room.shows(&["Home"]);
    room.press("x");
    choose(&mut room, "Ask an authority for a certificate");
    says(&mut room, "make a key of purpose K2, D1 or S0, an RSA pair");
    room.press("<Enter>");
    room.shows(&["Create key"]);
}

#[test]
fn a_disabled_key_encryption_key_is_named() {
    let mut session = practice_session(true);
    let every = "encrypt, decrypt, wrap, unwrap";
    make(&mut session, "AES_128", key("K0", every, "kek1"));
    let answers = Answers {
        texts: [("key".to_owned(), "kek1".to_owned())].into(),
        ..Answers::default()
    };
    let action = build::action(&session, "stop-key-usage", &answers).unwrap();
    crate::tui::room::acted(&mut session, action);
    let mut room = Room::new(Home::new(), session);
    room.press("i");
    choose(&mut room, "Import a key from a TR-31");
    room.shows(&["kek1: it is disabled; enable it first"]);
}

#[test]
fn a_pair_never_leaves_and_a_kek_that_stays_says_so() {
    let mut room = Room::new(Home::new(), practice_session(true));
    room.press("n");
    choose(&mut room, "K2 ");
    room.press("<Enter><Enter><Enter><Down>");
    room.shows(&["4 of 6", "its private half never travels"]);
    room.press("<Enter>");
    room.shows(&["STOP", "cannot be chosen"]);
    let mut room = Room::new(Home::new(), practice_session(true));
    room.press("n<Enter><Enter><Enter>");
    says(&mut room, "opens nothing for a partner");
}

#[test]
fn components_are_asked_in_the_words_of_a_new_key() {
    let mut room = Room::new(Home::new(), practice_session(true));
    room.press("i");
    choose(&mut room, "Import key from components");
    room.press("<Enter>");
    room.shows(&["► (*) K0 key-encryption key (KEK)"]);
    room.press("<Home><Down><Down><Down>");
    says(
        &mut room,
        "it is an RSA pair, and components make TDES and AES keys",
    );
    room.press("<Home><Enter>");
    // DUKPT derives nothing from the base key of three parts.
    room.shows(&["► (*) AES_128", "80 bits strong: old"]);
}

#[test]
fn a_file_of_another_kind_is_named_at_its_field() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rsa-wrap.json");
    let text = r#"{"Enabled":true,"KeyMaterial":{"KeyCryptogram":{"Exportable":true,"ImportToken":"import-token-abcdefghijkl",
        "KeyAttributes":{"KeyAlgorithm":"TDES_3KEY","KeyClass":"SYMMETRIC_KEY","KeyModesOfUse":{"Wrap":true},
        "KeyUsage":"TR31_K0_KEY_ENCRYPTION_KEY"},"WrappedKeyCryptogram":"AB","WrappingSpec":"RSA_OAEP_SHA_256"}}}"#;
    std::fs::write(&path, text).unwrap();
    let world = super::tests::full().state.world;
    let tr34 = super::act::Act::of(&crate::session::op_exchange::IMPORT_TR34, None, &world);
    let mut room = Room::new(tr34, super::tests::full_session());
    room.press(&format!("{}<Enter>", path.display()));
    room.press("<Enter><Enter><Enter><Enter><Enter><Enter>");
    room.shows(&["► Sender's file"]);
    says(
        &mut room,
        "STOP Sender's file is a request for import-key by RSA wrap, not a TR-34 token.",
    );
}

#[test]
fn components_are_reviewed_before_anybody_is_called() {
    let mut room = Room::new(Home::new(), vault());
    room.press("x");
    choose(&mut room, "Export key as components");
    room.press("<Enter><Enter>3<Enter>ACME Bank<Enter>");
    room.check("parts-export");
    room.shows(&[
        "EXPORT KEY zmk as 3 components to ACME Bank",
        "Ana, Ben, Cho",
        "nothing was begun",
    ]);
    assert!(room.state.world.view.as_ref().unwrap().runs.is_empty());
    // Back keeps every answer.
    room.press("<Esc>");
    room.shows(&["ACME Bank", "3"]);
    room.press("<Enter><Enter>");
    room.shows(&["The keyboard goes to"]);
    assert_eq!(room.state.world.view.as_ref().unwrap().runs.len(), 1);
}

#[test]
fn a_terminals_initial_key_is_a_choice_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::new(Home::new(), vault());
    room.press("x");
    choose(&mut room, "Export a terminal's initial key (IPEK)");
    says(&mut room, "make a key of purpose B0 that may leave");
    let mut session = vault();
    make(&mut session, "AES_128", key("B0", "derive-key", "bdk-1"));
    let mut room = Room::new(Home::new(), session);
    room.press("x");
    choose(&mut room, "Export a terminal's initial key (IPEK)");
    room.press("<Enter>");
    room.shows(&[
        "► (*) bdk-1",
        "it is no base derivation key",
        "bdk-1-ipek.json",
    ]);
    room.press("<Enter><Enter>0123456789ABCDEF00000000<Enter><Enter><C-u>");
    room.press(&format!("{}/out<Enter>", folder.path().display()));
    room.shows(&[
        "EXPORT A TERMINAL'S INITIAL KEY from bdk-1",
        "0123 4567 89AB CDEF 0000 0000",
    ]);
    room.press("<Enter>");
    sign(&mut room);
    room.shows(&["Done. The terminal's initial key went into a file"]);
    let out = folder.path().join("out/bdk-1-ipek.rehearsal.json");
    assert!(out.is_file());
}

/// Twenty digits passed an AES key's field, and 22 any: the last field then showed a service's sentence of its patterns.
#[test]
fn a_number_that_no_terminal_of_this_base_key_has_does_not_leave_its_field() {
    let mut session = vault();
    make(&mut session, "AES_128", key("B0", "derive-key", "bdk-1"));
    let mut room = Room::new(Home::new(), session);
    room.press("x");
    choose(&mut room, "Export a terminal's initial key (IPEK)");
    room.press("<Enter><Enter><Enter>FFFF9876543210E00001<Enter>");
    room.shows(&["► Terminal (KSN)", "20 of 24 digits"]);
    says(
        &mut room,
        "STOP 24 digits are wanted here, because bdk-1 is AES_128; this has 20.",
    );
    assert!(
        !room.text().contains("initial key is that of"),
        "{}",
        room.text()
    );
    room.press("12<Enter>");
    room.shows(&["► Terminal (KSN)"]);
    says(&mut room, "this has 22.");
    // What is wanting is typed behind it, and no more is taken.
    room.press("345");
    says(&mut room, "takes 24 digits at most");
    room.press("<Enter>").shows(&["► File name"]);
}

#[test]
fn the_commands_for_the_other_computer_can_be_carried_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::new(Home::new(), vault());
    room.press("i<Enter><F5><Enter>");
    says(&mut room, "keymoot inspect FILE says its fingerprint");
    room.press("w<C-u>");
    room.press(&format!("{}/fetch.txt<Enter>", folder.path().display()));
    room.shows(&["written and read back"]);
    let text = std::fs::read_to_string(folder.path().join("fetch.txt")).unwrap();
    assert!(
        text.contains("openssl x509 -noout -fingerprint -sha256"),
        "{text}"
    );
    room.press("q");
    room.state.world.size = (140, 40);
    let wide = crate::tui::snapshot::drawn(
        &mut room.state,
        140,
        40,
        &crate::tui::snapshot::appearance(),
    );
    let text = crate::tui::snapshot::text(&wide);
    assert!(
        text.contains("this command to the letter") && text.contains("▀"),
        "{text}"
    );
}

#[test]
fn a_root_that_did_not_sign_the_file_leads_to_the_import_and_back() {
    use crate::session::handover;
    let folder = tempfile::tempdir().unwrap();
    let ours = folder.path().join("ours.json");
    let session = super::tests::full_session();
    let mut receiver = crate::tui::room::practice_session(true);
    let asked = [
        ("form", "TR34_KEY_BLOCK"),
        ("algorithm", "RSA_2048"),
        ("output", "ours.json"),
    ];
    let texts = asked
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    let answers = Answers {
        texts: texts.collect(),
        ..Answers::default()
    };
    let action = build::action(&receiver, "get-parameters-for-import", &answers).unwrap();
    let executed = receiver.act(action.clone(), None, None).unwrap();
    let file = handover::of(&receiver, &action, &executed).unwrap();
    std::fs::write(&ours, &file.request).unwrap();

    let mut room = Room::new(Home::new(), session);
    let world = room.state.world.clone();
    let keys = &world.view.as_ref().unwrap().keys;
    let row = keys.iter().find(|row| row.label == "kek-partner-x");
    let tr34 = &crate::session::op_exchange::EXPORT_TR34;
    let act = super::act::Act::of(tr34, row, &world);
    room.state = crate::tui::app::State::new(world, Box::new(act));
    room.press(&ours.display().to_string()).press("<Enter>");
    let first = "begins what comes first: \"Import a root certificate\"";
    room.shows(&["► Receiver's root", "not signed under it", first]);
    let whole = letters(&room.text());
    assert!(
        whole.contains("Norootthatistrustedheresignedthisfile"),
        "{whole}"
    );
    room.press("<Enter>")
        .shows(&["Trust a counterparty's root"]);
    room.press("<Esc>").shows(&["ours.json", first]);
    // Another file, and its own root is chosen.
    room.press("<BackTab><C-u>");
    room.press("ceremonies/samples/get-parameters-for-import-rsa3072.json<Enter>");
    room.shows(&["► Receiver's root", "(*) aws-root"]);
    assert!(!room.text().contains("STOP"), "{}", room.text());
}

#[test]
fn a_folder_that_is_taken_is_not_proposed_again() {
    use crate::session::handing_out::{NEXT, free_folder};
    let room = tempfile::tempdir().unwrap();
    let name = room.path().join("kek-out").display().to_string();
    assert_eq!(free_folder(&name), name);
    std::fs::create_dir(&name).unwrap();
    std::fs::write(room.path().join("kek-out").join(NEXT), "x").unwrap();
    assert_eq!(free_folder(&name), format!("{name}-2"));
}
