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
use crate::tui::screens::begin::Begin;
use crate::tui::widgets::form::Form;
use crate::tui::world::World;

/// The page that asks who leaves, in this one's place; where nobody has to be asked any more, it begins.
pub(super) fn asks_who_leaves(order: Box<Order>, world: &World) -> Reaction {
    match Begin::who_leaves(order, world) {
        Ok(page) => Reaction::instead(page),
        Err(order) => Reaction::order(*order),
    }
}

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
            if let Some(why) = again {
                self.form.lead_to_path_in(why);
            }
            self.form.typed_over();
            self.form.forget_value();
            // The field that it is about has the cursor, and is called as it is on the page.
            if !self.form.secret() {
                let field = showing.refused.as_deref();
                self.again = again.map(|why| self.form.refused_about(why, field));
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
        for (field, typed) in &showing.offered {
            self.form.propose(field, typed);
        }
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

#[cfg(test)]
mod tests {
    use super::super::tests::{taken_up, told};
    use super::*;
    use crate::ceremony::AskField;
    use crate::session::Mistyped;
    use crate::session::asked;
    use crate::session::field::{Field, Kind};
    use crate::tui::app::{State, update};
    use crate::tui::message::{Effect, Msg, News};
    use crate::tui::snapshot;

    /// What the form refuses of a value that is compared goes on record at once, once for each text that was typed; the
    /// page stays as it is.
    #[test]
    fn a_fingerprint_that_the_form_refuses_is_counted() {
        let mut showing = taken_up();
        showing.came_back = None;
        if let Some(ask) = &mut showing.ask {
            ask.hand_over = false;
            ask.fields = vec![AskField {
                field: Field {
                    id: "fingerprint",
                    label: "Fingerprint",
                    hint: "SHA-256",
                    kind: Kind::Fingerprint,
                    optional: false,
                },
                digits: None,
                exactly: None,
                practice: None,
            }];
        }
        let mut state = snapshot::state(RunScreen::new("The first key", None, true));
        told(&mut state, showing, None);
        let counts = |state: &mut State, keys: &str| {
            let effects = snapshot::press(state, keys);
            let own = |e: &&Effect| {
                matches!(
                    e,
                    Effect::Desk(Order::Mistyped("fingerprint", Mistyped::Form))
                )
            };
            let count = effects.iter().filter(own).count();
            if count > 0 {
                update(state, Msg::Desk(Box::new(News::Counted), None));
            }
            count
        };
        assert_eq!(counts(&mut state, "12ab<Enter>"), 1);
        let picture = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        assert!(picture.contains("Fingerprint"), "{picture}");
        // An Enter too many counts nothing.
        assert_eq!(counts(&mut state, "<Enter>"), 0);
        assert_eq!(counts(&mut state, "12abc<Enter>"), 1);
    }

    /// The fingerprint was wrong, and the cursor stood in the field for where it came from.
    #[test]
    fn a_refusal_of_a_value_leads_to_its_field() {
        let mut showing = taken_up();
        showing.came_back = None;
        if let Some(ask) = &mut showing.ask {
            ask.hand_over = false;
            let fields = crate::session::op::IMPORT_ROOT.fields.iter();
            let typed = fields.filter(|field| ["fingerprint", "source"].contains(&field.id));
            ask.fields = typed.map(|field| AskField::of(*field)).collect();
        }
        let mut state = snapshot::state(RunScreen::new("The first key", None, true));
        told(&mut state, showing.clone(), None);
        let typed = format!("{}<Enter>by telephone<Enter>", "AB".repeat(32));
        snapshot::press(&mut state, &typed);
        showing.refused = Some("fingerprint".to_owned());
        told(&mut state, showing, Some("What was typed is not it."));
        let picture = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        assert!(picture.contains("► Fingerprint"), "{picture}");
    }

    #[test]
    fn what_was_typed_before_an_interruption_stands_in_its_field_and_enter_takes_it() {
        let mut showing = taken_up();
        showing.came_back = None;
        if let Some(ask) = &mut showing.ask {
            ask.hand_over = false;
            ask.fields = vec![AskField::of(crate::session::op_custody::JOINS)];
        }
        showing.offered = [("joins".to_owned(), "Dee".to_owned())].into();
        let mut state = snapshot::state(RunScreen::new("Replaced", None, true));
        told(&mut state, showing, None);
        let effects = snapshot::press(&mut state, "<Enter>");
        let taken = |effect: &Effect| match effect {
            Effect::Desk(Order::Answer { answers, .. }) => {
                matches!(answers.first(), Some(crate::ceremony::Answer::Text(text)) if text == "Dee")
            }
            _ => false,
        };
        assert!(effects.iter().any(taken));
    }

    /// The reason was about the path, and the cursor stood in the field for the words.
    #[test]
    fn a_refusal_about_the_envelope_leads_to_its_path() {
        let mut showing = taken_up();
        showing.came_back = None;
        if let Some(ask) = &mut showing.ask {
            ask.hand_over = false;
            let fields = [asked::APPROVAL_ENVELOPE, asked::SIGNING_PASSPHRASE];
            let field = |field| AskField {
                field,
                digits: None,
                exactly: None,
                practice: None,
            };
            ask.fields = fields.map(field).to_vec();
        }
        let mut state = snapshot::state(RunScreen::new("The first key", None, true));
        told(&mut state, showing.clone(), None);
        snapshot::press(&mut state, "./Ana.share<Enter>velvet anchor<Enter>");
        let why = "./Ana.share: no such file. Nothing was read; check the name.";
        told(&mut state, showing, Some(why));
        let picture = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        assert!(picture.contains("► Envelope"), "{picture}");
    }
}
