//! Before a ceremony begins in a vault that stays: what it is, who has to be here, and that it is recorded.

mod places;

use std::collections::BTreeMap;

use super::picker::Listed;
use super::runner::RunScreen;
use crossterm::event::KeyEvent;

use crate::ceremony::{
    Beginning, Meant, REAL, Rehearsed, Script, TODAY, clocks, other_sides, who_leaves,
};
use crate::session::Profile;
use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::Choices;
use crate::tui::widgets::lines::{self, Line, Reading, Rest};
use crate::tui::world::World;
use places::Asked;

/// The question whether it begins.
pub(crate) struct Begin {
    chosen: Listed,
    /// What the script says of itself; absent where it cannot be read, which its run would say.
    script: Option<Script>,
    /// The rehearsal that lets a production vault begin it.
    rehearsed: Option<Rehearsed>,
    /// Who plays the other side, where a test vault lets keymoot do it; in a rehearsal vault, which clock it runs by.
    other: Option<Choices>,
    /// How far down somebody reads what is known of it.
    reading: Reading,
    /// Who was named for which place.
    people: BTreeMap<String, String>,
    /// The place that is asked for now, in the page's stead.
    asked: Option<Asked>,
    /// The command that asked for the ceremony: there is no page of it, only the question who leaves.
    command: Option<Box<Order>>,
}

impl Begin {
    /// The question for a script.
    pub(crate) fn new(chosen: Listed, rehearsed: Option<Rehearsed>, world: &World) -> Self {
        let script = Script::parse(&chosen.script).ok();
        let test = world
            .view
            .as_ref()
            .is_some_and(|v| v.profile == Profile::Test);
        let view = world.view.as_ref().filter(|_| test);
        let other = script
            .as_ref()
            .zip(view)
            .and_then(|(script, view)| other_sides(script, view));
        let clock = world
            .view
            .as_ref()
            .and_then(|view| clocks(view, world.wall));
        let other = other.or(clock).map(Choices::new);
        Self {
            chosen,
            script,
            rehearsed,
            other,
            reading: Reading::default(),
            people: BTreeMap::new(),
            asked: None,
            command: None,
        }
    }

    /// The question who leaves, where a command asked for a ceremony in the open vault.
    ///
    /// # Errors
    /// Nobody has to be asked: the order as it was.
    pub(crate) fn who_leaves(order: Box<Order>, world: &World) -> Result<Self, Box<Order>> {
        let Order::PlayHere { script, people, .. } = order.as_ref() else {
            return Err(order);
        };
        let Ok(known) = Script::parse(script) else {
            return Err(order);
        };
        let mut page = Self::new(Listed::of(&known, "", script.clone()), None, world);
        page.people.clone_from(people);
        if !page.ask_who_leaves(world) {
            return Err(order);
        }
        page.command = Some(order);
        Ok(page)
    }

    /// Whether the other side is real.
    fn real(&self) -> bool {
        self.chose(REAL)
    }

    fn chose(&self, id: &str) -> bool {
        let chosen = self.other.as_ref().and_then(Choices::chosen);
        chosen.is_some_and(|entry| entry.id == id)
    }

    fn beginning<'b>(&'b self, world: &'b World) -> Option<Beginning<'b>> {
        Some(Beginning {
            script: self.script.as_ref()?,
            view: world.view.as_ref()?,
            given: &self.chosen.inputs,
            people: &self.people,
            real: self.real(),
            rehearsed: self.rehearsed.as_ref(),
        })
    }

    fn lines(&self, world: &World) -> Vec<Line> {
        let told = self.beginning(world).map(|beginning| beginning.told());
        let told = told.unwrap_or_default().into_iter();
        told.map(|(meant, label, words)| {
            let line = Line::new(label, words);
            match meant {
                Meant::Where => line.role(Role::Wait),
                Meant::Stop => line.role(Role::Stop),
                Meant::Note => line.role(Role::Note),
                Meant::Plain => line,
            }
        })
        .collect()
    }

    /// Why it cannot begin here.
    fn stopped(&self, world: &World) -> Option<String> {
        self.beginning(world)?.stopped()
    }

    /// Whether it is asked who leaves, before it begins.
    fn leaving(&self, world: &World) -> bool {
        let known = self.script.as_ref().zip(world.view.as_ref());
        known.is_some_and(|(script, view)| who_leaves(script, view, &self.people).is_some())
    }

    /// Begins it with whoever was named.
    fn begins(&mut self, world: &World) -> Reaction {
        let named = std::mem::take(&mut self.people);
        let closes = self.command.is_some();
        let command = self.command.take().map(|order| *order);
        let mut order = command.unwrap_or_else(|| Order::PlayHere {
            script: self.chosen.script.clone(),
            inputs: if self.real() {
                BTreeMap::new()
            } else {
                self.chosen.inputs.clone()
            },
            resume: false,
            people: BTreeMap::new(),
            real: self.real(),
            clock: self.chose(TODAY).then_some(world.wall),
            out: None,
        });
        let mut goes_to = None;
        if let Order::PlayHere { people, out, .. } = &mut order {
            *people = named;
            goes_to.clone_from(out);
        }
        let runner = RunScreen::new(&self.chosen.title, goes_to, closes);
        Reaction::instead(runner).then(Step::Order(order))
    }
}

