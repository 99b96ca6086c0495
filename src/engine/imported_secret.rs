//! What is refused about a key once it lies open, on whichever road it came.

use crate::{
    api::{ApiError, ErrorKind, KeyAlgorithm, KeyAttributes, KeyCheckValueAlgorithm},
    crypto::{SecretBytes, symmetric},
};

use super::{check_values, published_test_key};

/// A TDES key whose first two parts are one key is single DES in disguise (NIST SP 800-67 Rev. 2, section 3.2), and
/// an AES key of zeros is none. `member` begins the sentence.
pub(super) fn refuse_degenerate(
    member: &str,
    algorithm: KeyAlgorithm,
    secret: &SecretBytes,
) -> Result<(), ApiError> {
    let fault = if algorithm.is_tdes() && symmetric::is_single_des(secret) {
        "whose first two parts are equal, which is single DES"
    } else if algorithm.is_aes() && secret.ct_eq(&SecretBytes::new(vec![0; secret.len()])) {
        "of zeros"
    } else {
        return Ok(());
    };
    let article = if algorithm.is_aes() { "an" } else { "a" };
    Err(ApiError::validation(format!(
        "{member} holds {article} {} key {fault}.",
        algorithm.name()
    )))
}

/// No production vault takes a key that is in print, whichever check value was asked for.
pub(super) fn refuse_published(
    attributes: &KeyAttributes,
    asked: KeyCheckValueAlgorithm,
    secret: &SecretBytes,
) -> Result<(), ApiError> {
    let algorithm = attributes.key_algorithm;
    for method in [asked, check_values::method(attributes, None)?] {
        let check_value = check_values::symmetric(algorithm, method, secret)?;
        if let Some(known) = published_test_key(algorithm, method, &check_value) {
            return Err(ApiError::new(
                ErrorKind::AccessDenied,
                format!(
                    "The key has the check value {check_value} of {}, which everybody knows; a production vault does \
                     not take it.",
                    known.origin
                ),
            ));
        }
    }
    Ok(())
}
