//! Hashes of what the run was played with. Who compares them from outside does so on paper.

use sha2::{Digest as _, Sha256};

use crate::evidence::report::CheckedHash;
use crate::session::Profile;

use super::super::super::script::Script;
use super::Material;

/// Tool, script, boot medium and every file that came in.
pub(super) fn taken(from: &Material<'_>, script: &Script) -> Vec<CheckedHash> {
    let run = from.run;
    let mut hashes = tool(from);
    hashes.push(hash(
        format!("script {}", script.id()),
        run.script_sha256.clone(),
    ));
    hashes.push(CheckedHash {
        not_taken: "keymoot does not see the medium that the machine was started from; compare its hash before"
            .to_owned(),
        ..hash("boot medium".to_owned(), String::new())
    });
    for (name, bytes) in &run.inputs {
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
        hashes.push(hash(format!("input {name}"), digest));
    }
    hashes
}

/// Every program that played a part of the run, as it read itself then.
fn tool(from: &Material<'_>) -> Vec<CheckedHash> {
    let tools = from.shown.tools(from.run);
    if tools.is_empty() {
        let why = match (from.view.profile, &from.run.seed) {
            (Profile::Rehearsal, _) => "a rehearsal is the same to the byte on every build",
            (_, Some(_)) => "a run from a seed is the same to the byte on every build",
            _ => "the log does not name the program that played this run",
        };
        return vec![CheckedHash {
            not_taken: why.to_owned(),
            ..hash(
                format!("keymoot {}", env!("CARGO_PKG_VERSION")),
                String::new(),
            )
        }];
    }
    let named = tools.into_iter().map(|[version, sha256]| {
        let what = format!("keymoot {version}, as it read itself when it played this run");
        hash(what, sha256)
    });
    named.collect()
}

fn hash(what: String, sha256: String) -> CheckedHash {
    CheckedHash {
        what,
        sha256,
        ..CheckedHash::default()
    }
}
