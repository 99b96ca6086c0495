//! A suspect key is used no more, what stands under it is listed, and only an act clears it.

use super::tests::{SAMPLE, act, practice};
use super::*;
use crate::api::KeyAlgorithm;
use crate::crypto::SecretBytes;
use crate::vault::MemoryStore;

const K1: [(&str, &str); 4] = [
    ("usage", "K1"),
    ("algorithm", "AES_128"),
    ("modes", "B"),
    ("exportable", "yes"),
];

fn made(session: &mut Session, fields: &[(&str, &str)], label: &str) {
    let fields: Vec<_> = fields.iter().copied().chain([("label", label)]).collect();
    act(session, "create-key", &fields, &[]).unwrap();
}

/// `zone` over `pek`, which came back in under it as `pek-again`, and went to nobody else.
fn tree(session: &mut Session) {
    made(session, &K1, "zone");
    made(
        session,
        &[
            ("usage", "P0"),
            ("algorithm", "AES_128"),
            ("modes", "B"),
            ("exportable", "yes"),
        ],
        "pek",
    );
    let block = [("key", "pek"), ("wrap", "zone"), ("output", "pek.json")];
    act(session, "export-key.tr31", &block, &[]).unwrap();
}

fn marked(session: &mut Session, key: &str, verdict: &str) -> Result<Executed, Refusal> {
    let fields = [
        ("key", key),
        ("verdict", verdict),
        ("reason", "a bag was found open"),
    ];
    act(session, "vault.suspect", &fields, &[])
}

#[test]
fn everything_under_a_key_is_named_before_it_is_marked() {
    let (_, mut session) = practice(true);
    tree(&mut session);
    let action = build::action(
        &session,
        "vault.suspect",
        &super::tests::answers(
            &[
                ("key", "zone"),
                ("verdict", "suspect"),
                ("reason", "a bag was found open"),
            ],
            &[],
        ),
    );
    let preview = session.preview(&action.unwrap()).unwrap();
    assert_eq!(preview.sentence, "MARK zone as SUSPECT");
    let under: Vec<_> = preview
        .details
        .iter()
        .filter(|(label, _)| label == "under it")
        .collect();
    assert_eq!(under[0].1, "pek", "{under:?}");
    assert!(
        under[1]
            .1
            .starts_with("pek at holder of zone, sent 2026-11-24"),
        "{under:?}"
    );
}

#[test]
fn the_mark_blocks_use_outlives_the_session_and_is_cleared_by_an_act() {
    let (store, mut session) = practice(true);
    tree(&mut session);
    marked(&mut session, "zone", "suspect").unwrap();
    let why = marked(&mut session, "zone", "suspect")
        .unwrap_err()
        .to_string();
    assert!(
        why.contains("SUSPECT already, since 2026-11-24: a bag was found open"),
        "{why}"
    );
    let refused: [(&str, &[(&str, &str)]); 3] = [
        (
            "export-key.tr31",
            &[("key", "pek"), ("wrap", "zone"), ("output", "again.json")],
        ),
        (
            "export-key.tr31",
            &[("key", "zone"), ("wrap", "pek"), ("output", "zone.json")],
        ),
        ("start-key-usage", &[("key", "zone")]),
    ];
    let seq = session.view().seq;
    for (op, fields) in refused {
        let why = act(&mut session, op, fields, &[]).unwrap_err().to_string();
        assert!(
            why.contains("zone is SUSPECT since 2026-11-24"),
            "{op}: {why}"
        );
    }
    assert_eq!(session.view().seq, seq, "nothing was changed");
    // What puts it away stays possible, and the mark outlives the session.
    act(&mut session, "stop-key-usage", &[("key", "zone")], &[]).unwrap();
    session.close().unwrap();
    let mut session = reopened(&store);
    let row = session
        .view()
        .keys
        .iter()
        .find(|k| k.label == "zone")
        .cloned()
        .unwrap();
    let (since, under) = row.suspect.clone().unwrap();
    assert!(since.contains("a bag was found open"), "{since}");
    assert_eq!(under.len(), 2);
    assert_eq!(guide::state_word(&row), "SUSPECT");
    assert_eq!(guide::export_off(&row), Some("SUSPECT"));

    marked(&mut session, "zone", "cleared").unwrap();
    let why = marked(&mut session, "zone", "cleared")
        .unwrap_err()
        .to_string();
    assert!(why.contains("is not suspect"), "{why}");
    act(&mut session, "start-key-usage", &[("key", "zone")], &[]).unwrap();
    let block = [("key", "pek"), ("wrap", "zone"), ("output", "again.json")];
    act(&mut session, "export-key.tr31", &block, &[]).unwrap();
    assert!(session.view().keys.iter().all(|k| k.suspect.is_none()));
}

