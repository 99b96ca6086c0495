//! Custodians' steps with one component each, on a copy of the state.

use serde_bytes::ByteBuf;

use crate::crypto::SecretBytes;
use crate::crypto::components::{self, Difference};
use crate::custody::ledger::{Access, HandOut, Holding};

use super::suspicion;
use super::{
    ComponentCommand, ComponentSet, ComponentStep, HeldComponent, Package, SetRef, Source,
    commitment, ineligible, same_value, wrong,
};
use crate::session::Session;
use crate::session::command::Outcome;
use crate::session::error::Refusal;
use crate::session::state::State;
use crate::session::transition::Transition;

impl Session {
    /// Whether the paper of a component may go into a package: it has a serial, and no other paper lies in it.
    ///
    /// # Errors
    /// There is none, or what lies in it.
    pub fn package_is_free(
        &self,
        set: &SetRef,
        part: u8,
        person: &str,
        serial: &str,
    ) -> Result<(), Refusal> {
        free_package(&self.state, set, (part, person), serial)
    }

    /// One step with one component.
    pub(crate) fn component(&mut self, command: ComponentCommand) -> Result<Outcome, Refusal> {
        let (what, person) = (name_of(&command.step), command.person.clone());
        self.checkpoint();
        let done = self.component_step(command);
        if let Err(refusal) = &done {
            self.rollback();
            self.note_refusal(what, &person, refusal);
        }
        done
    }

    fn component_step(&mut self, command: ComponentCommand) -> Result<Outcome, Refusal> {
        let ComponentCommand {
            set,
            part,
            person,
            by,
            step,
            arrow,
        } = command;
        if part == 0 || part > set.parts {
            return Err(Refusal::Usage(format!(
                "The components of {} are numbered 1 to {}. Nothing was changed.",
                set.label, set.parts
            )));
        }
        let note = Transition::note(name_of(&step), vec![person.clone()])
            .with("set", set.id.clone())
            .with("components_of", set.label.clone())
            .with("parts", set.parts)
            .with("by", by.clone())
            .with("part", part);
        let mut working = self.state.clone();
        let turn = Turn {
            set: &set,
            part,
            person: &person,
            by: &by,
            at: self.now().millis(),
        };
        let (note, kcv) = self.took(&mut working, &turn, step, note)?;
        if let Some(arrow) = arrow {
            super::super::journal::apply(&mut working, arrow, None, self.now())?;
        }
        self.keep_ordinals(&mut working);
        self.commit(working, &[note], false)?;
        Ok(Outcome::Component { kcv })
    }

    /// Does the step on a copy of the state; the note of it, and the component's check value.
    fn took(
        &mut self,
        working: &mut State,
        turn: &Turn<'_>,
        step: ComponentStep,
        note: Transition,
    ) -> Result<(Transition, String), Refusal> {
        let known = known_set(&mut working.components, turn.set, turn.at);
        Ok(match step {
            ComponentStep::Receive {
                serial,
                advised,
                advised_by,
                tampered,
            } => {
                // A second look takes nothing back: what showed tampering once is SUSPECT for good (C5).
                known.not_suspect()?;
                compare_serials(&serial, &advised)?;
                came(known, turn, (&serial, &advised_by), tampered);
                let note = note.with("package", serial.clone());
                let note = note.with("advice_read_by", advised_by);
                let note = note.with("tampered", tampered);
                let note = if tampered {
                    let who = (turn.part, turn.person);
                    let marked = suspicion::of_package(working, turn.set, who, &serial, turn.at);
                    note.with("suspect_keys", marked)
                } else {
                    note
                };
                (note, String::new())
            }
            ComponentStep::Enter { value, kcv, source } => {
                self.may_be_entered(known, turn, &value, source)?;
                right_check_value(known, turn, &value, kcv.as_deref())?;
                let held = self.kept(turn, &value, source)?;
                let kcv = held.kcv.clone();
                known.components.retain(|c| c.part != turn.part);
                known.components.push(held);
                known.components.sort_by_key(|c| c.part);
                handed_out(working, turn);
                (note.with("kcv", kcv.clone()), kcv)
            }
            ComponentStep::ReadBack { value } => {
                let kcv = read_back(known, turn.part, turn.person, &value)?;
                (note.with("kcv", kcv.clone()), kcv)
            }
            ComponentStep::Seal { serial, witness } => {
                // A package that was opened and never entered: whoever opened it may have read the paper.
                let opened = known
                    .packages
                    .iter()
                    .any(|p| p.part == turn.part && p.opened_by == turn.person);
                if opened && known.part(turn.part).is_none() {
                    handed_out(working, turn);
                }
                let who = (turn.part, turn.person, turn.at);
                sealed_again(working, turn.set, who, &serial, &witness)?;
                let note = note.with("package", serial);
                (note.with("witness", witness), String::new())
            }
            ComponentStep::Spoilt { fate, witness } => {
                let note = note.with("paper", fate);
                (note.with("witness", witness), String::new())
            }
        })
    }

