//! Certificates of counterparties, and how people authenticated them.

use crate::evidence::report::CounterpartyCertificate;
use crate::pki::{Certificate, CounterpartyFile, ImportParameters};
use crate::session::StepRecord;

use super::super::super::model::Step;
use super::super::super::ops;
use super::Material;

/// Every certificate that a step confirmed.
pub(super) fn certificates(from: &Material<'_>) -> Vec<CounterpartyCertificate> {
    from.pairs()
        .filter(|(_, record)| record.notes.contains_key("fingerprint"))
        .filter_map(|(step, record)| one(from, step, record))
        .collect()
}

fn one(from: &Material<'_>, step: &Step, record: &StepRecord) -> Option<CounterpartyCertificate> {
    let input = step.fields.get("file")?;
    let bytes = from.run.inputs.get(input)?;
    let root = ops::is_act(step.op) || step.fields.get("of").is_some_and(|of| of == "root");
    let handed_over = CounterpartyFile::parse(bytes).ok()?;
    let (certificate, which) = match &handed_over {
        _ if root => (handed_over.root(), "root"),
        CounterpartyFile::Export(_) => (handed_over.leaf(), "signing key"),
        _ => (handed_over.leaf(), "wrapping key"),
    };
    Some(CounterpartyCertificate {
        counterparty: if from.model.ships_input(input, bytes) {
            format!("{input}, {which}: of the practice file that ships with keymoot")
        } else {
            format!("{input}, {which}")
        },
        subject: certificate.subject(),
        sha256: data_encoding::HEXLOWER.encode(&certificate.sha256_fingerprint()),
        valid: format!(
            "{} to {}",
            certificate.not_before().rfc3339(),
            certificate.not_after().rfc3339()
        ),
        authenticated: authenticated(step, record),
    })
}

/// Empty where nobody authenticated it: the report then says so in capitals.
fn authenticated(step: &Step, record: &StepRecord) -> String {
    if record
        .notes
        .get("fingerprint")
        .is_some_and(|typed| typed == "as-shown")
    {
        return String::new();
    }
    let by = record
        .notes
        .get("typed by")
        .or_else(|| record.who.first())
        .cloned()
        .unwrap_or_default();
    let source = record
        .notes
        .get("source")
        .map(|source| format!("; {source}"))
        .unwrap_or_default();
    format!(
        "fingerprint typed by {by} from another channel in step {}{source}",
        step.id
    )
}

/// The pair that a step had this vault make for exchanges: its algorithm, its certificate, and the authority of this
/// vault that issued it. Neither is a declared key, so the table of keys has none of them.
pub(super) fn own_pair(record: &StepRecord) -> Option<String> {
    let answer = super::super::effect::answer(record, 0)?;
    let said = |what: &str| answer.get(what).and_then(serde_json::Value::as_str);
    let of = |side: &str, serves: &str| {
        let certificate = fingerprint(said(&format!("{side}KeyCertificate"))?)?;
        let algorithm = said(&format!("{side}KeyAlgorithm")).unwrap_or_default();
        let issuer = said(&format!("{side}KeyCertificateChain")).and_then(fingerprint);
        let issuer = issuer.map(|issuer| {
            format!(", issued by this vault's own authority, certificate SHA-256 {issuer}")
        });
        Some(format!(
            "made here, in software: the {algorithm} pair that {serves}, certificate SHA-256 {certificate}{}",
            issuer.unwrap_or_default()
        ))
    };
    of("Signing", "signs what leaves").or_else(|| of("Wrapping", "opens what comes in"))
}

/// SHA-256 of the one certificate in base64 text of the service.
fn fingerprint(text: &str) -> Option<String> {
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok()?;
    let certificate = Certificate::from_any(&bytes).ok()?;
    Some(data_encoding::HEXLOWER.encode(&certificate.sha256_fingerprint()))
}

/// The certificate that exports of this run wrap under.
pub(super) fn leaf(from: &Material<'_>) -> Option<Certificate> {
    let (step, _) = from
        .pairs()
        .find(|(step, _)| step.fields.contains_key("parameters"))?;
    let bytes = from.run.inputs.get(step.fields.get("parameters")?)?;
    ImportParameters::parse(bytes)
        .ok()
        .map(|parameters| parameters.wrapping_certificate)
}
