//! Files that keymoot itself writes or plays: a ceremony's script, the bundle of a run.
#![deny(clippy::indexing_slicing)]

use serde_json::Value;

use super::facts::Facts;
use crate::ceremony::Script;
use crate::custody::UNLOCK_HEADING;

/// A ceremony's script, if the text is one; what is wrong with one that is none, `lint` says.
pub(super) fn script(bytes: &[u8]) -> Option<Facts> {
    if !String::from_utf8_lossy(bytes).contains("[[step]]") {
        return None;
    }
    // The bytes as they are: a script is known by the SHA-256 of all of them, down to the last line end.
    let script = Script::parse(bytes).ok()?;
    let mut found = Facts::new(
        "ceremony-script",
        format!("CEREMONY SCRIPT  {}", script.title()),
    );
    found.line("id", "Id", script.id());
    found.line("steps", "Steps", script.steps().len());
    let profiles = script.profiles().iter().map(|profile| profile.name());
    found.line(
        "profiles",
        "For vaults of",
        profiles.collect::<Vec<_>>().join(", "),
    );
    found.line("script_sha256", "Its SHA-256", script.sha256_hex());
    found.note("`keymoot brief` prints what people need beforehand, `keymoot lint` says what is wrong with it.");
    Some(found)
}

/// The bundle of a run, if the object is one: what it says of itself. Whether that is so, `verify` judges.
pub(super) fn bundle(value: &Value) -> Option<Facts> {
    value.get("keymoot_bundle")?;
    let text = |path: &str| {
        let found = value.pointer(path).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let mut found = Facts::new("bundle", format!("BUNDLE OF A RUN  {}", text("/run/id")));
    found.line("vault_id", "Vault", text("/vault/id"));
    found.line("profile", "Profile", text("/vault/profile"));
    found.line("script_sha256", "Script, SHA-256", text("/run/script"));
    found.note("Only what the file says of itself: `keymoot verify` judges it (v at Evidence).");
    Some(found)
}

/// A file with people's passphrases, if the object is one: what it is, and nothing of what it holds.
pub(super) fn unlock_file(value: &Value) -> Option<Facts> {
    let people = value.get("custodians")?.as_array()?;
    let secret = |person: &Value| person.get("passphrase").is_some();
    if !people.iter().any(secret) || value.get("administrator").is_none() {
        return None;
    }
    let mut found = Facts::new("unlock-file", UNLOCK_HEADING.to_owned());
    found.line("custodians", "Custodians", people.len());
    found.note("Whoever has this file opens the vault that it belongs to and signs in it: a rehearsal or test vault. It is given with --unlock-file, and to nobody else.");
    Some(found)
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use sha2::{Digest as _, Sha256};

    use super::super::explain;
    use crate::api::Timestamp;

    /// Whoever chose a script saw "nothing known" beside every one of keymoot's own.
    #[test]
    fn what_keymoot_writes_and_plays_is_known_to_it() {
        let now = Timestamp::from_millis(1_795_000_000_000);
        for (name, bytes) in crate::ceremony::shipped() {
            let told = explain(bytes, now).unwrap();
            assert!(told.starts_with("CEREMONY SCRIPT"), "{name}: {told}");
            // What record and brief call it by, and `sha256sum`: there are no two.
            let sha256 = HEXLOWER.encode(&Sha256::digest(bytes));
            let told: String = told.split_whitespace().collect();
            assert!(told.contains(&sha256), "{name}: {told}");
        }
        let bundle = br#"{"keymoot_bundle":1,"vault":{"id":"aa","profile":"test"},"run":{"id":"bb","script":"cc"}}"#;
        let told = explain(bundle, now).unwrap();
        assert!(
            told.contains("BUNDLE OF A RUN  bb") && told.contains("judges it"),
            "{told}"
        );
        assert!(
            explain(b"[[step]]\nid = 3\n", now).is_err(),
            "a script with faults is lint's"
        );
    }

    /// The file picker said "nothing known" of the one file that nobody should hand over.
    #[test]
    fn a_file_of_passphrases_says_so_and_nothing_of_them() {
        let now = Timestamp::from_millis(1_795_000_000_000);
        let file = br#"{"custodians":[{"name":"Ana","passphrase":"apple arrow"},{"name":"Ben","passphrase":"bacon badge"}],
            "administrator":{"name":"Ada","passphrase":"amber anchor"},"witness":{"name":"Wim","passphrase":"w x"}}"#;
        let told = explain(file, now).unwrap();
        assert!(
            told.starts_with("UNLOCK FILE  passphrases of people"),
            "{told}"
        );
        for secret in ["apple", "badge", "amber"] {
            assert!(!told.contains(secret), "{told}");
        }
        assert!(explain(br#"{"custodians":[]}"#, now).is_err());
    }
}
