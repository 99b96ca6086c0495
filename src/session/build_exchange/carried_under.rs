//! Which kind of key a TR-31 block travels under, told before it is asked of the control plane.

use crate::api::KeyAlgorithm;
use crate::crypto::tr31::Version;
use crate::session::Session;
use crate::session::build::wrong;
use crate::session::error::Refusal;

/// A block's first letter says of which kind the key is that it travels under: whoever named one of the other kind is
/// told so at that field, for the block is right.
pub(super) fn judge(session: &Session, arn: &str, block: &str) -> Result<(), Refusal> {
    let version = block.chars().next().and_then(Version::from_letter);
    let algorithm = session
        .record(arn)
        .map(|record| record.key.key_attributes.key_algorithm);
    let (Some(version), Some(algorithm)) = (version, algorithm) else {
        return Ok(());
    };
    let kinds = [
        ("a TDES", KeyAlgorithm::TDES_3KEY),
        ("an AES", KeyAlgorithm::AES_256),
    ];
    let wanted = kinds.iter().find(|(_, kind)| version.takes(*kind));
    match wanted {
        Some((kind, _)) if !version.takes(algorithm) => Err(wrong(
            "wrap",
            &format!(
                "is {}, and this key block (version {}) travels under {kind} key: choose the one that its sender \
                 wrapped it under",
                algorithm.name(),
                version.letter()
            ),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::session::build;
    use crate::session::comparing::tests::sender;
    use crate::session::tests::{act, answers};

    #[test]
    fn a_wrapping_key_of_the_other_kind_is_told_at_its_field() {
        let (_, mut session, file) = sender();
        let kek = [
            ("usage", "K0"),
            ("algorithm", "TDES_3KEY"),
            ("modes", "B"),
            ("exportable", "yes"),
            ("label", "kek-p"),
        ];
        act(&mut session, "create-key", &kek, &[]).unwrap();
        let given = |wrap| answers(&[("wrap", wrap), ("label", "came")], &[("file", &file)]);
        let why = build::action(&session, "import-key.tr31", &given("kek-p")).unwrap_err();
        let why = why.to_string();
        let (field, rule) = build::about_field(&why).unwrap();
        assert_eq!(field, "wrap");
        assert!(
            rule.contains("TDES_3KEY") && rule.contains("an AES key"),
            "{rule}"
        );
        assert!(build::action(&session, "import-key.tr31", &given("zone")).is_ok());
    }
}
