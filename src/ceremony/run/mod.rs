//! Running a script: one runner, a journaled state for every step, resume at every arrow.
//!
//! The journal in the vault decides where a run stands; what a runner holds in memory (answers typed so far, the act
//! on the table) may be lost at any moment and is asked for again.

mod act;
mod anew;
mod arrival;
mod asks;
mod begin;
mod bind;
mod bring;
mod carry;
mod change;
mod components;
mod copies;
mod declared;
mod deed;
mod deviations;
mod dissent;
mod drive;
mod effect;
mod empty_run;
mod everybody;
mod exceptions;
mod existing;
mod expect;
mod fates;
mod faults;
mod given;
mod inputs;
mod judge;
mod leaving;
mod machine;
mod mistyping;
mod newcomers;
mod numbers;
mod outputs;
mod papers;
mod practice_packages;
mod practised;
mod presence;
mod put_away;
mod readings;
mod relief;
mod report;
mod resealing;
mod ritual;
mod scripted;
mod serves;
mod sides;
mod sign;
mod sign_off;
mod signers;
mod standing;
mod stop_signed;
mod stopping;
mod summary;
mod told;
mod too_weak;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use crate::api::Timestamp;
use crate::crypto::SecretBytes;
use crate::session::{
    Action, Arrow, Command, NOT_TAKEN, PendingView, Refusal, Run, RunOutcome, Session, StepRecord,
    StepState,
};

use super::model::{OnFail, Step};
use super::script::Script;
use drive::Halt;

pub(super) use act::is_asked;
pub(crate) use asks::key_lines;
pub(super) use bind::{places_given, places_of};
pub(super) use bring::files_of;
pub(super) use carry::NUMBER;
pub(super) use existing::stand_against;
pub use inputs::{asked_for, resolve_inputs};
pub use leaving::left_behind;
pub(super) use newcomers::told as newcomers_told;
pub(super) use numbers::number_in;
pub use outputs::{run_report, write_run};
pub(super) use put_away::packed_at_a_stop;
pub(super) use scripted::usual;
pub(super) use standing::still_to_do;
pub(super) use stopping::reason as stop_reason;

/// A run that does not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The door refused.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// A step failed: the run stands open and can be resumed, or ended with this.
    #[error("step {step}: {message}")]
    Step {
        /// The step.
        step: String,
        /// What happened.
        message: String,
    },
    /// Production without a recent green rehearsal of the same script.
    #[error("{0}")]
    NotRehearsed(String),
    /// The script cannot run here (profile, people, inputs, an open run without resume).
    #[error("{0}")]
    CannotBegin(String),
    /// An output could not be written.
    #[error("{0}")]
    Output(String),
}

impl RunError {
    /// The process's exit status for it (design §5).
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Refused(Refusal::Approval(_) | Refusal::PersonNeeded(_))
            | Self::NotRehearsed(_) => 3,
            Self::Refused(_) | Self::Step { .. } | Self::CannotBegin(_) | Self::Output(_) => 1,
        }
    }
}

/// How a run is wanted.
#[derive(Debug, Default)]
pub struct Wanted {
    /// File inputs by name.
    pub inputs: BTreeMap<String, Vec<u8>>,
    /// Take up the interrupted run.
    pub resume: bool,
    /// Who has which place, where the script lets anybody have it; of a run that is taken up, from then on.
    pub people: BTreeMap<String, String>,
    /// In a test vault: the other side is real, so no stand-in answers for it and the script lets no time pass.
    pub real_others: bool,
    /// Whether the screens are being recorded.
    pub recorded: bool,
    /// Where green rehearsals are noted: a rehearsal adds a line, a production run asks for one.
    pub rehearsal_note: Option<PathBuf>,
    /// Where nobody attends the run of a test vault: the folder below which its copies of the vault go.
    pub copies_to: Option<PathBuf>,
    /// The folder for what the run leaves, where one was named; a vault that stays keeps it with the run.
    pub out: Option<PathBuf>,
    /// A rehearsal vault that stays: the time to which its own clock goes on before the run does.
    pub clock: Option<Timestamp>,
}

