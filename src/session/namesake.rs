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

/// What whoever signs reads where the key that an act makes has the name of another one that is here.
pub(super) fn warning(action: &Action, engine: &EngineState) -> Option<(String, String)> {
    let tag = tags(action)?.iter().find(|tag| tag.key == LABEL_TAG)?;
    let known = engine.records().find(|record| {
        let lives = record.key.key_state != KeyState::DELETE_COMPLETE;
        lives && label_of(&record.key, &record.tags) == tag.value
    })?;
    let words = say!(
        "a key of this name is here already, check value {value}: from then on two are called so",
        value = known.key.key_check_value
    );
    Some((tr("beware").to_owned(), words))
}

fn tags(action: &Action) -> Option<&[Tag]> {
    match action {
        Action::Control { request, .. } => match request {
            Request::CreateKey(input) => Some(&input.tags),
            Request::ImportKey(input) => Some(&input.tags),
            _ => None,
        },
        Action::Components(act) => match &**act {
            ComponentAct::Form { key, .. } => Some(&key.tags),
            ComponentAct::Divide { .. } => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{create_kek, practice};
    use super::warning;

    /// Nobody who signed for a second key of a name could tell the two apart.
    #[test]
    fn whoever_signs_for_a_second_key_of_a_name_reads_so() {
        let (_, mut session) = practice(true);
        let asked = create_kek(&session);
        assert_eq!(warning(&asked, &session.state.engine), None);
        session.act(asked.clone(), None, None).unwrap();
        let (_, words) = warning(&asked, &session.state.engine).unwrap();
        let view = session.view();
        let value = &view.keys.first().unwrap().key.key_check_value;
        assert!(words.contains(value.as_str()), "{words}");
    }
}
