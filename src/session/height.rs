//! Whether the vault that was opened is the latest, and what opening settles and tells.

use crate::custody::{Role, words};
use crate::evidence::audit::Kind;
use crate::text::tr;
use crate::vault::{self, HighWater};

use super::book::SinceCard;
use super::error::Refusal;
use super::opening::WitnessAnswer;
use super::transition::Transition;
use super::{Profile, Session};

/// What people read who open the vault that was left for a copy of it: both open, with the same names and people.
const LEFT_BEHIND: &str = "a copy of this vault was returned to, and the vault that came of it goes on: this is the one of before. \
    Two vaults of one id are alive, and neither knows what is done in the other: close this one, put it away, and open the \
    restored one";

impl Session {
    /// The workstation's memory and the witness's card: is this the latest copy?
    pub(crate) fn check_height(
        &mut self,
        witness: Option<&WitnessAnswer>,
        since: &SinceCard,
    ) -> Result<(), Refusal> {
        let seq = self.book.seq();
        if let Some(folder) = &self.state_folder {
            let water = HighWater::load(folder).map_err(|e| Refusal::Vault(e.to_string()))?;
            let vault_id = self.book.vault().header().vault_id;
            if water.ended(&vault_id, self.book.epoch_bytes()) {
                self.notes.push(tr(LEFT_BEHIND).to_owned());
            }
            let known = water.seen(&vault_id);
            if let Some(card) = known.filter(|card| card.seq > seq) {
                return Err(older(card.seq, seq));
            }
            if known.is_some_and(|card| card.seq == seq && card.head != self.book.state_head()) {
                return Err(Refusal::Vault(
                    "This vault has the sequence number this workstation knows, but another history: it is a fork. \
                     It was not opened and nothing was changed. Stop, and find the vault that the last ceremony left."
                        .into(),
                ));
            }
        }
        match witness {
            None if self.profile == Profile::Production => Err(Refusal::PersonNeeded(
                "The witness reads sequence number and words from the last witness card before a production vault is \
                 opened. Nothing was changed."
                    .into(),
            )),
            None => Ok(()),
            Some(card) => self.check_card(card, since),
        }
    }

    /// The card's words must be those of this vault's own history at the card's sequence number. An older card of
    /// the same chain is no rollback: the changes since are told.
    fn check_card(&mut self, card: &WitnessAnswer, since: &SinceCard) -> Result<(), Refusal> {
        let seq = self.book.seq();
        if card.seq > seq {
            return Err(older(card.seq, seq));
        }
        let typed = words::parse(&card.words).map_err(|e| Refusal::Custody(e.to_string()))?;
        let head = if card.seq == seq {
            Some(self.book.state_head())
        } else {
            since.head
        };
        if head.is_none_or(|head| head.get(..6) != Some(typed.as_slice())) {
            return Err(Refusal::Custody(format!(
                "The words on the card are not those of this vault at sequence {}. Check the typing first; if the \
                 words are right, this vault has another history than the card: stop. It was not opened and \
                 nothing was changed.",
                card.seq
            )));
        }
        self.card_seen.set(Some(card.seq));
        let count = seq - card.seq;
        if count > 0 {
            self.card_notes = older_card(count, since);
        }
        Ok(())
    }

    /// A card that was refused leaves a line; nothing else of the vault is written, and the refusal stands without it.
    pub(crate) fn note_refused_card(&mut self, witness: Option<&WitnessAnswer>) {
        let Some(card) = witness else {
            return;
        };
        let note = Transition::note("witness-card", self.present.clone())
            .with("number", card.seq)
            .with("seq", self.book.seq())
            .with("result", "refused");
        let note = self.with_whose_card(note);
        let _ = self.book.line(Kind::Refused, &note, self.now());
    }

    /// With whose card it is: the witness's by name, or one of several. A card is typed and not signed, so this is what the
    /// vault has it for, and no proof of who typed it.
    fn with_whose_card(&self, note: Transition) -> Transition {
        let people = self.book.custody().people.iter();
        let witnesses = people.filter(|person| person.role == Role::Witness.word());
        let names: Vec<&str> = witnesses.map(|person| person.name.as_str()).collect();
        match names.as_slice() {
            [] => note,
            [one] => note.with("card_of", *one),
            several => note.with("card_of", format!("one of {}", several.join(", "))),
        }
    }

