//! The desk's work on acts: look, ask, sign, search for primes, execute, hand over. It keeps what each asked act is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::desk::read_envelope;
use super::message::{News, Order};
use super::receiver::Receiver;
use super::returning::Returning;
use super::screens::root::{RootFile, fetched_by};
use crate::ceremony;
pub(crate) use crate::ceremony::PRACTICE_FILE;
use crate::ceremony::{Answer, ChangeTalk};
use crate::crypto::SecretBytes;
use crate::os::write_new_file;
use crate::session::build::{self, Answers};
use crate::session::envelopes;
pub(crate) use crate::session::handing_out::NEXT;
use crate::session::handing_out::has_place;
use crate::session::handover::{self, Handover};
use crate::session::op::IMPORT_ROOT;
use crate::session::op_custody::RESTORE;
use crate::session::pasted::Pasted;
use crate::session::{
    Action, Changing, Command, Executed, KeySource, Outcome, Refusal, Session, Stop,
};
use crate::text::{say, tr};

/// An act as a wizard hands it over.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The act's name.
    pub(crate) op: &'static str,
    /// Answers to its fields.
    pub(crate) answers: Answers,
    /// For exports: the folder its files go to.
    pub(crate) out: Option<PathBuf>,
}

/// Where a signature comes from.
pub(crate) enum Signing {
    /// A key held for the session: nobody types.
    Held,
    /// The envelope in the vault's folder, and its passphrase.
    Passphrase(SecretBytes),
    /// An envelope on the person's own medium, and its passphrase.
    Medium(PathBuf, SecretBytes),
}

impl Signing {
    /// Reads the envelope of this person where it lies on a medium.
    pub(crate) fn source(self, person: &str, session: &Session) -> Result<KeySource, Refusal> {
        Ok(match self {
            Self::Held => KeySource::Held,
            Self::Passphrase(passphrase) => KeySource::Passphrase(passphrase),
            Self::Medium(path, passphrase) => {
                let whose = (person, "approval");
                let armored = read_envelope(&path, whose, &session.sets_of(person))?;
                KeySource::Envelope(armored, passphrase)
            }
        })
    }
}

/// What became of an export's files.
#[derive(Debug, Clone)]
pub(crate) struct HandedOver {
    /// The act.
    pub(crate) executed: Executed,
    /// The request file's name.
    pub(crate) file: String,
    /// The request file's bytes.
    pub(crate) bytes: Arc<Vec<u8>>,
    /// SHA-256 of the request file, lower-case hex.
    pub(crate) sha256: String,
    /// Where the files lie, or why they could not be written.
    pub(crate) written: Result<PathBuf, String>,
}

struct Asked {
    action: Action,
    out: Option<PathBuf>,
}

/// Acts that were asked here, and the last export whose files are not yet written.
#[derive(Default)]
pub(crate) struct Acts {
    /// A change of people or shares that people carry out.
    change: Option<ChangeTalk>,
    /// What was pasted where a file is asked for.
    pub(super) pasted: Pasted,
    asked: BTreeMap<[u8; 32], Asked>,
    last: Option<(Handover, Executed)>,
    /// A return to a copy under way: nothing else is done then.
    pub(crate) returning: Option<Returning>,
}

impl Acts {
    /// Reads what somebody named: a text that was pasted, a file; in a rehearsal also a sample from inside the binary.
    pub(super) fn read(&self, session: &Session, path: &Path) -> Result<Arc<Vec<u8>>, Refusal> {
        match self.pasted.of(path) {
            Some(bytes) => Ok(bytes),
            None => ceremony::named_file(session.profile(), path).map(Arc::new),
        }
    }

    /// What was pasted stands in an answer by its name: the answer is the text itself.
    pub(super) fn whole(&self, answer: Answer) -> Answer {
        let Answer::Text(name) = &answer else {
            return answer;
        };
        match self.pasted.of(Path::new(name)) {
            Some(bytes) => Answer::Text(String::from_utf8_lossy(&bytes).into_owned()),
            None => answer,
        }
    }

    /// Reads several, each for one field of an act.
    fn files(
        &self,
        session: &Session,
        paths: Vec<(String, PathBuf)>,
    ) -> Result<Vec<(String, Vec<u8>)>, Refusal> {
        let read =
            |(field, path): (String, PathBuf)| Ok((field, self.read(session, &path)?.to_vec()));
        paths.into_iter().map(read).collect()
    }

