//! L13: forms of custodians hold on the day of the ceremony.

use super::super::model::Model;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L13",
    title: "a form that has expired",
    explain: "\
A custodian acts under a signed form, and the form holds on the day (PCI PIN 25-1). The linter compares form_until \
with the rehearsal's clock; the runner compares it with the vault's own clock and begins nothing when it is over.

Have a new form signed, write its reference and last day under [[person]], or let another custodian take the place.",
    check: forms,
};

fn forms(model: &Model, report: &mut Report) {
    let Some(day) = model.rehearsal.clock else {
        return;
    };
    for person in &model.people {
        if person.form_until.is_some_and(|end| day >= end) {
            let form = person.form.as_deref().unwrap_or("the form");
            report.error(
                &person.place.member("form_until"),
                None,
                format!(
                    "{form} of `{}` is over on {}: have a new one signed, or name another person.",
                    person.id,
                    day.rfc3339()
                ),
            );
        }
    }
    for person in &model.people {
        if person.form_until.is_some() && person.form.is_none() {
            report.error(
                &person.place.member("form"),
                None,
                format!(
                    "`{}` has a last day for a form and no form: write form = \"...\", its reference.",
                    person.id
                ),
            );
        }
    }
}
