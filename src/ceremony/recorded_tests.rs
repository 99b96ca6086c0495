//! Every act that leaves a deed becomes a step that the linter finds nothing in, and that does it again.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::recorded::{recorded_script_for, remarked};
use super::{Answer, Runner, Script, Wanted, sample};
use crate::api::{KeyState, Timestamp};
use crate::crypto::SecretBytes;
use crate::session::deeds::{Deed, DeedKey};
use crate::session::field::{Field, Kind};
use crate::session::op::{self, Op};
use crate::session::{
    Environment, RunOutcome, Session, clock_ahead, clock_back, op_components, op_custody,
    op_destroyed, op_envelopes, op_exchange, op_policy, op_tr34, practice,
};
use crate::vault::MemoryStore;

const CLOCK: &str = "2026-11-24T09:00:00Z";

/// What is asked for in scripts alone.
const NO_DEED: &str = op::ACT_LIST.name;

/// Acts that cannot be done in a vault where nothing was done before, with what each wants.
const NOT_ALONE: [(&str, &str); 15] = [
    (op_custody::RECOVERY_DRILL.name, "a recovery set"),
    (op::IMPORT_TRUSTED.name, "a certificate under the root"),
    (
        op_exchange::IMPORT_RSA_WRAP.name,
        "a key wrapped for this vault",
    ),
    (
        op_exchange::IMPORT_TR31.name,
        "a block under a key of this vault",
    ),
    (op_exchange::IMPORT_TR34.name, "a token for this vault"),
    (
        op_exchange::EXPORT_TR34.name,
        "an export token of this vault",
    ),
    (op_tr34::UNBIND.name, "a device's random number"),
    (op_tr34::REBIND.name, "a device's random number"),
    (op_custody::ATTEST_DESTROYED.name, "a copy"),
    (op_destroyed::COMPONENTS_DESTROYED.name, "components"),
    (op_envelopes::ENVELOPES_GONE.name, "a set that ended"),
    (op_custody::LOAD_INVENTORY.name, "another vault's inventory"),
    (op_policy::CHANGE_POLICY.name, "a policy"),
    (clock_ahead::CLOCK_AHEAD.name, "a time that is no script's"),
    (clock_back::CLOCK_BACK.name, "a time that is no script's"),
];

fn receivers() -> &'static [u8] {
    sample("get-parameters-for-import-rsa2048.json").unwrap()
}

/// A key that was there before.
pub(super) fn key(label: &str) -> DeedKey {
    let (usage, algorithm, modes, exportable) = match label {
        "a-root" => ("S0", None, vec!["verify"], false),
        "a-pair" => (
            "D1",
            Some("RSA_2048"),
            vec!["encrypt", "decrypt", "wrap", "unwrap"],
            false,
        ),
        "a-pek" => (
            "P0",
            Some("TDES_2KEY"),
            vec!["encrypt", "decrypt", "wrap", "unwrap"],
            true,
        ),
        _ => (
            "K0",
            Some("TDES_3KEY"),
            vec!["encrypt", "decrypt", "wrap", "unwrap"],
            true,
        ),
    };
    DeedKey {
        arn: format!("arn:{label}"),
        label: label.to_owned(),
        usage: usage.to_owned(),
        algorithm: algorithm.map(str::to_owned),
        modes: modes.into_iter().map(str::to_owned).collect(),
        exportable,
    }
}

fn key_for(op: &Op, field: &Field) -> DeedKey {
    key(match field.id {
        "ca" => "a-root",
        "pair" => "a-pair",
        "key" if op.name == op_components::EXPORT_COMPONENTS.name => "a-kek",
        "key" if op::certifies(op) => "a-pair",
        "key" => "a-pek",
        _ => "a-kek",
    })
}

fn text_for(op: &Op, field: &Field) -> String {
    match (field.id, field.kind) {
        ("verdict", _) => "suspect".to_owned(),
        (_, Kind::Choice(choices)) => choices[0].id.to_owned(),
        (_, Kind::Number { min, .. }) => min.to_string(),
        ("out", _) => "2026-11-24 08:00".to_owned(),
        ("back", _) => "2026-11-24 08:30".to_owned(),
        ("from", _) => "2026-11-01".to_owned(),
        (_, Kind::Day) => "2027-10-30".to_owned(),
        (_, Kind::DateTime) => "2027-10-30 09:00".to_owned(),
        ("output", _) if op_tr34::writes_token(op) => "token.hex".to_owned(),
        ("output", _) => format!("{}.json", op.name.replace('.', "-")),
        ("alias", _) => "alias/of-then".to_owned(),
        ("people", _) => "Ana, Ben".to_owned(),
        ("joins", _) => "Dee".to_owned(),
        ("holders", _) => "Fay, Gus, Hal".to_owned(),
        ("custodian" | "person", _) => "Ana".to_owned(),
        ("manager", _) => "Max".to_owned(),
        ("second-manager", _) => "Mia".to_owned(),
        ("stand-in", _) => "Zoe".to_owned(),
        ("witness", _) => "Wim".to_owned(),
        ("copy", _) => "B1".to_owned(),
        ("fingerprint" | "nonce", _) => "ab".repeat(32),
        _ => "as it was said".to_owned(),
    }
}

