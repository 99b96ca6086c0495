//! What the screens promise: that everybody reads for themselves, that going back keeps what stands on a page, that the
//! line Enter says what Enter does, and that nothing of it is cut.

use std::sync::Arc;

use super::keys::Verb;
use super::room::{Room, practice_session};
use super::screens::approve::Approve;
use super::screens::home::Home;
use super::screens::key::KeyPage;
use super::storm_tests::{Way, act, acts, folders, steered, top, ways};
use crate::session::PendingView;

fn way(name: &str) -> Way {
    ways().into_iter().find(|way| way.0 == name).unwrap()
}

/// A request with more to read than a page of 80x24 has rows for.
fn long_request() -> (Room, PendingView) {
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("n<Enter><Enter><Enter><Enter>kek<Enter><Enter><F5><Enter>");
    let view = room.state.world.view.as_deref().unwrap();
    let mut pending = view.pending[0].clone();
    for n in 0..12 {
        let value = format!("what line {n} says, which is longer than half a row of the page");
        pending.details.push((format!("line {n}"), value));
    }
    let page = Approve::new(pending.clone(), &room.state.world);
    let world = room.state.world.clone();
    room.state = super::app::State::new(world, Box::new(Home::new())).under(Box::new(page));
    (room, pending)
}

/// Whether nobody has signed yet.
fn unsigned(room: &Room) -> bool {
    let view = room.state.world.view.as_deref().unwrap();
    view.pending.iter().all(|p| p.signed.is_empty())
}

#[test]
fn every_custodian_reads_the_request_from_its_top() {
    let (mut room, _) = long_request();
    room.press("<Enter><Enter>");
    room.shows(&["use ", "more lines below", "Enter read on"]);
    for _ in 0..4 {
        room.text();
        room.press("<PgDn>");
    }
    room.shows(&["line 11", "that was all of it"]);
    // The next custodian: the page begins anew, and so does what has to be read.
    room.press("<Esc><Down><Enter><Enter>");
    room.shows(&["use ", "more lines below", "lines that are still below"]);
    assert!(!room.text().contains("line 11"));
    room.press("<F5><Enter>");
    assert!(unsigned(&room), "signed unread");
    assert_eq!(top(&room), "Approve");
}

/// What the page says is below it can be read there, also while it asks who signs.
#[test]
fn the_page_keys_read_the_request_where_it_says_so() {
    let (mut room, _) = long_request();
    room.shows(&["Which custodian signs", "more lines below: PgDn"]);
    let chosen = |room: &mut Room| {
        let text = room.text();
        text.lines().find(|l| l.contains('►')).map(str::to_owned)
    };
    let before = chosen(&mut room);
    for _ in 0..9 {
        room.press("<PgDn>").text();
    }
    room.shows(&["line 11", "that was all of it"]);
    assert_eq!(chosen(&mut room), before);
    room.press("<Down>");
    assert_ne!(chosen(&mut room), before);
}

/// Who has signed is called no second time, and the line Enter does not say so either.
#[test]
fn the_keyboard_is_promised_to_nobody_who_cannot_sign() {
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("n<Enter><Enter><Enter><Enter>kek<Enter><Enter><F5><Enter>");
    room.press("<Enter><Enter><F5><Enter>");
    let view = room.state.world.view.as_deref().unwrap();
    assert_eq!(view.pending[0].signed.len(), 1);
    room.shows(&["Enter   hands the keyboard to this custodian", "Enter call"]);
    room.press("<Home>")
        .shows(&["Enter   does nothing: this person cannot sign"]);
    assert!(!room.text().contains("Enter call"));
    room.press("<Enter>")
        .shows(&["off here: ", "cannot sign: "]);
    assert_eq!(top(&room), "Approve");
}

#[test]
fn no_line_is_passed_over_however_fast_it_is_paged() {
    let (mut room, _) = long_request();
    room.press("<Enter><Enter>");
    room.text();
    room.press("<PgDn><PgDn><PgDn><PgDn>");
    // Four pages between two pictures are one: the first page ended with line 3.
    room.shows(&["line 4 "]);
}

#[test]
fn why_a_passphrase_was_refused_stays_whole_under_a_long_request() {
    let (mut room, _) = long_request();
    room.press("<Enter><Enter>");
    for _ in 0..4 {
        room.text();
        room.press("<PgDn>");
    }
    room.text();
    room.press("no such words<Enter>");
    room.shows(&[
        "STOP  The passphrase does not open",
        "check the spelling there.",
    ]);
}

