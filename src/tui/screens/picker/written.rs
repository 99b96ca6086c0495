//! The script of what was done at the screens, written to a file.

use std::path::Path;

use crate::ceremony::{RECORDED, lint_said, recorded_script_for};
use crate::text::{say, tr};
use crate::tui::screen::Reaction;
use crate::tui::screens::save::Save;
use crate::tui::world::World;

/// Asks where the script of what was done goes: the file's name is the script's id.
pub(super) fn written(world: &World) -> Reaction {
    let deeds = world.view.as_ref().map(|view| view.deeds.clone());
    let deeds = deeds.unwrap_or_default();
    let script = move |path: &Path| {
        let text = recorded_script_for(path, &deeds);
        text.map(|text| {
            let found = lint_said(&text);
            (text.into_bytes(), say!("no secret in it; {found}", found))
        })
        .map_err(|why| say!("No script was written: {why}.", why))
    };
    let names = tr(
        "The name without .toml becomes the script's id: a small letter, then small letters, digits or hyphens.",
    );
    let next = tr("Rehearse at Welcome plays it (F6); keymoot lint says what the linter finds");
    let page = Save::made(
        tr("Script of what was done"),
        RECORDED,
        names,
        Box::new(script),
    );
    Reaction::push(page.then_says(next))
}
