//! A ceremony in lines: each question with who acts, what Enter does and what has not happened yet.

use std::collections::BTreeMap;
use std::path::Path;

use crate::ceremony::{
    self, Advance, Answer, Ask, Pause, Practised, RunError, Runner, Script, Showing, Wanted,
};
use crate::session::field::Kind;
use crate::session::guide::Entry;
use crate::session::{self, said};
use crate::session::{Profile, RunOutcome, Session, Stop, practice};
use crate::text::{say, tr};

use super::dialogue::{Dialogue, Heard, Question, SEARCHING, answered, footing};
use super::line::Gone;
use super::lock::lock;

mod stop;

/// How the talk about a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The run ended.
    Ended(RunOutcome),
    /// It stands open.
    Left,
}

/// Begins a run, or takes it up, and asks its way through.
///
/// # Errors
/// It could not begin.
pub(crate) fn play(
    talk: &mut Dialogue<'_>,
    session: &mut Session,
    script: Script,
    wanted: Wanted,
) -> Result<Result<End, RunError>, Gone> {
    talk.heading(&say!("Ceremony: {script}", script = script.title()));
    if session.profile() == Profile::Rehearsal {
        talk.say(&practice::words(
            session.lasts(),
            wanted.out.is_some(),
            Some(tr("The word f5")),
        ));
    }
    talk.say(tr(
        "At any prompt the word help explains, and pause stops without losing anything.",
    ));
    let out = wanted.out.clone();
    let mut runner = match Runner::begin_or_go_on(session, script, wanted) {
        Ok(runner) => runner,
        Err(error) => return Ok(Err(error)),
    };
    // Whoever takes a run up need not know which folder was named when it began.
    let known = runner.goes_to(session);
    let mut run = Run {
        talk,
        session,
        runner: &mut runner,
        out: out.as_deref().or(known.as_deref()),
        told_back: false,
    };
    let end = run.until_it_ends();
    run.talk.locks_after(None);
    let end = end?;
    if let End::Ended(outcome) = end {
        run.ended(outcome);
    }
    Ok(Ok(end))
}

struct Run<'r, 'a> {
    talk: &'r mut Dialogue<'a>,
    session: &'r mut Session,
    runner: &'r mut Runner,
    /// Where its files are written.
    out: Option<&'r Path>,
    /// Whether it was told where the run stood when it was taken up.
    told_back: bool,
}

/// Whether the same person is asked for the same once more: nobody else takes the keyboard, and what was read stands
/// above.
fn asks_the_same(before: Option<&Showing>, now: &Showing) -> bool {
    let asked = |showing: &Showing| {
        let ask = showing.ask.as_ref()?;
        let fields = ask.fields.iter().map(|asked| asked.field.id);
        Some((ask.person.clone(), fields.collect::<Vec<_>>()))
    };
    before.is_some_and(|before| asked(before) == asked(now))
}

/// What happens after one question.
enum Turn {
    /// What was answered, and how much of it the practice word gave.
    Answer(Vec<Answer>, Practised),
    /// From the first field again.
    Again,
    Left,
}

impl Turn {
    /// Enter alone.
    fn nothing() -> Self {
        Self::Answer(Vec::new(), Practised::default())
    }
}

impl Run<'_, '_> {
    fn rehearsal(&self) -> bool {
        self.session.profile() == Profile::Rehearsal
    }

    fn keeps_nothing(&self) -> bool {
        self.rehearsal() && !self.session.lasts()
    }

    fn until_it_ends(&mut self) -> Result<End, Gone> {
        let mut before: Option<Showing> = None;
        let mut again = false;
        loop {
            let showing = self.runner.showing(self.session);
            if showing.left {
                return Ok(End::Left);
            }
            again = again && asks_the_same(before.as_ref(), &showing);
            self.changes(before.as_ref(), &showing, again);
            let Some(ask) = showing.ask.clone() else {
                return Ok(showing.outcome.map_or(End::Left, End::Ended));
            };
            self.talk.locks_after(showing.idle_lock);
            let searches = showing.searches;
            let turn = match self.turn(&showing, &ask, again) {
                // What was typed so far is wiped; the same question is asked again.
                Err(Gone::Aside(why)) => {
                    lock(self.talk, self.session, why)?;
                    Turn::Again
                }
                turn => turn?,
            };
            before = Some(showing);
            again = false;
            match turn {
                Turn::Left => return Ok(End::Left),
                Turn::Again => {}
                Turn::Answer(answers, counted) => match self.answer(searches, answers, counted) {
                    Ok(Advance::Again(words)) => {
                        self.talk.stop(&words);
                        again = true;
                    }
                    Ok(Advance::Asks | Advance::Ended(_)) => {}
                    Err(error) => self.talk.stop(&error.to_string()),
                },
            }
        }
    }

