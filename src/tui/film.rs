//! A ceremony that nobody attends, as it would stand on the screen: the same screens, drawn into a recording.
//!
//! The film answers nothing: it shows each question, fills in the practice answer, and is told the next question. Its
//! times are a reader's and not a machine's, so the same ceremony makes the same film to the byte.

use std::fs::File;
use std::io;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::{State, update};
use super::canvas::Appearance;
use super::frame;
use super::message::{Msg, News};
use super::paint::Depth;
use super::recorder::Recorder;
use super::screens::runner::RunScreen;
use super::theme::Theme;
use super::world::World;
use crate::api::Timestamp;
use crate::ceremony::Showing;
use crate::session::View;

/// How long a question stands before its answer does, and the answer before the next question; milliseconds.
const PACE: (u64, u64) = (1800, 1200);

/// A film of one run.
pub struct Film {
    state: State,
    appearance: Appearance,
    recorder: Recorder<Box<dyn io::Write>>,
    millis: u64,
    size: (u16, u16),
    /// The first thing that went wrong with the medium.
    failed: Option<io::Error>,
}

impl Film {
    /// Begins a film of `title` in a file, at 80x24.
    ///
    /// # Errors
    /// The medium failed, or the theme inside the binary is none.
    pub fn begin(file: File, title: &str) -> io::Result<Self> {
        Self::into(Box::new(file), title, frame::LEAST)
    }

    /// Begins a film in anything, at any size.
    ///
    /// # Errors
    /// As [`Film::begin`].
    pub fn into(sink: Box<dyn io::Write>, title: &str, size: (u16, u16)) -> io::Result<Self> {
        let theme = Theme::embedded("dark").map_err(io::Error::other)?;
        let still = Timestamp::from_millis(0);
        let appearance = Appearance {
            name: "dark".into(),
            theme,
            depth: Depth::True,
            ascii: false,
        };
        let world = World::at(size, still, appearance.look());
        Ok(Self {
            state: State::new(world, Box::new(RunScreen::new(title, None, false))),
            recorder: Recorder::begin(sink, size, title)?,
            appearance,
            millis: 0,
            size,
            failed: None,
        })
    }

    /// Shows what the run shows now.
    pub fn see(&mut self, view: View, showing: Showing) {
        let asks = showing.ask.is_some();
        let hand_over = showing.ask.as_ref().is_some_and(|ask| ask.hand_over);
        let news = News::Showing {
            showing: Arc::new(showing),
            again: None,
        };
        update(
            &mut self.state,
            Msg::Desk(Box::new(news), Some(Arc::new(view))),
        );
        self.shoot(PACE.0);
        if hand_over {
            self.press(KeyCode::Enter);
            self.shoot(PACE.0);
        }
        if asks {
            self.press(KeyCode::F(5));
            self.shoot(PACE.1);
        }
    }

    /// Ends the film.
    ///
    /// # Errors
    /// The medium failed; what was written before is a recording up to there.
    pub fn end(mut self) -> io::Result<()> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn press(&mut self, code: KeyCode) {
        self.state.mark_drawn();
        // What the screen orders is done by the run itself: the film only shows it.
        update(
            &mut self.state,
            Msg::Key(Box::new(KeyEvent::new(code, KeyModifiers::NONE))),
        );
    }

    fn shoot(&mut self, stays: u64) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        let drawn = frame::draw(&self.state, &mut buffer, &self.appearance);
        let acts = self.state.acts();
        let taken = self
            .recorder
            .picture(self.millis, &buffer, &drawn.hidden, &acts);
        if let Err(error) = taken
            && self.failed.is_none()
        {
            self.failed = Some(error);
        }
        self.millis = self.millis.saturating_add(stays);
    }
}
