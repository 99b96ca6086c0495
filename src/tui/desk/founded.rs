//! A vault that is made at the screens, until everybody has their envelopes.

use std::path::Path;

use super::Desk;
use crate::custody::Policy;
use crate::session::{Created, NewVault, Refusal, founding};
use crate::tui::message::News;
use crate::vault::FolderStore;

impl Desk {
    /// Makes a vault in a folder, and leaves it open.
    pub(super) fn create(
        &mut self,
        dir: &Path,
        new: NewVault,
        policy: Option<Policy>,
    ) -> Result<News, Refusal> {
        let store = FolderStore::create(dir).map_err(|e| Refusal::Vault(e.to_string()))?;
        let created =
            crate::session::create_under(Box::new(store), new, policy, self.environment())?;
        Ok(self.keep(created, dir))
    }

    pub(super) fn keep(&mut self, created: Created, dir: &Path) -> News {
        let (session, papers) = founding::keep(created, dir);
        self.session = Some(session);
        News::Created(papers)
    }

    /// Everybody has their envelopes: the vault says so from now on.
    pub(super) fn envelopes_out(&mut self) -> News {
        if let Some(session) = &mut self.session {
            session.end_handing_out();
        }
        News::HandedOut
    }
}
