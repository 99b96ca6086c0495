//! ExportKey in a TR-31 key block under a key of this vault.

use crate::{
    api::{
        ApiError, ExportKeyInput, ExportTr31KeyBlock, KeyAlgorithm, Timestamp, WrappedKey,
        WrappedKeyMaterialFormat,
    },
    crypto::{
        SecretBytes,
        symmetric::same_key,
        tr31::{self, Header, Version},
    },
};

use super::{
    Context, EngineState, KeyRecord,
    export_subject::{self, Subject},
    key_block_headers, refusal, secrets,
    wrapping_key::{self, Task},
};

/// A judged export.
pub(super) struct Judged<'s> {
    pub(super) subject: Subject<'s>,
    wrapping: &'s KeyRecord,
    header: Header,
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
    let own = Version::written_under(wrapping.key.key_attributes.key_algorithm)
        .and_then(|version| subject.header(version))
        .ok_or_else(|| refusal::internal("The key has no key block header of its own"))?;
    let header = key_block_headers::narrowed(own, block.key_block_headers.as_deref())?;
    subject.labelled(&header)?;
    Ok(Judged {
        subject,
        wrapping,
        header,
    })
}

/// Two names of one key.
const ITSELF_AGAIN: &str = "it is the very key that would travel under it, here under another name, and a key cannot \
    wrap itself; nothing was exported";

/// Writes the block: B under TDES, D under AES, the key's length hidden; key version 00 unless another is asked for.
pub(super) fn wrap(judged: &Judged<'_>, ctx: &mut Context<'_>) -> Result<WrappedKey, ApiError> {
    let wrapping = &judged.wrapping.key;
    let kbpk = secrets::of_key(
        ctx,
        judged.wrapping,
        &format!("Key {}", wrapping.key_arn),
        "nothing was exported",
    )?;
    let opened = judged.subject.open(ctx)?;
    let algorithm = wrapping.key_attributes.key_algorithm;
    let carried = judged.subject.record.key.key_attributes.key_algorithm;
    if same_key((algorithm, &kbpk), (carried, &opened.secret)) {
        // It came in twice: ARNs tell nothing of that.
        return Err(wrapping_key::refused(judged.wrapping, ITSELF_AGAIN));
    }
    agreeing(judged, algorithm, &kbpk, &opened.secret)?;
    let mut rng = ctx
        .entropy
        .draw("tr31-padding")
        .map_err(|e| refusal::no_randomness(&e))?;
    let block = tr31::wrap(
        algorithm,
        &kbpk,
        &judged.header,
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

/// A check value that the caller puts into the block must be the one that the receiver will find.
fn agreeing(
    judged: &Judged<'_>,
    algorithm: KeyAlgorithm,
    kbpk: &SecretBytes,
    key: &SecretBytes,
) -> Result<(), ApiError> {
    tr31::compare_check_values(&judged.header, algorithm, kbpk, key)
        .map_err(key_block_headers::disagreeing)
}
