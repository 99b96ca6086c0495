//! What is refused of an act on people, shares and copies before anybody signs, and the acts that are done in one
//! commit without more than was signed.

use serde_json::json;

use crate::custody::Role;
use crate::custody::ledger::{Appointment, Seats, Split};

use super::custody_act::{CustodyAct, Inventory, Recovery, Rotation, Seat};
use super::error::Refusal;
use super::state::{BackupEnd, ForeignKey, State};
use super::transition::Transition;
use super::{Profile, Session};
use super::{clock_ahead, clock_back, op_destroyed, op_envelopes, op_ledger, op_suspect};

/// Longest text a person types into such an act.
const LONGEST: usize = 200;

fn wrong(text: impl std::fmt::Display) -> Refusal {
    Refusal::Usage(format!("{text} Nothing was changed."))
}

/// The same about those who would hold the recovery set.
fn of_holders(rule: std::fmt::Arguments<'_>) -> Refusal {
    let rule = super::build::about(super::op_custody::HOLDERS.id, &rule.to_string());
    wrong(rule)
}

/// Refuses a text that is empty, too long or no text; `what` it is begins the sentence.
pub(super) fn told(what: &str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(wrong(format_args!("{what} is empty.")));
    }
    if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        return Err(wrong(format_args!(
            "{what} has at most {LONGEST} characters, none of them a control character."
        )));
    }
    Ok(())
}

impl Session {
    /// Judges an act before anybody signs.
    pub(crate) fn judged_custody(&self, act: &CustodyAct) -> Result<(), Refusal> {
        match act {
            CustodyAct::Drill { recovery: false } => Ok(()),
            CustodyAct::Drill { recovery: true } => self.begin_recovery_drill().map(drop),
            CustodyAct::Recovery(recovery) => self.judged_recovery(recovery),
            CustodyAct::Reshare { reason } => {
                told("The reason", reason)?;
                let custodians = self.serving_custodians();
                self.may_hold_together(&custodians, self.book.k().min(self.book.t()))
            }
            CustodyAct::Rotate(rotation) => self.judged_rotation(rotation),
            CustodyAct::Restore { copy, reason, .. } => {
                told("The reason", reason)?;
                self.own_record().filter(|own| own.id == *copy).map_or_else(
                    || {
                        Err(wrong(format_args!(
                            "This vault is not the copy {copy}, or it is a vault in use and no copy: there is \
                             nothing to return to."
                        )))
                    },
                    |_| Ok(()),
                )
            }
            CustodyAct::AttestDestroyed { copy, how } => {
                told("How it was destroyed", how)?;
                self.judged_attestation(copy)
            }
            CustodyAct::Appoint(appointment) => self.judged_stand_in(appointment),
            CustodyAct::Exempt(exemption) => {
                let texts = exemption.people.iter().chain(&exemption.managers);
                for text in texts.chain([&exemption.reason, &exemption.form]) {
                    told("Each name, the reason and the form's reference", text)?;
                }
                op_ledger::judged_exemption(exemption, |name| self.knows_of(name))
            }
            CustodyAct::Suspect {
                key,
                suspect,
                reason,
            } => {
                told("The reason", reason)?;
                op_suspect::judged(&self.state, key, *suspect)
            }
            CustodyAct::RecordAccess(access) => {
                for text in [&access.purpose, &access.witness, &access.package] {
                    told("The purpose, the witness and the package", text)?;
                }
                op_ledger::judged_access(access, &self.ledger_now(), self.now().millis())
            }
            CustodyAct::ComponentsGone(gone) => self.judged_components_gone(gone),
            CustodyAct::EnvelopesGone(gone) => self.judged_envelopes_gone(gone),
            CustodyAct::LoadInventory(inventory) => self.judged_inventory(inventory),
            CustodyAct::ChangePolicy(policy) => self.judged_policy(policy),
            CustodyAct::ClockAhead { reason, .. } | CustodyAct::ClockBack { reason, .. } => {
                told("The reason", reason)?;
                self.judged_time(act)
            }
        }
    }

    /// An appointment, and C4 of its stand-in by what people hold today.
    fn judged_stand_in(&self, appointment: &Appointment) -> Result<(), Refusal> {
        judged_appointment(appointment)?;
        let judged = self
            .ledger_now()
            .may_stand_in(&appointment.person, &appointment.backup);
        judged.map_err(|why| {
            let why = format!("is refused. {why}");
            Refusal::Custody(super::build::about(super::op_custody::STAND_IN.id, &why))
        })
    }

    /// Does an act that needs nothing beyond what was signed, on a copy of the state.
    pub(crate) fn done_custody(
        &self,
        working: &mut State,
        act: &CustodyAct,
        now: i64,
    ) -> Result<Transition, Refusal> {
        let wall = self.wall.now().millis();
        match act {
            CustodyAct::ClockBack { to, reason } => {
                return Ok(clock_back::done(working, (*to, reason), (now, wall)));
            }
            CustodyAct::ClockAhead { to, reason } => {
                return Ok(clock_ahead::done(working, (*to, reason), (now, wall)));
            }
            _ => {}
        }
        if matches!(act, CustodyAct::RecordAccess(_)) {
            self.ledger_begins(working);
        }
        done(working, act, now)
    }

