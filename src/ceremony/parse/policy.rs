//! `[policy]` and `[build]`: where a script may run, how long, on what machine, and what holds for every step.

use crate::session::Profile;

use super::super::model::{Approve, Model};
use super::reader::{Reading, Table};
use super::{step, values};

/// `[policy] profiles = [...] max_duration = "4h" rehearsal_max_age = "14d" offline = "required" idle_lock = "120s"
/// recording = "frames" default_approve = { count = 2 }`: where it may run, how long it may take, how old its rehearsal
/// may be, what the machine must be like. Answers with the approval of every act that says nothing of its own.
pub(super) fn policy(
    table: &mut Table<'_>,
    on: &mut Reading<'_>,
    model: &mut Model,
) -> Option<Approve> {
    let mut policy = table.need("policy", on)?.table(on)?;
    let place = policy.place.member("profiles");
    let names = policy.texts("profiles", on);
    let duration_place = policy.place_of("max_duration");
    let max_duration = values::span(&mut policy, "max_duration", on);
    model.rehearsal_max_age = values::span(&mut policy, "rehearsal_max_age", on);
    model.offline = one_word(&mut policy, "offline", "required", on);
    model.recorded = one_word(&mut policy, "recording", "frames", on);
    model.idle_lock = idle_lock(&mut policy, on);
    let approve = default_approve(&mut policy, on);
    policy.finish(on);
    if names.is_empty() {
        on.wrong(
            &place,
            "says nowhere this script may run: list rehearsal, test, production as far as it can honour them.",
        );
    }
    let mut profiles = Vec::new();
    for name in names {
        match Profile::named(&name) {
            Some(profile) => profiles.push(profile),
            None => on.wrong(
                &place,
                format!("`{name}` is no profile: write rehearsal, test or production."),
            ),
        }
    }
    model.profiles = profiles;
    model.max_duration = max_duration.map(|millis| (duration_place, millis));
    approve
}

/// `default_approve = { count = 2, exclude = ["initiator"] }`. Whoever asks never approves, said or not.
fn default_approve(policy: &mut Table<'_>, on: &mut Reading<'_>) -> Option<Approve> {
    let mut inner = policy.take("default_approve")?.table(on)?;
    let place = inner.place_of("exclude");
    for name in inner.texts("exclude", on) {
        if name != "initiator" {
            on.wrong(
                &place,
                format!(
                    "`{name}` is not known: write initiator, or list who may approve in `from`."
                ),
            );
        }
    }
    step::approval(inner, on)
}

/// `idle_lock = "120s"`: from ten seconds to an hour.
fn idle_lock(policy: &mut Table<'_>, on: &mut Reading<'_>) -> Option<i64> {
    const FITS: std::ops::RangeInclusive<i64> = 10_000..=3_600_000;
    let place = policy.place_of("idle_lock");
    let millis = values::span(policy, "idle_lock", on)?;
    if !FITS.contains(&millis) {
        on.wrong(&place, "wants a span from 10s to 1h.");
        return None;
    }
    Some(millis)
}

/// A member that is left out or says one word.
fn one_word(policy: &mut Table<'_>, name: &'static str, word: &str, on: &mut Reading<'_>) -> bool {
    let place = policy.place_of(name);
    match policy.text(name, on).as_deref() {
        None => false,
        Some(text) if text == word => true,
        Some(other) => {
            on.wrong(
                &place,
                format!("`{other}` is not known: write {word}, or leave it out."),
            );
            false
        }
    }
}

/// `[build] binary_sha256 = "..."`: the one program that may play it in production.
pub(super) fn build(table: &mut Table<'_>, on: &mut Reading<'_>) -> Option<String> {
    let mut build = table.take("build")?.table(on)?;
    let place = build.place.member("binary_sha256");
    let digest = build.need_text("binary_sha256", on).to_lowercase();
    build.finish(on);
    let hex = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
    if !hex {
        on.wrong(
            &place,
            "is no SHA-256: write the 64 hexadecimal digits that sha256sum prints of the program.",
        );
        return None;
    }
    Some(digest)
}
