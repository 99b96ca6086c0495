//! The reference pages in `docs/`, written from the declarations. `KEYMOOT_WRITE_DOCS=1 cargo test --test cli`
//! writes them; without it a stale page fails.

use std::fmt::Write as _;

use keymoot::ceremony::{Script, ops, ops_carry, ops_components};
use keymoot::session::field::{Field, Kind};
use keymoot::session::op::{self, Op};

use crate::help::subcommands;
use crate::program::{Room, repository};

const DO_NOT_EDIT: &str =
    "Written from the program by `KEYMOOT_WRITE_DOCS=1 cargo test --test cli`; do not edit.";

fn fresh(name: &str, page: &str) {
    let file = repository(name);
    if std::env::var_os("KEYMOOT_WRITE_DOCS").is_some() {
        std::fs::write(&file, page).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == page,
        "{name} is stale: KEYMOOT_WRITE_DOCS=1 cargo test --test cli"
    );
}

#[test]
fn the_command_line_page_is_fresh() {
    let mut page =
        format!("# Command line\n\nWhat `--help` prints, command by command. {DO_NOT_EDIT}\n");
    let room = Room::new();
    let mut add = |heading: &str, line: &str| {
        let text = room.ok(line);
        write!(
            page,
            "\n## {heading}\n\n```text\n{}\n```\n",
            text.trim_end()
        )
        .unwrap();
    };
    add("keymoot", "--help");
    for path in subcommands() {
        let path = path.join(" ");
        add(&format!("keymoot {path}"), &format!("{path} --help"));
    }
    fresh("docs/cli.md", &page);
}

#[test]
fn the_page_of_steps_is_fresh() {
    let mut page = format!(
        "# Steps\n\nWhat a script may write in `op`, and what it asks. {DO_NOT_EDIT}\n\n\
         ## Acts\n\nThey change the vault or let something out, and need approval.\n"
    );
    // As scripts have them: a copy's folder is asked beside the act's own fields.
    for op in op::OPS.iter().filter_map(|op| ops::named(op.name)) {
        describe(op, &mut page);
    }
    page.push_str("\n## Ceremony\n\nThey change nothing in the vault but its record.\n");
    for op in ops::OPS {
        describe(op, &mut page);
    }
    page.push_str(
        "\n## Components\n\nEach is one custodian's turn with one component, alone at the screen; it needs no approval.\n",
    );
    for op in ops_components::OPS {
        describe(op, &mut page);
    }
    page.push_str(
        "\n## Carried keys\n\nA key goes from one device to another; this vault never holds it, so nothing is approved.\n",
    );
    for op in ops_carry::OPS {
        describe(op, &mut page);
    }
    for name in ops::names() {
        assert!(page.contains(&format!("### `{name}`\n")), "{name}");
    }
    fresh("docs/steps.md", &page);
}

/// The table of rules is read before anybody knows that there is `lint --explain`.
#[test]
fn the_page_of_scripts_names_every_rule_of_the_linter() {
    let page = std::fs::read_to_string(repository("docs/scripts.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| L"));
    let named: Vec<String> = rows
        .map(|row| format!("L{}", row.split(' ').next().unwrap()))
        .collect();
    let rules: Vec<&str> = keymoot::ceremony::RULES
        .iter()
        .map(|rule| rule.id)
        .collect();
    assert_eq!(named, rules);
}

/// The names that the reader of scripts knows in a table: what it says where it meets one that it does not know.
fn known(table: &str) -> Vec<String> {
    let script = format!("version = 1\nid = \"x\"\ntitle = \"X\"\n{table}\nno-such-member = 1\n");
    let Err(found) = Script::parse(script.as_bytes()) else {
        panic!("{table}: it takes every member");
    };
    let told = found
        .iter()
        .find(|f| f.message.starts_with("`no-such-member`"));
    let message = &told.unwrap().message;
    let (_, names) = message.split_once("Known here: ").unwrap();
    let (names, _) = names.split_once('.').unwrap();
    names.split(", ").map(str::to_owned).collect()
}

/// A script can be written with the page alone: it names every member of a step, a key and an input.
#[test]
fn the_page_of_scripts_names_every_member() {
    let page = std::fs::read_to_string(repository("docs/scripts.md")).unwrap();
    let tables = [
        ("[[step]]", "[[step]]\nid = \"n\"\nop = \"present\""),
        ("[[key]]", "[[key]]\nid = \"k\""),
        ("[[input]]", "[[input]]\nid = \"i\""),
    ];
    for (name, table) in tables {
        let heading = format!("### Members of `{name}`");
        let (_, section) = page.split_once(&heading).unwrap();
        let section = section.split("\n#").next().unwrap();
        for member in known(table) {
            assert!(
                section.contains(&format!("| `{member}`")),
                "{name}: {member}"
            );
        }
    }
}

fn describe(op: &Op, page: &mut String) {
    write!(page, "\n### `{}`\n\n{}: {}.", op.name, op.title, op.does).unwrap();
    if op.uses_secret {
        page.push_str(" It opens a secret, so it takes t custodians whatever the policy says.");
    }
    if let Some(phrase) = op.phrase {
        write!(page, " At the terminal the word `{phrase}` is typed first.").unwrap();
    }
    page.push('\n');
    if !op.fields.is_empty() {
        page.push_str("\n| field | takes | |\n|--|--|--|\n");
    }
    for field in op.fields {
        let optional = if ops::stands_in_key(op, field) {
            " (stands in `[[key]]`)"
        } else if field.optional {
            " (may be left out)"
        } else {
            ""
        };
        writeln!(
            page,
            "| `{}` | {}{optional} | {} |",
            field.id,
            takes(field),
            field.hint
        )
        .unwrap();
    }
}

fn takes(field: &Field) -> String {
    match field.kind {
        Kind::Text { max } => format!("text, up to {max} characters"),
        Kind::Hex { min, max } if min == max => format!("{min} hex digits"),
        Kind::Hex { min, max } => format!("{min} to {max} hex digits"),
        Kind::Choice(choices) => choices
            .iter()
            .map(|c| format!("`{}`", c.id))
            .collect::<Vec<_>>()
            .join(" or "),
        Kind::Number { min, max } => format!("a whole number, {min} to {max}"),
        Kind::Usage => "a key usage, by code or name".into(),
        Kind::Algorithm => "a key algorithm".into(),
        Kind::Modes => "modes of use".into(),
        Kind::YesNo => "yes or no".into(),
        Kind::File => "a file, up to 1 MiB".into(),
        Kind::Key => "a key".into(),
        Kind::Person => "a person; in a script a declared place".into(),
        Kind::Fingerprint => "a SHA-256 fingerprint, hex or words".into(),
        Kind::DateTime => "date and time, UTC".into(),
        Kind::Day => "day, UTC".into(),
        Kind::Span => "a span: an integer and `s`, `m`, `h` or `d`".into(),
        Kind::Passphrase => "a passphrase".into(),
        Kind::Component => "a component, hex digits".into(),
        Kind::Confirm => "Enter".into(),
    }
}
