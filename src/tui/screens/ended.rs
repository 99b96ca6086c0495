//! The end of a ceremony: what one holds now, what is written, what comes next.

use super::folder_for::{FolderFor, Of};
use crate::ceremony::{Showing, Ways, ended, handed_over, holdings, still_to_do};
use crate::session::field::Footing;
use crate::session::{Run, RunOutcome};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::screen::Reaction;
use crate::tui::theme::Role;
use crate::tui::world::World;

/// The three lines under an ended run.
pub(crate) fn footing(showing: Option<&Showing>, closes: bool, world: &World) -> Footing {
    let so_far = match showing.and_then(|s| s.outcome) {
        Some(RunOutcome::Completed) if world.keeps_nothing() => {
            tr("every step is done; the practice vault goes when you leave")
        }
        Some(RunOutcome::Completed) => tr("every step is done, saved and in the evidence"),
        Some(RunOutcome::Exception) => tr("done, with an exception that is recorded"),
        Some(RunOutcome::Aborted) => {
            tr("stopped for good, and recorded; what was done before stands")
        }
        None => tr("the ceremony stands open"),
    };
    Footing {
        acts: tr("nobody: the ceremony is over").into(),
        enter: if closes {
            tr("closes the vault")
        } else {
            tr("goes back to the vault")
        }
        .into(),
        so_far: so_far.into(),
    }
}

/// Asks for the folder that takes the files of the run that has ended.
pub(crate) fn ask_folder(world: &World) -> Reaction {
    match world.view.as_ref().and_then(|view| view.runs.last()) {
        Some(run) => Reaction::push(FolderFor::new(Of::Ended, run, world)),
        None => Reaction::none(),
    }
}

/// What the page says, each with its role: how it ended, what one holds, what was written, in words and the folder.
pub(crate) fn told(
    showing: Option<&Showing>,
    failed: Option<&str>,
    (written, given_out): (Option<&(String, String)>, Option<&str>),
    world: &World,
) -> Vec<(Role, String)> {
    let mut told = Vec::new();
    let run = world.view.as_ref().and_then(|v| v.runs.last().cloned());
    let outcome = showing.and_then(|s| s.outcome);
    let role = match outcome {
        Some(RunOutcome::Completed) => Role::Ok,
        _ => Role::Note,
    };
    let keys = world
        .view
        .as_ref()
        .map_or(&[][..], |view| view.keys.as_slice());
    told.push((role, ended(outcome, run.as_ref(), keys, world.rehearsal())));
    // Of a run that was stopped the reason stands above already.
    let why = run.iter().flat_map(|run| &run.steps);
    let mut why = why.filter_map(|step| step.error.as_deref());
    let failed = failed.filter(|text| !why.any(|why| text.contains(why)));
    if let Some(text) = failed {
        told.push((Role::Stop, format!("STOP  {text}")));
    }
    let Some(view) = &world.view else { return told };
    // What has to be found again stands first: on a small screen the rest is read on.
    let (written, folder) = written
        .map(|(words, folder)| (words.as_str(), folder.as_str()))
        .unzip();
    told.push(written_words(written, given_out, run.as_ref(), world));
    told.push((
        Role::Text,
        holdings(
            run.as_ref(),
            (view.seq, &view.card_words),
            world.rehearsal(),
            folder.ok_or(&Ways {
                report: tr("Home, o Evidence, w"),
                files: tr("Home, o Evidence, x"),
            }),
        ),
    ));
    if let Some(left) = still_to_do(view, world.now()) {
        told.push((Role::Wait, left));
    }
    if let Some(noted) = showing.and_then(|s| s.noted.as_ref()) {
        let role = if noted.stands() { Role::Ok } else { Role::Wait };
        told.push((role, noted.told()));
    }
    told
}

/// What of the run is on a disk or stick, and how the rest comes there.
fn written_words(
    written: Option<&str>,
    given_out: Option<&str>,
    run: Option<&Run>,
    world: &World,
) -> (Role, String) {
    match (written, given_out) {
        (Some(text), _) => (Role::Ok, text.to_owned()),
        (None, Some(text)) => (
            Role::Wait,
            say!(
                "{text} Report, record and what was made after that are in the vault: w writes all of it into a folder.",
                text
            ),
        ),
        _ if run.is_some_and(|run| !handed_over(run).is_empty()) => (
            Role::Wait,
            tr("Its files are on no disk or stick yet: w asks for a folder and writes them there.").into(),
        ),
        _ if world.keeps_nothing() => (
            Role::Muted,
            tr("Nothing was written. w writes what a rehearsal leaves into a folder, marked as such.").into(),
        ),
        _ => (
            Role::Muted,
            tr("The vault keeps this run: w writes its report and record into a folder; Home, o Evidence shows the report and writes the bundle for an auditor.").into(),
        ),
    }
}

/// The same as rows of a page so wide.
pub(crate) fn rows(told: &[(Role, String)], width: u16) -> Vec<(Role, String)> {
    let mut rows = Vec::new();
    for (n, (role, text)) in told.iter().enumerate() {
        if n > 0 {
            rows.push((Role::Text, String::new()));
        }
        rows.extend(
            wrap(text, usize::from(width))
                .into_iter()
                .map(|row| (*role, row)),
        );
    }
    rows
}

/// Rows that are still below the edge of a page so high, from `top` on.
pub(crate) fn below(rows: usize, top: usize, height: usize) -> usize {
    if rows <= height {
        return 0;
    }
    // The last row says how many.
    rows.saturating_sub(top)
        .saturating_sub(height.saturating_sub(1))
}

/// The page itself, from its row `top` on; what does not fit is said to be below.
pub(crate) fn draw(rows: &[(Role, String)], top: usize, canvas: &mut Canvas<'_>) {
    let height = usize::from(canvas.height());
    let room = if rows.len() <= height {
        height
    } else {
        height.saturating_sub(1)
    };
    for (y, (role, text)) in rows.iter().skip(top).take(room).enumerate() {
        canvas.put(0, cells(y), *role, text);
    }
    if rows.len() > height {
        let words = match below(rows.len(), top, height) {
            0 => tr("that was all of it; PgUp goes back").to_owned(),
            1 => tr("1 more line below").to_owned(),
            n => say!("{n} more lines below", n),
        };
        canvas.put(0, cells(room), Role::Note, &words);
    }
}
