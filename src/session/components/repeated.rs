//! Custodians' steps with components that a newer log tells, entered once more in a restored vault: who saw which part
//! counts for good (PCI PIN 21-2.4), and an opened package stays an opened package. No digits are in a log.

use serde_json::Value;

use super::turns::{Turn, came, handed_out};
use super::{SetRef, suspicion};
use crate::api::KeyAlgorithm;
use crate::custody::ledger::{Access, Safe};
use crate::session::op_suspect;
use crate::session::restoring::Told;
use crate::session::state::State;

/// The set of a line. How many parts it has, lines of before do not say: then the copy may know it, and what cannot be
/// known is taken as few as it can be, because fewer parts let fewer people hold one.
fn set_of(working: &State, told: &Told) -> Option<SetRef> {
    let id = told.text("set")?.to_owned();
    let here = working.components.iter().find(|set| set.id == id);
    let label = told.text("components_of").map(str::to_owned);
    let split = working.ledger.split(&id);
    let parts = told
        .small("parts")
        .or_else(|| here.map(|set| set.parts))
        .or_else(|| split.map(|split| split.parts))
        .unwrap_or_else(|| told.small("part").unwrap_or_default().max(2));
    Some(SetRef {
        label: label.or_else(|| here.map(|set| set.label.clone()))?,
        id,
        // Nothing that is entered here depends on it.
        algorithm: KeyAlgorithm::AES_128,
        parts,
        run: None,
    })
}

/// Enters what a custodian did with a component. The keys that it made suspect, by ARN; `None` where the line does not
/// say who had which part of what.
pub(in crate::session) fn repeat(working: &mut State, told: &Told) -> Option<Vec<String>> {
    let set = set_of(working, told)?;
    let person = told.event.who.first()?.clone();
    let turn = Turn {
        set: &set,
        part: told.small("part")?,
        person: &person,
        by: told.text("by").unwrap_or(&told.event.op),
        at: told.at(),
    };
    let package = told.text("package").unwrap_or_default();
    match told.event.op.as_str() {
        "component-receive" => {
            // Whoever opened it may have read the paper, even if it was never entered.
            handed_out(working, &turn);
            return Some(received(working, &turn, package, told));
        }
        "component-enter" | "component-generate" => handed_out(working, &turn),
        // Whoever was at the printer may have read what came out of it, whatever became of the paper.
        "component-paper" => {
            let fate = told.text("paper").unwrap_or_default();
            if !fate.starts_with("no paper came out") {
                handed_out(working, &turn);
            }
        }
        "component-seal" => {
            handed_out(working, &turn);
            let witness = told.text("witness").unwrap_or_default();
            sealed(working, &turn, (package, safe_of(told)), witness);
        }
        _ => {}
    }
    Some(Vec::new())
}

fn received(working: &mut State, turn: &Turn<'_>, package: &str, told: &Told) -> Vec<String> {
    let flag = told.event.details.get("tampered").and_then(Value::as_bool);
    let tampered = flag.unwrap_or_default();
    let advised_by = told.text("advice_read_by").unwrap_or_default();
    // A second look takes nothing back.
    let known = working.components.iter_mut().find(|k| k.id == turn.set.id);
    if let Some(known) = known.filter(|known| known.not_suspect().is_ok()) {
        came(known, turn, (package, advised_by), tampered);
    }
    if !tampered {
        return Vec::new();
    }
    let who = (turn.part, turn.person);
    let mut marked = suspicion::of_package(working, turn.set, who, package, turn.at);
    // The lost vault may have known more keys of this package.
    let told = told.event.details.get("suspect_keys");
    let told = told.and_then(Value::as_array).into_iter().flatten();
    let reason = format!(
        "{} found package {package} with component {} of {} opened",
        turn.person, turn.part, turn.set.label
    );
    for key in told.filter_map(Value::as_str) {
        marked.extend(op_suspect::mark_with_dependants(
            working, key, &reason, turn.at,
        ));
    }
    marked
}

/// The safe that a line names.
fn safe_of(told: &Told) -> Option<Safe> {
    let access = told.event.details.get("safe_access");
    let access = access.and_then(Value::as_array).into_iter().flatten();
    Some(Safe {
        name: told.text("safe")?.to_owned(),
        access: access
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    })
}

fn sealed(
    working: &mut State,
    turn: &Turn<'_>,
    (package, safe): (&str, Option<Safe>),
    witness: &str,
) {
    let held = working.ledger.holdings.iter_mut().rev();
    let mut own = held.filter(|h| {
        h.split == turn.set.id
            && h.part == turn.part
            && h.until.is_none()
            && h.person == turn.person
    });
    let Some(holding) = own.next() else { return };
    package.clone_into(&mut holding.place);
    holding.safe = safe;
    let out = holding.since;
    // It was judged when it was sealed.
    working.ledger.accesses.push(Access {
        out,
        back: turn.at,
        split: turn.set.id.clone(),
        part: turn.part,
        purpose: format!("ceremony for {}", turn.set.label),
        custodian: turn.person.to_owned(),
        witness: witness.to_owned(),
        package: package.to_owned(),
    });
}

/// A set that served after the copy, for a key that was formed or left: it serves no more. Whether the line says who
/// got the last component of a key that left.
pub(in crate::session) fn served(working: &mut State, told: &Told) -> bool {
    let Some(id) = told.text("set") else {
        return false;
    };
    if let Some(known) = working.components.iter_mut().find(|known| known.id == id) {
        known.key = told.text("key").map(str::to_owned);
        known.forget();
    }
    if told.event.op == crate::custody::policy::operation::IMPORT_COMPONENTS {
        return true;
    }
    let set = set_of(working, told);
    let Some((set, holder)) = set.zip(told.text("last_to")) else {
        return false;
    };
    let turn = Turn {
        part: set.parts,
        set: &set,
        person: holder,
        by: "export-key.components",
        at: told.at(),
    };
    handed_out(working, &turn);
    true
}
