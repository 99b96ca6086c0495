//! Every screen and the states it can be in: the picture that is kept of it, or why there is none.
//!
//! A screen without a row fails, and so does a row whose picture is not kept at both sizes or does not show its state.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::pictures_tests::{self as pictures, Picture, SIZES};
use super::room::{Room, practice_session};
use super::screens::custodians::Custodians;

/// A kept picture, or the reason why the state does not exist.
enum Cell {
    Kept(&'static str),
    Not(&'static str),
}
use Cell::{Kept, Not};

/// What the cells of a row are about, in their order.
const STATES: [&str; 6] = [
    "empty",
    "full",
    "error",
    "locked",
    "production",
    "rehearsal",
];
const EMPTY: usize = 0;
const FULL: usize = 1;
const LOCKED: usize = 3;
const PRODUCTION: usize = 4;
const REHEARSAL: usize = 5;

type Row = (&'static str, [Cell; 6]);

const LOCK: Cell = Not("the lock lies over every screen and shows none of it: Locked");
const FORM: Cell = Not("it asks and has no list that could be empty");
const NOTHING_FAILS: Cell =
    Not("it is a text to read: nothing is asked for, read or written there");
const CLOSED: Cell = Not("no vault is open, so there is no profile yet");

// A row a line: a table is read across.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("Act", [FORM, Kept("act-form-export-key.tr31"), Kept("act-error"), LOCK, Kept("act-production"), Kept("act-form-export-key.tr31")]),
    ("Approvals", [Kept("approvals-empty"), Kept("approvals-full"), Kept("approvals-error"), LOCK, Kept("approvals-production"), Kept("approvals-full")]),
    ("Approve", [FORM, Kept("approve-second"), Kept("approve-wrong"), LOCK, Kept("approve-production"), Kept("approve-sign")]),
    ("Ask", [FORM, Kept("ask"), Kept("ask-error"), LOCK, Kept("ask-production"), Kept("ask")]),
    ("Audit", [Kept("audit-none-fits"), Kept("audit-full"), Kept("audit-broken"), LOCK, Kept("audit-production"), Kept("audit-full")]),
    ("Begin a ceremony", [FORM, Kept("begin"), Kept("begin-a-ceremony-error"), LOCK, Kept("begin-a-ceremony-production"), Kept("begin-a-ceremony-rehearsal")]),
    ("Ceremonies", [Kept("picker-empty"), Kept("picker"), Kept("ceremonies-error"), LOCK, Kept("ceremonies-production"), Kept("ceremonies-rehearsal")]),
    ("Change of people or shares", [FORM, Kept("change-drill"), Kept("change-of-people-or-shares-error"), LOCK, Kept("change-of-people-or-shares-production"), Kept("change-drill")]),
    ("Choose a file", [FORM, Kept("files"), Kept("choose-a-file-error"), LOCK, Kept("choose-a-file-production"), Kept("choose-a-file-rehearsal")]),
    ("Clock", [FORM, Kept("clock-second"), Kept("clock-refused"), LOCK, Kept("clock-first"), Not("only a production vault asks two people for the time")]),
    ("Compare", [FORM, Kept("compare"), Kept("compare-differs"), LOCK, Kept("compare-production"), Kept("compare")]),
    ("Create a vault", [Kept("init-place"), Kept("init-review"), Kept("init-wrong-words"), Not("no vault is open: locked-no-vault"), Not("init-papers-production, where no vault's banner stands yet"), Not("a rehearsal's vault is made by play")]),
    ("Create key", [Kept("create-use"), Kept("create-name"), Kept("create-key-error"), LOCK, Kept("create-key-production"), Kept("create-modes")]),
    ("Custodians", [Not("a vault has custodians from its first day"), Kept("custodians"), Kept("custodians-error"), LOCK, Kept("custodians-production"), Kept("custodians")]),
    ("Delete key", [FORM, Kept("delete-days"), Kept("delete-key-error"), LOCK, Kept("delete-key-production"), Kept("delete-days")]),
    ("Deletions", [Kept("deletions-empty"), Kept("deletions-full"), Kept("deletions-error"), LOCK, Kept("deletions-production"), Kept("deletions-gone")]),
    ("Doctor", [Kept("doctor-empty"), Kept("doctor-fit"), Kept("doctor"), Not("no vault is open: locked-no-vault"), CLOSED, CLOSED]),
    ("Done", [FORM, Kept("create-done"), Kept("approve-void"), LOCK, Kept("done-production"), Kept("delete-done")]),
    ("Evidence", [Kept("evidence-empty"), Kept("evidence-full"), Kept("evidence-error"), LOCK, Kept("evidence-production"), Kept("evidence-full")]),
    ("Exchange", [Kept("exchange-empty"), Kept("exchange-sent"), Kept("exchange-error"), LOCK, Kept("exchange-production"), Kept("exchange-confirmed")]),
    ("Export by RSA wrap", [Kept("export-no-key"), Kept("export-files"), Kept("export-too-weak"), LOCK, Kept("export-by-rsa-wrap-production"), Kept("export-key")]),
    ("Files of a run", [FORM, Kept("files-of-a-run-rehearsal"), Not("a folder that does not serve is told by the page beneath"), LOCK, Kept("files-of-a-run-production"), Kept("files-of-a-run-rehearsal")]),
    ("Help", [FORM, Kept("help"), NOTHING_FAILS, LOCK, Kept("help-production"), Kept("help")]),
    ("Home", [Kept("home-empty"), Kept("home-full"), Kept("home-card-older"), LOCK, Kept("home-production"), Kept("home-full")]),
    ("Import root", [FORM, Kept("root-type"), Kept("import-root-error"), LOCK, Kept("import-root-production"), Kept("root-type")]),
    ("Key", [FORM, Kept("key"), Kept("key-error"), LOCK, Kept("key-production"), Kept("key")]),
    ("Keys", [Kept("keys-empty"), Kept("keys-full"), Kept("keys-error"), LOCK, Kept("keys-production"), Kept("keys-full")]),
    ("Leave", [FORM, Kept("leave"), Not("a vault that does not close is told at Welcome, which lies beneath"), Kept("locked-leave"), Kept("close-only-copy"), Kept("leave")]),
    ("Locked", [Kept("locked-no-vault"), Kept("locked-who"), Kept("locked-wrong"), Kept("locked"), Kept("locked-production"), Kept("locked-passphrase")]),
    ("Menu", [Kept("export-empty"), Kept("import-menu"), Kept("menu-error"), LOCK, Kept("menu-production"), Kept("export-menu")]),
    ("Page", [FORM, Kept("create-exact"), NOTHING_FAILS, LOCK, Kept("page-production"), Kept("create-exact")]),
    ("Palette", [Kept("palette-none"), Kept("palette"), Kept("palette-error"), LOCK, Kept("palette-production"), Kept("palette")]),
    ("Pause", [FORM, Kept("runner-pause"), Kept("runner-stop"), LOCK, Kept("pause-production"), Kept("runner-pause")]),
    ("QR code", [FORM, Kept("code-file"), Not("a screen too small for it, or of ASCII alone, says so: both sizes here have room"), LOCK, Kept("code-file-production"), Kept("qr-code-rehearsal")]),
    ("Refuse", [FORM, Kept("refuse"), Kept("refuse-error"), LOCK, Kept("refuse-production"), Kept("refuse")]),
    ("Restored", [FORM, Kept("restored-rehearsal"), Not("the return is done and saved: the vault that it made is opened by Unlock"), LOCK, Kept("restored-production"), Kept("restored-rehearsal")]),
    ("Return to a copy", [FORM, Kept("return-to-a-copy-answered"), Kept("restore"), Not("no vault is open: locked-no-vault"), Kept("return-to-a-copy-production"), Kept("return-to-a-copy-rehearsal")]),
    ("Review", [FORM, Kept("review-rehearsal"), Not("what is missing is asked before it"), LOCK, Kept("review-production"), Kept("review-rehearsal")]),
    ("Review of turns", [FORM, Kept("parts-export"), Not("what cannot be is told by the form before it"), LOCK, Kept("review-of-turns-production"), Kept("parts-export")]),
    ("Runner", [FORM, Kept("runner-ask"), Kept("runner-again"), LOCK, Kept("runner-production"), Kept("runner-hand-over")]),
    ("Settings", [FORM, Kept("settings"), Kept("settings-error"), LOCK, Kept("settings-production"), Kept("settings-rehearsal")]),
    ("Sign the bundle", [FORM, Kept("bundle-who"), Kept("sign-the-bundle-error"), LOCK, Kept("sign-the-bundle-production"), Kept("bundle-sign")]),
    ("Unlock", [Kept("unlock"), Kept("unlock-second"), Kept("unlock-refused"), Not("shares entered so far are wiped, and it says so: locked-no-vault"), Kept("unlock-production"), Not("a rehearsal's vault opens by itself or as a test vault does")]),
    ("Welcome", [Kept("welcome-no-vault"), Kept("welcome"), Kept("welcome-error"), Kept("locked-no-vault"), CLOSED, CLOSED]),
    ("Write file", [FORM, Kept("write-file-rehearsal"), Kept("write-file-error"), LOCK, Kept("write-file-production"), Kept("write-file-rehearsal")]),
];

/// What a screen says where there is nothing, and only there. Pictures in production and of rehearsals have something on
/// them as well.
#[rustfmt::skip]
const NOTHING: &[(&str, &str)] = &[
    ("Approvals", "Nothing waits for signatures."),
    ("Audit", "No event fits the filter."),
    ("Ceremonies", "No script is here."),
    ("Create a vault", "A folder that is not there yet"),
    ("Create key", "1 of 6: Purpose"),
    ("Deletions", "No deletion is pending."),
    ("Doctor", "This machine was not looked at."),
    ("Evidence", "No ceremony was run in this vault."),
    ("Exchange", "Nothing was exchanged with anybody yet."),
    ("Export by RSA wrap", "There is no key to export yet."),
    ("Home", "This vault holds no key yet."),
    ("Keys", "No key is in this vault yet."),
    ("Locked", "No vault is open."),
    ("Menu", "no key that may leave is here yet"),
    ("Palette", "Nothing is called that."),
    ("Unlock", "nobody has entered a share"),
    ("Welcome", "2 Open a vault in another folder"),
];

/// Pages that begin with their first question in a production vault: nothing is on them yet.
const BEGIN_EMPTY: &[&str] = &["Create key", "Unlock"];

/// The screen that a cell's picture shows: the lock lies over all of them.
fn shown(row: &'static str, state: usize) -> &'static str {
    if state == LOCKED { "Locked" } else { row }
}

/// A picture that a row names is drawn while that row's screen is on top.
pub(super) fn belongs(picture: &str, screen: &str) {
    for (row, cells) in ROWS {
        for (n, cell) in cells.iter().enumerate() {
            let named = matches!(cell, Kept(kept) if *kept == picture);
            assert!(
                !named || screen == shown(row, n),
                "{row}, {}: {picture} shows {screen}",
                STATES[n]
            );
        }
    }
}

/// The names that the screens' sources give themselves; one that is called as a declaration has it goes by its type.
fn screens(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            screens(&path, names);
            continue;
        }
        if path.to_string_lossy().ends_with("tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        let mut of = "";
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("impl Screen for ") {
                of = name.trim_end_matches(" {");
            }
            if line.trim() == "fn name(&self) -> &'static str {" {
                let body = lines.next().unwrap().trim();
                let literal = body.strip_prefix('"').and_then(|b| b.strip_suffix('"'));
                if !of.is_empty() {
                    names.insert(literal.unwrap_or(of).to_owned());
                }
            }
        }
    }
}

/// The names of all screens.
pub(super) fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui");
    screens(&sources, &mut names);
    names
}

