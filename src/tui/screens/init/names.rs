//! Who belongs to a vault: as many name fields as it has people, and the people they name.

use super::Init;
use super::fields::{ADMINISTRATOR, NAMES, WITNESS};
use super::people::Person;
use crate::session::field::Field;
use crate::tui::widgets::form::Form;

impl Init {
    /// As many name fields as there are custodians; what was typed stays.
    pub(super) fn rename(&mut self, custodians: usize) {
        let mut form = names_form(custodians);
        for field in names(custodians) {
            if let Some(text) = self.names.text(field.id) {
                form.set(field.id, &text);
            }
        }
        self.names = form;
    }

    pub(super) fn everybody(&self) -> Vec<Person> {
        names(usize::from(self.number("custodians")))
            .into_iter()
            .map(|field| {
                let typed = self.names.text(field.id).unwrap_or_default();
                let name = if typed.trim().is_empty() {
                    field.id
                } else {
                    typed.trim()
                };
                let role = match field.id {
                    "administrator" => "administrator",
                    "witness" => "witness",
                    _ => "custodian",
                };
                Person::new(name, role)
            })
            .collect()
    }

    pub(super) fn same_name(&self) -> Option<String> {
        let people = self.everybody();
        people
            .iter()
            .enumerate()
            .find(|(n, p)| {
                people
                    .iter()
                    .skip(n.saturating_add(1))
                    .any(|q| q.name == p.name)
            })
            .map(|(_, p)| p.name.clone())
    }
}

fn names(custodians: usize) -> Vec<Field> {
    let mut fields: Vec<Field> = NAMES.iter().take(custodians).copied().collect();
    fields.extend([ADMINISTRATOR, WITNESS]);
    fields
}

/// A form for their names.
pub(super) fn names_form(custodians: usize) -> Form {
    Form::of(&names(custodians))
}
