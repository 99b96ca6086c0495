//! `keymoot play`: a ceremony on screen, or headless from the script's own answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::ceremony::{self, Noted, Play, Runner, Script, Showing, Start, Stopped, Wanted};
use crate::session::{Profile, RunOutcome, Session, View};

mod again;
mod clock;
mod list;
mod people;
mod refused;
mod said;

use super::sessions::{self, Place, Practice};
use super::status::{Answer, Failure, Status};
use super::{Filmed, Look, Next, lint, streams, unlock_file};
use clock::{ahead, moved};
use said::{failure, left, told, word};

/// Play a ceremony script: in the terminal, or headless
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("ceremony").args(["script", "resume"]).multiple(true))]
#[command(after_help = "\
Without --vault it rehearses in a throw-away vault with sample people; nothing is kept but what --out names.
Without a script it lists those that ship with keymoot, or takes up the run that stands open (--resume).

Example:
  keymoot play kek-to-aws-rsa.toml
  keymoot play kek-to-aws-rsa.toml --headless --input counterparty=p.json --out out")]
pub(super) struct PlayArgs {
    /// A script file, or the name of one that ships with keymoot
    script: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    /// Answer from the script's own rehearsal section; nobody is asked
    #[arg(long, requires = "ceremony")]
    headless: bool,
    /// Write every output, ceremony.json and report.txt here (empty or absent)
    #[arg(long, value_name = "DIR", requires = "ceremony")]
    out: Option<PathBuf>,
    /// Give the script's file input NAME this file
    #[arg(long, value_name = "NAME=PATH", value_parser = input, requires = "ceremony")]
    input: Vec<(String, PathBuf)>,
    /// Write the evidence of a headless ceremony into this new file (see `keymoot bundle` for others)
    #[arg(long, value_name = "F", requires = "headless")]
    bundle: Option<PathBuf>,
    /// Take up the run that was interrupted in this vault; a script of your own is named again
    #[arg(long, requires = "vault")]
    resume: bool,
    /// The other side is real: nobody stands in for it, and the run waits for its files (in a test vault)
    #[arg(long, requires = "ceremony", requires = "vault")]
    real: bool,
    /// NAME has PLACE, where the script lets anybody have it; with --resume from here on
    #[arg(long, value_name = "PLACE=NAME", value_parser = people::person, requires = "vault")]
    person: Vec<(String, String)>,
    /// Note a green rehearsal in F, or look for it there, instead of the workstation's state folder
    #[arg(long, value_name = "F", requires = "ceremony")]
    rehearsal_note: Option<PathBuf>,
    #[command(flatten)]
    look: Look,
}

/// Where green rehearsals are noted on this workstation.
pub fn rehearsal_notes() -> Option<PathBuf> {
    crate::os::state_folder().map(|folder| ceremony::note_file(&folder))
}

/// `NAME=PATH` of a file input.
pub(super) fn input(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(path)))
        }
        _ => Err("wants NAME=PATH, for example counterparty=p.json".to_owned()),
    }
}

impl PlayArgs {
    pub(super) fn run(self) -> Answer<Next> {
        let (path, known) = match (&self.script, self.standing()?) {
            (Some(path), _) => (path.clone(), None),
            (None, Stopped::Ships(name, bytes)) => (PathBuf::from(name), Some(bytes)),
            (None, Stopped::Other) => return self.opened_for_it(),
            (None, Stopped::None) => {
                list()?;
                return Ok(Next::Exit(Status::Done));
            }
        };
        self.played(&path, known)
    }

