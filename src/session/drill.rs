//! Drills: every custodian present proves both shares, whoever else is there the own approval envelope, and no identity is
//! rebuilt.

use crate::api::Timestamp;

use super::action::Action;
use super::command::{Arrow, Executed};
use super::custody_act::CustodyAct;
use super::error::Refusal;
use super::proving::Proving;
use super::state::DrillRecord;
use super::transition::Transition;
use super::{Hand, Session};

/// A drill is due a year after the last one.
const YEAR: i64 = 365 * 86_400_000;

/// Of those who hold no share, and whose approval envelope is proven in a drill where they are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Who proved it.
    pub proven: Vec<String>,
    /// Whose did not hold, with the reason.
    pub failed: Vec<(String, String)>,
    /// Who was not there.
    pub absent: Vec<String>,
}

/// A drill that was held.
#[derive(Debug, Clone)]
pub struct DrillDone {
    /// Custodians who proved both shares.
    pub proven: Vec<String>,
    /// Custodians whose envelopes did not hold, with the reason.
    pub failed: Vec<(String, String)>,
    /// Custodians who were not there.
    pub absent: Vec<String>,
    /// Administrators and witnesses.
    pub beside: Beside,
    /// How many of the set open.
    pub needed: usize,
    /// The act as executed.
    pub executed: Executed,
}

impl Session {
    /// What custodians prove in a drill: the set in force.
    pub fn begin_drill(&self) -> Proving {
        Proving::drill(self.book.custody().clone())
    }

    /// What the holders of the recovery set prove in a drill of theirs.
    ///
    /// # Errors
    /// There is no recovery set in force.
    pub fn begin_recovery_drill(&self) -> Result<Proving, Refusal> {
        let file = self.book.whole_custody().of_recovery();
        file.map(Proving::drill).ok_or_else(no_recovery_set)
    }

    /// Writes down an approved drill: who proved, who failed, who was not there.
    ///
    /// # Errors
    /// Not approved; nobody proved anything.
    pub fn drill(&mut self, id: &[u8; 32], proving: &Proving) -> Result<DrillDone, Refusal> {
        self.drill_with(id, proving, None)
    }

    /// The same with the arrow of a run's journal in the same commit.
    pub(crate) fn drill_with(
        &mut self,
        id: &[u8; 32],
        proving: &Proving,
        arrow: Option<Arrow>,
    ) -> Result<DrillDone, Refusal> {
        self.ready()?;
        let proven = proving.proven();
        if proven.is_empty() && proving.failed().is_empty() {
            return Err(Refusal::PersonNeeded(
                "Nobody has proven anything: there is nothing to write down. Nothing was changed."
                    .into(),
            ));
        }
        let pending = self.take_approved(id)?;
        let whole = self.book.whole_custody();
        let file = match pending.action {
            Action::Custody(CustodyAct::Drill { recovery: false }) => Some(whole.clone()),
            Action::Custody(CustodyAct::Drill { recovery: true }) => whole.of_recovery(),
            _ => None,
        };
        if file.as_ref() != Some(proving.file()) {
            return Err(Refusal::Usage(
                "This act is no drill of the set in force. Nothing was written down.".into(),
            ));
        }
        let counts = |name: &String| proving.holds_share(name);
        let failed = proving.failed().iter();
        let failed = failed.map(|(name, why)| (name.clone(), why.clone()));
        let (failed, beside_failed): (Vec<_>, Vec<_>) = failed.partition(|(name, _)| counts(name));
        let absent = proving.missing().into_iter();
        let (absent, beside_absent): (Vec<_>, Vec<_>) = absent
            .filter(|name| !proving.failed().contains_key(name))
            .partition(counts);
        let mut working = self.state.clone();
        let set = super::door::hex(&proving.file().set_id);
        self.note_proven(&mut working, &proven, &set);
        let (proven, beside_proven): (Vec<_>, Vec<_>) = proven.into_iter().partition(counts);
        let beside = Beside {
            proven: beside_proven,
            failed: beside_failed,
            absent: beside_absent,
        };
        let result = told(&proven, &failed, &absent, &beside);
        let step = Transition::moving("Drill", pending.action.to_json(), result.clone())
            .signed_by(&pending.act, &pending.signatures, pending.required)
            .with("set", set)
            .with("drill", result);
        self.arrow_with(&mut working, arrow, &pending, std::slice::from_ref(&step))?;
        working.consumed = vec![serde_bytes::ByteBuf::from(pending.act.approval_id.to_vec())];
        self.commit(working, &[step], false)?;
        self.seal_audit()?;
        self.all_proven(proving.file(), proven.len());
        let executed = self.carried_out(&pending);
        Ok(DrillDone {
            proven,
            failed,
            absent,
            beside,
            needed: usize::from(proving.file().k),
            executed,
        })
    }

