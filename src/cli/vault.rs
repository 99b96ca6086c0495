//! `keymoot vault`: the state of a vault, its verification, its copies, and the way out without keymoot.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use crate::api::Clock;
use crate::os::WallClock;
use crate::session::{Action, Bootstrap, Opening, Profile, Session, View};
use crate::vault::{FolderStore, RECOVERY_SCRIPT};

use super::sessions::{self, Practice};
use super::status::{Answer, Failure, Status};
use super::{by_hand, streams};

const NOT_SOUND: &str =
    "NOT SOUND. Nothing was changed; work from a backup, and keep this folder as it is.";

/// Look at a vault, verify it, copy it
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  keymoot vault status acme.vault
  keymoot vault backup acme.vault --to /media/stick/acme.vault --medium \"stick 2\" --bag TE-448120")]
pub(super) struct VaultArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Say what a vault is and where it stands
    #[command(
        after_help = "Unopened it tells what lies open; with --unlock-file, or custodians at the terminal, the rest.\n\nExample:\n  keymoot vault status test.vault --unlock-file people.json --json"
    )]
    Status(Which),
    /// Open a vault and check every seal, the audit chain and the folder
    #[command(after_help = "Example:\n  keymoot vault verify test.vault --unlock-file people.json")]
    Verify(Which),
    /// Copy a vault to an empty folder and read the copy back
    #[command(
        after_help = "Example:\n  keymoot vault backup test.vault --to copy.vault --unlock-file people.json"
    )]
    Backup(Backup),
    /// Print the Python script that recovers a vault without keymoot
    #[command(
        after_help = "Example:\n  keymoot vault recovery-script > recover.py && python3 recover.py --help"
    )]
    RecoveryScript,
}

#[derive(clap::Args)]
struct Which {
    /// The vault's folder
    dir: PathBuf,
    /// Open with everybody in this file (test and rehearsal vaults; mode 0600)
    #[arg(long, value_name = "F")]
    unlock_file: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Backup {
    #[command(flatten)]
    which: Which,
    /// The copy's folder (empty or absent)
    #[arg(long, value_name = "DIR2")]
    to: PathBuf,
    /// Label of the medium that takes the copy
    #[arg(long, value_name = "LABEL")]
    medium: Option<String>,
    /// Serial of the bag it goes into
    #[arg(long, value_name = "SERIAL")]
    bag: Option<String>,
}

impl VaultArgs {
    pub(super) fn run(self) -> Answer<Status> {
        match self.verb {
            Verb::Status(which) => which.status(),
            Verb::Verify(which) => which.verify(),
            Verb::Backup(backup) => backup.run(),
            Verb::RecoveryScript => {
                streams::print(RECOVERY_SCRIPT)?;
                Ok(Status::Done)
            }
        }
    }
}

/// What lies open of a vault: read under its lock, which is freed at once.
pub(super) fn public_part(dir: &Path) -> Answer<Bootstrap> {
    let store = FolderStore::open(dir).map_err(|e| Failure::failed(e.to_string()))?;
    Ok(Opening::begin(Box::new(store), &sessions::name_of(dir))?.bootstrap())
}

/// `vault status --json`.
#[derive(Serialize)]
struct State {
    opened: bool,
    vault_id: String,
    profile: &'static str,
    k: u8,
    people: Vec<Person>,
    #[serde(flatten)]
    inside: Option<Inside>,
}

#[derive(Serialize)]
struct Person {
    name: String,
    role: String,
}

/// What only an opened vault tells.
#[derive(Serialize)]
struct Inside {
    t: u8,
    n: u8,
    time: String,
    seq: u64,
    commit: u64,
    state_head: String,
    audit_events: u64,
    audit_head: String,
    card_words: String,
    keys: usize,
    deletions_pending: usize,
    pending_approvals: usize,
    open_runs: usize,
    open_receipts: usize,
    verified_backups: usize,
    software_generation: bool,
    notes: Vec<String>,
}

impl Which {
    fn open(&self) -> Answer<Session> {
        sessions::open(&self.dir, self.unlock_file.as_deref(), &Practice::default())
    }

