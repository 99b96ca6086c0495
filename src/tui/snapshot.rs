//! Snapshots of screens for tests: the text, and under it a run-length map of styles, because text alone hides them.
//!
//! A snapshot that differs fails the test. `KEYMOOT_BLESS=1` rewrites it; the change is then read in the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::app::{State, update};
use super::canvas::Appearance;
use super::keys::Verb;
use super::message::{Effect, Msg};
use super::paint::Depth;
use super::pictures_tests::{self as pictures, Picture};
use super::screen::Screen;
use super::theme::{Role, Theme};
use super::world::World;
use crate::api::Timestamp;
use crate::custody::{Policy, words};
use crate::session::{Demands, PersonView, Profile, View, practice};

/// The look that snapshots are made with.
pub(crate) fn appearance() -> Appearance {
    Appearance {
        name: "dark".into(),
        theme: Theme::embedded("dark").unwrap(),
        depth: Depth::True,
        ascii: false,
    }
}

/// A world without an open vault.
pub(crate) fn world() -> World {
    let wall = Timestamp::parse_rfc3339("2026-11-23T14:31:07Z").unwrap();
    World::at((80, 24), wall, super::look::Look::default())
}

fn people() -> Vec<PersonView> {
    [
        ("Ada", "administrator"),
        ("Ana", "custodian"),
        ("Ben", "custodian"),
        ("Cho", "custodian"),
        ("Wim", "witness"),
    ]
    .map(|(name, role)| PersonView {
        name: name.into(),
        role: role.into(),
        fingerprint: "0".repeat(64),
        present: name != "Cho",
        medium: None,
        drill: None,
    })
    .to_vec()
}

fn on_the_card() -> Vec<String> {
    let words = "velvet anchor lunar crisp mango tidal".split(' ');
    words.map(str::to_owned).collect()
}

fn practice_words() -> BTreeMap<String, String> {
    let people = practice::PEOPLE.iter();
    people
        .map(|(name, _, phrase)| ((*name).into(), (*phrase).into()))
        .collect()
}

/// The view of a practice vault at the start of a rehearsal.
pub(crate) fn rehearsal() -> View {
    View {
        demands: Demands::new(Policy::default(), Profile::Rehearsal, (2, 2)),
        returning: None,
        vault: "rehearsal".into(),
        vault_id: "0".repeat(32),
        profile: Profile::Rehearsal,
        kept: false,
        practice: practice_words(),
        k: 2,
        t: 2,
        n: 3,
        people: Arc::new(people()),
        now: Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap(),
        ahead: 0,
        latest: Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap(),
        furthest: Timestamp::parse_rfc3339("2026-11-25T09:00:00Z").unwrap(),
        leapt: false,
        seq: 1,
        commit: 3,
        events: 9,
        state_head: "0".repeat(64),
        audit_head: "0".repeat(64),
        card_seen: None,
        on_no_card: false,
        card_words: on_the_card(),
        keys: Arc::default(),
        pending: Vec::new(),
        exports: Arc::default(),
        tokens: Arc::default(),
        given: Arc::default(),
        unwritten: Arc::default(),
        counterparties: Arc::default(),
        runs: Arc::default(),
        policy: Policy::default(),
        policy_waits: false,
        software_generation: true,
        qr_of_exports: true,
        parameters_days: 7,
        automatic: false,
        backups: 0,
        copies: Arc::default(),
        open_reshare: false,
        reshare_left: None,
        unfinished: false,
        recovery_cut: false,
        rotation_cut: false,
        old_envelopes: Arc::default(),
        recovery: None,
        by_recovery: false,
        attested: true,
        only_copy: None,
        open_papers: Vec::new(),
        ledger: Arc::default(),
        signs_tokens: false,
        deeds: Arc::default(),
        notes: Vec::new(),
        returned: None,
        held_back: Vec::new(),
    }
}

/// A state with one screen.
pub(crate) fn state(screen: impl Screen + 'static) -> State {
    State::new(world(), Box::new(screen))
}

