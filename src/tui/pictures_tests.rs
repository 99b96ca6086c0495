//! Pictures as they are kept, one a file: the words, the screen that was on top, and the styles.
//!
//! The name of the screen stands in the file, so that the matrix can be asked about a picture whichever tests run.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::app::State;
use super::storm_tests::called;

/// Columns and rows of the two sizes that are kept of every picture.
pub(crate) const SIZES: [(u16, u16); 2] = [(80, 24), (140, 40)];

const SCREEN: &str = "--- screen ";
const STYLES: &str = "--- styles\n";

/// What is kept of a screen at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// The words, a line a row.
    pub(crate) text: String,
    /// The screen on top, by its name in the matrix.
    pub(crate) screen: String,
    /// The styles of every row.
    pub(crate) styles: String,
}

impl Picture {
    /// As it stands in its file.
    pub(crate) fn file(&self) -> String {
        let mut out = self.text.clone();
        writeln!(out, "{SCREEN}{}", self.screen).unwrap();
        out + STYLES + &self.styles
    }

    fn parse(file: &str) -> Option<Self> {
        let (text, rest) = file.split_once(SCREEN)?;
        let (screen, styles) = rest.split_once('\n')?;
        Some(Self {
            text: text.to_owned(),
            screen: screen.to_owned(),
            styles: styles.strip_prefix(STYLES)?.to_owned(),
        })
    }

    /// The rows between the title and the three lines above the keys.
    pub(crate) fn body(&self) -> Vec<&str> {
        let rows: Vec<&str> = self.text.lines().collect();
        rows[2..rows.len() - 5].to_vec()
    }
}

/// The screen on top of a state, by its name in the matrix.
pub(crate) fn screen(state: &State) -> &'static str {
    called(state.top().map_or("", super::screen::Screen::name))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui/snapshots")
}

/// Where the picture of a name lies at a size.
pub(crate) fn path(name: &str, (width, height): (u16, u16)) -> PathBuf {
    folder().join(format!("{name}.{width}x{height}.txt"))
}

/// The kept picture, where there is a whole one.
pub(crate) fn read(name: &str, size: (u16, u16)) -> Option<Picture> {
    Picture::parse(&std::fs::read_to_string(path(name, size)).ok()?)
}

/// The names of all kept pictures, by the files that lie there.
pub(crate) fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let sized = file
            .strip_suffix(".80x24.txt")
            .or(file.strip_suffix(".140x40.txt"));
        names.insert(sized.expect(&file).to_owned());
    }
    names
}

/// What stands in quotes behind `check(`, also on the next line; what is commented out draws nothing.
fn checked(source: &str) -> Vec<String> {
    let code = source.lines().map(str::trim);
    let code: String = code.filter(|line| !line.starts_with("//")).collect();
    let calls = code.split("check(").skip(1);
    let literals = calls.filter_map(|call| call.strip_prefix('"')?.split_once('"'));
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let names = literals.map(|(name, _)| name.to_owned());
    names.filter(|name| name.chars().all(letters)).collect()
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, names);
        } else if path.extension().is_some_and(|e| e == "rs") {
            names.extend(checked(&std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The names of all pictures that tests draw: those that are named where they are checked, and those of every screen.
fn drawn() -> BTreeSet<String> {
    let mut names = super::states_tests::pictures();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui"),
        &mut names,
    );
    names
}

#[test]
fn a_name_is_found_where_it_is_checked_and_not_where_that_is_commented_out() {
    let source =
        "room.check(\"a\").press(\"b\");\nsnapshot::check(\n    \"c\",\n    &mut state);\n";
    let source = format!("{source}// room.check(\"d\");\ncheck(name);");
    assert_eq!(checked(&source), ["a", "c"]);
}

#[test]
fn every_kept_picture_is_drawn_by_a_test_at_both_sizes() {
    let (kept, drawn) = (names(), drawn());
    let nobody: Vec<&String> = kept.difference(&drawn).collect();
    assert!(nobody.is_empty(), "kept, and drawn by no test: {nobody:?}");
    let missing: Vec<&String> = drawn.difference(&kept).collect();
    assert!(missing.is_empty(), "drawn, and not kept: {missing:?}");
    for name in kept {
        let sizes = SIZES.map(|size| read(&name, size));
        let [Some(small), Some(large)] = sizes else {
            panic!("{name} is not whole at both sizes");
        };
        assert_eq!(small.screen, large.screen, "{name}");
        assert_eq!(small.text.lines().count(), 24, "{name}");
        assert_eq!(large.text.lines().count(), 40, "{name}");
    }
}
