//! Every tuple of usage, class, algorithm and modes through the door itself: what the table admits and nothing else.

use super::{
    Bench, Mask, import,
    parameters::{self, ready},
};
use crate::{
    api::{
        CreateKeyInput, ErrorKind, ImportKeyInput, ImportKeyMaterial, KeyAlgorithm, KeyAttributes,
        KeyClass, KeyModesOfUse, KeyUsage, Operation, Request, TrustedCertificatePublicKey,
    },
    engine::{Context, ControlPlane, EngineState, Limits, SecretOpen, attributes::mode_letter},
};

/// 2 to the number of modes.
const MODE_SETS: u32 = 512;

fn modes(bits: u32) -> KeyModesOfUse {
    let bit = |n: u32| bits & (1 << n) != 0;
    KeyModesOfUse {
        encrypt: bit(0),
        decrypt: bit(1),
        wrap: bit(2),
        unwrap: bit(3),
        generate: bit(4),
        sign: bit(5),
        verify: bit(6),
        derive_key: bit(7),
        no_restrictions: bit(8),
    }
}

fn tuples(usages: &[KeyUsage]) -> impl Iterator<Item = KeyAttributes> {
    usages.iter().flat_map(|usage| {
        KeyClass::ALL.iter().flat_map(move |class| {
            KeyAlgorithm::ALL.iter().flat_map(move |algorithm| {
                (0..MODE_SETS).map(move |bits| KeyAttributes {
                    key_usage: *usage,
                    key_class: *class,
                    key_algorithm: *algorithm,
                    key_modes_of_use: modes(bits),
                })
            })
        })
    })
}

/// Handles a request and goes back to `empty`, so that the state does not grow with what is accepted. Gives the
/// refusal's message, if it is one.
fn refused(bench: &mut Bench, empty: &EngineState, request: &Request) -> Option<String> {
    let bits = EngineState::needs_rsa(request);
    let mut ctx = Context {
        clock: &bench.clock,
        entropy: &mut bench.entropy,
        seal: &Mask,
        open: Some(&Mask as &dyn SecretOpen),
        prepared: bits.map(ready),
        prepared_root: None,
        stop: &std::sync::atomic::AtomicBool::new(false),
        vault: "",
        profile: bench.profile,
        limits: Limits::default(),
    };
    match bench.state.handle(request, &mut ctx) {
        Ok(_) => {
            assert_eq!(bench.state.len(), empty.len() + 1);
            bench.state = empty.clone();
            None
        }
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::Validation, "{error}");
            assert_eq!(bench.state.len(), empty.len());
            Some(error.message)
        }
    }
}

/// The sums of `count` over all usages, in two threads.
fn summed(count: impl Fn(&[KeyUsage]) -> [usize; 3] + Sync) -> [usize; 3] {
    let (one, other) = KeyUsage::ALL.split_at(KeyUsage::ALL.len() / 2);
    let sums = std::thread::scope(|scope| {
        [one, other]
            .map(|half| scope.spawn(|| count(half)))
            .map(|thread| thread.join().unwrap())
    });
    [0, 1, 2].map(|n| sums[0][n] + sums[1][n])
}

#[test]
fn create_key_accepts_307_of_376_832() {
    assert_eq!(summed(created), [376_832, 286, 21]);
}

/// Tuples seen, symmetric keys and pairs made.
fn created(usages: &[KeyUsage]) -> [usize; 3] {
    let mut bench = Bench::new();
    let empty = bench.state.clone();
    let (mut tuples_seen, mut symmetric, mut pairs) = (0, 0, 0);
    for key_attributes in tuples(usages) {
        tuples_seen += 1;
        let request = Request::CreateKey(CreateKeyInput {
            key_attributes,
            exportable: true,
            enabled: true,
            key_check_value_algorithm: None,
            tags: Vec::new(),
        });
        if refused(&mut bench, &empty, &request).is_none() {
            match key_attributes.key_class {
                KeyClass::SYMMETRIC_KEY => symmetric += 1,
                KeyClass::ASYMMETRIC_KEY_PAIR => pairs += 1,
                other => panic!("{other:?} cannot be created"),
            }
        }
    }
    [tuples_seen, symmetric, pairs]
}

/// A certificate of each length under one root; whose it is does not matter to the attributes.
fn issued(bench: &mut Bench) -> (String, [String; 3]) {
    let mut maker = parameters::bench();
    let mut root = None;
    let certificates = ["RSA_2048", "RSA_3072", "RSA_4096"].map(|algorithm| {
        maker.prepared = Some(ready(match algorithm {
            "RSA_2048" => 2048,
            "RSA_3072" => 3072,
            _ => 4096,
        }));
        let answer = maker.ok(
            Operation::GetParametersForImport,
            &parameters::wrapping("KEY_CRYPTOGRAM", algorithm),
        );
        root = Some(parameters::text(&answer, "WrappingKeyCertificateChain").to_owned());
        parameters::text(&answer, "WrappingKeyCertificate").to_owned()
    });
    let mut request = import::root_request("root-4096", "RSA_4096");
    request["KeyMaterial"]["RootCertificatePublicKey"]["PublicKeyCertificate"] =
        serde_json::json!(root.unwrap());
    let root = super::arn(&bench.ok(Operation::ImportKey, &request));
    (root, certificates)
}

fn import_request(key_attributes: KeyAttributes, authority: &str, certificate: &str) -> Request {
    Request::ImportKey(ImportKeyInput {
        key_material: ImportKeyMaterial::TrustedCertificatePublicKey(TrustedCertificatePublicKey {
            key_attributes,
            public_key_certificate: certificate.to_owned(),
            certificate_authority_public_key_identifier: authority.to_owned(),
        }),
        enabled: true,
        key_check_value_algorithm: None,
        tags: Vec::new(),
    })
}

/// Attributes come before the certificate: a tuple whose refusal is of the certificate (a short one, which is none)
/// has been accepted, and is tried again with a real one. Every tuple of PUBLIC_KEY comes to the door; of the other
/// classes, which no import of a certificate has, those whose modes have a letter (the table's own test sees all).
#[test]
fn import_of_a_public_key_accepts_9() {
    assert_eq!(summed(imported), [94_208 + 4_968, 9, 0]);
}

fn imported(usages: &[KeyUsage]) -> [usize; 3] {
    let mut bench = Bench::new();
    let (authority, certificates) = issued(&mut bench);
    let before = bench.state.clone();
    let (mut tuples_seen, mut found) = (0, 0);
    let door = |attributes: &KeyAttributes| {
        attributes.key_class == KeyClass::PUBLIC_KEY
            || mode_letter(&attributes.key_modes_of_use).is_some()
    };
    for key_attributes in tuples(usages).filter(door) {
        tuples_seen += 1;
        let request = import_request(key_attributes, &authority, "none");
        let message = refused(&mut bench, &before, &request).unwrap();
        if !message.starts_with("PublicKeyCertificate") {
            assert!(message.starts_with("Key"), "{message}");
            continue;
        }
        found += 1;
        let at = match key_attributes.key_algorithm {
            KeyAlgorithm::RSA_2048 => 0,
            KeyAlgorithm::RSA_3072 => 1,
            _ => 2,
        };
        let request = import_request(key_attributes, &authority, &certificates[at]);
        assert_eq!(refused(&mut bench, &before, &request), None);
    }
    [tuples_seen, found, 0]
}
