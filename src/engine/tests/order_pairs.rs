//! The order of checks: of any two faults in one request, the one that stands first in the list is told. Each list is
//! in the reference's order: shape, existence, state, what a key is for, what the request says, cryptography.

use serde_json::{Value, json};

use super::{
    Bench, DAY, arn, import, named,
    own_pair::{S0, pair},
    parameters::text,
    symmetric, tr34_import,
    tr34_own_pair::Both,
};
use crate::api::Operation;

const UNKNOWN: &str = "arn:aws:payment-cryptography:us-east-1:111122223333:key/aaaaaaaaaaaaaaaa";
const PEK: &str = "TR31_P0_PIN_ENCRYPTION_KEY";
const KBPK: &str = "TR31_K1_KEY_BLOCK_PROTECTION_KEY";
const B: [&str; 4] = ["Encrypt", "Decrypt", "Wrap", "Unwrap"];

/// One fault: where it stands in a request, what stands there, and words of its refusal.
struct Fault {
    at: String,
    value: Value,
    said: String,
}

fn fault(at: &str, value: impl Into<Value>, said: &str) -> Fault {
    Fault {
        at: at.to_owned(),
        value: value.into(),
        said: said.to_owned(),
    }
}

/// Puts a fault into a request; null takes the member away.
fn spoil(request: &mut Value, fault: &Fault) {
    let (place, name) = fault.at.rsplit_once('/').unwrap();
    let place = request.pointer_mut(place).unwrap().as_object_mut().unwrap();
    place.insert(name.to_owned(), fault.value.clone());
}

/// Every fault alone, then every pair of faults at two places: the first of the list is told. `Bench` sees to it that a
/// refusal changed nothing. Last, the request without a fault is done.
fn first_wins(bench: &mut Bench, operation: Operation, good: &Value, faults: &[Fault]) {
    for (at, first) in faults.iter().enumerate() {
        let mut alone = good.clone();
        spoil(&mut alone, first);
        let message = bench.call(operation, &alone).unwrap_err().message;
        assert!(message.contains(&first.said), "{}: {message}", first.said);
        for second in faults.iter().skip(at + 1).filter(|s| s.at != first.at) {
            let mut both = alone.clone();
            spoil(&mut both, second);
            let message = bench.call(operation, &both).unwrap_err().message;
            assert!(
                message.contains(&first.said),
                "{} before {}: {message}",
                first.said,
                second.said
            );
        }
    }
    bench.ok(operation, good);
}

/// A key that waits for its deletion, and one that is switched off.
fn idle(bench: &mut Bench, mut make: impl FnMut(&mut Bench) -> String) -> [String; 2] {
    let keys = [make(bench), make(bench)];
    bench.ok(Operation::DeleteKey, &named(&keys[0]));
    bench.ok(Operation::StopKeyUsage, &named(&keys[1]));
    keys
}

fn kbpk(bench: &mut Bench) -> String {
    bench.create(KBPK, "AES_128", &B)
}

fn root(bench: &mut Bench) -> String {
    import::root(bench, "root-4096", "RSA_4096")
}

#[test]
fn a_key_block_that_comes_in() {
    let mut bench = Bench::new();
    bench.open = true;
    let kbpk = kbpk(&mut bench);
    let [pending, disabled] = idle(&mut bench, self::kbpk);
    let pek = bench.create(PEK, "AES_128", &B);
    let reads_not = bench.create(KBPK, "AES_128", &["Encrypt", "Wrap"]);
    let weak = bench.create(KBPK, "TDES_3KEY", &B);
    let answer = bench.ok(
        Operation::ExportKey,
        &json!({"ExportKeyIdentifier": pek, "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": kbpk}}}),
    );
    let block = text(&answer["WrappedKey"], "KeyMaterial");
    let flip = |c: &str| if c == "0" { "1" } else { "0" };
    let forged = format!(
        "{}{}",
        &block[..block.len() - 1],
        flip(&block[block.len() - 1..])
    );
    let under = "/KeyMaterial/Tr31KeyBlock/WrappingKeyIdentifier";
    let wrapped = "/KeyMaterial/Tr31KeyBlock/WrappedKeyBlock";
    let twice = json!([{"Key": "a"}, {"Key": "a"}]);
    #[rustfmt::skip] // one fault, one line
    let faults = [
        fault(wrapped, "D0", "Value at 'keyMaterial.tr31KeyBlock.wrappedKeyBlock'"),
        fault("/Tags", twice, "Tags: the key 'a' is given more than once."),
        fault(under, UNKNOWN, "was not found."),
        fault(under, pending, "is not in CREATE_COMPLETE state."),
        fault(under, disabled, "is not enabled."),
        fault(under, pek, "cannot wrap keys."),
        fault(under, reads_not, "lacks Unwrap."),
        fault(wrapped, "X".repeat(64), "WrappedKeyBlock: "),
        fault(under, weak, "WrappedKeyBlock: "),
        fault(wrapped, block.replacen("P0A", "B1A", 1), "key usage B1"),
        fault(wrapped, block.replacen("P0AB", "P0AX", 1), "KeyModesOfUse [DeriveKey] is not valid"),
        fault("/KeyCheckValueAlgorithm", "ANSI_X9_24", "is not valid for KeyAlgorithm AES_128."),
        fault(wrapped, forged, "WrappedKeyBlock could not be verified"),
    ];
    let good = json!({"KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": kbpk, "WrappedKeyBlock": block}}});
    first_wins(&mut bench, Operation::ImportKey, &good, &faults);
}

