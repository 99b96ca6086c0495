//! Keys that are carried past the vault: what is handed on is the sender's token to the byte, and whatever does not
//! hold is refused before anything is written.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeMap;

use keymoot::ceremony::{Runner, Script, Wanted, shipped};
use keymoot::session::{Environment, RunOutcome, Session, practice};
use keymoot::vault::MemoryStore;
use serde_json::{Value, json};

const TO_AWS: &str = include_str!("../ceremonies/carry-hsm-to-aws-tr34.toml");
const TO_HSM: &str = include_str!("../ceremonies/carry-aws-to-hsm-tr34.toml");
const SAMPLE_2048: &[u8] =
    include_bytes!("../ceremonies/samples/get-parameters-for-import-rsa2048.json");
const SAMPLE_3072: &[u8] =
    include_bytes!("../ceremonies/samples/get-parameters-for-import-rsa3072.json");

/// A run's files by name, and how it ended.
struct Played {
    files: BTreeMap<String, Vec<u8>>,
    inputs: BTreeMap<String, Vec<u8>>,
    end: Result<RunOutcome, String>,
    keys: usize,
}

fn play(text: &str, inputs: &[(&str, &[u8])]) -> Played {
    let start = keymoot::api::Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
    let store = Box::new(MemoryStore::default());
    let made = practice::vault(
        store,
        Environment::seeded("carry").unwrap(),
        Some(start),
        true,
    )
    .unwrap();
    let mut session: Session = made.session;
    let script = Script::parse(text.as_bytes()).unwrap_or_else(|f| panic!("{f:#?}"));
    assert_eq!(script.lint(), []);
    let given = |(name, bytes): &(&str, &[u8])| ((*name).to_owned(), bytes.to_vec());
    let mut inputs: BTreeMap<_, _> = inputs.iter().map(given).collect();
    if text.contains("id      = \"receiver\"\nhint    = \"What `aws") {
        inputs
            .entry("receiver".into())
            .or_insert_with(|| SAMPLE_2048.to_vec());
    }
    let wanted = Wanted {
        inputs,
        ..Wanted::default()
    };
    let mut runner = Runner::begin(&mut session, script, wanted).unwrap();
    let end = runner.headless(&mut session).map_err(|e| e.to_string());
    let run = runner.run(&session);
    let files = run.steps.iter().flat_map(|step| step.files.clone());
    Played {
        files: files.collect(),
        inputs: run.inputs.clone(),
        end,
        keys: session.view().keys.len(),
    }
}

fn refused(played: &Played, step: &str, says: &[&str]) {
    let words = played.end.as_ref().unwrap_err();
    assert!(words.contains(step), "{words}");
    for wanted in says {
        assert!(words.contains(wanted), "no {wanted:?} in {words}");
    }
    let handed = |name: &String| name.starts_with("carried");
    assert!(
        !played.files.keys().any(handed),
        "{:?}",
        played.files.keys()
    );
}

#[test]
fn what_goes_to_the_service_is_the_senders_token_to_the_byte() {
    let played = play(TO_AWS, &[]);
    assert_eq!(played.end, Ok(RunOutcome::Completed));
    assert_eq!(played.keys, 0, "the vault never held a key");
    let came: Value = serde_json::from_slice(&played.inputs["token"]).unwrap();
    let went: Value =
        serde_json::from_slice(&played.files["carried.import-key.rehearsal.json"]).unwrap();
    let block = |v: &Value| v["KeyMaterial"]["Tr34KeyBlock"].clone();
    assert_eq!(
        block(&came)["WrappedKeyBlock"],
        block(&went)["WrappedKeyBlock"]
    );
    let sample: Value = serde_json::from_slice(SAMPLE_2048).unwrap();
    assert_eq!(block(&went)["ImportToken"], sample["ImportToken"]);
    let members: Vec<_> = went.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["Enabled", "KeyMaterial", "Tags"]);
    let next = String::from_utf8(played.files["NEXT.txt"].clone()).unwrap();
    assert!(
        next.contains("import-key") && next.contains("receipt.json"),
        "{next}"
    );
}

#[test]
fn what_goes_to_a_device_is_the_services_token_to_the_byte() {
    let played = play(TO_HSM, &[]);
    assert_eq!(played.end, Ok(RunOutcome::Completed));
    let came: Value = serde_json::from_slice(&played.inputs["token"]).unwrap();
    let hex = came["WrappedKey"]["KeyMaterial"].as_str().unwrap();
    let went = &played.files["carried.token.rehearsal.der"];
    assert_eq!(data_encoding::HEXUPPER.encode(went), hex);
    for (name, begins) in [("hex", "30"), ("pem", "-----BEGIN CMS-----\nM")] {
        let text = TO_HSM.replace("carried.token.der", &format!("carried.token.{name}"));
        let played = play(&text, &[]);
        let file = &played.files[&format!("carried.token.rehearsal.{name}")];
        assert!(file.starts_with(begins.as_bytes()), "{name}");
    }
}

