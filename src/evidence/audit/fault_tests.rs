//! Tests of faults: every change before the sealed head is found and named.

use proptest::prelude::*;

use super::tests::{Log, VAULT, event, key, lines, read_bytes, sealed_log};
use super::*;

fn fault_of(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> AuditFault {
    let (log, head) = sealed_log();
    let mut all = lines(&log.bytes);
    change(&mut all);
    read_bytes(&all.concat(), head).unwrap_err()
}

#[test]
#[allow(clippy::too_many_lines)] // one table
fn faults_are_named_by_line_and_kind() {
    let swap_digit = |line: &mut Vec<u8>, from: &str, to: &str| {
        let text = String::from_utf8(line.clone()).unwrap();
        assert!(text.contains(from));
        *line = text.replacen(from, to, 1).into_bytes();
    };
    let told = |fault: AuditFault| (fault.line, fault.what);
    assert_eq!(
        told(fault_of(|l| swap_digit(
            &mut l[4],
            "CreateKey",
            "DeleteKey"
        ))),
        (5, Fault::Edited)
    );
    assert_eq!(
        told(fault_of(|l| swap_digit(&mut l[1], "Bo", "Eve"))),
        (2, Fault::Edited)
    );
    assert_eq!(
        told(fault_of(|l| swap_digit(&mut l[1], "\"n\":2", "\"n\":3"))),
        (2, Fault::Edited)
    );
    assert_eq!(
        told(fault_of(|l| swap_digit(&mut l[4], "{", "["))),
        (5, Fault::Unreadable)
    );
    assert_eq!(
        told(fault_of(|l| swap_digit(&mut l[4], ",", ", "))),
        (5, Fault::Unreadable)
    );
    assert_eq!(
        told(fault_of(|l| {
            l.remove(6);
        })),
        (
            7,
            Fault::Cut {
                expected: 7,
                found: 8
            }
        )
    );
    assert_eq!(
        told(fault_of(|l| {
            l.drain(2..5);
        })),
        (
            3,
            Fault::Cut {
                expected: 3,
                found: 6
            }
        )
    );
    assert_eq!(
        told(fault_of(|l| l.swap(3, 7))),
        (
            4,
            Fault::Reordered {
                expected: 4,
                found: 8
            }
        )
    );
    assert_eq!(
        told(fault_of(|l| l.insert(5, l[2].clone()))),
        (
            6,
            Fault::Inserted {
                expected: 6,
                found: 3
            }
        )
    );
    assert_eq!(
        told(fault_of(|l| l.truncate(9))),
        (9, Fault::CutShort { sealed: 12 })
    );
    assert_eq!(
        told(fault_of(|l| {
            let last = l.last_mut().unwrap();
            last.truncate(20);
        })),
        (12, Fault::CutShort { sealed: 12 })
    );
    assert_eq!(
        told(fault_of(Vec::clear)),
        (1, Fault::CutShort { sealed: 12 })
    );
    assert_eq!(
        told(fault_of(|l| l[3] = vec![b'x'; (1 << 20) + 2])),
        (4, Fault::TooLong { limit: 1 << 20 })
    );
}

#[test]
fn lines_of_another_key_another_vault_and_another_copy_are_told_apart() {
    let (log, head) = sealed_log();
    let foreign = AuditKey::new(1, [8; 32]);
    let mut chain = Chain::at(head);
    let one = chain.append(event(Kind::Opened), &foreign);
    let two = chain.append(event(Kind::Opened), &foreign);
    let bytes = [&log.bytes[..], &one, &two].concat();
    let fault = read_bytes(&bytes, head).unwrap_err();
    assert_eq!((fault.line, fault.what), (13, Fault::ForeignMac));

    let mut other = Chain::new("ffffffffffffffffffffffffffffffff");
    let bytes = [
        other.append(event(Kind::Opened), &foreign),
        other.append(event(Kind::Opened), &foreign),
    ]
    .concat();
    let fault = read_bytes(&bytes, head).unwrap_err();
    assert_eq!((fault.line, fault.what), (1, Fault::OtherVault));

    // Another copy of the same vault went its own way after line 11.
    let mut fork = Log::new();
    fork.add(event(Kind::Opened)).unvouched();
    for commit in 1..=2 {
        fork.group(Kind::Intent, commit, 0..2, 2)
            .group(Kind::Outcome, commit, 0..2, 2);
    }
    fork.group(Kind::Intent, 3, 0..1, 2).add(event(Kind::Noted));
    let fault = read_bytes(&fork.bytes, head).unwrap_err();
    assert_eq!((fault.line, fault.what), (12, Fault::NotSealed));
}

#[test]
fn a_rotation_keeps_the_whole_log_verifiable() {
    let (mut log, head) = sealed_log();
    let second = AuditKey::new(head.count + 1, [9; 32]);
    let line = log
        .chain
        .append(event(Kind::Outcome).in_group(3, 0, 2), &second);
    log.bytes.extend(line);
    let keys = [key(), second];
    let mut seen = 0;
    read(&log.bytes[..], VAULT, &keys, head, &mut |_| seen += 1).unwrap();
    assert_eq!(seen, 13);
    assert_eq!(log.read(head).unwrap_err().line, 13);
}

/// The sentences people see.
#[test]
fn fault_sentences() {
    let say = |what: Fault| AuditFault { line: 7, what }.to_string();
    for (what, sentence) in [
        (
            Fault::Edited,
            "Audit line 7: it was edited: its contents are not what was written. Every line before it stands. Keep the file as it is, and compare it with a backup.",
        ),
        (
            Fault::Cut {
                expected: 7,
                found: 8,
            },
            "Audit line 7: a line was cut out before it: it carries number 8 where 7 belongs. Every line before the cut stands. Keep the file as it is, and compare it with a backup.",
        ),
        (
            Fault::Cut {
                expected: 7,
                found: 10,
            },
            "Audit line 7: 3 lines were cut out before it: it carries number 10 where 7 belongs. Every line before the cut stands. Keep the file as it is, and compare it with a backup.",
        ),
        (
            Fault::Reordered {
                expected: 7,
                found: 9,
            },
            "Audit line 7: it is out of order: it carries number 9 where 7 belongs, and line 7 stands elsewhere. Every line before it stands. Keep the file as it is, and compare it with a backup.",
        ),
        (
            Fault::Inserted {
                expected: 7,
                found: 3,
            },
            "Audit line 7: it was put in: it carries number 3, which an earlier line has. Every line before it stands. Keep the file as it is, and compare it with a backup.",
        ),
        (
            Fault::ForeignMac,
            "Audit line 7: it was not written by this vault: its MAC is of another key. Every line before it stands. Keep the file as it is, and find out who wrote to it.",
        ),
        (
            Fault::CutShort { sealed: 12 },
            "Audit line 7: the log ends here, and the vault sealed 12 lines: the rest was cut off. The lines that are left stand. Bring back the log from the newest backup, or have the quorum record the loss.",
        ),
        (
            Fault::NotSealed,
            "Audit line 7: it is not the line that the vault sealed: this log belongs to another copy of the vault. The keys are as they were. Bring vault.age and audit.jsonl from the same copy.",
        ),
    ] {
        assert_eq!(say(what), sentence);
    }
}

proptest! {
    #[test]
    fn any_edited_byte_before_the_sealed_head_is_found(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let (log, head) = sealed_log();
        let mut bytes = log.bytes.clone();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        // The last newline is not yet anybody's: without it the last line is still whole.
        prop_assume!(at != bytes.len() - 1);
        let line = lines(&bytes[..=at]).len() as u64;
        bytes[at] = to;
        let fault = read_bytes(&bytes, head).unwrap_err();
        // An edit that breaks or joins lines may show at the neighbour.
        prop_assert!(fault.line.abs_diff(line) <= 1, "edited {line}, found {fault}");
    }

    #[test]
    fn any_removed_byte_is_found(at in any::<prop::sample::Index>()) {
        let (log, head) = sealed_log();
        let mut bytes = log.bytes.clone();
        let at = at.index(bytes.len() - 1);
        bytes.remove(at);
        prop_assert!(read_bytes(&bytes, head).is_err());
    }

    #[test]
    fn any_removed_line_is_found(at in 0_usize..12) {
        let fault = fault_of(|l| { l.remove(at); });
        prop_assert_eq!(fault.line, if at == 11 { 11 } else { at as u64 + 1 });
    }

    #[test]
    fn any_reordering_is_found(a in 0_usize..12, b in 0_usize..12) {
        prop_assume!(a != b);
        let fault = fault_of(|l| l.swap(a, b));
        prop_assert_eq!(fault.line, a.min(b) as u64 + 1);
    }

    #[test]
    fn any_cut_in_the_sealed_part_is_found(at in any::<prop::sample::Index>()) {
        let (log, head) = sealed_log();
        let at = at.index(log.bytes.len() - 1);
        prop_assert!(read_bytes(&log.bytes[..at], head).is_err());
    }

    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_bytes(&bytes, Head::empty(VAULT));
        let _ = last_head(&bytes[..], VAULT);
    }
}
