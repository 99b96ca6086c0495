//! Making a receiver's root trusted: a second person fetches its fingerprint elsewhere and types it; ours stays hidden
//! until theirs is typed.

pub(super) mod pages;

use std::sync::Arc;

use std::path::Path;

use crossterm::event::KeyEvent;

use super::menu;
use super::places::nobody_yet;
use super::review::Review;
use super::wizard;
use crate::api::KeyMaterialType;
use crate::ceremony::AskField;
use crate::pki::{Certificate, CounterpartyFile};
use crate::session::asked::{BY, ROOT_LABEL};
use crate::session::build::Answers;
use crate::session::field::{Footing, NOTHING_TYPED};
use crate::session::{InTheOpen, handover, op};
use crate::text::{say, tr};
use crate::tui::acts::{Draft, PRACTICE_FILE};
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::receiver::Receiver;
use crate::tui::screen::{Reaction, Screen, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed, or_empty};
use crate::tui::widgets::lines::Reading;
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// A root as it was read.
#[derive(Debug, Clone)]
pub(crate) struct RootFile {
    /// The file's bytes.
    pub(crate) bytes: Arc<Vec<u8>>,
    /// The root in it.
    pub(crate) root: Certificate,
    /// Commands that fetch its fingerprint elsewhere, where the file is a parameters file.
    pub(crate) commands: Vec<String>,
    /// That it is trusted here already, where it is.
    pub(crate) known: Option<String>,
}

impl From<&Receiver> for RootFile {
    fn from(receiver: &Receiver) -> Self {
        Self {
            bytes: receiver.bytes.clone(),
            root: receiver.root.clone(),
            commands: fetched_by(&receiver.bytes),
            known: None,
        }
    }
}

/// The commands that fetch the fingerprints of a file's certificates at whoever gave it, the same whichever page led here.
pub(crate) fn fetched_by(bytes: &[u8]) -> Vec<String> {
    let file = CounterpartyFile::parse(bytes);
    let commands = file.map(|file| handover::commands_for(&file, KeyMaterialType::KEY_CRYPTOGRAM));
    commands.unwrap_or_default()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    File,
    Call,
    Type,
}

/// The wizard.
pub(crate) struct ImportRoot {
    step: Step,
    first: Step,
    path: TextField,
    file: Option<RootFile>,
    form: Form,
    error: Option<String>,
    waiting: bool,
    reading: Reading,
    listed: bool,
    leaving: wizard::Leaving,
}

impl ImportRoot {
    /// Begins with the file's path.
    pub(crate) fn new() -> Self {
        Self {
            step: Step::File,
            first: Step::File,
            path: TextField::default(),
            file: None,
            form: Form::new(&[]),
            error: None,
            waiting: false,
            reading: Reading::default(),
            listed: false,
            leaving: wizard::Leaving::default(),
        }
    }

    /// Begins with a file that was read already.
    pub(crate) fn of(file: RootFile, world: &World) -> Self {
        let mut wizard = Self {
            step: Step::Call,
            first: Step::Call,
            ..Self::new()
        };
        wizard.take(file, world);
        wizard
    }

    /// Whether it was chosen from a list of acts, to which Esc then leads back.
    pub(crate) const fn listed(mut self, listed: bool) -> Self {
        self.listed = listed;
        self
    }

    fn take(&mut self, file: RootFile, world: &World) {
        // The same root again: what the second person typed of it stands.
        let same = |before: &RootFile| before.root.der() == file.root.der();
        if !self.file.as_ref().is_some_and(same) {
            self.form = Form::new(&asked(&file, world));
        }
        self.file = Some(file);
        self.step = Step::Call;
    }

    fn draft(&self) -> Draft {
        let text = |id: &str| {
            (
                id.to_owned(),
                self.form.text(id).unwrap_or_default().trim().to_owned(),
            )
        };
        let files = self
            .file
            .iter()
            .map(|f| ("file".to_owned(), f.bytes.to_vec()))
            .collect();
        let answers = Answers {
            texts: ["fingerprint", "source", ROOT_LABEL.id].map(text).into(),
            files,
            by: self.form.text(BY.id).unwrap_or_default().trim().to_owned(),
        };
        Draft {
            op: op::IMPORT_ROOT.name,
            answers,
            out: None,
        }
    }

