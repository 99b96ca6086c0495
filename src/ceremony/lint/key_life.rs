//! L03: a key is made once, used after that, not while its destruction is scheduled or it is disabled, and not past its
//! last day; and it stands afterwards as the step expects it.

use std::collections::BTreeMap;

use crate::api::{KeyState, Timestamp, USUAL_WINDOW_DAYS};
use crate::session::field::Kind;
use crate::session::{op, op_tr34};

use super::super::model::{Doing, Model, OnFail, Step, Wait};
use super::super::{ops, ops_carry, ops_components};
use super::{Report, Rule, component_sets};

pub(super) const RULE: Rule = Rule {
    id: "L03",
    title: "a key before it is made or after it is gone",
    explain: "\
The script is read from top to bottom: a key is made in one step, used in later ones, not used while it is disabled or \
its destruction is scheduled, and, where not_after names its last day, not used later than that by the rehearsal's own \
clock; once the window of its destruction is over, which days, waits and that clock tell, nothing brings it back. What a \
step expects of its state is what its act brings about. A key is formed of all its components; it leaves \
as components once, after every other one was made (component.generate), and the last comes out of the act itself. A \
step that expects the refusal may do all of this.

Move the step, restore or enable the key first, declare another key, or expect the error.",
    check: life,
};

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

/// Where a declared key stands while the script is read from top to bottom.
#[derive(Clone, Copy)]
struct Life {
    stage: Stage,
    /// Nothing where the script cannot know it.
    enabled: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It was there before the ceremony, and nothing was done to it yet.
    Found,
    Made,
    /// The step that makes it may be passed as an exception.
    Perhaps,
    /// Its window ends at this moment of the script's time; nothing where the script cannot know it.
    DeletionScheduled(Option<Timestamp>),
    /// The same, and time has passed since of which nobody knows how much: it may be destroyed.
    Waited,
    /// Its window is over: nothing brings it back.
    Destroyed,
}

impl Stage {
    /// Only a key that is complete is enabled or disabled.
    fn switched(self) -> Self {
        if self == Self::Found {
            Self::Made
        } else {
            self
        }
    }
}

/// The time that a rehearsal comes to, step by step.
struct Clock<'m> {
    now: Timestamp,
    /// Whether the script says what day it begins; where it does not, only what passes is known.
    dated: bool,
    /// The time that passes before steps, in milliseconds, by their ids.
    advances: Option<&'m BTreeMap<String, i64>>,
}

impl<'m> Clock<'m> {
    /// That of the script's own rehearsal.
    fn of(model: &'m Model) -> Self {
        let clock = model.rehearsal.clock;
        Self {
            now: clock.unwrap_or(Timestamp::from_millis(0)),
            dated: clock.is_some(),
            advances: Some(&model.rehearsal.advances),
        }
    }

    /// That of a vault, which only waits move on.
    const fn from(now: Timestamp) -> Self {
        Self {
            now,
            dated: true,
            advances: None,
        }
    }

    /// Comes to a step: what passed until then ends windows.
    fn reach(&mut self, step: &Step, lives: &mut BTreeMap<&str, Life>) {
        let before = self.now;
        let known = self.pass(step);
        if !known || self.now > before {
            time_passes(lives, self.now, known);
        }
    }

    /// What day it is, where that is known.
    fn date(&self) -> Option<Timestamp> {
        Some(self.now).filter(|_| self.dated)
    }

    /// Lets the time pass that the script lets pass before and in a step. Whether it is known how much that is.
    fn pass(&mut self, step: &Step) -> bool {
        let before = self.advances.and_then(|a| a.get(&step.id));
        let before = before.copied().unwrap_or(0);
        let began = self.now.plus_millis(before);
        let waits = step.waits();
        let known = self.dated || !matches!(waits, Some(Wait::Until(_)));
        let over = waits.filter(|_| known).map(|waits| waits.over(began));
        self.now = over.map_or(began, |over| over.max(began));
        known
    }
}

