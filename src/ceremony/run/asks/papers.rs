//! What people read around a paper: its owner's page at the printer, what became of an earlier one, what a turn came to.

use std::collections::BTreeSet;

use crate::session::components::NOT_PRINTED;
use crate::session::{PersonView, Session, op_components, said};
use crate::text::{say, tr};

use super::super::super::ask::Ask;
use super::super::super::model::{Role, Step};
use super::super::super::ops_components as ops;
use super::super::bind;
use super::super::fates::{FATE, SEEN};
use super::super::{Runner, Turn};
use super::component_bodies::component_line;
use super::lines::{acting, compares, footing};

/// Columns of a line above the keys.
const ROOM: usize = 70;

impl Runner {
    /// Names of those who watch the step.
    pub(super) fn watchers(&self, step: &Step) -> Vec<String> {
        step.observe.iter().map(|place| self.name(place)).collect()
    }

    /// Who acts, and who watches.
    pub(super) fn acts_watched(&self, person: &str, role: &str, step: &Step) -> String {
        let who = acting(person, role);
        let mut watchers = self.watchers(step);
        watchers.retain(|name| name != person);
        if watchers.is_empty() {
            return who;
        }
        let watchers = watchers.join(", ");
        let package = [ops::SEAL.name, ops::RECEIVE.name].contains(&step.op.name);
        let with = if ops::is_turn(step.op) && !package {
            say!(
                "{who} alone; {watchers} sees that nobody looks",
                who,
                watchers
            )
        } else {
            say!("{who}; {watchers} watches", who, watchers)
        };
        if with.chars().count() <= ROOM {
            with
        } else {
            who
        }
    }

    /// What Enter does in a turn with a paper or a package.
    pub(super) fn paper_enter(&self, step: &Step, turn: &Turn) -> Option<String> {
        let asks = |id: &str| turn.fields.contains(&id);
        if asks(FATE.id) {
            let witness = self.witness();
            return Some(say!("keeps your answer; then {witness} is asked", witness));
        }
        if asks(SEEN.id) {
            return Some(tr("records what both of you said of that paper").into());
        }
        let name = step.op.name;
        if asks(op_components::SLIP.id) {
            return Some(if name == ops::GENERATE.name {
                tr("draws the component now and prints it there, once").into()
            } else {
                tr("keeps the place; nothing is printed before all have signed").into()
            });
        }
        if !ops::is_turn(step.op) {
            return None;
        }
        Some(match name {
            n if n == ops::GENERATE.name || n == ops::READ_BACK.name => {
                tr("compares it with what was printed; if it is the same, it counts").into()
            }
            n if n == ops::RECEIVE.name && asks("advised") => {
                tr("keeps the advised serial; then the package itself is read").into()
            }
            n if n == ops::RECEIVE.name => {
                tr("compares both serials; after \"yes\" the set is SUSPECT and all stops").into()
            }
            n if n == ops::SEAL.name && asks("watched") => {
                tr("compares both readings of the serial and records the package").into()
            }
            n if n == ops::SEAL.name && self.turns.len() > 1 => {
                let other = self.turns.get(1).map_or("", |turn| turn.person.as_str());
                say!(
                    "keeps the serial; then {other} reads the package too",
                    other
                )
            }
            n if n == ops::SEAL.name => tr("records the package with this serial").into(),
            _ => compares().to_owned(),
        })
    }

    /// The heading of a turn that is not called as its step.
    pub(super) fn paper_title(step: &Step, turn: &Turn) -> Option<String> {
        let title = step.title.as_str();
        if turn.fields.contains(&FATE.id) {
            return Some(say!("An earlier paper, before: {title}", title));
        }
        if turn.fields.contains(&SEEN.id) {
            return Some(say!("Was it so? An earlier paper, before: {title}", title));
        }
        let reads = step.op.name == ops::GENERATE.name && turn.fields.contains(&"again");
        reads.then(|| say!("Read it back: {title}", title))
    }

    /// The page of the paper's owner, alone at the printer.
    pub(super) fn print_ask(&self, session: &Session, step: &Step) -> Option<Ask> {
        let (set, part, person) = self.paper_of(step)?;
        let role = Self::role(session, &person);
        let place = self.place().unwrap_or_default();
        let practice = place == NOT_PRINTED;
        let mut body = vec![say!(
            "Everybody has signed. Component {part} of {parts} of {label} comes out when Enter is pressed, once.",
            part,
            parts = set.parts,
            label = set.label
        )];
        body.push(say!(
            "{person} alone at screen and printer; everybody else stands back.",
            person
        ));
        body.push(String::new());
        body.push(say!("  print to    {place}", place));
        if practice {
            body.push(tr("Practice: no paper comes out.").into());
        }
        Some(Ask {
            title: say!("{person} prints: {title}", person, title = step.title),
            footing: footing(
                say!("{who} alone", who = acting(&person, &role)),
                &if practice {
                    tr("lets the component out; in practice nothing is printed").to_owned()
                } else {
                    say!("prints component {part} once, and lets it out", part)
                },
                tr("all have signed; nothing is printed, the key has not left"),
            ),
            person,
            role,
            body,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: true,
        })
    }

