//! The binary: parse arguments, choose a front end.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use keymoot::cli::{self, Lines, Look, Next, Screen, Serve, Stage};
use keymoot::plain::{self, Lent};
use keymoot::serve;
use keymoot::tui::{self, Options, PlaySession, Start};

fn main() -> ExitCode {
    // Before any secret is read: no core dump, no tracing, no page on swap. `doctor` tells what holds.
    let _ = keymoot::os::harden();
    match cli::run(std::env::args_os()) {
        Next::Exit(status) => ExitCode::from(status.code()),
        Next::Screen(screen, look) => show(screen, look),
        Next::Lines(lines) => talk(lines),
        Next::Serve(what) => answer_programs(what),
    }
}

fn answer_programs(what: Serve) -> ExitCode {
    let options = serve::Options {
        session: *what.session,
        port: what.port,
        command: what.command,
    };
    match serve::run(options) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("keymoot: {error}");
            ExitCode::from(error.exit_status())
        }
    }
}

fn show(screen: Screen, look: Look) -> ExitCode {
    let options = Options {
        ascii: look.ascii,
        theme: look.theme,
        doctor: Some(cli::findings),
        explain: Some(cli::explain),
    };
    match tui::run(start(screen), options) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            // The terminal may be what is gone: then there is nobody to tell, and that is no reason to panic.
            let _ = writeln!(std::io::stderr(), "keymoot: {error}");
            ExitCode::from(error.exit_status())
        }
    }
}

fn talk(lines: Lines) -> ExitCode {
    let lent = Lent {
        doctor: Some(cli::findings),
        explain: Some(cli::explain),
    };
    let start = match lines {
        Lines::Welcome { vault } => plain::Start::Welcome {
            folder: PathBuf::from("."),
            vault,
        },
        Lines::Play(play) => plain::Start::Play {
            script: play.script,
            place: match play.place {
                Stage::Rehearse { seed, clock } => plain::Place::Rehearse { seed, clock },
                Stage::Vault { dir, unlock } => plain::Place::Vault { dir, unlock },
            },
            inputs: play.inputs,
            out: play.out,
            resume: play.resume,
        },
    };
    ExitCode::from(plain::run(start, lent))
}

fn start(screen: Screen) -> Start {
    match screen {
        Screen::Welcome { vault } => Start::Welcome {
            folder: PathBuf::from("."),
            vault,
        },
        Screen::Init { dir } => Start::Init { dir },
        Screen::Play(play) => Start::Play {
            script: play.script,
            session: match play.place {
                Stage::Rehearse { seed, clock } => PlaySession::Rehearse { seed, clock },
                Stage::Vault { dir, unlock } => PlaySession::Vault { dir, unlock },
            },
            inputs: play.inputs,
            out: play.out,
            resume: play.resume,
        },
    }
}
