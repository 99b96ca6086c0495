//! Bundles that somebody forged: with every hash and every line of the log mended around what was changed, so that only
//! signatures are left to find it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod colluding;
mod ended;
mod hidden;
mod own_appointments;

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use data_encoding::{BASE64, HEXLOWER};
use keymoot::api::Timestamp;
use keymoot::ceremony::{Runner, Script, Wanted};
use keymoot::evidence::bundle::{Bundle, sha256};
use keymoot::evidence::verify::{Fault, Trusted, verify};
use keymoot::session::{Environment, RunOutcome, Session, practice};
use keymoot::vault::MemoryStore;
use serde_json::{Value, json};

fn keymoot(state: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_keymoot"))
        .args(arguments)
        .env("XDG_STATE_HOME", state)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}");
}

/// The bundle of a run in a vault of its own.
fn played(script: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("b");
    let to = bundle.display().to_string();
    keymoot(
        folder.path(),
        &["play", script, "--headless", "--bundle", &to],
    );
    std::fs::read(bundle).unwrap()
}

/// The bundle of a run, before which another script was played in the same vault.
fn second_of_two(first: &str, second: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (vault, bundle) = (file("v"), file("b"));
    keymoot(folder.path(), &["init", &vault, "--profile", "rehearsal"]);
    keymoot(
        folder.path(),
        &["play", first, "--headless", "--vault", &vault],
    );
    let play = [
        "play",
        second,
        "--headless",
        "--vault",
        &vault,
        "--bundle",
        &bundle,
    ];
    keymoot(folder.path(), &play);
    std::fs::read(bundle).unwrap()
}

/// A rehearsal in memory in which a script was played, and the run.
fn session_after(script: &str) -> (Session, String) {
    let environment = Environment::seeded("forged").unwrap();
    let store = Box::new(MemoryStore::default());
    let clock = Some(Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap());
    let created = practice::vault(store, environment, clock, true).unwrap();
    let mut session = created.session;
    let run = play(&mut session, script);
    (session, run)
}

fn play(session: &mut Session, script: &str) -> String {
    let script = Script::parse(named(script)).unwrap();
    let mut runner = Runner::begin(session, script, Wanted::default()).unwrap();
    assert_eq!(runner.headless(session).unwrap(), RunOutcome::Completed);
    runner.run(session).id
}

fn bundled(session: &mut Session, script: &str, run: &str) -> Vec<u8> {
    keymoot::ceremony::bundle(session, named(script), run, None, Vec::new()).unwrap()
}

fn named(script: &str) -> &'static [u8] {
    let mut shipped = keymoot::ceremony::shipped().iter();
    shipped.find(|(name, _)| *name == script).unwrap().1
}

static TRUE: LazyLock<Vec<u8>> =
    LazyLock::new(|| second_of_two("first-key.toml", "kek-to-aws-rsa.toml"));

/// A bundle that is taken apart: its parts, and the lines of its log as JSON.
struct Forgery {
    parts: Value,
    events: Vec<Value>,
}

impl Forgery {
    fn of(bundle: &[u8]) -> Self {
        let parts: Value = serde_json::from_slice(bundle).unwrap();
        let events = parts["events"].as_array().unwrap().iter();
        let events = events.map(|line| serde_json::from_str(line.as_str().unwrap()).unwrap());
        Self {
            events: events.collect(),
            parts,
        }
    }

    /// The first line of this kind and operation behind `after`, by its place.
    fn at(&self, op: &str, after: usize) -> usize {
        let found = self
            .events
            .iter()
            .skip(after)
            .position(|line| line["op"] == op);
        after + found.unwrap()
    }

    fn begin(&self) -> usize {
        let run = &self.parts["run"]["id"];
        let begins = |line: &Value| line["op"] == "run-begin" && line["details"]["run"] == *run;
        self.events.iter().position(begins).unwrap()
    }