/// What is asked next inside a step.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// The run is about to be taken up, and it is asked whether the holder of a place is here: `Runner::arrival`.
    Arrival,
    /// A file has to be brought: the front of `Runner::awaited`.
    Bring,
    /// A person types fields, or looks and presses Enter: the front of `Runner::turns`.
    Turn,
    /// The issuer reads the request and signs it.
    Issue,
    /// The custodian at the front of `Runner::signers` signs.
    Approve,
    /// Everybody signed, and the owner of the paper that comes out goes to the printer.
    Print,
    /// Everybody signed, and the search for primes was stopped: it can be begun again.
    Search,
    /// The person at the front of `Runner::signers` signs off.
    SignOff,
    /// The person at the front of `Runner::signers` signs that the run was stopped.
    AbortSignOff,
    /// The person at the front of `Runner::signers` signs that a step went another way than expected.
    Exception,
    /// Somebody signs that something happened that the script does not foresee.
    Deviation,
    /// The holder at the front of `Runner::papers` puts a paper into a package again, because the run was stopped.
    AbortReseal,
    /// A person has their turn in a change of people or shares: `Runner::changing`.
    Change,
    /// A copy of the vault is on record as begun, and goes into a folder that is named again.
    Copy,
    /// Time has to pass.
    Wait,
    /// The result is shown.
    Result,
    /// Nothing is asked: the run has ended.
    Ended,
}

/// One person's turn to type or to look.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Turn {
    /// Name in the vault; empty for everybody.
    person: String,
    role: String,
    /// Ids of fields of the step's op.
    fields: Vec<&'static str>,
}

/// One run of one script in one session.
pub struct Runner {
    script: Script,
    run: String,
    /// Index of the step at hand.
    at: usize,
    stage: Stage,
    turns: VecDeque<Turn>,
    signers: VecDeque<String>,
    /// Papers that lie open while the run is being stopped.
    papers: VecDeque<resealing::OpenPaper>,
    /// The serial that a holder has just read from a package, until whoever watches has read it too.
    read: Option<String>,
    /// The run is being left: where it stood before papers were asked for.
    aside: Option<Stage>,
    /// Where the run stood before something unforeseen was recorded.
    before: Option<Stage>,
    /// Who stops the run, between the page that asked and the record.
    stopped_by: Option<String>,
    /// Whether every paper is put away, and the run is left now.
    left: bool,
    /// Inputs of the step at hand that people still have to bring.
    awaited: VecDeque<String>,
    /// Files that are being judged: seen as if they had come, and on no record.
    tried: BTreeMap<String, Vec<u8>>,
    /// Files that were given with the order to begin or to go on, and that no step has asked for yet.
    given: BTreeMap<String, Vec<u8>>,
    /// Why a file that was given is not taken at the step at hand.
    unfit: Option<String>,
    /// Fields answered so far in this step; for fields that several people answer, `field (name)`.
    texts: BTreeMap<String, String>,
    /// A component that was drawn and printed in this step and not yet read back.
    drawn: Option<SecretBytes>,
    /// Whether the owner of the paper that an act lets out has said that it may be printed.
    at_printer: bool,
    /// Answers that stand in no step's record yet.
    practised: super::Practised,
    /// Who typed the fields that a second person types.
    typed_by: Option<String>,
    /// Whether two watches that are ahead of the clock were asked about: what they say then is taken.
    watches_asked: bool,
    action: Option<Action>,
    /// The act as it was judged before anybody signs.
    preview: Option<PendingView>,
    pending: Option<PendingView>,
    /// A change of people or shares that is being carried out.
    changing: Option<super::changing::ChangeTalk>,
    /// What a change of people came to: it stands on the page behind it.
    told: Vec<String>,
    last: Option<String>,
    outcome: Option<RunOutcome>,
    /// Whether the step at hand was prepared in this runner's life.
    armed: bool,
    /// Time that the script let pass before the step at hand, in words.
    passed: Option<String>,
    /// Whether `turns` is of the step at hand.
    turns_known: bool,
    /// A failure that ended the run before anything was asked.
    failure: Option<RunError>,
    /// A run that is about to be taken up, until it is known who has which place.
    arrival: Option<Box<arrival::Arrival>>,
    /// Script places bound to names.
    people: BTreeMap<String, String>,
    /// Where a green rehearsal is noted.
    rehearsal_note: Option<PathBuf>,
    /// What became of that note, once a rehearsal went through.
    noted: Option<super::Noted>,
    /// Where copies go that nobody attends.
    copies_to: Option<PathBuf>,
    /// Whether this runner took up an interrupted run.
    resumed: bool,
    /// Whether nothing was answered since it was taken up.
    came_back: bool,
    /// Every arrow that was committed so far: the step's id, and its new state.
    arrows: Vec<(String, StepState)>,
    /// For drills: arrows that may still be committed before the runner stops as if the power had failed.
    arrows_left: Option<usize>,
    /// Whether the script's faults are played: headless rehearsals that nobody interrupted.
    faults_on: bool,
    /// Faults that have been played, by their place in the script.
    faults_played: BTreeSet<usize>,
    /// Whether a fault of the script has just stopped the run as a power cut would.
    killed: bool,
    /// Whether people sit before it: where an unlock file signs for them, Enter is asked all the same.
    attended: bool,
    /// The field that the last answer was refused for, where it was one.
    refused_field: Option<&'static str>,
}

