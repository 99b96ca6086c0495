//! GetPublicKeyCertificate and GetCertificateSigningRequest.

use data_encoding::BASE64;
use der::{Decode, Encode, pem};
use rsa::{pkcs1v15, signature::Verifier};
use serde_json::{Value, json};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use spki::DecodePublicKey;
use x509_cert::request::CertReq;

use super::{
    Bench, DAY, arn,
    import::{root, trusted_request},
    named,
    parameters::{bench, certificate, ready, text},
};
use crate::{
    api::{ErrorKind, Operation, Profile},
    engine::{EngineState, Material},
    pki::{Certificate, verify_issued},
};

const S0: &str = "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE";
const K2: &str = "TR31_K2_TR34_ASYMMETRIC_KEY";

fn pair(bench: &mut Bench, usage: &str, modes: &[&str]) -> String {
    bench.prepared = Some(ready(2048));
    arn(&bench.ok(
        Operation::CreateKey,
        &json!({"KeyAttributes": {"KeyUsage": usage, "KeyClass": "ASYMMETRIC_KEY_PAIR", "KeyAlgorithm": "RSA_2048",
                "KeyModesOfUse": super::modes(modes)}, "Exportable": false}),
    ))
}

fn get(bench: &mut Bench, identifier: &str) -> Value {
    bench.ok(Operation::GetPublicKeyCertificate, &named(identifier))
}

fn request(identifier: &str, hash: &str) -> Value {
    json!({"KeyIdentifier": identifier, "SigningAlgorithm": hash, "CertificateSubject": {
        "CommonName": "Ceremony, room 4", "Organization": "Zahlungen Zürich", "OrganizationUnit": "Keys",
        "City": "Zürich", "StateOrProvince": "ZH", "Country": "CH", "EmailAddress": "keys@example.ch"}})
}

#[test]
fn a_pair_gets_a_certificate_under_the_root() {
    let mut bench = bench();
    for (usage, modes, wraps) in [
        (S0, &["Sign"][..], false),
        (K2, &["Decrypt", "Unwrap"][..], true),
    ] {
        let arn = pair(&mut bench, usage, modes);
        let answer = get(&mut bench, &arn);
        let leaf = certificate(&answer, "KeyCertificate");
        let above = certificate(&answer, "KeyCertificateChain");
        verify_issued(&leaf, &above, bench.now()).unwrap();
        assert_eq!(leaf.may_wrap_keys(), wraps);
        assert_eq!(leaf.profile_mark(), Some("TEST"));
        assert_eq!(leaf.not_after(), bench.now().plus_millis(90 * DAY));
        let Material::Pair { spki_der, .. } = &bench.state.find(&arn).unwrap().material else {
            panic!("no pair");
        };
        assert_eq!(leaf.spki_der(), spki_der);
    }
}

/// Whoever has the roots of two vaults of one account tells them apart by name; a root that was made stays as it is.
#[test]
fn roots_of_two_vaults_are_named_apart() {
    let rooted = |vault: &'static str| {
        let mut bench = bench();
        bench.vault = vault;
        let arn = pair(&mut bench, S0, &["Sign"]);
        let root = |bench: &mut Bench| certificate(&get(bench, &arn), "KeyCertificateChain");
        let first = root(&mut bench);
        bench.vault = "ffffffff";
        bench.advance(80 * DAY);
        assert_eq!(root(&mut bench).der(), first.der());
        first.subject()
    };
    let (one, other) = (rooted("4f2a9c01"), rooted("0b77d3e5"));
    assert!(one.contains("keymoot CA 111122223333 4f2a9c01"), "{one}");
    assert!(
        other.contains("keymoot CA 111122223333 0b77d3e5"),
        "{other}"
    );
}

