//! What stands around the list of what was exchanged: its counts, its columns, and what an empty one teaches.

use crate::session::{View, op};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::theme::Role;
use crate::tui::widgets::list::Column;

/// `2 sent, 1 without receipt · 1 given out · 1 root`
pub(super) fn counts(view: &View) -> String {
    let standing = |state: &str| view.exports.iter().filter(|e| e.state == state).count();
    let open = standing("sent");
    if let differ @ 1.. = standing("DIFFERS") {
        return say!(
            "{sent} sent, {differ} DIFFERS, {open} without receipt · {given} given out",
            sent = view.exports.len(),
            differ,
            open,
            given = view.tokens.len().saturating_add(view.given.len())
        );
    }
    say!(
        "{sent} sent, {open} without receipt · {given} given out · {roots} trusted",
        sent = view.exports.len(),
        open,
        given = view.tokens.len().saturating_add(view.given.len()),
        roots = view.counterparties.len()
    )
}

pub(super) fn columns(width: u16) -> [Column; 5] {
    let column = |title, width| Column {
        title,
        width,
        right: false,
    };
    // The others take 42 with their gaps; what is said last takes 16, or what names leave it.
    let rest = width.saturating_sub(43);
    let of = rest.saturating_sub(16).clamp(14, 48);
    [
        column("WHAT", 12),
        column("OF", of),
        column("SINCE", 10),
        column("STATE", 9),
        column("WITH, OR UNTIL", rest.saturating_sub(of).max(16)),
    ]
}

/// What an empty list teaches: what will stand here, and where each of it comes from.
pub(super) fn empty(canvas: &mut Canvas<'_>) {
    let room = canvas.width().saturating_sub(4);
    let mut y = canvas
        .paragraph(
            2,
            1,
            room,
            Role::Title,
            tr("Nothing was exchanged with anybody yet."),
        )
        .saturating_add(2);
    let title = |name: &str| op::named(name).map_or("", |op| tr(op.title));
    let tokens = say!(
        "i, \"{to_wrap}\": others send us a key under it. x, \"{to_check}\": others check with it what we sign by TR-34.",
        to_wrap = title(op::named_parameters(true)),
        to_check = title(op::named_parameters(false))
    );
    let roots = say!(
        "i, \"{root}\": says whose certificates are believed here. A second person compares its fingerprint.",
        root = tr(op::IMPORT_ROOT.title)
    );
    for (label, words) in [
        (
            tr("keys sent"),
            tr(
                "x wraps a key for a receiver. Ask for the output of `aws payment-cryptography get-parameters-for-import` first: its certificate and token are what the key is wrapped for. The receipt is read here.",
            ),
        ),
        (tr("tokens"), tokens.as_str()),
        (
            tr("certificates"),
            tr("x: a key pair's own certificate, or a request for one to an authority."),
        ),
        (tr("trusted roots"), roots.as_str()),
    ] {
        canvas.put(2, y, Role::Muted, label);
        let beside = room.saturating_sub(15);
        y = y.saturating_add(canvas.paragraph(17, y, beside, Role::Text, words));
    }
}
