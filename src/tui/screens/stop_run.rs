//! A pause in a ceremony: go on, leave it standing, or stop it for good with a reason.

use crossterm::event::KeyEvent;

use crate::ceremony::{Pause, Showing};
use crate::session::field::Footing;
use crate::text::tr;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::{Choices, Entry};
use crate::tui::widgets::text::{BLANK, TextField};
use crate::tui::world::World;

/// The paused ceremony.
pub(crate) struct StopRun {
    step: String,
    closes: bool,
    pause: Pause,
    choices: Choices,
    reason: TextField,
    asking: bool,
}

impl StopRun {
    pub(crate) fn new(showing: Option<&Showing>, closes: bool, world: &World) -> Self {
        let waits = world.view.as_ref().map(|view| !view.pending.is_empty());
        let pause = Pause::of(showing, waits.unwrap_or_default(), world.keeps_nothing());
        let step = showing.and_then(|showing| showing.steps.get(showing.current));
        Self {
            step: step.map_or_else(String::new, |step| step.title.clone()),
            closes,
            pause,
            choices: Choices::new(
                pause
                    .ways()
                    .iter()
                    .map(|(id, label, note)| Entry::new(id, tr(label), tr(note)))
                    .collect(),
            ),
            reason: TextField::default(),
            asking: false,
        }
    }

    fn chosen(&self) -> &str {
        self.choices.chosen().map_or("on", |e| e.id.as_str())
    }
}

impl Screen for StopRun {
    fn name(&self) -> &'static str {
        "Pause"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Paused").into(), self.step.clone()]
    }

    fn footing(&self, world: &World) -> Footing {
        let enter = match (self.asking, self.chosen()) {
            (true, _) if self.reason.value().trim().is_empty() => {
                tr("is off until a reason is typed")
            }
            (true, _) => tr("stops the ceremony for good and records the reason"),
            (_, "later") if world.keeps_nothing() => {
                tr("leaves the rehearsal; its vault is gone then")
            }
            (_, "later") => tr("leaves the ceremony standing open at this step"),
            (_, "stop") => tr("asks for the reason first"),
            _ => tr("goes back to the question"),
        };
        Footing {
            acts: tr("whoever leads the ceremony").into(),
            enter: enter.into(),
            so_far: self.pause.so_far().into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = if self.asking {
            Vec::new()
        } else {
            keys::moves()
        };
        let enter = Offer::word(Verb::Enter, tr("choose"));
        let enter = if self.asking && self.reason.value().trim().is_empty() {
            enter.off_because(tr("a reason is needed; it stands in the record"))
        } else {
            enter
        };
        let back = if self.asking { tr("back") } else { tr("go on") };
        offers.extend([enter, Offer::word(Verb::Back, back)]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A paused ceremony loses nothing. Stopping it for good is recorded and cannot be taken back; the keys it made stay as they are.",
        ]
    }

    fn typing(&self) -> bool {
        self.asking
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width();
        canvas.put(2, 1, Role::Title, self.pause.title());
        canvas.within(1, 3, width.saturating_sub(2), 3, |c| {
            self.choices.draw(c, !self.asking);
        });
        if let Some(words) = self.pause.lost() {
            canvas.put(2, 8, Role::Muted, words);
        }
        if self.asking {
            canvas.put(2, 10, Role::Focus, "►");
            let x = canvas
                .put(4, 10, Role::Title, tr("Reason"))
                .saturating_add(2);
            if self.reason.value().is_empty() {
                canvas.put(x, 10, Role::Muted, BLANK);
            }
            canvas.put(
                4,
                11,
                Role::Muted,
                tr("One sentence for the record; then Enter stops it for good."),
            );
            self.reason.draw(
                canvas,
                x,
                10,
                width.saturating_sub(x).saturating_sub(2),
                true,
            );
        }
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match (verb, self.asking) {
            (Verb::Back, false) => Reaction::pop(),
            (Verb::Back, true) => {
                self.asking = false;
                Reaction::none()
            }
            (Verb::Enter, true) => Reaction::pop().then(Step::Order(Order::Abort(
                self.reason.value().trim().to_owned(),
            ))),
            (Verb::Enter, false) => match self.chosen() {
                "on" => Reaction::pop(),
                "stop" => {
                    self.asking = true;
                    Reaction::none()
                }
                _ if self.closes => Reaction::pop()
                    .then(Step::Pop)
                    .then(Step::Order(Order::Close)),
                _ => Reaction::pop().then(Step::Pop),
            },
            (other, _) => {
                self.choices.moved(other);
                Reaction::none()
            }
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if self.asking {
            self.reason.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.reason.insert(text);
        Reaction::none()
    }
}
