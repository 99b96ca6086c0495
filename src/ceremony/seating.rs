//! Who has which place of a ceremony that is about to begin: told before anything is recorded, and asked where the script
//! leaves it to people. Who gives up a place is always asked, as long as more than one person could: no order of names
//! decides who leaves.

use std::collections::BTreeMap;

use crate::session::guide::Entry;
use crate::session::{PersonView, View, said};
use crate::text::{say, tr};

use super::enough::too_few_sign;
use super::model::Person;
use super::run::{RunError, places_given};
use super::script::Script;
use super::seats::kept_out;

/// The question who has a place, with who would have it if nobody said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatAsked {
    /// The place, as the script calls it.
    pub place: String,
    /// The question.
    pub question: String,
    /// What follows for whoever is chosen.
    pub means: String,
    /// Everybody of the role; whoever cannot have it, with the reason.
    pub entries: Vec<Entry>,
    /// Who would have it: where the cursor stands.
    pub usual: String,
}

/// Who gives up the first place that nobody was named for yet; nothing where no place is given up, or one person alone
/// could. `given` are the places that somebody was named for.
pub fn who_leaves(
    script: &Script,
    view: &View,
    given: &BTreeMap<String, String>,
) -> Option<SeatAsked> {
    let mut leaving = script
        .model
        .places()
        .filter(|place| script.model.leaves(&place.id));
    leaving.find_map(|place| asked(script, view, given, place))
}

/// The other places that more than one person could have, in the script's order.
pub fn open_places(script: &Script, view: &View, given: &BTreeMap<String, String>) -> Vec<String> {
    let stay = |place: &&Person| !script.model.leaves(&place.id);
    let places = script.model.places().filter(stay);
    let open = places.filter_map(|place| asked(script, view, given, place));
    open.map(|asked| asked.place).collect()
}

/// The question who has a place, if more than one person could.
pub fn who_has(
    script: &Script,
    view: &View,
    given: &BTreeMap<String, String>,
    place: &str,
) -> Option<SeatAsked> {
    asked(script, view, given, script.model.person(place)?)
}

fn asked(
    script: &Script,
    view: &View,
    given: &BTreeMap<String, String>,
    place: &Person,
) -> Option<SeatAsked> {
    if place.key.is_some() || place.joins.is_some() || given.contains_key(&place.id) {
        return None;
    }
    let bound = places_given(script, view, given).ok()?;
    let usual = bound.get(&place.id)?.clone();
    // Whoever was named for another place, or is by the own approval key, is no answer here.
    let keyed = |id: &String| script.model.person(id).is_some_and(|p| p.key.is_some());
    let fixed = |name: &str| {
        let mut others = bound.iter();
        others.any(|(id, holder)| holder == name && (given.contains_key(id) || keyed(id)))
    };
    let role = place.role.name();
    let people = view.people.iter();
    let people = people.filter(|person| person.role == role && !fixed(&person.name));
    let entries: Vec<Entry> = people
        .map(|person| entry(script, view, given, (place, person)))
        .collect();
    let can = entries.iter().filter(|entry| entry.off.is_none()).count();
    let leaves = script.model.leaves(&place.id);
    (can > 1).then(|| SeatAsked {
        place: place.id.clone(),
        question: if leaves {
            say!("Who leaves, and gives up the place `{place}`?", place = place.id)
        } else {
            say!("Who has the place `{place}`?", place = place.id)
        },
        means: match leaves_in(script, &place.id) {
            Some(number) => say!(
                "Whoever is named here is no person of this vault any more once step {number} is done, and need not come.",
                number
            ),
            None => tr("Whoever has a place does what the script asks of it, and signs for it.").to_owned(),
        },
        entries,
        usual,
    })
}

/// The number, from 1, of the step by which whoever has a place gives it up.
fn leaves_in(script: &Script, place: &str) -> Option<usize> {
    let mut steps = script.model.steps.iter();
    let at = steps.position(|step| step.leaver() == Some(place))?;
    Some(at.saturating_add(1))
}

