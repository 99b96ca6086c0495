//! Devices that are let go, and random numbers for senders, as steps of a script: played, repeated, interrupted.

use keymoot::crypto::tr34::{AnyToken, PartyId};
use keymoot::pki::{CounterpartyFile, ImportParameters};

use super::resume::resumes_as;
use super::stage::{parsed, played_as, summary, text};

/// What the device handed over.
const DEVICE: &str = "get-parameters-for-import-rsa2048.json";

/// The receiver of a key is let go at the end; before, a sender gets a number.
fn letting_go() -> String {
    let steps = r#"
[[step]]
id       = "number"
op       = "tr34.random"
title    = "Give the partner a number"
output   = "number.hex"
initiate = "lead"
approve  = { count = 2 }
clause   = ["PCI PIN 8-4"]
why      = "What comes back must be new."

[[step]]
id     = "speak-number"
op     = "attest.hash"
title  = "Read the hash of the file aloud"
file   = "number.hex"
who    = ["lead", "watch"]
clause = ["PCI PIN 10-1"]
why    = "Whoever swaps the file on the way now has to change the minutes too."

[[step]]
id       = "let-go"
op       = "tr34.unbind"
title    = "Let the device go"
device   = "counterparty"
output   = "let-go.der"
initiate = "lead"
approve  = { count = 2 }
input.nonce = { source = "typed", who = "first" }
clause   = ["PCI PIN 8-4"]
why      = "The device is retired."

[[step]]
id     = "speak-let-go"
op     = "attest.hash"
title  = "Read the hash of the file aloud"
file   = "let-go.der"
who    = ["lead", "watch"]
clause = ["PCI PIN 10-1"]
why    = "Whoever swaps the file on the way now has to change the minutes too."

# ── 9"#;
    let answer = "\n[[rehearsal.answer]]\nstep  = \"let-go\"\nnonce = \"0439F40A883AD204\"\n";
    text("kek-to-partner-tr34.toml").replacen("\n# ── 9", steps, 1) + answer
}

#[test]
fn the_files_of_a_device_are_written_and_say_what_was_signed() {
    let sample = keymoot::ceremony::sample(DEVICE).unwrap();
    let made = || {
        played_as(
            "letting go",
            parsed(&letting_go()),
            &[("counterparty", sample)],
        )
    };
    let files = made();
    assert_eq!(files, made(), "the same seed, the same bytes");
    let number = String::from_utf8(files["number.rehearsal.hex"].clone()).unwrap();
    let number = data_encoding::HEXUPPER
        .decode(number.trim().as_bytes())
        .unwrap();
    assert!(matches!(AnyToken::parse(&number), Ok(AnyToken::Random(n)) if n.len() == 8));
    let Ok(AnyToken::Binding(token)) = AnyToken::parse(&files["let-go.rehearsal.der"]) else {
        panic!("no unbind token");
    };
    let signer = CounterpartyFile::parse(&files["signer.parameters.rehearsal.json"]).unwrap();
    let leaf = signer.leaf();
    token
        .verify(&keymoot::crypto::tr34::SignerKey {
            id: PartyId::new(leaf.issuer_der(), leaf.serial()).unwrap(),
            spki_der: leaf.spki_der().to_vec(),
            certificate_der: leaf.der().to_vec(),
        })
        .unwrap();
    let device = ImportParameters::parse(sample)
        .unwrap()
        .wrapping_certificate;
    let device = PartyId::new(device.issuer_der(), device.serial()).unwrap();
    assert_eq!(*token.krd(), device);
    assert_eq!(token.new_kdh(), None);
    let next = String::from_utf8(files["NEXT.txt"].clone()).unwrap();
    assert!(next.contains("unbind token (UBT_KDH)"), "{next}");
    let report = String::from_utf8_lossy(&files["report.txt"]).into_owned();
    assert!(report.contains("Let the device go"), "{report}");
    let steps = summary(&files)["steps"].clone();
    assert!(steps.to_string().contains("tr34.unbind"), "{steps}");
}

#[test]
fn an_interrupted_run_hands_over_the_same_tokens() {
    let sample = keymoot::ceremony::sample(DEVICE).unwrap();
    let inputs = [("counterparty", sample)];
    resumes_as("letting go", || parsed(&letting_go()), &inputs, 24);
}
