//! The closed schema: every error with its path and line.

use super::super::{Finding, Script};

const HEAD: &str = "version = 1\nid = \"x\"\ntitle = \"X\"\nperson = [{ id = \"lead\", role = \"administrator\" }]\n\
                    [policy]\nprofiles = [\"rehearsal\"]\n";

fn errors(text: &str) -> Vec<Finding> {
    match Script::parse(text.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(findings) => findings,
    }
}

fn places(text: &str) -> Vec<(String, usize)> {
    errors(text).into_iter().map(|f| (f.path, f.line)).collect()
}

#[test]
fn a_small_script_parses() {
    let text = format!(
        "{HEAD}[[step]]\nid = \"n\"\nop = \"note\"\ntext = \"t\"\nwho = [\"lead\"]\nwhy = \"w\"\n"
    );
    let script = Script::parse(text.as_bytes()).ok().unwrap();
    assert_eq!(script.id(), "x");
    assert_eq!(
        script.steps(),
        [("n".to_owned(), "Note for the record".to_owned())]
    );
    assert_eq!(script.rehearsal(), (None, None));
}

#[test]
fn unknown_members_are_named_with_path_and_line() {
    let text = format!(
        "{HEAD}[[step]]\nid = \"n\"\nop = \"note\"\ntext = \"t\"\nwo = [\"lead\"]\napprove = {{ cuont = 2 }}\n"
    );
    let found = places(&text);
    assert_eq!(
        found,
        [
            ("step[0].wo".to_owned(), 11),
            ("step[0].approve.count".to_owned(), 12),
            ("step[0].approve.cuont".to_owned(), 12)
        ]
    );
    assert!(errors(&text)[0].message.contains("`wo` is not known here"));
}

#[test]
fn all_errors_are_reported_at_once() {
    let text = "version = 2\nid = \"X!\"\ntitle = 3\n";
    let found: Vec<_> = errors(text).into_iter().map(|f| f.path).collect();
    for path in ["version", "id", "title", "policy", "step"] {
        assert!(found.iter().any(|p| p == path), "{path} in {found:?}");
    }
}

#[test]
fn not_toml_names_the_line() {
    assert_eq!(places("version = 1\nid = \n"), [(String::new(), 2)]);
}

#[test]
fn duplicate_members_are_refused() {
    assert_eq!(errors("version = 1\nversion = 1\n").len(), 1);
}

#[test]
fn ids_have_one_form() {
    for bad in ["A", "1a", "", "a_b", "a b", &"a".repeat(41)] {
        let text = HEAD.replace("id = \"x\"", &format!("id = \"{bad}\""));
        let found = errors(&format!(
            "{text}[[step]]\nid = \"n\"\nop = \"wait\"\nspan = \"1d\"\n"
        ));
        if bad.is_empty() {
            continue;
        }
        assert_eq!(found.len(), 1, "{bad}: {found:?}");
        assert_eq!((found[0].path.as_str(), found[0].line), ("id", 2));
    }
}

#[test]
fn deceiving_characters_and_sizes_are_refused() {
    assert_eq!(
        places("version = 1\n# \u{202E}live\n"),
        [(String::new(), 2)]
    );
    assert_eq!(places("# \u{0007}\n"), [(String::new(), 1)]);
    assert_eq!(places("\u{FEFF}version = 1\n"), [(String::new(), 1)]);
    let long = "#".repeat(256 * 1024 + 1);
    assert!(errors(&long)[0].message.contains("256 KiB"));
    assert_eq!(Script::parse(b"\xFF").err().map(|f| f.len()), Some(1));
}

