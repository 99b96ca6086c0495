//! What was done about people, shares and papers of components becomes steps that do it again.

use std::collections::BTreeMap;

use super::recorded_tests::{deed, key, played, rehearsal, script};
use super::{Runner, Script, Wanted, component_script};
use crate::session::build::Answers;
use crate::session::deeds::{Deed, DeedKey};
use crate::session::{RunOutcome, Session, View, op, op_components, op_custody, op_exchange};

fn by(who: &[(&str, &str)], deed: Deed) -> Deed {
    let who = who.iter();
    Deed {
        who: who
            .map(|(n, r)| ((*n).to_owned(), (*r).to_owned()))
            .collect(),
        ..deed
    }
}

/// They were remarks, to be written by hand.
#[test]
fn people_come_and_go_by_steps_and_whoever_came_signs_what_follows() {
    let deeds = [
        deed(&op_custody::REPLACE),
        by(
            &[
                ("Ada", "administrator"),
                ("Ben", "custodian"),
                ("Dee", "custodian"),
            ],
            deed(&op_custody::DRILL),
        ),
        deed(&op_custody::RECOVERY_SET),
        deed(&op_custody::RECOVERY_DRILL),
        deed(&op_custody::ROTATE),
    ];
    let (text, script) = script(&deeds);
    for says in [
        "{ id = \"third\", role = \"custodian\" },",
        "{ id = \"custodian-4\", role = \"custodian\", joins = \"vault-replace-1\" },",
        "leaves   = \"third\"",
        "input.joins = { source = \"typed\", who = \"lead\" }",
        "joins = \"Dee\"",
        "input.holders = { source = \"typed\", who = \"lead\" }",
        "holders = \"Fay, Gus, Hal\"",
        "who  = [\"lead\", \"first\", \"second\", \"watch\", \"custodian-4\"]",
        "who = [\"lead\", \"first\", \"second\", \"watch\"]",
    ] {
        assert!(text.contains(says), "{says}\n{text}");
    }
    // Whoever gives up the place and did nothing before need not come.
    assert!(!text.contains("\"watch\", \"third\"]"), "{text}");
    assert_eq!(script.lint(), [], "{text}");
    let session = played(&text, script);
    let view = session.view();
    let names: Vec<&str> = view.people.iter().map(|p| p.name.as_str()).collect();
    assert!(
        names.contains(&"Dee") && !names.contains(&"Cho"),
        "{names:?}"
    );
}

#[test]
fn what_no_step_does_is_a_remark_that_says_what_to_do_instead() {
    let mut grown = deed(&op_custody::ROTATE);
    let people = "Ana, Ben, Cho, Dee".to_owned();
    grown
        .texts
        .insert(op_custody::CUSTODIANS.id.to_owned(), people);
    let (text, script) = script(&[deed(&op::CREATE_KEY), grown, deed(&op_custody::RESTORE)]);
    assert_eq!(script.lint(), [], "{text}");
    for says in [
        "# Here was done: rotate (vault.rotate).\n# Other people serve from then on.",
        "as vault.replace;",
        "# Here was done: return to a copy (vault.restore).\n# It is begun where no vault is open",
    ] {
        assert!(text.contains(says), "{says}\n{text}");
    }
    assert!(
        !text.contains("op       = \"vault.ro") && !text.contains("Dee"),
        "{text}"
    );
}

/// The form of the workstation for these answers, with what a custodian types where it asks for a component.
fn formed(op: &op::Op, texts: &[(&str, &str)], typed: &[&str], session: &mut Session) {
    let texts = texts
        .iter()
        .map(|(id, text)| ((*id).to_owned(), (*text).to_owned()));
    let answers = Answers {
        texts: texts.collect(),
        files: BTreeMap::new(),
        by: String::new(),
    };
    let form = component_script(op.name, &answers, &session.view())
        .unwrap()
        .unwrap();
    // What the custodians' papers say, in place of the practice values that F5 types.
    let mut form = form;
    for (n, value) in (1..).zip(typed) {
        let at = form.find(&format!("step = \"enter-{n}\"\nvalue")).unwrap();
        let practised = form[at..].split('"').nth(3).unwrap().to_owned();
        form = form.replace(&practised, &format!("TEST:{value}"));
    }
    let form = Script::parse(form.as_bytes()).unwrap();
    let mut runner = Runner::begin(session, form, Wanted::default()).unwrap();
    let ended = runner.headless(session);
    assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
}

