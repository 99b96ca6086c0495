//! The last look before a key is formed of components or leaves as such: what it will be, who takes part, what each is
//! asked. Then the ceremony begins, and custodians take the keyboard one after the other.

use std::collections::BTreeMap;

use super::runner::RunScreen;
use super::wizard;
use crate::ceremony::ComponentReview;
use crate::session::View;
use crate::session::build::Answers;
use crate::session::field::Footing;
use crate::session::op::Op;
use crate::session::op_components::REVIEW_HELP;
use crate::text::tr;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{Line, Reading};
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::world::World;

/// The review of a ceremony of turns.
pub(crate) struct Parts {
    op: &'static Op,
    review: ComponentReview,
    lines: Vec<Line>,
    reading: Reading,
}

impl Parts {
    /// The review of this script, which the answers led to.
    pub(crate) fn new(op: &'static Op, answers: &Answers, script: String, view: &View) -> Self {
        let review = ComponentReview::of(op, answers, script, view);
        let lines = review.lines.iter().map(|(label, words)| {
            let line = Line::new(label, words.clone());
            // Whoever asks waits until the others have had their turns.
            if label == tr("asks") {
                line.role(Role::Wait)
            } else {
                line
            }
        });
        Self {
            op,
            lines: lines.collect(),
            review,
            reading: Reading::default(),
        }
    }

    fn begin(&self) -> Reaction {
        let order = Order::PlayHere {
            resume: self.review.resume,
            people: BTreeMap::new(),
            script: self.review.script.clone().into_bytes(),
            inputs: BTreeMap::new(),
            real: false,
            clock: None,
            out: None,
        };
        let runner = RunScreen::new(tr(self.op.title), None, false);
        // The form beneath is done with; the run is journaled.
        let mut reaction = Reaction::one(Step::Pop);
        reaction.0.push(Step::Replace(Box::new(runner)));
        reaction.then(Step::Order(order))
    }
}

impl Screen for Parts {
    fn name(&self) -> &'static str {
        "Review of turns"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr(self.op.title).to_owned(), tr("review").into()]
    }

    fn footing(&self, world: &World) -> Footing {
        Footing {
            acts: wizard::acts(world),
            enter: self.review.enter().into(),
            so_far: self.review.so_far().into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = vec![
            Offer::word(Verb::Enter, tr("begin")),
            Offer::word(Verb::Back, tr("change")),
        ];
        offers.extend(Reading::offers());
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        REVIEW_HELP
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let parts = [
            Part::Head(Role::Title, self.review.sentence.as_str().into()),
            Part::Gap,
            Part::Lines(&self.lines, 12, &self.reading),
        ];
        sheet::draw(canvas, 2, 0, &parts);
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        if self.reading.moved(verb) || self.reading.first(verb) {
            return Reaction::none();
        }
        match verb {
            Verb::Enter => self.begin(),
            Verb::Back => Reaction::pop(),
            _ => Reaction::none(),
        }
    }
}
