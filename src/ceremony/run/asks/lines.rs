//! Lines of text that several asks share.

use crate::pki::Certificate;
use crate::session::field::Footing;
use crate::session::handover::fingerprint_commands;
use crate::session::{KeyRow, PendingView};

use super::super::super::model::Step;

pub(super) fn footing(acts: String, enter: &str, so_far: &str) -> Footing {
    Footing {
        acts,
        enter: enter.to_owned(),
        so_far: so_far.to_owned(),
    }
}

pub(super) fn acting(person: &str, role: &str) -> String {
    format!("{role} {person}")
}

/// What has not happened while an act is only being signed.
pub(super) fn not_yet(step: &Step) -> &'static str {
    match step.op.name {
        "create-key" => "no key exists. Any change of request or vault voids the signatures.",
        "delete-key" => {
            "the key still exists and can be used. Nothing is destroyed before its window ends."
        }
        name if name.starts_with("export-key.") => {
            "nothing was wrapped, nothing left this machine."
        }
        name if name.starts_with("import-key.") => "nothing was imported, nothing is trusted.",
        _ => "nothing was changed. Any change of request or vault voids the signatures.",
    }
}

/// Why a step is done, and the clauses it serves.
pub(super) fn why(step: &Step) -> Vec<String> {
    let mut lines: Vec<String> = step.why.iter().map(|why| format!("Why: {why}")).collect();
    if !step.clause.is_empty() {
        lines.push(format!("Clause: {}", step.clause.join(", ")));
    }
    lines
}

pub(super) fn act_lines(pending: &PendingView) -> Vec<String> {
    let mut lines = vec![pending.sentence.clone()];
    lines.extend(
        pending
            .details
            .iter()
            .map(|(label, value)| format!("  {label:<11} {value}")),
    );
    lines.push(String::new());
    lines
}

pub(super) fn certificate_lines(label: &str, certificate: &Certificate) -> Vec<String> {
    vec![
        format!("  {label:<11} {}", certificate.subject()),
        format!(
            "  {:<11} {} to {}",
            "",
            certificate.not_before().rfc3339(),
            certificate.not_after().rfc3339()
        ),
    ]
}

/// A key in lines: use, algorithm, state, check values.
pub(crate) fn key_lines(label: &str, row: &KeyRow) -> Vec<String> {
    let key = &row.key;
    let attributes = &key.key_attributes;
    let mut lines = vec![
        format!("  key         {label}"),
        format!("  arn         {}", key.key_arn),
        format!(
            "  use         {}, {}",
            attributes.key_usage.code(),
            attributes.key_usage.words()
        ),
        format!("  algorithm   {}", attributes.key_algorithm.name()),
        format!(
            "  state       {}, {}",
            key.key_state.name(),
            if key.enabled { "enabled" } else { "disabled" }
        ),
        format!(
            "  check value {} ({})",
            key.key_check_value,
            key.key_check_value_algorithm.name()
        ),
    ];
    if let Some((method, value)) = &row.other_check_value {
        lines.push(format!("              {value} ({})", method.name()));
    }
    if let Some(at) = key.delete_pending_timestamp {
        lines.push(format!("  destroyed   not yet; at {}", at.rfc3339()));
    }
    if let Some(at) = key.delete_timestamp {
        lines.push(format!(
            "  destroyed   {}; removed from this vault",
            at.rfc3339()
        ));
    }
    lines
}

/// The exact command that fetches one fingerprint elsewhere, in lines that fit a narrow screen and that a shell reads
/// as one command.
pub(super) fn commands(root: bool, algorithm: &str) -> Vec<String> {
    let wanted =
        |line: &String| !line.starts_with('#') && line.contains("CertificateChain") == root;
    let mut lines: Vec<String> = Vec::new();
    for command in fingerprint_commands(algorithm).into_iter().filter(wanted) {
        for (at, word) in command.split(' ').enumerate() {
            let breaks = at > 0 && (word.starts_with("--") || word == "|");
            match lines.last_mut() {
                Some(line) if !breaks || line.len() + word.len() < 40 => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(format!("  {}{word}", if at > 0 { "    " } else { "" })),
            }
        }
    }
    let last = lines.len().saturating_sub(1);
    let continued = |(at, line)| {
        if at == last {
            line
        } else {
            format!("{line} \\")
        }
    };
    lines.into_iter().enumerate().map(continued).collect()
}

/// Words in rows of four, for reading aloud.
pub(super) fn word_lines(words: &[&str]) -> Vec<String> {
    words
        .chunks(4)
        .map(|row| format!("  {}", row.join("  ")))
        .collect()
}
