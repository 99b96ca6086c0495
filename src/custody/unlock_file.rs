//! The unlock file: the people of a rehearsal or test vault and their passphrases, for runs without a person.
//!
//! Its permissions and profile are the caller's to check; here are its shape and its contents.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{json, passphrase};
use crate::crypto::SecretBytes;

/// What such a file is called where files are listed: nobody takes it for one that another side gave.
pub const UNLOCK_HEADING: &str = "UNLOCK FILE  passphrases of people: not for here";

/// One person in an unlock file.
pub struct UnlockPerson {
    /// The name.
    pub name: String,
    /// The passphrase of the person's envelopes.
    pub passphrase: SecretBytes,
}

/// Everyone who is present when the file is given.
pub struct UnlockFile {
    /// The custodians, who approve.
    pub custodians: Vec<UnlockPerson>,
    /// The administrator, who issues.
    pub administrator: UnlockPerson,
    /// The witness, whose sign-offs are recorded as automatic.
    pub witness: UnlockPerson,
}

/// Why a file is not an unlock file. No message repeats what the file holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnlockFileError {
    /// Larger than any input may be.
    #[error(
        "The unlock file has {found} bytes and at most 1048576 are read. Nothing was opened. Give the file that init wrote."
    )]
    TooLarge {
        /// Bytes in the file.
        found: usize,
    },
    /// Not JSON of this shape: a member missing, unknown, doubled, or of another type.
    #[error(
        "The unlock file is not of the form {{\"custodians\":[{{\"name\":...,\"passphrase\":...}}],\"administrator\":{{...}},\"witness\":{{...}}}}: {missing}see line {line}, column {column}. Nothing was opened. Give the file that init wrote, or correct it there."
    )]
    Shape {
        /// `witness is missing; `, or nothing.
        missing: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// No custodian.
    #[error(
        "The unlock file names no custodian, and nobody else can open a vault. Nothing was opened. Give the file that init wrote."
    )]
    NoCustodian,
    /// A name that is empty or occurs twice.
    #[error(
        "The unlock file names {name:?} more than once, or with an empty name. Nothing was opened. Give each person a name of their own."
    )]
    Name {
        /// The name.
        name: String,
    },
    /// An empty passphrase.
    #[error(
        "The unlock file gives {name} an empty passphrase. Nothing was opened. Give the passphrase that seals the envelopes of {name}."
    )]
    EmptyPassphrase {
        /// The person.
        name: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonIn {
    name: String,
    passphrase: SecretText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileIn {
    custodians: Vec<PersonIn>,
    administrator: PersonIn,
    witness: PersonIn,
}

/// Text that is wiped when dropped, on the way in.
struct SecretText(Zeroizing<String>);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

#[derive(Serialize)]
struct PersonOut<'a> {
    name: &'a str,
    passphrase: &'a str,
}

#[derive(Serialize)]
struct FileOut<'a> {
    custodians: Vec<PersonOut<'a>>,
    administrator: PersonOut<'a>,
    witness: PersonOut<'a>,
}

impl From<PersonIn> for UnlockPerson {
    fn from(person: PersonIn) -> Self {
        Self {
            name: person.name,
            passphrase: SecretBytes::from_slice(person.passphrase.0.as_bytes()),
        }
    }
}

/// Which member of the form a reader's error says is missing: one of our own words, whatever else stands in it.
fn missing(error: &str) -> String {
    let members = [
        "custodians",
        "administrator",
        "witness",
        "name",
        "passphrase",
    ];
    let named = |member: &&&str| error.starts_with(&format!("missing field `{member}`"));
    let found = members.iter().find(named);
    found.map_or_else(String::new, |member| format!("{member} is missing; "))
}

