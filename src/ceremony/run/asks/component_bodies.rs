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

/// What a holder does with the paper: it went into a package before a pause and lies there still, or it lies open.
fn to_pack(session: &Session, set: &SetRef, part: u8) -> (String, &'static str) {
    let packages = session.closed_packages(&set.id);
    let lies = packages.into_iter().find(|(of, ..)| *of == part);
    lies.map_or_else(
        || {
            (
                tr("Put your paper into a new package and close it. Type its serial.").to_owned(),
                tr("the paper is open; its package is not on record"),
            )
        },
        |(_, _, package)| {
            (
                say!(
                    "Paper {part} lies in package {package}: leave it closed and read its serial. If it was opened since, \
                     the paper goes into a new package, and that one's serial is typed.",
                    part,
                    package
                ),
                tr("the paper lies in its package, which is on record"),
            )
        },
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
                let (words, so_far) = to_pack(session, &set, part);
                body.push(words);
                body.extend(self.safe_of(step).as_ref().map(into_safe));
                so_far
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::{Script, Wanted, shipped};
    use crate::session::{Command, ComponentCommand, ComponentStep, Environment, practice};

    /// A paper that was put away before a pause is not told as open when its step comes: nobody opens a package for that.
    #[test]
    fn a_paper_that_lies_in_a_package_stays_in_it() {
        let (_, text) = shipped()
            .iter()
            .find(|(name, _)| *name == "kek-from-components.toml")
            .unwrap();
        let script = Script::parse(text).ok().unwrap();
        let start = crate::api::Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
        let store = Box::new(crate::vault::MemoryStore::new());
        let environment = Environment::seeded("packed").unwrap();
        let made = practice::vault(store, environment, Some(start), true);
        let mut session = made.unwrap().session;
        let mut runner = Runner::begin(&mut session, script, Wanted::default()).unwrap();
        while runner.step().unwrap().op.name != ops::SEAL.name {
            runner.one_answer(&mut session).unwrap();
        }
        let body = |runner: &Runner, session: &Session| {
            let ask = runner.showing(session).ask.unwrap();
            (ask.body.join(" "), ask.footing.so_far)
        };
        let (open, so_far) = body(&runner, &session);
        assert!(open.contains("into a new package and close it"), "{open}");
        assert!(so_far.contains("the paper is open"), "{so_far}");
        let step = runner.step().unwrap();
        let (set, part) = runner.component_of(step).unwrap();
        let sealed = ComponentCommand {
            set,
            part,
            person: runner.name(&step.who[0]),
            by: "pause".into(),
            step: ComponentStep::Seal {
                serial: "ZZ-2001".into(),
                witness: "Wim".into(),
                safe: None,
            },
            arrow: None,
        };
        session
            .perform(Command::Component(Box::new(sealed)))
            .map(|_| ())
            .unwrap();
        let (closed, so_far) = body(&runner, &session);
        assert!(
            closed.contains("Paper 1 lies in package ZZ-2001: leave it closed"),
            "{closed}"
        );
        assert!(so_far.contains("which is on record"), "{so_far}");
    }
}