#[test]
fn a_certificate_is_given_again_while_it_is_good_for_thirty_days() {
    let mut bench = bench();
    let arn = pair(&mut bench, S0, &["Sign"]);
    bench.ok(
        Operation::CreateAlias,
        &json!({"AliasName": "alias/signer", "KeyArn": arn}),
    );
    let first = get(&mut bench, "alias/signer");
    bench.advance(60 * DAY);
    let bytes = minicbor_serde::to_vec(&bench.state).unwrap();
    bench.state = minicbor_serde::from_slice::<EngineState>(&bytes).unwrap();
    // What was given before needs no secret.
    bench.open = false;
    assert_eq!(get(&mut bench, &arn), first);
    bench.advance(1);
    let error = bench
        .call(Operation::GetPublicKeyCertificate, &named(&arn))
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    bench.open = true;
    let second = get(&mut bench, &arn);
    assert_ne!(second["KeyCertificate"], first["KeyCertificate"]);
    assert_eq!(second["KeyCertificateChain"], first["KeyCertificateChain"]);
    // With the key its certificate goes.
    bench.ok(Operation::DeleteKey, &named(&arn));
    bench.advance(7 * DAY);
    bench.state.settle(bench.now());
    assert!(bench.state.authority.as_ref().unwrap().issued.is_empty());
}

#[test]
fn an_imported_certificate_is_given_back_with_its_chain() {
    let mut bench = Bench::new();
    let top = root(&mut bench, "root-4096", "RSA_4096");
    let answer = get(&mut bench, &top);
    let own = super::import::pem("root-4096");
    let own = Certificate::from_any(own.as_bytes()).unwrap();
    assert_eq!(certificate(&answer, "KeyCertificate"), own);
    assert_eq!(certificate(&answer, "KeyCertificateChain"), own);
    let sub = arn(&bench.ok(
        Operation::ImportKey,
        &trusted_request("sub-3072", "RSA_3072", &top),
    ));
    let leaf = arn(&bench.ok(
        Operation::ImportKey,
        &trusted_request("leaf-2048-under-sub", "RSA_2048", &sub),
    ));
    let answer = get(&mut bench, &leaf);
    let chain = BASE64
        .decode(text(&answer, "KeyCertificateChain").as_bytes())
        .unwrap();
    let chain = String::from_utf8(chain).unwrap();
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2);
    assert!(chain.ends_with(&own.to_pem()));
}

#[test]
fn keys_without_a_certificate_or_out_of_use_are_refused() {
    let mut bench = bench();
    let kek = bench.kek();
    assert_eq!(
        bench.invalid(Operation::GetPublicKeyCertificate, &named(&kek)),
        format!(
            "Key {kek} has KeyClass SYMMETRIC_KEY; only an ASYMMETRIC_KEY_PAIR or a PUBLIC_KEY has a certificate."
        )
    );
    assert_eq!(
        bench.invalid(
            Operation::GetCertificateSigningRequest,
            &request(&kek, "SHA256")
        ),
        format!(
            "Key {kek} has KeyClass SYMMETRIC_KEY; only an ASYMMETRIC_KEY_PAIR can sign a request."
        )
    );
    let top = root(&mut bench, "root-4096", "RSA_4096");
    assert_eq!(
        bench.invalid(
            Operation::GetCertificateSigningRequest,
            &request(&top, "SHA256")
        ),
        format!(
            "Key {top} has KeyClass PUBLIC_KEY; only an ASYMMETRIC_KEY_PAIR can sign a request."
        )
    );
    let arn = pair(&mut bench, S0, &["Sign"]);
    let asks = [
        (Operation::GetPublicKeyCertificate, named(&arn)),
        (
            Operation::GetCertificateSigningRequest,
            request(&arn, "SHA256"),
        ),
    ];
    bench.ok(Operation::StopKeyUsage, &named(&arn));
    for (operation, ask) in &asks {
        assert_eq!(
            bench.invalid(*operation, ask),
            format!("Key {arn} is not enabled.")
        );
    }
    bench.ok(Operation::DeleteKey, &named(&arn));
    for (operation, ask) in &asks {
        assert_eq!(
            bench.invalid(*operation, ask),
            format!("Key {arn} is not in CREATE_COMPLETE state.")
        );
    }
    bench.advance(7 * DAY);
    for (operation, ask) in &asks {
        bench.missing(*operation, ask, &arn);
    }
}

