//! What comes after an act where people have to know more than that it is done.

use crate::session::PendingView;
use crate::session::op_suspect::SUSPECT;
use crate::text::tr;

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
