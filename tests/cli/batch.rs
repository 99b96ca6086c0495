//! `call --batch`: a conversation in lines.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::program::{Room, kek};

fn request(operation: &str, input: &Value) -> String {
    json!({"Operation": operation, "Input": input}).to_string()
}

fn answers(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn an_answer_never_waits_for_further_input() {
    let room = Room::new();
    let mut child = room
        .command("call --batch - --rehearse --clock 2026-12-01T09:00:00Z")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut say = |line: &str| -> Value {
        writeln!(stdin, "{line}").unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    };
    let made = say(&request("CreateKey", &kek("TDES_3KEY")));
    let arn = &made["Output"]["Key"]["KeyArn"];
    assert_eq!(made["Output"]["Key"]["CreateTimestamp"], 1_796_115_600);
    let got = say(&request("get-key", &json!({"KeyIdentifier": arn})));
    assert_eq!(got["Operation"], "GetKey");
    assert_eq!(got["Output"]["Key"], made["Output"]["Key"]);
    say(&request(
        "DeleteKey",
        &json!({"KeyIdentifier": arn, "DeleteKeyInDays": 3}),
    ));
    let moved = say(r#"{"Rehearsal":{"Advance":"8d"}}"#);
    assert_eq!(
        moved,
        json!({"Rehearsal": {"Now": 1_796_115_600 + 8 * 86_400}})
    );
    let gone = say(&request("GetKey", &json!({"KeyIdentifier": arn})));
    assert_eq!(gone["Output"]["Key"]["KeyState"], "DELETE_COMPLETE");
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn every_line_gets_one_answer_in_order() {
    let room = Room::new();
    let long = "x".repeat((1 << 20) + 10);
    let input = [
        request("CreateKey", &kek("AES_256")),
        String::new(),
        "not json".to_owned(),
        request("Frob", &json!({})),
        request("GetKey", &json!({"KeyIdentifier": "alias/nobody"})),
        long,
        r#"{"Operation":"ListKeys","Operation":"GetKey"}"#.to_owned(),
        r#"{"Rehearsal":{"Advance":"soon"}}"#.to_owned(),
        // The last line has no line end.
        r#"{"Operation":"list-keys"}"#.to_owned(),
    ]
    .join("\n");
    let ran = room.feed("call --batch - --rehearse", input);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let answers = answers(&ran.out);
    let kinds: Vec<(&Value, &Value)> = answers
        .iter()
        .map(|a| (&a["Operation"], &a["Error"]["__type"]))
        .collect();
    let nothing = (&Value::Null, &json!("SerializationException"));
    assert_eq!(kinds[0], (&json!("CreateKey"), &Value::Null));
    assert_eq!(kinds[1], nothing);
    assert_eq!(kinds[2], nothing);
    assert_eq!(
        kinds[3],
        (&json!("Frob"), &json!("UnknownOperationException"))
    );
    assert_eq!(
        kinds[4],
        (&json!("GetKey"), &json!("ResourceNotFoundException"))
    );
    assert_eq!(kinds[5], nothing);
    assert_eq!(kinds[6], nothing);
    assert_eq!(kinds[7], nothing);
    assert_eq!(kinds[8], (&json!("ListKeys"), &Value::Null));
    assert_eq!(answers.len(), 9);
    assert_eq!(answers[8]["Output"]["Keys"].as_array().unwrap().len(), 1);
    assert!(
        ran.out
            .starts_with(r#"{"Operation":"CreateKey","Output":{"#)
    );
}

#[test]
fn many_lines_share_commits_and_all_of_them_stay() {
    let room = Room::new();
    room.test_vault();
    let line = request("CreateKey", &kek("AES_128"));
    let input = vec![line; 600].join("\n");
    room.write("in.jsonl", input);
    let out = room.ok("call --batch in.jsonl --vault t.vault --unlock-file people.json");
    assert_eq!(
        answers(&out)
            .iter()
            .filter(|a| a.get("Output").is_some())
            .count(),
        600
    );
    let status = room.json("vault status t.vault --unlock-file people.json --json");
    assert_eq!(status["keys"], 600);
    assert!(
        status["commit"].as_u64().unwrap() < 300,
        "{}",
        status["commit"]
    );
}

#[test]
fn time_moves_in_rehearsals_only() {
    let room = Room::new();
    room.test_vault();
    let ran = room.feed(
        "call --batch - --vault t.vault --unlock-file people.json",
        "{\"Rehearsal\":{\"Advance\":\"8d\"}}\n",
    );
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(
        answers(&ran.out)[0]["Error"]["__type"],
        "AccessDeniedException"
    );
}

#[test]
fn time_does_not_leave_the_calendar_of_certificates() {
    let room = Room::new();
    let ask = request(
        "GetParametersForImport",
        &json!({"KeyMaterialType": "KEY_CRYPTOGRAM", "WrappingKeyAlgorithm": "RSA_2048"}),
    );
    let ran = room.feed(
        "call --batch - --rehearse --seed s --clock 9899-12-30T00:00:00Z",
        format!("{}\n{ask}\n", r#"{"Rehearsal":{"Advance":"2d"}}"#),
    );
    let answers = answers(&ran.out);
    let refused = &answers[0]["Error"];
    assert_eq!(refused["__type"], "AccessDeniedException", "{refused}");
    let message = refused["Message"].as_str().unwrap();
    assert!(message.contains("9900-01-01T00:00:00Z"), "{message}");
    assert!(
        answers[1]["Output"]["ImportToken"].is_string(),
        "{}",
        ran.err
    );
    let ran = room.run("call list-keys --rehearse --clock 9990-01-01T00:00:00Z");
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.contains("where certificates can be issued"),
        "{}",
        ran.err
    );
}
