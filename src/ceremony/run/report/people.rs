//! Who was there, and what each of them signed.

use crate::evidence::report::{PersonPresent, Relieved, Signatures};
use crate::session::{StepRecord, StepState};

use super::super::super::brief::people::stays_away;
use super::Material;
use super::log::Under;
use super::steps::signs;

/// Everybody at the script's places, and whoever signed besides.
pub(super) fn present(from: &Material<'_>) -> Vec<PersonPresent> {
    let signed = from.shown.signed(from.run);
    let places = from.model.places().map(|place| from.name(&place.id));
    // Custodians beyond the script's places may have signed, where the vault demands more.
    let acted = from.run.steps.iter().flat_map(|record| record.who.clone());
    let signers = signed.iter().map(|signature| signature.name.clone());
    let mut names: Vec<String> = Vec::new();
    let left = from.run.relieved.iter().map(|relief| relief.from.clone());
    for name in places.chain(left).chain(acted).chain(signers) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    // Once for each signature that an interruption or a withdrawal took.
    let unused = from.shown.unused(from.run).into_iter();
    let unused = unused.flat_map(|request| request.signed);
    let unused: Vec<String> = unused.map(|(name, _)| name).collect();
    let person = |name: String| {
        let person = from.view.people.iter().find(|p| p.name == name);
        let count = |from_file: bool| {
            let own = signed
                .iter()
                .filter(|s| s.name == name && s.from_file == from_file);
            own.count() as u64
        };
        // Whoever left the vault has the role of the place that was given up.
        let place = from
            .model
            .places()
            .find(|place| from.name(&place.id) == name);
        let role = person.map(|p| p.role.clone());
        let role = role.or_else(|| place.map(|place| place.role.name().to_owned()));
        PersonPresent {
            gave_up: place.is_some_and(|place| stays_away(from.model, place)),
            role: role.unwrap_or_default(),
            form: form(from, &name),
            key: person.map(|p| p.fingerprint.clone()).unwrap_or_default(),
            signed_at_terminal: count(false),
            signed_from_file: count(true),
            signed_for_nothing: unused.iter().filter(|own| **own == name).count() as u64,
            name,
        }
    };
    names.into_iter().map(person).collect()
}

/// Who left a place to somebody else.
pub(super) fn relieved(from: &Material<'_>) -> Vec<Relieved> {
    let relieved = from.run.relieved.iter().map(|relief| Relieved {
        place: relief.place.clone(),
        from: relief.from.clone(),
        to: relief.to.clone(),
        step: relief.step.clone(),
    });
    relieved.collect()
}

/// What the signatures of the run stand under.
pub(super) fn signatures(from: &Material<'_>) -> Signatures {
    let signed = from.shown.signed(from.run);
    let count = |under: Under| {
        let own = signed.iter().filter(|signature| signature.under == under);
        own.count() as u64
    };
    let acts = count(Under::Act);
    let unkept = from
        .pairs()
        .filter(|(step, record)| signs(step) && unkept(record));
    Signatures {
        acts,
        sign_offs: signed.len() as u64 - acts,
        exceptions: count(Under::Exception),
        stops: count(Under::Stop),
        unkept: unkept.count() as u64,
    }
}

/// Signed, and then refused or stopped: the log keeps signatures of what was done alone.
fn unkept(record: &StepRecord) -> bool {
    let stopped = matches!(record.state, StepState::Exception | StepState::Aborted);
    (record.error.is_some() || stopped)
        && record.digest.is_none()
        && record.notes.contains_key(super::SIGNED_FROM)
        && audit_less(record)
}

fn audit_less(record: &StepRecord) -> bool {
    super::audit_lines(record).is_empty()
}

/// The form of whoever has a place.
fn form(from: &Material<'_>, name: &str) -> String {
    let mut places = from.model.people.iter();
    let place = places.find(|place| from.name(&place.id) == name);
    place.and_then(|p| p.form.clone()).unwrap_or_default()
}
