//! A copy becomes a vault again, in lines: which copy, its custodians, their approval, and the vault is written out.

use std::collections::BTreeMap;
use std::path::Path;

use crate::os::state_folder;
use crate::session::op_custody::RESTORE;
use crate::session::returning::{COPY_FROM, RETURN_SO_FAR, RETURN_TOLD, RETURNING, Return};
use crate::session::{Environment, NewerLog, Profile, Restored, Session};
use crate::text::{say, tr};

use super::act::{Acting, Acts};
use super::dialogue::{Dialogue, Heard, Question, answered, footing};
use super::filling::Draft;
use super::line::Gone;
use super::opening::{self, plain};
use super::{Explain, close};

/// A return that stands before its custodians, and what became of it.
pub(crate) struct Returning {
    pub(crate) newer: Option<NewerLog>,
    pub(crate) done: Option<Restored>,
}

/// Asks a return through, to the copy in this folder where it is known already; whether a vault was written.
pub(crate) fn restore(
    talk: &mut Dialogue<'_>,
    explain: Option<Explain>,
    copy: Option<&Path>,
) -> Result<bool, Gone> {
    talk.heading(tr("Return to a copy."));
    for line in RETURN_TOLD.iter().map(|l| tr(l)) {
        talk.say(line);
    }
    // What was answered stays for whoever goes back, or is refused.
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    if let Some(copy) = copy {
        let copy = copy.display().to_string();
        talk.say(&say!("Copy: {copy}", copy));
        texts.insert(COPY_FROM.id, copy);
    }
    loop {
        let Some(wanted) = asked(talk, &mut texts)? else {
            talk.say(tr("Left. Nothing was written; the copy is as it was."));
            return Ok(false);
        };
        let opening = match wanted.begin(None) {
            Ok(opening) => opening,
            Err(refusal) => {
                talk.stop(&refusal.to_string());
                continue;
            }
        };
        let state_folder = match opening.bootstrap().profile {
            Profile::Rehearsal => None,
            Profile::Test | Profile::Production => state_folder(),
        };
        let environment = Environment::real(state_folder.clone());
        let Some((mut session, newer)) = opening::open_copy(talk, opening, &wanted, environment)?
        else {
            talk.say(tr(
                "The copy was not opened. Nothing was written; it is as it was.",
            ));
            return Ok(false);
        };
        let Some(restored) = approved(talk, &mut session, &wanted, newer, explain)? else {
            talk.say(tr(
                "The return was not approved. Nothing was written; the copy is as it was.",
            ));
            close(talk, session);
            return Ok(false);
        };
        match wanted.write(&mut session, state_folder.as_deref()) {
            Ok(trouble) => {
                talk.heading(tr("Done."));
                for line in wanted.told(&session, &restored) {
                    talk.say(&line);
                }
                if let Some(trouble) = trouble {
                    talk.stop(&trouble);
                }
                return Ok(true);
            }
            Err(refusal) => {
                talk.stop(&refusal.to_string());
                return Ok(false);
            }
        }
    }
}

/// Which copy, where to, which log, and why; `None` if it was given up.
fn asked(
    talk: &mut Dialogue<'_>,
    texts: &mut BTreeMap<&'static str, String>,
) -> Result<Option<Return>, Gone> {
    let question = Question::new(footing(
        tr("whoever has the copy"),
        tr("keeps this and goes on"),
        tr(RETURN_SO_FAR),
    ))
    .explained(RETURN_TOLD);
    // A copy that was chosen by its name is asked for only where somebody goes back to it.
    let chosen = texts.len() == 1 && texts.contains_key(COPY_FROM.id);
    let mut at = usize::from(chosen);
    while let Some(field) = RETURNING.get(at) {
        match plain(
            talk,
            &answered(&question, texts.get(field.id), field.optional),
            *field,
        )? {
            Some(text) => {
                texts.insert(field.id, text);
                at = at.saturating_add(1);
            }
            None => match at.checked_sub(1) {
                Some(before) => at = before,
                None => return Ok(None),
            },
        }
    }
    Ok(Some(Return::of(|id| {
        texts.get(id).cloned().unwrap_or_default()
    })))
}

/// The act asked for, signed and put in force; `None` if that was left.
fn approved(
    talk: &mut Dialogue<'_>,
    session: &mut Session,
    wanted: &Return,
    newer: Option<NewerLog>,
    explain: Option<Explain>,
) -> Result<Option<Restored>, Gone> {
    let action = match wanted.action(session, newer.as_ref()) {
        Ok(action) => action,
        Err(refusal) => {
            talk.stop(&refusal.to_string());
            return Ok(None);
        }
    };
    let mut acts = Acts {
        returning: Some(Returning { newer, done: None }),
        ..Acts::default()
    };
    let mut acting = Acting {
        talk,
        session,
        acts: &mut acts,
        explain,
    };
    let preview = match acting.session.preview(&action) {
        Ok(preview) => preview,
        Err(refusal) => {
            acting.talk.stop(&refusal.to_string());
            return Ok(None);
        }
    };
    let mut draft = Draft::new(&RESTORE);
    draft.out = Some(wanted.to.clone());
    if let Heard::Given(()) = acting.review(&draft, &action, &preview)?
        && let Heard::Given(pending) = acting.ask(action, None)?
    {
        acting.approve(pending)?;
    }
    Ok(acts.returning.and_then(|returning| returning.done))
}
