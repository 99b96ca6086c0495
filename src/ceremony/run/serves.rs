//! Whether a file is what the run wants: judged at the question that asks for it, so that a wrong file costs one more
//! question and never the ceremony.

use std::collections::BTreeMap;

use crate::api::Request;
use crate::pki::{Certificate, CounterpartyFile, PkiError};
use crate::session::build;
use crate::session::field::Kind;
use crate::session::{Action, Refusal, Session, brought};

use super::super::model::{Doing, OnFail, Step};
use super::super::ops;
use super::bring::files_of;
use super::{RunError, Runner, carry, sides, signers};

/// The words of a file that is not taken, with what is wanted in its place.
fn not_this(why: &str, hint: Option<&str>) -> String {
    let dot = if why.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    match hint {
        Some(hint) => format!("This file {why}{dot} Wanted: {}", hint.trim_end()),
        None => format!("This file {why}{dot}"),
    }
}

impl Runner {
    /// Why a file that somebody brings is not what the run wants as `name`, with what is wanted: of every step from
    /// here on that reads it, what can be told now. Nothing where it serves.
    pub(super) fn cannot_serve(
        &mut self,
        session: &Session,
        name: &str,
        bytes: &[u8],
    ) -> Option<String> {
        self.tried.insert(name.to_owned(), bytes.to_vec());
        let why = self.misfit(session, name, true);
        self.tried.clear();
        let hint = self.script.model.input(name).map(|i| i.hint.as_str());
        why.map(|why| not_this(&why, hint))
    }

    /// Judges files that are given with the order to begin, or to go on: before anything is done with them.
    ///
    /// # Errors
    /// CannotBegin: which file is not what the script wants, why, and what is.
    pub(super) fn judge_given(
        &mut self,
        session: &Session,
        given: &BTreeMap<String, Vec<u8>>,
        nothing: &str,
    ) -> Result<(), RunError> {
        self.tried.clone_from(given);
        let judged = given.keys().find_map(|name| {
            let why = self.misfit(session, name, false)?;
            let hint = self.script.model.input(name).map(|i| i.hint.as_str());
            Some(format!(
                "`{name}` is another file than the script wants. {} {nothing} Name the right one.",
                not_this(&why, hint)
            ))
        });
        self.tried.clear();
        judged.map_or(Ok(()), |words| Err(RunError::CannotBegin(words)))
    }

    /// The first step from here on that cannot use the file of this name, in words that go on after `This file`. What depends
    /// on the time at which a step is reached, a token's signature or what the control plane says, is judged only `now`,
    /// where the step that asks for the file is at hand: time passes before the others.
    fn misfit(&self, session: &Session, name: &str, now: bool) -> Option<String> {
        let steps = self.script.model.steps.iter().enumerate().skip(self.at);
        let reads = |step: &Step| files_of(step).iter().any(|file| file == name);
        // Where the script goes on without the file's step, or wants it refused, that is what it is for.
        let wants = |step: &Step| step.on_fail != OnFail::Exception && !step.expects_error();
        let readers: Vec<_> = steps
            .filter(|(_, step)| reads(step) && wants(step))
            .collect();
        // What an act makes of it says more than whoever only looks: its kind, its use, its algorithm.
        let acts = readers.iter().filter(|(_, step)| ops::is_act(step.op));
        let by_act = acts
            .copied()
            .find_map(|(at, step)| self.misfit_of_act(session, (at, step), name, now));
        by_act.or_else(|| {
            let mut looks = readers.iter().filter(|(_, step)| !ops::is_act(step.op));
            looks.find_map(|(_, step)| self.misfit_of_look(session, step, now))
        })
    }

    /// What an act cannot do with it. The control plane judges it too, where nothing changes the vault before that act.
    fn misfit_of_act(
        &self,
        session: &Session,
        (at, step): (usize, &Step),
        name: &str,
        now: bool,
    ) -> Option<String> {
        let between = self.script.model.steps.get(self.at..at).unwrap_or_default();
        let next = now && between.iter().all(|step| !ops::is_act(step.op)) && step.acts.is_empty();
        let declared = step.expect.as_ref().is_some_and(|e| e.declared);
        let doings = step.doings();
        let other = doings.iter().find_map(|doing| {
            let another = || self.of_another_kind(session, doing, name);
            another().or_else(|| self.too_weak(session, doing, name))
        });
        if other.is_some() {
            return other;
        }
        doings
            .into_iter()
            .find_map(|doing| match self.built_of(session, doing) {
                Err(refusal) => about_file(&doing, &refusal, name),
                Ok(action) => {
                    let request = requested(&action).filter(|_| declared);
                    let other = request.and_then(|request| self.brings_another(&doing, request));
                    other.or_else(|| match session.preview(&action) {
                        Err(Refusal::Api(error)) if next => {
                            Some(format!("is refused: {}", error.message))
                        }
                        _ => None,
                    })
                }
            })
    }

