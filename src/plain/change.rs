//! A drill, a reshare or a rotation in lines: one person after the other is called; and what leads to them.

use crate::ceremony::{Answer, ChangeTalk};
use crate::session::asked::FOLDER;
use crate::session::changing_words;
use crate::session::field::Field;
use crate::session::guide::Entry;
use crate::session::happened::{self, Leads};
use crate::session::{Changed, Changing, View};
use crate::text::{say, tr};

use super::act::Acting;
use super::beside::plain;
use super::dialogue::{Dialogue, Heard, Question, Word, footing};
use super::draft::Draft;
use super::home::Home;
use super::line::Gone;
use super::question::gives_up;

/// Where papers go: no file for another side is among them.
const PAPERS_FOLDER: Field = Field {
    hint: "Where forms, card and policy.json are written, for example the mount point of a stick. It is made if it is not there; nothing is overwritten.",
    ..FOLDER
};

impl Acting<'_, '_> {
    /// Carries a fully signed change out, or gives it up.
    pub(super) fn carry_out(&mut self, mut changing: Changing) -> Result<(), Gone> {
        if self.session.automatic()
            && let Err(refusal) = changing.by_practice(self.session)
        {
            self.talk.stop(&refusal.to_string());
            return Ok(());
        }
        let mut talk = ChangeTalk::new(changing);
        let mut again = false;
        loop {
            match talk.next(self.session) {
                Ok(true) => {}
                Ok(false) => break,
                Err(refusal) => {
                    self.talk.stop(&refusal.to_string());
                    return Ok(());
                }
            }
            let Some(answers) = self.answers(&mut talk, again)? else {
                let told = if talk.is_drill() {
                    changing_words::drill_given_up().to_owned()
                } else {
                    changing_words::given_up(talk.wrote())
                };
                if let Err(refusal) = talk.over().give_up(self.session) {
                    self.talk.stop(&refusal.to_string());
                    return Ok(());
                }
                self.talk.say(&told);
                return Ok(());
            };
            let person = talk.person();
            match talk.answer(self.session, answers) {
                Ok(said) => {
                    // Whoever is at the keyboard already is not called a second time.
                    again = said.is_empty() || talk.person() == person;
                    self.talk.say(&said);
                }
                Err(words) => {
                    again = true;
                    self.talk.stop(&words);
                }
            }
        }
        match self.session.finish_change(talk.over()) {
            Ok(changed) => {
                self.talk.heading(changed.heading());
                for line in changed.told() {
                    self.talk.say(&line);
                }
                if matches!(changed, Changed::Rotated(_) | Changed::Recovery(_)) {
                    self.papers(tr(
                        "the change is done and saved; back goes on without papers",
                    ))?;
                }
            }
            Err(refusal) => self.talk.stop(&refusal.to_string()),
        }
        Ok(())
    }

    /// One person's answers; `None` where the change is given up, which a word alone does not do.
    fn answers(
        &mut self,
        change: &mut ChangeTalk,
        again: bool,
    ) -> Result<Option<Vec<Answer>>, Gone> {
        loop {
            match self.asks(|talk, session| turn(talk, change, session, again))? {
                Heard::Given(answers) => return Ok(Some(answers)),
                // Before the words of whoever may be passed over it was asked whether they are here.
                Heard::Said(Word::Back) if change.back_to_presence() => continue,
                Heard::Said(_) => {}
            }
            let (asked, lost, so_far) = if change.is_drill() {
                (
                    tr("Give this drill up?"),
                    tr("it counts for nobody, and is asked for anew").to_owned(),
                    tr("a drill changes nothing: people, envelopes and words are as they were"),
                )
            } else {
                let void = changing_words::void_if_left(change.wrote());
                (
                    tr("Give this change up?"),
                    void.unwrap_or_else(|| {
                        tr("envelopes that were handed out for it are void then").to_owned()
                    }),
                    tr("the people and shares of before are in force"),
                )
            };
            if self.asks(|talk, _| gives_up(talk, asked, &lost, so_far))? {
                return Ok(None);
            }
        }
    }

    /// Writes the enrolment forms and the witness card where they are wanted.
    fn papers(&mut self, so_far: &str) -> Result<(), Gone> {
        let question = Question::new(footing(
            tr("everybody"),
            tr(
                "writes the enrolment forms and the new witness card there, to be printed and signed",
            ),
            so_far,
        ));
        loop {
            let folder = self.asks(|talk, _| plain(talk, &question, PAPERS_FOLDER))?;
            let Some(folder) = folder else {
                return Ok(());
            };
            match crate::session::envelopes::write_papers(self.session, folder.as_ref()) {
                Ok(names) => {
                    let names = names.join(", ");
                    self.talk
                        .say(&say!("Written to {folder}: {names}.", folder, names));
                    self.talk.say(crate::session::envelopes::policy_beside());
                    return Ok(());
                }
                Err(refusal) => self.talk.stop(&refusal.to_string()),
            }
        }
    }
}

