//! The policy that was given with the command: what it answers beforehand, and whether so many people can act under it.

use super::Init;
use crate::custody::Policy;
use crate::session::founding::fields::{QR, SOFTWARE};
use crate::session::policy_fits;
use crate::tui::widgets::form::Form;

/// The page about software and cameras. What a policy says of them is only the answer that waits there: people give it.
pub(super) fn software_form(policy: Option<&Policy>) -> Form {
    let mut form = Form::of(&[SOFTWARE, QR]);
    if let Some(policy) = policy {
        let answer = |yes: bool| if yes { "yes" } else { "no" };
        form.set("software", answer(policy.software_generation));
        form.set("qr", answer(policy.qr_of_exports));
    }
    form
}

impl Init {
    /// Why so many custodians could not act under the policy that was given.
    pub(super) fn policy_against(&self, custodians: u8) -> Option<String> {
        let policy = self.given.policy.as_ref()?;
        let refusal = policy_fits(policy, custodians).err()?;
        Some(refusal.to_string())
    }
}