    /// Hands the answers over; a search for primes that they lead to can be stopped.
    fn answer(
        &mut self,
        searches: bool,
        answers: Vec<Answer>,
        counted: Practised,
    ) -> Result<Advance, RunError> {
        if !searches {
            return self.runner.answer_counted(self.session, answers, counted);
        }
        self.talk.say(tr(SEARCHING));
        let stop = Stop::default();
        self.session.stoppable(stop.clone());
        let (runner, session) = (&mut *self.runner, &mut *self.session);
        let done = self.talk.patiently(&stop, move || {
            runner.answer_counted(session, answers, counted)
        });
        // What was not begun is asked again.
        done.unwrap_or(Ok(Advance::Asks))
    }

    /// Changes of state, each a line of its own.
    fn changes(&mut self, before: Option<&Showing>, now: &Showing, again: bool) {
        if again {
            return;
        }
        if let Some(last) = &now.last
            && before.is_none_or(|b| b.last.as_ref() != Some(last))
        {
            self.talk.say(last);
        }
        let from = before.map_or(now.current, |b| b.current);
        let over = now.ask.is_none();
        let count = now.steps.len();
        for step in now.steps.iter().skip(from) {
            if step.number > now.current && !over {
                break;
            }
            let note = match step.note.as_str() {
                "" => String::new(),
                note => format!(" {note}."),
            };
            if step.state != "planned" && step.state != "armed" {
                self.talk.say(&say!(
                    "Step {number} of {count} is {state}: {title}.{note}",
                    number = step.number,
                    count,
                    state = said::step(&step.state),
                    title = step.title.trim_end_matches('.'),
                    note
                ));
            }
        }
        let begins = before.is_none_or(|b| b.current != now.current);
        if begins && !over {
            let number = now.current.saturating_add(1).min(count);
            self.talk
                .heading(&say!("Step {number} of {count}.", number, count));
        } else {
            self.talk.say("");
        }
    }

    /// After an interruption, before anybody is asked: where the run stands. Whatever was said instead of Enter leads
    /// to the pause.
    fn came_back(&mut self, showing: &Showing) -> Result<Option<Turn>, Gone> {
        let told = ceremony::came_back(showing);
        if told.is_empty() || self.told_back {
            return Ok(None);
        }
        let question =
            Question::new(ceremony::came_back_footing(showing, self.rehearsal())).telling(told);
        let heard = self.talk.enter(&question)?;
        self.told_back = true;
        Ok(match heard {
            Heard::Given(()) => None,
            Heard::Said(_) => Some(self.pause(showing)?),
        })
    }

    /// One question; before the first one after an interruption, where the run stands.
    fn turn(&mut self, showing: &Showing, ask: &Ask, again: bool) -> Result<Turn, Gone> {
        match self.came_back(showing)? {
            Some(turn) => Ok(turn),
            None => self.one(showing, ask, again),
        }
    }