    fn status(&self) -> Answer<Status> {
        let public = public_part(&self.dir)?;
        let can_open = self.unlock_file.is_some()
            || sessions::sample_people(&public)
            || streams::somebody_is_there();
        let inside = if can_open {
            let session = self.open()?;
            let inside = inside(&session.view());
            session.close()?;
            Some(inside)
        } else {
            None
        };
        let state = State {
            opened: inside.is_some(),
            vault_id: public.vault_id,
            profile: public.profile.name(),
            k: public.k,
            people: public
                .people
                .into_iter()
                .map(|(name, role, _)| Person { name, role })
                .collect(),
            inside,
        };
        if self.json {
            streams::print_json(&state)?;
        } else {
            streams::print(&streams::printable(&text(&state)))?;
        }
        Ok(Status::Done)
    }

    fn verify(&self) -> Answer<Status> {
        // Opening checks the inner seal, the state, the audit chain with its keys, and heads; the folder is looked
        // over first, so that a stray file is named even where opening refuses.
        let store = FolderStore::open(&self.dir).map_err(|e| Failure::failed(e.to_string()))?;
        let seen =
            crate::vault::inspect(&store, None).map_err(|e| Failure::failed(e.to_string()))?;
        let mut findings: Vec<Found> = seen
            .findings
            .iter()
            .map(|f| Found {
                severity: format!("{:?}", f.severity).to_lowercase(),
                file: f.name.clone(),
                message: f.what.clone(),
            })
            .collect();
        drop(store);
        let mut sound = seen.is_sound();
        let inside = match self.open() {
            Ok(session) => {
                let inside = inside(&session.view());
                session.close()?;
                Some(inside)
            }
            Err(failure) if failure.status == Status::PersonNeeded => return Err(failure),
            Err(failure) => {
                sound = false;
                findings.push(Found {
                    severity: "fault".to_owned(),
                    file: "vault".to_owned(),
                    message: failure.message,
                });
                None
            }
        };
        self.tell(&Verified {
            sound,
            findings,
            inside,
        })
    }