impl Screen for Begin {
    fn digest(&self, _world: &World) -> Option<Digest> {
        let of = say!("SHA-256 of the script {id}", id = self.chosen.id);
        Some(Digest::sha256(of, self.chosen.sha256.clone()))
    }

    fn name(&self) -> &'static str {
        "Begin a ceremony"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Ceremonies").into(), tr("begin it here?").into()]
    }

    fn footing(&self, world: &World) -> Footing {
        if let Some(asked) = &self.asked {
            let footing = asked.footing();
            return match &self.command {
                None => footing,
                Some(_) => Footing {
                    so_far: tr("nothing was begun; Esc leads to Home, and begins nothing").into(),
                    ..footing
                },
            };
        }
        Footing {
            acts: tr("you; in the ceremony each question names who answers it").into(),
            enter: if self.stopped(world).is_some() {
                tr("begins nothing: above stands why, and what brings it").into()
            } else if self.leaving(world) {
                tr("asks who leaves; then it begins in this vault").into()
            } else {
                tr("begins it in this vault and asks the first question").into()
            },
            so_far: tr("nothing has happened; Esc goes back to the list").into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let mut offers = Vec::new();
        if let Some(asked) = &self.asked {
            offers.extend(keys::finds());
            let enter = Offer::word(Verb::Enter, asked.word());
            offers.push(match asked.off() {
                Some(why) => enter.off_because(why),
                None => enter,
            });
            offers.push(Offer::plain(Verb::Back));
            return offers;
        }
        if self.other.is_some() {
            offers.extend(keys::finds());
        } else if self.reading.goes_on() {
            offers.extend(Reading::offers());
        }
        let enter = Offer::word(Verb::Enter, tr("begin"));
        offers.extend([
            match self.stopped(world) {
                Some(why) => enter.off_because(why),
                None => enter,
            },
            Offer::plain(Verb::Back),
        ]);
        if !self.open_places(world).is_empty() {
            let places = Offer::word(Verb::Custodians, tr("other people"));
            let places =
                places.meaning("gives the places of this ceremony to other people of their role");
            offers.push(places);
        }
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A ceremony that begins in a vault is recorded in it, whatever comes of it. To try it without that, close the vault and rehearse it at Welcome.",
            "On a command line keymoot brief prints the page that everybody reads beforehand: who comes, what each brings.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        if let Some(asked) = &self.asked {
            asked.draw(canvas, &self.chosen.title);
            return;
        }
        let (width, height) = (canvas.width(), canvas.height());
        let room = width.saturating_sub(4);
        let y = canvas
            .paragraph(2, 0, room, Role::Title, &self.chosen.title)
            .saturating_add(1);
        let mut y = lines::draw(
            canvas,
            (y, height),
            17,
            &self.lines(world),
            Rest::Below(&self.reading),
        )
        .saturating_add(1);
        if let Some(other) = &self.other {
            let asked = if world.rehearsal() {
                tr("Which clock does it run by?")
            } else {
                tr("Who plays the other side?")
            };
            canvas.put(2, y, Role::Title, asked);
            let rows = other.rows(room, 4);
            canvas.within(2, y.saturating_add(1), room, rows, |c| other.draw(c, true));
            y = y.saturating_add(rows).saturating_add(2);
        }
        canvas.within(0, y, width, height.saturating_sub(y), |c| {
            self.chosen.draw_steps(c);
        });
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        let choices = match &mut self.asked {
            Some(asked) => Some(&mut asked.choices),
            None => self.other.as_mut(),
        };
        if let Some(choices) = choices {
            choices.letter(&key);
        }
        Reaction::none()
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        if let Some(asked) = &mut self.asked {
            match verb {
                Verb::Enter => return self.take_place(world),
                Verb::Back if self.command.is_some() => {
                    return Reaction::one(Step::Replace(super::home()));
                }
                Verb::Back => {
                    self.asked = None;
                    self.people.clear();
                }
                other => asked.choices.moved(other),
            }
            return Reaction::none();
        }
        match verb {
            Verb::Enter if self.stopped(world).is_some() => Reaction::none(),
            Verb::Enter if self.ask_who_leaves(world) => Reaction::none(),
            Verb::Enter => self.begins(world),
            Verb::Custodians => {
                // Asked anew: whoever was named before may have another place now.
                self.people.clear();
                self.ask_places(self.open_places(world), world);
                Reaction::none()
            }
            Verb::Back => Reaction::pop(),
            Verb::PageDown | Verb::PageUp if self.reading.goes_on() => {
                self.reading.moved(verb);
                Reaction::none()
            }
            other => {
                if let Some(choices) = &mut self.other {
                    choices.moved(other);
                }
                Reaction::none()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::session::Profile;
    use crate::tui::app::State;
    use crate::tui::message::Effect;
    use crate::tui::message::Order;
    use crate::tui::screens::picker::{Picker, Place};
    use crate::tui::snapshot::{self, check, press};

    fn list(change: impl Fn(&mut crate::session::View)) -> State {
        let mut view = snapshot::rehearsal();
        change(&mut view);
        let mut world = snapshot::world();
        world.view = Some(Arc::new(view));
        State::new(world, Box::new(Picker::shipped(Place::Here)))
    }

    #[test]
    fn in_a_vault_that_stays_one_enter_too_many_begins_nothing() {
        let mut state = list(|view| {
            view.vault = "acme".into();
            view.profile = Profile::Test;
            view.kept = true;
        });
        assert!(press(&mut state, "<Enter>").is_empty());
        check("begin", &mut state);
        press(&mut state, "<Esc>");
        assert_eq!(state.top().unwrap().name(), "Ceremonies");
        let effects = press(&mut state, "<Enter><Enter>");
        let begun = |e: &Effect| matches!(e, Effect::Desk(Order::PlayHere { resume: false, .. }));
        assert!(effects.iter().any(begun));
    }

    /// A practice run in a vault that stays once destroyed a key two minutes after its deletion was signed.
    #[test]
    fn time_that_would_destroy_a_key_of_another_act_is_not_practised() {
        let script = |name: &str| {
            let shipped = crate::ceremony::shipped();
            let found = shipped.iter().find(|(file, _)| file == &name).unwrap();
            crate::ceremony::Script::parse(found.1).unwrap()
        };
        let waits = script("deletion-window.toml");
        let full = crate::tui::screens::tests::full();
        let mut view = (**full.state.world.view.as_ref().unwrap()).clone();
        view.profile = Profile::Test;
        let passes = waits.lets_pass(Profile::Test, view.now, false);
        assert_eq!(passes, 73 * 3_600_000);
        assert_eq!(waits.would_destroy(&view, false), None);
        let ends = |view: &mut crate::session::View, millis: i64| {
            let mut keys = (*view.keys).clone();
            let row = keys.first_mut().unwrap();
            row.key.key_state = crate::api::KeyState::DELETE_PENDING;
            row.key.delete_pending_timestamp = Some(view.now.plus_millis(millis));
            view.keys = keys.into();
        };
        ends(&mut view, passes);
        let why = waits.would_destroy(&view, false).unwrap();
        assert!(why.contains("would be destroyed meanwhile"), "{why}");
        assert_eq!(script("first-key.toml").would_destroy(&view, false), None);
        // Where the other side is real, only what waits lets time pass.
        let from_aws = script("kek-from-aws-tr34.toml");
        ends(&mut view, 48 * 3_600_000);
        assert!(from_aws.would_destroy(&view, false).is_some());
        assert_eq!(from_aws.would_destroy(&view, true), None);
        ends(&mut view, passes + 1);
        assert_eq!(waits.would_destroy(&view, false), None);
    }

    /// What stops it stands on its page with what brings it, and Enter begins nothing.
    #[test]
    fn what_would_destroy_a_key_meanwhile_does_not_begin() {
        let full = crate::tui::screens::tests::full();
        let view = full.state.world.view.as_ref().unwrap();
        let mut state = list(|listed| {
            listed.vault = "acme".into();
            listed.profile = Profile::Test;
            listed.kept = true;
            listed.keys = view.keys.clone();
            let now = listed.now;
            let mut keys = (*listed.keys).clone();
            for row in &mut keys {
                let ends = row.key.delete_pending_timestamp.is_some();
                row.key.delete_pending_timestamp = ends.then(|| now.plus_millis(3_600_000));
            }
            listed.keys = keys.into();
        });
        press(&mut state, "<Down><Down><Down><Down><Down><Down><Enter>");
        check("begin-a-ceremony-error", &mut state);
        assert!(press(&mut state, "<Enter>").is_empty());
        assert_eq!(state.top().unwrap().name(), "Begin a ceremony");
    }

    /// A certificate of today was refused by a clock that stands still, with words about an option of the command line.
    #[test]
    fn a_rehearsal_vault_that_stays_begins_by_its_own_clock_or_todays() {
        let begun = |keys: &str| {
            let mut state = list(|view| {
                view.kept = true;
                view.now = view.now.plus_millis(-400 * 86_400_000);
            });
            press(&mut state, "<Enter>");
            check("begin-clock", &mut state);
            let effects = press(&mut state, keys);
            let today = |e: &Effect| match e {
                Effect::Desk(Order::PlayHere { clock, .. }) => Some(clock.is_some()),
                _ => None,
            };
            effects.iter().find_map(today)
        };
        assert_eq!(begun("<Enter>"), Some(false));
        assert_eq!(begun("<Down><Enter>"), Some(true));
    }

    #[test]
    fn a_practice_vault_in_memory_asks_nothing() {
        let mut state = list(|_| {});
        assert_eq!(press(&mut state, "<Enter>").len(), 1);
    }
}
