//! What is said of an act that was done: the key it made, the certificate it gave out, what comes next.

use super::done::groups;
use crate::api::{KeyClass, Response};
use crate::pki::Certificate;
use crate::session::{Executed, arns};
use crate::text::tr;
use crate::tui::frame::clock;
use crate::tui::widgets::lines::Line;

/// The certificate that was given out and the root above it: what the other side asks about, the root's digest first.
pub(super) fn issued(executed: &Executed) -> Vec<Line> {
    let (text, chain) = match executed.responses.first() {
        Some(Response::GetParametersForImport(o)) => (
            &o.wrapping_key_certificate,
            &o.wrapping_key_certificate_chain,
        ),
        Some(Response::GetParametersForExport(o)) => {
            (&o.signing_key_certificate, &o.signing_key_certificate_chain)
        }
        Some(Response::GetPublicKeyCertificate(o)) => {
            (&o.key_certificate, &o.key_certificate_chain)
        }
        _ => return Vec::new(),
    };
    let Ok(certificate) = Certificate::from_any(text.as_bytes()) else {
        return Vec::new();
    };
    let sha256 = |certificate: &Certificate| {
        groups(&data_encoding::HEXLOWER.encode(&certificate.sha256_fingerprint()))
    };
    let root = Certificate::from_any(chain.as_bytes()).ok();
    let root = root.filter(|root| root.der() != certificate.der());
    let root = root.map(|root| Line::new(tr("root's SHA-256"), sha256(&root)));
    let mut lines = vec![
        Line::new(tr("certificate"), certificate.subject()),
        Line::new(tr("its SHA-256"), sha256(&certificate)),
    ];
    lines.extend(root);
    lines.push(Line::new(tr("ends"), clock(certificate.not_after())));
    lines
}

/// An ARN of this vault, and whose it is.
pub(super) fn own_arn(arn: &str) -> Line {
    Line::new(tr("ARN"), arn).whole().noted(arns::whose())
}

/// The key that an act made or took in.
pub(super) fn made(response: &Response) -> Option<String> {
    match response {
        Response::CreateKey(o) => Some(o.key.key_arn.clone()),
        // A certificate is a step on the way to something else.
        Response::ImportKey(o) if o.key.key_attributes.key_class != KeyClass::PUBLIC_KEY => {
            Some(o.key.key_arn.clone())
        }
        _ => None,
    }
}

/// What comes next; `compares`: the check value of the key that came in is still to be compared.
pub(super) fn next_steps(executed: &Executed, compares: bool) -> Vec<String> {
    let line = match executed.responses.first() {
        Some(Response::CreateKey(_)) => tr("Write the check value into the minutes."),
        Some(Response::ImportKey(o)) if o.key.key_attributes.key_class == KeyClass::PUBLIC_KEY => {
            tr("From now on this vault trusts what this certificate signs.")
        }
        Some(Response::ImportKey(_)) if compares => tr(
            "Which key it is, its sender says by another way: by telephone, by letter, on paper. Enter asks for that check value; ours is hidden until it is typed. Esc leaves it for later: Home says that it is due, and C on the key's page asks.",
        ),
        Some(Response::ImportKey(_)) => tr(
            "Compare the check value with the one that the sender gives by another road. If it differs, u on the key's page disables it; tell the sender. Their receipt is written there as well: w.",
        ),
        Some(Response::DeleteKey(_)) => {
            tr("The key is unusable now. Until the time above, Deletions can restore it.")
        }
        Some(Response::RestoreKey(_)) => {
            tr("The key exists and is disabled. On its page, u asks to enable it.")
        }
        _ => return Vec::new(),
    };
    vec![line.to_owned()]
}
