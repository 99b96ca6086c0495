//! The log on screen: whole, broken, searched, and what is made of it.

use super::super::evidence::Evidence;
use super::super::home::Home;
use super::*;
use crate::tui::room::{Room, played, practice_session};

/// Whoever changed the file, the screen says so and where.
#[test]
fn a_broken_chain_is_shown_as_such() {
    let session = practice_session(true);
    let mut trail = session.trail().unwrap();
    trail.broken = Some((4, "Audit line 4: it was edited: its contents are not what was written. Every line before it stands. Keep the file as it is, and compare it with a backup.".into()));
    let mut screen = Audit::unread();
    let mut room = Room::new(Evidence::new(), session);
    assert!(
        screen
            .news(&News::Trail(Arc::new(trail)), &room.state.world)
            .is_some()
    );
    room.state = crate::tui::app::State::new(room.state.world.clone(), Box::new(screen));
    room.check("audit-broken");
    room.shows(&["CHAIN BROKEN at line 4", "NOT PROVEN", "it was edited"]);
}

/// A break in the line that says what became of an act is shown at the act, and the rows before it stand.
#[test]
fn a_break_is_found_by_its_line_and_not_by_its_row() {
    let session = played();
    let mut trail = session.trail().unwrap();
    let at = trail
        .lines
        .iter()
        .position(|line| line.end.is_some())
        .unwrap();
    let event = trail.lines[at].clone();
    trail.broken = Some((event.last(), "Audit line: it was edited.".into()));
    let mut screen = Audit::unread();
    let room = Room::new(Evidence::new(), session);
    let _ = screen.news(&News::Trail(Arc::new(trail)), &room.state.world);
    assert_eq!(screen.chosen().unwrap().n, event.n);
    let rows = screen.rows();
    assert_ne!(
        texts(rows[at - 1], 80, Some(event.last())).1[4],
        "NOT PROVEN"
    );
    assert_eq!(texts(rows[at], 80, Some(event.last())).1[4], "NOT PROVEN");
}

#[test]
fn a_run_is_reported_bundled_and_verified() {
    let session = played();
    let mut room = Room::new(Evidence::new(), session);
    room.check("evidence-full");
    room.press("<Enter>");
    room.shows(&["keymoot run report"]);
    room.press("<Esc>w");
    room.shows(&["Path of the new file", ".rehearsal.bundle"]);
    room.press("<Esc>i/no/such<Enter>").check("evidence-error");
}

/// Where no key is held, somebody signs the bundle: behind a blank page, and as often as it takes.
#[test]
fn a_bundle_is_signed_at_the_screen() {
    let mut session = played();
    let run = session.view().runs.last().unwrap().id.clone();
    session.forget_keys();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b");
    let mut room = Room::new(Evidence::new(), session);
    room.press("w").check("bundle-who");
    room.press("<Down><Down><Down><Enter>");
    room.shows(&["The keyboard goes to witness Wim.", "to sign the bundle"]);
    room.press("<Enter>").check("bundle-sign");
    room.press("of another kind<Enter>");
    room.shows(&["does not open this envelope"]);
    let (_, _, words) = crate::session::practice::PEOPLE[4];
    room.press(words).press("<Enter>");
    room.shows(&["Path of the new file", ".rehearsal.bundle"]);
    room.press("<C-u>")
        .press(&file.display().to_string())
        .press("<Enter>");
    room.shows(&["written and read back"]);
    let done = crate::evidence::verify::verify(&std::fs::read(file).unwrap(), None).unwrap();
    assert_eq!(
        (done.run, done.bundle_signed),
        (run, vec!["Wim".to_owned()])
    );
    // Nobody is an answer too, and an administrator none.
    room.press("w<Down><Down><Down><Down><Down><Enter>");
    room.shows(&["Ada cannot sign", "an administrator asks"]);
    room.press("<Up><Enter>");
    room.shows(&["Path of the new file"]);
}

/// The report goes to a file in the form that its name asks for; the bundle is judged with a trust file.
#[test]
fn a_report_is_saved_by_its_ending_and_a_bundle_judged_by_fingerprints() {
    let mut session = played();
    let run = session.view().runs.last().unwrap().id.clone();
    let (_, script) = crate::ceremony::shipped()[0];
    let bundle = crate::ceremony::bundle(&mut session, script, &run, None, Vec::new()).unwrap();
    let people = session.view().people.clone();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("b"), bundle).unwrap();
    let line = |name: &str| {
        let person = people.iter().find(|p| p.name == name).unwrap();
        format!("{} {name}\n", person.fingerprint)
    };
    let all: String = people.iter().map(|p| line(&p.name)).collect();
    std::fs::write(file("all"), &all).unwrap();
    std::fs::write(file("few"), line("Ada")).unwrap();
    std::fs::write(file("bad"), "what\n").unwrap();

    let mut room = Room::new(Evidence::new(), session);
    room.press("<Enter>");
    room.shows(&["keymoot run report", "to a file"]);
    room.press("w");
    room.check("report-save");
    room.press("<C-u>").press(&file("r.md"));
    room.shows(&["bytes, Markdown"]);
    room.press("<Enter>");
    room.shows(&["written and read back"]);
    let written = std::fs::read_to_string(file("r.md")).unwrap();
    assert!(written.starts_with("# keymoot run report"), "{written}");
    room.press("w<C-u>").press(&file("r.html")).press("<Enter>");
    let written = std::fs::read_to_string(file("r.html")).unwrap();
    assert!(written.starts_with("<!DOCTYPE html>"), "{written}");

    room.press("<Esc>i")
        .press(&file("b"))
        .press("<Tab>")
        .press(&file("all"));
    room.shows(&["► Trust file", "who signed it"]);
    room.press("<Enter>");
    room.shows(&["CONSISTENT and AUTHENTIC"]);
    room.press("<Esc>");
    for (trust, said) in [
        ("few", "NOT AUTHENTIC"),
        ("bad", "line 1 is not a fingerprint"),
    ] {
        room.press("i")
            .press(&file("b"))
            .press("<Tab>")
            .press(&file(trust));
        room.press("<Enter>");
        room.shows(&[said]);
        room.press("<Esc>");
    }
}