    fn judged_attestation(&self, copy: &str) -> Result<(), Refusal> {
        let known = self.state.backups.iter().find(|b| b.id == copy);
        match known {
            None => Err(wrong(format_args!(
                "There is no copy {copy} on record. `keymoot vault status` lists the copies."
            ))),
            Some(record) if record.state == "destroyed" => Err(wrong(format_args!(
                "The destruction of copy {copy} is attested already."
            ))),
            Some(_) => Ok(()),
        }
    }

    fn judged_inventory(&self, inventory: &Inventory) -> Result<(), Refusal> {
        told("The inventory's name", &inventory.name)?;
        let class = Profile::named(&inventory.class)
            .ok_or_else(|| wrong("The inventory does not say which class of vault it lists."))?;
        if class == self.profile {
            return Err(wrong(format_args!(
                "{} lists keys of {} vaults, and this is one: its keys belong here.",
                inventory.name,
                class.name()
            )));
        }
        if inventory.keys.is_empty() {
            return Err(wrong("The inventory lists no key."));
        }
        Ok(())
    }

    fn judged_rotation(&self, rotation: &Rotation) -> Result<(), Refusal> {
        told("The reason", &rotation.reason)?;
        let names: Vec<&str> = rotation.people.iter().map(|p| p.name.as_str()).collect();
        super::creation::check_people(
            &names,
            rotation.people.iter().map(|p| p.role),
            (rotation.k, rotation.t),
        )
        .map_err(wrong)?;
        let custodians: Vec<&str> = rotation
            .people
            .iter()
            .filter(|p| p.role == Role::Custodian.word())
            .map(|p| p.name.as_str())
            .collect();
        let count = u8::try_from(custodians.len()).unwrap_or(u8::MAX);
        self.state
            .policy
            .check(count)
            .map_err(|e| Refusal::Custody(e.to_string()))?;
        self.others_can_sign(rotation, count)?;
        let threshold = rotation.k.min(rotation.t);
        let seats = rotation.people.iter().filter(|p| p.role == "custodian");
        self.seats_may_hold(seats, threshold, count)
    }

    /// Rules A7, A8, A3 and C4 for shares of a set that is not made yet.
    fn seats_may_hold<'a>(
        &self,
        seats: impl Iterator<Item = &'a Seat>,
        threshold: u8,
        parts: u8,
    ) -> Result<(), Refusal> {
        let split = Split {
            id: "new".to_owned(),
            what: crate::custody::ledger::SHARES.to_owned(),
            threshold,
            parts,
            at: self.now().millis(),
            destroyed: None,
        };
        let people: Vec<(&str, &str)> = seats
            .map(|seat| {
                let place = seat.medium.as_deref().unwrap_or_default();
                (seat.name.as_str(), place)
            })
            .collect();
        let seats = Seats {
            people: &people,
            split: &split,
            strict: self.profile == Profile::Production,
        };
        let judged = self.state.ledger.may_take_seats(&seats);
        judged.map_err(|e| Refusal::Custody(e.to_string()))
    }

    /// Holders are other people than those of the vault, one of them may be lost, and the ledger lets them hold.
    fn judged_recovery(&self, recovery: &Recovery) -> Result<(), Refusal> {
        told("The place", &recovery.place)?;
        if self.open_reshare()?.is_some() {
            return Err(wrong(
                "A reshare stands open: its envelopes are proven first.",
            ));
        }
        let names: Vec<&str> = recovery.people.iter().map(|p| p.name.as_str()).collect();
        let roles = recovery.people.iter().map(|p| p.role);
        let count = u8::try_from(names.len()).unwrap_or(u8::MAX);
        if count < 3 {
            return Err(of_holders(format_args!(
                "has {}: a recovery set has three or more, joined by commas.",
                match names.as_slice() {
                    [one] => format!("one name, {one}"),
                    all => format!("{} names, {}", all.len(), all.join(", ")),
                }
            )));
        }
        super::creation::check_people(&names, roles, (recovery.k, recovery.k)).map_err(|why| {
            match recovery.k {
                0 | 1 => wrong(why),
                _ => of_holders(format_args!("cannot be so. {why}")),
            }
        })?;
        if recovery.k >= count {
            return Err(of_holders(format_args!(
                "names {count}, and all of them would have to come: a set that one loss ends is no recovery. Name at \
                 least one more than are needed."
            )));
        }
        let (own, ..) = self.on_record();
        let taken = |name: &&&str| {
            own.iter()
                .any(|(person, _)| crate::custody::ledger::same(person, name))
        };
        let here: Vec<&str> = names.iter().filter(taken).copied().collect();
        if !here.is_empty() {
            return Err(of_holders(format_args!(
                "names {}, of this vault already, and what takes its people away must not take the recovery set too: \
                 name somebody else.",
                here.join(", ")
            )));
        }
        self.seats_may_hold(recovery.people.iter(), recovery.k, count)
    }

    /// After the change somebody must still be able to ask, and enough others to sign.
    fn others_can_sign(&self, rotation: &Rotation, custodians: u8) -> Result<(), Refusal> {
        let administrators = rotation
            .people
            .iter()
            .any(|p| p.role == Role::Administrator.word());
        let others = if administrators {
            custodians
        } else {
            custodians.saturating_sub(1)
        };
        let most = self.required_to_rotate(rotation.k, rotation.t);
        if others < most {
            return Err(wrong(format_args!(
                "With these people {others} custodians could sign beside the one who asks, and a rotation takes \
                 {most}: the vault could never be changed again. Name an administrator, or more custodians."
            )));
        }
        Ok(())
    }

    /// Rules A7 and A8 for people who hold shares of one set.
    fn may_hold_together(&self, custodians: &[&str], threshold: u8) -> Result<(), Refusal> {
        let ledger = &self.state.ledger;
        let at = self.now().millis();
        let strict = self.profile == Profile::Production;
        let refused = |e: crate::custody::ledger::Ineligible| Refusal::Custody(e.to_string());
        for person in custodians {
            ledger.may_serve(person, at, strict).map_err(refused)?;
        }
        ledger.may_form(custodians, threshold, at).map_err(refused)
    }

    fn serving_custodians(&self) -> Vec<&str> {
        let seq = self.book.seq();
        self.state
            .people
            .iter()
            .filter(|p| p.role == Role::Custodian && p.serves_at(seq))
            .map(|p| p.name.as_str())
            .collect()
    }
}

