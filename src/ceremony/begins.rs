//! What stands against a script in a vault before anybody asks for it: lists show it off with its reason, and with what
//! brings it. The run itself judges again, and more.

use crate::session::Profile;
use crate::text::{say, tr};

use super::rehearsed::Rehearsals;
use super::script::Script;

/// Why a script would not begin in a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotHere {
    /// In a few words, for a list.
    pub short: &'static str,
    /// In a sentence that begins with them, and with what brings it.
    pub told: String,
}

/// Why a script would not begin in a vault of this profile. `file` is how a command names the script; of `rehearsals`
/// production alone asks, once they are known; `software` says whether the vault may make keys.
pub fn not_here(
    script: &Script,
    file: &str,
    (profile, software): (Profile, bool),
    rehearsals: Option<&Rehearsals>,
) -> Option<NotHere> {
    if !script.profiles().contains(&profile) {
        let names: Vec<_> = script.profiles().iter().map(|p| p.name()).collect();
        return Some(NotHere {
            short: tr("not for this vault"),
            told: say!(
                "not for this vault: the script is for {kinds} vaults, and this one is for {profile}. Its author says so \
                 in [policy] profiles; the vault stays as it is.",
                kinds = names.join(" and "),
                profile = profile.name()
            ),
        });
    }
    if profile != Profile::Production {
        return None;
    }
    // Nobody rehearses for what the policy forbids.
    if !software && script.model.makes_keys() {
        return Some(NotHere {
            short: tr("makes a key here"),
            told: tr(
                "not for this vault: the script makes a key, and the policy lets no key be made in software (a laptop is no \
                 secure cryptographic device, PCI PIN 5-1). Keys come from elsewhere; the policy is changed at Custodians.",
            )
            .to_owned(),
        });
    }
    let missing = rehearsals?.missing(script)?;
    Some(NotHere {
        short: missing.short,
        told: missing.told(file),
    })
}
