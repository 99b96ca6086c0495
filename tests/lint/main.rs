//! The linter from outside: for every rule a script that passes and one that fails, and hostile scripts.
//!
//! `LNN-fail.toml` begins with what is expected of it, `# expects: RULE SEVERITY STEP PATH` line by line; nothing else
//! may be found in it, and nothing at all in `LNN-pass.toml`, which differs from it in as little as can be.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking; helpers are no exception

mod hostile;
mod hostile_cases;

use keymoot::ceremony::{Finding, RULES, Script};

/// Every script of a rule and kind with its name: `L03-fail.toml`, and `L03-fail-export.toml` beside it.
fn texts(rule: &str, kind: &str) -> Vec<(String, String)> {
    let folder = format!("{}/tests/lint", env!("CARGO_MANIFEST_DIR"));
    let (whole, part) = (format!("{rule}-{kind}.toml"), format!("{rule}-{kind}-"));
    let mut found: Vec<(String, String)> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| *name == whole || name.starts_with(&part))
        .map(|name| {
            let text = std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
            (name, text)
        })
        .collect();
    found.sort();
    assert!(
        found.iter().any(|(name, _)| *name == whole),
        "{whole} is missing"
    );
    found
}

fn findings(text: &str) -> Vec<Finding> {
    match Script::parse(text.as_bytes()) {
        Ok(script) => script.lint(),
        Err(findings) => panic!("does not parse: {findings:#?}"),
    }
}

#[test]
fn every_rule_has_a_script_that_passes() {
    for rule in RULES {
        for (name, text) in texts(rule.id, "pass") {
            assert_eq!(findings(&text), [], "{name}");
        }
    }
}

#[test]
fn every_rule_has_a_script_that_fails_in_the_place_that_is_named() {
    for rule in RULES {
        for (name, text) in texts(rule.id, "fail") {
            fails(rule.id, &name, &text);
        }
    }
}

fn fails(rule: &str, name: &str, text: &str) {
    let expected: Vec<&str> = text
        .lines()
        .map_while(|line| line.strip_prefix("# expects: "))
        .collect();
    assert!(!expected.is_empty(), "{name}");
    let found = findings(text);
    let said: Vec<String> = found
        .iter()
        .map(|f| {
            let step = f.step.as_deref().unwrap_or("-");
            format!("{} {} {step} {}", f.rule, f.severity, f.path)
        })
        .collect();
    assert_eq!(said, expected, "{name}: {found:#?}");
    for finding in &found {
        assert_eq!(finding.rule, rule);
        assert!(
            finding.line > 1 && finding.line <= text.lines().count(),
            "{finding:?}"
        );
    }
}

/// Verbs that tell whoever writes a script to do something to it.
const TELLS: &[&str] = &[
    "write", "move", "declare", "change", "take", "bind", "name", "add", "remove", "restore",
    "split", "have", "give", "correct", "use", "let", "raise", "enable", "lower", "make", "expect",
    "leave",
];

/// Whether what follows the finding begins with something to do. The finding itself, up to its first colon or stop, may hold
/// every verb there is and tells nobody anything.
fn tells(message: &str) -> bool {
    let mut parts = message.split_inclusive([':', '.']).peekable();
    // A stop within a word or number ends no sentence.
    let mut sentences: Vec<String> = vec![String::new()];
    while let Some(part) = parts.next() {
        if let Some(last) = sentences.last_mut() {
            last.push_str(part);
        }
        if parts.peek().is_some_and(|next| next.starts_with(' ')) {
            sentences.push(String::new());
        }
    }
    sentences.iter().skip(1).any(|sentence| {
        let sentence = sentence.trim().to_lowercase();
        let first = sentence.split([' ', ',']).next().unwrap_or_default();
        TELLS.contains(&first)
    })
}

#[test]
fn a_message_that_only_finds_something_tells_nobody_what_to_do() {
    for silent in [
        "`k` was deleted before it is used.",
        "Take and give are done by one person here.",
        "`first` and `second` have one approval key, and let nobody else act.",
        "The step needs two people: one of them is not declared.",
    ] {
        assert!(!tells(silent), "{silent}");
    }
    for tells_it in [
        "`k` is used before a step makes it: move this step down.",
        "No witness watches (PCI PIN 24-2.2). Name one.",
    ] {
        assert!(tells(tells_it), "{tells_it}");
    }
}

/// The message says what to change: behind what was found stands an imperative that a reader can follow.
#[test]
fn every_message_says_what_to_change() {
    let mut silent = Vec::new();
    for rule in RULES {
        let failing = texts(rule.id, "fail").into_iter();
        let found = failing.flat_map(|(_, text)| findings(&text));
        silent.extend(
            found
                .filter(|f| !tells(&f.message))
                .map(|f| format!("{}: {}", rule.id, f.message)),
        );
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn rules_have_ids_in_order_and_words_to_explain_them() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
    for rule in RULES {
        assert!(
            !rule.title.is_empty() && rule.explain.len() > 120,
            "{}",
            rule.id
        );
        assert!(rule.explain.lines().count() >= 3, "{}", rule.id);
    }
}

/// Every step of a ceremony that ships says why it is done, and by which clause; that time passes is asked by none.
#[test]
fn every_shipped_script_cites_its_clauses() {
    for (name, bytes) in keymoot::ceremony::shipped() {
        let text = std::str::from_utf8(bytes).unwrap();
        let script: toml::Table = toml::from_str(text).unwrap();
        let steps = script["step"].as_array().unwrap();
        for step in steps {
            let words = |member: &str| step.get(member).is_some_and(|v| !v.to_string().is_empty());
            let clauses = step.get("clause").and_then(toml::Value::as_array);
            let cited = clauses.is_some_and(|all| {
                let cites = |one: &toml::Value| one.as_str().is_some_and(|c| c.len() > 4);
                !all.is_empty() && all.iter().all(cites)
            });
            assert!(words("why"), "{name}: {}", step["id"]);
            let waits = step["op"].as_str() == Some("wait");
            assert!(cited || waits, "{name}: {}", step["id"]);
        }
        assert!(text.contains("Clauses are those of"), "{name}");
    }
}

/// What was told to write `state` there was told next that a certificate has none.
#[test]
fn what_to_expect_of_a_certificate_is_how_long_it_lasts() {
    let mut shipped = keymoot::ceremony::shipped().iter();
    let (_, bytes) = shipped
        .find(|(name, _)| *name == "kek-from-aws-tr34.toml")
        .unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let said = "expect    = { lasts = \"6d\" }\n";
    assert_eq!(text.matches(said).count(), 1);
    let found = findings(&text.replace(said, ""));
    let expect = found.iter().find(|f| f.rule == "L11").unwrap();
    let tells = "write expect = { lasts = \"6d\" }";
    assert!(expect.message.contains(tells), "{found:?}");
}
