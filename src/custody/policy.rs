//! How many custodians an act needs: the vault's policy and the floors it cannot go below.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::api::Profile;

/// Names of the acts that are not operations of the service, as policy, audit and signed bytes spell them.
pub mod operation {
    /// ImportKey of a root certificate: a trust anchor, not a key.
    pub const IMPORT_ROOT: &str = "ImportRoot";
    /// Change the policy.
    pub const CHANGE_POLICY: &str = "ChangePolicy";
    /// Change the people.
    pub const CHANGE_PEOPLE: &str = "ChangePeople";
    /// Prove every custodian's shares without assembling an identity.
    pub const DRILL: &str = "Drill";
    /// New shares for the same people.
    pub const RESHARE: &str = "Reshare";
    /// New identities, shares, passphrases and approval keys.
    pub const ROTATE: &str = "Rotate";
    /// A second split of the same identities, for another place.
    pub const RECOVERY_SET: &str = "RecoverySet";
    /// A copy of the vault.
    pub const BACKUP: &str = "Backup";
    /// Return to a copy.
    pub const RESTORE: &str = "Restore";
    /// Attest or move the clock.
    pub const CLOCK: &str = "Clock";
    /// Lower a wrong watermark of the clock.
    pub const LOWER_WATERMARK: &str = "LowerWatermark";
    /// Attest the destruction of a copy.
    pub const ATTEST_DESTROYED: &str = "AttestDestroyed";
    /// Load the inventory of another class of vaults.
    pub const LOAD_INVENTORY: &str = "LoadInventory";
    /// Open an older or forked copy as a recorded exception.
    pub const ACCEPT_OLDER_COPY: &str = "AcceptOlderCopy";
    /// Rebuild keys outside the program.
    pub const RECOVER: &str = "Recover";
    /// An act list.
    pub const LIST: &str = "List";
    /// A key is formed of components.
    pub const IMPORT_COMPONENTS: &str = "ImportComponents";
    /// A key leaves as components.
    pub const EXPORT_COMPONENTS: &str = "ExportComponents";

    /// Enter an access to a share or component outside a ceremony.
    pub const RECORD_ACCESS: &str = "RecordAccess";

    /// Attest that every component of a key is destroyed.
    pub const COMPONENTS_DESTROYED: &str = "ComponentsDestroyed";

    /// Attest what became of envelopes whose set ended.
    pub const ENVELOPES_DESTROYED: &str = "EnvelopesDestroyed";

    /// Mark a key as suspect, or clear it.
    pub const SUSPECT: &str = "Suspect";

    /// A sender lets the device go that is bound to it.
    pub const UNBIND: &str = "UnbindReceiver";

    /// A sender hands the device over that is bound to it.
    pub const REBIND: &str = "RebindReceiver";

    /// A random number for a sender.
    pub const RANDOM: &str = "RandomForSender";

    /// Every one of them: what a policy may name beside the operations of the service.
    pub const ALL: [&str; 25] = [
        IMPORT_ROOT,
        CHANGE_POLICY,
        CHANGE_PEOPLE,
        DRILL,
        RESHARE,
        ROTATE,
        RECOVERY_SET,
        BACKUP,
        RESTORE,
        CLOCK,
        LOWER_WATERMARK,
        ATTEST_DESTROYED,
        LOAD_INVENTORY,
        ACCEPT_OLDER_COPY,
        RECOVER,
        LIST,
        IMPORT_COMPONENTS,
        EXPORT_COMPONENTS,
        RECORD_ACCESS,
        COMPONENTS_DESTROYED,
        ENVELOPES_DESTROYED,
        SUSPECT,
        UNBIND,
        REBIND,
        RANDOM,
    ];
}

/// What a vault has decided about approvals. Held in the payload; changed only by an act, from the next opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Custodians that an act needs where nothing else is said.
    pub default: u8,
    /// Custodians per operation (`CreateKey`, [`operation`]).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<String, u8>,
    /// Production only: whether keys may be made in software and clear components entered on this machine.
    #[serde(default)]
    pub software_generation: bool,
    /// Production only: whether a file for a counterparty may be shown as QR codes. A camera in the room conflicts
    /// with PCI PIN 6-1.5.
    #[serde(default, skip_serializing_if = "is_no")]
    pub qr_of_exports: bool,
    /// Quotas by name ([`QUOTAS`]); none are applied where none are set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub quotas: BTreeMap<String, u64>,
    /// How many days a token of GetParameters and its certificate live, 7 to 30; absent: 7.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters_days: Option<u8>,
    /// Versions of TR-31 block that are not imported, of `A`, `B` and `C`. The service takes them all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub refused_key_blocks: BTreeSet<char>,
    /// Whether a TR-34 token is imported only with a revocation list of its sender's authority in it. The service's
    /// own tokens carry none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demand_crl: bool,
}

// Serde asks with a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_no(answer: &bool) -> bool {
    !*answer
}

/// What may have a quota: keys that are not destroyed, and aliases.
pub const QUOTAS: [&str; 2] = ["keys", "aliases"];

