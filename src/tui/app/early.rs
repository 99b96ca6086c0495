//! Keys that came too early to be taken: nothing happens by them, and whoever pressed them is told so.

use crate::text::tr;
use crate::tui::app::State;
use crate::tui::chord;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::Msg;
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
        Early::Busy => {
            tr("What was typed while the machine was at work was not taken. Type it now.")
        }
    };
    if state.notice.is_none() {
        state.notice = Some((Role::Note, words.to_owned()));
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
