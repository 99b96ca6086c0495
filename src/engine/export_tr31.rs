//! ExportKey in a TR-31 key block under a key of this vault.

use crate::{
    api::{
        ApiError, ExportKeyInput, ExportTr31KeyBlock, Timestamp, WrappedKey,
        WrappedKeyMaterialFormat,
    },
    crypto::tr31::{self, Algorithm, Exportability, Header, Mode, Usage, Version},
};

use super::{
    Context, EngineState, KeyRecord,
    export_subject::{self, Subject},
    refusal, secrets,
    wrapping_key::{self, Task},
};

/// A judged export.
pub(super) struct Judged<'s> {
    pub(super) subject: Subject<'s>,
    wrapping: &'s KeyRecord,
}

pub(super) fn judge<'s>(
    state: &'s EngineState,
    input: &ExportKeyInput,
    block: &ExportTr31KeyBlock,
    now: Timestamp,
) -> Result<Judged<'s>, ApiError> {
    let identifier = &block.wrapping_key_identifier;
    // Existence of both, then the state of both.
    state.living(&input.export_key_identifier, now)?;
    state.living(identifier, now)?;
    state.usable(&input.export_key_identifier, now)?;
    let wrapping = state.usable(identifier, now)?;
    let subject = export_subject::judge(state, input, now)?;
    wrapping_key::may(wrapping, Task::Wrap)?;
    if wrapping.key.key_arn == subject.record.key.key_arn {
        return Err(wrapping_key::refused(wrapping, "a key cannot wrap itself"));
    }
    wrapping_key::strong_enough(wrapping, subject.record.key.key_attributes.key_algorithm)?;
    Ok(Judged { subject, wrapping })
}

/// Writes the block: B under TDES, D under AES, key version 00, the key's length hidden.
pub(super) fn wrap(judged: &Judged<'_>, ctx: &mut Context<'_>) -> Result<WrappedKey, ApiError> {
    let wrapping = &judged.wrapping.key;
    let header = header(judged)
        .ok_or_else(|| refusal::internal("The key has no key block header of its own"))?;
    let kbpk = secrets::of_key(
        ctx,
        judged.wrapping,
        &format!("Key {}", wrapping.key_arn),
        "nothing was exported",
    )?;
    let opened = judged.subject.open(ctx)?;
    let mut rng = ctx
        .entropy
        .draw("tr31-padding")
        .map_err(|e| refusal::no_randomness(&e))?;
    let block = tr31::wrap(
        wrapping.key_attributes.key_algorithm,
        &kbpk,
        &header,
        &opened.secret,
        rng.as_mut(),
    )
    .map_err(|e| refusal::internal(&format!("The key could not be wrapped: {e}")))?;
    Ok(WrappedKey {
        wrapping_key_arn: wrapping.key_arn.clone(),
        wrapped_key_material_format: WrappedKeyMaterialFormat::TR31_KEY_BLOCK,
        key_material: block,
        key_check_value: opened.check_value,
        key_check_value_algorithm: opened.check_value_by,
    })
}

/// The key's own header, or that of an initial key: B1, X, S as the service writes it.
fn header(judged: &Judged<'_>) -> Option<Header> {
    let version = Version::written_under(judged.wrapping.key.key_attributes.key_algorithm)?;
    let record = judged.subject.record;
    let attributes = &record.key.key_attributes;
    if judged.subject.is_initial_key() {
        return Some(Header::new(
            version,
            Usage::new("B1")?,
            Algorithm::of(attributes.key_algorithm)?,
            Mode::DERIVE,
            Exportability::SENSITIVE,
        ));
    }
    let exportability = if record.sensitive {
        Exportability::SENSITIVE
    } else {
        Exportability::TRUSTED
    };
    Header::for_key(version, attributes, exportability)
}
