//! What comes through the one door, and what goes back.

use crate::api::{Request, Response, Timestamp};
use crate::crypto::SecretBytes;

use super::action::Action;
use super::comparing::{Comparison, Judged};
use super::components::ComponentCommand;
use super::run::{Relief, Run, RunOutcome, StepRecord};
use super::view::{PendingView, ReceiptView};

/// Where the signing key of a person comes from, for one signature.
pub enum KeySource {
    /// Unsealed once at opening: rehearsal, or an unlock file.
    Held,
    /// The person's envelope, unsealed now with this passphrase and wiped after the signature.
    Passphrase(SecretBytes),
    /// The same with the envelope read from the person's own medium (armored age).
    Envelope(String, SecretBytes),
}

/// Which step of which script an act belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// SHA-256 of the script.
    pub script: [u8; 32],
    /// The step's id.
    pub step: String,
}

/// A change of a run's journal that is committed.
#[derive(Debug, Clone)]
pub enum Arrow {
    /// A run begins (boxed: it carries inputs).
    Begin(Box<Run>),
    /// A step's record is replaced.
    Step {
        /// The run.
        run: String,
        /// The record as it now stands (without `response`, `digest`, `key` where the same commit's act fills them).
        step: Box<StepRecord>,
        /// Declared key ids that this act's new keys bind to, each with the number of the operation that makes it
        /// (0 but for lists).
        binds: Vec<(usize, String)>,
    },
    /// A file that a step waited for has come.
    Input {
        /// The run.
        run: String,
        /// The input's name.
        name: String,
        /// The file, read once.
        bytes: Vec<u8>,
        /// Who brought it: a name of the vault, or what stood in for the counterparty.
        from: String,
    },
    /// A file that came cannot be used behind what was done since, and another is waited for.
    Unfit {
        /// The run.
        run: String,
        /// The input's name.
        name: String,
        /// Why.
        why: String,
    },
    /// An interrupted run is taken up again.
    Resume {
        /// The run.
        run: String,
        /// Who takes whose place from here on.
        relieved: Vec<Relief>,
        /// Who did not open the vault, and was said to be here all the same.
        here: Vec<String>,
    },
    /// The last step's record, and the run's end, in one commit.
    Close {
        /// The run.
        run: String,
        /// The last record.
        step: Box<StepRecord>,
        /// How it ended.
        outcome: RunOutcome,
    },
}

/// An RSA pair searched for ahead of the commit; dropping it leaves no trace.
pub use crate::engine::PreparedRsa;

/// What the door takes.
#[allow(clippy::large_enum_variant)] // one command at a time, moved once
pub enum Command {
    /// A read of the control plane.
    Read(Request),
    /// An issuer asks for an act and signs it first.
    Ask {
        /// The act.
        action: Action,
        /// The issuer's name.
        issuer: String,
        /// The step it belongs to.
        origin: Option<Origin>,
        /// The issuer's key.
        key: KeySource,
    },
    /// A custodian signs a pending act.
    Approve {
        /// The approval id.
        id: [u8; 32],
        /// The custodian's name.
        person: String,
        /// The custodian's key.
        key: KeySource,
    },
    /// Somebody takes a pending act off the table.
    Withdraw {
        /// The approval id.
        id: [u8; 32],
        /// Who.
        person: String,
        /// Why, in their words.
        reason: String,
    },
    /// A fully signed act is done.
    Execute {
        /// The approval id.
        id: [u8; 32],
        /// A pair found ahead, for RSA keys.
        prepared: Option<PreparedRsa>,
        /// The journal's arrow to `executed`, in the same commit.
        arrow: Option<Arrow>,
    },
    /// A custodian's step with one component.
    Component(Box<ComponentCommand>),
    /// A journal arrow without an effect.
    Journal(Arrow),
    /// Time moves on (rehearsal: the frozen clock; test: the stored offset).
    Advance {
        /// By how much, in milliseconds.
        millis: i64,
    },
    /// Deletions that are due are settled.
    Settle,
    /// Two people type date and time from their own watches (production).
    AttestClock {
        /// Who, and what they read.
        readings: Vec<(String, Timestamp)>,
    },
    /// Somebody says what a key's sender gave as its check value, or wants ours shown without it.
    Compare(Comparison),
    /// A receiver's answer to an export is read.
    Receipt {
        /// What `aws payment-cryptography import-key` or `get-key` printed.
        answer: Vec<u8>,
    },
    /// People present sign the audit head and a text.
    SignOff {
        /// What they sign, in words.
        text: String,
        /// Who, each with a key.
        people: Vec<(String, KeySource)>,
    },
}

/// An act that was done.
#[derive(Debug, Clone)]
pub struct Executed {
    /// The responses, one for each operation (a list has several).
    pub responses: Vec<Response>,
    /// The token that it wrote, where that is none with a key: upper-case hex.
    pub token: Option<String>,
    /// The sequence number it raised.
    pub seq: u64,
    /// The digest that was signed, lower-case hex.
    pub digest: String,
    /// Who signed: issuer first.
    pub who: Vec<String>,
}

/// What the door answers.
#[derive(Debug)]
pub enum Outcome {
    /// A read's response.
    Read(Response),
    /// The act stands before its approvers.
    Asked(PendingView),
    /// One more signature stands.
    Approved(PendingView),
    /// It was taken off the table.
    Withdrawn,
    /// It is done, durable and in the evidence.
    Executed(Executed),
    /// The step with a component is done and durable.
    Component {
        /// The component's check value; empty where the step has none.
        kcv: String,
    },
    /// The journal holds it.
    Journaled,
    /// Time is now this; these keys were destroyed on the way.
    Advanced {
        /// The vault's time.
        now: Timestamp,
        /// ARNs whose window ended.
        destroyed: Vec<String>,
    },
    /// What came of a comparison; it is on record.
    Compared(Judged),
    /// What the receiver's answer says about the export.
    Receipt(ReceiptView),
    /// The head was signed by these people.
    SignedOff {
        /// Names.
        who: Vec<String>,
        /// Audit head, lower-case hex.
        head: String,
    },
}
