//! ImportKey of a key under RSA-OAEP.

use data_encoding::HEXUPPER;
use rsa::{PublicKey, traits::PublicKeyParts};
use serde_json::{Value, json};
use spki::DecodePublicKey;

use super::{
    Bench, DAY, arn, named,
    parameters::{bench, certificate, ready, signing, text, wrapping},
};
use crate::{
    api::{ErrorKind, Operation, Profile, Request, WrappingKeySpec},
    crypto::{Entropy, OsEntropy, SecretBytes, rsa_wrap},
    engine::{EngineState, Material},
    pki::Certificate,
};

const AES_KEK: &str = "79ADAEF3212AADCE312ACE422ACCFEFB";
const SHA_256: WrappingKeySpec = WrappingKeySpec::RSA_OAEP_SHA_256;

struct Receiver {
    token: String,
    certificate: Certificate,
}

fn receiver(bench: &mut Bench, algorithm: &str, bits: usize) -> Receiver {
    bench.prepared = Some(ready(bits));
    let answer = bench.ok(
        Operation::GetParametersForImport,
        &wrapping("KEY_CRYPTOGRAM", algorithm),
    );
    Receiver {
        token: text(&answer, "ImportToken").to_owned(),
        certificate: certificate(&answer, "WrappingKeyCertificate"),
    }
}

impl Receiver {
    fn wrap(&self, key: &str, spec: WrappingKeySpec) -> String {
        let key = SecretBytes::new(HEXUPPER.decode(key.as_bytes()).unwrap());
        let mut rng = OsEntropy.draw("oaep").unwrap();
        let spki = self.certificate.spki_der();
        HEXUPPER.encode(&rsa_wrap::wrap(spki, &key, spec, rng.as_mut()).unwrap())
    }

    fn request(&self, algorithm: &str, cryptogram: &str) -> Value {
        let modes = ["Encrypt", "Decrypt", "Wrap", "Unwrap"];
        let key = super::symmetric("TR31_K0_KEY_ENCRYPTION_KEY", algorithm, &modes);
        json!({"KeyMaterial": {"KeyCryptogram": {
            "KeyAttributes": key["KeyAttributes"], "Exportable": true,
            "WrappedKeyCryptogram": cryptogram, "ImportToken": self.token}}})
    }
}

fn member<'v>(request: &'v mut Value, name: &str) -> &'v mut Value {
    &mut request["KeyMaterial"]["KeyCryptogram"][name]
}

#[test]
fn keys_come_in_with_their_check_values() {
    let mut bench = bench();
    let small = receiver(&mut bench, "RSA_2048", 2048);
    let large = receiver(&mut bench, "RSA_3072", 3072);
    let classic = "0123456789ABCDEFFEDCBA9876543210";
    let triple = "545E2AADFD5EC42F2F5BE5E3ADC75E9B290252A1A219B380";
    for (from, key, algorithm, method, check_value) in [
        (&small, classic, "TDES_2KEY", None, "08D7B4"),
        (&small, classic, "TDES_2KEY", Some("CMAC"), "0A8245"),
        (&small, triple, "TDES_3KEY", Some("ANSI_X9_24"), "C15FFF"),
        (&large, AES_KEK, "AES_128", None, "9A1B2A"),
        (&large, AES_KEK, "TDES_2KEY", None, "3C0A31"),
    ] {
        for spec in WrappingKeySpec::ALL {
            let mut request = from.request(algorithm, &from.wrap(key, *spec));
            *member(&mut request, "WrappingSpec") = json!(spec.name());
            if let Some(method) = method {
                request["KeyCheckValueAlgorithm"] = json!(method);
            }
            let answer = bench.ok(Operation::ImportKey, &request);
            assert_eq!(answer["Key"]["KeyCheckValue"], json!(check_value));
            assert_eq!(answer["Key"]["KeyOrigin"], json!("EXTERNAL"));
            assert_eq!(answer["Key"]["Exportable"], json!(true));
        }
    }
}

#[test]
fn a_key_is_kept_as_it_came() {
    let mut bench = bench();
    let from = receiver(&mut bench, "RSA_2048", 2048);
    // Even parity throughout.
    let key = "0022446688AACCEE1133557799BBDDFF".replace('F', "E");
    let mut request = from.request("TDES_2KEY", &from.wrap(&key, SHA_256));
    request["Enabled"] = json!(false);
    request["Tags"] = json!([{"Key": "from", "Value": "acme"}]);
    *member(&mut request, "Exportable") = json!(false);
    let parsed = Operation::ImportKey.parse(&request).unwrap();
    assert!(EngineState::needs_secret(&parsed));
    let checked = bench.state.check(&parsed, bench.now(), Profile::Test);
    let Ok(Request::ImportKey(input)) = checked else {
        panic!("{checked:?}");
    };
    assert_eq!(
        input.key_check_value_algorithm.unwrap().name(),
        "ANSI_X9_24"
    );
    assert!(format!("{:?}", input.key_material).contains("RSA_OAEP_SHA_256"));
    let arn = arn(&bench.ok(Operation::ImportKey, &request));
    let record = bench.state.find(&arn).unwrap();
    let Material::Sealed(sealed) = &record.material else {
        panic!("no secret");
    };
    let plain: Vec<u8> = sealed.iter().map(|b| b ^ 0x5A).collect();
    assert_eq!(HEXUPPER.encode(&plain), key);
    assert!(!record.key.enabled && !record.key.exportable);
    assert_eq!(record.tags[0].value, "acme");
    assert!(record.both_check_values.is_some());
    // A token serves for many keys.
    let again = super::arn(&bench.ok(Operation::ImportKey, &request));
    assert_ne!(again, arn);
    bench.ok(Operation::DeleteKey, &named(&again));
}

