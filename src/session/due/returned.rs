//! A vault that was returned to a copy, until everything in it was made new.

use super::{Due, Goes};
use crate::session::view::View;
use crate::text::{say, tr};

/// The ceremony that follows a return.
const FOLLOWS: &str = "vault-recovery";

/// First of all, until a rotation: envelopes and words that the lost vault knew open this one too. While a run of that
/// ceremony stands open, its own line leads there.
pub(super) fn returned(view: &View) -> Option<Due> {
    let back = view.returned.as_ref()?;
    let under_way = |run: &&crate::session::Run| run.script == FOLLOWS && run.outcome.is_none();
    if view.by_recovery || view.runs.iter().any(|run| under_way(&run)) {
        return None;
    }
    Some(Due {
        kind: "returned",
        what: say!(
            "to copy {copy} on {day}: play {ceremony}, which makes all new",
            copy = back.copy,
            day = crate::custody::ledger::day(back.at.millis()),
            ceremony = FOLLOWS
        ),
        when: tr("now").into(),
        who: tr("everybody").into(),
        over: true,
        goes: Goes::Ceremony(FOLLOWS),
    })
}
