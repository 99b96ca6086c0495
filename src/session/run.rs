//! Runs of ceremony scripts, as the vault remembers them: the journal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::api::Timestamp;

/// Where a step stands (design: `planned → armed → issued → co-signed → executing → executed → verified →
/// witnessed → closed`, plus `exception` and `aborted`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Not begun.
    Planned,
    /// Its inputs are asked for.
    Armed,
    /// The issuer has signed.
    Issued,
    /// Every approval is there.
    CoSigned,
    /// The effect is about to be committed.
    Executing,
    /// The effect is committed, in one commit with this arrow.
    Executed,
    /// What was expected is what happened.
    Verified,
    /// The witness has signed, where the step asks for it.
    Witnessed,
    /// Done.
    Closed,
    /// Something else happened than expected, and it is recorded.
    Exception,
    /// The run was stopped here.
    Aborted,
}

impl StepState {
    /// The state's name as the journal and `ceremony.json` write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Armed => "armed",
            Self::Issued => "issued",
            Self::CoSigned => "co-signed",
            Self::Executing => "executing",
            Self::Executed => "executed",
            Self::Verified => "verified",
            Self::Witnessed => "witnessed",
            Self::Closed => "closed",
            Self::Exception => "exception",
            Self::Aborted => "aborted",
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunOutcome {
    /// Every step closed.
    Completed,
    /// Completed with a recorded exception.
    Exception,
    /// Stopped.
    Aborted,
}

/// Note of a run's first step, in production: when the script was rehearsed, and by which build.
pub const REHEARSED: &str = "rehearsal before it";

/// Note of a run's first step, in production: whether the machine had a network when it began.
pub const NETWORK: &str = "network at its beginning";

/// Note of a run's first step: the folder that was named for what the run leaves, so that whoever takes it up need not know.
pub const GOES_TO: &str = "folder named at its beginning";

/// Note of a step: answers that did not agree, each as `FIELD of PERSON at TIME`; never what they said.
pub const NOT_TAKEN: &str = "not taken";

/// Note of a step: what of secrets was typed where it is drawn, each as `WHAT at FIELD by PERSON at TIME`; never itself.
pub const IN_THE_OPEN: &str = "typed in the open";

/// Note of a step of a rehearsal: how many of its answers F5 gave, `3 of 5`.
pub const PRACTISED: &str = "practice answers";

/// Note of a person who signed the request of a step, with the time: begins so, and ends with the name and `)`.
pub(crate) const SIGNED_AT: &str = "signed at (";

/// Note of a step: the words of the request as it was asked last.
pub(crate) const ASKED_WORDS: &str = "words asked";

/// Note of a person who was to sign a stop and did not, with why, behind the name and a bracket.
pub const STOP_UNSIGNED: &str = "on_abort not signed (";

/// Note of the step at which people stopped the run: who began that, as it was said there, or [`NOT_SAID`].
pub const STOPPED_BY: &str = "on_abort begun by";

/// Note of the step at which the run was stopped: when that was. Signatures under the stop come later.
pub const STOPPED_AT: &str = "on_abort begun at";

/// What stands where nobody said who stopped the run.
pub const NOT_SAID: &str = "not said";

/// One step of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The step's id in the script.
    pub id: String,
    /// The step's op.
    pub op: String,
    /// Where it stands.
    pub state: StepState,
    /// When it first left `planned`.
    pub began: Option<Timestamp>,
    /// When it was closed.
    pub ended: Option<Timestamp>,
    /// Who acted, issued and approved, by name.
    pub who: Vec<String>,
    /// What was answered, for the report: never a secret.
    pub notes: BTreeMap<String, String>,
    /// The refusal, where one happened: `ValidationException: ...`.
    pub error: Option<String>,
    /// ARN of the key it made or touched.
    pub key: Option<String>,
    /// Declared id of the key whose check value the step compares with its sender's. Absent in other steps, and in
    /// journals of before values were hidden until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compares: Option<String>,
    /// The request as executed (wire JSON text), for evidence.
    pub request: Option<String>,
    /// The response (wire JSON text), for evidence.
    pub response: Option<String>,
    /// What a bundle shows of the act (JSON text): the action that was signed, and each transition's operation,
    /// request and response. Absent in journals of before bundles were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Digest people signed, lower-case hex.
    pub digest: Option<String>,
    /// Files it wrote: name to content, so that a resumed run can write them again.
    #[serde(with = "bytes_map")]
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Somebody takes another's place in a run that is taken up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relief {
    /// The place, as the script calls it.
    pub place: String,
    /// Who had it.
    pub from: String,
    /// Who has it.
    pub to: String,
    /// The step from which on, by its id.
    pub step: String,
}

