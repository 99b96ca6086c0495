//! Cryptography: bytes in, bytes out. No files, no clock; randomness is passed in.

mod dead_stack;
mod error;
mod primes;
mod small_factors;

pub mod components;
pub mod dukpt;
pub mod entropy;
pub mod kcv;
pub mod keygen;
pub mod rsa_backend;
pub mod rsa_wrap;
pub mod secret;
pub mod secret_sharing;
pub mod strength;
pub mod symmetric;
pub mod tr31;
pub mod tr34;

pub use dead_stack::wipe_dead_stack;
pub use entropy::{Entropy, EntropyError, OsEntropy, SeededEntropy};
pub use error::CryptoError;
pub use secret::SecretBytes;
