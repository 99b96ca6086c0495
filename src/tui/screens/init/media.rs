//! Production: everybody's turn to name a folder on the own medium, as a form; then what was written there is read before
//! the keyboard goes on.

use std::path::{Path, PathBuf};

use crate::session::field::Footing;
use crate::session::founding::Envelopes;
use crate::session::founding::fields::MEDIUM;
use crate::session::keyboard::HandOver;
use crate::session::media;
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::message::Order;
use crate::tui::screen::Reaction;
use crate::tui::screens::handover;
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};

/// What was written for one person.
struct Written {
    person: String,
    files: String,
    folder: PathBuf,
    notes: Vec<String>,
}

/// The turns of everybody who has an envelope.
pub(super) struct Media {
    pub(super) envelopes: Envelopes,
    pub(super) form: Form,
    pub(super) error: Option<String>,
    /// What was written for the person who is still here.
    written: Option<Written>,
    /// Whether the next person is only called.
    blank: bool,
}

impl Media {
    /// Turns in the order of the people; `envelopes` are person, kind and text.
    pub(super) fn new(envelopes: &[(String, &'static str, String)]) -> Self {
        Self {
            envelopes: Envelopes::new(envelopes),
            form: Form::of(&[MEDIUM]),
            error: None,
            written: None,
            blank: true,
        }
    }

    /// Whether a folder is asked for now.
    pub(super) const fn asks(&self) -> bool {
        self.written.is_none() && !self.blank
    }

    /// Whether the page is blank but for whom it waits for.
    pub(super) const fn calls(&self) -> bool {
        self.written.is_none() && self.blank
    }

    /// Whether everybody has theirs, and the last one has read where.
    pub(super) fn over(&self) -> bool {
        self.written.is_none() && self.envelopes.over()
    }

    /// Writes this person's envelopes to the folder that was typed; before and after it, goes on.
    pub(super) fn enter(&mut self, vault: &Path) -> Reaction {
        self.error = None;
        if self.written.take().is_some() {
            self.blank = true;
            return Reaction::none();
        }
        if std::mem::take(&mut self.blank) {
            return Reaction::none();
        }
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

    /// They were written and read back: their owner reads where, before the next person comes.
    pub(super) fn placed(&mut self, folder: PathBuf, notes: Vec<String>) {
        self.written = self.envelopes.turn().map(|(person, files)| {
            let files: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
            Written {
                person: person.clone(),
                files: files.join(" and "),
                folder: folder.clone(),
                notes,
            }
        });
        self.envelopes.placed(folder);
        self.form = Form::of(&[MEDIUM]);
        self.error = None;
    }

    /// `2 of 5`: who is at the keyboard.
    pub(super) fn count(&self) -> String {
        self.envelopes.count(self.written.is_some())
    }

    /// Whether somebody reads where theirs were written, and may say that it is not their medium.
    pub(super) const fn reading(&self) -> bool {
        self.written.is_some()
    }

    /// It was not: the same person names another folder; what was written stays where it is, and the sentence says so.
    pub(super) fn misplaced(&mut self) -> Option<String> {
        let written = self.written.take()?;
        self.envelopes.misplaced();
        // The rest of the making says it again.
        Some(media::still_lie(&written.files, &written.folder))
    }

    /// The three lines.
    pub(super) fn footing(&self) -> Footing {
        let usual = self.envelopes.footing();
        if let Some(written) = &self.written {
            let next = self.envelopes.turn().map(|(person, _)| person);
            return Footing {
                acts: say!(
                    "{person}, who takes the medium out",
                    person = written.person
                ),
                enter: next.map_or_else(
                    || tr("goes on to the papers").to_owned(),
                    |next| say!("hands the keyboard to {next}, behind a blank page", next),
                ),
                so_far: usual.so_far,
            };
        }
        if self.blank {
            let person = self
                .envelopes
                .turn()
                .map_or("", |(person, _)| person.as_str());
            return Footing {
                acts: say!(
                    "{person} takes the keyboard; everybody else steps back",
                    person
                ),
                enter: tr("goes on to this person's turn").to_owned(),
                so_far: usual.so_far,
            };
        }
        Footing {
            enter: self.form.enter_says(&usual.enter),
            ..usual
        }
    }

    /// The blank page before a person.
    pub(super) fn draw_blank(&self, canvas: &mut Canvas<'_>) {
        let person = self
            .envelopes
            .turn()
            .map_or("", |(person, _)| person.as_str());
        let page = HandOver {
            role: "",
            person,
            what: tr("everyone's own envelopes, onto a medium of their own"),
            saved: &say!(
                "So far: {so_far}.",
                so_far = self.envelopes.footing().so_far
            ),
        };
        handover::draw(&page, canvas);
    }

    fn draw_written(&self, written: &Written, canvas: &mut Canvas<'_>) {
        let width = canvas.width();
        let ok = say!(
            "ok    {files} of {person} written and read back.",
            files = written.files,
            person = written.person
        );
        let mut y = canvas.paragraph(0, 0, width, Role::Ok, &ok);
        let folder = say!("Folder: {folder}", folder = written.folder.display());
        y = y
            .saturating_add(canvas.paragraph(0, y, width, Role::Text, &folder))
            .saturating_add(1);
        for note in &written.notes {
            let words = say!("note  {note}", note);
            y = y
                .saturating_add(canvas.paragraph(0, y, width, Role::Note, &words))
                .saturating_add(1);
        }
        let elsewhere = self.envelopes.elsewhere(Some(&written.person));
        let asked = media::is_own(&written.person, elsewhere.as_deref());
        let words = say!(
            "{asked} If that is not your own medium, Esc asks for another folder.",
            asked
        );
        canvas.paragraph(0, y, width, Role::Wait, &words);
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>) {
        if let Some(written) = &self.written {
            self.draw_written(written, canvas);
            return;
        }
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
