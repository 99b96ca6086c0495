//! Writing what a run leaves: into one folder, under plain names, never over what somebody else put there.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::evidence::report::RunReport;
use crate::os::{FileError, OutputFolder};
use crate::session::{Profile, Run, Session};

use super::super::changing::gives_words;
use super::super::script::Script;
use super::super::{ops, ops_carry};
use super::bring::files_of;
use super::copies::{COPY, folder_of};
use super::{RunError, Runner, Stage, report, summary};

const SUMMARY: &str = "ceremony.json";
const REPORT: &str = "report.txt";
/// What to run on the other side, in order.
pub(super) const NEXT: &str = "NEXT.txt";

impl Runner {
    /// Writes every output file, `ceremony.json` and `report.txt` into an empty or own folder; of a run that is not over
    /// the files that it has made so far, because another side answers to them.
    ///
    /// # Errors
    /// The folder is neither empty nor this run's, or cannot be written.
    pub fn write_outputs(&self, session: &Session, folder: &Path) -> Result<Vec<String>, RunError> {
        let run = self.run(session);
        let copies = copies_of(&run);
        let earlier = !self.resumed && holds_earlier(folder, &run, &copies);
        if !earlier {
            let own = own_names(&self.script, session.profile());
            holds_only(folder, &copies, |name| {
                self.resumed && is_own(&self.script, &own, name)
            })?;
        }
        let script = self.outcome.map(|_| &self.script);
        write_all(session, &run, script, folder, self.resumed || earlier)
    }

    /// Whether what the run made so far goes out on this page, or should have: a step ahead waits for an answer to it.
    pub(super) fn hands_out(&self, session: &Session) -> bool {
        let speaks = self
            .step()
            .is_some_and(|step| step.op.name == ops::ATTEST_HASH.name);
        if !(speaks || self.stage == Stage::Bring) || self.outcome.is_some() {
            return false;
        }
        let run = self.run(session);
        let model = &self.script.model;
        let waits = |name: &String| {
            let comes = model.input(name).is_some_and(|input| input.during);
            comes && !run.inputs.contains_key(name)
        };
        let mut ahead = model.steps.iter().skip(self.at);
        // A token that is carried is loaded elsewhere before what it gave is compared.
        ahead
            .any(|step| step.op.name == ops_carry::COMPARE.name || files_of(step).iter().any(waits))
    }

    /// Whether a run may write into a folder: empty or absent, or, when it is taken up again, holding only names
    /// that the run writes. To be asked before the run begins, so that a refusal leaves everything as it was.
    ///
    /// # Errors
    /// What lies in the way.
    pub fn folder_fits(
        script: &Script,
        profile: Profile,
        folder: &Path,
        resume: bool,
    ) -> Result<(), RunError> {
        let own = own_names(script, profile);
        let steps = script.model.steps.iter();
        let copies = steps.filter(|step| resume && ops::copies(step.op.name));
        let copies: Vec<String> = copies.map(|step| folder_of(&step.id)).collect();
        holds_only(folder, &copies, |name| resume && is_own(script, &own, name))
    }
}

/// Writes the files of a run that a vault remembers into an empty or new folder, whenever it was: with report and
/// `ceremony.json` where its script is at hand.
///
/// # Errors
/// The vault knows no such run, or the folder is not empty or cannot be written.
pub fn write_run(session: &Session, run: &str, folder: &Path) -> Result<Vec<String>, RunError> {
    let view = session.view();
    let run = view.runs.iter().find(|known| known.id == run);
    let run = run.ok_or_else(|| {
        RunError::Output("There is no such run in this vault. Nothing was written.".into())
    })?;
    let script = super::super::evidence::script_of(run);
    let script = script.and_then(|bytes| Script::parse(&bytes).ok());
    holds_only(folder, &[], |_| false)?;
    write_all(session, run, script.as_ref(), folder, false)
}

/// Whether a script writes a file of this name.
fn is_own(script: &Script, own: &[String], name: &str) -> bool {
    own.iter().any(|own| own == name) || is_paper(script, name)
}

/// The folders of copies of the vault that a run made below its own.
fn copies_of(run: &Run) -> Vec<String> {
    let steps = run.steps.iter();
    let made = steps.filter(|record| record.notes.contains_key(COPY));
    made.map(|record| folder_of(&record.id)).collect()
}

/// Whether nothing lies in a folder but files of these names, and folders of copies.
fn holds_only(
    folder: &Path,
    copies: &[String],
    own: impl Fn(&str) -> bool,
) -> Result<(), RunError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot(folder, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| cannot(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type();
        let file = kind.as_ref().is_ok_and(fs::FileType::is_file);
        let copy = kind.is_ok_and(|kind| kind.is_dir()) && copies.contains(&name);
        if !(copy || file && own(&name)) {
            return Err(RunError::Output(format!(
                "{} is not empty: it holds {name}. Nothing was written, and nothing there was touched. Name an empty or \
                 a new folder.",
                folder.display()
            )));
        }
    }
    Ok(())
}

