//! The command line: one file per subcommand, one table of exit statuses, one rule for the streams.
//!
//! It knows sessions and ceremonies and holds no business rule. It does not know the full screen: where a
//! command wants one, it says so in [`Next`], and the binary opens it.

mod args;
mod batch;
mod brief;
mod bundle;
mod by_hand;
mod by_hand_people;
mod call;
mod completions;
mod doctor;
mod form;
mod init;
mod inspect;
mod lint;
mod man;
mod new_script;
mod play;
mod receipt;
mod report;
mod serve;
mod sessions;
mod status;
mod streams;
mod unlock_file;
mod vault;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::ceremony::Start;
use crate::session::Session;

pub use args::command;
pub use batch::request_line;
pub use doctor::findings;
pub use inspect::explain;
pub use play::{HeadlessRun, rehearsal_notes};
pub use status::Status;

/// What the binary does after the command line was read.
pub enum Next {
    /// The process ends.
    Exit(Status),
    /// The full screen opens.
    Screen(Start, Look),
    /// A headless ceremony is played, and drawn into a recording.
    Film(Box<Filmed>),
    /// The same in lines.
    Lines(Start),
    /// The loopback endpoint opens.
    Serve(Serve),
}

/// A headless ceremony and the new file that takes its recording.
pub struct Filmed {
    /// The file, empty.
    pub file: std::fs::File,
    /// The ceremony, begun.
    pub run: HeadlessRun,
}

/// What the loopback endpoint serves.
pub struct Serve {
    /// The open session, signing keys held.
    pub session: Box<Session>,
    /// The port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// A command to run against it, with its arguments.
    pub command: Vec<OsString>,
}

/// How the screen looks, whatever the environment says.
#[derive(clap::Args, Debug, Clone, Default)]
pub struct Look {
    /// Ask and answer in lines, for screen readers (as where TERM=dumb)
    #[arg(long)]
    pub plain: bool,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
    /// Colours: the name of a theme (dark, light, mono, ...) or a theme file
    #[arg(long, value_name = "NAME|F")]
    pub theme: Option<String>,
    /// Record the screen (asciicast v2, secrets as masks); not with --plain
    #[arg(long, value_name = "F.cast", conflicts_with = "plain")]
    pub record: Option<PathBuf>,
}

impl Look {
    /// Whether it is asked and answered in lines.
    fn in_lines(&self) -> bool {
        self.plain || std::env::var_os("TERM").is_some_and(|term| term == "dumb")
    }

    /// The front end that this look asks for.
    fn begins(self, start: Start) -> Next {
        if self.in_lines() {
            Next::Lines(start)
        } else {
            Next::Screen(start, self)
        }
    }
}

/// Reads the arguments and does what they say, up to the point where a screen is needed.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Next {
    let parsed = match args::read(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are asked for, and go to stdout; a closed stdout is nobody to tell.
            let _ = error.print();
            return Next::Exit(if error.use_stderr() {
                Status::Usage
            } else {
                Status::Done
            });
        }
    };
    args::dispatch(parsed).unwrap_or_else(|failure| {
        streams::complain(&failure);
        Next::Exit(failure.status)
    })
}
