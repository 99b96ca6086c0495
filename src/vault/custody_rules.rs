//! What must hold in a custody.toml besides its schema.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::custody_file::{CUSTODY_VERSION, CustodyFile, CustodyPerson};

/// The fewest custodians, and the fewest of them for anything: one alone never opens or uses.
const FEWEST: u8 = 2;
/// The most custodians.
const MOST: u8 = 16;
/// Characters in a name.
const LONGEST_NAME: usize = 64;

/// Checks a file; the error is the broken rule, as the middle of a sentence.
pub(super) fn check(file: &CustodyFile) -> Result<(), String> {
    if file.version != CUSTODY_VERSION {
        return Err(format!("version: {} was never written", file.version));
    }
    for (member, value) in [("k", file.k), ("t", file.t)] {
        if !(FEWEST..=file.n).contains(&value) {
            return Err(format!(
                "{member}: {value} is not between {FEWEST} and n, which is {}",
                file.n
            ));
        }
    }
    if !(FEWEST..=MOST).contains(&file.n) {
        return Err(format!("n: {} is not between {FEWEST} and {MOST}", file.n));
    }
    for (member, recipient) in [
        ("recipients.open", &file.recipients.open),
        ("recipients.use", &file.recipients.use_),
    ] {
        if age::x25519::Recipient::from_str(recipient).is_err() {
            return Err(format!("{member}: not an age X25519 recipient"));
        }
    }
    if file.recipients.open == file.recipients.use_ {
        return Err("recipients: one identity cannot both open and use".to_owned());
    }
    for person in &file.people {
        check_person(file, person)
            .map_err(|problem| format!("people: {}: {problem}", person.name.escape_debug()))?;
    }
    indices(file)?;
    distinct(file)?;
    recovery(file)
}

/// The recovery set is held to what custodians are held to, and stands apart from them in every way.
fn recovery(file: &CustodyFile) -> Result<(), String> {
    let (Some(set), Some(own)) = (&file.recovery, file.of_recovery()) else {
        return Ok(());
    };
    let wrong = |problem: &str| Err(format!("recovery: {problem}"));
    if set.set_id == file.set_id {
        return wrong("set_id: the custodians' set has it");
    }
    if set.k >= set.n {
        return wrong("k: a set that one loss ends is no recovery; k is less than n");
    }
    if set.place.trim().is_empty() || set.place.chars().any(char::is_control) {
        return wrong("place: empty, or with control characters");
    }
    if set.people.iter().any(|person| person.index.is_none()) {
        return wrong("people: every one of them holds a share");
    }
    check(&own).map_err(|problem| format!("recovery: {problem}"))?;
    let all = CustodyFile {
        people: file.people.iter().chain(&set.people).cloned().collect(),
        ..own
    };
    distinct(&all).map_err(|problem| format!("recovery: {problem}"))
}

fn check_person(file: &CustodyFile, person: &CustodyPerson) -> Result<(), String> {
    let name = &person.name;
    if name.trim() != name || name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(format!(
            "a name has 1 to {LONGEST_NAME} characters, with none blank at its ends"
        ));
    }
    if name.chars().any(char::is_control) {
        return Err("a name has no control characters".to_owned());
    }
    let custodian = match person.role.as_str() {
        "custodian" => true,
        "administrator" | "witness" => false,
        _ => return Err("role: not administrator, custodian or witness".to_owned()),
    };
    if custodian != person.index.is_some() || custodian != person.commitments.is_some() {
        return Err("index and commitments belong to custodians, and to every one".to_owned());
    }
    if let Some(envelopes) = &person.envelopes {
        if !file.profile.keeps_envelopes() {
            return Err("envelopes: a production vault never keeps them here".to_owned());
        }
        if custodian != envelopes.share.is_some() {
            return Err("envelopes.share belongs to custodians, and to every one".to_owned());
        }
    }
    Ok(())
}

fn indices(file: &CustodyFile) -> Result<(), String> {
    let mut found: Vec<u8> = file
        .people
        .iter()
        .filter_map(|person| person.index)
        .collect();
    found.sort_unstable();
    if found == (1..=file.n).collect::<Vec<u8>>() {
        Ok(())
    } else {
        Err(format!(
            "people: the custodians' share numbers are not 1 to {}, each once",
            file.n
        ))
    }
}

fn distinct(file: &CustodyFile) -> Result<(), String> {
    let mut names = BTreeSet::new();
    let mut keys = BTreeSet::new();
    let mut shares = BTreeSet::new();
    for person in &file.people {
        let name = &person.name;
        if !names.insert(name) {
            return Err(format!("people: the name {name} stands there twice"));
        }
        if !keys.insert(person.approval_key) {
            return Err(format!(
                "people: {name} has the approval key of somebody else"
            ));
        }
        if let Some(commitments) = &person.commitments
            && !(shares.insert(commitments.open) && shares.insert(commitments.use_))
        {
            return Err(format!("people: {name} has the share of somebody else"));
        }
    }
    Ok(())
}
