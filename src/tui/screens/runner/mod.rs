//! The runner: a ceremony's steps at the left, what is asked of whom at the right.

mod counted;
mod layout;
mod pages;
mod shown;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossterm::event::KeyEvent;
use layout::{banner, called, rail_width, short};
use shown::asks_who_leaves;

use super::stop_run::StopRun;
use super::{ended, handover};
use crate::ceremony::{self, Ask, Showing};
use crate::session;
use crate::session::field::{Footing, Kind};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::frame;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::rail;
use crate::tui::world::World;

/// Where the screen stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The desk is beginning the run.
    Beginning,
    /// The run was interrupted: where it stands, before anybody is asked.
    CameBack,
    /// The blank page before a person's question.
    HandOver,
    /// The question.
    Asking,
    /// The run has ended.
    Ended,
    /// It could not begin or go on.
    Failed,
}

/// A ceremony under way.
pub(crate) struct RunScreen {
    title: String,
    out: Option<PathBuf>,
    /// Whether the vault is closed when this screen is left.
    closes: bool,
    phase: Phase,
    showing: Option<Arc<Showing>>,
    form: Form,
    again: Option<String>,
    written: Option<(String, String)>,
    /// What was written into a folder before the end, because somebody waited for it.
    given_out: Option<String>,
    scroll: usize,
    /// The question was read to its end: a reason why not, below it, makes nobody read it again.
    read: bool,
    question: u64,
    /// What the last answer led to can be stopped with this.
    stop: session::Stop,
}

impl RunScreen {
    /// A screen that waits for the desk to begin; `out` takes the files at the end.
    pub(crate) fn new(title: &str, out: Option<PathBuf>, closes: bool) -> Self {
        Self {
            title: title.to_owned(),
            out,
            closes,
            phase: Phase::Beginning,
            showing: None,
            form: Form::of(&[]),
            again: None,
            written: None,
            given_out: None,
            scroll: 0,
            read: false,
            question: 0,
            stop: session::Stop::default(),
        }
    }

    fn ask(&self) -> Option<&Ask> {
        self.showing.as_ref().and_then(|s| s.ask.as_ref())
    }

    fn enter(&mut self, world: &World) -> Reaction {
        // Nobody signs what is still below the edge of the screen.
        if self.held_up(world) > 0 {
            self.scroll(true, world);
            return Reaction::none();
        }
        self.read = self.phase == Phase::Asking && self.unread(world) == 0;
        match self.phase {
            Phase::Beginning => Reaction::none(),
            Phase::CameBack | Phase::HandOver => {
                self.phase = match self.ask() {
                    Some(ask) if self.phase == Phase::CameBack => called(ask),
                    _ => Phase::Asking,
                };
                self.scroll = 0;
                self.question = self.question.wrapping_add(1);
                Reaction::none()
            }
            Phase::Asking => match self.form.enter() {
                Pressed::Stays => self.count_refused(),
                Pressed::Complete => {
                    self.again = None;
                    self.stop = session::Stop::default();
                    Reaction::order(Order::Answer {
                        counted: self.form.answered(),
                        answers: self.form.take(),
                        stop: self.stop.clone(),
                    })
                }
            },
            Phase::Ended if self.end_below(world) > 0 => {
                self.scroll(true, world);
                Reaction::none()
            }
            Phase::Ended | Phase::Failed => self.leave(),
        }
    }

    fn leave(&self) -> Reaction {
        if self.closes {
            return Reaction::pop().then(Step::Order(Order::Close));
        }
        // The list that it was begun from would begin it once more.
        Reaction::one(Step::Home)
    }

    /// Whether a search for primes may be under way: then there is a way to stop it.
    fn searches(&self, world: &World) -> bool {
        let may = self.showing.as_ref().is_some_and(|s| s.searches);
        may && self.phase == Phase::Asking && world.long_busy().is_some()
    }

    /// What is saved at this moment.
    fn saved(&self, world: &World) -> String {
        ceremony::saved(self.showing.as_deref(), world.keeps_nothing())
    }
}

