//! Audit: events as lines, the chain proven or the break named, each event one key away.

use std::fmt::Write as _;
use std::sync::Arc;

use crossterm::event::KeyEvent;

use self::words::means;
use super::page::Page;
use crate::session::field::Footing;
use crate::session::{Run, Trail, TrailLine};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::frame::clock;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::key_table::dropping;
use crate::tui::widgets::list::{Column, Cursor, shared, table, widest};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// Rows below the list: a rule and what is known of the chosen line, each fact in a row; on high screens in more.
const fn explained(height: u16) -> u16 {
    if height >= 30 { 10 } else { 5 }
}

/// The log.
pub(crate) struct Audit {
    trail: Option<Arc<Trail>>,
    refused: Option<String>,
    cursor: Cursor,
    filter: TextField,
    filtering: bool,
    /// The event under the cursor before anything was filtered, by its number.
    before: Option<u64>,
    /// The number of a line that is being typed.
    number: Option<TextField>,
    waiting: bool,
}

impl Audit {
    /// The screen, and the order to read and prove the log.
    pub(crate) fn open() -> Reaction {
        Reaction::push(Self::unread()).then(Step::Order(Order::Trail))
    }

    fn unread() -> Self {
        Self {
            trail: None,
            refused: None,
            cursor: Cursor::default(),
            filter: TextField::with(""),
            filtering: false,
            before: None,
            number: None,
            waiting: true,
        }
    }

    /// Goes to the line whose number was typed; a number that no line has says which there are.
    fn go_to(&mut self) -> Reaction {
        let wanted = self.number.take().unwrap_or_default();
        let wanted = wanted.value().trim();
        let lines = self.trail.as_ref().map_or(0, |t| t.count);
        let events = self.trail.as_ref().map_or(&[][..], |t| t.lines.as_slice());
        let number = wanted.parse::<u64>().ok();
        match number.and_then(|n| events.iter().position(|line| line.holds(n))) {
            Some(at) => {
                self.filter.set("");
                self.cursor = Cursor::on(at);
                Reaction::none()
            }
            None => Reaction::notice(
                Role::Note,
                say!(
                    "There is no event \"{wanted}\": they are numbered 1 to {lines}.",
                    wanted,
                    lines
                ),
            ),
        }
    }

    /// The run that the chosen line belongs to; else the newest one.
    fn run<'a>(&self, world: &'a World) -> Option<&'a Run> {
        let runs = &world.view.as_ref()?.runs;
        let written = self
            .chosen()
            .and_then(|line| value(&line.written, &["details", "run"]));
        let own = runs.iter().find(|run| Some(&run.id) == written.as_ref());
        own.or_else(|| runs.last())
    }

    /// The lines that fit the filter: every word of it occurs.
    fn rows(&self) -> Vec<&TrailLine> {
        let words = self.filter.value().to_lowercase();
        let fits = |line: &&TrailLine| {
            let numbers = format!("{} {}", line.n, line.last());
            let text = format!("{numbers} {} {} {}", line.who, line.what, line.result);
            let text = text.to_lowercase();
            words.split_whitespace().all(|word| text.contains(word))
        };
        let lines = self.trail.as_ref().map_or(&[][..], |t| t.lines.as_slice());
        lines.iter().filter(fits).collect()
    }

    /// Drops the filter. The line that was found stays under the cursor; where none was, the line of before is.
    fn unfilter(&mut self) {
        let found = self.chosen().map(|line| line.n);
        let stood = found.or(self.before.take());
        self.filtering = false;
        self.filter.set("");
        let rows = self.rows();
        let at = rows.iter().position(|line| Some(line.n) == stood);
        self.cursor = at.map_or(self.cursor, Cursor::on);
    }

    fn chosen(&self) -> Option<&TrailLine> {
        let rows = self.rows();
        rows.get(self.cursor.at().min(rows.len().saturating_sub(1)))
            .copied()
    }

    fn broken(&self) -> Option<&(u64, String)> {
        self.trail.as_ref()?.broken.as_ref()
    }
}

