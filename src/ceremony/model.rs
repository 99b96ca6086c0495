//! A script as data, after parsing: every id is well formed, every member known; what they mean together is the
//! linter's business.

use std::collections::BTreeMap;

use crate::api::{KeyAlgorithm, KeyAttributes, KeyClass, KeyModesOfUse, KeyState, KeyUsage};
use crate::session::Profile;
use crate::session::op::Op;

use super::finding::Place;

/// The parts people have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Issues acts; may not approve.
    Administrator,
    /// Holds shares and approves.
    Custodian,
    /// Observes and signs off; never approves.
    Witness,
}

impl Role {
    /// Every role.
    pub(super) const ALL: &'static [Self] = &[Self::Administrator, Self::Custodian, Self::Witness];

    /// The name in scripts and vaults.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Custodian => "custodian",
            Self::Witness => "witness",
        }
    }

    /// Finds a role by name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }
}

/// A place that a person of the vault takes at run time.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) place: Place,
    pub(super) id: String,
    pub(super) role: Role,
    /// Fingerprint of the approval key, lower-case hex, where the script insists on one person.
    pub(super) key: Option<String>,
}

/// A declared algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// This one.
    Is(KeyAlgorithm),
    /// Whatever the certificate's key is.
    FromCertificate,
}

/// A declared key.
#[derive(Debug)]
pub(super) struct KeyDeclaration {
    pub(super) place: Place,
    pub(super) id: String,
    pub(super) label: String,
    pub(super) usage: KeyUsage,
    pub(super) algorithm: Algorithm,
    pub(super) modes: KeyModesOfUse,
    pub(super) exportable: bool,
}

impl KeyDeclaration {
    /// Whether it declares a certificate's key.
    pub(super) fn is_public(&self) -> bool {
        self.algorithm == Algorithm::FromCertificate
    }

    /// Whether a key of the vault is as declared.
    pub(super) fn matches(&self, attributes: &KeyAttributes, exportable: bool) -> bool {
        let algorithm = match self.algorithm {
            Algorithm::Is(algorithm) => attributes.key_algorithm == algorithm,
            Algorithm::FromCertificate => attributes.key_class == KeyClass::PUBLIC_KEY,
        };
        let usage = attributes.key_usage == self.usage;
        let modes = attributes.key_modes_of_use == self.modes;
        algorithm && usage && modes && (self.is_public() || exportable == self.exportable)
    }
}

/// A declared file input.
#[derive(Debug)]
pub(super) struct FileInput {
    pub(super) place: Place,
    pub(super) id: String,
    pub(super) hint: String,
    /// Path relative to the script, inside its folder.
    pub(super) default: Option<String>,
}

/// How many must approve, and who may.
#[derive(Debug, Clone)]
pub(super) struct Approve {
    pub(super) place: Place,
    pub(super) count: usize,
    /// Places; empty means every custodian.
    pub(super) from: Vec<String>,
}

/// What a step must bring about.
#[derive(Debug, Clone, Default)]
pub(super) struct Expect {
    pub(super) place: Place,
    pub(super) state: Option<KeyState>,
    /// A check value in hex, or `key`: the one on record for the step's key.
    pub(super) kcv: Option<String>,
    /// The service's name of an error: the step must be refused with it.
    pub(super) error: Option<String>,
    /// `attributes = "declared"`.
    pub(super) declared: bool,
    pub(super) enabled: Option<bool>,
    /// `material = "gone"`: no trace of the key in the vault.
    pub(super) material_gone: bool,
}

/// What follows when a step brings about something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnFail {
    /// The run ends.
    Stop,
    /// The exception is recorded and the run goes on.
    Exception,
}

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) place: Place,
    pub(super) id: String,
    pub(super) op: &'static Op,
    pub(super) title: String,
    /// Places of those who act, in order.
    pub(super) who: Vec<String>,
    /// Places of those who watch.
    pub(super) observe: Vec<String>,
    /// Place of the issuer.
    pub(super) initiate: Option<String>,
    pub(super) approve: Option<Approve>,
    /// For ops that make a key: the declared key they make.
    pub(super) makes: Option<String>,
    /// Written fields by id, in normal form.
    pub(super) fields: BTreeMap<&'static str, String>,
    /// Who is asked for a field, where it is not the issuer.
    pub(super) asked: BTreeMap<&'static str, String>,
    pub(super) expect: Option<Expect>,
    pub(super) on_fail: OnFail,
    pub(super) clause: Vec<String>,
    pub(super) why: Option<String>,
}

impl Step {
    /// The declared key that the step makes or uses.
    pub(super) fn key(&self) -> Option<&str> {
        self.makes
            .as_deref()
            .or_else(|| self.fields.get("key").map(String::as_str))
    }
}

/// What only rehearsals (and, but for clock and seed, test vaults) read.
#[derive(Debug, Default)]
pub(super) struct Rehearsal {
    pub(super) seed: Option<String>,
    pub(super) clock: Option<crate::api::Timestamp>,
    /// Step id to field id to answer.
    pub(super) answers: BTreeMap<String, BTreeMap<&'static str, String>>,
    /// Step id to milliseconds that pass before it.
    pub(super) advances: BTreeMap<String, i64>,
    /// Where steps are named, for the linter.
    pub(super) mentions: Vec<(Place, String)>,
}

/// A script.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) estimate: Option<String>,
    pub(super) profiles: Vec<Profile>,
    /// Least number of people per role, beside the named places.
    pub(super) least: Vec<(Role, usize)>,
    pub(super) people: Vec<Person>,
    pub(super) keys: Vec<KeyDeclaration>,
    pub(super) inputs: Vec<FileInput>,
    pub(super) steps: Vec<Step>,
    pub(super) rehearsal: Rehearsal,
}

impl Model {
    /// A declared key by id.
    pub(super) fn key(&self, id: &str) -> Option<&KeyDeclaration> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// A place by id.
    pub(super) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// How many people of a role a vault must have to run it.
    pub(super) fn needs(&self, role: Role) -> usize {
        let named = self.people.iter().filter(|p| p.role == role).count();
        let least = self.least.iter().filter(|(r, _)| *r == role);
        least.map(|(_, min)| *min).max().unwrap_or(0).max(named)
    }
}
