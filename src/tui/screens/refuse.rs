//! Taking a request off the table: who, and why, in their own words. It is recorded.

use crate::session::asked::REFUSING;
use crate::session::field::Footing;
use crate::session::said;
use crate::session::{Command, Outcome, PendingView};
use crate::text::tr;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::{Choices, Entry};
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::world::World;

/// The refusal of one act.
pub(crate) struct Refuse {
    id: [u8; 32],
    sentence: String,
    form: Form,
    /// How many screens under this one are about the act that goes.
    beneath: usize,
    waiting: bool,
}

impl Refuse {
    /// The page for an act.
    pub(crate) fn new(pending: &PendingView, world: &World, beneath: usize) -> Self {
        let people = world.view.iter().flat_map(|v| v.people.iter());
        let entries = people
            .map(|p| Entry::new(&p.name, &p.name, said::role(&p.role)))
            .collect();
        let mut form = Form::of(REFUSING);
        form.set_choices("who", Choices::new(entries));
        Self {
            id: pending.id,
            sentence: pending.sentence.clone(),
            form,
            beneath,
            waiting: false,
        }
    }

    /// With the cursor on whose page it was asked on, where it was somebody's.
    pub(crate) fn by(mut self, person: Option<&str>) -> Self {
        if let Some(person) = person {
            self.form.set("who", person);
        }
        self
    }
}

impl Screen for Refuse {
    fn name(&self) -> &'static str {
        "Refuse"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![
            tr("Refuse").into(),
            tr("take a request off the table").into(),
        ]
    }

    fn footing(&self, _world: &World) -> Footing {
        Footing {
            acts: tr("whoever refuses; one person is enough to stop a request").into(),
            enter: self.form.enter_says(tr("takes the request off the table")),
            so_far: tr("the request still stands with its signatures").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let keep = Offer::word(Verb::Back, tr("keep the request"));
        self.form.page_offers(Offer::plain(Verb::Enter), keep)
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A refused request is gone with its signatures; asking for the same again makes a new one. Who refused and why is recorded.",
        ]
    }

    fn typing(&self) -> bool {
        self.form.typing()
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let told = [(Role::Title, self.sentence.as_str())];
        self.form.draw_page(&told, canvas);
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match verb {
            Verb::Back => return Reaction::pop(),
            Verb::Enter if self.form.enter() == Pressed::Complete => {
                self.waiting = true;
                return Reaction::order(Order::Perform(Box::new(Command::Withdraw {
                    id: self.id,
                    person: self.form.text("who").unwrap_or_default(),
                    reason: self.form.text("reason").unwrap_or_default(),
                })));
            }
            Verb::Enter => {}
            other => self.form.verb(other),
        }
        Reaction::none()
    }

    fn fills(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Done(outcome) if matches!(outcome.as_ref(), Outcome::Withdrawn) => {
                let notice = Reaction::notice(
                    Role::Note,
                    tr(
                        "The request is off the table. Nothing was changed; the refusal is recorded.",
                    ),
                );
                Some((0..=self.beneath).fold(notice, |reaction, _| reaction.then(Step::Pop)))
            }
            News::Refused(text) => Some(Reaction::notice(Role::Stop, text.clone())),
            _ => None,
        }
    }
}
