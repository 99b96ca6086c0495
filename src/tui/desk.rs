//! The desk: the one thread that owns the session. It takes orders, does them, and says what came of it.

mod aside;
mod founded;
mod running;
mod scripts;
mod verifying;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::sync::mpsc::UnboundedSender;
use zeroize::Zeroizing;

use super::acts::{Acts, Signing};
use super::message::{Msg, News, Order};
use super::returning::{Returning, answered_wrong};
use super::world::vault_name;
use super::{Doctor, Explain, browse};
pub(crate) use crate::ceremony::read_envelope;
use crate::ceremony::{Play, PlayedIn, Rehearsals, Runner, Script, Wanted, note_file};
use crate::session::returning::Return;
use crate::session::{
    Environment, Opening, Profile, Refusal, Session, View, envelopes, founding, practice,
};
use crate::text::{say, tr};
use crate::vault::{FolderStore, MemoryStore, Store};

/// Starts the desk; it ends when the sender is dropped.
pub(crate) fn start(
    out: UnboundedSender<Msg>,
    state_folder: Option<PathBuf>,
    recorded: bool,
    (doctor, explain): (Option<Doctor>, Option<Explain>),
) -> Sender<Order> {
    let (orders, inbox) = channel();
    std::thread::spawn(move || {
        let last_word = LastWord(out.clone());
        let mut desk = Desk {
            session: None,
            aside: None,
            opening: None,
            runner: None,
            acts: Acts::default(),
            state_folder,
            recorded,
            doctor,
            explain,
        };
        desk.work_through(&inbox, &out);
        drop(desk);
        drop(last_word);
    });
    orders
}

/// Tells the app that the desk is gone, even when it panicked.
struct LastWord(UnboundedSender<Msg>);

impl Drop for LastWord {
    fn drop(&mut self) {
        // Nobody listening any more is the usual end.
        let _ = self.0.send(Msg::DeskGone);
    }
}

/// The thread's own state.
pub(crate) struct Desk {
    session: Option<Session>,
    /// The vault that was open when a copy was opened to be returned to: it waits, and is closed once the copy is a vault.
    aside: Option<Session>,
    opening: Option<Opening>,
    runner: Option<Runner>,
    acts: Acts,
    state_folder: Option<PathBuf>,
    /// Whether the screens are recorded.
    recorded: bool,
    doctor: Option<Doctor>,
    explain: Option<Explain>,
}

impl Desk {
    /// A desk with an open vault, for tests that play without threads.
    #[cfg(test)]
    pub(crate) fn over(session: Session) -> Self {
        Self {
            session: Some(session),
            aside: None,
            opening: None,
            runner: None,
            acts: Acts::default(),
            state_folder: None,
            recorded: false,
            doctor: None,
            explain: None,
        }
    }

    /// The open vault as screens see it.
    pub(crate) fn seen(&self) -> Option<Arc<View>> {
        let mut view = self.session.as_ref()?.view();
        if let (Some(returning), Some(aside)) = (&mut view.returning, &self.aside) {
            returning.beside = Some(aside.name().to_owned());
        }
        Some(Arc::new(view))
    }

    fn work_through(&mut self, inbox: &Receiver<Order>, out: &UnboundedSender<Msg>) {
        while let Ok(order) = inbox.recv() {
            let news = self.work(order);
            let view = self.seen();
            if out.send(Msg::Desk(Box::new(news), view)).is_err() {
                return;
            }
            crate::crypto::wipe_dead_stack();
        }
        for session in [self.session.take(), self.aside.take()]
            .into_iter()
            .flatten()
        {
            // The vault's state is whole either way; a seal that cannot be written is found at the next opening.
            let _ = session.close();
        }
    }

