//! Unbind and rebind tokens for a device that is bound to this vault.

use data_encoding::HEXUPPER;
use serde_json::Value;

use super::{
    Bench, DAY, Mask, import,
    parameters::{bench, certificate, ready, signing, text},
};
use crate::{
    api::{ApiError, ErrorKind, Operation},
    crypto::tr34::{Binding, PartyId, SignerKey},
    engine::{BindingRequest, Context, NewSender, SecretOpen},
    pki::Certificate,
};

const NONCE: &str = "0439F40A883AD204";

fn given(bench: &mut Bench, bits: usize) -> Value {
    bench.prepared = Some(ready(bits));
    let asked = signing("TR34_KEY_BLOCK", &format!("RSA_{bits}"));
    bench.ok(Operation::GetParametersForExport, &asked)
}

fn unbinding(token: &Value) -> BindingRequest {
    BindingRequest {
        receiver: import::aws("leaf-3072"),
        new_sender: None,
        random_nonce: NONCE.to_owned(),
        export_token: Some(text(token, "ExportToken").to_owned()),
        signing_key_identifier: None,
        signing_key_certificate: None,
        counterparty_profile: None,
    }
}

fn to(certificate: String, authority: Option<&str>) -> NewSender {
    NewSender {
        certificate,
        certificate_authority_public_key_identifier: authority.map(str::to_owned),
    }
}

/// What the two doors say; they must say the same.
fn signed(bench: &mut Bench, request: &BindingRequest) -> Result<String, ApiError> {
    let checked = bench
        .state
        .check_binding(request, bench.now(), bench.profile);
    let ctx = Context {
        clock: &bench.clock,
        entropy: &mut bench.entropy,
        seal: &Mask,
        open: bench.open.then_some(&Mask as &dyn SecretOpen),
        prepared: None,
        prepared_root: None,
        stop: &std::sync::atomic::AtomicBool::new(false),
        vault: "",
        profile: bench.profile,
        limits: bench.limits.clone(),
    };
    let answer = bench.state.binding_token(request, &ctx);
    if let Err(refusal) = checked {
        assert_eq!(answer.as_ref().err(), Some(&refusal));
    }
    answer
}

fn id(certificate: &Certificate) -> PartyId {
    PartyId::new(certificate.issuer_der(), certificate.serial()).unwrap()
}

#[test]
fn the_device_reads_who_lets_it_go_and_who_takes_it_over() {
    let mut bench = bench();
    let top = import::root(&mut bench, "root-4096", "RSA_4096");
    let (old, renewed) = (given(&mut bench, 2048), given(&mut bench, 3072));
    let signer = certificate(&old, "SigningKeyCertificate");
    let device = Certificate::from_any(import::pem("leaf-3072").as_bytes()).unwrap();
    let own = text(&renewed, "SigningKeyCertificate").to_owned();
    for new_sender in [
        None,
        Some(to(import::aws("leaf-signs-only"), Some(&top))),
        Some(to(own, None)),
    ] {
        let request = BindingRequest {
            new_sender: new_sender.clone(),
            ..unbinding(&old)
        };
        let before = bench.state.clone();
        let hex = signed(&mut bench, &request).unwrap();
        assert_eq!(bench.state, before, "signing changes nothing here");
        let token = Binding::parse(&HEXUPPER.decode(hex.as_bytes()).unwrap()).unwrap();
        token
            .verify(&SignerKey {
                id: id(&signer),
                spki_der: signer.spki_der().to_vec(),
                certificate_der: signer.der().to_vec(),
            })
            .unwrap();
        assert_eq!(*token.krd(), id(&device));
        assert_eq!(token.old_kdh(), None);
        token
            .check_nonce(&HEXUPPER.decode(NONCE.as_bytes()).unwrap())
            .unwrap();
        let new = new_sender.map(|new| {
            let certificate = Certificate::from_any(new.certificate.as_bytes()).unwrap();
            certificate.der().to_vec()
        });
        assert_eq!(token.new_kdh().map(<[u8]>::to_vec), new);
    }
}

#[test]
fn what_would_bind_a_device_wrongly_is_refused() {
    let mut bench = bench();
    let top = import::root(&mut bench, "root-4096", "RSA_4096");
    let old = given(&mut bench, 2048);
    let own = || text(&old, "SigningKeyCertificate").to_owned();
    let good = unbinding(&old);
    let over = |new_sender| BindingRequest {
        new_sender: Some(new_sender),
        ..good.clone()
    };
    let leaf = import::aws;
    let mut foreign = bench_of_another();
    let stranger = text(&given(&mut foreign, 3072), "SigningKeyCertificate").to_owned();
    for (request, says) in [
        (
            BindingRequest {
                receiver: own(),
                ..good.clone()
            },
            "Receiver: this is the certificate of the sender that signs",
        ),
        (over(to(own(), None)), "bound to this very sender already"),
        (
            over(to(leaf("leaf-signs-only"), None)),
            "Name the imported root above it",
        ),
        (
            over(to(leaf("leaf-3072"), Some(&top))),
            "this is the device's own certificate",
        ),
        (over(to(stranger, Some(&top))), "NewSender: "),
        (over(to(leaf("leaf-expired"), Some(&top))), "NewSender: "),
        (
            BindingRequest {
                random_nonce: "00112233445566".to_owned(),
                ..good.clone()
            },
            "RandomNonce must have 8 to 16 bytes",
        ),
        (
            BindingRequest {
                export_token: None,
                ..good.clone()
            },
            "exportToken",
        ),
    ] {
        let error = signed(&mut bench, &request).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Validation, "{error}");
        assert!(error.message.contains(says), "{says}: {error}");
    }
    bench.open = false;
    let error = signed(&mut bench, &good).unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    bench.open = true;
    bench.advance(7 * DAY);
    let error = signed(&mut bench, &good).unwrap_err();
    assert!(
        error.message.starts_with("ExportToken has expired at "),
        "{error}"
    );
}

fn bench_of_another() -> Bench {
    let mut other = bench();
    other.entropy = crate::crypto::SeededEntropy::new("another vault");
    other
}
