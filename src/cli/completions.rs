//! `keymoot completions`: shell completions, drawn from the command tree.

use clap_complete::Shell;

use super::status::{Answer, Status};
use super::{args, streams};

/// Print completions for a shell
#[derive(clap::Args)]
#[command(after_help = "Example:\n  keymoot completions bash > /etc/bash_completion.d/keymoot")]
pub(super) struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Answer<Status> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut args::command(), "keymoot", &mut text);
        streams::print(&String::from_utf8_lossy(&text))?;
        Ok(Status::Done)
    }
}