    fn tell(&self, verified: &Verified) -> Answer<Status> {
        if self.json {
            streams::print_json(verified)?;
        } else {
            let mut text = String::new();
            for found in &verified.findings {
                let _ = writeln!(
                    text,
                    "{}: {}: {}",
                    found.severity, found.file, found.message
                );
            }
            let verdict = match (&verified.inside, verified.sound) {
                (Some(inside), true) => format!(
                    "sound: {} keys, {} audit events, sequence {}, head {}",
                    inside.keys, inside.audit_events, inside.seq, inside.state_head
                ),
                _ => NOT_SOUND.to_owned(),
            };
            let _ = writeln!(text, "{verdict}");
            streams::print(&streams::printable(&text))?;
        }
        Ok(if verified.sound {
            Status::Done
        } else {
            Status::Failed
        })
    }
}

/// `vault verify --json`.
#[derive(Serialize)]
struct Verified {
    sound: bool,
    findings: Vec<Found>,
    #[serde(flatten)]
    inside: Option<Inside>,
}

#[derive(Serialize)]
struct Found {
    severity: String,
    file: String,
    message: String,
}

fn inside(view: &View) -> Inside {
    let pending =
        |key: &&crate::session::KeyRow| key.key.key_state == crate::api::KeyState::DELETE_PENDING;
    let mut notes = view.notes.clone();
    // A test vault's stored offset may run ahead; more than a day is worth saying.
    let ahead = view.now.millis() - WallClock.now().millis();
    if view.profile == Profile::Test && ahead > 86_400_000 {
        notes.push(format!(
            "this vault's time, {}, is more than a day ahead of the machine's clock.",
            view.now.rfc3339()
        ));
    }
    Inside {
        t: view.t,
        n: view.n,
        time: view.now.rfc3339(),
        seq: view.seq,
        commit: view.commit,
        state_head: view.state_head.clone(),
        audit_events: view.events,
        audit_head: view.audit_head.clone(),
        card_words: view.card_words.join(" "),
        keys: view.keys.len(),
        deletions_pending: view.keys.iter().filter(pending).count(),
        pending_approvals: view.pending.len(),
        open_runs: view.runs.iter().filter(|r| r.outcome.is_none()).count(),
        open_receipts: view.exports.iter().filter(|e| e.state == "sent").count(),
        verified_backups: view.backups,
        software_generation: view.software_generation,
        notes,
    }
}

/// The same for people, what matters first.
fn text(state: &State) -> String {
    let people: Vec<String> = state
        .people
        .iter()
        .map(|p| format!("{} ({})", p.name, p.role))
        .collect();
    let mut lines = vec![
        ("Vault id", state.vault_id.clone()),
        ("Profile", state.profile.to_owned()),
        ("To open", format!("{} custodians", state.k)),
        ("People", people.join(", ")),
    ];
    match &state.inside {
        Some(inside) => lines.extend(opened_lines(inside)),
        None => lines.push((
            "Opened",
            "no: the rest needs custodians at a terminal, or --unlock-file F".to_owned(),
        )),
    }
    let mut text = String::new();
    for (label, value) in lines {
        let _ = writeln!(text, "{label:<22}{value}");
    }
    text
}

fn opened_lines(inside: &Inside) -> Vec<(&'static str, String)> {
    let yes_or_no = |yes: bool| (if yes { "yes" } else { "no" }).to_owned();
    let mut lines = vec![
        (
            "To use a secret",
            format!("{} of {} custodians", inside.t, inside.n),
        ),
        ("Time", inside.time.clone()),
        ("Keys", inside.keys.to_string()),
        ("Deletions pending", inside.deletions_pending.to_string()),
        ("Waiting to be signed", inside.pending_approvals.to_string()),
        ("Open runs", inside.open_runs.to_string()),
        ("Open receipts", inside.open_receipts.to_string()),
        ("Verified backups", inside.verified_backups.to_string()),
        ("Software generation", yes_or_no(inside.software_generation)),
        ("Sequence", inside.seq.to_string()),
        ("Card words", inside.card_words.clone()),
        ("State head", inside.state_head.clone()),
        ("Audit events", inside.audit_events.to_string()),
        ("Audit head", inside.audit_head.clone()),
        ("Files written", inside.commit.to_string()),
    ];
    lines.extend(inside.notes.iter().map(|note| ("Note", note.clone())));
    lines
}

/// `vault backup --json`.
#[derive(Serialize)]
struct Copied {
    id: String,
    to: String,
    files: Vec<CopiedFile>,
}

#[derive(Serialize)]
struct CopiedFile {
    name: String,
    sha256: String,
}

impl Backup {
    fn run(self) -> Answer<Status> {
        let mut session = self.which.open()?;
        let copied = self.copy(&mut session);
        let closed = sessions::close(session);
        let copied = copied?;
        closed?;
        if self.which.json {
            streams::print_json(&copied)?;
        } else {
            let mut text = format!("{}: copied to {} and read back\n", copied.id, copied.to);
            for file in &copied.files {
                let _ = writeln!(text, "  {}  {}", file.sha256, file.name);
            }
            streams::print(&streams::printable(&text))?;
        }
        Ok(Status::Done)
    }

    fn copy(&self, session: &mut Session) -> Answer<Copied> {
        let medium = match &self.medium {
            Some(label) => label.clone(),
            None => self.to.display().to_string(),
        };
        let bag = self.bag.clone();
        let done = if session.automatic() {
            session.backup_automatic(&medium, bag, &self.to)?
        } else {
            let id = by_hand::approved(session, Action::Backup { medium, bag })?;
            session.backup(&id, &self.to)?
        };
        let file = |(name, sha256): (String, String)| CopiedFile { name, sha256 };
        Ok(Copied {
            id: done.id,
            to: self.to.display().to_string(),
            files: done.files.into_iter().map(file).collect(),
        })
    }
}
