//! Files that people name: read once, at most 1 MiB.

use std::path::{Path, PathBuf};

use crate::custody::astray::{Place, looks_like_passphrase};
use crate::os::read_limited;
use crate::session::asked::words_for_a_path;
use crate::session::envelopes::file_name;
use crate::session::pasted::{Given, given};
use crate::session::{Profile, Refusal, paper_name};

/// The most that is read of a file somebody names.
const MOST: u64 = 1024 * 1024;
/// What stands before the name of a sample that comes with keymoot.
const SAMPLE: &str = "sample:";
/// The practice answer where a receiver's file is asked for: its key is strong enough for most.
pub const PRACTICE_FILE: &str = "sample:get-parameters-for-import-rsa4096.json";

/// Reads a file somebody named; outside of production also a sample from inside the binary. What stands in the place of a
/// path and is a file's content is that file.
///
/// # Errors
/// It cannot be read, is longer than 1 MiB, or must not be pasted.
pub fn named_file(profile: Profile, path: &Path) -> Result<Vec<u8>, Refusal> {
    let sample = path
        .to_str()
        .and_then(|p| p.strip_prefix(SAMPLE))
        .and_then(super::sample);
    if let Some(bytes) = sample.filter(|_| profile != Profile::Production) {
        return Ok(bytes.to_vec());
    }
    match given(path.to_str().unwrap_or_default()) {
        Given::Path => {}
        Given::Content(bytes) => return Ok(bytes),
        Given::Refused(why) => return Err(Refusal::Usage(why.to_owned())),
    }
    let bytes = read_limited(path, MOST).map_err(|e| Refusal::Usage(e.to_string()))?;
    Ok(bytes.to_vec())
}

/// Where a person's envelopes of a kind (`share`, `approval`) lie: the file that was named, or those in the folder that may
/// count. While a change stands open there are two sets, and one medium has envelopes of both: which opens is tried. Those
/// that a vault was made with name no set and may be of the first.
fn envelopes_at(
    path: &Path,
    (person, kind): (&str, &str),
    sets: &[String],
) -> Result<Vec<PathBuf>, Refusal> {
    let one = || envelope_at(path, (person, kind), sets).map(|file| vec![file]);
    if sets.len() < 2 || !path.is_dir() {
        return one();
    }
    let of_sets = sets.iter().map(|set| Some(set.as_str()));
    let names = of_sets.chain([None, Some("new")]);
    let found = names.map(|set| path.join(file_name(person, kind, set)));
    let found: Vec<PathBuf> = found.filter(|file| file.is_file()).collect();
    if found.is_empty() {
        return one();
    }
    Ok(found)
}

/// Where a person's envelope of a kind lies: the file that was named, or the one in the folder. Of several the one counts
/// that names a set of `sets`; those of other sets are passed over.
fn envelope_at(
    path: &Path,
    (person, kind): (&str, &str),
    sets: &[String],
) -> Result<PathBuf, Refusal> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let of_set = |set: &String| path.join(file_name(person, kind, Some(set)));
    if let Some(own) = sets.iter().map(of_set).find(|file| file.is_file()) {
        return Ok(own);
    }
    // `new` is what every set after the first was called before names had the set.
    let first = file_name(person, kind, None);
    let later = file_name(person, kind, Some("new"));
    let folder = path.display();
    match (path.join(&first).is_file(), path.join(&later).is_file()) {
        (true, false) => return Ok(path.join(first)),
        (false, true) => return Ok(path.join(later)),
        (true, true) => {
            return Err(Refusal::Custody(format!(
                "{first} and {later} both lie in {folder}. Nothing was tried: name the file. After a change that was \
                 carried to its end it is the new one."
            )));
        }
        (false, false) => {}
    }
    let others = of_other_sets(path, person, kind);
    Err(Refusal::Custody(if others.is_empty() {
        format!(
            "There is no {first} in {folder}. Nothing was tried: insert the medium of {person}, or name the file."
        )
    } else {
        format!(
            "No envelope in {folder} is of the set that counts here ({}); there is {}. Nothing was tried: insert the \
             medium with that set, or name the file.",
            sets.join(" or "),
            others.join(", ")
        )
    }))
}

