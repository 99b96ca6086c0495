//! The wizard that makes a key: one question a page, from the act's own declaration; the table of attributes guides.

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;

use super::review::Review;
use super::wizard;
use crate::api::{KeyAlgorithm, KeyUsage};
use crate::session::build::Answers;
use crate::session::field::{Field, Footing, Kind};
use crate::session::{InTheOpen, guide, modes, op};
use crate::text::{say, tr};
use crate::tui::acts::Draft;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::Choices;
use crate::tui::widgets::form::off_says;
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

const FIELDS: &[Field] = op::CREATE_KEY.fields;

/// How many questions are asked of everybody; those after them have a usual answer, and Tab leads there.
fn asked() -> usize {
    FIELDS.iter().filter(|field| !field.optional).count()
}

/// The wizard.
pub(crate) struct Create {
    at: usize,
    answers: BTreeMap<&'static str, String>,
    /// What stood on a page that was left by going back, and was not entered there.
    left: BTreeMap<&'static str, String>,
    leaving: wizard::Leaving,
    choices: Choices,
    text: TextField,
    error: Option<String>,
    waiting: bool,
}

impl Create {
    /// The first question, nothing answered.
    pub(crate) fn new() -> Self {
        let mut wizard = Self {
            at: 0,
            answers: BTreeMap::new(),
            left: BTreeMap::new(),
            leaving: wizard::Leaving::default(),
            choices: Choices::default(),
            text: TextField::default(),
            error: None,
            waiting: false,
        };
        wizard.turn(0);
        wizard
    }

    /// For an act that needs such a key: this answer stands there when its question comes. What leaves has to be
    /// exportable.
    pub(crate) fn with(mut self, answer: Option<(&'static str, &str)>) -> Self {
        if let Some((field, value)) = answer {
            self.left.insert(field, value.to_owned());
            self.left.insert("exportable", "yes".to_owned());
            self.turn(0);
        }
        self
    }

    fn field(&self) -> Option<&'static Field> {
        FIELDS.get(self.at)
    }

    fn answer(&self, id: &str) -> &str {
        self.answers.get(id).map_or("", String::as_str)
    }

    /// Opens a question; what was answered there before is still chosen, if it still can be.
    fn turn(&mut self, to: usize) {
        self.at = to;
        self.error = None;
        let Some(field) = self.field() else { return };
        let usage = self.answer("usage").to_owned();
        self.choices = match field.kind {
            Kind::Usage => Choices::new(guide::usages()),
            Kind::Algorithm => Choices::new(guide::algorithms(&usage)),
            Kind::Modes => Choices::new(guide::modes(&usage)),
            Kind::YesNo if field.id == op::ENABLED.id => Choices::new(guide::enabled()),
            Kind::YesNo => Choices::new(guide::exportable(self.answer("algorithm"))),
            Kind::Choice(_) => {
                let methods = guide::check_value_methods(self.answer("algorithm"));
                let usual = std::iter::once(guide::Entry::none_of_these(field));
                Choices::new(usual.chain(methods).collect())
            }
            _ => Choices::default(),
        };
        let proposed = match field.kind {
            Kind::Algorithm => guide::advised(&usage).map(KeyAlgorithm::name),
            _ => Some(KeyUsage::TR31_K0_KEY_ENCRYPTION_KEY.name()),
        };
        self.choices.choose(proposed.unwrap_or_default());
        let left = self.left.remove(field.id);
        let before = left.unwrap_or_else(|| self.answer(field.id).to_owned());
        self.text = TextField::with(&before);
        let can = |e: &crate::tui::widgets::choice::Entry| e.off.is_none();
        if self
            .choices
            .entries
            .iter()
            .any(|e| e.id == before && can(e))
        {
            self.choices.choose(&before);
        }
    }

    /// Whether this is the last question that everybody is asked.
    fn last(&self) -> bool {
        self.at.saturating_add(1) == asked()
    }

    /// Whether one of the questions with a usual answer is on screen.
    fn further(&self) -> bool {
        self.at >= asked()
    }

    fn choosing(&self) -> bool {
        !self.choices.entries.is_empty()
    }

