//! The content check: does every field and optional block hold a value the standard defines?
//!
//! A block can be sound and authentic and still fail here. `inspect` shows the findings; import refuses.
#![deny(clippy::indexing_slicing)]

use super::content_blocks;
use super::error::Tr31Error;
use super::fields::Context;
use super::header::Header;

/// Where a finding was made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// Key usage.
    Usage,
    /// Algorithm of the wrapped key.
    Algorithm,
    /// Mode of use.
    Mode,
    /// Key version number.
    KeyVersion,
    /// Exportability.
    Exportability,
    /// Key context.
    Context,
    /// The reserved last character.
    Reserved,
    /// The optional block with this ID.
    Optional(String),
}

/// One value that the standard does not define.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    /// Which field or optional block.
    pub place: Place,
    /// A short name of the check, for programs: `unknown-usage`, `bad-content-KS`.
    pub code: String,
    /// What was found and what should stand there, for a person; without a full stop.
    pub words: String,
}

/// What import makes of findings in optional blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OptionalRule {
    /// They refuse the block.
    #[default]
    Refuse,
    /// They are recorded only, as the service does, which reads no optional block but HM and PB.
    Record,
}

impl Header {
    /// Everything in the header that the standard does not define, in the order of the header.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.field_findings();
        for block in &self.optional {
            findings.extend(content_blocks::check(block, self.usage));
        }
        findings
    }

    /// Whether a block with this header may be imported, as far as its content goes: no findings, and
    /// not a block that was made for storage only.
    ///
    /// # Errors
    /// The findings that refuse it.
    pub fn importable(&self, rule: OptionalRule) -> Result<(), Tr31Error> {
        let mut findings = match rule {
            OptionalRule::Refuse => self.findings(),
            OptionalRule::Record => self.field_findings(),
        };
        if self.context == Context::STORAGE {
            findings.push(Finding {
                place: Place::Context,
                code: "storage-only".to_owned(),
                words: "its context is 1, so it was made for storage and not for exchange"
                    .to_owned(),
            });
        }
        if findings.is_empty() {
            Ok(())
        } else {
            Err(Tr31Error::Content(findings))
        }
    }

    fn field_findings(&self) -> Vec<Finding> {
        let reserved = self.reserved.to_string();
        let zero = (self.reserved == '0').then_some("reserved");
        let fields = [
            field(Place::Usage, self.usage.code(), self.usage.words()),
            field(
                Place::Algorithm,
                self.algorithm.code(),
                self.algorithm.words(),
            ),
            field(Place::Mode, self.mode.code(), self.mode.words()),
            field(
                Place::KeyVersion,
                self.key_version.code(),
                self.key_version.words(),
            ),
            field(
                Place::Exportability,
                self.exportability.code(),
                self.exportability.words(),
            ),
            field(Place::Context, self.context.code(), self.context.words()),
            field(Place::Reserved, &reserved, zero),
        ];
        fields.into_iter().flatten().collect()
    }
}

/// The finding in a field that no table explains.
fn field(place: Place, found: &str, words: Option<&str>) -> Option<Finding> {
    if words.is_some() {
        return None;
    }
    let (code, name) = match place {
        Place::Usage => ("unknown-usage", "key usage"),
        Place::Algorithm => ("unknown-algorithm", "algorithm"),
        Place::Mode => ("unknown-mode", "mode of use"),
        Place::KeyVersion => ("bad-key-version", "key version"),
        Place::Exportability => ("unknown-exportability", "exportability"),
        Place::Context => ("unknown-context", "key context"),
        Place::Reserved | Place::Optional(_) => ("reserved-field", "reserved character"),
    };
    Some(Finding {
        place,
        code: code.to_owned(),
        words: format!("the {name} {found:?} is not defined"),
    })
}
