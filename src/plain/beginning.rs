//! Before a ceremony begins in a vault that stays: what the screens say of it, and the question whether it begins.

use std::collections::BTreeMap;

use crate::api::Timestamp;
use crate::ceremony::{
    Beginning, Rehearsals, Script, SeatAsked, TODAY, clocks, open_places, who_has, who_leaves,
};
use crate::session::guide::Entry;
use crate::session::{Profile, View};
use crate::text::{say, tr};

use super::dialogue::{Dialogue, Heard, Question, footing};
use super::line::Gone;

/// How it begins.
#[derive(Debug, Default)]
pub(super) struct Begins {
    /// By today's clock, and not by the vault's own.
    pub(super) today: bool,
    /// Who was named for which place.
    pub(super) people: BTreeMap<String, String>,
}

/// The choice of other people.
const PLACES: &str = "places";

/// Whether it begins, and then how. In a vault that is in memory alone nothing is asked: nothing stays of it. `wall` is the
/// machine's time.
pub(super) fn begins_here(
    talk: &mut Dialogue<'_>,
    view: &View,
    chosen: (&Script, bool),
    known: (&Rehearsals, Timestamp),
) -> Result<Option<Begins>, Gone> {
    if !view.kept {
        return Ok(Some(Begins::default()));
    }
    let (script, wall) = (chosen.0, known.1);
    let clocks = clocks(view, wall).unwrap_or_default();
    let mut begins = Begins::default();
    loop {
        let Some(question) = page(talk, view, chosen, (known.0, &begins.people)) else {
            return Ok(None);
        };
        let open = open_places(script, view, &BTreeMap::new());
        let entries = choices(&clocks, !open.is_empty());
        let entry = match asked(talk, question, &entries, !clocks.is_empty())? {
            Heard::Given(at) => entries.get(at),
            Heard::Said(_) => return Ok(None),
        };
        let id = entry.map(|entry| entry.id.as_str());
        if id == Some(PLACES) {
            begins.people = other_people(talk, view, script, open)?;
            continue;
        }
        begins.today = id == Some(TODAY);
        if asked_who_leaves(talk, view, script, &mut begins.people)? {
            return Ok(Some(begins));
        }
        begins.people.clear();
    }
}

/// Whether it begins as it stands, or how: the number of a choice, where there are any.
fn asked(
    talk: &mut Dialogue<'_>,
    mut question: Question,
    entries: &[Entry],
    by_clock: bool,
) -> Result<Heard<usize>, Gone> {
    let Some(first) = entries.first() else {
        return Ok(match talk.enter(&question)? {
            Heard::Given(()) => Heard::Given(0),
            Heard::Said(word) => Heard::Said(word),
        });
    };
    if by_clock {
        question
            .told
            .push(tr("Which clock does it run by?").to_owned());
    }
    // Enter alone moves no clock, and gives nobody another place.
    question.kept = Some(first.id.clone());
    talk.choose(&question, tr("Number"), entries)
}

/// The page as it is read, heading and question; nothing where it cannot begin here.
fn page(
    talk: &mut Dialogue<'_>,
    view: &View,
    (script, real): (&Script, bool),
    (rehearsals, people): (&Rehearsals, &BTreeMap<String, String>),
) -> Option<Question> {
    let production = view.profile == Profile::Production;
    let rehearsed = rehearsals.found(script).filter(|_| production);
    let beginning = Beginning {
        script,
        view,
        given: &BTreeMap::new(),
        people,
        real,
        rehearsed: rehearsed.as_ref(),
    };
    if let Some(why) = beginning.stopped() {
        talk.stop(&why);
        return None;
    }
    talk.heading(&say!("Begin it here? {script}", script = script.title()));
    let told = beginning.told().into_iter();
    let told = told.map(|(_, label, words)| format!("  {label}: {words}"));
    let leaves = who_leaves(script, view, people).is_some();
    let question = Question::new(footing(
        tr("you; in the ceremony each question names who answers it"),
        if leaves {
            tr("asks who leaves; then it begins in this vault")
        } else {
            tr("begins it in this vault and asks the first question")
        },
        tr("nothing has happened; back goes to the menu"),
    ))
    .telling(told.collect())
    .explained(&[
        "A ceremony that begins in a vault is recorded in it, whatever comes of it. To try it without that, rehearse it: keymoot --plain without an open vault.",
        "On a command line keymoot brief prints the page that everybody reads beforehand: who comes, what each brings.",
    ]);
    Some(question)
}