impl UnlockFile {
    /// Generates a file: `custodian-1` to `custodian-n`, `administrator` and `witness`, with passphrases of
    /// `words` words drawn in that order.
    pub fn generate(custodians: u8, words: usize, rng: &mut dyn CryptoRng) -> Self {
        let mut person = |name: String| UnlockPerson {
            name,
            passphrase: passphrase::generate(words, rng),
        };
        Self {
            custodians: (1..=custodians)
                .map(|i| person(format!("custodian-{i}")))
                .collect(),
            administrator: person("administrator".to_owned()),
            witness: person("witness".to_owned()),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`UnlockFileError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, UnlockFileError> {
        if bytes.len() > json::MAX_BYTES {
            return Err(UnlockFileError::TooLarge { found: bytes.len() });
        }
        // Read straight into its type, not through a generic value: those are not wiped. The derived reader
        // refuses unknown and doubled members; its words could repeat a passphrase, so only the place is kept.
        let file: FileIn = serde_json::from_slice(bytes).map_err(|e| UnlockFileError::Shape {
            missing: missing(&e.to_string()),
            line: e.line(),
            column: e.column(),
        })?;
        let file = Self {
            custodians: file.custodians.into_iter().map(Into::into).collect(),
            administrator: file.administrator.into(),
            witness: file.witness.into(),
        };
        file.check()?;
        Ok(file)
    }

    /// Everyone: custodians, administrator, witness.
    pub fn people(&self) -> impl Iterator<Item = &UnlockPerson> {
        self.custodians
            .iter()
            .chain([&self.administrator, &self.witness])
    }

    fn check(&self) -> Result<(), UnlockFileError> {
        if self.custodians.is_empty() {
            return Err(UnlockFileError::NoCustodian);
        }
        let mut names = std::collections::BTreeSet::new();
        for person in self.people() {
            if person.name.trim().is_empty() || !names.insert(&person.name) {
                return Err(UnlockFileError::Name {
                    name: person.name.clone(),
                });
            }
            if person.passphrase.is_empty() {
                return Err(UnlockFileError::EmptyPassphrase {
                    name: person.name.clone(),
                });
            }
        }
        Ok(())
    }

    /// The file's bytes, one line of JSON per person and a last newline.
    pub fn to_json(&self) -> SecretBytes {
        fn out(person: &UnlockPerson) -> PersonOut<'_> {
            PersonOut {
                name: &person.name,
                passphrase: std::str::from_utf8(person.passphrase.expose()).unwrap_or_default(),
            }
        }
        let file = FileOut {
            custodians: self.custodians.iter().map(out).collect(),
            administrator: out(&self.administrator),
            witness: out(&self.witness),
        };
        // Six bytes for one is the worst that escaping does; with that room nothing is moved and left behind.
        let room: usize = self
            .people()
            .map(|p| 6 * (p.name.len() + p.passphrase.len()) + 64)
            .sum();
        let mut bytes = Zeroizing::new(Vec::with_capacity(room + 128));
        // Strings and lists always serialise, and a vector takes every write.
        let written = serde_json::to_writer(&mut *bytes, &file);
        debug_assert!(written.is_ok());
        bytes.push(b'\n');
        SecretBytes::from_slice(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Entropy as _, SeededEntropy};

    fn refused(text: &str) -> UnlockFileError {
        UnlockFile::parse(text.as_bytes()).err().unwrap()
    }

    const PEOPLE: &str = r#""administrator":{"name":"administrator","passphrase":"b"},"witness":{"name":"witness","passphrase":"c"}"#;

    #[test]
    fn a_generated_file_reads_back() {
        let mut rng = SeededEntropy::new("f").draw("passphrase").unwrap();
        let file = UnlockFile::generate(3, 2, &mut *rng);
        let text = file.to_json();
        let again = UnlockFile::parse(text.expose()).unwrap();
        let names: Vec<&str> = again.people().map(|p| p.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "custodian-1",
                "custodian-2",
                "custodian-3",
                "administrator",
                "witness"
            ]
        );
        assert!(again.to_json().ct_eq(&text));
        assert!(
            text.expose()
                .starts_with(b"{\"custodians\":[{\"name\":\"custodian-1\",\"passphrase\":\"")
        );
    }

    #[test]
    fn the_shape_is_closed_and_errors_keep_the_secret() {
        for text in [
            format!(r#"{{"custodians":[{{"name":"a","passphrase":"x"}}],{PEOPLE},"more":1}}"#),
            format!(
                r#"{{"custodians":[{{"name":"a","passphrase":"x","passphrase":"y"}}],{PEOPLE}}}"#
            ),
            format!(r#"{{"custodians":"planted-secret",{PEOPLE}}}"#),
            r#"{"custodians":[{"name":"a","passphrase":"x"}]}"#.to_owned(),
        ] {
            let error = refused(&text);
            assert!(matches!(error, UnlockFileError::Shape { .. }));
            assert!(!error.to_string().contains("planted-secret"));
        }
    }

    #[test]
    fn people_are_told_apart() {
        assert_eq!(
            refused(&format!(r#"{{"custodians":[],{PEOPLE}}}"#)),
            UnlockFileError::NoCustodian
        );
        assert_eq!(
            refused(&format!(
                r#"{{"custodians":[{{"name":"witness","passphrase":"x"}}],{PEOPLE}}}"#
            ))
            .to_string(),
            "The unlock file names \"witness\" more than once, or with an empty name. Nothing was opened. Give each person a name of their own."
        );
        assert_eq!(
            refused(&format!(
                r#"{{"custodians":[{{"name":"a","passphrase":""}}],{PEOPLE}}}"#
            ))
            .to_string(),
            "The unlock file gives a an empty passphrase. Nothing was opened. Give the passphrase that seals the envelopes of a."
        );
    }
}
