//! Files that come and files that leave: before people come, while they are there, and afterwards.

use super::super::model::{Doing, FileInput, Model, Step};
use super::super::run::files_of;
use super::super::{ops, ops_carry};
use super::page::Page;
use super::{afterwards, fingerprints, others};
use crate::session::{op, op_custody, op_exchange};

/// What stands in commands for what only the people there know, and what it is.
const FILLED_IN: &[(&str, &str)] = &[
    ("KEY_ARN", "the key that is to come, at AWS"),
    ("ROOT_ARN", "what the import of the root printed"),
    (
        "ROOT_ALGORITHM",
        "the root's own: `keymoot inspect ROOT.pem` says it",
    ),
    ("ROOT.pem", "the root certificate, as a PEM file"),
    ("HSM.pem", "the device's certificate, as a PEM file"),
];

/// A file that leaves.
pub(super) struct Leaving<'a> {
    /// The step after which it leaves, from 0: where its hash is read aloud, or where it is written.
    pub(super) after: usize,
    pub(super) file: &'a str,
    pub(super) doing: Doing<'a>,
    /// The step that writes it, from 0.
    made: usize,
}

impl<'a> Leaving<'a> {
    /// What comes later from the other side, first: an answer to this file, if anything is.
    pub(super) fn answer(&self, model: &'a Model) -> Option<&'a FileInput> {
        let mut waits = waits(model).into_iter();
        waits
            .find(|(at, _)| *at > self.made)
            .map(|(_, input)| input)
    }
}

/// Every file that leaves, in the order in which it does.
pub(super) fn leaving(model: &Model) -> Vec<Leaving<'_>> {
    let mut all = Vec::new();
    for (made, step) in model.steps.iter().enumerate() {
        for doing in step.doings() {
            let Some(file) = doing.field("output").filter(|_| !step.expects_error()) else {
                continue;
            };
            let spoken = model.steps.iter().position(|step| speaks(step, file));
            all.push(Leaving {
                after: spoken.unwrap_or(made),
                file,
                doing,
                made,
            });
        }
    }
    all.sort_by_key(|leaving| leaving.after);
    all
}

fn speaks(step: &Step, file: &str) -> bool {
    let said = step.fields.get("file").is_some_and(|said| said == file);
    step.op.name == ops::ATTEST_HASH.name && said
}

/// Inputs that come during the ceremony, with the first step that wants each, from 0.
fn waits(model: &Model) -> Vec<(usize, &FileInput)> {
    let during = model.inputs.iter().filter(|input| input.during);
    let first = |input: &FileInput| {
        let mut steps = model.steps.iter();
        steps.position(|step| files_of(step).contains(&input.id))
    };
    let mut waits: Vec<_> = during
        .filter_map(|input| Some((first(input)?, input)))
        .collect();
    waits.sort_by_key(|(at, _)| *at);
    waits
}

/// Whether a file leaves while the run goes on: a file is still waited for, or the check value of what was carried.
pub(super) fn during(model: &Model, leaving: &Leaving<'_>) -> bool {
    let last = waits(model).last().map(|(at, _)| *at);
    let carried = leaving.doing.op.name == ops_carry::CHECK.name;
    let mut ahead = model.steps.iter().skip(leaving.after);
    let compared = ahead.any(|step| step.op.name == ops_carry::COMPARE.name);
    last.is_some_and(|last| leaving.after < last) || (carried && compared)
}

/// What is there, or run, before anybody comes.
pub(super) fn before(model: &Model, page: &mut Page) {
    page.title("BEFORE YOU COME");
    let mut any = false;
    let mut commands = Vec::new();
    for input in model.inputs.iter().filter(|input| !input.during) {
        any = true;
        let given = format!("Given with --input {}=PATH.", input.id);
        input_lines(input, &format!("  {}  ", input.id), &given, page);
        others::making(model, input, page);
        commands.extend(&input.commands);
    }
    filled_in(&commands, page);
    any |= fingerprints::before(model, page);
    any |= others::beforehand(model, page);
    any |= appointments(model, page);
    if !any {
        page.line("  ", "Nothing is run beforehand.");
    }
}

