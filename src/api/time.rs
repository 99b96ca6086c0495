//! Time as the service writes it: milliseconds inside, epoch seconds with a fraction on the wire.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Serialises to a JSON number of epoch seconds with milliseconds (`1697643478.92`), the AWS JSON 1.0
/// timestamp; a whole second has no fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// 1970-01-02, in milliseconds: a certificate begins an hour before it is issued.
const CLOCK_FROM: i64 = 86_400_000;

/// The year 9900, in milliseconds: the longest certificate issued the second before ends in good time.
const CLOCK_UNTIL: i64 = 250_246_627_200_000;

/// Where the present comes from. Engine, custody and ceremony never ask the operating system.
pub trait Clock: Send {
    /// The time now.
    fn now(&self) -> Timestamp;
}

impl Timestamp {
    /// A timestamp from milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This time and `millis` more, stopping at the ends of the range.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// RFC 3339 in UTC, `2026-11-23T14:31:07Z`, with milliseconds only where there are any.
    ///
    /// The whole year 9999 has a text: certificates without an end of their own name its last second (RFC 5280,
    /// 4.1.2.5), and `jiff::Timestamp` stops a day before it.
    pub fn rfc3339(self) -> String {
        let since = jiff::SignedDuration::from_millis(self.0);
        match jiff::civil::date(1970, 1, 1)
            .at(0, 0, 0, 0)
            .checked_add(since)
        {
            Ok(stamp) => format!("{stamp}Z"),
            Err(_) => format!("{} ms", self.0),
        }
    }

    /// The time, if a vault's clock may show it: certificates that are issued then must end within the calendar of
    /// X.509, and none begins before 1970.
    ///
    /// # Errors
    /// The rule, completing a sentence.
    pub fn for_a_clock(self) -> Result<Self, String> {
        if (CLOCK_FROM..CLOCK_UNTIL).contains(&self.0) {
            return Ok(self);
        }
        Err(format!(
            "is not between {} and {}, where certificates can be issued",
            Self(CLOCK_FROM).rfc3339(),
            Self(CLOCK_UNTIL).rfc3339()
        ))
    }

    /// Reads RFC 3339 with any offset.
    ///
    /// # Errors
    /// The text of the rule that was broken.
    pub fn parse_rfc3339(text: &str) -> Result<Self, String> {
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            // As some printed examples have it; the service itself writes a number or ISO 8601.
            return Err(format!(
                "{text} in quotes is neither a number of seconds nor ISO 8601"
            ));
        }
        let stamp: jiff::Timestamp = text.parse().map_err(|e: jiff::Error| e.to_string())?;
        Ok(Self(stamp.as_millisecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            serializer.serialize_i64(self.0 / 1000)
        } else {
            #[allow(clippy::cast_precision_loss)] // 2^53 ms is the year 287396
            serializer.serialize_f64(self.0 as f64 / 1000.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(f64),
            Text(String),
        }
        match Form::deserialize(deserializer)? {
            #[allow(clippy::cast_possible_truncation)]
            // rounded, and far inside i64 for any calendar date
            Form::Number(seconds) => Ok(Self((seconds * 1000.0).round() as i64)),
            Form::Text(text) => Self::parse_rfc3339(&text).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_of_certificates_has_a_text_to_its_last_second() {
        for (millis, text) in [
            (253_402_300_799_000, "9999-12-31T23:59:59Z"),
            (1_790_000_000_123, "2026-09-21T14:13:20.123Z"),
            (1_790_000_000_120, "2026-09-21T14:13:20.12Z"),
            (-1000, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::from_millis(millis).rfc3339(), text);
        }
    }

    #[test]
    fn a_clock_shows_times_at_which_certificates_can_be_issued() {
        assert_eq!(
            Timestamp(CLOCK_UNTIL),
            Timestamp::parse_rfc3339("9900-01-01T00:00:00Z").unwrap()
        );
        for (millis, fits) in [
            (CLOCK_FROM - 1, false),
            (CLOCK_FROM, true),
            (CLOCK_UNTIL - 1, true),
            (CLOCK_UNTIL, false),
            (i64::MAX, false),
        ] {
            assert_eq!(Timestamp(millis).for_a_clock().is_ok(), fits, "{millis}");
        }
    }
}
