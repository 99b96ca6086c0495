//! `expect`: what a step must bring about.

use crate::api::{ErrorKind, KeyState};

use super::super::finding::Place;
use super::super::model::Expect;
use super::reader::{Reading, Table};
use super::values;

/// `expect = { state = "CREATE_COMPLETE", ... }`.
pub(super) fn expect(table: &mut Table<'_>, on: &mut Reading<'_>) -> Option<Expect> {
    let mut inner = table.take("expect").and_then(|value| value.table(on))?;
    let place = inner.place.clone();
    let empty = inner.members().next().is_none();
    let expect = Expect {
        state: state(&mut inner, on),
        kcv: kcv(&mut inner, on),
        error: error(&mut inner, on),
        declared: word(&mut inner, "attributes", "declared", on),
        enabled: inner.take("enabled").and_then(|value| value.boolean(on)),
        material_gone: word(&mut inner, "material", "gone", on),
        lasts: values::span(&mut inner, "lasts", on),
        proven: word(&mut inner, "proven", "all", on),
        place: place.clone(),
    };
    inner.finish(on);
    // What is written wrong is told by itself.
    if empty {
        on.wrong(
            &place,
            "expects nothing: write what must be true after the step.",
        );
    }
    Some(expect)
}

fn state(inner: &mut Table<'_>, on: &mut Reading<'_>) -> Option<KeyState> {
    let value = inner.take("state")?;
    let place = value.place.clone();
    let text = value.text(on)?;
    let found = KeyState::ALL.iter().copied().find(|s| s.name() == text);
    if found.is_none() {
        on.wrong(
            &place,
            format!(
                "`{text}` is no key state: CREATE_COMPLETE, DELETE_PENDING or DELETE_COMPLETE."
            ),
        );
    }
    found
}

fn kcv(inner: &mut Table<'_>, on: &mut Reading<'_>) -> Option<String> {
    let value = inner.take("kcv")?;
    let place = value.place.clone();
    let text = value.text(on)?;
    let hex = matches!(text.len(), 6 | 8) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if text != "key" && !hex {
        on.wrong(
            &place,
            "wants six hex digits (eight for RSA), or \"key\" for the check value on record.",
        );
    }
    Some(if hex { text.to_ascii_uppercase() } else { text })
}

fn error(inner: &mut Table<'_>, on: &mut Reading<'_>) -> Option<String> {
    const KINDS: [ErrorKind; 5] = [
        ErrorKind::Validation,
        ErrorKind::ResourceNotFound,
        ErrorKind::Conflict,
        ErrorKind::AccessDenied,
        ErrorKind::ServiceQuotaExceeded,
    ];
    let value = inner.take("error")?;
    let place = value.place.clone();
    let text = value.text(on)?;
    if !KINDS.iter().any(|kind| kind.name() == text) {
        let names: Vec<_> = KINDS.iter().map(|kind| kind.name()).collect();
        on.wrong(
            &place,
            format!("`{text}` is no error of the service: {}.", names.join(", ")),
        );
    }
    Some(text)
}

/// A member whose only value is one word.
fn word(inner: &mut Table<'_>, name: &'static str, only: &str, on: &mut Reading<'_>) -> bool {
    let Some(value) = inner.take(name) else {
        return false;
    };
    let place: Place = value.place.clone();
    let text = value.text(on);
    if text.as_deref().is_some_and(|text| text != only) {
        on.wrong(&place, format!("can only be \"{only}\"."));
    }
    true
}
