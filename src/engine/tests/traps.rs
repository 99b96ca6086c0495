//! What an engineer who knows the service trips over (reference §11), and rules that no other test holds.

use serde_json::{Value, json};

use super::{
    Bench, DAY, START, arn, import, named,
    parameters::{bench, ready, text, wrapping},
    symmetric,
    tr31_import::{KEK, kek, pin_block, request as key_block, stored},
};
use crate::{
    api::{ErrorKind, KeyAlgorithm, KeyUsage, Operation, Timestamp},
    crypto::tr31::Version,
    pki::{Certificate, Purpose, SignatureHash, Subject, Terms, issued, self_signed},
};

const BDK: &str = "0123456789ABCDEFFEDCBA9876543210";

/// Usages, algorithms, modes and types that stand in published examples and in no model.
#[test]
fn slips_of_the_documentation_do_not_exist_on_the_wire() {
    let mut bench = Bench::new();
    let good = symmetric("TR31_K1_KEY_BLOCK_PROTECTION_KEY", "AES_128", &["Wrap"]);
    for (member, slip) in [
        ("KeyUsage", "TR31_K1_KEY_ENCRYPTION_KEY"),
        ("KeyUsage", "TR31_M1_ISO_9797_3_MAC_KEY"),
        ("KeyAlgorithm", "ECC"),
        ("KeyAlgorithm", "AES"),
        ("KeyClass", "SYMMETRIC"),
    ] {
        let mut request = good.clone();
        request["KeyAttributes"][member] = json!(slip);
        let message = bench.invalid(Operation::CreateKey, &request);
        assert!(message.contains(&format!("Value '{slip}'")), "{message}");
        assert!(message.contains("enum value set: ["), "{message}");
    }
    let mut request = good.clone();
    request["KeyCheckValueAlgorithm"] = json!("SHA-1");
    let message = bench.invalid(Operation::CreateKey, &request);
    assert!(message.contains("Value 'SHA-1'"), "{message}");
    // A mode that does not exist sets nothing, so that none is set.
    let derive = json!({"KeyUsage": "TR31_B0_BASE_DERIVATION_KEY", "KeyClass": "SYMMETRIC_KEY",
                        "KeyAlgorithm": "AES_128", "KeyModesOfUse": {"Derive": true}});
    request = json!({"KeyAttributes": derive, "Exportable": true});
    let message = bench.invalid(Operation::CreateKey, &request);
    assert!(
        message.starts_with("KeyModesOfUse [] is not valid"),
        "{message}"
    );
    request["KeyAttributes"]["KeyModesOfUse"] = json!({"DeriveKey": true});
    bench.ok(Operation::CreateKey, &request);
    // A public key comes as a certificate; the key block that an example shows for it has no such member.
    let root = json!({"KeyMaterial": {"Tr31KeyBlock": {"PublicKeyCertificate": import::aws("root-2048")}}});
    let message = bench.invalid(Operation::ImportKey, &root);
    assert!(
        message.contains("'keyMaterial.tr31KeyBlock.wrappedKeyBlock'"),
        "{message}"
    );
}

/// Times are numbers of seconds, with milliseconds where there are any, and never text.
#[test]
fn times_are_numbers() {
    let mut bench = Bench::new();
    bench.advance(920);
    let key = bench.kek();
    let key = bench.key(&key);
    assert_eq!(key["CreateTimestamp"], json!(1_795_521_600.92));
    for (name, value) in key.as_object().unwrap() {
        assert_eq!(name.ends_with("Timestamp"), value.is_number(), "{name}");
    }
}

