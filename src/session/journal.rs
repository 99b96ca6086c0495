//! The journal of runs: every arrow is committed, the arrow to `executed` together with its effect.

use sha2::{Digest as _, Sha256};

use crate::api::{Response, Timestamp};

use super::action::Action;
use super::command::{Arrow, Outcome};
use super::error::Refusal;
use super::pending::Pending;
use super::run::{Relief, Run, RunOutcome, StepRecord};
use super::state::State;
use super::transition::Transition;
use super::{Profile, Session};

impl Session {
    /// The line of a file that a run can no longer use.
    fn unfit(&self, run: &str, name: &str, why: &str) -> Transition {
        let of_run = self.state.runs.iter().find(|known| known.id == run);
        let file = of_run.and_then(|run| run.inputs.get(name));
        let digest = file.map(|bytes| super::door::hex(&Sha256::digest(bytes)));
        Transition::note("run-input-unfit", Vec::new())
            .with("run", run)
            .with("name", name)
            .with("sha256", digest)
            .with("why", why)
    }

    /// Commits an arrow that has no effect beside it.
    pub(crate) fn journal(&mut self, arrow: Arrow) -> Result<Outcome, Refusal> {
        let mut notes = match &arrow {
            Arrow::Begin(run) => {
                vec![self.with_tool(begun(run), run.seed.as_deref())]
            }
            Arrow::Resume {
                run,
                relieved,
                here,
            } => {
                let known = self.state.runs.iter().find(|r| r.id == *run);
                let note = taken_up(run, known, (relieved, here));
                vec![self.with_tool(note, known.and_then(|run| run.seed.as_deref()))]
            }
            Arrow::Close { run, step, outcome } => vec![closed(run, step, *outcome)],
            Arrow::Input {
                run,
                name,
                bytes,
                from,
            } => {
                vec![
                    Transition::note("run-input", Vec::new())
                        .with("run", run.clone())
                        .with("name", name.clone())
                        .with("sha256", super::door::hex(&Sha256::digest(bytes)))
                        .with("from", from.clone()),
                ]
            }
            Arrow::Unfit { run, name, why } => vec![self.unfit(run, name, why)],
            Arrow::Step { .. } => Vec::new(),
        };
        let closed = match &arrow {
            Arrow::Close { run, .. } => Some(run.clone()),
            _ => None,
        };
        let mut working = self.state.clone();
        let now = self.now();
        let at = place(&arrow).map(|(run, step)| (run.clone(), step.id.clone()));
        apply(&mut working, arrow, None, now)?;
        if let Some((run, step)) = at {
            notes.extend(super::mismatch::marked(&mut working, (&run, &step), now));
        }
        self.keep_ordinals(&mut working);
        self.commit(working, &notes, false)?;
        if let Some(id) = closed {
            self.forget_requests_of(&id);
            self.seal_audit()?;
        }
        Ok(Outcome::Journaled)
    }

    /// With the hash of this program, as it reads itself. What has to be the same to the byte on every build, a
    /// rehearsal and whatever comes from a seed, goes without.
    fn with_tool(&self, note: Transition, seed: Option<&str>) -> Transition {
        let same_everywhere = self.profile == Profile::Rehearsal || seed.is_some();
        match crate::os::own_sha256().filter(|_| !same_everywhere) {
            Some(tool) => note
                .with("tool", tool)
                .with("version", env!("CARGO_PKG_VERSION")),
            None => note,
        }
    }

    /// Writes the seeded draws' ordinals into the open run, so that a resumed run draws on from there.
    pub(crate) fn keep_ordinals(&self, working: &mut State) {
        let Some(ordinals) = self.entropy.ordinals() else {
            return;
        };
        if let Some(run) = working
            .runs
            .iter_mut()
            .rev()
            .find(|run| run.outcome.is_none())
        {
            run.ordinals.clone_from(ordinals);
        }
    }

