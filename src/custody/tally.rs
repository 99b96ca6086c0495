//! Counting approvals: who issued, who approved, and whether it is enough.

use std::collections::BTreeSet;

use super::ledger::same;
use super::{Act, ApprovalRefusal, By, Person, Role, Signature, SignsAs, verify};

/// The rule that signatures of one act are held against.
#[derive(Debug, Clone, Copy)]
pub struct Tally<'a> {
    /// The people of the vault, those whose keys have ended included.
    pub people: &'a [Person],
    /// How many custodians besides the issuer must approve ([`Policy::required`](super::Policy::required)).
    pub required: u8,
    /// Approval ids that were consumed at this `seq`.
    pub consumed: Option<&'a BTreeSet<[u8; 32]>>,
    /// Whether signatures from an unlock file count (not in production).
    pub unlock_files: bool,
    /// Whom the act appoints, or gives another place: nobody signs for their own.
    pub appointees: &'a [&'a str],
}

/// An act that was approved: who did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// The issuer's name.
    pub issuer: String,
    /// The custodians who approved, in the order they signed.
    pub custodians: Vec<String>,
    /// Whether any signature came from an unlock file.
    pub from_file: bool,
}

impl<'a> Tally<'a> {
    /// A rule without consumed ids that counts signatures from unlock files too.
    pub const fn new(people: &'a [Person], required: u8) -> Self {
        Self {
            people,
            required,
            consumed: None,
            unlock_files: true,
            appointees: &[],
        }
    }

    /// [`Tally::count`] under [`Tally::new`].
    ///
    /// # Errors
    /// [`ApprovalRefusal`].
    pub fn judge(
        act: &Act,
        signatures: &[Signature],
        people: &'a [Person],
        required: u8,
    ) -> Result<Approved, ApprovalRefusal> {
        Self::new(people, required).count(act, signatures)
    }

    /// Holds `signatures` of `act` against the rule. More approvals than needed are taken; each must stand.
    ///
    /// # Errors
    /// The first [`ApprovalRefusal`] in the order of signing; too few comes last.
    pub fn count(&self, act: &Act, signatures: &[Signature]) -> Result<Approved, ApprovalRefusal> {
        let (issuer, approvers) = self.admitted(act, signatures)?;
        let have = u8::try_from(approvers.len()).unwrap_or(u8::MAX);
        // At least one approval always: a required count of zero would be no approval at all.
        let need = self.required.max(1);
        if have < need {
            return Err(match approvers.as_slice() {
                [] => ApprovalRefusal::NobodyApproved { need },
                [one] => ApprovalRefusal::OneCustodianAlone {
                    name: one.name.clone(),
                    need,
                },
                _ => ApprovalRefusal::Missing { have, need },
            });
        }
        Ok(Approved {
            issuer: issuer.name.clone(),
            custodians: approvers.iter().map(|p| p.name.clone()).collect(),
            from_file: signatures.iter().any(|s| s.by == By::UnlockFile),
        })
    }

    /// Judges the signatures given so far without asking for enough: what a screen does as each arrives.
    ///
    /// # Errors
    /// The first [`ApprovalRefusal`] in the order of signing.
    pub fn so_far(&self, act: &Act, signatures: &[Signature]) -> Result<u8, ApprovalRefusal> {
        let (_, approvers) = self.admitted(act, signatures)?;
        Ok(u8::try_from(approvers.len()).unwrap_or(u8::MAX))
    }

    fn admitted(
        &self,
        act: &Act,
        signatures: &[Signature],
    ) -> Result<(&'a Person, Vec<&'a Person>), ApprovalRefusal> {
        if self
            .consumed
            .is_some_and(|consumed| consumed.contains(&act.approval_id))
        {
            return Err(ApprovalRefusal::Replayed {
                approval_id: data_encoding::HEXLOWER.encode(&act.approval_id),
            });
        }
        let not_first = || ApprovalRefusal::IssuerNotFirst {
            issuer: act.issuer.clone(),
        };
        let (first, rest) = signatures.split_first().ok_or_else(not_first)?;
        if first.role != SignsAs::Issuer {
            return Err(not_first());
        }
        let issuer = self.admit_issuer(act, first)?;
        let mut approvers: Vec<&Person> = Vec::new();
        for signature in rest {
            approvers.push(self.admit_approver(act, signature, issuer, &approvers)?);
        }
        Ok((issuer, approvers))
    }

