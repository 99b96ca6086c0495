//! A drill, a reshare or a rotation carried out at the screen: one person after the other is called, alone.

use std::path::PathBuf;

use crossterm::event::KeyEvent;

use super::handover;
use crate::ceremony::Ask;
use crate::session::field::Footing;
use crate::session::keyboard::HandOver;
use crate::session::{self, changing, changing_words};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::digest::Digest;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// The turns of a change.
pub(crate) struct Change {
    ask: Ask,
    form: Form,
    /// Whether the blank page before this person is on screen.
    blank: bool,
    again: Option<String>,
    /// Why the change ended without effect.
    over: Option<String>,
    turned: u64,
    /// Who was shown new words, and wrote them down.
    wrote: Vec<String>,
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
            over: None,
            turned: 0,
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
        self.ask.footing.clone()
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
                offers.extend([
                    Offer::word(Verb::Up, tr("choose")),
                    Offer::plain(Verb::Down),
                ]);
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
            "Until the last proof, those of before open the vault. F4 gives the change up: nothing was changed, and whatever was written down for it is void.",
            "A wrong answer locks nothing and loses nothing: the same person is asked again.",
        ]
    }

    fn typing(&self) -> bool {
        !self.blank && self.over.is_none() && self.form.typing()
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
            let page = HandOver {
                role: "",
                person: &self.ask.person,
                what: &self.ask.title,
                saved: &say!("So far: {so_far}.", so_far = self.ask.footing.so_far),
            };
            handover::draw(&page, canvas);
            return;
        }
        let (width, height) = (canvas.width(), canvas.height());
        let room = width.saturating_sub(4);
        let mut y = canvas
            .paragraph(2, 0, room, Role::Title, &self.ask.title)
            .saturating_add(1);
        // Words fill the page: what was wrong stands in the place of what was read before, and is never cut.
        let in_place = self.again.as_ref().filter(|_| self.ask.words.is_some());
        if let Some(again) = in_place {
            y = y.saturating_add(canvas.paragraph(
                2,
                y,
                room,
                Role::Stop,
                &format!("STOP  {again}"),
            ));
        } else {
            for line in &self.ask.body {
                y = y.saturating_add(canvas.paragraph(2, y, room, Role::Text, line));
            }
        }
        y = self.draw_words(canvas, y.saturating_add(1));
        let mut used = 0;
        canvas.within(2, y, room, height, |c| used = self.form.draw(c));
        let y = y.saturating_add(used).saturating_add(1);
        if let Some(again) = self.again.as_ref().filter(|_| in_place.is_none()) {
            canvas.paragraph(2, y, room, Role::Stop, &format!("STOP  {again}"));
        }
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match verb {
            Verb::Enter => return self.enter(),
            Verb::Practice => self.form.practise(),
            Verb::Reveal => return Reaction::order(Order::LeaveChange { hide: true }),
            Verb::Refuse => {
                let words = changing_words::given_up(&self.wrote);
                return Reaction::order(Order::LeaveChange { hide: false })
                    .then(Step::Pop)
                    .then(Step::Notice(Role::Note, words));
            }
            Verb::Back => {
                let words = tr(
                    "There is no way back to the person before. F4 gives all of it up: the people and shares of before stay in force. Nothing else leaves this page.",
                );
                return Reaction::notice(Role::Note, words);
            }
            other => self.form.verb(other),
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
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
            News::Change { ask, again } => {
                let same = ask.person == self.ask.person;
                let called = self.blank;
                let mut wrote = std::mem::take(&mut self.wrote);
                *self = Self::new((**ask).clone(), again.clone());
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

/// What a change came to, and its papers.
pub(crate) struct Changed {
    head: &'static str,
    lines: Vec<String>,
    /// Where enrolment forms and the witness card go, after a rotation or the making of a recovery set.
    folder: Option<TextField>,
    said: Option<(Role, String)>,
}

impl Changed {
    /// The end of a change.
    pub(crate) fn new(changed: &session::Changed) -> Self {
        let papers = matches!(
            changed,
            changing::Changed::Rotated(_) | changing::Changed::Recovery(_)
        );
        Self {
            head: tr("Done, saved and in the audit log."),
            lines: changed.told(),
            folder: papers.then(TextField::default),
            said: None,
        }
    }

    /// The papers of the people of now alone: they were left out before, or are wanted again.
    pub(crate) fn papers() -> Self {
        Self {
            head: tr("Enrolment forms and the witness card of the people of now."),
            lines: Vec::new(),
            folder: Some(TextField::default()),
            said: None,
        }
    }
}

impl Screen for Changed {
    fn name(&self) -> &'static str {
        "Done"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Custodians").into(), tr("done").into()]
    }

    fn footing(&self, _world: &World) -> Footing {
        let enter = if self.folder.is_some() {
            tr("writes the enrolment forms and the new witness card into that folder")
        } else {
            tr("back to the people")
        };
        Footing {
            acts: tr("everybody").into(),
            enter: enter.into(),
            so_far: tr("it is done, saved and in the audit log").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let enter = if self.folder.is_some() {
            tr("write")
        } else {
            tr("back")
        };
        vec![
            Offer::word(Verb::Enter, enter),
            Offer::word(Verb::Back, tr("back")),
        ]
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "The change is in force. Papers can be written as often as wanted, each time into a folder of their own: nothing is overwritten.",
        ]
    }

    fn typing(&self) -> bool {
        self.folder.is_some()
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(4);
        canvas.put(2, 0, Role::Ok, self.head);
        let mut y: u16 = 2;
        for line in &self.lines {
            y = y.saturating_add(canvas.paragraph(2, y, width, Role::Text, line));
        }
        y = y.saturating_add(1);
        if let Some(folder) = &self.folder {
            let words = tr(
                "Folder for the enrolment forms, to be signed in ink, and the new witness card:",
            );
            y = y.saturating_add(canvas.paragraph(2, y, width, Role::Title, words));
            canvas.put(2, y, Role::Focus, "►");
            folder.draw(canvas, 4, y, width.saturating_sub(2), true);
            y = y.saturating_add(cells(2));
        }
        if let Some((role, text)) = &self.said {
            canvas.paragraph(2, y, width, *role, text);
        }
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match (verb, &self.folder) {
            (Verb::Enter, Some(folder)) if !folder.value().trim().is_empty() => {
                Reaction::order(Order::Papers(PathBuf::from(folder.value().trim())))
            }
            (Verb::Enter, Some(_)) => Reaction::notice(
                Role::Note,
                tr("name a folder for the papers first; Esc goes back without them"),
            ),
            (Verb::Enter | Verb::Back, _) => Reaction::pop(),
            _ => Reaction::none(),
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if let Some(folder) = &mut self.folder {
            folder.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        if let Some(folder) = &mut self.folder {
            folder.insert(text);
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        match news {
            News::Saved(folder) => {
                self.folder = None;
                let text = say!(
                    "ok    Written to {folder}. Print them, sign them in ink.",
                    folder = folder.display()
                );
                self.said = Some((Role::Ok, text));
            }
            News::Refused(text) => self.said = Some((Role::Stop, format!("STOP  {text}"))),
            _ => return None,
        }
        Some(Reaction::none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::snapshot;

    #[test]
    fn the_question_whether_to_leave_says_first_whose_words_are_void() {
        let ask = Ask {
            title: "New words".into(),
            footing: Footing {
                acts: "Ben".into(),
                enter: "shows them".into(),
                so_far: "nothing".into(),
            },
            body: Vec::new(),
            person: "Ben".into(),
            role: "custodian".into(),
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: true,
        };
        let mut change = Change::new(ask, None);
        change.wrote = vec!["Ana".into()];
        let mut state = snapshot::state(change);
        snapshot::press(&mut state, "<C-c>");
        let look = snapshot::appearance();
        let picture = snapshot::text(&snapshot::drawn(&mut state, 80, 24, &look));
        assert!(
            picture.contains("the words that Ana wrote down for"),
            "{picture}"
        );
    }
}
