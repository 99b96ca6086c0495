//! Who may hold, form a threshold, serve and observe: pure functions of the ledger and a time.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Access, Appointment, Holding, Ineligible, Ledger, Rule, SHARES, Safe, Split, day, same,
};

/// One part that is about to be handed to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandOut<'a> {
    /// The person.
    pub person: &'a str,
    /// The divided secret; it may not be in the ledger yet.
    pub split: &'a Split,
    /// Which part.
    pub part: u8,
    /// Where it will lie; empty where it lies in the vault's own folder.
    pub place: &'a str,
    /// The safe that it will be locked in, where it is known.
    pub safe: Option<&'a Safe>,
    /// The day, milliseconds UTC.
    pub at: i64,
}

impl HandOut<'_> {
    fn refused(&self, rule: Rule, past: String) -> Ineligible {
        Ineligible {
            rule,
            person: self.person.to_owned(),
            what: format!("take part {} of the {}", self.part, self.split.what),
            past,
        }
    }
}

impl Ledger {
    /// Whether a person may take a part: rules A3 and C4. A7 is [`Ledger::may_serve`].
    ///
    /// # Errors
    /// [`Ineligible`], with the past event that decides.
    pub fn may_hold(&self, ask: &HandOut<'_>) -> Result<(), Ineligible> {
        self.knows_too_much(ask)?;
        self.reaches_too_much(ask)?;
        self.place_holds_too_much(ask)?;
        self.safe_shows_too_much(ask)
    }

    /// G3: whether a person may see this component: of a key of this name they never saw another, in this set or in
    /// any set before it.
    ///
    /// # Errors
    /// [`Ineligible`] under G3, naming the component they saw.
    pub fn may_see(&self, person: &str, split: &Split, part: u8) -> Result<(), Ineligible> {
        match self
            .ever_held(person, split)
            .find(|holding| holding.part != part)
        {
            None => Ok(()),
            Some(holding) => Err(Ineligible {
                rule: Rule::G3,
                person: person.to_owned(),
                what: format!("see part {part} of the {}", split.what),
                past: holding.event(self),
            }),
        }
    }