    /// Whether this component may be kept: who, which set, which package, and what the digits themselves forbid.
    fn may_be_entered(
        &self,
        known: &ComponentSet,
        turn: &Turn<'_>,
        value: &SecretBytes,
        source: Source,
    ) -> Result<(), Refusal> {
        let Turn {
            set, part, person, ..
        } = *turn;
        self.may_hold_component(set, part, person)?;
        if let Some(key) = &known.key {
            return Err(wrong(format_args!(
                "The components of {} have been used already (key {key}): a set serves once. Nothing was entered.",
                set.label
            )));
        }
        known.not_suspect()?;
        if source == Source::Entered
            && !known.packages.is_empty()
            && !known.packages.iter().any(|p| p.part == part)
        {
            return Err(wrong(format_args!(
                "The package of component {part} has not been received: its serial is compared with the advised one \
                 before anything in it is used. Nothing was entered.",
            )));
        }
        if let Some(before) = known.part(part).filter(|c| c.holder != person) {
            return Err(wrong(format_args!(
                "Component {part} was entered by {} already. Nothing was entered.",
                before.holder
            )));
        }
        good_digits(known, turn, value)
    }

    /// A component as it is kept.
    fn kept(
        &mut self,
        turn: &Turn<'_>,
        value: &SecretBytes,
        source: Source,
    ) -> Result<HeldComponent, Refusal> {
        let Turn {
            set, part, person, ..
        } = *turn;
        let mut nonce = vec![0_u8; 32];
        self.draw("component-nonce")?.fill_bytes(&mut nonce);
        let sealed = crate::vault::seal_to(self.book.use_recipient(), value.expose())
            .map_err(|e| Refusal::Vault(e.to_string()))?;
        Ok(HeldComponent {
            part,
            holder: person.to_owned(),
            kcv: components::check_value(set.algorithm, set.method(), value)
                .map_err(|e| Refusal::Usage(e.to_string()))?,
            sealed: Some(ByteBuf::from(sealed)),
            commitment: ByteBuf::from(commitment(&nonce, value)),
            nonce: ByteBuf::from(nonce),
            at: self.now().millis(),
            generated: source == Source::Generated,
        })
    }
}

/// One custodian's turn.
pub(super) struct Turn<'t> {
    pub(super) set: &'t SetRef,
    pub(super) part: u8,
    pub(super) person: &'t str,
    pub(super) by: &'t str,
    pub(super) at: i64,
}

/// A package is the last that came of its component.
pub(super) fn came(
    known: &mut ComponentSet,
    turn: &Turn<'_>,
    (serial, advised_by): (&str, &str),
    tampered: bool,
) {
    known.packages.retain(|p| p.part != turn.part);
    known.packages.push(Package {
        part: turn.part,
        serial: serial.to_owned(),
        advised_by: advised_by.to_owned(),
        opened_by: turn.person.to_owned(),
        tampered,
        at: turn.at,
    });
}

