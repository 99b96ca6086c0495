//! What people call a key, and a key that would be called as one that is here already.

use crate::api::{Key, KeyState, Request, Tag};
use crate::engine::EngineState;
use crate::text::{say, tr};

use super::LABEL_TAG;
use super::action::Action;
use super::components::ComponentAct;

/// What people call a key: its Name tag, else the last part of its ARN.
pub(crate) fn label_of(key: &Key, tags: &[Tag]) -> String {
    let named = tags.iter().find(|tag| tag.key == LABEL_TAG);
    let last = || key.key_arn.rsplit('/').next().unwrap_or_default();
    named.map_or_else(last, |tag| &tag.value).to_owned()
}

/// What whoever signs reads where a key that an act makes has the name of another one that is here.
pub(super) fn warnings(action: &Action, engine: &EngineState) -> Vec<(String, String)> {
    let told = labels(action).into_iter().filter_map(|label| {
        let known = engine.records().find(|record| {
            let lives = record.key.key_state != KeyState::DELETE_COMPLETE;
            lives && label_of(&record.key, &record.tags) == label
        })?;
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
