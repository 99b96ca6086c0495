//! TR-31 key blocks: the header field by field, the optional blocks, and what is not as the standard has it. The key
//! in the block stays closed, and whether the block is authentic only its wrapping key can tell.

use data_encoding::HEXUPPER_PERMISSIVE;

use crate::api::KeyUsage;
use crate::crypto::tr31::{Block, Header, OptionalBlock};

use super::facts::Facts;

/// The key block that a text is or is meant to be, whatever stands around it: quotes, a name and `=`, an HSM's letter
/// in front, lower case, the hexadecimal of its characters. Its own reader says what is wrong with it.
pub(super) fn block_in(text: &str) -> Option<String> {
    let bare = text.trim_matches(['"', '\'', ',', ' ']);
    let bare = match bare.split_once('=') {
        Some((name, value)) if name.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            value.trim_matches(['"', '\'', ' '])
        }
        _ => bare,
    };
    if is_meant(bare) {
        return Some(bare.to_owned());
    }
    let spelt = HEXUPPER_PERMISSIVE.decode(bare.as_bytes()).ok()?;
    String::from_utf8(spelt).ok().filter(|text| is_meant(text))
}

/// A version letter and a length of four digits, perhaps with another letter in front, in either case.
fn is_meant(text: &str) -> bool {
    let begins = |bytes: &[u8]| match bytes {
        [version, length @ ..] => {
            (b'A'..=b'E').contains(&version.to_ascii_uppercase())
                && length.len() > 4
                && length
                    .iter()
                    .take(4)
                    .all(|b| b.is_ascii_digit() || *b == b' ')
                && length.iter().take(4).any(u8::is_ascii_digit)
        }
        [] => false,
    };
    let bytes = text.as_bytes();
    begins(bytes)
        || bytes
            .split_first()
            .is_some_and(|(first, rest)| first.is_ascii_alphabetic() && begins(rest))
}

/// A key block.
///
/// # Errors
/// What is wrong with its text.
pub(super) fn block(text: &str) -> Result<Facts, String> {
    let block = Block::parse(text).map_err(|e| e.to_string())?;
    let mut found = Facts::new("tr31-key-block", "TR-31 KEY BLOCK");
    header(block.header(), &mut found);
    if block.header().version.is_deprecated() {
        found.note("this version is deprecated; ask the sender for version B or D");
    }
    found.note("whether the block is authentic, only its wrapping key can tell");
    found.line("header", "Header", block.header_text());
    let optional_blocks = block.header().optional.len();
    found.line(
        "optional_block_count",
        "Optional blocks",
        format!("{optional_blocks:02}"),
    );
    let reserved = block.header().reserved;
    found.line(
        "reserved",
        "Reserved",
        format!("{reserved}  says nothing yet"),
    );
    found.line("characters", "Length", text.len());
    found.line("payload_bytes", "Encrypted bytes", block.payload_len());
    found.line("mac", "MAC", block.mac_hex());
    found.part(
        "optional_blocks",
        block.header().optional.iter().map(optional).collect(),
    );
    Ok(found)
}

/// The block in a request, as a part of it; the reason, where it is none.
pub(super) fn inside(text: &str, found: &mut Facts) -> Result<(), String> {
    found.part("block", vec![block(text)?]);
    Ok(())
}

pub(super) fn header(header: &Header, found: &mut Facts) {
    let version = header.version;
    let said = |code: &str, words: Option<&str>| {
        format!("{code}  {}", words.unwrap_or("not defined by the standard"))
    };
    let letter = version.letter().to_string();
    let fields = [
        ("version", "Version", letter, Some(version.words())),
        (
            "usage",
            "Key usage",
            header.usage.to_string(),
            header.usage.words(),
        ),
        (
            "algorithm",
            "Algorithm",
            header.algorithm.to_string(),
            header.algorithm.words(),
        ),
        (
            "mode",
            "Mode of use",
            header.mode.to_string(),
            header.mode.words(),
        ),
        (
            "key_version",
            "Key version",
            header.key_version.to_string(),
            header.key_version.words(),
        ),
        (
            "exportability",
            "Exportability",
            header.exportability.to_string(),
            header.exportability.words(),
        ),
        (
            "context",
            "Key context",
            header.context.to_string(),
            header.context.words(),
        ),
    ];
    for (id, label, code, words) in fields {
        found.line(id, label, said(&code, words));
    }
    let usage = header.usage.key_usage().map(KeyUsage::name);
    found.line("key_usage", "KeyUsage", usage);
    let findings = header.findings();
    let codes: Vec<&str> = findings.iter().map(|f| f.code.as_str()).collect();
    found.line("findings", "Findings", codes);
    for finding in &findings {
        found.note(finding.words.clone());
    }
}

fn optional(block: &OptionalBlock) -> Facts {
    let words = block.words().unwrap_or("not defined by the standard");
    let mut found = Facts::new(
        "optional-block",
        format!("OPTIONAL BLOCK {}  {words}", block.id()),
    );
    found.line("id", "ID", block.id());
    found.line("words", "Meaning", words);
    found.line("data", "Data", block.data());
    if let Some(said) = block.said() {
        found.line("said", "In words", said);
    }
    found
}
