//! The binary: parse arguments, choose a front end.
fn main() {}
