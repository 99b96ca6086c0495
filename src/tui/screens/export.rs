//! The wizard that wraps a key for a receiver: key, receiver's file, its root, hash, files. Strength is said in words
//! before anything is wrapped.

mod pages;

use std::path::Path;

use crossterm::event::KeyEvent;

use super::keys::keys_of;
use super::menu;
use super::review::Review;
use super::root::{ImportRoot, RootFile};
use super::wizard;
use crate::api::KeyAlgorithm;
use crate::session::asked::{FOLDER, OUTPUT, proposed};
use crate::session::build::Answers;
use crate::session::field::{Footing, NOTHING_TYPED};
use crate::session::guide::{rsa_off, rsa_off_words};
use crate::session::{InTheOpen, KeyRow, op};
use crate::text::{say, tr};
use crate::tui::acts::{Draft, PRACTICE_FILE};
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::receiver::{Receiver, Verdict};
use crate::tui::screen::{Reaction, Screen, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::{Choices, Entry};
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::key_table::KeyTable;
use crate::tui::widgets::lines::Reading;
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// The steps before the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key,
    File,
    Root,
    Hash,
    Files,
}

const STEPS: [Step; 5] = [Step::Key, Step::File, Step::Root, Step::Hash, Step::Files];

impl Step {
    fn title(self) -> &'static str {
        match self {
            Self::Key => tr("Key"),
            Self::File => tr("File"),
            Self::Root => tr("Root"),
            Self::Hash => tr("Hash"),
            Self::Files => tr("Output"),
        }
    }

    fn place(self) -> usize {
        STEPS.iter().position(|s| *s == self).unwrap_or(0)
    }

    fn at(place: usize) -> Self {
        STEPS.get(place).copied().unwrap_or(Self::Files)
    }
}

struct Chosen {
    arn: String,
    label: String,
    algorithm: KeyAlgorithm,
}

/// The wizard.
pub(crate) struct Export {
    step: Step,
    table: KeyTable,
    key: Option<Chosen>,
    path: TextField,
    receiver: Option<Box<Receiver>>,
    hash: Choices,
    files: Form,
    error: Option<String>,
    waiting: bool,
    reading: Reading,
    listed: bool,
    leaving: wizard::Leaving,
}

impl Export {
    /// An export of this key, or of one that is chosen first.
    pub(crate) fn new(row: Option<&KeyRow>) -> Self {
        let mut wizard = Self {
            step: if row.is_some() { Step::File } else { Step::Key },
            table: KeyTable::of(|row| rsa_off(row).is_none()),
            key: None,
            path: TextField::default(),
            receiver: None,
            hash: Choices::new(pages::hashes()),
            files: Form::of(&pages::file_fields()),
            error: None,
            waiting: false,
            reading: Reading::default(),
            listed: false,
            leaving: wizard::Leaving::default(),
        };
        if let Some(row) = row {
            wizard.take_key(row);
        }
        wizard
    }

    /// Whether it was chosen from a list of acts, to which Esc then leads back.
    pub(crate) const fn listed(mut self, listed: bool) -> Self {
        self.listed = listed;
        self
    }

    fn take_key(&mut self, row: &KeyRow) {
        let chosen = Chosen::from(row);
        if let Some([file, folder]) = proposed(&op::EXPORT_RSA_WRAP, Some(&chosen.label)) {
            self.files.propose(OUTPUT, &file);
            self.files.propose(FOLDER.id, &folder);
        }
        self.key = Some(chosen);
    }

    /// Whether the path on screen is the file that was read.
    fn read(&self) -> bool {
        self.receiver
            .as_ref()
            .is_some_and(|r| r.path.as_os_str() == self.path.value().trim())
    }

    fn stops(&self) -> bool {
        let strength = self
            .verdict()
            .is_some_and(|(verdict, _)| verdict == Verdict::Stop);
        strength || self.receiver.as_ref().is_some_and(|r| r.stops())
    }

    fn draft(&self) -> Draft {
        let text = |id: &str| self.files.text(id).unwrap_or_default().trim().to_owned();
        let ca = self
            .receiver
            .as_ref()
            .and_then(|r| r.trusted.clone())
            .unwrap_or_default();
        let hash = self.hash.chosen().map(|e| e.id.clone()).unwrap_or_default();
        let key = self.key.as_ref().map(|k| k.arn.clone()).unwrap_or_default();
        let texts = [
            ("key", key),
            ("ca", ca),
            ("spec", hash),
            ("output", text("output")),
        ]
        .map(|(id, value)| (id.to_owned(), value));
        let files = self
            .receiver
            .iter()
            .map(|r| ("parameters".to_owned(), r.bytes.to_vec()))
            .collect();
        Draft {
            op: op::EXPORT_RSA_WRAP.name,
            answers: Answers {
                texts: texts.into(),
                files,
                by: String::new(),
            },
            out: Some(text(FOLDER.id).into()),
        }
    }

