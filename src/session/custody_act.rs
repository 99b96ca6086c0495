//! Acts on people, shares and copies: what is asked, as people sign it. What they need beyond that (passphrases,
//! envelopes, folders) comes when they are carried out and is never signed or logged.

use serde_json::{Value, json};

use crate::api::Timestamp;
use crate::custody::Policy;
use crate::custody::ledger::{Access, Appointment, Exemption};
use crate::custody::policy::operation;

use super::op_envelopes::{self, EnvelopesGone};
use super::restoring::{Height, Since};

/// An act on people, shares and copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustodyAct {
    /// Custodians prove their shares, or the holders of the recovery set theirs; no identity is rebuilt.
    Drill {
        /// Whether it is the recovery set.
        recovery: bool,
    },
    /// A second split of the same identities, for another place.
    Recovery(Recovery),
    /// New shares of the same identities for the same people.
    Reshare {
        /// Why, in words.
        reason: String,
    },
    /// New identities, shares, passphrases and approval keys; people may change.
    Rotate(Rotation),
    /// A copy becomes a vault again.
    Restore {
        /// The copy: `B1`, `B2`, ...
        copy: String,
        /// Why, in words.
        reason: String,
        /// Lines and last hash of a newer log that is followed, `1234:9f86...`.
        newer_log: Option<String>,
        /// What that log tells.
        since: Option<Box<Since>>,
        /// The height of the lost vault that somebody knows, where no log is at hand.
        known: Option<Height>,
    },
    /// Somebody saw a copy destroyed.
    AttestDestroyed {
        /// The copy: `B1`, `B2`, ...
        copy: String,
        /// How it was destroyed and who saw it.
        how: String,
    },
    /// A signed appointment is entered.
    Appoint(Appointment),
    /// Two managers' exception is entered.
    Exempt(Exemption),
    /// An access outside a ceremony is entered.
    RecordAccess(Access),
    /// Every component of a key is destroyed.
    ComponentsGone(ComponentsGone),
    /// What became of envelopes whose set ended.
    EnvelopesGone(EnvelopesGone),
    /// A key is marked as suspect, or cleared.
    Suspect {
        /// Its ARN.
        key: String,
        /// Whether it is suspect from then on.
        suspect: bool,
        /// Why, in words.
        reason: String,
    },
    /// The inventory of another class of vaults is loaded: its keys are refused here.
    LoadInventory(Inventory),
    /// Another policy, whole, from the next opening on.
    ChangePolicy(Box<Policy>),
    /// A time that is far behind goes ahead.
    ClockAhead {
        /// The right time, in milliseconds since 1970.
        to: i64,
        /// Why, in words.
        reason: String,
    },
    /// A time that was set ahead by mistake is taken back.
    ClockBack {
        /// The right time, in milliseconds since 1970.
        to: i64,
        /// Why, in words.
        reason: String,
    },
}

/// A rotation as people sign it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Why, in words: departure, a lost envelope, suspicion.
    pub reason: String,
    /// Custodians needed to open from then on.
    pub k: u8,
    /// Custodians needed to use a secret from then on.
    pub t: u8,
    /// Everybody from then on, custodians in the order of their shares.
    pub people: Vec<Seat>,
}

/// The destruction of a key's components as people sign it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentsGone {
    /// The set's id in the custody ledger.
    pub split: String,
    /// How it was done.
    pub how: String,
    /// Who watched, and never held one.
    pub witness: String,
    /// Whether nothing of the secret is left anywhere that this vault knows of.
    pub ends: bool,
}

/// A recovery set as people sign it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Where it will lie, in words.
    pub place: String,
    /// How many holders open together.
    pub k: u8,
    /// The holders, in the order of their shares.
    pub people: Vec<Seat>,
}

/// One place among the people of a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Unique name.
    pub name: String,
    /// `administrator`, `custodian` or `witness`.
    pub role: &'static str,
    /// Where the envelopes will lie (production).
    pub medium: Option<String>,
}

/// Keys of a vault of another class, by algorithm and check value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// What people call it.
    pub name: String,
    /// The class of the vault that it lists: `rehearsal`, `test` or `production`.
    pub class: String,
    /// Algorithm and check value of each key.
    pub keys: Vec<(String, String)>,
}

