//! ImportKey of TR-34 tokens.

use std::sync::Arc;

use data_encoding::HEXUPPER;
use serde_json::{Value, json};

use super::{Bench, DAY, Mask, arn, named};
use crate::{
    api::{ErrorKind, KeyMaterialType, Operation, Profile, Timestamp},
    crypto::{
        Entropy, OsEntropy, SecretBytes,
        rsa_backend::SigningKey,
        tr34::{self, Freshness, KeyToSend, PartyId, Recipient, Sender},
    },
    engine::{
        EngineState, SecretOpen, SecretSeal,
        tokens::{Token, TokenPair},
    },
    pki::Certificate,
};

const KEK: &str = "E0073243CE37929DF21052C20415649E";
pub(super) const NONCE: &str = "0439F40A883AD204";

pub(super) fn file(name: &str) -> Value {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(super) fn hex(value: &Value) -> Vec<u8> {
    HEXUPPER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

/// The parties of one vector file.
pub(super) struct Parties(Value);

impl Parties {
    pub(super) fn of(name: &str) -> Self {
        Self(file(name)["identities"].take())
    }

    /// The file's parties, with the vector's own in their place.
    pub(super) fn of_vector(file: &Value, vector: &Value) -> Self {
        let mut all = file["identities"].clone();
        for (who, own) in vector["identities"].as_object().into_iter().flatten() {
            all[who] = own.clone();
        }
        Self(all)
    }

    pub(super) fn certificate(&self, who: &str) -> Certificate {
        Certificate::from_any(&hex(&self.0[who]["cert"])).unwrap()
    }

    pub(super) fn key(&self, who: &str) -> SecretBytes {
        SecretBytes::new(hex(&self.0[who]["key"]))
    }

    pub(super) fn id(&self, who: &str) -> PartyId {
        let certificate = self.certificate(who);
        PartyId::new(certificate.issuer_der(), certificate.serial()).unwrap()
    }

    /// The sender's authority as an imported root, or root and certificate under it.
    pub(super) fn authority(&self, bench: &mut Bench) -> String {
        let import = |bench: &mut Bench, who: &str, above: Option<&str>| {
            let certificate = self.certificate(who);
            let attributes = json!({
                "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", "KeyClass": "PUBLIC_KEY",
                "KeyAlgorithm": certificate.key_algorithm().unwrap().name(), "KeyModesOfUse": {"Verify": true}});
            let mut member =
                json!({"KeyAttributes": attributes, "PublicKeyCertificate": certificate.to_aws()});
            let name = match above {
                None => "RootCertificatePublicKey",
                Some(above) => {
                    member["CertificateAuthorityPublicKeyIdentifier"] = json!(above);
                    "TrustedCertificatePublicKey"
                }
            };
            arn(&bench.ok(
                Operation::ImportKey,
                &json!({"KeyMaterial": {name: member}}),
            ))
        };
        let authority = self.certificate("ca_kdh");
        if authority.subject() == authority.issuer() {
            return import(bench, "ca_kdh", None);
        }
        let root = import(bench, "root", None);
        import(bench, "ca_kdh", Some(&root))
    }

    /// The receiver's pair as that of a token of the vault.
    pub(super) fn receiver(&self, bench: &mut Bench) -> String {
        let certificate = self.certificate("krd");
        let name = "import-token-tr34testtr34test";
        let now = bench.now();
        let token = Token {
            name: name.into(),
            material_type: KeyMaterialType::TR34_KEY_BLOCK,
            algorithm: certificate.key_algorithm().unwrap(),
            given: now.plus_millis(-DAY),
            until: now.plus_millis(6 * DAY),
            pair: Some(TokenPair {
                sealed: Mask.seal(&self.key("krd")).unwrap(),
                certificate_der: certificate.der().to_vec(),
            }),
        };
        bench.state.tokens.insert(name.into(), Arc::new(token));
        name.to_owned()
    }

    /// A token of this KDH that answers to [`NONCE`].
    pub(super) fn two_pass_kek(&self) -> String {
        let profile = tr34::Profile::default();
        self.send("D0112K0TB00E0000", KEK, &two_pass(), profile)
    }

    /// A token of this KDH.
    fn send(
        &self,
        header: &str,
        key: &str,
        freshness: &Freshness,
        profile: tr34::Profile,
    ) -> String {
        self.send_with(header, key, freshness, (profile, None))
    }

    /// The same with a certificate beside it.
    fn send_with(
        &self,
        header: &str,
        key: &str,
        freshness: &Freshness,
        (profile, beside): (tr34::Profile, Option<&[u8]>),
    ) -> String {
        let key = SecretBytes::new(HEXUPPER.decode(key.as_bytes()).unwrap());
        let receiver = self.certificate("krd");
        let made = tr34::build(
            &profile,
            &Sender {
                id: &self.id("kdh"),
                key: &SigningKey::new(&self.key("kdh")),
            },
            &Recipient {
                id: &self.id("krd"),
                spki_der: receiver.spki_der(),
            },
            &KeyToSend {
                key: &key,
                header,
                freshness,
                crl: None,
                certificate: beside,
            },
            OsEntropy.draw("test").unwrap().as_mut(),
        );
        HEXUPPER.encode(&made.unwrap())
    }
}

/// A bench with the parties of a file, and the request that imports what they send.
pub(super) fn exchange(name: &str) -> (Bench, Parties, Value) {
    let mut bench = Bench::new();
    bench.open = true;
    let parties = Parties::of(name);
    let now = bench.now();
    let request = requesting(&mut bench, &parties, now);
    (bench, parties, request)
}

/// The authority is imported now, everything else happens `at`.
pub(super) fn requesting(bench: &mut Bench, parties: &Parties, at: Timestamp) -> Value {
    let authority = parties.authority(bench);
    bench.advance(at.millis() - bench.now().millis());
    let token = parties.receiver(bench);
    json!({"KeyMaterial": {"Tr34KeyBlock": {
        "CertificateAuthorityPublicKeyIdentifier": authority,
        "SigningKeyCertificate": parties.certificate("kdh").to_aws(),
        "ImportToken": token, "WrappedKeyBlock": "00", "KeyBlockFormat": "X9_TR34_2012"}}})
}

pub(super) fn member<'v>(request: &'v mut Value, name: &str) -> &'v mut Value {
    &mut request["KeyMaterial"]["Tr34KeyBlock"][name]
}

