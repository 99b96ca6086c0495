//! The application: a stack of screens, one state, and `update`, which touches nothing outside of it.

mod aside;
mod early;
mod exposed;
mod mouse;
mod pasting;
mod reach;
mod ticking;

use crate::text::say;

use crossterm::event::KeyEvent;

use super::chord;
use super::frame::LEAST;
use super::keys::{self, Offer, Verb};
use super::lock::{IDLE_MINUTES, Locked, Why};
use super::message::{Effect, Msg, News};
use super::screen::{Reaction, Screen, Step};
use super::screens::{
    code::Code, files::Files, help::Help, leave::Leave, palette::Palette, settings::Settings,
};
use super::theme::Role;
use super::world::World;
use aside::{home_again, lock, suspend};
use early::{Early, leaves, untaken};
use pasting::paste;

/// Everything on and behind the screen.
pub(crate) struct State {
    pub(crate) world: World,
    stack: Vec<Box<dyn Screen>>,
    pub(super) notice: Option<(Role, String)>,
    /// When that line came from outside, in milliseconds of the machine's time.
    pub(super) told: Option<i64>,
    /// The question whether somebody is there, while it is unanswered.
    pub(super) pinged: Option<String>,
    /// The exit status, were it to end now.
    pub(crate) status: u8,
    /// Raised whenever another screen comes to the top.
    turned: u64,
    /// The question that was on screen when it was last drawn.
    drawn: Option<(u64, u64)>,
    /// The page that hides everything, while the screen is locked.
    lock: Option<Locked>,
    /// When somebody last touched a key or the mouse, in milliseconds of the machine's time.
    pub(super) touched: i64,
    /// The process stops as soon as the desk has wiped what it holds.
    stops: bool,
}

/// Milliseconds until an untouched screen is locked, where nothing on screen wants it sooner.
pub(super) const IDLE: i64 = IDLE_MINUTES * 60 * 1000;

impl State {
    /// A state with one screen.
    pub(crate) fn new(world: World, first: Box<dyn Screen>) -> Self {
        let touched = world.wall.millis();
        Self {
            world,
            lock: None,
            touched,
            stops: false,
            stack: vec![first],
            notice: None,
            told: None,
            pinged: None,
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
        match &self.lock {
            Some(locked) => Some(locked),
            None => self.stack.last().map(AsRef::as_ref),
        }
    }

    /// Whether the page that hides everything is on screen.
    pub(super) const fn locked(&self) -> bool {
        self.lock.is_some()
    }

    pub(super) fn top_mut(&mut self) -> Option<(&mut dyn Screen, &World)> {
        let world = &self.world;
        match &mut self.lock {
            Some(locked) => Some((locked, world)),
            None => self
                .stack
                .last_mut()
                .map(|s| (s.as_mut() as &mut dyn Screen, world)),
        }
    }

    /// Whether the window is too small for any page: nobody sees what a key would answer.
    fn unseen(&self) -> bool {
        let (columns, rows) = self.world.size;
        columns < LEAST.0 || rows < LEAST.1
    }

    /// Every screen, the one below first.
    pub(super) fn screens(&self) -> impl Iterator<Item = &dyn Screen> {
        self.stack.iter().map(AsRef::as_ref)
    }

    /// Who acts now, as the footing says it.
    pub(crate) fn acts(&self) -> String {
        self.top()
            .map(|screen| screen.footing(&self.world).acts)
            .unwrap_or_default()
    }

    /// The line above the footing.
    pub(crate) fn notice(&self) -> Option<&(Role, String)> {
        self.notice.as_ref()
    }

    /// What is on screen is another question than it was: keys typed before it was drawn never answer it.
    pub(super) const fn asks_anew(&mut self) {
        self.turned = self.turned.wrapping_add(1);
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
        if self.top().is_some_and(|s| s.digest(&self.world).is_some()) {
            offers.push(Offer::plain(Verb::Picture));
        }
        offers.extend(self.browses());
        if self.lock.is_some() {
            // Nothing of what lies beneath can be reached from the page that hides it.
            offers.push(Offer::plain(Verb::Mouse));
            if self.world.shell {
                offers.push(Offer::plain(Verb::Suspend));
            }
            return offers;
        }
        for offer in keys::everywhere(self.world.shell) {
            if !offers.iter().any(|o| o.verb == offer.verb) {
                offers.push(offer);
            }
        }
        offers
    }
}

/// Takes one message; returns what is to be done outside.
pub(crate) fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let now = state.world.wall.millis();
    let after = state.idle_after();
    let idle = now.saturating_sub(state.touched) >= after;
    // A clock that was set back must not keep the screen open for longer.
    state.touched = state.touched.min(now);
    if matches!(msg, Msg::Key(_) | Msg::Paste(_) | Msg::Moved(_)) {
        state.touched = now;
        if idle && state.lock.is_none() {
            // The machine slept, perhaps: what was typed to wake it is not for the screen beneath.
            return lock(state, Why::Idle(after));
        }
        if state.answers_ping() {
            return Vec::new();
        }
        if state.unseen() && !leaves(&msg) {
            return Vec::new();
        }
    }
    match msg {
        Msg::Resize(columns, rows) => {
            state.world.size = (columns, rows);
            Vec::new()
        }
        Msg::Tick(wall) => ticking::tick(state, wall, after),
        Msg::Mouse(_) => Vec::new(),
        Msg::Network(word) => {
            state.network(word);
            Vec::new()
        }
        Msg::ThemeWritten => vec![Effect::Look(state.world.look.clone())],
        Msg::Media { came, gone } => {
            let reaction = state.media(&came, &gone);
            react(state, reaction)
        }
        Msg::Vaults {
            came,
            gone,
            stopped,
        } => {
            state.vaults(came, &gone, stopped);
            Vec::new()
        }
        Msg::Moved(rows) => mouse::moved(state, rows),
        Msg::Suspend => suspend(state),
        Msg::GoesOn => [vec![Effect::Reclaim], lock(state, Why::Stopped)]
            .into_iter()
            .flatten()
            .collect(),
        Msg::NoLook(look, why) => {
            state.world.look = look;
            state.notice = Some((Role::Stop, why));
            Vec::new()
        }
        Msg::End | Msg::DeskGone => vec![Effect::Quit(1)],
        Msg::Key(key) => press(state, *key),
        Msg::Paste(text) => paste(state, &text),
        Msg::Desk(news, view) => heard(state, &news, view),
    }
}

