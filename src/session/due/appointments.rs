//! Appointments that are missing or end, and stand-ins who could not step in: told before the day on which somebody needs
//! them.

use std::collections::BTreeMap;

use crate::api::Timestamp;
use crate::custody::ledger::{Ineligible, Rule};
use crate::session::Profile;
use crate::session::heard::Knows;
use crate::session::view::{PersonView, View};
use crate::text::{say, tr};

use super::{DAY, Due, Goes, Whom, told_when};

/// Days before its last one that an appointment is due to be signed anew.
const APPOINTMENT_DAYS: i64 = 30;

/// What rule A7 would refuse (PCI PIN 25-1), now or soon. In production everybody who holds a share is appointed; elsewhere
/// only an appointment that was entered can end.
pub(super) fn appointments(view: &View, now: Timestamp) -> Vec<Due> {
    if view.by_recovery {
        return Vec::new();
    }
    let holds = |p: &&PersonView| p.role == "custodian";
    let people: Vec<&str> = view
        .people
        .iter()
        .filter(holds)
        .map(|p| p.name.as_str())
        .collect();
    let strict = view.profile == Profile::Production;
    let at = now.millis();
    let (mut absent, mut ended, mut ending) = (Vec::new(), Vec::new(), Vec::new());
    for person in &people {
        match view.ledger.appointed_until(person, at) {
            Some(until) if until.saturating_sub(at) <= APPOINTMENT_DAYS * DAY => {
                ending.push((until, *person));
            }
            None if view.ledger.last_appointment(person).is_some() => ended.push(*person),
            None if strict => absent.push(*person),
            Some(_) | None => {}
        }
    }
    let mut lines = Vec::new();
    if !absent.is_empty() {
        let what = tr("no signed appointment is entered").to_owned();
        lines.push(line(what, &absent, tr("now").into(), true));
    }
    if !ended.is_empty() {
        let what = tr("no appointment is in force today").to_owned();
        lines.push(line(what, &ended, tr("now").into(), true));
    }
    if let Some((first, _)) = ending.iter().min() {
        let names: Vec<&str> = ending.iter().map(|(_, person)| *person).collect();
        let what = tr("the appointment ends: sign the next").to_owned();
        let when = told_when(now, Timestamp::from_millis(*first));
        lines.push(line(what, &names, when, false));
    }
    let off = stand_ins(view, &people, at).into_iter();
    lines.extend(off.map(|(backup, refused)| stand_in_line(backup, refused)));
    lines
}

fn line(what: String, who: &[&str], when: String, over: bool) -> Due {
    Due {
        kind: "appoint",
        what,
        when,
        who: who.join(", "),
        over,
        goes: Goes::Appoint(Whom {
            person: who.first().copied().unwrap_or_default().to_owned(),
            why: None,
        }),
    }
}

/// A stand-in who could not step in. Where that is for want of an appointment, theirs is entered; else another stand-in is
/// named in the next form.
fn stand_in_line(backup: &str, (whom, why): Refused<'_>) -> Due {
    let first = whom.first().copied().unwrap_or(backup);
    let person = if why.rule == Rule::A7 { backup } else { first };
    let what = say!(
        "{backup} could not stand in for {whom}",
        backup,
        whom = whom.join(", ")
    );
    Due {
        goes: Goes::Appoint(Whom {
            person: person.to_owned(),
            why: Some(why.foretold()),
        }),
        ..line(what, &[backup], tr("now").into(), false)
    }
}

/// Those whose place a stand-in could not take, and the rule that refuses the first of them.
type Refused<'a> = (Vec<&'a str>, Ineligible);

/// Stand-ins whom a rule would refuse on the day, each with those whose place they could not take. Of whoever has no
/// appointment themselves, that is said already.
fn stand_ins<'a>(view: &'a View, people: &[&str], at: i64) -> BTreeMap<&'a str, Refused<'a>> {
    let knows = Knows::of(view);
    let mut refused: BTreeMap<&str, Refused<'_>> = BTreeMap::new();
    for person in people {
        let Some(appointment) = view.ledger.appointment(person, at) else {
            continue;
        };
        let (person, backup) = (appointment.person.as_str(), appointment.backup.as_str());
        if let Some(why) = knows.cannot_step_in(person, backup) {
            let (whom, _) = refused.entry(backup).or_insert((Vec::new(), why));
            whom.push(person);
        }
    }
    refused
}
