//! The journeys of somebody who never saw keymoot, in the real binary at 80x24: a key that is made, wrapped for a
//! receiver and shown to a camera; a deletion that is taken back; a key that comes in a TR-34 token of another vault.
//! What people type is all there is.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Not every journey needs every key of the harness.
#![allow(dead_code)]

#[path = "terminal/acme.rs"]
mod acme;
#[path = "terminal/talk.rs"]
mod talk;
mod terminal;
#[path = "terminal/trace.rs"]
mod trace;

use std::path::Path;
use std::time::{Duration, Instant};

use acme::{WORDS, vault};
use data_encoding::{BASE64, HEXLOWER};
use keymoot::pki::ImportParameters;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use talk::{ENTER, signed};
use terminal::{PATIENCE, Terminal};

const ESC: &str = "\x1b";
const F6: &str = "\x1b[17~";
const DOWN: &str = "\x1b[B";

/// The words that everybody typed, at the opening and under each request, were on no picture.
fn words_stayed_unseen(terminal: &Terminal) {
    let words: Vec<&str> = WORDS.split(' ').collect();
    let pairs: Vec<String> = words.windows(2).map(|two| two.join(" ")).collect();
    let pairs: Vec<&str> = pairs.iter().map(String::as_str).collect();
    trace::was_never_drawn(&terminal.raw(), (80, 24), &pairs);
}

/// An open vault with one key that may leave it.
fn with_a_key(home: &Path) -> Terminal {
    vault(home);
    let mut terminal = Terminal::start(home, &["--vault", "acme.vault"], (80, 24), &[]);
    terminal.shows("1 of 2: a custodian");
    signed(&mut terminal, "─ Home ─");
    terminal.press_until("n", "1 of 6");
    terminal.press_until(ENTER, "2 of 6");
    terminal.press_until(ENTER, "3 of 6");
    terminal.press_until(ENTER, "4 of 6");
    terminal.press(DOWN);
    terminal.press_until(ENTER, "5 of 6");
    terminal.press("kek");
    terminal.press_until(ENTER, ": review ─");
    signed(&mut terminal, "Done, saved");
    // Enter would show the new key.
    terminal.press_until(ESC, "─ Home ─");
    terminal
}

#[test]
fn a_key_is_wrapped_for_a_receiver_and_shown_to_a_camera() {
    let home = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("ceremonies/samples/get-parameters-for-import-rsa4096.json");
    let bytes = std::fs::read(sample).unwrap();
    std::fs::create_dir(home.path().join("from-aws")).unwrap();
    std::fs::write(home.path().join("from-aws/p.json"), &bytes).unwrap();
    let root = ImportParameters::parse(&bytes).unwrap();
    let root = root.root().sha256_fingerprint();
    let fingerprint = data_encoding::HEXLOWER.encode(&root);
    let mut terminal = with_a_key(home.path());
    terminal.press_until("x", "─ Export");
    terminal.press_until(ENTER, "1 of 6");
    terminal.press_until(ENTER, "2 of 6");
    // The receiver's file is chosen, not typed: the list says what it is.
    terminal.press_until(F6, "from-aws/");
    while !terminal.text().contains("► from-aws/") {
        terminal.press(DOWN);
        std::thread::sleep(Duration::from_millis(100));
    }
    terminal.press_until(ENTER, "p.json");
    terminal.shows("PARAMETERS FOR IMPORT, printed by the receiver");
    terminal.press_until(ENTER, "2 of 6");
    terminal.press_until(ENTER, "may travel under RSA_4096");
    terminal.press_until(ENTER, "3 of 6");
    terminal.press_until(ENTER, "A second person");
    terminal.press_until(ENTER, "type the fingerprint");
    terminal.press("Wim\r");
    terminal.press(&fingerprint);
    terminal.press("\rWim, 09:10Z, account 4444\raws-root");
    terminal.press_until(ENTER, "Import a root certificate ─ 4 of 4: review");
    signed(&mut terminal, "Done, saved");
    terminal.press_until(ENTER, "3 of 6");
    terminal.press_until(ENTER, "4 of 6");
    terminal.press_until(ENTER, "5 of 6");
    terminal.press_until(ENTER, "strong enough");
    signed(&mut terminal, "read back");
    let out = home.path().join("kek-out/kek.test.json");
    assert!(out.is_file(), "{}", terminal.text());
    // The digest as a code, and the file as many, which run by themselves.
    terminal.press_until("q", "SHA256: and these digits");
    terminal.press_until(ESC, "read back");
    terminal.press_until("f", "code 1 of ");
    terminal.shows("code 3 of ");
    terminal.press_until(" ", "stands still");
    terminal.press_until(ESC, "read back");
    words_stayed_unseen(&terminal);
}

