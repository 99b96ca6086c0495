//! Pieces that screens are made of.

pub(crate) mod bbqr;
pub(crate) mod choice;
pub(crate) mod component;
pub(crate) mod form;
pub(crate) mod hex;
pub(crate) mod key_table;
pub(crate) mod lines;
pub(crate) mod list;
pub(crate) mod masked;
pub(crate) mod qr;
pub(crate) mod rail;
pub(crate) mod sheet;
pub(crate) mod signing;
pub(crate) mod text;
