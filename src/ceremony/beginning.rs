//! What is known of a ceremony before it begins in a vault that stays: what it is, who has to be here, how long it takes,
//! which files it asks for, and that it is recorded. Screens and lines ask with it whether it begins.

use std::collections::BTreeMap;

use crate::api::KeyState;
use crate::session::due::span;
use crate::session::guide::state_word;
use crate::session::span::clock;
use crate::session::{KeyRow, Profile, RunOutcome, View};
use crate::text::{say, tr};

use super::run::{newcomers_told, stand_against};
use super::seating::{seated, stopped};
use super::{Rehearsed, Script, people};

/// A ceremony that may begin in an open vault.
pub struct Beginning<'b> {
    /// What would be played.
    pub script: &'b Script,
    /// The vault.
    pub view: &'b View,
    /// Files that stand in for its inputs, by name.
    pub given: &'b BTreeMap<String, Vec<u8>>,
    /// Who was named for which place.
    pub people: &'b BTreeMap<String, String>,
    /// Whether the other side is real.
    pub real: bool,
    /// The rehearsal that lets a production vault begin it.
    pub rehearsed: Option<&'b Rehearsed>,
}

/// How a line of it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// Where it would begin.
    Where,
    /// Why it cannot.
    Stop,
    /// Something that is easily overlooked.
    Note,
    /// No more than it says.
    Plain,
}

/// One line: how it is meant, its label, its words.
pub type Told = (Meant, &'static str, String);

impl Beginning<'_> {
    /// All that is known of it, in the order in which it is read.
    pub fn told(&self) -> Vec<Told> {
        let vault = format!("{}, {}", self.view.vault, self.view.profile.banner());
        let mut lines = vec![(Meant::Where, tr("in the vault"), vault)];
        if let Some(why) = self.stopped() {
            lines.push((Meant::Stop, tr("STOP"), why));
        }
        lines.extend(self.before());
        if let Some(rehearsed) = &self.rehearsed {
            lines.push((Meant::Plain, tr("rehearsed"), rehearsed.on_screen()));
        }
        lines.push((Meant::Plain, tr("needs"), people(self.script)));
        let seated = seated(self.script, self.view, self.people);
        lines.extend(seated.map(|who| (Meant::Plain, tr("people"), who)));
        let joins = newcomers_told(&self.script.model, self.view, self.people);
        lines.extend(joins.map(|told| (Meant::Note, tr("who joins"), told)));
        lines.extend(self.namesakes());
        let takes = self.script.estimate().map_or_else(
            || tr("its author does not say").to_owned(),
            |estimate| say!("about {estimate}, not counting waits", estimate),
        );
        lines.push((Meant::Plain, tr("takes"), takes));
        lines.extend(self.passes());
        let files = self.files();
        if !files.is_empty() {
            lines.push((Meant::Plain, tr("asks for files"), files.join(", ")));
        }
        let recorded = tr(
            "from the first step on, in the vault's log. It can be paused at every step and goes on later; stopped for good, it stays on record.",
        );
        lines.push((Meant::Plain, tr("recorded"), recorded.to_owned()));
        lines
    }

    /// Why it cannot begin here.
    pub fn stopped(&self) -> Option<String> {
        let destroys = self.script.would_destroy(self.view, self.real);
        destroys
            .or_else(|| stopped(self.script, self.view, self.people))
            .or_else(|| {
                let against = stand_against(self.script, self.view).into_iter().next()?;
                Some(say!("This would be refused. {against}", against))
            })
    }

    /// The files that it asks for; in a test vault, those that a practice file stands in for say so.
    fn files(&self) -> Vec<String> {
        let test = self.view.profile == Profile::Test;
        let declared = self.script.input_declarations().into_iter();
        declared
            .map(|input| {
                let given = self.given.contains_key(&input.name) || input.during;
                match input.default {
                    Some(_) if test && !given && !self.real => say!(
                        "{name} (the practice file that ships stands in for it here)",
                        name = input.name
                    ),
                    _ => input.name,
                }
            })
            .collect()
    }

    /// Keys that would be called as one that is here: nobody told the two apart once both were.
    fn namesakes(&self) -> Option<Told> {
        let made = self.script.model.keys.iter().filter(|key| !key.existing);
        let here = made.filter_map(|key| {
            let gone = |row: &&KeyRow| row.key.key_state == KeyState::DELETE_COMPLETE;
            let mut rows = self.view.keys.iter();
            let row = rows.find(|row| row.label == key.label && !gone(row))?;
            let id = row.key.key_arn.rsplit('/').next().unwrap_or_default();
            Some(say!(
                "{label} ({state}, ARN ending in {id})",
                label = key.label,
                state = state_word(row),
                id
            ))
        });
        let here: Vec<String> = here.collect();
        let words = say!(
            "here already: {here}. What this ceremony makes is called so too: from then on their ARNs tell them apart",
            here = here.join(", ")
        );
        (!here.is_empty()).then(|| (Meant::Note, tr("same name"), words))
    }

    /// Where it lets time pass in a vault that stays.
    fn passes(&self) -> Option<Told> {
        let view = Some(self.view).filter(|v| v.profile == Profile::Test)?;
        let passes = self.script.lets_pass(view.profile, view.now, self.real);
        if passes == 0 || self.stopped().is_some() {
            return None;
        }
        let words = say!(
            "PRACTICE: its steps let {time} pass; the clock of this vault does not go back",
            time = span(passes)
        );
        Some((Meant::Note, tr("clock"), words))
    }

    /// When this very script was run here before: beginning it makes another run.
    fn before(&self) -> Option<Told> {
        let sha256 = self.script.sha256_hex();
        let mut runs = self.view.runs.iter().rev();
        let run = runs.find(|run| run.script_sha256 == sha256)?;
        let ended = run.ended?;
        let words = say!(
            "{ended}; beginning it here does all of it again",
            ended = clock(ended)
        );
        let how = match run.outcome {
            Some(RunOutcome::Aborted) => tr("stopped here"),
            _ => tr("ended here"),
        };
        Some((Meant::Note, how, words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::{Runner, Wanted};
    use crate::session::{Environment, practice};

    /// A second key called as one that is here was made without a word before the first step.
    #[test]
    fn a_name_that_a_key_here_has_already_is_told_before_it_begins() {
        let mut shipped = crate::ceremony::shipped().iter();
        let (_, text) = shipped.find(|(name, _)| *name == "first-key.toml").unwrap();
        let parsed = || Script::parse(text).ok().unwrap();
        let store = Box::new(crate::vault::MemoryStore::new());
        let environment = Environment::seeded("namesake").unwrap();
        let mut session = practice::vault(store, environment, None, true)
            .unwrap()
            .session;
        let told = |view: &View| {
            let nothing = BTreeMap::new();
            let people = BTreeMap::new();
            let script = parsed();
            let beginning = Beginning {
                script: &script,
                view,
                given: &nothing,
                people: &people,
                real: false,
                rehearsed: None,
            };
            let mut lines = beginning.told().into_iter();
            lines
                .find(|(_, label, _)| *label == tr("same name"))
                .map(|(.., words)| words)
        };
        assert_eq!(told(&session.view()), None);
        let mut runner = Runner::begin(&mut session, parsed(), Wanted::default()).unwrap();
        runner.headless(&mut session).unwrap();
        let view = session.view();
        let made = view.keys.first().unwrap();
        let words = told(&view).unwrap();
        let id = made.key.key_arn.rsplit('/').next().unwrap();
        assert!(words.contains(&made.label) && words.contains(id), "{words}");
    }
}
