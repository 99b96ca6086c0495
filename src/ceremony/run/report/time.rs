//! How long people were at a run: from its beginning to its end, without the waits that the script asks for, without the
//! time that it let pass, and without
//! the time that the vault was closed.

use super::super::super::ops;
use super::super::drive::LET_PASS;
use super::Material;
use crate::api::Timestamp;
use crate::session::Profile;

/// Used time in milliseconds; nothing while the run stands open, and nothing of a rehearsal, whose clock stands still.
pub(super) fn used(from: &Material<'_>) -> Option<i64> {
    if from.view.profile == Profile::Rehearsal {
        return None;
    }
    let (began, ended) = (from.run.started.millis(), from.run.ended?.millis());
    let waits = from
        .pairs()
        .filter(|(step, _)| step.op.name == ops::WAIT.name)
        .filter_map(|(_, record)| Some((record.began?.millis(), record.ended?.millis())));
    let passed = from.pairs().filter_map(|(_, record)| {
        let (from, to) = record.notes.get(LET_PASS)?.split_once(" to ")?;
        let millis = |text| Some(Timestamp::parse_rfc3339(text).ok()?.millis());
        Some((millis(from)?, millis(to)?))
    });
    let closed = from.shown.closed(from.run);
    let mut idle: Vec<(i64, i64)> = waits.chain(passed).chain(closed).collect();
    idle.sort_unstable();
    let mut used = 0;
    let mut at = began;
    for (from, to) in idle {
        used += (from.min(ended) - at).max(0);
        at = at.max(to);
    }
    Some(used + (ended - at).max(0))
}
