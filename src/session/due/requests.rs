//! How many requests wait for signatures, in the same words wherever it stands. It is requests that are counted, and not
//! people who have yet to sign.

use crate::text::{say, tr};

/// Words for so many requests, the longest first; `None` where none waits.
pub fn requests_wait(count: usize) -> Option<[String; 3]> {
    match count {
        0 => None,
        1 => Some(
            [
                tr("1 request waits for signatures"),
                tr("1 request waits"),
                tr("1 request"),
            ]
            .map(str::to_owned),
        ),
        n => Some([
            say!("{n} requests wait for signatures", n),
            say!("{n} requests wait", n),
            say!("{n} requests", n),
        ]),
    }
}

/// What becomes of so many requests when the vault is closed; `None` where none waits.
pub fn requests_end(count: usize) -> Option<String> {
    let [words, ..] = requests_wait(count)?;
    Some(say!(
        "{words}. Nothing of it was done, and signatures are kept only while the vault is open: whoever still wants it \
         asks for it again.",
        words
    ))
}
