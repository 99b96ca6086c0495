//! What the vault knows already where an act asks for a name or leaves something as it is: people to choose from,
//! copies, and what an empty answer means. For every front end.

use crate::api::Timestamp;
use crate::text::{say, tr};

use super::guide::Entry;
use super::op::Op;
use super::view::{PersonView, View};
use super::{op_custody, op_envelopes, op_ledger, op_policy, said};

/// The choice that is no name: somebody whom the vault does not know, and who is typed.
pub const SOMEBODY_ELSE: &str = "*";

/// What a field of an act may be answered with from what the vault knows; `None` where it is typed.
pub fn entries(view: &View, op: &Op, field: &str) -> Option<Vec<Entry>> {
    let custodian = |p: &&PersonView| p.role == "custodian";
    let person = |p: &PersonView| Entry::new(&p.name, &p.name, said::role(&p.role));
    let named = |mut people: Vec<Entry>| {
        let note = tr("a name to be typed");
        people.push(Entry::new(SOMEBODY_ELSE, tr("somebody else"), note));
        Some(people)
    };
    if op.name == op_ledger::RECORD_ACCESS.name && field == op_ledger::CUSTODIAN.id {
        return named(view.people.iter().filter(custodian).map(person).collect());
    }
    // A witness first, where somebody watched.
    let watched = [
        op_ledger::RECORD_ACCESS.name,
        op_envelopes::ENVELOPES_GONE.name,
    ];
    if watched.contains(&op.name) && field == op_ledger::WATCHED.id {
        let (witness, others): (Vec<_>, Vec<_>) =
            view.people.iter().partition(|p| p.role == "witness");
        return named(witness.into_iter().chain(others).map(person).collect());
    }
    if op.name == op_custody::APPOINT.name && field == op_custody::PERSON.id {
        let appointed = |p: &PersonView| Entry::new(&p.name, &p.name, &appointment(view, &p.name));
        return named(
            view.people
                .iter()
                .filter(custodian)
                .map(appointed)
                .collect(),
        );
    }
    if op.name == op_custody::APPOINT.name && field == op_custody::STAND_IN.id {
        return named(view.people.iter().filter(custodian).map(person).collect());
    }
    if op.name == op_policy::CHANGE_POLICY.name {
        return op_policy::yes_or_no(&view.policy, field);
    }
    if op.name == op_custody::ATTEST_DESTROYED.name && field == op_custody::COPY.id {
        return Some(copies(view));
    }
    None
}

/// Whether somebody is appointed, and until which day: who is left to be appointed is read off the list.
fn appointment(view: &View, person: &str) -> String {
    let day = |until: i64| {
        let until = Timestamp::from_millis(until).rfc3339();
        until.chars().take(10).collect::<String>()
    };
    let ledger = &view.ledger;
    if let Some(until) = ledger.appointed_until(person, view.now.millis()) {
        return say!("appointed until {day}", day = day(until));
    }
    match ledger.last_appointment(person) {
        Some(last) if last.until < view.now.millis() => {
            say!("appointment ended {day}", day = day(last.until))
        }
        Some(last) => say!("appointed from {day} on", day = day(last.from)),
        None => tr("not appointed").to_owned(),
    }
}

/// The same with what other answers leave of it: nobody stands in for themselves, or for somebody with whose part their
/// own would be enough.
pub fn left(
    view: &View,
    entries: Vec<Entry>,
    op: &Op,
    field: &str,
    answer: impl Fn(&str) -> String,
) -> Vec<Entry> {
    if op.name != op_custody::APPOINT.name || field != op_custody::STAND_IN.id {
        return entries;
    }
    let person = answer(op_custody::PERSON.id);
    let off = |entry: Entry| {
        if entry.id == person {
            return entry.off_because(tr("nobody stands in for themselves"));
        }
        match super::heard::no_stand_in(view, &person, &entry.id) {
            Some(why) => entry.off_because(&why),
            None => entry,
        }
    };
    let leaving = |entry: &Entry| super::heard::only_by_their_leaving(view, &person, &entry.id);
    let told = |mut entry: Entry| {
        if leaving(&entry) {
            entry.note = say!("only if {person} takes this place", person);
        }
        entry
    };
    let mut entries: Vec<Entry> = entries.into_iter().map(off).map(told).collect();
    // What is chosen before anybody chooses is a choice that no rule may refuse later.
    entries.sort_by_key(|entry| (entry.off.is_some(), leaving(entry)));
    entries
}

