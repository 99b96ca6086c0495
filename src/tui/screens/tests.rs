//! The vault's screens played through: keys in, pictures out, a real practice vault behind them.

use super::home::Home;
use crate::crypto::SecretBytes;
use crate::session::build::Answers;
use crate::session::{Command, Environment, Outcome, Session, Stop, practice};
use crate::tui::acts::{Acts, Draft, HandedOver, Signing};
use crate::tui::app::update;
use crate::tui::message::{Effect, Msg, News, Order};
use crate::tui::room::{Room, practice_session, start};

const SAMPLE: &str = "ceremonies/samples/get-parameters-for-import-rsa2048.json";
const SAMPLE_3072: &str = "ceremonies/samples/get-parameters-for-import-rsa3072.json";

fn room() -> Room {
    Room::new(Home::new(), practice_session(false))
}

/// A vault where keys are held: acts are quick to prepare.
pub(in crate::tui) fn held(acts: &[(&str, &[(&str, &str)])]) -> Session {
    let mut session = practice_session(true);
    for (op, texts) in acts {
        done(&mut session, op, texts);
    }
    session
}

fn done(session: &mut Session, op: &str, texts: &[(&str, &str)]) {
    let sample = std::fs::read(SAMPLE).unwrap();
    let answers = Answers {
        texts: texts
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        files: [
            ("file".to_owned(), sample.clone()),
            ("parameters".to_owned(), sample),
        ]
        .into(),
        by: "Wim".into(),
    };
    let action = crate::session::build::action(session, op, &answers).unwrap();
    crate::tui::room::acted(session, action);
}

pub(in crate::tui) const KEK: (&str, &[(&str, &str)]) = (
    "create-key",
    &[
        ("usage", "K0"),
        ("algorithm", "TDES_3KEY"),
        ("modes", "B"),
        ("exportable", "yes"),
        ("label", "kek-partner-x"),
    ],
);
const PEK: (&str, &[(&str, &str)]) = (
    "create-key",
    &[
        ("usage", "P0"),
        ("algorithm", "AES_128"),
        ("modes", "B"),
        ("exportable", "yes"),
        ("label", "pek-acquirer-02"),
    ],
);
const OLD: (&str, &[(&str, &str)]) = (
    "create-key",
    &[
        ("usage", "B0"),
        ("algorithm", "TDES_2KEY"),
        ("modes", "X"),
        ("exportable", "no"),
        ("label", "bdk-lab-2024"),
    ],
);
pub(in crate::tui) const ROOT: (&str, &[(&str, &str)]) = (
    "import-key.root-certificate",
    &[
        ("fingerprint", "as-shown"),
        ("source", "practice"),
        ("label", "aws-root"),
    ],
);
const SENT: (&str, &[(&str, &str)]) = (
    "export-key.rsa-wrap",
    &[
        ("key", "kek-partner-x"),
        ("ca", "aws-root"),
        ("output", "kek.json"),
    ],
);
const DELETED: (&str, &[(&str, &str)]) = ("delete-key", &[("key", "bdk-lab-2024"), ("days", "7")]);

pub(in crate::tui) fn full() -> Room {
    Room::new(Home::new(), full_session())
}

pub(in crate::tui) fn full_session() -> Session {
    let mut session = held(&[KEK, PEK, OLD, ROOT, SENT, DELETED]);
    let disable = ("stop-key-usage", &[("key", "pek-acquirer-02")][..]);
    done(&mut session, disable.0, disable.1);
    session
}

#[test]
fn empty_screens_teach() {
    let mut room = room();
    room.check("home-empty");
    room.press("v").check("keys-empty").press("<Esc>");
    room.press("d").check("deletions-empty").press("<Esc>");
    room.press("a").check("approvals-empty").press("<Esc>");
    room.press("e").check("exchange-empty").press("<Esc>");
    room.press("t").check("audit-new").press("<Esc>");
    room.press("o").check("evidence-empty").press("<Esc>");
    room.press("x").check("export-empty").press("<Esc>");
    room.shows(&["Nothing is due.", "n makes a key"]);
    let mut room = Room::new(super::export::Export::new(None), practice_session(false));
    room.check("export-no-key");
}

