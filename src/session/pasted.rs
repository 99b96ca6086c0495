//! What is given where a file is asked for: the path of one, or what is in it, pasted or typed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use der::{Decode as _, EncodingRules, Header, Reader as _, SliceReader};

use super::field::{Field, Kind};
use crate::text::{say, tr};

/// So many are kept; nobody answers more files at once.
const MOST: usize = 16;
/// How PEM begins, and how it ends (RFC 7468, section 3).
const PEM: (&str, &str) = ("-----BEGIN ", "-----END ");
/// What labels of PEM say that must not be pasted (RFC 7468, section 10 and 11): a private key, and an envelope of age.
const KEPT_APART: [&str; 2] = ["PRIVATE KEY", "AGE ENCRYPTED FILE"];
/// Characters of a key block's header (TR-31:2018, table 1; ISO 20038).
const HEADER: usize = 16;
/// How DER of more than 127 bytes begins, in hex and in base64: a sequence with a long length (X.690, 8.1.3).
const SEQUENCE: (&str, &str) = ("308", "MI");
/// Characters that hex or base64 has at least before it is taken for a file.
const FEWEST: usize = 48;

/// What stands in a file's place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// A path.
    Path,
    /// The content of a file.
    Content(Vec<u8>),
    /// What must not be pasted, and why.
    Refused(&'static str),
}

/// Fields whose file is never pasted: envelopes on a medium, the log of a lost vault, and what is written.
const BY_PATH: [&str; 4] = ["envelope", "log", "bundle", "report"];

/// Whether a field takes the content of its file in the place of its path.
pub(crate) fn taken_by(field: &Field) -> bool {
    let by_path = BY_PATH.contains(&field.id) || field.id.ends_with("-envelope");
    field.kind == Kind::File && !by_path
}

enum Form {
    Json,
    Pem,
    /// A key block, and the characters that it says it has.
    Block(usize),
    Hex,
    Base64,
}

/// What content begins like this; `None` where it can only be a path.
fn form(text: &str) -> Option<Form> {
    let text = text.trim_start();
    if text.starts_with('{') {
        return Some(Form::Json);
    }
    if text.starts_with(PEM.0) {
        return Some(Form::Pem);
    }
    let packed: String = text.split_whitespace().collect();
    if let Some(length) = block_length(&packed) {
        return Some(Form::Block(length));
    }
    // A last character of padding stands in no name.
    let spelt = |begins: &str, allowed: fn(u8) -> bool| {
        packed.len() >= FEWEST && packed.starts_with(begins) && packed.bytes().all(allowed)
    };
    if spelt(SEQUENCE.0, |b| b.is_ascii_hexdigit()) {
        return Some(Form::Hex);
    }
    let base64 = |b: u8| b.is_ascii_alphanumeric() || [b'+', b'/', b'='].contains(&b);
    spelt(SEQUENCE.1, base64).then_some(Form::Base64)
}

/// The length in a key block's header, where this begins as one: version, length, use, algorithm, mode, key version,
/// exportability, number of blocks, reserved.
fn block_length(text: &str) -> Option<usize> {
    let header = text.get(..HEADER)?;
    let part = |from: usize, to: usize| header.get(from..to).unwrap_or_default();
    let upper = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let stands = upper(part(0, 1))
        && digits(part(1, 5))
        && upper(part(5, 9))
        && part(9, 11).bytes().all(|b| b.is_ascii_alphanumeric())
        && ["E", "N", "S"].contains(&part(11, 12))
        && digits(part(12, 14))
        && upper(part(14, 16));
    let length = part(1, 5).parse().ok()?;
    (stands && length > HEADER).then_some(length)
}

/// Whether a text that was read up to here needs no further line: a path, or content that came to its end.
pub(crate) fn is_whole(text: &str) -> bool {
    let packed = || text.split_whitespace().collect::<String>();
    match form(text) {
        None => true,
        Some(_) if there(text) => true,
        Some(Form::Json) => serde_json::from_str::<serde::de::IgnoredAny>(text)
            .map_or_else(|error| !error.is_eof(), |_| true),
        Some(Form::Pem) => text.lines().any(|line| line.starts_with(PEM.1)),
        Some(Form::Block(length)) => packed().len() >= length,
        Some(Form::Hex) => {
            let bytes = HEXLOWER_PERMISSIVE.decode(packed().as_bytes());
            bytes.is_ok_and(|bytes| is_der(&bytes))
        }
        Some(Form::Base64) => {
            let bytes = BASE64.decode(packed().as_bytes());
            bytes.is_ok_and(|bytes| is_der(&bytes))
        }
    }
}

/// Whether DER, or BER of a length that is not told, has all the bytes that its first header wants. What is neither never
/// comes to its end: whoever gives it says where that is.
fn is_der(bytes: &[u8]) -> bool {
    let whole = || -> der::Result<bool> {
        let mut reader = SliceReader::new_with_encoding_rules(bytes, EncodingRules::Ber)?;
        let header = Header::decode(&mut reader)?;
        // As numbers: of two equal lengths the one that was not told counts as the greater.
        Ok(usize::try_from(reader.remaining_len())? >= usize::try_from(header.length())?)
    };
    whole().unwrap_or(false)
}

/// Whether several lines may still follow what came to its end: a chain of certificates.
pub(crate) fn may_go_on(text: &str) -> bool {
    matches!(form(text), Some(Form::Pem))
}

/// Whether a file of that name is there. What has several lines or is longer than paths are is no name.
fn there(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 4096 && !text.contains('\n') && Path::new(text).exists()
}

