//! Rotation: new identities, shares, passphrases and approval keys; people may leave, join or be replaced.
//!
//! Everything new is drawn and sealed in memory, handed out and proven before the one commit that seals the whole
//! vault to the new identities. Up to that commit the old people open the vault, after it the new ones; nothing
//! lies between.

use serde_bytes::ByteBuf;

use crate::crypto::SecretBytes;
use crate::custody::ledger::Ledger;
use crate::custody::{self, By, Person};
use crate::vault::{CustodyFile, Identity, WitnessCard};

use super::action::Action;
use super::book::Turn;
use super::command::{Arrow, Executed};
use super::creation::NewPerson;
use super::custody_act::{CustodyAct, Rotation, Seat};
use super::enrolment::{self, Enrolled, array, custody_file, enrol, identity, seal_all};
use super::envelopes::set_name;
use super::error::Refusal;
use super::handed_out;
use super::locks::Sealer;
use super::media::LeftLying;
use super::pending::Pending;
use super::present::Held;
use super::proving::Proving;
use super::state::{ChangeRecord, State};
use super::transition::Transition;
use super::{Hand, Profile, Session, forms, op_envelopes};

/// People with everything drawn for them, the public file of their set, and person, kind and armored text of envelopes.
type DrawnSet = (
    Vec<Enrolled>,
    CustodyFile,
    Vec<(String, &'static str, String)>,
);

/// A rotation that was approved and drawn, and is not in force: dropping it leaves everything as it was.
pub struct Prepared {
    pending: Pending,
    file: CustodyFile,
    envelopes: Vec<(String, &'static str, String)>,
    v: Identity,
    u: Identity,
    enrolled: Vec<Enrolled>,
    proving: Proving,
}

impl Prepared {
    /// Person, kind (`share` or `approval`) and armored envelope; in production these go to the people's own media.
    pub fn envelopes(&self) -> &[(String, &'static str, String)] {
        &self.envelopes
    }

    /// Who has proven so far.
    pub(crate) const fn seen(&self) -> &Proving {
        &self.proving
    }

    /// Everybody proves what they were given before it counts.
    pub const fn proving(&mut self) -> &mut Proving {
        &mut self.proving
    }
}

/// A rotation in force.
#[derive(Debug, Clone)]
pub struct Rotated {
    /// People whose place ended.
    pub gone: Vec<String>,
    /// People who are new.
    pub joined: Vec<String>,
    /// Secrets that were sealed anew.
    pub secrets: usize,
    /// Copies that still open to the people of then.
    pub open_copies: Vec<String>,
    /// Where the recovery set lay that ended with it.
    pub ended_recovery: Option<String>,
    /// One printable enrolment form per person: name and text.
    pub forms: Vec<(String, String)>,
    /// The witness card as text.
    pub witness_card: String,
    /// The act as executed.
    pub executed: Executed,
    /// What still lies about of the envelopes that were handed out.
    pub lying: LeftLying,
}

impl Session {
    /// Draws everything for an approved rotation: identities, shares, approval keys, envelopes under the new
    /// passphrases. Nothing is written.
    ///
    /// # Errors
    /// Not approved; a passphrase is missing, or somebody is not in the act.
    pub fn prepare_rotation(
        &mut self,
        id: &[u8; 32],
        passphrases: Vec<(String, SecretBytes)>,
    ) -> Result<Prepared, Refusal> {
        self.ready()?;
        let pending = self.take_approved(id)?;
        let Action::Custody(CustodyAct::Rotate(rotation)) = &pending.action else {
            return Err(Refusal::Usage(
                "This act is no rotation. Nothing was changed.".into(),
            ));
        };
        let people = newcomers(&rotation.people, passphrases)?;
        self.change_context();
        let v = identity(&mut self.entropy, "v-identity")?;
        let u = identity(&mut self.entropy, "u-identity")?;
        let quorum = (rotation.k, rotation.t);
        let (enrolled, file, envelopes) =
            self.drawn_set((people, &rotation.people), quorum, (&v, &u), "set-id")?;
        let proving = Proving::everybody(file.clone());
        self.note_handed_out(&rotation.people, &set_name(&file.set_id))?;
        Ok(Prepared {
            pending,
            file,
            envelopes,
            v,
            u,
            enrolled,
            proving,
        })
    }

    /// A set of shares for people who get everything new: their keys, the public file and the sealed envelopes. `purpose`
    /// is what its id is drawn for.
    pub(super) fn drawn_set(
        &mut self,
        (people, seats): (Vec<NewPerson>, &[Seat]),
        quorum: (u8, u8),
        (v, u): (&Identity, &Identity),
        purpose: &str,
    ) -> Result<DrawnSet, Refusal> {
        let set_id = array(&mut self.entropy, purpose)?;
        let mut enrolled = enrol(people, v, u, quorum, &mut self.entropy)?;
        for (person, seat) in enrolled.iter_mut().zip(seats) {
            person.medium.clone_from(&seat.medium);
        }
        self.keys_are_new(&enrolled)?;
        let ids = (self.book.custody().vault_id, set_id);
        let mut file = custody_file(self.profile, quorum, ids, (v, u), &enrolled);
        let envelopes = seal_all(&mut file, &enrolled, self.profile)?;
        Ok((enrolled, file, envelopes))
    }

    /// Seeded draws of a change outside a script have a context of their own, which no other change shares.
    pub(crate) fn change_context(&mut self) {
        if !self.in_script {
            let context = format!("change-{}", self.book.seq());
            self.entropy.set_context(&[0; 32], 0, &context);
        }
    }

    /// No approval key is anybody's again, even after it ended.
    fn keys_are_new(&self, enrolled: &[Enrolled]) -> Result<(), Refusal> {
        let holders = self.state.recovery.iter().flat_map(|r| &r.people);
        let mut people: Vec<Person> = self.state.people.iter().chain(holders).cloned().collect();
        for person in &mut people {
            person.until_seq.get_or_insert(self.book.seq());
        }
        for person in enrolled {
            let newcomer = enrolment::person(person, self.book.seq() + 1);
            custody::may_enrol(&people, &newcomer).map_err(|e| Refusal::Custody(e.to_string()))?;
            people.push(newcomer);
        }
        Ok(())
    }

    /// Puts a proven rotation in force: every secret sealed anew, the vault sealed to the new identity, earlier
    /// vault files removed, the old approval keys ended; one commit.
    ///
    /// # Errors
    /// Somebody has not proven; the state changed since it was approved: nothing is changed then. A failed write
    /// says what stands.
    pub fn finish_rotation(&mut self, prepared: Prepared) -> Result<Rotated, Refusal> {
        self.finish_rotation_with(prepared, None)
    }

    /// The same with the arrow of a run's journal in the same commit.
    pub(crate) fn finish_rotation_with(
        &mut self,
        prepared: Prepared,
        arrow: Option<Arrow>,
    ) -> Result<Rotated, Refusal> {
        self.ready()?;
        self.still_the_same(&prepared.pending)?;
        let Prepared {
            pending,
            file,
            v,
            u,
            enrolled,
            proving,
            ..
        } = prepared;
        proving.identities()?;
        let opener = self.opener(&pending)?.ok_or_else(|| {
            Refusal::Approval("A rotation opens every secret. Nothing was changed.".into())
        })?;
        let mut working = self.state.clone();
        let secrets = working
            .engine
            .reseal(&opener, &Sealer(u.recipient().to_owned()))
            .map_err(|e| {
                Refusal::Custody(format!(
                    "A secret could not be sealed anew: {e} Nothing was changed; the people of now stay."
                ))
            })?;
        super::components::reseal(&mut working, &opener, u.recipient())?;
        drop(opener);
        self.end_open_reshare(&mut working)?;
        let (gone, joined) = self.turn_people(&mut working, &file, &enrolled);
        let open_copies = self.copies_of_old_set(&mut working);
        let before = self.state.recovery_in_force();
        let ended_recovery = before.map(|r| r.place.clone());
        working.consumed = vec![ByteBuf::from(pending.act.approval_id.to_vec())];
        let line = self.rotation_line(&pending, &file, &enrolled, (secrets, &open_copies));
        self.arrow_with(&mut working, arrow, &pending, std::slice::from_ref(&line))?;
        let staged = self.stage(&file)?;
        let turn = Turn {
            destroys: true,
            custody: Some(vec![staged]),
            under: Some(&v),
            epoch: None,
        };
        self.commit_turn(working, &[line], &turn)?;
        self.take_in(enrolled, u);
        self.promote()?;
        self.seal_audit()?;
        self.remember_height();
        self.end_handing_out();
        let executed = self.carried_out(&pending);
        Ok(Rotated {
            lying: LeftLying::default(),
            gone,
            joined,
            secrets,
            open_copies,
            ended_recovery,
            forms: forms::enrolment(self),
            witness_card: self.witness_card(),
            executed,
        })
    }

    /// A rotation where signing keys are held: everybody proves with the passphrase they are given.
    ///
    /// # Errors
    /// As [`Session::prepare_rotation`] and [`Session::finish_rotation`]; PersonNeeded where keys are not held.
    pub fn rotate_automatic(
        &mut self,
        rotation: Rotation,
        passphrases: Vec<(String, SecretBytes)>,
    ) -> Result<Rotated, Refusal> {
        let hands = Hand::with_words(&passphrases);
        let action = Action::Custody(CustodyAct::Rotate(rotation));
        let pending = self.approved_by_held(action, None)?;
        let mut prepared = self.prepare_rotation(&pending.id, passphrases)?;
        super::resharing::prove_all(prepared.proving(), &hands)?;
        self.finish_rotation(prepared)
    }

    /// The act is the one that was approved, on the state that it was approved on.
    pub(super) fn still_the_same(&self, pending: &Pending) -> Result<(), Refusal> {
        let now = self.act_of(
            &pending.action,
            &pending.act.issuer,
            pending.act.issuer_key.clone(),
            pending.origin.as_ref(),
            pending.act.approval_id,
        );
        custody::unchanged(&pending.act, &now).map_err(|e| Refusal::Approval(e.to_string()))
    }

    /// Ends the keys of now, enrols the new people, and enters the new set in the ledger.
    fn turn_people(
        &self,
        working: &mut State,
        file: &CustodyFile,
        enrolled: &[Enrolled],
    ) -> (Vec<String>, Vec<String>) {
        let seq = self.book.seq();
        let at = self.now().millis();
        let before: Vec<String> = serving(working);
        for person in &mut working.people {
            person.until_seq.get_or_insert(seq);
        }
        let new = enrolled.iter().map(|e| enrolment::person(e, seq + 1));
        working.people.extend(new);
        let after = serving(working);
        self.ledger_begins(working);
        working.ledger.close_set(&self.book.set(), at);
        let own = self.book.whole_custody();
        op_envelopes::ended(working, own, "rotate", at);
        if let Some(recovery) = working.recovery.as_mut().filter(|r| r.ended.is_none()) {
            // It splits the identities that end here.
            recovery.ended = Some(at);
            for holder in &mut recovery.people {
                holder.until_seq.get_or_insert(seq);
            }
            working.ledger.close_set(&recovery.set, at);
            if let Some(file) = own.of_recovery() {
                op_envelopes::ended(working, &file, "rotate", at);
            }
        }
        enrolment::enter_in_ledger(&mut working.ledger, file, "rotate", at);
        working.drills.clear();
        // Everybody has proven the new envelopes, with a share and without.
        for person in enrolled {
            let set = super::door::hex(&file.set_id);
            working
                .drills
                .insert(person.name.clone(), super::state::DrillRecord { at, set });
        }
        let missing = |from: &[String], of: &[String]| -> Vec<String> {
            of.iter().filter(|n| !from.contains(n)).cloned().collect()
        };
        let (gone, joined) = (missing(&after, &before), missing(&before, &after));
        handed_out::forget(working);
        working.changes.push(ChangeRecord {
            kind: "rotate".into(),
            seq: seq + 1,
            at,
            text: format!(
                "the people were rotated: until then {}; from then on {}",
                before.join(", "),
                after.join(", ")
            ),
            shown: false,
        });
        (gone, joined)
    }

    /// A vault of before there was a ledger: what its custody.toml says is entered first.
    pub(crate) fn ledger_begins(&self, working: &mut State) {
        self.set_enters(&mut working.ledger);
    }

    /// The set of now enters a ledger that does not know it.
    pub(super) fn set_enters(&self, ledger: &mut Ledger) {
        if ledger.split(&self.book.set()).is_none() {
            let own = self.book.whole_custody();
            enrolment::enter_in_ledger(ledger, own, "init", 0);
        }
    }

    /// Copies that stay open to the set of now; records of before sets were noted get theirs.
    fn copies_of_old_set(&self, working: &mut State) -> Vec<String> {
        let set = self.book.set();
        for record in &mut working.backups {
            record.set.get_or_insert_with(|| set.clone());
        }
        working
            .backups
            .iter()
            .filter(|b| b.exists())
            .map(|b| b.id.clone())
            .collect()
    }

    /// The act, with what the new people signed about themselves and each other. One line: notes of their own
    /// could not stand before an intent that a crash leaves unsealed.
    fn rotation_line(
        &self,
        pending: &Pending,
        file: &CustodyFile,
        enrolled: &[Enrolled],
        (secrets, open_copies): (usize, &[String]),
    ) -> Transition {
        let signed = self.signed_anew(file, enrolled);
        let set = super::door::hex(&file.set_id);
        let response = serde_json::json!({"set": set, "open_copies": open_copies});
        let step = Transition::moving("Rotate", pending.action.to_json(), response).signed_by(
            &pending.act,
            &pending.signatures,
            pending.required,
        );
        let step = step.because_of(&pending.action).with("set", set);
        step.with("k", file.k)
            .with("t", file.t)
            .with("secrets", secrets)
            .with("open_copies", serde_json::json!(open_copies))
            .with("people", serde_json::json!(signed))
    }

    /// What new people sign about themselves and each other, from the next sequence number on.
    pub(super) fn signed_anew(
        &self,
        file: &CustodyFile,
        enrolled: &[Enrolled],
    ) -> Vec<serde_json::Value> {
        let by = if self.automatic() {
            By::UnlockFile
        } else {
            By::Terminal
        };
        enrolment::statements(file, enrolled, self.book.seq() + 1, by)
            .into_iter()
            .map(|line| serde_json::json!({"op": line.operation, "who": line.who, "signed": line.details}))
            .collect()
    }

    /// Lays the new custody.toml beside the present one.
    pub(crate) fn stage(&mut self, file: &CustodyFile) -> Result<[u8; 32], Refusal> {
        self.book
            .vault_mut()
            .stage_custody(file)
            .map_err(super::book::vault_refusal)
            .inspect_err(|refusal| self.broken = Some(refusal.to_string()))
    }

    /// Puts the accepted custody.toml in its place; were that cut, the next opening does it.
    pub(crate) fn promote(&mut self) -> Result<(), Refusal> {
        if let Err(error) = self.book.vault_mut().promote_custody() {
            let why = format!(
                "The change is in force, but custody.toml could not be put in its place: {error} The next opening \
                 does it; the new envelopes open the vault."
            );
            self.broken = Some(why.clone());
            return Err(Refusal::Vault(why));
        }
        Ok(())
    }

    /// The people of now take the place of those before: in memory too nothing of the old set stays.
    fn take_in(&mut self, enrolled: Vec<Enrolled>, u: Identity) {
        self.pending.clear();
        self.sitting = None;
        self.book.sit_by(None);
        self.present = enrolled.iter().map(|e| e.name.clone()).collect();
        let held = self.automatic();
        let practice = std::mem::take(&mut self.held.practice);
        self.held = Held::default();
        if self.profile == Profile::Rehearsal && !practice.is_empty() {
            let phrase = |e: &Enrolled| String::from_utf8_lossy(e.passphrase.expose()).into_owned();
            self.held.practice = enrolled
                .iter()
                .map(|e| (e.name.clone(), phrase(e)))
                .collect();
        }
        if held {
            let practice = std::mem::take(&mut self.held.practice);
            self.held = enrolment::held(enrolled, u);
            self.held.practice = practice;
        }
    }

    /// The card of the present state, for the workstation's memory.
    pub fn card(&self) -> WitnessCard {
        WitnessCard {
            vault_id: self.book.vault().header().vault_id,
            seq: self.book.seq(),
            head: self.book.state_head(),
        }
    }
}

/// People whose keys have not ended, in order.
fn serving(state: &State) -> Vec<String> {
    state
        .people
        .iter()
        .filter(|p| p.until_seq.is_none())
        .map(|p| p.name.clone())
        .collect()
}

/// The people of the act, each with the passphrase they were given.
pub(super) fn newcomers(
    seats: &[Seat],
    passphrases: Vec<(String, SecretBytes)>,
) -> Result<Vec<NewPerson>, Refusal> {
    let mut passphrases = passphrases;
    let mut people = Vec::with_capacity(seats.len());
    for seat in seats {
        let at = passphrases
            .iter()
            .position(|(name, _)| *name == seat.name)
            .ok_or_else(|| {
                Refusal::Usage(format!(
                    "{} has no new passphrase. Nothing was changed.",
                    seat.name
                ))
            })?;
        people.push(NewPerson {
            name: seat.name.clone(),
            role: seat.role,
            passphrase: passphrases.swap_remove(at).1,
        });
    }
    match passphrases.first() {
        None => Ok(people),
        Some((name, _)) => Err(Refusal::Usage(format!(
            "{name} is not in the act that was approved. Nothing was changed."
        ))),
    }
}
