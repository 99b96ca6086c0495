//! A drill, a reshare, a rotation or the making of a recovery set while people carry it out: whose turn it is, what that
//! person does, and what follows. Screens, lines and scripts ask for the same moments in the same order.

mod cut;
mod placing;
#[cfg(test)]
mod placing_tests;
mod proof;
mod turn;

use std::collections::BTreeSet;

use crate::crypto::SecretBytes;
use crate::custody::passphrase;

use super::action::Action;
use super::command::Arrow;
use super::custody_act::CustodyAct;
use super::drill::DrillDone;
use super::envelopes::{file_name, set_name};
use super::error::Refusal;
use super::media::Media;
use super::proving::{Hand, Proving};
use super::recovery::{PreparedRecovery, RecoveryMade};
use super::reshare_left::{Ended, ReshareLeft};
use super::resharing::{Reshared, Resharing};
use super::rotation::{Prepared, Rotated};
use super::{Profile, Session};

pub use placing::Written;
pub use proof::Proof;
pub use turn::{Moment, Turn};

/// What a holder of the recovery set is called.
pub(super) const HOLDER: &str = "holder";

/// What a change came to.
#[derive(Debug, Clone)]
pub enum Changed {
    /// A drill is written down.
    Drilled(DrillDone),
    /// The new shares are in force.
    Reshared(Reshared),
    /// The new people are in force.
    Rotated(Box<Rotated>),
    /// The recovery set is in force.
    Recovery(Box<RecoveryMade>),
    /// A reshare that was cut off is given up.
    GivenUp(Ended),
    /// It stands open as before: nothing was done.
    Stands,
}

/// What was made and is handed out and proven before it counts.
enum New {
    Rotation(Box<Prepared>),
    Shares(Box<Resharing>),
    Recovery(Box<PreparedRecovery>),
}

impl New {
    fn envelopes(&self) -> &[(String, &'static str, String)] {
        match self {
            Self::Rotation(prepared) => prepared.envelopes(),
            Self::Shares(shares) => &shares.envelopes,
            Self::Recovery(prepared) => prepared.envelopes(),
        }
    }

    const fn proving(&mut self) -> &mut Proving {
        match self {
            Self::Rotation(prepared) => prepared.proving(),
            Self::Shares(shares) => &mut shares.proving,
            Self::Recovery(prepared) => prepared.proving(),
        }
    }

    const fn seen(&self) -> &Proving {
        match self {
            Self::Rotation(prepared) => prepared.seen(),
            Self::Shares(shares) => &shares.proving,
            Self::Recovery(prepared) => prepared.seen(),
        }
    }
}

enum Stage {
    /// A rotation or a recovery set: everybody in it gets words.
    Words(Vec<(String, SecretBytes)>),
    /// A drill, or the present envelopes of which others are made; who was passed over, and the words of those who
    /// get others.
    Bring(Box<Proving>, BTreeSet<String>, Vec<(String, SecretBytes)>),
    /// Production: so many have their envelopes.
    Place(New, usize),
    /// Everybody proves what they were given.
    Prove(New),
    /// A reshare that nobody can finish: it is given up, or left as it stands.
    Cut(ReshareLeft),
    /// That was decided.
    Decided(Changed),
    /// It was finished, or gave up.
    Over,
}

/// A change under way. Dropping it before the end leaves the people and shares of now in force.
pub struct Changing {
    id: [u8; 32],
    act: CustodyAct,
    profile: Profile,
    /// Who gets words or proves, with their roles.
    roles: Vec<(String, String)>,
    stage: Stage,
    /// Folders that hold somebody's new envelopes.
    media: Media,
    /// What was written for the person who is still here.
    written: Option<Written>,
    /// Sets that were cut off before this change, as the names of their envelopes have them.
    unfinished: Vec<String>,
    /// Of whose envelopes others were made, and who was passed over then.
    brought: (Vec<String>, Vec<String>),
}

impl Session {
    /// Begins to carry out a fully signed drill, reshare or rotation; `None` where the act is another.
    ///
    /// # Errors
    /// There is no such request on the table.
    pub fn begin_change(&self, id: &[u8; 32]) -> Result<Option<Changing>, Refusal> {
        let pending = self
            .pending
            .iter()
            .find(|p| p.act.approval_id == *id)
            .ok_or_else(super::door::gone)?;
        let Action::Custody(act) = &pending.action else {
            return Ok(None);
        };
        let stage = match act {
            CustodyAct::Drill { recovery: false } => brought(self.begin_drill()),
            CustodyAct::Drill { recovery: true } => brought(self.begin_recovery_drill()?),
            CustodyAct::Reshare { .. } => brought(self.begin_reshare()),
            CustodyAct::Rotate(_) | CustodyAct::Recovery(_) => Stage::Words(Vec::new()),
            _ => return Ok(None),
        };
        let roles: Vec<(String, String)> = match act {
            CustodyAct::Rotate(rotation) => {
                let seats = rotation.people.iter();
                seats.map(|p| (p.name.clone(), p.role.to_owned())).collect()
            }
            CustodyAct::Recovery(recovery) => {
                let seats = recovery.people.iter();
                seats.map(|p| (p.name.clone(), HOLDER.to_owned())).collect()
            }
            CustodyAct::Drill { recovery: true } => {
                let set = self.book.whole_custody().recovery.iter();
                let people = set.flat_map(|set| &set.people);
                people
                    .map(|p| (p.name.clone(), HOLDER.to_owned()))
                    .collect()
            }
            _ => {
                let people = self.book.custody().people.iter();
                people.map(|p| (p.name.clone(), p.role.clone())).collect()
            }
        };
        Ok(Some(self.changing(*id, act.clone(), roles, stage)))
    }

