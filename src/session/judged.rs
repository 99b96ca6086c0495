//! An act before anybody signs it: judged, and every default filled in.

use super::Session;
use super::action::Action;
use super::error::Refusal;

impl Session {
    /// Judges an action as [`Session::judged`] does, and whether this person may ask for it.
    pub(super) fn judged_of(&self, action: &Action, issuer: &str) -> Result<Action, Refusal> {
        let action = self.judged(action)?;
        self.typed_by_another(&action, issuer)?;
        Ok(action)
    }

    /// Checks shape, profile and engine rules of an action, and fills in every default.
    pub(crate) fn judged(&self, action: &Action) -> Result<Action, Refusal> {
        self.only_returns(action)?;
        self.only_recovers(action)?;
        match action {
            Action::Control {
                request,
                confirmation,
                export,
            } => {
                if request.operation().reads() {
                    return Err(Refusal::Usage(
                        "A read needs no approval; it is not an act.".into(),
                    ));
                }
                self.profile_allows(request)?;
                let request = self.state.engine.check(request, self.now(), self.rules())?;
                self.root_rules(&request, confirmation.as_ref())?;
                Ok(Action::Control {
                    request,
                    confirmation: confirmation.clone(),
                    export: export.clone(),
                })
            }
            Action::List { .. } => super::list::judged(self, action),
            Action::Backup { .. } => Ok(action.clone()),
            Action::Custody(act) => {
                self.judged_custody(act)?;
                Ok(action.clone())
            }
            Action::Components(act) => {
                let judged = self.judged_components(act)?;
                Ok(Action::Components(Box::new(judged)))
            }
            Action::Tr34(act) => {
                self.judged_tr34(act)?;
                Ok(action.clone())
            }
        }
    }
}
