//! `keymoot bundle`: the evidence of a run as one file.

use std::path::PathBuf;

use crate::ceremony::{self, Script};
use crate::session::{KeySource, Refusal, Session, guide};

use super::by_hand;
use super::sessions::{self, Practice};
use super::status::{Answer, Failure, Status};
use super::{lint, streams};

/// The longest recording that goes into a bundle.
pub(super) const MAX_RECORDING: u64 = 64 << 20;

/// Write the evidence of a ceremony into one file that `keymoot verify` checks
#[derive(clap::Args)]
#[command(after_help = "\
The bundle holds the script, the audit log, every act with its signatures, the files, the report and the recording;
no secret. Making it adds one line to the audit log, which a custodian or a witness signs: then `keymoot verify --trust`
says AUTHENTIC of all of it. Passphrase and, in production, envelope are asked for; a rehearsal vault signs
with its practice people and asks nobody.

Example:
  keymoot bundle acme.vault --script first-key.toml --sign Wim --out first-key.bundle")]
pub(super) struct BundleArgs {
    /// The vault
    vault: PathBuf,
    /// The script that was played, where it does not ship with keymoot (default: the last run's)
    #[arg(long)]
    script: Option<PathBuf>,
    /// The run, where it was played several times (default: the last)
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// The new file
    #[arg(long, value_name = "F")]
    out: PathBuf,
    /// The recording that was made of it
    #[arg(long, value_name = "F.cast")]
    record: Option<PathBuf>,
    /// Who signs it: a custodian or a witness; may be given again (default: asked for, or everybody of the unlock file)
    #[arg(long, value_name = "NAME")]
    sign: Vec<String>,
    /// Open with everybody in this file (test and rehearsal vaults; mode 0600)
    #[arg(long, value_name = "F")]
    unlock_file: Option<PathBuf>,
}

impl BundleArgs {
    pub(super) fn run(self) -> Answer<Status> {
        if self.out.exists() {
            // Before anybody types: the line in the log would stand for nothing.
            return Err(Failure::failed(format!(
                "{}: already there, and keymoot never overwrites. Nothing was opened; choose another name.",
                self.out.display()
            )));
        }
        let named = match &self.script {
            Some(path) => {
                let bytes = lint::read(path)?;
                lint::parsed(path, &bytes)?;
                Some(bytes.to_vec())
            }
            None => None,
        };
        let recording = match &self.record {
            None => None,
            Some(path) => Some(streams::read(path, MAX_RECORDING)?.to_vec()),
        };
        let mut session = sessions::open(
            &self.vault,
            self.unlock_file.as_deref(),
            &Practice::default(),
        )?;
        let bundle = match self.played(&session, named) {
            Err(failure) => Err(failure),
            Ok((run, bytes)) => signed(&mut session, &self.sign, |session, signers| {
                ceremony::bundle(session, &bytes, &run, recording.clone(), signers)
            }),
        };
        sessions::close(session)?;
        write(&self.out, &bundle?)?;
        let shown = ceremony::shell_word(&self.out.display().to_string());
        streams::note(&format!(
            "Written to {shown}; `keymoot verify {shown} --trust FILE` proves it, FILE being the fingerprints of its people."
        ));
        Ok(Status::Done)
    }
}

impl BundleArgs {
    /// The run, and the bytes of its script: those that were named, or those of a script that ships.
    fn played(&self, session: &Session, named: Option<Vec<u8>>) -> Answer<(String, Vec<u8>)> {
        let runs = session.view().runs;
        let of_script = |bytes: &Vec<u8>| {
            let digest = Script::parse(bytes).ok()?.sha256_hex();
            session.last_run(&digest).map(|run| run.id)
        };
        let id = match (&self.run, &named) {
            (Some(id), _) => Some(id.clone()),
            (None, Some(bytes)) => of_script(bytes),
            (None, None) => runs.last().map(|run| run.id.clone()),
        };
        let Some(id) = id else {
            return Err(Failure::failed(match named {
                Some(_) => "this script was never played in this vault. Nothing was written.",
                None => "no ceremony was run in this vault. Nothing was written.",
            }));
        };
        if let Some(bytes) = named {
            return Ok((id, bytes));
        }
        let run = runs.iter().find(|run| run.id == id);
        let shipped = run.and_then(ceremony::script_of);
        shipped.map(|bytes| (id, bytes)).ok_or_else(|| {
            let script = run.map_or("this run", |run| run.script.as_str());
            Failure::failed(format!(
                "{script} does not ship with this keymoot, and was not kept with the run: its bundle needs its file. Nothing was written."
            ))
            .hint("name the file with --script")
        })
    }
}

/// Makes a bundle with the signatures of whoever was named or says so at the terminal.
fn signed(
    session: &mut Session,
    wanted: &[String],
    bundle: impl Fn(&mut Session, Vec<(String, KeySource)>) -> Result<Vec<u8>, Refusal>,
) -> Answer<Vec<u8>> {
    let named = match wanted {
        [] if !session.automatic() && streams::somebody_is_there() => who_signs(session)?,
        names => names.to_vec(),
    };
    if !named.is_empty() && !session.automatic() && !streams::somebody_is_there() {
        return Err(Failure::person_needed(
            "--sign asks for a passphrase, and there is no terminal to ask for it. Nothing was written.",
        ));
    }
    loop {
        let mut signers = Vec::new();
        for name in &named {
            signers.push((name.clone(), by_hand::approval_key(session, name)?));
        }
        match bundle(session, signers) {
            // A wrong passphrase ends nothing: whoever signs tries again.
            Err(refusal @ Refusal::Custody(_)) if !session.automatic() => {
                streams::note(&refusal.to_string());
            }
            made => return made.map_err(|refusal| not_signed(session, refusal)),
        }
    }
}

/// Why it was not signed; where it was the wrong person, with those who may.
fn not_signed(session: &Session, refusal: Refusal) -> Failure {
    let wrong = matches!(refusal, Refusal::Approval(_));
    let failure = Failure::from(refusal);
    if wrong {
        failure.hint(format!(
            "these may sign it: {}",
            may_sign(session).join(", ")
        ))
    } else {
        failure
    }
}

/// The names of those who may sign a bundle.
fn may_sign(session: &Session) -> Vec<String> {
    let entries = guide::bundle_signers(&session.view()).into_iter();
    let may = entries.filter(|entry| entry.off.is_none() && !entry.id.is_empty());
    may.map(|entry| entry.id).collect()
}

/// Who signs, asked at the terminal; nobody where the answer is empty.
fn who_signs(session: &Session) -> Answer<Vec<String>> {
    streams::note(guide::BUNDLE_SIGNED);
    let may = may_sign(session);
    loop {
        let name = by_hand::ask(&format!(
            "Who signs it ({}; Enter: nobody): ",
            may.join(", ")
        ))?;
        match name.as_str() {
            "" => return Ok(Vec::new()),
            typed => match by_hand::meant(typed, &may) {
                Some(name) => return Ok(vec![name.to_owned()]),
                None => streams::note(
                    "That is none of them. Nothing was written; enter one of the names shown.",
                ),
            },
        }
    }
}

/// Writes a bundle into a new file.
pub(super) fn write(path: &std::path::Path, bundle: &[u8]) -> Answer<()> {
    let written = crate::os::new_file(path).and_then(|mut file| {
        std::io::Write::write_all(&mut file, bundle)
            .and_then(|()| file.sync_all())
            .map_err(|e| crate::os::FileError::io(path, e))
    });
    written.map_err(|e| {
        Failure::failed(format!(
            "{e} The bundle was not written; the vault is as it was."
        ))
    })?;
    Ok(())
}
