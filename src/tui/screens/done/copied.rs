//! What is said of a copy of the vault that was written and read back.

use std::path::Path;

use super::{Done, groups};
use crate::session::{BackupDone, PendingView};
use crate::text::{say, tr};
use crate::tui::theme::Role;
use crate::tui::widgets::lines::Line;
use crate::tui::world::World;

impl Done {
    /// A copy of the vault that was read back.
    pub(crate) fn copied(
        pending: &PendingView,
        copy: &BackupDone,
        folder: &Path,
        world: &World,
    ) -> Self {
        let mut done = Self::executed(pending, &copy.executed, world);
        done.head = say!(
            "Done. Copy {id} is written and was read back.",
            id = copy.id
        );
        done.lines
            .push(Line::new(tr("folder"), folder.display().to_string()));
        let names: Vec<&str> = copy.files.iter().map(|(name, _)| name.as_str()).collect();
        done.lines.push(
            Line::new(
                tr("files"),
                say!("{names}, read back", names = names.join(", ")),
            )
            .role(Role::Ok),
        );
        let beside = copy.warning();
        done.lines
            .extend(beside.map(|words| Line::new(tr("beware"), words).role(Role::Wait)));
        let vault = copy.files.iter().find(|(name, _)| name == "vault.age");
        done.lines
            .extend(vault.map(|(_, sha256)| Line::new(tr("vault.age"), groups(sha256))));
        let view = world.view.as_deref();
        done.next = view.map_or_else(Vec::new, |view| copy.then(pending, view).into());
        done
    }
}
