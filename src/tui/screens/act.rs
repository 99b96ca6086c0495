//! A wizard for an act that needs nothing but its declared fields: one page drawn from the declaration, then the
//! review. Acts that guide a choice (a new key, an export) have wizards of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

use super::review::Review;
use super::runner::RunScreen;
use super::wizard;
use crate::ceremony::{self, Script};
use crate::session::build::Answers;
use crate::session::field::{Field, Footing, Kind};
use crate::session::op::{self, Op};
use crate::session::{KeyRow, View, asked, guide, op_components};
use crate::text::{say, tr};
use crate::tui::acts::Draft;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::Choices;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::world::World;

/// The wizard.
pub(crate) struct Act {
    op: &'static Op,
    /// Asked beside the act's own fields: the folder its files go to.
    place: Option<Field>,
    form: Form,
    /// ARN and label of the key that was chosen before this page.
    key: Option<(String, String)>,
    /// The key that the choices of a wrapping key were made for.
    travels: String,
    explains: &'static [&'static str],
    /// What the files hold that were named: read once, asked for and signed as they were then.
    files: Vec<(String, Vec<u8>)>,
    error: Option<String>,
    /// Whether Esc was pressed once where answers would be lost.
    leaving: bool,
    waiting: bool,
}

impl Act {
    /// A second copy of the vault.
    pub(crate) fn backup(world: &World) -> Self {
        let mut act = Self::of(&op::BACKUP, None, world);
        act.explains = &[
            "A copy holds what the vault holds, and no share: it opens only with its custodians' envelopes. Label its medium, seal it in a bag, and keep it apart from the vault.",
            "The copy is read back from the medium before it counts. Earlier copies of the vault's file never go along.",
            "A key that is deleted here stays in a copy until that copy is destroyed.",
        ];
        act
    }

    /// An act, about this key where one was chosen.
    pub(crate) fn of(op: &'static Op, row: Option<&KeyRow>, world: &World) -> Self {
        let beside = asked::beside(op.name);
        let fields: Vec<Field> = op
            .fields
            .iter()
            .filter(|field| row.is_none() || field.id != KEY)
            // Where a component is printed is asked of its custodian, in their own turn.
            .filter(|field| field.id != op_components::SLIP.id)
            .chain(beside)
            .copied()
            .collect();
        let mut form = Form::of(&fields);
        if let Some(view) = &world.view {
            for field in fields.iter().filter(|f| f.kind == Kind::Key) {
                let mut keys = guide::keys(view, op.name, field.id);
                if field.optional {
                    keys.insert(0, guide::Entry::none_of_these());
                }
                form.set_choices(field.id, Choices::new(keys));
            }
            for field in fields.iter().filter(|f| f.kind == Kind::Person) {
                form.set_choices(field.id, Choices::new(guide::people(view)));
            }
        }
        let key = row.map(|r| (r.key.key_arn.clone(), r.label.clone()));
        if asked::writes(op.name) {
            let stem = row.map_or_else(|| op.name.to_owned(), |r| file_stem(&r.label));
            form.propose(asked::OUTPUT, &format!("{stem}.json"));
            form.propose(asked::FOLDER.id, &format!("{stem}-out"));
        }
        let mut act = Self {
            op,
            place: beside.iter().find(|field| asked::is_place(field)).copied(),
            form,
            key,
            travels: String::new(),
            explains: &[
                "Every field says what it wants. The review shows the act as the service would be asked it, and nothing is asked before it.",
                "Files are read once: what was read is what is signed and done.",
            ],
            files: Vec::new(),
            error: None,
            leaving: false,
            waiting: false,
        };
        act.refine(world);
        act
    }