#[test]
fn a_key_is_scheduled_for_deletion_and_taken_back() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = with_a_key(home.path());
    terminal.press_until("v", "1 of 1");
    terminal.press_until("D", "How long can kek");
    terminal.press_until(ENTER, "type the word delete");
    // Without the word Enter does nothing, and says so.
    terminal.press_until(ENTER, "not typed yet");
    terminal.press("delete");
    terminal.press_until(ENTER, "Ask");
    signed(&mut terminal, "Done, saved");
    terminal.shows("destroyed on");
    terminal.press_until(ENTER, "1 of 1");
    terminal.press_until(ESC, "─ Home ─");
    terminal.press_until("d", "Deletions");
    signed(&mut terminal, "Done, saved");
    terminal.shows("exists and is disabled");
    words_stayed_unseen(&terminal);
}

/// The other side: a vault of its own, which answers as the service does.
struct Sender<'h>(&'h Path);

impl Sender<'_> {
    fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_keymoot"))
            .args(arguments)
            .current_dir(self.0)
            .env("XDG_STATE_HOME", self.0.join("state"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        output.stdout
    }

    fn call(&self, operation: &str, input: &Value) -> Value {
        std::fs::write(self.0.join("in.json"), input.to_string()).unwrap();
        let arguments = "--vault s.vault --unlock-file people.json --cli-input-json in.json";
        let mut line = vec!["call", operation];
        line.extend(arguments.split(' '));
        serde_json::from_slice(&self.run(&line)).unwrap()
    }
}

/// SHA-256 of the last certificate of a chain as the service prints it.
fn fingerprint(chain: &Value) -> String {
    let pem = BASE64.decode(chain.as_str().unwrap().as_bytes()).unwrap();
    let pem = String::from_utf8(pem).unwrap();
    let (_, last) = pem.rsplit_once("-----BEGIN CERTIFICATE-----").unwrap();
    let (body, _) = last.split_once("-----END").unwrap();
    let body: String = body.split_whitespace().collect();
    HEXLOWER.encode(&Sha256::digest(BASE64.decode(body.as_bytes()).unwrap()))
}

