//! Pieces that screens are made of.

pub(crate) mod choice;
pub(crate) mod form;
pub(crate) mod list;
pub(crate) mod masked;
pub(crate) mod rail;
pub(crate) mod text;
