//! Welcome: numbered ways to begin, the safest first.

mod ways;

use std::path::PathBuf;

use super::restore::Restore;
use crate::session::field::Footing;
use crate::text::tr;
use crate::tui::canvas::{Canvas, cells};
use crate::tui::frame::LEAST;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;
use crate::tui::world::World;
use crossterm::event::{KeyCode, KeyEvent};
pub(crate) use ways::{Listed, Way, listed};

/// How many vaults of a folder are offered by name at most; more than that are opened by choosing their folder.
pub(in crate::tui) const MOST: usize = 20;

/// How many there is room for: two on the smallest screen, and one more for every two rows.
pub(in crate::tui) fn shown(world: &World) -> usize {
    let more = world.size.1.saturating_sub(LEAST.1) / 2;
    usize::from(more).saturating_add(2).min(MOST)
}

/// The first screen.
#[derive(Default)]
pub(crate) struct Welcome {
    /// What is under the cursor, and no number: vaults come and go meanwhile.
    at: Way,
    /// How many vaults were closed when the cursor was last put on one.
    closings: u64,
}

impl Welcome {
    /// With the cursor on a vault in which something stands open, where there is one.
    pub(crate) fn of(world: &World) -> Self {
        let stands_open = |way: &Way| match way {
            Way::Open(vault) => world.stopped_in(vault).is_some(),
            _ => false,
        };
        let mut ways = listed(world).into_iter().map(|line| line.way);
        Self {
            at: ways.find(stands_open).unwrap_or_default(),
            closings: 0,
        }
    }

    /// Where the cursor stands among the ways of now; at the first where what it stood on is gone.
    fn cursor(&self, ways: &[Listed]) -> usize {
        let at = ways.iter().position(|line| line.way.is_line_of(&self.at));
        at.unwrap_or_default()
    }

    /// What is under the cursor.
    fn chosen(&self, world: &World) -> Option<Way> {
        let mut ways = listed(world);
        let at = self.cursor(&ways);
        (at < ways.len()).then(|| ways.swap_remove(at).way)
    }

    /// What a vault's folder that was chosen begins: it is opened, and a copy is returned to.
    pub(super) fn begin(folder: PathBuf) -> Reaction {
        if crate::vault::is_copy(&folder) {
            Reaction::push(Restore::of(&folder))
        } else {
            ways::open(folder)
        }
    }

    fn go(&self, world: &World) -> Reaction {
        self.chosen(world)
            .map_or_else(Reaction::none, |way| way.go(world))
    }
}

