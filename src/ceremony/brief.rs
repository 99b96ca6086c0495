//! The page that people need before a ceremony: who comes, what each brings, what is run beforehand and afterwards,
//! what the vault must allow, and what ends when. All of it is drawn from the script's declarations.

mod afterwards;
mod fingerprints;
mod people;
mod vault;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use textwrap::{Options, WordSeparator, WordSplitter, wrap};

use crate::api::Timestamp;
use crate::custody::words;
use crate::pki::CounterpartyFile;

use super::model::{Model, Wait};
use super::script::Script;

pub use vault::BriefVault;

/// Columns of the page.
const WIDTH: usize = 72;

/// A brief.
pub struct Brief {
    /// The page, 72 columns wide.
    pub page: String,
    /// Why the vault would refuse the script, sentence by sentence; empty where it would not, or where no vault was
    /// named.
    pub refusals: Vec<String>,
}

/// Draws up the page. `inputs` are file inputs that are there already: their tokens and certificates end some day.
pub fn brief(
    script: &Script,
    vault: Option<&BriefVault>,
    inputs: &BTreeMap<String, Vec<u8>>,
) -> Brief {
    let model = &script.model;
    let refusals = vault
        .map(|vault| vault.refusals(script))
        .unwrap_or_default();
    let mut page = Page::default();
    head(script, &mut page);
    verdict(vault, &refusals, &mut page);
    people::section(model, &mut page);
    before(model, &mut page);
    vault::allowances(model, &mut page);
    steps(model, &mut page);
    afterwards::section(model, &mut page);
    ends(model, vault, inputs, &mut page);
    Brief {
        page: page.text,
        refusals,
    }
}

/// A page under way.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn title(&mut self, title: &str) {
        let _ = writeln!(self.text, "\n{title}\n");
    }

    /// A line that is broken where it is too long, with its following lines indented.
    fn line(&mut self, first: &str, text: &str) {
        let rest = " ".repeat(first.chars().count());
        let options = Options::new(WIDTH)
            .initial_indent(first)
            .subsequent_indent(&rest)
            .word_splitter(WordSplitter::NoHyphenation)
            .word_separator(WordSeparator::AsciiSpace);
        for line in wrap(text, options) {
            let _ = writeln!(self.text, "{}", line.trim_end());
        }
    }

    /// A command, broken between words as a shell takes it.
    fn command(&mut self, command: &str) {
        let options = Options::new(WIDTH - 2)
            .initial_indent("    ")
            .subsequent_indent("        ")
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation)
            .word_separator(WordSeparator::AsciiSpace);
        let lines = wrap(command, options);
        let last = lines.len().saturating_sub(1);
        for (at, line) in lines.iter().enumerate() {
            let more = if at < last { " \\" } else { "" };
            let _ = writeln!(self.text, "{}{more}", line.trim_end());
        }
    }
}

fn head(script: &Script, page: &mut Page) {
    let model = &script.model;
    let _ = writeln!(page.text, "BRIEF");
    let _ = writeln!(page.text, "{}", "=".repeat(WIDTH));
    page.line("", &model.title);
    page.text.push('\n');
    page.line("Script     ", &model.id);
    page.line("SHA-256    ", &script.sha256_hex());
    let spoken = words::sixteen(&script.sha256()).join(" ");
    page.line("In words   ", &spoken);
    let minutes = model.estimate.as_deref().map_or_else(
        || "its author does not say".to_owned(),
        |estimate| format!("about {estimate}, waiting apart"),
    );
    page.line("Takes      ", &minutes);
    for party in &model.parties {
        let advice = party.advice.as_ref().map_or_else(String::new, |channel| {
            format!("; what it advises (serials, check values, fingerprints) comes by {channel}")
        });
        page.line("Other side ", &format!("{}{advice}", party.name));
    }
    let profiles: Vec<_> = model.profiles.iter().map(|p| p.name()).collect();
    page.line("Runs in    ", &format!("{} vaults", profiles.join(", ")));
}