    /// Every line follows from the one before again, and every hash of the bundle fits.
    fn mended(&self) -> Vec<u8> {
        let parts = &self.parts;
        let vault = parts["vault"]["id"].as_str().unwrap();
        let mut previous = sha256(format!("keymoot/audit/v1\0{vault}").as_bytes());
        let mut events = Vec::new();
        for (n, line) in (1_u64..).zip(&self.events) {
            let mut line = line.clone();
            line["n"] = json!(n);
            line["prev"] = json!(previous);
            let text = String::from_utf8(serde_json_canonicalizer::to_vec(&line).unwrap()).unwrap();
            previous = sha256(text.as_bytes());
            events.push(text);
        }
        let decoded = |value: &Value| BASE64.decode(value.as_str().unwrap().as_bytes()).unwrap();
        let artifacts = parts["artifacts"].as_object().unwrap().iter();
        Bundle {
            vault: parts["vault"].clone(),
            run: parts["run"].clone(),
            build: parts["build"].clone(),
            people: parts["people"].clone(),
            script: decoded(&parts["script"]),
            events,
            acts: parts["acts"].clone(),
            unsigned: parts["unsigned"].clone(),
            artifacts: artifacts
                .map(|(name, bytes)| (name.clone(), decoded(bytes)))
                .collect(),
            report: parts["report"].clone(),
            recording: None,
        }
        .to_bytes()
    }

    /// No sign-off of the run or the bundle is left that could be broken.
    fn without_sign_offs(mut self) -> Self {
        let begin = self.begin();
        let mut n = 0;
        self.events.retain(|line| {
            n += 1;
            n <= begin || line["op"] != "sign-off"
        });
        self
    }

    /// Another value in the report, whose hash the log then names.
    fn report(&mut self, pointer: &str, value: Value) {
        *self.parts["report"].pointer_mut(pointer).unwrap() = value;
        let digest = sha256(&serde_json_canonicalizer::to_vec(&self.parts["report"]).unwrap());
        let at = self.at("bundle", self.begin());
        self.events[at]["details"]["report"] = json!(digest);
    }

    fn refused(&self, place: &str, what: &str) {
        let fault = verify(&self.mended(), None).unwrap_err();
        self::refused(&fault, place, what);
    }
}

fn refused(fault: &Fault, place: &str, what: &str) {
    assert!(
        fault.place.starts_with(place) && fault.what.contains(what),
        "{fault}"
    );
}

#[test]
fn mending_alone_changes_nothing() {
    assert_eq!(Forgery::of(&TRUE).mended(), *TRUE);
    let done = verify(&TRUE, None).unwrap();
    assert_eq!(
        done.signatures.not_shown, 3,
        "first-key made one key under three signatures"
    );
    assert_eq!(
        done.signatures.elsewhere.hold, 4,
        "and four people signed it off"
    );
}

#[test]
fn a_line_that_is_changed_is_not_what_was_signed_off() {
    let mut forged = Forgery::of(&TRUE);
    let at = forged.at("CreateKey", forged.begin());
    forged.events[at]["details"]["kcv"] = json!("000000");
    forged.refused("events, line", "what was signed off is not this log");
    // A line that is taken out moves all that come after.
    let mut forged = Forgery::of(&TRUE);
    let at = forged.at("run-close", 0);
    forged.events.remove(at);
    assert!(verify(&forged.mended(), None).is_err());
}

#[test]
fn signatures_and_signers_that_are_swapped_are_found() {
    for member in ["signature", "name", "signer"] {
        let mut forged = Forgery::of(&TRUE).without_sign_offs();
        let at = forged.at("CreateKey", forged.begin());
        let signatures = &mut forged.events[at]["details"]["signatures"];
        let other = signatures[2][member].clone();
        signatures[1][member] = other;
        forged.refused("events, line", "");
    }
    // Cho's name and key over Ben's signature.
    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    let cho = forged.parts["people"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["name"] == "Cho");
    let key = HEXLOWER
        .decode(cho.unwrap()["key"].as_str().unwrap().as_bytes())
        .unwrap();
    let at = forged.at("CreateKey", forged.begin());
    let signature = &mut forged.events[at]["details"]["signatures"][2];
    signature["name"] = json!("Cho");
    signature["signer"] = json!(sha256(&key));
    forged.refused("events, line", "the signature of Cho does not hold");
}

#[test]
fn enrolments_and_lists_of_people_are_checked() {
    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    let (one, other) = (forged.at("enrol", 0), forged.at("enrol", 2));
    let swapped = forged.events[other]["details"]["signature"]["signature"].clone();
    forged.events[one]["details"]["signature"]["signature"] = swapped;
    forged.refused("events, line", "does not hold for this enrolment");

    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    let at = forged.at("people", 0);
    forged.events[at]["details"]["signatures"]
        .as_array_mut()
        .unwrap()
        .pop();
    forged.refused("events, line", "has not signed it");

    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    let at = forged.at("enrol", 0);
    forged.events.remove(at);
    forged.refused("people, ", "no line of the log has the enrolment");
}

