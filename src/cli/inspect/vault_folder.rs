//! What lies open of a vault: its public file, its folder, and the headers of age files.
#![deny(clippy::indexing_slicing)]

use std::path::Path;

use crate::custody::Fingerprint;
use crate::vault::{CustodyFile, FolderStore, Severity, inspect};

use super::super::status::{Answer, Failure};
use super::facts::Facts;

const AGE: &str = "age-encryption.org/v1";
const CUSTODY: &str = "custody.toml";
const ARMOR: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

/// A vault's folder, looked over without being opened, locked or changed.
pub(super) fn folder(path: &Path) -> Answer<Facts> {
    let failed = |reason: String| Failure::failed(reason);
    let store = FolderStore::open(path).map_err(|e| failed(e.to_string()))?;
    let seen = inspect(&store, None).map_err(|e| failed(e.to_string()))?;
    let Some(custody) = &seen.custody else {
        // Of a folder with the files of a vault in it, what is wrong with each; any other is simply none.
        let faults: Vec<String> = seen
            .findings
            .iter()
            .filter(|finding| !seen.generations.is_empty() || finding.name == CUSTODY)
            .filter(|finding| path.join(&finding.name).exists())
            .map(|finding| format!("{}: {}", finding.name, finding.what))
            .collect();
        let why = if faults.is_empty() {
            "a folder without custody.toml, so no vault. Name a vault's folder, or a file in it."
                .to_owned()
        } else {
            format!("no vault that can be read. {}", faults.join(" "))
        };
        return Err(failed(format!("{}: {why}", path.display())));
    };
    let mut found = Facts::new("vault", format!("VAULT  {}", path.display()));
    public(custody, &mut found);
    found.line("generations", "Generations", seen.generations.clone());
    for finding in &seen.findings {
        let weight = match finding.severity {
            Severity::Note => "",
            Severity::Warning => "warning: ",
            Severity::Fault => "FAULT: ",
        };
        found.note(format!("{weight}{}: {}", finding.name, finding.what));
    }
    found
        .note("only what lies open was read; `keymoot vault verify` opens it and checks the rest.");
    Ok(found)
}

/// custody.toml alone.
pub(super) fn custody(bytes: &[u8]) -> Result<Facts, String> {
    let file = CustodyFile::parse(bytes).map_err(|e| e.to_string())?;
    let mut found = Facts::new("custody.toml", "CUSTODY FILE of a vault");
    public(&file, &mut found);
    Ok(found)
}

fn public(file: &CustodyFile, found: &mut Facts) {
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    found.line("vault_id", "Vault id", hex(&file.vault_id));
    found.line("set_id", "Set of shares", hex(&file.set_id));
    found.line("profile", "Profile", file.profile.name());
    found.line("k", "To open", file.k);
    found.line("t", "To use a secret", file.t);
    found.line("n", "Custodians", file.n);
    found.line(
        "recipient_open",
        "Recipient, open",
        file.recipients.open.as_str(),
    );
    found.line(
        "recipient_use",
        "Recipient, use",
        file.recipients.use_.as_str(),
    );
    let people = file
        .people
        .iter()
        .map(|person| {
            let mut facts = Facts::new(
                "person",
                format!("{}  {}", person.role.to_uppercase(), person.name),
            );
            facts.line("name", "Name", person.name.as_str());
            facts.line("role", "Role", person.role.as_str());
            let fingerprint = Fingerprint::of(&person.approval_key);
            facts.line("approval_key", "Approval key", fingerprint.hex());
            facts.line(
                "approval_key_words",
                "In words",
                fingerprint.words().join(" "),
            );
            if let Some(index) = person.index {
                facts.line("index", "Share number", index);
            }
            let place = match (&person.envelopes, &person.medium) {
                (Some(_), _) => "in custody.toml".to_owned(),
                (None, Some(medium)) => medium.clone(),
                (None, None) => "on the person's own medium".to_owned(),
            };
            facts.line("envelopes", "Envelopes", place);
            facts
        })
        .collect();
    found.part("people", people);
}

/// Whether these bytes begin as an age file does.
pub(super) fn is_age(bytes: &[u8]) -> bool {
    bytes.starts_with(AGE.as_bytes()) || armored(bytes).is_some()
}

fn armored(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .map(str::trim_start)
        .filter(|text| text.starts_with(ARMOR))
}

/// An age file's header: to whom it is sealed, never what is inside.
pub(super) fn age_file(bytes: &[u8]) -> Result<Facts, String> {
    let broken = || "an age file whose header cannot be read.".to_owned();
    let header: Vec<u8> = match armored(bytes) {
        Some(text) => {
            let body: String = text
                .lines()
                .skip(1)
                .take_while(|line| !line.starts_with("-----"))
                .flat_map(|line| line.trim().chars())
                .collect();
            data_encoding::BASE64
                .decode(body.as_bytes())
                .map_err(|_| broken())?
        }
        None => bytes.to_vec(),
    };
    let mut found = Facts::new("age-file", "AGE FILE");
    found.line("armored", "Armored", armored(bytes).is_some());
    let mut recipients = Vec::new();
    for line in header.split(|b| *b == b'\n').skip(1).take(64) {
        let line = String::from_utf8_lossy(line).into_owned();
        if line.starts_with("---") {
            found.line("recipients", "Sealed to", recipients);
            found.note("stock `age` reads this file; keymoot's name for it does not matter.");
            return Ok(found);
        }
        if let Some(stanza) = line.strip_prefix("-> ") {
            recipients.push(recipient(stanza));
        }
    }
    Err(broken())
}

fn recipient(stanza: &str) -> String {
    let mut words = stanza.split(' ');
    match words.next() {
        Some("scrypt") => format!(
            "a passphrase (scrypt, log N {})",
            words.nth(1).unwrap_or("unknown")
        ),
        Some("X25519") => "an X25519 recipient".to_owned(),
        Some(other) => format!("a recipient of kind {other}"),
        None => "nobody".to_owned(),
    }
}
