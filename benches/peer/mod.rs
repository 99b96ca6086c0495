//! A peer in C: written to a folder of its own, compiled with what pkg-config says of its library, and asked for one
//! round at a time, so that whatever else the machine does meets both sides alike.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::time::Instant;

pub(crate) type Failure = Box<dyn std::error::Error>;

/// Rounds of each side, taken in turn; the median counts.
pub(crate) const ROUNDS: usize = 9;

/// A program that answers `WORD COUNT` with the seconds that one of COUNT acts took.
pub(crate) struct Peer {
    child: Child,
    asked: ChildStdin,
    answered: BufReader<ChildStdout>,
    _folder: tempfile::TempDir,
}

impl Peer {
    /// Compiles `source` against `libraries` and starts it.
    ///
    /// # Errors
    /// What is missing here, and what to install.
    pub(crate) fn start(source: &str, libraries: &[&str], from: &str) -> Result<Self, Failure> {
        let flags = flags(libraries, from)?;
        let folder = tempfile::tempdir()?;
        let (text, program) = (folder.path().join("peer.c"), folder.path().join("peer"));
        std::fs::write(&text, source)?;
        let mut compile = Command::new("cc");
        compile
            .args(["-O2", "-Wall", "-Werror", "-o"])
            .arg(&program);
        compile.arg(&text).args(flags);
        let compiled = run(&mut compile, "cc is missing: install the package gcc")?;
        if !compiled.status.success() {
            return Err(String::from_utf8_lossy(&compiled.stderr)
                .into_owned()
                .into());
        }
        let mut child = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (asked, answered) = (child.stdin.take(), child.stdout.take());
        Ok(Self {
            child,
            asked: asked.ok_or("no way to ask the peer")?,
            answered: BufReader::new(answered.ok_or("no way to hear the peer")?),
            _folder: folder,
        })
    }

    /// One round: seconds for one act.
    ///
    /// # Errors
    /// The peer ended; it said why on stderr.
    pub(crate) fn round(&mut self, word: &str, count: u32) -> Result<f64, Failure> {
        writeln!(self.asked, "{word} {count}")?;
        self.asked.flush()?;
        let mut line = String::new();
        self.answered.read_line(&mut line)?;
        match line.trim().parse() {
            Ok(seconds) => Ok(seconds),
            Err(_) => Err(format!("the peer did not do `{word}`").into()),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It has nothing to lose: its work is in memory.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(command: &mut Command, missing: &str) -> Result<Output, Failure> {
    command.output().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => missing.into(),
        _ => e.into(),
    })
}

/// What the compiler and the linker want to hear; `PKG_CONFIG_PATH` leads to libraries that lie elsewhere.
fn flags(libraries: &[&str], from: &str) -> Result<Vec<String>, Failure> {
    let mut ask = Command::new("pkg-config");
    ask.args(["--cflags", "--libs", "--static"]).args(libraries);
    let known = run(
        &mut ask,
        "pkg-config is missing: install the package pkg-config",
    )?;
    if !known.status.success() {
        let names = libraries.join(" and ");
        return Err(format!("pkg-config does not know {names}: {from}").into());
    }
    let text = String::from_utf8(known.stdout)?;
    Ok(text.split_whitespace().map(str::to_owned).collect())
}

/// Seconds for one of `count` acts of ours.
///
/// # Errors
/// The act's own.
pub(crate) fn round(
    count: u32,
    mut act: impl FnMut() -> Result<(), Failure>,
) -> Result<f64, Failure> {
    let begun = Instant::now();
    for _ in 0..count {
        act()?;
    }
    Ok(begun.elapsed().as_secs_f64() / f64::from(count))
}

/// Both sides in turn, ours first; the medians.
///
/// # Errors
/// Of whichever side failed.
pub(crate) fn in_turn(
    mut ours: impl FnMut() -> Result<f64, Failure>,
    mut theirs: impl FnMut() -> Result<f64, Failure>,
) -> Result<(f64, f64), Failure> {
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one.push(ours()?);
        other.push(theirs()?);
    }
    Ok((median(one), median(other)))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
