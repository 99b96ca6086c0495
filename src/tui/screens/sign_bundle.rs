//! Who signs a bundle: a custodian or a witness vouches for the files, the report and the recording in it. Where keys
//! are held for the session this is not asked.

use crossterm::event::KeyEvent;

use super::handover;
use super::save::Save;
use crate::session::field::Footing;
use crate::session::guide;
use crate::session::keyboard::HandOver;
use crate::text::{say, tr};
use crate::tui::acts::Signing;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::Choices;
use crate::tui::widgets::lines::Reading;
use crate::tui::widgets::signing::SignForm;
use crate::tui::world::World;

enum Stage {
    /// Who signs.
    Who,
    /// The blank page before that person.
    Blank(SignForm),
    /// The passphrase.
    Sign(SignForm),
}

/// One bundle before whoever signs it.
pub(crate) struct SignBundle {
    run: String,
    /// What it is of, for the page's first line.
    of: String,
    /// The name that is proposed for its file.
    name: String,
    people: Choices,
    stage: Stage,
    waiting: bool,
    turned: u64,
}

impl SignBundle {
    /// The page for the bundle of a run.
    pub(crate) fn new(run: &str, of: String, name: String, world: &World) -> Self {
        let people = world.view.as_ref().map(|v| guide::bundle_signers(v));
        Self {
            run: run.to_owned(),
            of,
            name,
            people: Choices::new(people.unwrap_or_default()),
            stage: Stage::Who,
            waiting: false,
            turned: 0,
        }
    }

    fn turn(&mut self, stage: Stage) {
        self.stage = stage;
        self.turned = self.turned.wrapping_add(1);
    }

    fn order(&mut self, signer: Option<(String, Signing)>) -> Reaction {
        self.waiting = true;
        Reaction::order(Order::Bundle {
            run: self.run.clone(),
            signer,
        })
    }

    /// `custodian Ana` or `witness Wim`.
    fn page(&self) -> HandOver<'_> {
        let chosen = self.people.chosen();
        HandOver {
            role: chosen.map_or("", |e| e.note.as_str()),
            person: chosen.map_or("", |e| e.id.as_str()),
            what: tr("to sign the bundle"),
            saved: tr("The vault is as it was; nothing is written yet."),
        }
    }

    fn enter(&mut self, world: &World) -> Reaction {
        match std::mem::replace(&mut self.stage, Stage::Who) {
            Stage::Who => self.choose(world),
            Stage::Blank(form) => {
                self.turn(Stage::Sign(form));
                Reaction::none()
            }
            Stage::Sign(mut form) => {
                let signing = form.enter();
                let person = form.person.clone();
                self.stage = Stage::Sign(form);
                match signing {
                    Some(signing) => self.order(Some((person, signing))),
                    None => Reaction::none(),
                }
            }
        }
    }

    fn choose(&mut self, world: &World) -> Reaction {
        let Some(entry) = self.people.chosen() else {
            return Reaction::none();
        };
        match &entry.off {
            Some(reason) => {
                let words = say!(
                    "{label} cannot sign: {reason}.",
                    label = entry.label,
                    reason
                );
                Reaction::notice(Role::Note, words)
            }
            None if entry.id.is_empty() => self.order(None),
            None => {
                let form = SignForm::new(&entry.id.clone(), world);
                self.turn(Stage::Blank(form));
                Reaction::none()
            }
        }
    }
}

impl Screen for SignBundle {
    fn name(&self) -> &'static str {
        "Sign the bundle"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Evidence").into(), tr("who signs the bundle?").into()]
    }

    fn footing(&self, _world: &World) -> Footing {
        let nobody = self.people.chosen().is_some_and(|e| e.id.is_empty());
        let (acts, enter) = match &self.stage {
            Stage::Who if nobody => (
                tr("a custodian or a witness").to_owned(),
                tr("makes the bundle, which nobody signs").to_owned(),
            ),
            Stage::Who => (
                tr("a custodian or a witness").to_owned(),
                tr("hands the keyboard to this person, behind a blank page").to_owned(),
            ),
            Stage::Blank(_) => (
                self.page().acts(),
                tr("shows what is signed and asks for the passphrase").to_owned(),
            ),
            Stage::Sign(form) => (
                self.page().who(),
                form.enter_says(
                    &Reading::default(),
                    say!(
                        "signs for {person} and makes the bundle; its file is asked next",
                        person = form.person
                    ),
                ),
            ),
        };
        Footing {
            acts,
            enter,
            so_far: tr("nothing is written or signed; the bundle will be entered in the log")
                .into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        match &self.stage {
            Stage::Who => {
                let mut offers = keys::finds();
                offers.extend([Offer::plain(Verb::Enter), Offer::plain(Verb::Back)]);
                offers
            }
            Stage::Blank(_) => vec![
                Offer::word(Verb::Enter, tr("I am here")),
                Offer::word(Verb::Back, tr("not now")),
            ],
            Stage::Sign(form) => {
                let mut offers = vec![Offer::word(Verb::Enter, tr("sign"))];
                offers.extend(form.offers());
                offers.push(Offer::plain(Verb::Back));
                offers
            }
        }
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            guide::BUNDLE_SIGNED,
            "Without a signature a bundle is told apart: its acts hold by themselves, and the log as far as people signed off in the ceremony. Report and recording are then held against the paper.",
            "A wrong passphrase locks nothing, and nothing is written before it is right.",
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

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        if let Stage::Blank(_) = &self.stage {
            handover::draw(&self.page(), canvas);
            return;
        }
        let (width, height) = (canvas.width(), canvas.height());
        let room = width.saturating_sub(4);
        let mut y = canvas.paragraph(2, 0, room, Role::Title, &self.of);
        y = y.saturating_add(1);
        y = y.saturating_add(canvas.paragraph(2, y, room, Role::Text, tr(guide::BUNDLE_SIGNED)));
        y = y.saturating_add(1);
        match &self.stage {
            Stage::Who => {
                canvas.put(2, y, Role::Text, tr("Who signs?"));
                y = y.saturating_add(1);
                let rows = self.people.rows(width, height);
                canvas.within(1, y, width, rows, |c| self.people.draw(c, true));
            }
            Stage::Sign(form) | Stage::Blank(form) => {
                canvas.within(2, y, room, height, |c| {
                    form.draw(c);
                });
            }
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        match &mut self.stage {
            Stage::Who => self.people.letter(&key),
            Stage::Blank(_) => {}
            Stage::Sign(form) => form.key(&key),
        }
        Reaction::none()
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, &mut self.stage) {
            (Verb::Enter, _) => return self.enter(world),
            (Verb::Back, Stage::Who) => return Reaction::pop(),
            (Verb::Back, _) => self.turn(Stage::Who),
            (other, Stage::Who) => self.people.moved(other),
            (other, Stage::Sign(form)) => form.verb(other),
            _ => {}
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Bundled(bytes) => {
                Some(Reaction::instead(Save::bundle(&self.name, bytes.clone())))
            }
            News::Refused(text) => {
                if let Stage::Sign(form) = &mut self.stage {
                    form.complain(text);
                    return Some(Reaction::none());
                }
                Some(Reaction::notice(Role::Stop, text.clone()))
            }
            _ => None,
        }
    }
}
