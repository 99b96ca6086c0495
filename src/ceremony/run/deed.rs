//! What is done in a ceremony that a form of the workstation began: nobody has a script of it, so it is told as a deed.

use std::collections::BTreeMap;

use crate::session::build::Answers;
use crate::session::{Session, op};

use super::super::component_script::is_of_answers;
use super::super::model::Role;
use super::Runner;

impl Runner {
    /// Says of an act just asked for what it is, where no script of anybody says it already.
    pub(super) fn tell_deed(&self, session: &mut Session, id: &[u8; 32]) {
        let model = &self.script.model;
        if !is_of_answers(&model.id) {
            return;
        }
        let Some(step) = self.step() else { return };
        let Some(key) = step.key() else { return };
        let mut texts: BTreeMap<String, String> = step
            .fields
            .iter()
            .map(|(id, text)| ((*id).to_owned(), text.clone()))
            .collect();
        if let Some(arn) = self.run(session).keys.get(key) {
            texts.insert(op::KEY.id.to_owned(), arn.clone());
        }
        let answers = Answers {
            texts,
            files: BTreeMap::new(),
            by: String::new(),
        };
        session.describe(id, step.op.name, &answers);
        let people = model.people.iter();
        let custodians: Vec<String> = people
            .filter(|person| person.role == Role::Custodian)
            .map(|person| self.name(&person.id))
            .collect();
        session.describe_parts(id, &custodians);
    }
}
