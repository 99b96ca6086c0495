//! `keymoot lint`: what is wrong with a script before anyone enters the room.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use zeroize::Zeroizing;

use crate::ceremony::{self, Finding, Script};

use super::status::{Answer, Failure, Status};
use super::streams;

/// Say what is wrong with a ceremony script
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  keymoot lint ceremonies/kek-to-aws-rsa.toml

Ends with 0 when there is no error; warnings alone do not fail.")]
pub(super) struct Lint {
    /// A script file, or the name of one that ships with keymoot
    script: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    script: String,
    errors: usize,
    warnings: usize,
    findings: &'a [Finding],
}

impl Lint {
    pub(super) fn run(self) -> Answer<Status> {
        let bytes = read(&self.script)?;
        let findings = match Script::parse(&bytes) {
            Ok(script) => script.lint(),
            Err(findings) => findings,
        };
        let errors = findings.iter().filter(|f| f.severity == "error").count();
        let report = Report {
            script: self.script.display().to_string(),
            errors,
            warnings: findings.len() - errors,
            findings: &findings,
        };
        if self.json {
            streams::print_json(&report)?;
        } else {
            streams::print(&text(&report))?;
        }
        Ok(if errors == 0 {
            Status::Done
        } else {
            Status::Failed
        })
    }
}

fn text(report: &Report<'_>) -> String {
    let mut text = String::new();
    for finding in report.findings {
        text.push_str(&sentence(&report.script, finding));
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "{}: {} errors, {} warnings",
        report.script, report.errors, report.warnings
    );
    streams::printable(&text)
}

/// One finding as editors read it: `file:line: error L04: message (path)`.
fn sentence(script: &str, finding: &Finding) -> String {
    format!(
        "{script}:{}: {} {}: {} ({})",
        finding.line, finding.severity, finding.rule, finding.message, finding.path
    )
}

/// The bytes of a script: the file, or else a shipped script of that name.
pub(super) fn read(path: &Path) -> Answer<Zeroizing<Vec<u8>>> {
    if path != Path::new("-") && !path.exists() {
        if let Some(bytes) = shipped(path) {
            return Ok(Zeroizing::new(bytes.to_vec()));
        }
        let names: Vec<&str> = ceremony::shipped().iter().map(|(name, _)| *name).collect();
        return Err(Failure::failed(format!(
            "{}: no such script. Nothing was read.",
            path.display()
        ))
        .hint(format!("these ship with keymoot: {}", names.join(", "))));
    }
    streams::read(path, streams::SCRIPT_LIMIT)
}

/// A shipped script by its name, with or without `ceremonies/` and `.toml`.
fn shipped(path: &Path) -> Option<&'static [u8]> {
    let wanted = path.strip_prefix("ceremonies").unwrap_or(path).to_str()?;
    ceremony::shipped()
        .iter()
        .find(|(name, _)| *name == wanted || name.strip_suffix(".toml") == Some(wanted))
        .map(|(_, bytes)| *bytes)
}

/// A script that parses; else its findings become the failure.
pub(super) fn parsed(path: &Path, bytes: &[u8]) -> Answer<Script> {
    Script::parse(bytes).map_err(|findings| {
        let shown = path.display().to_string();
        let lines: Vec<String> = findings.iter().map(|f| sentence(&shown, f)).collect();
        Failure::failed(format!(
            "the script cannot be read. Nothing was begun.\n{}",
            lines.join("\n")
        ))
    })
}
