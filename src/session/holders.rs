//! Who else holds a key, as far as the vault knows. What goes out in a key block under one that nobody else has, nobody can
//! open yet: it is no refusal, since the key may follow.

use crate::api::{ExportKeyMaterial, KeyOrigin, Request};
use crate::engine::KeyRecord;
use crate::text::{say, tr};

use super::Session;
use super::action::Action;
use super::state::{ExportRecord, State};
use super::view::{ExportView, KeyRow, View};
use super::views::name_of;

/// Whether a key was made here, and never went anywhere itself: in a file, or as components on papers.
fn stayed(record: &KeyRecord, state: &State) -> bool {
    let went = |export: &super::state::ExportRecord| {
        export.arn == record.key.key_arn && export.serial.is_none()
    };
    record.key.key_origin == KeyOrigin::AWS_PAYMENT_CRYPTOGRAPHY && !state.exports.iter().any(went)
}

/// The key above what went out in a block, where nobody else can have it yet: it is sent first.
pub(super) fn missing(export: &ExportRecord, state: &State) -> Option<String> {
    let above = state.engine.find(export.above.as_ref()?)?;
    (export.state == "sent" && stayed(above, state)).then(|| name_of(above))
}

/// What comes first where such a key is missing.
pub fn comes_first(key: &str) -> String {
    say!(
        "First send {key}: nobody else holds it yet, and nobody can open this file.",
        key
    )
}

/// The same of the file with this SHA-256, lower-case hex, that was just written.
pub fn first_of(view: &View, sha256: &str) -> Option<String> {
    let mut exports = view.exports.iter();
    let sent = exports.find(|e| e.sha256.as_deref() == Some(sha256))?;
    sent.first.as_deref().map(comes_first)
}

/// The same of a row that people choose from.
pub(super) fn nobody(view: &View, row: &KeyRow) -> bool {
    let mut exports = view.exports.iter();
    let went = exports.any(|e| e.arn == row.key.key_arn && e.serial.is_none());
    row.key.key_origin == KeyOrigin::AWS_PAYMENT_CRYPTOGRAPHY && !went
}

/// Who that is: whose root its sender stands under, who has answered that it came, or nobody at all.
pub(super) fn told(view: &View, row: &KeyRow) -> Option<String> {
    if let Some(sender) = &row.sender {
        return Some(say!("from {sender}", sender));
    }
    let there =
        |e: &&ExportView| e.arn == row.key.key_arn && e.serial.is_none() && e.state == "confirmed";
    if let Some(there) = view.exports.iter().find(there) {
        return Some(say!("confirmed at {holder}", holder = there.to()));
    }
    nobody(view, row).then(|| tr("never left: nobody else has it").to_owned())
}

/// What whoever signs an export reads where the key above the block never left.
pub(super) fn warnings(action: &Action, state: &State) -> Vec<(String, String)> {
    let told = action.requests().iter().filter_map(|request| {
        let Request::ExportKey(input) = request else {
            return None;
        };
        let ExportKeyMaterial::Tr31KeyBlock(block) = &input.key_material else {
            return None;
        };
        let above = state.engine.find(&block.wrapping_key_identifier)?;
        let words = say!(
            "{label} has never left this vault: nobody else can open this block yet",
            label = name_of(above)
        );
        stayed(above, state).then(|| (tr("note").to_owned(), words))
    });
    let mut told: Vec<(String, String)> = told.collect();
    told.dedup();
    told
}

impl Session {
    /// What a key is called, where nobody else can have it yet.
    pub(super) fn never_left(&self, identifier: &str) -> Option<String> {
        let record = self.record(identifier)?;
        stayed(record, &self.state).then(|| name_of(record))
    }
}
