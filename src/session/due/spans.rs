//! Spans of time as people read them: how long something is still good for, and since when it is over.

use crate::api::Timestamp;
use crate::text::say;

use super::DAY;

/// A span in the two units that matter: `2 d 03 h`, `4 h 10 m`, `over`.
pub fn left(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.millis().saturating_sub(from.millis()).div_euclid(1000);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match seconds {
        s if s < 0 => "over".to_owned(),
        s if s >= 86_400 => format!("{days} d {hours:02} h"),
        s if s >= 3600 => format!("{hours} h {minutes:02} m"),
        s if s >= 60 => format!("{minutes} m {:02} s", s % 60),
        s => format!("{s} s"),
    }
}

/// A span in its greatest unit: two would not fit a narrow column, and the second moves nobody. Days are the nearest, so that
/// what was given out for a week says so a minute later; under two of them it is whole hours, which promise no more than
/// there is.
fn one_unit(from: Timestamp, to: Timestamp) -> String {
    const HOUR: i64 = DAY / 24;
    let millis = to.millis().saturating_sub(from.millis());
    match millis {
        m if m >= 2 * DAY => return format!("{} d", m.saturating_add(DAY / 2) / DAY),
        m if m >= DAY => return format!("{} h", m / HOUR),
        _ => {}
    }
    let units = left(from, to);
    let units: Vec<&str> = units.split(' ').take(2).collect();
    units.join(" ")
}

/// When something is due, as its column has it: `in 6 d`, and of what is past `7 m ago`.
pub(super) fn told_when(now: Timestamp, at: Timestamp) -> String {
    if at > now {
        say!("in {span}", span = one_unit(now, at))
    } else {
        say!("{left} ago", left = one_unit(at, now))
    }
}

/// Of what should be done by now: `late by 7 m`.
pub(super) fn late(now: Timestamp, at: Timestamp) -> String {
    say!("late by {span}", span = one_unit(at, now))
}

/// A length of time in milliseconds, to the nearest minute, in words: `3 d 01 h`.
pub fn span(millis: i64) -> String {
    const MINUTE: i64 = 60_000;
    let minutes = millis.saturating_add(MINUTE / 2).div_euclid(MINUTE);
    let rounded = Timestamp::from_millis(minutes.saturating_mul(MINUTE));
    left(Timestamp::from_millis(0), rounded)
}
