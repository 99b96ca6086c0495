//! What would not begin in the open vault stands off in the list, with its reason and what brings it.

use std::collections::BTreeMap;

use super::{Listed, Picker, Place};
use crate::ceremony::{Play, Rehearsed, Script, another_open, not_here, shell_word, shipped};
use crate::session::Profile;
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Step};
use crate::tui::screens::begin::Begin;
use crate::tui::screens::runner::RunScreen;
use crate::tui::widgets::list::Cursor;
use crate::tui::world::World;

impl Listed {
    /// Whether it stands off for want of a rehearsal, which may have been held since.
    pub(super) fn may_be_rehearsed_now(&self) -> bool {
        self.off.as_ref().is_some_and(|off| off.again)
    }

    /// How a command names it.
    fn command_word(&self) -> String {
        let ships = shipped()
            .iter()
            .any(|(_, bytes)| *bytes == self.script.as_slice());
        if ships {
            self.id.clone()
        } else {
            shell_word(&self.file)
        }
    }
}

impl Picker {
    /// The list of the open vault, as a screen that has what it shows read: which scripts were rehearsed.
    pub(crate) fn open(world: &World) -> Reaction {
        Self::asking(Reaction::push(Self::here(world)), world)
    }

    /// The same with the script of this id under the cursor.
    pub(crate) fn on(id: &str, world: &World) -> Reaction {
        let mut picker = Self::here(world);
        let at = picker.listed.iter().position(|listed| listed.id == id);
        picker.cursor = Cursor::on(at.unwrap_or_default());
        Self::asking(Reaction::push(picker), world)
    }

    /// Has the rehearsals read where this vault asks for them.
    pub(super) fn asking(reaction: Reaction, world: &World) -> Reaction {
        let view = world.view.as_deref();
        if view.is_some_and(|view| view.profile == Profile::Production) {
            return reaction.then(Step::Order(Order::Rehearsals));
        }
        reaction
    }

    /// Marks what would not begin in the open vault. A run that stands open is past that.
    pub(super) fn judge(&mut self, world: &World) {
        let view = world.view.as_deref().filter(|_| self.place == Place::Here);
        let Some(view) = view else {
            return;
        };
        let vault = (view.profile, view.software_generation);
        let rehearsals = self.rehearsals.as_ref();
        let asked = rehearsals.filter(|_| view.profile == Profile::Production);
        for listed in &mut self.listed {
            let script = Script::parse(&listed.script).ok();
            let found = script.as_ref().zip(asked);
            listed.rehearsed = found.and_then(|(script, read)| read.found(script));
            let off = script.and_then(|script| {
                let called = listed.command_word();
                let other = another_open(view, &listed.sha256);
                other.or_else(|| not_here(&script, &called, vault, rehearsals))
            });
            listed.off = off.filter(|_| !listed.stands_open(world));
        }
    }

    /// Which rehearsal a production vault would begin it with.
    pub(super) fn rehearsed(&self, chosen: &Listed, world: &World) -> Option<Rehearsed> {
        let view = world.view.as_ref();
        view.filter(|view| view.profile == Profile::Production)?;
        let script = Script::parse(&chosen.script).ok()?;
        self.rehearsals.as_ref()?.found(&script)
    }

    /// Enter where a production vault asks for a rehearsal looks again: it may have been rehearsed in another terminal
    /// since, and the page that asks whether it begins says when.
    pub(super) fn looks_again(&mut self, world: &World) -> Option<Reaction> {
        let view = world.view.as_deref().filter(|_| self.place == Place::Here);
        let wants = view.is_some_and(|view| view.profile == Profile::Production);
        let begins = |listed: &Listed| wants && listed.off.is_none() && !listed.stands_open(world);
        let chosen = self.listed.get(self.cursor.at());
        self.asked_again = chosen.is_some_and(|l| l.may_be_rehearsed_now() || begins(l));
        self.asked_again.then(|| Reaction::order(Order::Rehearsals))
    }

    /// What comes of that: the page that asks whether it begins, if it would now.
    pub(super) fn looked_again(&mut self, world: &World) -> Reaction {
        let asked = std::mem::take(&mut self.asked_again);
        let chosen = self.listed.get(self.cursor.at());
        if asked && chosen.is_some_and(|listed| listed.off.is_none()) {
            return self.begin(world);
        }
        Reaction::none()
    }

    /// What Enter begins: in a vault that stays its page first.
    pub(super) fn begin(&self, world: &World) -> Reaction {
        let Some(chosen) = self.listed.get(self.cursor.at()) else {
            return Reaction::none();
        };
        if chosen.has_errors() && !chosen.stands_open(world) {
            return Reaction::none();
        }
        // What begins in a vault that stays is recorded there: that is asked once more.
        let stays = world.view.as_ref().is_some_and(|view| view.kept);
        if self.place == Place::Here && stays && !chosen.stands_open(world) {
            let rehearsed = self.rehearsed(chosen, world);
            return Reaction::push(Begin::new(chosen.clone(), rehearsed, world));
        }
        // A run that goes on has its files.
        let inputs = if chosen.stands_open(world) && self.place == Place::Here {
            BTreeMap::new()
        } else {
            chosen.inputs.clone()
        };
        let script = chosen.script.clone();
        let order = match self.place {
            Place::Rehearsal => Order::Play(Box::new(Play {
                inputs,
                ..Play::rehearsal(script)
            })),
            Place::Here => Order::PlayHere {
                script,
                inputs,
                resume: chosen.stands_open(world),
                people: BTreeMap::new(),
                real: false,
                clock: None,
                out: None,
            },
        };
        let closes = self.place == Place::Rehearsal;
        Reaction::push(RunScreen::new(&chosen.title, None, closes)).then(Step::Order(order))
    }
}
