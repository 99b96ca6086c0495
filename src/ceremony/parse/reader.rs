//! A strict reader of TOML tables: every member is taken by name, what is left over is an error with its path and
//! line, and one reading gathers all errors.

use toml::de::{DeTable, DeValue};

use super::super::finding::{Finding, Place};
use super::super::near::meant;
use super::text::deceives;

/// The text being read and what was found wrong with it so far.
pub(super) struct Reading<'i> {
    text: &'i str,
    /// Byte offsets of line ends, so that a line is found without counting again.
    ends: Vec<usize>,
    findings: Vec<Finding>,
}

/// Findings of one reading: more help nobody.
const MOST_FINDINGS: usize = 100;
/// Tables of one list: more than any ceremony has steps.
const MOST_TABLES: usize = 500;

/// A table whose members are taken one by one.
pub(super) struct Table<'i> {
    /// Where the table stands.
    pub(super) place: Place,
    members: Vec<(String, Value<'i>)>,
    known: Vec<&'static str>,
}

/// A value with its place.
pub(super) struct Value<'i> {
    /// Where it stands.
    pub(super) place: Place,
    inner: DeValue<'i>,
}

impl<'i> Reading<'i> {
    /// Begins to read.
    pub(super) fn new(text: &'i str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        Self {
            text,
            ends: ends.map(|(at, _)| at).collect(),
            findings: Vec::new(),
        }
    }

    /// Notes an error.
    pub(super) fn wrong(&mut self, place: &Place, message: impl Into<String>) {
        if !self.is_full() {
            self.findings
                .push(Finding::parse(place, short(message.into())));
        }
    }

    /// Whether no more errors are kept: what is found to be said with one is looked for no more.
    pub(super) const fn is_full(&self) -> bool {
        self.findings.len() >= MOST_FINDINGS
    }

    /// A text is what it looks like: an escape brings in no character that the file itself may not hold, and no line break
    /// where the page that people read has one line.
    fn reads(&mut self, text: &str, place: &Place) {
        const SEVERAL_LINES: &[&str] = &["why", "command"];
        let several = SEVERAL_LINES
            .iter()
            .any(|name| place.path.ends_with(&format!(".{name}")));
        if let Some(bad) = deceives(text, several) {
            let code = u32::from(bad);
            self.wrong(
                place,
                format!("holds the character U+{code:04X}, which could hide or forge what people read: remove it."),
            );
        }
    }

    /// The line, from 1, of a byte offset.
    pub(super) fn line(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        1 + self.ends.partition_point(|end| *end < offset)
    }

    /// Every error, in the order of lines.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.findings
            .sort_by(|a, b| (a.line, &a.path).cmp(&(b.line, &b.path)));
        self.findings
    }

    /// Wraps a parsed table.
    pub(super) fn table<'t>(&self, table: DeTable<'t>, place: Place) -> Table<'t> {
        let mut members: Vec<(String, Value<'t>)> = table
            .into_iter()
            .map(|(key, value)| {
                let line = self.line(key.span().start);
                let name = key.into_inner().into_owned();
                let mut place = place.member(&name);
                place.line = line;
                let inner = value.into_inner();
                (name, Value { place, inner })
            })
            .collect();
        members.sort_by_key(|(_, value)| value.place.line);
        Table {
            place,
            members,
            known: Vec::new(),
        }
    }
}

/// What a table of this name looks like.
fn example(path: &str) -> &'static str {
    let mut names = path.rsplit('.');
    match (names.next(), names.next()) {
        (_, Some("input")) => ", for example { source = \"typed\", who = \"PLACE\" }",
        (Some("input"), _) => {
            ", for example input.fingerprint = { source = \"typed\", who = \"PLACE\" }"
        }
        (Some("approve" | "default_approve"), _) => ", for example { count = 2 }",
        (Some("expect"), Some(fault)) if fault.starts_with("fault") => {
            ", for example { outcome = \"again\" }"
        }
        (Some("expect"), _) => ", for example { state = \"CREATE_COMPLETE\" }",
        (Some("set"), _) => ", for example { kcv = \"000000\" }",
        _ => "",
    }
}

