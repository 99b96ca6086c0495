//! GetParametersForImport and GetParametersForExport: certificates under the vault's own root, tokens and their life.

use std::sync::{OnceLock, atomic::AtomicBool};

use serde_json::{Value, json};

use super::{Bench, DAY, START};
use crate::{
    api::{ErrorKind, KeyAlgorithm, Operation, Profile, Timestamp},
    crypto::{Entropy, OsEntropy, SecretBytes, keygen},
    engine::{EngineState, PreparedRsa},
    pki::{Certificate, ImportParameters, verify_issued, verify_root},
};

/// One pair of each length for all tests: a debug build need not search for primes all day.
pub(super) fn ready(bits: usize) -> PreparedRsa {
    static PAIRS: [OnceLock<(Vec<u8>, Vec<u8>)>; 3] = [const { OnceLock::new() }; 3];
    let (pkcs8, spki) = PAIRS[bits / 1024 - 2].get_or_init(|| {
        let rngs = ["a", "b"].map(|_| OsEntropy.draw("rsa-prime").unwrap());
        let never = AtomicBool::new(false);
        let pair = keygen::rsa_parallel(bits, rngs, &never).unwrap();
        (pair.pkcs8.expose().to_vec(), pair.spki)
    });
    PreparedRsa {
        pkcs8: SecretBytes::from_slice(pkcs8),
        spki: spki.clone(),
    }
}

/// A bench whose root is made ahead and whose secrets can be opened.
pub(super) fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.open = true;
    bench.prepared_root = Some(ready(4096));
    bench
}

pub(super) fn wrapping(form: &str, algorithm: &str) -> Value {
    json!({"KeyMaterialType": form, "WrappingKeyAlgorithm": algorithm})
}

pub(super) fn signing(form: &str, algorithm: &str) -> Value {
    json!({"KeyMaterialType": form, "SigningKeyAlgorithm": algorithm})
}

pub(super) fn text<'v>(answer: &'v Value, member: &str) -> &'v str {
    answer[member].as_str().unwrap()
}

pub(super) fn certificate(answer: &Value, member: &str) -> Certificate {
    Certificate::from_any(text(answer, member).as_bytes()).unwrap()
}

#[test]
fn parameters_are_what_the_other_side_reads() {
    let mut bench = bench();
    let mut roots = Vec::new();
    for (algorithm, bits) in [("RSA_2048", 2048), ("RSA_3072", 3072), ("RSA_4096", 4096)] {
        for form in ["KEY_CRYPTOGRAM", "TR34_KEY_BLOCK"] {
            bench.prepared = Some(ready(bits));
            let answer = bench.ok(
                Operation::GetParametersForImport,
                &wrapping(form, algorithm),
            );
            assert_eq!(answer.as_object().unwrap().len(), 5);
            let bytes = serde_json::to_vec(&answer).unwrap();
            let read = ImportParameters::parse(&bytes).unwrap();
            assert_eq!(read.wrapping_key_algorithm.name(), algorithm);
            assert_eq!(read.valid_until, Timestamp::from_millis(START + 7 * DAY));
            let leaf = &read.wrapping_certificate;
            assert_eq!(leaf.modulus_bits(), Some(bits));
            assert_eq!(leaf.not_after(), read.valid_until);
            assert_eq!(leaf.not_before(), Timestamp::from_millis(START - 3_600_000));
            assert!(leaf.may_wrap_keys() && !leaf.is_ca());
            assert_eq!(leaf.profile_mark(), Some("TEST"));
            verify_root(read.root(), bench.now()).unwrap();
            verify_issued(leaf, read.root(), bench.now()).unwrap();
            roots.push(read.root().clone());
        }
    }
    roots.dedup();
    assert_eq!(roots.len(), 1);
    assert_eq!(roots[0].key_algorithm(), Some(KeyAlgorithm::RSA_4096));
    assert_eq!(roots[0].profile_mark(), Some("TEST"));
    assert_eq!(roots[0].serial_hex().len(), 32);
}

#[test]
fn a_signing_certificate_is_given_the_same_way() {
    let mut bench = bench();
    bench.prepared = Some(ready(2048));
    let request = signing("TR34_KEY_BLOCK", "RSA_2048");
    let answer = bench.ok(Operation::GetParametersForExport, &request);
    assert!(text(&answer, "ExportToken").starts_with("export-token-"));
    assert_eq!(text(&answer, "ExportToken").len(), 13 + 16);
    assert_eq!(answer["SigningKeyAlgorithm"], json!("RSA_2048"));
    let root = certificate(&answer, "SigningKeyCertificateChain");
    let leaf = certificate(&answer, "SigningKeyCertificate");
    verify_issued(&leaf, &root, bench.now()).unwrap();
    assert_eq!(
        answer["ParametersValidUntilTimestamp"],
        json!((START + 7 * DAY) / 1000)
    );
}