/// The act as it was done then, as far as its fields go that have to be answered.
pub(super) fn deed(op: &Op) -> Deed {
    let mut deed = Deed {
        op: op.name.to_owned(),
        at: Timestamp::parse_rfc3339(CLOCK).unwrap().millis(),
        texts: BTreeMap::new(),
        keys: BTreeMap::new(),
        files: BTreeMap::new(),
        people: BTreeMap::new(),
        parts: match op.name {
            name if [
                op_components::IMPORT_COMPONENTS.name,
                op_components::EXPORT_COMPONENTS.name,
            ]
            .contains(&name) =>
            {
                ["Ana", "Ben", "Cho"]
                    .map(|name| (name.to_owned(), "custodian".to_owned()))
                    .into()
            }
            _ => Vec::new(),
        },
        made: super::ops::makes_key(op).then(|| match op.name {
            name if name.ends_with("certificate") => key("a-root"),
            _ => key("made"),
        }),
        by: Some(("Wim".to_owned(), "witness".to_owned())),
        who: vec![
            ("Ada".to_owned(), "administrator".to_owned()),
            ("Ana".to_owned(), "custodian".to_owned()),
            ("Ben".to_owned(), "custodian".to_owned()),
        ],
    };
    if op.name == op::IMPORT_TRUSTED.name {
        deed.made = Some(DeedKey {
            arn: "arn:below".to_owned(),
            label: "below".to_owned(),
            ..key("a-root")
        });
    }
    for field in op.fields.iter().filter(|field| !field.optional) {
        let id = field.id.to_owned();
        match field.kind {
            Kind::Person => drop(
                deed.people
                    .insert(id, ("Cho".to_owned(), "custodian".to_owned())),
            ),
            Kind::Key => drop(deed.keys.insert(id, key_for(op, field))),
            Kind::File => {
                let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(receivers()));
                deed.files.insert(id, digest);
            }
            _ => drop(deed.texts.insert(id, text_for(op, field))),
        }
    }
    deed
}

