//! Choices as numbered lines, and which one somebody meant.

use crate::session::called;
use crate::session::guide::Entry;
use crate::text::{say, tr};

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

/// Choices with those first that can be taken: whoever has them read out hears the usual one before what is off.
pub(super) fn can_first(entries: Vec<Entry>) -> Vec<Entry> {
    let (mut can, cannot): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|entry| entry.off.is_none());
    can.extend(cannot);
    can
}

/// The place of the choice that was meant, by its number or its name; names `beyond` the list stand behind it. Enter
/// alone means what is usual where that is a choice, and nothing elsewhere.
pub(super) fn picked(entries: &[Entry], beyond: &[Entry], text: &str) -> Result<usize, String> {
    let by_number = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let all = || entries.iter().chain(beyond);
    let named = |entry: &Entry| {
        if text.is_empty() {
            return entry.is_usual();
        }
        // A purpose is called by its code as well: `S0`.
        let code = entry.label.split_once(' ').map(|(code, _)| code);
        let coded = code.filter(|code| code.len() == 2 && code.is_ascii());
        let names = [Some(entry.label.as_str()), Some(entry.id.as_str()), coded];
        names
            .into_iter()
            .flatten()
            .any(|name| name.eq_ignore_ascii_case(text))
    };
    let at = by_number
        .filter(|n| *n < entries.len())
        .or_else(|| all().position(named));
    let at = match at {
        None if !beyond.is_empty() => otherwise_called(&mut all(), text)?,
        at => at,
    };
    let Some((at, entry)) = at.and_then(|at| Some((at, all().nth(at)?))) else {
        return Err(match entries.len() {
            1 => tr("Type the number 1. Nothing was chosen.").to_owned(),
            many => say!(
                "Type a number from 1 to {entries}, or a name. Nothing was chosen.",
                entries = many
            ),
        });
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

/// The place of the choice that has this other name; where several have it, all are named and nothing is chosen.
fn otherwise_called(
    all: &mut dyn Iterator<Item = &Entry>,
    text: &str,
) -> Result<Option<usize>, String> {
    let meant = all.enumerate().filter(|(_, e)| called::means(&e.id, text));
    let mut found: Vec<(usize, &Entry)> = Vec::new();
    for (at, entry) in meant {
        if !found.iter().any(|(_, known)| known.id == entry.id) {
            found.push((at, entry));
        }
    }
    match found.as_slice() {
        [] => Ok(None),
        [(at, _)] => Ok(Some(*at)),
        several => {
            let names: Vec<&str> = several.iter().map(|(_, e)| e.id.as_str()).collect();
            Err(say!(
                "\"{text}\" can mean: {names}. Type one of these names. Nothing was chosen.",
                text,
                names = names.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(ids: &[&str]) -> Vec<Entry> {
        ids.iter().map(|id| Entry::new(id, id, "")).collect()
    }

    #[test]
    fn what_cannot_be_chosen_is_read_after_what_can() {
        let mut all = entries(&["a", "b", "c"]);
        let first = all.remove(0).off_because("it is deleted");
        all.insert(0, first);
        let sorted = can_first(all);
        let ids: Vec<&str> = sorted.iter().map(|e| e.id.as_str()).collect();
        assert_eq!(ids, ["b", "c", "a"]);
        assert_eq!(
            numbered(&sorted)[2],
            "  3. a (cannot be chosen: it is deleted)"
        );
    }

    #[test]
    fn other_words_are_understood_at_the_menu_and_nowhere_else() {
        let menu = entries(&["due", "people", "audit"]);
        let beyond = entries(&["delete-key", "import-key.tr34", "export-key.tr34", "people"]);
        assert_eq!(picked(&menu, &beyond, "envelope"), Ok(1));
        assert_eq!(picked(&menu, &beyond, "Log"), Ok(2));
        assert_eq!(picked(&menu, &beyond, "destroy"), Ok(3));
        let several = picked(&menu, &beyond, "tr34").unwrap_err();
        assert!(
            several.contains("import-key.tr34, export-key.tr34"),
            "{several}"
        );
        assert!(picked(&menu, &beyond, "nonsense").is_err());
        // A list of its own takes its own words only.
        assert!(picked(&menu, &[], "envelope").is_err());
        assert!(picked(&menu, &[], "9").unwrap_err().contains("1 to 3"));
        let one = picked(&entries(&["due"]), &[], "9").unwrap_err();
        assert!(one.starts_with("Type the number 1."), "{one}");
    }
}
