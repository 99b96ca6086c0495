//! What a custodian reads before a turn with a component.

use crate::session::Session;
use crate::text::{say, tr};

use super::super::super::model::Step;
use super::super::super::ops_components as ops;
use super::super::{Runner, Turn};

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
        let mut body = vec![say!(
            "Component {part} of {parts} of {label} ({algorithm}).",
            part,
            parts = set.parts,
            label = set.label,
            algorithm = set.algorithm.name()
        )];
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
                body.push(tr("An earlier paper of this step is worthless: destroy it.").into());
                tr("no component was made in this step")
            }
            name if name == ops::GENERATE.name || name == ops::READ_BACK.name => {
                body.push(tr("Read it from your paper: what cannot be read back is lost.").into());
                tr("it is printed; it counts once it has been read back")
            }
            _ => {
                body.push(
                    tr("Put your paper into a new package and close it. Type its serial.").into(),
                );
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
}
