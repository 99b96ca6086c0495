//! Components in a ceremony: entered by two to nine custodians, refused, tampered with, and the key that they form.

use keymoot::api::KeyAlgorithm;
use keymoot::ceremony::{Runner, Script, Wanted};
use keymoot::crypto::components::{Parity, combine};
use keymoot::crypto::kcv;
use keymoot::session::{
    ComponentStep, Environment, NewPerson, NewVault, Profile, RunOutcome, Session, create,
};
use keymoot::vault::MemoryStore;

use super::{ONE, TWO, secret, session, set, step};

/// A script that enters these components, forms the key and looks at it.
fn entering(algorithm: &str, parts: &[&str], kcvs: &[&str], expect: &str) -> String {
    let count = parts.len();
    let mut text = format!(
        "version = 1\nid = \"x\"\ntitle = \"x\"\n[policy]\nprofiles = [\"rehearsal\"]\n[[person]]\nid = \
         \"lead\"\nrole = \"administrator\"\n[[person]]\nid = \"watch\"\nrole = \"witness\"\n[[key]]\nid = \
         \"k\"\nusage = \"K0\"\nalgorithm = \"{algorithm}\"\nmodes = \"B\"\nexportable = false\ncomponents = {count}\n"
    );
    for n in 1..=count {
        text += &format!("[[person]]\nid = \"c{n}\"\nrole = \"custodian\"\n");
    }
    for n in 1..=count {
        text += &format!("[[item]]\nid = \"bag-{n}\"\nkind = \"bag\"\ncourier = \"courier-{n}\"\n");
    }
    for n in 1..=count {
        text += &format!(
            "[[step]]\nid = \"receive-{n}\"\nop = \"component.receive\"\nkey = \"k\"\npart = {n}\nitem = \
             \"bag-{n}\"\nwho = [\"c{n}\"]\nobserve = [\"watch\"]\nwhy = \"x\"\n"
        );
        text += &format!(
            "[[step]]\nid = \"enter-{n}\"\nop = \"component.enter\"\nkey = \"k\"\npart = {n}\nwho = [\"c{n}\"]\nwhy = \
             \"x\"\n"
        );
    }
    text += &format!(
        "[[step]]\nid = \"form\"\nop = \"import-key.components\"\nkey = \"k\"\ninitiate = \"lead\"\napprove = {{ count \
         = 2 }}\nexpect = {expect}\nwhy = \"x\"\n"
    );
    let compares = !expect.contains("error");
    if compares {
        text += "[[step]]\nid = \"compare\"\nop = \"attest.check-value\"\nkey = \"k\"\nwho = [\"watch\"]\nwhy = \"x\"\n";
    }
    for n in 1..=count {
        text += &format!(
            "[[step]]\nid = \"seal-{n}\"\nop = \"component.seal\"\nkey = \"k\"\npart = {n}\nwho = [\"c{n}\"]\nobserve = \
             [\"watch\"]\nwhy = \"x\"\n"
        );
    }
    text += "[on_abort]\ndo = [\"reseal-open-components\"]\n[rehearsal]\nseed = \"x\"\n";
    if compares {
        text += "[[rehearsal.answer]]\nstep = \"compare\"\nkcv = \"as-shown\"\n";
    }
    for (n, (part, kcv)) in parts.iter().zip(kcvs).enumerate() {
        let n = n + 1;
        text += &format!(
            "[[rehearsal.answer]]\nstep = \"receive-{n}\"\nadvised = \"B-{n}\"\nserial = \"B-{n}\"\n\
             [[rehearsal.answer]]\nstep = \"enter-{n}\"\nvalue = \"TEST:{part}\"\nkcv = \"{kcv}\"\n\
             [[rehearsal.answer]]\nstep = \"seal-{n}\"\nserial = \"N-{n}\"\n"
        );
    }
    text
}

fn play(text: &str) -> (Session, Result<RunOutcome, String>) {
    play_in(session(), text)
}

/// A rehearsal vault of nine custodians.
fn of_nine() -> Session {
    let person = |name: &str, role| NewPerson::new(name, role, name.as_bytes());
    let custodians = (1..=9).map(|n| person(&format!("custodian {n}"), "custodian"));
    let others = [person("Ada", "administrator"), person("Wim", "witness")];
    let new = NewVault::usual("nine", Profile::Rehearsal, custodians.chain(others));
    let environment = Environment::seeded("nine").unwrap();
    let made = create(Box::new(MemoryStore::default()), new, environment);
    made.unwrap().session
}