#[test]
fn as_shown_stands_in_rehearsal_alone() {
    let step = "[[step]]\nid = \"r\"\nop = \"import-key.root-certificate\"\nkey = \"k\"\nfile = \"f\"\nfingerprint = \"as-shown\"\n";
    let found = errors(&format!("{HEAD}{step}"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "step[0].fingerprint");
}

#[test]
fn defaults_stay_inside_the_folder() {
    for bad in ["../x", "/etc/passwd", "a/../b", "c:\\x", "./x"] {
        let input = format!("[[input]]\nid = \"i\"\nhint = \"h\"\ndefault = '{bad}'\n");
        let found = errors(&format!(
            "{HEAD}{input}[[step]]\nid = \"n\"\nop = \"wait\"\nspan = \"1d\"\n"
        ));
        assert_eq!(found.len(), 1, "{bad}");
        assert_eq!(found[0].path, "input[0].default");
    }
}

#[test]
fn fields_are_checked_by_their_declaration() {
    let step = "[[step]]\nid = \"d\"\nop = \"delete-key\"\nkey = \"k\"\ndays = 2\n";
    let found = errors(&format!("{HEAD}{step}"));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].message.contains("is 2, and 3 is the least"),
        "{}",
        found[0].message
    );
}

/// An escape of TOML brings in nothing that the file itself may not hold.
#[test]
fn no_escape_hides_or_forges_what_people_read() {
    let note = "[[step]]\nid = \"n\"\nop = \"note\"\nwho = [\"lead\"]\n";
    for bad in [
        "\\u001b[31m",
        "\\u202e",
        "\\n\\nWHO COMES",
        "\\U000E0041",
        "\\u00ad",
        "\\u3164",
        "\\ue000",
        "\\ufe0f",
        "\\u034f",
    ] {
        for member in ["text", "clause", "title"] {
            let text = if member == "text" {
                String::new()
            } else {
                "text = \"t\"\n".to_owned()
            };
            let found = errors(&format!("{HEAD}{note}{text}{member} = \"a{bad}b\"\n"));
            let said = found
                .iter()
                .any(|f| f.message.contains("could hide or forge") && f.line > 8);
            assert!(said, "{member} {bad}: {found:#?}");
        }
        let title = HEAD.replacen("title = \"X\"", &format!("title = \"X{bad}\""), 1);
        assert_eq!(
            errors(&format!("{title}{note}text = \"t\"\nwhy = \"w\"\n")).len(),
            1,
            "{bad}"
        );
    }
    // Several lines of a reason are several lines.
    let why = format!("{HEAD}{note}text = \"t\"\nwhy = \"one\\ntwo\"\n");
    assert_eq!(errors(&why), []);
    // The same in the file itself.
    for bad in [
        '\u{E0041}',
        '\u{AD}',
        '\u{3164}',
        '\u{E000}',
        '\u{180E}',
        '\u{FFF9}',
    ] {
        assert!(!errors(&format!("{HEAD}{note}text = \"t\"\nwhy = \"w{bad}\"\n")).is_empty());
    }
}

