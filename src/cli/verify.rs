//! `keymoot verify`: whether a bundle holds together, and whether the people named are those who signed.

use std::path::PathBuf;

use serde_json::json;

use crate::evidence::verify::{MAX_BUNDLE, TRUST, Verified, refused, told, verify};
use crate::session::trusting::trust_file;

use super::status::{Answer, Failure, Status};
use super::streams;

/// Check the evidence of a ceremony with nothing but its bundle
#[derive(clap::Args)]
#[command(after_help = "\
CONSISTENT says that nothing in the bundle contradicts anything else in it. Whoever makes a whole bundle anew passes
that. AUTHENTIC needs --trust: a text file with a fingerprint and a name a line, typed from the signed enrolment forms
that `keymoot init` printed: 64 hex digits or 16 words, then the name, and behind it the role: Ana (custodian). Without
roles, who was custodian and who witness is the word of the log. The folder that --out named is no bundle; `keymoot
bundle` makes one of the vault.

AUTHENTIC as a whole is what a custodian or a witness signed, with every sign-off that the script asks for. AUTHENTIC as
far as a line of the log is what the sign-offs of the run cover. Signatures under single acts alone do not say that
nothing else was done: with --trust that is no pass.

Example:
  keymoot verify first-key.bundle --trust people.txt

Ends with 0 when it holds, with 1 when it does not; with --trust it holds where it is AUTHENTIC as a whole or as far as
the sign-offs go.")]
pub(super) struct Verify {
    /// The bundle
    bundle: PathBuf,
    /// Fingerprints obtained elsewhere
    #[arg(long, value_name = "F")]
    trust: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(self) -> Answer<Status> {
        let trust = match &self.trust {
            None => None,
            Some(path) => {
                let bytes = streams::read(path, streams::INPUT_LIMIT)?;
                let trusted = trust_file(&String::from_utf8_lossy(&bytes));
                let named = |words| Failure::usage(format!("{}: {words}", path.display()));
                Some(trusted.map_err(named)?)
            }
        };
        if self.bundle.is_dir() {
            return Err(Failure::failed(format!(
                "{}: a folder is no bundle. Nothing was checked. `keymoot bundle VAULT --script F --out NEW` makes one \
                 of a run in a vault; name that file.",
                self.bundle.display()
            )));
        }
        let bytes = streams::read(&self.bundle, MAX_BUNDLE)?;
        let verified = verify(&bytes, trust.as_deref());
        let vouched = |done: &Verified| trust.is_none() || done.vouched();
        let status = match &verified {
            Ok(done) if vouched(done) => Status::Done,
            _ => Status::Failed,
        };
        if self.json {
            let object = match &verified {
                Ok(done) => {
                    json!({"consistent": true, "authentic": done.authentic, "bundle": done})
                }
                Err(fault) => json!({
                    "consistent": fault.place == TRUST, "authentic": false,
                    "place": fault.place, "fault": fault.what,
                }),
            };
            streams::print_json(&object)?;
            return Ok(status);
        }
        match verified {
            Ok(done) => {
                streams::print(&streams::printable(&told(&done)))?;
                Ok(status)
            }
            Err(fault) => Err(Failure::failed(refused(&fault))),
        }
    }
}
