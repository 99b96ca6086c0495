//! JSON as people sign it: a strict reader and the canonical writer of RFC 8785.
//!
//! The reader refuses what two parsers could read in two ways (a member named twice, numbers no double can
//! hold), and anything nested or sized to hurt. The writer gives one byte string per value, so that a digest is
//! a digest of the meaning.
#![deny(clippy::indexing_slicing)]

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The deepest nesting of arrays and objects that [`strict`] reads.
pub const MAX_DEPTH: usize = 64;

/// The most bytes that [`strict`] reads: 1 MiB, the limit of every input but streams.
pub const MAX_BYTES: usize = 1 << 20;

/// The largest whole number that JSON carries exactly everywhere, 2^53 - 1 (RFC 8785 §3.2.2.3, RFC 7493 §2.2).
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why a text is not taken as JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// More than [`MAX_BYTES`].
    #[error(
        "the input has {found} bytes and at most {MAX_BYTES} are read; nothing was taken from it"
    )]
    TooLarge {
        /// Bytes in the input.
        found: usize,
    },
    /// There is nothing.
    #[error("the input is empty; the smallest that is read is {{}}")]
    Empty,
    /// What some editors and shells write in front of a text, or between its letters.
    #[error("the input {0}; save it as UTF-8 without a byte-order mark; nothing was taken from it")]
    Encoding(&'static str),
    /// Not JSON, a member named twice, nested too deeply, or a number that is not exact; the reader's words.
    #[error("the input is not JSON that keymoot reads: {0}; nothing was taken from it")]
    Malformed(String),
}

/// Reads one JSON value of at most [`MAX_BYTES`].
///
/// A member that occurs twice, nesting beyond [`MAX_DEPTH`], a whole number beyond ±(2^53 - 1) and anything
/// after the value are refused. Names and sizes are in the error, values never.
///
/// # Errors
/// [`JsonError`].
pub fn strict(bytes: &[u8]) -> Result<Value, JsonError> {
    if bytes.len() > MAX_BYTES {
        return Err(JsonError::TooLarge { found: bytes.len() });
    }
    strict_unsized(bytes)
}

/// Reads one JSON value as [`strict`] does, for inputs that were measured elsewhere.
///
/// # Errors
/// [`JsonError::Malformed`].
pub fn strict_unsized(bytes: &[u8]) -> Result<Value, JsonError> {
    if let Some(fault) = no_text(bytes) {
        return Err(fault);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }
        .deserialize(&mut reader)
        .map_err(|e| JsonError::Malformed(in_words(&e)))?;
    reader
        .end()
        .map_err(|e| JsonError::Malformed(in_words(&e)))?;
    Ok(value)
}

/// What the reader found, without the words of readers.
fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let told = [
        (
            "expected ident",
            "a word stands there that is neither true, false nor null,",
        ),
        ("expected value", "no value begins there,"),
    ];
    for (theirs, ours) in told {
        if let Some(place) = text.strip_prefix(theirs) {
            return format!("{ours}{place}");
        }
    }
    text
}

/// Whether the bytes are no text in UTF-8 that could be read.
fn no_text(bytes: &[u8]) -> Option<JsonError> {
    const SPACE: [u8; 4] = [b' ', b'\t', b'\r', b'\n'];
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => Some(JsonError::Encoding("begins with a byte-order mark")),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..] => {
            Some(JsonError::Encoding("is UTF-16"))
        }
        _ => bytes
            .iter()
            .all(|b| SPACE.contains(b))
            .then_some(JsonError::Empty),
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format!(
                "nested more than {MAX_DEPTH} levels deep"
            )));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        if value > MAX_INTEGER {
            return Err(E::custom(
                "a whole number beyond 2^53 - 1 is not exact in JSON",
            ));
        }
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() > MAX_INTEGER {
            return Err(E::custom(
                "a whole number beyond 2^53 - 1 is not exact in JSON",
            ));
        }
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(format!(
                    "member {name:?} occurs more than once"
                )));
            }
            let value = members.next_value_seed(inner)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

