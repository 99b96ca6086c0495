//! `keymoot man`: manual pages, drawn from the command tree.

use super::status::{Answer, Failure, Status};
use super::{args, streams};

/// Print a manual page
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  keymoot man play | man -l -\n  keymoot man vault status | man -l -"
)]
pub(super) struct Man {
    /// The page of one command instead of the overview, for example play, or vault status
    #[arg(value_name = "COMMAND")]
    page: Vec<String>,
}

/// The command of this name below another: `vault status`, or `vault-status`, as pages refer to one another.
fn below<'c>(command: &'c clap::Command, name: &str) -> Option<&'c clap::Command> {
    if name.is_empty() {
        return Some(command);
    }
    command.get_subcommands().find_map(|inner| {
        let rest = name.strip_prefix(inner.get_name())?;
        match rest.strip_prefix([' ', '-']) {
            Some(rest) => below(inner, rest),
            None => Some(inner).filter(|_| rest.is_empty()),
        }
    })
}

impl Man {
    pub(super) fn run(self) -> Answer<Status> {
        let mut tree = args::command();
        tree.build();
        let name = self.page.join(" ");
        let name = name.strip_prefix("keymoot-").unwrap_or(&name);
        let shown = below(&tree, name).ok_or_else(|| {
            Failure::usage(format!("there is no command {name:?}."))
                .hint("`keymoot man` lists the commands; one of a vault is named with it: `keymoot man vault status`")
        })?;
        let shown = shown.clone();
        let mut text = Vec::new();
        clap_mangen::Man::new(shown)
            .render(&mut text)
            .map_err(|e| Failure::failed(format!("the page could not be written: {e}")))?;
        streams::print(&String::from_utf8_lossy(&text))?;
        Ok(Status::Done)
    }
}
