//! Welcome: four numbered ways to begin, the safest first.

use std::path::PathBuf;

use super::doctor::Doctor;
use super::files::Files;
use super::init::Init;
use super::picker::{Picker, Place};
use super::restore::Restore;
use super::unlock::{Then, Unlock};
use crate::session::asked::ELSEWHERE;
use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;
use crate::tui::world::World;
use crossterm::event::{KeyCode, KeyEvent};

/// How many vaults of a folder are offered by name; more than that are opened by naming one.
pub(super) const SHOWN: usize = 2;

/// The first screen.
#[derive(Default)]
pub(crate) struct Welcome {
    /// What is under the cursor, and no number: vaults come and go meanwhile.
    at: Way,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
enum Way {
    #[default]
    Rehearse,
    Open(PathBuf),
    Copy(PathBuf),
    Elsewhere,
    Create,
    Restore,
    Doctor,
}

impl Welcome {
    /// With the cursor on a vault in which a ceremony was stopped, where there is one.
    pub(crate) fn of(world: &World) -> Self {
        let stopped = |way: &Way| match way {
            Way::Open(vault) => world.stopped_in(vault).is_some(),
            _ => false,
        };
        let ways = Self::ways(world).into_iter().map(|(way, _, _)| way);
        let at = ways.into_iter().find(stopped);
        Self {
            at: at.unwrap_or_default(),
        }
    }

    /// Where the cursor stands among the ways of now; at the first where what it stood on is gone.
    fn cursor(&self, ways: &[(Way, String, String)]) -> usize {
        let at = ways.iter().position(|(way, _, _)| *way == self.at);
        at.unwrap_or_default()
    }

    /// What is under the cursor.
    fn chosen(&self, world: &World) -> Option<Way> {
        let mut ways = Self::ways(world);
        let at = self.cursor(&ways);
        (at < ways.len()).then(|| ways.swap_remove(at).0)
    }

    fn ways(world: &World) -> Vec<(Way, String, String)> {
        let mut ways = vec![(
            Way::Rehearse,
            tr("Rehearse a ceremony (10 min, nothing is kept)").to_owned(),
            tr("You play all the people, in a practice vault that is gone afterwards.").to_owned(),
        )];
        for vault in world.vaults.iter().take(SHOWN) {
            let name = vault.file_name().map_or_else(
                || vault.display().to_string(),
                |n| n.to_string_lossy().into_owned(),
            );
            ways.push(if crate::vault::is_copy(vault) {
                (
                    Way::Copy(vault.clone()),
                    say!("Return to the copy {name}", name),
                    tr("A backup, never opened: it becomes a vault again, in another folder.")
                        .to_owned(),
                )
            } else {
                let about = match world.stopped_in(vault) {
                    None => {
                        tr("Its custodians enter their passphrases one after the other.").to_owned()
                    }
                    Some("") => {
                        tr("A ceremony stands open in it: open it, and it goes on.").to_owned()
                    }
                    Some(title) => say!("Stands open in it, and goes on: {title}", title),
                };
                (Way::Open(vault.clone()), say!("Open {name}", name), about)
            });
        }
        ways.push((
            Way::Elsewhere,
            tr(ELSEWHERE).to_owned(),
            tr("On a stick, or wherever it lies. A copy of a vault is told from a vault.")
                .to_owned(),
        ));
        ways.push((
            Way::Create,
            tr("Create a vault (needs its custodians here, 20 min)").to_owned(),
            tr("Each person is shown seven words, alone, and writes them down.").to_owned(),
        ));
        ways.push((
            Way::Restore,
            tr("Return to a copy").to_owned(),
            tr("The stick with the vault is broken or lost: a backup becomes a vault again.")
                .to_owned(),
        ));
        ways.push((
            Way::Doctor,
            tr("Is this machine fit?").to_owned(),
            tr("Network, swap, core dumps, clock: what a ceremony needs.").to_owned(),
        ));
        ways
    }

    /// What a vault's folder that was chosen begins: it is opened, and a copy is returned to.
    pub(super) fn begin(folder: PathBuf) -> Reaction {
        if crate::vault::is_copy(&folder) {
            Reaction::push(Restore::of(&folder))
        } else {
            Self::open(folder)
        }
    }