    /// Does one order.
    pub(crate) fn work(&mut self, order: Order) -> News {
        let answer = match order {
            Order::OpenVault(dir, recovery) => self.open(&dir, recovery.as_deref()),
            Order::OpenCopy(wanted, recovery) => Ok(self.open_copy(*wanted, recovery.as_deref())),
            Order::ReturnAnew(wanted) => self.return_anew(*wanted),
            Order::Enter {
                person,
                passphrase,
                envelope,
            } => self.enter(person, &passphrase, envelope.as_deref()),
            Order::FinishOpening(witness) => self.finish(witness.as_ref()),
            Order::Close => self.close(),
            Order::LeaveCopy => return self.leave_copy(),
            Order::Lock => return self.lock(),
            Order::Recognise { person, signing } => return self.recognise(&person, signing),
            Order::Room(dir) => return News::Room(founding::room(&dir)),
            Order::Create { dir, new, policy } => self.create(&dir, new, policy),
            Order::EnvelopesOut => return self.envelopes_out(),
            Order::Passphrase(words) => passphrase(words),
            Order::PlaceEnvelopes {
                folder,
                files,
                vault,
                taken,
            } => envelopes::place_telling(&folder, &files, &vault, &taken)
                .map(|(folder, notes)| News::Placed(folder, notes)),
            Order::Play(play) => return self.play(*play).unwrap_or_else(News::RunFailed),
            here @ Order::PlayHere { .. } => return self.play_here(here),
            Order::Examine => {
                return News::Examined(self.doctor.map_or_else(Vec::new, |look| look()));
            }
            Order::ReadScript(path) => {
                let open = self.session.as_ref().map(Session::profile);
                scripts::read(&path, open.unwrap_or(Profile::Rehearsal))
            }
            Order::Rehearsals => self.rehearsals(),
            Order::Look(folder) => {
                return browse::list(&folder, self.explain)
                    .map_or_else(News::Refused, News::Listed);
            }
            Order::Answer {
                answers,
                counted,
                stop,
            } => return self.answer(answers, counted, stop),
            Order::Abort { reason, by } => return self.abort(&reason, by.as_deref()),
            Order::CloseUnsigned => return self.close_unsigned(),
            Order::InTheOpen(slip) => return self.in_the_open(&slip),
            Order::Mistyped(field, how) => return self.mistyped(field, how),
            Order::Deviate(happened) => return self.deviate(&happened),
            Order::SetAside => return self.set_aside(),
            Order::Stay => return self.stay(),
            Order::WriteOutputs(folder) => return self.write(folder),
            Order::WriteRun { run, folder } => self.write_run(&run, folder),
            Order::Trail => self.trail(),
            Order::Report(run) => self.report(&run),
            Order::Bundle { run, signer } => self.bundle(&run, signer),
            Order::Verify { bundle, trust } => self.verified(&bundle, trust.as_deref()),
            order => self.act(order),
        };
        answer.unwrap_or_else(|refusal| News::Refused(refusal.to_string()))
    }

    /// Writes what a run that is over made.
    fn write_run(&mut self, run: &str, folder: PathBuf) -> Result<News, Refusal> {
        let session = self.session()?;
        let files = crate::ceremony::write_run(session, run, &folder)
            .map_err(|error| Refusal::Usage(error.to_string()))?;
        Ok(News::Written { folder, files })
    }

    /// The rehearsals that this workstation has noted.
    fn rehearsals(&mut self) -> Result<News, Refusal> {
        let notes = self.state_folder.as_deref().map(note_file);
        self.session().map(|session| {
            let now = session.wall_time();
            News::Rehearsals(Rehearsals::read(notes.as_deref(), now))
        })
    }

    fn trail(&mut self) -> Result<News, Refusal> {
        let trail = self.session()?.trail()?;
        Ok(News::Trail(Arc::new(trail)))
    }

    fn report(&mut self, run: &str) -> Result<News, Refusal> {
        self.evidence(run, |session, script| {
            let report = crate::ceremony::run_report_of(session, script, run);
            report.map(|report| News::Reported(Box::new(report)))
        })
    }

    fn environment(&self) -> Environment {
        Environment::real(self.state_folder.clone())
    }

    fn session(&mut self) -> Result<&mut Session, Refusal> {
        self.session.as_mut().ok_or_else(not_open)
    }

