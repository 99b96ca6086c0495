//! An interrupted run that is taken up by other people: who has which place from then on, where the script lets anybody
//! have it.

use std::collections::{BTreeMap, BTreeSet};

use crate::session::field::Kind;
use crate::session::op_components::EXPORT_COMPONENTS;
use crate::session::{PersonView, Relief, Run, Session, StepState, View};
use crate::text::say;

use super::super::model::{Person, Role, Step};
use super::super::ops_components as ops;
use super::papers::PRINTED;
use super::{RunError, Runner};

impl Runner {
    /// Who takes whose place as it was asked for when the run was taken up.
    ///
    /// # Errors
    /// What was asked for cannot be, and why; nothing was changed.
    pub(super) fn relieved(
        &self,
        run: &Run,
        session: &Session,
        asked: &BTreeMap<String, String>,
    ) -> Result<Vec<Relief>, RunError> {
        let mut taking = self.taking(run, session, Vec::new());
        for (place, name) in asked {
            taking
                .asked(place, name)
                .map_err(|why| RunError::CannotBegin(format!("{why} Nothing was changed.")))?;
        }
        Ok(taking.taken)
    }

    /// Where nobody can be asked: custodians who opened the vault take the places of those who did not.
    pub(super) fn by_presence(
        &self,
        run: &Run,
        session: &Session,
        taken: Vec<Relief>,
    ) -> Vec<Relief> {
        let mut taking = self.taking(run, session, taken);
        while let Some(absent) = taking.absent(&BTreeSet::new()) {
            match absent.others.first() {
                Some(name) => taking.take(&absent.place, name),
                None => break,
            }
        }
        taking.taken
    }

    /// The first place whose holder may be away and that somebody else may take; not one that is settled.
    pub(super) fn absent(
        &self,
        run: &Run,
        session: &Session,
        (taken, settled): (&[Relief], &BTreeSet<String>),
    ) -> Option<Absent> {
        self.taking(run, session, taken.to_vec()).absent(settled)
    }

    /// One more place that changes hands.
    pub(super) fn taken_by(
        &self,
        run: &Run,
        session: &Session,
        taken: Vec<Relief>,
        (place, name): (&str, &str),
    ) -> Vec<Relief> {
        let mut taking = self.taking(run, session, taken);
        taking.take(place, name);
        taking.taken
    }

    fn taking<'a>(&'a self, run: &'a Run, session: &'a Session, taken: Vec<Relief>) -> Taking<'a> {
        Taking {
            runner: self,
            run,
            session,
            view: session.view(),
            taken,
        }
    }

    /// Whoever takes a place is not refused the components that are still to come: said before the run goes on, and not in
    /// the turn, which would stop it for good.
    ///
    /// # Errors
    /// CannotBegin, with the rule and the past event; the run stands as it stood.
    pub(super) fn newcomers_may_hold(
        &self,
        run: &Run,
        session: &Session,
        relieved: &[Relief],
    ) -> Result<(), RunError> {
        for step in self.ahead(run).filter(|step| !step.expects_error()) {
            let new = |place: &String| relieved.iter().any(|relief| relief.place == *place);
            if !step.who.first().is_some_and(new) {
                continue;
            }
            let lets_out = step.op.name == EXPORT_COMPONENTS.name;
            if !lets_out && !ops::shows(step.op) {
                continue;
            }
            let Some((set, part, person)) = self.paper_of(step) else {
                continue;
            };
            session
                .may_hold_component(&set, part, &person)
                .map_err(|why| {
                    RunError::CannotBegin(format!("{why} The run stands as it stood."))
                })?;
        }
        Ok(())
    }

    /// The steps that are still to be done.
    fn ahead<'a>(&'a self, run: &'a Run) -> impl Iterator<Item = &'a Step> {
        let steps = self.script.model.steps.iter().zip(&run.steps);
        let over = |state| matches!(state, StepState::Closed | StepState::Exception);
        let ahead = steps.filter(move |(_, record)| !over(record.state));
        ahead.map(|(step, _)| step)
    }
}