/// What is chosen from before it begins: a clock where there are two, and other people where places are open to them.
fn choices(clocks: &[Entry], open: bool) -> Vec<Entry> {
    let mut entries = clocks.to_vec();
    if open {
        if entries.is_empty() {
            entries.push(Entry::new(
                "begin",
                tr("Begin it"),
                tr("with the people named above"),
            ));
        }
        entries.push(Entry::new(
            PLACES,
            tr("Other people"),
            tr("asks for each place who has it; nothing begins by that"),
        ));
    }
    entries
}

/// Asks for each of these places who has it; whoever says back leaves the rest as it would be.
fn other_people(
    talk: &mut Dialogue<'_>,
    view: &View,
    script: &Script,
    places: Vec<String>,
) -> Result<BTreeMap<String, String>, Gone> {
    let mut people = BTreeMap::new();
    for place in places {
        let Some(seat) = who_has(script, view, &people, &place) else {
            continue;
        };
        let enter = tr("gives this place to whoever is named");
        if !taken(talk, &seat, enter, &mut people)? {
            break;
        }
    }
    Ok(people)
}

/// Asks who leaves, as long as somebody does of whom nobody said so and several could; `false` where somebody said back.
pub(super) fn asked_who_leaves(
    talk: &mut Dialogue<'_>,
    view: &View,
    script: &Script,
    people: &mut BTreeMap<String, String>,
) -> Result<bool, Gone> {
    while let Some(seat) = who_leaves(script, view, people) {
        let enter = tr("takes whoever is named and begins the ceremony");
        if !taken(talk, &seat, enter, people)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// One such question; `false` where a word was said instead.
fn taken(
    talk: &mut Dialogue<'_>,
    seat: &SeatAsked,
    enter: &str,
    people: &mut BTreeMap<String, String>,
) -> Result<bool, Gone> {
    talk.heading(&seat.question);
    let question = Question::new(footing(
        tr("you, with whoever decides that; everybody reads it in the record"),
        enter,
        tr("nothing has happened; back goes to the page before"),
    ));
    let usual = say!("Enter alone takes {name}.", name = seat.usual);
    let question = question.telling(vec![seat.means.clone(), usual]);
    let question = question.keeping(Some(seat.usual.clone()));
    let Heard::Given(at) = talk.choose(&question, tr("Number"), &seat.entries)? else {
        return Ok(false);
    };
    let chosen = seat.entries.get(at);
    people.extend(chosen.map(|entry| (seat.place.clone(), entry.id.clone())));
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::super::reader_tests::Reader;
    use super::*;
    use crate::ceremony::shipped;
    use crate::session::Environment;
    use crate::session::practice::{self, Size};

    /// A kept vault of five custodians, and what begins in it as somebody answers.
    fn begun(answers: &[(&'static str, &str)]) -> (Option<Begins>, Vec<String>, String) {
        let mut all = shipped().iter();
        let (_, bytes) = all
            .find(|(name, _)| *name == "custodian-replacement.toml")
            .unwrap();
        let script = Script::parse(bytes).ok().unwrap();
        let size = Size {
            custodians: 5,
            ..script.practice_size()
        };
        let store = Box::new(crate::vault::MemoryStore::new());
        let environment = Environment::seeded("begins").unwrap();
        let made = practice::vault_of(store, size, environment, script.rehearsal().1, true);
        let mut view = made.unwrap().session.view();
        view.kept = true;
        let custodians = view.people.iter().filter(|p| p.role == "custodian");
        let custodians = custodians.map(|p| p.name.clone()).collect();
        let mut reader = Reader::new(answers, true);
        let mut talk = Dialogue::new(&mut reader);
        let (rehearsals, wall) = (Rehearsals::default(), view.now);
        let begins = begins_here(&mut talk, &view, (&script, false), (&rehearsals, wall));
        (begins.unwrap(), custodians, reader.text())
    }

    /// As on the screens: the program chose who leaves.
    #[test]
    fn who_leaves_is_asked_in_lines_too() {
        let (begins, custodians, text) = begun(&[("Number: ", ""), ("Number: ", "2")]);
        let people = begins.unwrap().people;
        assert_eq!(people.get("leaver"), custodians.get(1), "{text}");
        assert!(
            text.contains("Who leaves, and gives up the place `leaver`?"),
            "{text}"
        );
        assert!(
            text.contains("newcomer: whoever is named in step replace"),
            "{text}"
        );
        let (begins, _, text) = begun(&[("Number: ", ""), ("Number: ", "")]);
        assert_eq!(
            begins.unwrap().people.len(),
            1,
            "Enter alone takes the usual: {text}"
        );
        let other = [
            ("Number: ", "2"),
            ("Number: ", "4"),
            ("Number: ", "back"),
            ("Number: ", "back"),
        ];
        let (begins, custodians, text) = begun(&other);
        assert!(begins.is_none(), "{text}");
        assert!(
            text.contains(&format!("first: custodian {}", custodians[3])),
            "{text}"
        );
    }
}
