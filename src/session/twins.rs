//! One key that is in the vault twice: a key that came in, and another with its algorithm and check value.

use std::collections::{HashMap, HashSet};

use crate::api::{KeyAlgorithm, KeyCheckValueAlgorithm, KeyClass, KeyOrigin, KeyState};
use crate::engine::KeyRecord;

use super::Session;
use super::blind::{ByRuns, Comparing};
use super::views::name_of;

/// What two readings of one key have in common.
type Reading<'r> = (KeyAlgorithm, KeyCheckValueAlgorithm, &'r str);

fn reading(record: &KeyRecord) -> Option<Reading<'_>> {
    let key = &record.key;
    let attributes = &key.key_attributes;
    let here = key.key_state == KeyState::CREATE_COMPLETE;
    (here && attributes.key_class == KeyClass::SYMMETRIC_KEY).then(|| {
        let method = key.key_check_value_algorithm;
        (
            attributes.key_algorithm,
            method,
            key.key_check_value.as_str(),
        )
    })
}

impl Session {
    /// Of keys that came in and are here a second time: the other's name, by ARN. Nothing as long as one of the two is
    /// hidden: the other's value is on its page, or will be once it was compared, and whoever types the sender's for the
    /// hidden one then would know it already.
    pub(super) fn twins(&self, runs: &ByRuns<'_>) -> HashMap<String, String> {
        let records = || self.state.engine.records();
        let came = records().filter(|record| record.key.key_origin == KeyOrigin::EXTERNAL);
        let came: Vec<&KeyRecord> = came.filter(|record| reading(record).is_some()).collect();
        if came.is_empty() {
            return HashMap::new();
        }
        let wanted: HashSet<Reading<'_>> = came.iter().copied().filter_map(reading).collect();
        let mut here: HashMap<Reading<'_>, Vec<&KeyRecord>> = HashMap::new();
        for record in records() {
            if let Some(reading) = reading(record).filter(|reading| wanted.contains(reading)) {
                here.entry(reading).or_default().push(record);
            }
        }
        let hides = |record: &KeyRecord| {
            let comparing = self.comparing(&record.key.key_arn, runs);
            comparing.is_some_and(Comparing::hides)
        };
        let twin = |record: &KeyRecord| {
            if hides(record) {
                return None;
            }
            let mut others = here.get(&reading(record)?)?.iter();
            let other =
                others.find(|other| other.key.key_arn != record.key.key_arn && !hides(other))?;
            Some((record.key.key_arn.clone(), name_of(other)))
        };
        came.into_iter().filter_map(twin).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::build;
    use super::super::comparing::tests::{came_by_form, sender, typed, value};
    use super::super::tests::{act, answers};

    /// The key that came in has the value of the one that was made here: that is said once ours is no longer hidden.
    #[test]
    fn a_key_that_is_here_twice_says_so_and_never_while_that_tells_its_value() {
        let (_, mut session, file) = sender();
        let arn = came_by_form(&mut session, &file);
        let twin = |session: &super::Session, arn: &str| {
            let keys = session.view().keys;
            keys.iter()
                .find(|row| row.key.key_arn == arn)
                .unwrap()
                .twin
                .clone()
        };
        assert_eq!(twin(&session, &arn), None, "pek's value stands on its page");
        let own = value(&session, &arn);
        typed(&mut session, &arn, &own);
        assert_eq!(twin(&session, &arn).as_deref(), Some("pek"));
        let pek = session.view().keys;
        let pek = pek.iter().find(|row| row.label == "pek").unwrap();
        assert_eq!(pek.twin, None, "it did not come in");
    }

    /// Two that came in, one of them compared: the compared one's page and the acts on it tell its own value, and
    /// nothing says that the other has the same.
    #[test]
    fn a_compared_key_keeps_its_value_beside_a_hidden_twin_and_does_not_tell_on_it() {
        let (_, mut session, file) = sender();
        let first = came_by_form(&mut session, &file);
        let own = value(&session, &first);
        typed(&mut session, &first, &own);
        let gone = [("key", "pek"), ("days", "3")];
        act(&mut session, "delete-key", &gone, &[]).unwrap();
        let second = came_by_form(&mut session, &file);
        let row = |session: &super::Session, arn: &str| {
            let keys = session.view().keys;
            let row = keys.iter().find(|row| row.key.key_arn == arn);
            row.unwrap().clone()
        };
        let signed = |session: &super::Session, op: &str, arn: &str| {
            let fields = [("key", arn), ("days", "3")];
            let action = build::action(session, op, &answers(&fields, &[])).unwrap();
            let details = session.preview(&action).unwrap().details;
            details
                .into_iter()
                .find(|(l, _)| l == "check value")
                .unwrap()
                .1
        };
        assert_eq!(row(&session, &first).key.key_check_value, own);
        assert_eq!(row(&session, &second).key.key_check_value, "hidden");
        assert_eq!(
            row(&session, &first).twin,
            None,
            "it would tell the other's"
        );
        for op in ["delete-key", "stop-key-usage"] {
            assert_eq!(signed(&session, op, &first), own, "{op}");
            assert_eq!(signed(&session, op, &second), "hidden", "{op}");
        }
        typed(&mut session, &second, &own);
        assert!(row(&session, &first).twin.is_some() && row(&session, &second).twin.is_some());
    }
}
