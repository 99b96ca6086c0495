//! Custodians' steps with one component each, on a copy of the state.

use serde_bytes::ByteBuf;

use crate::crypto::SecretBytes;
use crate::crypto::components::{self, Difference};
use crate::custody::ledger::Holding;

use super::packing::{sealed_again, told_of_safe};
use super::suspicion;
use super::{
    ComponentCommand, ComponentSet, ComponentStep, HeldComponent, Package, SetRef, Source,
    commitment, same_value, wrong,
};
use crate::session::Session;
use crate::session::command::Outcome;
use crate::session::error::Refusal;
use crate::session::state::State;
use crate::session::transition::Transition;

impl Session {
    /// Which usual mistake a check value is that was typed for a component and is not its own, in a few words for the
    /// record; none where it is right.
    pub fn mistaken_value(
        &self,
        set: &SetRef,
        part: u8,
        value: &SecretBytes,
        typed: &str,
    ) -> Option<String> {
        let known = self.state.components.iter().find(|s| s.id == set.id);
        difference(known, (set, part), value, typed).mistake()
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
                let serials = (serial.as_str(), advised.as_str());
                let note = received(working, turn, serials, (&advised_by, tampered), note)?;
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
            ComponentStep::Seal {
                serial,
                witness,
                safe,
            } => {
                // A package that was opened and never entered: whoever opened it may have read the paper.
                let opened = known
                    .packages
                    .iter()
                    .any(|p| p.part == turn.part && p.opened_by == turn.person);
                if opened && known.part(turn.part).is_none() {
                    handed_out(working, turn);
                }
                let who = (turn.part, turn.person, turn.at);
                let note = told_of_safe(note.with("package", serial.clone()), safe.as_ref());
                sealed_again(working, turn.set, who, (&serial, safe), &witness)?;
                (note.with("witness", witness), String::new())
            }
            ComponentStep::Spoilt {
                fate,
                witness,
                live,
            } => {
                let note = note.with("paper", fate).with("witness", witness);
                let note = match live {
                    Some(live) => suspicion::of_paper(working, turn, &live, note),
                    None => note,
                };
                (note, String::new())
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

/// C3, C5: a package came, with the advised serial; one that was tampered with is recorded whatever its number.
fn received(
    working: &mut State,
    turn: &Turn<'_>,
    (serial, advised): (&str, &str),
    (advised_by, tampered): (&str, bool),
    note: Transition,
) -> Result<Transition, Refusal> {
    let known = known_set(&mut working.components, turn.set, turn.at);
    // A second look takes nothing back: what showed tampering once is SUSPECT for good.
    known.not_suspect()?;
    if tampered {
        has_serial(serial)?;
    } else {
        compare_serials(serial, advised)?;
    }
    came(known, turn, (serial, advised_by), tampered);
    let note = note.with("package", serial);
    let note = note.with("advice_read_by", advised_by);
    let mut note = note.with("tampered", tampered);
    if !same_serial(serial, advised) {
        note = note.with("as_advised", false);
    }
    if tampered {
        let who = (turn.part, turn.person);
        let marked = suspicion::of_package(working, turn.set, who, serial, turn.at);
        note = note.with("suspect_keys", marked);
    }
    Ok(note)
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

/// How [`right_check_value`] begins what it refuses.
pub(crate) const VALUE_DIFFERS: &str =
    "The check value that was typed is not the one of this component.";

/// Whether a refusal is about the check value that was typed beside a component, and not about its digits.
pub fn is_about_check_value(refusal: &str) -> bool {
    refusal.starts_with(VALUE_DIFFERS)
}

/// A typed check value beside the component's own, and those of the others.
fn difference(
    known: Option<&ComponentSet>,
    (set, part): (&SetRef, u8),
    value: &SecretBytes,
    typed: &str,
) -> Difference {
    let others = known.into_iter().flat_map(|known| &known.components);
    let others: Vec<(u8, String)> = others
        .filter(|c| c.part != part)
        .map(|c| (c.part, c.kcv.clone()))
        .collect();
    components::difference(set.algorithm, set.method(), value, typed, &others)
}

/// L8: the check value that was typed is the component's; otherwise which usual mistake explains it.
fn right_check_value(
    known: &ComponentSet,
    turn: &Turn<'_>,
    value: &SecretBytes,
    typed: Option<&str>,
) -> Result<(), Refusal> {
    if let Some(typed) = typed {
        let found = difference(Some(known), (turn.set, turn.part), value, typed);
        if found != Difference::None {
            return Err(wrong(format_args!(
                "{VALUE_DIFFERS} Nothing was entered. {}",
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
            safe: None,
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

/// Something stands on the package.
fn has_serial(serial: &str) -> Result<(), Refusal> {
    if !plain(serial).is_empty() {
        return Ok(());
    }
    Err(wrong(
        "A package has a serial. Nothing was received: read it from the package.",
    ))
}

/// C3: what is on the package is what the sender advised by another way.
fn compare_serials(serial: &str, advised: &str) -> Result<(), Refusal> {
    has_serial(serial)?;
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
            "{person} holds no component {part} of {}. Nothing of it was taken.",
            known.label
        )));
    };
    if same_value(held, value) {
        return Ok(held.kcv.clone());
    }
    Err(wrong(
        "What was typed is not what the slip must say. Nothing of it was taken. Read the slip again, group by group; if \
         it cannot be read, stop the ceremony: a component that its custodian cannot read is lost.",
    ))
}
