//! Tests of what is signed, who may sign, and every sentence of refusal.

use crate::api::Profile;
use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use serde_json::json;

use super::*;

/// A change to an act, and what is said of it.
type Change = (fn(&mut Act), &'static str);

pub(super) const VAULT: &str = "00112233445566778899aabbccddeeff";
pub(super) const EPOCH: &str = "0a0b0c0d0e0f00010203040506070809";

pub(super) fn key(seed: u8) -> ApprovalKey {
    ApprovalKey::from_seed(&[seed; 32])
}

fn person(name: &str, role: Role, seed: u8) -> Person {
    Person {
        name: name.to_owned(),
        role,
        approval_key: key(seed).public(),
        index: (role == Role::Custodian).then_some(seed),
        since_seq: 0,
        until_seq: None,
    }
}

/// Ada administers (key 1); Bo, Cy and Di are custodians (2, 3, 4); Wim is the witness (9).
pub(super) fn people() -> Vec<Person> {
    vec![
        person("Ada", Role::Administrator, 1),
        person("Bo", Role::Custodian, 2),
        person("Cy", Role::Custodian, 3),
        person("Di", Role::Custodian, 4),
        person("Wim", Role::Witness, 9),
    ]
}

pub(super) fn act() -> Act {
    Act {
        vault_id: VAULT.to_owned(),
        epoch: EPOCH.to_owned(),
        seq: 7,
        state_head: [0x11; 32],
        approval_id: [0x22; 32],
        issuer: "Ada".to_owned(),
        issuer_key: key(1).fingerprint().hex(),
        script: None,
        step: None,
        action: json!({"CreateKey": {"Exportable": true}}),
    }
}

fn issued() -> Signature {
    sign(&act(), &key(1), "Ada", SignsAs::Issuer, By::Terminal)
}

fn approved(name: &str, seed: u8) -> Signature {
    sign(&act(), &key(seed), name, SignsAs::Custodian, By::Terminal)
}

fn judge(signatures: &[Signature]) -> Result<Approved, ApprovalRefusal> {
    Tally::judge(&act(), signatures, &people(), 2)
}

fn says(refused: &Result<Approved, ApprovalRefusal>, sentence: &str) {
    assert_eq!(refused.as_ref().unwrap_err().to_string(), sentence);
}

/// Computed with Python's hashlib and the cryptography package; these bytes never change.
#[test]
fn the_signed_bytes_are_fixed_for_ever() {
    assert_eq!(
        HEXLOWER.encode(&act().digest()),
        "363c92ab91a5a3a56ad6ee050ec766828188a50f47d2991a20e5b04addb10bdf"
    );
    let signature = approved("Bo", 2);
    let bytes = signed_bytes(&act(), &signature.signer, SignsAs::Custodian, By::Terminal);
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "keymoot/approval/v1\0{\"act\":{\"action\":{\"CreateKey\":{\"Exportable\":true}},\
         \"approval_id\":\"2222222222222222222222222222222222222222222222222222222222222222\",\
         \"epoch\":\"0a0b0c0d0e0f00010203040506070809\",\"issuer\":\"Ada\",\
         \"issuer_key\":\"34750f98bd59fcfc946da45aaabe933be154a4b5094e1c4abf42866505f3c97e\",\
         \"script\":null,\"seq\":7,\
         \"state_head\":\"1111111111111111111111111111111111111111111111111111111111111111\",\
         \"step\":null,\"vault_id\":\"00112233445566778899aabbccddeeff\"},\"by\":\"terminal\",\
         \"role\":\"custodian\",\
         \"signer\":\"6a3803d5f059902a1c6dafbc9ba4729212f7caac08634cc3ae76b27529f03827\"}"
    );
    assert_eq!(
        HEXLOWER.encode(&signature.signature),
        "bb19645c567ca538a6130d2bf467400a11008a8263aa98ff2d44f12009de75c5\
         fa4247bee4236f4c37332798835d9a1e3a529bf09cc3edd8c3d65e2034d9b200"
    );
}

