//! The clock of a test vault, which a script's steps may move ahead of the machine's.

use crate::session::due::span;
use crate::session::{Profile, Session};

use super::super::streams;

/// By how much a vault's clock runs ahead of the machine's, in milliseconds.
pub(super) fn ahead(session: &Session) -> i64 {
    session
        .now()
        .millis()
        .saturating_sub(session.wall_time().millis())
}

/// Says where steps of the script moved a test vault's clock, which does not go back.
pub(super) fn moved(session: &Session, before: i64) {
    const MINUTE: i64 = 60_000;
    let now = ahead(session);
    if session.profile() == Profile::Test && now.saturating_sub(before) > MINUTE {
        streams::note(&format!(
            "keymoot: steps of this script let time pass: the clock of this test vault runs {} ahead of the machine's \
             from now on, and does not go back.",
            span(now)
        ));
    }
}