    /// What a run that is over had asked for can be done nowhere any more: it leaves the table with it.
    fn forget_requests_of(&mut self, id: &str) {
        let over = self.state.runs.iter().find(|run| run.id == id);
        let Some(script) = over.map(|run| run.script_sha256.clone()) else {
            return;
        };
        let of_it = |pending: &Pending| {
            let origin = pending.origin.as_ref();
            origin.is_some_and(|origin| super::door::hex(&origin.script) == script)
        };
        self.pending.retain(|pending| !of_it(pending));
    }

    /// The open run whose step asked for this.
    pub(crate) fn run_of(&self, pending: &Pending) -> Option<&Run> {
        let script = super::door::hex(&pending.origin.as_ref()?.script);
        let mut runs = self.state.runs.iter().rev();
        runs.find(|run| run.outcome.is_none() && run.script_sha256 == script)
    }

    /// Whether a request on the table is carried out where it was signed for.
    ///
    /// # Errors
    /// It was signed for another step, or for none; it stays on the table.
    pub(crate) fn in_its_step(&self, id: &[u8; 32], arrow: Option<&Arrow>) -> Result<(), Refusal> {
        let pending = self.pending.iter().find(|p| p.act.approval_id == *id);
        pending.map_or(Ok(()), |pending| belongs(&self.state, pending, arrow))
    }

    /// Puts a run's arrow into the state that an act without responses is about to commit.
    pub(crate) fn arrow_with(
        &self,
        working: &mut State,
        arrow: Option<Arrow>,
        pending: &Pending,
        steps: &[Transition],
    ) -> Result<(), Refusal> {
        belongs(working, pending, arrow.as_ref())?;
        let Some(arrow) = arrow else { return Ok(()) };
        let digest = super::door::hex(&pending.act.digest());
        apply(
            working,
            arrow,
            Some(Effect {
                action: &pending.action,
                responses: &[],
                token: None,
                digest: &digest,
                evidence: super::transition::evidence(&pending.action, steps),
            }),
            self.now(),
        )
    }

    /// The open run of a script, or its last one, by script hash.
    pub fn last_run(&self, script_sha256: &str) -> Option<Run> {
        self.state
            .runs
            .iter()
            .rev()
            .find(|run| run.script_sha256 == script_sha256)
            .cloned()
    }
}

/// The line of a run's beginning: in production with its rehearsal and what the machine's network was.
fn begun(run: &Run) -> Transition {
    let note = Transition::note("run-begin", Vec::new())
        .with("run", run.id.clone())
        .with("script", run.script_sha256.clone());
    let told = |name: &str| run.steps.first().and_then(|step| step.notes.get(name));
    let told = [
        ("rehearsed", told(super::run::REHEARSED)),
        ("network", told(super::run::NETWORK)),
    ];
    told.into_iter()
        .fold(note, |note, (name, told)| match told {
            Some(told) => note.with(name, told.clone()),
            None => note,
        })
}

/// The line by which a run is taken up: who takes whose place, who was said to be here, and which signatures were lost.
fn taken_up(
    run: &str,
    known: Option<&Run>,
    (relieved, here): (&[Relief], &[String]),
) -> Transition {
    let note = Transition::note("run-resume", Vec::new()).with("run", run);
    let note = if relieved.is_empty() {
        note
    } else {
        note.with("relieved", serde_json::json!(relieved))
    };
    let note = if here.is_empty() {
        note
    } else {
        note.with("said_to_be_here", serde_json::json!(here))
    };
    match known.map(unused).filter(|all| !all.is_empty()) {
        Some(unused) => note.with("unused", serde_json::json!(unused)),
        None => note,
    }
}

