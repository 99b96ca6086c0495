//! Leaving: Ctrl-C asks, and the safe answer is Enter.

use crate::session::field::Footing;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::world::World;
use crossterm::event::{KeyCode, KeyEvent};

/// Whether to leave keymoot.
pub(crate) struct Leave {
    busy: bool,
}

impl Leave {
    pub(crate) const fn new(busy: bool) -> Self {
        Self { busy }
    }
}

impl Screen for Leave {
    fn name(&self) -> &'static str {
        "Leave"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec!["Leave keymoot?".into()]
    }

    fn footing(&self, world: &World) -> Footing {
        Footing {
            acts: "whoever is at the keyboard".into(),
            enter: "stays, back to where you were".into(),
            so_far: if world.rehearsal() {
                "this rehearsal is kept nowhere: leaving ends it".into()
            } else {
                "everything done so far is saved".into()
            },
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        vec![
            Offer::word(Verb::Enter, "stay"),
            Offer::word(Verb::Back, "stay"),
            Offer::word(Verb::Leave, "leave"),
        ]
    }

    fn help(&self) -> &'static [&'static str] {
        &["Leaving closes the vault, wipes what was held in memory and gives the terminal back."]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(4);
        let mut y = 1;
        let mut say = |role, text: &str| y += canvas.paragraph(2, y, width, role, text) + 1;
        say(
            Role::Title,
            "Enter stays. y leaves. Ctrl-C again leaves too.",
        );
        if world.rehearsal() {
            say(
                Role::Text,
                "This is a rehearsal: when you leave, its vault and everything in it is gone. That is what it is for.",
            );
        } else if world.view.is_some() {
            say(
                Role::Text,
                "The vault is closed and its lock is freed. A ceremony that is under way stands open in it and goes on later, at the step where it is now.",
            );
            if let Some(only) = world.view.as_ref().and_then(|view| view.only_copy) {
                say(Role::Stop, only);
            }
        } else {
            say(Role::Text, "No vault is open. Nothing is lost.");
        }
        if self.busy {
            say(
                Role::Note,
                "keymoot is working on something. What is not yet committed leaves no trace; what is committed stays.",
            );
        }
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match verb {
            Verb::Enter | Verb::Back => Reaction::pop(),
            _ => Reaction::none(),
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        match key.code {
            KeyCode::Char('y' | 'Y') => Reaction::one(Step::Quit),
            KeyCode::Char('n' | 'N') => Reaction::pop(),
            _ => Reaction::none(),
        }
    }
}
