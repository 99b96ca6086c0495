//! A line that nobody signed cannot stand for an act of the run: whatever moved the state unsigned shows what it did.

use keymoot::evidence::bundle::sha256;
use keymoot::evidence::verify::{told, verify};
use serde_json::{Value, json};

use super::{Forgery, TRUE, fingerprints, played, refused};

/// A bundle as keymoot wrote it before there was a part `unsigned`: a key was destroyed in it when its window ended.
const VERSION_1: &[u8] = include_bytes!("../vectors/bundle-v1/deletion-window.bundle");

/// The bundle in which a key was destroyed when its window ended, as it is written now.
fn destroyed() -> Vec<u8> {
    played("deletion-window.toml")
}

/// The export of [`TRUE`] is made something else, and everything that tells of it is taken out. Needs nobody's key.
fn without_export(rewrite: impl Fn(&mut Value)) -> (Forgery, u64) {
    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    let at = forged.at("ExportKey", forged.begin());
    let details = &forged.events[at]["details"];
    let digest = details["digest"].clone();
    let signed = details["signatures"].as_array().unwrap().len() as u64;
    rewrite(&mut forged.events[at]);
    let acts = forged.parts["acts"].as_array_mut().unwrap();
    acts.retain(|act| act["digest"] != digest);
    forged.parts["artifacts"] = json!({});
    let bundle = forged.at("bundle", forged.begin());
    forged.events[bundle]["details"]["artifacts"] = json!({});
    let acts = forged.parts["report"]["signatures"]["acts"].as_u64();
    forged.report("/signatures/acts", json!(acts.unwrap() - signed));
    forged.report("/signatures/sign_offs", json!(0));
    forged.report("/clauses", json!([]));
    let access = forged.parts["report"]["access"].as_array().unwrap().iter();
    let of_others = |one: &&Value| !one["purpose"].to_string().contains("export");
    let access: Vec<Value> = access.filter(of_others).cloned().collect();
    forged.report("/access", access.into());
    (forged, at as u64 + 1)
}

/// The export as a destruction that asks nobody, with the same leaf and head.
fn hidden() -> (Forgery, u64) {
    without_export(|line| {
        let details = line["details"].as_object_mut().unwrap();
        for name in [
            "digest",
            "approval_id",
            "signatures",
            "required",
            "script",
            "step",
        ] {
            details.remove(name);
        }
        details.insert("approved_with".into(), json!("DeleteKey"));
        line["op"] = json!("DestroyKey");
        line["who"] = json!([]);
    })
}

/// Acts that are not shown are told where they could be of the run.
#[test]
fn an_act_that_is_said_to_be_of_no_run_is_told() {
    let (forged, line) = without_export(|line| line["details"]["script"] = json!("00".repeat(32)));
    let done = verify(&forged.mended(), Some(&fingerprints(&TRUE))).unwrap();
    assert_eq!(done.beside, [line]);
    assert!(!done.authentic && !done.vouched());
    let text = told(&done);
    assert!(
        text.contains(&format!(
            "line {line} of the log: done while the run stood open"
        )),
        "{text}"
    );
}

#[test]
fn an_act_that_is_hidden_in_a_line_that_nobody_signed_is_never_authentic() {
    let (forged, line) = hidden();
    let done = verify(&forged.mended(), Some(&fingerprints(&TRUE))).unwrap();
    assert_eq!(done.unshown, [line]);
    assert!(!done.authentic);
    let told = told(&done);
    assert!(told.contains(&format!("line {line} of the log")), "{told}");
    assert!(!told.contains("acts AUTHENTIC"), "{told}");
    // What is shown of it must lead to its leaf, and only the vault has the salt of another.
    let (mut forged, line) = hidden();
    let of_the_key = forged.events[usize::try_from(line).unwrap() - 1]["details"]["key"].clone();
    forged.parts["unsigned"] = json!([{
        "line": line, "salt": "22".repeat(32), "operation": "DestroyKey",
        "request": {"KeyArn": of_the_key}, "response": {"DeleteTimestamp": 0},
    }]);
    forged.refused("unsigned, entry 1", "is another than the log's");
    let digest = |value: &Value| json!(sha256(&serde_json_canonicalizer::to_vec(value).unwrap()));
    let shown = forged.parts["unsigned"][0].clone();
    let details = &mut forged.events[usize::try_from(line).unwrap() - 1]["details"];
    details["request_sha256"] = digest(&shown["request"]);
    details["response_sha256"] = digest(&shown["response"]);
    forged.refused("unsigned, entry 1", "its leaf does not follow");
}

#[test]
fn what_moved_the_state_unsigned_is_shown() {
    let bundle = destroyed();
    let forged = Forgery::of(&bundle);
    let shown = forged.parts["unsigned"].as_array().unwrap();
    assert_eq!(shown.len(), 1);
    let done = verify(&bundle, Some(&fingerprints(&bundle))).unwrap();
    assert!(done.unshown.is_empty() && done.authentic);

    let mut forged = Forgery::of(&bundle).without_sign_offs();
    let at = forged.at("DestroyKey", 0);
    forged.events[at]["details"]["key"] = json!("another");
    forged.refused("unsigned, entry 1", "tells of something else");

    let mut forged = Forgery::of(&bundle).without_sign_offs();
    forged.events[at]["details"]
        .as_object_mut()
        .unwrap()
        .remove("leaf");
    forged.refused("events, line", "it has no leaf, though lines before it");
}

