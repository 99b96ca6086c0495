//! Key components: full-length parts that give the key by XOR and tell nothing of it one by one
//! (PCI PIN requirement 12-4). Each has its own check value, so that an entry error is found in the
//! component it was made in.
#![deny(clippy::indexing_slicing)]

mod difference;

use rand_core::CryptoRng;
use subtle::{Choice, ConstantTimeEq};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{CryptoError, SecretBytes, kcv, symmetric};
use crate::api::{KeyAlgorithm, KeyCheckValueAlgorithm};

pub use difference::{Difference, NO_USUAL_MISTAKE, difference};

/// Fewest components: with one, a single person would know the key.
pub const FEWEST: usize = 2;
/// Most components.
pub const MOST: usize = 9;

/// Why no key was formed. Components are named by their place, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ComponentError {
    /// Fewer than two, or more than nine.
    #[error(
        "A key is formed from 2 to 9 components, not from {0}. No key was formed. \
         Bring all components of the key."
    )]
    Count(usize),
    /// A component is not as long as the key.
    #[error(
        "Component {place} has {actual} bytes, and a {} key has {expected}. No key was formed. \
         Every component is as long as the key: enter this one again.",
        algorithm.name()
    )]
    Length {
        /// Which component.
        place: usize,
        /// The key's algorithm.
        algorithm: KeyAlgorithm,
        /// Bytes a component has.
        expected: usize,
        /// Bytes found.
        actual: usize,
    },
    /// A component is all zeros.
    #[error(
        "Component {0} is all zeros and adds nothing to the key. No key was formed. \
         Ask its sender for a new set of components."
    )]
    Zero(usize),
    /// Two components are the same and cancel each other.
    #[error(
        "Components {0} and {1} are the same and cancel each other. No key was formed. \
         Check that one was not entered twice."
    )]
    Equal(usize, usize),
    /// The key is the same as one component.
    #[error(
        "The key is the same as component {0}: the others cancel each other, and its holder would know \
         the key. No key was formed. Ask the sender for a new set of components."
    )]
    Reveals(usize),
    /// The key is all zeros.
    #[error(
        "The components give a key of all zeros. No key was formed. \
         Ask the sender for a new set of components."
    )]
    ZeroKey,
    /// A TDES key that is worth less than its length.
    #[error(
        "The components give a weak TDES key: two of its parts are equal, or one is a weak DES key. \
         No key was formed. Ask the sender for a new set of components."
    )]
    WeakKey,
    /// The algorithm has no components, or not this check value.
    #[error(transparent)]
    Cipher(#[from] CryptoError),
}

/// What is done with the parity bits of a TDES key formed from components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parity {
    /// They stay as the components give them.
    AsFormed,
    /// Every byte is given odd parity. The check value does not change by this.
    Odd,
}

/// The key that the components give by XOR. `parity` is for TDES; AES has none.
///
/// # Errors
/// Count or length is wrong; a component is zero, or the same as another or as the key; the key is zero
/// or weak. Which of them, is decided in time that depends on count and length alone, up to the point
/// where something is refused.
pub fn combine(
    algorithm: KeyAlgorithm,
    components: &[SecretBytes],
    parity: Parity,
) -> Result<SecretBytes, ComponentError> {
    let length = checked_length(algorithm, components)?;
    refuse_zero_and_equal(components)?;
    let mut key = Zeroizing::new(vec![0; length]);
    for component in components {
        for (sum, byte) in key.iter_mut().zip(component.expose()) {
            *sum ^= byte;
        }
    }
    let formed = SecretBytes::from_slice(&key);
    if is_zero(&formed) {
        return Err(ComponentError::ZeroKey);
    }
    if let Some(at) = components.iter().position(|c| c.ct_eq(&formed)) {
        return Err(ComponentError::Reveals(at + 1));
    }
    if !algorithm.is_tdes() {
        return Ok(formed);
    }
    if symmetric::is_weak_tdes(&formed) {
        return Err(ComponentError::WeakKey);
    }
    if parity == Parity::Odd {
        symmetric::adjust_odd_parity(&mut key);
        return Ok(SecretBytes::from_slice(&key));
    }
    Ok(formed)
}

/// The check value of one component, by the method of the key it belongs to: six upper-case hex digits.
///
/// # Errors
/// The component is not as long as the key, or the method is not made for the algorithm.
pub fn check_value(
    algorithm: KeyAlgorithm,
    method: KeyCheckValueAlgorithm,
    component: &SecretBytes,
) -> Result<String, ComponentError> {
    Ok(kcv::check_value(algorithm, method, component)?)
}

/// A component drawn at random: as long as the key, and never all zeros.
///
/// # Errors
/// The algorithm has no components.
pub fn draw(
    algorithm: KeyAlgorithm,
    rng: &mut dyn CryptoRng,
) -> Result<SecretBytes, ComponentError> {
    let length = algorithm
        .key_bytes()
        .ok_or(CryptoError::NotSymmetric(algorithm))?;
    let mut bytes = Zeroizing::new(vec![0; length]);
    loop {
        rng.fill_bytes(&mut bytes);
        let component = SecretBytes::from_slice(&bytes);
        if !is_zero(&component) {
            return Ok(component);
        }
    }
}

/// The last component of `key`: what gives the key together with the others, which are all but one of the set.
///
/// # Errors
/// As [`combine`], of the whole set.
pub fn last(
    algorithm: KeyAlgorithm,
    key: &SecretBytes,
    others: &[SecretBytes],
) -> Result<SecretBytes, ComponentError> {
    let mut bytes = Zeroizing::new(key.expose().to_vec());
    for other in others {
        for (sum, byte) in bytes.iter_mut().zip(other.expose()) {
            *sum ^= byte;
        }
    }
    let last = SecretBytes::from_slice(&bytes);
    let mut set: Vec<SecretBytes> = others
        .iter()
        .map(|c| SecretBytes::from_slice(c.expose()))
        .collect();
    set.push(SecretBytes::from_slice(last.expose()));
    let formed = combine(algorithm, &set, Parity::AsFormed)?;
    if formed.ct_eq(key) {
        Ok(last)
    } else {
        Err(ComponentError::Cipher(CryptoError::NotSymmetric(algorithm)))
    }
}

fn checked_length(
    algorithm: KeyAlgorithm,
    components: &[SecretBytes],
) -> Result<usize, ComponentError> {
    let expected = algorithm
        .key_bytes()
        .ok_or(CryptoError::NotSymmetric(algorithm))?;
    if !(FEWEST..=MOST).contains(&components.len()) {
        return Err(ComponentError::Count(components.len()));
    }
    for (at, component) in components.iter().enumerate() {
        if component.len() != expected {
            return Err(ComponentError::Length {
                place: at + 1,
                algorithm,
                expected,
                actual: component.len(),
            });
        }
    }
    Ok(expected)
}

fn refuse_zero_and_equal(components: &[SecretBytes]) -> Result<(), ComponentError> {
    for (at, component) in components.iter().enumerate() {
        if is_zero(component) {
            return Err(ComponentError::Zero(at + 1));
        }
        for (further, other) in components.iter().enumerate().skip(at + 1) {
            if component.ct_eq(other) {
                return Err(ComponentError::Equal(at + 1, further + 1));
            }
        }
    }
    Ok(())
}

fn is_zero(secret: &SecretBytes) -> bool {
    let zero = secret
        .expose()
        .iter()
        .fold(Choice::from(1), |all, byte| all & byte.ct_eq(&0));
    zero.into()
}

#[cfg(test)]
mod tests;
