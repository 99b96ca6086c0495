//! The session: the one door. It checks who is present and what was approved, does it, makes it durable, and
//! writes the evidence; only then does it answer. It knows the engine, the vault, people and evidence, and no screen, script or argument.

pub mod above;
pub mod action;
mod ahead;
pub mod arns;
pub mod asked;
mod automatic;
mod backup;
mod blind;
mod book;
pub(crate) mod brought;
pub mod build;
pub mod build_components;
mod build_custody;
mod build_exchange;
mod build_tr34;
pub mod bundle;
pub mod called;
mod came_before;
mod card_slip;
pub mod carry;
pub mod changing;
mod changing_policy;
pub mod changing_words;
mod clock;
pub mod clock_ahead;
pub mod clock_back;
pub mod command;
pub mod comparing;
pub mod components;
pub mod creation;
pub mod custody_act;
mod custody_judging;
pub mod deeds;
mod demanded;
mod door;
mod drill;
pub mod due;
mod effects;
mod enrolment;
pub mod envelopes;
mod environment;
mod era;
mod error;
mod exchanged;
pub mod field;
mod forms;
pub mod founding;
pub mod guide;
mod handed_out;
pub mod handing_out;
pub mod handover;
mod handover_blocks;
mod handover_parameters;
pub mod happened;
pub mod heard;
mod height;
pub mod holders;
pub mod idle;
pub mod inventory;
mod journal;
mod judged;
pub mod keyboard;
pub mod known;
mod limits;
mod list;
mod locks;
mod machine;
mod meaning;
pub(crate) mod media;
mod mismatch;
mod mistyped;
pub mod modes;
mod namesake;
pub mod op;
pub mod op_components;
pub mod op_custody;
pub mod op_destroyed;
pub mod op_envelopes;
pub mod op_exchange;
pub mod op_ledger;
pub mod op_policy;
pub mod op_suspect;
pub mod op_tr34;
pub mod opening;
mod opening_steps;
mod ours;
mod own_appointment;
pub(crate) mod pasted;
mod pending;
mod policy_file;
pub mod practice;
mod present;
mod printable;
mod proving;
mod randomness;
mod receipt;
mod recovered;
pub mod recovery;
mod refused;
pub mod reshare_left;
mod resharing;
mod restoring;
pub mod returning;
mod rotation;
pub mod run;
pub mod said;
mod sentence;
mod sentence_blocks;
mod sentence_custody;
mod sentence_issuing;
mod sentence_naming;
mod sentence_switch;
mod sentence_tokens;
pub mod span;
mod standing;
mod state;
mod stop;
pub(crate) mod token_signer;
pub mod tr34_act;
mod trail;
mod trail_words;
mod transition;
pub mod trusting;
mod twins;
mod unfinished;
mod unwritten;
pub mod view;
mod views;
pub mod watches;
pub mod wire;
mod withdrawing;
mod witness;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rand_core::CryptoRng;

use crate::api::{Clock, Key, Timestamp};
use crate::crypto::Entropy as _;
use crate::engine::Rules;
use crate::evidence::audit::{Head, Kind};
use crate::os::OsMonotonic;

pub use crate::api::Profile;
pub use action::{Action, Confirmation, ExportNote};
pub use backup::{BackupDone, NOT_COPIED};
pub use blind::{COMPARES, Comparing, hidden};
pub use bundle::{Brought, OF_A_BUNDLE};
pub use card_slip::CardSlip;
pub use changing::{Changed, Changing, Moment, Turn as ChangeTurn};
pub use command::{Arrow, Command, Executed, KeySource, Origin, Outcome, PreparedRsa};
pub use components::{
    ComponentAct, ComponentCommand, ComponentPart, ComponentStep, LivePaper, SetRef, Source,
};
pub use creation::{Created, NewPerson, NewVault, create, create_under};
pub use custody_act::{CustodyAct, Inventory, Recovery, Rotation, Seat};
pub use demanded::{Demands, has_a_floor};
pub use drill::DrillDone;
pub use environment::Environment;
pub use error::Refusal;
pub use forms::{SOFTWARE_QUESTION, paper_name};
pub use handed_out::change_begun;
#[cfg(test)]
pub(crate) use height::older as rollback;
pub use mistyped::{IN_THE_OPEN_LINE, InTheOpen, Mistyped};
pub(crate) use namesake::label_of;
pub use opening::{Bootstrap, Opening, WitnessAnswer};
pub use opening_steps::OpeningStep;
pub use policy_file::{policy_fits, policy_lines, read_policy};
pub use printable::{printable, wrapped};
pub use proving::{Hand, Proving};
pub use recovery::{PreparedRecovery, RecoveryMade};
pub use resharing::{Reshared, Resharing};
pub use restoring::{Height, NewerLog, Restored, Since, load_copy, write_out};
pub use rotation::{Prepared, Rotated};
pub use run::{
    IN_THE_OPEN, NOT_SAID, NOT_TAKEN, PRACTISED, Relief, Run, RunOutcome, STOP_UNSIGNED,
    STOPPED_AT, STOPPED_BY, StepRecord, StepState,
};
pub(crate) use sentence::groups as in_groups;
pub use standing::standing_open;
pub(crate) use state::copy_state;
pub use stop::{STOPPED, Stop, searching};
pub use trail::{Trail, TrailLine};
pub use transition::TOKEN_NOTES;
pub(crate) use twins::told as twin_told;
pub use view::{
    CopyView, DrillView, ExportView, KeyRow, PendingView, PersonView, ReceiptView, TokenView, View,
};
pub use watches::Watches;

