//! What the people of another side get, do and send back: theirs is a device of their own and another's manual, so it is
//! told in the standard's terms. What the header of a token has to say is drawn from the declared key.

use super::super::model::{Algorithm, FileInput, KeyDeclaration, Model, Step};
use super::super::others::Others;
use super::super::{ops_carry, stand_in};
use super::files::Leaving;
use super::page::Page;
use crate::crypto::tr31::{Exportability, Header, Version};
use crate::session::op_exchange;

/// How far the lines stand in.
const INDENT: &str = "    ";

/// Of a file that comes: what whoever makes it gets and does.
pub(super) fn making(model: &Model, input: &FileInput, page: &mut Page) {
    let Others { gets, does, .. } = &input.others;
    told("they get  ", gets.as_deref(), page);
    told("they do   ", does.as_deref(), page);
    if does.is_some() {
        header(model, &input.id, page);
    }
}

/// Of a file that leaves: what whoever gets it does, and what comes back.
pub(super) fn taking(model: &Model, leaving: &Leaving<'_>, page: &mut Page) {
    let Others { does, back, .. } = &leaving.doing.step.others;
    told("they do   ", does.as_deref(), page);
    if does.is_some() {
        let token = leaving.doing.field("token").unwrap_or_default();
        header(model, token, page);
    }
    told("back comes", back.as_deref(), page);
}

/// That others are told beforehand, where what they are told stands further down.
pub(super) fn beforehand(model: &Model, page: &mut Page) -> bool {
    let mut told: Vec<&str> = Vec::new();
    for input in model.inputs.iter().filter(|input| input.during) {
        let by = input.made_by.as_deref().unwrap_or("whoever makes it");
        if input.others.does.is_some() && !told.contains(&by) {
            told.push(by);
        }
    }
    for by in &told {
        page.line(
            "  ",
            &format!(
                "Beforehand {by} read what they get, do and send back, and say whether their device does it: it stands \
                 below, with the files that come and go."
            ),
        );
    }
    !told.is_empty()
}

fn told(first: &str, text: Option<&str>, page: &mut Page) {
    if let Some(text) = text {
        page.line(&format!("{INDENT}{first}  "), text);
    }
}

/// What the header of the token in this file says, if the file is one.
fn header(model: &Model, file: &str, page: &mut Page) {
    let reads = |step: &&Step| {
        let field = match step.op.name {
            name if name == ops_carry::CHECK.name => "token",
            name if name == op_exchange::IMPORT_TR34.name => "file",
            _ => return false,
        };
        step.fields.get(field).is_some_and(|read| read == file)
    };
    let key = model.steps.iter().find(reads).and_then(Step::key);
    if let Some(words) = key.and_then(|id| model.key(id)).and_then(words) {
        page.line(&format!("{INDENT}header      "), &words);
    }
}

/// The parts of a key block's header that say what a key is for.
fn words(key: &KeyDeclaration) -> Option<String> {
    let Algorithm::Is(algorithm) = key.algorithm else {
        return None;
    };
    let leaves = if key.exportable {
        Exportability::TRUSTED
    } else {
        Exportability::NONE
    };
    let attributes = stand_in::attributes(key, algorithm);
    let header = Header::for_key(Version::D, &attributes, leaves)?;
    let text = header.to_text(0).ok()?;
    let (usage, kind) = (text.get(5..7)?, text.get(7..8)?);
    let (mode, export) = (text.get(8..9)?, text.get(11..12)?);
    Some(format!(
        "usage {usage}, algorithm {kind} ({}), mode of use {mode}, exportability {export}: a token that says another \
         is refused here.",
        algorithm.name()
    ))
}
