//! What comes after an act where people have to know more than that it is done.

use crate::session::PendingView;
use crate::session::op_suspect::SUSPECT;
use crate::text::{say, tr};
use crate::tui::world::World;

/// What somebody needs who has found a copy: that decides where it is kept.
pub(super) fn what_opens_it(world: &World) -> String {
    let Some(view) = &world.view else {
        return String::new();
    };
    let mut custodians = view.people.iter().filter(|p| p.role == "custodian");
    if custodians.all(|person| person.medium.is_some()) {
        return tr("It holds no share: without its custodians' envelopes nobody opens it.").into();
    }
    say!(
        "The envelopes lie in the vault's folder, and so in this copy: the words of {k} custodians open it. Keep it as you keep the vault.",
        k = view.k
    )
}

/// What is done with the medium of a copy; a bag is spoken of as one that has a serial only where one was named.
pub(super) fn seals(pending: &PendingView) -> &'static str {
    if pending.exact.contains("\"bag\": null") {
        tr(
            "Take the medium out, label it, and keep it apart from the vault, best in a sealed bag whose serial stands in the minutes.",
        )
    } else {
        tr(
            "Take the medium out, label it, seal it in its bag, and write the bag's serial into the minutes. Keep it apart from the vault.",
        )
    }
}

/// What is left to do about a key that was just marked as suspect.
pub(super) fn of_suspicion(pending: &PendingView) -> Vec<String> {
    // The act to the letter says it: its words are another language's business.
    if pending.name != SUSPECT.name || !pending.exact.contains("\"suspect\": true") {
        return Vec::new();
    }
    vec![
        tr("Tell everybody who holds it, and whoever sent it: nobody uses it. Its page (v) lists who that is.").into(),
        tr("Then replace it and what stands under it, and delete it (D on its page); or clear it at Custodians once it was looked into and is sound.").into(),
    ]
}
