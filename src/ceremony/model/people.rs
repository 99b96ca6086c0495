//! The people whom a script names, found by their places.

use std::collections::BTreeMap;

use super::{Model, Person, Step};

impl Person {
    /// What tells whoever takes this place from others: places of one approval key are one person's, every other has one of
    /// its own.
    pub(in crate::ceremony) fn head(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.id)
    }
}

impl Model {
    /// Places of those who are in the room: whoever stands by has none until called.
    pub(in crate::ceremony) fn places(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| !person.stands_by)
    }

    /// Whose place somebody takes who stands by.
    pub(in crate::ceremony) fn stands_by_for(&self, id: &str) -> Option<&Person> {
        let mut people = self.people.iter();
        people.find(|person| person.backup.as_deref() == Some(id))
    }

    /// A place by id.
    pub(in crate::ceremony) fn person(&self, id: &str) -> Option<&Person> {
        self.people.get(*self.by_id.get(id)?)
    }

    /// Whether whoever has this place gives it up in a step of the ceremony.
    pub(in crate::ceremony) fn leaves(&self, id: &str) -> bool {
        let mut leavers = self.steps.iter().filter_map(Step::leaver);
        leavers.any(|leaver| leaver == id)
    }

    /// The people whom the script names.
    pub(in crate::ceremony) fn with_people(mut self, people: Vec<Person>) -> Self {
        self.by_id = BTreeMap::new();
        for (at, person) in people.iter().enumerate() {
            self.by_id.entry(person.id.clone()).or_insert(at);
        }
        self.people = people;
        self
    }
}
