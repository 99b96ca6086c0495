//! GetPublicKeyCertificate: a certificate for a pair of this vault, or the one that was imported.

use std::sync::Arc;

use crate::{
    api::{
        ApiError, GetPublicKeyCertificateInput, GetPublicKeyCertificateOutput, KeyUsage, Timestamp,
    },
    pki::{Certificate, Purpose, SignatureHash},
};

use super::{
    Context, EngineState, KeyRecord, Material,
    authority::{self, Issued, LONGEST, Wanted},
    counterparty, refusal,
};

/// A certificate given before is given again while it is good for this long.
const REUSABLE: i64 = 30 * 86_400_000;

pub(super) fn check(
    state: &EngineState,
    input: GetPublicKeyCertificateInput,
    now: Timestamp,
) -> Result<GetPublicKeyCertificateInput, ApiError> {
    with_public_key(state.usable(&input.key_identifier, now)?)?;
    Ok(input)
}

pub(super) fn get(
    state: &mut EngineState,
    input: &GetPublicKeyCertificateInput,
    now: Timestamp,
    ctx: &mut Context<'_>,
) -> Result<GetPublicKeyCertificateOutput, ApiError> {
    let record = state.usable(&input.key_identifier, now)?;
    with_public_key(record)?;
    match &record.material {
        Material::Public {
            certificate_der,
            chain_der,
            ..
        } => imported(certificate_der, chain_der),
        Material::Pair { spki_der, .. } => {
            let hash = counterparty::named_hash(input.counterparty_profile);
            // One of before may be signed with another hash than the one that is named.
            if hash.is_none()
                && let Some(given) = last(state, record, now)?
            {
                return Ok(given);
            }
            let key: Arc<str> = record.key_id().into();
            let purpose = purpose(record);
            let spki = spki_der.clone();
            issue(state, (key, &spki), (purpose, hash), now, ctx)
        }
        Material::Sealed(_) | Material::Gone => Err(refusal::internal(&format!(
            "Key {} has no public half",
            record.key.key_arn
        ))),
    }
}

/// What a pair's certificate or request says that its key is for.
pub(super) fn purpose(record: &KeyRecord) -> Purpose {
    match record.key.key_attributes.key_usage {
        KeyUsage::TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE => Purpose::Signing,
        _ => Purpose::Encipherment,
    }
}

fn with_public_key(record: &KeyRecord) -> Result<(), ApiError> {
    match record.material {
        Material::Sealed(_) => Err(ApiError::validation(format!(
            "Key {} has KeyClass {}; only an ASYMMETRIC_KEY_PAIR or a PUBLIC_KEY has a certificate.",
            record.key.key_arn,
            record.key.key_attributes.key_class.name()
        ))),
        _ => Ok(()),
    }
}

/// The certificate as it came, and what was above it. Nothing is above a root but itself.
fn imported(
    certificate_der: &[u8],
    chain_der: &[Vec<u8>],
) -> Result<GetPublicKeyCertificateOutput, ApiError> {
    let certificate = authority::stored(certificate_der)?;
    let chain = chain_der
        .iter()
        .map(|der| authority::stored(der))
        .collect::<Result<Vec<_>, _>>()?;
    let chain = if chain.is_empty() {
        vec![certificate.clone()]
    } else {
        chain
    };
    Ok(GetPublicKeyCertificateOutput {
        key_certificate: certificate.to_aws(),
        key_certificate_chain: Certificate::chain_to_aws(&chain),
    })
}

fn last(
    state: &EngineState,
    record: &KeyRecord,
    now: Timestamp,
) -> Result<Option<GetPublicKeyCertificateOutput>, ApiError> {
    let Some(authority) = state.lasting_authority(now) else {
        return Ok(None);
    };
    let given = authority
        .issued
        .get(record.key_id())
        .filter(|issued| issued.until >= now.plus_millis(REUSABLE));
    match given {
        Some(issued) => Ok(Some(GetPublicKeyCertificateOutput {
            key_certificate: authority::stored(&issued.certificate_der)?.to_aws(),
            key_certificate_chain: authority::stored(&authority.certificate_der)?.to_aws(),
        })),
        None => Ok(None),
    }
}

fn issue(
    state: &mut EngineState,
    (key, spki): (Arc<str>, &[u8]),
    (purpose, hash): (Purpose, Option<SignatureHash>),
    now: Timestamp,
    ctx: &mut Context<'_>,
) -> Result<GetPublicKeyCertificateOutput, ApiError> {
    let until = authority::whole_second(now.plus_millis(LONGEST));
    let issuer = state.issuer(now, hash, ctx)?;
    let wanted = Wanted {
        spki,
        purpose,
        until,
        hash,
    };
    let certificate = issuer.issue(state.account(), &wanted, now, ctx)?;
    let answer = GetPublicKeyCertificateOutput {
        key_certificate: certificate.to_aws(),
        key_certificate_chain: issuer.root().to_aws(),
    };
    let kept = Issued {
        certificate_der: certificate.der().to_vec(),
        until,
    };
    let mut authority = issuer.into_authority();
    authority.issued.insert(key, kept);
    state.authority = Some(Arc::new(authority));
    Ok(answer)
}
