//! Beginning a run, or taking up an interrupted one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use crate::api::Timestamp;
use crate::session::run::GOES_TO;
use crate::session::{Arrow, Command, Profile, Run, Session, StepRecord, StepState, View};
use crate::text::say;

use super::super::begins::{COPY_IT, not_for_production};
use super::super::enough;
use super::super::model::{KeyDeclaration, Person};
use super::super::rehearsed;
use super::super::script::Script;
use super::super::seats;
use super::arrival::Arrival;
use super::empty_run::empty_run;
use super::{RunError, Runner, Stage, Wanted, anew, bind, existing, inputs, newcomers};

impl Runner {
    /// Begins or resumes a run; the journal holds it before this returns.
    ///
    /// # Errors
    /// CannotBegin with nothing changed, or what the door refused.
    pub fn begin(session: &mut Session, script: Script, wanted: Wanted) -> Result<Self, RunError> {
        Self::begun(session, script, wanted, false)
    }

    fn begun(
        session: &mut Session,
        script: Script,
        wanted: Wanted,
        attended: bool,
    ) -> Result<Self, RunError> {
        fits(&script, session)?;
        super::machine::is_recorded(&script, session.profile(), wanted.recorded)?;
        if wanted.resume {
            return resume(session, script, &wanted, attended);
        }
        no_other_open(&session.view())?;
        let passed = clock_goes_on(session, wanted.clock)?;
        let view = session.view();
        if let Some(why) = script.would_destroy(&view, wanted.real_others) {
            return Err(RunError::CannotBegin(format!(
                "`{}` cannot be practised in this vault now: {why}. Nothing was begun.",
                script.id()
            )));
        }
        let (people, joining) = at_their_places(&script, &view, &wanted.people, attended)?;
        let rehearsed = gate(&script, session, wanted.rehearsal_note.as_deref())?;
        let asks = attended && inputs::asked_for(session.profile(), wanted.real_others);
        let files = inputs::at_its_beginning(&script, wanted.inputs, session.profile(), asks)?;
        let mut run = Run {
            people: people.clone(),
            inputs: files,
            real_others: wanted.real_others,
            ..empty_run(&script, session)
        };
        let (keys, practice) = existing::find(&script, session, &run)?;
        run.keys = keys;
        let stand_in = bind::by_practice(&script.model, &view, &people);
        let network = super::machine::network(session.profile());
        let out = named(session, wanted.out.as_deref());
        let notes = [
            (GOES_TO, &out),
            (crate::session::run::REHEARSED, &rehearsed),
            (existing::PRACTICE_KEYS, &practice),
            (bind::PRACTICE_PEOPLE, &stand_in),
            (crate::session::run::NETWORK, &network),
        ];
        note_with_the_first(&mut run, notes);
        if let Some(first) = run.steps.first_mut() {
            first.notes.extend(newcomers::notes(joining));
        }
        let mut runner = Runner::standing(script, run.id.clone(), people);
        runner.judge_given(session, &run.inputs, "Nothing was begun.")?;
        if inputs::asked_for(session.profile(), run.real_others) {
            runner.hold_back(&mut run.inputs);
        }
        session.perform(Command::Journal(Arrow::Begin(Box::new(run))))?;
        runner.attended = attended;
        runner.rehearsal_note = wanted.rehearsal_note;
        runner.copies_to = wanted.copies_to;
        runner.passed = passed;
        runner.last = rehearsed
            .map(|told| format!("This script was {told}."))
            .or_else(|| on_practice(practice, stand_in))
            .or_else(|| only_practised(&runner.script, session).filter(|_| attended));
        runner.go_on(session)?;
        Ok(runner)
    }

    /// The same for people in the room: a run of this very script that stands open in the vault is taken up, whether or
    /// not anybody said so. They are told where it stands and asked whether the same people are here. Where
    /// an unlock file signs for them, each act waits for their Enter, and a phrase is typed.
    ///
    /// # Errors
    /// Those of [`Runner::begin`].
    pub fn begin_or_go_on(
        session: &mut Session,
        script: Script,
        mut wanted: Wanted,
    ) -> Result<Self, RunError> {
        wanted.resume |= script.stands_open(&session.view());
        Self::begun(session, script, wanted, true)
    }

