//! Evidence: the runs of this vault, their reports, and the one file that an auditor gets.

use std::collections::BTreeSet;
use std::path::Path;

use crossterm::event::KeyEvent;

mod brought;

use brought::Brought;

use super::folder_for::{FolderFor, Of};
use super::page::Page;
use super::save::Save;
use super::sign_bundle::SignBundle;
use crate::session::field::Footing;
use crate::session::guide;
use crate::session::{Run, RunOutcome, said};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::digest::Digest;
use crate::tui::frame::clock;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::list::{Column, Cursor, table};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// Rows below the list: a rule and what is known of the chosen run; on a high screen its steps as well.
const fn explained(height: u16) -> u16 {
    if height >= 30 { 20 } else { 7 }
}

/// The list of runs.
#[derive(Default)]
pub(crate) struct Evidence {
    cursor: Cursor,
    /// The bundle that is to be verified, while its path is being typed.
    brought: Option<Brought>,
    error: Option<String>,
    waiting: bool,
    /// The name that is proposed for a bundle under way.
    name: String,
}

impl Evidence {
    /// All runs, the newest first.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn chosen<'a>(&self, world: &'a World) -> Option<&'a Run> {
        let runs = &world.view.as_ref()?.runs;
        let at = self.cursor.at().min(runs.len().saturating_sub(1));
        runs.iter().rev().nth(at)
    }

    /// The screen, and the order to make the bundle of this run.
    pub(crate) fn bundle(run: &Run, world: &World) -> Reaction {
        let runs = world.view.as_ref().map_or(&[][..], |v| v.runs.as_slice());
        let at = runs.iter().rev().position(|r| r.id == run.id);
        let mut screen = Self {
            cursor: Cursor::on(at.unwrap_or(0)),
            ..Self::default()
        };
        let asked = screen.ask_bundle(world);
        let mut reaction = Reaction::push(screen);
        reaction.0.extend(asked.0);
        reaction
    }

    fn ask(&mut self, order: impl Fn(String) -> Order, world: &World) -> Reaction {
        let Some(run) = self.chosen(world) else {
            return Reaction::none();
        };
        self.name = proposal(run, world);
        self.waiting = true;
        Reaction::order(order(run.id.clone()))
    }

    /// Asks for the folder that takes the files of a run.
    fn ask_files(&mut self, world: &World) -> Reaction {
        let Some(run) = self.chosen(world) else {
            return Reaction::none();
        };
        self.waiting = true;
        Reaction::push(FolderFor::new(Of::Run(run.id.clone()), run, world))
    }

    /// Keys that are held for the session sign by themselves; otherwise a person is asked.
    fn ask_bundle(&mut self, world: &World) -> Reaction {
        if world.view.as_ref().is_some_and(|v| v.automatic) {
            return self.ask(|run| Order::Bundle { run, signer: None }, world);
        }
        let Some(run) = self.chosen(world) else {
            return Reaction::none();
        };
        let of = say!(
            "The bundle of run {number} of {script}.",
            number = run.number,
            script = run.script
        );
        Reaction::push(SignBundle::new(&run.id, of, proposal(run, world), world))
    }
}

/// The name that is proposed for a bundle's file: two runs of one script are two files.
fn proposal(run: &Run, world: &World) -> String {
    let mark = world.view.as_ref().map_or("", |v| v.profile.file_mark());
    format!("{}-{}{mark}.bundle", run.script, run.number)
}

fn outcome(run: &Run) -> (&'static str, Role) {
    match run.outcome {
        Some(RunOutcome::Completed) => (tr("completed"), Role::Ok),
        Some(RunOutcome::Exception) => (tr("exception"), Role::Wait),
        Some(RunOutcome::Aborted) => (tr("aborted"), Role::Stop),
        None => (tr("stands open"), Role::Wait),
    }
}

impl Screen for Evidence {
    fn digest(&self, world: &World) -> Option<Digest> {
        if self.brought.is_some() {
            return None;
        }
        let run = self.chosen(world)?;
        let of = say!(
            "SHA-256 of the script {script}, run {number}",
            script = run.script,
            number = run.number
        );
        Some(Digest::sha256(of, run.script_sha256.clone()))
    }

