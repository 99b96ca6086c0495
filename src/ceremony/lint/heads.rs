//! Who may be at which places: one person may be at several, by one approval key or by standing by.

use std::collections::{BTreeMap, BTreeSet};

use super::super::model::{Model, Person, Role};

/// Places by the person who takes them: those with one key are one, every other is one of its own.
pub(super) fn head<'m>(model: &'m Model, place: &'m str) -> &'m str {
    model.person(place).map_or(place, Person::head)
}

/// One person, with every place that this person may have on some path.
#[derive(Default)]
pub(super) struct Head<'m> {
    /// The own places, and those that the own places stand by for.
    pub(super) places: BTreeSet<&'m str>,
    /// Those of them that are another's, who may not come.
    stands_in: BTreeSet<&'m str>,
    /// How many of the places are custodians' and in the room.
    pub(super) custodians: usize,
}

impl Head<'_> {
    /// Who this is, and what to do about it.
    pub(super) fn told(&self) -> (String, &'static str) {
        let named = |places: Vec<&str>| format!("`{}`", places.join("` and `"));
        let own = self.places.difference(&self.stands_in).copied().collect();
        if self.stands_in.is_empty() {
            return (
                format!("{} have one approval key and are one person", named(own)),
                "Bind the places to different people.",
            );
        }
        let taken = self.stands_in.iter().copied().collect();
        (
            format!(
                "{} may have the place {} as well, where its holder does not come, and is then one person",
                named(own),
                named(taken)
            ),
            "Let somebody stand by who has no other place.",
        )
    }
}

/// Everybody, by approval key or else by the own place; whoever stands by is one with the places whose backup they are.
pub(super) fn heads(model: &Model) -> BTreeMap<&str, Head<'_>> {
    let mut heads: BTreeMap<&str, Head<'_>> = BTreeMap::new();
    for person in &model.people {
        let of = head(model, &person.id);
        heads.entry(of).or_default().places.insert(&person.id);
    }
    for person in &model.people {
        let backup = person.backup.as_deref();
        let backup = backup.filter(|id| model.person(id).is_some_and(|other| other.stands_by));
        let Some(head) = backup.and_then(|id| heads.get_mut(head(model, id))) else {
            continue;
        };
        if head.places.insert(&person.id) {
            head.stands_in.insert(&person.id);
        }
    }
    for head in heads.values_mut() {
        let people = head.places.iter().filter_map(|place| model.person(place));
        head.custodians = people.filter(|person| may_approve(person)).count();
    }
    heads
}

/// Custodians in the room.
pub(super) fn may_approve(person: &Person) -> bool {
    person.role == Role::Custodian && !person.stands_by
}

/// For the proofs by brute force: who is at each place, in every way. People with a key are that key's, everybody else is
/// somebody of their own; where somebody stands by for a place, its holder may stay away.
#[cfg(test)]
pub(super) fn worlds(model: &Model) -> Vec<BTreeMap<&str, &str>> {
    let mut worlds = vec![BTreeMap::new()];
    for place in model.places() {
        let backup = place.backup.as_ref();
        let backup = backup.and_then(|id| model.person(id));
        let takers = std::iter::once(place).chain(backup);
        let takers: Vec<&str> = takers.map(Person::head).collect();
        let mut more = Vec::new();
        for world in &worlds {
            for taker in &takers {
                let mut world: BTreeMap<&str, &str> = world.clone();
                world.insert(&place.id, taker);
                more.push(world);
            }
        }
        worlds = more;
    }
    worlds
}
