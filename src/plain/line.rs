//! Where lines go and come from: a person at a terminal, or a test that plays one.

use std::io::{self, IsTerminal as _, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::crypto::SecretBytes;
use crate::os::{Quiet, typed_byte, typed_within};
use crate::session::Stop;
use crate::session::idle::Why;
use crate::session::pasted::{is_whole, may_go_on};
pub(crate) use crate::session::wrapped;
use crate::text::{say, tr};

use super::masked;
use super::told_to_end;
use super::waiting::{Wait, show};

/// Room for what is typed, in bytes, made once so that it is not left behind where it may have been a passphrase.
const LONGEST: usize = 4096;
/// Characters of one line that a terminal passes on at most while it collects lines; what is beyond is lost (n_tty).
const CUT: usize = 4095;
/// Blank lines that put earlier text out of sight where the terminal does not say how tall it is.
const TALL: u16 = 60;

/// Why nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gone {
    /// The input is at its end.
    End,
    /// Ctrl-C: what is open is closed, and keymoot ends.
    Interrupted,
    /// Nobody is there, or keymoot was put aside: what is open is to be locked, and the question asked again.
    Aside(Why),
}

/// One line in, many lines out.
pub(crate) trait Line {
    /// Writes a line.
    fn say(&mut self, line: &str);

    /// Writes a prompt and reads a line, without its end.
    fn ask(&mut self, prompt: &str) -> Result<String, Gone>;

    /// The same, with the lines that follow until a text is whole: what is pasted of a file. An empty line ends it too.
    fn ask_whole(&mut self, prompt: &str) -> Result<String, Gone> {
        self.ask(prompt)
    }

    /// The same for a secret: what is typed is not echoed. `None` if it was given up with Ctrl-C.
    fn secret(&mut self, prompt: &str) -> Result<Option<SecretBytes>, Gone>;

    /// The same for what should be Enter alone: what is typed a line too early, a passphrase perhaps, is not echoed.
    fn unseen(&mut self, prompt: &str) -> Result<Zeroizing<String>, Gone> {
        self.ask(prompt).map(Zeroizing::new)
    }

    /// From now on a question that nobody answers within so many milliseconds ends in [`Gone::Aside`], and so does
    /// Ctrl-Z; `None` where nothing is open.
    fn guard(&mut self, _within: Option<i64>) {}

    /// Stops the process until somebody lets it go on.
    fn suspend(&mut self) {}

    /// Drops what was typed before the question was there: it answers nothing.
    fn drop_typed_ahead(&mut self);

    /// Does what may take long. Until it is done, whoever waits hears now and then that it goes on, and can stop it.
    fn working(&mut self, stop: &Stop, work: &mut dyn FnMut());

    /// Scrolls earlier text out of sight.
    fn out_of_sight(&mut self);

    /// Takes the line that was typed last off the screen, so many columns with its prompt; where the terminal cannot, it
    /// is scrolled out of sight.
    fn erase(&mut self, _columns: usize) {
        self.out_of_sight();
    }

    /// The same, with what the terminal keeps above its first line, where it can be told to forget it.
    fn wiped(&mut self) {
        self.out_of_sight();
    }
}

/// The terminal: standard output and input, masked input through the controlling terminal.
#[derive(Default)]
pub(crate) struct Terminal {
    /// Milliseconds that a question waits, where something is open.
    within: Option<i64>,
}

impl Terminal {
    /// A prompt and a line, without its end.
    fn line(&self, prompt: &str) -> Result<String, Gone> {
        crate::crypto::wipe_dead_stack();
        show(prompt)?;
        let stdin = io::stdin();
        Wait::new(self.within, prompt).until_typed(&stdin)?;
        let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
        loop {
            match typed_byte(&stdin) {
                Ok(Some(b'\n')) => break,
                Ok(Some(byte)) => line.push(byte),
                Ok(None) if line.is_empty() => return Err(Gone::End),
                Ok(None) => break,
                Err(_) => return Err(Gone::End),
            }
        }
        let line = String::from_utf8_lossy(&line);
        Ok(line.trim_end_matches('\r').to_owned())
    }
}

impl Line for Terminal {
    fn say(&mut self, line: &str) {
        // A closed terminal is nobody to tell; the next question finds that out.
        let _ = writeln!(io::stdout().lock(), "{}", wrapped(line));
    }

    fn ask(&mut self, prompt: &str) -> Result<String, Gone> {
        let line = self.line(prompt)?;
        only_the_first(&io::stdin());
        Ok(line)
    }

    fn ask_whole(&mut self, prompt: &str) -> Result<String, Gone> {
        let stdin = io::stdin();
        let mut text = self.line(prompt)?;
        loop {
            if text.len() >= CUT && stdin.is_terminal() && text.lines().any(|l| l.len() >= CUT) {
                crate::os::drop_typed_ahead();
                self.say(tr("STOP: A terminal passes on 4095 characters of a line, and this one was longer. Name the file instead, or paste it in shorter lines."));
                text = self.line(prompt)?;
                continue;
            }
            let goes_on = || {
                let comes = || typed_within(&stdin, TOGETHER).unwrap_or(false);
                may_go_on(&text) && stdin.is_terminal() && comes()
            };
            if is_whole(&text) && !goes_on() {
                break;
            }
            let more = self.line("")?;
            if more.trim().is_empty() {
                break;
            }
            text = format!("{text}\n{more}");
        }
        only_the_first(&stdin);
        Ok(text)
    }

