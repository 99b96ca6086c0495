//! Resharing: new shares of the same identities for the same people, in two commits. Between them the old envelopes
//! and the new ones both open; the old set dies when every new envelope was proven.

use serde_bytes::ByteBuf;

use crate::crypto::SecretBytes;
use crate::custody::{ApprovalKey, Role};
use crate::vault::{CUSTODY, CUSTODY_NEXT, CustodyFile, Identity};

use super::action::Action;
use super::book::{Turn, storage};
use super::command::{Arrow, Executed};
use super::custody_act::CustodyAct;
use super::enrolment::{self, Enrolled, array, custody_file, seal_all, shares};
use super::error::Refusal;
use super::media::LeftLying;
use super::proving::{Kept, Proving};
use super::reshare_left::HandingRecord;
use super::state::{ChangeRecord, DrillRecord, State};
use super::transition::Transition;
use super::{Hand, Profile, Session};

/// New envelopes that both sets' people can open the vault beside, until every one is proven.
pub struct Resharing {
    /// Person, kind (`share` or `approval`) and armored envelope; in production these go to the people's own media.
    pub envelopes: Vec<(String, &'static str, String)>,
    /// Everybody proves what they were given.
    pub proving: Proving,
    /// The act as executed.
    pub executed: Executed,
}

/// A reshare in force.
#[derive(Debug, Clone)]
pub struct Reshared {
    /// The new set, lower-case hex.
    pub set: String,
    /// The set that died, lower-case hex: its envelopes are destroyed now.
    pub old_set: String,
    /// Everybody who proved.
    pub proven: Vec<String>,
    /// What still lies about of the envelopes that were handed out.
    pub lying: LeftLying,
}

impl Session {
    /// What everybody brings to a reshare: their present envelopes.
    pub fn begin_reshare(&self) -> Proving {
        Proving::everybody(self.book.custody().clone())
    }

    /// The reshare that stands open, if one does: its new envelopes are to be proven.
    ///
    /// # Errors
    /// The public files cannot be read.
    pub fn open_reshare(&self) -> Result<Option<Proving>, Refusal> {
        let vault = self.book.vault();
        let Some(bytes) = vault.store().read(CUSTODY_NEXT).map_err(storage)? else {
            return Ok(None);
        };
        if !vault
            .header()
            .custody
            .contains(&CustodyFile::sha256_of(&bytes))
        {
            return Ok(None);
        }
        let file = CustodyFile::parse(&bytes).map_err(|e| Refusal::Vault(e.to_string()))?;
        Ok(Some(Proving::everybody(file)))
    }

    /// Makes the new envelopes of an approved reshare and accepts them beside the old ones.
    ///
    /// # Errors
    /// Not approved; somebody did not bring their envelopes: nothing is changed then.
    pub fn reshare(&mut self, id: &[u8; 32], brought: &Proving) -> Result<Resharing, Refusal> {
        self.ready()?;
        let (v, u) = brought.identities()?;
        let pending = self.take_approved(id)?;
        let is_one = matches!(&pending.action, Action::Custody(CustodyAct::Reshare { .. }));
        if !is_one || brought.file() != self.book.custody() {
            return Err(Refusal::Usage(
                "This act is no reshare of the set in force. Nothing was changed.".into(),
            ));
        }
        self.change_context();
        let set_id = array(&mut self.entropy, "set-id")?;
        let old = self.book.custody().clone();
        let enrolled = self.shared_anew(&old, brought.kept(), (&v, &u))?;
        let mut file = custody_file(
            old.profile,
            (old.k, old.t),
            (old.vault_id, set_id),
            (&v, &u),
            &enrolled,
        );
        let envelopes = seal_all(&mut file, &enrolled, self.profile)?;
        file.recovery.clone_from(&old.recovery);
        let set = super::door::hex(&set_id);
        let at = self.now().millis();
        let mut working = self.state.clone();
        self.ledger_begins(&mut working);
        self.end_open_reshare(&mut working)?;
        working.handing =
            (self.profile == Profile::Production).then(|| HandingRecord::begun(set.clone()));
        enrolment::enter_in_ledger(&mut working.ledger, &file, "reshare", at);
        working.consumed = vec![ByteBuf::from(pending.act.approval_id.to_vec())];
        let response = serde_json::json!({"set": set});
        let step = Transition::moving("Reshare", pending.action.to_json(), response)
            .signed_by(&pending.act, &pending.signatures, pending.required)
            .because_of(&pending.action)
            .with("set", set);
        let step = enrolment::in_the_line(step, &file, "reshare", at);
        let current = self.custody_in_place()?;
        let staged = self.stage(&file)?;
        let turn = Turn {
            custody: Some(vec![current, staged]),
            ..Turn::default()
        };
        self.commit_turn(working, &[step], &turn)?;
        self.seal_audit()?;
        let executed = self.carried_out(&pending);
        Ok(Resharing {
            envelopes,
            proving: Proving::everybody(file),
            executed,
        })
    }

    /// The same people with new shares of the same identities.
    fn shared_anew(
        &mut self,
        old: &CustodyFile,
        kept: &[Kept],
        (v, u): (&Identity, &Identity),
    ) -> Result<Vec<Enrolled>, Refusal> {
        let mut open = shares(v, old.k, old.n, &mut self.entropy, "v-shares")?;
        let mut use_ = shares(u, old.t, old.n, &mut self.entropy, "u-shares")?;
        let mut enrolled = Vec::with_capacity(old.people.len());
        for person in &old.people {
            let own = kept
                .iter()
                .find(|k| k.name == person.name)
                .ok_or_else(|| missing(&person.name))?;
            let key = ApprovalKey::from_raw(&own.opened.approval_key)
                .ok_or_else(|| missing(&person.name))?;
            let place = |all: &mut Vec<_>| {
                let at = all
                    .iter()
                    .position(|s: &crate::crypto::secret_sharing::Share| {
                        Some(s.index) == person.index
                    })?;
                Some(all.swap_remove(at))
            };
            enrolled.push(Enrolled {
                name: person.name.clone(),
                role: Role::from_word(&person.role).ok_or_else(|| missing(&person.name))?,
                key,
                index: person.index,
                open: place(&mut open),
                use_: place(&mut use_),
                passphrase: SecretBytes::from_slice(own.passphrase.expose()),
                medium: person.medium.clone(),
            });
        }
        Ok(enrolled)
    }

