//! What was signed for is done, and what it left is said: keys, a copy, an export's files.

use std::path::{Path, PathBuf};

use crate::api::Response;
use crate::ceremony::key_lines;
use crate::session::handing_out::{NEXT, outside};
use crate::session::handover::{self, Handover};
use crate::session::holders;
use crate::session::{
    Action, BackupDone, Command, Executed, Outcome, PendingView, Refusal, STOPPED, Stop,
};
use crate::text::{say, tr};

use super::act::Acting;
use super::beside::plain;
use super::dialogue::{Question, SEARCHING, footing};
use super::line::Gone;

const BEING_DONE: &str = "Wait: all have signed; it is being done.";

impl Acting<'_, '_> {
    /// Does what was signed for.
    pub(super) fn execute(&mut self, pending: &PendingView) -> Result<(), Gone> {
        let asked = self.acts.asked.get(&pending.id).cloned();
        if let Some((Action::Backup { .. }, Some(folder))) = &asked {
            let done = self.session.backup(&pending.id, folder);
            match done {
                Ok(copy) => self.copied(&copy, pending, folder),
                Err(refusal) => self.talk.stop(&refusal.to_string()),
            }
            self.acts.asked.remove(&pending.id);
            return Ok(());
        }
        if let Some(returning) = &mut self.acts.returning {
            match self.session.restore(&pending.id, returning.newer.as_ref()) {
                Ok(restored) => returning.done = Some(restored),
                Err(refusal) => self.talk.stop(&refusal.to_string()),
            }
            return Ok(());
        }
        if let Ok(Some(changing)) = self.session.begin_change(&pending.id) {
            self.acts.asked.remove(&pending.id);
            return self.carry_out(changing);
        }
        match self.searched_and_done(pending.id, asked.as_ref().map(|(action, _)| action)) {
            Ok(Outcome::Executed(executed)) => {
                self.acts.asked.remove(&pending.id);
                self.done(&executed);
                if let Some((action, Some(folder))) = asked {
                    return self.hand_out(&action, &executed, folder);
                }
                match executed.responses.first() {
                    Some(Response::ImportKey(output)) => self.compare(&output.key.key_arn),
                    _ => Ok(()),
                }
            }
            Ok(_) => Ok(()),
            Err(Refusal::Stopped) => {
                self.talk.say(tr(STOPPED));
                self.talk.say(tr(
                    "Approvals in the menu leads to it: it is searched for again there.",
                ));
                Ok(())
            }
            Err(refusal) => {
                self.talk.stop(&refusal.to_string());
                if !self
                    .session
                    .view()
                    .pending
                    .iter()
                    .any(|p| p.id == pending.id)
                {
                    self.void(pending);
                }
                Ok(())
            }
        }
    }

    /// Searches for the primes that the act needs, and does it; the search can be stopped.
    fn searched_and_done(
        &mut self,
        id: [u8; 32],
        action: Option<&Action>,
    ) -> Result<Outcome, Refusal> {
        let stop = Stop::default();
        self.session.stoppable(stop.clone());
        let session = &mut *self.session;
        let searches = action.is_some_and(|action| session.searches(action));
        self.talk
            .say(tr(if searches { SEARCHING } else { BEING_DONE }));
        let done = self.talk.patiently(&stop, || {
            if let Some(action) = action {
                session.search_ahead(action)?;
            }
            session.perform(Command::Execute {
                id,
                prepared: None,
                arrow: None,
            })
        });
        done.unwrap_or(Err(Refusal::Stopped))
    }

    fn done(&mut self, executed: &Executed) {
        self.talk.heading(tr("Done, saved and in the audit log."));
        let view = self.session.view();
        for key in executed.responses.iter().filter_map(Response::key) {
            if let Some(row) = view.keys.iter().find(|r| r.key.key_arn == key.key_arn) {
                for line in key_lines(&row.label, row, false) {
                    self.talk.say(&line);
                }
            }
        }
        self.talk
            .say(&say!("  signed by   {who}", who = executed.who.join(", ")));
        self.talk
            .say(&say!("  digest      {digest}", digest = executed.digest));
    }

    fn copied(&mut self, copy: &BackupDone, pending: &PendingView, folder: &Path) {
        self.done(&copy.executed);
        self.talk.say(&say!(
            "Copy {id} is written to {folder} and was read back.",
            id = copy.id,
            folder = folder.display()
        ));
        for (name, sha256) in &copy.files {
            self.talk
                .say(&say!("  {name}: SHA-256 {sha256}", name, sha256));
        }
        if let Some(beside) = copy.warning() {
            self.talk.say(beside);
        }
        for line in copy.then(pending, &self.session.view()) {
            self.talk.say(&line);
        }
    }

    /// Writes an export's files; another folder is asked for until they are written.
    fn hand_out(
        &mut self,
        action: &Action,
        executed: &Executed,
        mut folder: PathBuf,
    ) -> Result<(), Gone> {
        let handover = match handover::of(self.session, action, executed) {
            Ok(handover) => handover,
            Err(refusal) => {
                self.talk.stop(&refusal.to_string());
                return Ok(());
            }
        };
        loop {
            match handover.write(&folder) {
                Ok(()) => {
                    // Where the vault cannot note it, the file stays due: written twice it is the same.
                    let _ = self.session.is_written(&handover.sha256());
                    self.handed_out(&handover, (action, executed), &folder);
                    return Ok(());
                }
                Err(why) => self.talk.stop(&say!(
                    "The export is done and recorded, but its file is not written: {why}",
                    why
                )),
            }
            let question = Question::new(footing(
                tr("whoever is at the keyboard"),
                tr("writes the files into this folder"),
                tr(
                    "it is done and recorded; the vault keeps its file, and Exchange writes it later as well",
                ),
            ));
            match self.asks(|talk, _| plain(talk, &question, crate::session::asked::FOLDER))? {
                Some(text) => folder = PathBuf::from(text),
                None => return Ok(()),
            }
        }
    }

    fn handed_out(
        &mut self,
        handover: &Handover,
        (action, executed): (&Action, &Executed),
        folder: &Path,
    ) {
        let left = handover::left(executed);
        self.talk.say(left.what);
        self.talk.say(&say!(
            "  file        {folder}, read back",
            folder = folder.join(&handover.file).display()
        ));
        self.talk.say(&say!("  beside it   {NEXT}", NEXT));
        self.talk
            .say(&format!("  SHA-256     {}", handover.sha256()));
        if let Some(value) = handover::told_value(executed) {
            self.talk.say(&say!("  check value {value}", value));
        }
        if let Some(later) = self.session.taken_from(action) {
            self.talk
                .say(&format!("  {outside:<11} {later}", outside = outside()));
        }
        let first = holders::first_of(&self.session.view(), &handover.sha256());
        if let Some(first) = &first {
            self.talk.say(first);
        }
        self.talk.say(&left.carry.join(" "));
        if let Some(answered) = left.answered().filter(|_| first.is_none()) {
            self.talk.say(answered);
        }
    }
}
