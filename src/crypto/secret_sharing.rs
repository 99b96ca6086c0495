//! Shamir's secret sharing of 32-byte secrets over GF(256), polynomial x^8 + x^4 + x^3 + x + 1 (0x11B).
//!
//! Our own, because the tables of published crates are indexed by secret bytes: here every step takes the
//! same time whatever the bytes are. A share alone, and any set below the threshold, says nothing about
//! the secret; so a wrong share gives a wrong secret without a sign. The vault therefore publishes a
//! commitment to each share and checks it first.
#![deny(clippy::indexing_slicing)]

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use super::SecretBytes;

/// Length of a secret and of each share, in bytes.
pub const SECRET_LEN: usize = 32;

/// One share: a point of the polynomials, one per byte of the secret.
pub struct Share {
    /// The place x, 1 to 255; never 0, where the secret lies.
    pub index: u8,
    /// How many shares rebuild the secret.
    pub threshold: u8,
    /// The value of each polynomial at `index`.
    pub value: Zeroizing<[u8; SECRET_LEN]>,
}

/// Why a secret was not split or rebuilt. Carries no share values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SharingError {
    /// Split: the threshold is below 2 or above the number of shares.
    #[error(
        "{threshold} of {shares} is no threshold: it must be at least 2 and at most the number of shares."
    )]
    Threshold {
        /// Threshold asked for.
        threshold: u8,
        /// Shares asked for.
        shares: u8,
    },
    /// Fewer shares than the threshold.
    #[error("{have} of the {need} shares needed are here; nothing was rebuilt. Bring more shares.")]
    TooFew {
        /// Shares given.
        have: usize,
        /// Shares needed.
        need: u8,
    },
    /// A share says it lies at 0.
    #[error("A share carries the number 0, which no share has; nothing was rebuilt.")]
    IndexZero,
    /// Two shares lie at the same place.
    #[error("Share {0} was given twice; nothing was rebuilt. Bring a different share.")]
    Duplicate(u8),
    /// The shares come from splittings with different thresholds.
    #[error(
        "The shares ask for {0} and for {1} people: they are not of one set. Nothing was rebuilt."
    )]
    UnequalThresholds(u8, u8),
    /// More shares than needed were given and do not lie on one polynomial.
    #[error(
        "Share {0} does not fit the others: one of them is of another set. Nothing was rebuilt."
    )]
    Inconsistent(u8),
}

/// Splits a secret into `n` shares at x = 1..=n of which any `t` rebuild it.
///
/// All coefficients above the secret are drawn evenly from 0 to 255, the highest too: a polynomial
/// that is never of lower degree would rule out values of the secret.
///
/// # Errors
/// Not 2 ≤ t ≤ n.
pub fn split(
    secret: &[u8; SECRET_LEN],
    t: u8,
    n: u8,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<Share>, SharingError> {
    if t < 2 || t > n {
        return Err(SharingError::Threshold {
            threshold: t,
            shares: n,
        });
    }
    // Highest coefficient first, as Horner's scheme wants them.
    let mut coefficients = Zeroizing::new(vec![[0_u8; SECRET_LEN]; usize::from(t) - 1]);
    for coefficient in coefficients.iter_mut() {
        rng.fill_bytes(coefficient);
    }
    Ok((1..=n)
        .map(|index| {
            let mut value = Zeroizing::new([0_u8; SECRET_LEN]);
            for coefficient in coefficients.iter().chain([secret]) {
                for (sum, term) in value.iter_mut().zip(coefficient) {
                    *sum = mul(*sum, index) ^ term;
                }
            }
            Share {
                index,
                threshold: t,
                value,
            }
        })
        .collect())
}

/// Rebuilds the secret from at least as many shares as the threshold says.
///
/// Shares beyond the threshold are checked against the polynomial of the first ones.
///
/// # Errors
/// The shares cannot be of one set, or are too few.
pub fn combine(shares: &[Share]) -> Result<SecretBytes, SharingError> {
    #[cfg(test)]
    counted::another();
    let needed = check(shares)?;
    let (base, extra) =
        shares
            .split_at_checked(usize::from(needed))
            .ok_or(SharingError::TooFew {
                have: shares.len(),
                need: needed,
            })?;
    for share in extra {
        let expected = interpolate(base, share.index);
        if !bool::from(expected.as_slice().ct_eq(share.value.as_slice())) {
            return Err(SharingError::Inconsistent(share.index));
        }
    }
    Ok(SecretBytes::from_slice(interpolate(base, 0).as_slice()))
}

/// Checks numbers and thresholds, and returns the threshold.
fn check(shares: &[Share]) -> Result<u8, SharingError> {
    let need = shares.first().map_or(2, |share| share.threshold.max(2));
    for (at, share) in shares.iter().enumerate() {
        if share.index == 0 {
            return Err(SharingError::IndexZero);
        }
        if share.threshold != need {
            return Err(SharingError::UnequalThresholds(need, share.threshold));
        }
        if shares
            .iter()
            .take(at)
            .any(|earlier| earlier.index == share.index)
        {
            return Err(SharingError::Duplicate(share.index));
        }
    }
    if shares.len() < usize::from(need) {
        return Err(SharingError::TooFew {
            have: shares.len(),
            need,
        });
    }
    Ok(need)
}

/// The polynomials through `shares`, evaluated at `x` (Lagrange). Indices are distinct.
fn interpolate(shares: &[Share], x: u8) -> Zeroizing<[u8; SECRET_LEN]> {
    let mut sum = Zeroizing::new([0_u8; SECRET_LEN]);
    for share in shares {
        let mut weight = 1;
        for other in shares.iter().filter(|other| other.index != share.index) {
            // Subtraction is XOR: (x - other) / (share - other).
            weight = mul(
                weight,
                mul(x ^ other.index, inverse(share.index ^ other.index)),
            );
        }
        for (total, value) in sum.iter_mut().zip(share.value.iter()) {
            *total ^= mul(*value, weight);
        }
    }
    sum
}

/// Product in GF(256) modulo 0x11B: carry-less, by masks instead of branches.
const fn mul(a: u8, b: u8) -> u8 {
    let (mut a, mut product, mut bit) = (a, 0, 0);
    while bit < 8 {
        product ^= a & ((b >> bit) & 1).wrapping_neg();
        a = (a << 1) ^ (0x1B & (a >> 7).wrapping_neg());
        bit += 1;
    }
    product
}

/// Inverse in GF(256): a^254; 0 for 0.
const fn inverse(a: u8) -> u8 {
    // 254 = 2 + 4 + 8 + 16 + 32 + 64 + 128.
    let (mut power, mut result, mut step) = (a, 1, 0);
    while step < 7 {
        power = mul(power, power);
        result = mul(result, power);
        step += 1;
    }
    result
}

/// How often a secret was rebuilt, for tests of what must rebuild none.
#[cfg(test)]
pub(crate) mod counted {
    use std::cell::Cell;

    thread_local! {
        static TRIES: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) fn another() {
        TRIES.set(TRIES.get() + 1);
    }

    /// How often it was tried on this thread, whether it succeeded or not.
    pub(crate) fn tries() -> u64 {
        TRIES.get()
    }
}

#[cfg(test)]
mod tests;
