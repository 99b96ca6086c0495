//! The file: its lines, its parts, and the hashes that hold them together.
#![deny(clippy::indexing_slicing)]

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde_json::Value;

use super::super::bundle::{PARTS, VERSION, sha256};
use super::{Fault, fault};

pub(super) type Parts = BTreeMap<&'static str, Value>;

pub(super) fn read(bytes: &[u8]) -> Result<Parts, Fault> {
    let Ok(file) = std::str::from_utf8(bytes) else {
        return fault("the file", "it is not text");
    };
    let mut lines = file.split('\n');
    if lines.next() != Some("{") {
        return fault(
            "its beginning",
            "that is not how a bundle of keymoot begins",
        );
    }
    let mut parts = Parts::new();
    let mut hashes = BTreeMap::new();
    for name in PARTS.into_iter().chain(["parts"]) {
        let line = lines.next().unwrap_or_default();
        let Some(line) = line.strip_suffix(',') else {
            return fault(name, "its line is cut or does not end as it was written");
        };
        let value = line.strip_prefix(&format!("\"{name}\":"));
        let value: Option<Value> = value.and_then(|value| serde_json::from_str(value).ok());
        let Some(value) = value else {
            return fault(name, "it is not what keymoot writes there");
        };
        hashes.insert(name, sha256(line.as_bytes()));
        parts.insert(name, value);
    }
    let manifest = parts.get("parts").cloned().unwrap_or_default();
    let seal = format!(
        "\"seal\":\"{}\"",
        hashes.get("parts").map_or("", String::as_str)
    );
    let sealed = lines.next() == Some(seal.as_str());
    for name in PARTS {
        if manifest.get(name).and_then(Value::as_str) != hashes.get(name).map(String::as_str) {
            // One of the two was changed: where the seal does not fit either, it is the list.
            let name = if sealed { name } else { "parts" };
            return fault(name, "it is not what was put into the bundle");
        }
    }
    if manifest.as_object().is_none_or(|m| m.len() != PARTS.len()) {
        return fault("parts", "it names other parts than the bundle has");
    }
    if !sealed {
        return fault("seal", "it is not the seal of this bundle");
    }
    if (lines.next(), lines.next(), lines.next()) != (Some("}"), Some(""), None) {
        return fault("the file", "something stands behind the bundle");
    }
    if parts.get(PARTS[0]).and_then(Value::as_u64) != Some(VERSION) {
        return fault(PARTS[0], "another version than this program knows");
    }
    Ok(parts)
}

pub(super) fn part<'p>(parts: &'p Parts, name: &str) -> &'p Value {
    parts.get(name).unwrap_or(&Value::Null)
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
