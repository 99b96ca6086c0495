//! `keymoot serve`: what is served and how; the endpoint itself is opened by the binary.

use std::ffi::OsString;

use crate::session::{Profile, wire};

use super::sessions::Place;
use super::status::{Answer, Failure};
use super::{Next, Serve, vault};

/// Answer AWS SDKs and the AWS CLI on loopback (rehearsal and test vaults)
#[derive(clap::Args)]
#[command(after_help = "\
When it is ready it prints one line of JSON: endpoint, region, access_key_id, secret_access_key.
The credentials are drawn anew for each run. SIGTERM ends it. With CMD the line goes to stderr,
CMD finds all four in its environment, and the endpoint ends when CMD ends, with its status.

Example:
  keymoot serve --rehearse -- python3 import_raw_key_rsa.py
  keymoot serve --vault test.vault --unlock-file people.json --port 4711")]
pub(super) struct ServeArgs {
    #[command(flatten)]
    place: Place,
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// A command to run against the endpoint, with its arguments
    #[arg(last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

impl ServeArgs {
    pub(super) fn run(self) -> Answer<Next> {
        self.place.check()?;
        match &self.place.vault {
            None if !self.place.rehearse => {
                return Err(Failure::usage(
                    "say what is served: --vault DIR, or --rehearse. Nothing was served.",
                )
                .hint("--rehearse makes a vault that lasts as long as the endpoint"));
            }
            Some(dir) if vault::public_part(dir)?.profile == Profile::Production => {
                return Err(Failure::usage(wire::PEOPLE_SIGN));
            }
            Some(_) if self.place.unlock_file.is_none() => {
                return Err(Failure::usage(
                    "--vault needs --unlock-file F here: a program cannot be asked for passphrases. Nothing was served.",
                ));
            }
            _ => {}
        }
        let mut session = self.place.session()?;
        if self.place.clock.is_none() {
            session.let_clock_run();
        }
        Ok(Next::Serve(Serve {
            session: Box::new(session),
            port: self.port,
            command: self.command,
        }))
    }
}