    /// Plays the script of this name; its bytes, where it ships and nobody named it.
    fn played(self, path: &Path, known: Option<&'static [u8]>) -> Answer<Next> {
        if !self.headless && !streams::screen_is_there() {
            return Err(Failure::person_needed(
                "a ceremony is played by people at a terminal, and there is none here. Nothing was begun.",
            )
            .hint(format!(
                "`keymoot play {} --headless` answers from the script's own rehearsal section",
                path.display()
            )));
        }
        self.place.check()?;
        let bytes = match known {
            Some(bytes) => zeroize::Zeroizing::new(bytes.to_vec()),
            None => lint::read(path)?,
        };
        let script = lint::parsed(path, &bytes)?;
        self.can_be_asked_for(&script)?;
        let given = self.inputs(&script)?;
        self.out_is_free()?;
        let folder = path.parent().filter(|_| path.exists());
        let profile = self.profile()?;
        let own = given.is_empty();
        let asks = !self.headless && ceremony::asked_for(profile, self.real);
        let (inputs, own) = if self.resume || asks {
            (given, own)
        } else {
            ceremony::resolve_inputs(&script, given, folder, profile).map_err(failure)?
        };
        let practice = self.practice(&script, own, profile)?;
        if self.headless {
            let session = match &self.place.vault {
                None => sessions::rehearsal(&practice, script.practice_size())?,
                Some(dir) => sessions::open(dir, self.place.unlock_file.as_deref(), &practice)?,
            };
            return self.alone(bytes.to_vec(), session, inputs);
        }
        let note = self.note_file();
        let people = self.people();
        let again = self.again(path, &script);
        let play = Play {
            script: bytes.to_vec(),
            place: self.stage(profile, practice)?,
            inputs,
            out: self.out,
            resume: self.resume,
            people,
            real: self.real,
            note,
            again,
        };
        Ok(self.look.begins(Start::Play(Box::new(play))))
    }

    /// The script whose run stands open, where it is taken up and was not named.
    fn standing(&self) -> Answer<Stopped> {
        let Some(dir) = self.place.vault.as_ref().filter(|_| self.resume) else {
            return Ok(Stopped::None);
        };
        if self.script.is_some() {
            return Ok(Stopped::None);
        }
        super::vault::public_part(dir)?;
        match ceremony::stopped(dir) {
            Stopped::None => Err(Failure::usage(format!(
                "no ceremony stands open in {}, as far as its log tells. Nothing was begun.",
                dir.display()
            ))
            .hint("`keymoot play SCRIPT --vault DIR` begins one; a script of your own is named with --resume too")),
            known => Ok(known),
        }
    }

    /// A script that is no file, or that somebody has as a file: the open vault knows which, and offers to go on.
    fn opened_for_it(self) -> Answer<Next> {
        if self.headless || !streams::screen_is_there() {
            return Err(Failure::usage(
                "the script whose run stands open does not ship with keymoot. Nothing was begun.",
            )
            .hint("name its file: `keymoot play FILE --resume --vault DIR`"));
        }
        self.place.check()?;
        let vault = self.place.vault;
        Ok(self.look.begins(Start::Welcome {
            folder: PathBuf::from("."),
            vault,
        }))
    }

    /// Where green rehearsals are noted.
    fn note_file(&self) -> Option<PathBuf> {
        self.rehearsal_note.clone().or_else(rehearsal_notes)
    }

    /// The vault for the screen, which opens it itself.
    fn stage(&self, profile: Profile, practice: Practice) -> Answer<ceremony::PlayedIn> {
        let Some(dir) = &self.place.vault else {
            return Ok(ceremony::PlayedIn::Rehearse {
                seed: practice.seed,
                clock: practice.clock,
            });
        };
        let unlock = match &self.place.unlock_file {
            None => None,
            Some(file) => {
                unlock_file::allowed_in(profile)?;
                sessions::not_superseded(dir, file)?;
                Some(unlock_file::read(file)?.to_vec())
            }
        };
        Ok(ceremony::PlayedIn::Vault {
            dir: dir.clone(),
            unlock,
            clock: self.place.clock,
        })
    }

    /// File inputs, each read once into memory.
    fn inputs(&self, script: &Script) -> Answer<BTreeMap<String, Vec<u8>>> {
        let declared = script.inputs();
        let mut inputs = BTreeMap::new();
        for (name, path) in &self.input {
            if !declared.iter().any(|(known, _)| known == name) {
                let known: Vec<_> = declared.iter().map(|(n, _)| n.as_str()).collect();
                return Err(Failure::usage(format!(
                    "this script declares no file input {name:?}. Nothing was begun."
                ))
                .hint(format!("it declares: {}", known.join(", "))));
            }
            let bytes = streams::read(path, streams::INPUT_LIMIT)?.to_vec();
            if inputs.insert(name.clone(), bytes).is_some() {
                return Err(Failure::usage(format!(
                    "--input {name} is given twice. Nothing was begun."
                )));
            }
        }
        Ok(inputs)
    }

