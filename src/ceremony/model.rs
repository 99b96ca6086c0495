//! A script as data, after parsing: every id is well formed, every member known; what they mean together is the
//! linter's business.

use std::collections::BTreeMap;

use crate::api::{
    KeyAlgorithm, KeyAttributes, KeyClass, KeyMaterialType, KeyModesOfUse, KeyState, KeyUsage,
    Timestamp,
};
use crate::custody::ledger::Safe;
use crate::session::op::{self, Op};
use crate::session::{Profile, span};

use super::finding::Place;
pub(super) use super::items::{Direction, Item, Medium};
use super::others::Others;
pub(super) use super::practice::{Fault, FaultOutcome, Mischief, Rehearsal};

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
    /// Whom the person reports to.
    pub(super) manager: Option<String>,
    /// Reference of the signed custodian form.
    pub(super) form: Option<String>,
    /// The first moment at which the form holds no longer.
    pub(super) form_until: Option<Timestamp>,
    /// The step in which somebody new takes this place; before it nobody has it.
    pub(super) joins: Option<String>,
    /// The place whose holder takes this one when its own is not there.
    pub(super) backup: Option<String>,
    /// Whether somebody at this place stands by and is not in the room: a backup.
    pub(super) stands_by: bool,
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
    /// Where it comes in or goes out as components: how many.
    pub(super) components: Option<u8>,
    /// Whether it is in the vault already, under its label or ARN.
    pub(super) existing: bool,
    /// Where the script says which kind of vault the key belongs to.
    pub(super) class: Option<Profile>,
    /// The first moment at which the key is used no more.
    pub(super) not_after: Option<Timestamp>,
    /// The party that it is shared with.
    pub(super) counterparty: Option<String>,
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
    /// Whether it comes during the ceremony, in answer to something that the ceremony hands out.
    pub(super) during: bool,
    /// Label of the medium on which it comes.
    pub(super) medium: Option<String>,
    /// Who makes it, in a person's words: AWS, the partner.
    pub(super) made_by: Option<String>,
    /// The commands that make it, on the other side, in order.
    pub(super) commands: Vec<String>,
    /// What whoever makes it gets and does.
    pub(super) others: Others,
}

/// Who is on the other side.
#[derive(Debug)]
pub(super) struct Party {
    pub(super) place: Place,
    pub(super) id: String,
    pub(super) name: String,
    /// The way on which its advice comes: serials, check values, fingerprints.
    pub(super) advice: Option<String>,
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
    /// `lasts = "6d"`: token and certificate are good for at least so many milliseconds.
    pub(super) lasts: Option<i64>,
    /// `proven = "all"`: everybody has proven what they hold.
    pub(super) proven: bool,
}

/// One act of an act list.
#[derive(Debug)]
pub(super) struct Act {
    pub(super) place: Place,
    pub(super) op: &'static Op,
    /// For ops that make a key: the declared key they make.
    pub(super) makes: Option<String>,
    /// Written fields by id, in normal form.
    pub(super) fields: BTreeMap<&'static str, String>,
}

/// One act with the step it belongs to: the step's own, or one of its list.
#[derive(Clone, Copy)]
pub(super) struct Doing<'a> {
    pub(super) step: &'a Step,
    pub(super) place: &'a Place,
    pub(super) op: &'static Op,
    pub(super) makes: Option<&'a str>,
    pub(super) fields: &'a BTreeMap<&'static str, String>,
}

impl<'a> Doing<'a> {
    /// The declared key that it makes or uses.
    pub(super) fn key(&self) -> Option<&'a str> {
        self.makes
            .or_else(|| self.fields.get("key").map(String::as_str))
    }

    /// A written field.
    pub(super) fn field(&self, id: &str) -> Option<&'a str> {
        self.fields.get(id).map(String::as_str)
    }
}

/// What follows when a step brings about something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnFail {
    /// The run ends.
    Stop,
    /// The exception is recorded and the run goes on.
    Exception,
    /// The run ends, and so it does when so many wrong answers were followed by one more. Passphrases never count.
    Retry(usize),
}

