//! The log as people read it: proven where it holds, the break named where it does not, lock and unlock in it.

use crate::session::{Environment, practice};
use crate::vault::FolderStore;

use super::custody_tests::{NEW, OLD, hands, open_all, passphrases, rotation, with_a_key};

#[test]
fn lock_and_unlock_are_events_and_a_changed_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("t.vault");
    let store = FolderStore::create(&dir).unwrap();
    let environment = Environment::seeded("trail").unwrap();
    let mut session = practice::vault(Box::new(store), environment, None, true)
        .unwrap()
        .session;
    session.note_lock(true, Vec::new()).unwrap();
    session.note_lock(false, vec!["Ana".into()]).unwrap();
    let trail = session.trail().unwrap();
    assert_eq!(trail.broken, None);
    let last: Vec<_> = trail.lines.iter().rev().take(2).collect();
    assert_eq!(
        (last[0].what.as_str(), last[0].who.as_str()),
        ("unlock", "Ana")
    );
    assert_eq!(last[1].what, "lock");

    let log = dir.join("audit.jsonl");
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, text.replacen("\"unlock\"", "\"unlook\"", 1)).unwrap();
    let trail = session.trail().unwrap();
    let (n, why) = trail.broken.unwrap();
    assert_eq!(n, trail.lines.len() as u64);
    assert!(why.contains("edited"), "{why}");
}

#[test]
fn an_act_and_what_became_of_it_are_one_event() {
    let written: Vec<String> = [
        r#"{"details":{"kcv":"AA"},"group":{"commit":2,"index":0,"of":2},"kind":"intent","n":1,"op":"CreateKey","time":0,"who":["Ada"]}"#,
        r#"{"details":{},"group":{"commit":2,"index":1,"of":2},"kind":"intent","n":2,"op":"ExportKey","time":0,"who":["Ada"]}"#,
        r#"{"details":{"result":"ok"},"group":{"commit":2,"index":0,"of":2},"kind":"outcome","n":3,"op":"CreateKey","time":0,"who":["Ada"]}"#,
        r#"{"details":{},"group":{"commit":2,"index":1,"of":2},"kind":"void","n":4,"op":"ExportKey","time":0,"who":["Ada"]}"#,
        r#"{"details":{},"group":{"commit":2,"index":1,"of":2},"kind":"intent","n":5,"op":"ExportKey","time":0,"who":["Ada"]}"#,
    ]
    .map(str::to_owned)
    .to_vec();
    let events = super::trail::paired((1..).zip(written));
    let told: Vec<_> = events
        .iter()
        .map(|e| (e.n, e.last(), e.what.as_str(), e.result.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (1, 3, "CreateKey: AA", "ok"),
            (2, 4, "ExportKey", "VOID"),
            (5, 5, "ExportKey", "begun"),
        ]
    );
    assert!(events[0].holds(3) && !events[0].holds(2));
}

/// The hash beside an event is the one that the next line names, and that of the last is the vault's.
#[test]
fn an_event_has_the_hash_that_the_next_line_names() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::create(&folder.path().join("t.vault")).unwrap();
    let environment = Environment::seeded("hashes").unwrap();
    let mut session = practice::vault(Box::new(store), environment, None, true)
        .unwrap()
        .session;
    session.note_lock(true, Vec::new()).unwrap();
    let trail = session.trail().unwrap();
    let last = trail.lines.last().unwrap();
    assert_eq!(last.hash, session.view().audit_head);
    assert_eq!(last.last(), trail.count);
    let next: serde_json::Value = serde_json::from_str(&last.written).unwrap();
    let before = &trail.lines[trail.lines.len() - 2];
    assert_eq!(next["prev"], before.hash);
}

#[test]
fn why_people_rotated_and_reshared_stands_beside_the_event() {
    let (store, _) = with_a_key();
    let mut session = open_all(store, OLD).unwrap();
    session
        .reshare_automatic("a stick lay open on a desk", &hands(OLD))
        .unwrap();
    session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    let trail = session.trail().unwrap();
    assert_eq!(trail.broken, None);
    for (act, why) in [
        ("envelopes made anew", "a stick lay open on a desk"),
        ("custodians made anew", "Cho left"),
    ] {
        let mut lines = trail.lines.iter();
        let line = lines.find(|line| line.what.starts_with(act)).unwrap();
        assert_eq!(line.what, format!("{act}: {why}"));
    }
}
