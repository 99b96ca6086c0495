//! Act lists: several operations under one approval, all or none; `#n` names the key made by act n.

use crate::api::{ErrorKind, ExportKeyMaterial, ImportKeyMaterial, Request, Response};

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
                    .check(act, session.now(), session.rules())?,
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
        if matches!(input.key_material, ImportKeyMaterial::RootCertificatePublicKey(_)))
}

/// The identifiers in a request that may be `#n`.
pub(super) fn identifiers(request: &mut Request) -> Vec<&mut String> {
    match request {
        Request::ImportKey(input) => match &mut input.key_material {
            ImportKeyMaterial::Tr31KeyBlock(block) => vec![&mut block.wrapping_key_identifier],
            ImportKeyMaterial::KeyCryptogram(wrapped) => {
                wrapped.wrapping_key_identifier.iter_mut().collect()
            }
            ImportKeyMaterial::Tr34KeyBlock(block) => {
                let mut named = vec![&mut block.certificate_authority_public_key_identifier];
                named.extend(&mut block.wrapping_key_identifier);
                named
            }
            ImportKeyMaterial::TrustedCertificatePublicKey(trusted) => {
                vec![&mut trusted.certificate_authority_public_key_identifier]
            }
            ImportKeyMaterial::RootCertificatePublicKey(_) => Vec::new(),
        },
        Request::ExportKey(input) => {
            let mut named = vec![&mut input.export_key_identifier];
            match &mut input.key_material {
                ExportKeyMaterial::Tr31KeyBlock(block) => {
                    named.push(&mut block.wrapping_key_identifier);
                }
                ExportKeyMaterial::KeyCryptogram(wrap) => {
                    named.push(&mut wrap.certificate_authority_public_key_identifier);
                }
                ExportKeyMaterial::Tr34KeyBlock(block) => {
                    named.push(&mut block.certificate_authority_public_key_identifier);
                    named.extend(&mut block.signing_key_identifier);
                }
            }
            named
        }
        Request::StartKeyUsage(input) => vec![&mut input.key_identifier],
        Request::StopKeyUsage(input) => vec![&mut input.key_identifier],
        Request::RestoreKey(input) => vec![&mut input.key_identifier],
        Request::CreateAlias(input) => input.key_arn.iter_mut().collect(),
        Request::UpdateAlias(input) => input.key_arn.iter_mut().collect(),
        Request::TagResource(input) => vec![&mut input.resource_arn],
        Request::UntagResource(input) => vec![&mut input.resource_arn],
        Request::GetPublicKeyCertificate(input) => vec![&mut input.key_identifier],
        Request::GetCertificateSigningRequest(input) => vec![&mut input.key_identifier],
        _ => Vec::new(),
    }
}

fn number(identifier: &str) -> Option<usize> {
    identifier.strip_prefix('#')?.parse().ok()
}

/// The latest act that a request names.
fn reference(request: &Request) -> Option<usize> {
    let mut request = request.clone();
    let named = identifiers(&mut request);
    named.iter().filter_map(|text| number(text)).max()
}

/// The request with every `#n` replaced by the ARN that act n made.
pub(crate) fn bound(request: &Request, made: &[Response]) -> Result<Request, Refusal> {
    let mut request = request.clone();
    for identifier in identifiers(&mut request) {
        let Some(n) = number(identifier) else {
            continue;
        };
        *identifier = match made.get(n) {
            Some(Response::CreateKey(output)) => output.key.key_arn.clone(),
            Some(Response::ImportKey(output)) => output.key.key_arn.clone(),
            _ => {
                return Err(Refusal::Usage(format!(
                    "#{n} names an act that makes no key. Nothing was changed."
                )));
            }
        };
    }
    Ok(request)
}

/// A refusal of one act, with its place in the list.
pub(crate) fn error(requests: &[Request], n: usize, error: Refusal) -> Refusal {
    if requests.len() < 2 {
        return error;
    }
    match error {
        Refusal::Api(mut api) => {
            if api.kind != ErrorKind::InternalServer {
                api.message = format!("act {n} of the list: {}", api.message);
            }
            Refusal::Api(api)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Operation;

    #[test]
    fn every_identifier_of_a_tr34_request_may_be_one_of_the_list() {
        let export = serde_json::json!({"ExportKeyIdentifier": "alias/k", "KeyMaterial": {"Tr34KeyBlock": {
            "CertificateAuthorityPublicKeyIdentifier": "alias/ca", "WrappingKeyCertificate": "LS0t",
            "SigningKeyIdentifier": "alias/s", "SigningKeyCertificate": "LS0t", "KeyBlockFormat": "X9_TR34_2012"}}});
        let import = serde_json::json!({"KeyMaterial": {"Tr34KeyBlock": {
            "CertificateAuthorityPublicKeyIdentifier": "alias/ca", "SigningKeyCertificate": "LS0t",
            "WrappingKeyIdentifier": "alias/w", "WrappingKeyCertificate": "LS0t", "WrappedKeyBlock": "30",
            "KeyBlockFormat": "X9_TR34_2012"}}});
        for (operation, input, expected) in [
            (
                Operation::ExportKey,
                export,
                &["alias/k", "alias/ca", "alias/s"][..],
            ),
            (Operation::ImportKey, import, &["alias/ca", "alias/w"][..]),
        ] {
            let mut request = operation.parse(&input).unwrap();
            assert_eq!(identifiers(&mut request), expected);
        }
    }
}
