//! The policy that was given with the command: what it answers beforehand, and what the review says of it.

use super::Init;
use crate::custody::Policy;
use crate::session::{policy_fits, policy_lines};

impl Init {
    /// Under a policy that was given with the command. What it says of software and cameras is only the answer that
    /// waits on the page: people give it.
    pub(crate) fn under(mut self, policy: Option<Policy>) -> Self {
        if let Some(policy) = &policy {
            let answer = |yes: bool| if yes { "yes" } else { "no" };
            let forms = &mut self.software;
            forms.set("software", answer(policy.software_generation));
            forms.set("qr", answer(policy.qr_of_exports));
        }
        self.policy = policy;
        self
    }

    /// Whether so many custodians could act under it; the field complains where they could not.
    pub(super) fn policy_stands(&mut self, custodians: u8) -> bool {
        let fits = self.policy.as_ref().map(|p| policy_fits(p, custodians));
        match fits {
            Some(Err(refusal)) => {
                self.quorum.complain("custodians", &refusal.to_string());
                false
            }
            _ => true,
        }
    }

    /// What the review says of it, where one was given.
    pub(super) fn policy_said(&self) -> Option<String> {
        let lines = policy_lines(self.policy.as_ref()?);
        let said: Vec<String> = lines
            .into_iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        Some(if said.is_empty() {
            "as every new vault has it".to_owned()
        } else {
            said.join("; ")
        })
    }
}
