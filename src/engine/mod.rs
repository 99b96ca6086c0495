//! The control plane: keys, their attributes and their life, as AWS Payment Cryptography keeps them.
//!
//! The engine changes a value in memory and answers; it never reads a file, a clock or a random source of its own
//! ([`Context`] hands them in), and it sees a secret only while one operation needs it. A refused request changes
//! nothing.

pub mod attributes;
mod certificate;
mod check_values;
mod context;
mod control_plane;
mod create_key;
mod export_key;
mod identifiers;
mod import_key;
mod life_cycle;
mod paging;
mod published;
mod read;
mod record;
mod refusal;
mod state;
mod stored;
mod tags;

pub use check_values::{BothCheckValues, both_check_values};
pub use context::{Context, PreparedRsa, SealError, SecretOpen, SecretSeal};
pub use control_plane::ControlPlane;
pub use published::{PublishedTestKey, published_test_key, published_test_keys};
pub use record::{KeyRecord, Material};
pub use state::{Destroyed, EngineState};

#[cfg(test)]
mod tests;
