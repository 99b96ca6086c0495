//! Settings: theme, glyphs, mouse. Each takes effect at once and is kept on this workstation.

use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::look::{Look, Setting};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;
use crate::tui::world::World;

/// The list of settings.
pub(crate) struct Settings {
    cursor: Cursor,
}

impl Settings {
    /// With the cursor on the theme in use.
    pub(crate) fn new(look: &Look) -> Self {
        let all = Setting::all(look);
        let at = all.iter().position(|s| s.is_on(look)).unwrap_or(0);
        Self {
            cursor: Cursor::on(at),
        }
    }

    fn chosen(&self, look: &Look) -> Option<Setting> {
        Setting::all(look).into_iter().nth(self.cursor.at())
    }
}

/// Words that show what the theme makes of each state.
fn sample() -> [(Role, &'static str); 10] {
    [
        (Role::Ok, tr("ok")),
        (Role::Note, tr("note")),
        (Role::Stop, tr("STOP")),
        (Role::Wait, tr("wait")),
        (Role::Key, "Enter"),
        (Role::Countdown, "2 d 03:08"),
        (Role::Muted, tr("aside")),
        (Role::ProfileRehearsal, "REHEARSAL"),
        (Role::ProfileTest, "[TEST]"),
        (Role::ProfileProduction, "■ PRODUCTION ■"),
    ]
}

impl Screen for Settings {
    fn name(&self) -> &'static str {
        "Settings"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Settings").into(), tr("kept on this workstation").into()]
    }

    fn footing(&self, world: &World) -> Footing {
        let enter = match self.chosen(&world.look) {
            Some(Setting::Theme(name)) => say!("draws everything in the theme {name}", name),
            Some(other) if other.is_on(&world.look) => {
                say!("turns {other} off", other = other.label())
            }
            Some(other) => say!("turns {other} on", other = other.label()),
            None => tr("does nothing").into(),
        };
        Footing {
            acts: tr("whoever is at the keyboard; no approval is needed").into(),
            enter,
            so_far: tr("nothing in the vault depends on this, and nothing of it is in there")
                .into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = keys::moves();
        offers.extend([
            Offer::word(Verb::Enter, tr("take")),
            Offer::word(Verb::Choose, tr("take")),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A setting takes effect at once and is kept in the state folder of this workstation, never in a vault. --theme NAME and --ascii on the command line count before it, for that start; --theme FILE takes a theme of your own.",
            "NO_COLOR leaves bold and reverse alone, whatever the theme. Colour only repeats what words say.",
            "After 5 minutes without a key everything locks by itself: that is no setting.",
            "The mouse is off because taking it keeps the terminal's own marking and copying from working. F9 turns it on and off everywhere.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let all = Setting::all(&world.look);
        let width = canvas.width();
        let at = self.cursor.at();
        let rows = cells(all.len());
        canvas.within(0, 1, width, rows, |c| {
            self.cursor.draw(c, all.len(), |c, n, y| {
                let Some(setting) = all.get(n) else { return };
                let role = if n == at { Role::Selection } else { Role::Text };
                let mark = match (setting, setting.is_on(&world.look)) {
                    (Setting::Theme(_), true) => "(*)",
                    (Setting::Theme(_), false) => "( )",
                    (_, true) => "[x]",
                    (_, false) => "[ ]",
                };
                c.put(3, y, role, mark);
                c.put_cut(7, y, 18, role, &setting.label());
            });
        });
        let mut y = rows.saturating_add(2);
        if let Some(setting) = self.chosen(&world.look) {
            let room = width.saturating_sub(4);
            y = y.saturating_add(canvas.paragraph(
                3,
                y.saturating_sub(1),
                room,
                Role::Text,
                &setting.about(),
            ));
        }
        canvas.rule(y, &[tr("As it looks now").to_owned()]);
        let mut at = (3_u16, y.saturating_add(2));
        for (role, word) in sample() {
            let end = at.0.saturating_add(cells(word.chars().count()));
            if end >= width {
                at = (3, at.1.saturating_add(2));
            }
            at.0 = canvas.put(at.0, at.1, role, word).saturating_add(3);
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Back => Reaction::pop(),
            Verb::Enter | Verb::Choose => match self.chosen(&world.look) {
                Some(setting) => Reaction::one(Step::Look(setting.taken(&world.look))),
                None => Reaction::none(),
            },
            other => {
                let count = Setting::all(&world.look).len();
                self.cursor.moved(other, count, count);
                Reaction::none()
            }
        }
    }
}