    /// Evidence of a run. An old run of somebody's own script kept no text of it: the command line is given its file.
    fn evidence(
        &mut self,
        run: &str,
        make: impl FnOnce(&mut Session, &[u8]) -> Result<News, Refusal>,
    ) -> Result<News, Refusal> {
        let session = self.session()?;
        let view = session.view();
        let played = view.runs.iter().find(|r| r.id == run);
        let name = played.map(|r| r.script.clone()).unwrap_or_default();
        let script = played.and_then(crate::ceremony::script_of).ok_or_else(|| {
            Refusal::Usage(say!("The script {name} that this run was played from is neither in this keymoot nor kept with the run, and evidence needs its file. Nothing was changed. \
                 `keymoot bundle DIR --script FILE --out F` takes it.", name))
        })?;
        make(session, &script)
    }

    fn bundle(&mut self, run: &str, signer: Option<(String, Signing)>) -> Result<News, Refusal> {
        let signers = match signer {
            Some((name, signing)) => {
                let source = signing.source(&name, self.session()?)?;
                vec![(name, source)]
            }
            None => Vec::new(),
        };
        self.evidence(run, |session, script| {
            crate::ceremony::bundle(session, script, run, None, signers).map(News::Bundled)
        })
    }

    fn open(&mut self, dir: &Path, recovery: Option<&str>) -> Result<News, Refusal> {
        // The lock of an opening that was given up for this one is freed first.
        self.opening = None;
        let opening = Opening::begin_with(folder(dir)?, &vault_name(dir), recovery)?;
        let bootstrap = opening.bootstrap();
        self.opening = Some(opening);
        self.acts.returning = None;
        Ok(News::Bootstrap(bootstrap))
    }

    fn open_copy(&mut self, wanted: Return, recovery: Option<&str>) -> News {
        let opening = match wanted.begin(recovery) {
            Ok(opening) => opening,
            Err(wrong) => return answered_wrong(&wrong),
        };
        let bootstrap = opening.bootstrap();
        self.opening = Some(opening);
        let state_folder = self.state_folder.clone();
        self.acts.returning = Some(Returning::new(wanted, state_folder));
        News::Bootstrap(bootstrap)
    }

    fn enter(
        &mut self,
        person: String,
        passphrase: &crate::crypto::SecretBytes,
        envelope: Option<&Path>,
    ) -> Result<News, Refusal> {
        let Some(opening) = &mut self.opening else {
            return Err(Refusal::Usage(tr("No vault is being opened.").into()));
        };
        let sets = opening.sets();
        let armored = envelope.map(|path| read_envelope(path, (&person, "share"), &sets));
        let armored = armored.transpose()?;
        let left = opening.enter(&person, passphrase, armored.as_deref())?;
        Ok(News::Entered { person, left })
    }

    fn finish(&mut self, witness: Option<&crate::session::WitnessAnswer>) -> Result<News, Refusal> {
        let environment = self.environment();
        let judged = witness.zip(self.opening.as_mut());
        if let Some(slip) = judged.and_then(|(card, opening)| opening.card_slip(card)) {
            return Ok(News::CardSlip(slip));
        }
        let Some(opening) = self.opening.take() else {
            return Err(Refusal::Usage(tr("No vault is being opened.").into()));
        };
        if let Some(returning) = &mut self.acts.returning {
            let (session, news) = returning.opened(opening, environment)?;
            // What was open stays as it is, with what waits in it, until the copy is a vault or nobody wants it any more.
            self.aside = self.session.replace(session);
            return Ok(news);
        }
        self.session = Some(opening.finish(environment, witness)?);
        Ok(News::Open)
    }

    fn recognise(&mut self, person: &str, signing: Signing) -> News {
        let known = self.session().and_then(|session| {
            let source = signing.source(person, session)?;
            session.recognise(person, source)?;
            session.note_lock(false, vec![person.to_owned()])
        });
        match known {
            Ok(()) => News::Recognised,
            Err(refusal) => News::Unrecognised(refusal.to_string()),
        }
    }

    fn close(&mut self) -> Result<News, Refusal> {
        self.opening = None;
        self.runner = None;
        self.acts.returning = None;
        let aside = self.aside.take().map_or(Ok(()), Session::close);
        if let Some(session) = self.session.take() {
            session.close()?;
        }
        aside?;
        Ok(News::Closed)
    }

