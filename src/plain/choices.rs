//! Choices as numbered lines, and which one somebody meant.

use crate::session::guide::Entry;
use crate::text::say;

/// Choices as lines, numbered from 1; what cannot be taken says why.
pub(crate) fn numbered(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .enumerate()
        .map(|(n, entry)| {
            let note = match (&entry.off, entry.note.as_str()) {
                (Some(reason), _) => say!(" (cannot be chosen: {reason})", reason),
                (None, "") => String::new(),
                (None, note) => format!(" ({note})"),
            };
            format!("  {}. {}{note}", n.saturating_add(1), entry.label)
        })
        .collect()
}

pub(super) fn picked(entries: &[Entry], text: &str) -> Result<usize, String> {
    let by_number = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let by_name = || {
        entries
            .iter()
            .position(|e| e.label.eq_ignore_ascii_case(text) || e.id.eq_ignore_ascii_case(text))
    };
    let at = by_number.filter(|n| *n < entries.len()).or_else(by_name);
    let Some((at, entry)) = at.and_then(|at| Some((at, entries.get(at)?))) else {
        return Err(say!(
            "Type one of the numbers 1 to {entries}. Nothing was chosen.",
            entries = entries.len()
        ));
    };
    match &entry.off {
        Some(reason) => Err(say!(
            "{label} cannot be chosen: {reason}. Nothing was changed.",
            label = entry.label,
            reason
        )),
        None => Ok(at),
    }
}
