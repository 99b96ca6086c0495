//! The clock of a production vault: two people read their own watches before time may settle anything.

use super::act::Act;
use super::leave::Leave;
use crate::session::asked::{WATCH_PERSON, WATCH_TIME};
use crate::session::clock_back::RIGHT_TIME;
use crate::session::field::Footing;
use crate::session::watches::{self, Clocks, DOUBT, Heard, Off, SIGNED, SURE};
use crate::session::{Command, Outcome, Watches};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::Choices;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::world::World;

/// What follows once the clock is attested.
pub(crate) struct Next {
    /// The screen that takes this one's place.
    pub(crate) screen: Box<dyn Screen>,
    /// Its first work for the desk.
    pub(crate) order: Option<Order>,
}

impl Next {
    /// Goes there.
    pub(crate) fn go(self) -> Reaction {
        let there = Reaction::one(Step::Replace(self.screen));
        match self.order {
            Some(order) => there.then(Step::Order(order)),
            None => there,
        }
    }
}

/// Watches that agree with each other and not with the vault.
enum Doubt {
    /// They are ahead of it, and this is asked.
    Ahead(String),
    /// The door refused them: its words, and the way out.
    Refused(String, Off),
}

impl Doubt {
    fn words(&self) -> &str {
        match self {
            Self::Ahead(words) | Self::Refused(words, _) => words,
        }
    }
}

/// Two readings, one after the other.
pub(crate) struct Attest {
    /// Where this stands in an opening: `4 of 4: the clock`.
    place: String,
    /// What follows an opening; without it this was asked for from Home, and leads back there.
    next: Option<Next>,
    watches: Watches,
    /// Why both have to be read again.
    refused: Option<String>,
    /// Both agree, and not with the vault: what is asked about that.
    doubt: Option<Doubt>,
    /// What both say together, while the door judges it, where the vault's time is another.
    off: Option<Off>,
    form: Form,
    waiting: bool,
    question: u64,
}

impl Attest {
    /// The last step of an opening.
    pub(crate) fn opening(place: String, next: Next, world: &World) -> Self {
        Self::new(place, Some(next), world)
    }

    /// A clock that leapt while the vault was open.
    pub(crate) fn again(world: &World) -> Self {
        Self::new(tr("by two watches").into(), None, world)
    }

    fn new(place: String, next: Option<Next>, world: &World) -> Self {
        let mut attest = Self {
            place,
            next,
            watches: Watches::default(),
            refused: None,
            doubt: None,
            off: None,
            form: Form::of(&[]),
            waiting: false,
            question: 0,
        };
        attest.ask(world);
        attest
    }

    /// Asks for the next reading. Whoever has read a watch cannot be chosen again, and that reading is not shown: the
    /// second person reads a watch and no screen.
    fn ask(&mut self, world: &World) {
        self.doubt = None;
        let first = self.watches.first();
        let people = world.view.iter();
        let entries = people.flat_map(|view| watches::readers(view, first));
        let entries = entries.collect();
        self.form = Form::of(&[WATCH_PERSON, WATCH_TIME]);
        self.form.set_choices("person", Choices::new(entries));
        self.question = self.question.wrapping_add(1);
    }

    /// Asks what is done about watches that agree with each other and not with the vault.
    fn asks_about(&mut self, doubt: Doubt) {
        let ways = match &doubt {
            Doubt::Ahead(_) => watches::ahead_ways(),
            Doubt::Refused(_, off) => watches::off_ways(*off),
        };
        self.refused = None;
        self.doubt = Some(doubt);
        self.form = Form::of(&[DOUBT]);
        self.form.set_choices(DOUBT.id, Choices::new(ways.to_vec()));
        self.question = self.question.wrapping_add(1);
    }

    fn submit(&mut self, world: &World) -> Reaction {
        if self.form.enter() == Pressed::Stays {
            return Reaction::none();
        }
        if let Some(doubt) = self.doubt.take() {
            return self.answered(&doubt, world);
        }
        let name = self.form.text("person").unwrap_or_default();
        let time = self.form.text("time").unwrap_or_default();
        match self.watches.read(&name, &time, clocks(world)) {
            Ok(Heard::Both) => {
                let command = self.watches.sure();
                return self.hand_in(command, world);
            }
            Ok(Heard::Ask(question)) => self.asks_about(Doubt::Ahead(question)),
            Ok(Heard::Second) => {
                self.refused = None;
                self.ask(world);
            }
            Err((field, why)) => self.form.complain(field, &why),
        }
        Reaction::none()
    }

    /// The door judges both readings.
    fn hand_in(&mut self, command: Command, world: &World) -> Reaction {
        if let Command::AttestClock { readings } = &command {
            self.off = watches::off(readings, world.now(), clocks(world));
        }
        self.waiting = true;
        Reaction::order(Order::Perform(Box::new(command)))
    }

    /// What was answered about watches that agree with each other and not with the vault.
    fn answered(&mut self, doubt: &Doubt, world: &World) -> Reaction {
        let answer = self.form.text(DOUBT.id).unwrap_or_default();
        match doubt {
            Doubt::Ahead(_) if answer == SURE => {
                let command = self.watches.sure();
                return self.hand_in(command, world);
            }
            Doubt::Refused(_, off) if answer == SIGNED => {
                self.ask(world);
                let time = off.right.rfc3339();
                let act = Act::of(off.act, None, world);
                return Reaction::push(act.with(Some((RIGHT_TIME.id, &time))));
            }
            _ => {}
        }
        self.watches.again();
        self.ask(world);
        Reaction::none()
    }

