//! Unlocking: custodians in turn, each a passphrase, until enough are there; in production the witness's card.

mod card;
mod picture;
mod recovery;
mod then;

use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

use crate::ceremony::{Answer, AskField};
use crate::session::asked::{CARD_SEQ, CARD_WORDS, OPENING_PASSPHRASE, SHARE_ENVELOPE};
use crate::session::field::Footing;
use crate::session::happened::OPENING_TOLD;
use crate::session::said;
use crate::session::{Bootstrap, Profile, WitnessAnswer};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::screens::handover;
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::list::Cursor;
use crate::tui::world::World;

pub(crate) use then::Then;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The desk reads the public part.
    Reading,
    /// Which custodian is next?
    Choosing,
    /// Why the recovery set opens.
    Why,
    /// The blank page before that custodian's passphrase.
    HandOver,
    /// The passphrase.
    Typing,
    /// The witness's card.
    Card,
    /// The desk opens the vault.
    Opening,
    /// It cannot be opened as it is.
    Failed,
}

/// A vault being opened.
pub(crate) struct Unlock {
    dir: PathBuf,
    then: Option<Then>,
    phase: Phase,
    bootstrap: Option<Bootstrap>,
    /// Why the recovery set opens it, where it does.
    recovery: Option<String>,
    entered: Vec<String>,
    left: usize,
    cursor: Cursor,
    form: Form,
    error: Option<String>,
    question: u64,
    /// Whether Esc was pressed once with shares entered.
    leaving: bool,
}

impl Unlock {
    /// The screen; the order that fills it is [`Unlock::order`].
    pub(crate) fn new(dir: PathBuf, then: Then) -> Self {
        Self {
            dir,
            then: Some(then),
            phase: Phase::Reading,
            bootstrap: None,
            recovery: None,
            entered: Vec::new(),
            left: 0,
            cursor: Cursor::default(),
            form: Form::of(&[]),
            error: None,
            question: 0,
            leaving: false,
        }
    }

    /// What the desk has to do first.
    pub(crate) fn order(&self) -> Order {
        match &self.then {
            Some(Then::Restore(wanted)) => Order::OpenCopy(wanted.clone(), self.recovery.clone()),
            _ => Order::OpenVault(self.dir.clone(), self.recovery.clone()),
        }
    }

    /// What the desk does when it is given up: a vault that is open beside a copy stays so.
    const fn gives_up(&self) -> Order {
        if self.copy() {
            Order::LeaveCopy
        } else {
            Order::Close
        }
    }

    fn name(&self) -> String {
        self.dir.file_name().map_or_else(
            || self.dir.display().to_string(),
            |n| n.to_string_lossy().into_owned(),
        )
    }

    fn custodians(&self) -> Vec<&(String, String, bool)> {
        self.bootstrap
            .iter()
            .flat_map(|b| b.people.iter())
            .filter(|(_, role, _)| role == "custodian")
            .collect()
    }

    fn chosen(&self) -> Option<(String, bool)> {
        let custodians = self.custodians();
        let (name, _, here) = custodians.get(self.cursor.at())?;
        Some((name.clone(), *here))
    }

    fn turn(&mut self, phase: Phase) {
        self.phase = phase;
        self.question = self.question.wrapping_add(1);
    }

    /// Whether it is a copy: how high that stands is part of the act, and no card is held against it.
    const fn copy(&self) -> bool {
        matches!(self.then, Some(Then::Restore(_)))
    }

    fn production(&self) -> bool {
        self.bootstrap
            .as_ref()
            .is_some_and(|b| b.profile == Profile::Production)
    }

    fn choose(&mut self) -> Reaction {
        if self.on_recovery() {
            return self.ask_why();
        }
        let Some((name, here)) = self.chosen() else {
            return Reaction::none();
        };
        if self.entered.contains(&name) {
            self.error = Some(say!(
                "{name} has already entered a share. Choose another custodian.",
                name
            ));
            return Reaction::none();
        }
        self.error = None;
        let known = self.bootstrap.as_ref().map(|b| &b.practice);
        let passphrase = AskField {
            practice: known.and_then(|known| known.get(&name).cloned()),
            ..AskField::of(OPENING_PASSPHRASE)
        };
        let envelope = AskField::of(SHARE_ENVELOPE);
        self.form = if here {
            Form::new(&[passphrase])
        } else {
            Form::new(&[envelope, passphrase])
        };
        self.turn(if self.production() {
            Phase::HandOver
        } else {
            Phase::Typing
        });
        Reaction::none()
    }

