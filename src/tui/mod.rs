//! The workstation: a full-screen front end over one session, for people in a room.
//!
//! `update` takes a message and a state and touches nothing else; `draw` takes a state and changes nothing; one
//! thread, the desk, owns the session. Screens hold no business rule.

mod acts;
mod app;
#[cfg(test)]
mod back_tests;
mod band;
mod browse;
mod canvas;
mod chord;
#[cfg(test)]
mod contrast;
mod desk;
mod digest;
#[cfg(test)]
mod empty_tests;
#[cfg(test)]
mod errors_tests;
mod event_loop;
mod film;
mod frame;
#[cfg(test)]
mod glyphs_tests;
mod guard;
mod kept;
mod keys;
mod lock;
#[cfg(test)]
mod lock_tests;
mod look;
#[cfg(test)]
mod matrix_tests;
mod message;
#[cfg(test)]
mod moments_tests;
#[cfg(test)]
mod names_tests;
#[cfg(test)]
mod overlay_tests;
mod paint;
#[cfg(test)]
mod pictures_tests;
mod presence;
#[cfg(test)]
mod promise_tests;
mod receiver;
mod recorder;
mod returning;
#[cfg(test)]
mod room;
mod screen;
mod screens;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod states_tests;
mod status;
#[cfg(test)]
mod storm_tests;
mod surroundings;
#[cfg(test)]
mod texts_tests;
mod theme;
mod typed;
#[cfg(test)]
mod unicode_tests;
mod widgets;
mod world;

use std::io::IsTerminal;
use std::path::PathBuf;

pub use film::Film;
pub use theme::ThemeError;

use crate::api::Clock;
use crate::ceremony::{OpenRun, Start};
use crate::text::say;

use kept::Kept;
use look::Look;

/// What looks at the machine: label, verdict and line of each finding.
pub type Doctor = fn() -> Vec<(String, String, String)>;

/// Says what a file's bytes are at a time; the reason where they are nothing known.
pub type Explain = fn(&[u8], crate::api::Timestamp) -> Result<String, String>;

/// How the workstation looks, whatever the environment says.
#[derive(Debug, Default)]
pub struct Options {
    /// No glyph beyond ASCII, whatever the locale says.
    pub ascii: bool,
    /// The name of a theme inside the binary, or the path of a theme file.
    pub theme: Option<String>,
    /// Looks at the machine: label, verdict (`ok`, `note`, `STOP`) and a line for each finding. Called by the desk
    /// when somebody asks.
    pub doctor: Option<Doctor>,
    /// A new file that takes a recording of the screen.
    pub record: Option<std::fs::File>,
    /// Says what a file is, as `inspect` does: for the list that people choose a file from.
    pub explain: Option<Explain>,
}

/// Why there is no screen.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// Standard input or output is no terminal.
    #[error(
        "there is no terminal here, and a ceremony on screen needs one. Nothing was begun. \
         `keymoot play SCRIPT --headless` rehearses without one."
    )]
    NoTerminal,
    /// `TERM=dumb`.
    #[error(
        "this terminal (TERM=dumb) cannot show a screen. Nothing was begun. \
         `keymoot play SCRIPT --headless` rehearses without one."
    )]
    Dumb,
    /// The theme is none.
    #[error("{0}. Nothing was begun.")]
    Theme(#[from] ThemeError),
    /// The theme's file cannot be read.
    #[error("the theme {0} cannot be read ({1}). Nothing was begun.")]
    ThemeFile(String, std::io::Error),
    /// The terminal failed.
    #[error(
        "the terminal failed ({0}). What was committed is safe; a ceremony goes on later: open the vault, Home shows it."
    )]
    Terminal(#[from] std::io::Error),
}

impl TuiError {
    /// What is wrong with a theme, without what it means for a start.
    fn reason(&self) -> String {
        match self {
            Self::Theme(error) => say!("{error}. The theme in use stays.", error),
            Self::ThemeFile(path, error) => {
                say!(
                    "{path} cannot be read ({error}). The theme in use stays.",
                    path,
                    error
                )
            }
            other => other.to_string(),
        }
    }

    /// The process's exit status for it (design §5).
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::NoTerminal | Self::Dumb => 3,
            Self::Theme(_) | Self::ThemeFile(..) => 2,
            Self::Terminal(_) => 1,
        }
    }
}

/// How the person left.
#[derive(Debug, Clone)]
pub struct Left {
    /// The process's exit status.
    pub status: u8,
    /// The ceremony that stands open in the vault.
    pub open: Option<OpenRun>,
    /// Where files were written last, and which: the screen that said so is gone.
    pub written: Option<String>,
    /// The folder of the vault that was open, where it was one of those that were offered.
    pub vault: Option<PathBuf>,
}

/// Runs the workstation until the person leaves.
///
/// # Errors
/// There is no usable terminal, or the theme is none; nothing was begun.
pub fn run(start: Start, options: Options) -> Result<Left, TuiError> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Err(TuiError::NoTerminal);
    }
    if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        return Err(TuiError::Dumb);
    }
    let lent = (options.doctor, options.explain);
    let kept = kept::file()
        .map(|file| Kept::read(&file))
        .unwrap_or_default();
    let (appearance, record) = surroundings::appearance(options, &kept)?;
    let now = crate::os::WallClock.now();
    let look = Look {
        mouse: kept.mouse.unwrap_or_default(),
        ..appearance.look()
    };
    let world = world::World {
        network: surroundings::network(),
        shell: crate::os::can_be_brought_back(),
        ..world::World::at(crossterm::terminal::size()?, now, look)
    };
    let recorder = match record {
        Some(file) => Some(recorder::Recorder::begin(file, world.size, "keymoot")?),
        None => None,
    };
    let (state, orders) = screens::begin(start, world);
    event_loop::run(state, orders, (appearance, recorder), lent)
}
