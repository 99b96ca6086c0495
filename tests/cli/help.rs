//! Help, usage errors, and what needs a terminal.

use crate::program::Room;

pub(crate) fn subcommands() -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for command in keymoot::cli::command().get_subcommands() {
        let name = command.get_name().to_owned();
        found.push(vec![name.clone()]);
        for inner in command.get_subcommands() {
            found.push(vec![name.clone(), inner.get_name().to_owned()]);
        }
    }
    found
}

#[test]
fn help_of_every_command_fits_a_screen_and_has_an_example() {
    let room = Room::new();
    for path in subcommands() {
        let text = room.ok(&format!("{} --help", path.join(" ")));
        assert!(text.lines().count() <= 40, "{path:?}\n{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
        assert!(text.contains("Example:\n  keymoot "), "{path:?}\n{text}");
    }
}

#[test]
fn the_overview_lists_every_command_and_status() {
    let text = Room::new().ok("--help");
    for path in subcommands().iter().filter(|p| p.len() == 1) {
        assert!(text.contains(&format!("\n  {}", path[0])), "{path:?}");
    }
    for status in ["  0  ", "  1  ", "  2  ", "  3  ", "254  "] {
        assert!(text.contains(status), "{status}");
    }
    assert!(text.lines().count() <= 40, "{text}");
}

#[test]
fn usage_errors_end_with_2() {
    let room = Room::new();
    for line in [
        "frob",
        "call",
        "call create-key",
        "call create-key --rehearse --vault x.vault",
        "call create-key --batch - --rehearse",
        "call create-key --rehearse --seed",
        "call create-key --rehearse --clock yesterday",
        "call create-key --rehearse --unlock-file people.json",
        "play first-key.toml --input counterparty",
        "play first-key.toml --resume",
        "play --headless",
        "init x.vault --quorum 1/3 --unlock-file people.json",
        "init x.vault --profile bogus",
        "init x.vault --profile production --unlock-file people.json",
        "init x.vault --profile test --unlock-file people.json --seed s",
        "init x.vault --profile test --unlock-file people.json --clock 2026-12-01T09:00:00Z",
        "init x.vault --account 1 --rehearse",
        "completions tcsh",
        "--vault x.vault doctor",
    ] {
        let ran = room.run(line);
        assert_eq!(ran.status, 2, "{line}\n{}", ran.err);
        assert_eq!(ran.out, "", "{line}");
        assert!(!ran.err.is_empty(), "{line}");
    }
    assert!(!room.path("x.vault").exists());
    assert!(!room.path("people.json").exists());
}

#[test]
fn without_a_terminal_people_are_missed_and_the_way_out_is_named() {
    let room = Room::new();
    for (line, hint) in [
        ("", "--headless"),
        ("--vault x.vault", "--headless"),
        ("play kek-to-aws-rsa.toml", "--headless"),
        ("init x.vault", "--unlock-file"),
        ("init x.vault --profile production", "--unlock-file"),
    ] {
        room.run(line).refused(3, hint);
    }
    assert!(!room.path("x.vault").exists());
}

#[test]
fn completions_and_manual_are_drawn_from_the_same_tree() {
    let room = Room::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(room.ok(&format!("completions {shell}")).contains("inspect"));
    }
    assert!(room.ok("man").starts_with(".ie"));
    assert!(room.ok("man play").contains("headless"));
    room.run("man frob").refused(2, "frob");
    // Each page that another one names can be printed, by the name that stands there as well.
    for path in subcommands() {
        let page = room.ok(&format!("man {}", path.join(" ")));
        let by_name = room.ok(&format!("man keymoot-{}", path.join("-")));
        assert_eq!(page, by_name, "{path:?}");
        let name = path.last().unwrap();
        assert!(page.replace("\\-", "-").contains(name.as_str()), "{path:?}");
    }
    room.run("man vault frob").refused(2, "vault frob");
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let room = Room::new();
    let mut child = room
        .command("man play")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn doctor_is_one_object() {
    let room = Room::new();
    let health = room.json("doctor --json");
    assert_eq!(health["checks"].as_array().unwrap().len(), 8);
    assert_eq!(health["sha256"].as_str().unwrap().len(), 64);
    assert!(room.ok("doctor").contains("Fit for:"));
}