fn two_pass() -> Freshness {
    Freshness::Nonce(HEXUPPER.decode(NONCE.as_bytes()).unwrap())
}

#[test]
fn a_key_comes_in_with_what_its_header_says() {
    for form in [tr34::Profile::default(), tr34::Profile::CMS_2019] {
        let (mut bench, parties, mut request) = exchange("tr34-profiles");
        let token = parties.send("D0112P0TE00N0000", KEK, &two_pass(), form);
        *member(&mut request, "WrappedKeyBlock") = json!(token);
        *member(&mut request, "RandomNonce") = json!(NONCE.to_lowercase());
        request["Enabled"] = json!(false);
        request["Tags"] = json!([{"Key": "from", "Value": "acme"}]);
        let parsed = Operation::ImportKey.parse(&request).unwrap();
        assert!(EngineState::needs_secret(&parsed));
        let answer = bench.ok(Operation::ImportKey, &request);
        let key = &answer["Key"];
        assert_eq!(
            key["KeyAttributes"]["KeyUsage"],
            "TR31_P0_PIN_ENCRYPTION_KEY"
        );
        assert_eq!(key["KeyAttributes"]["KeyAlgorithm"], "TDES_2KEY");
        assert_eq!(key["KeyAttributes"]["KeyModesOfUse"]["Encrypt"], true);
        assert_eq!(key["KeyAttributes"]["KeyModesOfUse"]["Decrypt"], false);
        assert_eq!(key["KeyCheckValue"], "62F587");
        assert_eq!(key["KeyCheckValueAlgorithm"], "ANSI_X9_24");
        assert_eq!(key["Exportable"], false);
        assert_eq!(key["Enabled"], false);
        assert_eq!(key["KeyOrigin"], "EXTERNAL");
        let record = bench.state.find(&arn(&answer)).unwrap();
        let kept = Mask.open(record.material.sealed().unwrap()).unwrap();
        assert_eq!(HEXUPPER.encode(kept.expose()), KEK);
    }
}

