//! ExportKey in TR-34 tokens.

use data_encoding::HEXUPPER;
use pkcs8::{DecodePrivateKey, EncodePrivateKey};
use serde_json::{Value, json};

use super::{
    Bench, DAY, Mask, arn, import, named,
    parameters::{bench, certificate, ready, signing, text, wrapping},
};
use crate::{
    api::{ErrorKind, Operation},
    crypto::{
        SecretBytes,
        tr34::{Form, KeyToken, PartyId, SignerKey},
    },
    engine::SecretOpen,
    pki::Certificate,
};

const NONCE: &str = "0439F40A883AD204";

/// A bench with a root, and a token to sign with.
struct Sender {
    bench: Bench,
    top: String,
    token: String,
    signer: Certificate,
}

fn sender(algorithm: &str, bits: usize) -> Sender {
    let mut bench = bench();
    let top = import::root(&mut bench, "root-4096", "RSA_4096");
    bench.prepared = Some(ready(bits));
    let asked = signing("TR34_KEY_BLOCK", algorithm);
    let answer = bench.ok(Operation::GetParametersForExport, &asked);
    Sender {
        token: text(&answer, "ExportToken").to_owned(),
        signer: certificate(&answer, "SigningKeyCertificate"),
        bench,
        top,
    }
}

impl Sender {
    fn request(&self, key: &str, leaf: &str) -> Value {
        json!({"ExportKeyIdentifier": key, "KeyMaterial": {"Tr34KeyBlock": {
            "CertificateAuthorityPublicKeyIdentifier": self.top, "WrappingKeyCertificate": import::aws(leaf),
            "ExportToken": self.token, "KeyBlockFormat": "X9_TR34_2012"}}})
    }

    /// What a receiver makes of an answer.
    fn receive(&self, leaf: &str, answer: &Value) -> (KeyToken, SecretBytes) {
        let hex = text(&answer["WrappedKey"], "KeyMaterial");
        let token = KeyToken::parse(&HEXUPPER.decode(hex.as_bytes()).unwrap()).unwrap();
        let key = SignerKey {
            id: id(&self.signer),
            spki_der: self.signer.spki_der().to_vec(),
            certificate_der: self.signer.der().to_vec(),
        };
        token.verify(&key).unwrap();
        let receiver = Certificate::from_any(import::pem(leaf).as_bytes()).unwrap();
        let private =
            rsa::PrivateKey::from_pkcs8_pem(&import::pem(&format!("{leaf}.key"))).unwrap();
        let private = SecretBytes::from_slice(private.to_pkcs8_der().unwrap().as_bytes());
        let secret = token
            .open(
                &id(&receiver),
                &crate::crypto::rsa_backend::OpeningKey::new(&private),
            )
            .unwrap();
        (token, secret)
    }

    fn stored(&self, arn: &str) -> SecretBytes {
        let record = self.bench.state.find(arn).unwrap();
        Mask.open(record.material.sealed().unwrap()).unwrap()
    }
}

fn id(certificate: &Certificate) -> PartyId {
    PartyId::new(certificate.issuer_der(), certificate.serial()).unwrap()
}

fn member<'v>(request: &'v mut Value, name: &str) -> &'v mut Value {
    &mut request["KeyMaterial"]["Tr34KeyBlock"][name]
}

#[test]
fn the_receiver_gets_the_key_on_record() {
    let mut from = sender("RSA_3072", 3072);
    let kek = ["Encrypt", "Decrypt", "Wrap", "Unwrap"];
    for (usage, algorithm, modes, leaf, header, cipher) in [
        (
            "TR31_K0_KEY_ENCRYPTION_KEY",
            "TDES_2KEY",
            &kek[..],
            "leaf-2048",
            "D0112K0TB00E0000",
            "des-ede3-cbc",
        ),
        (
            "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY",
            "TDES_3KEY",
            &kek[..],
            "leaf-3072",
            "D0112D0TB00E0000",
            "des-ede3-cbc",
        ),
        (
            "TR31_K1_KEY_BLOCK_PROTECTION_KEY",
            "AES_128",
            &kek[..],
            "leaf-3072",
            "D0144K1AB00E0000",
            "aes128-cbc",
        ),
    ] {
        let key = from.bench.create(usage, algorithm, modes);
        for nonce in [None, Some(NONCE), Some("0439F40A883AD2040439F40A883AD204")] {
            let mut request = from.request(&key, leaf);
            if let Some(nonce) = nonce {
                *member(&mut request, "RandomNonce") = json!(nonce);
            }
            let before = from.bench.state.clone();
            let answer = from.bench.ok(Operation::ExportKey, &request);
            assert_eq!(from.bench.state, before);
            let wrapped = &answer["WrappedKey"];
            assert_eq!(wrapped.as_object().unwrap().len(), 5);
            assert_eq!(wrapped["WrappingKeyArn"], json!(from.top));
            assert_eq!(wrapped["WrappedKeyMaterialFormat"], "TR34_KEY_BLOCK");
            let record = from.bench.state.find(&key).unwrap();
            assert_eq!(wrapped["KeyCheckValue"], json!(record.key.key_check_value));
            assert!(text(wrapped, "KeyMaterial").len() <= 4096);
            let (token, secret) = from.receive(leaf, &answer);
            assert!(secret.ct_eq(&from.stored(&key)));
            assert_eq!(token.header_text(), header);
            assert_eq!(token.content_cipher().name(), cipher);
            written_as_the_service_writes(&token, nonce);
        }
    }
}

