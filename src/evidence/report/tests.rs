//! Tests of the report: order, width, pages, and what is said when there is nothing to say.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr as _;

use super::*;

#[test]
fn a_package_without_a_number_is_said_to_have_none() {
    assert_eq!(number_told("none-2"), "none-2 (it came without a number)");
    assert_eq!(number_told("None 2"), "None 2 (it came without a number)");
    for number in ["TE-448120", "NONE", "none-x", ""] {
        assert_eq!(number_told(number), number);
    }
}

fn stamp(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_764_000_000_000 + millis)
}

#[allow(clippy::too_many_lines)] // a value of every kind, as one literal
fn full() -> RunReport {
    let person = |name: &str, role: &str, terminal, file| PersonPresent {
        name: name.into(),
        role: role.into(),
        form: "custodian form of 2026-01-05".into(),
        key: "6a".repeat(32),
        signed_at_terminal: terminal,
        signed_from_file: file,
        signed_for_nothing: 0,
        gave_up: false,
    };
    RunReport {
        done: "One AES-128 key-encryption key was made and sent to AWS by TR-34.".into(),
        run: "1".into(),
        vault: "acme 00112233445566778899aabbccddeeff".into(),
        profile: "test".into(),
        place: "Room 4".into(),
        started: Some(stamp(0)),
        ended: Some(stamp(3_600_000)),
        outcome: "completed".into(),
        people: vec![
            person("Ada", "administrator", 3, 0),
            person("Bo", "custodian", 2, 1),
            person("Wim", "witness", 0, 0),
        ],
        signatures: Signatures {
            acts: 4,
            sign_offs: 2,
            unkept: 1,
            ..Signatures::default()
        },
        hashes: vec![CheckedHash {
            what: "keymoot binary".into(),
            sha256: "ab".repeat(32),
            ..CheckedHash::default()
        }],
        steps: vec![Step {
            id: "make".into(),
            title: "Make the KEK".into(),
            keys: vec!["kek-acme made, check value A1B2C3 (CMAC)".into()],
            op: "CreateKey".into(),
            at: Some(stamp(60_000)),
            acted: vec!["Ada".into()],
            signed: vec!["Ada".into(), "Bo".into(), "Cy".into()],
            words: "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator".into(),
            result: "done".into(),
            clause: "PCI PIN 5-1".into(),
            ..Step::default()
        }],
        keys: vec![KeyRow {
            label: "kek-acme".into(),
            arn: "arn:aws:payment-cryptography:us-east-1:111122223333:key/abcdefghijklmnop".into(),
            usage: "TR31_K0_KEY_ENCRYPTION_KEY".into(),
            algorithm: "AES_128".into(),
            check_value: "A1B2C3".into(),
            check_value_method: "CMAC".into(),
            ..KeyRow::default()
        }],
        access: vec![Access {
            out: Some(stamp(1000)),
            component: "share 2".into(),
            custodian: "Bo".into(),
            ..Access::default()
        }],
        certificates: vec![CounterpartyCertificate {
            counterparty: "AWS".into(),
            ..CounterpartyCertificate::default()
        }],
        copies: vec![Copy {
            id: "B2".into(),
            seq: 7,
            ..Copy::default()
        }],
        exceptions: vec![Exception {
            at: Some(stamp(5000)),
            what: "The printer jammed.".into(),
            decision: "The page was shredded before two people.".into(),
            by: vec!["Ada".into(), "Wim".into()],
        }],
        clauses: vec![
            Clause {
                clause: "PCI PIN 12-3".into(),
                asks: "Dual control.".into(),
                state: ClauseState::Evidenced,
                lines: vec![4, 5],
                ..Clause::default()
            },
            Clause {
                clause: "PCI PIN 21-1".into(),
                lines: vec![4],
                why: "signed from a file".into(),
                ..Clause::default()
            },
            Clause {
                clause: "PCI PIN 6-2".into(),
                state: ClauseState::Evidenced,
                ..Clause::default()
            },
        ],
        destruction: Some(Destruction {
            keys: vec![DestroyedKey {
                label: "old-kek".into(),
                at: Some(stamp(9000)),
                method: "removed from the vault, earlier generations unlinked".into(),
                ..DestroyedKey::default()
            }],
            performed_by: vec!["Ada".into()],
            observer: "Wim".into(),
            copies_left: vec!["B2, held by Bo".into()],
        }),
        retain_until: "2029-11-24".into(),
        audit_head: "cd".repeat(32),
        ..RunReport::default()
    }
}

