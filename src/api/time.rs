//! Time as the service writes it: milliseconds inside, epoch seconds with a fraction on the wire.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Serialises to a JSON number of epoch seconds with milliseconds (`1697643478.92`), the AWS JSON 1.0
/// timestamp; a whole second has no fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

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
    pub fn rfc3339(self) -> String {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(stamp) => stamp.to_string(),
            Err(_) => format!("{} ms", self.0),
        }
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
