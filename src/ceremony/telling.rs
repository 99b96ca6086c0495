//! What every front end says about a run: the heading of a question, what is read first, what is saved, how it ended.

use crate::api::KeyState;
use crate::session::field::Footing;
use crate::session::keyboard::HandOver;
use crate::session::span::clock;
use crate::session::{KeyRow, Run, RunOutcome, StepState, said, twin_told};
use crate::text::{say, tr};

use super::ask::{Anew, Ask, Showing};
use super::open_run::open_papers_line;
use super::ops_components;

impl Ask {
    /// The question's heading, with the person it is for.
    pub fn heading(&self) -> String {
        if self.person.is_empty() || self.title.contains(&self.person) {
            return self.title.clone();
        }
        format!("{}: {}", self.title, said::called(&self.role, &self.person))
    }

    /// The page between two people; `saved` says in a sentence what is saved.
    pub fn hand_over<'a>(&'a self, saved: &'a str) -> HandOver<'a> {
        HandOver {
            role: &self.role,
            person: &self.person,
            what: &self.title,
            saved,
        }
    }
}

impl Showing {
    /// What is saved, behind what just happened: between two people everybody sees how the last answer was taken.
    pub fn with_last(&self, saved: String) -> String {
        match &self.last {
            Some(last) if last.ends_with(['.', '!', '?', ':']) => format!("{last} {saved}"),
            Some(last) => format!("{last}. {saved}"),
            None => saved,
        }
    }

    /// What is read before answering, without why and clause, which stand apart.
    pub fn told(&self, ask: &Ask) -> Vec<String> {
        let mut lines: Vec<String> = ask
            .body
            .iter()
            .filter(|line| !self.why.contains(line))
            .cloned()
            .collect();
        lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }
}

/// What is saved at this moment, as the end of the line So far.
pub fn saved(showing: Option<&Showing>, rehearsal: bool) -> String {
    if let Some(stopping) = showing.filter(|s| s.stopping) {
        return if stopping.held.open.is_empty() {
            tr("the ceremony is stopped for good; what is left is to sign it")
        } else {
            tr("the ceremony is stopped for good; what is left: open papers into packages, then signatures")
        }
        .to_owned();
    }
    let what = match showing.map_or(0, |s| s.current) {
        0 => tr("no step is done yet").to_owned(),
        1 => tr("step 1 is done").to_owned(),
        n => say!("steps 1-{n} are done", n),
    };
    if let Some(part) = showing.and_then(|s| s.uncounted) {
        return say!(
            "{what}; a paper of component {part} does not count yet",
            what,
            part
        );
    }
    let wrote = showing.map(|s| s.held.wrote.join(", "));
    if let Some(names) = wrote.filter(|names| !names.is_empty()) {
        return say!(
            "{what}; words of {names} count only once this step is done",
            what,
            names
        );
    }
    let anew = showing.map_or(Anew::Nothing, |s| s.anew);
    if let (Some(words), false) = (given_anew(anew, showing), rehearsal) {
        return words;
    }
    if showing.is_none_or(|s| s.current == 0) && !rehearsal {
        return say!("{what}; that the ceremony was begun is saved", what);
    }
    if rehearsal {
        say!("{what}; the rehearsal waits where it is", what)
    } else {
        say!(
            "{what} and saved; power may fail here and nothing is lost",
            what
        )
    }
}

/// What is saved where something was given in the step at hand that is on no record yet.
fn given_anew(anew: Anew, showing: Option<&Showing>) -> Option<String> {
    let current = showing?.current;
    let n = current.saturating_add(1);
    let saved = match current {
        0 => tr("no step is done yet").to_owned(),
        1 => tr("step 1 is saved").to_owned(),
        done => say!("steps 1-{done} are saved", done),
    };
    match anew {
        Anew::Nothing => None,
        Anew::Typed => Some(say!(
            "{saved}; after a power cut step {n} is asked anew",
            saved,
            n
        )),
        Anew::Signed => Some(say!(
            "{saved}; after a power cut step {n} is signed anew",
            saved,
            n
        )),
        Anew::SignedOnly => Some(say!(
            "the answers of step {n} are saved; after a power cut it is signed anew",
            n
        )),
    }
}