#[test]
fn sections_come_in_their_order_and_numbered() {
    let text = text(&full());
    let titles: Vec<&str> = text
        .lines()
        .filter(|l| {
            l.split_once(". ")
                .is_some_and(|(n, _)| n.parse::<u8>().is_ok())
        })
        .collect();
    assert_eq!(
        titles,
        [
            "1. What was done",
            "2. People",
            "3. Hashes of tool, script and boot medium",
            "4. Steps",
            "5. Keys",
            "6. Access to components and shares",
            "7. Certificates of counterparties",
            "8. Copies and backups",
            "9. Suspect packages and keys",
            "10. Exceptions",
            "11. Clauses",
            "12. Affidavit of destruction",
            "13. Signed in ink",
        ]
    );
    for said in [
        "Checked by        who compared it from outside, to be filled in by\n                    hand: ____",
        "- Make the KEK (make)\n  Operation         CreateKey",
        "Keys              kek-acme made, check value A1B2C3 (CMAC)",
        "State             NOT EVIDENCED: signed from a file",
        "State             NOT EVIDENCED",
        "State             evidenced, audit lines 4, 5",
        "Authenticated     NOT AUTHENTICATED",
        "A1B2C3 (CMAC)",
        "- B2, held by Bo",
        "keymoot run report - TEST KEYS, NOT FOR PRODUCTION",
        NOT_A_DEVICE,
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn the_report_says_what_it_counts() {
    let text = text(&full());
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "6 signatures in the audit log of this run: 4 for acts, 2 under sign-offs.",
        "1 signature came from a file: nobody typed a passphrase for it.",
        "Not counted: 1 step that people signed and that was then refused",
        "keymoot verify counts them apart.",
    ] {
        assert!(flat.contains(said), "{said}\n{text}");
    }
}

/// What an auditor asked for: openings, keys, refusals and interruptions by their own times, and nothing asserted.
#[test]
fn custody_is_told_as_the_log_has_it() {
    let mut report = full();
    report.profile = "rehearsal".into();
    report.interruptions = 1;
    report.interrupted = vec![Interruption {
        step: "make".into(),
        last: Some(stamp(1000)),
        resumed: Some(stamp(2000)),
        closed: true,
        stayed_open: false,
        unused: Vec::new(),
    }];
    report.openings = vec![Opening {
        line: 9,
        at: Some(stamp(0)),
        closed: None,
        by: vec!["Bo".into(), "Cy".into()],
    }];
    report.key_uses = vec![KeyUse {
        name: "Ada".into(),
        uses: vec![
            "2025-11-24T16:00:00Z: signed off, 9 events, head cdcd... (audit line 10)".into(),
        ],
    }];
    report.refused = vec![RefusedAtDoor {
        line: 12,
        at: Some(stamp(0)),
        who: "Ada".into(),
        what: "signing a request".into(),
        passphrase: true,
        reason: String::new(),
    }];
    report.signatures.exceptions = 1;
    report.steps[0].named = vec!["Wim".into()];
    report.steps[0].why = "Time does the rest.".into();
    report.steps[0].clause.clear();
    report.clauses.push(Clause {
        clause: "PCI PIN 13-9.2".into(),
        state: ClauseState::Procedural,
        ..Clause::default()
    });
    let text = text(&report);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "Used not measured: a rehearsal's clock stands still",
        "Interruptions 1: at step make, between 2025-11-24T16:00:01Z and 2025-11-24T16:00:02Z, the vault was closed",
        "opening shares of Bo, Cy Used 2025-11-24T16:00:00Z Vault closed not by a line before the run's end",
        "approval key of Ada 2025-11-24T16:00:00Z: signed off, 9 events, head cdcd... (audit line 10)",
        "Ada, signing a request: a passphrase that opens nothing (audit line 12)",
        "6 signatures in the audit log of this run: 4 for acts, 1 under exceptions, 1 under sign-offs.",
        "Named Wim, by the script; nothing was asked of each of them",
        "Why Time does the rest.",
        "State procedural: for the people who sign below to say",
        "Witness nobody was asked to watch",
        "destroyed as said, in the presence of Wim, who has never been a custodian of it.",
    ] {
        assert!(flat.contains(said), "{said}\n{text}");
    }
}

