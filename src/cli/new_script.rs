//! `keymoot new-script`: a script to begin with.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::ceremony;

use crate::evidence::recording::Cast;

use super::bundle::MAX_RECORDING;
use super::status::{Answer, Failure, Status};
use super::streams;

/// Write a new ceremony script to begin with
#[derive(clap::Args)]
#[command(after_help = "\
It writes the file's name without .toml as the script's id; a copy that you make by hand keeps the id of the script it was
copied from. Nothing is ever overwritten.

Example:
  keymoot new-script kek-to-acme.toml --from kek-to-aws-rsa
  keymoot new-script as-done.toml --from-session monday.cast")]
pub(super) struct NewScript {
    /// The file to write, for example kek-to-acme.toml
    file: PathBuf,
    /// Begin with a copy of this script that ships with keymoot
    #[arg(long, value_name = "SCRIPT")]
    from: Option<String>,
    /// Begin with what was done in this recording of a session (keymoot --record)
    #[arg(long, value_name = "RECORDING", conflicts_with = "from")]
    from_session: Option<PathBuf>,
}

fn unwritten(why: impl std::fmt::Display) -> Failure {
    Failure::usage(format!("{why}. Nothing was written."))
}

/// The script of the acts that a recording of the screen holds.
fn of_session(file: &Path, recording: &Path) -> Answer<String> {
    let shown = recording.display();
    let bytes = streams::read(recording, MAX_RECORDING)?;
    let cast = Cast::read(&bytes).map_err(|e| unwritten(format!("{shown}: {e}")))?;
    let markers = cast.events.iter().filter(|event| event.code == "m");
    let deeds = ceremony::deeds_in(markers.map(|event| event.data.as_str()));
    ceremony::recorded_script_for(file, &deeds).map_err(|why| unwritten(format!("{shown}: {why}")))
}

impl NewScript {
    pub(super) fn run(self) -> Answer<Status> {
        let shown = self.file.display();
        let id = self
            .file
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".toml"))
            .ok_or_else(|| {
                Failure::usage(format!(
                    "{shown}: a script's file ends in .toml. Nothing was written."
                ))
            })?;
        let text = match &self.from_session {
            Some(recording) => of_session(&self.file, recording)?,
            None => ceremony::new_script(id, self.from.as_deref()).map_err(unwritten)?,
        };
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.file)
            .map_err(|e| match e.kind() {
                std::io::ErrorKind::AlreadyExists => Failure::failed(format!(
                    "{shown} is there already, and keymoot never overwrites. Nothing was written; choose another name."
                )),
                _ => Failure::failed(format!(
                    "{shown}: {}. Nothing was written.",
                    crate::os::in_words(&e)
                )),
            })?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|e| Failure::failed(format!("{shown}: {e}. The file is not whole.")))?;
        streams::note(&format!(
            "{shown} is written. Next: keymoot lint {shown}; keymoot brief {shown}; keymoot play {shown}"
        ));
        Ok(Status::Done)
    }
}
