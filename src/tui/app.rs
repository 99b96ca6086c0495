//! The application: a stack of screens, one state, and `update`, which touches nothing outside of it.

use crossterm::event::KeyEvent;

use super::keys::{self, Offer, Verb};
use super::message::{Effect, Msg, News};
use super::screen::{Reaction, Screen, Step};
use super::screens::{help::Help, leave::Leave, palette::Palette};
use super::theme::Role;
use super::world::World;

/// Everything on and behind the screen.
pub(crate) struct State {
    pub(crate) world: World,
    stack: Vec<Box<dyn Screen>>,
    notice: Option<(Role, String)>,
    /// The exit status, were it to end now.
    pub(crate) status: u8,
    /// Raised whenever another screen comes to the top.
    turned: u64,
    /// The question that was on screen when it was last drawn.
    drawn: Option<(u64, u64)>,
}

impl State {
    /// A state with one screen.
    pub(crate) fn new(world: World, first: Box<dyn Screen>) -> Self {
        Self {
            world,
            stack: vec![first],
            notice: None,
            status: 0,
            turned: 0,
            drawn: None,
        }
    }

    /// With another screen on top of it.
    pub(crate) fn under(mut self, screen: Box<dyn Screen>) -> Self {
        self.stack.push(screen);
        self
    }

    /// The screen on top.
    pub(crate) fn top(&self) -> Option<&dyn Screen> {
        self.stack.last().map(AsRef::as_ref)
    }

    /// The line above the footing.
    pub(crate) fn notice(&self) -> Option<&(Role, String)> {
        self.notice.as_ref()
    }

    fn question(&self) -> (u64, u64) {
        (self.turned, self.top().map_or(0, Screen::question))
    }

    /// Tells the state that what it holds is now on screen.
    pub(crate) fn mark_drawn(&mut self) {
        self.drawn = Some(self.question());
    }

    /// The keys of the screen on top and those that work everywhere.
    pub(crate) fn offers(&self) -> Vec<Offer> {
        let mut offers = self.top().map_or_else(Vec::new, |s| s.offers(&self.world));
        for offer in keys::everywhere() {
            if !offers.iter().any(|o| o.verb == offer.verb) {
                offers.push(offer);
            }
        }
        offers
    }

    /// When the picture changes by itself next, in milliseconds of the machine's time.
    pub(crate) fn next_change(&self) -> Option<i64> {
        let now = self.world.wall.millis();
        let second = self.world.clock_moves().then(|| {
            now.saturating_sub(now.rem_euclid(1000))
                .saturating_add(1000)
        });
        let busy = match &self.world.busy {
            Some((_, since)) if self.world.long_busy().is_none() => {
                Some(since.millis().saturating_add(200))
            }
            // From then on the seconds of the wait are on screen.
            Some((_, since)) => {
                let waited = now.saturating_sub(since.millis()).max(0);
                Some(
                    now.saturating_sub(waited.rem_euclid(1000))
                        .saturating_add(1000),
                )
            }
            None => None,
        };
        [second, busy].into_iter().flatten().min()
    }
}

/// Takes one message; returns what is to be done outside.
pub(crate) fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Resize(columns, rows) => {
            state.world.size = (columns, rows);
            Vec::new()
        }
        Msg::Tick(wall) => {
            state.world.wall = wall;
            Vec::new()
        }
        Msg::End | Msg::DeskGone => vec![Effect::Quit(1)],
        Msg::Key(key) => press(state, key),
        Msg::Paste(text) => paste(state, &text),
        Msg::Desk(news, view) => heard(state, &news, view),
    }
}

