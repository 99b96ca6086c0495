//! `call`: answers as the AWS CLI prints them, refusals on stderr with 254.

use serde_json::{Value, json};

use crate::program::{Ran, Room, kek};

fn refusal(ran: &Ran) -> Value {
    assert_eq!(ran.status, 254, "{}", ran.err);
    assert_eq!(ran.out, "");
    serde_json::from_str(&ran.err).unwrap()
}

#[test]
fn both_names_of_an_operation_and_times_as_iso() {
    let room = Room::new();
    room.write("key.json", kek("TDES_3KEY").to_string());
    for name in ["CreateKey", "create-key"] {
        let answer = room.json(&format!(
            "call {name} --rehearse --clock 2026-12-01T09:00:00Z --cli-input-json key.json"
        ));
        let key = &answer["Key"];
        assert_eq!(key["KeyState"], "CREATE_COMPLETE");
        assert_eq!(key["CreateTimestamp"], "2026-12-01T09:00:00+00:00");
        assert_eq!(key["KeyAttributes"]["KeyModesOfUse"]["Sign"], false);
    }
}

#[test]
fn wire_prints_epoch_numbers() {
    let room = Room::new();
    room.write("key.json", kek("AES_256").to_string());
    let answer = room.json(
        "call create-key --rehearse --wire --clock 2026-12-01T09:00:00Z --cli-input-json key.json",
    );
    assert_eq!(answer["Key"]["CreateTimestamp"], 1_796_115_600);
}

#[test]
fn without_an_input_it_is_the_empty_object() {
    let answer = Room::new().json("call list-keys --rehearse");
    assert_eq!(answer["Keys"], json!([]));
}

#[test]
fn refusals_are_the_services() {
    let room = Room::new();
    room.write("list.json", "[]");
    room.write("torn.json", "{");
    room.write("twice.json", r#"{"KeyIdentifier":"a","KeyIdentifier":"b"}"#);
    room.write("unknown.json", r#"{"KeyIdentifier":"alias/nobody"}"#);
    for (line, kind) in [
        ("call Frob --rehearse", "UnknownOperationException"),
        ("call create-key --rehearse", "ValidationException"),
        (
            "call get-key --rehearse --cli-input-json list.json",
            "SerializationException",
        ),
        (
            "call get-key --rehearse --cli-input-json torn.json",
            "SerializationException",
        ),
        (
            "call get-key --rehearse --cli-input-json twice.json",
            "SerializationException",
        ),
        (
            "call get-key --rehearse --cli-input-json unknown.json",
            "ResourceNotFoundException",
        ),
    ] {
        let error = refusal(&room.run(line));
        assert_eq!(error["__type"], kind, "{line}");
        assert!(!error["Message"].as_str().unwrap().is_empty());
    }
}

#[test]
fn inputs_are_bounded_whatever_they_are() {
    let room = Room::new();
    room.run("call get-key --rehearse --cli-input-json /dev/zero")
        .refused(1, "/dev/zero");
    room.run("call get-key --rehearse --cli-input-json nowhere.json")
        .refused(1, "nowhere.json");
    let long = vec![b' '; (1 << 20) + 1];
    room.feed("call get-key --rehearse --cli-input-json -", long)
        .refused(1, "standard input");
}

#[test]
fn an_input_may_come_from_a_pipe() {
    let ran = Room::new().feed(
        "call create-key --rehearse --cli-input-json -",
        kek("AES_128").to_string(),
    );
    assert_eq!(ran.status, 0, "{}", ran.err);
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(answer["Key"]["KeyAttributes"]["KeyAlgorithm"], "AES_128");
}

#[test]
fn a_seed_makes_the_same_key() {
    let room = Room::new();
    room.write("key.json", kek("TDES_3KEY").to_string());
    let line = "call create-key --rehearse --seed s --clock 2026-12-01T09:00:00Z --cli-input-json key.json";
    assert_eq!(room.ok(line), room.ok(line));
    assert_ne!(
        room.ok(line),
        room.ok(&line.replace("--seed s", "--seed t"))
    );
}

#[test]
fn a_root_is_imported_as_shown_where_nothing_is_real() {
    let room = Room::new();
    let sample = std::fs::read(crate::program::repository(
        "ceremonies/samples/get-parameters-for-import-rsa2048.json",
    ))
    .unwrap();
    let sample: Value = serde_json::from_slice(&sample).unwrap();
    let input = json!({"KeyMaterial": {"RootCertificatePublicKey": {
        "KeyAttributes": {
            "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", "KeyClass": "PUBLIC_KEY",
            "KeyAlgorithm": "RSA_4096", "KeyModesOfUse": {"Verify": true},
        },
        "PublicKeyCertificate": sample["WrappingKeyCertificateChain"],
    }}});
    room.write("root.json", input.to_string());
    let answer = room.json("call import-key --rehearse --cli-input-json root.json");
    assert_eq!(answer["Key"]["KeyState"], "CREATE_COMPLETE");
}

#[test]
fn a_vault_keeps_what_was_made() {
    let room = Room::new();
    room.test_vault();
    room.write("key.json", kek("TDES_3KEY").to_string());
    let made = room.json(
        "call create-key --vault t.vault --unlock-file people.json --cli-input-json key.json",
    );
    let listed = room.json("call list-keys --vault t.vault --unlock-file people.json");
    assert_eq!(listed["Keys"][0]["KeyArn"], made["Key"]["KeyArn"]);
    assert_eq!(listed["Keys"].as_array().unwrap().len(), 1);
    // Nobody is at the keyboard.
    room.run("call list-keys --vault t.vault")
        .refused(3, "terminal");
    for option in ["--seed s", "--clock 2026-12-01T09:00:00Z"] {
        room.run(&format!(
            "call list-keys --vault t.vault --unlock-file people.json {option}"
        ))
        .refused(2, "rehearsals");
    }
}

#[test]
fn a_request_is_given_as_the_aws_cli_takes_it() {
    let room = Room::new();
    room.test_vault();
    room.write("alias.json", r#"{"AliasName": "alias/a"}"#);
    let call = |operation: &str, rest: &str| {
        room.run(&format!(
            "call {operation} --vault t.vault --unlock-file people.json --cli-input-json {rest}"
        ))
    };
    let path = room.path("alias.json");
    let made = call("create-alias", &format!("file://{}", path.display()));
    assert_eq!(made.status, 0, "{}", made.err);
    // An answer without members prints nothing.
    let gone = call("delete-alias", "alias.json");
    assert_eq!((gone.status, gone.out.as_str()), (0, ""), "{}", gone.err);
    // What the service would pass over is said, and nothing is done.
    room.write(
        "slip.json",
        r#"{"AliasName": "alias/b", "keyArn": "x", "Tag": []}"#,
    );
    call("create-alias", "slip.json").refused(2, "create-alias has no member Tag, keyArn");
    room.write("b.json", r#"{"AliasName": "alias/b"}"#);
    call("get-alias", "b.json").refused(254, "Alias alias/b was not found.");
}
