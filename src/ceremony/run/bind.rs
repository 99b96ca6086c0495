//! Places of a script and people of a vault: by key where the script gives one, else by role in order; a declared backup
//! for a custodian who is not there, for one place and no more.

use std::collections::{BTreeMap, BTreeSet};

use crate::session::{PersonView, Profile, View};
use crate::text::say;

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
    places_given(script, view, &BTreeMap::new())
}

/// The same where somebody was named for some of them.
///
/// # Errors
/// Too few people, or somebody was named who cannot have the place.
pub(in crate::ceremony) fn places_given(
    script: &Script,
    view: &View,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, RunError> {
    people(&script.model, view, given)
}

/// Note of a run's first step: which practice people stand in for people named by their approval keys.
pub(super) const PRACTICE_PEOPLE: &str = "practice people";

/// Binds every place to a person: as it is `wanted` where somebody says so, and else people who are present come first
/// within their role.
pub(super) fn people(
    model: &Model,
    view: &View,
    wanted: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, RunError> {
    let mut bound = as_wanted(model, view, wanted)?;
    for (place, key) in keyed(model) {
        if let Some(person) = with_key(view, key, place.role) {
            bound.insert(place.id.clone(), person.name.clone());
        } else if view.profile != Profile::Rehearsal {
            return Err(RunError::CannotBegin(format!(
                "The script wants for `{}` the {} whose approval key is {key}, and this vault has no such person. \
                 Nothing was begun.",
                place.id,
                place.role.name()
            )));
        }
    }
    in_their_place(model, view, false, &mut bound)?;
    let open = |place: &&Person| {
        place.key.is_none() && place.joins.is_none() && !wanted.contains_key(&place.id)
    };
    let leaves = |place: &&Person| model.leaves(&place.id);
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
        if in_order(view, *role).len() < heads(model, *role) {
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
    in_their_place(model, view, true, &mut bound)?;
    step_in(model, view, wanted, &mut bound);
    Ok(bound)
}

/// The places that people were named for.
fn as_wanted(
    model: &Model,
    view: &View,
    wanted: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, RunError> {
    let mut bound: BTreeMap<String, String> = BTreeMap::new();
    for (id, name) in wanted {
        let why = match model.person(id) {
            None => Some("the script has no such place".to_owned()),
            // In practice the name is the answer of whoever is asked for it.
            Some(place) if place.joins.is_some() && view.profile == Profile::Rehearsal => continue,
            Some(place) if place.joins.is_some() => {
                Some("whoever joins in the ceremony is named in it".to_owned())
            }
            Some(place) if place.key.is_some() => {
                Some("the script gives it to one person, by the approval key".to_owned())
            }
            Some(place) => {
                let role = place.role.name();
                let fits = |p: &PersonView| p.name == *name && p.role == role;
                (!view.people.iter().any(fits))
                    .then(|| format!("nobody of role {role} is called so in this vault"))
            }
        };
        let taken = bound.iter().find(|(_, other)| *other == name);
        let twice =
            taken.map(|(other, _)| format!("{name} has the place `{other}`, and nobody has two"));
        if let Some(why) = why.or(twice) {
            return Err(RunError::CannotBegin(format!(
                "The place `{id}` cannot be {name}'s: {why}. Nothing was begun."
            )));
        }
        bound.insert(id.clone(), name.clone());
    }
    Ok(bound)
}

/// Places that the script gives to one person by the approval key, with that key.
fn keyed(model: &Model) -> impl Iterator<Item = (&Person, &str)> {
    let named = |place: &&Person| place.joins.is_none();
    let places = model.people.iter().filter(named);
    places.filter_map(|place| Some((place, place.key.as_deref()?)))
}

/// Whoever of a role has an approval key.
fn with_key<'v>(view: &'v View, key: &str, role: Role) -> Option<&'v PersonView> {
    let mut people = view.people.iter();
    people.find(|p| p.fingerprint == key && p.role == role.name())
}

/// A rehearsal's people have keys of their own: whoever practises has the place of somebody named by the key. One key is one
/// person there too, and two are two. Whoever stands by is found last, and need not be.
fn in_their_place(
    model: &Model,
    view: &View,
    stands_by: bool,
    bound: &mut BTreeMap<String, String>,
) -> Result<(), RunError> {
    for (place, key) in keyed(model).filter(|(place, _)| place.stands_by == stands_by) {
        if bound.contains_key(&place.id) {
            continue;
        }
        let mut same = keyed(model).filter(|(other, known)| *known == key && other.id != place.id);
        let same = same.find_map(|(other, _)| Some((other.role, bound.get(&other.id)?.clone())));
        if let Some((role, name)) = same {
            if role != place.role {
                return Err(RunError::CannotBegin(format!(
                    "The script gives the approval key of `{}` to a place of role {} too, and one key is one person's, \
                     who has one role. Nothing was begun. Correct the key of one of them.",
                    place.id,
                    role.name()
                )));
            }
            bound.insert(place.id.clone(), name);
            continue;
        }
        let mut free = in_order(view, place.role).into_iter();
        match free.find(|person| !bound.values().any(|name| *name == person.name)) {
            Some(person) => drop(bound.insert(place.id.clone(), person.name.clone())),
            None if stands_by => {}
            None => return Err(too_few(model, view, place.role)),
        }
    }
    Ok(())
}

/// In a rehearsal, who has the place of somebody whom the script names by an approval key that nobody here has: `lead: Ada`.
/// Nothing where every key is here, or none is named.
pub(super) fn by_practice(
    model: &Model,
    view: &View,
    bound: &BTreeMap<String, String>,
) -> Option<String> {
    let other = keyed(model).filter(|(place, key)| with_key(view, key, place.role).is_none());
    let told: Vec<String> = other
        .filter_map(|(place, _)| Some(format!("{}: {}", place.id, bound.get(&place.id)?)))
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// What people read of that before the first step.
pub(super) fn told(practised: &str) -> String {
    say!(
        "PRACTICE PEOPLE have the places that the script gives to one person by the approval key: {practised}. In production that person alone has each.",
        practised
    )
}

/// Backups who opened the vault have the places of those who did not. Nobody has two in one ceremony: a second place, and
/// one whose backup has a place by the own approval key, stay with their holders.
fn step_in(
    model: &Model,
    view: &View,
    wanted: &BTreeMap<String, String>,
    bound: &mut BTreeMap<String, String>,
) {
    let here = |name: &String| view.people.iter().any(|p| p.name == *name && p.present);
    let open = |place: &&Person| place.role == Role::Custodian && !wanted.contains_key(&place.id);
    for place in model.places().filter(open) {
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

/// How many people of a role a script needs: places of one approval key are one person's.
fn heads(model: &Model, role: Role) -> usize {
    let places = model.places().filter(|place| place.role == role);
    let named: BTreeSet<&str> = places
        .filter(|place| place.joins.is_none())
        .map(Person::head)
        .collect();
    let least = model.least.iter().filter(|(known, _)| *known == role);
    let least = least.map(|(_, least)| *least).max();
    least.unwrap_or_default().max(named.len())
}

fn too_few(model: &Model, view: &View, role: Role) -> RunError {
    RunError::CannotBegin(format!(
        "The script needs {} of role {}, and this vault has {}. Nothing was begun.",
        heads(model, role),
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
        // A name of nobody here stands for a key that nobody here has: the same name, the same key.
        let key = |name: &str| {
            let person = people.iter().find(|person| person.name == name);
            let other = || format!("{:064x}", name.len());
            person.map_or_else(other, |person| person.fingerprint.clone())
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

    /// The keys of a script that is meant for production are nobody's in a rehearsal: it could never be rehearsed.
    #[test]
    fn in_a_rehearsal_practice_people_have_the_places_that_keys_name() {
        let bound = bound(
            &["Ana", "Ben", "Cho"],
            &[
                ("first", "Maria", ""),
                ("second", "Jo", ""),
                ("again", "Maria", ""),
                ("own", "Ana", ""),
            ],
        );
        assert_eq!(bound["own"], "Ana");
        assert_eq!(bound["first"], "Ben");
        assert_eq!(bound["second"], "Cho");
        assert_eq!(bound["again"], "Ben", "one key is one person");
    }

    /// Whoever stands by takes nobody from a place that acts.
    #[test]
    fn who_stands_by_by_a_key_comes_last() {
        let bound = bound(
            &["Ana", "Ben", "Cho"],
            &[
                ("spare", "Maria", ", present = false"),
                ("first", "Jo", ", backup = \"spare\""),
                ("second", "Ana", ""),
                ("third", "Agatha", ""),
            ],
        );
        assert_eq!((&*bound["first"], &*bound["third"]), ("Ben", "Cho"));
        assert!(!bound.contains_key("spare"));
    }
}
