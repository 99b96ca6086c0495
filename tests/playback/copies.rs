//! A copy of the vault as a step: made once, whatever interrupts it, on record as whoever makes it by hand has it, and
//! good to return to.

use std::collections::BTreeMap;
use std::path::Path;

use keymoot::ceremony::{RunError, Runner, Script, Wanted, brief, bundle, came_back};
use keymoot::evidence::verify::verify;
use keymoot::session::{NOT_COPIED, Opening, RunOutcome, Session, StepState, load_copy};
use keymoot::vault::{FolderStore, MemoryStore, Store};

use super::exchange::test_vault;
use super::otherday::{first_day, to_the_end};
use super::resume::{commits, resumes_as};
use super::stage::{
    contents, environment, parsed, played_as, reopened, reported, resume, text, vault, wanted,
};

const STEP: &str = r#"
[[step]]
id       = "copy"
op       = "vault.backup"
medium   = "GREEN SQUARE"
bag      = "TE-448120"
holder   = "Hal"
place    = "safe of the bank"
initiate = "lead"
approve  = { count = 2 }
observe  = ["watch"]
why      = "A vault that exists once is lost with its medium."

"#;

/// A first key and a copy of its vault.
fn script_text() -> String {
    let at = "# ── 5 ── Everybody signs";
    text("first-key.toml").replacen(at, &format!("{STEP}{at}"), 1)
}

/// The same; in its rehearsal the copy goes into a folder.
fn into(to: &Path) -> String {
    let answer = format!(
        "\n[[rehearsal.answer]]\nstep = \"copy\"\nto = {:?}\n",
        to.display().to_string()
    );
    script_text() + &answer
}

/// Arrows of the run before the copy's signatures.
const BEFORE: usize = 21;

fn copying() -> Script {
    parsed(&script_text())
}

fn copies(session: &Session) -> Vec<(String, String)> {
    let copies = session.view().copies;
    let told = copies.iter().map(|c| (c.id.clone(), c.state.clone()));
    told.collect()
}

fn on_record(id: &str, state: &str) -> Vec<(String, String)> {
    vec![(id.to_owned(), state.to_owned())]
}

/// The copy in a folder, opened by its custodians.
fn opened(copy: &Path) -> Session {
    let memory = load_copy(&FolderStore::open(copy).unwrap()).unwrap();
    let mut opening = Opening::begin(Box::new(memory), "copy").unwrap();
    opening.enter_unlock_file(&super::unlock::file()).unwrap();
    opening.finish_copy(environment("return")).unwrap()
}

/// Plays until the copy is on record and not made, as a pulled plug would leave it.
fn begun(text: &str) -> MemoryStore {
    for arrows in BEFORE.. {
        let script = parsed(text);
        let (store, mut session) = vault(&script);
        let mut runner = Runner::begin(&mut session, script, wanted(&[])).unwrap();
        runner.stop_after(arrows);
        runner.headless(&mut session).unwrap_err();
        if copies(&session) == on_record("B1", "begun") {
            return store;
        }
    }
    unreachable!()
}

fn taken_up(text: &str, store: &MemoryStore) -> (Session, Result<RunOutcome, RunError>) {
    let script = parsed(text);
    let mut session = reopened(&script, store);
    let mut runner = Runner::begin(&mut session, script, resume()).unwrap();
    let outcome = runner.headless(&mut session);
    (session, outcome)
}

#[test]
fn a_rehearsal_practises_the_copy_and_says_so() {
    let files = played_as("copying", copying(), &[]);
    let report = String::from_utf8(files["report.txt"].clone()).unwrap();
    let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "practice: copy B1 was not written",
        "GREEN SQUARE, bag TE-448120",
        "Holder Hal, safe of the bank",
        "State practised",
    ] {
        assert!(flat.contains(words), "{words} in {report}");
    }
    assert_eq!(files, played_as("copying", copying(), &[]));
}

