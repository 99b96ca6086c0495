//! The things of a ceremony: packages and media that travel, safes that stay.

use super::finding::Place;
use crate::custody::ledger::Safe;

/// Which way a medium goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// What is on it comes in.
    In,
    /// What is on it goes out.
    Out,
}

/// The medium that a thing is.
#[derive(Debug)]
pub(super) struct Medium {
    /// As it stands on it.
    pub(super) label: String,
    pub(super) direction: Option<Direction>,
}

/// A thing that travels, a package or a medium; or a safe.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) place: Place,
    pub(super) id: String,
    /// What it is where it is a medium and no package.
    pub(super) medium: Option<Medium>,
    /// What it is where it is a safe; who can open it are places.
    pub(super) safe: Option<Safe>,
    /// Serial as advised, where the script is written for one ceremony and knows it.
    pub(super) advised: Option<String>,
    /// Who carries it.
    pub(super) courier: Option<String>,
}
