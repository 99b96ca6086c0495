//! The mouse: works, and is never needed.

use super::{State, say};
use crate::tui::keys::Verb;
use crate::tui::message::Effect;

/// The mouse moves the cursor of a list as its keys would.
pub(super) fn moved(state: &mut State, rows: isize) -> Vec<Effect> {
    /// More rows than a screen has.
    const MOST: usize = 300;
    let verb = if rows < 0 { Verb::Up } else { Verb::Down };
    let moves = state
        .offers()
        .iter()
        .any(|o| o.verb == verb && o.off.is_none());
    let asked = state.drawn.is_some_and(|drawn| drawn != state.question());
    if !moves || asked || state.world.busy.is_some() {
        return Vec::new();
    }
    state.notice = None;
    let count = rows.unsigned_abs().min(MOST);
    (0..count).flat_map(|_| say(state, verb)).collect()
}
