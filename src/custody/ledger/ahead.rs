//! The rules asked before they decide: what an appointment, a stand-in or somebody who takes a place would be refused
//! for, while it can still be chosen otherwise.

use super::{Appointment, HandOut, Holding, Ineligible, Ledger, Rule, Split, same};

/// People who would hold one part each of a secret that is still to be divided.
#[derive(Debug, Clone, Copy)]
pub struct Seats<'a> {
    /// Each with the label of their medium; empty where it is not known.
    pub people: &'a [(&'a str, &'a str)],
    /// The secret.
    pub split: &'a Split,
    /// Whether everybody needs a signed appointment, as in production.
    pub strict: bool,
}

/// Several people whom one rule refuses the same, as one refusal.
fn together(refused: &[Ineligible]) -> Option<Ineligible> {
    let first = refused.first()?;
    let names: Vec<&str> = refused.iter().map(|one| one.person.as_str()).collect();
    let past = if refused.iter().all(|one| one.past == first.past) {
        first.past.clone()
    } else {
        let each: Vec<String> = refused
            .iter()
            .map(|one| format!("{}: {}", one.person, one.past))
            .collect();
        each.join("; ")
    };
    Some(Ineligible {
        person: names.join(", "),
        past,
        ..first.clone()
    })
}

impl Ledger {
    /// A7 for several people, as [`Ledger::may_serve`] for one.
    ///
    /// # Errors
    /// [`Ineligible`] under A7, naming everybody whom it refuses.
    pub fn may_all_serve(&self, people: &[&str], at: i64, strict: bool) -> Result<(), Ineligible> {
        let serve = |person: &&str| self.may_serve(person, at, strict).err();
        let refused: Vec<Ineligible> = people.iter().filter_map(serve).collect();
        together(&refused).map_or(Ok(()), Err)
    }

    /// A3, C4, A7 and A8 for people who take all parts of a secret together, in their order.
    ///
    /// # Errors
    /// The first rule that refuses, with the past event; of A7 everybody whom it refuses, so that all of their forms are
    /// entered before the act is asked for again.
    pub fn may_take_seats(&self, seats: &Seats<'_>) -> Result<(), Ineligible> {
        let (split, at) = (seats.split, seats.split.at);
        let names: Vec<&str> = seats.people.iter().map(|(name, _)| *name).collect();
        self.may_all_serve(&names, at, seats.strict)?;
        self.may_form(&names, split.threshold, at)?;
        let mut ledger = self.clone();
        // So that a refusal can say of what it is a part.
        ledger.splits.push(split.clone());
        for (part, (person, place)) in (1..).zip(seats.people) {
            ledger.may_hold(&HandOut {
                person,
                split,
                part,
                place,
                safe: None,
                at,
            })?;
            ledger.hand_out(Holding {
                person: (*person).to_owned(),
                split: split.id.clone(),
                part,
                place: (*place).to_owned(),
                safe: None,
                // No act handed it out: it is judged what would be.
                by: String::new(),
                since: at,
                until: None,
            });
        }
        Ok(())
    }

    /// C4 of an appointment, of every secret whose parts are in people's hands now: person and stand-in together do not
    /// reach enough.
    ///
    /// # Errors
    /// [`Ineligible`] under C4, with what both hold.
    pub fn may_stand_in(&self, person: &str, backup: &str) -> Result<(), Ineligible> {
        let in_hands =
            |split: &&Split| split.destroyed.is_none() && self.holders(&split.id).next().is_some();
        for split in self.splits.iter().filter(in_hands) {
            let own = self.held_by(person, &split.id).last();
            let theirs = self.held_by(backup, &split.id).last();
            let (Some(own), Some(theirs)) = (own, theirs) else {
                continue;
            };
            let mut reach: Vec<u8> = [person, backup]
                .iter()
                .flat_map(|who| self.held_by(who, &split.id).map(|h| h.part))
                .collect();
            reach.sort_unstable();
            reach.dedup();
            if reach.len() >= usize::from(split.threshold) {
                return Err(Ineligible {
                    rule: Rule::C4,
                    person: backup.to_owned(),
                    what: format!("stand in for {person}"),
                    past: format!(
                        "{}, {}, and {} parts make the secret",
                        theirs.event(self),
                        own.event(self),
                        split.threshold
                    ),
                });
            }
        }
        Ok(())
    }

    /// The ledger as it would be with one appointment more.
    #[must_use]
    pub fn with(&self, appointment: Appointment) -> Self {
        let mut ledger = self.clone();
        ledger.appointments.push(appointment);
        ledger
    }

    /// The last appointment of a person that was entered, in force or not.
    pub fn last_appointment(&self, person: &str) -> Option<&Appointment> {
        let mut entered = self.appointments.iter().rev();
        entered.find(|a| same(&a.person, person))
    }

    /// Until when a person's appointments follow one another without a gap from `at` on; `None` where none is in force.
    pub fn appointed_until(&self, person: &str, at: i64) -> Option<i64> {
        const DAY: i64 = 86_400_000;
        let mut until = self.appointment(person, at)?.until;
        // The next form is entered before this one ends: it begins the day after, at the latest.
        while let Some(next) = self.appointment(person, until.saturating_add(DAY))
            && next.until > until
        {
            until = next.until;
        }
        Some(until)
    }
}
