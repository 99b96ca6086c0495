//! Passphrases of words from EFF's long list: made here, shown once to their owner, typed back.

use std::collections::HashSet;
use std::sync::LazyLock;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::words::name_positions;
use crate::crypto::SecretBytes;

/// Words of a passphrase outside rehearsal: 7 x 12.9 = 90 bits.
pub const WORDS: usize = 7;

/// Words of a practice passphrase, which protects nothing.
pub const REHEARSAL_WORDS: usize = 2;

static TEXT: &str = include_str!("eff_large_wordlist.txt");

static LIST: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    TEXT.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| LIST.iter().copied().collect());

/// The length of EFF's long list, 6^5.
const LENGTH: usize = 7776;

/// Draws a passphrase of `words` words, each uniform over the list, joined by single spaces.
pub fn generate(words: usize, rng: &mut dyn CryptoRng) -> SecretBytes {
    // Longest word nine letters: the room is never outgrown, so the allocator leaves no copy behind.
    let mut phrase = Zeroizing::new(Vec::with_capacity(words * 10));
    for i in 0..words {
        if i > 0 {
            phrase.push(b' ');
        }
        if let Some(word) = LIST.get(uniform(rng)) {
            phrase.extend_from_slice(word.as_bytes());
        }
    }
    SecretBytes::from_slice(&phrase)
}

/// The words of four to six letters that begin with a letter, in the order of the list: for practice, where they are
/// typed often and protect nothing.
pub(crate) fn short_words(initial: char) -> Vec<&'static str> {
    let begins = |word: &&&'static str| {
        let first = word.chars().next();
        first.is_some_and(|first| first.eq_ignore_ascii_case(&initial))
            && (4..=6).contains(&word.len())
    };
    LIST.iter().filter(begins).copied().collect()
}

/// A number below [`LENGTH`]: 13 random bits, drawn again when they reach it, so that no word is likelier.
fn uniform(rng: &mut dyn CryptoRng) -> usize {
    loop {
        let mut bytes = Zeroizing::new([0; 2]);
        rng.fill_bytes(bytes.as_mut_slice());
        let number = usize::from(u16::from_le_bytes(*bytes) & 0x1FFF);
        if number < LENGTH {
            return number;
        }
    }
}

/// Which words (positions from 1) of a typed passphrase are not in the list; case does not matter.
pub fn words_not_in_list(phrase: &str) -> Vec<usize> {
    (1..)
        .zip(phrase.split_whitespace())
        .filter(|(_, word)| {
            let word = Zeroizing::new(word.to_lowercase());
            !KNOWN.contains(word.as_str())
        })
        .map(|(position, _)| position)
        .collect()
}

/// The sentence for a passphrase that did not open anything, saying which words cannot be right, never what they
/// are. None if every word is in the list.
pub fn help(phrase: &str) -> Option<String> {
    let positions = words_not_in_list(phrase);
    if positions.is_empty() {
        return None;
    }
    Some(format!("{}{HELP}", name_positions(&positions)))
}

/// The end of that sentence.
const HELP: &str = " not in the word list: check the spelling there.";

/// A refusal as it may be kept: what was said of the words that somebody typed was for their eyes, and is no evidence.
pub fn without_help(sentence: &str) -> &str {
    let helped = sentence.strip_suffix(HELP);
    let begins = helped.and_then(|rest| rest.rfind(" Word"));
    begins.and_then(|at| sentence.get(..at)).unwrap_or(sentence)
}

/// The form that seals and opens: if every word is in the list, lower case with single spaces; otherwise exactly
/// as typed (an unlock file may hold any text).
pub fn normalise(phrase: &str) -> SecretBytes {
    if phrase.trim().is_empty() || !words_not_in_list(phrase).is_empty() {
        return SecretBytes::from_slice(phrase.as_bytes());
    }
    let mut text = Zeroizing::new(String::with_capacity(phrase.len()));
    for word in phrase.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        // Words of the list are ASCII, so their lower case is as long as they are.
        text.extend(word.chars().map(|c| c.to_ascii_lowercase()));
    }
    SecretBytes::from_slice(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Entropy as _, SeededEntropy};

    fn drawn(words: usize, seed: &str) -> SecretBytes {
        let mut rng = SeededEntropy::new(seed).draw("passphrase").unwrap();
        generate(words, &mut *rng)
    }

    #[test]
    fn the_list_is_effs() {
        assert_eq!(LIST.len(), LENGTH);
        assert_eq!(KNOWN.len(), LENGTH);
        assert!(LIST.is_sorted());
        assert_eq!((LIST[0], LIST[LENGTH - 1]), ("abacus", "zoom"));
        assert!(
            LIST.iter()
                .all(|w| w.is_ascii() && w.len() <= 9 && *w == w.to_lowercase())
        );
    }

    #[test]
    fn a_passphrase_has_the_words_asked_for() {
        for words in [REHEARSAL_WORDS, WORDS] {
            let phrase = drawn(words, "a");
            let text = std::str::from_utf8(phrase.expose()).unwrap();
            assert_eq!(text.split(' ').count(), words);
            assert!(words_not_in_list(text).is_empty());
        }
        assert!(!drawn(7, "a").ct_eq(&drawn(7, "b")));
        assert!(drawn(7, "a").ct_eq(&drawn(7, "a")));
    }

    #[test]
    fn every_word_can_be_drawn_and_none_is_favoured() {
        let mut rng = SeededEntropy::new("uniform").draw("passphrase").unwrap();
        let mut counts = vec![0_u32; LENGTH];
        for _ in 0..LENGTH * 20 {
            counts[uniform(&mut *rng)] += 1;
        }
        assert!(counts.iter().all(|n| *n > 0 && *n < 60));
    }

    #[test]
    fn wrong_words_are_told_by_position() {
        assert_eq!(words_not_in_list("Abacus  zooom abdomen xx"), [2, 4]);
        assert_eq!(
            help("abacus zooom abdomen xx").unwrap(),
            "Words 2 and 4 are not in the word list: check the spelling there."
        );
        assert!(help("abacus zoom").is_none());
        // What was said of the words goes no further than the screen.
        let told = format!(
            "It does not open. {}",
            help("abacus zooom abdomen xx").unwrap()
        );
        assert_eq!(without_help(&told), "It does not open.");
        assert_eq!(
            without_help("It does not open. Word 2."),
            "It does not open. Word 2."
        );
    }

    #[test]
    fn typing_is_tolerant_of_case_and_spaces() {
        let tidy = |text: &str| String::from_utf8(normalise(text).expose().to_vec()).unwrap();
        assert_eq!(tidy("  Abacus   ZOOM "), "abacus zoom");
        assert_eq!(tidy("Not  a list phrase!"), "Not  a list phrase!");
        assert_eq!(tidy(""), "");
    }
}
