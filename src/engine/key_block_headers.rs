//! KeyBlockHeaders: an exported block may say less of its key than the key may, never more.

use crate::{
    api::{ApiError, KeyBlockHeaders, KeyExportability, KeyModesOfUse},
    crypto::tr31::{Exportability, Header, KeyVersion, Mode, OptionalBlock, Place, Tr31Error},
};

use super::{
    attributes::{self, Arrival},
    refusal,
};

const MEMBER: &str = "KeyBlockHeaders";

/// Characters of all optional blocks together, heads included.
const MOST: usize = 112;

/// Characters of a block's head: ID and length.
const HEAD: usize = 4;

/// Blocks that the service writes itself.
const OURS: [&str; 2] = ["HM", "PB"];

/// A key's own header with what was asked for in its place.
///
/// # Errors
/// A ValidationException naming the member that says more than the key may, or that no key block can say.
pub(super) fn narrowed(own: Header, asked: Option<&KeyBlockHeaders>) -> Result<Header, ApiError> {
    let Some(asked) = asked else {
        return Ok(own);
    };
    let mut header = own;
    if let Some(modes) = &asked.key_modes_of_use {
        header.mode = mode(&header, modes)?;
    }
    if let Some(exportability) = asked.key_exportability {
        header.exportability = exportability_of(&header, exportability)?;
    }
    if let Some(version) = &asked.key_version {
        header.key_version = KeyVersion::new(version)
            .ok_or_else(|| invalid(&format!("KeyVersion {version} is no key version")))?;
    }
    header.optional = optional(asked)?;
    defined(&header)?;
    Ok(header)
}

/// The modes must be among those of the usage and within the key's own; NoRestrictions is the widest.
fn mode(own: &Header, asked: &KeyModesOfUse) -> Result<Mode, ApiError> {
    let kept = own
        .mode
        .modes_of_use()
        .ok_or_else(|| refusal::internal("The key has a mode of use without a name"))?;
    let mut allowed = vec![kept];
    if let Some(usage) = own.usage.key_usage() {
        let rows = attributes::rows(usage, Arrival::Wrapped);
        let narrower = rows.flat_map(|row| row.modes).map(|set| set.modes);
        allowed.extend(narrower.filter(|set| *set != kept && within(set, &kept)));
    }
    if allowed.contains(asked)
        && let Some(mode) = Mode::from_modes_of_use(asked)
    {
        return Ok(mode);
    }
    let allowed: Vec<String> = allowed.iter().map(attributes::list).collect();
    Err(invalid(&format!(
        "KeyModesOfUse {} is not within the key's own {}; allowed: {}",
        attributes::list(asked),
        attributes::list(&kept),
        allowed.join(", ")
    )))
}

fn within(set: &KeyModesOfUse, kept: &KeyModesOfUse) -> bool {
    let kept_names = kept.names();
    kept.no_restrictions || set.names().iter().all(|name| kept_names.contains(name))
}

/// Sensitive is more than exportable, and that more than not exportable.
fn exportability_of(own: &Header, asked: KeyExportability) -> Result<Exportability, ApiError> {
    const WIDEST_FIRST: [KeyExportability; 3] = [
        KeyExportability::SENSITIVE,
        KeyExportability::EXPORTABLE,
        KeyExportability::NON_EXPORTABLE,
    ];
    let letter = own.exportability.code();
    let allowed: Vec<KeyExportability> = WIDEST_FIRST
        .into_iter()
        .skip_while(|value| !letter.starts_with(value.letter()))
        .collect();
    if allowed.contains(&asked)
        && let Some(value) = Exportability::new(&asked.letter().to_string())
    {
        return Ok(value);
    }
    let names: Vec<&str> = allowed.iter().map(|value| value.name()).collect();
    Err(invalid(&format!(
        "KeyExportability {} is more than the key's own; allowed: {}",
        asked.name(),
        names.join(", ")
    )))
}

fn optional(asked: &KeyBlockHeaders) -> Result<Vec<OptionalBlock>, ApiError> {
    let blocks = &asked.optional_blocks;
    let characters: usize = blocks.values().map(|value| HEAD + value.len()).sum();
    if characters > MOST {
        return Err(invalid(&format!(
            "OptionalBlocks take {characters} characters, {HEAD} of them for the head of each; at most {MOST}"
        )));
    }
    blocks
        .iter()
        .map(|(id, value)| {
            if OURS.contains(&id.as_str()) {
                return Err(invalid(&format!(
                    "OptionalBlocks: {id} is written by the control plane and cannot be given"
                )));
            }
            OptionalBlock::new(id, value).map_err(|e| invalid(&format!("OptionalBlocks: {e}")))
        })
        .collect()
}

/// A block that says what the standard does not define would be refused by its receiver.
fn defined(header: &Header) -> Result<(), ApiError> {
    match header.findings().into_iter().next() {
        None => Ok(()),
        Some(finding) => {
            let member = match finding.place {
                Place::Optional(_) => "OptionalBlocks",
                _ => "KeyVersion",
            };
            Err(invalid(&format!("{member}: {}", finding.words)))
        }
    }
}

/// The refusal of a check value in the block that is not the one its receiver will find.
pub(super) fn disagreeing(error: Tr31Error) -> ApiError {
    match error {
        Tr31Error::CheckValue(id) => ApiError::validation(format!(
            "KeyBlockHeaders.OptionalBlocks: {id} is not the check value of the {} key. Nothing was exported.",
            if id == "KP" { "wrapping" } else { "exported" }
        )),
        other => refusal::internal(&format!("The check values could not be compared: {other}")),
    }
}

fn invalid(what: &str) -> ApiError {
    ApiError::validation(format!("{MEMBER}.{what}."))
}
