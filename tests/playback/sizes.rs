//! Vaults of other sizes and other people than the practice vault: every script runs there that they can play, and one that
//! too few could sign is refused before anything is done.

use keymoot::ceremony::{Runner, shipped};
use keymoot::session::{NewPerson, NewVault, Profile, RunOutcome, Session, create};
use keymoot::vault::MemoryStore;

use super::people::typing_vault;
use super::stage::{environment, parsed, script, text, wanted};

/// A rehearsal vault of `n` custodians, of whom `k` open and `k` use a secret, with names that no script knows.
fn vault_of(k: u8, n: usize) -> Session {
    let roles = std::iter::repeat_n("custodian", n).chain(["administrator", "witness"]);
    let people = roles.enumerate().map(|(at, role)| {
        let words = format!("words of number {at}");
        NewPerson::new(&format!("{role}-{at}"), role, words.as_bytes())
    });
    let clock = script("first-key.toml").rehearsal().1;
    let new = NewVault {
        k,
        t: k,
        clock,
        ..NewVault::usual("sized", Profile::Rehearsal, people)
    };
    let store = Box::new(MemoryStore::default());
    create(store, new, environment("sizes")).unwrap().session
}

/// In a vault of three of five a rotation takes three signatures: two scripts stopped there for good, one of them with the
/// rotation done.
#[test]
fn every_script_runs_where_three_of_five_sign() {
    let mut failed = Vec::new();
    for (name, _) in shipped() {
        let mut session = vault_of(3, 5);
        let begun = Runner::begin(&mut session, script(name), wanted(&[]));
        let ended = begun.and_then(|mut runner| runner.headless(&mut session));
        match ended {
            Ok(RunOutcome::Completed) => {}
            Ok(other) => failed.push(format!("{name}: {other:?}")),
            Err(error) => failed.push(format!("{name}: {error}")),
        }
    }
    assert_eq!(failed, Vec::<String>::new());
}

/// Behind a replacement another person had the third paper, and the package of the script's answers held one of before: the
/// run stopped there for good, and taken up again it stopped there again.
#[test]
fn papers_go_into_other_packages_where_those_of_the_script_are_full() {
    let mut session = vault_of(3, 5);
    for name in [
        "kek-from-components.toml",
        "kek-to-partner-components.toml",
        "custodian-replacement.toml",
        "kek-from-components.toml",
        "kek-to-partner-components.toml",
        "components-to-aws.toml",
    ] {
        let begun = Runner::begin(&mut session, script(name), wanted(&[]));
        let ended = begun.and_then(|mut runner| runner.headless(&mut session));
        assert!(
            matches!(ended, Ok(RunOutcome::Completed)),
            "{name}: {ended:?}"
        );
    }
    let view = session.view();
    let run = view
        .runs
        .iter()
        .rev()
        .find(|run| run.script == "kek-from-components");
    let mut steps = run.unwrap().steps.iter();
    let sealed = steps.find(|step| step.id == "seal-3").unwrap();
    assert_eq!(sealed.notes["serial"], "TE-551003-2");
}

/// Whoever practises reads whose place it is: the key that the script names is nobody's here.
#[test]
fn who_sits_for_somebody_named_by_a_key_is_told_on_the_first_page() {
    let place = "{ id = \"first\",  role = \"custodian\" }";
    let key = format!(", key = \"{}\" }}", "ab".repeat(32));
    let keyed = text("first-key.toml").replacen(place, &place.replace(" }", &key), 1);
    let of_run = parsed(&keyed);
    let mut session = typing_vault(&of_run);
    let runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let page = runner.showing(&session).ask.unwrap().body.join("\n");
    let says = "PRACTICE PEOPLE have the places that the script gives to one person by the approval key: first: Ana.";
    assert!(page.contains(says), "{page}");
}
