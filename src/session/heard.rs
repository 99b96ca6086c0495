//! What the custody ledger says of somebody as soon as they are named, before the act is asked for: a manager who stands
//! above too many, a stand-in or a newcomer whom a rule refuses. For every front end, and in the review.

mod counter;

pub(crate) use counter::at_zero;
pub use counter::digits;
pub(super) use counter::{changed, rule as rule_of_number};

use crate::custody::ledger::{Appointment, Ineligible, Ledger, SHARES, Seats, Split, same};
use crate::text::{say, tr};

use super::field::listed_names;
use super::op::Op;
use super::view::View;
use super::{Profile, Session, op_custody, said};

/// What the rules are asked about: the ledger, the people of now with their roles, and how many make a secret.
pub(super) struct Knows<'a> {
    ledger: &'a Ledger,
    people: Vec<(&'a str, &'a str)>,
    threshold: u8,
    at: i64,
    strict: bool,
}

impl<'a> Knows<'a> {
    /// Drawn from a view.
    pub(super) fn of(view: &'a View) -> Self {
        let people = view.people.iter();
        Self {
            ledger: &view.ledger,
            people: people.map(|p| (p.name.as_str(), p.role.as_str())).collect(),
            threshold: view.k.min(view.t),
            at: view.now.millis(),
            strict: view.profile == Profile::Production,
        }
    }
}

/// What is told of the answer to a field, given the answers so far; nothing where nothing stands against it.
pub fn heard(view: &View, op: &Op, field: &str, answer: &dyn Fn(&str) -> String) -> Vec<String> {
    let said = answer(field);
    let said = said.trim();
    if said.is_empty() {
        return Vec::new();
    }
    let knows = Knows::of(view);
    let is = |known: &Op, asked: &str| op.name == known.name && field == asked;
    if is(&op_custody::APPOINT, op_custody::UNTIL.id) {
        let until = super::span::day(said, super::build_custody::LAST_SECOND);
        return until
            .and_then(|until| over(until.millis(), knows.at))
            .into_iter()
            .collect();
    }
    if counter::asked(op, field) {
        let told = counter::told(said, counter::base(view, answer));
        return told.into_iter().collect();
    }
    if is(&op_custody::APPOINT, op_custody::MANAGER.id) {
        return knows.manager(&answer(op_custody::PERSON.id), said);
    }
    if is(&op_custody::APPOINT, op_custody::STAND_IN.id) {
        return knows.stand_in(&answer(op_custody::PERSON.id), said);
    }
    let refused = if is(&op_custody::REPLACE, op_custody::JOINS.id) {
        knows.joins(&answer(op_custody::LEAVES.id), said)
    } else if is(&op_custody::ROTATE, op_custody::CUSTODIANS.id) {
        knows.refused(&listed_names(said), knows.threshold)
    } else if is(&op_custody::RECOVERY_SET, op_custody::HOLDERS.id) {
        knows.refused(&listed_names(said), 2)
    } else {
        None
    };
    refused.iter().map(will_be_refused).collect()
}

/// What stands against the answer to a field beside those above it, whoever is named; nothing where nothing does.
pub fn against(
    view: &View,
    op: &Op,
    field: &str,
    answer: &dyn Fn(&str) -> String,
) -> Option<String> {
    if counter::asked(op, field) {
        return counter::against(answer(field).trim(), counter::base(view, answer));
    }
    if op.name != op_custody::APPOINT.name || field != op_custody::UNTIL.id {
        return None;
    }
    let day = |field: &str| super::span::day(answer(field).trim(), "T00:00:00Z");
    let (from, until) = (day(op_custody::FROM.id)?, day(op_custody::UNTIL.id)?);
    (until < from).then(|| {
        tr("That is before the first day: the appointment would end before it begins. Nothing was changed; type a later day.")
            .to_owned()
    })
}

/// Why somebody cannot be chosen as a stand-in, in a line: what they hold beside the person's own part.
pub(super) fn no_stand_in(view: &View, person: &str, backup: &str) -> Option<String> {
    let judged = view.ledger.may_stand_in(person, backup);
    judged.err().map(|why| why.brief())
}

/// Whether somebody who is to come could have this stand-in only by taking the stand-in's own place.
pub(super) fn only_by_their_leaving(view: &View, person: &str, backup: &str) -> bool {
    Knows::of(view).is_only_by_leaving(person, backup)
}

fn will_be_refused(why: &Ineligible) -> String {
    say!("This will be refused. {why}", why = why.foretold())
}

