//! Nothing that was written or signed elsewhere counts here: edited logs, envelopes of others, requests of another vault.

use std::collections::BTreeMap;

use super::tests::{act, create_kek, practice, start};
use super::*;
use crate::crypto::SecretBytes;
use crate::vault::{AUDIT, MemoryStore, Store as _};

/// A closed vault with a few acts in its log.
fn worked(seed: &str) -> MemoryStore {
    let store = MemoryStore::new();
    let environment = Environment::seeded(seed).unwrap();
    let made = practice::vault(Box::new(store.clone()), environment, Some(start()), true).unwrap();
    let mut session = made.session;
    let kek = create_kek(&session);
    session.act(kek, None, None).unwrap();
    act(&mut session, "stop-key-usage", &[("key", "kek")], &[]).unwrap();
    act(&mut session, "start-key-usage", &[("key", "kek")], &[]).unwrap();
    session.close().unwrap();
    store
}

fn opened(store: MemoryStore) -> Result<Session, Refusal> {
    let mut opening = Opening::begin(Box::new(store), "rehearsal")?;
    for (name, phrase) in [("Ana", "apple arrow"), ("Ben", "bacon badge")] {
        opening.enter(name, &SecretBytes::from_slice(phrase.as_bytes()), None)?;
    }
    opening.finish(Environment::seeded("tests").unwrap(), None)
}

