//! Keys that came too early to be taken: nothing happens by them, and whoever pressed them is told so.

use crate::text::{say, tr};
use crate::tui::app::State;
use crate::tui::chord;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::Msg;
use crate::tui::screen::Screen;
use crate::tui::theme::Role;

/// Why a key was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Early {
    /// It was pressed before the question on screen was drawn, and never answers it.
    Undrawn,
    /// The desk is at work.
    Busy,
}

/// Says that a key was not taken, unless something else is being said.
pub(super) fn untaken(state: &mut State, why: Early) {
    let words = match why {
        Early::Undrawn => {
            tr("A key came before this page was there, and was not taken. Look at the page first.")
        }
        Early::Busy => while_busy(),
    };
    if state.notice.is_none() {
        state.notice = Some((Role::Note, words.to_owned()));
    }
}

fn while_busy() -> &'static str {
    tr("What was typed while the machine was at work was not taken. Type it now.")
}

/// What was pasted where no field takes it: nothing of it is taken for a key.
pub(super) fn pasted_nowhere(state: &mut State) {
    if state.world.busy.is_some() {
        untaken(state, Early::Busy);
    } else if state.lock.is_none() {
        let words = tr("That was pasted where no field takes it: nothing happened by it.");
        state.notice = Some((Role::Note, words.to_owned()));
    }
}

/// Why a key does nothing on this page.
pub(super) fn off_here(reason: &str) -> String {
    say!("off here: {reason}", reason)
}

/// Another page came by itself: why a key did nothing on the one before is not said on it, nor that something is to be typed
/// where nothing is.
pub(super) fn passed(state: &mut State, before: (u64, u64)) {
    let typing = state.top().is_some_and(Screen::typing);
    let past = |(_, said): &(Role, String)| {
        said.starts_with(&off_here("")) || (!typing && said == while_busy())
    };
    if state.question() != before && state.notice.as_ref().is_some_and(past) {
        state.notice = None;
    }
}

/// Whether it is the key that asks to leave, the only one that is taken where no page is shown.
pub(super) fn leaves(msg: &Msg) -> bool {
    let Msg::Key(key) = msg else { return false };
    let offers = [Offer::plain(Verb::Leave)];
    keys::meant(&chord::modern(**key), &offers, true).is_some()
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use crate::tui::app::update;
    use crate::tui::message::Msg;
    use crate::tui::screens::settings::Settings;
    use crate::tui::snapshot;
    use crate::tui::theme::Role;

    use super::{off_here, passed};

    #[test]
    fn a_key_before_its_page_is_there_is_not_taken_and_says_so() {
        let look = crate::tui::look::Look::default();
        let mut state = snapshot::state(Settings::new(&look));
        let key = |code, modifiers| Msg::Key(Box::new(KeyEvent::new(code, modifiers)));
        state.mark_drawn();
        update(&mut state, key(KeyCode::Char('c'), KeyModifiers::CONTROL));
        assert_eq!(state.top().unwrap().name(), "Leave");
        // Typed ahead, before anybody saw what is asked.
        update(&mut state, key(KeyCode::Enter, KeyModifiers::NONE));
        assert_eq!(state.top().unwrap().name(), "Leave");
        assert!(state.notice().unwrap().1.contains("was not taken"));
        state.mark_drawn();
        update(&mut state, key(KeyCode::Enter, KeyModifiers::NONE));
        assert_eq!(state.top().unwrap().name(), "Settings");
        assert!(state.notice().is_none());
    }

    #[test]
    fn why_a_key_was_off_is_not_said_on_the_page_that_came_by_itself() {
        let look = crate::tui::look::Look::default();
        let mut state = snapshot::state(Settings::new(&look));
        let off = Some((Role::Note, off_here("the vault is being made")));
        state.notice.clone_from(&off);
        let now = state.question();
        passed(&mut state, now);
        assert_eq!(state.notice, off);
        passed(&mut state, (now.0, now.1.wrapping_add(1)));
        assert_eq!(state.notice, None);
    }

    /// The page of what was done asked for nothing, and said "Type it now".
    #[test]
    fn what_was_not_taken_is_not_asked_for_again_where_nothing_is_typed() {
        let look = crate::tui::look::Look::default();
        let busy = Some((Role::Note, super::while_busy().to_owned()));
        let mut state = snapshot::state(Settings::new(&look));
        state.notice.clone_from(&busy);
        let now = state.question();
        passed(&mut state, (now.0, now.1.wrapping_add(1)));
        assert_eq!(state.notice, None);
        let mut state = snapshot::state(crate::tui::screens::root::ImportRoot::new());
        state.notice.clone_from(&busy);
        let now = state.question();
        passed(&mut state, (now.0, now.1.wrapping_add(1)));
        assert_eq!(state.notice, busy, "a field is there for it");
    }

    #[test]
    fn what_is_pasted_at_no_field_does_nothing_and_says_so() {
        let look = crate::tui::look::Look::default();
        let mut state = snapshot::state(Settings::new(&look));
        let effects = update(&mut state, Msg::Paste("xyp\r".to_owned().into()));
        assert!(effects.is_empty());
        assert_eq!(state.top().unwrap().name(), "Settings");
        assert!(state.notice().unwrap().1.contains("pasted where no field"));
    }

    #[test]
    fn while_the_page_is_not_shown_nothing_is_taken_but_the_way_out() {
        let look = crate::tui::look::Look::default();
        let mut state = snapshot::state(Settings::new(&look));
        let before = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        update(&mut state, Msg::Resize(20, 5));
        for key in ["<Down>", "<Enter>", "x", "<Esc>", "<F1>", ":"] {
            snapshot::press(&mut state, key);
            assert_eq!(state.top().unwrap().name(), "Settings", "{key}");
        }
        update(&mut state, Msg::Paste("pasted".to_owned().into()));
        update(&mut state, Msg::Moved(1));
        update(&mut state, Msg::Resize(80, 24));
        let after = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        assert_eq!(before, after);
        update(&mut state, Msg::Resize(20, 5));
        snapshot::press(&mut state, "<C-c>");
        assert_eq!(state.top().unwrap().name(), "Leave");
        // There too only the way out is taken.
        snapshot::press(&mut state, "y<Enter>");
        assert_eq!(state.top().unwrap().name(), "Leave");
    }
}