/// L2: as long as the key, not zero, and no other component of it.
fn good_digits(known: &ComponentSet, turn: &Turn<'_>, value: &SecretBytes) -> Result<(), Refusal> {
    let Turn { set, part, .. } = *turn;
    let expected = set.algorithm.key_bytes().unwrap_or_default();
    if value.len() != expected {
        return Err(wrong(format_args!(
            "A component of a {} key has {} hex digits, and {} were typed. Nothing was entered. Read it again, \
                 group by group.",
            set.algorithm.name(),
            expected * 2,
            value.len() * 2
        )));
    }
    if value.ct_eq(&SecretBytes::new(vec![0; expected])) {
        return Err(wrong(format_args!(
            "Component {part} is all zeros and adds nothing to the key. Nothing was entered. Stop, and ask its \
                 sender for a new set."
        )));
    }
    let twin = known
        .components
        .iter()
        .find(|c| c.part != part && same_value(c, value));
    if let Some(twin) = twin {
        return Err(wrong(format_args!(
            "This is component {} once more: the two cancel each other. Nothing was entered. Check that one \
                 paper was not read twice; if both are so on paper, ask the sender for a new set.",
            twin.part
        )));
    }
    Ok(())
}

/// L8: the check value that was typed is the component's; otherwise which usual mistake explains it.
fn right_check_value(
    known: &ComponentSet,
    turn: &Turn<'_>,
    value: &SecretBytes,
    typed: Option<&str>,
) -> Result<(), Refusal> {
    let Turn { set, part, .. } = *turn;
    if let Some(typed) = typed {
        let others: Vec<(u8, String)> = known
            .components
            .iter()
            .filter(|c| c.part != part)
            .map(|c| (c.part, c.kcv.clone()))
            .collect();
        let found = components::difference(set.algorithm, set.method(), value, typed, &others);
        if found != Difference::None {
            return Err(wrong(format_args!(
                "The check value that was typed is not the one of this component. Nothing was entered. {}",
                found.advice().unwrap_or_default()
            )));
        }
    }
    Ok(())
}

/// The ledger learns who holds it.
pub(super) fn handed_out(working: &mut State, turn: &Turn<'_>) {
    working.ledger.divide(turn.set.split(turn.at));
    let open = |h: &Holding| h.part == turn.part && h.until.is_none();
    if !working.ledger.held_by(turn.person, &turn.set.id).any(open) {
        working.ledger.hand_out(Holding {
            person: turn.person.to_owned(),
            split: turn.set.id.clone(),
            part: turn.part,
            place: String::new(),
            by: turn.by.to_owned(),
            since: turn.at,
            until: None,
        });
    }
}

/// The step's name in the audit log.
const fn name_of(step: &ComponentStep) -> &'static str {
    match step {
        ComponentStep::Receive { .. } => "component-receive",
        ComponentStep::Enter {
            source: Source::Entered,
            ..
        } => "component-enter",
        ComponentStep::Enter {
            source: Source::Generated,
            ..
        } => "component-generate",
        ComponentStep::ReadBack { .. } => "component-read-back",
        ComponentStep::Seal { .. } => "component-seal",
        ComponentStep::Spoilt { .. } => "component-paper",
    }
}

/// The set in a copy of the state; a new one where it is not there yet.
fn known_set<'s>(sets: &'s mut Vec<ComponentSet>, set: &SetRef, at: i64) -> &'s mut ComponentSet {
    let place = sets.iter().position(|known| known.id == set.id);
    let place = place.unwrap_or_else(|| {
        sets.push(ComponentSet::new(set, at));
        sets.len() - 1
    });
    #[allow(clippy::indexing_slicing)] // found or pushed just above
    &mut sets[place]
}

/// A serial as it is compared: spaces, hyphens and case do not count.
pub(super) fn plain(serial: &str) -> String {
    let kept = serial.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_uppercase).collect()
}

