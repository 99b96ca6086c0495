//! Exchanges: a partner played here, from outside, in the place of the stand-in; what it sends is what comes in, and
//! what goes out opens on its side.

use std::collections::BTreeMap;

use data_encoding::HEXUPPER;
use keymoot::api::{KeyAlgorithm, KeyCheckValueAlgorithm, WrappingKeySpec};
use keymoot::ceremony::{Advance, Answer, RunError, Runner, Script, Wanted};
use keymoot::crypto::tr31::{self, Algorithm, Exportability, Header, Mode, Usage, Version};
use keymoot::crypto::{Entropy as _, OsEntropy, SecretBytes, kcv, rsa_wrap};
use keymoot::pki::ImportParameters;
use keymoot::session::{Environment, NewPerson, NewVault, Profile, Session};
use keymoot::vault::MemoryStore;
use serde_json::{Value, json};

use super::people::{production, rehearsed};
use super::stage::{Early, contents, parsed, played, script, secret, summary, text, vault, wanted};

const ZMK: [u8; 16] = [
    0x13, 0x57, 0x9B, 0xDF, 0x02, 0x46, 0x8A, 0xCE, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
];
const PEK: [u8; 16] = [
    0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18, 0x29, 0x3A, 0x4B, 0x5C, 0x6D, 0x7E, 0x8F, 0x90,
];

/// `working-keys-tr31` for test vaults, with nobody who stands in for the partner.
fn without_stand_ins() -> Script {
    let text = text("working-keys-tr31.toml").replace(
        "profiles = [\"rehearsal\", \"test\", \"production\"]",
        "profiles = [\"test\"]",
    );
    let mut kept = String::new();
    let mut skips = false;
    for line in text.lines() {
        if line.starts_with('[') {
            skips = line == "[[rehearsal.stand-in]]" || line == "[[rehearsal.fault]]";
        }
        if !skips {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    parsed(&kept)
}

/// A test vault with held keys, as an unlock file gives them.
pub(crate) fn test_vault() -> Session {
    let people = [
        ("Ada", "administrator"),
        ("Ana", "custodian"),
        ("Ben", "custodian"),
        ("Wim", "witness"),
    ];
    let people = people.map(|(name, role)| NewPerson::new(name, role, name.repeat(5).as_bytes()));
    let new = NewVault::usual("acme", Profile::Test, people);
    let environment = Environment::real(None).with_clock(Box::new(Early));
    keymoot::session::create(Box::new(MemoryStore::default()), new, environment)
        .unwrap()
        .session
}

/// What the partner sends when it was handed our parameters: the zone key under our certificate.
fn zone_key(parameters: &[u8], exportable: bool) -> Vec<u8> {
    let parameters = ImportParameters::parse(parameters).unwrap();
    let mut rng = OsEntropy.draw("partner").unwrap();
    let spki = parameters.wrapping_certificate.spki_der();
    let key = SecretBytes::from_slice(&ZMK);
    let spec = WrappingKeySpec::RSA_OAEP_SHA_256;
    let cryptogram = rsa_wrap::wrap(spki, &key, spec, rng.as_mut()).unwrap();
    let modes = json!({"Encrypt": true, "Decrypt": true, "Wrap": true, "Unwrap": true});
    let request = json!({"KeyMaterial": {"KeyCryptogram": {
        "KeyAttributes": {
            "KeyUsage": "TR31_K1_KEY_BLOCK_PROTECTION_KEY", "KeyClass": "SYMMETRIC_KEY",
            "KeyAlgorithm": "AES_128", "KeyModesOfUse": modes,
        },
        "Exportable": exportable,
        "WrappedKeyCryptogram": HEXUPPER.encode(&cryptogram),
        "ImportToken": parameters.import_token,
        "WrappingSpec": "RSA_OAEP_SHA_256",
    }}});
    serde_json::to_vec(&request).unwrap()
}

/// The partner's PIN key under the zone key, as text.
fn pin_key_block() -> Vec<u8> {
    let header = Header::new(
        Version::D,
        Usage::new("P0").unwrap(),
        Algorithm::AES,
        Mode::new("B").unwrap(),
        Exportability::NONE,
    );
    let mut rng = OsEntropy.draw("partner").unwrap();
    let zmk = SecretBytes::from_slice(&ZMK);
    let pek = SecretBytes::from_slice(&PEK);
    let block = tr31::wrap(KeyAlgorithm::AES_128, &zmk, &header, &pek, rng.as_mut()).unwrap();
    format!("{block}\n").into_bytes()
}

fn check_value(key: &[u8]) -> String {
    let cmac = KeyCheckValueAlgorithm::CMAC;
    kcv::check_value(KeyAlgorithm::AES_128, cmac, &SecretBytes::from_slice(key)).unwrap()
}

/// Stops where a file has to be brought, and says so with status 3.
fn waits(runner: &mut Runner, session: &mut Session) {
    let stopped = runner.headless(session);
    assert!(
        matches!(&stopped, Err(error) if error.exit_status() == 3),
        "{stopped:?}"
    );
    let ask = runner.showing(session).ask.unwrap();
    assert!(ask.title.contains("awaited"), "{}", ask.title);
}

fn handed_out(runner: &Runner, session: &Session) -> Vec<u8> {
    let run = runner.run(session);
    let step = run.steps.iter().find(|s| s.id == "parameters").unwrap();
    step.files["partner.parameters.test.json"].clone()
}

fn key_of<'a>(summary: &'a Value, id: &str) -> &'a Value {
    let keys = summary["keys"].as_array().unwrap();
    keys.iter().find(|key| key["id"] == id).unwrap()
}

