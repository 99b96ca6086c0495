//! Changes of people and shares from outside: who opens the vault before, after, and when every write fails.

use super::tests::{answers, create_kek, practice, start};
use super::*;
use crate::crypto::SecretBytes;
use crate::crypto::secret_sharing::counted;
use crate::vault::{MemoryStore, Store};

/// Who is there, with the passphrase of each.
pub(super) type People = &'static [(&'static str, &'static str)];

pub(super) const OLD: People = &[
    ("Ada", "amber anchor"),
    ("Ana", "apple arrow"),
    ("Ben", "bacon badge"),
    ("Cho", "cabin camel"),
    ("Wim", "waffle walnut"),
];

/// Cho left, Dee came.
pub(super) const NEW: People = &[
    ("Ada", "delta dune"),
    ("Ana", "ember easel"),
    ("Ben", "fable fjord"),
    ("Dee", "gable grove"),
    ("Wim", "hazel heron"),
];

pub(super) fn hands(people: People) -> Vec<Hand> {
    let hand = |(name, phrase): &(&str, &str)| Hand {
        name: (*name).to_owned(),
        passphrase: SecretBytes::from_slice(phrase.as_bytes()),
        share: None,
        approval: None,
    };
    people.iter().map(hand).collect()
}

pub(super) fn passphrases(people: People) -> Vec<(String, SecretBytes)> {
    people
        .iter()
        .map(|(name, phrase)| {
            (
                (*name).to_owned(),
                SecretBytes::from_slice(phrase.as_bytes()),
            )
        })
        .collect()
}

pub(super) fn rotation(people: People) -> Rotation {
    let role = |name: &str| match name {
        "Ada" => "administrator",
        "Wim" => "witness",
        _ => "custodian",
    };
    Rotation {
        reason: "Cho left".into(),
        k: 2,
        t: 2,
        people: people
            .iter()
            .map(|(name, _)| Seat {
                name: (*name).to_owned(),
                role: role(name),
                medium: None,
            })
            .collect(),
    }
}

/// Opens with the named custodians of a set of people.
pub(super) fn open(
    store: impl Store + 'static,
    people: People,
    names: &[&str],
) -> Result<Session, Refusal> {
    let mut opening = Opening::begin(Box::new(store), "rehearsal")?;
    for (name, phrase) in people.iter().filter(|(name, _)| names.contains(name)) {
        opening.enter(name, &SecretBytes::from_slice(phrase.as_bytes()), None)?;
    }
    opening.finish(Environment::real(None), None)
}

/// Opens with everybody, keys held.
pub(super) fn open_all(store: impl Store + 'static, people: People) -> Result<Session, Refusal> {
    let person =
        |(name, phrase): &(&str, &str)| serde_json::json!({"name": name, "passphrase": phrase});
    let file = serde_json::json!({
        "custodians": people[1..4].iter().map(person).collect::<Vec<_>>(),
        "administrator": person(&people[0]),
        "witness": person(&people[4]),
    });
    let mut opening = Opening::begin(Box::new(store), "rehearsal")?;
    opening.enter_unlock_file(file.to_string().as_bytes())?;
    opening.finish(Environment::real(None), None)
}

/// A practice vault with a key in it, closed, with the key's check value.
pub(super) fn with_a_key() -> (MemoryStore, String) {
    let (store, mut session) = practice(true);
    let action = create_kek(&session);
    session.act(action, None, None).unwrap();
    let kcv = session.view().keys[0].key.key_check_value.clone();
    session.close().unwrap();
    (store, kcv)
}

/// Every file, whole.
pub(super) fn contents(files: &MemoryStore) -> Vec<(String, Option<Vec<u8>>)> {
    let names = files.list().unwrap().into_iter();
    names
        .map(|name| {
            let bytes = files.read(&name).unwrap();
            (name, bytes)
        })
        .collect()
}

/// The key is opened with the use identity of now and still has its check value.
pub(super) fn still_exports(session: &mut Session, kcv: &str) {
    const SAMPLE: &[u8] =
        include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa2048.json");
    let root = build::action(
        session,
        "import-key.root-certificate",
        &answers(
            &[("fingerprint", "as-shown"), ("source", "practice")],
            &[("file", SAMPLE)],
        ),
    )
    .unwrap();
    let root = session.act(root, None, None).unwrap();
    let arn = root.responses[0].key().unwrap().key_arn.clone();
    let export = build::action(
        session,
        "export-key.rsa-wrap",
        &answers(
            &[("key", "kek"), ("ca", &arn), ("output", "kek.json")],
            &[("parameters", SAMPLE)],
        ),
    )
    .unwrap();
    let executed = session.act(export, None, None).unwrap();
    let crate::api::Response::ExportKey(output) = &executed.responses[0] else {
        panic!("not an export")
    };
    assert_eq!(output.wrapped_key.key_check_value, kcv);
}

