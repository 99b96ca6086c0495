//! `keymoot vault`: the state of a vault, its verification, its copies, and the way out without keymoot.

mod copies;
mod ledger_state;
mod people;
mod policy;
mod recovery;
mod rotate;
mod state;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use crate::session::action::Copying;
use crate::session::clock_ahead::CLOCK_AHEAD;
use crate::session::clock_back::CLOCK_BACK;
use crate::session::{Action, Bootstrap, Opening, Refusal, Session, envelopes, op};
use crate::vault::{FolderStore, RECOVERY_SCRIPT, Store as _};

use super::sessions::{self, Practice};
use super::status::{Answer, Failure, Status};
use super::{by_hand, streams};
use state::{Inside, inside};

/// What `verify` says where nobody opened the vault.
const NOT_LOOKED: &str =
    "Of what is inside nothing is said; the folder shows no fault from outside.";

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
    /// Have every custodian present prove both shares; nothing is opened
    #[command(
        after_help = "Absent custodians are passed over and named. Status 1 if an envelope does not hold.\n\nExample:\n  keymoot vault drill test.vault --unlock-file people.json"
    )]
    Drill(people::Drill),
    /// Make a recovery set: a second split, for other people at another place
    #[command(
        after_help = "It opens when the custodians cannot: `keymoot vault rotate DIR --recovery REASON`, or the last line where custodians are chosen. Custodians keep what they have.\n\nExample:\n  keymoot vault recovery-set test.vault --holder Fay --holder Gus --holder Hal --place \"bank safe\" --unlock-file people.json --new-unlock-file recovery.json"
    )]
    RecoverySet(recovery::Make),
    /// Have every holder of the recovery set present prove both shares
    #[command(
        after_help = "Example:\n  keymoot vault recovery-drill test.vault --unlock-file people.json --holders-file recovery.json"
    )]
    RecoveryDrill(recovery::Drill),
    /// Give the same people new shares of the same identities
    #[command(
        after_help = "Everybody brings the present envelopes and proves the new ones; until then both sets open.\n\nExample:\n  keymoot vault reshare test.vault --reason \"yearly renewal\" --unlock-file people.json"
    )]
    Reshare(people::Reshare),
    /// Draw new identities, shares, passphrases and approval keys; people may leave, join or be replaced
    #[command(
        after_help = "Copies made before stay open to the people of before: destroy them and attest it.\n\nExample:\n  keymoot vault rotate test.vault --reason departure --replace custodian-3=Dee --unlock-file people.json --new-unlock-file next.json"
    )]
    Rotate(rotate::Rotate),
    /// Enter a signed appointment of a custodian
    #[command(
        override_usage = "keymoot vault appoint [OPTIONS] <DIR> (every option of the appointment is required)",
        after_help = "Example:\n  keymoot vault appoint test.vault --person Dee --from 2026-12-01 --until 2027-11-30 --manager Meg --stand-in Zoe --form KCF-17 --unlock-file people.json"
    )]
    Appoint(people::Appoint),
    /// Enter an exception that two managers signed
    #[command(
        override_usage = "keymoot vault exempt [OPTIONS] <DIR> (every option of the exception is required)",
        after_help = "Example:\n  keymoot vault exempt test.vault --people Ana,Ben --manager Meg --second-manager Max --reason \"small firm\" --form EX-3 --until 2027-11-30 --unlock-file people.json"
    )]
    Exempt(people::Exempt),
    /// Mark a key as suspect, or clear it after it was looked into
    #[command(
        after_help = "A suspect key is not used, exported or enabled; what stands under it is listed and replaced with it.\n\nExample:\n  keymoot vault suspect test.vault --key kek-x --reason \"a bag was found open\" --unlock-file people.json"
    )]
    Suspect(people::Suspect),
    /// Record an access to a share or component outside a ceremony
    #[command(
        override_usage = "keymoot vault access [OPTIONS] <DIR> (every option of the access is required, but for --of)",
        after_help = "Example:\n  keymoot vault access test.vault --custodian custodian-1 --out \"2026-12-01 09:00\" --back \"2026-12-01 09:40\" --purpose \"new safe\" --witness Wim --package TE-448130 --unlock-file people.json"
    )]
    Access(people::Access),
    /// Make a vault of a copy, under a new epoch
    #[command(
        after_help = "DIR is the copy; its medium is read and never written. Without --log every key is disabled until an act enables it.\n\nExample:\n  keymoot vault restore copy.vault --to test.vault --reason \"stick lost\" --log audit.jsonl --unlock-file people.json"
    )]
    Restore(copies::Restore),
    /// Write the enrolment forms and the witness card of the people of now, to be printed and signed in ink
    #[command(
        after_help = "Nothing of the vault changes, and no file is replaced: name a folder where none of these papers is.\n\nExample:\n  keymoot vault forms test.vault --to papers --unlock-file people.json"
    )]
    Forms(Forms),
    /// Record that a copy was destroyed
    #[command(
        after_help = "Example:\n  keymoot vault attest-destroyed test.vault --copy B1 --how \"shredded, Wim saw it\" --unlock-file people.json"
    )]
    AttestDestroyed(copies::AttestDestroyed),
    /// Record that every component of a key was destroyed, and who watched
    #[command(
        after_help = "Where the key is nowhere any more, what people saw of its components counts no more.\n\nExample:\n  keymoot vault components-destroyed test.vault --of kek-x --how \"cross-cut and burned\" --witness Wim --unlock-file people.json"
    )]
    ComponentsDestroyed(people::ComponentsDestroyed),
    /// Record what became of envelopes whose set ended, and who watched
    #[command(
        after_help = "A set ends with a rotation, a reshare, or another recovery set. Whoever is named in neither list is asked later; `keymoot vault status` lists all.\n\nExample:\n  keymoot vault envelopes-destroyed test.vault --destroyed \"Ana, Ben\" --not-found Cho --how \"cross-cut and burned\" --witness Wim --unlock-file people.json"
    )]
    EnvelopesDestroyed(people::EnvelopesDestroyed),
    /// List keys and check values, or load the list of another class of vaults to be refused
    #[command(
        after_help = "Example:\n  keymoot vault inventory test.vault --unlock-file people.json --json > test-keys.json"
    )]
    Inventory(copies::Inventory),
    /// Print the policy, or change it: approvals, life of tokens, quotas, what is refused
    #[command(
        after_help = "A change counts from the next opening on, which shows it first. Take what is printed, change it, give it back.\n\nExample:\n  keymoot vault policy test.vault --unlock-file people.json > policy.json\n  keymoot vault policy test.vault --set policy.json --unlock-file people.json"
    )]
    Policy(policy::ChangePolicy),
    /// Set the time of a vault ahead whose machine's clock was reset: an act, with its reason
    #[command(
        after_help = "More than a day ahead two watches are not believed alone. In production the opening itself offers it; where the machine's clock can be set right, do that instead.\n\nExample:\n  keymoot vault clock-ahead test.vault --time \"2026-12-01 09:00\" --reason \"the laptop's battery died\" --unlock-file people.json"
    )]
    ClockAhead(policy::SetClock),
    /// Set the time of a vault back that was set ahead by mistake: an exception, with its reason
    #[command(
        after_help = "No deletion comes earlier by it. In production the opening itself offers it where two watches are behind the vault.\n\nExample:\n  keymoot vault clock-back test.vault --time \"2026-12-01 09:00\" --reason \"advanced by a year, a day was meant\" --unlock-file people.json"
    )]
    ClockBack(policy::SetClock),
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
    #[arg(long, value_name = "NAME", help = op::HOLDER.hint)]
    holder: Option<String>,
    #[arg(long, value_name = "TEXT", help = op::PLACE.hint)]
    place: Option<String>,
}

