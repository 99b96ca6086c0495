//! What comes in and what goes out: messages to the app, orders to the desk, its news.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use zeroize::Zeroizing;

use super::acts::{Draft, HandedOver, Signing};
use super::browse::Listing;
use super::look::Look;
use super::receiver::Receiver;
use super::screens::root::RootFile;
use super::world::StandsOpen;
use crate::api::Timestamp;
use crate::ceremony::{Answer, Ask, Finding, Play, Practised, Rehearsals, Showing};
use crate::crypto::SecretBytes;
use crate::custody::Policy;
use crate::session::above::Above;
use crate::session::founding::Papers;
use crate::session::returning::Return;
use crate::session::{
    BackupDone, Bootstrap, CardSlip, Changed, Command, NewVault, Outcome, PendingView, Stop, View,
    WitnessAnswer,
};
use crate::session::{InTheOpen, Mistyped, Trail};
use crate::text::{say, tr};

/// What the app takes in.
pub(crate) enum Msg {
    /// A key was pressed. Boxed, for the channel's slots are used again and not wiped, and what is freed is.
    Key(Box<KeyEvent>),
    /// Text was pasted.
    Paste(Zeroizing<String>),
    /// The mouse: this many rows down (or up, where negative) from the cursor of the list on screen.
    Moved(isize),
    /// The mouse did something; the loop makes [`Msg::Moved`] of it.
    Mouse(MouseEvent),
    /// Ctrl-Z's signal: be put aside.
    Suspend,
    /// The process goes on after it was stopped.
    GoesOn,
    /// The wanted theme is none, and why; this look stays.
    NoLook(Look, String),
    /// The network is now called so.
    Network(String),
    /// Somebody has written the file of the theme that is drawn.
    ThemeWritten,
    /// Media were plugged in or taken out.
    Media {
        came: Vec<PathBuf>,
        gone: Vec<PathBuf>,
    },
    /// Vaults came into the folder that keymoot was started in, or are gone from it; in which of those that are offered
    /// something stands open, by name.
    Vaults {
        came: Vec<PathBuf>,
        gone: Vec<PathBuf>,
        stopped: Vec<(String, StandsOpen)>,
    },
    /// The terminal has another size.
    Resize(u16, u16),
    /// The machine's time.
    Tick(Timestamp),
    /// The desk has done an order: what it says, and the vault as it is now, where one is open.
    Desk(Box<News>, Option<Arc<View>>),
    /// The desk is gone: it can only have failed.
    DeskGone,
    /// The system asks us to end (SIGTERM, SIGHUP, SIGINT, SIGQUIT).
    End,
}

/// What the app wants done outside.
pub(crate) enum Effect {
    /// Work for the desk.
    Desk(Order),
    /// The terminal goes back and the process stops, until somebody lets it go on.
    Suspend,
    /// The terminal is taken again: somebody else had it.
    Reclaim,
    /// The screen looks like this from now on.
    Look(Look),
    /// The end, with an exit status.
    Quit(u8),
}

