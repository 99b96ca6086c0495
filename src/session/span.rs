//! Spans of time as scripts and batches write them: an integer and `s`, `m`, `h` or `d`; a time as people read it.

use crate::api::Timestamp;

/// A time to the second, as every front end shows it: `2026-11-23 14:31:07Z`.
pub fn clock(time: Timestamp) -> String {
    let text =
        Timestamp::from_millis(time.millis().div_euclid(1000).saturating_mul(1000)).rfc3339();
    text.replacen('T', " ", 1)
}

/// Milliseconds of `8d`, `90m`, `30s`, `4h`.
///
/// # Errors
/// The rule, completing a sentence.
pub fn parse(text: &str) -> Result<i64, String> {
    let rule = || "wants a whole number and s, m, h or d, for example 8d".to_owned();
    let (digits, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(rule)?;
    let factor: i64 = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(rule()),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(rule());
    }
    digits
        .parse::<i64>()
        .ok()
        .and_then(|n| n.checked_mul(factor))
        .ok_or_else(|| "is too long a span".to_owned())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn spans_are_an_integer_and_a_unit() {
        assert_eq!(parse("8d"), Ok(691_200_000));
        assert_eq!(parse("30s"), Ok(30_000));
        for bad in [
            "",
            "d",
            "8",
            "8w",
            "-1d",
            "1.5h",
            "8 d",
            "+3m",
            "٣d",
            "99999999999999999999d",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
