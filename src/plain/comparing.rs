//! The check value of a key that came in, in lines: typed as its sender gave it, while ours is hidden.

use crate::ceremony::{AskField, key_lines};
use crate::session::asked::{CHECK_VALUE, COMPARER};
use crate::session::comparing::{self, Comparison, Judged, Says};
use crate::session::{Command, Comparing, KeyRow, Outcome, guide};
use crate::text::tr;

use super::act::Acting;
use super::dialogue::{Heard, Question, Word, footing};
use super::line::Gone;

const HELP: &[&str] = &[
    "A check value says which key this is without saying the key. The one that came with the key proves nothing: its sender gives it by telephone, letter or paper, and somebody types it who has not seen ours (PCI PIN 15-1).",
    "The word show leads to our value without comparing it. That is recorded: the key stays uncompared and can be compared late, and nobody can prove any more that the sender's was typed blind.",
];

impl Acting<'_, '_> {
    fn row_of(&self, arn: &str) -> Option<KeyRow> {
        let view = self.session.view();
        view.keys.iter().find(|row| row.key.key_arn == arn).cloned()
    }

    /// Asks for the check value of a key until it agrees, is shown uncompared, or is left for later; of a key that waits
    /// for nobody nothing is asked.
    pub(super) fn compare(&mut self, arn: &str) -> Result<(), Gone> {
        let waits = |row: &KeyRow| row.comparing.is_some_and(Comparing::waits);
        let Some(row) = self.row_of(arn).filter(waits) else {
            return Ok(());
        };
        let mut stands = row.comparing.unwrap_or(Comparing::Waits);
        self.introduced(&row.label, stands);
        let (mut who, mut kept): (Option<String>, Option<String>) = (None, None);
        loop {
            let Some(person) = self.named(who.take(), kept.take(), stands)? else {
                self.left(stands);
                return Ok(());
            };
            let says = match self.senders(stands)? {
                Heard::Given(typed) => Says::Typed(typed),
                Heard::Said(Word::Cancel) => {
                    self.left(stands);
                    return Ok(());
                }
                Heard::Said(Word::Show) if self.shows(&row.label, &person)? => Says::Uncompared,
                Heard::Said(Word::Show) => {
                    who = Some(person);
                    continue;
                }
                // To the question before, which Enter alone answers as it was.
                Heard::Said(_) => {
                    kept = Some(person);
                    continue;
                }
            };
            let comparison = Comparison {
                key: arn.to_owned(),
                by: person.clone(),
                says,
            };
            match self.session.perform(Command::Compare(comparison)) {
                Ok(Outcome::Compared(Judged::Differs(why))) => {
                    stands = Comparing::Differs;
                    self.talk.stop(&why);
                }
                Ok(Outcome::Compared(Judged::NotTaken(why))) => self.talk.stop(&why),
                Ok(Outcome::Compared(judged)) => {
                    self.talk.say(judged.words());
                    self.told(arn);
                    return Ok(());
                }
                Ok(_) => return Ok(()),
                Err(refusal) => self.talk.stop(&refusal.to_string()),
            }
            who = Some(person);
        }
    }

    /// What is asked, and why ours is hidden.
    fn introduced(&mut self, label: &str, stands: Comparing) {
        let [asked, other_way, why] = comparing::asks(label, stands);
        self.talk.heading(&asked);
        self.talk.say(&other_way);
        self.talk.say(&why);
    }

    /// What else can be answered where the value is asked for.
    fn otherwise(&self, stands: Comparing) -> Vec<String> {
        if stands != Comparing::Waits {
            return Vec::new();
        }
        let practised = comparing::practised(self.session.profile());
        let shown = tr(
            "The word show shows ours without comparing it, on record; cancel leaves it for later.",
        );
        practised
            .into_iter()
            .chain([shown])
            .map(str::to_owned)
            .collect()
    }

    /// Who compares: whoever was named before, or is named now.
    fn named(
        &mut self,
        who: Option<String>,
        kept: Option<String>,
        stands: Comparing,
    ) -> Result<Option<String>, Gone> {
        match who {
            Some(person) => Ok(Some(person)),
            None => self.comparer(kept, stands),
        }
    }

    /// Who compares; nobody where it is left for later.
    fn comparer(
        &mut self,
        kept: Option<String>,
        stands: Comparing,
    ) -> Result<Option<String>, Gone> {
        let people = guide::people(&self.session.view());
        let told = vec![tr(COMPARER.hint).to_owned()];
        let question = Question::new(footing(
            tr("whoever has what the sender gave; nobody signs"),
            tr("keeps the name and asks for the check value; back leaves it for later"),
            comparing::so_far(stands),
        ))
        .telling(told)
        .explained(HELP)
        .keeping(kept);
        let heard = self.asks(|talk, _| talk.choose(&question, tr(COMPARER.label), &people))?;
        Ok(match heard {
            Heard::Given(at) => people.get(at).map(|entry| entry.id.clone()),
            Heard::Said(_) => None,
        })
    }

    /// What the sender gave.
    fn senders(&mut self, stands: Comparing) -> Result<Heard<String>, Gone> {
        let asked = AskField {
            practice: comparing::practice(self.session.profile())
                .filter(|_| stands == Comparing::Waits),
            ..AskField::of(CHECK_VALUE)
        };
        let question = Question::new(footing(
            tr("whoever has what the sender gave; nobody signs"),
            tr("compares it with ours, and records the outcome"),
            comparing::so_far(stands),
        ))
        .telling(self.otherwise(stands))
        .explained(HELP);
        let question = match stands {
            Comparing::Shown => question,
            _ => question.with(&[Word::Show]),
        };
        self.asks(|talk, _| talk.text(&question, &asked))
    }

    /// Whether ours is shown though nobody has compared it.
    fn shows(&mut self, label: &str, person: &str) -> Result<bool, Gone> {
        self.talk.heading(&comparing::asks_to_show(label, person));
        let ways = comparing::ways();
        let question = Question::new(footing(
            person,
            tr("does what is chosen"),
            tr("the check value is hidden; nobody has compared it"),
        ));
        let heard = self.asks(|talk, _| talk.choose(&question, tr("Number"), &ways))?;
        Ok(matches!(heard, Heard::Given(1)))
    }

    /// What is left, where it is left for later.
    fn left(&mut self, stands: Comparing) {
        let words = comparing::left(stands);
        if stands == Comparing::Differs {
            self.talk.stop(words);
        } else {
            self.talk.say(words);
        }
    }

    /// The key, now that its value is shown.
    fn told(&mut self, arn: &str) {
        let lines = self.row_of(arn);
        for line in lines
            .iter()
            .flat_map(|row| key_lines(&row.label, row, false))
        {
            self.talk.say(&line);
        }
    }
}