    /// Refuses a folder that holds something before anything begins; whose files they are, the runner judges.
    fn out_is_free(&self) -> Answer<()> {
        let Some(out) = &self.out else { return Ok(()) };
        if self.resume {
            return Ok(());
        }
        match std::fs::read_dir(out) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(Failure::failed(format!(
                "{}: {e}. Nothing was begun.",
                out.display()
            ))),
            Ok(mut names) => match names.next() {
                None => Ok(()),
                Some(_) => Err(Failure::failed(format!(
                    "{}: not empty, and outputs never mix with other files. Nothing was begun.",
                    out.display()
                ))
                .hint("name a folder that is empty or does not exist")),
            },
        }
    }

    /// What the vault is for that the ceremony is played in.
    fn profile(&self) -> Answer<Profile> {
        match &self.place.vault {
            None => Ok(Profile::Rehearsal),
            Some(dir) => super::vault::public_part(dir).map(|part| part.profile),
        }
    }

    /// Seed and clock. In a rehearsal, where the command line tells none, the script's: its seed counts only when
    /// every input is the script's own. Other vaults read neither.
    fn practice(&self, script: &Script, own: bool, profile: Profile) -> Answer<Practice> {
        let told = self.place.practice();
        told.allowed_in(profile)?;
        let (seed, clock) = script.rehearsal();
        if profile == Profile::Rehearsal {
            return Ok(Practice {
                seed: told.seed.or(seed.filter(|_| own)),
                clock: told.clock.or(clock),
            });
        }
        Ok(told)
    }

    fn alone(
        &self,
        script: Vec<u8>,
        mut session: Session,
        inputs: BTreeMap<String, Vec<u8>>,
    ) -> Answer<Next> {
        let (title, runner, file) = match self.begun(&script, &mut session, inputs) {
            Ok(begun) => begun,
            Err(refused) => {
                // Nothing was begun, and nothing was cut off: what was opened for it is closed as ever. Why it was not
                // begun matters more than a medium that takes no line now; the next opening tells of that.
                let _ = session.close();
                return Err(refused);
            }
        };
        let (seed, clock) = runner.script().rehearsal();
        if session.profile() != Profile::Rehearsal && (seed.is_some() || clock.is_some()) {
            streams::note(
                "keymoot: the script's seed, clock and faults are for rehearsals; this vault does not read them.",
            );
        }
        let out = self.out.clone().or_else(|| runner.goes_to(&session));
        let run = HeadlessRun {
            title,
            runner,
            session,
            out,
            script,
            bundle: self.bundle.clone(),
            recording: self.look.record.clone(),
            vault: self.place.vault.clone(),
        };
        match file {
            Some(file) => Ok(Next::Film(Box::new(Filmed { file, run }))),
            None => run.end(None).map(Next::Exit),
        }
    }

    /// The title, the run that has begun, and the file that takes its recording.
    fn begun(
        &self,
        script: &[u8],
        session: &mut Session,
        inputs: BTreeMap<String, Vec<u8>>,
    ) -> Answer<(String, Runner, Option<std::fs::File>)> {
        let parsed = Script::parse(script).map_err(|_| Failure::failed("the script changed."))?;
        Runner::needs_nobody(session, &parsed, self.resume, self.out.is_some()).map_err(failure)?;
        // Before anything begins: a recording that cannot be written is no reason to stop halfway.
        let record = self.look.record.as_deref();
        let file = record
            .map(crate::os::new_file)
            .transpose()
            .map_err(|e| Failure::failed(format!("{e} Nothing was begun.")))?;
        let title = parsed.title().to_owned();
        let wanted = Wanted {
            inputs,
            resume: self.resume,
            people: self.people(),
            recorded: file.is_some(),
            real_others: self.real,
            rehearsal_note: self.note_file(),
            copies_to: self.out.clone(),
            out: self.out.clone(),
            clock: self.place.goes_on_to(),
        };
        let runner = match Runner::begin(session, parsed, wanted) {
            Ok(runner) => runner,
            Err(error) => return Err(self.not_begun(error, script, session)),
        };
        Ok((title, runner, file))
    }
}

