//! News that arrives while something lies over the screen that waits for it: the right screen takes it.

use super::app::{State, update};
use super::message::{Effect, Msg, News};
use super::screens::page::Page;
use super::screens::save::Save;
use super::snapshot::{self, press};

fn picture(state: &mut State) -> String {
    snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
}

fn told(state: &mut State, news: News) {
    update(state, Msg::Desk(Box::new(news), None));
}

/// A page that waits for the desk, with another page beneath it.
fn waiting() -> State {
    let mut state = snapshot::state(Page::new(&["Beneath"], "the page beneath".into(), ""));
    state = state.under(Box::new(Save::new(
        "Write it",
        "note.txt",
        b"text".to_vec(),
    )));
    press(&mut state, "<Enter>");
    state
}

#[test]
fn help_and_the_question_of_leaving_stay_while_the_screen_beneath_ends() {
    for (key, title) in [("<F1>", "Help"), ("<C-c>", "Leave")] {
        let mut state = waiting();
        press(&mut state, key);
        assert!(picture(&mut state).contains(title));
        told(&mut state, News::Saved("note.txt".into()));
        // What was being read is still there; what it lay on is done and gone.
        assert!(picture(&mut state).contains(title), "{key}");
        press(&mut state, "<Esc>");
        assert!(picture(&mut state).contains("the page beneath"), "{key}");
    }
}

/// While the desk works, what lies over the screen that waits for it does what its own page says; whatever the desk would
/// have to do waits.
#[test]
fn what_lies_over_a_screen_that_waits_takes_its_keys() {
    for (opens, title, leaves) in [
        ("<F1>", "Help", "<Esc>"),
        ("<F1>", "Help", "<PgDn><Enter>"),
        ("<C-c>", "Leave", "<Enter>"),
        ("<C-c>", "Leave", "<Esc>"),
        ("<C-c>", "Leave", "n"),
        ("<C-p>", "Palette", "<Esc>"),
    ] {
        let mut state = waiting();
        assert!(state.world.busy.is_some());
        press(&mut state, opens);
        assert_eq!(state.top().unwrap().name(), title);
        press(&mut state, leaves);
        assert_eq!(
            state.top().unwrap().name(),
            "Write file",
            "{opens} {leaves}"
        );
        // The page that waits takes none of them.
        press(&mut state, "<Esc>");
        assert_eq!(state.top().unwrap().name(), "Write file");
    }
    let mut state = waiting();
    press(&mut state, "<C-p>home<Enter>");
    assert_eq!(state.top().unwrap().name(), "Palette");
    let mut state = waiting();
    press(&mut state, "<C-c>");
    let left = press(&mut state, "y");
    assert!(matches!(left.as_slice(), [Effect::Quit(_)]), "y leaves");
}

#[test]
fn a_screen_that_gives_way_does_so_under_help() {
    let mut state = snapshot::state(Page::new(&["Beneath"], "the page beneath".into(), ""));
    state = state.under(Box::new(GivesWay));
    press(&mut state, "<F1>");
    told(&mut state, News::Closed);
    assert!(
        picture(&mut state).contains("Help"),
        "it is still being read"
    );
    press(&mut state, "<Esc>");
    assert!(picture(&mut state).contains("what came after"));
    press(&mut state, "<Esc>");
    assert!(picture(&mut state).contains("the page beneath"));
}

/// Whoever reads a watch must not be able to copy the machine's time: no page over it shows it.
#[test]
fn the_clock_stays_hidden_over_a_page_that_reads_a_watch() {
    use super::screens::attest::Attest;
    let mut view = snapshot::rehearsal();
    view.profile = crate::session::Profile::Production;
    view.attested = false;
    let mut state = snapshot::state(Page::new(&["Beneath"], "the page beneath".into(), ""));
    state.world.view = Some(std::sync::Arc::new(view));
    assert!(picture(&mut state).contains("2026-11-24 09:00"));
    let attest = Attest::again(&state.world);
    state = state.under(Box::new(attest));
    for keys in ["", "<F1>", "<C-p>", "<C-c>", "<C-l>"] {
        press(&mut state, keys);
        let text = picture(&mut state);
        let clock = text.lines().next().unwrap();
        assert!(clock.contains("your own watch"), "{keys}: {text}");
        press(&mut state, if keys.is_empty() { "" } else { "<Esc>" });
    }
}

/// A screen that is replaced as soon as it hears anything.
struct GivesWay;

impl super::screen::Screen for GivesWay {
    fn name(&self) -> &'static str {
        "Gives way"
    }

    fn title(&self, _world: &super::world::World) -> Vec<String> {
        vec!["Gives way".into()]
    }

    fn footing(&self, _world: &super::world::World) -> crate::session::field::Footing {
        crate::session::field::Footing {
            acts: String::new(),
            enter: String::new(),
            so_far: String::new(),
        }
    }

    fn offers(&self, _world: &super::world::World) -> Vec<super::keys::Offer> {
        Vec::new()
    }

    fn help(&self) -> &'static [&'static str] {
        &["It waits for news."]
    }

    fn draw(&self, _world: &super::world::World, _canvas: &mut super::canvas::Canvas<'_>) {}

    fn verb(
        &mut self,
        _verb: super::keys::Verb,
        _world: &super::world::World,
    ) -> super::screen::Reaction {
        super::screen::Reaction::none()
    }

    fn news(
        &mut self,
        _news: &News,
        _world: &super::world::World,
    ) -> Option<super::screen::Reaction> {
        let after = Page::new(&["After"], "what came after".into(), "");
        Some(super::screen::Reaction::one(super::screen::Step::Replace(
            Box::new(after),
        )))
    }
}