fn text(result: Result<Session, Refusal>) -> String {
    result.err().expect("it opened").to_string()
}

#[test]
fn a_drill_proves_without_opening_and_names_who_was_absent() {
    let (store, _) = with_a_key();
    let mut session = open_all(store.clone(), OLD).unwrap();
    let before = session.view();
    let cho = before.people.iter().find(|p| p.name == "Cho").unwrap();
    assert_eq!(cho.drill.unwrap().last, None);
    let mut present = hands(OLD);
    present.retain(|hand| hand.name != "Cho");
    present[2].passphrase = SecretBytes::from_slice(b"wrong words");
    let done = session.drill_automatic(&present).unwrap();
    assert_eq!(
        (&done.proven, &done.absent),
        (&vec!["Ana".into()], &vec!["Cho".to_owned()])
    );
    assert_eq!(done.failed[0].0, "Ben");
    session.close().unwrap();
    let session = open_all(store, OLD).unwrap();
    let view = session.view();
    let of = |name: &str| {
        view.people
            .iter()
            .find(|p| p.name == name)
            .unwrap()
            .drill
            .unwrap()
    };
    assert_eq!(of("Ana").last, Some(start()));
    assert_eq!(of("Ana").due, start().plus_millis(365 * 86_400_000));
    assert_eq!((of("Ben").last, of("Cho").last), (None, None));
    // Whoever holds no share proves the own envelope beside it, or is passed over: no share is missing for that.
    assert_eq!(done.beside.proven, ["Ada", "Wim"]);
    let ada = of("Ada");
    assert_eq!((ada.last, ada.share), (Some(start()), false));
    let lines = session.log_lines().unwrap();
    let told = r#""without_share":{"failed":[],"proven":["Ada","Wim"]}"#;
    assert!(lines.iter().any(|line| line.contains(told)), "{lines:?}");
}

/// Everybody who proves brings a share, and whoever has enough of them could put them together: a drill does not, of either
/// set, by held keys and typed words alike.
#[test]
fn a_drill_rebuilds_no_identity() {
    let (_, mut session) = practice(true);
    let held = counted::tries();
    session.drill_automatic(&hands(OLD)).unwrap();
    assert_eq!(counted::tries(), held);

    let (store, _) = with_a_key();
    let mut session = open(store, OLD, &["Ana", "Ben", "Cho"]).unwrap();
    let words = |name: &str| {
        let (_, phrase) = OLD.iter().find(|(own, _)| *own == name).unwrap();
        KeySource::Passphrase(SecretBytes::from_slice(phrase.as_bytes()))
    };
    let typed = counted::tries();
    let asked = Command::Ask {
        action: Action::Custody(CustodyAct::Drill { recovery: false }),
        issuer: "Ada".into(),
        origin: None,
        key: words("Ada"),
    };
    let Outcome::Asked(pending) = session.perform(asked).unwrap() else {
        panic!("not asked")
    };
    for name in ["Ana", "Ben", "Cho"] {
        let approve = Command::Approve {
            id: pending.id,
            person: name.into(),
            key: words(name),
        };
        session.perform(approve).unwrap();
    }
    let mut proving = session.begin_drill();
    for hand in hands(OLD) {
        proving.prove(&hand).unwrap();
    }
    let done = session.drill(&pending.id, &proving).unwrap();
    assert_eq!(done.proven, ["Ana", "Ben", "Cho"]);
    assert_eq!(counted::tries(), typed, "shares were put together");
    // The same shares where they are put together are counted.
    let mut all = proving::Proving::everybody(session.begin_drill().file().clone());
    for hand in hands(OLD) {
        all.prove(&hand).unwrap();
    }
    all.identities().unwrap();
    assert!(counted::tries() > typed);
}