/// A headless ceremony that has begun.
pub struct HeadlessRun {
    title: String,
    runner: Runner,
    session: Session,
    out: Option<PathBuf>,
    script: Vec<u8>,
    bundle: Option<PathBuf>,
    recording: Option<PathBuf>,
    vault: Option<PathBuf>,
}

impl HeadlessRun {
    /// The script's title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Plays it to its end; `watch` is shown every question before it is answered, and the end.
    pub fn play(self, mut watch: impl FnMut(View, Showing)) -> Status {
        self.end(Some(&mut watch)).unwrap_or_else(|failure| {
            streams::complain(&failure);
            failure.status
        })
    }

    fn end(self, watch: Option<&mut dyn FnMut(View, Showing)>) -> Answer<Status> {
        let Self {
            title,
            mut runner,
            mut session,
            out,
            script,
            bundle,
            recording,
            vault,
        } = self;
        let ahead = ahead(&session);
        let profile = session.profile().name();
        let ended = match watch {
            None => runner.headless(&mut session),
            Some(watch) => runner.headless_watched(&mut session, &mut |runner, session| {
                watch(session.view(), runner.showing(session));
            }),
        };
        if let Some(failed @ Noted::Failed(_)) = runner.showing(&session).noted {
            streams::note(&format!("keymoot: {title}: {}", failed.told()));
        }
        // Outputs are written whatever happened: ceremony.json tells where it stopped.
        let written = write(out.as_deref(), &runner, &session);
        let bundled = match &bundle {
            None => Ok(()),
            Some(path) => bundled(&mut session, &script, recording.as_deref(), path),
        };
        moved(&session, ahead);
        // What stands open is not written yet.
        let wrote = written.as_ref().is_ok_and(|written| !written.is_empty());
        let folder = out.as_deref().filter(|_| wrote);
        let left = left(&ended, &runner, &session, (vault.as_deref(), folder));
        let closed = sessions::close(session);
        let status = match ended {
            Ok(RunOutcome::Completed) => Status::Done,
            Ok(outcome) => {
                streams::note(&format!("keymoot: {title}: ended as {}.", word(outcome)));
                Status::Failed
            }
            Err(error) => {
                let failure = failure(error);
                streams::complain(&failure);
                failure.status
            }
        };
        if let Some(left) = left {
            streams::note(&format!("keymoot: {left}"));
        }
        let written = written?;
        bundled?;
        closed?;
        if status == Status::Done {
            let written = told(out.as_deref(), &written, bundle.as_deref());
            streams::note(&format!(
                "keymoot: {title}: completed, {profile}. {written}"
            ));
        }
        Ok(status)
    }
}

/// Writes the bundle of the last run of a script.
fn bundled(
    session: &mut Session,
    bytes: &[u8],
    recording: Option<&Path>,
    path: &Path,
) -> Answer<()> {
    let script = lint::parsed(path, bytes)?;
    let recording = match recording {
        None => None,
        Some(file) => Some(streams::read(file, super::bundle::MAX_RECORDING)?.to_vec()),
    };
    let run = session.last_run(&script.sha256_hex()).map(|run| run.id);
    let run = run.unwrap_or_default();
    let bundle = ceremony::bundle(session, bytes, &run, recording, Vec::new())?;
    super::bundle::write(path, &bundle)
}

/// Writes the files where a folder was named; their names.
fn write(out: Option<&Path>, runner: &Runner, session: &Session) -> Answer<Vec<String>> {
    match out {
        Some(out) => runner.write_outputs(session, out).map_err(failure),
        None => Ok(Vec::new()),
    }
}

pub(super) fn list() -> Answer<()> {
    let there = std::io::IsTerminal::is_terminal(&std::io::stdout());
    streams::print(&list::listed(there.then_some(79)))?;
    if there {
        streams::note(
            "\n`keymoot play NAME` rehearses one; `keymoot brief NAME` prints the page that people need before it.",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::input;

    #[test]
    fn inputs_are_name_and_path() {
        assert_eq!(input("a=b=c").unwrap(), ("a".into(), "b=c".into()));
        for bad in ["", "a", "=b", "a="] {
            assert!(input(bad).is_err(), "{bad}");
        }
    }
}
