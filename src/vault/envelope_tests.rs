//! Each way an envelope can be the wrong one has its own message.

use std::io::Read;

use age::armor::ArmoredReader;

use super::super::passphrase::MAX_BYTES;
use super::*;
use crate::vault::testing::{custody_file, secret, seed, share};

const PASS: &str = "anvil bagel cobalt";
const LOG_N: u8 = 2;

fn share_contents(index: u8) -> Contents {
    Contents::Share {
        share: secret(share(true, index)),
    }
}

fn approval_contents(index: u8) -> Contents {
    Contents::Approval {
        use_share: Some(secret(share(false, index))),
        approval_key: secret(seed(index)),
    }
}

fn sealed(custody: &CustodyFile, contents: &Contents) -> String {
    Envelope::seal(custody, "custodian-1", contents, PASS, LOG_N).unwrap()
}

/// Seals a plaintext as is, as a forger or another version would.
fn sealed_raw(json: &str) -> String {
    lock(json.as_bytes(), PASS, LOG_N).unwrap()
}

fn plaintext(contents: &Contents) -> String {
    let custody = custody_file(Profile::Test);
    let plain = plain(&custody, &custody.people[0], contents);
    serde_json::to_string(&plain).unwrap()
}

fn opened(text: &str) -> Result<Envelope, EnvelopeError> {
    let custody = custody_file(Profile::Test);
    Envelope::open(&custody, "custodian-1", text.as_bytes(), PASS)
}

