//! Whoever stands by has the place of one who did not come: on the day on which a run goes on, and from its first step.

use keymoot::ceremony::{Runner, Script};

use super::otherday::{approves, first_day, next_day, refused, to_the_end, until};
use super::stage::{parsed, resume, text, wanted};

/// The script names one person for a place by the approval key, and another who stands by.
fn with_a_backup(script: &Script) -> String {
    let (_, session) = first_day(script);
    let of = |name: &str| {
        let people = session.view().people.clone();
        let found = people.iter().find(|person| person.name == name);
        found.unwrap().fingerprint.clone()
    };
    let changed = text("first-key.toml").replacen(
        "{ id = \"second\", role = \"custodian\" },",
        &format!(
            "{{ id = \"second\", role = \"custodian\", key = \"{}\", form = \"KCF-1\", backup = \"spare\" }},\n  {{ id = \
             \"spare\", role = \"custodian\", key = \"{}\", form = \"KCF-2\", form_until = 2026-11-30, present = false \
             }},",
            of("Ben"),
            of("Cho")
        ),
        1,
    );
    assert!(changed.contains("spare"), "the script was changed");
    changed
}

/// Ben is named by his key: nobody but his declared backup has his place.
#[test]
fn a_declared_backup_takes_the_place_of_one_who_is_named() {
    let changed = with_a_backup(&parsed(&text("first-key.toml")));
    let script = || parsed(&changed);
    let (store, session) = first_day(&script());
    until(session, script(), approves);
    let mut session = next_day(&store, &script(), ["Ana", "Cho"]);
    let words = refused(&mut session, script(), &[("second", "Ana")]);
    assert!(words.contains("The script names Cho"), "{words}");
    let mut runner = Runner::begin(&mut session, script(), resume()).unwrap();
    assert_eq!(
        runner.showing(&session).last.unwrap(),
        "Cho has the place of Ben (`second`) from here on."
    );
    let asked = to_the_end(&mut session, &mut runner);
    assert!(asked.contains(&"Cho".to_owned()) && !asked.contains(&"Ben".to_owned()));
    let run = runner.run(&session);
    assert_eq!(run.at_place("second", "make"), "Cho");
}

/// Whoever opened the vault on the first day counts, too; whoever stands by is called by nobody while Ben is there.
#[test]
fn a_backup_steps_in_from_the_first_step_where_the_other_did_not_come() {
    let changed = with_a_backup(&parsed(&text("first-key.toml")));
    for (here, second) in [(["Ana", "Ben"], "Ben"), (["Ana", "Cho"], "Cho")] {
        let script = parsed(&changed);
        let (store, session) = first_day(&script);
        session.close().unwrap();
        let mut session = next_day(&store, &script, here);
        let mut runner = Runner::begin(&mut session, script, wanted(&[])).unwrap();
        let asked = to_the_end(&mut session, &mut runner);
        let other = if second == "Ben" { "Cho" } else { "Ben" };
        assert!(asked.contains(&second.to_owned()) && !asked.contains(&other.to_owned()));
        let told = super::stage::reported(&runner, &session);
        assert!(
            told.contains("KCF-") && !told.contains(&format!("{other} custodian")),
            "{told}"
        );
    }
}

/// The backup's form is over on the day on which it would be needed.
#[test]
fn a_backup_whose_form_is_over_takes_no_place() {
    let changed =
        with_a_backup(&parsed(&text("first-key.toml"))).replace("2026-11-30", "2026-11-24");
    let script = || parsed(&changed);
    let (store, session) = first_day(&script());
    until(session, script(), approves);
    let mut session = next_day(&store, &script(), ["Ana", "Cho"]);
    let words = refused(&mut session, script(), &[("second", "Cho")]);
    assert!(words.contains("KCF-2 of Cho is over"), "{words}");
}