fn written_as_the_service_writes(token: &KeyToken, nonce: Option<&str>) {
    // In this order whether or not it is that of DER.
    let sorted = token.form().sorted;
    let expected = Form {
        sorted,
        ..Form::X9_TR34_2012
    };
    assert_eq!(*token.form(), expected);
    let sent = token.nonce().map(|sent| HEXUPPER.encode(sent));
    assert_eq!(sent.as_deref(), nonce);
    let freshness = if nonce.is_some() {
        "randomNonce"
    } else {
        "signingTime"
    };
    let order = [
        "contentType",
        freshness,
        "key block header",
        "messageDigest",
    ];
    assert_eq!(token.attributes(), order);
    assert_eq!(token.signing_time().is_some(), nonce.is_none());
    assert!(token.certificates().is_empty() && token.crls().is_empty());
}

/// The receiver's script walks the token by fixed places (reference §5.3): what stands at each is checked here.
#[test]
fn the_bytes_are_those_of_the_service() {
    let mut from = sender("RSA_2048", 2048);
    let key = from.bench.create(
        "TR31_K0_KEY_ENCRYPTION_KEY",
        "TDES_2KEY",
        &["Wrap", "Unwrap", "Encrypt", "Decrypt"],
    );
    let mut request = from.request(&key, "leaf-2048");
    *member(&mut request, "RandomNonce") = json!(NONCE);
    let answer = from.bench.ok(Operation::ExportKey, &request);
    let hex = text(&answer["WrappedKey"], "KeyMaterial");
    let pieces = [
        // ContentInfo, signedData, version 1, SHA-256 without parameters
        "06092A864886F70D010702A0",
        "020101310D300B0609608648016503040201",
        // envelopedData as an OCTET STRING that begins with the version
        "06092A864886F70D010703A0",
        "02010031",
        // OAEP without tags
        "06092A864886F70D0101073038300D0609608648016503040201050030 18 06092A864886F70D010108300B0609608648016503040201 300D06092A864886F70D0101090400",
        // signed attributes in this order
        "301806092A864886F70D010903310B06092A864886F70D010703",
        "3018060A2A864886F70D01091903310A04080439F40A883AD204",
        "301F06092A864886F70D010701311204104430313132 4B3054423030453030 3030",
        "302F06092A864886F70D01090431220420",
        // rsaEncryption, NULL
        "300D06092A864886F70D0101010500048201 00",
    ];
    let mut rest = hex;
    for piece in pieces {
        let piece = piece.replace(' ', "");
        let at = rest
            .find(&piece)
            .unwrap_or_else(|| panic!("{piece} is not in {rest}"));
        rest = &rest[at + piece.len()..];
    }
    assert_eq!(rest.len(), 512);
}

#[test]
fn an_initial_key_leaves_as_b1() {
    let mut from = sender("RSA_2048", 2048);
    let bdk = from
        .bench
        .create("TR31_B0_BASE_DERIVATION_KEY", "TDES_2KEY", &["DeriveKey"]);
    let mut request = from.request(&bdk, "leaf-2048");
    request["ExportAttributes"] =
        json!({"ExportDukptInitialKey": {"KeySerialNumber": "FFFF9876543210E00001"}});
    let answer = from.bench.ok(Operation::ExportKey, &request);
    let (token, secret) = from.receive("leaf-2048", &answer);
    assert_eq!(token.header_text(), "D0112B1TX00S0000");
    assert_eq!(secret.len(), 16);
    assert!(!secret.ct_eq(&from.stored(&bdk)));
}

/// A sender who is its own receiver: its certificate is given out, and its root imported as a counterparty's.
struct Circle {
    from: Sender,
    own: String,
    parameters: Value,
}

