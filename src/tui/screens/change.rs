//! A drill, a reshare or a rotation carried out at the screen: one person after the other is called, alone.

use std::path::Path;

use crossterm::event::KeyEvent;

use super::changed::Changed;
use super::handover;
use crate::ceremony::Ask;
use crate::session::InTheOpen;
use crate::session::changing_words;
use crate::session::field::Footing;
use crate::session::keyboard::HandOver;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::digest::Digest;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::world::World;

/// The turns of a change.
pub(crate) struct Change {
    ask: Ask,
    form: Form,
    /// Whether the blank page before this person is on screen.
    blank: bool,
    again: Option<String>,
    /// What came of the turn before: whoever had it reads it before the next person sits down.
    said: Option<String>,
    /// Why the change ended without effect.
    over: Option<String>,
    turned: u64,
    /// Who was shown new words, and wrote them down.
    wrote: Vec<String>,
    /// Whether F4 was pressed once: the work of everybody is not thrown away by one key.
    giving_up: bool,
}

impl Change {
    /// The first turn.
    pub(crate) fn new(ask: Ask, again: Option<String>) -> Self {
        Self {
            form: Form::new(&ask.fields),
            blank: ask.hand_over && again.is_none(),
            wrote: ask.words.iter().map(|_| ask.person.clone()).collect(),
            ask,
            again,
            said: None,
            over: None,
            turned: 0,
            giving_up: false,
        }
    }

    fn enter(&mut self) -> Reaction {
        if self.over.is_some() {
            return Reaction::pop();
        }
        if std::mem::take(&mut self.blank) {
            self.turned = self.turned.wrapping_add(1);
            return Reaction::none();
        }
        if !self.ask.fields.is_empty() && self.form.enter() == Pressed::Stays {
            return Reaction::none();
        }
        Reaction::order(Order::ChangeTurn(self.form.take()))
    }

    /// Whether the words were shown before this question and can be shown again.
    fn again_shows(&self) -> bool {
        self.ask.types_back
    }

    /// Whether what was wrong stands in the place of what was read before: where words fill the page, and where it would be
    /// cut at the foot of it, for it says what to do.
    fn hides_body(&self, stop: &str, y: u16, canvas: &Canvas<'_>) -> bool {
        let room = canvas.width().saturating_sub(4);
        let rows = |text: &str| cells(wrap(text, usize::from(room)).len());
        let body = self.ask.body.iter().map(|line| rows(line));
        let form = self.form.rows(room, false).saturating_add(2);
        let wanted = body.chain([form, rows(stop)]).fold(y, u16::saturating_add);
        self.ask.words.is_some() || wanted > canvas.height()
    }

    fn draw_words(&self, canvas: &mut Canvas<'_>, y: u16) -> u16 {
        let Some(words) = &self.ask.words else {
            return y;
        };
        let mut y = y;
        for (n, word) in words.each().enumerate() {
            canvas.put(6, y, Role::Muted, &n.saturating_add(1).to_string());
            canvas.put(9, y, Role::Secret, word);
            y = y.saturating_add(1);
        }
        y.saturating_add(1)
    }
}

impl Screen for Change {
    fn digest(&self, _world: &World) -> Option<Digest> {
        let hidden = self.blank || self.ask.words.is_some();
        let body = self.ask.body.iter().map(String::as_str);
        let digest = super::code::found(body).filter(|_| !hidden)?;
        Some(Digest::sha256(self.ask.title.clone(), digest))
    }

