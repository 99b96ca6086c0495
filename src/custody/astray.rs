//! What looks like a passphrase that was typed into the wrong place: one rule for every question that people answer.
//!
//! The rule counts words of the list that passphrases are made of. How many it takes, and how many may be misspelt,
//! depends on what a right answer looks like there ([`Place`]): the less a right answer has of words, the sooner words are
//! taken for a passphrase. To ask a person again costs a line; words that stay on a screen or in a record cost a rotation.

use zeroize::Zeroizing;

use super::passphrase::words_not_in_list;

/// Where words were typed, by what a right answer looks like there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A sentence: so many words of the list and more, and not one that is not of it. Nobody's sentence is that, also where
    /// hyphens stand for blanks.
    Sentence {
        /// How many words a passphrase has at least.
        words: usize,
    },
    /// A number or a name: three words and more, of which at most every third is not of the list.
    Name,
    /// A path: one word of the list and a blank, where no slash was typed at all; or four plain words in a row behind the
    /// last slash, of the list or not. It is told after one word and takes few paths for words: `./` before such a path
    /// says that it is one.
    Path,
}

/// The words of a number or a name that are taken for a passphrase.
const FEWEST_IN_A_NAME: usize = 3;
/// The plain words behind a path's last slash that are taken for a passphrase.
const FEWEST_IN_A_PATH: usize = 4;

/// Whether what was typed there looks like a passphrase.
pub fn looks_like_passphrase(typed: &str, place: Place) -> bool {
    match place {
        Place::Sentence { words } => {
            let apart: Zeroizing<String> = Zeroizing::new(typed.replace('-', " "));
            count(&apart) >= words && words_not_in_list(&apart).is_empty()
        }
        Place::Name => {
            let misspelt = words_not_in_list(typed).len();
            count(typed) >= FEWEST_IN_A_NAME && misspelt.saturating_mul(3) <= count(typed)
        }
        Place::Path => begins_with_a_word(typed) || plain_words(typed) >= FEWEST_IN_A_PATH,
    }
}

fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

fn begins_with_a_word(typed: &str) -> bool {
    let first = typed.trim_start().split_once(char::is_whitespace);
    !typed.contains('/') && first.is_some_and(|(first, _)| words_not_in_list(first).is_empty())
}

/// How many words of small letters stand behind the last slash.
fn plain_words(typed: &str) -> usize {
    let word = |word: &&str| word.len() >= 3 && word.chars().all(|c| c.is_ascii_lowercase());
    let last = typed.rsplit('/').next().unwrap_or_default();
    last.split_whitespace().filter(word).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "relive backfield snare depict stopping";

    #[test]
    fn words_are_told_from_a_path() {
        let looks = |typed: &str| looks_like_passphrase(typed, Place::Path);
        for path in [
            "/media/ben/Ben.share.age",
            "/media/My Red Stick/Ana share.age",
            "./share of ben.age",
            "Ana share.age",
            "stick",
            "",
            " ",
        ] {
            assert!(!looks(path), "{path}");
        }
        for words in [
            WORDS,
            "velvet ",
            " Velvet a",
            "/media/ben/Ben.approval.ageheadstone satisfied ransack unrevised unworn",
        ] {
            assert!(looks(words), "{words}");
        }
    }

    #[test]
    fn words_are_told_from_a_number_and_a_name() {
        let looks = |typed: &str| looks_like_passphrase(typed, Place::Name);
        for name in [
            "3",
            "export-key.tr31",
            "Lea Weber",
            "relive backfield",
            "a second copy please",
            "",
        ] {
            assert!(!looks(name), "{name}");
        }
        for words in ["relive backfield snare", "relive backfeild snare", WORDS] {
            assert!(looks(words), "{words}");
        }
    }

    #[test]
    fn words_are_told_from_a_sentence() {
        let looks = |typed: &str| looks_like_passphrase(typed, Place::Sentence { words: 5 });
        for sentence in [
            "relive backfield snare depict",
            "relive backfield snare depict stoping",
            "The bag was torn, and the slip in it was not",
            "",
        ] {
            assert!(!looks(sentence), "{sentence}");
        }
        for words in [
            WORDS,
            "relive-backfield-snare-depict-stopping",
            "Relive Backfield snare depict stopping take",
        ] {
            assert!(looks(words), "{words}");
        }
    }

    /// What is a passphrase in a sentence is one in every place that has less room for words.
    #[test]
    fn the_less_words_belong_there_the_sooner_they_are_told() {
        for place in [Place::Sentence { words: 5 }, Place::Name, Place::Path] {
            assert!(looks_like_passphrase(WORDS, place), "{place:?}");
        }
    }
}
