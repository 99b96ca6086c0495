//! A witness card that was mistyped, found before anything is opened: the log names every state without a secret. One
//! wrong digit is no reason to call the custodians again; whether a copy is the latest, opening itself decides.

use std::io::{BufRead, BufReader, Read as _};

use crate::custody::policy::operation::RESTORE;
use crate::custody::{Role, state_head, words};
use crate::evidence::audit::Kind;
use crate::text::{say, tr};

use super::asked::{CARD_SEQ, CARD_WORDS};
use super::opening::{Bootstrap, Opening, WitnessAnswer};
use super::said;

/// What is wrong with what was typed off a card, and at which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSlip {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub words: String,
}

/// The longest line of a log that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// What the log says of a card.
#[derive(Default)]
pub(in crate::session) struct Known {
    /// The state head at the number that was typed.
    pub(in crate::session) at_number: Option<[u8; 32]>,
    /// The latest state that the typed words are of.
    pub(in crate::session) by_words: Option<u64>,
    /// The state to which the log leads.
    pub(in crate::session) last: u64,
    /// Whether the log has a return to a copy: cards of before it bear numbers that came again.
    pub(in crate::session) returned: bool,
}

impl Bootstrap {
    /// Who types the card, for the line Acts: the witness by name, where the vault has one alone.
    pub fn has_card(&self) -> String {
        let mut witnesses = self
            .people
            .iter()
            .filter(|(_, role, _)| role == Role::Witness.word());
        match (witnesses.next(), witnesses.next()) {
            (Some((name, role, _)), None) => say!(
                "{witness}, with the card from last time",
                witness = said::called(role, name)
            ),
            _ => tr("the witness, with the card from last time").to_owned(),
        }
    }
}

impl Opening {
    /// Judges what was typed off a card while it can still be mended at the keyboard: words that are of another state
    /// than the number, or of none. A slip of that kind leaves a line in the log. `None` where it is for the opening to
    /// judge: the card fits, or is of a state that this copy has never seen.
    pub fn card_slip(&mut self, card: &WitnessAnswer) -> Option<CardSlip> {
        if let Some(words) = card.slip() {
            let field = CARD_WORDS.id;
            return Some(CardSlip { field, words });
        }
        let typed = words::parse(&card.words).ok()?;
        let known = self.known_of(card.seq, &typed)?;
        if known
            .at_number
            .is_some_and(|head| head.get(..6) == Some(typed.as_slice()))
        {
            return None;
        }
        let slip = match (known.by_words, known.at_number) {
            (Some(state), _) => CardSlip {
                field: CARD_SEQ.id,
                words: say!(
                    "These are the words of sequence {state}, and the number typed is {number}. Look at the number on the same card again. Nothing was opened, and the shares stay entered.",
                    state,
                    number = card.seq
                ),
            },
            (None, Some(_)) if known.returned => CardSlip {
                field: CARD_WORDS.id,
                words: say!(
                    "These are not the words of sequence {number}. This vault came back from a copy, and every card written before that is worth nothing, whatever its number: type the newest card; the first one since is headed AFTER THE RETURN. If this is the newest, and its words are as it says, stop: this vault has another history than the card. Nothing was opened.",
                    number = card.seq
                ),
            },
            (None, Some(_)) => CardSlip {
                field: CARD_WORDS.id,
                words: say!(
                    "These are not the words of sequence {number}. Check each word, and that number and words are of one card. If they are as the card says, this vault has another history than the card: stop, and find the vault that the last ceremony left. Nothing was opened.",
                    number = card.seq
                ),
            },
            (None, None) => return None,
        };
        self.note_unvouched("witness-card", &[], &[("number", card.seq.into())]);
        Some(slip)
    }

    fn known_of(&self, number: u64, typed: &[u8]) -> Option<Known> {
        look_up(self.log()?, &self.bootstrap().vault_id, number, typed)
    }
}

/// Looks a card up in a log, as it lies there: a hint for the keyboard, and no proof.
pub(in crate::session) fn look_up(
    log: impl std::io::Read,
    vault_id: &str,
    number: u64,
    typed: &[u8],
) -> Option<Known> {
    let mut known = Known::default();
    let mut meets = |seq: u64, head: [u8; 32]| {
        known.last = seq;
        if seq == number {
            known.at_number = Some(head);
        }
        if head.get(..6) == Some(typed) {
            known.by_words = Some(seq);
        }
    };
    meets(0, state_head::head0(vault_id));
    let mut returned = false;
    let mut log = BufReader::new(log);
    loop {
        let mut line = Vec::new();
        let read = log
            .by_ref()
            .take(LONGEST)
            .read_until(b'\n', &mut line)
            .ok()?;
        if read == 0 {
            break;
        }
        if let Some((op, seq, head)) = state_of(&line) {
            returned |= op == RESTORE;
            meets(seq, head);
        }
    }
    known.returned = returned;
    Some(known)
}