#[test]
fn acts_and_sign_offs_outside_the_run_are_checked() {
    let before = |forged: &Forgery, op: &str| {
        let at = forged.at(op, 0);
        assert!(at < forged.begin());
        at
    };
    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    let at = before(&forged, "CreateKey");
    forged.events[at]["details"]["signatures"][1]["name"] = json!("Eve");
    forged.refused("events, line", "Eve signed with a key that is nobody's");

    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    let at = before(&forged, "CreateKey");
    let signatures = forged.events[at]["details"]["signatures"]
        .as_array_mut()
        .unwrap();
    signatures.truncate(1);
    forged.refused("events, line", "nobody but the issuer signed");

    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    let at = before(&forged, "CreateKey");
    let details = forged.events[at]["details"].as_object_mut().unwrap();
    details.remove("digest");
    forged.refused("events, line", "moved the state unsigned");

    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    let at = before(&forged, "sign-off");
    forged.events[at]["details"]["signatures"][0]["signature"] = json!("00".repeat(64));
    forged.refused("events, line", "does not hold");
}

/// A rotation gives people new keys and the vault a new identity: its own run is bundled, and so are those before it.
#[test]
fn runs_with_and_before_a_rotation_are_bundled() {
    let (mut session, first) = session_after("first-key.toml");
    let run = play(&mut session, "custodian-replacement.toml");
    let with = bundled(&mut session, "custodian-replacement.toml", &run);
    let of_before = bundled(&mut session, "first-key.toml", &first);

    let done = verify(&of_before, None).unwrap();
    assert_eq!(
        done.acts,
        [(
            "create-key".to_owned(),
            ["Ada", "Ana", "Ben"].map(str::to_owned).to_vec()
        )]
    );

    let done = verify(&with, None).unwrap();
    let names: Vec<&str> = done.acts.iter().map(|(name, _)| name.as_str()).collect();
    let gone = "vault.envelopes-destroyed";
    assert_eq!(
        names,
        ["vault.rotate", "vault.drill", "vault.backup", gone, gone]
    );
    assert_eq!(done.signatures.enrolment.hold, 20, "both sets of people");
    let mut forged = Forgery::of(&with).without_sign_offs();
    let at = forged.at("Rotate", 0);
    let said = &mut forged.events[at]["details"]["people"];
    said[0]["signed"]["signature"]["signature"] =
        said[1]["signed"]["signature"]["signature"].clone();
    forged.refused("events, line", "does not hold for this enrolment");
}

/// A return to a copy begins a new epoch; the acts of before were signed under the old one, and say so.
#[test]
fn runs_before_a_return_to_a_copy_are_bundled() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (vault, copy, again, bundle) = (file("v"), file("c"), file("v2"), file("b"));
    let keymoot = |arguments: &[&str]| keymoot(folder.path(), arguments);
    keymoot(&["init", &vault, "--profile", "rehearsal"]);
    keymoot(&["play", "first-key.toml", "--headless", "--vault", &vault]);
    keymoot(&["vault", "backup", &vault, "--to", &copy]);
    keymoot(&[
        "vault",
        "restore",
        &copy,
        "--to",
        &again,
        "--reason",
        "the stick was lost",
    ]);
    keymoot(&[
        "bundle",
        &again,
        "--script",
        "first-key.toml",
        "--out",
        &bundle,
    ]);
    let bundle = std::fs::read(bundle).unwrap();
    let done = verify(&bundle, None).unwrap();
    assert_eq!((done.acts.len(), done.heads), (1, (3, 0)));
    // Backup and restore are acts of three people each, outside the run.
    assert_eq!(done.signatures.not_shown, 6);
    let mut forged = Forgery::of(&bundle);
    assert!(forged.parts["acts"][0]["epoch"].is_string());
    forged.parts["acts"][0]["epoch"] = forged.parts["vault"]["epoch"].clone();
    forged.refused("acts, act 1", "not what people signed");
}

