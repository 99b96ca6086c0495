//! What remains of a ceremony: the audit chain and the report.
//!
//! - [`audit`]: one canonical JSON line per event, each bound to the line before and vouched by the vault.
//! - [`report`]: the text that people sign and keep.

pub mod audit;
pub mod report;
