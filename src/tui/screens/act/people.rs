//! A form's answers that the vault knows: people and copies to choose from, what an empty field means, and why it is
//! done, where Custodians asked that before.

use super::Act;
use crate::session::View;
use crate::session::field::Kind;
use crate::session::heard::{against, digits, heard};
use crate::session::known::{self, SOMEBODY_ELSE};
use crate::session::op_custody::{APPOINT, PERSON, STAND_IN};
use crate::tui::widgets::choice::Choices;
use crate::tui::world::World;

impl Act {
    /// The appointment of somebody who is known already: chosen, or typed where nobody here is called so.
    pub(crate) fn appointing(person: &str, world: &World) -> Self {
        let mut act = Self::of(&APPOINT, None, world);
        act.form.set(PERSON.id, person);
        if act.form.text(PERSON.id).as_deref() != Some(person) {
            act.form.type_instead(PERSON.id);
            act.form.set(PERSON.id, person);
        }
        act.refine(world);
        act
    }

    /// Fills in what the vault knows.
    pub(super) fn know(&mut self, view: &View) {
        for field in self.op.fields {
            if let Some(entries) = known::entries(view, self.op, field.id) {
                self.form.set_choices(field.id, Choices::new(entries));
            }
            if let Some(words) = known::left_empty(view, self.op, field.id) {
                self.form.says_while_empty(field.id, words);
            }
        }
    }

    /// A number of so many digits as the answers above leave it: it is counted so while it is typed.
    pub(super) fn count_digits(&mut self, view: &View) {
        for field in self.op.fields {
            let Kind::Hex { min, max } = field.kind else {
                continue;
            };
            let exact = digits(view, self.op, field.id, &|id| self.text(id));
            let (min, max) = exact.map_or((min, max), |count| (count, count));
            self.form.takes_digits(field.id, min, max);
        }
    }

    /// Who can be chosen beside the one who was chosen before.
    pub(super) fn know_again(&mut self, view: &View) {
        let person = self.text(PERSON.id);
        if self.op.name != APPOINT.name || person == self.appointed {
            return;
        }
        if let Some(entries) = known::entries(view, self.op, STAND_IN.id)
            && person != SOMEBODY_ELSE
        {
            let entries = known::left(view, entries, self.op, STAND_IN.id, |_| person.clone());
            self.form.set_choices(STAND_IN.id, Choices::new(entries));
            self.form.ask_again(STAND_IN.id);
        }
        self.appointed = person;
    }

    /// What stands against whoever was named in the fields above the one at hand, and which files came in before.
    pub(super) fn heard_so_far(&self, view: &View) -> Vec<String> {
        let answer = |id: &str| self.text(id);
        let above = self.op.fields.iter().take_while(|f| !self.form.on(f.id));
        let heard = above.flat_map(|field| heard(view, self.op, field.id, &answer));
        self.root.known.iter().cloned().chain(heard).collect()
    }

    /// What stands against the answer at hand beside those above it.
    pub(super) fn against(&self, world: &World) -> Option<(&'static str, String)> {
        let view = world.view.as_ref()?;
        let field = self.op.fields.iter().find(|f| self.form.on(f.id))?;
        let why = against(view, self.op, field.id, &|id| self.text(id))?;
        Some((field.id, why))
    }

    /// Says so where it stands: further down nobody would know which of the two is meant.
    pub(super) fn contradicts(&mut self, world: &World) -> bool {
        let Some((field, why)) = self.against(world) else {
            return false;
        };
        self.form.complain(field, &why);
        true
    }

    /// Whether somebody is named in the field at hand who is not in the list: it is typed in from now on. A list further
    /// down may have that answer under its cursor before anybody came to it.
    pub(super) fn somebody_else(&mut self) -> bool {
        self.somebody_in(true)
    }

    /// The same of any field, once all are answered.
    pub(super) fn still_somebody(&mut self) -> bool {
        self.somebody_in(false)
    }

    fn somebody_in(&mut self, at_hand: bool) -> bool {
        let asked = |field: &&crate::session::field::Field| {
            let here = !at_hand || self.form.on(field.id);
            here && self.form.text(field.id).as_deref() == Some(SOMEBODY_ELSE)
        };
        let Some(field) = self.op.fields.iter().find(asked) else {
            return false;
        };
        self.form.type_instead(field.id);
        true
    }
}