/// Every member that repeats, names, or binds is read strictly, with its line.
#[test]
fn what_a_script_says_beside_its_steps_is_read_strictly() {
    let note = "[[step]]\nid = \"n\"\nop = \"note\"\ntext = \"t\"\nwho = [\"lead\"]\nwhy = \"w\"\n";
    let one = |changed: String, says: &str| {
        let found = errors(&changed);
        let said = found.iter().any(|f| f.message.contains(says) && f.line > 0);
        assert!(said, "{says}: {found:#?}");
    };
    let policy = |line: &str| format!("{HEAD}{line}\n{note}");
    one(policy("idle_lock = \"5s\""), "from 10s to 1h");
    one(policy("recording = \"video\""), "write frames");
    one(
        policy("default_approve = { count = 2, exclude = [\"witness\"] }"),
        "write initiator",
    );
    let top = |line: &str| format!("{line}\n{HEAD}{note}");
    one(top("timezone = \"CET\""), "every time in a ceremony is UTC");
    one(
        top("item = [{ id = \"u\", kind = \"usb\", direction = \"up\" }]"),
        "write in or out",
    );
    one(
        top("item = [{ id = \"u\", kind = \"usb\", courier = \"c\" }]"),
        "`courier` is not known here",
    );
    one(
        top("party = [{ id = \"a\" }, { id = \"a\" }]"),
        "declared twice",
    );
    let wait =
        |line: &str| format!("{HEAD}[[step]]\nid = \"w\"\nop = \"wait\"\nwhy = \"w\"\n{line}\n");
    one(wait(""), "write one of `span` and `until`");
    one(
        wait("span = \"1d\"\nuntil = 2026-12-01T09:00:00Z"),
        "write one of `span` and `until`",
    );
    one(wait("until = \"tomorrow\""), "wants a date and time in UTC");
    assert_eq!(errors(&wait("until = 2026-12-01T09:00:00Z")), []);
    for (member, text) in [("does", "Load it."), ("back", "A call.")] {
        let line = format!("{HEAD}{note}{member} = \"{text}\"\n");
        one(line, "this step writes none: remove it");
    }
    let plays = "[[rehearsal.stand-in]]\ngives = \"g\"\nas = \"tr34-sender-root\"\nkey = \"k\"\nrandom = \"r\"\n";
    one(format!("{HEAD}{note}{plays}"), "signs no random number");
    let fail = |how: &str| format!("{HEAD}{note}on_fail = \"{how}\"\n");
    one(fail("retry:4"), "retry:1 to retry:3");
    assert_eq!(errors(&fail("retry:3")), []);
}

/// A step that is written once for each entry of a list.
#[test]
fn a_list_of_repetitions_is_read_strictly() {
    let one = |changed: String, says: &str| {
        let found = errors(&changed);
        let said = found.iter().any(|f| f.message.contains(says) && f.line > 0);
        assert!(said, "{says}: {found:#?}");
    };
    let many = |list: &str| {
        format!(
            "{HEAD}[[step]]\nrepeat_for = {list}\nid = \"n-{{n}}\"\nop = \"note\"\ntext = \"{{n}}\"\nwho = [\"lead\"]\nwhy = \"w\"\n"
        )
    };
    assert_eq!(errors(&many("[{ n = \"1\" }, { n = \"2\" }]")), []);
    one(many("[]"), "one entry for each time");
    one(
        many("[{ n = \"1\" }, { m = \"2\" }]"),
        "the same names in every entry",
    );
    one(
        many("[{ n = \"1\", m = \"2\" }]"),
        "gives `m`, and nothing in the step says {m}",
    );
    one(many("[{ n = \"1\" }, { n = \"1\" }]"), "declared twice");
    let text = format!("[{}]", "{ n = \"1\" },".repeat(501));
    one(many(&text), "at most 500");
    // Nothing that is put in is looked at again.
    let nested = many("[{ n = \"{n}{n}\" }]");
    assert_eq!(
        errors(&nested).len(),
        1,
        "the id is none: {:#?}",
        errors(&nested)
    );
}

#[test]
fn a_value_that_is_missing_is_called_so() {
    let found = errors("version  = # 1\nid = \"x\"\n");
    assert_eq!(found[0].line, 1);
    assert!(
        found[0]
            .message
            .starts_with("This is not TOML: a value is missing behind `version =`."),
        "{found:?}"
    );
}

#[test]
fn a_wrong_value_has_its_own_line_and_not_that_of_its_table() {
    let text = format!(
        "{HEAD}[[key]]\nid = \"k\"\nusage = \"KO\"\nalgorithm = \"AES_129\"\nmodes = [\"wrap\"]\nexportable = true\n\
         [[step]]\nid = \"n\"\nop = \"wait\"\nspan = \"1d\"\n"
    );
    let found = places(&text);
    assert_eq!(
        found,
        [
            ("key[0].usage".to_owned(), 9),
            ("key[0].algorithm".to_owned(), 10)
        ]
    );
    let dangling = format!(
        "{HEAD}[[step]]\nid = \"n\"\nop = \"note\"\ntext = \"t\"\nwho = [\"boss\"]\nwhy = \"w\"\n"
    );
    let found = Script::parse(dangling.as_bytes()).ok().unwrap().lint();
    let boss = found.iter().find(|f| f.message.contains("boss")).unwrap();
    assert_eq!((boss.path.as_str(), boss.line), ("step[0].who", 11));
    assert!(boss.message.contains("add it to `person = [...]`"));
}