/// Computed with Python's hashlib.
#[test]
fn an_act_and_a_signature_read_back_from_json() {
    let text = serde_json::to_vec(&act()).unwrap();
    let again: Act = serde_json::from_value(json::strict(&text).unwrap()).unwrap();
    assert_eq!(again, act());
    assert_eq!(serde_json::to_value(&again).unwrap(), act().to_json());
    let signature = issued();
    let text = serde_json::to_string(&signature).unwrap();
    assert_eq!(serde_json::from_str::<Signature>(&text).unwrap(), signature);
    assert!(serde_json::from_str::<Signature>(&text.replace("\"by\"", "\"By\"")).is_err());
}

#[test]
fn two_custodians_besides_the_issuer_approve() {
    let signatures = [issued(), approved("Bo", 2), approved("Cy", 3)];
    let approved_act = judge(&signatures).unwrap();
    assert_eq!(approved_act.issuer, "Ada");
    assert_eq!(approved_act.custodians, ["Bo", "Cy"]);
    assert!(!approved_act.from_file);
    let all = people();
    assert_eq!(Tally::new(&all, 2).so_far(&act(), &signatures[..2]), Ok(1));
}

#[test]
fn a_custodian_may_issue_but_not_approve_as_well() {
    let act = Act {
        issuer: "Bo".to_owned(),
        issuer_key: key(2).fingerprint().hex(),
        ..act()
    };
    let by = |name: &str, seed, role| sign(&act, &key(seed), name, role, By::Terminal);
    let issuer = by("Bo", 2, SignsAs::Issuer);
    let others = [
        by("Cy", 3, SignsAs::Custodian),
        by("Di", 4, SignsAs::Custodian),
    ];
    let all = [std::slice::from_ref(&issuer), &others[..]].concat();
    assert!(Tally::judge(&act, &all, &people(), 2).is_ok());
    let twice = [issuer, others[0].clone(), by("Bo", 2, SignsAs::Custodian)];
    says(
        &Tally::judge(&act, &twice, &people(), 2),
        "Bo issued this act and cannot approve it as well: whoever asks does not decide. Nothing was done. Ask another custodian to approve it.",
    );
}

#[test]
fn too_few_is_said_by_how_few() {
    says(
        &judge(&[issued()]),
        "No custodian has approved this act, and it needs 2. Nothing was done. Ask 2 custodians to approve it, each with their own passphrase.",
    );
    says(
        &judge(&[issued(), approved("Bo", 2)]),
        "Bo alone has approved this act, and it needs 2 custodians: nobody acts on a key alone. Nothing was done. Ask another custodian to approve the same act.",
    );
    says(
        &Tally::judge(
            &act(),
            &[issued(), approved("Bo", 2), approved("Cy", 3)],
            &people(),
            3,
        ),
        "2 custodians have approved this act, and it needs 3. Nothing was done. Ask 1 more to approve the same act.",
    );
    // A required count of zero is still one.
    assert!(Tally::judge(&act(), &[issued()], &people(), 0).is_err());
}

#[test]
fn the_issuer_signs_first_and_alone_as_issuer() {
    let sentence = "Ada issues this act and has not signed it first. Nothing was done. Ada signs, then the custodians approve.";
    says(&judge(&[]), sentence);
    says(&judge(&[approved("Bo", 2), issued()]), sentence);
    let bo_issues = sign(&act(), &key(2), "Bo", SignsAs::Issuer, By::Terminal);
    let sentence = "Bo signed as issuer, and the act names Ada. Nothing was done. Only Ada signs as issuer, once; the others approve.";
    says(&judge(std::slice::from_ref(&bo_issues)), sentence);
    says(&judge(&[issued(), bo_issues]), sentence);
}

