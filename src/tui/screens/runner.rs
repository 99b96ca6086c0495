//! The runner: a ceremony's steps at the left, what is asked of whom at the right.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::KeyEvent;

use super::ended;
use super::handover::HandOver;
use super::stop_run::StopRun;
use crate::ceremony::{Ask, Showing, StepLine};
use crate::session::RunOutcome;
use crate::session::field::Footing;
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::frame::REHEARSAL;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::rail::{self, Stage, Stop};
use crate::tui::world::World;

/// Where the screen stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The desk is beginning the run.
    Beginning,
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
    written: Option<String>,
    scroll: usize,
    question: u64,
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
            scroll: 0,
            question: 0,
        }
    }

    fn ask(&self) -> Option<&Ask> {
        self.showing.as_ref().and_then(|s| s.ask.as_ref())
    }

    fn step(&self) -> Option<&StepLine> {
        self.showing.as_ref().and_then(|s| s.steps.get(s.current))
    }

    fn shown(&mut self, showing: &Arc<Showing>, again: Option<&String>) -> Reaction {
        let same = again.is_some()
            && self.phase == Phase::Asking
            && match (self.ask(), &showing.ask) {
                (Some(old), Some(new)) => {
                    old.title == new.title && old.fields.len() == new.fields.len()
                }
                _ => false,
            };
        self.showing = Some(Arc::clone(showing));
        self.again = again.cloned();
        if same {
            // The same question again: what was typed stays, but for secrets.
            self.form.wipe();
            return Reaction::none();
        }
        self.question = self.question.wrapping_add(1);
        self.scroll = 0;
        let Some(ask) = &showing.ask else {
            self.form = Form::of(&[]);
            return self.end(showing.outcome);
        };
        self.form = Form::new(&ask.fields);
        self.phase = if ask.hand_over {
            Phase::HandOver
        } else {
            Phase::Asking
        };
        Reaction::none()
    }

    fn end(&mut self, outcome: Option<RunOutcome>) -> Reaction {
        self.phase = if outcome.is_some() {
            Phase::Ended
        } else {
            Phase::Failed
        };
        let status = u8::from(outcome != Some(RunOutcome::Completed));
        let told = Reaction::one(Step::Status(status));
        match &self.out {
            Some(folder) if outcome.is_some() => {
                told.then(Step::Order(Order::WriteOutputs(folder.clone())))
            }
            _ => told,
        }
    }

    fn enter(&mut self, world: &World) -> Reaction {
        // Nobody signs what is still below the edge of the screen.
        if self.unread(world) > 0 {
            self.scroll(true, world);
            return Reaction::none();
        }
        match self.phase {
            Phase::Beginning => Reaction::none(),
            Phase::HandOver => {
                self.phase = Phase::Asking;
                self.question = self.question.wrapping_add(1);
                Reaction::none()
            }
            Phase::Asking => match self.form.enter() {
                Pressed::Stays => Reaction::none(),
                Pressed::Complete => {
                    self.again = None;
                    Reaction::order(Order::Answer(self.form.take()))
                }
            },
            Phase::Ended | Phase::Failed => self.leave(),
        }
    }

    fn leave(&self) -> Reaction {
        let back = Reaction::pop();
        if self.closes {
            back.then(Step::Order(Order::Close))
        } else {
            back
        }
    }

    /// What is saved at this moment.
    fn saved(&self, world: &World) -> String {
        let done = self.showing.as_ref().map_or(0, |s| s.current);
        let what = match done {
            0 => "no step is done yet".to_owned(),
            1 => "step 1 is done".to_owned(),
            n => format!("steps 1-{n} are done"),
        };
        if world.rehearsal() {
            format!("{what}; the rehearsal waits where it is")
        } else {
            format!("{what} and saved; power may fail here and nothing is lost")
        }
    }

    fn rail(&self) -> Vec<Stop> {
        let Some(showing) = &self.showing else {
            return Vec::new();
        };
        let over = showing.ask.is_none();
        showing
            .steps
            .iter()
            .enumerate()
            .map(|(n, step)| {
                let stage = match step.state.as_str() {
                    "exception" | "aborted" => Stage::Stopped,
                    "closed" => Stage::Done,
                    _ if n == showing.current && !over => Stage::Now,
                    _ if n < showing.current => Stage::Done,
                    _ => Stage::Later,
                };
                Stop::new(
                    &format!("{} {}", step.number, step.title),
                    &step.note,
                    stage,
                )
            })
            .collect()
    }

    /// How the question is laid out: where it does not fit beside the steps, they give way to it.
    fn layout(&self, ask: &Ask, world: &World) -> Layout {
        let height = usize::from(world.size.1.saturating_sub(7).saturating_sub(banner(world)));
        let rail = rail_width(world);
        let beside = usize::from(world.size.0.saturating_sub(rail).saturating_sub(2));
        let whole = usize::from(world.size.0.saturating_sub(2));
        let fits = |layout: &Layout| layout.body.len() <= layout.room;
        let mut layout = self.layout_in(ask, beside, height, (true, false));
        if !fits(&layout) {
            layout = self.layout_in(ask, whole, height, (false, false));
        }
        if !fits(&layout) {
            layout = self.layout_in(ask, whole, height, (false, true));
            layout.body.retain(|line| !line.trim().is_empty());
        }
        layout
    }

    fn layout_in(
        &self,
        ask: &Ask,
        width: usize,
        height: usize,
        (rail, brief): (bool, bool),
    ) -> Layout {
        let heading = wrap(&heading(ask), width);
        let again: Vec<String> = self
            .again
            .iter()
            .flat_map(|text| wrap(&format!("STOP  {text}"), width))
            .collect();
        let body: Vec<String> = reflowed(&self.told(ask))
            .iter()
            .flat_map(|line| wrap(line, width))
            .collect();
        let rows = usize::from(self.form.rows(cells(width), brief));
        let taken = heading.len() + rows + again.len() + 1;
        Layout {
            rail,
            brief,
            heading,
            body,
            again,
            room: height.saturating_sub(taken).max(3),
        }
    }

    /// How many lines of the question are still below the edge.
    fn unread(&self, world: &World) -> usize {
        let Some(ask) = self.ask().filter(|_| self.phase == Phase::Asking) else {
            return 0;
        };
        let layout = self.layout(ask, world);
        layout
            .body
            .len()
            .saturating_sub(layout.top(self.scroll))
            .saturating_sub(layout.room)
    }

    /// Moves the text of the question; never past its end.
    fn scroll(&mut self, down: bool, world: &World) {
        let Some(ask) = self.ask() else { return };
        let layout = self.layout(ask, world);
        let page = layout.room.saturating_sub(1).max(1);
        let top = layout.top(self.scroll);
        self.scroll = if down {
            layout.top(top.saturating_add(page))
        } else {
            top.saturating_sub(page)
        };
    }

    fn draw_ask(&self, layout: &Layout, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        let mut y = 0;
        for line in &layout.heading {
            canvas.put(0, y, Role::Title, line);
            y += 1;
        }
        let top = layout.top(self.scroll);
        for line in layout.body.iter().skip(top).take(layout.room) {
            canvas.put(0, y, Role::Text, line);
            y += 1;
        }
        if layout.body.len() > layout.room {
            let below = layout
                .body
                .len()
                .saturating_sub(top)
                .saturating_sub(layout.room);
            let words = match below {
                0 => "that was all of it; PgUp goes back".to_owned(),
                1 => "1 more line below".to_owned(),
                n => format!("{n} more lines below"),
            };
            canvas.put(0, y, Role::Note, &words);
        }
        y += 1;
        canvas.within(0, y, width, height.saturating_sub(y), |c| {
            self.form.draw_as(c, layout.brief);
        });
        y += self.form.rows(width, layout.brief);
        for line in &layout.again {
            canvas.put(0, y, Role::Stop, line);
            y += 1;
        }
        self.draw_why(canvas, y);
    }

    /// What is read before answering; why and clause stand below it, once.
    fn told(&self, ask: &Ask) -> Vec<String> {
        let why = self.showing.as_ref().map_or(&[][..], |s| &s.why);
        let mut lines: Vec<String> = ask
            .body
            .iter()
            .filter(|line| !why.contains(line))
            .cloned()
            .collect();
        lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }

    /// Why this step is there, where there is room for it.
    fn draw_why(&self, canvas: &mut Canvas<'_>, top: u16) {
        let (width, height) = (canvas.width(), canvas.height());
        let Some(showing) = &self.showing else { return };
        let lines: Vec<String> = showing
            .why
            .iter()
            .flat_map(|l| wrap(l, usize::from(width)))
            .collect();
        let last = showing
            .last
            .iter()
            .flat_map(|l| wrap(l, usize::from(width)))
            .collect::<Vec<_>>();
        let needed = cells(lines.len() + last.len()).saturating_add(1);
        if height.saturating_sub(top) < needed {
            return;
        }
        let mut y = height.saturating_sub(cells(lines.len() + last.len()));
        for line in &lines {
            canvas.put(0, y, Role::Muted, line);
            y += 1;
        }
        for line in &last {
            canvas.put(0, y, Role::Ok, line);
            y += 1;
        }
    }
}

