//! A vault that waits while a copy is open beside it, and what is wiped of both when the screen is locked.

use super::Desk;
use crate::session::returning::Return;
use crate::session::{Refusal, Session};
use crate::text::{say, tr};
use crate::tui::message::News;

impl Desk {
    /// Wipes the keys that are held.
    pub(super) fn lock(&mut self) -> News {
        if let Some(aside) = &mut self.aside {
            aside.forget_keys();
        }
        if let Some(session) = &mut self.session {
            session.forget_keys();
            // A line that cannot be written breaks the session, which says so at the next act; the screen is hidden
            // either way.
            let _ = session.note_lock(true, Vec::new());
        }
        News::Locked
    }

    /// Other answers beside the copy that is open.
    pub(super) fn return_anew(&mut self, wanted: Return) -> Result<News, Refusal> {
        match (&mut self.acts.returning, &mut self.session) {
            (Some(returning), Some(session)) => returning.answered_anew(wanted, session),
            _ => Err(Refusal::Usage(
                tr("No copy is open any more. Nothing was written; begin the return again.").into(),
            )),
        }
    }

    /// Nobody returns to the copy: it is wiped, and what was open before is open again as it was.
    pub(super) fn leave_copy(&mut self) -> News {
        self.opening = None;
        self.acts.returning = None;
        let copy = self.session.as_ref().map(Session::which_copy);
        if copy.is_some_and(|which| which.is_ok()) {
            // It lies in memory alone: there is nothing to seal or to write.
            drop(self.session.take());
            self.session = self.aside.take();
        }
        News::LeftCopy
    }

    /// The copy is a vault: the one that was open beside it is closed. What could not be written there is told.
    pub(super) fn returned(&mut self, news: News) -> News {
        let News::Restored { mut told, to } = news else {
            return news;
        };
        if let Some(aside) = self.aside.take() {
            let name = aside.name().to_owned();
            told.push(match aside.close() {
                Ok(()) => say!(
                    "{name}, which was open beside it, is closed as it was.",
                    name
                ),
                Err(refusal) => refusal.to_string(),
            });
        }
        News::Restored { told, to }
    }
}
