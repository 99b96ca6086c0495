//! What a runner asks and shows, and where it stands after an answer: the words between runner and front ends.

use crate::api::KeyAlgorithm;
use crate::crypto::SecretBytes;
use crate::session::RunOutcome;
use crate::session::field::{Field, Footing};

/// Words that are shown to one person alone, wiped when the last screen lets go of them. They have no `Debug`.
#[derive(Clone)]
pub struct ShownWords(std::sync::Arc<zeroize::Zeroizing<String>>);

impl ShownWords {
    /// Words to be shown.
    pub(crate) fn new(words: &SecretBytes) -> Self {
        let text = String::from_utf8_lossy(words.expose()).into_owned();
        Self(std::sync::Arc::new(zeroize::Zeroizing::new(text)))
    }

    /// Each word, in order, for the one screen that draws them.
    pub fn each(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ')
    }
}

/// One thing the runner asks of one person.
#[derive(Clone)]
pub struct Ask {
    /// Who acts: a name of the vault, or empty for whoever is at the keyboard.
    pub person: String,
    /// The person's role.
    pub role: String,
    /// A heading, `Custodian Ben approves`.
    pub title: String,
    /// Lines to read before answering: words, digests, commands to run elsewhere.
    pub body: Vec<String>,
    /// What is asked; empty where Enter alone goes on.
    pub fields: Vec<AskField>,
    /// Words that only this person may see, drawn as a secret and never kept as text.
    pub words: Option<ShownWords>,
    /// Whether words that were shown are typed back, and may be shown again until they were.
    pub types_back: bool,
    /// Whether the screen is blanked first, for a hand-over to this person.
    pub hand_over: bool,
    /// The three lines.
    pub footing: Footing,
}

/// What is known of a component's digits before one is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComponentDigits {
    /// The key's algorithm: how many digits there are, and whether their bytes have a parity.
    pub algorithm: KeyAlgorithm,
    /// Whether the check value is told once all digits are there. Not where the paper's own is asked beside them: ours
    /// stays hidden until theirs is typed.
    pub tells_value: bool,
}

impl ComponentDigits {
    /// How many hex digits: two for each byte of the key, none for a key that has no components.
    pub fn count(self) -> usize {
        self.algorithm.key_bytes().unwrap_or(0).saturating_mul(2)
    }
}

/// A field with what is particular to this asking.
#[derive(Debug, Clone)]
pub struct AskField {
    /// The declaration.
    pub field: Field,
    /// For a component: what its digits are of.
    pub digits: Option<ComponentDigits>,
    /// What the answer has to be, to the letter: a typed phrase. The front end says so before anything else is asked.
    pub exactly: Option<String>,
    /// Rehearsal's practice answer, shown and filled in by F5. Never set outside rehearsal.
    pub practice: Option<String>,
}

impl AskField {
    /// The declaration alone.
    pub const fn of(field: Field) -> Self {
        Self {
            field,
            digits: None,
            exactly: None,
            practice: None,
        }
    }

    /// The text as it is taken: what the declaration makes of it, and the phrase itself where one has to be typed.
    ///
    /// # Errors
    /// A sentence that names the field and the rule.
    pub fn check(&self, text: &str) -> Result<String, String> {
        if let Some(exactly) = self.exactly.as_ref().filter(|e| *e != text.trim()) {
            return Err(format!(
                "{exactly} was not typed. Nothing was asked for and nothing was changed."
            ));
        }
        self.field.check(text).map_err(|error| error.to_string())
    }

    /// The practice answer as a front end gives it: bytes where it is typed unseen. Empty where nobody practises.
    pub fn practised(self) -> Answer {
        let text = self.practice.unwrap_or_default();
        if self.field.secret() {
            Answer::Secret(SecretBytes::new(text.into_bytes()))
        } else {
            Answer::Text(text)
        }
    }
}

/// What a person answered.
pub enum Answer {
    /// A field's text, already through [`Field::check`].
    Text(String),
    /// A passphrase.
    Secret(SecretBytes),
}

/// The state of a step for a list at the side.
#[derive(Debug, Clone)]
pub struct StepLine {
    /// From 1.
    pub number: usize,
    /// The step's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its state's name.
    pub state: String,
    /// Check value, error or time, where there is one.
    pub note: String,
}

/// Words and papers that lie in people's hands while a run is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Who wrote new words down in the attempt under way: void if the step is left.
    pub wrote: Vec<String>,
    /// That words of an attempt that came to nothing are void, in a sentence.
    pub void: Option<String>,
    /// Papers of components that lie open, each with who holds it.
    pub open: Vec<String>,
    /// Where papers lie that were put away when the run was left, a sentence each.
    pub put_away: Vec<String>,
    /// They are being put away now.
    pub packing: bool,
}