/// Pulled after every commit: one copy, one number, the same record.
#[test]
fn an_interruption_at_any_commit_leaves_one_copy() {
    resumes_as("copying", copying, &[], 14);
}

#[test]
fn killed_at_every_arrow_one_copy_lies_in_the_folder() {
    let room = tempfile::tempdir().unwrap();
    let mut begun = 0;
    for arrows in BEFORE.. {
        let to = room.path().join(arrows.to_string());
        let text = into(&to);
        let (store, mut session) = vault(&parsed(&text));
        let mut runner = Runner::begin(&mut session, parsed(&text), wanted(&[])).unwrap();
        runner.stop_after(arrows);
        runner.headless(&mut session).unwrap_err();
        let made = copies(&session) == on_record("B1", "verified");
        begun += usize::from(copies(&session) == on_record("B1", "begun"));
        drop((runner, session));
        let (session, outcome) = taken_up(&text, &store);
        assert!(matches!(outcome, Ok(RunOutcome::Completed)), "{outcome:?}");
        assert_eq!(copies(&session), on_record("B1", "verified"));
        assert_eq!(contents(&to).len(), 3);
        if made {
            break;
        }
    }
    assert_eq!(begun, 1);
}

/// Whatever the interrupted copy left in its folder is replaced: half a file, whole ones, all three.
#[test]
fn what_an_interrupted_copy_left_is_replaced_and_nothing_else() {
    let room = tempfile::tempdir().unwrap();
    let text = into(&room.path().join("stick"));
    let store = begun(&text);
    for (at, names) in [&["custody.toml"][..], &["custody.toml", "vault.age"]]
        .into_iter()
        .chain([&["custody.toml", "vault.age", "audit.jsonl"][..]])
        .enumerate()
    {
        for half in [true, false] {
            if half == (at == 2) {
                continue;
            }
            let to = room.path().join(format!("{at}{half}"));
            std::fs::create_dir(&to).unwrap();
            for (n, name) in names.iter().enumerate() {
                let bytes = store.read(name).unwrap().unwrap();
                let cut = half && n + 1 == names.len() && *name != "audit.jsonl";
                let length = if cut { bytes.len() / 2 } else { bytes.len() };
                std::fs::write(to.join(name), &bytes[..length]).unwrap();
            }
            let (mut session, outcome) = taken_up_into(&text, &store.snapshot(), &to);
            assert!(matches!(outcome, Ok(RunOutcome::Completed)), "{outcome:?}");
            assert_eq!(copies(&session), on_record("B1", "verified"));
            assert_eq!(opened(&to).which_copy().unwrap(), "B1");
            session.perform(keymoot::session::Command::Settle).unwrap();
        }
    }
    for (name, bytes) in [("letter.txt", &b"mine"[..]), ("vault.age", b"another's")] {
        let to = room.path().join(name);
        std::fs::create_dir(&to).unwrap();
        std::fs::write(to.join(name), bytes).unwrap();
        let (session, outcome) = taken_up_into(&text, &store.snapshot(), &to);
        assert!(outcome.unwrap_err().to_string().contains("is not empty"));
        assert_eq!(contents(&to)[name], bytes);
        // Nobody named another folder: the run was stopped, and the copy is none.
        assert_eq!(copies(&session), on_record("B1", "failed"));
    }
}

/// Taken up with this folder named in the room.
fn taken_up_into(
    text: &str,
    store: &MemoryStore,
    to: &Path,
) -> (Session, Result<RunOutcome, RunError>) {
    let script = parsed(text);
    let mut session = reopened(&script, store);
    let mut runner = Runner::begin(&mut session, script, resume()).unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert_eq!(ask.fields[0].field.id, "to");
    let told = ask.body.join(" ");
    assert!(told.contains("Copy B1 was signed for and begun"), "{told}");
    assert!(!came_back(&runner.showing(&session)).is_empty());
    let to = keymoot::ceremony::Answer::Text(to.display().to_string());
    let outcome = match runner.answer(&mut session, vec![to]).unwrap() {
        keymoot::ceremony::Advance::Again(words) => {
            runner.abort(&mut session, "no other stick").unwrap();
            while runner.outcome().is_none() {
                runner.headless(&mut session).unwrap();
            }
            Err(RunError::CannotBegin(words))
        }
        _ => runner.headless(&mut session),
    };
    (session, outcome)
}

