//! A change of people or shares as it is asked: turn by turn, each with its words, its fields and its hand-over. A
//! script's step, the screens and the lines ask the same.

use crate::crypto::{Entropy as _, OsEntropy, SecretBytes};
use crate::custody::passphrase;
use crate::session::asked::{
    AGAIN, APPROVAL_ENVELOPE, CUT, DRILLED_SHARE, GIVES_UP, HERE, MEDIUM, MINE, ONCE_MORE,
    OWN_MEDIUM, OWN_PASSPHRASE, PRESENT,
};
use crate::session::changing_words::{
    footing_of, footing_of_failure, footing_of_presence, lines_of, title_of,
};
use crate::session::field::Field;
use crate::session::op::Op;
use crate::session::{
    ChangeTurn, Changing, CustodyAct, Hand, Moment, Profile, Refusal, Session, op_custody,
};
use crate::text::{say, tr};

use super::ask::{Answer, Ask, AskField, ShownWords};
use super::read_envelope;

/// Whether an op gives everybody new words, which only the person they are for may see.
pub(super) fn gives_words(op: &Op) -> bool {
    [
        op_custody::ROTATE.name,
        op_custody::REPLACE.name,
        op_custody::RECOVERY_SET.name,
    ]
    .contains(&op.name)
}

/// Whether people prove in it what they hold, so that a script may expect that everybody did.
pub(super) fn proves(op: &Op) -> bool {
    let drills = [
        op_custody::DRILL.name,
        op_custody::RECOVERY_DRILL.name,
        op_custody::RESHARE.name,
    ];
    gives_words(op) || drills.contains(&op.name)
}

/// A change under way, and the words of the person at the screen. Dropping it leaves the people of now in force.
pub struct ChangeTalk {
    changing: Changing,
    /// Drawn for the person whose turn it is.
    words: Option<SecretBytes>,
    /// Whether they are on show, rather than asked for.
    shown: bool,
    /// Who of those that may be passed over was said to be here.
    here: Option<String>,
    /// Whose envelopes did not open just now, where the change can go on without them.
    failed: Option<String>,
    /// In a rehearsal: the words of whoever has no practice words, so that the proof can be practised too.
    practised: Vec<(String, SecretBytes)>,
    /// Who was shown new words, and wrote them down.
    wrote: Vec<String>,
}

/// An answer that the same person gives again: nothing was lost.
type Again = String;

/// The folder in which a named envelope lies; a folder is that itself.
fn folder_of(named: &str) -> String {
    let path = std::path::Path::new(named.trim());
    let folder = match path.parent() {
        Some(parent) if !path.is_dir() => parent,
        _ => path,
    };
    // An envelope that is named alone lies in the working folder.
    if folder.as_os_str().is_empty() {
        return ".".to_owned();
    }
    folder.display().to_string()
}

impl ChangeTalk {
    /// The first turn comes next.
    pub const fn new(changing: Changing) -> Self {
        Self {
            changing,
            words: None,
            shown: true,
            here: None,
            failed: None,
            practised: Vec::new(),
            wrote: Vec::new(),
        }
    }

    /// Makes the next turn ready; `false` when everybody had theirs.
    ///
    /// # Errors
    /// Words could not be drawn, or it could not be written down who is shown them.
    pub fn next(&mut self, session: &mut Session) -> Result<bool, Refusal> {
        let Some(turn) = self.changing.turn() else {
            return Ok(false);
        };
        if let (Moment::Words { words }, None) = (&turn.moment, &self.words) {
            if !self.wrote.contains(&turn.person) {
                self.wrote.push(turn.person.clone());
            }
            session.words_are_shown(self.changing.act(), &self.wrote)?;
            self.words = Some(drawn(session, &turn.person, *words)?);
            self.shown = true;
        }
        Ok(true)
    }

    /// The change, once everybody had their turn.
    pub fn over(self) -> Changing {
        self.changing
    }

    /// Hides the words: their owner is called again.
    pub const fn hide(&mut self) {
        self.shown = true;
    }

    /// Asks once more whether the person at the screen is here; `false` where nobody may be passed over, or that is what
    /// is asked now.
    pub fn back_to_presence(&mut self) -> bool {
        let Some(turn) = self.changing.turn() else {
            return false;
        };
        let asked = self.here.is_some() && !self.asks_who_is_here(&turn);
        if asked {
            self.here = None;
            self.failed = None;
        }
        asked
    }

