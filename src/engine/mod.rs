//! The control plane: keys, their attributes and their life, as AWS Payment Cryptography keeps them.
//!
//! The engine changes a value in memory and answers; it never reads a file, a clock or a random source of its own
//! ([`Context`] hands them in), and it sees a secret only while one operation needs it. A refused request changes
//! nothing.

mod aliases;
pub mod attributes;
mod authority;
mod binding;
mod certificate;
mod changed_custody;
mod check_values;
mod context;
mod control_plane;
mod counterparty;
mod create_key;
mod export_key;
mod export_subject;
mod export_tr31;
mod export_tr34;
mod formed;
mod identifiers;
mod import_cryptogram;
mod import_key;
mod import_tr31;
mod import_tr34;
mod imported_secret;
mod key_block_headers;
mod life_cycle;
mod limits;
mod own_pair;
mod paging;
mod pairs;
mod parameters;
mod public_certificate;
mod published;
mod read;
mod record;
mod refusal;
mod secrets;
mod signing_request;
mod state;
mod stored;
mod stored_issuing;
mod tag_resource;
mod tags;
mod tokens;
mod wrapping_key;

pub use binding::{BindingRequest, NewSender};
pub use check_values::{AesCheckValues, BothCheckValues, aes_check_values, both_check_values};
pub use context::{Context, PreparedRsa, SealError, SecretOpen, SecretSeal};
pub use control_plane::ControlPlane;
pub use formed::FormedKey;
pub use limits::{Limits, Rules};
pub use published::{PublishedTestKey, published_test_key, published_test_keys};
pub use record::{FromBlock, KeyRecord, Material, NAME_TAG};
pub use state::{Destroyed, EngineState};
pub use tokens::GivenToken;

#[cfg(test)]
mod tests;