#[test]
fn a_certificate_that_comes_in() {
    let mut bench = Bench::new();
    let authority = root(&mut bench);
    let [pending, disabled] = idle(&mut bench, root);
    let pek = bench.create(PEK, "AES_128", &B);
    let at = |member: &str| format!("/KeyMaterial/TrustedCertificatePublicKey/{member}");
    let under = at("CertificateAuthorityPublicKeyIdentifier");
    let certificate = at("PublicKeyCertificate");
    #[rustfmt::skip] // one fault, one line
    let faults = [
        fault(&certificate, "[", "Value at 'keyMaterial.trustedCertificatePublicKey.publicKeyCertificate'"),
        fault(&under, UNKNOWN, "was not found."),
        fault(&under, pending, "is not in CREATE_COMPLETE state."),
        fault(&under, disabled, "is not enabled."),
        fault(&under, pek, "KeyClass SYMMETRIC_KEY cannot vouch for certificates."),
        fault(&at("KeyAttributes/KeyClass"), "SYMMETRIC_KEY", "KeyClass SYMMETRIC_KEY is not valid"),
        fault(&at("KeyAttributes/KeyModesOfUse"), json!({"Sign": true}), "KeyModesOfUse [Sign] is not valid"),
        fault(&certificate, "AAAA", "PublicKeyCertificate: "),
        fault(&at("KeyAttributes/KeyAlgorithm"), "RSA_4096", "PublicKeyCertificate holds a key of RSA_3072"),
    ];
    let good = import::trusted_request("sub-3072", "RSA_3072", &authority);
    first_wins(&mut bench, Operation::ImportKey, &good, &faults);
}

#[test]
fn a_token_that_comes_in() {
    let (mut bench, parties, mut good) = tr34_import::exchange("tr34-profiles");
    *tr34_import::member(&mut good, "WrappedKeyBlock") = json!(parties.two_pass_kek());
    *tr34_import::member(&mut good, "RandomNonce") = json!(tr34_import::NONCE);
    // A token that is for something else.
    bench.prepared = Some(super::parameters::ready(2048));
    bench.prepared_root = Some(super::parameters::ready(4096));
    let answer = bench.ok(
        Operation::GetParametersForImport,
        &super::parameters::wrapping("KEY_CRYPTOGRAM", "RSA_2048"),
    );
    let other = text(&answer, "ImportToken");
    let [pending, disabled] = idle(&mut bench, root);
    let pek = bench.create(PEK, "AES_128", &B);
    let stranger = root(&mut bench);
    let at = |member: &str| format!("/KeyMaterial/Tr34KeyBlock/{member}");
    let (token, under) = (
        at("ImportToken"),
        at("CertificateAuthorityPublicKeyIdentifier"),
    );
    let block = at("WrappedKeyBlock");
    #[rustfmt::skip] // one fault, one line
    let faults = [
        fault(&block, "0", "Value at 'keyMaterial.tr34KeyBlock.wrappedKeyBlock'"),
        fault(&token, Value::Null, "Value null at 'keyMaterial.tr34KeyBlock.importToken'"),
        fault(&token, "import-token-aaaaaaaaaaaaaaaa", "Token import-token-aaaaaaaaaaaaaaaa was not found."),
        fault(&token, other, "ImportToken was issued for KEY_CRYPTOGRAM."),
        fault(&under, UNKNOWN, "was not found."),
        fault(&under, pending, "is not in CREATE_COMPLETE state."),
        fault(&under, disabled, "is not enabled."),
        fault(&under, pek, "KeyClass SYMMETRIC_KEY cannot vouch for certificates."),
        fault(&at("SigningKeyCertificate"), "AAAA", "SigningKeyCertificate: "),
        fault(&under, stranger, "SigningKeyCertificate: "),
        fault(&block, "3000", "WrappedKeyBlock: "),
        fault(&at("RandomNonce"), "0000000000000000", "RandomNonce does not match"),
        fault("/KeyCheckValueAlgorithm", "HMAC", "is not valid for KeyAlgorithm TDES_2KEY."),
    ];
    first_wins(&mut bench, Operation::ImportKey, &good, &faults);
    // Ended is told after whose it is and before anything else of the request.
    bench.advance(7 * DAY);
    *tr34_import::member(&mut good, "CertificateAuthorityPublicKeyIdentifier") = json!(UNKNOWN);
    let message = bench.invalid(Operation::ImportKey, &good);
    assert!(
        message.starts_with("ImportToken has expired at "),
        "{message}"
    );
}

