//! Evidence from outside: what the binary records and bundles is verified, and whatever is changed in it is found.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines
)]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use keymoot::evidence::verify::verify;
use proptest::prelude::*;

fn keymoot(state: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keymoot"))
        .args(arguments)
        .env("XDG_STATE_HOME", state)
        .output()
        .unwrap()
}

fn done(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Recording and bundle of a script that ships with keymoot.
fn played(script: &str) -> (Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (cast, bundle) = (file("f.cast"), file("f.bundle"));
    done(&keymoot(
        folder.path(),
        &[
            "play",
            script,
            "--headless",
            "--record",
            &cast,
            "--bundle",
            &bundle,
        ],
    ));
    (std::fs::read(cast).unwrap(), std::fs::read(bundle).unwrap())
}

static KEK: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| played("kek-to-aws-rsa.toml"));

/// The part that a byte of the file stands in: the name at the beginning of its line.
fn part_at(bundle: &[u8], at: usize) -> String {
    let begin = bundle[..at]
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |n| n + 1);
    let line = &bundle[begin..];
    let name = line.split(|b| *b == b'"').nth(1).unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

#[test]
fn a_bundle_is_consistent_and_names_who_signed() {
    let verified = verify(&KEK.1, None).unwrap();
    assert!(!verified.authentic && verified.recording);
    assert_eq!(verified.bundle_signed, ["Ada", "Ana", "Ben", "Cho", "Wim"]);
    assert_eq!(verified.outcome, "completed");
    assert_eq!(verified.acts.len(), 3);
    assert_eq!(verified.heads.1, 0, "every head is recomputed");
    assert!(
        verified
            .acts
            .iter()
            .all(|(_, who)| who[0] == "Ada" && who.len() == 3)
    );
    assert!(
        verified
            .artifacts
            .iter()
            .any(|f| f == "kek.import-key.rehearsal.json")
    );
}

