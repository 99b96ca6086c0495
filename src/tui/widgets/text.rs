//! One line of text that is no secret.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::session::field::reads_like_words;
use crate::text::tr;
use crate::tui::canvas::{Canvas, cells};
use crate::tui::theme::Role;

/// Where nothing is typed yet, so that everybody sees where it goes.
pub(crate) const BLANK: &str = "________________________";

/// Said in the place of words that open something.
const ASTRAY: &str = "a passphrase? wiped; whoever saw it knows it. Backspace";

/// Said beside a text whose place the first letter typed takes.
const REPLACED: &str = "(typing replaces it)";

/// The same below it, where there is no room beside it.
pub(crate) const REPLACED_BELOW: &str = "Typing replaces what stands here.";

/// The longest line it takes, in characters.
const LONGEST: usize = 4096;

/// A line with a cursor.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextField {
    input: Input,
    /// The text is a proposal: the first letter typed takes its place.
    proposed: bool,
    /// It is what somebody typed, and was refused with something else.
    kept: bool,
    /// Words that open something were typed here, and wiped.
    astray: bool,
}

impl TextField {
    /// A field with a text in it.
    pub(crate) fn with(text: &str) -> Self {
        Self {
            input: Input::new(text.to_owned()),
            proposed: false,
            kept: false,
            astray: false,
        }
    }

    /// A field with a proposal in it: whoever types something else need not take it away first. Moving the cursor or
    /// taking a letter away makes it the person's own text.
    pub(crate) fn proposing(text: &str) -> Self {
        Self {
            proposed: true,
            ..Self::with(text)
        }
    }

    /// What stands here was refused: the first letter typed takes its place, as a proposal's.
    pub(crate) fn refused(&mut self) {
        self.kept = self.is_kept();
        self.proposed = true;
    }

