//! Against OpenSSL: what the engine issues is accepted, and what is wrapped for it comes in.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines
)]

use std::path::Path;
use std::process::Command;

use data_encoding::{BASE64, HEXUPPER};
use keymoot::api::{ApiError, Clock, Operation, Profile, Timestamp};
use keymoot::crypto::{OsEntropy, SecretBytes};
use keymoot::engine::{Context, ControlPlane, EngineState, SealError, SecretOpen, SecretSeal};
use serde_json::{Value, json};
use tempfile::TempDir;

/// No lock at all: this test is about formats.
struct Glass;

impl SecretSeal for Glass {
    fn seal(&self, secret: &SecretBytes) -> Result<Vec<u8>, SealError> {
        Ok(secret.expose().to_vec())
    }
}

impl SecretOpen for Glass {
    fn open(&self, sealed: &[u8]) -> Result<SecretBytes, SealError> {
        Ok(SecretBytes::from_slice(sealed))
    }
}

/// OpenSSL looks at the time of the day, and so does the vault here.
struct Today;

impl Clock for Today {
    fn now(&self) -> Timestamp {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        Timestamp::from_millis(i64::try_from(now.as_millis()).unwrap())
    }
}

fn call(state: &mut EngineState, operation: Operation, input: &Value) -> Result<Value, ApiError> {
    let mut context = Context {
        clock: &Today,
        entropy: &mut OsEntropy,
        seal: &Glass,
        open: Some(&Glass),
        prepared: None,
        prepared_root: None,
        stop: &std::sync::atomic::AtomicBool::new(false),
        vault: "",
        profile: Profile::Test,
        limits: keymoot::engine::Limits::default(),
    };
    let request = operation.parse(input)?;
    state
        .handle(&request, &mut context)
        .map(|answer| answer.to_json())
}

fn state() -> (EngineState, TempDir) {
    let state = EngineState::new("111122223333", "us-east-1");
    (state, TempDir::new().unwrap())
}

fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|e| panic!("openssl does not start ({e}): install the package openssl"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {complaint}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned() + &complaint
}

/// Writes the PEM text in a member.
fn write(folder: &Path, name: &str, answer: &Value, member: &str) {
    let text = answer[member].as_str().unwrap();
    std::fs::write(folder.join(name), BASE64.decode(text.as_bytes()).unwrap()).unwrap();
}

fn pair(state: &mut EngineState, usage: &str, modes: &Value) -> String {
    let input = json!({"KeyAttributes": {"KeyUsage": usage, "KeyClass": "ASYMMETRIC_KEY_PAIR",
        "KeyAlgorithm": "RSA_2048", "KeyModesOfUse": modes}, "Exportable": false});
    let answer = call(state, Operation::CreateKey, &input).unwrap();
    answer["Key"]["KeyArn"].as_str().unwrap().to_owned()
}

#[test]
fn openssl_accepts_every_chain() {
    let (mut state, folder) = state();
    let folder = folder.path();
    let signer = pair(
        &mut state,
        "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
        &json!({"Sign": true}),
    );
    let wrapping = json!({"KeyMaterialType": "KEY_CRYPTOGRAM", "WrappingKeyAlgorithm": "RSA_3072"});
    let signing = json!({"KeyMaterialType": "TR34_KEY_BLOCK", "SigningKeyAlgorithm": "RSA_2048"});
    for (operation, input, member) in [
        (
            Operation::GetParametersForImport,
            wrapping,
            "WrappingKeyCertificate",
        ),
        (
            Operation::GetParametersForExport,
            signing,
            "SigningKeyCertificate",
        ),
        (
            Operation::GetPublicKeyCertificate,
            json!({"KeyIdentifier": signer}),
            "KeyCertificate",
        ),
    ] {
        let answer = call(&mut state, operation, &input).unwrap();
        write(folder, "leaf.pem", &answer, member);
        write(folder, "root.pem", &answer, &format!("{member}Chain"));
        let verified = openssl(
            folder,
            &["verify", "-x509_strict", "-CAfile", "root.pem", "leaf.pem"],
        );
        assert!(verified.contains("leaf.pem: OK"), "{verified}");
        let text = openssl(
            folder,
            &[
                "x509", "-in", "leaf.pem", "-noout", "-text", "-nameopt", "RFC2253",
            ],
        );
        assert!(text.contains("sha512WithRSAEncryption"), "{text}");
        assert!(text.contains("OU=TEST"), "{text}");
        assert!(text.contains("CA:FALSE"), "{text}");
    }
    let root = openssl(
        folder,
        &["verify", "-x509_strict", "-CAfile", "root.pem", "root.pem"],
    );
    assert!(root.contains("root.pem: OK"), "{root}");
}

