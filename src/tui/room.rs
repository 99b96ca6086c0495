//! A whole workstation for tests: screens over a real session in memory, the desk's work done at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::{State, update};
use super::canvas::{Appearance, Canvas};
use super::desk::Desk;
use super::message::{Effect, Msg, News, Order};
use super::screen::Screen;
use super::snapshot;
use crate::api::Timestamp;
use crate::session::op_components::SLIP;
use crate::session::{Environment, Profile, Session, View, practice};
use crate::vault::MemoryStore;

/// Screens, and the desk behind them.
pub(crate) struct Room {
    pub(crate) state: State,
    desk: Desk,
    /// Whether the app asked to end.
    pub(crate) over: bool,
    /// Where everything goes that the desk is asked to write; as it is asked where there is none.
    pub(crate) writes_below: Option<std::path::PathBuf>,
    /// Which answer to the question on screen is the path of a slip.
    slip: Option<usize>,
    /// The vault is drawn as one in production: there are no practice answers, and nobody's key is held.
    pub(crate) production: bool,
}

/// The start of every rehearsal here: in the validity of the samples.
pub(crate) fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap()
}

/// A practice vault; with `hold` nobody types passphrases. Seeded, so that every picture stays the same.
pub(crate) fn practice_session(hold: bool) -> Session {
    let environment = Environment::seeded("screens").unwrap();
    practice::vault(
        Box::new(MemoryStore::new()),
        environment,
        Some(start()),
        hold,
    )
    .unwrap()
    .session
}

/// An act whose file, where it made one, is taken for written.
pub(crate) fn acted(session: &mut Session, action: crate::session::Action) {
    session.act(action, None, None).unwrap();
    for file in session.view().unwritten.iter() {
        session.is_written(&file.sha256).unwrap();
    }
}

/// A practice vault in which the first script that ships was played.
pub(crate) fn played() -> Session {
    let mut session = practice_session(true);
    let (_, script) = crate::ceremony::shipped()[0];
    let parsed = crate::ceremony::Script::parse(script).unwrap();
    crate::ceremony::Runner::begin(&mut session, parsed, crate::ceremony::Wanted::default())
        .unwrap()
        .headless(&mut session)
        .unwrap();
    session
}

/// The same vault, taken for one in production: what is drawn, not what is allowed.
fn in_production(view: &View) -> Arc<View> {
    let mut view = view.clone();
    view.profile = Profile::Production;
    view.vault = "acme".into();
    view.automatic = false;
    view.practice = BTreeMap::new();
    Arc::new(view)
}

fn unpractised(news: &mut News) {
    if let News::Change { ask, .. } = news {
        for field in &mut ask.fields {
            field.practice = None;
        }
    }
}

impl Room {
    /// From now on its vault is drawn as one in production.
    pub(crate) fn goes_into_production(&mut self) {
        self.production = true;
        self.state.world.view = self.state.world.view.as_deref().map(in_production);
    }

    /// A screen over a practice vault.
    pub(crate) fn new(screen: impl Screen + 'static, session: Session) -> Self {
        let desk = Desk::over(session);
        let mut world = snapshot::world();
        world.view = desk.seen();
        let state = State::new(world, Box::new(screen));
        Self {
            state,
            desk,
            over: false,
            writes_below: None,
            slip: None,
            production: false,
        }
    }