#[test]
fn tokens_are_judged_before_anything_else() {
    let mut bench = bench();
    let from = receiver(&mut bench, "RSA_2048", 2048);
    // Every later fault is in it too: the token is judged first.
    let mut request = from.request("AES_256", "00FF00FF00FF00FF");
    *member(&mut request, "ImportToken") = json!("import-token-aaaaaaaaaaaaaaaa");
    assert_eq!(
        bench.missing(
            Operation::ImportKey,
            &request,
            "import-token-aaaaaaaaaaaaaaaa"
        ),
        "Token import-token-aaaaaaaaaaaaaaaa was not found."
    );
    bench.prepared = Some(ready(2048));
    let other = bench.ok(
        Operation::GetParametersForImport,
        &wrapping("TR34_KEY_BLOCK", "RSA_2048"),
    );
    *member(&mut request, "ImportToken") = other["ImportToken"].clone();
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "ImportToken was issued for TR34_KEY_BLOCK."
    );
    bench.prepared = Some(ready(2048));
    let other = bench.ok(
        Operation::GetParametersForExport,
        &signing("TR34_KEY_BLOCK", "RSA_2048"),
    );
    *member(&mut request, "ImportToken") = other["ExportToken"].clone();
    assert!(
        bench
            .invalid(Operation::ImportKey, &request)
            .contains("'keyMaterial.keyCryptogram.importToken'")
    );
    let mut request = from.request("TDES_2KEY", &from.wrap(AES_KEK, SHA_256));
    bench.advance(7 * DAY - 1);
    bench.ok(Operation::ImportKey, &request);
    bench.advance(1);
    for settled in [false, true] {
        if settled {
            bench.state.settle(bench.now());
        }
        assert_eq!(
            bench.invalid(Operation::ImportKey, &request),
            "ImportToken has expired at 2026-12-01T12:00:00Z."
        );
    }
    *member(&mut request, "ImportToken") = Value::Null;
    assert!(
        bench
            .invalid(Operation::ImportKey, &request)
            .contains("Member must not be null")
    );
}

#[test]
fn attributes_and_strength_are_judged() {
    let mut bench = bench();
    let from = receiver(&mut bench, "RSA_2048", 2048);
    let cryptogram = from.wrap(AES_KEK, SHA_256);
    let mut request = from.request("AES_128", &cryptogram);
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "ImportToken: RSA_2048 is weaker than AES_128, which needs RSA_3072 or RSA_4096 as the wrapping key."
    );
    request["KeyCheckValueAlgorithm"] = json!("ANSI_X9_24");
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "KeyCheckValueAlgorithm ANSI_X9_24 is not valid for KeyAlgorithm AES_128."
    );
    member(&mut request, "KeyAttributes")["KeyModesOfUse"] =
        json!({"Encrypt": true, "Decrypt": true});
    assert!(
        bench
            .invalid(Operation::ImportKey, &request)
            .starts_with("KeyModesOfUse [Encrypt, Decrypt] is not valid for KeyUsage TR31_K0")
    );
    let mut request = from.request("RSA_2048", &cryptogram);
    *member(&mut request, "KeyAttributes") = json!({"KeyUsage": "TR31_K2_TR34_ASYMMETRIC_KEY",
        "KeyClass": "ASYMMETRIC_KEY_PAIR", "KeyAlgorithm": "RSA_2048", "KeyModesOfUse": {"Encrypt": true, "Wrap": true}});
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "KeyUsage TR31_K2_TR34_ASYMMETRIC_KEY is not valid for KeyClass SYMMETRIC_KEY."
    );
    for algorithm in ["AES_192", "AES_256"] {
        let request = from.request(algorithm, &cryptogram);
        assert!(
            bench
                .invalid(Operation::ImportKey, &request)
                .starts_with(&format!("ImportToken: RSA_2048 is weaker than {algorithm}"))
        );
    }
}

