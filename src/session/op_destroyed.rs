//! The end of a key's components: every paper and package of them is destroyed before somebody who never held one
//! (PCI PIN 24-1). Where nothing of the secret is left, what people know of it counts no more (PCI PIN 21-2.4).

use crate::api::KeyState;
use crate::text::{say, tr};

use super::Session;
use super::build::Answers;
use super::components::ComponentSet;
use super::custody_act::{ComponentsGone, CustodyAct};
use super::custody_judging::told as judged_text;
use super::error::Refusal;
use super::field::{Field, Kind};
use super::op::Op;
use super::op_custody::HOW;
use super::op_ledger::{WATCHED, components_of};
use super::sentence::{Details, line};
use super::state::State;

/// Whose components.
pub const OF: Field = Field {
    id: "of",
    label: "Components of",
    hint: "The key whose components are destroyed, by its name.",
    kind: Kind::Text { max: 80 },
    optional: false,
};

/// Every part of a set is gone.
pub const COMPONENTS_DESTROYED: Op = Op {
    name: "vault.components-destroyed",
    title: "Attest the destruction of components",
    does: "records that every paper and package of a key's components is destroyed, before somebody who never held one",
    fields: &[OF, HOW, WATCHED],
    uses_secret: false,
    phrase: None,
};

fn wrong(words: impl std::fmt::Display) -> Refusal {
    Refusal::Custody(format!("{words} Nothing was recorded."))
}

impl Session {
    /// The act that the answers describe. Whether the secret ends with it is found out here, and is signed.
    pub(super) fn components_gone(&self, answers: &Answers) -> Result<CustodyAct, Refusal> {
        let text = |field: &Field| answers.text(field.id).map(|text| text.trim().to_owned());
        let split = components_of(&self.state.ledger, &text(&OF)?, "")?;
        let set = self.state.components.iter().find(|set| set.id == split);
        Ok(CustodyAct::ComponentsGone(ComponentsGone {
            ends: set.is_some_and(|set| self.nothing_is_left(set)),
            split,
            how: text(&HOW)?,
            witness: text(&WATCHED)?,
        }))
    }

    /// Whether the secret of a set is nowhere any more as far as this vault knows: made here, never sent, and its key
    /// destroyed here and in every copy, or never formed.
    fn nothing_is_left(&self, set: &ComponentSet) -> bool {
        let made_here = set.components.iter().all(|component| component.generated);
        let Some(arn) = &set.key else {
            return made_here;
        };
        let gone = self
            .state
            .engine
            .find(arn)
            .is_some_and(|record| record.key.key_state == KeyState::DELETE_COMPLETE);
        let left = self.state.exports.iter().any(|export| export.arn == *arn);
        made_here && gone && !left && self.still_in(arn).is_empty()
    }

    /// Rule A6 for whoever watched; nothing is attested twice, and what was found out still holds.
    pub(super) fn judged_components_gone(&self, gone: &ComponentsGone) -> Result<(), Refusal> {
        judged_text("How they were destroyed", &gone.how)?;
        judged_text("The witness", &gone.witness)?;
        let ledger = &self.state.ledger;
        let split = ledger
            .split(&gone.split)
            .ok_or_else(|| wrong("There is no such set of components on record."))?;
        if split.destroyed.is_some() {
            return Err(wrong(format_args!(
                "The destruction of the {} is attested already.",
                split.what
            )));
        }
        ledger
            .may_observe_destruction(&gone.witness, split)
            .map_err(|e| Refusal::Custody(e.to_string()))?;
        let set = self
            .state
            .components
            .iter()
            .find(|set| set.id == gone.split);
        if gone.ends != set.is_some_and(|set| self.nothing_is_left(set)) {
            return Err(wrong(
                "Whether anything is left of this secret has changed since it was asked. Ask again.",
            ));
        }
        Ok(())
    }
}

/// Nobody holds a part from here on; where nothing of the secret is left, what people know of it ends too.
pub(super) fn done(working: &mut State, gone: &ComponentsGone, now: i64) {
    if gone.ends {
        working.ledger.destroyed(&gone.split, now);
    } else {
        working.ledger.close_set(&gone.split, now);
    }
    let sets = working.components.iter_mut();
    for set in sets.filter(|set| set.id == gone.split) {
        set.forget();
    }
}

/// The act in a custodian's words.
pub(super) fn told(gone: &ComponentsGone, state: &State) -> (String, Details) {
    let what = state
        .ledger
        .split(&gone.split)
        .map_or(tr("a secret"), |split| split.what.as_str());
    let knowledge = if gone.ends {
        tr(
            "ends: the key is nowhere any more that this vault knows of, so nobody knows a part of anything",
        )
    } else {
        tr(
            "stays: the key lives here, in a copy, or with whoever sent it or has it; who saw a part saw it for good",
        )
    };
    (
        say!("ATTEST that the {what} are destroyed", what),
        vec![
            line(tr("how"), &gone.how),
            line(tr("witness"), &gone.witness),
            line(tr("knowledge"), knowledge),
        ],
    )
}
