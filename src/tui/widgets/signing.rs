//! The passphrase of one person for one signature: masked, wiped after use, with the envelope's path where envelopes
//! stay on people's own media.

use std::path::Path;

use crossterm::event::KeyEvent;

use super::choice::Choices;
use super::form::{Form, Pressed};
use super::lines::Reading;
use crate::ceremony::{Answer, AskField};
use crate::session::asked::{APPROVAL_ENVELOPE, SIGNING_PASSPHRASE};
pub(crate) use crate::session::guide::called;
use crate::session::{InTheOpen, PendingView, Profile, guide};
use crate::text::tr;
use crate::tui::acts::Signing;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::screen::Wants;
use crate::tui::world::World;

/// One person about to sign.
pub(crate) struct SignForm {
    /// Who.
    pub(crate) person: String,
    form: Form,
    held: bool,
}

impl SignForm {
    /// The form for a person of the open vault.
    pub(crate) fn new(person: &str, world: &World) -> Self {
        let (profile, held) = world
            .view
            .as_ref()
            .map_or((Profile::Test, false), |v| (v.profile, v.automatic));
        let practice = world
            .view
            .as_ref()
            .filter(|v| v.profile == Profile::Rehearsal)
            .and_then(|v| v.practice.get(person).cloned());
        let passphrase = AskField {
            practice,
            ..AskField::of(SIGNING_PASSPHRASE)
        };
        let fields = match (held, profile) {
            (true, _) => Vec::new(),
            (_, Profile::Production) => {
                vec![AskField::of(APPROVAL_ENVELOPE), passphrase]
            }
            _ => vec![passphrase],
        };
        Self {
            person: person.to_owned(),
            form: Form::new(&fields),
            held,
        }
    }

    /// Words of this person that were drawn beside the field for them, and wiped.
    pub(crate) fn in_the_open(&mut self, at: &str) -> Option<InTheOpen> {
        self.form.in_the_open(at, Some(self.person.as_str()))
    }

    /// What Enter does: from the envelope's field it goes to the passphrase, there to what was not in sight yet, and only
    /// then to what `then` says.
    pub(crate) fn enter_says(&self, reading: &Reading, then: String) -> String {
        let elsewhere = self.form.elsewhere_says();
        elsewhere.unwrap_or_else(|| {
            let unfinished = self.form.unfinished_says().filter(|_| !self.held);
            reading.or_first(unfinished.unwrap_or(then))
        })
    }

    /// The key of it.
    pub(crate) fn enter_offer(&self, reading: &Reading, then: &'static str) -> Offer {
        match self.form.elsewhere_says() {
            Some(_) => Offer::word(Verb::Enter, tr("next")),
            None => reading.enter(then),
        }
    }

    /// Before the Enter that signs, the one that shows what nobody has seen yet. An Enter that goes on to the passphrase is
    /// not held up: whoever looks at the paper types the words next, and they would stand in the envelope's field.
    pub(crate) fn reads_first(&self, reading: &Reading, verb: Verb) -> bool {
        self.form.elsewhere_says().is_none() && reading.first(verb)
    }

    /// Whether letters go into it.
    pub(crate) fn typing(&self) -> bool {
        self.form.typing()
    }

    /// Whether the focus is on the passphrase.
    pub(crate) fn secret(&self) -> bool {
        self.form.secret()
    }

    /// The keys it adds.
    pub(crate) fn offers(&self) -> Vec<Offer> {
        let mut offers = Vec::new();
        if self.form.practised() {
            offers.push(Offer::plain(Verb::Practice));
        }
        if self.form.several() {
            offers.push(Offer::plain(Verb::NextField));
            offers.push(Offer::plain(Verb::PreviousField));
        }
        offers
    }

    /// A verb it offered.
    pub(crate) fn verb(&mut self, verb: Verb) {
        match verb {
            Verb::Practice => self.form.practise(),
            other => self.form.verb(other),
        }
    }

    /// A letter.
    pub(crate) fn key(&mut self, key: &KeyEvent) {
        self.form.key(key);
    }

    /// Pasted text; only ever the envelope's path.
    pub(crate) fn paste(&mut self, text: &str) {
        self.form.paste(text);
    }

    /// Wipes the passphrase typed so far.
    pub(crate) fn wipe(&mut self) {
        self.form.wipe();
    }

    /// Says what was wrong with what was typed.
    pub(crate) fn complain(&mut self, text: &str) {
        // The dots of what was tried go too: the next letter is the first.
        self.form.unopened(text);
        let about = if self.form.on(APPROVAL_ENVELOPE.id) {
            APPROVAL_ENVELOPE.id
        } else {
            SIGNING_PASSPHRASE.id
        };
        self.form.complain(about, text);
    }

    /// Whether the field with the cursor takes a path, and what stands in it.
    pub(crate) fn wants(&self) -> Option<(Wants, String)> {
        self.form.wants()
    }

    /// The path that was chosen for it.
    pub(crate) fn picked(&mut self, path: &Path) {
        self.form.picked(path);
    }

    /// Enter: the signature's source once everything is there; the passphrase is moved out and wiped here.
    pub(crate) fn enter(&mut self) -> Option<Signing> {
        if self.held {
            return Some(Signing::Held);
        }
        if self.form.enter() != Pressed::Complete {
            return None;
        }
        let path = self.form.text(APPROVAL_ENVELOPE.id);
        self.form
            .take()
            .into_iter()
            .find_map(|answer| match (answer, &path) {
                (Answer::Secret(secret), Some(path)) => {
                    Some(Signing::Medium(path.trim().into(), secret))
                }
                (Answer::Secret(secret), None) => Some(Signing::Passphrase(secret)),
                _ => None,
            })
    }

    /// How many rows it needs at a width.
    pub(crate) fn rows(&self, width: u16) -> u16 {
        self.form.rows(width, false)
    }

    /// Its fields, for a page that lays them out.
    pub(crate) const fn fields(&self) -> &Form {
        &self.form
    }

    /// Draws it; returns the rows used.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>) -> u16 {
        self.form.draw(canvas)
    }
}

/// The people who could sign, and those who cannot, each with the reason.
pub(crate) fn signers(pending: &PendingView, world: &World) -> Choices {
    let people = world
        .view
        .as_ref()
        .map(|view| guide::signers(pending, view));
    Choices::new(people.unwrap_or_default())
}
