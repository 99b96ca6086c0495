//! The file picker: folders, media that are plugged in, and what each file is. What is chosen goes to the field that
//! asked; nothing is read for use and nothing is written here.

use std::path::{Path, PathBuf};

use crossterm::event::{KeyCode, KeyEvent};

use super::welcome::Welcome;

use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::browse::{Entry, Kind, Listing};
use crate::tui::canvas::{Canvas, cells, cut};
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::list::{Cursor, shared, widest};
use crate::tui::world::World;

/// The picker.
pub(crate) struct Files {
    wants: Wants,
    listing: Option<Listing>,
    cursor: Cursor,
    error: Option<String>,
    waiting: bool,
    /// A medium came or went, and the folder on screen is read again.
    again: bool,
}

impl Files {
    /// A picker for a field in which this stands already, and the order that fills it.
    pub(crate) fn new(wants: Wants, typed: &str, world: &World) -> (Self, Order) {
        let typed = Path::new(typed.trim());
        let near = if typed.is_dir() {
            Some(typed)
        } else {
            typed.parent().filter(|p| p.is_dir())
        };
        let folder = near.map_or_else(|| world.folder.clone(), PathBuf::from);
        let picker = Self {
            wants,
            listing: None,
            cursor: Cursor::default(),
            error: None,
            waiting: true,
            again: false,
        };
        (picker, Order::Look(folder))
    }

    fn entries(&self) -> &[Entry] {
        self.listing.as_ref().map_or(&[], |l| &l.entries)
    }

    fn chosen(&self) -> Option<&Entry> {
        self.entries().get(self.cursor.at())
    }

    fn look(&mut self, folder: PathBuf) -> Reaction {
        self.waiting = true;
        self.error = None;
        Reaction::order(Order::Look(folder))
    }

    fn takes(path: PathBuf) -> Reaction {
        Reaction::pop().then(Step::Picked(path))
    }

    fn enter(&mut self) -> Reaction {
        let Some(entry) = self.chosen().cloned() else {
            return Reaction::none();
        };
        match (entry.kind, self.wants) {
            (_, Wants::Folder) if entry.name == HERE => Self::takes(entry.path),
            (Kind::File, Wants::Vault) => {
                Reaction::notice(Role::Note, tr("A vault is a folder: choose that."))
            }
            // Over this list: Esc leads back to where one was looking.
            (_, Wants::Vault) if entry.vault => Welcome::begin(entry.path),
            (Kind::File, Wants::File) => Self::takes(entry.path),
            (Kind::File, Wants::Folder) => Reaction::notice(
                Role::Note,
                tr(
                    "A folder is asked for. The first line takes the folder whose name stands above.",
                ),
            ),
            _ => self.look(entry.path),
        }
    }
}

/// The name of the line that stands for the folder on screen itself.
const HERE: &str = ".";

/// What a folder is called in a sentence.
fn name_of(folder: &Path) -> String {
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    cut(&name.unwrap_or_else(|| folder.display().to_string()), 20)
}

/// The folder on screen itself.
fn here(folder: &Path) -> Entry {
    let name = name_of(folder);
    Entry {
        kind: Kind::Folder,
        name: HERE.into(),
        path: folder.to_owned(),
        what: say!("this folder itself: {name}", name),
        vault: false,
    }
}

/// What Enter and the space bar do with a line where a folder is asked for.
fn takes_folder(entry: &Entry) -> String {
    let name = name_of(&entry.path);
    match entry.kind {
        Kind::File => tr("does nothing: a folder is asked for").to_owned(),
        _ if entry.name == HERE => say!("takes this folder: {name}", name),
        _ => say!("opens {name}; the space bar takes {name}", name),
    }
}

fn footing(enter: String) -> Footing {
    Footing {
        acts: tr("whoever is at the keyboard; looking needs no approval").into(),
        enter,
        so_far: tr("nothing was taken, written or changed").into(),
    }
}

