//! Several answers to one export, and answers that are none.

use super::super::tests::practice;
use super::super::*;
use super::{base_and_kek, exported, made, verdict};

/// A vault with a key that may leave in a key block: it, the key's ARN, and the request that lets it out.
fn sender() -> (Session, String, serde_json::Value) {
    let (_, mut session) = practice(true);
    let (_, kek) = base_and_kek(&mut session);
    let fields = [
        ("usage", "P0"),
        ("algorithm", "TDES_2KEY"),
        ("modes", "B"),
        ("exportable", "yes"),
        ("label", "pek"),
    ];
    let pek = made(&mut session, &fields);
    let request = serde_json::json!({"ExportKeyIdentifier": pek,
        "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}});
    (session, pek, request)
}

fn arn(id: &str) -> String {
    format!("arn:aws:payment-cryptography:us-east-1:444455556666:key/{id}")
}

/// What a receiver's service prints of such a key.
fn answer(arn: &str, kcv: &str) -> serde_json::Value {
    serde_json::json!({"KeyArn": arn, "KeyAttributes": {"KeyUsage": "TR31_P0_PIN_ENCRYPTION_KEY",
        "KeyClass": "SYMMETRIC_KEY", "KeyAlgorithm": "TDES_2KEY", "KeyModesOfUse": {"Encrypt": true,
        "Decrypt": true, "Wrap": true, "Unwrap": true}}, "KeyCheckValue": kcv,
        "KeyCheckValueAlgorithm": "ANSI_X9_24", "Exportable": true})
}

#[test]
fn answers_that_do_not_say_the_same_are_all_told_and_our_own_is_none() {
    let (mut session, pek, request) = sender();
    exported(&mut session, &request);
    let sent = session.view().exports.first().unwrap().clone();
    let kcv = sent.check_value.get(..6).unwrap().to_owned();
    // What this vault itself says of the key proves nothing, and is not recorded.
    let own = serde_json::to_vec(&serde_json::json!({"Key": answer(&pek, &kcv)})).unwrap();
    let refused = session
        .perform(Command::Receipt { answer: own })
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("pek, a key of this vault itself"),
        "{refused}"
    );
    assert_eq!(session.view().exports.first().unwrap().state, "sent");
    assert!(verdict(&mut session, &answer(&arn("abcdefghijklmnop"), &kcv)).confirmed);
    // Another answer, of another key of the same kind: it is not waved away because one came before.
    let differs = verdict(&mut session, &answer(&arn("ponmlkjihgfedcba"), "000000"));
    assert!(
        !differs.confirmed && differs.verdict.contains("000000"),
        "{}",
        differs.verdict
    );
    assert!(verdict(&mut session, &answer(&arn("abcdefghijklmnop"), &kcv)).confirmed);
    let export = session.view().exports.first().unwrap().clone();
    assert_eq!(export.state, "confirmed");
    let said: Vec<(&str, &str)> = export
        .earlier
        .iter()
        .map(|(_, s, k)| (s.as_str(), k.as_str()))
        .collect();
    assert_eq!(said, [("confirmed", kcv.as_str()), ("DIFFERS", "000000")]);
}

#[test]
fn an_answer_that_was_read_already_is_none_to_another_way_out() {
    let (mut session, _, request) = sender();
    exported(&mut session, &request);
    let sent = session.view().exports.first().unwrap().clone();
    let kcv = sent.check_value.get(..6).unwrap().to_owned();
    let key = |id: &str| answer(&arn(id), &kcv);
    assert!(verdict(&mut session, &key("abcdefghijklmnop")).confirmed);
    // The same key goes out once more, to somebody else: the answer of before says nothing of it.
    exported(&mut session, &request);
    let again = serde_json::to_vec(&serde_json::json!({"Key": key("abcdefghijklmnop")})).unwrap();
    let refused = session
        .perform(Command::Receipt { answer: again })
        .unwrap_err()
        .to_string();
    assert!(refused.contains("was read already"), "{refused}");
    let states = |session: &Session| -> Vec<String> {
        let view = session.view();
        view.exports.iter().map(|e| e.state.clone()).collect()
    };
    assert_eq!(states(&session), ["sent", "confirmed"]);
    // Another answer of the first receiver's key is about the first way out, and one of another key confirms the second.
    let mut other = key("abcdefghijklmnop");
    other["KeyCheckValue"] = "000000".into();
    assert!(!verdict(&mut session, &other).confirmed);
    assert_eq!(states(&session), ["sent", "DIFFERS"]);
    assert!(verdict(&mut session, &key("ponmlkjihgfedcba")).confirmed);
    assert_eq!(states(&session), ["confirmed", "DIFFERS"]);
}

#[test]
fn a_receipt_of_an_initial_key_is_judged_by_the_initial_key() {
    let (_, mut session) = practice(true);
    let (base, kek) = base_and_kek(&mut session);
    exported(
        &mut session,
        &serde_json::json!({"ExportKeyIdentifier": base,
        "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}},
        "ExportAttributes": {"ExportDukptInitialKey": {"KeySerialNumber": "FFFF9876543210E00000"}}}),
    );
    let sent = session.view().exports.first().unwrap().clone();
    // The base key stayed: nothing may read as if it had left.
    assert_eq!(sent.serial.as_deref(), Some("FFFF9876543210E00000"));
    assert!(
        sent.label
            .starts_with("initial key FFFF9876543210E00000 of "),
        "{}",
        sent.label
    );
    let trail = session.trail().unwrap();
    let told = trail
        .lines
        .iter()
        .any(|line| line.what.starts_with("initial key exported"));
    assert!(
        told,
        "{:?}",
        trail.lines.iter().map(|l| &l.what).collect::<Vec<_>>()
    );
    // What a terminal's HSM prints: the service has no name for usage B1.
    let key = serde_json::json!({"KeyAttributes": {"KeyUsage": "TR31_B1_INITIAL_KEY", "KeyClass": "SYMMETRIC_KEY",
        "KeyAlgorithm": "TDES_2KEY", "KeyModesOfUse": {"DeriveKey": true}}, "KeyCheckValue": sent.check_value.get(..6),
        "KeyCheckValueAlgorithm": "ANSI_X9_24", "Exportable": true});
    let answer = verdict(&mut session, &key);
    assert!(answer.confirmed, "{}", answer.verdict);
    let told = session.trail().unwrap();
    assert!(
        told.lines
            .iter()
            .any(|line| line.what.starts_with("receipt confirms"))
    );
    let mut wrong = key.clone();
    wrong["KeyAttributes"]["KeyAlgorithm"] = serde_json::json!("AES_128");
    assert!(!verdict(&mut session, &wrong).confirmed);
}

#[test]
fn a_receipt_is_judged_by_what_the_block_said() {
    let (_, mut session) = practice(true);
    let (_, kek) = base_and_kek(&mut session);
    let pek = made(
        &mut session,
        &[
            ("usage", "P0"),
            ("algorithm", "TDES_2KEY"),
            ("modes", "B"),
            ("exportable", "yes"),
            ("label", "pek"),
        ],
    );
    exported(
        &mut session,
        &serde_json::json!({"ExportKeyIdentifier": pek,
        "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek, "KeyBlockHeaders": {
            "KeyModesOfUse": {"Encrypt": true, "Wrap": true}, "KeyExportability": "NON_EXPORTABLE"}}}}),
    );
    let sent = session.view().exports.first().unwrap().clone();
    let key = serde_json::json!({"KeyAttributes": {"KeyUsage": "TR31_P0_PIN_ENCRYPTION_KEY",
        "KeyClass": "SYMMETRIC_KEY", "KeyAlgorithm": "TDES_2KEY", "KeyModesOfUse": {"Encrypt": true, "Wrap": true}},
        "KeyCheckValue": sent.check_value.get(..6), "KeyCheckValueAlgorithm": "ANSI_X9_24", "Exportable": false});
    let answer = verdict(&mut session, &key);
    assert!(answer.confirmed, "{}", answer.verdict);
    let mut wider = key.clone();
    wider["Exportable"] = serde_json::json!(true);
    assert!(!verdict(&mut session, &wider).confirmed);
}

/// Nothing leads back from an initial key to its base key: the base key does not stand under what it left under, and what
/// lies elsewhere is the initial key.
#[test]
fn an_initial_key_leaves_its_base_key_out_of_it() {
    let (_, mut session) = practice(true);
    let (base, kek) = base_and_kek(&mut session);
    exported(
        &mut session,
        &serde_json::json!({"ExportKeyIdentifier": base,
        "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}},
        "ExportAttributes": {"ExportDukptInitialKey": {"KeySerialNumber": "FFFF9876543210E00000"}}}),
    );
    let below = |arn: &str| crate::session::op_suspect::impact(&session.state, arn);
    let initial = "initial key FFFF9876543210E00000 of ";
    for arn in [&base, &kek] {
        let lines = below(arn);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(initial), "{lines:?}");
    }
    let view = session.view();
    assert!(!view.exports[0].waits_for_answer());
    let due = crate::session::due::due(&view, view.now);
    assert!(due.iter().all(|line| line.kind != "receipt"), "{due:?}");
}
