//! Whatever letters people type or paste: they are drawn inside their row, none of them turns the line round, and
//! Backspace takes them away again, in every text field of every screen.

use std::path::Path;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_width::UnicodeWidthStr;

use super::app::update;
use super::keys::Verb;
use super::message::Msg;
use super::room::Room;
use super::snapshot;
use super::storm_tests::{act, acts, folders, steered, ways};

/// Combining, wide, from right to left, turned round by a control, families of emoji, flags, zero width, a tag, and
/// what is no letter at all.
const ODD: &[&str] = &[
    "e\u{301}\u{323}\u{308}",
    "漢字カナ",
    "שלום עולם",
    "مرحبا",
    "a\u{202e}b\u{2066}c\u{2069}\u{200f}",
    "👩\u{200d}👩\u{200d}👧🏽",
    "🇳🇱🇧🇪",
    "x\u{200b}\u{feff}\u{ad}y",
    "\u{e0041}\u{fe0f}",
    "\u{301}\u{301}\u{301}",
    "ﷺ𒐫",
];

const SIZES: &[(u16, u16)] = &[(80, 24), (140, 40), (81, 25), (20, 5)];

/// Whether text is typed here, and whether it is a secret.
fn typing(room: &Room) -> Option<bool> {
    let screen = room.state.top()?;
    screen.typing().then(|| screen.secret())
}

fn key(room: &mut Room, code: KeyCode) {
    room.state.mark_drawn();
    let key = KeyEvent::new(code, KeyModifiers::NONE);
    update(&mut room.state, Msg::Key(Box::new(key)));
}

/// Every row is as wide as the screen, and holds nothing that a terminal obeys or that turns its text round.
fn well_drawn(room: &mut Room, name: &str, sizes: &[(u16, u16)]) {
    for &(width, height) in sizes {
        let drawn = snapshot::drawn(&mut room.state, width, height, &snapshot::appearance());
        for row in drawn.content.chunks(usize::from(width)) {
            let mut at = 0;
            while let Some(cell) = row.get(at) {
                let symbol = cell.symbol();
                let obeyed = |c: char| {
                    c.is_control()
                        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
                };
                assert!(!symbol.chars().any(obeyed), "{name}: {symbol:?}");
                at += symbol.width().max(1);
            }
            assert_eq!(
                at,
                usize::from(width),
                "{name}: a letter hangs over the edge"
            );
        }
    }
}

/// Screens with a secret field, and the keys from the end of their way to it.
const SECRET: &[(&str, &str)] = &[
    ("Approve", "<Enter><Enter>"),
    ("Ask", ""),
    ("Change of people or shares", "<Enter><Enter>"),
    ("Create a vault", ""),
    ("Locked", "<Enter><Enter>"),
    ("Runner", ""),
    ("Sign the bundle", "<Enter><Enter>"),
    ("Unlock", "<Enter><Enter>"),
];

/// The screen with the cursor in its secret field.
fn at_secret((name, keys): (&str, &str), place: &Path) -> Room {
    let way = ways().into_iter().find(|way| way.0 == name).unwrap();
    let mut room = steered(way, place).unwrap();
    if name == "Create a vault" {
        room.press("<Enter><Enter><Enter><Enter>Ana<Enter>Ben<Enter>Cho<Enter>Ada<Enter>Wim<Enter><Enter><Enter><Enter>");
        return room;
    }
    room.press(keys);
    // Where the way goes on by itself: practice answers, until a secret is asked.
    for _ in 0..60 {
        if typing(&room) == Some(true) {
            break;
        }
        room.press("<F5><Enter>");
    }
    room
}

/// Text fields that are not where a way ends.
const FURTHER: &[(&str, &str)] = &[
    ("Keys", "/"),
    ("Audit", "/"),
    ("Audit", "g"),
    ("Exchange", "<Enter>"),
    ("Evidence", "i"),
    ("Create key", "<Enter><Enter><Enter><Enter>"),
    ("Delete key", "<Enter>"),
    ("Pause", "<Down><Down><Down><Enter><Down><Enter>"),
    ("Create a vault", "<Enter><Enter><Enter><Enter>"),
];

