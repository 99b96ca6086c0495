//! What the people of another side get, do and send back: theirs is a device of their own and another's manual, so it is
//! told in the standard's terms.

use super::super::asked_of_sender::Asked;
use super::super::model::{FileInput, Model};
use super::super::others::Others;
use super::files::Leaving;
use super::page::Page;

/// How far the lines stand in.
const INDENT: &str = "    ";

/// Of a file that comes: what whoever makes it gets and does.
pub(super) fn making(model: &Model, input: &FileInput, page: &mut Page) {
    let Others { gets, does, .. } = &input.others;
    told("they get  ", gets.as_deref(), page);
    told("they do   ", does.as_deref(), page);
    says(model, &input.id, page);
}

/// Of a file that leaves: what whoever gets it does, and what comes back.
pub(super) fn taking(model: &Model, leaving: &Leaving<'_>, page: &mut Page) {
    let Others { does, back, .. } = &leaving.doing.step.others;
    told("they do   ", does.as_deref(), page);
    if does.is_some() {
        let token = leaving.doing.field("token").unwrap_or_default();
        says(model, token, page);
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

/// What a file has to say of each key in it: in the header of its token or block, or in the request around it.
fn says(model: &Model, file: &str, page: &mut Page) {
    let mut told: Vec<String> = Vec::new();
    let asked = model.doings().filter_map(|doing| Asked::by(model, doing));
    for asked in asked.filter(|asked| asked.file == file) {
        let Some(words) = asked.told().filter(|words| !told.contains(words)) else {
            continue;
        };
        page.line(&format!("{INDENT}{:<10}  ", asked.place()), &words);
        told.push(words);
    }
}
