//! What the data of each optional block may be (X9.143 clause 6.3.6, tables 7 to 23).
#![deny(clippy::indexing_slicing)]

use data_encoding::BASE64;
use jiff::civil::DateTime;

use super::content::{Finding, Place};
use super::explained::{HASHES, LIVES, PEDIGREES};
use super::fields::{Algorithm, Exportability, Mode, Usage, look_up};
use super::optional::OptionalBlock;

/// The finding in one block, if there is one.
pub(super) fn check(block: &OptionalBlock, usage: Usage) -> Option<Finding> {
    let data = block.data();
    if block.id() == "DA" && usage.code() != "B3" {
        return Some(finding(
            block,
            "DA-without-B3".to_owned(),
            "belongs to derivation keys (usage B3) only",
        ));
    }
    let (right, should) = match block.id() {
        "AL" => (look_up(LIVES, data).is_some(), "should be 0100 or 0101"),
        "BI" => (
            key_set(data),
            "should be 00 and 10 hex digits (TDES) or 01 and 8 (AES)",
        ),
        "CT" => (
            certificates(data),
            "should be 00, 01 or 02 and certificates in base64",
        ),
        "DA" => (
            derivations(data),
            "should be 01 and usage, algorithm, mode and exportability of each derived key",
        ),
        "HM" => (
            look_up(HASHES, data).is_some(),
            "should be the two digits of a hash",
        ),
        "IK" => (is_hex(data, &[16]), "should be 16 hex digits"),
        "KC" | "KP" | "PK" => (
            check_value(data).is_some(),
            "should be 00 and up to 6 hex digits or 01 and up to 10",
        ),
        // 16 digits stand in blocks older than X9.143.
        "KS" => (is_hex(data, &[20, 16]), "should be 20 hex digits"),
        "KV" => (
            data.len() == 4 && data.bytes().all(|b| b.is_ascii_alphanumeric()),
            "should be 4 letters or digits",
        ),
        "TC" | "TS" => (
            moment(data).is_some(),
            "should be a time in UTC, such as 20260818004100Z",
        ),
        "WP" => (
            look_up(PEDIGREES, data).is_some(),
            "should be 000, 001, 002 or 003",
        ),
        // LB and PB hold any printable characters; what is not known is kept and not judged.
        _ => (true, ""),
    };
    (!right).then(|| finding(block, format!("bad-content-{}", block.id()), should))
}

fn finding(block: &OptionalBlock, code: String, should: &str) -> Finding {
    Finding {
        place: Place::Optional(block.id().to_owned()),
        code,
        words: format!("the optional block {} {should}", block.id()),
    }
}

pub(super) fn is_hex(data: &str, lengths: &[usize]) -> bool {
    lengths.contains(&data.len())
        && data
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
}

/// `11` for AES stands in the service's guide, where X9.143 has `01`.
fn key_set(data: &str) -> bool {
    match data.split_at_checked(2) {
        Some(("00", id)) => is_hex(id, &[10]),
        Some(("01" | "11", id)) => is_hex(id, &[8]),
        _ => false,
    }
}

fn certificates(data: &str) -> bool {
    match data.split_at_checked(2) {
        Some(("00" | "01", certificate)) => is_base64(certificate),
        Some(("02", mut chain)) => {
            if chain.is_empty() {
                return false;
            }
            while !chain.is_empty() {
                match chained(chain) {
                    Some(rest) => chain = rest,
                    None => return false,
                }
            }
            true
        }
        _ => false,
    }
}

/// Format, four hex digits of length, certificate: what follows them, if they are right.
fn chained(chain: &str) -> Option<&str> {
    let (format, rest) = chain.split_at_checked(2)?;
    let (length, rest) = rest.split_at_checked(4)?;
    if !matches!(format, "00" | "01") || !is_hex(length, &[4]) {
        return None;
    }
    let length = usize::from_str_radix(length, 16).ok()?;
    let (certificate, rest) = rest.split_at_checked(length)?;
    is_base64(certificate).then_some(rest)
}

fn is_base64(text: &str) -> bool {
    !text.is_empty() && BASE64.decode(text.as_bytes()).is_ok()
}

