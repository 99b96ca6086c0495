//! A copy of before a rotation, and the log of after it: written with keys that the copy does not have.

use super::House;
use crate::session::custody_tests::{NEW, passphrases, rotation};

/// Nobody wrote into that log who should not have: people were told to find out who did.
#[test]
fn the_log_of_after_a_rotation_accuses_nobody() {
    let mut house = House::new();
    house
        .session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    let copy = house.copy(None);
    let refused = copy.read_newer_log(&house.log()).unwrap_err().to_string();
    assert!(
        refused.contains("its people were rotated at line"),
        "{refused}"
    );
    assert!(refused.contains("leave the newer log empty"), "{refused}");
    assert!(!refused.contains("find out who"), "{refused}");
    // The folder of the lost vault names its log.
    let asked = |id: &str| match id {
        "log" => house.place.path().display().to_string(),
        other => other.to_owned(),
    };
    let wanted = crate::session::returning::Return::of(asked);
    assert_eq!(wanted.log, Some(house.path("audit.jsonl")));
}