/// Whether two people read the same serial.
pub fn same_serial(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

/// C3: what is on the package is what the sender advised by another way.
fn compare_serials(serial: &str, advised: &str) -> Result<(), Refusal> {
    if plain(serial).is_empty() {
        return Err(wrong(
            "A package has a serial. Nothing was received: read it from the package.",
        ));
    }
    if plain(serial) == plain(advised) {
        return Ok(());
    }
    Err(wrong(
        "The serial on the package is not the one that its sender advised (PCI PIN 8-1). The package stays closed, \
         nothing was received. Read both again. If they differ, it is not the package that was sent: keep it under \
         dual control, stop (Esc, stop it for good), and ask the sender.",
    ))
}

fn read_back(
    known: &ComponentSet,
    part: u8,
    person: &str,
    value: &SecretBytes,
) -> Result<String, Refusal> {
    let Some(held) = known.part(part).filter(|c| c.holder == person) else {
        return Err(wrong(format_args!(
            "{person} holds no component {part} of {}. Nothing was recorded.",
            known.label
        )));
    };
    if same_value(held, value) {
        return Ok(held.kcv.clone());
    }
    Err(wrong(
        "What was typed is not what the slip must say. Nothing was recorded. Read the slip again, group by group; if \
         it cannot be read, stop the ceremony: a component that its custodian cannot read is lost.",
    ))
}

/// A4: no two papers share a package. Serials are compared as people read them: `TE-1` and `TE1` are one.
fn free_package(
    state: &State,
    set: &SetRef,
    (part, person): (u8, &str),
    serial: &str,
) -> Result<(), Refusal> {
    if plain(serial).is_empty() {
        return Err(wrong(
            "A package has a serial. Nothing was recorded: read it from the package.",
        ));
    }
    let of_the_key = |id: &str| state.ledger.split(id).map(|s| s.what.as_str());
    // The same paper of the same key may lie where an earlier ceremony put it.
    let this_key = set.split(0).what;
    let same_paper = |h: &Holding| {
        h.part == part
            && h.person == person
            && (h.split == set.id || of_the_key(&h.split) == Some(this_key.as_str()))
    };
    let mut held = state.ledger.holdings.iter();
    let shared =
        held.find(|h| h.until.is_none() && plain(&h.place) == plain(serial) && !same_paper(h));
    match shared {
        None => Ok(()),
        Some(other) => Err(wrong(format_args!(
            "Package {} holds part {} of the {} already: every component has a package of its own (PCI PIN 21-3). \
             Nothing was recorded. Take another package, or read the serial again.",
            other.place,
            other.part,
            of_the_key(&other.split).unwrap_or("another set")
        ))),
    }
}

/// A9 and A4: the paper goes into a numbered package, somebody else watches, and no two parts share one.
fn sealed_again(
    working: &mut State,
    set: &SetRef,
    (part, person, at): (u8, &str, i64),
    serial: &str,
    witness: &str,
) -> Result<(), Refusal> {
    free_package(working, set, (part, person), serial)?;
    let split = set.split(at);
    let ask = HandOut {
        person,
        split: &split,
        part,
        place: serial,
        at,
    };
    working.ledger.may_hold(&ask).map_err(|e| ineligible(&e))?;
    let held = working.ledger.holdings.iter_mut();
    let mut own = held.filter(|h| h.split == set.id && h.part == part && h.until.is_none());
    let Some(holding) = own.find(|h| h.person == person) else {
        return Err(wrong(format_args!(
            "{person} holds no component {part} of {}. Nothing was recorded.",
            set.label
        )));
    };
    serial.clone_into(&mut holding.place);
    let access = Access {
        out: holding.since,
        back: at,
        split: set.id.clone(),
        part,
        purpose: format!("ceremony for {}", set.label),
        custodian: person.to_owned(),
        witness: witness.to_owned(),
        package: serial.to_owned(),
    };
    working
        .ledger
        .enter_access(access)
        .map_err(|e| ineligible(&e))
}
