//! Who is on the other side, what travels between the two, and the number that rises with every run.

use crate::custody::ledger::Safe;

use super::super::finding::Place;
use super::super::model::{Direction, Item, Medium, Model, Party};
use super::declarations::twice;
use super::reader::{Reading, Table};
use super::values;

/// `item = [{ id = "bag-1", kind = "bag", courier = "courier-a", advised_serial = "TE-448120" }, { id = "usb-out", kind =
/// "usb", label = "BLUE TRIANGLE", direction = "out" }, { id = "safe-1", kind = "safe", label = "Safe 1", access =
/// ["first"] }]`.
pub(super) fn items(table: &mut Table<'_>, on: &mut Reading<'_>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for mut item in table.tables("item", on) {
        let place = item.place.clone();
        let id = values::need_id(&mut item, "id", on);
        let kind = item.need_text("kind", on);
        let is_medium = kind == "usb";
        let (mut medium, mut safe, mut advised, mut courier) = (None, None, None, None);
        if is_medium {
            medium = Some(Medium {
                label: values::label(&mut item, "label", on).unwrap_or_else(|| id.clone()),
                direction: direction(&mut item, on),
            });
        } else if kind == "safe" {
            safe = Some(Safe {
                name: values::label(&mut item, "label", on).unwrap_or_else(|| id.clone()),
                access: values::ids(&mut item, "access", on),
            });
        } else {
            advised = values::label(&mut item, "advised_serial", on);
            courier = values::id(&mut item, "courier", on);
        }
        item.finish(on);
        if !is_medium && !["bag", "envelope", "safe"].contains(&kind.as_str()) {
            on.wrong(
                &place.member("kind"),
                format!("`{kind}` is not known: write bag, envelope, safe or usb."),
            );
        }
        twice(items.iter().any(|known| known.id == id), &id, &place, on);
        items.push(Item {
            place,
            id,
            medium,
            safe,
            advised,
            courier,
        });
    }
    items
}

fn direction(item: &mut Table<'_>, on: &mut Reading<'_>) -> Option<Direction> {
    let place = item.place_of("direction");
    match item.text("direction", on)?.as_str() {
        "in" => Some(Direction::In),
        "out" => Some(Direction::Out),
        other => {
            on.wrong(&place, format!("`{other}` is not known: write in or out."));
            None
        }
    }
}

/// `party = [{ id = "acme", name = "ACME Bank", advice_channel = "registered-letter" }]`.
pub(super) fn parties(table: &mut Table<'_>, on: &mut Reading<'_>) -> Vec<Party> {
    let mut parties: Vec<Party> = Vec::new();
    for mut party in table.tables("party", on) {
        let place = party.place.clone();
        let id = values::need_id(&mut party, "id", on);
        let name = values::label(&mut party, "name", on).unwrap_or_else(|| id.clone());
        let advice = values::id(&mut party, "advice_channel", on);
        party.finish(on);
        twice(parties.iter().any(|known| known.id == id), &id, &place, on);
        parties.push(Party {
            place,
            id,
            name,
            advice,
        });
    }
    parties
}

/// Where a medium is named by the id of a declared one, its label stands from here on.
pub(super) fn media(model: &mut Model) {
    let items = &model.items;
    let inputs = model.inputs.iter_mut().map(|input| &mut input.medium);
    let steps = model.steps.iter_mut().map(|step| &mut step.medium);
    for medium in inputs.chain(steps).flatten() {
        let declared = items.iter().find(|item| item.id == *medium);
        if let Some(found) = declared.and_then(|item| item.medium.as_ref()) {
            medium.clone_from(&found.label);
        }
    }
}

/// `timezone = "UTC"`: a script may say so, and nothing else.
pub(super) fn timezone(table: &mut Table<'_>, on: &mut Reading<'_>) {
    let place = table.place_of("timezone");
    if let Some(zone) = table.text("timezone", on).filter(|zone| zone != "UTC") {
        on.wrong(
            &place,
            format!(
                "is `{zone}`, and every time in a ceremony is UTC: write UTC, or leave it out."
            ),
        );
    }
}

/// `nonce = 14`.
pub(super) fn nonce(table: &mut Table<'_>, on: &mut Reading<'_>) -> Option<(Place, i64)> {
    let value = table.take("nonce")?;
    let place = value.place.clone();
    Some((place, value.integer(on)?))
}
