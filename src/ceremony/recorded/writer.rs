//! What is collected on the way through the deeds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::super::component_script::ON_ABORT;
use super::super::{quoted, shipped};
use super::members::unused;
use super::people::People;
use super::practised::{GivenBy, practised};
use super::turns::has_turns;
use super::{people_acts, steps};
use crate::session::deeds::{Deed, DeedKey};
use crate::session::field::Field;

/// A script under way.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) people: People,
    /// Declarations of keys, in order.
    keys: Vec<String>,
    /// ARN to the key's id in the script.
    key_ids: BTreeMap<String, String>,
    /// ARNs that the session made: the others were there before it.
    made: Vec<String>,
    /// ARN to the number of components in which the key came or left.
    parts: BTreeMap<String, usize>,
    /// Those of them of which a step above has the papers.
    on_paper: BTreeSet<String>,
    /// Digest of a file to its declaration.
    inputs: BTreeMap<String, String>,
    input_ids: BTreeMap<String, String>,
    /// Digest of a file to whoever gives it in a rehearsal.
    pub(super) practised: BTreeMap<String, GivenBy>,
    /// Declarations of packages, in order.
    pub(super) items: Vec<String>,
    pub(super) answers: Vec<String>,
}

impl Writer {
    /// One that knows who took part, and which keys are made on the way.
    pub(super) fn over(deeds: &[Deed]) -> Self {
        let mut writer = Self {
            practised: practised(deeds),
            ..Self::default()
        };
        let makes = deeds.iter().filter_map(|d| d.made.as_ref());
        writer.made = makes.map(|key| key.arn.clone()).collect();
        for (n, deed) in deeds.iter().enumerate() {
            for (name, role) in deed.who.iter().chain(&deed.by).chain(&deed.parts) {
                writer.people.acted(name, role);
            }
            people_acts::places(&mut writer.people, deed, &steps::id(n, deed));
            let key = deed.made.as_ref().or_else(|| deed.keys.get("key"));
            if let Some(key) = key.filter(|_| has_turns(&deed.op)) {
                let parts = writer.parts.entry(key.arn.clone());
                parts.or_insert(deed.parts.len());
            }
        }
        let watched = writer.people.of_role("witness").is_some();
        if !watched && deeds.iter().any(|d| people_acts::is_watched(&d.op)) {
            writer.people.acted("witness", "witness");
        }
        writer
    }

    /// Whether this is the first step that brings or takes the papers of a key's components: a set serves once.
    pub(super) fn first_on_paper(&mut self, key: &DeedKey) -> bool {
        self.on_paper.insert(key.arn.clone())
    }

    /// Inputs, keys and packages as they are declared, once every step is written.
    pub(super) fn declarations(&self) -> impl Iterator<Item = &String> {
        self.inputs.values().chain(&self.keys).chain(&self.items)
    }

    /// Who is there, and the clock by two watches.
    pub(super) fn opening(&self, text: &mut String) {
        let _ = write!(
            text,
            "\n[[step]]\nid  = \"open\"\nop  = \"present\"\nwho = [{}]\nwhy = \"Two people are in the room from the \
             first step to the last.\"\n\n[[step]]\nid  = \"clock\"\nop  = \"attest.clock\"\nwho = [{}]\nwhy = \"A \
             record is worth as much as its dates.\"\n",
            self.people.at_the_beginning(),
            self.people.two()
        );
    }

    /// Everybody's signatures, and what is done where papers lie open on a stop.
    pub(super) fn closing(&self, text: &mut String) {
        let _ = write!(
            text,
            "\n[[step]]\nid   = \"sign\"\nop   = \"sign-off\"\nwho  = [{}]\ntext = \"Present throughout; followed as \
             written except for recorded exceptions; a true record.\"\nwhy  = \"The signatures close the audit chain \
             up to here.\"\n",
            self.people.at_the_end()
        );
        if !self.parts.is_empty() {
            let _ = write!(text, "\n{ON_ABORT}");
        }
    }

    /// The id of a key, which is declared when it is first met.
    pub(super) fn key(&mut self, key: &DeedKey) -> String {
        if let Some(id) = self.key_ids.get(&key.arn) {
            return id.clone();
        }
        let taken: Vec<&String> = self.key_ids.values().collect();
        let id = unused(&key.label, "key", |id| taken.iter().any(|t| *t == id));
        let algorithm = key.algorithm.as_deref().unwrap_or("from-certificate");
        let modes: Vec<String> = key.modes.iter().map(|m| quoted(m)).collect();
        let mut text = format!(
            "[[key]]\nid         = \"{id}\"\nlabel      = {}\nusage      = {}\nalgorithm  = {}\nmodes      = [{}]\n",
            quoted(&key.label),
            quoted(&key.usage),
            quoted(algorithm),
            modes.join(", ")
        );
        if key.algorithm.is_some() {
            let _ = writeln!(text, "exportable = {}", key.exportable);
        }
        if let Some(parts) = self.parts.get(&key.arn) {
            let _ = writeln!(text, "components = {parts}");
        }
        if !self.made.contains(&key.arn) {
            text.push_str("existing   = true\n");
        }
        self.keys.push(text);
        self.key_ids.insert(key.arn.clone(), id.clone());
        id
    }

    /// The id of a file input, by what the file holds: the same file is brought once.
    pub(super) fn input(&mut self, field: &Field, digest: &str) -> String {
        if let Some(id) = self.input_ids.get(digest) {
            return id.clone();
        }
        let taken: Vec<&String> = self.input_ids.values().collect();
        let id = unused(field.id, "file", |id| taken.iter().any(|t| *t == id));
        let mut text = format!(
            "# Then its SHA-256 was {digest}.\n[[input]]\nid      = \"{id}\"\nhint    = {}\n",
            quoted(field.hint)
        );
        let sample = shipped::samples()
            .find(|(_, bytes)| data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)) == digest);
        match sample {
            Some((name, _)) => {
                let _ = writeln!(text, "default = \"samples/{name}\"");
            }
            None => text.push_str(&self.comes_from(&id, digest)),
        }
        self.inputs
            .insert(format!("{:04}", self.inputs.len()), text);
        self.input_ids.insert(digest.to_owned(), id.clone());
        id
    }
}
