//! The ways that Welcome offers: its numbered lines and the palette over it are drawn from here.

use std::path::{Path, PathBuf};

use super::super::doctor::Doctor;
use super::super::files::Files;
use super::super::init::Init;
use super::super::picker::{Picker, Place};
use super::super::restore::Restore;
use super::super::unlock::{Then, Unlock};
use super::shown;
use crate::session::asked::ELSEWHERE;
use crate::session::called::called;
use crate::text::{say, tr};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::world::{StandsOpen, World};

/// One way to begin.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    #[default]
    Rehearse,
    Open(PathBuf),
    Copy(PathBuf),
    /// A vault or copy whose folder vanished while the page stood: it keeps its number until the page is entered anew.
    Gone(PathBuf),
    Elsewhere,
    Create,
    Restore,
    Doctor,
}

/// A line of Welcome: the way, its name, and what is to be known about it.
pub(crate) struct Listed {
    pub(crate) way: Way,
    pub(crate) title: String,
    pub(crate) about: String,
}

impl Listed {
    fn new(way: Way, title: impl Into<String>, about: &str) -> Self {
        Self {
            way,
            title: title.into(),
            about: about.to_owned(),
        }
    }
}

/// All of them, the safest first.
pub(crate) fn listed(world: &World) -> Vec<Listed> {
    let mut ways = vec![Listed::new(
        Way::Rehearse,
        tr("Rehearse a ceremony (10 min, nothing is kept)"),
        tr("You play all the people, in a practice vault that is gone afterwards."),
    )];
    let shown = shown(world);
    ways.extend(world.vaults.iter().take(shown).map(|dir| vault(dir, world)));
    let elsewhere = match world.vaults.len().saturating_sub(shown) {
        0 => tr("On a stick, or wherever it lies. A copy of a vault is told from a vault.")
            .to_owned(),
        1 => tr("1 more vault lies here. Or on a stick, or wherever it lies.").to_owned(),
        n => say!(
            "{n} more vaults lie here. Or on a stick, or wherever it lies.",
            n
        ),
    };
    ways.extend([
        Listed::new(Way::Elsewhere, tr(ELSEWHERE), &elsewhere),
        Listed::new(
            Way::Create,
            tr("Create a vault (needs its custodians here, 20 min)"),
            tr("Each person is shown seven words, alone, and writes them down."),
        ),
        Listed::new(
            Way::Restore,
            tr("Return to a copy"),
            tr("The stick with the vault is broken or lost: a backup becomes a vault again."),
        ),
        Listed::new(
            Way::Doctor,
            tr("Is this machine fit?"),
            tr("Network, swap, core dumps, clock: what a ceremony needs."),
        ),
    ]);
    ways
}

fn vault(dir: &Path, world: &World) -> Listed {
    let name = dir.file_name().map_or_else(
        || dir.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    );
    if world.gone.iter().any(|gone| gone == dir) {
        return Listed::new(
            Way::Gone(dir.to_owned()),
            say!("{name} is gone", name),
            tr("Its folder was taken away a moment ago. Plug its medium in again to open it."),
        );
    }
    if crate::vault::is_copy(dir) {
        return Listed::new(
            Way::Copy(dir.to_owned()),
            say!("Return to the copy {name}", name),
            tr("A backup, never opened: it becomes a vault again, in another folder."),
        );
    }
    let about = match world.stopped_in(dir) {
        None => tr("Its custodians enter their passphrases one after the other.").to_owned(),
        Some(StandsOpen::Change) => {
            tr("A change of people stands open in it: open it, and it says which words count.")
                .to_owned()
        }
        Some(StandsOpen::Run(title)) if title.is_empty() => {
            tr("A ceremony stands open in it: open it, and it goes on.").to_owned()
        }
        Some(StandsOpen::Run(title)) => say!("Stands open in it, and goes on: {title}", title),
    };
    Listed::new(Way::Open(dir.to_owned()), say!("Open {name}", name), &about)
}

impl Way {
    /// The folder of a vault or copy that it is about.
    fn dir(&self) -> Option<&Path> {
        match self {
            Self::Open(dir) | Self::Copy(dir) | Self::Gone(dir) => Some(dir),
            _ => None,
        }
    }

    /// Whether it is the same line, whatever became of its folder.
    pub(super) fn is_line_of(&self, other: &Self) -> bool {
        self == other || (self.dir().is_some() && self.dir() == other.dir())
    }

    /// Why it cannot be gone now.
    pub(crate) fn off(&self) -> Option<&'static str> {
        matches!(self, Self::Gone(_)).then(|| tr("its folder is gone"))
    }

    /// What Enter does.
    pub(crate) fn enter(&self) -> &'static str {
        match self {
            Self::Rehearse => tr("shows the ceremonies you can rehearse"),
            Self::Open(_) => tr("asks the first custodian for a passphrase"),
            Self::Gone(_) => tr("does nothing: its folder is gone"),
            Self::Elsewhere => tr("shows folders and sticks; nothing is opened by looking"),
            Self::Restore | Self::Copy(_) => {
                tr("asks which copy; the copy is read and never written")
            }
            Self::Create => tr("begins with the vault's name; nothing is written before the end"),
            Self::Doctor => tr("shows what this machine is fit for; changes nothing"),
        }
    }

    /// Other words that people have for it.
    pub(crate) fn also_called(&self) -> &'static str {
        called(match self {
            Self::Rehearse => "rehearse",
            Self::Open(_) | Self::Gone(_) => "open",
            Self::Elsewhere => "elsewhere",
            Self::Create => "create",
            Self::Restore | Self::Copy(_) => "vault.restore",
            Self::Doctor => "doctor",
        })
    }

    /// Where it leads.
    pub(crate) fn go(&self, world: &World) -> Reaction {
        match self {
            Self::Rehearse => Reaction::push(Picker::shipped(Place::Rehearsal)),
            Self::Open(vault) => open(vault.clone()),
            Self::Copy(copy) => Reaction::push(Restore::of(copy)),
            Self::Gone(_) => Reaction::notice(
                Role::Note,
                tr(
                    "Its folder is gone: nothing was opened. Plug its medium in again, or choose another line.",
                ),
            ),
            Self::Elsewhere => {
                let near = world.folder.to_string_lossy();
                let (files, order) = Files::new(Wants::Vault, &near, world);
                Reaction::push(files).then(Step::Order(order))
            }
            Self::Create => Reaction::push(Init::new(&world.folder.join("new.vault"))),
            Self::Restore => Reaction::push(Restore::new()),
            Self::Doctor => Reaction::push(Doctor::default()).then(Step::Order(Order::Examine)),
        }
    }
}

/// Calls the first custodian of a vault.
pub(super) fn open(vault: PathBuf) -> Reaction {
    let unlock = Unlock::new(vault, Then::Home);
    let order = unlock.order();
    Reaction::push(unlock).then(Step::Order(order))
}