#[test]
fn after_a_reshare_the_same_people_open_and_the_old_envelopes_say_they_are_old() {
    let (store, kcv) = with_a_key();
    let old = crate::vault::read_custody(&store).unwrap().current;
    let mut session = open_all(store.clone(), OLD).unwrap();
    let seq = session.view().seq;
    let done = session.reshare_automatic("yearly", &hands(OLD)).unwrap();
    assert_ne!(done.set, done.old_set);
    assert_eq!(session.view().seq, seq + 2);
    assert!(!session.view().open_reshare);
    session.close().unwrap();
    let new = crate::vault::read_custody(&store).unwrap();
    assert!(new.next.is_none());
    assert_eq!(new.current.recipients, old.recipients);
    assert_ne!(new.current.set_id, old.set_id);
    let mut session = open_all(store.clone(), OLD).unwrap();
    assert!(session.view().notes[0].contains("shares were renewed"));
    still_exports(&mut session, &kcv);
    session.close().unwrap();
    // Every quorum of the new set opens; the change was shown once.
    for names in [["Ana", "Ben"], ["Ben", "Cho"], ["Ana", "Cho"]] {
        let session = open(store.clone(), OLD, &names).unwrap();
        assert!(session.view().notes.is_empty());
        session.close().unwrap();
    }
    let mut opening = Opening::begin(Box::new(store), "rehearsal").unwrap();
    let envelope = old.person("Ana").unwrap().envelopes.clone().unwrap();
    let phrase = SecretBytes::from_slice(b"apple arrow");
    let refused = opening
        .enter("Ana", &phrase, envelope.share.as_deref())
        .unwrap_err();
    assert!(
        refused.to_string().contains("of another set of shares"),
        "{refused}"
    );
}

#[test]
#[allow(clippy::too_many_lines)] // one change, told in order
fn a_reshare_that_stands_open_opens_with_either_set_and_is_finished_later() {
    let (store, _) = with_a_key();
    let mut session = open_all(store.clone(), OLD).unwrap();
    let mut brought = session.begin_reshare();
    for hand in hands(OLD) {
        brought.prove(&hand).unwrap();
    }
    let action = Action::Custody(CustodyAct::Reshare {
        reason: "yearly".into(),
    });
    let pending = session.approved_by_held(action, None).unwrap();
    let mut new = session.reshare(&pending.id, &brought).unwrap();
    assert!(session.view().open_reshare);
    new.proving.prove(&hands(OLD)[1]).unwrap();
    let refused = session
        .finish_reshare(&new.proving)
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("Ada, Ben, Cho, Wim have not proven"),
        "{refused}"
    );
    session.close().unwrap();
    // Envelopes of the old set, then of the new one, then one of each.
    let files = crate::vault::read_custody(&store).unwrap();
    let envelope = |file: &crate::vault::CustodyFile, name: &str| {
        file.person(name)
            .unwrap()
            .envelopes
            .clone()
            .unwrap()
            .share
            .unwrap()
    };
    let next = files.next.unwrap();
    let enter = |one: &crate::vault::CustodyFile, other: &crate::vault::CustodyFile| {
        let mut opening = Opening::begin(Box::new(store.clone()), "rehearsal").unwrap();
        let phrase = SecretBytes::from_slice(b"apple arrow");
        opening
            .enter("Ana", &phrase, Some(&envelope(one, "Ana")))
            .unwrap();
        let phrase = SecretBytes::from_slice(b"bacon badge");
        opening
            .enter("Ben", &phrase, Some(&envelope(other, "Ben")))
            .unwrap();
        opening.finish(Environment::real(None), None)
    };
    enter(&files.current, &files.current)
        .unwrap()
        .close()
        .unwrap();
    enter(&next, &next).unwrap().close().unwrap();
    let mixed = text(enter(&files.current, &next));
    assert!(mixed.contains("never count together"), "{mixed}");
    let mut session = open_all(store.clone(), OLD).unwrap();
    assert!(
        session
            .view()
            .notes
            .iter()
            .any(|n| n.contains("a reshare stands open"))
    );
    let mut proving = session.open_reshare().unwrap().unwrap();
    for hand in hands(OLD) {
        proving.prove(&hand).unwrap();
    }
    session.finish_reshare(&proving).unwrap();
    session.close().unwrap();
    let current = crate::vault::read_custody(&store).unwrap().current;
    assert_eq!(current.set_id, next.set_id);
}

