//! Signing off: who signs which text, and the head of the audit chain with it.

use super::super::ask::{Answer, Ask};
use super::super::model::Step;
use super::asks::to_sign;
use super::drive::{Halt, Work};
use super::sign::{AUDIT_LINE, SIGNED_FROM, again, key_source, signed_from, text};
use super::{Runner, Stage, dissent, presence};
use crate::session::{Command, KeySource, Session};
use crate::text::{say, tr};

impl Runner {
    pub(super) fn work_sign_off(&mut self, session: &mut Session) -> Result<Work, Halt> {
        if session.automatic() && !self.attended {
            self.sign_off_held(session)?;
        }
        if !self.signers.is_empty() {
            self.stage = Stage::SignOff;
            return Ok(Work::Asks);
        }
        let who = self.signs_off(session);
        self.done(session, who)?;
        Ok(Work::Moved)
    }

    /// Everybody whose key is held signs: in one line those who sign the same text.
    fn sign_off_held(&mut self, session: &mut Session) -> Result<(), Halt> {
        let mut texts: Vec<(String, Vec<(String, KeySource)>)> = Vec::new();
        for name in self.names() {
            let text = self.own_text(session, &name);
            match texts.iter_mut().find(|(known, _)| *known == text) {
                Some((_, people)) => people.push((name, KeySource::Held)),
                None => texts.push((text, vec![(name, KeySource::Held)])),
            }
        }
        for (text, people) in texts {
            self.sign_off(session, people, &text, None)?;
        }
        self.signers.clear();
        Ok(())
    }

    fn sign_off(
        &mut self,
        session: &mut Session,
        people: Vec<(String, KeySource)>,
        own: &str,
        dissent: Option<&str>,
    ) -> Result<(), Halt> {
        let written = self.step().and_then(|step| step.fields.get("text"));
        let notes: Vec<String> = people
            .iter()
            .filter(|_| written.map(String::as_str) != Some(own))
            .map(|(name, _)| presence::note(name))
            .collect();
        let text = dissent.map_or_else(|| own.to_owned(), |why| dissent::signed_text(why, own));
        let line = (session.view().events + 1).to_string();
        session.perform(Command::SignOff { text, people })?;
        let notes = notes.into_iter().map(|note| (note, own.to_owned()));
        self.texts.extend(notes);
        let lines = match self.texts.get(AUDIT_LINE) {
            Some(earlier) => format!("{earlier}, {line}"),
            None => line,
        };
        self.texts.insert(AUDIT_LINE.to_owned(), lines);
        self.texts
            .insert(SIGNED_FROM.to_owned(), signed_from(session));
        Ok(())
    }

    /// One person signs the record.
    pub(super) fn take_sign_off(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let Some(person) = self.signers.front().cloned() else {
            return Ok(());
        };
        if session.automatic() {
            self.sign_off_held(session).map_err(again)?;
            self.last = Some(tr("The record is signed from the unlock file.").to_owned());
            return Ok(());
        }
        let mut answers = answers.into_iter();
        let dissent = match Self::dissent_field(self.step()) {
            Some(field) => {
                let typed = text(answers.next());
                let why = field.check(typed.trim());
                why.map_err(|error| Halt::Again(error.to_string()))?
            }
            None => String::new(),
        };
        let key = key_source(session, &person, &mut answers)?;
        let why = Some(dissent.as_str()).filter(|why| !why.is_empty());
        let own = self.own_text(session, &person);
        self.sign_off(session, vec![(person.clone(), key)], &own, why)
            .map_err(again)?;
        if let Some(why) = why {
            self.dissents(session, &person, why)?;
            self.last = Some(say!("{person} signed not to agree.", person));
        } else {
            self.last = Some(say!("{person} signed the record.", person));
        }
        self.signers.pop_front();
        Ok(())
    }

    /// The page on which one person signs off.
    pub(super) fn sign_off_ask(&self, session: &Session, step: &Step) -> Ask {
        let person = self.signer();
        let role = Self::role(session, &person);
        let view = session.view();
        let text = self.own_text(session, &person);
        let mut body = vec![
            tr("You sign this text and the head of the audit chain:").to_owned(),
            String::new(),
            format!("  {text}"),
            String::new(),
            say!(
                "  {events} events, head {audit_head}",
                events = view.events,
                audit_head = view.audit_head
            ),
        ];
        let at = body.len().saturating_sub(1);
        body.splice(at..at, self.exceptions_on_record(session));
        let written = step.fields.get("text").map_or("", String::as_str);
        let other = presence::why_other(written, &text);
        body.splice(0..0, other.into_iter().flat_map(|why| [why, String::new()]));
        to_sign(
            say!("{person} signs off", person),
            (person, role),
            body,
            (
                tr("signs the record for you"),
                if step.allow_dissent {
                    tr("all before this is done and saved. Who does not agree says why.")
                } else {
                    tr("all before this is done and saved. Who does not agree stops here.")
                },
            ),
        )
    }
}
