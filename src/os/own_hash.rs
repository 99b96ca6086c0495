//! The running program's own hash, as it reads itself: a help to compare, no proof.

use std::fs::File;
use std::io::Read as _;
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

/// SHA-256 of the running program, lower-case hex; read once.
pub fn own_sha256() -> Option<String> {
    static OWN: OnceLock<Option<String>> = OnceLock::new();
    OWN.get_or_init(read).clone()
}

fn read() -> Option<String> {
    let mut program = File::open(std::env::current_exe().ok()?).ok()?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0_u8; 64 << 10];
    loop {
        match program.read(&mut buffer).ok()? {
            0 => break,
            n => digest.update(buffer.get(..n)?),
        }
    }
    Some(data_encoding::HEXLOWER.encode(&digest.finalize()))
}
