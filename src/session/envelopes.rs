//! Envelopes on their owners' own media: written there and nowhere else, and read back.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::os::{OutputFolder, device_of, is_unmounted};
use crate::text::{say, tr};

use super::{Refusal, Session, paper_name};

/// How a set of shares is called in the names of its envelopes: the first eight digits of its id, lower-case hex.
pub fn set_name(set_id: &[u8; 16]) -> String {
    super::door::hex(set_id).chars().take(8).collect()
}

/// The file name of an envelope (`share`, `approval`) on its owner's medium. Those that a vault is made with have a plain
/// one, `Ana.share.age`; those of a later set name the set, `Ana.share.0f3a91c2.age`. So the envelopes of before, and of a
/// change that was given up, may lie beside them: nothing is overwritten, and whoever looks sees which ones count.
pub fn file_name(person: &str, kind: &str, set: Option<&str>) -> String {
    paper_name(
        person,
        &match set {
            None => format!("{kind}.age"),
            Some(set) => format!("{kind}.{set}.age"),
        },
    )
}

impl Session {
    /// The sets by whose envelopes a person signs here, as their file names have them.
    pub fn sets_of(&self, person: &str) -> Vec<String> {
        vec![set_name(&self.book.custody_of(person).set_id)]
    }

    /// Writes one person's new envelopes, told as [`place_telling`] tells; `taken` are folders that hold somebody else's. Of
    /// a reshare the vault knows before and after whose they are.
    ///
    /// # Errors
    /// As [`place`]; a failed write to the vault says what stands.
    pub fn place_envelopes(
        &mut self,
        person: &str,
        folder: &Path,
        files: &[(String, String)],
        taken: &[PathBuf],
    ) -> Result<(PathBuf, Vec<String>), Refusal> {
        self.note_written(person, folder, (files, false))?;
        let vault = PathBuf::from(self.book.vault().store().place());
        let placed = place_telling(folder, files, &vault, taken)?;
        self.note_written(person, folder, (files, true))?;
        Ok(placed)
    }
}

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
    if is_unmounted(folder) {
        return Err(Refusal::Usage(format!(
            "There is no folder {}. Nothing was written, and no folder was made: is the stick mounted? Name a folder \
             that is there, or a new one in it.",
            folder.display()
        )));
    }
    let out = OutputFolder::open(folder).map_err(|e| wrong(&e))?;
    let names = out.names().map_err(|e| wrong(&e))?;
    if let Some(theirs) = names.iter().find(|name| is_of_another(name, files)) {
        return Err(Refusal::Usage(format!(
            "{theirs} lies in that folder: it is somebody else's medium. Nothing was written; put in your own, or name \
             another folder on it."
        )));
    }
    if taken.contains(&real) {
        return Err(Refusal::Usage(
            "Somebody else's envelopes lie in that folder. Nothing was written; put in your own medium, or name \
             another folder on it."
                .into(),
        ));
    }
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

/// Whether a file is an envelope of another person than these are, by its name, whatever set it is of.
fn is_of_another(name: &str, own: &[(String, String)]) -> bool {
    let whose = |name: &str| name.split('.').next().map(str::to_owned);
    is_envelope(name) && !own.iter().any(|(own, _)| whose(own) == whose(name))
}

fn is_envelope(name: &str) -> bool {
    let of = |kind: &str| name.contains(&format!(".{kind}."));
    is_age(name) && (of("share") || of("approval"))
}

