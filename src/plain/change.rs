//! A drill, a reshare or a rotation in lines: one person after the other is called; and what leads to them.

use crate::ceremony::{Answer, ChangeTalk};
use crate::session::changing_words;
use crate::session::guide::Entry;
use crate::session::happened::{self, Leads};
use crate::session::{Changed, Changing};
use crate::text::{say, tr};

use super::act::Acting;
use super::beside::plain;
use super::dialogue::{Dialogue, Heard, Question, footing};
use super::home::Home;
use super::line::Gone;
use super::question::gives_up;

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
            let Some(answers) = self.answers(&talk, again)? else {
                let told = changing_words::given_up(talk.wrote());
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
                    self.papers()?;
                }
            }
            Err(refusal) => self.talk.stop(&refusal.to_string()),
        }
        Ok(())
    }

    /// One person's answers; `None` where the change is given up, which a word alone does not do.
    fn answers(&mut self, change: &ChangeTalk, again: bool) -> Result<Option<Vec<Answer>>, Gone> {
        loop {
            let answers = self.asks(|talk, session| turn(talk, change, session, again))?;
            if answers.is_some() {
                return Ok(answers);
            }
            let lost = changing_words::void_if_left(change.wrote()).unwrap_or_else(|| {
                tr("envelopes that were handed out for it are void then").to_owned()
            });
            let given_up = self.asks(|talk, _| {
                gives_up(
                    talk,
                    tr("Give this change up?"),
                    &lost,
                    tr("the people and shares of before are in force"),
                )
            })?;
            if given_up {
                return Ok(None);
            }
        }
    }

    /// Writes the enrolment forms and the witness card where they are wanted.
    fn papers(&mut self) -> Result<(), Gone> {
        let question = Question::new(footing(
            tr("everybody"),
            tr(
                "writes the enrolment forms and the new witness card there, to be printed and signed",
            ),
            tr("the change is done and saved; back goes on without papers"),
        ));
        loop {
            let folder = crate::session::asked::FOLDER;
            let Some(folder) = self.asks(|talk, _| plain(talk, &question, folder))? else {
                return Ok(());
            };
            match crate::session::envelopes::write_papers(self.session, folder.as_ref()) {
                Ok(names) => {
                    let names = names.join(", ");
                    self.talk
                        .say(&say!("Written to {folder}: {names}.", folder, names));
                    return Ok(());
                }
                Err(refusal) => self.talk.stop(&refusal.to_string()),
            }
        }
    }
}

/// One person's turn; `None` gives the change up.
fn turn(
    talk: &mut Dialogue<'_>,
    change: &ChangeTalk,
    session: &crate::session::Session,
    again: bool,
) -> Result<Option<Vec<Answer>>, Gone> {
    let Some(ask) = change.ask(session) else {
        return Ok(Some(Vec::new()));
    };
    if ask.hand_over && !again {
        let so_far = say!("So far: {so_far}.", so_far = ask.footing.so_far);
        if let Heard::Said(_) = talk.hand_over(&ask.hand_over(&so_far), true)? {
            return Ok(None);
        }
    }
    let mut told = vec![ask.title.clone()];
    told.extend(ask.body.iter().cloned());
    let question = Question::new(ask.footing.clone()).telling(told).explained(&[
        "A wrong answer locks nothing and loses nothing: the same person is asked again. cancel gives the change up; those of before stay in force.",
    ]);
    if let Some(words) = &ask.words {
        let heard = talk.words_alone(&question, words)?;
        return Ok(matches!(heard, Heard::Given(())).then(Vec::new));
    }
    let mut answers = Vec::new();
    for (n, asked) in ask.fields.iter().enumerate() {
        let mut question = question.clone();
        if n > 0 {
            question.told = Vec::new();
        }
        match talk.field(&question, asked, &[])? {
            Heard::Given(answer) => answers.push(answer),
            Heard::Said(_) => return Ok(None),
        }
    }
    talk.say(tr("Wait: your answer is being worked on."));
    Ok(Some(answers))
}

impl Home<'_, '_> {
    /// People, their envelopes and drills; then what happened, and the act that answers it.
    pub(super) fn custodians(&mut self) -> Result<(), Gone> {
        loop {
            let view = self.session.view();
            self.talk.heading(&say!(
                "Custodians: {view} of {n} open, {t} use a secret.",
                view = view.k,
                n = view.n,
                t = view.t
            ));
            for person in view.people.iter() {
                let [name, role, envelopes, last, next] = happened::row(person, &view);
                self.talk.say(&say!(
                    "  {name}, {role}; envelopes: {envelopes}; last drill: {last}; next: {next}",
                    name,
                    role,
                    envelopes,
                    last,
                    next
                ));
            }
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
                Some(Leads::Act(op)) => self.acting().begin(op)?,
                Some(Leads::OpenReshare) => match self.session.reshare_left_open() {
                    Ok(Some(changing)) => self.acting().carry_out(changing)?,
                    Ok(None) => {}
                    Err(refusal) => self.talk.stop(&refusal.to_string()),
                },
                Some(Leads::Return) => {
                    super::restoring::restore(self.talk, self.explain, None)?;
                }
                Some(Leads::Papers) => self.acting().papers()?,
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
