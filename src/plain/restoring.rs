//! A copy becomes a vault again, in lines: which copy, its custodians, their approval, and the vault is written out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::os::state_folder;
use crate::session::op_custody::RESTORE;
use crate::session::returning::{
    COPY_FROM, RETURN_SO_FAR, RETURN_TOLD, RETURNING, Return, WrongAnswer,
};
use crate::session::{Environment, NewerLog, Profile, Restored, Session};
use crate::text::{say, tr};

use super::Explain;
use super::act::{Acting, Acts};
use super::beside::plain;
use super::closing::close;
use super::dialogue::{Dialogue, Heard, Question, Word, answered, footing};
use super::draft::Draft;
use super::line::Gone;
use super::opening;

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
    // A copy that was opened stays open for as long as it is the one that is named.
    let mut open: Option<Open> = None;
    // A copy that was chosen by its name is asked for only where somebody goes back to it.
    let mut at = usize::from(copy.is_some());
    loop {
        let Some(wanted) = asked(talk, &mut texts, at)? else {
            if let Some(open) = open {
                close(talk, open.session);
            }
            talk.say(tr("Left. Nothing was written; the copy is as it was."));
            return Ok(false);
        };
        let mut at_hand = match at_hand(talk, &wanted, open.take())? {
            AtHand::Open(open) => *open,
            AtHand::Again(kept, wrong) => {
                open = kept.map(|kept| *kept);
                talk.stop(&wrong.refusal.to_string());
                // Every other answer stays, and only the one at fault is asked again.
                let field = RETURNING.iter().position(|field| field.id == wrong.field);
                at = field.unwrap_or_default();
                continue;
            }
            AtHand::Left => return Ok(false),
        };
        let newer = at_hand.newer.take();
        match approved(talk, &mut at_hand.session, &wanted, newer, explain)? {
            Came::Done(restored) => return Ok(written(talk, &wanted, at_hand, &restored)),
            Came::Changed => {
                talk.say(tr(
                    "The copy stays open: change what is wrong, and the review comes again. Another copy is opened anew.",
                ));
                open = Some(Open { wanted, ..at_hand });
                at = 0;
            }
            Came::Left => {
                talk.say(tr(
                    "The return was not approved. Nothing was written; the copy is as it was.",
                ));
                close(talk, at_hand.session);
                return Ok(false);
            }
        }
    }
}

/// A copy that is open to be returned to.
struct Open {
    session: Session,
    newer: Option<NewerLog>,
    wanted: Return,
    state_folder: Option<PathBuf>,
}

/// What became of the review.
enum Came {
    Done(Box<Restored>),
    /// The answers are changed.
    Changed,
    Left,
}

/// Whether the copy is open with these answers.
enum AtHand {
    Open(Box<Open>),
    /// One is refused and asked again, with what stays open.
    Again(Option<Box<Open>>, WrongAnswer),
    Left,
}

/// The copy that is open already with other answers, or opened by its people.
fn at_hand(talk: &mut Dialogue<'_>, wanted: &Return, kept: Option<Open>) -> Result<AtHand, Gone> {
    if let Some(mut kept) = kept {
        if wanted.same_copy(&kept.wanted) {
            return Ok(match wanted.answered_anew(&mut kept.session) {
                Ok(newer) => AtHand::Open(Box::new(Open { newer, ..kept })),
                Err(wrong) => AtHand::Again(Some(Box::new(kept)), wrong),
            });
        }
        close(talk, kept.session);
    }
    let opening = match wanted.begin(None) {
        Ok(opening) => opening,
        Err(wrong) => return Ok(AtHand::Again(None, wrong)),
    };
    let state_folder = match opening.bootstrap().profile {
        Profile::Rehearsal => None,
        Profile::Test | Profile::Production => state_folder(),
    };
    let environment = Environment::real(state_folder.clone());
    let opened = opening::open_copy(talk, opening, wanted, environment)?;
    let Some((session, newer)) = opened else {
        talk.say(tr(
            "The copy was not opened. Nothing was written; it is as it was.",
        ));
        return Ok(AtHand::Left);
    };
    Ok(AtHand::Open(Box::new(Open {
        session,
        newer,
        wanted: wanted.clone(),
        state_folder,
    })))
}

/// The restored vault is written out; whether it was.
fn written(talk: &mut Dialogue<'_>, wanted: &Return, mut open: Open, restored: &Restored) -> bool {
    match wanted.write(&mut open.session, open.state_folder.as_deref()) {
        Ok(trouble) => {
            talk.heading(tr("Done."));
            for line in wanted.told(&open.session, restored) {
                talk.say(&line);
            }
            if let Some(trouble) = trouble {
                talk.stop(&trouble);
            }
            true
        }
        Err(refusal) => {
            talk.stop(&refusal.to_string());
            false
        }
    }
}

/// Which copy, where to, which log, and why, from question `begins` on; `None` if it was given up.
fn asked(
    talk: &mut Dialogue<'_>,
    texts: &mut BTreeMap<&'static str, String>,
    begins: usize,
) -> Result<Option<Return>, Gone> {
    let question = Question::new(footing(
        tr("whoever has the copy"),
        tr("keeps this and goes on"),
        tr(RETURN_SO_FAR),
    ))
    .explained(RETURN_TOLD);
    let mut at = begins;
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

/// The act asked for, signed and put in force; back at the review changes the answers.
fn approved(
    talk: &mut Dialogue<'_>,
    session: &mut Session,
    wanted: &Return,
    newer: Option<NewerLog>,
    explain: Option<Explain>,
) -> Result<Came, Gone> {
    let action = match wanted.action(session, newer.as_ref()) {
        Ok(action) => action,
        Err(refusal) => {
            talk.stop(&refusal.to_string());
            return Ok(Came::Left);
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
            return Ok(Came::Left);
        }
    };
    let mut draft = Draft::new(&RESTORE);
    draft.out = Some(wanted.to.clone());
    if let Heard::Said(word) = acting.review(&draft, &action, &preview)? {
        return Ok(match word {
            Word::Back => Came::Changed,
            _ => Came::Left,
        });
    }
    if let Heard::Given(pending) = acting.ask(action, None)? {
        acting.approve(pending)?;
    }
    let done = acts.returning.and_then(|returning| returning.done);
    Ok(done.map_or(Came::Left, |done| Came::Done(Box::new(done))))
}
