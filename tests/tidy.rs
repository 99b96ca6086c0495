//! The house rules, tested: who may know whom, how long a file is, how it opens, what it is called.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::similar_names,
    clippy::needless_pass_by_value
)]

use std::fs;
use std::path::{Path, PathBuf};

/// The modules with what each may use, from the ground up. An arrow that is not here does not exist.
const MAY_USE: &[(&str, &[&str])] = &[
    ("api", &[]),
    ("crypto", &["api"]),
    ("pki", &["api", "crypto"]),
    ("engine", &["api", "crypto", "pki"]),
    ("vault", &["api", "crypto", "pki", "os"]),
    ("custody", &["api", "crypto", "pki"]),
    ("evidence", &["api", "crypto", "pki"]),
    (
        "session",
        &[
            "api", "crypto", "pki", "engine", "vault", "custody", "evidence", "os", "text",
        ],
    ),
    (
        "ceremony",
        &[
            "api", "crypto", "pki", "engine", "vault", "custody", "evidence", "session", "os",
            "text",
        ],
    ),
    ("tui", FRONT_END),
    ("plain", FRONT_END),
    ("cli", FRONT_END),
    ("serve", FRONT_END),
    ("os", &["api"]),
    // The language of the screens: below everything that says something, above nothing.
    ("text", &[]),
];

const FRONT_END: &[&str] = &[
    "api", "crypto", "pki", "engine", "vault", "custody", "evidence", "session", "ceremony", "os",
    "text",
];

/// Lines a file may have.
const LONG: usize = 500;
/// Lines no file has, whatever its reason.
const TOO_LONG: usize = 800;

/// Longer than [`LONG`], each with its reason.
const LONG_WITH_REASON: &[(&str, &str)] = &[];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "manager", "helper", "helpers", "misc", "common",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(below) else {
        return found;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn every_rust_file() -> Vec<PathBuf> {
    ["src", "tests", "benches", "fuzz"]
        .iter()
        .flat_map(|folder| rust_files(&root().join(folder)))
        .filter(|path| !path.starts_with(root().join("fuzz/target")))
        .collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

fn nothing_found(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

/// The modules that a line of code names as `crate::x` or `keymoot::x`.
fn names(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices("crate::")
        .filter(|(at, _)| {
            // `$crate::x` counts, `mycrate::x` does not.
            !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
        })
        .flat_map(|(at, path)| modules(&code[at + path.len()..]))
        .collect()
}

/// `x::y` names x; `{x::y, z}` names x and z.
fn modules(rest: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let mut depth = 0_i32;
    let mut parts = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            other => parts.last_mut().unwrap().push(other),
        }
    }
    parts
        .iter()
        .map(|part| word(part))
        .filter(|w| !w.is_empty())
        .collect()
}

/// A `use crate::{...}` over several lines as one.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        match &mut open {
            Some((_, whole)) => whole.push_str(code.trim()),
            None if code.contains("crate::{") && !code.contains(';') => {
                open = Some((number + 1, code.to_owned()));
            }
            None => found.push((number + 1, code.to_owned())),
        }
        if open.is_some() && code.contains(';') {
            found.extend(open.take());
        }
    }
    found.extend(open);
    found
}

#[test]
fn arrows_point_down() {
    let mut wrong = Vec::new();
    for path in rust_files(&root().join("src")) {
        let inside = path.strip_prefix(root().join("src")).unwrap();
        let Some(first) = inside.components().next() else {
            continue;
        };
        let module = first.as_os_str().to_string_lossy().into_owned();
        // main.rs and lib.rs join the front ends; they are no module.
        if Path::new(&module).extension().is_some() {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("src/{module} is in no row of the table"));
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        for (number, statement) in statements(&text) {
            for name in names(&statement) {
                let known = MAY_USE.iter().any(|(known, _)| *known == name);
                if known && name != module && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{}:{number}: {module} knows {name}", shown(&path)));
                }
            }
        }
    }
    nothing_found(
        "an arrow points up or across (ARCHITECTURE.md, the rule)",
        &wrong,
    );
}

#[test]
fn the_scanner_sees_what_it_should() {
    assert_eq!(names("use crate::api::Key;"), ["api"]);
    assert_eq!(
        names("use crate::{api::{Key, Tag}, os, vault::Store};"),
        ["api", "os", "vault"]
    );
    assert_eq!(
        names("    let x = crate::crypto::kcv::cmac(k); // crate::tui"),
        ["crypto"]
    );
    assert!(names("use mycrate::tui;").is_empty());
    let over_lines = "use crate::{\n    api::{Key},\n    tui,\n};\n";
    let found: Vec<_> = statements(over_lines)
        .iter()
        .flat_map(|(_, s)| names(s))
        .collect();
    assert_eq!(found, ["api", "tui"]);
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = every_rust_file()
        .iter()
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//! "))
        .map(|path| shown(path))
        .collect();
    nothing_found("a file opens with `//!` and a sentence", &silent);
}

#[test]
fn a_file_fits_a_reading() {
    let mut wrong = Vec::new();
    for path in every_rust_file() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        let reason = LONG_WITH_REASON
            .iter()
            .find(|(name, _)| *name == shown(&path));
        if lines > TOO_LONG || (lines > LONG && reason.is_none()) {
            wrong.push(format!("{}: {lines} lines", shown(&path)));
        }
        if lines <= LONG && reason.is_some() {
            wrong.push(format!(
                "{}: {lines} lines, and still on the list",
                shown(&path)
            ));
        }
    }
    nothing_found(
        "a file over 500 lines wants a reason, none has over 800",
        &wrong,
    );
    for (name, reason) in LONG_WITH_REASON {
        assert!(reason.len() > 20, "{name} wants a reason");
    }
}

#[test]
fn names_say_something() {
    let empty: Vec<String> = every_rust_file()
        .iter()
        .filter(|path| {
            path.strip_prefix(root()).unwrap().iter().any(|part| {
                let part = part.to_string_lossy();
                EMPTY_NAMES.contains(&part.strip_suffix(".rs").unwrap_or(&part))
            })
        })
        .map(|path| shown(path))
        .collect();
    nothing_found("a module's name says what it is about", &empty);
}

#[test]
fn the_map_in_architecture_names_every_module() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (module, _) in MAY_USE {
        assert!(
            map.contains(&format!("`{module}`")),
            "ARCHITECTURE.md does not name {module}"
        );
    }
}

/// What a test wrote where it ran is no part of the project: whatever lies here has a name that somebody gave it.
#[test]
fn nothing_lies_about() {
    let plain = |name: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        name.chars().all(allowed)
    };
    let entries = fs::read_dir(root()).unwrap().flatten();
    let names = entries.map(|e| e.file_name().to_string_lossy().into_owned());
    let found: Vec<String> = names.filter(|name| !plain(name)).collect();
    nothing_found("files that nobody named", &found);
    assert!(!plain("2jW[g") && plain("LICENSE-MIT") && plain("src"));
}
