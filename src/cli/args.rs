//! The command tree: what help, man pages, completions and the reference page are all drawn from.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use super::status::{Answer, Status};
use super::{
    Lines, Look, Next, Screen, brief, bundle, call, completions, doctor, init, inspect, lint, man,
    new_script, play, receipt, report, serve, streams, vault, verify,
};

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
        return Ok(if look.in_lines() {
            Next::Lines(Lines::Welcome { vault })
        } else {
            Next::Screen(Screen::Welcome { vault }, look)
        });
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
