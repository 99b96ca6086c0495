//! Acts of this vault's own authority, in a custodian's words: tokens, certificates and requests.

use crate::api::{CertificateSubject, CounterpartyProfile, KeyAlgorithm, KeyMaterialType, Request};
use crate::engine::EngineState;
use crate::text::{say, tr};

use super::sentence::{Details, line, name_of};

/// The sentence and details of such an act. `days` is how long tokens and their certificates live by the policy.
pub(crate) fn describe(request: &Request, engine: &EngineState, days: u8) -> (String, Details) {
    let name = |identifier: &str| name_of(identifier, engine);
    match request {
        Request::GetParametersForImport(input) => parameters(
            (tr("RECEIVE KEYS"), engine.account()),
            input.key_material_type,
            input.wrapping_key_algorithm,
            input.counterparty_profile,
            days,
        ),
        Request::GetParametersForExport(input) => parameters(
            (tr("CHECK OUR SIGNATURES WITH"), engine.account()),
            input.key_material_type,
            input.signing_key_algorithm,
            input.counterparty_profile,
            days,
        ),
        Request::GetPublicKeyCertificate(input) => (
            say!(
                "GIVE OUT THE CERTIFICATE OF KEY {name}",
                name = name(&input.key_identifier)
            ),
            [
                vec![line(
                    tr("the key"),
                    tr("stays; its private half is not given out"),
                )],
                signature(input.counterparty_profile),
            ]
            .concat(),
        ),
        Request::GetCertificateSigningRequest(input) => (
            say!(
                "ASK FOR A CERTIFICATE FOR KEY {name}",
                name = name(&input.key_identifier)
            ),
            [
                subject(&input.certificate_subject),
                vec![line(tr("signed with"), input.signing_algorithm.name())],
            ]
            .concat(),
        ),
        _ => (request.operation().name().to_owned(), Vec::new()),
    }
}

/// Everything that the certificate shall say of its holder.
fn subject(named: &CertificateSubject) -> Details {
    let parts = [
        (tr("for"), Some(&named.common_name)),
        (tr("organization"), named.organization.as_ref()),
        (tr("unit"), named.organization_unit.as_ref()),
        (tr("city"), named.city.as_ref()),
        (tr("state"), named.state_or_province.as_ref()),
        (tr("country"), named.country.as_ref()),
        (tr("e-mail"), named.email_address.as_ref()),
    ];
    let given = |(name, value): (&str, Option<&String>)| value.map(|value| line(name, value));
    parts.into_iter().filter_map(given).collect()
}

/// A new key pair with its token and certificate.
fn parameters(
    (what, account): (&str, &str),
    form: KeyMaterialType,
    algorithm: KeyAlgorithm,
    profile: Option<CounterpartyProfile>,
    days: u8,
) -> (String, Details) {
    let mut details = vec![
        line(tr("form"), form.name()),
        line(tr("key pair"), algorithm.name()),
        line(
            tr("certificate"),
            &say!("by this vault's own authority, for {days} days", days),
        ),
        line(
            tr("names"),
            &say!("account {account}, which is this vault's", account),
        ),
    ];
    details.extend(signature(profile));
    (say!("GIVE OUT A CERTIFICATE TO {what}", what), details)
}

/// The hash under the certificate's signature, where the counterparty's devices want one.
fn signature(profile: Option<CounterpartyProfile>) -> Details {
    let hash = profile.and_then(|profile| profile.certificate_signature);
    hash.map(|hash| line(tr("signed with"), hash.name()))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Operation;
    use serde_json::json;

    #[test]
    fn people_read_everything_that_the_request_names() {
        let input = json!({"KeyIdentifier": "alias/a", "SigningAlgorithm": "SHA384", "CertificateSubject": {
            "CommonName": "signer", "Organization": "Acme", "OrganizationUnit": "Keys", "City": "Basel",
            "StateOrProvince": "BS", "Country": "CH", "EmailAddress": "k@acme.example"}});
        let request = Operation::GetCertificateSigningRequest
            .parse(&input)
            .unwrap();
        let (_, details) = describe(&request, &EngineState::new("111122223333", "us-east-1"), 7);
        let said = format!("{details:?}");
        for part in [
            "signer",
            "Acme",
            "Keys",
            "Basel",
            "BS",
            "CH",
            "k@acme.example",
            "SHA384",
        ] {
            assert!(said.contains(&format!("\"{part}\"")), "{part}: {said}");
        }
    }
}
