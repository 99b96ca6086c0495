//! ImportKey of a symmetric key in a TR-31 key block under a key of this vault.

use crate::{
    api::{
        ApiError, ErrorKind, ImportKeyInput, ImportTr31KeyBlock, KeyAttributes,
        KeyCheckValueAlgorithm, Timestamp,
    },
    crypto::{
        SecretBytes,
        tr31::{
            self, Block, Exportability, Header, Iso20038, KeyVersion, OptionalRule, Tr31Error,
            Version,
        },
    },
};

use super::{
    Context, EngineState, FromBlock, KeyRecord, Rules,
    attributes::{self, Arrival},
    check_values,
    import_key::{Arrived, Opened},
    secrets,
    wrapping_key::{self, Task},
};

const MEMBER: &str = "WrappedKeyBlock";

/// The shortest key of both algorithms that travel here. A block hides its key's length: before it is open it is
/// judged as if it held this one, which the matrix and the strength table refuse last.
pub(super) const SHORTEST: usize = 16;

/// Judges the block and whether the policy takes its version; the algorithm of the key's check value.
pub(super) fn check(
    state: &EngineState,
    block: &ImportTr31KeyBlock,
    asked: Option<KeyCheckValueAlgorithm>,
    now: Timestamp,
    rules: &Rules,
) -> Result<KeyCheckValueAlgorithm, ApiError> {
    let judged = judge(state, block, asked, now)?;
    taken(judged.block.header().version, rules)?;
    Ok(judged.method)
}

/// Opens the block.
pub(super) fn open(
    state: &EngineState,
    input: &ImportKeyInput,
    block: &ImportTr31KeyBlock,
    now: Timestamp,
    ctx: &Context<'_>,
) -> Result<Arrived, ApiError> {
    let judged = judge(state, block, input.key_check_value_algorithm, now)?;
    let header = judged.block.header();
    let secret = unwrap(&judged, ctx)?;
    let attributes = expressed(header, secret.len())?;
    attributes::judge(&attributes, Arrival::Wrapped)?;
    wrapping_key::strong_enough(judged.wrapping, attributes.key_algorithm)?;
    Opened {
        member: MEMBER,
        secret,
        attributes,
        exportable: header.exportability != Exportability::NONE,
        sensitive: header.exportability == Exportability::SENSITIVE,
        from_block: kept(header),
        check_value_by: judged.method,
    }
    .sealed(ctx)
}

struct Judged<'s> {
    wrapping: &'s KeyRecord,
    block: Block,
    method: KeyCheckValueAlgorithm,
}

/// Everything that can be judged without the wrapping key: the key named, the block's text and its header.
fn judge<'s>(
    state: &'s EngineState,
    input: &ImportTr31KeyBlock,
    asked: Option<KeyCheckValueAlgorithm>,
    now: Timestamp,
) -> Result<Judged<'s>, ApiError> {
    let wrapping = state.usable(&input.wrapping_key_identifier, now)?;
    wrapping_key::may(wrapping, Task::Unwrap)?;
    let block = Block::parse(&input.wrapped_key_block).map_err(|e| content(&e))?;
    let header = block.header();
    fits(header.version, wrapping)?;
    header
        .importable(OptionalRule::Refuse)
        .map_err(|e| content(&e))?;
    let attributes = expressed(header, SHORTEST)?;
    attributes::judge(&attributes, Arrival::Wrapped)?;
    wrapping_key::strong_enough_for_hidden(wrapping, attributes.key_algorithm)?;
    let method = check_values::method(&attributes, asked)?;
    Ok(Judged {
        wrapping,
        block,
        method,
    })
}

/// The version goes with the wrapping key's algorithm: A, B and C with TDES, D with AES. The service takes no E.
fn fits(version: Version, wrapping: &KeyRecord) -> Result<(), ApiError> {
    let kbpk = wrapping.key.key_attributes.key_algorithm;
    if version == Version::E {
        return Err(content(&Tr31Error::Iso20038));
    }
    if version.takes(kbpk) {
        return Ok(());
    }
    Err(content(&Tr31Error::Kbpk { version, kbpk }))
}

/// The policy may close the door to versions that the service still takes.
fn taken(version: Version, rules: &Rules) -> Result<(), ApiError> {
    if !rules.limits.refused_key_blocks.contains(&version) {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorKind::AccessDenied,
        format!(
            "{MEMBER} has version {} ({}), which the policy of this vault does not take; ask the sender for version B \
             or D.",
            version.letter(),
            version.words()
        ),
    ))
}

/// What the header says beside the attributes. PB pads, and KP is the wrapping key's check value, compared and done
/// with; what is left is kept and not used.
pub(super) fn kept(header: &Header) -> Option<Box<FromBlock>> {
    let optional_blocks: Vec<(String, String)> = header
        .optional
        .iter()
        .filter(|block| !matches!(block.id(), "PB" | "KP"))
        .map(|block| (block.id().to_owned(), block.data().to_owned()))
        .collect();
    if optional_blocks.is_empty() && header.key_version == KeyVersion::UNUSED {
        return None;
    }
    Some(Box::new(FromBlock {
        key_version: header.key_version.code().to_owned(),
        optional_blocks,
    }))
}

/// The attributes that the header gives a key of `length` bytes; names the field that the service has no value for.
pub(super) fn expressed(header: &Header, length: usize) -> Result<KeyAttributes, ApiError> {
    header.attributes(length).ok_or_else(|| {
        let (field, code, words, member) = if header.usage.key_usage().is_none() {
            let usage = &header.usage;
            ("key usage", usage.code(), usage.words(), "KeyUsage")
        } else if header.key_algorithm(length).is_none() {
            let algorithm = &header.algorithm;
            ("algorithm", algorithm.code(), algorithm.words(), "KeyAlgorithm")
        } else {
            let mode = &header.mode;
            ("mode of use", mode.code(), mode.words(), "KeyModesOfUse")
        };
        let words = words.unwrap_or("undefined");
        ApiError::validation(format!(
            "{MEMBER}: its header's {field} {code} ({words}) has no value of {member} in this control plane."
        ))
    })
}

/// Opens the block: one answer for every way in which that fails, so that none helps to make a block. Then the check
/// values that it carries are compared. KP is that of a key whose check value is no secret, and KC is looked at once
/// the sender is known to have made the block; both say what to ask the sender.
fn unwrap(judged: &Judged<'_>, ctx: &Context<'_>) -> Result<SecretBytes, ApiError> {
    let wrapping = &judged.wrapping.key;
    let kbpk = secrets::of_key(
        ctx,
        judged.wrapping,
        &format!("Key {}", wrapping.key_arn),
        "nothing was imported",
    )?;
    let algorithm = wrapping.key_attributes.key_algorithm;
    let header = judged.block.header();
    tr31::compare_check_value_of_kbpk(header, algorithm, &kbpk).map_err(|e| content(&e))?;
    let opened = judged
        .block
        .open(algorithm, &kbpk, Iso20038::Refused)
        .map_err(|e| closed(&e))?;
    tr31::compare_check_value_of_key(header, &opened).map_err(|e| content(&e))?;
    Ok(opened)
}

fn closed(error: &Tr31Error) -> ApiError {
    if error.is_cryptographic() {
        return ApiError::validation(
            "WrappedKeyBlock could not be verified with WrappingKeyIdentifier.",
        );
    }
    content(error)
}

/// What is wrong with the block's text or header, which anybody can read.
fn content(error: &Tr31Error) -> ApiError {
    ApiError::validation(format!("{MEMBER}: {error}"))
}
