//! Keys that a run carries from one device to another: this vault never holds them.

use crate::evidence::report::KeyRow as ReportKey;
use crate::session::StepState;
use crate::session::carry::stated_check_value;

use super::super::super::model::{Algorithm, KeyDeclaration};
use super::super::super::ops_carry;
use super::Material;

/// The row of a carried key; none where no step carries it.
pub(super) fn row(from: &Material<'_>, declared: &KeyDeclaration) -> Option<ReportKey> {
    let of_it = || {
        from.pairs().filter(|(step, record)| {
            let done = record.state == StepState::Closed;
            ops_carry::carries(step.op) && step.key() == Some(declared.id.as_str()) && done
        })
    };
    of_it().next()?;
    let (check_value, check_value_method) = check_value(from, &declared.id).unwrap_or_default();
    let checked = of_it().find(|(step, _)| step.op.name == ops_carry::CHECK.name);
    let sent_how = checked.map(|(_, record)| {
        let names: Vec<&str> = record
            .files
            .keys()
            .map(String::as_str)
            .filter(|name| *name != super::super::outputs::NEXT)
            .collect();
        format!(
            "the sender's TR-34 token, handed on unopened in {}",
            names.join(", ")
        )
    });
    let compared = of_it().find(|(step, _)| step.op.name == ops_carry::COMPARE.name);
    let confirmed = compared.map(|(_, record)| {
        let typed = record.notes.get("kcv").map_or("", String::as_str);
        if typed == "as-shown" {
            "NOT COMPARED: the check value was taken as shown".to_owned()
        } else {
            let who = record.who.first().cloned().unwrap_or_default();
            format!("the other side's check value, typed by {who}, is the file's")
        }
    });
    Some(ReportKey {
        label: declared.label.clone(),
        arn: "none: never in this vault".to_owned(),
        usage: format!("{}, {}", declared.usage.code(), declared.usage.words()),
        algorithm: match declared.algorithm {
            Algorithm::Is(algorithm) => algorithm.name().to_owned(),
            Algorithm::FromCertificate => String::new(),
        },
        check_value,
        check_value_method,
        generated_by: "its sender".to_owned(),
        storage: "nothing: it is in the sender's and the receiver's devices alone".to_owned(),
        sent_how: sent_how.unwrap_or_default(),
        confirmed: confirmed.unwrap_or_else(|| "not yet: no check value was compared".to_owned()),
        cryptoperiod_end: declared
            .not_after
            .map(super::keys::last_day)
            .unwrap_or_default(),
        ..ReportKey::default()
    })
}

/// The check value that one side's file states, and its method.
pub(super) fn check_value(from: &Material<'_>, id: &str) -> Option<(String, String)> {
    let mut compares = from
        .pairs()
        .filter(|(step, _)| step.op.name == ops_carry::COMPARE.name && step.key() == Some(id));
    compares.find_map(|(step, _)| {
        let file = from.run.inputs.get(step.fields.get("file")?)?;
        stated_check_value(file)
    })
}