#[test]
fn every_profile_marks_what_it_issues() {
    for (profile, mark) in [
        (Profile::Rehearsal, Some("REHEARSAL NOT FOR PRODUCTION")),
        (Profile::Production, None),
    ] {
        let mut bench = bench();
        bench.profile = profile;
        bench.prepared = Some(ready(2048));
        let request = wrapping("KEY_CRYPTOGRAM", "RSA_2048");
        let answer = bench.ok(Operation::GetParametersForImport, &request);
        for member in ["WrappingKeyCertificate", "WrappingKeyCertificateChain"] {
            assert_eq!(certificate(&answer, member).profile_mark(), mark);
        }
    }
}

#[test]
fn what_needs_no_token_or_no_pair_is_refused() {
    let mut bench = bench();
    for form in [
        "TR31_KEY_BLOCK",
        "ROOT_PUBLIC_KEY_CERTIFICATE",
        "TRUSTED_PUBLIC_KEY_CERTIFICATE",
    ] {
        assert_eq!(
            bench.invalid(
                Operation::GetParametersForImport,
                &wrapping(form, "RSA_2048")
            ),
            format!(
                "KeyMaterialType {form} is not valid for GetParametersForImport; allowed: TR34_KEY_BLOCK, \
                 KEY_CRYPTOGRAM."
            )
        );
    }
    assert_eq!(
        bench.invalid(
            Operation::GetParametersForExport,
            &signing("KEY_CRYPTOGRAM", "RSA_2048")
        ),
        "KeyMaterialType KEY_CRYPTOGRAM is not valid for GetParametersForExport; allowed: TR34_KEY_BLOCK."
    );
    assert_eq!(
        bench.invalid(
            Operation::GetParametersForImport,
            &wrapping("KEY_CRYPTOGRAM", "AES_256")
        ),
        "WrappingKeyAlgorithm AES_256 is not valid for GetParametersForImport; allowed: RSA_2048, RSA_3072, RSA_4096."
    );
    assert_eq!(
        bench.invalid(
            Operation::GetParametersForExport,
            &signing("TR34_KEY_BLOCK", "TDES_3KEY")
        ),
        "SigningKeyAlgorithm TDES_3KEY is not valid for GetParametersForExport; allowed: RSA_2048, RSA_3072, RSA_4096."
    );
    assert_eq!(
        bench.invalid(
            Operation::GetParametersForImport,
            &wrapping("KEY_CRYPTOGRAM", "ECC_NIST_P256")
        ),
        "WrappingKeyAlgorithm ECC_NIST_P256 is not supported by this control plane."
    );
    assert!(
        bench
            .invalid(
                Operation::GetParametersForImport,
                &wrapping("KEY_CRYPTOGRAMS", "RSA_2048")
            )
            .contains("enum value set: [TR34_KEY_BLOCK, TR31_KEY_BLOCK,")
    );
}

#[test]
fn the_root_is_opened_for_every_certificate_but_its_first() {
    let mut bench = bench();
    bench.open = false;
    assert_eq!(bench.state.needs_root(bench.now()), Some(4096));
    let request = wrapping("KEY_CRYPTOGRAM", "RSA_2048");
    bench.prepared = Some(ready(2048));
    bench.ok(Operation::GetParametersForImport, &request);
    assert_eq!(bench.state.needs_root(bench.now()), None);
    bench.prepared = Some(ready(2048));
    let error = bench
        .call(Operation::GetParametersForImport, &request)
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert_eq!(
        error.message,
        "The key of this vault's certificate authority can be used only while its custodians have the use identity \
         rebuilt; nothing was issued."
    );
    bench.broken = true;
    bench.open = true;
    bench.prepared = Some(ready(2048));
    let error = bench
        .call(Operation::GetParametersForImport, &request)
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::InternalServer);
    let request = Operation::GetParametersForImport.parse(&request).unwrap();
    assert!(EngineState::needs_secret(&request));
    assert_eq!(EngineState::needs_rsa(&request), Some(2048));
}

