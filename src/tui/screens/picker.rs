//! The ceremonies that ship: choose one, in rehearsal or in the vault that is open.

mod judged;
mod own;
#[cfg(test)]
mod tests;
mod written;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::ceremony::{
    Finding, NotHere, Rehearsals, Rehearsed, Script, not_for_production, open_run, script_of,
    shipped,
};
use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::digest::Digest;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;
use crate::tui::world::World;

use written::written;

/// One script that can be chosen.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    /// The file's name.
    pub(crate) file: String,
    /// The script's own id.
    pub(crate) id: String,
    /// What it is about.
    pub(crate) title: String,
    /// Its steps' titles.
    pub(crate) steps: Vec<String>,
    /// The people that it needs, counted by role.
    pub(crate) needs: String,
    /// How long it takes, as its author says.
    pub(crate) takes: Option<String>,
    /// SHA-256 of its bytes, lower-case hex.
    pub(crate) sha256: String,
    /// Its bytes.
    pub(crate) script: Vec<u8>,
    /// Files that stand in for its inputs, where it was read from a file.
    pub(crate) inputs: BTreeMap<String, Vec<u8>>,
    /// What the linter finds, where it was read from a file; what ships is clean.
    pub(crate) found: Option<Vec<Finding>>,
    /// Why it would not begin in the open vault.
    pub(crate) off: Option<NotHere>,
    /// How it was rehearsed, where the open vault asks for that.
    pub(crate) rehearsed: Option<Rehearsed>,
    /// What is said of one that is rehearsed and that no production vault would begin.
    pub(crate) only_practised: Option<String>,
}

impl Listed {
    /// A script with these bytes, called by its file.
    pub(super) fn of(script: &Script, file: &str, bytes: Vec<u8>) -> Self {
        Self {
            file: file.to_owned(),
            id: script.id().to_owned(),
            title: script.title().to_owned(),
            steps: script.steps().into_iter().map(|(_, title)| title).collect(),
            needs: crate::ceremony::people(script),
            takes: script.estimate().map(ToString::to_string),
            sha256: script.sha256_hex(),
            script: bytes,
            inputs: BTreeMap::new(),
            found: None,
            off: None,
            rehearsed: None,
            only_practised: not_for_production(script),
        }
    }

    /// Whether a run of this script was interrupted in the open vault: it is taken up, not begun again.
    fn stands_open(&self, world: &World) -> bool {
        world.view.as_ref().is_some_and(|view| {
            view.runs
                .iter()
                .any(|run| run.script_sha256 == self.sha256 && run.outcome.is_none())
        })
    }

    /// What it is about, in full where the list (which had so much `room` for it) has it cut, and its steps, as many as
    /// there is room for.
    fn draw(&self, place: Place, room: u16, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(3);
        let mut y = 0;
        // Why it does not begin, or how it was rehearsed, is read before the linter's remarks: they are many.
        if let Some(off) = &self.off {
            y = canvas.paragraph(2, y, width, Role::Note, &off.told);
        }
        if let Some(rehearsed) = &self.rehearsed {
            let words = say!("rehearsed {told}", told = rehearsed.on_screen());
            y = y.saturating_add(canvas.paragraph(2, y, width, Role::Muted, &words));
        }
        if let Some(found) = &self.found {
            let (whole, height) = (canvas.width(), canvas.height());
            let rest = height.saturating_sub(y);
            let mut rows = 0;
            canvas.within(0, y, whole, rest, |c| rows = own::draw(found, width, c));
            y = y.saturating_add(rows);
        }
        if let Some(words) = self
            .only_practised
            .as_ref()
            .filter(|_| place == Place::Rehearsal)
        {
            y = y.saturating_add(canvas.paragraph(2, y, width, Role::Muted, words));
        }
        if cells(self.title.chars().count()) > room {
            y = y.saturating_add(canvas.paragraph(2, y, width, Role::Text, &self.title));
        }
        let (whole, height) = (canvas.width(), canvas.height());
        // Who has to be here, and for how long, where its steps leave room.
        let steps = cells(self.steps.len());
        if y.saturating_add(steps).saturating_add(2) <= height {
            let takes = self.takes.as_ref();
            let takes = takes.map(|takes| say!("; about {takes}, not counting waits", takes));
            let needs = say!(
                "needs {needs}{takes}",
                needs = self.needs,
                takes = takes.unwrap_or_default()
            );
            y = y.saturating_add(canvas.paragraph(2, y, width, Role::Muted, &needs));
        }
        canvas.within(0, y, whole, height.saturating_sub(y), |c| {
            self.draw_steps(c);
        });
    }

