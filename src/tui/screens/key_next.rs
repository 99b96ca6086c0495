//! What can be done with a key, under its fields: each act with its key and, where it is off, why.

use crate::session::{Comparing, KeyRow};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, wrap};
use crate::tui::keys::{Offer, Verb};
use crate::tui::theme::Role;

/// What an act with this key comes to.
fn means(verb: Verb, row: Option<&KeyRow>) -> Option<&'static str> {
    Some(match verb {
        Verb::Export if row.is_some_and(|r| r.comparing == Some(Comparing::Differs)) => {
            tr("clear up with the sender first: whoever signs reads that it differs")
        }
        Verb::Export => tr("wraps it for somebody else; it stays here as well"),
        Verb::Switch if row.is_some_and(|r| r.key.enabled) => {
            tr("it stays and is used no more until it is enabled again")
        }
        Verb::Switch => tr("it may be used again"),
        Verb::Name => tr("another name for requests, or a note"),
        Verb::Delete => tr("unusable at once; it can be restored until its window ends"),
        Verb::Write => tr("for its sender: says that the key arrived, and as which"),
        Verb::Compare if row.is_some_and(|r| r.comparing == Some(Comparing::Shown)) => {
            tr("with what its sender gave: ours was shown, and nobody has compared it")
        }
        Verb::Compare => tr("with what its sender gave: ours is hidden until that is typed"),
        Verb::Restore => tr("takes the deletion back; the key is disabled then"),
        _ => return None,
    })
}

/// Draws them from a row on, as far as there is room. An act that is off says why in the place of what it does.
pub(super) fn draw(canvas: &mut Canvas<'_>, top: u16, offers: &[Offer], row: Option<&KeyRow>) {
    let width = canvas.width();
    let acts: Vec<(&Offer, &str)> = offers
        .iter()
        .filter_map(|offer| Some((offer, means(offer.verb, row)?)))
        .collect();
    let room = usize::from(canvas.height().saturating_sub(top));
    if acts.is_empty() {
        return;
    }
    let told: Vec<String> = acts.iter().map(|(offer, does)| says(offer, does)).collect();
    let beside = width.saturating_sub(19);
    let rows = told
        .iter()
        .map(|words| wrap(words, usize::from(beside)).len());
    if room < rows.fold(1_usize, usize::saturating_add) {
        in_short(canvas, top.saturating_sub(1), &acts);
        return;
    }
    let mut y = top;
    canvas.put(2, y, Role::Muted, tr("What can be done with it"));
    y = y.saturating_add(1);
    for ((offer, _), words) in acts.iter().zip(&told) {
        let key = offer
            .chord(false)
            .map(crate::tui::chord::Chord::shown)
            .unwrap_or_default();
        let (role, named) = match &offer.off {
            Some(_) => (Role::Muted, Role::Muted),
            None => (Role::Text, Role::Focus),
        };
        canvas.put(2, y, named, &key);
        canvas.put(4, y, role, offer.footer_word());
        y = y.saturating_add(canvas.paragraph(18, y, beside, role, words).max(1));
    }
}

/// What an act comes to, or why it is off.
fn says(offer: &Offer, does: &str) -> String {
    match &offer.off {
        Some(reason) => say!("off: {reason}", reason),
        None => does.to_owned(),
    }
}

/// The same where there is no room for a row each: no act is left out, and its reason stands in help.
fn in_short(canvas: &mut Canvas<'_>, y: u16, acts: &[(&Offer, &str)]) {
    let told = acts.iter().map(|(offer, _)| {
        let key = offer.chord(false).map(crate::tui::chord::Chord::shown);
        let act = format!("{} {}", key.unwrap_or_default(), offer.footer_word());
        match offer.off {
            Some(_) => say!("{act} (off)", act),
            None => act,
        }
    });
    let told: Vec<String> = told.collect();
    if y < canvas.height() {
        canvas.put(2, y, Role::Muted, tr("can be done"));
        let room = canvas.width().saturating_sub(16);
        canvas.paragraph(15, y, room, Role::Text, &told.join(" · "));
    }
}