/// Envelopes of this person and kind in a folder that name a set.
fn of_other_sets(folder: &Path, person: &str, kind: &str) -> Vec<String> {
    let first = paper_name(person, &format!("{kind}."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names
        .filter(|name| {
            let age = Path::new(name).extension().is_some_and(|e| e == "age");
            age && name.starts_with(&first)
        })
        .collect();
    names.sort();
    names
}

/// Reads a person's envelope of a kind (`share`, `approval`) from their own medium: the file, or its folder, in which the
/// one of a set of `sets` counts ([`crate::session::envelopes::set_name`]). Where two sets may count and both lie there, the
/// text holds both, one armored envelope after the other.
///
/// # Errors
/// It cannot be read, or is no text. Words that were typed in the place of the path are not repeated.
pub fn read_envelope(
    path: &Path,
    (person, kind): (&str, &str),
    sets: &[String],
) -> Result<String, Refusal> {
    if !path.exists() && looks_like_passphrase(&path.to_string_lossy(), Place::Path) {
        return Err(Refusal::Custody(words_for_a_path().to_owned()));
    }
    let files = envelopes_at(path, (person, kind), sets)?;
    let texts: Result<Vec<String>, Refusal> = files.iter().map(|file| text_of(file)).collect();
    Ok(texts?.join("\n"))
}

fn text_of(path: &Path) -> Result<String, Refusal> {
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
    fn a_sample_is_read_by_its_name_but_never_in_production() {
        for profile in [Profile::Rehearsal, Profile::Test] {
            assert!(named_file(profile, Path::new(PRACTICE_FILE)).is_ok());
        }
        let refused = named_file(Profile::Production, Path::new(PRACTICE_FILE)).unwrap_err();
        assert!(refused.to_string().contains("no such file"), "{refused}");
    }

    #[test]
    fn content_in_the_place_of_a_path_is_the_file() {
        let read = |text: &str| named_file(Profile::Production, Path::new(text));
        assert_eq!(read("{\"a\": 1}").unwrap(), b"{\"a\": 1}");
        let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----";
        let refused = read(key).unwrap_err().to_string();
        assert!(
            refused.contains("never pasted") && !refused.contains("MC4C"),
            "{refused}"
        );
    }

    #[test]
    fn an_envelope_is_found_in_the_folder_and_words_are_not_repeated() {
        let stick = tempfile::tempdir().unwrap();
        let sets = ["0f3a91c2".to_owned()];
        let said = |path: &Path| match read_envelope(path, ("Ben", "share"), &sets) {
            Ok(text) => text,
            Err(refusal) => refusal.to_string(),
        };
        let other = stick.path().join("Ben.share.77777777.age");
        std::fs::write(&other, "of a change that was given up").unwrap();
        let told = said(stick.path());
        assert!(
            told.contains("(0f3a91c2)") && told.contains("77777777"),
            "{told}"
        );
        std::fs::remove_file(other).unwrap();
        assert!(said(stick.path()).contains("There is no Ben.share.age"));
        std::fs::write(stick.path().join("Ben.share.age"), "armored").unwrap();
        assert_eq!(said(stick.path()), "armored");
        assert_eq!(said(&stick.path().join("Ben.share.age")), "armored");
        std::fs::write(stick.path().join("Ben.share.new.age"), "newer").unwrap();
        assert!(said(stick.path()).contains("both lie in"));
        // Names that have the set need no choice, whatever else lies there.
        std::fs::write(stick.path().join("Ben.share.0f3a91c2.age"), "of now").unwrap();
        std::fs::write(stick.path().join("Ben.share.77777777.age"), "void").unwrap();
        assert_eq!(said(stick.path()), "of now");
        // While a reshare stands open two sets may count, and a medium has envelopes of both.
        let both = ["aaaa0000".to_owned(), "0f3a91c2".to_owned()];
        std::fs::remove_file(stick.path().join("Ben.share.new.age")).unwrap();
        let read = read_envelope(stick.path(), ("Ben", "share"), &both).unwrap();
        assert_eq!(read, "of now\narmored");
        let words = stick
            .path()
            .join("Ben.share.ageheadstone satisfied ransack unrevised unworn");
        assert!(!said(&words).contains("satisfied"));
    }
}
