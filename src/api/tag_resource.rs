//! TagResource, UntagResource and ListTagsForResource.

use serde::{Deserialize, Serialize};

use super::Tag;

/// Request members of TagResource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagResourceInput {
    /// ARN of the key.
    pub resource_arn: String,
    /// Up to 200 tags; a key that is there already gets the new value.
    pub tags: Vec<Tag>,
}

/// TagResource answers with an empty structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TagResourceOutput {}

/// Request members of UntagResource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UntagResourceInput {
    /// ARN of the key.
    pub resource_arn: String,
    /// Keys of the tags to take away; one that is not there is no error.
    pub tag_keys: Vec<String>,
}

/// UntagResource answers with an empty structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UntagResourceOutput {}

/// Request members of ListTagsForResource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForResourceInput {
    /// ARN of the key.
    pub resource_arn: String,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// Page size, 1-100, by default 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_results: Option<i64>,
}

/// Response members of ListTagsForResource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForResourceOutput {
    /// One page, in the order in which the tags were given.
    pub tags: Vec<Tag>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