/// What is said when an interrupted run is taken up: where it stands, what is saved, what had not happened, and who
/// has to be there again. Empty where nothing was interrupted.
pub fn came_back(showing: &Showing) -> Vec<String> {
    let (Some(people), Some(step)) = (&showing.came_back, showing.steps.get(showing.current))
    else {
        return Vec::new();
    };
    let (number, all) = (step.number, showing.steps.len());
    if showing.stopping {
        return stopped_before(showing, people);
    }
    let done = match step.state.as_str() {
        "executed" | "verified" | "witnessed" => say!(
            "Had not happened: the closing of step {number}, and every step after it. Its act is done and saved, once; \
             it is not done again.",
            number
        ),
        _ => say!(
            "Had not happened: what step {number} does, and every step after it. An act is saved whole or not at all; \
             signatures that were given for it and not used are asked again.",
            number
        ),
    };
    let paper = showing.uncounted.map(|part| {
        if showing.stays_good {
            return say!("Component {part} was being printed. Its paper is a part of the key: what became of it is asked next, and recorded.", part);
        }
        say!("Component {part} was being printed. Its paper counts for nothing: what became of it is asked next, and recorded.", part)
    });
    let mut told = vec![
        say!(
            "The power came back, or a pause is over: this ceremony goes on at step {number} of {all}, {title}.",
            number,
            all,
            title = step.title.trim_end_matches('.')
        ),
        match showing.current {
            0 => tr("Saved: that the ceremony was begun; no step is done yet.").to_owned(),
            1 => tr("Saved: step 1, with everything it made.").to_owned(),
            n => say!("Saved: steps 1-{n}, with everything they made.", n),
        },
        done,
        if showing.relieved {
            say!(
                "People now: {people}. Who has another's place is named below; is the other to go on, Esc, and open the vault with them.",
                people = people.join(", ")
            )
        } else {
            say!(
                "The same people? {people}. If one of them is missing, Esc pauses again and nothing is lost.",
                people = people.join(", ")
            )
        },
    ];
    let before_people = told.len().saturating_sub(1);
    let open = open_papers_line(&showing.held.open);
    let between = paper.into_iter().chain(showing.in_hands()).chain(open);
    let between = between.chain(goes_to(showing));
    told.splice(before_people..before_people, between);
    told.extend(showing.last.clone());
    told
}

/// Where the files of the run go: whoever takes it up may never have heard of the folder.
fn goes_to(showing: &Showing) -> Option<String> {
    let folder = showing.goes_to.as_ref()?;
    Some(say!(
        "Its files go to {folder}, as was asked for when it was played; its record and report do when it has ended.",
        folder = folder.display()
    ))
}

/// The same where the run was stopped for good, and only its record is left to sign.
fn stopped_before(showing: &Showing, people: &[String]) -> Vec<String> {
    let number = showing.current.saturating_add(1);
    let why = showing.stopped.clone().unwrap_or_default();
    let mut told = vec![
        say!("This ceremony was stopped for good at step {number}: {why}", number, why),
        tr("What is left: papers that lie open go into packages, and the record of the stop is signed. No other step is done.").to_owned(),
    ];
    told.extend(showing.in_hands());
    told.extend(goes_to(showing));
    told.extend(showing.last.clone());
    told.push(say!(
        "Needed for it: {people}. Esc leaves it as it stands; it stays stopped.",
        people = people.join(", ")
    ));
    told
}

/// The three lines of that page.
pub fn came_back_footing(showing: &Showing, rehearsal: bool) -> Footing {
    let number = showing.current.saturating_add(1);
    Footing {
        acts: if showing.relieved {
            tr("whoever leads the ceremony, once these people are here").into()
        } else {
            tr("whoever leads the ceremony, once the same people are here").into()
        },
        enter: if showing.stopping {
            tr("goes on with the stop: what is left of it is asked").into()
        } else {
            say!("goes on with step {number}", number)
        },
        so_far: saved(Some(showing), rehearsal),
    }
}

