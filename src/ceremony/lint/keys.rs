//! L03 keys before they are made and after they are gone, L04 strength, L05 contradictions.

use std::collections::BTreeMap;

use crate::api::KeyAlgorithm;
use crate::crypto::strength::{self, WrapPath};
use crate::session::op;

use super::super::model::{Algorithm, KeyDeclaration, Model, Step};
use super::super::ops;
use super::Report;

/// Where a declared key stands while the script is read from top to bottom.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Made,
    DeletionScheduled,
}

/// L03: a key is made once, used after that, and not used while its destruction is scheduled.
pub(super) fn life(model: &Model, report: &mut Report) {
    let mut lives: BTreeMap<&str, Life> = BTreeMap::new();
    for step in &model.steps {
        let expects_error = step.expect.as_ref().is_some_and(|e| e.error.is_some());
        if let Some(made) = step.makes.as_deref() {
            uses(model, step, &lives, expects_error, report);
            if !expects_error && lives.insert(made, Life::Made).is_some() {
                report.error(
                    "L03",
                    &step.place.member("key"),
                    Some(step),
                    format!("`{made}` is made a second time: declare another key for this step."),
                );
            }
            continue;
        }
        uses(model, step, &lives, expects_error, report);
        if expects_error {
            continue;
        }
        if let Some(key) = step.key() {
            match step.op.name {
                name if name == op::DELETE_KEY.name => {
                    lives.insert(key, Life::DeletionScheduled);
                }
                name if name == op::RESTORE_KEY.name => {
                    lives.insert(key, Life::Made);
                }
                _ => {}
            }
        }
    }
}

fn uses(
    model: &Model,
    step: &Step,
    lives: &BTreeMap<&str, Life>,
    expects_error: bool,
    report: &mut Report,
) {
    for field in ["key", "ca"] {
        let Some(id) = step.fields.get(field).filter(|id| model.key(id).is_some()) else {
            continue;
        };
        let message = match lives.get(id.as_str()) {
            None => format!(
                "`{id}` is used before a step makes it: move this step down, or make the key first."
            ),
            Some(Life::DeletionScheduled) if !may_touch_deleted(step) && !expects_error => format!(
                "`{id}` is scheduled for destruction here: restore it first, or expect the refusal."
            ),
            Some(_) => continue,
        };
        report.error("L03", &step.place.member(field), Some(step), message);
    }
}

fn may_touch_deleted(step: &Step) -> bool {
    step.op.name == op::RESTORE_KEY.name || step.op.name == ops::GET_KEY.name
}

/// L04: the declared key may be wrapped on this path at all. The wrapping key is known at run time only, so the
/// strongest one decides here; the engine judges the real one.
pub(super) fn strength(model: &Model, report: &mut Report) {
    for (step, key) in exports(model) {
        let Algorithm::Is(algorithm) = key.algorithm else {
            continue;
        };
        if let Err(refusal) = strength::may_wrap(algorithm, KeyAlgorithm::RSA_4096, WrapPath::Rsa) {
            report.error(
                "L04",
                &step.place.member("key"),
                Some(step),
                format!(
                    "{} Declare another algorithm for `{}` or take another way out.",
                    refusal.words(),
                    key.id
                ),
            );
        }
    }
}

fn exports(model: &Model) -> impl Iterator<Item = (&Step, &KeyDeclaration)> {
    model
        .steps
        .iter()
        .filter(|step| step.op.name.starts_with("export-key."))
        .filter(|step| step.expect.as_ref().is_none_or(|e| e.error.is_none()))
        .filter_map(|step| Some((step, model.key(step.key()?)?)))
}

/// L05: what is declared fits what is done.
pub(super) fn contradictions(model: &Model, report: &mut Report) {
    for (step, key) in exports(model) {
        if !key.exportable {
            report.error(
                "L05",
                &step.place.member("key"),
                Some(step),
                format!(
                    "`{}` is declared exportable = false and exported here: change one of the two.",
                    key.id
                ),
            );
        }
    }
    for step in &model.steps {
        let Some(key) = step.makes.as_deref().and_then(|id| model.key(id)) else {
            continue;
        };
        let certificate = step.op.name != op::CREATE_KEY.name;
        if certificate != key.is_public() {
            let change = if certificate {
                "write algorithm = \"from-certificate\" there"
            } else {
                "name its algorithm there"
            };
            report.error(
                "L05",
                &step.place.member("key"),
                Some(step),
                format!(
                    "`{}` cannot make `{}` as it is declared: {change}.",
                    step.op.name, key.id
                ),
            );
        }
    }
}
