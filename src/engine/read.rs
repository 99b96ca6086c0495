//! GetKey and ListKeys.

use crate::api::{ApiError, GetKeyInput, GetKeyOutput, KeySummary, ListKeysInput, ListKeysOutput};

use super::{EngineState, paging};

pub(super) fn check_get(state: &EngineState, input: GetKeyInput) -> Result<GetKeyInput, ApiError> {
    state.named(&input.key_identifier)?;
    Ok(input)
}

pub(super) fn get(state: &EngineState, input: &GetKeyInput) -> Result<GetKeyOutput, ApiError> {
    let key = state.named(&input.key_identifier)?.key.clone();
    Ok(GetKeyOutput { key })
}

pub(super) fn check_list(
    state: &EngineState,
    input: ListKeysInput,
) -> Result<ListKeysInput, ApiError> {
    if let Some(token) = &input.next_token {
        paging::read(state, "ListKeys", &filter(&input), token)?;
    }
    let max_results = Some(input.max_results.unwrap_or(paging::PAGE));
    Ok(ListKeysInput {
        max_results,
        ..input
    })
}

pub(super) fn list(state: &EngineState, input: &ListKeysInput) -> Result<ListKeysOutput, ApiError> {
    let filter = filter(input);
    let from = match &input.next_token {
        Some(token) => Some(paging::read(state, "ListKeys", &filter, token)?),
        None => None,
    };
    let size = paging::size(input.max_results);
    let mut rest = state
        .after(from)
        .filter(|record| input.key_state.is_none_or(|s| s == record.key.key_state))
        .peekable();
    let (mut keys, mut last) = (Vec::new(), None);
    for record in rest.by_ref().take(size) {
        keys.push(KeySummary::from(&record.key));
        last = Some(record);
    }
    let next_token = match (rest.peek(), last) {
        (Some(_), Some(last)) => Some(paging::token(state, "ListKeys", &filter, last)),
        _ => None,
    };
    Ok(ListKeysOutput { keys, next_token })
}

/// What a page's token is bound to, beside the operation.
fn filter(input: &ListKeysInput) -> String {
    input
        .key_state
        .map_or_else(String::new, |state| format!("KeyState={}", state.name()))
}
