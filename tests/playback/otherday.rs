//! A run that is interrupted goes on on another day, by other people where the script lets anybody have a place; where it
//! does not, it says so and nothing is changed.

use keymoot::ceremony::{Answer, Ask, RunError, Runner, Script, Wanted};
use keymoot::crypto::SecretBytes;
use keymoot::evidence::verify::verify;
use keymoot::session::{Command, Opening, Relief, RunOutcome, Session, practice};
use keymoot::vault::MemoryStore;

use super::people::{by_people, practised};
use super::stage::{
    bundled_by_ana, environment, parsed, reported, resume, secret, summary, text, wanted,
};

/// A practice vault at which everybody types, and its store.
pub(crate) fn first_day(script: &Script) -> (MemoryStore, Session) {
    let (seed, clock) = script.rehearsal();
    let store = MemoryStore::default();
    let created = practice::vault(
        Box::new(store.clone()),
        environment(&seed.unwrap()),
        clock,
        false,
    );
    (store, created.unwrap().session)
}

/// The next day these custodians open the vault.
pub(crate) fn next_day(store: &MemoryStore, script: &Script, here: [&str; 2]) -> Session {
    let mut opening = Opening::begin(Box::new(store.clone()), "rehearsal").unwrap();
    for name in here {
        let phrase = SecretBytes::from_slice(practice::phrase(name).unwrap().as_bytes());
        opening.enter(name, &phrase, None).unwrap();
    }
    let (seed, _) = script.rehearsal();
    let mut session = opening.finish(environment(&seed.unwrap()), None).unwrap();
    let millis = 86_400_000;
    session.perform(Command::Advance { millis }).unwrap();
    session
}

/// Whoever is asked types the own practice words; everything else as the script says.
pub(crate) fn typed(ask: &Ask) -> Vec<Answer> {
    let own = |asked: &keymoot::ceremony::AskField| match asked.field.id {
        "passphrase" => secret(practice::phrase(&ask.person).unwrap()),
        _ if asked.field.secret() => secret(asked.practice.as_deref().unwrap()),
        _ => Answer::Text(asked.practice.clone().unwrap()),
    };
    ask.fields.iter().map(own).collect()
}

/// Plays until somebody is asked who signs or enters what others do not, and goes home.
pub(crate) fn until(mut session: Session, script: Script, stop: impl Fn(&Ask) -> bool) {
    let mut runner = Runner::begin(&mut session, script, wanted(&[])).unwrap();
    loop {
        let ask = runner.showing(&session).ask.unwrap();
        if stop(&ask) {
            break;
        }
        runner.answer(&mut session, practised(&ask)).unwrap();
    }
    session.close().unwrap();
}

pub(crate) fn approves(ask: &Ask) -> bool {
    ask.title.contains("approves")
}

/// Plays to the end; who was asked.
pub(crate) fn to_the_end(session: &mut Session, runner: &mut Runner) -> Vec<String> {
    let mut asked = Vec::new();
    let (outcome, wrong) = by_people(session, runner, |ask, _| {
        asked.push(ask.person.clone());
        Some(typed(ask))
    });
    assert_eq!(outcome, RunOutcome::Completed);
    assert!(wrong.is_empty(), "{wrong:?}");
    asked
}

fn with(people: &[(&str, &str)]) -> Wanted {
    let people = people
        .iter()
        .map(|(place, name)| ((*place).to_owned(), (*name).to_owned()));
    Wanted {
        people: people.collect(),
        ..resume()
    }
}

pub(crate) fn refused(session: &mut Session, script: Script, people: &[(&str, &str)]) -> String {
    let sha256 = script.sha256_hex();
    let before = session.last_run(&sha256).unwrap();
    let Err(RunError::CannotBegin(words)) = Runner::begin(session, script, with(people)) else {
        panic!("{people:?} was let in");
    };
    assert!(words.contains("Nothing was changed."), "{words}");
    let after = session.last_run(&sha256).unwrap();
    assert_eq!(after, before, "nothing was changed");
    words
}