fn life(model: &Model, report: &mut Report) {
    component_sets::check(model, report);
    let found = Life {
        stage: Stage::Found,
        enabled: None,
    };
    let there = model.keys.iter().filter(|key| key.existing);
    let mut lives: BTreeMap<&str, Life> = there.map(|key| (key.id.as_str(), found)).collect();
    let mut clock = Clock::of(model);
    for step in &model.steps {
        clock.reach(step, &mut lives);
        for doing in step.doings() {
            uses(model, doing, &lives, report);
            ended(model, doing, clock.date(), report);
            if let Some(made) = lives_on(model, doing, clock.now, &mut lives) {
                report.error(
                    &doing.place.member("key"),
                    Some(doing.step),
                    format!("`{made}` is made a second time: declare another key for this step."),
                );
            }
        }
        expected(step, &lives, report);
    }
}

/// A key that stands in a vault otherwise than the first step wants that names it.
pub(in super::super) struct Otherwise<'m> {
    /// The declared key.
    pub(in super::super) key: &'m str,
    /// The number of the step, from 1.
    pub(in super::super) number: usize,
    /// The step.
    pub(in super::super) step: &'m Step,
    /// What it is that the step cannot do with it.
    pub(in super::super) fault: Fault,
}

/// The declared keys that are in a vault as `standing` has them by id (state, whether it is enabled, the end of its window),
/// and that the script cannot be played with from `now` on: each once, by the first step that fails over it.
pub(in super::super) fn otherwise<'m>(
    model: &'m Model,
    standing: &BTreeMap<&'m str, (KeyState, bool, Option<Timestamp>)>,
    now: Timestamp,
) -> Vec<Otherwise<'m>> {
    let lives = standing.iter().map(|(id, (state, enabled, until))| {
        let stage = match state {
            KeyState::DELETE_PENDING => Stage::DeletionScheduled(*until),
            KeyState::DELETE_COMPLETE => Stage::Destroyed,
            _ => Stage::Made,
        };
        let enabled = Some(*enabled);
        (*id, Life { stage, enabled })
    });
    let mut lives: BTreeMap<&str, Life> = lives.collect();
    let mut clock = Clock::from(now);
    let mut all: Vec<Otherwise<'m>> = Vec::new();
    for (number, step) in (1..).zip(&model.steps) {
        clock.reach(step, &mut lives);
        let mut add = |key: &'m str, fault| {
            let known = all.iter().any(|other| other.key == key);
            if !known && standing.contains_key(key) {
                all.push(Otherwise {
                    key,
                    number,
                    step,
                    fault,
                });
            }
        };
        for doing in step.doings() {
            for (field, id) in faultable(model, doing) {
                if let Some(fault) = fault(lives.get(id), doing, field) {
                    add(id, fault);
                }
            }
            lives_on(model, doing, clock.now, &mut lives);
        }
        for (id, unmet) in unmet(step, &lives) {
            add(id, Fault::Unmet(unmet));
        }
    }
    all
}

fn time_passes(lives: &mut BTreeMap<&str, Life>, now: Timestamp, known: bool) {
    for life in lives.values_mut() {
        life.stage = match life.stage {
            Stage::DeletionScheduled(Some(until)) if now >= until => Stage::Destroyed,
            Stage::DeletionScheduled(until) if until.is_none() || !known => Stage::Waited,
            stage => stage,
        };
    }
}