/// Key ids and tokens: 16 characters of lower-case base32 behind their names.
#[test]
fn names_have_the_services_shape() {
    let base32 = |text: &str| {
        text.len() == 16 && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'))
    };
    let mut bench = bench();
    for _ in 0..20 {
        let key = bench.kek();
        let id = key
            .strip_prefix("arn:aws:payment-cryptography:us-east-1:111122223333:key/")
            .unwrap();
        assert!(base32(id), "{key}");
    }
    bench.prepared = Some(ready(2048));
    let answer = bench.ok(
        Operation::GetParametersForImport,
        &wrapping("KEY_CRYPTOGRAM", "RSA_2048"),
    );
    let token = text(&answer, "ImportToken");
    assert!(
        base32(token.strip_prefix("import-token-").unwrap()),
        "{token}"
    );
}

/// Serial numbers are upper-case hex; a shorter one is to be padded by whoever asks.
#[test]
fn a_serial_number_in_lower_case_is_refused() {
    let mut bench = Bench::new();
    bench.open = true;
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let usage = KeyUsage::TR31_B0_BASE_DERIVATION_KEY;
    let base = stored(
        &mut bench,
        usage,
        KeyAlgorithm::TDES_2KEY,
        &["DeriveKey"],
        BDK,
    );
    let request = |serial: &str| {
        json!({"ExportKeyIdentifier": base, "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping}},
               "ExportAttributes": {"ExportDukptInitialKey": {"KeySerialNumber": serial}}})
    };
    for serial in [
        "ffff9876543210e00001",
        "FFFF9876543210E0000",
        "9876543210E00001",
        "FFFF 9876543210E0000",
    ] {
        let message = bench.invalid(Operation::ExportKey, &request(serial));
        assert!(
            message.contains("'exportAttributes.exportDukptInitialKey.keySerialNumber'"),
            "{message}"
        );
    }
    // The key is derived and leaves, and nothing of it stays.
    let before = bench.state.clone();
    bench.ok(Operation::ExportKey, &request("FFFF9876543210E00001"));
    assert_eq!(bench.state, before);
}

