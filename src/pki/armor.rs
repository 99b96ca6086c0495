//! From what people paste to DER: PEM, DER, or base64 of either; and back to the service's base64(PEM).
#![deny(clippy::indexing_slicing)]

use data_encoding::{BASE64, DecodeKind};

use super::PkiError;

/// Characters the service reads in a certificate member.
pub(super) const LIMIT: usize = 32_768;

/// Characters of a label that are shown.
const LONGEST_LABEL: usize = 40;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// The DER certificates inside `input`, in order.
pub(super) fn certificates(input: &[u8]) -> Result<Vec<Vec<u8>>, PkiError> {
    if input.len() > LIMIT {
        return Err(PkiError::TooLarge {
            actual: input.len(),
            limit: LIMIT,
        });
    }
    if is_der(input) {
        return Ok(vec![input.to_vec()]);
    }
    let text = text(input)?;
    if text.contains(BEGIN) {
        return pem(text);
    }
    if text.trim().is_empty() {
        return Err(PkiError::unreadable("it is empty"));
    }
    let inner = base64(text)?;
    if is_der(&inner) {
        return Ok(vec![inner]);
    }
    let text = self::text(&inner)?;
    if text.contains(BEGIN) {
        pem(text)
    } else {
        Err(PkiError::unreadable(
            "the base64 holds neither PEM nor a certificate",
        ))
    }
}

/// base64 of the PEM text, without line breaks, as the service answers.
pub(super) fn to_aws(der: &[u8]) -> String {
    to_aws_labelled(der, "CERTIFICATE")
}

/// The same for another PEM label.
pub(super) fn to_aws_labelled(der: &[u8], label: &str) -> String {
    BASE64.encode(pem_text(der, label).as_bytes())
}

/// PEM with 64-character lines and a last line break (RFC 7468).
pub(super) fn to_pem(der: &[u8]) -> String {
    pem_text(der, "CERTIFICATE")
}

/// A TR-34 token as PEM (RFC 7468, clause 9).
pub fn cms_pem(token: &[u8]) -> String {
    pem_text(token, "CMS")
}

fn pem_text(der: &[u8], label: &str) -> String {
    let mut pem = format!("-----BEGIN {label}-----\n");
    for (at, letter) in BASE64.encode(der).chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str("\n-----END ");
    pem.push_str(label);
    pem.push_str("-----\n");
    pem
}

/// A DER SEQUENCE with a long length: no text begins with 0x30 0x8n.
fn is_der(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x80..=0x84, ..])
}

fn text(bytes: &[u8]) -> Result<&str, PkiError> {
    std::str::from_utf8(bytes).map_err(|_| PkiError::unreadable("it is neither text nor DER"))
}

/// The CERTIFICATE blocks of a PEM text. Text around them is left alone; other blocks are refused.
fn pem(text: &str) -> Result<Vec<Vec<u8>>, PkiError> {
    // Wherever in the file it stands, and whatever stands before it.
    let labels = text.split(BEGIN).skip(1);
    if labels
        .filter_map(|rest| rest.split_once(DASHES))
        .any(|(label, _)| label.contains("PRIVATE KEY"))
    {
        return Err(PkiError::PrivateKey);
    }
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (label, after) = after
            .split_once(DASHES)
            .ok_or_else(|| PkiError::unreadable("a PEM header is cut off"))?;
        if label != "CERTIFICATE" {
            let label: String = label.chars().take(LONGEST_LABEL).collect();
            return Err(PkiError::unreadable(format!(
                "a PEM block in it is headed {label}, and not CERTIFICATE"
            )));
        }
        let (body, after) = after
            .split_once("-----END CERTIFICATE-----")
            .ok_or_else(|| PkiError::unreadable("a PEM block has no end"))?;
        found.push(base64(body)?);
        rest = after;
    }
    Ok(found)
}

/// Strict base64 with padding; white space is passed over.
fn base64(text: &str) -> Result<Vec<u8>, PkiError> {
    let packed: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    BASE64.decode(&packed).map_err(|e| {
        let why = match e.kind {
            DecodeKind::Length | DecodeKind::Padding => format!(
                "its base64 has {} characters, no multiple of four: its end is missing, perhaps the = signs",
                packed.len()
            ),
            DecodeKind::Symbol => format!(
                "character {} of its base64 is none of A-Z, a-z, 0-9, + and /",
                e.position + 1
            ),
            DecodeKind::Trailing => "its base64 was changed at its end".to_owned(),
        };
        PkiError::unreadable(why)
    })
}