    /// Presses keys; whatever they order is done before the next key.
    pub(crate) fn press(&mut self, script: &str) -> &mut Self {
        let mut rest = script;
        while let Some(c) = rest.chars().next() {
            let used = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
                Some((name, _)) => name.len() + 2,
                None => c.len_utf8(),
            };
            let effects = snapshot::press(&mut self.state, &rest[..used]);
            self.follow(effects);
            rest = &rest[used..];
        }
        self
    }

    /// Does an order as if a screen had given it.
    pub(crate) fn order(&mut self, order: Order) {
        self.follow(vec![Effect::Desk(order)]);
    }

    /// Something happens outside.
    pub(crate) fn message(&mut self, msg: Msg) {
        let effects = update(&mut self.state, msg);
        self.follow(effects);
    }

    /// Nobody touches anything for so many milliseconds.
    pub(crate) fn advance(&mut self, millis: i64) {
        self.state.world.wall = self.state.world.wall.plus_millis(millis);
        let tick = Msg::Tick(self.state.world.wall);
        let effects = update(&mut self.state, tick);
        self.follow(effects);
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        let mut todo: std::collections::VecDeque<Effect> = effects.into();
        while let Some(effect) = todo.pop_front() {
            match effect {
                Effect::Quit(_) => self.over = true,
                // The terminal is none of this room.
                Effect::Suspend | Effect::Reclaim | Effect::Look(_) => {}
                Effect::Desk(order) => {
                    let order = match &self.writes_below {
                        Some(place) => super::storm_tests::confined(order, place, self.slip),
                        None => order,
                    };
                    let mut news = self.desk.work(order);
                    if self.production {
                        unpractised(&mut news);
                    }
                    if let News::Showing { showing, .. } = &news {
                        let mut asked = showing.ask.iter().flat_map(|ask| ask.fields.iter());
                        self.slip = asked.position(|asked| asked.field.id == SLIP.id);
                    }
                    let mut view = self.desk.seen();
                    if self.production {
                        view = view.as_deref().map(in_production);
                    }
                    todo.extend(update(&mut self.state, Msg::Desk(Box::new(news), view)));
                }
            }
        }
    }

    /// The picture at 80x24.
    pub(crate) fn text(&mut self) -> String {
        snapshot::text(&snapshot::drawn(
            &mut self.state,
            80,
            24,
            &snapshot::appearance(),
        ))
    }

    /// Whether the picture holds all of these words.
    pub(crate) fn shows(&mut self, words: &[&str]) {
        let text = self.text();
        for word in words {
            assert!(text.contains(word), "no {word:?} in\n{text}");
        }
    }

    /// Compares with the kept picture, and draws at every size.
    pub(crate) fn check(&mut self, name: &str) -> &mut Self {
        snapshot::check(name, &mut self.state);
        // Who acts, what Enter does and what has happened are never cut.
        for line in self.text().lines().skip(20).take(3) {
            assert!(!line.ends_with(".."), "{name}: {line}");
        }
        self.survives();
        self.state.world.size = (80, 24);
        self
    }

    /// Draws the screen itself at a sample of sizes from 1x1 up, also those where the frame would only say that it
    /// is too small; and in ASCII.
    fn survives(&mut self) {
        let look = snapshot::appearance();
        for width in [1, 2, 3, 7, 24, 40, 79, 80, 81, 120, 141, 200] {
            for height in [1, 2, 3, 5, 10, 16, 17, 24, 33, 60] {
                self.state.world.size = (width, height);
                let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
                let mut canvas = Canvas::new(&mut buffer, &look);
                self.state
                    .top()
                    .unwrap()
                    .draw(&self.state.world, &mut canvas);
                snapshot::drawn(&mut self.state, width, height, &look);
            }
        }
        // The same screen while its terminal is dragged about: something is drawn at every size.
        for (width, height) in [(80, 24), (200, 60), (20, 5), (1, 1), (80, 24)] {
            update(&mut self.state, Msg::Resize(width, height));
            let drawn = snapshot::text(&snapshot::drawn(&mut self.state, width, height, &look));
            assert!(
                !drawn.trim().is_empty(),
                "nothing is drawn at {width}x{height}"
            );
        }
        let plain = Appearance {
            ascii: true,
            ..look
        };
        let text = snapshot::text(&snapshot::drawn(&mut self.state, 80, 24, &plain));
        assert!(text.is_ascii(), "{text}");
    }
}
