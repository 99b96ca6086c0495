//! A pair of the vault with a foreign certificate, in the place of an import token.

use data_encoding::HEXUPPER;
use serde_json::{Value, json};

use super::{
    Bench, DAY, arn, import, named,
    parameters::{bench, certificate, ready, text},
};
use crate::{
    api::{Operation, Timestamp, WrappingKeySpec},
    crypto::{Entropy, OsEntropy, SecretBytes, rsa_wrap},
    engine::{own_pair, tokens::Direction},
};

const KEK: &str = "0123456789ABCDEFFEDCBA9876543210";
pub(super) const K2: &str = "TR31_K2_TR34_ASYMMETRIC_KEY";
pub(super) const S0: &str = "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE";

pub(super) fn pair(bench: &mut Bench, usage: &str, modes: &[&str]) -> String {
    bench.prepared = Some(ready(2048));
    arn(&bench.ok(
        Operation::CreateKey,
        &json!({"KeyAttributes": {"KeyUsage": usage, "KeyClass": "ASYMMETRIC_KEY_PAIR", "KeyAlgorithm": "RSA_2048",
                "KeyModesOfUse": super::modes(modes)}, "Exportable": false}),
    ))
}

/// A pair that opens, and a certificate for it: whose it is does not matter here.
fn ready_pair() -> (Bench, String, String) {
    let mut bench = bench();
    let pair = pair(&mut bench, K2, &["Decrypt", "Unwrap"]);
    let answer = bench.ok(Operation::GetPublicKeyCertificate, &named(&pair));
    (bench, pair, text(&answer, "KeyCertificate").to_owned())
}

fn request(pair: &str, issued: &str) -> Value {
    let spki = certificate(&json!({"C": issued}), "C").spki_der().to_vec();
    let mut rng = OsEntropy.draw("oaep").unwrap();
    let key = SecretBytes::new(HEXUPPER.decode(KEK.as_bytes()).unwrap());
    let spec = WrappingKeySpec::RSA_OAEP_SHA_256;
    let wrapped = rsa_wrap::wrap(&spki, &key, spec, rng.as_mut()).unwrap();
    let modes = ["Encrypt", "Decrypt", "Wrap", "Unwrap"];
    let key = super::symmetric("TR31_K0_KEY_ENCRYPTION_KEY", "TDES_2KEY", &modes);
    json!({"KeyMaterial": {"KeyCryptogram": {"KeyAttributes": key["KeyAttributes"], "Exportable": true,
        "WrappedKeyCryptogram": HEXUPPER.encode(&wrapped), "WrappingKeyIdentifier": pair,
        "WrappingKeyCertificate": issued}}})
}

fn with(mut request: Value, member: &str, value: &Value) -> Value {
    request["KeyMaterial"]["KeyCryptogram"][member] = value.clone();
    request
}

#[test]
fn a_key_comes_in_under_a_pair_of_the_vault() {
    let (mut bench, pair, issued) = ready_pair();
    let answer = bench.ok(Operation::ImportKey, &request(&pair, &issued));
    assert_eq!(answer["Key"]["KeyCheckValue"], json!("08D7B4"));
    bench.ok(
        Operation::CreateAlias,
        &json!({"AliasName": "alias/krd", "KeyArn": pair}),
    );
    bench.ok(Operation::ImportKey, &request("alias/krd", &issued));
}

#[test]
fn a_token_or_a_pair_and_all_of_it() {
    let (mut bench, pair, issued) = ready_pair();
    let whole = request(&pair, &issued);
    let none = Value::Null;
    let token = json!("import-token-abcdefghijklmnop");
    for (request, message) in [
        (
            with(
                with(whole.clone(), "WrappingKeyIdentifier", &none),
                "WrappingKeyCertificate",
                &none,
            ),
            "1 validation error detected: Value null at 'keyMaterial.keyCryptogram.importToken' failed to satisfy \
             constraint: Member must not be null",
        ),
        (
            with(whole.clone(), "ImportToken", &token),
            "ImportToken is given together with WrappingKeyIdentifier or WrappingKeyCertificate; a key is behind the \
             one or the other.",
        ),
        (
            with(whole.clone(), "WrappingKeyCertificate", &none),
            "WrappingKeyIdentifier is given without WrappingKeyCertificate; a pair goes with the certificate that was \
             issued for it.",
        ),
        (
            with(whole, "WrappingKeyIdentifier", &none),
            "WrappingKeyCertificate is given without WrappingKeyIdentifier; a pair goes with the certificate that was \
             issued for it.",
        ),
    ] {
        assert_eq!(bench.invalid(Operation::ImportKey, &request), message);
    }
}

