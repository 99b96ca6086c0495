//! Receipts of what left, and pairs made ahead of what issues.

mod receipts;

use super::tests::{act, answers, practice, start};
use super::*;
use crate::api::Response;
use crate::crypto::OsEntropy;
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

/// Two pairs of one vault with certificates of its own authority, and that authority as an imported root.
pub(super) struct OwnPairs {
    pub(super) session: Session,
    pub(super) certificates: [Vec<u8>; 2],
    pub(super) parameters: Vec<u8>,
}

pub(super) fn own_pairs() -> OwnPairs {
    let (_, mut session) = practice(true);
    let [a, b] = ["a", "b"].map(|_| OsEntropy.draw("rsa-prime").unwrap());
    let never = std::sync::atomic::AtomicBool::new(false);
    let root = crate::crypto::keygen::rsa_parallel(4096, [a, b], &never).unwrap();
    let mut issued = Vec::new();
    for (label, usage, modes) in [("signer", "S0", "S"), ("opener", "K2", "D")] {
        let common = [("algorithm", "RSA_2048"), ("exportable", "no")];
        let own = [("usage", usage), ("modes", modes), ("label", label)];
        made(&mut session, &[common.as_slice(), &own].concat());
    }
    session.set_aside(root.into());
    for label in ["signer", "opener"] {
        let fields = [("key", label), ("output", "c.json")];
        let answer = act(&mut session, "get-public-key-certificate", &fields, &[]).unwrap();
        match answer.responses.into_iter().next() {
            Some(Response::GetPublicKeyCertificate(output)) => issued.push(output),
            other => panic!("{other:?}"),
        }
    }
    let pem = |text: &str| data_encoding::BASE64.decode(text.as_bytes()).unwrap();
    let fields = [
        ("fingerprint", "as-shown"),
        ("source", "here"),
        ("label", "root"),
    ];
    let files = [("file", pem(&issued[0].key_certificate_chain))];
    let files = files.each_ref().map(|(id, bytes)| (*id, bytes.as_slice()));
    act(&mut session, "import-key.root-certificate", &fields, &files).unwrap();
    let until = session.now().plus_millis(86_400_000).rfc3339();
    let parameters = serde_json::json!({"WrappingKeyCertificate": issued[1].key_certificate,
        "WrappingKeyCertificateChain": issued[1].key_certificate_chain, "WrappingKeyAlgorithm": "RSA_2048",
        "ImportToken": "import-token-aaaaaaaaaaaaaaaa", "ParametersValidUntilTimestamp": until});
    OwnPairs {
        certificates: [0, 1].map(|n: usize| pem(&issued[n].key_certificate)),
        parameters: serde_json::to_vec(&parameters).unwrap(),
        session,
    }
}

/// What a pair signs in an act another opens in an act, and the sentence says which pair it was.
#[test]
fn pairs_of_the_vault_sign_and_open_in_the_place_of_tokens() {
    let OwnPairs {
        mut session,
        certificates: [signers, openers],
        parameters,
    } = own_pairs();
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
    let value = session.record(&pek).unwrap().key.key_check_value.clone();
    for (form, signed) in [("tr34", true), ("rsa-wrap", false)] {
        let mut fields = vec![("key", "pek"), ("ca", "root"), ("output", "pek.json")];
        let mut files = vec![("parameters", parameters.as_slice())];
        if signed {
            fields.push(("pair", "signer"));
            files.push(("pair-certificate", &signers));
        }
        let export = format!("export-key.{form}");
        let action = build::action(&session, &export, &answers(&fields, &files)).unwrap();
        let (_, details) = sentence::describe(&action, &session.state);
        assert_eq!(
            details
                .iter()
                .any(|(l, t)| l == "signed by" && t.contains("signer")),
            signed
        );
        let executed = session.act(action.clone(), None, None).unwrap();
        let handed = handover::of(&session, &action, &executed).unwrap();
        assert_eq!(
            handed
                .next
                .contains("authority that issued SigningKeyCertificate"),
            signed
        );
        assert!(
            handed.next.lines().all(|line| line.chars().count() <= 80),
            "{}",
            handed.next
        );

        let import = format!("import-key.{form}");
        let mut fields = vec![("pair", "opener"), ("label", "back")];
        if signed {
            fields.push(("ca", "root"));
        }
        let files = [
            ("file", handed.request.as_slice()),
            ("pair-certificate", &openers),
        ];
        let answer = act(&mut session, &import, &fields, &files).unwrap();
        let Some(Response::ImportKey(back)) = answer.responses.into_iter().next() else {
            panic!()
        };
        assert_eq!(back.key.key_check_value, value, "{form}");
    }
}

