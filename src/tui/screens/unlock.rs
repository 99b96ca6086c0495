//! Unlocking: custodians in turn, each a passphrase, until enough are there; in production the witness's card.

use std::path::PathBuf;

use crossterm::event::KeyEvent;

use super::handover::HandOver;
use crate::ceremony::Answer;
use crate::session::field::{Field, Footing, Kind};
use crate::session::{Bootstrap, Profile, WitnessAnswer};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order, PlayOrder};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::list::Cursor;
use crate::tui::world::World;

const ENVELOPE: Field = Field {
    id: "envelope",
    label: "Envelope",
    hint: "Path of this custodian's share envelope on their own stick, for example /media/ana/share.age.",
    kind: Kind::File,
    optional: false,
};

const PASSPHRASE: Field = Field {
    id: "passphrase",
    label: "Passphrase",
    hint: "The words from this custodian's own paper, with single spaces. Letters are never drawn.",
    kind: Kind::Passphrase,
    optional: false,
};

const CARD_SEQ: Field = Field {
    id: "seq",
    label: "Sequence",
    hint: "The number on the last witness card.",
    kind: Kind::Number {
        min: 0,
        max: i64::MAX,
    },
    optional: false,
};

const CARD_WORDS: Field = Field {
    id: "words",
    label: "Six words",
    hint: "The six words on the same card. They prove that this is no older copy of the vault.",
    kind: Kind::Text { max: 120 },
    optional: false,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The desk reads the public part.
    Reading,
    /// Which custodian is next?
    Choosing,
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

/// What follows once the vault is open.
pub(crate) enum Then {
    /// Its home screen.
    Home,
    /// A ceremony in it; files go to the folder at the end.
    Play(Box<PlayOrder>, Option<PathBuf>),
}

/// A vault being opened.
pub(crate) struct Unlock {
    dir: PathBuf,
    then: Option<Then>,
    phase: Phase,
    bootstrap: Option<Bootstrap>,
    entered: Vec<String>,
    left: usize,
    cursor: Cursor,
    form: Form,
    error: Option<String>,
    question: u64,
}

impl Unlock {
    /// The screen; the order that fills it is [`Unlock::order`].
    pub(crate) fn new(dir: PathBuf, then: Then) -> Self {
        Self {
            dir,
            then: Some(then),
            phase: Phase::Reading,
            bootstrap: None,
            entered: Vec::new(),
            left: 0,
            cursor: Cursor::default(),
            form: Form::of(&[]),
            error: None,
            question: 0,
        }
    }

    /// What the desk has to do first.
    pub(crate) fn order(&self) -> Order {
        Order::OpenVault(self.dir.clone())
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

    fn production(&self) -> bool {
        self.bootstrap
            .as_ref()
            .is_some_and(|b| b.profile == Profile::Production)
    }

    fn choose(&mut self) -> Reaction {
        let Some((name, here)) = self.chosen() else {
            return Reaction::none();
        };
        if self.entered.contains(&name) {
            self.error = Some(format!(
                "{name} has already entered a share. Choose another custodian."
            ));
            return Reaction::none();
        }
        self.error = None;
        self.form = if here {
            Form::of(&[PASSPHRASE])
        } else {
            Form::of(&[ENVELOPE, PASSPHRASE])
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

    fn submit_card(&mut self) -> Reaction {
        if self.form.enter() == Pressed::Stays {
            return Reaction::none();
        }
        let seq = self
            .form
            .text("seq")
            .and_then(|t| t.trim().parse().ok())
            .unwrap_or(0);
        let words = self.form.text("words").unwrap_or_default();
        self.finish(Some(WitnessAnswer { seq, words }))
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
            if !self.production() {
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

    fn refused(&mut self, text: &str) {
        self.error = Some(text.to_owned());
        if matches!(self.phase, Phase::Reading | Phase::Opening) {
            self.turn(Phase::Failed);
        }
    }

    fn open(&mut self) -> Reaction {
        match self.then.take() {
            Some(Then::Play(play, out)) => {
                let title = crate::ceremony::Script::parse(&play.script)
                    .map_or_else(|_| "ceremony".to_owned(), |s| s.title().to_owned());
                let screen = super::runner::RunScreen::new(&title, out, true);
                Reaction::one(Step::Replace(Box::new(screen))).then(Step::Order(Order::PlayHere {
                    script: play.script,
                    inputs: play.inputs,
                    resume: play.resume,
                }))
            }
            _ => Reaction::one(Step::Replace(super::home())),
        }
    }

    fn draw_people(&self, canvas: &mut Canvas<'_>) {
        let custodians = self.custodians();
        let at = self.cursor.at();
        self.cursor.draw(canvas, custodians.len(), |c, n, y| {
            let Some((name, _, here)) = custodians.get(n) else {
                return;
            };
            let role = if n == at { Role::Selection } else { Role::Text };
            c.put(3, y, role, name);
            let (state_role, state) = if self.entered.contains(name) {
                (Role::Ok, "ok    share entered")
            } else if *here {
                (Role::Muted, "wait  envelope in the vault's folder")
            } else {
                (Role::Muted, "wait  envelope on the own stick")
            };
            c.put(28, y, if n == at { role } else { state_role }, state);
        });
    }

    fn hand_over<'a>(person: &'a str, saved: &'a str) -> HandOver<'a> {
        HandOver {
            role: "custodian",
            person,
            what: "the passphrase from the own paper",
            saved,
        }
    }
}

impl Screen for Unlock {
    fn name(&self) -> &'static str {
        "Unlock"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let place = match (&self.bootstrap, self.phase) {
            (_, Phase::Card) => "the witness card".to_owned(),
            (Some(b), _) => format!("{} of {} custodians entered", self.entered.len(), b.k),
            (None, _) => String::new(),
        };
        let profile = self.bootstrap.as_ref().map_or("", |b| b.profile.banner());
        vec![format!("Open {}", self.name()), profile.to_owned(), place]
    }

    fn footing(&self, _world: &World) -> Footing {
        let person = self.chosen().map_or_else(String::new, |(name, _)| name);
        let (acts, enter) = match self.phase {
            Phase::Reading => (
                "nobody".into(),
                "is off while the public part is read".into(),
            ),
            Phase::Choosing => (
                "a custodian, any of those who wait".into(),
                format!("asks {person} for the passphrase"),
            ),
            Phase::HandOver => (
                format!("custodian {person} takes the keyboard; the others step back"),
                "shows the question".into(),
            ),
            Phase::Typing => (
                format!("custodian {person}"),
                format!("unseals {person}'s share; nothing else is opened by it"),
            ),
            Phase::Card => (
                "the witness, with the card from last time".into(),
                "compares the card and opens the vault".into(),
            ),
            Phase::Opening => (
                "nobody".into(),
                "is off while the vault is opened and checked".into(),
            ),
            Phase::Failed => (
                "whoever looks after this vault".into(),
                "begins again with the first custodian".into(),
            ),
        };
        let so_far = match (self.entered.len(), self.phase) {
            (_, Phase::Failed) => "the vault is closed; nothing in it was changed".to_owned(),
            (0, _) => "the vault is closed; nobody has entered a share".to_owned(),
            (_, _) => format!(
                "the vault is closed; entered: {}. A wrong passphrase locks nothing",
                self.entered.join(", ")
            ),
        };
        Footing {
            acts,
            enter,
            so_far,
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = Vec::new();
        let enter = match self.phase {
            Phase::Choosing => {
                offers.extend(keys::moves());
                Offer::word(Verb::Enter, "ask")
            }
            Phase::Typing | Phase::Card => {
                if self.form.several() {
                    offers.extend([
                        Offer::plain(Verb::NextField),
                        Offer::plain(Verb::PreviousField),
                    ]);
                }
                Offer::word(Verb::Enter, "enter")
            }
            Phase::Failed => Offer::word(Verb::Enter, "again"),
            Phase::HandOver => Offer::word(Verb::Enter, "I am here"),
            Phase::Reading | Phase::Opening => {
                Offer::plain(Verb::Enter).off_because("the desk is at work")
            }
        };
        offers.extend([enter, Offer::plain(Verb::Back)]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A vault opens when enough custodians have entered their shares, one after the other, each with their own passphrase. Opening shows names, uses and states; no key is opened by it.",
            "A refused passphrase locks nothing and there is no limit. Right stick? Right set of envelopes? All the words, single spaces, from your own paper?",
            "In production the witness then types sequence number and words from the last card: that is how an older copy of the whole folder is noticed.",
        ]
    }

    fn typing(&self) -> bool {
        matches!(self.phase, Phase::Typing | Phase::Card) && self.form.typing()
    }

    fn secret(&self) -> bool {
        self.phase == Phase::Typing && self.form.secret()
    }

    fn question(&self) -> u64 {
        self.question
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width();
        let person = self.chosen().map_or_else(String::new, |(name, _)| name);
        if self.phase == Phase::HandOver {
            let saved = match self.entered.len() {
                0 => "Nobody has entered a share yet.".to_owned(),
                n => format!("{n} entered a share and need not do it again."),
            };
            Self::hand_over(&person, &saved).draw(canvas);
            return;
        }
        let rows = cells(self.custodians().len()).min(8);
        let mut y = 1;
        if let Some(b) = &self.bootstrap {
            canvas.put(
                1,
                0,
                Role::Title,
                &format!(
                    "{} custodians of {} open this vault, one after the other.",
                    b.k,
                    self.custodians().len()
                ),
            );
            canvas.within(0, 2, width, rows, |c| self.draw_people(c));
            y = rows.saturating_add(3);
        }
        match self.phase {
            Phase::Typing => {
                canvas.put(
                    1,
                    y,
                    Role::Title,
                    &format!("{person}, alone at this screen:"),
                );
                canvas.within(1, y.saturating_add(1), width.saturating_sub(2), 7, |c| {
                    self.form.draw(c);
                });
                y = y.saturating_add(6);
            }
            Phase::Card => {
                canvas.put(
                    1,
                    y,
                    Role::Title,
                    "Enough shares. The witness's card from last time:",
                );
                canvas.within(1, y.saturating_add(1), width.saturating_sub(2), 7, |c| {
                    self.form.draw(c);
                });
                y = y.saturating_add(6);
            }
            Phase::Reading => {
                canvas.put(1, y, Role::Wait, "wait  reading the vault's public part");
            }
            Phase::Opening => {
                canvas.put(
                    1,
                    y,
                    Role::Wait,
                    "wait  opening: signatures, hashes and the audit chain are checked",
                );
            }
            _ => {}
        }
        if let Some(error) = &self.error {
            canvas.paragraph(
                1,
                y,
                width.saturating_sub(2),
                Role::Stop,
                &format!("STOP  {error}"),
            );
        }
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match (verb, self.phase) {
            (Verb::Enter, Phase::Choosing) => self.choose(),
            (Verb::Enter, Phase::HandOver) => {
                self.turn(Phase::Typing);
                Reaction::none()
            }
            (Verb::Enter, Phase::Typing) => self.submit(),
            (Verb::Enter, Phase::Card) => self.submit_card(),
            (Verb::Enter, Phase::Failed) => {
                self.entered.clear();
                self.error = None;
                self.turn(Phase::Reading);
                Reaction::order(self.order())
            }
            (Verb::Back, Phase::Typing | Phase::HandOver) => {
                self.form.wipe();
                self.turn(Phase::Choosing);
                Reaction::none()
            }
            (Verb::Back, _) => Reaction::pop().then(Step::Order(Order::Close)),
            (other, Phase::Choosing) => {
                let count = self.custodians().len();
                self.cursor.moved(other, count, 8);
                Reaction::none()
            }
            (other, Phase::Typing | Phase::Card) => {
                self.form.verb(other);
                Reaction::none()
            }
            _ => Reaction::none(),
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if matches!(self.phase, Phase::Typing | Phase::Card) {
            self.error = None;
            self.form.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.form.paste(text);
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        match news {
            News::Bootstrap(bootstrap) => {
                self.left = usize::from(bootstrap.k);
                self.bootstrap = Some(bootstrap.clone());
                self.turn(Phase::Choosing);
                Some(Reaction::none())
            }
            News::Entered { person, left } => Some(self.entered(person, *left)),
            News::Open => Some(self.open()),
            News::Refused(text) => {
                self.refused(text);
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::app::{State, update};
    use crate::tui::message::{Effect, Msg};
    use crate::tui::snapshot;

    fn told(state: &mut State, news: News) -> Vec<Effect> {
        update(state, Msg::Desk(Box::new(news), None))
    }

    fn begun(profile: Profile, here: bool) -> State {
        let mut state = snapshot::state(Unlock::new("acme.vault".into(), Then::Home));
        let people = [
            ("Ada", "administrator"),
            ("Ana", "custodian"),
            ("Ben", "custodian"),
            ("Cho", "custodian"),
        ];
        told(
            &mut state,
            News::Bootstrap(Bootstrap {
                vault_id: "00".repeat(16),
                profile,
                k: 2,
                people: people
                    .map(|(n, r)| (n.to_owned(), r.to_owned(), here))
                    .to_vec(),
            }),
        );
        state
    }

    #[test]
    fn custodians_enter_in_turn_and_the_vault_opens() {
        let mut state = begun(Profile::Test, true);
        snapshot::check("unlock", &mut state);
        let effects = snapshot::press(&mut state, "<Enter>two words<Enter>");
        assert!(
            matches!(&effects[0], Effect::Desk(Order::Enter { person, passphrase, .. }) if person == "Ana" && passphrase.expose() == b"two words")
        );
        told(&mut state, News::Refused("The passphrase does not open Ana's envelope. Nothing is locked, there is no limit.".into()));
        snapshot::check("unlock-refused", &mut state);
        snapshot::press(&mut state, "two words<Enter>");
        told(
            &mut state,
            News::Entered {
                person: "Ana".into(),
                left: 1,
            },
        );
        snapshot::press(&mut state, "<Enter>secret");
        snapshot::check("unlock-second", &mut state);
        snapshot::press(&mut state, "<Enter>");
        let effects = told(
            &mut state,
            News::Entered {
                person: "Ben".into(),
                left: 0,
            },
        );
        assert!(matches!(
            &effects[0],
            Effect::Desk(Order::FinishOpening(None))
        ));
    }

    #[test]
    fn production_wants_the_stick_and_the_card() {
        let mut state = begun(Profile::Production, false);
        snapshot::press(&mut state, "<Enter>");
        snapshot::check("unlock-hand-over", &mut state);
        snapshot::press(&mut state, "<Enter>/media/ana/share.age<Tab>seven words");
        snapshot::check("unlock-production", &mut state);
        snapshot::survives_every_size(&mut state);
        snapshot::press(&mut state, "<Enter>");
        told(
            &mut state,
            News::Entered {
                person: "Ana".into(),
                left: 0,
            },
        );
        let effects = snapshot::press(&mut state, "12<Enter>one two three four five six<Enter>");
        assert!(
            matches!(effects.last().unwrap(), Effect::Desk(Order::FinishOpening(Some(card))) if card.seq == 12)
        );
    }

    #[test]
    fn a_paste_into_the_passphrase_is_refused_with_a_word() {
        let mut state = begun(Profile::Test, true);
        snapshot::press(&mut state, "<Enter>");
        update(
            &mut state,
            Msg::Paste(zeroize::Zeroizing::new("planted-secret".into())),
        );
        let picture = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        assert!(picture.contains("Paste is refused") && !picture.contains("planted"));
    }
}