    /// A drill where signing keys are held: everybody in `hands` proves.
    ///
    /// # Errors
    /// As [`Session::drill`]; PersonNeeded where keys are not held. A hand that fails is written down, not refused.
    pub fn drill_automatic(&mut self, hands: &[Hand]) -> Result<DrillDone, Refusal> {
        let proving = self.begin_drill();
        self.drilled_by(proving, false, hands)
    }

    /// The same for the recovery set, whose holders are in `hands`.
    ///
    /// # Errors
    /// As [`Session::drill_automatic`]; there is no recovery set in force.
    pub fn recovery_drill_automatic(&mut self, hands: &[Hand]) -> Result<DrillDone, Refusal> {
        let proving = self.begin_recovery_drill()?;
        self.drilled_by(proving, true, hands)
    }

    fn drilled_by(
        &mut self,
        mut proving: Proving,
        recovery: bool,
        hands: &[Hand],
    ) -> Result<DrillDone, Refusal> {
        let act = Action::Custody(CustodyAct::Drill { recovery });
        let pending = self.approved_by_held(act, None)?;
        for hand in hands {
            if proving.who().contains(&hand.name) {
                // The reason is kept in the record of the drill.
                let _ = proving.prove(hand);
            }
        }
        self.drill(&pending.id, &proving)
    }

    /// Remembers who proved the set in force now.
    pub(crate) fn note_proven(
        &self,
        working: &mut super::state::State,
        proven: &[String],
        set: &str,
    ) {
        let at = self.now().millis();
        for name in proven {
            let record = DrillRecord {
                at,
                set: set.to_owned(),
            };
            working.drills.insert(name.clone(), record);
        }
    }

    /// When somebody last proved this set, and when the next drill is due. Who never did since the set
    /// was handed out is due a year after that; a set of before there was a ledger is due at once.
    pub(crate) fn drill_of(&self, name: &str, set: &str) -> (Option<Timestamp>, Timestamp) {
        let last = self
            .state
            .drills
            .get(name)
            .filter(|record| record.set == set)
            .map(|record| record.at);
        let handed = self.state.ledger.split(set).map(|split| split.at);
        let from = last.or(handed);
        (
            last.map(Timestamp::from_millis),
            from.map_or_else(|| self.now(), |at| Timestamp::from_millis(at + YEAR)),
        )
    }
}

/// Who proved, failed and was not there, as the log has it; whoever holds no share stands apart, where one came.
fn told(
    proven: &[String],
    failed: &[(String, String)],
    absent: &[String],
    beside: &Beside,
) -> serde_json::Value {
    let names = |failed: &[(String, String)]| -> Vec<String> {
        failed.iter().map(|(name, _)| name.clone()).collect()
    };
    let mut told = serde_json::json!({"proven": proven, "failed": names(failed), "absent": absent});
    if !(beside.proven.is_empty() && beside.failed.is_empty())
        && let Some(members) = told.as_object_mut()
    {
        let theirs = serde_json::json!({"proven": beside.proven, "failed": names(&beside.failed)});
        members.insert("without_share".to_owned(), theirs);
    }
    told
}

/// Nothing of a recovery set can be done where there is none.
pub(crate) fn no_recovery_set() -> Refusal {
    Refusal::Usage(
        "This vault has no recovery set in force: none was made, or a rotation ended it. Nothing was changed. Make one \
         with vault.recovery-set."
            .into(),
    )
}