#[test]
fn administrators_and_witnesses_do_not_approve_and_witnesses_do_not_issue() {
    let mut all = people();
    all.push(person("Al", Role::Administrator, 8));
    says(
        &Tally::judge(&act(), &[issued(), approved("Al", 8)], &all, 2),
        "Al is an administrator, and an administrator issues acts but does not approve them. Nothing was done. Ask a custodian to approve it.",
    );
    says(
        &judge(&[issued(), approved("Wim", 9)]),
        "Wim is a witness, and a witness observes and signs off but does not approve. Nothing was done. Ask a custodian to approve it.",
    );
    let act = Act {
        issuer: "Wim".to_owned(),
        issuer_key: key(9).fingerprint().hex(),
        ..act()
    };
    let wim = sign(&act, &key(9), "Wim", SignsAs::Issuer, By::Terminal);
    says(
        &Tally::judge(&act, &[wim], &people(), 2),
        "Wim is a witness, and a witness observes and signs off but issues nothing. Nothing was done. An administrator or a custodian issues the act.",
    );
}

#[test]
fn one_person_one_key_one_envelope_counts_once() {
    says(
        &judge(&[issued(), approved("Bo", 2), approved("Bo", 2)]),
        "Bo has already approved this act, and a second signature of the same person adds nothing. Nothing was done. Ask another custodian to approve it.",
    );
    let two_names = "The same approval key stands under two names, Bo and Eve; one key is one person. Nothing was done. Check who holds this key; if it was shared, rotate.";
    says(
        &judge(&[issued(), approved("Bo", 2), approved("Eve", 2)]),
        two_names,
    );
    let mut all = people();
    all.push(Person {
        name: "Eve".to_owned(),
        ..person("Bo", Role::Custodian, 2)
    });
    says(
        &Tally::judge(
            &act(),
            &[issued(), approved("Bo", 2), approved("Cy", 3)],
            &all,
            2,
        ),
        two_names,
    );
    let mut all = people();
    all[2].index = Some(2);
    says(
        &Tally::judge(
            &act(),
            &[issued(), approved("Bo", 2), approved("Cy", 3)],
            &all,
            2,
        ),
        "Bo and Cy approved from the same envelope (share 2), so this is one custodian, not two. Nothing was done. Each custodian approves with an envelope of their own.",
    );
    all[0].index = Some(2);
    says(
        &Tally::judge(&act(), &[issued(), approved("Bo", 2)], &all, 2),
        "Bo approves from the envelope of Ada, who issued this act (share 2). Nothing was done. Ask a custodian with an envelope of their own.",
    );
}

#[test]
fn keys_count_only_while_their_person_serves() {
    let mut all = people();
    all[1].until_seq = Some(7);
    let signatures = [issued(), approved("Bo", 2), approved("Cy", 3)];
    assert!(Tally::judge(&act(), &signatures, &all, 2).is_ok());
    all[1].until_seq = Some(6);
    says(
        &Tally::judge(&act(), &signatures, &all, 2),
        "The approval key of Bo ended with change 6 of this vault, and this act is for change 7. Nothing was done. Ask someone who serves now.",
    );
    all[1].until_seq = None;
    all[1].since_seq = 8;
    says(
        &Tally::judge(&act(), &signatures, &all, 2),
        "The approval key of Bo counts from change 8 of this vault, and this act is for change 7. Nothing was done. Ask someone who serves now.",
    );
    says(
        &judge(&[issued(), approved("Zoe", 77)]),
        &format!(
            "The signature under the name Zoe was made with a key that is nobody's in this vault (fingerprint {}). Nothing was done. Only people enrolled in this vault can sign.",
            key(77).fingerprint()
        ),
    );
}

