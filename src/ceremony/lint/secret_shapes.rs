//! L17: nothing in a script looks like a secret.

use crate::session::op_tr34::PUBLIC_NUMBERS;

use super::super::finding::Place;
use super::super::model::{Model, Step};
use super::key_material::{self, DIGEST, Found, KEY};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L17",
    title: "something that looks like a real secret",
    explain: "\
A script is read by everybody and kept for years: no key, component or passphrase ever stands in it (PCI PIN 6-6). \
Sixteen hex digits and more look like key material wherever they stand in the file, comments too: in one run, in groups \
of whatever size, with colons or 0x, on several lines; and so does base64 of a key's length. Public and expected are \
the fingerprint of an approval key (key), of the program (binary_sha256) and of certificates (fingerprint), terminals' \
and packages' serial numbers, random numbers (nonce), and in comments a SHA-256 that is called one.

Remove it; a person is asked for secrets. A practice value that must stand in [rehearsal] begins with TEST: so that \
nobody takes it for a real one.",
    check: shapes,
};

/// Members that hold the serial number of a package.
const SERIALS: [&str; 5] = ["advised_serial", "advised", "watched", "package", "bag"];
/// What a comment calls a digest.
const DIGESTS: [&str; 3] = ["sha-256", "sha256", "fingerprint"];

fn shapes(model: &Model, report: &mut Report) {
    for (place, text) in &model.written.texts {
        let found = key_material::first(text);
        if let Some(found) = found.filter(|found| !is_public(place, found)) {
            say(place, step_of(model, place), found, report);
        }
    }
    let around = model.written.around.as_str();
    let (mut line, mut read) = (1, 0);
    for found in key_material::every(around) {
        let passed = around.get(read..found.at).unwrap_or_default();
        line += passed.matches('\n').count();
        read = found.at;
        if found.digits != DIGEST || !key_material::stands_behind(around, found.at, &DIGESTS) {
            let path = "comment".to_owned();
            say(&Place { path, line }, None, found, report);
        }
    }
}

fn say(place: &Place, step: Option<&Step>, found: Found, report: &mut Report) {
    let looks = if found.digits == 0 {
        "holds what looks like a key in base64: remove it."
    } else {
        "holds 16 hex digits or more, like a key or a component: remove them."
    };
    report.error(
        place,
        step,
        format!("{looks} A practice value begins with TEST:."),
    );
}

/// Whether a member is there to hold a number that everybody may know, and holds one of its length.
fn is_public(place: &Place, found: &Found) -> bool {
    let path = place.path.as_str();
    let member = path.rsplit('.').next().unwrap_or_default();
    let [serial, nonce] = PUBLIC_NUMBERS;
    let terminal = matches!(found.digits, 20 | 24);
    match member {
        "key" => path.starts_with("person[") && found.digits == DIGEST,
        "binary_sha256" | "fingerprint" => found.digits == DIGEST,
        _ if member == nonce => true,
        _ if member == serial || SERIALS.contains(&member) => (1..KEY).contains(&found.digits),
        // A step that is written once for several terminals has their numbers in its list.
        _ => terminal && path.contains(".repeat_for["),
    }
}

/// The step that a place is in.
fn step_of<'m>(model: &'m Model, place: &Place) -> Option<&'m Step> {
    let inside = |step: &&Step| {
        let rest = place.path.strip_prefix(step.place.path.as_str());
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    model.steps.iter().find(inside)
}
