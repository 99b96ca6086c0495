//! L26: a key that comes from outside is held against the check value that its sender told by another way.

use crate::session::op_components::IMPORT_COMPONENTS;
use crate::session::op_exchange::IMPORT_RSA_WRAP;

use super::super::model::{Model, Step};
use super::super::ops;
use super::super::ops_components::ENTER;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L26",
    title: "a key whose check value nobody compared",
    explain: "\
A key that was formed of components, or that came wrapped, is the sender's key only once its check value, made with the \
whole key, is the one that the sender told by another way (PCI PIN 15-1). Components and RSA wrap say nothing about \
who made the key: there it is an error. A TR-31 block or a TR-34 token is proven under a key or a certificate, which \
says who sent a key, and not that it is the one that was agreed: there it is a warning. Where all components of a key \
are made in the ceremony, nobody could tell its value, and nothing is asked.

Add a step attest.check-value for the key after the one that forms or imports it. A script that is written for one key \
may hold the told value itself: expect = { kcv = \"08D7B4\" }.",
    check: compared,
};

fn compared(model: &Model, report: &mut Report) {
    for (at, step) in model.steps.iter().enumerate() {
        if step.expects_error() {
            continue;
        }
        for doing in step.doings() {
            let Some(key) = doing.makes.filter(|_| ops::brings_key(doing.op)) else {
                continue;
            };
            let made_here = doing.op.name == IMPORT_COMPONENTS.name && !comes_on_paper(model, key);
            if made_here || model.steps.iter().skip(at).any(|later| tells(later, key)) {
                continue;
            }
            let message = format!(
                "Nobody compares the check value of `{key}` with the one that its sender told: add a step \
                 attest.check-value for it after this one (PCI PIN 15-1)."
            );
            let place = doing.place.member("key");
            let nothing_proves = [IMPORT_COMPONENTS.name, IMPORT_RSA_WRAP.name];
            if nothing_proves.contains(&doing.op.name) {
                report.error(&place, Some(step), message);
            } else {
                report.warning(&place, Some(step), message);
            }
        }
    }
}

/// Whether a component of a key was somebody else's: of a key whose components are all made here nobody could tell a value.
fn comes_on_paper(model: &Model, key: &str) -> bool {
    let mut steps = model.steps.iter();
    steps.any(|step| step.op.name == ENTER.name && step.key() == Some(key))
}

/// Whether a step holds this key against a value that was told. `kcv = "key"` is the vault's own and tells nothing.
fn tells(step: &Step, key: &str) -> bool {
    if step.expects_error() {
        return false;
    }
    let asks = step.op.name == ops::ATTEST_CHECK_VALUE.name && step.key() == Some(key);
    let expected = step.expect.as_ref().and_then(|e| e.kcv.as_deref());
    let written = expected.is_some_and(|kcv| kcv != "key");
    asks || (written && step.doings().iter().any(|doing| doing.key() == Some(key)))
}