#[test]
fn full_screens_show_what_there_is() {
    let mut room = full();
    room.check("home-full");
    room.press("v").check("keys-full");
    room.press("/use=p0")
        .check("keys-filter")
        .press("<Enter><Enter>")
        .check("key");
    room.press("<Esc>").shows(&["filter use=p0"]);
    room.press("<Esc>").shows(&["4 of 4"]);
    room.press("<Esc>");
    room.press("d").check("deletions-full").press("<Esc>");
    room.press("e").check("exchange-sent").press("<Esc>");
    room.press("t").check("audit-full");
    room.press("/delet").check("audit-filter");
    room.press("e nothing").check("audit-none-fits");
    room.press("<Esc><Enter>").check("audit-event");
}

#[test]
fn a_key_is_made_question_by_question_and_signed_by_three() {
    let mut room = room();
    room.press("n").check("create-use");
    room.press("<Enter>").check("create-algorithm");
    // RSA is shown, off, with the reason.
    room.press("<End><Enter>");
    room.shows(&["RSA_4096 cannot be chosen: K0 is TDES or AES."]);
    room.press("<Home><Down><Down><Enter>")
        .check("create-modes");
    room.press("<Enter><Down><Enter>").check("create-name");
    room.press("<Enter>");
    room.shows(&["Name is empty"]);
    room.press("kek-x<Esc><Esc>");
    room.shows(&["3 of 6"]);
    room.press("<Enter><Enter><Enter>").check("create-review");
    room.press("<F2>")
        .check("create-exact")
        .press("<Esc><Enter>")
        .check("ask");
    room.press("amber arrow<Enter>");
    room.shows(&["does not open"]);
    room.press("<F5><Enter>").check("approve-who");
    room.press("<Esc>");
    room.shows(&["approve", "CREATE KEY kek-x", "1 request waits"]);
    room.press("<Enter><Down><Enter>").check("approve-blank");
    room.press("<Enter>").check("approve-sign");
    room.press("wrong words<Enter>").check("approve-wrong");
    room.press("bacon badge<Enter>").check("approve-second");
    room.press("<Enter><Enter><F5><Enter>").check("create-done");
    room.shows(&["Done, saved", "E1480D  CMAC", "takes it for TDES_2KEY"]);
    // Enter leads to the new key, Esc from there to where it began.
    room.press("<Enter>");
    room.shows(&["Key ─ kek-x"]);
    room.press("<Esc>v");
    room.shows(&["kek-x", "1 of 1"]);
}

#[test]
fn the_request_can_be_written_and_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("request.json");
    let mut room = room();
    room.press("n<Enter><Enter><Enter><Enter>kek<Enter><F2>w");
    room.shows(&["Path of the new file"]);
    room.press("<C-u>")
        .press(&path.display().to_string())
        .press("<Enter>");
    room.shows(&["written and read back:"]);
    let request: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(
        request["KeyAttributes"]["KeyUsage"],
        "TR31_K0_KEY_ENCRYPTION_KEY"
    );
    room.press("w<C-u>")
        .press(&path.display().to_string())
        .press("<Enter>");
    room.shows(&["already there, and keymoot never"]);
}

