//! The lock over all screens, and putting keymoot aside, which locks first.

use crate::text::tr;
use crate::tui::app::State;
use crate::tui::app::reach::HOME;
use crate::tui::lock::{Locked, Why};
use crate::tui::message::{Effect, Order};
use crate::tui::screen::Screen;
use crate::tui::theme::Role;

/// Hides everything and wipes what was typed; the desk wipes what it holds.
pub(super) fn lock(state: &mut State, why: Why) -> Vec<Effect> {
    if state.lock.is_some() {
        return Vec::new();
    }
    state.notice = None;
    state.told = None;
    state.pinged = None;
    let world = &state.world;
    let wipes = state
        .stack
        .iter_mut()
        .filter_map(|screen| screen.wipe(world));
    let mut orders: Vec<Order> = wipes.collect();
    if world.view.is_some() {
        orders.push(Order::Lock);
    }
    state.lock = Some(Locked::new(why, world));
    state.turned = state.turned.wrapping_add(1);
    orders.into_iter().map(Effect::Desk).collect()
}

/// Ctrl-Z: locks and wipes, then the process stops; refused while a secret is typed. Where no shell could let it go on it
/// only locks.
pub(super) fn suspend(state: &mut State) -> Vec<Effect> {
    if state.lock.is_none() && state.top().is_some_and(Screen::secret) {
        state.notice = Some((
            Role::Note,
            tr("Not now: a secret is being typed, and the next thing typed might land in the shell. Enter or Esc first.")
                .into(),
        ));
        return Vec::new();
    }
    if !state.world.shell {
        // Stopped, it would hold terminal and vault with nobody above who could let it go on.
        return lock(state, Why::NoShell);
    }
    let mut effects = match &mut state.lock {
        Some(locked) => {
            locked.wipe(&state.world);
            Vec::new()
        }
        None => lock(state, Why::Suspended),
    };
    let wipes = effects
        .iter()
        .any(|e| matches!(e, Effect::Desk(Order::Lock)));
    if wipes {
        // First the desk wipes, then everything stops.
        state.stops = true;
    } else {
        effects.push(Effect::Suspend);
    }
    effects
}

/// Takes away what lies on Home; its place in the stack.
pub(super) fn home_again(state: &mut State) -> Option<usize> {
    let at = state
        .stack
        .iter()
        .position(|screen| screen.name() == HOME)?;
    state.stack.truncate(at.saturating_add(1));
    state.turned = state.turned.wrapping_add(1);
    Some(at)
}
