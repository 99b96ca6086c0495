//! The three streams: stdout carries the contract only, everything else goes to stderr.

use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use zeroize::Zeroizing;

use super::status::{Answer, Failure};

pub(super) use crate::session::printable;
use crate::session::wrapped;

/// Longest input of every kind but scripts and streams: 1 MiB.
pub(super) const INPUT_LIMIT: u64 = 1 << 20;
/// Longest script: 256 KiB.
pub(super) const SCRIPT_LIMIT: u64 = 256 << 10;

/// Reads an input that was named on the command line; `-` is standard input, and `file://` may stand in front, as the
/// AWS CLI has it.
pub(super) fn read(path: &Path, limit: u64) -> Answer<Zeroizing<Vec<u8>>> {
    let path = bare(path);
    if path == Path::new("-") {
        return read_stdin(limit);
    }
    Ok(crate::os::read_limited(path, limit)?)
}

/// The path without the AWS CLI's `file://` or `fileb://`, where no such file is there.
pub(super) fn bare(path: &Path) -> &Path {
    let named = path.to_str().and_then(|text| {
        text.strip_prefix("file://")
            .or_else(|| text.strip_prefix("fileb://"))
    });
    match named {
        Some(rest) if !path.exists() => Path::new(rest),
        _ => path,
    }
}

fn read_stdin(limit: u64) -> Answer<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 << 10));
    io::stdin()
        .lock()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|e| Failure::failed(format!("standard input: {e}. Nothing was done.")))?;
    if bytes.len() as u64 > limit {
        return Err(Failure::failed(format!(
            "standard input: longer than {limit} bytes. It was not used; no input of this kind is that long."
        )));
    }
    Ok(bytes)
}

/// Writes text to stdout as it is. A reader that went away ends the command quietly.
pub(super) fn print(text: &str) -> Answer<()> {
    write_out(text.as_bytes())
}

/// Writes bytes to stdout as they are.
pub(super) fn print_bytes(bytes: &[u8]) -> Answer<()> {
    write_out(bytes)
}

/// Writes one JSON value to stdout, indented by four as the AWS CLI does, with a line end.
pub(super) fn print_json(value: &impl Serialize) -> Answer<()> {
    let mut text = pretty(value)?;
    text.push(b'\n');
    write_out(&text)
}

/// The value as the AWS CLI indents it.
fn pretty(value: &impl Serialize) -> Answer<Vec<u8>> {
    let mut out = Vec::new();
    let mut serializer =
        Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(b"    "));
    value
        .serialize(&mut serializer)
        .map_err(|e| Failure::failed(format!("the answer could not be written as JSON: {e}")))?;
    Ok(out)
}

fn write_out(bytes: &[u8]) -> Answer<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// A line about progress: on stderr, and only where somebody reads it as it comes.
pub(super) fn progress(line: &str) {
    if io::stderr().is_terminal() {
        note(line);
    }
}

/// A line that must be said, on stderr.
pub(super) fn note(line: &str) {
    let mut stderr = io::stderr().lock();
    // A program reads whole lines; a terminal would break one inside a word.
    let line = if stderr.is_terminal() {
        wrapped(line)
    } else {
        printable(line)
    };
    // A closed stderr is nobody to tell.
    let _ = writeln!(stderr, "{line}");
}

/// Says why a command did not do it.
pub(super) fn complain(failure: &Failure) {
    if !failure.message.is_empty() {
        note(&format!("keymoot: {}", failure.message));
    }
    if let Some(hint) = &failure.hint {
        note(&format!("hint: {hint}"));
    }
}

/// Whether a person can be asked: keyboard and screen are both a terminal.
pub(super) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether the full screen can be drawn.
pub(super) fn screen_is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_by_four() {
        let text = pretty(&serde_json::json!({"Key": {"Enabled": true}})).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "{\n    \"Key\": {\n        \"Enabled\": true\n    }\n}"
        );
    }
}