/// Presses keys: names in angle brackets (`<Enter> <F5>`), everything else letter by letter.
pub(crate) fn press(state: &mut State, script: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut rest = script;
    while let Some(c) = rest.chars().next() {
        let (code, modifiers, used) = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
            Some((name, _)) => (named(name), modifiers(name), name.len() + 2),
            None => (KeyCode::Char(c), KeyModifiers::NONE, c.len_utf8()),
        };
        rest = &rest[used..];
        state.mark_drawn();
        effects.extend(update(
            state,
            Msg::Key(Box::new(KeyEvent::new(code, modifiers))),
        ));
    }
    effects
}

fn modifiers(name: &str) -> KeyModifiers {
    if name.starts_with("C-") {
        KeyModifiers::CONTROL
    } else {
        KeyModifiers::NONE
    }
}

fn named(name: &str) -> KeyCode {
    match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "PgDn" => KeyCode::PageDown,
        "PgUp" => KeyCode::PageUp,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Back" => KeyCode::Backspace,
        other => match other.strip_prefix("C-") {
            Some(letter) => KeyCode::Char(letter.chars().next().unwrap()),
            None => KeyCode::F(other.strip_prefix('F').unwrap().parse().unwrap()),
        },
    }
}

/// Draws a state at a size.
pub(crate) fn drawn(state: &mut State, width: u16, height: u16, look: &Appearance) -> Buffer {
    state.world.size = (width, height);
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    super::frame::draw(state, &mut buffer, look);
    buffer
}

/// The text of a picture.
pub(crate) fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width.max(1));
    let mut out = String::new();
    for row in buffer.content.chunks(width) {
        let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Compares a state's picture at 80x24 and 140x40 with the files `src/tui/snapshots/NAME.WxH.txt`.
pub(crate) fn check(name: &str, state: &mut State) {
    let clash = super::keys::tests::clash(&state.offers());
    assert_eq!(clash, None, "{name} offers one key for two things");
    let screen = pictures::screen(state);
    super::matrix_tests::belongs(name, screen);
    for (width, height) in pictures::SIZES {
        super::contrast::check(name, state, (width, height));
        let buffer = drawn(state, width, height, &appearance());
        let in_ascii = Appearance {
            ascii: true,
            ..appearance()
        };
        super::glyphs_tests::check(name, &buffer, &drawn(state, width, height, &in_ascii));
        code_of_digest(name, state, &text(&buffer));
        keys_that_decide(name, state, &text(&buffer));
        let picture = Picture {
            text: text(&buffer),
            screen: screen.to_owned(),
            styles: styles(&buffer),
        };
        let path = pictures::path(name, (width, height));
        if std::env::var("KEYMOOT_BLESS").is_ok() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, picture.file()).unwrap();
            continue;
        }
        assert!(
            pictures::read(name, (width, height)).as_ref() == Some(&picture),
            "{name} at {width}x{height} is now drawn otherwise:\n{}\nKEYMOOT_BLESS=1 rewrites {}",
            picture.file(),
            path.display()
        );
    }
}

/// What goes on and what fills in have their place in the last row at every size: whoever does not see them
/// there looks for nothing else.
fn keys_that_decide(name: &str, state: &State, picture: &str) {
    use super::keys;
    let typing = state.top().is_some_and(super::screen::Screen::typing);
    let offers = state.offers();
    let row = picture.lines().last().unwrap_or_default();
    for key in keys::footer(&offers, typing) {
        let shown = row.contains(&format!("{} {}", key.key, key.word));
        let told = format!("{} {}", key.key, key.word);
        assert!(shown || key.rank() > 1, "{name}: no {told} in {row}");
    }
}

/// Whether a page has a whole digest on it: its hex digits in one or in groups, or the words it is read aloud in.
pub(crate) fn has_digest(page: &str) -> bool {
    let in_groups = |line: &str| {
        let mut run = 0;
        line.split_whitespace().any(|group| {
            let hex = group.len() == 4 && group.chars().all(|c| c.is_ascii_hexdigit());
            run = if hex { run + 1 } else { 0 };
            run == 8
        })
    };
    let in_one = |line: &str| {
        let mut parts = line.split(|c: char| !c.is_ascii_hexdigit());
        parts.any(|part| part.len() >= 64)
    };
    page.lines()
        .any(|line| in_one(line) || in_groups(line) || is_aloud(line))
}

