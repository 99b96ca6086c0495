//! Places of a script and people of a vault: by key where the script gives one, else by role in order; a declared backup
//! for a custodian who is not there, for one place and no more.

use std::collections::BTreeMap;

use crate::session::{PersonView, View};

use super::super::model::{Model, Person, Role, Step};
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
    let leaves = |place: &&Person| {
        let mut leavers = model.steps.iter().filter_map(Step::leaver);
        leavers.any(|id| id == place.id)
    };
    // Whoever leaves need not come: that is nobody who opened the vault, as long as there is somebody else.
    let (last, first): (Vec<&Person>, Vec<&Person>) = model.places().filter(open).partition(leaves);
    for place in first.into_iter().chain(last) {
        let mut free = in_order(view, place.role);
        if leaves(&place) {
            free.sort_by_key(|person| person.present);
        }
        let free = free
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

/// Backups who opened the vault have the places of those who did not. Nobody has two in one ceremony: a second place, and
/// one whose backup has a place by the own approval key, stay with their holders.
fn step_in(model: &Model, view: &View, bound: &mut BTreeMap<String, String>) {
    let here = |name: &String| view.people.iter().any(|p| p.name == *name && p.present);
    for place in model.places().filter(|place| place.role == Role::Custodian) {
        let backup = place.backup.as_ref().and_then(|id| bound.get(id)).cloned();
        let mut acting = model.places();
        let free = |name: &String| !acting.any(|other| bound.get(&other.id) == Some(name));
        let Some(backup) = backup.filter(here).filter(free) else {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::session::{Environment, practice};

    /// A practice vault's people, of whom these opened it, and the places of a script that names them by key.
    fn bound(here: &[&str], places: &[(&str, &str, &str)]) -> BTreeMap<String, String> {
        let store = Box::new(crate::vault::MemoryStore::new());
        let environment = Environment::seeded("bind").unwrap();
        let made = practice::vault(store, environment, None, true).unwrap();
        let mut view = made.session.view();
        let mut people = view.people.as_ref().clone();
        for person in &mut people {
            person.present = here.contains(&person.name.as_str());
        }
        let key = |name: &str| {
            let person = people.iter().find(|person| person.name == name);
            person.unwrap().fingerprint.clone()
        };
        let mut text = "version = 1\nid = \"two\"\ntitle = \"Two\"\nperson = [\n".to_owned();
        for (id, name, more) in places {
            let key = key(name);
            let place =
                format!("{{ id = \"{id}\", role = \"custodian\", key = \"{key}\"{more} }},\n");
            text.push_str(&place);
        }
        text += "]\n[policy]\nprofiles = [\"rehearsal\"]\n[[step]]\nid = \"open\"\nop = \"present\"\n\
                 who = [\"first\", \"second\"]\n";
        let script = Script::parse(text.as_bytes()).unwrap_or_else(|f| panic!("{f:?}\n{text}"));
        view.people = Arc::new(people);
        let bound = places_of(&script, &view);
        bound.unwrap_or_else(|_| panic!("does not begin"))
    }

    /// Both of two places are away and one stands by for both: one person had both places, asked for an import and typed
    /// its fingerprint.
    #[test]
    fn who_stands_by_takes_one_place_and_the_second_stays_with_its_holder() {
        let bound = bound(
            &["Cho"],
            &[
                ("first", "Ana", ", backup = \"spare\""),
                ("second", "Ben", ", backup = \"spare\""),
                ("spare", "Cho", ", present = false"),
            ],
        );
        assert_eq!(bound["first"], "Cho");
        assert_eq!(bound["second"], "Ben");
    }

    /// Whoever stands by has the approval key of a place that acts.
    #[test]
    fn who_has_a_place_takes_no_other_by_standing_by() {
        let bound = bound(
            &["Ana"],
            &[
                ("first", "Ana", ""),
                ("second", "Ben", ", backup = \"spare\""),
                ("spare", "Ana", ", present = false"),
            ],
        );
        assert_eq!(bound["first"], "Ana");
        assert_eq!(bound["second"], "Ben");
    }
}
