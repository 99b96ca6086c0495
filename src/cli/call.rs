//! `keymoot call`: one operation of the control plane, answered as the AWS CLI answers; or many from a stream.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use crate::api::{ApiError, ImportKeyMaterial, Operation, Request, Response};
use crate::custody::json;
use crate::pki::Certificate;
use crate::session::{Action, Command, Confirmation, Outcome, Profile, Refusal, Session, wire};

use super::form::Form;
use super::sessions::{self, Place};
use super::status::{Answer, Failure, Status};
use super::{batch, by_hand, streams};

/// Call an operation of the control plane, as `aws payment-cryptography` does
#[derive(clap::Args)]
#[command(after_help = "\
The answer is on stdout as the AWS CLI prints it. A refusal is one line of JSON on stderr, with status 254.

Example:
  keymoot call create-key --rehearse --cli-input-json key.json
  keymoot call --batch requests.jsonl --vault test.vault --unlock-file people.json

A batch line is {\"Operation\":\"CreateKey\",\"Input\":{...}}; its answer is one line, written once it is durable.
In a rehearsal, {\"Rehearsal\":{\"Advance\":\"8d\"}} moves the clock.")]
pub(super) struct Call {
    /// CreateKey or create-key
    #[arg(
        value_name = "OP",
        required_unless_present = "batch",
        conflicts_with = "batch"
    )]
    operation: Option<String>,
    #[command(flatten)]
    place: Place,
    /// The request; without it the input is {}
    #[arg(long, value_name = "F|-", conflicts_with = "batch")]
    cli_input_json: Option<PathBuf>,
    /// Many requests, one a line, in one process
    #[arg(long, value_name = "F|-")]
    batch: Option<PathBuf>,
    /// Print timestamps as on the wire (epoch seconds)
    #[arg(long, conflicts_with = "batch")]
    wire: bool,
    /// Print the key material, certificate or request alone: der is its bytes, text explains it
    #[arg(long, value_enum, conflicts_with_all = ["batch", "wire"])]
    form: Option<Form>,
}

impl Call {
    pub(super) fn run(self) -> Answer<Status> {
        if self.place.vault.is_none() && !self.place.rehearse {
            return Err(Failure::usage(
                "say where: --vault DIR, or --rehearse. Nothing was called.",
            )
            .hint("--rehearse makes a vault that lasts as long as the call"));
        }
        self.place.check()?;
        match (&self.batch, &self.operation) {
            (Some(source), _) => batch::run(source, self.place.session()?),
            (None, Some(name)) => self.one(name),
            (None, None) => Err(Failure::usage("name an operation, for example create-key.")),
        }
    }

    fn one(&self, name: &str) -> Answer<Status> {
        let request = match self.request(name)? {
            Ok(request) => request,
            Err(error) => return Ok(refuse(&error, Status::Refused)),
        };
        if let Some(form) = self.form {
            form.fits(&request)?;
        }
        let mut session = self.place.session()?;
        let answer = answer(&mut session, request);
        let closed = sessions::close(session);
        let response = match answer {
            Ok(response) => response,
            Err(refusal) => return Ok(refuse(&refusal.as_api(), status_of(&refusal))),
        };
        closed?;
        if let Some(form) = self.form {
            form.print(&response)?;
            return Ok(Status::Done);
        }
        let mut value = response.to_json();
        if !self.wire && value.as_object().is_some_and(serde_json::Map::is_empty) {
            // As the AWS CLI does: an answer without members prints nothing.
            return Ok(Status::Done);
        }
        if !self.wire {
            crate::api::iso_time::print_form(&mut value);
        }
        streams::print_json(&value)?;
        Ok(Status::Done)
    }

    fn request(&self, name: &str) -> Answer<Result<Request, ApiError>> {
        let operation = match Operation::named(name) {
            Ok(operation) => operation,
            Err(error) => return Ok(Err(error)),
        };
        let input = match &self.cli_input_json {
            None => wire::typed(operation, &Value::Object(serde_json::Map::new())),
            Some(text) if text.to_string_lossy().trim_start().starts_with('{') => {
                return Err(Failure::usage(
                    "--cli-input-json takes the name of a file, or - for standard input, and not the JSON itself: other \
                     programs read arguments. Nothing was called.",
                ));
            }
            Some(path) => {
                let bytes = streams::read(path, streams::INPUT_LIMIT)?;
                only_known(operation, &bytes)?;
                wire::request(operation, &bytes)
            }
        };
        Ok(input)
    }
}

