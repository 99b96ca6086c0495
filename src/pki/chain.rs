//! Judging certificates: a root by itself, any other by its issuer.

use super::signature::is_signed_by;
use super::{Certificate, PkiError};
use crate::api::Timestamp;

/// Whether `certificate` is a root that can be trusted once people have compared its fingerprint:
/// RSA with 2048, 3072 or 4096 bits, valid now, CA:TRUE, keyCertSign if there is a keyUsage, signed by itself.
///
/// # Errors
/// The first rule it breaks.
pub fn verify_root(certificate: &Certificate, now: Timestamp) -> Result<(), PkiError> {
    certificate.usable_bits()?;
    verify_valid(certificate, now)?;
    check_extensions(certificate)?;
    check_authority(certificate)?;
    let refuse = |reason| PkiError::NotSelfSigned {
        subject: certificate.subject(),
        reason,
    };
    if certificate.subject_der != certificate.issuer_der {
        return Err(refuse("its issuer is another"));
    }
    if is_signed_by(certificate, certificate)? {
        Ok(())
    } else {
        Err(refuse("its signature was not made with its own key"))
    }
}

/// Whether `issuer` vouches for `child`: the names chain, the signature (RSA PKCS#1 v1.5 or PSS with
/// SHA-256, SHA-384 or SHA-512) is the issuer's, the issuer is a certificate authority and at least as
/// strong, and both are valid now.
///
/// Names are compared byte by byte, as issuers copy them. Path lengths are judged for this one step.
///
/// # Errors
/// The first rule that is broken.
pub fn verify_issued(
    child: &Certificate,
    issuer: &Certificate,
    now: Timestamp,
) -> Result<(), PkiError> {
    let subject_bits = child.usable_bits()?;
    let issuer_bits = issuer.usable_bits()?;
    verify_valid(child, now)?;
    verify_valid(issuer, now)?;
    check_extensions(child)?;
    check_extensions(issuer)?;
    let refuse = |reason| PkiError::NotSignedBy {
        subject: child.subject(),
        issuer: issuer.subject(),
        reason,
    };
    if child.issuer_der != issuer.subject_der {
        return Err(refuse("it names another issuer"));
    }
    check_authority(issuer)?;
    if child.is_ca() && issuer.path_len() == Some(0) {
        return Err(PkiError::PathTooLong {
            issuer: issuer.subject(),
        });
    }
    if issuer_bits < subject_bits {
        return Err(PkiError::WeakIssuer {
            issuer_bits,
            subject_bits,
        });
    }
    if is_signed_by(child, issuer)? {
        Ok(())
    } else {
        Err(refuse("the signature was not made with that key"))
    }
}

/// Whether `now` is within the validity (RFC 5280, section 4.1.2.5): both ends belong to it, and it is counted in whole
/// seconds.
///
/// # Errors
/// Not yet valid, or expired.
pub fn verify_valid(certificate: &Certificate, now: Timestamp) -> Result<(), PkiError> {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    let second = now.millis().div_euclid(1000);
    if second < not_before.millis().div_euclid(1000) {
        Err(PkiError::NotYetValid { not_before })
    } else if second > not_after.millis().div_euclid(1000) {
        Err(PkiError::Expired { not_after })
    } else {
        Ok(())
    }
}

fn check_extensions(certificate: &Certificate) -> Result<(), PkiError> {
    match certificate.unknown_critical.first() {
        None => Ok(()),
        Some(oid) => Err(PkiError::UnknownCritical { oid: oid.clone() }),
    }
}

fn check_authority(certificate: &Certificate) -> Result<(), PkiError> {
    let subject = || certificate.subject();
    if !certificate.is_ca() {
        Err(PkiError::NotACa { subject: subject() })
    } else if !certificate.may_sign_certificates() {
        Err(PkiError::MayNotSign { subject: subject() })
    } else {
        Ok(())
    }
}
