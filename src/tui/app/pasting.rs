//! Text that is pasted: into a field, or read as if it were the file that is asked for there.

use super::{State, early, exposed, react};
use crate::session::asked::no_paste;
use crate::session::pasted::{self, Given};
use crate::tui::message::{Effect, Order};
use crate::tui::screen::{Reaction, Wants};
use crate::tui::theme::Role;

pub(super) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(screen) = state.top() else {
        return Vec::new();
    };
    if screen.secret() {
        state.notice = Some((Role::Note, no_paste().into()));
        return Vec::new();
    }
    if !screen.typing() || state.world.busy.is_some() {
        early::pasted_nowhere(state);
        return Vec::new();
    }
    let file = screen
        .wants()
        .is_some_and(|(wants, _)| wants == Wants::File);
    if file && screen.takes_content() {
        match pasted::given(text) {
            Given::Path => {}
            Given::Refused(why) => {
                state.notice = Some((Role::Note, why.into()));
                return Vec::new();
            }
            Given::Content(bytes) => {
                if let Some((screen, _)) = state.top_mut() {
                    screen.picked(&pasted::name(&bytes));
                }
                return react(state, Reaction::order(Order::Pasted(bytes)));
            }
        }
    }
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    let reaction = match state.top_mut() {
        Some((screen, world)) => exposed::pasted(screen, &clean, world),
        None => Reaction::none(),
    };
    react(state, reaction)
}

#[cfg(test)]
mod tests {
    use crate::session::op_exchange::IMPORT_TR31;
    use crate::tui::message::Msg;
    use crate::tui::room::{Room, practice_session};
    use crate::tui::screens::act::Act;
    use crate::tui::screens::home::Home;

    const SAMPLE: &str = "ceremonies/samples/get-parameters-for-import-rsa2048.json";

    fn paste(room: &mut Room, text: &str) {
        room.state.mark_drawn();
        room.message(Msg::Paste(zeroize::Zeroizing::new(text.to_owned())));
    }

    /// A root is read from what was pasted, with the line ends that a terminal sends.
    #[test]
    fn a_receivers_file_may_be_pasted_as_text() {
        let text = std::fs::read_to_string(SAMPLE).unwrap();
        let mut room = Room::new(Home::new(), practice_session(true));
        room.press("i<Enter>");
        paste(&mut room, &text.replace('\n', "\r"));
        room.shows(&["pasted text, "]);
        room.press("<Enter>");
        room.shows(&["fetch the fingerprint elsewhere"]);
        let text = room.text();
        assert!(
            !text.contains("no such file") && !text.contains("STOP"),
            "{text}"
        );
        // A path that is pasted is a path.
        room.press("<Esc><C-u>");
        paste(&mut room, "/media/ana/BLUE/p.json");
        room.shows(&["/media/ana/BLUE/p.json"]);
    }

    /// A key block is one line as a path is, and no private key is taken as a file.
    #[test]
    fn a_key_block_is_no_path_and_a_private_key_is_never_pasted() {
        let block = format!("D0112P0AE00E0000{}", "B82679114F470F54".repeat(6));
        let mut room = Room::new(Home::new(), practice_session(true));
        let act = Act::of(&IMPORT_TR31, None, &room.state.world);
        room.state.stack.push(Box::new(act));
        paste(&mut room, &block);
        room.shows(&["pasted text, 112 bytes, "]);
        let text = room.text();
        assert_eq!(text.matches("pasted text, ").count(), 1, "{text}");
        room.press("<C-u>");
        let label = "PRIVATE KEY";
        paste(
            &mut room,
            &format!("-----BEGIN {label}-----\rMC4CAQ==\r-----END {label}-----"),
        );
        room.shows(&["is never pasted"]);
        assert!(!room.text().contains("MC4C"));
    }
}
