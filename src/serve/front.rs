//! The network's thread: listens, announces, waits for the end, and sees that the end comes in time.

use std::ffi::OsString;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::child::Child;
use super::connections::{self, Endpoint};
use super::desk::Job;
use super::ready::Ready;
use super::{Credentials, ServeError};

/// How long answers under way may take once the end was asked for.
const FINISHING: Duration = Duration::from_millis(1_500);
/// How long the session may take to close behind that. A key search cannot be stopped; what it would have made is
/// in no file yet, and the vault is whole without it.
const CLOSING: Duration = Duration::from_millis(2_500);

/// How it ended.
pub(super) struct Ended {
    /// The exit status.
    pub(super) status: u8,
}

/// What the network's thread is given.
pub(super) struct Front {
    pub(super) listener: std::net::TcpListener,
    pub(super) credentials: Credentials,
    pub(super) ready: Ready,
    pub(super) jobs: mpsc::Sender<Job>,
    pub(super) command: Vec<OsString>,
}

/// The signals that end it.
pub(super) struct Ends {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
}

impl Ends {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Somebody wants it to end.
    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Somebody wants it to end who did not tell the command as well: Ctrl-C goes to both, and the command decides.
    pub(super) async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}

impl Front {
    /// Serves until the end; blocks its thread.
    pub(super) fn run(self) -> Result<Ended, ServeError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let ended = runtime.block_on(self.serve());
        // Connections that still hang are cut here, and with them the last way to the session.
        drop(runtime);
        let status = ended.as_ref().map_or(1, |ended| ended.status);
        let watch = std::thread::Builder::new().name("keymoot-closing".into());
        watch.spawn(move || {
            std::thread::sleep(CLOSING);
            std::process::exit(i32::from(status));
        })?;
        ended
    }

    async fn serve(self) -> Result<Ended, ServeError> {
        let mut ends = Ends::listen()?;
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let (close, closing) = watch::channel(false);
        let endpoint = Arc::new(Endpoint {
            credentials: self.credentials,
            region: self.ready.region.clone(),
            jobs: self.jobs,
        });
        let accepting = tokio::spawn(connections::accept(listener, endpoint, closing));
        let status = match self.command.split_first() {
            None => {
                announce(&mut io::stdout().lock(), &self.ready)?;
                ends.any().await;
                0
            }
            Some((command, arguments)) => {
                // A closed stderr is nobody to tell; the command knows the endpoint from its environment.
                let _ = announce(&mut io::stderr().lock(), &self.ready);
                let child = Child::start(command, arguments, &self.ready)?;
                child.accompany(&mut ends).await?
            }
        };
        let _ = close.send(true);
        let _ = timeout(FINISHING, accepting).await;
        Ok(Ended { status })
    }
}

fn announce(out: &mut impl io::Write, ready: &Ready) -> io::Result<()> {
    out.write_all(ready.line().as_bytes())?;
    out.flush()
}
