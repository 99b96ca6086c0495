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

/// The place of the choice that was meant, by its number or its name; names `beyond` the list stand behind it. Enter
/// alone means what is usual where that is a choice, and nothing elsewhere.
pub(super) fn picked(entries: &[Entry], beyond: &[Entry], text: &str) -> Result<usize, String> {
    let by_number = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let all = || entries.iter().chain(beyond);
    let usual = Entry::none_of_these();
    let named = |entry: &Entry| {
        if text.is_empty() {
            return *entry == usual;
        }
        entry.label.eq_ignore_ascii_case(text) || entry.id.eq_ignore_ascii_case(text)
    };
    let at = by_number
        .filter(|n| *n < entries.len())
        .or_else(|| all().position(named));
    let Some((at, entry)) = at.and_then(|at| Some((at, all().nth(at)?))) else {
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
