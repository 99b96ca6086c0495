//! The binary: parse arguments, choose a front end.

use std::alloc::System;
use std::io::Write as _;
use std::process::ExitCode;

use keymoot::ceremony::Start;
use keymoot::cli::{self, Look, Next, Serve};
use keymoot::plain::{self, Lent};
use keymoot::serve;
use keymoot::tui::{self, Options};
use zeroizing_alloc::ZeroAlloc;

/// Whatever is freed is wiped first: copies that a library made of a secret, and what a vector left behind as it grew.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    // Before any secret is read: no core dump, no tracing, no page on swap. `doctor` tells what holds.
    let _ = keymoot::os::harden();
    match cli::run(std::env::args_os()) {
        Next::Exit(status) => ExitCode::from(status.code()),
        Next::Screen(start, look) => {
            speak();
            show(start, look)
        }
        Next::Film(film) => film_it(*film),
        Next::Lines(start) => {
            speak();
            talk(start)
        }
        Next::Serve(what) => answer_programs(what),
    }
}

/// The language of the machine, for people: what programs read is English always.
fn speak() {
    let given = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| {
        let value = std::env::var(name).ok()?;
        (!value.is_empty()).then_some(value)
    });
    if let Some(locale) = given {
        keymoot::text::speak(&locale);
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

fn show(start: Start, look: Look) -> ExitCode {
    let record = match look
        .record
        .as_deref()
        .map(keymoot::os::new_file)
        .transpose()
    {
        Ok(file) => file,
        Err(error) => {
            eprintln!("keymoot: {error} Nothing was begun.");
            return ExitCode::from(cli::Status::Failed.code());
        }
    };
    let options = Options {
        ascii: look.ascii,
        theme: look.theme,
        doctor: Some(cli::findings),
        record,
        explain: Some(cli::explain),
    };
    let played = match &start {
        Start::Play(play) => Some(play.again.clone()),
        _ => None,
    };
    match tui::run(start, options) {
        Ok(left) => {
            if let Some(written) = left.written {
                let _ = writeln!(std::io::stdout(), "{written}");
            }
            if let Some(open) = left.open {
                let again = played.unwrap_or_default();
                let command = again.command(&open, left.vault.as_deref());
                let _ = writeln!(std::io::stdout(), "{}", open.left(&command));
            }
            ExitCode::from(left.status)
        }
        Err(error) => {
            // The terminal may be what is gone: then there is nobody to tell, and that is no reason to panic.
            let _ = writeln!(std::io::stderr(), "keymoot: {error}");
            ExitCode::from(error.exit_status())
        }
    }
}

/// A headless ceremony, drawn into a recording.
fn film_it(headless: cli::Filmed) -> ExitCode {
    let cli::Filmed { file, run } = headless;
    match tui::Film::begin(file, run.title()) {
        Ok(mut film) => {
            let status = run.play(|view, showing| film.see(view, showing));
            match film.end() {
                Ok(()) => ExitCode::from(status.code()),
                Err(error) => no_film(&error),
            }
        }
        Err(error) => no_film(&error),
    }
}

fn no_film(error: &std::io::Error) -> ExitCode {
    let _ = writeln!(
        std::io::stderr(),
        "keymoot: the recording could not be written ({error}). The ceremony itself is not touched by that."
    );
    ExitCode::from(cli::Status::Failed.code())
}

fn talk(start: Start) -> ExitCode {
    let lent = Lent {
        doctor: Some(cli::findings),
        explain: Some(cli::explain),
        notes: Some(cli::rehearsal_notes),
    };
    ExitCode::from(plain::run(start, lent))
}