    /// Does one order about acts.
    pub(crate) fn work(&mut self, session: &mut Session, order: Order) -> Result<News, Refusal> {
        match order {
            Order::Preview(draft) => preview(session, &draft),
            Order::Ask {
                draft,
                issuer,
                signing,
            } => self.ask(session, *draft, issuer, signing),
            Order::Approve {
                id,
                person,
                signing,
            } => {
                let key = signing.source(&person, session)?;
                done(session.perform(Command::Approve { id, person, key })?)
            }
            Order::Execute { id, cancel } => self.execute(session, id, cancel),
            order @ (Order::ChangeTurn(_) | Order::GoOnWithReshare | Order::LeaveChange { .. }) => {
                self.changes(session, order)
            }
            Order::Papers(folder) => {
                envelopes::write_papers(session, &folder)?;
                Ok(News::Saved(folder))
            }
            Order::Card(folder) => Ok(News::Saved(envelopes::write_card(session, &folder)?)),
            Order::Perform(command) => done(session.perform(*command)?),
            Order::Inspect(path) => {
                let bytes = self.read(session, &path)?;
                receiver(session, path, bytes)
            }
            Order::InspectAgain { path, bytes } => receiver(session, path, bytes),
            Order::ReadFiles(paths) => Ok(News::FilesRead(self.files(session, paths)?)),
            Order::Above(op, paths) => self.looked(session, op, paths),
            Order::ReadRoot(path) => {
                let bytes = self.read(session, &path)?;
                read_root(session, bytes)
            }
            Order::Pasted(bytes) => {
                self.pasted.keep(bytes);
                Ok(News::Kept)
            }
            Order::Receipt(path) => {
                let answer = self.read(session, &path)?.to_vec();
                done(session.perform(Command::Receipt { answer })?)
            }
            Order::Save { path, bytes } => save(&path, &bytes),
            Order::HandOver(folder) => self.hand_over(session, &folder),
            Order::WriteUnwritten { sha256, folder } => write_kept(session, &sha256, folder),
            _ => Err(Refusal::Usage(
                tr("This is no act. Nothing was changed.").into(),
            )),
        }
    }

    fn ask(
        &mut self,
        session: &mut Session,
        draft: Draft,
        issuer: String,
        signing: Signing,
    ) -> Result<News, Refusal> {
        let action = match &self.returning {
            Some(returning) if draft.op == RESTORE.name => returning.action(session)?,
            _ => build::action(session, draft.op, &draft.answers)?,
        };
        let key = signing.source(&issuer, session)?;
        let command = Command::Ask {
            action: action.clone(),
            issuer,
            origin: None,
            key,
        };
        let outcome = session.perform(command)?;
        if let Outcome::Asked(pending) = &outcome {
            session.describe(&pending.id, draft.op, &draft.answers);
            self.asked.insert(
                pending.id,
                Asked {
                    action,
                    out: draft.out,
                },
            );
        }
        done(outcome)
    }

    fn execute(
        &mut self,
        session: &mut Session,
        id: [u8; 32],
        stop: Stop,
    ) -> Result<News, Refusal> {
        if let Some(Asked {
            action: Action::Backup { .. },
            out: Some(folder),
        }) = self.asked.get(&id)
        {
            let folder = folder.clone();
            let copy = session.backup(&id, &folder)?;
            self.asked.remove(&id);
            return Ok(News::Copied(Box::new(copy), folder));
        }
        if let Some(returning) = &self.returning {
            return returning.done(session, &id);
        }
        if let Some(changing) = session.begin_change(&id)? {
            self.asked.remove(&id);
            return self.change(session, changing);
        }
        session.stoppable(stop);
        if let Some(asked) = self.asked.get(&id) {
            session.search_ahead(&asked.action)?;
        }
        let executed = match session.perform(Command::Execute {
            id,
            prepared: None,
            arrow: None,
        })? {
            Outcome::Executed(executed) => executed,
            other => return done(other),
        };
        let asked = self.asked.remove(&id);
        if let Some(Asked {
            action,
            out: Some(folder),
        }) = asked
        {
            let handover = handover::of(session, &action, &executed)?;
            let news = written(session, &handover, &executed, &folder);
            self.last = Some((handover, executed));
            return Ok(News::HandedOver(Box::new(news)));
        }
        done(Outcome::Executed(executed))
    }

    /// Whether the files of an act are what their fields ask for, which root stands above them, and which came in before.
    fn looked(
        &self,
        session: &Session,
        op: &'static str,
        paths: Vec<(String, PathBuf)>,
    ) -> Result<News, Refusal> {
        let files: BTreeMap<_, _> = self.files(session, paths)?.into_iter().collect();
        for (field, bytes) in &files {
            session.file_fits(op, field, bytes)?;
        }
        let known = files
            .iter()
            .filter_map(|(field, bytes)| session.came_before(op, field, bytes));
        Ok(News::Above(session.above(op, &files), known.collect()))
    }

    /// One order about a change of people or shares under way.
    fn changes(&mut self, session: &mut Session, order: Order) -> Result<News, Refusal> {
        match order {
            Order::ChangeTurn(answers) => self.change_turn(session, answers),
            Order::GoOnWithReshare => match session.reshare_left_open()? {
                Some(changing) => self.change(session, changing),
                None => Err(Refusal::Usage(
                    tr("No reshare stands open in this vault. Nothing was changed.").into(),
                )),
            },
            Order::LeaveChange { hide: true } => match &mut self.change {
                Some(talk) => {
                    talk.hide();
                    turn(talk, session, (None, None))
                }
                None => Ok(News::Locked),
            },
            _ => {
                // Given up is given up: nobody finds the request signed and waiting, and does it with one key.
                if let Some(talk) = self.change.take() {
                    talk.over().give_up(session)?;
                }
                Ok(News::Locked)
            }
        }
    }