/// How long a step lets time pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// So many milliseconds from when it was reached.
    Span(i64),
    /// Until this moment.
    Until(Timestamp),
}

impl Wait {
    /// When it is over, for a step that was reached at `began`.
    pub(super) fn over(self, began: Timestamp) -> Timestamp {
        match self {
            Self::Span(millis) => began.plus_millis(millis),
            Self::Until(moment) => moment,
        }
    }
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
    /// For an act list: its acts, in order.
    pub(super) acts: Vec<Act>,
    pub(super) expect: Option<Expect>,
    pub(super) on_fail: OnFail,
    pub(super) clause: Vec<String>,
    pub(super) why: Option<String>,
    /// How long its author thinks it takes, in milliseconds.
    pub(super) estimate: Option<i64>,
    /// Label of the medium that its output goes onto.
    pub(super) medium: Option<String>,
    /// The package that it is about.
    pub(super) item: Option<String>,
    /// The safe that its package goes into.
    pub(super) safe: Option<String>,
    /// Of a sign-off: whether "I do not agree", with a reason, is an answer.
    pub(super) allow_dissent: bool,
    /// What whoever gets its output does.
    pub(super) others: Others,
}

impl Step {
    /// The declared key that the step makes or uses.
    pub(super) fn key(&self) -> Option<&str> {
        self.makes
            .as_deref()
            .or_else(|| self.fields.get("key").map(String::as_str))
    }

    /// What it does: one act, or those of its list.
    pub(super) fn doings<'a>(&'a self) -> Vec<Doing<'a>> {
        if !self.acts.is_empty() {
            let each = |act: &'a Act| Doing {
                step: self,
                place: &act.place,
                op: act.op,
                makes: act.makes.as_deref(),
                fields: &act.fields,
            };
            return self.acts.iter().map(each).collect();
        }
        vec![Doing {
            step: self,
            place: &self.place,
            op: self.op,
            makes: self.makes.as_deref(),
            fields: &self.fields,
        }]
    }

    /// How long it waits, where it is a step that lets time pass.
    pub(super) fn waits(&self) -> Option<Wait> {
        let written = |name| self.fields.get(name).map(String::as_str);
        if self.op.name != super::ops::WAIT.name {
            return None;
        }
        let span = written("span").and_then(|text| span::parse(text).ok());
        let until = written("until").and_then(|text| Timestamp::parse_rfc3339(text).ok());
        span.map(Wait::Span).or_else(|| until.map(Wait::Until))
    }

    /// Whether a refusal is what it expects.
    pub(super) fn expects_error(&self) -> bool {
        self.expect.as_ref().is_some_and(|e| e.error.is_some())
    }
}

/// What is done when a run is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AbortAct {
    /// Pending requests are taken off the table and what was typed is forgotten.
    Wipe,
    /// Papers of components that lie open go into packages again, each with its holder and a new serial.
    Reseal,
    /// What the run made and wrote, and where it now stands, goes into the record.
    ListCustody,
    /// Everybody who has a place signs the record.
    SignOff,
}

impl AbortAct {
    /// Every such act.
    pub(super) const ALL: &'static [Self] =
        &[Self::Wipe, Self::Reseal, Self::ListCustody, Self::SignOff];

    /// The name in scripts.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Wipe => "wipe",
            Self::Reseal => "reseal-open-components",
            Self::ListCustody => "list-custody",
            Self::SignOff => "sign-off",
        }
    }
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
    pub(super) items: Vec<Item>,
    pub(super) parties: Vec<Party>,
    /// A number that rises with every run of the id, with its place.
    pub(super) nonce: Option<(Place, i64)>,
    pub(super) steps: Vec<Step>,
    pub(super) rehearsal: Rehearsal,
    /// The longest that the ceremony may take, in milliseconds, with its place.
    pub(super) max_duration: Option<(Place, i64)>,
    /// Production: no interface but loopback may be up.
    pub(super) offline: bool,
    /// Production: SHA-256 of the program that plays it, lower-case hex.
    pub(super) build: Option<String>,
    /// How old a green rehearsal may be before a production run, in milliseconds.
    pub(super) rehearsal_max_age: Option<i64>,
    /// How long a screen may stand untouched during the ceremony before it is locked, in milliseconds.
    pub(super) idle_lock: Option<i64>,
    /// Production: the screens of the ceremony are recorded.
    pub(super) recorded: bool,
    pub(super) on_abort: Vec<AbortAct>,
    /// Where `[on_abort]` says so.
    pub(super) on_abort_place: Place,
    /// What stands in the file, whatever it is for.
    pub(super) written: super::parse::Written,
}

