//! A script of what was done since the vault was opened, written from lines.

use std::path::Path;

use super::beside::plain;
use super::dialogue::{Question, footing};
use super::home::Home;
use super::line::Gone;
use crate::ceremony::{lint_said, recorded_script_for};
use crate::os::write_new_file;
use crate::session::asked::NEW_SCRIPT;
use crate::text::{say, tr};

impl Home<'_, '_> {
    /// Asks for the file and writes it.
    pub(super) fn script(&mut self) -> Result<(), Gone> {
        let question = Question::new(footing(
            tr("whoever is at the keyboard"),
            tr("writes a new file of that name; a file that is there is never overwritten"),
            tr("nothing was written"),
        ))
        .explained(&["The script holds the acts since the vault was opened, in their order: people as places, files as inputs. keymoot lint says what is wrong with it, keymoot play rehearses it."]);
        loop {
            let Some(path) = plain(self.talk, &question, NEW_SCRIPT)? else {
                return Ok(());
            };
            let path = Path::new(path.trim());
            let written = recorded_script_for(path, &self.session.deeds())
                .map_err(|why| say!("No script was written: {why}.", why))
                .and_then(|text| {
                    let path = write_new_file(path, text.as_bytes()).map_err(|e| e.to_string())?;
                    Ok((path, lint_said(&text)))
                });
            match written {
                Ok((path, found)) => {
                    self.talk.say(&say!(
                        "written and read back: {path}; {found}",
                        path = path.display(),
                        found
                    ));
                    return Ok(());
                }
                Err(why) => self.talk.stop(&why),
            }
        }
    }
}
