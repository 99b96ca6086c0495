//! What a file says, as lines tell it: a screen reader reads every digit, and a fingerprint that is to be typed stays hidden.

use crate::text::{say, tr};

/// Hex digits in one word that are read out at most: a SHA-256 is, a modulus is not.
const READ_OUT: usize = 64;

/// How lines begin that hold a fingerprint.
const FINGERPRINTS: [&str; 3] = ["SHA-256", "In words", "File SHA-256"];

/// The lines of it. With `hides`, fingerprints are left out: somebody types the other side's next.
pub(super) fn lines(text: &str, hides: bool) -> Vec<String> {
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| !(hides && is_fingerprint(line)))
        .map(shortened)
        .collect();
    if hides {
        lines
            .push(tr("Fingerprints in it stay hidden until the other side's is typed.").to_owned());
    }
    lines
}

fn is_fingerprint(line: &str) -> bool {
    let line = line.trim_start();
    FINGERPRINTS.iter().any(|label| {
        let rest = line.strip_prefix(label);
        rest.is_some_and(|rest| rest.starts_with(' '))
    })
}

/// A line without long numbers.
fn shortened(line: &str) -> String {
    let long =
        |word: &str| word.len() > READ_OUT && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some(word) = line.split(' ').find(|word| long(word)) else {
        return line.to_owned();
    };
    let (before, after) = line.split_once(word).unwrap_or((line, ""));
    let told = say!(
        "{digits} hex digits, which keymoot inspect shows",
        digits = word.len()
    );
    format!("{before}{told}{after}")
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn long_numbers_are_counted_and_fingerprints_hidden_where_one_is_typed() {
        let sha = "AB:".repeat(31) + "CD";
        let text = format!(
            "CERTIFICATE  CN=x\n  SHA-256     {sha}\n  In words    one two\n  Modulus     {}\n  Exponent    65537",
            "AB".repeat(256)
        );
        let told = lines(&text, false);
        assert_eq!(told[1], format!("  SHA-256     {sha}"));
        assert_eq!(
            told[3],
            "  Modulus     512 hex digits, which keymoot inspect shows"
        );
        let hidden = lines(&text, true).join("\n");
        assert!(
            !hidden.contains("AB:") && !hidden.contains("one two"),
            "{hidden}"
        );
        assert!(hidden.contains("Exponent"), "{hidden}");
    }
}