/// An act list has its signatures in every line; a line that tells another story is found.
#[test]
fn every_line_of_a_list_has_the_same_signatures() {
    let list = second_of_two("first-key.toml", "rewrap-zmk-to-aws.toml");
    let mut forged = Forgery::of(&list).without_sign_offs();
    let lines = forged.parts["acts"].as_array().unwrap().iter();
    let mut lines = lines.filter_map(|act| act["transitions"][1]["line"].as_u64());
    let second = usize::try_from(lines.next().expect("a list of acts")).unwrap() - 1;
    let signatures = forged.events[second]["details"]["signatures"]
        .as_array_mut()
        .unwrap();
    signatures.swap(1, 2);
    forged.refused("acts, act", "do not all hold the same signatures");
}

#[test]
fn parts_that_are_replaced_or_missing_are_found() {
    let other = Forgery::of(&second_of_two("first-key.toml", "first-key.toml"));
    for part in [
        "report",
        "artifacts",
        "people",
        "acts",
        "vault",
        "run",
        "script",
    ] {
        let mut forged = Forgery::of(&TRUE);
        forged.parts[part] = other.parts[part].clone();
        assert!(verify(&forged.mended(), None).is_err(), "{part}");
    }
    let text = String::from_utf8(TRUE.clone()).unwrap();
    for part in [
        "report",
        "events",
        "acts",
        "people",
        "artifacts",
        "script",
        "parts",
        "seal",
    ] {
        let begins = format!("\"{part}\":");
        let lines = text.lines().filter(|line| !line.starts_with(&begins));
        let cut = lines.collect::<Vec<_>>().join("\n") + "\n";
        let fault = verify(cut.as_bytes(), None).unwrap_err();
        assert!(fault.place == part || part == "seal", "{part}: {fault}");
    }
}

/// Whoever takes the sign-offs out may replace the report: that is told, and is never called authentic as a whole.
#[test]
fn a_bundle_without_its_sign_offs_says_what_nobody_signed() {
    let mut forged = Forgery::of(&TRUE).without_sign_offs();
    forged.report("/done", json!("Something else was done."));
    // The report counts the sign-offs, and names their lines.
    forged.refused("report", "it counts other signatures");
    forged.report("/signatures/sign_offs", json!(0));
    forged.refused(
        "report, clause",
        "lines that people of this run did not sign",
    );
    forged.report("/clauses", json!([]));
    let done = verify(&forged.mended(), Some(&fingerprints(&TRUE))).unwrap();
    assert!(done.bundle_signed.is_empty() && done.covered == 0);
    assert!(done.signers_trusted && !done.authentic);
    let told = keymoot::evidence::verify::told(&done);
    assert!(told.contains("its acts AUTHENTIC"), "{told}");
    assert!(told.contains("The report is not signed here"), "{told}");
    assert_eq!(done.from_acts, ["kek.import-key.rehearsal.json"]);
}

fn fingerprints(bundle: &[u8]) -> Vec<Trusted> {
    let parts: Value = serde_json::from_slice(bundle).unwrap();
    let people = parts["people"].as_array().unwrap().iter();
    let trusted = people.map(|person| {
        let key = HEXLOWER
            .decode(person["key"].as_str().unwrap().as_bytes())
            .unwrap();
        Trusted {
            name: person["name"].as_str().unwrap().to_owned(),
            fingerprint: HEXLOWER.decode(sha256(&key).as_bytes()).unwrap(),
            role: None,
        }
    });
    trusted.collect()
}

#[test]
fn every_unknown_signer_is_named() {
    // The trust file of another vault: the same names, other keys.
    let other = fingerprints(&second_of_two("first-key.toml", "first-key.toml"));
    let fault = verify(&TRUE, Some(&other)).unwrap_err();
    refused(
        &fault,
        "trust",
        "Ada, Ana, Ben, Cho and Wim signed with another key",
    );
    let all = fingerprints(&TRUE);
    let few: Vec<Trusted> = all.iter().filter(|t| t.name == "Ada").cloned().collect();
    let fault = verify(&TRUE, Some(&few)).unwrap_err();
    refused(
        &fault,
        "trust",
        "Ana, Ben, Cho and Wim signed, and the trust file does not name",
    );
    assert!(verify(&TRUE, Some(&all)).unwrap().authentic);
}
