//! Every screen in the states that are alike on all of them: hidden by the lock, in a production vault, in a rehearsal,
//! and with what somebody did wrong. Each is steered to by the keys that people press (`storm_tests`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::app::State;
use super::browse::{Entry, Kind, Listing};
use super::lock::{IDLE_MINUTES, Locked, Why};
use super::message::{Msg, News};
use super::room::{Room, practice_session};
use super::screens::act::Act;
use super::screens::restore::{Restore, Restored};
use super::screens::root::ImportRoot;
use super::snapshot;
use super::storm_tests::{Way, acts, folders, steered, top, ways};
use crate::session::op::Op;
use crate::session::{op_custody, op_exchange};

/// Screens whose picture in production another test keeps, or which no vault in production has behind them.
const ELSEWHERE: [&str; 12] = [
    "Clock",
    "Create a vault",
    "Custodians",
    "Deletions",
    "Doctor",
    "Home",
    "Key",
    "Keys",
    "Leave",
    "QR code",
    "Unlock",
    "Welcome",
];

/// Screens of a rehearsal whose pictures are kept without one elsewhere.
const REHEARSED: [&str; 10] = [
    "Begin a ceremony",
    "Ceremonies",
    "Choose a file",
    "Files of a run",
    "QR code",
    "Restored",
    "Return to a copy",
    "Review",
    "Settings",
    "Write file",
];

/// What goes wrong at a screen: the screen, and the keys.
const WRONG: [(&str, &str); 12] = [
    ("Act", "<Down><Enter>"),
    ("Ask", "wrong words<Enter>"),
    (
        "Change of people or shares",
        "<Enter><Enter>wrong words<Enter>",
    ),
    ("Choose a file", ""),
    ("Create key", "<Enter><End><Enter>"),
    ("Delete key", "<C-u>999<Enter>"),
    ("Exchange", "<Enter>nowhere<Enter>"),
    ("Import root", "nowhere<Enter>"),
    ("Menu", "<Down><Down><Enter>"),
    ("Refuse", "<Enter><Enter>"),
    ("Sign the bundle", "<Enter><Enter>wrong words<Enter>"),
    ("Write file", "<C-u>Cargo.toml<Enter>"),
];

/// A screen's name as its pictures are called.
fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

/// A folder that is the same on every machine.
fn listing() -> Listing {
    let entry = |kind, name: &str, what: &str| Entry {
        kind,
        name: name.into(),
        path: Path::new("/home/ana").join(name),
        what: what.into(),
        vault: false,
    };
    Listing {
        folder: "/home/ana".into(),
        entries: vec![
            entry(Kind::Medium, "/media/BLUE", "removable medium"),
            entry(Kind::Folder, "..", "the folder above"),
            entry(Kind::Folder, "acme.vault", "a keymoot vault"),
            entry(Kind::File, "p.json", "GetParametersForImport response"),
        ],
    }
}

/// The room with this screen on top; no folder of this machine is on it.
fn at(way: Way, place: &Path) -> Room {
    let name = way.0;
    match name {
        "Restored" => {
            let told = [
                "B1 is restored to /home/ana/new.vault.",
                "WITNESS CARD velvet anchor lunar crisp mango tidal",
            ];
            let told = told.map(str::to_owned).to_vec();
            Room::new(
                Restored::new(told, PathBuf::from("/home/ana/new.vault")),
                practice_session(false),
            )
        }
        "Return to a copy" => Room::new(Restore::new(), practice_session(false)),
        "Choose a file" => {
            let mut room = Room::new(ImportRoot::new(), practice_session(false));
            // What lies in the folders of this machine is not asked for.
            snapshot::press(&mut room.state, "<F6>");
            told(&mut room, News::Listed(listing()));
            room
        }
        _ => steered(way, place).unwrap(),
    }
}

fn told(room: &mut Room, news: News) {
    let view = room.state.world.view.clone();
    room.message(Msg::Desk(Box::new(news), view));
}

fn each(mut draw: impl FnMut(Way, Room)) {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    for way in ways() {
        draw(way, at(way, place.path()));
    }
}

