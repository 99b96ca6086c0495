//! Leaving: Ctrl-C asks, and the safe answer is Enter.

use super::act::Act;
use super::changed::{Changed, card_lines};
use crate::ceremony::{OpenRun, open_run};
use crate::session::due::requests_end;
use crate::session::field::Footing;
use crate::text::tr;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::world::World;
use crossterm::event::{KeyCode, KeyEvent};

/// Whether to leave keymoot, or to close the vault and stay.
pub(crate) struct Leave {
    busy: bool,
    /// The vault alone is closed; keymoot goes on.
    closing: bool,
    /// What lies in people's hands, and what of it counts for nothing then.
    in_hands: Vec<String>,
}

impl Leave {
    pub(crate) const fn new(busy: bool, in_hands: Vec<String>) -> Self {
        Self {
            busy,
            closing: false,
            in_hands,
        }
    }

    /// Before a vault is closed that exists once.
    pub(crate) const fn closing() -> Self {
        Self {
            busy: false,
            closing: true,
            in_hands: Vec::new(),
        }
    }

    /// What `y` does.
    fn word(&self) -> &'static str {
        if self.closing {
            tr("close")
        } else {
            tr("leave")
        }
    }

    fn yes(&self) -> Reaction {
        if self.closing {
            // This page and Home, which is under it.
            return Reaction::order(Order::Close)
                .then(Step::Pop)
                .then(Step::Pop);
        }
        Reaction::one(Step::Quit)
    }
}

/// Requests that leaving gives up.
fn waiting(world: &World) -> Option<String> {
    requests_end(world.view.as_ref()?.pending.len())
}

/// What the witness copies before the vault is closed.
fn card(world: &World) -> Option<String> {
    world.view.as_deref()?.card_before_closing()
}

/// A copy can be offered: the vault exists once, and a copy needs nothing but its people.
fn exists_once(world: &World) -> Option<String> {
    let view = world.view.as_deref().filter(|_| !world.keeps_nothing())?;
    view.missing_copy()
}

/// What becomes of the vault, and of a ceremony in it.
fn closes(open: Option<&OpenRun>) -> &'static str {
    match open {
        Some(open) if open.stopped => tr(
            "Then the vault is closed and its lock is freed. The ceremony in it was stopped for good; what is left of it are the signatures under its record, which are asked later.",
        ),
        Some(_) => tr(
            "Then the vault is closed and its lock is freed. The ceremony that is under way stands open in it and goes on later, at the step where it is now.",
        ),
        None => tr("Then the vault is closed and its lock is freed."),
    }
}

impl Screen for Leave {
    fn name(&self) -> &'static str {
        "Leave"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let title = if self.closing {
            tr("Close this vault?")
        } else {
            tr("Leave keymoot?")
        };
        vec![title.into()]
    }

    fn footing(&self, world: &World) -> Footing {
        Footing {
            acts: tr("whoever is at the keyboard").into(),
            enter: tr("stays, back to where you were").into(),
            so_far: if world.keeps_nothing() {
                tr("this rehearsal is kept nowhere: leaving ends it").into()
            } else if world.view.as_ref().is_some_and(|v| v.only_copy.is_some()) {
                tr("everything is saved, on one medium alone: there is no second copy").into()
            } else {
                tr("everything done so far is saved").into()
            },
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let mut offers = vec![
            Offer::word(Verb::Enter, tr("stay")),
            Offer::word(Verb::Yes, self.word()),
            // Beside Enter, which stays too: the row has other keys to name.
            Offer::word(Verb::Back, ""),
            Offer::word(Verb::Leave, tr("leave keymoot")),
        ];
        if card(world).is_some() && !self.busy {
            offers.push(Offer::word(Verb::Write, tr("write the card")));
        }
        if exists_once(world).is_some() && !self.busy {
            offers.push(Offer::word(Verb::Copy, tr("copy it first")));
        }
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Leaving closes the vault, wipes what was held in memory and gives the terminal back.",
            "Every act that changes the vault changes the six words of the witness card. The witness copies sequence number and words before the vault is closed, or w writes the card to a file; the next opening asks for them.",
            "A production vault without a second copy is lost with its medium. b makes the copy now: the act is signed like any other, written to an empty folder on another medium, and read back.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(4);
        let mut y = 1;
        let mut say = |role, text: &str| y += canvas.paragraph(2, y, width, role, text) + 1;
        let keys = if self.closing {
            tr("Enter stays. y closes. Ctrl-C leaves keymoot.")
        } else {
            tr("Enter stays. y leaves. Ctrl-C again leaves keymoot.")
        };
        say(Role::Title, keys);
        for line in &self.in_hands {
            say(Role::Stop, line);
        }
        if world.keeps_nothing() {
            say(
                Role::Text,
                tr(
                    "This is a rehearsal: when you leave, its vault and everything in it is gone. That is what it is for.",
                ),
            );
        } else if world.view.is_some() {
            if let Some(words) = card(world) {
                say(Role::Wait, &words);
                if let Some(lines) = card_lines(world) {
                    say(Role::Title, &lines.join("\n"));
                }
            }
            if let Some(only) = exists_once(world) {
                say(Role::Stop, &only);
                say(
                    Role::Wait,
                    tr("b makes that copy now, and comes back here."),
                );
            }
            if let Some(words) = waiting(world) {
                say(Role::Wait, &words);
            }
            say(
                Role::Text,
                closes(world.view.as_deref().and_then(open_run).as_ref()),
            );
        } else {
            say(Role::Text, tr("No vault is open. Nothing is lost."));
        }
        if self.busy {
            say(
                Role::Note,
                tr(
                    "keymoot is working on something. What is not yet committed leaves no trace; what is committed stays.",
                ),
            );
        }
    }

    fn looks_on(&self) -> bool {
        true
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Enter | Verb::Back => Reaction::pop(),
            Verb::Yes => self.yes(),
            Verb::Write if card(world).is_some() => Reaction::push(Changed::card()),
            Verb::Copy => Reaction::push(Act::backup(world)),
            _ => Reaction::none(),
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        match key.code {
            KeyCode::Char('Y') => self.yes(),
            KeyCode::Char('n' | 'N') => Reaction::pop(),
            _ => Reaction::none(),
        }
    }
}
