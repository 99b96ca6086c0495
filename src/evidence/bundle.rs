//! The bundle: one file with everything that somebody outside needs to check a run.
//!
//! It is JSON that is written in one way only: `{`, then one line for each of [`PARTS`] in their order (`"name":` and
//! RFC 8785 JSON), then `parts` (the SHA-256 of each of those lines) and `seal` (the SHA-256 of the line `parts`), then
//! `}`. So whatever was changed is found, and found where it stands. What the parts mean is said in
//! [`verify`](super::verify), which reads the file by itself.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// The version of the format. Version 1 had no part `unsigned`.
pub const VERSION: u64 = 2;

/// The parts, in the order in which they stand.
pub const PARTS: [&str; 12] = [
    "keymoot_bundle",
    "vault",
    "run",
    "build",
    "people",
    "script",
    "events",
    "acts",
    UNSIGNED,
    "artifacts",
    "report",
    "recording",
];

/// The part that version 1 had not: what moved the state without signatures of its own.
pub const UNSIGNED: &str = "unsigned";

/// The longest audit log that goes into a bundle, in bytes.
pub const MAX_LOG: usize = 64 << 20;

/// The longest value of a part, in bytes of JSON: what is longer nobody reads, and so nobody writes it.
pub const fn longest(part: &str) -> usize {
    match part.as_bytes() {
        // Quotation marks of a line are written as two characters in a list of strings.
        b"events" => 2 * MAX_LOG,
        b"artifacts" => 64 << 20,
        // A recording has at most 64 MiB, and base64 makes four characters of three bytes.
        b"recording" => 88 << 20,
        b"acts" | b"unsigned" | b"report" => 16 << 20,
        // A script has at most 256 KiB.
        b"script" | b"people" => 1 << 20,
        _ => 4096,
    }
}

/// A bundle that is being put together.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// `{id, epoch, profile}`.
    pub vault: Value,
    /// `{id, script}`.
    pub run: Value,
    /// `{version, sha256}` of the program that made it, as it reads itself.
    pub build: Value,
    /// `[{name, role, key}]`, the approval keys as 64 hex digits.
    pub people: Value,
    /// The script's bytes.
    pub script: Vec<u8>,
    /// The lines of the audit log, from the first to the one that names this bundle and its signatures.
    pub events: Vec<String>,
    /// `[{digest, action, transitions: [{line, salt, operation, request, response}]}]` of the run.
    pub acts: Value,
    /// `[{line, salt, operation, request, response}]` of what moved the state without signatures of its own, in the whole
    /// log: deletions whose window ended, and the ends of sets of shares.
    pub unsigned: Value,
    /// What the run handed out, by name.
    pub artifacts: Vec<(String, Vec<u8>)>,
    /// The report as data.
    pub report: Value,
    /// The recording, where one was made.
    pub recording: Option<Vec<u8>>,
}

impl Bundle {
    /// The values of [`PARTS`].
    fn values(&self) -> [Value; PARTS.len()] {
        let artifacts: Map<String, Value> = self
            .artifacts
            .iter()
            .map(|(name, bytes)| (name.clone(), BASE64.encode(bytes).into()))
            .collect();
        [
            json!(VERSION),
            self.vault.clone(),
            self.run.clone(),
            self.build.clone(),
            self.people.clone(),
            BASE64.encode(&self.script).into(),
            json!(self.events),
            self.acts.clone(),
            self.unsigned.clone(),
            artifacts.into(),
            self.report.clone(),
            json!(self.recording.as_ref().map(|bytes| BASE64.encode(bytes))),
        ]
    }

    /// The first part that is longer than a verifier reads.
    pub fn too_long(&self) -> Option<&'static str> {
        let values = self.values();
        let mut parts = PARTS.into_iter().zip(&values);
        let long = |(name, value): &(&str, &Value)| {
            line(name, value).len() > longest(name) + name.len() + r#""":"#.len()
        };
        parts.find(long).map(|(name, _)| name)
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let values = self.values();
        let mut out = b"{\n".to_vec();
        let mut parts = Map::new();
        for (name, value) in PARTS.iter().zip(&values) {
            let line = line(name, value);
            parts.insert((*name).to_owned(), sha256(&line).into());
            out.extend(line);
            out.extend(b",\n");
        }
        let manifest = line("parts", &parts.into());
        let seal = sha256(&manifest);
        out.extend(manifest);
        out.extend(b",\n");
        out.extend(line("seal", &seal.into()));
        out.extend(b"\n}\n");
        out
    }
}

fn line(name: &str, value: &Value) -> Vec<u8> {
    let mut line = format!("\"{name}\":").into_bytes();
    // Strings, integers and what was JSON before: this cannot fail, and an empty value would be no JSON.
    line.extend(serde_json_canonicalizer::to_vec(value).unwrap_or_default());
    line
}

/// SHA-256 as 64 lower-case hex digits.
pub fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
