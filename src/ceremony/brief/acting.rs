//! Who acts in a step, in sentences.

use super::super::model::{Model, Role, Step};
use super::super::{ops, ops_components};
use super::afterwards::makes_anew;
use crate::session::{op_components, op_custody};

/// Who asks, who approves, who types what, who watches. `demanded` is how many the vault asks for, where
/// one is named, and whether that is known for certain: else it is at least as many.
pub(super) fn told(step: &Step, demanded: Option<(usize, bool)>) -> String {
    let mut says = vec![main(step, demanded)];
    says.extend(asked(step));
    if let Some(watches) = watches(step) {
        says.push(watches);
    }
    let mut text = format!("{}.", says.join("; "));
    if in_turn(step) {
        text.push_str(" Then each in turn, alone at the screen.");
    }
    text
}

/// The same where a witness's place is called by a word that is no role: `watch` reads as a timepiece.
pub(super) fn with_role(model: &Model, text: &str) -> String {
    let witness = |word: &str| {
        let mut places = model.places();
        places.any(|place| place.id == word && place.role == Role::Witness)
    };
    let mut told = String::new();
    for piece in text.split_inclusive(|c: char| !c.is_alphanumeric() && c != '-' && c != '_') {
        let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        if witness(word) && !word.contains(Role::Witness.name()) {
            let rest = piece.get(word.len()..).unwrap_or_default();
            for part in ["the ", Role::Witness.name(), " (", word, ")", rest] {
                told.push_str(part);
            }
        } else {
            told.push_str(piece);
        }
    }
    told
}

fn main(step: &Step, demanded: Option<(usize, bool)>) -> String {
    if let (Some(issuer), Some(approve)) = (&step.initiate, &step.approve) {
        let from = if approve.from.is_empty() {
            "custodians".to_owned()
        } else {
            format!("of {}", approve.from.join(", "))
        };
        let more = demanded.filter(|(demanded, _)| *demanded > approve.count);
        return match more {
            None => format!("{issuer} asks, {} {from} approve", approve.count),
            Some((more, certain)) => format!(
                "{issuer} asks, {more} {from} approve (this vault asks for {}{more}, the script for {})",
                if certain { "" } else { "at least " },
                approve.count
            ),
        };
    }
    let who = step.who.join(", ");
    match step.op.name {
        _ if step.who.is_empty() => "Nobody: time passes".to_owned(),
        name if name == ops_components::RECEIVE.name => match reads_advice(step) {
            Some(reader) => {
                format!("{reader} reads the advice, then {who} the serial on the package")
            }
            None => format!("{who} reads the serial on the package"),
        },
        name if name == ops_components::SEAL.name => {
            let safe = step.safe.as_ref();
            let safe = safe.map_or_else(String::new, |safe| format!(", for {safe},"));
            format!("{who} seals the paper{safe} and reads the new serial")
        }
        _ => who,
    }
}

/// Who reads the sender's advice where a package comes: whoever watches, first of all.
pub(super) fn reads_advice(step: &Step) -> Option<&String> {
    let receives = step.op.name == ops_components::RECEIVE.name;
    let open = !step.fields.contains_key("advised");
    step.observe.first().filter(|_| receives && open)
}

/// Who types what the step leaves open, besides whoever asks.
fn asked(step: &Step) -> Vec<String> {
    let mut people: Vec<(&String, Vec<&str>)> = Vec::new();
    for (field, person) in &step.asked {
        match people.iter_mut().find(|(known, _)| *known == person) {
            Some((_, fields)) => fields.push(field),
            None => people.push((person, vec![field])),
        }
    }
    let told = |(person, fields): (&String, Vec<&str>)| {
        if fields == [op_components::SLIP.id] {
            format!("{person} prints the component and takes the paper, alone")
        } else {
            format!("{person} types {}", listed(&fields))
        }
    };
    people.into_iter().map(told).collect()
}

/// Several words as a list.
fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.join(""),
    }
}

fn watches(step: &Step) -> Option<String> {
    let verb = if step.observe.len() == 1 {
        "observes"
    } else {
        "observe"
    };
    let too = if step.op.name == ops_components::SEAL.name {
        ", and reads it too"
    } else {
        ""
    };
    let all = step.observe.join(", ");
    (!step.observe.is_empty()).then(|| format!("{all} {verb}{too}"))
}

/// Whether a step calls people one by one after the act was approved.
pub(super) fn in_turn(step: &Step) -> bool {
    let drill = [op_custody::DRILL.name, op_custody::RECOVERY_DRILL.name];
    makes_anew(step) || drill.contains(&step.op.name)
}

/// Whether somebody at a place acts, approves, watches or is asked in a step.
pub(super) fn has_part(step: &Step, id: &String) -> bool {
    step.who.contains(id)
        || step.observe.contains(id)
        || step.initiate.as_ref() == Some(id)
        || step.asked.values().any(|person| person == id)
        || step
            .approve
            .as_ref()
            .is_some_and(|approve| approve.from.contains(id))
}

/// Whether a step is a sign-off of somebody.
pub(super) fn signs_off(step: &Step, id: &String) -> bool {
    step.op.name == ops::SIGN_OFF.name && step.who.contains(id)
}