    fn standing(script: Script, run: String, people: BTreeMap<String, String>) -> Self {
        Self {
            script,
            run,
            at: 0,
            stage: Stage::Ended,
            turns: VecDeque::new(),
            signers: VecDeque::new(),
            papers: VecDeque::new(),
            read: None,
            aside: None,
            before: None,
            stopped_by: None,
            left: false,
            awaited: VecDeque::new(),
            tried: BTreeMap::new(),
            given: BTreeMap::new(),
            unfit: None,
            texts: BTreeMap::new(),
            drawn: None,
            at_printer: false,
            practised: super::super::Practised::default(),
            typed_by: None,
            watches_asked: false,
            action: None,
            preview: None,
            pending: None,
            changing: None,
            told: Vec::new(),
            last: None,
            outcome: None,
            armed: false,
            turns_known: false,
            passed: None,
            failure: None,
            arrival: None,
            people,
            rehearsal_note: None,
            noted: None,
            copies_to: None,
            resumed: false,
            came_back: false,
            arrows: Vec::new(),
            arrows_left: None,
            faults_on: false,
            faults_played: BTreeSet::new(),
            killed: false,
            attended: false,
            refused_field: None,
        }
    }
}

/// Places and who has them, by name.
type Places = BTreeMap<String, String>;

/// Who has which place, and who joins by a practice answer that is not the script's; nobody is kept out, and enough may sign.
fn at_their_places(
    script: &Script,
    view: &View,
    wanted: &BTreeMap<String, String>,
    attended: bool,
) -> Result<(Places, Places), RunError> {
    let people = bind::people(&script.model, view, wanted)?;
    if let Some(why) = seats::judged(&script.model, view, &people) {
        return Err(RunError::CannotBegin(format!(
            "{} Nothing was begun.",
            why.foretold()
        )));
    }
    enough_sign(script, view, &people)?;
    let joining = newcomers::joining(&script.model, view, wanted, attended)?;
    Ok((people, joining))
}

/// Notes of the first step: what is known when the run begins.
fn note_with_the_first(run: &mut Run, notes: [(&str, &Option<String>); 5]) {
    if let Some(first) = run.steps.first_mut() {
        let told = |(name, text): (&str, &Option<String>)| Some((name.to_owned(), text.clone()?));
        first.notes.extend(notes.into_iter().filter_map(told));
    }
}

