//! ExportKey: a symmetric key under a receiver's RSA certificate. Key blocks come later.

use data_encoding::HEXUPPER;

use crate::{
    api::{
        ApiError, ErrorKind, ExportKeyCryptogram, ExportKeyInput, ExportKeyMaterial,
        ExportKeyOutput, KeyClass, Timestamp, WrappedKey, WrappedKeyMaterialFormat,
        WrappingKeySpec,
    },
    crypto::{
        SecretBytes, rsa_wrap,
        strength::{self, WrapPath},
    },
    pki::Certificate,
};

use super::{Context, EngineState, KeyRecord, certificate, check_values, refusal};
use crate::api::Profile;

const MEMBER: &str = "WrappingKeyCertificate";

pub(super) fn check(
    state: &EngineState,
    input: ExportKeyInput,
    now: Timestamp,
    profile: Profile,
) -> Result<ExportKeyInput, ApiError> {
    judge(state, &input, now, profile)?;
    let ExportKeyMaterial::KeyCryptogram(cryptogram) = input.key_material;
    Ok(ExportKeyInput {
        key_material: ExportKeyMaterial::KeyCryptogram(ExportKeyCryptogram {
            wrapping_spec: Some(spec(&cryptogram)),
            ..cryptogram
        }),
        ..input
    })
}

pub(super) fn handle(
    state: &EngineState,
    input: &ExportKeyInput,
    now: Timestamp,
    ctx: &mut Context<'_>,
) -> Result<ExportKeyOutput, ApiError> {
    let judged = judge(state, input, now, ctx.profile)?;
    let secret = open(judged.record, ctx)?;
    let mut rng = ctx
        .entropy
        .draw("oaep")
        .map_err(|e| refusal::no_randomness(&e))?;
    let cryptogram = rsa_wrap::wrap(
        judged.receiver.spki_der(),
        &secret,
        judged.spec,
        rng.as_mut(),
    )
    .map_err(|e| refusal::internal(&format!("The key could not be wrapped: {e}")))?;
    let key = &judged.record.key;
    Ok(ExportKeyOutput {
        wrapped_key: WrappedKey {
            wrapping_key_arn: judged.authority_arn,
            wrapped_key_material_format: WrappedKeyMaterialFormat::KEY_CRYPTOGRAM,
            key_material: HEXUPPER.encode(&cryptogram),
            key_check_value: key.key_check_value.clone(),
            key_check_value_algorithm: key.key_check_value_algorithm,
        },
    })
}

struct Judged<'s> {
    record: &'s KeyRecord,
    receiver: Certificate,
    authority_arn: String,
    spec: WrappingKeySpec,
}

fn judge<'s>(
    state: &'s EngineState,
    input: &ExportKeyInput,
    now: Timestamp,
    profile: Profile,
) -> Result<Judged<'s>, ApiError> {
    let ExportKeyMaterial::KeyCryptogram(cryptogram) = &input.key_material;
    let identifier = &cryptogram.certificate_authority_public_key_identifier;
    // Existence of both, then the state of both.
    state.living(&input.export_key_identifier, now)?;
    state.living(identifier, now)?;
    let record = state.usable(&input.export_key_identifier, now)?;
    let authority = state.usable(identifier, now)?;
    may_leave(record)?;
    let issuer = certificate::authority(authority)?.certificate()?;
    let receiver = certificate::read(MEMBER, &cryptogram.wrapping_key_certificate, profile)?;
    certificate::issued(MEMBER, &receiver, &issuer, now)?;
    may_wrap(record, &receiver)?;
    Ok(Judged {
        record,
        receiver,
        authority_arn: authority.key.key_arn.clone(),
        spec: spec(cryptogram),
    })
}

fn spec(cryptogram: &ExportKeyCryptogram) -> WrappingKeySpec {
    cryptogram
        .wrapping_spec
        .unwrap_or(WrappingKeySpec::RSA_OAEP_SHA_256)
}

fn may_leave(record: &KeyRecord) -> Result<(), ApiError> {
    let key = &record.key;
    let class = key.key_attributes.key_class;
    if class != KeyClass::SYMMETRIC_KEY {
        return Err(ApiError::validation(format!(
            "Key {} has KeyClass {}; only a SYMMETRIC_KEY can be exported.",
            key.key_arn,
            class.name()
        )));
    }
    if !key.exportable {
        return Err(ApiError::validation(format!(
            "Key {} is not exportable.",
            key.key_arn
        )));
    }
    Ok(())
}

fn may_wrap(record: &KeyRecord, receiver: &Certificate) -> Result<(), ApiError> {
    if !receiver.may_wrap_keys() {
        return Err(ApiError::validation(format!(
            "{MEMBER}: its keyUsage has neither keyEncipherment nor dataEncipherment, so it cannot wrap keys."
        )));
    }
    let Some(wrapping) = receiver.key_algorithm() else {
        return Err(ApiError::validation(format!(
            "{MEMBER} holds a key that is none of RSA_2048, RSA_3072 and RSA_4096."
        )));
    };
    let wrapped = record.key.key_attributes.key_algorithm;
    strength::may_wrap(wrapped, wrapping, WrapPath::Rsa).map_err(|refusal| {
        ApiError::validation(format!(
            "{MEMBER}: {} is weaker than {}, which needs {}.",
            wrapping.name(),
            wrapped.name(),
            refusal.needs
        ))
    })
}

/// Opens the key and makes sure that it is the one on record before it leaves.
fn open(record: &KeyRecord, ctx: &Context<'_>) -> Result<SecretBytes, ApiError> {
    let key = &record.key;
    let Some(lock) = ctx.open else {
        return Err(ApiError::new(
            ErrorKind::AccessDenied,
            format!(
                "Key {} can be exported only while its custodians have the use identity rebuilt; nothing was exported.",
                key.key_arn
            ),
        ));
    };
    let sealed = record
        .material
        .sealed()
        .ok_or_else(|| refusal::internal(&format!("Key {} has no material", key.key_arn)))?;
    let secret = lock
        .open(sealed)
        .map_err(|e| refusal::internal(&format!("Key {} could not be opened: {e}", key.key_arn)))?;
    let found = check_values::symmetric(
        key.key_attributes.key_algorithm,
        key.key_check_value_algorithm,
        &secret,
    )?;
    if found == key.key_check_value {
        return Ok(secret);
    }
    Err(refusal::internal(&format!(
        "The material of key {} does not have the check value on record",
        key.key_arn
    )))
}
