//! Before a ceremony begins in a vault that stays: what the screens say of it, and the question whether it begins.

use std::collections::BTreeMap;

use crate::api::Timestamp;
use crate::ceremony::{Beginning, Rehearsals, Script, TODAY, clocks};
use crate::session::{Profile, View};
use crate::text::{say, tr};

use super::dialogue::{Dialogue, Heard, Question, footing};
use super::line::Gone;

/// Whether it begins, and then whether by today's clock. In a vault that is in memory alone nothing is asked: nothing stays
/// of it. `wall` is the machine's time.
pub(super) fn begins_here(
    talk: &mut Dialogue<'_>,
    view: &View,
    (script, real): (&Script, bool),
    (rehearsals, wall): (&Rehearsals, Timestamp),
) -> Result<Option<bool>, Gone> {
    if !view.kept {
        return Ok(Some(false));
    }
    let production = view.profile == Profile::Production;
    let rehearsed = rehearsals.found(script).filter(|_| production);
    let beginning = Beginning {
        script,
        view,
        given: &BTreeMap::new(),
        real,
        rehearsed: rehearsed.as_ref(),
    };
    if let Some(why) = beginning.stopped() {
        talk.stop(&why);
        return Ok(None);
    }
    talk.heading(&say!("Begin it here? {script}", script = script.title()));
    let told = beginning.told().into_iter();
    let told = told.map(|(_, label, words)| format!("  {label}: {words}"));
    let question = Question::new(footing(
        tr("you; in the ceremony each question names who answers it"),
        tr("begins it in this vault and asks the first question"),
        tr("nothing has happened; back goes to the menu"),
    ))
    .telling(told.collect())
    .explained(&[
        "A ceremony that begins in a vault is recorded in it, whatever comes of it. To try it without that, rehearse it: keymoot --plain without an open vault.",
        "On a command line keymoot brief prints the page that everybody reads beforehand: who comes, what each brings.",
    ]);
    let Some(clocks) = clocks(view, wall) else {
        let begins = matches!(talk.enter(&question)?, Heard::Given(()));
        return Ok(begins.then_some(false));
    };
    let mut question = question;
    question
        .told
        .push(tr("Which clock does it run by?").to_owned());
    // Enter alone moves no clock.
    question.kept = clocks.first().map(|own| own.id.clone());
    Ok(match talk.choose(&question, tr("Number"), &clocks)? {
        Heard::Given(at) => Some(clocks.get(at).is_some_and(|entry| entry.id == TODAY)),
        Heard::Said(_) => None,
    })
}
