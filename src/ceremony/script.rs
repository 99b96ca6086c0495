//! A script, parsed and closed: the model together with the hash of the raw bytes that it came from.

use sha2::{Digest, Sha256};

use crate::api::Timestamp;
use crate::session::{Profile, View, practice};

use super::evidence::shipped_by_hash;
use super::finding::Finding;
use super::model::Model;
use super::{lint, parse, shipped};

/// A script, parsed and closed.
pub struct Script {
    pub(super) model: Model,
    sha256: [u8; 32],
    text: String,
}

/// The longest script, in bytes.
pub const MAX_SCRIPT_BYTES: usize = parse::MAX_BYTES;

/// A declared file input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputDeclaration {
    /// The name that `--input NAME=PATH` gives.
    pub name: String,
    /// What file is meant.
    pub hint: String,
    /// Path relative to the script, inside its folder, that stands in for it outside production.
    pub default: Option<String>,
    /// Whether it comes during the ceremony, in answer to what that hands out: nobody needs it to begin.
    pub during: bool,
}

impl Script {
    /// Parses the raw bytes of a script (at most 256 KiB).
    ///
    /// # Errors
    /// Every finding that makes it unreadable.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Finding>> {
        let model = parse::script(bytes)?;
        Ok(Self {
            model,
            sha256: Sha256::digest(bytes).into(),
            text: String::from_utf8_lossy(bytes).into_owned(),
        })
    }

    /// What the linter says, in the order of lines.
    pub fn lint(&self) -> Vec<Finding> {
        let mut findings = lint::all(&self.model);
        self.model.written.place(&mut findings);
        findings.sort_by_key(|finding| finding.line);
        findings
    }

    /// The script's id.
    pub fn id(&self) -> &str {
        &self.model.id
    }

    /// The script's title.
    pub fn title(&self) -> &str {
        &self.model.title
    }

    /// How long it takes, as its author estimates (`25m`).
    pub fn estimate(&self) -> Option<&str> {
        self.model.estimate.as_deref()
    }

    /// The text that goes into the vault with a run: that of every script which this keymoot does not ship. Whoever takes
    /// the run up, or wants its evidence, then needs nobody's file.
    pub(super) fn kept_text(&self) -> Option<String> {
        shipped_by_hash(&self.sha256_hex())
            .is_none()
            .then(|| self.text.clone())
    }

    /// SHA-256 of the raw bytes.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// SHA-256 of the raw bytes, lower-case hex.
    pub fn sha256_hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.sha256)
    }

    /// Whether somebody joins at this place in a step, and is nobody of the vault before.
    pub fn joins_at(&self, place: &str) -> bool {
        let place = self.model.person(place);
        place.is_some_and(|place| place.joins.is_some())
    }

    /// Whether a run of exactly this script stands open in the vault.
    pub fn stands_open(&self, view: &View) -> bool {
        let sha256 = self.sha256_hex();
        let mut runs = view.runs.iter();
        runs.any(|run| run.outcome.is_none() && run.script_sha256 == sha256)
    }

    /// Profiles of vaults on which it may run.
    pub fn profiles(&self) -> &[Profile] {
        &self.model.profiles
    }

    /// Declared file inputs: name and hint.
    pub fn inputs(&self) -> Vec<(String, String)> {
        let inputs = self.model.inputs.iter();
        inputs.map(|i| (i.id.clone(), i.hint.clone())).collect()
    }

    /// Declared file inputs with their defaults.
    pub fn input_declarations(&self) -> Vec<InputDeclaration> {
        let declare = |input: &super::model::FileInput| InputDeclaration {
            name: input.id.clone(),
            hint: input.hint.clone(),
            default: input.default.clone(),
            during: input.during,
        };
        self.model.inputs.iter().map(declare).collect()
    }

    /// How many people the practice vault of its rehearsal has: as many as it has places for, and as approve its acts.
    pub fn practice_size(&self) -> practice::Size {
        self.model.practice_size()
    }

    /// Rehearsal seed and clock, where the script has them.
    pub fn rehearsal(&self) -> (Option<String>, Option<Timestamp>) {
        (
            self.model.rehearsal.seed.clone(),
            self.model.rehearsal.clock,
        )
    }

    /// Steps in order: id and title.
    pub fn steps(&self) -> Vec<(String, String)> {
        let steps = self.model.steps.iter();
        steps.map(|s| (s.id.clone(), s.title.clone())).collect()
    }

    /// Whether it has somebody stand in for another side, where people practise.
    pub fn has_stand_ins(&self) -> bool {
        !self.model.rehearsal.stand_ins.is_empty()
    }

    /// Whether a step of it has two people attest the clock.
    pub fn attests_clock(&self) -> bool {
        let mut steps = self.model.steps.iter();
        steps.any(|s| s.op.name == super::ops::ATTEST_CLOCK.name)
    }

    /// Its places, by id.
    pub fn places(&self) -> Vec<&str> {
        let people = self.model.people.iter();
        people.map(|person| person.id.as_str()).collect()
    }

    /// The role of whoever has a place, as the vault calls it.
    pub fn role_at(&self, place: &str) -> Option<&'static str> {
        Some(self.model.person(place)?.role.name())
    }

    /// Whether the bytes are those of a script that ships inside the binary.
    pub fn is_shipped(&self) -> bool {
        shipped::shipped()
            .iter()
            .any(|(_, bytes)| <[u8; 32]>::from(Sha256::digest(bytes)) == self.sha256)
    }
}