#[test]
fn a_partner_from_outside_takes_the_place_of_the_stand_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = test_vault();
    let mut runner = Runner::begin(&mut session, without_stand_ins(), wanted(&[])).unwrap();
    waits(&mut runner, &mut session);
    let good = folder.path().join("zone-key.json");
    std::fs::write(&good, zone_key(&handed_out(&runner, &session), false)).unwrap();
    let path = |path: &std::path::Path| vec![Answer::Text(path.to_str().unwrap().to_owned())];
    // A medium that is not there ends nothing.
    let nowhere = runner.answer(&mut session, path(&folder.path().join("nowhere")));
    assert!(matches!(nowhere, Ok(Advance::Again(words)) if words.contains("Nothing was changed")));
    assert!(matches!(
        runner.answer(&mut session, path(&good)),
        Ok(Advance::Asks)
    ));
    // Days later, in another process: the second file comes with --resume.
    waits(&mut runner, &mut session);
    drop(runner);
    let inputs = BTreeMap::from([("pek-block".to_owned(), pin_key_block())]);
    let wanted = Wanted {
        inputs,
        resume: true,
        ..Wanted::default()
    };
    let mut runner = Runner::begin(&mut session, without_stand_ins(), wanted).unwrap();
    runner.headless(&mut session).unwrap();
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let files = contents(out.path());
    let summary = summary(&files);
    assert_eq!(key_of(&summary, "zmk")["KeyCheckValue"], check_value(&ZMK));
    assert_eq!(
        key_of(&summary, "pek-theirs")["KeyCheckValue"],
        check_value(&PEK)
    );
    // What went out opens on the partner's side, to the key that the record names.
    let request: Value = serde_json::from_slice(&files["pek-to-partner.test.json"]).unwrap();
    let block = &request["KeyMaterial"]["Tr31KeyBlock"];
    assert_eq!(block["WrappingKeyIdentifier"], "alias/keymoot/zmk-partner");
    let zmk = SecretBytes::from_slice(&ZMK);
    let text = block["WrappedKeyBlock"].as_str().unwrap();
    let (header, key) = tr31::unwrap(KeyAlgorithm::AES_128, &zmk, text).unwrap();
    assert_eq!((header.usage.code(), header.mode.code()), ("P0", "B"));
    let ours = key_of(&summary, "pek-ours");
    assert_eq!(ours["KeyCheckValue"], check_value(key.expose()));
}

#[test]
fn a_key_that_is_not_as_declared_stays_out() {
    let mut session = test_vault();
    let mut runner = Runner::begin(&mut session, without_stand_ins(), wanted(&[])).unwrap();
    waits(&mut runner, &mut session);
    let inputs = BTreeMap::from([(
        "zone-key".to_owned(),
        zone_key(&handed_out(&runner, &session), true),
    )]);
    drop(runner);
    let wanted = Wanted {
        inputs,
        resume: true,
        ..Wanted::default()
    };
    let begun = Runner::begin(&mut session, without_stand_ins(), wanted);
    let Err(RunError::CannotBegin(message)) = begun else {
        panic!("it came in");
    };
    let says = "brings zmk-partner as a key that may leave";
    let how = "\"Exportable\": false in the request";
    assert!(message.contains(says) && message.contains(how), "{message}");
    assert!(session.view().keys.is_empty(), "nothing was imported");
    // The run still stands at the question: the right file can come.
    assert!(session.view().runs.iter().any(|run| run.outcome.is_none()));
}

