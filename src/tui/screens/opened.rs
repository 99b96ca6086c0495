//! An open vault in a few lines: what it is, who is here, what it holds.

use crate::session::field::Footing;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::world::World;

/// The open vault.
pub(crate) struct Opened;

impl Screen for Opened {
    fn name(&self) -> &'static str {
        "Home"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec!["Home".into()]
    }

    fn footing(&self, _world: &World) -> Footing {
        Footing {
            acts: "nobody: looking needs no approval".into(),
            enter: "shows the ceremonies that can be run in this vault".into(),
            so_far: "nothing has changed since this vault was opened".into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        vec![
            Offer::word(Verb::Enter, "ceremonies"),
            Offer::plain(Verb::Ceremonies),
            Offer::word(Verb::Back, "close the vault"),
        ]
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "The vault is open: names, uses and states are readable. Using a key still takes signatures, one act at a time.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let Some(view) = &world.view else { return };
        let width = canvas.width().saturating_sub(4);
        let mut y = 1;
        for line in [
            format!(
                "{} keys, {} acts wait for signatures.",
                view.keys.len(),
                view.pending.len()
            ),
            format!(
                "State {}, event {}. Card words: {}",
                view.seq,
                view.events,
                view.card_words.join(" ")
            ),
        ] {
            y += canvas.paragraph(2, y, width, Role::Text, &line);
        }
        for note in &view.notes {
            y += canvas.paragraph(2, y, width, Role::Note, &format!("note  {note}"));
        }
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match verb {
            Verb::Enter | Verb::Ceremonies => {
                Reaction::push(super::picker::Picker::shipped(super::picker::Place::Here))
            }
            Verb::Back => Reaction::one(Step::Order(Order::Close)).then(Step::Pop),
            _ => Reaction::none(),
        }
    }
}
