//! Whom tests talk to: somebody who answers by what the prompt says.

use std::collections::VecDeque;

use super::act::Acts;
use super::dialogue::Dialogue;
use super::home::Home;
use super::line::{Gone, Line};
use super::*;
use crate::crypto::SecretBytes;
use crate::session::Stop;
use crate::session::idle::Why;
use crate::session::pasted::is_whole;
use crate::text::{say, tr};

/// Nobody answers for the idle minutes.
pub(super) const AWAY: &str = "(nobody)";
/// Ctrl-C.
pub(super) const INTERRUPTS: &str = "(Ctrl-C)";
/// Ctrl-Z.
pub(super) const PUT_ASIDE: &str = "(Ctrl-Z)";

/// Somebody who answers by what the prompt says, and remembers everything that was said.
pub(super) struct Reader {
    pub(super) heard: Vec<String>,
    /// Prompt's beginning and the answer; taken in order, the first that fits.
    pub(super) answers: VecDeque<(&'static str, String)>,
    /// What is answered where nothing fits: `f5` where there is a practice answer, else Enter.
    pub(super) practise: bool,
    pub(super) scrolled: usize,
    asked: usize,
    /// How many searches are stopped as soon as they begin.
    pub(super) stops: usize,
    /// After how many milliseconds it was to be locked, each time that this changed.
    pub(super) locks: Vec<Option<i64>>,
}

impl Reader {
    pub(super) fn new(answers: &[(&'static str, &str)], practise: bool) -> Self {
        Self {
            heard: Vec::new(),
            answers: answers.iter().map(|(p, a)| (*p, (*a).to_owned())).collect(),
            practise,
            scrolled: 0,
            asked: 0,
            stops: 0,
            locks: Vec::new(),
        }
    }

    pub(super) fn text(&self) -> String {
        self.heard.join("\n")
    }

    /// Whether the last question is whether the vault is closed.
    fn closes(&self) -> bool {
        let closes = format!("  2. {}", tr("close it"));
        self.heard.iter().rev().take(6).any(|line| *line == closes)
    }

    fn answer(&mut self, prompt: &str) -> Result<String, Gone> {
        self.asked += 1;
        // The three lines stand just above every prompt.
        let last: Vec<&str> = self
            .heard
            .iter()
            .rev()
            .take(3)
            .rev()
            .map(String::as_str)
            .collect();
        let heads = [
            say!("Acts: {acts}", acts = ""),
            say!("Enter: {enter}", enter = ""),
            say!("So far: {so_far}", so_far = ""),
        ];
        let stand = heads
            .iter()
            .zip(&last)
            .all(|(h, l)| l.starts_with(h.as_str()));
        assert!(stand && last.len() == 3, "{prompt}: {last:?}");
        self.heard.push(prompt.to_owned());
        if let Some(at) = self.answers.iter().position(|(p, _)| prompt.starts_with(p)) {
            let (_, answer) = self.answers.remove(at).unwrap();
            return match answer.as_str() {
                AWAY => Err(Gone::Aside(Why::Idle(300_000))),
                INTERRUPTS => Err(Gone::Interrupted),
                PUT_ASIDE => Err(Gone::Aside(Why::Suspended)),
                _ => Ok(answer),
            };
        }
        // Whoever closes a vault means it, where the test answers nothing else.
        if self.closes() {
            return Ok("close".into());
        }
        assert!(self.asked < 2000, "it asks for ever:\n{}", self.text());
        match (self.practise, prompt) {
            (true, asked) if asked == tr("Press Enter: ") => Ok(String::new()),
            (true, _) => Ok("f5".into()),
            (false, _) => Err(Gone::End),
        }
    }
}

impl Line for Reader {
    fn say(&mut self, line: &str) {
        assert!(!line.contains('\u{1b}'), "{line:?}");
        self.heard.extend(line.split('\n').map(str::to_owned));
    }

    fn ask(&mut self, prompt: &str) -> Result<String, Gone> {
        self.answer(prompt)
    }

    fn ask_whole(&mut self, prompt: &str) -> Result<String, Gone> {
        let mut text = self.answer(prompt)?;
        while !is_whole(&text) && self.answers.front().is_some_and(|(p, _)| p.is_empty()) {
            let (_, more) = self.answers.pop_front().unwrap();
            text = format!("{text}\n{more}");
        }
        Ok(text)
    }

    fn secret(&mut self, prompt: &str) -> Result<Option<SecretBytes>, Gone> {
        assert!(prompt.contains(tr("(not shown)")));
        let answer = self.answer(prompt)?;
        Ok(Some(SecretBytes::from_slice(answer.as_bytes())))
    }

    fn drop_typed_ahead(&mut self) {}

    fn working(&mut self, stop: &Stop, work: &mut dyn FnMut()) {
        if self.stops > 0 {
            self.stops -= 1;
            stop.say();
        }
        work();
    }

    fn guard(&mut self, within: Option<i64>) {
        self.locks.push(within);
    }

    fn out_of_sight(&mut self) {
        self.scrolled += 1;
    }
}

/// A practice vault whose keys are held, so that nobody types passphrases.
pub(super) fn practice_session(hold: bool) -> Session {
    let store = Box::new(MemoryStore::new());
    let clock = Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
    practice::vault(store, Environment::real(None), Some(clock), hold)
        .unwrap()
        .session
}

pub(super) fn at_home(session: &mut Session, answers: &[(&'static str, &str)]) -> Reader {
    at_home_with(session, answers, None)
}

/// The same, where files are explained.
pub(super) fn at_home_with(
    session: &mut Session,
    answers: &[(&'static str, &str)],
    explain: Option<Explain>,
) -> Reader {
    let mut reader = Reader::new(answers, false);
    let mut talk = Dialogue::new(&mut reader);
    let stayed = Home {
        talk: &mut talk,
        session,
        acts: Acts::default(),
        explain,
        notes: None,
    }
    .stay();
    assert_eq!(stayed, Ok(()), "{}", reader.text());
    assert!(
        reader.answers.is_empty(),
        "{:?}\n{}",
        reader.answers,
        reader.text()
    );
    reader
}

/// A key that is made, up to its first signature.
pub(super) const MAKE: [(&str, &str); 12] = [
    ("Number: ", "create key"),
    ("Purpose: ", "TR31_K0_KEY_ENCRYPTION_KEY"),
    ("Algorithm: ", "AES_128"),
    ("Modes of use: ", "1"),
    ("Exportable: ", "yes"),
    ("Name: ", "kek"),
    ("Check value: ", "the usual"),
    ("Tags: ", ""),
    ("Enabled: ", "the usual"),
    ("Press Enter: ", ""),
    ("Number: ", "Ada"),
    ("Number: ", "Ana"),
];
