//! The recovery set: a second split of the vault's identities, made by an act, proven by its holders, and put in force
//! with one commit.

use serde_bytes::ByteBuf;

use crate::crypto::SecretBytes;
use crate::custody::Person;
use crate::vault::{CustodyFile, RecoverySet};

use super::action::Action;
use super::book::Turn;
use super::command::{Arrow, Executed};
use super::custody_act::{CustodyAct, Recovery};
use super::enrolment::{self, Enrolled};
use super::envelopes::set_name;
use super::error::Refusal;
use super::handed_out;
use super::media::LeftLying;
use super::pending::Pending;
use super::proving::Proving;
use super::state::{ChangeRecord, DrillRecord, RecoveryRecord, State};
use super::transition::Transition;
use super::{Hand, Profile, Session};

/// A recovery set that was approved and drawn, and is not in force: dropping it leaves everything as it was.
pub struct PreparedRecovery {
    pending: Pending,
    /// The recovery set as a custody file of its own.
    file: CustodyFile,
    envelopes: Vec<(String, &'static str, String)>,
    enrolled: Vec<Enrolled>,
    proving: Proving,
}

impl PreparedRecovery {
    /// Person, kind (`share` or `approval`) and armored envelope; in production these go to the holders' own media.
    pub fn envelopes(&self) -> &[(String, &'static str, String)] {
        &self.envelopes
    }

    /// Who has proven so far.
    pub(crate) const fn seen(&self) -> &Proving {
        &self.proving
    }

    /// Every holder proves what they were given before it counts.
    pub const fn proving(&mut self) -> &mut Proving {
        &mut self.proving
    }
}

/// A recovery set in force.
#[derive(Debug, Clone)]
pub struct RecoveryMade {
    /// The set, lower-case hex.
    pub set: String,
    /// The recovery set that it takes the place of, lower-case hex: its envelopes are destroyed now.
    pub old_set: Option<String>,
    /// Who holds it.
    pub holders: Vec<String>,
    /// How many of them open.
    pub k: u8,
    /// Where it lies.
    pub place: String,
    /// Copies that know nothing of it: they open to the custodians alone.
    pub copies: Vec<String>,
    /// The act as executed.
    pub executed: Executed,
    /// What still lies about of the envelopes that were handed out.
    pub lying: LeftLying,
}

impl Session {
    /// What custodians bring to the making of a recovery set: their present envelopes, of as many as open and use.
    pub fn begin_recovery(&self) -> Proving {
        Proving::enough(self.book.custody().clone())
    }

    /// Makes the envelopes of an approved recovery set from what the custodians brought. Nothing is written.
    ///
    /// # Errors
    /// Not approved; too few custodians brought their envelopes; a holder has no passphrase. Nothing is changed.
    pub fn prepare_recovery(
        &mut self,
        id: &[u8; 32],
        passphrases: Vec<(String, SecretBytes)>,
        brought: &Proving,
    ) -> Result<PreparedRecovery, Refusal> {
        self.ready()?;
        let (v, u) = brought.identities()?;
        let pending = self.take_approved(id)?;
        let Action::Custody(CustodyAct::Recovery(recovery)) = &pending.action else {
            return Err(Refusal::Usage(
                "This act makes no recovery set. Nothing was changed.".into(),
            ));
        };
        if brought.file() != self.book.custody() {
            return Err(Refusal::Usage(
                "The shares that were brought are not of the set in force. Nothing was changed."
                    .into(),
            ));
        }
        let people = super::rotation::newcomers(&recovery.people, passphrases)?;
        self.change_context();
        let quorum = (recovery.k, recovery.k);
        let (enrolled, file, envelopes) = self.drawn_set(
            (people, &recovery.people),
            quorum,
            (&v, &u),
            "recovery-set-id",
        )?;
        self.note_recovery_handed_out(&recovery.people, &set_name(&file.set_id))?;
        Ok(PreparedRecovery {
            pending,
            proving: Proving::everybody(file.clone()),
            file,
            envelopes,
            enrolled,
        })
    }

    /// Puts a proven recovery set in force: custody.toml declares it, the state knows its holders' keys; one commit.
    ///
    /// # Errors
    /// A holder has not proven; the state changed since it was approved: nothing is changed then. A failed write
    /// says what stands.
    pub fn finish_recovery(&mut self, prepared: PreparedRecovery) -> Result<RecoveryMade, Refusal> {
        self.finish_recovery_with(prepared, None)
    }

