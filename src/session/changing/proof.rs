//! What a change came to: who proved, the papers that follow, and its end.

use super::{Changed, Changing, Stage};
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
}

impl Changing {
    /// Who has proven so far.
    pub fn proof(&self) -> Proof {
        let proving = match &self.stage {
            Stage::Bring(proving, ..) => proving,
            Stage::Place(new, _) | Stage::Prove(new) => new.seen(),
            Stage::Words(_) | Stage::Over => return Proof::default(),
        };
        let failed: Vec<String> = proving.failed().keys().cloned().collect();
        let mut absent = proving.missing();
        absent.retain(|name| !failed.contains(name));
        Proof {
            proven: proving.proven(),
            failed,
            absent,
        }
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
