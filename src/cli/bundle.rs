//! `keymoot bundle`: the evidence of a run as one file.

use std::path::PathBuf;

use crate::ceremony;

use super::sessions::{self, Practice};
use super::status::{Answer, Failure, Status};
use super::{lint, streams};

/// The longest recording that goes into a bundle.
pub(super) const MAX_RECORDING: u64 = 64 << 20;

/// Write the evidence of a ceremony into one file that `keymoot verify` checks
#[derive(clap::Args)]
#[command(after_help = "\
The bundle holds the script, the audit log, every act with its signatures, the files, the report and the recording;
no secret. Making it adds one line to the audit log.

Example:
  keymoot bundle acme.vault --script first-key.toml --out first-key.bundle")]
pub(super) struct BundleArgs {
    /// The vault
    vault: PathBuf,
    /// The script that was played, or the name of one that ships with keymoot
    #[arg(long)]
    script: PathBuf,
    /// The run, where it was played several times (default: the last)
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// The new file
    #[arg(long, value_name = "F")]
    out: PathBuf,
    /// The recording that was made of it
    #[arg(long, value_name = "F.cast")]
    record: Option<PathBuf>,
    /// Open with everybody in this file (test and rehearsal vaults; mode 0600)
    #[arg(long, value_name = "F")]
    unlock_file: Option<PathBuf>,
}

impl BundleArgs {
    pub(super) fn run(self) -> Answer<Status> {
        let bytes = lint::read(&self.script)?;
        let script = lint::parsed(&self.script, &bytes)?;
        let recording = match &self.record {
            None => None,
            Some(path) => Some(streams::read(path, MAX_RECORDING)?.to_vec()),
        };
        let mut session = sessions::open(
            &self.vault,
            self.unlock_file.as_deref(),
            &Practice::default(),
        )?;
        let run = match self.run {
            Some(run) => Some(run),
            None => session.last_run(&script.sha256_hex()).map(|run| run.id),
        };
        let bundle = match run {
            None => Err(Failure::failed(
                "this script was never played in this vault. Nothing was written.",
            )),
            Some(run) => {
                ceremony::bundle(&mut session, &bytes, &run, recording).map_err(Failure::from)
            }
        };
        sessions::close(session)?;
        write(&self.out, &bundle?)?;
        Ok(Status::Done)
    }
}

/// Writes a bundle into a new file.
pub(super) fn write(path: &std::path::Path, bundle: &[u8]) -> Answer<()> {
    let written = crate::os::new_file(path).and_then(|mut file| {
        std::io::Write::write_all(&mut file, bundle)
            .and_then(|()| file.sync_all())
            .map_err(|e| crate::os::FileError::io(path, e))
    });
    written.map_err(|e| {
        Failure::failed(format!(
            "{e} The bundle was not written; the vault is as it was."
        ))
    })?;
    streams::progress(&format!("wrote {}", path.display()));
    Ok(())
}