    /// The clock is attested: what was due is settled, and that is said.
    fn attested(&mut self, destroyed: &[String]) -> Reaction {
        let on = self.next.take().map_or_else(Reaction::pop, Next::go);
        let words = match destroyed.len() {
            0 => tr("The clock is attested and recorded.").to_owned(),
            1 => tr("The clock is attested. 1 key whose window was over is now destroyed.")
                .to_owned(),
            n => {
                say!(
                    "The clock is attested. {n} keys whose window was over are now destroyed.",
                    n
                )
            }
        };
        on.then(Step::Notice(Role::Note, words))
    }
}

/// What watches are held against, as the view has it.
fn clocks(world: &World) -> Clocks {
    let now = world.now();
    let view = world.view.as_ref();
    let ahead = view.map_or(0, |view| view.ahead);
    let clocks = Clocks::of(
        view.is_none_or(|view| view.attested),
        view.map_or(now, |view| view.latest),
        (now, now.plus_millis(ahead.saturating_neg())),
    );
    Clocks {
        furthest: view.map_or(now, |view| view.furthest),
        leapt: view.is_some_and(|view| view.leapt),
        ..clocks
    }
}

impl Screen for Attest {
    fn name(&self) -> &'static str {
        "Clock"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Clock").into(), self.place.clone()]
    }

    fn footing(&self, _world: &World) -> Footing {
        if self.doubt.is_some() {
            return Footing {
                acts: tr("everybody here: looks at both watches once more").into(),
                enter: tr("does what is chosen").into(),
                so_far: tr("both have read a watch; nothing is recorded as the time").into(),
            };
        }
        let (acts, last) = match self.watches.first() {
            None => (
                tr("one person, with a watch of their own").to_owned(),
                tr("keeps this reading and asks the second person"),
            ),
            Some(first) => (
                say!(
                    "another person than {first}, with a watch of their own",
                    first
                ),
                tr("compares both watches with this machine's clock"),
            ),
        };
        let so_far = match self.watches.first() {
            None => tr("the vault is open; deletions that are due wait for an attested clock")
                .to_owned(),
            Some(first) => say!(
                "{first} has read a watch; nothing is compared or recorded yet",
                first
            ),
        };
        Footing {
            acts,
            enter: self.form.enter_says(last),
            so_far,
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let back = match self.next {
            Some(_) => Offer::word(Verb::Back, tr("close")),
            None => Offer::plain(Verb::Back),
        };
        self.form
            .page_offers(Offer::word(Verb::Enter, tr("next")), back)
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A machine's clock can be wrong or be set back. In production nothing runs out by it alone: two people type date and time, in UTC, each from a watch of their own.",
            "The two readings may lie three minutes apart. Where both are further ahead of the vault's clock than that, the difference is shown and asked about: local time for UTC, or a wrong date, would stand in everything that follows.",
            "More than a day ahead of this machine's clock and of the latest time on record two watches are not believed alone: deletions would be due by it. Set the machine's clock right and open again; where that cannot be done, as many custodians as open the vault sign for it. What watches add in a session brings no deletion before the next opening.",
            "Where both are behind the vault, nothing is taken. If the watches are right, the vault's time was set ahead by mistake before: an exception sets it back, with a reason and the signatures of as many custodians as open it. No deletion comes earlier by it.",
            "Until the clock is attested the vault shows nothing else, and keys whose waiting window is over are neither usable nor destroyed. Esc closes it; nothing is lost by that.",
        ]
    }

    fn typing(&self) -> bool {
        self.form.typing()
    }

    fn reads_watch(&self, _world: &World) -> bool {
        self.doubt.is_none()
    }

    fn question(&self) -> u64 {
        self.question
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let title = match self.watches.first() {
            _ if self.doubt.is_some() => tr("Which of them is right?").to_owned(),
            None => tr("First watch: choose your name and type what your watch says.").to_owned(),
            Some(first) => {
                say!(
                    "Second watch, not {first}'s: choose your name and type what yours says.",
                    first
                )
            }
        };
        let stop = self.refused.as_ref().map(|why| format!("STOP  {why}"));
        let mut said: Vec<(Role, &str)> = Vec::new();
        said.extend(stop.as_deref().map(|why| (Role::Stop, why)));
        let doubt = self.doubt.as_ref().map(|d| format!("STOP  {}", d.words()));
        said.extend(doubt.as_deref().map(|why| (Role::Stop, why)));
        said.push((Role::Title, &title));
        self.form.draw_page(&said, canvas);
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Enter => return self.submit(world),
            Verb::Back if self.next.is_some() => return Reaction::push(Leave::closing()),
            Verb::Back => return Reaction::pop(),
            other => self.form.verb(other),
        }
        Reaction::none()
    }

    fn fills(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Done(outcome) => match outcome.as_ref() {
                Outcome::Advanced { destroyed, .. } => Some(self.attested(destroyed)),
                _ => None,
            },
            News::Refused(text) => {
                if let Some(off) = self.off.take() {
                    self.asks_about(Doubt::Refused(text.clone(), off));
                } else {
                    // Which of the two was misread nobody knows: both are read again.
                    self.ask(world);
                    self.refused = Some(text.clone());
                }
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}