/// Work for the desk. Every order gets exactly one piece of news.
pub(crate) enum Order {
    /// Opens a vault's public part; its custodians follow one by one.
    OpenVault(PathBuf, Option<String>),
    /// Reads a copy, to be returned to; its custodians follow one by one.
    OpenCopy(Box<Return>, Option<String>),
    /// Other answers beside the copy that is open already.
    ReturnAnew(Box<Return>),
    /// One custodian's share.
    Enter {
        person: String,
        passphrase: SecretBytes,
        /// Where the person's envelope lies, if not in the vault's folder.
        envelope: Option<PathBuf>,
    },
    /// All shares are there: open.
    FinishOpening(Option<WitnessAnswer>),
    /// The screen is hidden: signing keys held for the session are wiped.
    Lock,
    /// Whether this is the passphrase of that custodian; nothing is signed.
    Recognise { person: String, signing: Signing },
    /// Gives up the opening or closes the vault.
    Close,
    /// Gives up a return to a copy: what was open before it is open again.
    LeaveCopy,
    /// Tries whether a vault can begin in this folder.
    Room(PathBuf),
    /// Makes a vault in a folder, and leaves it open.
    Create {
        dir: PathBuf,
        new: NewVault,
        policy: Option<Policy>,
    },
    /// Writes one person's envelopes to a medium of their own and reads them back.
    PlaceEnvelopes {
        folder: PathBuf,
        /// File name and armored text.
        files: Vec<(String, String)>,
        /// The vault's own folder, where no envelope may lie.
        vault: PathBuf,
        /// Folders that hold somebody else's.
        taken: Vec<PathBuf>,
    },
    /// Everybody has their envelopes: the vault's making is over.
    EnvelopesOut,
    /// A passphrase of so many words.
    Passphrase(usize),
    /// Reads the audit log and proves it.
    Trail,
    /// The report of a run.
    Report(String),
    /// The bundle of a run, signed by a person where one is named.
    Bundle {
        run: String,
        signer: Option<(String, Signing)>,
    },
    /// Verifies a bundle that somebody brought, with a file of fingerprints where there is one.
    Verify {
        bundle: PathBuf,
        trust: Option<PathBuf>,
    },
    /// Begins a ceremony, in a practice vault or a real one.
    Play(Box<Play>),
    /// Looks at the machine.
    Examine,
    /// Begins a ceremony in the vault that is open.
    PlayHere {
        script: Vec<u8>,
        inputs: BTreeMap<String, Vec<u8>>,
        resume: bool,
        /// Who takes which place of it.
        people: BTreeMap<String, String>,
        /// The other side is real: no stand-in answers for it.
        real: bool,
        /// A rehearsal vault: the time to which its own clock goes on first.
        clock: Option<Timestamp>,
        /// The folder for what the run leaves.
        out: Option<PathBuf>,
    },
    /// Reads a script of one's own.
    ReadScript(PathBuf),
    /// Reads which scripts were rehearsed on this workstation.
    Rehearsals,
    /// Says what lies in a folder.
    Look(PathBuf),
    /// Answers what the ceremony asks; a search for primes that follows goes on until somebody stops it.
    Answer {
        answers: Vec<Answer>,
        counted: Practised,
        stop: Stop,
    },
    /// Stops the ceremony for good.
    Abort { reason: String, by: Option<String> },
    /// Closes a stop without those who have yet to sign it.
    CloseUnsigned,
    /// The form refused what was typed for this field, in a way that goes on record.
    Mistyped(&'static str, Mistyped),
    /// Something secret was typed where it is drawn, on a page that is no question of a run.
    InTheOpen(InTheOpen),
    /// Records that something happened that the script does not foresee.
    Deviate(String),
    /// The ceremony is left for now: papers that lie open are put away first.
    SetAside,
    /// People stay after all.
    Stay,
    /// Writes the ceremony's outputs.
    WriteOutputs(PathBuf),
    /// Writes the files of a run that the vault remembers into a folder.
    WriteRun {
        /// The run's id.
        run: String,
        /// An empty or new folder.
        folder: PathBuf,
    },
    /// What an act would be, before anybody signs.
    Preview(Box<Draft>),
    /// An act, asked for and signed by its issuer.
    Ask {
        draft: Box<Draft>,
        issuer: String,
        signing: Signing,
    },
    /// A custodian's signature under an act on the table.
    Approve {
        id: [u8; 32],
        person: String,
        signing: Signing,
    },
    /// Any other command for the one door.
    Perform(Box<Command>),
    /// The act is executed; RSA pairs are searched for first, until somebody cancels.
    Execute { id: [u8; 32], cancel: Stop },
    /// Answers of the person whose turn it is in a change of people or shares.
    ChangeTurn(Vec<Answer>),
    /// Begins to prove the new envelopes of a reshare that stands open.
    GoOnWithReshare,
    /// Gives the change up, or calls the person at the screen again.
    LeaveChange { hide: bool },
    /// Writes printable papers into a folder, never over others.
    Papers(PathBuf),
    /// Writes the witness card of the present state into a folder.
    Card(PathBuf),
    /// Says what a receiver's file is.
    Inspect(PathBuf),
    /// The same for a file read before: what the vault knows may have changed since.
    InspectAgain { path: PathBuf, bytes: Arc<Vec<u8>> },
    /// Reads files, each for one field of an act.
    ReadFiles(Vec<(String, PathBuf)>),
    /// Says which imported certificate stands above the one in an act's files: the act's name, and paths by field.
    Above(&'static str, Vec<(String, PathBuf)>),
    /// Keeps a text that was pasted where a file is asked for.
    Pasted(Vec<u8>),
    /// Says what root a file holds.
    ReadRoot(PathBuf),
    /// Reads a receiver's answer to an export.
    Receipt(PathBuf),
    /// Writes a new file; nothing is overwritten.
    Save { path: PathBuf, bytes: Vec<u8> },
    /// Writes the last export's files to another folder, where the first try failed.
    HandOver(PathBuf),
    /// Writes the file with this digest, which the vault keeps until it is written.
    WriteUnwritten { sha256: String, folder: PathBuf },
}

impl Order {
    /// What the desk is doing, for the footing.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::OpenVault(..) => tr("reading the vault's public part").into(),
            Self::OpenCopy(..) | Self::ReturnAnew(_) => tr("reading the copy").into(),
            Self::Enter { person, .. } => say!("unsealing the envelope of {person}", person),
            Self::FinishOpening(_) => tr("opening and checking the vault").into(),
            Self::Close => tr("closing the vault").into(),
            Self::LeaveCopy => tr("closing the copy").into(),
            Self::Lock | Self::LeaveChange { .. } => tr("wiping").into(),
            Self::Recognise { person, .. } => say!("looking whether this is {person}", person),
            Self::Room(_) => tr("trying the folder").into(),
            Self::Create { .. } => tr("making the vault: identities, shares, envelopes").into(),
            Self::EnvelopesOut => tr("writing that everybody has theirs").into(),
            Self::Passphrase(_) => tr("drawing words").into(),
            Self::PlaceEnvelopes { .. } => tr("writing the envelopes and reading them back").into(),
            Self::Play(_) | Self::PlayHere { .. } => tr("beginning the ceremony").into(),
            Self::Answer { .. } => tr("working on your answer").into(),
            Self::ChangeTurn(_) | Self::GoOnWithReshare => {
                tr("working on it; sealing envelopes takes some seconds").into()
            }
            Self::Abort { .. } | Self::CloseUnsigned => tr("stopping the ceremony").into(),
            Self::Mistyped(..)
            | Self::InTheOpen(_)
            | Self::Deviate(_)
            | Self::SetAside
            | Self::Stay => tr("recording it").into(),
            Self::Preview(_) => tr("checking the request").into(),
            Self::Ask { .. } | Self::Approve { .. } => tr("unsealing the key and signing").into(),
            Self::Trail => tr("proving the audit log").into(),
            Self::Report(_) => tr("writing the report").into(),
            Self::Bundle { .. } => tr("putting the bundle together").into(),
            Self::Verify { .. } => tr("verifying the bundle").into(),
            Self::Examine => tr("looking at this machine").into(),
            Self::Perform(_) => tr("working").into(),
            Self::Look(_) => tr("looking into the folder").into(),
            Self::Execute { .. } => tr("doing what was signed for").into(),
            Self::Inspect(_)
            | Self::ReadRoot(_)
            | Self::ReadScript(_)
            | Self::Rehearsals
            | Self::Pasted(_)
            | Self::ReadFiles(_)
            | Self::Above(..)
            | Self::InspectAgain { .. } => tr("reading the file").into(),
            Self::Receipt(_) => tr("reading the receipt").into(),
            Self::Save { .. } => tr("writing the file").into(),
            Self::HandOver(_)
            | Self::WriteUnwritten { .. }
            | Self::WriteOutputs(_)
            | Self::WriteRun { .. }
            | Self::Papers(_)
            | Self::Card(_) => tr("writing the files").into(),
        }
    }
}

