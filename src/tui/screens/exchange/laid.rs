//! What stands around the list of what was exchanged: its counts and its columns.

use unicode_width::UnicodeWidthStr;

use crate::session::view::RootStanding;
use crate::session::{ExportView, View};
use crate::text::say;
use crate::tui::widgets::list::Column;

/// `2 went out, 1 awaiting receipt · 1 given out · 1 trusted`: those that wait are the rows whose state is `sent`.
pub(super) fn counts(view: &View) -> String {
    let standing = |state: &str| view.exports.iter().filter(|e| e.state == state).count();
    let open = view.exports.iter().filter(|e| e.waits_for_answer()).count();
    if let differ @ 1.. = standing("DIFFERS") {
        return say!(
            "{sent} went out, {differ} DIFFERS, {open} awaiting receipt · {given} given out",
            sent = view.exports.len(),
            differ,
            open,
            given = view.tokens.len().saturating_add(view.given.len())
        );
    }
    let roots = view.counterparties.iter();
    say!(
        "{sent} went out, {open} awaiting receipt · {given} given out · {roots} trusted",
        sent = view.exports.len(),
        open,
        given = view.tokens.len().saturating_add(view.given.len()),
        roots = roots
            .filter(|root| root.standing == RootStanding::Trusted)
            .count()
    )
}

pub(super) fn columns(width: u16) -> [Column; 5] {
    let column = |title, width| Column {
        title,
        width,
        right: false,
    };
    // The others take 42 with their gaps; what is said last takes 16, or what names leave it.
    let rest = width.saturating_sub(43);
    let of = rest.saturating_sub(16).clamp(14, 48);
    [
        column("WHAT", 12),
        column("OF", of),
        column("SINCE", 10),
        column("STATE", 9),
        column("WITH/UNTIL/FILE", rest.saturating_sub(of).max(16)),
    ]
}

/// What left, in `room` cells: of an initial key the terminal's number and whose base key it is, or that number alone, or
/// its end, for two of them differ in nothing else.
pub(super) fn of(sent: &ExportView, room: u16) -> String {
    let Some(serial) = &sent.serial else {
        return sent.label.clone();
    };
    let room = usize::from(room);
    let whole = say!("{serial} of {base}", serial, base = sent.base);
    if whole.width() <= room {
        return whole;
    }
    if serial.len() <= room {
        return serial.clone();
    }
    let from = serial.len().saturating_sub(room.saturating_sub(2));
    format!("..{}", serial.get(from..).unwrap_or_default())
}
