//! How a question is laid out: beside the steps, or instead of them; what of it is still below the edge.

use super::super::ended;
use super::{Phase, RunScreen};
use crate::ceremony::{Ask, StepLine};
use crate::session::searching;
use crate::text::{say, tr};
use crate::tui::band::Band;
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::rail::{Stage, Stop};
use crate::tui::world::World;

/// How a question is laid out at a size.
pub(super) struct Layout {
    /// Whether the steps stand beside it.
    pub(super) rail: bool,
    /// Whether hints are left out.
    brief: bool,
    heading: Vec<String>,
    body: Vec<String>,
    again: Vec<String>,
    /// Rows there are for the body.
    room: usize,
    /// Rows that heading, fields and the reason of a wrong answer leave.
    spare: usize,
    /// Whether a row is left between the question and its fields.
    gap: bool,
    /// Whether the question, its fields and the reason of a wrong answer are in sight together.
    whole: bool,
}

impl Layout {
    /// The first line in sight for a wish; never past the end.
    fn top(&self, wish: usize) -> usize {
        wish.min(self.body.len().saturating_sub(self.room))
    }
}

impl RunScreen {
    /// How the question is laid out: where it does not fit beside the steps, they give way to it.
    pub(super) fn layout(&self, ask: &Ask, world: &World) -> Layout {
        let band = Band::of(&ask.footing, world, world.size.0).rows();
        let around = band.saturating_add(4).saturating_add(banner(world));
        let height = usize::from(world.size.1.saturating_sub(around));
        let rail = rail_width(world);
        let beside = usize::from(world.size.0.saturating_sub(rail).saturating_sub(2));
        let whole = usize::from(world.size.0.saturating_sub(2));
        let fits = |layout: &Layout| layout.body.len() <= layout.room && layout.whole;
        let mut layout = self.layout_in(ask, beside, height, (true, false));
        if !fits(&layout) {
            layout = self.layout_in(ask, whole, height, (false, false));
        }
        if !fits(&layout) {
            layout = self.layout_in(ask, whole, height, (false, true));
            layout.body.retain(|line| !line.trim().is_empty());
            if layout.again.is_empty() {
                // One line more than fits takes the row that would have said so.
                let one_more = layout.body.len() == layout.room + 1;
                layout.room += usize::from(one_more);
                layout.gap = !one_more;
            } else {
                // It was read before it was answered: what was wrong is read now, whole, and of the question what fits.
                layout.room = if layout.body.len() <= layout.spare {
                    layout.body.len()
                } else {
                    layout.spare.saturating_sub(1)
                };
            }
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
        let heading = wrap(&ask.heading(), width);
        let again: Vec<String> = self
            .again
            .iter()
            .flat_map(|text| wrap(&format!("STOP  {text}"), width))
            .collect();
        let told = self.showing.as_ref().map(|s| s.told(ask));
        let body: Vec<String> = reflowed(&told.unwrap_or_default())
            .iter()
            .flat_map(|line| wrap(line, width))
            .collect();
        let rows = usize::from(self.form.rows(cells(width), brief));
        let words = ask.words.as_ref().map_or(0, |w| w.each().count());
        let around = heading.len() + again.len() + words + 1;
        let taken = around + rows;
        // Why an answer was not taken is read whole; the question was read before.
        let some = if again.is_empty() { 3 } else { 1 };
        // Of several fields some may be out of sight; the one that is typed into never is.
        let least = usize::from(self.form.least(cells(width))).min(rows);
        let most = height.saturating_sub(around).saturating_sub(least);
        Layout {
            rail,
            brief,
            heading,
            whole: body.len().saturating_add(taken) <= height,
            spare: height.saturating_sub(taken),
            gap: true,
            room: height.saturating_sub(taken).max(some).min(most),
            body,
            again,
        }
    }

    /// Whether files go out of the room on this page, and no letter is typed here.
    pub(super) fn gives_out(&self) -> bool {
        let out = self.showing.as_ref().is_some_and(|s| s.hands_out);
        out && self.phase == Phase::Asking && !self.form.typing()
    }

    /// What is read between two people: how the last answer was taken, or why it was not, and what is saved.
    pub(super) fn told_between(&self, saved: String) -> String {
        match (&self.again, &self.showing) {
            (Some(again), _) => format!("STOP  {again} {saved}"),
            (None, Some(showing)) => showing.with_last(saved),
            (None, None) => saved,
        }
    }

    /// How many lines hold the next Enter up. An answer that was typed is taken first, and the cursor goes to the next
    /// field: who typed it types on, and would type into the same field. What is unread comes before the Enter that answers.
    pub(super) fn held_up(&self, world: &World) -> usize {
        if self.phase == Phase::Asking && self.form.goes_on() {
            return 0;
        }
        self.unread(world)
    }

    /// How many lines of the question are still below the edge.
    pub(super) fn unread(&self, world: &World) -> usize {
        if self.phase == Phase::CameBack {
            return self.came_back_below(world);
        }
        let asks = self.phase == Phase::Asking && !self.read;
        let Some(ask) = self.ask().filter(|_| asks) else {
            return 0;
        };
        let layout = self.layout(ask, world);
        layout
            .body
            .len()
            .saturating_sub(layout.top(self.scroll))
            .saturating_sub(layout.room)
    }

    pub(super) fn rail(&self) -> Vec<Stop> {
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
                    &noted(step),
                    stage,
                )
            })
            .collect()
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

    /// Moves the text of the question; never past its end.
    pub(super) fn scroll(&mut self, down: bool, world: &World) {
        match self.phase {
            Phase::Ended => return self.scroll_end(down, world),
            Phase::CameBack => return self.scroll_came_back(down, world),
            _ => {}
        }
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

    /// What one holds at the end, and what was written.
    pub(super) fn draw_end(&self, world: &World, canvas: &mut Canvas<'_>) {
        let (width, height, top) = (canvas.width(), canvas.height(), banner(world));
        let rest = height.saturating_sub(top).saturating_sub(1);
        let rows = self.end_rows(width.saturating_sub(3), world);
        let most = rows
            .len()
            .saturating_sub(usize::from(rest).saturating_sub(1));
        canvas.within(
            2,
            top.saturating_add(1),
            width.saturating_sub(3),
            rest,
            |c| ended::draw(&rows, self.scroll.min(most), c),
        );
    }

    fn end_rows(&self, width: u16, world: &World) -> Vec<(Role, String)> {
        let again = self.again.as_deref();
        let written = (self.written.as_ref(), self.given_out.as_deref());
        let told = ended::told(self.showing.as_deref(), again, written, world);
        ended::rows(&told, width)
    }

    /// Rows of the last page, and rows that there are for them.
    fn end_page(&self, world: &World) -> (usize, usize) {
        let rows = self.end_rows(world.size.0.saturating_sub(3), world).len();
        let height = world.size.1.saturating_sub(8).saturating_sub(banner(world));
        (rows, usize::from(height))
    }

    /// Whether the last page has more rows than there is room for.
    pub(super) fn end_is_long(&self, world: &World) -> bool {
        let (rows, height) = self.end_page(world);
        rows > height
    }

    /// Rows of the last page that are still below the edge.
    pub(super) fn end_below(&self, world: &World) -> usize {
        if self.phase != Phase::Ended {
            return 0;
        }
        let (rows, height) = self.end_page(world);
        let most = rows.saturating_sub(height.saturating_sub(1));
        ended::below(rows, self.scroll.min(most), height)
    }

    /// Moves the last page; never past its end.
    fn scroll_end(&mut self, down: bool, world: &World) {
        let (rows, height) = self.end_page(world);
        self.scroll_rows(down, rows, height);
    }

    /// While primes are searched for: since when, and the way out.
    fn draw_search(&self, world: &World, canvas: &mut Canvas<'_>) {
        let seconds = world.busy.as_ref().map_or(0, |(_, since)| {
            world.wall.millis().saturating_sub(since.millis()) / 1000
        });
        let words = if self.stop.said() {
            tr("stopping the search ..").to_owned()
        } else {
            say!(
                "wait  {searching}",
                searching = searching(seconds, tr("Esc"))
            )
        };
        canvas.paragraph(0, 1, canvas.width(), Role::Wait, &words);
    }

    /// The question, or the wait for what its answer led to.
    pub(super) fn draw_right(&self, layout: &Layout, world: &World, canvas: &mut Canvas<'_>) {
        if self.searches(world) {
            self.draw_search(world, canvas);
        } else {
            self.draw_ask(layout, canvas);
        }
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
        let shown = layout.room > 0 && layout.body.len() > layout.room;
        if shown {
            let below = layout
                .body
                .len()
                .saturating_sub(top)
                .saturating_sub(layout.room);
            let words = match below {
                0 => tr("that was all of it; PgUp goes back").to_owned(),
                1 => tr("1 more line below").to_owned(),
                n => say!("{n} more lines below", n),
            };
            canvas.put(0, y, Role::Note, &words);
        }
        y += u16::from(layout.gap && (layout.room > 0 || layout.body.is_empty()));
        if let Some(words) = self.ask().and_then(|ask| ask.words.as_ref()) {
            for (n, word) in words.each().enumerate() {
                canvas.put(2, y, Role::Muted, &n.saturating_add(1).to_string());
                canvas.put(5, y, Role::Secret, word);
                y += 1;
            }
        }
        let room = height
            .saturating_sub(y)
            .saturating_sub(cells(layout.again.len()));
        let rows = self.form.rows(width, layout.brief).min(room);
        canvas.within(0, y, width, rows, |c| {
            self.form.draw_as(c, layout.brief);
        });
        y += rows;
        for line in &layout.again {
            canvas.put(0, y, Role::Stop, line);
            y += 1;
        }
        self.draw_why(canvas, y);
    }
}

