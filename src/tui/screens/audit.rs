//! Audit: events as lines, the chain proven or the break named, each event one key away.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use super::page::Page;
use crate::session::field::Footing;
use crate::session::{Trail, TrailLine};
use crate::tui::canvas::Canvas;
use crate::tui::frame::clock;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::list::{Column, Cursor, table};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

const EXPLAINED: u16 = 4;

/// The log.
pub(crate) struct Audit {
    trail: Option<Arc<Trail>>,
    refused: Option<String>,
    cursor: Cursor,
    filter: TextField,
    filtering: bool,
    waiting: bool,
}

impl Audit {
    /// The screen, and the order to read and prove the log.
    pub(crate) fn open() -> Reaction {
        let screen = Self {
            trail: None,
            refused: None,
            cursor: Cursor::default(),
            filter: TextField::with(""),
            filtering: false,
            waiting: true,
        };
        Reaction::push(screen).then(Step::Order(Order::Trail))
    }

    /// The lines that fit the filter: every word of it occurs.
    fn rows(&self) -> Vec<&TrailLine> {
        let words = self.filter.value().to_lowercase();
        let fits = |line: &&TrailLine| {
            let text = format!("{} {} {} {}", line.n, line.who, line.what, line.result);
            let text = text.to_lowercase();
            words.split_whitespace().all(|word| text.contains(word))
        };
        let lines = self.trail.as_ref().map_or(&[][..], |t| t.lines.as_slice());
        lines.iter().filter(fits).collect()
    }

    fn chosen(&self) -> Option<&TrailLine> {
        let rows = self.rows();
        rows.get(self.cursor.at().min(rows.len().saturating_sub(1)))
            .copied()
    }

    fn broken(&self) -> Option<&(u64, String)> {
        self.trail.as_ref()?.broken.as_ref()
    }

    fn explain(&self, line: &TrailLine, canvas: &mut Canvas<'_>) {
        let width = canvas.width();
        if let Some((_, why)) = self.broken() {
            canvas.paragraph(0, 0, width, Role::Stop, &format!("STOP  {why}"));
            return;
        }
        let seal = match self.trail.as_ref().and_then(|t| t.co_signed.as_ref()) {
            Some((n, who)) if *n > line.n => format!("co-signed with line {n}, by {who}"),
            Some((n, who)) => {
                format!("not co-signed yet: last were the lines before {n}, by {who}")
            }
            None => "not co-signed yet: a sign-off in a ceremony does that".to_owned(),
        };
        canvas.put_cut(0, 0, width, Role::Text, &format!("about   {}", line.what));
        canvas.put_cut(0, 1, width, Role::Text, &format!("result  {}", line.result));
        canvas.put_cut(0, 2, width, Role::Text, &format!("sealed  {seal}"));
    }
}

