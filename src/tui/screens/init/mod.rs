//! Making a vault: five questions, a review, then each person's words, then the papers.

mod answers;
mod back;
mod media;
mod names;
mod people;
mod picture;
mod policy;

use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

use crate::api::Timestamp;
use crate::session::field::Footing;
use crate::session::founding::Papers;
use crate::session::founding::fields::{CLOCK, CUSTODIANS, NEEDED, PLACE, PROFILE};
use crate::session::founding::{self, Given, Person, USUAL, VOID};
use crate::session::{NewPerson, Profile};
use crate::text::tr;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::lines::Reading;
use crate::tui::widgets::rail;
use crate::tui::world::World;
use back::BACK_VOIDS;
use media::Media;
use names::names_form;
use people::Words;
use policy::software_form;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Place,
    Profile,
    Quorum,
    Names,
    Software,
    Clock,
    Review,
    People,
    Making,
    Envelopes,
    Papers,
}

impl Page {
    const ALL: [(Self, &'static str); 11] = [
        (Self::Place, "Folder"),
        (Self::Profile, "What for"),
        (Self::Quorum, "How many"),
        (Self::Names, "Names"),
        (Self::Software, "Software keys"),
        (Self::Clock, "Clock"),
        (Self::Review, "Review"),
        (Self::People, "Words"),
        (Self::Making, "Make it"),
        (Self::Envelopes, "Envelopes"),
        (Self::Papers, "Papers"),
    ];

    fn place(self) -> usize {
        Self::ALL.iter().position(|(p, _)| *p == self).unwrap_or(0)
    }
}

/// A vault being made.
pub(crate) struct Init {
    given: Given,
    page: Page,
    place: Form,
    profile: Form,
    quorum: Form,
    names: Form,
    software: Form,
    clock: Form,
    /// What the watches said, and when.
    read: Option<founding::Reading>,
    people: Vec<Person>,
    words: Words,
    ready: Vec<NewPerson>,
    media: Option<Media>,
    papers: Option<Papers>,
    error: Option<String>,
    question: u64,
    reading: Reading,
    /// Esc was pressed once while people's words are on paper.
    giving_up: bool,
}

impl Init {
    /// The first page, with a folder filled in.
    pub(crate) fn new(dir: &Path) -> Self {
        Self::of(Given::at(dir))
    }

    /// The same with everything that was told before.
    pub(crate) fn of(given: Given) -> Self {
        let mut place = Form::of(&[PLACE]);
        place.propose("folder", &given.dir.display().to_string());
        let (needed, custodians) = given.quorum.unwrap_or(USUAL);
        let mut quorum = Form::of(&[CUSTODIANS, NEEDED]);
        quorum.propose("custodians", &custodians.to_string());
        quorum.propose("needed", &needed.to_string());
        let mut profile = Form::of(&[PROFILE]);
        if let Some(told) = given.profile {
            profile.set("profile", told.name());
        }
        let software = software_form(given.policy.as_ref());
        Self {
            given,
            page: Page::Place,
            place,
            profile,
            quorum,
            names: names_form(usize::from(custodians), Profile::Test),
            software,
            clock: Form::of(&[CLOCK]),
            read: None,
            people: Vec::new(),
            words: Words::new(),
            ready: Vec::new(),
            media: None,
            papers: None,
            error: None,
            question: 0,
            reading: Reading::default(),
            giving_up: false,
        }
    }

    fn form(&self) -> Option<&Form> {
        match self.page {
            Page::Place => Some(&self.place),
            Page::Profile => Some(&self.profile),
            Page::Quorum => Some(&self.quorum),
            Page::Names => Some(&self.names),
            Page::Software => Some(&self.software),
            Page::Clock => Some(&self.clock),
            Page::Envelopes => self.media.as_ref().filter(|m| m.asks()).map(|m| &m.form),
            _ => None,
        }
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        match self.page {
            Page::Place => Some(&mut self.place),
            Page::Profile => Some(&mut self.profile),
            Page::Quorum => Some(&mut self.quorum),
            Page::Names => Some(&mut self.names),
            Page::Software => Some(&mut self.software),
            Page::Clock => Some(&mut self.clock),
            Page::Envelopes => self
                .media
                .as_mut()
                .filter(|m| m.asks())
                .map(|m| &mut m.form),
            _ => None,
        }
    }