fn press(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    // Keys typed before a question was drawn never answer it.
    if state.drawn.is_some_and(|drawn| drawn != state.question()) {
        return Vec::new();
    }
    state.notice = None;
    let offers = state.offers();
    let typing = state.top().is_some_and(Screen::typing);
    let Some(offer) = keys::meant(&key, &offers, typing) else {
        let world = &state.world;
        let reaction = match state.stack.last_mut() {
            Some(screen) if world.busy.is_none() => screen.typed(key, world),
            _ => Reaction::none(),
        };
        return react(state, reaction);
    };
    if let Some(reason) = &offer.off {
        state.notice = Some((Role::Note, format!("off here: {reason}")));
        return Vec::new();
    }
    let verb = offer.verb;
    say(state, verb)
}

fn say(state: &mut State, verb: Verb) -> Vec<Effect> {
    let reaction = match verb {
        Verb::Leave => match state.top() {
            Some(top) if top.name() == "Leave" => Reaction::one(Step::Quit),
            _ => Reaction::push(Leave::new(state.world.busy.is_some())),
        },
        Verb::Help => match state.top() {
            Some(top) => Reaction::push(Help::of(top, &state.world, &state.offers())),
            None => Reaction::none(),
        },
        Verb::Palette => Reaction::push(Palette::of(&state.offers())),
        // While the desk works, only the ways out above answer, and what the screen offers for the wait.
        waiting if state.world.busy.is_some() => match state.stack.last_mut() {
            Some(screen) => screen.while_busy(waiting),
            None => Reaction::none(),
        },
        other => {
            let world = &state.world;
            match state.stack.last_mut() {
                Some(screen) => screen.verb(other, world),
                None => Reaction::none(),
            }
        }
    };
    react(state, reaction)
}

fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(screen) = state.stack.last_mut() else {
        return Vec::new();
    };
    if screen.secret() {
        state.notice = Some((
            Role::Note,
            "Paste is refused in a secret field: other programs could have seen it. Type it."
                .into(),
        ));
        return Vec::new();
    }
    if !screen.typing() || state.world.busy.is_some() {
        return Vec::new();
    }
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    let reaction = screen.pasted(&clean, &state.world);
    react(state, reaction)
}

fn heard(
    state: &mut State,
    news: &News,
    view: Option<std::sync::Arc<crate::session::View>>,
) -> Vec<Effect> {
    state.world.busy = None;
    state.world.view = view;
    state.world.viewed = state.world.wall;
    if let News::Examined(found) = news {
        state.world.doctor.clone_from(found);
    }
    let world = &state.world;
    let reaction = state
        .stack
        .iter_mut()
        .rev()
        .find_map(|screen| screen.news(news, world))
        .unwrap_or_else(|| unheard(news));
    react(state, reaction)
}

/// News that no screen waits for still reaches the person.
fn unheard(news: &News) -> Reaction {
    match news {
        News::Refused(text) | News::RunFailed(text) => Reaction::notice(Role::Stop, text.clone()),
        _ => Reaction::none(),
    }
}

fn react(state: &mut State, reaction: Reaction) -> Vec<Effect> {
    let mut effects = Vec::new();
    let returns = matches!(reaction.0.last(), Some(Step::Pop));
    for step in reaction.0 {
        match step {
            Step::Push(screen) => {
                state.stack.push(screen);
                state.turned = state.turned.wrapping_add(1);
            }
            Step::Pop => {
                state.stack.pop();
                state.turned = state.turned.wrapping_add(1);
                if state.stack.is_empty() {
                    effects.push(Effect::Quit(state.status));
                }
            }
            Step::Replace(screen) => {
                state.stack.pop();
                state.stack.push(screen);
                state.turned = state.turned.wrapping_add(1);
            }
            Step::Order(order) => {
                state.world.busy = Some((order.words(), state.world.wall));
                effects.push(Effect::Desk(order));
            }
            Step::Say(verb) => effects.extend(say(state, verb)),
            Step::Notice(role, text) => state.notice = Some((role, text)),
            Step::Status(status) => state.status = status,
            Step::Quit => effects.push(Effect::Quit(state.status)),
        }
    }
    if returns && let Some(screen) = state.stack.last_mut() {
        let again = screen.returned(&state.world);
        effects.extend(react(state, again));
    }
    effects
}
