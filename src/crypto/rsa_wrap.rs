//! RSA wrap: a bare key under RSAES-OAEP (RFC 8017, section 7.1), one hash for OAEP and MGF1, empty label.
#![deny(clippy::indexing_slicing)]

use pkcs8::DecodePublicKey;
use rand_core::CryptoRng;
use rsa::traits::PublicKeyParts;
use rsa::{Oaep, PublicKey};
use sha2::{Digest, Sha256, Sha512};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::{CryptoError, SecretBytes, rsa_backend};
use crate::api::WrappingKeySpec;

/// Wraps `key` under an RSA public key (DER SubjectPublicKeyInfo, 2048, 3072 or 4096 bits).
///
/// The cryptogram is as long as the modulus. `rng` gives the OAEP seed.
///
/// # Errors
/// The public key is unreadable or of another size, or the key does not fit.
pub fn wrap(
    spki_der: &[u8],
    key: &SecretBytes,
    spec: WrappingKeySpec,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, CryptoError> {
    let public =
        PublicKey::from_public_key_der(spki_der).map_err(|_| CryptoError::WrappingKeyUnreadable)?;
    check_size(&public)?;
    let limit = public.size().saturating_sub(2 * hash_len(spec) + 2);
    if key.len() > limit {
        return Err(CryptoError::TooLongForOaep {
            limit,
            actual: key.len(),
        });
    }
    match spec {
        WrappingKeySpec::RSA_OAEP_SHA_256 => {
            public.encrypt(rng, Oaep::<Sha256>::new(), key.expose())
        }
        WrappingKeySpec::RSA_OAEP_SHA_512 => {
            public.encrypt(rng, Oaep::<Sha512>::new(), key.expose())
        }
    }
    .map_err(|_| CryptoError::WrappingKeyUnreadable)
}

/// Opens a cryptogram with an RSA private key (DER PKCS#8).
///
/// # Errors
/// One error for everything that can be wrong with a cryptogram, so that no answer tells which it was;
/// another one for a private key that is unreadable.
pub fn unwrap(
    pkcs8: &SecretBytes,
    cryptogram: &[u8],
    spec: WrappingKeySpec,
) -> Result<SecretBytes, CryptoError> {
    rsa_backend::open(pkcs8, cryptogram, spec)
}

pub(super) fn check_size(key: &impl PublicKeyParts) -> Result<(), CryptoError> {
    check_bits(key.n().bit_width_vartime() as usize)
}

/// Whether RSA of this length is used for wrapping.
pub(super) fn check_bits(bits: usize) -> Result<(), CryptoError> {
    if matches!(bits, 2048 | 3072 | 4096) {
        Ok(())
    } else {
        Err(CryptoError::RsaBits(bits))
    }
}

fn hash_len(spec: WrappingKeySpec) -> usize {
    match spec {
        WrappingKeySpec::RSA_OAEP_SHA_256 => Sha256::output_size(),
        WrappingKeySpec::RSA_OAEP_SHA_512 => Sha512::output_size(),
    }
}

/// EME-OAEP decoding (RFC 8017, section 7.1.2, step 3) with an empty label: `00 ‖ seed ‖ DB` masked,
/// DB = hash of the label ‖ zeros ‖ `01` ‖ message. Every check runs to its end, the verdict is one bit.
pub(super) fn decode<D: Digest>(encoded: &mut [u8]) -> Option<SecretBytes> {
    let length = <D as Digest>::output_size();
    let (first, rest) = encoded.split_first_mut()?;
    let (seed, data) = rest.split_at_mut_checked(length)?;
    mgf1_xor::<D>(data, seed);
    mgf1_xor::<D>(seed, data);
    let (label, padded) = data.split_at_checked(length)?;

    let mut good = first.ct_eq(&0) & label.ct_eq(D::digest([]).as_slice());
    let mut searching = Choice::from(1);
    let mut start = 0_u32;
    for (byte, after) in padded.iter().zip(1_u32..) {
        let one = byte.ct_eq(&1);
        start.conditional_assign(&after, searching & one);
        good &= !(searching & !one & !byte.ct_eq(&0));
        searching &= !one;
    }
    good &= !searching;
    if !bool::from(good) {
        return None;
    }
    padded
        .get(usize::try_from(start).ok()?..)
        .map(SecretBytes::from_slice)
}

/// XORs MGF1 (RFC 8017, appendix B.2.1) of `seed` into `mask`.
fn mgf1_xor<D: Digest>(seed: &[u8], mask: &mut [u8]) {
    for (chunk, counter) in mask.chunks_mut(<D as Digest>::output_size()).zip(0_u32..) {
        let mut hash = D::new();
        hash.update(seed);
        hash.update(counter.to_be_bytes());
        let stream = Zeroizing::new(hash.finalize().to_vec());
        for (byte, pad) in chunk.iter_mut().zip(stream.iter()) {
            *byte ^= pad;
        }
    }
}

/// Masks an encoded message whose seed and data stand in clear: the reverse of what [`decode`] does first.
#[cfg(test)]
pub(super) fn mask<D: Digest>(encoded: &mut [u8]) {
    let (seed, data) = encoded[1..].split_at_mut(<D as Digest>::output_size());
    mgf1_xor::<D>(seed, data);
    mgf1_xor::<D>(data, seed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Entropy, OsEntropy, keygen};
    use WrappingKeySpec::{RSA_OAEP_SHA_256, RSA_OAEP_SHA_512};
    use proptest::prelude::*;
    use rsa::BoxedUint;
    use std::sync::atomic::AtomicBool;

    fn rng() -> Box<dyn CryptoRng + Send> {
        OsEntropy.draw("test").unwrap()
    }

    fn pair() -> &'static keygen::RsaPair {
        static PAIR: std::sync::OnceLock<keygen::RsaPair> = std::sync::OnceLock::new();
        PAIR.get_or_init(|| {
            let mut rng = crate::crypto::SeededEntropy::new("wrap")
                .draw("rsa-prime")
                .unwrap();
            keygen::rsa(2048, rng.as_mut(), &AtomicBool::new(false)).unwrap()
        })
    }

    #[test]
    fn opens_what_it_closed_under_the_same_hash_only() {
        for spec in [RSA_OAEP_SHA_256, RSA_OAEP_SHA_512] {
            let other = if spec == RSA_OAEP_SHA_256 {
                RSA_OAEP_SHA_512
            } else {
                RSA_OAEP_SHA_256
            };
            for length in [0, 16, 24, 32] {
                let key = SecretBytes::new(vec![0x5A; length]);
                let closed = wrap(&pair().spki, &key, spec, rng().as_mut()).unwrap();
                assert_eq!(closed.len(), 256);
                assert!(unwrap(&pair().pkcs8, &closed, spec).unwrap().ct_eq(&key));
                assert_eq!(
                    unwrap(&pair().pkcs8, &closed, other).err(),
                    Some(CryptoError::Unwrap)
                );
            }
        }
    }

    /// What the `rsa` crate's own decoder lets through.
    #[test]
    fn a_first_byte_other_than_zero_is_refused() {
        let public = PublicKey::from_public_key_der(&pair().spki).unwrap();
        for (first, accepted) in [(0, true), (1, false), (0x7F, false)] {
            let mut encoded = vec![0; 256];
            encoded[33..65].copy_from_slice(&Sha256::digest([]));
            encoded[256 - 17] = 1;
            mask::<Sha256>(&mut encoded);
            encoded[0] = first;
            let number = BoxedUint::from_be_slice(&encoded, 2048).unwrap();
            let closed = rsa::hazmat::rsa_encrypt(&public, &number)
                .unwrap()
                .to_be_bytes();
            let opened = unwrap(&pair().pkcs8, &closed, RSA_OAEP_SHA_256);
            assert_eq!(opened.is_ok(), accepted, "first byte {first}");
        }
    }

    #[test]
    fn refuses_what_does_not_fit_or_cannot_be_read() {
        let fits = SecretBytes::new(vec![1; 190]);
        assert!(wrap(&pair().spki, &fits, RSA_OAEP_SHA_256, rng().as_mut()).is_ok());
        let long = SecretBytes::new(vec![1; 191]);
        assert_eq!(
            wrap(&pair().spki, &long, RSA_OAEP_SHA_256, rng().as_mut()),
            Err(CryptoError::TooLongForOaep {
                limit: 190,
                actual: 191
            })
        );
        assert_eq!(
            wrap(b"no key", &long, RSA_OAEP_SHA_256, rng().as_mut()),
            Err(CryptoError::WrappingKeyUnreadable)
        );
        assert_eq!(
            unwrap(&SecretBytes::new(vec![1]), &[0; 256], RSA_OAEP_SHA_256).err(),
            Some(CryptoError::PrivateKeyUnreadable)
        );
        for length in [0, 1, 255, 257, 512] {
            assert_eq!(
                unwrap(&pair().pkcs8, &vec![1; length], RSA_OAEP_SHA_256).err(),
                Some(CryptoError::Unwrap)
            );
        }
        // Not below the modulus.
        assert_eq!(
            unwrap(&pair().pkcs8, &[0xFF; 256], RSA_OAEP_SHA_256).err(),
            Some(CryptoError::Unwrap)
        );
    }

    proptest! {
        #[test]
        fn the_decoder_takes_any_bytes(mut bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode::<Sha256>(&mut bytes.clone());
            let _ = decode::<Sha512>(&mut bytes);
        }

        #[test]
        fn unreadable_keys_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let key = SecretBytes::new(vec![0; 16]);
            prop_assert!(wrap(&bytes, &key, RSA_OAEP_SHA_256, rng().as_mut()).is_err());
        }
    }
}
