//! Components: keys formed of the vectors, keys that leave on paper, and all that is refused, with nothing changed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::indexing_slicing,
    clippy::format_push_string
)]

mod played;

use keymoot::api::KeyAlgorithm;
use keymoot::ceremony::{self, Runner, Script, Wanted};
use keymoot::crypto::{SecretBytes, kcv};
use keymoot::session::{
    Command, ComponentCommand, ComponentStep, Environment, Outcome, Session, SetRef, Source,
    practice,
};
use keymoot::vault::MemoryStore;

fn session() -> Session {
    let environment = Environment::seeded("components").unwrap();
    practice::vault(Box::new(MemoryStore::default()), environment, None, true)
        .unwrap()
        .session
}

fn set(id: &str, algorithm: KeyAlgorithm, parts: u8) -> SetRef {
    SetRef {
        id: id.to_owned(),
        label: format!("kek-{id}"),
        algorithm,
        parts,
        run: None,
    }
}

fn secret(hex: &str) -> SecretBytes {
    SecretBytes::new(data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap())
}

fn step(
    session: &mut Session,
    set: &SetRef,
    part: u8,
    person: &str,
    step: ComponentStep,
) -> Result<String, String> {
    let command = ComponentCommand {
        set: set.clone(),
        part,
        person: person.to_owned(),
        by: "test".to_owned(),
        step,
        arrow: None,
    };
    match session.perform(Command::Component(Box::new(command))) {
        Ok(Outcome::Component { kcv }) => Ok(kcv),
        Ok(_) => panic!("another outcome"),
        Err(refusal) => Err(refusal.to_string()),
    }
}

fn enter(
    session: &mut Session,
    set: &SetRef,
    part: u8,
    person: &str,
    value: &str,
    kcv: &str,
) -> Result<String, String> {
    let entered = ComponentStep::Enter {
        value: secret(value),
        kcv: Some(kcv.to_owned()),
        source: Source::Entered,
    };
    step(session, set, part, person, entered)
}

const ONE: &str = "3B577FB3FD756DDFE62F6B52751580E0";
const TWO: &str = "D9CDE338A104A789859E76150B543251";

/// What the sentence must say, and that nothing came of it.
#[track_caller]
fn refused(answer: &Result<String, String>, says: &str) {
    let words = answer.as_ref().unwrap_err();
    assert!(words.contains(says), "{words}");
    assert!(words.contains("Nothing was"), "{words}");
    for secret in [ONE, TWO, &ONE[..8], &TWO[..8]] {
        assert!(!words.contains(secret), "{words}");
    }
}

#[test]
fn an_entry_is_refused_with_the_mistake_that_explains_it() {
    let mut session = session();
    let tdes = set("a", KeyAlgorithm::TDES_2KEY, 3);
    let mut tried = |kcv: &str| enter(&mut session, &tdes, 1, "Ana", ONE, kcv);
    let value = secret(ONE);
    let cmac = kcv::cmac(KeyAlgorithm::TDES_2KEY, &value).unwrap();
    let aes = kcv::cmac(KeyAlgorithm::AES_128, &value).unwrap();
    let hex = |value: [u8; 3]| data_encoding::HEXUPPER.encode(&value);
    refused(&tried("CAEB"), "too short");
    refused(&tried(&hex(cmac)), "by CMAC");
    refused(&tried(&hex(aes)), "taken for AES_128");
    refused(&tried("123456"), "No usual mistake");
    refused(&tried("CAEBAG"), "six hex digits");
    refused(&tried(""), "six hex digits");
    for words in [tried("123456"), tried("CAEB"), tried(&hex(cmac))] {
        assert!(
            !words.unwrap_err().contains("CAEBAA"),
            "the right value is not shown"
        );
    }
    assert_eq!(tried("ca eb aa").unwrap(), "CAEBAA");
    let other = enter(&mut session, &tdes, 2, "Ben", TWO, "CAEBAA");
    refused(&other, "the value of component 1");
    let twin = enter(&mut session, &tdes, 2, "Ben", ONE, "CAEBAA");
    refused(&twin, "component 1 once more");
    let zero = enter(&mut session, &tdes, 2, "Ben", &"00".repeat(16), "8CA64D");
    refused(&zero, "all zeros");
    let short = enter(&mut session, &tdes, 2, "Ben", &ONE[..16], "CAEBAA");
    refused(&short, "has 32 hex digits, and 16 were typed");
    let fourth = enter(&mut session, &tdes, 4, "Ben", TWO, "DF9B9A");
    assert!(fourth.unwrap_err().contains("numbered 1 to 3"));
    assert_eq!(session.component_parts("a").len(), 1);
}

