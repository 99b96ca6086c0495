//! ImportKey: roots and certificates under them.

use crate::api::Profile;
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::{Bench, DAY, START, arn, named};
use crate::{
    api::{Operation, Request},
    crypto::kcv,
    engine::Material,
    pki::Certificate,
};

/// A certificate of `tests/vectors/engine`, as PEM.
pub(super) fn pem(name: &str) -> String {
    let path = format!(
        "{}/tests/vectors/engine/{name}.pem",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(path).unwrap()
}

pub(super) fn aws(name: &str) -> String {
    BASE64.encode(pem(name).as_bytes())
}

fn public(usage: &str, algorithm: &str, modes: &[&str]) -> Value {
    json!({"KeyUsage": usage, "KeyClass": "PUBLIC_KEY", "KeyAlgorithm": algorithm,
           "KeyModesOfUse": super::modes(modes)})
}

fn verifying(algorithm: &str) -> Value {
    public(
        "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
        algorithm,
        &["Verify"],
    )
}

pub(super) fn root_request(file: &str, algorithm: &str) -> Value {
    json!({"KeyMaterial": {"RootCertificatePublicKey": {
        "KeyAttributes": verifying(algorithm), "PublicKeyCertificate": aws(file)}}})
}

pub(super) fn trusted_request(file: &str, algorithm: &str, authority: &str) -> Value {
    json!({"KeyMaterial": {"TrustedCertificatePublicKey": {
        "KeyAttributes": verifying(algorithm), "PublicKeyCertificate": aws(file),
        "CertificateAuthorityPublicKeyIdentifier": authority}}})
}

pub(super) fn root(bench: &mut Bench, file: &str, algorithm: &str) -> String {
    arn(&bench.ok(Operation::ImportKey, &root_request(file, algorithm)))
}

#[test]
fn a_root_becomes_a_public_key() {
    let mut bench = Bench::new();
    let mut request = root_request("root-4096", "RSA_4096");
    request["KeyCheckValueAlgorithm"] = json!("ANSI_X9_24");
    let answer = bench.ok(Operation::ImportKey, &request);
    let certificate = Certificate::from_any(pem("root-4096").as_bytes()).unwrap();
    let key = &answer["Key"];
    assert_eq!(
        key["KeyCheckValue"],
        json!(kcv::public_key(certificate.spki_der()))
    );
    assert_eq!(key["KeyCheckValueAlgorithm"], json!("SHA_1"));
    assert_eq!(key["KeyOrigin"], json!("EXTERNAL"));
    assert_eq!(key["Exportable"], json!(true));
    assert_eq!(key["Enabled"], json!(true));
    assert_eq!(key["UsageStartTimestamp"], json!(START / 1000));
    let record = bench.state.find(&arn(&answer)).unwrap();
    assert_eq!(
        record.material,
        Material::Public {
            certificate_der: certificate.der().to_vec(),
            chain_der: Vec::new(),
            authority: None,
        }
    );
    // The same again is another key: the service never deduplicates.
    let again = bench.ok(Operation::ImportKey, &request);
    assert_ne!(arn(&again), arn(&answer));
}

#[test]
fn the_usual_encodings_of_a_certificate_are_read() {
    let mut bench = Bench::new();
    let der = Certificate::from_any(pem("root-2048").as_bytes()).unwrap();
    for text in [pem("root-2048"), BASE64.encode(der.der()), aws("root-2048")] {
        let mut request = root_request("root-2048", "RSA_2048");
        request["KeyMaterial"]["RootCertificatePublicKey"]["PublicKeyCertificate"] = json!(text);
        bench.ok(Operation::ImportKey, &request);
    }
}

#[test]
fn a_chain_is_kept_from_the_issuer_to_the_root() {
    let mut bench = Bench::new();
    let top = root(&mut bench, "root-4096", "RSA_4096");
    let sub = arn(&bench.ok(
        Operation::ImportKey,
        &trusted_request("sub-3072", "RSA_3072", &top),
    ));
    let mut request = trusted_request("leaf-2048-under-sub", "RSA_2048", &sub);
    request["KeyMaterial"]["TrustedCertificatePublicKey"]["KeyAttributes"] = public(
        "TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION",
        "RSA_2048",
        &["Encrypt", "Wrap"],
    );
    let leaf = arn(&bench.ok(Operation::ImportKey, &request));
    let Material::Public {
        chain_der,
        authority,
        ..
    } = &bench.state.find(&leaf).unwrap().material
    else {
        panic!("no certificate");
    };
    let der = |file: &str| {
        Certificate::from_any(pem(file).as_bytes())
            .unwrap()
            .der()
            .to_vec()
    };
    assert_eq!(*chain_der, [der("sub-3072"), der("root-4096")]);
    assert_eq!(authority.as_deref(), Some(sub.as_str()));
}

#[test]
fn roots_are_refused_with_the_reason() {
    let mut bench = Bench::new();
    for (file, algorithm, message) in [
        (
            "root-expired",
            "RSA_2048",
            "PublicKeyCertificate: The certificate expired at 2021-01-01T00:00:00Z. Ask its owner for a new one.",
        ),
        (
            "root-not-ca",
            "RSA_2048",
            "PublicKeyCertificate: O=Acme Payments, CN=Acme No CA is not a certificate authority (basicConstraints \
             does not say CA:TRUE). Send a CA certificate.",
        ),
        (
            "leaf-2048",
            "RSA_2048",
            "PublicKeyCertificate: O=Acme Payments, CN=Receiver 2048 is not a certificate authority (basicConstraints \
             does not say CA:TRUE). Send a CA certificate.",
        ),
        (
            "sub-3072",
            "RSA_3072",
            "PublicKeyCertificate: The certificate (O=Acme Payments, CN=Acme Intermediate) is not self-signed: its \
             issuer is another. Send the root of the chain.",
        ),
        (
            "root-4096",
            "RSA_2048",
            "PublicKeyCertificate holds a key of RSA_4096, but KeyAlgorithm is RSA_2048.",
        ),
        (
            "root-ecc",
            "RSA_2048",
            "PublicKeyCertificate holds a key that is none of RSA_2048, RSA_3072 and RSA_4096.",
        ),
    ] {
        assert_eq!(
            bench.invalid(Operation::ImportKey, &root_request(file, algorithm)),
            message,
            "{file}"
        );
    }
    let mut request = root_request("root-2048", "RSA_2048");
    request["KeyMaterial"]["RootCertificatePublicKey"]["PublicKeyCertificate"] = json!("AAAA");
    assert!(
        bench
            .invalid(Operation::ImportKey, &request)
            .starts_with("PublicKeyCertificate: The certificate could not be read")
    );
}

#[test]
fn attributes_of_roots_and_certificates_are_judged() {
    let mut bench = Bench::new();
    let mut request = root_request("root-2048", "RSA_2048");
    let member = &mut request["KeyMaterial"]["RootCertificatePublicKey"]["KeyAttributes"];
    *member = public(
        "TR31_K2_TR34_ASYMMETRIC_KEY",
        "RSA_2048",
        &["Encrypt", "Wrap"],
    );
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "KeyUsage TR31_K2_TR34_ASYMMETRIC_KEY is not valid for RootCertificatePublicKey; allowed: \
         TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE."
    );
    let member = &mut request["KeyMaterial"]["RootCertificatePublicKey"]["KeyAttributes"];
    *member = public(
        "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
        "RSA_2048",
        &["Sign"],
    );
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request),
        "KeyModesOfUse [Sign] is not valid for KeyUsage TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE; allowed: \
         [Verify]."
    );
}

