//! Any token of TR-34, told apart by what it carries.

use super::binding::Binding;
use super::credential::{Credential, read_random};
use super::error::Tr34Error;
use super::oid;
use super::signed::SignedData;
use super::token::KeyToken;

/// A token of the exchange between a KDH and a KRD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnyToken {
    /// KT_KDH: a key.
    Key(Box<KeyToken>),
    /// CT_KRD or CT_KDH: a certificate.
    Credential(Credential),
    /// RT_KRD: a nonce.
    Random(Vec<u8>),
    /// UBT and RBT, by the KDH or by the receiver's authority.
    Binding(Box<Binding>),
}

impl AnyToken {
    /// Reads a token (DER, or BER with indefinite lengths) without any key.
    ///
    /// # Errors
    /// It is none, or the first check of form that fails.
    pub fn parse(bytes: &[u8]) -> Result<Self, Tr34Error> {
        if let Ok(nonce) = read_random(bytes) {
            return Ok(Self::Random(nonce));
        }
        let data = SignedData::read(bytes)?;
        if data.content.kind == oid::ENVELOPED_DATA {
            return KeyToken::parse(bytes).map(|token| Self::Key(Box::new(token)));
        }
        if data.signers.0.is_empty() {
            return Credential::of(&data).map(Self::Credential);
        }
        Binding::of(&data).map(|binding| Self::Binding(Box::new(binding)))
    }
}
