//! A return to a copy: which one, where to, what the lost vault's log tells. Its custodians open it next.

use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

use super::review::Review;
use super::unlock::{Then, Unlock};
use super::wizard::{Leaving, RAIL};
use crate::session::build::Answers;
use crate::session::field::Footing;
use crate::session::op_custody::RESTORE;
use crate::session::returning::{
    COPY_FROM, RETURN_SO_FAR, RETURN_STEPS, RETURN_TOLD, RETURNING, Return,
};
use crate::session::{Bootstrap, PendingView};
use crate::text::tr;
use crate::tui::acts::Draft;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::lines::{self, Line, Reading, Rest};
use crate::tui::widgets::rail::{self, Stage, Stop};
use crate::tui::world::World;

/// Whether a copy is open to be returned to.
fn stands_open(world: &World) -> bool {
    let view = world.view.as_ref();
    view.is_some_and(|view| view.returning.is_some())
}

/// Gives up a return that stood open over the screen that is on top again: nobody is left standing in a copy.
pub(super) fn gives_up(world: &World) -> Reaction {
    if !stands_open(world) {
        return Reaction::none();
    }
    Reaction::notice(
        Role::Note,
        tr("The return is given up: the copy is closed and nothing was written. What was open before is open as it was."),
    )
    .then(Step::Order(Order::LeaveCopy))
}

/// The steps of a return at the left, `at` of them at hand, and the page beside them.
pub(super) fn beside(at: usize, canvas: &mut Canvas<'_>, page: impl FnOnce(&mut Canvas<'_>)) {
    let (width, height) = (canvas.width(), canvas.height());
    let stage = |n: usize| match n.cmp(&at) {
        std::cmp::Ordering::Less => Stage::Done,
        std::cmp::Ordering::Equal => Stage::Now,
        std::cmp::Ordering::Greater => Stage::Later,
    };
    let steps = RETURN_STEPS.iter().enumerate();
    let drawn: Vec<Stop> = steps
        .map(|(n, title)| Stop::new(tr(title), "", stage(n)))
        .collect();
    canvas.within(0, 0, RAIL, height, |c| rail::draw(c, &drawn));
    canvas.within(RAIL, 0, width.saturating_sub(RAIL), height, page);
}

/// The questions.
pub(crate) struct Restore {
    form: Form,
    leaving: Leaving,
    /// What the copy that stands open was opened for.
    opened: Option<Return>,
    /// Whether the answers are being looked at.
    asked: bool,
}

impl Restore {
    /// Nothing is filled in.
    pub(crate) fn new() -> Self {
        Self {
            form: Form::of(RETURNING),
            leaving: Leaving::default(),
            opened: None,
            asked: false,
        }
    }

    /// The copy is known, and the next question is where it goes.
    pub(crate) fn of(copy: &Path) -> Self {
        let mut screen = Self::new();
        screen.form.propose(COPY_FROM.id, &copy.to_string_lossy());
        screen
    }

    fn enter(&mut self, world: &World) -> Reaction {
        if self.form.enter() == Pressed::Stays {
            return Reaction::none();
        }
        let wanted = Return::of(|id| self.form.text(id).unwrap_or_default());
        let open = stands_open(world);
        let same = self.opened.as_ref().is_some_and(|o| wanted.same_copy(o));
        if open && same {
            self.opened = Some(wanted.clone());
            self.asked = true;
            return Reaction::order(Order::ReturnAnew(Box::new(wanted)));
        }
        self.opened = Some(wanted.clone());
        self.asked = true;
        let first = if open {
            Reaction::order(Order::LeaveCopy)
        } else {
            Reaction::none()
        };
        first.then(Step::Order(Order::OpenCopy(Box::new(wanted), None)))
    }

    /// The copy is read, and its custodians are asked.
    fn asks(&self, bootstrap: &Bootstrap) -> Option<Reaction> {
        let wanted = self.opened.clone()?;
        let mut unlock = Unlock::new(wanted.from.clone(), Then::Restore(Box::new(wanted)));
        unlock.read(bootstrap);
        Some(Reaction::push(unlock))
    }

    /// The copy is open already, and what would be asked for is known.
    fn reviews(&self, pending: &PendingView, request: &str) -> Option<Reaction> {
        let wanted = self.opened.as_ref()?;
        let draft = Draft {
            op: RESTORE.name,
            answers: Answers::default(),
            out: Some(wanted.to.clone()),
        };
        let review = Review::new(draft, pending.clone(), request, 1);
        Some(Reaction::push(review))
    }
}

