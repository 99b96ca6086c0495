//! The last look before a key is formed of components or leaves as such: what it will be, who takes part, what each is
//! asked. Then the ceremony begins, and custodians take the keyboard one after the other.

use std::collections::BTreeMap;

use super::runner::RunScreen;
use super::wizard;
use crate::ceremony::Script;
use crate::session::build::Answers;
use crate::session::field::Footing;
use crate::session::op::Op;
use crate::session::{PersonView, View, op_components};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{Line, Reading};
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::world::World;

/// The review of a ceremony of turns.
pub(crate) struct Parts {
    op: &'static Op,
    sentence: String,
    lines: Vec<Line>,
    script: String,
    /// Whether a run of exactly this script was cut here and goes on.
    resume: bool,
    reading: Reading,
}

impl Parts {
    /// The review of this script, which the answers led to.
    pub(crate) fn new(op: &'static Op, answers: &Answers, script: String, view: &View) -> Self {
        let import = op.name == op_components::IMPORT_COMPONENTS.name;
        let parsed = Script::parse(script.as_bytes()).ok();
        let resume = parsed.as_ref().is_some_and(|s| s.stands_open(view));
        let said = |id: &str| answers.texts.get(id).map_or("", |t| t.trim());
        let row = view.keys.iter().find(|r| r.key.key_arn == said("key"));
        let label = row.map_or_else(|| said("label").to_owned(), |r| r.label.clone());
        let parts = said(op_components::COMPONENTS.id);
        let receiver = said(op_components::RECEIVER.id);
        let sentence = if import {
            say!("FORM KEY {label} from {parts} components", label, parts)
        } else {
            say!(
                "EXPORT KEY {label} as {parts} components to {receiver}",
                label,
                parts,
                receiver
            )
        };
        let mut lines = match row {
            Some(row) => vec![Line::new(tr("key"), kind(row))],
            None => formed(&said),
        };
        lines.extend(people(import, parts, view));
        lines.extend(asked(import, parts));
        let steps = parsed.map(|script| script.steps()).unwrap_or_default();
        lines.extend(steps.iter().enumerate().map(|(n, (_, title))| {
            Line::new(&say!("step {n}", n = n.saturating_add(1)), title.clone())
        }));
        Self {
            op,
            sentence,
            lines,
            script,
            resume,
            reading: Reading::default(),
        }
    }

    fn begin(&self) -> Reaction {
        let order = Order::PlayHere {
            resume: self.resume,
            people: BTreeMap::new(),
            script: self.script.clone().into_bytes(),
            inputs: BTreeMap::new(),
            real: false,
            out: None,
        };
        let runner = RunScreen::new(tr(self.op.title), None, false);
        // The form beneath is done with; the run is journaled.
        let mut reaction = Reaction::one(Step::Pop);
        reaction.0.push(Step::Replace(Box::new(runner)));
        reaction.then(Step::Order(order))
    }
}

fn kind(row: &crate::session::KeyRow) -> String {
    let attributes = &row.key.key_attributes;
    say!(
        "{usage} {words}, {algorithm}, check value {kcv}",
        usage = attributes.key_usage.code(),
        words = tr(attributes.key_usage.words()),
        algorithm = attributes.key_algorithm.name(),
        kcv = row.key.key_check_value
    )
}

/// What the key will be, for life.
fn formed<'a>(said: &dyn Fn(&str) -> &'a str) -> Vec<Line> {
    let usage = crate::session::field::usage(said("usage"));
    let usage = usage.map_or_else(String::new, |u| format!("{} {}", u.code(), tr(u.words())));
    let export = if said("exportable") == "yes" {
        tr("yes, wrapped")
    } else {
        tr("no, never")
    };
    vec![
        Line::new(tr("use"), usage),
        Line::new(tr("algorithm"), said("algorithm")),
        Line::new(tr("modes"), said("modes")),
        Line::new(tr("export"), export),
    ]
}

/// Who takes part.
fn people(import: bool, parts: &str, view: &View) -> Vec<Line> {
    let of = |role: &str| {
        let of_role = |p: &&PersonView| p.role == role;
        let names: Vec<&str> = view
            .people
            .iter()
            .filter(of_role)
            .map(|p| p.name.as_str())
            .collect();
        names.join(", ")
    };
    let custodians = say!(
        "{parts} custodians of {names}: each alone at this screen, and nobody sees two components",
        parts,
        names = of("custodian")
    );
    let when = if import {
        tr("when all components are there")
    } else {
        tr("before the last component leaves")
    };
    vec![
        Line::new(tr("turns"), custodians),
        Line::new(
            tr("asks"),
            say!(
                "{names}, {when}; then 2 custodians sign",
                names = of("administrator"),
                when
            ),
        )
        .role(Role::Wait),
        Line::new(tr("watches"), of("witness")),
    ]
}

/// What people are asked for, and what they hold afterwards.
fn asked(import: bool, parts: &str) -> Vec<Line> {
    let (bring, papers) = if import {
        (
            tr("each package and its serial; the component typed twice, with its check value"),
            say!(
                "{parts} packages come in; each paper is sealed again at the end",
                parts
            ),
        )
    } else {
        (
            tr(
                "a printer's device or a new file of their own for each paper, and a package with a serial",
            ),
            say!(
                "{parts} papers are printed; each is sealed in its package at the end",
                parts
            ),
        )
    };
    vec![
        Line::new(tr("needs"), bring),
        Line::new(tr("papers"), papers),
    ]
}

impl Screen for Parts {
    fn name(&self) -> &'static str {
        "Review of turns"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr(self.op.title).to_owned(), tr("review").into()]
    }

    fn footing(&self, world: &World) -> Footing {
        Footing {
            acts: wizard::acts(world),
            enter: if self.resume {
                tr("goes on with this ceremony, which was cut before")
            } else {
                tr("begins the ceremony: the people named above are called in turn")
            }
            .into(),
            so_far: if self.resume {
                tr("this ceremony stands open; what was done in it is saved")
            } else {
                tr("nothing was begun, nobody was called, nothing has changed")
            }
            .into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = vec![
            Offer::word(Verb::Enter, tr("begin")),
            Offer::word(Verb::Back, tr("change")),
        ];
        offers.extend(Reading::offers());
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Components are a ceremony of several people: each custodian takes a turn, and the administrator asks for the act when all have had theirs. Here is what will happen, before anybody is called.",
            "Back keeps every answer. A ceremony that was begun can be paused and gone on with.",
        ]
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let parts = [
            Part::Head(Role::Title, self.sentence.as_str().into()),
            Part::Gap,
            Part::Lines(&self.lines, 12, &self.reading),
        ];
        sheet::draw(canvas, 2, 0, &parts);
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        if self.reading.moved(verb) || self.reading.first(verb) {
            return Reaction::none();
        }
        match verb {
            Verb::Enter => self.begin(),
            Verb::Back => Reaction::pop(),
            _ => Reaction::none(),
        }
    }
}
