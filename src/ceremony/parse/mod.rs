//! From raw bytes to a [`Model`]: a closed schema, read strictly. Every error carries its path and line, and one
//! reading reports them all.

pub(super) mod acts;
mod declarations;
mod expect;
mod items;
mod policy;
mod reader;
mod rehearsal;
mod repeat;
mod stand_ins;
mod step;
mod text;
mod values;
mod written;

use super::finding::{Finding, Place};
use super::model::Model;
use reader::{Reading, Table};

pub(super) use acts::is_declared;
pub(super) use text::MAX_BYTES;
pub(super) use values::is_id;
pub(super) use written::Written;

/// Parses the raw bytes of a script.
pub(super) fn script(bytes: &[u8]) -> Result<Model, Vec<Finding>> {
    let text = text::check(bytes)?;
    let mut on = Reading::new(text);
    let (document, written) = match toml::de::DeTable::parse(text) {
        Ok(document) => {
            let written = written::all(text, document.get_ref(), &on);
            (document.into_inner(), written)
        }
        Err(error) => {
            let place = Place {
                path: String::new(),
                line: error
                    .span()
                    .map_or_else(|| deepest(text), |span| on.line(span.start)),
            };
            let line = text.lines().nth(place.line.saturating_sub(1));
            on.wrong(&place, no_toml(line.unwrap_or_default(), error.message()));
            return Err(on.finish());
        }
    };
    let whole = Place {
        path: String::new(),
        line: 1,
    };
    let mut model = document_model(on.table(document, whole), &mut on);
    model.written = written;
    let mut findings = on.finish();
    model.written.place(&mut findings);
    findings.sort_by_key(|finding| finding.line);
    if findings.is_empty() {
        Ok(model)
    } else {
        Err(findings)
    }
}

/// What is wrong with a line that TOML does not take. Of a value that is missing its reader says something else.
fn no_toml(line: &str, message: &str) -> String {
    let before = line.split('#').next().unwrap_or_default().trim_end();
    match before.strip_suffix('=') {
        Some(name) => format!(
            "This is not TOML: a value is missing behind `{} =`. Write it: a text in quotes, a number, true or false, a \
             list or a table.",
            name.trim()
        ),
        None => format!("This is not TOML: {}.", message.trim_end_matches('.')),
    }
}

/// The line of a name with more parts than the reader follows: the reader says that there is one, and not where.
fn deepest(text: &str) -> usize {
    const FOLLOWED: usize = 80;
    let parts = |line: &str| line.bytes().filter(|byte| *byte == b'.').count() + 1;
    let found = text.split('\n').position(|line| parts(line) > FOLLOWED);
    found.map_or(1, |at| at + 1)
}

fn document_model(mut table: Table<'_>, on: &mut Reading<'_>) -> Model {
    if let Some(version) = table.need("version", on) {
        match version.integer(on) {
            Some(1) | None => {}
            Some(other) => on.wrong(
                &version.place,
                format!("is {other}; this keymoot reads version 1. Use a keymoot that knows version {other}."),
            ),
        }
    }
    let mut model = Model {
        id: values::need_id(&mut table, "id", on),
        title: table.need_text("title", on),
        estimate: values::estimate(&mut table, on),
        ..Model::default()
    };
    model.least = declarations::roles(&mut table, on);
    let mut model = model.with_people(declarations::people(&mut table, on));
    let approve = policy::policy(&mut table, on, &mut model);
    model.build = policy::build(&mut table, on);
    model.keys = declarations::keys(&mut table, on);
    model.inputs = declarations::inputs(&mut table, on);
    model.items = items::items(&mut table, on);
    model.parties = items::parties(&mut table, on);
    model.nonce = items::nonce(&mut table, on);
    items::timezone(&mut table, on);
    model.steps = step::all(&mut table, approve.as_ref(), on);
    items::media(&mut model);
    (model.on_abort, model.on_abort_place) = declarations::on_abort(&mut table, on);
    model.rehearsal = rehearsal::section(&mut table, &model.steps, on);
    table.finish(on);
    model
}

#[cfg(test)]
mod tests;