impl CustodyAct {
    /// The act's name, under which [`crate::session::op`] declares it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drill { recovery: false } => "vault.drill",
            Self::Drill { recovery: true } => "vault.recovery-drill",
            Self::Recovery(_) => "vault.recovery-set",
            Self::Reshare { .. } => "vault.reshare",
            Self::Rotate(_) => "vault.rotate",
            Self::Restore { .. } => "vault.restore",
            Self::AttestDestroyed { .. } => "vault.attest-destroyed",
            Self::Appoint(_) => "vault.appoint",
            Self::Exempt(_) => "vault.exempt",
            Self::RecordAccess(_) => "vault.access",
            Self::ComponentsGone(_) => "vault.components-destroyed",
            Self::EnvelopesGone(_) => "vault.envelopes-destroyed",
            Self::Suspect { .. } => "vault.suspect",
            Self::LoadInventory(_) => "vault.inventory",
            Self::ChangePolicy(_) => "vault.policy",
            Self::ClockAhead { .. } => "vault.clock-ahead",
            Self::ClockBack { .. } => "vault.clock-back",
        }
    }

    /// The act's name as policy, audit and state head spell it.
    pub(crate) const fn operation(&self) -> &'static str {
        match self {
            Self::Drill { .. } => operation::DRILL,
            Self::Recovery(_) => operation::RECOVERY_SET,
            Self::Reshare { .. } => operation::RESHARE,
            Self::Rotate(_) => operation::ROTATE,
            Self::Restore { .. } => operation::RESTORE,
            Self::AttestDestroyed { .. } => operation::ATTEST_DESTROYED,
            Self::Appoint(_) | Self::Exempt(_) => operation::CHANGE_PEOPLE,
            Self::RecordAccess(_) => operation::RECORD_ACCESS,
            Self::ComponentsGone(_) => operation::COMPONENTS_DESTROYED,
            Self::EnvelopesGone(_) => operation::ENVELOPES_DESTROYED,
            Self::Suspect { .. } => operation::SUSPECT,
            Self::LoadInventory(_) => operation::LOAD_INVENTORY,
            Self::ChangePolicy(_) => operation::CHANGE_POLICY,
            Self::ClockAhead { .. } => operation::CLOCK,
            Self::ClockBack { .. } => operation::LOWER_WATERMARK,
        }
    }

    /// Whether the audit log holds it in full: entries of the ledger and marks, which reports lean on.
    pub(crate) const fn is_told_in_the_log(&self) -> bool {
        matches!(
            self,
            Self::Appoint(_)
                | Self::Exempt(_)
                | Self::RecordAccess(_)
                | Self::ComponentsGone(_)
                | Self::EnvelopesGone(_)
                | Self::Suspect { .. }
                | Self::AttestDestroyed { .. }
        )
    }

    /// Whether it rebuilds the use identity, and so needs t signatures with their shares.
    pub(crate) const fn uses_secret(&self) -> bool {
        matches!(
            self,
            Self::Reshare { .. } | Self::Rotate(_) | Self::Recovery(_)
        )
    }

    /// Why it is done, where people give a reason with it, or how, where they say that.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Reshare { reason }
            | Self::Restore { reason, .. }
            | Self::Suspect { reason, .. }
            | Self::ClockAhead { reason, .. }
            | Self::ClockBack { reason, .. } => Some(reason),
            Self::Rotate(rotation) => Some(&rotation.reason),
            Self::Exempt(exemption) => Some(&exemption.reason),
            Self::AttestDestroyed { how, .. } => Some(how),
            Self::ComponentsGone(gone) => Some(&gone.how),
            _ => None,
        }
    }

    /// What is signed.
    pub fn to_json(&self) -> Value {
        let name = self.name();
        match self {
            Self::Drill { .. } => json!({"name": name}),
            Self::Recovery(recovery) => {
                let holder = |p: &Seat| json!({"name": p.name, "medium": p.medium});
                let people: Vec<Value> = recovery.people.iter().map(holder).collect();
                json!({"name": name, "place": recovery.place, "k": recovery.k, "people": people})
            }
            Self::Reshare { reason } => json!({"name": name, "reason": reason}),
            Self::Rotate(rotation) => {
                let seat = |p: &Seat| json!({"name": p.name, "role": p.role, "medium": p.medium});
                let people: Vec<Value> = rotation.people.iter().map(seat).collect();
                json!({
                    "name": name, "reason": rotation.reason, "k": rotation.k, "t": rotation.t, "people": people,
                })
            }
            Self::Restore { .. } => self.restore_json(),
            Self::AttestDestroyed { copy, how } => json!({"name": name, "copy": copy, "how": how}),
            Self::Appoint(a) => json!({
                "name": name, "person": a.person, "from": a.from, "until": a.until, "manager": a.manager,
                "backup": a.backup, "form": a.form,
            }),
            Self::Exempt(e) => json!({
                "name": name, "people": e.people, "managers": e.managers, "reason": e.reason, "form": e.form,
                "from": e.from, "until": e.until,
            }),
            Self::RecordAccess(a) => json!({
                "name": name, "out": a.out, "back": a.back, "split": a.split, "part": a.part, "purpose": a.purpose,
                "custodian": a.custodian, "witness": a.witness, "package": a.package,
            }),
            Self::ComponentsGone(gone) => json!({
                "name": name, "split": gone.split, "how": gone.how, "witness": gone.witness, "ends": gone.ends,
            }),
            Self::EnvelopesGone(gone) => op_envelopes::to_json(name, gone),
            Self::Suspect {
                key,
                suspect,
                reason,
            } => json!({"name": name, "key": key, "suspect": suspect, "reason": reason}),
            Self::LoadInventory(inventory) => json!({
                "name": name, "inventory": inventory.name, "class": inventory.class, "keys": inventory.keys,
            }),
            Self::ChangePolicy(policy) => json!({"name": name, "policy": policy}),
            Self::ClockAhead { to, reason } | Self::ClockBack { to, reason } => {
                let to = Timestamp::from_millis(*to).rfc3339();
                json!({"name": name, "to": to, "reason": reason})
            }
        }
    }
}

impl CustodyAct {
    /// What is signed of a return to a copy; nothing of any other act.
    fn restore_json(&self) -> Value {
        let Self::Restore {
            copy,
            reason,
            newer_log,
            since,
            known,
        } = self
        else {
            return Value::Null;
        };
        let name = self.name();
        let act = json!({"name": name, "copy": copy, "reason": reason, "newer_log": newer_log});
        let act = and(act, "since", since.as_ref());
        and(act, "known", known.as_ref())
    }
}

/// With a member more, where there is something to say.
fn and(mut act: Value, name: &str, said: Option<&impl serde::Serialize>) -> Value {
    if let (Some(said), Some(members)) = (said, act.as_object_mut()) {
        members.insert(name.to_owned(), json!(said));
    }
    act
}