    fn submit(&mut self) -> Reaction {
        if self.form.enter() == Pressed::Stays {
            return Reaction::none();
        }
        let Some((person, _)) = self.chosen() else {
            return Reaction::none();
        };
        let (mut secret, mut envelope) = (None, None);
        for answer in self.form.take() {
            match answer {
                Answer::Secret(s) => secret = Some(s),
                Answer::Text(path) => envelope = Some(PathBuf::from(path)),
            }
        }
        self.error = None;
        match secret {
            Some(passphrase) => Reaction::order(Order::Enter {
                person,
                passphrase,
                envelope,
            }),
            None => Reaction::none(),
        }
    }

    fn finish(&mut self, witness: Option<WitnessAnswer>) -> Reaction {
        self.error = None;
        self.turn(Phase::Opening);
        Reaction::order(Order::FinishOpening(witness))
    }

    fn entered(&mut self, person: &str, left: usize) -> Reaction {
        self.entered.push(person.to_owned());
        self.left = left;
        if left == 0 {
            if self.copy() || !self.production() {
                return self.finish(None);
            }
            self.form = Form::of(&[CARD_SEQ, CARD_WORDS]);
            self.turn(Phase::Card);
            return Reaction::none();
        }
        let next = self
            .custodians()
            .iter()
            .position(|(name, _, _)| !self.entered.contains(name));
        self.cursor = Cursor::on(next.unwrap_or(0));
        self.turn(Phase::Choosing);
        Reaction::none()
    }

    /// Where a change of people was cut off, whoever types the newest words is told here which ones count.
    fn refused(&mut self, text: &str) {
        let set = self.bootstrap.as_ref().filter(|_| self.entered.is_empty());
        let begun = set.and_then(|b| b.unfinished.as_ref());
        self.error = Some(begun.map_or_else(|| text.to_owned(), |begun| format!("{text} {begun}")));
        self.form.unopened(text);
        if matches!(self.phase, Phase::Reading | Phase::Opening) {
            self.turn(Phase::Failed);
        }
    }
}