    fn enter(&mut self) -> Reaction {
        match self.step {
            Step::File => {
                if self.path.value().trim().is_empty() {
                    // An Enter too many is no fault.
                    return Reaction::notice(Role::Note, tr(NOTHING_TYPED));
                }
                self.waiting = true;
                Reaction::order(Order::ReadRoot(self.path.value().trim().into()))
            }
            Step::Call => {
                self.step = Step::Type;
                Reaction::none()
            }
            Step::Type => {
                if self.form.enter() != Pressed::Complete {
                    return Reaction::none();
                }
                self.waiting = true;
                Reaction::order(Order::Preview(Box::new(self.draft())))
            }
        }
    }

    fn back(&mut self, world: &World) -> Reaction {
        if self.step == self.first {
            return menu::leave(self.listed, &op::IMPORT_ROOT, None, world);
        }
        self.step = if self.step == Step::Type {
            Step::Call
        } else {
            Step::File
        };
        Reaction::none()
    }

    fn draw_file(&self, world: &World, canvas: &mut Canvas<'_>) {
        let hint = op::IMPORT_ROOT.fields.first().map_or("", |f| tr(f.hint));
        let mut parts = vec![
            Part::Head(
                Role::Title,
                tr("Which file holds the root certificate?").into(),
            ),
            Part::Gap,
            Part::Field(tr("Path"), &self.path),
            Part::Gap,
            Part::Hint(Role::Muted, hint.into()),
        ];
        if world.rehearsal() {
            let words = say!("practice answer (F5): {PRACTICE_FILE}", PRACTICE_FILE);
            parts.extend([Part::Gap, Part::Hint(Role::Note, words.into())]);
        }
        let nobody = nobody_yet(world).filter(|_| self.error.is_none());
        parts.extend(nobody.map(|words| Part::Hint(Role::Muted, words.into())));
        parts.extend([Part::Gap, Part::Stop(self.error.as_deref())]);
        sheet::draw(canvas, 2, 1, &parts);
    }
}

/// What a root is called where people practise: whether it is a sender's or a receiver's is not known here, and one that
/// came before has its name.
fn practice_name(world: &World) -> String {
    const NAME: &str = "partner-root";
    let view = world.view.as_deref();
    let taken = |name: &String| view.is_some_and(|v| v.keys.iter().any(|k| k.label == *name));
    let later = (2..).map(|n: u32| [NAME, &n.to_string()].join("-"));
    let mut names = std::iter::once(NAME.to_owned()).chain(later);
    names.find(|name| !taken(name)).unwrap_or_default()
}

/// The questions to the second person, with practice answers in a rehearsal.
fn asked(file: &RootFile, world: &World) -> Vec<AskField> {
    let practice = |text: String| world.rehearsal().then_some(text);
    let ours = data_encoding::HEXLOWER.encode(&file.root.sha256_fingerprint());
    let declared = |id: &str| op::IMPORT_ROOT.fields.iter().find(|f| f.id == id).copied();
    let mut fields = vec![AskField {
        practice: practice("Wim".into()),
        ..AskField::of(BY)
    }];
    fields.extend(declared("fingerprint").map(|field| AskField {
        practice: practice(ours),
        ..AskField::of(field)
    }));
    fields.extend(declared("source").map(|field| AskField {
        practice: practice(tr("practice: no other computer was asked").into()),
        ..AskField::of(field)
    }));
    fields.push(AskField {
        practice: practice(practice_name(world)),
        ..AskField::of(ROOT_LABEL)
    });
    fields
}

