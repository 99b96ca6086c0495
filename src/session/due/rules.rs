//! Rules that were decided and do not hold yet.

use super::{Due, Goes};
use crate::session::view::View;
use crate::text::tr;

impl View {
    /// Why no key is made, moved or copied here and no ceremony begun, where the recovery set opened the vault.
    pub fn only_rotates(&self) -> Option<&'static str> {
        self.by_recovery.then(|| {
            tr("the recovery set opened this vault: only a rotation is done in it, at Custodians")
        })
    }

    /// Why no key is made in software here, where that is so.
    pub fn no_software_keys(&self) -> Option<&str> {
        if let Some(why) = self.only_rotates() {
            return Some(why);
        }
        if self.software_generation {
            return None;
        }
        Some(if self.policy_waits && self.policy.software_generation {
            tr("the rule that allows it holds once this vault is closed and opened again")
        } else {
            tr(
                "this vault makes no key in software, as its people decided; keys come in wrapped, by Import",
            )
        })
    }
}

/// Until the vault was closed once: whoever changed the policy to be able to do something wonders why it is still off.
pub(super) fn rules(view: &View) -> Option<Due> {
    view.policy_waits.then(|| Due {
        kind: "policy",
        what: tr("the new one holds once this is closed and opened again").into(),
        when: tr("now").into(),
        who: tr("everybody").into(),
        over: false,
        goes: Goes::Close,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Environment, Profile, practice};
    use crate::vault::MemoryStore;

    /// People signed that keys may be made in software, and were told the minute after that they had decided they may not.
    #[test]
    fn a_rule_that_waits_for_the_next_opening_is_said_to_wait() {
        let store = Box::new(MemoryStore::new());
        let environment = Environment::seeded("rules").unwrap();
        let made = practice::vault(store, environment, None, true).unwrap();
        let mut view = made.session.view();
        assert!(rules(&view).is_none() && view.no_software_keys().is_none());
        view.profile = Profile::Production;
        view.software_generation = false;
        let refused = view.no_software_keys().unwrap();
        assert!(refused.contains("as its people decided"), "{refused}");
        view.policy_waits = true;
        view.policy.software_generation = true;
        let waits = view.no_software_keys().unwrap();
        assert!(waits.contains("closed and opened again"), "{waits}");
        let line = rules(&view).unwrap();
        assert!(
            line.explained()
                .contains("count until this vault is closed")
        );
        assert!(matches!(line.goes, Goes::Close));
    }
}