/// A ceremony's title as far as it fits on a narrow screen: up to the colon or comma behind its first words.
pub(super) fn short(title: &str, world: &World) -> String {
    /// Columns beside "Rehearse, step 10 of 14" at 80.
    const ROOM: usize = 48;
    let long = !world.wide() && title.chars().count() > ROOM;
    let first = title.split([':', ',']).next().filter(|_| long);
    first.unwrap_or(title).to_owned()
}

/// How a question begins: with a blank page where the keyboard changes hands.
pub(super) const fn called(ask: &Ask) -> Phase {
    if ask.hand_over {
        Phase::HandOver
    } else {
        Phase::Asking
    }
}

/// What stands beside a step's title: its check value, or one word of what it came to. Why is said where it is asked.
fn noted(step: &StepLine) -> String {
    /// A check value with its method's longest form.
    const MOST: usize = 10;
    if step.note.chars().count() <= MOST {
        return step.note.clone();
    }
    match step.state.as_str() {
        "aborted" => tr("stopped"),
        "exception" => tr("exception"),
        _ => tr("refused"),
    }
    .to_owned()
}

/// Rows that the rehearsal's banner takes in the body; on a wide screen it stands in the title.
pub(super) fn banner(world: &World) -> u16 {
    u16::from(world.rehearsal() && !world.wide())
}

pub(super) fn rail_width(world: &World) -> u16 {
    if world.wide() { 44 } else { 26 }
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
