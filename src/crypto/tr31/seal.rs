//! Key derivation, encryption and MAC of each version (X9.143 clause 7; ISO 20038 clause 6).
#![deny(clippy::indexing_slicing)]

use zeroize::Zeroizing;

use super::error::Tr31Error;
use super::version::Version;
use crate::api::KeyAlgorithm;
use crate::crypto::symmetric::{self, AES_BLOCK, TDES_BLOCK};
use crate::crypto::{CryptoError, SecretBytes};

/// The key block encryption key and the key block authentication key, derived from one KBPK.
pub(super) struct BlockKeys {
    version: Version,
    algorithm: KeyAlgorithm,
    encryption: SecretBytes,
    authentication: SecretBytes,
}

/// What a derived key is for, as the derivation data writes it.
#[derive(Clone, Copy)]
enum Purpose {
    EncryptCbc = 0,
    Authenticate = 1,
    EncryptCtr = 2,
}

impl BlockKeys {
    /// Derives both keys.
    ///
    /// # Errors
    /// The KBPK does not fit the version, or its length not its algorithm.
    pub(super) fn derive(
        version: Version,
        algorithm: KeyAlgorithm,
        kbpk: &SecretBytes,
    ) -> Result<Self, Tr31Error> {
        if !version.takes(algorithm) {
            return Err(Tr31Error::Kbpk {
                version,
                kbpk: algorithm,
            });
        }
        symmetric::check_length(algorithm, kbpk).map_err(|_| Tr31Error::KbpkLength(algorithm))?;
        let (encryption, authentication) = match version {
            // X9.143 clause 7.2.1.
            Version::A | Version::C => (variant(kbpk, 0x45), variant(kbpk, 0x4D)),
            Version::B | Version::D => cmac_kdf(algorithm, kbpk, Purpose::EncryptCbc)?,
            Version::E => cmac_kdf(algorithm, kbpk, Purpose::EncryptCtr)?,
        };
        Ok(Self {
            version,
            algorithm,
            encryption,
            authentication,
        })
    }

    /// Encrypts the clear payload in place and returns the MAC.
    pub(super) fn close(&self, header: &str, payload: &mut [u8]) -> Result<Vec<u8>, CryptoError> {
        match self.version {
            Version::A | Version::C => {
                symmetric::cbc_encrypt(
                    self.algorithm,
                    &self.encryption,
                    header_iv(header),
                    payload,
                )?;
                self.mac(header, payload)
            }
            Version::B | Version::D => {
                let mac = self.mac(header, payload)?;
                symmetric::cbc_encrypt(self.algorithm, &self.encryption, &mac, payload)?;
                Ok(mac)
            }
            Version::E => {
                let mac = self.mac(header, payload)?;
                self.counter_mode(&mac, payload)?;
                Ok(mac)
            }
        }
    }

    /// Decrypts the payload in place and returns the MAC it should have had. What was decrypted means
    /// nothing until the caller has compared the two.
    pub(super) fn open(
        &self,
        header: &str,
        payload: &mut [u8],
        mac: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let expected = match self.version {
            Version::A | Version::C => {
                let expected = self.mac(header, payload)?;
                symmetric::cbc_decrypt(
                    self.algorithm,
                    &self.encryption,
                    header_iv(header),
                    payload,
                )?;
                expected
            }
            Version::B | Version::D => {
                symmetric::cbc_decrypt(self.algorithm, &self.encryption, mac, payload)?;
                self.mac(header, payload)?
            }
            Version::E => {
                self.counter_mode(mac, payload)?;
                self.mac(header, payload)?
            }
        };
        Ok(Zeroizing::new(expected))
    }