#[test]
fn an_export_begins_by_trusting_the_root_and_ends_with_a_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut room = Room::new(Home::new(), held(&[KEK, PEK]));
    room.press("i").check("import-menu").press("<Esc>");
    room.press("x").check("export-menu");
    room.press("<Enter>").check("export-key");
    room.press("/kek<Enter><Enter>").check("export-file");
    room.press("nowhere.json<Enter>");
    room.shows(&["no such file"]);
    room.press("<C-u>")
        .press(SAMPLE)
        .press("<Enter>")
        .check("export-read");
    room.press("<Enter>").check("export-root-unknown");
    room.press("<Enter>").check("root-call");
    room.press("<Enter>").check("root-type");
    let text = room.text();
    assert!(
        !text.contains("sha-256"),
        "ours is hidden until theirs is typed\n{text}"
    );
    room.press("Wim<Enter>")
        .press(&"ab".repeat(32))
        .press("<Enter>Wim, 09:10Z, account 4444<Enter>aws-root<Enter>");
    room.shows(&["STOP", "is not the fingerprint of this file"]);
    room.press("<F5><Enter>").check("root-review");
    room.press("<Enter><Enter>");
    room.shows(&["Approve", "0 of 2 signed"]);
    room.press("<Enter><Enter>");
    room.shows(&["Done, saved"]);
    room.press("<Enter>").check("export-root-trusted");
    room.press("<Enter>").check("export-hash");
    room.press("<Enter>").check("export-files");
    room.press("<Enter><C-u>")
        .press(&out.display().to_string())
        .press("<Enter>");
    room.shows(&["EXPORT KEY kek-partner-x", "strong enough"]);
    room.press("<Enter><Enter>").check("export-approve");
    room.shows(&["CN=wrapping-2048", "strong enough", "63ab f7f4"]);
    room.press("<Enter><Enter>");
    room.shows(&["the receiver can open", "read back", "NEXT.txt"]);
    assert!(out.join("NEXT.txt").is_file());
    let request: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("kek-partner-x.rehearsal.json")).unwrap())
            .unwrap();
    assert_eq!(request["Enabled"], false);
    close_the_loop(&mut room, folder.path());
}

fn close_the_loop(room: &mut Room, folder: &std::path::Path) {
    room.press("<Enter>");
    // The receiver's token ends in years: no worry of now.
    room.shows(&["none yet for kek-partner-x", "wrapping-2048", "1 due"]);
    let view = room.state.world.view.clone().unwrap();
    let key = &view
        .keys
        .iter()
        .find(|k| k.label == "kek-partner-x")
        .unwrap()
        .key;
    let answer = serde_json::json!({"Key": {
        "KeyArn": "arn:aws:payment-cryptography:us-east-1:444455556666:key/abcdefghijklmnop",
        "KeyAttributes": key.key_attributes, "KeyCheckValue": key.key_check_value,
        "KeyCheckValueAlgorithm": "ANSI_X9_24", "Enabled": false, "Exportable": true,
    }});
    let path = folder.join("receipt.json");
    std::fs::write(&path, answer.to_string()).unwrap();
    room.press("e<Enter>").check("exchange-path");
    room.press("<C-u>")
        .press(&path.display().to_string())
        .press("<Enter>")
        .check("exchange-confirmed");
    room.shows(&["confirmed: the receiver holds the key"]);
    // The receipt's text does as well as its path.
    room.press("<Home><Enter>");
    let text = zeroize::Zeroizing::new(serde_json::to_string_pretty(&answer).unwrap());
    for effect in update(&mut room.state, Msg::Paste(text)) {
        if let Effect::Desk(order) = effect {
            room.order(order);
        }
    }
    room.press("<Enter>").shows(&["confirmed: the receiver"]);
}

#[test]
fn a_receiver_too_weak_is_stopped_before_anything_is_wrapped() {
    let mut room = Room::new(Home::new(), held(&[PEK]));
    room.press("x<Enter><Enter>")
        .press(SAMPLE)
        .press("<Enter>")
        .check("export-too-weak");
    room.shows(&["STOP", "AES_128 may not travel under RSA_2048"]);
    room.press("<Enter>");
    room.shows(&["2 of 6"]);
    // Another receiver's file would do.
    room.press("<C-u>").press(SAMPLE_3072).press("<Enter>");
    room.shows(&["AES_128 may travel under RSA_3072"]);
    room.press("<Enter>");
    room.shows(&["3 of 6"]);
}