fn play_in(mut session: Session, text: &str) -> (Session, Result<RunOutcome, String>) {
    let script = Script::parse(text.as_bytes()).unwrap_or_else(|f| panic!("{f:#?}"));
    let found: Vec<_> = script.lint();
    assert!(found.is_empty(), "{found:#?}");
    let mut runner = Runner::begin(&mut session, script, Wanted::default()).unwrap();
    let outcome = runner.headless(&mut session).map_err(|e| e.to_string());
    (session, outcome)
}

#[test]
fn the_vectors_give_their_keys_through_a_ceremony() {
    let text = include_str!("../vectors/components.json");
    let all: serde_json::Value = serde_json::from_str(text).unwrap();
    let (mut played, mut most) = (0, 0);
    for vector in all["vectors"].as_array().unwrap() {
        let list = |name: &str| -> Vec<&str> {
            let items = vector[name].as_array().unwrap();
            items.iter().map(|v| v.as_str().unwrap()).collect()
        };
        let (parts, kcvs) = (list("components"), list("component_kcvs"));
        let algorithm = match (vector["algorithm"].as_str().unwrap(), parts[0].len()) {
            ("T", 32) => "TDES_2KEY",
            ("T", 48) => "TDES_3KEY",
            ("A", 32) => "AES_128",
            ("A", 48) => "AES_192",
            ("A", 64) => "AES_256",
            _ => continue,
        };
        let done = "{ state = \"CREATE_COMPLETE\", attributes = \"declared\" }";
        // A practice vault has three custodians.
        let vault = if parts.len() > 3 {
            of_nine()
        } else {
            session()
        };
        most = most.max(parts.len());
        let (session, outcome) = play_in(vault, &entering(algorithm, &parts, &kcvs, done));
        let id = &vector["id"];
        assert!(outcome.is_ok(), "{id}: {outcome:?}");
        let key = session.view().keys[0].key.clone();
        let expected = vector["kcv"].as_str().unwrap();
        assert!(expected.starts_with(&key.key_check_value), "{id}");
        assert_eq!(serde_json::json!(key.key_origin), "EXTERNAL");
        played += 1;
    }
    assert!(
        played >= 5 && most >= 5,
        "{played}, up to {most} components"
    );
}

/// As many as a key may have: nine custodians, nine turns, nine packages.
#[test]
fn nine_components_are_entered_and_form_the_key() {
    let bytes = [0x01_u8, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x0f];
    let parts: Vec<String> = bytes.map(|n| format!("{n:02X}").repeat(16)).into();
    let value = |hex: &str| {
        let method = keymoot::api::KeyCheckValueAlgorithm::CMAC;
        keymoot::crypto::kcv::check_value(KeyAlgorithm::AES_128, method, &secret(hex)).unwrap()
    };
    let kcvs: Vec<String> = parts.iter().map(|part| value(part)).collect();
    let text: (Vec<&str>, Vec<&str>) = (
        parts.iter().map(String::as_str).collect(),
        kcvs.iter().map(String::as_str).collect(),
    );
    let done = "{ state = \"CREATE_COMPLETE\", attributes = \"declared\" }";
    let (session, outcome) = play_in(of_nine(), &entering("AES_128", &text.0, &text.1, done));
    assert!(outcome.is_ok(), "{outcome:?}");
    // All eight bits, xor the low four.
    let key = session.view().keys[0].key.key_check_value.clone();
    assert_eq!(key, value(&"F0".repeat(16)));
}

#[test]
fn what_the_components_forbid_forms_no_key() {
    let refused = "{ error = \"ValidationException\" }";
    // The third is what the first two give together, so the key would be zero; then a key of one part twice.
    let sum = "E29A9C8B5C71CA5663B11D477E41B2B1";
    let kcv = |hex: &str| {
        let value = kcv::ansi_x9_24(KeyAlgorithm::TDES_2KEY, &secret(hex)).unwrap();
        data_encoding::HEXUPPER.encode(&value)
    };
    let double = "3B577FB3FD756DDFE62F6B52751580E0";
    let weak = "1A3D56D2D01B47F4C7454233587BAACB"; // with `double`: both halves equal
    for parts in [vec![ONE, TWO, sum], vec![double, weak]] {
        let kcvs: Vec<String> = parts.iter().map(|p| kcv(p)).collect();
        let kcvs: Vec<&str> = kcvs.iter().map(String::as_str).collect();
        let (session, outcome) = play(&entering("TDES_2KEY", &parts, &kcvs, refused));
        assert!(outcome.is_ok(), "{outcome:?}");
        assert!(session.view().keys.is_empty());
    }
}

