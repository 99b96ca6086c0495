//! Pages of a run that only tell: where an interrupted one stands, why one could not begin, how one ended. What is read
//! there stays whole, page by page.

use super::super::{ended, handover};
use super::layout::banner;
use super::{Phase, RunScreen};
use crate::ceremony::{self, open_run};
use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::band::Band;
use crate::tui::canvas::Canvas;
use crate::tui::theme::Role;
use crate::tui::world::World;

impl RunScreen {
    /// Rows of the page where an interrupted run is taken up, and how many there is room for.
    fn came_back_page(&self, world: &World) -> (Vec<(Role, String)>, usize) {
        let Some(showing) = &self.showing else {
            return (Vec::new(), 0);
        };
        let footing = ceremony::came_back_footing(showing, world.keeps_nothing());
        let around = Band::of(&footing, world, world.size.0)
            .rows()
            .saturating_add(4)
            .saturating_add(banner(world));
        let height = usize::from(world.size.1.saturating_sub(around));
        let told = ceremony::came_back(showing);
        (handover::came_back(&told, world.size.0, height), height)
    }

    /// Rows of that page that are still below the edge.
    pub(super) fn came_back_below(&self, world: &World) -> usize {
        let (rows, height) = self.came_back_page(world);
        let most = rows.len().saturating_sub(height.saturating_sub(1));
        ended::below(rows.len(), self.scroll.min(most), height)
    }

    /// Moves that page; never past its end.
    pub(super) fn scroll_came_back(&mut self, down: bool, world: &World) {
        let (rows, height) = self.came_back_page(world);
        self.scroll_rows(down, rows.len(), height);
    }

    /// Moves a page of so many rows by what there is room for; never past its end.
    pub(super) fn scroll_rows(&mut self, down: bool, rows: usize, height: usize) {
        let page = height.saturating_sub(2).max(1);
        let most = rows.saturating_sub(height.saturating_sub(1));
        self.scroll = if down {
            self.scroll.saturating_add(page).min(most)
        } else {
            self.scroll.min(most).saturating_sub(page)
        };
    }

    pub(super) fn draw_came_back(&self, world: &World, canvas: &mut Canvas<'_>) {
        let (rows, height) = self.came_back_page(world);
        let most = rows.len().saturating_sub(height.saturating_sub(1));
        let (width, top) = (canvas.width().saturating_sub(3), banner(world));
        let room = canvas.height().saturating_sub(top);
        canvas.within(3, top, width, room, |c| {
            ended::draw(&rows, self.scroll.min(most), c);
        });
    }

    /// Whether a page that only tells has more rows than there is room for.
    pub(super) fn is_paged(&self, world: &World) -> bool {
        match self.phase {
            Phase::Ended => self.end_is_long(world),
            Phase::CameBack => self.unread(world) > 0 || self.scroll > 0,
            _ => false,
        }
    }

    /// What leaving the last page is called.
    pub(super) fn leave_word(&self) -> &'static str {
        if self.closes {
            tr("close")
        } else {
            tr("back to the vault")
        }
    }

    /// The three lines of a run that could not begin, or not go on.
    pub(super) fn failed_footing(&self, world: &World) -> Footing {
        let so_far = if self.showing.is_some() {
            self.saved(world)
        } else {
            tr("as it stands above; what was done before is saved").to_owned()
        };
        let enter = match (&self.showing, self.another_open(world).is_some()) {
            (None, true) if self.closes && world.vault_folder().is_some() => {
                tr("closes the vault; the command above goes on")
            }
            (None, true) if self.closes => {
                tr("closes the vault; opened again, Home goes on with it")
            }
            (None, true) => tr("leaves this screen; Home goes on with it"),
            _ => tr("leaves this screen"),
        };
        Footing {
            acts: "nobody".into(),
            enter: enter.into(),
            so_far,
        }
    }

    /// The ceremony that stands open in the vault, where this one could not begin.
    fn another_open(&self, world: &World) -> Option<ceremony::OpenRun> {
        let view = world.view.as_deref().filter(|_| !world.keeps_nothing())?;
        open_run(view).filter(|_| self.showing.is_none())
    }

    /// Why it could not begin, and the command that goes on with the ceremony that stands open instead.
    pub(super) fn failed_words(&self, world: &World) -> String {
        let why = self
            .again
            .as_deref()
            .unwrap_or(tr("The ceremony stands open and can be taken up again."));
        let Some(open) = self.another_open(world) else {
            return why.to_owned();
        };
        let Some(folder) = world.vault_folder() else {
            return say!(
                "{why}\n{title}: step {number} of {all} comes next. Home offers it in its first line.",
                why,
                title = open.title,
                number = open.number,
                all = open.all
            );
        };
        let command = ceremony::Again::default().command(&open, Some(folder));
        say!(
            "{why}\n{title}: step {number} of {all} comes next. It goes on with:\n  {command}",
            why,
            title = open.title,
            number = open.number,
            all = open.all,
            command
        )
    }
}
