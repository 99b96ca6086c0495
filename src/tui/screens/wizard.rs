//! What wizards share: the rail of steps at the left, who signs at its end, the question at the right.

use crate::session::Profile;
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::keys::Verb;
use crate::tui::screen::Reaction;
use crate::tui::theme::Role;
use crate::tui::widgets::rail::{self, Stage, Stop};
use crate::tui::world::World;

/// Columns of the rail, with its line.
pub(super) const RAIL: u16 = 24;

/// Said where leaving would lose answers.
const LOST: &str =
    "What was typed here is not kept. Esc once more leaves and forgets it; every other key stays.";

/// Whether Esc was pressed once where answers would be lost.
#[derive(Debug, Default)]
pub(crate) struct Leaving(bool);

impl Leaving {
    /// The question before Esc leaves with answers in it; `None` where nothing would be `lost`, or it was asked already.
    pub(crate) fn asks(&mut self, verb: Verb, lost: bool) -> Option<Reaction> {
        let asked = std::mem::take(&mut self.0);
        if verb != Verb::Back || asked || !lost {
            return None;
        }
        self.0 = true;
        Some(Reaction::notice(Role::Wait, tr(LOST)))
    }

    /// Any other key: whoever types on stays.
    pub(crate) const fn stays(&mut self) {
        self.0 = false;
    }
}

/// One step of a wizard, with what was answered.
pub(crate) type Step = (&'static str, String);

/// The number of the review behind so many questions, and of all.
pub(crate) const fn last(questions: usize) -> (usize, usize) {
    let at = questions.saturating_add(1);
    (at, at)
}

/// Draws the rail and hands the rest to `question`.
pub(crate) fn draw(
    world: &World,
    canvas: &mut Canvas<'_>,
    asked: &[Step],
    at: usize,
    question: impl FnOnce(&mut Canvas<'_>),
) {
    let least = world.view.as_ref().map_or(2, |v| usize::from(v.t));
    beside(canvas, asked, (at, least), question);
}

/// The same with as many who sign as the act takes, once that is known: the review comes behind the last question.
pub(crate) fn beside(
    canvas: &mut Canvas<'_>,
    asked: &[Step],
    (at, signing): (usize, usize),
    question: impl FnOnce(&mut Canvas<'_>),
) {
    let (width, height) = (canvas.width(), canvas.height());
    let mut stops: Vec<Stop> = asked
        .iter()
        .enumerate()
        .map(|(n, (title, answer))| {
            let stage = match n.cmp(&at) {
                std::cmp::Ordering::Less => Stage::Done,
                std::cmp::Ordering::Equal => Stage::Now,
                std::cmp::Ordering::Greater => Stage::Later,
            };
            Stop::new(title, &crate::tui::canvas::cut(answer, 10), stage)
        })
        .collect();
    let review = if at < asked.len() {
        Stage::Later
    } else {
        Stage::Now
    };
    stops.push(Stop::new(tr("Review"), "", review));
    stops.push(Stop::new(&signers(signing), "", Stage::Later));
    canvas.within(0, 0, RAIL, height, |c| rail::draw(c, &stops));
    canvas.within(
        RAIL.saturating_add(1),
        0,
        width.saturating_sub(RAIL).saturating_sub(1),
        height,
        question,
    );
}

/// Who acts while the wizard asks.
pub(crate) fn acts(world: &World) -> String {
    match &world.view {
        Some(view) if view.profile == Profile::Rehearsal => {
            tr("whoever asks; here you play everybody")
        }
        _ => tr("the administrator, at the keyboard (or a custodian who will not sign)"),
    }
    .to_owned()
}

/// `2 custodians sign`
fn signers(least: usize) -> String {
    match least {
        1 => tr("1 custodian signs").to_owned(),
        _ => say!("{least} custodians sign", least),
    }
}

/// Draws a complaint from row `y`; returns the rows used.
pub(crate) fn complaint(canvas: &mut Canvas<'_>, y: u16, text: Option<&String>) -> u16 {
    let Some(text) = text else { return 0 };
    let width = canvas.width().saturating_sub(2);
    canvas.paragraph(1, y, width, Role::Stop, &format!("STOP  {text}"))
}