/// A message may quote the script, whose texts may be as long as the script.
fn short(message: String) -> String {
    // Long enough for the names of all ops, which are a list of their own.
    const LONGEST: usize = 1600;
    if message.chars().count() <= LONGEST {
        return message;
    }
    let mut cut: String = message.chars().take(LONGEST).collect();
    cut.push_str(" ...");
    cut
}

impl<'i> Table<'i> {
    /// Takes a member that may be missing.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Value<'i>> {
        self.known.push(name);
        let at = self.members.iter().position(|(key, _)| key == name)?;
        Some(self.members.remove(at).1)
    }

    /// Takes a member that stands in another table; where it was.
    pub(super) fn misplaced(&mut self, name: &str) -> Option<Place> {
        let at = self.members.iter().position(|(key, _)| key == name)?;
        Some(self.members.remove(at).1.place)
    }

    /// Whether a member says this text.
    pub(super) fn says(&self, name: &str, text: &str) -> bool {
        let mut members = self.members();
        members.any(|(known, value)| known == name && value.as_str() == Some(text))
    }

    /// Takes a member that must be there.
    pub(super) fn need(&mut self, name: &'static str, on: &mut Reading<'_>) -> Option<Value<'i>> {
        let value = self.take(name);
        if value.is_none() {
            on.wrong(
                &self.place.member(name),
                format!("`{name}` is missing here: write it."),
            );
        }
        value
    }

    /// Takes a text that must be there.
    pub(super) fn need_text(&mut self, name: &'static str, on: &mut Reading<'_>) -> String {
        self.need(name, on)
            .and_then(|value| value.text(on))
            .unwrap_or_default()
    }

    /// Takes a text that may be missing.
    pub(super) fn text(&mut self, name: &'static str, on: &mut Reading<'_>) -> Option<String> {
        self.take(name).and_then(|value| value.text(on))
    }

    /// Takes a list of texts, or one text that stands for a list of one; missing is empty.
    pub(super) fn texts(&mut self, name: &'static str, on: &mut Reading<'_>) -> Vec<String> {
        self.take(name)
            .map(|value| value.texts(on))
            .unwrap_or_default()
    }

    /// Takes a list of tables; missing is empty.
    pub(super) fn tables(&mut self, name: &'static str, on: &mut Reading<'_>) -> Vec<Table<'i>> {
        self.take(name)
            .map(|value| value.tables(on))
            .unwrap_or_default()
    }

    /// Its members, with their names.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &DeValue<'i>)> {
        let members = self.members.iter();
        members.map(|(name, value)| (name.as_str(), &value.inner))
    }

    /// The names of its members that are still there, with their places.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &Place)> {
        let members = self.members.iter();
        members.map(|(name, value)| (name.as_str(), &value.place))
    }

    /// Its members, with their names and places.
    pub(super) fn into_members(self) -> Vec<(String, Value<'i>)> {
        self.members
    }

    /// The same table with these members in place of its own, each where its own of that name stands.
    pub(super) fn with_members(&self, members: Vec<(String, DeValue<'i>)>) -> Self {
        let placed = members.into_iter().map(|(name, inner)| {
            let place = self.place_of(&name);
            (name, Value { place, inner })
        });
        Self {
            place: self.place.clone(),
            members: placed.collect(),
            known: self.known.clone(),
        }
    }

    /// Where a member stands, without taking it.
    pub(super) fn place_of(&self, name: &str) -> Place {
        let found = self.members.iter().find(|(key, _)| key == name);
        found.map_or_else(|| self.place.member(name), |(_, value)| value.place.clone())
    }

    /// What is left over is unknown.
    pub(super) fn finish(self, on: &mut Reading<'_>) {
        for (name, value) in &self.members {
            if on.is_full() {
                break;
            }
            let (known, near) = (self.known.join(", "), meant(name, &self.known));
            on.wrong(
                &value.place,
                format!("`{name}` is not known here{near}. Known here: {known}. Remove it or correct its name."),
            );
        }
    }
}