/// The whole text of a small report.
#[test]
fn a_small_report_in_full() {
    let report = RunReport {
        done: "Nothing was done: the run was stopped before its first step.".into(),
        profile: "rehearsal".into(),
        outcome: "aborted".into(),
        started: Some(stamp(0)),
        people: vec![PersonPresent {
            name: "Ada".into(),
            role: "administrator".into(),
            ..PersonPresent::default()
        }],
        ..RunReport::default()
    };
    let expected = "\
keymoot run report - REHEARSAL, NOT FOR PRODUCTION

1. What was done

Nothing was done: the run was stopped before its first step.

  Outcome           aborted
  Profile           rehearsal
  Start             2025-11-24T16:00:00Z
  Interruptions     0

A laptop is not a secure cryptographic device.

2. People

- Ada, administrator
  Signed            nothing

No signature came from a file.

3. Keys

none: this run declares no key

4. Access to components and shares

none: no share, approval key or component was used

5. Certificates of counterparties

none: this run confirmed no certificate

6. Copies and backups

none: the vault has no copy on record

7. Suspect packages and keys

none

8. Exceptions

none

9. Clauses

none: the script names no clause

10. Affidavit of destruction

none: this run destroyed no key

11. Signed in ink

Ada, administrator

________________________________________________ _______________________
signature                                        date

                                                             Page 1 of 1
";
    assert_eq!(text(&report), expected);
}

#[test]
fn pages_are_numbered_and_of_one_length() {
    let mut report = full();
    let step = report.steps[0].clone();
    report.steps = (0..60)
        .map(|i| Step {
            id: format!("step-{i}"),
            ..step.clone()
        })
        .collect();
    let text = text(&report);
    let pages: Vec<&str> = text.split('\u{c}').collect();
    assert!(pages.len() > 5);
    for (i, page) in pages.iter().enumerate() {
        let lines: Vec<&str> = page.lines().collect();
        assert!(lines.len() == 60 || i + 1 == pages.len(), "page {i}");
        assert!(
            lines
                .last()
                .unwrap()
                .ends_with(&format!("Page {} of {}", i + 1, pages.len()))
        );
        assert!(lines[0].contains("TEST KEYS"));
    }
    // A step is not torn over two pages.
    assert!(
        pages
            .iter()
            .all(|p| !p.lines().nth(2).unwrap().starts_with("  "))
    );
}

#[test]
fn nothing_in_a_name_is_obeyed_by_a_terminal() {
    let mut report = full();
    report.people[0].name = "Ada\u{1b}[2J\u{202e}\u{7}\r\n2. Forged".into();
    let text = text(&report);
    assert!(
        text.chars()
            .all(|c| c == '\n' || c == '\u{c}' || !c.is_control())
    );
    assert!(!text.contains('\u{202e}'));
    assert!(!text.lines().any(|l| l == "2. Forged"));
}

#[test]
fn a_report_reads_back_from_json() {
    let json = serde_json::to_string(&full()).unwrap();
    assert_eq!(serde_json::from_str::<RunReport>(&json).unwrap(), full());
    assert!(serde_json::from_str::<RunReport>("{\"dome\":\"x\"}").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_line_is_wider_than_the_paper(done in ".{0,300}", name in ".{0,120}", words in "[a-z]{0,200}") {
        let mut report = full();
        report.done = done;
        report.people[1].name = name;
        report.steps[0].result = words;
        for line in text(&report).lines() {
            prop_assert!(line.width() <= 72, "{line}");
        }
    }
}
