//! The loopback endpoint: AWS JSON 1.0 over HTTP with Signature Version 4, for rehearsal and test vaults.
//!
//! The calling thread owns the session and answers one request after the other; connections live on a thread of
//! their own, and hand over requests whose signature they have checked. Nothing but 127.0.0.1 is ever bound.

mod answer;
mod authorization;
mod child;
mod connections;
mod credentials;
mod desk;
mod front;
mod places;
mod ready;
pub mod sigv4;
pub mod target;

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;

use tokio::sync::mpsc;

use crate::session::{Profile, Refusal, Session, wire};

pub use authorization::Authorization;
pub use credentials::Credentials;

use front::{Ended, Front};
use ready::Ready;

/// Requests that wait for the session at most; whoever comes later waits on the connection.
const QUEUE: usize = 256;

/// What is served, and how.
pub struct Options {
    /// The open session; signing keys are held (an unlock file, or sample people).
    pub session: Session,
    /// The port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// A command to run against the endpoint, with its arguments; the endpoint ends with it.
    pub command: Vec<OsString>,
}

/// Why the endpoint did not serve, or how it ended badly.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A production vault.
    #[error("{}", wire::PEOPLE_SIGN)]
    Production,
    /// Nobody's signing key is held.
    #[error(
        "people must sign what is asked here, and none of their keys is held. Nothing was served. Open with \
         --unlock-file F, or use --rehearse."
    )]
    NobodySigns,
    /// The port cannot be had.
    #[error(
        "127.0.0.1:{port} cannot be bound: {why}. Nothing was served and nothing was changed. --port 0 picks a free one."
    )]
    Port {
        /// The port asked for.
        port: u16,
        /// What the system says.
        why: io::Error,
    },
    /// The command could not be started.
    #[error("{command} could not be started: {why}. Nothing was called.")]
    Command {
        /// The command's name.
        command: String,
        /// What the system says.
        why: io::Error,
    },
    /// Threads, signals or streams failed.
    #[error(
        "the endpoint could not run: {0}. What was answered is done; nothing else was changed."
    )]
    System(#[from] io::Error),
    /// The random source failed.
    #[error("the random source failed: {0}. Nothing was served.")]
    Random(#[from] crate::crypto::EntropyError),
    /// A fault in keymoot; the session was given up.
    #[error(
        "a request met a fault in keymoot, and the session was closed at once. What was answered is done, the vault \
         is whole. Start again; please report the line above."
    )]
    Fault,
    /// The vault could not be closed.
    #[error("{0}")]
    Close(#[from] Refusal),
}

impl ServeError {
    /// The process's exit status for it (design §5).
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Production => 2,
            Self::NobodySigns => 3,
            _ => 1,
        }
    }
}

/// Serves until a signal comes or the command ends; returns the exit status. The ready line goes to stdout, and
/// with a command to stderr.
///
/// # Errors
/// [`ServeError`]; the vault is whole in every case.
pub fn run(options: Options) -> Result<u8, ServeError> {
    let Options {
        session,
        port,
        command,
    } = options;
    if session.profile() == Profile::Production {
        return Err(ServeError::Production);
    }
    if !session.automatic() {
        return Err(ServeError::NobodySigns);
    }
    quiet_panics();
    let listener = bind(port)?;
    let credentials = Credentials::random()?;
    let ready = Ready::new(
        listener.local_addr()?,
        session.region().to_owned(),
        &credentials,
    );
    let (jobs, waiting) = mpsc::channel(QUEUE);
    let front = Front {
        listener,
        credentials,
        ready,
        jobs,
        command,
    };
    let network = thread::Builder::new()
        .name("keymoot-serve".into())
        .spawn(move || front.run())?;
    let left = desk::serve(session, waiting);
    let ended = network
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the network thread ended early").into()));
    let Some(session) = left else {
        return Err(ServeError::Fault);
    };
    let closed = session.close();
    let Ended { status } = ended?;
    closed?;
    Ok(status)
}

fn bind(port: u16) -> Result<TcpListener, ServeError> {
    let bound = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let listener = bound.map_err(|why| ServeError::Port { port, why })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// A panic says where it happened and nothing of what it held: its message may quote a request.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(
            || "an unknown place".to_owned(),
            |at| format!("{}:{}", at.file(), at.line()),
        );
        eprintln!("keymoot: a fault inside, at {place}");
    }));
}