fn facts(view: &View) -> Vec<(String, String)> {
    let held = view.keys.iter();
    held.map(|k| {
        (
            k.label.clone(),
            format!("{:?} {}", k.key.key_attributes, k.key.exportable),
        )
    })
    .collect()
}

/// A form is a ceremony of which nobody has the script: it left nothing in a script of what was done.
#[test]
fn papers_that_were_brought_and_taken_at_the_workstation_are_turns_of_the_script() {
    let mut session = rehearsal(true);
    let import = [
        ("usage", "K0"),
        ("algorithm", "TDES_3KEY"),
        ("modes", "encrypt, decrypt, wrap, unwrap"),
        ("exportable", "yes"),
        ("label", "kek-x"),
        ("components", "2"),
    ];
    let enters = [
        "3B577FB3FD756DDFE62F6B52751580E0D9CDE338A104A789",
        "859E76150B5432511032D0581A31D64FADD08991945E0D3E",
    ];
    formed(
        &op_components::IMPORT_COMPONENTS,
        &import,
        &enters,
        &mut session,
    );
    let export = [
        ("key", "kek-x"),
        ("components", "2"),
        ("receiver", "ACME Bank"),
    ];
    formed(
        &op_components::EXPORT_COMPONENTS,
        &export,
        &[],
        &mut session,
    );
    let deeds = session.deeds();
    let told: Vec<(&str, usize)> = deeds
        .iter()
        .map(|d| (d.op.as_str(), d.parts.len()))
        .collect();
    assert_eq!(
        told,
        [("import-key.components", 2), ("export-key.components", 2)]
    );
    let (text, script) = script(&deeds);
    assert_eq!(script.lint(), [], "{text}");
    for value in enters {
        assert!(!text.contains(value), "what was typed: {text}");
    }
    for says in [
        "id = \"receive-1-2\"",
        "id = \"enter-1-2\"",
        "id = \"form-1\"",
        "id = \"seal-1-2\"",
        "# Here was done: export key as components (export-key.components).\n# A script brings or takes the papers of one key once",
        "do = [\"wipe\", \"reseal-open-components\", \"list-custody\"]",
    ] {
        assert!(text.contains(says), "{says}\n{text}");
    }
    let again = played(&text, script);
    assert_eq!(facts(&again.view()), facts(&session.view()));
}

/// Who had which component is told by the people's places, whoever they were.
#[test]
fn a_key_that_was_there_leaves_as_papers_again() {
    let mut there = deed(&op_components::EXPORT_COMPONENTS);
    there.keys.insert("key".to_owned(), key("a-kek"));
    there.parts.reverse();
    let (text, script) = script(&[there]);
    assert!(
        text.contains("existing   = true") && text.contains("components = 3"),
        "{text}"
    );
    assert!(text.contains("id = \"component-1-1\"\nop = \"component.generate\"\ntitle = \"Part 1 is printed\"\nkey = \"a-kek\"\npart = 1\nitem = \"bag-1-1\"\nwho = [\"third\"]"), "{text}");
    assert_eq!(script.lint(), [], "{text}");
    played(&text, script);
}

/// "F5 answers for you" stood over a component for which there was no answer.
#[test]
fn a_rehearsal_answers_for_whoever_types_a_component_of_a_form() {
    for (algorithm, parts) in [
        ("TDES_2KEY", "3"),
        ("TDES_3KEY", "2"),
        ("AES_128", "2"),
        ("AES_192", "3"),
        ("AES_256", "2"),
    ] {
        let texts = [
            ("usage", "K0"),
            ("algorithm", algorithm),
            ("modes", "encrypt, decrypt, wrap, unwrap"),
            ("exportable", "yes"),
            ("label", "kek-x"),
            ("components", parts),
        ];
        let mut session = rehearsal(true);
        formed(&op_components::IMPORT_COMPONENTS, &texts, &[], &mut session);
        assert_eq!(session.view().keys.len(), 1, "{algorithm}");
    }
}

fn of(op: &op::Op, made: &str, keys: &[(&str, &str)], file: (&str, &str)) -> Deed {
    let mut deed = deed(op);
    let digest = file.1.repeat(64);
    deed.files = BTreeMap::from([(file.0.to_owned(), digest)]);
    let named = |label: &str| DeedKey {
        arn: format!("arn:{label}"),
        label: label.to_owned(),
        ..key(if label.ends_with("root") {
            "a-root"
        } else {
            "a-kek"
        })
    };
    for (field, label) in keys {
        deed.keys.insert((*field).to_owned(), named(label));
    }
    if !made.is_empty() {
        deed.made = Some(named(made));
    }
    deed
}

