//! TagResource, UntagResource, ListTagsForResource.

use crate::api::{
    ApiError, ErrorKind, KeyState, ListTagsForResourceInput, ListTagsForResourceOutput, Tag,
    TagResourceInput, TagResourceOutput, Timestamp, UntagResourceInput, UntagResourceOutput,
};

use super::{EngineState, KeyRecord, identifiers::in_state, paging, tags};

const LIST: &str = "ListTagsForResource";

/// Tags that one key may have.
const MOST: usize = 200;

pub(super) fn check_tag(
    state: &EngineState,
    input: TagResourceInput,
    now: Timestamp,
) -> Result<TagResourceInput, ApiError> {
    tags::judge(&input.tags)?;
    tagged(taggable(state, &input.resource_arn, now)?, &input.tags)?;
    Ok(input)
}

pub(super) fn check_untag(
    state: &EngineState,
    input: UntagResourceInput,
    now: Timestamp,
) -> Result<UntagResourceInput, ApiError> {
    taggable(state, &input.resource_arn, now)?;
    Ok(input)
}

pub(super) fn check_list(
    state: &EngineState,
    input: ListTagsForResourceInput,
    now: Timestamp,
) -> Result<ListTagsForResourceInput, ApiError> {
    let record = state.living(&input.resource_arn, now)?;
    page_start(state, record, &input)?;
    let max_results = Some(input.max_results.unwrap_or(paging::PAGE));
    Ok(ListTagsForResourceInput {
        max_results,
        ..input
    })
}

pub(super) fn tag(
    state: &mut EngineState,
    input: &TagResourceInput,
    now: Timestamp,
) -> Result<TagResourceOutput, ApiError> {
    let record = taggable(state, &input.resource_arn, now)?;
    let changed = KeyRecord {
        tags: tagged(record, &input.tags)?,
        ..record.clone()
    };
    state.put(changed);
    Ok(TagResourceOutput {})
}

pub(super) fn untag(
    state: &mut EngineState,
    input: &UntagResourceInput,
    now: Timestamp,
) -> Result<UntagResourceOutput, ApiError> {
    let mut record = taggable(state, &input.resource_arn, now)?.clone();
    record.tags.retain(|tag| !input.tag_keys.contains(&tag.key));
    state.put(record);
    Ok(UntagResourceOutput {})
}

pub(super) fn list(
    state: &EngineState,
    input: &ListTagsForResourceInput,
    now: Timestamp,
) -> Result<ListTagsForResourceOutput, ApiError> {
    let record = state.living(&input.resource_arn, now)?;
    let start = page_start(state, record, input)?;
    let mut rest = record.tags.iter().skip(start).cloned().peekable();
    let tags: Vec<Tag> = rest
        .by_ref()
        .take(paging::size(input.max_results))
        .collect();
    let next_token = match (rest.peek(), tags.last()) {
        (Some(_), Some(last)) => {
            let position = last.key.as_bytes();
            Some(paging::seal(state, LIST, &input.resource_arn, position))
        }
        _ => None,
    };
    Ok(ListTagsForResourceOutput { tags, next_token })
}

/// How many tags the pages before have shown. A token names the last of them; when that tag was taken away since,
/// the place is lost.
fn page_start(
    state: &EngineState,
    record: &KeyRecord,
    input: &ListTagsForResourceInput,
) -> Result<usize, ApiError> {
    let Some(token) = &input.next_token else {
        return Ok(0);
    };
    let last = paging::open(state, LIST, &input.resource_arn, token)?;
    record
        .tags
        .iter()
        .position(|tag| tag.key.as_bytes() == last)
        .map(|at| at + 1)
        .ok_or_else(|| paging::foreign(LIST))
}

/// A key whose tags may change: not one that waits for its deletion.
fn taggable<'s>(
    state: &'s EngineState,
    arn: &str,
    now: Timestamp,
) -> Result<&'s KeyRecord, ApiError> {
    let record = state.living(arn, now)?;
    in_state(record, KeyState::CREATE_COMPLETE)?;
    Ok(record)
}

/// The key's tags with `new` among them: a known key gets the new value in its old place.
fn tagged(record: &KeyRecord, new: &[Tag]) -> Result<Vec<Tag>, ApiError> {
    let mut tags = record.tags.clone();
    for tag in new {
        match tags.iter_mut().find(|known| known.key == tag.key) {
            Some(known) => known.value.clone_from(&tag.value),
            None => tags.push(tag.clone()),
        }
    }
    if tags.len() > MOST {
        return Err(ApiError::new(
            ErrorKind::ServiceQuotaExceeded,
            format!(
                "The limit of {MOST} tags on key {} has been reached.",
                record.key.key_arn
            ),
        ));
    }
    Ok(tags)
}
