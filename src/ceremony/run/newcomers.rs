//! Who joins a run by the practice answers of its script, where the vault has that person already: a second run in a vault
//! that stays. It is known before anything begins, and not refused in the step that names whoever joins.

use std::collections::BTreeMap;

use crate::custody::ledger::same;
use crate::session::{Profile, Run, View, op_custody, practice};
use crate::text::say;

use super::super::model::{Model, Person};
use super::RunError;

/// Note of a run's first step: whose name the practice answer for a place is, where it is another than the script's.
const JOINS_AS: &str = "joins in practice as (";

fn note(place: &str) -> String {
    format!("{JOINS_AS}{place})")
}

/// Whose name the script's practice answer is for a place that somebody joins at.
fn practised<'m>(model: &'m Model, place: &Person) -> Option<&'m str> {
    let step = place.joins.as_ref()?;
    let answers = model.rehearsal.answers.get(step)?;
    answers.get(op_custody::JOINS.id).map(String::as_str)
}

fn is_here(view: &View, name: &str) -> bool {
    view.people.iter().any(|person| same(&person.name, name))
}

/// A practice person who is nobody of the vault.
fn free(view: &View, taken: &BTreeMap<String, String>) -> Option<&'static str> {
    let mut names = practice::strangers();
    names.find(|name| !is_here(view, name) && !taken.values().any(|other| same(other, name)))
}

/// For each place that somebody joins at and whose practice answer serves no more: who joins. People who sit there are
/// given another practice name; where nobody does, a name has to be told, as `asked` has it for its place.
///
/// # Errors
/// CannotBegin: a name that is a person's of the vault, or none where nobody can be asked.
pub(super) fn joining(
    model: &Model,
    view: &View,
    asked: &BTreeMap<String, String>,
    attended: bool,
) -> Result<BTreeMap<String, String>, RunError> {
    let mut joining = BTreeMap::new();
    if view.profile != Profile::Rehearsal {
        return Ok(joining);
    }
    for place in model.people.iter().filter(|place| place.joins.is_some()) {
        let id = &place.id;
        if let Some(name) = asked.get(id) {
            if is_here(view, name) {
                return Err(RunError::CannotBegin(format!(
                    "`{id}` is the place of whoever joins, and {name} is a person of this vault already. Nothing was \
                     begun. Name somebody who is not."
                )));
            }
            joining.insert(id.clone(), name.clone());
            continue;
        }
        let Some(usual) = practised(model, place).filter(|name| is_here(view, name)) else {
            continue;
        };
        match free(view, &joining) {
            Some(name) if attended => drop(joining.insert(id.clone(), name.to_owned())),
            free => {
                let other = free.unwrap_or("NAME");
                return Err(RunError::CannotBegin(format!(
                    "By the script's practice answers {usual} joins at `{id}`, and {usual} is a person of this vault \
                     already. Nothing was begun. Name another: --person {id}={other}."
                )));
            }
        }
    }
    Ok(joining)
}

/// What people read of that before anything begins.
pub(in crate::ceremony) fn told(
    model: &Model,
    view: &View,
    asked: &BTreeMap<String, String>,
) -> Option<String> {
    let joining = joining(model, view, asked, true).ok()?;
    let (place, name) = joining.iter().next()?;
    let usual = model
        .person(place)
        .and_then(|place| practised(model, place));
    let usual = usual.filter(|usual| usual != name)?;
    Some(say!(
        "{usual}, who joins in the script's practice answers, is a person of this vault already: the practice answer names \
         {name} instead; any other name can be typed there",
        usual,
        name
    ))
}

/// The same as notes of the run's first step.
pub(super) fn notes(joining: BTreeMap<String, String>) -> impl Iterator<Item = (String, String)> {
    let each = joining.into_iter();
    each.map(|(place, name)| (note(&place), name))
}

/// Who joins in a step by the notes of its run, where the script's own practice answer is not taken.
pub(super) fn named(model: &Model, run: &Run, step: &str) -> Option<String> {
    let mut places = model.people.iter();
    let place = places.find(|place| place.joins.as_deref() == Some(step))?;
    run.steps.first()?.notes.get(&note(&place.id)).cloned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Runner, Wanted};
    use crate::ceremony::{Script, shipped};
    use crate::session::practice::{self, Size};
    use crate::session::{Environment, RunOutcome, Session};
    use crate::vault::MemoryStore;

    fn script() -> Script {
        let mut all = shipped().iter();
        let (_, text) = all
            .find(|(name, _)| *name == "custodian-replacement.toml")
            .unwrap();
        Script::parse(text).ok().unwrap()
    }

    /// A vault in which the ceremony was played once: Dee has joined.
    fn once() -> Session {
        let script = script();
        let size = Size {
            custodians: 5,
            ..script.practice_size()
        };
        let environment = Environment::seeded("newcomers").unwrap();
        let store = Box::new(MemoryStore::new());
        let made = practice::vault_of(store, size, environment, script.rehearsal().1, true);
        let mut session = made.unwrap().session;
        let mut runner = Runner::begin(&mut session, script, Wanted::default()).unwrap();
        let ended = runner.headless(&mut session);
        assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
        session
    }

    /// The second run came as far as the step that replaces, and ended there for good with a name that was taken.
    #[test]
    fn a_second_newcomer_of_one_name_is_told_before_anything_begins() {
        let mut session = once();
        let refused = Runner::begin(&mut session, script(), Wanted::default());
        let why = refused.err().unwrap().to_string();
        assert!(
            why.contains("Dee is a person of this vault already"),
            "{why}"
        );
        assert!(why.contains("--person newcomer=Eli"), "{why}");
        assert_eq!(session.view().runs.len(), 1, "nothing was begun");
        let asked = |name: &str| Wanted {
            people: [("newcomer".to_owned(), name.to_owned())].into(),
            ..Wanted::default()
        };
        let refused = Runner::begin(&mut session, script(), asked("dee"));
        assert!(refused.is_err(), "another spelling is the same person");
        let mut runner = Runner::begin(&mut session, script(), asked("Eli")).unwrap();
        let ended = runner.headless(&mut session);
        assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
        let view = session.view();
        assert!(view.people.iter().any(|p| p.name == "Eli"));
    }

    /// Whoever sits there reads it before it begins, and the practice answer is one that serves.
    #[test]
    fn people_read_it_before_it_begins_and_practise_with_another_name() {
        let mut session = once();
        let script = script();
        let told = super::told(&script.model, &session.view(), &BTreeMap::new()).unwrap();
        assert!(told.contains("names Eli instead"), "{told}");
        let runner = Runner::begin_or_go_on(&mut session, script, Wanted::default()).unwrap();
        let run = runner.run(&session);
        let named = super::named(&runner.script.model, &run, "replace");
        assert_eq!(named.as_deref(), Some("Eli"));
    }
}
