//! The log as people read it: proven where it holds, the break named where it does not, lock and unlock in it.

use crate::session::{Environment, practice};
use crate::vault::FolderStore;

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
