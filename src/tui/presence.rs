//! What goes on around the screen: whether somebody is still there, the network, media that come and go. All of it is
//! told in lines that take neither the keyboard nor the question on screen.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::app::{IDLE, State, same_folder};
use super::message::Msg;
use super::screen::{Reaction, Screen};
use super::screens::{stopped, welcome::shown};
use super::surroundings;
use super::theme::Role;
use super::world::StandsOpen;
use crate::os::removable_media;
use crate::session::Profile;
use crate::text::{say, tr};
use crate::vault::vaults_in;

pub(crate) use crate::session::idle::PING_SECONDS;

/// Milliseconds between two looks at the network and the media.
pub(crate) const LOOK_EVERY: u64 = 2000;

/// Milliseconds that a line from outside stays whatever is typed.
const STAYS: i64 = 2000;

/// What is looked at from time to time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Around {
    /// The network in one word.
    pub(crate) network: String,
    /// Media that are mounted.
    pub(crate) media: Vec<PathBuf>,
    /// The vaults of the folder that are offered, where any are.
    pub(crate) vaults: Vec<PathBuf>,
    /// In which of them a ceremony stands open, once they are others than at the start.
    pub(crate) stopped: Vec<(String, StandsOpen)>,
    /// The theme's file, where the theme is one, as it lies there.
    pub(crate) theme: Option<ThemeFile>,
}

/// A theme's file, and what changes when somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ThemeFile {
    path: PathBuf,
    written: Option<SystemTime>,
    length: u64,
}

impl ThemeFile {
    /// The file as it lies there; nothing while an editor has it away.
    fn at(path: &Path) -> Option<Self> {
        let about = std::fs::metadata(path).ok()?;
        Some(Self {
            path: path.to_owned(),
            written: about.modified().ok(),
            length: about.len(),
        })
    }
}

impl Around {
    /// What is there now; vaults of this folder, where they are offered, and the theme's file, where it is one.
    pub(crate) fn now(folder: Option<&Path>, theme: Option<&Path>) -> Self {
        Self {
            network: surroundings::network(),
            media: removable_media(),
            vaults: folder.map(vaults_in).unwrap_or_default(),
            stopped: Vec::new(),
            theme: theme.and_then(ThemeFile::at),
        }
    }

    /// What is there after this. A vault's log is read only where the vaults are others.
    pub(crate) fn again(&self, folder: Option<&Path>, theme: Option<&Path>) -> Self {
        let mut now = Self::now(folder, theme);
        // Away for a moment, it is still the one that was read.
        if theme.is_some() && now.theme.is_none() {
            now.theme.clone_from(&self.theme);
        }
        let stopped = if now.vaults == self.vaults {
            self.stopped.clone()
        } else {
            stopped(&now.vaults)
        };
        Self { stopped, ..now }
    }

    /// What has changed since; nothing where all is as it was, so that nothing is drawn.
    pub(crate) fn news(&self, now: &Self) -> Vec<Msg> {
        let mut news = Vec::new();
        if self.network != now.network {
            news.push(Msg::Network(now.network.clone()));
        }
        let only_in = |one: &Self, other: &Self| -> Vec<PathBuf> {
            let gone = |path: &&PathBuf| !other.media.contains(path);
            one.media.iter().filter(gone).cloned().collect()
        };
        let (came, gone) = (only_in(now, self), only_in(self, now));
        if !(came.is_empty() && gone.is_empty()) {
            news.push(Msg::Media { came, gone });
        }
        if self.vaults != now.vaults {
            let not_in = |one: &Self, other: &Self| -> Vec<PathBuf> {
                let gone = |path: &&PathBuf| !other.vaults.contains(path);
                one.vaults.iter().filter(gone).cloned().collect()
            };
            news.push(Msg::Vaults {
                came: not_in(now, self),
                gone: not_in(self, now),
                stopped: now.stopped.clone(),
            });
        }
        if let (Some(was), Some(is)) = (&self.theme, &now.theme)
            && was.path == is.path
            && was != is
        {
            news.push(Msg::ThemeWritten);
        }
        news
    }
}

/// How long before the screen is hidden it is asked whether somebody is there.
fn ahead(after: i64) -> i64 {
    (PING_SECONDS * 1000).min(after / 2)
}

impl State {
    /// When the picture changes by itself next, in milliseconds of the machine's time.
    pub(crate) fn next_change(&self) -> Option<i64> {
        let now = self.world.wall.millis();
        let second = self.world.clock_moves().then(|| {
            now.saturating_sub(now.rem_euclid(1000))
                .saturating_add(1000)
        });
        let busy = match &self.world.busy {
            Some((_, since)) if self.world.long_busy().is_none() => {
                Some(since.millis().saturating_add(200))
            }
            // From then on the seconds of the wait are on screen.
            Some((_, since)) => {
                let waited = now.saturating_sub(since.millis()).max(0);
                Some(
                    now.saturating_sub(waited.rem_euclid(1000))
                        .saturating_add(1000),
                )
            }
            None => None,
        };
        let idle = (!self.locked()).then(|| match self.pinged {
            Some(_) => self.touched.saturating_add(self.idle_after()),
            None => self.ping_at(),
        });
        let screen = self.top().and_then(Screen::next_change);
        [second, busy, idle, screen].into_iter().flatten().min()
    }