#[test]
fn a_request_names_its_subject_and_is_signed_with_the_hash_asked_for() {
    let mut bench = bench();
    let arn = pair(&mut bench, K2, &["Encrypt", "Decrypt", "Wrap", "Unwrap"]);
    for hash in ["SHA224", "SHA256", "SHA384", "SHA512"] {
        let ask = request(&arn, hash);
        let answer = bench.ok(Operation::GetCertificateSigningRequest, &ask);
        assert_eq!(
            bench.ok(Operation::GetCertificateSigningRequest, &ask),
            answer
        );
        let text = BASE64
            .decode(text(&answer, "CertificateSigningRequest").as_bytes())
            .unwrap();
        let (label, der) = pem::decode_vec(&text).unwrap();
        assert_eq!(label, "CERTIFICATE REQUEST");
        let request = CertReq::from_der(&der).unwrap();
        assert_eq!(
            request.info.subject.to_string(),
            "EMAIL=keys@example.ch,CN=Ceremony\\, room 4,OU=Keys,OU=TEST,O=Zahlungen Zürich,L=Zürich,ST=ZH,C=CH"
        );
        let key = request.info.public_key.to_der().unwrap();
        let key = rsa::PublicKey::from_public_key_der(&key).unwrap();
        let message = request.info.to_der().unwrap();
        let signature = pkcs1v15::Signature::try_from(request.signature.raw_bytes()).unwrap();
        macro_rules! verify {
            ($hash:ty) => {
                pkcs1v15::VerifyingKey::<$hash>::new(key).verify(&message, &signature)
            };
        }
        match hash {
            "SHA224" => verify!(Sha224),
            "SHA256" => verify!(Sha256),
            "SHA384" => verify!(Sha384),
            _ => verify!(Sha512),
        }
        .unwrap();
    }
}

#[test]
fn subjects_have_limits() {
    let mut bench = bench();
    bench.profile = Profile::Production;
    let arn = pair(&mut bench, S0, &["Sign"]);
    for (member, value, path) in [
        ("CommonName", json!("x".repeat(65)), "commonName"),
        ("CommonName", json!("a;b"), "commonName"),
        ("CommonName", Value::Null, "commonName"),
        ("Organization", json!(""), "organization"),
        ("Country", json!("CHE"), "country"),
        ("Country", json!("C1"), "country"),
        ("EmailAddress", json!("nobody"), "emailAddress"),
        ("EmailAddress", json!("zürich@example.ch"), "emailAddress"),
    ] {
        let mut ask = request(&arn, "SHA256");
        ask["CertificateSubject"][member] = value;
        assert!(
            bench
                .invalid(Operation::GetCertificateSigningRequest, &ask)
                .contains(&format!("'certificateSubject.{path}'")),
            "{member}"
        );
    }
    assert!(
        bench
            .invalid(
                Operation::GetCertificateSigningRequest,
                &request(&arn, "SHA1")
            )
            .contains("enum value set: [SHA224, SHA256, SHA384, SHA512]")
    );
    let mut ask = request(&arn, "SHA256");
    ask["CertificateSubject"] = json!({"CommonName": "only this"});
    let answer = bench.ok(Operation::GetCertificateSigningRequest, &ask);
    let text = BASE64
        .decode(text(&answer, "CertificateSigningRequest").as_bytes())
        .unwrap();
    let (_, der) = pem::decode_vec(&text).unwrap();
    let subject = CertReq::from_der(&der).unwrap().info.subject.to_string();
    assert_eq!(subject, "CN=only this");
    bench.open = false;
    let error = bench
        .call(Operation::GetCertificateSigningRequest, &ask)
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert_eq!(
        error.message,
        format!(
            "Key {arn} can be used only while its custodians have the use identity rebuilt; nothing was signed."
        )
    );
}
