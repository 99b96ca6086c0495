//! Tests of the audit log: what is legal beyond the sealed head, and that every change before it is found.

use std::sync::LazyLock;

use super::*;
use crate::api::Timestamp;

pub(super) const VAULT: &str = "00112233445566778899aabbccddeeff";

pub(super) fn key() -> AuditKey {
    AuditKey::new(1, [7; 32])
}

pub(super) fn event(kind: Kind) -> Event {
    Event::new(Timestamp::from_millis(1_700_000_000_000), kind, "CreateKey")
        .by(["Ada", "Bo"])
        .with(
            "key",
            "arn:aws:payment-cryptography:us-east-1:111122223333:key/abc",
        )
}

/// A log under construction, with the lines as they were written.
pub(super) struct Log {
    pub(super) chain: Chain,
    pub(super) bytes: Vec<u8>,
}

impl Log {
    pub(super) fn new() -> Self {
        Self {
            chain: Chain::new(VAULT),
            bytes: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, event: Event) -> &mut Self {
        let line = self.chain.append(event, &key());
        self.bytes.extend(line);
        self
    }

    pub(super) fn group(
        &mut self,
        kind: Kind,
        commit: u64,
        range: std::ops::Range<u32>,
        of: u32,
    ) -> &mut Self {
        for index in range {
            self.add(event(kind).in_group(commit, index, of));
        }
        self
    }

    pub(super) fn unvouched(&mut self) -> &mut Self {
        let line = self.chain.append_unvouched(event(Kind::Unvouched));
        self.bytes.extend(line);
        self
    }

    pub(super) fn read(&self, sealed: Head) -> Result<Reading, AuditFault> {
        read_bytes(&self.bytes, sealed)
    }
}

pub(super) fn read_bytes(bytes: &[u8], sealed: Head) -> Result<Reading, AuditFault> {
    match read(bytes, VAULT, &[key()], sealed, &mut |_| {}) {
        Ok(reading) => Ok(reading),
        Err(AuditError::Fault(fault)) => Err(fault),
        Err(AuditError::Io(e)) => panic!("{e}"),
    }
}

pub(super) fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|b| *b == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

static SEALED: LazyLock<(Chain, Vec<u8>)> = LazyLock::new(|| {
    let mut log = Log::new();
    log.add(event(Kind::Opened)).unvouched();
    for commit in 1..=2 {
        log.group(Kind::Intent, commit, 0..2, 2)
            .group(Kind::Outcome, commit, 0..2, 2);
    }
    log.group(Kind::Intent, 3, 0..2, 2);
    (log.chain, log.bytes)
});

/// Opened, then three commits with two intents each; the last is sealed and its outcomes are not yet written.
pub(super) fn sealed_log() -> (Log, Head) {
    let (chain, bytes) = SEALED.clone();
    let head = chain.head();
    (Log { chain, bytes }, head)
}

/// The bytes of a line are a format: this one never changes. Hash and MAC were computed with Python's hashlib.
#[test]
fn a_line_is_fixed_for_ever() {
    let mut log = Log::new();
    log.add(event(Kind::Intent).in_group(1, 0, 1));
    assert_eq!(
        String::from_utf8(log.bytes.clone()).unwrap(),
        "{\"details\":{\"key\":\"arn:aws:payment-cryptography:us-east-1:111122223333:key/abc\"},\
         \"group\":{\"commit\":1,\"index\":0,\"of\":1},\"kind\":\"intent\",\
         \"mac\":\"e5c0e113e50556d232d803ebfa2ac239625fb07952c28ef6a04eaa9d286a8559\",\
         \"n\":1,\"op\":\"CreateKey\",\
         \"prev\":\"a5cbbedcab003199bbf096abc2015e9a5b20ea3b83aef30d74d0ac391058e0f6\",\
         \"time\":1700000000000,\"who\":[\"Ada\",\"Bo\"]}\n"
    );
}

#[test]
fn an_empty_log_is_legal_and_so_is_everything_sealed() {
    let log = Log::new();
    let reading = log.read(Head::empty(VAULT)).unwrap();
    assert_eq!(reading.head, Head::empty(VAULT));
    let (log, head) = sealed_log();
    let reading = log.read(head).unwrap();
    assert_eq!(reading.head, head);
    assert_eq!(reading.unvouched, 1);
    assert_eq!(reading.missing_outcomes(), 0..2);
    assert!(reading.tail.is_empty() && reading.torn.is_empty() && !reading.unended);
}

#[test]
fn outcomes_of_the_sealed_group_may_follow_whole_or_in_part() {
    for have in 0..=2 {
        let (mut log, head) = sealed_log();
        log.group(Kind::Outcome, 3, 0..have, 2);
        let reading = log.read(head).unwrap();
        assert_eq!(reading.missing_outcomes(), have..2);
        assert_eq!(reading.tail.len(), have as usize);
    }
}

#[test]
fn intents_of_one_further_group_may_follow_and_are_to_be_voided() {
    for (outcomes, intents, voids) in [
        (2, 3, 0),
        (2, 1, 0),
        (1, 2, 0),
        (0, 3, 0),
        (2, 3, 2),
        (2, 2, 2),
    ] {
        let (mut log, head) = sealed_log();
        log.group(Kind::Outcome, 3, 0..outcomes, 2)
            .unvouched()
            .group(Kind::Intent, 4, 0..intents, 3)
            .group(Kind::Void, 4, 0..voids, 3)
            .unvouched();
        let reading = log.read(head).unwrap();
        assert_eq!(reading.intents.map(|p| p.have), Some(intents));
        assert_eq!(reading.voids, voids);
        let left: Vec<u32> = reading
            .to_void()
            .map(|line| line.event.group.unwrap().index)
            .collect();
        assert_eq!(left, (voids..intents).collect::<Vec<u32>>());
        assert_eq!(reading.unvouched, 3);
    }
}

#[test]
fn an_opening_that_was_cut_before_its_commit_may_stand_at_the_end() {
    let (mut log, head) = sealed_log();
    log.group(Kind::Outcome, 3, 0..2, 2)
        .group(Kind::Intent, 4, 0..1, 1)
        .group(Kind::Void, 4, 0..1, 1)
        .add(event(Kind::Opened))
        .add(event(Kind::Opened));
    assert_eq!(log.read(head).unwrap().tail.len(), 6);
}

#[test]
#[allow(clippy::too_many_lines)] // one table
fn every_other_order_beyond_the_sealed_head_is_named() {
    type Build = fn(&mut Log);
    let cases: [(Build, u64, &str); 9] = [
        (
            |l| {
                l.group(Kind::Outcome, 3, 1..2, 2);
            },
            13,
            "outcome of commit 3 stands beyond the sealed head where only outcome 0 of commit 3, or the first intent of a later commit, or a line that stands alone could",
        ),
        (
            |l| {
                l.group(Kind::Outcome, 2, 0..1, 2);
            },
            13,
            "outcome of commit 2",
        ),
        (
            |l| {
                l.group(Kind::Outcome, 3, 0..2, 2)
                    .group(Kind::Outcome, 3, 1..2, 2);
            },
            15,
            "outcome of commit 3",
        ),
        (
            |l| {
                l.group(Kind::Intent, 3, 0..1, 2);
            },
            13,
            "intent of commit 3",
        ),
        (
            |l| {
                l.group(Kind::Intent, 4, 1..2, 2);
            },
            13,
            "intent of commit 4",
        ),
        (
            |l| {
                l.group(Kind::Intent, 4, 0..1, 1)
                    .group(Kind::Intent, 5, 0..1, 1);
            },
            14,
            "where only void 0 of commit 4, or a line that stands alone could",
        ),
        (
            |l| {
                l.group(Kind::Intent, 4, 0..1, 2)
                    .group(Kind::Outcome, 3, 0..1, 2);
            },
            14,
            "outcome of commit 3",
        ),
        (
            |l| {
                l.group(Kind::Intent, 4, 0..1, 2)
                    .group(Kind::Void, 4, 0..2, 2);
            },
            15,
            "void of commit 4",
        ),
        (
            |l| {
                l.add(event(Kind::Opened)).group(Kind::Intent, 4, 0..1, 1);
            },
            14,
            "where only a line that stands alone could",
        ),
    ];
    for (build, at, words) in cases {
        let (mut log, head) = sealed_log();
        build(&mut log);
        let fault = log.read(head).unwrap_err();
        assert_eq!(fault.line, at, "{fault}");
        assert!(fault.to_string().contains(words), "{fault}");
    }
}

#[test]
fn a_torn_last_line_is_shown_and_the_next_writer_owns_up_to_it() {
    let (log, head) = sealed_log();
    let mut next = Log {
        chain: log.chain.clone(),
        bytes: Vec::new(),
    };
    next.group(Kind::Outcome, 3, 0..1, 2);
    let whole = next.bytes;
    for cut in 1..whole.len() - 1 {
        let torn = [&log.bytes[..], &whole[..cut]].concat();
        let reading = read_bytes(&torn, head).unwrap();
        assert!(reading.unended);
        assert_eq!(reading.torn.len(), 1, "cut at {cut}");
        assert_eq!(reading.torn[0].0, 13);
        assert_eq!(last_head(&torn[..], VAULT).unwrap(), reading.chain());
        let mut on = Log {
            chain: reading.chain(),
            bytes: torn,
        };
        on.group(Kind::Outcome, 3, 0..2, 2);
        let again = on.read(head).unwrap();
        assert!(again.torn.is_empty());
        assert_eq!(again.head.count, 15);
        assert_eq!(again.tail[0].torn.len(), 1);
        assert_eq!(again.missing_outcomes(), 2..2);
        // Sealed with it, it stays readable.
        assert!(on.read(again.head).is_ok());
    }
    // Cut exactly before the newline, the line is whole.
    let reading = read_bytes(&[&log.bytes[..], &whole[..whole.len() - 1]].concat(), head).unwrap();
    assert!(reading.torn.is_empty() && reading.unended);
    assert_eq!(reading.missing_outcomes(), 1..2);
}

#[test]
fn a_writer_that_is_itself_cut_leaves_two_fragments_and_both_are_shown() {
    let (log, head) = sealed_log();
    let torn = [&log.bytes[..], b"{\"details\":{\"k"].concat();
    let mut chain = read_bytes(&torn, head).unwrap().chain();
    let more = chain.append(event(Kind::Opened), &key());
    for cut in 1..more.len() - 1 {
        let twice = [&torn[..], &more[..cut]].concat();
        let reading = read_bytes(&twice, head).unwrap();
        assert_eq!(reading.torn.len(), 1 + usize::from(cut > 1));
        let mut on = Log {
            chain: reading.chain(),
            bytes: twice,
        };
        on.add(event(Kind::Opened));
        assert!(on.read(head).unwrap().torn.is_empty());
    }
}

#[test]
fn a_file_system_that_left_zeros_is_a_torn_line() {
    let (log, head) = sealed_log();
    for torn in [&[0_u8; 40][..], b"{\"details\":{\0\0\0\0"] {
        let bytes = [&log.bytes[..], torn].concat();
        assert_eq!(read_bytes(&bytes, head).unwrap().torn.len(), 1);
    }
    for rubbish in [&b"hello"[..], b"\n", b"{}", b"{\"a\":1}\n"] {
        let bytes = [&log.bytes[..], rubbish].concat();
        let fault = read_bytes(&bytes, head).unwrap_err();
        assert_eq!((fault.line, fault.what), (13, Fault::Unreadable));
    }
}

#[test]
fn a_failed_unlock_after_a_torn_line_is_written_without_a_key() {
    let (log, head) = sealed_log();
    let torn = [&log.bytes[..], b"{\"details\":{"].concat();
    let mut on = Log {
        chain: last_head(&torn[..], VAULT).unwrap(),
        bytes: torn,
    };
    on.unvouched().unvouched();
    let reading = on.read(head).unwrap();
    assert_eq!((reading.unvouched, reading.head.count), (3, 15));
}
