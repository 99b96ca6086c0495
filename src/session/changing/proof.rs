//! What a change came to: who proved, the papers that follow, and its end.

use super::{Changed, Changing, CustodyAct, New, Stage};
use crate::session::custody_act::Seat;
use crate::session::error::Refusal;
use crate::session::{Session, forms, paper_name};

/// Who proved, and who did not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// Everybody who proved.
    pub proven: Vec<String>,
    /// Whose envelopes did not hold.
    pub failed: Vec<String>,
    /// Who was not there.
    pub absent: Vec<String>,
    /// In a drill: of those who hold no share, who proved their own envelope.
    pub beside: Vec<String>,
    /// Whose did not hold.
    pub beside_failed: Vec<String>,
}

impl Changing {
    /// Whether what is proven now was sealed with the new words: a reshare and a drill go by those of before.
    pub(crate) const fn gave_words(&self) -> bool {
        matches!(
            self.stage,
            Stage::Prove(New::Rotation(_) | New::Recovery(_))
        )
    }

    /// Who has proven so far.
    pub fn proof(&self) -> Proof {
        let proving = match &self.stage {
            Stage::Bring(proving, ..) => proving,
            Stage::Place(new, _) | Stage::Prove(new) => new.seen(),
            Stage::Words(_) | Stage::Cut(_) | Stage::Decided(_) | Stage::Over => {
                return Proof::default();
            }
        };
        let drill = matches!(self.act, CustodyAct::Drill { .. });
        let counts = |name: &String| !drill || proving.holds_share(name);
        let failed: Vec<String> = proving.failed().keys().cloned().collect();
        let mut absent = proving.missing();
        absent.retain(|name| !failed.contains(name) && counts(name));
        let (proven, beside) = proving.proven().into_iter().partition(counts);
        let (failed, beside_failed) = failed.into_iter().partition(counts);
        Proof {
            proven,
            failed,
            absent,
            beside,
            beside_failed,
        }
    }
}

impl Changing {
    /// The set whose envelopes are proven now, as their file names have it.
    pub fn sets(&self) -> Vec<String> {
        let proving = match &self.stage {
            Stage::Bring(proving, ..) => proving,
            Stage::Place(new, _) | Stage::Prove(new) => new.seen(),
            Stage::Words(_) | Stage::Cut(_) | Stage::Decided(_) | Stage::Over => return Vec::new(),
        };
        proving.sets()
    }
}

/// A set of shares as a change makes it, or as a drill proves it; for the record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SetTold {
    /// The set, who is in, who is out.
    pub(crate) words: String,
    /// How many of it open.
    pub(crate) quorum: u8,
    /// Of whose envelopes it was made, where others than its holders brought them.
    pub(crate) brought: Vec<String>,
    /// Who was passed over then.
    pub(crate) passed: Vec<String>,
}

/// `Ana, Ben`.
fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    names.join(", ")
}

impl Changing {
    /// The set that this change makes or proves, with its quorum and who is in it.
    pub(crate) fn set_told(&self, session: &Session) -> SetTold {
        let now = session.book.custody();
        let holders = |file: &crate::vault::CustodyFile| {
            let with_share = file.people.iter().filter(|p| p.index.is_some());
            listed(with_share.map(|p| &p.name))
        };
        let (brought, passed) = self.brought.clone();
        let (words, quorum) = match &self.act {
            CustodyAct::Recovery(made) => {
                let names = listed(made.people.iter().map(|p| &p.name));
                let n = made.people.len();
                let words = format!(
                    "{} of {n} holders open ({names}); place: {}",
                    made.k, made.place
                );
                (words, made.k)
            }
            CustodyAct::Rotate(made) => {
                let is = |seat: &&Seat| seat.role == crate::custody::Role::Custodian.word();
                let custodians: Vec<&Seat> = made.people.iter().filter(is).collect();
                let names = listed(custodians.iter().map(|p| &p.name));
                let before: Vec<&String> = now.people.iter().map(|p| &p.name).collect();
                let after: Vec<&String> = made.people.iter().map(|p| &p.name).collect();
                let joined = after.iter().filter(|name| !before.contains(name)).copied();
                let gone = before.iter().filter(|name| !after.contains(name)).copied();
                let (joined, gone) = (listed(joined), listed(gone));
                let changed = match (joined.as_str(), gone.as_str()) {
                    ("", "") => "the same people as before".to_owned(),
                    (joined, "") => format!("new: {joined}; gone: nobody"),
                    ("", gone) => format!("new: nobody; gone: {gone}"),
                    (joined, gone) => format!("new: {joined}; gone: {gone}"),
                };
                let n = custodians.len();
                let words = format!(
                    "{} of {n} custodians open and {} use ({names}); {changed}",
                    made.k, made.t
                );
                (words, made.k)
            }
            CustodyAct::Drill { recovery: true } => {
                let file = session.book.whole_custody().of_recovery();
                let of = |file: &crate::vault::CustodyFile| {
                    (
                        format!("{} of {} holders open ({})", file.k, file.n, holders(file)),
                        file.k,
                    )
                };
                file.as_ref().map(of).unwrap_or_default()
            }
            _ => {
                let words = format!("{} of {} custodians open ({})", now.k, now.n, holders(now));
                (words, now.k)
            }
        };
        SetTold {
            words,
            quorum,
            brought,
            passed,
        }
    }
}

impl Changing {
    /// Gives the change up: its request leaves the table with its signatures, and the log says at whose turn.
    ///
    /// # Errors
    /// The log cannot be written.
    pub fn give_up(self, session: &mut Session) -> Result<(), Refusal> {
        let reason = match self.turn().filter(|turn| !turn.person.is_empty()) {
            Some(turn) => format!(
                "given up while it was carried out, at the turn of {}",
                turn.person
            ),
            None => "given up while it was carried out".to_owned(),
        };
        let waits = |p: &crate::session::pending::Pending| p.act.approval_id == self.id;
        let Some(issuer) = session
            .pending
            .iter()
            .find(|p| waits(p))
            .map(|p| p.act.issuer.clone())
        else {
            // Its envelopes count beside those of before until it is ended.
            if self.stands_open() {
                return session.give_up_reshare(&reason).map(drop);
            }
            // The words were drawn, and the request went with that.
            return if matches!(self.act, crate::session::CustodyAct::Recovery(_)) {
                session.note_recovery_given_up(&reason)
            } else {
                session.note_given_up(&reason)
            };
        };
        session.perform(crate::session::Command::Withdraw {
            id: self.id,
            person: issuer,
            reason,
        })?;
        Ok(())
    }
}

impl Session {
    /// The machine's time, which no vault moves.
    pub fn wall_time(&self) -> crate::api::Timestamp {
        self.wall.now()
    }

    /// Printable papers of the people of now, as file name and text: enrolment forms and the witness card.
    pub fn papers(&self) -> Vec<(String, String)> {
        let forms = forms::enrolment(self).into_iter();
        let mut papers: Vec<(String, String)> = forms
            .map(|(name, form)| (paper_name(&name, "enrolment.txt"), form))
            .collect();
        papers.push(("witness-card.txt".to_owned(), self.witness_card()));
        papers
    }

    /// Puts a change in force that everybody had their turn in.
    ///
    /// # Errors
    /// Somebody has not proven; the state changed since it was approved; nobody came to a drill: nothing is changed
    /// then. A failed write says what stands.
    pub fn finish_change(&mut self, changing: Changing) -> Result<Changed, Refusal> {
        changing.finish(self, None)
    }
}