/// The three keys of the log: all proven again, a line by its number, the bundle of a run.
#[test]
fn the_log_is_proven_again_and_a_line_is_found_by_its_number() {
    let mut room = Room::new(Home::new(), practice_session(true));
    room.press("t");
    let events = room.state.world.view.as_ref().unwrap().events;
    room.press("v");
    room.shows(&[&format!("Read again: all {events} lines hold")]);
    room.press("g2").check("audit-number");
    room.press("<Enter>");
    room.shows(&["─ 2 ─", "opens event 2 as it is written"]);
    // The next line names this one's hash; the vault that of the last.
    room.shows(&["hash", "previous"]);
    room.press("q");
    room.shows(&["hash of event 2", "The code says SHA256:"]);
    room.press("<Esc>g99<Enter>");
    room.shows(&["There is no event \"99\"", "1 to "]);
    room.press("<Esc>t<End>q");
    let head = room.state.world.view.as_ref().unwrap().audit_head.clone();
    room.shows(&[&head[..4]]);
    room.press("<Esc>b");
    room.shows(&["off here", "a bundle is of a run"]);
}

#[test]
fn the_bundle_of_a_run_is_one_key_away_from_its_line() {
    let session = played();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.bundle");
    let mut room = Room::new(Home::new(), session);
    room.press("tb");
    room.shows(&["Evidence ─ write the bundle", ".rehearsal.bundle"]);
    // The file's own digest can be taken into the minutes before it is written.
    room.press("<F7>");
    room.shows(&["SHA-256 of the file"]);
    room.press("<Esc><C-u>")
        .press(&path.display().to_string())
        .press("<Enter>");
    room.shows(&["written and read back"]);
    let written = std::fs::read(&path).unwrap();
    assert!(crate::evidence::verify::verify(&written, None).is_ok());
}

/// Thirteen letters each, as keymoot itself names people: whoever signed stands whole below the list.
#[test]
fn long_names_stand_whole_below_the_list() {
    let session = played();
    let mut trail = session.trail().unwrap();
    let at = trail.lines.len() - 1;
    trail.lines[at].who = "administrator custodian-001 custodian-002 custodian-003".into();
    let mut screen = Audit::unread();
    let mut room = Room::new(Evidence::new(), session);
    let _ = screen.news(&News::Trail(Arc::new(trail)), &room.state.world);
    screen.cursor = Cursor::on(at);
    room.state = crate::tui::app::State::new(room.state.world.clone(), Box::new(screen));
    let text = room.text();
    let below: Vec<&str> = text
        .lines()
        .skip_while(|l| !l.contains(" about "))
        .collect();
    let below = below
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for name in [
        "administrator",
        "custodian-001",
        "custodian-002",
        "custodian-003",
        "sealed",
    ] {
        assert!(below.contains(name), "{text}");
    }
}

/// Whoever searched for a line and drops the filter has that line still under the cursor.
#[test]
fn dropping_the_filter_keeps_the_line_under_the_cursor() {
    let session = played();
    let trail = session.trail().unwrap();
    let mut screen = Audit::unread();
    let room = Room::new(Evidence::new(), session);
    let _ = screen.news(&News::Trail(Arc::new(trail)), &room.state.world);
    let wanted = screen.rows()[4].n;
    screen.filter.set(&screen.rows()[4].what.clone());
    screen.filtering = true;
    let fits = screen.rows();
    let at = fits.iter().position(|line| line.n == wanted).unwrap();
    assert!(fits.len() < screen.trail.as_ref().unwrap().lines.len());
    screen.cursor = Cursor::on(at);
    let _ = screen.verb(Verb::Back, &room.state.world);
    assert!(screen.filter.value().is_empty());
    assert_eq!(screen.chosen().unwrap().n, wanted);
}

/// A root is known by its name: the list had room for its check value alone, which nobody compares.
#[test]
fn a_disabled_root_is_named_and_found_by_its_name() {
    use crate::tui::screens::tests::{KEK, ROOT, held};
    let off = ("stop-key-usage", &[("key", "aws-root")][..]);
    let session = held(&[KEK, ROOT, off]);
    let mut room = Room::new(Home::new(), session);
    room.press("t");
    room.shows(&["disabled: aws-root", "imported: aws-root"]);
    // A key's check value is what people compare: it stays, and the name gives way.
    room.shows(&["made: 1C8871"]);
    room.press("/aws-root disabled<Enter>");
    room.shows(&["filter aws-root", "disabled: aws-root"]);
    assert!(!room.text().contains("made: 1C8871"), "{}", room.text());
}
