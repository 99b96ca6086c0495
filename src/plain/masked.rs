//! A secret that is typed: nothing of it is echoed, what is taken back is wiped, and nobody waits for it for ever.

use zeroize::Zeroizing;

use crate::crypto::SecretBytes;
use crate::os::{Unechoed, drop_typed_ahead, typed_byte};
use crate::session::asked::no_paste;
use crate::session::idle::Why;
use crate::session::printable;

use super::line::{Gone, wrapped};
use super::told_to_end::{Aside, aside};
use super::waiting::Wait;

/// The longest secret that is taken, in bytes: room for it is made once, so that it is never moved.
const LONGEST: usize = 4096;

/// What came of a byte.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    More,
    Whole,
    /// A paste, which is over: nothing of it was taken.
    Pasted,
    GivenUp,
    End,
}

/// What was typed so far.
struct Typed {
    bytes: Zeroizing<Vec<u8>>,
    /// Within the sequence of a key that is no letter.
    sequence: Sequence,
    /// What came of the sequence so far, behind its beginning: one byte more than say that a paste begins or ends.
    said: [u8; 5],
    /// Between the beginning of a paste and its end: all of it is dropped, its line ends too.
    pasted: bool,
}

/// How the terminal says that a paste begins, and that it ends, behind ESC and the bracket.
const PASTE: [u8; 5] = *b"\x00200~";
const PASTE_END: [u8; 5] = *b"\x00201~";

/// How far such a sequence has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sequence {
    None,
    Escape,
    Inside,
}

impl Typed {
    fn new() -> Self {
        Self {
            bytes: Zeroizing::new(Vec::with_capacity(LONGEST)),
            sequence: Sequence::None,
            said: [0; 5],
            pasted: false,
        }
    }

    /// A byte within a sequence; what the sequence says once it is whole.
    fn inside(&mut self, byte: u8) -> Came {
        self.said.rotate_left(1);
        if let Some(last) = self.said.last_mut() {
            *last = byte;
        }
        if !(0x40..=0x7e).contains(&byte) {
            return Came::More;
        }
        self.sequence = Sequence::None;
        match std::mem::take(&mut self.said) {
            PASTE => {
                self.pasted = true;
                self.bytes.clear();
            }
            PASTE_END if self.pasted => {
                self.pasted = false;
                return Came::Pasted;
            }
            _ => {}
        }
        Came::More
    }

    /// Takes the last letter back, all its bytes.
    fn back(&mut self) {
        while let Some(byte) = self.bytes.pop() {
            // The first byte of a letter in UTF-8 is none of the form 10xxxxxx.
            if byte & 0xc0 != 0x80 {
                return;
            }
        }
    }

    fn word_back(&mut self) {
        while self.bytes.last() == Some(&b' ') {
            self.back();
        }
        while self.bytes.last().is_some_and(|byte| *byte != b' ') {
            self.back();
        }
    }

    fn byte(&mut self, byte: u8) -> Came {
        match (self.sequence, byte) {
            (_, b'\n' | b'\r') if !self.pasted => return Came::Whole,
            (Sequence::Escape, b'[' | b'O') => self.sequence = Sequence::Inside,
            (Sequence::Escape, _) => self.sequence = Sequence::None,
            (Sequence::Inside, byte) => return self.inside(byte),
            (Sequence::None, 0x1b) => self.sequence = Sequence::Escape,
            (Sequence::None, _) if self.pasted => {}
            (Sequence::None, 0x03) => return Came::GivenUp,
            (Sequence::None, 0x04) if self.bytes.is_empty() => return Came::End,
            (Sequence::None, 0x08 | 0x7f) => self.back(),
            (Sequence::None, 0x15) => self.bytes.clear(),
            (Sequence::None, 0x17) => self.word_back(),
            (Sequence::None, 0x20..) if self.bytes.len() < LONGEST => self.bytes.push(byte),
            // The rest of a sequence, other control characters, and what is longer than any secret.
            _ => {}
        }
        Came::More
    }
}