/// The copies on record; those that are gone are shown and off.
fn copies(view: &View) -> Vec<Entry> {
    let entry = |copy: &super::view::CopyView| {
        let day: String = copy.at.rfc3339().chars().take(10).collect();
        let note = say!("on {medium}, made {day}", medium = copy.medium, day);
        let entry = Entry::new(&copy.id, &copy.id, &note);
        match copy.state.as_str() {
            "destroyed" => entry.off_because(tr("its destruction is attested already")),
            "practised" => entry.off_because(tr("it was practised, and nothing was written")),
            _ => entry,
        }
    };
    view.copies.iter().map(entry).collect()
}

/// What stands in a field while it is empty: what holds then, or who there is to be named.
pub fn left_empty(view: &View, op: &Op, field: &str) -> Option<String> {
    let names = |role: &str| {
        let people = view.people.iter().filter(|p| p.role == role);
        let names: Vec<&str> = people.map(|p| p.name.as_str()).collect();
        names.join(", ")
    };
    let now = |what: String| Some(say!("as now: {what}", what));
    let of_all = |count: u8| say!("{count} of {n}", count, n = view.n);
    if op.name == op_custody::ROTATE.name && view.by_recovery {
        // The view shows the holders; whoever served before keeps the place.
        if [op_custody::OPEN.id, op_custody::USE.id].contains(&field) {
            return Some(tr("as many as before the recovery").to_owned());
        }
        return Some(tr("whoever served before the recovery").to_owned())
            .filter(|_| field != op_custody::REASON.id);
    }
    if op.name == op_custody::ROTATE.name {
        return match field {
            f if f == op_custody::CUSTODIANS.id => now(names("custodian")),
            f if f == op_custody::ADMINISTRATORS.id => now(names("administrator")),
            f if f == op_custody::WITNESSES.id => now(names("witness")),
            f if f == op_custody::OPEN.id => now(of_all(view.k)),
            f if f == op_custody::USE.id => now(of_all(view.t)),
            _ => None,
        };
    }
    if op.name == op_policy::CHANGE_POLICY.name {
        return op_policy::now(&view.policy, field).and_then(now);
    }
    if op.name == op_ledger::RECORD_ACCESS.name && field == op_ledger::SET.id {
        return Some(tr("the share of this vault").to_owned());
    }
    if op.name == op_ledger::EXEMPT.name && field == op_ledger::PEOPLE.id {
        return Some(say!("to be typed, of {names}", names = names("custodian")));
    }
    if op.name == op_envelopes::ENVELOPES_GONE.name {
        return match field {
            f if f == op_envelopes::DESTROYED.id => {
                let names = owners(view);
                (!names.is_empty()).then(|| say!("to be typed, of {names}", names))
            }
            f if f == op_envelopes::SET.id => Some(tr("every set that ended").to_owned()),
            _ => None,
        };
    }
    None
}

