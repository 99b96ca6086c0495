//! The page that people need before a ceremony: who comes, what each brings, what is run beforehand and afterwards,
//! what the vault must allow, and what ends when. All of it is drawn from the script's declarations.

mod acting;
mod afterwards;
#[cfg(test)]
mod asked_tests;
mod brings;
mod expanded;
mod files;
mod fingerprints;
#[cfg(test)]
mod list_tests;
mod others;
mod page;
pub(super) mod people;
#[cfg(test)]
mod tests;
mod vault;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::api::Timestamp;
use crate::custody::words;
use crate::pki::CounterpartyFile;
use crate::session::{Profile, span};

use super::model::{Algorithm, FileInput, Model, Step, Wait};
use super::ops_carry;
use super::rehearsed;
use super::script::Script;
use page::{Page, WIDTH};

pub use expanded::expanded;
pub use vault::BriefVault;

/// A brief.
pub struct Brief {
    /// The page, 72 columns wide.
    pub page: String,
    /// Why the vault would refuse the script, sentence by sentence; empty where it would not, or where no vault was
    /// named.
    pub refusals: Vec<String>,
}

/// Draws up the page. `file` is how a command names the script where it does not ship with keymoot; `inputs` are file
/// inputs that are there already: their tokens and certificates end some day.
pub fn brief(
    script: &Script,
    file: Option<&str>,
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
    people::section(model, vault, &mut page);
    keys(model, &mut page);
    rehearsal(script, file, &mut page);
    files::before(model, &mut page);
    files::meanwhile(model, &mut page);
    vault::allowances(model, vault, &mut page);
    steps(model, vault, &mut page);
    afterwards::section(model, file, &mut page);
    ends(model, vault, inputs, &mut page);
    Brief {
        page: page.text,
        refusals,
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
        |estimate| format!("about {}, without waiting", span_in_words(estimate)),
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
    if destroys_its_own(model) {
        page.line(
            "Note       ",
            "The key that is destroyed in it is made in it. A key in use is destroyed on its own page: Keys, the key, \
             Delete key.",
        );
    }
}

/// Whether keys are destroyed, and each of them is one that the script made for that.
fn destroys_its_own(model: &Model) -> bool {
    let mut destroyed = model
        .doings()
        .filter(|doing| doing.op.name == crate::session::op::DELETE_KEY.name)
        .peekable();
    let own = |id: &str| model.doings().any(|doing| doing.makes == Some(id));
    destroyed.peek().is_some() && destroyed.all(|doing| doing.field("key").is_some_and(own))
}

/// A written span in words: `45m` is 45 minutes.
fn span_in_words(text: &str) -> String {
    let Ok(millis) = span::parse(text) else {
        return text.to_owned();
    };
    let units = [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute")];
    let whole = |(size, _): &&(i64, &str)| millis >= *size && millis % size == 0;
    let (size, unit) = units.iter().find(whole).unwrap_or(&(1_000, "second"));
    let count = millis / size;
    let many = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{many}")
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

/// What a production run asks for before it begins.
fn rehearsal(script: &Script, file: Option<&str>, page: &mut Page) {
    let model = &script.model;
    if !model.profiles.contains(&Profile::Production) {
        return;
    }
    page.title("REHEARSE IT FIRST");
    let age = rehearsed::in_english(rehearsed::max_age(script));
    page.line(
        "  ",
        &format!(
            "A production run begins only where this very file was rehearsed to its end on that computer and every step \
             went as written, not longer than {age} before; a changed byte makes it another script. It is rehearsed \
             without a vault, by Rehearse on the first screen or by:"
        ),
    );
    page.command(&format!("keymoot play {}", file.unwrap_or(&model.id)));
    page.line(
        "  ",
        "Rehearsed on another computer: --rehearsal-note F on both, with the file F carried over.",
    );
}

/// Columns of a label at most where others stand below it: what is longer pushes its own words aside.
const LABEL: usize = 20;

/// Every declared key: what it is called, what it is for, and whether it may leave.
fn keys(model: &Model, page: &mut Page) {
    if model.keys.is_empty() {
        return;
    }
    page.title("WHICH KEYS");
    let widths = model.keys.iter().map(|key| key.label.chars().count());
    let width = widths.max().unwrap_or_default().min(LABEL);
    for key in &model.keys {
        let mut says = vec![format!("{}, {}", key.usage.code(), key.usage.words())];
        match key.algorithm {
            Algorithm::Is(algorithm) => says.push(algorithm.name().to_owned()),
            Algorithm::FromCertificate => says.push("of a certificate, and no secret".to_owned()),
        }
        if let Some(parts) = key.components {
            says.push(format!("in {parts} components"));
        }
        let uses = |step: &&Step| step.key() == Some(&key.id);
        let carried = model
            .steps
            .iter()
            .filter(uses)
            .any(|step| ops_carry::carries(step.op));
        says.push(
            match (carried, key.is_public(), key.exportable) {
                (true, ..) => "never in this vault",
                (_, true, _) => "checks what its owner signs",
                (.., true) => "exportable",
                _ => "not exportable: never leaves",
            }
            .to_owned(),
        );
        if key.existing {
            says.push("in the vault already".to_owned());
        }
        page.line(
            &format!("  {:<width$}  ", key.label),
            &format!("{}.", says.join("; ")),
        );
    }
}

fn steps(model: &Model, vault: Option<&BriefVault>, page: &mut Page) {
    page.title("STEPS");
    for (at, step) in model.steps.iter().enumerate() {
        let minutes = step
            .estimate
            .map(|millis| format!(" ({})", minutes(millis)));
        let demanded = vault.and_then(|vault| Some((vault.demanded(step)?, vault.opened())));
        let acting = acting::with_role(model, &acting::told(step, demanded));
        let text = format!("{}{}. {acting}", step.title, minutes.unwrap_or_default());
        page.line(&format!("  {:>2}  ", at + 1), &text);
    }
    let told = || model.steps.iter().filter_map(|step| step.estimate);
    if told().count() > 0 {
        let all: i64 = told().fold(0, i64::saturating_add);
        let of = match told().count() {
            n if n == model.steps.len() => String::new(),
            n => format!(", for {n} of {} steps", model.steps.len()),
        };
        page.line("  ", &format!("Together {}{of}.", minutes(all)));
    }
}

/// An estimate in minutes, or in seconds where it is shorter or no whole number of them.
fn minutes(millis: i64) -> String {
    match (millis / 60_000, millis / 1000 % 60) {
        (minutes, 0) => format!("{minutes} min"),
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
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
    lines.extend(tokens_to_come(model, inputs));
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

/// How long the token lives that a command on AWS makes, where its file is not there yet. The service's reference of 2024
/// says 7 days and its model of today 30: the file alone says which.
fn tokens_to_come(model: &Model, inputs: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let to_come = model.inputs.iter().filter(|i| !inputs.contains_key(&i.id));
    let line = |input: &FileInput| {
        let made = |what: &str| {
            let command = format!("get-parameters-for-{what} ");
            input.commands.iter().any(|line| line.contains(&command))
        };
        let kind = ["import", "export"].into_iter().find(|kind| made(kind))?;
        let id = &input.id;
        let by = input.made_by.as_deref().unwrap_or("AWS");
        Some(format!(
            "{id}: the {kind} token of {by} and its certificate end at ParametersValidUntilTimestamp in the file, 7 to 30 days after its command \
             is run. Past it the command is run again. `--input {id}=PATH` prints the day here."
        ))
    };
    to_come.filter_map(line).collect()
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
