//! What was done here since the vault was opened, as people asked for it: enough to write a script of it.
//!
//! It is kept in memory alone and ends with the session; a recording of the screen holds it as well. It names keys,
//! people and files and holds no secret: what is typed into a secret field never reaches it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::api::{KeyClass, Response};

use super::build::Answers;
use super::command::Executed;
use super::field::Kind;
use super::view::KeyRow;
use super::{Session, modes, op};

/// Acts kept of one session; more is no ceremony that anybody would write down.
const MANY: usize = 500;

/// A key as a script declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeedKey {
    /// Its ARN, which tells keys of one name apart.
    pub arn: String,
    /// What people call it.
    pub label: String,
    /// The code of its usage: `K0`.
    pub usage: String,
    /// Its algorithm's name; nothing for a certificate's key, which is whatever it is.
    pub algorithm: Option<String>,
    /// Its modes, in words.
    pub modes: Vec<String>,
    /// Whether it may leave, wrapped.
    pub exportable: bool,
}

impl DeedKey {
    fn of(row: &KeyRow) -> Self {
        let attributes = &row.key.key_attributes;
        let public = attributes.key_class == KeyClass::PUBLIC_KEY;
        let words = modes::words(&attributes.key_modes_of_use);
        Self {
            arn: row.key.key_arn.clone(),
            label: row.label.clone(),
            usage: attributes.key_usage.code().to_owned(),
            algorithm: (!public).then(|| attributes.key_algorithm.name().to_owned()),
            modes: words.split(", ").map(str::to_owned).collect(),
            exportable: row.key.exportable,
        }
    }
}

/// One act that was asked for, approved and done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// The act's name.
    pub op: String,
    /// When it was done: milliseconds of the vault's clock.
    pub at: i64,
    /// What was answered, by field. Keys and files stand below.
    pub texts: BTreeMap<String, String>,
    /// Keys that were named, by field.
    pub keys: BTreeMap<String, DeedKey>,
    /// Files that were brought: SHA-256 in lower-case hex, by field.
    pub files: BTreeMap<String, String>,
    /// People of the vault who were named, with their role, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<String, (String, String)>,
    /// Where components are brought or taken: whose each is, with their role, the first component's first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<(String, String)>,
    /// The key that it made.
    pub made: Option<DeedKey>,
    /// Who typed what a second person reads from another channel, with their role.
    pub by: Option<(String, String)>,
    /// Who signed with what role, the issuer first.
    pub who: Vec<(String, String)>,
}

/// What was asked for and what was done.
#[derive(Default)]
pub(crate) struct Deeds {
    asked: BTreeMap<[u8; 32], Deed>,
    done: Arc<Vec<Deed>>,
}

impl Deeds {
    /// The name of an act on the table that people asked for by its form.
    pub(super) fn asks_for(&self, id: &[u8; 32]) -> Option<&str> {
        Some(self.asked.get(id)?.op.as_str())
    }
}

impl Session {
    /// Says what an act on the table is, as its declaration's fields: if it is done, a script can say it again.
    pub fn describe(&mut self, id: &[u8; 32], op: &str, answers: &Answers) {
        let Some(op) = op::named(op) else { return };
        let mut deed = Deed {
            op: op.name.to_owned(),
            at: 0,
            texts: BTreeMap::new(),
            keys: BTreeMap::new(),
            files: BTreeMap::new(),
            people: BTreeMap::new(),
            parts: Vec::new(),
            made: None,
            by: self.named_person(&answers.by),
            who: Vec::new(),
        };
        for field in op.fields.iter().filter(|field| !field.secret()) {
            let id = field.id.to_owned();
            if let Some(bytes) = answers.files.get(field.id) {
                let digest = Sha256::digest(bytes);
                deed.files
                    .insert(id, data_encoding::HEXLOWER.encode(&digest));
                continue;
            }
            let Some(text) = answers.texts.get(field.id).filter(|t| !t.is_empty()) else {
                continue;
            };
            let key = (field.kind == Kind::Key).then(|| self.deed_key(text));
            let person = (field.kind == Kind::Person).then(|| self.named_person(text));
            match (key.flatten(), person.flatten()) {
                (Some(key), _) => drop(deed.keys.insert(id, key)),
                (_, Some(person)) => drop(deed.people.insert(id, person)),
                _ => drop(deed.texts.insert(id, text.clone())),
            }
        }
        self.deeds.asked.insert(*id, deed);
    }

    /// Says who has which component of an act on the table that was described, the first component's custodian first.
    pub(crate) fn describe_parts(&mut self, id: &[u8; 32], custodians: &[String]) {
        let parts = custodians.iter().filter_map(|name| self.named_person(name));
        let parts = parts.collect();
        if let Some(deed) = self.deeds.asked.get_mut(id) {
            deed.parts = parts;
        }
    }

    fn named_person(&self, name: &str) -> Option<(String, String)> {
        let person = self.person(name).ok()?;
        Some((person.name.clone(), person.role.word().to_owned()))
    }

    fn deed_key(&self, named: &str) -> Option<DeedKey> {
        let arn = self.resolve(named).ok()?;
        let view = self.view();
        let row = view.keys.iter().find(|row| row.key.key_arn == arn)?;
        Some(DeedKey::of(row))
    }

    /// The act was carried out; what failed, or was never described, leaves nothing.
    pub(super) fn keep_deed(&mut self, id: &[u8; 32], executed: Option<&Executed>) {
        let Some(executed) = executed else { return };
        let Some(mut deed) = self.deeds.asked.remove(id) else {
            return;
        };
        deed.at = self.now().millis();
        let made = executed
            .responses
            .iter()
            .find_map(|response| match response {
                Response::CreateKey(done) => Some(&done.key.key_arn),
                Response::ImportKey(done) => Some(&done.key.key_arn),
                _ => None,
            });
        deed.made = made.and_then(|arn| self.deed_key(arn));
        let who = executed.who.iter();
        deed.who = who.filter_map(|name| self.named_person(name)).collect();
        if self.deeds.done.len() < MANY {
            Arc::make_mut(&mut self.deeds.done).push(deed);
        }
    }

    /// What was done here since the vault was opened, oldest first.
    pub fn deeds(&self) -> Arc<Vec<Deed>> {
        self.deeds.done.clone()
    }
}