/// A script that was read from its file.
#[derive(Debug)]
pub(crate) struct OwnScript {
    /// The file, as it was chosen.
    pub(crate) file: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// Files that stand in for its inputs, by name.
    pub(crate) inputs: BTreeMap<String, Vec<u8>>,
    /// What the linter finds.
    pub(crate) found: Vec<Finding>,
}

/// What the desk says.
pub(crate) enum News {
    /// The public part of a vault; custodians can enter.
    Bootstrap(Bootstrap),
    /// A share was taken; this many more are needed.
    Entered { person: String, left: usize },
    /// The vault is open.
    Open,
    /// What was held for the session is wiped.
    Locked,
    /// It is that custodian.
    Recognised,
    /// It is not, in a sentence.
    Unrecognised(String),
    /// Nothing is open any more.
    Closed,
    /// The copy is open no more, and what was open before it is.
    LeftCopy,
    /// Whether a vault can begin in the folder that was named; why not, in sentences.
    Room(Result<(), String>),
    /// A vault was made: what people take away.
    Created(Papers),
    /// One person's envelopes lie in this folder and were read back; what that person should know of the place.
    Placed(PathBuf, Vec<String>),
    /// The vault knows that everybody has their envelopes.
    HandedOut,
    /// Words for one person. Taken out once, by the screen that shows them.
    Passphrase(std::cell::RefCell<Option<Zeroizing<String>>>),
    /// The vault is open for this ceremony, and it is asked who leaves before it begins. Taken out once.
    WhoLeaves(std::cell::RefCell<Option<Box<Order>>>),
    /// The ceremony shows this now; a wrong answer comes with its sentence.
    Showing {
        showing: Arc<Showing>,
        again: Option<String>,
    },
    /// What was not taken is on record; the same question stands.
    Counted,
    /// The ceremony could not begin or go on.
    RunFailed(String),
    /// What the machine is like: label, verdict, line.
    Examined(Vec<(String, String, String)>),
    /// A script of one's own was read.
    Script(Arc<OwnScript>),
    /// Which scripts were rehearsed on this workstation.
    Rehearsals(Rehearsals),
    /// What lies in a folder.
    Listed(Listing),
    /// These files were written, in this folder.
    Written { folder: PathBuf, files: Vec<String> },
    /// What an act would be, and the service's request in it, pretty.
    Preview {
        pending: PendingView,
        request: String,
    },
    /// What a receiver's file is.
    Receiver(Box<Receiver>),
    /// What the files hold, by field.
    FilesRead(Vec<(String, Vec<u8>)>),
    /// What an act's files say about the certificate above theirs, if anything, and which of them came in before.
    Above(Option<Above>, Vec<String>),
    /// The pasted text is kept.
    Kept,
    /// The root in a file.
    Root(Box<RootFile>),
    /// An export was executed, or its files were written after all.
    HandedOver(Box<HandedOver>),
    /// Whose turn it is in a change of people or shares; a wrong answer comes with its sentence, a right one with what came
    /// of it.
    Change {
        ask: Box<Ask>,
        again: Option<String>,
        said: Option<String>,
    },
    /// The change is in force, or its record is written.
    Changed(Box<Changed>),
    /// The vault was copied to this folder and read back.
    Copied(Box<BackupDone>, PathBuf),
    /// A copy is a vault again, in this folder: what people read.
    Restored { told: Vec<String>, to: PathBuf },
    /// A file was written.
    Saved(PathBuf),
    /// The door's answer.
    Done(Box<Outcome>),
    /// The audit log, proven or with its break.
    Trail(Arc<Trail>),
    /// A report as text.
    Reported(Box<crate::evidence::report::RunReport>),
    /// A bundle.
    Bundled(Vec<u8>),
    /// A bundle holds together: what it shows.
    Verified(String),
    /// What was typed off the witness card is mended at the keyboard: nothing was opened, and the shares stay.
    CardSlip(CardSlip),
    /// An answer to the questions of a return cannot be: nothing was opened, and it is mended where it stands.
    ReturnSlip { field: &'static str, why: String },
    /// The door refused, in a sentence.
    Refused(String),
}