/// One person's turn; a word leads back, or gives the change up.
fn turn(
    talk: &mut Dialogue<'_>,
    change: &ChangeTalk,
    session: &crate::session::Session,
    again: bool,
) -> Result<Heard<Vec<Answer>>, Gone> {
    let Some(ask) = change.ask(session) else {
        return Ok(Heard::Given(Vec::new()));
    };
    if ask.hand_over && !again {
        // The footing of the page names it: "So far" stood twice.
        if let Heard::Said(word) =
            talk.hand_over(&ask.hand_over(ask.footing.so_far.as_ref()), true)?
        {
            return Ok(Heard::Said(word));
        }
    }
    let mut told = vec![ask.title.clone()];
    told.extend(ask.body.iter().cloned());
    let help: &[&str] = if change.is_drill() {
        &[
            "A wrong answer locks nothing and loses nothing: the same person is asked again. cancel gives the drill up; it changes nothing.",
        ]
    } else {
        &[
            "A wrong answer locks nothing and loses nothing: the same person is asked again. cancel gives the change up; those of before stay in force.",
        ]
    };
    let question = Question::new(ask.footing.clone())
        .telling(told)
        .explained(help);
    if let Some(words) = &ask.words {
        return Ok(match talk.words_alone(&question, words)? {
            Heard::Given(()) => Heard::Given(Vec::new()),
            Heard::Said(word) => Heard::Said(word),
        });
    }
    let mut answers = Vec::new();
    for (n, asked) in ask.fields.iter().enumerate() {
        let mut question = question.clone();
        if n > 0 {
            question.told = Vec::new();
        }
        match talk.field(&question, asked, &[])? {
            Heard::Given(answer) => answers.push(answer),
            Heard::Said(word) => return Ok(Heard::Said(word)),
        }
    }
    talk.say(tr("Wait: your answer is being worked on."));
    Ok(Heard::Given(answers))
}

impl Home<'_, '_> {
    /// How many open the vault, and everybody with what they hold.
    fn people(&mut self, view: &View) {
        self.talk.heading(&say!(
            "Custodians: {view} of {n} open, {t} use a secret.",
            view = view.k,
            n = view.n,
            t = view.t
        ));
        for person in view.people.iter() {
            let [name, role, envelopes, last, next] = happened::row(person, view);
            self.talk.say(&say!(
                "  {name}, {role}; envelopes: {envelopes}; last drill: {last}; next: {next}",
                name,
                role,
                envelopes,
                last,
                next
            ));
        }
    }

    /// People, their envelopes and drills; then what happened, and the act that answers it.
    pub(super) fn custodians(&mut self) -> Result<(), Gone> {
        loop {
            let view = self.session.view();
            self.people(&view);
            let asked = happened::asked(&view);
            let entries: Vec<Entry> = asked
                .iter()
                .map(|one| {
                    let entry = Entry::new(one.id, tr(one.what), tr(one.then));
                    match happened::off(one, &view) {
                        Some(reason) => entry.off_because(&reason),
                        None => entry,
                    }
                })
                .collect();
            let Some(at) = self.list(
                tr("What happened?"),
                tr("leads to what is done about it"),
                &entries,
            )?
            else {
                return Ok(());
            };
            match asked.get(at).map(|one| one.leads) {
                // What came of it is read before anything else: the list is long, and its way is back at the menu.
                Some(Leads::Act(op)) => {
                    let again = self.acting().chosen(Draft::new(op))?;
                    if !again {
                        return Ok(());
                    }
                }
                Some(Leads::OpenReshare) => match self.session.reshare_left_open() {
                    Ok(Some(changing)) => return self.acting().carry_out(changing),
                    Ok(None) => {}
                    Err(refusal) => self.talk.stop(&refusal.to_string()),
                },
                Some(Leads::Return) => {
                    super::restoring::restore(self.talk, self.explain, None)?;
                }
                Some(Leads::Papers) => self.acting().papers(tr(
                    "nothing is written yet; nothing in the vault is changed",
                ))?,
                Some(Leads::Text(text)) => {
                    for line in text {
                        self.talk.say(tr(line));
                    }
                }
                None => {}
            }
        }
    }
}
