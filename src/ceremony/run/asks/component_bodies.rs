//! What a custodian reads before a turn with a component.

use crate::custody::ledger::Safe;
use crate::session::{Session, SetRef};
use crate::text::{say, tr};

use super::super::super::model::Step;
use super::super::super::ops_components as ops;
use super::super::{Runner, Turn};

/// Which component of which key.
pub(super) fn component_line(set: &SetRef, part: u8) -> String {
    say!(
        "Component {part} of {parts} of {label} ({algorithm}).",
        part,
        parts = set.parts,
        label = set.label,
        algorithm = set.algorithm.name()
    )
}

/// Where a package is locked in, and who can open that.
pub(in crate::ceremony::run) fn into_safe(safe: &Safe) -> String {
    let name = &safe.name;
    if safe.access.is_empty() {
        return say!("The package goes into {safe}.", safe = name);
    }
    say!(
        "The package goes into {safe}, which {people} can open, and nobody else.",
        safe = name,
        people = safe.access.join(", ")
    )
}

impl Runner {
    /// The lines, and what has not happened.
    pub(super) fn component_body(
        &self,
        session: &Session,
        step: &Step,
        turn: &Turn,
    ) -> (Vec<String>, &'static str) {
        let Some((set, part)) = self.component_of(step) else {
            return (Vec::new(), tr("nothing was done in this step yet"));
        };
        let mut body = vec![component_line(&set, part)];
        let so_far = match step.op.name {
            name if name == ops::RECEIVE.name && turn.fields.contains(&"advised") => {
                body.push(
                    tr("Read the serial from the sender's advice, not from the package.").into(),
                );
                tr("the package is closed; nothing in it was used")
            }
            name if name == ops::RECEIVE.name => {
                body.push(
                    tr("Look at the package before you open it: seams, seal, number.").into(),
                );
                tr("the package is closed; nothing in it was used")
            }
            name if name == ops::ENTER.name => {
                let groups = set.algorithm.key_bytes().unwrap_or_default() / 2;
                body.push(say!("{person} alone; the others stand back. {groups} groups of four digits, twice, then the check value.", person = turn.person, groups));
                tr("nothing of this component is here. A slip of typing ends nothing.")
            }
            name if name == ops::GENERATE.name && turn.fields.contains(&"slip") => {
                body.push(say!("{person} alone at screen and printer. The component is drawn now and printed once.", person = turn.person));
                tr("no component was made in this step")
            }
            name if name == ops::GENERATE.name || name == ops::READ_BACK.name => {
                self.read_back_body(session, step, &mut body)
            }
            _ if turn.fields.contains(&"watched") => {
                body.push(
                    say!("{person} reads the serial from the closed package, without asking what was typed before.", person = turn.person)
                );
                tr("the package is closed; its serial was read by one of two")
            }
            _ => {
                body.push(
                    tr("Put your paper into a new package and close it. Type its serial.").into(),
                );
                body.extend(self.safe_of(step).as_ref().map(into_safe));
                tr("the paper is open; its package is not on record")
            }
        };
        let held = session.component_parts(&set.id);
        if !held.is_empty() {
            body.push(String::new());
        }
        for other in held {
            body.push(say!(
                "  component {part} of {parts}: {holder} (check value {kcv})",
                part = other.part,
                parts = set.parts,
                holder = other.holder,
                kcv = other.kcv
            ));
        }
        (body, so_far)
    }

    /// A paper is read back: where it was printed, or that this is practice.
    fn read_back_body(
        &self,
        session: &Session,
        step: &Step,
        body: &mut Vec<String>,
    ) -> &'static str {
        if self.only_practice(session, step) {
            body.push(
                tr("Practice: nothing was printed. On the day it is read from the paper.").into(),
            );
            return tr("nothing was printed; nothing of it is on record yet");
        }
        if let Some(place) = self.place() {
            body.push(say!("It was printed to {place}, once.", place));
        }
        body.push(tr("Read it from your paper: what cannot be read back is lost.").into());
        tr("it is printed; it counts once it has been read back")
    }

    /// Where the last component is to be printed.
    pub(super) fn slip_body(&self, step: &Step) -> Vec<String> {
        let Some((set, part, person)) = self.paper_of(step) else {
            return Vec::new();
        };
        vec![
            component_line(&set, part),
            say!(
                "Where is it printed? It comes out later, when all have signed and {person} is alone at the printer.",
                person
            ),
            tr("The request shows the place to everybody. No passphrase here.").into(),
        ]
    }
}