#[test]
#[allow(clippy::too_many_lines)] // one change, told in order
fn after_a_rotation_only_the_new_people_open_and_every_secret_is_theirs() {
    let (store, kcv) = with_a_key();
    let before = store.snapshot();
    let mut session = open_all(store.clone(), OLD).unwrap();
    let done = session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    assert_eq!(
        (done.gone, done.joined),
        (vec!["Cho".to_owned()], vec!["Dee".to_owned()])
    );
    assert!(done.secrets >= 1);
    // The session goes on with the new people.
    still_exports(&mut session, &kcv);
    session.close().unwrap();
    let mut session = open_all(store.clone(), NEW).unwrap();
    assert!(session.view().notes[0].contains("until then Ada, Ana, Ben, Cho, Wim"));
    let people: Vec<String> = session
        .view()
        .people
        .iter()
        .map(|p| p.name.clone())
        .collect();
    assert_eq!(people, ["Ada", "Ana", "Ben", "Dee", "Wim"]);
    still_exports(&mut session, &kcv);
    session.close().unwrap();
    for names in [["Ana", "Ben"], ["Ben", "Dee"], ["Ana", "Dee"]] {
        open(store.clone(), NEW, &names).unwrap().close().unwrap();
    }
    let gone = text(open(store.clone(), OLD, &["Cho"]));
    assert!(
        gone.contains("Cho is not a person of this vault: never was, or left it"),
        "{gone}"
    );
    let wrong = text(open(store.clone(), OLD, &["Ana", "Ben"]));
    assert!(
        wrong.contains("passphrase does not open this envelope"),
        "{wrong}"
    );
    // The old envelopes, from a copy, with the old passphrases.
    let old = crate::vault::read_custody(&before).unwrap().current;
    let envelope = old
        .person("Ana")
        .unwrap()
        .envelopes
        .clone()
        .unwrap()
        .share
        .unwrap();
    let mut opening = Opening::begin(Box::new(store.clone()), "rehearsal").unwrap();
    let phrase = SecretBytes::from_slice(b"apple arrow");
    let refused = opening.enter("Ana", &phrase, Some(&envelope)).unwrap_err();
    assert!(refused.to_string().contains("another set"), "{refused}");
    drop(opening);
    // The old identity, rebuilt from the old shares, opens no file of the vault.
    let file = store.read("vault.age").unwrap().unwrap();
    let mut proving = proving::Proving::everybody(old);
    for hand in hands(OLD) {
        proving.prove(&hand).unwrap();
    }
    let (v, u) = proving.identities().unwrap();
    for identity in [&v, &u] {
        assert!(crate::vault::open_with(identity, &file).is_err());
        for name in store.list().unwrap() {
            let bytes = store.read(&name).unwrap().unwrap();
            assert!(crate::vault::open_with(identity, &bytes).is_err(), "{name}");
        }
    }
    assert!(crate::vault::open_with(&v, &before.read("vault.age").unwrap().unwrap()).is_ok());
}

#[test]
fn a_second_rotation_keeps_the_whole_log_verifiable() {
    let (store, kcv) = with_a_key();
    let mut session = open_all(store.clone(), OLD).unwrap();
    session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    session.close().unwrap();
    let mut session = open_all(store.clone(), NEW).unwrap();
    session
        .rotate_automatic(rotation(OLD), passphrases(OLD))
        .unwrap();
    let events = session.view().events;
    session.close().unwrap();
    let mut session = open_all(store, OLD).unwrap();
    assert!(session.view().events > events);
    assert_eq!(session.state.eras.len(), 2);
    assert_eq!(session.state.ledger.splits.len(), 3);
    let cho: Vec<_> = session
        .state
        .ledger
        .holdings
        .iter()
        .filter(|h| h.person == "Cho")
        .collect();
    assert_eq!(cho.len(), 2);
    assert!(cho[0].until.is_some() && cho[1].until.is_none());
    still_exports(&mut session, &kcv);
}

#[test]
fn what_was_not_proven_or_not_approved_changes_nothing() {
    let (store, _) = with_a_key();
    let mut session = open_all(store.clone(), OLD).unwrap();
    let mut lonely = rotation(NEW);
    lonely
        .people
        .retain(|p| p.role != "custodian" || p.name == "Ana");
    let refused = session
        .rotate_automatic(lonely, passphrases(NEW))
        .unwrap_err();
    assert!(
        refused.to_string().contains("2 to 16 custodians"),
        "{refused}"
    );
    let mut short = passphrases(NEW);
    short.pop();
    let refused = session.rotate_automatic(rotation(NEW), short).unwrap_err();
    assert!(
        refused.to_string().contains("Wim has no new passphrase"),
        "{refused}"
    );
    let pending = session
        .approved_by_held(Action::Custody(CustodyAct::Rotate(rotation(NEW))), None)
        .unwrap();
    let prepared = session
        .prepare_rotation(&pending.id, passphrases(NEW))
        .unwrap();
    let refused = session.finish_rotation(prepared).unwrap_err();
    assert!(refused.to_string().contains("have not proven"), "{refused}");
    session.close().unwrap();
    open_all(store, OLD).unwrap();
}
