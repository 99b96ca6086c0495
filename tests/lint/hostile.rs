//! Scripts that nobody means well with: each is answered with an error that has a line. How fast is measured by
//! `cargo bench --bench hostile`.

use std::time::Instant;

use keymoot::ceremony::{Finding, MAX_SCRIPT_BYTES, Script};

use super::hostile_cases::{self as cases, Case, HEAD, STEP};

/// Whatever has an id, once.
const ONCE: [(&str, &str); 4] = [
    ("item", "[[item]]\nid = \"bag\"\nkind = \"bag\"\n"),
    ("step", STEP),
    (
        "key",
        "[[key]]\nid=\"k\"\nusage=\"K0\"\nalgorithm=\"AES_128\"\nmodes=\"B\"\nexportable=true\n",
    ),
    ("input", "[[input]]\nid = \"i\"\nhint = \"h\"\n"),
];

/// A step, and its answer.
const ANSWERED: [&str; 2] = [
    "[[step]]\nid = \"root\"\nop = \"import-key.root-certificate\"\n",
    "[[rehearsal.answer]]\nstep = \"root\"\nfingerprint = \"as-shown\"\n",
];

fn answered(name: &str, bytes: &[u8]) -> Vec<Finding> {
    assert!(
        bytes.len() <= MAX_SCRIPT_BYTES,
        "{name}: {} bytes",
        bytes.len()
    );
    let found = match Script::parse(bytes) {
        Ok(script) => script.lint(),
        Err(findings) => findings,
    };
    assert!(found.len() <= 200, "{name}: {} findings", found.len());
    let lines = String::from_utf8_lossy(bytes).lines().count().max(1);
    for finding in &found {
        assert!(
            (1..=lines).contains(&finding.line),
            "{name}: {finding:?} of {lines} lines"
        );
        assert!(
            finding.message.len() < 4000,
            "{name}: a message of {} bytes",
            finding.message.len()
        );
    }
    found
}

fn refused(cases: Vec<Case>) {
    for (name, text) in cases {
        let found = answered(name, text.as_bytes());
        assert!(found.iter().any(Finding::is_error), "{name}: {found:?}");
    }
}

/// Whether an error names this line.
fn names_line(text: &str, line: usize) -> bool {
    let found = answered("line", text.as_bytes());
    found.iter().any(|f| f.is_error() && f.line == line)
}

/// Where [`HEAD`] ends, and what follows it begins.
fn after_head() -> usize {
    HEAD.lines().count() + 1
}

#[test]
fn deep_nesting_is_answered_with_its_line() {
    refused(cases::deep());
    let half = 20_000;
    for deep in [
        format!("x = {}{}\n", "[".repeat(half), "]".repeat(half)),
        format!("x = {}\n", "{a=".repeat(half)),
        format!("a{} = 1\n", ".a".repeat(half)),
        format!("[a{}]\n", ".a".repeat(half)),
    ] {
        let text = format!("{HEAD}# here it is\n{deep}");
        assert!(names_line(&text, after_head() + 1), "{}", &deep[..20]);
    }
}

#[test]
fn huge_arrays_and_tables_are_answered_with_their_line() {
    refused(cases::huge());
    let many = format!("{HEAD}x = [{}]\n", "1,".repeat(100_000));
    assert!(names_line(&many, after_head()));
    let members: Vec<String> = (0..500).map(|n| format!("a{n} = 1\n")).collect();
    let members = format!("{HEAD}{}", members.concat());
    assert!(names_line(&members, after_head() + 99));
}

/// The longest script is read, and one byte more is not.
#[test]
fn a_script_has_at_most_256_kib() {
    assert_eq!(MAX_SCRIPT_BYTES, 256 * 1024);
    let mut text = format!("{HEAD}{STEP}[rehearsal]\nseed = \"x\"\n#");
    text.push_str(&"x".repeat(MAX_SCRIPT_BYTES - text.len()));
    assert!(Script::parse(text.as_bytes()).is_ok());
    text.push('x');
    let found = Script::parse(text.as_bytes()).err().unwrap();
    assert_eq!((found.len(), found[0].line), (1, 1));
    assert!(
        found[0].is_error() && found[0].message.contains("256 KiB"),
        "{found:?}"
    );
}

/// The budget is 100 ms in a released build, and the bench measures it. A test runs unoptimised beside others: what takes
/// ten times that, three times in a row, grows with something that nobody meant.
#[test]
fn no_hostile_script_takes_more_than_ten_times_its_budget() {
    for (name, text) in cases::all() {
        let took = |_| {
            let began = Instant::now();
            answered(name, text.as_bytes());
            began.elapsed()
        };
        let quick = (0..3).map(took).find(|took| took.as_millis() < 1000);
        assert!(quick.is_some(), "{name} takes a second");
    }
}

#[test]
fn many_of_everything_that_is_well_formed_is_answered() {
    refused(cases::many());
    refused(cases::crowds());
}

#[test]
fn duplicates_are_answered_with_their_line() {
    let found = answered("twice", format!("{HEAD}{STEP}{STEP}").as_bytes());
    let twice = found
        .iter()
        .find(|f| f.message.contains("declared twice"))
        .unwrap();
    assert_eq!((twice.path.as_str(), twice.line), ("step[1].id", 12));
    // Each thing that has an id, declared twice: the second is named, with its line.
    for (what, once) in ONCE {
        // A key or input alone is no script; without a step little else is judged.
        let text =
            format!("{HEAD}{once}{once}[[step]]\nid = \"last\"\nop = \"wait\"\nspan = \"1d\"\n");
        let second = HEAD.lines().count() + once.lines().count() + 1;
        let last = second + once.lines().count();
        let found = answered(what, text.as_bytes());
        let twice = found.iter().find(|f| f.message.contains("twice"));
        let twice = twice.unwrap_or_else(|| panic!("{what}: {found:#?}"));
        assert!((second..last).contains(&twice.line), "{what}: {twice:?}");
    }
    let [step, answer] = ANSWERED;
    let found = answered("answer", format!("{HEAD}{step}{answer}{answer}").as_bytes());
    let twice = found.iter().find(|f| f.message.contains("answered twice"));
    assert_eq!(twice.map(|f| f.line), Some(15), "{found:#?}");
    refused(cases::twice());
}

#[test]
fn characters_that_deceive_are_answered_with_their_line() {
    for bad in [
        "\u{202E}",
        "\u{2066}",
        "\u{200B}",
        "\u{FEFF}",
        "\u{0}",
        "\u{1b}[2J",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
    ] {
        let text = format!("{HEAD}# first\n# {bad}hidden\n");
        let found = answered("deceiving", text.as_bytes());
        assert_eq!(found[0].line, 8, "{bad:?}: {found:?}");
        assert!(found[0].message.contains("U+"), "{found:?}");
    }
    refused(cases::deceiving());
}

#[test]
fn bytes_that_are_no_text_are_answered() {
    for bytes in [
        &b"\xff\xfe"[..],
        b"",
        b"\0",
        b"\xef\xbb\xbfversion = 1\n",
        b"\"",
        b"'''",
        b"[",
        b"[[",
        b"=",
        b"a =",
    ] {
        let found = answered("bytes", bytes);
        assert!(found.iter().any(Finding::is_error), "{bytes:?}");
    }
    let long = vec![b'#'; MAX_SCRIPT_BYTES + 1];
    assert!(Script::parse(&long).is_err_and(|f| f[0].line == 1));
    refused(cases::no_text());
}
