//! L12: custodians who could act together do not report to one person.

use std::collections::{BTreeMap, BTreeSet};

use super::super::model::{Model, Person, Role};
use super::components::{Handling, handlings};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L12",
    title: "one manager above a threshold of custodians",
    explain: "\
Custodians who together can bring an act about, or who hold every component of a key, should not all report to the same person, who could tell both what to \
do (PCI PIN 25-1.4; small firms may write an exception).

Name a custodian of another line in `approve`, raise the count, or correct `manager` under [[person]]. Where nobody \
has a manager written down, nothing is judged.",
    check: managers,
};

fn managers(model: &Model, report: &mut Report) {
    holders(model, report);
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
        for person in model.places().filter(may) {
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

/// Custodians who together see every component of a key.
fn holders(model: &Model, report: &mut Report) {
    for key in model.keys.iter().filter(|key| key.components.is_some()) {
        let turns = handlings(model).into_iter();
        let turns: Vec<_> = turns.filter(|turn| turn.label == key.label).collect();
        let parts: BTreeSet<u8> = turns.iter().map(|turn| turn.part).collect();
        let of = |turn: &Handling<'_>| model.person(turn.place)?.manager.as_deref();
        let lines: BTreeSet<&str> = turns.iter().filter_map(of).collect();
        for manager in lines {
            let theirs = turns.iter().filter(|turn| of(turn) == Some(manager));
            let seen: BTreeSet<u8> = theirs.clone().map(|turn| turn.part).collect();
            let who: BTreeSet<&str> = theirs.clone().map(|turn| turn.place).collect();
            let Some(last) = theirs
                .max_by_key(|turn| turn.part)
                .filter(|_| seen == parts && who.len() > 1)
            else {
                continue;
            };
            let who: Vec<&str> = who.into_iter().collect();
            report.warning(
                &last.step.place.member("who"),
                Some(last.step),
                format!(
                    "{} report to {manager} and see every component of `{}` between them: let a custodian of another \
                     line take one (PCI PIN 25-1.4).",
                    who.join(", "),
                    key.id
                ),
            );
        }
    }
}
