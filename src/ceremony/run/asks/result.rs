//! What an act came to, before the next step.

use super::super::super::ask::Ask;
use super::super::super::changing::gives_words;
use super::super::super::model::{Algorithm, Step};
use super::super::super::{ops, ops_components};
use super::super::numbers::fours;
use super::super::{Runner, effect};
use super::lines::{footing, key_lines};
use crate::session::changing_words;
use crate::session::components::NOT_PRINTED;
use crate::session::field::Footing;
use crate::session::op_components::SLIP;
use crate::session::{Comparing, KeyRow, Session, StepRecord, StepState, modes, op_components};
use crate::text::{say, tr};

/// Initial keys in lines, and which value is told.
fn initial_lines(initial: &[[String; 2]]) -> Vec<String> {
    let mut lines: Vec<String> = initial
        .iter()
        .map(|[serial, value]| say!("  initial key {value}, of terminal {serial}", value, serial))
        .collect();
    let values: Vec<&str> = initial.iter().map(|[_, value]| value.as_str()).collect();
    lines.push(say!(
        "Tell whoever loads it {values}: what left is the initial key. The check value above is the base key's, which stays here.",
        values = values.join(", ")
    ));
    lines
}

impl Runner {
    pub(super) fn result_ask(&self, session: &Session, step: &Step) -> Ask {
        let mut body = self.told.clone();
        if gives_words(step.op) && body.is_empty() {
            // Taken up again after a crash: this much is true of every such step.
            body.push(changing_words::replaced().to_owned());
        }
        if !body.is_empty() {
            body.push(String::new());
        }
        body.extend(self.came_of(session, step));
        Ask {
            person: String::new(),
            role: String::new(),
            title: say!("Done: {title}", title = step.title),
            body,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: false,
            footing: self.result_footing(step),
        }
    }

    /// Whoever watched says that it was so; where nobody does, anybody goes on.
    fn result_footing(&self, step: &Step) -> Footing {
        let watch = self.watchers(step);
        let done = tr("this step is done, saved and in the audit chain");
        if watch.is_empty() {
            let acts = tr("anybody, once all have seen it");
            return footing(acts.into(), tr("goes on to the next step"), done);
        }
        footing(
            say!("{watch}, who watched it", watch = watch.join(", ")),
            tr("records that it was seen as it stands here, and goes on"),
            done,
        )
    }

    /// Keys, papers and files that the step made or touched, who signed and who watched.
    fn came_of(&self, session: &Session, step: &Step) -> Vec<String> {
        let mut body = Vec::new();
        if let Some(record) = self.record(session) {
            if let Some(error) = &record.error {
                body.push(say!("Refused, as the script expects: {error}", error));
            }
            let view = session.view();
            let row = view
                .keys
                .iter()
                .find(|row| Some(&row.key.key_arn) == record.key.as_ref());
            body.extend(
                row.map(|row| self.key_told(session, step, row))
                    .unwrap_or_default(),
            );
            let initial = self.initial_keys(session, step, &record);
            if initial.is_empty() {
                body.extend(row.and_then(|row| self.which_value(session, step, row)));
            } else {
                body.extend(initial_lines(&initial));
            }
            if step.op.name == op_components::EXPORT_COMPONENTS.name {
                body.push(String::new());
                body.extend(self.let_out(session, step));
            }
            if ops_components::is_turn(step.op) {
                body.extend(self.component_result(session, step));
            }
            body.extend(Self::copy_result(&record));
            body.extend(self.number_given(session, step));
            for name in record.files.keys() {
                body.push(say!("  file        {name}", name));
            }
            let signed = ops::is_act(step.op) && !record.who.is_empty();
            if signed {
                body.push(say!("  signed by   {who}", who = record.who.join(", ")));
            }
            let watch = self.watchers(step);
            if !watch.is_empty() {
                body.push(say!("  watched by  {watch}", watch = watch.join(", ")));
            }
            if let Some(kept) = self.kept_until(step) {
                body.extend([String::new(), kept]);
            }
        }
        body
    }