/// What stands in for keys and people of the real vault, as people read it before the first step.
fn on_practice(keys: Option<String>, people: Option<String>) -> Option<String> {
    let keys = keys.map(|made| existing::told(&made));
    let people = people.map(|names| bind::told(&names));
    let told: Vec<String> = people.into_iter().chain(keys).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

/// Another day of a rehearsal: the vault's own clock goes on, and does not go back. What is told of it.
fn clock_goes_on(session: &mut Session, to: Option<Timestamp>) -> Result<Option<String>, RunError> {
    let Some(to) = to else { return Ok(None) };
    let before = session.go_on_to(to)?;
    Ok(before.map(|before| {
        say!(
            "PRACTICE: this vault's clock went on from {before} to {now}, and does not go back.",
            before = before.rfc3339(),
            now = session.now().rfc3339()
        )
    }))
}

/// What whoever rehearses a script hears that no production vault begins: nobody learns that only on the day.
fn only_practised(script: &Script, session: &Session) -> Option<String> {
    let rehearses = session.profile() == Profile::Rehearsal && !session.lasts();
    rehearses.then(|| not_for_production(script)).flatten()
}

/// One run stands open at a time.
fn no_other_open(view: &View) -> Result<(), RunError> {
    let Some(open) = view.runs.iter().find(|run| run.outcome.is_none()) else {
        return Ok(());
    };
    Err(RunError::CannotBegin(format!(
        "A run of `{}` stands open in this vault since {}. Nothing was begun. Go on with it first: at the screens Home \
         shows it, at a shell keymoot play --resume does; there Esc can also stop it for good.",
        open.script,
        open.started.rfc3339()
    )))
}

/// Whether the script may run in this vault at all.
fn fits(script: &Script, session: &Session) -> Result<(), RunError> {
    let errors: Vec<_> = script
        .lint()
        .into_iter()
        .filter(super::super::Finding::is_error)
        .collect();
    if let Some(first) = errors.first() {
        let (rule, line, message) = (&first.rule, first.line, &first.message);
        let found = match errors.len() {
            1 => format!("an error in this script, in line {line} ({rule})"),
            n => format!("{n} errors in this script; the first, in line {line} ({rule})"),
        };
        return Err(RunError::CannotBegin(format!(
            "The linter finds {found}: {message} Nothing was begun. keymoot lint tells all of it."
        )));
    }
    let profile = session.profile();
    if !script.profiles().contains(&profile) {
        let names: Vec<_> = script.profiles().iter().map(|p| p.name()).collect();
        return Err(RunError::CannotBegin(format!(
            "This script is for {}, and this is a {} vault. Nothing was begun. {COPY_IT}",
            names.join(" and "),
            profile.name()
        )));
    }
    rules_of_the_day(script, session)?;
    super::machine::fits(script, profile)?;
    let makes = script.model.makes_keys();
    if profile == Profile::Production && makes && !session.view().software_generation {
        return Err(RunError::CannotBegin(
            "This script makes a key, and this production vault may not make keys in software: a laptop is not a \
             secure cryptographic device (PCI PIN 5-1). Nothing was begun."
                .into(),
        ));
    }
    Ok(())
}

/// Every act of the script can be signed by as many as this vault demands.
fn enough_sign(
    script: &Script,
    view: &View,
    people: &BTreeMap<String, String>,
) -> Result<(), RunError> {
    let short = enough::judged(&script.model, view, people);
    if short.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = short.iter().map(enough::Short::told).collect();
    Err(RunError::CannotBegin(format!(
        "{} Nothing was begun.",
        told.join(" ")
    )))
}

/// What a production run shows and records about the rehearsal before it.
fn gate(
    script: &Script,
    session: &Session,
    notes: Option<&std::path::Path>,
) -> Result<Option<String>, RunError> {
    if session.profile() != Profile::Production {
        return Ok(None);
    }
    let age = rehearsed::max_age(script);
    rehearsed::find(notes, &script.sha256_hex(), session.wall_time(), age)
        .map(|note| Some(note.told()))
        .map_err(RunError::NotRehearsed)
}

/// Classes of keys and forms of custodians, judged by this vault and its clock.
fn rules_of_the_day(script: &Script, session: &Session) -> Result<(), RunError> {
    let profile = session.profile();
    let other = |key: &&KeyDeclaration| key.class.is_some_and(|class| class != profile);
    if let Some(key) = script.model.keys.iter().find(other) {
        return Err(RunError::CannotBegin(format!(
            "The script declares `{}` a {} key, and this is a {} vault: one never enters the other (PCI PIN 19-4). \
             Nothing was begun.",
            key.id,
            key.class.map_or("", Profile::name),
            profile.name()
        )));
    }
    let runs = session.view().runs;
    let before = runs.iter().filter(|run| run.script == script.id());
    let highest = before.filter_map(|run| run.nonce).max();
    if let (Some((_, nonce)), Some(highest), Profile::Production) =
        (&script.model.nonce, highest, profile)
        && *nonce <= highest
    {
        return Err(RunError::CannotBegin(format!(
            "The script's nonce is {nonce}, and `{}` has been run here with {highest}: this is an older paper, or one              played already. Nothing was begun. Take the script of today, or give it a higher nonce and have it agreed anew.",
            script.id()
        )));
    }
    let now = session.now();
    let over = |person: &&Person| person.form_until.is_some_and(|end| now >= end);
    if let Some(person) = script.model.places().find(over) {
        return Err(RunError::CannotBegin(format!(
            "{} of `{}` is over, by this vault's clock ({}). Nothing was begun. Have a new form signed and write its \
             last day into the script, or let another person take the place.",
            person.form.as_deref().unwrap_or("The form"),
            person.id,
            now.rfc3339()
        )));
    }
    Ok(())
}

fn resume(
    session: &mut Session,
    script: Script,
    wanted: &Wanted,
    attended: bool,
) -> Result<Runner, RunError> {
    let Some(run) = session.last_run(&script.sha256_hex()) else {
        return Err(RunError::CannotBegin(
            "No run of this script was begun in this vault, so there is none to take up. Nothing was begun.".into(),
        ));
    };
    let real = inputs::asked_for(session.profile(), run.real_others);
    for (name, bytes) in &wanted.inputs {
        let comes = script
            .model
            .input(name)
            .is_some_and(|input| input.during || real);
        let came = run.inputs.get(name);
        let open = run.outcome.is_none() && comes;
        let fits = match came {
            Some(came) => came == bytes || open && anew::untouched(&script, &run, name),
            None => comes,
        };
        if !fits {
            let since = if open {
                "A step has used or compared it since, and the run goes on with that one."
            } else {
                "It goes on with that one."
            };
            return Err(RunError::CannotBegin(format!(
                "The run was begun with another file `{name}`. {since} Nothing was changed. Leave --input {name} away, or \
                 begin a new run."
            )));
        }
    }
    let mut runner = Runner::standing(script, run.id.clone(), run.people.clone());
    runner.resumed = true;
    runner.attended = attended;
    runner.rehearsal_note.clone_from(&wanted.rehearsal_note);
    runner.copies_to.clone_from(&wanted.copies_to);
    runner.know_newcomers(&run);
    if let Some(outcome) = run.outcome {
        // It has ended: nothing is changed, and its outputs can be written again.
        runner.outcome = Some(outcome);
        runner.at = runner.script.model.steps.len().saturating_sub(1);
        return Ok(runner);
    }
    runner.passed = clock_goes_on(session, wanted.clock)?;
    let come = wanted.inputs.iter();
    let come = come.filter(|(name, bytes)| run.inputs.get(*name) != Some(*bytes));
    let come = come.map(|(name, bytes)| (name.clone(), bytes.clone()));
    // By what the run gave out so far, too.
    runner.at = at_hand(&run);
    runner.judge_given(session, &come.collect(), "Nothing was changed.")?;
    let relieved = runner.relieved(&run, session, &wanted.people)?;
    runner.arrival = Some(Box::new(Arrival::new(relieved, wanted)));
    if attended && runner.asks_who_is_here(session) {
        return Ok(runner);
    }
    runner.without_asking(session);
    runner.arrive(session)?;
    runner.go_on(session)?;
    runner.came_back = true;
    Ok(runner)
}

/// Where a run stands: at the first step that is not over. An exception that is not signed by all is not.
fn at_hand(run: &Run) -> usize {
    let over = |step: &StepRecord| match step.state {
        StepState::Closed => true,
        StepState::Exception => step.ended.is_some(),
        _ => false,
    };
    let open = run.steps.iter().position(|step| !over(step));
    open.unwrap_or_else(|| run.steps.len().saturating_sub(1))
}

/// A folder for the record of a vault that stays: whole, whichever folder somebody goes on from.
fn named(session: &Session, out: Option<&Path>) -> Option<String> {
    let out = out.filter(|_| session.lasts())?;
    let whole = std::path::absolute(out).ok()?;
    whole.to_str().map(str::to_owned)
}

impl Runner {
    /// The folder that was named for what the run leaves, by this command or by the one that began it.
    pub fn goes_to(&self, session: &Session) -> Option<PathBuf> {
        let run = self.run(session);
        let folder = run.steps.first()?.notes.get(GOES_TO)?;
        Some(PathBuf::from(folder))
    }

    /// Whoever takes the run up may name another folder.
    pub(super) fn goes_elsewhere(
        &mut self,
        session: &mut Session,
        out: Option<&Path>,
    ) -> Result<(), RunError> {
        let Some(folder) = named(session, out) else {
            return Ok(());
        };
        let known = self.goes_to(session);
        let first = self.run(session).steps.into_iter().next();
        let Some(mut step) = first.filter(|_| known != Some(PathBuf::from(&folder))) else {
            return Ok(());
        };
        step.notes.insert(GOES_TO.to_owned(), folder);
        self.keep_record(session, step)
    }
}