#[test]
fn a_token_that_does_not_hold_is_handed_to_nobody() {
    let good = play(TO_AWS, &[]);
    let token = good.inputs["token"].clone();

    let played = play(TO_AWS, &[("token", &token), ("receiver", SAMPLE_3072)]);
    refused(
        &played,
        "check",
        &["another receiver", "never held the key"],
    );

    let mut value: Value = serde_json::from_slice(&token).unwrap();
    let block = &mut value["KeyMaterial"]["Tr34KeyBlock"]["WrappedKeyBlock"];
    let hex = block.as_str().unwrap().to_owned();
    let (rest, last) = hex.split_at(hex.len() - 1);
    *block = json!(format!("{rest}{}", if last == "0" { "1" } else { "0" }));
    let bent = serde_json::to_vec(&value).unwrap();
    let played = play(TO_AWS, &[("token", &bent)]);
    refused(&played, "check", &["signature"]);

    // Another sender: its root is not the one that was compared.
    let other = TO_AWS.replace("seed  = \"carry-hsm-to-aws-tr34\"", "seed  = \"another\"");
    let root = play(&other, &[]).inputs["sender-root"].clone();
    let played = play(TO_AWS, &[("sender-root", &root)]);
    refused(&played, "check", &["not one of the root that was compared"]);

    let played = play(TO_AWS, &[("token", b"not a token".as_slice())]);
    assert!(played.end.is_err());

    // The stand-ins' keys hang on the script: what came in another run comes with its root.
    let own_root = good.inputs["sender-root"].clone();
    let aes = TO_AWS.replace("algorithm  = \"TDES_3KEY\"", "algorithm  = \"AES_128\"");
    let played = play(&aes, &[("token", &token), ("sender-root", &own_root)]);
    refused(&played, "check", &["the script declares", "AES_128"]);
}

#[test]
fn an_old_token_and_a_wrong_number_are_refused() {
    let good = play(TO_AWS, &[]);
    let (token, root) = (&good.inputs["token"], &good.inputs["sender-root"]);
    let late = TO_AWS.replace("advance = \"1d\"", "advance = \"9d\"");
    let played = play(&late, &[("token", token), ("sender-root", root)]);
    assert!(played.end.is_err(), "{:?}", played.end);

    // In uneven groups: sixteen digits in a row look like a key to the linter.
    let number = "0123456 789ABCDEF";
    let two = TO_AWS.replace(
        "output        = \"carried",
        "input.nonce   = { source = \"typed\", who = \"second\" }\noutput        = \"carried",
    );
    let two = two.replace(
        "[[rehearsal.answer]]\nstep = \"compare\"",
        &format!(
            "[[rehearsal.answer]]\nstep = \"check\"\nnonce = \"{number}\"\n\n[[rehearsal.answer]]\nstep = \"compare\""
        ),
    );
    let played = play(&two, &[]);
    assert_eq!(played.end, Ok(RunOutcome::Completed));
    let went: Value =
        serde_json::from_slice(&played.files["carried.import-key.rehearsal.json"]).unwrap();
    assert_eq!(
        went["KeyMaterial"]["Tr34KeyBlock"]["RandomNonce"],
        "0123456789ABCDEF"
    );
    let played = play(&two, &[("token", token), ("sender-root", root)]);
    refused(&played, "check", &["handed on"]);
}

#[test]
fn check_values_that_differ_stop_the_ceremony() {
    let typed = |kcv: &str| TO_AWS.replace("kcv  = \"as-shown\"", &format!("kcv  = \"{kcv}\""));
    let played = play(&typed("000000"), &[]);
    let words = played.end.unwrap_err();
    assert!(
        words.contains("compare") && words.contains("DIFFERS"),
        "{words}"
    );
    let words = play(&typed("0000"), &[]).end.unwrap_err();
    assert!(words.contains("6 hex digits"), "{words}");

    let good = play(TO_AWS, &[]);
    let mut receipt: Value = serde_json::from_slice(&good.inputs["receipt"]).unwrap();
    let value = receipt["Key"]["KeyCheckValue"].as_str().unwrap().to_owned();
    let receipt_of = |value: &Value| serde_json::to_vec(value).unwrap();
    let same = receipt_of(&receipt);
    let played = play(&typed(&value.to_lowercase()), &[("receipt", &same)]);
    assert_eq!(played.end, Ok(RunOutcome::Completed));
    receipt["Key"]["KeyAttributes"]["KeyUsage"] = json!("TR31_P0_PIN_ENCRYPTION_KEY");
    let other = receipt_of(&receipt);
    let words = play(&typed(&value), &[("receipt", &other)])
        .end
        .unwrap_err();
    assert!(
        words.contains("DIFFERS") && words.contains("TR31_P0"),
        "{words}"
    );
}

/// Production needs no leave to make keys in software for it.
#[test]
fn the_scripts_ship_and_make_no_key() {
    for text in [TO_AWS, TO_HSM] {
        assert!(shipped().iter().any(|(_, bytes)| *bytes == text.as_bytes()));
        let made = ["create-key", "import-key", "get-parameters-for-"];
        assert!(
            !made
                .iter()
                .any(|op| text.contains(&format!("op            = \"{op}")))
        );
    }
}
