//! TR-34 with pairs of the vault in the place of tokens, and KeyBlockHeaders: what leaves comes in again.

use data_encoding::HEXUPPER;
use serde_json::{Value, json};

use super::{
    Bench, DAY, Mask, arn, import, named,
    own_pair::{K2, S0, pair},
    parameters::{bench, certificate, text},
};
use crate::{api::Operation, crypto::tr34::KeyToken, engine::SecretOpen};

const NONCE: &str = "0439F40A883AD204";

/// Two pairs of one vault, certified by an authority that it imported: a sender and a receiver.
pub(super) struct Both {
    pub(super) bench: Bench,
    authority: String,
    sender: (String, String),
    receiver: (String, String),
}

impl Both {
    pub(super) fn new() -> Self {
        let mut bench = bench();
        let mut authority = Value::Null;
        let mut certified = |usage: &str, modes: &[&str]| {
            let pair = pair(&mut bench, usage, modes);
            let answer = bench.ok(Operation::GetPublicKeyCertificate, &named(&pair));
            authority = json!(certificate(&answer, "KeyCertificateChain").to_aws());
            (pair, text(&answer, "KeyCertificate").to_owned())
        };
        let sender = certified(S0, &["Sign"]);
        let receiver = certified(K2, &["Decrypt", "Unwrap"]);
        let mut root = import::root_request("root-4096", "RSA_4096");
        root["KeyMaterial"]["RootCertificatePublicKey"]["PublicKeyCertificate"] = authority;
        Self {
            authority: arn(&bench.ok(Operation::ImportKey, &root)),
            bench,
            sender,
            receiver,
        }
    }

    pub(super) fn export(&self, key: &str) -> Value {
        json!({"ExportKeyIdentifier": key, "KeyMaterial": {"Tr34KeyBlock": {
            "CertificateAuthorityPublicKeyIdentifier": self.authority,
            "WrappingKeyCertificate": self.receiver.1, "SigningKeyIdentifier": self.sender.0,
            "SigningKeyCertificate": self.sender.1, "KeyBlockFormat": "X9_TR34_2012"}}})
    }

    pub(super) fn import(&self, sent: &Value) -> Value {
        json!({"KeyMaterial": {"Tr34KeyBlock": {
            "CertificateAuthorityPublicKeyIdentifier": self.authority,
            "SigningKeyCertificate": self.sender.1, "WrappingKeyIdentifier": self.receiver.0,
            "WrappingKeyCertificate": self.receiver.1, "KeyBlockFormat": "X9_TR34_2012",
            "WrappedKeyBlock": sent["WrappedKey"]["KeyMaterial"]}}})
    }

    pub(super) fn key(&mut self, usage: &str, modes: &[&str]) -> String {
        self.bench.create(usage, "TDES_2KEY", modes)
    }

    pub(super) fn sent(&mut self, request: &Value) -> (Value, KeyToken) {
        let answer = self.bench.ok(Operation::ExportKey, request);
        let hex = text(&answer["WrappedKey"], "KeyMaterial");
        let token = KeyToken::parse(&HEXUPPER.decode(hex.as_bytes()).unwrap()).unwrap();
        (answer, token)
    }

    fn bytes(&self, arn: &str) -> Vec<u8> {
        let record = self.bench.state.find(arn).unwrap();
        let secret = Mask.open(record.material.sealed().unwrap()).unwrap();
        secret.expose().to_vec()
    }
}

fn with(mut request: Value, member: &str, value: &Value) -> Value {
    request["KeyMaterial"]["Tr34KeyBlock"][member] = value.clone();
    request
}

#[test]
fn what_one_pair_signs_another_opens() {
    let mut both = Both::new();
    let key = both.key("TR31_C0_CARD_VERIFICATION_KEY", &["Generate", "Verify"]);
    for nonce in [Value::Null, json!(NONCE)] {
        let request = with(both.export(&key), "RandomNonce", &nonce);
        let (answer, token) = both.sent(&request);
        assert!(token.certificates().is_empty());
        let request = with(both.import(&answer), "RandomNonce", &nonce);
        let back = both.bench.ok(Operation::ImportKey, &request);
        let there = both.bench.key(&key);
        assert_eq!(back["Key"]["KeyCheckValue"], there["KeyCheckValue"]);
        assert_eq!(back["Key"]["KeyAttributes"], there["KeyAttributes"]);
        assert_eq!(both.bytes(&arn(&back)), both.bytes(&key));
    }
    // One pass is good for as long as the service's tokens live.
    let request = both.export(&key);
    let (answer, _) = both.sent(&request);
    let request = both.import(&answer);
    both.bench.advance(7 * DAY);
    both.bench.ok(Operation::ImportKey, &request);
    both.bench.advance(1000);
    let message = both.bench.invalid(Operation::ImportKey, &request);
    assert!(message.starts_with("WrappedKeyBlock: "), "{message}");
}

