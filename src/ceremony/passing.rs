//! Time that a script lets pass where people practise: in a vault that stays it passes for every key of it, and nobody signed
//! for what ends meanwhile.

use crate::api::{KeyState, Timestamp};
use crate::session::due::span;
use crate::session::{Profile, View};
use crate::text::say;

use super::Script;

impl Script {
    /// How much time its steps let pass at most from this moment on where they are practised, in milliseconds; none in
    /// production. Steps that wait pass by the vault's own clock there; what the script adds before a step, only where
    /// keymoot plays the other sides.
    pub fn lets_pass(&self, profile: Profile, now: Timestamp, real_others: bool) -> i64 {
        if profile == Profile::Production {
            return 0;
        }
        let advances = &self.model.rehearsal.advances;
        let end = self.model.steps.iter().fold(now, |at, step| {
            let added = advances.get(&step.id).filter(|_| !real_others);
            let at = at.plus_millis(added.copied().unwrap_or(0));
            step.waits().map_or(at, |waits| waits.over(at).max(at))
        });
        end.millis().saturating_sub(now.millis())
    }

    /// Why it may not be practised in a test vault now: keys whose deletion was signed for another day would be destroyed
    /// in the time that it lets pass.
    pub fn would_destroy(&self, view: &View, real_others: bool) -> Option<String> {
        let passes = self.lets_pass(view.profile, view.now, real_others);
        if view.profile != Profile::Test || passes == 0 {
            return None;
        }
        let until = view.now.plus_millis(passes);
        let mut ends = view.keys.iter().filter(|row| {
            row.key.key_state == KeyState::DELETE_PENDING
                && row
                    .key
                    .delete_pending_timestamp
                    .is_some_and(|at| at <= until)
        });
        let first = ends.next()?.label.clone();
        let others = ends.count();
        let keys = match others {
            0 => first,
            more => say!("{first} and {more} more", first, more),
        };
        Some(say!(
            "its steps let {time} pass, for every key here: {keys} would be destroyed meanwhile. Take that deletion back, wait until it is over, or rehearse the script instead",
            time = span(passes),
            keys
        ))
    }
}
