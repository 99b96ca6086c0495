//! Writing a text to a file that is not there yet.

use std::path::Path;

use crossterm::event::KeyEvent;

use crate::evidence::report::{Format, RunReport};
use crate::session::field::Footing;
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// Where to write.
pub(crate) struct Save {
    title: &'static str,
    path: TextField,
    bytes: Vec<u8>,
    /// Where it is a report: it is drawn anew for the end of the name.
    report: Option<Box<RunReport>>,
    digest: Digest,
    error: Option<String>,
    waiting: bool,
}

impl Save {
    /// A page that asks for a path, with a proposal.
    pub(crate) fn new(title: &'static str, proposal: &str, bytes: Vec<u8>) -> Self {
        let path = TextField::proposing(proposal);
        Self {
            title,
            path,
            digest: Digest::of_bytes("SHA-256 of the file", &bytes),
            bytes,
            report: None,
            error: None,
            waiting: false,
        }
    }

    /// The same for a report, whose form follows the end of the file's name.
    pub(crate) fn report(proposal: &str, report: Box<RunReport>) -> Self {
        let mut screen = Self::new("Evidence: write the report", proposal, Vec::new());
        screen.report = Some(report);
        screen.drawn();
        screen
    }

    fn form(&self) -> Format {
        Format::of(Path::new(self.path.value().trim()))
    }

    /// What is written under this name.
    fn drawn(&mut self) {
        if let Some(report) = &self.report {
            self.bytes = self.form().draw(report).into_bytes();
            self.digest = Digest::of_bytes("SHA-256 of the file", &self.bytes);
        }
    }
}

impl Screen for Save {
    fn digest(&self, _world: &World) -> Option<Digest> {
        Some(self.digest.clone())
    }

    fn name(&self) -> &'static str {
        "Write file"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![self.title.into()]
    }

    fn footing(&self, _world: &World) -> Footing {
        Footing {
            acts: "whoever is at the keyboard".into(),
            enter: "writes a new file of that name; one that is there is never overwritten".into(),
            so_far: "nothing was written".into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        vec![Offer::word(Verb::Enter, "write"), Offer::plain(Verb::Back)]
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "The path counts from the folder keymoot was started in. Folders that are missing are made.",
        ]
    }

    fn wants(&self) -> Option<(Wants, String)> {
        Some((Wants::Folder, self.path.value().to_owned()))
    }

    fn picked(&mut self, path: &Path) {
        let typed = std::path::PathBuf::from(self.path.value().trim());
        let name = typed.file_name().unwrap_or_default();
        self.path.set(&path.join(name).to_string_lossy());
        self.drawn();
    }

    fn typing(&self) -> bool {
        true
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let room = canvas.width().saturating_sub(4);
        canvas.put(2, 1, Role::Title, "Path of the new file");
        canvas.put(2, 3, Role::Focus, "►");
        self.path.draw(canvas, 4, 3, room.saturating_sub(2), true);
        canvas.put(
            2,
            5,
            Role::Muted,
            &match &self.report {
                None => format!("{} bytes, no secret in it", self.bytes.len()),
                Some(_) => format!("{} bytes: {}", self.bytes.len(), self.form().words()),
            },
        );
        let digest = super::done::groups(&self.digest.hex);
        canvas.paragraph(2, 6, room, Role::Muted, &format!("SHA-256  {digest}"));
        let mut y = 9;
        if self.report.is_some() {
            let words = "A name that ends in .md is written as Markdown, one in .html as a page for a browser, every other as text. For ink, print the text.";
            y = canvas
                .paragraph(2, y, room, Role::Muted, words)
                .saturating_add(y)
                .saturating_add(1);
        }
        super::wizard::complaint(canvas, y, self.error.as_ref());
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match verb {
            Verb::Back => Reaction::pop(),
            Verb::Enter => {
                self.waiting = true;
                let path = self.path.value().trim().into();
                Reaction::order(Order::Save {
                    path,
                    bytes: self.bytes.clone(),
                })
            }
            _ => Reaction::none(),
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.error = None;
        self.path.key(&key);
        self.drawn();
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.path.insert(text);
        self.drawn();
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Saved(path) => {
                let words = format!("written and read back: {}", path.display());
                let mut reaction = Reaction::one(Step::Notice(Role::Ok, words));
                reaction.0.push(Step::Pop);
                Some(reaction)
            }
            News::Refused(text) => {
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}