#[test]
fn whoever_refuses_is_the_one_whose_page_it_is() {
    let (mut room, _) = long_request();
    room.press("<Down><Enter><Enter><F4>");
    room.shows(&["(*) Ben"]);
}

#[test]
fn going_back_keeps_what_was_not_entered_yet() {
    let place = tempfile::tempdir().unwrap();
    let mut room = steered(way("Create key"), place.path()).unwrap();
    room.press("<Enter><Enter><Enter><Enter>my-name<Esc><Enter>");
    room.shows(&["my-name"]);
    // A choice as well: the algorithm under the cursor.
    room.press("<Esc><Esc><Esc><Down>");
    let here = room.text();
    room.press("<Esc><Enter>");
    let line = |text: &str| {
        let chosen = text.lines().find(|line| line.contains("(*)")).unwrap();
        chosen.rsplit('│').next().unwrap().to_owned()
    };
    assert_eq!(line(&room.text()), line(&here));
}

#[test]
fn leaving_with_answers_asks_first() {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    let sample = "ceremonies/samples/get-parameters-for-import-rsa3072.json<Enter>";
    let cases = [
        ("Create key", "<Enter><Enter><Esc><Esc>".to_owned()),
        ("Import root", format!("{sample}<Enter>Wim<Esc><Esc>")),
        ("Export by RSA wrap", format!("<Enter>{sample}<Esc>")),
        ("Delete key", "<C-u>33".to_owned()),
        ("Return to a copy", String::new()),
    ];
    for (name, keys) in cases {
        let mut room = steered(way(name), place.path()).unwrap();
        room.press(&keys);
        assert_eq!(top(&room), name, "{}", room.text());
        room.press("<Esc>");
        assert_eq!(top(&room), name, "left unasked\n{}", room.text());
        room.shows(&["Esc once more leaves"]);
        // Any other key stays, and it is asked again.
        room.press("<F2><Esc>");
        assert_eq!(top(&room), name, "{}", room.text());
        room.press("<Esc>");
        assert_ne!(top(&room), name, "{}", room.text());
    }
}

#[test]
fn a_root_that_is_read_again_keeps_what_the_second_person_typed() {
    let place = tempfile::tempdir().unwrap();
    let mut room = steered(way("Import root"), place.path()).unwrap();
    let sample = "ceremonies/samples/get-parameters-for-import-rsa3072.json<Enter>";
    room.press(sample);
    room.press("<Enter>Rolf<Tab>30c9<Esc><Esc><Enter><Enter>");
    room.shows(&["Rolf", "30c9"]);
}

/// The line Enter, without its label.
fn enter_line(room: &mut Room) -> String {
    let text = room.text();
    let line = text.lines().find(|line| line.starts_with(" Enter "));
    line.unwrap()[8..].trim().to_owned()
}

/// Everything but the band and what is said in passing.
fn page(room: &mut Room) -> String {
    room.text().lines().skip(1).take(18).collect()
}

#[test]
fn the_line_enter_says_what_enter_does_in_every_act() {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    for op in acts() {
        let mut room = act(op, place.path());
        // What was wrong with a field stays to be read while the others are gone through.
        let mut stopped = false;
        for _ in 0..16 {
            let promised = enter_line(&mut room);
            let before = page(&mut room);
            room.press("<Enter>");
            let stays = ["is off", "nothing yet", "says what"];
            if stays.iter().any(|words| promised.starts_with(words)) {
                assert_eq!(top(&room), "Act", "{}: {promised}\n{before}", op.name);
                // On by Tab, with something typed where something has to be.
                let typing = room.state.top().is_some_and(super::screen::Screen::typing);
                room.press(if typing { "<C-u>7" } else { "<Down>" });
                room.press("<Tab>");
                continue;
            }
            let now = page(&mut room);
            // A file that is not there is read, and told of.
            let read = promised.starts_with("checks all") && now.contains("STOP");
            assert!(read || before != now, "{}: {promised}\n{before}", op.name);
            let text = room.text();
            let field = promised.starts_with("keeps this and goes to the next field");
            assert!(!field || top(&room) == "Act", "{}: {text}", op.name);
            // What a file that was named says is read meanwhile, and is no answer of Enter's.
            assert!(
                !field
                    || stopped
                    || before.contains("STOP")
                    || !text.contains("STOP")
                    || text.contains("no such file"),
                "{}: {promised}\n{text}",
                op.name
            );
            stopped |= before.contains("STOP") || text.contains("STOP");
            if !field || top(&room) != "Act" {
                break;
            }
        }
    }
}

