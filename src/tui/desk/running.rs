//! A ceremony under way: what is answered, recorded, stopped and written.

use std::path::PathBuf;
use std::sync::Arc;

use super::Desk;
use crate::ceremony::{Advance, Practised, Runner};
use crate::session::{InTheOpen, Mistyped, Session, Stop};
use crate::text::tr;
use crate::tui::message::News;

impl Desk {
    fn with_runner(
        &mut self,
        act: impl FnOnce(&mut Runner, &mut Session) -> Option<String>,
    ) -> News {
        match (&mut self.runner, &mut self.session) {
            (Some(runner), Some(session)) => {
                let again = act(runner, session);
                News::Showing {
                    showing: Arc::new(runner.showing(session)),
                    again,
                }
            }
            _ => News::RunFailed(tr("No ceremony is under way.").into()),
        }
    }

    pub(super) fn answer(
        &mut self,
        answers: Vec<crate::ceremony::Answer>,
        counted: Practised,
        stop: Stop,
    ) -> News {
        let answers = answers.into_iter().map(|a| self.acts.whole(a)).collect();
        self.with_runner(|runner, session| {
            session.stoppable(stop);
            match runner.answer_counted(session, answers, counted) {
                Ok(Advance::Again(words)) => Some(words),
                Ok(Advance::Asks | Advance::Ended(_)) => None,
                Err(error) => Some(error.to_string()),
            }
        })
    }

    /// Counts what the form refused; the question and what stands in it stay as they are.
    pub(super) fn mistyped(&mut self, field: &str, how: Mistyped) -> News {
        match self.with_runner(|runner, session| {
            let counted = runner.mistyped(session, field, how);
            counted.err().map(|error| error.to_string())
        }) {
            News::Showing { again: None, .. } => News::Counted,
            news => news,
        }
    }

    /// Records what was typed where it is drawn; the page and what stands on it stay as they are.
    pub(super) fn in_the_open(&mut self, slip: &InTheOpen) -> News {
        let noted = self
            .session
            .as_mut()
            .map(|session| session.note_in_the_open(slip));
        match noted {
            Some(Err(refusal)) => News::Refused(refusal.to_string()),
            _ => News::Counted,
        }
    }

    pub(super) fn deviate(&mut self, happened: &str) -> News {
        self.with_runner(|runner, session| match runner.deviate(session, happened) {
            Ok(Advance::Again(words)) => Some(words),
            Ok(Advance::Asks | Advance::Ended(_)) => None,
            Err(error) => Some(error.to_string()),
        })
    }

    pub(super) fn abort(&mut self, reason: &str, by: Option<&str>) -> News {
        self.with_runner(|runner, session| {
            let stopped = runner.abort_by(session, reason, by);
            stopped.err().map(|e| e.to_string())
        })
    }

    pub(super) fn close_unsigned(&mut self) -> News {
        self.with_runner(|runner, session| {
            let closed = runner.close_unsigned(session);
            closed.err().map(|e| e.to_string())
        })
    }

    pub(super) fn set_aside(&mut self) -> News {
        self.with_runner(|runner, session| {
            runner.set_aside(session);
            None
        })
    }

    pub(super) fn stay(&mut self) -> News {
        self.with_runner(|runner, _| {
            runner.stay();
            None
        })
    }

    pub(super) fn write(&mut self, folder: PathBuf) -> News {
        match (&self.runner, &self.session) {
            (Some(runner), Some(session)) => match runner.write_outputs(session, &folder) {
                Ok(files) => News::Written { folder, files },
                Err(error) => News::Refused(error.to_string()),
            },
            _ => News::RunFailed(tr("No ceremony is under way.").into()),
        }
    }
}
