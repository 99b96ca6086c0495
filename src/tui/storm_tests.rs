//! Keys at random into every screen, at three sizes: nothing panics, and each takes as many itself as is asked for.
//!
//! Each screen is steered to by the keys that people press; then anything is pressed. What the desk is asked to write
//! goes into a folder of the test's own.

mod keys_page;
mod ways;

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::app::State;
use super::canvas::Appearance;
use super::keys::Verb;
use super::lock::IDLE_MINUTES;
use super::matrix_tests;
use super::message::{Msg, Order};
use super::room::{Room, played, practice_session, start};
use super::screens::act::Act;
use super::screens::compare::tests::waiting;
use super::screens::home::Home;
use super::screens::menu::listed;
use super::screens::restore::{Restore, Restored};
use super::screens::welcome::Welcome;
use super::snapshot;
use crate::ceremony::Answer;
use crate::session::happened::{self, Leads};
use crate::session::op::{self, Op};
use crate::session::{Environment, practice};
use crate::text::tr;
use crate::vault::FolderStore;

use ways::Begin;
pub(super) use ways::{Way, ways};

/// Keys that each screen takes itself: here, which makes ten thousand in all, and in the storm that is asked for by name.
const KEYS: usize = 250;
const KEYS_OF_A_STORM: usize = 10_000;

/// A page is drawn after every so many keys.
const DRAWN_EVERY: usize = 8;
/// After so many keys elsewhere it begins again at the screen.
const AWAY: usize = 12;

const SIZES: [(u16, u16); 3] = [(80, 24), (20, 5), (140, 40)];

/// Screens that a key opens over any other.
const OVER: [&str; 4] = ["Help", "Leave", "Palette", "Settings"];

/// The same path below a folder of the test's own.
fn below(place: &Path, path: &Path) -> PathBuf {
    let normal = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part),
        _ => None,
    });
    place.join(normal.collect::<PathBuf>())
}

/// What an order writes goes below `place`, and no search for primes is waited for.
pub(super) fn confined(order: Order, place: &Path, slip: Option<usize>) -> Order {
    match order {
        Order::Room(dir) => Order::Room(below(place, &dir)),
        Order::Create { dir, new, policy } => Order::Create {
            dir: below(place, &dir),
            new,
            policy,
        },
        Order::PlaceEnvelopes {
            folder,
            files,
            vault,
            taken,
        } => Order::PlaceEnvelopes {
            folder: below(place, &folder),
            files,
            vault,
            taken,
        },
        Order::Preview(mut draft) => {
            draft.out = draft.out.map(|out| below(place, &out));
            Order::Preview(draft)
        }
        Order::Ask {
            mut draft,
            issuer,
            signing,
        } => {
            draft.out = draft.out.map(|out| below(place, &out));
            Order::Ask {
                draft,
                issuer,
                signing,
            }
        }
        Order::Execute { ref cancel, .. } => {
            cancel.say();
            order
        }
        Order::Answer {
            mut answers,
            counted,
            stop,
        } => {
            if let Some(Answer::Text(path)) = slip.and_then(|at| answers.get_mut(at))
                && !path.is_empty()
            {
                *path = below(place, Path::new(path.as_str())).display().to_string();
            }
            stop.say();
            Order::Answer {
                answers,
                counted,
                stop,
            }
        }
        other => written_below(other, place),
    }
}

/// The same of orders that do nothing but write.
fn written_below(order: Order, place: &Path) -> Order {
    match order {
        Order::WriteOutputs(folder) => Order::WriteOutputs(below(place, &folder)),
        Order::WriteRun { run, folder } => Order::WriteRun {
            run,
            folder: below(place, &folder),
        },
        Order::Papers(folder) => Order::Papers(below(place, &folder)),
        Order::Card(folder) => Order::Card(below(place, &folder)),
        Order::HandOver(folder) => Order::HandOver(below(place, &folder)),
        Order::WriteUnwritten { sha256, folder } => Order::WriteUnwritten {
            sha256,
            folder: below(place, &folder),
        },
        Order::Save { path, bytes } => Order::Save {
            path: below(place, &path),
            bytes,
        },
        other => other,
    }
}

/// A vault in a folder, and a copy of it.
pub(super) fn folders(place: &Path) {
    let store = Box::new(FolderStore::create(&place.join("r.vault")).unwrap());
    let environment = Environment::seeded("storm").unwrap();
    let made = practice::vault(store, environment, Some(start()), true).unwrap();
    let mut session = made.session;
    let copy = place.join("copy");
    session.backup_automatic("stick 2", None, &copy).unwrap();
    session.close().unwrap();
}

