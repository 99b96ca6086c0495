//! The order of checks: where two things are wrong with a request, the first in the reference's order is told.

use serde_json::{Value, json};

use super::{
    Bench, DAY, import, named,
    parameters::{bench, ready, wrapping},
};
use crate::api::{ApiError, Operation};

/// What is wrong with one of two keys of a request, and its place in the order: existence, state, attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Existence,
    State,
    Attributes,
    Strength,
}

/// One fault: its rank, the identifier that has it, and the words of its refusal.
struct Fault {
    rank: Rank,
    identifier: String,
    said: String,
}

impl Fault {
    fn new(rank: Rank, identifier: &str, said: &str) -> Self {
        Self {
            rank,
            identifier: identifier.to_owned(),
            said: said.replace("{}", identifier),
        }
    }
}

const UNKNOWN: &str = "arn:aws:payment-cryptography:us-east-1:111122223333:key/aaaaaaaaaaaaaaaa";
const PEK: &str = "TR31_P0_PIN_ENCRYPTION_KEY";
const KBPK: &str = "TR31_K1_KEY_BLOCK_PROTECTION_KEY";
const B: [&str; 4] = ["Encrypt", "Decrypt", "Wrap", "Unwrap"];

/// The faults of existence and state that any key may have; `make` makes one that is right.
fn life(bench: &mut Bench, make: impl Fn(&mut Bench) -> String) -> Vec<Fault> {
    let gone = make(bench);
    bench.ok(
        Operation::DeleteKey,
        &json!({"KeyIdentifier": gone, "DeleteKeyInDays": 3}),
    );
    bench.advance(3 * DAY);
    bench.state.settle(bench.now());
    let pending = make(bench);
    bench.ok(Operation::DeleteKey, &named(&pending));
    let disabled = make(bench);
    bench.ok(Operation::StopKeyUsage, &named(&disabled));
    vec![
        Fault::new(Rank::Existence, UNKNOWN, "Key {} was not found."),
        Fault::new(
            Rank::Existence,
            "alias/none",
            "Alias alias/none was not found.",
        ),
        Fault::new(Rank::Existence, &gone, "Key {} was not found."),
        Fault::new(
            Rank::State,
            &pending,
            "Key {} is not in CREATE_COMPLETE state.",
        ),
        Fault::new(Rank::State, &disabled, "Key {} is not enabled."),
    ]
}

fn pek(bench: &mut Bench) -> String {
    bench.create(PEK, "AES_128", &B)
}

fn kbpk(bench: &mut Bench) -> String {
    bench.create(KBPK, "AES_128", &B)
}

fn kept(bench: &mut Bench) -> String {
    let mut request = super::symmetric(PEK, "AES_128", &B);
    request["Exportable"] = json!(false);
    super::arn(&bench.ok(Operation::CreateKey, &request))
}

/// What may be wrong with the key that is to leave.
fn leaving(bench: &mut Bench) -> Vec<Fault> {
    let mut faults = life(bench, pek);
    let public = import::root(bench, "root-4096", "RSA_4096");
    faults.push(Fault::new(
        Rank::Attributes,
        &public,
        "Key {} has KeyClass PUBLIC_KEY; only a SYMMETRIC_KEY can be exported.",
    ));
    let kept = kept(bench);
    faults.push(Fault::new(
        Rank::Attributes,
        &kept,
        "Key {} is not exportable.",
    ));
    faults
}

/// What may be wrong with the key that wraps.
fn wrapping_keys(bench: &mut Bench) -> Vec<Fault> {
    let mut faults = life(bench, kbpk);
    let reader = bench.create(KBPK, "AES_128", &["Decrypt", "Unwrap"]);
    let other = pek(bench);
    let weak = bench.create(KBPK, "TDES_2KEY", &B);
    faults.extend([
        Fault::new(
            Rank::Attributes,
            &other,
            &format!("WrappingKeyIdentifier {{}}: KeyUsage {PEK} cannot wrap keys."),
        ),
        Fault::new(
            Rank::Attributes,
            &reader,
            "WrappingKeyIdentifier {}: KeyModesOfUse [Decrypt, Unwrap] lacks Wrap.",
        ),
        Fault::new(
            Rank::Strength,
            &weak,
            "WrappingKeyIdentifier {}: TDES_2KEY is weaker than AES_128, which needs AES_128, AES_192 or AES_256 as the \
             wrapping key.",
        ),
    ]);
    faults
}