/// Goes down to an entry of the menu on screen.
fn down_to(terminal: &mut Terminal, entry: &str) {
    let late = Instant::now() + PATIENCE;
    while !terminal.text().contains(&format!("► (*) {entry}")) {
        assert!(Instant::now() < late, "no {entry}:\n{}", terminal.text());
        terminal.press(DOWN);
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// What the sender is given to wrap under, out of the Import menu.
fn given(terminal: &mut Terminal, home: &Path) -> Value {
    terminal.press_until("i", "What comes in?");
    down_to(terminal, "Give out a certificate to wrap under");
    terminal.press_until(ENTER, "Form");
    down_to(terminal, "TR-34 token");
    signed(terminal, "Done");
    let given = home.join("get-parameters-for-import-out");
    let given = std::fs::read_dir(given)
        .unwrap()
        .flatten()
        .map(|e| e.path());
    let given = given
        .into_iter()
        .find(|p| p.extension().is_some_and(|e| e == "json"));
    let given = serde_json::from_slice(&std::fs::read(given.unwrap()).unwrap()).unwrap();
    terminal.press_until(ENTER, "─ Home ─");
    given
}

/// The sender believes our root and wraps a key: the key, what checks the sender's signature, and the token.
fn wrapped(sender: &Sender<'_>, given: &Value) -> [Value; 3] {
    let root = json!({
        "Enabled": true,
        "KeyMaterial": {"RootCertificatePublicKey": {
            "KeyAttributes": {
                "KeyAlgorithm": "RSA_4096", "KeyClass": "PUBLIC_KEY", "KeyModesOfUse": {"Verify": true},
                "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE"
            },
            "PublicKeyCertificate": given["WrappingKeyCertificateChain"]
        }}
    });
    let root = sender.call("import-key", &root);
    let kek = json!({
        "Exportable": true,
        "KeyAttributes": {
            "KeyAlgorithm": "TDES_3KEY", "KeyClass": "SYMMETRIC_KEY", "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY",
            "KeyModesOfUse": {"Encrypt": true, "Decrypt": true, "Wrap": true, "Unwrap": true}
        }
    });
    let kek = sender.call("create-key", &kek);
    let signing = json!({"KeyMaterialType": "TR34_KEY_BLOCK", "SigningKeyAlgorithm": "RSA_2048"});
    let signing = sender.call("get-parameters-for-export", &signing);
    let token = json!({
        "ExportKeyIdentifier": kek["Key"]["KeyArn"],
        "KeyMaterial": {"Tr34KeyBlock": {
            "CertificateAuthorityPublicKeyIdentifier": root["Key"]["KeyArn"],
            "ExportToken": signing["ExportToken"],
            "KeyBlockFormat": "X9_TR34_2012",
            "WrappingKeyCertificate": given["WrappingKeyCertificate"]
        }}
    });
    let token = sender.call("export-key", &token);
    [kek, signing, token]
}

/// The sender's root comes first, by a fingerprint from elsewhere.
fn trusted(terminal: &mut Terminal, root: &str) {
    terminal.press_until("i", "What comes in?");
    terminal.press_until(ENTER, "Which file holds the root certificate?");
    terminal.press("signer.json");
    terminal.press_until(ENTER, "Ours stays hidden");
    terminal.press_until(ENTER, "type the fingerprint");
    terminal.press("Wim\r");
    terminal.press(&root[..24]);
    terminal.shows("24 of 64 digits, group 6 of 16");
    terminal.press(&root[24..]);
    terminal.shows("64 of 64 digits, all there");
    terminal.press("\rWim, 09:10Z, the sender's switchboard\rsender-root");
    terminal.press_until(ENTER, "review");
    signed(terminal, "Done, saved");
    terminal.press_until(ENTER, "─ Home ─");
}

/// Which key came in, its sender says by another way; ours is shown to nobody before.
fn compared(terminal: &mut Terminal, value: &str) {
    terminal.shows("hidden until its sender's is typed");
    assert!(!terminal.text().contains(value), "{}", terminal.text());
    terminal.press_until(ENTER, "─ Compare ─");
    terminal.press_until(ENTER, "► Check value");
    terminal.press("000000");
    terminal.press_until(ENTER, "STOP  What you typed is not the check value");
    assert!(!terminal.text().contains(value), "{}", terminal.text());
    terminal.press(value);
    // A second Enter would leave the key's page.
    terminal.press(ENTER);
    terminal.shows("It agrees: this is the sender's key");
    terminal.shows("with its sender's, by");
    let text = terminal.text();
    assert!(text.contains(value) && text.contains("K0"), "{text}");
}

#[test]
fn a_key_comes_from_a_sender_in_a_tr34_token() {
    let home = tempfile::tempdir().unwrap();
    let place = tempfile::tempdir().unwrap();
    let sender = Sender(place.path());
    sender.run(&[
        "init",
        "s.vault",
        "--profile",
        "test",
        "--quorum",
        "2/3",
        "--unlock-file",
        "people.json",
    ]);
    vault(home.path());
    let mut terminal = Terminal::start(home.path(), &["--vault", "acme.vault"], (80, 24), &[]);
    terminal.shows("1 of 2: a custodian");
    signed(&mut terminal, "─ Home ─");
    // First the sender is given a certificate to wrap under.
    let given = given(&mut terminal, home.path());
    let [kek, signing, token] = wrapped(&sender, &given);
    let files = [("signer.json", &signing), ("token.json", &token)];
    for (name, value) in files {
        std::fs::write(home.path().join(name), value.to_string()).unwrap();
    }
    trusted(
        &mut terminal,
        &fingerprint(&signing["SigningKeyCertificateChain"]),
    );
    // Then the token.
    terminal.press_until("i", "What comes in?");
    down_to(&mut terminal, "Import a key from a TR-34 token");
    terminal.press_until(ENTER, "Sender's file");
    terminal.press("token.json");
    terminal.press_until(ENTER, "► Sender's root");
    terminal.shows("► (*) sender-root");
    terminal.press_until(ENTER, "► Sender's certificate");
    terminal.press("signer.json");
    terminal.press_until(ENTER, "► Random number");
    // The file says meanwhile which root fits, and that field may be asked again: Tab leads back to this one.
    terminal.press_until("\t", "► Random number");
    terminal.press_until(ENTER, ": review ─");
    for words in ["TDES", "(one-pass)", "under        sender-root"] {
        terminal.shows(words);
    }
    signed(&mut terminal, "─ Done");
    let value = kek["Key"]["KeyCheckValue"].as_str().unwrap();
    compared(&mut terminal, value);
    terminal.press_until(ESC, "─ Home ─");
    terminal.press_until("v", "─ Keys ─");
    terminal.shows(value);
}