#[test]
fn round_trip_of_both_kinds() {
    let custody = custody_file(Profile::Test);
    let text = sealed(&custody, &share_contents(1));
    assert!(text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
    let envelope = opened(&text).unwrap();
    let share_ = envelope.share().unwrap();
    assert_eq!(
        (share_.index, share_.threshold, *share_.value),
        (1, 2, share(true, 1))
    );
    assert!(envelope.approval_key().is_none());

    let envelope = opened(&sealed(&custody, &approval_contents(1))).unwrap();
    assert_eq!(*envelope.share().unwrap().value, share(false, 1));
    assert_eq!(envelope.approval_key().unwrap().expose(), seed(1));
}

#[test]
fn an_administrator_has_a_key_and_no_share() {
    let custody = custody_file(Profile::Test);
    let contents = Contents::Approval {
        use_share: None,
        approval_key: secret(seed(9)),
    };
    let text = Envelope::seal(&custody, "administrator", &contents, PASS, LOG_N).unwrap();
    let envelope = Envelope::open(&custody, "administrator", text.as_bytes(), PASS).unwrap();
    assert!(envelope.share().is_none());
    assert!(envelope.approval_key().is_some());
    let mine = Envelope::seal(&custody, "administrator", &share_contents(1), PASS, LOG_N);
    assert_eq!(mine.err(), Some(EnvelopeError::Mismatch { field: "index" }));
}

#[test]
fn the_plaintext_is_fixed_for_ever() {
    let json = plaintext(&share_contents(1));
    let custody = custody_file(Profile::Test);
    let expected = format!(
        "{{\"version\":1,\"kind\":\"share\",\"vault_id\":\"{}\",\"set_id\":\"{}\",\"profile\":\"test\",\
         \"k\":2,\"t\":2,\"n\":3,\"index\":1,\"custodian\":\"custodian-1\",\"role\":\"custodian\",\
         \"recipients\":{{\"open\":\"{}\",\"use\":\"{}\"}},\"share\":\"{}\"}}",
        "01".repeat(16),
        "02".repeat(16),
        custody.recipients.open,
        custody.recipients.use_,
        "41".repeat(32),
    );
    assert_eq!(json, expected);
    let json = plaintext(&approval_contents(1));
    let end = format!(
        "\"use_share\":\"{}\",\"approval_key\":\"{}\"}}",
        "81".repeat(32),
        "c1".repeat(32)
    );
    assert!(json.ends_with(&end) && json.contains("\"kind\":\"approval\""));
}

#[test]
fn the_wrong_passphrase_uses_nothing_up() {
    let text = sealed(&custody_file(Profile::Test), &share_contents(1));
    let custody = custody_file(Profile::Test);
    let answer = Envelope::open(
        &custody,
        "custodian-1",
        text.as_bytes(),
        "anvil bagel cobolt",
    );
    assert_eq!(answer.err(), Some(EnvelopeError::WrongPassphrase));
}

#[test]
fn foreign_old_and_wrong_are_three_messages() {
    let mut foreign = custody_file(Profile::Test);
    foreign.vault_id = [9; 16];
    let mut old = custody_file(Profile::Test);
    old.set_id = [9; 16];
    let json = plaintext(&share_contents(1));
    let text = sealed_raw(&json.replace(&"01".repeat(16), &"09".repeat(16)));
    assert!(matches!(
        opened(&text).err(),
        Some(EnvelopeError::ForeignVault { .. })
    ));
    let text = sealed_raw(&json.replace(&"02".repeat(16), &"09".repeat(16)));
    assert!(matches!(
        opened(&text).err(),
        Some(EnvelopeError::OldSet { .. })
    ));
    let text = sealed_raw(&json.replace(&"41".repeat(32), &"42".repeat(32)));
    assert_eq!(opened(&text).err(), Some(EnvelopeError::WrongShare));
}

#[test]
fn every_member_is_compared() {
    let json = plaintext(&share_contents(1));
    for (field, from, to) in [
        ("profile", "\"test\"", "\"rehearsal\""),
        ("k", "\"k\":2", "\"k\":3"),
        ("t", "\"t\":2", "\"t\":3"),
        ("n", "\"n\":3", "\"n\":4"),
        ("index", "\"index\":1", "\"index\":2"),
        ("custodian", "\"custodian-1\"", "\"custodian-2\""),
        ("role", "\"role\":\"custodian\"", "\"role\":\"witness\""),
        ("recipients", "\"use\":\"age1", "\"use\":\"age2"),
    ] {
        let changed = json.replace(from, to);
        assert_ne!(changed, json, "{field}");
        assert_eq!(
            opened(&sealed_raw(&changed)).err(),
            Some(EnvelopeError::Mismatch { field })
        );
    }
    let json = plaintext(&approval_contents(1));
    let changed = json.replace(&"c1".repeat(32), &"c2".repeat(32));
    let differs = EnvelopeError::Mismatch {
        field: "approval_key",
    };
    assert_eq!(opened(&sealed_raw(&changed)).err(), Some(differs));
}

#[test]
fn the_schema_is_closed() {
    let json = plaintext(&share_contents(1));
    for changed in [
        json.replace("\"k\":2", "\"k\":2,\"k\":2"),
        json.replace("\"k\":2", "\"k\":2,\"hint\":1"),
        json.replace("\"share\"}", "\"approval\"}"),
        json.replace("\"kind\":\"share\"", "\"kind\":\"approval\""),
        json.replace(&"41".repeat(32), "41"),
        "{}".to_owned(),
        "[]".to_owned(),
    ] {
        if changed != json {
            let answer = opened(&sealed_raw(&changed)).err();
            assert!(matches!(answer, Some(EnvelopeError::NotAnEnvelope { .. })));
        }
    }
    let newer = json.replace("\"version\":1", "\"version\":2,\"more\":{}");
    assert_eq!(
        opened(&sealed_raw(&newer)).err(),
        Some(EnvelopeError::NewerVersion { found: 2 })
    );
}

#[test]
fn an_envelope_that_could_not_be_opened_again_is_not_sealed() {
    let custody = custody_file(Profile::Test);
    let wrong = Envelope::seal(&custody, "custodian-1", &share_contents(2), PASS, LOG_N);
    assert_eq!(wrong.err(), Some(EnvelopeError::WrongShare));
    let empty = Envelope::seal(&custody, "custodian-1", &share_contents(1), "", LOG_N);
    assert_eq!(empty.err(), Some(EnvelopeError::EmptyPassphrase));
    let heavy = Envelope::seal(&custody, "custodian-1", &share_contents(1), PASS, 21);
    assert_eq!(heavy.err(), Some(EnvelopeError::Unsealable));
}

#[test]
fn a_work_factor_bomb_costs_nothing() {
    let text = sealed(&custody_file(Profile::Test), &share_contents(1));
    let mut binary = Vec::new();
    ArmoredReader::new(text.as_bytes())
        .read_to_end(&mut binary)
        .unwrap();
    let at = binary.windows(3).position(|w| w == b" 2\n").unwrap();
    let mut bomb = binary[..at].to_vec();
    bomb.extend_from_slice(b" 30\n");
    bomb.extend_from_slice(&binary[at + 3..]);
    let custody = custody_file(Profile::Test);
    let answer = Envelope::open(&custody, "custodian-1", &bomb, PASS).err();
    assert_eq!(
        answer,
        Some(EnvelopeError::WorkFactorTooHigh { required: 30 })
    );
}

#[test]
fn what_is_no_envelope_is_said_to_be_none() {
    let other = super::super::seal_to(&custody_file(Profile::Test).recipients.open, b"x").unwrap();
    let custody = custody_file(Profile::Test);
    for bytes in [b"".as_slice(), b"hello", &other, &vec![b'a'; MAX_BYTES + 1]] {
        let answer = Envelope::open(&custody, "custodian-1", bytes, PASS).err();
        assert!(matches!(answer, Some(EnvelopeError::NotAnEnvelope { .. })));
    }
    let text = sealed(&custody, &share_contents(1));
    let cut = &text.as_bytes()[..text.len() / 2];
    assert!(Envelope::open(&custody, "custodian-1", cut, PASS).is_err());
}
