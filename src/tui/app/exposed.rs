//! What is typed where everybody reads it goes on record, on whichever page: asked of the screen after every key and paste.

use crossterm::event::KeyEvent;

use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::world::World;

/// A key for a screen, and what it laid open.
pub(super) fn typed(screen: &mut dyn Screen, key: KeyEvent, world: &World) -> Reaction {
    let reaction = screen.typed(key, world);
    recorded(screen, reaction, world)
}

/// The same of pasted text.
pub(super) fn pasted(screen: &mut dyn Screen, text: &str, world: &World) -> Reaction {
    let reaction = screen.pasted(text, world);
    recorded(screen, reaction, world)
}

/// Where no vault is open there is no log that it could stand in.
fn recorded(screen: &mut dyn Screen, reaction: Reaction, world: &World) -> Reaction {
    match screen.exposed().filter(|_| world.view.is_some()) {
        Some(slip) => reaction.then(Step::Order(Order::InTheOpen(slip))),
        None => reaction,
    }
}
