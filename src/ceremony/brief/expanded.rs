//! The steps of a script as they will be played: `repeat_for` written out, every step with who acts and why.

use super::super::model::{Act, Step};
use super::super::script::Script;
use super::acting;
use super::page::Page;

/// Draws up the list, 72 columns wide. What stands in it stands in the script: people's answers are asked for when it is
/// played, and no script holds a secret.
pub fn expanded(script: &Script) -> String {
    let model = &script.model;
    let mut page = Page::default();
    let count = model.steps.len();
    let many = if count == 1 { "step" } else { "steps" };
    page.line(
        "",
        &format!("{}: {count} {many}, as they are played", model.id),
    );
    page.line("", &format!("SHA-256 of the file {}", script.sha256_hex()));
    for (at, step) in model.steps.iter().enumerate() {
        page.text.push('\n');
        let head = format!("{}  {}", step.id, step.op.name);
        page.line(&format!("{:>3}  ", at + 1), &head);
        page.line("     ", &step.title);
        page.line(
            "     who     ",
            &acting::with_role(model, &acting::told(step, None)),
        );
        for line in says(step) {
            page.line("     says    ", &line);
        }
        for act in &step.acts {
            page.line("     act     ", &listed(act));
        }
        if let Some(why) = &step.why {
            page.line("     why     ", why);
        }
        if !step.clause.is_empty() {
            page.line("     clause  ", &step.clause.join(", "));
        }
    }
    page.text
}

/// What the step itself fixes: the key and every field that is written.
fn says(step: &Step) -> Vec<String> {
    let made = step.makes.iter().map(|id| format!("key = {id}"));
    let fields = step.fields.iter();
    let fields = fields.map(|(field, text)| format!("{field} = {text}"));
    made.chain(fields).collect()
}

fn listed(act: &Act) -> String {
    let made = act.makes.iter().map(|id| format!("key = {id}"));
    let fields = act.fields.iter();
    let fields = fields.map(|(field, text)| format!("{field} = {text}"));
    let all: Vec<String> = made.chain(fields).collect();
    format!("{}: {}", act.op.name, all.join(", "))
}
