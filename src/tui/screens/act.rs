//! A wizard for an act that needs nothing but its declared fields: one page drawn from the declaration, then the
//! review. Acts that guide a choice (a new key, an export) have wizards of their own.

mod above;
mod people;

use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

use super::menu;
use super::parts::Parts;
use super::places::nobody_yet;
use super::review::Review;
use super::root::ImportRoot;
use super::wizard;
use crate::api::{KeyAlgorithm, KeyUsage};
use crate::ceremony;
use crate::session::build::Answers;
use crate::session::field::{Field, Footing, Kind};
use crate::session::op::{self, Group, Op};
use crate::session::{InTheOpen, KeyRow, asked, guide, op_components, op_exchange};
use crate::text::{say, tr};
use crate::tui::acts::Draft;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::Choices;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::world::World;

/// The wizard.
pub(crate) struct Act {
    op: &'static Op,
    /// Asked beside the act's own fields: the folder its files go to.
    place: Option<Field>,
    form: Form,
    /// ARN and label of the key that was chosen before this page.
    key: Option<(String, String)>,
    /// Purpose, algorithm and key that the choices of other fields were made for.
    made_for: Option<[String; 3]>,
    explains: &'static [&'static str],
    /// What the files hold that were named: read once, asked for and signed as they were then.
    files: Vec<(String, Vec<u8>)>,
    error: Option<String>,
    leaving: wizard::Leaving,
    waiting: bool,
    listed: bool,
    root: above::Root,
    /// Whom the choice of a stand-in was made for.
    appointed: String,
    /// What the custody ledger says of whoever was named in the fields before this one.
    heard: Vec<String>,
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
            .filter(|field| asked::is_asked(op, field))
            .chain(beside)
            .copied()
            .collect();
        let mut form = Form::of(&fields);
        if let Some(view) = &world.view {
            for field in fields.iter().filter(|f| f.kind == Kind::Key) {
                let mut keys = guide::keys(view, op.name, field.id);
                if field.id == KEY && op_exchange::derives(op) {
                    keys = guide::base_keys(keys, view);
                }
                if field.optional {
                    keys.insert(0, guide::Entry::none_of_these(field));
                }
                form.set_choices(field.id, Choices::new(keys));
            }
            for field in fields.iter().filter(|f| f.kind == Kind::Person) {
                form.set_choices(field.id, Choices::new(guide::people(view)));
            }
        }
        let key = row.map(|r| (r.key.key_arn.clone(), r.label.clone()));
        let mut act = Self {
            op,
            place: beside.iter().find(|field| asked::is_place(field)).copied(),
            form,
            key,
            made_for: None,
            explains: &[
                "Every field says what it wants. The review shows the act as the service would be asked it, and nothing is asked before it.",
                "Files are read once: what was read is what is signed and done.",
            ],
            files: Vec::new(),
            error: None,
            leaving: wizard::Leaving::default(),
            waiting: false,
            listed: false,
            root: above::Root::default(),
            appointed: String::new(),
            heard: Vec::new(),
        };
        if let Some(view) = &world.view {
            act.know(view);
        }
        act.refine(world);
        act
    }

    /// With an answer that is clear from where it was chosen.
    pub(crate) fn with(mut self, answer: Option<(&str, &str)>) -> Self {
        if let Some((field, value)) = answer {
            self.form.set(field, value);
        }
        self
    }

    /// Whether it was chosen from a list of acts, to which Esc then leads back.
    pub(crate) const fn listed(mut self, listed: bool) -> Self {
        self.listed = listed;
        self
    }

    /// Choices that depend on other answers are made anew where those changed.
    fn refine(&mut self, world: &World) {
        let (usage, algorithm) = (self.text("usage"), self.text("algorithm"));
        let travels = self.text(KEY);
        if let Some(view) = &world.view {
            self.know_again(view);
            self.count_digits(view);
            self.heard = self.heard_so_far(view);
        }
        let made = [usage, algorithm, travels];
        if self.made_for.as_ref() == Some(&made) {
            return;
        }
        self.propose_files(world);
        let [usage, algorithm, travels] = &made;
        let components = self.op.name == op_components::IMPORT_COMPONENTS.name;
        for field in self.op.fields {
            let entries = match (field.kind, &world.view) {
                (Kind::Usage, _) if components && self.made_for.is_none() => {
                    guide::component_usages()
                }
                (Kind::Algorithm, _) if components => guide::algorithms(usage),
                (Kind::Modes, _) if components => guide::modes(usage),
                (Kind::YesNo, _) if field.id == "exportable" => guide::leaving(field, algorithm),
                (Kind::Key, Some(view)) if field.id == WRAP => {
                    guide::wrapping(view, self.op.name, WRAP, travels)
                }
                _ => continue,
            };
            let stood = self.form.text(field.id).filter(|_| self.made_for.is_some());
            let advised = match field.kind {
                Kind::Usage => Some(KeyUsage::TR31_K0_KEY_ENCRYPTION_KEY.name()),
                Kind::Algorithm => guide::advised(usage).map(KeyAlgorithm::name),
                _ => None,
            };
            self.form
                .refit(field.id, entries, &[stood.as_deref(), advised]);
        }
        self.made_for = Some(made);
        // What was chosen for one question may have been made anew for the next.
        self.refine(world);
    }

    /// Files are named after the key that goes out, as long as nobody typed another name.
    fn propose_files(&mut self, world: &World) {
        let arn = self.text(KEY);
        let keys = world.view.iter().flat_map(|view| view.keys.iter());
        let row = keys.into_iter().find(|row| row.key.key_arn == arn);
        let label = row.map(|row| row.label.as_str());
        if let Some([file, folder]) = asked::proposed(self.op, label) {
            self.form.propose(asked::OUTPUT, &file);
            self.form.propose(asked::FOLDER.id, &folder);
        }
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

    /// Whether the cursor stands where the other side's file is asked for, and nothing was said against one yet.
    fn asks_partners_file(&self) -> bool {
        let file = matches!(self.form.wants(), Some((Wants::File, _)));
        file && self.error.is_none() && exchanges(self.op)
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
        let answers = self.draft().answers;
        match ceremony::component_script(self.op.name, &answers, view)? {
            Ok(script) => Some(Reaction::push(Parts::new(self.op, &answers, script, view))),
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

/// Whether a file of another side is asked for.
fn exchanges(op: &Op) -> bool {
    let mut grouped = op::grouped(Group::In).chain(op::grouped(Group::Out));
    let asks = op.fields.iter().any(|field| field.kind == Kind::File);
    asks && grouped.any(|known| known.name == op.name)
}

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
        vec![tr(self.op.title).into(), "1 of 3".into()]
    }

    fn footing(&self, world: &World) -> Footing {
        Footing {
            acts: wizard::acts(world),
            enter: if self.root_first() {
                say!(
                    "begins what comes first: \"{first}\"; what stands here is kept",
                    first = tr(op::IMPORT_ROOT.title)
                )
            } else if self.against(world).is_some() {
                tr("says what is still wrong in this field").to_owned()
            } else if self.file_refused() {
                tr("says what is still wrong with this file").to_owned()
            } else if self.is_ceremony() {
                self.form
                    .enter_says(tr("shows the turns; nobody is called yet"))
            } else {
                self.form
                    .enter_says(tr("checks all of it and shows the review"))
            },
            so_far: tr("nothing was asked, nothing was written, nothing has changed").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = vec![Offer::plain(Verb::Enter)];
        if self.form.choosing() {
            offers.extend(keys::chooses());
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

    fn needs_partner(&self) -> bool {
        exchanges(self.op)
    }

    fn takes_content(&self) -> bool {
        self.form.takes_content()
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
            let words = match &self.key {
                Some((_, label)) => say!("{label}: this {does}.", label, does = tr(self.op.does)),
                None => say!("This {does}.", does = tr(self.op.does)),
            };
            let parts = [
                Part::Head(Role::Title, words.into()),
                Part::Gap,
                Part::Form(&self.form),
                Part::Gap,
                Part::Stop(self.error.as_deref()),
            ];
            let told = self.heard.iter();
            let told = told.map(|words| Part::Hint(Role::Wait, words.into()));
            let nobody = nobody_yet(world).filter(|_| self.asks_partners_file());
            let nobody = nobody.map(|words| Part::Hint(Role::Muted, words.into()));
            let parts: Vec<Part<'_>> = parts.into_iter().chain(told).chain(nobody).collect();
            sheet::draw(c, 1, 0, &parts);
        });
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        if let Some(asked) = self.leaving.asks(verb, self.form.typed()) {
            return asked;
        }
        self.error = None;
        match verb {
            Verb::Enter | Verb::NextField if self.somebody_else() => Reaction::none(),
            Verb::Enter | Verb::NextField if self.contradicts(world) => Reaction::none(),
            Verb::Enter if self.root_first() => Reaction::push(ImportRoot::new()),
            Verb::Enter => {
                if self.form.enter() != Pressed::Complete {
                    self.refine(world);
                    return self.look_above();
                }
                if self.still_somebody() {
                    return Reaction::none();
                }
                self.complete(world)
            }
            Verb::Back => {
                let key = self.key.as_ref().map(|(arn, _)| arn.as_str());
                menu::leave(self.listed, self.op, key, world)
            }
            other => {
                self.form.verb(other);
                self.refine(world);
                self.look_above()
            }
        }
    }

    fn exposed(&mut self) -> Option<InTheOpen> {
        self.form.in_the_open(self.op.name, None)
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.leaving.stays();
        self.error = None;
        self.form.key(&key);
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.form.paste(text);
        Reaction::none()
    }

    fn returned(&mut self, _world: &World) -> Reaction {
        // The root may have come meanwhile.
        self.look_again()
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        if self.looked(news, world) {
            return Some(Reaction::none());
        }
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::FilesRead(files) => {
                self.files.clone_from(files);
                self.waiting = true;
                Some(Reaction::order(Order::Preview(Box::new(self.draft()))))
            }
            News::Preview { pending, request } => Some(Reaction::push(
                Review::new(self.draft(), pending.clone(), request, 1)
                    .behind(vec![(tr("Answers"), String::new())], (2, 3)),
            )),
            News::Refused(text) => {
                let text = world
                    .view
                    .as_ref()
                    .map_or(text.clone(), |v| v.by_label(text));
                self.error = Some(self.form.refused(&text));
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
pub(in crate::tui) mod tests;
