//! Exchange before anything was exchanged: what comes here, and what brings it.

use crate::session::op;
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::screens::places::nobody_yet;
use crate::tui::theme::Role;
use crate::tui::world::World;

/// What an empty list teaches: what will stand here, and where each of it comes from.
pub(super) fn draw(world: &World, canvas: &mut Canvas<'_>) {
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
    let practice = nobody_yet(world).map(|words| (tr("practice"), words));
    let told = [
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
    ];
    for (label, words) in told.into_iter().chain(practice) {
        canvas.put(2, y, Role::Muted, label);
        let beside = room.saturating_sub(15);
        y = y.saturating_add(canvas.paragraph(17, y, beside, Role::Text, words));
    }
}
