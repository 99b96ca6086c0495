//! A reshare that stands open: it goes on with its proofs, or, where it was cut off before everybody had new envelopes, it
//! is given up.

use super::{Changed, Changing, CustodyAct, Moment, New, Resharing, Stage, Turn, out_of_turn};
use crate::session::Session;
use crate::session::command::Executed;
use crate::session::error::Refusal;
use crate::session::proving::Proving;
use crate::session::reshare_left::ReshareLeft;

impl Session {
    /// The reshare that stands open, from where its new envelopes are proven; where somebody has none, it is asked
    /// what becomes of it.
    ///
    /// # Errors
    /// The public files cannot be read.
    pub fn reshare_left_open(&self) -> Result<Option<Changing>, Refusal> {
        let Some(proving) = self.open_reshare()? else {
            return Ok(None);
        };
        let people = &proving.file().people;
        let roles = people.iter().map(|p| (p.name.clone(), p.role.clone()));
        let roles: Vec<_> = roles.collect();
        let stage = match self.reshare_left().filter(ReshareLeft::is_cut) {
            Some(left) => Stage::Cut(left),
            None => self.proves_what_is_left(proving),
        };
        let act = CustodyAct::Reshare {
            reason: String::new(),
        };
        Ok(Some(self.changing([0; 32], act, roles, stage)))
    }

    fn proves_what_is_left(&self, proving: Proving) -> Stage {
        Stage::Prove(New::Shares(Box::new(Resharing {
            envelopes: Vec::new(),
            proving,
            executed: Executed {
                responses: Vec::new(),
                token: None,
                seq: self.book.seq(),
                digest: String::new(),
                who: Vec::new(),
            },
        })))
    }
}

/// The one question about it; whoever is at the keyboard answers, in front of all.
pub(super) fn turn(left: &ReshareLeft) -> Turn {
    let done = left.have.len();
    Turn {
        person: String::new(),
        role: String::new(),
        all: done
            .saturating_add(left.perhaps.len())
            .saturating_add(left.without.len()),
        done,
        moment: Moment::Cut(Box::new(left.clone())),
    }
}

impl Changing {
    /// A reshare that nobody can finish is given up, or stands open as before.
    ///
    /// # Errors
    /// It is none; as [`Session::give_up_reshare`].
    pub fn decide(&mut self, session: &mut Session, gives_up: bool) -> Result<(), Refusal> {
        if !matches!(self.stage, Stage::Cut(_)) {
            return Err(out_of_turn());
        }
        let decided = if gives_up {
            Changed::GivenUp(session.give_up_reshare("cut off before everybody had envelopes")?)
        } else {
            Changed::Stands
        };
        self.stage = Stage::Decided(decided);
        Ok(())
    }

    /// Whether the new envelopes of a reshare count beside those of before: then its giving up ends them.
    pub(super) const fn stands_open(&self) -> bool {
        matches!(
            self.stage,
            Stage::Place(New::Shares(_), _) | Stage::Prove(New::Shares(_)) | Stage::Cut(_)
        )
    }
}