/// Ben cannot come on the second day: Cho opens the vault and has his place.
#[test]
#[allow(clippy::too_many_lines)] // one ceremony, looked at on every face
fn on_another_day_somebody_else_has_the_place_and_the_record_says_so() {
    let script = || parsed(&text("first-key.toml"));
    let (store, session) = first_day(&script());
    until(session, script(), approves);
    let mut session = next_day(&store, &script(), ["Ana", "Cho"]);
    let mut runner = Runner::begin(&mut session, script(), resume()).unwrap();
    let greeting = runner.showing(&session);
    let places = greeting.came_back.unwrap().join(", ");
    assert!(
        places.contains("Cho") && !places.contains("Ben"),
        "{places}"
    );
    assert_eq!(
        greeting.last.unwrap(),
        "Cho has the place of Ben (`second`) from here on."
    );
    let asked = to_the_end(&mut session, &mut runner);
    assert!(asked.contains(&"Cho".to_owned()) && !asked.contains(&"Ben".to_owned()));
    let run = runner.run(&session);
    let relief = Relief {
        place: "second".into(),
        from: "Ben".into(),
        to: "Cho".into(),
        step: "make".into(),
    };
    assert_eq!((run.interruptions, &run.relieved), (1, &vec![relief]));
    assert_eq!(run.at_place("second", "open"), "Ben");
    assert_eq!(run.at_place("second", "make"), "Cho");
    let days = [Some(run.started), run.ended].map(|at| at.unwrap().rfc3339());
    assert_eq!(days, ["2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z"]);
    // The journal, the log, the report and the bundle tell it.
    let made = run.steps.iter().find(|step| step.id == "make").unwrap();
    assert_eq!(made.who, ["Ada", "Ana", "Cho"]);
    let report = reported(&runner, &session);
    assert!(
        report.contains(
            "Cho had the place of Ben (`second`) from step make on: the run was interrupted and taken up again."
        ),
        "{report}"
    );
    // Each by the times of its own: nobody is said to have been there the day before.
    for words in [
        "Estimated 10m Used not measured: a rehearsal's clock stands still",
        "Interruptions 1: at step make, between 2026-11-24T09:00:00Z and 2026-11-25T09:00:00Z",
        "opening shares of Ana, Cho Used 2026-11-2",
        "use share and approval key of Cho Out 2026-11-25T09:00:00Z Back 2026-11-25T09:00:00Z",
        "dropped before it was done: Ada at 2026-11-24T09:00:00Z",
        "Ada signed: \"Present whenever this run was worked on;",
        "(Make the key) to ",
        ", and in no others;",
        "approval key of Ada 2026-11-24T09:00:00Z: signed the request of make, which was not carried out (audit line ",
        "Witness card sequence 1, words ",
    ] {
        assert!(report.contains(words), "{words} in {report}");
    }
    assert!(!report.contains("\"Present throughout"), "{report}");
    let bundle = |session: &mut Session, forge: bool| {
        let bytes = text("first-key.toml").into_bytes();
        bundled_by_ana(session, bytes, &run.id, |report| {
            if forge {
                report.as_object_mut().unwrap().remove("relieved");
            }
        })
    };
    let honest = verify(&bundle(&mut session, false), None).unwrap();
    assert!(
        honest
            .report
            .held
            .contains(&"places that changed hands: 1".to_owned()),
        "{:?}",
        honest.report.held
    );
    let fault = verify(&bundle(&mut session, true), None).unwrap_err();
    assert_eq!(fault.place, "report, people");
}

/// The same people on another day: nobody's place changes.
#[test]
fn the_same_people_go_on_as_they_were() {
    let script = || parsed(&text("first-key.toml"));
    let (store, session) = first_day(&script());
    until(session, script(), approves);
    let mut session = next_day(&store, &script(), ["Ana", "Ben"]);
    let mut runner = Runner::begin(&mut session, script(), resume()).unwrap();
    let asked = to_the_end(&mut session, &mut runner);
    assert!(!asked.contains(&"Cho".to_owned()), "{asked:?}");
    let run = runner.run(&session);
    assert_eq!((run.interruptions, run.relieved.len()), (1, 0));
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let told = summary(&super::stage::contents(out.path()));
    assert_eq!(
        (&told["outcome"], &told["interruptions"]),
        (&"completed".into(), &1.into())
    );
}

