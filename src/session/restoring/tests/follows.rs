//! What a return leaves to be done, and what its review says of what the copy does not know.

use super::{House, returned};
use crate::session::custody_tests::{NEW, passphrases, rotation};
use crate::session::due::{Goes, due};

#[test]
fn a_return_leads_to_its_ceremony_until_everything_is_new() {
    let house = House::new();
    let mut session = house.copy(None);
    assert!(session.view().returned.is_none());
    let (_, read) = returned(&mut session, None);
    assert!(read.contains("policy: the copy's: "), "{read}");
    assert!(read.contains("recovery: "), "{read}");
    assert!(read.contains("hold shares of the lost vault"), "{read}");
    let view = session.view();
    assert_eq!(view.returned.as_ref().unwrap().copy, "B1");
    let first = due(&view, view.now).into_iter().next().unwrap();
    assert_eq!(first.kind, "returned");
    assert!(first.what.contains("B1") && first.what.contains("vault-recovery"));
    assert!(!first.explained().is_empty());
    assert!(matches!(first.goes, Goes::Ceremony("vault-recovery")));
    session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    let view = session.view();
    assert!(view.returned.is_none());
    assert!(
        due(&view, view.now)
            .iter()
            .all(|line| line.kind != "returned")
    );
}