impl Screen for RunScreen {
    fn name(&self) -> &'static str {
        "Runner"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let kind = if self.showing.as_ref().is_some_and(|s| s.plays_other) {
            tr("Practice run")
        } else if world.rehearsal() {
            tr("Rehearse")
        } else {
            tr("Run")
        };
        let place = match (&self.showing, self.phase) {
            (Some(_), Phase::Ended) => "ended".to_owned(),
            (Some(showing), _) => say!(
                "step {current} of {steps}",
                current = showing.current.saturating_add(1).min(showing.steps.len()),
                steps = showing.steps.len()
            ),
            (None, _) => "beginning".to_owned(),
        };
        vec![kind.into(), place, short(&self.title, world)]
    }

    fn footing(&self, world: &World) -> Footing {
        let plain = |acts: &str, enter: &str, so_far: String| Footing {
            acts: acts.into(),
            enter: enter.into(),
            so_far,
        };
        if let (Phase::CameBack, Some(showing)) = (self.phase, &self.showing) {
            let footing = ceremony::came_back_footing(showing, world.keeps_nothing());
            return match self.unread(world) {
                0 => footing,
                n => Footing {
                    enter: say!("shows what is still below ({n} more)", n),
                    ..footing
                },
            };
        }
        match (self.phase, self.ask()) {
            (Phase::Beginning, _) => plain(
                "nobody",
                tr("is off until the first question is here"),
                tr("the ceremony is being begun").into(),
            ),
            (Phase::HandOver, Some(ask)) => plain(
                &ask.hand_over("").acts(),
                tr("shows the question"),
                self.saved(world),
            ),
            (Phase::Asking, Some(ask)) => match self.held_up(world) {
                0 => Footing {
                    enter: self.form.more_says().unwrap_or(ask.footing.enter.clone()),
                    ..ask.footing.clone()
                },
                n => Footing {
                    enter: say!("shows what is still below ({n} more); then it asks", n),
                    ..ask.footing.clone()
                },
            },
            (Phase::Failed, _) => self.failed_footing(world),
            _ => {
                let footing = ended::footing(self.showing.as_deref(), self.closes, world);
                match self.end_below(world) {
                    0 => footing,
                    n => Footing {
                        enter: say!("shows what is still below ({n} more)", n),
                        ..footing
                    },
                }
            }
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        if self.searches(world) {
            return vec![Offer::word(Verb::Back, tr("stop the search"))];
        }
        let mut offers = Vec::new();
        if self.phase == Phase::Asking {
            if self.form.choosing() {
                offers.extend(keys::chooses());
            }
            if self.form.several() {
                offers.extend([
                    Offer::plain(Verb::NextField),
                    Offer::plain(Verb::PreviousField),
                ]);
            }
            if self.form.practised() {
                offers.push(Offer::word(Verb::Practice, tr("answer for me")));
            }
            let below = self.unread(world);
            if below > 0 || self.scroll > 0 {
                offers.extend([Offer::plain(Verb::PageDown), Offer::plain(Verb::PageUp)]);
            }
            if self.held_up(world) > 0 {
                offers.extend([
                    Offer::word(Verb::Enter, tr("read on")),
                    Offer::word(Verb::Back, tr("pause")),
                ]);
                return offers;
            }
        }
        let over = self.leave_word();
        // In one word: beside Enter, which says where it leads, there is room for the key that writes.
        let away = if self.closes { over } else { tr("back") };
        let (enter, back) = match self.phase {
            Phase::CameBack if self.unread(world) > 0 => (tr("read on"), tr("pause")),
            Phase::Asking if self.form.typing() => (tr("answer"), tr("pause")),
            Phase::Ended if self.end_below(world) > 0 => (tr("read on"), away),
            Phase::Ended | Phase::Failed => (over, away),
            _ => (tr("go on"), tr("pause")),
        };
        let enter = Offer::word(Verb::Enter, enter);
        offers.push(if self.phase == Phase::Beginning {
            enter.off_because(tr("the ceremony is being begun"))
        } else {
            enter
        });
        offers.push(Offer::word(Verb::Back, back));
        if self.phase == Phase::Ended || self.gives_out() {
            offers.push(Offer::word(Verb::Write, tr("its files")));
        }
        if self.is_paged(world) {
            offers.extend([Offer::plain(Verb::PageDown), Offer::plain(Verb::PageUp)]);
        }
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "At the left the whole script; at the right the one question that is open now. The line Acts says who answers it.",
            "A typing mistake never ends a ceremony: it says what is wrong and asks again. What you say you saw is taken as said: a package that shows tampering stops it. Esc pauses; what is done stays done.",
            "In a rehearsal you play everybody: the practice answer stands under the question and F5 fills it in. Where nobody has what another side would give, as-shown takes ours, in rehearsals and test vaults, and is recorded so.",
        ]
    }

    fn digest(&self, world: &World) -> Option<Digest> {
        if self.phase == Phase::Ended {
            return world.view.as_deref().map(Digest::head);
        }
        let asks = self.phase == Phase::Asking;
        let ask = self.ask().filter(|_| asks)?;
        let digest = super::code::found(ask.body.iter().map(String::as_str))?;
        Some(Digest::sha256(ask.heading(), digest))
    }

    fn wants(&self) -> Option<(Wants, String)> {
        (self.phase == Phase::Asking).then(|| self.form.wants())?
    }

    fn takes_content(&self) -> bool {
        self.form.takes_content()
    }

    fn picked(&mut self, path: &Path) {
        self.form.picked(path);
    }

    fn typing(&self) -> bool {
        self.phase == Phase::Asking && self.form.typing()
    }

    fn secret(&self) -> bool {
        self.phase == Phase::Asking && self.form.secret()
    }

    fn reads_watch(&self, world: &World) -> bool {
        let asks = |ask: &Ask| ask.fields.iter().any(|f| f.field.kind == Kind::DateTime);
        let ahead = self.showing.as_ref().is_some_and(|s| s.reads_watches);
        // A rehearsal's clock stands at the script's time, which no watch shows. Shown a page before, it would be read
        // off that one.
        !world.rehearsal() && (ahead || self.phase == Phase::Asking && self.ask().is_some_and(asks))
    }

    fn holds(&self) -> Option<&'static str> {
        let over = matches!(self.phase, Phase::Ended | Phase::Failed);
        (!over).then(|| tr("a ceremony is under way: Esc pauses it"))
    }

    fn in_hands(&self, world: &World) -> Vec<String> {
        ceremony::Pause::of(self.showing.as_deref(), false, world.keeps_nothing()).lost_at_once()
    }

    fn wipe(&mut self, _world: &World) -> Option<Order> {
        self.form.wipe();
        // What was said of it is gone as well: that a component is kept, for one.
        self.again = None;
        self.covered();
        None
    }

    fn covered(&mut self) {
        // Words are for one person's eyes: that person is called again, whatever lay over them.
        let shows = self.ask().is_some_and(|ask| ask.words.is_some());
        if shows && self.phase == Phase::Asking {
            self.phase = Phase::HandOver;
            self.question = self.question.wrapping_add(1);
        }
    }

    fn question(&self) -> u64 {
        self.question
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        let banner = banner(world);
        if banner == 1 {
            canvas.row(0, Role::ProfileRehearsal);
            canvas.put(
                1,
                0,
                Role::ProfileRehearsal,
                &frame::rehearsal(world, self.holds().is_some()),
            );
        }
        let rest = height.saturating_sub(banner);
        if self.phase == Phase::CameBack {
            self.draw_came_back(world, canvas);
            return;
        }
        if let (Phase::HandOver, Some(ask)) = (self.phase, self.ask()) {
            let saved = say!("So far {saved}.", saved = self.saved(world));
            let saved = self.told_between(saved);
            let page = ask.hand_over(&saved);
            canvas.within(0, banner, width, rest, |c| handover::draw(&page, c));
            return;
        }
        if self.phase == Phase::Ended {
            self.draw_end(world, canvas);
            return;
        }
        if let (Phase::Asking, Some(ask)) = (self.phase, self.ask()) {
            let layout = self.layout(ask, world);
            let left = if layout.rail { rail_width(world) } else { 0 };
            if layout.rail {
                canvas.within(0, banner, left, rest, |c| rail::draw(c, &self.rail()));
            }
            let room = width.saturating_sub(left).saturating_sub(2);
            canvas.within(left.saturating_add(1), banner, room, rest, |c| {
                self.draw_right(&layout, world, c);
            });
            return;
        }
        let (role, text) = match self.phase {
            Phase::Failed => (Role::Stop, self.failed_words(world)),
            _ => (
                Role::Wait,
                tr("wait  The ceremony is being begun: people, keys and inputs are checked.")
                    .into(),
            ),
        };
        canvas.paragraph(
            2,
            banner.saturating_add(1),
            width.saturating_sub(4),
            role,
            &text,
        );
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, self.phase) {
            (Verb::Enter, _) => return self.enter(world),
            (Verb::Back, Phase::Ended | Phase::Failed) => return self.leave(),
            (Verb::Back, _) => {
                let showing = self.showing.as_deref();
                let page = StopRun::new(showing, self.closes, world);
                return Reaction::push(page.writing(self.out.is_some()));
            }
            (Verb::Write, Phase::Ended) => return ended::ask_folder(world),
            (Verb::Write, _) if self.gives_out() => return ended::ask_folder(world),
            (Verb::Practice, _) => self.form.practise(),
            (Verb::PageDown, _) => self.scroll(true, world),
            (Verb::PageUp, _) => self.scroll(false, world),
            (other, Phase::Asking) => {
                self.form.verb(other);
                return self.count_refused();
            }
            _ => {}
        }
        Reaction::none()
    }

    fn while_busy(&mut self, verb: Verb) -> Reaction {
        if verb == Verb::Back && self.showing.as_ref().is_some_and(|s| s.searches) {
            self.stop.say();
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if self.phase == Phase::Asking {
            self.again = None;
            self.form.key(&key);
        }
        self.count_exposed()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.form.paste(text);
        self.count_exposed()
    }

    fn idle_lock(&self) -> Option<i64> {
        self.showing.as_ref()?.idle_lock
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        match news {
            News::WhoLeaves(order) => order.take().map(|order| asks_who_leaves(order, world)),
            News::Showing { showing, again } => Some(self.shown(showing, again.as_ref())),
            News::Counted => Some(Reaction::none()),
            News::RunFailed(text) => {
                self.phase = Phase::Failed;
                self.again = Some(text.clone());
                self.question = self.question.wrapping_add(1);
                Some(Reaction::one(Step::Status(1)))
            }
            News::Written { folder, files } => {
                let words = crate::tui::app::written(folder, files);
                if self.phase != Phase::Ended {
                    self.given_out = Some(words.clone());
                    return Some(Reaction::notice(Role::Ok, words));
                }
                self.written = Some((words, folder.display().to_string()));
                Some(Reaction::none())
            }
            News::Refused(text) => {
                self.again = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod fitting_tests;
#[cfg(test)]
mod long_tests;
#[cfg(test)]
mod real_tests;
#[cfg(test)]
pub(in crate::tui) mod tests;
