//! Optional blocks: ID, length, data; read in order and written back character for character.
#![deny(clippy::indexing_slicing)]

use super::error::Tr31Error;

/// The longest block a two-digit length can count.
const SHORT_LIMIT: usize = 0xFF;
/// ID and a two-digit length.
const SHORT_HEAD: usize = 4;
/// ID, `00`, length of the length, four digits.
const LONG_HEAD: usize = 10;

/// How the length of an optional block is written.
///
/// The standard's wording of the extended length is read in two ways: its first two digits count hex
/// digits (the samples of X9.143) or bytes. Both are read, the first is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LengthForm {
    /// Two hex digits.
    Short,
    /// `0004` and four hex digits.
    DigitCount,
    /// `0002` and four hex digits; for peers that read it so.
    ByteCount,
}

/// One optional block (X9.143 clause 6.3.6).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OptionalBlock {
    id: String,
    data: String,
    form: LengthForm,
}

impl OptionalBlock {
    /// A block to be written; the extended length is used only where the short one does not reach.
    ///
    /// # Errors
    /// The ID is not two of 0-9 A-Z, or the data is not printable ASCII or too long for a key block.
    pub fn new(id: &str, data: &str) -> Result<Self, Tr31Error> {
        Self::with_long_form(id, data, LengthForm::DigitCount)
    }

    /// As [`OptionalBlock::new`], for a peer that reads the extended length in the way `long` says.
    ///
    /// # Errors
    /// As for [`OptionalBlock::new`].
    pub fn with_long_form(id: &str, data: &str, long: LengthForm) -> Result<Self, Tr31Error> {
        if !is_id(id) {
            return Err(Tr31Error::OptionalId(id.to_owned()));
        }
        if !data.bytes().all(|b| (0x20..=0x7E).contains(&b)) {
            return Err(Tr31Error::OptionalCharacter(id.to_owned()));
        }
        let form = if data.len() + SHORT_HEAD <= SHORT_LIMIT {
            LengthForm::Short
        } else {
            long
        };
        let block = Self {
            id: id.to_owned(),
            data: data.to_owned(),
            form,
        };
        let counted = match form {
            LengthForm::Short => SHORT_LIMIT,
            LengthForm::DigitCount | LengthForm::ByteCount => super::LONGEST,
        };
        if block.encoded_len() > counted {
            return Err(Tr31Error::TooLong);
        }
        Ok(block)
    }

    /// Two characters, `KS`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The data without ID and length.
    pub fn data(&self) -> &str {
        &self.data
    }

    /// How the length was or will be written.
    pub const fn length_form(&self) -> LengthForm {
        self.form
    }

    /// What the block says about the key; nothing for an ID no standard knows.
    pub fn words(&self) -> Option<&'static str> {
        let words = match self.id() {
            "AL" => "life of the key in an asymmetric exchange",
            "BI" => "base derivation key identifier",
            "CT" => "certificate of the public key",
            "DA" => "what keys may be derived",
            "FL" => "flags",
            "HM" => "hash of the HMAC",
            "IK" => "initial key identifier, AES DUKPT",
            "KC" => "check value of the wrapped key",
            "KP" => "check value of the wrapping key",
            "KS" => "initial key serial number, TDES DUKPT",
            "KV" => "version of the key block's values (deprecated)",
            "LB" => "label",
            "PB" => "padding",
            "PK" => "check value of the wrapping key used for an earlier export",
            "TC" => "time the key was created",
            "TS" => "time the block was made",
            "WP" => "strength of the wrapping key",
            id if id.bytes().all(|b| b.is_ascii_digit()) => "proprietary",
            _ => return None,
        };
        Some(words)
    }

    /// Characters it takes in the block.
    pub(super) fn encoded_len(&self) -> usize {
        self.data.len()
            + match self.form {
                LengthForm::Short => SHORT_HEAD,
                LengthForm::DigitCount | LengthForm::ByteCount => LONG_HEAD,
            }
    }

    pub(super) fn write(&self, out: &mut String) {
        let length = self.encoded_len();
        let length = match self.form {
            LengthForm::Short => format!("{length:02X}"),
            LengthForm::DigitCount => format!("0004{length:04X}"),
            LengthForm::ByteCount => format!("0002{length:04X}"),
        };
        out.push_str(&self.id);
        out.push_str(&length);
        out.push_str(&self.data);
    }
}

