//! Who has which place, asked on the page before a ceremony begins: whoever leaves always, the others where people want it.

use std::collections::BTreeMap;

use super::Begin;
use crate::ceremony::{SeatAsked, open_places, who_has, who_leaves};
use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::screen::Reaction;
use crate::tui::theme::Role;
use crate::tui::widgets::choice::Choices;
use crate::tui::world::World;

/// One place, and who is chosen for it.
pub(super) struct Asked {
    seat: SeatAsked,
    pub(super) choices: Choices,
    /// Places that are asked for after it; none where whoever leaves is asked for, after which it begins.
    rest: Vec<String>,
    begins: bool,
}

impl Asked {
    fn new(seat: SeatAsked, rest: Vec<String>, begins: bool) -> Self {
        let mut choices = Choices::new(seat.entries.clone());
        choices.choose(&seat.usual);
        Self {
            seat,
            choices,
            rest,
            begins,
        }
    }

    /// Why nobody has it who is under the cursor.
    pub(super) fn off(&self) -> Option<&str> {
        self.choices.chosen()?.off.as_deref()
    }

    /// What Enter does, in a word.
    pub(super) fn word(&self) -> &'static str {
        if self.begins {
            tr("begin")
        } else {
            tr("choose")
        }
    }

    fn name(&self) -> &str {
        self.choices
            .chosen()
            .map_or("", |entry| entry.label.as_str())
    }

    pub(super) fn footing(&self) -> Footing {
        let (name, place) = (self.name(), &self.seat.place);
        Footing {
            acts: tr("you, with whoever decides that; everybody reads it in the record").into(),
            enter: match (self.off(), self.begins) {
                (Some(_), _) => tr("is off: beside the name stands why").into(),
                (None, true) => say!(
                    "takes {name} for {place} and begins the ceremony",
                    name,
                    place
                ),
                (None, false) => say!("gives {place} to {name}", place, name),
            },
            so_far: tr("nothing has happened; Esc goes back to the page before").into(),
        }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, title: &str) {
        let (width, height) = (canvas.width(), canvas.height());
        let room = width.saturating_sub(4);
        let y = canvas.paragraph(2, 0, room, Role::Title, title);
        let mut y = y.saturating_add(1);
        y = y.saturating_add(canvas.paragraph(2, y, room, Role::Title, &self.seat.question));
        y = y.saturating_add(canvas.paragraph(2, y, room, Role::Muted, &self.seat.means));
        y = y.saturating_add(1);
        let rest = height.saturating_sub(y);
        canvas.within(2, y, room, rest, |c| self.choices.draw(c, true));
    }
}

impl Begin {
    /// The other places that people may give otherwise.
    pub(super) fn open_places(&self, world: &World) -> Vec<String> {
        let known = self.script.as_ref().zip(world.view.as_ref());
        known.map_or_else(Vec::new, |(script, view)| {
            open_places(script, view, &BTreeMap::new())
        })
    }

    /// Asks for the first of these places that is still open.
    pub(super) fn ask_places(&mut self, places: Vec<String>, world: &World) {
        let mut places = places.into_iter();
        self.asked = None;
        let (Some(script), Some(view)) = (&self.script, &world.view) else {
            return;
        };
        while let Some(place) = places.next() {
            if let Some(seat) = who_has(script, view, &self.people, &place) {
                self.asked = Some(Asked::new(seat, places.collect(), false));
                return;
            }
        }
    }

    /// Asks who leaves, where nobody said so and several could; whether it does.
    pub(super) fn ask_who_leaves(&mut self, world: &World) -> bool {
        let (Some(script), Some(view)) = (&self.script, &world.view) else {
            return false;
        };
        let seat = who_leaves(script, view, &self.people);
        self.asked = seat.map(|seat| Asked::new(seat, Vec::new(), true));
        self.asked.is_some()
    }

