//! The clock of an open vault: two people read their own watches, one after the other, before time may settle anything.

use crate::api::Timestamp;
use crate::text::{say, tr};

use super::View;
use super::clock_ahead::CLOCK_AHEAD;
use super::clock_back::CLOCK_BACK;
use super::command::Command;
use super::due::left;
use super::field::{Field, Kind};
use super::guide::Entry;
use super::op::Op;
use super::span::date_time;

/// Two readings and the vault's time must lie this close together (milliseconds).
pub(crate) const AGREE: i64 = 180_000;

/// The time between two readings.
fn between(readings: &[(String, Timestamp)]) -> Option<Timestamp> {
    let [(_, one), (_, other)] = readings else {
        return None;
    };
    let middle = i64::midpoint(one.millis(), other.millis());
    Some(Timestamp::from_millis(middle))
}

/// What two watches say that agree with each other and are behind the vault's clock: its time was set wrong, or they
/// are.
pub fn behind(readings: &[(String, Timestamp)], now: Timestamp) -> Option<Timestamp> {
    let read = between(readings).filter(|_| agree(readings))?;
    (read.millis() < now.millis().saturating_sub(AGREE)).then_some(read)
}

/// What two watches say that agree with each other and are further ahead than they are believed without signatures, where
/// those can be given.
pub fn beyond(readings: &[(String, Timestamp)], clocks: Clocks) -> Option<Timestamp> {
    let read = between(readings).filter(|_| agree(readings))?;
    (read > clocks.furthest && !clocks.leapt).then_some(read)
}

/// What the door refuses of two watches that agree with each other, and the act that is the way out.
#[derive(Debug, Clone, Copy)]
pub struct Off {
    /// What they say together.
    pub right: Timestamp,
    /// What people sign where the watches are right.
    pub act: &'static Op,
}

/// Whether the door refuses what two watches say because the vault's time is another: `now` is that time.
pub fn off(readings: &[(String, Timestamp)], now: Timestamp, clocks: Clocks) -> Option<Off> {
    let back = behind(readings, now).map(|right| Off {
        right,
        act: &CLOCK_BACK,
    });
    back.or_else(|| {
        beyond(readings, clocks).map(|right| Off {
            right,
            act: &CLOCK_AHEAD,
        })
    })
}

/// The times that two watches are held against.
#[derive(Debug, Clone, Copy)]
pub struct Clocks {
    /// The latest time that is on record ([`View::latest`]): nothing goes behind it without an exception.
    pub latest: Timestamp,
    /// What they are held against: the vault's own time once people attested it, and before that what the machine's clock
    /// says, uncorrected.
    pub against: Timestamp,
    /// Whether that is the vault's own.
    pub attested: bool,
    /// The latest that two watches may say in production without signatures ([`View::furthest`]).
    pub furthest: Timestamp,
    /// Whether the machine's clock leapt while the vault was open: then nobody signs before the vault was opened anew.
    pub leapt: bool,
}

impl Clocks {
    /// Of the vault's time `now` and what the machine's clock says; how far watches are believed is for the caller to say.
    pub fn of(attested: bool, latest: Timestamp, (now, machine): (Timestamp, Timestamp)) -> Self {
        Self {
            latest,
            against: if attested { now } else { machine },
            attested,
            furthest: latest,
            leapt: false,
        }
    }
}

/// What is asked before two watches that agree with each other are believed: they differ from the clock, so one of the two
/// is wrong, and a time that was taken is not taken back without an exception. Nothing where they may be taken, or where
/// the door refuses them.
pub fn asks(readings: &[(String, Timestamp)], clocks: Clocks) -> Option<String> {
    let read = between(readings).filter(|_| agree(readings))?;
    let behind = read.millis() < clocks.latest.millis().saturating_sub(AGREE);
    let refused = behind || read > clocks.furthest;
    let (by, ask) = apart(read, clocks.against).filter(|_| !refused)?;
    let (read, clock) = (minute(read), minute(clocks.against));
    Some(if clocks.attested {
        say!(
            "Both watches say {read}, {by} this vault's clock, which says {clock}: {ask}",
            read,
            by,
            clock,
            ask
        )
    } else {
        say!(
            "Both watches say {read}, {by} this machine's clock, which says {clock}: {ask} If the watches are right, \
             that clock is wrong; the vault goes by the watches, and somebody sets it right.",
            read,
            by,
            clock,
            ask
        )
    })
}

/// How far a time that was read lies from a clock (`1 h 00 m ahead of`), and what is mostly wrong then; nothing where they
/// agree.
pub(crate) fn apart(read: Timestamp, clock: Timestamp) -> Option<(String, &'static str)> {
    let off = read.millis().saturating_sub(clock.millis());
    if off.abs() <= AGREE {
        return None;
    }
    let by = if off > 0 {
        say!("{by} ahead of", by = left(clock, read))
    } else {
        say!("{by} behind", by = left(read, clock))
    };
    Some((by, which_is_wrong(off)))
}