/// Report and verifier count the same signatures under the same words.
#[test]
fn report_and_verifier_reconcile() {
    let counts = verify(&KEK.1, None).unwrap().signatures;
    let report = keymoot::evidence::verify::report(&KEK.1).unwrap();
    assert_eq!(report["signatures"]["acts"], counts.acts.hold);
    assert_eq!(report["signatures"]["sign_offs"], counts.sign_offs.hold);
    let people = report["people"].as_array().unwrap();
    let from_file: u64 = people
        .iter()
        .map(|p| p["signed_from_file"].as_u64().unwrap())
        .sum();
    assert_eq!(from_file, counts.of_the_run().from_file);
    assert_eq!((counts.acts.hold, counts.sign_offs.hold), (9, 4));
    assert_eq!((counts.bundle.hold, counts.enrolment.hold), (5, 10));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b").display().to_string();
    std::fs::write(&file, &KEK.1).unwrap();
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = flat(done(&keymoot(folder.path(), &["verify", &file])));
    for words in [
        "Signatures 13 of this run, as its report counts them: 9 for acts, 4 under sign-offs",
        "5 under the line that names the parts of this bundle",
        "10 at enrolment",
        "28 in all, and every one of them holds",
        "13 of this run's signatures and 15 of the others came from a file",
    ] {
        assert!(told.contains(words), "{words} in {told}");
    }
    let told = flat(done(&keymoot(folder.path(), &["report", &file])));
    let words = "13 signatures in the audit log of this run: 9 for acts, 4 under sign-offs. 13 signatures came from a \
                 file: nobody typed a passphrase for them. Those at enrolment and under a bundle's own line are not of \
                 this run; keymoot verify counts them apart.";
    assert!(told.contains(words), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever byte is changed, the bundle is refused, and the part is named that it stands in.
    #[test]
    fn a_changed_byte_is_found_where_it_stands(at in any::<prop::sample::Index>(), with in 1_u8..=255) {
        let mut bundle = KEK.1.clone();
        let at = at.index(bundle.len());
        let part = part_at(&bundle, at);
        bundle[at] ^= with;
        let fault = verify(&bundle, None).unwrap_err();
        let named = fault.place.starts_with(&part) || fault.place == "the file" || bundle[at] == b'\n' || KEK.1[at] == b'\n';
        prop_assert!(named, "{at} in {part}: {fault}");
    }

    /// Nor may anything be cut off, or stand behind it.
    #[test]
    fn a_cut_bundle_is_refused(at in any::<prop::sample::Index>()) {
        let at = at.index(KEK.1.len());
        prop_assert!(verify(&KEK.1[..at], None).is_err());
        let longer = [KEK.1.as_slice(), &KEK.1[at..]].concat();
        prop_assert!(verify(&longer, None).is_err());
    }
}

/// Somebody who changes a part and mends hashes and seal around it is found by the chain, the leaves or a signature.
#[test]
fn a_part_that_is_changed_with_its_hashes_is_found() {
    let text = String::from_utf8(KEK.1.clone()).unwrap();
    for (part, from, to, place) in [
        (
            "events",
            "\\\"result\\\":\\\"ok\\\"",
            "\\\"result\\\":\\\"no\\\"",
            "events, line",
        ),
        (
            "acts",
            "\"Exportable\":true",
            "\"Exportable\":false",
            "acts, act",
        ),
        ("people", "\"name\":\"Cho\"", "\"name\":\"Eve\"", "people"),
        (
            "report",
            "Completed as written",
            "Completed as planned",
            "report",
        ),
        (
            "vault",
            "\"profile\":\"rehearsal\"",
            "\"profile\":\"production\"",
            "vault",
        ),
        ("run", "\"id\":\"", "\"id\":\"0", "run"),
        ("recording", ":\"eyJ", ":\"eyI", "recording"),
        ("artifacts", ":\"", ":\"AAAA", "artifacts"),
        ("script", ":\"", ":\"AAAA", "script"),
    ] {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let at = lines
            .iter()
            .position(|l| l.starts_with(&format!("\"{part}\":")))
            .unwrap();
        let changed = lines[at].replacen(from, to, 1);
        assert_ne!(changed, lines[at], "{part}");
        let hash =
            |line: &str| keymoot::evidence::bundle::sha256(line.trim_end_matches(',').as_bytes());
        let parts = lines.len() - 3;
        lines[parts] = lines[parts].replace(&hash(&lines[at]), &hash(&changed));
        lines[at] = changed;
        let before = format!("{}\n", lines[..=parts].join("\n"));
        let seal = hash(&lines[parts]);
        let mended = format!("{before}\"seal\":\"{seal}\"\n}}\n");
        let fault = verify(mended.as_bytes(), None).unwrap_err();
        assert!(fault.place.starts_with(place), "{part}: {fault}");
    }
}

/// The enrolment forms that `init` prints hold what a trust file takes.
#[test]
fn enrolment_forms_make_a_bundle_authentic() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (vault, people, bundle, trust) = (
        file("acme.vault"),
        file("people.json"),
        file("b"),
        file("trust"),
    );
    let state = folder.path();
    done(&keymoot(
        state,
        &[
            "init",
            &vault,
            "--profile",
            "test",
            "--quorum",
            "2/3",
            "--unlock-file",
            &people,
        ],
    ));
    let opened = ["--vault", &vault, "--unlock-file", &people];
    done(&keymoot(
        state,
        &[&["play", "first-key.toml", "--headless"], opened.as_slice()].concat(),
    ));
    done(&keymoot(
        state,
        &[
            "bundle",
            &vault,
            "--script",
            "first-key.toml",
            "--out",
            &bundle,
            "--unlock-file",
            &people,
        ],
    ));
    let custody: String =
        std::fs::read_to_string(folder.path().join("acme.vault/custody.toml")).unwrap();
    let custody: toml::Table = custody.parse().unwrap();
    let mut lines = String::from("# typed from the forms\n");
    for (n, person) in custody["people"].as_array().unwrap().iter().enumerate() {
        let key = person["approval_key"].as_str().unwrap();
        let key = data_encoding::HEXLOWER.decode(key.as_bytes()).unwrap();
        let fingerprint = keymoot::custody::Fingerprint::of(&key);
        let shown = if n % 2 == 0 {
            fingerprint.hex()
        } else {
            fingerprint.words().join(" ")
        };
        lines += &[&shown, " ", person["name"].as_str().unwrap(), "\n"].concat();
    }
    std::fs::write(&trust, &lines).unwrap();
    let told = done(&keymoot(state, &["verify", &bundle, "--trust", &trust]));
    assert!(
        told.starts_with("TEST vault, no real keys. CONSISTENT and AUTHENTIC"),
        "{told}"
    );
    // Another key under a known name, and a signer whom nobody named.
    std::fs::write(
        &trust,
        lines
            .replace(" custodian-1\n", " x\n")
            .replace(" custodian-2\n", " custodian-1\n"),
    )
    .unwrap();
    let refused = keymoot(state, &["verify", &bundle, "--trust", &trust]);
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("NOT AUTHENTIC"), "{told}");
    // A test vault notes the program that played the run, as it reads itself; the report and the verifier say so.
    let program = std::fs::read(env!("CARGO_BIN_EXE_keymoot")).unwrap();
    let own = keymoot::evidence::bundle::sha256(&program);
    let report = done(&keymoot(state, &["report", &bundle]));
    let dense: String = report.split_whitespace().collect();
    assert!(dense.contains(&own), "{report}");
    let told = done(&keymoot(state, &["verify", &bundle]));
    assert!(told.contains(&own), "{told}");
    // The report in every format comes from the same bundle.
    for (format, begins) in [
        ("text", "keymoot run report"),
        ("md", "# keymoot"),
        ("html", "<!DOCTYPE html>"),
    ] {
        let report = done(&keymoot(state, &["report", &bundle, "--format", format]));
        assert!(report.trim_start().starts_with(begins), "{format}");
        assert!(
            report.contains("Access to components and shares"),
            "{format}"
        );
    }
}

