//! A request that is taken off the table: by whoever asked, or refused by somebody else.

use super::Session;
use super::action::Action;
use super::command::Outcome;
use super::custody_act::CustodyAct;
use super::door::hex;
use super::error::Refusal;
use super::pending::Pending;
use super::run::StepRecord;
use super::transition::Transition;

impl Session {
    pub(super) fn withdraw(
        &mut self,
        id: &[u8; 32],
        person: &str,
        reason: &str,
    ) -> Result<Outcome, Refusal> {
        let at = self.position(id)?;
        self.person(person)?;
        let pending = self.pending.remove(at);
        let mut note = Transition::note("withdraw", vec![person.to_owned()])
            .with("digest", hex(&pending.act.digest()))
            .with("reason", reason.to_owned())
            // Of what was dropped no other line says what it was and who had put their name to it.
            .with("act", pending.action.name())
            .with("signed", pending.who());
        if let (Some(script), Some(step)) = (&pending.act.script, &pending.act.step) {
            note = note.with("script", hex(script)).with("step", step.clone());
        }
        let given = self.given(&pending);
        if !given.is_empty() {
            note = note.with("signed_at", given);
        }
        // Whoever did not ask for it does not take it back: they refuse it.
        if let Some(issuer) = pending.who().into_iter().next().filter(|who| who != person) {
            note = note.with("asked_by", issuer);
        }
        let state = match &pending.action {
            Action::Custody(CustodyAct::Rotate(_)) => self.none_handed_out(),
            Action::Custody(CustodyAct::Recovery(_)) => self.no_recovery_words(),
            _ => self.state.clone(),
        };
        // Whoever reads the log before an opening learns from it that those words are told of no more.
        let given_up = super::handed_out::given_up(&self.state, &state, reason);
        let notes: Vec<Transition> = std::iter::once(note).chain(given_up).collect();
        self.commit(state, &notes, false)?;
        Ok(Outcome::Withdrawn)
    }

    /// When each signature under a step's request was given, as the journal has it.
    fn given(&self, pending: &Pending) -> Vec<serde_json::Value> {
        let steps = self.run_of(pending).map(|run| &run.steps);
        let own = |step: &&StepRecord| Some(&step.id) == pending.act.step.as_ref();
        let step = steps.into_iter().flatten().find(own);
        let given = step.map(StepRecord::signed_at).unwrap_or_default();
        let given = given.into_iter();
        given
            .map(|[name, at]| serde_json::json!({ "name": name, "at": at }))
            .collect()
    }
}