#[test]
fn certificates_under_another_authority_are_refused() {
    let mut bench = Bench::new();
    let top = root(&mut bench, "root-4096", "RSA_4096");
    let twin = root(&mut bench, "root-4096-twin", "RSA_4096");
    let small = root(&mut bench, "root-2048", "RSA_2048");
    let leaf = arn(&bench.ok(
        Operation::ImportKey,
        &trusted_request("leaf-2048", "RSA_2048", &top),
    ));
    for (file, algorithm, authority, message) in [
        (
            "sub-3072",
            "RSA_3072",
            &twin,
            "PublicKeyCertificate: The certificate (O=Acme Payments, CN=Acme Intermediate) was not signed by O=Acme \
             Payments, CN=Acme Root: the signature was not made with that key. Send the chain that belongs to it."
                .to_owned(),
        ),
        (
            "sub-3072",
            "RSA_3072",
            &small,
            "PublicKeyCertificate: The certificate (O=Acme Payments, CN=Acme Intermediate) was not signed by O=Acme \
             Payments, CN=Acme Small Root: it names another issuer. Send the chain that belongs to it."
                .to_owned(),
        ),
        (
            "leaf-4096-under-2048",
            "RSA_4096",
            &small,
            "PublicKeyCertificate: An issuer with RSA 2048 may not vouch for a key with RSA 4096: an issuer is at \
             least as strong as what it issues. Ask for a stronger CA or a smaller key."
                .to_owned(),
        ),
        (
            "leaf-not-yet",
            "RSA_2048",
            &top,
            "PublicKeyCertificate: The certificate is not valid before 2049-01-01T00:00:00Z. Check the clock of this \
             machine, or wait."
                .to_owned(),
        ),
        (
            "leaf-2048",
            "RSA_2048",
            &leaf,
            format!(
                "CertificateAuthorityPublicKeyIdentifier {leaf}: its certificate is not a CA's and cannot vouch for \
                 others."
            ),
        ),
    ] {
        let request = trusted_request(file, algorithm, authority);
        assert_eq!(bench.invalid(Operation::ImportKey, &request), message, "{file}");
    }
}

