//! Spans of time as scripts and batches write them: an integer and `s`, `m`, `h` or `d`; a time as people read it.

use crate::api::Timestamp;

/// A time to the second, as every front end shows it: `2026-11-23 14:31:07Z`.
pub fn clock(time: Timestamp) -> String {
    let text =
        Timestamp::from_millis(time.millis().div_euclid(1000).saturating_mul(1000)).rfc3339();
    text.replacen('T', " ", 1)
}

/// A date and time as people type it, in UTC: `2026-11-24 09:05`, with or without seconds, or RFC 3339.
pub(crate) fn date_time(typed: &str) -> Option<Timestamp> {
    let typed = typed.trim();
    if let Ok(stamp) = Timestamp::parse_rfc3339(typed) {
        return Some(stamp);
    }
    let (date, clock) = typed.split_once([' ', 'T'])?;
    let clock = clock.trim();
    let seconds = match clock.matches(':').count() {
        1 => ":00",
        _ => "",
    };
    // Before ten, many a watch shows one digit.
    let zero = if clock.find(':') == Some(1) { "0" } else { "" };
    let clock = clock.trim_end_matches('Z');
    Timestamp::parse_rfc3339(&format!("{date}T{zero}{clock}{seconds}Z")).ok()
}

/// A day as people type it, `2026-12-01`, at this second of it (`T00:00:00Z`); or a moment by RFC 3339.
pub(crate) fn day(typed: &str, second: &str) -> Option<Timestamp> {
    let stamp = Timestamp::parse_rfc3339(typed);
    let stamp = stamp.or_else(|_| Timestamp::parse_rfc3339(&format!("{typed}{second}")));
    stamp.ok()
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
    use super::{date_time, parse};
    use crate::api::Timestamp;

    /// At the field, whoever asks it: an act that is asked for later would say the same to people who have gone.
    #[test]
    fn a_field_of_time_says_what_is_no_time() {
        use crate::session::{asked, clock_back, founding, op_custody, op_ledger};
        let clock = founding::fields::CLOCK;
        for field in [
            clock_back::RIGHT_TIME,
            asked::WATCH_TIME,
            op_ledger::OUT,
            op_ledger::BACK,
            clock,
        ] {
            assert!(field.check("2026-12-01 09:00").is_ok());
            for wrong in ["noon", "2026-12-01", "09:00", "2026-02-30 09:00"] {
                let rule = field.check(wrong).unwrap_err().rule;
                assert!(
                    rule.contains("write it in UTC as 2026-12-01 09:00"),
                    "{rule}"
                );
            }
        }
        for field in [op_custody::FROM, op_custody::UNTIL, op_ledger::UNTIL] {
            assert_eq!(field.check(" 2026-12-01 ").as_deref(), Ok("2026-12-01"));
            for wrong in ["soon", "2026-13-01", "1.12.2026"] {
                let rule = field.check(wrong).unwrap_err().rule;
                assert!(rule.contains("is no day: write it as 2026-12-01"), "{rule}");
            }
        }
    }

    #[test]
    fn watches_are_read_to_the_minute_or_the_second() {
        let minute = date_time("2026-11-24 09:00").map(Timestamp::rfc3339);
        assert_eq!(minute.as_deref(), Some("2026-11-24T09:00:00Z"));
        let exact = date_time("2026-11-24T09:00:30Z");
        assert!(exact.is_some());
        assert_eq!(date_time("2026-11-24 09:00:30"), exact);
        assert_eq!(date_time("2026-11-24 9:00"), date_time("2026-11-24T09:00Z"));
        for none in ["09:00", "2026-13-24 09:00", "2026-11-24", "noon", ""] {
            assert_eq!(date_time(none), None, "{none}");
        }
    }

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
