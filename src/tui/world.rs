//! What screens may look at: the session's view, the clock, where we are. Plain data, told from outside.

use std::path::PathBuf;
use std::sync::Arc;

use super::look::Look;
use crate::api::Timestamp;
use crate::session::{Profile, View};

/// What stands open in a vault that is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StandsOpen {
    /// A ceremony, by its title; empty where only its file knows it.
    Run(String),
    /// New words and envelopes that were handed out, and are not in force.
    Change,
}

/// What a screen sees of the world.
#[derive(Debug, Clone)]
pub(crate) struct World {
    /// Columns and rows.
    pub(crate) size: (u16, u16),
    /// The machine's time, as last told.
    pub(crate) wall: Timestamp,
    /// The open vault, as the desk last saw it.
    pub(crate) view: Option<Arc<View>>,
    /// The machine's time when that view was made.
    pub(crate) viewed: Timestamp,
    /// The network in one word: `offline` or `ONLINE`.
    pub(crate) network: String,
    /// The folder keymoot was started in.
    pub(crate) folder: PathBuf,
    /// The vaults that are offered: those of that folder, the one that was named, and those made since.
    pub(crate) vaults: Vec<PathBuf>,
    /// Whether the vaults of that folder are offered: then it is looked at from time to time.
    pub(crate) lists: bool,
    /// Of those that are offered: whose folder vanished while Welcome stood there. It keeps its line until Welcome is left.
    pub(crate) gone: Vec<PathBuf>,
    /// The folder of the vault that was closed last, where it is one of those that are offered.
    pub(crate) closed_last: Option<PathBuf>,
    /// How many vaults were closed: whoever remembers the number knows whether another one was.
    pub(crate) closings: u64,
    /// Vaults in which something stands open, by name: by the public log at the start, and by the open vault since.
    pub(crate) stopped: Vec<(String, StandsOpen)>,
    /// Whether a folder was named that takes the files of the ceremony.
    pub(crate) out: bool,
    /// What the desk is at, in words, and since when.
    pub(crate) busy: Option<(String, Timestamp)>,
    /// What `doctor` found, as label, verdict (`ok`, `note`, `STOP`) and line.
    pub(crate) doctor: Vec<(String, String, String)>,
    /// Where files of a ceremony were written last, and which.
    pub(crate) written: Option<String>,
    /// Whether a shell is above that could bring keymoot back, were it put aside.
    pub(crate) shell: bool,
    /// How the screen looks.
    pub(crate) look: Look,
}

impl World {
    /// A workstation in this folder with nothing open.
    pub(crate) fn at(size: (u16, u16), wall: Timestamp, look: Look) -> Self {
        Self {
            size,
            wall,
            view: None,
            viewed: wall,
            network: "offline".into(),
            folder: PathBuf::from("."),
            vaults: Vec::new(),
            lists: false,
            gone: Vec::new(),
            closed_last: None,
            closings: 0,
            stopped: Vec::new(),
            out: false,
            busy: None,
            doctor: Vec::new(),
            written: None,
            shell: true,
            look,
        }
    }

    /// The vault's time, or the machine's where no vault is open. A rehearsal's clock stands still.
    pub(crate) fn now(&self) -> Timestamp {
        match &self.view {
            Some(view) if view.profile == Profile::Rehearsal => view.now,
            Some(view) => view.now.plus_millis(
                self.wall
                    .millis()
                    .saturating_sub(self.viewed.millis())
                    .max(0),
            ),
            None => self.wall,
        }
    }

    /// Whether the clock on screen moves by itself.
    pub(crate) fn clock_moves(&self) -> bool {
        self.view
            .as_ref()
            .is_none_or(|v| v.profile != Profile::Rehearsal)
    }

    /// Whether this is a rehearsal.
    pub(crate) fn rehearsal(&self) -> bool {
        self.view
            .as_ref()
            .is_some_and(|v| v.profile == Profile::Rehearsal)
    }

    /// Whether this is a rehearsal that leaves nothing behind.
    pub(crate) fn keeps_nothing(&self) -> bool {
        self.rehearsal() && self.view.as_ref().is_some_and(|v| !v.kept)
    }

    /// What the desk is at, once that takes long enough to be worth saying.
    pub(crate) fn long_busy(&self) -> Option<&str> {
        let (words, since) = self.busy.as_ref()?;
        (self.wall.millis().saturating_sub(since.millis()) >= 200).then_some(words.as_str())
    }

    /// The vault is closed: what stood open in it is offered where it is opened again.
    pub(crate) fn closed(&mut self) {
        let folder = self.vault_folder().cloned();
        let Some(view) = self.view.take().filter(|view| view.kept) else {
            return;
        };
        self.closed_last = folder;
        self.closings = self.closings.wrapping_add(1);
        self.stopped.retain(|(vault, _)| *vault != view.vault);
        if let Some(open) = crate::ceremony::open_run(&view) {
            self.stopped
                .push((view.vault.clone(), StandsOpen::Run(open.title)));
        }
    }

    /// The folder of the open vault, where it is one of those that are offered.
    pub(crate) fn vault_folder(&self) -> Option<&PathBuf> {
        let view = self.view.as_ref()?;
        let mut vaults = self.vaults.iter();
        vaults.find(|dir| vault_name(dir) == view.vault)
    }

    /// Welcome is left: lines of folders that are gone are no more.
    pub(crate) fn forget_gone(&mut self) {
        let gone = std::mem::take(&mut self.gone);
        self.vaults.retain(|vault| !gone.contains(vault));
    }

    /// What stands open in the vault of a folder.
    pub(crate) fn stopped_in(&self, folder: &std::path::Path) -> Option<&StandsOpen> {
        let name = vault_name(folder);
        let mut stopped = self.stopped.iter();
        let (_, open) = stopped.find(|(vault, _)| *vault == name)?;
        Some(open)
    }

    /// Whether there is room for more than the least.
    pub(crate) const fn wide(&self) -> bool {
        self.size.0 >= 120 && self.size.1 >= 30
    }
}

pub(crate) use crate::session::founding::vault_name;