#[test]
fn an_authority_is_a_living_enabled_signature_certificate() {
    let mut bench = Bench::new();
    let top = root(&mut bench, "root-4096", "RSA_4096");
    let symmetric = bench.kek();
    let request = |authority: &str| trusted_request("sub-3072", "RSA_3072", authority);
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request(&symmetric)),
        format!(
            "CertificateAuthorityPublicKeyIdentifier {symmetric}: KeyClass SYMMETRIC_KEY cannot vouch for certificates."
        )
    );
    bench.ok(Operation::StopKeyUsage, &named(&top));
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request(&top)),
        format!("Key {top} is not enabled.")
    );
    bench.ok(Operation::DeleteKey, &named(&top));
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request(&top)),
        format!("Key {top} is not in CREATE_COMPLETE state.")
    );
    bench.advance(8 * DAY);
    assert_eq!(
        bench.missing(Operation::ImportKey, &request(&top), &top),
        format!("Key {top} was not found.")
    );
}

#[test]
fn marks_of_another_class_are_refused() {
    let marked = [
        ("root-marked-test", Profile::Test),
        ("root-marked-rehearsal", Profile::Rehearsal),
    ];
    for profile in Profile::ALL {
        for (file, of) in marked {
            let mut bench = Bench::new();
            bench.profile = profile;
            let request = root_request(file, "RSA_2048");
            if profile == of {
                bench.ok(Operation::ImportKey, &request);
                continue;
            }
            assert_eq!(
                bench.invalid(Operation::ImportKey, &request),
                format!(
                    "PublicKeyCertificate is marked OU={} by a keymoot {} vault; this is a {} vault and takes no \
                     material of another profile.",
                    of.certificate_mark().unwrap(),
                    of.name(),
                    profile.name()
                )
            );
        }
        let mut bench = Bench::new();
        bench.profile = profile;
        bench.ok(Operation::ImportKey, &root_request("root-2048", "RSA_2048"));
    }
}

#[test]
fn tags_and_the_switch_come_with_the_import() {
    let mut bench = Bench::new();
    let mut request = root_request("root-2048", "RSA_2048");
    request["Enabled"] = json!(false);
    request["Tags"] = json!([{"Key": "counterparty", "Value": "acme"}]);
    let parsed = Operation::ImportKey.parse(&request).unwrap();
    let checked = bench
        .state
        .check(&parsed, bench.now(), Profile::Test)
        .unwrap();
    assert!(matches!(checked, Request::ImportKey(input) if !input.enabled));
    let imported = arn(&bench.ok(Operation::ImportKey, &request));
    let record = bench.state.find(&imported).unwrap();
    assert_eq!(record.tags[0].value, "acme");
    assert!(!record.key.enabled);
}
