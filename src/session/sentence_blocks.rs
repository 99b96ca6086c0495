//! Key blocks in a custodian's words: what a TR-31 block brings, under which key.

use crate::api::{ExportKeyInput, ExportTr31KeyBlock, ImportTr31KeyBlock, KeyBlockHeaders};
use crate::crypto::strength::WrapPath;
use crate::crypto::tr31::{Block, Exportability};
use crate::engine::EngineState;
use crate::text::{say, tr};

use super::action::ExportNote;
use super::label_of;
use super::modes;
use super::sentence::{Details, attributes, check_values, groups, line, verdict, wrapping};

/// The import of a block: its header says what the key is; the key itself stays closed.
pub(crate) fn import(input: &ImportTr31KeyBlock, engine: &EngineState) -> (String, Details) {
    let mut details = Details::new();
    if let Ok(block) = Block::parse(&input.wrapped_key_block) {
        let header = block.header();
        let said =
            |code: &str, words: Option<&str>| format!("{code} {}", words.unwrap_or("unknown"));
        let unknown = "unknown";
        details.push(line(
            tr("use"),
            &said(header.usage.code(), header.usage.words().map(tr)),
        ));
        details.push(line(
            tr("kind"),
            header.algorithm.words().map_or(unknown, tr),
        ));
        details.push(line(tr("modes"), header.mode.words().map_or(unknown, tr)));
        details.push(line(
            tr("export"),
            header.exportability.words().map_or(unknown, tr),
        ));
        details.push(line(
            tr("block"),
            &say!(
                "version {version}, {version_2}",
                version = header.version.letter(),
                version_2 = tr(header.version.words())
            ),
        ));
        if header.key_version.is_component() {
            let note = tr(
                "the block says that it holds a component of a key, not the whole; ask its sender",
            );
            details.push(line(tr("warning"), note));
        }
        if header.version.is_deprecated() {
            let note = tr("this version of block is deprecated; ask the sender for version B or D");
            details.push(line(tr("warning"), note));
        }
    }
    details.extend(wrapping(&input.wrapping_key_identifier, engine));
    (tr("IMPORT KEY from a TR-31 key block").into(), details)
}

/// The export of a key in a block: the key, and the key it leaves under.
pub(crate) fn export(
    identifier: &str,
    block: &ExportTr31KeyBlock,
    engine: &EngineState,
) -> (String, Details) {
    let Some(record) = engine.find(identifier) else {
        return (say!("EXPORT KEY {identifier}", identifier), Details::new());
    };
    let mut details = attributes(&record.key.key_attributes);
    details.extend(check_values(record));
    details.extend(headers(block.key_block_headers.as_deref()));
    details.extend(wrapping(&block.wrapping_key_identifier, engine));
    if let Some(by) = engine.find(&block.wrapping_key_identifier) {
        let kind = |key: &crate::api::Key| key.key_attributes.key_algorithm;
        let by = [kind(&by.key)];
        details.push(verdict(kind(&record.key), &by, WrapPath::Tr31));
    }
    let label = label_of(&record.key, &record.tags);
    (
        say!("EXPORT KEY {label} in a TR-31 key block", label),
        details,
    )
}

/// What the block says of its key in the place of the key's own values.
pub(crate) fn headers(asked: Option<&KeyBlockHeaders>) -> Details {
    let Some(asked) = asked else {
        return Details::new();
    };
    let mut details = Details::new();
    if let Some(modes) = &asked.key_modes_of_use {
        details.push(line(tr("block: modes"), &modes::words(modes)));
    }
    if let Some(exportability) = asked.key_exportability {
        let letter = exportability.letter().to_string();
        let words = Exportability::new(&letter).and_then(|value| value.words());
        details.push(line(tr("block: export"), words.map_or("unknown", tr)));
    }
    if let Some(version) = &asked.key_version {
        details.push(line(tr("block: version"), version));
    }
    for (id, data) in &asked.optional_blocks {
        details.push(line(&say!("block: {id}", id), data));
    }
    details
}

/// The terminal whose initial key leaves in the place of the base derivation key, and the number that was typed where it is
/// another: whoever signs compares both with the terminal's label.
pub(crate) fn initial_key(input: &ExportKeyInput, note: Option<&ExportNote>) -> Option<Details> {
    let attributes = input.export_attributes.as_ref()?;
    let initial = attributes.export_dukpt_initial_key.as_ref()?;
    let words = say!(
        "key serial number {key_serial_number}",
        key_serial_number = groups(&initial.key_serial_number)
    );
    let mut details = vec![line(tr("terminal"), &words)];
    let typed = note.and_then(|note| note.typed_number.as_deref());
    details.extend(typed.map(|typed| {
        let words = say!(
            "typed as {typed}: the counter at its end is not zero, and an initial key is that of counter zero. Compare the number with the terminal's label",
            typed = groups(typed)
        );
        line(tr("beware"), &words)
    }));
    Some(details)
}