#[test]
fn every_screen_has_its_row_and_every_row_its_pictures() {
    let names = names();
    let rows: BTreeSet<String> = ROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        names, rows,
        "a screen without a row, or a row without a screen"
    );
    for (name, cells) in ROWS {
        for (n, cell) in cells.iter().enumerate() {
            match cell {
                Not(why) => assert!(why.len() > 20, "{name}, {}: why?", STATES[n]),
                Kept(picture) => SIZES.iter().for_each(|size| {
                    let kept = pictures::read(picture, *size);
                    let kept = kept.unwrap_or_else(|| panic!("{name}: no {picture} at {size:?}"));
                    belongs(picture, &kept.screen);
                    shows_its_state(name, n, picture, &kept);
                }),
            }
        }
    }
}

fn shows_its_state(name: &str, state: usize, picture: &str, kept: &Picture) {
    let shown: [&[&str]; 6] = [
        &[""],
        &[""],
        // Something is wrong, is missing, or is void.
        &[
            "STOP",
            "NOTE",
            "Nothing is typed here yet",
            "off here",
            "cannot be chosen",
            "Its folder is gone: nothing",
            "void",
        ],
        &["blank on purpose", "Enter stays, locked."],
        &["PRODUCTION"],
        &["REHEARSAL"],
    ];
    let text = &kept.text;
    let place = format!("{name}, {}: {picture}\n{text}", STATES[state]);
    assert!(shown[state].iter().any(|w| text.contains(w)), "{place}");
    let filled = kept.body().into_iter().filter(|row| !row.trim().is_empty());
    assert!(
        state == EMPTY || filled.count() > 1,
        "hardly anything: {place}"
    );
    let Some((_, nothing)) = NOTHING.iter().find(|(screen, _)| *screen == name) else {
        assert!(state != EMPTY, "what is empty about it? {place}");
        return;
    };
    match state {
        EMPTY => assert!(text.contains(nothing), "no {nothing}: {place}"),
        PRODUCTION if BEGIN_EMPTY.contains(&name) => {}
        FULL | PRODUCTION | REHEARSAL => assert!(!text.contains(nothing), "{nothing}: {place}"),
        _ => {}
    }
}

