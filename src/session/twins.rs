//! One key that is in the vault twice: two with one algorithm and check value, of which at least one came in.

use std::collections::{HashMap, HashSet};

use crate::api::{KeyAlgorithm, KeyCheckValueAlgorithm, KeyClass, KeyOrigin, KeyState};
use crate::engine::KeyRecord;

use super::blind::{ByRuns, Comparing};
use super::views::name_of;
use super::{KeyRow, Session};
use crate::text::say;

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

/// What people are told of a key that is here twice, on the pages of either.
pub(crate) fn told(row: &KeyRow) -> Option<String> {
    Some(say!(
        "same check value as {label}: one key under two names? Delete the one that nobody uses",
        label = row.twin.as_ref()?
    ))
}

impl Session {
    /// Of keys that are here a second time, where one of both came in: the other's name, by ARN. Nothing as long as either
    /// value is hidden: the other's is on its page, or will be once it was compared, and whoever types the sender's then
    /// would know it already.
    pub(super) fn twins(&self, runs: &ByRuns<'_>) -> HashMap<String, String> {
        let records = || self.state.engine.records();
        let came = records().filter(|record| record.key.key_origin == KeyOrigin::EXTERNAL);
        let wanted: HashSet<Reading<'_>> = came.filter_map(reading).collect();
        if wanted.is_empty() {
            return HashMap::new();
        }
        let hides = |record: &KeyRecord| {
            let comparing = self.comparing(&record.key.key_arn, runs);
            comparing.is_some_and(Comparing::hides)
        };
        let mut here: HashMap<Reading<'_>, Vec<&KeyRecord>> = HashMap::new();
        for record in records().filter(|record| !hides(record)) {
            if let Some(reading) = reading(record).filter(|reading| wanted.contains(reading)) {
                here.entry(reading).or_default().push(record);
            }
        }
        let twin = |(record, all): (&KeyRecord, &Vec<&KeyRecord>)| {
            let other = all.iter().find(|o| o.key.key_arn != record.key.key_arn)?;
            Some((record.key.key_arn.clone(), name_of(other)))
        };
        let each = |all| move |record| (record, all);
        let pairs = here
            .values()
            .flat_map(|all| all.iter().copied().map(each(all)));
        pairs.filter_map(twin).collect()
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
        assert_eq!(
            pek.twin.as_deref(),
            Some("came"),
            "on the older one's page too"
        );
        // Once more: the third is hidden, and the page of no other tells its value.
        let third = came_by_form(&mut session, &file);
        assert_eq!(twin(&session, &third), None);
        assert_eq!(twin(&session, &arn).as_deref(), Some("pek"));
    }

    /// Whoever is to type the value of the hidden one could read it off the page of the other.
    #[test]
    fn no_page_tells_the_value_of_a_key_that_is_still_hidden() {
        let (_, mut session, file) = sender();
        came_by_form(&mut session, &file);
        let keys = session.view().keys;
        assert!(keys.iter().all(|row| row.twin.is_none()));
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
