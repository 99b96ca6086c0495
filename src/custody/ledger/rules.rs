//! Who may hold, form a threshold, serve and observe: pure functions of the ledger and a time.

use std::collections::{BTreeMap, BTreeSet};

use super::{Access, Holding, Ineligible, Ledger, Rule, Split, day, same};

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
        self.place_holds_too_much(ask)
    }

    /// G3: whether a person may see this component: of a key of this name they never saw another, in this set or in
    /// any set before it.
    ///
    /// # Errors
    /// [`Ineligible`] under G3, naming the component they saw.
    pub fn may_see(&self, person: &str, split: &Split, part: u8) -> Result<(), Ineligible> {
        let of_the_key = |h: &&Holding| {
            let set = self.split(&h.split);
            h.split == split.id
                || set.is_some_and(|s| same(&s.what, &split.what) && s.destroyed.is_none())
        };
        let mut seen = self.holdings.iter().filter(|h| same(&h.person, person));
        match seen.find(|h| of_the_key(h) && h.part != part) {
            None => Ok(()),
            Some(holding) => Err(Ineligible {
                rule: Rule::G3,
                person: person.to_owned(),
                what: format!("see part {part} of the {}", split.what),
                past: holding.event(self),
            }),
        }
    }

    /// A3: parts of this secret that the person ever held, the new one included, stay below the threshold.
    fn knows_too_much(&self, ask: &HandOut<'_>) -> Result<(), Ineligible> {
        if ask.split.destroyed.is_some() {
            return Ok(());
        }
        let before: Vec<&Holding> = self
            .held_by(ask.person, &ask.split.id)
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
            .stand_ins(ask.at)
            .filter(|(person, backup)| same(person, ask.person) || same(backup, ask.person));
        for (person, backup) in pairs {
            let reach: BTreeSet<u8> = own(person).union(&own(backup)).copied().collect();
            let has_own = !own(person).is_empty() && !own(backup).is_empty();
            if has_own && reach.len() >= usize::from(ask.split.threshold) {
                return Err(ask.refused(
                    Rule::C4,
                    format!(
                        "{backup} is appointed to stand in for {person} and the two would reach {} parts, of which \
                         {} make the secret",
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

    /// Persons and who stands in for them at a time.
    fn stand_ins(&self, at: i64) -> impl Iterator<Item = (&str, &str)> {
        self.appointments
            .iter()
            .filter(move |a| self.appointment(&a.person, at) == Some(a))
            .map(|a| (a.person.as_str(), a.backup.as_str()))
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
                return Err(Ineligible {
                    rule: Rule::A8,
                    person: (*person).to_owned(),
                    what: format!("hold a part together with {}", together.join(", ")),
                    past: format!(
                        "{} of them report to {} (appointment {}), and {threshold} make the secret",
                        together.len(),
                        appointment.manager,
                        appointment.form
                    ),
                });
            }
        }
        Ok(())
    }

    /// A6: whether a person may observe the destruction of a secret: never held a part of it.
    ///
    /// # Errors
    /// [`Ineligible`] under A6, naming what the person held.
    pub fn may_observe_destruction(&self, person: &str, split: &str) -> Result<(), Ineligible> {
        match self.held_by(person, split).next() {
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
        if let Some(holding) = self.held_by(&access.witness, &access.split).next() {
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