/// Every pair of faults: the one of the lower rank is told, and of one rank that of the key that leaves.
fn every_pair(
    bench: &mut Bench,
    (subjects, good_subject): (&[Fault], &str),
    (others, good_other): (&[Fault], &str),
    request: impl Fn(&str, &str) -> Value,
) {
    let told = |error: &ApiError, fault: &Fault| {
        let found = error.resource_id.is_some();
        assert_eq!(found, fault.rank == Rank::Existence, "{error}");
        assert_eq!(error.message, fault.said);
    };
    bench.ok(Operation::ExportKey, &request(good_subject, good_other));
    for subject in subjects {
        let alone = bench.call(
            Operation::ExportKey,
            &request(&subject.identifier, good_other),
        );
        told(&alone.unwrap_err(), subject);
        for other in others {
            let both = bench.call(
                Operation::ExportKey,
                &request(&subject.identifier, &other.identifier),
            );
            let first = if other.rank < subject.rank {
                other
            } else {
                subject
            };
            told(&both.unwrap_err(), first);
        }
    }
    for other in others {
        let alone = bench.call(
            Operation::ExportKey,
            &request(good_subject, &other.identifier),
        );
        told(&alone.unwrap_err(), other);
    }
}

#[test]
fn an_export_in_a_key_block_tells_the_first_fault() {
    let mut bench = Bench::new();
    bench.open = true;
    let subjects = leaving(&mut bench);
    let others = wrapping_keys(&mut bench);
    let (subject, other) = (pek(&mut bench), kbpk(&mut bench));
    let request = |key: &str, wrapping: &str| json!({"ExportKeyIdentifier": key, "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping}}});
    every_pair(
        &mut bench,
        (&subjects, &subject),
        (&others, &other),
        request,
    );
    // Headers come last of the attributes, and before any secret is opened.
    bench.open = false;
    let mut request = request(&subject, &other);
    request["KeyMaterial"]["Tr31KeyBlock"]["KeyBlockHeaders"] =
        json!({"KeyExportability": "SENSITIVE"});
    assert!(
        bench
            .invalid(Operation::ExportKey, &request)
            .starts_with("KeyBlockHeaders.KeyExportability")
    );
}

#[test]
fn an_export_by_rsa_wrap_tells_the_first_fault() {
    let mut bench = Bench::new();
    bench.open = true;
    let subjects = leaving(&mut bench);
    let mut others = life(&mut bench, |bench| {
        import::root(bench, "root-4096", "RSA_4096")
    });
    let other = pek(&mut bench);
    others.push(Fault::new(
        Rank::Attributes,
        &other,
        "CertificateAuthorityPublicKeyIdentifier {}: KeyClass SYMMETRIC_KEY cannot vouch for certificates.",
    ));
    let (subject, authority) = (
        pek(&mut bench),
        import::root(&mut bench, "root-4096", "RSA_4096"),
    );
    let request = |key: &str, authority: &str| {
        json!({"ExportKeyIdentifier": key, "KeyMaterial": {"KeyCryptogram": {
            "CertificateAuthorityPublicKeyIdentifier": authority,
            "WrappingKeyCertificate": import::aws("leaf-3072")}}})
    };
    every_pair(
        &mut bench,
        (&subjects, &subject),
        (&others, &authority),
        request,
    );
}

/// Shape before existence before everything else; and the token of an import before its attributes, those before
/// strength, and that before the cryptogram is even decoded.
#[test]
fn an_import_tells_the_first_fault() {
    let mut bench = bench();
    bench.prepared = Some(ready(2048));
    let answer = bench.ok(
        Operation::GetParametersForImport,
        &wrapping("KEY_CRYPTOGRAM", "RSA_2048"),
    );
    let token = answer["ImportToken"].as_str().unwrap();
    // The attributes of B0 with modes it never has, stronger than RSA_2048, under a cryptogram of no length at all.
    let key = super::symmetric("TR31_B0_BASE_DERIVATION_KEY", "AES_256", &["Sign"]);
    let mut request = json!({"KeyMaterial": {"KeyCryptogram": {"KeyAttributes": key["KeyAttributes"],
        "Exportable": true, "WrappedKeyCryptogram": "00", "ImportToken": "import-token-aaaaaaaaaaaaaaaa"}}});
    let mut then = |member: &str, value: Value, said: &str| {
        let error = bench.call(Operation::ImportKey, &request).unwrap_err();
        assert!(error.message.contains(said), "{error}");
        let mut place = &mut request["KeyMaterial"]["KeyCryptogram"];
        for name in member.split('.') {
            place = &mut place[name];
        }
        *place = value;
    };
    then(
        "WrappedKeyCryptogram",
        json!("00".repeat(8)),
        "1 validation error detected: Value at 'keyMaterial.keyCryptogram.wrappedKeyCryptogram'",
    );
    then(
        "ImportToken",
        json!(token),
        "Token import-token-aaaaaaaaaaaaaaaa was not found.",
    );
    then(
        "KeyAttributes.KeyModesOfUse",
        json!({"DeriveKey": true}),
        "KeyModesOfUse [Sign] is not valid",
    );
    then(
        "KeyAttributes.KeyAlgorithm",
        json!("TDES_2KEY"),
        "ImportToken: RSA_2048 is weaker than AES_256",
    );
    then(
        "ImportToken",
        json!(token),
        "WrappedKeyCryptogram could not be decrypted with the key of ImportToken.",
    );
}
