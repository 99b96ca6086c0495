//! Whom the custody ledger keeps from a component that a script gives them: told before the run begins, when a form can
//! still be entered and places can still be given otherwise. The turn itself judges again.

use std::collections::{BTreeMap, BTreeSet};

use crate::custody::ledger::{Ineligible, Seats};
use crate::session::{Profile, SetRef, View, op_components};
use crate::text::say;

use super::model::{Algorithm, Model, Step};
use super::ops_components as ops;
use super::script::Script;

/// Why a run of this script would be refused a component for certain, with these people at its places; what to do first
/// stands in it. Nothing where nothing is known against it.
pub(super) fn kept_out(
    script: &Script,
    view: &View,
    places: &BTreeMap<String, String>,
) -> Option<String> {
    let why = judged(&script.model, view, places)?;
    Some(say!("This would be refused. {why}", why = why.foretold()))
}

/// The same for places that were given already.
pub(super) fn judged(
    model: &Model,
    view: &View,
    places: &BTreeMap<String, String>,
) -> Option<Ineligible> {
    let sets: Vec<(SetRef, BTreeMap<u8, String>)> = model
        .keys
        .iter()
        .filter_map(|key| holders(model, &key.id, places))
        .collect();
    let (at, strict) = (view.now.millis(), view.profile == Profile::Production);
    // Of A7 everybody whom it refuses, so that all of their forms are entered before the ceremony is asked for again.
    let everybody: BTreeSet<&str> = sets
        .iter()
        .flat_map(|(_, people)| people.values().map(String::as_str))
        .collect();
    let everybody: Vec<&str> = everybody.into_iter().collect();
    let ledger = &view.ledger;
    if let Err(why) = ledger.may_all_serve(&everybody, at, strict) {
        return Some(why);
    }
    sets.iter().find_map(|(set, people)| {
        let split = set.split(at);
        let whole = people.len() == usize::from(set.parts);
        let given: Vec<(&str, &str)> = people.values().map(|name| (name.as_str(), "")).collect();
        let wanted = Seats {
            people: &given,
            split: &split,
            strict,
        };
        // Where a script gives only some of them, the rest is judged in its turn.
        let together = if whole {
            ledger.may_take_seats(&wanted)
        } else {
            Ok(())
        };
        let refused = |(part, name): (&u8, &String)| ledger.may_see(name, &split, *part).err();
        together.err().or_else(|| people.iter().find_map(refused))
    })
}

/// Who gets which component of a declared key, from 1; none where the script lets nobody see one.
fn holders(
    model: &Model,
    key: &str,
    places: &BTreeMap<String, String>,
) -> Option<(SetRef, BTreeMap<u8, String>)> {
    let declared = model.key(key)?;
    let Algorithm::Is(algorithm) = declared.algorithm else {
        return None;
    };
    let set = SetRef {
        id: "the set of this ceremony".to_owned(),
        label: declared.label.clone(),
        algorithm,
        parts: declared.components?,
        run: None,
    };
    let part = |step: &Step| {
        let last = step.op.name == op_components::EXPORT_COMPONENTS.name;
        let part = step.fields.get("part").and_then(|part| part.parse().ok());
        let part = if last { Some(set.parts) } else { part };
        part.filter(|_| last || ops::shows(step.op))
    };
    let people: BTreeMap<u8, String> = model
        .steps
        .iter()
        .filter(|step| step.key() == Some(key) && !step.expects_error())
        .filter_map(|step| {
            let name = places.get(step.who.first()?)?;
            Some((part(step)?, name.clone()))
        })
        .collect();
    (!people.is_empty()).then_some((set, people))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::run::places_of;
    use crate::session::{Environment, practice};

    /// A component ceremony in production was begun, and then stopped for good in its first turn, for want of a form that
    /// was known to be missing.
    #[test]
    fn whoever_has_no_form_is_told_before_the_run_begins() {
        let mut shipped = crate::ceremony::shipped().iter();
        let (_, text) = shipped
            .find(|(name, _)| *name == "kek-from-components.toml")
            .unwrap();
        let script = Script::parse(text).ok().unwrap();
        let store = Box::new(crate::vault::MemoryStore::new());
        let environment = Environment::seeded("seats").unwrap();
        let made = practice::vault(store, environment, None, true).unwrap();
        let mut view = made.session.view();
        let kept_out = |script: &Script, view: &View| {
            let places = places_of(script, view).ok().unwrap();
            super::kept_out(script, view, &places)
        };
        assert_eq!(kept_out(&script, &view), None);
        view.profile = Profile::Production;
        let why = kept_out(&script, &view).unwrap();
        assert!(why.contains("A7 (PCI PIN 25-1): Ana, Ben"), "{why}");
        assert!(
            why.contains("at Custodians: Somebody is appointed"),
            "{why}"
        );
        // A ceremony that lets nobody see a component asks for no form.
        let mut shipped = crate::ceremony::shipped().iter();
        let (_, text) = shipped.find(|(name, _)| *name == "first-key.toml").unwrap();
        let script = Script::parse(text).ok().unwrap();
        assert_eq!(kept_out(&script, &view), None);
    }
}
