//! Nobody signs for their own appointment (PCI PIN 25-1: the form is signed by others than its custodian).
//!
//! The same holds where a rotation gives somebody who signs now another place: a custodian who becomes administrator or
//! witness, a holder of the recovery set who serves in the vault from then on. Whoever keeps the place is appointed to
//! nothing by it, and whoever joins or leaves has no signature under it.
//!
//! Where so few custodians serve that the others could never make up the signatures, as in a vault of 2 of 2, the rule
//! would leave the vault without any appointment, and so without reshare and rotation. There the appointee's signature
//! counts; it is said in the request, and the form with the manager's signature is what stands behind it.

use crate::custody::ledger::same;
use crate::custody::{Person, Role};
use crate::text::say;

use super::Session;
use super::action::Action;
use super::custody_act::{CustodyAct, Rotation};
use super::error::Refusal;
use super::pending::Pending;
use super::transition::Transition;

/// Acts under which somebody's own signature may not count say in the log how many were required: with the people on
/// record and who signed, that is what a verifier needs to tell whether the rule held. So does a list, which takes as
/// many as the most demanding of its acts.
pub(super) fn with_required(step: Transition, pending: &Pending) -> Transition {
    match &pending.action {
        Action::Custody(CustodyAct::Appoint(_) | CustodyAct::Rotate(_)) | Action::List { .. } => {
            step.with("required", u64::from(pending.required))
        }
        _ => step,
    }
}

