//! People who hold keys and make a log that serves them: every signature holds, and what they may not sign is found.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer as _, SigningKey};
use keymoot::evidence::bundle::sha256;
use keymoot::evidence::verify::{Trusted, Verified, told, verify};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Forgery, played, refused};

fn canonical(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap()
}

/// A bundle whose people all have keys that the test holds: whatever is changed in it is signed again.
pub(super) struct Colluding {
    pub(super) forged: Forgery,
    keys: BTreeMap<String, SigningKey>,
}

impl Colluding {
    fn of(script: &str) -> Self {
        Self::of_bundle(&played(script))
    }

    pub(super) fn of_bundle(bundle: &[u8]) -> Self {
        let mut forged = Forgery::of(bundle);
        let mut keys = BTreeMap::new();
        for person in forged.parts["people"].as_array_mut().unwrap() {
            let name = person["name"].as_str().unwrap().to_owned();
            let key = SigningKey::from_bytes(&Sha256::digest(&name).into());
            person["key"] = json!(HEXLOWER.encode(key.verifying_key().as_bytes()));
            keys.insert(name, key);
        }
        Self { forged, keys }
    }

    fn fingerprint(&self, name: &str) -> String {
        sha256(self.keys[name].verifying_key().as_bytes())
    }

    fn sign(&self, name: &str, prefix: &str, body: &Value) -> Value {
        let mut message = format!("{prefix}\0").into_bytes();
        message.extend(canonical(body));
        json!(HEXLOWER.encode(&self.keys[name].sign(&message).to_bytes()))
    }

    /// Signs a statement again, by everybody whose signature stands in the line.
    fn resigned(&self, details: &mut Value, prefix: &str) {
        let statement = details["statement"].clone();
        let sign = |signature: &mut Value| {
            let name = signature["name"].as_str().unwrap().to_owned();
            signature["signer"] = json!(self.fingerprint(&name));
            let body = json!({
                "statement": statement, "signer": signature["signer"], "by": signature["by"],
            });
            signature["signature"] = self.sign(&name, prefix, &body);
        };
        if let Some(all) = details["signatures"].as_array_mut() {
            all.iter_mut().for_each(sign);
        } else {
            sign(&mut details["signature"]);
        }
    }

    /// The whole log signed again as it stands, each head as it comes out.
    fn signed(mut self) -> Self {
        let parts = self.forged.parts.clone();
        let vault = parts["vault"]["id"].as_str().unwrap();
        let mut head = sha256(format!("keymoot/state/v1\0{vault}").as_bytes());
        let mut previous = sha256(format!("keymoot/audit/v1\0{vault}").as_bytes());
        let mut seq = json!(0);
        let mut events = self.forged.events.clone();
        for (n, event) in (1_u64..).zip(&mut events) {
            event["n"] = json!(n);
            event["prev"] = json!(previous);
            let (kind, op) = (event["kind"].clone(), event["op"].clone());
            let details = &mut event["details"];
            match op.as_str().unwrap() {
                "enrol" => self.resigned(details, "keymoot/enrol/v1"),
                "people" => {
                    for seat in details["statement"]["people"].as_array_mut().unwrap() {
                        seat["key"] = json!(self.fingerprint(seat["name"].as_str().unwrap()));
                    }
                    self.resigned(details, "keymoot/people/v1");
                }
                "sign-off" => {
                    details["statement"]["audit_count"] = json!(n - 1);
                    details["statement"]["audit_head"] = json!(previous);
                    details["statement"]["seq"] = seq.clone();
                    details["statement"]["state_head"] = json!(head);
                    self.resigned(details, "keymoot/head/v1");
                }
                "bundle" => {
                    for part in ["report", "build", "people", "vault"] {
                        details[part] = json!(sha256(&canonical(&parts[part])));
                    }
                }
                _ if kind == "intent" => {
                    self.act(details, &head);
                    seq = details["seq"].clone();
                    head = details["state_head"].as_str().unwrap().to_owned();
                }
                _ => {}
            }
            previous = sha256(&canonical(event));
        }
        self.forged.events = events;
        self
    }