/// Refuses what the service would pass over without a word, as the AWS CLI does: a person wrote it, and meant it.
fn only_known(operation: Operation, bytes: &[u8]) -> Answer<()> {
    // What is no JSON is told by whoever reads it next.
    let Ok(value) = json::strict(bytes) else {
        return Ok(());
    };
    match operation.unknown_members(&value).as_slice() {
        [] => Ok(()),
        unknown => Err(Failure::usage(format!(
            "{} has no member {}. Nothing was called; `aws payment-cryptography {} help` lists its members.",
            operation.kebab(),
            unknown.join(", "),
            operation.kebab()
        ))),
    }
}

/// One request's answer, with whatever signatures it needs.
pub(super) fn answer(session: &mut Session, request: Request) -> Result<Response, Refusal> {
    if session.automatic() {
        let mut answers = session.act_group(&[request]);
        return answers.pop().unwrap_or_else(|| Err(nothing_came()));
    }
    if request.operation().reads() {
        return match session.perform(Command::Read(request))? {
            Outcome::Read(response) => Ok(response),
            _ => Err(nothing_came()),
        };
    }
    let action = action(session.profile(), request);
    let mut executed = by_hand::act(session, action)?;
    executed.responses.pop().ok_or_else(nothing_came)
}

fn nothing_came() -> Refusal {
    Refusal::Vault("The session gave no answer to this request.".to_owned())
}

/// The act that a request is; roots are confirmed as shown where the vault is for practice or tests.
fn action(profile: Profile, request: Request) -> Action {
    let root = match &request {
        Request::ImportKey(input) => match &input.key_material {
            ImportKeyMaterial::RootCertificatePublicKey(root) => Some(&root.public_key_certificate),
            _ => None,
        },
        _ => None,
    };
    // A certificate that cannot be read gets no confirmation; the engine then says what is wrong with it.
    let confirmation = root
        .filter(|_| profile != Profile::Production)
        .and_then(|text| Certificate::from_any(text.as_bytes()).ok())
        .map(|certificate| Confirmation::AsShown {
            sha256: data_encoding::HEXLOWER.encode(&certificate.sha256_fingerprint()),
        });
    Action::Control {
        request,
        confirmation,
        export: None,
    }
}

/// A refusal as it goes over the wire, members in the service's order.
#[derive(Serialize)]
pub(super) struct ErrorBody<'a> {
    #[serde(rename = "__type")]
    kind: &'static str,
    #[serde(rename = "Message")]
    message: &'a str,
    #[serde(rename = "ResourceId", skip_serializing_if = "Option::is_none")]
    resource_id: Option<&'a str>,
}

impl<'a> From<&'a ApiError> for ErrorBody<'a> {
    fn from(error: &'a ApiError) -> Self {
        Self {
            kind: error.kind.name(),
            message: &error.message,
            resource_id: error.resource_id.as_deref(),
        }
    }
}

fn refuse(error: &ApiError, status: Status) -> Status {
    if let Ok(line) = serde_json::to_string(&ErrorBody::from(error)) {
        streams::note(&line);
    }
    status
}

fn status_of(refusal: &Refusal) -> Status {
    match refusal {
        Refusal::Api(_) | Refusal::Profile(_) | Refusal::Custody(_) => Status::Refused,
        Refusal::Approval(_) | Refusal::PersonNeeded(_) => Status::PersonNeeded,
        Refusal::Usage(_) => Status::Usage,
        Refusal::Vault(_) | Refusal::Stopped => Status::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_begins_with_its_type() {
        let error = ApiError::not_found("alias/x", "Alias alias/x was not found.");
        assert_eq!(
            serde_json::to_string(&ErrorBody::from(&error)).unwrap(),
            r#"{"__type":"ResourceNotFoundException","Message":"Alias alias/x was not found.","ResourceId":"alias/x"}"#
        );
    }
}
