//! The transaction counter in a key serial number that somebody types.

use crate::api::KeyAlgorithm;
use crate::crypto::dukpt::KeySerialNumber;
use crate::text::say;

/// A terminal's number whose counter is not zero: nothing of the counter is used, and its label has it at zero, so that it
/// may be mistyped.
pub(super) fn told(text: &str) -> Option<String> {
    let digits: String = text.split_whitespace().collect();
    let digits = digits.to_ascii_uppercase();
    let kinds = [KeyAlgorithm::TDES_2KEY, KeyAlgorithm::AES_128].into_iter();
    let mut read = kinds.filter_map(|base| KeySerialNumber::parse(base, &digits).ok());
    let serial = read.next().filter(|serial| !serial.counter_is_zero())?;
    Some(say!(
        "The transaction counter at the end of this number is not zero. It is ignored (ANSI X9.24): the initial key is that of \
         {initial}. Compare the number with the terminal's label once more.",
        initial = serial.initial_hex()
    ))
}