/// Note of a step: how many of the answers that were not taken a rehearsal's faults gave on purpose. A run that was taken
/// up plays none, and programs count the same in both.
pub(super) const ON_PURPOSE: &str = "not taken, on purpose";

/// Why an answer was not taken, where the form itself refused it.
const NOT_IN_FORM: &str = "not in its form";

/// Whether what is typed into a field of a run is compared with what came by another way.
pub fn is_compared(field: &str) -> bool {
    [
        "fingerprint",
        "kcv",
        "nonce",
        "serial",
        "advised",
        "watched",
    ]
    .contains(&field)
}

/// Each answer that was not taken, of a step's note.
pub(super) fn not_taken_of(note: &str) -> impl Iterator<Item = &str> {
    let each = note.split(", ");
    each.filter(|one| one.ends_with('Z') && one.contains(" at "))
}

impl Runner {
    /// The run as the vault remembers it.
    pub fn run(&self, session: &Session) -> Run {
        let last = session
            .last_run(&self.script.sha256_hex())
            .filter(|run| run.id == self.run);
        let earlier = || {
            session
                .view()
                .runs
                .iter()
                .find(|run| run.id == self.run)
                .cloned()
        };
        // A runner exists only after its run was journaled; an empty run can at most be shown.
        let run = last.or_else(earlier);
        let mut run = run.unwrap_or_else(|| empty_run::empty_run(&self.script, session));
        run.inputs.extend(self.tried.clone());
        run
    }

    /// The script.
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// How the run ended, once it has.
    pub fn outcome(&self) -> Option<RunOutcome> {
        self.outcome
    }

    /// The arrows that this runner committed, oldest first: a step's id, and the state that its record then had. Those
    /// of a process before it, in a run that is taken up, are in the journal alone.
    pub fn arrows(&self) -> &[(String, StepState)] {
        &self.arrows
    }

    /// For drills: stop as a power cut would, after so many more committed arrows. The run then stands open in its
    /// vault and is taken up with [`Wanted::resume`].
    pub fn stop_after(&mut self, arrows: usize) {
        self.arrows_left = Some(arrows);
    }

    fn step(&self) -> Option<&Step> {
        self.script.model.steps.get(self.at)
    }

