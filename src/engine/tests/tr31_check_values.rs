//! The check values that a TR-31 block carries, compared when it comes in.

use super::tr31_import::{KEK, PEK, UNVERIFIED, block, kek, open, pek_header, request};
use crate::api::{KeyAlgorithm, Operation};
use crate::crypto::tr31::OptionalBlock;

#[test]
fn check_values_in_a_block_are_compared_and_named() {
    let mut bench = open();
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let labelled = |id: &str| {
        let mut header = pek_header();
        header.optional = vec![
            OptionalBlock::new(id, "01000000").unwrap(),
            OptionalBlock::new("PB", "").unwrap(),
        ];
        block(&header, KeyAlgorithm::AES_128, KEK, PEK)
    };
    for (id, advice) in [
        ("KP", "The block was made under another key"),
        ("KC", "The block is mislabelled"),
    ] {
        let good = labelled(id);
        let message = bench.invalid(Operation::ImportKey, &request(&wrapping, &good));
        assert!(
            message.contains(&format!("optional block {id} is not that of")),
            "{message}"
        );
        assert!(message.contains(advice), "{message}");
        // What KC says is looked at in blocks alone that somebody with the key made.
        let last = good.len() - 1;
        let mut forged = good.into_bytes();
        forged[last] = if forged[last] == b'0' { b'1' } else { b'0' };
        let forged = String::from_utf8(forged).unwrap();
        let message = bench.invalid(Operation::ImportKey, &request(&wrapping, &forged));
        assert_eq!(message == UNVERIFIED, id == "KC", "{message}");
    }
}