#[cfg(test)]
pub(crate) use clock::Fixed;

#[cfg(test)]
mod custody_fault_tests;
#[cfg(test)]
mod custody_tests;
#[cfg(test)]
mod exchange_tests;
#[cfg(test)]
mod recovery_tests;
#[cfg(test)]
mod replay_tests;
#[cfg(test)]
mod suspect_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trail_tests;

use book::{Book, Turn};
use present::Held;
pub use present::is_about_words;
use randomness::Randomness;
use state::State;
use transition::Transition;

/// The tag that holds what people call a key.
pub const LABEL_TAG: &str = crate::engine::NAME_TAG;
/// The account of a vault where none is told.
pub const DEFAULT_ACCOUNT: &str = "111122223333";
/// The region of a vault where none is told.
pub const DEFAULT_REGION: &str = "us-east-1";

/// An open vault and the people present.
pub struct Session {
    name: String,
    profile: Profile,
    book: Book,
    state: State,
    held: Held,
    present: Vec<String>,
    /// Who acts, where the recovery set opened the vault.
    sitting: Option<Vec<crate::custody::Person>>,
    pending: Vec<pending::Pending>,
    wall: Box<dyn Clock>,
    entropy: Randomness,
    state_folder: Option<PathBuf>,
    /// Approval ids consumed at the present `seq`, as the state keeps them.
    consumed: BTreeSet<[u8; 32]>,
    /// Wall and monotonic time when they last agreed; only production looks.
    paced: (Timestamp, OsMonotonic),
    /// Whether people attested the clock (always in rehearsal and test).
    attested: bool,
    watched: clock_ahead::Watched,
    deeds: deeds::Deeds,
    /// Why nothing more is done: a write failed and only a new opening tells what stands.
    broken: Option<String>,
    /// Where the sealed log stood, of a copy that was opened to be restored.
    copy: Option<Head>,
    /// How high the vault of such a copy stood, as far as somebody knows.
    heard: restoring::Heard,
    /// Keys destroyed since somebody asked.
    destroyed: Vec<String>,
    /// Where the next act that gives a component out prints it; asked beside the act, never signed or kept.
    slip_to: Option<String>,
    notes: Vec<String>,
    /// What opening found about a witness card older than the vault: told until a new card is handed out.
    card_notes: Vec<String>,
    /// The sequence number of the last witness card that people here have: brought to the opening, or handed out since.
    card_seen: Cell<Option<u64>>,
    /// The sequence number that the vault had when it was opened or made.
    opened_at: u64,
    rows: OnceLock<Arc<Vec<KeyRow>>>,
    /// RSA pairs made before they were needed.
    ahead: ahead::Ahead,
    copies: OnceLock<Arc<Vec<CopyView>>>,
    /// The custody ledger as the view shows it.
    ledger: OnceLock<Arc<crate::custody::ledger::Ledger>>,
    request_number: u64,
    in_script: bool,
    /// How far a rehearsal's running time lies ahead of the wall clock; without it that time stands still.
    running: Option<i64>,
}

impl Session {
    fn assemble(
        name: String,
        profile: Profile,
        book: Book,
        state: State,
        held: Held,
        present: Vec<String>,
        environment: Environment,
    ) -> Self {
        let Environment {
            wall,
            entropy,
            state_folder,
        } = environment;
        let consumed = state.consumed_ids();
        let paced = (wall.now(), OsMonotonic::start());
        let opened_at = book.seq();
        Self {
            name,
            profile,
            book,
            state,
            held,
            present,
            sitting: None,
            pending: Vec::new(),
            wall,
            entropy,
            state_folder,
            consumed,
            paced,
            attested: profile != Profile::Production,
            watched: clock_ahead::Watched::default(),
            deeds: deeds::Deeds::default(),
            broken: None,
            copy: None,
            heard: restoring::Heard::default(),
            destroyed: Vec::new(),
            slip_to: None,
            notes: Vec::new(),
            card_notes: Vec::new(),
            card_seen: Cell::new(None),
            opened_at,
            rows: OnceLock::new(),
            ahead: ahead::Ahead::default(),
            copies: OnceLock::new(),
            ledger: OnceLock::new(),
            request_number: 0,
            in_script: false,
            running: None,
        }
    }

