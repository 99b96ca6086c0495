//! A line that is never drawn: fixed capacity, wiped when dropped, no copy, no undo, no paste.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use zeroize::Zeroize;

use crate::crypto::SecretBytes;
use crate::text::say;
use crate::tui::canvas::Canvas;
use crate::tui::theme::Role;

/// The longest passphrase it takes, in bytes of UTF-8.
pub(crate) const CAPACITY: usize = 256;

/// A secret being typed. It has no `Debug`, `Clone` or `Display`, and its buffer never moves or grows.
pub(crate) struct MaskedField {
    bytes: Box<[u8; CAPACITY]>,
    length: usize,
    typed: usize,
    /// How many characters the secret had that was just handed over: its dots stay until something else happens.
    gone: usize,
}

impl MaskedField {
    /// An empty field.
    pub(crate) fn new() -> Self {
        Self {
            bytes: Box::new([0; CAPACITY]),
            length: 0,
            typed: 0,
            gone: 0,
        }
    }

    /// How many characters were typed.
    #[cfg(test)]
    pub(crate) const fn typed(&self) -> usize {
        self.typed
    }

    /// Whether there is nothing to draw.
    pub(crate) const fn is_blank(&self) -> bool {
        self.typed == 0 && self.gone == 0
    }

    /// Whether nothing was typed.
    pub(crate) const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Adds a character; `false` when there is no room for it.
    pub(crate) fn push(&mut self, c: char) -> bool {
        let end = self.length.saturating_add(c.len_utf8());
        match self.bytes.get_mut(self.length..end) {
            Some(room) => {
                c.encode_utf8(room);
                self.length = end;
                self.typed = self.typed.saturating_add(1);
                true
            }
            None => false,
        }
    }

    /// Takes the last character away.
    fn pop(&mut self) {
        while self.length > 0 {
            self.length = self.length.saturating_sub(1);
            let Some(byte) = self.bytes.get_mut(self.length) else {
                return;
            };
            let first = (*byte & 0b1100_0000) != 0b1000_0000;
            byte.zeroize();
            if first {
                self.typed = self.typed.saturating_sub(1);
                return;
            }
        }
    }

    /// Wipes everything.
    pub(crate) fn clear(&mut self) {
        self.bytes.zeroize();
        self.length = 0;
        self.typed = 0;
        self.gone = 0;
    }

    /// Takes a key: letters, Backspace, Ctrl-U.
    pub(crate) fn key(&mut self, key: &KeyEvent) {
        self.gone = 0;
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('u') if control => self.clear(),
            KeyCode::Char(c) if !control => {
                self.push(c);
            }
            KeyCode::Backspace => self.pop(),
            _ => {}
        }
    }

    /// Fills in a practice answer: known to everybody, so no secret.
    pub(crate) fn fill(&mut self, practice: &str) {
        self.clear();
        for c in practice.chars() {
            self.push(c);
        }
    }

    /// Hands the secret over and wipes the field.
    pub(crate) fn take(&mut self) -> SecretBytes {
        let typed = self.typed;
        let secret = SecretBytes::new(self.bytes.get(..self.length).unwrap_or_default().to_vec());
        self.clear();
        self.gone = typed;
        secret
    }

    /// Draws one dot for each character, and how many there are: the characters themselves never reach a cell.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, x: u16, y: u16, room: u16, focused: bool) {
        let room = usize::from(room.saturating_sub(12));
        let shown = self.typed.max(self.gone);
        let dots = "•".repeat(shown.min(room));
        let end = canvas.put(x, y, Role::Masked, &dots);
        if focused {
            canvas.set_cursor(end, y);
        }
        if shown > 0 {
            let count = say!("{shown} typed", shown);
            canvas.put(end.saturating_add(2), y, Role::Muted, &count);
        }
    }
}

impl Drop for MaskedField {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_any_length_come_and_go() {
        let mut field = MaskedField::new();
        for c in "aé€😀".chars() {
            assert!(field.push(c));
        }
        assert_eq!((field.typed(), field.length), (4, 10));
        field.pop();
        field.pop();
        assert_eq!((field.typed(), field.length), (2, 3));
        assert!(field.bytes[3..].iter().all(|b| *b == 0));
        assert_eq!(field.take().expose(), "aé".as_bytes());
        assert!(field.is_empty() && field.bytes.iter().all(|b| *b == 0));
    }

    #[test]
    fn a_full_field_takes_no_more() {
        let mut field = MaskedField::new();
        for _ in 0..CAPACITY {
            assert!(field.push('x'));
        }
        assert!(!field.push('x'));
        assert_eq!(field.typed(), CAPACITY);
    }
}
