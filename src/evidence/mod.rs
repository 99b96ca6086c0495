//! What remains of a ceremony: the audit chain, the recording, the bundle, and the report.
//!
//! - [`audit`]: one canonical JSON line per event, each bound to the line before and vouched by the vault.
//! - [`recording`]: what stood on the screen, as asciicast v2 and as a moving picture.
//! - [`bundle`]: everything of a run in one file; [`verify`] checks it without the vault.
//! - [`report`]: the text that people sign and keep.

pub mod audit;
pub mod bundle;
pub mod recording;
pub mod report;
pub mod verify;