impl Circle {
    fn new() -> Self {
        let mut from = sender("RSA_2048", 2048);
        from.bench.prepared = Some(ready(4096));
        let asked = wrapping("TR34_KEY_BLOCK", "RSA_4096");
        let parameters = from.bench.ok(Operation::GetParametersForImport, &asked);
        let root = certificate(&parameters, "WrappingKeyCertificateChain");
        let mut own = import::root_request("root-4096", "RSA_4096");
        own["KeyMaterial"]["RootCertificatePublicKey"]["PublicKeyCertificate"] =
            json!(root.to_aws());
        let own = arn(&from.bench.ok(Operation::ImportKey, &own));
        Self {
            from,
            own,
            parameters,
        }
    }

    fn request(&self, key: &str) -> Value {
        let mut request = self.from.request(key, "leaf-2048");
        *member(&mut request, "CertificateAuthorityPublicKeyIdentifier") = json!(self.own);
        *member(&mut request, "WrappingKeyCertificate") =
            self.parameters["WrappingKeyCertificate"].clone();
        request
    }

    /// Sends `key` as asked and takes it in again; gives the token.
    fn goes_round(&mut self, key: &str, request: &Value, nonce: Option<&str>) -> KeyToken {
        let sent = self.from.bench.ok(Operation::ExportKey, request);
        let mut block = json!({
            "CertificateAuthorityPublicKeyIdentifier": self.own,
            "SigningKeyCertificate": self.from.signer.to_aws(),
            "ImportToken": self.parameters["ImportToken"], "KeyBlockFormat": "X9_TR34_2012",
            "WrappedKeyBlock": sent["WrappedKey"]["KeyMaterial"]});
        if let Some(nonce) = nonce {
            block["RandomNonce"] = json!(nonce);
        }
        let back = self.from.bench.ok(
            Operation::ImportKey,
            &json!({"KeyMaterial": {"Tr34KeyBlock": block}}),
        );
        let there = self.from.bench.key(key);
        assert_eq!(back["Key"]["KeyCheckValue"], there["KeyCheckValue"]);
        assert_eq!(back["Key"]["KeyAttributes"], there["KeyAttributes"]);
        assert!(self.from.stored(&arn(&back)).ct_eq(&self.from.stored(key)));
        let hex = text(&sent["WrappedKey"], "KeyMaterial");
        KeyToken::parse(&HEXUPPER.decode(hex.as_bytes()).unwrap()).unwrap()
    }

    fn key(&mut self) -> String {
        let usage = "TR31_C0_CARD_VERIFICATION_KEY";
        self.from
            .bench
            .create(usage, "TDES_2KEY", &["Generate", "Verify"])
    }
}

#[test]
fn what_leaves_comes_in_again() {
    let mut circle = Circle::new();
    let key = circle.key();
    for nonce in [None, Some(NONCE)] {
        let mut request = circle.request(&key);
        if let Some(nonce) = nonce {
            *member(&mut request, "RandomNonce") = json!(nonce);
        }
        circle.goes_round(&key, &request, nonce);
    }
}

/// The form, but for the order of attributes, which is the same either way where lengths ascend.
fn written_in(token: &KeyToken, form: Form, what: &str) {
    let sorted = form.sorted;
    assert_eq!(
        Form {
            sorted,
            ..*token.form()
        },
        form,
        "{what}"
    );
}

#[test]
fn every_profile_of_a_counterparty_is_written_and_read_again() {
    let mut circle = Circle::new();
    let key = circle.key();
    let forms = [
        ("X9_TR34_2012", Form::X9_TR34_2012),
        ("ANNEX_B_2019_PRINTED", Form::ANNEX_B_PRINTED),
        ("ANNEX_B_2019", Form::ANNEX_B_CORRECTED),
        ("CMS_2019", Form::CMS_2019),
        ("STRICT_2019", Form::CMS_2019),
        ("FUTUREX", Form::FUTUREX),
    ];
    assert_eq!(forms.len(), crate::api::TokenForm::ALL.len());
    for (name, form) in forms {
        for letter in ["B", "D"] {
            let mut request = circle.request(&key);
            *member(&mut request, "CounterpartyProfile") =
                json!({"TokenForm": name, "HeaderVersion": letter});
            let token = circle.goes_round(&key, &request, None);
            written_in(&token, form, name);
            assert_eq!(
                token.header().version.letter().to_string(),
                letter,
                "{name}"
            );
        }
    }
}

