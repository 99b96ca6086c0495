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
                    let before = std::mem::replace(&mut self.root.said, said.clone());
                    self.fit(before.as_ref(), world);
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
    fn fit(&mut self, before: Option<&Above>, world: &World) {
        let Some(view) = &world.view else { return };
        let chosen = self.text(ROOT);
        let entries = guide::keys(view, self.op.name, ROOT);
        let entries = match &self.root.said {
            Some(above) => above.sorted(entries),
            None => entries,
        };
        self.form.set_choices(ROOT, Choices::new(entries));
        let fits = |above: &Above| above.fits.contains(&chosen);
        if before.is_none_or(fits) && self.root.said.as_ref().is_some_and(fits) {
            // What was chosen is what the file says: nobody is taken back to it in the middle of another field.
            self.form.set(ROOT, &chosen);
            return;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::op_exchange::IMPORT_TR34;
    use crate::tui::keys::Verb;

    /// The file named the root that was chosen already, and the cursor was taken back to it: the next answer fell on the
    /// wrong field.
    #[test]
    fn a_file_that_names_the_chosen_root_leaves_the_cursor_alone() {
        let room = crate::tui::screens::tests::full();
        let world = &room.state.world;
        let view = world.view.clone().unwrap();
        let roots = guide::keys(&view, IMPORT_TR34.name, ROOT);
        let one = roots.iter().find(|entry| entry.off.is_none()).unwrap();
        let said = |fits: Vec<String>| {
            let issuer = "CN=them".to_owned();
            News::Above(Some(Above { fits, issuer }), Vec::new())
        };
        let act = || {
            let mut act = Act::of(&IMPORT_TR34, None, world);
            act.form.set(ROOT, &one.id);
            (0..3).for_each(|_| act.form.verb(Verb::NextField));
            act.root.waiting = true;
            assert!(act.form.on("nonce"));
            act
        };
        let mut same = act();
        assert!(same.looked(&said(vec![one.id.clone()]), world));
        assert!(same.form.on("nonce") && same.text(ROOT) == one.id);
        let mut none = act();
        assert!(none.looked(&said(Vec::new()), world));
        assert!(none.form.on(ROOT) && none.error.is_some());
    }
}