/// One run of one script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// 32 lower-case hex digits.
    pub id: String,
    /// The script's own id.
    pub script: String,
    /// SHA-256 of the script's bytes, lower-case hex.
    pub script_sha256: String,
    /// The script itself, where keymoot does not ship it: one that the workstation made of answers, or somebody's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script_text: Option<String>,
    /// The script's nonce, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<i64>,
    /// The how-many-eth run in this vault, from 1.
    pub number: u64,
    /// The seed, where everything was seeded.
    pub seed: Option<String>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How it ended; `None` while it stands open.
    pub outcome: Option<RunOutcome>,
    /// How often it was resumed.
    pub interruptions: u64,
    /// Script places bound to people of the vault, as they are now.
    pub people: BTreeMap<String, String>,
    /// Who left a place to somebody else when the run was taken up again, oldest first. Absent where nobody did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relieved: Vec<Relief>,
    /// In a test vault: the other side is real, no stand-in answers for it, and no time is let pass. Absent where not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub real_others: bool,
    /// Inputs by name, as read once at the beginning.
    #[serde(with = "bytes_map")]
    pub inputs: BTreeMap<String, Vec<u8>>,
    /// Declared key id to ARN.
    pub keys: BTreeMap<String, String>,
    /// Ordinals of seeded draws.
    pub ordinals: BTreeMap<String, u64>,
    /// The steps, in order.
    pub steps: Vec<StepRecord>,
}

impl Run {
    /// The number, from 1, of the first step that is not over.
    pub fn next_step(&self) -> usize {
        let over =
            |step: &&StepRecord| matches!(step.state, StepState::Closed | StepState::Exception);
        self.steps.iter().take_while(over).count().saturating_add(1)
    }

    /// Who had a place in a step.
    pub fn at_place(&self, place: &str, step: &str) -> String {
        let order = |id: &str| self.steps.iter().position(|record| record.id == id);
        let at = order(step);
        let mut changes = self.relieved.iter().filter(|relief| relief.place == place);
        let later = changes
            .find(|relief| at.is_some_and(|at| order(&relief.step).is_some_and(|from| at < from)));
        later.map_or_else(
            || self.people.get(place).cloned().unwrap_or_default(),
            |relief| relief.from.clone(),
        )
    }
}

impl StepRecord {
    /// Who signed the request of the step as it was asked last, each with the time, in their order.
    pub(crate) fn signed_at(&self) -> Vec<[String; 2]> {
        let signed = self.notes.iter().filter_map(|(note, at)| {
            let name = note.strip_prefix(SIGNED_AT)?.strip_suffix(')')?;
            Some([at.clone(), name.to_owned()])
        });
        let mut signed: Vec<[String; 2]> = signed.collect();
        // Of one moment, as a clock that stands still has it, in the order in which they signed.
        signed.sort_by_key(|[at, name]| {
            let order = self.who.iter().position(|who| who == name);
            (at.clone(), order.unwrap_or(usize::MAX))
        });
        signed.into_iter().map(|[at, name]| [name, at]).collect()
    }

    /// Whether signatures were given for its request and it was not carried out: an interruption takes them.
    pub(crate) fn awaits_act(&self) -> bool {
        let open = matches!(
            self.state,
            StepState::Issued | StepState::CoSigned | StepState::Executing
        );
        open && self.digest.is_none()
    }
}

mod bytes_map {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer, ser::SerializeMap};
    use serde_bytes::ByteBuf;

    pub(super) fn serialize<S: Serializer>(
        map: &BTreeMap<String, Vec<u8>>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_map(Some(map.len()))?;
        for (name, bytes) in map {
            out.serialize_entry(name, serde_bytes::Bytes::new(bytes))?;
        }
        out.end()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<BTreeMap<String, Vec<u8>>, D::Error> {
        let map = BTreeMap::<String, ByteBuf>::deserialize(d)?;
        Ok(map
            .into_iter()
            .map(|(name, bytes)| (name, bytes.into_vec()))
            .collect())
    }
}
