//! Scripts that nobody means well with: each is answered in time, with an error that has a line.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use keymoot::ceremony::{Finding, MAX_SCRIPT_BYTES, Script};

/// What a script may take. Unoptimised code is given more: it is the shape of the growth that is tested there.
const BUDGET: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1500 } else { 100 });

const HEAD: &str = "version = 1\nid = \"x\"\ntitle = \"X\"\nperson = [{ id = \"lead\", role = \"administrator\" }]\n\
                    [policy]\nprofiles = [\"rehearsal\"]\n";

fn answered(name: &str, bytes: &[u8]) -> Vec<Finding> {
    assert!(
        bytes.len() <= MAX_SCRIPT_BYTES,
        "{name}: {} bytes",
        bytes.len()
    );
    let began = Instant::now();
    let found = match Script::parse(bytes) {
        Ok(script) => script.lint(),
        Err(findings) => findings,
    };
    let took = began.elapsed();
    assert!(took <= BUDGET, "{name} took {took:?}");
    assert!(found.len() <= 200, "{name}: {} findings", found.len());
    for finding in &found {
        assert!(finding.line >= 1, "{name}: {finding:?}");
        assert!(
            finding.message.len() < 4000,
            "{name}: a message of {} bytes",
            finding.message.len()
        );
    }
    found
}

fn refused(name: &str, text: &str) {
    let found = answered(name, text.as_bytes());
    assert!(found.iter().any(Finding::is_error), "{name}: {found:?}");
}

/// As much of a piece as fits behind a head.
fn filled(head: &str, piece: impl Fn(usize) -> String, tail: &str) -> String {
    let mut text = head.to_owned();
    for n in 0.. {
        let next = piece(n);
        if text.len() + next.len() + tail.len() > MAX_SCRIPT_BYTES {
            break;
        }
        text.push_str(&next);
    }
    text.push_str(tail);
    text
}

#[test]
fn deep_nesting_is_answered() {
    refused("arrays", &filled("x = ", |_| "[".into(), ""));
    let half = MAX_SCRIPT_BYTES / 2 - 10;
    refused(
        "closed arrays",
        &format!("x = {}{}", "[".repeat(half), "]".repeat(half)),
    );
    refused("inline tables", &filled("x = ", |_| "{a=".into(), ""));
    refused("dotted key", &filled("a", |_| ".a".into(), " = 1\n"));
    refused("dotted header", &filled("[a", |_| ".a".into(), "]\n"));
    refused(
        "shallow",
        &format!("{HEAD}x = {}{}\n", "[".repeat(50), "]".repeat(50)),
    );
}

#[test]
fn huge_arrays_and_tables_are_answered() {
    refused("numbers", &filled("x = [", |_| "1,".into(), "]\n"));
    refused("texts", &filled("id = [", |_| "\"\",".into(), "]\n"));
    refused("members", &filled(HEAD, |n| format!("a{n} = 1\n"), ""));
    refused("tables", &filled(HEAD, |n| format!("[a{n}]\n"), ""));
    refused("empty steps", &filled(HEAD, |_| "[[step]]\n".into(), ""));
    refused("empty keys", &filled(HEAD, |_| "[[key]]\n".into(), ""));
    refused(
        "who",
        &filled(
            &format!("{HEAD}[[step]]\nid = \"a\"\nop = \"present\"\nwho = ["),
            |_| "\"lead\",".into(),
            "]\nx = 1\n",
        ),
    );
    let acts = filled(
        &format!("{HEAD}[[step]]\nid = \"a\"\nop = \"act-list\"\nname = \"n\"\n"),
        |_| "[[step.act]]\nop = \"restore-key\"\nkey = \"k\"\n".into(),
        "",
    );
    refused("acts", &acts);
}

#[test]
fn many_of_everything_that_is_well_formed_is_answered() {
    let step = |n| format!("[[step]]\nid=\"s{n}\"\nop=\"get-key\"\nkey=\"k{n}\"\nwho=[\"p{n}\"]\n");
    refused("steps", &filled(HEAD, step, ""));
    let people = |n: usize| {
        format!(
            "{{ id=\"p{n}\", role=\"custodian\", key=\"{}\" }},",
            "a".repeat(64)
        )
    };
    let head = "version=1\nid=\"x\"\ntitle=\"X\"\nperson=[";
    let tail = "]\n[policy]\nprofiles=[\"rehearsal\"]\n[[step]]\nid=\"a\"\nop=\"create-key\"\nkey=\"k\"\ninitiate=\"p0\"\napprove={count=2}\n";
    refused("one person at every place", &filled(head, people, tail));
    let answers = |n| format!("[[rehearsal.answer]]\nstep=\"s{n}\"\n");
    refused("answers", &filled(HEAD, answers, ""));
    let mut most = HEAD.to_owned();
    for n in 0..500 {
        let _ = write!(
            most,
            "[[key]]\nid=\"k{n}\"\nusage=\"K0\"\nalgorithm=\"AES_128\"\nmodes=\"B\"\nexportable=true\n"
        );
    }
    for n in 0..500 {
        let _ = write!(
            most,
            "[[step]]\nid=\"s{n}\"\nop=\"create-key\"\nkey=\"k{n}\"\ninitiate=\"lead\"\napprove={{count=2}}\n"
        );
    }
    refused("as many as are read", &most);
}

#[test]
fn duplicates_are_answered_with_their_line() {
    let step = "[[step]]\nid = \"same\"\nop = \"wait\"\nspan = \"1d\"\n";
    let found = answered("twice", format!("{HEAD}{step}{step}").as_bytes());
    let twice = found
        .iter()
        .find(|f| f.message.contains("declared twice"))
        .unwrap();
    assert_eq!((twice.path.as_str(), twice.line), ("step[1].id", 11));
    refused("same steps", &filled(HEAD, |_| step.into(), ""));
    refused(
        "same keys",
        &filled(
            HEAD,
            |_| {
                "[[key]]\nid=\"k\"\nusage=\"K0\"\nalgorithm=\"AES_128\"\nmodes=\"B\"\nexportable=true\n".into()
            },
            "",
        ),
    );
    refused("same member", &filled(HEAD, |_| "x = 1\n".into(), ""));
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
    refused("all of it", &filled("# ", |_| "\u{202E}".into(), ""));
    refused("every line", &filled("", |_| "#\u{202E}\n".into(), ""));
    // Escapes hide them from the file and not from the reader of the message.
    let escaped = format!("{HEAD}[[step]]\nid = \"\\u202Ex\"\nop = \"wait\"\nspan = \"1d\"\n");
    refused("escaped", &escaped);
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
    refused(
        "one long text",
        &filled("title = \"", |_| "x".into(), "\"\n"),
    );
    refused("one long word", &filled("op = ", |_| "x".into(), "\n"));
    refused(
        "one long number",
        &filled("version = ", |_| "9".into(), "\n"),
    );
    refused("quotes", &filled("", |_| "\"".into(), ""));
}
