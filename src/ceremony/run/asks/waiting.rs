//! Where nobody answers: a search that was stopped, and time that passes.

use crate::api::KeyState;
use crate::session::{Profile, STOPPED, Session};
use crate::text::{say, tr};

use super::super::super::ask::Ask;
use super::super::super::model::Step;
use super::super::Runner;
use super::lines::{footing, not_yet, why};

/// What waits meanwhile: nothing is saved where nothing is kept.
pub(super) fn done_before(session: &Session) -> &'static str {
    if session.profile() == Profile::Rehearsal && !session.lasts() {
        tr("all before this step is done; the rehearsal waits and keeps nothing")
    } else {
        tr("everything before this step is done and saved; nothing of this one is")
    }
}

impl Runner {
    pub(super) fn search_ask(step: &Step) -> Ask {
        let mut body = vec![STOPPED.to_owned(), String::new()];
        body.push(tr("It can be begun again here. Nobody signs anew for that.").into());
        body.extend(why(step));
        Ask {
            person: String::new(),
            role: String::new(),
            title: say!("Stopped by you: {title}", title = step.title),
            footing: footing(
                tr("whoever leads the ceremony").into(),
                tr("searches again; it can be stopped again"),
                not_yet(step),
            ),
            body,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: false,
        }
    }

    pub(super) fn wait_ask(&self, session: &Session, step: &Step) -> Ask {
        let until = self
            .wait_until(session)
            .map(crate::api::Timestamp::rfc3339)
            .unwrap_or_default();
        let first = match step.fields.get("span") {
            Some(span) => say!("This step lets {span} pass.", span),
            None => tr("This step waits until a moment that the script names.").into(),
        };
        let mut body = vec![
            first,
            say!("  now    {session}", session = session.now().rfc3339()),
            say!("  until  {until}", until),
        ];
        body.extend(why(step));
        body.extend(self.still_restored(session));
        let (acts, enter) = if session.profile() == Profile::Production {
            body.push(tr("Close the vault and come back then: Home goes on with it at this step, at a shell --resume does.").into());
            (tr("nobody: time passes"), tr("looks at the clock again"))
        } else {
            (
                tr("anybody"),
                tr("moves this vault's own clock; no real time passes"),
            )
        };
        Ask {
            person: String::new(),
            role: String::new(),
            title: step.title.clone(),
            body,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: false,
            footing: footing(acts.into(), enter, done_before(session)),
        }
    }

    /// Of keys that this run scheduled for destruction: how they are taken back while time still passes.
    fn still_restored(&self, session: &Session) -> Vec<String> {
        let (run, view) = (self.run(session), session.view());
        let ends = run.keys.values().filter_map(|arn| {
            let row = view.keys.iter().find(|row| row.key.key_arn == *arn)?;
            let pending = row.key.key_state == KeyState::DELETE_PENDING;
            let at = row.key.delete_pending_timestamp.filter(|_| pending)?;
            Some((row.label.clone(), at.rfc3339()))
        });
        let gone = session.profile() == Profile::Rehearsal && !session.lasts();
        ends.map(|(label, at)| {
            if gone {
                return say!(
                    "Until {at} {label} can be taken back. On the day: Esc, stop it for good; then Deletions, at the key, restores it. A rehearsal's vault is gone by then.",
                    at,
                    label
                );
            }
            say!(
                "Until {at} {label} can be taken back: Esc, stop it for good; then Deletions, at the key, restores it.",
                at,
                label
            )
        })
        .collect()
    }
}