    /// An act of the run, signed again.
    fn act(&mut self, details: &mut Value, head: &str) {
        let vault = self.forged.parts["vault"].clone();
        let shown = self.forged.parts["acts"].as_array_mut().unwrap();
        let shown = shown
            .iter_mut()
            .find(|act| act["digest"] == details["digest"])
            .unwrap();
        let issuer = details["signatures"][0]["name"]
            .as_str()
            .unwrap()
            .to_owned();
        let issuer_key = sha256(self.keys[&issuer].verifying_key().as_bytes());
        let act = json!({
            "vault_id": vault["id"], "epoch": vault["epoch"],
            "seq": details["seq"].as_u64().unwrap() - 1, "state_head": head,
            "approval_id": details["approval_id"], "issuer": issuer, "issuer_key": issuer_key,
            "script": details["script"], "step": details["step"], "action": shown["action"],
        });
        let digest = json!(sha256(&canonical(&act)));
        shown["digest"] = digest.clone();
        details["digest"] = digest;
        for signature in details["signatures"].as_array_mut().unwrap() {
            let name = signature["name"].as_str().unwrap().to_owned();
            signature["signer"] = json!(self.fingerprint(&name));
            let body = json!({
                "act": act, "by": signature["by"], "role": signature["role"], "signer": signature["signer"],
            });
            signature["signature"] = self.sign(&name, "keymoot/approval/v1", &body);
        }
    }

    /// The names and roles that a list of people has, from forms.
    fn trust(&self) -> Vec<Trusted> {
        let roles = [
            ("Ada", "administrator"),
            ("Ana", "custodian"),
            ("Ben", "custodian"),
            ("Cho", "custodian"),
            ("Wim", "witness"),
        ];
        let trusted = roles.map(|(name, role)| Trusted {
            name: name.to_owned(),
            fingerprint: HEXLOWER.decode(self.fingerprint(name).as_bytes()).unwrap(),
            role: Some(role.to_owned()),
        });
        trusted.to_vec()
    }

    pub(super) fn verified(self) -> Verified {
        let signed = self.signed();
        verify(&signed.forged.mended(), Some(&signed.trust())).unwrap()
    }

    /// How `keymoot verify` ends with the fingerprints and roles of the forms, and what it says.
    fn command(self) -> (Option<i32>, String) {
        let signed = self.signed();
        let folder = tempfile::tempdir().unwrap();
        let (bundle, forms) = (folder.path().join("b"), folder.path().join("forms"));
        std::fs::write(&bundle, signed.forged.mended()).unwrap();
        let trust = signed.trust().into_iter().map(|person| {
            let key = HEXLOWER.encode(&person.fingerprint);
            format!("{key} {} ({})\n", person.name, person.role.unwrap())
        });
        std::fs::write(&forms, trust.collect::<String>()).unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_keymoot"))
            .args(["verify".as_ref(), bundle.as_os_str()])
            .args(["--trust".as_ref(), forms.as_os_str()])
            .output()
            .unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), told)
    }

    fn refused(self, place: &str, what: &str) {
        let signed = self.signed();
        let fault = verify(&signed.forged.mended(), Some(&signed.trust())).unwrap_err();
        refused(&fault, place, what);
    }

    /// The details of the last line of this operation.
    pub(super) fn last(&mut self, op: &str) -> &mut Value {
        let mut lines = self.forged.events.iter_mut().rev();
        &mut lines
            .find(|line| line["op"] == op && line["kind"] != "outcome")
            .unwrap()["details"]
    }

    /// Nobody but these signs the bundle's line.
    pub(super) fn bundle_by(&mut self, names: &[&str]) {
        let signatures = self.last("sign-off")["signatures"].as_array_mut().unwrap();
        signatures.retain(|s| names.contains(&s["name"].as_str().unwrap()));
        assert_eq!(signatures.len(), names.len());
    }

    /// The sign-off of the run is taken out, and nothing tells of it.
    fn without_sign_off_of_the_run(&mut self) {
        let at = self.forged.at("sign-off", self.forged.begin());
        self.forged.events.remove(at);
        self.forged.report("/signatures/sign_offs", json!(0));
        self.forged.report("/clauses", json!([]));
    }
}

