//! Properties of key tokens, and what the vectors do not show.

use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use der::Encode;
use der::asn1::{Any, ObjectIdentifier};
use proptest::prelude::*;

use super::enveloped::{self, EnvelopedData};
use super::signed::{ContentInfo, SignedData};
use super::*;
use crate::api::{KeyAlgorithm, Timestamp};
use crate::crypto::rsa_backend::{OpeningKey, SigningKey};
use crate::crypto::tr31::{Exportability, Header, Mode, Usage, Version};
use crate::crypto::{Entropy, OsEntropy, SecretBytes, SeededEntropy, keygen};

const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA1_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");

struct Party {
    id: PartyId,
    pair: keygen::RsaPair,
}

impl Party {
    fn signer(&self) -> SignerKey {
        SignerKey {
            id: self.id.clone(),
            spki_der: self.pair.spki.clone(),
            certificate_der: Vec::new(),
        }
    }
}

/// A sender and a receiver: names are two empty sequences, told apart by their serial numbers.
fn parties() -> &'static [Party; 2] {
    static PARTIES: OnceLock<[Party; 2]> = OnceLock::new();
    PARTIES.get_or_init(|| {
        [1, 2].map(|serial| {
            let mut rng = SeededEntropy::new(&format!("tr34 {serial}"))
                .draw("rsa-prime")
                .unwrap();
            Party {
                id: PartyId::new(&[0x30, 0], &[serial]).unwrap(),
                pair: keygen::rsa(2048, rng.as_mut(), &AtomicBool::new(false)).unwrap(),
            }
        })
    })
}

fn send(profile: Profile, header: &str, key: &SecretBytes, freshness: &Freshness) -> Vec<u8> {
    let [kdh, krd] = parties();
    build(
        &profile,
        &Sender {
            id: &kdh.id,
            key: &SigningKey::new(&kdh.pair.pkcs8),
        },
        &Recipient {
            id: &krd.id,
            spki_der: &krd.pair.spki,
        },
        &KeyToSend {
            key,
            header,
            freshness,
            crl: None,
            certificate: None,
        },
        OsEntropy.draw("test").unwrap().as_mut(),
    )
    .unwrap()
}

fn receive(bytes: &[u8]) -> Result<SecretBytes, Tr34Error> {
    let [kdh, krd] = parties();
    let token = KeyToken::parse(bytes)?;
    token.verify(&kdh.signer())?;
    token.open(&krd.id, &OpeningKey::new(&krd.pair.pkcs8))
}

fn sample() -> Vec<u8> {
    let key = SecretBytes::new((1..=16).collect());
    let nonce = Freshness::Nonce(vec![7; 8]);
    send(Profile::default(), "D0112K0TB00E0000", &key, &nonce)
}

fn forms() -> impl Strategy<Value = Profile> {
    let form = prop_oneof![
        Just(Form::X9_TR34_2012),
        Just(Form::CMS_2019),
        Just(Form::ANNEX_B_PRINTED),
        Just(Form::ANNEX_B_CORRECTED),
        Just(Form::FUTUREX),
    ];
    let inner = prop_oneof![Just(InnerHeader::Attribute), Just(InnerHeader::Octets)];
    let version = prop_oneof![Just(Version::B), Just(Version::D)];
    (form, inner, version).prop_map(|(form, inner_header, header_version)| Profile {
        form,
        inner_header,
        header_version,
    })
}

fn keys() -> impl Strategy<Value = (KeyAlgorithm, Vec<u8>)> {
    let lengths = [
        (KeyAlgorithm::TDES_2KEY, 16),
        (KeyAlgorithm::TDES_3KEY, 24),
        (KeyAlgorithm::AES_128, 16),
        (KeyAlgorithm::AES_192, 24),
        (KeyAlgorithm::AES_256, 32),
    ];
    prop::sample::select(lengths.to_vec()).prop_flat_map(|(algorithm, length)| {
        prop::collection::vec(any::<u8>(), length).prop_map(move |key| (algorithm, key))
    })
}