    fn play(&mut self, play: Play) -> Result<News, String> {
        let clock = play.place.goes_on_to();
        match play.place {
            PlayedIn::Rehearse { seed, clock: start } => {
                let script = parse(&play.script)?;
                let (own_seed, own_clock) = script.rehearsal();
                // The script's seed counts only when every input is the script's own.
                let seed = seed.or(own_seed.filter(|_| play.inputs.is_empty()));
                let environment = match seed {
                    Some(seed) => Environment::seeded(&seed).map_err(|e| e.to_string())?,
                    None => Environment::real(None),
                };
                let store = Box::new(MemoryStore::new());
                let size = script.practice_size();
                let start = start.or(own_clock);
                let created = practice::vault_of(store, size, environment, start, false)
                    .map_err(|e| e.to_string())?;
                self.session = Some(created.session);
            }
            PlayedIn::Vault {
                ref dir,
                ref unlock,
                ..
            } => {
                self.open_at_once(dir, unlock.as_deref())
                    .map_err(|e| e.to_string())?;
                if self.leaves_open(&play) {
                    return Ok(News::WhoLeaves(Some(scripts::here(play, clock)).into()));
                }
            }
        }
        let wanted = Wanted {
            people: play.people,
            real_others: play.real,
            out: play.out,
            clock,
            ..self.wanted(play.inputs, play.resume, play.note)
        };
        self.begin(&play.script, wanted)
    }

    /// How a run is wanted: rehearsals are noted in the state folder, unless another place is named.
    fn wanted(
        &self,
        inputs: BTreeMap<String, Vec<u8>>,
        resume: bool,
        note: Option<PathBuf>,
    ) -> Wanted {
        let usual = || self.state_folder.as_deref().map(note_file);
        Wanted {
            inputs,
            resume,
            people: BTreeMap::new(),
            recorded: self.recorded,
            real_others: false,
            rehearsal_note: note.or_else(usual),
            copies_to: None,
            out: None,
            clock: None,
        }
    }

    fn open_at_once(&mut self, dir: &Path, unlock: Option<&[u8]>) -> Result<(), Refusal> {
        let mut opening = Opening::begin(folder(dir)?, &vault_name(dir))?;
        if let Some(unlock) = unlock {
            opening.enter_unlock_file(unlock)?;
        }
        self.session = Some(opening.finish(self.environment(), None)?);
        Ok(())
    }

    fn begin(&mut self, script: &[u8], wanted: Wanted) -> Result<News, String> {
        self.begin_with(parse(script)?, wanted)
    }

    fn begin_with(&mut self, script: Script, wanted: Wanted) -> Result<News, String> {
        let session = self.session().map_err(|e| e.to_string())?;
        let runner = Runner::begin_or_go_on(session, script, wanted).map_err(|e| e.to_string())?;
        let showing = Arc::new(runner.showing(session));
        self.runner = Some(runner);
        Ok(News::Showing {
            showing,
            again: None,
        })
    }

    fn act(&mut self, order: Order) -> Result<News, Refusal> {
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let news = self.acts.work(session, order)?;
        Ok(self.returned(news))
    }
}

fn not_open() -> Refusal {
    Refusal::Usage(tr("No vault is open. Nothing was changed; open one first.").into())
}

fn folder(dir: &Path) -> Result<Box<dyn Store>, Refusal> {
    let store = FolderStore::open(dir).map_err(|e| Refusal::Vault(e.to_string()))?;
    Ok(Box::new(store))
}

fn parse(script: &[u8]) -> Result<Script, String> {
    Script::parse(script).map_err(|findings| {
        let lines: Vec<String> = findings
            .iter()
            .map(|f| {
                let at = if f.path.is_empty() {
                    String::new()
                } else {
                    format!("{}: ", f.path)
                };
                say!(
                    "line {line}: {at}{message}",
                    line = f.line,
                    at,
                    message = f.message
                )
            })
            .collect();
        say!(
            "The script cannot be read; nothing was begun.\n{lines}",
            lines = lines.join("\n")
        )
    })
}

fn passphrase(words: usize) -> Result<News, Refusal> {
    let secret = founding::draw_words(words)?;
    let text = std::str::from_utf8(secret.expose()).map(|t| Zeroizing::new(t.to_owned()));
    Ok(News::Passphrase(std::cell::RefCell::new(text.ok())))
}
