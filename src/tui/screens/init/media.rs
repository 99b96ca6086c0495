//! Production: each person's envelopes go to a medium of that person's own, one after the other, and are read back.
//! They lie nowhere else, so whoever holds the vault's medium holds no share.

use std::path::{Path, PathBuf};

use super::fields::MEDIUM;
use crate::session::field::Footing;
use crate::tui::canvas::Canvas;
use crate::tui::message::Order;
use crate::tui::screen::Reaction;
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};

/// One person's envelopes: file name and armored text.
type Turn = (String, Vec<(String, String)>);

/// The turns of everybody who has an envelope.
pub(super) struct Media {
    turns: Vec<Turn>,
    /// Folders that were written, in the order of the turns.
    placed: Vec<PathBuf>,
    pub(super) form: Form,
    pub(super) error: Option<String>,
}

impl Media {
    /// Turns in the order of the people; `envelopes` are person, kind and text.
    pub(super) fn new(envelopes: &[(String, &'static str, String)]) -> Self {
        let mut turns: Vec<Turn> = Vec::new();
        for (person, kind, text) in envelopes {
            let name = crate::session::paper_name(person, &format!("{kind}.age"));
            let file = (name, text.clone());
            match turns.iter_mut().find(|(known, _)| known == person) {
                Some((_, files)) => files.push(file),
                None => turns.push((person.clone(), vec![file])),
            }
        }
        Self {
            turns,
            placed: Vec::new(),
            form: Form::of(&[MEDIUM]),
            error: None,
        }
    }

    fn turn(&self) -> Option<&Turn> {
        self.turns.get(self.placed.len())
    }

    /// Whether everybody's envelopes lie where they belong.
    pub(super) fn over(&self) -> bool {
        self.turn().is_none()
    }

    /// `2 of 5`
    pub(super) fn count(&self) -> String {
        let at = self.placed.len().saturating_add(1).min(self.turns.len());
        format!("{at} of {}", self.turns.len())
    }

    /// Writes this person's envelopes to the folder that was typed.
    pub(super) fn enter(&mut self, vault: &Path) -> Reaction {
        self.error = None;
        if self.form.enter() != Pressed::Complete {
            return Reaction::none();
        }
        let Some((_, files)) = self.turn() else {
            return Reaction::none();
        };
        let folder = self.form.text(MEDIUM.id).unwrap_or_default();
        Reaction::order(Order::PlaceEnvelopes {
            folder: folder.trim().into(),
            files: files.clone(),
            vault: vault.to_owned(),
            taken: self.placed.clone(),
        })
    }

    /// They were written and read back: the next person comes.
    pub(super) fn placed(&mut self, folder: PathBuf) {
        self.placed.push(folder);
        self.form = Form::of(&[MEDIUM]);
        self.error = None;
    }

    pub(super) fn footing(&self) -> Footing {
        let who = self.turn().map_or("nobody", |(name, _)| name.as_str());
        Footing {
            acts: format!("{who}, with a medium of their own in the machine"),
            enter: format!("writes the envelopes of {who} there and reads them back"),
            so_far: format!(
                "the vault exists; {} of {} people have their envelopes",
                self.placed.len(),
                self.turns.len()
            ),
        }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        let Some((name, files)) = self.turn() else {
            return;
        };
        let head = format!("{name}: your envelopes go to your own medium, and nowhere else.");
        let mut y = canvas
            .paragraph(0, 0, width, Role::Title, &head)
            .saturating_add(1);
        let mut used = 0;
        canvas.within(0, y, width, height, |c| used = self.form.draw(c));
        y = y.saturating_add(used).saturating_add(1);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let words = format!(
            "Written there: {}. Only your words open them. When they are read back, take the medium out and keep it.",
            names.join(" and ")
        );
        y = y
            .saturating_add(canvas.paragraph(0, y, width, Role::Text, &words))
            .saturating_add(1);
        if let Some(error) = &self.error {
            canvas.paragraph(0, y, width, Role::Stop, &format!("STOP  {error}"));
        }
    }
}