fn freshness() -> impl Strategy<Value = Freshness> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 8..=16).prop_map(Freshness::Nonce),
        (0..4_000_000_000_i64)
            .prop_map(|seconds| Freshness::SigningTime(Timestamp::from_millis(seconds * 1000))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_built_opens_to_the_same_key(
        profile in forms(),
        (algorithm, key) in keys(),
        fresh in freshness(),
    ) {
        let key = SecretBytes::new(key);
        let header = Header::new(
            Version::D,
            Usage::new("K0").unwrap(),
            crate::crypto::tr31::Algorithm::of(algorithm).unwrap(),
            Mode::new("B").unwrap(),
            Exportability::TRUSTED,
        );
        let header = header_text(&header, &profile).unwrap();
        let bytes = send(profile, &header, &key, &fresh);
        let token = KeyToken::parse(&bytes).unwrap();
        prop_assert!(token.is_der());
        prop_assert_eq!(token.header_text(), &header);
        prop_assert_eq!(Form { sorted: profile.form.sorted, ..*token.form() }, profile.form);
        match &fresh {
            Freshness::Nonce(nonce) => prop_assert_eq!(token.nonce(), Some(nonce.as_slice())),
            Freshness::SigningTime(at) => prop_assert_eq!(token.signing_time(), Some(*at)),
        }
        prop_assert!(receive(&bytes).unwrap().ct_eq(&key));
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(AnyToken::parse(&bytes).is_err());
    }

    #[test]
    fn one_flipped_bit_is_refused(profile in forms(), at in any::<prop::sample::Index>()) {
        let key = SecretBytes::new((1..=16).collect());
        let nonce = Freshness::Nonce(vec![7; 8]);
        let mut bytes = send(profile, "D0112K0TB00E0000", &key, &nonce);
        let bit = at.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(receive(&bytes).is_err(), "bit {}", bit);
    }
}

/// The sample with something changed before it is encoded again; its signature no longer matters.
fn changed(change: impl FnOnce(&mut SignedData)) -> Tr34Error {
    let mut content = SignedData::read(&sample()).unwrap();
    change(&mut content);
    let kind = oid::SIGNED_DATA;
    let bytes = ContentInfo { kind, content }.to_der().unwrap();
    KeyToken::parse(&bytes).unwrap_err()
}

/// The same for its envelope.
fn envelope_changed(change: impl FnOnce(&mut EnvelopedData)) -> Tr34Error {
    use der::{DecodeValue, Header, Length, SliceReader, Tag};
    changed(|data| {
        let bytes = data.content.bytes.as_mut().unwrap();
        let header = Header::new(Tag::Sequence, Length::try_from(bytes.0.len()).unwrap());
        let mut reader = SliceReader::new(&bytes.0).unwrap();
        let mut envelope = EnvelopedData::decode_value(&mut reader, header).unwrap();
        change(&mut envelope);
        bytes.0 = enveloped::write(&envelope, false).unwrap();
    })
}

fn sha1_refused(place: &'static str) -> Tr34Error {
    Tr34Error::WeakHash {
        hash: "SHA-1",
        place,
    }
}

#[test]
fn sha1_is_refused_by_name_wherever_it_stands() {
    let digest = sha1_refused("digest");
    assert_eq!(changed(|d| d.digests.0[0].oid = SHA1), digest);
    assert_eq!(changed(|d| d.signers.0[0].digest.oid = SHA1), digest);
    let signature = changed(|d| d.signers.0[0].algorithm.oid = SHA1_WITH_RSA);
    assert_eq!(signature, sha1_refused("signature"));
    assert!(signature.to_string().contains("SHA-1 for its signature"));
    let key = sha1_refused("key encryption");
    // RFC 8017: OAEP without parameters, or with empty ones, means SHA-1.
    let absent = envelope_changed(|e| e.recipients.0[0].algorithm.parameters = None);
    assert_eq!(absent, key);
    let empty = Any::new(der::Tag::Sequence, []).unwrap();
    let empty = envelope_changed(|e| e.recipients.0[0].algorithm.parameters = Some(empty));
    assert_eq!(empty, key);
}

