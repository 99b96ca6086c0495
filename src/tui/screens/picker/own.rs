//! Scripts of one's own in the list of ceremonies: read from a file, and listed with what the linter finds.

use super::{Listed, Picker, Place};
use crate::ceremony::{Finding, Script};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::message::OwnScript;
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;
use crate::tui::world::World;

impl Listed {
    /// Whether the linter finds errors in it, so that no run begins.
    pub(super) fn has_errors(&self) -> bool {
        self.found.iter().flatten().any(Finding::is_error)
    }

    /// Why it would not begin, in a word or two beside its title.
    pub(super) fn mark(&self) -> Option<&'static str> {
        let off = self.off.as_ref().map(|off| off.short);
        off.or_else(|| self.has_errors().then(|| tr("has errors")))
    }
}

impl Picker {
    /// A run that ended meanwhile stands here no more: a script that was made for it alone is not begun again.
    pub(super) fn again(&mut self, world: &World) {
        if self.place == Place::Here {
            let chosen = self.listed.get(self.cursor.at()).map(|l| l.sha256.clone());
            let cursor = self.cursor.at();
            let own = std::mem::take(&mut self.own);
            let rehearsals = self.rehearsals.take();
            *self = Self::here(world);
            self.rehearsals = rehearsals;
            for one in &own {
                self.listed.retain(|l| l.sha256 != one.sha256);
                self.listed.insert(0, one.clone());
            }
            self.own = own;
            self.judge(world);
            // A run that was left stands on top now: the cursor goes with it.
            let same = self
                .listed
                .iter()
                .position(|l| Some(&l.sha256) == chosen.as_ref());
            let last = self.listed.len().saturating_sub(1);
            self.cursor = Cursor::on(same.unwrap_or(cursor).min(last));
        }
    }

    /// Puts a script that was read at the top of the list, with the cursor on it. Read again, it takes its own place.
    pub(super) fn take_up(&mut self, read: &OwnScript) {
        let Ok(script) = Script::parse(&read.bytes) else {
            return;
        };
        let listed = Listed {
            found: Some(read.found.clone()),
            inputs: read.inputs.clone(),
            ..Listed::of(&script, &read.file, read.bytes.clone())
        };
        let another = |l: &Listed| l.file != listed.file && l.sha256 != listed.sha256;
        self.own.retain(another);
        self.listed.retain(another);
        self.own.push(listed.clone());
        self.listed.insert(0, listed);
        self.cursor = Cursor::on(0);
    }
}

/// What the linter finds in a script of one's own; the first of it in full.
pub(super) fn draw(found: &[Finding], width: u16, canvas: &mut Canvas<'_>) -> u16 {
    let errors = found.iter().filter(|finding| finding.is_error()).count();
    let (role, words) = match (errors, found.len()) {
        (_, 0) => (
            Role::Ok,
            tr("ok  The linter finds nothing wrong.").to_owned(),
        ),
        (0, 1) => (Role::Note, tr("note  The linter has a remark.").to_owned()),
        (0, all) => (Role::Note, say!("note  The linter has {all} remarks.", all)),
        (1, _) => (
            Role::Stop,
            tr("STOP  The linter finds an error: it is not run until that is mended.").to_owned(),
        ),
        (errors, _) => (
            Role::Stop,
            say!(
                "STOP  The linter finds {errors} errors: it is not run until they are mended.",
                errors
            ),
        ),
    };
    let mut y = canvas.paragraph(2, 0, width, role, &words);
    let first = found.iter().find(|f| f.is_error()).or(found.first());
    if let Some(finding) = first {
        let words = format!(
            "{} {} {}: {}",
            finding.rule,
            tr("line"),
            finding.line,
            finding.message
        );
        y = y.saturating_add(canvas.paragraph(2, y, width, Role::Text, &words));
    }
    y
}

#[cfg(test)]
mod tests {
    use crate::tui::room::{Room, practice_session};
    use crate::tui::screens::home::Home;

    #[test]
    fn a_script_from_disk_is_linted_and_run_here() {
        let folder = tempfile::tempdir().unwrap();
        let text = std::str::from_utf8(
            crate::ceremony::shipped()
                .iter()
                .find(|(name, _)| *name == "first-key.toml")
                .unwrap()
                .1,
        )
        .unwrap();
        let own = text.replacen("\"first-key\"", "\"our-key\"", 1);
        assert_ne!(own, text);
        std::fs::write(folder.path().join("our-key.toml"), own).unwrap();
        std::fs::write(folder.path().join("bad.toml"), "id = ").unwrap();
        let mut room = Room::new(Home::new(), practice_session(false));
        room.state.world.folder = folder.path().to_owned();
        room.press("c<F6>").shows(&["our-key.toml", "bad.toml"]);
        let lines: Vec<String> = room.text().lines().map(str::to_owned).collect();
        let at = |name: &str| lines.iter().position(|l| l.contains(name)).unwrap();
        let (bad, good) = (at("bad.toml"), at("our-key.toml"));
        let cursor = lines.iter().position(|l| l.contains('►')).unwrap();
        room.press(&"<Down>".repeat(bad.saturating_sub(cursor)));
        room.press("<Enter>")
            .shows(&["bad.toml: The script cannot be read; nothing was begun"]);
        room.press("<F6>");
        room.press(&"<Down>".repeat(good.saturating_sub(cursor)));
        room.press("<Enter>")
            .shows(&["our-key.toml", "The linter finds nothing wrong"]);
        room.press("<Enter>").shows(&["Rehearse", "step 1 of"]);
    }
}
