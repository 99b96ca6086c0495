//! What travels, and the number that rises with every run.

use super::super::finding::Place;
use super::super::model::Item;
use super::reader::{Reading, Table};
use super::values;

/// `item = [{ id = "bag-1", kind = "bag", courier = "courier-a", advised_serial = "TE-448120" }]`.
pub(super) fn items(table: &mut Table<'_>, on: &mut Reading<'_>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for mut item in table.tables("item", on) {
        let place = item.place.clone();
        let id = values::need_id(&mut item, "id", on);
        let kind = item.need_text("kind", on);
        let advised = values::label(&mut item, "advised_serial", on);
        let courier = values::id(&mut item, "courier", on);
        item.finish(on);
        if !["bag", "envelope", "safe"].contains(&kind.as_str()) {
            on.wrong(
                &place.member("kind"),
                format!("`{kind}` is not known: write bag, envelope or safe."),
            );
        }
        if items.iter().any(|known| known.id == id) {
            on.wrong(
                &place.member("id"),
                format!("`{id}` is declared twice: give one of them another id."),
            );
        }
        items.push(Item {
            place,
            id,
            advised,
            courier,
        });
    }
    items
}

/// `nonce = 14`.
pub(super) fn nonce(table: &mut Table<'_>, on: &mut Reading<'_>) -> Option<(Place, i64)> {
    let value = table.take("nonce")?;
    let place = value.place.clone();
    Some((place, value.integer(on)?))
}
