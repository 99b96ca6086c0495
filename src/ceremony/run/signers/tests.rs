//! A partner that is the service: what its two commands print is all that comes back.

use std::collections::BTreeMap;

use super::super::super::peer::{Peer, StandIn};
use super::super::super::stand_in::OtherSide;
use super::super::{RunError, Runner, Wanted};
use crate::api::Timestamp;
use crate::ceremony::{Script, shipped};
use crate::pki::CounterpartyFile;
use crate::session::{Environment, RunOutcome, Session, StepState, practice};
use crate::vault::MemoryStore;

fn text() -> &'static str {
    let mut all = shipped().iter();
    let found = all.find(|(name, _)| *name == "kek-from-partner-tr34.toml");
    std::str::from_utf8(found.unwrap().1).unwrap()
}

fn script() -> Script {
    Script::parse(text().as_bytes()).ok().unwrap()
}

/// The same, in which the token is looked at before its sender's root is trusted: it is judged against the root only then.
fn token_first() -> Script {
    let steps: Vec<&str> = text().split("[[step]]\n").collect();
    let at = |id: &str| {
        let begins = |step: &&str| step.trim_start().starts_with("id") && step.contains(id);
        steps.iter().position(begins).unwrap()
    };
    let (trust, read) = (at("\"trust-root\""), at("\"read-token\""));
    let mut moved = steps.clone();
    let token = moved.remove(read);
    moved.insert(trust, token);
    Script::parse(moved.join("[[step]]\n").as_bytes())
        .ok()
        .unwrap()
}

fn vault() -> Session {
    let start = Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
    let environment = Environment::seeded("signers").unwrap();
    let store = Box::new(MemoryStore::new());
    practice::vault(store, environment, Some(start), true)
        .unwrap()
        .session
}

/// Played by nobody's hand with these files, the other side being real; where it stops.
fn goes_on(
    session: &mut Session,
    resume: bool,
    files: &[(&str, Vec<u8>)],
) -> (Runner, Result<RunOutcome, RunError>) {
    goes_on_with(session, script(), resume, files)
}

/// The same of a script.
fn goes_on_with(
    session: &mut Session,
    script: Script,
    resume: bool,
    files: &[(&str, Vec<u8>)],
) -> (Runner, Result<RunOutcome, RunError>) {
    let inputs = files.iter().cloned();
    let wanted = Wanted {
        inputs: inputs
            .map(|(name, bytes)| (name.to_owned(), bytes))
            .collect(),
        resume,
        real_others: true,
        ..Wanted::default()
    };
    let mut runner = Runner::begin(session, script, wanted).unwrap();
    let ended = runner.headless(session);
    (runner, ended)
}

/// The words of a run that waits for a file: it stands open, with status 3.
fn waits(runner: &Runner, ended: Result<RunOutcome, RunError>) -> String {
    let error = ended.unwrap_err();
    assert_eq!(error.exit_status(), 3, "{error}");
    assert_eq!(runner.outcome(), None, "{error}");
    error.to_string()
}

/// What a sender of this name sends.
fn sent(runner: &Runner, session: &Session, seed: &str, peer: Peer) -> Vec<u8> {
    sent_by(&runner.script, runner, session, seed, peer)
}

/// The same of a sender who goes by another script.
fn sent_by(script: &Script, runner: &Runner, session: &Session, seed: &str, peer: Peer) -> Vec<u8> {
    let run = runner.run(session);
    let stand_in = StandIn {
        place: script.model.rehearsal.stand_ins[0].place.clone(),
        gives: "kek-token".to_owned(),
        peer,
        key: "kek".to_owned(),
        needs: "partner.parameters.json".to_owned(),
        random: None,
    };
    let mut files = run.steps.iter().flat_map(|step| &step.files);
    let handed = files.find(|(name, _)| name.starts_with("partner.parameters"));
    let handed = handed.map(|(_, bytes)| bytes);
    let other = OtherSide {
        model: &script.model,
        seed,
        script: runner.script.sha256(),
        run: run.number,
        now: session.now(),
    };
    other
        .answer(&stand_in, handed.map(Vec::as_slice), None)
        .unwrap()
}

#[test]
fn what_the_service_prints_is_enough_to_know_its_sender() {
    let mut session = vault();
    let (runner, ended) = goes_on(&mut session, false, &[]);
    let words = waits(&runner, ended);
    // What is waited for, and how it goes on.
    assert!(
        words.contains("waits for the file `sender-root`"),
        "{words}"
    );
    assert!(
        words.contains("--resume --input sender-root=PATH"),
        "{words}"
    );
    assert!(!words.contains("unlock file"), "{words}");
    let files = [
        (
            "sender-root",
            sent(&runner, &session, "aws", Peer::Tr34ExporterParameters),
        ),
        (
            "kek-token",
            sent(&runner, &session, "aws", Peer::Tr34Exporter),
        ),
    ];
    let (runner, ended) = goes_on(&mut session, true, &files);
    assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
    // Nobody was asked for a third file.
    assert_eq!(runner.run(&session).inputs.len(), 2);
}

