//! A vault that its recovery set opened: an exception, written down before anything is shown, in which one thing is
//! done, making everything new.

use crate::custody::{Person, Role};
use crate::vault::CustodyFile;

use super::Session;
use super::action::Action;
use super::custody_act::CustodyAct;
use super::error::Refusal;
use super::state::{ChangeRecord, RecoveryUse};
use super::transition::Transition;

/// Longest reason.
const LONGEST: usize = 200;

/// The reason that people give before the recovery set opens a vault.
///
/// # Errors
/// It is empty, too long, or holds a control character.
pub(crate) fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        return Err(Refusal::Usage(format!(
            "The recovery set opens a vault as a recorded exception: its reason has 1 to {LONGEST} characters, none of \
             them a control character. Nothing was opened."
        )));
    }
    Ok(text.to_owned())
}

impl Session {
    /// Whether the recovery set opened this session.
    pub const fn by_recovery(&self) -> bool {
        self.sitting.is_some()
    }

    /// Who acts here: the people of the vault; where the recovery set opened it, its holders in the place of the
    /// custodians.
    pub(crate) fn acting(&self) -> &[Person] {
        self.sitting.as_deref().unwrap_or(&self.state.people)
    }

    /// From here on the holders act, as the state knows them: custody.toml only told whom to ask.
    ///
    /// # Errors
    /// The sealed state knows no recovery set, or another.
    pub(crate) fn sit_by_recovery(&mut self, file: CustodyFile) -> Result<(), Refusal> {
        let set = super::door::hex(&file.set_id);
        let known = self.state.recovery_in_force();
        let Some(record) = known.filter(|r| r.set == set) else {
            return Err(Refusal::Custody(
                "The sealed vault knows no such recovery set: custody.toml was altered, or the set ended with a \
                 rotation. Nothing was changed. Use the set that was made last."
                    .into(),
            ));
        };
        let seq = self.book.seq();
        let others = self.state.people.iter();
        let others = others.filter(|p| p.role != Role::Custodian && p.serves_at(seq));
        let holders = record.people.iter().filter(|p| p.serves_at(seq));
        self.sitting = Some(others.chain(holders).cloned().collect());
        self.book.sit_by(Some(file));
        Ok(())
    }

    /// Writes the exception down and seals it: who opened, when and why, shown again at the next opening.
    ///
    /// # Errors
    /// It could not be written; nothing is done in this session then.
    pub(crate) fn note_recovery(&mut self, reason: &str) -> Result<(), Refusal> {
        let (who, at) = (self.present.clone(), self.now().millis());
        let mut working = self.state.clone();
        let set = working.recovery.as_mut().map(|record| {
            record.used = Some(RecoveryUse {
                at,
                who: who.clone(),
                reason: reason.to_owned(),
            });
            record.set.clone()
        });
        working.changes.push(ChangeRecord {
            kind: "recovery".into(),
            seq: self.book.seq(),
            at,
            text: format!(
                "the recovery set opened this vault ({}): {reason}. Rotate: the set is spent",
                who.join(", ")
            ),
            shown: false,
        });
        let note = Transition::note("open-by-recovery", who)
            .with("set", set.unwrap_or_default())
            .with("reason", reason.to_owned())
            .with("seq", self.book.seq());
        self.commit(working, &[note], false)?;
        self.seal_audit()?;
        // Where there is room for one note alone, it is this.
        let note = format!(
            "EXCEPTION, written down: the recovery set opened this vault: {reason}. Here people look, and rotate: new \
             identities, shares, words and keys for whoever serves from then on. Nothing else is done. An administrator asks \
             for it; where none can come, a holder asks, who then does not sign it: {} others do, so one holder more comes.",
            self.book.k()
        );
        self.notes.insert(0, note);
        Ok(())
    }

    /// Where the recovery set opened the vault, everything is made new and nothing else is done.
    pub(crate) fn only_recovers(&self, action: &Action) -> Result<(), Refusal> {
        let may = matches!(
            action,
            Action::Custody(
                CustodyAct::Rotate(_)
                    | CustodyAct::Restore { .. }
                    | CustodyAct::ClockAhead { .. }
                    | CustodyAct::ClockBack { .. }
            )
        );
        if may || !self.by_recovery() {
            return Ok(());
        }
        Err(Refusal::Approval(
            "The recovery set opened this vault, and that is for one thing: to rotate, which makes everything new for \
             whoever serves from then on. Nothing was changed. Rotate; then the new custodians do the rest."
                .into(),
        ))
    }

    /// Whom a rotation keeps where it names nobody: the people of the vault with their roles, and its quorum; never
    /// the holders of the recovery set.
    pub fn on_record(&self) -> (Vec<(String, Role)>, u8, u8) {
        let seq = self.book.seq();
        let serving = self.state.people.iter().filter(|p| p.serves_at(seq));
        let whole = self.book.whole_custody();
        (
            serving.map(|p| (p.name.clone(), p.role)).collect(),
            whole.k,
            whole.t,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody_tests::{NEW, OLD, open_all, passphrases, rotation};
    use super::super::recovery_tests::{HOLDERS, recovered, with_a_set};
    use super::super::*;
    use crate::crypto::SecretBytes;

    /// What a copy of before the set opens to: the custodians alone, which is due until there is a newer one.
    #[test]
    fn a_copy_of_before_the_set_is_due() {
        let (store, _) = with_a_set();
        let mut session = open_all(store, OLD).unwrap();
        let made = session.state.recovery.as_ref().unwrap().at;
        let copy = |at: i64| state::BackupRecord {
            id: "B1".into(),
            seq: session.view().seq,
            medium: "stick 4".into(),
            bag: None,
            at,
            state: "verified".into(),
            set: None,
            end: None,
            holder: None,
            place: None,
        };
        let (before, after) = (copy(made - 1), copy(made + 1));
        let told = |session: &Session| {
            let view = session.view();
            let lines = due::due(&view, view.now);
            lines
                .iter()
                .any(|line| line.what.contains("knows nothing of the recovery set"))
        };
        assert!(!told(&session));
        session.state.backups = vec![before];
        session.copies = OnceLock::new();
        assert!(told(&session));
        session.state.backups = vec![after];
        session.copies = OnceLock::new();
        assert!(!told(&session));
    }

    /// The administrator is lost with the custodians: a holder asks, and others sign.
    #[test]
    fn without_an_administrator_a_holder_asks_and_two_others_sign() {
        let (store, _) = with_a_set();
        let names: Vec<&str> = HOLDERS.iter().map(|(name, _)| *name).collect();
        let mut session = recovered(store, &names).unwrap();
        assert!(
            session
                .view()
                .notes
                .iter()
                .any(|note| note.contains("2 others do"))
        );
        let key =
            |at: usize| KeySource::Passphrase(SecretBytes::from_slice(HOLDERS[at].1.as_bytes()));
        let Outcome::Asked(asked) = session
            .perform(Command::Ask {
                action: Action::Custody(CustodyAct::Rotate(rotation(NEW))),
                issuer: names[0].into(),
                origin: None,
                key: key(0),
            })
            .unwrap()
        else {
            panic!("not asked")
        };
        for at in [1, 2] {
            session
                .perform(Command::Approve {
                    id: asked.id,
                    person: names[at].into(),
                    key: key(at),
                })
                .unwrap();
        }
        session
            .prepare_rotation(&asked.id, passphrases(NEW))
            .unwrap();
    }
}
