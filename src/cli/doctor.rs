//! `keymoot doctor`: what this machine is fit for.

use std::fmt::Write as _;
use std::io::IsTerminal;

use serde::Serialize;

use crate::api::Clock;
use crate::os::{self, Measure, WallClock};
use crate::session::Profile;

use super::status::{Answer, Status};
use super::streams;

/// Say what this machine is fit for
#[derive(clap::Args)]
#[command(after_help = "\
Its own hash is what this program says about itself; compare it from outside with another tool.

Example:
  keymoot doctor --json

Always ends with 0 once it has looked: whether a finding matters depends on the vault.")]
pub(super) struct Doctor {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// `doctor --json`.
#[derive(Serialize)]
struct Health {
    version: &'static str,
    /// SHA-256 of the running program, as read by itself.
    sha256: Option<String>,
    time: String,
    checks: Vec<Check>,
    fit_for: Vec<&'static str>,
    said_plainly: &'static str,
}

#[derive(Serialize)]
struct Check {
    id: &'static str,
    /// `ok`, `note` or `STOP`; words, so that no colour is needed.
    verdict: &'static str,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

const SAID_PLAINLY: &str =
    "a laptop is not a secure cryptographic device, and a program cannot vouch for itself";

impl Doctor {
    pub(super) fn run(self) -> Answer<Status> {
        let health = examine();
        if self.json {
            streams::print_json(&health)?;
        } else {
            streams::print(&streams::printable(&text(&health)))?;
        }
        Ok(Status::Done)
    }
}

/// What `doctor` finds, for a screen: name, verdict (`ok`, `note`, `STOP`), and the finding with its remedy.
pub fn findings() -> Vec<(String, String, String)> {
    let health = examine();
    let mut lines: Vec<_> = health
        .checks
        .into_iter()
        .map(|check| {
            let remedy = check.remedy.map(|r| format!(" {r}")).unwrap_or_default();
            (
                check.id.to_owned(),
                check.verdict.to_owned(),
                format!("{}.{remedy}", check.found),
            )
        })
        .collect();
    let fit = format!("{}; {}.", health.fit_for.join(", "), SAID_PLAINLY);
    lines.push(("fit for".to_owned(), "note".to_owned(), fit));
    lines
}

fn examine() -> Health {
    let hardening = os::harden();
    let checks = vec![
        network(),
        swap(),
        measure(
            "core-dumps",
            &hardening.core_dumps_off,
            "core dumps of this program are off",
        ),
        measure(
            "tracing",
            &hardening.not_dumpable,
            "other processes cannot read its memory",
        ),
        measure(
            "memory",
            &hardening.memory_locked,
            "its memory stays out of swap",
        ),
        entropy(),
        clock(),
        terminal(),
    ];
    let fit_for = [Profile::Rehearsal, Profile::Test, Profile::Production]
        .into_iter()
        .filter(|profile| fit(*profile, &checks))
        .map(Profile::name)
        .collect();
    Health {
        version: env!("CARGO_PKG_VERSION"),
        sha256: crate::os::own_sha256(),
        time: WallClock.now().rfc3339(),
        checks,
        fit_for,
        said_plainly: SAID_PLAINLY,
    }
}

/// Randomness is needed by every vault; production wants everything.
fn fit(profile: Profile, checks: &[Check]) -> bool {
    checks.iter().all(|check| match profile {
        Profile::Production => check.verdict != "STOP",
        Profile::Rehearsal | Profile::Test => check.verdict != "STOP" || check.id != "entropy",
    })
}

fn check(id: &'static str, verdict: &'static str, found: impl Into<String>) -> Check {
    Check {
        id,
        verdict,
        found: found.into(),
        remedy: None,
    }
}

fn remedied(mut check: Check, remedy: &'static str) -> Check {
    check.remedy = Some(remedy);
    check
}

fn network() -> Check {
    let offline = "take the cables out and switch radios off before a production vault is opened";
    match os::interfaces() {
        None => remedied(
            check(
                "network",
                "STOP",
                "cannot be seen here, so it counts as connected",
            ),
            offline,
        ),
        Some(all) => {
            let up = os::up(&all);
            if up.is_empty() {
                check("network", "ok", "no interface but loopback is up")
            } else {
                let found = format!("up: {}", up.join(", "));
                remedied(check("network", "STOP", found), offline)
            }
        }
    }
}

fn swap() -> Check {
    let off = "swapoff -a, or boot from a medium without swap";
    match os::swap_areas() {
        None => remedied(check("swap", "note", "cannot be seen here"), off),
        Some(areas) if areas.is_empty() => check("swap", "ok", "none"),
        Some(areas) => remedied(
            check("swap", "STOP", format!("on: {}", areas.join(", "))),
            off,
        ),
    }
}

fn measure(id: &'static str, measure: &Measure, good: &str) -> Check {
    match measure {
        Measure::On => check(id, "ok", good),
        Measure::Off(why) => check(id, "note", why.as_str()),
    }
}

fn entropy() -> Check {
    let report = os::entropy_report();
    if !report.seeded {
        return remedied(
            check("entropy", "STOP", "the kernel's generator does not answer"),
            "wait until the machine has gathered randomness, or use another machine",
        );
    }
    match report.hardware {
        Some(source) => check(
            "entropy",
            "ok",
            format!("kernel generator, fed by {source} too"),
        ),
        None => check("entropy", "ok", "kernel generator"),
    }
}

/// A clock that stands before this program was written is a dead battery.
fn clock() -> Check {
    const WRITTEN: i64 = 1_793_000_000_000;
    let now = WallClock.now();
    if now.millis() < WRITTEN {
        remedied(
            check(
                "clock",
                "STOP",
                format!("{} is before this program was made", now.rfc3339()),
            ),
            "set the clock from a watch that two people agree on",
        )
    } else {
        check(
            "clock",
            "note",
            format!("{}; compare it with two watches", now.rfc3339()),
        )
    }
}

fn terminal() -> Check {
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    let wanted =
        "80 columns and 24 rows are enough; after a kill -9, `stty sane` brings a terminal back";
    if !std::io::stdout().is_terminal() || dumb {
        return remedied(check("terminal", "note", "no full screen here"), wanted);
    }
    match rustix::termios::tcgetwinsize(std::io::stdout()) {
        Ok(size) if size.ws_col >= 80 && size.ws_row >= 24 => check(
            "terminal",
            "ok",
            format!("{} x {}", size.ws_col, size.ws_row),
        ),
        Ok(size) => remedied(
            check(
                "terminal",
                "note",
                format!("{} x {}", size.ws_col, size.ws_row),
            ),
            wanted,
        ),
        Err(_) => remedied(check("terminal", "note", "its size cannot be seen"), wanted),
    }
}

fn text(health: &Health) -> String {
    let mut text = format!(
        "keymoot {}   {}\nSHA-256, as it reads itself: {}\n\n",
        health.version,
        health.time,
        health.sha256.as_deref().unwrap_or("could not be read")
    );
    for check in &health.checks {
        let _ = writeln!(
            text,
            "{:4}  {:<11} {}",
            check.verdict, check.id, check.found
        );
        if let Some(remedy) = check.remedy {
            let _ = writeln!(text, "                  {remedy}");
        }
    }
    let _ = writeln!(text, "\nFit for: {}.", health.fit_for.join(", "));
    let _ = writeln!(text, "Said plainly: {}.", health.said_plainly);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_wants_everything_and_a_rehearsal_only_randomness() {
        let connected = vec![
            check("network", "STOP", "up: eth0"),
            check("entropy", "ok", "x"),
        ];
        assert!(fit(Profile::Rehearsal, &connected));
        assert!(fit(Profile::Test, &connected));
        assert!(!fit(Profile::Production, &connected));
        let blind = vec![check("entropy", "STOP", "x")];
        assert!(!fit(Profile::Rehearsal, &blind));
    }

    #[test]
    fn the_machine_is_examined_and_the_program_knows_its_hash() {
        let health = examine();
        assert_eq!(health.checks.len(), 8);
        assert_eq!(health.sha256.as_ref().map(String::len), Some(64));
        assert!(text(&health).contains("Fit for:"));
    }
}
