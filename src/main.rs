//! The binary: parse arguments, choose a front end.

use std::path::PathBuf;
use std::process::ExitCode;

use keymoot::cli::{self, Next, Screen};
use keymoot::tui::{self, Options, Start};

fn main() -> ExitCode {
    // Before any secret is read: no core dump, no tracing, no page on swap. `doctor` tells what holds.
    let _ = keymoot::os::harden();
    match cli::run(std::env::args_os()) {
        Next::Exit(status) => ExitCode::from(status.code()),
        Next::Screen(screen) => show(screen),
    }
}

fn show(screen: Screen) -> ExitCode {
    let options = Options {
        doctor: Some(cli::findings),
        ..Options::default()
    };
    match tui::run(start(screen), options) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("keymoot: {error}");
            ExitCode::from(error.exit_status())
        }
    }
}

fn start(screen: Screen) -> Start {
    match screen {
        Screen::Welcome { vault } => Start::Welcome {
            folder: PathBuf::from("."),
            vault,
        },
        Screen::Init { dir } => Start::Init { dir },
        Screen::Play(play) => Start::Ready {
            script: play.script,
            session: Box::new(play.session),
            inputs: play.inputs,
            out: play.out,
            resume: play.resume,
        },
    }
}
