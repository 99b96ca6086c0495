//! CreateAlias, UpdateAlias, DeleteAlias, GetAlias, ListAliases.

use std::{collections::HashSet, ops::Bound, sync::Arc};

use crate::api::{
    Alias, ApiError, CreateAliasInput, CreateAliasOutput, DeleteAliasInput, DeleteAliasOutput,
    ErrorKind, GetAliasInput, GetAliasOutput, ListAliasesInput, ListAliasesOutput, Timestamp,
    UpdateAliasInput, UpdateAliasOutput,
};

use super::{EngineState, Rules, limits, paging, refusal};

const LIST: &str = "ListAliases";

pub(super) fn check_create(
    state: &EngineState,
    input: CreateAliasInput,
    now: Timestamp,
    rules: &Rules,
) -> Result<CreateAliasInput, ApiError> {
    state.target(input.key_arn.as_deref(), now)?;
    if state.aliases.contains_key(input.alias_name.as_str()) {
        return Err(ApiError::new(
            ErrorKind::Conflict,
            format!("Alias {} already exists.", input.alias_name),
        ));
    }
    limits::room_for_one(rules.limits.aliases, state.aliases.len(), "aliases")?;
    Ok(input)
}

pub(super) fn check_update(
    state: &EngineState,
    input: UpdateAliasInput,
    now: Timestamp,
) -> Result<UpdateAliasInput, ApiError> {
    state.alias_exists(&input.alias_name)?;
    state.target(input.key_arn.as_deref(), now)?;
    Ok(input)
}

pub(super) fn check_delete(
    state: &EngineState,
    input: DeleteAliasInput,
) -> Result<DeleteAliasInput, ApiError> {
    state.alias_exists(&input.alias_name)?;
    Ok(input)
}

pub(super) fn check_get(
    state: &EngineState,
    input: GetAliasInput,
) -> Result<GetAliasInput, ApiError> {
    state.alias_exists(&input.alias_name)?;
    Ok(input)
}

pub(super) fn check_list(
    state: &EngineState,
    input: ListAliasesInput,
    now: Timestamp,
) -> Result<ListAliasesInput, ApiError> {
    state.target(input.key_arn.as_deref(), now)?;
    page_start(state, &input)?;
    let max_results = Some(input.max_results.unwrap_or(paging::PAGE));
    Ok(ListAliasesInput {
        max_results,
        ..input
    })
}

pub(super) fn create(
    state: &mut EngineState,
    input: &CreateAliasInput,
    now: Timestamp,
) -> Result<CreateAliasOutput, ApiError> {
    let alias = state.assign(&input.alias_name, input.key_arn.as_deref(), now)?;
    Ok(CreateAliasOutput { alias })
}

pub(super) fn update(
    state: &mut EngineState,
    input: &UpdateAliasInput,
    now: Timestamp,
) -> Result<UpdateAliasOutput, ApiError> {
    let alias = state.assign(&input.alias_name, input.key_arn.as_deref(), now)?;
    Ok(UpdateAliasOutput { alias })
}

pub(super) fn delete(state: &mut EngineState, input: &DeleteAliasInput) -> DeleteAliasOutput {
    state.aliases.remove(input.alias_name.as_str());
    DeleteAliasOutput {}
}

pub(super) fn get(
    state: &EngineState,
    input: &GetAliasInput,
    now: Timestamp,
) -> Result<GetAliasOutput, ApiError> {
    let key = state.alias_exists(&input.alias_name)?;
    let alias = state.alias(&input.alias_name, key, now);
    Ok(GetAliasOutput { alias })
}

pub(super) fn list(
    state: &EngineState,
    input: &ListAliasesInput,
    now: Timestamp,
) -> Result<ListAliasesOutput, ApiError> {
    let wanted = input
        .key_arn
        .as_deref()
        .and_then(|arn| state.id_in_arn(arn));
    let from = page_start(state, input)?.map_or(Bound::Unbounded, Bound::Excluded);
    let mut rest = state
        .aliases
        .range((from, Bound::Unbounded))
        .filter(|(_, key)| wanted.is_none() || key.as_deref() == wanted)
        .peekable();
    let mut aliases = Vec::new();
    for (name, key) in rest.by_ref().take(paging::size(input.max_results)) {
        aliases.push(state.alias(name, key.as_deref(), now));
    }
    let next_token = match (rest.peek(), aliases.last()) {
        (Some(_), Some(last)) => Some(paging::seal(
            state,
            LIST,
            &filter(input),
            last.alias_name.as_bytes(),
        )),
        _ => None,
    };
    Ok(ListAliasesOutput {
        aliases,
        next_token,
    })
}

/// The name after which a page begins.
fn page_start(state: &EngineState, input: &ListAliasesInput) -> Result<Option<Arc<str>>, ApiError> {
    let Some(token) = &input.next_token else {
        return Ok(None);
    };
    let position = paging::open(state, LIST, &filter(input), token)?;
    let name = String::from_utf8(position).map_err(|_| paging::foreign(LIST))?;
    Ok(Some(name.into()))
}

fn filter(input: &ListAliasesInput) -> String {
    input
        .key_arn
        .as_deref()
        .map_or_else(String::new, |arn| format!("KeyArn={arn}"))
}

impl EngineState {
    /// The id of the key that an existing alias stands for, if any.
    fn alias_exists(&self, name: &str) -> Result<Option<&str>, ApiError> {
        self.aliases
            .get(name)
            .map(Option::as_deref)
            .ok_or_else(|| refusal::not_found(name))
    }

    /// The id of the key in a KeyArn member, which must exist; it may be disabled or wait for its deletion.
    fn target(&self, arn: Option<&str>, now: Timestamp) -> Result<Option<Arc<str>>, ApiError> {
        arn.map(|arn| self.living(arn, now).map(|record| record.key_id().into()))
            .transpose()
    }

    fn assign(&mut self, name: &str, arn: Option<&str>, now: Timestamp) -> Result<Alias, ApiError> {
        let key = self.target(arn, now)?;
        self.aliases.insert(name.into(), key.clone());
        Ok(self.alias(name, key.as_deref(), now))
    }

    /// An alias as it is shown. A key whose window has run out is gone, settled or not.
    fn alias(&self, name: &str, key: Option<&str>, now: Timestamp) -> Alias {
        Alias {
            alias_name: name.to_owned(),
            key_arn: key
                .and_then(|id| self.by_key_id(id))
                .filter(|record| !record.is_gone(now))
                .map(|record| record.key.key_arn.clone()),
        }
    }

    /// Takes destroyed keys from behind their aliases; the names stay.
    pub(super) fn unassign(&mut self, destroyed: &HashSet<Arc<str>>) {
        if destroyed.is_empty() {
            return;
        }
        for key in self.aliases.values_mut() {
            if key.as_ref().is_some_and(|id| destroyed.contains(id)) {
                *key = None;
            }
        }
    }
}
