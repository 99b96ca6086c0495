//! Steps that change people or shares: each person's turn is asked in order, and the arrow to `executed` lies in the
//! commit that puts the change in force.

use crate::crypto::{Entropy as _, OsEntropy, SecretBytes};
use crate::custody::passphrase;
use crate::session::asked::{APPROVAL_ENVELOPE, MEDIUM, OWN_PASSPHRASE, SHARE_ENVELOPE};
use crate::session::changing::{footing_of, lines_of, title_of};
use crate::session::field::Field;
use crate::session::{
    Arrow, ChangeTurn, Changing, Hand, Moment, Profile, Refusal, Run, Session, StepState,
    op_custody,
};

use super::super::ask::{Answer, Ask, ShownWords};
use super::super::model::Step;
use super::drive::{Halt, Work};
use super::sign::{again, text};
use super::{Runner, Stage, expect, inputs};

/// A change under way, and the words of the person at the screen.
pub(super) struct Underway {
    changing: Changing,
    /// Drawn for the person whose turn it is.
    words: Option<SecretBytes>,
    /// Whether they are on show, rather than asked for.
    shown: bool,
}

impl Runner {
    /// The act is signed: people have their turns, or practice has them all at once.
    pub(super) fn begin_change(
        &mut self,
        session: &mut Session,
        mut changing: Changing,
    ) -> Result<(), Halt> {
        if session.automatic() {
            if let Err(refusal) = changing.by_practice(session) {
                self.pending = None;
                return Err(refusal.into());
            }
        }
        self.changing = Some(Underway {
            changing,
            words: None,
            shown: true,
        });
        Ok(())
    }

    /// Goes on to the next person, or puts the change in force.
    pub(super) fn work_change(&mut self, session: &mut Session) -> Result<Work, Halt> {
        let Some(underway) = &mut self.changing else {
            return Ok(Work::Moved);
        };
        if let Some(turn) = underway.changing.turn() {
            if let (Moment::Words { words }, None) = (&turn.moment, &underway.words) {
                underway.words = Some(drawn(session, &turn.person, *words)?);
                underway.shown = true;
            }
            self.stage = Stage::Change;
            return Ok(Work::Asks);
        }
        let Some(Underway { changing, .. }) = self.changing.take() else {
            return Ok(Work::Moved);
        };
        self.finish_change(session, changing)?;
        Ok(Work::Moved)
    }