/// Reads a secret from the controlling terminal; `None` if it was given up with Ctrl-C. Ctrl-Z does nothing meanwhile.
pub(super) fn read(within: Option<i64>, prompt: &str) -> Result<Option<SecretBytes>, Gone> {
    let gone = |_| Gone::End;
    crate::crypto::wipe_dead_stack();
    let mut terminal = Unechoed::open().map_err(gone)?;
    terminal.write(&printable(prompt)).map_err(gone)?;
    let mut wait = Wait::new(within, prompt);
    let mut typed = Typed::new();
    let came = loop {
        match wait.typed(terminal.input()) {
            Ok(true) => wait.touched(),
            Ok(false) => match aside() {
                // Whoever had the terminal meanwhile may have turned the echo on.
                Some(Aside::GoesOn) if within.is_some() => {
                    return left(terminal, Gone::Aside(Why::Stopped));
                }
                Some(Aside::GoesOn) => {
                    terminal.again().map_err(gone)?;
                    continue;
                }
                // Never while a secret is typed.
                Some(Aside::Asked) | None => continue,
            },
            Err(gone) => return left(terminal, gone),
        }
        let Some(byte) = typed_byte(terminal.input()).map_err(gone)? else {
            break Came::End;
        };
        match typed.byte(byte) {
            Came::More => {}
            Came::Pasted => {
                typed = Typed::new();
                let refused = wrapped(no_paste());
                terminal
                    .write(&format!("\n{refused}\n{}", printable(prompt)))
                    .map_err(gone)?;
            }
            came => break came,
        }
    };
    terminal.write("\n").map_err(gone)?;
    match came {
        Came::Whole | Came::More | Came::Pasted => Ok(Some(SecretBytes::from_slice(&typed.bytes))),
        Came::GivenUp => Ok(None),
        Came::End => Err(Gone::End),
    }
}

/// Nobody finishes it: what waits to be read is dropped while nothing is echoed.
fn left(mut terminal: Unechoed, gone: Gone) -> Result<Option<SecretBytes>, Gone> {
    drop_typed_ahead();
    let _ = terminal.write("\n");
    Err(gone)
}

#[cfg(test)]
mod tests {
    use super::{Came, Typed};

    fn typed(keys: &str) -> (String, Came) {
        let mut typed = Typed::new();
        let mut came = Came::More;
        for byte in keys.bytes() {
            came = typed.byte(byte);
            if came != Came::More {
                break;
            }
        }
        (String::from_utf8(typed.bytes.to_vec()).unwrap(), came)
    }

    #[test]
    fn what_is_taken_back_is_gone_and_arrows_are_no_letters() {
        let whole = |keys: &str| {
            let (text, came) = typed(keys);
            assert_eq!(came, Came::Whole, "{keys:?}");
            text
        };
        assert_eq!(whole("apple arrow\n"), "apple arrow");
        assert_eq!(whole("app\u{e9}\u{7f}le\r"), "apple");
        assert_eq!(whole("wrong\u{15}apple arrow \u{17}acorn\n"), "apple acorn");
        assert_eq!(whole("ap\u{1b}[D\u{1b}OApl\u{1b}[15~e\u{1a}\n"), "apple");
        assert_eq!(whole("\u{7f}\u{17}\n"), "");
        assert_eq!(typed("app\u{3}").1, Came::GivenUp);
        assert_eq!(typed("\u{4}").1, Came::End);
        assert_eq!(typed("app\u{4}").1, Came::More);
    }

    /// Digits of a component came off a clipboard that every program reads.
    #[test]
    fn a_paste_is_refused_whole_with_its_line_ends() {
        let pasted = "ab\u{1b}[200~0123 4567\r\n89ab\u{3}\u{4}\u{1b}[A\n\u{1b}[201~";
        assert_eq!(typed(pasted), (String::new(), Came::Pasted));
        // What is typed afterwards is a secret of its own; another long key is no paste.
        assert_eq!(
            typed("a\u{1b}[1200~b\u{1b}[201~c\n"),
            ("abc".into(), Came::Whole)
        );
        assert_eq!(typed("\u{1b}[200~never ended\n\n").1, Came::More);
    }
}