    /// Whatever a person held of a divided secret, in this set or in any other set of the same key, oldest first. Each
    /// set of shares is a secret of its own: after a rotation the old ones open nothing.
    fn ever_held<'a>(
        &'a self,
        person: &'a str,
        split: &'a Split,
    ) -> impl Iterator<Item = &'a Holding> {
        self.holdings
            .iter()
            .filter(move |h| same(&h.person, person))
            .filter(move |h| self.of_one_key(h, split))
    }

    /// Whether a holding is of this divided secret, or of another set of the same key.
    fn of_one_key(&self, holding: &Holding, split: &Split) -> bool {
        let set = self.split(&holding.split);
        let anew = |s: &Split| same(&s.what, &split.what) && s.destroyed.is_none();
        holding.split == split.id || (split.what != SHARES && set.is_some_and(anew))
    }

    /// A3: parts of this secret that the person ever held, in whichever set, stay with the new one below the threshold.
    fn knows_too_much(&self, ask: &HandOut<'_>) -> Result<(), Ineligible> {
        if ask.split.destroyed.is_some() {
            return Ok(());
        }
        let before: Vec<&Holding> = self
            .ever_held(ask.person, ask.split)
            .filter(|h| h.part != ask.part)
            .collect();
        let known: BTreeSet<u8> = before.iter().map(|h| h.part).chain([ask.part]).collect();
        if known.len() < usize::from(ask.split.threshold) {
            return Ok(());
        }
        let past = before.first().map_or_else(
            || "one part would already be the whole secret".to_owned(),
            |holding| holding.event(self),
        );
        Err(ask.refused(
            Rule::A3,
            format!("{past}, and {} parts make the secret", ask.split.threshold),
        ))
    }

    /// C4: neither the person with those they stand in for, nor whoever stands in for the person, reaches enough.
    fn reaches_too_much(&self, ask: &HandOut<'_>) -> Result<(), Ineligible> {
        let own = |person: &str| -> BTreeSet<u8> {
            let new = same(person, ask.person).then_some(ask.part);
            self.held_by(person, &ask.split.id)
                .map(|h| h.part)
                .chain(new)
                .collect()
        };
        let pairs = self
            .appointments_at(ask.at)
            .filter(|a| same(&a.person, ask.person) || same(&a.backup, ask.person));
        for appointment in pairs {
            let (person, backup) = (appointment.person.as_str(), appointment.backup.as_str());
            let reach: BTreeSet<u8> = own(person).union(&own(backup)).copied().collect();
            let has_own = !own(person).is_empty() && !own(backup).is_empty();
            if has_own && reach.len() >= usize::from(ask.split.threshold) {
                let other = if same(person, ask.person) {
                    backup
                } else {
                    person
                };
                let holds = self
                    .held_by(other, &ask.split.id)
                    .next()
                    .map_or_else(String::new, |holding| format!("{}, ", holding.event(self)));
                return Err(ask.refused(
                    Rule::C4,
                    format!(
                        "{backup} is appointed to stand in for {person} (appointment {} of {}); {holds}and the two \
                         would reach {} parts, of which {} make the secret",
                        appointment.form,
                        day(appointment.from),
                        reach.len(),
                        ask.split.threshold
                    ),
                ));
            }
        }
        Ok(())
    }

    /// C4 again: one safe, bag or medium never holds enough parts.
    fn place_holds_too_much(&self, ask: &HandOut<'_>) -> Result<(), Ineligible> {
        if ask.place.is_empty() {
            return Ok(());
        }
        let there: Vec<&Holding> = self
            .holders(&ask.split.id)
            .filter(|h| same(&h.place, ask.place) && h.part != ask.part)
            .collect();
        let parts: BTreeSet<u8> = there.iter().map(|h| h.part).chain([ask.part]).collect();
        match there.first() {
            Some(other) if parts.len() >= usize::from(ask.split.threshold) => Err(ask.refused(
                Rule::C4,
                format!("{} already lies in {}", other.event(self), ask.place),
            )),
            _ => Ok(()),
        }
    }

    /// C4 again, of components: a safe holds one of a key and no other, and whoever can open it neither saw another nor
    /// can open a safe with another (PCI PIN 6-1, 8-2, 21-3). Sets of one key are judged together, as what people saw is.
    fn safe_shows_too_much(&self, ask: &HandOut<'_>) -> Result<(), Ineligible> {
        let Some(safe) = ask.safe else {
            return Ok(());
        };
        let locked = || {
            let others = self.holdings.iter();
            let others = others.filter(|h| h.until.is_none() && h.part != ask.part);
            others.filter(|h| self.of_one_key(h, ask.split))
        };
        let named = |safe: &Safe, person: &str| safe.access.iter().any(|p| same(p, person));
        let lies = |h: &Holding, there: &Safe| {
            format!("{}, and it lies in the safe {}", h.event(self), there.name)
        };
        for holding in locked() {
            let Some(other) = &holding.safe else { continue };
            if same(&other.name, &safe.name) {
                return Err(ask.refused(Rule::C4, lies(holding, other)));
            }
            let both = std::iter::once(ask.person)
                .chain(safe.access.iter().map(String::as_str))
                .find(|person| named(other, person));
            if let Some(person) = both {
                let past = format!("{}, which {person} can open too", lies(holding, other));
                return Err(ask.refused(Rule::C4, past));
            }
        }
        for person in &safe.access {
            let mut seen = self.ever_held(person, ask.split);
            if let Some(holding) = seen.find(|h| h.part != ask.part) {
                let past = format!(
                    "{}, and can open the safe {}",
                    holding.event(self),
                    safe.name
                );
                return Err(ask.refused(Rule::C4, past));
            }
        }
        Ok(())
    }

    /// The appointments in force at a time, one of each person.
    fn appointments_at(&self, at: i64) -> impl Iterator<Item = &Appointment> {
        self.appointments
            .iter()
            .filter(move |a| self.appointment(&a.person, at) == Some(a))
    }

    /// A7: whether a person's signed appointment is in force. `strict` (production) asks for one of everybody;
    /// elsewhere only an appointment that was entered and has lapsed is refused.
    ///
    /// # Errors
    /// [`Ineligible`] under A7.
    pub fn may_serve(&self, person: &str, at: i64, strict: bool) -> Result<(), Ineligible> {
        if self.appointment(person, at).is_some() {
            return Ok(());
        }
        let last = self
            .appointments
            .iter()
            .rev()
            .find(|a| same(&a.person, person));
        let past = match last {
            None if !strict => return Ok(()),
            None => "no signed appointment is on record".to_owned(),
            Some(a) if at < a.from => {
                format!("the appointment {} begins on {}", a.form, day(a.from))
            }
            Some(a) => format!("the appointment {} ended on {}", a.form, day(a.until)),
        };
        Err(Ineligible {
            rule: Rule::A7,
            person: person.to_owned(),
            what: format!("serve as custodian on {}", day(at)),
            past,
        })
    }

    /// A8: whether these people may hold parts of one secret together: fewer than `threshold` of them report to
    /// the same manager, or two managers signed an exception for those who do. People without an appointment are not judged here; A7 judges those.
    ///
    /// # Errors
    /// [`Ineligible`] under A8, naming the last of those who report to one manager.
    pub fn may_form(&self, people: &[&str], threshold: u8, at: i64) -> Result<(), Ineligible> {
        let mut under: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for person in people {
            let Some(appointment) = self.appointment(person, at) else {
                continue;
            };
            let together = under
                .entry(appointment.manager.trim().to_lowercase())
                .or_default();
            together.push(person);
            let many = together.len() >= usize::from(threshold);
            if many && self.exemption(together, at).is_none() {
                let others: Vec<&str> = together.iter().copied().filter(|p| p != person).collect();
                return Err(Ineligible {
                    rule: Rule::A8,
                    person: (*person).to_owned(),
                    what: format!("hold a part together with {}", others.join(", ")),
                    past: format!(
                        "{} of them report to {} (appointments {}), and {threshold} make the secret",
                        together.len(),
                        appointment.manager,
                        self.papers_of(together, at)
                    ),
                });
            }
        }
        Ok(())
    }

    /// The forms by which these people are appointed, each with its first day.
    fn papers_of(&self, people: &[&str], at: i64) -> String {
        let papers: Vec<String> = people
            .iter()
            .filter_map(|person| self.appointment(person, at))
            .map(|a| format!("{} of {}", a.form, day(a.from)))
            .collect();
        papers.join(", ")
    }

    /// A6: whether a person may observe the destruction of a secret: never held a part of it, in this set or in any
    /// other set of the same key.
    ///
    /// # Errors
    /// [`Ineligible`] under A6, naming what the person held.
    pub fn may_observe_destruction(&self, person: &str, split: &Split) -> Result<(), Ineligible> {
        match self.ever_held(person, split).next() {
            None => Ok(()),
            Some(holding) => Err(Ineligible {
                rule: Rule::A6,
                person: person.to_owned(),
                what: "observe this destruction".to_owned(),
                past: holding.event(self),
            }),
        }
    }

    /// A9: enters an access to a part. The witness never held a part of that secret, and nothing is left empty.
    ///
    /// # Errors
    /// [`Ineligible`] under A9.
    pub fn enter_access(&mut self, access: Access) -> Result<(), Ineligible> {
        let refused = |past: String| Ineligible {
            rule: Rule::A9,
            person: access.witness.clone(),
            what: format!("witness the access of {}", access.custodian),
            past,
        };
        if same(&access.witness, &access.custodian) {
            return Err(refused("custodian and witness are one person".to_owned()));
        }
        let held = match self.split(&access.split) {
            Some(split) => self.ever_held(&access.witness, split).next(),
            None => self.held_by(&access.witness, &access.split).next(),
        };
        if let Some(holding) = held {
            return Err(refused(holding.event(self)));
        }
        let fields = [
            &access.purpose,
            &access.custodian,
            &access.witness,
            &access.package,
        ];
        if fields.iter().any(|text| text.trim().is_empty()) || access.back < access.out {
            return Err(refused(
                "purpose, custodian, witness and package are required, and it is put back after it was taken out"
                    .to_owned(),
            ));
        }
        self.accesses.push(access);
        Ok(())
    }
}
