//! A check value that came by another way, compared with the one on record: what counts, and which usual mistake
//! explains a difference. A ceremony's step and whoever took a key in outside of one are judged by the same.

use crate::api::KeyCheckValueAlgorithm;
use crate::crypto::components::{Difference, NO_USUAL_MISTAKE};
use crate::engine::AesCheckValues;

use crate::session::field::AS_SHOWN;
use crate::session::{Profile, Session};

/// What is known of a key's check value without the key.
pub(crate) struct OnRecord<'r> {
    /// Six digits, by the key's own method.
    pub(crate) value: &'r str,
    /// What may be written down for an AES key beside them; none of other keys, and of keys of before.
    pub(crate) aes: Option<&'r AesCheckValues>,
    /// The value of the same bytes as a key of another algorithm.
    pub(crate) other: Option<(&'static str, String)>,
    /// The values of the components that the key was formed of.
    pub(crate) parts: Vec<(u8, String)>,
}

/// What is said of a check value that does not count.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// To whoever typed it: the usual mistake, and never the right value.
    pub(crate) advice: String,
    /// In a few words for the record.
    pub(crate) mistake: String,
    /// Whether it says nothing of the key: no check value at all, or one that is too short.
    pub(crate) slip: bool,
}

impl From<Difference> for Wrong {
    fn from(found: Difference) -> Self {
        Self {
            advice: found.advice().unwrap_or_default(),
            mistake: found.mistake().unwrap_or_default(),
            slip: matches!(found, Difference::NotOne | Difference::Short),
        }
    }
}

/// Why a typed check value does not count for a key: the usual mistakes first. Nothing where it counts. Every digit that
/// the method has is compared: ten under CMAC of AES (PCI PIN 15-1), six elsewhere; of keys of before six. `another` ends
/// the sentence that says that this is another key: what is done then depends on where it was typed.
pub(crate) fn difference_on_record(typed: &str, on: &OnRecord<'_>, another: &str) -> Option<Wrong> {
    const DIGITS: usize = 6;
    let typed = &digits(typed);
    let hex = typed.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hex || !(4..=10).contains(&typed.len()) {
        return Some(Difference::NotOne.into());
    }
    if typed.len() < DIGITS {
        return Some(Difference::Short.into());
    }
    let six = typed.get(..DIGITS).unwrap_or_default();
    let is = |value: &str| value.get(..DIGITS) == Some(six);
    if is(on.value) {
        let longest = on.aes.map_or(six, |aes| aes.cmac.as_str());
        let told = typed.get(..longest.len()).unwrap_or(typed);
        let further = longest.starts_with(told);
        return (!further).then(|| Wrong {
            advice: "Its first six digits are this key's, and one behind them is not: read them from the advice again, \
                     one by one. If they are as written there, ask the sender."
                .to_owned(),
            mistake: "right in its first six digits alone".to_owned(),
            slip: false,
        });
    }
    if on.aes.is_some_and(|aes| is(&aes.zeros)) {
        return Some(Difference::Method(KeyCheckValueAlgorithm::ANSI_X9_24).into());
    }
    if let Some((method, _)) = on.other.as_ref().filter(|(_, value)| is(value)) {
        return Some(Wrong {
            advice: format!(
                "It is this key's value by {method}: the sender takes the key for another algorithm of that length. \
                 Stop, and ask which."
            ),
            mistake: format!("the value by {method}, as another algorithm"),
            slip: false,
        });
    }
    if let Some((part, _)) = on.parts.iter().find(|(_, kcv)| is(kcv)) {
        return Some(Difference::Component(*part).into());
    }
    Some(Wrong {
        advice: format!(
            "Check the typing first; if it is right, this is another key than the sender's: {another}"
        ),
        mistake: NO_USUAL_MISTAKE.to_owned(),
        slip: false,
    })
}

/// A check value as it was typed, without what does not count.
fn digits(typed: &str) -> String {
    let kept = typed.chars().filter(|c| !c.is_whitespace());
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

/// Whether somebody takes our own value for the one from elsewhere.
///
/// # Errors
/// Production refuses it and asks for `instead`, in a sentence.
pub(crate) fn as_shown(profile: Profile, typed: &str, instead: &str) -> Result<bool, String> {
    let taken = typed == AS_SHOWN;
    if taken && profile == Profile::Production {
        return Err(format!(
            "`as-shown` is for rehearsal and test. {instead} Nothing was compared."
        ));
    }
    Ok(taken)
}

impl Session {
    /// What the record has of a key's check value, hidden or not: to judge by, never to show. `parts` are the values of
    /// the components that it was formed of.
    pub(crate) fn known_value(&self, arn: &str, parts: Vec<(u8, String)>) -> Option<OnRecord<'_>> {
        Some(OnRecord {
            value: self.check_value_on_record(arn)?,
            aes: self.aes_values_on_record(arn),
            other: self.other_reading_on_record(arn),
            parts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of one AES_128 key as the record has them: by CMAC, by a block of zeros, as TDES, of its components.
    fn on_record(aes: Option<&AesCheckValues>) -> OnRecord<'_> {
        OnRecord {
            value: "7A2F3A",
            aes,
            other: Some(("ANSI_X9_24", "DDA8BA".to_owned())),
            parts: vec![(1, "CAEBAA".to_owned())],
        }
    }

    #[test]
    fn a_key_s_check_value_is_compared_in_every_digit_and_usual_mistakes_are_named() {
        let kept = AesCheckValues {
            cmac: "7A2F3A91C4".to_owned(),
            zeros: "5B1E04".to_owned(),
        };
        let on = on_record(Some(&kept));
        let mistake =
            |typed: &str| difference_on_record(typed, &on, "stop.").map(|wrong| wrong.mistake);
        for right in ["7A2F3A", "7A2F3A91", "7A2F3A91C4"] {
            assert_eq!(mistake(right), None, "{right}");
        }
        for wrong in ["7A2F3A92", "7A2F3A91C5", "7A2F3A0"] {
            let found = mistake(wrong);
            assert_eq!(
                found.as_deref(),
                Some("right in its first six digits alone"),
                "{wrong}"
            );
        }
        for (typed, words) in [
            ("7A2F", "too short"),
            ("7A2F3", "too short"),
            ("0000", "too short"),
            ("7A2", "no check value"),
            ("5B1E04", "the value by ANSI_X9_24"),
            ("DDA8BA", "the value by ANSI_X9_24, as another algorithm"),
            ("CAEBAA", "the value of component 1"),
            ("000000", "no usual mistake"),
        ] {
            assert_eq!(mistake(typed).as_deref(), Some(words), "{typed}");
            let advice = difference_on_record(typed, &on, "stop.").unwrap().advice;
            assert!(!advice.is_empty() && !advice.contains("7A2F3A"), "{advice}");
        }
        let old = difference_on_record("5B1E04", &on, "stop.").unwrap().advice;
        assert!(
            old.contains("the value of these very digits by ANSI_X9_24"),
            "{old}"
        );
        // A key of before has six digits on record, and no other reading as AES.
        let before = on_record(None);
        assert_eq!(difference_on_record("7A2F3A92", &before, "stop."), None);
    }
}