    /// Keeps the answer and goes on; `further` asks what has a usual answer too.
    fn enter(&mut self, further: bool) -> Reaction {
        let Some(field) = self.field() else {
            return Reaction::none();
        };
        let typed = if self.choosing() {
            let Some(entry) = self.choices.chosen() else {
                return Reaction::none();
            };
            if let Some(reason) = &entry.off {
                self.error = Some(say!(
                    "{label} cannot be chosen: {reason}.",
                    label = entry.label,
                    reason
                ));
                return Reaction::none();
            }
            entry.id.clone()
        } else {
            self.text.value().to_owned()
        };
        match field.check(&typed) {
            Err(error) => {
                self.error = Some(error.to_string());
                let slip = InTheOpen::at("create-key", field, &typed);
                let Some(slip) = slip else {
                    return Reaction::none();
                };
                self.text = TextField::default();
                Reaction::order(Order::InTheOpen(slip))
            }
            Ok(answer) => {
                if field.id == "algorithm" && self.answer(field.id) != answer {
                    // A method that was right for another algorithm.
                    self.answers.remove(op::CHECK_VALUE.id);
                    self.left.remove(op::CHECK_VALUE.id);
                }
                self.answers.insert(field.id, answer);
                self.next(further)
            }
        }
    }

    fn next(&mut self, further: bool) -> Reaction {
        if self.last() && further || !self.last() && self.at.saturating_add(1) < FIELDS.len() {
            self.turn(self.at.saturating_add(1));
            return Reaction::none();
        }
        self.waiting = true;
        Reaction::one(crate::tui::screen::Step::Order(Order::Preview(Box::new(
            self.draft(),
        ))))
    }

    fn draft(&self) -> Draft {
        let texts = self
            .answers
            .iter()
            .map(|(k, v)| ((*k).to_owned(), v.clone()))
            .collect();
        Draft {
            op: op::CREATE_KEY.name,
            answers: Answers {
                texts,
                ..Answers::default()
            },
            out: None,
        }
    }

    fn back(&mut self) -> Reaction {
        if self.at == 0 {
            return Reaction::pop();
        }
        if let Some(field) = self.field() {
            let here = if self.choosing() {
                self.choices.chosen().map_or("", |e| e.id.as_str())
            } else {
                self.text.value()
            };
            self.left.insert(field.id, here.to_owned());
        }
        self.turn(self.at.saturating_sub(1));
        Reaction::none()
    }

    fn steps(&self) -> Vec<wizard::Step> {
        let answer = |(at, field): (usize, &Field)| {
            // At the question on screen, what the cursor stands on; on a choice that is off, nothing.
            let here = at == self.at && self.choosing();
            let chosen = self.choices.chosen().filter(|e| e.off.is_none());
            let answer = match (here, chosen) {
                (true, chosen) => chosen.map_or("", |e| e.id.as_str()),
                _ => self.answer(field.id),
            };
            (tr(field.label), Self::short(field, answer))
        };
        let said = |field: &Field| field.optional && !self.answer(field.id).is_empty();
        let all = self.further() || FIELDS.iter().any(said);
        let shown = if all { FIELDS.len() } else { asked() };
        FIELDS.iter().take(shown).enumerate().map(answer).collect()
    }

    /// An answer in a word or two, for the rail.
    fn short(field: &Field, answer: &str) -> String {
        match field.kind {
            Kind::Usage => crate::session::field::usage(answer)
                .map_or_else(String::new, |usage| usage.code().to_owned()),
            // A list of words has no room beside the steps.
            Kind::Modes => String::new(),
            _ => answer.to_owned(),
        }
    }

    /// What the answer under the cursor adds to the service's request.
    fn adds(&self) -> String {
        let Some(field) = self.field() else {
            return String::new();
        };
        let chosen = self.choices.chosen().map_or("", |e| e.id.as_str());
        match field.kind {
            Kind::Usage => format!("\"KeyUsage\": \"{chosen}\""),
            Kind::Algorithm => format!("\"KeyAlgorithm\": \"{chosen}\""),
            Kind::Modes => {
                let set = modes::parse(chosen).unwrap_or_default();
                let members: Vec<String> = set
                    .names()
                    .iter()
                    .map(|name| format!("\"{name}\": true"))
                    .collect();
                format!("\"KeyModesOfUse\": {{{}}}", members.join(", "))
            }
            Kind::YesNo if field.id == op::ENABLED.id => {
                format!("\"Enabled\": {}", chosen == "yes")
            }
            Kind::YesNo => format!("\"Exportable\": {}", chosen == "yes"),
            Kind::Choice(_) if chosen.is_empty() => {
                tr("nothing: the usual of its algorithm").into()
            }
            Kind::Choice(_) => format!("\"KeyCheckValueAlgorithm\": \"{chosen}\""),
            _ if field.id == op::TAGS.id && self.text.value().trim().is_empty() => {
                tr("nothing: the key has its name and no other tag").into()
            }
            _ if field.id == op::TAGS.id => {
                format!("\"Tags\": [... {}]", self.text.value().trim())
            }
            _ => {
                let value = serde_json::json!(self.text.value());
                format!("\"Tags\": [{{\"Key\": \"Name\", \"Value\": {value}}}]")
            }
        }
    }