/// Versions of TR-31 block that a policy may refuse: those under TDES. D is the only other way in.
const REFUSABLE: [char; 3] = ['A', 'B', 'C'];

impl Default for Policy {
    fn default() -> Self {
        Self {
            default: 2,
            overrides: BTreeMap::new(),
            software_generation: false,
            qr_of_exports: false,
            quotas: BTreeMap::new(),
            parameters_days: None,
            refused_key_blocks: BTreeSet::new(),
            demand_crl: false,
        }
    }
}

/// Why a policy cannot stand in a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyRefusal {
    /// A count of zero.
    Zero {
        /// The operation, or `default`.
        operation: String,
    },
    /// More approvals than there are custodians to give them.
    TooMany {
        /// The operation, or `default`.
        operation: String,
        /// Approvals asked for.
        count: u8,
        /// Custodians in the vault.
        custodians: u8,
    },
    /// A token that would live too short or too long.
    ParametersDays {
        /// Days asked for.
        days: u8,
    },
    /// A quota of something that has none.
    Quota {
        /// The quota's name.
        name: String,
    },
    /// A version of key block that is never refused, or none at all.
    KeyBlock {
        /// The letter.
        version: char,
    },
}

impl PolicyRefusal {
    /// What is wrong, what it means where the policy was to be set, what to do.
    pub fn said(&self, consequence: &str) -> String {
        match self {
            Self::Zero { operation } => format!(
                "The policy asks for no approval of {operation}, and nobody acts on a key alone. {consequence} Ask for at least one custodian."
            ),
            Self::TooMany {
                operation,
                count,
                custodians,
            } => format!(
                "The policy asks for {count} custodians for {operation}, and this vault has {custodians}: the act could never be approved. {consequence} Ask for at most {custodians}."
            ),
            Self::ParametersDays { days } => format!(
                "The policy gives tokens {days} days (parameters_days), and they live 7 to 30. {consequence} Choose 7 to 30."
            ),
            Self::Quota { name } => format!(
                "The policy has a quota of {name}, and only keys and aliases have one. {consequence} Name `keys` or `aliases`."
            ),
            Self::KeyBlock { version } => format!(
                "The policy refuses key blocks of version {version}, and only A, B and C can be refused. {consequence} Name A, B or C."
            ),
        }
    }
}

impl fmt::Display for PolicyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said("The policy in force stays."))
    }
}

impl std::error::Error for PolicyRefusal {}

impl Policy {
    /// Shortest and longest life of a token and its certificate, in days; the shortest is the service's, and holds
    /// where a policy says nothing.
    pub const PARAMETERS_DAYS: (u8, u8) = (7, 30);

    /// How many custodians besides the issuer must approve `operation`.
    ///
    /// `k` opens the vault, `t` rebuilds the use identity. The largest of: what the policy says; in production,
    /// for export, delete, import of a root and any change of policy, people, shares or clock, k and never fewer
    /// than two; for a lowered watermark, an older copy and a return to a copy, k in every profile; for recovery, max(k, t); and t
    /// for whatever uses a secret.
    pub fn required(
        &self,
        operation: &str,
        profile: Profile,
        k: u8,
        t: u8,
        uses_secret: bool,
    ) -> u8 {
        let said = self
            .overrides
            .get(operation)
            .copied()
            .unwrap_or(self.default);
        let share = if uses_secret { t } else { 0 };
        said.max(floor(operation, profile, k, t)).max(share).max(1)
    }

    /// Whether keys may be made in software and clear components entered.
    pub const fn allows_software_generation(&self, profile: Profile) -> bool {
        self.software_generation || !matches!(profile, Profile::Production)
    }

    /// Whether a file for a counterparty may be shown to a camera.
    pub const fn allows_qr_of_exports(&self, profile: Profile) -> bool {
        self.qr_of_exports || !matches!(profile, Profile::Production)
    }

    /// Judges whether the policy can stand in a vault of that many custodians.
    ///
    /// # Errors
    /// [`PolicyRefusal`].
    pub fn check(&self, custodians: u8) -> Result<(), PolicyRefusal> {
        let counts = self.overrides.iter().map(|(name, n)| (name.as_str(), *n));
        for (operation, count) in std::iter::once(("default", self.default)).chain(counts) {
            let operation = operation.to_owned();
            if count == 0 {
                return Err(PolicyRefusal::Zero { operation });
            }
            if count > custodians {
                return Err(PolicyRefusal::TooMany {
                    operation,
                    count,
                    custodians,
                });
            }
        }
        self.check_limits()
    }

    fn check_limits(&self) -> Result<(), PolicyRefusal> {
        let (shortest, longest) = Self::PARAMETERS_DAYS;
        if let Some(days) = self.parameters_days
            && !(shortest..=longest).contains(&days)
        {
            return Err(PolicyRefusal::ParametersDays { days });
        }
        if let Some(name) = self.quotas.keys().find(|n| !QUOTAS.contains(&n.as_str())) {
            return Err(PolicyRefusal::Quota { name: name.clone() });
        }
        let wrong = |version: &&char| !REFUSABLE.contains(*version);
        match self.refused_key_blocks.iter().find(wrong) {
            Some(version) => Err(PolicyRefusal::KeyBlock { version: *version }),
            None => Ok(()),
        }
    }
}

