//! Which folder takes the files of a ceremony.

use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

use crate::ceremony::handed_over;
use crate::session::Run;
use crate::session::asked::FOLDER;
use crate::session::field::{Field, Footing};
use crate::session::handing_out::free_folder;
use crate::session::view::UnwrittenView;
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::world::World;

/// The field, in the words of a ceremony's files.
const FIELD: Field = Field {
    hint: "A new or empty folder, for example on a stick. Nothing is ever overwritten.",
    ..FOLDER
};

/// Which run's files are written.
#[derive(Clone)]
pub(crate) enum Of {
    /// The one on screen: all of them once it has ended, before that what it has made so far.
    Ended,
    /// The one with this id.
    Run(String),
    /// No run: one act's file, with this digest, that is still to be written.
    Unwritten { file: String, sha256: String },
}

/// The question.
pub(crate) struct FolderFor {
    of: Of,
    files: usize,
    /// Whether the run is over: report and summary come then.
    over: bool,
    form: Form,
}

impl FolderFor {
    /// For the files of this run, with a proposal that bears the vault's mark.
    pub(crate) fn new(of: Of, run: &Run, world: &World) -> Self {
        let mark = world
            .view
            .as_ref()
            .map_or("", |view| view.profile.file_mark());
        let mut form = Form::of(&[FIELD]);
        form.propose(
            FIELD.id,
            &free_folder(&format!("{}{mark}.files", run.script)),
        );
        let files = handed_over(run).len();
        let over = run.outcome.is_some();
        Self {
            of,
            files,
            over,
            form,
        }
    }

    /// For an act's file that is still to be written; its folder is named after it.
    pub(crate) fn unwritten(file: &UnwrittenView, world: &World) -> Self {
        let mark = world.view.as_ref().map_or("", |v| v.profile.file_mark());
        let stem = file.file.split('.').next().unwrap_or_default();
        let mut form = Form::of(&[FIELD]);
        form.propose(FIELD.id, &free_folder(&format!("{stem}{mark}.files")));
        Self {
            of: Of::Unwritten {
                file: file.file.clone(),
                sha256: file.sha256.clone(),
            },
            files: 1,
            over: true,
            form,
        }
    }

    /// What is written, in a sentence.
    fn words(&self) -> String {
        match (&self.of, self.files) {
            (Of::Unwritten { file, .. }, _) => say!(
                "{file} is written, with NEXT.txt. It is the same file that was signed for; nobody signs again.",
                file
            ),
            (_, n) if !self.over => say!(
                "Files for the other side so far: {n}. They are written, with NEXT.txt; the ceremony goes on behind.",
                n
            ),
            (_, 0) => tr(
                "No file of this ceremony is for others: report.txt and ceremony.json are written.",
            )
            .to_owned(),
            (_, 1) => {
                tr("1 file for others is written, with NEXT.txt, report.txt and ceremony.json.")
                    .to_owned()
            }
            (_, n) => say!(
                "{n} files for others are written, with report.txt and ceremony.json.",
                n
            ),
        }
    }

    fn enter(&mut self) -> Reaction {
        if self.form.enter() == Pressed::Stays {
            return Reaction::none();
        }
        let typed = self.form.text(FIELD.id).unwrap_or_default();
        let folder = PathBuf::from(typed.trim());
        let order = match &self.of {
            Of::Ended => Order::WriteOutputs(folder),
            Of::Run(run) => Order::WriteRun {
                run: run.clone(),
                folder,
            },
            Of::Unwritten { sha256, .. } => Order::WriteUnwritten {
                sha256: sha256.clone(),
                folder,
            },
        };
        Reaction::pop().then(Step::Order(order))
    }
}

impl Screen for FolderFor {
    fn name(&self) -> &'static str {
        "Files of a run"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        match self.of {
            Of::Unwritten { .. } => vec![tr("Exchange").into(), tr("write its file").into()],
            _ => vec![tr("Ceremonies").into(), tr("write its files").into()],
        }
    }

    fn footing(&self, _world: &World) -> Footing {
        Footing {
            acts: tr("whoever is at the keyboard").into(),
            enter: self
                .form
                .enter_says(tr("writes the files into this folder and reads them back")),
            so_far: tr("the vault holds them; on this page nothing was written").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        self.form.page_offers(
            Offer::word(Verb::Enter, tr("write")),
            Offer::plain(Verb::Back),
        )
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "The files that the ceremony made for others, with NEXT.txt, its report and ceremony.json. The vault keeps all of them, so they can be written again: Evidence, x.",
        ]
    }

    fn typing(&self) -> bool {
        self.form.typing()
    }

    fn wants(&self) -> Option<(Wants, String)> {
        self.form.wants()
    }

    fn picked(&mut self, path: &Path) {
        self.form.picked(path);
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let words = self.words();
        self.form.draw_page(&[(Role::Text, words.as_str())], canvas);
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match verb {
            Verb::Enter => return self.enter(),
            Verb::Back => return Reaction::pop(),
            other => self.form.verb(other),
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.form.key(&key);
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.form.paste(text);
        Reaction::none()
    }
}