    /// Its steps, as many as there is room for.
    pub(super) fn draw_steps(&self, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(3);
        let height = usize::from(canvas.height());
        let shown = match self.steps.len() {
            steps if steps <= height => steps,
            _ => height.saturating_sub(1),
        };
        for (n, step) in self.steps.iter().take(shown).enumerate() {
            let line = format!("{:2}  {step}", n.saturating_add(1));
            canvas.put_cut(2, cells(n), width, Role::Muted, &line);
        }
        if let Some(more @ 1..) = self.steps.len().checked_sub(shown) {
            let words = say!("and {more} more steps", more);
            canvas.put(2, cells(shown), Role::Muted, &words);
        }
    }
}

/// Rows that the steps of the chosen ceremony keep on a high screen.
const STEPS: u16 = 8;

/// Said beside a ceremony whose run was interrupted.
const OPEN: &str = "stands open";

/// Where a chosen script is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a throw-away practice vault.
    Rehearsal,
    /// In the vault that is open.
    Here,
}

/// The list of ceremonies.
pub(crate) struct Picker {
    place: Place,
    listed: Vec<Listed>,
    /// Scripts that were read from files, the last one last.
    own: Vec<Listed>,
    /// The file that was chosen, until it is read.
    chosen: Option<PathBuf>,
    cursor: Cursor,
    /// The rehearsals that are noted here, once the desk has read them: production asks for one.
    rehearsals: Option<Rehearsals>,
    /// Whether Enter was pressed on one that wants a rehearsal, and they are being read again.
    asked_again: bool,
}

impl Picker {
    /// A picker over the scripts inside the binary, the shortest first.
    pub(crate) fn shipped(place: Place) -> Self {
        let mut listed: Vec<Listed> = shipped()
            .iter()
            .filter_map(|(file, bytes)| {
                let script = Script::parse(bytes).ok()?;
                Some(Listed::of(&script, file, bytes.to_vec()))
            })
            .collect();
        listed.sort_by_key(|l| (l.steps.len(), l.file.clone()));
        Self::over(place, listed)
    }

    /// What can be run in the open vault: runs that stand open, of scripts that the workstation made, and then what
    /// ships.
    pub(crate) fn here(world: &World) -> Self {
        let mut picker = Self::shipped(Place::Here);
        let runs = world.view.iter().flat_map(|view| view.runs.iter());
        let open = runs.filter(|run| run.outcome.is_none() && run.script_text.is_some());
        let shipped = |sha256: &str| picker.listed.iter().any(|l| l.sha256 == sha256);
        let mut listed: Vec<Listed> = open
            .filter(|run| !shipped(&run.script_sha256))
            .filter_map(|run| {
                let bytes = script_of(run)?;
                let script = Script::parse(&bytes).ok()?;
                Some(Listed::of(&script, &run.script, bytes))
            })
            .collect();
        listed.append(&mut picker.listed);
        // What stands open is what people came for: it is the first line, and the cursor is on it.
        listed.sort_by_key(|l| !l.stands_open(world));
        let mut picker = Self::over(Place::Here, listed);
        picker.judge(world);
        picker
    }

    /// A picker over given scripts.
    pub(crate) const fn over(place: Place, listed: Vec<Listed>) -> Self {
        Self {
            place,
            listed,
            own: Vec::new(),
            chosen: None,
            cursor: Cursor::on(0),
            rehearsals: None,
            asked_again: false,
        }
    }

