//! The file: its lines, its parts, and the hashes that hold them together.
//!
//! Whoever made it may want more than evidence of whoever reads it: every line is held to its length, its hash and the
//! memory that it would take before it is parsed.
#![deny(clippy::indexing_slicing)]

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::bundle::{MAX_LOG, PARTS, UNSIGNED, VERSION, longest};
use super::{Fault, fault};

/// The parts of a bundle.
pub(super) struct Parts {
    values: BTreeMap<&'static str, Value>,
    /// The lines of the log, unparsed.
    pub(super) events: Vec<String>,
}

/// The longest list of hashes, in bytes.
const MAX_MANIFEST: usize = 4096;

/// The most lines of a log: none of keymoot's is as short as 64 bytes.
const MAX_LINES: usize = MAX_LOG / 64;

/// What the values of one part may take in memory, in bytes, by [`weight`].
const MAX_WEIGHT: usize = 512 << 20;

const EVENTS: &str = "events";

pub(super) fn read(bytes: &[u8]) -> Result<Parts, Fault> {
    let Ok(file) = std::str::from_utf8(bytes) else {
        return fault("the file", "it is not text");
    };
    let mut lines = file.split('\n');
    let begins = file.strip_prefix("{\n\"");
    if lines.next() != Some("{") || begins.is_none_or(|part| !part.starts_with(PARTS[0])) {
        return fault(
            "its beginning",
            "that is not how a bundle of keymoot begins",
        );
    }
    let version = lines.clone().next().unwrap_or_default();
    let names = names(version)?;
    let mut found = Vec::with_capacity(names.len());
    for name in &names {
        found.push((*name, line(name, lines.next(), longest(name))?));
    }
    let manifest = line("parts", lines.next(), MAX_MANIFEST)?;
    let seal = format!("\"seal\":\"{}\"", hash("parts", manifest));
    let sealed = lines.next() == Some(seal.as_str());
    let manifest = parsed("parts", manifest)?;
    for (name, value) in &found {
        let hash = hash(name, value);
        if manifest.get(name).and_then(Value::as_str) != Some(hash.as_str()) {
            // One of the two was changed: where the seal does not fit either, it is the list.
            let name = if sealed { name } else { "parts" };
            return fault(name, "it is not what was put into the bundle");
        }
    }
    if manifest.as_object().is_none_or(|m| m.len() != names.len()) {
        return fault("parts", "it names other parts than the bundle has");
    }
    if !sealed {
        return fault("seal", "it is not the seal of this bundle");
    }
    if (lines.next(), lines.next(), lines.next()) != (Some("}"), Some(""), None) {
        return fault("the file", "something stands behind the bundle");
    }
    let mut parts = Parts {
        values: BTreeMap::new(),
        events: Vec::new(),
    };
    for (name, value) in found {
        if name == EVENTS {
            parts.events = events(value)?;
        } else {
            parts.values.insert(name, parsed(name, value)?);
        }
    }
    Ok(parts)
}

/// The parts of the version that the first line names.
fn names(version: &str) -> Result<Vec<&'static str>, Fault> {
    let [name, ..] = PARTS;
    let of = |version: u64| format!("\"{name}\":{version},");
    let older = match version {
        line if line == of(VERSION) => false,
        line if line == of(1) => true,
        _ => return fault(name, "it is no version that this program knows"),
    };
    let known = PARTS.into_iter();
    Ok(known.filter(|name| !older || *name != UNSIGNED).collect())
}

/// The value in the line of a part, unparsed.
fn line<'f>(name: &str, line: Option<&'f str>, longest: usize) -> Result<&'f str, Fault> {
    let Some(line) = line.unwrap_or_default().strip_suffix(',') else {
        return fault(name, "its line is cut or does not end as it was written");
    };
    let value = line.strip_prefix('"').and_then(|l| l.strip_prefix(name));
    let Some(value) = value.and_then(|l| l.strip_prefix("\":")) else {
        return fault(name, "it is not what keymoot writes there");
    };
    if value.len() > longest {
        return fault(name, format!("it is longer than {longest} bytes"));
    }
    Ok(value)
}

/// SHA-256 of the line of a part.
fn hash(name: &str, value: &str) -> String {
    let line = Sha256::new().chain_update(format!("\"{name}\":"));
    HEXLOWER.encode(&line.chain_update(value).finalize())
}

/// The lines of the log: a list of strings, and no more of them than a log can have.
fn events(value: &str) -> Result<Vec<String>, Fault> {
    struct Lines;
    impl<'de> Visitor<'de> for Lines {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the lines of a log")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut lines = Vec::new();
            while let Some(line) = list.next_element()? {
                if lines.len() == MAX_LINES {
                    return Err(A::Error::custom("too many lines"));
                }
                lines.push(line);
            }
            Ok(lines)
        }
    }
    let mut reader = serde_json::Deserializer::from_str(value);
    let lines = serde::Deserializer::deserialize_seq(&mut reader, Lines);
    match lines.and_then(|lines| reader.end().map(|()| lines)) {
        Ok(lines) => Ok(lines),
        Err(_) => fault(EVENTS, "it is no list of lines that keymoot writes"),
    }
}

fn parsed(name: &str, value: &str) -> Result<Value, Fault> {
    // A string is as long as it was, whatever it holds.
    if !value.starts_with('"') && weight(value) > MAX_WEIGHT {
        return fault(
            name,
            "it would take more memory than any that keymoot writes",
        );
    }
    match serde_json::from_str(value) {
        Ok(value) => Ok(value),
        Err(_) => fault(name, "it is not what keymoot writes there"),
    }
}

/// What the values of a JSON text take in memory, in bytes and rather more than less: a value for each comma and bracket,
/// a name for each colon, a node of a map for each brace.
pub(super) fn weight(text: &str) -> usize {
    let each = text.bytes().map(|byte| match byte {
        b'{' => 512,
        b':' => 128,
        b',' | b'[' => 32,
        _ => 1,
    });
    each.sum()
}

pub(super) fn part<'p>(parts: &'p Parts, name: &str) -> &'p Value {
    parts.values.get(name).unwrap_or(&Value::Null)
}

pub(super) fn text(parts: &Parts, part_name: &str, member: &str) -> Result<String, Fault> {
    match string(part(parts, part_name), member) {
        Some(text) => Ok(text.to_owned()),
        None => fault(part_name, format!("{member} is missing")),
    }
}

pub(super) fn string<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member)?.as_str()
}

pub(super) fn canonical(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

pub(super) fn bytes32(hex: Option<&str>) -> Option<[u8; 32]> {
    let bytes = HEXLOWER.decode(hex?.as_bytes()).ok()?;
    bytes.try_into().ok()
}
