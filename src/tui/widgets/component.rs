//! A component being typed: dots in groups of four, how many digits are there, and where a second reading differs.
//! The digits themselves never reach a cell.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::ceremony::ComponentDigits;
use crate::crypto::components::check_value;
use crate::crypto::{SecretBytes, kcv};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::theme::Role;
use crate::tui::widgets::hex::progress;

/// The longest component, in digits: AES-256.
const CAPACITY: usize = 64;
const GROUP: usize = 4;
/// Groups in a row, as slips print them.
const GROUPS: usize = 4;

/// Digits typed. It has no `Debug`, `Clone` or `Display`, and its buffer never moves or grows.
pub(crate) struct ComponentField {
    digits: Box<[u8; CAPACITY]>,
    length: usize,
    of: ComponentDigits,
    expected: usize,
    /// The check value of a whole component, where it may be told.
    value: Option<String>,
    /// A practice answer, known to everybody.
    practice: Option<String>,
    /// Groups that differ from the first reading.
    differing: Vec<usize>,
    /// Where letters were typed that are no digits: how many digits stood before each. It is not kept which letters.
    refused: Vec<usize>,
}

impl ComponentField {
    /// An empty field for a component of this kind.
    pub(crate) fn new(of: ComponentDigits) -> Self {
        Self {
            digits: Box::new([0; CAPACITY]),
            length: 0,
            of,
            expected: of.count().min(CAPACITY),
            value: None,
            practice: None,
            differing: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// What is wrong with it as it stands, completing a sentence that begins with its label.
    pub(crate) fn fault(&self) -> Option<String> {
        if self.practice.is_some() {
            return None;
        }
        if let Some(group) = self.differing.first() {
            return Some(say!(
                "differs from the first reading in group {group}: one of the two is mistyped. Shift-Tab goes back to the first",
                group = group + 1
            ));
        }
        (self.length != self.expected).then(|| {
            say!(
                "has {length} of {expected} digits; group {length_2} is next",
                length = self.length,
                expected = self.expected,
                length_2 = self.length / GROUP + 1
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
        self.value = None;
        self.practice = None;
        self.differing.clear();
        self.refused.clear();
    }

    /// Takes a key: 0-9, A-F, Backspace, Ctrl-U; what stands between groups is passed over. Whether it was taken or
    /// passed over: any other letter is not, and whoever reads a paper aloud is told.
    pub(crate) fn key(&mut self, key: &KeyEvent) -> bool {
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
                // What comes there is typed once more.
                let length = self.length;
                self.refused.retain(|before| *before < length);
            }
            KeyCode::Char(c) if !control && !" -.:".contains(c) => {
                if self.refused.len() < CAPACITY {
                    self.refused.push(self.length);
                }
                return false;
            }
            _ => {}
        }
        self.value = self.whole_value();
        true
    }

    /// The check value, once every digit is there and where it may be told.
    fn whole_value(&self) -> Option<String> {
        if !self.of.tells_value || self.length != self.expected {
            return None;
        }
        let digits = self.digits.get(..self.length)?;
        let bytes = SecretBytes::new(data_encoding::HEXUPPER.decode(digits).ok()?);
        let algorithm = self.of.algorithm;
        check_value(algorithm, kcv::default_method(algorithm), &bytes).ok()
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
        let secret = self.hand_over();
        self.clear();
        secret
    }

    /// Hands the digits over and keeps them, where what is typed beside them may be wrong alone.
    pub(crate) fn hand_over(&self) -> SecretBytes {
        match &self.practice {
            Some(practice) => SecretBytes::from_slice(practice.as_bytes()),
            None => SecretBytes::from_slice(self.digits.get(..self.length).unwrap_or_default()),
        }
    }

    /// Whether the paper's own check value is typed beside it.
    pub(crate) const fn is_beside_value(&self) -> bool {
        !self.of.tells_value
    }

    /// Rows that it takes: its groups and the count while it is typed, else one.
    pub(crate) fn rows(&self, focused: bool) -> u16 {
        if self.practice.is_some() {
            return 1;
        }
        if !focused {
            return 1 + u16::from(self.has_even_bytes());
        }
        let below = 1 + u16::from(self.has_second_line());
        cells(self.expected.div_ceil(GROUP * GROUPS)).saturating_add(below)
    }

    /// Whether parity or a check value stands below the count: known from the start, so that nothing moves.
    const fn has_second_line(&self) -> bool {
        self.of.algorithm.is_tdes() || self.of.tells_value
    }

    /// Draws the groups, and below them the count, parity and check value.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, x: u16, y: u16, focused: bool) {
        if self.practice.is_some() {
            canvas.put(x, y, Role::Note, tr("the practice answer"));
            return;
        }
        if !focused {
            let (role, words) = self.standing();
            canvas.put(x, y, role, &words);
            // Which of two typings is the wrong one shows without going back to it.
            if self.has_even_bytes() {
                canvas.put(x, y.saturating_add(1), Role::Muted, &self.parity());
            }
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
            // Its shape tells it, and the words below.
            canvas.put(column, row, Role::Masked, &text);
            let here = self.length.min(self.expected.saturating_sub(1)) / GROUP == group;
            if here {
                canvas.set_cursor(column.saturating_add(cells(typed.min(GROUP))), row);
            }
        }
        let below = y.saturating_add(cells(groups.div_ceil(GROUPS)));
        let (role, words) = self.standing();
        canvas.put(x, below, role, &words);
        let words = self.second_line();
        canvas.put(x, below.saturating_add(1), Role::Muted, &words);
    }

    /// How far it is, in words.
    fn standing(&self) -> (Role, String) {
        match self.differing.first() {
            Some(group) => (
                Role::Stop,
                say!("group {group} DIFFERS from first typing", group = group + 1),
            ),
            None => self.not_taken().map_or_else(
                || (Role::Muted, progress(self.length, self.expected)),
                |words| (Role::Note, words),
            ),
        }
    }

    /// The count with the groups in which letters were typed that are no digits, as long as they may be missing there:
    /// whoever sees dots alone could not tell which.
    fn not_taken(&self) -> Option<String> {
        /// Groups that have room to be named.
        const NAMED: usize = 3;
        let mut groups: Vec<String> = self
            .refused
            .iter()
            .map(|before| (before / GROUP + 1).to_string())
            .collect();
        groups.dedup();
        let (length, expected) = (self.length, self.expected);
        match groups.as_slice() {
            [] => None,
            [group] if self.refused.len() == 1 => Some(say!(
                "{length} of {expected}; a letter not taken: group {group}",
                length,
                expected,
                group
            )),
            named if named.len() <= NAMED => Some(say!(
                "{length} of {expected}; not taken in groups {groups}",
                length,
                expected,
                groups = named.join(", ")
            )),
            _ => Some(say!(
                "{length} of {expected}; {letters} letters not taken",
                length,
                expected,
                letters = self.refused.len()
            )),
        }
    }

    /// Parity of the bytes so far, and the check value of all of them.
    fn second_line(&self) -> String {
        // The check value is what is compared with a paper: it stands first, where no edge cuts it.
        let mut words = Vec::new();
        if let Some(value) = &self.value {
            words.push(say!("check value {value}", value));
        }
        if self.of.algorithm.is_tdes() && self.length > 1 {
            words.push(self.parity());
        }
        words.join("; ")
    }

    /// Whether every digit is there and some byte is not of odd parity, where that is told at all.
    fn has_even_bytes(&self) -> bool {
        let whole = self.length > 0 && self.length == self.expected;
        whole && self.of.algorithm.is_tdes() && !self.even().is_empty()
    }

    /// The groups of bytes that are not of odd parity, once for each such byte.
    fn even(&self) -> Vec<String> {
        let own = self.digits.get(..self.length).unwrap_or_default();
        own.chunks_exact(2)
            .enumerate()
            .filter(|(_, pair)| {
                let digits = pair.iter().filter_map(|d| (*d as char).to_digit(16));
                digits.map(u32::count_ones).sum::<u32>() % 2 == 0
            })
            // Papers have groups of four digits: two bytes.
            .map(|(n, _)| (n / 2 + 1).to_string())
            .collect()
    }

    /// Which bytes are not of odd parity. A TDES component may have any; a sender who says that its bytes are odd is
    /// held to it, and a slip of one digit shows at once. The lowest bit of a byte is no bit of the key, so no bit of
    /// the key is told.
    fn parity(&self) -> String {
        let even = self.even();
        let whole = self.length == self.expected;
        match even.as_slice() {
            [] if whole => tr("parity: all odd").into(),
            [] => tr("parity: all odd so far").into(),
            [one] => say!("parity: group {one} has an even byte", one),
            [first, second] if first == second => {
                say!("parity: both bytes of group {first} are even", first)
            }
            [first, second] => say!(
                "parity: groups {first} and {second} have an even byte",
                first,
                second
            ),
            many => say!(
                "parity: {many} bytes are even; components may be",
                many = many.len()
            ),
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
    use crate::api::KeyAlgorithm;

    fn field(algorithm: KeyAlgorithm, tells_value: bool) -> ComponentField {
        ComponentField::new(ComponentDigits {
            algorithm,
            tells_value,
        })
    }

    fn type_into(field: &mut ComponentField, text: &str) {
        for c in text.chars() {
            field.key(&KeyEvent::from(KeyCode::Char(c)));
        }
    }

    fn typed(text: &str) -> ComponentField {
        let mut field = field(KeyAlgorithm::TDES_2KEY, false);
        type_into(&mut field, text);
        field
    }

    const WHOLE: &str = "0123456789ABCDEFFEDCBA9876543210";

    #[test]
    fn only_hex_digits_count_and_no_more_than_there_are() {
        let mut field = typed("01 2g3456789abcdefFEDCBA9876543210FF");
        assert_eq!(field.fault(), None);
        assert_eq!(field.take().expose(), WHOLE.as_bytes());
        assert!(field.fault().unwrap().contains("0 of 32"));
    }

    /// The missing digit of 31 is found: a letter for it was typed in that group.
    #[test]
    fn a_letter_that_is_no_digit_is_told_with_its_group_until_it_is_typed_again() {
        let mut field = typed("0123 O456");
        assert_eq!(
            field.standing(),
            (
                Role::Note,
                "7 of 32; a letter not taken: group 2".to_owned()
            )
        );
        type_into(&mut field, "789ABCDEFFEDCBA98765432");
        assert!(
            field.standing().1.starts_with("30 of 32; a letter"),
            "{:?}",
            field.standing()
        );
        type_into(&mut field, "lg");
        assert_eq!(field.standing().1, "30 of 32; not taken in groups 2, 8");
        type_into(&mut field, "1");
        assert_eq!(field.standing().1, "31 of 32; not taken in groups 2, 8");
        for _ in 0..27 {
            field.key(&KeyEvent::from(KeyCode::Backspace));
        }
        assert_eq!(field.standing().1, "4 of 32 digits, group 1 of 8");
        type_into(&mut field, "G");
        field.key(&KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(field.standing().1, "0 of 32 digits, group 1 of 8");
        type_into(&mut field, "z");
        assert_eq!(field.take().expose(), b"");
        assert!(field.not_taken().is_none());
    }

    #[test]
    fn the_second_reading_names_the_group() {
        let first = typed(WHOLE);
        let mut second = typed("01234567");
        second.compare(&first);
        assert!(second.fault().unwrap().contains("8 of 32"));
        let mut second = typed("0123456889");
        second.compare(&first);
        assert!(second.fault().unwrap().contains("group 2"));
        second.key(&KeyEvent::from(KeyCode::Backspace));
        assert_eq!(second.length, 9);
    }

    #[test]
    fn length_group_and_parity_are_told_while_it_is_typed() {
        let mut field = typed("");
        assert_eq!(field.standing().1, "0 of 32 digits, group 1 of 8");
        assert_eq!(field.second_line(), "");
        type_into(&mut field, "0123456789ABCDEFFEDCBA98");
        assert_eq!(field.standing().1, "24 of 32 digits, group 6 of 8");
        // 01 23 45 67 89 AB CD EF and FE DC BA 98: all odd, the classic test key.
        assert_eq!(field.second_line(), "parity: all odd so far");
        type_into(&mut field, "77543210");
        assert_eq!(field.standing().1, "32 of 32 digits, all there");
        assert_eq!(field.second_line(), "parity: group 7 has an even byte");
        let field = typed("00112233");
        assert_eq!(
            field.second_line(),
            "parity: 4 bytes are even; components may be"
        );
        let aes = self::field(KeyAlgorithm::AES_128, false);
        assert!(!aes.has_second_line(), "AES has no parity");
    }

    #[test]
    fn a_folded_component_says_which_group_has_an_even_byte() {
        assert_eq!(typed(WHOLE).rows(false), 1);
        let odd = "0123456789ABCDEFFEDCBA9877543210";
        let even = typed(odd);
        assert_eq!(even.rows(false), 2);
        assert_eq!(even.parity(), "parity: group 7 has an even byte");
        assert_eq!(typed(&odd[..30]).rows(false), 1, "it is still typed");
        let mut aes = field(KeyAlgorithm::AES_128, false);
        type_into(&mut aes, odd);
        assert_eq!(aes.rows(false), 1, "AES has no parity");
    }

    #[test]
    fn the_check_value_is_told_of_a_whole_component_where_none_is_asked() {
        let mut field = self::field(KeyAlgorithm::TDES_2KEY, true);
        type_into(&mut field, &WHOLE[..31]);
        assert!(!field.second_line().contains("check value"));
        type_into(&mut field, "0");
        // The published check value of this key under ANSI X9.24-1.
        assert_eq!(field.second_line(), "check value 08D7B4; parity: all odd");
        field.key(&KeyEvent::from(KeyCode::Backspace));
        assert!(!field.second_line().contains("check value"));
        let hidden = typed(WHOLE);
        assert_eq!(
            hidden.second_line(),
            "parity: all odd",
            "theirs comes first"
        );
        let mut aes = self::field(KeyAlgorithm::AES_128, true);
        type_into(&mut aes, &"0".repeat(32));
        assert_eq!(aes.second_line(), "check value 763CBC");
    }
}
