//! What pages say of a check value that is still to be compared with its sender's.

use crate::api::WrappedKey;
use crate::session::{Comparing, KeyRow};
use crate::text::tr;
use crate::tui::theme::Role;
use crate::tui::widgets::lines::Line;
use crate::tui::world::World;

/// What stands where a key's check values would, while they are hidden.
pub(super) fn hidden(row: Option<&KeyRow>) -> Option<Vec<Line>> {
    let row = row.filter(|row| row.comparing.is_some_and(Comparing::hides))?;
    let value = Line::new(tr("check value"), tr("hidden until its sender's is typed"));
    let mut lines = vec![value.role(Role::Title)];
    lines.extend(compared(row));
    Some(lines)
}

/// How it was compared with its sender's, by whom and when, or that nobody has.
pub(super) fn compared(row: &KeyRow) -> Option<Line> {
    let role = match row.comparing {
        Some(Comparing::Differs) => Role::Stop,
        Some(_) => Role::Wait,
        None => Role::Text,
    };
    Some(Line::new(tr("compared"), row.compared.clone()?).role(role))
}

/// Whether somebody is to compare the key that an act took in.
pub(super) fn waits(arn: Option<&String>, world: &World) -> bool {
    let keys = world.view.iter().flat_map(|view| view.keys.iter());
    let mut waiting = keys.filter(|row| row.comparing.is_some_and(Comparing::waits));
    waiting.any(|row| Some(&row.key.key_arn) == arn)
}

/// The check value of a key that has just left, and its method; hidden where the key's own is.
pub(super) fn sent(wrapped: &WrappedKey, world: &World) -> String {
    let newest = world.view.as_ref().and_then(|view| view.exports.first());
    if newest.is_some_and(|export| export.check_value == crate::session::hidden()) {
        return crate::session::hidden().to_owned();
    }
    let method = wrapped.key_check_value_algorithm.name();
    format!("{} ({method})", wrapped.key_check_value)
}

/// Another key of this vault with the same check value: the same key is here twice.
pub(super) fn twin(row: Option<&KeyRow>) -> Option<Line> {
    let words = crate::session::twin_told(row?)?;
    Some(Line::new(tr("here twice"), words).role(Role::Note))
}
