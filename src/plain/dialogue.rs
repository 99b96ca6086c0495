//! Questions and answers: what is told, the three lines, one prompt; and the words that work at every prompt.

use std::collections::BTreeSet;

use crate::ceremony::{Answer, AskField, codes_in};
use crate::crypto::SecretBytes;
use crate::custody::astray::{Place, looks_like_passphrase};
use crate::session::asked::words_in_the_open;
use crate::session::field::{Footing, Kind, NOTHING_TYPED};
use crate::session::guide::Entry;
use crate::session::idle::{IDLE_MINUTES, Why};
use crate::session::{InTheOpen, Mistyped, Stop};
use crate::text::{say, tr};

use super::choices::{numbered, picked};
use super::hints::hints;
use super::line::{Gone, Line};
pub(crate) use super::question::{Heard, Question, answered, footing, kept_by_enter};
pub(crate) use super::words::Word;
use super::words::{OWN, WORDS, in_words, word};

/// Said before what may take a search for primes.
pub(crate) const SEARCHING: &str = "Wait: all have signed; it is being done. A search for primes can take a minute; Ctrl-C stops it, and the request stands.";

/// Stands before an answer that is one of the words.
const AS_TEXT: char = '\\';

/// Milliseconds without an answer after which what is open is locked.
const IDLE: i64 = IDLE_MINUTES * 60 * 1000;

/// A talk over lines.
pub(crate) struct Dialogue<'a> {
    pub(super) line: &'a mut dyn Line,
    /// How many vaults are open behind it.
    guarded: usize,
    /// Milliseconds after which a ceremony wants it locked, where that is sooner than usual.
    sooner: Option<i64>,
    /// Whether what is asked is the lock's own.
    locked: bool,
    /// Whether the last answer was the practice answer, asked for by its word.
    pub(super) by_f5: bool,
    /// Secrets that were typed where they are shown, until somebody with the vault at hand records them.
    in_the_open: Vec<InTheOpen>,
    /// The act or place that asks.
    at: &'static str,
    /// Codes of rules that were explained.
    explained: BTreeSet<&'static str>,
}

mod astray;
mod files;
mod unseen;

impl<'a> Dialogue<'a> {
    /// A talk with whoever is at the other end.
    pub(crate) fn new(line: &'a mut dyn Line) -> Self {
        Self {
            line,
            guarded: 0,
            sooner: None,
            locked: false,
            by_f5: false,
            in_the_open: Vec::new(),
            at: "menu",
            explained: BTreeSet::new(),
        }
    }

    /// A vault is open from now on, or somebody begins to open one: where nobody answers, it is locked.
    pub(crate) fn guard(&mut self) {
        self.guarded = self.guarded.saturating_add(1);
        self.waits(false);
    }

    /// It is closed.
    pub(crate) fn unguard(&mut self) {
        self.guarded = self.guarded.saturating_sub(1);
        self.waits(false);
    }

    /// A ceremony wants the lock after so many milliseconds, where that is sooner; or is over.
    pub(crate) fn locks_after(&mut self, millis: Option<i64>) {
        if self.sooner != millis {
            self.sooner = millis;
            self.waits(false);
        }
    }

    /// Puts everything that was said out of sight; where keymoot is put aside, it then stops until it is let go on.
    pub(crate) fn hide(&mut self, stops: bool) {
        self.line.drop_typed_ahead();
        self.line.wiped();
        if stops {
            self.line.suspend();
        }
    }

    /// The questions of the lock itself wait for ever.
    pub(crate) fn waits(&mut self, forever: bool) {
        let within = self.sooner.map_or(IDLE, |sooner| sooner.min(IDLE));
        self.locked = forever;
        self.line.guard(self.may_lock().then_some(within));
    }

    /// Whether something is open that can be locked.
    const fn may_lock(&self) -> bool {
        !self.locked && self.guarded > 0
    }

    /// Says one thing.
    pub(crate) fn say(&mut self, text: &str) {
        self.line.say(&in_words(text));
    }

    /// Begins something new: a blank line, then its heading.
    pub(crate) fn heading(&mut self, text: &str) {
        self.line.say("");
        self.line.say(text);
    }

