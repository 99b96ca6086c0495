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

/// Columns that a line of a command takes at most, its backslash and indentation with it.
const COMMAND: usize = 76;

/// A command on lines that are one command when they are copied into a shell: broken before an option or a pipe, each but
/// the last with a backslash at its end.
pub(super) fn in_shell_lines(command: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    // A value stays with its option.
    let mut parts: Vec<String> = Vec::new();
    for word in command.split(' ') {
        match parts.last_mut() {
            Some(part) if !word.starts_with("--") && word != "|" => {
                part.push(' ');
                part.push_str(word);
            }
            _ => parts.push(word.to_owned()),
        }
    }
    for part in parts {
        if !line.is_empty() && line.len() + 1 + part.len() + 2 > COMMAND {
            lines.push(format!("{line} \\"));
            line = format!("    {part}");
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&part);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::{COMMAND, in_shell_lines, lines};

    #[test]
    fn a_command_stays_one_command_where_it_is_broken() {
        for command in crate::session::handover::signing_commands("RSA_2048") {
            let told = in_shell_lines(&command);
            assert!(told.iter().all(|line| line.len() <= COMMAND), "{told:?}");
            let copied = told.join("\n").replace(" \\\n    ", " ");
            assert_eq!(copied, command);
            assert!(!command.starts_with("aws ") || told.len() > 1, "{told:?}");
        }
    }

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
