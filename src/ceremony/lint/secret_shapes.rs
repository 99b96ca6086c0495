//! L17: nothing in a script looks like a secret.

use crate::session::field::Kind;
use crate::session::op_tr34::PUBLIC_NUMBERS;

use super::super::finding::Place;
use super::super::model::{Model, Step};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L17",
    title: "something that looks like a real secret",
    explain: "\
A script is read by everybody and kept for years: no key, component or passphrase ever stands in it (PCI PIN 6-6). \
Sixteen hex digits and more in a title, a reason, a text or a rehearsal answer look like key material. Fingerprints \
and serial numbers are public and have fields of their own.

Remove it; a person is asked for secrets. A practice value that must stand in [rehearsal] begins with TEST: so that \
nobody takes it for a real one.",
    check: shapes,
};

/// Hex digits that a key has at least.
const SHORTEST: usize = 16;

fn shapes(model: &Model, report: &mut Report) {
    let whole = Place::default();
    for (name, text) in [("id", &model.id), ("title", &model.title)] {
        judge(&whole.member(name), None, text, report);
    }
    for input in &model.inputs {
        judge(&input.place.member("hint"), None, &input.hint, report);
    }
    for key in &model.keys {
        judge(&key.place.member("label"), None, &key.label, report);
    }
    for person in &model.people {
        let form = person.form.as_deref().unwrap_or_default();
        judge(&person.place.member("form"), None, form, report);
    }
    for step in &model.steps {
        in_step(step, report);
    }
    for (place, text) in &model.rehearsal.texts {
        judge(place, None, text, report);
    }
}

fn in_step(step: &Step, report: &mut Report) {
    judge(&step.place.member("title"), Some(step), &step.title, report);
    let why = step.why.as_deref().unwrap_or_default();
    judge(&step.place.member("why"), Some(step), why, report);
    for doing in step.doings() {
        for field in doing.op.fields {
            let text = matches!(field.kind, Kind::Text { .. } | Kind::Hex { .. })
                && !PUBLIC_NUMBERS.contains(&field.id);
            if let Some(written) = doing.field(field.id).filter(|_| text) {
                judge(&doing.place.member(field.id), Some(step), written, report);
            }
        }
    }
}

fn judge(place: &Place, step: Option<&Step>, text: &str, report: &mut Report) {
    if looks_secret(text) {
        report.error(
            place,
            step,
            "holds 16 hex digits or more, like a key or a component: remove them. A practice value begins with TEST:.",
        );
    }
}

/// Whether a text holds what could be key material: hex digits in one run, or in equal groups with one space or
/// hyphen between them, without the marker of a practice value before it.
fn looks_secret(text: &str) -> bool {
    let words: Vec<&str> = text
        .split([' ', '-', '\t', ',', ';', '"', '\'', '(', ')'])
        .collect();
    let hex = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_hexdigit());
    let mut group: (usize, usize, bool) = (0, 0, false); // digits per word, digits in all, a decimal digit seen
    for word in words {
        let decimal = word.bytes().any(|b| b.is_ascii_digit());
        let bare = word.rsplit(['=', ':']).next().unwrap_or(word);
        if hex(bare) && bare.len() >= SHORTEST && !word.starts_with("TEST:") {
            return true;
        }
        let grouped = hex(word) && matches!(word.len(), 2 | 4 | 8);
        group = match (grouped, group) {
            (true, (size, sum, seen)) if size == word.len() => (size, sum + size, seen || decimal),
            (true, _) => (word.len(), word.len(), decimal),
            (false, _) => (0, 0, false),
        };
        if group.1 >= SHORTEST && group.2 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::looks_secret;

    #[test]
    fn keys_are_seen_and_words_are_not() {
        for secret in [
            "0123456789ABCDEF",
            "the key is 0123456789abcdef0123456789abcdef.x 0123456789abcdef",
            "0123 4567 89AB CDEF",
            "component=F2A84CD346401C19CE6194D6EA1FBF8F",
            "01-23-45-67-89-AB-CD-EF",
        ] {
            assert!(looks_secret(secret), "{secret}");
        }
        for fine in [
            "Taken on 2026-11-24 from account 111122223333, region us-east-1",
            "TEST:0123456789ABCDEF0123456789ABCDEF",
            "Present throughout; a true record.",
            "a deaf bee fed a dad",
            "DEAD BEEF FEED FACE CAFE",
            "KCF-2026-031",
        ] {
            assert!(!looks_secret(fine), "{fine}");
        }
    }
}