/// Keys that wait for their deletion, and keys that are switched off: roots and pairs.
struct Idle {
    authority: [String; 2],
    pair: [String; 2],
}

fn idle_keys(bench: &mut Bench) -> Idle {
    Idle {
        authority: idle(bench, root),
        pair: idle(bench, |bench| pair(bench, S0, &["Sign"])),
    }
}

fn in_token(member: &str) -> String {
    format!("/KeyMaterial/Tr34KeyBlock/{member}")
}

/// A pair stands in the place of a token: it is a key of the vault like the others of the request.
#[test]
fn a_token_for_a_pair_comes_in() {
    let mut both = Both::new();
    let key = both.key(PEK, &B);
    let export = both.export(&key);
    let (sent, _) = both.sent(&export);
    let good = both.import(&sent);
    let bench = &mut both.bench;
    let Idle {
        authority: [pending, disabled],
        pair: [no_pair, idle_pair],
    } = idle_keys(bench);
    let authority = in_token("CertificateAuthorityPublicKeyIdentifier");
    let (own, issued) = (
        in_token("WrappingKeyIdentifier"),
        in_token("WrappingKeyCertificate"),
    );
    #[rustfmt::skip] // one fault, one line
    let faults = [
        fault(&issued, "[", "Value at 'keyMaterial.tr34KeyBlock.wrappingKeyCertificate'"),
        fault(&own, UNKNOWN, UNKNOWN),
        fault(&authority, "alias/none", "Alias alias/none was not found."),
        fault(&own, no_pair.clone(), &no_pair),
        fault(&own, idle_pair.clone(), &idle_pair),
        fault(&authority, pending.clone(), &pending),
        fault(&authority, disabled.clone(), &disabled),
        fault(&authority, key.clone(), "cannot vouch for certificates."),
        fault(&own, key, "KeyClass SYMMETRIC_KEY has no private key here."),
        fault(&issued, "AAAA", "WrappingKeyCertificate: "),
        fault(&issued, import::aws("root-4096"), "do not match"),
        fault(&in_token("WrappedKeyBlock"), "3000", "WrappedKeyBlock: "),
    ];
    first_wins(bench, Operation::ImportKey, &good, &faults);
}

#[test]
fn a_token_that_a_pair_signs_goes_out() {
    let mut both = Both::new();
    let key = both.key(PEK, &B);
    let good = both.export(&key);
    let bench = &mut both.bench;
    let Idle {
        authority: [pending, disabled],
        pair: [no_pair, idle_pair],
    } = idle_keys(bench);
    let [no_key, idle_key] = idle(bench, |bench| bench.create(PEK, "TDES_2KEY", &B));
    let mut kept = symmetric(PEK, "TDES_2KEY", &B);
    kept["Exportable"] = json!(false);
    let kept = arn(&bench.ok(Operation::CreateKey, &kept));
    let public = root(bench);
    let subject = "/ExportKeyIdentifier";
    let authority = in_token("CertificateAuthorityPublicKeyIdentifier");
    let (own, issued) = (
        in_token("SigningKeyIdentifier"),
        in_token("SigningKeyCertificate"),
    );
    let sensitive = json!({"KeyExportability": "SENSITIVE"});
    #[rustfmt::skip] // one fault, one line
    let faults = [
        fault(&issued, "[", "Value at 'keyMaterial.tr34KeyBlock.signingKeyCertificate'"),
        fault(subject, "alias/none", "Alias alias/none was not found."),
        fault(&authority, UNKNOWN, "was not found."),
        fault(&own, "alias/pair", "Alias alias/pair was not found."),
        fault(subject, no_key.clone(), &no_key),
        fault(subject, idle_key.clone(), &idle_key),
        fault(&authority, pending.clone(), &pending),
        fault(&authority, disabled.clone(), &disabled),
        fault(&own, no_pair, "is not in CREATE_COMPLETE state."),
        fault(&own, idle_pair, "is not enabled."),
        fault(subject, public, "only a SYMMETRIC_KEY can be exported."),
        fault(subject, kept, "is not exportable."),
        fault("/ExportAttributes", json!({"KeyCheckValueAlgorithm": "CMAC"}), "ExportAttributes is valid for"),
        fault(&authority, key.clone(), "cannot vouch for certificates."),
        fault(&own, key, "KeyClass SYMMETRIC_KEY has no private key here."),
        fault(&issued, "AAAA", "SigningKeyCertificate: "),
        fault(&in_token("WrappingKeyCertificate"), "AAAA", "WrappingKeyCertificate: "),
        fault(&in_token("KeyBlockHeaders"), sensitive, "KeyBlockHeaders.KeyExportability"),
    ];
    first_wins(bench, Operation::ExportKey, &good, &faults);
}

