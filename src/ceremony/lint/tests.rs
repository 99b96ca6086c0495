//! Every rule with a passing and a failing script: the base script has no finding, and each change to it has
//! exactly the findings that are named.

use super::super::{Finding, Script, shipped};

const BASE: &str = include_str!("base.toml");

fn lint(text: &str) -> Vec<Finding> {
    match Script::parse(text.as_bytes()) {
        Ok(script) => script.lint(),
        Err(findings) => panic!("does not parse: {findings:#?}"),
    }
}

fn changed(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "the base script has no {from:?}");
    BASE.replacen(from, to, 1)
}

/// Rules found after one change, with the line of each.
fn rules(from: &str, to: &str) -> Vec<String> {
    lint(&changed(from, to))
        .into_iter()
        .map(|f| f.rule)
        .collect()
}

#[test]
fn the_base_script_has_no_finding() {
    assert_eq!(lint(BASE), []);
}

#[test]
fn shipped_scripts_have_no_finding() {
    for (name, bytes) in shipped() {
        let script = Script::parse(bytes).unwrap_or_else(|f| panic!("{name}: {f:#?}"));
        assert_eq!(script.lint(), [], "{name}");
        assert!(script.is_shipped());
    }
}

#[test]
fn l02_an_act_without_approval() {
    let found = lint(&changed("approve = { count = 2 } # make\n", ""));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule, "L02");
    assert_eq!(found[0].step.as_deref(), Some("make"));
    assert_eq!(found[0].path, "step[1].approve");
    assert!(found[0].message.contains("write approve = { count = 2 }"));
    assert!(found[0].line > 1);
}

#[test]
fn l02_more_approvals_than_people() {
    assert_eq!(rules("{ count = 2 } # make", "{ count = 3 }"), ["L02"]);
    assert_eq!(
        rules(
            "{ count = 2 } # make",
            "{ count = 2, from = [\"first\", \"first\"] }"
        ),
        ["L02"]
    );
}

#[test]
fn l02_one_person_alone() {
    assert_eq!(rules("{ count = 2 } # make", "{ count = 1 }"), ["L02"]);
}

#[test]
fn l02_says_who_of_those_named_cannot() {
    let found = lint(&changed(
        "initiate = \"lead\" # make\napprove = { count = 2 } # make",
        "initiate = \"first\"\napprove = { count = 2, from = [\"first\", \"second\"] }",
    ));
    let said = &found.iter().find(|f| f.rule == "L02").unwrap().message;
    assert_eq!(
        said,
        "This act asks for 2 approvals, and one person may give one, because `first` asks for this act and whoever asks never \
         approves: name more custodians or lower the count."
    );
}

#[test]
fn l28_a_stop_that_is_signed_wants_an_end_that_is() {
    let signed = "op = \"sign-off\"";
    assert!(!BASE.contains(signed) && !BASE.contains("on_abort"));
    let text = format!("{BASE}\n[on_abort]\ndo = [\"wipe\", \"sign-off\"]\n");
    let found = lint(&text);
    let own: Vec<_> = found.iter().filter(|f| f.rule == "L28").collect();
    assert_eq!(own.len(), 1, "{found:?}");
    assert!(own[0].message.contains("no step is `sign-off`"));
    assert_eq!(own[0].severity, "warning");
    let text = format!("{BASE}\n[on_abort]\ndo = [\"wipe\"]\n");
    assert!(lint(&text).iter().all(|f| f.rule != "L28"));
}

#[test]
fn l02_a_witness_or_the_issuer_approving() {
    assert_eq!(
        rules(
            "{ count = 2 } # make",
            "{ count = 2, from = [\"first\", \"second\", \"watch\"] }"
        ),
        ["L02"]
    );
    assert_eq!(
        rules(
            "{ count = 2 } # make",
            "{ count = 2, from = [\"first\", \"second\", \"lead\"] }"
        ),
        ["L02"]
    );
}

#[test]
fn l02_approval_where_nothing_changes() {
    assert_eq!(
        rules(
            "op = \"present\"",
            "op = \"present\"\napprove = { count = 2 }"
        ),
        ["L02"]
    );
}

#[test]
fn l03_used_before_made_and_made_twice() {
    let (before, rest) = BASE.split_once("# cut\n").unwrap();
    let (make, rest) = rest.split_once("# cut\n").unwrap();
    let late = format!("{before}{rest}\n{make}");
    let found: Vec<_> = lint(&late).into_iter().map(|f| f.rule).collect();
    assert!(
        !found.is_empty() && found.iter().all(|rule| rule == "L03"),
        "{found:?}"
    );
    let again = make.replace("id = \"make\"", "id = \"make-again\"");
    let twice = format!("{before}{make}{again}{rest}");
    let found: Vec<_> = lint(&twice).into_iter().map(|f| f.rule).collect();
    assert_eq!(found, ["L03"]);
}