/// Whatever lies beneath, the page over it is the very same: nothing of a screen is left on it, neither words nor style.
#[test]
fn the_lock_shows_nothing_of_any_screen_beneath() {
    let look = snapshot::appearance();
    each(|way, mut room| {
        if way.0 == "Locked" {
            return;
        }
        room.advance(IDLE_MINUTES * 60 * 1000);
        assert_eq!(top(&room), "Locked", "over {}", way.0);
        let page = Locked::new(Why::Idle(IDLE_MINUTES * 60 * 1000), &room.state.world);
        let mut alone = State::new(room.state.world.clone(), Box::new(page));
        alone.world.size = (80, 24);
        for (width, height) in [(80, 24), (140, 40), (20, 5)] {
            let over = snapshot::drawn(&mut room.state, width, height, &look);
            let alone = snapshot::drawn(&mut alone, width, height, &look);
            let (body, keys) = (usize::from(width * (height - 1)), snapshot::text(&over));
            // A watch that is being read hides the machine's time there too.
            let first = usize::from(width) * usize::from(way.0 == "Clock");
            assert!(
                over.content[first..body] == alone.content[first..body],
                "{}\n{keys}",
                way.0
            );
        }
    });
}

#[test]
fn every_screen_of_a_vault_is_drawn_in_production() {
    each(|way, mut room| {
        if ELSEWHERE.contains(&way.0) {
            return;
        }
        room.goes_into_production();
        // What was proposed as practice goes when the page is asked for again.
        room.press(match way.0 {
            "Ask" | "Compare" => "<Esc><Enter>",
            "Change of people or shares" => "<Enter><Enter>",
            _ => "",
        });
        assert_eq!(top(&room), way.0);
        assert!(!room.text().contains("practice"), "{}", room.text());
        room.shows(&["■ PRODUCTION ■"]);
        snapshot::check(&format!("{}-production", slug(way.0)), &mut room.state);
    });
}

#[test]
fn every_screen_is_drawn_in_a_rehearsal() {
    each(|way, mut room| {
        if REHEARSED.contains(&way.0) {
            room.shows(&["REHEARSAL"]);
            snapshot::check(&format!("{}-rehearsal", slug(way.0)), &mut room.state);
        }
    });
}

#[test]
fn what_goes_wrong_is_drawn() {
    let mut left: Vec<&str> = WRONG.iter().map(|(name, _)| *name).collect();
    each(|way, mut room| {
        let Some((name, keys)) = WRONG.iter().find(|(name, _)| *name == way.0) else {
            return;
        };
        // What is written would be written: it is not, for the name is taken.
        room.writes_below = None;
        room.press(keys);
        if *name == "Choose a file" {
            snapshot::press(&mut room.state, "<Up><Enter>");
            let why = "/home/ana/acme.vault cannot be read (Permission denied). Nothing was changed; choose another folder.";
            told(&mut room, News::Refused(why.into()));
        }
        assert_eq!(top(&room), *name, "{}", room.text());
        snapshot::check(&format!("{}-error", slug(name)), &mut room.state);
        left.retain(|l| l != name);
    });
    assert!(left.is_empty(), "{left:?}");
}

/// The name of the picture of an act's page; none where there is nothing to draw.
fn page(op: &Op) -> Option<String> {
    match op.name {
        // It is off where there is no copy, as here.
        name if name == op_custody::ATTEST_DESTROYED.name => None,
        _ if op.title == op_exchange::EXPORT_IPEK.title => Some("act-form-export-ipek".to_owned()),
        // Kept where it is played through.
        "get-parameters-for-import" => Some("act-parameters".to_owned()),
        name => Some(format!("act-form-{name}")),
    }
}

/// The page of every act, as it is drawn from its declaration, in a vault with keys of every sort.
#[test]
fn every_act_has_its_page() {
    let room = super::screens::tests::full();
    for op in acts() {
        let Some(name) = page(op) else {
            continue;
        };
        let page = Act::of(op, None, &room.state.world);
        let mut state = State::new(room.state.world.clone(), Box::new(page));
        snapshot::check(&name, &mut state);
    }
}

/// The pictures that are drawn here: every screen's that the lists above name, and every act's.
pub(super) fn pictures() -> BTreeSet<String> {
    let screens = ways().into_iter().map(|way| way.0);
    let production = screens.filter(|name| !ELSEWHERE.contains(name));
    let production = production.map(|name| format!("{}-production", slug(name)));
    let rehearsed = REHEARSED.map(|name| format!("{}-rehearsal", slug(name)));
    let wrong = WRONG.map(|(name, _)| format!("{}-error", slug(name)));
    let pages = acts().into_iter().filter_map(page);
    let all = production.chain(rehearsed).chain(wrong).chain(pages);
    all.collect()
}
