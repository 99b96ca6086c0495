//! A request that leaves the table: refused by somebody, or void; and what exactly is signed.

use crate::session::asked::REFUSING;
use crate::session::{Command, PendingView, guide};
use crate::text::{say, tr};

use super::act::Acting;
use super::beside::plain;
use super::dialogue::{Heard, Question, footing};
use super::line::Gone;

impl Acting<'_, '_> {
    pub(super) fn void(&mut self, pending: &PendingView) {
        self.acts.asked.remove(&pending.id);
        self.talk.say(tr(
            "The request and its signatures are off the table; ask again if it is still wanted.",
        ));
    }

    pub(super) fn exact(&mut self, pending: &PendingView) {
        self.talk
            .say(&say!("Digest (SHA-256): {digest}", digest = pending.digest));
        self.talk.say(tr("Exactly this is signed:"));
        self.talk.say(&pending.exact);
    }

    /// Takes a request off the table; `false` if it stands after all.
    pub(super) fn refuse(&mut self, pending: &PendingView) -> Result<bool, Gone> {
        let view = self.session.view();
        let people: Vec<guide::Entry> = view
            .people
            .iter()
            .map(|p| guide::Entry::new(&p.name, &p.name, crate::session::said::role(&p.role)))
            .collect();
        let question = Question::new(footing(
            tr("whoever refuses; one person is enough to stop a request"),
            tr("keeps the answer; after the reason, takes the request off the table"),
            tr("the request still stands with its signatures"),
        ));
        let [who, reason] = REFUSING else {
            return Ok(false);
        };
        let mut question = question;
        let (person, reason) = loop {
            let chosen = self.asks(|talk, _| talk.choose(&question, tr(who.label), &people))?;
            let Heard::Given(at) = chosen else {
                return Ok(false);
            };
            let person = people.get(at).map(|e| e.id.clone()).unwrap_or_default();
            // Enter alone keeps who it was, where somebody goes back from the reason.
            question.kept = Some(person.clone());
            let untold = Question {
                kept: None,
                ..question.clone()
            };
            if let Some(reason) = self.asks(|talk, _| plain(talk, &untold, *reason))? {
                break (person, reason);
            }
        };
        let withdraw = Command::Withdraw {
            id: pending.id,
            person,
            reason,
        };
        match self.session.perform(withdraw) {
            Ok(_) => {
                self.acts.asked.remove(&pending.id);
                self.talk.say(tr(
                    "The request is off the table. Nothing was changed; the refusal is recorded.",
                ));
                Ok(true)
            }
            Err(refusal) => {
                self.talk.stop(&refusal.to_string());
                Ok(false)
            }
        }
    }
}
