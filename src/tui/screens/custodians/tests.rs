//! The people on screen, and what each answer to "What happened?" leads to.

use super::*;
use crate::session::happened::HAPPENED;
use crate::tui::room::{Room, practice_session};
use crate::tui::snapshot;

#[test]
fn the_list_says_that_it_goes_on_below_and_a_wide_screen_shows_fingerprints() {
    let mut room = Room::new(Custodians::default(), practice_session(true));
    room.shows(&["more answers below", "LAST DRILL"]);
    room.press("<End>");
    let text = room.text();
    let last = tr(HAPPENED.last().unwrap().what);
    assert!(text.contains(last), "{text}");
    assert!(!text.contains("more answers below"), "{text}");
    let people = room.state.world.view.as_ref().unwrap().people.clone();
    for size in [(140, 40), (162, 40), (200, 60)] {
        let text = drawn(&mut room, size);
        assert!(text.contains("FINGERPRINT"), "{text}");
        // Half of one is compared with nothing.
        for person in people.iter() {
            let groups = crate::tui::screens::done::groups(&person.fingerprint);
            let halves = [&groups[..39], &groups[40..]];
            let parts = if size.0 < 162 {
                &halves[..]
            } else {
                &[groups.as_str()]
            };
            for part in parts {
                assert!(text.contains(part), "{size:?}\n{text}");
            }
        }
    }
}

fn drawn(room: &mut Room, (width, height): (u16, u16)) -> String {
    let look = snapshot::appearance();
    snapshot::text(&snapshot::drawn(&mut room.state, width, height, &look))
}

/// Twenty answers, six of them in sight: letters were ignored without a word, and Enter stood on the drill.
#[test]
fn letters_choose_what_happened() {
    let mut room = Room::new(Custodians::default(), practice_session(true));
    room.press("few");
    room.shows(&["chosen by its letters", "says what can and cannot be saved"]);
    room.press("<Enter>")
        .shows(&["Fewer can open than are needed"]);
    room.press("<Esc><Home>xyz").shows(&["not moved"]);
    room.press("<Down>");
    let text = room.text();
    assert!(!text.contains("not moved"), "{text}");
}

#[test]
fn a_name_stands_whole_on_the_screen() {
    let mut room = Room::new(Custodians::default(), practice_session(true));
    for name in ["administrator", "Bartholomew-the-third"] {
        let mut view = (**room.state.world.view.as_ref().unwrap()).clone();
        let mut people = (*view.people).clone();
        people[1].name = name.to_owned();
        view.people = std::sync::Arc::new(people);
        room.state.world.view = Some(std::sync::Arc::new(view));
        for size in [(80, 24), (140, 40), (200, 60)] {
            let text = drawn(&mut room, size);
            assert!(text.contains(name), "{size:?}\n{text}");
        }
    }
}

#[test]
fn a_drill_begins_with_its_review_and_a_rotation_with_what_happened() {
    let mut room = Room::new(Custodians::default(), practice_session(true));
    room.press("<Enter>").shows(&[
        "Drill ─ review",
        "own envelopes, then those of whoever else is",
    ]);
    room.press("<Esc><Down><Down><Enter>").shows(&[
        "Why, in one sentence",
        "as now: Ana, Ben, Cho",
        "as now: 2 of 3",
    ]);
    // It is there to be typed over, and is no answer of somebody's own: leaving asks nothing.
    room.press("<Esc>").shows(&["What happened?"]);
}

#[test]
fn a_drill_records_who_is_here_and_cannot_open_and_goes_on() {
    let mut room = Room::new(Custodians::default(), practice_session(false));
    room.press("<Enter><Enter><F5><Enter>").shows(&["0 of 2"]);
    room.press("<Enter><Enter><F5><Enter><Enter><Enter>")
        .shows(&["nothing yet: this field is still empty"]);
    room.press("<F5>").shows(&["then each of them is called"]);
    room.press("<Enter>").shows(&["Is Ana here?"]);
    room.press("<Enter><Enter>no such words<Enter>").shows(&[
        "The envelopes of Ana did not open. What then?",
        "(*) tries once more",
        "STOP",
    ]);
    // Once more, and then it stays so.
    room.press("<Enter>").shows(&["The keyboard goes to Ana"]);
    room.press("<Enter>no such words<Enter>")
        .shows(&["What then?"]);
    room.press("<Down><Enter>").shows(&["Is Ben here?"]);
    room.press("<Enter><Enter><F5><Enter>")
        .shows(&["Is Cho here?"]);
    // Whoever holds no share may prove the own envelope, or is passed over.
    room.press("<Down><Enter>").shows(&["Is Ada here?"]);
    room.press("<Enter>").shows(&["The keyboard goes to Ada"]);
    room.press("<Enter><F5>").shows(&[
        "Ada proves their own approval envelope",
        "Nothing is signed",
    ]);
    room.press("<Enter>").shows(&["Is Wim here?"]);
    room.press("<Down><Enter>").shows(&[
        "proven: Ben",
        "FAILED: Ana",
        "not there: Cho",
        "proven, without a share: Ada",
        "not there, without a share: Wim",
    ]);
}

#[test]
fn papers_are_written_whenever_they_are_wanted() {
    let place = tempfile::tempdir().unwrap();
    let mut room = Room::new(Custodians::default(), practice_session(true));
    let papers = HAPPENED.iter().position(|h| h.id == "papers").unwrap();
    for _ in 0..papers {
        room.press("<Down>");
    }
    room.press("<Enter>");
    let folder = place.path().join("papers");
    room.press(&folder.display().to_string());
    room.press("<Enter>").shows(&["Written to"]);
    assert!(folder.join("witness-card.txt").is_file());
    // A third kind of file lies there, which nobody prints and nobody asked for.
    assert!(folder.join("policy.json").is_file());
    let text = room.text();
    let bare = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        bare.contains("policy.json beside them is nothing to print"),
        "{text}"
    );
}

