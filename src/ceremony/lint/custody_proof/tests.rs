//! L01 against brute force: every path of small scripts, every choice of approvers on it, and everybody who may stay away.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;

use super::super::super::Script;
use super::super::super::model::{AbortAct, Model, OnFail, Role, Step};
use super::super::super::ops;
use super::super::heads::worlds;

/// One place: its role, for some one of two approval keys, and for some one of two who stand by.
type PlaceSpec = (u8, u8, u8);

/// One step of a small script.
#[derive(Debug, Clone)]
enum Small {
    Act {
        issuer: usize,
        count: usize,
        from: Vec<usize>,
        exception: bool,
    },
    Root {
        issuer: usize,
        typist: usize,
    },
    Clock(Vec<usize>),
    Sign(Vec<usize>),
}

fn places() -> impl Strategy<Value = Vec<PlaceSpec>> {
    prop::collection::vec((0_u8..3, 0_u8..4, 0_u8..6), 2..=5)
}

/// The approval keys of the two who stand by; for some that of a place.
fn spares() -> impl Strategy<Value = [u8; 2]> {
    [0_u8..4, 0_u8..4]
}

fn small() -> impl Strategy<Value = Small> {
    let some = || prop::collection::vec(0_usize..5, 0..=4);
    prop_oneof![
        4 => (0_usize..5, 2_usize..=3, some(), any::<bool>())
            .prop_map(|(issuer, count, from, exception)| Small::Act { issuer, count, from, exception }),
        1 => (0_usize..5, 0_usize..5).prop_map(|(issuer, typist)| Small::Root { issuer, typist }),
        1 => some().prop_map(Small::Clock),
        1 => some().prop_map(Small::Sign),
    ]
}

fn key_text(key: u8) -> String {
    match key {
        0 => format!(", key = \"{}\"", "a".repeat(64)),
        1 => format!(", key = \"{}\"", "b".repeat(64)),
        _ => String::new(),
    }
}

fn script(places: &[PlaceSpec], spares: [u8; 2], steps: &[Small], on_abort: bool) -> String {
    let at = |n: usize| format!("\"p{}\"", n % places.len());
    let list = |of: &[usize]| {
        let mut ids: Vec<String> = of.iter().map(|n| at(*n)).collect();
        ids.dedup();
        format!("[{}]", ids.join(", "))
    };
    let mut text = "version = 1\nid = \"small\"\ntitle = \"Small\"\nperson = [\n".to_owned();
    for (n, (role, key, backup)) in places.iter().enumerate() {
        let role = ["administrator", "custodian", "custodian"][usize::from(*role)];
        let key = key_text(*key);
        let backup = match backup {
            0 | 1 => format!(", backup = \"b{backup}\""),
            _ => String::new(),
        };
        writeln!(
            text,
            "  {{ id = \"p{n}\", role = \"{role}\"{key}{backup} }},"
        )
        .unwrap();
    }
    for (n, key) in spares.into_iter().enumerate() {
        let key = key_text(key);
        writeln!(
            text,
            "  {{ id = \"b{n}\", role = \"custodian\", present = false{key} }},"
        )
        .unwrap();
    }
    text.push_str("]\n[policy]\nprofiles = [\"rehearsal\"]\n");
    for (n, step) in steps.iter().enumerate() {
        writeln!(text, "[[step]]\nid = \"s{n}\"").unwrap();
        text.push_str(&step_text(step, &at, &list));
    }
    if on_abort {
        text.push_str("[on_abort]\ndo = [\"sign-off\"]\n");
    }
    text
}

/// One step, but for its id.
fn step_text(
    step: &Small,
    at: &dyn Fn(usize) -> String,
    list: &dyn Fn(&[usize]) -> String,
) -> String {
    let mut text = String::new();
    match step {
        Small::Act {
            issuer,
            count,
            from,
            exception,
        } => {
            let from = if from.is_empty() {
                String::new()
            } else {
                format!(", from = {}", list(from))
            };
            writeln!(
                text,
                "op = \"restore-key\"\nkey = \"k\"\ninitiate = {}\napprove = {{ count = {count}{from} }}",
                at(*issuer)
            )
            .unwrap();
            if *exception {
                text.push_str("on_fail = \"exception\"\n");
            }
        }
        Small::Root { issuer, typist } => writeln!(
            text,
            "op = \"import-key.root-certificate\"\nkey = \"r\"\nfile = \"f\"\ninitiate = {}\napprove = {{ count = 2 \
             }}\ninput.fingerprint = {{ source = \"typed\", who = {} }}",
            at(*issuer),
            at(*typist)
        )
        .unwrap(),
        Small::Clock(who) => {
            writeln!(text, "op = \"attest.clock\"\nwho = {}", list(who)).unwrap();
        }
        Small::Sign(who) => {
            writeln!(text, "op = \"sign-off\"\ntext = \"t\"\nwho = {}", list(who)).unwrap();
        }
    }
    text
}