impl Screen for Audit {
    fn digest(&self, _world: &World) -> Option<Digest> {
        let line = self.chosen()?;
        let of = say!("hash of event {n}: {what}", n = line.n, what = line.what);
        Some(Digest::sha256(of, line.hash.clone()))
    }

    fn name(&self) -> &'static str {
        "Audit"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let mut title = vec![tr("Audit").to_owned()];
        if let Some(trail) = &self.trail {
            title.push(say!(
                "{lines} events in {trail} lines",
                lines = trail.lines.len(),
                trail = trail.count
            ));
            title.push(match &trail.broken {
                None => tr("chain whole from line 1").to_owned(),
                Some((n, _)) => say!("CHAIN BROKEN at line {n}", n),
            });
        }
        if !self.filter.value().is_empty() && !self.filtering {
            title.push(say!("filter {filter}", filter = self.filter.value()));
        }
        title
    }

    fn footing(&self, _world: &World) -> Footing {
        let enter = match (self.filtering, self.chosen()) {
            _ if self.number.is_some() => tr("goes to the event of this number").to_owned(),
            (true, _) => tr("keeps this filter and goes back to the list").to_owned(),
            (false, Some(line)) => say!("opens event {n} as it is written", n = line.n),
            (false, None) => tr("does nothing: no event is shown").to_owned(),
        };
        Footing {
            acts: tr("nobody: looking needs no approval").into(),
            enter,
            so_far: match self.broken() {
                Some(_) => {
                    tr("the log was changed outside keymoot; looking here changed nothing").into()
                }
                None => tr("the log is read-only here; looking adds nothing to it").into(),
            },
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        if self.number.is_some() {
            return vec![Offer::word(Verb::Enter, tr("go")), Offer::plain(Verb::Back)];
        }
        if self.filtering {
            return vec![
                Offer::word(Verb::Enter, tr("keep filter")),
                Offer::word(Verb::Back, tr("no filter")),
            ];
        }
        let mut offers = keys::moves();
        offers.extend([
            Offer::word(Verb::Enter, tr("open")),
            Offer::plain(Verb::Filter),
            Offer::plain(Verb::Prove),
            match self.run(world) {
                Some(_) => Offer::plain(Verb::Bundle),
                None => Offer::plain(Verb::Bundle).off_because(tr(
                    "no ceremony was run in this vault, and a bundle is of a run",
                )),
            },
            Offer::plain(Verb::Number),
            Offer::plain(Verb::Evidence),
            dropping(self.filter.value()),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "One row an event, the newest last: where the log has one line for what was to be done and one for what became of it, the second stands in brackets behind the result. Every line holds the hash of the line before and a seal under a key of the vault; both were checked for every line when this screen opened.",
            "If a line was changed, cut out, put in or moved, the first line that does not hold is named. Every line before it stands. Keep the file as it is and compare it with a backup.",
            "/ filters while you type: words that must all occur in number, people, event or result. Esc drops the filter.",
            "UNVOUCHED is a line that stands before any key of the vault was open, such as a wrong passphrase at the door: it has this machine's time, and nothing proves it. A number in brackets is the line that says how an event ended.",
            "v reads the file once more and proves every line. g goes to a line by its number. b makes the bundle of the run that the line belongs to, or else of the newest: one file that an auditor checks without this vault.",
        ]
    }

    fn typing(&self) -> bool {
        self.filtering || self.number.is_some()
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        if let Some(refused) = &self.refused {
            canvas.paragraph(2, 1, width.saturating_sub(4), Role::Stop, refused);
            return;
        }
        if self.trail.is_none() {
            canvas.put(
                2,
                1,
                Role::Wait,
                tr("The log is read, and every line of it proven."),
            );
            return;
        }
        let mut top: u16 = 0;
        if self.filtering {
            let x = canvas.put(1, 0, Role::Focus, tr("Filter / "));
            self.filter
                .draw(canvas, x, 0, width.saturating_sub(x), true);
            top = 1;
        }
        if let Some(number) = &self.number {
            let x = canvas.put(1, 0, Role::Focus, tr("Event number "));
            number.draw(canvas, x, 0, width.saturating_sub(x), true);
            top = 1;
        }
        let rows = self.rows();
        let Some(chosen) = self.chosen() else {
            let words = tr("No event fits the filter. Esc shows all again.");
            canvas.put(3, top.saturating_add(2), Role::Muted, words);
            return;
        };
        let columns = columns(&rows, width);
        let [_, _, _, what, _] = columns;
        let at = self.cursor.at().min(rows.len().saturating_sub(1));
        let below = self.below(chosen, width, height);
        let list = height.saturating_sub(top).saturating_sub(below);
        let broken = self.broken().map(|(n, _)| *n);
        canvas.within(0, top, width, list, |c| {
            table(c, &columns, rows.len(), Cursor::on(at), |n| {
                rows.get(n).map_or((Role::Text, Vec::new()), |line| {
                    texts(line, what.width, broken)
                })
            });
        });
        let y = height.saturating_sub(below);
        canvas.rule(y, &[chosen.n.to_string()]);
        let room = width.saturating_sub(2);
        canvas.within(1, y.saturating_add(1), room, below.saturating_sub(1), |c| {
            self.explain(chosen, explained(height) > 7, c);
        });
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, self.filtering) {
            (Verb::Enter, _) if self.number.is_some() => return self.go_to(),
            (Verb::Back, _) if self.number.is_some() => self.number = None,
            (Verb::Number, false) => self.number = Some(TextField::default()),
            (Verb::Prove, false) => {
                self.waiting = true;
                return Reaction::order(Order::Trail);
            }
            (Verb::Bundle, false) => {
                if let Some(run) = self.run(world) {
                    return super::evidence::Evidence::bundle(run, world);
                }
            }
            (Verb::Enter, true) => self.filtering = false,
            (Verb::Back, true) => self.unfilter(),
            (Verb::Back, false) if !self.filter.value().is_empty() => self.unfilter(),
            (Verb::Back, false) => return Reaction::pop(),
            (Verb::Filter, false) => {
                if self.filter.value().is_empty() {
                    self.before = self.chosen().map(|line| line.n);
                }
                self.filtering = true;
            }
            (Verb::Evidence, false) => return Reaction::push(super::evidence::Evidence::new()),
            (Verb::Enter, false) => {
                if let Some(line) = self.chosen() {
                    return Reaction::push(Page::new(
                        &[tr("Audit"), &say!("event {n}", n = line.n)],
                        as_written(line),
                        if line.hides {
                            tr("a kcv is hidden here until compared; the log's file holds it")
                        } else {
                            tr("the event as it stands in the log; nothing secret is in it")
                        },
                    ));
                }
            }
            (other, _) => {
                let count = self.rows().len();
                let below = explained(world.size.1.saturating_sub(7));
                let page = usize::from(world.size.1.saturating_sub(8).saturating_sub(below));
                self.cursor.moved(other, count, page);
            }
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if let Some(number) = &mut self.number {
            number.key(&key);
        } else if self.filtering {
            self.filter.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        let field = self.number.as_mut().unwrap_or(&mut self.filter);
        field.insert(text);
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Trail(trail) => {
                // By its number: an event may be two lines, and a line that was cut out has none.
                let newest = trail.lines.len().saturating_sub(1);
                let at = trail.broken.as_ref().and_then(|(n, _)| {
                    let mut lines = trail.lines.iter();
                    lines
                        .position(|line| line.holds(*n))
                        .or_else(|| trail.lines.iter().position(|line| line.n > *n))
                });
                let at = at.unwrap_or(newest);
                let again = self.trail.replace(Arc::clone(trail)).is_some();
                let proven = trail.count;
                if again && trail.broken.is_none() {
                    let words = say!("ok  Read again: all {proven} lines hold.", proven);
                    return Some(Reaction::notice(Role::Ok, words));
                }
                self.filter.set("");
                self.cursor = Cursor::on(at);
                Some(Reaction::none())
            }
            // What was read before stays on screen.
            News::Refused(text) if self.trail.is_some() => {
                Some(Reaction::notice(Role::Stop, text.clone()))
            }
            News::Refused(text) => {
                self.refused = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}

/// The columns, as wide as what stands in these lines, where there is room for that.
fn columns(lines: &[&TrailLine], width: u16) -> [Column; 5] {
    let column = |title, width| Column {
        title,
        width,
        right: false,
    };
    let what = widest(lines.iter().map(|line| line.what.as_str()));
    let who = widest(lines.iter().map(|line| line.who.as_str())).max(3);
    let (who, what) = shared(width.saturating_sub(49), who, what, 13);
    [
        column("EVENT", 5),
        column("TIME (UTC)", 19),
        column("WHO", who),
        column("WHAT", what),
        column("RESULT", 12),
    ]
}

/// A text inside a line as it is written, by the names that lead to it.
fn value(written: &str, path: &[&str]) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(written).ok()?;
    let found = path.iter().try_fold(&line, |value, name| value.get(name))?;
    found.as_str().map(str::to_owned)
}

/// An event as it stands in the file, line by line, and above it what its numbers mean.
fn as_written(line: &TrailLine) -> String {
    let time = line.time.map_or_else(|| "none".to_owned(), clock);
    let mut text = say!(
        "time    {time}, which is UTC; the log has it in milliseconds since 1970\n",
        time
    );
    let _ = writeln!(text, "what    {}, {}", line.what, line.result);
    let _ = writeln!(text, "hash    {}", super::done::groups(&line.hash));
    let end = line.end.as_ref().map(|end| (end.n, &end.written));
    for (n, written) in std::iter::once((line.n, &line.written)).chain(end) {
        let value: Option<serde_json::Value> = serde_json::from_str(written).ok();
        let pretty = value.and_then(|v| serde_json::to_string_pretty(&v).ok());
        let _ = writeln!(text, "\nline {n}\n{}", pretty.as_ref().unwrap_or(written));
    }
    text
}

/// The two ends of a hash, as people compare them: `a41f 07c2 .. 9b3e`.
fn ends(hash: &str) -> String {
    let groups = super::done::groups(hash);
    let parts: Vec<&str> = groups.split(' ').collect();
    match parts.as_slice() {
        [first, second, .., last] => format!("{first} {second} .. {last}"),
        _ => "-".to_owned(),
    }
}

/// What happened, without the key's name where there is no room for it: a check value is never cut for a name, and the
/// name stands below the list.
fn fitting(what: &str, room: u16) -> String {
    let whole = what.chars().count() <= usize::from(room);
    let short = what.split_once(", ").filter(|_| !whole);
    short.map_or(what, |(short, _)| short).to_owned()
}

fn texts(line: &TrailLine, room: u16, broken: Option<u64>) -> (Role, Vec<String>) {
    let cut = broken.is_some_and(|n| line.last() >= n);
    let role = match line.result.as_str() {
        _ if cut => Role::Stop,
        "REFUSED" | "UNVOUCHED" | "VOID" => Role::Wait,
        _ => Role::Text,
    };
    let result = match &line.end {
        _ if cut => tr("NOT PROVEN").to_owned(),
        Some(end) => format!("{} ({})", line.result, end.n),
        None => line.result.clone(),
    };
    let time = line.time.map(clock).unwrap_or_default();
    let time = time.trim_end_matches('Z').to_owned();
    let texts = [
        line.n.to_string(),
        time,
        line.who.clone(),
        fitting(&line.what, room),
        result,
    ];
    (role, texts.to_vec())
}

mod facts;
mod words;

#[cfg(test)]
mod tests;
