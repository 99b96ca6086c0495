//! The system asks the program to end (SIGTERM, SIGHUP, SIGQUIT): the terminal gets its echo back first.
//!
//! The vault needs nothing: what was committed is whole, and the kernel frees its lock. While a search is under way that
//! can be stopped, Ctrl-C (SIGINT) stops the search and nothing else. Elsewhere it is noted, and whoever waits for an
//! answer finds it: what is open is closed as ever, and said. Where nobody comes to wait, the third one ends the program.
//! Ctrl-Z (SIGTSTP) and going on (SIGCONT) are noted, and whoever waits for an answer finds them: what is open is locked
//! before the process stops.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
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

/// How often Ctrl-C was typed where it stops no search.
static INTERRUPTS: AtomicU8 = AtomicU8::new(0);

/// So many of them end the program at once: nobody came to wait for an answer meanwhile.
const AT_ONCE: u8 = 3;

/// Exit status of what Ctrl-C ended, as shells know it: 128 and the number of the signal.
pub(super) const BY_CTRL_C: u8 = 130;

/// Whether the talk is to end.
pub(super) fn interrupted() -> bool {
    INTERRUPTS.load(Ordering::SeqCst) > 0
}

/// Notes a Ctrl-C; whether it ends the program at once.
fn interrupts() -> bool {
    if stops() {
        return false;
    }
    let before = INTERRUPTS.fetch_add(1, Ordering::SeqCst);
    before.saturating_add(1) >= AT_ONCE
}

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
        if let Ok(status) = runtime.block_on(told()) {
            terminal.restore();
            std::process::exit(i32::from(status));
        }
    });
}

/// Waits for what ends the program; its status then.
async fn told() -> std::io::Result<u8> {
    let mut term = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut quit = signal(SignalKind::quit())?;
    let mut stop = signal(SignalKind::from_raw(STOP_ASKED))?;
    let mut goes_on = signal(SignalKind::from_raw(GOES_ON))?;
    loop {
        tokio::select! {
            _ = term.recv() => return Ok(1),
            _ = hang_up.recv() => return Ok(1),
            _ = interrupt.recv() => if interrupts() { return Ok(BY_CTRL_C) },
            _ = quit.recv() => return Ok(1),
            _ = stop.recv() => ASKED.store(true, Ordering::SeqCst),
            _ = goes_on.recv() => WENT_ON.store(true, Ordering::SeqCst),
        }
    }
}
