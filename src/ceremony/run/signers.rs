//! Whoever signed a TR-34 token, where the token came without the certificate: it is taken from a file that came before,
//! by the issuer and serial number that the token names. AWS prints it with the root above it, and not with the token.

use crate::session::build::{Answers, rule_about};
use crate::session::op_exchange::IMPORT_TR34;
use crate::session::{Profile, Refusal, Run, token_signer};

use super::super::model::{Doing, Step};
use super::Runner;
use super::bring::files_of;

/// The field of the sender's certificate.
const SENDER: &str = "sender";

/// Why a token cannot be used that came without its sender's certificate; it goes on after `This file`.
pub(super) const WITHOUT: &str = "holds a TR-34 token without the certificate of whoever signed it, and no file that came \
     before holds it. Put beside the token, in one file, what the sender's get-parameters-for-export printed \
     (jq -s add signing.json token.json > both.json) and give that; or have the sender put the certificate into the token, or \
     write the import-key request around it (SigningKeyCertificate)";

impl Runner {
    /// Adds the sender's certificate to the answers of an import that was given none.
    pub(super) fn found_signer(
        profile: Profile,
        run: &Run,
        doing: Doing<'_>,
        answers: &mut Answers,
    ) {
        if doing.op.name != IMPORT_TR34.name || answers.files.contains_key(SENDER) {
            return;
        }
        let token = answers.files.get("file");
        let sender = token.and_then(|token| token_signer::left_out(token, profile));
        let mut came = run.inputs.values();
        let found = sender.and_then(|s| came.find(|file| token_signer::hands_over(file, &s)));
        if let Some(file) = found {
            answers.files.insert(SENDER.to_owned(), file.clone());
        }
    }

    /// Whether a file need not come: all that a step wants of it is the sender's certificate, and that is in the token, or
    /// in what came before.
    pub(super) fn comes_otherwise(profile: Profile, run: &Run, step: &Step, name: &str) -> bool {
        let doings = step.doings();
        let wants = |doing: &&Doing<'_>| {
            doing.op.name == IMPORT_TR34.name && doing.field(SENDER) == Some(name)
        };
        let read = files_of(step).iter().filter(|file| *file == name).count();
        let signers: Vec<_> = doings.iter().filter(wants).collect();
        !signers.is_empty()
            && signers.len() == read
            && signers.iter().all(|doing| {
                let token = doing.field("file").and_then(|file| run.inputs.get(file));
                token.is_some_and(|token| {
                    let sender = token_signer::left_out(token, profile);
                    sender.is_none_or(|s| {
                        let mut came = run.inputs.values();
                        came.any(|file| token_signer::hands_over(file, &s))
                    })
                })
            })
    }
}

/// Whether an act is refused because the token in this file came without its sender's certificate, and the script has no
/// file for it.
pub(super) fn is_without(doing: &Doing<'_>, refusal: &Refusal, name: &str) -> bool {
    doing.op.name == IMPORT_TR34.name
        && doing.field(SENDER).is_none()
        && doing.field("file") == Some(name)
        && rule_about(refusal, SENDER).is_some()
}

#[cfg(test)]
mod tests;
