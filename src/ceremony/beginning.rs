//! What is known of a ceremony before it begins in a vault that stays: what it is, who has to be here, how long it takes,
//! which files it asks for, and that it is recorded. Screens and lines ask with it whether it begins.

use std::collections::BTreeMap;

use crate::session::due::span;
use crate::session::span::clock;
use crate::session::{Profile, RunOutcome, View};
use crate::text::{say, tr};

use super::run::stand_against;
use super::{Rehearsed, Script, kept_out, people, too_few_sign};

/// A ceremony that may begin in an open vault.
pub struct Beginning<'b> {
    /// What would be played.
    pub script: &'b Script,
    /// The vault.
    pub view: &'b View,
    /// Files that stand in for its inputs, by name.
    pub given: &'b BTreeMap<String, Vec<u8>>,
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
            .or_else(|| kept_out(self.script, self.view))
            .or_else(|| too_few_sign(self.script, self.view))
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
