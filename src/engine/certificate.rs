//! What the engine asks of certificates, wherever a request carries or names one.

use crate::{
    api::{ApiError, KeyAlgorithm, KeyClass, KeyUsage, Timestamp},
    pki::{self, Certificate, PkiError},
};

use super::{KeyRecord, Material, refusal};
use crate::api::Profile;

const AUTHORITY: &str = "CertificateAuthorityPublicKeyIdentifier";

/// Reads the certificate in a member, and refuses one marked by a keymoot of another profile.
pub(super) fn read(member: &str, text: &str, profile: Profile) -> Result<Certificate, ApiError> {
    let certificate = Certificate::from_any(text.as_bytes()).map_err(|e| refused(member, &e))?;
    let marked = Profile::ALL.into_iter().find(|other| {
        other.certificate_mark().is_some_and(|mark| {
            certificate
                .profile_mark()
                .is_some_and(|found| found == mark)
        })
    });
    match marked {
        Some(other) if other != profile => Err(ApiError::validation(format!(
            "{member} is marked OU={} by a keymoot {} vault; this is a {} vault and takes no material of another \
             profile.",
            other.certificate_mark().unwrap_or_default(),
            other.name(),
            profile.name()
        ))),
        _ => Ok(certificate),
    }
}

/// A certificate's refusal, with the member's name in front.
pub(super) fn refused(member: &str, cause: &PkiError) -> ApiError {
    ApiError::validation(format!("{member}: {cause}"))
}

/// The key in a certificate must be the one its attributes announce.
pub(super) fn same_algorithm(
    member: &str,
    certificate: &Certificate,
    announced: KeyAlgorithm,
) -> Result<(), ApiError> {
    match certificate.key_algorithm() {
        Some(found) if found == announced => Ok(()),
        Some(found) => Err(ApiError::validation(format!(
            "{member} holds a key of {}, but KeyAlgorithm is {}.",
            found.name(),
            announced.name()
        ))),
        None => Err(ApiError::validation(format!(
            "{member} holds a key that is none of RSA_2048, RSA_3072 and RSA_4096."
        ))),
    }
}

/// A stored key that vouches for others: an imported S0 certificate.
pub(super) struct Authority<'r> {
    arn: &'r str,
    der: &'r [u8],
}

/// The key as an authority, judged by its attributes alone.
pub(super) fn authority(record: &KeyRecord) -> Result<Authority<'_>, ApiError> {
    let key = &record.key;
    let cannot = |why: String| {
        ApiError::validation(format!(
            "{AUTHORITY} {}: {why} cannot vouch for certificates.",
            key.key_arn
        ))
    };
    if key.key_attributes.key_class != KeyClass::PUBLIC_KEY {
        let class = key.key_attributes.key_class.name();
        return Err(cannot(format!("KeyClass {class}")));
    }
    let usage = key.key_attributes.key_usage;
    match record.material.certificate_der() {
        Some(der) if usage == KeyUsage::TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE => {
            Ok(Authority {
                arn: &key.key_arn,
                der,
            })
        }
        _ => Err(cannot(format!("KeyUsage {}", usage.name()))),
    }
}

impl Authority<'_> {
    /// Its certificate, which must be a CA's.
    pub(super) fn certificate(&self) -> Result<Certificate, ApiError> {
        let certificate = Certificate::from_any(self.der).map_err(|e| {
            refusal::internal(&format!(
                "The stored certificate of key {} cannot be read: {e}",
                self.arn
            ))
        })?;
        if certificate.is_ca() && certificate.may_sign_certificates() {
            return Ok(certificate);
        }
        Err(ApiError::validation(format!(
            "{AUTHORITY} {}: its certificate is not a CA's and cannot vouch for others.",
            self.arn
        )))
    }
}

/// A certificate must be issued by the authority and both be valid now; where it is the authority's time that is over,
/// its member is named.
pub(super) fn issued(
    member: &str,
    child: &Certificate,
    issuer: &Certificate,
    now: Timestamp,
) -> Result<(), ApiError> {
    pki::verify_issued(child, issuer, now).map_err(|e| {
        let in_time = pki::verify_valid(child, now).is_ok();
        let of_issuer = in_time && pki::verify_valid(issuer, now).as_ref() == Err(&e);
        refused(if of_issuer { AUTHORITY } else { member }, &e)
    })
}

/// A certificate that keys are wrapped for must not say that it is for something else.
pub(super) fn may_wrap(member: &str, certificate: &Certificate) -> Result<(), ApiError> {
    if certificate.may_wrap_keys() {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "{member}: its keyUsage has neither keyEncipherment nor dataEncipherment, so it cannot wrap keys."
    )))
}

/// A certificate that key blocks are signed with must not say that it is for something else.
pub(super) fn may_sign(member: &str, certificate: &Certificate) -> Result<(), ApiError> {
    if certificate.may_sign() {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "{member}: its keyUsage lacks digitalSignature, so it cannot sign key blocks."
    )))
}

/// A certificate that vouches for a pair of this vault: valid now.
pub(super) fn valid(
    member: &str,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), ApiError> {
    pki::verify_valid(certificate, now).map_err(|e| refused(member, &e))
}

/// The chain above a certificate that `authority` vouches for: its own certificate, then those above it.
pub(super) fn chain(authority: &KeyRecord) -> Vec<Vec<u8>> {
    match &authority.material {
        Material::Public {
            certificate_der,
            chain_der,
            ..
        } => std::iter::once(certificate_der)
            .chain(chain_der)
            .cloned()
            .collect(),
        _ => Vec::new(),
    }
}