    /// Restores ordinals, settles what is due, seals the opening.
    pub(crate) fn after_opening(&mut self) -> Result<(), Refusal> {
        if let Some(run) = self
            .state
            .runs
            .iter()
            .rev()
            .find(|run| run.outcome.is_none())
        {
            self.entropy.restore_ordinals(run.ordinals.clone());
        }
        self.settle_due()?;
        for arn in &self.destroyed {
            self.notes.push(format!(
                "{arn}: its deletion window ended; the key was destroyed now"
            ));
        }
        self.notes.extend(self.runs_ahead());
        self.adopt_policy();
        self.show_changes();
        let mut opened =
            Transition::note("open", self.present.clone()).with("seq", self.book.seq());
        if let Some(card) = self.card_seen.get() {
            opened = self.with_whose_card(opened.with("card", card));
        }
        if self.profile == Profile::Production
            && let Some(unfit) = super::machine::unfit()
        {
            opened = opened.with("unfit", unfit);
        }
        self.book.line(Kind::Opened, &opened, self.now())?;
        self.seal_audit()?;
        self.remember_height();
        Ok(())
    }

    /// A test vault whose scripts let time pass runs ahead of the machine for good: more than a day is said at each opening,
    /// for whoever gets a certificate of it checks its dates by their own clock.
    fn runs_ahead(&self) -> Option<String> {
        const DAY: i64 = 86_400_000;
        let (now, wall) = (self.now(), self.wall_time());
        let ahead = now.millis().saturating_sub(wall.millis());
        (self.profile == Profile::Test && ahead > DAY).then(|| {
            format!(
                "this vault's clock, {}, is {} ahead of the machine's: scripts let time pass here, and it does not go \
                 back. What it issues is valid from then: others who read the real time refuse it until it is {}",
                now.rfc3339(),
                super::due::span(ahead),
                now.rfc3339().get(..10).unwrap_or_default()
            )
        })
    }

    /// What changed of people and shares is shown first at the next opening; a reshare that stands open always.
    fn show_changes(&mut self) {
        for change in self.state.changes.iter_mut().filter(|c| !c.shown) {
            // Shares of a recovery set that was cut are good until everything is new: that is said at every opening.
            change.shown = change.kind != super::handed_out::RECOVERY;
            let when = super::sentence_custody::when(change.at);
            self.notes.push(format!("{when}: {}", change.text));
        }
        self.notes
            .extend(self.reshare_left().map(|left| left.note()));
    }

    /// Raises the workstation's memory of the highest state; were it unwritable, the vault is still whole.
    pub(crate) fn remember_height(&mut self) {
        if self.profile == Profile::Rehearsal {
            return;
        }
        let Some(folder) = &self.state_folder else {
            return;
        };
        let card = vault::WitnessCard {
            vault_id: self.book.vault().header().vault_id,
            seq: self.book.seq(),
            head: self.book.state_head(),
        };
        let ended = self.ended_epochs();
        let noted = HighWater::load(folder).and_then(|mut water| {
            // What is done in the vault of before raises nothing: the one that goes on would be taken for older.
            if water.ended(&card.vault_id, self.book.epoch_bytes()) {
                return Ok(());
            }
            water.end(card.vault_id, &ended)?;
            water.raise(card)
        });
        if let Err(error) = noted {
            self.notes.push(error.to_string());
        }
    }

    /// The epochs of this vault that ended when a copy was returned to.
    pub(crate) fn ended_epochs(&self) -> Vec<[u8; 16]> {
        let eras = self.state.eras.iter();
        let epochs = eras.filter_map(|era| <[u8; 16]>::try_from(era.epoch.as_slice()).ok());
        epochs
            .filter(|epoch| epoch != self.book.epoch_bytes())
            .collect()
    }
}

/// A card that is older than the vault and of its own history: how many changes, and which.
fn older_card(count: u64, since: &SinceCard) -> Vec<String> {
    let plural = if count == 1 { "" } else { "s" };
    let mut notes = vec![format!(
        "the witness card is older by {count} change{plural}, and they all follow from it"
    )];
    match count.saturating_sub(since.changes.len() as u64) {
        0 => {}
        more => notes.push(format!(
            "since the card: {more} that only the audit log lists, then"
        )),
    }
    let told = since.changes.iter();
    notes.extend(told.map(|change| format!("since the card: {change}")));
    notes
}

/// The refusal of a copy that stands at sequence `found` where `known` is known.
pub(crate) fn older(known: u64, found: u64) -> Refusal {
    Refusal::Vault(format!(
        "This is an older copy of the vault, a rollback: it stands at sequence {found}, and {known} is known. It was not \
         opened and nothing was changed. Stop here and find the latest copy. An older one opens only as a recorded \
         exception: Return to a copy, on the first page (`keymoot vault restore`)."
    ))
}