    /// Whether it only proves: nothing is changed or handed out in it.
    pub const fn is_drill(&self) -> bool {
        matches!(self.changing.act(), CustodyAct::Drill { .. })
    }

    /// Who was shown new words so far: they are void where the change is given up.
    pub fn wrote(&self) -> &[String] {
        &self.wrote
    }

    /// Whose words are on show, or have been in this turn.
    pub(super) fn is_shown(&self) -> Option<String> {
        self.words.as_ref().map(|_| self.person())
    }

    /// Whose turn it is.
    pub fn person(&self) -> String {
        self.changing.turn().map(|t| t.person).unwrap_or_default()
    }

    /// What the person at the screen is asked.
    pub(super) fn fields(&self, session: &Session) -> Vec<Field> {
        let Some(turn) = self.changing.turn() else {
            return Vec::new();
        };
        let own = session.profile() == Profile::Production;
        match turn.moment {
            Moment::Words { .. } if self.shown => Vec::new(),
            Moment::Words { .. } => vec![OWN_PASSPHRASE],
            Moment::Place { .. } => vec![MEDIUM],
            Moment::Placed(_) => vec![OWN_MEDIUM],
            Moment::Cut(_) => vec![CUT],
            Moment::Prove { .. } if self.asks_who_is_here(&turn) => vec![HERE],
            Moment::Prove { .. } if self.asks_what_then(&turn) => vec![AGAIN],
            Moment::Prove { holds_share, .. } => {
                let mut fields = Vec::new();
                if own && holds_share {
                    fields.push(DRILLED_SHARE);
                }
                if own {
                    let hint = "Only where it is on another medium: its folder or file. Left empty, it lies beside the share \
                                envelope.";
                    fields.push(Field {
                        label: "Approval envelope",
                        optional: holds_share,
                        hint: if holds_share {
                            hint
                        } else {
                            APPROVAL_ENVELOPE.hint
                        },
                        ..APPROVAL_ENVELOPE
                    });
                }
                fields.push(OWN_PASSPHRASE);
                fields
            }
        }
    }

    /// Before a proof that somebody may miss, it is asked whether they are here.
    fn asks_who_is_here(&self, turn: &ChangeTurn) -> bool {
        let may_miss = matches!(
            turn.moment,
            Moment::Prove {
                may_be_absent: true,
                ..
            }
        );
        may_miss && self.here.as_ref() != Some(&turn.person)
    }

    /// After a proof that failed and that the change can do without, it is asked whether it ends so.
    fn asks_what_then(&self, turn: &ChangeTurn) -> bool {
        self.failed.as_ref() == Some(&turn.person)
    }

    /// What is shown and asked now, with practice answers in a rehearsal.
    pub fn ask(&self, session: &Session) -> Option<Ask> {
        let turn: ChangeTurn = self.changing.turn()?;
        let shown = matches!(turn.moment, Moment::Words { .. }) && self.shown;
        let words = self.words.as_ref().filter(|_| shown);
        if self.asks_who_is_here(&turn) {
            return Some(chosen(&turn, HERE, session));
        }
        if self.asks_what_then(&turn) {
            return Some(chosen(&turn, AGAIN, session));
        }
        let fields = self.fields(session).into_iter();
        let rehearsal = session.profile() == Profile::Rehearsal;
        let practice = |field: &Field| {
            let wanted = rehearsal && field.secret();
            wanted.then(|| self.practice(session)).flatten()
        };
        let mut body = lines_of(&turn, shown);
        // Those of practice people are known for good; these are forgotten with the session.
        if rehearsal && shown && session.new_practice_phrase(&turn.person).is_none() {
            body.push(tr("This rehearsal shows them once: F5 types them back today, and at the next opening only your paper knows them.").to_owned());
        }
        Some(Ask {
            title: title_of(&turn, shown),
            body,
            fields: fields
                .map(|field| AskField {
                    exactly: None,
                    practice: practice(&field),
                    digits: None,
                    field,
                })
                .collect(),
            words: words.map(ShownWords::new),
            types_back: !shown && self.words.is_some(),
            hand_over: shown
                || !matches!(
                    turn.moment,
                    Moment::Words { .. } | Moment::Placed(_) | Moment::Cut(_)
                ),
            footing: footing_of(&turn, shown),
            person: turn.person,
            role: turn.role,
        })
    }