#[test]
fn a_signature_holds_for_its_act_its_role_and_its_way_alone() {
    let sentence = "The signature of Bo does not hold for this act: it was made for another one, or changed since. Nothing was done. Bo reads the act again and signs it anew.";
    let changes: [fn(&mut Act); 10] = [
        |a| a.vault_id = "f".repeat(32),
        |a| a.epoch = "00".to_owned(),
        |a| a.seq = 8,
        |a| a.state_head = [0; 32],
        |a| a.approval_id = [0; 32],
        |a| a.issuer = "Eve".to_owned(),
        |a| a.issuer_key = "00".repeat(32),
        |a| a.script = Some([0; 32]),
        |a| a.step = Some("1".to_owned()),
        |a| a.action = json!({"CreateKey": {"Exportable": false}}),
    ];
    for change in changes {
        let mut other = act();
        change(&mut other);
        assert_ne!(other.digest(), act().digest());
        let signature = sign(&other, &key(2), "Bo", SignsAs::Custodian, By::Terminal);
        says(&judge(&[issued(), signature]), sentence);
    }
    for tamper in [
        |s: &mut Signature| s.by = By::UnlockFile,
        |s: &mut Signature| s.signature[0] ^= 1,
        |s: &mut Signature| s.signature[63] ^= 0x20,
    ] {
        let mut signature = approved("Bo", 2);
        tamper(&mut signature);
        says(&judge(&[issued(), signature]), sentence);
    }
    let mut as_custodian = sign(&act(), &key(2), "Bo", SignsAs::Issuer, By::Terminal);
    as_custodian.role = SignsAs::Custodian;
    says(&judge(&[issued(), as_custodian]), sentence);
}

/// A public key of small order verifies rubbish under loose checks; `verify_strict` refuses it.
#[test]
fn a_weak_key_signs_nothing_and_cannot_be_enrolled() {
    let mut all = people();
    let mut identity = [0; 32];
    identity[0] = 1;
    all[1].approval_key = identity;
    let mut forged = approved("Bo", 2);
    forged.signer = Fingerprint::of(&identity).hex();
    forged.signature = [0; 64];
    forged.signature[0] = 1;
    assert!(matches!(
        Tally::judge(&act(), &[issued(), forged], &all, 2),
        Err(ApprovalRefusal::BadSignature { .. })
    ));
    let weak = all.remove(1);
    assert_eq!(
        may_enrol(&all, &weak).unwrap_err().to_string(),
        "The approval key of Bo is not a usable Ed25519 public key. Nobody was added. Bo draws a new approval key."
    );
}

#[test]
fn an_approval_is_used_once_and_files_do_not_sign_in_production() {
    let all = people();
    let consumed = BTreeSet::from([act().approval_id]);
    let signatures = [issued(), approved("Bo", 2), approved("Cy", 3)];
    let tally = Tally {
        consumed: Some(&consumed),
        ..Tally::new(&all, 2)
    };
    says(
        &tally.count(&act(), &signatures),
        "This approval was used before: its act is already recorded, and one approval serves one act. Nothing was done a second time. Ask for approval anew if the act is wanted again.",
    );
    let from_file = sign(&act(), &key(3), "Cy", SignsAs::Custodian, By::UnlockFile);
    let signatures = [issued(), approved("Bo", 2), from_file];
    assert!(judge(&signatures).unwrap().from_file);
    let tally = Tally {
        unlock_files: Profile::Production.allows_unlock_files(),
        ..Tally::new(&all, 2)
    };
    says(
        &tally.count(&act(), &signatures),
        "The signature of Cy came from an unlock file, and a production vault takes signatures from the terminal alone. Nothing was done. Cy types the passphrase at the terminal.",
    );
}

#[test]
fn nobody_approves_their_own_appointment() {
    let all = people();
    let tally = Tally {
        appointees: &["bo"],
        ..Tally::new(&all, 2)
    };
    says(
        &tally.count(&act(), &[issued(), approved("Bo", 2), approved("Cy", 3)]),
        "Bo is appointed by this act and cannot approve it: nobody signs for their own appointment. Nothing was done. Ask another custodian to approve it.",
    );
}

