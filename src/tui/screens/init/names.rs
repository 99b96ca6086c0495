//! Who belongs to a vault: as many name fields as it has people, and the people they name.

use super::Init;
use crate::session::Profile;
use crate::session::field::Field;
use crate::session::founding::Person;
use crate::session::founding::fields::names;
use crate::tui::widgets::form::Form;

impl Init {
    /// As many name fields as there are custodians; what was typed stays.
    pub(super) fn rename(&mut self, custodians: usize) {
        let profile = self.chosen_profile();
        let mut form = names_form(custodians, profile);
        for field in names(custodians, profile) {
            if let Some(text) = self.names.text(field.id) {
                form.set(field.id, &text);
            }
        }
        self.names = form;
    }

    pub(super) fn everybody(&self) -> Vec<Person> {
        self.name_fields()
            .into_iter()
            .map(|field| Person::at(field.id, &self.names.text(field.id).unwrap_or_default()))
            .collect()
    }

    pub(super) fn name_fields(&self) -> Vec<Field> {
        let custodians = usize::from(self.number("custodians"));
        names(custodians, self.chosen_profile())
    }
}

/// A form for their names.
pub(super) fn names_form(custodians: usize, profile: Profile) -> Form {
    Form::of(&names(custodians, profile))
}
