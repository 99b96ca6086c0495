//! What the endpoint takes, what it refuses, and in which form.

use std::io::{BufReader, Read as _, Write as _};

use serde_json::{Value, json};

use crate::client::{Endpoint, Signing, now, receive};

const GET: &str = "PaymentCryptographyControlPlane.GetKey";
const LIST: &str = "PaymentCryptographyControlPlane.ListKeys";

pub(crate) fn aes_key() -> Value {
    json!({
        "KeyAttributes": {
            "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY", "KeyClass": "SYMMETRIC_KEY", "KeyAlgorithm": "AES_128",
            "KeyModesOfUse": {"Encrypt": true, "Decrypt": true, "Wrap": true, "Unwrap": true},
        },
        "Exportable": true,
    })
}

#[test]
fn answers_and_refusals_have_the_services_form() {
    let endpoint = Endpoint::rehearse();
    let made = endpoint.call("CreateKey", &aes_key());
    assert_eq!(made.status, 200, "{}", made.body);
    assert!(
        made.head
            .contains("content-type: application/x-amz-json-1.0\r\n")
    );
    assert!(made.head.contains("x-amzn-requestid: "));
    assert!(
        made.body["Key"]["CreateTimestamp"].is_number(),
        "seconds on the wire"
    );
    let arn = made.body["Key"]["KeyArn"].as_str().unwrap();
    let got = endpoint.call("GetKey", &json!({"KeyIdentifier": arn}));
    assert_eq!(got.body["Key"]["KeyArn"], arn);

    let missing = endpoint.call("GetKey", &json!({"KeyIdentifier": "alias/none"}));
    assert_eq!(
        (missing.status, missing.refusal()),
        (400, "ResourceNotFoundException")
    );
    assert_eq!(missing.body["ResourceId"], "alias/none");
    let wrong = endpoint.call("ListKeys", &json!({"MaxResults": 1000}));
    assert_eq!(
        (wrong.status, wrong.refusal()),
        (400, "ValidationException")
    );
    let empty = endpoint.call("CreateAlias", &json!({"AliasName": "alias/a"}));
    assert_eq!(empty.status, 200);
    assert_eq!(
        endpoint
            .call("DeleteAlias", &json!({"AliasName": "alias/a"}))
            .body,
        json!({})
    );
}