/// Whether six words or more of a digest that is read aloud follow each other.
fn is_aloud(line: &str) -> bool {
    static WORDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        let pairs = (0..=255).flat_map(|byte| words::pgp(&[byte, byte]));
        pairs.collect()
    });
    let mut run = 0;
    line.split_whitespace().any(|word| {
        run = if WORDS.contains(word) { run + 1 } else { 0 };
        run == 6
    })
}

/// Every digest on screen can be carried by a camera: its page has the QR key, or is the code itself.
fn code_of_digest(name: &str, state: &State, page: &str) {
    let code = state.top().is_some_and(|top| top.name() == "QR code");
    let offered = state.offers().iter().any(|o| o.verb == Verb::Picture);
    assert!(
        code || offered || !has_digest(page),
        "{name} has a digest on it and no QR key:\n{page}"
    );
}

/// Draws a state at many sizes, in every theme and depth; nothing may panic.
pub(crate) fn survives_every_size(state: &mut State) {
    let look = appearance();
    let plain = Appearance {
        ascii: true,
        depth: Depth::None,
        ..appearance()
    };
    for width in (1..=200).step_by(7).chain([79, 80, 81]) {
        for height in (1..=60).step_by(5).chain([23, 24, 25]) {
            drawn(state, width, height, &look);
        }
    }
    let picture = text(&drawn(state, 80, 24, &plain));
    assert!(picture.is_ascii(), "{picture}");
}

/// One line a row: runs of a style as its role's name (or its colours) and how many cells.
fn styles(buffer: &Buffer) -> String {
    let look = appearance();
    let width = usize::from(buffer.area.width.max(1));
    let mut out = String::new();
    for (y, row) in buffer.content.chunks(width).enumerate() {
        let mut runs: Vec<(String, usize)> = Vec::new();
        for cell in row {
            let name = role_name(cell.style(), &look);
            match runs.last_mut() {
                Some((last, count)) if *last == name => *count += 1,
                _ => runs.push((name, 1)),
            }
        }
        let words: Vec<String> = runs
            .iter()
            .map(|(name, count)| format!("{name}*{count}"))
            .collect();
        writeln!(out, "{y:2} {}", words.join(" ")).unwrap();
    }
    out
}

fn role_name(style: Style, look: &Appearance) -> String {
    let base = look.theme.base(look.depth);
    let same = |role: Role| {
        let wanted = base.patch(look.theme.style(role, look.depth));
        wanted.fg == style.fg
            && wanted.bg == style.bg
            && plain(wanted.add_modifier) == plain(style.add_modifier)
    };
    Role::ALL.iter().find(|(role, _)| same(*role)).map_or_else(
        || {
            format!(
                "{:?}/{:?}",
                style.fg.unwrap_or(Color::Reset),
                style.bg.unwrap_or(Color::Reset)
            )
        },
        |(_, name)| (*name).to_owned(),
    )
}

fn plain(modifier: Modifier) -> Modifier {
    modifier & (Modifier::BOLD | Modifier::REVERSED | Modifier::UNDERLINED | Modifier::DIM)
}

#[test]
fn a_digest_is_found_in_each_form_that_it_is_shown_in() {
    let hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let grouped = " sha-256   9f86 d081 884c 7d65 9a2f eaa0 c55a d015";
    let aloud = words::pgp(&[1, 2, 3, 4, 5, 6]).join(" ");
    for page in [hex, grouped, aloud.as_str()] {
        assert!(has_digest(page), "{page}");
    }
    for page in [
        &hex[..40],
        "check value 9F86D0",
        "2026 1124 0900 to sign",
        "",
    ] {
        assert!(!has_digest(page), "{page}");
    }
}
