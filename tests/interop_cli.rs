//! The whole way from a counterparty's file to a cryptogram that only the counterparty opens, with real peers:
//! files made by `openssl` here and now, read by the binary, opened by `openssl pkeyutl` and Python `cryptography`,
//! judged by botocore's own validator and by the AWS CLI. Run by `.ci/run`, which installs the peers.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::similar_names,
    clippy::needless_pass_by_value
)]

#[path = "interop_cli/counterparty.rs"]
mod counterparty;

use std::path::{Path, PathBuf};
use std::process::Command;

use counterparty::{Authority, Validity, parameters};
use serde_json::Value;

struct Ran {
    status: i32,
    err: String,
}

fn keymoot(room: &Path, line: &str) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_keymoot"))
        .args(line.split_whitespace())
        .current_dir(room)
        .env("XDG_STATE_HOME", room.join("state"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{line}");
    Ran {
        status: output.status.code().unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn request_in(out: &Path) -> Option<PathBuf> {
    std::fs::read_dir(out)
        .ok()?
        .map(|e| e.unwrap().path())
        .find(|p| p.to_string_lossy().ends_with(".rehearsal.json"))
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn python(script: &str, args: &[&Path]) -> String {
    let output = Command::new("python3")
        .arg("-c")
        .arg(script)
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Opens the cryptogram with OpenSSL; `None` where the key does not fit.
fn open_with_openssl(room: &Path, key: &Path, cryptogram: &str) -> Option<Vec<u8>> {
    let sealed = data_encoding::HEXUPPER
        .decode(cryptogram.as_bytes())
        .unwrap();
    std::fs::write(room.join("cryptogram"), sealed).unwrap();
    let output = Command::new("openssl")
        .args(["pkeyutl", "-decrypt", "-in", "cryptogram", "-inkey"])
        .arg(key)
        .args(["-pkeyopt", "rsa_padding_mode:oaep"])
        .args([
            "-pkeyopt",
            "rsa_oaep_md:sha256",
            "-pkeyopt",
            "rsa_mgf1_md:sha256",
        ])
        .current_dir(room)
        .output()
        .unwrap();
    output.status.success().then_some(output.stdout)
}

const OPEN_WITH_CRYPTOGRAPHY: &str = r#"
import sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
key = serialization.load_pem_private_key(open(sys.argv[1], "rb").read(), None)
oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
print(key.decrypt(open(sys.argv[2], "rb").read(), oaep).hex())
"#;

/// Both check values of a clear key in a file, by code that is not ours.
const CHECK_VALUES: &str = r#"
import sys
from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES
key = open(sys.argv[1], "rb").read()
tdes = Cipher(TripleDES(key), modes.ECB()).encryptor()
print("ANSI_X9_24", (tdes.update(bytes(8)) + tdes.finalize())[:3].hex().upper())
mac = cmac.CMAC(algorithms.AES(key)); mac.update(bytes(16))
print("CMAC", mac.finalize()[:3].hex().upper())
"#;

const VALIDATE: &str = r#"
import json, sys
import botocore.session
from botocore.validate import ParamValidator
model = botocore.session.get_session().get_service_model("payment-cryptography")
shape = model.operation_model("ImportKey").input_shape
report = ParamValidator().validate(json.load(open(sys.argv[1])), shape)
print(report.generate_report())
"#;

/// Plays a script with this counterparty, and checks everything that can be checked outside.
fn completes(script: &str, leaf_bits: u32, root_bits: u32) {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    let root = Authority::new(room, "root", root_bits);
    let leaf = root.issue(room, "leaf", leaf_bits, Validity::Now);
    std::fs::write(
        room.join("p.json"),
        parameters(&leaf, &root, &format!("RSA_{leaf_bits}")),
    )
    .unwrap();
    let line = format!(
        "play {script} --headless --clock {} --input counterparty=p.json --out out",
        counterparty::now()
    );
    let ran = keymoot(room, &line);
    assert_eq!(ran.status, 0, "{leaf_bits} under {root_bits}: {}", ran.err);
    let path = request_in(&room.join("out")).unwrap();
    assert_eq!(python(VALIDATE, &[&path]), "");
    accepted_by_the_aws_cli(&path);

    let request = json(&path);
    let wrapped = &request["KeyMaterial"]["KeyCryptogram"];
    assert_eq!(wrapped["ImportToken"], counterparty::TOKEN);
    let cryptogram = wrapped["WrappedKeyCryptogram"].as_str().unwrap();
    let clear = open_with_openssl(room, &leaf.key, cryptogram).unwrap();
    let again = python(
        OPEN_WITH_CRYPTOGRAPHY,
        &[&leaf.key, &room.join("cryptogram")],
    );
    assert_eq!(again, data_encoding::HEXLOWER.encode(&clear));
    // Only the counterparty's key opens it.
    let other = root.issue(room, "other", leaf_bits, Validity::Now);
    assert!(open_with_openssl(room, &other.key, cryptogram).is_none_or(|bytes| bytes != clear));

    std::fs::write(room.join("clear"), &clear).unwrap();
    let values = python(CHECK_VALUES, &[&room.join("clear")]);
    let summary = json(&room.join("out/ceremony.json"));
    let key = summary["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|k| k["KeyAttributes"]["KeyClass"] == "SYMMETRIC_KEY")
        .unwrap();
    let ours = format!(
        "{} {}",
        key["KeyCheckValueAlgorithm"].as_str().unwrap(),
        key["KeyCheckValue"].as_str().unwrap()
    );
    assert!(
        values.lines().any(|line| line == ours),
        "{ours} is none of {values}"
    );
}

/// The CLI judges the file before it connects; nothing listens on that port, so a good file ends there.
fn accepted_by_the_aws_cli(request: &Path) {
    let output = Command::new("aws")
        .args(["payment-cryptography", "import-key", "--no-sign-request"])
        .args([
            "--endpoint-url",
            "http://127.0.0.1:9",
            "--region",
            "us-east-1",
        ])
        .arg("--cli-input-json")
        .arg(format!("file://{}", request.display()))
        .env("AWS_MAX_ATTEMPTS", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("Could not connect to the endpoint URL"),
        "{said}"
    );
}

#[test]
fn tdes_under_every_wrapping_key_and_root() {
    for (leaf, root) in [
        (2048, 2048),
        (2048, 4096),
        (3072, 4096),
        (4096, 4096),
        (3072, 3072),
    ] {
        completes("kek-to-aws-rsa.toml", leaf, root);
    }
}

#[test]
fn aes_under_the_wrapping_keys_that_are_strong_enough() {
    for (leaf, root) in [(3072, 4096), (4096, 4096)] {
        completes("kek-aes128-to-aws-rsa.toml", leaf, root);
    }
}

/// Plays with a counterparty's file that must not pass: status not 0, no request written, the reason named.
fn refused(script: &str, bytes: &[u8], reasons: &[&str]) {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    std::fs::write(room.join("p.json"), bytes).unwrap();
    let line = format!(
        "play {script} --headless --clock {} --input counterparty=p.json --out out",
        counterparty::now()
    );
    let ran = keymoot(room, &line);
    assert_ne!(ran.status, 0, "{reasons:?}");
    assert!(request_in(&room.join("out")).is_none(), "{reasons:?}");
    let said = ran.err.to_lowercase();
    assert!(
        reasons.iter().any(|r| said.contains(r)),
        "{reasons:?} in: {}",
        ran.err
    );
    if room.join("out").exists() {
        assert_ne!(
            json(&room.join("out/ceremony.json"))["outcome"],
            "completed"
        );
    }
}

/// Every member, and every value of a closed list, of the requests in botocore's model: one line of JSON for each, a
/// request with that member alone.
const MEMBERS: &str = r#"
import json
import botocore.session
model = botocore.session.get_session().get_service_model("payment-cryptography")
def walk(shape, around):
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            inside = lambda value, name=name: around({name: value})
            yield "member", inside(None)
            yield from walk(member, inside)
    elif shape.type_name == "list":
        yield from walk(shape.member, lambda value: around([value]))
    else:
        for value in getattr(shape, "enum", None) or []:
            yield "value", around(value)
for name in model.operation_names:
    print(json.dumps([name, "operation", None]))
    for kind, request in walk(model.operation_model(name).input_shape, lambda value: value):
        print(json.dumps([name, kind, request]))
"#;

/// Nothing that today's service takes is skipped in silence: it is known here, or refused by its name.
#[test]
fn every_member_of_todays_model_is_known_or_refused_by_name() {
    use keymoot::api::{ApiError, Operation};
    let (mut known, mut later) = (0, 0);
    for line in python(MEMBERS, &[]).lines() {
        let read: Value = serde_json::from_str(line).unwrap();
        let name = read[0].as_str().unwrap();
        let operation = match Operation::named(name) {
            Ok(operation) => operation,
            Err(refusal) => {
                let by_name = format!("{name} is not supported by this control plane.");
                assert_eq!(refusal.message, by_name);
                continue;
            }
        };
        let request = &read[2];
        match read[1].as_str().unwrap() {
            "member" => {
                let unknown = operation.unknown_members(request);
                assert!(unknown.is_empty(), "{name}: {unknown:?}");
                known += 1;
            }
            "value" => {
                let Err(ApiError { message, .. }) = operation.parse(request) else {
                    continue;
                };
                assert!(!message.contains("enum value set"), "{name}: {message}");
                later += usize::from(message.ends_with("is not supported by this control plane."));
            }
            _ => {}
        }
    }
    assert!(
        known > 150 && later > 20,
        "{known} members, {later} later values"
    );
}

#[test]
fn what_must_not_pass() {
    const SCRIPT: &str = "kek-to-aws-rsa.toml";
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    let root = Authority::new(room, "root", 4096);
    let stranger = Authority::new(room, "stranger", 4096);
    let leaf = |name: &str, bits, validity| root.issue(room, name, bits, validity);

    let good = leaf("good", 2048, Validity::Now);
    let other_chain = parameters(&good, &stranger, "RSA_2048");
    refused(SCRIPT, other_chain.as_bytes(), &["sign", "chain", "issue"]);

    let expired = parameters(&leaf("expired", 2048, Validity::Over), &root, "RSA_2048");
    refused(SCRIPT, expired.as_bytes(), &["expired"]);

    let early = parameters(&leaf("early", 2048, Validity::NotYet), &root, "RSA_2048");
    refused(
        SCRIPT,
        early.as_bytes(),
        &["not yet valid", "not valid before", "not valid yet"],
    );

    let short = parameters(&leaf("short", 1024, Validity::Now), &root, "RSA_2048");
    refused(SCRIPT, short.as_bytes(), &["1024", "2048"]);

    let wrong_size = parameters(&good, &root, "RSA_4096");
    refused(SCRIPT, wrong_size.as_bytes(), &["wrappingkeyalgorithm"]);

    refused(
        SCRIPT,
        b"garbage",
        &["neither a certificate nor a file with one in its chain"],
    );
    refused(
        SCRIPT,
        b"{}",
        &["wrappingkeycertificate", "importtoken", "no "],
    );
    let torn = parameters(&good, &root, "RSA_2048").replace("LS0tLS1CRUdJTi", "LS0tLS1CRUdJTX");
    refused(SCRIPT, torn.as_bytes(), &["certificate"]);
}

#[test]
fn a_key_too_strong_for_the_wrapping_key_is_refused() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    let root = Authority::new(room, "root", 4096);
    let leaf = root.issue(room, "leaf", 2048, Validity::Now);
    let file = parameters(&leaf, &root, "RSA_2048");
    refused(
        "kek-aes128-to-aws-rsa.toml",
        file.as_bytes(),
        &["rsa_2048", "rsa_3072", "weaker"],
    );
}

/// The engine itself, through `call`: the AWS error type, nothing changed.
#[test]
fn the_engine_names_the_service_s_exception() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    let root = Authority::new(room, "root", 4096);
    let stranger = Authority::new(room, "stranger", 2048);
    let weak = root.issue(room, "weak", 2048, Validity::Now);
    let foreign = stranger.issue(room, "foreign", 3072, Validity::Now);
    let base64 = |path: &Path| data_encoding::BASE64.encode(&std::fs::read(path).unwrap());
    let arn_of = |lines: &str, n: usize| -> String {
        let line: Value = serde_json::from_str(lines.lines().nth(n).unwrap()).unwrap();
        line["Output"]["Key"]["KeyArn"].as_str().unwrap().to_owned()
    };
    let s0 = serde_json::json!({
        "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", "KeyClass": "PUBLIC_KEY",
        "KeyAlgorithm": "RSA_4096", "KeyModesOfUse": {"Verify": true},
    });
    let kek = serde_json::json!({
        "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY", "KeyClass": "SYMMETRIC_KEY", "KeyAlgorithm": "AES_128",
        "KeyModesOfUse": {"Encrypt": true, "Decrypt": true, "Wrap": true, "Unwrap": true},
    });
    let make = format!(
        "{}\n{}\n",
        serde_json::json!({"Operation": "ImportKey", "Input": {"KeyMaterial": {"RootCertificatePublicKey": {
            "KeyAttributes": s0, "PublicKeyCertificate": base64(&root.certificate)}}}}),
        serde_json::json!({"Operation": "CreateKey", "Input": {"KeyAttributes": kek, "Exportable": true}}),
    );
    let mut talk = counterparty::Talk::with(Command::new(env!("CARGO_BIN_EXE_keymoot")).args([
        "call",
        "--batch",
        "-",
        "--rehearse",
        "--clock",
        &counterparty::now(),
    ]));
    let made: Vec<String> = make.lines().map(|line| talk.say(line)).collect();
    let made = made.join("\n");
    for (certificate, words) in [
        (&weak.certificate, "RSA_2048"),
        (&foreign.certificate, "WrappingKeyCertificate"),
    ] {
        let export = serde_json::json!({"Operation": "ExportKey", "Input": {
            "ExportKeyIdentifier": arn_of(&made, 1),
            "KeyMaterial": {"KeyCryptogram": {
                "CertificateAuthorityPublicKeyIdentifier": arn_of(&made, 0),
                "WrappingKeyCertificate": base64(certificate), "WrappingSpec": "RSA_OAEP_SHA_256"}},
        }});
        let answer: Value = serde_json::from_str(&talk.say(&export.to_string())).unwrap();
        assert_eq!(answer["Error"]["__type"], "ValidationException", "{answer}");
        assert!(
            answer["Error"]["Message"].as_str().unwrap().contains(words),
            "{answer}"
        );
    }
    let listed: Value = serde_json::from_str(&talk.say(r#"{"Operation":"ListKeys"}"#)).unwrap();
    assert_eq!(listed["Output"]["Keys"].as_array().unwrap().len(), 2);
}

/// A terminal that goes without a signal: a read of it gives nothing for ever, and an open vault must not stay behind.
#[test]
fn a_lost_terminal_ends_the_program() {
    const LOST: &str = r#"
import fcntl, os, pty, select, struct, subprocess, sys, termios, time
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
# A session of its own: no signal tells it of the hang-up.
child = subprocess.Popen([sys.argv[1], "play", "first-key.toml"], stdin=slave, stdout=slave, stderr=slave,
    start_new_session=True, env={**os.environ, "TERM": "xterm-256color"})
os.close(slave)
seen, until = b"", time.time() + 20
while b"Enter" not in seen and time.time() < until:
    if select.select([master], [], [], 0.2)[0]:
        seen += os.read(master, 65536)
assert b"Enter" in seen, "nothing was drawn"
os.close(master)
try:
    child.wait(timeout=20)
except subprocess.TimeoutExpired:
    child.kill()
    sys.exit("it goes on without a terminal")
"#;
    python(LOST, &[Path::new(env!("CARGO_BIN_EXE_keymoot"))]);
}
