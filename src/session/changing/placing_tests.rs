//! A wrong folder is put right by the person whose envelopes lie in it, as in the making of a vault.

use super::*;
use crate::crypto::SecretBytes;
use crate::session::custody_act::CustodyAct;
use crate::session::custody_tests::{NEW, rotation};
use crate::session::handed_out::tests::vault;
use crate::session::{Action, Hand, Profile};
use crate::vault::MemoryStore;

#[test]
fn a_wrong_medium_of_a_rotation_is_put_right_by_whose_turn_it_is() {
    let room = tempfile::tempdir().unwrap();
    let mut session = vault(&MemoryStore::new());
    let act = Action::Custody(CustodyAct::Rotate(rotation(NEW)));
    let id = session.approved_by_held(act, None).unwrap().id;
    let mut changing = session.begin_change(&id).unwrap().unwrap();
    changing.profile = Profile::Production;
    for (_, words) in NEW {
        let words = SecretBytes::from_slice(words.as_bytes());
        changing.words(&mut session, words).unwrap();
    }
    let folder = |name: &str| room.path().join(name);
    let first = changing.turn().unwrap().person;
    changing.place(&mut session, &folder("wrong")).unwrap();
    let turn = changing.turn().unwrap();
    assert!(matches!(turn.moment, Moment::Placed(_)), "{turn:?}");
    assert_eq!(turn.person, first);
    let lies = changing.own_medium(false).unwrap();
    assert!(
        lies.contains("wrong") && lies.contains("take them away"),
        "{lies}"
    );
    // The same person once more; the folder is free for whose it is.
    let turn = changing.turn().unwrap();
    assert!(matches!(turn.moment, Moment::Place { .. }), "{turn:?}");
    assert_eq!(turn.person, first);
    let mut at = 0;
    while let Some(Turn {
        moment: Moment::Place { .. },
        ..
    }) = changing.turn()
    {
        changing
            .place(&mut session, &folder(&at.to_string()))
            .unwrap();
        assert!(changing.own_medium(true).unwrap().is_empty());
        at += 1;
    }
    assert_eq!(at, NEW.len());
    for (name, words) in NEW {
        let hand = Hand {
            name: (*name).to_owned(),
            passphrase: SecretBytes::from_slice(words.as_bytes()),
            share: None,
            approval: None,
        };
        changing.prove(&mut session, &hand).unwrap();
    }
    let told = session.finish_change(changing).unwrap().told().join("\n");
    assert!(told.contains("still lie elsewhere too"), "{told}");
    assert!(
        told.contains(&folder("wrong").display().to_string()),
        "{told}"
    );
    session.close().unwrap();
}
