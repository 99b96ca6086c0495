//! Going back loses nothing that was typed or chosen: every page of every wizard, and every field of every act.

use std::path::Path;

use super::keys::Verb;
use super::lock::IDLE_MINUTES;
use super::room::Room;
use super::screen::Screen;
use super::storm_tests::{Way, act, acts, folders, steered, top, ways};

/// The path is typed and the file read: its page then says what it is.
const SAMPLE_READ: &str = "ceremonies/samples/get-parameters-for-import-rsa2048.json<Enter>";
const OTHER_READ: &str = "ceremonies/samples/get-parameters-for-import-rsa3072.json<Enter>";

/// The answers of a page: what stands in its fields and what is chosen, without the marks of where the cursor is, and
/// without what is said in passing.
fn answers(room: &mut Room) -> Vec<String> {
    let text = room.text();
    let page = text.lines().take(19).map(|line| {
        let right = line.rsplit('│').next().unwrap_or(line);
        right.replace(['►', '↑', '↓'], " ")
    });
    let words = page.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let hints = ["practice answer", "Nothing is typed"];
    words
        .filter(|line| !line.is_empty() && !hints.iter().any(|hint| line.contains(hint)))
        .collect()
}

/// A way through a wizard: what is answered on each page before Enter, and the key that leads back.
struct Walk {
    screen: &'static str,
    first: &'static str,
    pages: &'static [&'static str],
    back: &'static str,
}

const WALKS: &[Walk] = &[
    Walk {
        screen: "Create key",
        first: "",
        pages: &["<Down>", "<Down>", "", "<Down>", "kek-漢 two"],
        back: "<Esc>",
    },
    Walk {
        screen: "Export by RSA wrap",
        first: "",
        pages: &["", SAMPLE_READ, "", "<Down>", "<C-u>elsewhere<Tab>"],
        back: "<Esc>",
    },
    Walk {
        screen: "Import root",
        first: "",
        pages: &[OTHER_READ],
        back: "<Esc>",
    },
    Walk {
        screen: "Delete key",
        first: "",
        pages: &["<C-u>33"],
        back: "<Esc>",
    },
    Walk {
        screen: "Create a vault",
        first: "",
        pages: &[
            "<C-u>other.vault",
            "<Down>",
            "<C-u>4<Tab><C-u>3",
            "Ana<Tab>Ben<Tab>Cho<Tab>Dee<Tab>Ada<Tab>Wim",
        ],
        back: "<Esc>",
    },
    // An act's page and its review.
    Walk {
        screen: "Key",
        first: "m<Enter>",
        pages: &["alias/zmk"],
        back: "<Esc>",
    },
];

fn way(name: &str) -> Way {
    ways().into_iter().find(|way| way.0 == name).unwrap()
}

fn walked(walk: &Walk, place: &Path) {
    let mut room = steered(way(walk.screen), place).unwrap();
    room.press(walk.first);
    let mut seen = Vec::new();
    for (n, keys) in walk.pages.iter().enumerate() {
        room.press(keys);
        seen.push(answers(&mut room));
        let page = room.text();
        room.press("<Enter>");
        let next = room.text();
        assert!(
            next != page && !next.contains("STOP"),
            "{} {n}\n{next}",
            walk.screen
        );
    }
    for (n, page) in seen.iter().enumerate().rev() {
        room.press(walk.back);
        assert_eq!(&answers(&mut room), page, "{}, page {n}", walk.screen);
    }
    // And on again, with nothing typed anew: the same pages, as far as Enter goes from one to the next.
    for (page, keys) in seen.iter().zip(walk.pages) {
        if keys.contains("<Tab>") {
            break;
        }
        assert_eq!(&answers(&mut room), page, "{} once more", walk.screen);
        room.press("<Enter>");
    }
}

#[test]
fn every_wizard_goes_back_page_by_page_with_everything_in_it() {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    for walk in WALKS {
        walked(walk, place.path());
    }
}

/// The label of the field at hand.
fn focus(room: &mut Room) -> String {
    let text = room.text();
    let here = text.lines().filter_map(|line| line.rsplit_once("│ ► "));
    here.map(|(_, label)| label.split("  ").next().unwrap_or_default().to_owned())
        .next()
        .unwrap_or_default()
}

/// Types a mark of its own into every text field of a page, and chooses another entry wherever one chooses.
fn filled(room: &mut Room) -> usize {
    let mut fields = 0;
    for n in 0..16 {
        let typing = room.state.top().is_some_and(Screen::typing);
        if typing {
            room.press(&format!("<C-u>mark{n}"));
        } else {
            room.press("<Down>");
        }
        fields += 1;
        let more = room
            .state
            .offers()
            .iter()
            .any(|o| o.verb == Verb::NextField);
        let before = focus(room);
        room.press("<Tab>");
        if !more || focus(room) == before {
            break;
        }
    }
    fields
}

fn same(now: &[Vec<String>], before: &[Vec<String>], name: &str) {
    assert_eq!(now.len(), before.len(), "{name}");
    for (now, before) in now.iter().zip(before) {
        assert_eq!(now, before, "{name}");
    }
}

#[test]
fn every_field_of_every_act_keeps_its_answer_whatever_is_looked_at() {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    let (mut pages, mut marks) = (0, 0);
    for op in acts() {
        let mut room = act(op, place.path());
        let fields = filled(&mut room);
        let typed = |room: &mut Room| {
            // The whole form, field by field from the first.
            for _ in 0..fields {
                room.press("<BackTab>");
            }
            let mut all = Vec::new();
            for _ in 0..fields {
                let mut here = answers(room);
                here.retain(|line| !line.contains("more below"));
                all.push(here);
                room.press("<Tab>");
            }
            all
        };
        let before = typed(&mut room);
        marks += before.last().map_or(0, |page| {
            page.iter().filter(|line| line.contains("mark")).count()
        });
        // Help, the palette, the settings, the question of leaving, and Esc that asks first.
        for keys in ["<F1><Esc>", "<C-p><Esc>", "<C-c><Enter>", "<Esc><F2>"] {
            room.press(keys);
            assert_eq!(
                top(&room),
                "Act",
                "{} after {keys}\n{}",
                op.name,
                room.text()
            );
        }
        same(&typed(&mut room), &before, op.name);
        // The lock wipes secrets alone.
        room.advance(IDLE_MINUTES * 60 * 1000);
        assert_eq!(top(&room), "Locked");
        room.press("<Enter><Enter><F5><Enter>");
        assert_eq!(top(&room), "Act", "{}\n{}", op.name, room.text());
        same(&typed(&mut room), &before, op.name);
        pages += 1;
    }
    assert!(pages > 20 && marks > 40, "{pages} pages, {marks} marks");
}