#[test]
fn a_token_is_given_again_while_it_is_good_for_a_day() {
    let mut bench = bench();
    let mut request = wrapping("KEY_CRYPTOGRAM", "RSA_2048");
    let mut give = |bench: &mut Bench, reuse: bool| {
        request["ReuseLastGeneratedToken"] = json!(reuse);
        bench.prepared = Some(ready(2048));
        bench.ok(Operation::GetParametersForImport, &request)
    };
    let first = give(&mut bench, true);
    assert_eq!(give(&mut bench, true), first);
    bench.advance(1_000);
    let second = give(&mut bench, false);
    assert_ne!(second["ImportToken"], first["ImportToken"]);
    assert_ne!(
        second["WrappingKeyCertificate"],
        first["WrappingKeyCertificate"]
    );
    bench.advance(6 * DAY);
    assert_eq!(give(&mut bench, true), second);
    // Another purpose or algorithm is another token.
    bench.prepared = Some(ready(2048));
    let mut other = wrapping("TR34_KEY_BLOCK", "RSA_2048");
    other["ReuseLastGeneratedToken"] = json!(true);
    let other = bench.ok(Operation::GetParametersForImport, &other);
    assert_ne!(other["ImportToken"], second["ImportToken"]);
    bench.advance(1);
    let third = give(&mut bench, true);
    assert_ne!(third["ImportToken"], second["ImportToken"]);
}

#[test]
fn pairs_of_ended_tokens_are_wiped() {
    let mut bench = bench();
    let request = wrapping("KEY_CRYPTOGRAM", "RSA_2048");
    for _ in 0..2 {
        bench.prepared = Some(ready(2048));
        bench.ok(Operation::GetParametersForImport, &request);
        bench.advance(7 * DAY);
    }
    let pairs = |bench: &Bench| -> Vec<bool> {
        let mut tokens: Vec<_> = bench.state.tokens.values().collect();
        tokens.sort_by_key(|token| token.given);
        tokens.iter().map(|token| token.pair.is_some()).collect()
    };
    assert_eq!(pairs(&bench), [false, true]);
    bench.state.settle(bench.now());
    assert_eq!(pairs(&bench), [false, false]);
}

#[test]
fn a_root_that_ends_soon_is_replaced() {
    let mut bench = bench();
    let request = json!({"KeyMaterialType": "KEY_CRYPTOGRAM", "WrappingKeyAlgorithm": "RSA_2048",
                         "ReuseLastGeneratedToken": true});
    bench.prepared = Some(ready(2048));
    let first = bench.ok(Operation::GetParametersForImport, &request);
    bench.advance((3653 - 90) * DAY);
    assert_eq!(bench.state.needs_root(bench.now()), None);
    bench.advance(1_000);
    assert_eq!(bench.state.needs_root(bench.now()), Some(4096));
    bench.prepared = Some(ready(2048));
    bench.prepared_root = Some(ready(4096));
    let second = bench.ok(Operation::GetParametersForImport, &request);
    assert_ne!(
        second["WrappingKeyCertificateChain"],
        first["WrappingKeyCertificateChain"]
    );
    let root = certificate(&second, "WrappingKeyCertificateChain");
    verify_root(&root, bench.now()).unwrap();
}

#[test]
fn a_seed_gives_one_pair_one_certificate_and_one_token() {
    let give = || {
        let mut bench = bench();
        bench.ok(
            Operation::GetParametersForImport,
            &wrapping("KEY_CRYPTOGRAM", "RSA_2048"),
        )
    };
    assert_eq!(give(), give());
}

#[test]
fn tokens_and_the_authority_survive_the_stored_form() {
    let mut bench = bench();
    for (operation, request) in [
        (
            Operation::GetParametersForImport,
            wrapping("KEY_CRYPTOGRAM", "RSA_2048"),
        ),
        (
            Operation::GetParametersForExport,
            signing("TR34_KEY_BLOCK", "RSA_2048"),
        ),
    ] {
        bench.prepared = Some(ready(2048));
        bench.ok(operation, &request);
        bench.advance(4 * DAY);
    }
    bench.state.settle(bench.now());
    let bytes = minicbor_serde::to_vec(&bench.state).unwrap();
    let loaded: EngineState = minicbor_serde::from_slice(&bytes).unwrap();
    assert_eq!(loaded, bench.state);
    assert_eq!(minicbor_serde::to_vec(&loaded).unwrap(), bytes);
    let mut value = serde_json::to_value(&loaded).unwrap();
    let twin = value["tokens"][0].clone();
    value["tokens"][1] = twin;
    let error = serde_json::from_value::<EngineState>(value.clone()).unwrap_err();
    assert!(error.to_string().contains("stored twice"), "{error}");
    value["tokens"][1] = json!({"token": "import-token-aaaaaaaaaaaaaaaa", "for": "KEY_CRYPTOGRAM",
        "algorithm": "RSA_2048", "given": 0, "until": 1, "sealed": [1]});
    let error = serde_json::from_value::<EngineState>(value).unwrap_err();
    assert!(error.to_string().contains("stored in part"), "{error}");
}