/// What a file is and who makes it, each a sentence of its own.
fn with_maker(input: &FileInput) -> String {
    let Some(by) = &input.made_by else {
        return input.hint.clone();
    };
    let hint = input.hint.trim_end();
    let stop = if hint.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{hint}{stop} Made by {by}.")
}

fn input_lines(input: &FileInput, first: &str, given: &str, page: &mut Page) {
    page.line(first, &format!("{} {given}", with_maker(input)));
    for command in &input.commands {
        page.command(command);
    }
}

/// What stands in capitals in these commands.
fn filled_in(commands: &[&String], page: &mut Page) {
    for (word, means) in FILLED_IN {
        if commands.iter().any(|command| command.contains(word)) {
            page.line(&format!("    {word}  "), means);
        }
    }
}

/// Who takes over a share is appointed beforehand.
fn appointments(model: &Model, page: &mut Page) -> bool {
    let made = model
        .steps
        .iter()
        .any(|step| step.op.name == op_custody::RECOVERY_SET.name);
    let joins = model.people.iter().any(|person| person.joins.is_some());
    if !(made || joins) {
        return false;
    }
    let who = if joins {
        "Whoever joins is appointed"
    } else {
        "Each holder is appointed"
    };
    page.line(
        "  ",
        &format!("{who}; in production nobody holds a share without it (PCI PIN 25-1):"),
    );
    page.command(
        "keymoot vault appoint DIR --person NAME --from DATE --until DATE --manager NAME --stand-in NAME --form REF",
    );
    true
}

/// What leaves and what comes while the ceremony goes on, in the order of the steps.
pub(super) fn meanwhile(model: &Model, page: &mut Page) {
    let waits = waits(model);
    if waits.is_empty() {
        return;
    }
    page.title("DURING THE CEREMONY");
    page.line(
        "  ",
        "The run waits for each file that comes, over days if need be: leave it, and take it up with --resume. It is \
         named when the run asks for it, or given then with --input NAME=PATH. What has left by then lies in the \
         folder of --out.",
    );
    let leaves = leaving(model);
    let mut leaves = leaves.iter().filter(|leaving| during(model, leaving));
    let mut next = leaves.next();
    let mut commands = Vec::new();
    for (at, input) in waits {
        while let Some(leaving) = next.filter(|leaving| leaving.after < at) {
            goes_out(model, leaving, page);
            next = leaves.next();
        }
        let first = format!("  for step {:>2}    ", at + 1);
        page.line(&first, &format!("{}: {}", input.id, with_maker(input)));
        for command in &input.commands {
            page.command(command);
        }
        others::making(model, input, page);
        commands.extend(&input.commands);
    }
    for leaving in next.into_iter().chain(leaves) {
        goes_out(model, leaving, page);
    }
    filled_in(&commands, page);
}

fn goes_out(model: &Model, leaving: &Leaving<'_>, page: &mut Page) {
    let what = afterwards::what(model, leaving);
    page.line(
        &format!("  after step {:>2}  ", leaving.after + 1),
        &format!("{} {what}.", leaving.file),
    );
    others::taking(model, leaving, page);
}

/// Who a receiver is: whoever made the file that names it.
pub(super) fn receiver(model: &Model, doing: Doing<'_>) -> String {
    let field = if doing.op.name == ops_carry::CHECK.name {
        "receiver"
    } else {
        "parameters"
    };
    let input = doing.field(field).and_then(|id| model.input(id));
    let by = input.and_then(|input| input.made_by.clone());
    by.unwrap_or_else(|| {
        input.map_or_else(
            || "the receiver".to_owned(),
            |input| format!("whoever made {}", input.id),
        )
    })
}

/// Who has a key too, as the script tells: whoever it went to, or whoever sent it.
pub(super) fn holder(model: &Model, key: &str) -> Option<String> {
    let exports = [op::EXPORT_RSA_WRAP.name, op_exchange::EXPORT_TR34.name];
    let mut about = model
        .doings()
        .filter(|doing| doing.key() == Some(key) && !doing.step.expects_error());
    about.find_map(|doing| {
        if exports.contains(&doing.op.name) {
            return Some(receiver(model, doing));
        }
        let comes = doing.op.name.starts_with("import-key.");
        let input = model.input(doing.field("file").filter(|_| comes)?)?;
        input.made_by.clone()
    })
}