    /// Whether what stands here is somebody's own, refused or not: nothing else takes its place but what they type.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_own() || (self.kept && !self.value().is_empty())
    }

    /// Whether somebody typed what stands here.
    pub(crate) fn is_own(&self) -> bool {
        !self.proposed && !self.value().is_empty()
    }

    /// What was typed.
    pub(crate) fn value(&self) -> &str {
        self.input.value()
    }

    /// Takes a key.
    pub(crate) fn key(&mut self, key: &KeyEvent) {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let proposed = std::mem::take(&mut self.proposed);
        self.kept = false;
        // Ctrl-K cuts from the cursor on; what was only proposed goes as a whole.
        let cut = control && key.code == KeyCode::Char('k');
        if proposed && matches!(key.code, KeyCode::Char(_)) && (cut || !control) {
            self.input = Input::default();
        }
        let request = match key.code {
            KeyCode::Char('u') if control => InputRequest::DeleteLine,
            KeyCode::Char('k') if control => InputRequest::DeleteTillEnd,
            KeyCode::Char('w') if control => InputRequest::DeletePrevWord,
            KeyCode::Char('a') if control => InputRequest::GoToStart,
            KeyCode::Char('e') if control => InputRequest::GoToEnd,
            KeyCode::Char(c) if !control && self.value().chars().count() < LONGEST => {
                InputRequest::InsertChar(c)
            }
            KeyCode::Backspace => InputRequest::DeletePrevChar,
            KeyCode::Delete => InputRequest::DeleteNextChar,
            KeyCode::Left => InputRequest::GoToPrevChar,
            KeyCode::Right => InputRequest::GoToNextChar,
            KeyCode::Home => InputRequest::GoToStart,
            KeyCode::End => InputRequest::GoToEnd,
            _ => return,
        };
        self.input.handle(request);
    }

    /// Takes a key where a path is typed: words that open something are wiped, and what is typed on is not taken, until a key
    /// that clears says that it is over.
    pub(crate) fn path_key(&mut self, key: &KeyEvent) {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let letter = matches!(key.code, KeyCode::Char(_)) && !control;
        if self.astray && letter {
            return;
        }
        self.key(key);
        self.astray = false;
        self.wipe_words();
    }

    /// Inserts pasted text as a path.
    pub(crate) fn insert_path(&mut self, text: &str) {
        self.astray = false;
        self.insert(text);
        self.wipe_words();
    }

    fn wipe_words(&mut self) {
        let begun = self.value().ends_with(char::is_whitespace);
        if reads_like_words(self.value(), begun) {
            self.input = Input::default();
            self.astray = true;
        }
    }

    /// Inserts pasted text at the cursor.
    pub(crate) fn insert(&mut self, text: &str) {
        if std::mem::take(&mut self.proposed) {
            self.input = Input::default();
        }
        let room = LONGEST.saturating_sub(self.value().chars().count());
        for c in text.chars().filter(|c| !c.is_control()).take(room) {
            self.input.handle(InputRequest::InsertChar(c));
        }
    }

    /// Replaces the text.
    pub(crate) fn set(&mut self, text: &str) {
        *self = Self::with(text);
    }

    /// Whether typing replaces what stands here and there is no room beside it to say so: what Enter keeps is read whole.
    pub(crate) fn replaces_unsaid(&self, room: u16) -> bool {
        let words = cells(tr(REPLACED).width()).saturating_add(2);
        let drawn = cells(self.value().width());
        let fits = drawn.saturating_add(words) <= room;
        self.proposed && !self.value().is_empty() && !fits
    }

    /// Draws the line, scrolled so that the cursor is in sight; `◄` in front says that it begins further left: two dots
    /// would read as the folder above.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, x: u16, y: u16, room: u16, focused: bool) {
        self.draw_as(canvas, (x, y, room), focused, None);
    }

    /// The same with a dot for each letter, as long as nobody knows whether it is a secret.
    pub(crate) fn draw_dots(&self, canvas: &mut Canvas<'_>, at: (u16, u16, u16), focused: bool) {
        self.draw_as(canvas, at, focused, Some('•'));
    }

    fn draw_as(
        &self,
        canvas: &mut Canvas<'_>,
        (x, y, room): (u16, u16, u16),
        focused: bool,
        dot: Option<char>,
    ) {
        if self.astray {
            canvas.put_cut(x, y, room, Role::Stop, tr(ASTRAY));
            return;
        }
        let inside = usize::from(room.saturating_sub(1));
        // What was refused is compared with its source from its first letter on; typing takes its place anyhow.
        let from_first = self.proposed && self.kept;
        let scroll = if from_first {
            0
        } else {
            self.input.visual_scroll(inside)
        };
        let (mark, cut) = if scroll > 0 {
            ("◄ ", scroll + 2)
        } else {
            ("", 0)
        };
        let mut skipped = 0;
        let seen: String = self
            .value()
            .chars()
            .skip_while(|c| {
                let skip = skipped < cut;
                if skip {
                    skipped += c.width().unwrap_or(0);
                }
                skip
            })
            .map(|c| dot.unwrap_or(c))
            .collect();
        let role = if focused { Role::Focus } else { Role::Text };
        let drawn = format!("{mark}{seen}");
        canvas.put_cut(x, y, room, role, &drawn);
        if focused && self.proposed && !drawn.is_empty() && !self.replaces_unsaid(room) {
            // Elsewhere typing goes on behind what stands there: where it does not, that is said beside it.
            let beside = cells(drawn.width()).saturating_add(2);
            canvas.put(x.saturating_add(beside), y, Role::Muted, tr(REPLACED));
        }
        if focused {
            let at = if from_first {
                0
            } else {
                self.input.visual_cursor().saturating_sub(scroll)
            };
            canvas.set_cursor(x.saturating_add(cells(at)), y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::snapshot;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    /// Seven words were drawn in a path's field, and once more in the refusal that named no such file.
    #[test]
    fn words_that_open_something_are_no_path() {
        let mut field = TextField::proposing("receipt.json");
        for c in "dynamite stem finisher gulp hammock container petal".chars() {
            field.path_key(&KeyEvent::from(KeyCode::Char(c)));
        }
        assert!(field.value().is_empty() && field.astray);
        field.path_key(&KeyEvent::from(KeyCode::Backspace));
        for c in "/media/second copy".chars() {
            field.path_key(&KeyEvent::from(KeyCode::Char(c)));
        }
        assert_eq!(field.value(), "/media/second copy");
        field.insert_path(" dynamite stem finisher gulp hammock");
        assert!(!field.astray, "a path with blanks is a path");
        field.set("");
        field.insert_path("dynamite stem finisher gulp hammock");
        assert!(field.value().is_empty() && field.astray);
    }

    #[test]
    fn a_proposal_is_cleared_by_the_keys_that_clear_a_line() {
        let pressed = |field: TextField, c: char| {
            let mut field = field;
            field.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
            field.value().to_owned()
        };
        for c in ['u', 'k'] {
            assert_eq!(pressed(TextField::proposing("/media/new.vault"), c), "");
        }
        // In somebody's own text Ctrl-K cuts from the cursor on.
        let mut own = TextField::with("acme.vault");
        own.key(&KeyEvent::new(KeyCode::Home, KeyModifiers::NONE));
        for _ in 0..4 {
            own.key(&KeyEvent::new(KeyCode::Right, KeyModifiers::NONE));
        }
        assert_eq!(pressed(own, 'k'), "acme");
    }

    /// `◄ mport.json  (typing replaces it)`: the words ate the name that Enter keeps.
    #[test]
    fn a_value_that_is_offered_stands_whole_wherever_it_has_room() {
        let drawn = |text: &str, room: u16| {
            let look = snapshot::appearance();
            let mut buffer = Buffer::empty(Rect::new(0, 0, room, 1));
            let mut canvas = Canvas::new(&mut buffer, &look);
            let field = TextField::proposing(text);
            field.draw(&mut canvas, 0, 0, room, true);
            let text = snapshot::text(&buffer).trim_end().to_owned();
            (text, field.replaces_unsaid(room))
        };
        let name = "get-parameters-for-import.json";
        for room in 32..52 {
            assert_eq!(drawn(name, room), (name.to_owned(), true), "{room}");
        }
        let (beside, unsaid) = drawn(name, 52);
        assert!(
            !unsaid && beside.ends_with(".json  (typing replaces it)"),
            "{beside}"
        );
    }

    /// Of a fingerprint that was refused only its tail was seen, and what was typed could not be compared with the paper.
    #[test]
    fn what_was_refused_is_read_from_its_beginning() {
        let drawn = |field: &TextField| {
            let look = snapshot::appearance();
            let mut buffer = Buffer::empty(Rect::new(0, 0, 50, 1));
            let mut canvas = Canvas::new(&mut buffer, &look);
            field.draw(&mut canvas, 0, 0, 50, true);
            snapshot::text(&buffer).trim_end().to_owned()
        };
        let mut field = TextField::with(&"AB:CD:EF:01:".repeat(8));
        field.refused();
        assert!(
            drawn(&field).starts_with("AB:CD:EF:01"),
            "{}",
            drawn(&field)
        );
        // Whoever mends it by hand goes on at its end.
        field.key(&KeyEvent::from(KeyCode::Backspace));
        assert!(drawn(&field).starts_with("◄ "), "{}", drawn(&field));
        assert!(drawn(&field).ends_with(":01"), "{}", drawn(&field));
    }

    #[test]
    fn a_long_text_shows_its_end_and_says_that_it_begins_further_left() {
        let drawn = |text: &str| {
            let look = snapshot::appearance();
            let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
            let mut canvas = Canvas::new(&mut buffer, &look);
            TextField::with(text).draw(&mut canvas, 0, 0, 12, true);
            snapshot::text(&buffer).trim_end().to_owned()
        };
        assert_eq!(drawn("short.json"), "short.json");
        let long = drawn("/media/stick/token.json");
        assert!(
            long.starts_with("◄ ") && long.ends_with("ken.json"),
            "{long}"
        );
    }
}