#[test]
fn passes_and_nonces_go_together() {
    let (mut bench, parties, mut request) = exchange("tr34-profiles");
    let profile = tr34::Profile::default();
    let header = "D0112K0TB00E0000";
    *member(&mut request, "WrappedKeyBlock") =
        json!(parties.send(header, KEK, &two_pass(), profile));
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "RandomNonce is required: the key block was generated in two-pass mode."
    );
    for wrong in [
        "0439F40A883AD205",
        "0439F40A883AD20400",
        "0439F40A883AD2040439F40A883AD204",
    ] {
        *member(&mut request, "RandomNonce") = json!(wrong);
        assert_eq!(
            bench.invalid(Operation::ImportKey, &request),
            "RandomNonce does not match the key block."
        );
    }
    for shape in ["0439F40A883AD2", "0439F40A883AD2040", "0439F40A883AD20G"] {
        *member(&mut request, "RandomNonce") = json!(shape);
        let message = bench.invalid(Operation::ImportKey, &request);
        assert!(
            message.contains("'keyMaterial.tr34KeyBlock.randomNonce'"),
            "{message}"
        );
    }
    let now = Freshness::SigningTime(bench.now());
    *member(&mut request, "WrappedKeyBlock") = json!(parties.send(header, KEK, &now, profile));
    *member(&mut request, "RandomNonce") = json!(NONCE);
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "RandomNonce must be absent: the key block was generated in one-pass mode."
    );
}

/// At most five minutes ahead, at most the token's life behind; the same stamp twice is allowed.
/// The signature is good, and whoever looks for its fault would look for long.
#[test]
fn certificates_beside_the_token_have_the_senders_among_them() {
    let (mut bench, parties, mut request) = exchange("tr34-profiles");
    *member(&mut request, "RandomNonce") = json!(NONCE);
    for (who, good) in [("kdh", true), ("krd", false)] {
        let beside = parties.certificate(who);
        let with = (tr34::Profile::default(), Some(beside.der()));
        let token = parties.send_with("D0112K0TB00E0000", KEK, &two_pass(), with);
        *member(&mut request, "WrappedKeyBlock") = json!(token);
        if good {
            bench.ok(Operation::ImportKey, &request);
            continue;
        }
        let message = bench.invalid(Operation::ImportKey, &request);
        assert!(message.contains("is not among them"), "{message}");
    }
}

#[test]
fn a_one_pass_token_is_fresh_within_the_tokens_life() {
    let (mut bench, parties, mut request) = exchange("tr34-profiles");
    let minute = 60_000;
    for (offset, fresh) in [
        (0, true),
        (0, true),
        (5 * minute, true),
        (5 * minute + 1000, false),
        (-7 * DAY, true),
        (-7 * DAY - 1000, false),
    ] {
        let at = Freshness::SigningTime(bench.now().plus_millis(offset));
        let token = parties.send("D0112K0TB00E0000", KEK, &at, tr34::Profile::default());
        *member(&mut request, "WrappedKeyBlock") = json!(token);
        if fresh {
            bench.ok(Operation::ImportKey, &request);
        } else {
            let message = bench.invalid(Operation::ImportKey, &request);
            let why = if offset > 0 {
                "more than 5 minutes ahead"
            } else {
                "a token without a nonce is taken for 7 days"
            };
            assert!(message.contains(why), "{message}");
        }
    }
}