    /// A key in lines; where a step ahead compares its value, with the step's number.
    pub(super) fn key_told(&self, session: &Session, step: &Step, row: &KeyRow) -> Vec<String> {
        let (label, hidden) = (self.label(step, row), self.to_be_compared(session, step));
        let compares = |other: &Step| {
            other.op.name == ops::ATTEST_CHECK_VALUE.name && other.key() == step.key()
        };
        let ahead = (1..).zip(&self.script.model.steps).skip(self.at);
        let number = ahead
            .filter(|(_, other)| compares(other))
            .map(|(n, _)| n)
            .next();
        let pending = row.comparing == Some(Comparing::Pending);
        let Some(number) = number.filter(|_: &usize| pending && hidden) else {
            // Who compared it stands in the run's own steps.
            let of_run = KeyRow {
                compared: row.comparing.map(|state| state.words().to_owned()),
                ..row.clone()
            };
            return key_lines(&label, &of_run, hidden);
        };
        let without = KeyRow {
            comparing: None,
            compared: None,
            ..row.clone()
        };
        let mut lines = key_lines(&label, &without, hidden);
        lines.push(say!(
            "  compared    not yet: step {number} compares it",
            number
        ));
        lines
    }

    /// Initial keys that this step let out, each with the terminal's serial and its own check value with its method:
    /// what left is not the base key that the step is about. None while that is hidden.
    pub(super) fn initial_keys(
        &self,
        session: &Session,
        step: &Step,
        record: &StepRecord,
    ) -> Vec<[String; 2]> {
        if self.to_be_compared(session, step) {
            return Vec::new();
        }
        let doings = step.doings().into_iter().enumerate();
        doings
            .filter_map(|(number, doing)| {
                let serial = doing.field("serial")?;
                let (value, method) = effect::left_with(record, number)?;
                Some([fours(serial), format!("{value} ({method})")])
            })
            .collect()
    }

    /// What the script asked for, beside the key that is there: whoever looks compares both.
    pub(super) fn asked_for(&self, step: &Step, row: &KeyRow) -> Vec<String> {
        let declared = step.key().and_then(|id| self.script.model.key(id));
        let Some((declared, Algorithm::Is(algorithm))) = declared.map(|key| (key, key.algorithm))
        else {
            return Vec::new();
        };
        let leaves = |may: bool| {
            if may {
                tr("may leave, wrapped")
            } else {
                tr("never leaves")
            }
        };
        let told = |usage: &str, algorithm: &str, modes: String, may: bool| {
            format!("{usage} {algorithm}, {modes}; {}", leaves(may))
        };
        let there = &row.key.key_attributes;
        let found = told(
            there.key_usage.code(),
            there.key_algorithm.name(),
            modes::words(&there.key_modes_of_use),
            row.key.exportable,
        );
        let wanted = told(
            declared.usage.code(),
            algorithm.name(),
            modes::words(&declared.modes),
            declared.exportable,
        );
        let same = found == wanted;
        let mut lines = vec![
            say!("  asked for   {wanted}", wanted),
            say!("  as made     {found}", found),
        ];
        if !same {
            lines.push(tr("STOP: they differ.").to_owned());
        }
        lines
    }

    /// Which of two check values is told to the other side.
    pub(super) fn which_value(
        &self,
        session: &Session,
        step: &Step,
        row: &KeyRow,
    ) -> Option<String> {
        let (_, other) = row.other_check_value.as_ref()?;
        let hidden =
            self.to_be_compared(session, step) || row.comparing.is_some_and(Comparing::hides);
        (!hidden).then(|| {
            say!(
                "Tell others {kcv}. Whoever sees {other} takes the key for one of another algorithm.",
                kcv = row.key.key_check_value,
                other
            )
        })
    }

    /// The last component: what became of its paper.
    fn let_out(&self, session: &Session, step: &Step) -> Vec<String> {
        let Some((_, part, person)) = self.paper_of(step) else {
            return Vec::new();
        };
        let place = self
            .record(session)
            .and_then(|r| r.notes.get(SLIP.id).cloned());
        let line = match place {
            Some(place) if place != NOT_PRINTED => say!(
                "Component {part} was printed to {place} for {person}, once.",
                part,
                place,
                person
            ),
            _ => say!(
                "Component {part} went to {person}. Practice: nothing was printed.",
                part,
                person
            ),
        };
        vec![line]
    }

    /// Whether somebody has yet to type the check value of this step's key from elsewhere: shown before, it would only
    /// be copied.
    pub(super) fn to_be_compared(&self, session: &Session, step: &Step) -> bool {
        let run = self.run(session);
        let mut steps = self.script.model.steps.iter().zip(&run.steps);
        step.key().is_some()
            && steps.any(|(other, record)| {
                other.op.name == ops::ATTEST_CHECK_VALUE.name
                    && other.key() == step.key()
                    && !matches!(record.state, StepState::Closed | StepState::Exception)
            })
    }
}
