//! Places of a script and people of a vault: by key where the script gives one, else by role in order.

use std::collections::BTreeMap;

use crate::session::{PersonView, View};

use super::super::model::{Model, Role};
use super::RunError;

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
    for place in model
        .people
        .iter()
        .filter(|place| place.key.is_none() && place.joins.is_none())
    {
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
    Ok(bound)
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