/// Files that came in belonged to the vault of then, and had neither a stand-in nor a sample: "rehearse it" could not be done.
#[test]
fn what_came_in_is_rehearsed_with_counterparties_that_keymoot_plays() {
    let handed = |form: &str, output: &str| {
        let mut deed = deed(&op_exchange::PARAMETERS_FOR_IMPORT);
        deed.texts.insert("form".to_owned(), form.to_owned());
        deed.texts.insert("output".to_owned(), output.to_owned());
        deed
    };
    let mut tr34 = of(
        &op_exchange::IMPORT_TR34,
        "kek-34",
        &[("ca", "partner-root")],
        ("file", "d"),
    );
    tr34.texts.remove("nonce");
    let deeds = [
        handed("KEY_CRYPTOGRAM", "wrap.json"),
        of(&op_exchange::IMPORT_RSA_WRAP, "zmk", &[], ("file", "a")),
        of(
            &op_exchange::IMPORT_TR31,
            "kek-31",
            &[("wrap", "zmk")],
            ("file", "b"),
        ),
        handed("TR34_KEY_BLOCK", "token.json"),
        of(&op::IMPORT_ROOT, "partner-root", &[], ("file", "c")),
        tr34,
        of(&op::IMPORT_ROOT, "aws-root", &[], ("file", "e")),
        of(
            &op::EXPORT_RSA_WRAP,
            "",
            &[("key", "kek-31"), ("ca", "aws-root")],
            ("parameters", "f"),
        ),
    ];
    let (text, script) = script(&deeds);
    let errors: Vec<_> = script.lint();
    assert_eq!(errors, [], "{text}");
    let mut session = rehearsal(true);
    let profile = crate::session::Profile::Rehearsal;
    let folder = tempfile::tempdir().unwrap();
    let beside = Some(folder.path());
    let inputs = crate::ceremony::resolve_inputs(&script, BTreeMap::new(), beside, profile);
    let wanted = Wanted {
        inputs: inputs.unwrap_or_else(|e| panic!("{text}\n{e:?}")).0,
        ..Wanted::default()
    };
    let mut runner =
        Runner::begin(&mut session, script, wanted).unwrap_or_else(|e| panic!("{text}\n{e}"));
    let ended = runner.headless(&mut session);
    assert!(
        matches!(ended, Ok(RunOutcome::Completed)),
        "{text}\n{ended:?}"
    );
    let view = session.view();
    let labels: Vec<&str> = view.keys.iter().map(|row| row.label.as_str()).collect();
    for label in ["zmk", "kek-31", "kek-34", "partner-root", "aws-root"] {
        assert!(labels.contains(&label), "{labels:?}");
    }
}

/// One name for two files, and a number with its blanks: the linter refused what keymoot had written itself.
#[test]
fn what_was_answered_twice_and_as_people_write_it_is_said_as_a_script_says_it() {
    let mut blocks: Vec<Deed> = (0..3).map(|_| deed(&op_exchange::EXPORT_TR31)).collect();
    for block in &mut blocks {
        block.keys.insert("key".to_owned(), key("a-pek"));
        block
            .texts
            .insert("output".to_owned(), "pek.json".to_owned());
    }
    let mut initial = deed(&op_exchange::EXPORT_IPEK);
    let bdk = DeedKey {
        usage: "B0".to_owned(),
        algorithm: Some("AES_128".to_owned()),
        modes: vec!["derive-key".to_owned()],
        ..key("bdk")
    };
    let above = DeedKey {
        algorithm: Some("AES_128".to_owned()),
        ..key("kek-a")
    };
    initial.keys.insert("key".to_owned(), bdk);
    initial.keys.insert("wrap".to_owned(), above);
    let number = "1234567890123456 00000001".to_owned();
    initial.texts.insert("serial".to_owned(), number);
    blocks.push(initial);
    let (text, script) = script(&blocks);
    for says in [
        "\"pek.json\"",
        "\"pek-2.json\"",
        "\"pek-3.json\"",
        "serial   = \"123456789012345600000000\"",
    ] {
        assert!(text.contains(says), "{says}\n{text}");
    }
    assert_eq!(script.lint(), [], "{text}");
    played(&text, script);
}
