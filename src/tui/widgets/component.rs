//! A component being typed: dots in groups of four, how many digits are there, and where a second reading differs.
//! The digits themselves never reach a cell.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::crypto::SecretBytes;
use crate::tui::canvas::{Canvas, cells};
use crate::tui::theme::Role;

/// The longest component, in digits: AES-256.
const CAPACITY: usize = 64;
const GROUP: usize = 4;
/// Groups in a row, as slips print them.
const GROUPS: usize = 4;

/// Digits typed. It has no `Debug`, `Clone` or `Display`, and its buffer never moves or grows.
pub(crate) struct ComponentField {
    digits: Box<[u8; CAPACITY]>,
    length: usize,
    expected: usize,
    /// A practice answer, known to everybody.
    practice: Option<String>,
    /// Groups that differ from the first reading.
    differing: Vec<usize>,
}

impl ComponentField {
    /// An empty field for so many digits.
    pub(crate) fn new(expected: usize) -> Self {
        Self {
            digits: Box::new([0; CAPACITY]),
            length: 0,
            expected: expected.min(CAPACITY),
            practice: None,
            differing: Vec::new(),
        }
    }

    /// What is wrong with it as it stands, completing a sentence that begins with its label.
    pub(crate) fn fault(&self) -> Option<String> {
        if self.practice.is_some() {
            return None;
        }
        if let Some(group) = self.differing.first() {
            return Some(format!(
                "differs from the first reading in group {}",
                group + 1
            ));
        }
        (self.length != self.expected).then(|| {
            format!(
                "has {} of {} digits; group {} is next",
                self.length,
                self.expected,
                self.length / GROUP + 1
            )
        })
    }

    /// Whether nothing was typed.
    pub(crate) const fn is_empty(&self) -> bool {
        self.length == 0 && self.practice.is_none()
    }

    /// Wipes everything.
    pub(crate) fn clear(&mut self) {
        self.digits.zeroize();
        self.length = 0;
        self.practice = None;
        self.differing.clear();
    }

    /// Takes a key: 0-9, A-F, Backspace, Ctrl-U; everything else is passed over.
    pub(crate) fn key(&mut self, key: &KeyEvent) {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('u') if control => self.clear(),
            KeyCode::Char(c) if !control && c.is_ascii_hexdigit() => {
                self.practice = None;
                if self.length < self.expected
                    && let Some(place) = self.digits.get_mut(self.length)
                {
                    *place = (c as u8).to_ascii_uppercase();
                    self.length += 1;
                }
            }
            KeyCode::Backspace => {
                self.practice = None;
                self.length = self.length.saturating_sub(1);
                if let Some(place) = self.digits.get_mut(self.length) {
                    place.zeroize();
                }
            }
            _ => {}
        }
    }

    /// Compares with the first reading, group by group: whole groups only, and none while that is empty.
    pub(crate) fn compare(&mut self, first: &Self) {
        let own = self.digits.get(..self.length).unwrap_or_default();
        let other = first.digits.get(..first.length).unwrap_or_default();
        self.differing = own
            .chunks_exact(GROUP)
            .zip(other.chunks_exact(GROUP))
            .enumerate()
            .filter(|(_, (one, other))| !bool::from(one.ct_eq(other)))
            .map(|(group, _)| group)
            .collect();
    }

    /// Fills in a practice answer.
    pub(crate) fn fill(&mut self, practice: &str) {
        self.clear();
        self.practice = Some(practice.to_owned());
    }

    /// Hands the digits over and wipes the field.
    pub(crate) fn take(&mut self) -> SecretBytes {
        let secret = match &self.practice {
            Some(practice) => SecretBytes::from_slice(practice.as_bytes()),
            None => SecretBytes::from_slice(self.digits.get(..self.length).unwrap_or_default()),
        };
        self.clear();
        secret
    }

    /// Rows that it takes: its groups and the count while it is typed, else one.
    pub(crate) fn rows(&self, focused: bool) -> u16 {
        if !focused || self.practice.is_some() {
            return 1;
        }
        cells(self.expected.div_ceil(GROUP * GROUPS)).saturating_add(1)
    }

    /// Draws the groups and the count below them.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, x: u16, y: u16, focused: bool) {
        if self.practice.is_some() {
            canvas.put(x, y, Role::Note, "the practice answer");
            return;
        }
        if !focused {
            let (role, words) = self.standing();
            canvas.put(x, y, role, &words);
            return;
        }
        let groups = self.expected / GROUP;
        for group in 0..groups {
            let typed = self.length.saturating_sub(group * GROUP).min(GROUP);
            let differs = self.differing.contains(&group);
            let dot = if differs { "!" } else { "•" };
            let text = format!("{}{}", dot.repeat(typed), "_".repeat(GROUP - typed));
            let row = y.saturating_add(cells(group / GROUPS));
            let column = x.saturating_add(cells(group % GROUPS * (GROUP + 2)));
            let role = if differs { Role::Stop } else { Role::Masked };
            canvas.put(column, row, role, &text);
            let here = self.length.min(self.expected.saturating_sub(1)) / GROUP == group;
            if here {
                canvas.set_cursor(column.saturating_add(cells(typed.min(GROUP))), row);
            }
        }
        let below = y.saturating_add(self.rows(true).saturating_sub(1));
        let (role, words) = self.standing();
        canvas.put(x, below, role, &words);
    }

    /// How far it is, in words.
    fn standing(&self) -> (Role, String) {
        match self.differing.first() {
            Some(group) => (
                Role::Stop,
                format!("group {} DIFFERS from the first reading", group + 1),
            ),
            None => (
                Role::Muted,
                format!(
                    "{} of {} digits{}",
                    self.length,
                    self.expected,
                    self.parity()
                ),
            ),
        }
    }

    /// Parity of a TDES component, once it is whole; a component may have any.
    fn parity(&self) -> &'static str {
        // AES-128 and TDES-2KEY are as long as each other: parity is told for whatever has it, and means nothing else.
        let whole = self.length == self.expected && self.expected > 0;
        let own = self.digits.get(..self.length).unwrap_or_default();
        let odd = own.chunks_exact(2).all(|pair| {
            let bits: u32 = pair
                .iter()
                .filter_map(|d| (*d as char).to_digit(16))
                .map(u32::count_ones)
                .sum();
            bits % 2 == 1
        });
        match (whole, odd) {
            (true, true) => ", every byte of odd parity",
            (true, false) => ", all there",
            _ => "",
        }
    }
}

impl Drop for ComponentField {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> ComponentField {
        let mut field = ComponentField::new(16);
        for c in text.chars() {
            field.key(&KeyEvent::from(KeyCode::Char(c)));
        }
        field
    }

    #[test]
    fn only_hex_digits_count_and_no_more_than_there_are() {
        let mut field = typed("01 2g3456789abcdefFF");
        assert_eq!(field.fault(), None);
        assert_eq!(field.take().expose(), b"0123456789ABCDEF");
        assert!(field.fault().unwrap().contains("0 of 16"));
    }

    #[test]
    fn the_second_reading_names_the_group() {
        let first = typed("0123456789ABCDEF");
        let mut second = typed("01234567");
        second.compare(&first);
        assert!(second.fault().unwrap().contains("8 of 16"));
        let mut second = typed("0123456889");
        second.compare(&first);
        assert!(second.fault().unwrap().contains("group 2"));
        second.key(&KeyEvent::from(KeyCode::Backspace));
        assert_eq!(second.length, 9);
    }
}
