//! `serve -- CMD`: the command runs against the endpoint and knows it from its environment alone.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::ServeError;
use super::front::Ends;
use super::ready::Ready;

/// How long a command may take to end once it was asked to.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// What would send the command's calls elsewhere, or sign them with somebody's real credentials.
const TAKEN_OUT: &[&str] = &[
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
];

/// Names under which programs look for hosts that no proxy stands before.
const NO_PROXY: &[&str] = &["NO_PROXY", "no_proxy"];

/// The running command.
pub(super) struct Child {
    process: tokio::process::Child,
}

impl Child {
    /// Starts it.
    pub(super) fn start(
        command: &OsStr,
        arguments: &[OsString],
        ready: &Ready,
    ) -> Result<Self, ServeError> {
        let mut run = Command::new(command);
        run.args(arguments).envs(environment(ready));
        for name in TAKEN_OUT {
            run.env_remove(name);
        }
        for name in NO_PROXY {
            run.env(name, past_proxies(std::env::var_os(name)));
        }
        let process = run
            .kill_on_drop(true)
            .spawn()
            .map_err(|why| ServeError::Command {
                command: command.to_string_lossy().into_owned(),
                why,
            })?;
        Ok(Self { process })
    }

    /// Waits for its end; passes on that somebody wants it to end, and ends it where it does not listen.
    pub(super) async fn accompany(mut self, ends: &mut Ends) -> io::Result<u8> {
        tokio::select! {
            ended = self.process.wait() => return ended.map(code),
            () = ends.asked() => {}
        }
        if let Some(id) = self.process.id() {
            crate::os::ask_to_end(id);
        }
        if let Ok(ended) = timeout(PATIENCE, self.process.wait()).await {
            return ended.map(code);
        }
        self.process.start_kill()?;
        self.process.wait().await.map(code)
    }
}

/// The status as a shell would give it: 128 and the signal's number where one ended it.
fn code(status: ExitStatus) -> u8 {
    let number = status
        .code()
        .or_else(|| status.signal().map(|signal| signal + 128));
    number.and_then(|n| u8::try_from(n).ok()).unwrap_or(1)
}

/// Where and how the command calls.
fn environment(ready: &Ready) -> [(&'static str, &str); 6] {
    [
        ("AWS_ENDPOINT_URL", &ready.endpoint),
        ("AWS_ENDPOINT_URL_PAYMENT_CRYPTOGRAPHY", &ready.endpoint),
        ("AWS_REGION", &ready.region),
        ("AWS_DEFAULT_REGION", &ready.region),
        ("AWS_ACCESS_KEY_ID", &ready.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", ready.secret_text()),
    ]
}

/// A proxy is never asked for loopback.
fn past_proxies(present: Option<OsString>) -> OsString {
    let mut hosts = present.unwrap_or_default();
    if !hosts.is_empty() {
        hosts.push(",");
    }
    hosts.push("127.0.0.1");
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_the_shells() {
        assert_eq!(code(ExitStatus::from_raw(0)), 0);
        assert_eq!(code(ExitStatus::from_raw(7 << 8)), 7);
        assert_eq!(code(ExitStatus::from_raw(15)), 143);
    }

    #[test]
    fn loopback_passes_every_proxy() {
        assert_eq!(past_proxies(None), "127.0.0.1");
        assert_eq!(past_proxies(Some("corp".into())), "corp,127.0.0.1");
    }
}