    fn one(&mut self, showing: &Showing, ask: &Ask, again: bool) -> Result<Turn, Gone> {
        let secret = ask.fields.iter().any(|f| f.field.secret());
        // A serial is read from the package itself, and not from what was typed of it before.
        let own_eyes = |f: &crate::ceremony::AskField| ["serial", "watched"].contains(&f.field.id);
        let blank = secret || ask.fields.iter().any(own_eyes);
        if ask.hand_over && !again {
            let saved = ceremony::saved(Some(showing), self.keeps_nothing());
            match self.talk.hand_over(&ask.hand_over(&saved), blank)? {
                Heard::Given(()) => {}
                Heard::Said(_) => return self.pause(showing),
            }
        }
        if showing.hands_out && !again {
            self.hands_out();
        }
        let mut told = Vec::new();
        if !again {
            told.push(ask.heading());
            told.extend(showing.told(ask));
            told.extend(showing.why.iter().cloned());
        }
        let question = Question::new(ask.footing.clone())
            .telling(told)
            .explained_here(self.help(showing));
        if let Some(words) = &ask.words {
            return Ok(match self.talk.words_alone(&question, words)? {
                Heard::Given(()) => Turn::nothing(),
                Heard::Said(_) => self.pause(showing)?,
            });
        }
        if ask.fields.is_empty() {
            return Ok(match self.talk.enter(&question)? {
                Heard::Given(()) => Turn::nothing(),
                Heard::Said(_) => self.pause(showing)?,
            });
        }
        let Some((answers, counted)) = self.fields(&question, ask, &showing.offered)? else {
            return self.pause(showing);
        };
        if secret {
            self.talk.say(tr("Wait: your answer is being worked on."));
        }
        Ok(Turn::Answer(answers, counted))
    }

    /// What help says of every question: who answers, and what a pause offers here.
    fn help(&self, showing: &Showing) -> Vec<String> {
        let ways = Pause::of(Some(showing), false, self.keeps_nothing()).ways();
        let ways: Vec<&str> = ways.iter().map(|(_, label, _)| tr(label)).collect();
        let stays = if self.keeps_nothing() {
            tr("Nothing of a rehearsal is kept.")
        } else {
            tr("What is done stays done.")
        };
        vec![
            tr("The line Acts says who answers. A wrong answer is said to be wrong and asked again; where an answer stops the ceremony, the line Enter says so.").to_owned(),
            say!(
                "pause goes to a choice: {ways}. {stays}",
                ways = ways.join(", "),
                stays
            ),
        ]
    }

    /// Every field in turn; the last one's Enter does what the page says, those before it go on. `None` for a word. With
    /// how many of them the practice word gave; `offered` is what was typed before an interruption.
    fn fields(
        &mut self,
        question: &Question,
        ask: &Ask,
        offered: &BTreeMap<String, String>,
    ) -> Result<Option<(Vec<Answer>, Practised)>, Gone> {
        let (mut answers, mut counted) = (Vec::new(), Practised::default());
        for (n, asked) in ask.fields.iter().enumerate() {
            let mut question = question.clone();
            if n > 0 {
                question.told = Vec::new();
            }
            if let Some(next) = ask.fields.get(n.saturating_add(1)) {
                question.footing.enter = say!(
                    "keeps this answer; asked next: {next}",
                    next = tr(next.field.label)
                );
            }
            let question = answered(&question, offered.get(asked.field.id), false);
            let open = matches!(asked.field.kind, Kind::Text { .. })
                && !session::asked::is_place(&asked.field);
            let heard = if open || ceremony::is_compared(asked.field.id) {
                self.compared(&question, asked)?
            } else {
                self.talk.field(&question, asked, &[])?
            };
            match heard {
                Heard::Given(answer) => {
                    let blank = matches!(&answer, Answer::Text(text) if text.is_empty());
                    if !blank && asked.field.kind != Kind::Confirm {
                        counted.count(self.talk.by_f5);
                    }
                    answers.push(answer);
                }
                Heard::Said(_) => return Ok(None),
            }
        }
        Ok(Some((answers, counted)))
    }

    /// A value that is compared, or a text that everybody reads: what the field itself refuses is on record, where that
    /// counts, before it is asked again.
    fn compared(
        &mut self,
        question: &Question,
        asked: &ceremony::AskField,
    ) -> Result<Heard<Answer>, Gone> {
        let (runner, session) = (&mut *self.runner, &mut *self.session);
        let mut failed = None;
        let mut count = |slip| failed = runner.mistyped(session, asked.field.id, slip).err();
        let heard = self.talk.text_counted(question, asked, &mut count);
        // With its step, and not a second time.
        self.talk.recorded_in_the_open();
        let heard = heard?;
        if let Some(error) = failed {
            self.talk.stop(&error.to_string());
        }
        Ok(match heard {
            Heard::Given(text) => Heard::Given(Answer::Text(text)),
            Heard::Said(word) => Heard::Said(word),
        })
    }

