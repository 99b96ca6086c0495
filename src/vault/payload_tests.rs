//! The payload: its bytes, and every way it can be wrong.

use super::*;
use proptest::prelude::*;

const KEY: [u8; 32] = [7; 32];

fn header() -> Header {
    Header {
        vault_id: [1; 16],
        profile: Profile::Test,
        epoch: [2; 16],
        seq: 300,
        commit: 5,
        purge_before: 4,
        previous_file: [3; 32],
        state_head: [4; 32],
        audit_head: AuditHead {
            hash: [5; 32],
            count: 9,
        },
        custody: vec![[6; 32], [7; 32]],
    }
}

fn retagged(body: &[u8]) -> Vec<u8> {
    let tag = mac(&KEY, body).unwrap().finalize().into_bytes();
    [body, tag.as_slice()].concat()
}

#[test]
fn the_bytes_are_fixed_for_ever() {
    let plain = encode(&header(), b"\x80", &KEY).unwrap();
    let hex = data_encoding::HEXLOWER.encode(&plain[..plain.len() - TAG_LEN]);
    let expected = [
        "ac",
        "617601",
        "6373657119012c",
        "6565706f636850",
        &"02".repeat(16),
        "6573746174654180",
        "66636f6d6d697405",
        "67637573746f6479825820",
        &"06".repeat(32),
        "5820",
        &"07".repeat(32),
        "6770726f66696c656474657374",
        "687661756c745f696450",
        &"01".repeat(16),
        "6a61756469745f68656164a264686173685820",
        &"05".repeat(32),
        "65636f756e7409",
        "6a73746174655f686561645820",
        &"04".repeat(32),
        "6c70757267655f6265666f726504",
        "6d70726576696f75735f66696c655820",
        &"03".repeat(32),
    ]
    .concat();
    assert_eq!(hex, expected);
}

#[test]
fn a_foreign_payload_is_not_authentic() {
    let plain = encode(&header(), b"state", &KEY).unwrap();
    assert_eq!(
        decode(&plain, &[8; 32]).err(),
        Some(PayloadError::NotAuthentic)
    );
    for end in [0, 1, 31, 32, 33, plain.len() - 1] {
        assert_eq!(
            decode(&plain[..end], &KEY).err(),
            Some(PayloadError::NotAuthentic)
        );
    }
    for at in 0..plain.len() {
        let mut changed = plain.to_vec();
        changed[at] ^= 1;
        assert_eq!(
            decode(&changed, &KEY).err(),
            Some(PayloadError::NotAuthentic),
            "{at}"
        );
    }
}

#[test]
fn a_later_version_is_named() {
    // A later map with more members, its version in any width.
    for (body, found) in [
        (b"\xad\x61v\x02rest".as_slice(), 2),
        (b"\xb8\x20\x61v\x18\x40rest", 64),
        (b"\xb9\x01\x00\x61v\x19\x01\x00", 256),
    ] {
        assert_eq!(
            decode(&retagged(body), &KEY).err(),
            Some(PayloadError::NewerVersion { found })
        );
    }
    for body in [
        b"".as_slice(),
        b"\xa1\x61w\x01",
        b"\xa1\x61v",
        b"\xa1\x61v\x01",
        b"\xa1\x61v\x20",
    ] {
        assert_eq!(
            decode(&retagged(body), &KEY).err(),
            Some(PayloadError::Malformed)
        );
    }
}

#[test]
fn nothing_may_follow_or_be_added() {
    let plain = encode(&header(), b"state", &KEY).unwrap();
    let mut body = plain[..plain.len() - TAG_LEN].to_vec();
    body.push(0);
    assert_eq!(
        decode(&retagged(&body), &KEY).err(),
        Some(PayloadError::Malformed)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn round_trip(seq in any::<u64>(), commit in any::<u64>(), state in proptest::collection::vec(any::<u8>(), 0..400)) {
        let header = Header { seq, commit, ..header() };
        let plain = encode(&header, &state, &KEY).unwrap();
        let (back, bytes) = decode(&plain, &KEY).unwrap();
        prop_assert_eq!(back, header);
        prop_assert_eq!(bytes, state.as_slice());
    }

    #[test]
    fn any_authentic_bytes_are_refused_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&retagged(&body), &KEY).is_err());
    }
}
