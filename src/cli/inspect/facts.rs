//! What was found, once: drawn as aligned text for people and as JSON for programs.

use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// A thing with its fields, its parts, and what is worth saying about it.
#[derive(Debug)]
pub(super) struct Facts {
    kind: &'static str,
    title: String,
    lines: Vec<Line>,
    notes: Vec<String>,
    parts: Vec<(&'static str, Vec<Facts>)>,
}

#[derive(Debug)]
struct Line {
    id: &'static str,
    label: &'static str,
    value: Value,
}

impl Facts {
    /// A thing: `kind` is for programs, `title` for people.
    pub(super) fn new(kind: &'static str, title: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.into(),
            lines: Vec::new(),
            notes: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// One field.
    pub(super) fn line(&mut self, id: &'static str, label: &'static str, value: impl Into<Value>) {
        self.lines.push(Line {
            id,
            label,
            value: value.into(),
        });
    }

    /// Something worth saying that is no field.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Things inside this one.
    pub(super) fn part(&mut self, id: &'static str, parts: Vec<Facts>) {
        self.parts.push((id, parts));
    }

    /// For programs: fields by id, parts as lists, notes as sentences.
    pub(super) fn to_json(&self) -> Value {
        let mut members = Map::new();
        members.insert("kind".into(), self.kind.into());
        for line in &self.lines {
            members.insert(line.id.into(), line.value.clone());
        }
        for (id, parts) in &self.parts {
            let parts: Vec<Value> = parts.iter().map(Facts::to_json).collect();
            members.insert((*id).into(), parts.into());
        }
        members.insert("notes".into(), json!(self.notes));
        Value::Object(members)
    }

    /// For people.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text
    }

    fn write(&self, text: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        let _ = writeln!(text, "{indent}{}", self.title);
        let width = self.lines.iter().map(|l| l.label.len()).max().unwrap_or(0);
        for line in &self.lines {
            let _ = writeln!(
                text,
                "{indent}  {:width$}  {}",
                line.label,
                shown(&line.value)
            );
        }
        for note in &self.notes {
            let _ = writeln!(text, "{indent}  note: {note}");
        }
        for (_, parts) in &self.parts {
            for part in parts {
                text.push('\n');
                part.write(text, depth + 1);
            }
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "not given".to_owned(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_declaration_two_faces() {
        let mut inner = Facts::new("leaf", "LEAF");
        inner.line("ca", "CA", false);
        let mut facts = Facts::new("thing", "A THING");
        facts.line("subject", "Subject", "CN=x");
        facts.line("modes", "Modes", vec!["Encrypt", "Decrypt"]);
        facts.note("worth knowing");
        facts.part("chain", vec![inner]);
        assert_eq!(
            facts.to_text(),
            "A THING\n  Subject  CN=x\n  Modes    Encrypt, Decrypt\n  note: worth knowing\n\n  LEAF\n    CA  no\n"
        );
        assert_eq!(
            facts.to_json(),
            json!({
                "kind": "thing", "subject": "CN=x", "modes": ["Encrypt", "Decrypt"],
                "notes": ["worth knowing"],
                "chain": [{"kind": "leaf", "ca": false, "notes": []}],
            })
        );
    }
}
