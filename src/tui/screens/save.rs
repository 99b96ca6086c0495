//! Writing a text to a file that is not there yet.

use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

use crate::session::field::Footing;
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// Makes the bytes for a path, where the file's name stands in them; or says why not.
type Make = Box<dyn Fn(&Path) -> Result<Vec<u8>, String>>;

/// Where to write.
pub(crate) struct Save {
    make: Option<Make>,
    title: &'static str,
    path: TextField,
    bytes: Vec<u8>,
    digest: Digest,
    error: Option<String>,
    waiting: bool,
}

impl Save {
    /// A page that asks for a path, with a proposal.
    pub(crate) fn new(title: &'static str, proposal: &str, bytes: Vec<u8>) -> Self {
        let path = TextField::proposing(proposal);
        Self {
            make: None,
            title,
            path,
            digest: Digest::of_bytes("SHA-256 of the file", &bytes),
            bytes,
            error: None,
            waiting: false,
        }
    }

    /// The same for bytes that depend on the name of the file.
    ///
    /// # Errors
    /// They cannot be made under the name that is proposed, in a sentence.
    pub(crate) fn made(title: &'static str, proposal: &str, make: Make) -> Result<Self, String> {
        let bytes = make(Path::new(proposal))?;
        Ok(Self {
            make: Some(make),
            ..Self::new(title, proposal, bytes)
        })
    }

    fn write(&mut self) -> Reaction {
        let path = PathBuf::from(self.path.value().trim());
        if let Some(make) = &self.make {
            match make(&path) {
                Ok(bytes) => self.bytes = bytes,
                Err(why) => {
                    self.error = Some(why);
                    return Reaction::none();
                }
            }
            self.digest = Digest::of_bytes("SHA-256 of the file", &self.bytes);
        }
        self.waiting = true;
        Reaction::order(Order::Save {
            path,
            bytes: self.bytes.clone(),
        })
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
            enter: "writes a new file of that name; nothing is ever overwritten".into(),
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
        let typed = PathBuf::from(self.path.value().trim());
        let name = typed.file_name().unwrap_or_default();
        self.path.set(&path.join(name).to_string_lossy());
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
            &format!("{} bytes, no secret in it", self.bytes.len()),
        );
        let digest = super::done::groups(&self.digest.hex);
        canvas.paragraph(2, 6, room, Role::Muted, &format!("SHA-256  {digest}"));
        super::wizard::complaint(canvas, 9, self.error.as_ref());
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match verb {
            Verb::Back => Reaction::pop(),
            Verb::Enter => self.write(),
            _ => Reaction::none(),
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.error = None;
        self.path.key(&key);
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.path.insert(text);
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