/// Where the script names a person, by approval key or by form, nobody else comes in.
#[test]
fn a_place_that_the_script_gives_to_one_person_is_that_person_s() {
    let form = text("first-key.toml").replacen(
        "id = \"second\", role = \"custodian\"",
        "id = \"second\", role = \"custodian\", form = \"KCF-2026-032\"",
        1,
    );
    let script = || parsed(&form);
    let (store, session) = first_day(&script());
    until(session, script(), approves);
    let mut session = next_day(&store, &script(), ["Ana", "Cho"]);
    let words = refused(&mut session, script(), &[("second", "Cho")]);
    assert!(
        words.starts_with(
            "The script names one person for `second`, by the form KCF-2026-032: nobody takes the place of Ben."
        ),
        "{words}"
    );
    // Without being asked for, nothing changes hands either: Ben is waited for.
    let runner = Runner::begin(&mut session, script(), resume()).unwrap();
    assert!(runner.run(&session).relieved.is_empty());
}

#[test]
fn whoever_takes_a_place_has_its_role_and_no_other_place() {
    let script = || parsed(&text("first-key.toml"));
    let (store, session) = first_day(&script());
    until(session, script(), approves);
    let mut session = next_day(&store, &script(), ["Ana", "Ben"]);
    for (people, says) in [
        (
            ("third", "Cho"),
            "This script has no place `third`; it has ",
        ),
        (("second", "Eve"), "Eve is not a person of this vault."),
        (
            ("second", "Wim"),
            "Wim has the role witness, and the place `second` is for the role custodian.",
        ),
        (
            ("second", "Ana"),
            "Ana has the place `first` already, and nobody has two in one ceremony.",
        ),
    ] {
        let words = refused(&mut session, script(), &[people]);
        assert!(words.starts_with(says), "{words}");
    }
    // Asked for, it is done: Cho comes although Ben opened the vault. Ben signs for the steps that he was there for.
    let mut runner = Runner::begin(&mut session, script(), with(&[("second", "Cho")])).unwrap();
    let asked = to_the_end(&mut session, &mut runner);
    assert!(asked.contains(&"Cho".to_owned()));
    let run = runner.run(&session);
    let sign = run.steps.iter().find(|step| step.op == "sign-off").unwrap();
    let of_ben: Vec<&String> = asked.iter().filter(|name| *name == "Ben").collect();
    assert_eq!(of_ben.len(), 1, "{asked:?}");
    let mut texts = sign.notes.values();
    assert!(
        texts.any(|text| text.contains("in no others")),
        "{:?}",
        sign.notes
    );
}

/// Two custodians bring a key in components; places are open to anybody.
const BRINGING: &str = r#"version = 1
id = "bring"
title = "x"
estimate = "30m"
[policy]
profiles = ["rehearsal"]
[[person]]
id = "lead"
role = "administrator"
[[person]]
id = "watch"
role = "witness"
[[person]]
id = "c1"
role = "custodian"
[[person]]
id = "c2"
role = "custodian"
[[item]]
id = "bag-1"
kind = "bag"
courier = "courier-a"
[[item]]
id = "bag-2"
kind = "bag"
courier = "courier-b"
[[key]]
id = "zmk"
usage = "K0"
algorithm = "TDES_2KEY"
modes = "B"
exportable = false
components = 2
[[step]]
id = "receive-1"
op = "component.receive"
key = "zmk"
part = 1
item = "bag-1"
who = ["c1"]
observe = ["watch"]
why = "x"
[[step]]
id = "enter-1"
op = "component.enter"
key = "zmk"
part = 1
who = ["c1"]
why = "x"
[[step]]
id = "receive-2"
op = "component.receive"
key = "zmk"
part = 2
item = "bag-2"
who = ["c2"]
observe = ["watch"]
why = "x"
[[step]]
id = "enter-2"
op = "component.enter"
key = "zmk"
part = 2
who = ["c2"]
why = "x"
[[step]]
id = "form"
op = "import-key.components"
key = "zmk"
initiate = "lead"
approve = { count = 2 }
expect = { state = "CREATE_COMPLETE", kcv = "ACCC7A" }
why = "x"
[[step]]
id = "seal-1"
op = "component.seal"
key = "zmk"
part = 1
who = ["c1"]
observe = ["watch"]
why = "x"
[[step]]
id = "seal-2"
op = "component.seal"
key = "zmk"
part = 2
who = ["c2"]
observe = ["watch"]
why = "x"
[on_abort]
do = ["reseal-open-components"]
[rehearsal]
seed = "x"
clock = 2026-11-24T09:00:00Z
[[rehearsal.answer]]
step = "receive-1"
advised = "B-1"
serial = "B-1"
[[rehearsal.answer]]
step = "enter-1"
value = "TEST:3B577FB3FD756DDFE62F6B52751580E0"
kcv = "CAEBAA"
[[rehearsal.answer]]
step = "receive-2"
advised = "B-2"
serial = "B-2"
[[rehearsal.answer]]
step = "enter-2"
value = "TEST:D9CDE338A104A789859E76150B543251"
kcv = "DF9B9A"
[[rehearsal.answer]]
step = "seal-1"
serial = "N-1"
[[rehearsal.answer]]
step = "seal-2"
serial = "N-2"
"#;

