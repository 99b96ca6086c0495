//! The terminal's life: raw mode, alternate screen, bracketed paste, cursor. Whatever happens, it is given back.

use std::io::{self, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::{cursor, event, execute, terminal};

/// Whether the terminal is ours now. Global, because a panic hook has no other way to know.
static OURS: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// Whether the mouse is ours too.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Holds the terminal; dropping it gives the terminal back.
pub(crate) struct Guard(());

impl Guard {
    /// Takes the terminal. When that fails half-way, what was taken is given back.
    pub(crate) fn enter() -> io::Result<Self> {
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                give_back();
                before(info);
            }));
        });
        let guard = Self(());
        guard.take()?;
        Ok(guard)
    }

    /// Takes the terminal again, after it was given back or somebody else had it.
    #[allow(clippy::unused_self)] // who holds the guard may take it; nobody else
    pub(crate) fn take(&self) -> io::Result<()> {
        // What was kept as the terminal's own state is put back first: never is a raw state taken for it.
        let _ = terminal::disable_raw_mode();
        terminal::enable_raw_mode()?;
        OURS.store(true, Ordering::SeqCst);
        execute!(
            io::stdout(),
            terminal::EnterAlternateScreen,
            event::EnableBracketedPaste,
            cursor::Hide
        )?;
        if MOUSE.load(Ordering::SeqCst) {
            execute!(io::stdout(), event::EnableMouseCapture)?;
        }
        Ok(())
    }

    /// Takes the mouse, or gives it back to the terminal's own marking and copying.
    #[allow(clippy::unused_self)] // as above
    pub(crate) fn mouse(&self, on: bool) -> io::Result<()> {
        if MOUSE.swap(on, Ordering::SeqCst) == on {
            return Ok(());
        }
        if on {
            execute!(io::stdout(), event::EnableMouseCapture)
        } else {
            execute!(io::stdout(), event::DisableMouseCapture)
        }
    }

    /// Gives the terminal back with a line for whoever is before the shell, stops the process group, and takes the
    /// terminal again when somebody lets it go on.
    pub(crate) fn suspend(&self, left: &str) -> io::Result<()> {
        give_back();
        // A terminal that is gone has nobody before it.
        let _ = writeln!(io::stdout(), "{left}");
        let stopped = crate::os::stop_process_group();
        self.take()?;
        stopped
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back, once. Every step is tried even if one before it fails.
fn give_back() {
    if !OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    // A terminal that is gone cannot be restored; there is nobody left to tell.
    let _ = execute!(out, terminal::EndSynchronizedUpdate);
    let _ = execute!(out, terminal::Clear(terminal::ClearType::All));
    if MOUSE.load(Ordering::SeqCst) {
        let _ = execute!(out, event::DisableMouseCapture);
    }
    let _ = execute!(out, event::DisableBracketedPaste);
    let _ = execute!(out, terminal::LeaveAlternateScreen);
    let _ = execute!(out, cursor::Show);
    let _ = terminal::disable_raw_mode();
    let _ = out.flush();
}