#[test]
fn what_is_signed_again_by_all_is_authentic() {
    let done = Colluding::of("first-key.toml").verified();
    assert!(done.authentic && done.roles_trusted && done.vouched());
    assert!(done.missing.is_empty());
    let told = told(&done);
    assert!(
        told.contains("the whole of it by Ada (administrator), Ana (custodian)"),
        "{told}"
    );
    assert!(!told.contains("is the word of the log"), "{told}");
}

/// Administrator and witness write a log in which the witness is a custodian.
#[test]
fn nobody_lists_themselves() {
    let witness_alone = |run: &mut Colluding| {
        let at = run.forged.at("people", 0);
        let mut list = run.forged.events[at].clone();
        list["details"]["statement"]["people"] =
            json!([{"name": "Wim", "role": "custodian", "key": ""}]);
        let signatures = list["details"]["signatures"].as_array_mut().unwrap();
        signatures.retain(|signature| signature["name"] == "Wim");
        (at, list)
    };
    let mut run = Colluding::of("first-key.toml");
    let (at, list) = witness_alone(&mut run);
    run.forged.events.insert(at + 1, list.clone());
    run.refused("events, line 8", "a list of people that no act brought");
    // Nor behind an act.
    let mut run = Colluding::of("first-key.toml");
    let behind = run.forged.at("CreateKey", 0);
    run.forged.events.insert(behind + 2, list);
    run.refused("events, line", "a list of people that no act brought");
    // Nor in the place of the list that all signed, where the forms have another role.
    let mut run = Colluding::of("first-key.toml");
    let (at, list) = witness_alone(&mut run);
    run.forged.events[at] = list;
    run.refused("people, Ada", "no list of people in the log has this");
    let mut run = Colluding::of("first-key.toml");
    for event in &mut run.forged.events {
        match event["op"].as_str() {
            Some("enrol") if event["details"]["statement"]["name"] == "Wim" => {
                event["details"]["statement"]["role"] = json!("custodian");
            }
            Some("people") => {
                event["details"]["statement"]["people"][4]["role"] = json!("custodian");
            }
            _ => {}
        }
    }
    run.forged.parts["people"][4]["role"] = json!("custodian");
    run.last("CreateKey")["signatures"][2]["name"] = json!("Wim");
    for event in &mut run.forged.events {
        if event["op"] == "sign-off" {
            let signatures = event["details"]["signatures"].as_array_mut().unwrap();
            signatures.retain(|signature| signature["name"] != "Ben");
        }
    }
    run.forged.report("/clauses", json!([]));
    let sign_offs = run.forged.parts["report"]["signatures"]["sign_offs"]
        .as_u64()
        .unwrap();
    run.forged
        .report("/signatures/sign_offs", json!(sign_offs - 1));
    for access in run.forged.parts["report"]["access"].as_array_mut().unwrap() {
        if access["custodian"] == "Ben" {
            access["custodian"] = json!("Wim");
        }
    }
    run.refused("trust", "Wim as custodian and not as witness");
}

#[test]
fn whoever_signs_serves_and_was_enrolled_before() {
    let mut run = Colluding::of("first-key.toml");
    run.last("CreateKey")["signatures"][2]["name"] = json!("Wim");
    run.refused("events, line", "Wim, witness, may not sign so");
    let mut run = Colluding::of("first-key.toml");
    let (enrol, people) = (run.forged.at("enrol", 0), run.forged.at("people", 0));
    let line = run.forged.events.remove(enrol);
    run.forged.events.insert(people, line);
    run.refused(
        "events, line",
        "stands on this list of people before any enrolment",
    );
}