/// What a step expects of a key, and what it is then.
pub(in super::super) enum Unmet {
    /// This state, and it is in one of those.
    State(KeyState, &'static [KeyState]),
    /// To be enabled, or disabled.
    Enabled(bool),
    /// That no trace of it is in the vault.
    Gone,
}

/// What a step expects of its keys' state, where it is not what they can be in.
fn unmet<'m>(step: &'m Step, lives: &BTreeMap<&str, Life>) -> Vec<(&'m str, Unmet)> {
    let Some(expect) = step.expect.as_ref().filter(|e| e.error.is_none()) else {
        return Vec::new();
    };
    let doings = step.doings().into_iter();
    let unmet = doings.filter_map(|doing| {
        let key = doing.key()?;
        let life = lives.get(key)?;
        let states: &[KeyState] = match life.stage {
            Stage::Found => KeyState::ALL,
            Stage::Made | Stage::Perhaps => &[KeyState::CREATE_COMPLETE],
            Stage::DeletionScheduled(_) => &[KeyState::DELETE_PENDING],
            Stage::Waited => &[KeyState::DELETE_PENDING, KeyState::DELETE_COMPLETE],
            Stage::Destroyed => &[KeyState::DELETE_COMPLETE],
        };
        let state = expect.state.filter(|state| !states.contains(state));
        let switch = expect.enabled.filter(|on| life.enabled == Some(!on));
        let gone = expect.material_gone && !states.contains(&KeyState::DELETE_COMPLETE);
        let unmet = state
            .map(|state| Unmet::State(state, states))
            .or_else(|| switch.map(Unmet::Enabled))
            .or_else(|| gone.then_some(Unmet::Gone))?;
        Some((key, unmet))
    });
    unmet.collect()
}

/// One state, or several.
pub(in super::super) fn state_names(states: &[KeyState]) -> String {
    let names: Vec<_> = states.iter().map(|state| state.name()).collect();
    names.join(" or ")
}

/// What a step expects of its keys' state is what they can be in.
fn expected(step: &Step, lives: &BTreeMap<&str, Life>, report: &mut Report) {
    for (key, unmet) in unmet(step, lives) {
        let message = match unmet {
            Unmet::State(state, states) => format!(
                "`{key}` is not {} after this step, but {}: correct the state, or move the step.",
                state.name(),
                state_names(states)
            ),
            Unmet::Enabled(on) => format!(
                "`{key}` is {} after this step: write enabled = {}, or move the step.",
                if on { "disabled" } else { "enabled" },
                !on
            ),
            Unmet::Gone => format!(
                "`{key}` is still in the vault after this step: let its window pass first (a step wait), or remove \
                 `material`."
            ),
        };
        let place = step.expect.as_ref().map(|expect| &expect.place);
        report.error(place.unwrap_or(&step.place), Some(step), message);
    }
}

/// When the window of a destruction that begins now is over; nothing where its days are typed in the ceremony.
fn window(model: &Model, doing: Doing<'_>, now: Timestamp) -> Option<Timestamp> {
    let typed = doing.step.asked.contains_key("days");
    let answers = model.rehearsal.answers.get(&doing.step.id);
    let answer = answers.and_then(|a| a.get("days")).map(String::as_str);
    let days = match doing.field("days").or(answer.filter(|_| typed)) {
        Some(days) => days.parse().ok()?,
        None if typed => return None,
        None => USUAL_WINDOW_DAYS,
    };
    Some(now.plus_millis(days.saturating_mul(DAY)))
}

/// What an act does to the life of its key; the key that it makes a second time. A refusal does nothing.
fn lives_on<'m>(
    model: &Model,
    doing: Doing<'m>,
    now: Timestamp,
    lives: &mut BTreeMap<&'m str, Life>,
) -> Option<&'m str> {
    if doing.step.expects_error() {
        return None;
    }
    let sure = doing.step.on_fail != OnFail::Exception;
    if let Some(made) = doing.makes {
        let life = Life {
            stage: if sure { Stage::Made } else { Stage::Perhaps },
            enabled: Some(doing.field(op::ENABLED.id) != Some("no")),
        };
        return lives.insert(made, life).map(|_| made);
    }
    let life = doing.key().and_then(|key| lives.get_mut(key))?;
    let (stage, enabled) = match doing.op.name {
        name if name == op::DELETE_KEY.name => {
            (Stage::DeletionScheduled(window(model, doing, now)), false)
        }
        name if name == op::RESTORE_KEY.name => (Stage::Made, false),
        name if name == op::STOP_KEY_USAGE.name => (life.stage.switched(), false),
        name if name == op::START_KEY_USAGE.name => (life.stage.switched(), true),
        _ => return None,
    };
    *life = if sure {
        Life {
            stage,
            enabled: Some(enabled),
        }
    } else {
        // Whether it was done is not known.
        Life {
            stage: if life.stage == stage {
                stage
            } else {
                Stage::Found
            },
            enabled: None,
        }
    };
    None
}