#[test]
fn strength_is_judged_before_anything_is_opened() {
    let (mut bench, parties, mut request) = exchange("tr34-profiles");
    bench.open = false;
    let send = |header: &str, key: &str| {
        json!(parties.send(header, key, &two_pass(), tr34::Profile::default()))
    };
    *member(&mut request, "RandomNonce") = json!(NONCE);
    *member(&mut request, "WrappedKeyBlock") = send("D0144K0AB00E0000", KEK);
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "ImportToken: RSA_2048 is weaker than any AES key: AES_128 needs RSA_3072 or RSA_4096 as the wrapping key, and no \
         RSA key is strong enough for AES_192 and AES_256."
    );
    // What the matrix forbids is refused before the key is asked for; what it allows asks for the custodians.
    *member(&mut request, "WrappedKeyBlock") = send("D0112K0TG00E0000", KEK);
    let message = bench.invalid(Operation::ImportKey, &request);
    assert!(
        message.contains("KeyModesOfUse [Generate] is not valid"),
        "{message}"
    );
    *member(&mut request, "WrappedKeyBlock") = send("D0112K0TB00E0000", KEK);
    let error = bench.call(Operation::ImportKey, &request).unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
}

#[test]
fn aes_128_comes_in_under_rsa_3072_and_no_longer_key() {
    let (mut bench, parties, mut request) = exchange("tr34-rsa3072");
    *member(&mut request, "RandomNonce") = json!(NONCE);
    for (key, wanted) in [(KEK.to_owned(), true), (format!("{KEK}{KEK}"), false)] {
        let token = parties.send(
            "D0144K1AB00S0000",
            &key,
            &two_pass(),
            tr34::Profile::default(),
        );
        *member(&mut request, "WrappedKeyBlock") = json!(token);
        if wanted {
            let answer = bench.ok(Operation::ImportKey, &request);
            assert_eq!(answer["Key"]["KeyAttributes"]["KeyAlgorithm"], "AES_128");
            assert_eq!(answer["Key"]["KeyCheckValueAlgorithm"], "CMAC");
            assert!(bench.state.find(&arn(&answer)).unwrap().sensitive);
        } else {
            let message = bench.invalid(Operation::ImportKey, &request);
            assert!(
                message.contains("RSA_3072 is weaker than AES_256"),
                "{message}"
            );
        }
    }
}

#[test]
fn degenerate_and_published_keys_are_refused() {
    let (mut bench, parties, mut request) = exchange("tr34-profiles");
    *member(&mut request, "RandomNonce") = json!(NONCE);
    let mut send = |bench: &mut Bench, key: &str| {
        let token = parties.send(
            "D0112K0TB00E0000",
            key,
            &two_pass(),
            tr34::Profile::default(),
        );
        *member(&mut request, "WrappedKeyBlock") = json!(token);
        bench.call(Operation::ImportKey, &request).unwrap_err()
    };
    let single = send(&mut bench, &"0123456789ABCDEF".repeat(2));
    assert!(single.message.contains("single DES"), "{single}");
    bench.profile = Profile::Production;
    let published = send(&mut bench, "0123456789ABCDEFFEDCBA9876543210");
    assert_eq!(published.kind, ErrorKind::AccessDenied);
}

#[test]
fn the_token_of_the_request_is_judged_first() {
    let (mut bench, parties, mut request) = exchange("tr34-profiles");
    *member(&mut request, "RandomNonce") = json!(NONCE);
    let token = parties.send(
        "D0112K0TB00E0000",
        KEK,
        &two_pass(),
        tr34::Profile::default(),
    );
    *member(&mut request, "WrappedKeyBlock") = json!(token);
    let given = member(&mut request, "ImportToken").clone();
    let unknown = "import-token-aaaaaaaaaaaaaaaa";
    *member(&mut request, "ImportToken") = json!(unknown);
    let message = bench.missing(Operation::ImportKey, &request, unknown);
    assert_eq!(message, format!("Token {unknown} was not found."));
    *member(&mut request, "ImportToken") = given.clone();
    let name = given.as_str().unwrap();
    let kept = Token::clone(&bench.state.tokens[name]);
    let cryptogram = Token {
        material_type: KeyMaterialType::KEY_CRYPTOGRAM,
        ..kept.clone()
    };
    bench.state.tokens.insert(name.into(), Arc::new(cryptogram));
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "ImportToken was issued for KEY_CRYPTOGRAM."
    );
    bench.state.tokens.insert(name.into(), Arc::new(kept));
    bench.advance(6 * DAY);
    let message = bench.invalid(Operation::ImportKey, &request);
    assert!(
        message.starts_with("ImportToken has expired at 2026-11-30"),
        "{message}"
    );
}

