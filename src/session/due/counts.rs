//! Keys by their state, as one line has them.

use crate::api::{KeyClass, KeyState};
use crate::session::Comparing;
use crate::session::view::View;
use crate::text::{say, tr};

/// How many keys are in which state: `41 ready`, `2 being deleted`; certificates of others apart.
pub fn counts(view: &View) -> Vec<String> {
    let (mut ready, mut suspect) = (0_usize, 0_usize);
    let (mut uncompared, mut differing) = (0_usize, 0_usize);
    let (mut disabled, mut pending, mut gone) = (0_usize, 0_usize, 0_usize);
    let mut certificates = 0_usize;
    for row in view.keys.iter() {
        match row.key.key_state {
            KeyState::DELETE_COMPLETE => gone += 1,
            // Whatever else it is, nobody uses it.
            _ if row.suspect.is_some() => suspect += 1,
            KeyState::DELETE_PENDING => pending += 1,
            _ if !row.key.enabled => disabled += 1,
            _ if row.key.key_attributes.key_class == KeyClass::PUBLIC_KEY => certificates += 1,
            _ if row.comparing == Some(Comparing::Differs) => differing += 1,
            _ if row.comparing.is_some() => uncompared += 1,
            _ => ready += 1,
        }
    }
    let mut parts = vec![say!("{ready} ready", ready)];
    for (count, word) in [
        (suspect, "SUSPECT"),
        (
            differing,
            if differing == 1 {
                tr("DIFFERS")
            } else {
                tr("DIFFER")
            },
        ),
        (uncompared, tr("uncompared")),
        (disabled, tr("disabled")),
        (pending, tr("being deleted")),
        (gone, tr("destroyed")),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    match certificates {
        0 => {}
        1 => parts.push(tr("1 certificate of others").to_owned()),
        n => parts.push(say!("{n} certificates of others", n)),
    }
    parts
}
