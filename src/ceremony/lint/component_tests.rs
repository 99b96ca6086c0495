//! The rules on components: one script that passes, and what each change to it is found to be.

use super::super::{Finding, Script};

const BASE: &str = include_str!("../../../tests/lint/L08-pass.toml");

fn lint(text: &str) -> Vec<Finding> {
    match Script::parse(text.as_bytes()) {
        Ok(script) => script.lint(),
        Err(findings) => panic!("does not parse: {findings:#?}"),
    }
}

/// Rule, step and a part of what is said, after these changes.
fn found(changes: &[(&str, &str)]) -> Vec<(String, String, String)> {
    let mut text = BASE.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "the script has no {from:?}");
        text = text.replacen(from, to, 1);
    }
    lint(&text)
        .into_iter()
        .map(|f| (f.rule, f.step.unwrap_or_default(), f.message))
        .collect()
}

fn one(changes: &[(&str, &str)], rule: &str, step: &str, words: &str) {
    let found = found(changes);
    let [(is, at, message)] = found.as_slice() else {
        panic!("{found:#?}");
    };
    assert_eq!((is.as_str(), at.as_str()), (rule, step), "{message}");
    assert!(message.contains(words), "{message}");
}

#[test]
fn a_component_has_a_package_and_the_package_a_courier() {
    let declared = "  { id = \"bag-1\", kind = \"bag\", courier = \"courier-a\" },\n";
    one(
        &[("item = \"bag-1\"\n", ""), (declared, "")],
        "L08",
        "receive-1",
        "name a package with a courier",
    );
    one(
        &[("kind = \"bag\", courier = \"courier-b\"", "kind = \"bag\"")],
        "L08",
        "receive-2",
        "name a package with a courier",
    );
}

#[test]
fn a_component_is_in_a_custodians_hands_and_under_other_eyes() {
    let enter = "op = \"component.enter\"\nkey = \"kek\"\npart = 1\nwho = [\"first\"]";
    for role in ["watch", "lead"] {
        let other = enter.replace("first", role);
        let found = found(&[(enter, &other)]);
        let said = found.iter().any(|(rule, step, message)| {
            rule == "L23" && step == "enter-1" && message.contains("is no custodian")
        });
        assert!(said, "{found:#?}");
    }
    one(
        &[(
            "who = [\"first\"]\nobserve = [\"watch\"]\nwhy = \"in a package\"",
            "who = [\"first\"]\nobserve = [\"first\"]\nwhy = \"in a package\"",
        )],
        "L23",
        "seal-1",
        "would watch their own hands",
    );
}

#[test]
fn a_key_is_formed_of_all_its_components_and_used_only_if_it_is_there() {
    let enter = "[[step]]\nid = \"enter-2\"\nop = \"component.enter\"\nkey = \"kek\"\npart = 2\nwho = [\"second\"]\n\
                 why = \"component two\"\n";
    let answer = "[[rehearsal.answer]]\nstep = \"enter-2\"\nvalue = \"TEST:00\"\n";
    one(
        &[(enter, ""), (answer, "")],
        "L03",
        "form",
        "Component 2 of `kek` is not there yet",
    );
    let look = "[[step]]\nid = \"look\"\nop = \"get-key\"\nkey = \"kek\"\nwho = [\"watch\"]\nexpect = { state = \"CREATE_COMPLETE\" }\nwhy = \"w\"\n\n\
                [[step]]\nid = \"seal-1\"";
    let seal = "[[step]]\nid = \"seal-1\"";
    assert_eq!(found(&[(seal, look)]), []);
    let form = "why = \"all together are the key\"";
    let passed = format!("on_fail = \"exception\"\n{form}");
    one(
        &[(form, &passed)],
        "L03",
        "compare",
        "may be passed as an exception",
    );
}

