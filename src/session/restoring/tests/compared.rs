//! Check values of keys that came in: what the newer log says of them counts in the copy too.

use super::{House, opened, returned, row};
use crate::session::Comparing;
use crate::session::comparing::tests::{came_by_form, sent, typed, value};

/// What was shown and compared late stays so: the log that is repeated says both.
#[test]
fn a_return_repeats_that_a_comparison_was_not_blind() {
    let mut house = House::new();
    let file = sent(&mut house.session);
    let arn = came_by_form(&mut house.session, &file);
    house.back_up("before");
    typed(&mut house.session, &arn, "as-shown");
    let own = value(&house.session, &arn);
    typed(&mut house.session, &arn, &own);
    let mut copy = opened(&house.path("before"), None);
    returned(&mut copy, Some(&house.log()));
    let told = row(&copy, "came");
    assert_eq!(told.comparing, None);
    let words = told.compared.unwrap();
    assert!(words.starts_with("not blind: "), "{words}");
}

#[test]
fn a_return_keeps_comparisons_and_repeats_those_of_the_newer_log() {
    let mut house = House::new();
    let file = sent(&mut house.session);
    let arn = came_by_form(&mut house.session, &file);
    house.back_up("later");
    let own = value(&house.session, &arn);
    typed(&mut house.session, &arn, "000000");
    let differs = house.log();

    let mut copy = opened(&house.path("later"), None);
    returned(&mut copy, None);
    let told = row(&copy, "came");
    assert_eq!(told.comparing, Some(Comparing::Waits));
    assert_eq!(told.key.key_check_value, "hidden");

    let mut copy = opened(&house.path("later"), None);
    returned(&mut copy, Some(&differs));
    assert_eq!(row(&copy, "came").comparing, Some(Comparing::Differs));

    typed(&mut house.session, &arn, &own);
    let mut copy = opened(&house.path("later"), None);
    returned(&mut copy, Some(&house.log()));
    let told = row(&copy, "came");
    assert_eq!(told.key.key_check_value, own);
    let words = told.compared.unwrap();
    assert!(words.starts_with("with its sender's, by Wim"), "{words}");
    let log = copy.log_lines().unwrap();
    let repeated = log
        .iter()
        .filter(|line| line.contains("compare-check-value"));
    let [first, second] = &repeated.collect::<Vec<_>>()[..] else {
        panic!("{log:?}");
    };
    assert!(first.contains("no usual mistake") && second.contains("agreed"));
}