impl Screen for Audit {
    fn name(&self) -> &'static str {
        "Audit"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let mut title = vec!["Audit".to_owned()];
        if let Some(trail) = &self.trail {
            title.push(format!("{} events", trail.lines.len()));
            title.push(match &trail.broken {
                None => "chain whole from event 1".to_owned(),
                Some((n, _)) => format!("CHAIN BROKEN at event {n}"),
            });
        }
        if !self.filter.value().is_empty() && !self.filtering {
            title.push(format!("filter {}", self.filter.value()));
        }
        title
    }

    fn footing(&self, _world: &World) -> Footing {
        let enter = match (self.filtering, self.chosen()) {
            (true, _) => "keeps this filter and goes back to the list".to_owned(),
            (false, Some(line)) => format!("opens event {} as it is written", line.n),
            (false, None) => "does nothing: no event is shown".to_owned(),
        };
        Footing {
            acts: "nobody: looking needs no approval".into(),
            enter,
            so_far: match self.broken() {
                Some(_) => "somebody changed the file; keys and vault are as they were".into(),
                None => "the log is read-only here; looking adds nothing to it".into(),
            },
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        if self.filtering {
            return vec![
                Offer::word(Verb::Enter, "keep filter"),
                Offer::word(Verb::Back, "no filter"),
            ];
        }
        let mut offers = keys::moves();
        offers.extend([
            Offer::word(Verb::Enter, "open"),
            Offer::plain(Verb::Filter),
            Offer::plain(Verb::Evidence),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "One line an event, the newest last. Every line holds the hash of the line before and a seal under a key of the vault; both were checked for every line when this screen opened.",
            "If a line was changed, cut out, put in or moved, the first line that does not hold is named. Every line before it stands. Keep the file as it is and compare it with a backup.",
            "/ filters while you type: words that must all occur in number, people, event or result. Esc drops the filter.",
            "Evidence makes one file of a run that an auditor checks without this vault.",
        ]
    }

    fn typing(&self) -> bool {
        self.filtering
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
                "The log is read, and every line of it proven.",
            );
            return;
        }
        let mut top: u16 = 0;
        if self.filtering {
            let x = canvas.put(1, 0, Role::Focus, "Filter / ");
            self.filter
                .draw(canvas, x, 0, width.saturating_sub(x), true);
            top = 1;
        }
        let rows = self.rows();
        let Some(chosen) = self.chosen() else {
            let words = "No event fits the filter. Esc shows all again.";
            canvas.put(3, top.saturating_add(2), Role::Muted, words);
            return;
        };
        let column = |title, width| Column {
            title,
            width,
            right: false,
        };
        let what = width.saturating_sub(60).clamp(10, 60);
        let columns = [
            column("EVENT", 5),
            column("TIME (UTC)", 19),
            column("WHO", 13),
            column("WHAT", what),
            column("RESULT", 10),
        ];
        let at = self.cursor.at().min(rows.len().saturating_sub(1));
        let list = height.saturating_sub(top).saturating_sub(EXPLAINED);
        let broken = self.broken().map(|(n, _)| *n);
        canvas.within(0, top, width, list, |c| {
            table(c, &columns, rows.len(), Cursor::on(at), |n| {
                rows.get(n)
                    .map_or((Role::Text, Vec::new()), |line| texts(line, broken))
            });
        });
        let y = height.saturating_sub(EXPLAINED);
        canvas.rule(y, &[chosen.n.to_string()]);
        let room = width.saturating_sub(2);
        canvas.within(1, y.saturating_add(1), room, EXPLAINED, |c| {
            self.explain(chosen, c);
        });
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, self.filtering) {
            (Verb::Enter, true) => self.filtering = false,
            (Verb::Back, true) => {
                self.filtering = false;
                self.filter.set("");
            }
            (Verb::Back, false) => return Reaction::pop(),
            (Verb::Filter, false) => self.filtering = true,
            (Verb::Evidence, false) => return Reaction::push(super::evidence::Evidence::new()),
            (Verb::Enter, false) => {
                if let Some(line) = self.chosen() {
                    let value: Option<serde_json::Value> = serde_json::from_str(&line.written).ok();
                    let pretty = value.and_then(|v| serde_json::to_string_pretty(&v).ok());
                    return Reaction::push(Page::new(
                        &["Audit", &format!("event {}", line.n)],
                        pretty.unwrap_or_else(|| line.written.clone()),
                        "the event as it stands in the log; nothing secret is in it",
                    ));
                }
            }
            (other, _) => {
                let count = self.rows().len();
                let page = usize::from(world.size.1.saturating_sub(8 + EXPLAINED));
                self.cursor.moved(other, count, page);
            }
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if self.filtering {
            self.filter.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.filter.insert(text);
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Trail(trail) => {
                let at = match &trail.broken {
                    Some((n, _)) => usize::try_from(n.saturating_sub(1)).unwrap_or(usize::MAX),
                    None => trail.lines.len().saturating_sub(1),
                };
                self.cursor = Cursor::on(at);
                self.trail = Some(Arc::clone(trail));
                Some(Reaction::none())
            }
            News::Refused(text) => {
                self.refused = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}

fn texts(line: &TrailLine, broken: Option<u64>) -> (Role, Vec<String>) {
    let cut = broken.is_some_and(|n| line.n >= n);
    let role = match line.result.as_str() {
        _ if cut => Role::Stop,
        "REFUSED" | "UNVOUCHED" => Role::Wait,
        _ => Role::Text,
    };
    let result = if cut { "NOT PROVEN" } else { &line.result };
    let time = line.time.map(clock).unwrap_or_default();
    let time = time.trim_end_matches('Z').to_owned();
    let texts = [
        line.n.to_string(),
        time,
        line.who.clone(),
        line.what.clone(),
        result.to_owned(),
    ];
    (role, texts.to_vec())
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Evidence;
    use super::*;
    use crate::tui::room::{Room, practice_session};

    /// Whoever changed the file, the screen says so and where.
    #[test]
    fn a_broken_chain_is_shown_as_such() {
        let session = practice_session(true);
        let mut trail = session.trail().unwrap();
        trail.broken = Some((4, "Audit line 4: it was edited: its contents are not what was written. Every line before it stands. Keep the file as it is, and compare it with a backup.".into()));
        let mut screen = Audit {
            trail: None,
            refused: None,
            cursor: Cursor::default(),
            filter: TextField::with(""),
            filtering: false,
            waiting: true,
        };
        let mut room = Room::new(Evidence::new(), session);
        assert!(
            screen
                .news(&News::Trail(Arc::new(trail)), &room.state.world)
                .is_some()
        );
        room.state = crate::tui::app::State::new(room.state.world.clone(), Box::new(screen));
        room.check("audit-broken");
        room.shows(&["CHAIN BROKEN at event 4", "NOT PROVEN", "it was edited"]);
    }

    #[test]
    fn a_run_is_reported_bundled_and_verified() {
        let mut session = practice_session(true);
        let (_, script) = crate::ceremony::shipped()[0];
        let parsed = crate::ceremony::Script::parse(script).unwrap();
        crate::ceremony::Runner::begin(&mut session, parsed, crate::ceremony::Wanted::default())
            .unwrap()
            .headless(&mut session)
            .unwrap();
        let mut room = Room::new(Evidence::new(), session);
        room.check("evidence-full");
        room.press("<Enter>");
        room.shows(&["keymoot run report"]);
        room.press("<Esc>w");
        room.shows(&["Path of the new file", ".rehearsal.bundle"]);
        room.press("<Esc>i/no/such<Enter>").check("evidence-error");
    }
}
