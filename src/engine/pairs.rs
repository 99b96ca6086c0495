//! RSA pairs: taken if they were made ahead, else made at once.

use std::sync::atomic::AtomicBool;

use rsa::{PublicKey, traits::PublicKeyParts};
use spki::DecodePublicKey;

use crate::{
    api::ApiError,
    crypto::{Entropy, keygen},
};

use super::{PreparedRsa, refusal};

/// A pair of `bits`: `prepared` if there is one, else made with randomness drawn for `purpose`.
pub(super) fn pair(
    bits: usize,
    purpose: &str,
    prepared: Option<PreparedRsa>,
    entropy: &mut dyn Entropy,
    stop: &AtomicBool,
) -> Result<PreparedRsa, ApiError> {
    let pair = match prepared {
        Some(prepared) => prepared,
        None => generate(bits, purpose, entropy, stop)?,
    };
    if pair.bits() != Some(bits) {
        return Err(refusal::internal(&format!(
            "The prepared RSA pair does not have {bits} bits"
        )));
    }
    Ok(pair)
}

/// The modulus length in a SubjectPublicKeyInfo.
pub(super) fn public_key_bits(spki_der: &[u8]) -> Option<usize> {
    let public = PublicKey::from_public_key_der(spki_der).ok()?;
    usize::try_from(public.n().bit_width()).ok()
}

fn generate(
    bits: usize,
    purpose: &str,
    entropy: &mut dyn Entropy,
    stop: &AtomicBool,
) -> Result<PreparedRsa, ApiError> {
    let mut rng = entropy
        .draw(purpose)
        .map_err(|e| refusal::no_randomness(&e))?;
    keygen::rsa(bits, rng.as_mut(), stop)
        .map(PreparedRsa::from)
        .map_err(|e| refusal::internal(&format!("The RSA pair could not be made: {e}")))
}