fn entry(
    script: &Script,
    view: &View,
    given: &BTreeMap<String, String>,
    (place, person): (&Person, &PersonView),
) -> Entry {
    let note = if person.present {
        tr("opened this vault")
    } else {
        tr("did not open it")
    };
    let entry = Entry::new(&person.name, &person.name, note);
    let mut given = given.clone();
    given.insert(place.id.clone(), person.name.clone());
    match stopped(script, view, &given) {
        Some(why) => entry.off_because(&why),
        None => entry,
    }
}

/// Why a ceremony with these people at these places would not begin, or would be refused on its way.
pub(super) fn stopped(
    script: &Script,
    view: &View,
    given: &BTreeMap<String, String>,
) -> Option<String> {
    match places_given(script, view, given) {
        Err(RunError::CannotBegin(why)) => Some(why),
        Err(other) => Some(other.to_string()),
        Ok(bound) => kept_out(script, view, &bound).or_else(|| too_few_sign(script, view, &bound)),
    }
}

/// Everybody at their place, in the script's order: `lead: Ada; leaver: Cho, who leaves`. Nothing where the places cannot be
/// given.
pub(super) fn seated(
    script: &Script,
    view: &View,
    given: &BTreeMap<String, String>,
) -> Option<String> {
    let bound = places_given(script, view, given).ok()?;
    let each = script.model.places().filter_map(|place| {
        let id = &place.id;
        if let Some(step) = &place.joins {
            return Some(say!("{id}: whoever is named in step {step}", id, step));
        }
        let name = bound.get(id)?;
        Some(if script.model.leaves(id) {
            say!("{id}: {name}, who leaves", id, name)
        } else {
            format!("{id}: {}", said::called(place.role.name(), name))
        })
    });
    let each: Vec<String> = each.collect();
    (!each.is_empty()).then(|| each.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::practice::{self, Size};
    use crate::session::{Environment, Session};

    fn script(name: &str) -> Script {
        let mut shipped = crate::ceremony::shipped().iter();
        let (_, text) = shipped.find(|(file, _)| file == &name).unwrap();
        Script::parse(text).ok().unwrap()
    }

    fn vault(script: &Script, custodians: usize) -> Session {
        let store = Box::new(crate::vault::MemoryStore::new());
        let environment = Environment::seeded("seating").unwrap();
        let size = Size {
            custodians,
            ..script.practice_size()
        };
        let made = practice::vault_of(store, size, environment, script.rehearsal().1, true);
        made.unwrap().session
    }

    /// Who leaves was the program's choice: the first in its order of names, and no page let anybody say otherwise.
    #[test]
    fn whoever_leaves_is_asked_for_before_anything_begins() {
        let script = script("custodian-replacement.toml");
        let session = vault(&script, 5);
        let view = session.view();
        let mut given = BTreeMap::new();
        let asked = who_leaves(&script, &view, &given).unwrap();
        assert_eq!(asked.place, "leaver");
        let custodians = view.people.iter().filter(|p| p.role == "custodian");
        let custodians: Vec<&str> = custodians.map(|p| p.name.as_str()).collect();
        let offered: Vec<&str> = asked.entries.iter().map(|e| e.id.as_str()).collect();
        assert_eq!(offered, custodians);
        assert!(offered.contains(&asked.usual.as_str()));
        let other = offered.iter().find(|name| **name != asked.usual).unwrap();
        given.insert("leaver".to_owned(), (*other).to_owned());
        assert_eq!(who_leaves(&script, &view, &given), None, "asked once");
        let told = seated(&script, &view, &given).unwrap();
        assert!(
            told.contains(&format!("leaver: {other}, who leaves")),
            "{told}"
        );
        assert!(
            told.contains("newcomer: whoever is named in step replace"),
            "{told}"
        );
        // Whoever leaves has no other place, and the others are open to those who stay.
        let open = open_places(&script, &view, &given);
        assert_eq!(open, ["first", "second"]);
        let first = who_has(&script, &view, &given, "first").unwrap();
        assert!(first.entries.iter().all(|entry| entry.id != **other));
    }

    #[test]
    fn nobody_is_asked_where_one_person_alone_could() {
        let script = script("first-key.toml");
        let session = vault(&script, 3);
        let view = session.view();
        assert_eq!(who_leaves(&script, &view, &BTreeMap::new()), None);
        let open = open_places(&script, &view, &BTreeMap::new());
        assert!(!open.contains(&"lead".to_owned()), "{open:?}");
    }
}