    /// A file that can never be what the act asks for, whatever else is answered.
    fn of_another_kind(&self, session: &Session, doing: &Doing<'_>, name: &str) -> Option<String> {
        let run = self.run(session);
        let bytes = run.inputs.get(name)?;
        let files = doing.op.fields.iter().filter(|f| f.kind == Kind::File);
        let mut named = files.filter(|field| doing.field(field.id) == Some(name));
        let rule = named.find_map(|field| {
            let refusal = session.file_fits(doing.op.name, field.id, bytes).err()?;
            build::rule_about(&refusal, field.id).map(str::to_owned)
        });
        rule.or_else(|| sides::another_side(&self.script.model, doing, bytes))
            .or_else(|| {
                let means = self.number_means(session, doing)?;
                Some(format!("holds a token that cannot be taken. {means}"))
            })
    }

    fn built_of(&self, session: &Session, doing: Doing<'_>) -> Result<Action, Refusal> {
        let mut answers = self.answers_to(session, doing);
        if doing.step.acts.is_empty() {
            // Nobody has typed the sender's number yet: the file is judged with the one that it has to answer to.
            let number = self.number_expected(session, doing);
            let number = number.map(|number| (carry::NUMBER.to_owned(), number));
            answers.texts.extend(number);
            answers.texts.extend(self.texts.clone());
        }
        build::action(session, doing.op.name, &answers)
    }

    /// What whoever looks at it would be told.
    fn misfit_of_look(&self, session: &Session, step: &Step, now: bool) -> Option<String> {
        if let Some(words) = self.unreadable(session, step) {
            let bytes = self.input(session, step).unwrap_or_default();
            return Some(not_to_be_looked_at(&bytes, &words));
        }
        let run = self.run(session);
        let all_came = now && files_of(step).iter().all(|f| run.inputs.contains_key(f));
        let fault = all_came.then(|| self.carry_fault(session, step)).flatten();
        fault.map(|words| format!("does not pass the check. {words}"))
    }
}

/// Why nobody can look at a file or compare it. What is wrong inside it is told where it is of the kind that is meant: of
/// any other file, what it is.
fn not_to_be_looked_at(bytes: &[u8], words: &str) -> String {
    // A certificate with its authorities is none of the other kinds, and what those want says nothing about it.
    if let Err(several @ PkiError::NotOne { count: 2.. }) = Certificate::from_any(bytes) {
        return format!("cannot be used: {several}");
    }
    let known = CounterpartyFile::parse(bytes).is_ok();
    match brought::kind_of(bytes) {
        None if !known => "holds no certificate, and nothing else that is known here".to_owned(),
        Some(kind) if !known && !kind.contains("get-parameters") => {
            format!("is {kind}, and not what is wanted")
        }
        _ => format!("cannot be used: {words}"),
    }
}

/// The request to the control plane, if the act is one.
fn requested(action: &Action) -> Option<&Request> {
    match action {
        Action::Control { request, .. } => Some(request),
        _ => None,
    }
}