/// What was given in the place of a file. A path that exists is one; else what looks like content is content.
pub(crate) fn given(text: &str) -> Given {
    let Some(form) = form(text) else {
        return Given::Path;
    };
    if there(text) {
        return Given::Path;
    }
    if matches!(form, Form::Pem) && KEPT_APART.iter().any(|label| text.contains(label)) {
        return Given::Refused(tr(
            "A private key or an envelope is never pasted: other programs could have seen it. Nothing was kept of it.",
        ));
    }
    // Terminals send the ends of pasted lines as carriage returns. A key block has no line ends of its own.
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    Given::Content(match form {
        Form::Block(_) => lines
            .lines()
            .map(str::trim)
            .collect::<String>()
            .into_bytes(),
        _ => lines.into_bytes(),
    })
}

/// What stands in the field for a pasted text: its size and its digest, which nobody's path is.
pub(crate) fn name(bytes: &[u8]) -> PathBuf {
    let hash = <sha2::Sha256 as sha2::Digest>::digest(bytes);
    let hex = data_encoding::HEXLOWER.encode(&hash);
    let short = hex.get(..8).unwrap_or_default();
    let bytes = bytes.len();
    PathBuf::from(say!("pasted text, {bytes} bytes, {short}", bytes, short))
}

/// The texts that were pasted, under their names.
#[derive(Default)]
pub(crate) struct Pasted {
    kept: Vec<(PathBuf, Arc<Vec<u8>>)>,
}

impl Pasted {
    /// Keeps a text; the name under which it is found again.
    pub(crate) fn keep(&mut self, bytes: Vec<u8>) -> PathBuf {
        if self.kept.len() >= MOST {
            self.kept.remove(0);
        }
        let name = name(&bytes);
        self.kept.push((name.clone(), Arc::new(bytes)));
        name
    }

    /// The text of that name.
    pub(crate) fn of(&self, path: &Path) -> Option<Arc<Vec<u8>>> {
        let kept = self.kept.iter().find(|(name, _)| name == path);
        kept.map(|(_, bytes)| Arc::clone(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A27E8E31DA05F7425509593D03A457DC34";

    fn content(text: &str) -> Option<String> {
        match given(text) {
            Given::Content(bytes) => Some(String::from_utf8(bytes).unwrap()),
            Given::Path | Given::Refused(_) => None,
        }
    }

    #[test]
    fn content_is_told_from_a_path_by_how_it_begins() {
        let hex = format!("3082{}", "0a".repeat(40));
        let base64 = format!("MIIB{}", "abcd".repeat(16));
        for text in [
            " {\"a\": 1}",
            "-----BEGIN CERTIFICATE-----\nMIIB",
            BLOCK,
            &hex,
            &base64,
        ] {
            assert!(content(text).is_some(), "{text}");
        }
        for path in [
            "",
            "/media/ana/BLUE/p.json",
            "D0112P0AE.txt",
            "media/stick/parameters",
            "MIIB",
            &"ab".repeat(32),
            &"media/BLUE/".repeat(8),
        ] {
            assert_eq!(given(path), Given::Path, "{path}");
        }
    }

    /// A block that a letter broke is one line again; other content stays as it came, with a terminal's line ends.
    #[test]
    fn content_comes_as_its_reader_takes_it() {
        let (first, last) = BLOCK.split_at(64);
        assert_eq!(content(&format!("{first}\r{last}\r")).unwrap(), BLOCK);
        assert_eq!(content("{\r\n}\r").unwrap(), "{\n}\n");
    }

    #[test]
    fn a_file_that_is_there_wins_and_no_private_key_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("{1}");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(given(file.to_str().unwrap()), Given::Path);
        for label in ["PRIVATE KEY", "EC PRIVATE KEY", "AGE ENCRYPTED FILE"] {
            let pem = format!("-----BEGIN {label}-----\nMC4CAQ==\n-----END {label}-----");
            assert!(matches!(given(&pem), Given::Refused(_)), "{label}");
        }
    }

    #[test]
    fn lines_are_read_until_content_is_at_its_end() {
        assert!(is_whole("/media/stick/p.json") && is_whole(BLOCK) && is_whole("{}"));
        assert!(!is_whole("{") && !is_whole("{\"a\": [1,"));
        assert!(is_whole("{\"a\" 1"), "what can never be JSON ends at once");
        assert!(!is_whole(&BLOCK[..64]));
        let pem = "-----BEGIN CERTIFICATE-----\nMIIB";
        assert!(!is_whole(pem) && is_whole(&format!("{pem}\n-----END CERTIFICATE-----")));
        let der = [vec![0x30, 0x81, 0x80], vec![7; 0x80]].concat();
        for text in [BASE64.encode(&der), HEXLOWER_PERMISSIVE.encode(&der)] {
            assert!(is_whole(&text) && !is_whole(&text[..68]), "{text}");
        }
        // A length that is not told ends with two zeros of its own, not with the first that stand anywhere.
        let endless = [vec![0x30, 0x80, 0x04, 62], vec![0; 62], vec![0, 0]].concat();
        let endless = HEXLOWER_PERMISSIVE.encode(&endless);
        assert!(is_whole(&endless) && !is_whole(&endless[..endless.len() - 4]));
        // DER has no length of more bytes than it needs: no end of it is guessed, and an empty line ends it.
        let longer = [vec![0x30, 0x82, 0x00, 0x80], vec![7; 0x80]].concat();
        assert!(!is_whole(&HEXLOWER_PERMISSIVE.encode(&longer)));
    }

    #[test]
    fn so_many_are_kept_and_the_oldest_goes() {
        let mut pasted = Pasted::default();
        let names: Vec<PathBuf> = (0..=MOST)
            .map(|n| pasted.keep(format!("{{{n}}}").into_bytes()))
            .collect();
        assert!(pasted.of(&names[0]).is_none(), "the oldest is gone");
        assert_eq!(pasted.of(&names[MOST]).unwrap().as_slice(), b"{16}");
    }
}
