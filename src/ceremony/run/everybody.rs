//! Practice answers that name people of whatever vault the rehearsal runs in: a place of the script stands for whoever has
//! it, and `everybody` for all whose old envelopes are still to be said of.

use crate::custody::ledger::same;
use crate::session::Session;
use crate::session::field::{Field, listed_names};
use crate::session::op_envelopes::{DESTROYED, ENVELOPES_GONE, NOT_FOUND};
use crate::session::op_ledger::WATCHED;

use super::super::model::Step;
use super::Runner;

/// All of them.
const EVERYBODY: &str = "everybody";
/// All but the places that follow.
const BUT: &str = "everybody but ";

impl Runner {
    /// An answer of the script with the people of this vault in it, where the field names people and not places; any other
    /// as it is written.
    pub(super) fn with_people(
        &self,
        session: &Session,
        (step, field): (&Step, &str),
        text: String,
    ) -> String {
        let is = |one: Field| one.id == field;
        if step.op.name != ENVELOPES_GONE.name
            || ![DESTROYED, NOT_FOUND, WATCHED].into_iter().any(is)
        {
            return text;
        }
        let holder = |id: &str| self.people.get(id).map_or(id, String::as_str).to_owned();
        let text = text.trim();
        let but = match text.strip_prefix(BUT) {
            None if text != EVERYBODY => {
                let names: Vec<String> = listed_names(text).into_iter().map(holder).collect();
                return names.join(", ");
            }
            but => but.unwrap_or_default(),
        };
        let away: Vec<String> = listed_names(but).into_iter().map(holder).collect();
        let mut names: Vec<String> = Vec::new();
        let view = session.view();
        for old in view.old_envelopes.iter().filter(|old| old.gone.is_none()) {
            let known = |name: &String| same(name, &old.person);
            if !names.iter().chain(&away).any(known) {
                names.push(old.person.clone());
            }
        }
        names.join(", ")
    }
}