    fn turn(&mut self, step: Step, world: &World) -> Reaction {
        self.step = step;
        self.error = None;
        // The list may be another than it was: keys and roots came in meanwhile.
        if let (Step::Key, Some(key)) = (step, &self.key) {
            self.table.stand_on(&key.arn, &keys_of(world));
        }
        Reaction::none()
    }

    fn enter(&mut self, world: &World) -> Reaction {
        self.error = None;
        match self.step {
            Step::Key => {
                let keys = keys_of(world);
                let Some(row) = self.table.chosen(&keys) else {
                    return Reaction::none();
                };
                if let Some(reason) = rsa_off(row) {
                    let words = say!(
                        "{label} cannot be exported: {why}",
                        label = row.label,
                        why = rsa_off_words(reason)
                    );
                    return Reaction::notice(Role::Note, words);
                }
                self.take_key(row);
                self.turn(Step::File, world)
            }
            Step::File if !self.read() => {
                let path = self.path.value().trim();
                if path.is_empty() {
                    // An Enter too many is no fault.
                    return Reaction::notice(Role::Note, tr(NOTHING_TYPED));
                }
                self.waiting = true;
                Reaction::order(Order::Inspect(path.into()))
            }
            Step::File if self.stops() => Reaction::none(),
            Step::File => self.turn(Step::Root, world),
            Step::Root => match &self.receiver {
                Some(receiver) if receiver.trusted.is_none() => {
                    Reaction::push(ImportRoot::of(RootFile::from(&**receiver), world))
                }
                _ => self.turn(Step::Hash, world),
            },
            Step::Hash => self.turn(Step::Files, world),
            Step::Files => {
                if self.files.enter() != Pressed::Complete {
                    return Reaction::none();
                }
                self.waiting = true;
                Reaction::order(Order::Preview(Box::new(self.draft())))
            }
        }
    }

    fn back(&mut self, world: &World) -> Reaction {
        match self.step.place() {
            0 => menu::leave(self.listed, &op::EXPORT_RSA_WRAP, None, world),
            n => self.turn(Step::at(n.saturating_sub(1)), world),
        }
    }

    fn steps(&self) -> Vec<wizard::Step> {
        let answer = |step: Step| match step {
            Step::Key => self.key.as_ref().map(|k| k.label.clone()),
            Step::File => self
                .receiver
                .as_ref()
                .map(|r| r.algorithm.name().to_owned()),
            Step::Root => self.receiver.as_ref().map(|r| {
                if r.trusted.is_some() {
                    tr("trusted").to_owned()
                } else {
                    tr("not yet").to_owned()
                }
            }),
            Step::Hash => {
                let first = |e: &Entry| e.label.split(' ').next().unwrap_or_default().to_owned();
                self.hash.chosen().map(first)
            }
            Step::Files => None,
        };
        STEPS
            .iter()
            .map(|step| (step.title(), answer(*step).unwrap_or_default()))
            .collect()
    }
}

