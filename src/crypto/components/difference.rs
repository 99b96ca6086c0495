//! Why a typed check value is not the one of a component: the usual mistakes, found without showing the right value.

use data_encoding::HEXUPPER;

use crate::api::{KeyAlgorithm, KeyCheckValueAlgorithm};
use crate::crypto::{SecretBytes, kcv};

/// What the record says of a check value that nothing explains but another key or component.
pub const NO_USUAL_MISTAKE: &str = "no usual mistake";

/// What a typed check value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is the one of the secret.
    None,
    /// It is no check value at all: six hex digits are wanted, under CMAC up to ten.
    NotOne,
    /// It is shorter than six digits. Whether it is the beginning of the right one is not said: ten guesses would find
    /// the next digit.
    Short,
    /// It is the secret's value by another method for the same algorithm.
    Method(KeyCheckValueAlgorithm),
    /// It is the value of the same bytes taken for a key of another algorithm.
    Algorithm(KeyAlgorithm),
    /// It is the value of another component, by its place.
    Component(u8),
    /// None of these.
    Unknown,
}

/// Fewest digits that count: with fewer, one wrong entry in 65 536 would pass.
const DIGITS: usize = 6;
/// Digits of the longest value that may be written down, by CMAC (PCI PIN 15-1).
const MOST_DIGITS: usize = 10;

/// Compares a typed check value with the one of `secret`, and says which usual mistake explains a difference.
/// `others` are the check values of other components of the same key, by place.
///
pub fn difference(
    algorithm: KeyAlgorithm,
    method: KeyCheckValueAlgorithm,
    secret: &SecretBytes,
    typed: &str,
    others: &[(u8, String)],
) -> Difference {
    let typed: String = typed
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let shaped = (4..=MOST_DIGITS).contains(&typed.len())
        && typed.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !shaped {
        return Difference::NotOne;
    }
    if typed.len() < DIGITS {
        return Difference::Short;
    }
    if longest(algorithm, method, secret).starts_with(&typed) {
        return Difference::None;
    }
    let six = typed.get(..DIGITS).unwrap_or_default();
    for other in [
        KeyCheckValueAlgorithm::ANSI_X9_24,
        KeyCheckValueAlgorithm::CMAC,
    ] {
        if other != method && six_digits(algorithm, other, secret) == six {
            return Difference::Method(other);
        }
    }
    let same_length = KeyAlgorithm::ALL
        .iter()
        .copied()
        .filter(|a| *a != algorithm && a.key_bytes() == Some(secret.len()) && kind(*a));
    for another in same_length {
        for by in [
            KeyCheckValueAlgorithm::ANSI_X9_24,
            KeyCheckValueAlgorithm::CMAC,
        ] {
            if six_digits(another, by, secret) == six {
                return Difference::Algorithm(another);
            }
        }
    }
    let same = |(_, value): &&(u8, String)| value.get(..DIGITS) == Some(six);
    match others.iter().find(same) {
        Some((place, _)) => Difference::Component(*place),
        None => Difference::Unknown,
    }
}

fn kind(algorithm: KeyAlgorithm) -> bool {
    algorithm.is_tdes() || algorithm.is_aes()
}

/// The value as long as it may be written down: ten digits by CMAC under AES, six elsewhere.
fn longest(
    algorithm: KeyAlgorithm,
    method: KeyCheckValueAlgorithm,
    secret: &SecretBytes,
) -> String {
    if algorithm.is_aes()
        && method == KeyCheckValueAlgorithm::CMAC
        && let Ok(value) = kcv::cmac_five(algorithm, secret)
    {
        return HEXUPPER.encode(&value);
    }
    six_digits(algorithm, method, secret)
}

/// Six digits; for AES by an encrypted block of zeros too, which old papers carry. Empty where it cannot be made.
fn six_digits(
    algorithm: KeyAlgorithm,
    method: KeyCheckValueAlgorithm,
    secret: &SecretBytes,
) -> String {
    let value = match method {
        KeyCheckValueAlgorithm::ANSI_X9_24 => kcv::ansi_x9_24(algorithm, secret),
        KeyCheckValueAlgorithm::CMAC => kcv::cmac(algorithm, secret),
        _ => return String::new(),
    };
    value.map(|v| HEXUPPER.encode(&v)).unwrap_or_default()
}

impl Difference {
    /// The same in a few words for the record, and nothing of any value; nothing where it is right.
    pub fn mistake(&self) -> Option<String> {
        Some(match self {
            Self::None => return None,
            Self::NotOne => "no check value".to_owned(),
            Self::Short => "too short".to_owned(),
            Self::Method(method) => format!("the value by {}", method.name()),
            Self::Algorithm(algorithm) => format!("the value as {}", algorithm.name()),
            Self::Component(part) => format!("the value of component {part}"),
            Self::Unknown => NO_USUAL_MISTAKE.to_owned(),
        })
    }

    /// What to tell whoever typed it; nothing where it is right. The right value is never in it.
    pub fn advice(&self) -> Option<String> {
        Some(match self {
            Self::None => return None,
            Self::NotOne => "A check value has six hex digits (0-9, A-F); under AES up to ten. Type it as it stands \
                 on the paper."
                .to_owned(),
            Self::Short => "Six digits are wanted, and fewer were typed: too short, since with four one wrong entry in \
                 65 536 would pass. If the paper has no more, ask the sender for six."
                .to_owned(),
            Self::Method(method) => format!(
                "It is the value of these very digits by {}: the paper's method is another than this key's. The \
                 digits are right; ask the sender for the value by the usual method, or make the key with that one.",
                method.name()
            ),
            Self::Algorithm(algorithm) => format!(
                "It is the value of these very digits taken for {}: the sender means a key of another algorithm of \
                 the same length. Stop, and ask which.",
                algorithm.name()
            ),
            Self::Component(place) => format!(
                "It is the value of component {place}: two papers were exchanged, or the wrong line was read. Look \
                 which component this paper is."
            ),
            Self::Unknown => "No usual mistake explains it: read the digits and the check value from the paper again, \
                 group by group. If both are as written, the paper is wrong: stop, and ask its sender."
                .to_owned(),
        })
    }
}
