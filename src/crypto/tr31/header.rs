//! The header: 16 characters of fields, then the optional blocks.
#![deny(clippy::indexing_slicing)]

use super::error::Tr31Error;
use super::fields::{Algorithm, Context, Exportability, KeyVersion, Mode, Usage};
use super::optional::{self, OptionalBlock};
use super::version::Version;
use crate::api::{KeyAlgorithm, KeyAttributes, KeyClass};

/// Characters of the header without optional blocks.
pub(super) const HEADER_LEN: usize = 16;

/// The header of a key block (X9.143 clause 6.2, table 1): what the wrapped key is and may do.
///
/// The length field and the number of optional blocks follow from the rest and are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Header {
    /// How the block is protected.
    pub version: Version,
    /// What the key is for.
    pub usage: Usage,
    /// Algorithm of the wrapped key.
    pub algorithm: Algorithm,
    /// What the key may do.
    pub mode: Mode,
    /// Key version, or number of a component.
    pub key_version: KeyVersion,
    /// Whether and how the key may leave.
    pub exportability: Exportability,
    /// Where the block may be used.
    pub context: Context,
    /// The last character of the header, `0` in every published version.
    pub reserved: char,
    /// The optional blocks in their order, PB included where the block has one.
    pub optional: Vec<OptionalBlock>,
}

impl Header {
    /// A header without key version, context and optional blocks.
    pub const fn new(
        version: Version,
        usage: Usage,
        algorithm: Algorithm,
        mode: Mode,
        exportability: Exportability,
    ) -> Self {
        Self {
            version,
            usage,
            algorithm,
            mode,
            key_version: KeyVersion::UNUSED,
            exportability,
            context: Context::AS_WRAPPING_KEY,
            reserved: '0',
            optional: Vec::new(),
        }
    }

    /// The optional block with this ID.
    pub fn optional(&self, id: &str) -> Option<&OptionalBlock> {
        self.optional.iter().find(|block| block.id() == id)
    }

    /// The service's name for a wrapped key of `length` bytes; nothing if it has none.
    pub fn key_algorithm(&self, length: usize) -> Option<KeyAlgorithm> {
        self.algorithm.key_algorithm(length)
    }

    /// The header for a key with these attributes; nothing if such a key does not travel in a block.
    pub fn for_key(
        version: Version,
        attributes: &KeyAttributes,
        exportability: Exportability,
    ) -> Option<Self> {
        Some(Self::new(
            version,
            Usage::from(attributes.key_usage),
            Algorithm::of(attributes.key_algorithm)?,
            Mode::from_modes_of_use(&attributes.key_modes_of_use)?,
            exportability,
        ))
    }

    /// The attributes of a wrapped key of `length` bytes; nothing if the service cannot express them.
    /// Whether they go together is the engine's to judge.
    pub fn attributes(&self, length: usize) -> Option<KeyAttributes> {
        Some(KeyAttributes {
            key_usage: self.usage.key_usage()?,
            key_class: KeyClass::SYMMETRIC_KEY,
            key_algorithm: self.key_algorithm(length)?,
            key_modes_of_use: self.mode.modes_of_use()?,
        })
    }

    /// A header that stands alone, as in a TR-34 token, where version and length field say nothing:
    /// the length is read, but compared with nothing, and optional blocks fill no cipher's blocks. All of `text` must
    /// be the header.
    ///
    /// # Errors
    /// The text is no header.
    pub fn parse_alone(text: &str) -> Result<Self, Tr31Error> {
        let (header, rest) = Self::read_unpadded(text)?;
        if rest.is_empty() {
            Ok(header)
        } else {
            Err(Tr31Error::LengthMismatch {
                said: text.len() - rest.len(),
                actual: text.len(),
            })
        }
    }

    /// Version and length field, the first five characters, of a text that is printable ASCII throughout.
    pub(super) fn read_start(text: &str) -> Result<(Version, usize), Tr31Error> {
        check_characters(text)?;
        let first = text.chars().next().ok_or(Tr31Error::HeaderTruncated(0))?;
        let version = Version::from_letter(first).ok_or(Tr31Error::UnknownVersion(first))?;
        let said = text
            .get(1..5)
            .ok_or(Tr31Error::HeaderTruncated(text.len()))?;
        let said = decimal(said).ok_or_else(|| Tr31Error::LengthField(said.to_owned()))?;
        Ok((version, said))
    }

    /// Reads the header at the front of a block; returns it with what follows.
    pub(super) fn read(text: &str) -> Result<(Self, &str), Tr31Error> {
        let (header, rest) = Self::read_unpadded(text)?;
        optional::check_sum(&header.optional, header.version.block_len())?;
        Ok((header, rest))
    }

    fn read_unpadded(text: &str) -> Result<(Self, &str), Tr31Error> {
        let (version, _) = Self::read_start(text)?;
        let cut = || Tr31Error::HeaderTruncated(text.len());
        let fields = text.get(..HEADER_LEN).ok_or_else(cut)?;
        let count = fields.get(12..14).ok_or_else(cut)?;
        let count = decimal(count).ok_or_else(|| Tr31Error::OptionalCount(count.to_owned()))?;
        let mut header = Self {
            version,
            usage: field(fields, 5, 7, Usage::new).ok_or_else(cut)?,
            algorithm: field(fields, 7, 8, Algorithm::new).ok_or_else(cut)?,
            mode: field(fields, 8, 9, Mode::new).ok_or_else(cut)?,
            key_version: field(fields, 9, 11, KeyVersion::new).ok_or_else(cut)?,
            exportability: field(fields, 11, 12, Exportability::new).ok_or_else(cut)?,
            context: field(fields, 14, 15, Context::new).ok_or_else(cut)?,
            reserved: fields.chars().last().ok_or_else(cut)?,
            optional: Vec::new(),
        };
        let rest = text.get(HEADER_LEN..).ok_or_else(cut)?;
        let (blocks, rest) = optional::read_all(rest, count)?;
        header.optional = blocks;
        Ok((header, rest))
    }

    /// The header with its optional blocks, as text, for a block of `total` characters.
    ///
    /// # Errors
    /// The optional blocks are out of order, not padded, or too many; or `total` is over 9999.
    pub fn to_text(&self, total: usize) -> Result<String, Tr31Error> {
        optional::check_order(&self.optional)?;
        optional::check_sum(&self.optional, self.version.block_len())?;
        if total > super::LONGEST || self.optional.len() > 99 {
            return Err(Tr31Error::TooLong);
        }
        let mut text = format!(
            "{}{total:04}{}{}{}{}{}{:02}{}{}",
            self.version.letter(),
            self.usage,
            self.algorithm,
            self.mode,
            self.key_version,
            self.exportability,
            self.optional.len(),
            self.context,
            self.reserved
        );
        for block in &self.optional {
            block.write(&mut text);
        }
        check_characters(&text)?;
        Ok(text)
    }

    /// Characters of the header with its optional blocks.
    pub(super) fn encoded_len(&self) -> usize {
        HEADER_LEN + optional::sum(&self.optional)
    }
}

fn field<T>(text: &str, from: usize, to: usize, new: fn(&str) -> Option<T>) -> Option<T> {
    text.get(from..to).and_then(new)
}

fn decimal(text: &str) -> Option<usize> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

fn check_characters(text: &str) -> Result<(), Tr31Error> {
    match text.chars().position(|c| !(' '..='~').contains(&c)) {
        Some(at) => Err(Tr31Error::Character { at: at + 1 }),
        None => Ok(()),
    }
}