    /// Says that something is wrong, and what was not lost; of a rule that it names by its code, once what that is.
    pub(crate) fn stop(&mut self, text: &str) {
        self.line.say(&format!("STOP: {}", in_words(text)));
        for code in codes_in(text) {
            if self.explained.insert(code.id) {
                let words = say!(
                    "{id} stands for: {words}.",
                    id = code.id,
                    words = code.words
                );
                self.line.say(&words);
            }
        }
    }

    /// Does what may take long and can be stopped by whoever waits.
    pub(crate) fn patiently<T>(&mut self, stop: &Stop, work: impl FnOnce() -> T) -> Option<T> {
        let (mut work, mut done) = (Some(work), None);
        self.line.working(stop, &mut || {
            done = work.take().map(|work| work());
        });
        done
    }

    /// Enter alone.
    pub(crate) fn enter(&mut self, question: &Question) -> Result<Heard<()>, Gone> {
        self.tell(question);
        loop {
            let typed = self.prompt(question, tr("Press Enter: "))?;
            match self.steer(question, &typed) {
                Steered::Word(word) => return Ok(Heard::Said(word)),
                Steered::Handled => {}
                Steered::Text(text) if text.is_empty() => return Ok(Heard::Given(())),
                Steered::Text(text) => {
                    // It may have been a passphrase, a line too early.
                    if self.astray_at_enter(question, &text) {
                        continue;
                    }
                    self.stop(tr("Only Enter is wanted here, or a word: help names them. Nothing was recorded."));
                }
            }
        }
    }

    /// A typed text for a field, checked and in its normal form.
    pub(crate) fn text(
        &mut self,
        question: &Question,
        asked: &AskField,
    ) -> Result<Heard<String>, Gone> {
        self.text_counted(question, asked, &mut |_| {})
    }

    /// The same, where each text that the field refuses is taken note of before it is asked again.
    pub(crate) fn text_counted(
        &mut self,
        question: &Question,
        asked: &AskField,
        refused: &mut dyn FnMut(Mistyped),
    ) -> Result<Heard<String>, Gone> {
        self.tell(question);
        self.by_f5 = false;
        let question = self.about(question, asked);
        loop {
            let typed = self.prompt_of(&question, &asked.field)?;
            let text = match self.steer(&question, &typed) {
                Steered::Handled => continue,
                Steered::Word(Word::Empty) => return Ok(Heard::Given(String::new())),
                Steered::Word(Word::Practice) => match &asked.practice {
                    Some(text) => {
                        self.by_f5 = true;
                        text.clone()
                    }
                    // What may stay empty is practised empty.
                    None if asked.field.optional => String::new(),
                    None => {
                        self.no_practice();
                        continue;
                    }
                },
                Steered::Word(word) => return Ok(Heard::Said(word)),
                Steered::Text(text) => {
                    self.by_f5 = false;
                    text
                }
            };
            match &question.kept {
                Some(kept) if text.is_empty() => return Ok(Heard::Given(kept.clone())),
                None if text.is_empty() && !asked.field.optional => {
                    self.say(tr(NOTHING_TYPED));
                    continue;
                }
                _ => {}
            }
            match self.pasted(&asked.field, &text) {
                Some(true) => return Ok(Heard::Given(text)),
                Some(false) => continue,
                None => {}
            }
            match asked.check(&text) {
                Ok(_) if self.astray_at_a_path(&question, asked, &text) => {
                    refused(Mistyped::Passphrase);
                }
                Ok(normal) => return Ok(Heard::Given(normal)),
                Err(error) => refused(self.refused(&question, asked, (&text, &error))),
            }
        }
    }