#[test]
fn l03_used_while_its_destruction_is_scheduled() {
    let deleted = "op = \"delete-key\"\ndays = 3\nobserve = [\"watch\"]";
    assert_eq!(rules("op = \"stop-key-usage\"", deleted), ["L03"]);
}

#[test]
fn l04_too_strong_for_any_rsa_key() {
    assert_eq!(
        rules("algorithm = \"TDES_3KEY\"", "algorithm = \"AES_256\""),
        ["L04"]
    );
}

#[test]
fn l05_exported_though_not_exportable() {
    assert_eq!(rules("exportable = true", "exportable = false"), ["L05"]);
}

#[test]
fn l05_made_as_it_is_not_declared() {
    let found = rules(
        "algorithm = \"from-certificate\"",
        "algorithm = \"RSA_2048\"\nexportable = false",
    );
    // What makes it, and what takes it for a root.
    assert_eq!(found, ["L05", "L05"]);
}

#[test]
fn l10_nobody_reads_the_hash() {
    assert_eq!(
        rules("file = \"kek.json\"", "file = \"other.json\""),
        ["L10", "L21"]
    );
    assert_eq!(
        rules("output = \"kek.json\"", "output = \"../kek.json\""),
        ["L10"]
    );
}

#[test]
fn l11_an_act_without_expectation() {
    assert_eq!(
        rules("expect = { state = \"CREATE_COMPLETE\" } # make\n", ""),
        ["L11"]
    );
    assert_eq!(
        rules(
            "op = \"present\"",
            "op = \"present\"\nexpect = { enabled = true }"
        ),
        ["L11"]
    );
}

#[test]
fn l14_destruction_without_witness() {
    let found = lint(&changed("op = \"restore-key\"", "op = \"delete-key\""));
    let found: Vec<_> = found
        .iter()
        .map(|f| (f.rule.as_str(), f.severity.as_str()))
        .collect();
    assert_eq!(found, [("L14", "warning")]);
}

#[test]
fn l15_a_step_without_reason() {
    let found = lint(&changed("why = \"who is here\"\n", ""));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].rule.as_str(), found[0].severity.as_str()),
        ("L15", "warning")
    );
}

#[test]
fn l21_dangling_references() {
    assert_eq!(
        rules("parameters = \"counterparty\"", "parameters = \"nobody\""),
        ["L21"]
    );
    assert_eq!(rules("ca = \"root\"", "ca = \"no-root\""), ["L21"]);
    assert_eq!(
        rules("initiate = \"lead\" # make", "initiate = \"nobody\""),
        ["L21"]
    );
    assert_eq!(rules("parameters = \"counterparty\"\n", ""), ["L21"]);
    let answer = format!("{BASE}\n[[rehearsal.answer]]\nstep = \"no-such-step\"\n");
    assert_eq!(lint(&answer).len(), 1);
}

#[test]
fn l22_declared_and_never_used() {
    let more = "{ id = \"third\", role = \"custodian\" },\n  { id = \"watch\"";
    assert_eq!(rules("{ id = \"watch\"", more), ["L22"]);
}

#[test]
fn l23_nobody_acts() {
    assert_eq!(rules("initiate = \"lead\" # make\n", ""), ["L23"]);
    assert_eq!(
        rules("initiate = \"lead\" # make", "initiate = \"watch\""),
        ["L23"]
    );
    assert_eq!(
        rules("who = [\"lead\", \"watch\"] # clock", "who = [\"lead\"]"),
        ["L23"]
    );
    assert_eq!(rules("who = \"second\" }", "who = \"lead\" }"), ["L23"]);
}

/// Rules found in a shipped script after one change; unchanged it has no finding.
fn shipped_rules(name: &str, from: &str, to: &str) -> Vec<String> {
    let (_, bytes) = shipped().iter().find(|(n, _)| *n == name).unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.contains(from), "{name} has no {from:?}");
    lint(&text.replacen(from, to, 1))
        .into_iter()
        .map(|f| f.rule)
        .collect()
}