    fn secret(&mut self, prompt: &str) -> Result<Option<SecretBytes>, Gone> {
        masked::read(self.within, prompt)
    }

    fn unseen(&mut self, prompt: &str) -> Result<Zeroizing<String>, Gone> {
        // Where there is no terminal to be quiet, there is none that echoes.
        let quiet = Quiet::begin().ok();
        let asked = self.ask(prompt).map(Zeroizing::new);
        if quiet.is_some() {
            let _ = writeln!(io::stdout().lock());
        }
        asked
    }

    fn guard(&mut self, within: Option<i64>) {
        self.within = within;
        told_to_end::forget_asides();
    }

    fn suspend(&mut self) {
        let _ = crate::os::stop_process_group();
    }

    fn drop_typed_ahead(&mut self) {
        crate::os::drop_typed_ahead();
    }

    fn working(&mut self, stop: &Stop, work: &mut dyn FnMut()) {
        let armed = told_to_end::arm(stop);
        let (over, waits) = channel::<()>();
        let heard = stop.clone();
        let voice = std::thread::spawn(move || {
            let mut waited = Duration::ZERO;
            for pause in pauses() {
                waited = waited.saturating_add(pause);
                if waits.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
                if !heard.said() {
                    let line = still_searching(waited);
                    let _ = writeln!(io::stdout().lock(), "{line}");
                }
            }
        });
        work();
        drop(over);
        // What it said last is whole before the next line is written.
        let _ = voice.join();
        drop(armed);
    }

    fn erase(&mut self, columns: usize) {
        let known = std::env::var_os("TERM").is_some_and(|term| term != "dumb");
        let width = crossterm::terminal::size().map_or(0, |(width, _)| usize::from(width));
        if !known || width == 0 || !io::stdout().is_terminal() {
            self.out_of_sight();
            return;
        }
        // The rows that it took, and the one on which the cursor stands now.
        let rows = columns.div_ceil(width).max(1);
        let mut out = io::stdout().lock();
        for _ in 0..rows {
            let _ = out.write_all(b"\x1b[1A\x1b[2K");
        }
        let _ = out.flush();
    }

    fn wiped(&mut self) {
        self.out_of_sight();
        if std::env::var_os("TERM").is_some_and(|term| term != "dumb") {
            let mut out = io::stdout().lock();
            let _ = out.write_all(b"\x1b[H\x1b[2J\x1b[3J");
            let _ = out.flush();
        }
    }

    fn out_of_sight(&mut self) {
        let rows = crossterm::terminal::size().map_or(0, |(_, rows)| rows);
        let rows = if rows == 0 { TALL } else { rows.min(200) };
        let mut out = io::stdout().lock();
        for _ in 0..rows {
            let _ = writeln!(out);
        }
    }
}

/// Milliseconds within which lines that were pasted together arrive.
const TOGETHER: u32 = 20;

/// More than a line came at once from a terminal: what stands behind the first answers nothing, for its question was not
/// heard yet. What a program writes into a pipe is left as it is.
fn only_the_first(stdin: &io::Stdin) {
    if stdin.is_terminal() && typed_within(stdin, TOGETHER).unwrap_or(false) {
        crate::os::drop_typed_ahead();
        let told = tr("Several lines came at once: only the first was taken.");
        let _ = writeln!(io::stdout().lock(), "{}", wrapped(told));
    }
}

/// How long to be silent before each word that a search goes on: soon at first, then seldom.
fn pauses() -> impl Iterator<Item = Duration> {
    const FIRST: Duration = Duration::from_secs(10);
    const LATER: Duration = Duration::from_secs(30);
    std::iter::once(FIRST).chain(std::iter::repeat(LATER))
}

fn still_searching(waited: Duration) -> String {
    wrapped(&say!(
        "Still searching, {seconds} s. Ctrl-C stops it; the request stands.",
        seconds = waited.as_secs()
    ))
}

#[cfg(test)]
mod tests {
    use super::{Duration, pauses, still_searching, wrapped};

    #[test]
    fn a_long_search_is_told_of_seldom() {
        let told: Vec<u64> = pauses()
            .scan(Duration::ZERO, |waited, pause| {
                *waited += pause;
                Some(waited.as_secs())
            })
            .take_while(|seconds| *seconds <= 120)
            .collect();
        assert_eq!(told, [10, 40, 70, 100]);
        let line = still_searching(Duration::from_secs(10));
        assert!(line.contains("10 s") && line.contains("Ctrl-C"), "{line}");
        assert!(!line.contains('\n'), "{line}");
    }

    #[test]
    fn long_lines_break_between_words_and_never_inside() {
        let text = wrapped(&format!(
            "  note {} and {}",
            "word ".repeat(20),
            "f".repeat(100)
        ));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|l| l.starts_with("  ")), "{text}");
        assert!(lines.iter().any(|l| l.trim() == "f".repeat(100)), "{text}");
        assert_eq!(wrapped("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
    }
}
