//! Modes of use as people write them: words, or a TR-31 mode letter.

use crate::api::KeyModesOfUse;

/// Parses `encrypt, decrypt, wrap, unwrap`, or a TR-31 / X9.143 mode letter (`B`, `E`, `D`, `C`, `G`, `V`, `X`, `N`, `S`).
///
/// # Errors
/// The rule, completing a sentence.
pub fn parse(text: &str) -> Result<KeyModesOfUse, String> {
    if let Some(modes) = letter(text.trim()) {
        return Ok(modes);
    }
    let mut modes = KeyModesOfUse::default();
    for word in text.split([',', ' ', '+']).filter(|w| !w.is_empty()) {
        let switch = match word.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "encrypt" => &mut modes.encrypt,
            "decrypt" => &mut modes.decrypt,
            "wrap" => &mut modes.wrap,
            "unwrap" => &mut modes.unwrap,
            "generate" => &mut modes.generate,
            "sign" => &mut modes.sign,
            "verify" => &mut modes.verify,
            "derivekey" => &mut modes.derive_key,
            "norestrictions" => &mut modes.no_restrictions,
            _ => return Err(format!("does not know the mode {word}")),
        };
        *switch = true;
    }
    Ok(modes)
}

/// Words of the modes that are set, joined by commas.
pub fn words(modes: &KeyModesOfUse) -> String {
    let all = [
        (modes.encrypt, "encrypt"),
        (modes.decrypt, "decrypt"),
        (modes.wrap, "wrap"),
        (modes.unwrap, "unwrap"),
        (modes.generate, "generate"),
        (modes.sign, "sign"),
        (modes.verify, "verify"),
        (modes.derive_key, "derive-key"),
        (modes.no_restrictions, "no-restrictions"),
    ];
    let set: Vec<_> = all
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, word)| *word)
        .collect();
    set.join(", ")
}

/// The modes of a TR-31 letter (X9.143 table of modes of use).
fn letter(text: &str) -> Option<KeyModesOfUse> {
    let none = KeyModesOfUse::default();
    Some(match text {
        "B" => KeyModesOfUse {
            encrypt: true,
            decrypt: true,
            wrap: true,
            unwrap: true,
            ..none
        },
        "E" => KeyModesOfUse {
            encrypt: true,
            wrap: true,
            ..none
        },
        "D" => KeyModesOfUse {
            decrypt: true,
            unwrap: true,
            ..none
        },
        "C" => KeyModesOfUse {
            generate: true,
            verify: true,
            ..none
        },
        "G" => KeyModesOfUse {
            generate: true,
            ..none
        },
        "V" => KeyModesOfUse {
            verify: true,
            ..none
        },
        "X" => KeyModesOfUse {
            derive_key: true,
            ..none
        },
        "N" => KeyModesOfUse {
            no_restrictions: true,
            ..none
        },
        "S" => KeyModesOfUse { sign: true, ..none },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{parse, words};

    #[test]
    fn words_and_letters_mean_the_same() {
        assert_eq!(parse("B"), parse("encrypt, decrypt, wrap, unwrap"));
        assert_eq!(parse("X"), parse("derive-key"));
        assert_eq!(parse("N").map(|m| words(&m)), Ok("no-restrictions".into()));
        assert!(parse("encript").is_err());
    }
}
