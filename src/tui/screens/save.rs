//! Writing a text to a file that is not there yet.

use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::form::or_empty;
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// Makes the bytes for a path and says what kind of text they are; or why there is none of that name.
pub(crate) type Make = Box<dyn Fn(&Path) -> Result<(Vec<u8>, String), String>>;

/// Where to write.
pub(crate) struct Save {
    title: &'static str,
    path: TextField,
    bytes: Vec<u8>,
    /// Where the file's name decides what stands in it: it is made anew for each name.
    make: Option<Make>,
    /// What kind of text it is.
    kind: String,
    /// What a name decides, where it decides anything.
    names: &'static str,
    /// What is done with the file once it is there.
    next: &'static str,
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
            digest: Digest::of_bytes(tr("SHA-256 of the file"), &bytes),
            bytes,
            make: None,
            kind: tr("no secret in it").to_owned(),
            names: "",
            next: "",
            error: None,
            waiting: false,
        }
    }

    /// A bundle.
    pub(crate) fn bundle(proposal: &str, bytes: Vec<u8>) -> Self {
        Self::new(tr("Evidence: write the bundle"), proposal, bytes)
    }

    /// The same for a text that depends on the name of the file.
    pub(crate) fn made(
        title: &'static str,
        proposal: &str,
        names: &'static str,
        make: Make,
    ) -> Self {
        let mut screen = Self {
            make: Some(make),
            names,
            ..Self::new(title, proposal, Vec::new())
        };
        screen.remake();
        screen
    }

    /// Says beside the path, once it is written, what it is and what is done with it.
    pub(crate) const fn then_says(mut self, next: &'static str) -> Self {
        self.next = next;
        self
    }

    /// Another name stands there: what is wrong with it is said once it is entered.
    fn renamed(&mut self) {
        self.remake();
        self.error = None;
    }

    /// What is written under this name; whether there is such a text.
    fn remake(&mut self) -> bool {
        let Some(make) = &self.make else { return true };
        match make(Path::new(self.path.value().trim())) {
            Ok((bytes, kind)) => {
                self.digest = Digest::of_bytes(tr("SHA-256 of the file"), &bytes);
                (self.bytes, self.kind, self.error) = (bytes, kind, None);
                true
            }
            Err(why) => {
                self.error = Some(why);
                false
            }
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
        self.title.split(": ").map(str::to_owned).collect()
    }

    fn footing(&self, _world: &World) -> Footing {
        Footing {
            acts: tr("whoever is at the keyboard").into(),
            enter: or_empty(
                self.path.value(),
                tr("writes a new file of that name; one that is there is never overwritten"),
            )
            .into(),
            so_far: tr("nothing was written").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        vec![
            Offer::word(Verb::Enter, tr("write")),
            Offer::plain(Verb::Back),
        ]
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
        let typed = PathBuf::from(self.path.value().trim());
        let name = typed.file_name().unwrap_or_default();
        self.path.set(&path.join(name).to_string_lossy());
        self.renamed();
    }

    fn typing(&self) -> bool {
        true
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let bytes = say!(
            "{bytes} bytes, {kind}",
            bytes = self.bytes.len(),
            kind = self.kind
        );
        let digest = super::done::groups(&self.digest.hex);
        let mut parts = vec![
            Part::Gap,
            Part::Head(Role::Title, tr("Path of the new file").into()),
            Part::Gap,
            Part::Field("", &self.path),
            Part::Gap,
            Part::Hint(Role::Muted, bytes.into()),
            Part::Hint(Role::Muted, format!("SHA-256  {digest}").into()),
            Part::Gap,
        ];
        if !self.names.is_empty() {
            parts.extend([Part::Hint(Role::Muted, self.names.into()), Part::Gap]);
        }
        parts.push(Part::Stop(self.error.as_deref()));
        sheet::draw(canvas, 2, 1, &parts);
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match verb {
            Verb::Back => Reaction::pop(),
            Verb::Enter if self.remake() => {
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
        self.path.path_key(&key);
        self.renamed();
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.path.insert_path(text);
        self.renamed();
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Saved(path) => {
                // The whole path: nobody here sees which folder keymoot was started in.
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                let words = say!("written and read back: {path}", path = path.display());
                let words = match self.next {
                    "" => words,
                    next => say!(
                        "{words}; {kind}. Next: {next}.",
                        words,
                        kind = self.kind,
                        next
                    ),
                };
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
