//! The key serial number of a terminal.
#![deny(clippy::indexing_slicing)]

use data_encoding::HEXUPPER;

use super::DukptError;
use crate::api::KeyAlgorithm;

/// Bytes of a TDES serial number: key set 24 bits, device 19, counter 21.
const TDES_LEN: usize = 10;
/// Bytes of an AES serial number: base key ID 32 bits, derivation ID 32, counter 32.
const AES_LEN: usize = 12;
/// The counter in the last three bytes of a TDES serial number.
const TDES_COUNTER: [u8; 3] = [0x1F, 0xFF, 0xFF];

/// A key serial number (KSN). It is public: terminals send it along with every transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeySerialNumber {
    /// For TDES base keys.
    Tdes([u8; TDES_LEN]),
    /// For AES base keys.
    Aes([u8; AES_LEN]),
}

impl KeySerialNumber {
    /// Hex digits of the serial number for a base key: 20 for TDES_2KEY, 24 for AES; none for others.
    pub const fn digits(base: KeyAlgorithm) -> Option<usize> {
        match base {
            KeyAlgorithm::TDES_2KEY => Some(2 * TDES_LEN),
            KeyAlgorithm::AES_128 | KeyAlgorithm::AES_192 | KeyAlgorithm::AES_256 => {
                Some(2 * AES_LEN)
            }
            _ => None,
        }
    }

    /// A serial number in upper-case hex, for a base key of this algorithm.
    ///
    /// # Errors
    /// DUKPT has no such base keys, or the text is not hex of the length it asks for.
    pub fn parse(base: KeyAlgorithm, text: &str) -> Result<Self, DukptError> {
        let expected = Self::digits(base).ok_or(DukptError::BaseKey(base))?;
        let wrong = || DukptError::SerialNumber { base, expected };
        let bytes = HEXUPPER.decode(text.as_bytes()).map_err(|_| wrong())?;
        let serial = if base.is_tdes() {
            <[u8; TDES_LEN]>::try_from(bytes).map(Self::Tdes)
        } else {
            <[u8; AES_LEN]>::try_from(bytes).map(Self::Aes)
        };
        serial.map_err(|_| wrong())
    }

    /// The serial number whole, in upper-case hex.
    pub fn to_hex(&self) -> String {
        match self {
            Self::Tdes(bytes) => HEXUPPER.encode(bytes),
            Self::Aes(bytes) => HEXUPPER.encode(bytes),
        }
    }

    /// What goes with the initial key, in upper-case hex: for TDES the serial number with its counter
    /// at zero (20 digits, the optional block KS of a key block), for AES the initial key ID (16, IK).
    pub fn initial_hex(&self) -> String {
        match self {
            Self::Tdes(bytes) => HEXUPPER.encode(&without_counter(bytes)),
            Self::Aes(bytes) => HEXUPPER.encode(bytes.first_chunk::<8>().unwrap_or(&[0; 8])),
        }
    }

    /// The number whole with its counter at zero, in upper-case hex: as the terminal's label has it.
    pub fn at_zero(&self) -> String {
        match self {
            Self::Tdes(_) => self.initial_hex(),
            Self::Aes(_) => format!("{}{}", self.initial_hex(), "0".repeat(8)),
        }
    }

    /// Whether its transaction counter stands at zero. The initial key is the same whatever it is (ANSI X9.24).
    pub fn counter_is_zero(&self) -> bool {
        match self {
            Self::Tdes(bytes) => *bytes == without_counter(bytes),
            Self::Aes(bytes) => bytes.ends_with(&[0; 4]),
        }
    }

    /// The ID of the optional block that carries [`KeySerialNumber::initial_hex`] in a key block.
    pub const fn optional_block_id(&self) -> &'static str {
        match self {
            Self::Tdes(_) => "KS",
            Self::Aes(_) => "IK",
        }
    }

    /// The eight bytes the TDES initial key is made from: counter cleared, then the leftmost.
    pub(super) fn tdes(&self) -> Option<[u8; 8]> {
        match self {
            Self::Tdes(bytes) => without_counter(bytes).first_chunk().copied(),
            Self::Aes(_) => None,
        }
    }

    /// The AES initial key ID: base key ID and derivation ID.
    pub(super) fn aes_initial_key_id(&self) -> Option<[u8; 8]> {
        match self {
            Self::Aes(bytes) => bytes.first_chunk().copied(),
            Self::Tdes(_) => None,
        }
    }
}

fn without_counter(serial: &[u8; TDES_LEN]) -> [u8; TDES_LEN] {
    let mut cleared = *serial;
    for (byte, counter) in cleared.iter_mut().rev().zip(TDES_COUNTER.iter().rev()) {
        *byte &= !counter;
    }
    cleared
}