#[derive(clap::Args)]
struct Forms {
    #[command(flatten)]
    which: Which,
    /// The folder that takes the papers
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

impl Forms {
    fn run(self) -> Answer<Status> {
        let session = self.which.open()?;
        let written = envelopes::write_papers(&session, &self.to);
        let closed = sessions::close(session);
        let names = written?;
        closed?;
        let told = serde_json::json!({"folder": self.to, "files": names});
        self.which.tell_json_or(&told, || {
            format!(
                "written to {}: {}\nPrint the forms, and have each signed in ink. {}\n",
                self.to.display(),
                names.join(", "),
                envelopes::policy_beside()
            )
        })?;
        Ok(Status::Done)
    }
}

impl VaultArgs {
    pub(super) fn run(self) -> Answer<Status> {
        match self.verb {
            Verb::Status(which) => which.status(),
            Verb::Verify(which) => which.verify(),
            Verb::Backup(backup) => backup.run(),
            Verb::Drill(drill) => drill.run(),
            Verb::RecoverySet(make) => make.run(),
            Verb::RecoveryDrill(drill) => drill.run(),
            Verb::Reshare(reshare) => reshare.run(),
            Verb::Rotate(rotate) => rotate.run(),
            Verb::Appoint(appoint) => appoint.run(),
            Verb::Exempt(exempt) => exempt.run(),
            Verb::Access(access) => access.run(),
            Verb::Suspect(suspect) => suspect.run(),
            Verb::Restore(restore) => restore.run(),
            Verb::Forms(forms) => forms.run(),
            Verb::AttestDestroyed(attest) => attest.run(),
            Verb::ComponentsDestroyed(attest) => attest.run(),
            Verb::EnvelopesDestroyed(attest) => attest.run(),
            Verb::Inventory(inventory) => inventory.run(),
            Verb::Policy(policy) => policy.run(),
            Verb::ClockAhead(ahead) => ahead.run(&CLOCK_AHEAD),
            Verb::ClockBack(back) => back.run(&CLOCK_BACK),
            Verb::RecoveryScript => {
                streams::print(RECOVERY_SCRIPT)?;
                Ok(Status::Done)
            }
        }
    }
}

/// An act that needs no more than signatures, and its digest.
fn act(which: &Which, action: impl Fn(&Session) -> Result<Action, Refusal>) -> Answer<Status> {
    let mut session = which.open()?;
    let done = action(&session).and_then(|action| by_hand::act(&mut session, action));
    let closed = sessions::close(session);
    let done = done?;
    closed?;
    let told = serde_json::json!({"digest": done.digest, "seq": done.seq, "who": done.who});
    which.tell_json_or(&told, || {
        format!("done and recorded, by {}\n", done.who.join(", "))
    })?;
    Ok(Status::Done)
}

/// `no key`, `1 key`, `4 keys`.
fn counted_keys(count: usize) -> String {
    match count {
        0 => "no key".to_owned(),
        1 => "1 key".to_owned(),
        more => format!("{more} keys"),
    }
}

/// What lies open of a vault: read under its lock, which is freed at once.
pub(super) fn public_part(dir: &Path) -> Answer<Bootstrap> {
    let store = FolderStore::open(dir).map_err(|e| Failure::failed(e.to_string()))?;
    Ok(Opening::begin(Box::new(store), &sessions::name_of(dir))?.bootstrap())
}

impl Which {
    fn open(&self) -> Answer<Session> {
        self.open_by(None)
    }

