//! What Home says where nothing is due: what can be done, and in which order.

use crate::session::View;
use crate::text::tr;
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::theme::Role;

/// The roads of a key, each in its order: what a person who has never done it needs first.
const ROADS: [(&str, &str); 3] = [
    (
        "send",
        "n makes a key that may leave; i makes the receiver's root trusted; x wraps the key for them; e reads their receipt",
    ),
    (
        "get",
        "i makes the sender's root trusted and gives out a certificate to wrap under; they send a file back; i imports it",
    ),
    (
        "destroy",
        "D on a key's page (v) asks for it; d counts its days down and can take it back; then nobody can",
    ),
];

/// The same where no key is made in software.
const SEND: &str = "i makes the receiver's root trusted; x wraps a key that may leave for them; e reads their receipt";

/// The same in one row each, where there is no room for more: what people came for never goes without a trace.
const SHORT: [(&str, &str); 3] = [
    (
        "send",
        "n makes a key; i trusts the receiver's root; x wraps it; e: receipt",
    ),
    (
        "get",
        "i trusts the sender's root, gives out a certificate, and imports",
    ),
    (
        "destroy",
        "D on a key's page (v) asks for it; d counts down and takes back",
    ),
];

/// Draws the roads from a row on, as many as there is room for.
pub(super) fn roads(view: &View, top: u16, above: u16, canvas: &mut Canvas<'_>) {
    let room = canvas.width().saturating_sub(4);
    let beside = room.saturating_sub(9);
    let mut y = top;
    let long: usize = ROADS
        .iter()
        .take(2)
        .map(|(_, road)| wrap(tr(road), usize::from(beside)).len())
        .sum();
    let short = top.saturating_add(cells(long)) > above;
    for (n, (label, road)) in if short { SHORT } else { ROADS }.into_iter().enumerate() {
        let road = if n == 0 && !view.software_generation {
            tr(SEND)
        } else {
            tr(road)
        };
        let rows = cells(wrap(road, usize::from(beside)).len());
        if y.saturating_add(rows) > above {
            return;
        }
        canvas.put(2, y, Role::Muted, tr(label));
        y = y.saturating_add(canvas.paragraph(11, y, beside, Role::Text, road));
    }
    let script = tr("c runs a ceremony: all of it step by step, with everybody's part named.");
    if y < above {
        canvas.paragraph(2, y, room, Role::Text, script);
    }
}

/// An empty list teaches: what can be done, and as far as there is room in which order.
pub(super) fn nothing_due(view: &View, width: u16, above: u16, canvas: &mut Canvas<'_>) {
    let room = width.saturating_sub(4);
    let mut y = canvas
        .paragraph(2, 0, room, Role::Title, tr("Nothing is due."))
        .saturating_add(1);
    let words = if view.keys.is_empty() {
        tr("This vault holds no key yet. Every act is signed by custodians before it is done.")
    } else {
        tr("Every act is signed by custodians before it is done.")
    };
    y = y.saturating_add(canvas.paragraph(2, y, room, Role::Text, words));
    if !view.software_generation {
        let words = tr(
            "This vault does not make keys in software: a laptop is not a secure cryptographic device. Keys come in wrapped.",
        );
        y = y.saturating_add(canvas.paragraph(2, y, room, Role::Note, words));
    }
    roads(view, y, above, canvas);
}
