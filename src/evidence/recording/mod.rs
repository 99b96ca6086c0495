//! Recordings: asciicast v2, one line of JSON for the header and one for each event.
//!
//! [`Writer`] writes each event as it happens, so that a recording is readable however it ended. [`Cast`] reads one
//! back, and [`svg()`] makes a moving picture of it. Neither knows a screen: whoever draws hands the bytes over, and
//! leaves out what nobody may see.
#![deny(clippy::indexing_slicing)]

mod picture;
mod svg;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use serde_json::{Value, json};

pub use svg::svg;

/// The least and most columns or rows of a recording.
const SIDE: std::ops::RangeInclusive<u64> = 1..=1000;

/// Events that are read of one recording; more is no ceremony.
const MANY: usize = 200_000;

/// Writes a recording event by event.
pub struct Writer<W> {
    sink: W,
}

impl<W: Write> Writer<W> {
    /// Begins a recording of a screen of `size` (columns, rows).
    ///
    /// # Errors
    /// The medium failed.
    pub fn begin(mut sink: W, size: (u16, u16), title: &str) -> io::Result<Self> {
        let header = json!({"version": 2, "width": size.0, "height": size.1, "title": title});
        writeln!(sink, "{header}")?;
        sink.flush()?;
        Ok(Self { sink })
    }

    /// What was written to the screen, `millis` after the beginning.
    ///
    /// # Errors
    /// The medium failed.
    pub fn output(&mut self, millis: u64, text: &str) -> io::Result<()> {
        self.event(millis, "o", text)
    }

    /// What the recording is found by: who acts from here on.
    ///
    /// # Errors
    /// The medium failed.
    pub fn marker(&mut self, millis: u64, text: &str) -> io::Result<()> {
        self.event(millis, "m", text)
    }

    /// The screen has another size.
    ///
    /// # Errors
    /// The medium failed.
    pub fn resize(&mut self, millis: u64, size: (u16, u16)) -> io::Result<()> {
        self.event(millis, "r", &format!("{}x{}", size.0, size.1))
    }

    fn event(&mut self, millis: u64, code: &str, data: &str) -> io::Result<()> {
        let data = Value::from(data);
        let (seconds, rest) = (millis / 1000, millis % 1000);
        writeln!(self.sink, "[{seconds}.{rest:03}, \"{code}\", {data}]")?;
        self.sink.flush()
    }
}

/// One event of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Milliseconds after the beginning.
    pub millis: u64,
    /// `o` (output), `m` (marker), `r` (resize); others are kept and mean nothing here.
    pub code: String,
    /// The text.
    pub data: String,
}

/// A recording that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    /// Columns and rows at the beginning.
    pub size: (u16, u16),
    /// What it shows.
    pub title: String,
    /// The events in order.
    pub events: Vec<Event>,
}

/// Why a recording cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// The first line is no header.
    #[error("it does not begin with the header of an asciicast v2 recording")]
    Header,
    /// A line is no event.
    #[error("line {0} is no event of a recording")]
    Event(usize),
    /// Too many events.
    #[error("it has more than {MANY} events, which no ceremony has")]
    TooMany,
    /// Bytes that keymoot does not write.
    #[error(
        "event {0} holds terminal codes that keymoot does not write: it was not recorded by keymoot"
    )]
    Foreign(usize),
}

impl Cast {
    /// Reads a recording.
    ///
    /// # Errors
    /// [`RecordingError`].
    pub fn read(bytes: &[u8]) -> Result<Self, RecordingError> {
        let text = std::str::from_utf8(bytes).map_err(|_| RecordingError::Header)?;
        let mut lines = text.lines().enumerate();
        let header: Value = lines
            .next()
            .and_then(|(_, line)| serde_json::from_str(line).ok())
            .ok_or(RecordingError::Header)?;
        let side = |name: &str| {
            let side = header.get(name)?.as_u64().filter(|n| SIDE.contains(n))?;
            u16::try_from(side).ok()
        };
        let (Some(2), Some(width), Some(height)) = (
            header.get("version").and_then(Value::as_u64),
            side("width"),
            side("height"),
        ) else {
            return Err(RecordingError::Header);
        };
        let mut events = Vec::new();
        for (n, line) in lines.filter(|(_, line)| !line.is_empty()) {
            if events.len() == MANY {
                return Err(RecordingError::TooMany);
            }
            events.push(event(line).ok_or(RecordingError::Event(n + 1))?);
        }
        let title = header.get("title").and_then(Value::as_str);
        Ok(Self {
            size: (width, height),
            title: title.unwrap_or_default().to_owned(),
            events,
        })
    }

    /// How long it lasts, in milliseconds.
    pub fn length(&self) -> u64 {
        self.events.last().map_or(0, |event| event.millis)
    }
}

fn event(line: &str) -> Option<Event> {
    let (seconds, code, data): (f64, String, String) = serde_json::from_str(line).ok()?;
    let millis = (seconds * 1000.0).round();
    // A day is longer than any ceremony, and exact in a float.
    if !(0.0..=86_400_000.0).contains(&millis) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // in range, just above
    let millis = millis as u64;
    Some(Event { millis, code, data })
}
