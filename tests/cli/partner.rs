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

/// A vault that plays the partner, with this vault's root in it and a key to send.
struct Partner {
    handed: Value,
    root: Value,
    key: Value,
}

impl Partner {
    fn new(room: &Room) -> Self {
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
        let root = partner(room, "import-key", &root)["Key"]["KeyArn"].clone();
        let key = partner(room, "create-key", &kek("TDES_3KEY"))["Key"]["KeyArn"].clone();
        Self { handed, root, key }
    }

    /// Does what NEXT.txt says: signing.json and token.json.
    fn wraps(&self, room: &Room, number: Option<&str>) {
        let signing =
            json!({"KeyMaterialType": "TR34_KEY_BLOCK", "SigningKeyAlgorithm": "RSA_2048"});
        let signing = partner(room, "get-parameters-for-export", &signing);
        let mut block = json!({
            "KeyBlockFormat": "X9_TR34_2012",
            "KeyBlockHeaders": {"KeyExportability": "NON_EXPORTABLE"},
            "CertificateAuthorityPublicKeyIdentifier": self.root,
            "WrappingKeyCertificate": self.handed["WrappingKeyCertificate"],
            "ExportToken": signing["ExportToken"],
        });
        if let Some(number) = number {
            block["RandomNonce"] = number.into();
        }
        let export =
            json!({"ExportKeyIdentifier": self.key, "KeyMaterial": {"Tr34KeyBlock": block}});
        let token = partner(room, "export-key", &export);
        room.write("signing.json", signing.to_string());
        room.write("token.json", token.to_string());
    }
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
    Partner::new(&room).wraps(&room, None);
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
    // The command of the first day with --resume is understood.
    let done = resume("--real --input kek-token=token.json");
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

/// What lies in the folder of a run so far.
fn next(room: &Room) -> String {
    std::fs::read_to_string(room.path("out/NEXT.txt")).unwrap()
}

/// The files that a two-pass run asks for, each wrong in a way that a real partner would be, and then right.
#[test]
fn a_file_that_cannot_be_what_is_asked_for_is_told_where_it_is_read() {
    let room = Room::new();
    room.test_vault();
    let begin = "play kek-from-partner-tr34-two-pass.toml --headless --real --out out";
    let waits = room.run(&format!("{begin} {OPEN}"));
    waits.refused(3, "waits for the file `sender-root`");
    let told = next(&room);
    let number = told
        .lines()
        .find_map(|line| line.trim().strip_prefix("RandomNonce="))
        .map(|number| number.trim_end_matches(',').to_owned());
    for says in [
        "exportability N (it never leaves again)",
        "KeyBlockHeaders={KeyExportability=NON_EXPORTABLE},",
        "sender's root, it is given signing.json",
    ] {
        let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(says), "{says}\n{told}");
    }
    let there = Partner::new(&room);
    there.wraps(&room, None);
    let p = json!({"KeyMaterialType": "TR34_KEY_BLOCK", "WrappingKeyAlgorithm": "RSA_2048"});
    let p = partner(&room, "get-parameters-for-import", &p);
    room.write("p.json", p.to_string());
    let resume = |files: &str| room.run(&format!("play --resume --headless {files} {OPEN}"));
    // A receiver's file, and our own: nobody who sends is known by either, and neither is remembered.
    let receiver = resume("--input sender-root=p.json");
    receiver.refused(
        1,
        "is what get-parameters-for-import printed: the file of a receiver",
    );
    let own = resume("--input sender-root=out/partner.parameters.test.json");
    own.refused(1, "the root of this very vault");
    resume("--input sender-root=signing.json").refused(3, "--resume --input kek-token=PATH");
    // A token of one pass: the service's words have another reader in mind.
    let one_pass = resume("--input kek-token=token.json");
    for says in [
        "It was made in one pass",
        "No key came in",
        "make it anew, in two passes, with the random number that step 5 handed out",
        "Nothing was changed",
    ] {
        assert!(one_pass.err.contains(says), "{says}\n{}", one_pass.err);
    }
    let kept = room.json("vault inventory t.vault --unlock-file people.json --json");
    assert!(!kept.to_string().contains("kek-from-partner"), "{kept}");
    there.wraps(&room, Some("0123456789ABCDEF"));
    let other = resume("--input kek-token=token.json");
    assert!(
        other.err.contains("It answers to another number"),
        "{}",
        other.err
    );
    there.wraps(&room, number.as_deref());
    // Another signing certificate than the one that came: it is named by its own file, or beside the token.
    let both = |name: &str| -> serde_json::Map<String, Value> {
        serde_json::from_slice(&std::fs::read(room.path(name)).unwrap()).unwrap()
    };
    let mut merged = both("signing.json");
    merged.extend(both("token.json"));
    room.write("both.json", Value::Object(merged).to_string());
    let done = resume("--input kek-token=both.json");
    assert_eq!(done.status, 0, "{}", done.err);
}

/// The other way round: a token that answers to a number of nobody.
#[test]
fn a_token_of_two_passes_is_no_file_for_a_script_of_one() {
    let room = Room::new();
    room.test_vault();
    let begin = "play kek-from-partner-tr34.toml --headless --real --out out";
    room.run(&format!("{begin} {OPEN}"))
        .refused(3, "`sender-root`");
    Partner::new(&room).wraps(&room, Some("0123456789ABCDEF"));
    let files = "--input sender-root=signing.json --input kek-token=token.json";
    let ran = room.run(&format!("play --resume --headless {files} {OPEN}"));
    for says in ["It was made in two passes", "No key came in"] {
        assert!(ran.err.contains(says), "{says}\n{}", ran.err);
    }
}