    /// A fully signed change of people or shares: whoever has the first turn is called.
    fn change(&mut self, session: &mut Session, mut changing: Changing) -> Result<News, Refusal> {
        if session.automatic() {
            changing.by_practice(session)?;
        }
        self.change = Some(ChangeTalk::new(changing));
        self.next_turn(session, (None, None))
    }

    fn change_turn(
        &mut self,
        session: &mut Session,
        answers: Vec<crate::ceremony::Answer>,
    ) -> Result<News, Refusal> {
        let talk = self.change.as_mut().ok_or_else(|| {
            Refusal::Usage(tr("No change of people is under way. Nothing was changed.").into())
        })?;
        let told = match talk.answer(session, answers) {
            Ok(said) => (None, Some(said).filter(|said| !said.is_empty())),
            Err(again) => (Some(again), None),
        };
        self.next_turn(session, told)
    }

    fn next_turn(&mut self, session: &mut Session, told: Told) -> Result<News, Refusal> {
        if let Some(talk) = &mut self.change
            && talk.next(session)?
        {
            return turn(talk, session, told);
        }
        let Some(talk) = self.change.take() else {
            return Ok(News::Locked);
        };
        let changed = session.finish_change(talk.over())?;
        Ok(News::Changed(Box::new(changed)))
    }

    fn hand_over(&mut self, session: &mut Session, folder: &Path) -> Result<News, Refusal> {
        let Some((handover, executed)) = &self.last else {
            return Err(Refusal::Usage(
                tr("There are no files to write. Nothing was changed.").into(),
            ));
        };
        let news = written(session, handover, executed, folder);
        Ok(News::HandedOver(Box::new(news)))
    }
}

/// Whose turn it is.
/// Why the same is asked again, or what came of the answer before.
type Told = (Option<String>, Option<String>);

fn turn(talk: &ChangeTalk, session: &Session, (again, said): Told) -> Result<News, Refusal> {
    let ask = talk.ask(session).ok_or_else(|| {
        Refusal::Usage(tr("Nobody's turn is left. The people of now stay.").into())
    })?;
    let ask = Box::new(ask);
    Ok(News::Change { ask, again, said })
}

#[allow(clippy::unnecessary_wraps)] // the last step of several that can be refused
fn done(outcome: Outcome) -> Result<News, Refusal> {
    Ok(News::Done(Box::new(outcome)))
}

/// What the door would say, and what the service would be asked; files must have a free place first.
fn preview(session: &Session, draft: &Draft) -> Result<News, Refusal> {
    let action = build::action(session, draft.op, &draft.answers)?;
    if let (Some(folder), Some(file)) = (&draft.out, action.file()) {
        has_place(folder, file)?;
    }
    if let (Some(folder), Action::Backup { .. }) = (&draft.out, &action) {
        session.copy_place_fits(folder)?;
    }
    let pending = session.preview(&action)?;
    let request = serde_json::to_string_pretty(&handover::aws_request(&action)).unwrap_or_default();
    Ok(News::Preview { pending, request })
}

/// Writes an export's two files, and says what became of them.
fn written(
    session: &mut Session,
    handover: &Handover,
    executed: &Executed,
    folder: &Path,
) -> HandedOver {
    let written = handover.write(folder);
    if written.is_ok() {
        // Where the vault cannot note it, the file stays due: written twice it is the same.
        let _ = session.is_written(&handover.sha256());
    }
    HandedOver {
        executed: executed.clone(),
        file: handover.file.clone(),
        bytes: Arc::new(handover.request.clone()),
        sha256: handover.sha256(),
        written: written.map(|()| folder.to_owned()),
    }
}

fn receiver(session: &Session, path: PathBuf, bytes: Arc<Vec<u8>>) -> Result<News, Refusal> {
    let read = Receiver::read(session, path, bytes)?;
    Ok(News::Receiver(Box::new(read)))
}

/// A page with one file calls it so.
pub(super) fn of_this_file(refusal: Refusal) -> Refusal {
    match build::about_field(&refusal.to_string()) {
        Some((_, rest)) => Refusal::Usage(say!("This file {rest}", rest)),
        None => refusal,
    }
}

fn read_root(session: &Session, bytes: Arc<Vec<u8>>) -> Result<News, Refusal> {
    let root = session.their_root(&bytes).map_err(of_this_file)?;
    let known = session.came_before(IMPORT_ROOT.name, "file", &bytes);
    Ok(News::Root(Box::new(RootFile {
        known,
        commands: fetched_by(&bytes),
        bytes,
        root,
    })))
}

/// Writes what an act made and no medium has.
fn write_kept(session: &mut Session, sha256: &str, folder: PathBuf) -> Result<News, Refusal> {
    let file = session.write_unwritten(sha256, &folder)?;
    let files = vec![file, NEXT.to_owned()];
    Ok(News::Written { folder, files })
}

fn save(path: &Path, bytes: &[u8]) -> Result<News, Refusal> {
    write_new_file(path, bytes)
        .map(News::Saved)
        .map_err(|e| Refusal::Usage(e.to_string()))
}
