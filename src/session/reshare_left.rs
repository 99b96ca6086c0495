//! A reshare that stands open and was cut off. Where new envelopes go to people's own media they lie nowhere else: whoever
//! has none when the process ends gets none any more, and such a set never comes into force. So the vault knows whose were
//! written, says who has which, and ends the set for good: it is given up, or another reshare or a rotation takes its place.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::text::{say, tr};
use crate::vault::CustodyFile;

use super::Session;
use super::book::Turn;
use super::envelopes::set_name;
use super::error::Refusal;
use super::op_envelopes;
use super::proving::Proving;
use super::state::State;
use super::transition::Transition;

/// The line of the log that says that somebody's new envelopes are being written, or were written and read back.
pub(super) const WRITTEN: &str = "reshare-envelopes";

/// Whose new envelopes were written, of the reshare that stands open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HandingRecord {
    /// The set, lower-case hex.
    set: String,
    /// Everybody whose turn to have them written came.
    people: Vec<HandedRecord>,
}

/// One person's new envelopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct HandedRecord {
    person: String,
    /// Folders that they were written to, or were to be.
    folders: Vec<String>,
    /// Whether they were read back from one of them.
    read_back: bool,
}

impl HandingRecord {
    /// Nobody's were written yet.
    pub(super) const fn begun(set: String) -> Self {
        Self {
            set,
            people: Vec::new(),
        }
    }

    fn of(&self, person: &str) -> Option<&HandedRecord> {
        self.people.iter().find(|one| one.person == person)
    }

    /// Before the first byte of them, and again when they were read back.
    fn writes(&mut self, person: &str, folder: String, read_back: bool) {
        let at = self.people.iter().position(|one| one.person == person);
        let at = at.unwrap_or_else(|| {
            self.people.push(HandedRecord {
                person: person.to_owned(),
                folders: Vec::new(),
                read_back: false,
            });
            self.people.len().saturating_sub(1)
        });
        let Some(one) = self.people.get_mut(at) else {
            return;
        };
        one.read_back |= read_back;
        if !one.folders.contains(&folder) {
            one.folders.push(folder);
        }
    }
}

/// Who has envelopes of a reshare that stands open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReshareLeft {
    /// The set, as the names of its envelopes have it.
    pub set: String,
    /// Whose were written and read back, or lie in the vault's folder.
    pub have: Vec<String>,
    /// Whose were being written when it was cut off, or of whom it is not known.
    pub perhaps: Vec<String>,
    /// Whose were not written: they lay in memory alone.
    pub without: Vec<String>,
}

impl ReshareLeft {
    /// Whether somebody has none and gets none any more, so that the set never comes into force.
    pub const fn is_cut(&self) -> bool {
        !self.without.is_empty()
    }

    /// Everybody who has, or may have, envelopes of it.
    pub fn hold(&self) -> Vec<String> {
        self.have.iter().chain(&self.perhaps).cloned().collect()
    }

    /// Who has which, in lines.
    pub fn told(&self) -> Vec<String> {
        let mut lines = vec![say!(
            "Written and read back, with {set} in their names: those of {names}.",
            set = self.set,
            names = names(&self.have)
        )];
        if !self.perhaps.is_empty() {
            lines.push(say!(
                "Perhaps written: those of {names}. Look on their media.",
                names = names(&self.perhaps)
            ));
        }
        if self.is_cut() {
            lines.push(say!(
                "Never written, and not to be had any more: those of {names}.",
                names = names(&self.without)
            ));
        }
        lines
    }

    /// The same with what it means, for the opening and for a refusal.
    pub(super) fn note(&self) -> String {
        let told = self.told().join(" ");
        if self.is_cut() {
            return say!(
                "a reshare was cut off and cannot be finished. {told} Everybody's envelopes of before open this vault, with the same words. Give it up, or ask for another reshare in its place: at Custodians, A reshare stands open (at a shell, `keymoot vault reshare DIR --give-up`).",
                told
            );
        }
        say!(
            "a reshare stands open: its envelopes are not all proven. {told} Until everybody has proven the new ones, those of before open as well (at Custodians, A reshare stands open; at a shell, `keymoot vault reshare DIR --finish`, or `--give-up`).",
            told
        )
    }
}

fn names(names: &[String]) -> String {
    if names.is_empty() {
        return tr("nobody").to_owned();
    }
    names.join(", ")
}

/// Whether the one file is a reshare of the other whose envelopes go to people's own media.
pub(super) fn goes_out(old: &CustodyFile, new: &CustodyFile) -> bool {
    let out = new.people.iter().any(|person| person.envelopes.is_none());
    out && old.set_id != new.set_id && old.recipients == new.recipients
}

/// What whoever comes to open a vault of two sets is told: nobody knows here whose new envelopes were written.
pub(super) fn told_before_opening(old: &CustodyFile, new: &CustodyFile) -> String {
    say!(
        "A reshare stands open here. The envelopes of before open this vault, of everybody; their names end in {old}.age, or have no such letters at all. Those that end in {new}.age open it only where enough people have them. Never one of each.",
        old = set_name(&old.set_id),
        new = set_name(&new.set_id)
    )
}

impl Session {
    /// Who has envelopes of the reshare that stands open, if one does.
    pub fn reshare_left(&self) -> Option<ReshareLeft> {
        let open = self.open_reshare().ok().flatten()?;
        Some(self.left_of(open.file()))
    }

