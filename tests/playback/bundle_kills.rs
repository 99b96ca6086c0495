//! A bundle whose lines meet a full medium, or a power cut: whatever is done next in that session, the vault opens.

use std::sync::atomic::Ordering;

use keymoot::ceremony::{Runner, shipped};
use keymoot::session::RunOutcome;
use keymoot::vault::FaultStore;

use super::copied_kills::{FAULTS, opened};
use super::reported::bundled;
use super::stage::{script, vault, wanted};

#[test]
fn after_a_bundle_that_could_not_be_written_down_the_vault_opens() {
    let name = "first-key.toml";
    let (_, bytes) = shipped().iter().find(|(file, _)| *file == name).unwrap();
    let (store, mut session) = vault(&script(name));
    let mut runner = Runner::begin(&mut session, script(name), wanted(&[])).unwrap();
    assert!(matches!(
        runner.headless(&mut session),
        Ok(RunOutcome::Completed)
    ));
    let run = runner.run(&session).id;
    session.close().unwrap();
    let counting = FaultStore::counting(store.snapshot());
    let writes = counting.writes();
    let mut session = opened(counting).unwrap();
    let first = writes.load(Ordering::Relaxed) + 1;
    bundled(&mut session, bytes, &run, |_| ()).unwrap();
    let last = writes.load(Ordering::Relaxed);
    assert!(last > first + 1, "{first} to {last}");
    for at in first..=last {
        for fault in FAULTS {
            let files = store.snapshot();
            let mut session = opened(FaultStore::new(files.clone(), at, fault)).unwrap();
            let done = bundled(&mut session, bytes, &run, |_| ());
            // The last of them tidies up, and its failing costs nothing.
            let told = done.is_err();
            let again = bundled(&mut session, bytes, &run, |_| ());
            assert!(!told || again.is_err(), "write {at}, {fault:?}: goes on");
            let _ = session.close();
            let reopened = opened(files.snapshot());
            assert!(
                reopened.is_ok(),
                "write {at}, {fault:?}: {:?}",
                reopened.err()
            );
            let session = reopened.unwrap();
            session.close().unwrap();
            opened(files).unwrap().close().unwrap();
        }
    }
}
