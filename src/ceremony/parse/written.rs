//! Everything that a file says, whatever it is for: its texts as they are read, with their places, and what stands around
//! them. The rule that no secret stands in a script is about the file, not about what the program makes of it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::finding::{Finding, Place};
use super::reader::Reading;

/// A file's texts, and the rest of it.
#[derive(Debug, Default)]
pub(in super::super) struct Written {
    /// Texts with their places. The texts of one list are one, with spaces between.
    pub(in super::super) texts: Vec<(Place, String)>,
    /// The file with every text blotted out, line for line: comments, names and numbers are left.
    pub(in super::super) around: String,
}

impl Written {
    /// The line of what stands at this path: of the value itself where it is a text, else of the first text in it. Of a
    /// whole table of a list its own line is known already.
    fn line_of(&self, path: &str) -> Option<usize> {
        if path.ends_with(']') {
            return None;
        }
        let within = |at: &str| {
            at.strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        let lines = |fits: &dyn Fn(&str) -> bool| {
            let found = self.texts.iter().filter(|(place, _)| fits(&place.path));
            found.map(|(place, _)| place.line).min()
        };
        let member = path.contains("].");
        lines(&|at| at == path).or_else(|| member.then(|| lines(&within)).flatten())
    }

    /// Has each finding name the line of the value that it is about, where only that of its table was known.
    pub(in super::super) fn place(&self, findings: &mut [Finding]) {
        for finding in findings {
            if let Some(line) = self.line_of(&finding.path) {
                finding.line = line;
            }
        }
    }
}

/// Gathers them.
pub(super) fn all(text: &str, document: &DeTable<'_>, on: &Reading<'_>) -> Written {
    let mut written = Written::default();
    let mut spans = Vec::new();
    let whole = Place::default();
    table(document, &whole, on, &mut written.texts, &mut spans);
    spans.sort_unstable_by_key(|span| span.start);
    let mut from = 0;
    for span in spans {
        let blotted = text.get(span.clone()).unwrap_or_default();
        written
            .around
            .push_str(text.get(from..span.start).unwrap_or_default());
        let blot = |c: char| if c == '\n' { '\n' } else { 'z' };
        written.around.extend(blotted.chars().map(blot));
        from = span.end.max(from);
    }
    written
        .around
        .push_str(text.get(from..).unwrap_or_default());
    written
}

type Texts = Vec<(Place, String)>;

fn table(
    table: &DeTable<'_>,
    place: &Place,
    on: &Reading<'_>,
    texts: &mut Texts,
    spans: &mut Vec<Range<usize>>,
) {
    for (name, value) in table {
        let mut place = place.member(name.get_ref());
        place.line = on.line(name.span().start);
        one(value, &place, on, texts, spans);
    }
}

fn one(
    value: &Spanned<DeValue<'_>>,
    place: &Place,
    on: &Reading<'_>,
    texts: &mut Texts,
    spans: &mut Vec<Range<usize>>,
) {
    match value.get_ref() {
        DeValue::String(text) => {
            spans.push(value.span());
            texts.push((place.clone(), text.to_string()));
        }
        DeValue::Table(inner) => table(inner, place, on, texts, spans),
        DeValue::Array(items) => {
            let mut list = Vec::new();
            for (at, item) in items.iter().enumerate() {
                if let DeValue::String(text) = item.get_ref() {
                    spans.push(item.span());
                    list.push(text.as_ref());
                    continue;
                }
                let path = format!("{}[{at}]", place.path);
                let line = on.line(item.span().start);
                one(item, &Place { path, line }, on, texts, spans);
            }
            if !list.is_empty() {
                texts.push((place.clone(), list.join(" ")));
            }
        }
        _ => {}
    }
}
