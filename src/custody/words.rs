//! PGP words: bytes as people read them aloud, and back.
//!
//! Two lists of 256 words take turns, two syllables at even offsets and three at odd ones, so a word left out,
//! doubled or swapped with its neighbour is noticed at once.
#![deny(clippy::indexing_slicing)]

use std::collections::HashMap;
use std::sync::LazyLock;

static TEXT: &str = include_str!("pgp_words.txt");

/// The pairs, by byte value: first for even offsets, second for odd ones.
static PAIRS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    TEXT.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect()
});

/// Lower-case word to byte value and whether it belongs at even offsets.
static VALUES: LazyLock<HashMap<String, (u8, bool)>> = LazyLock::new(|| {
    let mut values = HashMap::with_capacity(512);
    for (byte, (even, odd)) in (0..=u8::MAX).zip(PAIRS.iter()) {
        values.insert(even.to_lowercase(), (byte, true));
        values.insert(odd.to_lowercase(), (byte, false));
    }
    values
});

/// Why words do not stand for bytes. Positions count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// Words that are not in the list.
    #[error("{} not in the word list. Nothing was compared. Check the spelling against what was read aloud.", name_positions(.0))]
    Unknown(Vec<usize>),
    /// Words in the list, but of the other column: one was left out, doubled or swapped before here.
    #[error(
        "Word {0} cannot stand in that place: a word before it was left out, said twice or swapped. Nothing was compared. Read the words again from the start."
    )]
    OutOfTurn(usize),
}

/// "Word 3 is" or "Words 3 and 5 are", for sentences about positions (from 1).
pub(super) fn name_positions(positions: &[usize]) -> String {
    let all: Vec<String> = positions.iter().map(usize::to_string).collect();
    match all.split_last() {
        Some((last, [])) => format!("Word {last} is"),
        Some((last, before)) => format!("Words {} and {last} are", before.join(", ")),
        None => "A word is".to_owned(),
    }
}

/// The words for `bytes`, one each.
pub fn pgp(bytes: &[u8]) -> Vec<&'static str> {
    bytes
        .iter()
        .enumerate()
        .filter_map(|(offset, byte)| {
            let (even, odd) = PAIRS.get(usize::from(*byte))?;
            Some(if offset % 2 == 0 { *even } else { *odd })
        })
        .collect()
}

/// The bytes that `text` stands for. Case, and what separates the words (white space, commas, full stops,
/// hyphens), do not matter.
///
/// # Errors
/// [`WordError`], naming every unknown word by position, or the first one that is out of turn.
pub fn parse(text: &str) -> Result<Vec<u8>, WordError> {
    let typed: Vec<String> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '-' | ';'))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let unknown: Vec<usize> = (1..)
        .zip(&typed)
        .filter(|(_, word)| !VALUES.contains_key(*word))
        .map(|(position, _)| position)
        .collect();
    if !unknown.is_empty() {
        return Err(WordError::Unknown(unknown));
    }
    let mut bytes = Vec::with_capacity(typed.len());
    for (position, (byte, even)) in (1..).zip(typed.iter().filter_map(|word| VALUES.get(word))) {
        if *even != (position % 2 == 1) {
            return Err(WordError::OutOfTurn(position));
        }
        bytes.push(*byte);
    }
    Ok(bytes)
}

fn first(digest: &[u8; 32], count: usize) -> Vec<&'static str> {
    pgp(digest.get(..count).unwrap_or(digest))
}

/// Sixteen words: a script, a file or a fingerprint.
pub fn sixteen(digest: &[u8; 32]) -> Vec<&'static str> {
    first(digest, 16)
}

/// Eight words: an approval (its id was drawn after the request was fixed).
pub fn eight(digest: &[u8; 32]) -> Vec<&'static str> {
    first(digest, 8)
}

/// Six words: the state head on a witness card.
pub fn six(digest: &[u8; 32]) -> Vec<&'static str> {
    first(digest, 6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The worked example of the published list.
    #[test]
    fn the_published_example() {
        let bytes = [0xE5, 0x82, 0x94, 0xF2, 0xE9, 0xA2, 0x27, 0x48, 0x6E, 0x8B];
        let words =
            "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa";
        assert_eq!(pgp(&bytes).join(" "), words);
        assert_eq!(parse(words).unwrap(), bytes);
        assert_eq!(
            parse(&words.to_uppercase().replace(' ', ", ")).unwrap(),
            bytes
        );
    }

    /// Both columns are complete, distinct, and in alphabetical order, as published (0x09 and 0x0A of the
    /// second column, applicant and Apollo, are the published exception).
    #[test]
    fn the_list_is_whole() {
        assert_eq!(PAIRS.len(), 256);
        assert_eq!(VALUES.len(), 512);
        let sorted = |words: Vec<String>| words.is_sorted();
        assert!(sorted(PAIRS.iter().map(|p| p.0.to_lowercase()).collect()));
        let mut odd: Vec<String> = PAIRS.iter().map(|p| p.1.to_lowercase()).collect();
        assert_eq!(odd[9..11], ["applicant", "apollo"]);
        odd.swap(9, 10);
        assert!(sorted(odd));
        assert_eq!(
            pgp(&[0, 0, 255, 255]).join(" "),
            "aardvark adroitness Zulu Yucatan"
        );
    }

    #[test]
    fn wrong_words_are_named_by_position() {
        assert_eq!(
            parse("topmost xyzzy Pluto plugh").unwrap_err().to_string(),
            "Words 2 and 4 are not in the word list. Nothing was compared. Check the spelling against what was read aloud."
        );
        assert_eq!(
            parse("topmost Pluto").unwrap_err().to_string(),
            "Word 2 cannot stand in that place: a word before it was left out, said twice or swapped. Nothing was compared. Read the words again from the start."
        );
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(parse(&pgp(&bytes).join(" ")).unwrap(), bytes);
        }
    }
}
