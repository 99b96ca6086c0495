//! ExportKey: a symmetric key under a receiver's RSA certificate here, in a key block beside it.

use data_encoding::HEXUPPER;

use crate::{
    api::{
        ApiError, ExportKeyCryptogram, ExportKeyInput, ExportKeyMaterial, ExportKeyOutput,
        Timestamp, WrappedKey, WrappedKeyMaterialFormat, WrappingKeySpec,
    },
    crypto::{
        rsa_wrap,
        strength::{self, WrapPath},
    },
    pki::Certificate,
};

use super::{
    Context, EngineState, KeyRecord, certificate,
    export_subject::{self, Subject},
    export_tr31, export_tr34, refusal,
};
use crate::api::Profile;

const MEMBER: &str = "WrappingKeyCertificate";

pub(super) fn check(
    state: &EngineState,
    input: ExportKeyInput,
    now: Timestamp,
    profile: Profile,
) -> Result<ExportKeyInput, ApiError> {
    let (subject, key_material) = match &input.key_material {
        ExportKeyMaterial::KeyCryptogram(cryptogram) => {
            let judged = judge(state, &input, cryptogram, now, profile)?;
            let filled = ExportKeyMaterial::KeyCryptogram(ExportKeyCryptogram {
                wrapping_spec: Some(judged.spec),
                ..cryptogram.clone()
            });
            (judged.subject, filled)
        }
        block @ ExportKeyMaterial::Tr31KeyBlock(tr31) => {
            let judged = export_tr31::judge(state, &input, tr31, now)?;
            (judged.subject, block.clone())
        }
        ExportKeyMaterial::Tr34KeyBlock(tr34) => {
            let judged = export_tr34::judge(state, &input, tr34, now, profile)?;
            let filled = ExportKeyMaterial::Tr34KeyBlock(Box::new(judged.request));
            (judged.subject, filled)
        }
    };
    Ok(ExportKeyInput {
        key_material,
        export_attributes: subject.defaulted(input.export_attributes),
        export_key_identifier: input.export_key_identifier,
    })
}

pub(super) fn handle(
    state: &EngineState,
    input: &ExportKeyInput,
    now: Timestamp,
    ctx: &mut Context<'_>,
) -> Result<ExportKeyOutput, ApiError> {
    let wrapped_key = match &input.key_material {
        ExportKeyMaterial::KeyCryptogram(cryptogram) => {
            wrap(&judge(state, input, cryptogram, now, ctx.profile)?, ctx)?
        }
        ExportKeyMaterial::Tr31KeyBlock(block) => {
            export_tr31::wrap(&export_tr31::judge(state, input, block, now)?, ctx)?
        }
        ExportKeyMaterial::Tr34KeyBlock(block) => {
            let judged = export_tr34::judge(state, input, block, now, ctx.profile)?;
            export_tr34::wrap(&judged, now, ctx)?
        }
    };
    Ok(ExportKeyOutput { wrapped_key })
}

fn wrap(judged: &Judged<'_>, ctx: &mut Context<'_>) -> Result<WrappedKey, ApiError> {
    let opened = judged.subject.open(ctx)?;
    let mut rng = ctx
        .entropy
        .draw("oaep")
        .map_err(|e| refusal::no_randomness(&e))?;
    let cryptogram = rsa_wrap::wrap(
        judged.receiver.spki_der(),
        &opened.secret,
        judged.spec,
        rng.as_mut(),
    )
    .map_err(|e| refusal::internal(&format!("The key could not be wrapped: {e}")))?;
    Ok(WrappedKey {
        wrapping_key_arn: judged.authority_arn.clone(),
        wrapped_key_material_format: WrappedKeyMaterialFormat::KEY_CRYPTOGRAM,
        key_material: HEXUPPER.encode(&cryptogram),
        key_check_value: opened.check_value,
        key_check_value_algorithm: opened.check_value_by,
    })
}

struct Judged<'s> {
    subject: Subject<'s>,
    receiver: Certificate,
    authority_arn: String,
    spec: WrappingKeySpec,
}

fn judge<'s>(
    state: &'s EngineState,
    input: &ExportKeyInput,
    cryptogram: &ExportKeyCryptogram,
    now: Timestamp,
    profile: Profile,
) -> Result<Judged<'s>, ApiError> {
    let identifier = &cryptogram.certificate_authority_public_key_identifier;
    // Existence of both, then the state of both.
    state.living(&input.export_key_identifier, now)?;
    state.living(identifier, now)?;
    state.usable(&input.export_key_identifier, now)?;
    let authority = state.usable(identifier, now)?;
    let subject = export_subject::judge(state, input, now)?;
    let issuer = certificate::authority(authority)?.certificate()?;
    let receiver = certificate::read(MEMBER, &cryptogram.wrapping_key_certificate, profile)?;
    certificate::issued(MEMBER, &receiver, &issuer, now)?;
    may_wrap(MEMBER, subject.record, &receiver, WrapPath::Rsa)?;
    Ok(Judged {
        subject,
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

/// Refuses a receiver's certificate that may not wrap keys, or is weaker than the key.
pub(super) fn may_wrap(
    member: &str,
    record: &KeyRecord,
    receiver: &Certificate,
    path: WrapPath,
) -> Result<(), ApiError> {
    certificate::may_wrap(member, receiver)?;
    let Some(wrapping) = receiver.key_algorithm() else {
        return Err(ApiError::validation(format!(
            "{member} holds a key that is none of RSA_2048, RSA_3072 and RSA_4096."
        )));
    };
    let wrapped = record.key.key_attributes.key_algorithm;
    strength::may_wrap(wrapped, wrapping, path).map_err(|refusal| {
        ApiError::validation(format!("{member}: {}.", refusal.comparison("wrapping")))
    })
}