#[test]
fn fewer_signatures_than_were_required_are_found() {
    let mut run = Colluding::of("kek-to-aws-rsa.toml");
    assert_eq!(run.last("ExportKey")["required"], json!(2));
    run.last("ExportKey")["required"] = json!(3);
    run.refused("events, line", "2 approved, and 3 were required");

    let mut run = Colluding::of("kek-to-aws-rsa.toml");
    run.last("ExportKey")
        .as_object_mut()
        .unwrap()
        .remove("required");
    run.refused("events, line", "it does not say how many were required");

    // What the line says is the word of the program: production has a floor.
    let production = |op: &str, quorum: &str| {
        let mut run = Colluding::of("kek-to-aws-rsa.toml");
        run.forged.parts["vault"]["profile"] = json!("production");
        run.last("create-vault")["profile"] = json!("production");
        run.last("create-vault")["quorum"] = json!(quorum);
        run.last(op)["required"] = json!(1);
        run
    };
    production("ExportKey", "2 of 3 to open, 2 to use")
        .refused("events, line", "it asks for fewer than 2 to approve");
    production("ImportKey", "2 of 3 to open, 2 to use")
        .refused("events, line", "it asks for fewer than 2 to approve");
    production("CreateKey", "3 of 3 to open, 2 to use")
        .refused("events, line", "2 approved, and 3 were required");
    let mut run = production("ExportKey", "2 of 3 to open, 2 to use");
    run.last("ExportKey")["signatures"]
        .as_array_mut()
        .unwrap()
        .pop();
    run.refused("events, line", "1 approved, and 2 were required");
    let mut run = production("ExportKey", "2 of 3 to open, 2 to use");
    run.last("create-vault")["profile"] = json!("rehearsal");
    run.refused("vault", "another profile");
}

#[test]
fn an_administrator_alone_vouches_for_nothing_else() {
    let mut run = Colluding::of("first-key.toml");
    run.bundle_by(&["Ada"]);
    let done = run.verified();
    assert!(
        !done.authentic && done.vouched(),
        "the run's sign-offs stand"
    );
    let text = told(&done);
    assert!(text.contains("AUTHENTIC as far as line"), "{text}");
    assert!(
        text.contains("signed by Ada (administrator) alone"),
        "{text}"
    );

    let mut run = Colluding::of("first-key.toml");
    run.bundle_by(&["Ada"]);
    run.without_sign_off_of_the_run();
    let done = run.verified();
    assert!(!done.authentic && !done.vouched());
    assert_eq!(
        done.missing,
        ["1 administrator", "2 custodians", "1 witness"]
    );

    // With a witness under the bundle it is said what is not there.
    let mut run = Colluding::of("first-key.toml");
    run.bundle_by(&["Wim"]);
    run.without_sign_off_of_the_run();
    let done = run.verified();
    assert!(!done.authentic && !done.vouched());
    let text = told(&done);
    assert!(
        text.contains("NOT THERE: 1 administrator, 2 custodians, 1 witness"),
        "{text}"
    );
    assert!(
        text.contains("The bundle itself is signed by Wim (witness)"),
        "{text}"
    );

    let mut run = Colluding::of("first-key.toml");
    run.bundle_by(&["Wim"]);
    assert!(run.verified().authentic);
}

/// Acts that are signed and a log that is not are no pass for a program that asks with a trust file.
#[test]
fn the_command_ends_with_1_where_nobody_vouches_for_the_log() {
    let (status, told) = Colluding::of("first-key.toml").command();
    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains("CONSISTENT and AUTHENTIC"), "{told}");
    let mut run = Colluding::of("first-key.toml");
    run.bundle_by(&["Ada"]);
    run.without_sign_off_of_the_run();
    let (status, told) = run.command();
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("its acts AUTHENTIC"), "{told}");
}