fn begun(from: Begin, place: &Path) -> Room {
    let mut room = match from {
        Begin::Full => super::screens::tests::full(),
        Begin::Typed | Begin::Leapt => Room::new(Home::new(), practice_session(false)),
        Begin::Waiting => Room::new(Home::new(), waiting()),
        Begin::Welcome => Room::new(Welcome::default(), practice_session(false)),
        Begin::Copy => Room::new(Restore::new(), practice_session(false)),
        Begin::Played => {
            let mut session = played();
            session.forget_keys();
            Room::new(Home::new(), session)
        }
    };
    room.writes_below = Some(place.to_owned());
    match from {
        Begin::Leapt => {
            let mut view = room.state.world.view.as_deref().unwrap().clone();
            view.attested = false;
            view.kept = true;
            room.state.world.view = Some(Arc::new(view));
        }
        Begin::Welcome => {
            room.order(Order::Close);
            room.state.world.vaults = vec![place.join("r.vault")];
        }
        Begin::Copy => {
            let copy = place.join("copy");
            let mut names = (0..).map(|n| place.join(format!("new{n}")));
            let new = names.find(|folder| !folder.exists()).unwrap();
            room.press(&format!("{}<Enter>", copy.display()));
            room.press(&format!(
                "{}<Enter><Enter><Enter>a stick broke",
                new.display()
            ));
        }
        Begin::Full | Begin::Typed | Begin::Waiting | Begin::Played => {}
    }
    room
}

/// The name in the table of the screen on top.
pub(super) fn top(room: &Room) -> &'static str {
    called(room.state.top().map_or("", |screen| screen.name()))
}

/// The name in the table of a screen: acts and lists are called as their declarations have it.
pub(super) fn called(name: &'static str) -> &'static str {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    if NAMES.get_or_init(matrix_tests::names).contains(name) {
        return name;
    }
    let act = acts().iter().any(|op| tr(op.title) == name);
    if act { "Act" } else { "Menu" }
}

/// The acts that are asked for on a page drawn from their declaration: those of the lists, those that answer what
/// happened, and the copy.
pub(super) fn acts() -> Vec<&'static Op> {
    let mut acts = listed();
    for one in happened::HAPPENED {
        if let Leads::Act(op) = one.leads
            && !op.fields.is_empty()
            && acts.iter().all(|known| known.title != op.title)
        {
            acts.push(op);
        }
    }
    acts.push(&op::BACKUP);
    acts
}

/// The keys that people press, until the screen is there.
pub(super) fn steered(way: Way, place: &Path) -> Result<Room, String> {
    let (name, from, keys, again) = way;
    let mut room = begun(from, place);
    room.press(keys);
    if name == "Locked" {
        room.advance(IDLE_MINUTES * 60 * 1000);
    }
    for _ in 0..40 {
        let mut rest = again;
        while top(&room) != name && !rest.is_empty() {
            let end = if rest.starts_with('<') {
                rest.find('>').map_or(1, |n| n + 1)
            } else {
                1
            };
            room.press(&rest[..end]);
            rest = &rest[end..];
        }
    }
    if top(&room) == name {
        return Ok(room);
    }
    Err(format!("the way to {name} ends so:\n{}", room.text()))
}

/// Randomness with a seed: what is found is found again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn any_key(&mut self) -> String {
        const NAMED: &[&str] = &[
            "<Enter>",
            "<Enter>",
            "<Enter>",
            "<Esc>",
            "<Tab>",
            "<BackTab>",
            "<Up>",
            "<Down>",
            "<Left>",
            "<Right>",
            "<PgUp>",
            "<PgDn>",
            "<Home>",
            "<End>",
            "<Back>",
            "<F1>",
            "<F2>",
            "<F3>",
            "<F4>",
            "<F5>",
            "<F5>",
            "<F6>",
            "<F9>",
            "<C-u>",
            "<C-p>",
            "<C-c>",
            "é",
            "漢",
            "\u{202e}",
            " ",
        ];
        if self.roll(2) == 0 {
            let at = usize::try_from(self.roll(NAMED.len() as u64)).unwrap();
            return NAMED[at].to_owned();
        }
        let printable = u8::try_from(self.roll(0x5f) + 0x20).unwrap();
        char::from(printable).to_string()
    }
}

/// However many keys a screen has, the one that leads back is among those that are shown.
fn the_way_back_is_shown(room: &mut Room, (width, height): (u16, u16), look: &Appearance) {
    let back = room.state.offers();
    let back = back.iter().find(|offer| offer.verb == Verb::Back);
    if back.is_none_or(|offer| offer.footer_word().is_empty()) {
        return;
    }
    let text = snapshot::text(&snapshot::drawn(&mut room.state, width, height, look));
    let keys = text.lines().last().unwrap_or_default();
    assert!(keys.contains("Esc "), "{}: {keys}", top(room));
}