/// Signatures that the interruption took, by step, request and person: they live in memory, and nothing was done with
/// them. The journal knows each since it was given.
fn unused(run: &Run) -> Vec<serde_json::Value> {
    let steps = run.steps.iter().filter(|step| step.awaits_act());
    let signed = steps.map(|step| (step, step.signed_at()));
    let told = signed.filter(|(_, signed)| !signed.is_empty());
    let told = told.map(|(step, signed)| {
        let signed = signed
            .into_iter()
            .map(|[name, at]| serde_json::json!({ "name": name, "at": at }));
        serde_json::json!({
            "step": step.id,
            "words": step.notes.get(super::run::ASKED_WORDS),
            "signed": signed.collect::<Vec<_>>(),
        })
    });
    told.collect()
}

/// The line that closes a run; of one that is stopped, where and why, and which papers lie open.
fn closed(run: &str, step: &StepRecord, outcome: RunOutcome) -> Transition {
    let mut note = Transition::note("run-close", Vec::new())
        .with("run", run)
        .with("outcome", serde_json::json!(outcome));
    if let (Some(why), RunOutcome::Aborted) = (&step.error, outcome) {
        note = note.with("step", step.id.clone()).with("why", why.clone());
        if let Some(at) = step.notes.get(super::run::STOPPED_AT) {
            note = note.with("stopped_at", at.clone());
        }
        if let Some(by) = step.notes.get(super::run::STOPPED_BY) {
            note = note.with("by", by.clone());
        }
        let absent = did_not_sign(step);
        if !absent.is_empty() {
            note = note.with("stop_not_signed_by", serde_json::json!(absent));
        }
    }
    match in_no_package(step) {
        Some(papers) => note.with("in_no_package", papers),
        None => note,
    }
}

/// Who was to sign the stop and did not, as the notes of its step have them.
fn did_not_sign(step: &StepRecord) -> Vec<&str> {
    let notes = step.notes.keys();
    let names = notes.filter_map(|note| {
        note.strip_prefix(super::run::STOP_UNSIGNED)?
            .strip_suffix(')')
    });
    names.collect()
}

/// The papers that lie in no package when a run is stopped, as the notes of its last step have them: the log holds them
/// also where nobody signs the stop.
fn in_no_package(step: &StepRecord) -> Option<String> {
    let open = step.notes.iter().filter_map(|(name, words)| {
        let paper = name.strip_prefix("on_abort ")?;
        let open = words.starts_with("NOT SEALED, with ");
        open.then(|| format!("{paper} {words}"))
    });
    let open: Vec<String> = open.collect();
    (!open.is_empty()).then(|| open.join("; "))
}

/// What an act that is committed with an arrow says about itself.
pub(crate) struct Effect<'a> {
    /// The act.
    pub(crate) action: &'a Action,
    /// Its answers.
    pub(crate) responses: &'a [Response],
    /// The token that it wrote, where that is none with a key.
    pub(crate) token: Option<&'a str>,
    /// What was signed, lower-case hex.
    pub(crate) digest: &'a str,
    /// What a bundle shows of it.
    pub(crate) evidence: String,
}

/// Applies an arrow to a copy of the state.
pub(crate) fn apply(
    state: &mut State,
    arrow: Arrow,
    effect: Option<Effect<'_>>,
    now: Timestamp,
) -> Result<(), Refusal> {
    match arrow {
        Arrow::Begin(run) => {
            if state.runs.iter().any(|r| r.id == run.id) {
                return Err(Refusal::Usage(
                    "This run has begun already. Nothing was changed.".into(),
                ));
            }
            state.runs.push(*run);
        }
        Arrow::Resume { run, relieved, .. } => {
            let run = find(state, &run)?;
            run.interruptions += 1;
            for relief in relieved {
                run.people.insert(relief.place.clone(), relief.to.clone());
                run.relieved.push(relief);
            }
        }
        Arrow::Input {
            run, name, bytes, ..
        } => {
            let run = find(state, &run)?;
            if run.inputs.contains_key(&name) {
                return Err(Refusal::Usage(format!(
                    "The file {name} has come already, and the run goes on with that one. Nothing was changed."
                )));
            }
            run.inputs.insert(name, bytes);
        }
        Arrow::Unfit { run, name, .. } => {
            find(state, &run)?.inputs.remove(&name);
        }
        Arrow::Step { run, step, binds } => put(find(state, &run)?, *step, binds, effect)?,
        Arrow::Close { run, step, outcome } => {
            let run = find(state, &run)?;
            put(run, *step, Vec::new(), effect)?;
            run.outcome = Some(outcome);
            run.ended = Some(now);
            let id = run.id.clone();
            // Who held what stays known; the components themselves are wiped with the run.
            let of_run = |set: &&mut super::components::ComponentSet| set.run.as_ref() == Some(&id);
            for set in state.components.iter_mut().filter(of_run) {
                set.forget();
            }
        }
    }
    Ok(())
}