fn press(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    // Keys typed before a question was drawn never answer it.
    if state.drawn.is_some_and(|drawn| drawn != state.question()) {
        untaken(state, Early::Undrawn);
        return Vec::new();
    }
    state.read_notice();
    let key = chord::modern(key);
    if !state.world.shell && keys::is_for(&key, Verb::Suspend) {
        return suspend(state);
    }
    let offers = state.offers();
    let typing = state.top().is_some_and(Screen::typing);
    let Some(offer) = keys::meant(&key, &offers, typing) else {
        let reaction = match state.top_mut() {
            Some((screen, world)) if world.busy.is_none() || screen.looks_on() => {
                exposed::typed(screen, key, world)
            }
            Some(_) => {
                untaken(state, Early::Busy);
                return Vec::new();
            }
            None => Reaction::none(),
        };
        return react(state, reaction);
    };
    if let Some(reason) = &offer.off {
        state.notice = Some((Role::Note, early::off_here(reason)));
        return Vec::new();
    }
    let verb = offer.verb;
    say(state, verb)
}

fn say(state: &mut State, verb: Verb) -> Vec<Effect> {
    let reaction = match verb {
        Verb::Suspend => return suspend(state),
        Verb::Lock => return lock(state, Why::Asked),
        Verb::Mouse => {
            let mut look = state.world.look.clone();
            look.mouse = !look.mouse;
            let word = if look.mouse { "on" } else { "off" };
            Reaction::one(Step::Look(look)).then(Step::Notice(
                Role::Note,
                say!("The mouse is {word}; F9 turns it over.", word),
            ))
        }
        // The page that hides everything has its own way out.
        Verb::Leave if state.lock.is_some() => match state.top_mut() {
            Some((screen, world)) => screen.verb(Verb::Leave, world),
            None => Reaction::none(),
        },
        Verb::Leave => match state.top() {
            Some(top) if top.name() == "Leave" => Reaction::one(Step::Quit),
            _ => {
                let screens = state.stack.iter();
                let in_hands = screens.flat_map(|screen| screen.in_hands(&state.world));
                Reaction::push(Leave::new(state.world.busy.is_some(), in_hands.collect()))
            }
        },
        Verb::Help => match state.top() {
            Some(top) => Reaction::push(Help::of(top, &state.world, &state.offers())),
            None => Reaction::none(),
        },
        Verb::Palette => Reaction::push(Palette::of(state)),
        Verb::Picture => match state.top().and_then(|top| top.digest(&state.world)) {
            Some(digest) => Reaction::push(Code::digest(digest)),
            None => Reaction::none(),
        },
        // While the desk works, only the ways out above answer, and what the screen offers for the wait.
        waiting if state.world.busy.is_some() && !looks_on(state) => match state.stack.last_mut() {
            Some(screen) => screen.while_busy(waiting),
            None => Reaction::none(),
        },
        Verb::Browse => match state.top().and_then(Screen::wants) {
            Some((wants, typed)) => {
                let (files, order) = Files::new(wants, &typed, &state.world);
                Reaction::push(files).then(Step::Order(order))
            }
            None => Reaction::none(),
        },
        Verb::Settings => match state.top() {
            Some(top) if top.name() == "Settings" => Reaction::none(),
            _ => Reaction::push(Settings::new(&state.world.look)),
        },
        other => match state.top_mut() {
            Some((screen, world)) => screen.verb(other, world),
            None => Reaction::none(),
        },
    };
    react(state, reaction)
}

fn looks_on(state: &State) -> bool {
    state.top().is_some_and(Screen::looks_on)
}

