//! BBQr: a file as a series of QR codes that a camera may see in any order, over and over (the BBQr protocol of
//! Coinkite). A code is `B$`, the encoding, the file type, how many codes there are and which this is (two digits of
//! base 36 each), then a part of the file.

use data_encoding::BASE32_NOPAD;

/// Characters before the data.
const HEADER: usize = 8;

/// Codes that two digits of base 36 can count.
const MOST: usize = 36 * 36 - 1;

/// Every part but the last is whole groups of so many characters: each can be decoded by itself.
const GROUP: usize = 8;

/// What a file is, for whoever reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileType {
    /// JSON.
    Json,
    /// Any text.
    Text,
    /// Anything else.
    Binary,
}

impl FileType {
    /// By the end of its name.
    pub(crate) fn of_name(name: &str) -> Self {
        match name.rsplit('.').next() {
            Some("json") => Self::Json,
            Some("txt" | "pem" | "tr31" | "csr") => Self::Text,
            _ => Self::Binary,
        }
    }

    const fn letter(self) -> char {
        match self {
            Self::Json => 'J',
            Self::Text => 'U',
            Self::Binary => 'B',
        }
    }
}

/// The texts of the codes, each at most `capacity` characters and all about equally long; nothing where the file is
/// empty or too large to be counted. Base 32, uncompressed: any reader has it.
pub(crate) fn split(bytes: &[u8], kind: FileType, capacity: usize) -> Option<Vec<String>> {
    let text = BASE32_NOPAD.encode(bytes);
    let most = capacity.checked_sub(HEADER)? / GROUP * GROUP;
    if text.is_empty() || most == 0 {
        return None;
    }
    let count = text.len().div_ceil(most);
    // About equally long, in whole groups: the last is not a stump that needs another size of code.
    let each = text
        .len()
        .div_ceil(count)
        .div_ceil(GROUP)
        .saturating_mul(GROUP);
    let count = text.len().div_ceil(each);
    if count > MOST {
        return None;
    }
    let parts = text.as_bytes().chunks(each).enumerate().map(|(n, part)| {
        let head = format!("B$2{}{}{}", kind.letter(), base36(count), base36(n));
        head + &String::from_utf8_lossy(part)
    });
    Some(parts.collect())
}

/// Two digits of base 36.
fn base36(number: usize) -> String {
    let digit = |n: usize| {
        u32::try_from(n % 36)
            .ok()
            .and_then(|n| char::from_digit(n, 36))
            .unwrap_or('0')
            .to_ascii_uppercase()
    };
    [digit(number / 36), digit(number)].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_header_counts_in_base_36() {
        assert_eq!(base36(0), "00");
        assert_eq!(base36(35), "0Z");
        assert_eq!(base36(36), "10");
        assert_eq!(base36(MOST), "ZZ");
        let parts = split(b"{}", FileType::of_name("kek.json"), 25).unwrap();
        assert_eq!(parts, ["B$2J0100PN6Q"]);
        assert!(split(b"", FileType::Json, 25).is_none());
        assert!(
            split(b"x", FileType::Json, 15).is_none(),
            "no whole group fits"
        );
        assert!(split(&vec![0; 100_000], FileType::Json, 25).is_none());
    }

    proptest! {
        #[test]
        fn parts_join_to_the_file_whatever_the_order(
            bytes in proptest::collection::vec(any::<u8>(), 1..3000), capacity in 24_usize..500
        ) {
            let parts = split(&bytes, FileType::Binary, capacity).unwrap();
            // Each part is decoded by itself, as readers do.
            let mut joined = Vec::new();
            for (n, part) in parts.iter().enumerate() {
                prop_assert!(part.len() <= capacity);
                prop_assert_eq!(&part[..4], "B$2B");
                prop_assert_eq!(usize::from_str_radix(&part[4..6], 36).unwrap(), parts.len());
                prop_assert_eq!(usize::from_str_radix(&part[6..8], 36).unwrap(), n);
                joined.extend(BASE32_NOPAD.decode(&part.as_bytes()[8..]).unwrap());
            }
            prop_assert_eq!(joined, bytes);
        }
    }
}