#[test]
fn nobody_sees_two_components_of_a_key_now_or_earlier() {
    let mut session = session();
    let first = set("a", KeyAlgorithm::TDES_2KEY, 3);
    enter(&mut session, &first, 1, "Ana", ONE, "CAEBAA").unwrap();
    let again = enter(&mut session, &first, 2, "Ana", TWO, "DF9B9A");
    let words = again.unwrap_err();
    assert!(
        words.starts_with("G3 (PCI PIN 6-1): Ana may not see part 2"),
        "{words}"
    );
    assert!(
        words.contains("part 1 of the components of kek-a"),
        "{words}"
    );
    // Another ceremony for the same key: what was seen stays seen.
    let later = SetRef {
        id: "b".into(),
        ..first.clone()
    };
    let words = enter(&mut session, &later, 2, "ana", TWO, "DF9B9A").unwrap_err();
    assert!(words.contains("not a person"), "{words}");
    let words = enter(&mut session, &later, 2, "Ana", TWO, "DF9B9A").unwrap_err();
    assert!(words.starts_with("G3"), "{words}");
    // The same component once more is nothing new, and another key is another matter.
    enter(&mut session, &later, 1, "Ana", ONE, "CAEBAA").unwrap();
    let other = set("c", KeyAlgorithm::TDES_2KEY, 2);
    enter(&mut session, &other, 2, "Ana", TWO, "DF9B9A").unwrap();
    for (who, role) in [("Ada", "administrator"), ("Wim", "witness")] {
        let words = enter(&mut session, &first, 2, who, TWO, "DF9B9A").unwrap_err();
        assert!(
            words.contains(role) && words.contains("never sees"),
            "{words}"
        );
    }
    let words = enter(&mut session, &first, 1, "Ben", TWO, "DF9B9A").unwrap_err();
    assert!(words.contains("entered by Ana already"), "{words}");
}

#[test]
fn a_package_is_used_only_if_it_is_the_advised_one_and_whole() {
    let mut session = session();
    let of = set("a", KeyAlgorithm::TDES_2KEY, 2);
    let receive = |session: &mut Session, part, serial: &str, tampered| {
        let came = ComponentStep::Receive {
            serial: serial.into(),
            advised: "TE-448120".into(),
            advised_by: "Wim".into(),
            tampered,
        };
        let who = if part == 1 { "Ana" } else { "Ben" };
        step(session, &of, part, who, came)
    };
    let words = receive(&mut session, 1, "TE-448121", false).unwrap_err();
    assert!(words.contains("stays closed"), "{words}");
    assert!(!words.contains("448120"), "{words}");
    receive(&mut session, 1, "te 448120", false).unwrap();
    enter(&mut session, &of, 1, "Ana", ONE, "CAEBAA").unwrap();
    refused(
        &enter(&mut session, &of, 2, "Ben", TWO, "DF9B9A"),
        "has not been received",
    );
    // Another number is no reason to forget what was seen of the seal.
    receive(&mut session, 2, "TE-448999", true).unwrap();
    let words = enter(&mut session, &of, 2, "Ben", TWO, "DF9B9A").unwrap_err();
    assert!(
        words.contains("SUSPECT") && words.contains("tampering, found by Ben"),
        "{words}"
    );
    // A second look takes nothing back: SUSPECT is for good.
    let words = receive(&mut session, 2, "TE-448120", false).unwrap_err();
    assert!(words.contains("SUSPECT"), "{words}");
    let words = enter(&mut session, &of, 2, "Ben", TWO, "DF9B9A").unwrap_err();
    assert!(words.contains("SUSPECT"), "{words}");
}

#[test]
fn papers_lie_in_packages_of_their_own_and_somebody_else_watches() {
    let mut session = session();
    let of = set("a", KeyAlgorithm::TDES_2KEY, 2);
    enter(&mut session, &of, 1, "Ana", ONE, "CAEBAA").unwrap();
    enter(&mut session, &of, 2, "Ben", TWO, "DF9B9A").unwrap();
    let seal = |session: &mut Session, part, who: &str, serial: &str, witness: &str| {
        let sealed = ComponentStep::Seal {
            serial: serial.into(),
            witness: witness.into(),
            safe: None,
        };
        step(session, &of, part, who, sealed)
    };
    let words = seal(&mut session, 1, "Ana", "N-1", "Ben").unwrap_err();
    assert!(words.starts_with("A9"), "{words}");
    let words = seal(&mut session, 1, "Ana", "N-1", "Ana").unwrap_err();
    assert!(words.contains("one person"), "{words}");
    seal(&mut session, 1, "Ana", "N-1", "Wim").unwrap();
    let words = seal(&mut session, 2, "Ben", "N-1", "Wim").unwrap_err();
    assert!(words.contains("a package of its own"), "{words}");
    seal(&mut session, 2, "Ben", "N-2", "Wim").unwrap();
}

