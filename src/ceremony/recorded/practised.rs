//! Where the files of a session come from when its script is rehearsed: from a counterparty that keymoot plays, or from a
//! sample. Those of then belong to the vault of then.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::peer::Peer;
use super::writer::Writer;
use crate::session::deeds::{Deed, DeedKey};
use crate::session::{op, op_exchange};

/// The field of an import that takes its file.
const FILE: &str = "file";

/// Who gives a file in a rehearsal.
#[derive(Clone)]
pub(super) enum GivenBy {
    /// A counterparty, of this key, with what it is handed or wraps under.
    Peer(Peer, Needs, Box<DeedKey>),
    /// A file that ships.
    Sample(&'static str),
}

/// What a counterparty needs beside its key.
#[derive(Clone)]
pub(super) enum Needs {
    Nothing,
    /// A file that was handed out.
    Reads(String),
    /// The key above the block.
    Under(Box<DeedKey>),
}

/// By the digest of a file, who gives it.
pub(super) fn practised(deeds: &[Deed]) -> BTreeMap<String, GivenBy> {
    let mut given = BTreeMap::new();
    for (n, deed) in deeds.iter().enumerate() {
        let before = deeds.get(..n).unwrap_or_default();
        for (field, by) in files(deed, before) {
            if let Some(digest) = deed.files.get(field) {
                given.insert(digest.clone(), by);
            }
        }
        if let Some((digest, by)) = root(deed, before) {
            // A file that holds the root and the certificate under it is the other's already.
            given.entry(digest).or_insert(by);
        }
    }
    given
}

/// Who gives the files of an act.
fn files(deed: &Deed, before: &[Deed]) -> Vec<(&'static str, GivenBy)> {
    let peer = |peer, needs: Option<Needs>| {
        let key = deed.made.clone()?;
        Some(GivenBy::Peer(peer, needs?, Box::new(key)))
    };
    let reads = |form: &str| handed(before, form).map(Needs::Reads);
    let file = |by: Option<GivenBy>| by.map(|by| (FILE, by)).into_iter().collect();
    match deed.op.as_str() {
        name if name == op_exchange::IMPORT_RSA_WRAP.name => {
            file(peer(Peer::RsaWrap, reads("KEY_CRYPTOGRAM")))
        }
        name if name == op_exchange::IMPORT_TR31.name => {
            let under = deed.keys.get("wrap").cloned();
            let under = under.map(|key| Needs::Under(Box::new(key)));
            file(peer(Peer::Tr31, under))
        }
        name if name == op_exchange::IMPORT_TR34.name => {
            let mut given: Vec<_> = file(peer(Peer::Tr34Sender, reads("TR34_KEY_BLOCK")));
            let sender = peer(Peer::Tr34ExporterParameters, Some(Needs::Nothing));
            given.extend(sender.map(|by| ("sender", by)));
            given
        }
        name if leaves(name) => vec![("parameters", GivenBy::Sample(sample(deed)))],
        _ => Vec::new(),
    }
}

/// The file of the root above it, where that came in before.
fn root(deed: &Deed, before: &[Deed]) -> Option<(String, GivenBy)> {
    let ca = deed.keys.get("ca")?;
    let by = if deed.op == op_exchange::IMPORT_TR34.name {
        let key = Box::new(deed.made.clone()?);
        GivenBy::Peer(Peer::Tr34SenderRoot, Needs::Nothing, key)
    } else if leaves(&deed.op) {
        GivenBy::Sample(sample(deed))
    } else {
        return None;
    };
    let made = |root: &&Deed| root.made.as_ref().is_some_and(|key| key.arn == ca.arn);
    let root = before.iter().rev().find(made)?;
    Some((root.files.get(FILE)?.clone(), by))
}

fn leaves(op: &str) -> bool {
    [op::EXPORT_RSA_WRAP.name, op_exchange::EXPORT_TR34.name].contains(&op)
}

/// The receiver whose certificate is strong enough for the key.
fn sample(deed: &Deed) -> &'static str {
    let key = deed
        .keys
        .get("key")
        .and_then(|key| key.algorithm.as_deref());
    match key.unwrap_or_default() {
        name if name.starts_with("TDES") => "get-parameters-for-import-rsa2048.json",
        "AES_128" => "get-parameters-for-import-rsa3072.json",
        _ => "get-parameters-for-import-rsa4096.json",
    }
}

/// The file that was handed out last for keys in this form.
fn handed(before: &[Deed], form: &str) -> Option<String> {
    let parameters = |deed: &&Deed| {
        deed.op == op_exchange::PARAMETERS_FOR_IMPORT.name
            && deed.texts.get("form").is_some_and(|said| said == form)
    };
    let deed = before.iter().rev().find(parameters)?;
    deed.texts.get("output").cloned()
}

impl Writer {
    /// What a file's declaration says of where it comes from; a counterparty that gives it is declared.
    pub(super) fn comes_from(&mut self, id: &str, digest: &str) -> String {
        let (peer, needs, key) = match self.practised.get(digest).cloned() {
            Some(GivenBy::Sample(name)) => return format!("default = \"samples/{name}\"\n"),
            Some(GivenBy::Peer(peer, needs, key)) => (peer, needs, key),
            None => return String::new(),
        };
        let mut text = format!(
            "\n[[rehearsal.stand-in]]\ngives = \"{id}\"\nas    = \"{}\"\n",
            peer.name()
        );
        match needs {
            Needs::Nothing => {}
            Needs::Reads(file) => {
                let _ = writeln!(text, "reads = {}", super::super::quoted(&file));
            }
            Needs::Under(above) => {
                let _ = writeln!(text, "under = \"{}\"", self.key(&above));
            }
        }
        let _ = writeln!(text, "key   = \"{}\"", self.key(&key));
        self.answers.push(text);
        "arrives = \"during\"\n".to_owned()
    }
}
