//! The system asks the program to end (SIGTERM, SIGHUP, SIGINT, SIGQUIT): the terminal gets its echo back first.
//!
//! The vault needs nothing: what was committed is whole, and the kernel frees its lock.

use tokio::signal::unix::{SignalKind, signal};

use crate::os::TerminalState;

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
    tokio::select! {
        _ = term.recv() => {}
        _ = hang_up.recv() => {}
        _ = interrupt.recv() => {}
        _ = quit.recv() => {}
    }
    Ok(())
}
