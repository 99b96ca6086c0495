//! Scripts that nobody means well with, by kind: for the tests beside them and for `cargo bench --bench hostile`.

use std::fmt::Write as _;

/// A name and the text.
pub(crate) type Case = (&'static str, String);

/// Every case, for whoever asks all of them: the test of what is answered, and the bench of how fast.
pub(crate) fn all() -> Vec<Case> {
    [
        deep(),
        huge(),
        many(),
        crowds(),
        twice(),
        deceiving(),
        no_text(),
    ]
    .concat()
}

/// The longest script (docs/scripts.md).
const MOST: usize = 256 * 1024;

/// Everything before the first step.
pub(crate) const HEAD: &str = "version = 1\nid = \"x\"\ntitle = \"X\"\nperson = [{ id = \"lead\", role = \"administrator\" }]\n\
                        [policy]\nprofiles = [\"rehearsal\"]\n";

/// As much of a piece as fits behind a head.
fn filled(head: &str, piece: impl Fn(usize) -> String, tail: &str) -> String {
    let mut text = head.to_owned();
    for n in 0.. {
        let next = piece(n);
        if text.len() + next.len() + tail.len() > MOST {
            break;
        }
        text.push_str(&next);
    }
    text.push_str(tail);
    text
}

/// Nested as deep as fits.
pub(crate) fn deep() -> Vec<Case> {
    let half = MOST / 2 - 10;
    vec![
        ("arrays", filled("x = ", |_| "[".into(), "")),
        (
            "closed arrays",
            format!("x = {}{}", "[".repeat(half), "]".repeat(half)),
        ),
        ("inline tables", filled("x = ", |_| "{a=".into(), "")),
        ("dotted key", filled("a", |_| ".a".into(), " = 1\n")),
        ("dotted header", filled("[a", |_| ".a".into(), "]\n")),
        (
            "shallow",
            format!("{HEAD}x = {}{}\n", "[".repeat(50), "]".repeat(50)),
        ),
    ]
}

/// As many as fit of what is no script.
pub(crate) fn huge() -> Vec<Case> {
    let who = format!("{HEAD}[[step]]\nid = \"a\"\nop = \"present\"\nwho = [");
    let list = format!("{HEAD}[[step]]\nid = \"a\"\nop = \"act-list\"\nname = \"n\"\n");
    let act = "[[step.act]]\nop = \"restore-key\"\nkey = \"k\"\n";
    vec![
        ("numbers", filled("x = [", |_| "1,".into(), "]\n")),
        ("texts", filled("id = [", |_| "\"\",".into(), "]\n")),
        ("members", filled(HEAD, |n| format!("a{n} = 1\n"), "")),
        ("tables", filled(HEAD, |n| format!("[a{n}]\n"), "")),
        ("empty steps", filled(HEAD, |_| "[[step]]\n".into(), "")),
        ("empty keys", filled(HEAD, |_| "[[key]]\n".into(), "")),
        ("who", filled(&who, |_| "\"lead\",".into(), "]\nx = 1\n")),
        ("acts", filled(&list, |_| act.into(), "")),
    ]
}

/// A room of so many custodians, each `apart` of whom have one approval key.
fn pairs(people: usize, apart: usize) -> String {
    let mut text =
        "version=1\nid=\"x\"\ntitle=\"X\"\nperson=[{id=\"lead\",role=\"administrator\"},"
            .to_owned();
    for n in 0..people {
        let key = n / apart;
        let _ = write!(
            text,
            "{{id=\"p{n}\",role=\"custodian\",key=\"{key:064x}\"}},"
        );
    }
    text.push_str("]\n[policy]\nprofiles=[\"rehearsal\"]\n");
    text.push_str(
        "[[key]]\nid=\"k\"\nusage=\"K0\"\nalgorithm=\"AES_128\"\nmodes=\"B\"\nexportable=true\n",
    );
    text
}

/// As many as fit of what is well formed.
pub(crate) fn many() -> Vec<Case> {
    let step = |n| format!("[[step]]\nid=\"s{n}\"\nop=\"get-key\"\nkey=\"k{n}\"\nwho=[\"p{n}\"]\n");
    let people = |n: usize| {
        let key = "a".repeat(64);
        format!("{{ id=\"p{n}\", role=\"custodian\", key=\"{key}\" }},")
    };
    let head = "version=1\nid=\"x\"\ntitle=\"X\"\nperson=[";
    let tail = "]\n[policy]\nprofiles=[\"rehearsal\"]\n[[step]]\nid=\"a\"\nop=\"create-key\"\nkey=\"k\"\ninitiate=\"p0\"\napprove={count=2}\n";
    let answers = |n| format!("[[rehearsal.answer]]\nstep=\"s{n}\"\n");
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
    let named: Vec<String> = (0..400).map(|n| format!("\"p{n}\"")).collect();
    let named = named.join(",");
    let lists = |member: &str| {
        let room = pairs(400, 2);
        let step = |n| {
            let who = if member == "who" {
                ""
            } else {
                "who=[\"lead\"]\n"
            };
            format!("[[step]]\nid=\"s{n}\"\nop=\"present\"\n{who}{member}=[{named}]\nwhy=\"x\"\n")
        };
        filled(&room, step, "")
    };
    let pairs_sign = |n| {
        format!(
            "[[step]]\nid=\"s{n}\"\nop=\"restore-key\"\nkey=\"k\"\ninitiate=\"lead\"\napprove={{count=3}}\nwhy=\"x\"\n"
        )
    };
    let ends = "[on_abort]\ndo=[\"sign-off\"]\n";
    vec![
        ("steps", filled(HEAD, step, "")),
        ("pairs who act", lists("who")),
        ("pairs who watch", lists("observe")),
        ("pairs who sign", filled(&pairs(490, 2), pairs_sign, ends)),
        ("one person at every place", filled(head, people, tail)),
        ("answers", filled(HEAD, answers, "")),
        ("as many as are read", most),
    ]
}

/// People by the hundred, each of whom is looked for among all the others.
pub(crate) fn crowds() -> Vec<Case> {
    // Everybody has a key of their own, a manager and somebody who stands by, and comes to step after step.
    let mut managed =
        "version=1\nid=\"x\"\ntitle=\"X\"\n[policy]\nprofiles=[\"rehearsal\"]\n".to_owned();
    for n in 0..490 {
        let (boss, next) = (n % 7, (n + 1) % 490);
        let _ = write!(
            managed,
            "[[person]]\nid=\"p{n}\"\nrole=\"custodian\"\nkey=\"{n:064x}\"\nmanager=\"m{boss}\"\nbackup=\"p{next}\"\n"
        );
    }
    let come = |n: usize| {
        let who: Vec<String> = (n..n + 60).map(|n| format!("\"p{}\"", n % 490)).collect();
        let who = who.join(",");
        format!("[[step]]\nid=\"s{n}\"\nop=\"present\"\nwho=[{who}]\nwhy=\"x\"\n")
    };
    // Every head watches every step: five hundred who watch, as often as fits.
    let heads = {
        let room = pairs(490, 1);
        let all: Vec<String> = (0..490).map(|n| format!("\"p{n}\"")).collect();
        let all = all.join(",");
        let step = |n| {
            format!(
                "[[step]]\nid=\"s{n}\"\nop=\"delete-key\"\nkey=\"k\"\ninitiate=\"lead\"\napprove={{count=2}}\nobserve=[{all}]\n"
            )
        };
        filled(&room, step, "")
    };
    vec![
        ("people with managers", filled(&managed, come, "")),
        ("heads who watch", heads),
    ]
}

/// A step whose id is there already.
pub(crate) const STEP: &str = "[[step]]\nid = \"same\"\nop = \"wait\"\nspan = \"1d\"\n";

/// The same id, or member, again and again.
pub(crate) fn twice() -> Vec<Case> {
    let key =
        "[[key]]\nid=\"k\"\nusage=\"K0\"\nalgorithm=\"AES_128\"\nmodes=\"B\"\nexportable=true\n";
    vec![
        ("same steps", filled(HEAD, |_| STEP.into(), "")),
        ("same keys", filled(HEAD, |_| key.into(), "")),
        ("same member", filled(HEAD, |_| "x = 1\n".into(), "")),
    ]
}

/// Characters that hide what the script says.
pub(crate) fn deceiving() -> Vec<Case> {
    // Escapes hide them from the file and not from the reader of the message.
    let escaped = format!("{HEAD}[[step]]\nid = \"\\u202Ex\"\nop = \"wait\"\nspan = \"1d\"\n");
    vec![
        ("all of it", filled("# ", |_| "\u{202E}".into(), "")),
        ("every line", filled("", |_| "#\u{202E}\n".into(), "")),
        ("escaped", escaped),
    ]
}

/// Long pieces that are no script at all.
pub(crate) fn no_text() -> Vec<Case> {
    vec![
        (
            "one long text",
            filled("title = \"", |_| "x".into(), "\"\n"),
        ),
        ("one long word", filled("op = ", |_| "x".into(), "\n")),
        (
            "one long number",
            filled("version = ", |_| "9".into(), "\n"),
        ),
        ("quotes", filled("", |_| "\"".into(), "")),
    ]
}