    /// What a turn with a component came to.
    pub(super) fn component_result(&self, session: &Session, step: &Step) -> Vec<String> {
        let Some((set, part, person)) = self.paper_of(step) else {
            return Vec::new();
        };
        let mut body = vec![component_line(&set, part)];
        body.push(self.came_to(session, step));
        let parts = session.component_parts(&set.id);
        if let Some(held) = parts.iter().find(|held| held.part == part) {
            body.push(String::new());
            body.push(say!("  check value {kcv}", kcv = held.kcv));
            body.push(say!("  custodian   {person}", person));
        }
        body
    }

    /// Its sentence.
    fn came_to(&self, session: &Session, step: &Step) -> String {
        match step.op.name {
            n if n == ops::SEAL.name => {
                let notes = self.record(session).map(|r| r.notes).unwrap_or_default();
                let serial = notes.get("serial").cloned().unwrap_or_default();
                let serial = match self.safe_of(step) {
                    Some(safe) => say!("{serial} in {safe}", serial, safe = safe.name),
                    None => serial,
                };
                if notes.contains_key("watched") {
                    let watch = self.watchers(step).join(", ");
                    say!("Its paper lies in package {serial}; {watch} read the same serial.", serial, watch)
                } else {
                    say!("Its paper lies in package {serial}.", serial)
                }
            }
            _ if self.only_practice(session, step) => {
                tr("Practice: nothing was printed, and nothing was read from paper.").into()
            }
            n if n == ops::READ_BACK.name => {
                tr("It was read back from its paper, and it is the same.").into()
            }
            n if n == ops::GENERATE.name => {
                tr("It was printed, read back from its paper, and is the same. It is kept encrypted here.").into()
            }
            _ => tr("What was typed is kept encrypted here, and wiped from memory.").into(),
        }
    }

    /// Who keeps the paper until it is packed.
    pub(super) fn kept_until(&self, step: &Step) -> Option<String> {
        let (number, title) = self.packed_in(step)?;
        let (_, _, person) = self.paper_of(step)?;
        Some(say!(
            "{person} keeps the paper, face down, until step {number} ({title}).",
            person,
            number,
            title
        ))
    }

    /// What whoever asks for an act reads beside the request: where its paper goes, and a key of the same name.
    pub(super) fn noted_before_signing(&self, session: &Session, step: &Step) -> Vec<String> {
        let mut lines = Vec::new();
        if let (Some(place), Some((_, part, person))) = (self.place(), self.paper_of(step)) {
            lines.push(say!(
                "Component {part} is printed to {place}, once all have signed: {person}, alone at the printer, presses Enter.",
                part,
                place,
                person
            ));
            lines.push(String::new());
        }
        let makes = step.doings().into_iter().filter_map(|doing| doing.makes);
        let labels = makes.filter_map(|id| self.script.model.key(id));
        let view = session.view();
        for declared in labels {
            let same = |row: &&crate::session::KeyRow| row.label == declared.label;
            if let Some(row) = view.keys.iter().find(same) {
                lines.push(say!(
                    "NOTE  This vault has a key called {label} already: {algorithm}, check value {kcv}. This is another one of \
                     the same name: from now on the name alone does not say which is meant.",
                    label = declared.label,
                    algorithm = row.key.key_attributes.key_algorithm.name(),
                    kcv = row.key.key_check_value
                ));
                lines.push(String::new());
            }
        }
        lines
    }

    /// How places were given, and who is here without one.
    pub(super) fn places_told(&self, session: &Session, step: &Step) -> Vec<String> {
        let view = session.view();
        let named: Vec<String> = step.who.iter().map(|place| self.name(place)).collect();
        // Whoever gives up the place by the ceremony is asked for nothing in it.
        let leaves = |name: &str| {
            let mut places = self.people.iter();
            places.any(|(place, holder)| holder == name && self.gives_up(place))
        };
        let others = view
            .people
            .iter()
            .filter(|p| p.present && !named.contains(&p.name) && !leaves(&p.name));
        // Where the script leaves it open who signs, and the vault may ask for more than have a place, every custodian counts.
        let anybody = |step: &Step| step.approve.as_ref().is_some_and(|a| a.from.is_empty());
        let open = self.script.model.steps.iter().any(anybody);
        let signs = |p: &&PersonView| open && p.role == Role::Custodian.name();
        let (signers, others): (Vec<_>, Vec<_>) = others.partition(signs);
        let listed = |people: Vec<&PersonView>| -> String {
            let named = people.iter().map(|p| said::called(&p.role, &p.name));
            named.collect::<Vec<_>>().join(", ")
        };
        let (signers, others) = (listed(signers), listed(others));
        let run = self.run(session);
        let practised = run.steps.first();
        let practised = practised.and_then(|step| step.notes.get(bind::PRACTICE_PEOPLE));
        let mut lines: Vec<String> = practised
            .map(|names| bind::told(names))
            .into_iter()
            .collect();
        let roles = named.iter().map(|name| Self::role(session, name));
        let kinds: BTreeSet<String> = roles.collect();
        if kinds.len() < named.len() {
            lines.push(
                tr("Places of one role went by the order of opening. Others on your papers? Esc, stop it for good, begin again: \
                    the page before it asks who leaves and who has which place (a shell: --person PLACE=NAME).")
                .into(),
            );
        }
        if !signers.is_empty() {
            lines.push(say!(
                "Opened the vault too, has no place here, and may be asked to sign: {signers}.",
                signers
            ));
        }
        if !others.is_empty() {
            lines.push(say!(
                "Opened the vault too, and has no part here: {others}.",
                others
            ));
        }
        lines
    }
}