/// Declared keys that an act uses, by the member that names them.
fn used<'m>(model: &'m Model, doing: Doing<'m>) -> impl Iterator<Item = (&'static str, &'m str)> {
    let keys = doing.op.fields.iter().filter(|f| f.kind == Kind::Key);
    keys.filter_map(move |field| Some((field.id, doing.field(field.id)?)))
        .filter(|(_, id)| model.key(id).is_some())
}

/// Why an act cannot do with a key what it does.
pub(in super::super) enum Fault {
    /// No step made it.
    NotMade,
    /// Its window is over.
    Destroyed,
    /// Its destruction is scheduled.
    Scheduled,
    /// The step that makes it may be passed.
    Unsure,
    /// There is no destruction to take back.
    NothingToRestore,
    /// It is disabled, and the act uses it.
    Disabled,
    /// It is not as the step expects it.
    Unmet(Unmet),
}

/// The same, whether or not the step expects to be refused: `field` names the key.
fn fault(life: Option<&Life>, doing: Doing<'_>, field: &str) -> Option<Fault> {
    if life.is_some() && doing.step.expects_error() {
        return None;
    }
    let restores = doing.op.name == op::RESTORE_KEY.name && field == "key";
    Some(match life.map(|life| life.stage) {
        None => Fault::NotMade,
        Some(Stage::Destroyed) if doing.op.name != ops::GET_KEY.name => Fault::Destroyed,
        Some(Stage::DeletionScheduled(_) | Stage::Waited) if !may_touch_deleted(doing) => {
            Fault::Scheduled
        }
        Some(Stage::Perhaps) => Fault::Unsure,
        Some(Stage::Made) if restores => Fault::NothingToRestore,
        Some(_) if off(life) && opens(doing) => Fault::Disabled,
        Some(_) => return None,
    })
}

/// The keys of an act that its faults are about. A component comes before its key does, and a carried key never comes.
fn faultable<'m>(
    model: &'m Model,
    doing: Doing<'m>,
) -> impl Iterator<Item = (&'static str, &'m str)> {
    let none = ops_components::is_turn(doing.op) || ops_carry::carries(doing.op);
    used(model, doing).filter(move |_| !none)
}

fn uses(model: &Model, doing: Doing<'_>, lives: &BTreeMap<&str, Life>, report: &mut Report) {
    for (field, id) in faultable(model, doing) {
        let message = match fault(lives.get(id), doing, field) {
            Some(Fault::NotMade) => format!(
                "`{id}` is used before a step makes it: move this step down, or make the key first."
            ),
            Some(Fault::Destroyed) => format!(
                "`{id}` is destroyed here, because its window is over by then, and nothing brings it back: move this \
                 step above the one that lets the time pass, give the window more days, or expect the refusal."
            ),
            Some(Fault::Scheduled) => format!(
                "`{id}` is scheduled for destruction here: restore it first, or expect the refusal."
            ),
            Some(Fault::Unsure) => format!(
                "`{id}` may not be there: the step that makes it may be passed as an exception. Let the script stop \
                 there (on_fail = \"stop\"), or move what uses the key away."
            ),
            Some(Fault::NothingToRestore) => format!(
                "The destruction of `{id}` is not scheduled here, so there is nothing to restore: remove the step, or \
                 move it below the delete-key that it takes back."
            ),
            Some(Fault::Disabled) => format!(
                "`{id}` is disabled here: enable it first (start-key-usage), or expect the refusal."
            ),
            Some(Fault::Unmet(_)) | None => continue,
        };
        report.error(&doing.place.member(field), Some(doing.step), message);
    }
}

fn off(life: Option<&Life>) -> bool {
    life.is_some_and(|life| life.enabled == Some(false))
}

/// Whether an act uses its keys, as one that moves or certifies does; what looks at them, names or switches them does not.
fn opens(doing: Doing<'_>) -> bool {
    let name = doing.op.name;
    name.starts_with("import-key.")
        || name.starts_with("export-key.")
        || op::certifies(doing.op)
        || op_tr34::writes_token(doing.op)
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
