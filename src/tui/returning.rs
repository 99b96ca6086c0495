//! The desk's part in a return to a copy: it is opened, asked for, put in force and written out.

use std::path::PathBuf;

use super::message::News;
use crate::session::returning::{Return, WrongAnswer};
use crate::session::{Action, Environment, NewerLog, Opening, Refusal, Session};

/// An answer that cannot be, for the question that it was given to.
pub(crate) fn answered_wrong(wrong: &WrongAnswer) -> News {
    News::ReturnSlip {
        field: wrong.field,
        why: wrong.refusal.to_string(),
    }
}

/// A return under way.
pub(crate) struct Returning {
    wanted: Return,
    newer: Option<NewerLog>,
    state_folder: Option<PathBuf>,
}

impl Returning {
    /// Of what was answered.
    pub(crate) const fn new(wanted: Return, state_folder: Option<PathBuf>) -> Self {
        Self {
            wanted,
            newer: None,
            state_folder,
        }
    }

    /// Opens the copy, and says what would be asked for.
    pub(crate) fn opened(
        &mut self,
        opening: Opening,
        environment: Environment,
    ) -> Result<(Session, News), Refusal> {
        let (session, newer) = self.wanted.opened(opening, environment)?;
        self.newer = newer;
        let pending = session.preview(&self.action(&session)?)?;
        let request = pending.exact.clone();
        Ok((session, News::Preview { pending, request }))
    }

    /// Other answers beside the copy that is open; what would be asked for now.
    ///
    /// # Errors
    /// As [`Return::answered_anew`]; the answers of before still hold then.
    pub(crate) fn answered_anew(
        &mut self,
        wanted: Return,
        session: &mut Session,
    ) -> Result<News, Refusal> {
        let newer = match wanted.answered_anew(session) {
            Ok(newer) => newer,
            Err(wrong) => return Ok(answered_wrong(&wrong)),
        };
        (self.wanted, self.newer) = (wanted, newer);
        let pending = session.preview(&self.action(session)?)?;
        let request = pending.exact.clone();
        Ok(News::Preview { pending, request })
    }

    /// The act.
    pub(crate) fn action(&self, session: &Session) -> Result<Action, Refusal> {
        self.wanted.action(session, self.newer.as_ref())
    }

    /// Puts the approved act in force and writes the vault.
    pub(crate) fn done(&self, session: &mut Session, id: &[u8; 32]) -> Result<News, Refusal> {
        let restored = session.restore(id, self.newer.as_ref())?;
        let trouble = self.wanted.write(session, self.state_folder.as_deref())?;
        let mut told = self.wanted.told(session, &restored);
        told.extend(trouble);
        Ok(News::Restored {
            told,
            to: self.wanted.to.clone(),
        })
    }
}
