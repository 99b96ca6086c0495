//! A rehearsal cannot be mistaken for the real thing: every file of every ceremony says that it is one, by its name, its
//! tag, the subjects of its certificates or its text, and a key of another class of vaults comes in by no way. That every
//! screen says it is held by `tui::matrix_tests`, slips by `tests/components`, class tags by `session::brought`.

use std::collections::BTreeSet;

use keymoot::ceremony::{RunError, Runner, shipped};
use keymoot::pki::Certificate;
use keymoot::session::{Action, Brought, CustodyAct, Inventory, RunOutcome};
use serde_json::{Value, json};

use super::stage::{contents, played, script, summary, vault, wanted};

const MARK: &str = "REHEARSAL NOT FOR PRODUCTION";

/// Every certificate that stands in a file, base64 of PEM as the service has it.
fn certificates(value: &Value, found: &mut Vec<Certificate>) {
    match value {
        Value::String(text) => {
            let pem = data_encoding::BASE64
                .decode(text.as_bytes())
                .unwrap_or_default();
            if pem.starts_with(b"-----BEGIN CERTIFICATE-----") {
                found.push(Certificate::from_any(text.as_bytes()).unwrap());
            }
        }
        Value::Array(all) => all.iter().for_each(|one| certificates(one, found)),
        Value::Object(all) => all.values().for_each(|one| certificates(one, found)),
        _ => {}
    }
}

/// A request for `import-key` or a block: tagged, and of no use until somebody enables it.
fn is_tagged(name: &str, file: &Value) -> bool {
    let Some(tags) = file.get("Tags") else {
        return false;
    };
    let class = json!([{"Key": "keymoot-profile", "Value": "rehearsal"}]);
    assert_eq!(tags, &class, "{name}");
    let material = file.get("KeyMaterial").is_some();
    assert!(!material || file["Enabled"] == false, "{name}");
    true
}

fn says_it(name: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match name {
        "ceremony.json" => {
            let record: Value = serde_json::from_slice(bytes).unwrap();
            assert_eq!(record["profile"], "rehearsal");
        }
        _ if name.strip_suffix(".txt").is_some() => {
            assert!(text.contains("REHEARSAL"), "{name}:\n{text}");
        }
        _ => {
            assert!(name.contains(".rehearsal."), "{name}");
            let Ok(file) = serde_json::from_slice::<Value>(bytes) else {
                // What is carried is handed on as a stand-in made it.
                let carried = name.starts_with("carried.") && text.contains("Rehearsal");
                // A number that somebody copies onto paper: digits, with nothing beside them.
                let digits = text.trim().bytes().all(|b| b.is_ascii_hexdigit());
                if digits && name.ends_with(".random.rehearsal.hex") {
                    return;
                }
                assert!(carried || text.contains(MARK), "{name}");
                return;
            };
            let mut issued = Vec::new();
            certificates(&file, &mut issued);
            for subject in issued.iter().map(Certificate::subject) {
                // A stand-in is a partner of the rehearsal, and its certificate says so in its own way.
                let marked = subject.contains(MARK) || subject.contains("O=Rehearsal");
                assert!(marked, "{name}: {subject}");
            }
            let tagged = is_tagged(name, &file);
            assert!(
                tagged || !issued.is_empty(),
                "{name} says it nowhere:\n{text}"
            );
            // A token that is carried is handed on as it came.
            let own = !name.starts_with("carried.");
            if let Some(token) = file
                .pointer("/KeyMaterial/Tr34KeyBlock/WrappedKeyBlock")
                .filter(|_| own)
            {
                let token = token.as_str().unwrap().as_bytes();
                let der = data_encoding::HEXUPPER_PERMISSIVE.decode(token).unwrap();
                let marked = der.windows(MARK.len()).any(|w| w == MARK.as_bytes());
                assert!(marked, "{name}: the token's names are not marked");
            }
        }
    }
}

#[test]
fn every_file_of_every_rehearsal_says_that_it_is_one() {
    for (name, bytes) in shipped() {
        let of_run = script(name);
        let (_, mut session) = vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        runner.headless(&mut session).unwrap();
        let out = tempfile::tempdir().unwrap();
        runner.write_outputs(&session, out.path()).unwrap();
        for (file, bytes) in contents(out.path()) {
            says_it(&file, &bytes);
        }
        // The evidence of the run as well.
        let run = runner.run(&session).id;
        let report = keymoot::ceremony::run_report_of(&session, bytes, &run).unwrap();
        assert_eq!(report.profile, "rehearsal");
        let brought = Brought {
            script: bytes.to_vec(),
            report: serde_json::to_value(report).unwrap(),
            recording: None,
            build: json!({}),
        };
        let bundle = session.bundle(&run, brought, Vec::new()).unwrap();
        let bundle = String::from_utf8_lossy(&bundle);
        assert!(bundle.contains("\"profile\":\"rehearsal\""), "{name}");
    }
}

/// Each key of these ceremonies once: the vault knows its check value from the inventory of another class, and the step
/// that would bring it in, whichever way, is refused.
#[test]
fn a_key_of_another_class_comes_in_by_no_way() {
    let mut ways = BTreeSet::new();
    for name in [
        "first-key.toml",
        "kek-from-components.toml",
        "kek-from-partner-tr34.toml",
        "rewrap-zmk-to-aws.toml",
        "working-keys-tr31.toml",
    ] {
        let keys = summary(&played(name, &[]))["keys"].clone();
        for key in keys.as_array().unwrap() {
            let algorithm = key["KeyAttributes"]["KeyAlgorithm"].as_str().unwrap();
            if algorithm.starts_with("RSA") {
                continue;
            }
            let value = key["KeyCheckValue"].as_str().unwrap();
            let of_run = script(name);
            let (_, mut session) = vault(&of_run);
            let inventory = CustodyAct::LoadInventory(Inventory {
                name: "acme test".to_owned(),
                class: "test".to_owned(),
                keys: vec![(algorithm.to_owned(), value.to_owned())],
            });
            session.act(Action::Custody(inventory), None, None).unwrap();
            let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
            let Err(RunError::Step {
                step,
                message: words,
            }) = runner.headless(&mut session)
            else {
                panic!("{name}: {value} came in");
            };
            assert!(
                words.contains(&format!(
                    "{value} stands in acme test, the inventory of another class"
                )) && words.contains("PCI PIN 19-4"),
                "{words}"
            );
            let run = runner.run(&session);
            // The run is over, and its record says why: nothing stands open that could never go on.
            assert_eq!(run.outcome, Some(RunOutcome::Aborted), "{name}");
            let at = run.steps.iter().find(|one| one.id == step).unwrap();
            assert_eq!(at.error.as_deref(), Some(words.as_str()));
            ways.insert(at.op.clone());
            let view = session.view();
            assert!(view.keys.iter().all(|row| row.key.key_check_value != value));
        }
    }
    let all = [
        "act-list",
        "create-key",
        "import-key.components",
        "import-key.rsa-wrap",
        "import-key.tr31",
        "import-key.tr34",
    ];
    assert_eq!(ways, all.map(str::to_owned).into());
}
