//! The end of a ceremony: what one holds now, what is written, what comes next.

use super::folder_for::{FolderFor, Of};
use crate::ceremony::{Showing, ended, handed_over, holdings};
use crate::session::RunOutcome;
use crate::session::field::Footing;
use crate::text::tr;
use crate::tui::canvas::Canvas;
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
            tr("back to the vault")
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

/// The page itself.
pub(crate) fn draw(
    showing: Option<&Showing>,
    failed: Option<&str>,
    written: Option<&str>,
    world: &World,
    canvas: &mut Canvas<'_>,
) {
    let width = canvas.width();
    let mut y = 0;
    let mut say = |role: Role, text: &str| {
        let rows = canvas.paragraph(0, y, width, role, text);
        y = y.saturating_add(rows).saturating_add(1);
    };
    let run = world.view.as_ref().and_then(|v| v.runs.last().cloned());
    let outcome = showing.and_then(|s| s.outcome);
    let role = match outcome {
        Some(RunOutcome::Completed) => Role::Ok,
        _ => Role::Note,
    };
    say(role, &ended(outcome, run.as_ref(), world.rehearsal()));
    if let Some(text) = failed {
        say(Role::Stop, &format!("STOP  {text}"));
    }
    let Some(view) = &world.view else { return };
    say(
        Role::Text,
        &holdings(run.as_ref(), view.seq, &view.card_words, world.rehearsal()),
    );
    match written {
        Some(text) => say(Role::Ok, text),
        None if run.as_ref().is_some_and(|run| !handed_over(run).is_empty()) => say(
            Role::Wait,
            tr(
                "Its files are on no disk or stick yet: w writes them into a folder, whose name --out would have given.",
            ),
        ),
        None if world.keeps_nothing() => say(
            Role::Muted,
            tr(
                "Nothing was written. w writes what a rehearsal leaves into a folder, marked as such.",
            ),
        ),
        None => say(
            Role::Muted,
            tr(
                "The vault keeps this run: Home, o Evidence shows its report and writes the bundle for an auditor; so do `keymoot report` and `keymoot bundle`.",
            ),
        ),
    }
}