/// `--sign` names who signs a bundle; whoever may not is refused, and a file that is there before anybody is asked.
#[test]
fn a_bundle_is_signed_by_whoever_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (vault, bundle) = (file("v"), file("b"));
    done(&keymoot(
        folder.path(),
        &["init", &vault, "--profile", "rehearsal"],
    ));
    done(&keymoot(
        folder.path(),
        &["play", "first-key.toml", "--headless", "--vault", &vault],
    ));
    let bundled = |vault: &str, out: &str, sign: &str| {
        let arguments = [
            "bundle",
            vault,
            "--script",
            "first-key.toml",
            "--sign",
            sign,
            "--out",
            out,
        ];
        let output = keymoot(folder.path(), &arguments);
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, told) = bundled(&vault, &bundle, "Ada");
    assert!(
        code == Some(3) && told.contains("Ada is an administrator"),
        "{told}"
    );
    let (code, told) = bundled(&vault, &bundle, "Eve");
    assert!(
        code == Some(3) && told.contains("Eve is not a person"),
        "{told}"
    );
    assert!(!Path::new(&bundle).exists());
    assert_eq!(bundled(&vault, &bundle, "Wim").0, Some(0));
    let verified = verify(&std::fs::read(&bundle).unwrap(), None).unwrap();
    assert_eq!(verified.bundle_signed, ["Wim"]);
    let (code, told) = bundled(&vault, &bundle, "Wim");
    assert!(
        code == Some(1) && told.contains("Nothing was opened"),
        "{told}"
    );
    let (code, told) = bundled(&vault, &file("no/b"), "Wim");
    assert!(
        code == Some(1) && told.contains("its folder is not there"),
        "{told}"
    );
    let (code, told) = bundled(&file("nowhere"), &file("c"), "Wim");
    assert!(code == Some(1) && told.contains("no such folder"), "{told}");
    assert!(!told.contains("make room"), "{told}");
}

/// The report comes from the vault as well, for any run in it, in every form.
#[test]
fn a_vault_reports_any_of_its_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let vault = file("v");
    done(&keymoot(
        folder.path(),
        &["init", &vault, "--profile", "rehearsal"],
    ));
    let play = |script: &str| {
        let bundle = file(script);
        let arguments = [
            "play",
            script,
            "--headless",
            "--vault",
            &vault,
            "--bundle",
            &bundle,
        ];
        done(&keymoot(folder.path(), &arguments));
        let bundle = std::fs::read(bundle).unwrap();
        verify(&bundle, None).unwrap().run
    };
    let (first, last) = (play("first-key.toml"), play("kek-to-aws-rsa.toml"));
    let report = |more: &[&str]| {
        let output = keymoot(folder.path(), &[&["report", &vault], more].concat());
        let told = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(told).unwrap())
    };
    let (code, told) = report(&["--run", &first, "--format", "md"]);
    assert!(
        code == Some(0) && told.starts_with("# keymoot run report") && told.contains(&first),
        "{told}"
    );
    let (code, told) = report(&[]);
    assert!(code == Some(0) && told.contains(&last), "{told}");
    let (code, told) = report(&["--run", "00"]);
    assert!(
        code == Some(1) && told.contains("no such run") && told.contains(&first),
        "{told}"
    );
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/ceremonies/first-key.toml");
    let (code, told) = report(&["--run", &last, "--script", other]);
    assert!(
        code != Some(0) && told.contains("no such run of this script"),
        "{told}"
    );
}

/// The pictures in the README are those that this program makes; `KEYMOOT_WRITE_DOCS=1` makes them anew.
#[test]
fn the_pictures_in_the_readme_are_current() {
    let (kek, _) = &*KEK;
    let again = played("kek-to-aws-rsa.toml").0;
    assert_eq!(*kek, again, "the same film to the byte");
    let components = played("kek-from-components.toml").0;
    current("kek-to-aws-rsa", kek);
    current("kek-from-components", &components);
    // An answer that F5 fills in is not drawn in its field, though everybody may read it below.
    let text = std::str::from_utf8(&components).unwrap();
    assert!(text.contains("the practice answer"));
}

/// Compares a film and its picture with those in docs/, which the README shows.
fn current(name: &str, cast: &[u8]) {
    let text = std::str::from_utf8(cast).unwrap();
    assert!(!text.contains("KeyMaterial") && text.contains("REHEARSAL"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.cast");
    std::fs::write(&file, cast).unwrap();
    let picture = done(&keymoot(
        folder.path(),
        &["report", &file.display().to_string(), "--format", "svg"],
    ));
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let (recording, drawn) = (format!("{name}.cast"), format!("{name}.svg"));
    if std::env::var_os("KEYMOOT_WRITE_DOCS").is_some() {
        std::fs::write(docs.join(&recording), cast).unwrap();
        std::fs::write(docs.join(&drawn), &picture).unwrap();
    }
    let anew = "run KEYMOOT_WRITE_DOCS=1 cargo test --test evidence";
    let kept = std::fs::read(docs.join(&recording)).unwrap();
    assert!(kept == cast, "{recording}: {anew}");
    let kept = std::fs::read_to_string(docs.join(&drawn)).unwrap();
    assert!(kept == picture, "{drawn}: {anew}");
    let readme = std::fs::read_to_string(docs.join("../README.md")).unwrap();
    assert!(readme.contains(&format!("docs/{drawn}")));
}
