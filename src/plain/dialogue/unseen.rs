//! What is typed or shown for one pair of eyes, and what becomes of a secret that everybody saw.

use super::{Dialogue, Heard, OWN, Question, word};
use crate::plain::line::Gone;
use crate::plain::words::Word;
use crate::session::idle::Why;
use crate::session::{InTheOpen, Mistyped, Session};
use crate::text::tr;

impl Dialogue<'_> {
    /// Enter alone, where a passphrase comes next: what is typed a line too early is not shown.
    pub(in crate::plain) fn enter_unseen(
        &mut self,
        question: &Question,
    ) -> Result<Heard<()>, Gone> {
        self.tell(question);
        loop {
            self.footing(&question.footing);
            let typed = self.line.unseen(tr("Press Enter: "))?;
            match word(&typed) {
                _ if typed.trim().is_empty() => return Ok(Heard::Given(())),
                Some(Word::Lock) if self.may_lock() => return Err(Gone::Aside(Why::Asked)),
                Some(Word::Help) => self.help(question),
                // There is no practice answer to Enter alone.
                Some(word) if word != Word::Practice && !OWN.contains(&word) => {
                    return Ok(Heard::Said(word));
                }
                _ => self.stop(tr("Only Enter is wanted here, or a word: help names them. What was typed was not shown; nothing was recorded.")),
            }
        }
    }

    /// Words that one person alone may see: shown until Enter, and then out of sight.
    pub(crate) fn words_alone(
        &mut self,
        question: &Question,
        words: &crate::ceremony::ShownWords,
    ) -> Result<Heard<()>, Gone> {
        self.tell(question);
        for (n, word) in words.each().enumerate() {
            let line = zeroize::Zeroizing::new(format!("  {} {word}", n.saturating_add(1)));
            self.line.say(&line);
        }
        let untold = Question {
            told: Vec::new(),
            ..question.clone()
        };
        let heard = self.enter(&untold);
        self.line.wiped();
        heard
    }

    /// Which act or place asks from now on, as the log names it.
    pub(crate) fn asks_at(&mut self, at: &'static str) {
        self.at = at;
    }

    pub(super) fn at_a_list(&self) -> InTheOpen {
        InTheOpen {
            field: "number".to_owned(),
            how: Mistyped::Passphrase,
            at: self.at.to_owned(),
            who: None,
        }
    }

    /// What was typed where it is shown goes on record, once the vault is at hand.
    pub(crate) fn records_in_the_open(&mut self, session: &mut Session) {
        for slip in std::mem::take(&mut self.in_the_open) {
            if let Err(refusal) = session.note_in_the_open(&slip) {
                self.stop(&refusal.to_string());
            }
        }
    }

    /// It stands in the record of a ceremony's step already.
    pub(crate) fn recorded_in_the_open(&mut self) {
        self.in_the_open.clear();
    }
}
