//! `keymoot report`: the report of a ceremony, again.

use std::path::PathBuf;

use super::status::{Answer, Failure, Status};
use super::streams;

/// The file that play writes beside its outputs.
const REPORT: &str = "report.txt";

/// Print the report of a ceremony that was played with --out
#[derive(clap::Args)]
#[command(after_help = "Example:\n  keymoot report out")]
pub(super) struct Report {
    /// The folder that --out named
    dir: PathBuf,
}

impl Report {
    pub(super) fn run(self) -> Answer<Status> {
        let path = self.dir.join(REPORT);
        if !path.exists() {
            return Err(Failure::failed(format!(
                "{}: no {REPORT} here. Nothing was changed.",
                self.dir.display()
            ))
            .hint("`keymoot play SCRIPT --out DIR` writes one"));
        }
        let bytes = streams::read(&path, streams::INPUT_LIMIT)?;
        let text = String::from_utf8_lossy(&bytes);
        streams::print(&streams::printable(&text))?;
        Ok(Status::Done)
    }
}