    /// A secret. The words that lead away, and help, work here too: no passphrase is one of them alone, and one that is
    /// stands behind a backslash. An own word of a question is none here.
    pub(crate) fn secret(
        &mut self,
        question: &Question,
        asked: &AskField,
    ) -> Result<Heard<SecretBytes>, Gone> {
        self.tell(question);
        self.by_f5 = false;
        let question = self.about(question, asked);
        self.say(tr(
            "Nothing you type now is shown. An empty line goes back, and so do the words back, cancel and pause.",
        ));
        loop {
            self.footing(&question.footing);
            self.line.drop_typed_ahead();
            let prompt = say!("{label} (not shown): ", label = tr(asked.field.label));
            let Some(secret) = self.line.secret(&prompt)? else {
                return Ok(Heard::Said(Word::Back));
            };
            let text = std::str::from_utf8(secret.expose()).unwrap_or_default();
            if let Some(text) = text
                .strip_prefix(AS_TEXT)
                .filter(|text| word(text).is_some())
            {
                return Ok(Heard::Given(SecretBytes::from_slice(text.as_bytes())));
            }
            match (word(text), &asked.practice) {
                _ if secret.expose().is_empty() => return Ok(Heard::Said(Word::Back)),
                (Some(Word::Practice), Some(practice)) => {
                    self.by_f5 = true;
                    return Ok(Heard::Given(SecretBytes::from_slice(practice.as_bytes())));
                }
                (Some(Word::Help), _) => self.help(&question),
                (Some(Word::Lock), _) if self.may_lock() => return Err(Gone::Aside(Why::Asked)),
                (Some(leads @ (Word::Back | Word::Cancel)), _) => return Ok(Heard::Said(leads)),
                _ => return Ok(Heard::Given(secret)),
            }
        }
    }

    /// One of several, by number or by name.
    pub(crate) fn choose(
        &mut self,
        question: &Question,
        prompt: &str,
        entries: &[Entry],
    ) -> Result<Heard<usize>, Gone> {
        self.choose_with(question, prompt, (entries, &[]), None)
    }

    /// The same where names beyond the list are understood as well: their places follow those of the list.
    pub(crate) fn choose_beyond(
        &mut self,
        question: &Question,
        prompt: &str,
        entries: (&[Entry], &[Entry]),
    ) -> Result<Heard<usize>, Gone> {
        self.choose_with(question, prompt, entries, None)
    }

    /// The same where a rehearsal has an answer for it.
    fn choose_with(
        &mut self,
        question: &Question,
        prompt: &str,
        (entries, beyond): (&[Entry], &[Entry]),
        practice: Option<usize>,
    ) -> Result<Heard<usize>, Gone> {
        let kept = question.kept.as_deref();
        let kept = kept.and_then(|id| entries.iter().position(|e| e.id == id && e.off.is_none()));
        let mut whole = question.clone();
        whole.told.extend(numbered(entries));
        self.tell(&whole);
        self.by_f5 = false;
        loop {
            let typed = self.prompt(&whole, &format!("{prompt}: "))?;
            let text = match self.steer(&whole, &typed) {
                Steered::Handled => continue,
                Steered::Word(Word::Practice) => {
                    if let Some(at) = practice {
                        self.by_f5 = true;
                        return Ok(Heard::Given(at));
                    }
                    self.no_practice();
                    continue;
                }
                Steered::Word(word) => return Ok(Heard::Said(word)),
                Steered::Text(text) => text,
            };
            if let Some(at) = kept.filter(|_| text.is_empty()) {
                return Ok(Heard::Given(at));
            }
            match picked(entries, beyond, &text) {
                Ok(at) => return Ok(Heard::Given(at)),
                Err(_) if looks_like_passphrase(&text, Place::Name) => {
                    let typed = zeroize::Zeroizing::new(text);
                    let columns = prompt.chars().count().saturating_add(typed.chars().count());
                    self.line.erase(columns.saturating_add(2));
                    self.in_the_open.push(self.at_a_list());
                    self.stop(words_in_the_open());
                }
                Err(rule) => self.stop(&rule),
            }
        }
    }

