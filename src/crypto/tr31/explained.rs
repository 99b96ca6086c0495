//! What the data of an optional block says, in words (X9.143 clause 6.3.6, tables 7 to 23).
#![deny(clippy::indexing_slicing)]

use super::content_blocks::{self, CheckMethod};
use super::fields::{Algorithm, Exportability, Mode, Usage, look_up};
use super::optional::OptionalBlock;

/// Hashes of an HMAC key (X9.143 table 13).
pub(super) const HASHES: &[(&str, &str)] = &[
    ("10", "SHA-1"),
    ("20", "SHA-224"),
    ("21", "SHA-256"),
    ("22", "SHA-384"),
    ("23", "SHA-512"),
    ("24", "SHA-512/224"),
    ("25", "SHA-512/256"),
    ("30", "SHA3-224"),
    ("31", "SHA3-256"),
    ("32", "SHA3-384"),
    ("33", "SHA3-512"),
    ("40", "SHAKE128"),
    ("41", "SHAKE256"),
];

/// Life of a key in an asymmetric exchange.
pub(super) const LIVES: &[(&str, &str)] = &[
    ("0100", "made for one exchange"),
    ("0101", "used for many exchanges"),
];

/// What the key was wrapped under on its way, compared with itself.
pub(super) const PEDIGREES: &[(&str, &str)] = &[
    ("000", "only ever wrapped under keys at least as strong"),
    ("001", "was once wrapped under a weaker key"),
    ("002", "was once wrapped under an asymmetric key"),
    (
        "003",
        "was once wrapped under an asymmetric key and under a weaker one",
    ),
];

impl OptionalBlock {
    /// The data in words; nothing where the standard does not define it, or it needs none.
    pub fn said(&self) -> Option<String> {
        let data = self.data();
        match self.id() {
            "AL" => look_up(LIVES, data).map(str::to_owned),
            "BI" => key_set(data),
            "CT" => certificates(data),
            "DA" => derivations(data),
            "HM" => look_up(HASHES, data).map(str::to_owned),
            "IK" if content_blocks::is_hex(data, &[16]) => data
                .split_at_checked(8)
                .map(|(base, device)| format!("base key {base}, device {device}")),
            "KC" | "KP" | "PK" => check_value(data),
            "KS" if content_blocks::is_hex(data, &[20, 16]) => {
                Some(format!("key serial number {}", in_fours(data)))
            }
            "PB" => Some("fills the block up; says nothing".to_owned()),
            "TC" | "TS" => content_blocks::moment(data).map(|at| format!("{at} UTC")),
            "WP" => look_up(PEDIGREES, data).map(str::to_owned),
            _ => None,
        }
    }
}

fn in_fours(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().collect();
    let groups = digits.chunks(4).map(|four| four.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}

fn key_set(data: &str) -> Option<String> {
    match data.split_at_checked(2)? {
        ("00", id) => Some(format!("TDES DUKPT, key set {id}")),
        ("01" | "11", id) => Some(format!("AES DUKPT, base key {id}")),
        _ => None,
    }
}

fn certificates(data: &str) -> Option<String> {
    match data.split_at_checked(2)? {
        ("00", _) => Some("an X.509 certificate".to_owned()),
        ("01", _) => Some("an EMV certificate".to_owned()),
        ("02", _) => Some("a chain of certificates".to_owned()),
        _ => None,
    }
}

fn check_value(data: &str) -> Option<String> {
    let (method, digits) = content_blocks::check_value(data)?;
    let how = match method {
        CheckMethod::Zeros => "zeros encrypted",
        CheckMethod::Cmac => "CMAC of zeros",
    };
    Some(format!("check value {digits} ({how})"))
}

/// `01`, then usage, algorithm, mode and exportability of each key that may be derived.
fn derivations(data: &str) -> Option<String> {
    let mut list = data.strip_prefix("01")?;
    let mut said = Vec::new();
    while let Some((one, rest)) = list.split_at_checked(5) {
        let usage = Usage::new(one.get(..2)?)?.words()?;
        let algorithm = Algorithm::new(one.get(2..3)?)?.words()?;
        let mode = Mode::new(one.get(3..4)?)?.words()?;
        let leaves = Exportability::new(one.get(4..)?)?.words()?;
        said.push(format!("{usage}, {algorithm}, {mode}, {leaves}"));
        list = rest;
    }
    (list.is_empty() && !said.is_empty()).then(|| said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_standard_defines_is_said_in_words() {
        for (id, data, says) in [
            ("AL", "0100", "one exchange"),
            ("BI", "00FFFF987654", "key set FFFF987654"),
            ("BI", "0112345678", "base key 12345678"),
            ("CT", "00TUlJ", "X.509"),
            (
                "DA",
                "01D2ABND3AEN",
                "data encryption key for sensitive data, AES, encrypt, wrap",
            ),
            ("HM", "21", "SHA-256"),
            (
                "IK",
                "1234567890123456",
                "base key 12345678, device 90123456",
            ),
            ("KC", "0008D7B4", "08D7B4 (zeros encrypted)"),
            ("KP", "0108D7B41234", "08D7B41234 (CMAC of zeros)"),
            ("KS", "FFFF9876543210E00000", "FFFF 9876 5432 10E0 0000"),
            ("PB", "0000", "says nothing"),
            ("TC", "20240229235959Z", "2024-02-29 23:59:59 UTC"),
            ("TS", "2024-02-29T23:59:59.99Z", "2024-02-29 23:59:59 UTC"),
            ("WP", "001", "a weaker key"),
        ] {
            let said = OptionalBlock::new(id, data).unwrap().said();
            assert!(
                said.as_ref().is_some_and(|s| s.contains(says)),
                "{id} {data}: {said:?}"
            );
        }
        for (id, data) in [
            ("AL", "0102"),
            ("BI", "02"),
            ("DA", "01D2AB"),
            ("HM", "99"),
            ("IK", "12"),
            ("KC", "02AA"),
            ("TC", "soon"),
            ("WP", "004"),
            ("KS", "8VM9"),
            ("LB", "acquirer"),
            ("10", "anything"),
            ("CT", ""),
        ] {
            assert_eq!(
                OptionalBlock::new(id, data).unwrap().said(),
                None,
                "{id} {data}"
            );
        }
    }
}