#[test]
fn a_key_that_is_made_and_deleted() {
    let mut bench = Bench::new();
    let good = symmetric(PEK, "AES_128", &B);
    #[rustfmt::skip] // one fault, one line
    let faults = [
        fault("/Exportable", Value::Null, "Value null at 'exportable'"),
        fault("/Tags", json!([{"Key": "aws:a"}]), "Tags: the key 'aws:a' begins with 'aws:'"),
        fault("/KeyAttributes/KeyClass", "PUBLIC_KEY", "KeyClass PUBLIC_KEY is not valid"),
        fault("/KeyAttributes/KeyAlgorithm", "RSA_2048", "KeyAlgorithm RSA_2048 is not valid"),
        fault("/KeyAttributes/KeyModesOfUse", json!({}), "KeyModesOfUse [] is not valid"),
        fault("/KeyCheckValueAlgorithm", "SHA_1", "KeyCheckValueAlgorithm SHA_1 is not valid"),
    ];
    first_wins(&mut bench, Operation::CreateKey, &good, &faults);
    // The quota is told last.
    bench.limits.keys = Some(1);
    let error = bench.call(Operation::CreateKey, &good).unwrap_err();
    assert!(error.message.starts_with("The limit of 1 keys"), "{error}");
    for fault in &faults {
        let mut request = good.clone();
        spoil(&mut request, fault);
        let message = bench.invalid(Operation::CreateKey, &request);
        assert!(message.contains(&fault.said), "{message}");
    }
    bench.limits.keys = None;
    let key = bench.create(PEK, "AES_128", &B);
    let [pending, _] = idle(&mut bench, |bench| bench.create(PEK, "AES_128", &B));
    #[rustfmt::skip] // one fault, one line
    let faults = [
        fault("/DeleteKeyInDays", 2, "Value '2' at 'deleteKeyInDays'"),
        fault("/KeyIdentifier", UNKNOWN, "was not found."),
        fault("/KeyIdentifier", pending, "is not in CREATE_COMPLETE state."),
    ];
    first_wins(&mut bench, Operation::DeleteKey, &named(&key), &faults);
    for operation in [Operation::StartKeyUsage, Operation::RestoreKey] {
        let later = json!({"KeyIdentifier": UNKNOWN, "RequesterComment": "x"});
        let message = bench.invalid(operation, &later);
        assert_eq!(
            message,
            "RequesterComment is not supported by this control plane."
        );
    }
}

#[test]
fn names_of_keys() {
    let mut bench = Bench::new();
    let key = bench.kek();
    let name = |alias: &str| json!({"AliasName": alias, "KeyArn": key});
    bench.ok(Operation::CreateAlias, &name("alias/taken"));
    let shape = || fault("/AliasName", "alias/!", "Value 'alias/!' at 'aliasName'");
    let unknown = || fault("/KeyArn", UNKNOWN, "Key arn:");
    let taken = fault(
        "/AliasName",
        "alias/taken",
        "Alias alias/taken already exists.",
    );
    let missing = fault(
        "/AliasName",
        "alias/none",
        "Alias alias/none was not found.",
    );
    let faults = [shape(), unknown(), taken];
    first_wins(
        &mut bench,
        Operation::CreateAlias,
        &name("alias/a"),
        &faults,
    );
    bench.limits.aliases = Some(2);
    let error = bench
        .call(Operation::CreateAlias, &name("alias/b"))
        .unwrap_err();
    assert!(
        error.message.starts_with("The limit of 2 aliases"),
        "{error}"
    );
    let error = bench
        .call(Operation::CreateAlias, &name("alias/a"))
        .unwrap_err();
    assert_eq!(error.message, "Alias alias/a already exists.");
    let faults = [shape(), missing, unknown()];
    first_wins(
        &mut bench,
        Operation::UpdateAlias,
        &name("alias/a"),
        &faults,
    );
    for operation in [Operation::GetAlias, Operation::DeleteAlias] {
        #[rustfmt::skip] // one fault, one line
    let faults = [
            shape(),
            fault(
                "/AliasName",
                "alias/none",
                "Alias alias/none was not found.",
            ),
        ];
        first_wins(
            &mut bench,
            operation,
            &json!({"AliasName": "alias/taken"}),
            &faults,
        );
    }
}