    /// SHA-256 of custody.toml as it lies in the folder.
    pub(super) fn custody_in_place(&self) -> Result<[u8; 32], Refusal> {
        let bytes = self
            .book
            .vault()
            .store()
            .read(CUSTODY)
            .map_err(storage)?
            .unwrap_or_default();
        Ok(CustodyFile::sha256_of(&bytes))
    }

    /// Ends the old set: every new envelope was proven.
    ///
    /// # Errors
    /// Somebody has not proven; no reshare stands open: both sets stay as they are.
    pub fn finish_reshare(&mut self, proving: &Proving) -> Result<Reshared, Refusal> {
        self.finish_reshare_with(proving, None)
    }

    /// The same with the arrow of a run's journal in the same commit.
    pub(crate) fn finish_reshare_with(
        &mut self,
        proving: &Proving,
        arrow: Option<Arrow>,
    ) -> Result<Reshared, Refusal> {
        self.ready()?;
        let stands = self.open_reshare()?;
        if stands.is_none_or(|stands| stands.file() != proving.file()) {
            return Err(Refusal::Usage(
                "No reshare of this set stands open. Nothing was changed.".into(),
            ));
        }
        let (v, _) = proving.identities()?;
        if v.recipient() != self.book.custody().recipients.open {
            return Err(Refusal::Custody(
                "The new shares are of another identity. The old set stays; nothing was changed."
                    .into(),
            ));
        }
        let (proven, file) = (proving.proven(), proving.file().clone());
        let old_set = self.book.set();
        let set = super::door::hex(&file.set_id);
        let mut working = self.state.clone();
        working.handing = None;
        self.end_old_set(&mut working, &file, &old_set);
        if let Some(arrow) = arrow {
            super::journal::apply(&mut working, arrow, None, self.now())?;
        }
        let request = serde_json::json!({"set": set, "old_set": old_set, "proven": proven});
        let step = Transition::moving("EndOldSet", request, serde_json::json!({}))
            .with("set", set.clone())
            .with("old_set", old_set.clone())
            .with("proven", serde_json::json!(proven))
            .with("approved_with", "Reshare");
        let text = file.to_toml().map_err(|e| Refusal::Vault(e.to_string()))?;
        let turn = Turn {
            custody: Some(vec![CustodyFile::sha256_of(text.as_bytes())]),
            ..Turn::default()
        };
        self.commit_turn(working, &[step], &turn)?;
        self.promote()?;
        self.seal_audit()?;
        self.remember_height();
        self.end_handing_out();
        Ok(Reshared {
            lying: LeftLying::default(),
            set,
            old_set,
            proven,
        })
    }

    fn end_old_set(&self, working: &mut State, file: &CustodyFile, old_set: &str) {
        let at = self.now().millis();
        working.ledger.close_set(old_set, at);
        let own = self.book.whole_custody();
        super::op_envelopes::ended(working, own, super::op_envelopes::RESHARE, at);
        for record in &mut working.backups {
            record.set.get_or_insert_with(|| old_set.to_owned());
        }
        let recovery = working.recovery.as_ref().map(|r| r.set.clone());
        working
            .drills
            .retain(|_, drill| Some(&drill.set) == recovery.as_ref());
        for person in &file.people {
            let set = super::door::hex(&file.set_id);
            working
                .drills
                .insert(person.name.clone(), DrillRecord { at, set });
        }
        working.changes.push(ChangeRecord {
            kind: "reshare".into(),
            seq: self.book.seq() + 1,
            at,
            text: "the shares were renewed for the same people; envelopes of the set before are worthless here and \
                   are destroyed"
                .into(),
            shown: false,
        });
    }

    /// A reshare where signing keys are held: `hands` bring the present envelopes and prove the new ones.
    ///
    /// # Errors
    /// As [`Session::reshare`] and [`Session::finish_reshare`]; PersonNeeded where keys are not held.
    pub fn reshare_automatic(&mut self, reason: &str, hands: &[Hand]) -> Result<Reshared, Refusal> {
        let mut brought = self.begin_reshare();
        prove_all(&mut brought, hands)?;
        brought.identities()?;
        let action = Action::Custody(CustodyAct::Reshare {
            reason: reason.to_owned(),
        });
        let pending = self.approved_by_held(action, None)?;
        let mut new = self.reshare(&pending.id, &brought)?;
        prove_all(&mut new.proving, hands)?;
        self.finish_reshare(&new.proving)
    }
}

/// Everybody who has something to prove and is there proves it.
pub(crate) fn prove_all(proving: &mut Proving, hands: &[Hand]) -> Result<(), Refusal> {
    for hand in hands {
        if proving.who().contains(&hand.name) {
            proving.prove(hand).map_err(|refusal| match refusal {
                Refusal::Custody(text) => Refusal::Custody(format!("{}: {text}", hand.name)),
                other => other,
            })?;
        }
    }
    Ok(())
}

fn missing(name: &str) -> Refusal {
    Refusal::Approval(format!(
        "{name} is not here with both envelopes, and a reshare renews everybody's. Nothing was changed. If {name} \
         cannot come, rotate instead."
    ))
}