#[test]
fn custodians_of_all_components_do_not_report_to_one_manager() {
    let first = "{ id = \"first\", role = \"custodian\" }";
    let second = "{ id = \"second\", role = \"custodian\" }";
    let under =
        |line: &str, manager: &str| line.replace(" }", &format!(", manager = \"{manager}\" }}"));
    let both = found(&[
        (first, &under(first, "meg")),
        (second, &under(second, "meg")),
    ]);
    let said = both.iter().any(|(rule, _, message)| {
        rule == "L12" && message.contains("see every component of `kek` between them")
    });
    assert!(said, "{both:#?}");
    let apart = found(&[
        (first, &under(first, "meg")),
        (second, &under(second, "max")),
    ]);
    assert_eq!(apart, []);
}

#[test]
fn each_component_lies_in_a_safe_that_nobody_else_opens() {
    let bag = "  { id = \"bag-1\"";
    let safes = |one: &str, two: &str| {
        format!(
            "  {{ id = \"safe-1\", kind = \"safe\", access = [{one}] }},\n  {{ id = \"safe-2\", kind = \"safe\", access \
             = [{two}] }},\n{bag}"
        )
    };
    let seal = |n: u8, safe: u8| {
        let step = format!("op = \"component.seal\"\nkey = \"kek\"\npart = {n}\n");
        (step.clone(), format!("{step}safe = \"safe-{safe}\"\n"))
    };
    let judged = |one: &str, two: &str, second: u8| {
        let (declared, (from_1, to_1), (from_2, to_2)) =
            (safes(one, two), seal(1, 1), seal(2, second));
        found(&[(bag, &declared), (&from_1, &to_1), (&from_2, &to_2)])
            .into_iter()
            .map(|(rule, step, message)| format!("{rule} {step} {message}"))
            .collect::<Vec<_>>()
    };
    let (first, second) = ("\"first\"", "\"second\"");
    assert_eq!(judged(first, second, 2), Vec::<String>::new());
    let wrong = |one: &str, two: &str, safe: u8, starts: &str| {
        let found = judged(one, two, safe);
        let said = found.iter().any(|words| words.starts_with(starts));
        assert!(said, "{starts}\n{found:#?}");
    };
    wrong(
        first,
        second,
        1,
        "L09 seal-2 Components 1 and 2 of `kek` lie in one safe, `safe-1`",
    );
    wrong(
        first,
        "\"second\", \"first\"",
        2,
        "L09 seal-2 `first` has component 1 of `kek` in hand and can open `safe-2`",
    );
    wrong(
        "\"watch\"",
        "\"second\", \"watch\"",
        2,
        "L09 seal-2 `watch` can open `safe-1` and `safe-2`",
    );
    wrong(first, "\"nobody\"", 2, "L21 seal-2 `nobody` is no place");
    wrong(first, second, 3, "L21 seal-2 No safe is called `safe-3`");
}

/// Whoever stands by for a custodian may take that place: no other place with a component is theirs.
#[test]
fn whoever_stands_by_for_a_component_has_no_other() {
    let key = "b".repeat(64);
    let second = "{ id = \"second\", role = \"custodian\"";
    let bound = format!("{second}, key = \"{key}\"");
    let spare = format!(
        "{{ id = \"spare\", role = \"custodian\", present = false, key = \"{key}\" }},\n  {bound}"
    );
    let first = "{ id = \"first\", role = \"custodian\"";
    let backed = format!("{first}, backup = \"spare\"");
    let found = found(&[(second, &spare), (first, &backed)]);
    let said = found.iter().filter(|(rule, ..)| rule == "L01");
    let said: Vec<&str> = said.map(|(.., message)| message.as_str()).collect();
    assert!(
        said.iter()
            .any(|m| m.contains("may have the place `first` as well")
                && m.contains("sees component 2 of")
                && m.contains("stand by who has no other place")),
        "{found:#?}"
    );
    // Bound to somebody else, whoever stands by has that one place.
    let apart = spare.replacen(&key, &"c".repeat(64), 1);
    let found = self::found(&[(second, &apart), (first, &backed)]);
    assert!(found.iter().all(|(rule, ..)| rule != "L01"), "{found:#?}");
}