/// What of the step at hand is asked anew where the power fails now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anew {
    /// Nothing that anybody gave.
    #[default]
    Nothing,
    /// What people typed in it.
    Typed,
    /// Signatures that were given for it.
    Signed,
    /// The same, where what was typed before them is on record and stays.
    SignedOnly,
}

/// What the runner shows now.
#[derive(Clone)]
pub struct Showing {
    /// Every step.
    pub steps: Vec<StepLine>,
    /// Index of the step at hand.
    pub current: usize,
    /// `why` and clauses of the step at hand.
    pub why: Vec<String>,
    /// What is asked now; `None` when the run has ended.
    pub ask: Option<Ask>,
    /// Whether what is asked now may lead to a search for primes, which can be stopped.
    pub searches: bool,
    /// What just happened, for a line on screen.
    pub last: Option<String>,
    /// How the run ended.
    pub outcome: Option<RunOutcome>,
    /// The component whose paper is printed in the step at hand and does not count yet.
    pub uncounted: Option<u8>,
    /// What was made so far goes out now, on a stick or into a folder: a step ahead waits for an answer to it.
    pub hands_out: bool,
    /// The run was stopped for good, and what its script then wants is being done.
    pub stopping: bool,
    /// Why it was stopped, in the words of whoever did.
    pub stopped: Option<String>,
    /// Words that people wrote down in this step count for nothing if it is left.
    pub voids_papers: bool,
    /// What lies in people's hands.
    pub held: Held,
    /// Every paper is put away: the run is left now.
    pub left: bool,
    /// Somebody took another's place when the run was taken up just now.
    pub relieved: bool,
    /// Who is asked to sign where the run is stopped for good; nobody where the script asks for no signature.
    pub signs_stop: Vec<String>,
    /// The folder that was named for what the run leaves, when it began or was taken up; of a vault that stays.
    pub goes_to: Option<std::path::PathBuf>,
    /// Who has yet to sign a stop of which nothing else is left to do.
    pub awaited_at_stop: Vec<String>,
    /// Whoever has a part in the run: name, and what they are called with their role.
    pub in_room: Vec<[String; 2]>,
    /// Whether such a paper stays good: it is of the last component, which comes out the same again.
    pub stays_good: bool,
    /// What was given in the step at hand and is on no record yet.
    pub anew: Anew,
    /// The act of the step at hand is done and saved, and its result is being read.
    pub done: bool,
    /// A step ahead has people read their own watches: until then no clock is shown.
    pub reads_watches: bool,
    /// keymoot plays the other side: nothing that comes from it is real.
    pub plays_other: bool,
    /// How long the screen may stand untouched, in milliseconds, where the script wants less than usual.
    pub idle_lock: Option<i64>,
    /// The run was interrupted and nothing was answered since: who has a place in it.
    pub came_back: Option<Vec<String>>,
    /// Of a rehearsal that went through: what became of its note.
    pub noted: Option<super::Noted>,
    /// The id of the field that the last answer was refused for, where one alone was.
    pub refused: Option<String>,
    /// What was typed in this step before an interruption and is asked again, by the ids of the fields: offered, and taken by
    /// Enter alone.
    pub offered: std::collections::BTreeMap<String, String>,
}

/// Where a runner stands after an answer.
#[derive(Debug)]
pub enum Advance {
    /// It asks the next thing.
    Asks,
    /// A wrong answer, in words; the same thing is asked again, nothing was lost.
    Again(String),
    /// The run has ended.
    Ended(RunOutcome),
}

impl Ask {
    /// Whether another page asks for the same things under the same heading, as after a wrong answer.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        let ids = |ask: &Self| -> Vec<&str> { ask.fields.iter().map(|f| f.field.id).collect() };
        self.title == other.title && ids(self) == ids(other)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A run of no steps at which nothing is asked.
    pub(in crate::ceremony) fn empty() -> Showing {
        Showing {
            steps: Vec::new(),
            current: 0,
            why: Vec::new(),
            ask: None,
            searches: false,
            last: None,
            outcome: None,
            uncounted: None,
            hands_out: false,
            stopping: false,
            stopped: None,
            voids_papers: false,
            held: Held::default(),
            left: false,
            relieved: false,
            signs_stop: Vec::new(),
            goes_to: None,
            awaited_at_stop: Vec::new(),
            in_room: Vec::new(),
            stays_good: false,
            anew: Anew::Nothing,
            done: false,
            reads_watches: false,
            plays_other: false,
            idle_lock: None,
            came_back: None,
            noted: None,
            refused: None,
            offered: std::collections::BTreeMap::new(),
        }
    }
}
