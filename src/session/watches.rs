//! The clock of an open vault: two people read their own watches, one after the other, before time may settle anything.

use crate::api::Timestamp;
use crate::text::{say, tr};

use super::command::Command;
use super::founding::fields::date_time;

/// The readings so far.
#[derive(Default)]
pub struct Watches {
    readings: Vec<(String, Timestamp)>,
}

impl Watches {
    /// Who has read a watch.
    pub fn first(&self) -> Option<&str> {
        self.readings.first().map(|(name, _)| name.as_str())
    }

    /// One person's reading, as typed: `2026-12-01 09:00` or RFC 3339, in UTC. With the second comes the command for
    /// the door, and both are forgotten here: after a refusal both watches are read again.
    ///
    /// # Errors
    /// Which field is not as it must be (its id), and why; what was read before stands.
    pub fn read(
        &mut self,
        name: &str,
        typed: &str,
    ) -> Result<Option<Command>, (&'static str, String)> {
        if self.first() == Some(name) {
            return Err((
                "person",
                say!(
                    "{name} has read a watch. Another person reads the second one.",
                    name
                ),
            ));
        }
        let time = date_time(typed).ok_or_else(|| {
            let words = tr("Write date and time in UTC as 2026-12-01 09:00. Nothing was recorded.");
            ("time", words.to_owned())
        })?;
        self.readings.push((name.to_owned(), time));
        let both = self.readings.len() == 2;
        Ok(both.then(|| Command::AttestClock {
            readings: std::mem::take(&mut self.readings),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_different_people_make_one_command() {
        let mut watches = Watches::default();
        assert!(watches.read("Ana", "2026-12-01 09:00").unwrap().is_none());
        assert_eq!(watches.first(), Some("Ana"));
        let (field, why) = watches.read("Ana", "2026-12-01 09:00").err().unwrap();
        assert_eq!(field, "person");
        assert!(why.contains("Another person"), "{why}");
        let (field, _) = watches.read("Ben", "nine o'clock").err().unwrap();
        assert_eq!(field, "time");
        let command = watches.read("Ben", "2026-12-01T09:00:30Z").unwrap();
        let Some(Command::AttestClock { readings }) = command else {
            panic!("two readings are the command");
        };
        assert_eq!(readings[0].0, "Ana");
        assert_eq!(readings[1].1.rfc3339(), "2026-12-01T09:00:30Z");
        assert_eq!(watches.first(), None, "after a refusal both read again");
    }
}
