//! What each person may sign of their own presence at a sign-off. A script has one text for everybody; who left a place,
//! took one, or was part of a run that was left or waited, signs for what they were there for and no more.

use crate::session::{Run, Session, StepRecord};
use crate::text::say;

use super::super::model::{Model, Step};
use super::super::ops;
use super::Runner;
use super::drive::LET_PASS;
use super::stopping::without_stop;

/// How the sign-offs begin that speak of presence.
const THROUGHOUT: &str = "Present throughout";

/// How they begin where the run was interrupted or stood still.
const WHENEVER: &str = "Present whenever this run was worked on";

/// Note of a person who signed another text than the script's: begins so.
const NOTE: &str = "signed text (";

/// The note of what a person signed.
pub(super) fn note(person: &str) -> String {
    format!("{NOTE}{person})")
}

/// What people signed who signed another text than the script's.
pub(super) fn told(record: &StepRecord) -> Vec<String> {
    let notes = record.notes.iter().filter_map(|(name, text)| {
        let name = name.strip_prefix(NOTE)?.strip_suffix(')')?;
        Some(format!("{name} signed: \"{text}\""))
    });
    notes.collect()
}

/// The script's own words, and why somebody signs others; nothing where they are the same.
pub(super) fn why_other(written: &str, own: &str) -> Option<String> {
    if written == own {
        return None;
    }
    Some(if own.starts_with(WHENEVER) {
        say!(
            "The script says \"{written}\" This run was interrupted or stood still, and nobody can sign for the time between: so you sign the words below.",
            written
        )
    } else {
        say!(
            "The script says \"{written}\" You were not here in every step, and sign for your own: so you sign the words below.",
            written
        )
    })
}

/// The text of a sign-off in step `at` (from 0) as this person may sign it.
pub(super) fn own(run: &Run, model: &Model, at: usize, person: &str, text: &str) -> String {
    let steps: Vec<&Step> = model.steps.iter().take(at.saturating_add(1)).collect();
    let there = |step: &&Step| {
        let mut places = model.places();
        places.any(|place| run.at_place(&place.id, &step.id) == person)
    };
    let spans = spans(&steps, there);
    let whole = matches!(spans.as_slice(), [(0, last)] if last.saturating_add(1) == steps.len());
    let rest = text.strip_prefix(THROUGHOUT);
    if whole || spans.is_empty() {
        return match rest {
            Some(rest) if stood_still(run, &steps) => {
                format!("{WHENEVER}{rest}")
            }
            _ => text.to_owned(),
        };
    }
    let spans: Vec<String> = spans
        .iter()
        .map(|(first, last)| {
            if first == last {
                called(&steps, *first)
            } else {
                format!("{} to {}", called(&steps, *first), called(&steps, *last))
            }
        })
        .collect();
    let spans = spans.join(" and ");
    match rest {
        Some(rest) => format!("Present in steps {spans}, and in no others{rest}"),
        None => format!("For steps {spans}, and no others: {text}"),
    }
}

/// A step as people saw it: its number from 1, and its title.
fn called(steps: &[&Step], at: usize) -> String {
    let title = steps.get(at).map_or("", |step| step.title.as_str());
    format!("{} ({})", at.saturating_add(1), without_stop(title))
}

/// The first and last of each row of steps for which it holds, by their places from 0.
fn spans(steps: &[&Step], holds: impl Fn(&&Step) -> bool) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut before = false;
    for (at, step) in steps.iter().enumerate() {
        let now = holds(step);
        match spans.last_mut().filter(|_| before && now) {
            Some(span) => span.1 = at,
            None if now => spans.push((at, at)),
            None => {}
        }
        before = now;
    }
    spans
}

/// Whether there was time in the run in which nobody was there: it was interrupted, it waited, or time was let pass.
fn stood_still(run: &Run, steps: &[&Step]) -> bool {
    let waits = steps.iter().any(|step| step.op.name == ops::WAIT.name);
    let passed = |record: &StepRecord| record.notes.contains_key(LET_PASS);
    run.interruptions > 0 || waits || run.steps.iter().any(passed)
}

