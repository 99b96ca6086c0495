//! The codes as they are drawn, in their time, and read by a real decoder.

use super::*;
use crate::api::Timestamp;
use crate::session::Profile;
use crate::tui::app::{State, update};
use crate::tui::message::Msg;
use crate::tui::snapshot::{self, press};
use crate::tui::storm_tests;

const HEX: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// A request of the size that wraps under RSA-4096 have.
fn request() -> Vec<u8> {
    (0..1800_u32)
        .map(|n| b"0123456789ABCDEF"[(n.wrapping_mul(2_654_435_761) >> 28) as usize])
        .collect()
}

fn film(profile: Profile) -> State {
    let mut world = snapshot::world();
    let mut view = snapshot::rehearsal();
    view.profile = profile;
    world.view = Some(std::sync::Arc::new(view));
    let page = Code::file("kek.import-key.test.json", &request(), HEX, &world);
    State::new(world, Box::new(page))
}

fn text(state: &mut State, size: (u16, u16)) -> String {
    snapshot::text(&snapshot::drawn(
        state,
        size.0,
        size.1,
        &snapshot::appearance(),
    ))
}

fn pass(state: &mut State, millis: i64) {
    let wall = Timestamp::from_millis(state.world.wall.millis() + millis);
    state.world.wall = wall;
    update(state, Msg::Tick(wall));
}

#[test]
fn a_digest_and_a_file_as_they_are_drawn() {
    let mut state = snapshot::state(Code::digest(Digest::sha256("SHA-256 of the file", HEX)));
    snapshot::check("code-digest", &mut state);
    snapshot::survives_every_size(&mut state);
    let mut state = film(Profile::Test);
    snapshot::check("code-file", &mut state);
    snapshot::survives_every_size(&mut state);
    let mut state = film(Profile::Production);
    snapshot::check("code-file-production", &mut state);
    assert!(text(&mut state, (80, 24)).contains("6-1.5"));
}

#[test]
fn the_next_code_comes_in_its_time_and_not_before() {
    let mut state = film(Profile::Rehearsal);
    let first = text(&mut state, (80, 24));
    assert!(first.contains("code 1 of 45, 3 a second"), "{first}");
    // A rehearsal's clock stands still: nothing else wakes the loop.
    let now = state.world.wall.millis();
    assert_eq!(state.next_change(), Some(now + 333));
    pass(&mut state, 332);
    assert_eq!(
        text(&mut state, (80, 24)),
        first,
        "no other picture before its time"
    );
    pass(&mut state, 1);
    assert!(text(&mut state, (80, 24)).contains("code 2 of 45"));
    press(&mut state, "<Up>");
    assert!(text(&mut state, (80, 24)).contains("4 a second"));
    press(&mut state, " ");
    let still = text(&mut state, (80, 24));
    assert!(still.contains("stands still"), "{still}");
    pass(&mut state, 10_000);
    assert_eq!(text(&mut state, (80, 24)), still);
    press(&mut state, "<PgDn>");
    assert!(text(&mut state, (80, 24)).contains("code 3 of 45"));
    press(&mut state, "<PgUp><PgUp><PgUp>");
    assert!(text(&mut state, (80, 24)).contains("code 45 of 45"));
    // A locked screen shows no code, and none goes on beneath it.
    press(&mut state, " ");
    pass(&mut state, 60 * 60 * 1000);
    assert!(!text(&mut state, (80, 24)).contains("code 45"));
}

#[test]
fn full_blocks_are_off_with_a_reason_where_they_do_not_fit() {
    let mut state = film(Profile::Test);
    text(&mut state, (80, 24));
    press(&mut state, "g");
    assert!(text(&mut state, (80, 24)).contains("full blocks need 33 rows"));
    text(&mut state, (140, 40));
    press(&mut state, "g");
    assert!(text(&mut state, (140, 40)).contains("Drawn in full blocks"));
    // Made small again it goes on in what fits.
    assert!(text(&mut state, (80, 24)).contains("Drawn in half blocks"));
}