/// Puts what the custodians' papers say in place of the practice components of a form.
fn typed(form: &mut String, papers: &[&str]) {
    for (n, paper) in (1..).zip(papers) {
        let at = form.find(&format!("step = \"enter-{n}\"\nvalue")).unwrap();
        let practised = form[at..].split('"').nth(3).unwrap().to_owned();
        *form = form.replace(&practised, &format!("TEST:{paper}"));
    }
}

/// What the workstation makes of the answers to its two forms: clean scripts that run to their end, out and in again.
#[test]
fn the_forms_of_the_workstation_are_ceremonies() {
    use keymoot::session::build::Answers;
    let answers = |pairs: &[(&str, &str)]| Answers {
        texts: pairs
            .iter()
            .map(|(id, text)| ((*id).to_owned(), (*text).to_owned()))
            .collect(),
        ..Answers::default()
    };
    let mut session = session();
    let made = answers(&[
        ("usage", "TR31_K0_KEY_ENCRYPTION_KEY"),
        ("algorithm", "AES_128"),
        ("modes", "encrypt, decrypt, wrap, unwrap"),
        ("exportable", "yes"),
        ("label", "kek \"x\""),
        ("components", "3"),
    ]);
    let script = |session: &Session, op: &str, answers: &Answers| {
        let made = ceremony::component_script(op, answers, &session.view());
        made.unwrap()
    };
    let mut text = script(&session, "import-key.components", &made).unwrap();
    typed(&mut text, &[ONE, TWO, "1032D0581A31D64FADD08991945E0D3E"]);
    let run = |session: &mut Session, text: &str| {
        let script = Script::parse(text.as_bytes()).unwrap_or_else(|f| panic!("{f:#?}"));
        assert_eq!(script.lint(), []);
        let mut runner = Runner::begin(session, script, Wanted::default()).unwrap();
        runner.headless(session).unwrap();
    };
    run(&mut session, &text);
    let key = session.view().keys[0].clone();
    assert_eq!(key.label, "kek \"x\"");
    let leaves = answers(&[
        ("key", &key.key.key_arn),
        ("components", "2"),
        ("receiver", "ACME"),
    ]);
    let out = script(&session, "export-key.components", &leaves).unwrap();
    run(&mut session, &out);
    assert_eq!(session.view().exports[0].receiver, "ACME, as components");
    // No file of them is anybody's: the vault keeps them, and their runs have evidence.
    for run in session.view().runs.iter() {
        let kept = ceremony::script_of(run).unwrap();
        ceremony::bundle(&mut session, &kept, &run.id, None, Vec::new()).unwrap();
    }
    let mut four = leaves;
    four.texts.insert("components".into(), "4".into());
    let words = script(&session, "export-key.components", &four).unwrap_err();
    assert!(words.contains("3 custodians, and 4 components"), "{words}");
}

/// The same components formed once more, under another name: both say so, and neither is offered to carry the other.
#[test]
fn a_key_that_is_formed_twice_is_known_as_one() {
    use keymoot::session::{build::Answers, guide};
    let mut session = session();
    for label in ["kek-p", "fromcomp"] {
        let pairs = [
            ("usage", "TR31_K0_KEY_ENCRYPTION_KEY"),
            ("algorithm", "AES_128"),
            ("modes", "encrypt, decrypt, wrap, unwrap"),
            ("exportable", "yes"),
            ("label", label),
            ("components", "2"),
        ];
        let texts = pairs.map(|(id, text)| (id.to_owned(), text.to_owned()));
        let answers = Answers {
            texts: texts.into(),
            ..Answers::default()
        };
        let made = ceremony::component_script("import-key.components", &answers, &session.view());
        let mut text = made.unwrap().unwrap();
        typed(&mut text, &[ONE, TWO]);
        let script = Script::parse(text.as_bytes()).unwrap_or_else(|f| panic!("{f:#?}"));
        let mut runner = Runner::begin(&mut session, script, Wanted::default()).unwrap();
        runner.headless(&mut session).unwrap();
    }
    let view = session.view();
    let row = |label: &str| view.keys.iter().find(|row| row.label == label).unwrap();
    assert_eq!(row("fromcomp").twin.as_deref(), Some("kek-p"));
    let travels = &row("kek-p").key.key_arn;
    let wraps = guide::wrapping(&view, "export-key.tr31", "wrap", travels);
    let again = wraps.iter().find(|entry| entry.label == "fromcomp");
    let off = again.unwrap().off.clone().unwrap();
    assert!(off.contains("same check value as kek-p"), "{off}");
}
