//! What is known and written down before a vault is open: its log, and what was refused at the door.

use crate::api::Clock as _;
use crate::evidence::audit::{self, Event, Kind};
use crate::os::WallClock;
use crate::vault;

use super::Opening;

impl Opening {
    /// The log as it lies there; nothing where it cannot be read.
    pub(in crate::session) fn log(&self) -> Option<Box<dyn std::io::Read + Send>> {
        let log = self.store.reader(vault::AUDIT).ok()?;
        Some(log.unwrap_or_else(|| Box::new(std::io::empty())))
    }

    /// Something was refused before anything is open: a line without a key vouches for nothing, but it is there.
    pub(in crate::session) fn note_unvouched(
        &mut self,
        what: &str,
        who: &[&str],
        details: &[(&str, serde_json::Value)],
    ) {
        let vault_id = self.bootstrap().vault_id;
        let Some(log) = self.log() else {
            return;
        };
        let Ok(mut chain) = audit::last_head(std::io::BufReader::new(log), &vault_id) else {
            return;
        };
        let event = Event::new(WallClock.now(), Kind::Unvouched, what)
            .by(who.iter().map(|name| (*name).to_owned()))
            .with("result", "refused");
        let event = details.iter().fold(event, |event, (name, value)| {
            event.with(name, value.clone())
        });
        // Were the medium full, the refusal itself still stands on screen.
        let _ = self
            .store
            .append(vault::AUDIT, &chain.append_unvouched(event));
    }
}