#[test]
fn a_key_leaves_as_papers_that_give_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let text = include_str!("../../ceremonies/kek-to-partner-components.toml");
    let mut text = text.to_owned();
    let places: Vec<_> = (1..=3)
        .map(|n| folder.path().join(format!("slip-{n}.txt")))
        .collect();
    for (n, place) in places.iter().enumerate() {
        text += &format!(
            "\n[[rehearsal.answer]]\nstep = \"component-{}\"\nslip = \"{}\"\n",
            n + 1,
            place.display()
        );
    }
    let (session, outcome) = play(&text);
    assert!(outcome.is_ok(), "{outcome:?}");
    let key = session.view().keys[0].key.clone();
    let mut values = Vec::new();
    for (n, place) in places.iter().enumerate() {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let slip = std::fs::read_to_string(place).unwrap();
        assert!(slip.starts_with("*** REHEARSAL"), "{slip}");
        assert!(slip.contains(&format!("KEY COMPONENT {} of 3", n + 1)));
        let rows = slip.lines().filter_map(|l| l.strip_prefix("row "));
        let digits: String = rows
            .flat_map(|row| row[1..].chars())
            .filter(char::is_ascii_hexdigit)
            .collect();
        values.push(secret(&digits));
        let journal = serde_json::to_string(
            &session.view().runs[0]
                .steps
                .iter()
                .map(|s| (&s.notes, &s.request))
                .collect::<Vec<_>>(),
        )
        .unwrap();
        assert!(!journal.to_uppercase().contains(&digits[..8]));
    }
    let formed = combine(KeyAlgorithm::AES_128, &values, Parity::AsFormed).unwrap();
    let value = kcv::cmac(KeyAlgorithm::AES_128, &formed).unwrap();
    assert_eq!(data_encoding::HEXUPPER.encode(&value), key.key_check_value);
    let export = &session.view().exports[0];
    assert!(
        export.receiver.contains("as components"),
        "{}",
        export.receiver
    );
    // A slip is never printed over another.
    let (_, again) = play(&text);
    let words = again.unwrap_err();
    assert!(words.contains("is there already"), "{words}");
}

#[test]
fn a_tampered_package_stops_the_ceremony_and_a_wrong_serial_does_not() {
    let text = include_str!("../../ceremonies/kek-from-components.toml");
    let text = text.replacen(
        "serial  = \"TE-448377\"",
        "serial  = \"TE-448377\"\ntampered = \"yes\"",
        1,
    );
    let (session, outcome) = play(&text);
    let words = outcome.unwrap_err();
    assert!(
        words.contains("receive-2") && words.contains("SUSPECT"),
        "{words}"
    );
    assert!(session.view().keys.is_empty());
    let run = &session.view().runs[0];
    let listed = run
        .steps
        .iter()
        .find_map(|s| s.notes.get("on_abort list-custody"));
    assert!(
        listed.unwrap().contains("1 of kek-from-partner with Ana"),
        "{listed:?}"
    );
}

/// A formed key is suspect as soon as a package of its components is found opened, whichever ceremony finds it.
#[test]
fn a_package_found_opened_later_makes_the_formed_key_suspect() {
    let kcvs = ["CAEBAA", "DF9B9A"];
    let formed = entering(
        "TDES_2KEY",
        &[ONE, TWO],
        &kcvs,
        "{ state = \"CREATE_COMPLETE\", attributes = \"declared\" }",
    );
    let (mut session, outcome) = play(&formed);
    assert!(outcome.is_ok(), "{outcome:?}");
    let suspect = |session: &Session| session.view().keys[0].suspect.clone();
    assert_eq!(suspect(&session), None);
    let came = ComponentStep::Receive {
        serial: "N-2".into(),
        advised: "N-2".into(),
        advised_by: "Wim".into(),
        tampered: true,
    };
    let later = set("later", KeyAlgorithm::TDES_2KEY, 2);
    step(&mut session, &later, 2, "Ben", came).unwrap();
    let (since, _) = suspect(&session).unwrap();
    assert!(since.contains("Ben found package N-2"), "{since}");
}
