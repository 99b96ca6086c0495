//! RSA wrap: a bare key under RSAES-OAEP (RFC 8017, section 7.1), one hash for OAEP and MGF1, empty label.
#![deny(clippy::indexing_slicing)]

use pkcs8::DecodePublicKey;
use rand_core::CryptoRng;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PublicKey};
use sha2::{Digest, Sha256, Sha512};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::rsa_backend::{self, OpeningKey};
use super::{CryptoError, SecretBytes};
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
    let encoded = match spec {
        WrappingKeySpec::RSA_OAEP_SHA_256 => encode::<Sha256>(key, public.size(), rng),
        WrappingKeySpec::RSA_OAEP_SHA_512 => encode::<Sha512>(key, public.size(), rng),
    };
    let number = encoded
        .and_then(|encoded| BoxedUint::from_be_slice(&encoded, public.n_bits_precision()).ok())
        .ok_or(CryptoError::WrappingKeyUnreadable)?;
    // Whole words, as these sizes are: as long as the modulus.
    Ok(rsa_backend::raw_public(&public, number)
        .to_be_bytes()
        .into())
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
    OpeningKey::new(pkcs8).open(cryptogram, spec)
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

/// EME-OAEP encoding (RFC 8017, section 7.1.1, step 2) with an empty label, as long as the modulus; the seed is the one
/// thing that is drawn. `None` where the key does not fit.
fn encode<D: Digest>(
    key: &SecretBytes,
    length: usize,
    rng: &mut dyn CryptoRng,
) -> Option<Zeroizing<Vec<u8>>> {
    let hash = <D as Digest>::output_size();
    let mut encoded = Zeroizing::new(vec![0; length]);
    let (_, rest) = encoded.split_first_mut()?;
    let (seed, data) = rest.split_at_mut_checked(hash)?;
    rng.fill_bytes(seed);
    let (padded, message) = data.split_at_mut_checked(data.len().checked_sub(key.len())?)?;
    message.copy_from_slice(key.expose());
    let (label, zeros) = padded.split_at_mut_checked(hash)?;
    label.copy_from_slice(&D::digest([]));
    *zeros.last_mut()? = 1;
    mask::<D>(&mut encoded)?;
    Some(encoded)
}

/// Masks an encoded message whose seed and data stand in clear.
pub(super) fn mask<D: Digest>(encoded: &mut [u8]) -> Option<()> {
    let (_, rest) = encoded.split_first_mut()?;
    let (seed, data) = rest.split_at_mut_checked(<D as Digest>::output_size())?;
    mgf1_xor::<D>(seed, data);
    mgf1_xor::<D>(data, seed);
    Some(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Entropy, OsEntropy, keygen};
    use WrappingKeySpec::{RSA_OAEP_SHA_256, RSA_OAEP_SHA_512};
    use proptest::prelude::*;
    use rsa::Oaep;
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

    /// From one source the `rsa` crate makes the same bytes: rehearsals of earlier versions repeat.
    #[test]
    fn the_bytes_are_those_of_the_rsa_crate() {
        let seeded = || crate::crypto::SeededEntropy::new("oaep").draw("x").unwrap();
        for exponent in [3_u64, 17, 65_537, (1 << 33) - 1] {
            let public = PublicKey::from_public_key_der(&pair().spki).unwrap();
            let public = PublicKey::new(public.n().as_ref().clone(), exponent.into()).unwrap();
            let spki = pkcs8::EncodePublicKey::to_public_key_der(&public).unwrap();
            for length in [0, 1, 24, 62] {
                let key = SecretBytes::new(vec![0xA5; length]);
                let [short, long] = [RSA_OAEP_SHA_256, RSA_OAEP_SHA_512]
                    .map(|spec| wrap(spki.as_bytes(), &key, spec, seeded().as_mut()).unwrap());
                let (mut one, mut other) = (seeded(), seeded());
                let theirs = public.encrypt(one.as_mut(), Oaep::<Sha256>::new(), key.expose());
                assert_eq!(short, theirs.unwrap());
                let theirs = public.encrypt(other.as_mut(), Oaep::<Sha512>::new(), key.expose());
                assert_eq!(long, theirs.unwrap());
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
            mask::<Sha256>(&mut encoded).unwrap();
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