/// One picture stands for two states only where it truly is both: it is full, and the banner says that it is a rehearsal.
#[test]
fn no_picture_stands_for_two_states() {
    for (name, cells) in ROWS {
        let mut states = BTreeMap::<&str, Vec<usize>>::new();
        for (n, cell) in cells.iter().enumerate() {
            if let Kept(picture) = cell {
                states.entry(picture).or_default().push(n);
            }
        }
        for (picture, states) in states {
            let both = states == [FULL, REHEARSAL];
            assert!(
                states.len() == 1 || both,
                "{name}: {picture} is {states:?} at once"
            );
            let kept = SIZES.map(|size| pictures::read(picture, size).unwrap());
            let banner = |p: &Picture| p.text.starts_with(" REHEARSAL │");
            assert!(!both || kept.iter().all(banner), "{name}: {picture}");
        }
    }
}

#[test]
fn what_shows_another_screen_or_another_state_is_found() {
    let fails = |test: &dyn Fn()| {
        let test = std::panic::AssertUnwindSafe(test);
        std::panic::catch_unwind(test).is_err()
    };
    assert!(fails(&|| belongs("keys-full", "Menu")));
    assert!(!fails(&|| belongs("keys-full", "Keys")));
    assert!(!fails(&|| belongs("no row names it", "Menu")));
    let read = |name| pictures::read(name, SIZES[0]).unwrap();
    for (state, picture, wrong) in [
        (FULL, "keys-empty", true),
        (EMPTY, "keys-empty", false),
        (EMPTY, "keys-full", true),
        (FULL, "keys-full", false),
        (REHEARSAL, "keys-production", true),
        (PRODUCTION, "keys-production", false),
    ] {
        let shows = || shows_its_state("Keys", state, picture, &read(picture));
        assert_eq!(fails(&shows), wrong, "{picture} as {}", STATES[state]);
    }
}