#[test]
fn what_is_no_request_is_refused_by_its_own_name() {
    let endpoint = Endpoint::rehearse();
    for (target, body, kind) in [
        (GET, "{", "SerializationException"),
        (GET, "", "SerializationException"),
        (GET, "[]", "SerializationException"),
        (
            GET,
            r#"{"KeyIdentifier":"alias/a","KeyIdentifier":"alias/b"}"#,
            "SerializationException",
        ),
        (GET, r#"{"KeyIdentifier":7}"#, "SerializationException"),
        (
            "PaymentCryptographyControlPlane.DescribeKey",
            "{}",
            "UnknownOperationException",
        ),
        (
            "PaymentCryptographyDataPlane.EncryptData",
            "{}",
            "UnknownOperationException",
        ),
        ("", "{}", "UnknownOperationException"),
    ] {
        let answer = endpoint.send(&endpoint.signed(target, body).bytes());
        assert_eq!(
            (answer.status, answer.refusal()),
            (400, kind),
            "{target} {body}"
        );
    }
    let mut plain = endpoint.signed(LIST, "{}");
    plain.kind = "text/plain".into();
    let answer = endpoint.send(&plain.bytes());
    assert_eq!(
        (answer.status, answer.refusal()),
        (404, "UnknownOperationException")
    );
    for line in ["GET / HTTP/1.1", "POST /keys HTTP/1.1"] {
        let answer = endpoint.send(format!("{line}\r\nHost: x\r\n\r\n").as_bytes());
        assert_eq!(
            (answer.status, answer.refusal()),
            (404, "UnknownOperationException"),
            "{line}"
        );
    }
}

/// Makes something of a signed request wrong.
type Change = fn(&mut Signing);

#[test]
fn only_the_runs_own_signatures_count() {
    let endpoint = Endpoint::rehearse();
    let changes: [(Change, &str, &str); 9] = [
        (
            |s| s.secret.push('x'),
            "InvalidSignatureException",
            "does not match",
        ),
        (
            |s| s.date = now(-16),
            "InvalidSignatureException",
            "Signature expired",
        ),
        (
            |s| s.date = now(16),
            "InvalidSignatureException",
            "not yet current",
        ),
        (
            |s| s.id = "AKIDEXAMPLE".into(),
            "UnrecognizedClientException",
            "invalid",
        ),
        (
            |s| s.extra = "X-Amz-Security-Token: t\r\n".into(),
            "UnrecognizedClientException",
            "invalid",
        ),
        (
            |s| s.extra = "X-Amz-Other: unsigned\r\n".into(),
            "IncompleteSignatureException",
            "x-amz-other",
        ),
        (
            |s| s.date = "20260101T000000".into(),
            "IncompleteSignatureException",
            "ISO-8601",
        ),
        // A script with the wrong region would fail at the service, and fails here.
        (
            |s| s.region = "eu-west-1".into(),
            "InvalidSignatureException",
            "scoped to a valid region",
        ),
        (
            |s| s.id = "a/b".into(),
            "IncompleteSignatureException",
            "Credential",
        ),
    ];
    for (change, kind, words) in changes {
        let mut signing = endpoint.signed(LIST, "{}");
        change(&mut signing);
        let answer = endpoint.send(&signing.bytes());
        assert_eq!((answer.status, answer.refusal()), (400, kind));
        let message = answer.body["Message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert!(!message.contains(&signing.secret));
    }
    let bare = endpoint.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
    assert_eq!(
        (bare.status, bare.refusal()),
        (400, "MissingAuthenticationTokenException")
    );
}

#[test]
fn bodies_have_a_limit_and_the_refusal_is_read() {
    let endpoint = Endpoint::rehearse();
    let padding = |length: usize| {
        let input = json!({"KeyIdentifier": "alias/none", "Padding": ""}).to_string();
        let room = length - input.len();
        let text = json!({"KeyIdentifier": "alias/none", "Padding": "x".repeat(room)}).to_string();
        assert_eq!(text.len(), length);
        text
    };
    let fits = endpoint.send(&endpoint.signed(GET, &padding(1 << 20)).bytes());
    assert_eq!(
        (fits.status, fits.refusal()),
        (400, "ResourceNotFoundException")
    );
    for length in [(1 << 20) + 1, 8 << 20] {
        let over = endpoint.send(&endpoint.signed(GET, &padding(length)).bytes());
        assert_eq!(
            (over.status, over.refusal()),
            (413, "RequestEntityTooLargeException")
        );
        assert!(over.head.contains("connection: close\r\n"));
    }
    // In chunks, whose sum nobody tells beforehand.
    let mut chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..3 {
        chunked.extend_from_slice(b"80000\r\n");
        chunked.extend(std::iter::repeat_n(b'x', 0x80000));
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(endpoint.send(&chunked).status, 413);
}

#[test]
fn heads_have_limits_and_one_connection_carries_many_requests() {
    let endpoint = Endpoint::rehearse();
    let huge = format!("POST / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(80 << 10));
    let mut stream = endpoint.connect();
    let mut answer = String::new();
    // Nobody waits for the rest of it: the refusal, or the reset that overtook it.
    let cut = stream
        .write_all(huge.as_bytes())
        .and_then(|()| stream.read_to_string(&mut answer));
    assert!(
        cut.is_err() || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
    let many = format!("POST / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(100));
    assert_eq!(endpoint.send(many.as_bytes()).status, 431);
    assert_eq!(endpoint.send(b"nonsense\r\n\r\n").status, 400);

    let mut stream = endpoint.connect();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    for _ in 0..20 {
        stream
            .write_all(&endpoint.signed(LIST, "{}").bytes())
            .unwrap();
        assert_eq!(receive(&mut answers).status, 200);
    }
}

#[test]
fn requests_from_many_sides_are_each_answered_with_their_own() {
    let endpoint = Endpoint::rehearse();
    std::thread::scope(|scope| {
        for side in 0..8 {
            let endpoint = &endpoint;
            scope.spawn(move || {
                for n in 0..5 {
                    let name = format!("alias/side-{side}-{n}");
                    let made = endpoint.call("CreateAlias", &json!({"AliasName": name}));
                    assert_eq!(made.body["Alias"]["AliasName"], name);
                }
            });
        }
    });
    let all = endpoint.call("ListAliases", &json!({"MaxResults": 100}));
    assert_eq!(all.body["Aliases"].as_array().unwrap().len(), 40);
}
