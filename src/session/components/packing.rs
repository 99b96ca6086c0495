//! Into which package a paper goes: a new one, of its own, while somebody else watches.

use crate::custody::ledger::{Access, HandOut, Holding, Safe};

use super::turns::plain;
use super::{ComponentSet, Package, SetRef, ineligible, wrong};
use crate::session::Session;
use crate::session::error::Refusal;
use crate::session::state::State;
use crate::session::transition::Transition;

impl Session {
    /// Whether the paper of a component may go into a package: it has a serial, no other paper lies in it, and it is a
    /// new one.
    ///
    /// # Errors
    /// There is none, what lies in it, or what came in it.
    pub fn package_is_free(
        &self,
        set: &SetRef,
        part: u8,
        person: &str,
        serial: &str,
    ) -> Result<(), Refusal> {
        free_package(&self.state, set, (part, person), serial)
    }
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
            "A package has a serial. Nothing of it was taken: read it from the package.",
        ));
    }
    came_in(state, set, part, serial)?;
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
             Nothing of it was taken. Take another package, or read the serial again.",
            other.place,
            other.part,
            of_the_key(&other.split).unwrap_or("another set")
        ))),
    }
}

/// A package that came with a component, and was opened, is no new one: its seal proves nothing any more (PCI PIN 21-3).
/// The package at hand may be closed still, as long as what lies in it was not typed.
fn came_in(state: &State, set: &SetRef, part: u8, serial: &str) -> Result<(), Refusal> {
    let closed = |known: &ComponentSet, package: &Package| {
        let at_hand = known.id == set.id && package.part == part;
        at_hand && !package.tampered && known.part(part).is_none()
    };
    for known in &state.components {
        let mut packages = known.packages.iter();
        let came = packages.find(|p| plain(&p.serial) == plain(serial) && !closed(known, p));
        if let Some(package) = came {
            return Err(wrong(format_args!(
                "Package {} came with component {} of {}: it is no new package, and its seal proves nothing any more \
                 (PCI PIN 21-3). Nothing of it was taken. Put the paper into a new one, or read the serial again.",
                package.serial, package.part, known.label
            )));
        }
    }
    Ok(())
}

/// What the line of the log says of the safe, where it is known.
pub(super) fn told_of_safe(note: Transition, safe: Option<&Safe>) -> Transition {
    let Some(safe) = safe else { return note };
    let note = note.with("safe", safe.name.clone());
    if safe.access.is_empty() {
        return note;
    }
    note.with("safe_access", safe.access.clone())
}

/// A9 and A4: the paper goes into a numbered package, somebody else watches, and no two parts share one.
pub(super) fn sealed_again(
    working: &mut State,
    set: &SetRef,
    (part, person, at): (u8, &str, i64),
    (serial, safe): (&str, Option<Safe>),
    witness: &str,
) -> Result<(), Refusal> {
    free_package(working, set, (part, person), serial)?;
    let split = set.split(at);
    let ask = HandOut {
        person,
        split: &split,
        part,
        place: serial,
        safe: safe.as_ref(),
        at,
    };
    working.ledger.may_hold(&ask).map_err(|e| ineligible(&e))?;
    let held = working.ledger.holdings.iter_mut();
    let mut own = held.filter(|h| h.split == set.id && h.part == part && h.until.is_none());
    let Some(holding) = own.find(|h| h.person == person) else {
        return Err(wrong(format_args!(
            "{person} holds no component {part} of {}. Nothing of it was taken.",
            set.label
        )));
    };
    serial.clone_into(&mut holding.place);
    holding.safe = safe;
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