    /// No key is offered to wrap itself, and where another can, that one is chosen.
    fn refine(&mut self, world: &World) {
        let travels = self.text(KEY);
        let (Some(view), Some(chosen)) = (&world.view, self.form.text(WRAP)) else {
            return;
        };
        if travels.is_empty() || travels == self.travels {
            return;
        }
        let entries: Vec<guide::Entry> = guide::keys(view, self.op.name, WRAP)
            .into_iter()
            .map(|entry| match entry.off {
                None if entry.id == travels => entry.off_because(tr("a key cannot wrap itself")),
                _ => entry,
            })
            .collect();
        let serves = |id: &str| entries.iter().any(|e| e.id == id && e.off.is_none());
        let first = entries.iter().find(|e| e.off.is_none());
        let choose = match first {
            Some(first) if !serves(&chosen) => first.id.clone(),
            _ => chosen,
        };
        self.form.set_choices(WRAP, Choices::new(entries));
        self.form.set(WRAP, &choose);
        self.travels = travels;
    }

    fn text(&self, id: &str) -> String {
        match &self.key {
            Some((arn, _)) if id == KEY => arn.clone(),
            _ => self.form.text(id).unwrap_or_default().trim().to_owned(),
        }
    }

    fn draft(&self) -> Draft {
        let texts = self
            .op
            .fields
            .iter()
            .filter(|field| field.kind != Kind::File)
            .map(|field| (field.id.to_owned(), self.text(field.id)));
        Draft {
            op: self.op.name,
            answers: Answers {
                texts: texts.collect(),
                files: self.files.iter().cloned().collect(),
                by: String::new(),
            },
            out: self.place.as_ref().map(|field| self.text(field.id).into()),
        }
    }

    /// Whether it is a ceremony of several people's turns.
    fn is_ceremony(&self) -> bool {
        let ceremonies = [
            crate::session::op_components::IMPORT_COMPONENTS.name,
            crate::session::op_components::EXPORT_COMPONENTS.name,
        ];
        ceremonies.contains(&self.op.name)
    }

    /// Acts that are a ceremony of several people's turns: their script is played in the runner.
    fn ceremony(&mut self, world: &World) -> Option<Reaction> {
        let view = world.view.as_ref()?;
        match ceremony::component_script(self.op.name, &self.draft().answers, view)? {
            Ok(script) => {
                let order = Order::PlayHere {
                    resume: stands_open(&script, view),
                    script: script.into_bytes(),
                    inputs: BTreeMap::new(),
                };
                let runner = RunScreen::new(tr(self.op.title), None, false);
                Some(Reaction::one(Step::Replace(Box::new(runner))).then(Step::Order(order)))
            }
            Err(words) => {
                self.error = Some(words);
                Some(Reaction::none())
            }
        }
    }

    /// The files that are named, by field.
    fn paths(&self) -> Vec<(String, PathBuf)> {
        self.op
            .fields
            .iter()
            .filter(|field| field.kind == Kind::File)
            .map(|field| (field.id.to_owned(), self.text(field.id)))
            // An optional file that nobody named is no file.
            .filter(|(_, path)| !path.is_empty())
            .map(|(id, path)| (id, PathBuf::from(path)))
            .collect()
    }

    fn complete(&mut self, world: &World) -> Reaction {
        if let Some(begun) = self.ceremony(world) {
            return begun;
        }
        self.waiting = true;
        let paths = self.paths();
        Reaction::order(if paths.is_empty() {
            Order::Preview(Box::new(self.draft()))
        } else {
            Order::ReadFiles(paths)
        })
    }
}

/// A key's label as the beginning of a file's name: no blanks, and nothing that a shell reads.
pub(crate) fn file_stem(label: &str) -> String {
    let plain = |c: char| {
        if c.is_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '-'
        }
    };
    label.chars().map(plain).collect()
}

/// Whether a run of exactly this script was cut here and stands open.
fn stands_open(script: &str, view: &View) -> bool {
    let Ok(script) = Script::parse(script.as_bytes()) else {
        return false;
    };
    let sha256 = script.sha256_hex();
    view.runs
        .iter()
        .any(|run| run.outcome.is_none() && run.script_sha256 == sha256)
}

