//! The ceremony behind "Import key from components" and "Export key as components" at the workstation: a script made
//! of the answers, so that it runs, stops, is journaled and reported like every other.

use std::fmt::Write as _;

use crate::session::build::Answers;
use crate::session::{View, op_components};

use super::component_steps::PartSteps;
use super::quoted;

/// The ids of such scripts.
const IMPORT: &str = "workstation-import-components";
const EXPORT: &str = "workstation-export-components";

/// What is done on a stop where papers of components may lie open.
pub(super) const ON_ABORT: &str =
    "[on_abort]\ndo = [\"wipe\", \"reseal-open-components\", \"list-custody\"]\n";

/// Whether a script with this id was made of answers, so that no file of it is anybody's.
pub(crate) fn is_of_answers(id: &str) -> bool {
    [IMPORT, EXPORT].contains(&id)
}

/// The script for an op and the answers to its fields; nothing where the op is no act on components. The same answers
/// in the same vault give the same script, so a run that was cut is taken up by answering the same.
///
/// # Errors
/// Why these people, or these answers, cannot do it: a sentence.
pub fn component_script(
    op: &str,
    answers: &Answers,
    view: &View,
) -> Option<Result<String, String>> {
    let import = op == op_components::IMPORT_COMPONENTS.name;
    if !import && op != op_components::EXPORT_COMPONENTS.name {
        return None;
    }
    Some(script(import, answers, view))
}

fn script(import: bool, answers: &Answers, view: &View) -> Result<String, String> {
    let said = |id: &str| answers.texts.get(id).map_or("", String::as_str);
    let parts: usize = said(op_components::COMPONENTS.id)
        .trim()
        .parse()
        .ok()
        .filter(|n| (2..=9).contains(n))
        .ok_or("A key has 2 to 9 components. Nothing was begun.")?;
    let of_role = |role: &str| view.people.iter().filter(|p| p.role == role).count();
    let custodians = of_role("custodian");
    if custodians < parts {
        return Err(format!(
            "This vault has {custodians} custodians, and {parts} components want as many people: nobody sees two. \
             Nothing was begun. Choose fewer components, or take custodians in first."
        ));
    }
    if of_role("administrator") == 0 || of_role("witness") == 0 {
        return Err(
            "A component ceremony wants an administrator who asks and a witness who watches, and this vault lacks one \
             of them. Nothing was begun. Take them in first (at Custodians, Somebody left, and another takes the place), or play a script of your own."
                .into(),
        );
    }
    let custodians: Vec<String> = (1..=parts).map(|n| format!("c{n}")).collect();
    let steps = PartSteps {
        import,
        label: said(if import { "label" } else { "key" }),
        algorithm: said("algorithm"),
        suffix: "",
        key: "k",
        lead: "lead",
        watch: "watch",
        custodians: &custodians,
        receiver: said(op_components::RECEIVER.id),
        approve: 2,
    };
    let mut text = String::new();
    head(&mut text, &steps);
    key(&mut text, import, answers, view, parts)?;
    text.push_str(&steps.steps());
    text.push_str(ON_ABORT);
    text.push_str("\n[rehearsal]\nseed = \"workstation\"\n");
    text.push_str(&steps.answers());
    Ok(text)
}

fn head(text: &mut String, steps: &PartSteps<'_>) {
    let (id, title) = if steps.import {
        (IMPORT, "Import key from components")
    } else {
        (EXPORT, "Export key as components")
    };
    let _ = writeln!(
        text,
        "version = 1\nid = \"{id}\"\ntitle = \"{title}\"\n\n[policy]\nprofiles = [\"rehearsal\", \"test\"]\n\n\
         [[person]]\nid = \"lead\"\nrole = \"administrator\"\n\n[[person]]\nid = \"watch\"\nrole = \"witness\"\n"
    );
    for (n, custodian) in (1..).zip(steps.custodians) {
        let _ = writeln!(
            text,
            "[[person]]\nid = \"{custodian}\"\nrole = \"custodian\"\n\n{}",
            steps.item(n)
        );
    }
}

fn key(
    text: &mut String,
    import: bool,
    answers: &Answers,
    view: &View,
    parts: usize,
) -> Result<(), String> {
    let said = |id: &str| answers.texts.get(id).map_or("", String::as_str);
    let (label, usage, algorithm, modes, exportable) = if import {
        (
            said("label").to_owned(),
            said("usage").to_owned(),
            said("algorithm").to_owned(),
            said("modes").to_owned(),
            said("exportable") == "yes",
        )
    } else {
        let named = said("key");
        let row = view
            .keys
            .iter()
            .find(|row| row.key.key_arn == named || row.label == named)
            .ok_or("There is no such key in this vault. Nothing was begun.")?;
        let attributes = &row.key.key_attributes;
        // Its name is what people in the room know; where two keys have it, the ARN says which.
        let namesakes = view.keys.iter().filter(|other| other.label == row.label);
        let name = if namesakes.count() == 1 {
            &row.label
        } else {
            &row.key.key_arn
        };
        (
            name.clone(),
            attributes.key_usage.name().to_owned(),
            attributes.key_algorithm.name().to_owned(),
            crate::session::modes::words(&attributes.key_modes_of_use),
            row.key.exportable,
        )
    };
    let modes: Vec<String> = modes.split(',').map(|mode| quoted(mode.trim())).collect();
    let existing = if import { "" } else { "existing = true\n" };
    let _ = writeln!(
        text,
        "[[key]]\nid = \"k\"\nlabel = {}\nusage = {}\nalgorithm = {}\nmodes = [{}]\nexportable = {exportable}\n\
         components = {parts}\n{existing}",
        quoted(&label),
        quoted(&usage),
        quoted(&algorithm),
        modes.join(", ")
    );
    Ok(())
}