impl Session {
    /// Whose signatures do not count under an act because it is their own appointment, or gives them another place.
    pub(super) fn appointees<'a>(&self, action: &'a Action) -> Vec<&'a str> {
        let appointed = self.appointed(action);
        if self.others(&appointed) >= usize::from(self.required(action)) {
            appointed
        } else {
            Vec::new()
        }
    }

    /// Whom an act appoints: the end of an appointment, and another in its place, are entered the same way.
    fn appointed<'a>(&self, action: &'a Action) -> Vec<&'a str> {
        match action {
            Action::Custody(CustodyAct::Appoint(appointment)) => vec![&appointment.person],
            Action::Custody(CustodyAct::Rotate(rotation)) => self.placed_anew(rotation),
            _ => Vec::new(),
        }
    }

    /// Who could sign a rotation now and gets another place by it.
    fn placed_anew<'a>(&self, rotation: &'a Rotation) -> Vec<&'a str> {
        let custodian = Role::Custodian.word();
        let anew = rotation.people.iter().filter(|seat| {
            // Holders of the recovery set sign in the custodians' place: every place in the vault is new to them.
            let other = self.by_recovery() || seat.role != custodian;
            other && self.custodians_here().any(|p| same(&p.name, &seat.name))
        });
        anew.map(|seat| seat.name.as_str()).collect()
    }

    /// Whoever signs here.
    fn custodians_here(&self) -> impl Iterator<Item = &Person> {
        let seq = self.book.seq();
        let acting = self.acting().iter();
        acting.filter(move |p| p.role == Role::Custodian && p.serves_at(seq))
    }

    /// Custodians who serve, without those.
    fn others(&self, appointed: &[&str]) -> usize {
        let is = |p: &&Person| !appointed.iter().any(|own| same(own, &p.name));
        self.custodians_here().filter(is).count()
    }

    /// Refuses a request that nobody could sign because a custodian asks for it who would be needed beside the appointee.
    pub(super) fn enough_beside_appointees(
        &self,
        action: &Action,
        issuer: &Person,
        required: u8,
    ) -> Result<(), Refusal> {
        let appointees = self.appointees(action);
        let asks_for_own = appointees.iter().any(|own| same(own, &issuer.name));
        if appointees.is_empty() || issuer.role != Role::Custodian || asks_for_own {
            return Ok(());
        }
        let left = self.others(&appointees).saturating_sub(1);
        if left >= usize::from(required) {
            return Ok(());
        }
        let appointee = appointees.join(", ");
        Err(Refusal::Approval(format!(
            "{appointee} cannot approve their own appointment, and beside {asks}, who asks, {left} could: {required} \
             are needed. Nothing was asked of anyone. Let {appointee} ask for it, or the administrator.",
            asks = issuer.name,
        )))
    }

    /// Refuses the appointee's approval before a passphrase is even tried.
    pub(super) fn not_for_own(&self, action: &Action, name: &str) -> Result<(), Refusal> {
        if !self.appointees(action).iter().any(|own| same(own, name)) {
            return Ok(());
        }
        Err(Refusal::Approval(format!(
            "{name} is appointed by this act and cannot approve it: nobody signs for their own appointment (PCI PIN \
             25-1). The request still waits; nothing was changed. Another custodian signs next."
        )))
    }

    /// Told in a request where the rule cannot hold.
    pub(super) fn signs_for_own(&self, action: &Action) -> Option<String> {
        if !self.appointees(action).is_empty() {
            return None;
        }
        let appointed = self.appointed(action).into_iter();
        let serve = appointed.filter(|own| self.custodians_here().any(|p| same(&p.name, own)));
        let serve: Vec<&str> = serve.collect();
        (!serve.is_empty()).then(|| {
            say!(
                "{person} may sign for their own appointment here: the other custodians are too few. What stands behind it is the form that the manager signed.",
                person = serve.join(", ")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody_tests::{OLD, People, rotation};
    use super::super::handed_out::tests::{vault, vault_of};
    use super::super::*;
    use crate::custody::ledger::Appointment;
    use crate::vault::MemoryStore;

    const TWO: People = &[
        ("Ada", "amber anchor"),
        ("Ana", "apple arrow"),
        ("Ben", "bacon badge"),
        ("Wim", "waffle walnut"),
    ];

    fn asks(session: &mut Session, issuer: &str, person: &str) -> Result<PendingView, Refusal> {
        let now = session.now().millis();
        let appointment = Appointment {
            person: person.into(),
            from: now - 1,
            until: now + 31_536_000_000,
            manager: "Meg".into(),
            backup: "Zoe".into(),
            form: "KCF-1".into(),
        };
        asks_for(session, issuer, CustodyAct::Appoint(appointment))
    }

    fn asks_for(
        session: &mut Session,
        issuer: &str,
        act: CustodyAct,
    ) -> Result<PendingView, Refusal> {
        let asked = Command::Ask {
            action: Action::Custody(act),
            issuer: issuer.into(),
            origin: None,
            key: KeySource::Held,
        };
        session.perform(asked).map(|outcome| match outcome {
            Outcome::Asked(pending) => pending,
            _ => panic!("not asked"),
        })
    }

    fn signs(session: &mut Session, id: [u8; 32], person: &str) -> Result<(), String> {
        let approve = Command::Approve {
            id,
            person: person.into(),
            key: KeySource::Held,
        };
        let signed = session.perform(approve).map(drop);
        signed.map_err(|refusal| refusal.to_string())
    }

    fn executes(session: &mut Session, id: [u8; 32]) {
        let execute = Command::Execute {
            id,
            prepared: None,
            arrow: None,
        };
        session.perform(execute).unwrap();
    }

    #[test]
    fn nobody_signs_for_their_own_appointment_where_others_can() {
        let mut session = vault(&MemoryStore::new());
        let pending = asks(&mut session, "Ada", "ana").unwrap();
        assert_eq!(pending.may_sign, ["Ben", "Cho"]);
        let refused = signs(&mut session, pending.id, "Ana").unwrap_err();
        assert!(refused.contains("nobody signs for their own"), "{refused}");
        let view = session.view();
        let offered = guide::signers(view.pending.first().unwrap(), &view);
        let ana = offered.iter().find(|entry| entry.id == "Ana").unwrap();
        assert!(ana.off.as_ref().unwrap().contains("for their own"));
        signs(&mut session, pending.id, "Ben").unwrap();
        signs(&mut session, pending.id, "Cho").unwrap();
        executes(&mut session, pending.id);
    }

    /// Where a custodian who asks would be needed beside the appointee, nobody is asked for a signature that leads nowhere;
    /// the appointee may ask, for asking is not approving.
    #[test]
    fn who_asks_for_an_appointment_leaves_enough_to_sign_it() {
        let mut session = vault(&MemoryStore::new());
        let refused = asks(&mut session, "Cho", "Ana").unwrap_err().to_string();
        assert!(
            refused.contains("Ana cannot approve their own"),
            "{refused}"
        );
        assert!(session.view().pending.is_empty());
        let pending = asks(&mut session, "Ana", "Ana").unwrap();
        assert_eq!(pending.may_sign, ["Ben", "Cho"]);
    }

    /// In a vault of 2 of 2 the rule would leave it without any appointment: there it does not hold, and the request says so.
    #[test]
    fn where_the_others_are_too_few_the_appointee_signs_and_it_is_said() {
        let mut session = vault_of(&MemoryStore::new(), TWO);
        let pending = asks(&mut session, "Ada", "Ana").unwrap();
        assert_eq!(pending.may_sign, ["Ana", "Ben"]);
        let notes = pending.details.iter().map(|(_, text)| text.as_str());
        let notes: Vec<&str> = notes.filter(|t| t.contains("Ana may sign")).collect();
        assert_eq!(notes.len(), 1, "{:?}", pending.details);
        signs(&mut session, pending.id, "Ana").unwrap();
        signs(&mut session, pending.id, "Ben").unwrap();
        executes(&mut session, pending.id);
        // Somebody who does not serve yet is signed for by everybody, as before.
        let pending = asks(&mut session, "Ada", "Dee").unwrap();
        assert_eq!(pending.may_sign, ["Ana", "Ben"]);
    }

    /// Ben becomes administrator by the rotation: that is his own appointment, and Ana's and Cho's places are not new.
    #[test]
    fn nobody_signs_for_another_place_that_a_rotation_gives_them() {
        let mut session = vault(&MemoryStore::new());
        let mut other = rotation(OLD);
        for seat in &mut other.people {
            match seat.name.as_str() {
                "Ada" => seat.role = "custodian",
                "Ben" => seat.role = "administrator",
                _ => {}
            }
        }
        let pending = asks_for(&mut session, "Ada", CustodyAct::Rotate(other.clone())).unwrap();
        assert_eq!(pending.may_sign, ["Ana", "Cho"]);
        let refused = signs(&mut session, pending.id, "Ben").unwrap_err();
        assert!(refused.contains("nobody signs for their own"), "{refused}");
        signs(&mut session, pending.id, "Ana").unwrap();
        signs(&mut session, pending.id, "Cho").unwrap();
        // Where nobody's place changes everybody signs, as before.
        let same = asks_for(&mut session, "Ada", CustodyAct::Rotate(rotation(OLD))).unwrap();
        assert_eq!(same.may_sign, ["Ana", "Ben", "Cho"]);
        // Two of three whose places change: the one who is left could not make up the signatures, and it is said.
        let ana = other.people.iter_mut().find(|seat| seat.name == "Ana");
        ana.unwrap().role = "witness";
        other
            .people
            .extend(rotation(&[("Dee", "gable grove"), ("Eli", "eagle easel")]).people);
        let few = asks_for(&mut session, "Ada", CustodyAct::Rotate(other)).unwrap();
        assert_eq!(few.may_sign, ["Ana", "Ben", "Cho"]);
        let said = few.details.iter().any(|(_, text)| {
            text.starts_with("Ben, Ana may sign") || text.starts_with("Ana, Ben may sign")
        });
        assert!(said, "{:?}", few.details);
    }
}
