//! Every screen and the states it can be in: the picture that is kept of it, or why there is none.
//!
//! A screen without a row fails, and so does a row whose picture is not kept at both sizes or does not show its state.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::room::{Room, practice_session};
use super::screens::custodians::Custodians;
use crate::session::Profile;

/// A kept picture, or the reason why the state does not exist.
enum Cell {
    Kept(&'static str),
    Not(&'static str),
}
use Cell::{Kept, Not};

/// Empty, full, error, locked, production, rehearsal.
type Row = (&'static str, [Cell; 6]);

const LOCK: Cell = Not("the lock lies over every screen and shows none of it: Locked");
const FORM: Cell = Not("it asks and has no list that could be empty");
const SAME: Cell =
    Not("drawn alike in every profile; the profile stands in the top line, as on Home");
const NOTHING_FAILS: Cell =
    Not("it shows or leads on; what fails is told by the screen that is led to");
const CLOSED: Cell = Not("no vault is open, so there is no profile yet");

// A row a line: a table is read across.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("Approvals", [Kept("approvals-empty"), Kept("approvals-full"), NOTHING_FAILS, LOCK, Kept("approvals-production"), Kept("approvals-full")]),
    ("Approve", [FORM, Kept("approve-second"), Kept("approve-wrong"), LOCK, SAME, Kept("approve-sign")]),
    ("Ask", [FORM, Kept("ask"), Not("the same field and words as Approve"), LOCK, SAME, Kept("ask")]),
    ("Audit", [Kept("audit-new"), Kept("audit-full"), Kept("audit-broken"), LOCK, SAME, Kept("audit-full")]),
    ("Begin a ceremony", [FORM, Kept("begin"), NOTHING_FAILS, LOCK, SAME, Not("the same page, with the rehearsal's banner")]),
    ("Ceremonies", [Kept("picker-empty"), Kept("picker"), NOTHING_FAILS, LOCK, SAME, Not("the same list; a rehearsal begins from it")]),
    ("Change of people or shares", [FORM, Kept("change-drill"), Not("the same field and words as Approve"), LOCK, SAME, Kept("change-drill")]),
    ("Choose a file", [FORM, Kept("files"), Not("a folder that cannot be read is said in the list's own row"), LOCK, SAME, SAME]),
    ("Clock", [FORM, Kept("clock-second"), Kept("clock-refused"), LOCK, Kept("clock-first"), Not("only a production vault asks two people for the time")]),
    ("Create a vault", [Kept("init-place"), Kept("init-review"), Kept("init-wrong-words"), Not("no vault is open: locked-no-vault"), Not("init-papers-production, where no vault's banner stands yet"), Not("a rehearsal's vault is made by play")]),
    ("Create key", [Kept("create-use"), Kept("create-review"), Not("what cannot be chosen stands in the list with its reason"), LOCK, SAME, Kept("create-use")]),
    ("Custodians", [Not("a vault has custodians from its first day"), Kept("custodians"), NOTHING_FAILS, LOCK, Kept("custodians-production"), Kept("custodians")]),
    ("Delete key", [FORM, Kept("delete-review"), Not("the phrase that is not typed keeps Enter off"), LOCK, SAME, Kept("delete-days")]),
    ("Deletions", [Kept("deletions-empty"), Kept("deletions-full"), NOTHING_FAILS, LOCK, Kept("deletions-production"), Kept("deletions-gone")]),
    ("Doctor", [Kept("doctor-empty"), Kept("doctor"), Not("findings are its list"), Not("no vault is open: locked-no-vault"), CLOSED, CLOSED]),
    ("Done", [FORM, Kept("create-done"), Kept("approve-void"), LOCK, SAME, Kept("delete-done")]),
    ("Evidence", [Kept("evidence-empty"), Kept("evidence-full"), Kept("evidence-error"), LOCK, SAME, Kept("evidence-full")]),
    ("Exchange", [Kept("exchange-empty"), Kept("exchange-sent"), Not("a receipt that differs is told by its row"), LOCK, SAME, Kept("exchange-confirmed")]),
    ("Export by RSA wrap", [Kept("export-empty"), Kept("export-files"), Kept("export-too-weak"), LOCK, SAME, Kept("export-key")]),
    ("Help", [FORM, Kept("help"), NOTHING_FAILS, LOCK, SAME, Kept("help")]),
    ("Home", [Kept("home-empty"), Kept("home-full"), Kept("home-card-older"), LOCK, Kept("home-production"), Kept("home-full")]),
    ("Import root", [FORM, Kept("root-review"), Not("told in a line of the same page"), LOCK, SAME, Kept("root-type")]),
    ("Key", [FORM, Kept("key"), NOTHING_FAILS, LOCK, Kept("key-production"), Kept("key")]),
    ("Keys", [Kept("keys-empty"), Kept("keys-full"), NOTHING_FAILS, LOCK, Kept("keys-production"), Kept("keys-full")]),
    ("Leave", [FORM, Kept("leave"), NOTHING_FAILS, Kept("locked-leave"), Kept("close-only-copy"), Kept("leave")]),
    ("Locked", [Kept("locked-no-vault"), Kept("locked-who"), Kept("locked-wrong"), Kept("locked"), SAME, Kept("locked")]),
    ("Page", [FORM, Kept("create-exact"), NOTHING_FAILS, LOCK, SAME, Kept("create-exact")]),
    ("Palette", [FORM, Kept("palette"), NOTHING_FAILS, LOCK, SAME, Kept("palette")]),
    ("Pause", [FORM, Kept("runner-pause"), Kept("runner-stop"), LOCK, SAME, Kept("runner-pause")]),
    ("QR code", [FORM, Kept("code-file"), NOTHING_FAILS, LOCK, Kept("code-file-production"), SAME]),
    ("Refuse", [FORM, Kept("refuse"), Not("an empty reason is told by the field"), LOCK, SAME, Kept("refuse")]),
    ("Restored", [FORM, Not("it names folders of the machine; its words are asserted in restore_tests"), NOTHING_FAILS, LOCK, SAME, SAME]),
    ("Return to a copy", [FORM, Kept("restore"), Not("told in a line of the same page; asserted in restore_tests"), Not("no vault is open: locked-no-vault"), SAME, SAME]),
    ("Review", [FORM, Kept("act-export-tr31"), Not("what is missing is asked before it"), LOCK, SAME, Kept("act-export-tr31")]),
    ("Review of turns", [FORM, Kept("parts-export"), Not("what cannot be is told by the form before it"), LOCK, SAME, Kept("parts-export")]),
    ("Runner", [FORM, Kept("runner-ask"), Kept("runner-again"), LOCK, SAME, Kept("runner-hand-over")]),
    ("Settings", [FORM, Kept("settings"), NOTHING_FAILS, LOCK, SAME, SAME]),
    ("Sign the bundle", [FORM, Kept("bundle-who"), Not("the same field and words as Approve"), LOCK, SAME, Kept("bundle-sign")]),
    ("Unlock", [Kept("unlock"), Kept("unlock-second"), Kept("unlock-refused"), Not("shares entered so far are wiped, and it says so: locked-no-vault"), Kept("unlock-production"), Not("a rehearsal's vault opens by itself or as a test vault does")]),
    ("Welcome", [Kept("welcome"), Kept("welcome"), NOTHING_FAILS, Kept("locked-no-vault"), CLOSED, CLOSED]),
    ("Write file", [FORM, Kept("files-folder"), Not("told in a line of the same page"), LOCK, SAME, SAME]),
];

fn kept(name: &str, size: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/tui/snapshots")
        .join(format!("{name}.{size}.txt"))
}

/// The names that the screens' sources give themselves; a name that is another declaration's has the declaration's row.
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
        while let Some(line) = lines.next() {
            if line.trim() == "fn name(&self) -> &'static str {" {
                let body = lines.next().unwrap().trim();
                if let Some(name) = body.strip_prefix('"').and_then(|b| b.strip_suffix('"')) {
                    names.insert(name.to_owned());
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
    let states = [
        "empty",
        "full",
        "error",
        "locked",
        "production",
        "rehearsal",
    ];
    let shown = ["", "", "", "blank on purpose", "PRODUCTION", "REHEARSAL"];
    for (name, cells) in ROWS {
        for ((cell, state), shows) in cells.iter().zip(states).zip(shown) {
            match cell {
                Not(why) => assert!(why.len() > 20, "{name}, {state}: why?"),
                Kept(picture) => {
                    for size in ["80x24", "140x40"] {
                        let text = std::fs::read_to_string(kept(picture, size)).unwrap_or_default();
                        let (text, styles) = text.split_once("--- styles\n").unwrap_or_default();
                        assert!(
                            !styles.is_empty(),
                            "{name}, {state}: no {picture} at {size}"
                        );
                        let leave = *picture == "locked-leave";
                        assert!(
                            leave || text.contains(shows),
                            "{name}, {state}: {picture}\n{text}"
                        );
                    }
                }
            }
        }
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui/snapshots");
    let mut cut = Vec::new();
    let mut pictures = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if !name.ends_with(".80x24.txt") {
            continue;
        }
        pictures += 1;
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let (text, _) = text.split_once("--- styles").unwrap();
        let lines = text.lines().map(str::trim_end).enumerate();
        let found = lines.filter(|(row, line)| cut_away(*row, line));
        cut.extend(found.map(|(row, line)| format!("{name}, row {row}: {line}")));
    }
    assert!(pictures > 100, "only {pictures} pictures");
    assert!(cut.is_empty(), "{}", cut.join("\n"));
}

/// The vault in this room is taken for a production vault: what is drawn, not what is allowed.
fn in_production(room: &mut Room) {
    let mut view = (*room.state.world.view.clone().unwrap()).clone();
    view.profile = Profile::Production;
    view.vault = "acme".into();
    view.automatic = false;
    room.state.world.view = Some(std::sync::Arc::new(view));
}

#[test]
fn production_looks_like_production_on_every_screen_of_the_vault() {
    let mut room = super::screens::tests::full();
    in_production(&mut room);
    room.check("home-production");
    for (key, name) in [
        ("v", "keys-production"),
        ("a", "approvals-production"),
        ("d", "deletions-production"),
    ] {
        room.press(key);
        in_production(&mut room);
        room.check(name).press("<Esc>");
    }
    in_production(&mut room);
    room.press("v<Enter>").check("key-production");
    let mut room = Room::new(Custodians::new(), practice_session(false));
    in_production(&mut room);
    room.check("custodians-production");
}

#[test]
fn people_and_their_changes_are_drawn() {
    let mut room = Room::new(Custodians::new(), practice_session(false));
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
    room.shows(&["Is Cho here?"]);
    room.press("<Down><Enter>");
    room.shows(&["proven: Ana, Ben", "not there: Cho"]);
}
