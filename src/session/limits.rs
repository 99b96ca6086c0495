//! The vault's policy as the limits that the control plane is held to.

use crate::{api::Request, crypto::tr31::Version, custody::Policy, engine::Limits};

use super::{Profile, Session, error::Refusal};

/// The limits that a policy sets; where it says nothing, the service's.
pub(crate) fn of(policy: &Policy) -> Limits {
    let quota = |name: &str| policy.quotas.get(name).copied();
    let usual = Limits::default();
    Limits {
        parameters_days: policy.parameters_days.unwrap_or(usual.parameters_days),
        keys: quota("keys"),
        aliases: quota("aliases"),
        refused_key_blocks: policy
            .refused_key_blocks
            .iter()
            .filter_map(|letter| Version::from_letter(*letter))
            .collect(),
        demand_crl: policy.demand_crl,
    }
}

impl Session {
    /// What the profile forbids whatever the engine says, and what a suspicion does.
    pub(crate) fn profile_allows(&self, request: &Request) -> Result<(), Refusal> {
        self.unsuspected(request)?;
        // A wrapping or signing pair and the workstation's own CA are keys too (PCI PIN 5-1 names no exception).
        let generates = matches!(
            request,
            Request::CreateKey(_)
                | Request::GetParametersForImport(_)
                | Request::GetParametersForExport(_)
                | Request::GetPublicKeyCertificate(_)
        );
        if generates
            && self.profile == Profile::Production
            && !self.state.policy.software_generation
        {
            return Err(Refusal::Profile(
                "This production vault may not generate keys in software: a laptop is not a secure cryptographic \
                 device (PCI PIN 5-1). No key was made. Bring keys in wrapped, or let its people change that rule."
                    .into(),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_policy_is_the_service_and_a_speaking_one_is_heard() {
        let mut policy = Policy::default();
        assert_eq!(of(&policy), Limits::default());
        policy.parameters_days = Some(30);
        policy.quotas.insert("keys".into(), 3);
        policy.refused_key_blocks = ['A', 'C'].into();
        policy.check(3).unwrap();
        let limits = of(&policy);
        assert_eq!(limits.parameters_days, 30);
        assert_eq!((limits.keys, limits.aliases), (Some(3), None));
        assert_eq!(limits.refused_key_blocks, [Version::A, Version::C]);
    }
}