fn derivations(data: &str) -> bool {
    let Some(("01", mut list)) = data.split_at_checked(2) else {
        return false;
    };
    if list.is_empty() {
        return false;
    }
    while let Some((one, rest)) = list.split_at_checked(5) {
        let known = Usage::new(one.get(..2).unwrap_or_default())
            .and_then(|f| f.words())
            .is_some()
            && Algorithm::new(one.get(2..3).unwrap_or_default())
                .and_then(|f| f.words())
                .is_some()
            && Mode::new(one.get(3..4).unwrap_or_default())
                .and_then(|f| f.words())
                .is_some()
            && Exportability::new(one.get(4..).unwrap_or_default())
                .and_then(|f| f.words())
                .is_some();
        if !known {
            return false;
        }
        list = rest;
    }
    list.is_empty()
}

/// How the check value in KC, KP or PK was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CheckMethod {
    /// A block of zeros, encrypted.
    Zeros,
    /// CMAC over a block of zeros.
    Cmac,
}

/// Method and hex digits of a check value.
pub(super) fn check_value(data: &str) -> Option<(CheckMethod, &str)> {
    match data.split_at_checked(2)? {
        ("00", digits) if is_hex(digits, &[2, 4, 6]) => Some((CheckMethod::Zeros, digits)),
        ("01", digits) if is_hex(digits, &[2, 4, 6, 8, 10]) => Some((CheckMethod::Cmac, digits)),
        _ => None,
    }
}

/// UTC in one of four forms, and a time that exists; hundredths are left out.
pub(super) fn moment(data: &str) -> Option<String> {
    let shape: String = data
        .chars()
        .map(|c| if c.is_ascii_digit() { '9' } else { c })
        .collect();
    let known = [
        "99999999999999Z",
        "9999999999999999Z",
        "9999-99-99T99:99:99Z",
        "9999-99-99T99:99:99.99Z",
    ];
    if !known.contains(&shape.as_str()) {
        return None;
    }
    let digits: String = data.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<i8>().ok());
    let year = digits.get(..4).and_then(|d| d.parse::<i16>().ok());
    let at = DateTime::new(
        year?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?,
        0,
    )
    .ok()?;
    Some(at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(id: &str, data: &str) -> Option<String> {
        let usage = Usage::new("B3").unwrap();
        check(&OptionalBlock::new(id, data).unwrap(), usage).map(|f| f.code)
    }

    #[test]
    fn what_the_standard_defines_passes() {
        for (id, data) in [
            ("AL", "0100"),
            ("BI", "0012345678AB"),
            ("BI", "0112345678"),
            ("BI", "1112345678"),
            ("CT", "00TUlJ"),
            ("CT", "02000004TUlJ010004TUlJ"),
            ("DA", "01D2ABND3AEN"),
            ("HM", "41"),
            ("IK", "1234567890123456"),
            ("KC", "0012AB34"),
            ("KP", "0112AB345678"),
            ("PK", "01AB"),
            ("KS", "FFFF9876543210E00000"),
            ("KS", "FFFF987654321000"),
            ("KV", "0000"),
            ("LB", " ~"),
            ("PB", ""),
            ("TC", "20240229235959Z"),
            ("TS", "2024022923595999Z"),
            ("TS", "2024-02-29T23:59:59Z"),
            ("TS", "2024-02-29T23:59:59.99Z"),
            ("WP", "003"),
            ("10", "anything"),
            ("ZZ", ""),
        ] {
            assert_eq!(code(id, data), None, "{id} {data}");
        }
    }

    #[test]
    fn what_it_does_not_define_is_found() {
        for (id, data) in [
            ("AL", "0001"),
            ("BI", "0012345678"),
            ("BI", "0112345678AB"),
            ("CT", "00"),
            ("CT", "02"),
            ("CT", "02000005TUlJ"),
            ("CT", "02020004TUlJ"),
            ("DA", "01"),
            ("DA", "01D2AB"),
            ("DA", "01D2AB?"),
            ("DA", "00D2ABN"),
            ("HM", "2"),
            ("IK", "123456789012345"),
            ("KC", "00"),
            ("KC", "0012AB3456"),
            ("KP", "0112AB34567890"),
            ("KS", "ffff9876543210e00000"),
            ("KV", "00 0"),
            ("TC", "20230229235959Z"),
            ("TC", "20240229245959Z"),
            ("TS", "2024-02-29 23:59:59Z"),
            ("TS", ""),
            ("WP", "004"),
        ] {
            assert_eq!(
                code(id, data),
                Some(format!("bad-content-{id}")),
                "{id} {data}"
            );
        }
    }
}