/// A page that shows the digits of a digest has the key for its code, and one without has none.
/// A camera reads the code while the note stands.
#[test]
fn a_note_covers_no_row_of_a_code() {
    let mut state = film(Profile::Test);
    let size = (80, 24);
    let page = |text: &str| {
        text.lines()
            .skip(2)
            .take(17)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let before = page(&text(&mut state, size));
    snapshot::press(&mut state, "g");
    let after = text(&mut state, size);
    assert!(after.contains("full blocks need 33 rows"), "{after}");
    assert_eq!(before, page(&after));
}

#[test]
fn whoever_shows_a_digest_offers_its_code() {
    let place = tempfile::tempdir().unwrap();
    storm_tests::folders(place.path());
    let (mut shown, mut silent) = (0, Vec::new());
    for way in storm_tests::ways() {
        let mut room = storm_tests::steered(way, place.path()).unwrap();
        let look = snapshot::appearance();
        let picture = snapshot::text(&snapshot::drawn(&mut room.state, 140, 40, &look));
        let top = room.state.top().unwrap();
        // The page of a code is where the key leads.
        let here = found(
            picture
                .lines()
                .map(|line| line.rsplit('│').next().unwrap_or(line)),
        );
        if here.is_some() && top.name() != "QR code" {
            shown += 1;
            if top.digest(&room.state.world).is_none() {
                silent.push(format!("{}\n{picture}", way.0));
            }
        }
        let key = room.state.offers().iter().any(|o| o.verb == Verb::Picture);
        assert_eq!(key, top.digest(&room.state.world).is_some(), "{}", way.0);
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
    assert!(shown >= 3, "{shown} pages with a digest");
}

#[test]
fn a_digest_is_found_in_what_is_read() {
    let grouped = super::super::done::groups(HEX);
    let lines = ["The file", "  sha-256  ", &grouped, "compare it"];
    assert_eq!(found(lines.into_iter()).as_deref(), Some(HEX));
    assert_eq!(found([HEX].into_iter()).as_deref(), Some(HEX));
    assert_eq!(
        found(["deed", &HEX[..60]].into_iter()).as_deref(),
        Some(&*format!("deed{}", &HEX[..60]))
    );
    assert!(found(["0123 4567", "no digest"].into_iter()).is_none());
}

/// A real decoder reads every code off the cells of the screen: zbarimg, which `.ci/run` installs and no other test needs.
mod decoded {
    use super::*;
    use ratatui::buffer::{Buffer, Cell};
    use ratatui::style::Color;
    use std::fmt::Write as _;

    /// Whether the upper and the lower half of a cell are light.
    fn halves(cell: &Cell) -> (bool, bool) {
        let (ink, paper) = (cell.fg == Color::White, cell.bg == Color::White);
        match cell.symbol() {
            "█" => (ink, ink),
            "▀" => (ink, paper),
            "▄" => (paper, ink),
            _ => (paper, paper),
        }
    }

    /// The cells as a bitmap: a cell is 4 pixels across and 8 down, as terminals draw it.
    fn bitmap(buffer: &Buffer) -> String {
        let (width, height) = (buffer.area.width, buffer.area.height);
        let mut out = format!("P1\n{} {}\n", width * 4, height * 8);
        for row in buffer.content.chunks(usize::from(width)) {
            for y in 0..8 {
                for cell in row {
                    let (upper, lower) = halves(cell);
                    let light = if y < 4 { upper } else { lower };
                    let ink = if light { "0000" } else { "1111" };
                    write!(out, "{ink}").unwrap();
                }
                out.push('\n');
            }
        }
        out
    }

    fn decode(pictures: &[String]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut command = std::process::Command::new("zbarimg");
        command.args(["--raw", "--quiet", "-Sdisable", "-Sqrcode.enable"]);
        for (n, picture) in pictures.iter().enumerate() {
            let path = folder.path().join(format!("{n:04}.pbm"));
            std::fs::write(&path, picture).unwrap();
            command.arg(path);
        }
        let out = command
            .output()
            .expect("zbarimg comes with the package zbar-tools");
        let text = String::from_utf8(out.stdout).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    #[ignore = "needs zbarimg: cargo test --lib tui::screens::code -- --ignored"]
    fn every_code_of_a_file_joins_to_its_bytes() {
        for (size, full) in [((80, 24), false), ((140, 40), false), ((140, 40), true)] {
            let mut state = film(Profile::Test);
            state.world.size = size;
            press(&mut state, if full { "g " } else { " " });
            let mut pictures = Vec::new();
            let mut count = 1;
            while pictures.len() < count {
                let buffer = snapshot::drawn(&mut state, size.0, size.1, &snapshot::appearance());
                let words = snapshot::text(&buffer);
                let of = format!("code {} of ", pictures.len() + 1);
                let rest = words.split(&of).nth(1).expect("the counter counts");
                count = rest.split(',').next().unwrap().parse().unwrap();
                assert_eq!(words.contains("full blocks"), full);
                pictures.push(bitmap(&buffer));
                press(&mut state, "<PgDn>");
            }
            let codes = decode(&pictures);
            assert_eq!(codes.len(), count, "every code is read at {size:?}");
            let mut joined = Vec::new();
            for (n, code) in codes.iter().enumerate() {
                assert!(code.starts_with("B$2J"), "{code}");
                assert_eq!(usize::from_str_radix(&code[4..6], 36).unwrap(), count);
                assert_eq!(usize::from_str_radix(&code[6..8], 36).unwrap(), n);
                let part = data_encoding::BASE32_NOPAD.decode(&code.as_bytes()[8..]);
                joined.extend(part.unwrap());
            }
            assert_eq!(joined, request(), "at {size:?}");
        }
    }

    /// Every screen with a digest on it, one key away from the code, which says those very digits.
    #[test]
    #[ignore = "needs zbarimg: cargo test --lib tui::screens::code -- --ignored"]
    fn every_screen_with_a_digest_shows_it() {
        let mut session = crate::tui::room::practice_session(true);
        let (_, script) = crate::ceremony::shipped()[0];
        let parsed = crate::ceremony::Script::parse(script).unwrap();
        let wanted = crate::ceremony::Wanted::default();
        crate::ceremony::Runner::begin(&mut session, parsed, wanted)
            .unwrap()
            .headless(&mut session)
            .unwrap();
        let home = crate::tui::screens::home::Home::new();
        let mut room = crate::tui::room::Room::new(home, session);
        let view = room.state.world.view.clone().unwrap();
        let key = view.keys.first().unwrap();
        let run = view.runs.first().unwrap();
        let (kcv, sha256) = (format!("KCV:{}", key.key.key_check_value), |hex: &str| {
            format!("SHA256:{}", hex.to_ascii_uppercase())
        });
        for (there, back, want) in [
            (
                "q",
                "<Esc>",
                format!("HEAD:{}", view.state_head.to_ascii_uppercase()),
            ),
            ("vq", "<Esc><Esc>", kcv.clone()),
            ("v<Enter>q", "<Esc><Esc><Esc>", kcv),
            ("oq", "<Esc><Esc>", sha256(&run.script_sha256)),
            ("tq", "<Esc><Esc>", sha256(&view.audit_head)),
        ] {
            room.press(there);
            for size in [(80, 24), (140, 40)] {
                let look = snapshot::appearance();
                let buffer = snapshot::drawn(&mut room.state, size.0, size.1, &look);
                assert_eq!(
                    decode(&[bitmap(&buffer)]),
                    std::slice::from_ref(&want),
                    "{there} at {size:?}"
                );
            }
            room.press(back);
        }
    }

    /// And every screen there is, of those that the storms of keys are let into.
    #[test]
    #[ignore = "needs zbarimg: cargo test --lib tui::screens::code -- --ignored"]
    fn whatever_digest_is_on_a_screen_its_code_says_it() {
        let place = tempfile::tempdir().unwrap();
        storm_tests::folders(place.path());
        let (mut pictures, mut wanted) = (Vec::new(), Vec::new());
        for way in storm_tests::ways() {
            let mut room = storm_tests::steered(way, place.path()).unwrap();
            let world = room.state.world.clone();
            let Some(digest) = room.state.top().and_then(|top| top.digest(&world)) else {
                continue;
            };
            room.press("<F7>");
            for size in [(80, 24), (140, 40)] {
                let look = snapshot::appearance();
                let buffer = snapshot::drawn(&mut room.state, size.0, size.1, &look);
                pictures.push(bitmap(&buffer));
                wanted.push(digest.text());
            }
        }
        assert!(wanted.len() >= 20, "only {} codes", wanted.len());
        assert_eq!(decode(&pictures), wanted);
    }

    #[test]
    #[ignore = "needs zbarimg: cargo test --lib tui::screens::code -- --ignored"]
    fn a_digest_is_read_as_it_is() {
        for (size, keys) in [((80, 24), ""), ((140, 40), ""), ((140, 40), "g")] {
            let mut state = snapshot::state(Code::digest(Digest::sha256("of a file", HEX)));
            state.world.size = size;
            press(&mut state, keys);
            let buffer = snapshot::drawn(&mut state, size.0, size.1, &snapshot::appearance());
            let want = format!("SHA256:{}", HEX.to_ascii_uppercase());
            assert_eq!(decode(&[bitmap(&buffer)]), [want]);
        }
    }
}