/// What is said of them on the page that greets.
pub(super) fn told(relieved: &[Relief]) -> Option<String> {
    let one = |relief: &Relief| {
        say!(
            "{to} has the place of {from} (`{place}`) from here on.",
            to = relief.to,
            from = relief.from,
            place = relief.place
        )
    };
    let told: Vec<String> = relieved.iter().map(one).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

/// A place whose holder did not open the vault, or is none of its people any more.
pub(super) struct Absent {
    /// The place, as the script calls it.
    pub(super) place: String,
    /// Its role.
    pub(super) role: &'static str,
    /// Who had it until now.
    pub(super) holder: String,
    /// Whether that is nobody of this vault any more.
    pub(super) gone: bool,
    /// Who may take it; somebody, always.
    pub(super) others: Vec<String>,
}

/// Places that change hands.
struct Taking<'a> {
    runner: &'a Runner,
    run: &'a Run,
    session: &'a Session,
    view: View,
    taken: Vec<Relief>,
}

impl Taking<'_> {
    /// Somebody is named for a place.
    fn asked(&mut self, place: &str, name: &str) -> Result<(), String> {
        let model = &self.runner.script.model;
        let Some(declared) = model.person(place) else {
            let places: Vec<&str> = model.people.iter().map(|p| p.id.as_str()).collect();
            return Err(format!(
                "This script has no place `{place}`; it has {}.",
                places.join(", ")
            ));
        };
        if self.at(place) == name {
            return Ok(());
        }
        self.open_to(declared, name)?;
        if let Err(why) = self.may_take(declared, name) {
            let could = self.could_take(declared);
            return Err(match could.as_slice() {
                [] => why,
                names => format!("{why} `{place}` can be taken by {}.", names.join(", ")),
            });
        }
        self.take(place, name);
        Ok(())
    }

    /// Who did not open the vault today may leave the place to a custodian who did and has none; whoever is no person of
    /// the vault any more, to anybody of the role.
    fn absent(&self, settled: &BTreeSet<String>) -> Option<Absent> {
        let model = &self.runner.script.model;
        for place in model.places().filter(|place| !settled.contains(&place.id)) {
            let holder = self.at(&place.id);
            let known = self.view.people.iter().find(|p| p.name == holder);
            let away = match known {
                Some(person) => place.role == Role::Custodian && !person.present,
                None => place.joins.is_none(),
            };
            let asked = self.taken.iter().any(|relief| relief.place == place.id);
            if !away || asked || !self.is_wanted(place) {
                continue;
            }
            let gone = known.is_none();
            let comes = |p: &&PersonView| p.present || (gone && place.role != Role::Custodian);
            let may = |name: &str| {
                self.open_to(place, name).is_ok() && self.may_take(place, name).is_ok()
            };
            let others = self.view.people.iter().filter(comes);
            let others = others.filter(|p| may(&p.name)).map(|p| p.name.clone());
            let others: Vec<String> = others.collect();
            if !others.is_empty() {
                return Some(Absent {
                    place: place.id.clone(),
                    role: place.role.name(),
                    holder,
                    gone,
                    others,
                });
            }
        }
        None
    }

    /// Whether a step ahead asks whoever has this place. Among those of whom anybody may sign is nobody who leaves by the
    /// ceremony: that place ends, and nobody takes it from somebody who need not come.
    fn is_wanted(&self, place: &Person) -> bool {
        let leaves = self.runner.script.model.leaves(&place.id);
        let signs = |step: &Step| {
            step.approve.as_ref().is_some_and(|approve| {
                let custodian = place.role == Role::Custodian && !leaves;
                let anybody = approve.from.is_empty() && custodian;
                anybody || approve.from.contains(&place.id)
            })
        };
        self.runner.ahead(self.run).any(|step| {
            let named = step.who.iter().chain(&step.observe).chain(&step.initiate);
            let mut named = named.chain(step.asked.values());
            signs(step) || named.any(|id| *id == place.id)
        })
    }

    fn at(&self, place: &str) -> String {
        let changed = self.taken.iter().find(|relief| relief.place == place);
        changed.map_or_else(|| self.runner.name(place), |relief| relief.to.clone())
    }

    fn take(&mut self, place: &str, name: &str) {
        let step = self.runner.ahead(self.run).next();
        self.taken.push(Relief {
            place: place.to_owned(),
            from: self.runner.name(place),
            to: name.to_owned(),
            step: step.map(|step| step.id.clone()).unwrap_or_default(),
        });
    }

    /// Whether the script lets this person have a place: its backup where it names one, else anybody where it leaves it
    /// open; and whether nothing that its holder began waits for the holder.
    fn open_to(&self, place: &Person, name: &str) -> Result<(), String> {
        let holder = self.runner.name(&place.id);
        let backup = place.backup.as_ref();
        match backup.and_then(|id| self.runner.people.get(id)) {
            Some(backup) if backup == name => {}
            Some(backup) => {
                return Err(format!(
                    "The script names {backup} as the one who takes the place of {holder} at `{}`: nobody else does.",
                    place.id
                ));
            }
            None => named_nowhere(place, &holder)?,
        }
        self.nothing_waits(place, &holder)
    }

    /// Whether nothing is ahead that is about the holder, or that the holder began.
    fn nothing_waits(&self, place: &Person, holder: &str) -> Result<(), String> {
        let id = &place.id;
        if let Some(step) = self.runner.ahead(self.run).find(|step| is_about(step, id)) {
            return Err(format!(
                "Step `{}` is about {holder} at `{id}`: nobody takes that place.",
                step.id
            ));
        }
        let held = |step: &&Step| self.waits_for_its_holder(step, id, holder);
        if let Some(step) = self.runner.ahead(self.run).find(held) {
            return Err(format!(
                "{holder} has the paper of the component that step `{}` puts away, proves or prints, and nobody takes the \
                 place of {holder} before that: go on when {holder} is here.",
                step.id
            ));
        }
        Ok(())
    }

    /// Whether a step ahead handles a component that the holder of this place has opened, entered or made.
    fn waits_for_its_holder(&self, step: &Step, place: &str, holder: &str) -> bool {
        if step.op.name == EXPORT_COMPONENTS.name {
            return self.was_at_the_printer(step, place, holder);
        }
        let own = ops::is_turn(step.op) && step.who.iter().any(|who| who == place);
        let Some((set, part)) = self.runner.component_of(step).filter(|_| own) else {
            return false;
        };
        let entered = self.session.component_parts(&set.id).into_iter();
        let lies_open = self.session.open_papers(&set.id).into_iter();
        entered
            .map(|known| (known.part, known.holder))
            .chain(lies_open)
            .any(|held| held == (part, holder.to_owned()))
    }

    /// Whether the last component was printed for the holder of this place already: it comes out the same again.
    fn was_at_the_printer(&self, step: &Step, place: &str, holder: &str) -> bool {
        let set = step.key().and_then(|key| self.runner.component_set(key));
        let Some(set) = set.filter(|_| step.who.iter().any(|who| who == place)) else {
            return false;
        };
        let record = self.run.steps.iter().find(|record| record.id == step.id);
        let printed = record.is_some_and(|record| record.notes.contains_key(PRINTED));
        let mut held = self.session.ledger().held_by(holder, &set.id);
        printed || held.any(|holding| holding.part == set.parts)
    }

    /// Who of the vault may have a place instead of its holder.
    fn could_take(&self, place: &Person) -> Vec<String> {
        let holder = self.at(&place.id);
        let others = self.view.people.iter().filter(|p| p.name != holder);
        let may =
            |name: &str| self.open_to(place, name).is_ok() && self.may_take(place, name).is_ok();
        others
            .filter(|p| may(&p.name))
            .map(|p| p.name.clone())
            .collect()
    }

    /// Whether a person may have a place that is open to anybody.
    fn may_take(&self, place: &Person, name: &str) -> Result<(), String> {
        let Some(person) = self.view.people.iter().find(|p| p.name == name) else {
            return Err(format!("{name} is not a person of this vault."));
        };
        if person.role != place.role.name() {
            return Err(format!(
                "{name} has the role {}, and the place `{}` is for the role {}.",
                person.role,
                place.id,
                place.role.name()
            ));
        }
        let mut stand_by = self.runner.script.model.people.iter();
        let over = |p: &&Person| p.form_until.is_some_and(|end| self.session.now() >= end);
        let standing = stand_by.find(|p| p.stands_by && self.runner.name(&p.id) == name);
        if let Some(person) = standing.filter(over) {
            let form = person.form.as_deref().unwrap_or("the form");
            return Err(format!("{form} of {name} is over, by this vault's clock."));
        }
        let mut places = self.runner.script.model.places();
        if let Some(other) = places.find(|p| p.id != place.id && self.at(&p.id) == name) {
            return Err(format!(
                "{name} has the place `{}` already, and nobody has two in one ceremony.",
                other.id
            ));
        }
        for step in self.runner.ahead(self.run) {
            let sees = ops::shows(step.op) && step.who.contains(&place.id);
            let Some((set, part)) = self.runner.component_of(step).filter(|_| sees) else {
                continue;
            };
            let eligible = self.session.may_hold_component(&set, part, name);
            eligible.map_err(|refusal| refusal.to_string())?;
        }
        Ok(())
    }
}

