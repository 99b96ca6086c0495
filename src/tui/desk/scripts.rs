//! A script of one's own is read from its file: what it is, what stands in for its inputs, what the linter finds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::Desk;
use crate::api::Timestamp;
use crate::ceremony::{MAX_SCRIPT_BYTES, Play, Script, Wanted, resolve_inputs, who_leaves};
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

/// The ceremony of a command, to begin in the vault that is open now.
pub(super) fn here(play: Play, clock: Option<Timestamp>) -> Box<Order> {
    Box::new(Order::PlayHere {
        script: play.script,
        inputs: play.inputs,
        resume: play.resume,
        people: play.people,
        real: play.real,
        clock,
        out: play.out,
    })
}

impl Desk {
    /// Whether it is asked who leaves by a ceremony before it begins in the vault that is open: one that goes on has its
    /// people.
    pub(super) fn leaves_open(&self, play: &Play) -> bool {
        let view = self.session.as_ref().map(crate::session::Session::view);
        let known = view.zip(Script::parse(&play.script).ok());
        known.is_some_and(|(view, script)| {
            let begins = !play.resume && !script.stands_open(&view);
            begins && who_leaves(&script, &view, &play.people).is_some()
        })
    }

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
