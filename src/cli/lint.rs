//! `keymoot lint`: what is wrong with a script before anyone enters the room.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use zeroize::Zeroizing;

use crate::ceremony::{self, Finding, Rule, Script};

use super::status::{Answer, Failure, Status};
use super::streams;

/// Say what is wrong with a ceremony script
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  keymoot lint ceremonies/kek-to-aws-rsa.toml

  keymoot lint --explain L04

  keymoot lint --expanded ceremonies/bdk-initial-keys-aes.toml

Ends with 0 when there is no error; warnings alone do not fail.")]
pub(super) struct Lint {
    /// A script file, or the name of one that ships with keymoot
    #[arg(required_unless_present = "explain")]
    script: Option<PathBuf>,
    /// Say what a rule is about, why it is one, and what to do (`all` lists them)
    #[arg(long, value_name = "RULE", conflicts_with_all = ["script", "json"])]
    explain: Option<String>,
    /// Print the steps first as they will be played, `repeat_for` written out
    #[arg(long, conflicts_with_all = ["explain", "json"])]
    expanded: bool,
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
        if let Some(rule) = &self.explain {
            return explain(rule);
        }
        let path = self.script.unwrap_or_default();
        let bytes = read(&path)?;
        let findings = match Script::parse(&bytes) {
            Ok(script) => {
                if self.expanded {
                    let steps = ceremony::expanded(&script);
                    streams::print(&streams::printable(&format!("{steps}\n")))?;
                }
                let folder = path.parent().filter(|_| path.is_file());
                let missing = folder.map(|folder| script.missing_defaults(folder));
                let mut findings = script.lint();
                findings.extend(missing.unwrap_or_default());
                findings
            }
            Err(findings) => findings,
        };
        let errors = findings.iter().filter(|f| f.severity == "error").count();
        let report = Report {
            script: path.display().to_string(),
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

/// What stands before the rules: the file is no script yet.
const PARSE: &str = "\
Before any rule is asked, the file is read: TOML, then sections, steps, ops and fields as docs/scripts.md and \
docs/steps.md have them. Where that fails the file is no script yet, and no rule (L01 and so on) has looked at it. Each \
finding names the line, what stands there and what may. Correct those first; the rules speak after that.";

/// The number of a rule, however it is written: `L04`, `l4`, `4`.
fn number(id: &str) -> Option<u32> {
    let digits = id.trim().trim_start_matches(['L', 'l']);
    digits.parse().ok()
}

/// What a rule is about.
fn explain(wanted: &str) -> Answer<Status> {
    if wanted == "all" {
        let line = |rule: &Rule| format!("{}  {}\n", rule.id, rule.title);
        let lines: String = ceremony::RULES.iter().map(line).collect();
        streams::print(&format!("{lines}parse  a script that cannot be read\n"))?;
        return Ok(Status::Done);
    }
    if wanted.eq_ignore_ascii_case("parse") {
        let text = textwrap::fill(PARSE, 78);
        streams::print(&format!("parse: a script that cannot be read\n\n{text}\n"))?;
        return Ok(Status::Done);
    }
    let rule = ceremony::RULES
        .iter()
        .find(|rule| number(rule.id).is_some_and(|n| Some(n) == number(wanted)));
    let Some(rule) = rule else {
        let ids: Vec<_> = ceremony::RULES.iter().map(|rule| rule.id).collect();
        return Err(Failure::usage(format!("there is no rule {wanted:?}."))
            .hint(format!("rules: parse, {}", ids.join(", "))));
    };
    let text = textwrap::fill(rule.explain, 78);
    streams::print(&format!("{}: {}\n\n{text}\n", rule.id, rule.title))?;
    Ok(Status::Done)
}

fn text(report: &Report<'_>) -> String {
    let mut text = String::new();
    for finding in report.findings {
        text.push_str(&sentence(&report.script, finding));
        text.push('\n');
    }
    let many = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    };
    let _ = writeln!(
        text,
        "{}: {}, {}",
        report.script,
        many(report.errors, "error"),
        many(report.warnings, "warning")
    );
    streams::printable(&text)
}

/// One finding as editors read it: `file:line: error L04: message (path)`.
fn sentence(script: &str, finding: &Finding) -> String {
    let path = match finding.path.as_str() {
        "" => String::new(),
        path => format!(" ({path})"),
    };
    format!(
        "{script}:{}: {} {}: {}{path}",
        finding.line, finding.severity, finding.rule, finding.message
    )
}

/// The bytes of a script: the file, or else a shipped script of that name.
pub(super) fn read(path: &Path) -> Answer<Zeroizing<Vec<u8>>> {
    if path != Path::new("-") && !path.exists() {
        if let Some(bytes) = shipped(path) {
            return Ok(Zeroizing::new(bytes.to_vec()));
        }
        let names: Vec<&str> = ceremony::shipped().iter().map(|(name, _)| *name).collect();
        let given = path.file_name().and_then(|name| name.to_str());
        let near = ceremony::meant(given.unwrap_or_default(), &names);
        let hint = if near.is_empty() {
            format!("these ship with keymoot: {}", names.join(", "))
        } else {
            "`keymoot play` lists those that ship with keymoot".to_owned()
        };
        return Err(Failure::failed(format!(
            "{}: no such script{near}. Nothing was read.",
            path.display()
        ))
        .hint(hint));
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