#[test]
fn why_an_answer_is_off_hides_nothing_of_what_it_would_do() {
    let mut room = Room::new(Custodians::default(), practice_session(true));
    let words = [
        "goes on with the proofs",
        "says so and is given up",
        "off here: no reshare stands open here",
    ];
    let at = HAPPENED
        .iter()
        .position(|h| h.id == "open-reshare")
        .unwrap();
    room.press(&"<Down>".repeat(at)).shows(&words);
    room.press("<Enter>").shows(&words);
}

#[test]
fn people_are_chosen_and_somebody_else_is_typed() {
    let mut room = Room::new(Custodians::default(), practice_session(true));
    let access = HAPPENED.iter().position(|h| h.id == "access").unwrap();
    room.press(&"<Down>".repeat(access)).press("<Enter>");
    room.shows(&["Record an access", "(*) Ana", "somebody else"]);
    room.press("<Down><Down><Down><Enter>Eve<Enter>");
    room.shows(&[
        "Custodian  Eve",
        "the share of this vault",
        "Witness    Wim",
    ]);
}

/// A stand-in who holds another share is off in the list, with the rule; typed all the same, it is told at the next field.
#[test]
fn a_stand_in_whom_a_rule_refuses_is_told_before_the_review() {
    let mut room = Room::new(Custodians::default(), practice_session(true));
    let appoint = HAPPENED.iter().position(|h| h.id == "appoint").unwrap();
    room.press(&"<Down>".repeat(appoint)).press("<Enter>");
    room.press("<Enter>2026-11-01<Enter>2027-10-30<Enter>Meg<Enter>");
    room.shows(&["(*) somebody else"]);
    room.press("<Enter>Ben<Enter>");
    room.shows(&["This will be refused. C4 (PCI PIN 8-2):", "Form"]);
}

/// A slip is told where it is: at the last field nobody would know which of two days is meant.
#[test]
fn an_appointment_that_ends_before_it_begins_is_told_at_until() {
    let mut room = Room::new(Custodians::default(), practice_session(true));
    let appoint = HAPPENED.iter().position(|h| h.id == "appoint").unwrap();
    room.press(&"<Down>".repeat(appoint)).press("<Enter>");
    room.press("<Enter>2027-11-30<Enter>2027-10-30")
        .shows(&["says what is still wrong in this field"]);
    for key in ["<Enter>", "<Tab>"] {
        room.press(key)
            .shows(&["► Until", "before it begins", "type a later day"]);
    }
    // What is typed next takes its place; a date names no manager.
    room.press("2028-10-30<Enter>").shows(&["► Manager"]);
    room.press("2028-10-30<Enter>")
        .shows(&["► Manager", "is no name: a name has letters"]);
    room.press("Meg<Enter>").shows(&["Stand-in"]);
}

/// At the smallest size ten people have no rows together: each is reached, and the answers stay where they are.
#[test]
fn people_beyond_the_last_row_are_reached() {
    let mut room = Room::new(Custodians::default(), practice_session(true));
    let mut view = (**room.state.world.view.as_ref().unwrap()).clone();
    let first = view.people.first().unwrap().clone();
    view.people = [
        "Ada", "Ana", "Ben", "Cho", "Wim", "Fay", "Gus", "Hal", "Ida", "Jon",
    ]
    .map(|name| PersonView {
        name: name.to_owned(),
        ..first.clone()
    })
    .to_vec()
    .into();
    room.state.world.view = Some(std::sync::Arc::new(view));
    let row = |room: &mut Room, name: &str| {
        let begins = format!("{name} ");
        room.text()
            .lines()
            .any(|line| line.trim_start().starts_with(&begins))
    };
    assert!(row(&mut room, "Ada") && !row(&mut room, "Jon"));
    room.shows(&["by PgUp and PgDn: ", "Jon"]);
    room.press("<PgDn><PgDn>");
    assert!(row(&mut room, "Jon") && !row(&mut room, "Ada"));
    room.press("<PgUp><PgUp>");
    assert!(row(&mut room, "Ada"));
}

/// Whoever looks for what helps in an emergency does not page for it; and what is open now is asked first.
#[test]
fn the_usual_answers_stand_above_the_fold_and_what_is_open_before_them() {
    let mut room = Room::new(Custodians::default(), practice_session(false));
    let text = room.text();
    let usual = [
        "the yearly check",
        "another takes the place",
        "An envelope was lost",
        "Something is suspect",
        "A passphrase is forgotten",
        "The stick with the vault is broken",
        "Fewer can open than are needed",
    ];
    for words in usual {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    let wide = drawn(&mut room, (140, 40));
    assert!(!wide.contains("below"), "{wide}");
    assert!(wide.contains(tr(HAPPENED.last().unwrap().what)), "{wide}");
    let mut view = (**room.state.world.view.as_ref().unwrap()).clone();
    view.open_reshare = true;
    assert_eq!(happened::asked(&view)[0].id, "open-reshare");
    room.state.world.view = Some(std::sync::Arc::new(view));
    room.shows(&["► A reshare stands open", "Fewer can open"]);
}

#[test]
fn one_answer_below_is_said_of_one() {
    let mut room = Room::new(Custodians::default(), practice_session(false));
    let rows = (30..40).map(|height| drawn(&mut room, (140, height)));
    let one = rows
        .filter(|text| text.contains("1 more answer below"))
        .count();
    assert_eq!(one, 1);
}