#[test]
fn an_input_replaces_the_stand_in_and_the_seed() {
    // The stand-in's own answer, given as a file, is taken as a file: and then it is no longer this run's.
    let name = "working-keys-tr31.toml";
    let of_run = script(name);
    let (_, mut session) = vault(&of_run);
    let block = pin_key_block();
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[("pek-block", &block)])).unwrap();
    // The zone key is the stand-in's, and this block is under another: the refusal is the control plane's.
    let Err(RunError::Step { step, message }) = runner.headless(&mut session) else {
        panic!("the block opened under a key that did not close it");
    };
    assert_eq!(step, "import-pek");
    assert!(message.starts_with("ValidationException"), "{message}");
}

#[test]
fn in_production_nobody_stands_in() {
    let media = tempfile::tempdir().unwrap();
    let (mut session, envelopes) = production(media.path());
    let of_run = script("working-keys-tr31.toml");
    let noted = rehearsed(
        "working-keys-tr31.toml",
        &media.path().join("rehearsals.jsonl"),
    );
    let mut runner = Runner::begin(&mut session, of_run, noted).unwrap();
    for _ in 0..100 {
        let ask = runner.showing(&session).ask.unwrap();
        if ask.title.contains("awaited") {
            let [field] = ask.fields.as_slice() else {
                panic!("{}", ask.title);
            };
            assert_eq!((field.field.id, &field.practice), ("path", &None));
            assert!(runner.run(&session).inputs.is_empty());
            return;
        }
        let answers = ask.fields.iter().map(|asked| match asked.field.id {
            "envelope" => Answer::Text(envelopes[&ask.person].clone()),
            "passphrase" => secret(&ask.person.repeat(5)),
            "time" => Answer::Text(session.now().rfc3339()),
            other => panic!("{other}"),
        });
        let answers = answers.collect();
        assert!(!matches!(
            runner.answer(&mut session, answers),
            Ok(Advance::Again(_)) | Err(_)
        ));
    }
    panic!("the run never waits for the partner");
}

#[test]
fn a_list_is_one_act_and_each_of_its_files_is_whole() {
    let files = played("rewrap-zmk-to-aws.toml", &[]);
    let summary = summary(&files);
    let steps = summary["steps"].as_array().unwrap();
    assert_eq!(steps.iter().filter(|s| s["op"] == "act-list").count(), 1);
    for id in ["pek", "mac", "cvk"] {
        let file = &files[&format!("{id}.import-key.rehearsal.json")];
        let request: Value = serde_json::from_slice(file).unwrap();
        let block = &request["KeyMaterial"]["Tr31KeyBlock"];
        assert_eq!(block["WrappingKeyIdentifier"], "alias/keymoot/kek-to-aws");
        let header = tr31::Block::parse(block["WrappedKeyBlock"].as_str().unwrap()).unwrap();
        let usage = &key_of(&summary, id)["KeyAttributes"]["KeyUsage"];
        let code = header.header().usage.code();
        assert!(usage.as_str().unwrap().contains(code), "{usage} {code}");
        let next = String::from_utf8_lossy(&files["NEXT.txt"]);
        // The check value travels apart from the file.
        let value = key_of(&summary, id)["KeyCheckValue"].as_str().unwrap();
        assert!(!next.contains(value) && next.contains("by another road"));
    }
}

#[test]
fn initial_keys_leave_for_their_terminals_and_the_base_key_stays() {
    for (name, serials) in [
        (
            "bdk-initial-keys-tdes.toml",
            ["FFFF9876543210E00000", "FFFF9876543211200000"],
        ),
        (
            "bdk-initial-keys-aes.toml",
            ["123456789012345600000000", "123456789012345700000000"],
        ),
    ] {
        let files = played(name, &[]);
        let next = String::from_utf8_lossy(&files["NEXT.txt"]).into_owned();
        let mut blocks = Vec::new();
        for (terminal, serial) in serials.iter().enumerate() {
            let file = format!("terminal-{}.initial-key.rehearsal.json", terminal + 1);
            let answer: Value = serde_json::from_slice(&files[&file]).unwrap();
            let wrapped = &answer["WrappedKey"];
            let block = wrapped["KeyMaterial"].as_str().unwrap().to_owned();
            let parsed = tr31::Block::parse(&block).unwrap();
            assert_eq!(parsed.header().usage.code(), "B1", "{name}");
            let groups: Vec<_> = serial
                .as_bytes()
                .chunks(4)
                .map(String::from_utf8_lossy)
                .collect();
            assert!(next.contains(&groups.join(" ")), "{name}: {serial}");
            assert!(!next.contains(wrapped["KeyCheckValue"].as_str().unwrap()));
            assert!(next.contains("by another road"));
            blocks.push(wrapped["KeyCheckValue"].clone());
        }
        assert_ne!(blocks[0], blocks[1], "each terminal has a key of its own");
        let bdk = summary(&files);
        assert!(!blocks.contains(&key_of(&bdk, "bdk")["KeyCheckValue"]));
    }
}
