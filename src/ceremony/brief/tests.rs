//! What the page says of every script that ships.

use std::collections::BTreeMap;

use super::super::others::Others;
use super::super::script::Script;
use super::super::shipped;
use super::brief;
use crate::session::op_custody;

pub(super) fn scripts() -> Vec<(&'static str, Script)> {
    let all = shipped::shipped().iter();
    all.map(|(name, bytes)| (*name, Script::parse(bytes).expect(name)))
        .collect()
}

/// The page with its line breaks and indents gone.
pub(super) fn page(name: &str) -> String {
    let (_, script) = scripts()
        .into_iter()
        .find(|(known, _)| *known == name)
        .expect(name);
    flat(&brief(&script, None, None, &BTreeMap::new()).page)
}

pub(super) fn flat(text: &str) -> String {
    let joined = text.replace(" \\\n", " ").replace("\\\n", "");
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands under a heading.
fn part<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).expect(from);
    rest.split_once(to).map_or(rest, |(part, _)| part)
}

#[test]
fn every_input_says_who_makes_it_and_aws_by_which_command() {
    for (name, script) in scripts() {
        let page = page(name);
        for input in &script.model.inputs {
            let by = input.made_by.as_deref();
            assert!(
                by.is_some() || !input.commands.is_empty(),
                "{name}: nobody makes {}",
                input.id
            );
            assert!(
                by != Some("AWS") || !input.commands.is_empty(),
                "{name}: no command of AWS for {}",
                input.id
            );
            for command in &input.commands {
                assert!(page.contains(command), "{name}: {command}\n{page}");
            }
            // A device has no command of AWS's: its people are told in words what they get and do.
            let others = [&input.others.gets, &input.others.does];
            assert!(
                !by.is_some_and(|by| by.contains("HSM")) || input.others.does.is_some(),
                "{name}: nobody says what the HSM does for {}",
                input.id
            );
            for said in others.into_iter().flatten() {
                assert!(page.contains(said), "{name}: {said}\n{page}");
            }
        }
        for leaving in super::files::leaving(&script.model) {
            let goes = super::afterwards::what(&script.model, &leaving);
            let Others { does, back, .. } = &leaving.doing.step.others;
            assert!(
                !goes.contains("HSM") || (does.is_some() && back.is_some()),
                "{name}: nobody says what the HSM does with {}, and what comes back",
                leaving.file
            );
            for said in [does, back].into_iter().flatten() {
                assert!(page.contains(said), "{name}: {said}\n{page}");
            }
        }
    }
}

/// Whose device it is reads what it gets, does and sends back, where each of it happens, and the header as the key is
/// declared.
#[test]
fn the_people_of_a_device_are_told_their_side() {
    let page = page("carry-hsm-to-aws-tr34.toml");
    let before = part(&page, "BEFORE YOU COME", "DURING THE CEREMONY");
    let told = "Beforehand the people of the HSM read what they get, do and send back";
    assert_eq!(before.matches(told).count(), 1, "{before}");
    let during = part(&page, "DURING THE CEREMONY", "WHAT THE VAULT");
    let token = part(during, "token: The token that the HSM made", "receipt:");
    for says in [
        "they get AWS's wrapping certificate",
        "they do Under dual control",
        "KT_KDH",
        "header usage K0, algorithm T (TDES_3KEY), mode of use B, exportability N",
    ] {
        assert!(token.contains(says), "{says}\n{token}");
    }
    let page = self::page("carry-aws-to-hsm-tr34.toml");
    let during = part(&page, "DURING THE CEREMONY", "WHAT THE VAULT");
    let out = part(during, "carried.token.der goes to", "no such heading");
    for says in [
        "they do Under dual control",
        "header usage K0, algorithm T (TDES_3KEY)",
        "back comes the check value that the HSM shows",
    ] {
        assert!(out.contains(says), "{says}\n{out}");
    }
    // What goes out last of all is told there as well.
    let (_, bytes) = shipped::shipped()
        .iter()
        .find(|(name, _)| *name == "kek-to-partner-tr34.toml")
        .unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let line = "output     = \"kek.import-key.json\"";
    assert!(text.contains(line), "{text}");
    let more = format!("{line}\ndoes = \"Load it.\"\nback = \"A call.\"");
    let script = Script::parse(text.replacen(line, &more, 1).as_bytes()).unwrap();
    let page = flat(&brief(&script, None, None, &BTreeMap::new()).page);
    let after = part(&page, "AFTERWARDS", "WHAT ENDS WHEN");
    assert!(
        after.contains("they do Load it. back comes A call."),
        "{after}"
    );
    assert!(!self::page("kek-to-partner-tr34.toml").contains("they do"));
}

