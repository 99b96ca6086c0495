//! TR-34 tokens on record: the audit log, `ceremony.json` and the report say which token came or went.

use keymoot::ceremony::Runner;
use keymoot::vault::{MemoryStore, Store as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::stage::{contents, script, summary, vault, wanted};

/// The line of an operation in the audit log.
fn audited(store: &MemoryStore, op: &str) -> Value {
    let log = store.read("audit.jsonl").unwrap().unwrap();
    let log = String::from_utf8(log).unwrap();
    let mut lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    let of_op = |line: &Value| line.get("op").is_some_and(|name| name == op);
    lines
        .rfind(|line: &Value| of_op(line) && line.to_string().contains("token_sha256"))
        .unwrap_or_else(|| panic!("{op}: no line has token_sha256"))
}

/// What a line says anywhere in it.
fn said<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    match value {
        Value::Object(members) => members
            .get(name)
            .and_then(Value::as_str)
            .or_else(|| members.values().find_map(|inner| said(inner, name))),
        _ => None,
    }
}

#[test]
fn a_tr34_token_is_on_record_by_its_dialect_and_digest() {
    for (name, op, step) in [
        ("kek-from-partner-tr34.toml", "ImportKey", "import-key.tr34"),
        ("kek-from-aws-tr34.toml", "ImportKey", "import-key.tr34"),
        ("kek-to-partner-tr34.toml", "ExportKey", "export-key.tr34"),
    ] {
        let of_run = script(name);
        let (store, mut session) = vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        runner.headless(&mut session).unwrap();
        let line = audited(&store, op);
        let run = runner.run(&session);
        let record = run.steps.iter().find(|record| record.op == step).unwrap();
        let wire = |text: &Option<String>, path: &str| {
            let value: Value = serde_json::from_str(text.as_deref().unwrap()).unwrap();
            value.pointer(path).unwrap().as_str().unwrap().to_owned()
        };
        let hex = if op == "ImportKey" {
            wire(&record.request, "/KeyMaterial/Tr34KeyBlock/WrappedKeyBlock")
        } else {
            wire(&record.response, "/WrappedKey/KeyMaterial")
        };
        let token = data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap();
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&token));
        assert_eq!(said(&line, "token_sha256"), Some(digest.as_str()), "{name}");
        let dialect = said(&line, "dialect").unwrap();
        assert!(dialect.starts_with("TR-34"), "{name}: {dialect}");
        let out = tempfile::tempdir().unwrap();
        runner.write_outputs(&session, out.path()).unwrap();
        let files = contents(out.path());
        let summary = summary(&files);
        for part in summary["steps"].as_array().unwrap() {
            let of_token = part["op"] == step;
            let expected = of_token.then_some(digest.as_str());
            assert_eq!(part["token_sha256"].as_str(), expected, "{name}: {part}");
            assert_eq!(part["dialect"].as_str(), of_token.then_some(dialect));
        }
        let report = String::from_utf8_lossy(&files["report.txt"]).into_owned();
        let flat: String = report.split_whitespace().collect();
        assert!(flat.contains(&digest), "{name}: {report}");
        assert!(!flat.contains("RSAwrap,OAEP"), "{name}: {report}");
    }
}
