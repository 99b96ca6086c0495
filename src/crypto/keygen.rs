//! Making keys: symmetric ones, and RSA pairs on one thread or two.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crypto_bigint::BoxedUint;
use pkcs8::{EncodePrivateKey, EncodePublicKey};
use rand_core::CryptoRng;
use rsa::PrivateKey;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use zeroize::Zeroizing;

use super::{CryptoError, SecretBytes, primes, symmetric};
use crate::api::KeyAlgorithm;

/// How often weak TDES material is drawn anew; once is already rarer than one in 2^50.
const ATTEMPTS: u32 = 8;

/// An RSA pair as the vault keeps it.
pub struct RsaPair {
    /// The private key, DER PKCS#8.
    pub pkcs8: SecretBytes,
    /// The public key, DER SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
}

/// A random symmetric key.
///
/// TDES keys get odd parity, distinct 8-byte parts, and no weak or semi-weak DES key among them
/// (NIST SP 800-67 Rev. 2, section 3.3.2).
///
/// # Errors
/// The algorithm is RSA, or the generator keeps giving weak material, which no sound one does.
pub fn symmetric(
    algorithm: KeyAlgorithm,
    rng: &mut dyn CryptoRng,
) -> Result<SecretBytes, CryptoError> {
    let length = algorithm
        .key_bytes()
        .ok_or(CryptoError::NotSymmetric(algorithm))?;
    for _ in 0..ATTEMPTS {
        let mut bytes = Zeroizing::new(vec![0; length]);
        rng.fill_bytes(&mut bytes);
        if algorithm.is_tdes() {
            symmetric::adjust_odd_parity(&mut bytes);
        }
        let key = SecretBytes::from_slice(&bytes);
        if !algorithm.is_tdes() || !symmetric::is_weak_tdes(&key) {
            return Ok(key);
        }
    }
    Err(CryptoError::RandomSource(ATTEMPTS))
}

/// An RSA pair, e = 65537, made on this thread: the same generator state gives the same pair.
///
/// Follows FIPS 186-5, appendix A.1.3 (it is not a validated module). `cancel` is looked at before each
/// candidate, that is every few milliseconds at most.
///
/// # Errors
/// A length other than 2048, 3072 or 4096; cancelled.
pub fn rsa(
    bits: usize,
    rng: &mut dyn CryptoRng,
    cancel: &AtomicBool,
) -> Result<RsaPair, CryptoError> {
    let half = prime_bits(bits)?;
    let stop = || cancel.load(Ordering::Relaxed);
    let p = primes::find(half, rng, &stop).ok_or(CryptoError::Cancelled)?;
    loop {
        let q = primes::find(half, rng, &stop).ok_or(CryptoError::Cancelled)?;
        if primes::far_apart(&p, &q, half.get()) {
            return assemble(&p, &q, bits);
        }
    }
}

