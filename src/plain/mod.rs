//! The workstation in lines, for screen readers and serial consoles: numbered choices, one prompt a line, no redraw,
//! no colour. The three lines (who acts, what Enter does, what has happened so far) stand just above every prompt.
//!
//! It asks what the screens ask, from the same declarations, and holds no business rule.

mod act;
#[cfg(test)]
mod asked_again_tests;
#[cfg(test)]
mod astray_tests;
mod attesting;
#[cfg(test)]
mod back_tests;
mod beginning;
mod beside;
mod carrying_out;
mod change;
#[cfg(test)]
mod change_tests;
mod choices;
mod closing;
mod comparing;
#[cfg(test)]
mod comparing_tests;
#[cfg(test)]
mod device_tests;
mod dialogue;
mod draft;
mod evidence;
mod exchanged;
mod file_says;
mod filling;
#[cfg(test)]
mod filling_tests;
mod founding;
#[cfg(test)]
mod founding_tests;
mod hand_over;
mod hints;
mod home;
mod keys;
mod line;
mod lock;
#[cfg(test)]
mod lock_tests;
mod masked;
mod menu;
#[cfg(test)]
mod menu_tests;
mod opening;
mod question;
#[cfg(test)]
mod reader_tests;
mod recorded;
mod refusing;
mod restoring;
mod run;
#[cfg(test)]
mod run_tests;
mod signing;
mod stopped;
#[cfg(test)]
mod tests;
mod told_to_end;
mod waiting;
mod words;

use std::path::{Path, PathBuf};

use crate::api::Timestamp;
use crate::ceremony::{Again, Play, PlayedIn, RunError, Script, Start, Wanted, open_run};
use crate::session::asked::{ELSEWHERE, VAULT_FOLDER};
use crate::session::founding::Given;
use crate::session::guide::Entry;
use crate::session::{Environment, Profile, Refusal, RunOutcome, Session, practice};
use crate::text::{say, tr};
use crate::vault::{MemoryStore, is_copy, vaults_in};

use act::Acts;
use closing::close_vault;
use dialogue::{Dialogue, Heard, Question, footing};
use home::Home;
use line::{Gone, Line, Terminal};
use run::{End, play};

/// What looks at the machine: label, verdict and line of each finding.
pub type Doctor = fn() -> Vec<(String, String, String)>;

/// What a file says, judged at a time; the reason where it is nothing known.
pub type Explain = fn(&[u8], Timestamp) -> Result<String, String>;

/// What the front end is lent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lent {
    /// Looks at the machine.
    pub doctor: Option<Doctor>,
    /// Explains a file.
    pub explain: Option<Explain>,
    /// Where green rehearsals are noted.
    pub notes: Option<Notes>,
}

/// Says where green rehearsals are noted on this workstation.
pub type Notes = fn() -> Option<PathBuf>;

/// Talks at the terminal until the person leaves; returns the process's exit status.
pub fn run(start: Start, lent: Lent) -> u8 {
    told_to_end::watch();
    begin(start, lent, &mut Terminal::default())
}

/// The same with whoever is at the other end of the lines.
fn begin(start: Start, lent: Lent, line: &mut dyn Line) -> u8 {
    let mut talk = Dialogue::new(line);
    talk.say(tr("keymoot in lines. The word help works at every prompt."));
    // Until what was to be made or played is done, leaving is no success.
    let unfinished = !matches!(start, Start::Welcome { .. });
    let done = match start {
        Start::Welcome {
            folder,
            vault: None,
        } => welcome(&mut talk, &folder, lent).map(|()| true),
        Start::Welcome {
            vault: Some(vault), ..
        } => workstation(&mut talk, &vault, lent),
        Start::Init { given } => make(&mut talk, given, lent),
        Start::Play(play) => ceremony(&mut talk, *play, lent),
    };
    match done {
        Ok(done) => u8::from(!done),
        Err(Gone::Interrupted) => {
            talk.say(tr(
                "Ended with Ctrl-C. What was being answered was not taken.",
            ));
            told_to_end::BY_CTRL_C
        }
        Err(Gone::End | Gone::Aside(_)) => u8::from(unfinished),
    }
}

/// The way that leads from a copy to a vault.
const COPY: &str = "copy";