#[test]
fn the_line_enter_is_off_exactly_where_a_choice_of_a_new_key_is() {
    let place = tempfile::tempdir().unwrap();
    let mut room = steered(way("Create key"), place.path()).unwrap();
    let mut off = 0;
    for _ in 0..4 {
        room.press("<Home>");
        for _ in 0..40 {
            let promised = enter_line(&mut room);
            let before = room.text();
            let mut pressed = room.state.top().is_some();
            if promised.starts_with("is off") {
                room.press("<Enter>");
                room.shows(&["STOP", "is off: the line of this choice says why"]);
                off += 1;
                pressed = false;
            }
            room.press("<Down>");
            if pressed && room.text() == before {
                break;
            }
        }
        room.press("<Home>");
        while enter_line(&mut room).starts_with("is off") {
            room.press("<Down>");
        }
        room.press("<Enter>");
    }
    assert!(off > 0, "no choice was off");
}

/// People called as keymoot itself calls them where nobody gives a name.
fn named_by_keymoot(room: &mut Room) {
    let mut view = room.state.world.view.as_deref().unwrap().clone();
    let mut custodians = 0;
    for person in Arc::make_mut(&mut view.people) {
        person.name = if person.role == "custodian" {
            custodians += 1;
            format!("custodian-{custodians}")
        } else {
            person.role.clone()
        };
    }
    for pending in &mut view.pending {
        pending.issuer = "administrator".into();
    }
    room.state.world.view = Some(Arc::new(view));
}

#[test]
fn no_footing_is_cut_with_the_names_that_keymoot_gives() {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    for way in ways() {
        let mut room = steered(way, place.path()).unwrap();
        if room.state.world.view.is_some() {
            named_by_keymoot(&mut room);
        }
        let text = room.text();
        let rows: Vec<&str> = text.lines().map(str::trim_end).collect();
        let from = rows
            .iter()
            .position(|row| row.starts_with(" Acts "))
            .unwrap();
        for row in &rows[from..rows.len() - 1] {
            assert!(!row.ends_with(".."), "{}: {row}", way.0);
        }
    }
}

#[test]
fn a_line_that_is_due_says_all_of_it_below_where_its_row_is_too_narrow() {
    let mut room = super::screens::tests::full();
    let mut view = room.state.world.view.as_deref().unwrap().clone();
    view.k = view.n;
    view.t = view.n;
    view.recovery = None;
    room.state.world.view = Some(Arc::new(view));
    room.state = super::app::State::new(room.state.world.clone(), Box::new(Home::new()));
    for _ in 0..6 {
        let text = room.text();
        if text
            .lines()
            .any(|line| line.contains('►') && line.contains("recovery"))
        {
            break;
        }
        room.press("<Down>");
    }
    room.shows(&["come; make a recovery set", "closes the vault for good"]);
}

#[test]
fn a_key_that_is_being_deleted_says_everything_that_can_be_done() {
    let mut room = super::screens::tests::full();
    let view = room.state.world.view.as_deref().unwrap();
    let pending = crate::api::KeyState::DELETE_PENDING;
    let row = view.keys.iter().find(|row| row.key.key_state == pending);
    let page = KeyPage::new(&row.unwrap().key.key_arn);
    room.state = super::app::State::new(room.state.world.clone(), Box::new(page));
    let text = room.text();
    let offers = room.state.offers();
    let acts = [
        Verb::Restore,
        Verb::Export,
        Verb::Switch,
        Verb::Name,
        Verb::Delete,
    ];
    for verb in acts {
        let offer = offers.iter().find(|offer| offer.verb == verb).unwrap();
        assert!(text.contains(offer.footer_word()), "{verb:?}\n{text}");
    }
    assert!(
        text.lines().all(|line| !line.trim_end().ends_with("..")),
        "{text}"
    );
}

#[test]
fn a_vault_without_software_keys_says_so_before_the_first_question() {
    let mut room = super::screens::tests::full();
    let mut view = room.state.world.view.as_deref().unwrap().clone();
    view.software_generation = false;
    room.state.world.view = Some(Arc::new(view));
    room.press("n").shows(&["makes no key in software"]);
    assert_eq!(top(&room), "Home");
    room.press("vn").shows(&["makes no key in software"]);
    assert_eq!(top(&room), "Keys");
}