fn judged_appointment(appointment: &Appointment) -> Result<(), Refusal> {
    for (what, text) in [
        ("The person", &appointment.person),
        ("The manager", &appointment.manager),
        ("The stand-in", &appointment.backup),
        ("The form's reference", &appointment.form),
    ] {
        told(what, text)?;
    }
    if appointment.until <= appointment.from {
        return Err(super::build::wrong(
            super::op_custody::UNTIL.id,
            "is no day after the first one: the appointment ends before it begins",
        ));
    }
    for (what, other) in [
        ("report to", &appointment.manager),
        ("stand in for", &appointment.backup),
    ] {
        if crate::custody::ledger::same(other, &appointment.person) {
            return Err(wrong(format_args!(
                "{} cannot {what} themselves.",
                appointment.person
            )));
        }
    }
    Ok(())
}

fn done(working: &mut State, act: &CustodyAct, now: i64) -> Result<Transition, Refusal> {
    match act {
        CustodyAct::AttestDestroyed { copy, how } => {
            let record = working
                .backups
                .iter_mut()
                .find(|b| b.id == *copy)
                .ok_or_else(|| wrong(format_args!("There is no copy {copy} on record.")))?;
            record.state = "destroyed".into();
            record.end = Some(BackupEnd {
                at: now,
                how: how.clone(),
            });
        }
        CustodyAct::Appoint(appointment) => working.ledger.appointments.push(appointment.clone()),
        CustodyAct::Exempt(exemption) => working.ledger.exemptions.push(exemption.clone()),
        CustodyAct::Suspect {
            key,
            suspect,
            reason,
        } => op_suspect::done(working, key, *suspect, reason, now),
        CustodyAct::ComponentsGone(gone) => op_destroyed::done(working, gone, now),
        CustodyAct::EnvelopesGone(gone) => {
            op_envelopes::done(working, gone, now);
        }
        CustodyAct::RecordAccess(access) => working
            .ledger
            .enter_access(access.clone())
            .map_err(|e| Refusal::Custody(e.to_string()))?,
        CustodyAct::LoadInventory(inventory) => {
            working
                .foreign_keys
                .retain(|key| key.inventory != inventory.name);
            working
                .foreign_keys
                .extend(inventory.keys.iter().map(|(algorithm, kcv)| ForeignKey {
                    algorithm: algorithm.clone(),
                    kcv: kcv.to_uppercase(),
                    inventory: inventory.name.clone(),
                }));
        }
        CustodyAct::ChangePolicy(policy) => working.next_policy = Some(policy.as_ref().clone()),
        CustodyAct::Drill { .. }
        | CustodyAct::Recovery(_)
        | CustodyAct::Reshare { .. }
        | CustodyAct::Rotate(_)
        | CustodyAct::ClockAhead { .. }
        | CustodyAct::ClockBack { .. }
        | CustodyAct::Restore { .. } => return Err(at_the_command(act)),
    }
    let done = Transition::moving(act.operation(), act.to_json(), json!({}));
    Ok(if act.is_told_in_the_log() {
        done.with(ENTERED, act.to_json())
    } else {
        done
    })
}

/// The detail of an audit line that holds what was entered in ledger or marks: an auditor reads it there, and reports
/// are held against it.
pub(super) const ENTERED: &str = "entered";

/// Acts that take people's passphrases or a folder are carried out by their command.
pub(crate) fn at_the_command(act: &CustodyAct) -> Refusal {
    Refusal::Usage(format!(
        "This act takes more than signatures: it is carried out by `keymoot {}`. Nothing was changed.",
        act.name().replace('.', " ")
    ))
}