    fn open(vault: PathBuf) -> Reaction {
        let unlock = Unlock::new(vault, Then::Home);
        let order = unlock.order();
        Reaction::push(unlock).then(Step::Order(order))
    }

    fn go(&self, world: &World) -> Reaction {
        match self.chosen(world) {
            Some(Way::Rehearse) => Reaction::push(Picker::shipped(Place::Rehearsal)),
            Some(Way::Open(vault)) => Self::open(vault),
            Some(Way::Copy(copy)) => Reaction::push(Restore::of(&copy)),
            Some(Way::Elsewhere) => {
                let near = world.folder.to_string_lossy();
                let (files, order) = Files::new(Wants::Vault, &near, world);
                Reaction::push(files).then(Step::Order(order))
            }
            Some(Way::Create) => Reaction::push(Init::new(&world.folder.join("new.vault"))),
            Some(Way::Restore) => Reaction::push(Restore::new()),
            Some(Way::Doctor) => {
                Reaction::push(Doctor::default()).then(Step::Order(Order::Examine))
            }
            None => Reaction::none(),
        }
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
        let enter = match self.chosen(world) {
            Some(Way::Rehearse) => tr("shows the ceremonies you can rehearse"),
            Some(Way::Open(_)) => tr("asks the first custodian for a passphrase"),
            Some(Way::Elsewhere) => tr("shows folders and sticks; nothing is opened by looking"),
            Some(Way::Restore | Way::Copy(_)) => {
                tr("asks which copy; the copy is read and never written")
            }
            Some(Way::Create) => {
                tr("begins with the vault's name; nothing is written before the end")
            }
            _ => tr("shows what this machine is fit for; changes nothing"),
        };
        Footing {
            acts: tr("you, whoever you are: nothing here is dangerous").into(),
            enter: enter.into(),
            so_far: tr("nothing has happened; no vault is open").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = keys::moves();
        offers.push(Offer::word(Verb::Enter, tr("begin")));
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
        let ways = Self::ways(world);
        let at = self.cursor(&ways);
        let rows = cells(ways.len().saturating_mul(3));
        let roomy = rows <= canvas.height().saturating_sub(4);
        let (mut y, step) = if roomy { (4, 3) } else { (3, 2) };
        for (n, (_, title, about)) in ways.iter().enumerate() {
            let here = n == at;
            let role = if here { Role::Selection } else { Role::Text };
            if here {
                canvas.row(y, Role::Selection);
                canvas.put(1, y, role, "►");
            }
            canvas.listed(y, n, at);
            canvas.put(3, y, role, &format!("{} {title}", n + 1));
            canvas.put_cut(5, y + 1, width.saturating_sub(5), Role::Muted, about);
            y += step;
        }
    }

    fn returned(&mut self, world: &World) -> Reaction {
        super::restore::gives_up(world)
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        if verb == Verb::Enter {
            return self.go(world);
        }
        let mut ways = Self::ways(world);
        let mut cursor = Cursor::on(self.cursor(&ways));
        cursor.moved(verb, ways.len(), ways.len());
        if cursor.at() < ways.len() {
            self.at = ways.swap_remove(cursor.at()).0;
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, world: &World) -> Reaction {
        let KeyCode::Char(c) = key.code else {
            return Reaction::none();
        };
        let typed = c.to_digit(10).and_then(|d| usize::try_from(d).ok());
        let mut ways = Self::ways(world);
        match typed.and_then(|n| n.checked_sub(1)) {
            Some(n) if n < ways.len() => {
                self.at = ways.swap_remove(n).0;
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
    use crate::tui::message::Msg;
    use crate::tui::presence::Around;
    use crate::tui::snapshot;

    #[test]
    fn welcome_is_drawn() {
        let mut state = snapshot::state(Welcome::default());
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
        let before = Around::now(Some(place.path()));
        assert!(before.news(&before.again(Some(place.path()))).is_empty());
        let vault = place.path().join("acme.vault");
        std::fs::create_dir(&vault).unwrap();
        std::fs::write(vault.join("custody.toml"), "").unwrap();
        let now = before.again(Some(place.path()));
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
        assert!(text(&mut state).contains("► 3 Create a vault"));
    }
}
