//! Keys that came in outside of a ceremony and that nobody has compared.

use crate::api::{KeyState, Timestamp};
use crate::text::{say, tr};

use super::{Due, Goes, told_when};
use crate::session::Comparing;
use crate::session::view::{KeyRow, View};

/// Keys that came in and whose check value waits for their sender's.
pub(super) fn uncompared(view: &View, now: Timestamp) -> impl Iterator<Item = Due> {
    let waits = |row: &&KeyRow| {
        let lives = row.key.key_state == KeyState::CREATE_COMPLETE;
        lives && row.comparing.is_some_and(Comparing::waits)
    };
    view.keys.iter().filter(waits).map(move |row| {
        let differs = row.comparing == Some(Comparing::Differs);
        Due {
            kind: "compare",
            what: if differs {
                say!("{label} DIFFERS from its sender's", label = row.label)
            } else {
                say!("{label} is not compared yet", label = row.label)
            },
            when: told_when(now, row.key.create_timestamp),
            who: tr("everybody").into(),
            over: differs,
            goes: Goes::Compare(row.key.key_arn.clone()),
        }
    })
}
