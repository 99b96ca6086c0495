//! Who asks: the issuer signs the act first. Then it stands before its custodians.

use crossterm::event::KeyEvent;

use super::approve::Approve;
use crate::session::field::Footing;
use crate::session::{Outcome, PendingView, guide};
use crate::text::{say, tr};
use crate::tui::acts::Draft;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::Choices;
use crate::tui::widgets::lines::{self, Line, Reading};
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::widgets::signing::SignForm;
use crate::tui::world::World;

enum Stage {
    Who,
    Sign(SignForm),
}

/// The issuer's page.
pub(crate) struct Ask {
    draft: Draft,
    sentence: String,
    /// What is signed, in its details.
    details: Vec<Line>,
    reading: Reading,
    required: usize,
    beneath: usize,
    people: Choices,
    stage: Stage,
    waiting: bool,
    /// Whether a passphrase was refused here.
    refused: bool,
    turned: u64,
}

impl Ask {
    /// The page for a draft; `beneath` screens under it go when the act was asked.
    pub(crate) fn new(draft: Draft, pending: &PendingView, beneath: usize, world: &World) -> Self {
        let people = issuers(world);
        let first = people.chosen().map(|e| e.id.clone());
        let stage = match first {
            Some(person) => Stage::Sign(SignForm::new(&person, world)),
            None => Stage::Who,
        };
        Self {
            draft,
            sentence: pending.sentence.clone(),
            details: lines::of_details(&pending.told(world.now())),
            reading: Reading::default(),
            required: pending.required,
            beneath,
            people,
            stage,
            waiting: false,
            refused: false,
            turned: 0,
        }
    }

    fn turn(&mut self, stage: Stage) {
        // Another person reads from the top.
        self.reading = Reading::default();
        self.stage = stage;
        self.turned = self.turned.wrapping_add(1);
    }

    fn enter(&mut self, world: &World) -> Reaction {
        match &mut self.stage {
            Stage::Who => {
                let Some(entry) = self.people.chosen().filter(|e| e.off.is_none()) else {
                    return Reaction::notice(
                        Role::Note,
                        tr("this person cannot ask; choose another"),
                    );
                };
                let form = SignForm::new(&entry.id.clone(), world);
                self.turn(Stage::Sign(form));
                Reaction::none()
            }
            Stage::Sign(form) => {
                let Some(signing) = form.enter() else {
                    return Reaction::none();
                };
                let issuer = form.person.clone();
                self.waiting = true;
                Reaction::order(Order::Ask {
                    draft: Box::new(self.draft.clone()),
                    issuer,
                    signing,
                })
            }
        }
    }

    /// It stands before its custodians: review and wizard are done.
    fn asked(&self, pending: &PendingView, world: &World) -> Reaction {
        let mut reaction = Reaction::none();
        for _ in 0..=self.beneath {
            reaction.0.push(Step::Pop);
        }
        reaction.then(Step::Push(Box::new(Approve::new(pending.clone(), world))))
    }
}

fn issuers(world: &World) -> Choices {
    let people = world.view.as_ref().map(|view| guide::issuers(view));
    Choices::new(people.unwrap_or_default())
}