impl Screen for Export {
    fn name(&self) -> &'static str {
        "Export by RSA wrap"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let place = self.step.place().saturating_add(1);
        vec![
            tr("Export key by RSA wrap").into(),
            say!("{place} of 6: {step}", place, step = self.step.title()),
        ]
    }

    fn footing(&self, world: &World) -> Footing {
        Footing {
            acts: wizard::acts(world),
            enter: self.enter_does(world),
            so_far: tr("nothing was wrapped, nothing left this machine, nothing was written")
                .into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let enter = Offer::plain(Verb::Enter);
        let stopped = self.step == Step::File && self.read() && self.stops();
        let mut offers = vec![if stopped {
            enter.off_because(tr("a line above says STOP"))
        } else {
            enter
        }];
        match self.step {
            Step::Key if !self.table.filtering => {
                offers.extend(keys::moves());
                offers.extend([Offer::plain(Verb::Filter), Offer::plain(Verb::Sort)]);
            }
            Step::Hash => {
                offers.extend(keys::finds());
                offers.push(Offer::plain(Verb::Left));
            }
            Step::Root => offers.push(Offer::plain(Verb::Left)),
            Step::File => {
                if world.rehearsal() {
                    offers.push(Offer::plain(Verb::Practice));
                }
                if self.read() {
                    offers.extend(Reading::offers());
                }
            }
            Step::Files => {
                offers.extend([
                    Offer::plain(Verb::NextField),
                    Offer::plain(Verb::PreviousField),
                ]);
            }
            Step::Key => {}
        }
        offers.push(Offer::plain(Verb::Back));
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "The receiver hands over a certificate and a token (get-parameters-for-import). The key is encrypted under that certificate with RSA-OAEP: only the receiver's private key opens it.",
            "A key never travels under a weaker one. The verdict says in words whether this receiver's key is strong enough for this key, before anything is wrapped.",
            "RSA wrap does not say who sent the key. Send the check value by another road, and read the receiver's receipt back in Exchange.",
        ]
    }

    fn needs_partner(&self) -> bool {
        true
    }

    fn takes_content(&self) -> bool {
        self.step == Step::File
    }

    fn wants(&self) -> Option<(Wants, String)> {
        match self.step {
            Step::File => Some((Wants::File, self.path.value().to_owned())),
            Step::Files => self.files.wants(),
            _ => None,
        }
    }

    fn picked(&mut self, path: &Path) {
        self.error = None;
        match self.step {
            Step::File => self.path.set(&path.to_string_lossy()),
            _ => self.files.picked(path),
        }
    }

    fn typing(&self) -> bool {
        match self.step {
            Step::Key => self.table.filtering,
            Step::File => true,
            Step::Files => self.files.typing(),
            Step::Root | Step::Hash => false,
        }
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        if self.step == Step::Key && !world.wide() {
            // The table has the whole page where that is narrow.
            self.draw_keys(world, canvas);
            return;
        }
        wizard::draw(
            world,
            canvas,
            &self.steps(),
            self.step.place(),
            |c| match self.step {
                Step::Root => self.draw_root(world, c),
                Step::Hash => self.draw_hash(c),
                Step::Files => self.draw_files(c),
                Step::File => self.draw_file(world, c),
                Step::Key => self.draw_keys(world, c),
            },
        );
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        let filtered = self.table.filtering || !self.table.filter.value().is_empty();
        let typed = self.path.is_kept() || self.files.typed();
        let lost = self.step == Step::Key && !filtered && typed;
        if let Some(asked) = self.leaving.asks(verb, lost) {
            return asked;
        }
        if self.step == Step::File && self.reading.moved(verb) {
            return Reaction::none();
        }
        match (verb, self.step) {
            (Verb::Enter, Step::Key) if self.table.filtering => self.table.filtering = false,
            (Verb::Back, Step::Key)
                if self.table.filtering || !self.table.filter.value().is_empty() =>
            {
                self.table.unfilter(&keys_of(world));
            }
            (Verb::Enter, _) => return self.enter(world),
            (Verb::Back | Verb::Left, _) => return self.back(world),
            (other, Step::Key) => {
                self.table
                    .verb(other, &keys_of(world), world.size.1.saturating_sub(10));
            }
            (Verb::Practice, Step::File) => {
                self.error = None;
                self.path.set(PRACTICE_FILE);
            }
            (other, Step::Hash) => self.hash.moved(other),
            (other, Step::Files) => self.files.verb(other),
            _ => {}
        }
        Reaction::none()
    }

    fn exposed(&mut self) -> Option<InTheOpen> {
        self.files.in_the_open("export", None)
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.error = None;
        self.leaving.stays();
        match self.step {
            Step::Key if self.table.filtering => self.table.key(&key),
            Step::File => self.path.path_key(&key),
            Step::Files => self.files.key(&key),
            Step::Hash => self.hash.letter(&key),
            _ => {}
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        match self.step {
            Step::Key => self.table.paste(text),
            Step::File => self.path.insert_path(text),
            Step::Files => self.files.paste(text),
            _ => {}
        }
        Reaction::none()
    }

    fn returned(&mut self, _world: &World) -> Reaction {
        // The root may have been imported meanwhile.
        match (&self.receiver, self.step) {
            (Some(receiver), Step::Root) if receiver.trusted.is_none() => {
                self.waiting = true;
                let (path, bytes) = (receiver.path.clone(), receiver.bytes.clone());
                Reaction::order(Order::InspectAgain { path, bytes })
            }
            _ => Reaction::none(),
        }
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Receiver(receiver) => {
                self.receiver = Some(receiver.clone());
                Some(Reaction::none())
            }
            News::Preview { pending, request } => Some(Reaction::push(
                Review::new(self.draft(), pending.clone(), request, 1)
                    .behind(self.steps(), wizard::last(STEPS.len())),
            )),
            News::Refused(text) => {
                let view = world.view.as_ref();
                let text = view.map_or(text.clone(), |v| v.by_label(text));
                self.error = Some(if self.step == Step::Files {
                    self.files.refused(&text)
                } else {
                    self.path.refused();
                    text
                });
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}