impl Runner {
    /// What a person signs in the sign-off at hand.
    pub(super) fn own_text(&self, session: &Session, person: &str) -> String {
        let text = self
            .step()
            .and_then(|step| step.fields.get("text").cloned());
        let run = self.run(session);
        let model = &self.script.model;
        own(&run, model, self.at, person, &text.unwrap_or_default())
    }

    /// Who signs off in a step: whoever has its places now, and whoever had one of them before and is here today.
    pub(super) fn signs_off(&self, session: &Session) -> Vec<String> {
        let mut names = self.names();
        if session.automatic() {
            return names;
        }
        let view = session.view();
        let here = |name: &str| view.people.iter().any(|p| p.name == name && p.present);
        let places = self.step().map(|step| step.who.clone()).unwrap_or_default();
        for relief in self.run(session).relieved {
            let own = places.contains(&relief.place) && here(&relief.from);
            if own && !names.contains(&relief.from) {
                names.push(relief.from);
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use crate::api::Timestamp;
    use crate::ceremony::script::Script;
    use crate::session::{Relief, StepState};

    const TEXT: &str = "Present throughout; a true record.";

    fn run_of(model: &Model) -> Run {
        let steps = model.steps.iter().map(|step| StepRecord {
            id: step.id.clone(),
            op: step.op.name.to_owned(),
            state: StepState::Closed,
            began: None,
            ended: None,
            who: Vec::new(),
            notes: BTreeMap::new(),
            error: None,
            key: None,
            compares: None,
            request: None,
            response: None,
            evidence: None,
            digest: None,
            files: BTreeMap::new(),
        });
        Run {
            id: "1".into(),
            script: "first-key".into(),
            script_sha256: String::new(),
            script_text: None,
            nonce: None,
            number: 1,
            seed: None,
            started: Timestamp::from_millis(0),
            ended: None,
            outcome: None,
            interruptions: 0,
            people: BTreeMap::new(),
            relieved: Vec::new(),
            real_others: false,
            inputs: BTreeMap::new(),
            keys: BTreeMap::new(),
            ordinals: BTreeMap::new(),
            steps: steps.collect(),
        }
    }

    #[test]
    fn whoever_left_a_place_signs_for_their_own_steps() {
        let mut shipped = crate::ceremony::shipped().iter();
        let (_, bytes) = shipped.find(|(name, _)| *name == "first-key.toml").unwrap();
        let script = Script::parse(bytes).ok().unwrap();
        let model = &script.model;
        let mut run = run_of(model);
        let third = model.steps[2].id.clone();
        let at = model.steps.len() - 1;
        // As people saw them: by number and title, and not by the ids that their script alone knows.
        let called = |at: usize| format!("{} ({})", at + 1, model.steps[at].title);
        let place = model.places().next().unwrap().id.clone();
        run.people.insert(place.clone(), "Ada".into());
        assert_eq!(own(&run, model, at, "Ada", TEXT), TEXT);
        run.interruptions = 1;
        assert_eq!(
            own(&run, model, at, "Ada", TEXT),
            "Present whenever this run was worked on; a true record."
        );
        run.people.insert(place.clone(), "Kai".into());
        run.relieved.push(Relief {
            place,
            from: "Ada".into(),
            to: "Kai".into(),
            step: third.clone(),
        });
        assert_eq!(
            own(&run, model, at, "Ada", TEXT),
            format!(
                "Present in steps {} to {}, and in no others; a true record.",
                called(0),
                called(1)
            )
        );
        assert_eq!(
            own(&run, model, at, "Kai", "A true record."),
            format!(
                "For steps {} to {}, and no others: A true record.",
                called(2),
                called(at)
            )
        );
    }
}
