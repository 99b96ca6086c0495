//! What is reached from the screen on top: other places of the vault, what Welcome offers, folders and files.

use crate::text::tr;
use crate::tui::app::State;
use crate::tui::keys::{Offer, Verb};
use crate::tui::screen::{Screen, Wants};
use crate::tui::screens::places::Place;
use crate::tui::screens::welcome::{Listed, Way, listed};

/// The first screen, where no vault is open.
const WELCOME: &str = "Welcome";

/// The name of the screen that everything in a vault begins at.
pub(super) const HOME: &str = "Home";

impl State {
    /// Why nobody goes to this place from here; `None` where everything on screen can wait.
    pub(crate) fn held(&self, place: Place) -> Option<String> {
        match &self.world.view {
            // A text is read whatever is open.
            _ if place.only_tells().is_some() || place == Place::Files => {}
            None if !place.needs_a_vault() => {}
            None => return Some(tr("no vault is open").to_owned()),
            Some(view) if view.returning.is_some() => {
                return Some(tr("a copy is open, to be returned to").to_owned());
            }
            Some(_) if !self.screens().any(|screen| screen.name() == HOME) => {
                return Some(tr("this vault is open for this alone").to_owned());
            }
            Some(_) => {}
        }
        if self.screens().any(Screen::secret) {
            return Some(tr("a secret is being typed: Enter or Esc first").to_owned());
        }
        self.screens().find_map(Screen::holds).map(str::to_owned)
    }

    /// What Welcome offers, each with why it is off, where no vault is open: it begins there and nowhere else, so that
    /// nothing that was half done lies beneath.
    pub(crate) fn ways_in(&self) -> Vec<(Listed, Option<String>)> {
        let offered = self.world.view.is_none() && self.screens().any(|s| s.name() == WELCOME);
        let elsewhere = self.top().is_none_or(|top| top.name() != WELCOME);
        let ways = listed(&self.world).into_iter();
        // That page is a place of its own, and open from everywhere.
        let ways = ways.filter(|line| offered && line.way != Way::Doctor);
        let ways = ways.map(|line| {
            let off = match line.way.off() {
                None if elsewhere => Some(tr("it begins at Welcome: Esc leads back there")),
                off => off,
            };
            (line, off.map(str::to_owned))
        });
        ways.collect()
    }

    /// The key that shows folders and files, where the field at hand takes a path: called by what is chosen.
    pub(super) fn browses(&self) -> Option<Offer> {
        let (wants, _) = self.top()?.wants()?;
        Some(match wants {
            Wants::Folder => Offer::word(Verb::Browse, tr("choose folder")),
            Wants::File | Wants::Vault => Offer::plain(Verb::Browse),
        })
    }
}