    /// Enter on a name.
    pub(super) fn take_place(&mut self, world: &World) -> Reaction {
        let Some(asked) = self.asked.take_if(|asked| asked.off().is_none()) else {
            return Reaction::none();
        };
        self.people
            .insert(asked.seat.place.clone(), asked.name().to_owned());
        if asked.begins {
            return self.begins(world);
        }
        self.ask_places(asked.rest, world);
        Reaction::none()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use crate::ceremony::{Script, shipped};
    use crate::session::practice::{self, Size};
    use crate::session::{Environment, View};
    use crate::tui::app::{State, update};
    use crate::tui::message::{Effect, Msg, News, Order};
    use crate::tui::screens::picker::{Picker, Place};
    use crate::tui::screens::runner::RunScreen;
    use crate::tui::snapshot::{self, check, press};

    fn script(name: &str) -> (usize, Script) {
        let mut all = shipped().iter();
        let at = all.position(|(file, _)| *file == name).unwrap();
        (at, Script::parse(shipped()[at].1).ok().unwrap())
    }

    /// A vault that stays, with five custodians, of whom nobody has opened it.
    fn five(script: &Script) -> View {
        let store = Box::new(crate::vault::MemoryStore::new());
        let size = Size {
            custodians: 5,
            ..script.practice_size()
        };
        let environment = Environment::seeded("places").unwrap();
        let made = practice::vault_of(store, size, environment, script.rehearsal().1, true);
        let mut view = made.unwrap().session.view();
        view.vault = "acme".into();
        view.kept = true;
        view
    }

    fn at(name: &str) -> (State, Vec<String>) {
        let (_, script) = script(name);
        let view = five(&script);
        let custodians = view.people.iter().filter(|p| p.role == "custodian");
        let custodians = custodians.map(|p| p.name.clone()).collect();
        let mut world = snapshot::world();
        world.view = Some(Arc::new(view));
        let mut state = State::new(world, Box::new(Picker::shipped(Place::Here)));
        let listed = |state: &mut State| {
            snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
        };
        while !listed(&mut state).contains(name) {
            press(&mut state, "<Down>");
        }
        press(&mut state, "<Enter>");
        (state, custodians)
    }

    fn people(effects: &[Effect]) -> Vec<(String, String)> {
        let named = effects.iter().find_map(|effect| match effect {
            Effect::Desk(Order::PlayHere { people, .. }) => Some(people.clone()),
            _ => None,
        });
        named.unwrap().into_iter().collect()
    }

    fn text(state: &mut State) -> String {
        snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
    }

    /// Who leaves was the program's choice, and was read only once the ceremony was on record.
    #[test]
    fn who_leaves_is_asked_before_a_ceremony_begins() {
        let (mut state, custodians) = at("custodian-replacement.toml");
        check("begin-replacement", &mut state);
        assert!(press(&mut state, "<Enter>").is_empty(), "nothing begins");
        check("begin-who-leaves", &mut state);
        press(&mut state, "<Home>");
        let effects = press(&mut state, "<Down><Enter>");
        let second = custodians.get(1).unwrap().clone();
        assert_eq!(people(&effects), [("leaver".to_owned(), second)]);
    }

    #[test]
    fn other_places_are_given_to_other_people_and_esc_gives_none() {
        let (mut state, custodians) = at("custodian-replacement.toml");
        press(&mut state, "p");
        assert!(text(&mut state).contains("Who has the place `first`?"));
        press(&mut state, &format!("{}<Enter>", custodians[3]));
        assert!(text(&mut state).contains("Who has the place `second`?"));
        press(&mut state, "<Enter>");
        let page = text(&mut state);
        assert!(
            page.contains(&format!("first: custodian {}", custodians[3])),
            "{page}"
        );
        press(&mut state, "p<Esc>");
        let page = text(&mut state);
        assert!(
            !page.contains(&format!("first: custodian {}", custodians[3])),
            "{page}"
        );
    }

    /// `keymoot play --vault` began at once, with whoever it took for the one who leaves.
    #[test]
    fn a_command_that_begins_a_ceremony_asks_who_leaves_as_well() {
        let (at, script) = script("custodian-replacement.toml");
        let mut world = snapshot::world();
        let view = Arc::new(five(&script));
        world.view = Some(Arc::clone(&view));
        let order = Order::PlayHere {
            script: shipped()[at].1.to_vec(),
            inputs: BTreeMap::new(),
            resume: false,
            people: BTreeMap::new(),
            real: false,
            clock: None,
            out: None,
        };
        let mut state = State::new(world, Box::new(RunScreen::new("Replaced", None, true)));
        let news = News::WhoLeaves(Some(Box::new(order)).into());
        update(&mut state, Msg::Desk(Box::new(news), Some(view)));
        let page = text(&mut state);
        assert!(
            page.contains("Who leaves, and gives up the place `leaver`?"),
            "{page}"
        );
        let effects = press(&mut state, "<Home><Enter>");
        assert_eq!(people(&effects), [("leaver".to_owned(), "Ana".to_owned())]);
        assert_eq!(state.top().unwrap().name(), "Runner");
    }
}