#[test]
fn a_pair_and_a_certificate_that_do_not_match_are_named() {
    let (mut bench, pair, issued) = ready_pair();
    let other = json!(import::aws("leaf-2048"));
    let whole = request(&pair, &issued);
    assert_eq!(
        bench.invalid(
            Operation::ImportKey,
            &with(whole.clone(), "WrappingKeyCertificate", &other)
        ),
        format!(
            "WrappingKeyCertificate and WrappingKeyIdentifier do not match: the certificate is not for the public key \
             of {pair}."
        )
    );
    bench.advance(91 * DAY);
    assert!(
        bench
            .invalid(Operation::ImportKey, &whole)
            .starts_with("WrappingKeyCertificate: ")
    );
}

#[test]
fn the_pair_must_be_one_that_opens() {
    let (mut bench, good, issued) = ready_pair();
    let whole = request(&good, &issued);
    let signer = pair(&mut bench, S0, &["Sign"]);
    let sealer = pair(&mut bench, K2, &["Encrypt", "Wrap"]);
    let kek = bench.kek();
    for (identifier, why) in [
        (&signer, format!("KeyUsage {S0} cannot unwrap keys")),
        (
            &sealer,
            "KeyModesOfUse [Encrypt, Wrap] lacks Unwrap".to_owned(),
        ),
        (
            &kek,
            "KeyClass SYMMETRIC_KEY has no private key here".to_owned(),
        ),
    ] {
        let request = with(whole.clone(), "WrappingKeyIdentifier", &json!(identifier));
        assert_eq!(
            bench.invalid(Operation::ImportKey, &request),
            format!("WrappingKeyIdentifier {identifier}: {why}.")
        );
    }
    let aes = with(
        whole.clone(),
        "KeyAttributes",
        &super::symmetric("TR31_K0_KEY_ENCRYPTION_KEY", "AES_128", &["NoRestrictions"])["KeyAttributes"],
    );
    assert!(
        bench
            .invalid(Operation::ImportKey, &aes)
            .starts_with("WrappingKeyIdentifier: RSA_2048 is weaker than AES_128")
    );
    bench.ok(Operation::StopKeyUsage, &named(&good));
    assert_eq!(
        bench.invalid(Operation::ImportKey, &whole),
        format!("Key {good} is not enabled.")
    );
}

#[test]
fn a_pair_that_signs_is_judged_the_same_way() {
    let mut bench = bench();
    let signer = pair(&mut bench, S0, &["Sign"]);
    let answer = bench.ok(Operation::GetPublicKeyCertificate, &named(&signer));
    let issued = text(&answer, "KeyCertificate").to_owned();
    let other = import::aws("leaf-2048");
    let opener = pair(&mut bench, K2, &["Decrypt", "Unwrap"]);
    let judge = |pair: &str, issued: &str, now: Timestamp| {
        own_pair::judge(
            &bench.state,
            Direction::Export,
            (pair, issued),
            now,
            bench.profile,
        )
        .map(|(_, certificate)| certificate.sha256_fingerprint())
        .map_err(|e| e.message)
    };
    assert!(judge(&signer, &issued, bench.now()).is_ok());
    assert_eq!(
        judge(&signer, &other, bench.now()),
        Err(format!(
            "SigningKeyCertificate and SigningKeyIdentifier do not match: the certificate is not for the public key of \
             {signer}."
        ))
    );
    assert_eq!(
        judge(&opener, &issued, bench.now()),
        Err(format!(
            "SigningKeyIdentifier {opener}: KeyUsage {K2} cannot sign key blocks."
        ))
    );
}