/// What a line of the log did, and the state that it leads to.
fn state_of(line: &[u8]) -> Option<(String, u64, [u8; 32])> {
    let line: serde_json::Value = serde_json::from_slice(line).ok()?;
    let kind: Kind = serde_json::from_value(line.get("kind")?.clone()).ok()?;
    if kind != Kind::Intent {
        return None;
    }
    let details = line.get("details")?;
    let head = details.get("state_head")?.as_str()?;
    let head = data_encoding::HEXLOWER.decode(head.as_bytes()).ok()?;
    let op = line.get("op")?.as_str()?.to_owned();
    Some((op, details.get("seq")?.as_u64()?, head.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::custody_tests::OLD;
    use super::super::handed_out::tests::vault;
    use super::super::{Environment, Opening, Refusal};
    use super::*;
    use crate::crypto::SecretBytes;
    use crate::vault::{AUDIT, MemoryStore, Store as _};

    fn text(store: &MemoryStore) -> String {
        String::from_utf8(store.read(AUDIT).unwrap().unwrap()).unwrap()
    }

    fn opening(store: &MemoryStore) -> Opening {
        Opening::begin(Box::new(store.clone()), "acme").unwrap()
    }

    fn card(seq: u64, words: &[String]) -> WitnessAnswer {
        WitnessAnswer {
            seq,
            words: words.join(" "),
        }
    }

    /// A vault in which something was done, with the cards of before and after.
    fn with_two_cards() -> (MemoryStore, WitnessAnswer, WitnessAnswer) {
        let store = MemoryStore::new();
        let mut session = vault(&store);
        let before = session.view();
        session
            .drill_automatic(&super::super::custody_tests::hands(OLD))
            .unwrap();
        let after = session.view();
        session.close().unwrap();
        assert_ne!(before.seq, after.seq);
        let cards = [before, after].map(|v| card(v.seq, &v.card_words));
        let [before, after] = cards;
        (store, before, after)
    }

    #[test]
    fn a_card_that_is_typed_as_it_is_has_no_slip() {
        let (store, before, after) = with_two_cards();
        let mut opening = opening(&store);
        assert_eq!(opening.card_slip(&after), None);
        assert_eq!(opening.card_slip(&before), None, "an older card opens too");
    }

    /// One digit too many is no rollback: the words are those of the state that lies here.
    #[test]
    fn a_mistyped_number_is_told_and_the_shares_stay() {
        let (store, _, after) = with_two_cards();
        let mut opening = opening(&store);
        let (name, phrase) = OLD[1];
        let phrase = SecretBytes::from_slice(phrase.as_bytes());
        opening.enter(name, &phrase, None).unwrap();
        let typed = WitnessAnswer {
            seq: 9,
            ..after.clone()
        };
        let slip = opening.card_slip(&typed).unwrap();
        assert_eq!(slip.field, CARD_SEQ.id);
        let said = format!("of sequence {}, and the number typed is 9", after.seq);
        assert!(slip.words.contains(&said), "{}", slip.words);
        assert_eq!(opening.entered(), [name]);
        drop(opening);
        let log = text(&store);
        assert!(log.contains("witness-card"), "{log}");
    }

    #[test]
    fn a_word_that_is_no_word_of_that_state_is_asked_again() {
        let (store, before, after) = with_two_cards();
        let mut opening = opening(&store);
        let mut words: Vec<&str> = after.words.split(' ').collect();
        let others: Vec<&str> = before.words.split(' ').collect();
        words[0] = others[0];
        assert_ne!(words.join(" "), after.words);
        let typed = WitnessAnswer {
            seq: after.seq,
            words: words.join(" "),
        };
        assert_eq!(opening.card_slip(&typed).unwrap().field, CARD_WORDS.id);
    }

    /// A card of a state that this copy has never seen is for the opening: that is the rollback.
    #[test]
    fn a_card_of_a_later_state_is_a_rollback() {
        let store = MemoryStore::new();
        let session = vault(&store);
        session.close().unwrap();
        let old = store.snapshot();
        let mut session = super::super::custody_tests::open_all(store, OLD).unwrap();
        session
            .drill_automatic(&super::super::custody_tests::hands(OLD))
            .unwrap();
        let later = session.view();
        let typed = card(later.seq, &later.card_words);
        let mut opening = opening(&old);
        assert_eq!(opening.card_slip(&typed), None);
        for (name, phrase) in OLD.iter().skip(1).take(2) {
            let phrase = SecretBytes::from_slice(phrase.as_bytes());
            opening.enter(name, &phrase, None).unwrap();
        }
        let refused = opening.finish(Environment::real(None), Some(&typed));
        let Err(Refusal::Vault(why)) = refused else {
            panic!("a rollback is refused");
        };
        assert!(why.contains("a rollback"), "{why}");
        let log = text(&old);
        assert!(
            log.lines().last().unwrap().contains("witness-card"),
            "{log}"
        );
    }

    /// After a return the lost vault's card has a number that came again: whoever types it is led to the newer card, and not
    /// to a vault that is gone.
    #[test]
    fn the_card_of_a_lost_vault_leads_to_the_one_after_the_return() {
        let (store, _, after) = with_two_cards();
        let lost: Vec<String> = words::six(&[7; 32])
            .iter()
            .map(|w| (*w).to_owned())
            .collect();
        let lost = card(after.seq, &lost);
        let told = |store: &MemoryStore| opening(store).card_slip(&lost).unwrap().words;
        assert!(told(&store).contains("find the vault that the last ceremony left"));
        let head = "00".repeat(32);
        let line = serde_json::json!({"kind": "intent", "op": "Restore", "details": {"seq": 1, "state_head": head}});
        let mut longer = store.clone();
        longer
            .append(AUDIT, format!("{line}\n").as_bytes())
            .unwrap();
        let told = told(&longer);
        assert!(
            told.contains("AFTER THE RETURN") && told.contains("is the newest"),
            "{told}"
        );
    }
}
