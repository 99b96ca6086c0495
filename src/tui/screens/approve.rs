//! Approval: one sentence, one digest in words, one passphrase. When enough have signed, the act is done.

mod picture;

use crossterm::event::KeyEvent;

use super::change::Change;
use super::changed::Changed;
use super::done::Done;
use super::handover;
use super::page::Page;
use super::picker::Picker;
use super::refuse::Refuse;
use super::restore::Restored;
use crate::session::field::Footing;
use crate::session::keyboard::HandOver;
use crate::session::{Outcome, PendingView, Stop};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::Choices;
use crate::tui::widgets::lines::{self, Reading, Rest};
use crate::tui::widgets::signing::{SignForm, called, signers};
use crate::tui::world::World;

enum Stage {
    /// Which custodian signs next.
    Who,
    /// The blank page before that custodian.
    Blank(SignForm),
    /// The custodian's passphrase.
    Sign(SignForm),
    /// The act is under way; the word that stops a search.
    Working(Stop),
    /// Fully signed, and not done because of this.
    Stopped(String),
    /// A step of an open run asked for it: it is signed there.
    InRun,
}

/// One act before its custodians.
pub(crate) struct Approve {
    pending: PendingView,
    people: Choices,
    stage: Stage,
    waiting: bool,
    turned: u64,
    reading: Reading,
}

impl Approve {
    /// The act's page.
    pub(crate) fn new(pending: PendingView, world: &World) -> Self {
        let mut screen = Self {
            people: signers(&pending, world),
            pending,
            stage: Stage::Who,
            waiting: false,
            turned: 0,
            reading: Reading::default(),
        };
        if screen.pending.of_run.is_some() {
            screen.stage = Stage::InRun;
        } else if screen.complete() {
            screen.stage = Stage::Stopped(tr("It is fully signed and not yet done.").into());
        }
        screen
    }

    fn complete(&self) -> bool {
        self.pending.signed.len() >= self.pending.required
    }

    fn missing(&self) -> usize {
        self.pending
            .required
            .saturating_sub(self.pending.signed.len())
    }

    fn turn(&mut self, stage: Stage) {
        // Whoever comes next reads for themselves: what the one before had in sight counts for nobody else.
        self.reading = Reading::default();
        self.stage = stage;
        self.turned = self.turned.wrapping_add(1);
    }

    fn enter(&mut self, world: &World) -> Reaction {
        match &mut self.stage {
            Stage::Who => self.choose(world),
            Stage::Blank(_) => {
                if let Stage::Blank(form) = std::mem::replace(&mut self.stage, Stage::Who) {
                    self.turn(Stage::Sign(form));
                }
                Reaction::none()
            }
            Stage::Sign(form) => {
                let Some(signing) = form.enter() else {
                    return Reaction::none();
                };
                let person = form.person.clone();
                self.waiting = true;
                Reaction::order(Order::Approve {
                    id: self.pending.id,
                    person,
                    signing,
                })
            }
            Stage::Working(_) => Reaction::none(),
            Stage::Stopped(_) => self.execute(),
            Stage::InRun => Reaction::instead(Picker::here(world)),
        }
    }

    /// Why the person under the cursor signs nothing here.
    fn cannot(&self) -> Option<String> {
        let entry = self.people.chosen()?;
        let reason = entry.off.as_ref()?;
        let label = &entry.label;
        Some(say!("{label} cannot sign: {reason}.", label, reason))
    }

