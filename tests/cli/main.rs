//! The binary from outside: arguments in; stdout, stderr, status and files out. No test here knows the library,
//! save to forge a file that an outsider could have made.

mod batch;
mod call;
mod help;
mod inspect;
mod play;
mod program;
mod refusals;
mod vault;
