//! What the desk says of a run comes onto the screen: another question, the same once more, or the end.

use std::sync::Arc;

use super::layout::called;
use super::{Phase, RunScreen};
use crate::ceremony::Showing;
use crate::session::RunOutcome;
use crate::session::components::is_about_check_value;
use crate::text::tr;
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Step};
use crate::tui::widgets::form::Form;

impl RunScreen {
    pub(super) fn shown(&mut self, showing: &Arc<Showing>, again: Option<&String>) -> Reaction {
        if showing.left {
            return self.leave();
        }
        let same = again.is_some()
            && self.phase == Phase::Asking
            && match (self.ask(), &showing.ask) {
                (Some(old), Some(new)) => old.asks_the_same(new),
                _ => false,
            };
        self.showing = Some(Arc::clone(showing));
        self.again = again.cloned();
        if same {
            // The same question again: what was typed stays to be read, but for secrets, until something is typed over it.
            if again.is_some_and(|why| is_about_check_value(why)) {
                return self.value_differs();
            }
            let wiped = self.form.wipe();
            self.form.typed_over();
            self.form.forget_value();
            // The field that it is about has the cursor, and is called as it is on the page.
            if !self.form.secret() {
                self.again = again.map(|why| self.form.refused(why));
            }
            if wiped {
                let words = tr(
                    "What was typed of the component is wiped: type it again, both times where two are asked.",
                );
                self.again = self.again.take().map(|why| format!("{why} {words}"));
            }
            // The question was read to its end before it was answered: it stands there from its beginning again.
            self.scroll = 0;
            return Reaction::none();
        }
        self.question = self.question.wrapping_add(1);
        self.scroll = 0;
        self.read = false;
        // Whoever takes a run up need not know which folder was named when it began.
        if self.out.is_none() {
            self.out.clone_from(&showing.goes_to);
        }
        let Some(ask) = &showing.ask else {
            self.form = Form::of(&[]);
            return self.end(showing.outcome);
        };
        self.form = Form::new(&ask.fields);
        self.phase = match showing.came_back {
            Some(_) => Phase::CameBack,
            _ => called(ask),
        };
        // Another side waits for what goes out here: nobody has to know a key for it.
        match &self.out {
            Some(folder) if showing.hands_out => {
                Reaction::order(Order::WriteOutputs(folder.clone()))
            }
            _ => Reaction::none(),
        }
    }

    /// The check value beside a component was not its own: that alone is typed again.
    fn value_differs(&mut self) -> Reaction {
        self.form.keep_component();
        let words = tr(
            "Both readings of the component are kept while this page stands: type the check value again, or go back to them with Shift-Tab.",
        );
        self.again = self.again.take().map(|why| format!("{why} {words}"));
        self.scroll = 0;
        Reaction::none()
    }

    fn end(&mut self, outcome: Option<RunOutcome>) -> Reaction {
        self.phase = if outcome.is_some() {
            Phase::Ended
        } else {
            Phase::Failed
        };
        let status = u8::from(outcome != Some(RunOutcome::Completed));
        let told = Reaction::one(Step::Status(status));
        match &self.out {
            Some(folder) if outcome.is_some() => {
                told.then(Step::Order(Order::WriteOutputs(folder.clone())))
            }
            _ => told,
        }
    }
}