#[test]
fn a_token_or_a_pair_and_all_of_it() {
    let mut both = Both::new();
    let key = both.key("TR31_C0_CARD_VERIFICATION_KEY", &["Generate", "Verify"]);
    let export = both.export(&key);
    let import = both.import(&json!({"WrappedKey": {"KeyMaterial": "00"}}));
    for (operation, whole, verb, token) in [
        (Operation::ExportKey, export, "Signing", "Export"),
        (Operation::ImportKey, import, "Wrapping", "Import"),
    ] {
        let (pair, issued) = (
            format!("{verb}KeyIdentifier"),
            format!("{verb}KeyCertificate"),
        );
        let member = format!("{token}Token");
        let named = format!("{}-token-abcdefghijklmnop", token.to_lowercase());
        let without = with(whole.clone(), &pair, &Value::Null);
        let other = json!(import::aws("leaf-2048"));
        let arn = text(&whole["KeyMaterial"]["Tr34KeyBlock"], &pair).to_owned();
        for (request, message) in [
            (
                with(without.clone(), &issued, &Value::Null),
                format!(
                    "1 validation error detected: Value null at 'keyMaterial.tr34KeyBlock.{}Token' failed to satisfy \
                     constraint: Member must not be null",
                    token.to_lowercase()
                ),
            ),
            (
                without,
                format!(
                    "{issued} is given without {pair}; a pair goes with the certificate that was issued for it."
                ),
            ),
            (
                with(whole.clone(), &member, &json!(named)),
                format!(
                    "{member} is given together with {pair} or {issued}; a key is behind the one or the other."
                ),
            ),
            (
                with(whole.clone(), &issued, &other),
                format!(
                    "{issued} and {pair} do not match: the certificate is not for the public key of {arn}."
                ),
            ),
        ] {
            let before = both.bench.state.clone();
            assert_eq!(both.bench.invalid(operation, &request), message);
            assert_eq!(both.bench.state, before);
        }
    }
}

#[test]
fn the_pair_must_be_strong_enough_and_usable() {
    let mut both = Both::new();
    let kek = both.bench.kek();
    let request = with(
        both.export(&kek),
        "WrappingKeyCertificate",
        &json!(import::aws("leaf-3072")),
    );
    let top = import::root(&mut both.bench, "root-4096", "RSA_4096");
    let request = with(
        request,
        "CertificateAuthorityPublicKeyIdentifier",
        &json!(top),
    );
    let message = both.bench.invalid(Operation::ExportKey, &request);
    assert!(
        message.starts_with("SigningKeyIdentifier: RSA_2048 is weaker than AES_128"),
        "{message}"
    );
    let key = both.key("TR31_C0_CARD_VERIFICATION_KEY", &["Generate", "Verify"]);
    let request = both.export(&key);
    both.bench
        .ok(Operation::StopKeyUsage, &named(&both.sender.0));
    let message = both.bench.invalid(Operation::ExportKey, &request);
    assert_eq!(message, format!("Key {} is not enabled.", both.sender.0));
}

#[test]
fn a_token_says_what_its_headers_ask_for() {
    let mut both = Both::new();
    let key = both.key("TR31_P0_PIN_ENCRYPTION_KEY", &["NoRestrictions"]);
    let check_value = both.bench.key(&key)["KeyCheckValue"].clone();
    let kc = format!("00{}", check_value.as_str().unwrap());
    let asked = json!({"KeyModesOfUse": super::modes(&["Encrypt", "Wrap"]), "KeyVersion": "1Z",
                       "KeyExportability": "NON_EXPORTABLE", "OptionalBlocks": {"KC": kc, "LB": "acquirer7"}});
    let request = with(both.export(&key), "KeyBlockHeaders", &asked);
    let (answer, token) = both.sent(&request);
    let header = token.header();
    assert_eq!(header.optional("LB").unwrap().data(), "acquirer7");
    assert!(header.optional("PB").is_some());
    let text = token.header_text();
    assert_eq!((&text[5..12], text.len() % 16), ("P0TE1ZN", 0));
    let request = both.import(&answer);
    let back = both.bench.ok(Operation::ImportKey, &request);
    assert_eq!(back["Key"]["Exportable"], false);
    let modes = &back["Key"]["KeyAttributes"]["KeyModesOfUse"];
    assert_eq!(
        (&modes["Encrypt"], &modes["Decrypt"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(both.bytes(&arn(&back)), both.bytes(&key));
    for (headers, message) in [
        (
            json!({"OptionalBlocks": {"KC": "00000000"}}),
            "KeyBlockHeaders.OptionalBlocks: KC is not the check value of the exported key. Nothing was exported.",
        ),
        (
            json!({"OptionalBlocks": {"KP": "0008D7B4"}}),
            "KeyBlockHeaders.OptionalBlocks: KP is the check value of a wrapping key, and an RSA key has none.",
        ),
        (
            json!({"KeyExportability": "SENSITIVE"}),
            "KeyBlockHeaders.KeyExportability SENSITIVE is more than the key's own; allowed: EXPORTABLE, \
             NON_EXPORTABLE.",
        ),
    ] {
        let request = with(both.export(&key), "KeyBlockHeaders", &headers);
        assert_eq!(both.bench.invalid(Operation::ExportKey, &request), message);
    }
}