/// Whatever NEXT.txt says of an act is read on a terminal of 80 columns.
#[test]
fn what_to_do_next_fits_80_columns() {
    let OwnPairs {
        mut session,
        parameters,
        ..
    } = own_pairs();
    let common = [("modes", "X"), ("usage", "B0"), ("exportable", "yes")];
    let base = [("algorithm", "TDES_2KEY"), ("label", "bdk")];
    made(&mut session, &[common.as_slice(), &base].concat());
    let kbpk = [
        ("algorithm", "AES_128"),
        ("label", "kbpk"),
        ("exportable", "no"),
    ];
    made(
        &mut session,
        &[[("usage", "K1"), ("modes", "B")].as_slice(), &kbpk].concat(),
    );
    let rsa = ("algorithm", "RSA_2048");
    let output = ("output", "out.json");
    let (cryptogram, block) = (("form", "KEY_CRYPTOGRAM"), ("form", "TR34_KEY_BLOCK"));
    let csr = [("common-name", "Us"), ("hash", "SHA256")];
    for (op, fields) in [
        ("get-parameters-for-import", vec![cryptogram, rsa]),
        ("get-parameters-for-import", vec![block, rsa]),
        ("get-parameters-for-export", vec![block, rsa]),
        ("get-public-key-certificate", vec![("key", "signer")]),
        ("get-public-key-certificate", vec![("key", "opener")]),
        (
            "get-certificate-signing-request",
            [[("key", "signer")].as_slice(), &csr].concat(),
        ),
        ("export-key.tr31", vec![("key", "bdk"), ("wrap", "kbpk")]),
        (
            "export-key.tr31",
            vec![
                ("key", "bdk"),
                ("wrap", "kbpk"),
                ("serial", "FFFF9876543210E00000"),
            ],
        ),
        ("export-key.tr34", vec![("key", "bdk"), ("ca", "root")]),
        ("export-key.rsa-wrap", vec![("key", "bdk"), ("ca", "root")]),
    ] {
        let fields = [fields, vec![output]].concat();
        let files = [("parameters", parameters.as_slice())];
        let action = build::action(&session, op, &answers(&fields, &files)).unwrap();
        let executed = session.act(action.clone(), None, None).unwrap();
        let next = handover::of(&session, &action, &executed).unwrap().next;
        assert_eq!(
            fields.contains(&cryptogram),
            next.contains("then x, Export key by RSA wrap")
        );
        let wide = next.lines().filter(|line| line.chars().count() > 80);
        assert_eq!(wide.collect::<Vec<_>>(), [""; 0], "{op}");
    }
}

#[test]
fn a_pair_goes_with_its_certificate_and_without_a_token() {
    let OwnPairs {
        mut session,
        certificates: [signers, openers],
        parameters,
    } = own_pairs();
    let fields = [
        ("usage", "P0"),
        ("algorithm", "TDES_2KEY"),
        ("modes", "B"),
        ("exportable", "yes"),
        ("label", "pek"),
    ];
    made(&mut session, &fields);
    let token = "export-token-aaaaaaaaaaaaaaaa";
    let common = [("key", "pek"), ("ca", "root"), ("output", "pek.json")];
    let with = ("parameters", parameters.as_slice());
    let export = |more: &[(&'static str, &'static str)], files: &[(&str, &[u8])]| {
        let texts = [common.as_slice(), more].concat();
        let files = [[with].as_slice(), files].concat();
        let action = build::action(&session, "export-key.tr34", &answers(&texts, &files));
        action.unwrap_err().to_string()
    };
    for (more, files, said) in [
        (
            vec![("pair", "signer")],
            vec![],
            "The field pair-certificate is needed",
        ),
        (
            vec![],
            vec![("pair-certificate", signers.as_slice())],
            "The field pair is needed",
        ),
        (
            vec![("pair", "signer"), ("export-token", token)],
            vec![("pair-certificate", signers.as_slice())],
            "The field export-token is given beside an own pair",
        ),
        (
            vec![("pair", "signer")],
            vec![("pair-certificate", b"x".as_slice())],
            "The field pair-certificate holds no",
        ),
        (vec![], vec![], "no certificate that is good now to sign"),
    ] {
        let message = export(&more, &files);
        assert!(message.contains(said), "{message}");
    }
    // Whether they belong together the engine says.
    let texts = [common.as_slice(), &[("pair", "signer")]].concat();
    let files = [with, ("pair-certificate", openers.as_slice())];
    let refused = act(&mut session, "export-key.tr34", &texts, &files)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("do not match"), "{refused}");
    assert_eq!(can_serve(&session, "export-key.tr34"), ["signer"]);
    assert_eq!(can_serve(&session, "import-key.tr34"), ["opener"]);
}

