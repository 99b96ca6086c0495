//! Whether a vault can begin in a folder: found out before five people write down words that would be void.

use std::path::Path;

use crate::os::{OutputFolder, is_unmounted};
use crate::session::handing_out::vault_above;
use crate::text::{say, tr};

/// Tries whether a vault can begin in this folder. Nothing stays of the try.
///
/// # Errors
/// Why it cannot, as sentences; nothing was written.
pub(crate) fn room(dir: &Path) -> Result<(), String> {
    let named = dir.display();
    if dir.exists() && !dir.is_dir() {
        return Err(say!(
            "{named} is a file, and a vault is a folder of its own. Nothing was written; name another.",
            named
        ));
    }
    if std::fs::read_dir(dir).is_ok_and(|mut names| names.next().is_some()) {
        return Err(say!(
            "{named} is not empty, and a vault is a folder of its own. Nothing was written; name one that is not there yet.",
            named
        ));
    }
    if let Some(vault) = vault_above(dir) {
        return Err(say!(
            "{named} lies in the vault {vault}, which holds nothing but its own files. Nothing was written; name another.",
            named,
            vault = vault.display()
        ));
    }
    if let Some(above) = dir.parent().filter(|above| is_unmounted(above)) {
        return Err(say!(
            "There is no folder {above}: is the stick mounted? Nothing was written; name a folder in one that is there.",
            above = above.display()
        ));
    }
    OutputFolder::takes(dir).map_err(|error| {
        let why = tr("Nothing was written; mount the stick, make room, or name another folder.");
        format!("{error} {why}")
    })
}

#[cfg(test)]
mod tests {
    use super::room;

    #[test]
    fn a_folder_that_takes_no_vault_is_found_before_anybody_has_words() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        room(&at("new.vault")).unwrap();
        assert!(!at("new.vault").exists());
        std::fs::create_dir(at("empty")).unwrap();
        room(&at("empty")).unwrap();
        std::fs::write(at("file"), b"x").unwrap();
        for (name, why) in [
            ("file", "is a file"),
            ("file/new.vault", "is a file"),
            ("", "is not empty"),
            ("nowhere/at/all/new.vault", "is the stick mounted?"),
        ] {
            let refused = room(&at(name)).unwrap_err();
            assert!(refused.contains(why), "{name}: {refused}");
            assert!(refused.contains("Nothing was written"), "{name}: {refused}");
        }
        assert!(!at("nowhere").exists());
        std::fs::create_dir(at("other.vault")).unwrap();
        std::fs::write(at("other.vault").join(crate::vault::CUSTODY), b"").unwrap();
        let refused = room(&at("other.vault/new.vault")).unwrap_err();
        assert!(refused.contains("lies in the vault"), "{refused}");
    }
}
