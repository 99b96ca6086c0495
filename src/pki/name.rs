//! Names of certificates, for people.
#![deny(clippy::indexing_slicing)]

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

/// A name for people. What could steer a terminal or reverse the reading direction is escaped.
pub(super) fn shown_name(name: &X509Name<'_>) -> String {
    let mut text = String::new();
    for letter in plain(name).chars() {
        let steers = letter.is_control()
            || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
        if steers {
            text.extend(letter.escape_unicode());
        } else {
            text.push(letter);
        }
    }
    text
}

/// A name (DER) for people, as [`super::Certificate::issuer`] shows it; nothing if it is none.
pub fn name_of_der(der: &[u8]) -> Option<String> {
    match X509Name::from_der(der) {
        Ok(([], name)) => Some(shown_name(&name)),
        _ => None,
    }
}

/// Attribute by attribute in the order of the name, each value escaped as RFC 4514 asks (section 2.4): a value that
/// holds a comma must not read like two attributes.
fn plain(name: &X509Name<'_>) -> String {
    let parts: Vec<String> = name
        .iter()
        .map(|set| {
            let several: Vec<String> = set
                .iter()
                .map(|one| {
                    let kind = oid2abbrev(one.attr_type(), oid_registry())
                        .map_or_else(|_| one.attr_type().to_id_string(), str::to_owned);
                    format!("{kind}={}", escaped(&value(one.attr_value())))
                })
                .collect();
            several.join(" + ")
        })
        .collect();
    parts.join(", ")
}

fn escaped(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::new();
    for (at, letter) in value.chars().enumerate() {
        let special = matches!(letter, '"' | '+' | ',' | ';' | '<' | '>' | '\\');
        if special || (letter == '#' && at == 0) || (letter == ' ' && (at == 0 || at == last)) {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

/// Old authorities and devices put Latin-1 into T61String.
fn value(any: &Any<'_>) -> String {
    let bytes: &[u8] = any.data;
    match any.tag() {
        Tag::T61String => bytes.iter().copied().map(char::from).collect(),
        Tag::BmpString => {
            let units = bytes.chunks_exact(2).filter_map(|pair| match pair {
                [high, low] => Some(u16::from_be_bytes([*high, *low])),
                _ => None,
            });
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_old_letters_is_readable() {
        // CN as T61String "Zürich" in Latin-1, O as UTF8String "Bank".
        let der = [
            0x30, 0x20, 0x31, 0x0F, 0x30, 0x0D, 0x06, 0x03, 0x55, 0x04, 0x03, 0x14, 0x06, b'Z',
            0xFC, b'r', b'i', b'c', b'h', 0x31, 0x0D, 0x30, 0x0B, 0x06, 0x03, 0x55, 0x04, 0x0A,
            0x0C, 0x04, b'B', b'a', b'n', b'k',
        ];
        assert_eq!(name_of_der(&der).unwrap(), "CN=Zürich, O=Bank");
    }

    #[test]
    fn one_value_does_not_read_like_two() {
        for (value, shown) in [
            ("a, O=AWS Cryptography", r"a\, O=AWS Cryptography"),
            ("x+O=y", r"x\+O=y"),
            ("#00", r"\#00"),
            (r"a\b", r"a\\b"),
            (" a ", r"\ a\ "),
            ("John Q. Public-Bank (EU)", "John Q. Public-Bank (EU)"),
        ] {
            assert_eq!(escaped(value), shown);
        }
    }
}
