//! Acts on the names and tags of keys, in a custodian's words.

use crate::api::Request;
use crate::engine::EngineState;
use crate::text::{say, tr};

use super::sentence::{Details, line, name_of};

/// The sentence and details of such an act.
pub(crate) fn describe(request: &Request, engine: &EngineState) -> (String, Details) {
    let stands_for = |arn: Option<&str>| {
        let key = arn.map_or_else(|| tr("no key").to_owned(), |arn| name_of(arn, engine));
        line(tr("stands for"), &key)
    };
    match request {
        Request::CreateAlias(input) => (
            say!("CREATE ALIAS {alias_name}", alias_name = input.alias_name),
            vec![stands_for(input.key_arn.as_deref())],
        ),
        Request::UpdateAlias(input) => (
            say!("MOVE ALIAS {alias_name}", alias_name = input.alias_name),
            vec![
                line(tr("until now"), &name_of(&input.alias_name, engine)),
                stands_for(input.key_arn.as_deref()),
            ],
        ),
        Request::DeleteAlias(input) => (
            say!("DELETE ALIAS {alias_name}", alias_name = input.alias_name),
            vec![
                line(tr("until now"), &name_of(&input.alias_name, engine)),
                line(tr("the key"), tr("stays as it is")),
            ],
        ),
        Request::TagResource(input) => (
            say!(
                "TAG KEY {engine}",
                engine = name_of(&input.resource_arn, engine)
            ),
            input
                .tags
                .iter()
                .map(|tag| line(&tag.key, &tag.value))
                .collect(),
        ),
        Request::UntagResource(input) => (
            say!(
                "UNTAG KEY {engine}",
                engine = name_of(&input.resource_arn, engine)
            ),
            input
                .tag_keys
                .iter()
                .map(|key| line(key, tr("taken away")))
                .collect(),
        ),
        _ => (request.operation().name().to_owned(), Vec::new()),
    }
}
