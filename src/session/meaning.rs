//! What the service's own words for a key that did not come in mean to whoever stands at the keyboard, and what they ask
//! the sender.

use crate::api::ApiError;

/// What a refusal of the control plane means, behind its own words; nothing where those say it. In English, as every
/// refusal: it stands in records.
pub(super) fn of(error: &ApiError) -> Option<&'static str> {
    let message = error.message.as_str();
    let ends = |end: &str| message.ends_with(end);
    match () {
        () if ends("could not be verified with WrappingKeyIdentifier.") => Some(
            "No key came in. The block was changed on its way, or it is under another key than the wrapping key that was \
             named. Ask the sender for the check value of the key that it is under, and compare it with that of the \
             wrapping key here; where they agree, ask for the block once more.",
        ),
        () if ends("could not be verified with SigningKeyCertificate.") => Some(
            "No key came in. The token was changed on its way, or it was signed by somebody else than the certificate \
             that came with it names. Ask the sender for the certificate that the token was signed under, and for the \
             token once more.",
        ),
        () if message.starts_with("Token import-token-") && ends("was not found.") => Some(
            "No key came in. It was wrapped for another certificate than those that wait here, or for another vault. \
             Give the sender a certificate of this vault (get-parameters-for-import), and ask for the key wrapped anew \
             under it.",
        ),
        () => None,
    }
}

/// A refusal of the control plane for people: the service's words, and what they mean.
pub(super) fn told(error: &ApiError) -> String {
    match of(error) {
        Some(means) => format!("{error} {means}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{act, practice};
    use super::super::{Action, Refusal, Session, op, op_exchange};
    use crate::api::{ApiError, Operation, Response};
    use crate::session::op_custody;

    fn made(session: &mut Session, usage: &str, modes: &str, label: &str) -> String {
        let fields = [
            ("usage", usage),
            ("algorithm", "AES_128"),
            ("modes", modes),
            ("exportable", "yes"),
            ("label", label),
        ];
        let done = act(session, op::CREATE_KEY.name, &fields, &[]).unwrap();
        match done.responses.into_iter().next() {
            Some(Response::CreateKey(output)) => output.key.key_arn,
            other => panic!("{other:?}"),
        }
    }

    /// A block of this vault's own, with its last digit changed on the way.
    fn changed_block(session: &mut Session) -> (String, String) {
        let key = made(session, "P0", "B", "pin");
        let wrap = made(session, "K1", "B", "kbpk");
        let request = serde_json::json!({"ExportKeyIdentifier": key,
            "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": wrap}}});
        let request = Operation::ExportKey.parse(&request).unwrap();
        let done = session.act(Action::control(request), None, None).unwrap();
        let mut block = match done.responses.into_iter().next() {
            Some(Response::ExportKey(output)) => output.wrapped_key.key_material,
            other => panic!("{other:?}"),
        };
        let last = block.pop();
        block.push(if last == Some('0') { '1' } else { '0' });
        (block, wrap)
    }

    /// "could not be verified with WrappingKeyIdentifier" said neither that no key came in nor what to ask for.
    #[test]
    fn a_block_that_was_changed_says_what_that_means_and_what_to_ask() {
        let (_, mut session) = practice(true);
        let (block, wrap) = changed_block(&mut session);
        let fields = [("wrap", wrap.as_str())];
        let files = [("file", block.as_bytes())];
        let refused = act(&mut session, op_exchange::IMPORT_TR31.name, &fields, &files);
        let refused = refused.unwrap_err();
        let words = refused.to_string();
        for part in [
            "could not be verified with WrappingKeyIdentifier. No key came in",
            "changed on its way",
            "another key than the wrapping key",
            "Ask the sender",
        ] {
            assert!(words.contains(part), "no {part:?} in {words}");
        }
        // A program that calls reads the service's words, and so does the log.
        assert!(!refused.as_api().message.contains("No key came in"));
        let log = session.log_lines().unwrap().join("\n");
        assert!(log.contains("could not be verified") && !log.contains("Ask the sender"));
    }

    #[test]
    fn every_refusal_of_a_key_that_came_wrapped_says_that_none_came_in() {
        let token = "Token import-token-aaaaaaaaaaaaaaaa was not found.";
        for (error, part) in [
            (
                ApiError::validation(
                    "WrappedKeyBlock could not be verified with SigningKeyCertificate.",
                ),
                "signed by somebody else than the certificate",
            ),
            (
                ApiError::not_found("import-token-aaaaaaaaaaaaaaaa", token),
                "another certificate",
            ),
        ] {
            let words = Refusal::Api(error).to_string();
            assert!(words.contains("No key came in"), "{words}");
            assert!(words.contains(part), "no {part:?} in {words}");
        }
        // What is no such refusal is told as it is.
        let other = ApiError::not_found("alias/x", "Alias alias/x was not found.");
        assert_eq!(Refusal::Api(other.clone()).to_string(), other.to_string());
        let custody = Refusal::Custody(op_custody::APPOINT.name.into());
        assert_eq!(custody.to_string(), op_custody::APPOINT.name);
    }

    /// It was refused with the members that it lacks, "Value null at ...": a request of the other direction.
    #[test]
    fn a_request_for_an_export_is_called_that() {
        let (_, session) = practice(true);
        let export = br#"{"ExportKeyIdentifier":"alias/x","KeyMaterial":{"KeyCryptogram":{
            "CertificateAuthorityPublicKeyIdentifier":"alias/y","WrappingKeyCertificate":"z"}}}"#;
        let half =
            br#"{"KeyMaterial":{"KeyCryptogram":{"ImportToken":"import-token-aaaaaaaaaaaaaaaa"}}}"#;
        let said = |bytes: &[u8]| {
            let fits = session.file_fits(op_exchange::IMPORT_RSA_WRAP.name, "file", bytes);
            fits.unwrap_err().to_string()
        };
        let words = said(export);
        assert!(
            words.contains("is a request for export-key, not"),
            "{words}"
        );
        assert!(!words.contains("Value null"), "{words}");
        let words = said(half);
        assert!(words.contains("The sender writes it anew"), "{words}");
        assert!(!words.contains("Value null"), "{words}");
    }
}