/// The canonical form of RFC 8785: no white space, members ordered by UTF-16 code units, shortest escapes,
/// numbers as ECMAScript writes them.
///
/// Whole numbers beyond ±(2^53 - 1) have no canonical form there. They are written in full, so that two values
/// never share bytes; [`strict`] lets none in, and nothing that is signed holds one.
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write_value(value, &mut out);
    out
}

fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_value(item, out);
            }
            out.push(b']');
        }
        Value::Object(map) => {
            let mut members: Vec<(&String, &Value)> = map.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (i, (name, item)) in members.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_string(name, out);
                out.push(b':');
                write_value(item, out);
            }
            out.push(b'}');
        }
    }
}

fn write_number(number: &Number, out: &mut Vec<u8>) {
    // A fraction goes through the canonicalizer's ECMAScript formatter; it cannot fail on a finite number, and
    // serde_json holds no other.
    let text = if number.is_f64() {
        serde_json_canonicalizer::to_string(number).unwrap_or_else(|_| number.to_string())
    } else {
        number.to_string()
    };
    out.extend_from_slice(text.as_bytes());
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{9}' => out.extend_from_slice(b"\\t"),
            '\u{a}' => out.extend_from_slice(b"\\n"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\u{d}' => out.extend_from_slice(b"\\r"),
            c if (c as u32) < 0x20 => {
                out.extend_from_slice(format!("\\u{:04x}", c as u32).as_bytes());
            }
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_member_named_twice_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"x":[{"k":1,"k":2}]}"#,
            "{\"a\":1,\"\\u0061\":2}",
        ] {
            let refused = strict(text.as_bytes()).unwrap_err();
            assert!(matches!(refused, JsonError::Malformed(_)), "{refused}");
            assert!(
                refused.to_string().contains("occurs more than once"),
                "{refused}"
            );
        }
    }

    #[test]
    fn depth_size_and_numbers_are_bounded() {
        let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(strict(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(strict(nested(MAX_DEPTH + 1).as_bytes()).is_err());
        assert!(strict(&vec![b' '; MAX_BYTES + 1]).is_err());
        assert!(strict(b"9007199254740991").is_ok());
        for text in [
            "9007199254740992",
            "-9007199254740992",
            "1 2",
            "",
            "{",
            "NaN",
        ] {
            assert!(strict(text.as_bytes()).is_err(), "{text}");
        }
    }

    /// RFC 8785 §3.2.3 and §3.2.4, the example of sorting and of serialisation.
    #[test]
    fn the_examples_of_rfc_8785() {
        let text = r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
        let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
            \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        let value = strict(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(canonical(&value)).unwrap(), expected);
        let value = serde_json::json!({"\u{20ac}":1,"\r":2,"\u{fb33}":3,"1":4,"\u{1f600}":5,"\u{80}":6,"\u{f6}":7});
        assert_eq!(
            String::from_utf8(canonical(&value)).unwrap(),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
            any::<f64>().prop_map(|f| Number::from_f64(f).map_or(Value::Null, Value::Number)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_writer_agrees_with_another_one(value in any_json()) {
            let theirs = serde_json_canonicalizer::to_vec(&value).unwrap();
            prop_assert_eq!(canonical(&value), theirs);
        }

        #[test]
        fn the_reader_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = strict(&bytes);
        }
    }

    #[test]
    fn what_editors_write_is_said_as_what_it_is() {
        let sixteen: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xFF\xFE".as_slice(), &sixteen].concat();
        for (bytes, words) in [
            (
                b"\xEF\xBB\xBF{}".as_slice(),
                "begins with a byte-order mark",
            ),
            (&marked, "is UTF-16"),
            (&sixteen, "is UTF-16"),
            (b"", "the input is empty"),
            (b" \r\n", "the input is empty"),
        ] {
            let refused = strict(bytes).unwrap_err().to_string();
            assert!(refused.contains(words), "{refused}");
        }
    }
}
