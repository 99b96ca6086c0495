//! What is done with scripts before anyone enters the room: lint, brief, new-script.

use crate::program::{Room, repository};

#[test]
fn lint_explains_every_rule_from_its_declaration() {
    let room = Room::new();
    let all = room.ok("lint --explain all");
    for rule in keymoot::ceremony::RULES {
        assert!(
            all.contains(&format!("{}  {}", rule.id, rule.title)),
            "{all}"
        );
        let text = room.ok(&format!("lint --explain {}", rule.id.to_lowercase()));
        assert!(
            text.starts_with(&format!("{}: {}\n", rule.id, rule.title)),
            "{text}"
        );
        assert!(text.lines().count() >= 5 && text.lines().all(|l| l.chars().count() <= 80));
    }
    // Findings of a file that cannot be read are called so where the rules stand.
    let parse = room.ok("lint --explain parse");
    assert!(parse.contains("docs/steps.md"), "{parse}");
    assert!(room.ok("lint --explain l4").starts_with("L04: "));
    room.run("lint --explain L99").refused(2, "L04");
    room.run("lint").refused(2, "SCRIPT");
    room.run("lint --explain L04 first-key.toml")
        .refused(2, "explain");
}

/// What `repeat_for` comes to stands nowhere in the file: it is read as it will be played, before anybody enters the room.
#[test]
fn a_script_is_shown_as_it_will_be_played() {
    let room = Room::new();
    let script = "\
version = 1
id = \"many\"
title = \"many\"
person = [
  { id = \"lead\", role = \"administrator\" },
  { id = \"ana\", role = \"custodian\" },
  { id = \"ben\", role = \"custodian\" },
]
[policy]
profiles = [\"rehearsal\"]
[[step]]
repeat_for = [{ n = \"1\", who = \"ana\" }, { n = \"2\", who = \"ben\" }]
id = \"seen-{n}\"
op = \"note\"
title = \"Bag {n} is seen\"
text = \"bag {n} is whole\"
who = [\"{who}\"]
clause = [\"PCI PIN 9-2\"]
why = \"{who} holds bag {n}\"
[[step]]
id = \"end\"
op = \"present\"
who = [\"lead\", \"ana\", \"ben\"]
why = \"everybody saw it\"
";
    std::fs::write(room.path("many.toml"), script).unwrap();
    let page = room.ok("lint --expanded many.toml");
    assert!(
        page.lines().all(|line| line.chars().count() <= 74),
        "{page}"
    );
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for says in [
        "many: 3 steps, as they are played",
        "1 seen-1 note Bag 1 is seen who ana. says text = bag 1 is whole why ana holds bag 1 clause PCI PIN 9-2",
        "2 seen-2 note Bag 2 is seen who ben. says text = bag 2 is whole why ben holds bag 2 clause PCI PIN 9-2",
        "many.toml: 0 errors",
    ] {
        assert!(flat.contains(says), "{says}\n{page}");
    }
    assert!(!page.contains("{n}") && !page.contains("{who}"), "{page}");
    // Every script that ships: each step in its place, each act of a list.
    for (name, bytes) in keymoot::ceremony::shipped() {
        let page = room.ok(&format!("lint --expanded {name}"));
        let script = keymoot::ceremony::Script::parse(bytes).unwrap();
        for (at, (id, _)) in script.steps().iter().enumerate() {
            let line = format!("{:>3}  {id}  ", at + 1);
            assert!(
                page.lines().any(|l| l.starts_with(&line)),
                "{name}: {line}\n{page}"
            );
        }
        assert!(!page.contains("as-shown"), "{name}: answers are none of it");
    }
    assert!(
        room.ok("lint --expanded rewrap-zmk-to-aws")
            .contains("act     ")
    );
    room.run("lint --expanded --json first-key.toml")
        .refused(2, "json");
    room.run("lint --expanded --explain L04")
        .refused(2, "explain");
}

/// A rehearsal of it would not begin, and lint was silent.
#[test]
fn lint_looks_for_the_files_that_a_script_names() {
    let room = Room::new();
    room.ok("new-script own.toml --from kek-to-aws-rsa");
    let clean = room.ok("lint own.toml");
    assert!(
        clean.contains("0 warnings"),
        "a sample inside keymoot: {clean}"
    );
    let path = room.path("own.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("default"))
        .unwrap();
    std::fs::write(&path, text.replace(line, "default = \"samples/nope.json\"")).unwrap();
    let told = room.ok("lint own.toml");
    assert!(
        told.contains("samples/nope.json is not beside the script"),
        "{told}"
    );
    assert!(told.contains("1 warning"), "{told}");
}

#[test]
fn a_brief_is_drawn_from_the_script() {
    let room = Room::new();
    let page = room.ok("brief kek-to-aws-rsa.toml");
    for words in [
        "4 different people",
        "fingerprints, fetched elsewhere, on paper",
        "--input counterparty=PATH",
        "aws payment-cryptography import-key",
        "kek.import-key.json",
        "about 25 minutes, without waiting",
        "in production k custodians",
    ] {
        let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words}\n{page}");
    }
    let page = room.ok("brief kek-from-components.toml");
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "the component's package, closed as it came",
        "a new numbered package for the component's paper",
        "the sender's advice with the packages' serials, on paper",
    ] {
        assert!(flat.contains(words), "{words}\n{page}");
    }
    for script in keymoot::ceremony::shipped() {
        let page = room.ok(&format!("brief {}", script.0));
        assert!(page.lines().all(|l| l.chars().count() <= 74), "{page}");
    }
    let file =
        crate::program::repository("ceremonies/samples/get-parameters-for-import-rsa2048.json");
    let page = room.ok(&format!(
        "brief kek-to-aws-rsa.toml --input counterparty={}",
        file.display()
    ));
    assert!(page.contains("2036-10-29"), "when the token ends:\n{page}");
}

/// A fingerprint is fetched where its certificate is: by the command that prints it, or from its owner.
#[test]
fn a_brief_says_where_each_fingerprint_comes_from() {
    let room = Room::new();
    for (script, wanted, never) in [
        (
            "kek-to-aws-rsa.toml",
            "get-parameters-for-import",
            "get-parameters-for-export",
        ),
        (
            "kek-from-aws-tr34.toml",
            "SigningKeyCertificateChain",
            "WrappingKeyCertificateChain",
        ),
        (
            "kek-from-partner-tr34.toml",
            "that of sender-root from its owner",
            "aws payment-cryptography get",
        ),
        (
            "carry-aws-to-hsm-tr34.toml",
            "that of receiver-root from its owner",
            "WrappingKeyCertificateChain",
        ),
    ] {
        let page = room.ok(&format!("brief {script}"));
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains(wanted), "{script}: no {wanted} in {page}");
        // What stands under the next heading is run for another reason.
        let before = page.split("DURING THE CEREMONY").next().unwrap();
        assert!(!before.contains(never), "{script}: {never} in {before}");
    }
}

#[test]
fn a_brief_says_how_long_tokens_live_by_the_policy() {
    let room = Room::new();
    room.test_vault();
    let flat = |page: String| page.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = flat(room.ok("brief working-keys-tr31.toml"));
    let says = "token and certificate end 7 days, or up to 30 where the vault's policy says so, after they are made.";
    assert!(page.contains(says), "{page}");
    let open = "--unlock-file people.json";
    let mut policy = room.json(&format!("vault policy t.vault {open}"));
    policy["parameters_days"] = serde_json::json!(12);
    room.write("policy.json", policy.to_string());
    room.ok(&format!("vault policy t.vault --set policy.json {open}"));
    let page = flat(room.ok(&format!(
        "brief working-keys-tr31.toml --vault t.vault {open}"
    )));
    let says = "token and certificate end 12 days after they are made.";
    assert!(page.contains(says), "{page}");
}

#[test]
fn a_brief_ends_with_3_where_the_vault_would_refuse() {
    let room = Room::new();
    room.test_vault();
    let page = room.ok("brief first-key.toml --vault t.vault");
    assert!(page.contains("as far as its public part tells"), "{page}");
    let page = room.ok("brief first-key.toml --vault t.vault --unlock-file people.json");
    assert!(page.contains("as far as can be told beforehand"), "{page}");
    let script = String::from_utf8(keymoot::ceremony::shipped()[0].1.to_vec()).unwrap();
    let profiles = script
        .lines()
        .find(|line| line.starts_with("profiles"))
        .unwrap();
    room.write(
        "other.toml",
        script.replace(profiles, "profiles = [\"rehearsal\"]"),
    );
    let ran = room.run("brief other.toml --vault t.vault");
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(
        ran.out.contains("NO  The script is for rehearsal vaults"),
        "{}",
        ran.out
    );
    let many = "role = [{ id = \"custodian\", min = 9 }]\n[policy]";
    room.write("many.toml", script.replace("[policy]", many));
    let ran = room.run("brief many.toml --vault t.vault");
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(ran.err.contains("needs 9 of role custodian"), "{}", ran.err);
    room.run("brief first-key.toml --unlock-file people.json")
        .refused(2, "--vault");
}

/// A recording as keymoot writes it: pictures, who acts, and one act that was done.
const RECORDING: &str = concat!(
    r#"{"version": 2, "width": 80, "height": 24, "title": "keymoot"}"#,
    "\n",
    r#"[0.000, "m", "whoever asks"]"#,
    "\n",
    r#"[0.000, "o", "Home"]"#,
    "\n",
    r#"[9.000, "m", "did {\"op\":\"create-key\",\"at\":1795424400000,\"texts\":{\"usage\":\"K0\"},\"keys\":{},\"files\":{},\"made\":{\"arn\":\"arn:aws:payment-cryptography:us-east-1:111122223333:key/7itx7trfvj7wyljr\",\"label\":\"kek-x\",\"usage\":\"K0\",\"algorithm\":\"AES_128\",\"modes\":[\"encrypt\",\"decrypt\",\"wrap\",\"unwrap\"],\"exportable\":true},\"by\":null,\"who\":[[\"Ada\",\"administrator\"],[\"Ana\",\"custodian\"],[\"Ben\",\"custodian\"]]}"]"#,
    "\n"
);

#[test]
fn a_recording_becomes_a_script_that_plays() {
    let room = Room::new();
    std::fs::write(room.path("monday.cast"), RECORDING).unwrap();
    room.ok("new-script again.toml --from-session monday.cast");
    let text = std::fs::read_to_string(room.path("again.toml")).unwrap();
    assert!(text.contains("clock = 2026-11-23T"), "{text}");
    assert!(!text.contains("Ana"), "a script names places: {text}");
    assert!(room.ok("lint again.toml").contains("0 errors, 0 warnings"));
    room.ok("play again.toml --headless --out out");
    assert!(room.names("out").contains(&"ceremony.json".to_owned()));
    // A recording in which nothing was done, a file that is none, both sources at once.
    let (head, _) = RECORDING.split_once("[9.000").unwrap();
    std::fs::write(room.path("empty.cast"), head).unwrap();
    room.run("new-script x.toml --from-session empty.cast")
        .refused(2, "nothing was done");
    room.run("new-script x.toml --from-session again.toml")
        .refused(2, "asciicast");
    room.run("new-script x.toml --from-session monday.cast --from first-key")
        .refused(2, "cannot be used with");
    assert!(!room.path("x.toml").exists());
}

#[test]
fn a_new_script_is_clean_plays_and_overwrites_nothing() {
    let room = Room::new();
    room.ok("new-script mine.toml");
    room.ok("new-script keks.toml --from kek-to-aws-rsa");
    for script in ["mine.toml", "keks.toml"] {
        assert!(
            room.ok(&format!("lint {script}"))
                .contains("0 errors, 0 warnings")
        );
    }
    room.ok("play mine.toml --headless --out out");
    assert!(room.names("out").contains(&"ceremony.json".to_owned()));
    // Its samples are not beside the copy: those inside the binary stand in for them.
    room.ok("play keks.toml --headless --out keks");
    assert!(room.names("keks").contains(&"ceremony.json".to_owned()));
    room.run("new-script mine.toml").refused(1, "mine.toml");
    room.run("new-script Bad.toml").refused(2, "id");
    room.run("new-script other.txt").refused(2, ".toml");
    room.run("new-script x.toml --from nowhere")
        .refused(2, "first-key.toml");
    assert!(!room.path("x.toml").exists());
}

/// A slip in a member waited until the slip in the op above it was mended.
#[test]
fn a_member_of_no_step_is_told_beside_an_op_that_is_none() {
    let room = Room::new();
    let text = std::fs::read_to_string(repository("ceremonies/first-key.toml")).unwrap();
    let text = text
        .replace("op       = \"create-key\"", "op       = \"creat-key\"")
        .replace("expect   = { state", "expct    = { state");
    room.write("slips.toml", text);
    let ran = room.run("lint slips.toml");
    assert_eq!(ran.status, 1, "{}", ran.err);
    for says in [
        "`creat-key` is no op (did you mean `create-key`?)",
        "`expct` is a member of no step (did you mean `expect`?)",
    ] {
        assert!(ran.out.contains(says), "{says}\n{}", ran.out);
    }
}

/// clap offered the command `vault` for a folder that is called `t.vault`.
#[test]
fn a_folder_in_the_place_of_a_command_is_told_how_it_is_opened() {
    let room = Room::new();
    room.test_vault();
    let ran = room.run("t.vault");
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(
        ran.err.contains("`keymoot --vault t.vault` opens it"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("similar"), "{}", ran.err);
    // What is said of a script's seed stands behind a run that began, and before no refusal.
    let open = "--vault t.vault --unlock-file people.json";
    let refused = room.run(&format!(
        "play custodian-replacement.toml --headless {open}"
    ));
    assert_eq!(refused.status, 3, "{}", refused.err);
    assert!(!refused.err.contains("seed, clock"), "{}", refused.err);
    assert!(
        refused.err.contains("keymoot vault rotate"),
        "{}",
        refused.err
    );
}
