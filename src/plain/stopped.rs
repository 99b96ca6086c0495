//! A ceremony that stands open in the vault that was opened: it is offered before anything else.

use std::collections::BTreeMap;

use crate::ceremony::{Script, Wanted, open_run};
use crate::session::guide::Entry;
use crate::text::{say, tr};

use super::dialogue::{Heard, Question, footing};
use super::home::Home;
use super::line::Gone;
use super::run::play;

impl Home<'_, '_> {
    /// Asks whether the ceremony that stands open goes on now; nothing is asked where none does, or where only its own
    /// file knows it.
    pub(super) fn offers_stopped(&mut self) -> Result<(), Gone> {
        let Some(open) = open_run(&self.session.view()).filter(|open| open.bytes.is_some()) else {
            return Ok(());
        };
        self.talk.heading(tr("A ceremony stands open here."));
        for line in &open.in_hands {
            self.talk.say(line);
        }
        let on = say!(
            "Go on with step {number} of {all}",
            number = open.number,
            all = open.all
        );
        let entries = [
            Entry::new("on", &on, &open.title),
            Entry::new("later", tr("Leave it for now"), tr("it stays as it is")),
        ];
        let question = Question::new(footing(
            tr("you; in the ceremony each question names who answers it"),
            tr("takes the number that was typed"),
            &open.so_far(),
        ));
        match self.talk.choose(&question, tr("Number"), &entries)? {
            Heard::Given(0) => self.goes_on(),
            _ => Ok(()),
        }
    }

    /// Straight on with the ceremony that stands open; one whose script nobody has here is chosen from the list.
    pub(super) fn goes_on(&mut self) -> Result<(), Gone> {
        let open = open_run(&self.session.view()).and_then(|open| open.bytes);
        let Some(script) = open.and_then(|bytes| Script::parse(&bytes).ok()) else {
            return self.ceremonies();
        };
        let wanted = Wanted {
            inputs: BTreeMap::new(),
            resume: true,
            people: BTreeMap::new(),
            recorded: false,
            real_others: false,
            rehearsal_note: self.notes.and_then(|notes| notes()),
            copies_to: None,
            out: None,
            clock: None,
        };
        if let Err(error) = play(self.talk, self.session, script, wanted)? {
            self.talk.stop(&error.to_string());
        }
        Ok(())
    }
}
