//! A pair of the vault: its certificate and the request for a foreign one, made by steps and handed out as files.

use keymoot::api::Timestamp;
use keymoot::ceremony::Runner;
use keymoot::pki::Certificate;
use keymoot::session::RunOutcome;
use serde_json::Value;

use super::stage::{contents, parsed, vault, wanted};

const SCRIPT: &str = r#"
version  = 1
id       = "pair-and-papers"
title    = "A signing pair with its certificate and the request for another"
estimate = "20m"

person = [
  { id = "lead",   role = "administrator" },
  { id = "first",  role = "custodian" },
  { id = "second", role = "custodian" },
  { id = "third",  role = "custodian" },
  { id = "watch",  role = "witness" },
]

[policy]
profiles = ["rehearsal"]

[[key]]
id         = "signer"
label      = "our-signer"
usage      = "S0"
algorithm  = "RSA_2048"
modes      = ["sign"]
exportable = false

[[step]]
id  = "open"
op  = "present"
who = ["lead", "first", "second", "third", "watch"]
why = "Two people are in the room from the first step to the last."

[[step]]
id       = "make"
op       = "create-key"
key      = "signer"
initiate = "lead"
approve  = { count = 2 }
expect   = { state = "CREATE_COMPLETE", attributes = "declared", enabled = true }
why      = "The pair that signs what leaves."

[[step]]
id       = "certificate"
op       = "get-public-key-certificate"
key      = "signer"
certificate-signature = "SHA_256"
output   = "signer.certificate.json"
medium   = "BLUE TRIANGLE"
initiate = "lead"
approve  = { count = 2 }
expect   = { state = "CREATE_COMPLETE", enabled = true }
why      = "The partner checks with it."

[[step]]
id       = "request"
op       = "get-certificate-signing-request"
key      = "signer"
common-name = "Acme signer"
organization = "Acme"
hash     = "SHA384"
output   = "signer.request.json"
medium   = "BLUE TRIANGLE"
initiate = "lead"
approve  = { count = 2 }
expect   = { state = "CREATE_COMPLETE", enabled = true }
why      = "The partner's authority issues a certificate of its own."

[[step]]
id   = "certificate-hash"
op   = "attest.hash"
file = "signer.certificate.json"
who  = ["first", "second"]
why  = "What was read aloud is what was handed over."

[[step]]
id   = "request-hash"
op   = "attest.hash"
file = "signer.request.json"
who  = ["first", "second"]
why  = "What was read aloud is what was handed over."

[[step]]
id   = "sign"
op   = "sign-off"
who  = ["lead", "first", "second", "third", "watch"]
text = "Present throughout; a true record."
why  = "The signatures close the audit chain up to here."

[rehearsal]
seed  = "pair-and-papers"
clock = 2026-11-24T09:00:00Z
"#;

#[test]
fn a_pair_s_certificate_and_request_leave_as_files() {
    // `parsed` also sees to it that the linter finds nothing.
    let (_, mut session) = vault(&parsed(SCRIPT));
    let mut runner = Runner::begin(&mut session, parsed(SCRIPT), wanted(&[])).unwrap();
    let outcome = runner.headless(&mut session);
    assert!(matches!(outcome, Ok(RunOutcome::Completed)), "{outcome:?}");
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let files = contents(out.path());
    let json = |name: &str| -> Value { serde_json::from_slice(&files[name]).unwrap() };
    let given = json("signer.certificate.rehearsal.json");
    let read =
        |member: &str| Certificate::from_any(given[member].as_str().unwrap().as_bytes()).unwrap();
    let (certificate, root) = (read("KeyCertificate"), read("KeyCertificateChain"));
    let now = Timestamp::parse_rfc3339("2026-11-24T09:30:00Z").unwrap();
    keymoot::pki::verify_issued(&certificate, &root, now).unwrap();
    // sha256WithRSAEncryption, as it was asked.
    let sha256_with_rsa = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B";
    assert!(certificate.der().windows(9).any(|w| w == sha256_with_rsa));
    let request = json("signer.request.rehearsal.json");
    let pem = data_encoding::BASE64
        .decode(
            request["CertificateSigningRequest"]
                .as_str()
                .unwrap()
                .as_bytes(),
        )
        .unwrap();
    assert!(pem.starts_with(b"-----BEGIN CERTIFICATE REQUEST-----"));
    let der = data_encoding::BASE64
        .decode(
            std::str::from_utf8(&pem)
                .unwrap()
                .lines()
                .filter(|line| !line.starts_with('-'))
                .collect::<String>()
                .as_bytes(),
        )
        .unwrap();
    // The same key in both.
    let spki = certificate.spki_der();
    assert!(der.windows(spki.len()).any(|part| part == spki));
    assert!(der.windows(11).any(|part| part == b"Acme signer"));
    let next = String::from_utf8(files["NEXT.txt"].clone()).unwrap();
    for says in [
        "checks what this key signs",
        "request.pem",
        "SigningKeyCertificate",
    ] {
        assert!(next.contains(says), "{next}");
    }
}
