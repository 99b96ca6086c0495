//! The fingerprints that somebody brings on paper: where each comes from, and the command where AWS has it.

use super::super::model::{Model, Step};
use super::super::ops;
use super::Page;
use super::afterwards::{self, ANY};
use crate::session::handover;

/// Whose fingerprints are typed in this ceremony, each file once.
fn files(model: &Model) -> Vec<&str> {
    let typed = |step: &&Step| {
        step.op.name == ops::ATTEST_FINGERPRINT.name || step.asked.contains_key("fingerprint")
    };
    let mut files: Vec<&str> = Vec::new();
    for step in model.steps.iter().filter(typed) {
        let file = step.fields.get("file").map_or("", String::as_str);
        if !files.contains(&file) {
            files.push(file);
        }
    }
    files
}

/// Says how they are fetched; whether there are any.
pub(super) fn before(model: &Model, page: &mut Page) -> bool {
    let files = files(model);
    if files.is_empty() {
        return false;
    }
    page.line(
        "  ",
        "The fingerprints are fetched by another person, over another login, on another computer:",
    );
    for file in files {
        let input = model.inputs.iter().find(|input| input.id == file);
        let said = input.map_or("", |input| input.hint.as_str());
        // What AWS hands over is named by the command that prints it.
        let commands = if said.contains("get-parameters-for-export") {
            handover::signing_commands(afterwards::algorithm(model))
        } else if said.contains("get-parameters-for-import") {
            handover::fingerprint_commands(model.material_type(), afterwards::algorithm(model))
        } else {
            let owner =
                "from its owner, by another way than the file: by telephone, or on signed paper.";
            page.line(&format!("  that of {file}  "), owner);
            Vec::new()
        };
        for command in &commands {
            page.command(command);
        }
        if commands.iter().any(|line| line.contains(ANY)) {
            let words = "is that of the file: RSA_2048, RSA_3072 or RSA_4096. `keymoot inspect FILE` says it.";
            page.line(&format!("  {ANY}  "), words);
        }
    }
    true
}
