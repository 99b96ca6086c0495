//! Act lists: several operations under one approval, all or none; `#n` names the key made by act n.

use crate::api::{Request, Response};

use super::Session;
use super::action::Action;
use super::error::Refusal;

/// Most acts in one list.
const MOST: usize = 10_000;

/// Checks a list's shape and every act's; forward references are refused, as is what may never be inside a list.
pub(crate) fn judged(session: &Session, action: &Action) -> Result<Action, Refusal> {
    let Action::List { name, acts } = action else {
        return Ok(action.clone());
    };
    if !(2..=MOST).contains(&acts.len()) {
        return Err(Refusal::Usage(format!(
            "An act list holds 2 to {MOST} acts; this one holds {}. Nothing was changed.",
            acts.len()
        )));
    }
    let mut judged = Vec::with_capacity(acts.len());
    for (n, act) in acts.iter().enumerate() {
        if matches!(act, Request::DeleteKey(_)) || act.operation().reads() || is_root(act) {
            return Err(Refusal::Usage(format!(
                "Act {n} of the list is {}: root imports, deletions and reads are never inside a list. Nothing was \
                 changed.",
                act.operation().name()
            )));
        }
        session.profile_allows(act)?;
        match reference(act) {
            Some(to) if to >= n => {
                return Err(Refusal::Usage(format!(
                    "Act {n} of the list names #{to}, which is not made before it. Nothing was changed."
                )));
            }
            // What a later act does to a key that does not exist yet is judged when the list runs on its copy.
            Some(_) => judged.push(act.clone()),
            None => judged.push(
                session
                    .state
                    .engine
                    .check(act, session.now(), session.profile)?,
            ),
        }
    }
    Ok(Action::List {
        name: name.clone(),
        acts: judged,
    })
}

fn is_root(act: &Request) -> bool {
    matches!(act, Request::ImportKey(input)
        if matches!(input.key_material, crate::api::ImportKeyMaterial::RootCertificatePublicKey(_)))
}

fn identifier(request: &Request) -> Option<&str> {
    match request {
        Request::ExportKey(input) => Some(&input.export_key_identifier),
        Request::StartKeyUsage(input) => Some(&input.key_identifier),
        Request::StopKeyUsage(input) => Some(&input.key_identifier),
        Request::RestoreKey(input) => Some(&input.key_identifier),
        _ => None,
    }
}

fn reference(request: &Request) -> Option<usize> {
    identifier(request)?.strip_prefix('#')?.parse().ok()
}

/// The request with `#n` replaced by the ARN that act n made.
pub(crate) fn bound(request: &Request, made: &[Response]) -> Result<Request, Refusal> {
    let Some(n) = reference(request) else {
        return Ok(request.clone());
    };
    let arn = match made.get(n) {
        Some(Response::CreateKey(output)) => output.key.key_arn.clone(),
        Some(Response::ImportKey(output)) => output.key.key_arn.clone(),
        _ => {
            return Err(Refusal::Usage(format!(
                "#{n} names an act that makes no key. Nothing was changed."
            )));
        }
    };
    let mut request = request.clone();
    match &mut request {
        Request::ExportKey(input) => input.export_key_identifier = arn,
        Request::StartKeyUsage(input) => input.key_identifier = arn,
        Request::StopKeyUsage(input) => input.key_identifier = arn,
        Request::RestoreKey(input) => input.key_identifier = arn,
        _ => {}
    }
    Ok(request)
}