/// Whether a folder holds nothing but what this run wrote there before it was over. NEXT.txt grows meanwhile.
fn holds_earlier(folder: &Path, run: &Run, copies: &[String]) -> bool {
    let ours = written(run);
    let same = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str())?;
        if path.is_dir() && copies.iter().any(|copy| copy == name) {
            return Some(true);
        }
        let file = ours.iter().find(|file| file.name == name)?;
        let there = crate::os::read_limited(path, 1 << 20).ok()?;
        Some(file.bytes == *there || (name == NEXT && file.bytes.starts_with(&there)))
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    let mut any = false;
    for entry in entries {
        let ours = entry.is_ok_and(|entry| same(&entry.path()).unwrap_or_default());
        if !ours {
            return false;
        }
        any = true;
    }
    any
}

fn write_all(
    session: &Session,
    run: &Run,
    script: Option<&Script>,
    folder: &Path,
    replace: bool,
) -> Result<Vec<String>, RunError> {
    let mut files: BTreeMap<String, Vec<u8>> = written(run)
        .into_iter()
        .map(|file| (file.name, file.bytes))
        .collect();
    let mut names: Vec<String> = files.keys().cloned().collect();
    if let Some(script) = script {
        let summary = summary::json(run, &script.model, session)
            .map_err(|error| RunError::Output(error.to_string()))?;
        let report = report::text(run, script, session);
        // The summary last: who finds it finds the rest.
        names.extend([REPORT.to_owned(), SUMMARY.to_owned()]);
        files.insert(REPORT.to_owned(), report.into_bytes());
        files.insert(SUMMARY.to_owned(), summary);
    }
    crate::os::make_folder(folder, 0o777).map_err(|error| cannot(folder, &error))?;
    for name in &names {
        let bytes = files.get(name).map(Vec::as_slice).unwrap_or_default();
        write(&folder.join(name), bytes, replace)?;
    }
    sync(folder)?;
    Ok(names)
}

/// A file that a run writes.
pub(super) struct Written {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// The step that wrote it, the last one where several did.
    pub(super) step: String,
}

/// Every file of a run, in the order of steps: what several steps say about the other side stands in one NEXT.txt.
pub(super) fn written(run: &Run) -> Vec<Written> {
    let mut files = Vec::new();
    let mut next = Vec::new();
    let mut last = String::new();
    for step in &run.steps {
        for (name, bytes) in &step.files {
            if name == NEXT {
                next.push(String::from_utf8_lossy(bytes).into_owned());
                last.clone_from(&step.id);
                continue;
            }
            files.push(Written {
                name: name.clone(),
                bytes: bytes.clone(),
                step: step.id.clone(),
            });
        }
    }
    if !next.is_empty() {
        // By name it stands before the files of its step.
        let at = files.iter().position(|file| file.step == last);
        let at = at.unwrap_or(files.len());
        files.insert(
            at,
            Written {
                name: NEXT.to_owned(),
                bytes: joined(&next).into_bytes(),
                step: last,
            },
        );
    }
    files
}

/// Instructions one after the other, with a line between them.
pub(super) fn joined(sections: &[String]) -> String {
    let line = format!("\n{}\n\n", "=".repeat(72));
    sections.join(&line)
}

/// Names that a run of this script may write.
fn own_names(script: &Script, profile: Profile) -> Vec<String> {
    let outputs = script
        .model
        .doings()
        .filter_map(|doing| doing.field("output"));
    let marked = outputs.map(|name| crate::session::handing_out::marked_file_name(name, profile));
    marked
        .chain([SUMMARY, REPORT, NEXT].into_iter().map(str::to_owned))
        .collect()
}

/// Whether a file is a form or card of people whom a step of this script gives new words: their names are known only when
/// they have come.
fn is_paper(script: &Script, name: &str) -> bool {
    let mut steps = script.model.steps.iter();
    let text = Path::new(name).extension().is_some_and(|end| end == "txt");
    let of = |id: &str| {
        name.strip_prefix(id)
            .is_some_and(|rest| rest.starts_with('-'))
    };
    text && steps.any(|step| gives_words(step.op) && of(&step.id))
}

/// The report of a run of `script` as data; none where the vault knows no such run.
pub fn run_report(session: &Session, script: &Script, run: &str) -> Option<RunReport> {
    let view = session.view();
    let run = view.runs.iter().find(|r| r.id == run)?;
    Some(report::gather(run, script, session))
}

/// Writes one file, durable before it is reported. A resumed run replaces its own partial file.
fn write(path: &Path, bytes: &[u8], replace: bool) -> Result<(), RunError> {
    if replace && path.exists() {
        fs::remove_file(path).map_err(|error| cannot(path, &error))?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| cannot(path, &error))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|error| cannot(path, &error))?;
    drop(file);
    // What is carried away is what the medium gives back.
    let (folder, name) = (path.parent(), path.file_name().and_then(|n| n.to_str()));
    let (Some(folder), Some(name)) = (folder, name) else {
        return Ok(());
    };
    OutputFolder::open(folder)
        .and_then(|out| out.reads_back(name, bytes))
        .map_err(|error| {
            if matches!(error, FileError::Differs { .. }) {
                // Nobody may carry it away by mistake; that it is gone, the sentence says.
                let _ = fs::remove_file(path);
            }
            RunError::Output(error.to_string())
        })
}

fn sync(folder: &Path) -> Result<(), RunError> {
    fs::File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(|error| cannot(folder, &error))
}

fn cannot(path: &Path, error: &std::io::Error) -> RunError {
    RunError::Output(format!(
        "{} cannot be written ({error}). The vault holds the whole run: make room and write \
         it again into a new folder: at Home, o Evidence, x; at a shell, with --resume.",
        path.display()
    ))
}
