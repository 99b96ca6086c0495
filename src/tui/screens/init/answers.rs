//! What was answered so far, as the talk below the screens takes it.

use super::{Init, Page};
use crate::api::Timestamp;
use crate::session::founding;
use crate::session::founding::fields::PLACE;
use crate::session::founding::{Given, NO_TIME, Plan, Reading};
use crate::session::span::date_time;
use crate::session::{NewPerson, Profile};
use crate::text::tr;
use crate::tui::message::Order;
use crate::tui::screen::Reaction;

impl Init {
    /// Whether a page is asked for this profile.
    pub(super) fn asked(&self, page: Page) -> bool {
        !matches!(page, Page::Software | Page::Clock | Page::Envelopes)
            || self.chosen_profile() == Profile::Production
    }

    /// The page after (or before) this one.
    pub(super) fn neighbour(&self, forward: bool) -> Page {
        let at = self.page.place();
        let mut pages: Vec<Page> = Page::ALL
            .iter()
            .enumerate()
            .filter(|(n, (page, _))| self.asked(*page) && if forward { *n > at } else { *n < at })
            .map(|(_, (page, _))| *page)
            .collect();
        if !forward {
            pages.reverse();
        }
        pages.first().copied().unwrap_or(self.page)
    }

    /// A number that was typed; two where there is none.
    pub(super) fn number(&self, id: &str) -> u8 {
        self.quorum
            .text(id)
            .and_then(|t| t.trim().parse().ok())
            .unwrap_or(2)
    }

    /// What was answered so far.
    pub(super) fn plan(&self) -> Plan {
        Plan {
            given: Given {
                dir: self.dir(),
                ..self.given.clone()
            },
            profile: self.chosen_profile(),
            custodians: self.number("custodians"),
            needed: self.number("needed"),
            people: self.everybody(),
            software: self.software.text("software").as_deref() == Some("yes"),
            qr: self.software.text("qr").as_deref() == Some("yes"),
            clock: self.read,
        }
    }

    /// What the answers of this page say against each other: the field that it is said at, and the rule. Enter and the line
    /// that promises what Enter does ask the same.
    pub(super) fn against(&self) -> Option<(&'static str, String)> {
        match self.page {
            Page::Quorum => {
                let custodians = self.number("custodians");
                founding::too_many(self.number("needed"), custodians)
                    .map(|rule| ("needed", rule))
                    .or_else(|| Some(("custodians", self.policy_against(custodians)?)))
            }
            Page::Names => {
                let (at, rule) = founding::same_name(&self.everybody())?;
                Some((self.name_fields().get(at)?.id, rule))
            }
            Page::Clock if self.watches().is_none() => Some(("clock", tr(NO_TIME).to_owned())),
            _ => None,
        }
    }

    /// What was typed off the watches, where it is a time.
    fn watches(&self) -> Option<Timestamp> {
        date_time(&self.clock.text("clock")?)
    }

    /// Takes the time that two people read from their watches, with the moment at which they did.
    pub(super) fn attested(&mut self, wall: Timestamp) {
        let said = self.watches();
        self.read = said.map(|said| Reading::anew(self.read, said, wall));
    }

    /// Words for the next person are drawn.
    pub(super) fn draw_words(&self) -> Reaction {
        let count = founding::how_many(self.chosen_profile());
        Reaction::order(Order::Passphrase(count))
    }

    /// Enter on the page of one person's words; with the last person's the vault is made.
    pub(super) fn person_enter(&mut self, wall: Timestamp) -> Reaction {
        self.question = self.question.wrapping_add(1);
        let Some(passphrase) = self.words.enter() else {
            return Reaction::none();
        };
        if let Some(person) = self.people.get(self.ready.len()) {
            self.ready.push(NewPerson {
                name: person.name.clone(),
                role: person.role,
                passphrase,
            });
        }
        if self.ready.len() < self.people.len() {
            self.words.wait_for_next();
            return self.draw_words();
        }
        self.turn(Page::Making);
        let people = std::mem::take(&mut self.ready);
        Reaction::order(Order::Create {
            dir: self.dir(),
            policy: self.given.policy.clone(),
            new: self.plan().vault(people, wall),
        })
    }

    pub(super) fn try_folder(&self) -> Reaction {
        Reaction::order(Order::Room(self.dir()))
    }

    /// The folder was tried: where no vault can begin in it, it is asked for again; else a review that was agreed to goes on.
    pub(super) fn tried(&mut self, room: &Result<(), String>) -> Reaction {
        match room {
            Err(_) if !matches!(self.page, Page::Place | Page::Profile | Page::Review) => {
                Reaction::none()
            }
            Err(why) => {
                self.turn(Page::Place);
                self.place.complain(PLACE.id, why);
                Reaction::none()
            }
            Ok(()) if self.page == Page::Review => {
                self.people = self.everybody();
                self.ready.clear();
                self.turn(Page::People);
                self.words.wait_for_next();
                self.draw_words()
            }
            Ok(()) => Reaction::none(),
        }
    }
}
