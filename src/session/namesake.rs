//! What people call a key, and a key that would be called as one that is here already.

use std::collections::{HashMap, HashSet};

use crate::api::{Key, KeyState, Request, Tag};
use crate::engine::{EngineState, KeyRecord};
use crate::text::{say, tr};

use super::LABEL_TAG;
use super::action::Action;
use super::components::ComponentAct;

/// What people call a key: its Name tag, else the last part of its ARN.
pub(crate) fn label_of(key: &Key, tags: &[Tag]) -> String {
    called(key, tags).to_owned()
}

fn called<'k>(key: &'k Key, tags: &'k [Tag]) -> &'k str {
    let named = tags.iter().find(|tag| tag.key == LABEL_TAG);
    let last = || key.key_arn.rsplit('/').next().unwrap_or_default();
    named.map_or_else(last, |tag| &tag.value)
}

/// What whoever signs reads where a key that an act makes has the name of another one that is here.
pub(super) fn warnings(action: &Action, engine: &EngineState) -> Vec<(String, String)> {
    let labels = labels(action);
    if labels.is_empty() {
        return Vec::new();
    }
    // One pass over the keys, however many an act list makes: vaults hold a hundred thousand.
    let wanted: HashSet<&str> = labels.iter().copied().collect();
    let mut here: HashMap<&str, &KeyRecord> = HashMap::new();
    for record in engine.records() {
        let name = called(&record.key, &record.tags);
        if record.key.key_state != KeyState::DELETE_COMPLETE && wanted.contains(name) {
            here.entry(name).or_insert(record);
        }
    }
    let told = labels.into_iter().filter_map(|label| {
        let known = here.get(label)?;
        let words = say!(
            "a key called {label} is here already, check value {value}: from then on two are called so",
            label,
            value = known.key.key_check_value
        );
        Some((tr("beware").to_owned(), words))
    });
    told.collect()
}

/// The names of the keys that an act makes.
fn labels(action: &Action) -> Vec<&str> {
    let tags: Vec<&[Tag]> = match action {
        Action::Control { request, .. } => made(request).into_iter().collect(),
        Action::List { acts, .. } => acts.iter().filter_map(made).collect(),
        Action::Components(act) => match &**act {
            ComponentAct::Form { key, .. } => vec![&key.tags],
            ComponentAct::Divide { .. } => Vec::new(),
        },
        _ => Vec::new(),
    };
    let named = tags
        .into_iter()
        .flatten()
        .filter(|tag| tag.key == LABEL_TAG);
    named.map(|tag| tag.value.as_str()).collect()
}

fn made(request: &Request) -> Option<&[Tag]> {
    match request {
        Request::CreateKey(input) => Some(&input.tags),
        Request::ImportKey(input) => Some(&input.tags),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{create_kek, practice};
    use super::warnings;

    /// Nobody who signed for a second key of a name could tell the two apart.
    #[test]
    fn whoever_signs_for_a_second_key_of_a_name_reads_so() {
        let (_, mut session) = practice(true);
        let asked = create_kek(&session);
        assert_eq!(warnings(&asked, &session.state.engine), []);
        session.act(asked.clone(), None, None).unwrap();
        let told = warnings(&asked, &session.state.engine);
        let [(_, words)] = &told[..] else {
            panic!("{told:?}")
        };
        let view = session.view();
        let value = &view.keys.first().unwrap().key.key_check_value;
        assert!(words.contains(value.as_str()), "{words}");
    }
}
