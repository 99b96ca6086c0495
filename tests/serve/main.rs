//! `keymoot serve` from outside, in Rust alone: the published signature vectors, the ready line, every limit, the end.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::similar_names,
    clippy::needless_pass_by_value
)]

mod client;
mod command;
mod endpoint;
mod lifetime;
mod signatures;
