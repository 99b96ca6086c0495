//! What passed between the vault and others, in lines: what was sent, what was given out, and who is trusted.

use crate::session::guide::common_name;
use crate::session::view::{CounterpartyView, GivenView};
use crate::session::{ExportView, TokenView, View};
use crate::text::{say, tr};

/// Each heading with its lines. What is empty says so where somebody looks for it, and nothing otherwise.
pub(super) fn told(view: &View) -> Vec<(&'static str, Vec<String>)> {
    let sent: Vec<String> = view.exports.iter().map(sent).collect();
    let heading = if sent.is_empty() {
        tr("Nothing was sent yet.")
    } else {
        tr("What was sent, the newest first:")
    };
    let given = view.tokens.iter().map(|t| token(t, view));
    let given: Vec<String> = given.chain(view.given.iter().map(certificate)).collect();
    let roots: Vec<String> = view.counterparties.iter().map(partner).collect();
    let mut all = vec![(heading, sent)];
    for (heading, lines) in [
        (tr("Certificates that were given out:"), given),
        (tr("Whose certificates are believed here:"), roots),
    ] {
        if !lines.is_empty() {
            all.push((heading, lines));
        }
    }
    all
}

/// One export in a line.
pub(super) fn sent(export: &ExportView) -> String {
    let line = say!(
        "  {label} to {common_name} at {at}: {state}; check value {check_value}; file {file}",
        label = export.label,
        common_name = common_name(&export.receiver),
        at = export.at.rfc3339(),
        state = export.state,
        check_value = export.check_value,
        file = export.file
    );
    digested(line, export.sha256.as_ref())
}

fn digested(line: String, sha256: Option<&String>) -> String {
    match sha256 {
        Some(sha256) => say!("{line}, SHA-256 {sha256}", line, sha256),
        None => line,
    }
}

fn token(token: &TokenView, view: &View) -> String {
    let purpose = if token.comes_in {
        tr("to wrap keys for us under")
    } else {
        tr("to check what we sign")
    };
    let used = match token.used.last() {
        Some((label, _)) => say!("used by {label}", label),
        None if token.until <= view.now => tr("ended unused").to_owned(),
        None => tr("unused").to_owned(),
    };
    let line = say!(
        "  {purpose}, {material}, {name}: {used}; ends {until}; file {file}",
        purpose,
        material = token.material,
        name = token.name,
        used,
        until = token.until.rfc3339(),
        file = token.file
    );
    digested(line, token.sha256.as_ref())
}

fn certificate(given: &GivenView) -> String {
    let what = if given.request {
        tr("request for a certificate")
    } else {
        tr("certificate")
    };
    let line = say!(
        "  {what} of {label} at {at}; file {file}",
        what,
        label = given.label,
        at = given.at.rfc3339(),
        file = given.file
    );
    digested(line, given.sha256.as_ref())
}

fn partner(partner: &CounterpartyView) -> String {
    let last = match &partner.last {
        Some((at, true, label)) => {
            say!("last: {label} went there at {at}", label, at = at.rfc3339())
        }
        Some((at, false, label)) => say!("last: {label} came at {at}", label, at = at.rfc3339()),
        None => tr("no exchange yet").to_owned(),
    };
    say!(
        "  {label}, {subject}, SHA-256 {sha256}; {last}",
        label = partner.label,
        subject = partner.subject,
        sha256 = partner.sha256,
        last
    )
}