fn verdict(vault: Option<&BriefVault>, refusals: &[String], page: &mut Page) {
    let Some(vault) = vault else { return };
    let what = format!("{}, a {} vault", vault.name, vault.profile.name());
    page.line("Vault      ", &what);
    page.title("WOULD THIS VAULT TAKE IT?");
    if refusals.is_empty() {
        let told = if vault.opened() {
            "Yes, as far as can be told beforehand."
        } else {
            "Yes, as far as its public part tells: its policy can be read only when it is opened."
        };
        page.line("  ", told);
    }
    for refusal in refusals {
        page.line("  NO  ", refusal);
    }
}

/// Files and commands.
fn before(model: &Model, page: &mut Page) {
    page.title("BEFORE YOU COME");
    let mut any = false;
    for input in model.inputs.iter().filter(|input| !input.during) {
        any = true;
        let text = format!("{} Given with --input {}=PATH.", input.hint, input.id);
        page.line(&format!("  {}  ", input.id), &text);
        if let Some(command) = &input.command {
            page.command(command);
        }
    }
    any |= fingerprints::before(model, page);
    let during: Vec<_> = model.inputs.iter().filter(|input| input.during).collect();
    for input in &during {
        page.line(&format!("  {}  ", input.id), &input.hint);
    }
    if let Some(first) = during.first() {
        any = true;
        let which = if during.len() == 1 {
            format!("{} comes", first.id)
        } else {
            format!("the {} files from {} on come", during.len(), first.id)
        };
        page.line(
            "  ",
            &format!("Of these, {which} during the ceremony; the run waits, over days if need be (--resume)."),
        );
    }
    if !any {
        page.line("  ", "Nothing is run beforehand.");
    }
}

fn steps(model: &Model, page: &mut Page) {
    page.title("STEPS");
    for (at, step) in model.steps.iter().enumerate() {
        let minutes = step.estimate.map(|m| format!(" ({} min)", m / 60_000));
        let acting = people::acting(step);
        let text = format!("{}{}. {acting}", step.title, minutes.unwrap_or_default());
        page.line(&format!("  {:>2}  ", at + 1), &text);
    }
}

/// What ends, and when.
fn ends(
    model: &Model,
    vault: Option<&BriefVault>,
    inputs: &BTreeMap<String, Vec<u8>>,
    page: &mut Page,
) {
    let days = vault::parameters_days(vault);
    let mut lines = counterparties_end(inputs);
    for step in &model.steps {
        if step.op.name.starts_with("get-parameters-for-") {
            lines.push(format!(
                "{}: token and certificate end {days} after they are made.",
                step.title
            ));
        }
        let waits = step.waits().map(|wait| match wait {
            Wait::Until(moment) => format!("until {}", moment.rfc3339()),
            Wait::Span(_) => step.fields.get("span").cloned().unwrap_or_default(),
        });
        lines.extend(waits.map(|waits| format!("{}: waits {waits}.", step.title)));
    }
    let day = |end: Timestamp| {
        end.plus_millis(-1)
            .rfc3339()
            .chars()
            .take(10)
            .collect::<String>()
    };
    for key in &model.keys {
        lines.extend(
            key.not_after
                .map(|end| format!("Key {}: last day {}.", key.label, day(end))),
        );
    }
    for person in &model.people {
        let form = person.form.as_deref().unwrap_or("the form");
        lines.extend(
            person
                .form_until
                .map(|end| format!("{form} of {}: last day {}.", person.id, day(end))),
        );
    }
    if lines.is_empty() {
        return;
    }
    page.title("WHAT ENDS WHEN");
    for line in lines {
        page.line("  ", &line);
    }
}

/// When the tokens and certificates of counterparties' files end.
fn counterparties_end(inputs: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, bytes) in inputs {
        let Ok(handed_over) = CounterpartyFile::parse(bytes) else {
            continue;
        };
        let Some(until) = handed_over.valid_until() else {
            continue;
        };
        let side = match handed_over {
            CounterpartyFile::Export(_) => "sender",
            _ => "receiver",
        };
        lines.push(format!(
            "{name}: the {side}'s token ends at {}, its certificate at {}.",
            until.rfc3339(),
            handed_over.leaf().not_after().rfc3339()
        ));
    }
    lines
}