/// What is cut on a page of 80 columns although it carries meaning: who acts, what Enter does and what has happened,
/// the page's own name, check values and hashes, dates.
fn cut_away(row: usize, line: &str) -> bool {
    let band = [" Acts ", " Enter ", " So far "];
    let band = band.iter().any(|label| line.starts_with(label)) && line.ends_with("..");
    let digits = |word: &str| {
        let Some((begun, _)) = word.split_once("..") else {
            return false;
        };
        let hex = begun.len() > 1 && begun.chars().all(|c| matches!(c, '0'..='9' | 'A'..='F'));
        let date = begun.starts_with("20") && begun.contains('-');
        hex || date
    };
    band || (row == 1 && line.contains("..")) || line.split_whitespace().any(digits)
}

#[test]
fn nothing_that_carries_meaning_is_cut_at_eighty_columns() {
    assert!(cut_away(5, " 8  key imported: 5B..  ok (15)"));
    assert!(cut_away(
        22,
        " So far  the vault is closed. A wrong passphrase locks .."
    ));
    assert!(cut_away(7, " 3  root  2026-11-2..  trusted"));
    let mut cut = Vec::new();
    let names = pictures::names();
    assert!(names.len() > 100, "only {} pictures", names.len());
    for name in names {
        let text = pictures::read(&name, SIZES[0]).unwrap().text;
        let lines = text.lines().map(str::trim_end).enumerate();
        let found = lines.filter(|(row, line)| cut_away(*row, line));
        cut.extend(found.map(|(row, line)| format!("{name}, row {row}: {line}")));
    }
    assert!(cut.is_empty(), "{}", cut.join("\n"));
}