    /// A change of these people at this stage, of which nothing was handed out by this process yet.
    fn changing(
        &self,
        id: [u8; 32],
        act: CustodyAct,
        roles: Vec<(String, String)>,
        stage: Stage,
    ) -> Changing {
        Changing {
            id,
            act,
            profile: self.profile,
            roles,
            stage,
            media: Media::default(),
            written: None,
            unfinished: self.unfinished_sets(),
            brought: Default::default(),
        }
    }
}

impl Changing {
    /// What is carried out.
    pub const fn act(&self) -> &CustodyAct {
        &self.act
    }

    /// Whose turn it is; `None` when everybody had theirs and only `Changing::finish` is left.
    pub fn turn(&self) -> Option<Turn> {
        match &self.stage {
            Stage::Words(given) => {
                let (person, role) = self.roles.get(given.len())?;
                Some(Turn {
                    person: person.clone(),
                    role: role.clone(),
                    moment: Moment::Words {
                        words: words(self.profile),
                    },
                    done: given.len(),
                    all: self.roles.len(),
                })
            }
            Stage::Bring(proving, passed, _) => {
                self.proves(proving, passed, (false, self.may_miss()))
            }
            Stage::Place(new, done) => {
                let people = owners(new.envelopes());
                let person = people.get(*done)?.clone();
                let own = new.envelopes().iter().filter(|(name, ..)| *name == person);
                let set = set_name(&new.seen().file().set_id);
                let files = own.map(|(name, kind, text)| {
                    let file = file_name(name, kind, Some(&set));
                    (file, text.clone())
                });
                let moment = match &self.written {
                    Some(written) => Moment::Placed(Box::new(written.clone())),
                    None => Moment::Place {
                        files: files.collect(),
                        set,
                        unfinished: self.unfinished.clone(),
                    },
                };
                Some(Turn {
                    role: self.role(&person),
                    moment,
                    done: *done,
                    all: people.len(),
                    person,
                })
            }
            Stage::Prove(new) => self.proves(new.seen(), &BTreeSet::new(), (true, false)),
            Stage::Cut(left) => Some(cut::turn(left)),
            Stage::Decided(_) | Stage::Over => None,
        }
    }

    fn proves(
        &self,
        proving: &Proving,
        passed: &BTreeSet<String>,
        (new, may_be_absent): (bool, bool),
    ) -> Option<Turn> {
        let missing = proving.missing();
        let person = missing.into_iter().find(|name| !passed.contains(name))?;
        Some(Turn {
            role: self.role(&person),
            moment: Moment::Prove {
                holds_share: proving.holds_share(&person),
                new,
                may_be_absent,
                makes: !new && !matches!(self.act, CustodyAct::Drill { .. }),
            },
            done: proving.proven().len(),
            all: proving.needed(),
            person,
        })
    }

    /// Whether somebody may be passed over as not here: in a drill, and among custodians of whom enough come.
    const fn may_miss(&self) -> bool {
        matches!(self.act, CustodyAct::Drill { .. } | CustodyAct::Recovery(_))
    }

    fn role(&self, person: &str) -> String {
        let found = self.roles.iter().find(|(name, _)| name == person);
        match found {
            Some((_, role)) => role.clone(),
            // Whoever proves beside those who get words holds a share.
            None => crate::custody::Role::Custodian.word().to_owned(),
        }
    }

    /// The person whose turn it is has typed the new words back. With the last one everything new is drawn; nothing
    /// of it is in force.
    ///
    /// # Errors
    /// The approval fell away meanwhile: nothing was changed.
    pub fn words(&mut self, session: &mut Session, words: SecretBytes) -> Result<(), Refusal> {
        let Stage::Words(given) = &mut self.stage else {
            return Err(out_of_turn());
        };
        let Some((person, _)) = self.roles.get(given.len()) else {
            return Err(out_of_turn());
        };
        given.push((person.clone(), words));
        if given.len() < self.roles.len() {
            return Ok(());
        }
        let given = std::mem::take(given);
        if matches!(self.act, CustodyAct::Recovery(_)) {
            // Custodians come last, so that what they bring is in memory for the shortest time.
            let proving = Box::new(session.begin_recovery());
            self.stage = Stage::Bring(proving, BTreeSet::new(), given);
            return Ok(());
        }
        self.stage = Stage::Over;
        let prepared = session.prepare_rotation(&self.id, given)?;
        self.handed_out(New::Rotation(Box::new(prepared)));
        Ok(())
    }

