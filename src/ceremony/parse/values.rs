//! Values that occur in several places: ids, lists of ids, estimates.

use crate::api::Timestamp;
use crate::session::span;

use super::super::finding::Place;
use super::reader::{Reading, Table};

/// Whether a text is an id: `[a-z][a-z0-9-]{0,39}`.
pub(in crate::ceremony) fn is_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= 40
        && bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Takes an id that must be there.
pub(super) fn need_id(table: &mut Table<'_>, name: &'static str, on: &mut Reading<'_>) -> String {
    let Some(value) = table.need(name, on) else {
        return String::new();
    };
    let place = value.place.clone();
    let text = value.text(on).unwrap_or_default();
    check_id(&text, &place, on);
    text
}

/// Takes an id that may be missing.
pub(super) fn id(
    table: &mut Table<'_>,
    name: &'static str,
    on: &mut Reading<'_>,
) -> Option<String> {
    let value = table.take(name)?;
    let place = value.place.clone();
    let text = value.text(on)?;
    check_id(&text, &place, on);
    Some(text)
}

/// Takes a list of ids.
pub(super) fn ids(table: &mut Table<'_>, name: &'static str, on: &mut Reading<'_>) -> Vec<String> {
    let Some(value) = table.take(name) else {
        return Vec::new();
    };
    let place = value.place.clone();
    let texts = value.texts(on);
    for text in &texts {
        check_id(text, &place, on);
    }
    texts
}

fn check_id(text: &str, place: &Place, on: &mut Reading<'_>) {
    if !text.is_empty() && !is_id(text) {
        on.wrong(
            place,
            format!(
                "`{text}` is no id: a small letter, then up to 39 small letters, digits or hyphens."
            ),
        );
    }
}

/// `estimate = "25m"`.
pub(super) fn estimate(table: &mut Table<'_>, on: &mut Reading<'_>) -> Option<String> {
    let value = table.take("estimate")?;
    let place = value.place.clone();
    let text = value.text(on)?;
    if let Err(rule) = span::parse(&text) {
        on.wrong(&place, format!("{rule}."));
    }
    Some(text)
}

/// `max_duration = "4h"`: a span in milliseconds.
pub(super) fn span(table: &mut Table<'_>, name: &'static str, on: &mut Reading<'_>) -> Option<i64> {
    let value = table.take(name)?;
    let place = value.place.clone();
    let text = value.text(on)?;
    match span::parse(&text) {
        Ok(millis) => Some(millis),
        Err(rule) => {
            on.wrong(&place, format!("{rule}."));
            None
        }
    }
}

/// `not_after = 2028-11-30`: the last day, in UTC; answers with the first moment after it.
pub(super) fn last_day(
    table: &mut Table<'_>,
    name: &'static str,
    on: &mut Reading<'_>,
) -> Option<Timestamp> {
    const DAY: i64 = 86_400_000;
    let value = table.take(name)?;
    let place = value.place.clone();
    let text = value.date_time(on)?;
    let Ok(midnight) = Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")) else {
        on.wrong(
            &place,
            "wants a day without a time, for example 2028-11-30.",
        );
        return None;
    };
    Some(midnight.plus_millis(DAY))
}

/// A label of a medium: one line of text.
pub(super) fn label(
    table: &mut Table<'_>,
    name: &'static str,
    on: &mut Reading<'_>,
) -> Option<String> {
    let value = table.take(name)?;
    let place = value.place.clone();
    let text = value.text(on)?;
    if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        on.wrong(&place, "wants one line of 1 to 200 characters.");
    }
    Some(text)
}
