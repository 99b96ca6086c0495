//! How one field of a form is answered: typed, chosen, masked.

use super::super::choice::{Choices, Entry};
use super::super::component::ComponentField;
use super::super::masked::MaskedField;
use super::super::text::TextField;
use crate::api::{KeyAlgorithm, KeyUsage};
use crate::ceremony::ops_components::undecided;
use crate::session::field::{Field, Kind};
use crate::text::tr;

/// How one field is answered.
pub(super) enum Input {
    Text(TextField),
    Choice(Choices),
    Masked(MaskedField),
    Component(ComponentField),
    Confirm,
}

impl Input {
    /// What stands in it; nothing for secrets.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(field) => Some(field.value().to_owned()),
            Self::Choice(choices) => choices.chosen().map(|e| e.id.clone()),
            Self::Confirm => Some("seen".into()),
            Self::Masked(_) | Self::Component(_) => None,
        }
    }

    /// Puts a text into it.
    pub(super) fn fill(&mut self, text: &str) {
        match self {
            Self::Text(field) => field.set(text),
            Self::Choice(choices) => {
                choices.choose(text);
            }
            Self::Masked(field) => field.fill(text),
            Self::Component(field) => field.fill(text),
            Self::Confirm => {}
        }
    }
}

/// The kind of answer that a field wants.
pub(super) fn input_for(field: &Field) -> Input {
    let choices = |entries: Vec<Entry>| Input::Choice(Choices::new(entries));
    match field.kind {
        Kind::Passphrase => Input::Masked(MaskedField::new()),
        Kind::Confirm => Input::Confirm,
        Kind::Choice(list) => {
            let none = field.optional.then(|| Entry::none_of_these(field));
            let entries = list.iter().map(|c| Entry::new(c.id, tr(c.label), ""));
            if let Some(why) = undecided(field.id) {
                let first = Entry::new("", tr("not said yet"), "");
                let first = first.off_because(why);
                let entries = std::iter::once(first).chain(entries).collect();
                return Input::Choice(Choices::undecided(entries));
            }
            choices(none.into_iter().chain(entries).collect())
        }
        Kind::YesNo => choices(vec![
            Entry::new("no", tr("no"), ""),
            Entry::new("yes", tr("yes"), ""),
        ]),
        Kind::Usage => choices(
            KeyUsage::ALL
                .iter()
                .map(|u| Entry::new(u.name(), u.name(), ""))
                .collect(),
        ),
        Kind::Algorithm => choices(
            KeyAlgorithm::ALL
                .iter()
                .map(|a| Entry::new(a.name(), a.name(), ""))
                .collect(),
        ),
        _ => Input::Text(TextField::default()),
    }
}
