//! Scripts with more or other people than the practice vault has by itself, and vaults in which more sign: what `play`,
//! `brief` and `lint` say of them.

use crate::program::Room;

fn first_key() -> String {
    let shipped = keymoot::ceremony::shipped().iter();
    let (_, text) = shipped
        .clone()
        .find(|(name, _)| *name == "first-key.toml")
        .unwrap();
    String::from_utf8(text.to_vec()).unwrap()
}

/// The first key's script with a line of `person` more than once.
fn with_place(script: &str, after: &str, place: &str) -> String {
    let at = script.find(after).unwrap();
    let (head, tail) = script.split_at(at);
    format!("{head}{place}\n  {tail}")
}

fn flat(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Production asks for a green rehearsal of the very script, which none of these could ever have: places bound by an approval
/// key, more custodians, another witness, another administrator.
#[test]
fn a_script_with_more_people_or_named_ones_is_rehearsed_where_production_asks_for_it() {
    let room = Room::new();
    let first = "{ id = \"first\",  role = \"custodian\" }";
    let watch = "{ id = \"watch\",  role = \"witness\" }";
    let present = "who    = [\"lead\", \"first\", \"second\", \"watch\"]";
    let script = first_key();
    for part in [first, watch, present] {
        assert!(script.contains(part), "{part}");
    }
    let key = |digits: &str| format!("key = \"{}\" }}", digits.repeat(32));
    let keyed = script
        .replacen(first, &first.replace('}', &format!(", {}", key("ab"))), 1)
        .replacen(watch, &watch.replace('}', &format!(", {}", key("cd"))), 1);
    let more = with_place(&script, first, "{ id = \"extra\", role = \"custodian\" },");
    let more = with_place(&more, first, "{ id = \"other\", role = \"custodian\" },");
    let more = with_place(&more, first, "{ id = \"sees\", role = \"witness\" },");
    let more = with_place(&more, first, "{ id = \"asks\", role = \"administrator\" },");
    let everybody = "who    = [\"lead\", \"first\", \"second\", \"watch\", \"extra\", \"other\", \"sees\", \"asks\"]";
    let more = more.replacen(present, everybody, 1);
    for (name, text) in [("keyed", &keyed), ("more", &more)] {
        room.write(&format!("{name}.toml"), text);
        let line = format!("play {name}.toml --headless --out {name}");
        let ran = room.run(&line);
        assert_eq!(ran.status, 0, "{name}: {}", ran.err);
        let linted = room.run(&format!("lint {name}.toml"));
        assert_eq!(linted.status, 0, "{}", linted.out);
    }
    let report = flat(&std::fs::read_to_string(room.path("keyed").join("report.txt")).unwrap());
    let told = "practice people had the places that the script gives to one person by the approval key: first: Ana, watch: Wim";
    assert!(report.contains(told), "{report}");
    let report = std::fs::read_to_string(room.path("more").join("report.txt")).unwrap();
    for name in ["Jon", "Pia", "Abe"] {
        assert!(report.contains(name), "{name}: {report}");
    }
    // A kept rehearsal vault takes the keyed script as well, and no other vault does.
    room.ok("init r.vault --rehearse");
    let page = room.ok("brief keyed.toml --vault r.vault");
    assert!(!page.contains("  NO  "), "{page}");
    room.test_vault();
    let ran = room.run("brief keyed.toml --vault t.vault --unlock-file people.json");
    assert_eq!(ran.status, 3, "{}", ran.out);
    let ran = room.run("play keyed.toml --headless --vault t.vault --unlock-file people.json");
    assert_ne!(ran.status, 0);
    assert!(ran.err.contains("no such person"), "{}", ran.err);
}

/// A page said "2 custodians approve" of an export that three sign, and nothing of what production asks for under a rotation;
/// it ended with 0 for a script that stopped for good in that vault.
#[test]
fn a_brief_says_how_many_this_vault_asks_for_under_each_act() {
    let room = Room::new();
    room.ok("init r.vault --profile rehearsal --quorum 3/5 --unlock-file five.json");
    let open = "--vault r.vault --unlock-file five.json";
    let page = flat(&room.ok(&format!("brief kek-to-aws-rsa.toml {open}")));
    let says = "lead asks, 3 custodians approve (this vault asks for 3, the script for 2)";
    assert!(page.contains(says), "{page}");
    // Without its policy the public part says as much at least.
    let page = flat(&room.ok("brief kek-to-aws-rsa.toml --vault r.vault"));
    let says = "lead asks, 3 custodians approve (this vault asks for at least 3, the script for 2)";
    assert!(page.contains(says), "{page}");
    room.ok(&format!("brief custodian-replacement.toml {open}"));
    for (name, says) in [
        (
            "custodian-replacement.toml",
            "never fewer than two, for: Replace a person",
        ),
        ("vault-recovery.toml", "never fewer than two, for: Rotate"),
        ("recovery-set.toml", "never fewer than two, for: "),
    ] {
        let page = flat(&room.ok(&format!("brief {name}")));
        assert!(page.contains(says), "{name}: {page}");
    }
    let page = flat(&room.ok("brief first-key.toml"));
    assert!(!page.contains("never fewer than two, for"), "{page}");
    // The script of before, which named two for an act that three sign.
    let shipped = keymoot::ceremony::shipped().iter();
    let (_, text) = shipped
        .clone()
        .find(|(name, _)| *name == "custodian-replacement.toml")
        .unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    let two = text.replace(
        "approve  = { count = 2 }",
        "approve  = { count = 2, from = [\"first\", \"second\"] }",
    );
    assert_ne!(two, text);
    room.write("two.toml", two);
    for opened in [open, "--vault r.vault"] {
        let ran = room.run(&format!("brief two.toml {opened}"));
        assert_eq!(ran.status, 3, "{}", ran.out);
        let says = "NO Step 4, replace: 3 custodians must approve it in this vault, and 2 may.";
        assert!(flat(&ran.out).contains(says), "{}", ran.out);
    }
    let ran = room.run(&format!("play two.toml --headless {open} --out out"));
    assert_ne!(ran.status, 0);
    assert!(
        ran.err.contains("Step 4, replace: 3 custodians"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("Nothing was begun."), "{}", ran.err);
}

/// Whoever gives up a place need not come, so that nobody's order of opening says who it is.
#[test]
fn whoever_leaves_is_named_where_the_ceremony_begins() {
    let room = Room::new();
    room.ok("init r.vault --profile rehearsal --quorum 3/5 --unlock-file five.json");
    let play = "play custodian-replacement.toml --headless --vault r.vault --unlock-file five.json";
    for (people, says) in [
        (
            "--person leaver=custodian-2 --person first=custodian-2",
            "nobody has two",
        ),
        (
            "--person newcomer=custodian-1",
            "custodian-1 is a person of this vault already",
        ),
    ] {
        let refused = room.run(&format!("{play} {people}"));
        assert_ne!(refused.status, 0);
        assert!(
            refused.err.contains(says) && refused.err.contains("Nothing was begun"),
            "{}",
            refused.err
        );
    }
    room.ok(&format!("{play} --person leaver=custodian-2 --out out"));
    let report = flat(&std::fs::read_to_string(room.path("out/report.txt")).unwrap());
    let says = "custodian-2, custodian, gave up the place";
    assert!(report.contains(says), "{report}");
}

/// A page said of a place that only one person may have what it says of any other, and counted two custodians of a vault that
/// three open and three sign in.
#[test]
fn a_brief_says_who_has_a_bound_place_and_counts_whom_the_vault_takes() {
    let room = Room::new();
    let made = room.ok("init r.vault --profile test --quorum 3/5 --unlock-file five.json");
    let open = "--vault r.vault --unlock-file five.json";
    let told = part_of(&room.ok("brief kek-to-aws-rsa.toml"));
    assert!(told.starts_with("4 different people"), "{told}");
    assert!(
        told.contains("The vault is opened by as many custodians as it takes."),
        "{told}"
    );
    for page in [
        format!("kek-to-aws-rsa.toml {open}"),
        "kek-to-aws-rsa.toml --vault r.vault".into(),
    ] {
        let told = part_of(&room.ok(&format!("brief {page}")));
        assert!(told.starts_with("5 different people"), "{told}");
        assert!(
            told.contains("and 1 more of role custodian, to open the vault and to approve"),
            "{told}"
        );
        assert!(
            told.contains("This vault is opened by 3 custodians, who are counted here."),
            "{told}"
        );
    }
    let (_, form) = made.split_once("custodian-2\nRole").unwrap();
    let (_, form) = form.split_once("fingerprint:").unwrap();
    let (form, _) = form.split_once("The same").unwrap();
    let digits = flat(form);
    let fingerprint = digits.replace(' ', "");
    let first = "{ id = \"first\",  role = \"custodian\" }";
    let script = first_key();
    let keyed = |key: &str| {
        script.replacen(
            first,
            &first.replace('}', &format!(", key = \"{key}\" }}")),
            1,
        )
    };
    room.write("keyed.toml", keyed(&fingerprint));
    let told = part_of(&room.ok("brief keyed.toml"));
    let only = format!("for one person only: whoever has the approval key {digits}");
    assert!(told.contains(&only), "{told}");
    assert!(!told.contains("custodian-2"), "{told}");
    // Who that is stands in the sealed part of the vault.
    let told = part_of(&room.ok("brief keyed.toml --vault r.vault"));
    assert!(
        told.contains(&only) && !told.contains("custodian-2"),
        "{told}"
    );
    let told = part_of(&room.ok(&format!("brief keyed.toml {open}")));
    assert!(
        told.contains(&only) && told.contains("in this vault custodian-2"),
        "{told}"
    );
    room.write("nobody.toml", keyed(&"ab".repeat(32)));
    let ran = room.run(&format!("brief nobody.toml {open}"));
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(flat(&ran.err).contains(&"ab".repeat(32)), "{}", ran.err);
}

/// What a page says of who comes.
fn part_of(page: &str) -> String {
    let (_, rest) = page.split_once("WHO COMES").unwrap();
    let (part, _) = rest.split_once("WHICH KEYS").unwrap();
    flat(part.trim_start_matches(['\n', '-', '=']))
}