impl<'i> Value<'i> {
    /// A text.
    pub(super) fn text(self, on: &mut Reading<'_>) -> Option<String> {
        if let DeValue::String(text) = self.inner {
            on.reads(&text, &self.place);
            return Some(text.into_owned());
        }
        on.wrong(&self.place, "wants a text in quotes.");
        None
    }

    /// A whole number.
    pub(super) fn integer(&self, on: &mut Reading<'_>) -> Option<i64> {
        let number = self
            .inner
            .as_integer()
            .and_then(|n| i64::from_str_radix(n.as_str(), n.radix()).ok());
        if number.is_none() {
            on.wrong(&self.place, "wants a whole number.");
        }
        number
    }

    /// True or false.
    pub(super) fn boolean(&self, on: &mut Reading<'_>) -> Option<bool> {
        let value = self.inner.as_bool();
        if value.is_none() {
            on.wrong(&self.place, "wants true or false.");
        }
        value
    }

    /// A date and time, bare or in quotes, as its text.
    pub(super) fn date_time(self, on: &mut Reading<'_>) -> Option<String> {
        match self.inner {
            DeValue::Datetime(stamp) => Some(stamp.to_string()),
            DeValue::String(text) => Some(text.into_owned()),
            _ => {
                on.wrong(
                    &self.place,
                    "wants a date and time, for example 2026-11-24T09:00:00Z.",
                );
                None
            }
        }
    }

    /// Any simple value as the text that a person would type: `yes` for true, `a, b` for a list.
    pub(super) fn typed(self, on: &mut Reading<'_>) -> Option<String> {
        match self.inner {
            DeValue::String(text) => {
                on.reads(&text, &self.place);
                Some(text.into_owned())
            }
            DeValue::Integer(_) => self.integer(on).map(|n| n.to_string()),
            DeValue::Boolean(yes) => Some(if yes { "yes" } else { "no" }.to_owned()),
            DeValue::Datetime(stamp) => Some(stamp.to_string()),
            DeValue::Array(_) => Some(self.texts(on).join(", ")),
            DeValue::Float(_) | DeValue::Table(_) => {
                on.wrong(
                    &self.place,
                    "wants a text, a whole number, true or false, a date, or a list of texts.",
                );
                None
            }
        }
    }

    /// A list of texts, or one text.
    pub(super) fn texts(self, on: &mut Reading<'_>) -> Vec<String> {
        match self.inner {
            DeValue::String(text) => {
                on.reads(&text, &self.place);
                vec![text.into_owned()]
            }
            DeValue::Array(items) => {
                let mut texts = Vec::new();
                for item in items {
                    if let DeValue::String(text) = item.into_inner() {
                        on.reads(&text, &self.place);
                        texts.push(text.into_owned());
                    } else {
                        on.wrong(&self.place, "wants a list of texts.");
                    }
                }
                texts
            }
            _ => {
                on.wrong(&self.place, "wants a list of texts.");
                Vec::new()
            }
        }
    }

    /// A table.
    pub(super) fn table(self, on: &mut Reading<'_>) -> Option<Table<'i>> {
        if let DeValue::Table(table) = self.inner {
            return Some(on.table(table, self.place));
        }
        on.wrong(
            &self.place,
            format!("wants a table{}.", example(&self.place.path)),
        );
        None
    }

    /// A list of tables.
    pub(super) fn tables(self, on: &mut Reading<'_>) -> Vec<Table<'i>> {
        let DeValue::Array(items) = self.inner else {
            on.wrong(&self.place, "wants a list of tables.");
            return Vec::new();
        };
        let mut tables = Vec::new();
        let count = items.len();
        if count > MOST_TABLES {
            on.wrong(
                &self.place,
                format!("has {count} entries; at most {MOST_TABLES} are read. Split the ceremony."),
            );
        }
        for (at, item) in items.into_iter().enumerate().take(MOST_TABLES) {
            let place = Place {
                path: format!("{}[{at}]", self.place.path),
                line: on.line(item.span().start),
            };
            if let DeValue::Table(table) = item.into_inner() {
                tables.push(on.table(table, place));
            } else {
                on.wrong(&place, "wants a table.");
            }
        }
        tables
    }
}