/// The run and the step that an arrow is about.
fn place(arrow: &Arrow) -> Option<(&String, &StepRecord)> {
    match arrow {
        Arrow::Step { run, step, .. } | Arrow::Close { run, step, .. } => Some((run, step)),
        _ => None,
    }
}

/// What was signed for a step of a script is done by that step of an open run of that script, and by nothing else; what
/// was signed outside is done outside. The signatures name script and step, and this holds the journal to it.
fn belongs(state: &State, pending: &Pending, arrow: Option<&Arrow>) -> Result<(), Refusal> {
    let same = match (&pending.origin, arrow.and_then(place)) {
        (None, None) => arrow.is_none(),
        (Some(origin), Some((run, step))) => state.runs.iter().any(|known| {
            known.id == *run
                && known.outcome.is_none()
                && known.script_sha256 == super::door::hex(&origin.script)
                && step.id == origin.step
        }),
        _ => false,
    };
    if same {
        return Ok(());
    }
    let signed_for = match &pending.origin {
        Some(origin) => format!("a ceremony (its step \"{}\")", origin.step),
        None => "no ceremony".to_owned(),
    };
    Err(Refusal::Approval(format!(
        "This request was signed for {signed_for}, and is done there alone. Nothing was done; it still stands. Go on \
         with that ceremony if it is open (c), or take the request off the table (F4) and ask again."
    )))
}

fn find<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Run, Refusal> {
    state
        .runs
        .iter_mut()
        .find(|run| run.id == id)
        .ok_or_else(|| {
            Refusal::Usage("There is no such run in this vault. Nothing was changed.".into())
        })
}

fn put(
    run: &mut Run,
    mut step: StepRecord,
    binds: Vec<(usize, String)>,
    effect: Option<Effect<'_>>,
) -> Result<(), Refusal> {
    if let Some(effect) = effect {
        let (action, responses, digest) = (effect.action, effect.responses, effect.digest);
        let evidence = effect.evidence;
        step.evidence = Some(evidence);
        step.request = Some(super::handover::aws_request(action).to_string());
        step.response = match responses {
            [] => effect.token.map(super::tr34_act::answer),
            [one] => Some(one.to_json().to_string()),
            several => {
                let all: Vec<_> = several.iter().map(Response::to_json).collect();
                Some(serde_json::Value::from(all).to_string())
            }
        };
        if let (Action::Control { request, .. }, [response]) = (action, responses) {
            let notes = super::transition::key_token_notes(request, response).into_iter();
            step.notes
                .extend(notes.map(|(name, text)| (name.to_owned(), text)));
        }
        step.digest = Some(digest.to_owned());
        if let Some(key) = responses.first().and_then(Response::key) {
            step.key = Some(key.key_arn.clone());
        }
        for (number, declared) in binds {
            if let Some(key) = responses.get(number).and_then(Response::key) {
                run.keys.insert(declared, key.key_arn.clone());
            }
        }
    }
    let place = run
        .steps
        .iter_mut()
        .find(|s| s.id == step.id)
        .ok_or_else(|| {
            Refusal::Usage("There is no such step in this run. Nothing was changed.".into())
        })?;
    *place = step;
    Ok(())
}