/// The ways to begin, the safest first.
fn ways(vaults: &[PathBuf]) -> Vec<Entry> {
    let mut entries = vec![Entry::new(
        "rehearse",
        tr("Rehearse a ceremony"),
        tr("you play all the people; nothing is kept"),
    )];
    entries.extend(vaults.iter().map(|dir| {
        let name = dir.file_name().map_or_else(
            || dir.display().to_string(),
            |n| n.to_string_lossy().into_owned(),
        );
        if is_copy(dir) {
            return Entry::new(
                COPY,
                &say!("Return to the copy {name}", name),
                tr("A backup, never opened: it becomes a vault again, in another folder."),
            );
        }
        Entry::new(
            "",
            &say!("Open {name}", name),
            tr("its custodians enter their passphrases"),
        )
    }));
    entries.push(Entry::new(
        "open",
        tr(ELSEWHERE),
        tr("one that is not in this list; its folder is asked for"),
    ));
    entries.push(Entry::new(
        "create",
        tr("Create a vault"),
        tr("needs its custodians here, 20 min"),
    ));
    entries.push(Entry::new(
        "restore",
        tr("Return to a copy"),
        tr("the stick with the vault is broken or lost"),
    ));
    entries.push(Entry::new(
        "doctor",
        tr("Is this machine fit?"),
        tr("network, swap, core dumps, clock"),
    ));
    entries.push(Entry::new("leave", tr("Leave keymoot"), ""));
    entries
}

fn welcome(talk: &mut Dialogue<'_>, folder: &Path, lent: Lent) -> Result<(), Gone> {
    loop {
        let vaults = vaults_in(folder);
        let entries = ways(&vaults);
        talk.heading(tr(
            "A few people meet to make, move and destroy payment keys; no one can do it alone.",
        ));
        let question = Question::new(footing(
            tr("you, whoever you are: nothing here is dangerous"),
            tr("begins what the number names"),
            tr("nothing has happened; no vault is open"),
        ))
        .explained(&["Never seen it before? Take 1. A rehearsal asks the same questions as the real thing, shows a practice answer to each, and keeps nothing."]);
        let at = match talk.choose(&question, tr("Number"), &entries)? {
            Heard::Given(at) => at,
            Heard::Said(_) => continue,
        };
        let folder = vaults.get(at.saturating_sub(1)).map(PathBuf::as_path);
        match entries.get(at).map(|e| e.id.as_str()) {
            Some("rehearse") => rehearse(talk, lent)?,
            Some(COPY) => {
                restoring::restore(talk, lent.explain, folder)?;
            }
            Some("open") => elsewhere(talk, lent)?,
            Some("create") => {
                make(talk, Given::at(Path::new("")), lent)?;
            }
            Some("restore") => {
                restoring::restore(talk, lent.explain, None)?;
            }
            Some("doctor") => examine(talk, lent),
            Some("leave") => return Ok(()),
            _ => {
                if let Some(dir) = folder {
                    workstation(talk, dir, lent)?;
                }
            }
        }
    }
}

/// A vault that is not in the list, or a copy; back leads to the list.
fn elsewhere(talk: &mut Dialogue<'_>, lent: Lent) -> Result<(), Gone> {
    let question = Question::new(footing(
        tr("you, whoever you are: nothing here is dangerous"),
        tr("looks into this folder; back goes to the ways to begin"),
        tr("nothing has happened; no vault is open"),
    ));
    loop {
        let Some(named) = beside::plain(talk, &question, VAULT_FOLDER)? else {
            return Ok(());
        };
        let folder = Path::new(named.trim());
        if is_copy(folder) {
            return restoring::restore(talk, lent.explain, Some(folder)).map(|_| ());
        }
        if folder.join(crate::vault::CUSTODY).is_file() {
            return workstation(talk, folder, lent).map(|_| ());
        }
        talk.stop(&say!(
            "{folder}: no vault is here. Nothing was opened. Name the folder that custody.toml lies in.",
            folder = folder.display()
        ));
    }
}

/// Makes a vault and works in it until it is closed; whether it was made.
fn make(talk: &mut Dialogue<'_>, given: Given, lent: Lent) -> Result<bool, Gone> {
    match founding::found(talk, given)? {
        Some(session) => stay(talk, session, lent).map(|()| true),
        None => Ok(false),
    }
}

fn examine(talk: &mut Dialogue<'_>, lent: Lent) {
    for (label, verdict, line) in lent.doctor.map_or_else(Vec::new, |look| look()) {
        talk.say(&format!("{verdict}: {label}: {line}"));
    }
}

fn rehearse(talk: &mut Dialogue<'_>, lent: Lent) -> Result<(), Gone> {
    let Some(script) = home::pick(talk, &|_| home::Noted::Nothing, tr(home::BEGINS))? else {
        return Ok(());
    };
    let place = PlayedIn::Rehearse {
        seed: None,
        clock: None,
    };
    let wanted = Wanted {
        rehearsal_note: lent.notes.and_then(|notes| notes()),
        ..Wanted::default()
    };
    begin_run(talk, script, place, wanted, &Again::default()).map(|_| ())
}

