//! The clock goes on: who is away too long is locked out, and asked before that.

use super::{State, Why, lock};
use crate::api::Timestamp;
use crate::tui::message::Effect;

/// The clock went on.
pub(super) fn tick(state: &mut State, wall: Timestamp, after: i64) -> Vec<Effect> {
    state.world.wall = wall;
    if wall.millis().saturating_sub(state.touched) >= after {
        return lock(state, Why::Idle(after));
    }
    if wall.millis() >= state.ping_at() {
        state.ping();
    }
    if let Some((screen, _)) = state.top_mut() {
        screen.tick(wall.millis());
    }
    Vec::new()
}