/// Where files were written, and which.
pub(crate) fn written(folder: &std::path::Path, files: &[String]) -> String {
    say!(
        "Written to {folder}: {files}.",
        folder = folder.display(),
        files = files.join(", ")
    )
}

fn heard(
    state: &mut State,
    news: &News,
    view: Option<std::sync::Arc<crate::session::View>>,
) -> Vec<Effect> {
    state.world.busy = None;
    if view.is_none() {
        state.world.closed();
    }
    state.world.view = view;
    state.world.viewed = state.world.wall;
    if let News::Examined(found) = news {
        state.world.doctor.clone_from(found);
    }
    if let News::Written { folder, files } = news {
        state.world.written = Some(written(folder, files));
    }
    if let News::Created(papers) = news
        && !state
            .world
            .vaults
            .iter()
            .any(|known| same_folder(known, &papers.vault))
    {
        state.world.vaults.push(papers.vault.clone());
    }
    let world = &state.world;
    if let Some(reaction) = state.lock.as_mut().and_then(|l| l.news(news, world)) {
        let mut effects = react(state, reaction);
        if matches!(news, News::Locked) && std::mem::take(&mut state.stops) {
            effects.push(Effect::Suspend);
        }
        return effects;
    }
    let before = state.question();
    let heard = state
        .stack
        .iter_mut()
        .enumerate()
        .rev()
        .find_map(|(at, screen)| Some((at, screen.news(news, world)?)));
    let effects = match heard {
        // Whoever heard it acts where it lies: what lies over it (Help, the question of leaving) stays.
        Some((at, reaction)) => react_at(state, at, reaction),
        None => react_beneath(state, unheard(news)),
    };
    early::passed(state, before);
    effects
}

/// News that no screen waits for still reaches the person.
fn unheard(news: &News) -> Reaction {
    match news {
        News::Refused(text) | News::RunFailed(text) => Reaction::notice(Role::Stop, text.clone()),
        _ => Reaction::none(),
    }
}

/// What the screen on top wants done; where that is the page that hides everything, going back is taking it away.
fn react(state: &mut State, reaction: Reaction) -> Vec<Effect> {
    let opens = |step: &Step| matches!(step, Step::Pop);
    if state.lock.is_some() && reaction.0.iter().any(opens) {
        state.lock = None;
        state.turned = state.turned.wrapping_add(1);
        return Vec::new();
    }
    react_beneath(state, reaction)
}

fn react_beneath(state: &mut State, reaction: Reaction) -> Vec<Effect> {
    let top = state.stack.len().saturating_sub(1);
    react_at(state, top, reaction)
}

/// What the screen at this place of the stack wants done. It goes, gives way or puts screens over itself without
/// touching what others laid over it.
fn react_at(state: &mut State, mut at: usize, reaction: Reaction) -> Vec<Effect> {
    let mut effects = Vec::new();
    let returns = matches!(reaction.0.last(), Some(Step::Pop));
    for step in reaction.0 {
        match step {
            Step::Push(screen) => {
                if let Some(beneath) = state.stack.get_mut(at) {
                    beneath.covered();
                }
                state.world.forget_gone();
                at = at.saturating_add(1).min(state.stack.len());
                state.stack.insert(at, screen);
                state.turned = state.turned.wrapping_add(1);
            }
            Step::Pop => {
                if at < state.stack.len() {
                    state.stack.remove(at);
                }
                state.turned = state.turned.wrapping_add(1);
                if at == 0 {
                    // The first screen is over, and with it whatever lay on it.
                    effects.push(Effect::Quit(state.status));
                }
                at = at.saturating_sub(1);
            }
            Step::Replace(screen) => {
                if let Some(place) = state.stack.get_mut(at) {
                    *place = screen;
                }
                state.turned = state.turned.wrapping_add(1);
            }
            Step::Order(order) => {
                state.world.busy = Some((order.words(), state.world.wall));
                effects.push(Effect::Desk(order));
            }
            Step::Picked(path) => {
                if let Some(screen) = state.stack.get_mut(at) {
                    screen.picked(&path);
                    let reads = screen.reads_picked();
                    effects.extend(react_at(state, at, reads));
                }
            }
            Step::Home => at = home_again(state).unwrap_or(at),
            Step::Say(verb) => effects.extend(say(state, verb)),
            Step::Notice(role, text) => state.notice = Some((role, text)),
            Step::Look(look) => {
                state.world.look = look.clone();
                effects.push(Effect::Look(look));
            }
            Step::Status(status) => state.status = status,
            Step::Quit => effects.push(Effect::Quit(state.status)),
        }
    }
    if returns && let Some(screen) = state.stack.get_mut(at) {
        let again = screen.returned(&state.world);
        effects.extend(react_at(state, at, again));
    }
    effects
}
/// Whether two paths name one folder, however they were typed.
pub(super) fn same_folder(one: &std::path::Path, other: &std::path::Path) -> bool {
    let whole = |path| std::path::absolute(path).ok();
    one == other || whole(one).is_some_and(|one| Some(one) == whole(other))
}