/// Goes through the fields of a page with each of these, and with all of them at once; returns how many took text.
fn through_fields(name: &str, room: &mut Room, each: &[&str]) -> usize {
    let mut texts = 0;
    for _ in 0..14 {
        if typing(room) == Some(false) {
            let before = room.text();
            for odd in each {
                for c in odd.chars() {
                    key(room, KeyCode::Char(c));
                }
                well_drawn(room, name, &[(80, 24)]);
                for _ in odd.chars() {
                    key(room, KeyCode::Backspace);
                }
            }
            for c in ODD.concat().chars() {
                key(room, KeyCode::Char(c));
            }
            room.message(Msg::Paste(ODD.concat().into()));
            well_drawn(room, name, SIZES);
            assert_ne!(room.text(), before, "{name} took nothing");
            key(room, KeyCode::Home);
            well_drawn(room, name, SIZES);
            texts += 1;
        }
        let offers = room.state.offers();
        if !offers.iter().any(|offer| offer.verb == Verb::NextField) {
            break;
        }
        room.press("<Tab>");
    }
    texts
}

#[test]
fn odd_letters_stay_in_their_field_on_every_screen() {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    let mut texts = 0;
    let ends = ways().into_iter().map(|way| (way, ""));
    let find = |name: &str| ways().into_iter().find(|way| way.0 == name).unwrap();
    let further = FURTHER.iter().map(|(name, keys)| (find(name), *keys));
    for (way, keys) in ends.chain(further) {
        let mut room = steered(way, place.path()).unwrap();
        room.press(keys);
        let took = through_fields(way.0, &mut room, ODD);
        assert!(
            keys.is_empty() || took > 0,
            "{} {keys}\n{}",
            way.0,
            room.text()
        );
        texts += took;
    }
    for op in acts() {
        let mut room = act(op, place.path());
        texts += through_fields(op.name, &mut room, &[]);
    }
    assert!(texts > 100, "{texts}");
}

/// A letter of however many bytes is one dot, and one Backspace.
#[test]
fn odd_letters_of_a_secret_are_counted_and_never_drawn() {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    for secret in SECRET {
        let mut room = at_secret(*secret, place.path());
        assert_eq!(typing(&room), Some(true), "{}\n{}", secret.0, room.text());
        for odd in ODD {
            let count = odd.chars().count();
            for c in odd.chars() {
                key(&mut room, KeyCode::Char(c));
            }
            well_drawn(&mut room, secret.0, &[(80, 24)]);
            let text = room.text();
            assert!(text.contains(&format!("{count} typed")), "{odd:?}\n{text}");
            assert!(!text.contains(odd), "{odd} is drawn at {}", secret.0);
            for _ in 0..count {
                key(&mut room, KeyCode::Backspace);
            }
            assert!(!room.text().contains('•'), "{odd:?}\n{}", room.text());
        }
    }
}

/// Where a secret is typed, nothing is taken that another program could have seen: a word says so, and the field stays
/// as it was.
#[test]
fn paste_is_refused_at_every_secret() {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    for secret in SECRET {
        let mut room = at_secret(*secret, place.path());
        assert_eq!(typing(&room), Some(true), "{}\n{}", secret.0, room.text());
        room.message(Msg::Paste("amber anchor".to_owned().into()));
        let text = room.text();
        assert!(
            text.contains("Paste is refused in a secret field"),
            "{text}"
        );
        assert!(!text.contains('•') && !text.contains(" 12 typed"), "{text}");
        // The word goes with the next key, and nothing of what was pasted is there.
        key(&mut room, KeyCode::Char('x'));
        room.shows(&["1 typed"]);
        assert!(!room.text().contains("Paste is refused"));
    }
}

/// Whoever adds a screen with a secret field adds it above.
#[test]
fn every_screen_with_a_secret_field_is_tried() {
    let secrets: Vec<&str> = SECRET.iter().map(|(name, _)| *name).collect();
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    for way in ways() {
        let room = steered(way, place.path()).unwrap();
        let signs = room.state.top().unwrap().signs().is_some();
        let asks = typing(&room) == Some(true);
        assert!(!(signs || asks) || secrets.contains(&way.0), "{}", way.0);
    }
}
