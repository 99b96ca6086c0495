//! Papers of components at a real printer, which is a file here: whose Enter prints, what a pause leaves on the table,
//! and what people are told about each paper until it lies in its package.

use std::path::Path;

use keymoot::ceremony::{Advance, Answer, Ask, Runner, Script};
use keymoot::session::{RunOutcome, Session};

use super::people::{by_people, practised, typing_vault};
use super::stage::{parsed, reported, resume, text, wanted};

pub(crate) fn outgoing() -> Script {
    parsed(&text("kek-to-partner-components.toml"))
}

pub(crate) fn begun(script: Script) -> (Session, Runner) {
    let mut session = typing_vault(&script);
    let runner = Runner::begin(&mut session, script, wanted(&[])).unwrap();
    (session, runner)
}

pub(crate) fn asks(ask: &Ask, field: &str) -> bool {
    ask.fields.iter().any(|asked| asked.field.id == field)
}

pub(crate) fn typed(words: &str) -> Vec<Answer> {
    vec![Answer::Text(words.to_owned())]
}

pub(crate) fn body(ask: &Ask) -> String {
    ask.body
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Gives practice answers until a question is there.
pub(crate) fn until(
    session: &mut Session,
    runner: &mut Runner,
    wanted: impl Fn(&Ask) -> bool,
) -> Ask {
    for _ in 0..200 {
        let ask = runner.showing(session).ask.unwrap();
        if wanted(&ask) {
            return ask;
        }
        let advance = runner.answer(session, practised(&ask)).unwrap();
        assert!(
            matches!(advance, Advance::Asks),
            "{}: {advance:?}",
            ask.title
        );
    }
    panic!("the question never comes");
}

pub(crate) fn logged(session: &Session, op: &str) -> Vec<String> {
    let lines = session.trail().unwrap().lines;
    let lines = lines.into_iter().map(|line| line.written);
    lines.filter(|line| line.contains(op)).collect()
}

/// Nothing is on record before whoever watches has said that it was so.
fn says_it_was_so(session: &mut Session, runner: &mut Runner) {
    let before = logged(session, "component-paper").len();
    let ask = runner.showing(session).ask.unwrap();
    assert_eq!((ask.person.as_str(), ask.hand_over), ("Wim", true));
    assert!(asks(&ask, "seen"), "{}", ask.title);
    runner.answer(session, typed("yes")).unwrap();
    assert_eq!(logged(session, "component-paper").len(), before + 1);
}

fn prints_to(place: &Path) -> Vec<Answer> {
    typed(place.to_str().unwrap())
}

/// The digits on a slip.
fn digits(place: &Path) -> String {
    let slip = std::fs::read_to_string(place).unwrap();
    let rows = slip.lines().filter_map(|line| line.strip_prefix("row "));
    rows.flat_map(|row| row[1..].chars())
        .filter(char::is_ascii_hexdigit)
        .collect()
}

#[test]
fn the_last_component_is_printed_by_its_owner_alone_and_by_nobody_elses_enter() {
    let room = tempfile::tempdir().unwrap();
    let place = room.path().join("part-3.txt");
    let (mut session, mut runner) = begun(outgoing());
    let asked = until(&mut session, &mut runner, |ask| {
        ask.title.contains("Part 3 leaves") && asks(ask, "slip")
    });
    assert_eq!(asked.person, "Cho");
    runner.answer(&mut session, prints_to(&place)).unwrap();
    let request = runner.showing(&session).ask.unwrap();
    assert!(request.title.starts_with("Ada asks"), "{}", request.title);
    let told = body(&request);
    assert!(told.contains(place.to_str().unwrap()), "{told}");
    assert!(
        !request.footing.so_far.contains("nothing left"),
        "{}",
        request.footing.so_far
    );
    let page = until(&mut session, &mut runner, |ask| {
        ask.title.contains("prints")
    });
    assert!(!place.exists(), "it was printed at somebody else's Enter");
    assert_eq!((page.person.as_str(), page.hand_over), ("Cho", true));
    assert!(
        body(&page).contains("Cho alone at screen and printer"),
        "{:?}",
        page.body
    );
    runner.answer(&mut session, typed("")).unwrap();
    let slip = std::fs::read_to_string(&place).unwrap();
    assert!(slip.contains("KEY COMPONENT 3 of 3"), "{slip}");
    let done = runner.showing(&session).ask.unwrap();
    let told = body(&done);
    assert!(
        told.contains("was printed to") && told.contains("until step 10"),
        "{told}"
    );
}

#[test]
fn at_the_printer_another_place_can_be_named() {
    let room = tempfile::tempdir().unwrap();
    let (first, second) = (room.path().join("one.txt"), room.path().join("two.txt"));
    let (mut session, mut runner) = begun(outgoing());
    until(&mut session, &mut runner, |ask| {
        ask.title.contains("Part 3 leaves") && asks(ask, "slip")
    });
    runner.answer(&mut session, prints_to(&first)).unwrap();
    until(&mut session, &mut runner, |ask| {
        ask.title.contains("prints")
    });
    // Somebody made that file meanwhile: told before anything is lost, and the signatures stand.
    std::fs::write(&first, "another").unwrap();
    let again = runner.answer(&mut session, typed("")).unwrap();
    assert!(
        matches!(&again, Advance::Again(words) if words.contains("is there already")),
        "{again:?}"
    );
    runner.answer(&mut session, prints_to(&second)).unwrap();
    assert!(second.exists());
    assert_eq!(std::fs::read_to_string(&first).unwrap(), "another");
    let run = runner.run(&session);
    let record = run
        .steps
        .iter()
        .find(|step| step.id == "component-3")
        .unwrap();
    assert_eq!(record.notes["slip"], second.to_str().unwrap());
}

#[test]
fn a_place_that_takes_no_paper_is_refused_before_anybody_signs() {
    let room = tempfile::tempdir().unwrap();
    let taken = room.path().join("taken.txt");
    std::fs::write(&taken, "another").unwrap();
    for step in ["Part 1 is printed", "Part 3 leaves"] {
        let (mut session, mut runner) = begun(outgoing());
        until(&mut session, &mut runner, |ask| {
            ask.title.contains(step) && asks(ask, "slip")
        });
        for wrong in [
            "amber anchor",
            taken.to_str().unwrap(),
            "/no/such/folder/part.txt",
            room.path().to_str().unwrap(),
        ] {
            let again = runner.answer(&mut session, typed(wrong)).unwrap();
            let Advance::Again(words) = again else {
                panic!("{step}: {wrong} was taken");
            };
            assert!(words.contains("Nothing was printed"), "{words}");
            assert!(
                !words.contains("os error") && !words.contains(wrong),
                "{words}"
            );
        }
        assert_eq!(
            logged(&session, "component-generate").len(),
            usize::from(step == "Part 3 leaves") * 2
        );
    }
}

/// Printed, and then a pause: the paper counts for nothing, its holder is asked before anything else, and the answer is
/// in log and report.
#[test]
fn a_paper_that_a_pause_made_worthless_is_asked_for_and_recorded() {
    let room = tempfile::tempdir().unwrap();
    let (mut session, mut runner) = begun(outgoing());
    until(&mut session, &mut runner, |ask| asks(ask, "slip"));
    let (first, second) = (
        room.path().join("first.txt"),
        room.path().join("second.txt"),
    );
    runner.answer(&mut session, prints_to(&first)).unwrap();
    let read = runner.showing(&session);
    assert_eq!(read.uncounted, Some(1));
    let ask = read.ask.unwrap();
    // Ana sits there already, and reads where it was printed.
    assert!(
        !ask.hand_over && ask.title.starts_with("Read it back"),
        "{}",
        ask.title
    );
    assert!(
        body(&ask).contains(first.to_str().unwrap()),
        "{:?}",
        ask.body
    );
    drop(runner);

    let mut runner = Runner::begin(&mut session, outgoing(), resume()).unwrap();
    let showing = runner.showing(&session);
    let told = keymoot::ceremony::came_back(&showing).join(" ");
    assert!(told.contains("Component 1 was being printed"), "{told}");
    let ask = showing.ask.unwrap();
    assert!(asks(&ask, "fate") && ask.hand_over, "{}", ask.title);
    assert_eq!(ask.person, "Ana");
    runner.answer(&mut session, typed("missing")).unwrap();
    says_it_was_so(&mut session, &mut runner);
    let lines = logged(&session, "component-paper");
    assert!(
        lines[0].contains("NOT FOUND, by Ana, watched by Wim"),
        "{lines:?}"
    );
    let ask = runner.showing(&session).ask.unwrap();
    assert!(asks(&ask, "slip"), "{}", ask.title);
    runner.answer(&mut session, prints_to(&second)).unwrap();
    assert_ne!(digits(&first), digits(&second));
    runner
        .answer(&mut session, vec![super::stage::secret(&digits(&second))])
        .unwrap();
    assert_eq!(runner.showing(&session).uncounted, None);
    let (outcome, wrong) = by_people(&mut session, &mut runner, |_, _| None);
    assert_eq!(
        (outcome, wrong.len()),
        (RunOutcome::Completed, 0),
        "{wrong:?}"
    );
    let report = reported(&runner, &session);
    assert!(
        report.contains("before an interruption: NOT FOUND, by Ana"),
        "{report}"
    );
    // Whoever reads no further than the first lines is told that something was not as written.
    assert!(report.contains("Completed; what was not as written"));
    assert!(
        report.contains("component-1: component 1 of kek-to-partner"),
        "{report}"
    );
}

/// The same where the run is stopped for good while the paper lies there.
#[test]
fn a_run_that_is_stopped_asks_for_the_paper_that_was_not_read_back() {
    let room = tempfile::tempdir().unwrap();
    let (mut session, mut runner) = begun(outgoing());
    until(&mut session, &mut runner, |ask| asks(ask, "slip"));
    let place = room.path().join("part-1.txt");
    runner.answer(&mut session, prints_to(&place)).unwrap();
    runner.abort(&mut session, "the fire bell rang").unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert!(asks(&ask, "fate"), "{}", ask.title);
    runner.answer(&mut session, typed("destroyed")).unwrap();
    says_it_was_so(&mut session, &mut runner);
    let ask = runner.showing(&session).ask.unwrap();
    assert!(ask.title.contains("signs the stop"), "{}", ask.title);
    let lines = logged(&session, "component-paper");
    assert!(
        lines[0].contains("destroyed by Ana, watched by Wim"),
        "{lines:?}"
    );
}

#[test]
fn the_result_of_a_turn_is_seen_before_the_next_person_is_called() {
    let (mut session, mut runner) = begun(outgoing());
    let ask = until(&mut session, &mut runner, |ask| asks(ask, "again"));
    let label = ask.fields[0].field.label;
    assert_ne!(label, "Once more", "it is typed for the first time");
    assert!(
        !ask.footing.so_far.contains("it is printed"),
        "{}",
        ask.footing.so_far
    );
    runner.answer(&mut session, practised(&ask)).unwrap();
    let done = runner.showing(&session).ask.unwrap();
    assert!(done.title.starts_with("Done: Part 1"), "{}", done.title);
    let told = body(&done);
    assert!(told.contains("check value"), "{told}");
    assert!(
        told.contains("Ana keeps the paper, face down, until step 8"),
        "{told}"
    );
    let (outcome, _) = by_people(&mut session, &mut runner, |_, _| None);
    assert_eq!(outcome, RunOutcome::Completed);
    // What the receiver's custodians compare, and no more than happened.
    let report = reported(&runner, &session);
    let run = runner.run(&session);
    let notes = run.steps.iter().map(|step| &step.notes);
    let values: Vec<_> = notes.filter_map(|n| n.get("component value")).collect();
    assert_eq!(values.len(), 2, "{values:?}");
    for value in values {
        let told = format!("check value of the component {value}; practice: nothing was printed");
        assert!(report.contains(&told), "{told}: {report}");
    }
    let practice = report.matches("practice: nothing was printed").count();
    assert_eq!(practice, 4, "{report}");
    let ways = keymoot::ceremony::Ways {
        report: "",
        files: "",
    };
    let held = keymoot::ceremony::holdings(Some(&run), (1, &[]), true, Err(&ways));
    let sealed = "sealed  TE-661001 (Ana), TE-661002 (Ben), TE-661003 (Cho)";
    assert!(held.contains(sealed), "{held}");
    let told = keymoot::ceremony::ended(Some(outcome), Some(&run), &[], true);
    assert!(
        told.contains("no file, 3 sealed packages, 1 report"),
        "{told}"
    );
}

#[test]
fn two_papers_never_share_a_package_and_two_people_read_each_serial() {
    let (mut session, mut runner) = begun(outgoing());
    let ask = until(&mut session, &mut runner, |ask| {
        ask.title.contains("Part 1 is packed")
    });
    assert_eq!((ask.person.as_str(), ask.hand_over), ("Ana", true));
    runner.answer(&mut session, typed("TE-1")).unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert_eq!((ask.person.as_str(), ask.hand_over), ("Wim", true));
    assert!(!body(&ask).contains("TE-1"), "{:?}", ask.body);
    let again = runner.answer(&mut session, typed("TE-7")).unwrap();
    assert!(
        matches!(&again, Advance::Again(words) if words.contains("different serials")),
        "{again:?}"
    );
    assert_eq!(runner.showing(&session).ask.unwrap().person, "Ana");
    runner.answer(&mut session, typed("TE-1")).unwrap();
    runner.answer(&mut session, typed("te 1")).unwrap();
    let done = runner.showing(&session).ask.unwrap();
    assert!(
        body(&done).contains("package TE-1; Wim read the same serial"),
        "{:?}",
        done.body
    );
    runner.answer(&mut session, Vec::new()).unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert!(ask.title.contains("Part 2 is packed"), "{}", ask.title);
    let again = runner.answer(&mut session, typed("TE1")).unwrap();
    assert!(
        matches!(&again, Advance::Again(words) if words.contains("holds part 1")),
        "{again:?}"
    );
}

#[test]
fn a_second_key_of_the_same_name_is_said_before_it_is_asked_for() {
    let (mut session, mut runner) = begun(outgoing());
    let makes = |ask: &Ask| ask.title.starts_with("Ada asks: Make the KEK");
    let ask = until(&mut session, &mut runner, makes);
    assert!(!body(&ask).contains("already"), "{:?}", ask.body);
    until(&mut session, &mut runner, |ask| {
        ask.title.contains("Part 1")
    });
    runner.abort(&mut session, "once more").unwrap();
    while let Some(ask) = runner.showing(&session).ask {
        runner.answer(&mut session, practised(&ask)).unwrap();
    }
    let mut runner = Runner::begin(&mut session, outgoing(), wanted(&[])).unwrap();
    let ask = until(&mut session, &mut runner, makes);
    let told = body(&ask);
    assert!(
        told.contains("has a key called kek-to-partner already"),
        "{told}"
    );
}

/// A device that takes the first bytes and then none: `/dev/full` is one that says so at once. Half a paper may lie there,
/// so it is asked for and recorded before another is printed; a new value is drawn, and the run ends as ever.
#[test]
fn a_printer_that_fails_half_way_leaves_a_paper_that_is_accounted_for() {
    let room = tempfile::tempdir().unwrap();
    let good = room.path().join("good.txt");
    let (mut session, mut runner) = begun(outgoing());
    until(&mut session, &mut runner, |ask| asks(ask, "slip"));
    let seq = session.view().seq;
    let failed = runner.answer(&mut session, typed("/dev/full")).unwrap();
    let Advance::Again(words) = &failed else {
        panic!("{failed:?}");
    };
    assert!(words.contains("no room left"), "{words}");
    assert!(words.contains("/dev/full"), "{words}");
    // Nothing of the act has happened; what may lie at the printer is asked for first, and its owner answers.
    assert_eq!(session.view().seq, seq);
    let ask = runner.showing(&session).ask.unwrap();
    assert!(asks(&ask, "fate"), "{}", ask.title);
    assert_eq!(ask.person, "Ana");
    runner.answer(&mut session, typed("destroyed")).unwrap();
    says_it_was_so(&mut session, &mut runner);
    let lines = logged(&session, "component-paper");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].contains("destroyed by Ana, watched by Wim"),
        "{lines:?}"
    );
    runner.answer(&mut session, prints_to(&good)).unwrap();
    runner
        .answer(&mut session, vec![super::stage::secret(&digits(&good))])
        .unwrap();
    // The last component, which leaves with the act: the act was refused as a whole, and no signature counts for it.
    until(&mut session, &mut runner, |ask| {
        ask.title.contains("Part 3 leaves") && asks(ask, "slip")
    });
    runner.answer(&mut session, typed("/dev/full")).unwrap();
    until(&mut session, &mut runner, |ask| {
        ask.title.contains("prints")
    });
    let failed = runner.answer(&mut session, typed("")).unwrap();
    assert!(
        matches!(&failed, Advance::Again(words) if words.contains("no room left")),
        "{failed:?}"
    );
    let (outcome, wrong) = by_people(&mut session, &mut runner, |_, _| None);
    assert_eq!(
        (outcome, wrong.len()),
        (RunOutcome::Completed, 0),
        "{wrong:?}"
    );
    let lines = logged(&session, "component-paper");
    assert_eq!(lines.len(), 2, "{lines:?}");
}
