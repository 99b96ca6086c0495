//! Why a vault does not take a script: with every reason, and the exit status that `keymoot brief` gives beforehand.

use crate::api::Clock as _;
use crate::ceremony::{self, Rehearsals, RunError, Script};
use crate::os::WallClock;
use crate::session::Session;

use super::super::sessions;
use super::super::status::Failure;
use super::PlayArgs;
use super::said::failure;

impl PlayArgs {
    /// Why the run did not begin. Where the vault itself is against the script, every reason that a brief finds in it:
    /// the run names the first.
    pub(super) fn not_begun(&self, error: RunError, script: &[u8], session: &Session) -> Failure {
        let dir = self.place.vault.as_ref().filter(|_| !self.resume);
        let (Some(dir), RunError::CannotBegin(first)) = (dir, &error) else {
            return failure(error);
        };
        let Ok(script) = Script::parse(script) else {
            return failure(error);
        };
        let notes = self.note_file();
        let rehearsals = Rehearsals::read(notes.as_deref(), WallClock.now());
        let name = sessions::name_of(dir);
        let vault = ceremony::BriefVault::opened_as(name, session.view(), rehearsals);
        let reasons = vault.refusals(&script);
        match reasons.as_slice() {
            [] => failure(error),
            [_] => Failure::person_needed(first),
            all => Failure::person_needed(first).hint(format!(
                "in all, this vault refuses it because: {}",
                all.join(" ")
            )),
        }
    }
}