/// Whoever plans the day has to know by when it must be, and has no file of AWS yet.
#[test]
fn every_token_that_a_command_makes_ends_some_day() {
    let mut met = 0;
    for (name, script) in scripts() {
        let page = page(name);
        for input in &script.model.inputs {
            let makes = |line: &String| line.contains("cryptography get-parameters-for-");
            if !input.commands.iter().any(makes) {
                continue;
            }
            met += 1;
            let ends = part(&page, "WHAT ENDS WHEN", "no such heading");
            let by = input.made_by.as_deref().unwrap();
            for says in [
                format!("{}: the ", input.id),
                format!(
                    "port token of {by} and its certificate end at ParametersValidUntilTimestamp"
                ),
                format!("`--input {}=PATH` prints the day", input.id),
            ] {
                assert!(ends.contains(&says), "{name}: {says}\n{ends}");
            }
        }
    }
    assert!(met >= 8, "{met}");
    // Where the file is there, the day itself stands in the place of the span.
    let (_, script) = scripts()
        .into_iter()
        .find(|(n, _)| *n == "kek-to-aws-rsa.toml")
        .unwrap();
    let file = shipped::sample("get-parameters-for-import-rsa2048.json").unwrap();
    let inputs = BTreeMap::from([("counterparty".to_owned(), file.to_vec())]);
    let page = flat(&brief(&script, None, None, &inputs).page);
    let ends = part(&page, "WHAT ENDS WHEN", "no such heading");
    assert!(ends.contains("token ends at 2036-10-29"), "{ends}");
    assert!(!ends.contains("ParametersValidUntilTimestamp"), "{ends}");
}

/// The list of steps at the screen's side cuts a title where 18 columns are full.
#[test]
fn titles_of_steps_can_be_told_apart_where_they_are_cut() {
    for (name, script) in scripts() {
        let mut seen = BTreeMap::new();
        for step in &script.model.steps {
            let cut: String = step.title.chars().take(18).collect();
            let other = seen.insert(cut, &step.title);
            assert!(other.is_none(), "{name}: {other:?} and {}", step.title);
        }
    }
}

/// What dates a certificate is attested before the certificate is made.
#[test]
fn the_clock_comes_before_any_certificate() {
    for (name, script) in scripts() {
        let at = |found: &dyn Fn(&str) -> bool| {
            let mut steps = script.model.steps.iter();
            steps.position(|step| found(step.op.name))
        };
        let clock = at(&|op| op == super::super::ops::ATTEST_CLOCK.name);
        let first = at(&|op| op.starts_with("get-parameters-for-"));
        assert!(first.is_none() || clock < first, "{name}");
    }
}

#[test]
fn what_leaves_goes_to_whom_it_is_wrapped_for() {
    for (name, says) in [
        (
            "kek-to-partner-tr34.toml",
            "kek.import-key.json goes to the partner, under whose certificate",
        ),
        (
            "kek-to-aws-rsa.toml",
            "kek.import-key.json goes to AWS, under whose certificate",
        ),
        (
            "carry-hsm-to-aws-tr34.toml",
            "carried.import-key.json goes to AWS, for whom the token was made: a request for import-key",
        ),
        (
            "carry-aws-to-hsm-tr34.toml",
            "carried.token.der goes to the people of the HSM, for whom the token was made: the token alone",
        ),
        (
            "working-keys-tr31.toml",
            "pek-to-partner.json goes to the partner, who holds zmk-partner too",
        ),
        (
            "rewrap-zmk-to-aws.toml",
            "pek.import-key.json goes to AWS, who holds kek-to-aws too",
        ),
        (
            "bdk-initial-keys-aes.toml",
            "terminal-1.initial-key.json goes to the place that loads terminals, who holds",
        ),
        (
            "kek-to-partner-tr34.toml",
            "signer.parameters.json goes to the partner: the certificate in it",
        ),
        (
            "kek-to-partner-components.toml",
            "The components of kek-to-partner leave on paper",
        ),
    ] {
        let page = page(name);
        assert!(page.contains(says), "{name}: {says}\n{page}");
    }
}

