//! Files that people name: read once, at most 1 MiB.

use std::path::{Path, PathBuf};

use crate::os::read_limited;
use crate::session::asked::{looks_like_words, words_for_a_path};
use crate::session::{Profile, Refusal, paper_name};

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

/// Where a person's envelope of a kind (`share`, `approval`) lies: the file that was named, or the one in the folder.
fn envelope_at(path: &Path, person: &str, kind: &str) -> Result<PathBuf, Refusal> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let names = [format!("{kind}.age"), format!("{kind}.new.age")].map(|n| paper_name(person, &n));
    let [old, new] = &names;
    let folder = path.display();
    match (path.join(old).is_file(), path.join(new).is_file()) {
        (true, false) => Ok(path.join(old)),
        (false, true) => Ok(path.join(new)),
        (true, true) => Err(Refusal::Custody(format!(
            "{old} and {new} both lie in {folder}. Nothing was tried: name the file. After a change that was carried \
             to its end it is {new}; where a change was begun and not finished, {old}."
        ))),
        (false, false) => Err(Refusal::Custody(format!(
            "There is no {old} in {folder}. Nothing was tried: insert the medium of {person}, or name the file."
        ))),
    }
}

/// Reads a person's envelope of a kind (`share`, `approval`) from their own medium: the file, or its folder.
///
/// # Errors
/// It cannot be read, or is no text. Words that were typed in the place of the path are not repeated.
pub fn read_envelope(path: &Path, person: &str, kind: &str) -> Result<String, Refusal> {
    read_at(path, |path| envelope_at(path, person, kind))
}

/// The same where envelopes that were just made are proven: in a folder in which those of before lie as well it is the
/// new one.
///
/// # Errors
/// As [`read_envelope`].
pub fn read_new_envelope(path: &Path, person: &str, kind: &str) -> Result<String, Refusal> {
    read_at(path, |path| {
        let new = path.join(paper_name(person, &format!("{kind}.new.age")));
        if path.is_dir() && new.is_file() {
            return Ok(new);
        }
        envelope_at(path, person, kind)
    })
}

fn read_at(
    path: &Path,
    at: impl FnOnce(&Path) -> Result<PathBuf, Refusal>,
) -> Result<String, Refusal> {
    if !path.exists() && looks_like_words(&path.to_string_lossy()) {
        return Err(Refusal::Custody(words_for_a_path().to_owned()));
    }
    let path = &at(path)?;
    let bytes = read_limited(path, MOST).map_err(|e| Refusal::Custody(e.to_string()))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| {
        Refusal::Custody(format!(
            "{} is no envelope: it is not text. Nothing was tried; look for another file.",
            path.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_found_in_the_folder_and_words_are_not_repeated() {
        let stick = tempfile::tempdir().unwrap();
        let said = |path: &Path| match read_envelope(path, "Ben", "share") {
            Ok(text) => text,
            Err(refusal) => refusal.to_string(),
        };
        assert!(said(stick.path()).contains("There is no Ben.share.age"));
        std::fs::write(stick.path().join("Ben.share.age"), "armored").unwrap();
        assert_eq!(said(stick.path()), "armored");
        assert_eq!(said(&stick.path().join("Ben.share.age")), "armored");
        std::fs::write(stick.path().join("Ben.share.new.age"), "newer").unwrap();
        assert!(said(stick.path()).contains("both lie in"));
        let new = read_new_envelope(stick.path(), "Ben", "share").unwrap();
        assert_eq!(new, "newer", "the new ones are proven");
        let words = stick
            .path()
            .join("Ben.share.ageheadstone satisfied ransack unrevised unworn");
        assert!(!said(&words).contains("satisfied"));
    }
}