fn ceremony(talk: &mut Dialogue<'_>, play: Play, lent: Lent) -> Result<bool, Gone> {
    match Script::parse(&play.script) {
        Ok(script) => {
            let wanted = Wanted {
                inputs: play.inputs,
                resume: play.resume,
                people: play.people,
                recorded: false,
                real_others: play.real,
                rehearsal_note: play.note.or_else(|| lent.notes?()),
                copies_to: None,
                out: play.out,
                clock: play.place.goes_on_to(),
            };
            begin_run(talk, script, play.place, wanted, &play.again)
        }
        Err(findings) => {
            for finding in findings {
                talk.stop(&say!(
                    "line {line}: {path}: {message} Nothing was begun.",
                    line = finding.line,
                    path = finding.path,
                    message = finding.message
                ));
            }
            Ok(false)
        }
    }
}

/// Plays a script in its own vault; whether it was completed.
fn begin_run(
    talk: &mut Dialogue<'_>,
    script: Script,
    place: PlayedIn,
    wanted: Wanted,
    again: &Again,
) -> Result<bool, Gone> {
    let opened = match place {
        PlayedIn::Rehearse { seed, clock } => {
            practised(&script, seed, clock, wanted.inputs.is_empty()).map(Some)
        }
        PlayedIn::Vault { dir, unlock, .. } => opening::open(talk, &dir, unlock.as_deref())?,
    };
    let mut session = match opened {
        Ok(Some(session)) => session,
        Ok(None) => {
            talk.say(tr("The vault was not opened. Nothing was begun."));
            return Ok(false);
        }
        Err(refusal) => {
            talk.stop(&refusal.to_string());
            return Ok(false);
        }
    };
    talk.guard();
    let end = with_people(talk, &mut session, script, wanted);
    talk.unguard();
    let completed = match &end {
        Ok(Ok(End::Ended(RunOutcome::Completed))) => true,
        Ok(Ok(End::Left)) => {
            if session.profile() == Profile::Rehearsal && !session.lasts() {
                talk.say(tr("Left. This was a rehearsal: it is gone."));
            }
            false
        }
        Ok(Err(error)) => {
            talk.stop(&error.to_string());
            false
        }
        Err(Gone::Interrupted) if session.profile() == Profile::Rehearsal && !session.lasts() => {
            talk.say(tr("Left. This was a rehearsal: it is gone."));
            false
        }
        Ok(Ok(End::Ended(_))) | Err(_) => false,
    };
    // The one that was played, or another that stood open already: the command is of that one.
    let open = Some(session.view()).filter(|view| view.kept);
    if let Some(open) = open.and_then(|view| open_run(&view)) {
        talk.say(&open.left(&again.command(&open, None)));
    }
    close_vault(talk, session);
    end.map(|_| completed)
}

/// Plays it once it is known who leaves, which is asked in a vault that stays; a run that stands open has its people.
fn with_people(
    talk: &mut Dialogue<'_>,
    session: &mut Session,
    script: Script,
    mut wanted: Wanted,
) -> Result<Result<End, RunError>, Gone> {
    let view = session.view();
    let begins = view.kept && !wanted.resume && !script.stands_open(&view);
    let asked = begins && {
        lock::over(talk, session, |talk, _| {
            beginning::asked_who_leaves(talk, &view, &script, &mut wanted.people)
        })?
    };
    if begins && !asked {
        talk.say(tr("Nothing was begun."));
        return Ok(Ok(End::Left));
    }
    play(talk, session, script, wanted)
}

/// A throw-away vault. The script's seed counts only when every input is the script's own.
fn practised(
    script: &Script,
    seed: Option<String>,
    clock: Option<Timestamp>,
    own: bool,
) -> Result<Session, Refusal> {
    let (own_seed, own_clock) = script.rehearsal();
    let environment = match seed.or(own_seed.filter(|_| own)) {
        Some(seed) => Environment::seeded(&seed)?,
        None => Environment::real(None),
    };
    let store = Box::new(MemoryStore::new());
    let size = script.practice_size();
    let created = practice::vault_of(store, size, environment, clock.or(own_clock), false)?;
    Ok(created.session)
}

/// An open vault until it is closed; whether it was opened at all.
fn workstation(talk: &mut Dialogue<'_>, dir: &Path, lent: Lent) -> Result<bool, Gone> {
    match opening::open(talk, dir, None)? {
        Ok(Some(session)) => stay(talk, session, lent).map(|()| true),
        Ok(None) => {
            talk.say(tr("The vault was not opened; nothing in it was changed."));
            Ok(true)
        }
        Err(refusal) => {
            talk.stop(&refusal.to_string());
            Ok(false)
        }
    }
}

/// Works in an open vault until it is closed.
fn stay(talk: &mut Dialogue<'_>, mut session: Session, lent: Lent) -> Result<(), Gone> {
    talk.guard();
    let stayed = Home {
        talk,
        session: &mut session,
        acts: Acts::default(),
        explain: lent.explain,
        notes: lent.notes,
    }
    .stay();
    talk.unguard();
    close_vault(talk, session);
    stayed
}
