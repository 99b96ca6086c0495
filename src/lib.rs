//! keymoot: a terminal workstation for payment-key ceremonies.
//!
//! The map, from the ground up; an arrow of use never points up this list:
//!
//! - [`api`]: the contract with AWS Payment Cryptography's control plane, as pure data.
//! - [`crypto`]: bytes in, bytes out; no files, no clock, randomness passed in.
//! - [`pki`]: certificates and chains.
//! - [`engine`], [`vault`], [`custody`], [`evidence`]: one row; they do not know each other.
//! - [`session`]: the one door through which everything happens.
//! - [`ceremony`]: scripts: parse, lint, run, resume, record.
//! - [`tui`], [`plain`], `cli`, [`serve`]: the front ends.
//! - [`os`]: the only place for calls to the operating system.

pub mod api;
pub mod ceremony;
pub mod cli;
pub mod crypto;
pub mod custody;
pub mod engine;
pub mod evidence;
pub mod os;
pub mod pki;
pub mod plain;
pub mod serve;
pub mod session;
pub mod text;
pub mod tui;
pub mod vault;