impl Screen for ImportRoot {
    fn name(&self) -> &'static str {
        "Import root"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let step = match self.step {
            Step::File => tr("1 of 4: which file"),
            Step::Call => tr("2 of 4: fetch the fingerprint elsewhere"),
            Step::Type => tr("3 of 4: type the fingerprint"),
        };
        vec![tr("Trust a counterparty's root").into(), step.into()]
    }

    fn footing(&self, world: &World) -> Footing {
        let (acts, enter) = match self.step {
            Step::File => (
                wizard::acts(world),
                or_empty(self.path.value(), tr("reads the file and says what it is")).into(),
            ),
            Step::Call => (
                tr("a second person, at another computer by another login").to_owned(),
                tr("goes on to typing, once the fingerprint has been fetched").into(),
            ),
            Step::Type => (
                tr("the second person types; whoever brought the file keeps hands off").to_owned(),
                self.form
                    .enter_says(tr("compares all of it and shows the review")),
            ),
        };
        Footing {
            acts,
            enter,
            so_far: match self.file.as_ref().filter(|_| self.step != Step::File) {
                Some(file) if file.known.is_some() => {
                    tr("nothing was imported; this root is trusted here already")
                }
                _ => tr("nothing was imported; this vault does not trust this root"),
            }
            .into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let mut offers = vec![Offer::plain(Verb::Enter)];
        if self.step == Step::File && world.rehearsal() {
            offers.push(Offer::plain(Verb::Practice));
        }
        if self.step == Step::Call {
            offers.push(Offer::word(Verb::Write, tr("to a file")));
        }
        if self.step == Step::Type {
            offers.extend([
                Offer::plain(Verb::NextField),
                Offer::plain(Verb::PreviousField),
            ]);
            if self.form.practised() {
                offers.push(Offer::plain(Verb::Practice));
            }
            offers.extend(Reading::offers());
        }
        offers.push(Offer::plain(Verb::Back));
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A file can be exchanged on its way. So the root's fingerprint is fetched a second time, by another person, login and computer, and typed here. Only if both agree does the vault trust the root.",
            "Hex of 64 digits with or without colons, the whole line that openssl prints, or 16 words: all are read.",
            "Who fetched it, when and from which account is recorded and stands in the report.",
        ]
    }

    fn needs_partner(&self) -> bool {
        true
    }

    fn digest(&self, _world: &World) -> Option<Digest> {
        let file = self.file.as_ref().filter(|_| self.step == Step::Call)?;
        let command = file.commands.iter().find(|line| !line.starts_with('#'))?;
        Some(Digest::command(
            tr("The command that fetches the root's fingerprint"),
            command.as_str(),
        ))
    }

    fn takes_content(&self) -> bool {
        true
    }

    fn wants(&self) -> Option<(Wants, String)> {
        (self.step == Step::File).then(|| (Wants::File, self.path.value().to_owned()))
    }

    fn picked(&mut self, path: &Path) {
        self.error = None;
        self.path.set(&path.to_string_lossy());
    }

    fn typing(&self) -> bool {
        match self.step {
            Step::File => true,
            Step::Call => false,
            Step::Type => self.form.typing(),
        }
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let page = |c: &mut Canvas<'_>| match (self.step, &self.file) {
            (Step::Call, Some(file)) => Self::draw_call(file, world, c),
            (Step::Type, Some(file)) => self.draw_type(file, c),
            _ => self.draw_file(world, c),
        };
        if world.wide() {
            wizard::draw(world, canvas, &Self::steps(), self.step as usize, page);
        } else {
            // A command that is typed off the screen has the whole width.
            page(canvas);
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        let typed = self.path.is_kept() || self.form.typed();
        let lost = self.step == self.first && typed;
        if let Some(asked) = self.leaving.asks(verb, lost) {
            return asked;
        }
        if self.reading.moved(verb) {
            return Reaction::none();
        }
        match verb {
            Verb::Write => match &self.file {
                Some(file) if self.step == Step::Call => Reaction::push(Self::carried(file)),
                _ => Reaction::none(),
            },
            Verb::Enter => self.enter(),
            Verb::Back => self.back(world),
            Verb::Practice if self.step == Step::File => {
                self.error = None;
                self.path.set(PRACTICE_FILE);
                Reaction::none()
            }
            Verb::Practice => {
                self.form.practise();
                Reaction::none()
            }
            other => {
                self.form.verb(other);
                Reaction::none()
            }
        }
    }

    fn exposed(&mut self) -> Option<InTheOpen> {
        self.form.in_the_open("import-key.root-certificate", None)
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.error = None;
        self.leaving.stays();
        match self.step {
            Step::File => self.path.path_key(&key),
            Step::Type => self.form.key(&key),
            Step::Call => {}
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        match self.step {
            Step::File => self.path.insert_path(text),
            Step::Type => self.form.paste(text),
            Step::Call => {}
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Root(file) => {
                self.take((**file).clone(), world);
                Some(Reaction::none())
            }
            News::Preview { pending, request } => Some(Reaction::push(
                Review::new(self.draft(), pending.clone(), request, 1)
                    .behind(Self::steps().to_vec(), wizard::last(Self::steps().len())),
            )),
            News::Refused(text) if self.step == Step::Type => {
                self.form.complain("fingerprint", text);
                Some(Reaction::none())
            }
            News::Refused(text) => {
                self.path.refused();
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}
