//! Tests of statements: enrolment, lists of people, answers, heads and sign-offs.

use super::tests::{EPOCH, VAULT, key};
use super::*;

fn statements() -> Vec<Statement> {
    let recipients = Recipients {
        open: "age1open".to_owned(),
        use_: "age1use".to_owned(),
    };
    vec![
        Statement::Enrolment {
            vault_id: VAULT.to_owned(),
            name: "Bo".to_owned(),
            role: Role::Custodian,
            recipients: recipients.clone(),
        },
        Statement::People {
            vault_id: VAULT.to_owned(),
            seq: 0,
            people: vec![Listed {
                name: "Bo".to_owned(),
                role: Role::Custodian,
                key: key(2).fingerprint().hex(),
            }],
            recipients,
        },
        Statement::PolicyAnswer {
            vault_id: VAULT.to_owned(),
            question: "software_generation".to_owned(),
            answer: false,
            shown: "May keys be made in software?".to_owned(),
        },
        Statement::Head {
            vault_id: VAULT.to_owned(),
            epoch: EPOCH.to_owned(),
            seq: 7,
            state_head: [1; 32],
            audit_count: 12,
            audit_head: [2; 32],
        },
        Statement::SignOff {
            vault_id: VAULT.to_owned(),
            epoch: EPOCH.to_owned(),
            seq: 7,
            state_head: [1; 32],
            audit_head: [2; 32],
            run: "1".to_owned(),
            script: None,
            outcome: "completed".to_owned(),
            role: Role::Witness,
            agrees: true,
            remark: String::new(),
        },
    ]
}

#[test]
fn statements_hold_for_their_contents_purpose_and_key_alone() {
    let all = statements();
    for (i, statement) in all.iter().enumerate() {
        assert!(!statement.to_json().is_null());
        let signature = statement.sign(&key(2), "Bo", By::Terminal);
        assert!(statement.verify(&signature, &key(2).public()).is_ok());
        assert_eq!(
            statement
                .verify(&signature, &key(3).public())
                .unwrap_err()
                .to_string(),
            "Bo signed with a key that is not the one on record. Nothing was recorded. Bo signs with the approval key of this vault."
        );
        for (j, other) in all.iter().enumerate().filter(|(j, _)| *j != i) {
            assert_ne!(statement.prefix(), other.prefix(), "{i} {j}");
            assert_eq!(
                other
                    .verify(&signature, &key(2).public())
                    .unwrap_err()
                    .to_string(),
                "The signature of Bo does not hold for what it is said to sign. Nothing was recorded. Bo reads it again and signs anew."
            );
        }
        let mut by_file = signature;
        by_file.by = By::UnlockFile;
        assert!(statement.verify(&by_file, &key(2).public()).is_err());
    }
}

/// The JSON under each statement is a format.
#[test]
fn the_statements_are_fixed_for_ever() {
    let texts: Vec<String> = statements()
        .iter()
        .map(|s| {
            let body = json::canonical(&s.to_json());
            format!("{} {}", s.prefix(), String::from_utf8(body).unwrap())
        })
        .collect();
    assert_eq!(
        texts,
        [
            "keymoot/enrol/v1 {\"name\":\"Bo\",\"recipients\":{\"open\":\"age1open\",\"use\":\"age1use\"},\"role\":\"custodian\",\"vault_id\":\"00112233445566778899aabbccddeeff\"}",
            "keymoot/people/v1 {\"people\":[{\"key\":\"6a3803d5f059902a1c6dafbc9ba4729212f7caac08634cc3ae76b27529f03827\",\"name\":\"Bo\",\"role\":\"custodian\"}],\"recipients\":{\"open\":\"age1open\",\"use\":\"age1use\"},\"seq\":0,\"vault_id\":\"00112233445566778899aabbccddeeff\"}",
            "keymoot/policy/v1 {\"answer\":false,\"question\":\"software_generation\",\"shown\":\"May keys be made in software?\",\"vault_id\":\"00112233445566778899aabbccddeeff\"}",
            "keymoot/head/v1 {\"audit_count\":12,\"audit_head\":\"0202020202020202020202020202020202020202020202020202020202020202\",\"epoch\":\"0a0b0c0d0e0f00010203040506070809\",\"seq\":7,\"state_head\":\"0101010101010101010101010101010101010101010101010101010101010101\",\"vault_id\":\"00112233445566778899aabbccddeeff\"}",
            "keymoot/sign-off/v1 {\"agrees\":true,\"audit_head\":\"0202020202020202020202020202020202020202020202020202020202020202\",\"epoch\":\"0a0b0c0d0e0f00010203040506070809\",\"outcome\":\"completed\",\"remark\":\"\",\"role\":\"witness\",\"run\":\"1\",\"script\":null,\"seq\":7,\"state_head\":\"0101010101010101010101010101010101010101010101010101010101010101\",\"vault_id\":\"00112233445566778899aabbccddeeff\"}",
        ]
    );
    let bytes = statements()[2].signed_bytes("ab", By::UnlockFile);
    assert!(bytes.starts_with(
        b"keymoot/policy/v1\0{\"by\":\"unlock-file\",\"signer\":\"ab\",\"statement\":{"
    ));
}
