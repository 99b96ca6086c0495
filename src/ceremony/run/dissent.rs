//! "I do not agree", with a reason, is an answer at a sign-off that allows it: the person signs that in the place of the
//! script's text, the step ends as an exception, and record and report have the reason.

use crate::session::field::{Field, Kind};
use crate::session::{Session, StepRecord};

use super::super::model::Step;
use super::Runner;
use super::drive::Halt;

/// Why somebody does not agree.
pub(super) const DISSENT: Field = Field {
    id: "dissent",
    label: "I do not agree",
    hint: "Leave it empty if you agree. Else say why, in one sentence: you sign that instead, and it stands in the report.",
    kind: Kind::Text { max: 200 },
    optional: true,
};

/// Note of a person who did not agree, with the reason.
const NOTE: &str = "does not agree (";

/// What is signed by somebody who does not agree with `text`.
pub(super) fn signed_text(reason: &str, text: &str) -> String {
    format!("DOES NOT AGREE: {reason} -- what was to be signed: {text}")
}

/// Whether somebody did not agree in this step.
pub(super) fn stands(record: &StepRecord) -> bool {
    record.notes.keys().any(|note| note.starts_with(NOTE))
}

impl Runner {
    /// The field, where the step allows the answer.
    pub(super) fn dissent_field(step: Option<&Step>) -> Option<Field> {
        step.filter(|step| step.allow_dissent).map(|_| DISSENT)
    }

    /// Somebody signed that they do not agree: it is journaled with the step's result.
    pub(super) fn dissents(
        &mut self,
        session: &mut Session,
        person: &str,
        reason: &str,
    ) -> Result<(), Halt> {
        self.journal(session, |record| {
            let said = format!("{person} does not agree: {reason}");
            record.error = Some(match record.error.take() {
                Some(earlier) => format!("{earlier}; {said}"),
                None => said,
            });
            record
                .notes
                .insert(format!("{NOTE}{person})"), reason.to_owned());
        })?;
        Ok(())
    }
}
