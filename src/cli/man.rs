//! `keymoot man`: manual pages, drawn from the command tree.

use super::status::{Answer, Failure, Status};
use super::{args, streams};

/// Print a manual page
#[derive(clap::Args)]
#[command(after_help = "Example:\n  keymoot man play | man -l -")]
pub(super) struct Man {
    /// The page of one command instead of the overview, for example play
    #[arg(value_name = "COMMAND")]
    page: Option<String>,
}

impl Man {
    pub(super) fn run(self) -> Answer<Status> {
        let mut tree = args::command();
        tree.build();
        let shown = match &self.page {
            None => tree,
            Some(name) => tree
                .find_subcommand(name)
                .ok_or_else(|| Failure::usage(format!("there is no command {name:?}.")))?
                .clone(),
        };
        let mut text = Vec::new();
        clap_mangen::Man::new(shown)
            .render(&mut text)
            .map_err(|e| Failure::failed(format!("the page could not be written: {e}")))?;
        streams::print(&String::from_utf8_lossy(&text))?;
        Ok(Status::Done)
    }
}