/// How a run ended, in a sentence; `run` tells what one holds then, `keys` what a stop leaves to do.
pub fn ended(
    outcome: Option<RunOutcome>,
    run: Option<&Run>,
    keys: &[KeyRow],
    rehearsal: bool,
) -> String {
    match outcome {
        Some(RunOutcome::Completed) => with_keys(done(run, rehearsal), run, keys),
        Some(RunOutcome::Exception) => {
            let words = tr("Ended with an exception. It is recorded and stands in the report.");
            with_keys(words.into(), run, keys)
        }
        Some(RunOutcome::Aborted) => stopped(run, keys),
        None => tr("The ceremony stands open and can be taken up again.").into(),
    }
}

/// With the check value of every key that the run made: whoever told it or heard it compares it here once more.
fn with_keys(mut told: String, run: Option<&Run>, keys: &[KeyRow]) -> String {
    let Some(run) = run else { return told };
    let made = |row: &&KeyRow| {
        let of_run = run.keys.values().any(|arn| *arn == row.key.key_arn);
        let lives = row.key.key_state == KeyState::CREATE_COMPLETE;
        of_run && lives && row.key.create_timestamp >= run.started
    };
    for row in keys.iter().filter(made) {
        let line = say!(
            "key     {label}, check value {kcv}",
            label = row.label,
            kcv = row.key.key_check_value
        );
        told = format!("{told}\n{line}");
        if let Some(twin) = twin_told(row) {
            told = format!("{told}\nNOTE    {twin}");
        }
    }
    for line in destroyed(run, keys) {
        told = format!("{told}\n{line}");
    }
    told
}

/// Keys of the run that were destroyed in it.
fn destroyed(run: &Run, keys: &[KeyRow]) -> Vec<String> {
    let of_run = run.keys.iter().filter_map(|(id, arn)| {
        let row = keys.iter().find(|row| row.key.key_arn == *arn)?;
        let gone = row.key.key_state == KeyState::DELETE_COMPLETE;
        let at = row
            .key
            .delete_timestamp
            .filter(|at| gone && *at >= run.started)?;
        let label = if row.label.is_empty() { id } else { &row.label };
        Some(say!(
            "key     {label}, destroyed {at}: its material is gone from this vault",
            label,
            at = clock(at)
        ))
    });
    of_run.collect()
}

/// That it was stopped, where and why, and what that leaves in people's hands.
fn stopped(run: Option<&Run>, keys: &[KeyRow]) -> String {
    let mut told =
        tr("Stopped for good. The record says so; what was done before stands.").to_owned();
    let Some(run) = run else { return told };
    let mut steps = (1..).zip(&run.steps);
    if let Some((number, step)) = steps.find(|(_, step)| step.state == StepState::Aborted) {
        let why = super::run::stop_reason(step);
        told = say!("{told} At step {number}: {why}", told, number, why);
    }
    let to_do = super::run::still_to_do(run, keys);
    for line in super::run::left_behind(run).into_iter().chain(to_do) {
        told = format!("{told}\n{line}");
    }
    told
}

fn done(run: Option<&Run>, rehearsal: bool) -> String {
    let files = match run.map_or(0, |run| handed_over(run).len()) {
        0 => tr("no file").to_owned(),
        1 => tr("1 file").to_owned(),
        n => say!("{n} files", n),
    };
    let hold = if rehearsal {
        tr("In a real ceremony you would now hold")
    } else {
        tr("You now hold")
    };
    let files = match packed(run).len() {
        0 => files,
        1 => say!("{files}, 1 sealed package", files),
        n => say!("{files}, {n} sealed packages", files, n),
    };
    say!("Done. {hold}: {files}, 1 report, 1 card.", hold, files)
}

/// Packages that papers of components were sealed in, each with who packed it.
fn packed(run: Option<&Run>) -> Vec<String> {
    let steps = || run.into_iter().flat_map(|run| run.steps.iter());
    let by_steps = steps()
        .filter(|step| step.op == ops_components::SEAL.name)
        .filter_map(|step| {
            let (serial, person) = (step.notes.get("serial")?, step.who.first()?);
            Some(format!("{serial} ({person})"))
        });
    by_steps
        .chain(steps().flat_map(super::run::packed_at_a_stop))
        .collect()
}

/// The files made for a counterparty, without the instructions beside them.
pub fn handed_over(run: &Run) -> Vec<String> {
    run.steps
        .iter()
        .flat_map(|s| s.files.keys().cloned())
        .filter(|name| !name.to_ascii_lowercase().ends_with(".txt"))
        .collect()
}

