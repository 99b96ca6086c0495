//! L12: custodians who could act together do not report to one person.

use std::collections::BTreeMap;

use super::super::model::{Model, Person, Role};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L12",
    title: "one manager above a threshold of custodians",
    explain: "\
Custodians who together can bring an act about should not all report to the same person, who could tell both what to \
do (PCI PIN 25-1.4; small firms may write an exception).

Name a custodian of another line in `approve`, raise the count, or correct `manager` under [[person]]. Where nobody \
has a manager written down, nothing is judged.",
    check: managers,
};

fn managers(model: &Model, report: &mut Report) {
    for step in &model.steps {
        let Some(approve) = &step.approve else {
            continue;
        };
        let may = |person: &&Person| {
            person.role == Role::Custodian
                && Some(&person.id) != step.initiate.as_ref()
                && (approve.from.is_empty() || approve.from.contains(&person.id))
        };
        let mut lines: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for person in model.people.iter().filter(may) {
            if let Some(manager) = &person.manager {
                lines.entry(manager).or_default().push(&person.id);
            }
        }
        for (manager, people) in lines {
            if approve.count >= 2 && people.len() >= approve.count {
                report.warning(
                    &approve.place,
                    Some(step),
                    format!(
                        "{} report to {manager} and could approve this alone: let custodians of two lines sign (PCI \
                         PIN 25-1.4).",
                        people.join(", ")
                    ),
                );
            }
        }
    }
}
