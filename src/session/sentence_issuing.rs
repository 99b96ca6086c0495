//! Acts of this vault's own authority, in a custodian's words: tokens, certificates and requests.

use crate::api::{KeyAlgorithm, KeyMaterialType, Request};
use crate::engine::EngineState;

use super::sentence::{Details, line, name_of};

/// The sentence and details of such an act.
pub(crate) fn describe(request: &Request, engine: &EngineState) -> (String, Details) {
    let name = |identifier: &str| name_of(identifier, engine);
    match request {
        Request::GetParametersForImport(input) => parameters(
            "RECEIVE KEYS",
            input.key_material_type,
            input.wrapping_key_algorithm,
        ),
        Request::GetParametersForExport(input) => parameters(
            "SIGN KEYS THAT LEAVE",
            input.key_material_type,
            input.signing_key_algorithm,
        ),
        Request::GetPublicKeyCertificate(input) => (
            format!(
                "GIVE OUT THE CERTIFICATE OF KEY {}",
                name(&input.key_identifier)
            ),
            vec![line("the key", "stays; its private half is not given out")],
        ),
        Request::GetCertificateSigningRequest(input) => (
            format!(
                "ASK FOR A CERTIFICATE FOR KEY {}",
                name(&input.key_identifier)
            ),
            vec![
                line("for", &input.certificate_subject.common_name),
                line("signed with", input.signing_algorithm.name()),
            ],
        ),
        _ => (request.operation().name().to_owned(), Vec::new()),
    }
}

/// A new key pair with its token and certificate.
fn parameters(what: &str, form: KeyMaterialType, algorithm: KeyAlgorithm) -> (String, Details) {
    let details = vec![
        line("form", form.name()),
        line("key pair", algorithm.name()),
        line(
            "certificate",
            "by this vault's own authority, for seven days",
        ),
    ];
    (format!("GIVE OUT A CERTIFICATE TO {what}"), details)
}