    fn name(&self) -> &'static str {
        "Evidence"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let runs = world.view.as_ref().map_or(0, |v| v.runs.len());
        let mut title = vec![
            tr("Evidence").to_owned(),
            if runs == 1 {
                tr("1 run").to_owned()
            } else {
                say!("{runs} runs", runs)
            },
        ];
        if self.brought.is_some() {
            title.push(tr("verify a bundle").into());
        }
        title
    }

    fn footing(&self, world: &World) -> Footing {
        let (enter, so_far) = match (&self.brought, self.chosen(world)) {
            (Some(brought), _) => (
                brought.enter_says(),
                tr("nothing is read yet; verifying changes nothing"),
            ),
            (None, Some(_)) => (
                tr("shows the report of this run"),
                tr("reports and bundles hold no secret; a bundle is entered in the log"),
            ),
            (None, None) => (
                tr("does nothing: no ceremony was run in this vault"),
                tr("looking changes nothing"),
            ),
        };
        Footing {
            acts: tr("nobody: evidence needs no approval").into(),
            enter: enter.into(),
            so_far: so_far.into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        if self.brought.is_some() {
            return vec![
                Offer::word(Verb::Enter, tr("verify")),
                Offer::plain(Verb::NextField),
                Offer::plain(Verb::Back),
            ];
        }
        let none = self.chosen(world).is_none();
        let off = |offer: Offer| {
            if none {
                offer.off_because(tr("no ceremony was run in this vault"))
            } else {
                offer
            }
        };
        let mut offers = keys::moves();
        offers.extend([
            off(Offer::word(Verb::Enter, tr("report"))),
            off(Offer::word(Verb::Write, tr("bundle"))),
            off(Offer::word(Verb::Export, tr("files"))),
            Offer::word(Verb::Import, tr("verify")),
            Offer::plain(Verb::Audit),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "An auditor gets three things: the bundle, the report in ink, and the signed enrolment forms, which come by another road than the bundle.",
            guide::BUNDLE_SIGNED,
            "The bundle is one file: script, log, every act with its signatures, files and report. keymoot verify checks it on another computer, without this vault.",
            "With the fingerprints of the forms in a text file (a fingerprint and a name a line), i here or keymoot verify F --trust FILE says whether these very people signed.",
            "x writes the files that the run made, with its report, into a folder: the vault keeps them, so they can be written again.",
            "In the report, w writes it to a file: as text, Markdown or HTML by the end of the name.",
        ]
    }

    fn takes_content(&self) -> bool {
        true
    }

    fn wants(&self) -> Option<(Wants, String)> {
        let brought = self.brought.as_ref()?;
        let field = if brought.second {
            &brought.trust
        } else {
            &brought.bundle
        };
        Some((Wants::File, field.value().to_owned()))
    }

    fn picked(&mut self, path: &Path) {
        let brought = self.brought.get_or_insert_with(Brought::default);
        *brought.field() = TextField::with(&path.to_string_lossy());
    }

    fn typing(&self) -> bool {
        self.brought.is_some()
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        if let Some(brought) = &self.brought {
            brought.draw(self.error.as_ref(), canvas);
            return;
        }
        let Some(view) = &world.view else { return };
        let (width, height) = (canvas.width(), canvas.height());
        let Some(run) = self.chosen(world) else {
            empty(canvas);
            return;
        };
        let column = |title, width| Column {
            title,
            width,
            right: false,
        };
        let columns = [
            column("RUN", 4),
            column("SCRIPT", width.saturating_sub(55).clamp(16, 90)),
            column("STARTED (UTC)", 20),
            column("ENDED AS", 12),
        ];
        let at = self.cursor.at().min(view.runs.len().saturating_sub(1));
        let below = explained(height);
        canvas.within(0, 0, width, height.saturating_sub(below), |c| {
            table(c, &columns, view.runs.len(), Cursor::on(at), |n| {
                view.runs
                    .iter()
                    .rev()
                    .nth(n)
                    .map_or((Role::Text, Vec::new()), |run| {
                        let (ended, role) = outcome(run);
                        let started = clock(run.started);
                        (
                            role,
                            vec![
                                run.number.to_string(),
                                run.script.clone(),
                                started,
                                ended.into(),
                            ],
                        )
                    })
            });
        });
        let y = height.saturating_sub(below);
        canvas.rule(y, &[say!("run {number}", number = run.number)]);
        let room = width.saturating_sub(2);
        canvas.within(1, y.saturating_add(1), room, below.saturating_sub(1), |c| {
            told(run, c);
        });
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, &mut self.brought) {
            (Verb::Back, Some(_)) => {
                self.brought = None;
                self.error = None;
            }
            (Verb::NextField | Verb::PreviousField | Verb::Up | Verb::Down, Some(brought)) => {
                brought.second = !brought.second;
            }
            (Verb::Enter, Some(brought)) => {
                self.waiting = true;
                return Reaction::order(brought.order());
            }
            (Verb::Back, None) => return Reaction::pop(),
            (Verb::Enter, None) => return self.ask(Order::Report, world),
            (Verb::Write, None) => return self.ask_bundle(world),
            (Verb::Export, None) => return self.ask_files(world),
            (Verb::Import, None) => self.brought = Some(Brought::default()),
            (Verb::Audit, None) => return super::audit::Audit::open(),
            (other, _) => {
                let count = world.view.as_ref().map_or(0, |v| v.runs.len());
                let page = usize::from(
                    world
                        .size
                        .1
                        .saturating_sub(8)
                        .saturating_sub(explained(world.size.1.saturating_sub(7))),
                );
                self.cursor.moved(other, count, page);
            }
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.error = None;
        if let Some(brought) = &mut self.brought {
            brought.field().path_key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        if let Some(brought) = &mut self.brought {
            brought.field().insert_path(text);
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        let page = |title: &str, text: &str, so_far: &str| {
            Some(Reaction::push(Page::new(
                &[tr("Evidence"), title],
                text.to_owned(),
                so_far,
            )))
        };
        match news {
            News::Written { folder, files } => Some(Reaction::notice(
                Role::Ok,
                say!(
                    "Written to {folder} and read back: {files}.",
                    folder = folder.display(),
                    files = files.join(", ")
                ),
            )),
            News::Bundled(bytes) => Some(Reaction::push(Save::bundle(&self.name, bytes.clone()))),
            News::Reported(report) => {
                let proposal = self.name.replace(".bundle", ".report.txt");
                Some(Reaction::push(Page::report(report.clone(), proposal)))
            }
            News::Verified(text) => {
                self.brought = None;
                page(
                    "verified",
                    text,
                    tr("the bundle was read; nothing was changed"),
                )
            }
            News::Refused(text) if self.brought.is_some() => {
                if let Some(brought) = &mut self.brought {
                    brought.field().refused();
                }
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            News::Refused(text) => Some(Reaction::notice(Role::Stop, text.clone())),
            _ => None,
        }
    }
}

/// An empty list teaches.
fn empty(canvas: &mut Canvas<'_>) {
    let room = canvas.width().saturating_sub(4);
    let mut y = canvas
        .paragraph(
            2,
            1,
            room,
            Role::Title,
            tr("No ceremony was run in this vault."),
        )
        .saturating_add(2);
    for words in [
        tr(
            "A run of a script leaves a report and, from here, a bundle: one file with script, log, signatures and files that an auditor checks on another computer, without this vault.",
        ),
        tr("What was done by hand stands in the audit log alone. Home, then c, runs a ceremony."),
        tr("i verifies a bundle that somebody brought."),
    ] {
        y = y.saturating_add(canvas.paragraph(2, y, room, Role::Text, words));
    }
}
/// What is known of a run, and how far each of its steps came, as many as there is room for.
fn told(run: &Run, canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.width(), canvas.height());
    let script = say!(
        "script   {script_sha256}",
        script_sha256 = run.script_sha256
    );
    canvas.put_cut(0, 0, width, Role::Text, &script);
    let people: BTreeSet<&str> = run
        .steps
        .iter()
        .flat_map(|step| &step.who)
        .map(String::as_str)
        .collect();
    let people: Vec<&str> = people.into_iter().collect();
    let id = say!(
        "run id   {id}  by {people}",
        id = run.id,
        people = people.join(", ")
    );
    let told = canvas.paragraph(0, 1, width, Role::Text, &id);
    let words = tr(
        "For the auditor: w writes the bundle, one file that is checked without this vault; Enter shows the report, printed and signed in ink; the signed enrolment forms go by another road.",
    );
    let y = canvas
        .paragraph(0, told.saturating_add(1), width, Role::Text, words)
        .saturating_add(told)
        .saturating_add(2);
    let room = usize::from(height.saturating_sub(y));
    if room < 3 {
        return;
    }
    for (n, step) in run.steps.iter().take(room).enumerate() {
        let line = format!(
            "{:2}  {:24}  {:10}  {}",
            n.saturating_add(1),
            step.id,
            said::step(step.state.name()),
            step.who.join(", ")
        );
        canvas.put_cut(0, y.saturating_add(cells(n)), width, Role::Muted, &line);
    }
}