    /// What this vault is for.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The region of this vault's ARNs.
    pub fn region(&self) -> &str {
        self.state.engine.region()
    }

    /// Sets the context of seeded draws (script hash, run number, step id); without a seed it does nothing.
    pub fn draw_context(&mut self, script: &[u8; 32], run: u64, step: &str) {
        self.in_script = true;
        self.entropy.set_context(script, run, step);
    }

    /// Random bytes for a caller's own names (run ids), seeded where the session is.
    ///
    /// # Errors
    /// The random source failed.
    pub fn random_id(&mut self, purpose: &str) -> Result<[u8; 16], Refusal> {
        let mut bytes = [0_u8; 16];
        self.draw(purpose)?.fill_bytes(&mut bytes);
        Ok(bytes)
    }

    /// The seed of this session's randomness, where it has one.
    pub fn seed(&self) -> Option<&str> {
        self.entropy.seed()
    }

    /// A key's ARN by label, ARN or id.
    ///
    /// # Errors
    /// No key, or several keys, of that name.
    pub fn resolve(&self, name: &str) -> Result<String, Refusal> {
        if name.starts_with("arn:") || name.starts_with("alias/") || name.starts_with('#') {
            return Ok(name.to_owned());
        }
        let named: Vec<&Key> = self
            .state
            .engine
            .records()
            .filter(|r| r.key_id() == name || label_of(&r.key, &r.tags) == name)
            .map(|r| &r.key)
            .collect();
        match named.as_slice() {
            [key] => Ok(key.key_arn.clone()),
            [] => Err(Refusal::Usage(format!(
                "There is no key named {name} in this vault. Nothing was changed."
            ))),
            several => {
                let arns: Vec<&str> = several.iter().map(|key| key.key_arn.as_str()).collect();
                Err(Refusal::Usage(format!(
                    "{} keys are named {name}: give the ARN of the one that is meant ({}). Nothing was changed.",
                    several.len(),
                    arns.join(", ")
                )))
            }
        }
    }

    /// Closes: seals the audit head, wipes, frees the lock.
    ///
    /// # Errors
    /// The seal could not be written; the vault's state is still whole.
    pub fn close(mut self) -> Result<(), Refusal> {
        self.seal()
    }

    /// What closing writes: the last line, sealed. Nothing is done after it.
    ///
    /// # Errors
    /// As [`Session::close`].
    pub fn seal(&mut self) -> Result<(), Refusal> {
        self.stands()?;
        let closed = Transition::note("close", self.present.clone()).with("seq", self.book.seq());
        self.book.line(Kind::Closed, &closed, self.now())?;
        self.seal_audit()?;
        self.remember_height();
        Ok(())
    }

    fn draw(&mut self, purpose: &str) -> Result<Box<dyn CryptoRng + Send>, Refusal> {
        self.entropy
            .draw(purpose)
            .map_err(|e| Refusal::Vault(e.to_string()))
    }

    fn checkpoint(&mut self) {
        self.entropy.checkpoint();
    }

    fn rollback(&mut self) {
        self.entropy.rollback();
    }

    /// What the control plane is held to here.
    pub(crate) fn rules(&self) -> Rules {
        Rules {
            profile: self.profile,
            limits: limits::of(&self.state.policy),
        }
    }

    /// Refuses everything once a write has failed: only a new opening tells what stands.
    fn stands(&self) -> Result<(), Refusal> {
        match self.broken.as_deref().or_else(|| self.book.failed()) {
            None => Ok(()),
            Some(why) => Err(Refusal::Vault(format!(
                "{why} This session does nothing more: close it and open the vault again; it is whole either way."
            ))),
        }
    }

    /// Commits a new state with what led to it.
    fn commit(
        &mut self,
        state: State,
        transitions: &[Transition],
        destroys: bool,
    ) -> Result<(), Refusal> {
        let turn = Turn {
            destroys,
            ..Turn::default()
        };
        self.commit_turn(state, transitions, &turn)
    }

    /// The same for a commit that turns a page of the vault.
    fn commit_turn(
        &mut self,
        mut state: State,
        transitions: &[Transition],
        turn: &Turn<'_>,
    ) -> Result<(), Refusal> {
        let now = self.now();
        // The copy's clock: an act may have set the time back, which the vault's own would raise again.
        let reached = self.now_in(&state.clock);
        if self.on_pace() {
            state.clock.watermark = reached.into();
        }
        if transitions.iter().any(|t| t.moves) && state.consumed == self.state.consumed {
            state.consumed.clear();
        }
        if let Err(refusal) = self.book.commit(&mut state, transitions, turn, now) {
            self.broken = Some(refusal.to_string());
            return Err(refusal);
        }
        self.consumed = state.consumed_ids();
        self.state = state;
        self.rows = OnceLock::new();
        self.copies = OnceLock::new();
        self.ledger = OnceLock::new();
        Ok(())
    }
}