    /// In rehearsal, what the person at the screen would type.
    pub(super) fn practice(&self, session: &Session) -> Option<String> {
        let turn = self.changing.turn()?;
        if self.asks_who_is_here(&turn) {
            return Some(PRESENT.to_owned());
        }
        if self.asks_what_then(&turn) {
            return Some(ONCE_MORE.to_owned());
        }
        if let Some(words) = &self.words {
            return Some(String::from_utf8_lossy(words.expose()).into_owned());
        }
        if self.changing.gave_words() {
            let known = self
                .practised
                .iter()
                .rfind(|(name, _)| *name == turn.person);
            let phrase = match known {
                Some((_, words)) => SecretBytes::from_slice(words.expose()),
                None => session.new_practice_phrase(&turn.person)?,
            };
            return Some(String::from_utf8_lossy(phrase.expose()).into_owned());
        }
        session.practice_passphrase(&turn.person)
    }

    /// Takes the answers of the person whose turn it is, in the order of the asked fields; says what came of it.
    ///
    /// # Errors
    /// In words; the same person is asked again, and nothing was lost.
    pub fn answer(&mut self, session: &mut Session, answers: Vec<Answer>) -> Result<String, Again> {
        let Some(turn) = self.changing.turn() else {
            return Ok(String::new());
        };
        let mut answers = answers.into_iter();
        let person = &turn.person;
        match turn.moment {
            Moment::Words { .. } if self.shown => {
                self.shown = false;
                Ok(String::new())
            }
            Moment::Words { .. } => self.typed_back(session, person, answers.next()),
            Moment::Place { .. } => self.placed(session, &text(answers.next())),
            Moment::Placed(_) => self.own_medium(person, &text(answers.next())),
            Moment::Cut(_) => self.decided(session, &text(answers.next())),
            Moment::Prove { .. } if self.asks_who_is_here(&turn) => {
                if text(answers.next()) == PRESENT {
                    self.here = Some(turn.person);
                    return Ok(String::new());
                }
                self.changing.absent();
                Ok(format!("{person} is not here and was passed over."))
            }
            Moment::Prove { .. } if self.asks_what_then(&turn) => {
                self.failed = None;
                Ok(self.what_then(person, &text(answers.next())))
            }
            Moment::Prove {
                holds_share,
                may_be_absent,
                ..
            } => {
                let own = session.profile() == Profile::Production;
                let share = (own && holds_share).then(|| text(answers.next()));
                let approval = own.then(|| text(answers.next()));
                let approval = approval.map(|typed| match &share {
                    Some(share) if typed.trim().is_empty() => folder_of(share),
                    _ => typed,
                });
                let passphrase = secret(answers.next())?;
                let sets = self.changing.sets();
                let read = |path: Option<String>, kind| {
                    let read = |path: String| envelope(&path, (person, kind), &sets);
                    path.map(read).transpose()
                };
                let hand = Hand {
                    name: person.clone(),
                    passphrase,
                    share: read(share, "share")?,
                    approval: read(approval, "approval")?,
                };
                let proven = self.changing.prove(session, &hand);
                self.failed = (proven.is_err() && may_be_absent).then(|| person.clone());
                proven.map_err(|refusal| refusal.to_string())?;
                Ok(if holds_share {
                    say!("{person} has proven both envelopes.", person)
                } else {
                    say!("{person} has proven the approval envelope.", person)
                })
            }
        }
    }

    /// A reshare that was cut off is given up, or stays open.
    fn decided(&mut self, session: &mut Session, answer: &str) -> Result<String, Again> {
        let decided = self.changing.decide(session, answer == GIVES_UP);
        decided.map_err(|refusal| refusal.to_string())?;
        Ok(String::new())
    }

    /// Writes the person's envelopes; where they lie is asked about next.
    fn placed(&mut self, session: &mut Session, folder: &str) -> Result<String, Again> {
        let placed = self.changing.place(session, folder.trim().as_ref());
        placed.map_err(|refusal| refusal.to_string())?;
        Ok(String::new())
    }

    /// Whether that is their own medium; what still lies in the wrong one is said.
    fn own_medium(&mut self, person: &str, answer: &str) -> Result<String, Again> {
        let own = answer == MINE;
        let lies = self.changing.own_medium(own);
        let lies = lies.map_err(|refusal| refusal.to_string())?;
        Ok(if own {
            say!("{person} has taken the medium out.", person)
        } else {
            lies
        })
    }