/// What answers to the ceremony cannot be brought to it: it has a heading of its own, after what goes out for it.
#[test]
fn what_comes_during_the_ceremony_stands_apart() {
    let page = page("bdk-initial-keys-aes.toml");
    let before = part(&page, "BEFORE YOU COME", "DURING THE CEREMONY");
    assert_eq!(before.trim(), "Nothing is run beforehand.");
    let during = part(&page, "DURING THE CEREMONY", "WHAT THE VAULT");
    for says in [
        "after step 4 loading.parameters.json goes to the place that loads terminals",
        "for step 5 transport-key: The transport key under our certificate",
        "Made by the place that loads terminals.",
    ] {
        assert!(during.contains(says), "{says}\n{during}");
    }
    let after = part(&page, "AFTERWARDS", "WHAT ENDS WHEN");
    assert!(!after.contains("loading.parameters.json"), "{after}");
    assert!(after.contains("terminal-1.initial-key.json"), "{after}");
    let page = self::page("kek-from-aws-tr34.toml");
    let during = part(&page, "DURING THE CEREMONY", "WHAT THE VAULT");
    for says in [
        "aws payment-cryptography export-key",
        "RootCertificatePublicKey",
        "ROOT_ARN what the import",
    ] {
        assert!(during.contains(says), "{says}\n{during}");
    }
    // The device takes the token in before the run compares its check value.
    let page = self::page("carry-aws-to-hsm-tr34.toml");
    let during = part(&page, "DURING THE CEREMONY", "WHAT THE VAULT");
    let says = "after step 9 carried.token.der goes to the people of the HSM";
    assert!(during.contains(says), "{during}");
    assert!(!self::page("kek-to-aws-rsa.toml").contains("DURING THE CEREMONY"));
}

#[test]
fn a_replacement_says_who_comes_and_what_is_new() {
    let page = page("custodian-replacement.toml");
    for says in [
        "5 different people",
        "leaver custodian, gives up the place brings nothing, and need not come",
        "newcomer custodian, joins in step 4 brings the signed custodian form; paper and pen for new words; in \
         production an empty medium of their own",
        "Everybody else who stays in this vault comes as well",
        "keymoot vault appoint DIR --person NAME",
        "replace-NAME.enrolment.txt",
        "The witness copies the new witness card from the ceremony's last page",
        "an empty medium for a copy of the vault; a numbered bag for that medium",
        "The copy of the vault goes to whoever keeps it",
        "the copies made before the one of this ceremony, which still open to the old envelopes:",
        "keymoot vault attest-destroyed DIR --copy ID",
        "Then each in turn, alone at the screen.",
    ] {
        assert!(page.contains(says), "{says}\n{page}");
    }
    assert!(!page.contains("Nothing is run beforehand") && !page.contains("No file leaves"));
}

#[test]
fn every_script_that_makes_people_new_says_what_they_bring_and_get() {
    let mut met = 0;
    for (name, script) in scripts() {
        let ops = [
            op_custody::ROTATE.name,
            op_custody::REPLACE.name,
            op_custody::RECOVERY_SET.name,
        ];
        let Some(step) = script
            .model
            .steps
            .iter()
            .find(|step| ops.contains(&step.op.name))
        else {
            continue;
        };
        met += 1;
        let page = page(name);
        let copied = script
            .model
            .steps
            .iter()
            .any(|step| super::super::ops::copies(step.op.name));
        for says in [
            "paper and pen for new words",
            if copied {
                "medium for a copy of the vault"
            } else {
                "keymoot vault backup"
            },
            &format!("{}-NAME.enrolment.txt", step.id),
        ] {
            assert!(page.contains(says), "{name}: {says}\n{page}");
        }
    }
    assert_eq!(met, 3);
    let page = page("recovery-set.toml");
    assert!(page.contains("the holders named in step 4"), "{page}");
    assert!(page.contains("keymoot vault recovery-drill DIR"), "{page}");
}

/// A vault that is kept asks for the card of the last time, and a production run for a rehearsal of this very file.
#[test]
fn the_card_and_the_rehearsal_are_named_where_they_are_asked_for() {
    let page = page("deletion-window.toml");
    let come = part(&page, "WHO COMES", "WHICH KEYS");
    assert!(
        come.contains("the witness card of the last time (production asks"),
        "{come}"
    );
    let first = part(&page, "REHEARSE IT FIRST", "BEFORE YOU COME");
    for says in [
        "this very file",
        "14 days",
        "keymoot play deletion-window Rehearsed",
    ] {
        assert!(first.contains(says), "{says}\n{first}");
    }
    let after = part(&page, "AFTERWARDS", "WHAT ENDS WHEN");
    assert!(after.contains("the new witness card"), "{after}");
    // Of one's own file the command names that.
    let (_, bytes) = shipped::shipped()
        .iter()
        .find(|(name, _)| *name == "deletion-window.toml")
        .unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let own = text.replacen("[policy]", "[policy]\nrehearsal_max_age = \"1d\"", 1);
    let own = Script::parse(own.as_bytes()).unwrap();
    let own = flat(&brief(&own, Some("my.toml"), None, &BTreeMap::new()).page);
    let first = part(&own, "REHEARSE IT FIRST", "BEFORE YOU COME");
    for says in ["24 hours", "keymoot play my.toml"] {
        assert!(first.contains(says), "{says}\n{first}");
    }
    // Where no production vault takes it, there is no rehearsal to be had; a vault that is kept has a card all the same.
    let line = "profiles = [\"rehearsal\", \"test\", \"production\"]";
    assert!(text.contains(line));
    let of_tests = text.replacen(line, "profiles = [\"rehearsal\", \"test\"]", 1);
    let of_tests = Script::parse(of_tests.as_bytes()).unwrap();
    let page = flat(&brief(&of_tests, None, None, &BTreeMap::new()).page);
    assert!(!page.contains("REHEARSE IT FIRST"), "{page}");
    let card = "the witness card of the last time, where the vault is kept";
    assert!(page.contains(card), "{page}");
}