    /// Goes on, leaves it standing, or stops it for good.
    fn pause(&mut self, showing: &Showing) -> Result<Turn, Gone> {
        let signed = !self.session.view().pending.is_empty();
        let pause = Pause::of(Some(showing), signed, self.keeps_nothing());
        let ways = pause.ways();
        let entries: Vec<Entry> = ways
            .iter()
            .map(|(id, label, note)| Entry::new(id, tr(label), tr(note)))
            .collect();
        let mut told = vec![pause.title().to_owned()];
        told.extend(pause.lost());
        let so_far = ceremony::saved(Some(showing), self.keeps_nothing());
        let question = Question::new(footing(
            tr("whoever leads the ceremony"),
            tr("takes the number that was typed"),
            &so_far,
        ))
        .telling(told)
        .explained(&["A paused ceremony loses nothing. Stopping it for good is recorded and cannot be taken back; the keys it made stay as they are."]);
        self.talk.say("");
        let chosen = match self.talk.choose(&question, tr("Number"), &entries)? {
            Heard::Given(at) => ways.get(at).map_or("on", |(id, ..)| *id),
            Heard::Said(_) => "on",
        };
        match chosen {
            "later" if pause.packs_first() => {
                self.runner.set_aside(self.session);
                Ok(Turn::Again)
            }
            "later" => Ok(Turn::Left),
            "record" => self.record(showing, &so_far),
            "on" if pause.held.packing => {
                self.runner.stay();
                Ok(Turn::Again)
            }
            "stop" => self.who_stops(showing, &pause, &so_far),
            "unsigned" => {
                if let Err(error) = self.runner.close_unsigned(self.session) {
                    self.talk.stop(&error.to_string());
                }
                Ok(Turn::Again)
            }
            _ => Ok(Turn::Again),
        }
    }

    /// What one holds now, and what was written.
    fn ended(&mut self, outcome: RunOutcome) {
        let run = self.runner.run(self.session);
        let view = self.session.view();
        self.talk.heading(&ceremony::ended(
            Some(outcome),
            Some(&run),
            &view.keys,
            self.rehearsal(),
        ));
        // Before anything is told as lying there.
        let folder = self.out.filter(|folder| self.writes(folder));
        let folder = folder.map(|folder| folder.display().to_string());
        self.talk.say(&ceremony::holdings(
            Some(&run),
            (view.seq, &view.card_words),
            self.rehearsal(),
            folder.as_deref().ok_or(&ceremony::Ways {
                report: tr("the menu's line This vault, then Evidence,"),
                files: tr("keymoot report VAULT --files FOLDER"),
            }),
        ));
        if let Some(left) = ceremony::still_to_do(&view, self.session.now()) {
            self.talk.say(&left);
        }
        if let Some(noted) = self.runner.showing(self.session).noted {
            self.talk.say(&noted.told());
        }
        if self.out.is_none() {
            let files = !ceremony::handed_over(&run).is_empty();
            self.talk.say(match (self.keeps_nothing(), files) {
                (true, _) => tr("Nothing was written. With --out FOLDER the files of a rehearsal are kept, marked as such."),
                (false, true) => tr("No file was written. The vault's record holds them: keymoot report VAULT --files FOLDER writes them, VAULT being this vault's folder."),
                (false, false) => tr("No file was written, and there is none to write."),
            });
        }
    }

    /// Writes the files that there are; whether they lie there.
    fn writes(&mut self, folder: &Path) -> bool {
        let written = self.runner.write_outputs(self.session, folder);
        match &written {
            Ok(files) => self.talk.say(&say!(
                "Written to {folder}: {files}.",
                folder = folder.display(),
                files = files.join(", ")
            )),
            Err(error) => self.talk.stop(&error.to_string()),
        }
        written.is_ok()
    }

    /// Another side answers to what was made so far: it goes out before that is waited for.
    fn hands_out(&mut self) {
        match self.out {
            Some(folder) => {
                self.writes(folder);
            }
            None => self.talk.say(tr(
                "The other side answers to a file that goes out now. With --out FOLDER it is written here; the vault keeps it \
                 too: keymoot report VAULT --files FOLDER.",
            )),
        }
    }
}
