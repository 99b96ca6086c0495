//! TR-34 tokens in a custodian's words: what a token brings and from whom, what leaves in one and for whom.

use data_encoding::HEXUPPER;

use crate::api::{CounterpartyProfile, ExportTr34KeyBlock, ImportTr34KeyBlock, KeyAlgorithm};
use crate::crypto::strength::WrapPath;
use crate::crypto::tr34::KeyToken;
use crate::engine::EngineState;
use crate::pki::Certificate;
use crate::text::{say, tr};

use super::label_of;
use super::sentence::{Details, attributes, certificate, check_values, line, name_of, verdict};
use super::sentence_blocks::headers;

/// The import of a token: its signed header says what the key is; the key itself stays closed.
pub(crate) fn import(input: &ImportTr34KeyBlock, engine: &EngineState) -> (String, Details) {
    let mut details = Details::new();
    let token = HEXUPPER
        .decode(input.wrapped_key_block.as_bytes())
        .ok()
        .and_then(|bytes| KeyToken::parse(&bytes).ok());
    if let Some(token) = &token {
        let header = token.header();
        let unknown = "unknown";
        let usage = header.usage.words().map_or(unknown, tr);
        details.push(line(tr("use"), &format!("{} {usage}", header.usage.code())));
        details.push(line(
            tr("kind"),
            header.algorithm.words().map_or(unknown, tr),
        ));
        details.push(line(tr("modes"), header.mode.words().map_or(unknown, tr)));
        let export = header.exportability.words().map_or(unknown, tr);
        details.push(line(tr("export"), export));
        details.push(line(tr("form"), tr(token.form().words())));
        let fresh = match (token.nonce(), token.signing_time()) {
            (Some(nonce), _) => say!(
                "holds the random number that was asked for: {nonce}",
                nonce = HEXUPPER.encode(nonce)
            ),
            (None, Some(at)) => say!(
                "signed {at}; no random number was asked for (one-pass)",
                at = at.rfc3339()
            ),
            (None, None) => unknown.to_owned(),
        };
        details.push(line(tr("fresh"), &fresh));
    }
    details.push(line(tr("sender"), tr("the certificate that follows")));
    details.extend(certificate(&input.signing_key_certificate));
    let authority = name_of(&input.certificate_authority_public_key_identifier, engine);
    details.push(line(tr("under"), &authority));
    details.extend(
        input
            .import_token
            .iter()
            .map(|token| line(tr("token"), token)),
    );
    let pair = input.wrapping_key_identifier.iter();
    details.extend(pair.map(|pair| line(tr("opened by"), &name_of(pair, engine))));
    (tr("IMPORT KEY from a TR-34 token").into(), details)
}

/// What is written otherwise than the service does, because the counterparty's devices want it so.
pub(crate) fn counterparty(profile: Option<CounterpartyProfile>) -> Details {
    let Some(profile) = profile else {
        return Details::new();
    };
    let form = profile.token_form.map(|f| line(tr("form"), f.words()));
    let letter = profile
        .header_version
        .map(|v| line(tr("header letter"), v.name()));
    form.into_iter().chain(letter).collect()
}

/// The keys that protect a key in a token: the receiver's, and ours that signs.
fn protecting(block: &ExportTr34KeyBlock, engine: &EngineState) -> Vec<KeyAlgorithm> {
    let receiver = Certificate::from_any(block.wrapping_key_certificate.as_bytes()).ok();
    let receiver = receiver.and_then(|certificate| certificate.key_algorithm());
    let pair = block.signing_key_identifier.as_ref();
    let pair = pair.and_then(|pair| engine.find(pair));
    let pair = pair.map(|pair| pair.key.key_attributes.key_algorithm);
    let token = block.export_token.as_ref();
    let token = token.and_then(|name| engine.given_tokens().find(|token| token.name == name));
    let token = token.map(|token| token.algorithm);
    receiver.into_iter().chain(pair).chain(token).collect()
}

/// The export of a key in a token: the key, and whose certificate it leaves under.
pub(crate) fn export(
    identifier: &str,
    block: &ExportTr34KeyBlock,
    engine: &EngineState,
) -> (String, Details) {
    let Some(record) = engine.find(identifier) else {
        return (say!("EXPORT KEY {identifier}", identifier), Details::new());
    };
    let mut details = check_values(record);
    details.push(line(tr("receiver"), tr("the certificate that follows")));
    details.extend(certificate(&block.wrapping_key_certificate));
    let authority = name_of(&block.certificate_authority_public_key_identifier, engine);
    details.push(line(tr("under"), &authority));
    let by = protecting(block, engine);
    if !by.is_empty() {
        let key = record.key.key_attributes.key_algorithm;
        details.push(verdict(key, &by, WrapPath::Tr34));
    }
    details.extend(attributes(&record.key.key_attributes));
    details.extend(headers(block.key_block_headers.as_deref()));
    let fresh = match &block.random_nonce {
        Some(nonce) => say!("two-pass, nonce {nonce}", nonce),
        None => tr("one-pass, signed with the vault's time").to_owned(),
    };
    details.push(line(tr("fresh"), &fresh));
    details.extend(counterparty(block.counterparty_profile));
    details.extend(
        block
            .export_token
            .iter()
            .map(|token| line(tr("token"), token)),
    );
    if let Some(pair) = &block.signing_key_identifier {
        details.push(line(tr("signed by"), &name_of(pair, engine)));
    }
    if let Some(own) = &block.signing_key_certificate {
        details.push(line(
            tr("known by"),
            tr("the sender's certificate that follows"),
        ));
        details.extend(certificate(own));
    }
    let label = label_of(&record.key, &record.tags);
    (say!("EXPORT KEY {label} in a TR-34 token", label), details)
}
