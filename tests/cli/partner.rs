//! A ceremony with a real partner, who is another vault of its own: what `call` prints there, as AWS prints it, is what
//! NEXT.txt asks for and all that comes back.

use serde_json::{Value, json};

use crate::program::{Room, kek};

const OPEN: &str = "--vault t.vault --unlock-file people.json";
const THERE: &str = "--vault p.vault --unlock-file partner.json";

/// What the partner's control plane prints for an operation.
fn partner(room: &Room, operation: &str, request: &Value) -> Value {
    room.write("request.json", request.to_string());
    room.json(&format!(
        "call {operation} {THERE} --cli-input-json request.json"
    ))
}

/// The partner does what NEXT.txt says: signing.json and token.json.
fn wraps(room: &Room) {
    room.ok("init p.vault --profile test --quorum 2/3 --unlock-file partner.json");
    let handed = std::fs::read(room.path("out/partner.parameters.test.json")).unwrap();
    let handed: Value = serde_json::from_slice(&handed).unwrap();
    let root = json!({"KeyMaterial": {"RootCertificatePublicKey": {
        "KeyAttributes": {
            "KeyClass": "PUBLIC_KEY", "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
            "KeyAlgorithm": "RSA_4096", "KeyModesOfUse": {"Verify": true},
        },
        "PublicKeyCertificate": handed["WrappingKeyCertificateChain"],
    }}});
    let root = partner(room, "import-key", &root);
    let key = partner(room, "create-key", &kek("TDES_3KEY"));
    let signing = json!({"KeyMaterialType": "TR34_KEY_BLOCK", "SigningKeyAlgorithm": "RSA_2048"});
    let signing = partner(room, "get-parameters-for-export", &signing);
    let export = json!({
        "ExportKeyIdentifier": key["Key"]["KeyArn"],
        "KeyMaterial": {"Tr34KeyBlock": {
            "KeyBlockFormat": "X9_TR34_2012",
            "KeyBlockHeaders": {"KeyExportability": "NON_EXPORTABLE"},
            "CertificateAuthorityPublicKeyIdentifier": root["Key"]["KeyArn"],
            "WrappingKeyCertificate": handed["WrappingKeyCertificate"],
            "ExportToken": signing["ExportToken"],
        }},
    });
    let token = partner(room, "export-key", &export);
    room.write("signing.json", signing.to_string());
    room.write("token.json", token.to_string());
}

#[test]
fn what_next_asks_for_is_enough_and_an_unfit_file_ends_nothing() {
    let room = Room::new();
    room.test_vault();
    let begin = "play kek-from-partner-tr34.toml --headless --real --out out";
    let waits = room.run(&format!("{begin} {OPEN}"));
    assert!(
        waits.err.contains("--resume --input sender-root=PATH"),
        "{}",
        waits.err
    );
    waits.refused(3, "waits for the file `sender-root`");
    wraps(&room);
    let resume = |files: &str| room.run(&format!("play --resume --headless {files} {OPEN}"));
    // The wrong file in the token's place: the root is taken, and the run waits for the token.
    let strange = json!({"WrappedKey": {
        "KeyMaterial": "30", "WrappedKeyMaterialFormat": "TR34_KEY_BLOCK", "KeyCheckValue": "AABBCC",
        "WrappingKeyArn": "arn:aws:payment-cryptography:us-east-1:444455556666:key/rootofthereceiver",
    }});
    room.write("strange.json", strange.to_string());
    resume("--input sender-root=signing.json --input kek-token=strange.json")
        .refused(1, "`kek-token` is another file than the script wants");
    resume("--input sender-root=signing.json").refused(3, "--resume --input kek-token=PATH");
    let done = resume("--input kek-token=token.json");
    assert_eq!(done.status, 0, "{}", done.err);
    // The same token can be compared in the file that came.
    room.ok(
        "inspect token.json --signed-by signing.json --receiver out/partner.parameters.test.json",
    );
    let other = room.run("inspect token.json --signed-by out/partner.parameters.test.json");
    assert_eq!(other.status, 1, "{}", other.err);
    assert!(
        other.out.contains("Signed with the key given"),
        "{}",
        other.out
    );
}