impl Screen for Ask {
    fn name(&self) -> &'static str {
        "Ask"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let who = match &self.stage {
            Stage::Who => tr("who asks?").to_owned(),
            Stage::Sign(form) => say!("{person} asks", person = form.person),
        };
        vec![tr("Ask").into(), who]
    }

    fn footing(&self, _world: &World) -> Footing {
        match &self.stage {
            Stage::Who => Footing {
                acts: tr("whoever will ask for this act").into(),
                enter: tr("goes on to this person's passphrase").into(),
                so_far: tr("nothing was asked, nothing has changed").into(),
            },
            Stage::Sign(form) => Footing {
                acts: say!("{person}, who asks and signs first", person = form.person),
                enter: form.enter_says(
                    &self.reading,
                    say!(
                        "signs the request for {person} and puts it before {required} custodians",
                        person = form.person,
                        required = self.required
                    ),
                ),
                so_far: if self.refused {
                    tr("nothing was asked; a refused passphrase is told in the audit log")
                } else {
                    tr("nothing was asked, nothing has changed")
                }
                .into(),
            },
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        match &self.stage {
            Stage::Who => {
                let mut offers = keys::finds();
                offers.extend([Offer::plain(Verb::Enter), Offer::plain(Verb::Back)]);
                offers
            }
            Stage::Sign(form) => {
                let mut offers = vec![form.enter_offer(&self.reading, tr("sign and ask"))];
                // Before those of the fields: whoever stands here by the list's choice may be the wrong one, and the
                // fields say themselves what fills them.
                if self.people.entries.len() > 1 {
                    let other = Offer::word(Verb::Refuse, tr("not me"));
                    offers.push(other.meaning(tr(
                        "goes back to who asks: nothing was asked, and nothing is withdrawn",
                    )));
                }
                offers.extend(form.offers());
                offers.push(Offer::plain(Verb::Back));
                offers.extend(Reading::offers());
                offers
            }
        }
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Every act is asked for by one person, who signs first and cannot sign again as a custodian. Usually that is the administrator, who holds no share.",
            "The signature binds the exact request and the exact state of the vault. If either changes, the signatures are void and the screen says so.",
        ]
    }

    fn signs(&self) -> Option<&SignForm> {
        match &self.stage {
            Stage::Sign(form) => Some(form),
            Stage::Who => None,
        }
    }

    fn signs_mut(&mut self) -> Option<&mut SignForm> {
        match &mut self.stage {
            Stage::Sign(form) => Some(form),
            Stage::Who => None,
        }
    }

    fn question(&self) -> u64 {
        self.turned
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let head = Part::Head(Role::Title, self.sentence.as_str().into());
        let details = Part::Lines(&self.details, 15, &self.reading);
        let form = match &self.stage {
            Stage::Who => {
                let who = tr("Who asks for this? Who asks does not sign as custodian.");
                let parts = [
                    head,
                    details,
                    Part::Gap,
                    Part::Head(Role::Text, who.into()),
                    Part::Choices(&self.people),
                ];
                sheet::draw(canvas, 2, 1, &parts);
                return;
            }
            Stage::Sign(form) => form,
        };
        let words = say!(
            "{person} asks for this and signs it first.",
            person = form.person
        );
        let after = say!(
            "Then {required} custodians sign, one after the other, each alone at this screen.",
            required = self.required
        );
        let parts = [
            head,
            details,
            Part::Gap,
            Part::Head(Role::Text, format!("{words} {after}").into()),
            Part::Gap,
            Part::Form(form.fields()),
        ];
        sheet::draw(canvas, 2, 2, &parts);
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        match &mut self.stage {
            Stage::Who => self.people.letter(&key),
            Stage::Sign(form) => form.key(&key),
        }
        Reaction::none()
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        // Nobody signs what is still below the edge of the page.
        if let Stage::Sign(form) = &self.stage
            && (self.reading.moved(verb) || form.reads_first(&self.reading, verb))
        {
            return Reaction::none();
        }
        match (verb, &mut self.stage) {
            (Verb::Enter, _) => return self.enter(world),
            (Verb::Back, _) => return Reaction::pop(),
            (Verb::Refuse, _) => self.turn(Stage::Who),
            (other, Stage::Who) => self.people.moved(other),
            (other, Stage::Sign(form)) => form.verb(other),
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Done(outcome) => match outcome.as_ref() {
                Outcome::Asked(pending) => Some(self.asked(pending, world)),
                _ => None,
            },
            News::Refused(text) => {
                if let Stage::Sign(form) = &mut self.stage
                    && form.typing()
                {
                    self.refused = true;
                    form.complain(text);
                    return Some(Reaction::none());
                }
                Some(Reaction::notice(Role::Stop, text.clone()))
            }
            _ => None,
        }
    }
}