#[test]
fn a_deletion_wants_a_phrase_and_enter_restores() {
    let mut room = Room::new(Home::new(), held(&[OLD]));
    room.press("d<Esc>vD").check("delete-days");
    room.press("<C-u>2<Enter>");
    room.shows(&["3 to 180"]);
    room.press("<C-u>30<Enter>").check("delete-review");
    room.press("DEx<Enter>");
    room.shows(&["3 letters were not taken", "word is not typed yet"]);
    room.press("delete<Enter><Enter><Enter><Enter>")
        .check("delete-done");
    room.press("<Enter><Esc>d");
    room.shows(&["30 d 00 h", "asks to RESTORE bdk-lab-2024"]);
    room.press("<Enter>");
    room.shows(&["RESTORE KEY bdk-lab-2024"]);
    room.press("<Enter><Enter><Enter><Enter>");
    room.shows(&["Done, saved", "u asks to enable it"]);
    room.press("<Enter>");
    room.shows(&["No deletion is pending."]);
}

#[test]
fn a_window_that_is_over_is_settled_when_the_screen_opens() {
    let mut room = Room::new(Home::new(), held(&[OLD, DELETED]));
    room.order(Order::Perform(Box::new(Command::Advance {
        millis: 8 * 86_400_000,
    })));
    room.press("d").check("deletions-gone");
    room.shows(&["destroyed", "0 deleting, 1 destroyed"]);
}

#[test]
fn a_request_is_refused_with_a_reason() {
    let mut room = room();
    room.press("n<Enter><Enter><Enter><Enter>kek<Enter><Enter><F5><Enter><Esc>a")
        .check("approvals-full");
    room.press("<Enter><F4>").check("refuse");
    room.press("<Down><Down><Enter>not agreed yet<Enter>");
    room.shows(&["The request is off the table"]);
    room.shows(&["Nothing waits for signatures."]);
}

#[test]
fn an_act_done_in_between_voids_the_others_and_the_screen_says_so() {
    let mut room = room();
    let ask = "n<Enter><Enter><Enter><Enter>kek<Enter><Enter><F5><Enter><Esc>";
    room.press(ask).press(ask);
    room.shows(&["2 requests wait"]);
    room.press("<Enter><Enter><Enter><F5><Enter><Enter><Enter><F5><Enter>");
    room.shows(&["Done, saved"]);
    room.press("<Esc>");
    room.press("<Enter><Enter><Enter><F5><Enter>")
        .check("approve-void");
    room.shows(&["Not done", "off the table"]);
}

#[test]
fn files_that_cannot_be_written_are_asked_for_again() {
    let mut room = Room::new(Home::new(), held(&[KEK, ROOT]));
    let folder = tempfile::tempdir().unwrap();
    room.press("x/kek<Enter><Enter>")
        .press(SAMPLE)
        .press("<Enter><Enter><Enter><Enter><Enter><C-u>");
    room.press(&folder.path().join("out").display().to_string())
        .press("<Enter>");
    // Since the review was read a file stands where the folder should be.
    std::fs::write(folder.path().join("out"), "x").unwrap();
    room.press("<Enter><Enter><Enter><Enter>");
    room.shows(&["STOP", "its file is not written"]);
    room.press("<Enter>").shows(&["No folder is typed yet"]);
    room.press("<Esc>").shows(&["Home says that it is due"]);
    room.press(&folder.path().join("other").display().to_string())
        .press("<Enter>");
    room.shows(&["the receiver can open", "NEXT.txt"]);
    assert!(folder.path().join("other/NEXT.txt").is_file());
}

