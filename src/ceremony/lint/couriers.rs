//! L08: every component travels by a courier of its own.

use std::collections::BTreeSet;

use crate::session::op_components::EXPORT_COMPONENTS;

use super::super::model::{Item, Model};
use super::super::ops_components;
use super::components::{Handling, handlings};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L08",
    title: "two components on one way",
    explain: "\
Components of one key travel by different couriers, in packages of their own; different days with one courier are \
not enough (PCI PIN 8-1). Whoever carries two of them, or opens one package with two, may have enough of the key.

Declare a package with a courier of its own for each component: item = [{ id = \"bag-1\", kind = \"bag\", courier = \
\"courier-a\" }, ...], and name it in the component's step: component.receive where it comes, component.seal where it goes out. The advice about a package (serial, check value) comes by \
another way than the package (PCI PIN 8-1): advice_channel of the party is no courier.",
    check: couriers,
};

/// The advice comes by another way than what it is about.
fn advised_alike(model: &Model, handling: &Handling<'_>, item: &Item, report: &mut Report) {
    let key = model.key(handling.key);
    let party = key.and_then(|key| model.party(key.counterparty.as_deref()?));
    let advice = party.and_then(|party| party.advice.as_ref());
    if advice.is_some() && advice == item.courier.as_ref() {
        report.error(
            &item.place.member("courier"),
            Some(handling.step),
            format!(
                "`{}` carries component {} of `{}` and the advice about it too: let one of the two come another way.",
                advice.map_or("", String::as_str),
                handling.part,
                handling.key
            ),
        );
    }
}

fn couriers(model: &Model, report: &mut Report) {
    let mut carried: Vec<(Handling<'_>, &Item)> = Vec::new();
    let all = handlings(model);
    let leaves = |handling: &&Handling<'_>| handling.step.op.name == EXPORT_COMPONENTS.name;
    let outgoing: BTreeSet<&str> = all.iter().filter(leaves).map(|h| h.label).collect();
    for handling in all {
        let item = handling.step.item.as_deref().and_then(|id| model.item(id));
        let received = handling.step.op.name == ops_components::RECEIVE.name;
        let sent =
            handling.step.op.name == ops_components::SEAL.name && outgoing.contains(handling.label);
        if (received || sent) && item.is_none_or(|item| item.courier.is_none()) {
            report.error(
                &handling.step.place.member("item"),
                Some(handling.step),
                format!(
                    "Nobody can tell who {} component {} of `{}`: name a package with a courier of its own in `item`.",
                    if sent { "takes away" } else { "carried" },
                    handling.part,
                    handling.key
                ),
            );
        }
        let Some(item) = item else { continue };
        advised_alike(model, &handling, item, report);
        let together = carried.iter().find(|(other, with)| {
            let same_courier = item.courier.is_some() && with.courier == item.courier;
            other.label == handling.label
                && other.part != handling.part
                && (with.id == item.id || same_courier)
        });
        if let Some((other, with)) = together {
            let shared = if with.id == item.id {
                format!("in the package `{}`", item.id)
            } else {
                format!(
                    "with the courier `{}`",
                    item.courier.as_deref().unwrap_or_default()
                )
            };
            report.error(
                &handling.step.place.member("item"),
                Some(handling.step),
                format!(
                    "Components {} and {} of `{}` travel {shared}: give each a package and a courier of its own.",
                    other.part, handling.part, handling.key
                ),
            );
        }
        carried.push((handling, item));
    }
}
