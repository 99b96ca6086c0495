//! Both roads make the same bytes and give one answer; which key takes which.

use std::sync::{OnceLock, atomic::AtomicBool};

use pkcs8::EncodePrivateKey;
use proptest::prelude::*;
use rand_core::CryptoRng;

use super::*;
use crate::crypto::{Entropy, OsEntropy, SeededEntropy, keygen};
use SignatureHash::{Sha224 as S224, Sha256 as S256, Sha384 as S384, Sha512 as S512};
use WrappingKeySpec::{RSA_OAEP_SHA_256, RSA_OAEP_SHA_512};

/// What is done to the first byte, and to the data behind the seed, before they are masked.
type Change<'c> = &'c dyn Fn(&mut [u8], &mut [u8]);

const HASHES: [SignatureHash; 4] = [S224, S256, S384, S512];

fn rng() -> Box<dyn CryptoRng + Send> {
    OsEntropy.draw("test").unwrap()
}

fn pairs() -> &'static [keygen::RsaPair] {
    static PAIRS: OnceLock<Vec<keygen::RsaPair>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        let mut rng = SeededEntropy::new("backend").draw("rsa-prime").unwrap();
        [2048, 3072, 4096]
            .map(|bits| keygen::rsa(bits, rng.as_mut(), &AtomicBool::new(false)).unwrap())
            .into()
    })
}

fn sign(pkcs8: &SecretBytes, hash: SignatureHash, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
    SigningKey::new(pkcs8).sign(hash, message)
}

fn open(
    pkcs8: &SecretBytes,
    cryptogram: &[u8],
    spec: WrappingKeySpec,
) -> Result<SecretBytes, CryptoError> {
    OpeningKey::new(pkcs8).open(cryptogram, spec)
}

/// Whether aws-lc takes the key, so that the tests know which road they are on.
fn is_fast(pkcs8: &SecretBytes) -> bool {
    KeyPair::from_pkcs8(pkcs8.expose()).is_ok()
}

/// The pair's private key with a CRT coefficient that is not its own: the `rsa` crate computes its own and does not
/// look at it, aws-lc refuses the key.
fn with_a_wrong_coefficient(pair: &keygen::RsaPair) -> SecretBytes {
    let key = PrivateKey::from_pkcs8_der(pair.pkcs8.expose()).unwrap();
    let coefficient = key.crt_coefficient().unwrap().to_be_bytes();
    let coefficient: Vec<u8> = coefficient
        .iter()
        .copied()
        .skip_while(|b| *b == 0)
        .collect();
    let mut bytes = key.to_pkcs8_der().unwrap().as_bytes().to_vec();
    let at = bytes.len() - 1;
    assert!(bytes.ends_with(&coefficient));
    bytes[at] ^= 2;
    SecretBytes::new(bytes)
}

#[test]
fn the_two_make_the_same_signatures_and_take_each_others() {
    for (pair, message) in pairs().iter().zip([&b""[..], b"a", &[0x5A; 5000]]) {
        assert!(is_fast(&pair.pkcs8));
        for hash in HASHES {
            let signature = sign(&pair.pkcs8, hash, message).unwrap();
            assert_eq!(signature, slow_sign(&pair.pkcs8, hash, message).unwrap());
            for check in [is_signed, slow_is_signed] {
                assert!(check(&pair.spki, hash, message, &signature).unwrap());
            }
        }
    }
}

#[test]
fn each_opens_what_was_sealed_and_refuses_under_one_error() {
    for pair in pairs() {
        let key = SecretBytes::new((0..32).collect());
        for spec in [RSA_OAEP_SHA_256, RSA_OAEP_SHA_512] {
            let closed = rsa_wrap::wrap(&pair.spki, &key, spec, rng().as_mut()).unwrap();
            for open in [open, slow_open] {
                assert!(open(&pair.pkcs8, &closed, spec).unwrap().ct_eq(&key));
            }
        }
    }
}

/// Keys that aws-lc does not take go on as before, by the other road.
#[test]
fn a_key_that_aws_lc_refuses_is_used_by_the_rsa_crate() {
    let pair = &pairs()[0];
    let odd = with_a_wrong_coefficient(pair);
    assert!(!is_fast(&odd));
    for hash in HASHES {
        let signature = sign(&odd, hash, b"message").unwrap();
        assert_eq!(signature, sign(&pair.pkcs8, hash, b"message").unwrap());
    }
    let key = SecretBytes::new(vec![7; 24]);
    let closed = rsa_wrap::wrap(&pair.spki, &key, RSA_OAEP_SHA_256, rng().as_mut()).unwrap();
    assert!(open(&odd, &closed, RSA_OAEP_SHA_256).unwrap().ct_eq(&key));
    assert_eq!(
        open(&odd, &closed, RSA_OAEP_SHA_512).err(),
        Some(CryptoError::Unwrap)
    );
}