/// One Boolean: a key that came in as trusted-export (`E`) may leave by RSA wrap, one that came as `N` by no road.
#[test]
fn exportability_is_one_boolean_whatever_the_road() {
    let mut bench = Bench::new();
    bench.open = true;
    let top = import::root(&mut bench, "root-4096", "RSA_4096");
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let trusted = pin_block(Version::D, KeyAlgorithm::AES_128, KEK);
    let key = arn(&bench.ok(Operation::ImportKey, &key_block(&wrapping, &trusted)));
    let by_rsa = |key: &str| {
        json!({"ExportKeyIdentifier": key, "KeyMaterial": {"KeyCryptogram": {
            "CertificateAuthorityPublicKeyIdentifier": top, "WrappingKeyCertificate": import::aws("leaf-2048")}}})
    };
    bench.ok(Operation::ExportKey, &by_rsa(&key));
    let mut fixed = bench.state.find(&key).unwrap().clone();
    fixed.key.exportable = false;
    bench.state.put(fixed);
    let in_a_block = json!({"ExportKeyIdentifier": key,
                            "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping}}});
    for request in [by_rsa(&key), in_a_block] {
        let message = bench.invalid(Operation::ExportKey, &request);
        assert_eq!(message, format!("Key {key} is not exportable."));
    }
}

/// `Exportable` of a pair is taken and means nothing: its private half never leaves.
#[test]
fn a_private_key_never_leaves() {
    let mut bench = bench();
    let top = import::root(&mut bench, "root-4096", "RSA_4096");
    let wrapping = kek(
        &mut bench,
        KeyAlgorithm::AES_256,
        &KEK.repeat(2).replacen('7', "6", 1),
    );
    bench.prepared = Some(ready(2048));
    let pair = arn(&bench.ok(
        Operation::CreateKey,
        &json!({"KeyAttributes": {"KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
            "KeyClass": "ASYMMETRIC_KEY_PAIR", "KeyAlgorithm": "RSA_2048", "KeyModesOfUse": {"Sign": true}},
            "Exportable": true}),
    ));
    assert_eq!(bench.key(&pair)["Exportable"], json!(true));
    for material in [
        json!({"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping}}),
        json!({"KeyCryptogram": {"CertificateAuthorityPublicKeyIdentifier": top,
                                 "WrappingKeyCertificate": import::aws("leaf-3072")}}),
    ] {
        let request = json!({"ExportKeyIdentifier": pair, "KeyMaterial": material});
        assert_eq!(
            bench.invalid(Operation::ExportKey, &request),
            format!(
                "Key {pair} has KeyClass ASYMMETRIC_KEY_PAIR; only a SYMMETRIC_KEY can be exported."
            )
        );
    }
}

/// Whatever is done to a key, its attributes, its check value, its origin and whether it may leave stay.
#[test]
fn nothing_about_a_key_changes_but_its_switch_tags_and_names() {
    const MAY_CHANGE: [&str; 6] = [
        "Enabled",
        "KeyState",
        "UsageStartTimestamp",
        "UsageStopTimestamp",
        "DeletePendingTimestamp",
        "DeleteTimestamp",
    ];
    let rest = |mut key: Value| {
        let members = key.as_object_mut().unwrap();
        members.retain(|name, _| !MAY_CHANGE.contains(&name.as_str()));
        key
    };
    let mut bench = Bench::new();
    let key = bench.kek();
    let before = rest(bench.key(&key));
    assert_eq!(before.as_object().unwrap().len(), 7);
    let name = |alias: &str| json!({"AliasName": alias, "KeyArn": key});
    for (operation, request) in [
        (Operation::StopKeyUsage, named(&key)),
        (Operation::StartKeyUsage, named(&key)),
        (Operation::CreateAlias, name("alias/a")),
        (Operation::UpdateAlias, name("alias/a")),
        (
            Operation::TagResource,
            json!({"ResourceArn": key, "Tags": [{"Key": "a", "Value": "b"}]}),
        ),
        (
            Operation::UntagResource,
            json!({"ResourceArn": key, "TagKeys": ["a"]}),
        ),
        (Operation::DeleteAlias, json!({"AliasName": "alias/a"})),
        (Operation::DeleteKey, named(&key)),
        (Operation::RestoreKey, named(&key)),
    ] {
        bench.advance(1000);
        bench.ok(operation, &request);
        assert_eq!(rest(bench.key(&key)), before, "{}", operation.name());
    }
    for word in ["UpdateKey", "DescribeKey", "ModifyKey"] {
        let error = Operation::named(word).unwrap_err();
        assert_eq!(error.kind, ErrorKind::UnknownOperation, "{word}");
    }
}

/// A root that is deleted vouches for nothing new; what it vouched for before goes on.
#[test]
fn a_deleted_root_leaves_what_it_vouched_for() {
    let mut bench = Bench::new();
    bench.open = true;
    let top = import::root(&mut bench, "root-4096", "RSA_4096");
    let request = import::trusted_request("sub-3072", "RSA_3072", &top);
    let below = arn(&bench.ok(Operation::ImportKey, &request));
    bench.ok(Operation::DeleteKey, &named(&top));
    bench.advance(8 * DAY);
    bench.state.settle(bench.now());
    assert_eq!(bench.key(&top)["KeyState"], json!("DELETE_COMPLETE"));
    bench.missing(Operation::ImportKey, &request, &top);
    let kept = bench.key(&below);
    assert_eq!(kept["KeyState"], json!("CREATE_COMPLETE"));
    assert_eq!(kept["Enabled"], json!(true));
    let leaf = import::trusted_request("leaf-2048-under-sub", "RSA_2048", &below);
    let leaf = arn(&bench.ok(Operation::ImportKey, &leaf));
    let answer = bench.ok(Operation::GetPublicKeyCertificate, &named(&leaf));
    assert!(answer["KeyCertificateChain"].is_string());
}

fn terms(name: &str, purpose: Purpose, days: i64) -> Terms {
    Terms {
        subject: Subject {
            common_name: name.to_owned(),
            ..Subject::default()
        },
        serial: [7; 16],
        not_before: Timestamp::from_millis(START - DAY),
        not_after: Timestamp::from_millis(START + days * DAY - 1000),
        purpose,
        hash: SignatureHash::Sha256,
    }
}

/// A certificate that outlives the root above it is good for as long as the root is: the root is judged on the day of
/// each use, not only when it comes in.
#[test]
fn an_authority_is_judged_on_the_day_of_each_use() {
    let mut bench = Bench::new();
    bench.open = true;
    let (above, below) = (ready(3072), ready(2048));
    let root = self_signed(&above.pkcs8, &above.spki, &terms("Root", Purpose::Root, 10)).unwrap();
    let wanted = terms("Receiver", Purpose::Encipherment, 100);
    let leaf = issued(&below.spki, &wanted, &root, &above.pkcs8).unwrap();
    let material = |certificate: &Certificate| {
        json!({"KeyAttributes": {"KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", "KeyClass": "PUBLIC_KEY",
            "KeyAlgorithm": certificate.key_algorithm().unwrap().name(), "KeyModesOfUse": {"Verify": true}},
            "PublicKeyCertificate": certificate.to_aws()})
    };
    let root = arn(&bench.ok(
        Operation::ImportKey,
        &json!({"KeyMaterial": {"RootCertificatePublicKey": material(&root)}}),
    ));
    let mut trusted = material(&leaf);
    trusted["CertificateAuthorityPublicKeyIdentifier"] = json!(root);
    let trusted = json!({"KeyMaterial": {"TrustedCertificatePublicKey": trusted}});
    let key = bench.create("TR31_B0_BASE_DERIVATION_KEY", "TDES_2KEY", &["DeriveKey"]);
    let export = json!({"ExportKeyIdentifier": key, "KeyMaterial": {"KeyCryptogram": {
        "CertificateAuthorityPublicKeyIdentifier": root, "WrappingKeyCertificate": leaf.to_aws()}}});
    bench.advance(9 * DAY);
    bench.ok(Operation::ImportKey, &trusted);
    bench.ok(Operation::ExportKey, &export);
    bench.advance(DAY);
    for (operation, request) in [
        (Operation::ImportKey, &trusted),
        (Operation::ExportKey, &export),
    ] {
        let message = bench.invalid(operation, request);
        assert_eq!(
            message,
            "CertificateAuthorityPublicKeyIdentifier: The certificate expired at 2026-12-04T11:59:59Z. Ask its owner \
             for a new one."
        );
    }
}

/// Reference §6.2, the five symmetric columns, through ExportKey and not only through its table: 25 pairs of which 15
/// pass.
#[test]
fn every_pair_of_symmetric_keys_is_judged_by_the_guides_table() {
    const WRAPPING: [&str; 5] = ["TDES_2KEY", "TDES_3KEY", "AES_128", "AES_192", "AES_256"];
    /// How many of the columns, from the right, are strong enough.
    const ENOUGH: [usize; 5] = [5, 4, 3, 2, 1];
    let mut bench = Bench::new();
    bench.open = true;
    let wrapping = WRAPPING.map(|algorithm| {
        bench.create("TR31_K0_KEY_ENCRYPTION_KEY", algorithm, &["NoRestrictions"])
    });
    let mut passed = 0;
    for (row, enough) in WRAPPING.iter().zip(ENOUGH) {
        let key = bench.create("TR31_C0_CARD_VERIFICATION_KEY", row, &["NoRestrictions"]);
        for (column, wrapping) in wrapping.iter().enumerate() {
            let request = json!({"ExportKeyIdentifier": key,
                                 "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping}}});
            if column + enough >= WRAPPING.len() {
                bench.ok(Operation::ExportKey, &request);
                passed += 1;
            } else {
                let message = bench.invalid(Operation::ExportKey, &request);
                assert!(
                    message.contains(&format!(" is weaker than {row}, ")),
                    "{message}"
                );
            }
        }
    }
    assert_eq!(passed, 15);
}
