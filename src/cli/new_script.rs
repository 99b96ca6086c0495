//! `keymoot new-script`: a script to begin with.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use crate::ceremony;

use super::status::{Answer, Failure, Status};
use super::streams;

/// Write a new ceremony script to begin with
#[derive(clap::Args)]
#[command(after_help = "\
The file's name without .toml becomes the script's id. Nothing is ever overwritten.

Example:
  keymoot new-script kek-to-acme.toml --from kek-to-aws-rsa")]
pub(super) struct NewScript {
    /// The file to write, for example kek-to-acme.toml
    file: PathBuf,
    /// Begin with a copy of this script that ships with keymoot
    #[arg(long, value_name = "SCRIPT")]
    from: Option<String>,
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
        let text = ceremony::new_script(id, self.from.as_deref())
            .map_err(|why| Failure::usage(format!("{why}. Nothing was written.")))?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.file)
            .map_err(|e| Failure::failed(format!("{shown}: {e}. Nothing was written.")))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|e| Failure::failed(format!("{shown}: {e}. The file is not whole.")))?;
        streams::progress(&format!(
            "wrote {shown}; keymoot lint says what is wrong, keymoot play rehearses it"
        ));
        Ok(Status::Done)
    }
}