/// Said where leaving would lose answers.
const LOST: &str =
    "What was typed here is not kept. Esc once more leaves and forgets it; every other key stays.";

/// The field of the key that an act is about.
const KEY: &str = "key";

/// The field of the key that it travels under.
const WRAP: &str = "wrap";

impl Screen for Act {
    // A screen is called by its title; the act's own name is what scripts write.
    #[allow(clippy::misnamed_getters)]
    fn name(&self) -> &'static str {
        tr(self.op.title)
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr(self.op.title).into(), "1 of 2".into()]
    }

    fn footing(&self, world: &World) -> Footing {
        Footing {
            acts: wizard::acts(world),
            enter: if self.is_ceremony() {
                tr("next field; after the last, begins the ceremony: each custodian at the screen")
            } else if self.form.several() {
                tr("next field; after the last, checks all of it and shows the review")
            } else {
                tr("checks it and shows the review")
            }
            .into(),
            so_far: tr("nothing was asked, nothing was written, nothing has changed").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = vec![Offer::plain(Verb::Enter)];
        if self.form.choosing() {
            offers.extend([
                Offer::word(Verb::Up, tr("choose")),
                Offer::plain(Verb::Down),
            ]);
        }
        if self.form.several() {
            offers.extend([
                Offer::plain(Verb::NextField),
                Offer::plain(Verb::PreviousField),
            ]);
        }
        offers.push(Offer::plain(Verb::Back));
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        self.explains
    }

    fn takes_content(&self) -> bool {
        true
    }

    fn wants(&self) -> Option<(Wants, String)> {
        self.form.wants()
    }

    fn picked(&mut self, path: &Path) {
        self.form.picked(path);
    }

    fn typing(&self) -> bool {
        self.form.typing()
    }

    fn secret(&self) -> bool {
        self.form.secret()
    }

    fn wipe(&mut self, _world: &World) -> Option<Order> {
        self.form.wipe();
        None
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let steps = [(tr("Answers"), String::new())];
        wizard::draw(world, canvas, &steps, 0, |c| {
            let room = c.width().saturating_sub(2);
            let words = match &self.key {
                Some((_, label)) => say!("{label}: this {does}.", label, does = self.op.does),
                None => say!("This {does}.", does = self.op.does),
            };
            let y = c
                .paragraph(1, 0, room, Role::Title, &words)
                .saturating_add(1);
            // Why it was refused is never out of sight: the fields scroll above it.
            let (width, height) = (c.width(), c.height());
            let kept = wizard::complaint_rows(width, self.error.as_ref());
            let below = height.saturating_sub(y).saturating_sub(kept);
            let mut used = 0;
            c.within(0, y, width, below, |c| used = self.form.draw(c));
            let y = y.saturating_add(used.min(below)).saturating_add(1);
            wizard::complaint(
                c,
                y.min(height.saturating_sub(kept.saturating_sub(1))),
                self.error.as_ref(),
            );
        });
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        let leaving = std::mem::take(&mut self.leaving);
        if verb == Verb::Back && !leaving && self.form.typed() {
            self.leaving = true;
            return Reaction::notice(Role::Wait, LOST);
        }
        self.error = None;
        match verb {
            Verb::Enter => {
                if self.form.enter() != Pressed::Complete {
                    self.refine(world);
                    return Reaction::none();
                }
                self.complete(world)
            }
            Verb::Back => Reaction::pop(),
            other => {
                self.form.verb(other);
                self.refine(world);
                Reaction::none()
            }
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.leaving = false;
        self.error = None;
        self.form.key(&key);
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.form.paste(text);
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::FilesRead(files) => {
                self.files.clone_from(files);
                self.waiting = true;
                Some(Reaction::order(Order::Preview(Box::new(self.draft()))))
            }
            News::Preview { pending, request } => Some(Reaction::push(Review::new(
                self.draft(),
                pending.clone(),
                request,
                1,
            ))),
            News::Refused(text) => {
                self.form.refused(text);
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}