#[test]
fn the_root_of_a_counterparty_may_say_what_it_reads() {
    let mut circle = Circle::new();
    let key = circle.key();
    let tag = |value: &str| json!({"ResourceArn": circle.own.clone(), "Tags": [{"Key": "keymoot-counterparty", "Value": value}]});
    let (wrong, right) = (tag("CMS_2019 CMS"), tag("CMS_2019 B"));
    let refused = circle.from.bench.invalid(Operation::TagResource, &wrong);
    assert!(refused.contains("'CMS' is no form"), "{refused}");
    circle.from.bench.ok(Operation::TagResource, &right);
    let request = circle.request(&key);
    let token = circle.goes_round(&key, &request, None);
    written_in(&token, Form::CMS_2019, "tag");
    assert_eq!(token.header().version.letter(), 'B');
    // A request that names a profile is obeyed, the tag not.
    let mut request = circle.request(&key);
    *member(&mut request, "CounterpartyProfile") = json!({});
    let token = circle.goes_round(&key, &request, None);
    written_in(&token, Form::X9_TR34_2012, "request");
}

#[test]
fn a_slip_in_a_profile_is_no_wish() {
    let mut circle = Circle::new();
    let key = circle.key();
    let plain = circle.request(&key);
    for (slip, name) in [
        (json!({"tokenForm": "CMS_2019"}), "tokenForm"),
        (json!({"TokenForm": "CMS_2019", "Letter": "B"}), "Letter"),
    ] {
        let mut request = plain.clone();
        *member(&mut request, "CounterpartyProfile") = slip;
        assert_eq!(
            circle.from.bench.invalid(Operation::ExportKey, &request),
            format!(
                "CounterpartyProfile has no member {name}; its members are TokenForm, HeaderVersion, \
                 CertificateSignature."
            )
        );
    }
    // Beside the token it would say nothing that anybody heeds.
    let mut request = plain;
    request["CounterpartyProfile"] = json!({"TokenForm": "CMS_2019"});
    assert_eq!(
        circle.from.bench.invalid(Operation::ExportKey, &request),
        "CounterpartyProfile is not supported by this control plane."
    );
}

#[test]
fn strength_asks_for_rsa_3072_on_both_sides() {
    let mut from = sender("RSA_2048", 2048);
    let key = from.bench.kek();
    let request = from.request(&key, "leaf-2048");
    assert_eq!(
        from.bench.invalid(Operation::ExportKey, &request),
        "WrappingKeyCertificate: RSA_2048 is weaker than AES_128, which needs RSA_3072 or RSA_4096 as the wrapping key."
    );
    let request = from.request(&key, "leaf-3072");
    assert_eq!(
        from.bench.invalid(Operation::ExportKey, &request),
        "ExportToken: RSA_2048 is weaker than AES_128, which needs RSA_3072 or RSA_4096 as the signing key."
    );
}

#[test]
fn every_party_is_judged_in_order() {
    let mut from = sender("RSA_2048", 2048);
    let key = from.bench.create(
        "TR31_P0_PIN_ENCRYPTION_KEY",
        "TDES_3KEY",
        &["Encrypt", "Wrap"],
    );
    let mut request = from.request(&key, "leaf-2048");
    let unknown = "export-token-aaaaaaaaaaaaaaaa";
    *member(&mut request, "ExportToken") = json!(unknown);
    from.bench.missing(Operation::ExportKey, &request, unknown);
    *member(&mut request, "ExportToken") = json!("import-token-aaaaaaaaaaaaaaaa");
    let message = from.bench.invalid(Operation::ExportKey, &request);
    assert!(
        message.contains("export-token-[0-9a-zA-Z]{16,64}"),
        "{message}"
    );
    let mut request = from.request(&key, "leaf-signs-only");
    let message = from.bench.invalid(Operation::ExportKey, &request);
    assert!(
        message.contains("keyUsage has neither keyEncipherment"),
        "{message}"
    );
    for leaf in ["leaf-expired", "leaf-ecc", "leaf-2048-under-sub"] {
        request = from.request(&key, leaf);
        let message = from.bench.invalid(Operation::ExportKey, &request);
        assert!(
            message.starts_with("WrappingKeyCertificate: "),
            "{leaf}: {message}"
        );
    }
    request = from.request(&key, "leaf-2048");
    from.bench.open = false;
    let error = from.bench.call(Operation::ExportKey, &request).unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    from.bench.open = true;
    from.bench.ok(Operation::StopKeyUsage, &named(&key));
    let message = from.bench.invalid(Operation::ExportKey, &request);
    assert_eq!(message, format!("Key {key} is not enabled."));
    from.bench.ok(Operation::StartKeyUsage, &named(&key));
    from.bench.advance(7 * DAY);
    let message = from.bench.invalid(Operation::ExportKey, &request);
    assert!(
        message.starts_with("ExportToken has expired at "),
        "{message}"
    );
}
