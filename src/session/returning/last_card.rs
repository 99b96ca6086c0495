//! What was typed off the last witness card of a lost vault, held against the log that is said to be its latest, as that
//! lies there: a hint for the keyboard. What the log is worth, the return itself decides.

use std::path::Path;

use crate::custody::words;
use crate::text::{say, tr};

use crate::session::WitnessAnswer;
use crate::session::card_slip::look_up;

/// A sequence number, six words, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LastCard {
    seq: Option<u64>,
    /// The words as they were typed; empty where none were.
    words: String,
}

impl LastCard {
    /// Reads `12`, `velvet anchor lunar crisp mango tidal`, or the number and then the words.
    ///
    /// # Errors
    /// What is no number and no word of the list; not six words.
    pub(super) fn read(typed: &str) -> Result<Self, String> {
        let typed = typed.trim();
        let number: String = typed.chars().take_while(char::is_ascii_digit).collect();
        let words = typed.get(number.len()..).unwrap_or_default().trim();
        let seq = match number.as_str() {
            "" => None,
            digits => Some(digits.parse().map_err(|_| {
                say!(
                    "{digits} is no sequence number of a witness card. Nothing was changed.",
                    digits
                )
            })?),
        };
        let card = WitnessAnswer {
            seq: seq.unwrap_or_default(),
            words: words.to_owned(),
        };
        match card.slip().filter(|_| !words.is_empty()) {
            Some(slip) => Err(slip),
            None => Ok(Self {
                seq,
                words: card.words,
            }),
        }
    }

    /// The number that the card names, where what was typed and the log can be of one vault.
    ///
    /// # Errors
    /// The log says otherwise: what that means, and what to type.
    pub(super) fn number(&self, log: Option<&Path>, vault_id: &str) -> Result<Option<u64>, String> {
        let typed = words::parse(&self.words).ok().filter(|w| !w.is_empty());
        let file = log.and_then(|log| std::fs::File::open(log).ok());
        let looked_up = file.and_then(|file| {
            let typed = typed.as_deref().unwrap_or_default();
            look_up(file, vault_id, self.seq.unwrap_or(u64::MAX), typed)
        });
        match (self.seq, typed, looked_up) {
            (None, Some(_), None) => Err(tr(
                "Type the card's number before its six words: without a log nothing says of which state they are. Nothing was changed.",
            )
            .to_owned()),
            (seq, _, None) | (seq @ None, None, _) => Ok(seq),
            (None, Some(_), Some(known)) => known.by_words.map(Some).ok_or_else(|| {
                say!(
                    "The newer log holds no state with these six words. Type the card's number before them: is it above {last}, where this log ends, a later log exists. Nothing was changed.",
                    last = known.last
                )
            }),
            (Some(seq), None, Some(known)) if seq < known.last => Err(say!(
                "The newer log goes on to sequence {last}, and the card is said to be of {seq}: look at its number again. If no later card was shown, type its six words after the number: they prove that the log is of the same history. Nothing was changed.",
                last = known.last,
                seq
            )),
            (Some(seq), None, Some(_)) => Ok(Some(seq)),
            (Some(seq), Some(typed), Some(known)) => {
                let head = known.at_number;
                if head.is_some_and(|head| head.get(..6) == Some(typed.as_slice())) {
                    return Ok(Some(seq));
                }
                match (known.by_words, head) {
                    (Some(state), _) => Err(say!(
                        "These are the words of sequence {state}, and the number typed is {seq}. Look at the number on the same card again. Nothing was changed.",
                        state,
                        seq
                    )),
                    (None, Some(_)) => Err(say!(
                        "These are not the words of sequence {seq} in the newer log. Check each word, and that number and words are of one card. If they are as the card says, this log is of another history than the card: do not return by it, and find the log of the vault that was lost. Nothing was changed.",
                        seq
                    )),
                    (None, None) => Ok(Some(seq)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::custody_tests::{OLD, hands};
    use crate::session::handed_out::tests::vault;
    use crate::vault::{AUDIT, MemoryStore, Store as _};

    /// The log of a vault in which something was done, its id, and the cards of before and after: number and words.
    fn lost(place: &Path) -> (std::path::PathBuf, String, [(u64, String); 2]) {
        let store = MemoryStore::new();
        let mut session = vault(&store);
        let before = session.view();
        session.drill_automatic(&hands(OLD)).unwrap();
        let after = session.view();
        session.close().unwrap();
        let log = place.join(AUDIT);
        std::fs::write(&log, store.read(AUDIT).unwrap().unwrap()).unwrap();
        let id = after.vault_id.clone();
        let cards = [before, after].map(|view| (view.seq, view.card_words.join(" ")));
        (log, id, cards)
    }

    #[test]
    fn a_card_is_read_by_its_number_its_words_or_both() {
        let place = tempfile::tempdir().unwrap();
        let (log, id, [before, after]) = lost(place.path());
        let number = |typed: &str, log: Option<&Path>| LastCard::read(typed)?.number(log, &id);
        let (n, words) = (after.0, after.1.as_str());
        for typed in [n.to_string(), words.to_owned(), format!("{n} {words}")] {
            assert_eq!(number(&typed, Some(&log)), Ok(Some(n)), "{typed}");
        }
        assert_eq!(number("", Some(&log)), Ok(None));
        // A card of a later state: this log is not the latest, which the return says.
        assert_eq!(number(&format!("{}", n + 7), Some(&log)), Ok(Some(n + 7)));
        // An older card is of the same history, and its words prove that.
        let older = format!("{} {}", before.0, before.1);
        assert_eq!(number(&older, Some(&log)), Ok(Some(before.0)));
        // Without a log there is nothing to hold it against.
        assert_eq!(number(&n.to_string(), None), Ok(Some(n)));
        assert!(number(words, None).unwrap_err().contains("number before"));
    }

    #[test]
    fn a_card_that_the_newer_log_says_otherwise_of_is_refused_with_what_to_type() {
        let place = tempfile::tempdir().unwrap();
        let (log, id, [before, after]) = lost(place.path());
        let wrong = |typed: &str| {
            let card = LastCard::read(typed);
            card.and_then(|card| card.number(Some(&log), &id))
                .unwrap_err()
        };
        let below = wrong(&before.0.to_string());
        assert!(below.contains("look at its number again"), "{below}");
        let mixed = wrong(&format!("{} {}", before.0, after.1));
        assert!(
            mixed.contains(&format!("words of sequence {}", after.0)),
            "{mixed}"
        );
        let other = words::pgp(&[1; 6]).join(" ");
        let forked = wrong(&format!("{} {other}", after.0));
        assert!(forked.contains("another history"), "{forked}");
        let few = format!("12 {}", words::pgp(&[1]).join(" "));
        assert!(wrong(&few).contains("six words"), "{}", wrong(&few));
        assert!(wrong("99999999999999999999999").contains("no sequence number"));
    }
}