fn is_id(id: &str) -> bool {
    id.len() == 2
        && id
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// A number of upper-case hex digits.
fn hex(text: &str) -> Option<usize> {
    let upper = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    if !text.bytes().all(upper) {
        return None;
    }
    usize::from_str_radix(text, 16).ok()
}

/// Reads one block at the front of `text`, which is ASCII, and returns it with what follows.
fn read(text: &str) -> Result<(OptionalBlock, &str), Tr31Error> {
    let id = text.get(..2).filter(|id| is_id(id));
    let Some(id) = id else {
        let found = text.get(..2).unwrap_or(text);
        return Err(Tr31Error::OptionalId(found.to_owned()));
    };
    let wrong = || Tr31Error::OptionalLength(id.to_owned());
    let (form, head, length) = match text.get(2..4).ok_or_else(wrong)? {
        "00" => {
            let form = match text.get(4..6).ok_or_else(wrong)? {
                "04" => LengthForm::DigitCount,
                "02" => LengthForm::ByteCount,
                _ => return Err(wrong()),
            };
            (form, LONG_HEAD, text.get(6..10).ok_or_else(wrong)?)
        }
        short => (LengthForm::Short, SHORT_HEAD, short),
    };
    let length = hex(length).filter(|l| *l >= head).ok_or_else(wrong)?;
    let data = text.get(head..length).ok_or_else(wrong)?;
    let rest = text.get(length..).ok_or_else(wrong)?;
    let block = OptionalBlock {
        id: id.to_owned(),
        data: data.to_owned(),
        form,
    };
    Ok((block, rest))
}

/// Reads `count` blocks and returns them with what follows; whether they fill whole cipher blocks is asked apart.
pub(super) fn read_all(text: &str, count: usize) -> Result<(Vec<OptionalBlock>, &str), Tr31Error> {
    let mut blocks = Vec::new();
    let mut rest = text;
    for _ in 0..count {
        let (block, after) = read(rest)?;
        blocks.push(block);
        rest = after;
    }
    check_order(&blocks)?;
    Ok((blocks, rest))
}

/// No ID twice, and PB last.
pub(super) fn check_order(blocks: &[OptionalBlock]) -> Result<(), Tr31Error> {
    for (at, block) in blocks.iter().enumerate() {
        if blocks.iter().skip(at + 1).any(|other| other.id == block.id) {
            return Err(Tr31Error::OptionalTwice(block.id.clone()));
        }
    }
    let last = blocks.len().saturating_sub(1);
    if blocks
        .iter()
        .position(|b| b.id == "PB")
        .is_some_and(|at| at != last)
    {
        return Err(Tr31Error::PadNotLast);
    }
    Ok(())
}

/// The blocks fill whole cipher blocks.
pub(super) fn check_sum(blocks: &[OptionalBlock], multiple: usize) -> Result<(), Tr31Error> {
    let sum = sum(blocks);
    if sum.is_multiple_of(multiple) {
        Ok(())
    } else {
        Err(Tr31Error::OptionalNotPadded { sum, multiple })
    }
}

/// Characters of all blocks.
pub(super) fn sum(blocks: &[OptionalBlock]) -> usize {
    blocks.iter().map(OptionalBlock::encoded_len).sum()
}

/// Length of the data of the pad block these blocks need, if they need one.
pub(super) fn pad_len(blocks: &[OptionalBlock], multiple: usize) -> Option<usize> {
    let over = sum(blocks) % multiple;
    if over == 0 {
        return None;
    }
    let gap = multiple - over;
    Some(
        if gap < SHORT_HEAD {
            gap + multiple
        } else {
            gap
        } - SHORT_HEAD,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extended_length_begins_where_the_short_one_ends() {
        for (data, form, length) in [
            (251, LengthForm::Short, 255),
            (252, LengthForm::DigitCount, 262),
        ] {
            let block = OptionalBlock::new("LB", &"x".repeat(data)).unwrap();
            assert_eq!(block.length_form(), form);
            let mut text = String::new();
            block.write(&mut text);
            assert_eq!(text.len(), length);
            text.push_str("rest");
            assert_eq!(read(&text).unwrap(), (block, "rest"));
        }
    }

    #[test]
    fn pad_blocks_fill_the_gap_or_one_block_more() {
        let of = |n: usize| [OptionalBlock::new("LB", &"x".repeat(n)).unwrap()];
        assert_eq!(pad_len(&of(4), 8), None);
        assert_eq!(pad_len(&of(0), 8), Some(0));
        assert_eq!(pad_len(&of(1), 8), Some(7));
        assert_eq!(pad_len(&of(3), 8), Some(5));
        assert_eq!(pad_len(&of(0), 16), Some(8));
        assert_eq!(pad_len(&of(11), 16), Some(13));
        assert_eq!(pad_len(&[], 16), None);
    }

    #[test]
    fn refuses_what_cannot_be_written() {
        assert!(matches!(
            OptionalBlock::new("k1", ""),
            Err(Tr31Error::OptionalId(_))
        ));
        assert!(matches!(
            OptionalBlock::new("K", ""),
            Err(Tr31Error::OptionalId(_))
        ));
        assert!(matches!(
            OptionalBlock::new("LB", "a\tb"),
            Err(Tr31Error::OptionalCharacter(_))
        ));
        assert!(matches!(
            OptionalBlock::new("LB", &"x".repeat(9999)),
            Err(Tr31Error::TooLong)
        ));
    }
}