#[test]
fn a_sender_whose_certificate_came_in_no_file_is_asked_for_it() {
    let mut session = vault();
    let (runner, _) = goes_on(&mut session, false, &[]);
    let aws = sent(&runner, &session, "aws", Peer::Tr34ExporterParameters);
    let files = [
        (
            "sender-root",
            sent(&runner, &session, "aws", Peer::Tr34SenderRoot),
        ),
        (
            "kek-token",
            sent(&runner, &session, "aws", Peer::Tr34Exporter),
        ),
    ];
    let (runner, ended) = goes_on(&mut session, true, &files);
    let words = waits(&runner, ended);
    assert!(words.contains("--resume --input sender=PATH"), "{words}");
    // Another sender's certificate is not taken, and ends nothing.
    let other = sent(&runner, &session, "other", Peer::Tr34ExporterParameters);
    let (runner, ended) = goes_on(&mut session, true, &[("sender", other)]);
    let words = waits(&runner, ended);
    assert!(
        words.contains("does not take what was given as `sender`"),
        "{words}"
    );
    let leaf = CounterpartyFile::parse(&aws).unwrap().leaf().to_pem();
    let (_, ended) = goes_on(&mut session, true, &[("sender", leaf.into_bytes())]);
    assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
}

#[test]
fn a_token_that_is_not_signed_under_the_trusted_root_leaves_the_run_open() {
    let mut session = vault();
    let (runner, _) = goes_on(&mut session, false, &[]);
    let root = sent(&runner, &session, "aws", Peer::Tr34ExporterParameters);
    let stranger = sent(&runner, &session, "other", Peer::Tr34Sender);
    let right = sent(&runner, &session, "aws", Peer::Tr34Exporter);
    let files = [("sender-root", root), ("kek-token", stranger)];
    let (runner, ended) = goes_on(&mut session, true, &files);
    let words = waits(&runner, ended);
    assert!(
        words.contains("does not take what was given as `kek-token`"),
        "{words}"
    );
    assert!(words.contains("--resume --input kek-token=PATH"), "{words}");
    let run = runner.run(&session);
    let step = run
        .steps
        .iter()
        .find(|step| step.id == "read-token")
        .unwrap();
    assert_eq!(step.state, StepState::Armed);
    assert!(step.notes[crate::session::NOT_TAKEN].contains("file of command line"));
    let (_, ended) = goes_on(&mut session, true, &[("kek-token", right)]);
    assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
}

/// In a rehearsal somebody gave another file than their partner's: what is said names the way on by the stand-in as well.
#[test]
fn a_file_that_is_not_taken_leaves_the_answer_to_the_stand_in() {
    let mut session = vault();
    let played = |session: &mut Session, resume: bool, files: BTreeMap<String, Vec<u8>>| {
        let wanted = Wanted {
            inputs: files,
            resume,
            ..Wanted::default()
        };
        let mut runner = Runner::begin(session, script(), wanted).unwrap();
        let ended = runner.headless(session);
        (runner, ended)
    };
    let mut elsewhere = vault();
    let (sender, _) = goes_on(&mut elsewhere, false, &[]);
    let stranger = sent(&sender, &elsewhere, "other", Peer::Tr34Sender);
    let (runner, ended) = played(
        &mut session,
        false,
        BTreeMap::from([("kek-token".to_owned(), stranger)]),
    );
    let words = waits(&runner, ended);
    assert!(words.contains("without this file, the stand-in"), "{words}");
    let (_, ended) = played(&mut session, true, BTreeMap::new());
    assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
}

/// What the header of a token says about the key's leaving stands in the open, and was compared only once three had signed and
/// the key was in.
#[test]
fn a_token_whose_key_may_leave_is_told_before_anybody_signs() {
    let mut session = vault();
    let (runner, _) = goes_on(&mut session, false, &[]);
    let root = sent(&runner, &session, "aws", Peer::Tr34ExporterParameters);
    let leaves = text().replacen("exportable = false", "exportable = true", 1);
    let leaves = Script::parse(leaves.as_bytes()).ok().unwrap();
    let loose = sent_by(&leaves, &runner, &session, "aws", Peer::Tr34Exporter);
    let right = sent(&runner, &session, "aws", Peer::Tr34Exporter);
    let files = [("sender-root", root), ("kek-token", loose)];
    let before = session.view().keys.len();
    let (runner, ended) = goes_on(&mut session, true, &files);
    let words = waits(&runner, ended);
    assert!(
        words.contains("as a key that may leave") && words.contains("exportability N"),
        "{words}"
    );
    // The root came in meanwhile, and no key.
    assert_eq!(session.view().keys.len(), before + 1);
    let (_, ended) = goes_on(&mut session, true, &[("kek-token", right)]);
    assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
}

/// Another act lies between the look at a token and its use, so that it was judged only there, where the run ended for good.
#[test]
fn a_file_that_an_act_in_between_makes_unfit_leaves_the_run_open() {
    let mut session = vault();
    let (runner, _) = goes_on_with(&mut session, token_first(), false, &[]);
    let root = sent(&runner, &session, "aws", Peer::Tr34ExporterParameters);
    let stranger = sent(&runner, &session, "other", Peer::Tr34Sender);
    let right = sent(&runner, &session, "aws", Peer::Tr34Exporter);
    let files = [("sender-root", root), ("kek-token", stranger)];
    let (runner, ended) = goes_on_with(&mut session, token_first(), true, &files);
    let words = waits(&runner, ended);
    for says in [
        "Step import-kek does not take what was given as `kek-token`",
        "--resume --input kek-token=PATH",
    ] {
        assert!(words.contains(says), "{words}");
    }
    // The root that was trusted meanwhile stays, and the other file is out of the record by a line of the log.
    assert_eq!(runner.run(&session).inputs.len(), 1);
    let (runner, ended) = goes_on_with(&mut session, token_first(), true, &[("kek-token", right)]);
    assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
    assert_eq!(runner.run(&session).inputs.len(), 2);
}