    fn handed_out(&mut self, new: New) {
        self.stage = if self.profile == Profile::Production {
            Stage::Place(new, 0)
        } else {
            Stage::Prove(new)
        };
    }

    pub(crate) fn placed(&mut self) {
        let Stage::Place(new, done) = std::mem::replace(&mut self.stage, Stage::Over) else {
            return;
        };
        let done = done.saturating_add(1);
        self.stage = if done < owners(new.envelopes()).len() {
            Stage::Place(new, done)
        } else {
            Stage::Prove(new)
        };
    }

    /// The person whose turn it is proves. With the last present envelope of a reshare, or as many as a recovery set
    /// takes, the new ones are made.
    ///
    /// # Errors
    /// What does not open or does not agree, each its own sentence; nothing is locked and the same person may try
    /// again.
    pub fn prove(&mut self, session: &mut Session, hand: &Hand) -> Result<(), Refusal> {
        match &mut self.stage {
            Stage::Bring(proving, passed, words) => {
                proving.prove(hand)?;
                let new = match self.act {
                    _ if !proving.is_complete() => return Ok(()),
                    CustodyAct::Reshare { .. } => {
                        New::Shares(Box::new(session.reshare(&self.id, proving)?))
                    }
                    CustodyAct::Recovery(_) => {
                        let words = std::mem::take(words);
                        self.brought = (proving.proven(), passed.iter().cloned().collect());
                        let new = session.prepare_recovery(&self.id, words, proving)?;
                        New::Recovery(Box::new(new))
                    }
                    _ => return Ok(()),
                };
                self.handed_out(new);
                Ok(())
            }
            Stage::Prove(new) => new.proving().prove(hand),
            _ => Err(out_of_turn()),
        }
    }

    /// The person whose turn it is is not here: a drill passes over them and says so, and a recovery set takes
    /// another custodian's envelopes.
    pub fn absent(&mut self) {
        let Some(turn) = self.turn().filter(|_| self.may_miss()) else {
            return;
        };
        if let Stage::Bring(_, passed, _) = &mut self.stage {
            passed.insert(turn.person);
        }
    }

    /// Puts the change in force, with a run's arrow in the same commit where there is one.
    ///
    /// # Errors
    /// Somebody has not proven; the state changed since it was approved; nobody came to a drill: nothing is changed
    /// then. A failed write says what stands.
    pub(crate) fn finish(
        mut self,
        session: &mut Session,
        arrow: Option<Arrow>,
    ) -> Result<Changed, Refusal> {
        let lying = self.left_lying();
        match std::mem::replace(&mut self.stage, Stage::Over) {
            // Too few custodians came: the set's own refusal says so.
            Stage::Bring(proving, ..) if matches!(self.act, CustodyAct::Recovery(_)) => {
                Err(proving.identities().err().unwrap_or_else(out_of_turn))
            }
            Stage::Bring(proving, ..) => session
                .drill_with(&self.id, &proving, arrow)
                .map(Changed::Drilled),
            Stage::Prove(New::Rotation(prepared)) => session
                .finish_rotation_with(*prepared, arrow)
                .map(|done| Changed::Rotated(Box::new(Rotated { lying, ..done }))),
            Stage::Prove(New::Shares(new)) => session
                .finish_reshare_with(&new.proving, arrow)
                .map(|done| Changed::Reshared(Reshared { lying, ..done })),
            Stage::Prove(New::Recovery(prepared)) => session
                .finish_recovery_with(*prepared, arrow)
                .map(|made| Changed::Recovery(Box::new(RecoveryMade { lying, ..made }))),
            Stage::Decided(changed) => Ok(changed),
            _ => Err(out_of_turn()),
        }
    }

    /// Whether everything new was made already for a reshare that stands open: its act is executed.
    pub(crate) fn executed_digest(&self) -> Option<String> {
        match &self.stage {
            Stage::Place(New::Shares(new), _) | Stage::Prove(New::Shares(new)) => {
                Some(new.executed.digest.clone()).filter(|digest| !digest.is_empty())
            }
            _ => None,
        }
    }
}

/// How many words a new passphrase has.
const fn words(profile: Profile) -> usize {
    match profile {
        Profile::Rehearsal => passphrase::REHEARSAL_WORDS,
        Profile::Test | Profile::Production => passphrase::WORDS,
    }
}

/// Whose envelopes these are, each once, in order.
fn owners(envelopes: &[(String, &'static str, String)]) -> Vec<String> {
    let mut names: Vec<String> = envelopes.iter().map(|(name, ..)| name.clone()).collect();
    names.dedup();
    names
}

/// Everybody brings what they have, and nobody was passed over yet.
fn brought(proving: Proving) -> Stage {
    Stage::Bring(Box::new(proving), BTreeSet::new(), Vec::new())
}

fn out_of_turn() -> Refusal {
    Refusal::Usage(
        "Nobody's turn is left in this change, or it was given up. The people and shares of before are in force; ask \
         for it again."
            .into(),
    )
}
