//! Production: everybody's turn to name a folder on the own medium, as a form.

use std::path::{Path, PathBuf};

use crate::session::founding::Envelopes;
use crate::session::founding::fields::MEDIUM;
use crate::tui::canvas::Canvas;
use crate::tui::message::Order;
use crate::tui::screen::Reaction;
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};

/// The turns of everybody who has an envelope.
pub(super) struct Media {
    pub(super) envelopes: Envelopes,
    pub(super) form: Form,
    pub(super) error: Option<String>,
}

impl Media {
    /// Turns in the order of the people; `envelopes` are person, kind and text.
    pub(super) fn new(envelopes: &[(String, &'static str, String)]) -> Self {
        Self {
            envelopes: Envelopes::new(envelopes),
            form: Form::of(&[MEDIUM]),
            error: None,
        }
    }

    /// Writes this person's envelopes to the folder that was typed.
    pub(super) fn enter(&mut self, vault: &Path) -> Reaction {
        self.error = None;
        if self.form.enter() != Pressed::Complete {
            return Reaction::none();
        }
        let Some((_, files)) = self.envelopes.turn() else {
            return Reaction::none();
        };
        let folder = self.form.text(MEDIUM.id).unwrap_or_default();
        Reaction::order(Order::PlaceEnvelopes {
            folder: folder.trim().into(),
            files: files.clone(),
            vault: vault.to_owned(),
            taken: self.envelopes.taken().to_vec(),
        })
    }

    /// They were written and read back: the next person comes.
    pub(super) fn placed(&mut self, folder: PathBuf) {
        self.envelopes.placed(folder);
        self.form = Form::of(&[MEDIUM]);
        self.error = None;
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        let Some([head, words]) = self.envelopes.told() else {
            return;
        };
        let mut y = canvas
            .paragraph(0, 0, width, Role::Title, &head)
            .saturating_add(1);
        let mut used = 0;
        canvas.within(0, y, width, height, |c| used = self.form.draw(c));
        y = y.saturating_add(used).saturating_add(1);
        y = y
            .saturating_add(canvas.paragraph(0, y, width, Role::Text, &words))
            .saturating_add(1);
        if let Some(error) = &self.error {
            canvas.paragraph(0, y, width, Role::Stop, &format!("STOP  {error}"));
        }
    }
}