    /// The network changed.
    pub(super) fn network(&mut self, word: String) {
        if self.world.network == word {
            return;
        }
        let production = self
            .world
            .view
            .as_ref()
            .is_some_and(|view| view.profile == Profile::Production);
        let (role, text) = match (word.as_str(), production) {
            ("ONLINE", true) => (
                Role::Stop,
                tr(
                    "STOP  A network came up. A production ceremony wants none: pull the cable, switch radio off.",
                ),
            ),
            ("ONLINE", false) => (
                Role::Note,
                tr("A network came up: this machine is ONLINE now."),
            ),
            ("offline", _) => (
                Role::Note,
                tr("The network is gone: this machine is offline now."),
            ),
            _ => (
                Role::Note,
                tr("Whether there is a network cannot be read any more."),
            ),
        };
        self.world.network = word;
        self.tell(role, text.to_owned());
    }

    /// Vaults came into the folder, or are gone from it: Welcome offers what is there. One that was made here stands in
    /// the list already.
    pub(super) fn vaults(
        &mut self,
        came: Vec<PathBuf>,
        gone: &[PathBuf],
        stopped: Vec<(String, StandsOpen)>,
    ) {
        self.world.gone.retain(|vault| !came.contains(vault));
        // While somebody reads the list, a line that is gone keeps its number and says so.
        let mut gone: Vec<PathBuf> = gone.to_vec();
        if self.top().is_some_and(|top| top.name() == "Welcome") {
            let offered = self.world.vaults.iter().take(shown(&self.world));
            let (stay, go) = gone
                .into_iter()
                .partition(|vault| offered.clone().any(|v| v == vault));
            self.world.gone.extend::<Vec<PathBuf>>(stay);
            gone = go;
        }
        let vaults = &mut self.world.vaults;
        vaults.retain(|vault| !gone.contains(vault));
        for vault in came {
            // As it was named when it was made, perhaps.
            if !vaults.iter().any(|known| same_folder(known, &vault)) {
                vaults.push(vault);
            }
        }
        vaults.sort();
        // What an open vault says of itself is newer than its log on the disk.
        for (name, title) in stopped {
            if !self.world.stopped.iter().any(|(known, _)| *known == name) {
                self.world.stopped.push((name, title));
            }
        }
        self.asks_anew();
    }

    /// Media came or went. The list of files that is on screen is read again.
    pub(super) fn media(&mut self, came: &[PathBuf], gone: &[PathBuf]) -> Reaction {
        let said = |paths: &[PathBuf], what: &str| {
            let names: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
            (!names.is_empty()).then(|| format!("{} {what}.", names.join(", ")))
        };
        let words = [
            said(came, tr("was plugged in")),
            said(gone, tr("was taken out")),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        self.tell(Role::Note, words.join(" "));
        if self.world.busy.is_some() || self.locked() {
            return Reaction::none();
        }
        match self.top_mut() {
            Some((screen, _)) => screen.media(),
            None => Reaction::none(),
        }
    }

    /// Asks whether somebody is there, shortly before the screen is hidden. The key that answers does nothing else.
    pub(super) fn ping(&mut self) {
        if self.pinged.is_some() || self.locked() {
            return;
        }
        let text = say!(
            "Is somebody there? This screen is hidden in {seconds} s. Any key keeps it, and does nothing else.",
            seconds = ahead(self.idle_after()) / 1000
        );
        self.pinged = Some(text.clone());
        self.tell(Role::Wait, text);
    }

    /// When the question whether somebody is there comes, in milliseconds of the machine's time.
    pub(super) fn ping_at(&self) -> i64 {
        let after = self.idle_after();
        self.touched
            .saturating_add(after)
            .saturating_sub(ahead(after))
    }

    /// Milliseconds until the untouched screen is locked: as usual, or sooner where a screen wants it so.
    pub(super) fn idle_after(&self) -> i64 {
        let wanted = self.screens().filter_map(Screen::idle_lock).min();
        wanted.map_or(IDLE, |wanted| wanted.min(IDLE))
    }

    /// Somebody touched a key; whether it only answered that question.
    pub(super) fn answers_ping(&mut self) -> bool {
        let Some(text) = self.pinged.take() else {
            return false;
        };
        if self.notice().is_some_and(|(_, said)| *said == text) {
            self.notice = None;
            self.told = None;
        }
        true
    }

    /// A line from outside: over whatever question is on screen, which goes on.
    fn tell(&mut self, role: Role, text: String) {
        // What the screen that hides everything says stays alone; the first line shows the network.
        if self.locked() {
            return;
        }
        self.notice = Some((role, text));
        self.told = Some(self.world.wall.millis());
    }

    /// A key takes the line above the footing away, unless it came from outside a moment ago.
    pub(super) fn read_notice(&mut self) {
        let now = self.world.wall.millis();
        if self.told.is_some_and(|at| now.saturating_sub(at) < STAYS) {
            return;
        }
        self.told = None;
        self.notice = None;
    }
}

#[cfg(test)]
mod tests;
