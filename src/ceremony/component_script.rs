//! The ceremony behind "Import key from components" and "Export key as components" at the workstation: a script made
//! of the answers, so that it runs, stops, is journaled and reported like every other.

use std::fmt::Write as _;

use crate::session::build::Answers;
use crate::session::{View, op_components};

/// The ids of such scripts.
const IMPORT: &str = "workstation-import-components";
const EXPORT: &str = "workstation-export-components";

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
    let mut text = String::new();
    head(&mut text, import, parts);
    key(&mut text, import, answers, view, parts)?;
    steps(&mut text, import, said(op_components::RECEIVER.id), parts);
    Ok(text)
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn head(text: &mut String, import: bool, parts: usize) {
    let (id, title) = if import {
        (IMPORT, "Import key from components")
    } else {
        (EXPORT, "Export key as components")
    };
    let _ = writeln!(
        text,
        "version = 1\nid = \"{id}\"\ntitle = \"{title}\"\n\n[policy]\nprofiles = [\"rehearsal\", \"test\"]\n\n\
         [[person]]\nid = \"lead\"\nrole = \"administrator\"\n\n[[person]]\nid = \"watch\"\nrole = \"witness\"\n"
    );
    for n in 1..=parts {
        let _ = writeln!(
            text,
            "[[person]]\nid = \"c{n}\"\nrole = \"custodian\"\n\n[[item]]\nid = \"bag-{n}\"\nkind = \"bag\"\n\
             courier = \"courier-{n}\"\n"
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

fn steps(text: &mut String, import: bool, receiver: &str, parts: usize) {
    let mut turn = |op: &str, id: &str, n: usize, why: &str| {
        let _ = writeln!(
            text,
            "[[step]]\nid = \"{id}-{n}\"\nop = \"component.{op}\"\ntitle = \"{}\"\nkey = \"k\"\npart = {n}\nitem = \"bag-{n}\"\nwho = \
             [\"c{n}\"]\nobserve = [\"watch\"]\nwhy = \"{why}\"\n",
            title(import, op, n)
        );
    };
    if import {
        for n in 1..=parts {
            turn(
                "receive",
                "receive",
                n,
                "A package with another serial or a broken seal is none of the sender's.",
            );
            turn(
                "enter",
                "enter",
                n,
                "Twice and with its check value: what is typed is what stands on the paper.",
            );
        }
    } else {
        for n in 1..parts {
            turn(
                "generate",
                "component",
                n,
                "Drawn at random, it says nothing about the key.",
            );
        }
    }
    let act = if import {
        "[[step]]\nid = \"form\"\nop = \"import-key.components\"\ntitle = \"Form the key\"\nkey = \"k\"\ninitiate = \
         \"lead\"\napprove = { count = 2 }\nexpect = { state = \"CREATE_COMPLETE\", attributes = \"declared\" }\nwhy = \
         \"Without one of the components no bit of the key is known.\"\n\n[[step]]\nid = \"compare\"\nop = \
         \"attest.check-value\"\nkey = \"k\"\nwho = [\"watch\"]\nwhy = \"The whole key is proven by the value in the \
         sender's advice.\"\n"
            .to_owned()
    } else {
        format!(
            "[[step]]\nid = \"last\"\nop = \"export-key.components\"\ntitle = \"Part {parts} leaves\"\nkey = \
             \"k\"\nreceiver = {}\nwho = [\"c{parts}\"]\ninput.slip = {{ source = \"typed\", who = \"c{parts}\" \
             }}\ninitiate = \"lead\"\napprove = {{ count = 2 }}\nexpect = {{ state = \"CREATE_COMPLETE\" }}\nwhy = \
             \"The last component is the key without the others: its leaving is the export.\"\n",
            quoted(receiver)
        )
    };
    let _ = writeln!(text, "{act}");
    closing(text, import, parts);
    practice(text, import, parts);
}

/// What a turn is called: short enough to stand beside the question, and told from its neighbours by its first words.
fn title(import: bool, op: &str, n: usize) -> String {
    match op {
        "receive" => format!("Package {n} arrives"),
        "enter" => format!("Component {n} typed"),
        "generate" => format!("Part {n} is printed"),
        "read-back" => format!("Part {n} is read back"),
        _ if import => format!("Paper {n} is sealed"),
        _ => format!("Part {n} is packed"),
    }
}

/// What ends it: the last paper is read, and every paper sealed.
fn closing(text: &mut String, import: bool, parts: usize) {
    let mut turn = |op: &str, id: &str, n: usize, why: &str| {
        // What goes out travels in these packages.
        let item = if import || op != "seal" {
            String::new()
        } else {
            format!("item = \"bag-{n}\"\n")
        };
        let _ = writeln!(
            text,
            "[[step]]\nid = \"{id}-{n}\"\nop = \"component.{op}\"\ntitle = \"{}\"\nkey = \"k\"\npart = {n}\n{item}who = [\"c{n}\"]\nobserve \
             = [\"watch\"]\nwhy = \"{why}\"\n",
            title(import, op, n)
        );
    };
    if !import {
        turn(
            "read-back",
            "read",
            parts,
            "A paper that its custodian cannot read is lost.",
        );
    }
    for n in 1..=parts {
        turn(
            "seal",
            "seal",
            n,
            "Each paper in a numbered package of its own.",
        );
    }
}

/// What is done on a stop, and what a rehearsal answers.
fn practice(text: &mut String, import: bool, parts: usize) {
    text.push_str("[on_abort]\ndo = [\"wipe\", \"reseal-open-components\", \"list-custody\"]\n");
    text.push_str("\n[rehearsal]\nseed = \"workstation\"\n");
    for n in 1..=parts {
        if import {
            let _ = writeln!(
                text,
                "\n[[rehearsal.answer]]\nstep = \"receive-{n}\"\nadvised = \"BAG-{n}\"\nserial = \"BAG-{n}\""
            );
        }
        let _ = writeln!(
            text,
            "\n[[rehearsal.answer]]\nstep = \"seal-{n}\"\nserial = \"{}-{n}\"",
            if import { "NEW" } else { "OUT" }
        );
    }
    if import {
        text.push_str("\n[[rehearsal.answer]]\nstep = \"compare\"\nkcv = \"as-shown\"\n");
    }
}