#[test]
fn openssl_verifies_our_requests_and_an_authority_signs_them() {
    let (mut state, folder) = state();
    let folder = folder.path();
    let arn = pair(
        &mut state,
        "TR31_K2_TR34_ASYMMETRIC_KEY",
        &json!({"Decrypt": true, "Unwrap": true}),
    );
    openssl(
        folder,
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-subj",
            "/CN=Foreign authority",
            "-days",
            "2",
        ],
    );
    for hash in ["SHA224", "SHA256", "SHA384", "SHA512"] {
        let input = json!({"KeyIdentifier": arn, "SigningAlgorithm": hash, "CertificateSubject": {
            "CommonName": "Receiver", "Organization": "Zahlungen Zürich", "Country": "CH",
            "EmailAddress": "keys@example.ch"}});
        let answer = call(&mut state, Operation::GetCertificateSigningRequest, &input).unwrap();
        write(folder, "our.csr", &answer, "CertificateSigningRequest");
        let verified = openssl(
            folder,
            &["req", "-in", "our.csr", "-verify", "-noout", "-text"],
        );
        assert!(verified.contains("verify OK"), "{verified}");
        let named = format!("{}WithRSAEncryption", hash.to_lowercase());
        assert!(verified.contains(&named), "{verified}");
        openssl(
            folder,
            &[
                "x509",
                "-req",
                "-in",
                "our.csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                "1",
                "-copy_extensions",
                "copy",
                "-out",
                "leaf.pem",
            ],
        );
        let verified = openssl(folder, &["verify", "-CAfile", "ca.pem", "leaf.pem"]);
        assert!(verified.contains("leaf.pem: OK"), "{verified}");
    }
}

#[test]
fn a_key_that_openssl_wrapped_comes_in() {
    let (mut state, folder) = state();
    let folder = folder.path();
    for (algorithm, key, key_algorithm, check_value) in [
        (
            "RSA_2048",
            "0123456789ABCDEFFEDCBA9876543210",
            "TDES_2KEY",
            "08D7B4",
        ),
        (
            "RSA_3072",
            "2B7E151628AED2A6ABF7158809CF4F3C",
            "AES_128",
            "7AD386",
        ),
        (
            "RSA_4096",
            "545E2AADFD5EC42F2F5BE5E3ADC75E9B290252A1A219B380",
            "TDES_3KEY",
            "C15FFF",
        ),
    ] {
        let input = json!({"KeyMaterialType": "KEY_CRYPTOGRAM", "WrappingKeyAlgorithm": algorithm});
        let given = call(&mut state, Operation::GetParametersForImport, &input).unwrap();
        write(folder, "wrap.pem", &given, "WrappingKeyCertificate");
        let clear = HEXUPPER.decode(key.as_bytes()).unwrap();
        std::fs::write(folder.join("clear"), clear).unwrap();
        for (hash, spec) in [
            ("sha256", "RSA_OAEP_SHA_256"),
            ("sha512", "RSA_OAEP_SHA_512"),
        ] {
            let (oaep, mgf1) = (format!("rsa_oaep_md:{hash}"), format!("rsa_mgf1_md:{hash}"));
            openssl(
                folder,
                &[
                    "pkeyutl",
                    "-encrypt",
                    "-certin",
                    "-inkey",
                    "wrap.pem",
                    "-in",
                    "clear",
                    "-out",
                    "wrapped",
                    "-pkeyopt",
                    "rsa_padding_mode:oaep",
                    "-pkeyopt",
                    &oaep,
                    "-pkeyopt",
                    &mgf1,
                ],
            );
            let wrapped = std::fs::read(folder.join("wrapped")).unwrap();
            let input = json!({"KeyMaterial": {"KeyCryptogram": {
                "KeyAttributes": {"KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY", "KeyClass": "SYMMETRIC_KEY",
                    "KeyAlgorithm": key_algorithm, "KeyModesOfUse": {"Encrypt": true, "Wrap": true}},
                "Exportable": true, "WrappedKeyCryptogram": HEXUPPER.encode(&wrapped),
                "ImportToken": given["ImportToken"], "WrappingSpec": spec}}});
            let answer = call(&mut state, Operation::ImportKey, &input).unwrap();
            assert_eq!(answer["Key"]["KeyCheckValue"], json!(check_value));
        }
    }
}