impl Model {
    /// Whether these bytes are the sample that ships for this input.
    pub(super) fn ships_input(&self, name: &str, bytes: &[u8]) -> bool {
        let mut inputs = self.inputs.iter();
        let input = inputs.find(|input| input.id == name);
        let default = input.and_then(|input| input.default.as_deref());
        let sample = default.and_then(|path| path.strip_prefix("samples/"));
        sample.and_then(super::shipped::sample) == Some(bytes)
    }

    /// What is done when a run is stopped: what `[on_abort]` says, and whatever it says, the stop is signed.
    pub(super) fn stop_acts(&self) -> Vec<AbortAct> {
        let mut acts = if self.on_abort.is_empty() {
            vec![AbortAct::Wipe]
        } else {
            self.on_abort.clone()
        };
        if !acts.contains(&AbortAct::SignOff) {
            acts.push(AbortAct::SignOff);
        }
        acts
    }

    /// A declared key by id.
    pub(super) fn key(&self, id: &str) -> Option<&KeyDeclaration> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// A declared input by id.
    pub(super) fn input(&self, id: &str) -> Option<&FileInput> {
        self.inputs.iter().find(|input| input.id == id)
    }

    /// Everything that is done, in order.
    pub(super) fn doings(&self) -> impl Iterator<Item = Doing<'_>> {
        self.steps.iter().flat_map(Step::doings)
    }

    /// A party by id.
    pub(super) fn party(&self, id: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.id == id)
    }

    /// A package or medium by id.
    pub(super) fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// A safe by id.
    pub(super) fn safe(&self, id: &str) -> Option<(&Item, &Safe)> {
        let item = self.item(id)?;
        Some((item, item.safe.as_ref()?))
    }

    /// Places of those who are in the room: whoever stands by has none until called.
    pub(super) fn places(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| !person.stands_by)
    }

    /// Whose place somebody takes who stands by.
    pub(super) fn stands_by_for(&self, id: &str) -> Option<&Person> {
        let mut people = self.people.iter();
        people.find(|person| person.backup.as_deref() == Some(id))
    }

    /// A place by id.
    pub(super) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// What a receiver's parameters are asked for: tokens, where a token is made or carried under them.
    pub(super) fn material_type(&self) -> KeyMaterialType {
        let token = |name: &str| {
            name == super::ops_carry::CHECK.name
                || name == crate::session::op_exchange::EXPORT_TR34.name
        };
        if self.doings().any(|doing| token(doing.op.name)) {
            KeyMaterialType::TR34_KEY_BLOCK
        } else {
            KeyMaterialType::KEY_CRYPTOGRAM
        }
    }

    /// Whether it makes keys in software: keys, and the pairs that go with tokens.
    pub(super) fn makes_keys(&self) -> bool {
        self.doings().any(|doing| {
            doing.op.name == op::CREATE_KEY.name
                || super::ops_components::is_turn(doing.op)
                || doing.op.name.starts_with("get-parameters-for-")
        })
    }

    /// How many people of a role a vault must have to run it.
    pub(super) fn needs(&self, role: Role) -> usize {
        let named = self
            .people
            .iter()
            .filter(|p| p.role == role && p.joins.is_none() && !p.stands_by)
            .count();
        let least = self.least.iter().filter(|(r, _)| *r == role);
        least.map(|(_, min)| *min).max().unwrap_or(0).max(named)
    }
}