/// What an act's field for a pair offers.
fn can_serve(session: &Session, op: &str) -> Vec<String> {
    let pairs = guide::keys(&session.view(), op, "pair");
    let can = pairs.into_iter().filter(|entry| entry.off.is_none());
    can.map(|entry| entry.label).collect()
}

/// A device's certificate and its root: nobody's mark is on them.
const DEVICE: &[u8] = include_bytes!("../../tests/vectors/engine/leaf-2048.pem");

#[test]
fn a_device_is_let_go_and_handed_over_by_acts_that_are_signed() {
    let (_, mut session) = practice(true);
    let give = |session: &mut Session, file: &str| {
        let fields = [
            ("form", "TR34_KEY_BLOCK"),
            ("algorithm", "RSA_2048"),
            ("output", file),
        ];
        let action =
            build::action(session, "get-parameters-for-export", &answers(&fields, &[])).unwrap();
        let executed = session.act(action.clone(), None, None).unwrap();
        let handed = handover::of(session, &action, &executed).unwrap();
        let file: serde_json::Value = serde_json::from_slice(&handed.request).unwrap();
        (
            file["ExportToken"].as_str().unwrap().to_owned(),
            handed.request,
        )
    };
    let (old, _) = give(&mut session, "old.json");
    let (_, renewed) = give(&mut session, "new.json");
    let nonce = ("nonce", "0439f40a 883ad204");
    let files: [(&str, &[u8]); 2] = [("device", DEVICE), ("new-sender", &renewed)];
    for (op, output, begins) in [
        ("tr34.unbind", "go.hex", &b"30"[..]),
        ("tr34.rebind", "over.der", &b"\x30"[..]),
        ("tr34.rebind", "over.pem", &b"-----BEGIN CMS-----\n"[..]),
    ] {
        let fields = [nonce, ("export-token", old.as_str()), ("output", output)];
        let action = build::action(&session, op, &answers(&fields, &files)).unwrap();
        assert!(super::locks::uses_secret(&action), "{op}");
        let (sentence, details) = sentence::describe(&action, &session.state);
        assert!(sentence.contains("DEVICE"), "{sentence}");
        let told = format!("{details:?}");
        assert!(
            told.contains("0439F40A883AD204") && told.contains(&old),
            "{told}"
        );
        let (seq, head) = (session.book.seq(), session.book.state_head());
        let executed = session.act(action.clone(), None, None).unwrap();
        assert_eq!(executed.seq, seq + 1);
        assert_ne!(session.book.state_head(), head);
        let handed = handover::of(&session, &action, &executed).unwrap();
        assert!(handed.request.starts_with(begins), "{output}");
        assert!(handed.file.contains(".rehearsal."), "{}", handed.file);
        assert!(handed.next.contains("keymoot inspect"), "{}", handed.next);
        assert!(session.view().exports.is_empty(), "no key left");
    }
    let fields = [nonce, ("output", "go.json")];
    let refused = build::action(&session, "tr34.unbind", &answers(&fields, &files)).unwrap_err();
    assert!(refused.to_string().contains("must end in"), "{refused}");
}

#[test]
fn a_sender_gets_a_new_number_each_time() {
    let (_, mut session) = practice(true);
    let fields = [("output", "nonce.pem")];
    assert!(build::action(&session, "tr34.random", &answers(&fields, &[])).is_err());
    let random = || answers(&[("output", "nonce.hex")], &[]);
    let mut numbers = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let action = build::action(&session, "tr34.random", &random()).unwrap();
        let executed = session.act(action.clone(), None, None).unwrap();
        let handed = handover::of(&session, &action, &executed).unwrap();
        let hex = String::from_utf8(handed.request).unwrap();
        let token = data_encoding::HEXUPPER
            .decode(hex.trim().as_bytes())
            .unwrap();
        // Whoever sends types the number, or the token as it is.
        for op in [op_exchange::EXPORT_TR34, op_tr34::UNBIND] {
            let mut fields = op.fields.iter();
            let field = fields.find(|field| field.id == "nonce").unwrap();
            field.check(hex.trim()).unwrap();
        }
        let number = crate::crypto::tr34::read_random(&token).unwrap();
        let number = data_encoding::HEXUPPER.encode(&number);
        assert!(handed.next.contains(&number), "{}", handed.next);
        numbers.insert(number);
    }
    assert_eq!(numbers.len(), 2, "each number is new");
}