#[test]
fn a_rehearsal_fills_in_the_receivers_file() {
    let mut room = Room::new(Home::new(), held(&[KEK]));
    room.press("x<Enter><Enter><F5><Enter>");
    room.shows(&["TDES_3KEY may travel under RSA_4096"]);
    room.press("<Esc><Esc><Esc><Esc>i<Enter><F5><Enter>");
    room.shows(&["fetches the", "RSA_4096"]);
}

#[test]
fn where_files_went_is_drawn() {
    let mut session = held(&[KEK, ROOT]);
    let answers = Answers {
        texts: SENT
            .1
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        files: [("parameters".to_owned(), std::fs::read(SAMPLE).unwrap())].into(),
        by: String::new(),
    };
    let action = crate::session::build::action(&session, SENT.0, &answers).unwrap();
    let pending = session.preview(&action).unwrap();
    let executed = session.act(action, None, None).unwrap();
    let room = Room::new(Home::new(), session);
    let files = HandedOver {
        bytes: std::sync::Arc::new(b"{}".to_vec()),
        executed,
        file: "kek.rehearsal.json".into(),
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        written: Ok("kek-out".into()),
    };
    let done = super::done::Done::handed_over(&pending, &files, &room.state.world);
    let mut state = crate::tui::app::State::new(room.state.world.clone(), Box::new(done));
    crate::tui::snapshot::check("export-done", &mut state);
}

/// A practice vault whose pairs are searched for ahead: a seeded one makes its own.
fn unseeded() -> Session {
    let store = Box::new(crate::vault::MemoryStore::new());
    practice::vault(store, Environment::real(None), Some(start()), false)
        .unwrap()
        .session
}

#[test]
fn a_search_that_is_stopped_leaves_the_request_standing() {
    let mut session = unseeded();
    let mut acts = Acts::default();
    let texts = [
        ("usage", "S0"),
        ("algorithm", "RSA_4096"),
        ("modes", "S"),
        ("exportable", "no"),
        ("label", "sign"),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()));
    let answers = Answers {
        texts: texts.into(),
        ..Answers::default()
    };
    let draft = Box::new(Draft {
        op: "create-key",
        answers,
        out: None,
    });
    let phrase = |p: &str| Signing::Passphrase(SecretBytes::from_slice(p.as_bytes()));
    let asked = acts.work(
        &mut session,
        Order::Ask {
            draft,
            issuer: "Ada".into(),
            signing: phrase("amber anchor"),
        },
    );
    let Ok(News::Done(outcome)) = asked else {
        panic!()
    };
    let Outcome::Asked(pending) = *outcome else {
        panic!()
    };
    for (person, words) in [("Ana", "apple arrow"), ("Cho", "cabin camel")] {
        let approve = Order::Approve {
            id: pending.id,
            person: person.into(),
            signing: phrase(words),
        };
        assert!(acts.work(&mut session, approve).is_ok());
    }
    let cancel = Stop::default();
    cancel.say();
    let stopped = acts.work(
        &mut session,
        Order::Execute {
            id: pending.id,
            cancel,
        },
    );
    assert_eq!(stopped.err().unwrap().to_string(), crate::session::STOPPED);
    assert_eq!(session.view().pending.len(), 1);
    assert_eq!(session.view().keys.len(), 0);
}

#[test]
fn a_hundred_thousand_keys_are_drawn_by_their_rows_in_sight() {
    let mut room = full();
    let view = room.state.world.view.clone().unwrap();
    let row = |n: usize| {
        let mut row = view.keys[n % view.keys.len()].clone();
        row.label = format!("key-{n}");
        row
    };
    let mut many = (*view).clone();
    many.keys = std::sync::Arc::new((0..100_000).map(row).collect());
    room.state.world.view = Some(std::sync::Arc::new(many));
    room.press("v").shows(&["100000 of 100000", "key-99999"]);
    room.press("<End>").shows(&["key-0 "]);
    room.press("/key-4242<Enter>").shows(&["11 of 100000"]);
}
