//! The fingerprints that somebody brings on paper: where each comes from, and the command where AWS has it.

use super::super::model::{Algorithm, FileInput, Model, Step};
use super::super::ops;
use super::page::Page;
use crate::api::KeyAlgorithm;
use crate::crypto::strength::{self, WrapPath};
use crate::session::{handover, op, op_exchange};

/// What stands in a command for an algorithm that only the file says.
const ANY: &str = "ALGORITHM";

/// What AWS has for this.
const OFFERED: [KeyAlgorithm; 3] = [
    KeyAlgorithm::RSA_2048,
    KeyAlgorithm::RSA_3072,
    KeyAlgorithm::RSA_4096,
];

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
            handover::signing_commands(algorithm(input))
        } else if said.contains("get-parameters-for-import") {
            handover::fingerprint_commands(model.material_type(), algorithm(input))
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
            let fit = strong_enough(model, file).join(" or ");
            let words = format!("is that of the file: {fit}. `keymoot inspect FILE` says it.");
            page.line(&format!("  {ANY}  "), &words);
        }
    }
    true
}

/// The RSA algorithm that the input's own command names.
fn algorithm(input: Option<&FileInput>) -> &'static str {
    let named = |algorithm: &&KeyAlgorithm| {
        let mut commands = input.iter().flat_map(|input| &input.commands);
        commands.any(|command| command.contains(algorithm.name()))
    };
    OFFERED.iter().find(named).map_or(ANY, |found| found.name())
}

/// Algorithms that are strong enough for every key which is wrapped under the certificate in a file.
fn strong_enough(model: &Model, file: &str) -> Vec<&'static str> {
    let exports = [op::EXPORT_RSA_WRAP.name, op_exchange::EXPORT_TR34.name];
    let wrapped = model.doings().filter(|doing| {
        exports.contains(&doing.op.name) && doing.field("parameters") == Some(file)
    });
    let keys = wrapped.filter_map(|doing| model.key(doing.key()?));
    let keys: Vec<KeyAlgorithm> = keys
        .filter_map(|key| match key.algorithm {
            Algorithm::Is(algorithm) => Some(algorithm),
            Algorithm::FromCertificate => None,
        })
        .collect();
    let fits = |wrapping: &&KeyAlgorithm| {
        keys.iter()
            .all(|key| strength::may_wrap(*key, **wrapping, WrapPath::Rsa).is_ok())
    };
    OFFERED
        .iter()
        .filter(fits)
        .map(|found| found.name())
        .collect()
}