impl Screen for Unlock {
    fn name(&self) -> &'static str {
        "Unlock"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let place = match (&self.bootstrap, self.phase) {
            (Some(_), Phase::Failed) => tr("stopped").to_owned(),
            (Some(vault), _) => self.step().place(vault, self.copy()),
            (None, _) => String::new(),
        };
        let profile = self.bootstrap.as_ref().map_or("", |b| b.profile.banner());
        vec![
            say!("Open {vault}", vault = self.name()),
            profile.to_owned(),
            place,
        ]
    }

    fn footing(&self, world: &World) -> Footing {
        let person = self.chosen().map_or_else(String::new, |(name, _)| name);
        let (acts, enter) = match self.phase {
            Phase::Reading => (
                tr("nobody").into(),
                tr("is off while the public part is read").into(),
            ),
            Phase::Choosing if self.on_recovery() => (
                tr("whoever is here, before the holders of the set come").into(),
                tr("asks why; no share is asked for yet").into(),
            ),
            Phase::Why => (
                tr("whoever is here; the others check the words").into(),
                self.form
                    .enter_says(tr("asks the holders in the place of the custodians")),
            ),
            Phase::Choosing => (
                self.any_of_them().into(),
                if self.entered.contains(&person) {
                    say!(
                        "does nothing: {person} has entered a share; choose another",
                        person
                    )
                } else {
                    say!("asks {person} for the passphrase", person)
                },
            ),
            Phase::HandOver => (
                say!(
                    "{who} takes the keyboard; the others step back",
                    who = said::called(self.role(), &person)
                ),
                tr("shows the question").into(),
            ),
            Phase::Typing => (said::called(self.role(), &person), self.unseals(&person)),
            Phase::Card => (
                self.bootstrap
                    .as_ref()
                    .map(Bootstrap::has_card)
                    .unwrap_or_default(),
                self.form
                    .enter_says(tr("compares the card and opens the vault")),
            ),
            Phase::Opening => (
                tr("nobody").into(),
                tr("is off while the vault is opened and checked").into(),
            ),
            Phase::Failed => (
                tr("whoever looks after this vault").into(),
                self.after_failing().into(),
            ),
        };
        Footing {
            acts,
            enter,
            so_far: self.so_far(world),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = Vec::new();
        let enter = match self.phase {
            Phase::Choosing => {
                offers.extend(keys::moves());
                Offer::word(Verb::Enter, tr("ask"))
            }
            Phase::Typing | Phase::Card | Phase::Why => {
                if self.form.several() {
                    offers.extend([
                        Offer::plain(Verb::NextField),
                        Offer::plain(Verb::PreviousField),
                    ]);
                }
                if self.form.practised() {
                    offers.push(Offer::plain(Verb::Practice));
                }
                Offer::word(Verb::Enter, tr("next"))
            }
            Phase::Failed => Offer::word(Verb::Enter, tr("again")),
            Phase::HandOver => Offer::word(Verb::Enter, tr("I am here")),
            Phase::Reading | Phase::Opening => {
                Offer::plain(Verb::Enter).off_because(tr("the desk is at work"))
            }
        };
        offers.extend([enter, Offer::plain(Verb::Back)]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        OPENING_TOLD
    }

    fn typing(&self) -> bool {
        matches!(self.phase, Phase::Typing | Phase::Card | Phase::Why) && self.form.typing()
    }

    fn secret(&self) -> bool {
        self.phase == Phase::Typing && self.form.secret()
    }

    fn wipe(&mut self, world: &World) -> Option<Order> {
        self.form.wipe();
        // While the desk works its answer decides; a vault that opens meanwhile is locked as an open vault is.
        let waits = matches!(
            self.phase,
            Phase::Choosing | Phase::Why | Phase::HandOver | Phase::Typing | Phase::Card
        );
        if !waits || world.busy.is_some() || self.entered.is_empty() {
            return None;
        }
        self.refused(tr(
            "The screen was locked: the shares entered so far were wiped. Nothing was opened.",
        ));
        self.entered.clear();
        self.turn(Phase::Failed);
        Some(self.gives_up())
    }

    fn question(&self) -> u64 {
        self.question
    }

    fn wants(&self) -> Option<(Wants, String)> {
        let typing = self.phase == Phase::Typing;
        self.form.wants().filter(|_| typing)
    }

    fn picked(&mut self, path: &Path) {
        self.error = None;
        self.form.picked(path);
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        self.picture(canvas);
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        if verb != Verb::Back {
            self.leaving = false;
        }
        match (verb, self.phase) {
            (Verb::Enter, Phase::Choosing) => self.choose(),
            (Verb::Enter, Phase::HandOver) => {
                self.turn(Phase::Typing);
                Reaction::none()
            }
            (Verb::Enter, Phase::Typing) => self.submit(),
            (Verb::Enter, Phase::Card) => self.submit_card(),
            (Verb::Enter, Phase::Why) => self.submit_why(),
            // Nobody was asked yet: what was named for the copy is at fault, and is named anew.
            (Verb::Enter, Phase::Failed) if self.not_a_copy() => Reaction::pop(),
            (Verb::Enter, Phase::Failed) => {
                self.entered.clear();
                self.cursor = Cursor::default();
                self.error = None;
                self.turn(Phase::Reading);
                Reaction::order(self.order())
            }
            (Verb::Back, Phase::Typing | Phase::HandOver | Phase::Why) => {
                self.form.wipe();
                // What was wrong with one person's words is not said to the next.
                self.error = None;
                self.turn(Phase::Choosing);
                Reaction::none()
            }
            (Verb::Back, Phase::Choosing | Phase::Card)
                if !self.entered.is_empty() && !std::mem::replace(&mut self.leaving, true) =>
            {
                Reaction::notice(Role::Wait, self.gives_up_words())
            }
            (Verb::Back, _) => Reaction::pop().then(Step::Order(self.gives_up())),
            (other, Phase::Choosing) => {
                let count = self.rows();
                self.cursor.moved(other, count, 8);
                Reaction::none()
            }
            (Verb::Practice, Phase::Typing | Phase::Card) => {
                self.form.practise();
                Reaction::none()
            }
            (other, Phase::Typing | Phase::Card | Phase::Why) => {
                self.form.verb(other);
                Reaction::none()
            }
            _ => Reaction::none(),
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.leaving = false;
        if matches!(self.phase, Phase::Typing | Phase::Card | Phase::Why) {
            self.error = None;
            self.form.key(&key);
        }
        if matches!(self.phase, Phase::HandOver | Phase::Choosing) {
            return handover::not_yet();
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.form.paste(text);
        Reaction::none()
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        match news {
            News::Bootstrap(bootstrap) => {
                self.read(bootstrap);
                Some(Reaction::none())
            }
            News::Entered { person, left } => Some(self.entered(person, *left)),
            News::Open => Some(self.open(world)),
            News::CardSlip(slip) => Some(self.card_again(slip)),
            News::Preview { pending, request } => self.asks(pending, request, world),
            News::Refused(text) | News::ReturnSlip { why: text, .. } => {
                self.refused(text);
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
