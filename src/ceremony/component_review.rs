//! The last look before a key is formed of components or leaves as such: what it will be, who takes part, what each is
//! asked. Nothing is signed yet; then the ceremony begins, and custodians take the keyboard one after the other.

use crate::session::build::Answers;
use crate::session::op::Op;
use crate::session::{KeyRow, PersonView, View, field, op_components};
use crate::text::{say, tr};

use super::Script;

/// What is read before such a ceremony begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentReview {
    /// What it comes to, in a sentence.
    pub sentence: String,
    /// Labels and what they say.
    pub lines: Vec<(String, String)>,
    /// The script that the answers led to.
    pub script: String,
    /// Whether a run of exactly this script was cut here and goes on.
    pub resume: bool,
}

impl ComponentReview {
    /// The review of this script, which the answers led to.
    pub fn of(op: &Op, answers: &Answers, script: String, view: &View) -> Self {
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
            Some(row) => vec![line(tr("key"), kind(row))],
            None => formed(&said),
        };
        lines.extend(people(import, parts, view));
        lines.extend(asked(import, parts));
        let steps = parsed.map(|script| script.steps()).unwrap_or_default();
        lines.extend(steps.iter().enumerate().map(|(n, (_, title))| {
            line(&say!("step {n}", n = n.saturating_add(1)), title.clone())
        }));
        Self {
            sentence,
            lines,
            script,
            resume,
        }
    }

    /// What Enter does.
    pub fn enter(&self) -> &'static str {
        if self.resume {
            tr("goes on with this ceremony, which was cut before")
        } else {
            tr("begins the ceremony: the people named above are called in turn")
        }
    }

    /// What has happened so far.
    pub fn so_far(&self) -> &'static str {
        if self.resume {
            tr("this ceremony stands open; what was done in it is saved")
        } else {
            tr("nothing was begun, nobody was called, nothing has changed")
        }
    }
}

fn line(label: &str, words: impl Into<String>) -> (String, String) {
    (label.to_owned(), words.into())
}

fn kind(row: &KeyRow) -> String {
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
fn formed<'a>(said: &dyn Fn(&str) -> &'a str) -> Vec<(String, String)> {
    let usage = field::usage(said("usage"));
    let usage = usage.map_or_else(String::new, |u| format!("{} {}", u.code(), tr(u.words())));
    let export = if said("exportable") == "yes" {
        tr("yes, wrapped")
    } else {
        tr("no, never")
    };
    vec![
        line(tr("use"), usage),
        line(tr("algorithm"), said("algorithm")),
        line(tr("modes"), said("modes")),
        line(tr("export"), export),
    ]
}

/// Who takes part.
fn people(import: bool, parts: &str, view: &View) -> Vec<(String, String)> {
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
        line(tr("turns"), custodians),
        line(
            tr("asks"),
            say!(
                "{names}, {when}; then 2 custodians sign",
                names = of("administrator"),
                when
            ),
        ),
        line(tr("watches"), of("witness")),
    ]
}

/// What people are asked for, and what they hold afterwards.
fn asked(import: bool, parts: &str) -> Vec<(String, String)> {
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
    vec![line(tr("needs"), bring), line(tr("papers"), papers)]
}