/// Every choice of `count` out of `of`.
fn choices<'a>(of: &[&'a str], count: usize) -> Vec<Vec<&'a str>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, first) in of.iter().enumerate() {
        for mut rest in choices(&of[at + 1..], count - 1) {
            rest.insert(0, first);
            all.push(rest);
        }
    }
    all
}

/// What goes wrong when this step is done in one way: paths of findings.
fn done<'m>(
    step: &'m Step,
    approvers: &[&'m str],
    who: &BTreeMap<&str, &str>,
    wrong: &mut BTreeSet<String>,
) {
    let person = |place: &str| who.get(place).copied().unwrap_or_default();
    let heads: BTreeSet<&str> = approvers.iter().map(|p| person(p)).collect();
    let path = &step.place.path;
    if approvers.len() >= 2 && heads.len() == 1 {
        wrong.insert(format!("{path}.approve"));
    }
    if let Some(issuer) = &step.initiate {
        if heads.contains(&person(issuer)) {
            wrong.insert(format!("{path}.initiate"));
        }
        if let Some(typist) = step.asked.get("fingerprint")
            && typist != issuer
            && person(typist) == person(issuer)
        {
            wrong.insert(format!("{path}.input"));
        }
    }
    let rituals = [ops::ATTEST_CLOCK.name, ops::SIGN_OFF.name];
    let places: BTreeSet<&String> = step.who.iter().collect();
    let acting: BTreeSet<&str> = places.iter().map(|p| person(p)).collect();
    if rituals.contains(&step.op.name) && places.len() >= 2 && acting.len() == 1 {
        wrong.insert(format!("{path}.who"));
    }
}

/// Walks every path from step `at` on: each step is done in every way, passed as an exception, or the run stops.
fn walk(model: &Model, at: usize, who: &BTreeMap<&str, &str>, wrong: &mut BTreeSet<String>) {
    if model.on_abort.contains(&AbortAct::SignOff) {
        let all: BTreeSet<&&str> = who.values().collect();
        if who.len() >= 2 && all.len() == 1 {
            wrong.insert(model.on_abort_place.path.clone());
        }
    }
    let Some(step) = model.steps.get(at) else {
        return;
    };
    let may: Vec<&str> = model
        .places()
        .filter(|p| p.role == Role::Custodian && Some(&p.id) != step.initiate.as_ref())
        .map(|p| p.id.as_str())
        .filter(|id| {
            let from = step.approve.as_ref().map(|a| &a.from);
            from.is_none_or(|from| from.is_empty() || from.iter().any(|f| f == id))
        })
        .collect();
    // One approver alone already tells whether the issuer is among those who may.
    let mut ways = choices(&may, step.approve.as_ref().map_or(0, |a| a.count));
    ways.extend(
        may.iter()
            .filter(|_| step.approve.is_some())
            .map(|one| vec![*one]),
    );
    if ways.is_empty() {
        ways.push(Vec::new());
    }
    for way in ways {
        done(step, &way, who, wrong);
        walk(model, at + 1, who, wrong);
    }
    if step.on_fail == OnFail::Exception {
        walk(model, at + 1, who, wrong);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_proof_finds_what_every_path_shows(
        places in places(),
        spares in spares(),
        steps in prop::collection::vec(small(), 1..=3),
        on_abort in any::<bool>(),
    ) {
        let text = script(&places, spares, &steps, on_abort);
        let script = Script::parse(text.as_bytes()).map_err(|f| TestCaseError::fail(format!("{f:?}\n{text}")))?;
        let model = &script.model;
        let mut wrong = BTreeSet::new();
        for who in worlds(model) {
            walk(model, 0, &who, &mut wrong);
        }
        let found = script.lint();
        let found: BTreeSet<String> =
            found.into_iter().filter(|f| f.rule == "L01").map(|f| f.path).collect();
        prop_assert_eq!(found, wrong, "{}", text);
    }
}

#[test]
fn an_abort_that_one_person_signs_is_found_with_its_path() {
    let text = script(
        &[(1, 0, 2), (2, 0, 2)],
        [2, 2],
        &[Small::Sign(Vec::new())],
        true,
    );
    let script = Script::parse(text.as_bytes()).ok().unwrap();
    let found = script.lint();
    let abort = found.iter().find(|f| f.rule == "L01").unwrap();
    assert_eq!(abort.path, "on_abort.do");
    assert!(
        abort.message.contains("s0 > stopped > on_abort"),
        "{}",
        abort.message
    );
}
