//! A run that is stopped while papers of components lie open: each goes into a package, or the record says why not.

use keymoot::ceremony::{Advance, Answer, Runner};
use keymoot::session::{Run, RunOutcome, Session};

use super::people::{by_people, practised, typing_vault};
use super::resume::commits;
use super::stage::{parsed, reopened, reported, resume, tampered, text, vault, wanted};

fn papers(run: &Run) -> Vec<(String, String)> {
    let notes = run.steps.iter().flat_map(|step| step.notes.iter());
    notes
        .filter(|(name, _)| name.starts_with("on_abort component"))
        .map(|(name, words)| (name.clone(), words.clone()))
        .collect()
}

/// How often a paper went into a package in this run, by the access log.
fn sealed(session: &Session) -> usize {
    session.ledger().accesses.len()
}

#[test]
fn every_paper_that_lies_open_goes_into_a_package_when_the_run_stops() {
    let of_run = parsed(&tampered());
    let (_, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let ended = runner.headless(&mut session);
    assert!(ended.unwrap_err().to_string().contains("SUSPECT"));
    let run = runner.run(&session);
    let papers = papers(&run);
    // The second package showed tampering: its paper lies in it, unread, and is none that lies open.
    assert_eq!(papers.len(), 1, "{papers:?}");
    let first = &papers[0];
    assert!(
        first.0.contains("component 1 of kek-from-partner"),
        "{first:?}"
    );
    assert!(
        first.1.starts_with("sealed in ") && first.1.contains("by Ana, watched by Wim"),
        "{first:?}"
    );
    assert_eq!(sealed(&session), 1);
    // Into the safe that its own step names; no other paper is in one.
    let holdings = session.ledger().holdings.iter();
    let safes: Vec<_> = holdings
        .filter_map(|h| Some((h.part, h.safe.as_ref()?)))
        .collect();
    let [(1, safe)] = safes.as_slice() else {
        panic!("{safes:?}");
    };
    assert_eq!(
        (safe.name.as_str(), safe.access.as_slice()),
        ("Safe 1", &["Ana".to_owned()][..])
    );
    let report = reported(&runner, &session);
    assert!(
        report.contains(
            "component 1 of kek-from-partner, open when the run was stopped State sealed in"
        ),
        "{report}"
    );
    assert!(
        report.contains("Safe Safe 1, which Ana can open"),
        "{report}"
    );
}

/// The power fails after every commit: each paper is sealed once, and the run ends stopped.
#[test]
fn a_cut_while_papers_are_sealed_seals_none_twice() {
    let copies = commits(parsed(&tampered()));
    for (at, store) in copies.iter().enumerate() {
        let again = parsed(&tampered());
        let mut session = reopened(&again, store);
        let mut runner = Runner::begin(&mut session, again, resume())
            .unwrap_or_else(|error| panic!("after commit {at}: {error}"));
        let _ = runner.headless(&mut session);
        let run = runner.run(&session);
        assert_eq!(run.outcome, Some(RunOutcome::Aborted), "after commit {at}");
        assert_eq!(
            papers(&run).len(),
            1,
            "after commit {at}: {:?}",
            papers(&run)
        );
        assert_eq!(sealed(&session), 1, "after commit {at}");
    }
}

#[test]
fn holders_are_asked_one_by_one_and_a_paper_that_is_gone_is_recorded_with_its_reason() {
    let of_run = parsed(&text("kek-from-components.toml"));
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    // Until the third component is at hand: papers lie on the table.
    for _ in 0..200 {
        let ask = runner.showing(&session).ask.unwrap();
        if ask.title.contains("third") || ask.title.contains("Component 3") {
            break;
        }
        assert!(!matches!(
            runner.answer(&mut session, practised(&ask)),
            Ok(Advance::Again(_))
        ));
    }
    runner.abort(&mut session, "the fire bell rang").unwrap();
    let said =
        |serial: &str, why: &str| Some(vec![Answer::Text(serial.into()), Answer::Text(why.into())]);
    let mut asked = Vec::new();
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, tries| {
        if !ask.title.contains("goes into a package again") {
            assert!(ask.title.contains("signs the stop"), "{}", ask.title);
            return None;
        }
        if ask.fields.iter().any(|f| f.field.id == "watched") {
            // Whoever watches reads the package that the holder has just read.
            assert_eq!(ask.person, "Wim");
            return Some(practised(ask));
        }
        if asked.last() != Some(&ask.person) {
            asked.push(ask.person.clone());
        }
        match tries {
            0 => said("", "  "),
            1 => said("N-1", "and none"),
            _ if ask.person == "Ana" => said("N-1", ""),
            _ if ask.person == "Cho" => said("N-3", ""),
            _ => said("", "he keeps it in his hand and left the room"),
        }
    });
    assert_eq!(
        (outcome, wrong.len()),
        (RunOutcome::Aborted, 2),
        "{wrong:?}"
    );
    assert_eq!(asked, ["Ana", "Ben", "Cho"]);
    let run = runner.run(&session);
    let papers = papers(&run);
    assert!(papers[0].1.contains("sealed in N-1 by Ana"), "{papers:?}");
    assert_eq!(
        papers[1].1,
        "NOT SEALED, with Ben: he keeps it in his hand and left the room"
    );
}