/// An RSA pair made by two threads: both search, and the first two primes found by either are taken.
///
/// The primes are as good as those of [`rsa()`], but which thread is faster decides the pair, so this is
/// not for seeds. What the slower thread was looking at is wiped.
///
/// # Errors
/// A length other than 2048, 3072 or 4096; cancelled.
pub fn rsa_parallel(
    bits: usize,
    rngs: [Box<dyn CryptoRng + Send>; 2],
    cancel: &AtomicBool,
) -> Result<RsaPair, CryptoError> {
    let half = prime_bits(bits)?;
    let done = AtomicBool::new(false);
    let found: Mutex<Vec<Zeroizing<BoxedUint>>> = Mutex::new(Vec::with_capacity(2));
    let stop = || cancel.load(Ordering::Relaxed) || done.load(Ordering::Relaxed);
    thread::scope(|scope| {
        for mut rng in rngs {
            let (found, done, stop) = (&found, &done, &stop);
            scope.spawn(move || {
                while let Some(prime) = primes::find(half, rng.as_mut(), stop) {
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    // A third prime, or one too near the first, is dropped here and so wiped.
                    if found.len() < 2
                        && found
                            .first()
                            .is_none_or(|p| primes::far_apart(p, &prime, half.get()))
                    {
                        found.push(prime);
                    }
                    if found.len() == 2 {
                        done.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    match found.as_slice() {
        [p, q] => assemble(p, q, bits),
        _ => Err(CryptoError::Cancelled),
    }
}

fn prime_bits(bits: usize) -> Result<NonZeroU32, CryptoError> {
    if !matches!(bits, 2048 | 3072 | 4096) {
        return Err(CryptoError::RsaBits(bits));
    }
    u32::try_from(bits / 2)
        .ok()
        .and_then(NonZeroU32::new)
        .ok_or(CryptoError::RsaBits(bits))
}

/// Builds the pair and checks it: length of the modulus, size of d, one encryption and decryption.
fn assemble(p: &BoxedUint, q: &BoxedUint, bits: usize) -> Result<RsaPair, CryptoError> {
    let invalid = |_| CryptoError::RsaPairInvalid;
    // The larger prime first, as PKCS#1 software expects of p.
    let (p, q) = if p > q { (p, q) } else { (q, p) };
    let key =
        PrivateKey::from_p_q(p.clone(), q.clone(), primes::EXPONENT.into()).map_err(invalid)?;
    // A.1.3 step 3 and A.1.1: 2^(bits/2) < d, and the modulus is exactly `bits` long.
    if key.n().bit_width_vartime() as usize != bits
        || key.d().bit_width_vartime() as usize <= bits / 2
    {
        return Err(CryptoError::RsaPairInvalid);
    }
    pairwise_check(&key)?;
    let pkcs8 = key
        .to_pkcs8_der()
        .map_err(|_| CryptoError::RsaPairInvalid)?;
    let spki = key
        .as_public_key()
        .to_public_key_der()
        .map_err(|_| CryptoError::RsaPairInvalid)?;
    Ok(RsaPair {
        pkcs8: SecretBytes::from_slice(pkcs8.as_bytes()),
        spki: spki.into_vec(),
    })
}

/// Encrypts a constant and decrypts it again. Nothing secret goes in, so it needs no blinding.
fn pairwise_check(key: &PrivateKey) -> Result<(), CryptoError> {
    let invalid = |_| CryptoError::RsaPairInvalid;
    let message = BoxedUint::from_be_slice(b"keymoot pairwise check", key.n_bits_precision())
        .map_err(|_| CryptoError::RsaPairInvalid)?;
    let closed = rsa::hazmat::rsa_encrypt(key.as_public_key(), &message).map_err(invalid)?;
    let opened = rsa::hazmat::rsa_decrypt_and_check(key, None::<&mut getrandom::SysRng>, &closed)
        .map_err(invalid)?;
    if opened == message {
        Ok(())
    } else {
        Err(CryptoError::RsaPairInvalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Entropy, OsEntropy, SeededEntropy};
    use pkcs8::DecodePrivateKey;
    use rand_core::{TryCryptoRng, TryRng};
    use std::convert::Infallible;

    /// A broken generator that repeats one byte.
    struct Stuck(u8);

    impl TryRng for Stuck {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(u32::from_ne_bytes([self.0; 4]))
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(u64::from_ne_bytes([self.0; 8]))
        }
        fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
            out.fill(self.0);
            Ok(())
        }
    }

    impl TryCryptoRng for Stuck {}

    fn seeded(seed: &str) -> Box<dyn CryptoRng + Send> {
        SeededEntropy::new(seed).draw("rsa-prime").unwrap()
    }

    #[test]
    fn symmetric_keys_have_length_parity_and_distinct_parts() {
        let mut rng = seeded("symmetric");
        for algorithm in KeyAlgorithm::ALL {
            let Some(length) = algorithm.key_bytes() else {
                assert_eq!(
                    symmetric(*algorithm, rng.as_mut()).err(),
                    Some(CryptoError::NotSymmetric(*algorithm))
                );
                continue;
            };
            for _ in 0..50 {
                let key = symmetric(*algorithm, rng.as_mut()).unwrap();
                assert_eq!(key.len(), length);
                if algorithm.is_tdes() {
                    assert!(symmetric::has_odd_parity(key.expose()));
                    assert!(!symmetric::is_weak_tdes(&key));
                }
            }
        }
    }

    #[test]
    fn a_stuck_generator_makes_no_tdes_key() {
        for byte in [0, 1, 0x55, 0xFF] {
            for algorithm in [KeyAlgorithm::TDES_2KEY, KeyAlgorithm::TDES_3KEY] {
                assert_eq!(
                    symmetric(algorithm, &mut Stuck(byte)).err(),
                    Some(CryptoError::RandomSource(ATTEMPTS))
                );
            }
        }
    }

    #[test]
    fn a_seed_gives_one_rsa_pair() {
        let go = AtomicBool::new(false);
        let one = rsa(2048, seeded("rsa").as_mut(), &go).unwrap();
        let two = rsa(2048, seeded("rsa").as_mut(), &go).unwrap();
        let other = rsa(2048, seeded("rsa!").as_mut(), &go).unwrap();
        assert!(one.pkcs8.ct_eq(&two.pkcs8));
        assert_eq!(one.spki, two.spki);
        assert_ne!(one.spki, other.spki);
    }

    #[test]
    fn pairs_have_the_properties_of_fips_186_5() {
        let go = AtomicBool::new(false);
        for bits in [2048, 3072] {
            let rngs = ["a", "b"].map(|_| OsEntropy.draw("rsa-prime").unwrap());
            let pair = rsa_parallel(bits, rngs, &go).unwrap();
            let key = PrivateKey::from_pkcs8_der(pair.pkcs8.expose()).unwrap();
            key.validate().unwrap();
            assert_eq!(key.n().bit_width_vartime() as usize, bits);
            assert_eq!(*key.e(), BoxedUint::from(65537_u64));
            let half = u32::try_from(bits / 2).unwrap();
            for prime in key.primes() {
                assert_eq!(prime.bit_width_vartime(), half);
                assert!(prime.bit_vartime(half - 2));
            }
            assert!(key.primes()[0] > key.primes()[1]);
            assert!(primes::far_apart(
                key.primes()[0].as_ref(),
                key.primes()[1].as_ref(),
                half
            ));
            assert!(key.d().bit_width_vartime() > half);
        }
    }

    #[test]
    fn other_lengths_are_refused() {
        let go = AtomicBool::new(false);
        for bits in [0, 1024, 2047, 2049, 8192] {
            assert_eq!(
                rsa(bits, seeded("x").as_mut(), &go).err(),
                Some(CryptoError::RsaBits(bits))
            );
        }
    }

    #[test]
    fn cancelling_leaves_nothing() {
        let stop = AtomicBool::new(true);
        assert_eq!(
            rsa(4096, seeded("x").as_mut(), &stop).err(),
            Some(CryptoError::Cancelled)
        );
        let rngs = ["a", "b"].map(seeded);
        assert_eq!(
            rsa_parallel(4096, rngs, &stop).err(),
            Some(CryptoError::Cancelled)
        );
    }

    #[test]
    fn cancelling_while_it_runs_stops_soon() {
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let run = scope.spawn(|| rsa_parallel(4096, ["c", "d"].map(seeded), &stop));
            stop.store(true, Ordering::Relaxed);
            // Cancelled, or finished first: never a hang and never a broken pair.
            let result = run.join().unwrap();
            assert!(matches!(result, Ok(_) | Err(CryptoError::Cancelled)));
        });
    }
}
