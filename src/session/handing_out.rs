//! An export's files on the medium: a free place first, then the request, read back, and the instructions beside it.

mod outside;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::os::OutputFolder;

use super::error::Refusal;
use super::handover::Handover;
use super::{Profile, Session};

pub(crate) use outside::outside;

/// The instructions beside an export.
pub const NEXT: &str = "NEXT.txt";

/// Refuses a folder where an export's files would meet others of their names, that lies in a vault, or that takes no
/// file: before anybody signs, for an act that is done and has no file is done again by all.
///
/// # Errors
/// Which file is there already, or why the folder will not do; nothing was asked or written.
pub fn has_place(folder: &Path, file: &str) -> Result<(), Refusal> {
    for name in [file, NEXT] {
        let path = folder.join(name);
        if path.symlink_metadata().is_ok() {
            return Err(Refusal::Usage(format!(
                "{} is already there, and keymoot never overwrites. Nothing was asked or written. Choose another \
                 folder.",
                path.display()
            )));
        }
    }
    if let Some(vault) = vault_above(folder) {
        return Err(Refusal::Usage(format!(
            "{} lies in the vault {}, which holds nothing but its own files. Nothing was asked or written. Choose \
             another folder.",
            folder.display(),
            vault.display()
        )));
    }
    OutputFolder::takes(folder).map_err(|error| Refusal::Usage(error.to_string()))
}

/// The vault that a folder is, or lies in.
pub(super) fn vault_above(folder: &Path) -> Option<PathBuf> {
    let there = |at: &&Path| at.exists();
    let mut named = folder.ancestors().filter(|at| !at.as_os_str().is_empty());
    let base = named.find(there).unwrap_or(Path::new("."));
    let whole = base.canonicalize().ok()?;
    let holds = |at: &&Path| at.join(crate::vault::CUSTODY).is_file();
    whole.ancestors().find(holds).map(Path::to_owned)
}

/// A folder of this name that holds no export yet: the name itself, else with a number behind it.
pub fn free_folder(name: &str) -> String {
    let taken = |name: &String| has_place(Path::new(name), NEXT).is_err();
    let numbered = (2_usize..100).map(|n| format!("{name}-{n}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !taken(name))
        .unwrap_or_else(|| name.to_owned())
}

/// A file's name with the profile's mark before its ending: `.json`, or what a bare token is written as.
pub fn marked_file_name(name: &str, profile: Profile) -> String {
    let bare = [".der", ".hex", ".pem"]
        .iter()
        .find(|e| name.ends_with(**e));
    let ending = bare.copied().unwrap_or(".json");
    let stem = name.strip_suffix(ending).unwrap_or(name);
    let mark = profile.file_mark();
    format!("{}{mark}{ending}", stem.strip_suffix(mark).unwrap_or(stem))
}

impl Session {
    /// A plain `.json` file name with the profile's mark before the extension.
    ///
    /// # Errors
    /// The rule, completing a sentence.
    pub fn marked_file_name(&self, name: &str) -> Result<String, String> {
        if !crate::os::is_plain_name(name) {
            return Err("is not a plain file name (no folders, no leading dot)".into());
        }
        Ok(marked_file_name(name, self.profile))
    }
}

impl Handover {
    /// SHA-256 of the request file, lower-case hex.
    pub fn sha256(&self) -> String {
        data_encoding::HEXLOWER.encode(&Sha256::digest(&self.request))
    }

    /// Writes both files into a folder, never over others, and reads the request back from the medium.
    ///
    /// # Errors
    /// What could not be written, or that it reads back differently, in words.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let out = OutputFolder::open(folder).map_err(|e| e.to_string())?;
        let path = out
            .write_new(&self.file, &self.request)
            .map_err(|e| e.to_string())?;
        let mut back = Vec::new();
        out.reopen_from_medium(&self.file)
            .map_err(|e| e.to_string())
            .and_then(|mut file| file.read_to_end(&mut back).map_err(|e| e.to_string()))?;
        if back != self.request {
            return Err(format!(
                "{}: what was read back is not what was written",
                path.display()
            ));
        }
        out.write_new(NEXT, self.next.as_bytes())
            .map(|_| ())
            .map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::has_place;

    #[test]
    fn a_folder_is_tried_before_anybody_signs() {
        let room = tempfile::tempdir().unwrap();
        let file = room.path().join("afile");
        std::fs::write(&file, "x").unwrap();
        let vault = room.path().join("mine.vault");
        std::fs::create_dir(&vault).unwrap();
        std::fs::write(vault.join("custody.toml"), "").unwrap();
        for (folder, why) in [
            (file.clone(), "this is a file and no folder"),
            (file.join("out"), "this is a file and no folder"),
            (vault.join("out"), "lies in the vault"),
            (std::path::PathBuf::from("/proc/out"), "/proc/out: "),
        ] {
            let refused = has_place(&folder, "kek.json").unwrap_err().to_string();
            assert!(refused.contains(why), "{folder:?}: {refused}");
            assert!(
                refused.contains("written. Choose another folder."),
                "{refused}"
            );
        }
        let new = room.path().join("a/b");
        has_place(&new, "kek.json").unwrap();
        assert!(!new.exists());
        assert_eq!(std::fs::read_dir(room.path()).unwrap().count(), 2);
    }
}