impl Screen for Restore {
    fn name(&self) -> &'static str {
        "Return to a copy"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![
            tr("Return to a copy").into(),
            tr("1 of 4: which copy").into(),
        ]
    }

    fn footing(&self, _world: &World) -> Footing {
        Footing {
            acts: tr("whoever has the copy").into(),
            enter: self
                .form
                .enter_says(tr("reads the copy; nothing is written by that")),
            so_far: tr(RETURN_SO_FAR).into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        self.form
            .page_offers(Offer::plain(Verb::Enter), Offer::plain(Verb::Back))
    }

    fn help(&self) -> &'static [&'static str] {
        RETURN_TOLD
    }

    fn typing(&self) -> bool {
        self.form.typing()
    }

    fn wants(&self) -> Option<(Wants, String)> {
        self.form.wants()
    }

    fn picked(&mut self, path: &Path) {
        self.form.picked(path);
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let told = RETURN_TOLD.iter().map(|line| (Role::Text, tr(line)));
        let told = told.collect::<Vec<_>>();
        beside(0, canvas, |c| self.form.draw_page(&told, c));
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        if let Some(asked) = self.leaving.asks(verb, self.form.typed()) {
            return asked;
        }
        match verb {
            Verb::Enter => return self.enter(world),
            Verb::Back => return Reaction::pop(),
            other => self.form.verb(other),
        }
        Reaction::none()
    }

    fn returned(&mut self, world: &World) -> Reaction {
        if !stands_open(world) {
            return Reaction::none();
        }
        Reaction::notice(
            Role::Note,
            tr(
                "The copy stays open: change what is wrong, and Enter goes to the review again. Another copy is opened anew; Esc closes this one and gives the return up.",
            ),
        )
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if matches!(news, News::LeftCopy) || !std::mem::take(&mut self.asked) {
            return None;
        }
        match news {
            News::Bootstrap(bootstrap) => self.asks(bootstrap),
            News::Preview { pending, request } => self.reviews(pending, request),
            News::ReturnSlip { field, why } => {
                self.form.complain(field, why);
                Some(Reaction::none())
            }
            News::Refused(text) => Some(Reaction::notice(Role::Stop, text.clone())),
            _ => None,
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.leaving.stays();
        self.form.key(&key);
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.form.paste(text);
        Reaction::none()
    }
}

/// A return in force: what it changed, the card, and the way into the vault.
pub(crate) struct Restored {
    told: Vec<String>,
    to: PathBuf,
    reading: Reading,
}

impl Restored {
    /// What is told, and where the vault lies.
    pub(crate) fn new(told: Vec<String>, to: PathBuf) -> Self {
        Self {
            told,
            to,
            reading: Reading::default(),
        }
    }
}

impl Screen for Restored {
    fn name(&self) -> &'static str {
        "Restored"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Return to a copy").into(), tr("done").into()]
    }

    fn footing(&self, _world: &World) -> Footing {
        Footing {
            acts: tr("everybody: read it together").into(),
            enter: self
                .reading
                .or_first(tr("opens the restored vault by its custodians").into()),
            so_far: tr("the vault is written, whole and closed; the copy is as it was").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = vec![
            self.reading.enter(tr("open it")),
            Offer::word(Verb::Back, tr("later")),
        ];
        offers.extend(Reading::offers());
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        RETURN_TOLD
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        // Over the whole width, and read to its end: the new witness card is the last of it, and opens the vault.
        let mut lines: Vec<Line> = Vec::new();
        for (n, told) in self.told.iter().enumerate() {
            let role = if n == 0 { Role::Ok } else { Role::Text };
            lines.extend(told.lines().map(|line| Line::across(role, line)));
            if told.is_empty() {
                lines.push(Line::across(Role::Text, ""));
            }
        }
        let end = canvas.height();
        lines::draw(canvas, (0, end), 12, &lines, Rest::Below(&self.reading));
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        if self.reading.moved(verb) || self.reading.first(verb) {
            return Reaction::none();
        }
        match verb {
            Verb::Enter => {
                let unlock = Unlock::new(self.to.clone(), Then::Home);
                let order = unlock.order();
                Reaction::one(Step::Replace(Box::new(unlock))).then(Step::Order(order))
            }
            Verb::Back => Reaction::order(Order::Close).then(Step::Pop),
            _ => Reaction::none(),
        }
    }
}
