//! Reading a block: all that can be judged from the text first, the key only afterwards.
#![deny(clippy::indexing_slicing)]

use data_encoding::HEXUPPER;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::error::Tr31Error;
use super::header::Header;
use super::seal::BlockKeys;
use super::version::Version;
use crate::api::KeyAlgorithm;
use crate::crypto::SecretBytes;

/// Whether a version E block (ISO 20038) is opened. The service takes none, so somebody has to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Iso20038 {
    /// Version E is refused.
    #[default]
    Refused,
    /// Version E is opened like the others.
    Accepted,
}

/// A key block whose text is sound. Whether it is authentic, only [`Block::open`] can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    header: Header,
    /// Header and optional blocks as they stand, for the MAC.
    header_text: String,
    payload: Vec<u8>,
    mac: Vec<u8>,
}

impl Block {
    /// Reads a block without any key. The checks and their order are those of a strict reader: fields
    /// with values the standard does not define are left to [`Header::findings`].
    ///
    /// # Errors
    /// The first check that fails.
    pub fn parse(text: &str) -> Result<Self, Tr31Error> {
        check_length(text)?;
        let (header, rest) = Header::read(text)?;
        let header_text = text.get(..text.len() - rest.len()).unwrap_or_default();
        if !rest.len().is_multiple_of(2) {
            return Err(Tr31Error::PayloadLength);
        }
        let mut payload = HEXUPPER
            .decode(rest.as_bytes())
            .map_err(|_| Tr31Error::PayloadNotHex)?;
        let version = header.version;
        let length = payload
            .len()
            .checked_sub(version.mac_len())
            .filter(|length| *length >= shortest_payload(version))
            .ok_or(Tr31Error::PayloadTruncated)?;
        if !length.is_multiple_of(version.payload_multiple()) {
            return Err(Tr31Error::PayloadLength);
        }
        let mac = payload.split_off(length);
        Ok(Self {
            header_text: header_text.to_owned(),
            header,
            payload,
            mac,
        })
    }

    /// The header with its optional blocks.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Header and optional blocks as text, exactly as they stand.
    pub fn header_text(&self) -> &str {
        &self.header_text
    }

    /// Length of the encrypted payload in bytes: an upper bound for the key, which may be shorter.
    pub const fn payload_len(&self) -> usize {
        self.payload.len()
    }

    /// The MAC, as upper-case hex.
    pub fn mac_hex(&self) -> String {
        HEXUPPER.encode(&self.mac)
    }

    /// Checks the MAC and returns the key. The MAC is compared whole and in constant time; nothing of
    /// the decrypted payload is looked at before.
    ///
    /// # Errors
    /// The KBPK does not fit the version; version E was not asked for; one and the same error for a
    /// wrong KBPK, header, payload or MAC; an impossible key length under a right MAC.
    pub fn open(
        &self,
        kbpk_algorithm: KeyAlgorithm,
        kbpk: &SecretBytes,
        iso_20038: Iso20038,
    ) -> Result<SecretBytes, Tr31Error> {
        if self.header.version == Version::E && iso_20038 == Iso20038::Refused {
            return Err(Tr31Error::Iso20038);
        }
        let keys = BlockKeys::derive(self.header.version, kbpk_algorithm, kbpk)?;
        let mut payload = Zeroizing::new(self.payload.clone());
        let expected = keys.open(&self.header_text, &mut payload, &self.mac)?;
        if !bool::from(expected.as_slice().ct_eq(&self.mac)) {
            return Err(Tr31Error::Unwrap);
        }
        self.key_in(&payload).ok_or(Tr31Error::KeyLength)
    }

    /// The key in an authentic payload: two bytes of length in bits, the key, padding.
    fn key_in(&self, payload: &[u8]) -> Option<SecretBytes> {
        let (bits, rest) = payload.split_first_chunk::<2>()?;
        let bits = usize::from(u16::from_be_bytes(*bits));
        let length = bits / 8;
        if !bits.is_multiple_of(8) || !self.header.algorithm.admits(length) {
            return None;
        }
        rest.get(..length).map(SecretBytes::from_slice)
    }
}

/// The text's length is what its length field says. Comes before the optional blocks, so that a block
/// cut short is called that and not misread.
fn check_length(text: &str) -> Result<(), Tr31Error> {
    let (_, said) = Header::read_start(text)?;
    let actual = text.len();
    if said == actual {
        Ok(())
    } else {
        Err(Tr31Error::LengthMismatch { said, actual })
    }
}

/// One cipher block; in counter mode the length and one byte of key.
const fn shortest_payload(version: Version) -> usize {
    match version {
        Version::A | Version::B | Version::C | Version::D => version.block_len(),
        Version::E => 3,
    }
}
