//! GetCertificateSigningRequest: a pair of this vault asks a foreign authority for a certificate.

use crate::{
    api::{
        ApiError, CertificateSubject, GetCertificateSigningRequestInput,
        GetCertificateSigningRequestOutput, KeyClass, SigningAlgorithm, Timestamp,
    },
    pki::{self, IssueError, SignatureHash, Subject},
};

use super::{Context, EngineState, KeyRecord, authority, public_certificate, refusal, secrets};
use crate::api::Profile;

pub(super) fn check(
    state: &EngineState,
    input: GetCertificateSigningRequestInput,
    now: Timestamp,
) -> Result<GetCertificateSigningRequestInput, ApiError> {
    pair(state, &input.key_identifier, now)?;
    Ok(input)
}

pub(super) fn get(
    state: &EngineState,
    input: &GetCertificateSigningRequestInput,
    now: Timestamp,
    ctx: &Context<'_>,
) -> Result<GetCertificateSigningRequestOutput, ApiError> {
    let record = pair(state, &input.key_identifier, now)?;
    let arn = &record.key.key_arn;
    let sealed = record
        .material
        .sealed()
        .ok_or_else(|| refusal::internal(&format!("Key {arn} has no material")))?;
    let key = secrets::open(ctx, sealed, &format!("Key {arn}"), "nothing was signed")?;
    let request = pki::signing_request(
        &key,
        &subject(&input.certificate_subject, ctx.profile),
        public_certificate::purpose(record),
        hash(input.signing_algorithm),
    );
    match request {
        Ok(certificate_signing_request) => Ok(GetCertificateSigningRequestOutput {
            certificate_signing_request,
        }),
        Err(IssueError::Subject { value }) => Err(ApiError::validation(format!(
            "CertificateSubject: '{value}' cannot stand in a certificate."
        ))),
        Err(other) => Err(refusal::internal(&format!(
            "The request could not be signed: {other}"
        ))),
    }
}

fn pair<'s>(
    state: &'s EngineState,
    identifier: &str,
    now: Timestamp,
) -> Result<&'s KeyRecord, ApiError> {
    let record = state.usable(identifier, now)?;
    let class = record.key.key_attributes.key_class;
    if class == KeyClass::ASYMMETRIC_KEY_PAIR {
        return Ok(record);
    }
    Err(ApiError::validation(format!(
        "Key {} has KeyClass {}; only an ASYMMETRIC_KEY_PAIR can sign a request.",
        record.key.key_arn,
        class.name()
    )))
}

/// What was asked for, and the mark of a rehearsal or test vault: a foreign authority would copy it.
fn subject(asked: &CertificateSubject, profile: Profile) -> Subject {
    let mut units = authority::units(profile);
    units.extend(asked.organization_unit.clone());
    Subject {
        country: asked.country.clone(),
        state: asked.state_or_province.clone(),
        locality: asked.city.clone(),
        organization: asked.organization.clone(),
        units,
        common_name: asked.common_name.clone(),
        serial_number: None,
        email: asked.email_address.clone(),
    }
}

const fn hash(algorithm: SigningAlgorithm) -> SignatureHash {
    match algorithm {
        SigningAlgorithm::SHA224 => SignatureHash::Sha224,
        SigningAlgorithm::SHA256 => SignatureHash::Sha256,
        SigningAlgorithm::SHA384 => SignatureHash::Sha384,
        SigningAlgorithm::SHA512 => SignatureHash::Sha512,
    }
}
