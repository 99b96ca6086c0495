//! What a vault is opened for, and the clock before it.

use super::{Phase, Unlock};
use crate::ceremony::{Play, Script, open_run};
use crate::session::build::Answers;
use crate::session::op_custody::RESTORE;
use crate::session::returning::Return;
use crate::session::{Bootstrap, OpeningStep, PendingView};
use crate::text::tr;
use crate::tui::acts::Draft;
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Step};
use crate::tui::screens;
use crate::tui::screens::attest::{Attest, Next};
use crate::tui::screens::begin::Begin;
use crate::tui::screens::review::Review;
use crate::tui::theme::Role;
use crate::tui::world::World;

/// What follows once the vault is open.
pub(crate) enum Then {
    /// Its home screen.
    Home,
    /// It is a copy, and is returned to.
    Restore(Box<Return>),
    /// A ceremony in it.
    Play(Box<Play>),
}

impl Unlock {
    /// Its public part is known: custodians can enter.
    pub(in crate::tui::screens) fn read(&mut self, bootstrap: &Bootstrap) {
        self.left = usize::from(bootstrap.k);
        self.bootstrap = Some(bootstrap.clone());
        self.turn(Phase::Choosing);
    }

    /// Whether nobody was asked yet, because what was named for the copy is none.
    pub(super) const fn not_a_copy(&self) -> bool {
        self.copy() && self.bootstrap.is_none()
    }

    /// What Enter does where it cannot be opened as it is.
    pub(super) fn after_failing(&self) -> &'static str {
        if self.not_a_copy() {
            tr("goes back to the question which copy, and where to")
        } else {
            tr("begins again with the first custodian")
        }
    }

    /// The copy is open: the return to it is asked for.
    pub(super) fn asks(
        &self,
        pending: &PendingView,
        request: &str,
        world: &World,
    ) -> Option<Reaction> {
        let Some(Then::Restore(wanted)) = &self.then else {
            return None;
        };
        let draft = Draft {
            op: RESTORE.name,
            answers: Answers::default(),
            out: Some(wanted.to.clone()),
        };
        // With the request asked for, the questions of the return beneath are over too.
        let screen = Box::new(Review::new(draft, pending.clone(), request, 1));
        let next = Next {
            screen,
            order: None,
        };
        Some(self.clock_first(next, world))
    }

    /// What comes after the opening, behind the clock where nobody has attested it.
    fn clock_first(&self, next: Next, world: &World) -> Reaction {
        let attested = world.view.as_ref().is_none_or(|view| view.attested);
        if !attested && let Some(vault) = &self.bootstrap {
            let place = OpeningStep::Clock.place(vault, self.copy());
            let clock = Attest::opening(place, next, world);
            return Reaction::one(Step::Replace(Box::new(clock)));
        }
        next.go()
    }

    pub(super) fn open(&mut self, world: &World) -> Reaction {
        if let Some(Then::Play(play)) = self.then.take() {
            return self.begin(*play, world);
        }
        let next = Next {
            screen: screens::home(),
            order: None,
        };
        let reaction = self.clock_first(next, world);
        let attested = world.view.as_ref().is_none_or(|view| view.attested);
        match world.view.as_deref().and_then(open_run) {
            Some(open) if attested => reaction.then(Step::Notice(Role::Wait, open.offered())),
            Some(open) => reaction.then(Step::Notice(Role::Wait, open.offered_later())),
            None => reaction,
        }
    }

    /// The ceremony that the vault was opened for. One whose own step attests the clock does not ask for it twice; one
    /// that goes on may have that step behind it.
    fn begin(&self, play: Play, world: &World) -> Reaction {
        let script = Script::parse(&play.script);
        let title = script
            .as_ref()
            .map_or_else(|_| "ceremony".to_owned(), |s| s.title().to_owned());
        let view = world.view.as_deref();
        let goes_on = |s: &Script| view.is_some_and(|view| s.stands_open(view));
        let resumes = play.resume || script.as_ref().is_ok_and(goes_on);
        let by_itself = !resumes && script.is_ok_and(|s| s.attests_clock());
        let order = Box::new(Order::PlayHere {
            script: play.script,
            inputs: play.inputs,
            resume: play.resume,
            people: play.people,
            real: play.real,
            clock: play.place.goes_on_to(),
            out: play.out.clone(),
        });
        // One that goes on has its people.
        let asks = if resumes {
            Err(order)
        } else {
            Begin::who_leaves(order, world)
        };
        let next = match asks {
            Ok(page) => Next {
                screen: Box::new(page),
                order: None,
            },
            Err(order) => Next {
                screen: Box::new(screens::runner::RunScreen::new(&title, play.out, true)),
                order: Some(*order),
            },
        };
        if by_itself {
            return next.go();
        }
        self.clock_first(next, world)
    }
}
