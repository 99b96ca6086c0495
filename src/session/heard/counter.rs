//! The transaction counter in a key serial number that somebody types.

use crate::api::KeyAlgorithm;
use crate::crypto::dukpt::KeySerialNumber;
use crate::session::op::{self, Op};
use crate::session::op_exchange;
use crate::session::view::View;
use crate::text::say;

/// A terminal's number as the act has it: in upper-case hex, its counter at zero. What is no such number stays as it is, and is
/// refused with its rule later.
pub(crate) fn at_zero(text: &str) -> String {
    let digits: String = text.split_whitespace().collect();
    let digits = digits.to_ascii_uppercase();
    serial(&digits).map_or(digits, |serial| serial.at_zero())
}

/// The number as it was typed, in upper-case hex, where the act has another.
pub(in crate::session) fn changed(text: &str) -> Option<String> {
    let digits: String = text.split_whitespace().collect();
    let digits = digits.to_ascii_uppercase();
    (at_zero(text) != digits).then_some(digits)
}

fn serial(digits: &str) -> Option<KeySerialNumber> {
    let mut kinds = [KeyAlgorithm::TDES_2KEY, KeyAlgorithm::AES_128].into_iter();
    kinds.find_map(|base| KeySerialNumber::parse(base, digits).ok())
}

/// A base derivation key by its name and kind: which numbers its terminals have hangs on the kind.
pub(super) type Base<'v> = (&'v str, KeyAlgorithm);

/// The base key that the answers so far name, by ARN or label.
pub(super) fn base<'v>(view: &'v View, answer: &dyn Fn(&str) -> String) -> Option<Base<'v>> {
    let key = answer(op::KEY.id);
    let mut rows = view.keys.iter();
    let row = rows.find(|row| [&row.key.key_arn, &row.label].contains(&&key))?;
    Some((&row.label, row.key.key_attributes.key_algorithm))
}

/// Whether a field asks for a terminal's number.
pub(super) fn asked(op: &Op, field: &str) -> bool {
    op.name == op_exchange::EXPORT_TR31.name && field == op_exchange::SERIAL
}

/// How many digits a terminal's number has for the base key that was named; nothing of other fields, and while no base key
/// is known.
pub fn digits(view: &View, op: &Op, field: &str, answer: &dyn Fn(&str) -> String) -> Option<usize> {
    let (_, algorithm) = base(view, answer).filter(|_| asked(op, field))?;
    KeySerialNumber::digits(algorithm)
}

/// How many digits this has and how many are wanted, where it can be no number of a terminal of this base key. What is no
/// number at all the field itself refuses.
fn misfit(text: &str, algorithm: KeyAlgorithm) -> Option<(usize, usize)> {
    let digits = || text.chars().filter(|c| !c.is_whitespace());
    let wanted = KeySerialNumber::digits(algorithm)?;
    let count = digits().count();
    let number = digits().all(|c| c.is_ascii_hexdigit());
    (number && count > 0 && count != wanted).then_some((count, wanted))
}

/// Why it can be no number of a terminal of this base key, where it is typed.
pub(super) fn against(text: &str, base: Option<Base<'_>>) -> Option<String> {
    let (label, algorithm) = base?;
    let (count, wanted) = misfit(text, algorithm)?;
    Some(say!(
        "{wanted} digits are wanted here, because {label} is {algorithm}; this has {count}. Nothing was changed.",
        wanted,
        label,
        algorithm = algorithm.name(),
        count
    ))
}

/// The same as a rule of the field, for an act that is built of answers.
pub(in crate::session) fn rule(text: &str, (label, algorithm): Base<'_>) -> Option<String> {
    let (count, wanted) = misfit(text, algorithm)?;
    Some(format!(
        "has {count} digits, and {wanted} are wanted, because {label} is {}",
        algorithm.name()
    ))
}

/// What is told of a terminal's number where it is typed: that it has not the digits of a number for this base key, or that its
/// counter is not zero. Nothing of the counter is used, and the terminal's label has it at zero, so that it may be mistyped.
pub(super) fn told(text: &str, base: Option<Base<'_>>) -> Option<String> {
    if let Some(why) = against(text, base) {
        return Some(why);
    }
    let digits: String = text.split_whitespace().collect();
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

    #[test]
    fn a_terminal_number_whose_counter_is_not_zero_is_told_what_of_it_counts() {
        let view = crate::session::tests::practice(true).1.view();
        let told = |number: &str| {
            let answer = |id: &str| {
                if id == "serial" {
                    number.to_owned()
                } else {
                    String::new()
                }
            };
            super::super::heard(&view, &op_exchange::EXPORT_IPEK, "serial", &answer).join(" ")
        };
        let counted = told("ffff9876543210e00001");
        assert!(
            counted.contains("FFFF9876543210E00000") && counted.contains("counter zero"),
            "{counted}"
        );
        assert!(told("123456789012345600000001").contains("123456789012345600000000."));
        for zero in ["FFFF9876543210E00000", "123456789012345600000000", "FFFF98"] {
            assert_eq!(told(zero), "", "{zero}");
        }
    }

    /// Twenty digits passed the field of an AES key with words that read as if they were taken, and 22 passed any, to be
    /// refused at the last field in the words of a program.
    #[test]
    fn a_number_that_is_none_for_the_base_key_is_refused_at_its_field() {
        let aes = Some(("bdk", KeyAlgorithm::AES_128));
        let tdes = Some(("bdk-2", KeyAlgorithm::TDES_2KEY));
        for (typed, base, wanted) in [
            (
                "FFFF 9876 5432 10E0 0000",
                aes,
                "24 digits are wanted here, because bdk is AES_128; this has 20",
            ),
            ("FFFF9876543210E0000012", aes, "this has 22"),
            (
                "FFFF9876543210E0000012",
                tdes,
                "20 digits are wanted here, because bdk-2 is TDES_2KEY; this has 22",
            ),
            ("123456789012345600000001", tdes, "this has 24"),
            ("FFFF98", tdes, "this has 6"),
        ] {
            let why = against(typed, base).unwrap();
            assert!(why.contains(wanted), "{why}");
            // Nothing else is said of it, as if it were taken.
            assert_eq!(told(typed, base), Some(why));
            assert!(rule(typed, base.unwrap()).is_some());
        }
        assert_eq!(told("123456789012345600000000", aes), None);
        assert_eq!(against("FFFF9876543210E00001", tdes), None);
        assert_eq!(against("FFFF9876543210E00001", None), None);
        // What is no number is told so by the field.
        assert_eq!(against("FFFF98765432 x", aes), None);
    }
}