    /// What Enter does about the person under the cursor.
    fn calls(&self, held: bool) -> &'static str {
        match held {
            _ if self.cannot().is_some() => {
                tr("does nothing: this person cannot sign, as the list says")
            }
            true => tr("signs for this custodian with the key held for this session"),
            false => tr("hands the keyboard to this custodian, behind a blank page"),
        }
    }

    fn choose(&mut self, world: &World) -> Reaction {
        let Some(entry) = self.people.chosen() else {
            return Reaction::none();
        };
        if let Some(why) = self.cannot() {
            return Reaction::notice(Role::Note, why);
        }
        let mut form = SignForm::new(&entry.id.clone(), world);
        if !form.typing() {
            // Keys are held for the session: no hand-over, nothing to type.
            let person = form.person.clone();
            let Some(signing) = form.enter() else {
                return Reaction::none();
            };
            self.waiting = true;
            return Reaction::order(Order::Approve {
                id: self.pending.id,
                person,
                signing,
            });
        }
        self.turn(Stage::Blank(form));
        Reaction::none()
    }

    fn execute(&mut self) -> Reaction {
        let cancel = Stop::default();
        self.turn(Stage::Working(cancel.clone()));
        self.waiting = true;
        Reaction::order(Order::Execute {
            id: self.pending.id,
            cancel,
        })
    }

    fn exact(&self) -> Reaction {
        let details: Vec<String> = self
            .pending
            .details
            .iter()
            .map(|(label, value)| format!("{label:14} {value}"))
            .collect();
        let details = details.join("\n");
        let text = say!(
            "{sentence}\n\n{details}\n\nDigest (SHA-256)\n{digest}\n\nExactly this is signed\n{exact}",
            sentence = self.pending.sentence,
            details,
            digest = self.pending.digest,
            exact = self.pending.exact
        );
        Reaction::push(
            Page::new(
                &[tr("Exact request"), &self.pending.name],
                text,
                tr("nothing has changed"),
            )
            .about(&self.pending.digest),
        )
    }

    fn heard(&mut self, outcome: &Outcome, world: &World) -> Option<Reaction> {
        match outcome {
            Outcome::Approved(pending) => {
                self.pending = pending.clone();
                self.people = signers(pending, world);
                if self.complete() {
                    return Some(self.execute());
                }
                self.turn(Stage::Who);
                Some(Reaction::none())
            }
            Outcome::Executed(executed) => Some(Reaction::instead(Done::executed(
                &self.pending,
                executed,
                world,
            ))),
            _ => None,
        }
    }

    fn refused(&mut self, text: &str, world: &World) -> Reaction {
        let stands = world
            .view
            .as_ref()
            .is_some_and(|v| v.pending.iter().any(|p| p.id == self.pending.id));
        if !stands {
            return Reaction::instead(Done::void(&self.pending, text));
        }
        match &mut self.stage {
            Stage::Sign(form) => {
                form.complain(text);
                Reaction::none()
            }
            Stage::Working(_) => {
                self.turn(Stage::Stopped(text.to_owned()));
                Reaction::none()
            }
            _ => Reaction::notice(Role::Stop, text.to_owned()),
        }
    }
}

impl Screen for Approve {
    fn digest(&self, _world: &World) -> Option<Digest> {
        let words = say!(
            "digest of the act: {sentence}",
            sentence = self.pending.sentence
        );
        let hidden = matches!(self.stage, Stage::Blank(_) | Stage::Working(_));
        (!hidden).then(|| Digest::sha256(words, self.pending.digest.clone()))
    }