    fn finish_change(&mut self, session: &mut Session, changing: Changing) -> Result<(), Halt> {
        let Some(mut record) = self.record(session) else {
            return Ok(());
        };
        let proof = changing.proof();
        record.state = StepState::Executed;
        record.notes.insert(
            super::sign::AUDIT_LINE.to_owned(),
            (session.view().events + 1).to_string(),
        );
        record.notes.insert(expect::PROVEN.to_owned(), proof.proven.join(", "));
        record.notes.insert(expect::FAILED.to_owned(), proof.failed.join(", "));
        record.notes.insert(expect::ABSENT.to_owned(), proof.absent.join(", "));
        record.digest = changing.executed_digest().or(record.digest);
        let arrow = Arrow::Step {
            run: self.run.clone(),
            step: Box::new(record),
            binds: Vec::new(),
        };
        self.pending = None;
        match changing.finish(session, Some(arrow)) {
            Ok(changed) => {
                self.last = Some(changed.told().join(". "));
                let run = self.run(session);
                self.know_newcomers(&run);
                self.arrow(StepState::Executed)?;
                Ok(())
            }
            Err(refusal) if !session.automatic() => {
                self.signers.clear();
                self.stage = Stage::Issue;
                Err(again(refusal.into()))
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// The enrolment forms and the new witness card of a rotation, made from the vault as it stands after it.
    pub(super) fn papers(step: &Step, session: &Session) -> Vec<(String, Vec<u8>)> {
        let rotates = [op_custody::ROTATE.name, op_custody::REPLACE.name];
        if !rotates.contains(&step.op.name) {
            return Vec::new();
        }
        let papers = session.papers().into_iter();
        papers
            .map(|(name, text)| (format!("{}-{name}", step.id), text.into_bytes()))
            .collect()
    }

    /// Places that newcomers took in steps that are done.
    pub(super) fn know_newcomers(&mut self, run: &Run) {
        for place in &self.script.model.people {
            let Some(step) = &place.joins else { continue };
            let record = run.steps.iter().find(|record| record.id == *step);
            let done = record.filter(|r| r.state >= StepState::Executed);
            if let Some(name) = done.and_then(|r| r.notes.get("joins")) {
                self.people.insert(place.id.clone(), name.clone());
            }
        }
    }

    fn change_turn(&self) -> Option<(ChangeTurn, &Underway)> {
        let underway = self.changing.as_ref()?;
        Some((underway.changing.turn()?, underway))
    }

    pub(super) fn change_person(&self) -> String {
        self.change_turn().map(|(turn, _)| turn.person).unwrap_or_default()
    }

    /// What the person at the screen is asked.
    pub(super) fn change_fields(&self, session: &Session) -> Vec<Field> {
        let Some((turn, underway)) = self.change_turn() else {
            return Vec::new();
        };
        let own = session.profile() == Profile::Production;
        match turn.moment {
            Moment::Words { .. } if underway.shown => Vec::new(),
            Moment::Words { .. } => vec![OWN_PASSPHRASE],
            Moment::Place { .. } => vec![MEDIUM],
            Moment::Prove {
                holds_share,
                may_be_absent,
                ..
            } => {
                let mut fields = Vec::new();
                if own && holds_share {
                    fields.push(Field { id: "share-envelope", ..SHARE_ENVELOPE });
                }
                if own {
                    fields.push(APPROVAL_ENVELOPE);
                }
                fields.push(OWN_PASSPHRASE);
                for field in &mut fields {
                    field.optional = may_be_absent;
                }
                fields
            }
        }
    }

    pub(super) fn change_ask(&self, step: &Step) -> Option<Ask> {
        let (turn, underway) = self.change_turn()?;
        let shown = matches!(turn.moment, Moment::Words { .. }) && underway.shown;
        let words = underway.words.as_ref().filter(|_| shown);
        let mut body = lines_of(&turn, shown);
        body.extend(super::asks::why(step));
        Some(Ask {
            title: title_of(&turn, shown),
            body,
            fields: Vec::new(),
            words: words.map(ShownWords::new),
            hand_over: shown || !matches!(turn.moment, Moment::Words { .. }),
            footing: footing_of(&turn, shown),
            person: turn.person,
            role: turn.role,
        })
    }

    /// In rehearsal, what the person at the screen would type.
    pub(super) fn change_practice(&self, session: &Session) -> Option<String> {
        let (turn, underway) = self.change_turn()?;
        if let Some(words) = &underway.words {
            return Some(String::from_utf8_lossy(words.expose()).into_owned());
        }
        if let Moment::Prove { new: true, .. } = turn.moment {
            let phrase = session.new_practice_phrase(&turn.person)?;
            return Some(String::from_utf8_lossy(phrase.expose()).into_owned());
        }
        session.practice_passphrase(&turn.person)
    }

    pub(super) fn take_change(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let production = session.profile() == Profile::Production;
        let Some(underway) = &mut self.changing else {
            return Ok(());
        };
        let Some(turn) = underway.changing.turn() else {
            return Ok(());
        };
        let mut answers = answers.into_iter();
        let person = turn.person.clone();
        let said = match turn.moment {
            Moment::Words { .. } if underway.shown => {
                underway.shown = false;
                return Ok(());
            }
            Moment::Words { .. } => {
                let typed = secret(answers.next())?;
                let right = std::str::from_utf8(typed.expose())
                    .is_ok_and(|t| underway.words.as_ref().is_some_and(|w| passphrase::normalise(t).ct_eq(w)));
                if !right {
                    underway.shown = true;
                    return Err(Halt::Again(
                        "These are not the words that were shown. Nothing is made yet and nothing is locked: look at \
                         your paper. They are shown once more, to you alone."
                            .into(),
                    ));
                }
                underway.words = None;
                underway.changing.words(session, typed).map_err(|r| again(r.into()))?;
                format!("{person} has new words.")
            }
            Moment::Place { .. } => {
                let folder = text(answers.next());
                underway
                    .changing
                    .place(session, std::path::Path::new(folder.trim()))
                    .map_err(|r| again(r.into()))?;
                format!("The envelopes of {person} were written and read back.")
            }
            Moment::Prove {
                holds_share,
                may_be_absent,
                ..
            } => {
                let share = (production && holds_share).then(|| text(answers.next()));
                let approval = production.then(|| text(answers.next()));
                let passphrase = secret(answers.next())?;
                if may_be_absent && passphrase.expose().is_empty() {
                    underway.changing.absent();
                    self.last = Some(format!("{person} is not here and was passed over."));
                    return Ok(());
                }
                let read = |path: Option<String>| path.map(|path| envelope(&path)).transpose();
                let hand = Hand {
                    name: person.clone(),
                    passphrase,
                    share: read(share)?,
                    approval: read(approval)?,
                };
                underway.changing.prove(session, &hand).map_err(|r| again(r.into()))?;
                format!("{person} has proven both envelopes.")
            }
        };
        self.last = Some(said);
        Ok(())
    }
}

/// New words: in a rehearsal those of practice, so that a play-through can be told in advance; else drawn.
fn drawn(session: &Session, person: &str, words: usize) -> Result<SecretBytes, Halt> {
    if let Some(phrase) = session.new_practice_phrase(person) {
        return Ok(phrase);
    }
    let mut rng = OsEntropy
        .draw("passphrase")
        .map_err(|e| Refusal::Custody(e.to_string()))?;
    Ok(passphrase::generate(words, &mut *rng))
}

fn secret(answer: Option<Answer>) -> Result<SecretBytes, Halt> {
    match answer {
        Some(Answer::Secret(secret)) => Ok(secret),
        _ => Err(Halt::Again(
            "A passphrase is wanted here. Nothing was changed.".into(),
        )),
    }
}

fn envelope(path: &str) -> Result<String, Halt> {
    let unreadable = |why: &dyn std::fmt::Display| {
        Halt::Again(format!(
            "The envelope {path} cannot be read ({why}). Nothing was opened. Is the medium inserted?"
        ))
    };
    let bytes = inputs::read(std::path::Path::new(path.trim())).map_err(|e| unreadable(&e))?;
    String::from_utf8(bytes).map_err(|_| unreadable(&"it is no text"))
}
