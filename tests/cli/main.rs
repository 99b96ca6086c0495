//! The binary from outside: arguments in; stdout, stderr, status and files out. Only the reference pages look inside.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::similar_names,
    clippy::needless_pass_by_value
)]

mod another_day;
mod batch;
mod call;
mod ends;
mod form;
mod help;
mod inspect;
mod killed;
mod ledger;
mod partner;
mod people;
mod play;
mod policy;
mod program;
mod recovery;
mod reference;
mod refusals;
mod returning;
mod scripts;
mod sealed;
mod sized;
mod terminal;
mod vault;