pub(super) fn script(deeds: &[Deed]) -> (String, Script) {
    let text = recorded_script_for(std::path::Path::new("as-done.toml"), deeds).unwrap();
    let script = Script::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{text}\n{e:#?}"));
    (text, script)
}

pub(super) fn rehearsal(hold: bool) -> Session {
    let clock = Timestamp::parse_rfc3339(CLOCK).ok();
    let environment = Environment::seeded("recorded").unwrap();
    let store = Box::new(MemoryStore::new());
    practice::vault(store, environment, clock, hold)
        .unwrap()
        .session
}

pub(super) fn played(text: &str, script: Script) -> Session {
    let mut session = rehearsal(true);
    let inputs = script.inputs().into_iter();
    let wanted = Wanted {
        inputs: inputs
            .map(|(name, _)| (name, receivers().to_vec()))
            .collect(),
        ..Wanted::default()
    };
    let mut runner = Runner::begin(&mut session, script, wanted)
        .unwrap_or_else(|error| panic!("{text}\n{error}"));
    match runner.headless(&mut session) {
        Ok(RunOutcome::Completed) => session,
        other => panic!("{text}\n{other:?}"),
    }
}

#[test]
fn every_act_that_leaves_a_deed_is_a_step_that_does_it_again() {
    for op in op::OPS {
        if op.name == NO_DEED || remarked(op, &deed(op)).is_some() {
            continue;
        }
        let mut deeds = vec![deed(op)];
        if op.name == op_exchange::EXPORT_TR34.name || op_tr34::binds(op) {
            deeds.insert(0, deed(&op_exchange::PARAMETERS_FOR_EXPORT));
        }
        if op.name == op_exchange::IMPORT_RSA_WRAP.name || op.name == op_exchange::IMPORT_TR34.name
        {
            let mut given = deed(&op_exchange::PARAMETERS_FOR_IMPORT);
            if op.name == op_exchange::IMPORT_TR34.name {
                given
                    .texts
                    .insert("form".to_owned(), "TR34_KEY_BLOCK".to_owned());
            }
            deeds.insert(0, given);
        }
        let (text, script) = script(&deeds);
        let errors: Vec<_> = script
            .lint()
            .into_iter()
            .filter(super::Finding::is_error)
            .collect();
        assert_eq!(errors, [], "{text}");
        if NOT_ALONE.iter().any(|(name, _)| *name == op.name) {
            continue;
        }
        played(&text, script);
    }
}

/// A copy and a drill were remarks, to be written by hand.
#[test]
fn a_copy_and_a_drill_are_steps_whose_words_are_asked_for_again() {
    let mut copy = deed(&op::BACKUP);
    let said = [
        ("medium", "COPY 2"),
        ("bag", "TE-7"),
        ("holder", "Lee"),
        ("place", "the bank"),
    ];
    copy.texts = said
        .map(|(id, text)| (id.to_owned(), text.to_owned()))
        .into();
    let (text, script) = script(&[deed(&op_custody::DRILL), copy]);
    assert!(!text.contains("written by hand"), "{text}");
    for says in [
        "op       = \"vault.drill\"",
        "expect   = { proven = \"all\" }\non_fail  = \"exception\"",
        "input.medium = { source = \"typed\", who = \"lead\" }",
        "bag = \"TE-7\"",
    ] {
        assert!(text.contains(says), "{says}\n{text}");
    }
    assert_eq!(script.lint(), [], "{text}");
    let session = played(&text, script);
    let view = session.view();
    let run = view.runs.last().unwrap();
    let proven = run
        .steps
        .iter()
        .find(|step| step.op == op_custody::DRILL.name);
    assert_eq!(proven.unwrap().notes["proven"], "Ana, Ben, Cho");
    let copied = run.steps.iter().find(|step| step.op == op::BACKUP.name);
    let notes = &copied.unwrap().notes;
    assert_eq!((&*notes["medium"], &*notes["bag"]), ("COPY 2", "TE-7"));
}

/// What people do to keys that are there: rehearsed in a vault that has none, with practice keys as declared.
#[test]
fn a_script_about_keys_that_were_there_is_rehearsed_with_practice_keys() {
    let about = |op: &Op, label: &str| Deed {
        keys: BTreeMap::from([("key".to_owned(), key(label))]),
        ..deed(op)
    };
    let deeds = [
        about(&op::STOP_KEY_USAGE, "a-kek"),
        about(&op::START_KEY_USAGE, "a-kek"),
        about(&op::RESTORE_KEY, "a-pek"),
        deed(&op::EXPORT_RSA_WRAP),
    ];
    let mut deeds = deeds.to_vec();
    deeds[3].keys.insert("key".to_owned(), key("a-kek"));
    let (text, script) = script(&deeds);
    assert_eq!(script.lint(), [], "{text}");
    let session = played(&text, script);
    let view = session.view();
    let of = |label: &str| view.keys.iter().find(|row| row.label == label).unwrap();
    assert_eq!(view.keys.len(), 3);
    assert_eq!(of("a-pek").key.key_state, KeyState::CREATE_COMPLETE);
    assert!(!of("a-pek").key.enabled && of("a-kek").key.enabled);
    // The record says which keys are none of the vault's.
    let run = view.runs.first().unwrap();
    let notes: Vec<&String> = run.steps[0].notes.values().collect();
    assert!(
        notes.iter().any(|note| *note == "a-kek, a-pek, a-root"),
        "{notes:?}"
    );
    let report = super::run_report_of(&session, text.as_bytes(), &run.id).unwrap();
    let report = serde_json::to_string(&report).unwrap();
    assert!(
        report.contains("stand in for keys of the vault"),
        "{report}"
    );
    // And the bundle of it is verified like any other.
    let (id, mut session) = (run.id.clone(), session);
    let signers = vec![("Wim".to_owned(), crate::session::KeySource::Held)];
    let bundle = super::bundle(&mut session, text.as_bytes(), &id, None, signers).unwrap();
    let checked = crate::evidence::verify::verify(&bundle, None);
    assert!(checked.is_ok(), "{:?}", checked.err());
}

/// Nobody typed anything yet: the practice people sign for the practice keys, and the first page says so.
#[test]
fn people_who_rehearse_read_that_practice_keys_stand_in() {
    let (_, script) = script(&[deed(&op::STOP_KEY_USAGE)]);
    let mut session = rehearsal(false);
    let mut runner = Runner::begin(&mut session, script, Wanted::default()).unwrap();
    let last = runner.showing(&session).last.unwrap_or_default();
    assert!(
        last.contains("PRACTICE KEYS") && last.contains("a-pek"),
        "{last}"
    );
    assert_eq!(session.view().keys.len(), 1);
    let pressed = runner.answer(
        &mut session,
        vec![Answer::Secret(SecretBytes::new(Vec::new()))],
    );
    assert!(pressed.is_ok());
}

/// A vault that lasts is given no key that nobody asked for.
#[test]
fn a_vault_of_its_own_wants_the_key_itself() {
    let (_, script) = script(&[deed(&op::STOP_KEY_USAGE)]);
    let clock = Timestamp::parse_rfc3339(CLOCK).ok();
    let folder = tempfile::tempdir().unwrap();
    let store = crate::vault::FolderStore::create(&folder.path().join("own.vault")).unwrap();
    let environment = Environment::seeded("recorded").unwrap();
    let mut session = practice::vault(Box::new(store), environment, clock, true)
        .unwrap()
        .session;
    let refused = Runner::begin(&mut session, script, Wanted::default()).err();
    let words = refused.map(|error| error.to_string()).unwrap_or_default();
    assert!(words.contains("There is no key named a-pek"), "{words}");
    assert!(session.view().keys.is_empty() && session.view().runs.is_empty());
}
