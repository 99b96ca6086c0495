//! Receipts of what left, and pairs made ahead of what issues.

use super::tests::{act, practice, start};
use super::*;
use crate::api::Response;
use crate::vault::MemoryStore;

fn exported(session: &mut Session, request: &serde_json::Value) {
    let request = crate::api::Operation::ExportKey.parse(request).unwrap();
    session.act(Action::control(request), None, None).unwrap();
}

fn verdict(session: &mut Session, key: &serde_json::Value) -> ReceiptView {
    let answer = serde_json::to_vec(&serde_json::json!({"Key": key})).unwrap();
    match session.perform(Command::Receipt { answer }).unwrap() {
        Outcome::Receipt(verdict) => verdict,
        other => panic!("{other:?}"),
    }
}

fn made(session: &mut Session, fields: &[(&str, &str)]) -> String {
    let made = act(session, "create-key", fields, &[]).unwrap();
    match made.responses.into_iter().next() {
        Some(Response::CreateKey(output)) => output.key.key_arn,
        other => panic!("{other:?}"),
    }
}

/// A base derivation key and a key that wraps.
fn base_and_kek(session: &mut Session) -> (String, String) {
    let common = [("exportable", "yes")];
    let with = |more: &[(&'static str, &'static str)]| [&common, more].concat();
    let base = made(
        session,
        &with(&[
            ("usage", "B0"),
            ("algorithm", "TDES_2KEY"),
            ("modes", "X"),
            ("label", "bdk"),
        ]),
    );
    let kek = made(
        session,
        &with(&[
            ("usage", "K1"),
            ("algorithm", "AES_128"),
            ("modes", "B"),
            ("label", "kbpk"),
        ]),
    );
    (base, kek)
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
    // What a terminal's HSM prints: the service has no name for usage B1.
    let key = serde_json::json!({"KeyAttributes": {"KeyUsage": "TR31_B1_INITIAL_KEY", "KeyClass": "SYMMETRIC_KEY",
        "KeyAlgorithm": "TDES_2KEY", "KeyModesOfUse": {"DeriveKey": true}}, "KeyCheckValue": sent.check_value.get(..6),
        "KeyCheckValueAlgorithm": "ANSI_X9_24", "Exportable": true});
    let answer = verdict(&mut session, &key);
    assert!(answer.confirmed, "{}", answer.verdict);
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

#[test]
fn pairs_for_tokens_and_the_root_are_made_ahead_and_used_once() {
    let store = MemoryStore::new();
    let environment = Environment::real(None);
    let created =
        practice::vault(Box::new(store.clone()), environment, Some(start()), true).unwrap();
    let mut session = created.session;
    let request = crate::api::Operation::GetParametersForImport
        .parse(&serde_json::json!({"KeyMaterialType": "KEY_CRYPTOGRAM", "WrappingKeyAlgorithm": "RSA_2048"}))
        .unwrap();
    let action = Action::control(request);
    assert_eq!(session.wants_ahead(&action), [2048, 4096]);
    let mut made = Vec::new();
    for bits in session.wants_ahead(&action) {
        let mut rng = OsEntropy.draw("rsa-prime").unwrap();
        let never = std::sync::atomic::AtomicBool::new(false);
        let pair = crate::crypto::keygen::rsa(bits, rng.as_mut(), &never).unwrap();
        made.push(pair.spki.clone());
        session.set_aside(pair.into());
    }
    assert!(session.wants_ahead(&action).is_empty());
    let executed = session.act(action.clone(), None, None).unwrap();
    let Some(Response::GetParametersForImport(output)) = executed.responses.first() else {
        panic!()
    };
    for (text, spki) in [
        (&output.wrapping_key_certificate, &made[0]),
        (&output.wrapping_key_certificate_chain, &made[1]),
    ] {
        let certificate = crate::pki::Certificate::from_any(text.as_bytes()).unwrap();
        assert_eq!(certificate.spki_der(), spki);
    }
    // Both are used up; the root stands, so the next token wants its own pair only.
    assert_eq!(session.wants_ahead(&action), [2048]);
}

#[test]
fn a_sentence_says_how_long_the_policy_lets_a_certificate_live() {
    let (_, mut session) = practice(true);
    let member = |import: bool| if import { "WrappingKey" } else { "SigningKey" };
    for (days, says) in [(None, "for 7 days"), (Some(30), "for 30 days")] {
        session.state.policy.parameters_days = days;
        assert_eq!(session.view().parameters_days, days.unwrap_or(7));
        for import in [true, false] {
            let operation = if import {
                crate::api::Operation::GetParametersForImport
            } else {
                crate::api::Operation::GetParametersForExport
            };
            let input = serde_json::json!({"KeyMaterialType": "TR34_KEY_BLOCK",
                (format!("{}Algorithm", member(import))): "RSA_2048"});
            let action = Action::control(operation.parse(&input).unwrap());
            let (_, details) = sentence::describe(&action, &session.state);
            let certificate = details.iter().find(|(label, _)| label == "certificate");
            let (_, text) = certificate.unwrap();
            assert!(text.ends_with(says), "{text}");
        }
    }
}