/// Bundles of version 1 are read, and a line that they cannot show is never vouched for.
#[test]
fn bundles_of_version_1_say_what_they_do_not_show() {
    let done = verify(VERSION_1, Some(&fingerprints(VERSION_1))).unwrap();
    assert_eq!(done.unshown.len(), 1);
    assert!(done.signers_trusted && !done.authentic);
    let told = told(&done);
    assert!(told.contains("Make the bundle again"), "{told}");
    // What no line of it asks for is as authentic as it was.
    let older = as_version_1(&TRUE);
    let done = verify(&older, Some(&fingerprints(&TRUE))).unwrap();
    assert!(done.authentic);
    // No version is taken for another.
    for version in ["0", "3", "[1]", "1.0"] {
        let text = String::from_utf8(TRUE.clone()).unwrap();
        let text = text.replacen(
            "\"keymoot_bundle\":2",
            &format!("\"keymoot_bundle\":{version}"),
            1,
        );
        let fault = verify(text.as_bytes(), None).unwrap_err();
        refused(&fault, "keymoot_bundle", "no version");
    }
}

/// The same bundle without the part that came with version 2.
fn as_version_1(bundle: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bundle).unwrap();
    let mut parts = serde_json::Map::new();
    let mut out = "{\n".to_owned();
    for line in text.lines().skip(1) {
        let (name, _) = line[1..].split_once('"').unwrap_or_default();
        if ["unsigned", "parts", "seal", ""].contains(&name) {
            continue;
        }
        let line = line.replacen("\"keymoot_bundle\":2", "\"keymoot_bundle\":1", 1);
        let line = line.strip_suffix(',').unwrap();
        parts.insert(name.to_owned(), sha256(line.as_bytes()).into());
        out.push_str(line);
        out.push_str(",\n");
    }
    let manifest = format!("\"parts\":{}", Value::from(parts));
    let seal = sha256(manifest.as_bytes());
    format!("{out}{manifest},\n\"seal\":\"{seal}\"\n}}\n").into_bytes()
}

/// Whoever makes a bundle as large as memory is told so before anything is read into it.
#[test]
fn what_would_take_all_memory_is_refused_unread() {
    let text = String::from_utf8(TRUE.clone()).unwrap();
    let zeros = |n: usize| format!("[0{}]", ",0".repeat(n));
    let first = text.replacen(
        "\"keymoot_bundle\":2",
        &format!("\"keymoot_bundle\":{}", zeros(5_000_000)),
        1,
    );
    let fault = verify(first.as_bytes(), None).unwrap_err();
    refused(&fault, "keymoot_bundle", "no version");

    let mut forged = Forgery::of(&TRUE);
    forged.parts["vault"]["more"] = json!("x".repeat(5000));
    forged.refused("vault", "it is longer than 4096 bytes");

    let mut forged = Forgery::of(&TRUE);
    forged.parts["acts"] = json!("x".repeat(17 << 20));
    forged.refused("acts", "it is longer than");

    // Short, and yet a node of a map for every few bytes.
    let mut forged = Forgery::of(&TRUE);
    forged.parts["unsigned"] = vec![json!({}); 1_200_000].into();
    forged.refused("unsigned", "it would take more memory");

    let mut forged = Forgery::of(&TRUE);
    forged.events[0]["details"]["more"] = json!("x".repeat(1 << 20));
    forged.refused("events, line 1", "longer than any that keymoot writes");
}

/// So many sign-offs that nobody signed, before the line that names the bundle.
fn with_sign_offs(lines: usize) -> Forgery {
    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    forged.report("/signatures/sign_offs", json!(0));
    forged.report("/clauses", json!([]));
    let intent = |line: &&Value| line["kind"] == "intent";
    let last = forged.events.iter().rfind(intent).unwrap()["details"].clone();
    let first = serde_json_canonicalizer::to_vec(&forged.events[0]).unwrap();
    let at = forged.at("bundle", forged.begin());
    let sign_off = json!({
        "kind": "noted", "op": "sign-off", "time": 0, "who": [],
        "details": {"text": "", "signatures": [], "statement": {
            "vault_id": forged.parts["vault"]["id"], "epoch": forged.parts["vault"]["epoch"],
            "seq": last["seq"], "state_head": last["state_head"],
            "audit_count": 1, "audit_head": sha256(&first),
        }},
    });
    forged.events.splice(at..at, vec![sign_off; lines]);
    forged
}

/// How long this thread has computed, in nanoseconds: other processes on the machine do not count.
fn computed() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse().unwrap()
}

/// Lines that cost their maker nothing do not cost a verifier the square of their number.
#[test]
fn a_log_of_many_sign_offs_is_verified_in_linear_time() {
    let taken = |lines: usize| {
        let bundle = with_sign_offs(lines).mended();
        let before = computed();
        verify(&bundle, None).unwrap();
        computed() - before
    };
    // Four times the lines: 4 times the work where it is linear, 16 times where it is quadratic.
    let (few, many) = (taken(1000), taken(4000));
    assert!(
        many < 8 * few,
        "{few} ns for 1000 lines, {many} ns for 4000"
    );
}

/// Nor do entries of a report, each of which is looked for in the whole log.
#[test]
fn a_report_of_endless_entries_is_refused() {
    let mut forged = with_sign_offs(2000);
    forged.report("/clauses", vec![json!({}); 250_000].into());
    forged.refused("report", "more entries than this log");
}