fn agree(readings: &[(String, Timestamp)]) -> bool {
    matches!(readings, [(_, one), (_, other)] if (one.millis() - other.millis()).abs() <= AGREE)
}

/// What is mostly wrong where clocks differ: by the hour it was read in local time; by more, the date was mistyped.
fn which_is_wrong(off: i64) -> &'static str {
    if off.abs() < 15 * 3_600_000 {
        tr("is it the hour in UTC, and not that of this place?")
    } else {
        tr("are the day and the year right?")
    }
}

/// `2026-11-24 09:05`.
pub(crate) fn minute(time: Timestamp) -> String {
    let text: String = time.rfc3339().chars().take(16).collect();
    text.replacen('T', " ", 1)
}

/// What is done about watches that agree with each other and not with the vault.
pub const DOUBT: Field = Field {
    id: "doubt",
    label: "What now",
    hint: "Nothing is recorded as the time before this is answered.",
    kind: Kind::Text { max: 16 },
    optional: false,
};

/// The answer that takes the watches' word.
pub const SURE: &str = "sure";
/// The answer that asks for the act by which the vault's time is set.
pub const SIGNED: &str = "back";

/// The answers where both watches are ahead: the safe one first.
pub fn ahead_ways() -> [Entry; 2] {
    let sure = tr("the vault's time goes on from there; back only by an exception");
    [
        once_more(),
        Entry::new(SURE, tr("the watches are right"), sure),
    ]
}

/// The answers where the door refuses them.
pub fn off_ways(off: Off) -> [Entry; 2] {
    let set = if off.act.name == CLOCK_BACK.name {
        tr("the vault's time is set back: an exception, with its reason and signatures")
    } else {
        tr("the vault's time is set ahead: an act, with its reason and signatures")
    };
    [
        once_more(),
        Entry::new(SIGNED, tr("the watches are right"), set),
    ]
}

fn once_more() -> Entry {
    let note = tr("in UTC, with the date; what was read counts for nothing");
    Entry::new("again", tr("read both watches again"), note)
}

/// Who may read a watch: those whose shares opened the vault come first. Whoever has not opened it was not seen yet, and
/// that is said; whoever has read one cannot be chosen again.
pub fn readers(view: &View, first: Option<&str>) -> Vec<Entry> {
    let (here, unseen): (Vec<_>, Vec<_>) = view.people.iter().partition(|p| p.present);
    here.into_iter()
        .chain(unseen)
        .map(|person| {
            let role = super::said::role(&person.role);
            let note = if person.present {
                say!("{role}, opened it", role)
            } else {
                say!("{role}, not seen yet: in this room?", role)
            };
            let entry = Entry::new(&person.name, &person.name, &note);
            if first == Some(person.name.as_str()) {
                return entry.off_because(tr("has read a watch; another person reads the second"));
            }
            entry
        })
        .collect()
}