/// The rule that a file of this name breaks, where the refusal is about it and not about what is still to be answered.
fn about_file(doing: &Doing<'_>, refusal: &Refusal, name: &str) -> Option<String> {
    if matches!(refusal, Refusal::Profile(_)) {
        return Some(format!("is of another profile. {refusal}"));
    }
    if signers::is_without(doing, refusal, name) {
        return Some(signers::WITHOUT.to_owned());
    }
    let files = doing.op.fields.iter().filter(|f| f.kind == Kind::File);
    let mut named = files.filter(|field| doing.field(field.id) == Some(name));
    named.find_map(|field| build::rule_about(refusal, field.id).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::super::{RunError, Stage, Wanted};
    use super::*;
    use crate::api::Timestamp;
    use crate::ceremony::{Advance, Answer, AskField, Script, shipped};
    use crate::session::{Environment, practice};
    use crate::vault::MemoryStore;

    fn script(name: &str) -> Script {
        let (_, text) = shipped().iter().find(|(n, _)| *n == name).unwrap();
        Script::parse(text).ok().unwrap()
    }

    fn vault() -> Session {
        let start = Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
        let environment = Environment::seeded("serves").unwrap();
        practice::vault(
            Box::new(MemoryStore::new()),
            environment,
            Some(start),
            false,
        )
        .unwrap()
        .session
    }

    /// A run whose other side is real, answered as it practises until it waits for a file.
    fn awaiting(name: &str, session: &mut Session) -> Runner {
        let wanted = Wanted {
            real_others: true,
            ..Wanted::default()
        };
        let mut runner = Runner::begin(session, script(name), wanted).unwrap();
        while runner.stage != Stage::Bring {
            let fields = runner.showing(session).ask.unwrap().fields.into_iter();
            let answers = fields.map(AskField::practised);
            runner.answer(session, answers.collect()).unwrap();
        }
        runner
    }

    fn brought(runner: &mut Runner, session: &mut Session, bytes: &[u8]) -> Advance {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("brought");
        std::fs::write(&path, bytes).unwrap();
        let answers = vec![Answer::Text(path.display().to_string())];
        runner.answer(session, answers).unwrap()
    }

    fn refused(runner: &mut Runner, session: &mut Session, bytes: &[u8]) -> String {
        match brought(runner, session, bytes) {
            Advance::Again(words) => words,
            other => panic!("{other:?}"),
        }
    }

    /// What the other side of this script would send.
    fn right(runner: &Runner, session: &Session) -> String {
        let stand_in = runner.script.model.rehearsal.stand_ins.first().unwrap();
        String::from_utf8(runner.answer_of(session, stand_in).unwrap()).unwrap()
    }

    #[test]
    fn a_wrong_file_costs_one_more_question_and_never_the_ceremony() {
        let mut session = vault();
        let mut runner = awaiting("working-keys-tr31.toml", &mut session);
        let right = right(&runner, &session);
        let parameters =
            include_str!("../../../ceremonies/samples/get-parameters-for-import-rsa2048.json");
        let other_use = right.replace(
            "TR31_K1_KEY_BLOCK_PROTECTION_KEY",
            "TR31_K0_KEY_ENCRYPTION_KEY",
        );
        let token = right.split("import-token-").nth(1).unwrap();
        let token = format!("import-token-{}", token.split('"').next().unwrap());
        let other_token = right.replace(&token, "import-token-aaaaaaaaaaaaaaaa");
        for (file, says) in [
            ("one two three", "is another kind of file"),
            (
                parameters,
                "is what get-parameters-for-import printed, not a key by RSA wrap",
            ),
            (other_use.as_str(), "brings AES_128 K0"),
            (other_token.as_str(), "is refused: "),
        ] {
            let words = refused(&mut runner, &mut session, file.as_bytes());
            assert!(words.contains(says), "{words}");
            // What is wanted, in the script's words, and that the step still waits.
            assert!(
                words.contains("Wanted: The partner's zone master key"),
                "{words}"
            );
            assert!(words.ends_with("name another file."), "{words}");
            assert_eq!(runner.outcome(), None);
            assert!(runner.run(&session).inputs.is_empty(), "nothing is kept");
        }
        assert!(matches!(
            brought(&mut runner, &mut session, right.as_bytes()),
            Advance::Asks
        ));
        assert!(runner.run(&session).inputs.contains_key("zone-key"));
        // That four were not taken is on record.
        let told = runner.record(&session).unwrap().notes;
        let told = &told[crate::session::NOT_TAKEN];
        assert_eq!(told.matches("file of").count(), 4, "{told}");
    }

    fn begun_with(session: &mut Session, name: &str, file: &[u8]) -> Result<Runner, RunError> {
        let inputs = [("counterparty".to_owned(), file.to_vec())];
        let wanted = Wanted {
            inputs: inputs.into(),
            ..Wanted::default()
        };
        Runner::begin(session, script(name), wanted)
    }

    /// Why an AES key's run does not begin with this file.
    fn not_begun(session: &mut Session, file: &[u8]) -> String {
        match begun_with(session, "kek-aes128-to-aws-rsa.toml", file) {
            Err(RunError::CannotBegin(words)) => words,
            _ => panic!("begun, or another error"),
        }
    }

    /// It was taken and recorded, a root was trusted and a key made, and only then was the certificate found too weak.
    #[test]
    fn a_certificate_weaker_than_the_key_that_leaves_under_it_is_no_file_for_this_run() {
        let mut session = vault();
        let weak =
            include_bytes!("../../../ceremonies/samples/get-parameters-for-import-rsa2048.json");
        let words = not_begun(&mut session, weak);
        assert!(words.contains("RSA_2048 is weaker than AES_128"), "{words}");
        assert!(session.view().runs.is_empty());
        // A TDES key leaves under it.
        assert!(begun_with(&mut session, "kek-to-aws-rsa.toml", weak).is_ok());
    }

    /// Six lines told what was wrong with it as two other kinds of file, and nothing of chains.
    #[test]
    fn a_certificate_with_its_authorities_is_called_a_chain_and_nothing_else() {
        let all: BTreeMap<String, String> =
            serde_json::from_str(include_str!("../../../tests/vectors/pki/certificates.json"))
                .unwrap();
        let chain = format!("{}{}", all["leaf-2048"], all["root-4096"]);
        let words = not_begun(&mut vault(), chain.as_bytes());
        assert!(words.contains("is a chain of 2 certificates"), "{words}");
        let looked_at = not_to_be_looked_at(chain.as_bytes(), "line 1 column 2");
        assert!(
            looked_at.contains("Send the holder's own alone"),
            "{looked_at}"
        );
        for words in [words, looked_at] {
            assert!(!words.contains("line 1 column"), "{words}");
        }
    }

    #[test]
    fn a_wrong_file_at_the_beginning_begins_nothing() {
        let mut session = vault();
        let words = not_begun(&mut session, b"paper");
        assert!(words.contains("Nothing was begun."), "{words}");
        assert!(words.contains("`counterparty`"), "{words}");
        assert!(session.view().runs.is_empty());
    }
}
