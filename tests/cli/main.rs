//! The binary from outside: arguments in; stdout, stderr, status and files out. No test here knows the library.

mod batch;
mod call;
mod help;
mod inspect;
mod play;
mod program;
mod vault;