/// What came of a reading.
pub enum Heard {
    /// Another person reads the second watch.
    Second,
    /// Both agree with each other and not with the machine: what is asked before [`Watches::sure`] takes them.
    Ask(String),
    /// Both are read: [`Watches::sure`] is the command for the door.
    Both,
}

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

    /// One person's reading, as typed: `2026-12-01 09:00` or RFC 3339, in UTC. Where both differ from the clock,
    /// that is asked about before [`Watches::sure`] takes them.
    ///
    /// # Errors
    /// Which field is not as it must be (its id), and why; what was read before stands.
    pub fn read(
        &mut self,
        name: &str,
        typed: &str,
        clocks: Clocks,
    ) -> Result<Heard, (&'static str, String)> {
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
        if self.readings.len() < 2 {
            return Ok(Heard::Second);
        }
        let asks = asks(&self.readings, clocks);
        Ok(asks.map_or(Heard::Both, Heard::Ask))
    }

    /// Both readings as the command for the door; they are forgotten here.
    pub fn sure(&mut self) -> Command {
        Command::AttestClock {
            readings: std::mem::take(&mut self.readings),
        }
    }

    /// Neither reading counts: both watches are read again.
    pub fn again(&mut self) {
        self.readings.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the machine says, and what is on record.
    fn clocks(against: Timestamp, latest: Timestamp) -> Clocks {
        Clocks {
            latest,
            against,
            attested: false,
            furthest: against.plus_millis(1_000 * 86_400_000),
            leapt: false,
        }
    }

    fn at(text: &str) -> Timestamp {
        date_time(text).unwrap()
    }

    #[test]
    fn two_different_people_make_one_command() {
        let mut watches = Watches::default();
        let now = at("2026-12-01 09:01");
        let first = watches
            .read("Ana", "2026-12-01 09:00", clocks(now, now))
            .unwrap();
        assert!(matches!(first, Heard::Second));
        assert_eq!(watches.first(), Some("Ana"));
        let (field, why) = watches
            .read("Ana", "2026-12-01 09:00", clocks(now, now))
            .err()
            .unwrap();
        assert_eq!(field, "person");
        assert!(why.contains("Another person"), "{why}");
        let (field, _) = watches
            .read("Ben", "nine o'clock", clocks(now, now))
            .err()
            .unwrap();
        assert_eq!(field, "time");
        let both = watches
            .read("Ben", "2026-12-01T09:00:30Z", clocks(now, now))
            .unwrap();
        assert!(matches!(both, Heard::Both));
        let Command::AttestClock { readings } = watches.sure() else {
            panic!("two readings are the command");
        };
        assert_eq!(readings[0].0, "Ana");
        assert_eq!(readings[1].1.rfc3339(), "2026-12-01T09:00:30Z");
        assert_eq!(watches.first(), None, "after a refusal both read again");
    }

    /// Both read local time for UTC: what they say would stand for ever, so it is asked before it is taken.
    #[test]
    fn two_watches_that_are_an_hour_ahead_are_asked_about() {
        let mut watches = Watches::default();
        let now = at("2026-11-29 16:55");
        watches
            .read("Ana", "2026-11-29 17:55", clocks(now, now))
            .unwrap();
        let Heard::Ask(why) = watches
            .read("Cho", "2026-11-29 17:56", clocks(now, now))
            .unwrap()
        else {
            panic!("an hour is asked about");
        };
        assert!(why.contains("1 h 00 m ahead"), "{why}");
        assert!(why.contains("the hour in UTC"), "{why}");
        let Command::AttestClock { readings } = watches.sure() else {
            panic!("they are sure");
        };
        assert_eq!(readings.len(), 2);
        watches
            .read("Ana", "2027-11-29 16:55", clocks(now, now))
            .unwrap();
        let Heard::Ask(why) = watches
            .read("Cho", "2027-11-29 16:55", clocks(now, now))
            .unwrap()
        else {
            panic!("a year is asked about");
        };
        assert!(why.contains("the day and the year"), "{why}");
        watches.again();
        assert_eq!(watches.first(), None);
    }

    /// Further ahead than they are believed: not asked about, for the door refuses them, and the way out is an act.
    #[test]
    fn watches_that_say_next_year_are_offered_the_act_and_not_believed() {
        let now = at("2026-11-29 16:55");
        let clocks = Clocks {
            furthest: now.plus_millis(86_400_000),
            ..clocks(now, now)
        };
        let both = |text| [("Ana".to_owned(), at(text)), ("Cho".to_owned(), at(text))];
        let year = both("2027-11-29 16:55");
        assert_eq!(asks(&year, clocks), None);
        let ahead = off(&year, now, clocks).unwrap();
        assert_eq!(ahead.act.name, CLOCK_AHEAD.name);
        assert_eq!(ahead.right, at("2027-11-29 16:55"));
        let leapt = Clocks {
            leapt: true,
            ..clocks
        };
        assert!(off(&year, now, leapt).is_none());
        assert!(off(&both("2026-11-29 16:56"), now, clocks).is_none());
        let back = off(&both("2026-11-29 10:00"), now, clocks).unwrap();
        assert_eq!(back.act.name, CLOCK_BACK.name);
    }

    /// The machine's clock was set right between two sessions: what is on record is not contradicted.
    #[test]
    fn watches_that_are_behind_the_machine_alone_are_asked_about_and_not_refused() {
        let (now, latest) = (at("2026-11-29 21:39"), at("2026-11-29 20:37"));
        let mut watches = Watches::default();
        watches
            .read("Ana", "2026-11-29 20:41", clocks(now, latest))
            .unwrap();
        let asked = watches.read("Ben", "2026-11-29 20:41", clocks(now, latest));
        let Heard::Ask(why) = asked.unwrap() else {
            panic!("it is asked about");
        };
        assert!(
            why.contains("58 m 00 s behind this machine's clock"),
            "{why}"
        );
        watches.again();
        for name in ["Ana", "Ben"] {
            let early = watches.read(name, "2026-11-29 20:30", clocks(now, latest));
            assert!(
                !matches!(early.unwrap(), Heard::Ask(_)),
                "the door refuses it"
            );
        }
    }

    /// Watches that are behind, or differ from each other, are for the door: it refuses them and writes that down.
    #[test]
    fn what_the_door_refuses_is_not_asked_about() {
        let now = at("2026-11-29 16:55");
        for (one, other) in [
            ("2026-11-29 15:55", "2026-11-29 15:55"),
            ("2026-11-29 17:55", "2026-11-29 16:55"),
        ] {
            let readings = [("Ana".to_owned(), at(one)), ("Cho".to_owned(), at(other))];
            assert_eq!(asks(&readings, clocks(now, now)), None);
        }
        let early = [
            ("Ana".to_owned(), at("2026-11-29 15:55")),
            ("Cho".to_owned(), at("2026-11-29 15:55")),
        ];
        assert_eq!(behind(&early, now), Some(at("2026-11-29 15:55")));
        let apart = [
            ("Ana".to_owned(), now),
            ("Cho".to_owned(), at("2020-01-01 10:00")),
        ];
        assert_eq!(behind(&apart, now), None);
    }
}
