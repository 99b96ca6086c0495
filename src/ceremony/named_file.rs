//! Files that people name: read once, at most 1 MiB.

use std::path::Path;

use crate::os::read_limited;
use crate::session::{Profile, Refusal};

/// The most that is read of a file somebody names.
const MOST: u64 = 1024 * 1024;
/// What stands before a sample's name in a rehearsal's practice answer.
const SAMPLE: &str = "sample:";
/// The practice answer where a receiver's file is asked for: its key is strong enough for most.
pub const PRACTICE_FILE: &str = "sample:get-parameters-for-import-rsa4096.json";

/// Reads a file somebody named; in a rehearsal also a sample from inside the binary.
///
/// # Errors
/// It cannot be read, or is longer than 1 MiB.
pub fn named_file(profile: Profile, path: &Path) -> Result<Vec<u8>, Refusal> {
    let sample = path
        .to_str()
        .and_then(|p| p.strip_prefix(SAMPLE))
        .and_then(super::sample);
    if let Some(bytes) = sample.filter(|_| profile == Profile::Rehearsal) {
        return Ok(bytes.to_vec());
    }
    let bytes = read_limited(path, MOST).map_err(|e| Refusal::Usage(e.to_string()))?;
    Ok(bytes.to_vec())
}

/// Reads a person's envelope from their own medium.
///
/// # Errors
/// It cannot be read, or is no text.
pub fn read_envelope(path: &Path) -> Result<String, Refusal> {
    let bytes = read_limited(path, MOST).map_err(|e| Refusal::Custody(e.to_string()))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| {
        Refusal::Custody(format!(
            "{} is no envelope: it is not text. Nothing was tried; look for another file.",
            path.display()
        ))
    })
}