    /// The MAC over the header's characters and the payload: the clear one, but for A and C the
    /// encrypted one.
    fn mac(&self, header: &str, payload: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut input = Zeroizing::new(Vec::with_capacity(header.len() + payload.len()));
        input.extend_from_slice(header.as_bytes());
        input.extend_from_slice(payload);
        match self.version {
            Version::A | Version::C => {
                // CBC-MAC is the last block of a CBC encryption; these versions keep half of it.
                symmetric::cbc_encrypt(
                    self.algorithm,
                    &self.authentication,
                    &[0; TDES_BLOCK],
                    &mut input,
                )?;
                let start = input.len().saturating_sub(TDES_BLOCK);
                let last = input.iter().skip(start);
                Ok(last.take(self.version.mac_len()).copied().collect())
            }
            Version::B | Version::D | Version::E => {
                symmetric::cmac(self.algorithm, &self.authentication, &input)
            }
        }
    }

    /// Counter mode whose first counter block is the MAC (ISO 20038 clause 6); encrypts and decrypts.
    fn counter_mode(&self, mac: &[u8], payload: &mut [u8]) -> Result<(), CryptoError> {
        let first: [u8; AES_BLOCK] = mac.try_into().map_err(|_| CryptoError::IvLength {
            expected: AES_BLOCK,
            actual: mac.len(),
        })?;
        let first = u128::from_be_bytes(first);
        let mut stream = Zeroizing::new(Vec::with_capacity(payload.len() + AES_BLOCK));
        for at in 0..payload.len().div_ceil(AES_BLOCK) {
            stream.extend_from_slice(&first.wrapping_add(at as u128).to_be_bytes());
        }
        symmetric::ecb_encrypt(self.algorithm, &self.encryption, &mut stream)?;
        for (byte, key) in payload.iter_mut().zip(stream.iter()) {
            *byte ^= key;
        }
        Ok(())
    }
}

/// The IV of versions A and C: the first eight characters of the header.
fn header_iv(header: &str) -> &[u8] {
    // A shorter header cannot be: it has 16 characters at least. The cipher refuses a short IV.
    header.as_bytes().get(..TDES_BLOCK).unwrap_or_default()
}

fn variant(kbpk: &SecretBytes, mask: u8) -> SecretBytes {
    SecretBytes::new(kbpk.expose().iter().map(|byte| byte ^ mask).collect())
}

/// The CMAC derivation of X9.143 clauses 7.2.1.1 and 7.2.2.1, tables 24 and 25, of the key that encrypts as `encrypt`
/// says and the key that authenticates: for each as many CMACs over eight bytes as the length of the KBPK needs.
/// Derived TDES keys keep the parity they fall out with.
fn cmac_kdf(
    algorithm: KeyAlgorithm,
    kbpk: &SecretBytes,
    encrypt: Purpose,
) -> Result<(SecretBytes, SecretBytes), CryptoError> {
    let (code, bits): (u8, u16) = match algorithm {
        KeyAlgorithm::TDES_2KEY => (0, 128),
        KeyAlgorithm::TDES_3KEY => (1, 192),
        KeyAlgorithm::AES_128 => (2, 128),
        KeyAlgorithm::AES_192 => (3, 192),
        KeyAlgorithm::AES_256 => (4, 256),
        other => return Err(CryptoError::NotSymmetric(other)),
    };
    let [bits_high, bits_low] = bits.to_be_bytes();
    let block = symmetric::block_len(algorithm)?;
    let blocks = kbpk.len().div_ceil(block);
    let messages = [encrypt, Purpose::Authenticate]
        .into_iter()
        .flat_map(|purpose| {
            (1_u8..)
                .take(blocks)
                .map(move |counter| [counter, 0, purpose as u8, 0, 0, code, bits_high, bits_low])
        });
    let derived = symmetric::cmacs(algorithm, kbpk, messages)?;
    let mut keys = derived.chunks_exact(blocks * block).map(|whole| {
        let key = whole.get(..kbpk.len()).unwrap_or_default();
        SecretBytes::from_slice(key)
    });
    match (keys.next(), keys.next()) {
        (Some(encryption), Some(authentication)) => Ok((encryption, authentication)),
        // Two purposes make two keys; a KBPK that is empty was refused before.
        _ => Err(CryptoError::NotSymmetric(algorithm)),
    }
}