    fn genuine(&self, act: &Act, signature: &Signature) -> Result<&'a Person, ApprovalRefusal> {
        let person = verify(act, signature, self.people)?;
        if signature.by == By::UnlockFile && !self.unlock_files {
            return Err(ApprovalRefusal::UnlockFileSignature {
                name: person.name.clone(),
            });
        }
        Ok(person)
    }

    fn admit_issuer(&self, act: &Act, first: &Signature) -> Result<&'a Person, ApprovalRefusal> {
        let issuer = self.genuine(act, first)?;
        if issuer.name != act.issuer || first.signer != act.issuer_key {
            return Err(ApprovalRefusal::WrongIssuer {
                name: issuer.name.clone(),
                issuer: act.issuer.clone(),
            });
        }
        if issuer.role == Role::Witness {
            return Err(ApprovalRefusal::WitnessIssuing {
                name: issuer.name.clone(),
            });
        }
        Ok(issuer)
    }

    fn admit_approver(
        &self,
        act: &Act,
        signature: &Signature,
        issuer: &Person,
        before: &[&Person],
    ) -> Result<&'a Person, ApprovalRefusal> {
        let person = self.genuine(act, signature)?;
        let name = person.name.clone();
        if signature.role == SignsAs::Issuer {
            return Err(ApprovalRefusal::WrongIssuer {
                name,
                issuer: act.issuer.clone(),
            });
        }
        if person.name == issuer.name || person.approval_key == issuer.approval_key {
            return Err(ApprovalRefusal::IssuerApproving { name });
        }
        if self.appointees.iter().any(|own| same(own, &name)) {
            return Err(ApprovalRefusal::OwnAppointment { name });
        }
        match person.role {
            Role::Administrator => return Err(ApprovalRefusal::AdministratorApproving { name }),
            Role::Witness => return Err(ApprovalRefusal::WitnessApproving { name }),
            Role::Custodian => {}
        }
        if before.iter().any(|other| other.name == person.name) {
            return Err(ApprovalRefusal::SamePersonTwice { name });
        }
        if let Some(index) = person.index {
            if issuer.index == Some(index) {
                return Err(ApprovalRefusal::IssuersEnvelope {
                    name,
                    issuer: issuer.name.clone(),
                    index,
                });
            }
            if let Some(other) = before.iter().find(|other| other.index == Some(index)) {
                return Err(ApprovalRefusal::EnvelopeUnderTwoNames {
                    first: other.name.clone(),
                    second: name,
                    index,
                });
            }
        }
        Ok(person)
    }
}

/// Refuses an act that was approved as `signed` and would now be `now`, naming what changed.
///
/// # Errors
/// [`ApprovalRefusal::Changed`].
pub fn unchanged(signed: &Act, now: &Act) -> Result<(), ApprovalRefusal> {
    let differences = now.differences(signed);
    if differences.is_empty() {
        Ok(())
    } else {
        Err(ApprovalRefusal::Changed { differences })
    }
}

/// Refuses an act that could never gather `required` approvals if `issuer` issued it at `seq`; asked before
/// anyone signs.
///
/// # Errors
/// [`ApprovalRefusal::NotEnoughOthers`], [`ApprovalRefusal::WitnessIssuing`].
pub fn enough_others(
    people: &[Person],
    issuer: &Person,
    required: u8,
    seq: u64,
) -> Result<(), ApprovalRefusal> {
    if issuer.role == Role::Witness {
        return Err(ApprovalRefusal::WitnessIssuing {
            name: issuer.name.clone(),
        });
    }
    let others = people
        .iter()
        .filter(|p| p.role == Role::Custodian && p.name != issuer.name && p.serves_at(seq))
        .count();
    let others = u8::try_from(others).unwrap_or(u8::MAX);
    if others < required {
        return Err(ApprovalRefusal::NotEnoughOthers {
            issuer: issuer.name.clone(),
            others,
            need: required,
        });
    }
    Ok(())
}
