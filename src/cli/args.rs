//! The command tree: what help, man pages, completions and the reference page are all drawn from.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches as _, Parser, Subcommand};

use super::status::{Answer, Status};
use super::{
    Look, Next, brief, bundle, call, completions, doctor, init, inspect, lint, man, new_script,
    play, receipt, report, serve, streams, vault, verify,
};
use crate::ceremony::Start;

/// A terminal workstation for payment-key ceremonies: rehearse one, open a vault, or create one
#[derive(Parser)]
#[command(
    name = "keymoot",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    override_usage = "keymoot [OPTIONS] [COMMAND]",
    after_help = exit_table()
)]
pub(super) struct Cli {
    /// Vault to open in the workstation
    #[arg(long, value_name = "DIR")]
    vault: Option<PathBuf>,
    #[command(flatten)]
    look: Look,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Init),
    Play(play::PlayArgs),
    Lint(lint::Lint),
    Brief(brief::Brief),
    NewScript(new_script::NewScript),
    Call(call::Call),
    Serve(serve::ServeArgs),
    Inspect(inspect::Inspect),
    Receipt(receipt::Receipt),
    Report(report::Report),
    Bundle(bundle::BundleArgs),
    Verify(verify::Verify),
    Vault(vault::VaultArgs),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    Man(man::Man),
}

/// The whole command tree, for the tests and the generated pages.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Reads the arguments. `keymoot help play` is `keymoot play --help`.
pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|word| word == "help") {
        arguments.remove(1);
        arguments.push("--help".into());
    }
    let mut command = flowing(Cli::command());
    let folder = arguments.get(1).filter(|word| Path::new(word).is_dir());
    let folder = folder.map(|word| word.to_string_lossy().into_owned());
    let found = command.try_get_matches_from_mut(arguments);
    let found = found.map_err(|error| match folder {
        // clap offers the command that is spelt like it.
        Some(folder) if error.kind() == ErrorKind::InvalidSubcommand => command.error(
            ErrorKind::InvalidSubcommand,
            format!(
                "{folder} is a folder and no command; `keymoot --vault {}` opens it",
                crate::ceremony::shell_word(&folder)
            ),
        ),
        _ => error,
    })?;
    Cli::from_arg_matches(&found).map_err(|error| error.format(&mut command))
}

/// The tree with what stands below its helps in lines that the terminal breaks: the source's own breaks would be broken
/// once more.
fn flowing(command: clap::Command) -> clap::Command {
    let after = command
        .get_after_help()
        .map(|text| joined(&text.to_string()));
    let command = match after {
        Some(after) => command.after_help(after),
        None => command,
    };
    command.mut_subcommands(flowing)
}

/// Lines of a paragraph as one; what is indented is an example, and stays as it is.
fn joined(text: &str) -> String {
    let mut out = String::new();
    let mut open = false;
    for line in text.lines() {
        let flows = !line.is_empty() && !line.starts_with(' ');
        if open && flows {
            out.push(' ');
        } else if !out.is_empty() || line.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
        open = flows && !line.ends_with(':');
    }
    out
}

/// Does what was asked.
pub(super) fn dispatch(cli: Cli) -> Answer<Next> {
    let Some(command) = cli.command else {
        return welcome(cli.vault, cli.look);
    };
    let status = match command {
        Command::Init(args) => return args.run(),
        Command::Play(args) => return args.run(),
        Command::Lint(args) => args.run()?,
        Command::Brief(args) => args.run()?,
        Command::NewScript(args) => args.run()?,
        Command::Call(args) => args.run()?,
        Command::Serve(args) => return args.run(),
        Command::Inspect(args) => args.run()?,
        Command::Receipt(args) => args.run()?,
        Command::Report(args) => args.run()?,
        Command::Bundle(args) => args.run()?,
        Command::Verify(args) => args.run()?,
        Command::Vault(args) => args.run()?,
        Command::Doctor(args) => args.run()?,
        Command::Completions(args) => args.run()?,
        Command::Man(args) => args.run()?,
    };
    Ok(Next::Exit(status))
}

fn welcome(vault: Option<PathBuf>, look: Look) -> Answer<Next> {
    if streams::screen_is_there() {
        return Ok(look.begins(Start::Welcome {
            folder: PathBuf::from("."),
            vault,
        }));
    }
    Err(super::status::Failure::person_needed(
        "the workstation needs a terminal, and there is none here. Nothing was done.",
    )
    .hint(
        "`keymoot play first-key.toml --headless` rehearses without one; `keymoot --help` lists the commands",
    ))
}

fn exit_table() -> String {
    let mut text = String::from("Exit status:\n");
    for (_, code, meaning) in Status::TABLE {
        let _ = writeln!(text, "  {code:>3}  {meaning}");
    }
    text.push_str(
        "\nExample:\n  keymoot play kek-to-aws-rsa.toml    (a rehearsal; nothing is kept)",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(line: &str) -> String {
        let Err(error) = read(line.split(' ').map(OsString::from)) else {
            panic!("{line}: no help")
        };
        error.to_string()
    }

    #[test]
    fn help_is_a_word_too() {
        assert_eq!(help("keymoot help"), help("keymoot --help"));
        assert_eq!(
            help("keymoot help vault verify"),
            help("keymoot vault verify --help")
        );
        assert!(help("keymoot help play").contains("keymoot play"));
    }

    #[test]
    fn what_stands_below_a_help_is_broken_once_and_its_examples_stand() {
        assert_eq!(
            joined("One two\nthree:\nfour\n\nExample:\n  a\n  b"),
            "One two three:\nfour\n\nExample:\n  a\n  b"
        );
        let play = joined("Without\na vault.\n");
        assert_eq!(play, "Without a vault.");
    }
}
