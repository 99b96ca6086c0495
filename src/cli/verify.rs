//! `keymoot verify`: whether a bundle holds together, and whether the people named are those who signed.

use std::path::PathBuf;

use serde_json::json;

use crate::custody::TypedFingerprint;
use crate::evidence::verify::{DO_NOT_RELY, MAX_BUNDLE, NOT, Trusted, told, verify};

use super::status::{Answer, Failure, Status};
use super::streams;

/// Check the evidence of a ceremony with nothing but its bundle
#[derive(clap::Args)]
#[command(after_help = "\
CONSISTENT says that nothing in the bundle contradicts anything else in it. Whoever makes a whole bundle anew passes
that. AUTHENTIC needs --trust: a text file with a fingerprint and a name a line, typed from the signed enrolment forms
that `keymoot init` printed: 64 hex digits or 16 words, then the name.

Example:
  keymoot verify first-key.bundle --trust people.txt

Ends with 0 when it holds, with 1 when it does not.")]
pub(super) struct Verify {
    /// The bundle
    bundle: PathBuf,
    /// Fingerprints obtained elsewhere
    #[arg(long, value_name = "F")]
    trust: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(self) -> Answer<Status> {
        let trust = match &self.trust {
            None => None,
            Some(path) => {
                let bytes = streams::read(path, streams::INPUT_LIMIT)?;
                let trusted = trust_file(&String::from_utf8_lossy(&bytes));
                let named = |words| Failure::usage(format!("{}: {words}", path.display()));
                Some(trusted.map_err(named)?)
            }
        };
        let bytes = streams::read(&self.bundle, MAX_BUNDLE)?;
        let verified = verify(&bytes, trust.as_deref());
        if self.json {
            let object = match &verified {
                Ok(done) => {
                    json!({"consistent": true, "authentic": done.authentic, "bundle": done})
                }
                Err(fault) => json!({
                    "consistent": fault.place == "trust", "authentic": false,
                    "place": fault.place, "fault": fault.what,
                }),
            };
            streams::print_json(&object)?;
            return Ok(if verified.is_ok() {
                Status::Done
            } else {
                Status::Failed
            });
        }
        match verified {
            Ok(done) => {
                streams::print(&streams::printable(&told(&done)))?;
                Ok(Status::Done)
            }
            Err(fault) if fault.place == "trust" => Err(Failure::failed(format!(
                "consistent, but NOT AUTHENTIC: {}. Compare the trust file with the signed enrolment forms; if they \
                 agree, this bundle is not of the people it names.",
                fault.what
            ))),
            Err(fault) => Err(Failure::failed(format!("{NOT} {fault}. {DO_NOT_RELY}"))),
        }
    }
}

/// A trust file: a fingerprint (64 hex digits or 16 words) and a name a line; `#` begins a remark.
///
/// # Errors
/// The line and what is wrong with it.
fn trust_file(text: &str) -> Result<Vec<Trusted>, String> {
    let mut trusted = Vec::new();
    for (n, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let entry = trust_line(line).ok_or_else(|| {
            format!(
                "line {n} is not a fingerprint (64 hex digits or 16 words) and a name. Nothing was verified."
            )
        })?;
        trusted.push(entry);
    }
    if trusted.is_empty() {
        return Err("it names nobody. Nothing was verified.".into());
    }
    Ok(trusted)
}

/// The longest beginning of the line that is a fingerprint; the rest is the name.
fn trust_line(line: &str) -> Option<Trusted> {
    let words: Vec<&str> = line.split_whitespace().collect();
    // Hex in groups first: on the form it stands in sixteen groups of four.
    (1..words.len()).find_map(|split| {
        let (fingerprint, name) = words.split_at(split);
        let typed = TypedFingerprint::parse(&fingerprint.join(" ")).ok()?;
        Some(Trusted {
            name: name.join(" "),
            fingerprint: typed.bytes().to_vec(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::trust_file;
    use crate::custody::Fingerprint;

    #[test]
    fn a_trust_file_takes_hex_groups_and_words() {
        let fingerprint = Fingerprint::of(b"abc");
        let groups: Vec<String> = fingerprint
            .hex()
            .as_bytes()
            .chunks(4)
            .map(|c| String::from_utf8_lossy(c).into_owned())
            .collect();
        let text = format!(
            "# forms of 2026\n{} Ana\n\n{} Ben Bo\n{}  Cho\n",
            fingerprint.hex(),
            groups.join(" "),
            fingerprint.words().join(" ")
        );
        let trusted = trust_file(&text).unwrap();
        let names: Vec<&str> = trusted.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["Ana", "Ben Bo", "Cho"]);
        let lengths: Vec<usize> = trusted.iter().map(|t| t.fingerprint.len()).collect();
        assert_eq!(lengths, [32, 32, 16]);
        assert!(trust_file("abcd Ana").unwrap_err().contains("line 1"));
        assert!(trust_file("\n# nobody\n").is_err());
    }
}