/// A copy that was whole before is no leftover of this one, and one that was made meanwhile is none either.
#[test]
fn another_copy_of_the_same_vault_is_never_replaced() {
    let room = tempfile::tempdir().unwrap();
    let text = into(&room.path().join("stick"));
    let store = begun(&text);
    let earlier = room.path().join("earlier");
    let first = commits(parsed(&text));
    std::fs::create_dir(&earlier).unwrap();
    for name in ["custody.toml", "vault.age", "audit.jsonl"] {
        let bytes = first[3].read(name).unwrap().unwrap();
        std::fs::write(earlier.join(name), bytes).unwrap();
    }
    let before = contents(&earlier);
    let (_, outcome) = taken_up_into(&text, &store.snapshot(), &earlier);
    assert!(outcome.unwrap_err().to_string().contains("is not empty"));
    assert_eq!(contents(&earlier), before);
    // By hand, before the run is taken up.
    let meanwhile = room.path().join("meanwhile");
    let mut session = reopened(&parsed(&text), &store);
    session.backup_automatic("RED", None, &meanwhile).unwrap();
    session.close().unwrap();
    let before = contents(&meanwhile);
    let (_, outcome) = taken_up_into(&text, &store.snapshot(), &meanwhile);
    assert!(outcome.unwrap_err().to_string().contains("is not empty"));
    assert_eq!(contents(&meanwhile), before);
    let own = room.path().join("own");
    let (session, outcome) = taken_up_into(&text, &store, &own);
    assert!(matches!(outcome, Ok(RunOutcome::Completed)), "{outcome:?}");
    assert_eq!(copies(&session).len(), 2);
    assert_eq!(opened(&own).which_copy().unwrap(), "B1");
    assert_eq!(opened(&meanwhile).which_copy().unwrap(), "B2");
}

/// What the step made is a copy as by hand: a return to it is a vault, whose own copies have other numbers.
#[test]
fn a_return_to_the_copy_of_a_step() {
    let room = tempfile::tempdir().unwrap();
    let to = room.path().join("stick");
    let text = into(&to);
    let (_, mut session) = vault(&parsed(&text));
    let mut runner = Runner::begin(&mut session, parsed(&text), wanted(&[])).unwrap();
    assert_eq!(
        runner.headless(&mut session).unwrap(),
        RunOutcome::Completed
    );
    let told = reported(&runner, &session);
    assert!(told.contains("copy B1 written to"), "{told}");
    assert!(told.contains("read back, SHA-256 of vault.age"), "{told}");
    let run = runner.run(&session);
    let record = run.steps.iter().find(|step| step.id == "copy").unwrap();
    assert_eq!(record.state, StepState::Closed);
    let sealed = bundle(&mut session, text.as_bytes(), &run.id, None, Vec::new()).unwrap();
    verify(&sealed, None).unwrap_or_else(|fault| panic!("{fault}"));
    session
        .backup_automatic("RED", None, &room.path().join("red"))
        .unwrap();
    let lost = copies(&session);
    let mut copy = opened(&to);
    copy.restore_automatic("the stick broke", None).unwrap();
    copy.backup_automatic("BLUE", None, &room.path().join("blue"))
        .unwrap();
    let known = copies(&copy);
    assert_eq!(known[0], ("B1".into(), "verified".into()));
    assert!(known[1].0.starts_with("B2-"), "{known:?}");
    assert!(lost.iter().all(|(id, _)| *id != known[1].0));
}