#[test]
fn steps_say_who_watches_and_who_acts_first() {
    let page = page("kek-from-components.toml");
    for says in [
        "3 Package 1 arrives. the witness (watch) reads the advice, then first the serial on the package; the witness (watch) observes.",
        "4 Component 1 typed. first; the witness (watch) observes.",
        "11 Paper 1 is sealed. first seals the paper, for safe-1, and reads the new serial; the witness (watch) observes, and reads it too.",
    ] {
        assert!(page.contains(says), "{says}\n{page}");
    }
    let page = self::page("kek-to-partner-components.toml");
    for says in [
        "third prints the component and takes the paper, alone",
        "a printer on a cable for the component's paper, or an empty medium of their own",
    ] {
        assert!(page.contains(says), "{says}\n{page}");
    }
    let page = self::page("kek-from-partner-tr34-two-pass.toml");
    for says in [
        "paper and pen for the random number that is drawn here",
        "partner.random.hex goes to the sender, who signs its number into one token",
    ] {
        assert!(page.contains(says), "{says}\n{page}");
    }
    let page = self::page("bdk-initial-keys-tdes.toml");
    assert!(
        page.contains("the list of the terminals with their key serial numbers"),
        "{page}"
    );
}

#[test]
fn no_word_of_production_where_there_is_none() {
    for (name, script) in scripts() {
        let page = page(name);
        let none = !script
            .model
            .profiles
            .contains(&crate::session::Profile::Production);
        assert_eq!(none, !page.contains("production"), "{name}\n{page}");
        assert!(!page.contains("the own "), "{name}\n{page}");
        assert!(page.contains("without waiting"), "{name}");
        for key in &script.model.keys {
            let line = format!("{} {}, {}", key.label, key.usage.code(), key.usage.words());
            assert!(page.contains(&line), "{name}: {line}\n{page}");
        }
    }
}

/// Where the script names no algorithm, only such are named as carry its key.
#[test]
fn an_open_algorithm_is_one_that_is_strong_enough() {
    let text = shipped::shipped()
        .iter()
        .find(|(name, _)| *name == "kek-aes128-to-aws-rsa.toml");
    let text = String::from_utf8(text.unwrap().1.to_vec()).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("command"));
    let text = lines.collect::<Vec<_>>().join("\n");
    let script = Script::parse(text.as_bytes()).unwrap();
    let page = flat(&brief(&script, None, None, &BTreeMap::new()).page);
    assert!(
        page.contains("ALGORITHM is that of the file: RSA_3072 or RSA_4096."),
        "{page}"
    );
}

/// A script of somebody's own is named by its file, and whoever has to come again is told so at the head.
#[test]
fn an_own_script_is_named_by_its_file_and_a_wait_makes_two_sittings() {
    let script = || {
        let mut all = scripts().into_iter();
        all.find(|(name, _)| *name == "deletion-window.toml")
            .unwrap()
            .1
    };
    let own = flat(&brief(&script(), Some("my.toml"), None, &BTreeMap::new()).page);
    let afterwards = part(&own, "AFTERWARDS", "WHAT ENDS WHEN");
    for command in [
        "keymoot bundle DIR --script my.toml --sign NAME --out deletion-window.bundle",
        "keymoot report DIR --script my.toml",
    ] {
        assert!(afterwards.contains(command), "{afterwards}");
    }
    let come = part(&own, "WHO COMES", "WHICH KEYS");
    assert!(
        come.contains("2 sittings: steps 1-7; 73h later steps 9-10. The same people come back."),
        "{come}"
    );
    assert!(
        own.contains("The key that is destroyed in it is made in it."),
        "{own}"
    );
    let ships = page("deletion-window.toml");
    assert!(
        ships.contains("keymoot bundle DIR --script deletion-window --sign"),
        "{ships}"
    );
    let one = page("first-key.toml");
    assert!(
        !one.contains("sittings") && !one.contains("is made in it."),
        "{one}"
    );
}
