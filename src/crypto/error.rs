//! What can go wrong with keys and ciphers. No variant carries a byte of a key.

use thiserror::Error;

use crate::api::{KeyAlgorithm, KeyCheckValueAlgorithm};

/// A refusal by a cryptographic operation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CryptoError {
    /// The key's length does not fit its algorithm.
    #[error(
        "A {} key has {expected} bytes; this one has {actual}. It was not used. \
         Check the algorithm and the key material.",
        algorithm.name()
    )]
    KeyLength {
        /// The algorithm claimed.
        algorithm: KeyAlgorithm,
        /// Bytes such a key has.
        expected: usize,
        /// Bytes it was given.
        actual: usize,
    },
    /// A symmetric algorithm is needed here.
    #[error("{} is not a symmetric algorithm; nothing was done. Choose TDES or AES.", .0.name())]
    NotSymmetric(KeyAlgorithm),
    /// A check value of this kind is not made for this algorithm.
    #[error(
        "{} check values are not made for {} keys; nothing was done. \
         Use CMAC for AES, ANSI_X9_24 or CMAC for TDES, SHA_1 for RSA.",
        method.name(),
        algorithm.name()
    )]
    CheckValueMethod {
        /// The key's algorithm.
        algorithm: KeyAlgorithm,
        /// The method asked for.
        method: KeyCheckValueAlgorithm,
    },
    /// The data is not a whole number of blocks.
    #[error(
        "The data ({length} bytes) is not a whole number of {block}-byte blocks; nothing was done."
    )]
    PartialBlock {
        /// Bytes given.
        length: usize,
        /// Block length in bytes.
        block: usize,
    },
    /// The initialisation vector is not one block long.
    #[error("The initialisation vector has {actual} bytes, not {expected}; nothing was done.")]
    IvLength {
        /// Block length in bytes.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },
    /// The generator gave unusable keys again and again.
    #[error(
        "The random source gave weak or repeating key material {0} times in a row. No key was made. \
         Do not go on with this machine until its random source has been examined."
    )]
    RandomSource(u32),
    /// RSA of this length is not made or used.
    #[error("RSA with {0} bits is not supported; nothing was done. Choose 2048, 3072 or 4096.")]
    RsaBits(usize),
    /// Somebody stopped the generation.
    #[error("Key generation was stopped. No key was made and nothing changed.")]
    Cancelled,
    /// The generated pair failed its own checks.
    #[error("The generated RSA pair failed its checks and was wiped. Nothing changed. Try again.")]
    RsaPairInvalid,
    /// The wrapping key is no RSA public key.
    #[error("The wrapping key could not be read as an RSA public key. Nothing was wrapped.")]
    WrappingKeyUnreadable,
    /// The private key could not be read.
    #[error("The stored private key could not be read. Nothing was unwrapped.")]
    PrivateKeyUnreadable,
    /// The key does not fit into one OAEP block.
    #[error(
        "The key ({actual} bytes) does not fit under this RSA key and hash ({limit} bytes at most). \
         Nothing was wrapped."
    )]
    TooLongForOaep {
        /// Bytes that fit.
        limit: usize,
        /// Bytes given.
        actual: usize,
    },
    /// The cryptogram did not open. Deliberately says nothing about which step failed.
    #[error(
        "The wrapped key did not open under this wrapping key. Nothing was imported. \
         Check that it was wrapped to the newest certificate and with the hash named in the request."
    )]
    Unwrap,
}
