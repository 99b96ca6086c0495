//! Nobody is there: after how long a workstation hides what it shows, why, and what is said meanwhile.

use crate::text::{say, tr};

/// Minutes without a key or an answer after which what is shown is hidden and wiped. The one place where that is
/// written.
pub const IDLE_MINUTES: i64 = 5;

/// Seconds before that at which it is asked whether somebody is there.
pub const PING_SECONDS: i64 = 60;

/// Why it is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nobody touched a key for so many milliseconds.
    Idle(i64),
    /// Ctrl-Z, or SIGTSTP from outside.
    Suspended,
    /// Ctrl-Z, or SIGTSTP from outside, where no shell could bring a stopped keymoot back.
    NoShell,
    /// Somebody asked for it.
    Asked,
    /// The system stopped the process and let it go on (SIGCONT).
    Stopped,
}

impl Why {
    /// The end of a sentence.
    pub fn words(self) -> String {
        match self {
            Self::Idle(millis) if millis % 60_000 == 0 && millis > 60_000 => {
                say!(
                    "nobody typed for {minutes} minutes",
                    minutes = millis / 60_000
                )
            }
            Self::Idle(millis) => {
                say!(
                    "nobody typed for {seconds} seconds",
                    seconds = millis / 1000
                )
            }
            Self::Suspended => tr("keymoot was put aside with Ctrl-Z").to_owned(),
            Self::NoShell => tr(
                "it was locked with Ctrl-Z. No shell is above keymoot that could bring it back, so it was not put aside",
            )
            .to_owned(),
            Self::Asked => tr("somebody locked it").to_owned(),
            Self::Stopped => tr("keymoot was stopped from outside and goes on now").to_owned(),
        }
    }
}

/// What was and was not lost, where a vault is open.
pub fn nothing_lost() -> &'static str {
    tr(
        "Nothing was lost. What is saved stays saved; requests and a ceremony under way stand where they were. \
             Wiped: what was being typed into a secret field, and signing keys that were held for the session.",
    )
}

/// The same where no vault is open.
pub fn nothing_open() -> &'static str {
    tr(
        "No vault is open. What was being typed into a secret field was wiped, and so were shares entered to \
                 open a vault; nothing else was lost.",
    )
}

/// The network in one word, in English: whether any interface but the loopback is up.
pub fn network() -> &'static str {
    match crate::os::interfaces() {
        None => "network ?",
        Some(found) if found.iter().any(|i| i.up) => "ONLINE",
        Some(_) => "offline",
    }
}

/// The same in the language of whoever reads it.
pub fn network_word(network: &str) -> &str {
    match network {
        "offline" => tr("offline"),
        "ONLINE" => tr("ONLINE"),
        other => other,
    }
}