    fn dir(&self) -> PathBuf {
        PathBuf::from(self.place.text("folder").unwrap_or_default().trim())
    }

    fn chosen_profile(&self) -> Profile {
        self.profile
            .text("profile")
            .and_then(|id| Profile::named(&id))
            .unwrap_or(Profile::Test)
    }

    /// Whether the page is read to its end before Enter goes on.
    const fn is_read(&self) -> bool {
        matches!(self.page, Page::Review | Page::Papers)
    }

    fn turn(&mut self, page: Page) {
        self.page = page;
        self.reading = Reading::default();
        self.giving_up = false;
        self.error = None;
        self.question = self.question.wrapping_add(1);
    }

    fn enter(&mut self, wall: Timestamp) -> Reaction {
        if let (Page::Envelopes, dir, Some(media)) = (self.page, self.dir(), &mut self.media) {
            let reaction = media.enter(&dir);
            let over = media.over();
            if over || !media.asks() {
                self.turn(if over { Page::Papers } else { Page::Envelopes });
            }
            if over {
                return Reaction::order(Order::EnvelopesOut);
            }
            return reaction;
        }
        if let Some(form) = self.form_mut() {
            if form.enter() == Pressed::Stays {
                return Reaction::none();
            }
            return self.next(wall);
        }
        match self.page {
            // Once more: the stick may have been taken out since the folder was named.
            Page::Review => self.try_folder(),
            Page::People => self.person_enter(wall),
            Page::Papers => Reaction::one(Step::Replace(super::home())),
            _ => Reaction::none(),
        }
    }

    fn next(&mut self, wall: Timestamp) -> Reaction {
        if self.page == Page::Place {
            self.turn(self.neighbour(true));
            return self.try_folder();
        }
        if let Some((id, rule)) = self.against() {
            if let Some(form) = self.form_mut() {
                form.complain(id, &rule);
            }
            return Reaction::none();
        }
        match self.page {
            Page::Quorum => self.rename(usize::from(self.number("custodians"))),
            Page::Clock => self.attested(wall),
            _ => {}
        }
        self.turn(self.neighbour(true));
        Reaction::none()
    }

    fn person(&self) -> Option<&Person> {
        self.people.get(self.ready.len())
    }
}

impl Screen for Init {
    fn name(&self) -> &'static str {
        "Create a vault"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let title = Page::ALL.get(self.page.place()).map_or("", |(_, t)| tr(t));
        vec![tr("Create a vault").into(), title.into()]
    }

