//! A key that is put out of use, or to use again, in a custodian's words: what ends by that, and what begins.

use crate::api::{KeyClass, KeyUsage};
use crate::engine::{KeyRecord, Material};
use crate::text::{say, tr};

use super::sentence::{Details, line};
use super::state::State;
use super::views::name_of;
use super::{op_suspect, span};

/// What comes of disabling or enabling a key, as details beside its kind and check value.
pub(super) fn told(identifier: &str, enables: bool, state: &State) -> Details {
    let Some(record) = state.engine.find(identifier) else {
        return Details::new();
    };
    let mut details = Details::new();
    if enables {
        let since = record.key.usage_stop_timestamp;
        details.extend(since.map(|at| line(tr("disabled"), &span::clock(at))));
        details.push(line(tr("from then on"), begins(record)));
    } else {
        details.push(line(tr("what ends"), ends(record)));
    }
    details.extend(under(record, state));
    if !enables {
        let left = op_suspect::impact(state, &record.key.key_arn);
        details.extend(left.iter().map(|held| line(tr("stays there"), held)));
        details.push(line(
            tr("after"),
            tr("it stays here, disabled, until an act that is signed enables it again"),
        ));
    }
    details
}

/// What is no longer done with it.
fn ends(record: &KeyRecord) -> &'static str {
    let (class, usage) = kind(record);
    match class {
        KeyClass::PUBLIC_KEY => tr(
            "certificates under it are not believed: no key goes to whoever stands under it, and no TR-34 token of theirs comes in",
        ),
        KeyClass::ASYMMETRIC_KEY_PAIR => {
            tr("nothing is opened or signed with it, and no certificate of it is given out")
        }
        _ if wraps(usage) => tr(
            "no key comes in or goes out under it in a key block, and it does not leave this vault",
        ),
        _ if usage == KeyUsage::TR31_B0_BASE_DERIVATION_KEY => {
            tr("no terminal gets an initial key from it, and it does not leave this vault")
        }
        _ => tr("nobody can use it, and it does not leave this vault"),
    }
}

/// What is done with it again.
fn begins(record: &KeyRecord) -> &'static str {
    let (class, usage) = kind(record);
    let leaves = record.key.exportable;
    match class {
        KeyClass::PUBLIC_KEY => tr(
            "certificates under it are believed again: keys may go to whoever stands under it, and their TR-34 tokens come in",
        ),
        KeyClass::ASYMMETRIC_KEY_PAIR => {
            tr("it opens and signs again, and certificates of it may be given out")
        }
        _ if wraps(usage) && leaves => tr(
            "keys come in and go out under it again in key blocks, and it may leave again itself; each time that is signed for",
        ),
        _ if wraps(usage) => {
            tr("keys come in and go out under it again in key blocks; each time that is signed for")
        }
        _ if leaves => tr("it can be used, and it may leave again; each time that is signed for"),
        _ => tr("it can be used again; it was made never to leave"),
    }
}

const fn kind(record: &KeyRecord) -> (KeyClass, KeyUsage) {
    let attributes = &record.key.key_attributes;
    (attributes.key_class, attributes.key_usage)
}

fn wraps(usage: KeyUsage) -> bool {
    matches!(usage.code(), "K0" | "K1")
}

/// Of a root, whose certificates stand under it here, and how many keys went and came by it: those stay as they are.
fn under(record: &KeyRecord, state: &State) -> Details {
    let arn = &record.key.key_arn;
    let below = state.engine.records().filter(|other| {
        matches!(&other.material, Material::Public { authority: Some(authority), .. } if authority == arn)
    });
    let mut details: Details = below
        .map(|other| line(tr("under it"), &name_of(other)))
        .collect();
    let went = state.exports.iter();
    let went = went.filter(|e| e.root.as_deref() == Some(arn)).count();
    let came = state.received.iter();
    let came = came.filter(|r| r.root.as_deref() == Some(arn)).count();
    if went > 0 || came > 0 {
        let words = say!(
            "keys that went to whoever stands under it: {went}; that came from them: {came}. They stay as they are",
            went,
            came
        );
        details.push(line(tr("so far"), &words));
    }
    details
}