    /// A field of any kind; `entries` are the choices where the declaration names none itself.
    pub(crate) fn field(
        &mut self,
        question: &Question,
        asked: &AskField,
        entries: &[Entry],
    ) -> Result<Heard<Answer>, Gone> {
        let field = &asked.field;
        let declared: Vec<Entry> = match field.kind {
            Kind::Choice(choices) => choices
                .iter()
                .map(|c| Entry::new(c.id, tr(c.label), ""))
                .collect(),
            _ => Vec::new(),
        };
        let mut entries = if entries.is_empty() {
            declared
        } else {
            entries.to_vec()
        };
        if field.optional && !entries.is_empty() {
            entries.push(Entry::none_of_these(field));
        }
        if field.secret() {
            return Ok(match self.secret(question, asked)? {
                Heard::Given(secret) => Heard::Given(Answer::Secret(secret)),
                Heard::Said(word) => Heard::Said(word),
            });
        }
        if matches!(field.kind, Kind::Confirm) {
            return Ok(match self.enter(question)? {
                Heard::Given(()) => Heard::Given(Answer::Text(String::new())),
                Heard::Said(word) => Heard::Said(word),
            });
        }
        if entries.is_empty() {
            return Ok(match self.text(question, asked)? {
                Heard::Given(text) => Heard::Given(Answer::Text(text)),
                Heard::Said(word) => Heard::Said(word),
            });
        }
        // A list tells what it is given itself.
        let mut question = question.clone();
        question.told.extend(hints(asked));
        if field.optional && question.kept.is_none() {
            question
                .told
                .push(tr("Enter alone takes the usual.").to_owned());
        }
        let practised = asked.practice.as_deref();
        let practice = practised.and_then(|id| entries.iter().position(|entry| entry.id == id));
        Ok(
            match self.choose_with(&question, tr(field.label), (&entries, &[]), practice)? {
                Heard::Given(at) => {
                    let id = entries.get(at).map(|e| e.id.clone());
                    Heard::Given(Answer::Text(id.unwrap_or_default()))
                }
                Heard::Said(word) => Heard::Said(word),
            },
        )
    }

    fn tell(&mut self, question: &Question) {
        for line in &question.told {
            self.say(line);
        }
    }

    /// Tells hint and practice answer of a field, and puts them into the help of its question.
    fn about(&mut self, question: &Question, asked: &AskField) -> Question {
        let lines = hints(asked);
        for line in &lines {
            self.line.say(line);
        }
        let mut whole = question.clone();
        whole.told.extend(lines);
        whole
    }

    fn footing(&mut self, footing: &Footing) {
        self.line.say(&say!("Acts: {acts}", acts = footing.acts));
        self.line
            .say(&say!("Enter: {enter}", enter = footing.enter));
        self.line
            .say(&say!("So far: {so_far}", so_far = footing.so_far));
    }

    fn prompt(&mut self, question: &Question, prompt: &str) -> Result<String, Gone> {
        self.footing(&question.footing);
        let typed = self.line.ask(prompt)?;
        self.unless_locked(typed)
    }

    fn unless_locked(&self, typed: String) -> Result<String, Gone> {
        if self.may_lock() && word(&typed) == Some(Word::Lock) {
            return Err(Gone::Aside(Why::Asked));
        }
        Ok(typed)
    }

    fn no_practice(&mut self) {
        self.stop(tr(
            "There is no practice answer to this question. Nothing was answered.",
        ));
    }

    /// What a typed line means.
    fn steer(&mut self, question: &Question, typed: &str) -> Steered {
        let typed = typed.trim();
        if let Some(text) = typed.strip_prefix(AS_TEXT) {
            return Steered::Text(text.to_owned());
        }
        match word(typed) {
            None => Steered::Text(typed.to_owned()),
            Some(Word::Help) => {
                self.help(question);
                Steered::Handled
            }
            Some(word) if OWN.contains(&word) && !question.words.contains(&word) => {
                Steered::Text(typed.to_owned())
            }
            Some(word) => Steered::Word(word),
        }
    }

    fn help(&mut self, question: &Question) {
        self.line.say("");
        for line in question.help.iter().chain(&question.told) {
            self.say(line);
        }
        self.line
            .say(tr("Words that work at a prompt, alone on their line:"));
        for (word, what, does) in WORDS {
            let own = OWN.contains(what);
            let works = question.words.contains(what) || (*what == Word::Lock && self.may_lock());
            if !does.is_empty() && (!own || works) {
                self.line.say(&format!("  {word}: {does}", does = tr(does)));
            }
        }
        self.line.say(&say!(
            "  Before an answer that is itself one of these words, type {AS_TEXT}.",
            AS_TEXT
        ));
        self.line.say(tr(
            "  Ctrl-C or Ctrl-D closes the vault and ends keymoot; everything done so far is saved.",
        ));
    }
}

enum Steered {
    Text(String),
    Word(Word),
    /// It was help; the same is asked again.
    Handled,
}