    fn footing(&self, world: &World) -> Footing {
        self.said(world)
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = Vec::new();
        if let Some(form) = self.form() {
            if form.choosing() {
                offers.extend(keys::chooses());
            }
            if form.several() {
                offers.extend([
                    Offer::plain(Verb::NextField),
                    Offer::plain(Verb::PreviousField),
                ]);
            }
        }
        if self.page == Page::People {
            if self.words.typing() {
                offers.push(Offer::plain(Verb::Reveal));
            }
            if self.chosen_profile() == Profile::Rehearsal && self.words.typing() {
                offers.push(Offer::plain(Verb::Practice));
            }
        }
        offers.push(if self.page == Page::Making {
            Offer::plain(Verb::Enter).off_because(tr("the vault is being made"))
        } else {
            Offer::plain(Verb::Enter)
        });
        offers.push(if self.media.as_ref().is_some_and(Media::reading) {
            Offer::word(Verb::Back, tr("another folder"))
        } else if self.page == Page::People {
            Offer::plain(Verb::Back).meaning(tr(BACK_VOIDS))
        } else if self.page == Page::Envelopes {
            Offer::plain(Verb::Back).off_because(tr(founding::NEEDS_THEIRS))
        } else {
            Offer::plain(Verb::Back)
        });
        if self.is_read() {
            offers.extend(Reading::offers());
        }
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A vault has custodians, each with a share; an administrator, who asks; and a witness, who looks on. Nobody can open it or use a key alone.",
            "The folder is named before anything is written, and written only after the last person has typed their own words back.",
            "Words are shown once, to their owner alone. keymoot keeps them nowhere: whoever loses paper and memory has lost them.",
        ]
    }

    fn typing(&self) -> bool {
        match self.form() {
            Some(form) => form.typing(),
            None => self.page == Page::People && self.words.typing(),
        }
    }

    fn wants(&self) -> Option<(Wants, String)> {
        let form = self.form().filter(|_| self.page == Page::Envelopes)?;
        form.wants()
    }

    fn picked(&mut self, path: &Path) {
        if let Some(media) = &mut self.media {
            media.form.picked(path);
        }
    }

    fn reads_watch(&self, _world: &World) -> bool {
        self.page == Page::Clock
    }

    fn secret(&self) -> bool {
        self.page == Page::People && self.words.typing()
    }

    fn wipe(&mut self, _world: &World) -> Option<Order> {
        // Words on screen are for one person's eyes: that person is called again.
        self.words.hide();
        None
    }

    fn covered(&mut self) {
        if self.page == Page::People && self.words.covered() {
            self.question = self.question.wrapping_add(1);
        }
    }

    fn question(&self) -> u64 {
        self.question
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        if let (Page::People, Some(person)) = (self.page, self.person()) {
            self.words.draw(person, self.ready.len(), canvas);
            return;
        }
        if let (Page::Envelopes, Some(media)) = (self.page, &self.media)
            && media.calls()
        {
            media.draw_blank(canvas);
            return;
        }
        if self.page == Page::Papers && !world.wide() {
            // The card is as wide as paper: nothing of it is cut for steps that are past.
            self.draw_papers(canvas);
            return;
        }
        let left = if world.wide() { 32 } else { 24 };
        canvas.within(0, 0, left, height, |c| rail::draw(c, &self.rail()));
        let at = left.saturating_add(1);
        canvas.within(
            at,
            0,
            width.saturating_sub(at).saturating_sub(1),
            height,
            |c| match self.page {
                Page::Papers => self.draw_papers(c),
                _ => self.draw_page(c, world),
            },
        );
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        if verb != Verb::Back {
            self.giving_up = false;
        }
        if self.is_read() && (self.reading.moved(verb) || self.reading.first(verb)) {
            return Reaction::none();
        }
        match verb {
            Verb::Enter => return self.enter(world.wall),
            Verb::Back => return self.back(),
            Verb::Reveal => {
                self.question = self.question.wrapping_add(1);
                self.words.show_again();
            }
            Verb::Practice => self.words.practise(),
            other => {
                self.error = None;
                if let Some(form) = self.form_mut() {
                    form.verb(other);
                }
            }
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.error = None;
        self.giving_up = false;
        if self.page == Page::People {
            self.words.key(&key);
        } else if let Some(form) = self.form_mut() {
            form.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        if let Some(form) = self.form_mut() {
            form.paste(text);
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        match news {
            News::Passphrase(words) => {
                self.words.drawn(words.borrow_mut().take());
                self.question = self.question.wrapping_add(1);
            }
            News::Room(room) => return Some(self.tried(room)),
            News::Created(papers) => {
                self.papers = Some(papers.clone());
                let media = Media::new(&papers.envelopes);
                self.turn(if media.envelopes.over() {
                    Page::Papers
                } else {
                    Page::Envelopes
                });
                self.media = Some(media);
            }
            News::Placed(folder, notes) => {
                if let Some(media) = &mut self.media {
                    media.placed(folder.clone(), notes.clone());
                }
                self.turn(Page::Envelopes);
            }
            News::Refused(text) if self.page == Page::Making => {
                self.turn(Page::Place);
                self.error = Some(format!("{text} {VOID}"));
            }
            News::Refused(text) => match (&mut self.media, self.page) {
                (Some(media), Page::Envelopes) => media.error = Some(text.clone()),
                _ => self.error = Some(text.clone()),
            },
            _ => return None,
        }
        Some(Reaction::none())
    }
}

#[cfg(test)]
mod tests;