/// The same, with what the person should know of the place before it is left: in sentences, none where all is well.
///
/// # Errors
/// As [`place`].
pub fn place_telling(
    folder: &Path,
    files: &[(String, String)],
    vault: &Path,
    taken: &[PathBuf],
) -> Result<(PathBuf, Vec<String>), Refusal> {
    let made = !folder.exists();
    let real = place(folder, files, vault, taken)?;
    let mut notes = Vec::new();
    if made {
        notes.push(
            tr("This folder was not there, and was made. Is that your own medium?").to_owned(),
        );
    }
    let device = device_of(&real);
    if device.is_some() && device == device_of(&existing(vault)) {
        notes.push(
            tr("It is on the same disk as the vault: whoever takes that disk has both. Move them to a medium of your own.")
                .to_owned(),
        );
    } else if device.is_some() && taken.iter().any(|other| device_of(other) == device) {
        notes.push(tr("Somebody else's envelopes are on the same medium. Each person has a medium of their own.").to_owned());
    }
    let names = OutputFolder::open(&real)
        .and_then(|out| out.names())
        .unwrap_or_default();
    let others = names
        .into_iter()
        .filter(|name| is_envelope(name) && !files.iter().any(|(own, _)| own == name));
    let others: Vec<String> = others.collect();
    if !others.is_empty() {
        notes.push(say!(
            "Other envelopes lie there as well: {others}.",
            others = others.join(", ")
        ));
    }
    Ok((real, notes))
}

/// The policy of now among the papers: what is changed in it is given back as the policy that shall hold.
pub const POLICY: &str = "policy.json";

/// What that file is for, for whoever wrote papers and finds it beside them.
pub fn policy_beside() -> &'static str {
    tr(
        "policy.json beside them is nothing to print: it has the policy of now, to be changed and given back at Custodians where other rules shall hold.",
    )
}

/// Writes the enrolment forms of the people of now, the witness card and the policy, never over files that are there.
///
/// Returns their names.
///
/// # Errors
/// What could not be written, in words.
pub fn write_papers(session: &super::Session, folder: &Path) -> Result<Vec<String>, Refusal> {
    let wrong = |e: &dyn std::fmt::Display| Refusal::Usage(e.to_string());
    let out = OutputFolder::open(folder).map_err(|e| wrong(&e))?;
    // Where another was decided, that is the one to go on from.
    let policy = session.next_policy().unwrap_or_else(|| session.policy());
    let policy = serde_json::to_string_pretty(&policy).map_err(|e| wrong(&e))? + "\n";
    let mut papers = session.papers();
    papers.push((POLICY.to_owned(), policy));
    for (name, text) in &papers {
        out.write_new(name, text.as_bytes())
            .map_err(|e| wrong(&e))?;
    }
    Ok(papers.into_iter().map(|(name, _)| name).collect())
}

/// Writes the witness card of the present state alone. Its name has the state's number: last year's card lies beside it
/// and stays.
///
/// # Errors
/// What could not be written, in words.
pub fn write_card(session: &super::Session, folder: &Path) -> Result<PathBuf, Refusal> {
    let wrong = |e: &dyn std::fmt::Display| Refusal::Usage(e.to_string());
    let name = format!("witness-card-{}.txt", session.view().seq);
    let out = OutputFolder::open(folder).map_err(|e| wrong(&e))?;
    let card = session.witness_card();
    out.write_new(&name, card.as_bytes())
        .map_err(|e| wrong(&e))?;
    Ok(folder.join(name))
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

/// Whether a file's name is that of an envelope's format.
fn is_age(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "age")
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
    fn a_stick_that_is_not_mounted_is_no_new_folder_and_the_vaults_disk_is_told() {
        let room = tempfile::tempdir().unwrap();
        let vault = room.path().join("acme.vault");
        std::fs::create_dir(&vault).unwrap();
        let typo = room.path().join("nosuch/ana");
        assert!(refused(place(&typo, &file(), &vault, &[])).contains("is the stick mounted"));
        assert!(!room.path().join("nosuch").exists());
        std::fs::write(room.path().join("ana.share.0a.age"), "armored").unwrap();
        let Ok((_, notes)) = place_telling(room.path(), &file(), &vault, &[]) else {
            panic!("it was refused");
        };
        let told = notes.join(" ");
        assert!(
            told.contains("same disk as the vault") && told.contains("ana.share.0a.age"),
            "{told}"
        );
        assert!(!told.contains("was made"), "{told}");
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
        // Another person's stick, whatever set of theirs lies on it.
        let theirs = vec![("ben.share.2a.age".to_owned(), "armored".to_owned())];
        let said = refused(place(&ana, &theirs, &vault, &[]));
        assert!(said.contains("ana.share.age lies in that folder"), "{said}");
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