/// A package of a key's component, sealed here in an earlier ceremony, comes to another one and was opened on the way:
/// the key and what stands under it are suspect with it, in one commit and by the rule alone.
#[test]
fn an_opened_package_makes_the_key_of_its_component_suspect_and_what_stands_under_it() {
    let (store, mut session) = practice(true);
    tree(&mut session);
    made(&mut session, &K1, "bystander");
    let arn = |session: &Session, label: &str| session.resolve(label).unwrap();
    let zone = arn(&session, "zone");
    for (part, who, serial, digit) in [(1, "Ana", "N-1", 0x3b_u8), (2, "Ben", "N-2", 0xd9)] {
        let entered = ComponentStep::Enter {
            value: SecretBytes::new((0..16).map(|n| digit ^ n).collect()),
            kcv: None,
            source: Source::Entered,
        };
        turn(&mut session, "early", part, who, entered);
        let sealed = ComponentStep::Seal {
            serial: serial.to_owned(),
            witness: "Wim".to_owned(),
            safe: None,
        };
        turn(&mut session, "early", part, who, sealed);
    }
    session.state.components[0].key = Some(zone);

    // Whole packages, and opened ones of another set, are no reason.
    turn(&mut session, "late", 1, "Ana", came("N-1", false));
    turn(&mut session, "other", 1, "Ana", came("X-7", true));
    assert!(session.view().keys.iter().all(|k| k.suspect.is_none()));

    let events = session.view().events;
    turn(&mut session, "late", 2, "Ben", came("n 2", true));
    assert_eq!(session.view().events, events + 1, "one commit");
    session.close().unwrap();
    let mut session = reopened(&store);
    let why = |session: &Session, label: &str| {
        let keys = session.view().keys;
        let row = keys.iter().find(|k| k.label == label).cloned();
        row.unwrap().suspect.map(|(since, _)| since)
    };
    let of_zone = why(&session, "zone").unwrap();
    assert!(
        of_zone.contains("Ben found package n 2 with component 2 of"),
        "{of_zone}"
    );
    let of_pek = why(&session, "pek").unwrap();
    assert!(
        of_pek.contains("stands under zone, which is suspect"),
        "{of_pek}"
    );
    assert_eq!(why(&session, "bystander"), None);
    for (key, wrap) in [("pek", "bystander"), ("bystander", "zone")] {
        let block = [("key", key), ("wrap", wrap), ("output", "again.json")];
        let refused = act(&mut session, "export-key.tr31", &block, &[]).unwrap_err();
        assert!(
            refused.to_string().contains("is SUSPECT since"),
            "{refused}"
        );
    }
    marked(&mut session, "pek", "cleared").unwrap();
}

fn came(serial: &str, tampered: bool) -> ComponentStep {
    let (serial, advised) = (serial.to_owned(), serial.to_owned());
    let advised_by = "Wim".to_owned();
    ComponentStep::Receive {
        serial,
        advised,
        advised_by,
        tampered,
    }
}

fn turn(session: &mut Session, set: &str, part: u8, person: &str, step: ComponentStep) {
    let set = SetRef {
        id: set.to_owned(),
        label: format!("kek-{}", if set == "other" { set } else { "zone" }),
        algorithm: KeyAlgorithm::AES_128,
        parts: 2,
        run: None,
    };
    let command = ComponentCommand {
        set,
        part,
        person: person.to_owned(),
        by: "test".to_owned(),
        step,
        arrow: None,
    };
    session
        .perform(Command::Component(Box::new(command)))
        .unwrap();
}

/// A root that is suspect vouches for nobody.
#[test]
fn a_suspect_root_is_no_anchor_for_an_export() {
    let (_, mut session) = practice(true);
    made(
        &mut session,
        &[
            ("usage", "K0"),
            ("algorithm", "TDES_3KEY"),
            ("modes", "B"),
            ("exportable", "yes"),
        ],
        "kek",
    );
    let root = [
        ("fingerprint", "as-shown"),
        ("source", "test"),
        ("label", "aws-root"),
    ];
    act(
        &mut session,
        "import-key.root-certificate",
        &root,
        &[("file", SAMPLE)],
    )
    .unwrap();
    let label = session.view().keys[1].label.clone();
    marked(&mut session, &label, "suspect").unwrap();
    let export = [
        ("key", "kek"),
        ("ca", label.as_str()),
        ("output", "kek.json"),
    ];
    let files: [(&str, &[u8]); 1] = [("parameters", SAMPLE)];
    let why = act(&mut session, "export-key.rsa-wrap", &export, &files).unwrap_err();
    assert!(why.to_string().contains("is SUSPECT"), "{why}");
}

fn reopened(store: &MemoryStore) -> Session {
    let person =
        |name: &str| serde_json::json!({"name": name, "passphrase": practice::phrase(name)});
    let custodians: Vec<_> = ["Ana", "Ben", "Cho"].into_iter().map(person).collect();
    let people = serde_json::json!({
        "custodians": custodians, "administrator": person("Ada"), "witness": person("Wim"),
    });
    let mut opening = Opening::begin(Box::new(store.snapshot()), "rehearsal").unwrap();
    opening
        .enter_unlock_file(people.to_string().as_bytes())
        .unwrap();
    let environment = Environment::seeded("tests").unwrap();
    opening.finish(environment, None).unwrap()
}