fn lines(store: &MemoryStore) -> Vec<Vec<u8>> {
    let log = store.read(AUDIT).unwrap().unwrap();
    log.split_inclusive(|b| *b == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

/// Every line of the log in turn: changed, dropped, said twice, swapped with the next, taken from another vault's log.
#[test]
fn a_log_that_was_edited_at_any_line_opens_no_vault() {
    let store = worked("one");
    opened(store.snapshot()).unwrap();
    let (ours, theirs) = (lines(&store), lines(&worked("another")));
    assert!(ours.len() > 6, "{} lines", ours.len());
    for n in 0..ours.len() {
        let mut edits: Vec<(&str, &str, Vec<Vec<u8>>)> = Vec::new();
        let mut changed = ours.clone();
        let at = changed[n].len() / 2;
        changed[n][at] ^= 1;
        edits.push(("changed", "edited", changed));
        let mut dropped = ours.clone();
        dropped.remove(n);
        edits.push(("dropped", "cut o", dropped));
        let mut twice = ours.clone();
        twice.insert(n, ours[n].clone());
        edits.push(("twice", "it was put in", twice));
        if n + 1 < ours.len() {
            let mut swapped = ours.clone();
            swapped.swap(n, n + 1);
            edits.push(("swapped", "it is out of order", swapped));
        }
        if let Some(line) = theirs.get(n) {
            let mut foreign = ours.clone();
            foreign[n].clone_from(line);
            edits.push(("of another vault", "it was edited", foreign));
        }
        for (what, said, edited) in edits {
            let mut copy = store.snapshot();
            copy.replace(AUDIT, &edited.concat()).unwrap();
            let refused = opened(copy).err().map(|e| e.to_string());
            let why = refused.unwrap_or_else(|| panic!("line {n} {what}: the vault opened"));
            assert!(
                why.contains(said) && why.contains("line"),
                "line {n} {what}: {why}"
            );
        }
    }
}

/// Each person's envelope under every other person's name, and the same person's of another vault.
#[test]
fn an_envelope_signs_for_its_own_person_in_its_own_vault_alone() {
    let (_, mut session) = practice(false);
    let (_, other) = {
        let store = MemoryStore::new();
        let environment = Environment::seeded("other").unwrap();
        let made = practice::vault(Box::new(store.clone()), environment, Some(start()), false);
        (store, made.unwrap().session)
    };
    let people = ["Ada", "Ana", "Ben", "Cho"];
    let phrase = |name| SecretBytes::from_slice(practice::phrase(name).unwrap().as_bytes());
    let mut refused = 0;
    for person in people {
        for owner in people {
            for here in [true, false] {
                if here && owner == person {
                    continue;
                }
                let source = if here { &session } else { &other };
                let envelope = source.envelope_on_record(owner).unwrap();
                let key = KeySource::Envelope(envelope, phrase(owner));
                let asks = Command::Ask {
                    action: create_kek(&session),
                    issuer: person.into(),
                    origin: None,
                    key,
                };
                let why = session.perform(asks).unwrap_err().to_string();
                let said = if here {
                    "of another person than the one who is asked"
                } else {
                    "belongs to another vault"
                };
                assert!(why.contains(said), "{person} by {owner}'s ({here}): {why}");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 4 * 4 * 2 - 4);
    // What is on the table of one vault is not on the other's.
    let action = create_kek(&session);
    let asked = Command::Ask {
        action,
        issuer: "Ada".into(),
        origin: None,
        key: KeySource::Passphrase(phrase("Ada")),
    };
    let Outcome::Asked(pending) = session.perform(asked).unwrap() else {
        panic!()
    };
    let (_, mut elsewhere) = practice(false);
    let approve = Command::Approve {
        id: pending.id,
        person: "Ana".into(),
        key: KeySource::Passphrase(phrase("Ana")),
    };
    let why = elsewhere.perform(approve).unwrap_err().to_string();
    assert!(why.contains("no such request"), "{why}");
}

/// A step's record as a run begins with it.
pub(super) fn record(id: &str, state: StepState) -> StepRecord {
    StepRecord {
        id: id.to_owned(),
        op: "create-key".into(),
        state,
        began: None,
        ended: None,
        who: Vec::new(),
        notes: BTreeMap::default(),
        error: None,
        key: None,
        compares: None,
        request: None,
        response: None,
        evidence: None,
        digest: None,
        files: BTreeMap::default(),
    }
}

/// An open run of a script with two steps.
pub(super) fn run_of(script: [u8; 32], id: &str) -> Run {
    Run {
        real_others: false,
        id: id.to_owned(),
        script: "two-keys".into(),
        script_sha256: data_encoding::HEXLOWER.encode(&script),
        script_text: None,
        nonce: None,
        number: 1,
        seed: None,
        started: start(),
        ended: None,
        outcome: None,
        interruptions: 0,
        relieved: Vec::new(),
        people: BTreeMap::default(),
        inputs: BTreeMap::default(),
        keys: BTreeMap::default(),
        ordinals: BTreeMap::default(),
        steps: vec![
            record("make", StepState::Planned),
            record("make-again", StepState::Planned),
        ],
    }
}

/// What was signed for one step of one script is done there and nowhere else; what was signed outside, outside.
#[test]
fn what_was_signed_for_a_step_is_done_by_that_step_alone() {
    let (_, mut session) = practice(true);
    let (script, other) = ([1; 32], [2; 32]);
    for (script, id) in [(script, "run-1"), (other, "run-2")] {
        let begin = Arrow::Begin(Box::new(run_of(script, id)));
        session.perform(Command::Journal(begin)).unwrap();
    }
    let arrow = |run: &str, step: &str| Arrow::Step {
        run: run.into(),
        step: Box::new(record(step, StepState::Executed)),
        binds: Vec::new(),
    };
    let places = [
        None,
        Some(("run-1", "make")),
        Some(("run-1", "make-again")),
        Some(("run-2", "make")),
    ];
    for signed_for in places {
        for done_in in places {
            let origin = signed_for.map(|(run, step)| Origin {
                script: if run == "run-1" { script } else { other },
                step: step.to_owned(),
            });
            let action = create_kek(&session);
            let keys = session.view().keys.len();
            let id = session.approved_by_held(action, origin).unwrap().id;
            let execute = |place: Option<(&str, &str)>| Command::Execute {
                id,
                prepared: None,
                arrow: place.map(|(run, step)| arrow(run, step)),
            };
            let done = session.perform(execute(done_in));
            if signed_for == done_in {
                done.unwrap();
                assert_eq!(session.view().keys.len(), keys + 1);
                continue;
            }
            let why = done.unwrap_err().to_string();
            assert!(why.contains("was signed for"), "{why}");
            assert_eq!(session.view().keys.len(), keys, "nothing was done");
            // The request stands, and is done where it belongs.
            session.perform(execute(signed_for)).unwrap();
        }
    }
}

#[test]
fn a_request_of_a_ceremony_is_that_ceremonys_and_goes_with_it() {
    let (_, mut session) = practice(true);
    let script = [1; 32];
    let begin = Arrow::Begin(Box::new(run_of(script, "run-1")));
    session.perform(Command::Journal(begin)).unwrap();
    let origin = || {
        Some(Origin {
            script,
            step: "make".to_owned(),
        })
    };
    let action = create_kek(&session);
    session.approved_by_held(action.clone(), origin()).unwrap();
    let view = session.view();
    assert!(view.pending[0].of_run.is_some());
    // Home leads to the ceremony, and not to a page where it could be signed and never be done.
    let due = super::due::due(&view, view.now);
    let kinds: Vec<&str> = due.iter().map(|d| d.kind).collect();
    assert_eq!(kinds, ["ceremony"]);
    // A run that goes on asks anew: the request of before gives way.
    session.approved_by_held(action.clone(), origin()).unwrap();
    assert_eq!(session.view().pending.len(), 1);
    let close = Arrow::Close {
        run: "run-1".into(),
        step: Box::new(record("make-again", StepState::Closed)),
        outcome: crate::session::run::RunOutcome::Aborted,
    };
    session.perform(Command::Journal(close)).unwrap();
    assert!(session.view().pending.is_empty());
    // What nobody's ceremony asked for stays.
    session.approved_by_held(action, None).unwrap();
    assert!(session.view().pending[0].of_run.is_none());
}