/// Whether the script leaves it open who has a place.
fn named_nowhere(place: &Person, holder: &str) -> Result<(), String> {
    let id = &place.id;
    let paper = place
        .form
        .as_ref()
        .map(|form| format!("by the form {form}"));
    let named = place.key.as_ref().map(|_| "by the approval key".to_owned());
    if let Some(how) = named.or(paper) {
        return Err(format!(
            "The script names one person for `{id}`, {how}: nobody takes the place of {holder}. Go on when {holder} \
             is here, or stop the run for good and play a script that names somebody else."
        ));
    }
    match &place.joins {
        Some(step) => Err(format!(
            "`{id}` is the place of whoever is named in step `{step}`; nobody else takes it."
        )),
        None => Ok(()),
    }
}

/// Whether a step is about the person at this place: who leaves, who is named.
fn is_about(step: &Step, place: &str) -> bool {
    let persons = step
        .op
        .fields
        .iter()
        .filter(|field| matches!(field.kind, Kind::Person));
    persons
        .filter_map(|field| step.fields.get(field.id))
        .any(|named| named == place)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{Runner, Wanted};
    use crate::ceremony::{Script, shipped};
    use crate::session::practice::{self, Size};
    use crate::session::{Environment, RunOutcome, StepState};
    use crate::vault::MemoryStore;

    /// Taken up after the rotation, the ceremony asked who has the place that this very ceremony took from its holder, and
    /// took a custodian who has none.
    #[test]
    fn nobody_is_asked_to_take_the_place_of_whoever_left_by_the_ceremony() {
        let mut all = shipped().iter();
        let found = all.find(|(name, _)| *name == "custodian-replacement.toml");
        let script = Script::parse(found.unwrap().1).ok().unwrap();
        let store = Box::new(MemoryStore::new());
        let environment = Environment::seeded("leaver").unwrap();
        let size = Size {
            custodians: 5,
            ..script.practice_size()
        };
        let made = practice::vault_of(store, size, environment, script.rehearsal().1, true);
        let mut session = made.unwrap().session;
        let mut runner = Runner::begin(&mut session, script, Wanted::default()).unwrap();
        let ended = runner.headless(&mut session);
        assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
        let mut run = runner.run(&session);
        let leaver = run.people["leaver"].clone();
        let view = session.view();
        assert!(view.people.iter().all(|person| person.name != leaver));
        let rotated = run
            .steps
            .iter()
            .position(|step| step.id == "replace")
            .unwrap();
        for step in run.steps.iter_mut().skip(rotated + 1) {
            step.state = StepState::Planned;
        }
        let absent = runner.absent(&run, &session, (&[], &BTreeSet::new()));
        assert_eq!(absent.map(|absent| (absent.place, absent.others)), None);
    }
}