#[test]
fn every_failure_to_decrypt_is_one_answer() {
    const FAILED: &str = "WrappedKeyCryptogram could not be decrypted with the key of ImportToken.";
    let mut bench = bench();
    let from = receiver(&mut bench, "RSA_2048", 2048);
    let good = from.wrap(AES_KEK, SHA_256);
    let mut flipped = HEXUPPER.decode(good.as_bytes()).unwrap();
    flipped[100] ^= 1;
    let modulus = PublicKey::from_public_key_der(from.certificate.spki_der()).unwrap();
    let modulus = HEXUPPER.encode(&modulus.n().to_be_bytes());
    for cryptogram in [
        HEXUPPER.encode(&flipped),
        "00".repeat(256),
        "FF".repeat(256),
        modulus,
        good[2..].to_owned(),
        format!("{good}00"),
        format!("{good}0"),
        from.wrap(AES_KEK, WrappingKeySpec::RSA_OAEP_SHA_512),
        // Right padding, another length.
        from.wrap(&AES_KEK[2..], SHA_256),
        from.wrap(&format!("{AES_KEK}{AES_KEK}"), SHA_256),
        from.wrap("", SHA_256),
    ] {
        let request = from.request("TDES_2KEY", &cryptogram);
        assert_eq!(bench.invalid(Operation::ImportKey, &request), FAILED);
    }
    bench.ok(Operation::ImportKey, &from.request("TDES_2KEY", &good));
}

#[test]
fn degenerate_keys_are_refused() {
    let mut bench = bench();
    let from = receiver(&mut bench, "RSA_3072", 3072);
    for (key, algorithm, fault) in [
        (
            "0123456789ABCDEF0123456789ABCDEF",
            "TDES_2KEY",
            "a TDES_2KEY key whose first two parts are equal, which is single DES",
        ),
        (
            "00000000000000000000000000000000",
            "AES_128",
            "an AES_128 key of zeros",
        ),
    ] {
        let request = from.request(algorithm, &from.wrap(key, SHA_256));
        assert_eq!(
            bench.invalid(Operation::ImportKey, &request),
            format!("WrappedKeyCryptogram holds {fault}.")
        );
    }
}

#[test]
fn production_takes_no_key_that_is_in_print() {
    let mut bench = bench();
    bench.profile = Profile::Production;
    let from = receiver(&mut bench, "RSA_3072", 3072);
    for (algorithm, method) in [("AES_128", "CMAC"), ("TDES_2KEY", "CMAC")] {
        let mut request = from.request(algorithm, &from.wrap(AES_KEK, SHA_256));
        request["KeyCheckValueAlgorithm"] = json!(method);
        let error = bench.call(Operation::ImportKey, &request).unwrap_err();
        assert_eq!(error.kind, ErrorKind::AccessDenied);
        assert!(
            error.message.contains("AWS's key-import samples"),
            "{error}"
        );
    }
    let own = "6E0FB9F7D52A3C2B9A51C7E31D4F8A60";
    bench.ok(
        Operation::ImportKey,
        &from.request("AES_128", &from.wrap(own, SHA_256)),
    );
}

#[test]
fn the_key_behind_the_token_opens_only_with_the_custodians() {
    let mut bench = bench();
    let from = receiver(&mut bench, "RSA_2048", 2048);
    bench.open = false;
    let request = from.request("TDES_2KEY", &from.wrap(AES_KEK, SHA_256));
    let error = bench.call(Operation::ImportKey, &request).unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert_eq!(
        error.message,
        "The key of ImportToken can be used only while its custodians have the use identity rebuilt; nothing was \
         imported."
    );
}

#[test]
fn what_this_vault_exports_it_can_take_back() {
    let mut bench = bench();
    bench.prepared = Some(ready(3072));
    let given = bench.ok(
        Operation::GetParametersForImport,
        &wrapping("KEY_CRYPTOGRAM", "RSA_3072"),
    );
    let authority = json!({"KeyMaterial": {"RootCertificatePublicKey": {
        "KeyAttributes": {"KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", "KeyClass": "PUBLIC_KEY",
            "KeyAlgorithm": "RSA_4096", "KeyModesOfUse": {"Verify": true}},
        "PublicKeyCertificate": given["WrappingKeyCertificateChain"]}}});
    let authority = arn(&bench.ok(Operation::ImportKey, &authority));
    bench.ok(
        Operation::CreateAlias,
        &json!({"AliasName": "alias/ca", "KeyArn": authority}),
    );
    let kek = bench.kek();
    bench.ok(
        Operation::CreateAlias,
        &json!({"AliasName": "alias/kek", "KeyArn": kek}),
    );
    let exported = bench.ok(
        Operation::ExportKey,
        &json!({"ExportKeyIdentifier": "alias/kek", "KeyMaterial": {"KeyCryptogram": {
            "CertificateAuthorityPublicKeyIdentifier": "alias/ca",
            "WrappingKeyCertificate": given["WrappingKeyCertificate"]}}}),
    );
    assert_eq!(exported["WrappedKey"]["WrappingKeyArn"], json!(authority));
    let back = Receiver {
        token: text(&given, "ImportToken").to_owned(),
        certificate: certificate(&given, "WrappingKeyCertificate"),
    };
    let cryptogram = text(&exported["WrappedKey"], "KeyMaterial");
    let answer = bench.ok(Operation::ImportKey, &back.request("AES_128", cryptogram));
    assert_eq!(
        answer["Key"]["KeyCheckValue"],
        bench.key(&kek)["KeyCheckValue"]
    );
    let record = bench.state.find(&arn(&answer)).unwrap().material.clone();
    assert_eq!(record, bench.state.find("alias/kek").unwrap().material);
}
