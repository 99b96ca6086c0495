//! Every access to a share, an approval key or a component, with the fields of requirement 26.

use crate::evidence::report::Access;
use crate::session::{StepRecord, StepState};

use super::super::super::model::Step;
use super::super::super::{ops, ops_components};
use super::Material;

/// In the order of the steps.
pub(super) fn log(from: &Material<'_>) -> Vec<Access> {
    let mut entries = Vec::new();
    for (step, record) in from.pairs() {
        if ops::is_act(step.op) && record.digest.is_some() {
            let signed = from.shown.of_step(record);
            for custodian in record.who.iter().skip(1) {
                let held = signed.iter().any(|s| s.name == *custodian && s.from_file);
                entries.push(share(from, (step, record), custodian, held));
            }
        } else if ops_components::is_turn(step.op) && handled(record) {
            entries.push(component(from, step, record));
        }
        entries.extend(super::papers::put_away(step, record));
    }
    entries
}

/// Whether a component was handled in a step: also where the run was stopped right behind it.
fn handled(record: &StepRecord) -> bool {
    record.state == StepState::Closed || record.notes.contains_key("serial")
}

fn share(
    from: &Material<'_>,
    (step, record): (&Step, &StepRecord),
    custodian: &str,
    held: bool,
) -> Access {
    let medium = from
        .view
        .people
        .iter()
        .find(|person| person.name == custodian);
    let medium = medium.and_then(|person| person.medium.clone());
    let package_opened = match (held, medium) {
        (true, _) => {
            "nothing was opened here: share and key were held since the vault was opened".to_owned()
        }
        (false, Some(medium)) => {
            format!("the envelope on {medium}; a bag number was not asked for")
        }
        (false, None) => "the envelope in the vault's folder, in no package".to_owned(),
    };
    let package_sealed = if held {
        "nothing was opened here".to_owned()
    } else {
        "not asked for".to_owned()
    };
    Access {
        component: format!("use share and approval key of {custodian}"),
        custodian: custodian.to_owned(),
        package_opened,
        package_sealed,
        ..of(from, step, record)
    }
}

fn component(from: &Material<'_>, step: &Step, record: &StepRecord) -> Access {
    let part = step.fields.get("part").map_or("", String::as_str);
    let key = step.key().map(|id| from.label(id)).unwrap_or_default();
    let serial = record.notes.get("serial").cloned();
    let (package_opened, package_sealed) = match step.op.name {
        name if name == ops_components::RECEIVE.name => (serial, None),
        name if name == ops_components::SEAL.name => (None, serial),
        _ => (None, None),
    };
    Access {
        component: format!("component {part} of {key}"),
        custodian: record.who.first().cloned().unwrap_or_default(),
        package_opened: package_opened.unwrap_or_default(),
        package_sealed: package_sealed.unwrap_or_default(),
        ..of(from, step, record)
    }
}

fn of(from: &Material<'_>, step: &Step, record: &StepRecord) -> Access {
    Access {
        out: record.began,
        back: record.ended,
        purpose: format!("{} ({})", step.title, step.id),
        witness: from.witness(step),
        ..Access::default()
    }
}