#[test]
fn l04_on_every_way_a_key_is_wrapped() {
    let (aes, tdes) = ("algorithm  = \"AES_128\"", "algorithm  = \"TDES_3KEY\"");
    let (weak, strong) = ("algorithm = \"RSA_2048\"", "algorithm = \"RSA_3072\"");
    let aes192 = "algorithm  = \"AES_192\"";
    for (name, from, to) in [
        // Out by RSA wrap, which never takes AES-192.
        ("kek-to-aws-rsa.toml", tdes, aes192),
        // In by TR-34, under the pair of its own step.
        ("kek-from-aws-tr34.toml", strong, weak),
        ("kek-from-partner-tr34.toml", tdes, aes),
        // Out by TR-34, signed by the pair of its own step.
        ("kek-to-partner-tr34.toml", tdes, aes),
        // In by RSA wrap, under the pair of its own step.
        ("working-keys-tr31.toml", strong, weak),
        // By TR-31, under a declared key.
        ("working-keys-tr31.toml", aes, tdes),
    ] {
        let found = shipped_rules(name, from, to);
        assert!(found.contains(&"L04".to_owned()), "{name}: {found:?}");
    }
}

#[test]
fn l06_warns_because_the_vault_decides() {
    let profiles = "profiles = [\"rehearsal\", \"test\"]";
    let (_, bytes) = shipped()
        .iter()
        .find(|(n, _)| *n == "kek-from-components.toml")
        .unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let more = "profiles = [\"rehearsal\", \"test\", \"production\"]";
    let found = lint(&text.replacen(profiles, more, 1));
    let clear: Vec<_> = found.iter().filter(|f| f.rule == "L06").collect();
    assert!(!clear.is_empty());
    assert!(clear.iter().all(|f| f.severity == "warning"));
}

const TWO_PASS: &str = "kek-from-partner-tr34-two-pass.toml";

/// The number that a rehearsal takes as shown is one that an earlier step draws.
#[test]
fn l27_a_number_as_shown_was_drawn_before() {
    let (_, bytes) = shipped().iter().find(|(n, _)| *n == TWO_PASS).unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let (before, rest) = text.split_once("# ── 5 ──").unwrap();
    let (_, after) = rest.split_once("# ── 6 ──").unwrap();
    let without = format!("{before}# {after}").replace("random = \"partner.random.hex\"\n", "");
    let found: Vec<String> = lint(&without).into_iter().map(|f| f.rule).collect();
    assert_eq!(found, ["L27"]);
    assert_eq!(shipped_rules(TWO_PASS, "45m", "46m"), Vec::<String>::new());
}

#[test]
fn l21_what_components_and_words_refer_to() {
    let from_components = "kek-from-components.toml";
    for (name, from, to) in [
        // A package that is not declared.
        (
            from_components,
            "item    = \"bag-1\"",
            "item    = \"bag-9\"",
        ),
        // A key that comes as components, and nothing says how many; a component that it has not.
        (from_components, "components = 3\n", ""),
        (from_components, "part    = 1", "part    = 9"),
        // An input that comes during the ceremony, and a stand-in that gives another.
        ("kek-from-aws-tr34.toml", "gives = \"", "gives = \"no-"),
        // A sender that signs a number which nobody draws, or which is drawn no more.
        (TWO_PASS, "random = \"partner", "random = \"no"),
        (
            TWO_PASS,
            "random = \"partner.random.hex",
            "random = \"partner.parameters.json",
        ),
    ] {
        let found = shipped_rules(name, from, to);
        assert!(found.contains(&"L21".to_owned()), "{name} {to}: {found:?}");
    }
    // A hash is read aloud of what no step writes.
    let found = rules("file = \"kek.json\"", "file = \"no.json\"");
    assert!(found.contains(&"L21".to_owned()), "{found:?}");
}

/// What a shipped script answers in a rehearsal is what the linter would miss, field by field.
#[test]
fn l27_what_scripts_answer_is_what_is_asked() {
    const MARK: &str = "[[rehearsal.answer]]\n";
    let mut taken_out = 0;
    for (name, bytes) in shipped() {
        let text = std::str::from_utf8(bytes).unwrap();
        for (at, _) in text.match_indices(MARK) {
            let rest = &text[at..];
            let end = rest.find("\n\n").map_or(rest.len(), |n| n + 1);
            let step = rest.split('"').nth(1).unwrap();
            let without = format!("{}{}", &text[..at], &rest[end..]);
            let found = lint(&without);
            let missed = |f: &Finding| f.rule == "L27" && f.step.as_deref() == Some(step);
            assert!(
                !found.is_empty() && found.iter().all(missed),
                "{name} {step}: {found:#?}"
            );
            taken_out += 1;
        }
    }
    assert!(taken_out > 40, "{taken_out}");
}

/// A script that was made of answers is played by people there and then, and production's alone by nobody else.
#[test]
fn l27_asks_nothing_of_what_no_rehearsal_plays() {
    let answer = "\n[[rehearsal.answer]]\nstep = \"trust\"\nfingerprint = \"as-shown\"\nsource = \"as planned\"\n";
    assert_eq!(rules(answer, ""), ["L27", "L27"]);
    let of_answers = changed(answer, "").replace("\"base\"", "\"workstation-import-components\"");
    assert_eq!(lint(&of_answers), []);
}