    /// The same with the arrow of a run's journal in the same commit.
    pub(crate) fn finish_recovery_with(
        &mut self,
        prepared: PreparedRecovery,
        arrow: Option<Arrow>,
    ) -> Result<RecoveryMade, Refusal> {
        self.ready()?;
        self.still_the_same(&prepared.pending)?;
        let PreparedRecovery {
            pending,
            file,
            enrolled,
            proving,
            ..
        } = prepared;
        proving.identities()?;
        let Action::Custody(CustodyAct::Recovery(recovery)) = &pending.action else {
            return Err(Refusal::Usage(
                "This act makes no recovery set. Nothing was changed.".into(),
            ));
        };
        let whole = CustodyFile {
            recovery: Some(RecoverySet::of(&file, &recovery.place)),
            ..self.book.whole_custody().clone()
        };
        let mut working = self.state.clone();
        let old_set = self.enter_recovery(&mut working, &file, &enrolled, recovery);
        working.consumed = vec![ByteBuf::from(pending.act.approval_id.to_vec())];
        let line = self.recovery_line(&pending, &file, &enrolled);
        self.arrow_with(&mut working, arrow, &pending, std::slice::from_ref(&line))?;
        let staged = self.stage(&whole)?;
        let turn = Turn {
            custody: Some(vec![staged]),
            ..Turn::default()
        };
        self.commit_turn(working, &[line], &turn)?;
        self.promote()?;
        self.seal_audit()?;
        self.remember_height();
        self.holders_practise(&enrolled);
        let executed = self.carried_out(&pending);
        let copies = self.state.backups.iter().filter(|b| b.exists());
        Ok(RecoveryMade {
            lying: LeftLying::default(),
            set: super::door::hex(&file.set_id),
            old_set,
            holders: enrolled.into_iter().map(|e| e.name).collect(),
            k: file.k,
            place: recovery.place.clone(),
            copies: copies.map(|b| b.id.clone()).collect(),
            executed,
        })
    }

    /// A recovery set where signing keys are held: `hands` bring the custodians' envelopes, and every holder proves
    /// with the passphrase they are given.
    ///
    /// # Errors
    /// As [`Session::prepare_recovery`] and [`Session::finish_recovery`]; PersonNeeded where keys are not held.
    pub fn recovery_automatic(
        &mut self,
        recovery: Recovery,
        passphrases: Vec<(String, SecretBytes)>,
        hands: &[Hand],
    ) -> Result<RecoveryMade, Refusal> {
        let mut brought = self.begin_recovery();
        super::resharing::prove_all(&mut brought, hands)?;
        brought.identities()?;
        let new = Hand::with_words(&passphrases);
        let action = Action::Custody(CustodyAct::Recovery(recovery));
        let pending = self.approved_by_held(action, None)?;
        let mut prepared = self.prepare_recovery(&pending.id, passphrases, &brought)?;
        super::resharing::prove_all(prepared.proving(), &new)?;
        self.finish_recovery(prepared)
    }

    /// Enters the holders of the new set; those of the set before end with it. Returns the set that ended.
    fn enter_recovery(
        &self,
        working: &mut State,
        file: &CustodyFile,
        enrolled: &[Enrolled],
        recovery: &Recovery,
    ) -> Option<String> {
        let (seq, at) = (self.book.seq(), self.now().millis());
        let set = super::door::hex(&file.set_id);
        let old_set = working.recovery_in_force().map(|record| record.set.clone());
        let before = working.recovery.take();
        if let Some(old) = &old_set {
            working.ledger.close_set(old, at);
            if let Some(file) = self.book.whole_custody().of_recovery() {
                super::op_envelopes::ended(working, &file, "recovery-set", at);
            }
            working.drills.retain(|_, drill| drill.set != *old);
        }
        let mut people: Vec<Person> = before.map(|record| record.people).unwrap_or_default();
        for person in &mut people {
            person.until_seq.get_or_insert(seq);
        }
        people.extend(enrolled.iter().map(|e| enrolment::person(e, seq + 1)));
        self.ledger_begins(working);
        handed_out::forget_recovery(working);
        enrolment::enter_in_ledger(&mut working.ledger, file, "recovery-set", at);
        for person in enrolled {
            let record = DrillRecord {
                at,
                set: set.clone(),
            };
            working.drills.insert(person.name.clone(), record);
        }
        let names: Vec<&str> = enrolled.iter().map(|e| e.name.as_str()).collect();
        working.changes.push(ChangeRecord {
            kind: "recovery-set".into(),
            seq: seq + 1,
            at,
            text: format!(
                "a recovery set was made: {} of {} ({}) can open this vault as a recorded exception, from {}",
                file.k,
                file.n,
                names.join(", "),
                recovery.place
            ),
            shown: false,
        });
        working.recovery = Some(RecoveryRecord {
            set,
            place: recovery.place.clone(),
            k: file.k,
            at,
            people,
            ended: None,
            used: None,
        });
        old_set
    }

    /// The act, with what the holders signed about themselves and each other; see [`Session::finish_rotation`].
    fn recovery_line(
        &self,
        pending: &Pending,
        file: &CustodyFile,
        enrolled: &[Enrolled],
    ) -> Transition {
        let signed = self.signed_anew(file, enrolled);
        let set = super::door::hex(&file.set_id);
        let response = serde_json::json!({"set": set});
        let step = Transition::moving(
            crate::custody::policy::operation::RECOVERY_SET,
            pending.action.to_json(),
            response,
        )
        .signed_by(&pending.act, &pending.signatures, pending.required)
        .with("set", set)
        .with("people", serde_json::json!(signed));
        enrolment::in_the_line(step, file, "recovery-set", self.now().millis())
    }

    /// In a rehearsal the holders' words are known to whoever practises.
    fn holders_practise(&mut self, enrolled: &[Enrolled]) {
        if self.profile != Profile::Rehearsal {
            return;
        }
        let held = self.automatic();
        for person in enrolled {
            if held {
                let phrase = SecretBytes::from_slice(person.passphrase.expose());
                self.held.phrases.insert(person.name.clone(), phrase);
            }
            let phrase = String::from_utf8_lossy(person.passphrase.expose()).into_owned();
            self.held.practice.insert(person.name.clone(), phrase);
        }
    }
}