#[test]
fn what_changed_since_is_said() {
    assert!(unchanged(&act(), &act()).is_ok());
    let cases: [Change; 6] = [
        (
            |a| a.seq = 8,
            "the vault (another act was done in it meanwhile)",
        ),
        (
            |a| a.state_head = [0; 32],
            "the vault (another act was done in it meanwhile)",
        ),
        (
            |a| a.epoch = "00".to_owned(),
            "the epoch (an exception opened the vault as a new one)",
        ),
        (
            |a| a.vault_id = "f".repeat(32),
            "the vault (the signatures are for another one)",
        ),
        (|a| a.action = json!({"DeleteKey": {}}), "the request"),
        (
            |a| {
                a.action = json!({"DeleteKey": {}});
                a.seq = 8;
                a.approval_id = [0; 32];
            },
            "the vault (another act was done in it meanwhile), the request and the approval id (approval was asked for anew)",
        ),
    ];
    for (change, words) in cases {
        let mut now = act();
        change(&mut now);
        assert_eq!(
            unchanged(&act(), &now).unwrap_err().to_string(),
            format!(
                "What was approved is not what would be done now: {words} changed since. The signatures are void and nothing was done. Read the act as it is now and approve it anew."
            )
        );
    }
}

#[test]
fn an_act_that_could_never_be_approved_is_refused_before_anyone_signs() {
    let all = people();
    assert!(enough_others(&all, &all[0], 3, 7).is_ok());
    assert!(enough_others(&all, &all[1], 2, 7).is_ok());
    assert_eq!(
        enough_others(&all, &all[1], 3, 7).unwrap_err().to_string(),
        "This act needs 3 custodians besides Bo, who issues it, and this vault has 2. Nothing was asked of anyone. Let someone else issue it."
    );
}

#[test]
fn nobody_is_enrolled_twice() {
    let all = people();
    let refused = |newcomer: &Person| may_enrol(&all, newcomer).unwrap_err().to_string();
    let new = person("Eva", Role::Custodian, 5);
    assert!(may_enrol(&all, &new).is_ok());
    assert_eq!(
        refused(&Person {
            name: "bo".to_owned(),
            ..new.clone()
        }),
        "There is already a custodian named Bo. Nobody was added. Use a name that tells the two apart, such as one with an initial."
    );
    assert_eq!(
        refused(&Person {
            approval_key: key(2).public(),
            ..new.clone()
        }),
        "The approval key of Eva is the one that Bo already has; one key would sign as two people. Nobody was added. Eva draws a new approval key."
    );
    assert_eq!(
        refused(&Person {
            index: Some(2),
            ..new.clone()
        }),
        "Eva was given share 2, which Bo already holds. Nobody was added. Give each custodian a share of their own."
    );
    assert_eq!(
        refused(&Person {
            index: None,
            ..new.clone()
        }),
        "Eva is enrolled as custodian, and a custodian holds a share, but none was given. Nobody was added."
    );
    assert_eq!(
        refused(&Person {
            role: Role::Witness,
            ..new.clone()
        }),
        "Eva is enrolled as witness, and only a custodian holds a share. Nobody was added."
    );
    assert_eq!(
        refused(&Person {
            name: " Eva".to_owned(),
            ..new.clone()
        }),
        "A name has 1 to 64 characters, no control characters, and no space at either end. Nobody was added. Type the name again."
    );
    // After a rotation the same people come back with new keys; the old keys stay theirs for good.
    let mut rotated = all.clone();
    for old in &mut rotated {
        old.until_seq = Some(7);
    }
    assert!(may_enrol(&rotated, &person("Bo", Role::Custodian, 5)).is_ok());
    assert!(may_enrol(&rotated, &person("Bo", Role::Custodian, 2)).is_err());
}

#[test]
fn an_approval_key_comes_back_from_its_seed_alone() {
    let mut rng = crate::crypto::Entropy::draw(
        &mut crate::crypto::SeededEntropy::new("approval"),
        "approval-key",
    )
    .unwrap();
    let drawn = ApprovalKey::generate(&mut *rng);
    let again = ApprovalKey::from_raw(&drawn.raw()).unwrap();
    assert_eq!(again.public(), drawn.public());
    let short = crate::crypto::SecretBytes::from_slice(&[1; 31]);
    assert!(ApprovalKey::from_raw(&short).is_none());
}
