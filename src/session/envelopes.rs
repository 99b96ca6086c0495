//! Envelopes on their owners' own media: written there and nowhere else, and read back.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::os::OutputFolder;

use super::Refusal;

/// Writes one person's envelopes to `folder` and reads them back from the medium. A file that is there already is
/// taken as written if it holds the same: a second try after a cut one ends well.
///
/// # Errors
/// The folder lies in the vault, or holds somebody else's envelopes; it cannot be written, or reads back differently.
pub fn place(
    folder: &Path,
    files: &[(String, String)],
    vault: &Path,
    taken: &[PathBuf],
) -> Result<PathBuf, Refusal> {
    let wrong = |e: &dyn std::fmt::Display| Refusal::Usage(e.to_string());
    let real = existing(folder);
    let vault = existing(vault);
    if real.starts_with(&vault) {
        return Err(Refusal::Usage(
            "That folder lies in the vault, and whoever holds the vault must hold no envelope. Nothing was \
             written; name a folder on your own medium."
                .into(),
        ));
    }
    if taken.contains(&real) {
        return Err(Refusal::Usage(
            "Somebody else's envelopes lie in that folder. Nothing was written; put in your own medium, or name \
             another folder on it."
                .into(),
        ));
    }
    let out = OutputFolder::open(folder).map_err(|e| wrong(&e))?;
    for (name, text) in files {
        let there = out.names().map_err(|e| wrong(&e))?.contains(name);
        if !(there && reads_back(&out, name, text)) {
            out.write_new(name, text.as_bytes())
                .map_err(|e| wrong(&e))?;
        }
        if !reads_back(&out, name, text) {
            return Err(Refusal::Usage(format!(
                "{name} reads back differently from what was written: this medium cannot be trusted. Use another \
                 one; the vault is as it was."
            )));
        }
    }
    Ok(existing(folder))
}

/// Writes the enrolment forms and the witness card of the people of now, never over files that are there.
///
/// # Errors
/// What could not be written, in words.
pub fn write_papers(session: &super::Session, folder: &Path) -> Result<(), Refusal> {
    let wrong = |e: &dyn std::fmt::Display| Refusal::Usage(e.to_string());
    let out = OutputFolder::open(folder).map_err(|e| wrong(&e))?;
    for (name, text) in session.papers() {
        out.write_new(&name, text.as_bytes())
            .map_err(|e| wrong(&e))?;
    }
    Ok(())
}

fn reads_back(out: &OutputFolder, name: &str, text: &str) -> bool {
    let mut back = Vec::new();
    out.reopen_from_medium(name)
        .is_ok_and(|mut file| file.read_to_end(&mut back).is_ok())
        && back == text.as_bytes()
}

/// The path with its links resolved as far as it exists, so that two names of one folder are one.
fn existing(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for ancestor in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (ancestor.canonicalize(), path.strip_prefix(ancestor)) {
            return real.join(rest);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<(String, String)> {
        vec![("ana.share.age".into(), "armored".into())]
    }

    fn refused(result: Result<PathBuf, Refusal>) -> String {
        match result {
            Err(refusal) => refusal.to_string(),
            Ok(_) => panic!("it was taken"),
        }
    }

    #[test]
    fn an_envelope_goes_to_its_owners_medium_alone() {
        let room = tempfile::tempdir().unwrap();
        let vault = room.path().join("acme.vault");
        std::fs::create_dir(&vault).unwrap();
        let ana = room.path().join("ana");
        let Ok(taken) = place(&ana, &file(), &vault, &[]) else {
            panic!("it was refused");
        };
        assert_eq!(
            std::fs::read(ana.join("ana.share.age")).unwrap(),
            b"armored"
        );
        // A second try after a cut one.
        assert!(place(&ana, &file(), &vault, &[]).is_ok());
        // Another name of the same folder.
        let link = room.path().join("ben");
        std::os::unix::fs::symlink(&ana, &link).unwrap();
        let taken = [taken];
        assert!(refused(place(&link, &file(), &vault, &taken)).contains("Somebody else's"));
        for inside in [vault.clone(), vault.join("new").join("deeper")] {
            assert!(refused(place(&inside, &file(), &vault, &[])).contains("lies in the vault"));
        }
        assert_eq!(std::fs::read_dir(&vault).unwrap().count(), 0);
        // Another vault's envelope of the same name is not overwritten.
        let other = vec![("ana.share.age".to_owned(), "other".to_owned())];
        assert!(refused(place(&ana, &other, &vault, &[])).contains("ana.share.age"));
        assert_eq!(
            std::fs::read(ana.join("ana.share.age")).unwrap(),
            b"armored"
        );
    }
}
