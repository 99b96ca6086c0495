//! A log line by line, in bounded memory.
#![deny(clippy::indexing_slicing)]

use std::io::{self, BufRead};

/// The longest line that is read, newline apart: 1 MiB, the limit of every line this program takes.
pub(super) const MAX_LINE: usize = 1 << 20;

/// One line of the file.
pub(super) struct Raw {
    /// Its bytes without the newline; at most [`MAX_LINE`] and one.
    pub(super) bytes: Vec<u8>,
    /// Whether a newline ends it.
    pub(super) ended: bool,
}

impl Raw {
    pub(super) const fn too_long(&self) -> bool {
        self.bytes.len() > MAX_LINE
    }

    /// Whether it can be what a cut write leaves: the beginning of a JSON object, perhaps with zeros where the
    /// file system had room but no data yet. A whole line that was edited is neither.
    pub(super) fn is_fragment(&self) -> bool {
        let end = self.bytes.iter().rposition(|b| *b != 0);
        let text = self.bytes.get(..end.map_or(0, |end| end + 1));
        match text {
            Some([]) => !self.bytes.is_empty(),
            Some(text) => {
                text.first() == Some(&b'{')
                    && serde_json::from_slice::<serde::de::IgnoredAny>(text)
                        .is_err_and(|e| e.is_eof())
            }
            None => false,
        }
    }
}

/// The lines of a log, with a look at the next one.
pub(super) struct Lines<R> {
    source: R,
    next: Option<Raw>,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(source: R) -> Self {
        Self { source, next: None }
    }

    fn pull(&mut self) -> io::Result<Option<Raw>> {
        let mut bytes = Vec::new();
        let limit = MAX_LINE as u64 + 1;
        io::Read::take(&mut self.source, limit).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let ended = bytes.pop_if(|byte| *byte == b'\n').is_some();
        Ok(Some(Raw { bytes, ended }))
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Raw>> {
        match self.next.take() {
            Some(raw) => Ok(Some(raw)),
            None => self.pull(),
        }
    }

    pub(super) fn peek(&mut self) -> io::Result<Option<&Raw>> {
        if self.next.is_none() {
            self.next = self.pull()?;
        }
        Ok(self.next.as_ref())
    }
}
