//! Places of a script and people of a vault: by key where the script gives one, else by role in order; a declared backup
//! for a custodian who is not there.

use std::collections::BTreeMap;

use crate::session::{PersonView, View};

use super::super::model::{Model, Person, Role};
use super::super::script::Script;
use super::RunError;

/// Who would have which place of a script that begins now.
///
/// # Errors
/// The vault has too few people for it.
pub(in crate::ceremony) fn places_of(
    script: &Script,
    view: &View,
) -> Result<BTreeMap<String, String>, RunError> {
    people(&script.model, view)
}

/// Binds every place to a person. People who are present come first within their role.
pub(super) fn people(model: &Model, view: &View) -> Result<BTreeMap<String, String>, RunError> {
    let mut bound: BTreeMap<String, String> = BTreeMap::new();
    for place in &model.people {
        let Some(key) = place.key.as_ref().filter(|_| place.joins.is_none()) else {
            continue;
        };
        let found = view
            .people
            .iter()
            .find(|p| p.fingerprint == *key && p.role == place.role.name());
        let Some(person) = found else {
            return Err(RunError::CannotBegin(format!(
                "The script wants for `{}` the {} whose approval key is {key}, and this vault has no such person. \
                 Nothing was begun.",
                place.id,
                place.role.name()
            )));
        };
        bound.insert(place.id.clone(), person.name.clone());
    }
    let open = |place: &&Person| place.key.is_none() && place.joins.is_none();
    for place in model.places().filter(open) {
        let free = in_order(view, place.role)
            .into_iter()
            .find(|person| !bound.values().any(|name| *name == person.name));
        let Some(person) = free else {
            return Err(too_few(model, view, place.role));
        };
        bound.insert(place.id.clone(), person.name.clone());
    }
    for role in Role::ALL {
        if in_order(view, *role).len() < model.needs(*role) {
            return Err(too_few(model, view, *role));
        }
    }
    for place in model
        .people
        .iter()
        .filter(|place| place.stands_by)
        .filter(open)
    {
        let mut others = in_order(view, place.role).into_iter();
        // Nobody has to stand by: a vault may have no more people.
        if let Some(person) = others.find(|person| !bound.values().any(|name| *name == person.name))
        {
            bound.insert(place.id.clone(), person.name.clone());
        }
    }
    step_in(model, view, &mut bound);
    Ok(bound)
}

/// Backups who opened the vault have the places of those who did not.
fn step_in(model: &Model, view: &View, bound: &mut BTreeMap<String, String>) {
    let here = |name: &String| view.people.iter().any(|p| p.name == *name && p.present);
    for place in model.places().filter(|place| place.role == Role::Custodian) {
        let backup = place.backup.as_ref().and_then(|id| bound.get(id)).cloned();
        let Some(backup) = backup.filter(here) else {
            continue;
        };
        if bound.get(&place.id).is_some_and(|name| !here(name)) {
            bound.insert(place.id.clone(), backup);
        }
    }
}

/// People of a role, those present first.
fn in_order(view: &View, role: Role) -> Vec<&PersonView> {
    let mut people: Vec<_> = view
        .people
        .iter()
        .filter(|p| p.role == role.name())
        .collect();
    people.sort_by_key(|person| !person.present);
    people
}

fn too_few(model: &Model, view: &View, role: Role) -> RunError {
    RunError::CannotBegin(format!(
        "The script needs {} of role {}, and this vault has {}. Nothing was begun.",
        model.needs(role),
        role.name(),
        in_order(view, role).len()
    ))
}