#[test]
fn production_looks_like_production_on_every_screen_of_the_vault() {
    let mut room = super::screens::tests::full();
    room.goes_into_production();
    room.check("home-production");
    room.press("v").check("keys-production").press("<Esc>");
    room.press("d").check("deletions-production").press("<Esc>");
    room.press("v<End><Enter>").check("key-production");
    let mut room = Room::new(Custodians::default(), practice_session(false));
    room.goes_into_production();
    room.check("custodians-production");
}

#[test]
fn people_and_their_changes_are_drawn() {
    let mut room = Room::new(Custodians::default(), practice_session(false));
    room.check("custodians");
    room.press("<Enter><Enter>").check("act-drill");
    // Asked and signed: the drill itself begins.
    for _ in 0..12 {
        if room.state.top().unwrap().name() == "Change of people or shares" {
            break;
        }
        room.press("<F5><Enter>");
    }
    assert_eq!(
        room.state.top().unwrap().name(),
        "Change of people or shares"
    );
    room.check("change-drill");
    // Whoever is not here is passed over by a word, and an empty answer never counts as one.
    for person in ["Ana", "Ben"] {
        room.shows(&[&format!("Is {person} here?")]);
        room.press("<Enter>");
        room.shows(&[&format!("The keyboard goes to {person}")]);
        room.press("<Enter><Enter>");
        room.shows(&["Nothing is typed here yet"]);
        room.press("<F5><Enter>");
    }
    for person in ["Cho", "Ada", "Wim"] {
        room.shows(&[&format!("Is {person} here?")]);
        room.press("<Down><Enter>");
    }
    room.shows(&["proven: Ana, Ben", "not there: Cho"]);
}