    /// The same by the recovery set, where a reason is given.
    fn open_by(&self, recovery: Option<&str>) -> Answer<Session> {
        let unlock = self.unlock_file.as_deref();
        sessions::open_by(&self.dir, unlock, &Practice::default(), recovery)
    }

    /// One JSON object, or text for people.
    fn tell_json_or(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> Answer<()> {
        if self.json {
            streams::print_json(value)
        } else {
            streams::print(&streams::printable(&text()))
        }
    }

    fn verify(&self) -> Answer<Status> {
        // Opening checks the inner seal, the state, the audit chain with its keys, and heads; the folder is looked
        // over first, so that a stray file is named even where opening refuses.
        let failed = |e: crate::vault::StoreError| Failure::failed(e.to_string());
        let mut store = FolderStore::open(&self.dir).map_err(failed)?;
        // Of a vault that is open elsewhere nothing is said: it was not looked at.
        store.try_lock().map_err(failed)?;
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
                let inside = inside(&session);
                session.close()?;
                Some(inside)
            }
            // Whoever was to open it did not: of the vault that says nothing.
            Err(failure) if failure.unopened && sound => {
                let message = format!("{} {NOT_LOOKED}", failure.message);
                return Err(Failure { message, ..failure });
            }
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
        let checked = |id: &str, text: &str| {
            let mut fields = op::BACKUP.fields.iter();
            let field = fields.find(|field| field.id == id);
            let checked = field.map_or_else(|| Ok(text.to_owned()), |field| field.check(text));
            checked.map_err(|error| Failure::usage(format!("{error}. Nothing was copied.")))
        };
        let medium = match &self.medium {
            Some(label) => checked("medium", label)?,
            None => self.to.display().to_string(),
        };
        let said = |id: &str, text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| checked(id, text)).transpose()
        };
        let copying = Copying {
            medium,
            bag: said("bag", &self.bag)?,
            holder: said("holder", &self.holder)?,
            place: said("place", &self.place)?,
        };
        session.copy_place_fits(&self.to)?;
        let done = if session.automatic() {
            session.copied_automatic(copying, &self.to)?
        } else {
            let id = by_hand::approved(session, &Action::Backup(copying))?;
            session.backup(&id, &self.to)?
        };
        if let Some(beside) = done.warning() {
            streams::note(beside);
        }
        let file = |(name, sha256): (String, String)| CopiedFile { name, sha256 };
        Ok(Copied {
            id: done.id,
            to: self.to.display().to_string(),
            files: done.files.into_iter().map(file).collect(),
        })
    }
}
