//! L03: a key is made once, used after that, not while its destruction is scheduled, and not past its last day.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::Timestamp;
use crate::session::field::Kind;
use crate::session::op;
use crate::session::op_components::IMPORT_COMPONENTS;

use super::super::model::{Doing, Model, OnFail, Step};
use super::super::{ops, ops_carry, ops_components};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L03",
    title: "a key before it is made or after it is gone",
    explain: "\
The script is read from top to bottom: a key is made in one step, used in later ones, not used while its destruction \
is scheduled, and, where not_after names its last day, not used later than that by the rehearsal's own clock. A step \
that expects the refusal may do all of this.

Move the step, restore the key first, declare another key, or expect the error.",
    check: life,
};

/// Where a declared key stands while the script is read from top to bottom.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Made,
    /// The step that makes it may be passed as an exception.
    Perhaps,
    DeletionScheduled,
}

fn life(model: &Model, report: &mut Report) {
    let there = model.keys.iter().filter(|key| key.existing);
    let mut lives: BTreeMap<&str, Life> = there.map(|key| (key.id.as_str(), Life::Made)).collect();
    let mut now = model.rehearsal.clock;
    let mut parts: BTreeSet<(&str, u8)> = BTreeSet::new();
    for step in &model.steps {
        formed(model, step, &parts, report);
        parts.extend(comes(model, step));
        now = now.map(|now| passed(model, step, now));
        for doing in step.doings() {
            uses(model, doing, &lives, report);
            ended(model, doing, now, report);
            if !step.expects_error() {
                lives_on(doing, &mut lives, report);
            }
        }
    }
}

/// The component that a step brings into the vault.
fn comes<'m>(model: &'m Model, step: &'m Step) -> Option<(&'m str, u8)> {
    let brings = [ops_components::ENTER.name, ops_components::GENERATE.name];
    if !brings.contains(&step.op.name) || step.expects_error() {
        return None;
    }
    let key = model.key(step.key()?)?;
    Some((key.label.as_str(), step.fields.get("part")?.parse().ok()?))
}

/// A key is formed of all its components.
fn formed(model: &Model, step: &Step, parts: &BTreeSet<(&str, u8)>, report: &mut Report) {
    if step.op.name != IMPORT_COMPONENTS.name || step.expects_error() {
        return;
    }
    let Some(key) = step.key().and_then(|id| model.key(id)) else {
        return;
    };
    let mut all = 1..=key.components.unwrap_or_default();
    if let Some(missing) = all.find(|part| !parts.contains(&(key.label.as_str(), *part))) {
        report.error(
            &step.place.member("key"),
            Some(step),
            format!(
                "Component {missing} of `{}` is not there yet: add the step that enters or makes it, or move this \
                 one below it.",
                key.id
            ),
        );
    }
}

/// The rehearsal's clock after it has let time pass before or in a step.
fn passed(model: &Model, step: &Step, now: Timestamp) -> Timestamp {
    let before = model.rehearsal.advances.get(&step.id).copied().unwrap_or(0);
    let began = now.plus_millis(before);
    step.waits()
        .map_or(began, |waits| waits.over(began).max(began))
}

/// What an act does to the life of its key.
fn lives_on<'m>(doing: Doing<'m>, lives: &mut BTreeMap<&'m str, Life>, report: &mut Report) {
    if let Some(made) = doing.makes {
        let life = match doing.step.on_fail {
            OnFail::Exception => Life::Perhaps,
            OnFail::Stop | OnFail::Retry(_) => Life::Made,
        };
        if lives.insert(made, life).is_some() {
            report.error(
                &doing.place.member("key"),
                Some(doing.step),
                format!("`{made}` is made a second time: declare another key for this step."),
            );
        }
        return;
    }
    let Some(key) = doing.key() else { return };
    match doing.op.name {
        name if name == op::DELETE_KEY.name => {
            lives.insert(key, Life::DeletionScheduled);
        }
        name if name == op::RESTORE_KEY.name => {
            lives.insert(key, Life::Made);
        }
        _ => {}
    }
}

/// Declared keys that an act uses, by the member that names them.
fn used<'m>(model: &'m Model, doing: Doing<'m>) -> impl Iterator<Item = (&'static str, &'m str)> {
    let keys = doing.op.fields.iter().filter(|f| f.kind == Kind::Key);
    keys.filter_map(move |field| Some((field.id, doing.field(field.id)?)))
        .filter(|(_, id)| model.key(id).is_some())
}

fn uses(model: &Model, doing: Doing<'_>, lives: &BTreeMap<&str, Life>, report: &mut Report) {
    if ops_components::is_turn(doing.op) || ops_carry::carries(doing.op) {
        // A component comes before its key does, and a carried key never comes.
        return;
    }
    for (field, id) in used(model, doing) {
        let message = match lives.get(id) {
            None => format!(
                "`{id}` is used before a step makes it: move this step down, or make the key first."
            ),
            Some(Life::DeletionScheduled)
                if !may_touch_deleted(doing) && !doing.step.expects_error() =>
            {
                format!(
                    "`{id}` is scheduled for destruction here: restore it first, or expect the refusal."
                )
            }
            Some(Life::Perhaps) if !doing.step.expects_error() => format!(
                "`{id}` may not be there: the step that makes it may be passed as an exception. Let the script stop \
                 there (on_fail = \"stop\"), or move what uses the key away."
            ),
            Some(_) => continue,
        };
        report.error(&doing.place.member(field), Some(doing.step), message);
    }
}

fn may_touch_deleted(doing: Doing<'_>) -> bool {
    doing.op.name == op::RESTORE_KEY.name || doing.op.name == ops::GET_KEY.name
}

/// Whether an act needs the key in its cryptoperiod.
fn needs_period(doing: Doing<'_>) -> bool {
    let name = doing.op.name;
    name == op::CREATE_KEY.name
        || name.starts_with("import-key.")
        || name.starts_with("export-key.")
}

fn ended(model: &Model, doing: Doing<'_>, now: Option<Timestamp>, report: &mut Report) {
    let Some(now) = now.filter(|_| needs_period(doing) && !doing.step.expects_error()) else {
        return;
    };
    let made = doing.makes.map(|id| ("key", id));
    for (field, id) in used(model, doing).chain(made) {
        let end = model.key(id).and_then(|key| key.not_after);
        if end.is_some_and(|end| now >= end) {
            report.error(
                &doing.place.member(field),
                Some(doing.step),
                format!(
                    "`{id}` is used at {} and its not_after is over: give it a later day, or make a new key.",
                    now.rfc3339()
                ),
            );
        }
    }
}
