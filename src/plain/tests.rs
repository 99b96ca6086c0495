//! Talks without a terminal: every shipped ceremony from its first question to its last, and acts in an open vault.

use std::collections::VecDeque;

use super::dialogue::Dialogue;
use super::home::Home;
use super::line::{Gone, Line};
use super::*;
use crate::ceremony::shipped;
use crate::crypto::SecretBytes;

/// Somebody who answers by what the prompt says, and remembers everything that was said.
struct Reader {
    heard: Vec<String>,
    /// Prompt's beginning and the answer; taken in order, the first that fits.
    answers: VecDeque<(&'static str, String)>,
    /// What is answered where nothing fits: `f5` where there is a practice answer, else Enter.
    practise: bool,
    scrolled: usize,
    asked: usize,
}

impl Reader {
    fn new(answers: &[(&'static str, &str)], practise: bool) -> Self {
        Self {
            heard: Vec::new(),
            answers: answers.iter().map(|(p, a)| (*p, (*a).to_owned())).collect(),
            practise,
            scrolled: 0,
            asked: 0,
        }
    }

    fn text(&self) -> String {
        self.heard.join("\n")
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
        assert!(
            last[0].starts_with("Acts: ")
                && last[1].starts_with("Enter: ")
                && last[2].starts_with("So far: "),
            "{prompt}: {last:?}"
        );
        self.heard.push(prompt.to_owned());
        if let Some(at) = self.answers.iter().position(|(p, _)| prompt.starts_with(p)) {
            let (_, answer) = self.answers.remove(at).unwrap();
            return Ok(answer);
        }
        assert!(self.asked < 2000, "it asks for ever:\n{}", self.text());
        match (self.practise, prompt) {
            (true, "Press Enter: ") => Ok(String::new()),
            (true, _) => Ok("f5".into()),
            (false, _) => Err(Gone),
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

    fn secret(&mut self, prompt: &str) -> Result<Option<SecretBytes>, Gone> {
        assert!(prompt.contains("(not shown)"));
        let answer = self.answer(prompt)?;
        Ok(Some(SecretBytes::from_slice(answer.as_bytes())))
    }

    fn drop_typed_ahead(&mut self) {}

    fn out_of_sight(&mut self) {
        self.scrolled += 1;
    }
}

fn rehearse_with(script: &[u8], reader: &mut Reader) -> u8 {
    let start = Start::Play {
        script: script.to_vec(),
        place: Place::Rehearse {
            seed: None,
            clock: None,
        },
        inputs: BTreeMap::new(),
        out: None,
        resume: false,
    };
    begin(start, Lent::default(), reader)
}

fn first_key() -> &'static [u8] {
    shipped()
        .iter()
        .find(|(name, _)| *name == "first-key.toml")
        .map(|(_, bytes)| *bytes)
        .unwrap()
}

#[test]
fn every_shipped_ceremony_is_played_in_lines() {
    for (name, bytes) in shipped() {
        let mut reader = Reader::new(&[], true);
        let status = rehearse_with(bytes, &mut reader);
        let text = reader.text();
        assert_eq!(status, 0, "{name}:\n{text}");
        assert!(
            text.contains("Done. In a real ceremony you would now hold"),
            "{name}:\n{text}"
        );
        assert!(!text.contains("STOP"), "{name}:\n{text}");
        assert!(
            reader.scrolled > 0,
            "{name}: nothing was scrolled out of sight before a secret"
        );
        assert!(text.contains("Everybody else steps back."), "{name}");
    }
}
