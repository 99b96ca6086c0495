//! The end of a ceremony: what one holds now, what is written, what comes next.

use crate::ceremony::Showing;
use crate::session::field::Footing;
use crate::session::{Run, RunOutcome};
use crate::tui::canvas::Canvas;
use crate::tui::theme::Role;
use crate::tui::world::World;

/// The three lines under an ended run.
pub(crate) fn footing(showing: Option<&Showing>, closes: bool, world: &World) -> Footing {
    let so_far = match showing.and_then(|s| s.outcome) {
        Some(RunOutcome::Completed) if world.rehearsal() => {
            "every step is done; the practice vault goes when you leave"
        }
        Some(RunOutcome::Completed) => "every step is done, saved and in the evidence",
        Some(RunOutcome::Exception) => "done, with an exception that is recorded",
        Some(RunOutcome::Aborted) => "stopped for good, and recorded; what was done before stands",
        None => "the ceremony stands open",
    };
    Footing {
        acts: "nobody: the ceremony is over".into(),
        enter: if closes {
            "closes the vault"
        } else {
            "back to the vault"
        }
        .into(),
        so_far: so_far.into(),
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
    match showing.and_then(|s| s.outcome) {
        Some(RunOutcome::Completed) => say(Role::Ok, &done(run.as_ref(), world.rehearsal())),
        Some(RunOutcome::Exception) => say(
            Role::Note,
            "Ended with an exception. It is recorded and stands in the report.",
        ),
        Some(RunOutcome::Aborted) => say(
            Role::Note,
            "Stopped for good. The record says so; what was done before stands.",
        ),
        None => say(
            Role::Note,
            "The ceremony stands open and can be taken up again.",
        ),
    }
    if let Some(text) = failed {
        say(Role::Stop, &format!("STOP  {text}"));
    }
    let Some(view) = &world.view else { return };
    say(
        Role::Text,
        &holdings(run.as_ref(), view.seq, &view.card_words),
    );
    match written {
        Some(text) => say(Role::Ok, text),
        None if world.rehearsal() => say(
            Role::Muted,
            "Nothing was written. With --out FOLDER the files of a rehearsal are kept, marked as such.",
        ),
        None => {}
    }
}

fn done(run: Option<&Run>, rehearsal: bool) -> String {
    let files = match handed_over(run).len() {
        0 | 1 => "1 file".to_owned(),
        n => format!("{n} files"),
    };
    let hold = if rehearsal {
        "In a real ceremony you would now hold"
    } else {
        "You now hold"
    };
    format!("Done. {hold}: {files}, 1 report, 1 card.")
}

/// The files made for a counterparty, without the instructions beside them.
fn handed_over(run: Option<&Run>) -> Vec<String> {
    run.into_iter()
        .flat_map(|r| r.steps.iter())
        .flat_map(|s| s.files.keys().cloned())
        .filter(|name| !name.to_ascii_lowercase().ends_with(".txt"))
        .collect()
}

fn holdings(run: Option<&Run>, seq: u64, words: &[String]) -> String {
    let mut files = handed_over(run);
    let beside: Vec<String> = run
        .into_iter()
        .flat_map(|r| r.steps.iter())
        .flat_map(|s| s.files.keys().cloned())
        .filter(|name| name.to_ascii_lowercase().ends_with(".txt"))
        .collect();
    if files.is_empty() {
        files.push("ceremony.json, the record".to_owned());
    }
    let next = if beside.is_empty() {
        String::new()
    } else {
        format!(" (beside it {})", beside.join(", "))
    };
    format!(
        "file    {}{next}\nreport  report.txt: who did what, when, and who signed\ncard    the witness card: sequence {seq}, words {}",
        files.join(", "),
        words.join(" ")
    )
}
