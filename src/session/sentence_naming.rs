//! Acts on the names and tags of keys, in a custodian's words.

use crate::api::Request;
use crate::engine::EngineState;

use super::sentence::{Details, line, name_of};

/// The sentence and details of such an act.
pub(crate) fn describe(request: &Request, engine: &EngineState) -> (String, Details) {
    let stands_for = |arn: Option<&str>| {
        let key = arn.map_or_else(|| "no key".to_owned(), |arn| name_of(arn, engine));
        line("stands for", &key)
    };
    match request {
        Request::CreateAlias(input) => (
            format!("CREATE ALIAS {}", input.alias_name),
            vec![stands_for(input.key_arn.as_deref())],
        ),
        Request::UpdateAlias(input) => (
            format!("MOVE ALIAS {}", input.alias_name),
            vec![
                line("until now", &name_of(&input.alias_name, engine)),
                stands_for(input.key_arn.as_deref()),
            ],
        ),
        Request::DeleteAlias(input) => (
            format!("DELETE ALIAS {}", input.alias_name),
            vec![
                line("until now", &name_of(&input.alias_name, engine)),
                line("the key", "stays as it is"),
            ],
        ),
        Request::TagResource(input) => (
            format!("TAG KEY {}", name_of(&input.resource_arn, engine)),
            input
                .tags
                .iter()
                .map(|tag| line(&tag.key, &tag.value))
                .collect(),
        ),
        Request::UntagResource(input) => (
            format!("UNTAG KEY {}", name_of(&input.resource_arn, engine)),
            input
                .tag_keys
                .iter()
                .map(|key| line(key, "taken away"))
                .collect(),
        ),
        _ => (request.operation().name().to_owned(), Vec::new()),
    }
}