    fn name(&self) -> &'static str {
        "Approve"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let count = say!(
            "{signed} of {required} signed",
            signed = self.pending.signed.len(),
            required = self.pending.required
        );
        vec![tr("Approve").into(), count]
    }

    fn footing(&self, world: &World) -> Footing {
        let held = world.view.as_ref().is_some_and(|v| v.automatic);
        let last = self.missing() <= 1;
        let custodian = say!(
            "a custodian; {issuer} who asked cannot sign",
            issuer = self.pending.issuer
        );
        let (acts, enter) = match &self.stage {
            Stage::Who => (custodian, self.calls(held).to_owned()),
            Stage::Blank(form) => (
                say!(
                    "{called}; everybody else steps back",
                    called = called(&form.person)
                ),
                tr("shows the request and asks for the passphrase").into(),
            ),
            Stage::Sign(form) => {
                let person = &form.person;
                let then = if last {
                    self.pending.then()
                } else {
                    tr("then the next custodian is called")
                };
                (
                    say!(
                        "{called}; {issuer} who asked cannot sign",
                        called = called(person),
                        issuer = self.pending.issuer
                    ),
                    form.enter_says(
                        &self.reading,
                        say!("signs this request for {person}; {then}", person, then),
                    ),
                )
            }
            Stage::Working(_) => (
                tr("nobody: keymoot works").to_owned(),
                tr("nothing while this runs").to_owned(),
            ),
            Stage::Stopped(_) => (
                tr("whoever is at the keyboard; all have signed").to_owned(),
                tr("does what was signed for").to_owned(),
            ),
            Stage::InRun => (
                tr("nobody here: it is signed in its ceremony").to_owned(),
                tr("shows the ceremonies; the one that stands open goes on").to_owned(),
            ),
        };
        Footing {
            acts,
            enter,
            so_far: tr("nothing was done. Any change of request or vault voids signatures").into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let mut offers = match &self.stage {
            Stage::Who => {
                let held = world.view.as_ref().is_some_and(|v| v.automatic);
                let mut offers = keys::finds();
                // Nobody signs by this Enter where somebody has to come first.
                let does = if held { tr("sign") } else { tr("call") };
                let call = Offer::word(Verb::Enter, does);
                offers.push(match self.cannot() {
                    Some(why) => call.off_because(why),
                    None => call,
                });
                offers
            }
            Stage::Blank(_) => {
                return vec![
                    Offer::word(Verb::Enter, tr("I am here")),
                    Offer::word(Verb::Back, tr("not now")),
                ];
            }
            Stage::Sign(form) => {
                let mut offers = vec![form.enter_offer(&self.reading, tr("sign"))];
                offers.extend(form.offers());
                offers
            }
            Stage::Working(_) => return vec![Offer::word(Verb::Back, tr("stop the search"))],
            Stage::Stopped(_) => vec![Offer::word(Verb::Enter, tr("do it"))],
            Stage::InRun => vec![Offer::word(Verb::Enter, tr("to the ceremony"))],
        };
        let back = if matches!(self.stage, Stage::Sign(_)) {
            tr("back")
        } else {
            tr("not now")
        };
        offers.extend([
            Offer::plain(Verb::Refuse),
            Offer::plain(Verb::Exact),
            Offer::word(Verb::Back, back),
        ]);
        if !matches!(self.stage, Stage::Who) {
            offers.extend(Reading::offers());
        }
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Read the sentence and its details. The eight words stand for this exact request on this exact state of the vault: read them aloud and write them into the minutes.",
            "F2 shows what is signed, to the letter. If you do not want it, F4 refuses it with your reason; a refusal is recorded.",
            "A wrong passphrase locks nothing, there is no limit, and the request stands. Check: the right stick? the right set? which word?",
        ]
    }

    fn signs(&self) -> Option<&SignForm> {
        match &self.stage {
            Stage::Sign(form) => Some(form),
            _ => None,
        }
    }

    fn signs_mut(&mut self) -> Option<&mut SignForm> {
        match &mut self.stage {
            Stage::Sign(form) => Some(form),
            _ => None,
        }
    }

    fn question(&self) -> u64 {
        self.turned
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        if let Stage::Blank(form) = &self.stage {
            let page = HandOver {
                role: "",
                person: &called(&form.person),
                what: tr("to read the request and sign it"),
                saved: tr("The request stands as it was asked; nothing has been done yet."),
            };
            handover::draw(&page, canvas);
            return;
        }
        let (width, height) = (canvas.width(), canvas.height());
        let room = width.saturating_sub(3);
        let y = canvas.paragraph(2, 0, room, Role::Title, &self.pending.sentence);
        let details = lines::of_details(&self.pending.told(world.now()));
        let rows = lines::height(&details, width, 15);
        let (minutes, gap, end) = self.laid(canvas, y, rows);
        let mut y = lines::draw(canvas, (y, end), 15, &details, Rest::Below(&self.reading));
        if minutes > 0 {
            y = self.minutes(canvas, y.saturating_add(1).min(end));
        }
        let y = y.saturating_add(gap);
        canvas.within(0, y, width, height, |c| self.draw_stage(world, c));
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        // Where the list of custodians stands beneath, its own page keys are the request's as long as that goes on.
        let reads = !matches!(self.stage, Stage::Who) || self.reading.goes_on();
        if reads && self.reading.moved(verb) {
            return Reaction::none();
        }
        // Nobody signs what is still below the edge of the page.
        if let Stage::Sign(form) = &self.stage
            && form.reads_first(&self.reading, verb)
        {
            return Reaction::none();
        }
        match (verb, &mut self.stage) {
            (Verb::Enter, _) => return self.enter(world),
            (Verb::Exact, _) => return self.exact(),
            (Verb::Refuse, stage) => {
                // Whose page it is refuses, as a rule.
                let person = match stage {
                    Stage::Sign(form) => Some(form.person.clone()),
                    Stage::Who => self.people.chosen().map(|entry| entry.id.clone()),
                    _ => None,
                };
                let refuse = Refuse::new(&self.pending, world, 1).by(person.as_deref());
                return Reaction::push(refuse);
            }
            (Verb::Back, Stage::Blank(_) | Stage::Sign(_)) => self.turn(Stage::Who),
            (Verb::Back, _) => {
                return Reaction::notice(
                    Role::Note,
                    tr("The request stays on the table while the vault is open: Home and Approvals show it."),
                )
                .then(Step::Pop);
            }
            (other, Stage::Who) => self.people.moved(other),
            (other, Stage::Sign(form)) => form.verb(other),
            _ => {}
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if let Stage::Blank(_) = &self.stage {
            return super::handover::not_yet();
        }
        match &mut self.stage {
            Stage::Who => self.people.letter(&key),
            Stage::Sign(form) => form.key(&key),
            _ => {}
        }
        Reaction::none()
    }

    fn while_busy(&mut self, verb: Verb) -> Reaction {
        if let (Verb::Back, Stage::Working(cancel)) = (verb, &self.stage) {
            cancel.say();
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        let act = &self.pending;
        Some(match news {
            News::Done(outcome) => return self.heard(outcome, world),
            News::Change { ask, again, .. } => {
                Reaction::instead(Change::new((**ask).clone(), again.clone()))
            }
            News::Changed(changed) => Reaction::instead(Changed::new(changed)),
            News::HandedOver(files) => Reaction::instead(Done::handed_over(act, files, world)),
            News::Restored { told, to } => {
                Reaction::instead(Restored::new(told.clone(), to.clone()))
            }
            News::Copied(copy, folder) => Reaction::instead(Done::copied(act, copy, folder, world)),
            News::Refused(text) => self.refused(text, world),
            _ => return None,
        })
    }
}