/// aws-lc alone would not look behind a document.
#[test]
fn bytes_behind_a_key_are_refused() {
    let pair = &pairs()[0];
    let mut private = pair.pkcs8.expose().to_vec();
    private.push(0);
    let private = SecretBytes::new(private);
    assert!(is_fast(&private), "then the check before it is not needed");
    let unreadable = Some(CryptoError::PrivateKeyUnreadable);
    assert_eq!(sign(&private, S256, b"").err(), unreadable);
    assert_eq!(
        open(&private, &[0; 256], RSA_OAEP_SHA_256).err(),
        unreadable
    );
    assert!(public_key(&private).is_err());
    let public = [pair.spki.as_slice(), &[0]].concat();
    assert_eq!(
        is_signed(&public, S256, b"", &[0; 256]),
        Err(CryptoError::WrappingKeyUnreadable)
    );
}

/// Another first byte, another label, no one behind the zeros, a stray byte among them: one answer.
#[test]
fn whatever_is_wrong_inside_the_padding_has_one_answer() {
    let pair = &pairs()[0];
    let public = PublicKey::from_public_key_der(&pair.spki).unwrap();
    let sealed = |change: Change<'_>| {
        let mut encoded = vec![0; 256];
        {
            let (first, rest) = encoded.split_at_mut(1);
            let data = &mut rest[32..];
            data[..32].copy_from_slice(&<Sha256 as sha2::Digest>::digest([]));
            data[223 - 17] = 1;
            change(first, data);
        }
        rsa_wrap::mask::<Sha256>(&mut encoded).unwrap();
        let number = BoxedUint::from_be_slice(&encoded, 2048).unwrap();
        rsa::hazmat::rsa_encrypt(&public, &number)
            .unwrap()
            .to_be_bytes()
    };
    let opened = |closed: &[u8]| {
        let [fast, slow] =
            [open, slow_open].map(|open| open(&pair.pkcs8, closed, RSA_OAEP_SHA_256));
        assert_eq!(fast.as_ref().err(), slow.as_ref().err());
        fast.map(|key| key.len())
    };
    assert_eq!(opened(&sealed(&|_, _| ())), Ok(16));
    let wrong: [Change; 5] = [
        &|first, _| first[0] = 1,
        &|_, data| data[0] ^= 1,
        &|_, data| data[40] = 2,
        &|_, data| data[223 - 17] = 0,
        &|_, data| data[223 - 17] = 3,
    ];
    for change in wrong {
        assert_eq!(opened(&sealed(change)), Err(CryptoError::Unwrap));
    }
    // Not below the modulus, or of another length.
    for closed in [vec![0xFF; 256], vec![1; 255], vec![1; 257], Vec::new()] {
        assert_eq!(opened(&closed), Err(CryptoError::Unwrap));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn signatures_and_cryptograms_agree(
        message in proptest::collection::vec(any::<u8>(), 0..200),
        key in proptest::collection::vec(any::<u8>(), 0..62),
        which in 0_usize..4,
    ) {
        let pair = &pairs()[0];
        let signature = sign(&pair.pkcs8, HASHES[which], &message).unwrap();
        prop_assert_eq!(&signature, &slow_sign(&pair.pkcs8, HASHES[which], &message).unwrap());
        let key = SecretBytes::new(key);
        let spec = if which % 2 == 0 { RSA_OAEP_SHA_256 } else { RSA_OAEP_SHA_512 };
        let closed = rsa_wrap::wrap(&pair.spki, &key, spec, rng().as_mut()).unwrap();
        for open in [open, slow_open] {
            prop_assert!(open(&pair.pkcs8, &closed, spec).unwrap().ct_eq(&key));
        }
    }

    #[test]
    fn one_flipped_bit_has_one_answer_on_both_roads(at in 0_usize..256, bit in 0_u32..8) {
        let pair = &pairs()[0];
        let key = SecretBytes::new(vec![9; 16]);
        let mut closed = rsa_wrap::wrap(&pair.spki, &key, RSA_OAEP_SHA_256, rng().as_mut()).unwrap();
        closed[at] ^= 1 << bit;
        for open in [open, slow_open] {
            prop_assert_eq!(open(&pair.pkcs8, &closed, RSA_OAEP_SHA_256).err(), Some(CryptoError::Unwrap));
        }
        let mut signature = sign(&pair.pkcs8, S256, b"message").unwrap();
        signature[at] ^= 1 << bit;
        for check in [is_signed, slow_is_signed] {
            prop_assert!(!check(&pair.spki, S256, b"message", &signature).unwrap());
        }
    }

    #[test]
    fn keys_that_are_none_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(is_signed(&bytes, S256, b"", &[0; 256]).is_err());
        let secret = SecretBytes::new(bytes);
        prop_assert!(sign(&secret, S256, b"").is_err());
        prop_assert!(open(&secret, &[0; 256], RSA_OAEP_SHA_256).is_err());
        prop_assert!(public_key(&secret).is_err());
    }
}
