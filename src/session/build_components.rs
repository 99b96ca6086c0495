//! From answers to acts on components; see [`super::build`].

use crate::api::{KeyAlgorithm, KeyAttributes, KeyClass};
use crate::engine::FormedKey;

use super::action::Action;
use super::build::{Answers, label_tags, wrong};
use super::components::ComponentAct;
use super::error::Refusal;
use super::op_components as op;
use super::{Session, field, modes};

/// Answer: the set that custodians entered or made.
pub const SET: &str = "set";
/// Answer: who gets the last component.
pub const HOLDER: &str = "holder";

/// Builds the act; nothing if it is none of these.
pub(super) fn action(
    session: &Session,
    name: &str,
    answers: &Answers,
) -> Option<Result<Action, Refusal>> {
    let act = match name {
        n if n == op::IMPORT_COMPONENTS.name => form(answers),
        n if n == op::EXPORT_COMPONENTS.name => divide(session, answers),
        _ => return None,
    };
    Some(act.map(|act| Action::Components(Box::new(act))))
}

fn form(answers: &Answers) -> Result<ComponentAct, Refusal> {
    let key_usage =
        field::usage(answers.text("usage")?).ok_or_else(|| wrong("usage", "is not a key usage"))?;
    let key_algorithm = KeyAlgorithm::ALL
        .iter()
        .copied()
        .find(|a| a.name() == answers.optional("algorithm").unwrap_or_default())
        .ok_or_else(|| wrong("algorithm", "is not a key algorithm"))?;
    let key_modes_of_use =
        modes::parse(answers.text("modes")?).map_err(|rule| wrong("modes", &rule))?;
    Ok(ComponentAct::Form {
        set: answers.text(SET)?.to_owned(),
        key: FormedKey {
            attributes: KeyAttributes {
                key_usage,
                key_class: KeyClass::SYMMETRIC_KEY,
                key_algorithm,
                key_modes_of_use,
            },
            exportable: answers.text("exportable")? == "yes",
            method: None,
            tags: label_tags(answers.optional("label")),
        },
        parts: Vec::new(),
    })
}

fn divide(session: &Session, answers: &Answers) -> Result<ComponentAct, Refusal> {
    let key = session.resolve(answers.text("key")?)?;
    let record = session.state.engine.find(&key).ok_or_else(|| {
        Refusal::Usage("There is no such key in this vault. Nothing was changed.".into())
    })?;
    let parts = answers
        .text(op::COMPONENTS.id)?
        .parse::<u8>()
        .map_err(|_| wrong(op::COMPONENTS.id, "is not a number"))?;
    Ok(ComponentAct::Divide {
        set: answers.text(SET)?.to_owned(),
        label: super::label_of(&record.key, &record.tags),
        algorithm: record.key.key_attributes.key_algorithm,
        key: record.key.key_arn.clone(),
        parts,
        holder: answers.text(HOLDER)?.to_owned(),
        receiver: answers.text(op::RECEIVER.id)?.to_owned(),
        others: Vec::new(),
    })
}
