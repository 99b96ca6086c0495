//! Production: new envelopes are written to their owner's medium, and count as handed out once the owner said that it is.

use std::path::{Path, PathBuf};

use super::{Changing, Moment, Turn, out_of_turn};
use crate::session::error::Refusal;
use crate::session::media::LeftLying;
use crate::session::{Session, media};

/// What was written for one person, before they said whether that is their own medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Names of the files.
    pub files: Vec<String>,
    /// Where they lie.
    pub folder: PathBuf,
    /// What the person should know of the place, in sentences.
    pub notes: Vec<String>,
    /// Other folders in which the same envelopes still lie, for a sentence.
    pub elsewhere: Option<String>,
}

impl Changing {
    /// Writes the envelopes of the person whose turn it is to their own medium and reads them back.
    ///
    /// # Errors
    /// The folder lies in the vault or holds somebody else's; it cannot be written, or reads back differently. The
    /// same person may try again.
    pub fn place(&mut self, session: &mut Session, folder: &Path) -> Result<(), Refusal> {
        let Some(Turn {
            moment: Moment::Place { files, .. },
            person,
            ..
        }) = self.turn()
        else {
            return Err(out_of_turn());
        };
        let (real, notes) = session.place_envelopes(&person, folder, &files, self.media.taken())?;
        self.media.placed(real.clone());
        self.written = Some(Written {
            files: files.into_iter().map(|(name, _)| name).collect(),
            folder: real,
            notes,
            elsewhere: self.media.elsewhere(Some(&person)),
        });
        Ok(())
    }

    /// Their owner has read where they lie, and says whether that is the own medium: if it is, the next person comes.
    /// If not, the same person names another folder, and it is said what still lies in this one.
    ///
    /// # Errors
    /// Nothing was just written.
    pub fn own_medium(&mut self, own: bool) -> Result<String, Refusal> {
        let person = self.turn().map(|turn| turn.person);
        let written = self.written.take().ok_or_else(out_of_turn)?;
        if own {
            self.placed();
            return Ok(String::new());
        }
        self.media.misplaced(person, &written.files);
        let files = written.files.join(" and ");
        Ok(media::still_lie(&files, &written.folder))
    }

    /// What still lies about when all is done.
    pub(super) fn left_lying(&self) -> LeftLying {
        LeftLying {
            elsewhere: self.media.elsewhere(None),
            unfinished: self.unfinished.clone(),
        }
    }
}