#[test]
fn other_algorithms_are_refused_by_number() {
    let foreign = ObjectIdentifier::new_unwrap("1.2.3.4");
    for error in [
        changed(|d| d.signers.0[0].algorithm.oid = foreign),
        envelope_changed(|e| e.recipients.0[0].algorithm.oid = foreign),
        envelope_changed(|e| e.content.algorithm.cipher = foreign),
    ] {
        assert_eq!(error.code(), "unsupported-algorithm");
        assert!(error.to_string().contains("1.2.3.4"), "{error}");
    }
}

#[test]
fn parts_that_no_dialect_has_together_are_refused() {
    for error in [
        changed(|d| d.version = 3),
        changed(|d| d.version = 2),
        changed(|d| d.signers.0[0].version = 3),
        changed(|d| d.signers.0[0].unsigned = Some(super::asn1::RawSet(Vec::new()))),
        changed(|d| d.digests.0.clear()),
        changed(|d| d.late_crls = Some(super::asn1::InOrder(Vec::new()))),
    ] {
        assert!(matches!(error, Tr34Error::MixedForm(_)), "{error}");
    }
    let two = envelope_changed(|e| e.content.beside = e.content.algorithm.inside.clone());
    assert_eq!(two.code(), "not-a-key-token");
    let none = envelope_changed(|e| e.content.algorithm.inside = None);
    assert_eq!(none.code(), "not-a-key-token");
}

/// Another receiver's key decrypts nothing, and says no more than any other fault.
#[test]
fn another_private_key_gets_the_one_answer() {
    let [kdh, krd] = parties();
    let token = KeyToken::parse(&sample()).unwrap();
    let refused = token
        .open(&krd.id, &OpeningKey::new(&kdh.pair.pkcs8))
        .err()
        .unwrap();
    assert_eq!(refused, Tr34Error::Unopened(OpenFault::Decryption));
    assert!(refused.is_cryptographic());
    let other = token
        .open(&kdh.id, &OpeningKey::new(&krd.pair.pkcs8))
        .err()
        .unwrap();
    assert_eq!(other, Tr34Error::Recipient);
}

#[test]
fn a_carried_certificate_is_the_signers_own() {
    let [kdh, _] = parties();
    let foreign = changed_certificates(&[vec![0x30, 0]]);
    assert!(foreign.verify(&kdh.signer()).is_err());
}

fn changed_certificates(certificates: &[Vec<u8>]) -> KeyToken {
    use der::Decode;
    let mut content = SignedData::read(&sample()).unwrap();
    let elements = certificates.iter().map(|der| Any::from_der(der).unwrap());
    content.certificates = Some(super::asn1::InOrder(elements.collect()));
    let kind = oid::SIGNED_DATA;
    KeyToken::parse(&ContentInfo { kind, content }.to_der().unwrap()).unwrap()
}

#[test]
fn a_key_that_does_not_fit_its_header_is_not_sent() {
    let [kdh, krd] = parties();
    let refused = build(
        &Profile::default(),
        &Sender {
            id: &kdh.id,
            key: &SigningKey::new(&kdh.pair.pkcs8),
        },
        &Recipient {
            id: &krd.id,
            spki_der: &krd.pair.spki,
        },
        &KeyToSend {
            key: &SecretBytes::new(vec![1; 20]),
            header: "D0112K0TB00E0000",
            freshness: &Freshness::Nonce(vec![7; 8]),
            crl: None,
            certificate: None,
        },
        OsEntropy.draw("test").unwrap().as_mut(),
    );
    assert!(matches!(refused, Err(Tr34Error::Unwritable(_))));
}