impl Screen for Welcome {
    fn name(&self) -> &'static str {
        "Welcome"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Welcome to keymoot").into()]
    }

    fn footing(&self, world: &World) -> Footing {
        let enter = self.chosen(world).unwrap_or_default().enter();
        Footing {
            acts: tr("you, whoever you are: nothing here is dangerous").into(),
            enter: enter.into(),
            so_far: tr("nothing has happened; no vault is open").into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let mut offers = keys::moves();
        let begin = Offer::word(Verb::Enter, tr("begin"));
        let off = self.chosen(world).and_then(|way| way.off());
        offers.push(match off {
            Some(reason) => begin.off_because(reason),
            None => begin,
        });
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "keymoot is where a few people meet to make, move and destroy payment keys. No one of them can do it alone.",
            "Never seen it before? Take 1. A rehearsal asks the same questions as the real thing, shows a practice answer to each, and keeps nothing. Wrong answers are safe to try.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width();
        canvas.paragraph(
            2,
            1,
            width.saturating_sub(4),
            Role::Text,
            tr("A few people meet to make, move and destroy payment keys; no one can do it alone."),
        );
        // Where there is not room for all of them with a gap, the gaps go.
        let ways = listed(world);
        let at = self.cursor(&ways);
        let rows = cells(ways.len().saturating_mul(3));
        let roomy = rows <= canvas.height().saturating_sub(4);
        let (mut y, step) = if roomy { (4, 3) } else { (3, 2) };
        for (n, Listed { way, title, about }) in ways.iter().enumerate() {
            let here = n == at;
            let role = match (here, way.off()) {
                (true, _) => Role::Selection,
                (false, Some(_)) => Role::Muted,
                (false, None) => Role::Text,
            };
            if here {
                canvas.row(y, Role::Selection);
                canvas.put(1, y, role, "►");
            }
            canvas.listed(y, n, at);
            // A number is one key.
            let number = match n {
                0..9 => (n + 1).to_string(),
                _ => " ".to_owned(),
            };
            canvas.put(3, y, role, &format!("{number} {title}"));
            canvas.put_cut(5, y + 1, width.saturating_sub(5), Role::Muted, about);
            y += step;
        }
    }

    fn returned(&mut self, world: &World) -> Reaction {
        // Whoever closed a vault finds the cursor on it, however it was opened or made.
        if self.closings != world.closings {
            self.closings = world.closings;
            if let Some(dir) = &world.closed_last {
                self.at = Way::Open(dir.clone());
            }
        }
        super::restore::gives_up(world)
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        if verb == Verb::Enter {
            return self.go(world);
        }
        let mut ways = listed(world);
        let mut cursor = Cursor::on(self.cursor(&ways));
        cursor.moved(verb, ways.len(), ways.len());
        if cursor.at() < ways.len() {
            self.at = ways.swap_remove(cursor.at()).way;
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, world: &World) -> Reaction {
        let KeyCode::Char(c) = key.code else {
            return Reaction::none();
        };
        let typed = c.to_digit(10).and_then(|d| usize::try_from(d).ok());
        let mut ways = listed(world);
        match typed.and_then(|n| n.checked_sub(1)) {
            Some(n) if n < ways.len() => {
                self.at = ways.swap_remove(n).way;
                self.go(world)
            }
            _ => Reaction::none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::app::update;
    use crate::tui::message::{Msg, Order};
    use crate::tui::presence::Around;
    use crate::tui::snapshot;

    #[test]
    fn welcome_is_drawn() {
        let mut state = snapshot::state(Welcome::default());
        snapshot::check("welcome-no-vault", &mut state);
        state.world.vaults = vec!["acme.vault".into()];
        snapshot::check("welcome", &mut state);
        let vaults = vec!["acme.vault".into(), "b.vault".into()];
        let mut most = snapshot::state(Welcome::default());
        most.world.vaults = vaults;
        let drawn = snapshot::drawn(&mut most, 80, 24, &snapshot::appearance());
        assert!(snapshot::text(&drawn).contains("what a ceremony needs"));
        snapshot::survives_every_size(&mut state);
    }

    /// Welcome lists what lies in one folder; any other vault is opened by choosing its folder, a copy by returning to it.
    #[test]
    fn a_vault_in_another_folder_is_chosen_and_opened() {
        let place = tempfile::tempdir().unwrap();
        crate::tui::storm_tests::folders(place.path());
        for (chosen, screen) in [("r.vault", "Unlock"), ("copy", "Return to a copy")] {
            let session = crate::tui::room::practice_session(false);
            let mut room = crate::tui::room::Room::new(Welcome::default(), session);
            room.order(Order::Close);
            room.state.world.folder = place.path().to_owned();
            room.press("<Down>")
                .shows(&["► 2 Open a vault in another folder"]);
            room.press("<Enter>").shows(&["Choose a vault", "r.vault/"]);
            for _ in 0..9 {
                let text = room.text();
                let on = |line: &str| line.contains('►') && line.contains(&format!("{chosen}/"));
                if text.lines().any(on) {
                    break;
                }
                room.press("<Down>");
            }
            room.press("<Enter>");
            assert_eq!(room.state.top().unwrap().name(), screen, "{}", room.text());
            assert!(room.text().contains(chosen), "{}", room.text());
            // Back to where one was looking; a letter goes to a name.
            room.press("<Esc>").shows(&["Choose a vault"]);
            let first = chosen.chars().next().unwrap();
            room.press(&format!("<Home>{first}"));
            let text = room.text();
            let on = |line: &str| line.contains('►') && line.contains(&format!(" {first}"));
            assert!(text.lines().any(on), "{text}");
        }
    }

    /// Two were listed of five, and the way to the others was called another folder.
    #[test]
    fn all_vaults_of_the_folder_are_listed_or_counted() {
        let mut state = snapshot::state(Welcome::default());
        state.world.vaults = (1..=5).map(|n| format!("v{n}.vault").into()).collect();
        let mut text = |columns, rows| {
            state.world.size = (columns, rows);
            let drawn = snapshot::drawn(&mut state, columns, rows, &snapshot::appearance());
            snapshot::text(&drawn)
        };
        let small = text(80, 24);
        assert!(small.contains("3 Open v2.vault"), "{small}");
        assert!(small.contains("3 more vaults lie here"), "{small}");
        assert!(small.contains("what a ceremony needs"), "{small}");
        let large = text(140, 40);
        assert!(large.contains("6 Open v5.vault"), "{large}");
        assert!(!large.contains("more vaults lie here"), "{large}");
        assert!(large.contains("what a ceremony needs"), "{large}");
        assert!(!large.contains("10 Is this"), "no key types that: {large}");
    }

    /// One that was made here stands in the list as it was named, and is no second one when the folder is looked at again.
    #[test]
    fn a_vault_is_listed_once_however_it_was_named() {
        let mut state = snapshot::state(Welcome::default());
        state.world.vaults = vec!["dup".into()];
        let again = Msg::Vaults {
            came: vec!["./dup".into(), "other".into()],
            gone: Vec::new(),
            stopped: Vec::new(),
        };
        update(&mut state, again);
        assert_eq!(state.world.vaults.len(), 2, "{:?}", state.world.vaults);
    }

    /// A vault's folder on a stick that is plugged in while Welcome stands there.
    #[test]
    fn vaults_that_come_and_go_are_offered_and_the_cursor_stays_on_what_it_was_on() {
        let mut state = snapshot::state(Welcome::default());
        let text = |state: &mut crate::tui::app::State| {
            snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
        };
        snapshot::press(&mut state, "<Down><Down>");
        assert!(text(&mut state).contains("► 3 Create a vault"));
        let place = tempfile::tempdir().unwrap();
        let before = Around::now(Some(place.path()), None);
        assert!(
            before
                .news(&before.again(Some(place.path()), None))
                .is_empty()
        );
        let vault = place.path().join("acme.vault");
        std::fs::create_dir(&vault).unwrap();
        std::fs::write(vault.join("custody.toml"), "").unwrap();
        let now = before.again(Some(place.path()), None);
        let told = |before: &Around, now: &Around| -> Vec<Msg> {
            let news = before.news(now).into_iter();
            news.filter(|msg| matches!(msg, Msg::Vaults { .. }))
                .collect()
        };
        for msg in told(&before, &now) {
            update(&mut state, msg);
        }
        let picture = text(&mut state);
        assert!(
            picture.contains("2 Return to the copy acme.vault"),
            "{picture}"
        );
        assert!(picture.contains("► 4 Create a vault"), "{picture}");
        // Keys typed at the old list choose nothing of the new one.
        for msg in told(&now, &before) {
            update(&mut state, msg);
        }
        let effects = update(&mut state, Msg::Key(Box::new(KeyCode::Char('2').into())));
        assert!(effects.is_empty());
        assert_eq!(state.top().unwrap().name(), "Welcome");
        // No line gets another number under the reader's hand: the row stays, says so and opens nothing.
        let picture = text(&mut state);
        assert!(picture.contains("2 acme.vault is gone"), "{picture}");
        assert!(picture.contains("► 4 Create a vault"), "{picture}");
        snapshot::press(&mut state, "2");
        assert_eq!(state.top().unwrap().name(), "Welcome");
        let picture = text(&mut state);
        assert!(picture.contains("Its folder is gone: nothing"), "{picture}");
        assert!(picture.contains("► 2 acme.vault is gone"), "{picture}");
        // Plugged in again it is what it was; taken away and the page entered anew, it is no line any more.
        for msg in told(&before, &now) {
            update(&mut state, msg);
        }
        assert!(text(&mut state).contains("► 2 Return to the copy acme.vault"));
        for msg in told(&now, &before) {
            update(&mut state, msg);
        }
        text(&mut state);
        snapshot::press(&mut state, "<F1><Esc>");
        assert!(text(&mut state).contains("3 Create a vault"));
    }

    /// A vault that was made at line 3 is line 2 when it is closed: there people look for it.
    #[test]
    fn the_cursor_stands_on_the_vault_that_was_closed() {
        let mut state = snapshot::state(Welcome::default());
        state.world.vaults = vec!["acme.vault".into(), "b.vault".into()];
        snapshot::press(&mut state, "<End>");
        let mut view = snapshot::rehearsal();
        (view.kept, view.vault) = (true, "b".into());
        state.world.view = Some(std::sync::Arc::new(view));
        let page = crate::tui::screens::page::Page::new(&["Over it"], "text".into(), "");
        state = state.under(Box::new(page));
        state.world.closed();
        snapshot::press(&mut state, "<Esc>");
        let text = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        assert!(text.contains("► 3 Open b.vault"), "{text}");
        // From then on it stands where it is put.
        snapshot::press(&mut state, "<Home><F1><Esc>");
        let text = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        assert!(text.contains("► 1 Rehearse"), "{text}");
    }
}