#[test]
fn the_senders_certificate_is_judged_under_the_authority_named() {
    let (mut bench, parties, mut request) = exchange("tr34-profiles");
    *member(&mut request, "RandomNonce") = json!(NONCE);
    let token = parties.send(
        "D0112K0TB00E0000",
        KEK,
        &two_pass(),
        tr34::Profile::default(),
    );
    *member(&mut request, "WrappedKeyBlock") = json!(token);
    let mut refused = |who: &str, words: &str| {
        *member(&mut request, "SigningKeyCertificate") = json!(parties.certificate(who).to_aws());
        let message = bench.invalid(Operation::ImportKey, &request);
        assert!(message.contains(words), "{who}: {message}");
    };
    refused("kdh2", "WrappedKeyBlock: It was signed by another");
    refused("krd", "SigningKeyCertificate: ");
    refused("ca_kdh", "keyUsage lacks digitalSignature");
    let authority = member(&mut request, "CertificateAuthorityPublicKeyIdentifier").clone();
    *member(&mut request, "SigningKeyCertificate") = json!(parties.certificate("kdh").to_aws());
    bench.ok(Operation::StopKeyUsage, &named(authority.as_str().unwrap()));
    let message = bench.invalid(Operation::ImportKey, &request);
    assert_eq!(
        message,
        format!("Key {} is not enabled.", authority.as_str().unwrap())
    );
}

#[test]
fn a_token_for_another_receiver_is_refused() {
    let (mut bench, _, mut request) = exchange("tr34-profiles");
    *member(&mut request, "RandomNonce") = json!(NONCE);
    let mut others = Parties::of("tr34-profiles");
    others.0["krd"] = others.0["kdh2"].clone();
    let token = others.send(
        "D0112K0TB00E0000",
        KEK,
        &two_pass(),
        tr34::Profile::default(),
    );
    *member(&mut request, "WrappedKeyBlock") = json!(token);
    let message = bench.invalid(Operation::ImportKey, &request);
    assert!(
        message.starts_with("WrappedKeyBlock: It was made for another receiver."),
        "{message}"
    );
}

#[test]
fn later_members_and_shapes_are_refused_by_name() {
    let (mut bench, _, mut request) = exchange("tr34-profiles");
    *member(&mut request, "KeyBlockFormat") = json!("X9_TR34_2019");
    let message = bench.invalid(Operation::ImportKey, &request);
    assert!(
        message.contains("enum value set: [X9_TR34_2012]"),
        "{message}"
    );
    *member(&mut request, "KeyBlockFormat") = json!("X9_TR34_2012");
    *member(&mut request, "WrappedKeyBlock") = json!("30a0");
    let message = bench.invalid(Operation::ImportKey, &request);
    assert!(
        message.contains("[0-9A-F]+") && !message.contains("30a0"),
        "{message}"
    );
    *member(&mut request, "WrappedKeyBlock") = json!("A".repeat(16_386));
    let message = bench.invalid(Operation::ImportKey, &request);
    assert!(
        message.contains("length less than or equal to 16384"),
        "{message}"
    );
    *member(&mut request, "WrappedKeyBlock") = json!("ABC");
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "WrappedKeyBlock must have a whole number of bytes in hex."
    );
}
