//! The root above a counterparty's certificate: chosen by the file that names it, not by who fills the form in.

use std::path::PathBuf;

use super::Act;
use crate::session::above::{Above, ROOT};
use crate::session::field::Kind;
use crate::session::guide;
use crate::tui::message::{News, Order};
use crate::tui::screen::Reaction;
use crate::tui::widgets::choice::Choices;
use crate::tui::world::World;

/// What the files say about it.
#[derive(Default)]
pub(super) struct Root {
    /// The files that were asked, by field.
    of: Vec<(String, PathBuf)>,
    /// Whether the desk is asked now.
    waiting: bool,
    /// Files that were refused as they are named.
    refused: Vec<(String, PathBuf)>,
    said: Option<Above>,
    /// Which of them came in before.
    pub(super) known: Vec<String>,
}

impl Act {
    /// Asks the desk whether the files are what their fields ask for, and which root stands above them, where they are
    /// others than it was asked about.
    pub(super) fn look_above(&mut self) -> Reaction {
        let paths = self.paths();
        let asks = self.op.fields.iter().any(|field| field.kind == Kind::File);
        if !asks || paths == self.root.of {
            return Reaction::none();
        }
        self.root.of.clone_from(&paths);
        self.root.known.clear();
        if paths.is_empty() {
            return Reaction::none();
        }
        self.root.waiting = true;
        Reaction::order(Order::Above(self.op.name, paths))
    }

    /// The same once more: what is trusted here may be more than it was.
    pub(super) fn look_again(&mut self) -> Reaction {
        self.root.of.clear();
        self.look_above()
    }

    /// The desk's answer; `false` where it answers something else.
    pub(super) fn looked(&mut self, news: &News, world: &World) -> bool {
        if !self.root.waiting {
            return false;
        }
        self.root.waiting = false;
        match news {
            News::Above(said, known) => {
                self.root.known.clone_from(known);
                self.heard.clone_from(known);
                if *said != self.root.said {
                    self.root.said.clone_from(said);
                    self.fit(world);
                }
            }
            News::Refused(text) => {
                // The file may be there when it is named again.
                self.root.refused = std::mem::take(&mut self.root.of);
                self.error = Some(self.form.refused(text));
            }
            _ => return false,
        }
        true
    }

    /// The choices as the files leave them.
    fn fit(&mut self, world: &World) {
        let Some(view) = &world.view else { return };
        let entries = guide::keys(view, self.op.name, ROOT);
        let entries = match &self.root.said {
            Some(above) => above.sorted(entries),
            None => entries,
        };
        self.form.set_choices(ROOT, Choices::new(entries));
        self.form.ask_again(ROOT);
        self.error = self.root.said.as_ref().and_then(Above::missing);
    }

    /// Whether the file in the field at hand was refused, and is named as it was.
    pub(super) fn file_refused(&self) -> bool {
        let here = |(id, _): &(String, PathBuf)| self.form.on(id);
        self.error.is_some()
            && self.root.refused.iter().any(here)
            && self.root.refused == self.paths()
    }

    /// Whether Enter leads to the import of a root: the cursor is on that field, and no root here fits.
    pub(super) fn root_first(&self) -> bool {
        let missing = self.root.said.as_ref().is_some_and(|a| a.fits.is_empty());
        missing && self.form.on(ROOT)
    }
}
