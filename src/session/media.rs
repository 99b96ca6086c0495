//! People's own media while envelopes are handed out: whose lie where, and which folder turned out not to be the owner's.
//! The making of a vault and every change of people keep it and say it the same way.

use std::path::{Path, PathBuf};

use crate::text::say;

/// Folders that took somebody's envelopes.
#[derive(Debug, Default)]
pub(crate) struct Media {
    /// In the order of the turns.
    placed: Vec<PathBuf>,
    /// Whose envelopes were written to a folder that was not their own.
    elsewhere: Vec<Astray>,
}

/// Envelopes in a folder that is not their owner's.
#[derive(Debug)]
struct Astray {
    person: String,
    folder: PathBuf,
    files: Vec<String>,
}

impl Astray {
    /// Whether any of them may lie there still: where they were taken away in the meantime, nobody is told to. A folder
    /// whose medium is out cannot be looked into.
    fn lies(&self) -> bool {
        let there = |file: &String| self.folder.join(file).symlink_metadata().is_ok();
        !self.folder.is_dir() || self.files.iter().any(there)
    }
}

impl Media {
    /// How many people have theirs.
    pub(crate) const fn count(&self) -> usize {
        self.placed.len()
    }

    /// Folders that hold somebody's envelopes, as their owners said.
    pub(crate) fn taken(&self) -> &[PathBuf] {
        &self.placed
    }

    /// They were written and read back.
    pub(crate) fn placed(&mut self, folder: PathBuf) {
        self.placed.push(folder);
    }

    /// What was written last, these files of this person, lies on another medium than was meant; the folder is free for
    /// whose it is.
    pub(crate) fn misplaced(&mut self, person: Option<String>, files: &[String]) {
        let folder = self.placed.pop();
        let astray = person.zip(folder).map(|(person, folder)| Astray {
            person,
            folder,
            files: files.to_vec(),
        });
        self.elsewhere.extend(astray);
    }

    /// Other folders in which envelopes of this person, or of anybody, still lie: looked at now.
    pub(crate) fn elsewhere(&self, person: Option<&str>) -> Option<String> {
        let lie = self.elsewhere.iter();
        let lie = lie.filter(|one| person.is_none_or(|wanted| one.person == wanted));
        let told: Vec<String> = lie
            .filter(|one| one.lies())
            .map(|one| match person {
                Some(_) => one.folder.display().to_string(),
                None => format!("{}: {}", one.person, one.folder.display()),
            })
            .collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

/// Asked of whoever's envelopes were just written; `elsewhere` are other folders in which they still lie.
pub(crate) fn is_own(person: &str, elsewhere: Option<&str>) -> String {
    match elsewhere {
        None => say!(
            "{person}: is that your own medium? Then take it out now and keep it; there is no other copy of what is on it.",
            person
        ),
        Some(folders) => say!(
            "{person}: is that your own medium? Then take it out now and keep it. The same envelopes still lie in {folders}: take them away from there yourself.",
            person,
            folders
        ),
    }
}

/// Said where it was not: what was written stays where it is.
pub(crate) fn still_lie(files: &str, folder: &Path) -> String {
    say!(
        "{files} still lie in {folder}: take them away from there yourself once they are written to your own medium.",
        files,
        folder = folder.display()
    )
}

/// What still lies about when a change is in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftLying {
    /// Folders that were not their owner's and hold new envelopes, for a sentence.
    pub elsewhere: Option<String>,
    /// Sets that were cut off before they counted, as the names of their envelopes have them.
    pub unfinished: Vec<String>,
}

impl LeftLying {
    /// What is done about it, in lines.
    pub(crate) fn told(&self) -> Vec<String> {
        let elsewhere = self.elsewhere.as_deref().map(|folders| {
            say!(
                "Everybody has proven the new envelopes. {lying}",
                lying = all_elsewhere(folders)
            )
        });
        let unfinished = never_counted(&self.unfinished);
        elsewhere.into_iter().chain(unfinished).collect()
    }
}

/// What the envelopes of sets are that were cut off before they counted; nothing where there are none.
pub(crate) fn never_counted(sets: &[String]) -> Option<String> {
    (!sets.is_empty()).then(|| {
        say!(
            "Envelopes with {sets} in their names are of an unfinished set and never counted: destroy them in front of the witness.",
            sets = sets.join(", ")
        )
    })
}

/// Said once more when all is done.
pub(crate) fn all_elsewhere(folders: &str) -> String {
    say!(
        "Some of them still lie elsewhere too, and are taken away from there by their owner: {folders}.",
        folders
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever took them away in the meantime is not sent there once more.
    #[test]
    fn envelopes_that_were_taken_away_are_not_said_to_lie_there() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().to_owned();
        let file = "Ben.share.age".to_owned();
        std::fs::write(folder.join(&file), "x").unwrap();
        let mut media = Media::default();
        media.placed(folder.clone());
        media.misplaced(Some("Ben".into()), std::slice::from_ref(&file));
        assert!(media.elsewhere(None).unwrap().starts_with("Ben: "));
        std::fs::remove_file(folder.join(&file)).unwrap();
        assert_eq!(media.elsewhere(None), None);
        assert_eq!(media.elsewhere(Some("Ben")), None);
        // Nobody knows of a medium that is out.
        drop(place);
        assert!(media.elsewhere(None).is_some());
    }
}