#[test]
fn an_op_that_is_none_leads_to_the_one_that_was_meant_or_to_the_page_of_them() {
    let text = |op: &str| format!("{HEAD}[[step]]\nid = \"n\"\nop = \"{op}\"\n");
    let found = errors(&text("creat-key"));
    let said = &found
        .iter()
        .find(|f| f.path == "step[0].op")
        .unwrap()
        .message;
    assert_eq!(
        said,
        "`creat-key` is no op (did you mean `create-key`?). docs/steps.md has them all."
    );
    let far = errors(&text("make"));
    let said = &far.iter().find(|f| f.path == "step[0].op").unwrap().message;
    assert_eq!(said, "`make` is no op. docs/steps.md has them all.");
    let words = errors(&text("export-tr31"));
    let said = &words
        .iter()
        .find(|f| f.path == "step[0].op")
        .unwrap()
        .message;
    assert!(said.contains("did you mean `export-key.tr31`"), "{said}");
}

/// What was written in the wrong place or left out is answered with what stands where.
#[test]
fn a_finding_says_where_it_stands_and_what_it_looks_like() {
    let said = |text: &str, path: &str| {
        let found = errors(text);
        let one = found.iter().find(|f| f.path == path);
        let one = one.unwrap_or_else(|| panic!("no {path} in {found:?}"));
        one.message.clone()
    };
    let step = |lines: &str| format!("{HEAD}[[step]]\nid = \"n\"\n{lines}\n");
    let made = step("op = \"create-key\"\nkey = \"kek\"\nusage = \"K0\"");
    assert_eq!(
        said(&made, "step[0].usage"),
        "`usage` stands in [[key]] `kek`: write it there and remove it here."
    );
    let open = step("op = \"import-key.root-certificate\"\nkey = \"r\"\ninput = [\"fingerprint\"]");
    assert!(said(&open, "step[0].input").contains("input.fingerprint = { source"));
    let typed = step("op = \"import-key.root-certificate\"\nkey = \"r\"\nfingerprint = \"input\"");
    let typed = said(&typed, "step[0].fingerprint");
    assert!(
        typed.contains("64 hex digits or 16 words") && typed.contains("input.fingerprint ="),
        "{typed}"
    );
    let public = format!("{HEAD}[[key]]\nid = \"r\"\nalgorithm = \"from-certificate\"\n");
    for member in ["usage", "modes"] {
        let words = said(&public, &format!("key[0].{member}"));
        assert!(
            words.contains("usage = \"S0\" and modes = [\"verify\"]"),
            "{words}"
        );
    }
    let expects = |what: &str| {
        step(&format!(
            "op = \"note\"\ntext = \"t\"\nexpect = {{ {what} }}"
        ))
    };
    assert!(said(&expects(""), "step[0].expect").contains("expects nothing"));
    let wrong = errors(&expects("state = \"DELETED\""));
    assert!(
        !wrong.iter().any(|f| f.message.contains("expects nothing")),
        "{wrong:?}"
    );
    let fault = step(
        "op = \"note\"\ntext = \"t\"\n[[rehearsal.fault]]\nstep = \"n\"\nset = { text = \"x\" }\n\
         expect = { outcome = \"exception\" }",
    );
    assert!(
        said(&fault, "rehearsal.fault[0].expect").contains("write on_fail = \"exception\" there")
    );
}