/// Whoever has a paper in hand keeps the place until it is put away; the other place is open to whoever may see the
/// component.
#[test]
fn a_paper_in_hand_keeps_its_holder_and_the_other_place_goes_to_who_may_see_it() {
    let script = || parsed(BRINGING);
    let (store, session) = first_day(&script());
    until(session, script(), |ask| ask.person == "Ben");
    let mut session = next_day(&store, &script(), ["Ben", "Cho"]);
    let words = refused(&mut session, script(), &[("c1", "Cho")]);
    assert!(
        words.starts_with(
            "Ana has the paper of the component that step `seal-1` puts away, proves or prints"
        ),
        "{words}"
    );
    // Ana is not here, and her place stays hers: Cho has none to take.
    let runner = Runner::begin(&mut session, script(), resume()).unwrap();
    assert!(runner.run(&session).relieved.is_empty());
    drop(runner);
    session.close().unwrap();
    // Two days on Ana is here and Ben is not: Cho enters the second component.
    let mut session = next_day(&store, &script(), ["Ana", "Cho"]);
    let mut runner = Runner::begin(&mut session, script(), resume()).unwrap();
    to_the_end(&mut session, &mut runner);
    let run = runner.run(&session);
    let entered = run.steps.iter().find(|step| step.id == "enter-2").unwrap();
    assert_eq!(entered.who, ["Cho"]);
    assert_eq!((run.interruptions, run.relieved.len()), (2, 1));
}

/// What the newcomer knows of the key decides, by the custody ledger.
#[test]
fn who_saw_another_component_of_the_key_takes_no_place_at_one() {
    let script = || parsed(BRINGING);
    let (store, mut session) = first_day(&script());
    // In an earlier ceremony for the same key, which was stopped, Cho entered its first component.
    let earlier = BRINGING
        .replace("id = \"bring\"", "id = \"earlier\"")
        .replace("id = \"c1\"\nrole = \"custodian\"\n[[person]]\nid = \"c2\"\nrole = \"custodian\"", "id = \"c1\"\nrole = \"custodian\"\nkey = \"CHO\"\n[[person]]\nid = \"c2\"\nrole = \"custodian\"");
    let view = session.view();
    let cho = view.people.iter().find(|p| p.name == "Cho").unwrap();
    let earlier = parsed(&earlier.replace("\"CHO\"", &format!("\"{}\"", cho.fingerprint)));
    let mut runner = Runner::begin(&mut session, earlier, wanted(&[])).unwrap();
    // Wim reads the advice, Cho looks at the package and goes on, and enters the component.
    loop {
        let ask = runner.showing(&session).ask.unwrap();
        let entered = ask.fields.iter().any(|f| f.field.id == "again");
        assert!(
            ["Cho", "Wim", ""].contains(&ask.person.as_str()),
            "{}",
            ask.person
        );
        runner.answer(&mut session, practised(&ask)).unwrap();
        if entered {
            break;
        }
    }
    runner.abort(&mut session, "the fire bell rang").unwrap();
    while let Some(ask) = runner.showing(&session).ask {
        let answers = ask.fields.iter().map(|f| match f.field.id {
            "serial" | "watched" => Answer::Text("N-9".into()),
            "witness" => Answer::Text("Wim".into()),
            // The stop is signed, though `[on_abort]` does not say it.
            "passphrase" => secret(practice::phrase(&ask.person).unwrap()),
            _ => Answer::Text(String::new()),
        });
        runner.answer(&mut session, answers.collect()).unwrap();
    }
    until(session, script(), |ask| ask.person == "Ben");
    let mut session = next_day(&store, &script(), ["Ana", "Cho"]);
    let words = refused(&mut session, script(), &[("c2", "Cho")]);
    assert!(
        words.starts_with("A3 (PCI PIN 21-2.4): Cho may not take part 2 of the components of zmk: Cho holds since 2026-11-24 part 1"),
        "{words}"
    );
}