    /// After envelopes that did not open: once more, or recorded so.
    fn what_then(&mut self, person: &str, answer: &str) -> String {
        if answer == ONCE_MORE {
            return String::new();
        }
        self.changing.absent();
        format!("{person} could not open both envelopes; it is recorded so.")
    }

    fn typed_back(
        &mut self,
        session: &mut Session,
        person: &str,
        answer: Option<Answer>,
    ) -> Result<String, Again> {
        let typed = secret(answer)?;
        let text = std::str::from_utf8(typed.expose()).unwrap_or_default();
        let given = passphrase::normalise(text);
        if !self.words.as_ref().is_some_and(|words| given.ct_eq(words)) {
            self.shown = true;
            return Err(
                "These are not the words that were shown. Nothing is made yet and nothing is locked: look at your \
                 paper. They are shown once more, to you alone."
                    .into(),
            );
        }
        self.words = None;
        let rehearsal = session.profile() == Profile::Rehearsal;
        if rehearsal && session.new_practice_phrase(person).is_none() {
            let words = SecretBytes::from_slice(given.expose());
            self.practised.push((person.to_owned(), words));
        }
        let taken = self.changing.words(session, given);
        taken.map_err(|refusal| refusal.to_string())?;
        Ok(say!("{person} has new words.", person))
    }
}

/// The question before a proof that somebody may miss, and after one that failed: anybody answers it, in front of all.
fn chosen(turn: &ChangeTurn, field: Field, session: &Session) -> Ask {
    let here = field.id == HERE.id;
    let (mut body, practice) = if here {
        (
            vec![say!("Is {person} here?", person = turn.person)],
            PRESENT,
        )
    } else {
        let words = say!(
            "The envelopes of {person} did not open. What then?",
            person = turn.person
        );
        let then = tr(
            "Try again, or record it: the next is asked then. What happened to the envelopes is said afterwards at Home, Custodians.",
        );
        (vec![words, then.to_owned()], ONCE_MORE)
    };
    body.extend(what_it_means(turn, here));
    let rehearsal = session.profile() == Profile::Rehearsal;
    Ask {
        title: title_of(turn, false),
        body,
        fields: vec![AskField {
            exactly: None,
            practice: rehearsal.then(|| practice.to_owned()),
            digits: None,
            field,
        }],
        words: None,
        types_back: false,
        hand_over: false,
        footing: if here {
            footing_of_presence(turn)
        } else {
            footing_of_failure(turn)
        },
        person: String::new(),
        role: String::new(),
    }
}

/// What the answer to such a question decides.
fn what_it_means(turn: &ChangeTurn, here: bool) -> Option<String> {
    match turn.moment {
        Moment::Prove { makes: true, .. } => Some(say!(
            "{done} of {all} have proven. Where fewer than {all} do, nothing is made, and the new words are void.",
            done = turn.done,
            all = turn.all
        )),
        Moment::Prove { holds_share: false, .. } if here => Some(
            tr("Whoever holds no share proves only that their own words still open. The drill counts without it too.")
                .to_owned(),
        ),
        _ => None,
    }
}

/// New words: in a rehearsal those of practice, so that a play-through can be told in advance; else drawn.
fn drawn(session: &Session, person: &str, words: usize) -> Result<SecretBytes, Refusal> {
    if let Some(phrase) = session.new_practice_phrase(person) {
        return Ok(phrase);
    }
    let mut rng = OsEntropy
        .draw("passphrase")
        .map_err(|e| Refusal::Custody(e.to_string()))?;
    Ok(passphrase::generate(words, &mut *rng))
}

fn secret(answer: Option<Answer>) -> Result<SecretBytes, Again> {
    match answer {
        Some(Answer::Secret(secret)) => Ok(secret),
        _ => Err("A passphrase is wanted here. Nothing was changed.".into()),
    }
}

fn text(answer: Option<Answer>) -> String {
    match answer {
        Some(Answer::Text(text)) => text,
        Some(Answer::Secret(_)) | None => String::new(),
    }
}

fn envelope(path: &str, whose: (&str, &str), sets: &[String]) -> Result<String, Again> {
    let path = std::path::Path::new(path.trim());
    read_envelope(path, whose, sets).map_err(|refusal| refusal.to_string())
}