/// How what a run left is written later, as the front end calls the way there.
pub struct Ways<'w> {
    /// Its report.
    pub report: &'w str,
    /// Its files.
    pub files: &'w str,
}

/// File, report and card, a line each. Nothing is told as held that was not written: of a rehearsal it says what one
/// would hold. `folder`: where the run's files were written, report and record with them; else how they are.
pub fn holdings(
    run: Option<&Run>,
    (seq, words): (u64, &[String]),
    rehearsal: bool,
    folder: Result<&str, &Ways<'_>>,
) -> String {
    let mut files = run.map_or_else(Vec::new, handed_over);
    let mut beside: Vec<String> = run
        .into_iter()
        .flat_map(|r| r.steps.iter())
        .flat_map(|s| s.files.keys().cloned())
        .filter(|name| name.to_ascii_lowercase().ends_with(".txt"))
        .collect();
    // What several steps say stands in one NEXT.txt.
    beside.sort();
    beside.dedup();
    if files.is_empty() {
        files.push(if rehearsal {
            tr("none for others; ceremony.json is the record").to_owned()
        } else {
            tr("none for others; the vault keeps the record").to_owned()
        });
    }
    let next = match (beside.join(", "), folder) {
        (beside, _) if beside.is_empty() => String::new(),
        (beside, Ok(folder)) => say!("; in {folder} also {beside}", folder, beside),
        (beside, Err(_)) if rehearsal => say!(" (beside it {beside})", beside),
        (beside, Err(ways)) => say!(
            "; also {beside}: {way} writes them to a folder",
            beside,
            way = ways.files
        ),
    };
    let card = if rehearsal {
        tr("on the day the witness writes it down now")
    } else {
        tr("for the witness to write down now")
    };
    // In a vault that stays it is written where somebody asks for it, and not held before.
    let record = if rehearsal {
        tr("; ceremony.json, the same for programs")
    } else {
        ""
    };
    let report = match folder {
        Ok(folder) => say!("report.txt in {folder}", folder),
        Err(_) if rehearsal => tr("report.txt, where the files are written").to_owned(),
        Err(ways) => say!("in the vault; {way} writes it to a file", way = ways.report),
    };
    let told = say!(
        "file    {files}{next}\nreport  {report}: who did what, when, and who signed{record}\ncard    {card}: state of the vault, sequence {seq}, words {words}\n        held against the next opening it shows whether the vault is the newest",
        record,
        report,
        card,
        files = files.join(", "),
        next,
        seq,
        words = words.join(" ")
    );
    let packages = packed(run);
    if packages.is_empty() {
        return told;
    }
    let sealed = say!("sealed  {packages}", packages = packages.join(", "));
    format!("{told}\n{sealed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_as_held_that_was_not_written() {
        let ways = Ways {
            report: "This vault, Evidence,",
            files: "a command",
        };
        let words =
            |rehearsal| holdings(None, (7, &["aardvark".to_owned()]), rehearsal, Err(&ways));
        assert!(words(false).starts_with("file    none for others; the vault keeps the record\n"));
        assert!(!words(false).contains("ceremony.json"));
        // No report.txt lies anywhere before somebody has it written.
        assert!(!words(false).contains("report.txt"));
        // Each front end names its own way there.
        assert!(words(false).contains("in the vault; This vault, Evidence, writes it"));
        assert!(words(true).starts_with("file    none for others; ceremony.json is the record\n"));
        let written = holdings(None, (7, &[]), false, Ok("/media/out"));
        assert!(
            written.contains("\nreport  report.txt in /media/out: "),
            "{written}"
        );
        assert!(done(None, false).contains("no file, 1 report"));
    }

    #[test]
    fn a_sentence_that_just_happened_ends_before_the_next() {
        let showing = crate::ceremony::ask::tests::empty();
        let told = |last: &str| {
            let showing = Showing {
                last: Some(last.to_owned()),
                ..showing.clone()
            };
            showing.with_last("So far.".to_owned())
        };
        assert_eq!(told("Done: FORM KEY kek"), "Done: FORM KEY kek. So far.");
        assert_eq!(told("Ana signed."), "Ana signed. So far.");
    }
}
