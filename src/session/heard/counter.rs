//! The transaction counter in a key serial number that somebody types.

use crate::api::KeyAlgorithm;
use crate::crypto::dukpt::KeySerialNumber;
use crate::text::say;

/// A terminal's number as the act has it: in upper-case hex, its counter at zero. What is no such number stays as it is, and is
/// refused with its rule later.
pub(in crate::session) fn at_zero(text: &str) -> String {
    let digits: String = text.split_whitespace().collect();
    let digits = digits.to_ascii_uppercase();
    serial(&digits).map_or(digits, |serial| serial.at_zero())
}

fn serial(digits: &str) -> Option<KeySerialNumber> {
    let mut kinds = [KeyAlgorithm::TDES_2KEY, KeyAlgorithm::AES_128].into_iter();
    kinds.find_map(|base| KeySerialNumber::parse(base, digits).ok())
}

/// What is told of a terminal's number where it is typed: that it has not the digits of a number for this base key, and that its
/// counter is not zero. Nothing of the counter is used, and the terminal's label has it at zero, so that it may be mistyped.
pub(super) fn told(text: &str, base: Option<KeyAlgorithm>) -> Option<String> {
    let digits: String = text.split_whitespace().collect();
    let wanted = base.and_then(|base| Some((base, KeySerialNumber::digits(base)?)));
    if let Some((base, wanted)) = wanted.filter(|(_, wanted)| digits.len() != *wanted) {
        return Some(say!(
            "The base key is {algorithm}: a terminal's number for it has {wanted} digits, and this has {count}.",
            algorithm = base.name(),
            wanted,
            count = digits.chars().count()
        ));
    }
    let serial = serial(&digits.to_ascii_uppercase()).filter(|serial| !serial.counter_is_zero())?;
    Some(say!(
        "The transaction counter at the end of this number is not zero. An initial key is that of counter zero (ANSI X9.24), and \
         the act has it so: {initial}. Compare the number with the terminal's label once more.",
        initial = serial.at_zero()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key was that of counter zero, and the review, the file for the terminal and the record named another.
    #[test]
    fn a_terminals_number_goes_into_the_act_with_its_counter_at_zero() {
        for (typed, act) in [
            ("ffff 9876 5432 10e0 0001", "FFFF9876543210E00000"),
            ("FFFF9876543210E00000", "FFFF9876543210E00000"),
            ("123456789012345600000007", "123456789012345600000000"),
            ("1234", "1234"),
        ] {
            assert_eq!(at_zero(typed), act);
        }
        assert!(
            told("FFFF9876543210E00001", None)
                .unwrap()
                .contains("FFFF9876543210E00000")
        );
        assert_eq!(told("FFFF9876543210E00000", None), None);
    }

    /// Twenty digits passed the field of an AES key with words that read as if they were taken, and were refused at the last.
    #[test]
    fn a_number_that_is_none_for_the_base_key_is_told_at_its_field() {
        let aes = Some(KeyAlgorithm::AES_128);
        let words = told("FFFF 9876 5432 10E0 0000", aes).unwrap();
        assert!(
            words.contains("AES_128") && words.contains("24 digits"),
            "{words}"
        );
        assert_eq!(told("123456789012345600000000", aes), None);
        let tdes = told("123456789012345600000000", Some(KeyAlgorithm::TDES_2KEY));
        assert!(tdes.unwrap().contains("20 digits"));
    }
}