/// Keys at random into one screen until it has taken so many itself, at three sizes in turn; whatever they lead to takes
/// keys as well, for a while. Returns how many were pressed in all.
fn stormed(way: Way, wanted: usize, place: &Path, dice: &mut Dice) -> usize {
    let look = snapshot::appearance();
    let (mut taken, mut all) = (0, 0);
    for (at, (width, height)) in SIZES.into_iter().enumerate() {
        let mut room = steered(way, place).unwrap();
        if width >= 80 {
            the_way_back_is_shown(&mut room, (width, height), &look);
        }
        let (mut pressed, mut away) = (String::new(), 0);
        while taken < wanted * (at + 1) / SIZES.len() {
            if top(&room) == way.0 {
                (taken, away) = (taken + 1, 0);
            } else {
                away += 1;
            }
            let key = dice.any_key();
            pressed.push_str(&key);
            room.press(&key);
            all += 1;
            if dice.roll(50) == 0 {
                room.message(Msg::Paste("pasted\nwords 0123".to_owned().into()));
            }
            if all % DRAWN_EVERY == 0 && !room.over {
                let drawn = snapshot::text(&snapshot::drawn(&mut room.state, width, height, &look));
                assert!(!drawn.trim().is_empty(), "{}: {pressed}", way.0);
            }
            // What lies over every screen is left soon: the screen itself is to be tried.
            if OVER.contains(&top(&room)) && !OVER.contains(&way.0) && dice.roll(4) == 0 {
                room.press("<Esc>");
            }
            if room.over || away > AWAY {
                room = again(way, room, place);
                pressed.clear();
                away = 0;
            }
        }
    }
    all
}

/// The page of an act, in a vault with keys of every sort.
pub(super) fn act(op: &'static Op, place: &Path) -> Room {
    let mut room = begun(Begin::Full, place);
    let page = Act::of(op, None, &room.state.world);
    let world = room.state.world.clone();
    room.state = State::new(world, Box::new(Home::new())).under(Box::new(page));
    room
}

/// Back at the screen: by the keys of its way where Esc leads to where that begins, from the start otherwise.
fn again(way: Way, mut room: Room, place: &Path) -> Room {
    let (name, from, keys, _) = way;
    if name == "Act" {
        // All of them, one after the other.
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let acts = acts();
        return act(acts[n % acts.len()], place);
    }
    if name == "Restored" {
        // The way there, which was gone once, is two openings long.
        let told = vec!["B1 is restored to new.vault.".to_owned()];
        room = Room::new(
            Restored::new(told, place.join("r.vault")),
            practice_session(true),
        );
        room.writes_below = Some(place.to_owned());
        return room;
    }
    if matches!(
        from,
        Begin::Full | Begin::Typed | Begin::Waiting | Begin::Played
    ) && !room.over
    {
        let mut backs = 0;
        while top(&room) != "Home" && backs < 8 {
            room.press("<Esc>");
            backs += 1;
            if top(&room) == name {
                return room;
            }
        }
        if top(&room) == "Home" {
            room.press(keys);
            if top(&room) == name {
                return room;
            }
        }
    }
    steered(way, place).unwrap()
}

fn storm(wanted: usize, seed: u64, ways: &[Way]) {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    let mut dice = Dice(seed);
    for way in ways {
        let began = std::time::Instant::now();
        let all = stormed(*way, wanted, place.path(), &mut dice);
        println!(
            "{all:6} keys, {wanted} of them at {}, {:.1?}",
            way.0,
            began.elapsed()
        );
    }
}

#[test]
fn keys_at_random_reach_every_screen_and_break_none() {
    let ways = ways();
    let names: BTreeSet<String> = ways.iter().map(|way| way.0.to_owned()).collect();
    assert_eq!(matrix_tests::names(), names, "a screen without a way to it");
    storm(KEYS, 0x5eed_0005, &ways);
}

/// The whole storm, each screen with keys of its own: minutes long, so it is asked for by name. `KEYMOOT_STORM=Keys,Key`
/// storms these alone.
#[test]
#[ignore = "long: cargo test --release --lib ten_thousand -- --ignored"]
fn ten_thousand_keys_at_random_into_every_screen() {
    let only = std::env::var("KEYMOOT_STORM").ok();
    let wanted = |way: &Way| {
        only.as_deref()
            .is_none_or(|o| o.split(',').any(|n| n == way.0))
    };
    let ways: Vec<Way> = ways().into_iter().filter(wanted).collect();
    std::thread::scope(|scope| {
        for (n, half) in ways.chunks(ways.len().div_ceil(2)).enumerate() {
            scope.spawn(move || storm(KEYS_OF_A_STORM, 0x5eed_0100 + n as u64, half));
        }
    });
}