/// An appointment of the past is a record that can be entered, and more often a year that was mistyped.
fn over(until: i64, now: i64) -> Option<String> {
    let told =
        tr("Its last day has passed: it lets nobody hold a part, now or later. Is the year right?");
    (until < now).then(|| told.to_owned())
}

/// The people with one in the place of another.
fn taking<'a>(people: &[&'a str], leaves: &str, joins: &'a str) -> Vec<&'a str> {
    let seat = |name: &&'a str| if same(name, leaves) { joins } else { *name };
    people.iter().map(seat).collect()
}

impl Knows<'_> {
    /// The custodians of now, by name.
    fn custodians(&self) -> Vec<&str> {
        let serving = self.people.iter().filter(|(_, role)| *role == "custodian");
        serving.map(|(name, _)| *name).collect()
    }

    /// Which rule refuses that these people hold shares together from now on.
    fn refused(&self, names: &[&str], threshold: u8) -> Option<Ineligible> {
        let split = Split {
            id: "the new set".to_owned(),
            what: SHARES.to_owned(),
            threshold,
            parts: u8::try_from(names.len()).unwrap_or(u8::MAX),
            at: self.at,
            destroyed: None,
        };
        let people: Vec<(&str, &str)> = names.iter().map(|name| (*name, "")).collect();
        let seats = Seats {
            people: &people,
            split: &split,
            strict: self.strict,
        };
        self.ledger.may_take_seats(&seats).err()
    }

    /// A8 for a manager: who else reports to them. The appointment is entered all the same: it says what is so.
    fn manager(&self, person: &str, manager: &str) -> Vec<String> {
        let ledger = self.ledger.with(Appointment {
            person: person.to_owned(),
            from: self.at,
            until: self.at,
            manager: manager.to_owned(),
            backup: String::new(),
            form: tr("of this form").to_owned(),
        });
        let mut people = self.custodians();
        if !people.iter().any(|name| same(name, person)) {
            people.push(person);
        }
        let forms = |people: &[&str]| ledger.may_form(people, self.threshold, self.at);
        let told = forms(&people).err().map(|why| {
            if !self.is_free(person) {
                return say!(
                    "It can be entered, but the next change of people or shares will be refused. {why}",
                    why = why.foretold()
                );
            }
            // Whoever holds no part stands against nobody until they take a place: whose, decides.
            let own = self.custodians();
            let others = own.iter().filter(|name| forms(&taking(&own, name, person)).is_ok());
            let places: Vec<&str> = others.copied().collect();
            if places.is_empty() {
                return say!(
                    "It can be entered, but a change by which {person} takes a place here would be refused. {why}",
                    person,
                    why = why.foretold()
                );
            }
            say!(
                "It can be entered, and {person} may take the place of {places}. A change by which {person} holds a part beside them would be refused. {why}",
                person,
                places = places.join(", "),
                why = why.foretold()
            )
        });
        told.into_iter().collect()
    }

    /// The newcomer in the place of whoever leaves.
    fn joins(&self, leaves: &str, joins: &str) -> Option<Ineligible> {
        let people = self.custodians();
        let leaves = people.iter().find(|name| same(name, leaves))?;
        self.refused(&taking(&people, leaves, joins), self.threshold)
    }

    /// Whether somebody holds no share here, so that they could take a place.
    fn is_free(&self, name: &str) -> bool {
        !self.custodians().iter().any(|own| same(own, name))
    }

    /// What refuses that the stand-in takes the person's place, in their own name: A7 and A8, and C4 where they stand in for
    /// another custodian as well.
    fn in_the_place(&self, person: &str, backup: &str) -> Option<Ineligible> {
        let people = self.custodians();
        if self.is_free(person) || !self.is_free(backup) {
            return None;
        }
        let together = taking(&people, person, backup);
        // No appointment changes that they stand in for another as well, so it is said first.
        let seats = Knows {
            people: self.people.clone(),
            strict: false,
            ..*self
        };
        // What stands against others of them without this change is said where they are appointed.
        let without = seats.refused(&people, self.threshold).is_some();
        let seats = seats.refused(&together, self.threshold);
        seats
            .filter(|why| same(&why.person, backup) || !without)
            .or_else(|| {
                let serves = self.ledger.may_serve(backup, self.at, self.strict);
                let forms = || self.ledger.may_form(&together, self.threshold, self.at);
                serves.and_then(|()| forms()).err()
            })
    }

    /// Whether somebody is to come and the other holds one of the two parts that make a secret: then it is whose place is
    /// taken that decides whether one can stand in for the other (C4).
    fn is_only_by_leaving(&self, person: &str, backup: &str) -> bool {
        let comes = !person.is_empty() && self.is_free(person);
        comes && !self.is_free(backup) && self.threshold <= 2
    }

    /// The same in words.
    fn newcomers_stand_in(&self, person: &str, backup: &str) -> Option<String> {
        self.is_only_by_leaving(person, backup).then(|| say!(
            "{person} holds no part here yet, and {backup} holds one: once {person} holds another, {backup} cannot stand in for {person} (C4, PCI PIN 8-2), unless it is the place of {backup} that {person} takes.",
            person,
            backup
        ))
    }

    /// What would refuse on the day that the stand-in takes the place.
    pub(super) fn cannot_step_in(&self, person: &str, backup: &str) -> Option<Ineligible> {
        let judged = self.ledger.may_stand_in(person, backup);
        judged.err().or_else(|| self.in_the_place(person, backup))
    }

    /// What will be refused of a stand-in, now or on the day on which they take the place.
    fn stand_in(&self, person: &str, backup: &str) -> Vec<String> {
        if same(person, backup) {
            return Vec::new();
        }
        if let Err(why) = self.ledger.may_stand_in(person, backup) {
            return vec![will_be_refused(&why)];
        }
        let here = self.people.iter().find(|(name, _)| same(name, backup));
        let role = here.filter(|(_, role)| *role != "custodian").map(|(_, role)| {
            say!(
                "{backup} is {role} here, and a person has one role: on the day {backup} takes the place of {person}, somebody else takes theirs.",
                backup,
                person,
                role = said::role(role)
            )
        });
        let rules = self.in_the_place(person, backup).map(|why| {
            say!(
                "As it stands, the rotation by which {backup} steps in would be refused. {why}",
                backup,
                why = why.foretold()
            )
        });
        let newcomer = self.newcomers_stand_in(person, backup);
        role.into_iter().chain(rules).chain(newcomer).collect()
    }
}

