//! The door from outside: a practice vault, a whole export, and every way to be refused.

use std::collections::BTreeMap;

use super::build::{self, Answers};
use super::*;
use crate::api::{DeleteKeyInput, GetKeyInput, KeyState, Request, Response, Timestamp};
use crate::crypto::SecretBytes;
use crate::vault::{MemoryStore, Store as _};

pub(super) const SAMPLE: &[u8] =
    include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa2048.json");

pub(super) fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap()
}

pub(super) fn practice(hold: bool) -> (MemoryStore, Session) {
    let store = MemoryStore::new();
    let environment = Environment::seeded("tests").unwrap();
    let created =
        practice::vault(Box::new(store.clone()), environment, Some(start()), hold).unwrap();
    (store, created.session)
}

pub(super) fn answers(texts: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answers {
    Answers {
        texts: texts
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        files: files
            .iter()
            .map(|(k, v)| ((*k).to_owned(), v.to_vec()))
            .collect::<BTreeMap<_, _>>(),
        by: "Wim".into(),
    }
}

pub(super) fn create_kek(session: &Session) -> Action {
    let fields = [
        ("usage", "K0"),
        ("algorithm", "TDES_3KEY"),
        ("modes", "encrypt, decrypt, wrap, unwrap"),
        ("exportable", "yes"),
        ("label", "kek"),
    ];
    build::action(session, "create-key", &answers(&fields, &[])).unwrap()
}

pub(super) fn act(
    session: &mut Session,
    op: &str,
    texts: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> Result<Executed, Refusal> {
    let action = build::action(session, op, &answers(texts, files))?;
    session.act(action, None, None)
}

#[test]
fn a_kek_goes_to_a_receiver_and_the_receipt_closes_the_loop() {
    let (_, mut session) = practice(true);
    let root = act(
        &mut session,
        "import-key.root-certificate",
        &[
            ("fingerprint", "as-shown"),
            ("source", "practice"),
            ("label", "aws-root"),
        ],
        &[("file", SAMPLE)],
    )
    .unwrap();
    assert_eq!(root.who.len(), 3);
    let action = create_kek(&session);
    session.act(action, None, None).unwrap();
    let export = build::action(
        &session,
        "export-key.rsa-wrap",
        &answers(
            &[("key", "kek"), ("ca", "aws-root"), ("output", "kek.json")],
            &[("parameters", SAMPLE)],
        ),
    )
    .unwrap();
    let executed = session.act(export.clone(), None, None).unwrap();
    let handover = handover::rsa_wrap(&session, &export, &executed).unwrap();
    assert_eq!(handover.file, "kek.rehearsal.json");
    // The same key to the same receiver once more: an answer names no file, and could be of either.
    session.act(export.clone(), None, None).unwrap();
    let request: serde_json::Value = serde_json::from_slice(&handover.request).unwrap();
    assert_eq!(request["Enabled"], false);
    let view = session.view();
    assert_eq!(view.exports.first().unwrap().state, "sent");
    let key = &view.keys.iter().find(|k| k.label == "kek").unwrap().key;
    let receipt = serde_json::json!({"Key": {
        "KeyArn": "arn:aws:payment-cryptography:us-east-1:111122223333:key/abcdefghijklmnop",
        "KeyAttributes": key.key_attributes, "KeyCheckValue": key.key_check_value,
        "KeyCheckValueAlgorithm": "ANSI_X9_24", "Enabled": false, "Exportable": true,
    }});
    let answer = serde_json::to_vec(&receipt).unwrap();
    let Outcome::Receipt(verdict) = session.perform(Command::Receipt { answer }).unwrap() else {
        panic!()
    };
    assert!(verdict.confirmed, "{}", verdict.verdict);
    assert!(
        verdict
            .verdict
            .contains("in 2 files that wait for an answer"),
        "{}",
        verdict.verdict
    );
    session.close().unwrap();
}

#[test]
#[allow(clippy::too_many_lines)] // one ceremony, told in order
fn custodians_sign_by_passphrase_and_each_refusal_says_why() {
    let (_, mut session) = practice(false);
    let passphrase = |p: &str| KeySource::Passphrase(SecretBytes::from_slice(p.as_bytes()));
    let ask = |session: &mut Session, issuer: &str, phrase: &str| {
        let action = create_kek(session);
        session.perform(Command::Ask {
            action,
            issuer: issuer.into(),
            origin: None,
            key: passphrase(phrase),
        })
    };
    let wrong = ask(&mut session, "Ada", "amber arrow")
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("passphrase does not open"), "{wrong}");
    let witness = ask(&mut session, "Wim", "waffle walnut")
        .unwrap_err()
        .to_string();
    assert!(witness.contains("witness"), "{witness}");
    let Outcome::Asked(pending) = ask(&mut session, "Ana", "apple arrow").unwrap() else {
        panic!()
    };
    let id = pending.id;
    let mut approve = |person: &str, phrase: &str| {
        session.perform(Command::Approve {
            id,
            person: person.into(),
            key: passphrase(phrase),
        })
    };
    let own = approve("Ana", "apple arrow").unwrap_err().to_string();
    assert!(own.contains("asked for this act"), "{own}");
    let admin = approve("Ada", "amber anchor").unwrap_err().to_string();
    assert!(admin.contains("only custodians approve"), "{admin}");
    approve("Ben", "bacon badge").unwrap();
    let twice = approve("Ben", "bacon badge").unwrap_err().to_string();
    assert!(twice.contains("counts once"), "{twice}");
    let alone = session
        .perform(Command::Execute {
            id,
            prepared: None,
            arrow: None,
        })
        .unwrap_err();
    assert_eq!(alone.exit_status(), 3);
    session
        .perform(Command::Approve {
            id,
            person: "Cho".into(),
            key: passphrase("cabin camel"),
        })
        .unwrap();
    session
        .perform(Command::Execute {
            id,
            prepared: None,
            arrow: None,
        })
        .unwrap();
    let again = session
        .perform(Command::Execute {
            id,
            prepared: None,
            arrow: None,
        })
        .unwrap_err()
        .to_string();
    assert!(again.contains("no such request"), "{again}");
}

#[test]
fn a_changed_state_voids_what_was_signed() {
    let (_, mut session) = practice(true);
    let action = create_kek(&session);
    let asked = Command::Ask {
        action,
        issuer: "Ada".into(),
        origin: None,
        key: KeySource::Held,
    };
    let Outcome::Asked(pending) = session.perform(asked).unwrap() else {
        panic!()
    };
    let other = create_kek(&session);
    session.act(other, None, None).unwrap();
    let void = session
        .perform(Command::Approve {
            id: pending.id,
            person: "Ana".into(),
            key: KeySource::Held,
        })
        .unwrap_err()
        .to_string();
    assert!(
        void.contains("another act was done in it meanwhile"),
        "{void}"
    );
}

fn reopen(store: &MemoryStore, people: &[(&str, &str)]) -> Result<Session, Refusal> {
    let mut opening = Opening::begin(Box::new(store.snapshot()), "rehearsal").unwrap();
    for (name, phrase) in people {
        opening.enter(name, &SecretBytes::from_slice(phrase.as_bytes()), None)?;
    }
    opening.finish(Environment::seeded("tests").unwrap(), None)
}

#[test]
fn the_vault_opens_again_with_its_keys_and_not_for_one_alone() {
    let (store, mut session) = practice(true);
    let action = create_kek(&session);
    session.act(action, None, None).unwrap();
    let seq = session.view().seq;
    session.close().unwrap();
    let alone = reopen(&store, &[("Ana", "apple arrow")]).err().unwrap();
    assert!(alone.to_string().contains("1 of 2"), "{alone}");
    assert_eq!(alone.exit_status(), 3);
    let session = reopen(&store, &[("Ana", "apple arrow"), ("Cho", "cabin camel")]).unwrap();
    let view = session.view();
    assert_eq!(view.seq, seq);
    assert_eq!(view.keys.len(), 1);
    assert!(!view.automatic, "opening is not approving");
}

/// What waited for signatures when the program was killed is gone, and whoever opens next is told so.
#[test]
fn a_session_that_nobody_closed_is_told_of_at_the_next_opening() {
    let people = [("Ana", "apple arrow"), ("Cho", "cabin camel")];
    let (store, mut session) = practice(true);
    session.act(create_kek(&session), None, None).unwrap();
    let cut = reopen(&store, &people).unwrap();
    assert!(cut.view().notes[0].contains("was cut off"));
    session.close().unwrap();
    assert!(reopen(&store, &people).unwrap().view().notes.is_empty());
}

#[test]
fn opening_unseals_no_signing_key() {
    let (store, session) = practice(true);
    session.close().unwrap();
    let mut session = reopen(&store, &[("Ana", "apple arrow"), ("Cho", "cabin camel")]).unwrap();
    let action = create_kek(&session);
    let refused = session.act(action, None, None).unwrap_err();
    assert!(matches!(refused, Refusal::PersonNeeded(_)), "{refused}");
}

#[test]
fn a_deletion_runs_out_on_its_last_second_and_is_gone_from_every_file() {
    let (store, mut session) = practice(true);
    let action = create_kek(&session);
    let made = session.act(action, None, None).unwrap();
    let Some(Response::CreateKey(made)) = made.responses.into_iter().next() else {
        panic!()
    };
    let arn = made.key.key_arn;
    act(
        &mut session,
        "delete-key",
        &[("key", "kek"), ("days", "3")],
        &[],
    )
    .unwrap();
    session
        .perform(Command::Advance {
            millis: 3 * 86_400_000 - 1,
        })
        .unwrap();
    let state = |session: &mut Session| {
        let read = Command::Read(Request::GetKey(GetKeyInput {
            key_identifier: arn.clone(),
        }));
        match session.perform(read).unwrap() {
            Outcome::Read(Response::GetKey(output)) => output.key.key_state,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(state(&mut session), KeyState::DELETE_PENDING);
    let Outcome::Advanced { destroyed, .. } =
        session.perform(Command::Advance { millis: 1 }).unwrap()
    else {
        panic!()
    };
    assert_eq!(destroyed, std::slice::from_ref(&arn));
    assert_eq!(state(&mut session), KeyState::DELETE_COMPLETE);
    let names = store.list().unwrap();
    assert!(
        !names.iter().any(|n| n.starts_with("generations/")),
        "{names:?}"
    );
    let gone = Action::control(Request::DeleteKey(DeleteKeyInput {
        key_identifier: arn,
        delete_key_in_days: 3,
    }));
    assert_eq!(
        session.act(gone, None, None).unwrap_err().exit_status(),
        254
    );
}

#[test]
fn a_list_is_all_or_nothing() {
    let (_, mut session) = practice(true);
    let Action::Control { request, .. } = create_kek(&session) else {
        panic!()
    };
    let stop = |id: &str| {
        Request::StopKeyUsage(crate::api::StopKeyUsageInput {
            key_identifier: id.into(),
        })
    };
    let list = |acts| Action::List {
        name: "two keys".into(),
        acts,
    };
    let before = session.view().seq;
    let bad = list(vec![
        request.clone(),
        stop("#0"),
        stop("arn:aws:payment-cryptography:us-east-1:111122223333:key/aaaaaaaaaaaaaaaa"),
    ]);
    session.act(bad, None, None).unwrap_err();
    assert_eq!(session.view().keys.len(), 0);
    let forward = list(vec![stop("#1"), request.clone()]);
    session.act(forward, None, None).unwrap_err();
    session
        .act(list(vec![request.clone(), request, stop("#1")]), None, None)
        .unwrap();
    let view = session.view();
    assert_eq!(view.keys.len(), 2);
    assert_eq!(view.keys.iter().filter(|k| !k.key.enabled).count(), 1);
    assert_eq!(view.seq, before + 3);
}

#[test]
fn a_group_signs_each_act_on_the_state_it_meets() {
    let (store, mut session) = practice(true);
    let Action::Control { request, .. } = create_kek(&session) else {
        panic!()
    };
    let bad = Request::GetKey(GetKeyInput {
        key_identifier: "alias/none".into(),
    });
    let answers = session.act_group(&[request.clone(), bad, request]);
    assert!(answers[0].is_ok() && answers[1].is_err() && answers[2].is_ok());
    assert_eq!(session.view().keys.len(), 2);
    // By the vault's standing clock, not by the machine's.
    let made = session.view().keys[0].key.create_timestamp;
    assert_eq!(made, start());
    session.close().unwrap();
    let session = reopen(&store, &[("Ana", "apple arrow"), ("Cho", "cabin camel")]).unwrap();
    assert_eq!(session.view().seq, 2);
}

/// A wall clock that a test moves.
#[derive(Clone)]
pub(super) struct Wall(std::sync::Arc<std::sync::atomic::AtomicI64>);

impl Wall {
    pub(super) fn at(time: Timestamp) -> Self {
        Self(std::sync::Arc::new(time.millis().into()))
    }

    pub(super) fn leap(&self, millis: i64) {
        self.0
            .fetch_add(millis, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}

#[test]
fn an_older_card_of_the_same_chain_is_told_and_another_history_is_refused() {
    let (store, mut session) = practice(true);
    let card = |session: &Session| {
        let view = session.view();
        WitnessAnswer {
            seq: view.seq,
            words: view.card_words.join(" "),
        }
    };
    let first = card(&session);
    let action = create_kek(&session);
    session.act(action, None, None).unwrap();
    let second = card(&session);
    let action = create_kek(&session);
    session.act(action, None, None).unwrap();
    let last = card(&session);
    session.close().unwrap();
    let open = |card: &WitnessAnswer| {
        let mut opening = Opening::begin(Box::new(store.snapshot()), "rehearsal").unwrap();
        for (name, phrase) in [("Ana", "apple arrow"), ("Cho", "cabin camel")] {
            opening
                .enter(name, &SecretBytes::from_slice(phrase.as_bytes()), None)
                .unwrap();
        }
        opening.finish(Environment::seeded("tests").unwrap(), Some(card))
    };
    assert!(open(&last).unwrap().view().notes.is_empty());
    for (card, changes) in [(&second, 1), (&first, 2)] {
        let notes = open(card).unwrap().view().notes;
        let plural = if changes == 1 { "change," } else { "changes," };
        let older = format!("older by {changes} {plural} and they all follow from it");
        assert!(notes.iter().any(|note| note.contains(&older)), "{notes:?}");
        // Each of them is named, with its time and its people.
        let named = notes
            .iter()
            .filter(|note| note.starts_with("since the card: ") && note.contains("2026-11-2"));
        assert_eq!(named.count(), changes, "{notes:?}");
    }
    let forged = WitnessAnswer {
        seq: second.seq,
        words: first.words.clone(),
    };
    let refused = open(&forged).err().unwrap().to_string();
    assert!(refused.contains("another history"), "{refused}");
    let ahead = WitnessAnswer {
        seq: last.seq + 1,
        words: last.words,
    };
    let refused = open(&ahead).err().unwrap().to_string();
    for words in ["older copy", "a rollback", "was not opened", "Stop here"] {
        assert!(refused.contains(words), "{refused}");
    }
}

#[test]
fn a_leap_of_the_clock_stops_production_until_two_people_attest() {
    let (_, mut session) = practice(true);
    // A practice vault taken for a production one: sealing real envelopes would take a minute.
    let wall = Wall::at(start());
    session.profile = Profile::Production;
    session.wall = Box::new(wall.clone());
    session.paced = (wall.now(), OsMonotonic::start());
    wall.leap(240_000);
    session.perform(Command::Settle).unwrap();
    wall.leap(200_000);
    let refused = session.perform(Command::Settle).unwrap_err();
    assert!(refused.to_string().contains("leapt"), "{refused}");
    let read = wall.now();
    let readings = |names: [&str; 2]| Command::AttestClock {
        readings: names.map(|name| (name.to_owned(), read)).into(),
    };
    session.perform(readings(["Ada", "Ada"])).unwrap_err();
    session.perform(readings(["Ada", "Wim"])).unwrap();
    session.perform(Command::Settle).unwrap();
}

#[test]
fn production_makes_no_key_in_software_unless_all_present_said_so() {
    let (_, mut session) = practice(true);
    session.profile = Profile::Production;
    session.state.policy.software_generation = false;
    let refused = session.preview(&create_kek(&session)).unwrap_err();
    assert!(matches!(refused, Refusal::Profile(_)), "{refused}");
}