/// People at the screen name the folder; in a rehearsal what is proposed is that nothing is written.
#[test]
fn people_name_the_folder_before_they_sign() {
    let script = copying();
    let (_, mut session) = first_day(&script);
    let mut runner = Runner::begin(&mut session, script, wanted(&[])).unwrap();
    to_the_end(&mut session, &mut runner);
    assert_eq!(copies(&session), on_record("B1", "practised"));
    let place = session.copy_place_fits(Path::new(NOT_COPIED));
    assert!(place.is_ok());
}

/// Nobody attends a test vault: its copy goes beside what the run writes, and without a folder nothing is begun.
#[test]
fn a_test_vaults_copy_goes_into_the_runs_own_folder() {
    let room = tempfile::tempdir().unwrap();
    let out = room.path().join("out");
    let mut session = test_vault();
    let needs = |out| Runner::needs_nobody(&session, &copying(), false, out);
    let refused = needs(false).unwrap_err().to_string();
    assert!(refused.contains("copy.copy below it"), "{refused}");
    needs(true).unwrap();
    let place = session.copy_place_fits(Path::new(NOT_COPIED));
    assert!(place.unwrap_err().to_string().contains("Only a rehearsal"));
    let wanted = Wanted {
        copies_to: Some(out.clone()),
        ..Wanted::default()
    };
    let mut runner = Runner::begin(&mut session, copying(), wanted).unwrap();
    assert_eq!(
        runner.headless(&mut session).unwrap(),
        RunOutcome::Completed
    );
    runner.write_outputs(&session, &out).unwrap();
    assert_eq!(contents(&out.join("copy.copy")).len(), 3);
    assert!(out.join("ceremony.json").exists());
    assert_eq!(copies(&session), on_record("B1", "verified"));
    // Written again as by --resume.
    Runner::folder_fits(&copying(), session.profile(), &out, true).unwrap();
}

#[test]
fn a_script_names_no_folder_of_a_machine() {
    let text = script_text().replacen("place    =", "to = \"/media/x\"\nplace    =", 1);
    let Err(findings) = Script::parse(text.as_bytes()) else {
        panic!("it was read")
    };
    assert!(
        findings[0].message.contains("names no folder"),
        "{findings:?}"
    );
}

/// The linter and the brief know the medium of a copy as one that goes out.
#[test]
fn the_medium_of_a_copy_goes_out() {
    let page = brief(&copying(), None, None, &BTreeMap::new()).page;
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "the empty medium GREEN SQUARE, for a copy of the vault",
        "a numbered bag for that medium",
        "The copy of the vault on GREEN SQUARE goes to Hal, safe of the bank",
    ] {
        assert!(flat.contains(words), "{words} in {page}");
    }
    let item = "item = [{ id = \"usb\", kind = \"usb\", label = \"GREEN SQUARE\", direction = \"in\" }]\n\n[policy]\n";
    let script = Script::parse(script_text().replacen("[policy]\n", item, 1).as_bytes());
    let Ok(script) = script else {
        panic!("does not parse")
    };
    let found = script.lint();
    let wrong = found
        .iter()
        .any(|f| f.rule == "L20" && f.message.contains("take another"));
    assert!(wrong, "{found:?}");
}

/// An act that is about a copy is no step that makes one.
#[test]
fn a_copy_is_attested_as_destroyed_in_the_run_that_made_it() {
    let gone = r#"
[[step]]
id       = "gone"
op       = "vault.attest-destroyed"
how      = "cut to pieces before the witness"
initiate = "lead"
approve  = { count = 2 }
why      = "Nobody returns to it."

"#;
    let at = "# ── 5 ── Everybody signs";
    let answer = "\n[[rehearsal.answer]]\nstep = \"gone\"\ncopy = \"B1\"\n";
    let text = script_text().replacen(at, &format!("{gone}{at}"), 1) + answer;
    let (_, mut session) = vault(&parsed(&text));
    let mut runner = Runner::begin(&mut session, parsed(&text), wanted(&[])).unwrap();
    let outcome = runner.headless(&mut session).unwrap();
    assert_eq!(outcome, RunOutcome::Completed);
    assert_eq!(copies(&session), on_record("B1", "destroyed"));
}
