//! A script of one's own is read from its file: what it is, what stands in for its inputs, what the linter finds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::Desk;
use crate::ceremony::{MAX_SCRIPT_BYTES, Wanted, resolve_inputs};
use crate::session::{Profile, Refusal};
use crate::text::tr;
use crate::tui::message::{News, Order, OwnScript};

/// Reads the script for a vault of this profile.
pub(super) fn read(path: &Path, profile: Profile) -> Result<News, Refusal> {
    let most = u64::try_from(MAX_SCRIPT_BYTES).unwrap_or(u64::MAX);
    let bytes = crate::os::read_limited(path, most).map_err(|e| Refusal::Usage(e.to_string()))?;
    let file = path.file_name().map(|name| name.to_string_lossy());
    let script = super::parse(&bytes)
        .map_err(|why| Refusal::Usage(format!("{}: {why}", file.unwrap_or_default())))?;
    // What is missing is told by the run, which asks for it by name.
    let inputs = resolve_inputs(&script, BTreeMap::new(), path.parent(), profile);
    Ok(News::Script(Arc::new(OwnScript {
        file: path.display().to_string(),
        inputs: inputs.map(|(inputs, _)| inputs).unwrap_or_default(),
        found: script.lint(),
        bytes: bytes.to_vec(),
    })))
}

impl Desk {
    /// Begins or takes up a ceremony in the vault that is open.
    pub(super) fn play_here(&mut self, here: Order) -> News {
        let Order::PlayHere {
            script,
            inputs,
            resume,
            people,
            real,
            clock,
            out,
        } = here
        else {
            return News::Refused(tr("No ceremony is under way.").into());
        };
        let usual = self.wanted(inputs, resume, None);
        let wanted = Wanted {
            people,
            real_others: real,
            out,
            clock,
            ..usual
        };
        self.begin(&script, wanted).unwrap_or_else(News::RunFailed)
    }
}
