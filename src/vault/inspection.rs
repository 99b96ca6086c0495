//! Looking over a vault folder without changing it: what is there, what should not be, and, with V, whether
//! every file says what it must.

use sha2::{Digest, Sha256};

use super::custody_file::CustodyFile;
use super::generations::{self, KEPT_GENERATIONS, generation_name};
use super::identity::Identity;
use super::payload::{self, Header, MAC_LABEL};
use super::seal::open_with;
use super::store::{AUDIT, CUSTODY, CUSTODY_NEXT, LOCK, Store, StoreError, UNFINISHED, VAULT};
use crate::os::Folder;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the next opening settles it.
    Note,
    /// Should not be; the vault still opens.
    Warning,
    /// The vault does not open, or must not be trusted.
    Fault,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The file.
    pub name: String,
    /// What was found, as a sentence.
    pub what: String,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Inspection {
    /// custody.toml, if it can be read.
    pub custody: Option<CustodyFile>,
    /// The header, with V.
    pub header: Option<Header>,
    /// The earlier vault files kept, by commit number.
    pub generations: Vec<u64>,
    /// Findings, in the order of the files.
    pub findings: Vec<Finding>,
}

impl Inspection {
    /// Whether nothing worse than a note was found.
    pub fn is_sound(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.severity == Severity::Note)
    }

    fn find(&mut self, severity: Severity, name: &str, what: impl Into<String>) {
        self.findings.push(Finding {
            severity,
            name: name.to_owned(),
            what: what.into(),
        });
    }
}

/// Looks over a vault. Without an identity only what lies open is judged. Nothing is changed or locked.
pub fn inspect(store: &dyn Store, identity: Option<&Identity>) -> Result<Inspection, StoreError> {
    let mut seen = Inspection::default();
    names(store, &mut seen)?;
    let custody = store.read(CUSTODY)?;
    match custody.as_deref().map(CustodyFile::parse) {
        None => seen.find(Severity::Fault, CUSTODY, "It is missing."),
        Some(Err(error)) => seen.find(Severity::Fault, CUSTODY, error.to_string()),
        Some(Ok(file)) => seen.custody = Some(file),
    }
    let file = store.read(VAULT)?;
    match &file {
        None => seen.find(Severity::Fault, VAULT, "It is missing."),
        Some(file) if !file.starts_with(b"age-encryption.org/v1\n") => {
            seen.find(Severity::Fault, VAULT, "It is not an age v1 file.");
        }
        Some(file) => {
            if let Some(identity) = identity {
                sealed(store, identity, file, custody.as_deref(), &mut seen)?;
            }
        }
    }
    Ok(seen)
}

fn names(store: &dyn Store, seen: &mut Inspection) -> Result<(), StoreError> {
    seen.generations = generations::numbers(store)?;
    for name in store.list()? {
        let plain = name.rsplit('/').next().unwrap_or(&name);
        if [VAULT, CUSTODY, AUDIT, LOCK].contains(&name.as_str())
            || seen
                .generations
                .iter()
                .any(|number| generation_name(*number) == name)
        {
            continue;
        }
        if name == CUSTODY_NEXT {
            seen.find(
                Severity::Note,
                &name,
                "A change of shares or people stands open.",
            );
        } else if name == UNFINISHED {
            seen.find(
                Severity::Warning,
                &name,
                "The making was cut while envelopes were handed out: not everybody has theirs.",
            );
        } else if Folder::is_temporary(plain) {
            seen.find(
                Severity::Note,
                &name,
                "A killed process left it; the next opening removes it.",
            );
        } else {
            seen.find(Severity::Warning, &name, "It is no file of a vault.");
        }
    }
    let count = seen.generations.len();
    if count > KEPT_GENERATIONS + 1 {
        seen.find(
            Severity::Warning,
            "generations",
            format!("{count} earlier vault files are there; at most {KEPT_GENERATIONS} are kept."),
        );
    }
    Ok(())
}

fn sealed(
    store: &dyn Store,
    identity: &Identity,
    file: &[u8],
    custody: Option<&[u8]>,
    seen: &mut Inspection,
) -> Result<(), StoreError> {
    let header = match header(identity, file) {
        Ok(header) => header,
        Err(problem) => {
            seen.find(Severity::Fault, VAULT, problem);
            return Ok(());
        }
    };
    if let Some(public) = &seen.custody
        && (public.vault_id != header.vault_id || public.profile != header.profile)
    {
        seen.find(
            Severity::Fault,
            VAULT,
            "It belongs to another vault than custody.toml.",
        );
    }
    if custody.is_some_and(|bytes| !header.custody.contains(&CustodyFile::sha256_of(bytes))) {
        seen.find(
            Severity::Fault,
            CUSTODY,
            "It is not the file that the vault was last closed with.",
        );
    }
    chain(store, identity, file, &header, seen)?;
    seen.header = Some(header);
    Ok(())
}

/// Every generation: authentic, named by its own commit number, and the predecessor its successor names.
fn chain(
    store: &dyn Store,
    identity: &Identity,
    file: &[u8],
    current: &Header,
    seen: &mut Inspection,
) -> Result<(), StoreError> {
    let mut successor = current.clone();
    for number in seen.generations.clone().into_iter().rev() {
        let name = generation_name(number);
        let Some(bytes) = store.read(&name)? else {
            continue;
        };
        if number == current.commit && bytes == file {
            seen.find(
                Severity::Note,
                &name,
                "A commit was begun and did not happen.",
            );
            continue;
        }
        if number >= current.commit {
            seen.find(
                Severity::Fault,
                &name,
                "It is newer than vault.age, which is an older copy.",
            );
            continue;
        }
        if number < current.purge_before {
            seen.find(
                Severity::Warning,
                &name,
                "It is older than the last destruction; the next opening removes it.",
            );
        }
        match header(identity, &bytes) {
            Err(problem) => seen.find(Severity::Warning, &name, problem),
            Ok(header) if header.vault_id != current.vault_id || header.commit != number => {
                seen.find(
                    Severity::Warning,
                    &name,
                    "It is not the file its name says.",
                );
            }
            Ok(header) => {
                let follows = successor.commit == number + 1;
                let hash: [u8; 32] = Sha256::digest(&bytes).into();
                if follows && successor.previous_file != hash {
                    seen.find(
                        Severity::Warning,
                        &name,
                        "It is not the file its successor followed.",
                    );
                }
                successor = header;
            }
        }
    }
    Ok(())
}

fn header(identity: &Identity, file: &[u8]) -> Result<Header, String> {
    let plain = open_with(identity, file).map_err(|e| e.to_string())?;
    let mac_key = identity.derive(MAC_LABEL);
    payload::decode(&plain, &mac_key)
        .map(|(header, _)| header)
        .map_err(|e| e.to_string())
}