    fn name(&self) -> &'static str {
        "Change of people or shares"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Custodians").into(), self.ask.title.clone()]
    }

    fn footing(&self, _world: &World) -> Footing {
        if self.over.is_some() {
            return Footing {
                acts: tr("nobody").into(),
                enter: tr("leaves this screen").into(),
                so_far: tr("the people and shares of before are in force").into(),
            };
        }
        if self.blank {
            return Footing {
                acts: say!(
                    "{person} takes the keyboard; everybody else steps back",
                    person = self.ask.person
                ),
                enter: tr("goes on to this person's turn").into(),
                so_far: self.ask.footing.so_far.clone(),
            };
        }
        let mut footing = self.ask.footing.clone();
        if let Some(more) = self.form.more_says() {
            footing.enter = more;
        }
        footing
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        if self.over.is_some() {
            return vec![Offer::word(Verb::Enter, tr("leave"))];
        }
        let mut offers = vec![if self.blank {
            Offer::word(Verb::Enter, tr("I am here"))
        } else {
            Offer::plain(Verb::Enter)
        }];
        if !self.blank {
            if self.form.choosing() {
                offers.extend(keys::chooses());
            }
            if self.form.practised() {
                offers.push(Offer::plain(Verb::Practice));
            }
            if self.form.secret() && self.again_shows() {
                offers.push(Offer::plain(Verb::Reveal));
            }
            if self.form.several() {
                offers.push(Offer::plain(Verb::NextField));
                offers.push(Offer::plain(Verb::PreviousField));
            }
        }
        offers.push(Offer::word(Verb::Refuse, tr("give it up")));
        offers.push(Offer::word(Verb::Back, tr("how to stop")));
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Each person is called in turn, alone. New words are shown once and typed back; envelopes are written and read back; and each proves their own.",
            "Until the last proof, those of before open the vault. F4, pressed twice, gives the change up with its request: nothing was changed, and whatever was written down for it is void.",
            "A wrong answer locks nothing and loses nothing: the same person is asked again.",
        ]
    }

    fn typing(&self) -> bool {
        !self.blank && self.over.is_none() && self.form.typing()
    }

    fn wants(&self) -> Option<(Wants, String)> {
        let asks = !self.blank && self.over.is_none();
        self.form.wants().filter(|_| asks)
    }

    fn picked(&mut self, path: &Path) {
        self.form.picked(path);
    }

    fn secret(&self) -> bool {
        self.typing() && self.form.secret()
    }

    fn wipe(&mut self, _world: &World) -> Option<Order> {
        // Whoever comes next may be somebody else: the person is called again, and words leave the screen.
        self.form.wipe();
        self.blank = self.over.is_none();
        (self.over.is_none()).then_some(Order::LeaveChange { hide: true })
    }

    fn covered(&mut self) {
        // Whoever takes away what lies over the words may be somebody else than whose they are.
        if self.ask.words.is_some() && self.over.is_none() {
            self.blank = true;
            self.turned = self.turned.wrapping_add(1);
        }
    }

    fn holds(&self) -> Option<&'static str> {
        Some(tr("a change of people or shares is under way"))
    }

    fn in_hands(&self, _world: &World) -> Vec<String> {
        let void = changing_words::void_if_left(&self.wrote);
        void.filter(|_| self.over.is_none()).into_iter().collect()
    }

    fn question(&self) -> u64 {
        self.turned
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        if let Some(why) = &self.over {
            super::wizard::complaint(canvas, 1, Some(why));
            return;
        }
        if self.blank {
            let so_far = say!("So far: {so_far}.", so_far = self.ask.footing.so_far);
            let said = self.said.iter().map(String::as_str);
            let saved: Vec<&str> = said.chain([so_far.as_str()]).collect();
            let page = HandOver {
                role: "",
                person: &self.ask.person,
                what: &self.ask.title,
                saved: &saved.join("\n"),
            };
            handover::draw(&page, canvas);
            return;
        }
        let (width, height) = (canvas.width(), canvas.height());
        let room = width.saturating_sub(4);
        let mut y = canvas
            .paragraph(2, 0, room, Role::Title, &self.ask.title)
            .saturating_add(1);
        let said = self.said.as_ref().filter(|_| self.ask.words.is_none());
        if let Some(said) = said {
            y = y.saturating_add(canvas.paragraph(2, y, room, Role::Ok, said));
        }
        let stop = self.again.as_ref().map(|again| format!("STOP  {again}"));
        let whole = stop
            .as_deref()
            .filter(|stop| self.hides_body(stop, y, canvas));
        if let Some(stop) = whole {
            y = y.saturating_add(canvas.paragraph(2, y, room, Role::Stop, stop));
        } else {
            for line in &self.ask.body {
                y = y.saturating_add(canvas.paragraph(2, y, room, Role::Text, line));
            }
        }
        y = self.draw_words(canvas, y.saturating_add(1));
        let mut used = 0;
        canvas.within(2, y, room, height, |c| used = self.form.draw(c));
        let y = y.saturating_add(used).saturating_add(1);
        if let Some(stop) = stop.as_deref().filter(|_| whole.is_none()) {
            canvas.paragraph(2, y, room, Role::Stop, stop);
        }
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        let gives_up = std::mem::take(&mut self.giving_up);
        match verb {
            Verb::Enter => return self.enter(),
            Verb::Practice => self.form.practise(),
            Verb::Reveal => return Reaction::order(Order::LeaveChange { hide: true }),
            Verb::Refuse if !gives_up => {
                self.giving_up = true;
                let words = tr(
                    "F4 once more gives the whole change up, for everybody: new words and envelopes are void, and the request with its signatures is off the table. Any other key goes on.",
                );
                return Reaction::notice(Role::Wait, words);
            }
            Verb::Refuse => {
                let words = changing_words::given_up(&self.wrote);
                return Reaction::order(Order::LeaveChange { hide: false })
                    .then(Step::Pop)
                    .then(Step::Notice(Role::Note, words));
            }
            Verb::Back => {
                let words = tr(
                    "There is no way back to the person before. F4, pressed twice, gives all of it up: the people and shares of before stay in force.",
                );
                return Reaction::notice(Role::Note, words);
            }
            other => self.form.verb(other),
        }
        Reaction::none()
    }

    fn exposed(&mut self) -> Option<InTheOpen> {
        self.form
            .in_the_open("change of people", Some(&self.ask.person))
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.giving_up = false;
        if self.blank && self.over.is_none() {
            return handover::not_yet();
        }
        if self.typing() {
            self.again = None;
            self.form.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        if self.typing() {
            self.form.paste(text);
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        let turned = self.turned.wrapping_add(1);
        match news {
            News::Change { ask, again, said } => {
                let same = ask.person == self.ask.person;
                let called = self.blank;
                let mut wrote = std::mem::take(&mut self.wrote);
                *self = Self::new((**ask).clone(), again.clone());
                self.said.clone_from(said);
                for person in std::mem::take(&mut self.wrote) {
                    if !wrote.contains(&person) {
                        wrote.push(person);
                    }
                }
                self.wrote = wrote;
                // Who is at the keyboard already is not called a second time.
                self.blank = self.blank && !same || called;
                self.turned = turned;
                Some(Reaction::none())
            }
            News::Changed(changed) => Some(Reaction::one(Step::Replace(Box::new(Changed::new(
                changed,
            ))))),
            News::Refused(text) => {
                self.over = Some(text.clone());
                self.turned = turned;
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}