/// Whose old envelopes nothing was said of, each once.
fn owners(view: &View) -> String {
    let unsaid = view.old_envelopes.iter().filter(|old| old.gone.is_none());
    let mut names: Vec<&str> = Vec::new();
    for old in unsaid {
        if !names.contains(&old.person.as_str()) {
            names.push(&old.person);
        }
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Environment, practice};
    use crate::vault::MemoryStore;

    fn view() -> View {
        let environment = Environment::seeded("known").unwrap();
        let store = Box::new(MemoryStore::new());
        practice::vault(store, environment, None, true)
            .unwrap()
            .session
            .view()
    }

    #[test]
    fn people_are_chosen_where_they_are_known_and_anybody_else_can_be_typed() {
        let view = view();
        let ids = |op: &Op, field: &str| -> Vec<String> {
            let entries = entries(&view, op, field).unwrap();
            entries.into_iter().map(|e| e.id).collect()
        };
        let access = &op_ledger::RECORD_ACCESS;
        assert_eq!(
            ids(access, "custodian"),
            ["Ana", "Ben", "Cho", SOMEBODY_ELSE]
        );
        assert_eq!(ids(access, "witness").first().unwrap(), "Wim");
        assert_eq!(ids(&op_custody::APPOINT, "person").len(), 4);
        assert!(entries(&view, &op_custody::APPOINT, "manager").is_none());
    }

    #[test]
    fn who_is_appointed_already_is_marked_in_the_list_of_those_who_can_be() {
        const DAY: i64 = 86_400_000;
        let mut view = view();
        let now = Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
        view.now = now;
        let mut ledger = view.ledger.as_ref().clone();
        for (person, from, until) in [("Ana", -1, 30), ("Ana", 30, 60), ("Ben", -9, -1)] {
            ledger
                .appointments
                .push(crate::custody::ledger::Appointment {
                    person: person.into(),
                    from: now.millis() + from * DAY,
                    until: now.millis() + until * DAY,
                    manager: "Meg".into(),
                    backup: "Zoe".into(),
                    form: format!("KCF-{person}"),
                });
        }
        view.ledger = std::sync::Arc::new(ledger);
        let entries = entries(&view, &op_custody::APPOINT, "person").unwrap();
        let notes: Vec<&str> = entries.iter().map(|e| e.note.as_str()).collect();
        assert_eq!(
            notes[..3],
            [
                "appointed until 2027-01-23",
                "appointment ended 2026-11-23",
                "not appointed"
            ]
        );
        assert!(entries.iter().all(|entry| entry.off.is_none()));
    }

    #[test]
    fn nobody_stands_in_for_themselves() {
        let view = view();
        let appoint = &op_custody::APPOINT;
        let all = entries(&view, appoint, "stand-in").unwrap();
        let left = left(&view, all, appoint, "stand-in", |_| "Ana".to_owned());
        // Two of three shares open this vault: no custodian of it stands in for another.
        assert_eq!(left.first().unwrap().id, SOMEBODY_ELSE);
        let why = |name: &str| {
            let entry = left.iter().find(|e| e.id == name).unwrap();
            entry.off.clone().unwrap()
        };
        assert!(why("Ana").contains("themselves"));
        let ben = why("Ben");
        assert!(
            ben.starts_with("C4 (PCI PIN 8-2): Ben holds since") && ben.contains("part 2"),
            "{ben}"
        );
    }

    #[test]
    fn nobody_who_holds_a_part_is_proposed_for_somebody_who_is_to_come() {
        let view = view();
        let appoint = &op_custody::APPOINT;
        let all = entries(&view, appoint, "stand-in").unwrap();
        let left = left(&view, all, appoint, "stand-in", |_| "Dan".to_owned());
        assert_eq!(left.first().unwrap().id, SOMEBODY_ELSE);
        let ana = left.iter().find(|e| e.id == "Ana").unwrap();
        assert_eq!(ana.note, "only if Dan takes this place");
        assert!(ana.off.is_none());
    }

    #[test]
    fn a_rotation_says_what_stays_where_nothing_is_typed() {
        let view = view();
        let said = |field| left_empty(&view, &op_custody::ROTATE, field).unwrap();
        assert_eq!(said("custodians"), "as now: Ana, Ben, Cho");
        assert_eq!(said("administrators"), "as now: Ada");
        assert_eq!(said("open"), "as now: 2 of 3");
        assert!(left_empty(&view, &op_custody::ROTATE, "reason").is_none());
    }
}
