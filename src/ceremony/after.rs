//! What is still to do in a vault when a ceremony has ended.

use crate::api::Timestamp;
use crate::session::due::left_to_do;
use crate::session::{Profile, View};
use crate::text::{say, tr};

/// The lines of Home under one heading, for the last page of a run and for lines; nothing where nothing is due, and
/// nothing of a rehearsal that leaves nothing behind.
pub fn still_to_do(view: &View, now: Timestamp) -> Option<String> {
    if view.profile == Profile::Rehearsal && !view.kept {
        return None;
    }
    let lines = left_to_do(view, now);
    let heading = match lines.len() {
        0 => return None,
        1 => tr("Still to do, as Home has it:").to_owned(),
        n => say!("Still to do, {n} things, as Home has them:", n),
    };
    let lines = lines.iter().map(|line| format!("\n- {line}"));
    Some(heading + &lines.collect::<String>())
}