    /// What Enter says instead where it would be refused.
    fn refuses(&self) -> Option<&'static str> {
        if self.choosing() {
            let off = self.choices.chosen().is_some_and(|e| e.off.is_some());
            return off.then(off_says);
        }
        let wrong = self.field()?.check(self.text.value()).is_err();
        wrong.then(|| tr("says what is still wrong in this field"))
    }

    fn about(&self) -> String {
        let chosen = self.choices.chosen().map_or("", |e| e.id.as_str());
        match self.field().map(|f| f.kind) {
            Some(Kind::Algorithm) => guide::about_algorithm(self.answer("usage"), chosen),
            Some(Kind::YesNo) => {
                guide::about_exportable(self.answer("usage"), self.answer("algorithm"), chosen)
                    .to_owned()
            }
            _ => String::new(),
        }
    }

    fn question(&self, canvas: &mut Canvas<'_>) {
        let Some(field) = self.field() else { return };
        let asked = if self.choosing() {
            Part::Choices(&self.choices)
        } else {
            Part::Field("", &self.text)
        };
        let adds = say!("Adds  {adds}", adds = self.adds());
        let parts = [
            Part::Head(Role::Title, tr(field.hint).into()),
            Part::Gap,
            asked,
            Part::Gap,
            Part::Stop(self.error.as_deref()),
            Part::Hint(Role::Note, self.about().into()),
            Part::Hint(Role::Muted, adds.into()),
        ];
        sheet::draw(canvas, 1, 0, &parts);
    }
}

impl Screen for Create {
    fn name(&self) -> &'static str {
        "Create key"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let step = self.field().map_or("", |f| tr(f.label));
        let of = asked().saturating_add(1);
        if self.further() {
            return vec![tr("Create key").into(), step.into()];
        }
        vec![
            tr("Create key").into(),
            say!(
                "{at} of {of}: {step}",
                at = self.at.saturating_add(1),
                of,
                step
            ),
        ]
    }

    fn footing(&self, world: &World) -> Footing {
        let refused = self.refuses();
        let next = FIELDS
            .get(self.at.saturating_add(1))
            .filter(|_| !self.last());
        let next = next.map_or_else(
            || tr("checks the answers and shows the review").to_owned(),
            |field| {
                say!(
                    "keeps this answer and goes on to \"{label}\"",
                    label = tr(field.label)
                )
            },
        );
        let left = asked().saturating_sub(self.at).saturating_sub(1);
        let so_far = match left {
            0 => tr("no key exists; a review and the signatures still to come").to_owned(),
            1 => tr("no key exists; 1 question, a review and the signatures still to come")
                .to_owned(),
            n => say!(
                "no key exists; {n} questions, a review and the signatures still to come",
                n
            ),
        };
        Footing {
            acts: wizard::acts(world),
            enter: refused.map_or(next, str::to_owned),
            so_far,
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = vec![Offer::plain(Verb::Enter)];
        if self.last() {
            offers.push(Offer::word(Verb::NextField, tr("more")));
        }
        if self.choosing() {
            offers.extend(keys::finds());
            offers.push(Offer::plain(Verb::Left));
        }
        offers.push(Offer::plain(Verb::Back));
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A key's purpose, algorithm, modes and whether it may leave are fixed for life: there is no change later, only a new key.",
            "Tab at the name asks for what has a usual answer too: the method of the check value, tags, and whether it is enabled at once.",
            "Choices that cannot work with what you chose before are shown grey, each with its reason. Going back loses nothing.",
            "The line Adds shows what your answer puts into the request of AWS Payment Cryptography. The review shows all of it.",
        ]
    }

    fn typing(&self) -> bool {
        !self.choosing()
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        wizard::draw(world, canvas, &self.steps(), self.at, |c| self.question(c));
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        let lost = self.at == 0 && !self.answers.is_empty();
        if let Some(asked) = self.leaving.asks(verb, lost) {
            return asked;
        }
        match verb {
            Verb::Enter => self.enter(false),
            Verb::NextField if self.last() => self.enter(true),
            // To the left is the question before, and nothing before the first.
            Verb::Left if self.at == 0 => Reaction::none(),
            Verb::Back | Verb::Left => self.back(),
            other => {
                self.error = None;
                self.choices.moved(other);
                Reaction::none()
            }
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.leaving.stays();
        if self.choosing() {
            self.choices.letter(&key);
        } else {
            self.error = None;
            self.text.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.text.insert(text);
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Preview { pending, request } => Some(Reaction::push(
                Review::new(self.draft(), pending.clone(), request, 1)
                    .behind(self.steps(), wizard::last(asked())),
            )),
            News::Refused(text) => {
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
