//! `repeat_for`: a step that is written once for each line of a list. It is the only expansion of the format: after it a
//! script is a plain row of steps, and everything that is shown, linted and journaled is that row.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::reader::{Reading, Table, Value};
use super::values;

/// Bytes of text that all written-out steps have together: no ceremony has more, and no file makes us copy more.
const MOST_TEXT: usize = 1 << 20;
/// Steps that a script has when it is written out.
const MOST_STEPS: usize = 500;

/// One line of the list: what stands for `{name}`.
type Line = BTreeMap<String, String>;

/// The steps as they are played: each that says `repeat_for = [{ n = "1", who = "first" }, ...]` once for each entry,
/// with `{n}` and `{who}` in its texts replaced.
pub(super) fn written_out<'i>(tables: Vec<Table<'i>>, on: &mut Reading<'_>) -> Vec<Table<'i>> {
    let mut steps = Vec::new();
    let mut left = MOST_TEXT;
    for mut table in tables {
        let Some(list) = table.take("repeat_for") else {
            steps.push(table);
            continue;
        };
        let place = list.place.clone();
        let lines = lines(list, on);
        if lines.is_empty() {
            on.wrong(
                &place,
                "wants a list with one entry for each time, for example [{ n = \"1\" }, { n = \"2\" }].",
            );
        }
        for (name, used) in unused(&table, &lines) {
            if !used {
                on.wrong(
                    &place,
                    format!("gives `{name}`, and nothing in the step says {{{name}}}: use it or remove it."),
                );
            }
        }
        for line in &lines {
            let copy = (steps.len() < MOST_STEPS).then(|| table.copied(line, &mut left));
            let Some(copy) = copy.flatten() else {
                on.wrong(
                    &place,
                    format!(
                        "makes more than {MOST_STEPS} steps, or more than 1 MiB of them: split the ceremony."
                    ),
                );
                return Vec::new();
            };
            steps.push(copy);
        }
    }
    steps
}

/// The entries of the list. All of them give the same names.
fn lines(list: Value<'_>, on: &mut Reading<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for entry in list.tables(on) {
        let place = entry.place.clone();
        let line = entry.line(on);
        let alike = lines
            .first()
            .is_none_or(|first| first.keys().eq(line.keys()));
        if line.is_empty() || !alike {
            on.wrong(&place, "wants the same names in every entry, at least one.");
        }
        lines.push(line);
    }
    lines
}

/// Names of the list, and whether the step uses each.
fn unused(table: &Table<'_>, lines: &[Line]) -> Vec<(String, bool)> {
    let names = lines.first().into_iter().flat_map(BTreeMap::keys);
    let used = |name: &String| table.mentions(&format!("{{{name}}}"));
    names.map(|name| (name.clone(), used(name))).collect()
}

impl Table<'_> {
    /// Every member as a short text by its name.
    fn line(self, on: &mut Reading<'_>) -> Line {
        let mut line = Line::new();
        for (name, value) in self.into_members() {
            let place = value.place.clone();
            let text = value.typed(on).unwrap_or_default();
            if !values::is_id(&name) || text.is_empty() || text.chars().count() > 80 {
                on.wrong(
                    &place,
                    "wants an id for a name, and a text of 1 to 80 characters.",
                );
            }
            line.insert(name, text);
        }
        line
    }

    /// Whether a text in it holds this.
    fn mentions(&self, what: &str) -> bool {
        self.members().any(|(_, value)| holds(value, what))
    }

    /// A copy with every `{name}` replaced; none where it has more text than is left.
    fn copied(&self, line: &Line, left: &mut usize) -> Option<Self> {
        let mut members = Vec::new();
        for (name, value) in self.members() {
            members.push((name.to_owned(), copied(value, line, left)?));
        }
        Some(self.with_members(members))
    }
}

fn holds(value: &DeValue<'_>, what: &str) -> bool {
    match value {
        DeValue::String(text) => text.contains(what),
        DeValue::Array(items) => items.iter().any(|item| holds(item.get_ref(), what)),
        DeValue::Table(table) => table.iter().any(|(_, item)| holds(item.get_ref(), what)),
        _ => false,
    }
}

fn copied<'i>(value: &DeValue<'i>, line: &Line, left: &mut usize) -> Option<DeValue<'i>> {
    *left = left.checked_sub(1)?;
    match value {
        DeValue::String(text) => {
            let text = replaced(text, line);
            *left = left.checked_sub(text.len())?;
            Some(DeValue::String(text.into()))
        }
        DeValue::Array(items) => {
            let mut copy = DeArray::new();
            for item in items {
                let inner = copied(item.get_ref(), line, left)?;
                copy.push(Spanned::new(item.span(), inner));
            }
            Some(DeValue::Array(copy))
        }
        DeValue::Table(table) => {
            let mut copy = DeTable::new();
            for (name, item) in table {
                let inner = copied(item.get_ref(), line, left)?;
                copy.insert(name.clone(), Spanned::new(item.span(), inner));
            }
            Some(DeValue::Table(copy))
        }
        other => Some(other.clone()),
    }
}

/// In one pass: what is put in is never looked at again.
fn replaced(text: &str, line: &Line) -> String {
    let mut copy = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        copy.push_str(before);
        let named = after.split_once('}');
        if let Some((with, behind)) =
            named.and_then(|(name, behind)| Some((line.get(name)?, behind)))
        {
            copy.push_str(with);
            rest = behind;
        } else {
            copy.push('{');
            rest = after;
        }
    }
    copy.push_str(rest);
    copy
}
