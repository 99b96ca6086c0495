//! C5 (PCI PIN 9-2): what a package that shows tampering makes suspect beside its own set. A package is known by its
//! serial: whoever put a component's paper into it recorded that, and the key that the component belonged to is here.

use std::collections::BTreeSet;

use super::SetRef;
use super::turns::plain_serial;
use crate::session::op_suspect;
use crate::session::sentence::name_of;
use crate::session::state::State;
use crate::session::{KeyRow, Session};

/// The keys of which a component lay in this package: formed of the set, or gone out as it.
fn keys_of(state: &State, set: &SetRef, serial: &str) -> BTreeSet<String> {
    let wanted = plain_serial(serial);
    let lay = |id: &str| {
        let holdings = state.ledger.holdings.iter();
        let mut papers = holdings.filter(|h| h.split == id).map(|h| &h.place);
        papers.any(|place| plain_serial(place) == wanted)
    };
    let sets = state.components.iter();
    sets.filter(|known| {
        let came = known
            .packages
            .iter()
            .any(|p| plain_serial(&p.serial) == wanted);
        known.id == set.id || came || lay(&known.id)
    })
    .filter_map(|known| known.key.clone())
    .collect()
}

/// Marks them: they are used, let out and enabled no more. Their names.
pub(super) fn mark(state: &mut State, set: &SetRef, serial: &str, at: i64) -> Vec<String> {
    let keys = keys_of(state, set, serial);
    let reason =
        format!("package {serial}, which held a component of it, showed tampering (PCI PIN 9-2)");
    for key in &keys {
        if !state.suspects.contains_key(key) {
            op_suspect::done(state, key, true, &reason, at);
        }
    }
    keys.iter().map(|key| name_of(key, &state.engine)).collect()
}

impl Session {
    /// The keys of this vault of which a component lay in a package, each with its suspicion and what stands under it.
    pub(crate) fn keys_of_package(&self, set: &SetRef, serial: &str) -> Vec<KeyRow> {
        let keys = keys_of(&self.state, set, serial);
        let view = self.view();
        let rows = view
            .keys
            .iter()
            .filter(|row| keys.contains(&row.key.key_arn));
        rows.cloned().collect()
    }
}