    /// The name of the person at a place.
    fn name(&self, place: &str) -> String {
        self.people.get(place).cloned().unwrap_or_default()
    }

    /// The step's record in the journal.
    fn record(&self, session: &Session) -> Option<StepRecord> {
        let id = &self.step()?.id;
        self.run(session)
            .steps
            .into_iter()
            .find(|record| record.id == *id)
    }

    /// Commits a change of the step's record.
    fn journal(
        &mut self,
        session: &mut Session,
        change: impl FnOnce(&mut StepRecord),
    ) -> Result<(), RunError> {
        if let Some(mut record) = self.record(session) {
            change(&mut record);
            self.keep_practised(&mut record);
            let state = record.state;
            self.keep_record(session, record)?;
            self.arrow(state)?;
        }
        Ok(())
    }

    /// Commits a step's record that binds no key.
    fn keep_record(&self, session: &mut Session, record: StepRecord) -> Result<(), RunError> {
        session.perform(Command::Journal(Arrow::Step {
            run: self.run.clone(),
            step: Box::new(record),
            binds: Vec::new(),
        }))?;
        Ok(())
    }

    /// Records that an answer was not taken, which one, whose and when: never what it said. Whoever reads the evidence
    /// sees that something was compared and did not agree, though the right answer came later. True where that was the
    /// last try that the script allows, and the step has ended.
    fn not_taken(
        &mut self,
        session: &mut Session,
        field: &str,
        person: &str,
    ) -> Result<bool, Halt> {
        let at = session.now().rfc3339();
        self.note_not_taken(session, format!("{field} of {person} at {at}"))?;
        self.out_of_tries(session)
    }

    fn note_not_taken(&self, session: &mut Session, line: String) -> Result<(), RunError> {
        let Some(mut record) = self.record(session) else {
            return Ok(());
        };
        match record.notes.get_mut(NOT_TAKEN) {
            Some(earlier) => *earlier = format!("{earlier}, {line}"),
            None => {
                record.notes.insert(NOT_TAKEN.to_owned(), line);
            }
        }
        if self.faults_on {
            let known = record.notes.get(ON_PURPOSE).and_then(|n| n.parse().ok());
            let more = known.unwrap_or(0_usize).saturating_add(1).to_string();
            record.notes.insert(ON_PURPOSE.to_owned(), more);
        }
        self.keep_record(session, record)
    }

    /// Ends the step where its script allows so many wrong answers (`on_fail = "retry:3"`) and one more was given.
    fn out_of_tries(&mut self, session: &mut Session) -> Result<bool, Halt> {
        let Some(OnFail::Retry(most)) = self.step().map(|step| step.on_fail) else {
            return Ok(false);
        };
        let told = self
            .record(session)
            .and_then(|r| r.notes.get(NOT_TAKEN).cloned());
        let given = told.unwrap_or_default();
        let in_form = |one: &&str| !one.contains(NOT_IN_FORM);
        let wrong = not_taken_of(&given).filter(in_form);
        if wrong.count() <= most {
            return Ok(false);
        }
        let message = format!(
            "the answers did not agree, and after {most} wrong ones the script allows no more; nothing was made of them"
        );
        self.fail(session, message)?;
        Ok(true)
    }

    /// Counts a committed arrow to a state, and stops where a drill or a fault of the script wants it.
    fn arrow(&mut self, state: StepState) -> Result<(), RunError> {
        let at = self.step().map(|s| s.id.clone()).unwrap_or_default();
        self.arrows.push((at.clone(), state));
        let fault = self.kill_wanted(state);
        if !fault {
            let Some(left) = &mut self.arrows_left else {
                return Ok(());
            };
            if *left > 1 {
                *left -= 1;
                return Ok(());
            }
        }
        self.killed = fault;
        Err(RunError::Step {
            step: at,
            message: "stopped here for a drill. The run stands open; take it up with --resume."
                .into(),
        })
    }
}
