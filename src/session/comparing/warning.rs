//! What is said of a key that nobody compared, or that differed, where it goes out or another goes out under it.

use super::Stands;
use crate::api::{ExportKeyMaterial, Request};
use crate::session::action::Action;
use crate::session::blind::{ByRuns, Comparing};
use crate::session::label_of;
use crate::session::state::State;
use crate::text::{say, tr};

/// What whoever signs reads of a key that goes out, or that another goes out under, and that nobody has compared.
pub(in crate::session) fn warnings(action: &Action, state: &State) -> Vec<(String, String)> {
    let Action::Control {
        request: Request::ExportKey(input),
        ..
    } = action
    else {
        return Vec::new();
    };
    let under = match &input.key_material {
        ExportKeyMaterial::Tr31KeyBlock(block) => Some(&block.wrapping_key_identifier),
        _ => None,
    };
    let runs = ByRuns::of(&state.runs);
    let named = std::iter::once(&input.export_key_identifier).chain(under);
    let told = named.filter_map(|named| {
        let key = state.engine.find(named)?;
        let label = label_of(&key.key, &key.tags);
        let arn = &key.key.key_arn;
        let in_a_run = runs.open.get(arn.as_str()) == Some(&Comparing::Shown);
        let (stands, differed) = match state.comparisons.get(arn) {
            Some(record) if record.stands != Stands::Nobody => (record.stands, &record.differed),
            _ if in_a_run => (Stands::AsShown, &None),
            _ => return None,
        };
        let words = match (stands, differed) {
            (Stands::Waits | Stands::Shown | Stands::AsShown, Some(_)) => say!(
                "{label} DIFFERS from what was typed as its sender's: nobody knows whose key it is",
                label
            ),
            (Stands::Waits | Stands::Shown | Stands::AsShown, None) => say!(
                "nobody has compared {label} with its sender's check value: whose key it is rests on the file alone",
                label
            ),
            _ => return None,
        };
        Some((tr("beware").to_owned(), words))
    });
    told.collect()
}
