//! The system asks the program to end (SIGTERM, SIGHUP, SIGINT, SIGQUIT): the terminal gets its echo back first.
//!
//! The vault needs nothing: what was committed is whole, and the kernel frees its lock. While a search is under way that
//! can be stopped, Ctrl-C (SIGINT) stops the search and nothing else.
//! Ctrl-Z (SIGTSTP) and going on (SIGCONT) are noted, and whoever waits for an answer finds them: what is open is locked
//! before the process stops.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::signal::unix::{SignalKind, signal};

use crate::os::{GOES_ON, STOP_ASKED, TerminalState};
use crate::session::Stop;

/// What Ctrl-C stops now. Global, because a signal is the whole process's.
static ARMED: Mutex<Option<Stop>> = Mutex::new(None);

/// Until it is dropped, Ctrl-C stops what it was armed for.
pub(super) struct Armed(());

impl Drop for Armed {
    fn drop(&mut self) {
        put(None);
    }
}

/// From now on Ctrl-C says this word.
pub(super) fn arm(stop: &Stop) -> Armed {
    put(Some(stop.clone()));
    Armed(())
}

fn put(stop: Option<Stop>) {
    *ARMED.lock().unwrap_or_else(PoisonError::into_inner) = stop;
}

/// Whether something was stopped by it.
fn stops() -> bool {
    let armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
    armed.as_ref().inspect(|stop| stop.say()).is_some()
}

/// Somebody wants keymoot put aside; it goes on after it was stopped. Global for the same reason.
static ASKED: AtomicBool = AtomicBool::new(false);
static WENT_ON: AtomicBool = AtomicBool::new(false);

/// What happened beside the talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aside {
    /// Ctrl-Z: the process is to be stopped.
    Asked,
    /// It was stopped, and goes on.
    GoesOn,
}

/// What happened since this was asked last.
pub(super) fn aside() -> Option<Aside> {
    if ASKED.swap(false, Ordering::SeqCst) {
        return Some(Aside::Asked);
    }
    let went_on = WENT_ON.swap(false, Ordering::SeqCst);
    went_on.then_some(Aside::GoesOn)
}

/// From here on only what happens later counts.
pub(super) fn forget_asides() {
    ASKED.store(false, Ordering::SeqCst);
    WENT_ON.store(false, Ordering::SeqCst);
}

/// Watches for such a signal until the program ends.
pub(crate) fn watch() {
    let Some(terminal) = TerminalState::of_stdin() else {
        return;
    };
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        // Without a runtime signals end the program as they always do.
        let Ok(runtime) = runtime else { return };
        if runtime.block_on(told()).is_ok() {
            terminal.restore();
            std::process::exit(1);
        }
    });
}

async fn told() -> std::io::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut quit = signal(SignalKind::quit())?;
    let mut stop = signal(SignalKind::from_raw(STOP_ASKED))?;
    let mut goes_on = signal(SignalKind::from_raw(GOES_ON))?;
    loop {
        tokio::select! {
            _ = term.recv() => return Ok(()),
            _ = hang_up.recv() => return Ok(()),
            _ = interrupt.recv() => if !stops() { return Ok(()) },
            _ = quit.recv() => return Ok(()),
            _ = stop.recv() => ASKED.store(true, Ordering::SeqCst),
            _ = goes_on.recv() => WENT_ON.store(true, Ordering::SeqCst),
        }
    }
}
