//! Before a ceremony begins in a vault that stays: what the screens say of it, and the question whether it begins.

use std::collections::BTreeMap;

use crate::ceremony::{Beginning, Rehearsals, Script};
use crate::session::{Profile, View};
use crate::text::{say, tr};

use super::dialogue::{Dialogue, Heard, Question, footing};
use super::line::Gone;

/// Whether it begins. In a vault that is in memory alone nothing is asked: nothing stays of it.
pub(super) fn begins_here(
    talk: &mut Dialogue<'_>,
    view: &View,
    (script, real): (&Script, bool),
    rehearsals: &Rehearsals,
) -> Result<bool, Gone> {
    if !view.kept {
        return Ok(true);
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
        return Ok(false);
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
    Ok(matches!(talk.enter(&question)?, Heard::Given(())))
}