impl Screen for Files {
    fn name(&self) -> &'static str {
        "Choose a file"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let what = match self.wants {
            Wants::File => tr("Choose a file"),
            Wants::Folder => tr("Choose a folder"),
            Wants::Vault => tr("Choose a vault"),
        };
        let folder = self
            .listing
            .as_ref()
            .map(|l| l.folder.display().to_string());
        vec![what.into(), folder.unwrap_or_default()]
    }

    fn footing(&self, _world: &World) -> Footing {
        let vault = self.chosen().is_some_and(|e| e.vault);
        if let (Some(entry), Wants::Folder) = (self.chosen(), self.wants) {
            return footing(takes_folder(entry));
        }
        let enter = match (self.chosen().map(|e| e.kind), self.wants) {
            (Some(Kind::File), Wants::Vault) => tr("does nothing: a vault is a folder"),
            (Some(_), Wants::Vault) if vault => tr("takes this vault; its custodians are asked"),
            (None, _) => tr("does nothing: nothing is here"),
            (Some(Kind::File), Wants::File) => {
                tr("takes this file back to the page that asked for it")
            }
            (Some(_), _) => tr("opens this folder"),
        };
        footing(enter.into())
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = keys::moves();
        offers.push(match self.wants {
            Wants::File | Wants::Vault => Offer::word(Verb::Enter, tr("take or open")),
            Wants::Folder => Offer::word(Verb::Enter, tr("open")),
        });
        if self.wants == Wants::Folder {
            offers.push(Offer::word(Verb::Choose, tr("take folder")));
        }
        offers.extend([
            Offer::word(Verb::Left, tr("folder above")),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Each file is looked into and called what it is, whatever its name says: a receiver's parameters, a certificate, a key block, a token. Files above 1 MiB and hidden ones are left alone.",
            "Sticks and cards that are mounted stand first. One that is plugged in meanwhile shows within seconds.",
            "A letter goes to the next name that begins with it; h, j, k and l move as the arrows do.",
            "Esc goes back to where you came from, with what was typed there.",
        ]
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        if let Some(error) = &self.error {
            canvas.paragraph(
                2,
                1,
                width.saturating_sub(4),
                Role::Stop,
                &format!("STOP  {error}"),
            );
            return;
        }
        if self.listing.is_none() {
            canvas.put(2, 1, Role::Muted, tr("looking .."));
            return;
        }
        let longest = widest(self.entries().iter().map(|e| e.name.as_str())).saturating_add(1);
        let said = widest(self.entries().iter().map(|e| e.what.as_str()));
        let half = (width / 2).saturating_sub(4);
        let (names, _) = shared(
            width.saturating_sub(6),
            longest.max(half.min(12)),
            said,
            half,
        );
        canvas.within(0, 0, width, height, |c| {
            self.cursor.draw(c, self.entries().len(), |c, n, y| {
                let Some(entry) = self.entries().get(n) else {
                    return;
                };
                let (role, muted) = if n == self.cursor.at() {
                    (Role::Selection, Role::Selection)
                } else {
                    (Role::Text, Role::Muted)
                };
                let name = match entry.kind {
                    Kind::Folder => format!("{}/", entry.name),
                    _ => entry.name.clone(),
                };
                c.put_cut(3, y, names, role, &name);
                let x = names.saturating_add(5);
                c.put_cut(
                    x,
                    y,
                    width.saturating_sub(x).saturating_sub(1),
                    muted,
                    &entry.what,
                );
            });
        });
        if self.entries().iter().all(|e| e.kind != Kind::File) {
            let y = cells(self.entries().len()).saturating_add(1);
            canvas.paragraph(
                3,
                y,
                width.saturating_sub(5),
                Role::Muted,
                tr("No file is in this folder."),
            );
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, &self.listing) {
            (Verb::Back, _) => Reaction::pop(),
            (Verb::Enter, _) => self.enter(),
            (Verb::Choose, _) if self.wants == Wants::Folder => match self.chosen() {
                Some(entry) if entry.kind != Kind::File => Self::takes(entry.path.clone()),
                Some(_) => {
                    Reaction::notice(Role::Note, tr("A folder is asked for, and this is a file."))
                }
                None => Reaction::none(),
            },
            (Verb::Left, Some(listing)) => match listing.folder.parent().map(Path::to_owned) {
                Some(parent) => self.look(parent),
                None => Reaction::none(),
            },
            (other, _) => {
                let page = usize::from(world.size.1.saturating_sub(8));
                self.cursor.moved(other, self.entries().len(), page);
                Reaction::none()
            }
        }
    }

    /// A letter that moves nothing goes to the next name that begins with it.
    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if let KeyCode::Char(c) = key.code {
            let begins = |entry: &Entry| {
                let first = entry.name.chars().next();
                first.is_some_and(|first| first.eq_ignore_ascii_case(&c))
            };
            let entries = self.entries();
            let after = self.cursor.at().saturating_add(1);
            let order = (after..entries.len()).chain(0..after.min(entries.len()));
            let mut order = order.filter(|at| entries.get(*at).is_some_and(begins));
            if let Some(at) = order.next() {
                self.cursor = Cursor::on(at);
            }
        }
        Reaction::none()
    }

    fn returned(&mut self, world: &World) -> Reaction {
        match self.wants {
            Wants::Vault => super::restore::gives_up(world),
            Wants::File | Wants::Folder => Reaction::none(),
        }
    }

    fn media(&mut self) -> Reaction {
        self.listing
            .as_ref()
            .map(|l| l.folder.clone())
            .map_or_else(Reaction::none, |folder| {
                self.again = true;
                self.look(folder)
            })
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        let again = std::mem::take(&mut self.again);
        match news {
            News::Listed(listing) => {
                let same = self
                    .listing
                    .as_ref()
                    .is_some_and(|l| l.folder == listing.folder);
                let mut listing = listing.clone();
                if self.wants == Wants::Folder {
                    listing.entries.insert(0, here(&listing.folder));
                }
                let stood = self.chosen().filter(|_| same).map(|e| e.path.clone());
                // Read again, the cursor stays on its file.
                let place = |path: PathBuf| listing.entries.iter().position(|e| e.path == path);
                // A file that says what it is; where there is none, no file that an Enter too many would take.
                let mut entries = listing.entries.iter();
                let first = entries.position(Entry::is_known_file);
                let first = first.filter(|_| self.wants == Wants::File);
                let at = stood.and_then(place).or(first);
                self.cursor = Cursor::on(at.unwrap_or(0));
                self.listing = Some(listing);
                Some(Reaction::none())
            }
            // The medium whose folder was on screen is gone.
            News::Refused(text) if again => {
                self.listing = None;
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            News::Refused(text) => {
                // What was on screen stays, where there was something.
                if self.listing.is_some() {
                    return Some(Reaction::notice(Role::Stop, text.clone()));
                }
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
