//! The other TR-34 tokens of the collection: credentials, nonces, unbind and rebind; read, verified, written again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking

#[allow(dead_code)] // the key tokens' part of it
mod tr34 {
    pub(crate) mod vectors;
}

use data_encoding::HEXUPPER;
use keymoot::crypto::rsa_backend::SigningKey;
use keymoot::crypto::tr34::{
    AnyToken, BindingToSend, Credential, Form, PartyId, Sender, build_binding, write_random,
};
use serde_json::Value;
use tr34::vectors::{Vectors, hex, text};

fn every() -> Vec<(Vectors, Value)> {
    let mut all = Vec::new();
    for (name, count) in [
        ("tr34-other", 5),
        ("tr34-other-bc", 4),
        ("tr34-other-annexb", 5),
    ] {
        let vectors = Vectors::read(name, count).vectors;
        all.extend(vectors.into_iter().map(|v| (Vectors::read(name, count), v)));
    }
    all
}

fn said(vector: &Value, member: &str) -> Option<Vec<u8>> {
    vector["expect"]
        .get(member)
        .map(|hex| HEXUPPER.decode(hex.as_str().unwrap().as_bytes()).unwrap())
}

#[test]
fn every_token_says_what_it_should() {
    for (file, vector) in every() {
        let (id, kind) = (text(&vector, "id"), text(&vector, "type"));
        let token = AnyToken::parse(&hex(&vector, "token")).unwrap_or_else(|e| panic!("{id}: {e}"));
        match token {
            AnyToken::Key(_) => panic!("{id}: no key"),
            AnyToken::Random(nonce) => {
                assert_eq!(kind, "random", "{id}");
                assert_eq!(Some(nonce), said(&vector, "nonce"), "{id}");
            }
            AnyToken::Credential(credential) => {
                assert!(kind.ends_with("credential"), "{id}");
                assert_eq!(
                    Some(&credential.certificate),
                    said(&vector, "certificate").as_ref()
                );
                assert_eq!(credential.crls.is_empty(), kind == "krd-credential", "{id}");
                if let Some(list) = said(&vector, "crl") {
                    assert_eq!(credential.crls, [list], "{id}");
                }
            }
            AnyToken::Binding(binding) => {
                assert_eq!(
                    binding.new_kdh().is_some(),
                    kind.ends_with("rebind"),
                    "{id}"
                );
                assert_eq!(
                    Some(binding.krd().to_der()),
                    said(&vector, "krd_id"),
                    "{id}"
                );
                let old = binding.old_kdh().map(PartyId::to_der);
                assert_eq!(old, said(&vector, "kdh_id"), "{id}");
                let new = binding.new_kdh().map(<[u8]>::to_vec);
                assert_eq!(new, said(&vector, "new_kdh_certificate"), "{id}");
                let signer = file.unjudged(&vector, text(&vector, "signer"));
                binding
                    .verify(&signer)
                    .unwrap_or_else(|e| panic!("{id}: {e}"));
                match vector["nonce"].as_str() {
                    Some(_) => binding.check_nonce(&hex(&vector, "nonce")).unwrap(),
                    None => assert!(binding.signing_time().is_some(), "{id}"),
                }
                assert!(binding.check_nonce(&[0; 8]).is_err(), "{id}");
                let other = file.unjudged(&vector, "krd");
                assert_eq!(
                    binding.verify(&other).unwrap_err().code(),
                    "signer-is-not-kdh"
                );
            }
        }
    }
}

#[test]
fn what_a_kdh_and_a_krd_send_is_written_byte_for_byte() {
    for (file, vector) in every() {
        let (id, whole) = (text(&vector, "id"), hex(&vector, "token"));
        let made = match AnyToken::parse(&whole).unwrap() {
            AnyToken::Key(_) => panic!("{id}: no key"),
            AnyToken::Random(nonce) => write_random(&nonce).unwrap(),
            AnyToken::Credential(credential) => {
                let made = credential.to_der().unwrap();
                // Read, never written: no content at all, and the list behind the signers.
                if id.starts_with("tr34-cl") || id == "annexb-b6" {
                    assert_eq!(Credential::parse(&made).unwrap(), credential, "{id}");
                    continue;
                }
                made
            }
            AnyToken::Binding(binding) => {
                // The others carry more attributes, are signed by an authority, or lack a header.
                if !id.starts_with("tr34-o-") {
                    continue;
                }
                let signer = file.unjudged(&vector, text(&vector, "signer"));
                let key = file.key(&vector, text(&vector, "signer"));
                let sender = Sender {
                    id: &signer.id,
                    key: &SigningKey::new(&key),
                };
                let sent = BindingToSend {
                    krd: binding.krd(),
                    new_kdh: binding.new_kdh(),
                    nonce: binding.nonce().unwrap(),
                    crl: binding.crls().first().map(Vec::as_slice),
                };
                build_binding(&Form::CMS_2019, &sender, &sent).unwrap()
            }
        };
        assert_eq!(HEXUPPER.encode(&made), HEXUPPER.encode(&whole), "{id}");
    }
}

#[test]
fn a_flipped_bit_in_what_is_signed_is_refused() {
    let (file, vector) = every()
        .into_iter()
        .find(|(_, v)| v["id"] == "tr34-o-ubt")
        .unwrap();
    let whole = hex(&vector, "token");
    let signer = file.unjudged(&vector, "kdh");
    // Revocation lists, judged apart, and the version, which no signature covers.
    let list = 124..555;
    for bit in (0..whole.len() * 8).filter(|bit| !list.contains(&(bit / 8)) && bit / 8 != 25) {
        let mut token = whole.clone();
        token[bit / 8] ^= 1 << (bit % 8);
        let accepted = AnyToken::parse(&token).is_ok_and(|token| match token {
            AnyToken::Binding(binding) => binding.verify(&signer).is_ok(),
            _ => false,
        });
        assert!(!accepted, "bit {bit}");
    }
}

#[test]
fn nonces_have_8_to_16_bytes() {
    for (length, fits) in [(7, false), (8, true), (16, true), (17, false)] {
        assert_eq!(write_random(&vec![1; length]).is_ok(), fits);
    }
}