    fn left_of(&self, file: &CustodyFile) -> ReshareLeft {
        let set = super::door::hex(&file.set_id);
        // Records of before this was kept do not say.
        let known = self.state.handing.as_ref().filter(|one| one.set == set);
        let mut left = ReshareLeft {
            set: set_name(&file.set_id),
            ..ReshareLeft::default()
        };
        for person in &file.people {
            let list = match known.map(|known| known.of(&person.name)) {
                _ if person.envelopes.is_some() => &mut left.have,
                Some(Some(one)) if one.read_back => &mut left.have,
                None | Some(Some(_)) => &mut left.perhaps,
                Some(None) => &mut left.without,
            };
            list.push(person.name.clone());
        }
        left
    }

    /// Writes down whose envelopes are being written, or were read back; nothing where no reshare stands open of whose set
    /// these files are.
    pub(super) fn note_written(
        &mut self,
        person: &str,
        folder: &Path,
        (files, read_back): (&[(String, String)], bool),
    ) -> Result<(), Refusal> {
        let Some(mut record) = self.state.handing.clone() else {
            return Ok(());
        };
        let set = record.set.get(..8).unwrap_or_default().to_owned();
        let own = |(name, _): &(String, String)| name.contains(&format!(".{set}."));
        if !files.iter().all(own) {
            return Ok(());
        }
        record.writes(person, folder.display().to_string(), read_back);
        let mut working = self.state.clone();
        working.handing = Some(record);
        let result = if read_back { "read-back" } else { "writing" };
        let note = Transition::note(WRITTEN, vec![person.to_owned()])
            .with("set", set)
            .with("result", result);
        self.commit(working, &[note], false)
    }

    /// The set of a reshare that stands open ends in this state: it holds nothing any more, and what was written of it is
    /// asked for from now on. Returns it.
    pub(super) fn end_open_reshare(&self, working: &mut State) -> Result<Option<Ended>, Refusal> {
        let Some(open) = self.open_reshare()? else {
            working.handing = None;
            return Ok(None);
        };
        let file = open.file();
        let set = super::door::hex(&file.set_id);
        let at = self.now().millis();
        let left = self.left_of(file);
        let hold = left.hold();
        let record = working.handing.take();
        let people = file.people.iter();
        // What lay in the vault's folder goes with it.
        let out = people.filter(|p| p.envelopes.is_none() && hold.contains(&p.name));
        let mut people = Vec::new();
        for person in out {
            let known = record.as_ref().and_then(|record| record.of(&person.name));
            let place = match known {
                Some(known) => known.folders.join(", "),
                None => person.medium.clone().unwrap_or_default(),
            };
            op_envelopes::cut_off(working, (&set, &person.name, place), at);
            people.push(person.name.clone());
        }
        working.ledger.close_set(&set, at);
        Ok(Some(Ended { set, people }))
    }

    /// Gives up the reshare that stands open: its set ends, the one of before is in force alone, and the log says so. The
    /// envelopes that were written of it are due until somebody attests what became of them.
    ///
    /// # Errors
    /// No reshare stands open; a failed write says what stands.
    pub fn give_up_reshare(&mut self, reason: &str) -> Result<Ended, Refusal> {
        self.ready()?;
        let mut working = self.state.clone();
        let Some(ended) = self.end_open_reshare(&mut working)? else {
            return Err(Refusal::Usage(
                "No reshare stands open in this vault. Nothing was changed.".into(),
            ));
        };
        let set = self.book.set();
        let nobody: [String; 0] = [];
        let request = serde_json::json!({"set": set, "old_set": ended.set, "proven": nobody});
        let step = Transition::moving("EndOldSet", request, serde_json::json!({}))
            .with("set", set)
            .with("old_set", ended.set.clone())
            .with("proven", serde_json::json!(nobody))
            .with("given_up", reason.to_owned())
            .with("written_for", serde_json::json!(ended.people))
            .with("approved_with", "Reshare");
        let current = self.custody_in_place()?;
        let turn = Turn {
            custody: Some(vec![current]),
            ..Turn::default()
        };
        self.commit_turn(working, &[step], &turn)?;
        // Were this cut, the next opening does it.
        self.book
            .vault_mut()
            .drop_staged_custody()
            .map_err(super::book::vault_refusal)?;
        self.seal_audit()?;
        self.remember_height();
        Ok(ended)
    }

    /// Refuses to go on with a reshare that stands open where somebody has no envelopes of it.
    ///
    /// # Errors
    /// Who has none, and what can be done.
    pub fn can_be_finished(&self, open: &Proving) -> Result<(), Refusal> {
        let left = self.left_of(open.file());
        if !left.is_cut() {
            return Ok(());
        }
        let note = left.note();
        let first = note.chars().next().unwrap_or_default();
        let rest = note.get(first.len_utf8()..).unwrap_or_default();
        Err(Refusal::Custody(format!("{}{rest}", first.to_uppercase())))
    }
}

/// A set that ended before it came into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The set, lower-case hex.
    pub set: String,
    /// Who has envelopes of it, or may have, and destroys them.
    pub people: Vec<String>,
}

impl Ended {
    /// What is said of it, in lines.
    pub fn told(&self) -> Vec<String> {
        let mut lines = vec![
            tr("The reshare was given up. Everybody's envelopes of before open this vault, and the words are the same.")
                .to_owned(),
        ];
        if !self.people.is_empty() {
            lines.push(say!(
                "{names}: destroy the envelopes with {set} in their names, before the witness. Each holds a share of this vault's identities: one that cannot be found is reason to rotate. Home asks until it is attested.",
                names = self.people.join(", "),
                set = self.set.get(..8).unwrap_or_default()
            ));
        }
        lines
    }
}

#[cfg(test)]
mod tests;