impl Session {
    /// What is told of an appointment beside what it says, for whoever signs it.
    pub(super) fn told_of(&self, appointment: &Appointment) -> Vec<String> {
        let (ledger, seq) = (self.ledger_now(), self.book.seq());
        let serving = self.acting().iter().filter(|p| p.serves_at(seq));
        let knows = Knows {
            ledger: &ledger,
            people: serving.map(|p| (p.name.as_str(), p.role.word())).collect(),
            threshold: self.book.k().min(self.book.t()),
            at: self.now().millis(),
            strict: self.profile == Profile::Production,
        };
        let (person, backup) = (&appointment.person, &appointment.backup);
        let mut told = Vec::from_iter(over(appointment.until, knows.at));
        told.extend(knows.manager(person, &appointment.manager));
        told.extend(knows.stand_in(person, backup));
        told
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::session::{Environment, practice};
    use crate::vault::MemoryStore;

    fn view() -> View {
        let environment = Environment::seeded("heard").unwrap();
        let store = Box::new(MemoryStore::new());
        practice::vault(store, environment, None, true)
            .unwrap()
            .session
            .view()
    }

    fn appointed(view: &mut View, person: &str, manager: &str) {
        let now = view.now.millis();
        view.ledger = Arc::new(view.ledger.with(Appointment {
            person: person.into(),
            from: now,
            until: now + 86_400_000,
            manager: manager.into(),
            backup: "Zoe".into(),
            form: format!("KCF-{person}"),
        }));
    }

    fn said(view: &View, op: &Op, field: &str, answers: &[(&str, &str)]) -> String {
        let answer = |id: &str| {
            let found = answers.iter().find(|(known, _)| *known == id);
            found
                .map(|(_, text)| (*text).to_owned())
                .unwrap_or_default()
        };
        heard(view, op, field, &answer).join(" ")
    }

    #[test]
    fn two_custodians_under_one_manager_are_told_where_the_manager_is_typed() {
        let mut view = view();
        let appoint = &op_custody::APPOINT;
        let answers = [("person", "Ben"), ("manager", "meg")];
        assert_eq!(said(&view, appoint, "manager", &answers), "");
        appointed(&mut view, "Ana", "Meg");
        let told = said(&view, appoint, "manager", &answers);
        assert!(
            told.contains("A8 (PCI PIN 25-1.4)")
                && told.contains("Ana")
                && told.contains("can be entered"),
            "{told}"
        );
        // An exception that two managers signed, or somebody else above, and there is nothing to tell.
        let other = [("person", "Ben"), ("manager", "Ned")];
        assert_eq!(said(&view, appoint, "manager", &other), "");
    }

    /// Whoever holds no part may report to the same manager and take that person's place: nothing is refused then.
    #[test]
    fn a_stand_in_under_the_manager_of_whom_they_stand_in_for_is_told_whose_place_they_may_take() {
        let mut view = view();
        let appoint = &op_custody::APPOINT;
        let answers = [("person", "Pia"), ("manager", "Meg")];
        appointed(&mut view, "Ana", "Meg");
        let told = said(&view, appoint, "manager", &answers);
        assert!(!told.contains("will be refused"), "{told}");
        assert!(told.contains("Pia may take the place of Ana. "), "{told}");
    }

    #[test]
    fn a_stand_in_who_would_be_refused_later_is_told_when_they_are_named() {
        let mut view = view();
        let appoint = &op_custody::APPOINT;
        let named = |view: &View, backup| {
            said(
                view,
                appoint,
                "stand-in",
                &[("person", "Ana"), ("stand-in", backup)],
            )
        };
        let ben = named(&view, "Ben");
        assert!(
            ben.contains("will be refused. C4") && ben.contains("part 2"),
            "{ben}"
        );
        let wim = named(&view, "Wim");
        assert!(wim.contains("Wim is witness here"), "{wim}");
        assert_eq!(named(&view, "Zoe"), "");
        appointed(&mut view, "Ben", "Meg");
        appointed(&mut view, "Zoe", "Meg");
        let zoe = named(&view, "Zoe");
        assert!(zoe.contains("steps in would be refused. A8"), "{zoe}");
        view.profile = Profile::Production;
        let eve = named(&view, "Eve");
        assert!(
            eve.contains("A7") && eve.contains("no signed appointment"),
            "{eve}"
        );
    }

    /// The same rule refuses it of those who hold a part; of somebody who is to come it was found at the next rotation.
    #[test]
    fn a_stand_in_of_somebody_who_is_to_come_is_judged_ahead() {
        let view = view();
        let appoint = &op_custody::APPOINT;
        let told = |backup| {
            let answers = [("person", "Dan"), ("stand-in", backup)];
            said(&view, appoint, "stand-in", &answers)
        };
        assert!(
            told("Ana").contains("unless it is the place of Ana"),
            "{}",
            told("Ana")
        );
        assert_eq!(told("Eve"), "");
    }

    #[test]
    fn an_appointment_that_is_over_asks_whether_the_year_is_right() {
        let view = view();
        let told = |until| said(&view, &op_custody::APPOINT, "until", &[("until", until)]);
        assert!(told("2020-11-30").contains("Is the year right?"));
        assert_eq!(told(view.now.rfc3339().split_at(10).0), "");
    }

    #[test]
    fn whoever_takes_a_place_is_judged_where_they_are_named() {
        let mut view = view();
        appointed(&mut view, "Ana", "Meg");
        appointed(&mut view, "Dee", "Meg");
        let replace = &op_custody::REPLACE;
        let joins = |leaves| {
            said(
                &view,
                replace,
                "joins",
                &[("leaves", leaves), ("joins", "Dee")],
            )
        };
        assert!(
            joins("Ben").contains("This will be refused. A8"),
            "{}",
            joins("Ben")
        );
        assert_eq!(joins("Ana"), "");
        let rotate = &op_custody::ROTATE;
        let told = said(
            &view,
            rotate,
            "custodians",
            &[("custodians", "Ana, Dee, Eve")],
        );
        assert!(told.contains("A8"), "{told}");
        assert_eq!(said(&view, rotate, "custodians", &[]), "");
    }

    /// Nine signatures later is too late to hear that one person cannot stand in for two custodians.
    #[test]
    fn one_stand_in_for_two_custodians_is_told_with_the_second() {
        let mut view = view();
        let appoint = &op_custody::APPOINT;
        let answers = [("person", "Ben"), ("stand-in", "Zoe")];
        let field = op_custody::STAND_IN.id;
        assert_eq!(said(&view, appoint, field, &answers), "");
        appointed(&mut view, "Ana", "Meg");
        let told = said(&view, appoint, field, &answers);
        assert!(
            told.contains("C4 (PCI PIN 8-2)") && told.contains("stand in for Ana"),
            "{told}"
        );
        let mut other = answers;
        other[1].1 = "Yan";
        assert_eq!(said(&view, appoint, field, &other), "");
    }
}