/// A pair of the vault signs in the place of an export token's: then no step has to make one.
#[test]
fn a_named_pair_signs_a_token() {
    let whole = include_str!("../../../ceremonies/kek-to-partner-tr34.toml");
    let steps = whole.split_inclusive("[[step]]\n");
    let made = steps.filter(|step| !step.contains("= \"get-parameters-for-export\""));
    let unsigned: String = made.collect();
    assert_ne!(unsigned, whole);
    let said = |pair: &str| {
        let op = "= \"export-key.tr34\"\n";
        assert!(unsigned.contains(op));
        let found = lint(&unsigned.replacen(op, &format!("{op}{pair}"), 1));
        let messages: Vec<String> = found.into_iter().map(|f| f.message).collect();
        messages.join("\n")
    };
    let none = "No earlier step makes a certificate to sign with";
    assert!(said("").contains(none), "{}", said(""));
    let named = "pair-certificate = \"counterparty\"\npair = ";
    let known = said(&format!("{named}\"partner-root\"\n"));
    assert!(!known.contains(none), "{known}");
    let unknown = said(&format!("{named}\"nobody\"\n"));
    assert!(unknown.contains("No key is called `nobody`"), "{unknown}");
}

/// One without the other is what the act would refuse, after everybody has come.
#[test]
fn an_own_pair_and_its_certificate_go_together() {
    let pair = "pair = \"partner-root\"\n";
    let certificate = "pair-certificate = \"counterparty\"\n";
    let lacks = |missing: &str, beside: &str| format!("`{missing}` is missing beside `{beside}`");
    for (whole, op) in [
        (
            include_str!("../../../ceremonies/kek-to-partner-tr34.toml"),
            "= \"export-key.tr34\"\n",
        ),
        (
            include_str!("../../../ceremonies/kek-from-partner-tr34.toml"),
            "= \"import-key.tr34\"\n",
        ),
    ] {
        assert!(whole.contains(op));
        let said = |fields: &str| {
            let found = lint(&whole.replacen(op, &format!("{op}{fields}"), 1));
            let rules = found.into_iter().filter(|f| f.rule == "L21");
            rules.map(|f| f.message).collect::<Vec<_>>().join("\n")
        };
        let (alone, reverse) = (
            lacks("pair-certificate", "pair"),
            lacks("pair", "pair-certificate"),
        );
        assert!(said(pair).contains(&alone), "{op}: {}", said(pair));
        let found = said(certificate);
        assert!(found.contains(&reverse), "{op}: {found}");
        let both = said(&format!("{pair}{certificate}"));
        assert!(!both.contains("is missing beside"), "{op}: {both}");
        assert_eq!(said(""), "", "{op}");
    }
}

#[test]
fn a_second_reading_is_of_an_earlier_note_and_by_somebody_else() {
    let whole = include_str!("../../../ceremonies/recovery-set.toml");
    let named = "repeats = \"bags\"\n";
    assert!(whole.contains(named));
    let said = |text: &str| {
        let found = lint(text).into_iter().filter(|f| f.rule == "L21");
        found.map(|f| f.message).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(said(whole), "");
    let nowhere = said(&whole.replacen(named, "repeats = \"sacks\"\n", 1));
    assert!(nowhere.contains("No note `sacks`"), "{nowhere}");
    let alone = whole.replacen(
        &format!("{named}who     = [\"watch\"]"),
        &format!("{named}who     = [\"lead\"]"),
        1,
    );
    let alone = said(&alone);
    assert!(alone.contains("somebody else"), "{alone}");
}

/// What acts inherit from one line is told once, and so is an output that no file can be called.
#[test]
fn one_mistake_is_one_finding() {
    let inherited = changed(
        "profiles = [\"rehearsal\", \"test\"]",
        "profiles = [\"rehearsal\", \"test\"]\ndefault_approve = { count = 4 }",
    );
    let own = |line: &&str| !line.starts_with("approve = ");
    let inherited: Vec<&str> = inherited.lines().filter(own).collect();
    let found = lint(&inherited.join("\n"));
    assert!(found.iter().any(|f| f.rule == "L02"), "{found:?}");
    let lines: Vec<(usize, &str)> = found.iter().map(|f| (f.line, f.message.as_str())).collect();
    let each: std::collections::BTreeSet<_> = lines.iter().collect();
    assert_eq!(each.len(), lines.len(), "{lines:?}");
}