impl Screen for RunScreen {
    fn name(&self) -> &'static str {
        "Runner"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let kind = if world.rehearsal() { "Rehearse" } else { "Run" };
        let place = match (&self.showing, self.phase) {
            (Some(_), Phase::Ended) => "ended".to_owned(),
            (Some(showing), _) => format!(
                "step {} of {}",
                showing.current.saturating_add(1).min(showing.steps.len()),
                showing.steps.len()
            ),
            (None, _) => "beginning".to_owned(),
        };
        vec![kind.into(), place, self.title.clone()]
    }

    fn footing(&self, world: &World) -> Footing {
        let plain = |acts: &str, enter: &str, so_far: String| Footing {
            acts: acts.into(),
            enter: enter.into(),
            so_far,
        };
        match (self.phase, self.ask()) {
            (Phase::Beginning, _) => plain(
                "nobody",
                "is off until the first question is here",
                "the ceremony is being begun".into(),
            ),
            (Phase::HandOver, Some(ask)) => {
                let who = hand_over(ask, "").who();
                plain(
                    &format!("{who} takes the keyboard; everybody else steps back"),
                    "shows the question",
                    self.saved(world),
                )
            }
            (Phase::Asking, Some(ask)) => match self.unread(world) {
                0 => ask.footing.clone(),
                n => Footing {
                    enter: format!("shows the rest of this ({n} lines); then it asks"),
                    ..ask.footing.clone()
                },
            },
            (Phase::Failed, _) => plain("nobody", "leaves this screen", self.saved(world)),
            _ => ended::footing(self.showing.as_deref(), self.closes, world),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let mut offers = Vec::new();
        if self.phase == Phase::Asking {
            if self.form.choosing() {
                offers.extend([Offer::word(Verb::Up, "choose"), Offer::plain(Verb::Down)]);
            }
            if self.form.several() {
                offers.extend([
                    Offer::plain(Verb::NextField),
                    Offer::plain(Verb::PreviousField),
                ]);
            }
            if self.form.practised() {
                offers.push(Offer::word(Verb::Practice, "answer for me"));
            }
            let below = self.unread(world);
            if below > 0 || self.scroll > 0 {
                offers.extend([Offer::plain(Verb::PageDown), Offer::plain(Verb::PageUp)]);
            }
            if below > 0 {
                offers.extend([
                    Offer::word(Verb::Enter, "read on"),
                    Offer::word(Verb::Back, "pause"),
                ]);
                return offers;
            }
        }
        let (enter, back) = match self.phase {
            Phase::Asking if self.form.typing() => ("answer", "pause"),
            Phase::Ended | Phase::Failed => ("close", "close"),
            _ => ("go on", "pause"),
        };
        let enter = Offer::word(Verb::Enter, enter);
        offers.push(if self.phase == Phase::Beginning {
            enter.off_because("the ceremony is being begun")
        } else {
            enter
        });
        offers.push(Offer::word(Verb::Back, back));
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "At the left the whole script; at the right the one question that is open now. The line Acts says who answers it.",
            "A wrong answer never ends a ceremony: it says what is wrong and asks again. Esc pauses; what is done stays done.",
            "In a rehearsal you play everybody: the practice answer stands under the question and F5 fills it in.",
        ]
    }

    fn typing(&self) -> bool {
        self.phase == Phase::Asking && self.form.typing()
    }

    fn secret(&self) -> bool {
        self.phase == Phase::Asking && self.form.secret()
    }

    fn question(&self) -> u64 {
        self.question
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        let banner = banner(world);
        if banner == 1 {
            canvas.row(0, Role::ProfileRehearsal);
            canvas.put(1, 0, Role::ProfileRehearsal, REHEARSAL);
        }
        let rest = height.saturating_sub(banner);
        if let (Phase::HandOver, Some(ask)) = (self.phase, self.ask()) {
            let saved = format!("So far {}.", self.saved(world));
            canvas.within(0, banner, width, rest, |c| hand_over(ask, &saved).draw(c));
            return;
        }
        if self.phase == Phase::Ended {
            let (showing, again, written) = (
                self.showing.as_deref(),
                self.again.as_deref(),
                self.written.as_deref(),
            );
            canvas.within(
                2,
                banner.saturating_add(1),
                width.saturating_sub(3),
                rest,
                |c| {
                    ended::draw(showing, again, written, world, c);
                },
            );
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
                self.draw_ask(&layout, c)
            });
            return;
        }
        let (role, text) = match self.phase {
            Phase::Failed => (
                Role::Stop,
                self.again
                    .as_deref()
                    .unwrap_or("The ceremony stands open and can be taken up again."),
            ),
            _ => (
                Role::Wait,
                "wait  The ceremony is being begun: people, keys and inputs are checked.",
            ),
        };
        canvas.paragraph(
            2,
            banner.saturating_add(1),
            width.saturating_sub(4),
            role,
            text,
        );
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, self.phase) {
            (Verb::Enter, _) => return self.enter(world),
            (Verb::Back, Phase::Ended | Phase::Failed) => return self.leave(),
            (Verb::Back, _) => {
                let step = self.step().map_or_else(String::new, |s| s.title.clone());
                return Reaction::push(StopRun::new(step, self.closes));
            }
            (Verb::Practice, _) => self.form.practise(),
            (Verb::PageDown, _) => self.scroll(true, world),
            (Verb::PageUp, _) => self.scroll(false, world),
            (other, Phase::Asking) => self.form.verb(other),
            _ => {}
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if self.phase == Phase::Asking {
            self.again = None;
            self.form.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.form.paste(text);
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        match news {
            News::Showing { showing, again } => Some(self.shown(showing, again.as_ref())),
            News::RunFailed(text) => {
                self.phase = Phase::Failed;
                self.again = Some(text.clone());
                self.question = self.question.wrapping_add(1);
                Some(Reaction::one(Step::Status(1)))
            }
            News::Written { folder, files } => {
                self.written = Some(format!(
                    "Written to {}: {}.",
                    folder.display(),
                    files.join(", ")
                ));
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

/// How a question is laid out at a size.
struct Layout {
    /// Whether the steps stand beside it.
    rail: bool,
    /// Whether hints are left out.
    brief: bool,
    heading: Vec<String>,
    body: Vec<String>,
    again: Vec<String>,
    /// Rows there are for the body.
    room: usize,
}

impl Layout {
    /// The first line in sight for a wish; never past the end.
    fn top(&self, wish: usize) -> usize {
        wish.min(self.body.len().saturating_sub(self.room))
    }
}

/// Rows that the rehearsal's banner takes in the body; on a wide screen it stands in the title.
fn banner(world: &World) -> u16 {
    u16::from(world.rehearsal() && !world.wide())
}

fn rail_width(world: &World) -> u16 {
    if world.wide() { 44 } else { 26 }
}

/// The question's heading, with the person it is for.
fn heading(ask: &Ask) -> String {
    if ask.person.is_empty() || ask.title.contains(&ask.person) {
        return ask.title.clone();
    }
    format!("{}: {} {}", ask.title, ask.role, ask.person)
}

/// Joins lines of running text that were broken for a wider page, so that they wrap to this one.
fn reflowed(lines: &[String]) -> Vec<String> {
    /// A line shorter than this ended because its sentence did.
    const BROKEN: usize = 58;
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for line in lines {
        let goes_on = open && line.starts_with(|c: char| !c.is_whitespace());
        open = line.chars().count() >= BROKEN && !line.starts_with(' ');
        match out.last_mut() {
            Some(last) if goes_on => {
                last.push(' ');
                last.push_str(line);
            }
            _ => out.push(line.clone()),
        }
    }
    out
}

fn hand_over<'a>(ask: &'a Ask, saved: &'a str) -> HandOver<'a> {
    HandOver {
        role: &ask.role,
        person: &ask.person,
        what: &ask.title,
        saved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::{Answer, AskField};
    use crate::session::field::{Field, Kind};
    use crate::tui::app::{State, update};
    use crate::tui::message::{Effect, Msg};
    use crate::tui::snapshot;

    const PASSPHRASE: Field = Field {
        id: "passphrase",
        label: "Passphrase of Ben",
        hint: "Ben's own words, with single spaces.",
        kind: Kind::Passphrase,
        optional: false,
    };

    fn showing(hand_over: bool, outcome: Option<RunOutcome>) -> Showing {
        let titles = [
            "Who is here",
            "The clock",
            "Make the key",
            "Look at the key",
            "Everybody signs",
        ];
        let steps = titles
            .iter()
            .enumerate()
            .map(|(n, title)| StepLine {
                number: n + 1,
                id: format!("s{n}"),
                title: (*title).to_owned(),
                state: if n < 2 || outcome.is_some() {
                    "closed"
                } else {
                    "planned"
                }
                .to_owned(),
                note: if n < 2 { "09:00" } else { "" }.to_owned(),
            })
            .collect();
        let ask = Ask {
            person: "Ben".into(),
            role: "custodian".into(),
            title: "Custodian Ben approves".into(),
            body: vec![
                "CREATE KEY first-key (K0, AES_128), not exportable".into(),
                "Ana signed this at 09:00:00Z. For the minutes:".into(),
                "  orbit pencil hazel quartz basin lemur tulip frost".into(),
            ],
            fields: vec![AskField {
                field: PASSPHRASE,
                practice: Some("velvet anchor".into()),
            }],
            hand_over,
            footing: Footing {
                acts: "custodian Ben; the administrator who asked cannot sign".into(),
                enter: "signs this request for Ben, then the key is created and saved".into(),
                so_far: "no key exists. Any change of request or vault voids both signatures"
                    .into(),
            },
        };
        Showing {
            steps,
            current: if outcome.is_some() { 5 } else { 2 },
            why: vec![
                "why     Dual control: nobody alone can make a key.".into(),
                "clause  PCI PIN 5-1, 12-3, 21-1".into(),
            ],
            ask: outcome.is_none().then_some(ask),
            last: Some("ok    Ana signed".into()),
            outcome,
        }
    }

    fn told(state: &mut State, showing: Showing, again: Option<&str>) -> Vec<Effect> {
        let news = News::Showing {
            showing: Arc::new(showing),
            again: again.map(str::to_owned),
        };
        let view = snapshot::rehearsal();
        update(state, Msg::Desk(Box::new(news), Some(Arc::new(view))))
    }

    fn running(hand_over: bool) -> State {
        let mut state = snapshot::state(RunScreen::new("The first key", None, true));
        told(&mut state, showing(hand_over, None), None);
        state
    }

    #[test]
    fn a_person_is_called_asked_and_answered() {
        let mut state = running(true);
        snapshot::check("runner-hand-over", &mut state);
        snapshot::press(&mut state, "<Enter>");
        snapshot::check("runner-ask", &mut state);
        snapshot::survives_every_size(&mut state);
        let effects = snapshot::press(&mut state, "<F5><Enter>");
        let Effect::Desk(Order::Answer(answers)) = &effects[0] else {
            panic!()
        };
        assert!(matches!(&answers[0], Answer::Secret(s) if s.expose() == b"velvet anchor"));
    }

    #[test]
    fn a_wrong_answer_stays_on_the_same_question() {
        let mut state = running(false);
        snapshot::press(&mut state, "wrong words<Enter>");
        let words = "The passphrase does not open Ben's envelope. Nothing is locked, there is no limit, and the request stands.";
        told(&mut state, showing(false, None), Some(words));
        snapshot::check("runner-again", &mut state);
        let effects = snapshot::press(&mut state, "<F5><Enter>");
        assert_eq!(effects.len(), 1);
    }

    #[test]
    fn the_secret_is_never_drawn() {
        let mut state = running(false);
        snapshot::press(&mut state, "planted");
        let picture = snapshot::text(&snapshot::drawn(
            &mut state,
            140,
            40,
            &snapshot::appearance(),
        ));
        assert!(
            picture.contains("7 typed") && !picture.contains("planted"),
            "{picture}"
        );
    }

    #[test]
    fn keys_typed_before_a_question_was_drawn_do_not_answer_it() {
        let mut state = running(true);
        state.mark_drawn();
        let enter = || {
            Msg::Key(KeyEvent::new(
                crossterm::event::KeyCode::Enter,
                crossterm::event::KeyModifiers::NONE,
            ))
        };
        update(&mut state, enter());
        // The question is there, but not on screen yet.
        assert!(update(&mut state, enter()).is_empty());
        let picture = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        assert!(!picture.contains("is empty"), "{picture}");
    }

    #[test]
    fn the_end_says_what_one_would_hold() {
        let mut state = running(false);
        told(
            &mut state,
            showing(false, Some(RunOutcome::Completed)),
            None,
        );
        snapshot::check("runner-ended", &mut state);
        let picture = snapshot::text(&snapshot::drawn(
            &mut state,
            140,
            40,
            &snapshot::appearance(),
        ));
        assert!(
            picture
                .contains("Done. In a real ceremony you would now hold: 1 file, 1 report, 1 card.")
        );
        let effects = snapshot::press(&mut state, "<Enter>");
        assert!(matches!(effects[0], Effect::Quit(0)));
    }

    #[test]
    fn a_pause_goes_on_leaves_or_stops_with_a_reason() {
        let mut state = running(false);
        snapshot::press(&mut state, "<Esc>");
        snapshot::check("runner-pause", &mut state);
        snapshot::press(&mut state, "<Enter>");
        snapshot::press(&mut state, "<Esc><End><Enter>");
        assert!(snapshot::press(&mut state, "<Enter>").is_empty());
        snapshot::check("runner-stop", &mut state);
        let effects = snapshot::press(&mut state, "the bag was open<Enter>");
        assert!(
            matches!(effects.last().unwrap(), Effect::Desk(Order::Abort(reason)) if reason == "the bag was open")
        );
    }

    #[test]
    fn leaving_asks_and_help_lists_the_keys() {
        let mut state = running(false);
        snapshot::press(&mut state, "<F1>");
        snapshot::check("help", &mut state);
        snapshot::press(&mut state, "<Esc><C-p>");
        snapshot::check("palette", &mut state);
        snapshot::press(&mut state, "<Esc><C-c>");
        snapshot::check("leave", &mut state);
        assert!(snapshot::press(&mut state, "<Enter>").is_empty());
        let effects = snapshot::press(&mut state, "<C-c>y");
        assert!(matches!(effects[0], Effect::Quit(0)));
    }
}
