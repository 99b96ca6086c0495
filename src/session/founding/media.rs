//! Production: each person's envelopes go to a medium of that person's own, one after the other, and are read back.
//! They lie nowhere else, so whoever holds the vault's medium holds no share.

use std::path::{Path, PathBuf};

use crate::session::field::Footing;
use crate::session::media::Media;
use crate::session::{Refusal, envelopes, media};
use crate::text::{say, tr};

/// Said to whoever wants to leave while envelopes are handed out.
pub(crate) const NEEDS_THEIRS: &str = "Everybody needs their envelopes first: without them this vault never opens again. A vault that is given up here is made anew in another folder.";

/// Said when everybody has their own, and nothing lies elsewhere.
const OWN_ENVELOPES: &str =
    "Everybody holds their own envelopes now; there is no other copy of them.";

/// One person's envelopes: file name and armored text.
type Turn = (String, Vec<(String, String)>);

/// The turns of everybody who has an envelope.
pub(crate) struct Envelopes {
    turns: Vec<Turn>,
    media: Media,
}

impl Envelopes {
    /// Turns in the order of the people; `envelopes` are person, kind and text.
    pub(crate) fn new(envelopes: &[(String, &'static str, String)]) -> Self {
        let mut turns: Vec<Turn> = Vec::new();
        for (person, kind, text) in envelopes {
            let file = (envelopes::file_name(person, kind, None), text.clone());
            match turns.iter_mut().find(|(known, _)| known == person) {
                Some((_, files)) => files.push(file),
                None => turns.push((person.clone(), vec![file])),
            }
        }
        Self {
            turns,
            media: Media::default(),
        }
    }

    /// Whose turn it is, and their files.
    pub(crate) fn turn(&self) -> Option<&Turn> {
        self.turns.get(self.media.count())
    }

    /// Whether everybody's envelopes lie where they belong.
    pub(crate) fn over(&self) -> bool {
        self.turn().is_none()
    }

    /// `2 of 5`: whose turn it is; `here` where the person whose envelopes were written last is still at the keyboard.
    pub(crate) fn count(&self, here: bool) -> String {
        let next = self.media.count().saturating_add(usize::from(!here));
        format!("{} of {}", next.min(self.turns.len()), self.turns.len())
    }

    /// Folders that hold somebody's envelopes.
    pub(crate) fn taken(&self) -> &[PathBuf] {
        self.media.taken()
    }

    /// They were written and read back: the next person comes.
    pub(crate) fn placed(&mut self, folder: PathBuf) {
        self.media.placed(folder);
    }

    /// Whose were written last, and which files.
    pub(crate) fn written(&self) -> Option<(String, String)> {
        let last = self.media.count().checked_sub(1)?;
        let (person, files) = self.turns.get(last)?;
        let files: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        Some((person.clone(), files.join(" and ")))
    }

    /// They lie on another medium than was meant: it is that person's turn again.
    pub(crate) fn misplaced(&mut self) {
        let last = self.media.count().checked_sub(1);
        let turn = last.and_then(|last| self.turns.get(last)).cloned();
        let (person, files) = turn.unzip();
        let names = files.into_iter().flatten().map(|(name, _)| name);
        let names: Vec<String> = names.collect();
        self.media.misplaced(person, &names);
    }

    /// Other folders in which envelopes of this person, or of anybody, still lie.
    pub(crate) fn elsewhere(&self, person: Option<&str>) -> Option<String> {
        self.media.elsewhere(person)
    }

    /// Said when everybody has their own.
    pub(crate) fn all_held(&self) -> String {
        match self.elsewhere(None) {
            None => OWN_ENVELOPES.to_owned(),
            Some(folders) => say!(
                "Everybody holds their own envelopes now. {lying}",
                lying = media::all_elsewhere(&folders)
            ),
        }
    }

    /// Writes this person's envelopes to `folder` and reads them back; what that person should know of the place.
    ///
    /// # Errors
    /// As [`envelopes::place`]; it is this person's turn still.
    pub(crate) fn place(&mut self, folder: &Path, vault: &Path) -> Result<Vec<String>, Refusal> {
        let Some((_, files)) = self.turn() else {
            return Ok(Vec::new());
        };
        let (real, notes) = envelopes::place_telling(folder, files, vault, self.media.taken())?;
        self.placed(real);
        Ok(notes)
    }

    /// The three lines.
    pub(crate) fn footing(&self) -> Footing {
        let who = self.turn().map_or(tr("nobody"), |(name, _)| name.as_str());
        Footing {
            acts: say!("{who}, with a medium of their own in the machine", who),
            enter: say!(
                "writes the envelopes of {who} there and reads them back",
                who
            ),
            so_far: say!(
                "the vault exists; {placed} of {all} people have their envelopes",
                placed = self.media.count(),
                all = self.turns.len()
            ),
        }
    }

    /// Heading, and what is written.
    pub(crate) fn told(&self) -> Option<[String; 2]> {
        let (name, files) = self.turn()?;
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        Some([
            say!(
                "{name}: your envelopes go to your own medium, and nowhere else.",
                name
            ),
            say!(
                "Enter writes {names} there. Only your words open them. When they are read back, take the medium out and keep it.",
                names = names.join(tr(" and "))
            ),
        ])
    }
}