    /// Columns that a title has in the list.
    fn room(&self, listed: &Listed, world: &World, width: u16) -> u16 {
        let open = self.place == Place::Here && listed.stands_open(world);
        let mark = open.then_some(OPEN).or(listed.mark());
        let beside = mark.map_or(0, |mark| cells(mark.chars().count()).saturating_add(1));
        width.saturating_sub(4).saturating_sub(beside)
    }
}

/// How many of the ceremonies are out of sight, and where.
fn out_of_sight(listed: usize, above: usize, below: usize) -> String {
    match (above, below) {
        (0, _) => say!("{listed} ceremonies: {below} more below", listed, below),
        (_, 0) => say!("{listed} ceremonies: {above} more above", listed, above),
        _ => say!(
            "{listed} ceremonies: {above} more above, {below} below",
            listed,
            above,
            below
        ),
    }
}

impl Screen for Picker {
    fn digest(&self, _world: &World) -> Option<Digest> {
        let chosen = self.listed.get(self.cursor.at())?;
        let of = say!("SHA-256 of the script {id}", id = chosen.id);
        Some(Digest::sha256(of, chosen.sha256.clone()))
    }

    fn name(&self) -> &'static str {
        "Ceremonies"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let place = match self.place {
            Place::Rehearsal => tr("which one to rehearse?"),
            Place::Here => tr("which one to run in this vault?"),
        };
        vec![tr("Ceremonies").into(), place.into()]
    }

    fn footing(&self, world: &World) -> Footing {
        let chosen = self.listed.get(self.cursor.at());
        let open = chosen.is_some_and(|l| self.place == Place::Here && l.stands_open(world));
        let enter = match (self.place, self.listed.is_empty()) {
            _ if open => tr("goes on with the run that stands open, at the step where it stopped"),
            (_, true) => tr("does nothing: no script is here"),
            _ if chosen.is_some_and(Listed::may_be_rehearsed_now) => {
                tr("looks whether it was rehearsed meanwhile; then asks whether it begins")
            }
            _ if chosen.is_some_and(|listed| listed.off.is_some() || listed.has_errors()) => {
                tr("begins nothing here: below stands why, and what brings it")
            }
            (Place::Rehearsal, _) => {
                tr("makes a practice vault in memory and asks the first question")
            }
            (Place::Here, _) if world.view.as_ref().is_some_and(|v| v.kept) => {
                tr("says what it needs and asks whether it begins in this vault")
            }
            (Place::Here, _) => {
                tr("begins the ceremony in this vault; it can be stopped at any step")
            }
        };
        let stands = world.view.as_deref().and_then(open_run).filter(|_| open);
        let so_far = match (self.place, stands) {
            (_, Some(stands)) => stands.so_far(),
            (Place::Rehearsal, _) => {
                tr("nothing has happened; at most a note that it went through is kept").to_owned()
            }
            (Place::Here, _) => {
                tr("nothing has happened; beginning a ceremony is recorded").to_owned()
            }
        };
        Footing {
            acts: tr("you; in the ceremony each question names who answers it").into(),
            enter: enter.into(),
            so_far,
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let mut offers = match self.listed.len() {
            0 | 1 => Vec::new(),
            _ => keys::moves(),
        };
        let chosen = self.listed.get(self.cursor.at());
        let open = chosen.is_some_and(|l| self.place == Place::Here && l.stands_open(world));
        let begin = Offer::word(Verb::Enter, if open { tr("continue") } else { tr("begin") });
        let off = chosen.and_then(|listed| listed.off.as_ref());
        offers.push(match off {
            _ if self.listed.is_empty() => begin.off_because(tr("no script is here")),
            Some(off) if off.again => Offer::word(Verb::Enter, tr("look again")),
            Some(off) => begin.off_because(off.short),
            None if !open && chosen.is_some_and(Listed::has_errors) => {
                begin.off_because(tr("the linter finds errors in it"))
            }
            None => begin,
        });
        if self.place == Place::Here {
            let write = Offer::word(Verb::Write, tr("as script"));
            offers.push(if world.view.as_ref().is_some_and(|v| v.deeds.is_empty()) {
                write.off_because(tr(
                    "no act was asked for and done at these screens since the vault was opened",
                ))
            } else {
                write
            });
        }
        offers.push(Offer::plain(Verb::Back));
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A ceremony is a script: the same steps in the room, in rehearsal and without people. Each question says who answers and why it is asked.",
            "F6 takes a script of your own from a file: what the linter finds stands below it. With no vault open it is rehearsed, in an open one it is run there.",
            "In an open vault, w writes a script of what was done since it was opened: the acts in their order, people as places, files as inputs. It is linted like any other, rehearsed, and played again.",
            "In a rehearsal you play everybody. Practice passphrases are two words and stand on the screen; F5 fills them in. Try wrong ones: nothing is locked, nothing is kept.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        if self.listed.is_empty() {
            canvas.paragraph(
                2,
                1,
                width.saturating_sub(4),
                Role::Muted,
                tr("No script is here. F6 chooses one that lies elsewhere, a .toml file."),
            );
            return;
        }
        // The list takes what its steps leave on a high screen, and half of a low one.
        let most = (height / 2).max(height.saturating_sub(STEPS.saturating_add(3)));
        let rows = cells(self.listed.len()).min(most);
        let at = self.cursor.at();
        let above = self.cursor.top(self.listed.len(), usize::from(rows));
        let below = self
            .listed
            .len()
            .saturating_sub(above.saturating_add(usize::from(rows)));
        if above.saturating_add(below) > 0 {
            let words = out_of_sight(self.listed.len(), above, below);
            canvas.put(3, 0, Role::Muted, &words);
        }
        canvas.within(0, 1, width, rows, |c| {
            self.cursor.draw(c, self.listed.len(), |c, n, y| {
                let Some(listed) = self.listed.get(n) else {
                    return;
                };
                let open = self.place == Place::Here && listed.stands_open(world);
                let off = listed.mark();
                let role = match (n == at, open) {
                    (true, _) => Role::Selection,
                    (false, true) => Role::Wait,
                    _ if off.is_some() => Role::Muted,
                    _ => Role::Text,
                };
                if let Some(mark) = open.then_some(OPEN).or(off) {
                    c.put_right(width.saturating_sub(1), y, role, mark);
                }
                c.put_cut(3, y, self.room(listed, world, width), role, &listed.title);
            });
        });
        let Some(chosen) = self.listed.get(at) else {
            return;
        };
        let top = rows.saturating_add(2);
        canvas.rule(top, std::slice::from_ref(&chosen.file));
        let y = top.saturating_add(1);
        let room = self.room(chosen, world, width);
        canvas.within(0, y, width, height.saturating_sub(y), |c| {
            chosen.draw(self.place, room, c);
        });
    }

    fn wants(&self) -> Option<(Wants, String)> {
        Some((Wants::File, String::new()))
    }

    fn picked(&mut self, path: &Path) {
        self.chosen = Some(path.to_owned());
    }

    fn reads_picked(&mut self) -> Reaction {
        let path = self.chosen.take();
        path.map_or_else(Reaction::none, |path| {
            Reaction::order(Order::ReadScript(path))
        })
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        match news {
            News::Script(read) => {
                self.take_up(read);
                self.judge(world);
                Some(Reaction::none())
            }
            News::Rehearsals(read) => {
                self.rehearsals = Some(read.clone());
                self.judge(world);
                Some(self.looked_again(world))
            }
            _ => None,
        }
    }

    fn returned(&mut self, world: &World) -> Reaction {
        self.again(world);
        if self.place == Place::Rehearsal {
            return Reaction::none();
        }
        Self::asking(Reaction::none(), world)
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Enter => self.looks_again(world).unwrap_or_else(|| self.begin(world)),
            Verb::Write => written(world),
            Verb::Back => Reaction::pop(),
            other => {
                self.cursor.moved(other, self.listed.len(), 8);
                Reaction::none()
            }
        }
    }
}