/// Whether a production vault's policy cannot go below the custodians that open it, and never below two, for this act.
pub fn has_a_floor(name: &str) -> bool {
    let (k, t) = (2, 0);
    floor(name, Profile::Production, k, t) > floor(name, Profile::Test, 0, t)
}

/// What no policy goes below (design: people and approvals).
fn floor(name: &str, profile: Profile, k: u8, t: u8) -> u8 {
    match name {
        operation::RECOVER => k.max(t),
        operation::LOWER_WATERMARK | operation::ACCEPT_OLDER_COPY | operation::RESTORE => k,
        "ExportKey"
        | operation::EXPORT_COMPONENTS
        | operation::UNBIND
        | operation::REBIND
        | "DeleteKey"
        | operation::IMPORT_ROOT
        | operation::CHANGE_POLICY
        | operation::CHANGE_PEOPLE
        | operation::RESHARE
        | operation::ROTATE
        | operation::RECOVERY_SET
        | operation::CLOCK
            if profile == Profile::Production =>
        {
            k.max(2)
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_two_and_an_override_counts() {
        let mut policy = Policy::default();
        let ask = |p: &Policy, op, profile, secret| p.required(op, profile, 3, 4, secret);
        assert_eq!(ask(&policy, "CreateKey", Profile::Production, false), 2);
        assert_eq!(ask(&policy, "ExportKey", Profile::Test, false), 2);
        policy.overrides.insert("CreateKey".into(), 1);
        assert_eq!(ask(&policy, "CreateKey", Profile::Production, false), 1);
        assert_eq!(ask(&policy, "CreateKey", Profile::Production, true), 4);
    }

    #[test]
    fn limits_of_the_control_plane_have_bounds() {
        let refused = |change: fn(&mut Policy)| {
            let mut policy = Policy::default();
            change(&mut policy);
            policy.check(3).unwrap_err().to_string()
        };
        for (message, says) in [
            (refused(|p| p.parameters_days = Some(6)), "6 days"),
            (refused(|p| p.parameters_days = Some(31)), "31 days"),
            (
                refused(|p| {
                    p.quotas.insert("tags".into(), 1);
                }),
                "a quota of tags",
            ),
            (
                refused(|p| {
                    p.refused_key_blocks.insert('D');
                }),
                "of version D",
            ),
        ] {
            assert!(message.contains(says), "{message}");
            assert!(message.contains("The policy in force stays."), "{message}");
        }
        let policy = Policy {
            parameters_days: Some(30),
            refused_key_blocks: ['A', 'B', 'C'].into(),
            ..Policy::default()
        };
        policy.check(3).unwrap();
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
        // A policy of before reads as it did, and one that says nothing is written as it was.
        assert!(
            !serde_json::to_string(&Policy::default())
                .unwrap()
                .contains("refused")
        );
    }

    #[test]
    fn production_floors_are_k_and_never_fewer_than_two() {
        let policy = Policy {
            default: 1,
            ..Policy::default()
        };
        for name in [
            "ExportKey",
            "DeleteKey",
            operation::IMPORT_ROOT,
            operation::CHANGE_POLICY,
            operation::CHANGE_PEOPLE,
            operation::RESHARE,
            operation::ROTATE,
            operation::CLOCK,
        ] {
            assert_eq!(policy.required(name, Profile::Production, 3, 2, false), 3);
            assert_eq!(policy.required(name, Profile::Production, 1, 2, false), 2);
            assert_eq!(policy.required(name, Profile::Test, 3, 2, false), 1);
        }
        assert_eq!(
            policy.required("CreateKey", Profile::Production, 3, 2, false),
            1
        );
    }

    #[test]
    fn exceptions_need_k_in_every_profile() {
        let policy = Policy {
            default: 1,
            ..Policy::default()
        };
        for profile in [Profile::Rehearsal, Profile::Test, Profile::Production] {
            for name in [
                operation::LOWER_WATERMARK,
                operation::ACCEPT_OLDER_COPY,
                operation::RESTORE,
            ] {
                assert_eq!(policy.required(name, profile, 5, 2, false), 5);
            }
            assert_eq!(policy.required(operation::RECOVER, profile, 3, 4, false), 4);
        }
    }

    #[test]
    fn a_policy_nobody_could_meet_is_refused() {
        let mut policy = Policy::default();
        assert!(policy.check(3).is_ok());
        policy.overrides.insert("ExportKey".into(), 4);
        assert_eq!(
            policy.check(3).unwrap_err().to_string(),
            "The policy asks for 4 custodians for ExportKey, and this vault has 3: the act could never be approved. The policy in force stays. Ask for at most 3."
        );
        policy.overrides.insert("ExportKey".into(), 0);
        assert_eq!(
            policy.check(3).unwrap_err().to_string(),
            "The policy asks for no approval of ExportKey, and nobody acts on a key alone. The policy in force stays. Ask for at least one custodian."
        );
    }
}
